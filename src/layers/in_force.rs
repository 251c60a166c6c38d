//! The policies of each project with what is in force, and their tests: what can be explained.

use std::sync::Arc;

use super::BoundWaiver;
use crate::ast::TestDecl;
use crate::program::Program;
use crate::settings::Settings;
use crate::snapshot::Workflow;

/// What is in force in the projects of a run.
#[derive(Debug)]
pub struct PoliciesInForce {
    pub projects: Vec<ProjectInForce>,
    /// The tests of all projects.
    pub tests: Vec<TestDecl>,
}

/// What is in force in one of them.
#[derive(Debug)]
pub struct ProjectInForce {
    /// The folder of its configuration, where a run has several projects.
    pub name: Option<String>,
    pub program: Program,
    /// For workflows that no override speaks of.
    pub settings: Settings,
    /// Other settings that are in force for some of its workflows, by workflow.
    pub overridden: Vec<(Arc<str>, Settings)>,
    pub waivers: Vec<BoundWaiver>,
    pub workflows: Vec<Workflow>,
}

impl ProjectInForce {
    /// What is in force for a workflow.
    pub fn settings(&self, workflow: &str) -> &Settings {
        let own = self.overridden.iter().find(|(name, _)| **name == *workflow);
        own.map_or(&self.settings, |(_, settings)| settings)
    }
}
