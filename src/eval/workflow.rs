//! A workflow: which rules and gates apply to it, and the decision.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::budget::MAX_SERIES;
use super::rule::Judging;
use super::waive::{Lift, waive};
use super::{Evaluator, Moment, Rulebook};
use crate::ast::EffectKind;
use crate::program::{Program, Rule};
use crate::report::why::{Breach, Piece, Pointer, Remark, RuleVerdict, Said, Saw, WorkflowVerdict};
use crate::report::{Decision, Newest, Outcome};
use crate::settings::{SKIPPED, STARTED, UNDECLARED};
use crate::source::Span;
use crate::value::{Date, Located, Series, Snapshot, Value, day_number};
use crate::vocabulary::Vocabulary;

/// What was found out about a workflow.
#[derive(Debug)]
pub struct Judged {
    pub verdict: WorkflowVerdict,
    pub remarks: Vec<Remark>,
    /// What waivers met with.
    pub lifts: Vec<Lift>,
}

/// Where the workflow stands on the ladder, and how it came there.
struct Ladder {
    stage: usize,
    /// The later stage that the newest snapshot asks for.
    asks: Option<usize>,
    /// The last snapshot in an earlier stage, and that stage.
    moved: Option<(usize, usize)>,
}

/// Judges a series by the rules of a rulebook, on a day. With `deny_warnings`, a warning holds.
pub fn judge_workflow(rulebook: &Rulebook<'_>, series: &Series, as_of: Date, deny_warnings: bool) -> Judged {
    let evaluator = Evaluator::new(rulebook, &series.snapshots);
    judge(&evaluator, rulebook, &series.workflow, as_of, deny_warnings)
}

/// Judges what was known at each snapshot of a series, on its own day: its date, and what came of it. What is known of runs
/// goes from day to day, so that a long one costs no more than to go on with it.
pub fn judge_each_day<'a>(
    rulebook: &'a Rulebook<'a>,
    series: &'a Series,
) -> impl Iterator<Item = (Date, WorkflowVerdict)> + 'a {
    let mut runs = HashMap::new();
    series.snapshots.iter().enumerate().map(move |(at, newest)| {
        let seen = series.snapshots.get(..=at).unwrap_or_default();
        let mut evaluator = Evaluator::new(rulebook, seen);
        evaluator.runs = RefCell::new(std::mem::take(&mut runs));
        let judged = judge(&evaluator, rulebook, &series.workflow, newest.date, false);
        if !evaluator.budget.is_spent() {
            runs = evaluator.runs.take();
            runs.retain(|(_, judged), _| *judged == usize::MAX);
        }
        (newest.date, judged.verdict)
    })
}

fn judge(
    evaluator: &Evaluator<'_>,
    rulebook: &Rulebook<'_>,
    workflow: &str,
    as_of: Date,
    deny_warnings: bool,
) -> Judged {
    let (Rulebook { program, .. }, snapshots) = (*rulebook, evaluator.snapshots);
    if snapshots.len() > MAX_SERIES {
        return no_verdict(|newest| Remark::TooManySnapshots { newest }, rulebook, workflow, snapshots);
    }
    let newest = snapshots.len().saturating_sub(1);
    let moment = Moment { at: newest, day: day_number(as_of), judged: newest };
    let stale = evaluator.is_stale(moment);
    let mut remarks = Vec::new();
    if stale {
        remarks.extend(evaluator.stale_series(moment));
    }
    let ladder = evaluator.ladder(newest, &mut remarks);
    let mut rules = evaluator.rules(moment, stale, ladder.as_ref());
    if let Some(ladder) = &ladder {
        rules.extend(evaluator.ladder_rules(ladder, newest, moment.day));
    }
    if evaluator.budget.is_spent() {
        return no_verdict(|newest| Remark::TooMuchToJudge { newest }, rulebook, workflow, snapshots);
    }
    let stage = ladder.as_ref().map(|ladder| ladder.stage);
    let lifts = waive(rulebook.waivers, &mut rules, stage, as_of);
    if deny_warnings {
        for rule in rules.iter_mut().filter(|rule| rule.applied == Some(EffectKind::Warn)) {
            rule.applied = Some(EffectKind::Hold);
        }
    }
    let decision = decide(program, &rules, ladder.as_ref(), newest);
    let stages = &program.vocabulary.stages;
    let name = |rung: usize| stages.get(rung).map(ToString::to_string);
    let snapshot = snapshots.get(newest);
    let verdict = WorkflowVerdict {
        workflow: workflow.to_owned(),
        stage: ladder.as_ref().and_then(|ladder| name(ladder.stage)),
        asks: ladder.as_ref().and_then(|ladder| ladder.asks).and_then(name),
        decision,
        snapshots: snapshots.len(),
        newest: snapshot.map(|snapshot| newest_of(snapshot, rulebook)),
        rules,
    };
    Judged { verdict, remarks, lifts }
}

