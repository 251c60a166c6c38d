//! A located tree, typed by the vocabulary: records with a slot for each field, and what is wrong with them.
//!
//! Knows the vocabulary, and of YAML only the tree. A `rollout.yaml` lies under each snapshot of its folder: records
//! are laid over each other key by key, lists and scalars are taken from the snapshot where it has the key. A key
//! that the snapshot sets to `null` hides the standing fact: what was taken back must not count.

mod collected;
mod undeclared;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::point::{Axis, Point};
use crate::snapshot::limits::{MAX_SHOWN, MAX_WORKFLOW_BYTES};
use crate::snapshot::path::{Path, Subject};
use crate::snapshot::problems::Problems;
use crate::snapshot::scalar::Scalar;
use crate::snapshot::slip::{Emptiness, list_slip};
use crate::snapshot::tree::{Content, Entry, NodeId, Tree, YamlNode};
use crate::snapshot::{Role, errors};
use crate::source::Span;
use crate::text::quote;
use crate::types::{Type, show_date, show_time};
use crate::value::{Located, Number, Record, Value};
use crate::vocabulary::{Field, RecordType, Vocabulary};

pub(super) use collected::SourceKey;

/// A node with the tree that it is in.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) tree: &'a Tree<'a>,
    pub(super) id: NodeId,
}

impl<'a> At<'a> {
    pub(super) fn node(self) -> &'a YamlNode<'a> {
        self.tree.node(self.id)
    }

    /// The entries of a map.
    pub(super) fn entries(self) -> Option<&'a [Entry<'a>]> {
        match &self.node().content {
            Content::Map(entries) => Some(entries),
            Content::Null | Content::Scalar { .. } | Content::List(_) => None,
        }
    }
}

/// A record of a snapshot, of the standing facts beneath it, or both. Standing facts were checked by themselves, and
/// their errors are not said again for each snapshot.
#[derive(Clone, Copy, Default)]
struct Layers<'a> {
    upper: Option<At<'a>>,
    lower: Option<At<'a>>,
}

/// A field's value where it was written.
#[derive(Clone, Copy)]
struct Written<'a> {
    at: At<'a>,
    key: Span,
    /// The standing fact beneath it.
    under: Option<At<'a>>,
    /// It is a standing fact itself.
    standing: bool,
}

/// An entry, with the record that it is in.
type EntryIn<'a> = (At<'a>, &'a Entry<'a>);

fn value_of<'a>((record, entry): EntryIn<'a>) -> At<'a> {
    At { tree: record.tree, id: entry.value }
}

impl<'a> Written<'a> {
    /// In a snapshot, over a standing fact.
    fn above(entry: EntryIn<'a>, under: Option<EntryIn<'a>>) -> Self {
        Self { at: value_of(entry), key: entry.1.span, under: under.map(value_of), standing: false }
    }

    /// A standing fact that no snapshot lies over.
    fn below(entry: EntryIn<'a>) -> Self {
        Self { standing: true, ..Self::above(entry, None) }
    }
}

/// What became of a field.
enum Slot {
    Value(Located),
    Missing,
    /// It has an error, which was reported.
    Failed,
}

/// Types the documents of one file.
pub(super) struct Typing<'a> {
    vocabulary: &'a Vocabulary,
    problems: &'a mut Problems,
    /// The file is a `rollout.yaml`, read by itself: nothing is required of it.
    alone: bool,
    /// A test writes it out, by the names of the fields.
    by_name: bool,
    /// The document that is read.
    root: Option<At<'a>>,
    undeclared: usize,
    /// How many fields records may still have.
    fields: usize,
    /// A record had more than that, and was left out.
    is_full: bool,
    /// What may still be compared to find out which fields undeclared keys were meant to be.
    pairs: usize,
}

/// Fields that the records of a file have, given or not: so many for any file, and more for a long one.
const FIELDS: (usize, usize) = (1_000, 4);
/// Pairs of letters that are compared for the undeclared keys of a file: so many for any file, and more for a long one.
const PAIRS: (usize, usize) = (20_000, 10);

impl<'a> Typing<'a> {
    /// For a file of so many bytes; a `rollout.yaml` is read by itself.
    pub(super) fn new(
        vocabulary: &'a Vocabulary,
        problems: &'a mut Problems,
        role: Role,
        bytes: usize,
    ) -> Self {
        let (fields, pairs) = (FIELDS.0 + FIELDS.1 * bytes, PAIRS.0 + PAIRS.1 * bytes);
        let (alone, by_name) = match role {
            Role::Snapshot => (false, false),
            Role::Given => (false, true),
            Role::Standing => (true, false),
        };
        Self {
            vocabulary,
            problems,
            alone,
            by_name,
            root: None,
            undeclared: 0,
            fields,
            is_full: false,
            pairs,
        }
    }

