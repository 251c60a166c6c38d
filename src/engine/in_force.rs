//! The policies of each project with what is in force, and their tests: what can be explained.

use std::sync::Arc;

use super::{Loaded, Options, add, in_order, load, parse_all};
use crate::ast::{ExprIds, Item, TestDecl};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::layers::BoundWaiver;
use crate::program::Program;
use crate::project::{Inputs, TextFile};
use crate::settings::Settings;
use crate::snapshot::{Role, Workflow};
use crate::source::SourceMap;
use crate::value::Date;

/// What came of reading it.
#[derive(Debug)]
pub struct InForce {
    pub projects: Vec<ProjectInForce>,
    /// Those of all projects.
    pub tests: Vec<TestDecl>,
    pub sources: SourceMap,
    /// What is wrong with policies, configurations and tests.
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Debug)]
pub struct ProjectInForce {
    pub name: Option<String>,
    pub program: Program,
    /// For workflows that no override speaks of.
    pub settings: Settings,
    /// Whether other settings are in force for some of its workflows.
    pub varies: bool,
    /// Those, by workflow.
    pub overridden: Vec<(Arc<str>, Settings)>,
    pub waivers: Vec<BoundWaiver>,
    pub workflows: Vec<Workflow>,
}

/// Reads policies and configurations, and the tests that lie beside them.
pub fn in_force(inputs: Inputs, tests: Vec<TextFile>) -> InForce {
    // No snapshot is later than this, and none is judged.
    let options =
        Options { as_of: Some(Date::MAX), today: Date::MAX, workflows: Vec::new(), deny_warnings: false };
    let Inputs { mut sources, projects, problems, lint: _ } = inputs;
    let Loaded { projects, mut diagnostics, .. } = load(projects, problems, &mut sources, &options);
    let known = projects.into_iter().map(|project| {
        let own = project.workflows.iter();
        let own = own.map(|workflow| (workflow.name.clone(), project.book.settings(&workflow.name)));
        let differ = own.filter(|(_, settings)| **settings != project.book.general);
        let overridden: Vec<_> = differ.map(|(name, settings)| (name, settings.clone())).collect();
        diagnostics.extend(project.diagnostics);
        ProjectInForce {
            name: project.name,
            program: project.program,
            settings: project.book.general,
            varies: !overridden.is_empty(),
            overridden,
            waivers: project.book.waivers,
            workflows: project.workflows,
        }
    });
    let projects = known.collect();
    let tests: Vec<_> = tests.into_iter().map(|file| add(file, Role::Snapshot, &mut sources)).collect();
    let files = parse_all(&tests, &sources, &mut ExprIds::default(), &mut diagnostics);
    let tests = files.into_iter().flat_map(|file| file.items).filter_map(|item| match item {
        Item::Test(test) => Some(test),
        Item::Stages(_) | Item::Snapshot(_) | Item::Policy(_) | Item::Broken(_) => None,
    });
    let tests = tests.collect();
    diagnostics.retain(|diagnostic| !is_about_snapshots(diagnostic.code));
    in_order(&mut diagnostics, &sources);
    InForce { projects, tests, sources, diagnostics }
}

pub(super) fn is_about_snapshots(code: Code) -> bool {
    code.as_str().starts_with("T3") || code == Code::NoSnapshot
}
