//! YAML texts to series of snapshots: located, typed by the vocabulary, one series for each workflow.
//!
//! The only place that knows the YAML parser. Opens no file, and knows nothing of policies beyond the vocabulary. The
//! result depends neither on the order of the inputs nor, but for the places that messages name, on their names.

mod compound;
mod direct;
mod errors;
mod head;
mod kept;
pub mod limits;
pub mod outline;
mod parts;
mod path;
mod plain;
mod problems;
mod read;
mod scalar;
mod series;
mod slip;
mod syntax;
#[cfg(test)]
mod tests;
mod tree;
mod typing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, ReadFile, SourceMap, Span};
use crate::types::Type;
use crate::value::Series;
use crate::vocabulary::Vocabulary;
use series::Groups;

pub use kept::keeps_all;
#[cfg(feature = "cli")]
pub(crate) use scalar::seconds;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Each of its documents is a snapshot.
    Snapshot,
    /// The same as a test writes it out: its keys are the names of the fields.
    Given,
    /// A `rollout.yaml`: the standing facts of the snapshots in its folder.
    Standing,
}

/// A file of snapshots, or of standing facts.
#[derive(Clone, Debug)]
pub struct Input {
    pub read: ReadFile,
    pub role: Role,
}

impl Input {
    /// A file that was read.
    pub fn new(file: FileId, role: Role) -> Self {
        Self { read: ReadFile { file, problem: None, invalid_utf8_at: None }, role }
    }
}

/// What was found of one workflow.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow<T = Series> {
    pub name: Arc<str>,
    /// Its snapshots, or what was made of them; none if some of its data could not be read, so that nothing can be
    /// decided.
    pub series: Option<T>,
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

/// Whether a snapshot over standing facts says the same with and without a tree in between; none if it takes the tree. For
/// the fuzz target that holds the one to the other.
#[doc(hidden)]
pub fn direct_agrees(text: &str, facts: &str, vocabulary: &Vocabulary) -> Option<bool> {
    read::agree(text, facts, vocabulary)
}

/// Whether a snapshot could hold a scalar, as it would be written there, in a field of a type.
///
/// # Errors
/// Why it could not, as people are told.
pub fn could_hold(
    (text, plain): (&str, bool),
    name: &str,
    ty: &Type,
    vocabulary: &Vocabulary,
) -> Result<(), String> {
    let path = path::Path::field(None, name);
    let subject = path::Subject { span: Span::default(), path: &path, declared: None };
    let emptiness = slip::Emptiness::Refused;
    let scalar = scalar::Scalar { text, plain, subject, vocabulary, suggest: false, emptiness };
    scalar.read(ty).map(drop).map_err(|problem| problem.message)
}

/// Reads all inputs: the workflows by name, and what is wrong, by file name and place.
pub fn load(
    inputs: &[Input],
    sources: &SourceMap,
    vocabulary: &Vocabulary,
) -> (Vec<Workflow>, Vec<Diagnostic>) {
    let survey = Survey::new(inputs, sources, vocabulary, false);
    // Only a guess can be wrong.
    survey.read(sources, vocabulary, |series| series).unwrap_or_default()
}

/// Files of snapshots, of which most may not be read yet.
///
/// Values take many times the room of their text. So a series is read when it is its turn to be judged, and is gone
/// when it is. Which files are a workflow's, their first lines say, or seem to.
pub struct Survey<'t> {
    standing: BTreeMap<&'t str, read::Standing<'t>>,
    diagnostics: Vec<Diagnostic>,
    read: Groups<'t>,
    /// By workflow.
    unread: BTreeMap<Arc<str>, Vec<&'t Input>>,
}