    /// The day or instant that a snapshot is of; an instant that is finer than can be told apart is an error.
    pub(super) fn date_of(&mut self, record: &Record) -> Option<(Point, Span)> {
        let located = record.fields.get(Vocabulary::DATE)?.as_ref()?;
        let Value::Number(number) = &located.value else { return None };
        let point = match self.vocabulary.axis() {
            Axis::Days => Axis::Days.in_calendar(i64::try_from(number.floor()).ok()?),
            Axis::Instants => Point::of_instant(number),
        };
        if point.is_none() {
            self.problems.push(errors::too_fine(located.span));
        }
        Some((point?, located.span))
    }

    /// What the documents are typed by.
    pub(super) fn vocabulary(&self) -> &'a Vocabulary {
        self.vocabulary
    }

    /// How many fields the file's records may still have.
    pub(super) fn fields(&self) -> usize {
        self.fields
    }

    /// Adds a problem.
    pub(super) fn push(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// The errors of the file so far.
    pub(super) fn errors(&self) -> usize {
        self.problems.errors()
    }

    /// The record of a document that was read without a tree, over that of the standing facts: `fields` is how many its
    /// records may still have. None where the tree is needed: something is to be said of it, or a record lies over another.
    pub(super) fn completed(
        &mut self,
        mut record: Record,
        fields: usize,
        standing: Option<At<'a>>,
    ) -> Option<Record> {
        self.fields = fields;
        let ty = &self.vocabulary.snapshot;
        let below = self.by_field(standing, ty, true);
        for (at, (field, slot)) in ty.fields.iter().zip(&mut record.fields).enumerate() {
            let under = standing.zip(below.get(at).copied().flatten());
            match (&slot, under) {
                (Some(_), Some(_)) if field.ty.record().is_some() => return None,
                (None, Some(entry)) => {
                    let path = Path::field(None, self.key_of(field));
                    match self.value(Written::below(entry), field, &field.ty, &path) {
                        Slot::Value(value) => *slot = Some(value),
                        Slot::Missing | Slot::Failed => return None,
                    }
                }
                (Some(_), _) | (None, None) => {}
            }
            if slot.is_none() && field.required {
                return None;
            }
        }
        let workflow = record.fields.get(Vocabulary::WORKFLOW)?.as_ref()?;
        (bad_workflow(workflow).is_none() && self.problems.is_empty()).then_some(record)
    }

    /// The record of a document, over that of the standing facts. Fields with errors are left out of it.
    pub(super) fn document(&mut self, root: At<'a>, standing: Option<At<'a>>) -> Option<Record> {
        if root.entries().is_none() {
            self.problems.push(errors::no_record(root.node(), self.alone));
            return None;
        }
        let vocabulary = self.vocabulary;
        self.problems.next_document();
        self.root = Some(root);
        let mut record =
            self.record(Layers { upper: Some(root), lower: standing }, &vocabulary.snapshot, None);
        let workflow = record.fields.get_mut(Vocabulary::WORKFLOW)?;
        if let Some(problem) = workflow.as_ref().and_then(bad_workflow) {
            self.problems.push(problem);
            *workflow = None;
        }
        Some(record)
    }

    fn record(&mut self, layers: Layers<'a>, ty: &'a RecordType, path: Option<&Path<'_>>) -> Record {
        let span = layers.upper.or(layers.lower).map(|at| at.node().span).unwrap_or_default();
        let Some(left) = self.fields.checked_sub(ty.fields.len()) else {
            if !self.is_full {
                self.problems.push(errors::too_many_fields(span));
            }
            (self.is_full, self.fields) = (true, 0);
            return Record { span, ..Record::default() };
        };
        self.fields = left;
        let upper = self.by_field(layers.upper, ty, self.alone);
        let lower = self.by_field(layers.lower, ty, true);
        if let Some(entries) = layers.upper.and_then(At::entries) {
            self.undeclared_keys(entries, ty, &upper, path);
        }
        let (mut fields, mut empty) = (Vec::with_capacity(ty.fields.len()), Vec::new());
        for (at, field) in ty.fields.iter().enumerate() {
            let path = Path::field(path, self.key_of(field));
            let above = layers.upper.zip(upper.get(at).copied().flatten());
            let below = layers.lower.zip(lower.get(at).copied().flatten());
            let slot = match (above, below) {
                (None, None) => Slot::Missing,
                (Some(entry), under) => self.value(Written::above(entry, under), field, &field.ty, &path),
                (None, Some(entry)) => self.value(Written::below(entry), field, &field.ty, &path),
            };
            fields.push(match slot {
                Slot::Value(value) => Some(value),
                Slot::Missing => {
                    let written = above.or(below).map(|(_, entry)| entry.span);
                    empty.extend(written.map(|key| (at, key)));
                    if field.required && !self.alone {
                        self.problems.push(errors::missing(span, &path, field.span));
                    }
                    None
                }
                Slot::Failed => None,
            });
        }
        Record { fields, empty, span }
    }

    /// The entries of a map by the fields that they are for. What a `rollout.yaml` may not hold is no entry.
    fn by_field(
        &self,
        record: Option<At<'a>>,
        ty: &RecordType,
        standing: bool,
    ) -> Vec<Option<&'a Entry<'a>>> {
        let Some(entries) = record.and_then(At::entries) else { return Vec::new() };
        let mut found = vec![None; ty.fields.len()];
        for entry in entries {
            if let Some((at, field)) = self.field_of(ty, &entry.key)
                && (!standing || field.may_stand())
                && let Some(slot) = found.get_mut(at)
            {
                *slot = Some(entry);
            }
        }
        found
    }

    /// The field that a key is for, with its index.
    fn field_of<'t>(&self, ty: &'t RecordType, key: &str) -> Option<(usize, &'t Field)> {
        if self.by_name { ty.field(key) } else { ty.field_of_key(key) }
    }

    /// What a field is called in this file.
    pub(super) fn key_of<'t>(&self, field: &'t Field) -> &'t str {
        if self.by_name { &field.name } else { field.yaml_key() }
    }

    /// Whether a field of the snapshot tells snapshots apart by its nature.
    fn tells_apart(&self, field: usize) -> bool {
        let ladder = !self.vocabulary.stages.is_empty();
        field == Vocabulary::DATE || ladder && (field == Vocabulary::STAGE || field == Vocabulary::ADVANCE_TO)
    }

    fn value(&mut self, written: Written<'a>, field: &'a Field, ty: &'a Type, path: &Path<'_>) -> Slot {
        let node = written.at.node();
        let subject = Subject { span: node.span, path, declared: field.span };
        let value = match (&node.content, ty) {
            (Content::Null, _) => return Slot::Missing,
            // An error of the vocabulary, which was reported there.
            (_, Type::Error | Type::Elapsed | Type::Calendar) => return Slot::Failed,
            (Content::Map(_), Type::Record(inner)) => {
                let layers = if written.standing {
                    Layers { upper: None, lower: Some(written.at) }
                } else {
                    Layers { upper: Some(written.at), lower: written.under }
                };
                Ok(Value::Record(self.record(layers, inner, Some(path))))
            }
            (Content::List(elements), Type::List(inner)) => {
                Ok(Value::List(self.elements(elements, written, field, inner, path)))
            }
            (Content::Scalar { text, .. }, Type::List(inner)) => {
                let found =
                    if text.is_empty() { "an empty text".to_owned() } else { format!("`{}`", quote(text)) };
                Err(errors::no_list(subject, &found, inner, list_slip(text, inner)))
            }
            (Content::Map(entries), Type::List(inner)) => {
                let slip = if entries.is_empty() { list_slip("{}", inner) } else { None };
                Err(errors::no_list(subject, "a record", inner, slip))
            }
            (Content::Scalar { text, .. }, Type::Record(_)) => {
                Err(errors::scalar_for_record(subject, ty, text, written.key == node.span))
            }
            (Content::Scalar { text, plain }, _) => {
                let suggest = self.problems.errors() < MAX_SHOWN;
                let scalar = Scalar {
                    text,
                    plain: *plain,
                    subject,
                    vocabulary: self.vocabulary,
                    suggest,
                    emptiness: match field.required && !self.alone {
                        _ if written.key == node.span => Emptiness::OfElement,
                        true => Emptiness::Refused,
                        false => Emptiness::Allowed,
                    },
                };
                match scalar.read(ty) {
                    Ok((Value::Range(_), _)) if field.key => Err(errors::range_for_key(subject)),
                    Ok((value, warning)) => {
                        if let Some(warning) = warning {
                            self.report(warning, written.standing);
                        }
                        Ok(value)
                    }
                    Err(error) => Err(error),
                }
            }
            (Content::List(_), _) => Err(errors::wrong_type(subject, ty, "a list")),
            (Content::Map(_), _) => Err(errors::wrong_type(subject, ty, "a record")),
        };
        match value {
            Ok(value) => Slot::Value(Located { key: written.key, span: node.span, value }),
            Err(error) => {
                self.report(error, written.standing);
                Slot::Failed
            }
        }
    }

    fn report(&mut self, diagnostic: Diagnostic, standing: bool) {
        if !standing {
            self.problems.push(diagnostic);
        }
    }

    fn elements(
        &mut self,
        elements: &[NodeId],
        list: Written<'a>,
        field: &'a Field,
        ty: &'a Type,
        path: &Path<'_>,
    ) -> Vec<Located> {
        let mut values = Vec::with_capacity(elements.len());
        for id in elements {
            let at = At { tree: list.at.tree, id: *id };
            let span = at.node().span;
            let written = Written { at, key: span, under: None, standing: list.standing };
            match self.value(written, field, ty, path) {
                Slot::Value(value) => values.push(value),
                Slot::Missing => {
                    let place = if span.start < span.end { span } else { list.key };
                    self.report(errors::empty_element(place, path), list.standing);
                }
                Slot::Failed => {}
            }
        }
        if let Type::Record(record) = ty {
            for (at, field) in record.fields.iter().enumerate().filter(|(_, field)| field.key) {
                self.keys_differ(&values, at, field, path, list.standing);
            }
        }
        values
    }

    /// Each value of a list's key field is there once.
    fn keys_differ(
        &mut self,
        elements: &[Located],
        at: usize,
        field: &Field,
        path: &Path<'_>,
        standing: bool,
    ) {
        if all_differ(elements, at) {
            return;
        }
        let mut seen: HashMap<Cow<'_, str>, Span> = HashMap::with_capacity(elements.len());
        for element in elements {
            let Some(key) = key_of_element(element, at) else { continue };
            let Some(name) = key_text(&key.value) else { continue };
            match seen.get(&name) {
                Some(first) => {
                    let shown = match key.value.number() {
                        Some(number) => Cow::Owned(shown_key(number, &field.ty)),
                        None => name.clone(),
                    };
                    let places = (*first, key.span);
                    let error = errors::duplicate_element(&shown, places, path, self.key_of(field));
                    self.report(error, standing);
                }
                None => {
                    seen.insert(name, key.span);
                }
            }
        }
    }
}

