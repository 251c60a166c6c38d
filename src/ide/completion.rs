//! What an editor offers to write at a place.

use std::ops::Range;

/// An offer. The likeliest come first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown, and what the word that is being typed is compared with.
    pub label: String,
    pub kind: CompletionKind,
    /// Beside the label: a type, a value.
    pub detail: Option<String>,
    /// Below it, as Markdown.
    pub doc: Option<String>,
    /// The bytes that it takes the place of.
    pub span: Range<usize>,
    pub insert: String,
    /// The same for editors that know snippets: `$0` is where the cursor goes then.
    pub snippet: Option<String>,
}

/// What an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A field of snapshots.
    Field,
    /// A key of a configuration or a plan.
    Key,
    /// A value that is written as it stands.
    Value,
    Stage,
    /// A member of `one of`.
    Member,
    Unit,
    Param,
    Rule,
    /// A name that somebody else gave: a workflow, a source.
    Name,
    /// A policy, or another file.
    Policy,
}