/// No verdict on what is beyond a limit.
fn no_verdict(
    remark: impl FnOnce(Option<Span>) -> Remark,
    rulebook: &Rulebook<'_>,
    workflow: &str,
    snapshots: &[Snapshot],
) -> Judged {
    let newest = snapshots.last();
    let verdict = WorkflowVerdict {
        workflow: workflow.to_owned(),
        stage: None,
        asks: None,
        decision: Decision::Error,
        snapshots: snapshots.len(),
        newest: newest.map(|snapshot| newest_of(snapshot, rulebook)),
        rules: Vec::new(),
    };
    let remarks = vec![remark(newest.map(|snapshot| snapshot.record.span))];
    Judged { verdict, remarks, lifts: Vec::new() }
}

fn newest_of(snapshot: &Snapshot, rulebook: &Rulebook<'_>) -> Newest {
    Newest { date: snapshot.date.to_string(), file: rulebook.sources.name(snapshot.file).to_owned() }
}

/// The harshest effect of an enforced rule; else `advance` where each gate at stake was passed by a rule of its own, else
/// `continue`.
fn decide(program: &Program, rules: &[RuleVerdict], ladder: Option<&Ladder>, newest: usize) -> Decision {
    match rules.iter().filter_map(|rule| rule.applied).max() {
        Some(EffectKind::Rollback) => return Decision::Rollback,
        Some(EffectKind::Hold) => return Decision::Hold,
        Some(EffectKind::Warn | EffectKind::Note) | None => {}
    }
    let Some(ladder) = ladder else { return Decision::Continue };
    let just_moved = ladder.moved.filter(|(before, _)| before + 1 == newest);
    let asked = ladder.asks.map(|to| (ladder.stage, to));
    let mut at_stake = just_moved.map(|(_, from)| (from, ladder.stage)).into_iter().chain(asked).peekable();
    let passed = |(from, to): (usize, usize)| {
        rules.iter().zip(&program.rules).any(|(report, rule)| {
            let gate = rule.gate.and_then(|gate| program.gates.get(gate));
            gate.is_some_and(|gate| gate.from == from && gate.to == to)
                && report.enforced
                && report.outcome == Outcome::Pass
        })
    };
    let earned = at_stake.peek().is_some() && at_stake.all(passed);
    match (earned, program.incomplete) {
        (true, true) => Decision::Hold,
        (true, false) => Decision::Advance,
        (false, _) => Decision::Continue,
    }
}

impl<'a> Evaluator<'a> {
    fn is_stale(&self, moment: Moment) -> bool {
        self.patience().is_some_and(|patience| moment.day - self.day(moment.at) > patience)
    }

    fn stale_series(&self, moment: Moment) -> Option<Remark> {
        let newest = self.snapshots.get(moment.at)?.date;
        let span = self.located(moment.at, Vocabulary::DATE)?.span;
        Some(Remark::Stale { days: moment.day - self.day(moment.at), newest, span })
    }

