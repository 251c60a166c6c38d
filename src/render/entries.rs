//! What people are told of rules that did something, in the order in which they read it: what failed, what is undecided,
//! what warns, what notes. What has one cause is one entry. It draws nothing.

use std::collections::HashMap;

use crate::ast::EffectKind;
use crate::report::{Outcome, RuleReport, WorkflowReport};

/// Workflows in which a rule comes out alike, from which on it is told once.
const MANY: usize = 3;
/// Where more workflows than these are stopped, a rule that fails in many is told once, whatever was seen in each.
const CROWD: usize = 10;

/// What is told at once.
#[derive(Clone)]
pub(super) struct ReportEntry<'r> {
    /// The rule that is shown.
    pub(super) rule: &'r RuleReport,
    /// The rules that are undecided for the same cause, the one that is shown among them.
    pub(super) alike: Vec<&'r RuleReport>,
    /// All workflows in which the same came out, if it is told of many at once.
    pub(super) workflows: Vec<&'r WorkflowReport>,
}

impl<'r> ReportEntry<'r> {
    /// Of one rule alone.
    pub(super) fn of(rule: &'r RuleReport) -> Self {
        Self { rule, alike: vec![rule], workflows: Vec::new() }
    }

    /// The names of all workflows in which the same came out, each with what was seen there first, where that differs.
    pub(super) fn named_workflows(&self) -> Vec<String> {
        let seen = |workflow: &&'r WorkflowReport| {
            let same = |rule: &&RuleReport| rule.rule == self.rule.rule && rule.outcome == self.rule.outcome;
            Some(&*workflow.rules.iter().find(same)?.evidence.first()?.value)
        };
        let values: Vec<Option<&str>> = self.workflows.iter().map(seen).collect();
        let differ = values.windows(2).any(|pair| matches!(pair, [one, other] if one != other));
        let named = |(workflow, value): (&&WorkflowReport, &Option<&str>)| match value.filter(|_| differ) {
            Some(value) => format!("{} ({value})", workflow.name()),
            None => workflow.name(),
        };
        self.workflows.iter().zip(&values).map(named).collect()
    }
}

/// How far what came out alike is told together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Together {
    /// Each rule of each workflow has an entry of its own.
    Never,
    /// Where nothing of what is said differs.
    Alike,
    /// Where a rule failed, whatever was seen, for want of room.
    ByRule,
}

impl Together {
    /// As it suits so many workflows; with `full` each rule is told by itself.
    pub(super) fn suiting(workflows: &[&WorkflowReport], full: bool) -> Self {
        let stopped = workflows.iter().filter(|workflow| !workflow.decision.goes_on()).count();
        match (full, stopped > CROWD) {
            (true, _) => Self::Never,
            (false, true) => Self::ByRule,
            (false, false) => Self::Alike,
        }
    }
}

/// What tells entries of different workflows apart.
#[derive(PartialEq, Eq, Hash)]
struct EntryKey<'r> {
    rules: Vec<&'r str>,
    applied: Option<&'static str>,
    undecided: bool,
    gate: Option<&'r str>,
    said: Option<&'r str>,
    seen: Vec<&'r str>,
}

/// The entries of some workflows, each with its workflow.
pub(super) fn entries<'r>(
    workflows: &[&'r WorkflowReport],
    least: EffectKind,
    together: Together,
) -> Vec<(&'r WorkflowReport, Vec<ReportEntry<'r>>)> {
    let mut all: Vec<_> =
        workflows.iter().map(|workflow| (*workflow, of_workflow(workflow, least, together))).collect();
    if together == Together::Never {
        return all;
    }
    let mut same: HashMap<EntryKey<'r>, Vec<&'r WorkflowReport>> = HashMap::new();
    for (workflow, entry) in all.iter().flat_map(|(workflow, own)| own.iter().map(move |e| (workflow, e))) {
        same.entry(key(entry, together)).or_default().push(workflow);
    }
    for (workflow, own) in &mut all {
        own.retain_mut(|entry| {
            let workflows = same.get(&key(entry, together)).map_or(&[][..], Vec::as_slice);
            if workflows.len() < MANY {
                return true;
            }
            entry.workflows = workflows.to_vec();
            workflows.first().is_some_and(|first| std::ptr::eq(*first, *workflow))
        });
    }
    all
}

fn of_workflow<'r>(
    workflow: &'r WorkflowReport,
    least: EffectKind,
    together: Together,
) -> Vec<ReportEntry<'r>> {
    let shown = |rule: &&RuleReport| is_shown(rule) && rule.applied >= Some(least);
    let mut rules: Vec<&RuleReport> = workflow.rules.iter().filter(shown).collect();
    rules.sort_by_key(|rule| rank(rule));
    let mut entries: Vec<ReportEntry<'r>> = Vec::new();
    for rule in rules {
        let known = entries.iter_mut().find(|entry| {
            together != Together::Never
                && rule.outcome == Outcome::Undecided
                && has_one_cause(entry.rule, rule)
        });
        match known {
            Some(entry) => entry.alike.push(rule),
            None => entries.push(ReportEntry::of(rule)),
        }
    }
    entries
}

/// Whether a rule gets a report: it is enforced and its outcome does something.
pub(super) fn is_shown(rule: &RuleReport) -> bool {
    rule.enforced && rule.applied.is_some() && matches!(rule.outcome, Outcome::Fail | Outcome::Undecided)
}

/// What stops its workflow comes before what does not, and what failed before what is undecided; then the harshest.
fn rank(rule: &RuleReport) -> impl Ord + use<> {
    let stops = rule.applied >= Some(EffectKind::Hold);
    (!stops, rule.outcome == Outcome::Undecided, std::cmp::Reverse(rule.applied))
}

/// Whether two undecided rules do the same, and the same would decide both.
fn has_one_cause(one: &RuleReport, other: &RuleReport) -> bool {
    let remedy = |rule: &RuleReport| rule.would_pass.as_ref().is_some_and(|remedy| !remedy.is_empty());
    one.outcome == other.outcome
        && one.applied == other.applied
        && remedy(one)
        && one.would_pass == other.would_pass
        && cause(one) == cause(other)
}

fn key<'r>(entry: &ReportEntry<'r>, together: Together) -> EntryKey<'r> {
    let undecided = entry.rule.outcome == Outcome::Undecided;
    let said = if undecided {
        cause(entry.rule)
    } else {
        entry.rule.message.as_deref().filter(|_| together == Together::Alike)
    };
    let differs = !undecided && together == Together::Alike;
    let seen = entry.rule.evidence.iter().filter(|_| differs).map(|seen| &*seen.value);
    EntryKey {
        seen: seen.collect(),
        gate: entry.rule.gate.as_deref(),
        rules: entry.alike.iter().map(|rule| &*rule.rule).collect(),
        applied: entry.rule.applied.map(EffectKind::as_str),
        undecided,
        said,
    }
}

/// What is said of the first place of the input: why a rule is undecided.
pub(super) fn cause(rule: &RuleReport) -> Option<&str> {
    let of_input = rule.places.iter().find(|place| place.region.file != rule.policy.file);
    of_input.map(|place| &*place.text)
}

/// What stands before the remedy of a rule.
pub(super) fn remedy_word(rule: &RuleReport) -> &'static str {
    remedy_of(rule.outcome)
}

/// What stands before the remedy of a rule that came out so.
pub(super) fn remedy_of(outcome: Outcome) -> &'static str {
    if outcome == Outcome::Undecided { "would decide" } else { "would pass" }
}
