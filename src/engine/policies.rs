//! Policies alone: read and checked.

use super::{compile, in_order};
use crate::diagnostic::Diagnostic;
use crate::program::Program;
use crate::project::TextFile;
use crate::source::SourceMap;

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
