//! Where a value that a rule saw was collected from, by what its snapshot says.

use serde::Serialize;

use super::Place;
use crate::source::SourceMap;
use crate::value::CollectedField;

/// The source of a field that decided, as the snapshot's `collected` names it. What the snapshot does not say is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProvenanceReport {
    /// The field, by the keys of the snapshot.
    pub field: String,
    /// The name of the source in the collect file.
    pub from: String,
    /// The tool that measured, with its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The file that was read, by its path within the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The SHA-256 digest of the file's bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The SHA-256 digest of the query that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_sha256: Option<String>,
    /// The time that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The date or time that the tool itself gives to what it measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// How many elements could not be measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<u64>,
    /// How many rows were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Why the value, or a part of it, is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// Whether the value was changed by hand since it was collected.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// Where the snapshot says so.
    pub place: Place,
    /// The same in words, with the field before it: `evals/results.json by promptfoo 0.121.20 (evals)`.
    pub text: String,
}

impl ProvenanceReport {
    /// The serialised form, with what it comes to in words, and whether the value was edited.
    pub fn new(of: &CollectedField, (text, edited): (String, bool), sources: &SourceMap) -> Self {
        let owned = |text: &Option<_>| text.as_ref().map(|text: &std::sync::Arc<str>| text.to_string());
        Self {
            field: of.field.to_string(),
            from: of.from.to_string(),
            tool: owned(&of.tool),
            file: owned(&of.file),
            sha256: owned(&of.sha256),
            query_sha256: owned(&of.query_sha256),
            at: owned(&of.at),
            made: owned(&of.made),
            errors: of.errors,
            rows: of.rows,
            unknown: of.unknown.as_ref().map(|(why, _)| why.to_string()),
            edited,
            place: Place::new(of.key, sources),
            text,
        }
    }

    /// How much memory it takes, about.
    pub(super) fn bytes(&self) -> usize {
        let texts = [&self.tool, &self.file, &self.sha256, &self.query_sha256, &self.unknown];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        400 + self.field.len() + self.from.len() + self.text.len() + self.place.file.len() + texts
    }
}
