//! What a workflow owes: each step below its stage is judged at its crossing, the last snapshot in or below the stage that
//! the step leads out of.
//!
//! Knows the waivers, as somebody may have signed for a step, and nothing of the decision.

use std::rc::Rc;
use std::sync::Arc;

use super::Evaluator;
use super::ladder::{Crossing, Ladder};
use super::rule::Judging;
use super::waive::{Lift, Signed};
use crate::ast::EffectKind;
use crate::program::Rule;
use crate::report::Outcome;
use crate::report::why::{Breach, Held, Lack, Pointer, RuleVerdict, Saw, SetValue};
use crate::settings::{BuiltInRule, OWED, SKIPPED, UNDECLARED, Waiver};
use crate::vocabulary::Vocabulary;

/// How many things that a rule saw are told of a step, so that one with many rules stays short.
const MAX_SAW: usize = 6;

/// What a step lacks, and what was seen of it.
#[derive(Default)]
struct Debt {
    lacks: Vec<Lack>,
    values: Vec<Held>,
    saw: Vec<Saw>,
    pointers: Vec<Pointer>,
}

impl Debt {
    fn add(&mut self, verdict: &RuleVerdict) {
        let (rule, outcome, effect) = (verdict.rule.clone(), verdict.outcome, verdict.effect);
        self.lacks.push(Lack::Rule { rule, outcome, effect });
        for held in &verdict.thresholds {
            if !self.values.iter().any(|known| known.param == held.param) {
                self.values.push(held.clone());
            }
        }
        let room = MAX_SAW.saturating_sub(self.saw.len());
        self.saw.extend(verdict.evidence.iter().take(room).cloned());
        let room = MAX_SAW.saturating_sub(self.pointers.len());
        self.pointers.extend(verdict.pointers.iter().take(room).cloned());
    }
}

impl<'a> Evaluator<'a> {
    /// The steps below the present stage that were not earned, highest first, each as a rule that failed. What waivers lift
    /// at the crossings goes to `lifts`.
    pub(super) fn owed(
        &self,
        ladder: &Ladder,
        signed: &Signed<'_>,
        lifts: &mut Vec<Lift>,
    ) -> Vec<RuleVerdict> {
        let mut owed = Vec::new();
        for (nth, crossing) in ladder.crossings.iter().enumerate() {
            let standing = self.standing_at(crossing, signed, lifts);
            // The gate of the last move, and what the ladder says of it, speak for themselves.
            let is_last = nth == 0;
            let is_skip = crossing.to > crossing.from + 1;
            for from in (crossing.from..crossing.to).rev() {
                let mut debt = Debt::default();
                standing.iter().for_each(|verdict| debt.add(verdict));
                // Asking for the first step of several passes over no stage.
                if !is_last && from > crossing.from && self.stops_at(SKIPPED, crossing, signed, lifts) {
                    let (from, to) = (self.stage_name(crossing.from), self.stage_name(crossing.to));
                    debt.lacks.push(Lack::Skipped { from, to });
                }
                if !is_last || is_skip {
                    self.gate_at(crossing, from, signed, lifts, &mut debt);
                }
                if !debt.lacks.is_empty() {
                    owed.extend(self.debt(crossing, from, debt));
                }
            }
        }
        owed
    }

    /// The standing rules that stopped the workflow at a crossing.
    fn standing_at(
        &self,
        crossing: &Crossing,
        signed: &Signed<'_>,
        lifts: &mut Vec<Lift>,
    ) -> Vec<Rc<RuleVerdict>> {
        // What is idle stops nothing.
        let standing = self.program.rules.iter().enumerate();
        let standing =
            standing.filter(|(index, rule)| rule.gate.is_none() && !self.is_idle_at(*index, rule, crossing));
        let verdicts = standing.filter_map(|(index, rule)| self.rule_at(index, rule, crossing, None));
        verdicts.filter(|verdict| self.stops(verdict, crossing, signed, lifts)).collect()
    }

    /// What the gates of a step lacked at its crossing.
    fn gate_at(
        &self,
        crossing: &Crossing,
        from: usize,
        signed: &Signed<'_>,
        lifts: &mut Vec<Lift>,
        debt: &mut Debt,
    ) {
        let leads = |gate: Option<usize>| {
            let gate = gate.and_then(|gate| self.program.gates.get(gate));
            gate.is_some_and(|gate| gate.leads(from, from + 1))
        };
        if !(0..self.program.gates.len()).any(|gate| leads(Some(gate))) {
            if self.stops_at(UNDECLARED, crossing, signed, lifts) {
                debt.lacks.push(Lack::Undeclared);
            }
            return;
        }
        let (mut opened, mut stopped) = (false, false);
        let own = self.program.rules.iter().enumerate().filter(|(_, rule)| leads(rule.gate));
        // What is idle is asked last, and only where nothing else says that the gate was open or closed.
        let mut own: Vec<(bool, usize, &Rule)> =
            own.map(|(index, rule)| (self.is_idle_at(index, rule, crossing), index, rule)).collect();
        own.sort_by_key(|(is_idle, ..)| *is_idle);
        for (is_idle, index, rule) in own {
            if is_idle {
                if opened || stopped {
                    break;
                }
                self.watch.iter().for_each(|watch| watch.note_idle());
            }
            let Some(verdict) = self.rule_at(index, rule, crossing, Some((from, from + 1))) else { continue };
            if self.stops(&verdict, crossing, signed, lifts) {
                debt.add(&verdict);
                stopped = true;
                continue;
            }
            let liftable = verdict.would_apply.is_some() && !is_fired_rollback(&verdict);
            opened |= verdict.outcome == Outcome::Pass
                || liftable && self.is_signed(&verdict.rule, crossing, signed, lifts);
        }
        if !opened && !stopped {
            debt.lacks.push(Lack::ClosedGate);
        }
    }

