//! A workflow: which rules and gates apply to it, and how each came out.

use std::collections::HashSet;

use super::budget::MAX_SERIES;
use super::decide::opens;
use super::ladder::Ladder;
use super::rule::Judging;
use super::waive::{Lift, Signed, waive};
use super::{Evaluator, Moment, Rulebook};
use crate::ast::EffectKind;
use crate::point::Point;
use crate::program::Rule;
use crate::report::why::{Remark, RuleVerdict, WorkflowVerdict};
use crate::report::{Decision, Newest, Outcome};
use crate::source::Span;
use crate::value::{Date, Series, Snapshot};

/// What was found out about a workflow.
#[derive(Debug)]
pub struct Judged {
    pub verdict: WorkflowVerdict,
    pub remarks: Vec<Remark>,
    /// What waivers met with.
    pub lifts: Vec<Lift>,
}

/// Judges a series by the rules of a rulebook, on a day. With `deny_warnings`, a warning holds.
pub fn judge_workflow(rulebook: &Rulebook<'_>, series: &Series, as_of: Point, deny_warnings: bool) -> Judged {
    let evaluator = Evaluator::new(rulebook, &series.snapshots);
    judge(&evaluator, rulebook, &series.workflow, as_of, deny_warnings)
}

pub(super) fn judge(
    evaluator: &Evaluator<'_>,
    rulebook: &Rulebook<'_>,
    workflow: &str,
    as_of: Point,
    deny_warnings: bool,
) -> Judged {
    let (Rulebook { program, .. }, snapshots) = (*rulebook, evaluator.snapshots);
    if snapshots.len() > MAX_SERIES {
        return no_verdict(|newest| Remark::TooManySnapshots { newest }, rulebook, workflow, snapshots);
    }
    let newest = snapshots.len().saturating_sub(1);
    let retired = last_day(rulebook, snapshots);
    if retired.is_some_and(|last| as_of.date() > last) {
        let verdict =
            WorkflowVerdict { retired, ..unjudged(Decision::Retired, rulebook, workflow, snapshots) };
        let stage =
            evaluator.ladder(newest, &mut Vec::new()).map(|ladder| evaluator.stage_name(ladder.stage));
        let verdict = WorkflowVerdict { stage: stage.map(|stage| stage.to_string()), ..verdict };
        return Judged { verdict, remarks: Vec::new(), lifts: Vec::new() };
    }
    let moment = Moment::on(as_of, newest, newest);
    let stale = evaluator.is_stale(moment);
    let mut remarks = Vec::new();
    let ladder = evaluator.ladder(newest, &mut remarks);
    let mut rules = evaluator.rules(moment, stale, ladder.as_ref());
    if let Some(ladder) = &ladder {
        rules.extend(evaluator.ladder_rules(ladder, newest, moment.day));
    }
    rules.extend(evaluator.staleness(moment));
    let mut lifts = Vec::new();
    let stage = ladder.as_ref().map(|ladder| ladder.stage);
    let signed = Signed { waivers: rulebook.waivers, as_of, stage };
    if let Some(ladder) = &ladder {
        rules.extend(evaluator.owed(ladder, &signed, &mut lifts));
    }
    if evaluator.budget.is_spent() {
        return no_verdict(|newest| Remark::TooMuchToJudge { newest }, rulebook, workflow, snapshots);
    }
    let left = ladder.as_ref().and_then(|ladder| ladder.moved()).map(|(_, from)| from);
    lifts.extend(waive(&signed, &mut rules, left));
    let mut known = HashSet::new();
    lifts.retain(|lift| known.insert((lift.waiver.span, lift.lifted)));
    if deny_warnings {
        for rule in rules.iter_mut().filter(|rule| rule.applied == Some(EffectKind::Warn)) {
            rule.applied = Some(EffectKind::Hold);
        }
    }
    let (decision, stops) = evaluator.decide(&rules, ladder.as_ref(), stale);
    let stages = &program.vocabulary.stages;
    let name = |rung: usize| stages.get(rung).map(ToString::to_string);
    let snapshot = snapshots.get(newest);
    let verdict = WorkflowVerdict {
        workflow: workflow.to_owned(),
        stage: ladder.as_ref().and_then(|ladder| name(ladder.stage)),
        asks: ladder.as_ref().and_then(|ladder| ladder.asks).and_then(name),
        decision,
        retired,
        snapshots: snapshots.len(),
        newest: snapshot.map(|snapshot| newest_of(snapshot, rulebook)),
        rules,
        stops,
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
    let verdict = unjudged(Decision::Error, rulebook, workflow, snapshots);
    let remarks = vec![remark(newest.map(|snapshot| snapshot.record.span))];
    Judged { verdict, remarks, lifts: Vec::new() }
}

/// What is said of a workflow whose rules are not judged.
fn unjudged(
    decision: Decision,
    rulebook: &Rulebook<'_>,
    workflow: &str,
    snapshots: &[Snapshot],
) -> WorkflowVerdict {
    WorkflowVerdict {
        workflow: workflow.to_owned(),
        stage: None,
        asks: None,
        decision,
        retired: None,
        snapshots: snapshots.len(),
        newest: snapshots.last().map(|snapshot| newest_of(snapshot, rulebook)),
        rules: Vec::new(),
        stops: Vec::new(),
    }
}

/// The last day of a workflow, by its newest snapshot.
pub fn last_day(rulebook: &Rulebook<'_>, snapshots: &[Snapshot]) -> Option<Date> {
    let newest = &snapshots.last()?.record;
    rulebook.program.vocabulary.last_day(newest).map(|(date, _)| date)
}

fn newest_of(snapshot: &Snapshot, rulebook: &Rulebook<'_>) -> Newest {
    Newest { date: snapshot.date.to_string(), file: rulebook.sources.name(snapshot.file).to_owned() }
}

impl<'a> Evaluator<'a> {
    fn is_stale(&self, moment: Moment) -> bool {
        self.is_overdue(self.tick(moment.at), moment.day.ticks())
    }

    /// Each rule: once, or once for each step of its gate that it is judged for.
    fn rules(&self, moment: Moment, stale: bool, ladder: Option<&Ladder>) -> Vec<RuleVerdict> {
        let mut reports = Vec::new();
        let mut idle = Vec::new();
        for (rule, steps) in self.program.rules.iter().zip(&self.settings.rules) {
            let all = self.judgings_of(rule, rule.effect, moment, stale, ladder);
            if all.is_empty() {
                let setting = steps.on(moment.day.day_number());
                let outcome = if setting.effect.is_some() { Outcome::NotApplicable } else { Outcome::Off };
                let gate = rule.gate.and_then(|gate| self.program.gates.get(gate));
                let steps = gate.map_or(&[][..], |gate| &gate.steps);
                reports.push(self.listed(rule, setting, moment, outcome, steps));
            }
            for judging in all {
                // What a rule does is looked up on the day that it is judged for, as the values of params are.
                let setting = steps.on(judging.moment.day.day_number());
                reports.push(match setting.effect {
                    Some(effect) if self.is_idle(rule, effect) => {
                        idle.push((reports.len(), rule, setting, Judging { effect, ..judging }));
                        self.listed(rule, setting, moment, Outcome::NotApplicable, judging.step.as_slice())
                    }
                    Some(effect) => self.eval_rule_decl(rule, setting, &Judging { effect, ..judging }),
                    None => self.listed(rule, setting, moment, Outcome::Off, judging.step.as_slice()),
                });
            }
        }
        for (at, rule, setting, judging) in idle {
            let shows_nothing = match judging.step {
                Some((from, to)) => {
                    let stages = [self.stage_name(from), self.stage_name(to)];
                    !reports.iter().any(|own| own.steps.contains(&stages) && opens(own))
                }
                None => !reports.iter().any(|own| own.outcome.is_judged()),
            };
            if let Some(report) = reports.get_mut(at).filter(|_| shows_nothing) {
                self.watch.iter().for_each(|watch| watch.note_idle());
                *report = self.eval_rule_decl(rule, setting, &judging);
            }
        }
        reports
    }

    /// How a rule is judged, for each step of its gate that is at stake; of a standing one, the one way.
    fn judgings_of(
        &self,
        rule: &Rule,
        effect: EffectKind,
        moment: Moment,
        stale: bool,
        ladder: Option<&Ladder>,
    ) -> Vec<Judging> {
        let Some(gate) = rule.gate.and_then(|gate| self.program.gates.get(gate)) else {
            return vec![Judging {
                moment,
                enforced: true,
                asked: false,
                stale,
                effect,
                step: None,
                made: None,
            }];
        };
        let Some(ladder) = ladder else { return Vec::new() };
        let of_step = |&(from, to): &(usize, usize)| {
            let step = Some((from, to));
            if let Some((at, _)) = ladder.moved().filter(|(_, left)| ladder.stage == to && *left == from) {
                let moment = self.moment_of(at, at);
                let made = Some(to);
                return Some(Judging {
                    moment,
                    enforced: true,
                    asked: false,
                    stale: false,
                    effect,
                    step,
                    made,
                });
            }
            let asked = ladder.asks == Some(to);
            let judging = Judging { moment, enforced: asked, asked, stale, effect, step, made: None };
            (ladder.stage == from).then_some(judging)
        };
        gate.steps.iter().filter_map(of_step).collect()
    }

    /// How a rule is judged as of a day, on the newest snapshot: of several steps, for the one that counts, and of two that count
    /// for the one that comes out worse.
    pub(super) fn judging_as_of(&self, rule: &'a Rule, as_of: Point) -> Option<Judging> {
        let newest = self.snapshots.len().saturating_sub(1);
        let moment = Moment::on(as_of, newest, newest);
        let ladder = self.ladder(newest, &mut Vec::new());
        let mut all = self.judgings_of(rule, rule.effect, moment, self.is_stale(moment), ladder.as_ref());
        if all.len() > 1 {
            let counts = |judging: &Judging| {
                let asking = self.as_asked(rule, judging.moment, judging.made);
                let verdict = asking.as_ref().unwrap_or(self).verdict(rule, judging);
                (judging.enforced, verdict.outcome.severity())
            };
            all.sort_by_key(|judging| std::cmp::Reverse(counts(judging)));
        }
        all.into_iter().next()
    }
}
