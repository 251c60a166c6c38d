//! YAML texts to series of snapshots: located, typed by the vocabulary, one series for each workflow.
//!
//! The only place that knows the YAML parser. Opens no file, and knows nothing of policies beyond the vocabulary. The
//! result depends neither on the order of the inputs nor, but for the places that messages name, on their names.

mod errors;
pub mod limits;
mod path;
mod plain;
mod problems;
mod read;
mod scalar;
mod series;
mod syntax;
#[cfg(test)]
mod tests;
mod tree;
mod typing;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap};
use crate::value::Series;
use crate::vocabulary::Vocabulary;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Each of its documents is a snapshot.
    Snapshot,
    /// A `rollout.yaml`: the standing facts of the snapshots in its folder.
    Standing,
}

/// A file of a [`SourceMap`] that was found.
#[derive(Clone, Debug)]
pub struct Input {
    pub file: FileId,
    pub role: Role,
    /// Why it could not be read; its text is then empty.
    pub problem: Option<String>,
    /// The first byte that is no UTF-8; its text was then made of what there is.
    pub invalid_utf8_at: Option<usize>,
}

impl Input {
    /// A file that was read.
    pub fn new(file: FileId, role: Role) -> Self {
        Self { file, role, problem: None, invalid_utf8_at: None }
    }
}

/// What was found of one workflow.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    pub name: Arc<str>,
    /// Its snapshots; none if some of its data could not be read, so that nothing can be decided.
    pub series: Option<Series>,
    /// The files that it was read from, by name; `rollout.yaml` only if that has errors.
    pub files: Vec<FileId>,
}

/// Whether the parser reads a text as the fast reader does; none if that leaves it to the parser. For the fuzz target
/// that holds the one to the other.
#[doc(hidden)]
pub fn plain_agrees(text: &str) -> Option<bool> {
    let tree = plain::parse(FileId(0), text)?;
    let mut problems = problems::Problems::default();
    Some(tree == tree::parse_any(FileId(0), text, &mut problems) && problems.is_empty())
}

/// Reads all inputs: the workflows by name, and what is wrong, by file name and place.
pub fn load(
    inputs: &[Input],
    sources: &SourceMap,
    vocabulary: &Vocabulary,
) -> (Vec<Workflow>, Vec<Diagnostic>) {
    let mut inputs: Vec<&Input> = inputs.iter().collect();
    inputs.sort_by_key(|input| (sources.name(input.file), input.file));
    inputs.dedup_by_key(|input| input.file);
    let (standing, snapshots): (Vec<&Input>, Vec<&Input>) =
        inputs.into_iter().partition(|input| input.role == Role::Standing);

    let standing: Vec<read::Standing<'_>> =
        standing.into_par_iter().map(|input| read::standing(input, sources, vocabulary)).collect();
    let mut folders: BTreeMap<&str, read::Standing<'_>> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for facts in standing {
        match folders.get_mut(facts.folder) {
            Some(first) => {
                diagnostics.push(errors::second_standing(first.place(), facts.place()));
                first.sound = false;
                diagnostics.extend(facts.diagnostics);
            }
            None => {
                folders.insert(facts.folder, facts);
            }
        }
    }
    let files: Vec<read::File<'_>> = snapshots
        .into_par_iter()
        .map(|input| read::snapshots(input, sources, vocabulary, &folders))
        .collect();

    let workflows = series::assemble(files, folders, sources, &mut diagnostics);
    // Standing facts lie under many snapshots, which may all say the same of them.
    diagnostics.sort_by(|a, b| series::order(a, b, sources));
    diagnostics.dedup();
    (workflows, diagnostics)
}
