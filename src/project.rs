//! What is read: the files of a project, of its tests, and of the three sides of a comparison.
//!
//! Knows no file system, and nothing of what the files say beyond where others are.

use std::collections::BTreeSet;

use crate::ast::{ExprIds, GivenKind};
use crate::diagnostic::Diagnostic;
use crate::parse::parse;
use crate::report::against::FileChange;
use crate::source::{FileId, SourceMap};

/// A file that somebody else has read, or tried to.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// As people know it: relative to the repository, with `/`.
    pub name: String,
    /// Its bytes, or why there are none, to be read behind «the file».
    pub content: Result<Vec<u8>, String>,
}

/// Everything that a judgement reads.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Holds the configurations already, since these say where the other files are.
    pub sources: SourceMap,
    /// By name.
    pub projects: Vec<Project>,
    /// What kept projects from being found at all.
    pub problems: Vec<Diagnostic>,
    /// The tests beside the policies, where the project's own policies are to be linted.
    pub lint: Option<Vec<TextFile>>,
}

/// What is judged by one configuration with its bases.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The folder of the configuration; none where the run has this project alone.
    pub name: Option<String>,
    /// The configurations in the sources: the farthest base first, the project's own last; none where there is none.
    pub stack: Vec<FileId>,
    /// Whether something is so wrong with the configurations that nobody knows what is to be judged by what.
    pub unsure: bool,
    pub policies: Vec<TextFile>,
    /// Policies whose vocabulary says of what types the snapshots' fields are, in the place of that of `policies`.
    pub types: Vec<TextFile>,
    pub snapshots: Vec<TextFile>,
    /// `rollout.yaml` files: standing facts of the workflows beside them.
    pub standing: Vec<TextFile>,
    /// What went wrong while the files were looked for; labels point into the sources.
    pub problems: Vec<Diagnostic>,
}

/// The three sides of a comparison; all their files are in one source map.
#[derive(Debug)]
pub struct Sides {
    pub sources: SourceMap,
    /// What the base says, of its own snapshots.
    pub base: Vec<Project>,
    /// What the base says, of the snapshots that are proposed: this is what counts.
    pub mixed: Vec<Project>,
    /// What is proposed, of itself.
    pub head: Vec<Project>,
    /// What went wrong while the files were looked for.
    pub problems: Vec<Diagnostic>,
    /// As the caller named it.
    pub reference: String,
    /// Files by their names then and now.
    pub changes: Vec<FileChange>,
    /// Whether the base has policies at all; else those that are proposed count.
    pub has_policies: bool,
    /// The tests beside the policies that are proposed, where these are to be linted.
    pub lint: Option<Vec<TextFile>>,
}

/// Everything that a run of tests reads.
#[derive(Debug, Default)]
pub struct Suites {
    /// Holds the configurations already, as they say where policies lie.
    pub sources: SourceMap,
    /// By name.
    pub suites: Vec<Suite>,
    /// What kept suites from being found.
    pub problems: Vec<Diagnostic>,
}

/// Policies, and the files that test them.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// Every policy that the tests are run with.
    pub policies: Vec<TextFile>,
    /// The files whose `test` blocks are run, and, of `policies`, those that are tested.
    pub tests: Vec<TextFile>,
    /// What tests take from files: the file of the test, the name that it gives, and what that leads to.
    pub given: Vec<(String, String, Result<GivenTexts, String>)>,
    pub problems: Vec<Diagnostic>,
}

/// The files of a `given file`.
#[derive(Clone, Debug, Default)]
pub struct GivenTexts {
    pub snapshots: Vec<TextFile>,
    /// `rollout.yaml` files.
    pub standing: Vec<TextFile>,
}

/// The names that a file's tests take snapshots from.
pub fn files_given(file: &TextFile) -> BTreeSet<String> {
    let Ok(bytes) = &file.content else { return BTreeSet::new() };
    let text = String::from_utf8_lossy(bytes);
    let (file, _) = parse(FileId::default(), &text, &mut ExprIds::default());
    let given = file.tests().flat_map(|test| &test.given);
    given
        .filter_map(|given| match &given.kind {
            GivenKind::File(name) => Some(name.to_string()),
            GivenKind::Series { .. } => None,
        })
        .collect()
}
