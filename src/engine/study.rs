//! What an editor has to know of policies, configurations and tests: their trees, what each name in them means, and what is in
//! force. Nothing is judged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::load::{ParsedProject, parsed_projects};
use super::suites::compile_suite;
use super::{Workspace, in_force, in_order};
use crate::ast::File;
use crate::check::check;
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::layers::Book;
use crate::program::Program;
use crate::project::{Inputs, Suites, TESTS, ends_in};
use crate::source::{FileId, SourceMap};

/// Policies, configurations and tests as far as they can be understood, with all that is wrong with them.
#[derive(Debug, Default)]
pub struct Study {
    /// Every file that was read. The same file is the same in all grounds.
    pub sources: SourceMap,
    /// The projects, then the policies as the tests see them.
    pub grounds: Vec<NameGround>,
    /// By file and place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Files whose names are looked for among each other.
#[derive(Debug)]
pub struct NameGround {
    /// The folder of the project, where there are several.
    pub name: Option<String>,
    /// The trees of policies, those that are shipped among them, and of tests.
    pub files: Vec<File>,
    /// What of them is sound.
    pub program: Program,
    /// What is in force; none where tests alone see these policies.
    pub book: Option<Book>,
    /// The configurations, the farthest base first, each with its file.
    pub configs: Vec<(FileId, Config)>,
}

/// The workflows of each project, by the project's name.
pub type WorkflowNames = BTreeMap<Option<String>, BTreeSet<Arc<str>>>;

impl Workspace {
    /// Reads policies, configurations and tests, and judges nothing. `workflows` are those that settings may speak of, since no
    /// snapshot is read for them.
    pub fn study(&mut self, inputs: Inputs, suites: Suites, workflows: &WorkflowNames) -> Study {
        self.begin();
        let Inputs { mut sources, projects, problems: mut diagnostics, lint: _ } = inputs;
        let mut grounds = Vec::new();
        for project in parsed_projects(self, projects, &mut sources) {
            let names = workflows.get(&project.name).cloned().unwrap_or_default();
            grounds.push(of_project(project, &names, &mut diagnostics));
        }
        let mut found = Vec::new();
        for suite in suites.suites {
            let compiled = compile_suite(self, suite, &mut sources, &mut found);
            for group in compiled.groups {
                let own = compiled.policies.iter().chain(&group.fixture).chain(&group.tests).cloned();
                let mut files: Vec<File> = Vec::new();
                own.for_each(|file| {
                    if files.iter().all(|known| known.id != file.id) {
                        files.push(file)
                    }
                });
                let (name, book, configs) = (None, None, Vec::new());
                grounds.push(NameGround { name, files, program: group.program, book, configs });
            }
        }
        diagnostics.extend(found.into_iter().filter(|found| is_of_tests(found, &sources)));
        diagnostics.retain(|found| !in_force::is_about_snapshots(found.code));
        in_order(&mut diagnostics, &sources);
        Study { sources, grounds, diagnostics }
    }
}

/// Whether it is said of a file of tests. What is wrong with the policies depends on the values in force, which tests do not see.
pub fn is_of_tests(found: &Diagnostic, sources: &SourceMap) -> bool {
    found.labels.first().is_none_or(|label| ends_in(sources.name(label.span.file), TESTS))
}

fn of_project(
    project: ParsedProject,
    workflows: &BTreeSet<Arc<str>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> NameGround {
    let (program, found) = check(&project.files, project.expressions);
    let ready = project.settle(program, found, workflows);
    diagnostics.extend(ready.diagnostics);
    let configs = ready.read.configurations.iter().copied().zip(project.configs.iter().cloned()).collect();
    NameGround {
        name: project.name,
        files: project.files,
        program: Arc::unwrap_or_clone(ready.program),
        book: Some(Arc::unwrap_or_clone(ready.book)),
        configs,
    }
}
