//! Lints of the policies of each project. They are said beside a judgement, and never change it.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::load::{Ready, load_all};
use super::total::has_errors;
use super::workspace::add;
use super::{Answer, Workspace, in_force, in_order};
use crate::ast::{ExprIds, TestDecl};
use crate::builtin;
use crate::code::Code;
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::lint::{LintedPolicies, MAX_LINT_STEPS, lint as lint_policies};
use crate::project::{Inputs, TextFile};
use crate::report::{LintReport, VERSION};
use crate::source::{FileId, SourceMap, Span};

impl Workspace {
    /// Lints the policies of all projects that are no shipped ones, with the tests of [`Inputs::lint`]. `off` are not looked
    /// for. What is wrong with the files comes before what was found; the exit code is 1 where something was found.
    pub fn lint(&mut self, inputs: Inputs, off: &[Code]) -> Answer<LintReport> {
        self.begin();
        let Inputs { mut sources, projects, problems, lint } = inputs;
        let (mut projects, mut diagnostics) = load_all(self, projects, problems, &mut sources);
        let tests = tests_in(self, lint.unwrap_or_default(), &mut sources, &mut diagnostics);
        projects.iter_mut().for_each(|project| project.lints_off.extend(off));
        let mut findings = of_projects(&projects, &tests, &sources);
        diagnostics.extend(projects.into_iter().flat_map(|project| project.diagnostics));
        diagnostics.retain(|problem| !in_force::is_about_snapshots(problem.code));
        let mut said = in_order(&mut diagnostics, &sources);
        said.extend(in_order(&mut findings, &sources));
        let exit = if has_errors(&diagnostics) { 2 } else { u8::from(!findings.is_empty()) };
        let report = LintReport { version: VERSION, findings: findings.len(), diagnostics: said };
        diagnostics.extend(findings);
        Answer::new(report, diagnostics, sources, exit)
    }
}

/// The findings in the own policies of projects that are about to be judged. What is wrong with a test is not said there.
pub(super) fn beside<T>(
    workspace: &mut Workspace,
    projects: &[Ready<T>],
    tests: Vec<TextFile>,
    sources: &mut SourceMap,
) -> Vec<Diagnostic> {
    let tests = tests_in(workspace, tests, sources, &mut Vec::new());
    of_projects(projects, &tests, sources)
}

/// The `test` blocks of files.
pub(super) fn tests_in(
    workspace: &mut Workspace,
    files: Vec<TextFile>,
    sources: &mut SourceMap,
    problems: &mut Vec<Diagnostic>,
) -> Vec<TestDecl> {
    let files: Vec<_> = files.into_iter().map(|file| add(file, sources)).collect();
    let files = workspace.parse_all(&files, sources, &mut ExprIds::default(), problems);
    files.iter().flat_map(|file| file.tests().cloned()).collect()
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
            let policies = LintedPolicies {
                program: &project.program,
                settings: &project.book.general,
                tests,
                sources,
                own: &own,
                said: &project.diagnostics,
                left: Cell::new(MAX_LINT_STEPS),
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
