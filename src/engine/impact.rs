//! The impact of a change of policies: the whole history of what is proposed, judged by the old policies and by the new
//! ones, and the verdicts that differ.

#[cfg(all(test, feature = "disk"))]
mod tests;
mod twins;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::twins::{twins, verdicts_of_both};
use super::load::{Loaded, Ready, load_each_of};
use super::total::{beyond_budget, exit_of, has_errors, nothing_judged};
use super::{Answer, DayOptions, Workspace, in_order, place_of};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::eval::{Rulebook, judge_each_day};
use crate::point::Point;
use crate::project::Sides;
use crate::report::impact::{Flip, ImpactReport, ImpactSummary, OneSided, RuleFlip, RuleSide};
use crate::report::why::{RuleVerdict, WorkflowVerdict};
use crate::report::{Decision, Outcome, VERSION};
use crate::source::SourceMap;
use crate::value::Series;

impl Workspace {
    /// Judges each snapshot that is proposed on its own day, and the newest as of today too: by the policies of the base and
    /// by those that are proposed.
    pub fn impact(&mut self, sides: Sides, options: &DayOptions) -> Answer<ImpactReport> {
        self.begin();
        let Sides {
            mut sources,
            base: _,
            mixed,
            head,
            mut problems,
            reference,
            commit: _,
            has_policies,
            first: _,
            lint: _,
        } = sides;
        if !has_policies {
            let message = format!(
                "`{reference}` has neither a configuration nor snapshots: there is nothing to compare with"
            );
            problems.push(Diagnostic::note(Code::BaseWithoutPolicies, message));
        }
        let mut mixed = if has_policies { mixed } else { Vec::new() };
        let twins = twins(&mut mixed, &head);
        let judge = |project: Option<&str>, rulebook: &Rulebook<'_>, series: Series, _| {
            // It is judged beside the other side.
            let waits = twins.contains(&project.map(str::to_owned));
            (!waits).then(|| verdicts(rulebook, &series, options))
        };
        let mut old = load_each_of(self, mixed, Vec::new(), &mut sources, options, judge);
        let waiting = old.projects.iter().filter(|project| twins.contains(&project.name));
        let waiting: BTreeMap<Option<&str>, &Ready<Option<Verdicts>>> =
            waiting.map(|project| (project.name.as_deref(), project)).collect();
        let judge =
            |project: Option<&str>, rulebook: &Rulebook<'_>, series: Series, _| match waiting.get(&project) {
                Some(twin) => verdicts_of_both(twin, rulebook, &series, options),
                None => (None, verdicts(rulebook, &series, options)),
            };
        let mut new = load_each_of(self, head, problems, &mut sources, options, judge);
        let as_of = new.as_of;
        let mut before = BTreeMap::new();
        let mut after = BTreeMap::new();
        for (key, (old, new)) in by_workflow(&mut new) {
            before.extend(old.map(|old| (key.clone(), old)));
            after.insert(key, new);
        }
        before.extend(by_workflow(&mut old).into_iter().filter_map(|(key, old)| Some((key, old?))));
        let mut diagnostics = all_diagnostics(&new);
        if let Some(problem) = beyond_budget(&new.projects).or_else(|| beyond_budget(&old.projects)) {
            diagnostics.push(problem);
            (before, after) = (BTreeMap::new(), BTreeMap::new());
        }
        let rules = new.projects.iter().map(|project| project.program.rules.len()).sum();
        if !has_errors(&diagnostics) && (rules == 0 || after.is_empty()) {
            diagnostics.extend(nothing_judged(rules, &[]));
        }
        add_errors(&mut diagnostics, all_diagnostics(&old), &sources);
        let found = in_order(&mut diagnostics, &sources);
        let exit = exit_of(&diagnostics);
        let mut report = compare(&before, &after);
        report.as_of = as_of.to_string();
        report.reference = reference;
        report.comparable = has_policies;
        report.diagnostics = found;
        if !has_policies {
            report.one_sided.clear();
        }
        Answer::new(report, diagnostics, sources, exit).unless(&options.cancel)
    }
}

