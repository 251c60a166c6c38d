//! The names that a page for others may have to leave out: who answers for a workflow, and what elements of lists are called.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::report::page::HiddenNames;
use crate::types::Type;
use crate::value::{Record, Series, Value};
use crate::vocabulary::{RecordType, Vocabulary};

/// The field of a snapshot that says who answers for the workflow.
const OWNER: &str = "owner";

/// The names in the snapshots of a workflow.
#[derive(Clone, Debug, Default)]
pub(super) struct NamesSeen {
    /// Who answers for it, by its newest snapshot.
    pub(super) owner: Option<String>,
    owners: BTreeSet<Arc<str>>,
    keys: BTreeSet<Arc<str>>,
}

impl NamesSeen {
    /// Adds those of another workflow.
    pub(super) fn add(&mut self, other: &Self) {
        self.owners.extend(other.owners.iter().cloned());
        self.keys.extend(other.keys.iter().cloned());
    }

    /// Adds owners that other files name.
    pub(super) fn own(&mut self, owners: impl Iterator<Item = String>) {
        self.owners.extend(owners.map(Arc::from));
    }

    /// All of them, with further owners. The longest come first, so that none is hidden in part.
    pub(super) fn hidden(self, owners: Vec<String>) -> HiddenNames {
        let longest = |names: BTreeSet<String>| {
            let mut names: Vec<String> = names.into_iter().filter(|name| !name.trim().is_empty()).collect();
            names.sort_by_key(|name| Reverse(name.len()));
            names
        };
        let own = self.owners.iter().map(ToString::to_string);
        HiddenNames {
            owners: longest(own.chain(owners).collect()),
            keys: longest(self.keys.iter().map(ToString::to_string).collect()),
        }
    }
}

/// The names in a series.
pub(super) fn names_of(series: &Series, vocabulary: &Vocabulary) -> NamesSeen {
    let mut names = NamesSeen::default();
    let fields = &vocabulary.snapshot.fields;
    let owner = fields.iter().position(|field| &*field.name == OWNER && field.ty == Type::Text);
    for snapshot in &series.snapshots {
        let own = owner.and_then(|at| snapshot.record.fields.get(at)?.as_ref());
        if let Some(Value::Text(owner)) = own.map(|located| &located.value) {
            names.owner = Some(owner.to_string());
        }
        owners(&snapshot.record, &vocabulary.snapshot, &mut names);
        in_record(&snapshot.record, false, &mut names);
    }
    names
}

/// Whoever is named as an owner in a record, or in one within it.
fn owners(record: &Record, ty: &RecordType, names: &mut NamesSeen) {
    for (located, field) in record.fields.iter().zip(&ty.fields) {
        match (located.as_ref().map(|located| &located.value), field.ty.record()) {
            (Some(Value::Text(owner)), _) if &*field.name == OWNER => {
                names.owners.insert(owner.clone());
            }
            (Some(Value::Record(inner)), Some(ty)) => owners(inner, ty, names),
            (_, _) => {}
        }
    }
}

/// The texts in the lists of a record; all of its texts where it is itself an element of one.
fn in_record(record: &Record, is_element: bool, names: &mut NamesSeen) {
    for located in record.fields.iter().flatten() {
        in_value(&located.value, is_element, names);
    }
}

fn in_value(value: &Value, is_element: bool, names: &mut NamesSeen) {
    match value {
        Value::Text(text) if is_element => {
            names.keys.insert(text.clone());
        }
        Value::List(elements) => elements.iter().for_each(|element| in_value(&element.value, true, names)),
        Value::Record(inner) => in_record(inner, is_element, names),
        Value::Text(_) | Value::Bool(_) | Value::Number(_) | Value::Range(_) | Value::Counted(_) => {}
    }
}
