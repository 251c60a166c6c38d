//! The `test` blocks of projects: policies with the files that test them, read, run and summed up.

use std::collections::{BTreeMap, BTreeSet};

use super::{TextFile, add, has_errors, in_order, parse_all};
use crate::ast::{Expect, ExpectKind, ExprIds, File, Item, TestDecl};
use crate::check::check;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::program::Program;
use crate::report::tests::{TestCaseReport, TestFileReport, TestOutcome, TestReport, TestSummary};
use crate::report::{DiagnosticReport, VERSION};
use crate::settings::Settings;
use crate::snapshot::{Input, Role};
use crate::source::{FileId, SourceMap};
use crate::suite::{Trial, dotted, run_test_decl};

/// Everything that a run of tests reads.
#[derive(Debug, Default)]
pub struct Suites {
    /// Holds the configurations already, as they say where policies lie.
    pub sources: SourceMap,
    /// By name.
    pub suites: Vec<Suite>,
    /// What kept suites from being found.
    pub problems: Vec<Diagnostic>,
}

/// Policies, and the files that test them.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// Every policy that the tests are run with.
    pub policies: Vec<TextFile>,
    /// The files whose `test` blocks are run; a policy's own name may be among them.
    pub tests: Vec<TextFile>,
    pub problems: Vec<Diagnostic>,
}

/// What the caller of a run chooses.
#[derive(Clone, Debug, Default)]
pub struct TestOptions {
    /// Only tests whose title, or the name of a rule that they expect something of, contains this.
    pub filter: Option<String>,
}

/// What came of it. Every output format draws this.
#[derive(Debug)]
pub struct TestRun {
    pub report: TestReport,
    /// As the files of the report.
    pub files: Vec<TestedFile>,
    /// What is wrong beyond single tests.
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
    /// 0: all passed; 1: one failed, or none was found; 2: policies or tests could not be read.
    pub exit: u8,
}

/// The tests of a file that ran.
#[derive(Debug)]
pub struct TestedFile {
    pub name: String,
    pub trials: Vec<Trial>,
}

/// A suite that was read: its policies, checked, and what of its tests is to be run with them.
#[derive(Debug)]
pub struct CompiledSuite {
    pub policies: Vec<File>,
    pub program: Program,
    /// How many expressions there are, for checking the policies again.
    pub exprs: usize,
    pub tests: Vec<File>,
}