impl<'t> Survey<'t> {
    /// Looks at all inputs. With `guess`, snapshots are left unread whose first lines name a workflow and a date.
    pub fn new(inputs: &'t [Input], sources: &'t SourceMap, vocabulary: &Vocabulary, guess: bool) -> Self {
        let mut inputs: Vec<&Input> = inputs.iter().collect();
        inputs.sort_by_key(|input| (sources.file_name(input.read.file), input.read.file));
        inputs.dedup_by_key(|input| input.read.file);
        let (standing, snapshots): (Vec<&Input>, Vec<&Input>) =
            inputs.into_iter().partition(|input| input.role == Role::Standing);
        let facts: Vec<read::Standing<'_>> =
            standing.into_par_iter().map(|input| read::standing(input, sources, vocabulary)).collect();
        let mut standing: BTreeMap<&str, read::Standing<'_>> = BTreeMap::new();
        let mut diagnostics = Vec::new();
        for facts in facts {
            match standing.get_mut(facts.folder) {
                Some(first) => {
                    diagnostics.push(errors::second_standing(first.place(), facts.place()));
                    first.sound = false;
                    diagnostics.extend(facts.diagnostics);
                }
                None => {
                    standing.insert(facts.folder, facts);
                }
            }
        }
        let mut unread: BTreeMap<Arc<str>, Vec<&Input>> = BTreeMap::new();
        let mut unsure = Vec::new();
        let workflow = |input: &Input| -> Option<Box<str>> {
            let text = &sources.get(input.read.file).filter(|_| guess)?.text;
            match text.row() {
                Some(row) => row.workflow().map(Box::from),
                None => head::guess(&text.read().ok()?.0).map(Box::from),
            }
        };
        let guesses: Vec<_> = snapshots.into_par_iter().map(|input| (input, workflow(input))).collect();
        for (input, workflow) in guesses {
            match workflow {
                Some(workflow) => match unread.get_mut(&*workflow) {
                    Some(files) => files.push(input),
                    None => {
                        unread.insert(workflow.into(), vec![input]);
                    }
                },
                None => unsure.push(input),
            }
        }
        let files: Vec<read::SnapshotFile<'_>> = unsure
            .into_par_iter()
            .map(|input| read::snapshots(input, sources, vocabulary, &standing))
            .collect();
        let mut read = Groups::default();
        files.into_iter().for_each(|file| read.add(file));
        Self { standing, diagnostics, read, unread }
    }

    /// The workflows that seem to be there.
    pub fn names(&self) -> BTreeSet<Arc<str>> {
        self.read.names().chain(self.unread.keys()).cloned().collect()
    }

    /// Reads the rest, one workflow after another, and makes of each series what `each` does: the workflows by name, and
    /// what is wrong, by file name and place. None if a file belongs to another workflow than its first lines say.
    pub fn read<T: Send>(
        self,
        sources: &SourceMap,
        vocabulary: &Vocabulary,
        each: impl Fn(Series) -> T + Sync,
    ) -> Option<(Vec<Workflow<T>>, Vec<Diagnostic>)> {
        let names = self.names();
        let Self { standing, mut diagnostics, mut read, mut unread } = self;
        let of_each = |name| {
            let inputs = unread.remove(&name).unwrap_or_default();
            (read.take(&name), inputs, name)
        };
        let groups: Vec<_> = names.into_iter().map(of_each).collect();
        let finish = |(mut groups, inputs, name): (Groups<'t>, Vec<&'t Input>, Arc<str>)| {
            let files = inputs.into_par_iter();
            let files = files.map(|input| read::snapshots(input, sources, vocabulary, &standing));
            files.collect::<Vec<_>>().into_iter().for_each(|file| groups.add(file));
            groups.finish(&name, (sources, vocabulary), &each)
        };
        let mut finished: Vec<_> = groups.into_par_iter().map(finish).collect::<Option<_>>()?;
        finished.push((None, read.rest()));
        let workflows = series::assemble(finished, standing, sources, &mut diagnostics);
        // Standing facts lie under many snapshots, which may all say the same of them.
        diagnostics.sort_by(|a, b| series::order(a, b, sources));
        diagnostics.dedup();
        Some((workflows, diagnostics))
    }
}
