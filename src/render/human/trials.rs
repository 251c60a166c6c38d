//! The human form of a run of tests: a line for each file, a report for each failed expectation, and what it comes to.

use super::{Color, Page, summary};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::engine::Answer;
use crate::render::{Style, View};
use crate::report::testing::{
    CoverageReport, Covered, MutationReport, RuleSeen, SnapshotSeen, TestCaseReport, TestFileReport,
    TestReport,
};
use crate::text::{pad, quote, visible, width};

/// What is wrong with the files first, then each file, then the sum.
pub fn render_tests(run: &Answer<TestReport>, style: Style) -> String {
    let view = View { full: true, ..View::default() };
    let mut page = Page::new(style, &view);
    let (unseen, problems): (Vec<Diagnostic>, Vec<Diagnostic>) =
        run.diagnostics.iter().cloned().partition(|diagnostic| {
            matches!(diagnostic.code, Code::Unseen | Code::UnnoticedMistake | Code::UnjustifiedUntested)
        });
    page.diagnostics(&problems, &run.sources, &view);
    let name = |file: &TestFileReport| visible(&file.file).into_owned();
    let names = run.report.files.iter().map(|file| width(&name(file))).max().unwrap_or(0);
    for file in &run.report.files {
        let failed: Vec<&TestCaseReport> = file.tests.iter().filter(|test| !test.passed()).collect();
        if !failed.is_empty() {
            page.blank();
        }
        let mark = match (failed.is_empty(), style.unicode) {
            (true, true) => page.paint("✓", Color::Green),
            (true, false) => page.paint("ok", Color::Green),
            (false, true) => page.paint("✗", Color::Red),
            (false, false) => page.paint("FAILED", Color::Red),
        };
        page.line(&format!("{mark} {}  {}", pad(&name(file), names), counts(file, failed.len())));
        for test in failed {
            page.blank();
            page.line(&format!("  {} at line {}", quoted(test), test.line));
            page.blank();
            for failure in &test.failures {
                page.diagnostic(&failure.diagnostic, &run.sources);
                failure.seen.iter().for_each(|seen| table(&mut page, seen));
                page.blank();
            }
        }
    }
    page.blank();
    page.diagnostics(&unseen, &run.sources, &view);
    run.report.coverage.iter().for_each(|all| coverage(&mut page, all));
    page.blank();
    page.line(&sentence(run));
    run.report.skipped.iter().for_each(|why| page.line(&visible(why)));
    run.report.mutation.iter().for_each(|all| page.line(&mutation(*all)));
    page.out
}

/// The same in sentences.
pub fn narrate_tests(run: &Answer<TestReport>) -> String {
    let mut lines = Vec::new();
    for diagnostic in super::in_order(&run.diagnostics) {
        super::narrate::diagnosed(diagnostic, &run.sources, &mut lines);
    }
    for file in &run.report.files {
        let failed = file.tests.iter().filter(|test| !test.passed());
        lines.push(format!("File {}: {}.", visible(&file.file), counts(file, failed.clone().count())));
        for test in failed {
            lines.push(format!("The test {} at line {} failed.", quoted(test), test.line));
            for failure in &test.failures {
                super::narrate::diagnosed(&failure.diagnostic, &run.sources, &mut lines);
                lines.extend(failure.seen.iter().flat_map(|seen| &seen.snapshots).map(told));
            }
        }
    }
    lines.extend(run.report.coverage.as_ref().map(covered));
    lines.push(sentence(run));
    lines.extend(run.report.skipped.iter().map(|why| visible(why).into_owned()));
    lines.extend(run.report.mutation.map(mutation));
    lines.join("\n") + "\n"
}

/// The most snapshots that are shown of a series; the last ones tell most.
const MAX_SNAPSHOTS: usize = 12;
/// How wide the heading of a column and its values get.
const MAX_COLUMN: usize = 28;

/// What a rule saw: a line for each snapshot, a column for each value.
fn table(page: &mut Page, seen: &RuleSeen) {
    let heads = seen.snapshots.iter().flat_map(|snapshot| &snapshot.values).map(|value| &value.expression);
    let mut columns: Vec<&String> = Vec::new();
    heads.for_each(|head| {
        if !columns.contains(&head) {
            columns.push(head)
        }
    });
    let head = ["snapshot".to_owned(), "outcome".to_owned()];
    let mut rows: Vec<Vec<String>> =
        vec![head.into_iter().chain(columns.iter().map(|head| cropped(head))).collect()];
    let left_out = seen.snapshots.len().saturating_sub(MAX_SNAPSHOTS);
    for snapshot in seen.snapshots.iter().skip(left_out) {
        let value = |head: &&String| snapshot.values.iter().find(|value| value.expression == **head);
        let values =
            columns.iter().map(|head| value(head).map_or(String::new(), |value| cropped(&value.value)));
        let outcome = snapshot.outcome.as_str().replace('_', " ");
        rows.push([snapshot.date.clone(), outcome].into_iter().chain(values).collect());
    }
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max();
    let mut room = page.style.width.saturating_sub(7);
    let fits = |column: &usize| {
        room = room.saturating_sub(*column + 2);
        room > 0
    };
    let widths = (0..columns.len() + 2).map(|column| widest(column).unwrap_or(0));
    let widths: Vec<usize> = widths.take_while(fits).collect();
    let bar = if page.style.unicode { "│" } else { "|" };
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        let head = page.paint(if index == 0 { "saw:" } else { bar }, Color::Cyan);
        let gap = if index == 0 { " " } else { "    " };
        page.line(&format!("  {head}{gap}{}", cells.join("  ")));
    }
    let narrow = (columns.len() + 2).saturating_sub(widths.len());
    let left_out = left_out + seen.earlier;
    for (more, what) in [
        (left_out, summary::plural(left_out, "snapshot before these", "snapshots before these")),
        (narrow, summary::plural(narrow, "value", "values")),
    ] {
        if more > 0 {
            page.line(&format!("  {}    and {more} {what}", page.paint(bar, Color::Cyan)));
        }
    }
}

