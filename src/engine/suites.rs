//! The `test` blocks of projects: policies with the files that test them, read, run and summed up.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use super::total::{has_errors, too_much};
use super::workspace::add;
use super::{Answer, Workspace, in_order};
use crate::ast::{Expect, ExpectKind, ExprIds, File, Item, TestDecl};
use crate::check::check;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::eval::RunBudget;
use crate::mutate::{MutationGround, MutationGroup, mutate};
use crate::program::Program;
use crate::project::{Suite, Suites, TextFile};
use crate::report::testing::{
    CoverageReport, Covered, FileCoverage, MissingTest, MutationReport, TestCaseReport, TestFileReport,
    TestOutcome, TestReport, TestSummary,
};
use crate::report::{DiagnosticReport, VERSION};
use crate::settings::Settings;
use crate::snapshot::{Input, Role};
use crate::source::{FileId, ReadFile, SourceMap};
use crate::suite::coverage::{Counted, coverage};
use crate::suite::{Bench, GivenFiles, MetExpectation, Trial, dotted, run_test_decl};
use crate::text::first_few;

/// What the caller of a run chooses.
#[derive(Clone, Debug, Default)]
pub struct TestOptions {
    /// Only tests whose title, or the name of a rule that they expect something of, contains this.
    pub filter: Option<String>,
    /// Whether to count what the tests have seen.
    pub coverage: bool,
    /// Of what is counted, so many percent at least.
    pub min: Option<u8>,
    /// Whether to make mistakes in the policies that the tests should notice.
    pub mutate: bool,
}

/// A suite that was read.
pub(super) struct CompiledSuite {
    pub(super) policies: Vec<File>,
    /// The policies that are tested.
    tested: BTreeSet<FileId>,
    /// How many expressions there are, for checking the policies again.
    exprs: usize,
    /// First the tests that are run with the policies alone, then each file that declares something of its own.
    pub(super) groups: Vec<TestGroup>,
    given: GivenFiles,
}

/// Tests that are run with the same program.
pub(super) struct TestGroup {
    pub(super) program: Program,
    /// The file that declares something beside the policies; none but its own tests see that.
    pub(super) fixture: Option<File>,
    pub(super) tests: Vec<File>,
}

impl Workspace {
    /// Runs all tests. The exit code is 1 where one failed, none was found, too little was covered, or a mistake would go
    /// unnoticed.
    pub fn test(&mut self, suites: Suites, options: &TestOptions) -> Answer<TestReport> {
        self.begin();
        let Suites { mut sources, suites, problems } = suites;
        let mut diagnostics = problems;
        let mut files: Vec<TestFileReport> = Vec::new();
        let mut counted: Vec<Counted> = Vec::new();
        // Each with whether mistakes in it could be noticed.
        let mut compiled: Vec<(CompiledSuite, bool)> = Vec::new();
        for suite in suites {
            let mut found = Vec::new();
            let suite = compile_suite(self, suite, &mut sources, &mut found);
            let run = RunBudget::of(sources.bytes());
            let (tested, met) = run_suite(&suite, options, &run, &mut sources);
            diagnostics.extend(too_much(&run));
            if let Some(group) = suite.groups.first().filter(|_| options.coverage) {
                counted.extend(coverage(&group.program, &suite.tested, &met, &sources));
            }
            let all_pass = tested.iter().flat_map(|file| &file.tests).all(TestCaseReport::passed);
            compiled.push((suite, all_pass && !has_errors(&found)));
            files.extend(tested);
            diagnostics.extend(found);
        }
        let mut mutation: Option<MutationReport> = None;
        let (mut skipped, mut missing) = (Vec::new(), Vec::new());
        if options.mutate {
            let (fit, unfit): (Vec<_>, Vec<_>) =
                compiled.iter().partition(|(_, passes)| *passes && !files.is_empty());
            for (suite, _) in fit {
                let mutated = mutate(&mutation_ground(suite), &mut sources);
                *mutation.get_or_insert_default() += mutated.report;
                diagnostics.extend(mutated.diagnostics);
                missing.extend(mutated.missing);
            }
            if !unfit.is_empty() || mutation.is_none() {
                skipped.push(not_mutated(unfit.into_iter().flat_map(|(suite, _)| &suite.tested), &sources));
            }
        }
        files.sort_by(|a, b| a.file.cmp(&b.file));
        let asked = SuiteExtras { counted, mutation, missing, skipped };
        finish(files, asked, diagnostics, sources, options)
    }
}

