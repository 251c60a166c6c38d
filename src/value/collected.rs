//! Where the values of a snapshot were collected from: what its key `collected` says beside them.
//!
//! Knows neither YAML nor the files that are named. No verdict depends on any of it: it explains, and it is verified.

use std::sync::Arc;

use super::{Located, Record, Value};
use crate::source::Span;

/// The key `collected` of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// One for each field that was collected, in the order of the file.
    pub fields: Vec<CollectedField>,
    /// The indexes of those that say why a declared field, or a part of it, is not known.
    gaps: Vec<usize>,
}

/// Where the value of one field is from. Texts are as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectedField {
    /// The field, by the keys of the snapshot: `evals`, `eval_run.planned`.
    pub field: Arc<str>,
    /// The place of that key.
    pub key: Span,
    /// The way to the field; empty for a key that the vocabulary does not declare.
    pub steps: Vec<usize>,
    /// The name of the source in the collect file.
    pub from: Arc<str>,
    /// The file that was read, by its path within the repository.
    pub file: Option<Arc<str>>,
    /// The SHA-256 digest of the file's bytes, in lower-case hexadecimal digits.
    pub sha256: Option<Arc<str>>,
    /// The same of the query that was asked.
    pub query_sha256: Option<Arc<str>>,
    /// The time that was asked about.
    pub at: Option<Arc<str>>,
    /// The tool that measured, with its version.
    pub tool: Option<Arc<str>>,
    /// The date or time that the tool itself gives to what it measured.
    pub made: Option<Arc<str>>,
    /// How many elements could not be measured.
    pub errors: Option<u64>,
    /// How many rows were read.
    pub rows: Option<u64>,
    /// Why the value, or a part of it, is not known, with the place of the text.
    pub unknown: Option<(Arc<str>, Span)>,
    /// The SHA-256 digest of the value as it was written, by which the collector knows its own hand.
    pub value_sha256: Option<Arc<str>>,
    /// Whether the file has no date of its own, and the collect file says that it may be used.
    pub declared: bool,
}

impl Collected {
    /// All that is said, in the order of the file.
    pub fn new(fields: Vec<CollectedField>) -> Self {
        let is_gap = |field: &CollectedField| {
            !field.steps.is_empty()
                && (field.unknown.is_some() || field.errors.is_some_and(|errors| errors > 0))
        };
        let gaps = fields.iter().enumerate().filter(|(_, field)| is_gap(field)).map(|(at, _)| at).collect();
        Self { fields, gaps }
    }

    /// The entries that say why a declared field, or a part of it, is not known.
    pub fn gaps(&self) -> impl Iterator<Item = &CollectedField> {
        self.gaps.iter().filter_map(|at| self.fields.get(*at))
    }

    /// What says why the field at the end of a way is not known: its own entry, or that of a record or list that it is in.
    pub fn gap_of(&self, steps: &[usize]) -> Option<&CollectedField> {
        let known = self.gaps().filter(|field| field.unknown.is_some());
        known.filter(|field| steps.starts_with(&field.steps)).max_by_key(|field| field.steps.len())
    }
}

impl CollectedField {
    /// Whether a place is one of the field's: its key or value, anything within that, or its entry in `collected`.
    pub fn covers(&self, place: Span, record: &Record) -> bool {
        let own = Span { end: self.unknown.as_ref().map_or(self.key.end, |(_, span)| span.end), ..self.key };
        is_within(place, own) || within(record, &self.steps).is_some_and(|written| is_within(place, written))
    }
}

/// From the key at the end of a way to the end of its value; the key alone where it has none.
fn within(record: &Record, steps: &[usize]) -> Option<Span> {
    let (step, rest) = steps.split_first()?;
    let Some(located) = record.fields.get(*step)?.as_ref() else {
        return record.empty.iter().find(|(at, _)| at == step).map(|(_, key)| *key);
    };
    match &located.value {
        Value::Record(inner) if !rest.is_empty() => within(inner, rest),
        Value::Record(_)
        | Value::List(_)
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Number(_)
        | Value::Range(_)
        | Value::Counted(_) => Some(Span { end: end_of(located), ..located.key }),
    }
}

/// Where a value ends. What an alias stands for may end before its key, and then covers nothing.
pub(crate) fn end_of(located: &Located) -> u32 {
    match &located.value {
        Value::List(elements) => elements.last().map_or(located.span.end, end_of),
        Value::Record(record) => {
            record.fields.iter().flatten().map(end_of).max().unwrap_or(0).max(located.span.end)
        }
        Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::Range(_) | Value::Counted(_) => {
            located.span.end
        }
    }
}

fn is_within(place: Span, outer: Span) -> bool {
    place.file == outer.file && outer.start <= place.start && place.start < outer.end
}