fn all_diagnostics<T>(loaded: &Loaded<T>) -> Vec<Diagnostic> {
    let own = loaded.projects.iter().flat_map(|project| &project.diagnostics);
    loaded.diagnostics.iter().chain(own).cloned().collect()
}

/// Adds the errors of the old side, but for those that the new side has too: the snapshots are the same.
fn add_errors(diagnostics: &mut Vec<Diagnostic>, old: Vec<Diagnostic>, sources: &SourceMap) {
    let said: BTreeSet<_> = diagnostics.iter().map(|known| place_of(known, sources)).collect();
    // A workflow that only the new side has is asked for with reason.
    let news = |found: &Diagnostic| {
        found.severity == Severity::Error
            && found.code != Code::UnknownWorkflow
            && !said.contains(&place_of(found, sources))
    };
    diagnostics.extend(old.into_iter().filter(news));
}

/// A project's workflow.
type WorkflowKey = (Option<String>, String);
/// The verdicts of a workflow: by the date of the newest snapshot that is seen, and the day of judgement.
type Verdicts = BTreeMap<(Point, Point), DayVerdict>;

struct DayVerdict {
    decision: Decision,
    /// In their order; one that is judged for several steps stands once for each.
    rules: Arc<[(String, RuleSide)]>,
    seen: usize,
}

impl DayVerdict {
    /// How much memory that of a verdict takes, about.
    fn bytes(verdict: &WorkflowVerdict) -> usize {
        verdict.rules.iter().map(|rule| 100 + rule.rule.len()).sum::<usize>() + 100
    }

    /// The rules by name: of one that stands more than once, the last.
    fn by_name(&self) -> BTreeMap<&str, RuleSide> {
        self.rules.iter().map(|(name, side)| (&**name, *side)).collect()
    }

    /// Rules that came out as on a day that is `known` are kept once.
    fn of(verdict: WorkflowVerdict, known: &[Option<&Self>]) -> Self {
        let side = |rule: RuleVerdict| {
            let RuleVerdict { rule, outcome, enforced, applied, .. } = rule;
            (rule, RuleSide { outcome, enforced, effect: applied })
        };
        let rules: Vec<_> = verdict.rules.into_iter().map(side).collect();
        let known = known.iter().flatten().find(|known| *known.rules == *rules);
        let rules = known.map_or_else(|| rules.into(), |known| Arc::clone(&known.rules));
        Self { decision: verdict.decision, seen: verdict.snapshots, rules }
    }
}

/// Judges every day of a series, and the newest snapshot once more as of the day of judgement.
fn verdicts(rulebook: &Rulebook<'_>, series: &Series, options: &DayOptions) -> Verdicts {
    let today = options.point(rulebook.program.vocabulary.axis());
    let days = judge_each_day(rulebook, series, Some(today));
    let days = days.take_while(|(.., verdict)| rulebook.run.report(DayVerdict::bytes(verdict)));
    let mut judged = Verdicts::new();
    for (date, day, verdict) in days {
        let verdict = DayVerdict::of(verdict, &[judged.values().next_back()]);
        judged.insert((date, day), verdict);
    }
    judged
}

/// Takes out what was judged.
fn by_workflow<T>(loaded: &mut Loaded<T>) -> BTreeMap<WorkflowKey, T> {
    let mut judged = BTreeMap::new();
    for project in &mut loaded.projects {
        for workflow in std::mem::take(&mut project.workflows) {
            let key = (project.name.clone(), workflow.name.to_string());
            judged.extend(workflow.series.map(|verdicts| (key, verdicts)));
        }
    }
    judged
}

