//! The decision: what the verdicts of its rules come to for a workflow.

use std::sync::Arc;

use super::Evaluator;
use super::ladder::Ladder;
use crate::ast::EffectKind;
use crate::report::why::{HoldCause, RuleVerdict};
use crate::report::{Decision, Outcome};
use crate::settings::OWED;
use crate::vocabulary::Vocabulary;

/// A move of a workflow, made or asked for.
struct Move {
    from: usize,
    to: usize,
    asked: bool,
    /// Whether the newest snapshot is the one that asks or has moved.
    now: bool,
}

impl Evaluator<'_> {
    /// The harshest effect of an enforced rule; else hold where not everything could be judged, or a gate showed nothing; else
    /// `advance` where each gate at stake was passed by a rule of its own, else `continue`. Nothing stale advances.
    pub(super) fn decide(
        &self,
        rules: &[RuleVerdict],
        ladder: Option<&Ladder>,
        stale: bool,
    ) -> (Decision, Vec<HoldCause>) {
        match rules.iter().filter_map(|rule| rule.applied).max() {
            Some(EffectKind::Rollback) => return (Decision::Rollback, Vec::new()),
            Some(EffectKind::Hold) => return (Decision::Hold, Vec::new()),
            Some(EffectKind::Warn | EffectKind::Note) | None => {}
        }
        let moves = self.moves(ladder);
        let mut stops = Vec::new();
        if self.program.incomplete {
            stops.push(HoldCause::Incomplete);
        }
        if !rules.iter().any(|rule| rule.outcome.is_judged()) {
            stops.push(HoldCause::NothingJudged {
                newest: self.snapshots.last().map(|newest| newest.record.span),
            });
        }
        stops.extend(moves.iter().filter_map(|step| self.closed_gate(step, rules)));
        if !stops.is_empty() {
            return (Decision::Hold, stops);
        }
        let mut at_stake = moves.iter().filter(|step| step.now).peekable();
        let earned =
            !stale && at_stake.peek().is_some() && at_stake.all(|step| self.of_step(step, rules).any(opens));
        (if earned { Decision::Advance } else { Decision::Continue }, stops)
    }

    /// The last move, and the one that is asked for.
    fn moves(&self, ladder: Option<&Ladder>) -> Vec<Move> {
        let Some(ladder) = ladder else { return Vec::new() };
        let newest = self.snapshots.len().saturating_sub(1);
        let made = ladder.moved().map(|(before, from)| Move {
            from,
            to: ladder.stage,
            asked: false,
            now: before + 1 == newest,
        });
        let asked = ladder.asks.map(|to| Move { from: ladder.stage, to, asked: true, now: true });
        made.into_iter().chain(asked).collect()
    }

    fn stages_of(&self, step: &Move) -> [Arc<str>; 2] {
        [self.stage_name(step.from), self.stage_name(step.to)]
    }

    /// What came of the rules of a step's gates.
    fn of_step<'r>(
        &self,
        step: &Move,
        rules: &'r [RuleVerdict],
    ) -> impl Iterator<Item = &'r RuleVerdict> + use<'r> {
        let stages = self.stages_of(step);
        rules.iter().filter(move |rule| rule.steps.contains(&stages) && rule.rule != OWED.name)
    }

    /// A gate of which no rule passed.
    fn closed_gate(&self, step: &Move, rules: &[RuleVerdict]) -> Option<HoldCause> {
        let declared = self.program.gates.iter().any(|gate| gate.leads(step.from, step.to));
        let opened = self.of_step(step, rules).any(|rule| opens(rule) || rule.outcome == Outcome::Waived);
        if !declared || opened {
            return None;
        }
        let field = if step.asked { Vocabulary::ADVANCE_TO } else { Vocabulary::STAGE };
        let newest = self.snapshots.len().saturating_sub(1);
        Some(HoldCause::ClosedGate {
            step: self.stages_of(step),
            asked: step.asked,
            rules: self
                .of_step(step, rules)
                .map(|rule| (rule.rule.clone(), rule.outcome, rule.applied))
                .collect(),
            span: self.located(newest, field).map(|located| located.span),
        })
    }
}

/// Whether a rule shows that its gate is open.
pub(super) fn opens(rule: &RuleVerdict) -> bool {
    rule.enforced && rule.outcome == Outcome::Pass
}
