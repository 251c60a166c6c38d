//! The policies of each project with what is in force, and their tests: what can be explained.

use std::sync::Arc;

use super::lint::tests_in;
use super::load::{Ready, load_all};
use super::total::exit_of;
use super::{Answer, Workspace, in_order};
use crate::code::Code;
use crate::layers::{PoliciesInForce, ProjectInForce};
use crate::project::{Inputs, TextFile};

impl Workspace {
    /// Reads policies and configurations, and the tests that lie beside them, and judges nothing. What is wrong with
    /// snapshots is not said.
    pub fn in_force(&mut self, inputs: Inputs, tests: Vec<TextFile>) -> Answer<PoliciesInForce> {
        self.begin();
        let Inputs { mut sources, projects, problems, lint: _ } = inputs;
        let (projects, mut diagnostics) = load_all(self, projects, problems, &mut sources);
        let known = projects.into_iter().map(|project| {
            diagnostics.extend(project.diagnostics.iter().cloned());
            project_in_force(project)
        });
        let projects = known.collect();
        let tests = tests_in(self, tests, &mut sources, &mut diagnostics);
        diagnostics.retain(|diagnostic| !is_about_snapshots(diagnostic.code));
        in_order(&mut diagnostics, &sources);
        let exit = exit_of(&diagnostics);
        Answer::new(PoliciesInForce { projects, tests }, diagnostics, sources, exit)
    }
}

fn project_in_force(project: Ready) -> ProjectInForce {
    let Ready { name, program, book, workflows, .. } = project;
    let own = workflows.iter().map(|workflow| (workflow.name.clone(), book.settings(&workflow.name)));
    let differ = own.filter(|(_, settings)| **settings != book.general);
    let overridden: Vec<_> = differ.map(|(name, settings)| (name, settings.clone())).collect();
    let (program, book) = (Arc::unwrap_or_clone(program), Arc::unwrap_or_clone(book));
    ProjectInForce { name, program, settings: book.general, overridden, waivers: book.waivers, workflows }
}

pub(super) fn is_about_snapshots(code: Code) -> bool {
    code.as_str().starts_with("T3") || code == Code::NoSnapshot
}