/// What differs between the two.
fn compare(old: &BTreeMap<WorkflowKey, Verdicts>, new: &BTreeMap<WorkflowKey, Verdicts>) -> ImpactReport {
    let mut report = ImpactReport {
        version: VERSION,
        as_of: String::new(),
        reference: String::new(),
        comparable: true,
        summary: ImpactSummary::default(),
        verdicts: Vec::new(),
        rules: Vec::new(),
        one_sided: Vec::new(),
        diagnostics: Vec::new(),
    };
    let none = Verdicts::new();
    for key in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let (before, after) = (old.get(key).unwrap_or(&none), new.get(key).unwrap_or(&none));
        let both = own_days(before).filter(|day| after.contains_key(day)).count();
        let (old_days, new_days) = (own_days(before).count() - both, own_days(after).count() - both);
        let (project, workflow) = key.clone();
        if old_days + new_days > 0 {
            report.one_sided.push(OneSided { project, workflow, old_days, new_days });
        }
        report.summary.days += both;
        report.summary.workflows += usize::from(both > 0);
        let flips = flips(key, before, after);
        report.summary.flipped_workflows += usize::from(flips.iter().any(|flip| flip.from != flip.to));
        let (verdicts, rules): (Vec<_>, Vec<_>) = flips.into_iter().partition(|flip| flip.from != flip.to);
        report.verdicts.extend(verdicts);
        report.rules.extend(rules);
    }
    let count = |is: &dyn Fn(&Flip) -> bool| report.verdicts.iter().filter(|flip| is(flip)).count();
    report.summary.released = count(&|flip| !flip.from.goes_on() && flip.to.goes_on());
    report.summary.stopped = count(&|flip| flip.from.goes_on() && !flip.to.goes_on());
    report.summary.flipped = report.verdicts.len();
    report.summary.rules = report.rules.iter().map(|flip| flip.rules.len()).sum();
    report
}

/// The snapshots that were judged on their own day, which is all of them.
fn own_days(verdicts: &Verdicts) -> impl Iterator<Item = &(Point, Point)> {
    verdicts.keys().filter(|(date, day)| date == day)
}

/// The days of a workflow that differ.
fn flips((project, workflow): &WorkflowKey, old: &Verdicts, new: &Verdicts) -> Vec<Flip> {
    let mut flips: Vec<Flip> = Vec::new();
    for (days, after) in new {
        let Some(before) = old.get(days) else { continue };
        let rules = rule_flips(before, after);
        if before.decision == after.decision && rules.is_empty() {
            continue;
        }
        let (date, as_of) = days;
        let flip = Flip {
            project: project.clone(),
            workflow: workflow.clone(),
            date: date.to_string(),
            as_of: as_of.to_string(),
            from: before.decision,
            to: after.decision,
            rules,
            seen: after.seen,
        };
        let same = |own: &&Flip| own.date == flip.date && says_the_same(own, &flip);
        if flips.last().filter(same).is_none() {
            flips.push(flip);
        }
    }
    flips
}

/// As of today the newest snapshot is worth a line only where that flips otherwise than its own day.
fn says_the_same(own: &Flip, today: &Flip) -> bool {
    let stay = own.from == own.to && today.from == today.to;
    own.rules == today.rules && (stay || (own.from, own.to) == (today.from, today.to))
}

/// The rules that fire on at least one side, and differ; where these do not explain a decision, all that bear on it.
fn rule_flips(old: &DayVerdict, new: &DayVerdict) -> Vec<RuleFlip> {
    // As on most days.
    if old.rules == new.rules {
        return Vec::new();
    }
    let (before, after) = (old.by_name(), new.by_name());
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let sides = |name: &str| (before.get(name).copied(), after.get(name).copied());
    let differing = names.into_iter().map(|name| (name, sides(name))).filter(|(_, (from, to))| from != to);
    let differing: Vec<_> = differing.collect();
    let any = |is: fn(RuleSide) -> bool, (from, to): &(Option<RuleSide>, Option<RuleSide>)| {
        from.iter().chain(to).any(|side| is(*side))
    };
    let explained = old.decision == new.decision
        || differing.iter().any(|(_, sides)| any(|side| side.enforced && fires(side), sides));
    differing
        .into_iter()
        .filter(|(_, sides)| any(fires, sides) || !explained && any(|side| side.enforced, sides))
        .map(|(name, (from, to))| RuleFlip { rule: name.to_owned(), from, to })
        .collect()
}

/// Whether there is something to say of a rule; a new one that passes is no flip.
fn fires(side: RuleSide) -> bool {
    match side.outcome {
        Outcome::Fail | Outcome::Undecided | Outcome::Waived => true,
        Outcome::Pass | Outcome::NotApplicable | Outcome::Off => false,
    }
}
