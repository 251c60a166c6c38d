//! JUnit XML: a suite for each workflow, a case for each of its rules.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::finding::{Finding, FindingKind, FindingsOf, OfSeveralSteps, findings, read_below, shown};
use crate::ast::EffectKind;
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::testing::TestReport;
use crate::report::{self, Decision, DiagnosticReport, LabelReport, Outcome, RuleReport};
use crate::text::visible;

/// The whole document.
///
/// # Errors
/// If the XML cannot be written, which writing to memory gives no reason for.
pub fn render(
    judgement: &Answer<report::Report>,
    folder: &str,
) -> Result<String, quick_junit::SerializeError> {
    let findings = findings(judgement, folder);
    let mut report = Report::new("tollgate");
    let of_files = |finding: &&Finding| {
        let is_own = finding.workflow.is_none() && finding.kind != FindingKind::PullRequest;
        is_own && finding.severity == Severity::Error
    };
    let problems: Vec<&Finding> = findings.iter().filter(of_files).collect();
    if !problems.is_empty() {
        let mut suite = TestSuite::new("policies, configuration and snapshots");
        for problem in problems {
            let denied = problem.kind == FindingKind::Denied;
            let kind = if denied { NonSuccessKind::Failure } else { NonSuccessKind::Error };
            let mut status = TestCaseStatus::non_success(kind);
            status.set_type(problem.rule.as_str()).set_message(problem.message.as_str());
            let place =
                problem.places.first().map(|place| format!("{}:{}", place.region.file, place.region.line));
            let mut case = TestCase::new(place.as_deref().unwrap_or("the run"), status);
            case.set_classname(problem.rule.as_str());
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    let proposed: Vec<TestCase> = findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::PullRequest)
        .map(of_pull_request)
        .collect();
    if !proposed.is_empty() {
        let mut suite = TestSuite::new("the pull request");
        suite.add_test_cases(proposed);
        report.add_test_suite(suite);
    }
    let of_rules = FindingsOf::new(&findings);
    for workflow in &judgement.report.workflows {
        // As findings name it: a name of several lines, made visible otherwise, would have none of them.
        let name = shown(&workflow.name());
        let mut suite = TestSuite::new(visible(&name).as_ref());
        let several = OfSeveralSteps::new(workflow);
        for rule in &workflow.rules {
            suite.add_test_case(case(&several.name(rule), rule, &of_rules.get(&name, rule)));
        }
        if let Some(held) = of_rules.held(&name) {
            let mut status = match held.excused {
                Some(_) => TestCaseStatus::skipped(),
                None => TestCaseStatus::non_success(NonSuccessKind::Failure),
            };
            status.set_type(held.kind.as_str()).set_message(held.excused.unwrap_or(&held.message));
            status.set_description(described(held));
            let (class, own) = held.rule.split_once('.').unwrap_or(("", &held.rule));
            let mut case = TestCase::new(own, status);
            case.set_classname(class);
            suite.add_test_case(case);
        }
        if workflow.decision == Decision::Retired {
            let mut status = TestCaseStatus::skipped();
            status.set_message("retired");
            suite.add_test_case(TestCase::new("judged", status));
        }
        report.add_test_suite(suite);
    }
    if let Some(first) = report.test_suites.first_mut() {
        let read = read_below(folder, judgement).join(" ");
        first.add_property(("read", read.as_str()));
    }
    written(&report)
}

fn written(report: &Report) -> Result<String, quick_junit::SerializeError> {
    // The schema counts what was skipped in each suite, and has no sum of it.
    let sum = format!(" skipped=\"{}\"", report.skipped);
    Ok(report.to_string()?.replacen(&sum, "", 1))
}

/// What a pull request changes: a failure where it stops the pull request; else it is only said.
fn of_pull_request(finding: &Finding) -> TestCase {
    let stops = finding.severity == Severity::Error;
    let mut status = TestCaseStatus::success();
    if stops {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(finding.rule.as_str()).set_message(finding.message.as_str());
        status.set_description(described(finding));
    }
    let mut case = TestCase::new(finding.workflow.as_ref().unwrap_or(&finding.message).as_str(), status);
    case.set_classname(finding.rule.as_str());
    if !stops {
        case.set_system_out(described(finding));
    }
    case
}

/// The document of a run of tests: a suite for each file, a case for each test.
///
/// # Errors
/// As [`render`].
pub fn render_tests(run: &Answer<TestReport>) -> Result<String, quick_junit::SerializeError> {
    let mut report = Report::new("tollgate test");
    let errors: Vec<_> =
        run.report.diagnostics.iter().filter(|problem| problem.severity == Severity::Error).collect();
    if !errors.is_empty() {
        let mut suite = TestSuite::new("policies and tests");
        for problem in errors {
            let place =
                problem.labels.first().map(|label| format!("{}:{}", label.region.file, label.region.line));
            let status = told(problem, std::slice::from_ref(problem), NonSuccessKind::Error);
            let place = place.unwrap_or_else(|| "the run".to_owned());
            suite.add_test_case(TestCase::new(visible(&place).as_ref(), status));
        }
        report.add_test_suite(suite);
    }
    for file in &run.report.files {
        let mut suite = TestSuite::new(visible(&file.file).as_ref());
        for test in &file.tests {
            let status = match test.diagnostics.first() {
                None => TestCaseStatus::success(),
                Some(first) => told(first, &test.diagnostics, NonSuccessKind::Failure),
            };
            let mut case = TestCase::new(visible(&test.title).as_ref(), status);
            case.set_classname(visible(&file.file).as_ref());
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    written(&report)
}

/// A case that is told by its first problem, and described by all of them.
fn told(first: &DiagnosticReport, all: &[DiagnosticReport], kind: NonSuccessKind) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(first.code).set_message(visible(&first.message).as_ref());
    let lines = all.iter().flat_map(|problem| {
        let place =
            |label: &LabelReport| format!("{}:{}: {}", label.region.file, label.region.line, label.text);
        let help = problem.help.iter().map(|help| format!("help: {help}"));
        [problem.message.clone()].into_iter().chain(problem.labels.iter().map(place)).chain(help)
    });
    let lines: Vec<String> = lines.map(|line| visible(&line).into_owned()).collect();
    status.set_description(lines.join("\n"));
    status
}

/// The case of a rule. `name` tells it from the others of its workflow: a tool keeps one of two cases that are called alike.
fn case(name: &str, rule: &RuleReport, finding: &Option<&Finding>) -> TestCase {
    let (policy, own) = name.split_once('.').unwrap_or(("", name));
    let status = match (finding, rule.outcome) {
        (Some(Finding { excused: Some(why), .. }), _) if rule.applied >= Some(EffectKind::Hold) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(*why);
            status
        }
        (Some(finding), _) if rule.applied >= Some(EffectKind::Hold) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let first = finding.message.lines().next().unwrap_or(&finding.title);
            status.set_type(finding.kind.as_str()).set_message(first);
            status.set_description(described(finding));
            status
        }
        (_, Outcome::NotApplicable | Outcome::Off | Outcome::Waived) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(rule.outcome.as_str().replace('_', " "));
            status
        }
        (_, Outcome::Pass | Outcome::Fail | Outcome::Undecided) if !rule.enforced => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("preview of a gate");
            status
        }
        (_, Outcome::Pass | Outcome::Fail | Outcome::Undecided) => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(visible(own).as_ref(), status);
    case.set_classname(visible(policy).as_ref());
    // A warning or note is no failure, nor is what does not count; what it says is kept.
    let is_said = |finding: &&Finding| rule.applied < Some(EffectKind::Hold) || finding.excused.is_some();
    if let Some(finding) = finding.filter(is_said) {
        case.set_system_out(described(finding));
    }
    case
}

fn described(finding: &Finding) -> String {
    let places = finding
        .places
        .iter()
        .map(|place| format!("{}:{}: {}", place.region.file, place.region.line, place.text));
    let help = finding.help.as_ref().map(|help| format!("help: {help}"));
    let lines: Vec<String> = [finding.message.clone()].into_iter().chain(places).chain(help).collect();
    lines.join("\n")
}