/// What is wrong with the name of a workflow.
fn bad_workflow(workflow: &Located) -> Option<Diagnostic> {
    let Value::Text(name) = &workflow.value else { return None };
    match name.trim() {
        "" => Some(errors::empty_workflow(workflow.span)),
        _ if name.len() > MAX_WORKFLOW_BYTES => Some(errors::long_workflow(workflow.span, name.len())),
        _ => None,
    }
}

/// The text that a value is told apart by, where it is a key; none of what is no key.
fn key_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Counted(counted) => Some(Cow::Owned(counted.share().to_string())),
        Value::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
        Value::Range(_) | Value::List(_) | Value::Record(_) => None,
    }
}

/// The value that a list's element has in a field.
fn key_of_element(element: &Located, at: usize) -> Option<&Located> {
    let Value::Record(record) = &element.value else { return None };
    record.fields.get(at)?.as_ref()
}

/// Whether no two elements of a list have the same value in a field.
pub(super) fn all_differ(elements: &[Located], at: usize) -> bool {
    let keys = || elements.iter().filter_map(|element| key_text(&key_of_element(element, at)?.value));
    // Most are written in their order.
    keys().is_sorted_by(|one, next| one < next) || {
        let mut seen = HashSet::with_capacity(elements.len());
        keys().all(|key| seen.insert(key))
    }
}

/// A key that is kept as a number, as people write it.
fn shown_key(number: &Number, ty: &Type) -> String {
    match ty {
        Type::Date => show_date(number),
        Type::Time => show_time(number),
        Type::Amount(quantity) => quantity.kind.show(number),
        Type::Bool
        | Type::Text
        | Type::Stage
        | Type::Choice(_)
        | Type::Elapsed
        | Type::Calendar
        | Type::List(_)
        | Type::Record(_)
        | Type::Error => number.to_string(),
    }
}