/// Runs the tests of a suite that are wanted, and says what they have seen.
fn run_suite(
    suite: &CompiledSuite,
    options: &TestOptions,
    run: &RunBudget,
    sources: &mut SourceMap,
) -> (Vec<TestFileReport>, Vec<MetExpectation>) {
    let mut files = Vec::new();
    let mut met: Vec<MetExpectation> = Vec::new();
    for group in &suite.groups {
        let settings = Settings::declared(&group.program);
        let bench = Bench {
            program: &group.program,
            settings: &settings,
            files: &suite.given,
            coverage: options.coverage,
            run,
        };
        for file in &group.tests {
            let tests = file.tests().filter(|test| is_wanted(test, options));
            let mut trials: Vec<Trial> = tests.map(|test| run_test_decl(test, &bench, sources)).collect();
            met.extend(trials.iter_mut().flat_map(|trial| mem::take(&mut trial.met)));
            if !trials.is_empty() {
                let tests = trials.into_iter().map(|trial| case_report(trial, sources)).collect();
                files.push(TestFileReport { file: sources.name(file.id).to_owned(), tests });
            }
        }
    }
    (files, met)
}

/// Why there are no mutants of some policies: a mistake can only be noticed by what is right without it.
fn not_mutated<'a>(policies: impl Iterator<Item = &'a FileId>, sources: &SourceMap) -> String {
    let names: BTreeSet<&str> = policies.map(|file| sources.name(*file)).collect();
    let of = if names.is_empty() { String::new() } else { format!(" of {}", first_few(names.into_iter())) };
    format!("No mutants were made{of}: that takes policies without errors, and tests that pass.")
}

fn mutation_ground(compiled: &CompiledSuite) -> MutationGround<'_> {
    let groups = compiled.groups.iter().map(|group| MutationGroup {
        files: compiled.policies.iter().chain(&group.fixture).cloned().collect(),
        tests: group.tests.iter().flat_map(|file| file.tests()).collect(),
    });
    let tested = compiled.tested.iter().copied().collect();
    MutationGround { groups: groups.collect(), tested, exprs: compiled.exprs, given: &compiled.given }
}