fn cropped(text: &str) -> String {
    let text = visible(text);
    if width(&text) <= MAX_COLUMN {
        return text.into_owned();
    }
    let mut shown = String::new();
    for c in text.chars() {
        if width(&shown) + 3 >= MAX_COLUMN {
            break;
        }
        shown.push(c);
    }
    shown + "..."
}

/// A snapshot of it in a sentence.
fn told(snapshot: &SnapshotSeen) -> String {
    let values = snapshot
        .values
        .iter()
        .map(|seen| format!("{} is {}", visible(&seen.expression), visible(&seen.value)));
    let outcome = snapshot.outcome.as_str().replace('_', " ");
    [format!("On {}: {outcome}", snapshot.date)].into_iter().chain(values).collect::<Vec<_>>().join(", ")
        + "."
}

/// What was covered: a line for each rule, and what it all comes to.
fn coverage(page: &mut Page, coverage: &CoverageReport) {
    let names = coverage.files.iter().flat_map(|file| &file.rules).map(|rule| width(&visible(&rule.rule)));
    let names = names.max().unwrap_or(0);
    let unicode = page.style.unicode;
    for file in &coverage.files {
        page.blank();
        let total = format!("{} of {}, {}", file.total.covered, file.total.points, file.total.percent());
        page.line(&format!("{}  {total}", visible(&file.file)));
        page.line(&format!("  {}  pass  fail  undecided  not applicable  conditions", pad("", names)));
        for rule in &file.rules {
            let mark = |seen: Option<bool>| match (seen, unicode) {
                (Some(true), true) => "✓",
                (Some(false), true) => "✗",
                (Some(true), false) => "yes",
                (Some(false), false) => "NO",
                (None, _) => "-",
            };
            let conditions = match rule.conditions.points {
                0 => "-".to_owned(),
                points => format!("{} of {points}", rule.conditions.covered),
            };
            page.line(&format!(
                "  {}  {}  {}  {}  {}  {conditions}",
                pad(&visible(&rule.rule), names),
                pad(mark(rule.passes), 4),
                pad(mark(rule.fails), 4),
                pad(mark(rule.undecided), 9),
                pad(mark(rule.not_applicable.filter(|seen| *seen)), 14),
            ));
        }
    }
    page.blank();
    page.line(&covered(coverage));
}

/// What coverage comes to.
fn covered(coverage: &CoverageReport) -> String {
    let Covered { covered, points } = coverage.total;
    format!("Coverage {}: {covered} of {points} outcomes and conditions were seen.", coverage.total.percent())
}

/// What mutation comes to.
fn mutation(report: MutationReport) -> String {
    let MutationReport { mutants, caught, survivors, justified } = report;
    let survive = if survivors == 1 { "survives" } else { "survive" };
    format!(
        "{mutants} {}, {caught} caught, {survivors} {survive} ({justified} justified).",
        summary::plural(mutants, "mutant", "mutants")
    )
}

/// A title as it is written.
fn quoted(test: &TestCaseReport) -> String {
    format!("\"{}\"", quote(&test.title))
}

fn counts(file: &TestFileReport, failed: usize) -> String {
    let passed = file.tests.len() - failed;
    match (passed, failed) {
        (passed, 0) => format!("{passed} passed"),
        (0, failed) => format!("{failed} failed"),
        (passed, failed) => format!("{failed} failed, {passed} passed"),
    }
}

/// What it comes to.
fn sentence(run: &Answer<TestReport>) -> String {
    let counts = &run.report.summary;
    let tests = summary::plural(counts.tests, "test", "tests");
    let broken = if run.exit == 2 { " Not everything could be read, so this is not all." } else { "" };
    match (counts.tests, counts.failed) {
        (0, _) => format!("No test ran.{broken}"),
        (all, 0) => format!("{all} {tests} passed.{broken}"),
        (all, failed) => format!("{failed} of {all} {tests} failed.{broken}"),
    }
}
