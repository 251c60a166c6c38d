//! Policies alone: read and checked, and held to their `test` blocks.

use super::{TextFile, compile, in_order};
use crate::diagnostic::{Diagnostic, Severity};
use crate::mutate::{self, Mutation};
use crate::program::Program;
use crate::source::SourceMap;
use crate::suite::{self, Trial};

/// Policies that were read and checked.
#[derive(Debug)]
pub struct Compiled {
    pub program: Program,
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
}

/// Reads and checks policy files alone.
pub fn read_policies(policies: Vec<TextFile>) -> Compiled {
    let mut sources = SourceMap::default();
    let mut diagnostics = Vec::new();
    let (_, program) = compile(policies, &mut sources, &mut diagnostics);
    in_order(&mut diagnostics, &sources);
    Compiled { program, diagnostics, sources }
}

/// What came of the `test` blocks of some policy files.
#[derive(Debug)]
pub struct Tested {
    pub trials: Vec<Trial>,
    /// What is wrong with the files themselves.
    pub diagnostics: Vec<Diagnostic>,
    /// The names of all rules that can be judged.
    pub rules: Vec<String>,
    pub sources: SourceMap,
}

/// Runs the `test` blocks of policy files.
pub fn test(policies: Vec<TextFile>) -> Tested {
    let mut sources = SourceMap::default();
    let mut diagnostics = Vec::new();
    let (files, program) = compile(policies, &mut sources, &mut diagnostics);
    let trials = suite::run(&files, &program, &mut sources);
    in_order(&mut diagnostics, &sources);
    Tested {
        trials,
        diagnostics,
        rules: program.rules.iter().map(|rule| rule.name.to_string()).collect(),
        sources,
    }
}

/// What the `test` blocks of some policy files notice of mistakes in the policies.
#[derive(Debug)]
pub struct Mutated {
    pub mutation: Mutation,
    /// What is wrong with the files themselves; with an error among them nothing was tried.
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
}

/// Holds the `test` blocks of policy files to mistakes in the policies.
pub fn mutate(policies: Vec<TextFile>) -> Mutated {
    let mut sources = SourceMap::default();
    let mut diagnostics = Vec::new();
    let (files, program) = compile(policies, &mut sources, &mut diagnostics);
    in_order(&mut diagnostics, &sources);
    let sound = diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
    let mut mutation = Mutation::default();
    if sound {
        mutation = mutate::mutate(&files, program.exprs.len(), &|_| true, &mut sources);
        in_order(&mut mutation.diagnostics, &sources);
    }
    Mutated { mutation, diagnostics, sources }
}