/// Reads and checks one suite.
pub(super) fn compile_suite(
    workspace: &mut Workspace,
    suite: Suite,
    sources: &mut SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> CompiledSuite {
    let Suite { policies, tests, given, problems } = suite;
    diagnostics.extend(problems);
    let read = |files: Vec<TextFile>, sources: &mut SourceMap| -> Vec<ReadFile> {
        files.into_iter().map(|file| add(file, sources)).collect()
    };
    let policies = read(policies, sources);
    let tests = read(tests, sources);
    let known: BTreeSet<FileId> = policies.iter().map(|policy| policy.file).collect();
    let (tested, tests): (Vec<ReadFile>, Vec<ReadFile>) =
        tests.into_iter().partition(|test| known.contains(&test.file));
    let tested: BTreeSet<FileId> = tested.into_iter().map(|policy| policy.file).collect();
    let mut files = GivenFiles::new();
    for (test, name, texts) in given {
        let Some(test) = tests
            .iter()
            .map(|test| test.file)
            .chain(known.iter().copied())
            .find(|file| sources.name(*file) == test)
        else {
            continue;
        };
        let inputs = texts.map(|texts| {
            let roles = [(texts.snapshots, Role::Snapshot), (texts.standing, Role::Standing)];
            let inputs =
                |(files, role)| read(files, sources).into_iter().map(move |read| Input { read, role });
            roles.into_iter().flat_map(inputs).collect()
        });
        files.insert((test, name), inputs);
    }
    let mut ids = ExprIds::default();
    let policies = workspace.parse_all(&policies, sources, &mut ids, diagnostics);
    let tests = workspace.parse_all(&tests, sources, &mut ids, diagnostics);
    let exprs = ids.count();
    let (fixtures, mut bare): (Vec<File>, Vec<File>) = tests.into_iter().partition(declares);
    bare.extend(policies.iter().filter(|file| tested.contains(&file.id)).cloned());
    let mut groups = vec![group(&policies, None, bare, exprs, diagnostics)];
    for fixture in fixtures {
        groups.push(group(&policies, Some(fixture.clone()), vec![fixture], exprs, diagnostics));
    }
    CompiledSuite { policies, tested, exprs, groups, given: files }
}

fn group(
    policies: &[File],
    fixture: Option<File>,
    tests: Vec<File>,
    exprs: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> TestGroup {
    let all: Vec<File> = policies.iter().chain(&fixture).cloned().collect();
    let (mut program, found) = check(&all, exprs);
    diagnostics.extend(found);
    program.incomplete = has_errors(diagnostics);
    TestGroup { program, fixture, tests }
}

/// Whether a file of tests declares something itself.
fn declares(file: &File) -> bool {
    file.items.iter().any(|item| match item {
        Item::Stages(_) | Item::Snapshot(_) | Item::Policy(_) => true,
        Item::Test(_) | Item::Broken(_) => false,
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

/// What was asked for beside the tests.
struct SuiteExtras {
    counted: Vec<Counted>,
    mutation: Option<MutationReport>,
    missing: Vec<MissingTest>,
    /// What of it was not done, and why.
    skipped: Vec<String>,
}

fn finish(
    files: Vec<TestFileReport>,
    SuiteExtras { mut counted, mutation, missing, mut skipped }: SuiteExtras,
    mut diagnostics: Vec<Diagnostic>,
    sources: SourceMap,
    options: &TestOptions,
) -> Answer<TestReport> {
    let broken = has_errors(&diagnostics);
    if files.is_empty() && !broken {
        diagnostics.push(nothing_tested(options));
    }
    if options.coverage && broken {
        // Of a rule that could not be read nobody knows what there is to see: a share would pass for one of everything.
        counted.clear();
        skipped.push("Coverage was not counted: that takes policies and tests without errors.".to_owned());
    }
    diagnostics.extend(counted.iter_mut().filter_map(|counted| counted.missing.take()));
    let coverage = (options.coverage && !broken).then(|| covered(counted, &sources));
    let too_little =
        options.min.zip(coverage.as_ref()).and_then(|(min, coverage)| too_little(min, coverage.total));
    let enough = too_little.is_none() && mutation.is_none_or(MutationReport::is_clean);
    diagnostics.extend(too_little);
    let found = in_order(&mut diagnostics, &sources);
    let count = |outcome: TestOutcome| {
        files.iter().flat_map(|file| &file.tests).filter(|test| test.outcome == outcome).count()
    };
    let (passed, failed) = (count(TestOutcome::Passed), count(TestOutcome::Failed));
    let summary = TestSummary { files: files.len(), tests: passed + failed, passed, failed };
    let exit = match (broken, failed, passed) {
        (true, ..) => 2,
        (false, 0, 1..) if enough => 0,
        (false, ..) => 1,
    };
    let report = TestReport {
        version: VERSION,
        summary,
        files,
        coverage,
        mutation,
        skipped,
        diagnostics: found,
        missing,
    };
    Answer::new(report, diagnostics, sources, exit)
}

fn case_report(trial: Trial, sources: &SourceMap) -> TestCaseReport {
    let outcome = if trial.passed() { TestOutcome::Passed } else { TestOutcome::Failed };
    TestCaseReport {
        line: sources.line_column(trial.span).0,
        span: trial.span,
        title: trial.title,
        outcome,
        diagnostics: trial
            .failures
            .iter()
            .map(|failure| DiagnosticReport::new(&failure.diagnostic, sources))
            .collect(),
        seen: trial.failures.iter().filter_map(|failure| failure.seen.clone()).collect(),
        failures: trial.failures,
    }
}

/// Sums up what was counted, file by file.
fn covered(counted: Vec<Counted>, sources: &SourceMap) -> CoverageReport {
    let mut files: BTreeMap<String, FileCoverage> = BTreeMap::new();
    let mut total = Covered::default();
    for Counted { file, report, .. } in counted {
        let name = sources.name(file).to_owned();
        let empty = || FileCoverage { file: name.clone(), total: Covered::default(), rules: Vec::new() };
        let file = files.entry(name.clone()).or_insert_with(empty);
        file.total += report.total();
        total += report.total();
        file.rules.push(report);
    }
    CoverageReport { total, files: files.into_values().collect() }
}

fn too_little(min: u8, total: Covered) -> Option<Diagnostic> {
    if total.points == 0 {
        return Some(Diagnostic::error(Code::Unseen, "there is no rule whose tests could cover anything"));
    }
    let message = format!("coverage is {}, less than the {min}% asked for", total.percent());
    (!total.reaches(min)).then(|| Diagnostic::error(Code::Unseen, message))
}

/// What is said where no test ran: that is no pass.
fn nothing_tested(options: &TestOptions) -> Diagnostic {
    match &options.filter {
        None => Diagnostic::error(Code::NoTest, "no test was found").help(
            "tests are `test` blocks in files that end in `.test.gate`, next to the policies that they test",
        ),
        Some(filter) => {
            let message = format!(
                "no test has `{}` in its title or in the name of a rule that it expects",
                filter.escape_debug()
            );
            Diagnostic::error(Code::NoTest, message).help("remove `--filter` to run all of them")
        }
    }
}
