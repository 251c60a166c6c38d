//! The tests of a study, and what comes of running some of them.

use crate::ast::{ExpectKind, TestDecl};
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{Study, TestOptions, Workspace};
use crate::project::Suites;
use crate::report::Place;
use crate::source::{FileId, SourceMap, Span};
use crate::suite::dotted;

/// A `test` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestItem {
    pub title: String,
    /// The title with its quotes.
    pub title_span: Span,
    /// The whole block.
    pub span: Span,
    /// The rules that it expects something of, each once.
    pub rules: Vec<String>,
}

/// What came of running tests.
#[derive(Debug)]
pub struct TestsRun {
    pub tests: Vec<RanTest>,
    /// What kept tests from being run, or is wrong beyond single ones.
    pub problems: Vec<String>,
    /// All places lie in these.
    pub sources: SourceMap,
}

/// A test that ran.
#[derive(Debug)]
pub struct RanTest {
    pub title: String,
    /// The whole block.
    pub span: Span,
    pub passed: bool,
    /// Why it has not passed; empty if it has.
    pub diagnostics: Vec<Diagnostic>,
}

/// The tests of a file, or all of them, by file and place.
pub fn tests(study: &Study, file: Option<FileId>) -> Vec<TestItem> {
    let trees = study.grounds.iter().flat_map(|ground| &ground.files);
    let wanted = trees.filter(|tree| file.is_none_or(|file| tree.id == file));
    let mut found: Vec<TestItem> = wanted.flat_map(|tree| tree.tests()).map(item).collect();
    found.sort_by(|a, b| {
        let key = |test: &TestItem| (study.sources.name(test.span.file), test.span);
        key(a).cmp(&key(b))
    });
    // A file is read with each of the policies that it stands beside.
    found.dedup_by_key(|test| test.span);
    found
}

/// Runs tests that stand in these suites as the study has them.
pub fn run_tests(workspace: &mut Workspace, suites: Suites, study: &Study, wanted: &[TestItem]) -> TestsRun {
    let filter = if let [only] = wanted { Some(only.title.clone()) } else { None };
    let answer = workspace.test(suites, &TestOptions { filter, ..TestOptions::default() });
    let sources = answer.sources;
    let is_wanted = |span: Span| {
        wanted.iter().any(|test| {
            test.span.start == span.start && study.sources.name(test.span.file) == sources.name(span.file)
        })
    };
    let cases = answer.report.files.into_iter().flat_map(|file| file.tests);
    let ran = cases.filter(|case| is_wanted(case.span)).map(|case| RanTest {
        passed: case.passed(),
        title: case.title,
        span: case.span,
        diagnostics: case.failures.into_iter().map(|failure| failure.diagnostic).collect(),
    });
    let tests: Vec<RanTest> = ran.collect();
    let errors = answer.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let problems = errors.map(|found| problem(found, &sources)).collect();
    TestsRun { tests, problems, sources }
}

fn problem(found: &Diagnostic, sources: &SourceMap) -> String {
    match found.labels.first() {
        Some(label) => format!("{}: {}", Place::new(label.span, sources), found.message),
        None => found.message.clone(),
    }
}

fn item(test: &TestDecl) -> TestItem {
    let mut rules: Vec<String> = Vec::new();
    for expect in &test.expect {
        match &expect.kind {
            ExpectKind::Rule(path, _) => {
                let rule = dotted(path);
                if !rules.contains(&rule) {
                    rules.push(rule);
                }
            }
            ExpectKind::Decision(_) => {}
        }
    }
    TestItem { title: test.title.to_string(), title_span: test.title_span, span: test.span, rules }
}