    /// Whether a rule was idle at a crossing, by the effect of that day.
    fn is_idle_at(&self, index: usize, rule: &'a Rule, crossing: &Crossing) -> bool {
        let day = self.day(crossing.at).day_number();
        let effect = self.settings.rules.get(index).and_then(|steps| steps.on(day).effect);
        effect.is_some_and(|effect| self.is_idle(rule, effect))
    }

    /// A rule as it was at a crossing, on the day and with the effect of that; none where it was off.
    fn rule_at(
        &self,
        index: usize,
        rule: &'a Rule,
        crossing: &Crossing,
        step: Option<(usize, usize)>,
    ) -> Option<Rc<RuleVerdict>> {
        let key = (index, crossing.at, crossing.to);
        if let Some(known) = self.known_crossing(rule, key) {
            return Some(known);
        }
        let moment = self.moment_of(crossing.at, crossing.at);
        let setting = self.settings.rules.get(index)?.on(moment.day.day_number());
        let effect = setting.effect?;
        let judging = Judging {
            moment,
            enforced: true,
            asked: false,
            stale: false,
            effect,
            step,
            made: Some(crossing.to),
        };
        Some(self.cross(rule, key, || self.eval_rule_decl(rule, setting, &judging)))
    }

    /// Whether a rule stopped the workflow at a crossing, and nobody has signed for it.
    fn stops(
        &self,
        verdict: &RuleVerdict,
        crossing: &Crossing,
        signed: &Signed<'_>,
        lifts: &mut Vec<Lift>,
    ) -> bool {
        if !matches!(verdict.applied, Some(EffectKind::Hold | EffectKind::Rollback)) {
            return false;
        }
        is_fired_rollback(verdict) || !self.is_signed(&verdict.rule, crossing, signed, lifts)
    }

    /// The same of a built-in rule that fired there.
    fn stops_at(
        &self,
        rule: BuiltInRule,
        crossing: &Crossing,
        signed: &Signed<'_>,
        lifts: &mut Vec<Lift>,
    ) -> bool {
        let steps = self.settings.built_in(self.program, rule);
        let effect = steps.and_then(|steps| steps.on(self.day(crossing.at).day_number()).effect);
        match effect {
            Some(EffectKind::Rollback) => true,
            Some(EffectKind::Hold) => !self.is_signed(rule.name, crossing, signed, lifts),
            Some(EffectKind::Warn | EffectKind::Note) | None => false,
        }
    }

    fn is_signed(&self, rule: &str, crossing: &Crossing, signed: &Signed<'_>, lifts: &mut Vec<Lift>) -> bool {
        let waiver = self.signature(rule, crossing, signed);
        lifts.extend(waiver.map(|waiver| Lift { waiver: waiver.clone(), lifted: true }));
        waiver.is_some()
    }

    /// A waiver of a rule that is in force on the day of judgement, or was on that of the crossing.
    fn signature<'w>(&self, rule: &str, crossing: &Crossing, signed: &Signed<'w>) -> Option<&'w Waiver> {
        let then = self.snapshots.get(crossing.at)?.date;
        let counts = |waiver: &&Waiver| {
            *waiver.rule == *rule && signed.counts_at_crossing(waiver, crossing.from, then.date())
        };
        signed.waivers.iter().find(counts)
    }

    /// The rule that says what a step lacks.
    fn debt(&self, crossing: &Crossing, from: usize, debt: Debt) -> Option<RuleVerdict> {
        let day = self.snapshots.get(crossing.at)?.date;
        let step: [Arc<str>; 2] = [self.stage_name(from), self.stage_name(from + 1)];
        let value = |held: &Held| SetValue {
            param: Arc::clone(&held.param),
            figure: held.figure.clone(),
            origin: held.origin,
        };
        let breach =
            Breach::Owed { step, day, lacks: debt.lacks, values: debt.values.iter().map(value).collect() };
        let span = self.located(crossing.at + 1, Vocabulary::STAGE).map(|located| located.span);
        let mut verdict = self.built_in_rule(OWED, breach, span, day)?;
        verdict.steps = vec![[self.stage_name(from), self.stage_name(from + 1)]];
        verdict.evidence.extend(debt.saw);
        verdict.pointers.extend(debt.pointers);
        verdict.thresholds = debt.values;
        verdict.before_move = Some(day);
        Some(verdict)
    }
}

fn is_fired_rollback(verdict: &RuleVerdict) -> bool {
    verdict.outcome == Outcome::Fail && verdict.effect == EffectKind::Rollback
}

impl Ladder {
    /// The last snapshot in an earlier stage, and that stage.
    pub(super) fn moved(&self) -> Option<(usize, usize)> {
        self.crossings.first().map(|crossing| (crossing.at, crossing.from))
    }
}
