//! What a judgement comes to.

use std::collections::BTreeMap;

use super::CheckOptions;
use super::load::Ready;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::eval::RunBudget;
use crate::report::{Decision, Outcome, Report, Summary, WorkflowReport};

/// What is said when everything was sound and still nothing was judged: that is no pass.
pub(super) fn nothing_judged(rules: usize, reports: &[WorkflowReport]) -> Option<Diagnostic> {
    let error = |message: &str| Some(Diagnostic::error(Code::NothingJudged, message));
    if rules == 0 {
        return error("there is no rule to judge by");
    }
    if reports.is_empty() {
        return error("there is no snapshot to judge");
    }
    // Retired ones are not there to be judged.
    if reports.iter().all(|report| report.decision == Decision::Retired) {
        return None;
    }
    if !reports.iter().flat_map(|report| &report.rules).any(|rule| rule.outcome.is_judged()) {
        let help =
            "every rule is off or does not apply; check the `when` of the policies and the workflows' stages";
        return error("no rule applies to any workflow").map(|diagnostic| diagnostic.help(help));
    }
    None
}

/// What is said of a run that takes more than it may, so that none of its verdicts counts.
pub(super) fn beyond_budget<T>(projects: &[Ready<T>]) -> Option<Diagnostic> {
    projects.iter().find_map(|project| too_much(&project.run))
}

/// The same of a budget.
pub(super) fn too_much(run: &RunBudget) -> Option<Diagnostic> {
    let error = |message: String, help: &str| {
        Diagnostic::error(Code::RunTooLarge, format!("{message}: no verdict of this run counts")).help(help)
    };
    let steps = run.too_few_steps().map(|most| {
        error(
            format!("judging all of this takes more than {most} steps"),
            "shorten the windows and lists that the policies go through, or judge fewer workflows with `--workflow`",
        )
    });
    let bytes = run.too_few_bytes().map(|most| {
        error(
            format!("the report is larger than {most} bytes"),
            "judge fewer workflows at once, with `--workflow`, or by fewer rules",
        )
    });
    steps.or(bytes)
}

pub(super) fn summarise(reports: &[WorkflowReport]) -> Summary {
    let mut decisions: BTreeMap<Decision, usize> = BTreeMap::new();
    for report in reports {
        *decisions.entry(report.decision).or_default() += 1;
    }
    let count = |decision| decisions.get(&decision).copied().unwrap_or(0);
    let undecided = |report: &WorkflowReport| {
        report.rules.iter().filter(|rule| rule.enforced && rule.outcome == Outcome::Undecided).count()
    };
    Summary {
        workflows: reports.len(),
        advance: count(Decision::Advance),
        go_on: count(Decision::Continue),
        hold: count(Decision::Hold),
        rollback: count(Decision::Rollback),
        error: count(Decision::Error),
        retired: count(Decision::Retired),
        undecided: reports.iter().map(undecided).sum(),
    }
}

pub(super) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// The exit code of a command that judges nothing.
pub(super) fn exit_of(diagnostics: &[Diagnostic]) -> u8 {
    if has_errors(diagnostics) { 2 } else { 0 }
}

/// The exit code of a judgement.
pub(super) fn exit_code(report: &Report, diagnostics: &[Diagnostic], options: &CheckOptions) -> u8 {
    if has_errors(diagnostics) || report.summary.error > 0 {
        return 2;
    }
    // A lint is of a policy, and not of what a rollout shows.
    let warns = |found: &Diagnostic| found.severity == Severity::Warning && !found.code.is_lint();
    let warned = diagnostics.iter().any(warns);
    let stops = report.summary.hold > 0 || report.summary.rollback > 0 || options.deny_warnings && warned;
    u8::from(stops)
}
