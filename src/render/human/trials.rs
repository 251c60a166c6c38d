//! The human form of a run of tests: a line for each file, a report for each failed expectation, and what it comes to.

use super::{Color, Page, summary};
use crate::engine::{TestRun, TestedFile};
use crate::render::{Style, View};
use crate::suite::Trial;
use crate::text::{pad, quote, visible, width};

/// What is wrong with the files first, then each file, then the sum.
pub fn render_tests(run: &TestRun, style: Style) -> String {
    let view = View { all: true, ..View::default() };
    let mut page = Page::new(style, &view);
    page.diagnostics(&run.diagnostics, &run.sources, &view);
    let name = |file: &TestedFile| visible(&file.name).into_owned();
    let names = run.files.iter().map(|file| width(&name(file))).max().unwrap_or(0);
    for file in &run.files {
        let failed: Vec<&Trial> = file.trials.iter().filter(|trial| !trial.diagnostics.is_empty()).collect();
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
        for trial in failed {
            page.blank();
            let line = run.sources.line_column(trial.span).0;
            page.line(&format!("  {} at line {line}", quoted(trial)));
            page.blank();
            for diagnostic in &trial.diagnostics {
                page.diagnostic(diagnostic, &run.sources);
                page.blank();
            }
        }
    }
    page.blank();
    page.line(&sentence(run));
    page.out
}

/// The same in sentences.
pub fn narrate_tests(run: &TestRun) -> String {
    let mut lines = Vec::new();
    for diagnostic in super::in_order(&run.diagnostics) {
        super::narrate::diagnosed(diagnostic, &run.sources, &mut lines);
    }
    for file in &run.files {
        let failed = file.trials.iter().filter(|trial| !trial.diagnostics.is_empty());
        lines.push(format!("File {}: {}.", visible(&file.name), counts(file, failed.clone().count())));
        for trial in failed {
            let line = run.sources.line_column(trial.span).0;
            lines.push(format!("The test {} at line {line} failed.", quoted(trial)));
            for diagnostic in &trial.diagnostics {
                super::narrate::diagnosed(diagnostic, &run.sources, &mut lines);
            }
        }
    }
    lines.push(sentence(run));
    lines.join("\n") + "\n"
}

/// A title as it is written.
fn quoted(trial: &Trial) -> String {
    format!("\"{}\"", quote(&trial.title))
}

fn counts(file: &TestedFile, failed: usize) -> String {
    let passed = file.trials.len() - failed;
    match (passed, failed) {
        (passed, 0) => format!("{passed} passed"),
        (0, failed) => format!("{failed} failed"),
        (passed, failed) => format!("{failed} failed, {passed} passed"),
    }
}

/// What it comes to.
fn sentence(run: &TestRun) -> String {
    let counts = &run.report.summary;
    let tests = summary::plural(counts.tests, "test", "tests");
    let broken = if run.exit == 2 { " Not everything could be read, so this is not all." } else { "" };
    match (counts.tests, counts.failed) {
        (0, _) => format!("No test ran.{broken}"),
        (all, 0) => format!("{all} {tests} passed.{broken}"),
        (all, failed) => format!("{failed} of {all} {tests} failed.{broken}"),
    }
}