    fn located(&self, at: usize, field: usize) -> Option<&'a Located> {
        self.snapshots.get(at)?.record.fields.get(field)?.as_ref()
    }

    /// None without a ladder, and for a series without stages.
    fn ladder(&self, newest: usize, remarks: &mut Vec<Remark>) -> Option<Ladder> {
        if self.program.vocabulary.stages.is_empty() {
            return None;
        }
        let stage = self.stage(newest)?;
        let moved = (0..newest)
            .rev()
            .find_map(|at| self.stage(at).filter(|before| *before < stage).map(|before| (at, before)));
        let wanted = self.located(newest, Vocabulary::ADVANCE_TO).and_then(|located| match &located.value {
            Value::Number(rung) => usize::try_from(rung.floor()).ok().map(|rung| (rung, located.span)),
            Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Record(_) => None,
        });
        let asks = wanted.and_then(|(rung, span)| {
            if rung <= stage {
                let (wanted, stage) = (self.stage_name(rung), self.stage_name(stage));
                remarks.push(Remark::NothingAsked { wanted, stage, span });
            }
            (rung > stage).then_some(rung)
        });
        Some(Ladder { stage, asks, moved })
    }

    fn stage_name(&self, rung: usize) -> Arc<str> {
        self.program.vocabulary.stages.get(rung).cloned().unwrap_or_default()
    }

    fn rules(&self, moment: Moment, stale: bool, ladder: Option<&Ladder>) -> Vec<RuleVerdict> {
        let mut reports = Vec::new();
        for (rule, steps) in self.program.rules.iter().zip(&self.settings.rules) {
            // What a rule does is looked up on the day that it is judged for, as the values of params are.
            let judged = self.judging_of(rule, rule.effect, moment, stale, ladder);
            let setting = steps.on(judged.as_ref().map_or(moment.day, |judging| judging.moment.day));
            let Some(effect) = setting.effect else {
                reports.push(self.listed(rule, setting, moment, Outcome::Off));
                continue;
            };
            reports.push(match judged.map(|judging| Judging { effect, ..judging }) {
                Some(judging) => self.eval_rule_decl(rule, setting, &judging),
                None => self.listed(rule, setting, moment, Outcome::NotApplicable),
            });
        }
        reports
    }

    /// How a rule is judged; none for one of a gate that is not at stake.
    fn judging_of(
        &self,
        rule: &Rule,
        effect: EffectKind,
        moment: Moment,
        stale: bool,
        ladder: Option<&Ladder>,
    ) -> Option<Judging> {
        let Some(gate) = rule.gate.and_then(|gate| self.program.gates.get(gate)) else {
            return Some(Judging { moment, enforced: true, asked: false, stale, effect });
        };
        let next = ladder.is_some_and(|l| l.stage == gate.from && gate.to == l.stage + 1);
        let asked = next && ladder.is_some_and(|l| l.asks == Some(gate.to));
        let moved = ladder
            .filter(|ladder| ladder.stage == gate.to)
            .and_then(|ladder| ladder.moved)
            .filter(|(_, from)| *from == gate.from);
        match moved {
            Some((at, _)) => {
                let moment = Moment { at, day: self.day(at), judged: at };
                Some(Judging { moment, enforced: true, asked: false, stale: false, effect })
            }
            None if next => Some(Judging { moment, enforced: asked, asked, stale, effect }),
            None => None,
        }
    }

    /// How the rule of an index is judged as of a day, on the newest snapshot.
    pub(super) fn judging_as_of(&self, rule: &Rule, as_of: Date) -> Option<Judging> {
        let newest = self.snapshots.len().saturating_sub(1);
        let moment = Moment { at: newest, day: day_number(as_of), judged: newest };
        let ladder = self.ladder(newest, &mut Vec::new());
        self.judging_of(rule, rule.effect, moment, self.is_stale(moment), ladder.as_ref())
    }

    /// The built-in rules of the ladder that fire, each with the effect of the day that it is judged for.
    fn ladder_rules(&self, ladder: &Ladder, newest: usize, today: i64) -> Vec<RuleVerdict> {
        let mut fired = Vec::new();
        let name = |rung: usize| self.stage_name(rung);
        let stage_span = self.located(newest, Vocabulary::STAGE).map(|located| located.span);
        if ladder.moved.is_none() && ladder.stage > 0 {
            let breach = Breach::Began { stage: name(self.stage(0).unwrap_or(0)), first: name(0) };
            fired.extend(self.ladder_rule(STARTED, breach, stage_span, self.day(0)));
        }
        let ask_span = self.located(newest, Vocabulary::ADVANCE_TO).map(|located| located.span);
        let moves = ladder.moved.map(|(at, from)| (from, ladder.stage, stage_span, Some(at)));
        let ask = ladder.asks.map(|to| (ladder.stage, to, ask_span, None));
        for (from, to, span, left) in moves.into_iter().chain(ask) {
            // A move is judged on the day of the last snapshot before it.
            let (asked, day) = (left.is_none(), left.map_or(today, |at| self.day(at)));
            let declared = self.program.gates.iter().any(|gate| gate.from == from && gate.to == to);
            if to > from + 1 {
                let breach = Breach::Skipped { asked, from: name(from), to: name(to), past: name(from + 1) };
                fired.extend(self.ladder_rule(SKIPPED, breach, span, day));
            } else if !declared {
                let breach = Breach::Undeclared { asked, from: name(from), to: name(to) };
                fired.extend(self.ladder_rule(UNDECLARED, breach, span, day));
            }
        }
        fired
    }

    fn ladder_rule(
        &self,
        (rule, title): (&str, &str),
        breach: Breach,
        span: Option<Span>,
        day: i64,
    ) -> Option<RuleVerdict> {
        let setting = self.settings.ladder_on(rule, day)?;
        let said = Said::Breach(breach.clone());
        let evidence = span.map(|span| Saw {
            expression: self.sources.text(span).to_owned(),
            said: said.clone(),
            because: None,
            span,
        });
        let off = setting.effect.is_none();
        Some(RuleVerdict {
            rule: rule.to_owned(),
            title: vec![Piece::Text(title.into())],
            gate: None,
            enforced: !off,
            outcome: if off { Outcome::Off } else { Outcome::Fail },
            effect: setting.effect.unwrap_or(EffectKind::Hold),
            effect_from: setting.origin,
            applied: setting.effect,
            declared: self.program.vocabulary.stages_span,
            message: Some(vec![Piece::Breach(breach)]),
            help: None,
            evidence: evidence.into_iter().collect(),
            thresholds: Vec::new(),
            pointers: span.map(|span| Pointer { span, said }).into_iter().collect(),
            change: None,
            before_move: None,
        })
    }
}
