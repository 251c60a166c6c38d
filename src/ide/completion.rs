//! What an editor offers to write at a place.

use std::ops::Range;

/// Something that could be written at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is listed, and looked for by what was typed.
    pub label: String,
    pub kind: CompletionKind,
    /// Its type, or how it is called, in a few words.
    pub detail: Option<String>,
    /// What is said of it.
    pub doc: Option<String>,
    /// What it is written in the place of.
    pub span: Range<usize>,
    pub insert: String,
    /// The same for editors that know snippets: `$0` is where the cursor goes then, `${1:name}` a part to fill in.
    pub snippet: Option<String>,
    /// How far down it belongs.
    pub(super) rank: u8,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    Keyword,
    /// A field of snapshots.
    Field,
    /// A key of a configuration or a plan.
    Key,
    Let,
    Param,
    Policy,
    Rule,
    Function,
    Stage,
    Member,
    Unit,
    Type,
    /// What is written as it stands.
    Value,
    /// A name that somebody else gave: a workflow, a source.
    Name,
}

impl Completion {
    pub(super) fn new(label: impl Into<String>, kind: CompletionKind, rank: u8) -> Self {
        let label = label.into();
        let (detail, doc, span, snippet) = (None, None, 0..0, None);
        Self { insert: label.clone(), label, kind, detail, doc, span, snippet, rank }
    }

    pub(super) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(super) fn maybe_doc(self, doc: Option<impl Into<String>>) -> Self {
        Self { doc: doc.map(Into::into).or(self.doc), ..self }
    }
}
