//! Lints of the policies of each project. They are said beside a judgement, and never change it.

use std::collections::BTreeSet;

use super::{Options, Ready, add, has_errors, in_force, in_order, load, parse_all};
use crate::ast::{ExprIds, Item, TestDecl};
use crate::builtin;
use crate::code::Code;
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::lint::{Policies, lint as lint_policies};
use crate::project::{Inputs, TextFile};
use crate::report::{LintReport, VERSION};
use crate::snapshot::Role;
use crate::source::{FileId, SourceMap, Span};
use crate::value::Date;

/// What came of linting alone.
#[derive(Debug)]
pub struct Linted {
    pub report: LintReport,
    /// What was found.
    pub findings: Vec<Diagnostic>,
    /// What is wrong with policies, configurations and tests.
    pub problems: Vec<Diagnostic>,
    pub sources: SourceMap,
    /// 0: nothing was found; 1: something was; 2: not everything could be read.
    pub exit: u8,
}

/// Lints the policies of all projects that are no shipped ones, with the tests of [`Inputs::lint`]. `off` are not looked for.
pub fn lint(inputs: Inputs, off: &[Code]) -> Linted {
    // No snapshot is judged.
    let options =
        Options { as_of: Some(Date::MAX), today: Date::MAX, workflows: Vec::new(), deny_warnings: false };
    let Inputs { mut sources, projects, problems, lint } = inputs;
    let mut loaded = load(projects, problems, &mut sources, &options);
    let tests = read_tests(lint.unwrap_or_default(), &mut sources, &mut loaded.diagnostics);
    loaded.projects.iter_mut().for_each(|project| project.lints_off.extend(off));
    let mut findings = of_projects(&loaded.projects, &tests, &sources);
    let mut problems = loaded.diagnostics;
    problems.extend(loaded.projects.into_iter().flat_map(|project| project.diagnostics));
    problems.retain(|problem| !in_force::is_about_snapshots(problem.code));
    let mut diagnostics = in_order(&mut problems, &sources);
    let found = in_order(&mut findings, &sources);
    let exit = if has_errors(&problems) { 2 } else { u8::from(!findings.is_empty()) };
    let count = found.len();
    diagnostics.extend(found);
    let report = LintReport { version: VERSION, findings: count, diagnostics };
    Linted { report, findings, problems, sources, exit }
}

/// The findings in the own policies of projects that are about to be judged. What is wrong with a test is not said there.
pub(super) fn beside<T>(
    projects: &[Ready<T>],
    tests: Vec<TextFile>,
    sources: &mut SourceMap,
) -> Vec<Diagnostic> {
    let tests = read_tests(tests, sources, &mut Vec::new());
    of_projects(projects, &tests, sources)
}

fn read_tests(
    files: Vec<TextFile>,
    sources: &mut SourceMap,
    problems: &mut Vec<Diagnostic>,
) -> Vec<TestDecl> {
    let files: Vec<_> = files.into_iter().map(|file| add(file, Role::Snapshot, sources)).collect();
    let files = parse_all(&files, sources, &mut ExprIds::default(), problems);
    let tests = files.into_iter().flat_map(|file| file.items).filter_map(|item| match item {
        Item::Test(test) => Some(test),
        Item::Stages(_) | Item::Snapshot(_) | Item::Policy(_) | Item::Broken(_) => None,
    });
    tests.collect()
}

fn of_projects<T>(projects: &[Ready<T>], tests: &[TestDecl], sources: &SourceMap) -> Vec<Diagnostic> {
    let is_own = |file: &&FileId| !sources.name(**file).starts_with(builtin::FOLDER);
    let own = |project: &Ready<T>| -> BTreeSet<FileId> {
        project.policies.iter().filter(is_own).copied().collect()
    };
    let found: Vec<(BTreeSet<FileId>, Vec<Diagnostic>)> = projects
        .iter()
        .map(|project| {
            let own = own(project);
            if own.is_empty() {
                return (own, Vec::new());
            }
            let policies = Policies {
                program: &project.program,
                settings: &project.book.general,
                tests,
                sources,
                own: &own,
                said: &project.diagnostics,
            };
            let found = lint_policies(&policies, &project.lints_off);
            (own, found)
        })
        .collect();
    // What one project does not use of a policy that several share, another may.
    let is_unused = |finding: &Diagnostic| {
        let place =
            |finding: &Diagnostic| finding.labels.first().map(|label: &crate::diagnostic::Label| label.span);
        let Some(span): Option<Span> = place(finding) else { return true };
        let mut sharing = found.iter().filter(|(own, _)| own.contains(&span.file));
        sharing
            .all(|(_, all)| all.iter().any(|other| other.code == finding.code && place(other) == Some(span)))
    };
    let counts = |finding: &&Diagnostic| {
        !matches!(finding.code, Code::UnusedParam | Code::UnreadField) || is_unused(finding)
    };
    found.iter().flat_map(|(_, findings)| findings).filter(counts).cloned().collect()
}

/// The lints that a stack of configurations switches off, the farthest base first.
pub(super) fn switched_off(stack: &[Config]) -> BTreeSet<Code> {
    let mut off = BTreeSet::new();
    for entry in stack.iter().flat_map(|config| &config.lints) {
        if entry.on {
            off.remove(&entry.lint.value);
        } else {
            off.insert(entry.lint.value);
        }
    }
    off
}