/// Runs all tests.
pub fn run_tests(suites: Suites, options: &TestOptions) -> TestRun {
    let Suites { mut sources, suites, problems } = suites;
    let mut diagnostics = problems;
    let mut shared = BTreeMap::new();
    let mut files: Vec<TestedFile> = Vec::new();
    for suite in suites {
        let compiled = compile_suite(suite, &mut sources, &mut shared, &mut diagnostics);
        let settings = Settings::declared(&compiled.program);
        for file in &compiled.tests {
            let tests = tests_of(file).filter(|test| is_wanted(test, options));
            let trials: Vec<Trial> =
                tests.map(|test| run_test_decl(test, &compiled.program, &settings, &mut sources)).collect();
            if !trials.is_empty() {
                files.push(TestedFile { name: sources.name(file.id).to_owned(), trials });
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    finish(files, diagnostics, sources, options)
}

/// Reads and checks one suite. `shared` are the files that were read for others already.
pub fn compile_suite(
    suite: Suite,
    sources: &mut SourceMap,
    shared: &mut BTreeMap<String, Input>,
    diagnostics: &mut Vec<Diagnostic>,
) -> CompiledSuite {
    let Suite { policies, tests, problems } = suite;
    diagnostics.extend(problems);
    let mut input = |file: TextFile, sources: &mut SourceMap| {
        let name = file.name.clone();
        shared.entry(name).or_insert_with(|| add(file, Role::Snapshot, sources)).clone()
    };
    let policies: Vec<Input> = policies.into_iter().map(|file| input(file, sources)).collect();
    let tests: Vec<Input> = tests.into_iter().map(|file| input(file, sources)).collect();
    let wanted: BTreeSet<FileId> = tests.iter().map(|test| test.file).collect();
    let known: BTreeSet<FileId> = policies.iter().map(|policy| policy.file).collect();
    let mut ids = ExprIds::default();
    let mut found = Vec::new();
    let policies = parse_all(&policies, sources, &mut ids, &mut found);
    let tests: Vec<Input> = tests.into_iter().filter(|test| !known.contains(&test.file)).collect();
    let mut tests = parse_all(&tests, sources, &mut ids, &mut found);
    let all: Vec<File> = policies.iter().chain(&tests).cloned().collect();
    let exprs = ids.count();
    let (mut program, checked) = check(&all, exprs);
    found.extend(checked);
    program.incomplete = has_errors(&found);
    diagnostics.extend(found);
    tests.extend(policies.iter().filter(|file| wanted.contains(&file.id)).cloned());
    CompiledSuite { policies, program, exprs, tests }
}

fn tests_of(file: &File) -> impl Iterator<Item = &TestDecl> {
    file.items.iter().filter_map(|item| match item {
        Item::Test(test) => Some(test),
        Item::Stages(_) | Item::Snapshot(_) | Item::Policy(_) | Item::Broken(_) => None,
    })
}

fn is_wanted(test: &TestDecl, options: &TestOptions) -> bool {
    let Some(filter) = &options.filter else { return true };
    let filter = filter.to_lowercase();
    let names = |expect: &Expect| match &expect.kind {
        ExpectKind::Rule(path, _) => dotted(path).contains(&filter),
        ExpectKind::Decision(_) => false,
    };
    test.title.to_lowercase().contains(&filter) || test.expect.iter().any(names)
}

fn finish(
    files: Vec<TestedFile>,
    mut diagnostics: Vec<Diagnostic>,
    sources: SourceMap,
    options: &TestOptions,
) -> TestRun {
    let broken = has_errors(&diagnostics);
    if files.is_empty() {
        diagnostics.push(nothing_tested(options));
    }
    let found = in_order(&mut diagnostics, &sources);
    let case = |trial: &Trial| TestCaseReport {
        title: trial.title.clone(),
        line: sources.line_column(trial.span).0,
        outcome: if trial.diagnostics.is_empty() { TestOutcome::Passed } else { TestOutcome::Failed },
        diagnostics: trial.diagnostics.iter().map(|one| DiagnosticReport::new(one, &sources)).collect(),
    };
    let reports: Vec<TestFileReport> = files
        .iter()
        .map(|file| TestFileReport { file: file.name.clone(), tests: file.trials.iter().map(case).collect() })
        .collect();
    let count = |outcome: TestOutcome| {
        reports.iter().flat_map(|file| &file.tests).filter(|test| test.outcome == outcome).count()
    };
    let (passed, failed) = (count(TestOutcome::Passed), count(TestOutcome::Failed));
    let summary = TestSummary { files: reports.len(), tests: passed + failed, passed, failed };
    let exit = match (broken, failed, passed) {
        (true, ..) => 2,
        (false, 0, 1..) => 0,
        (false, ..) => 1,
    };
    let report = TestReport { version: VERSION, summary, files: reports, diagnostics: found };
    TestRun { report, files, diagnostics, sources, exit }
}

/// What is said where no test ran: that is no pass.
fn nothing_tested(options: &TestOptions) -> Diagnostic {
    match &options.filter {
        None => Diagnostic::error(Code::T603, "no test was found").help(
            "tests are `test` blocks in files that end in `.test.gate`, beside the policies that they test",
        ),
        Some(filter) => {
            let message = format!(
                "no test has `{}` in its title or expects something of such a rule",
                filter.escape_debug()
            );
            Diagnostic::error(Code::T603, message).help("leave `--filter` out to run all of them")
        }
    }
}
