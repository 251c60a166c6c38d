//! `record.copied`: a list that says what the last list before it said.

use std::collections::HashSet;

use super::{Oddity, RecordedList, SeriesRecord, order_records};
use crate::eval::pool::element_key;
use crate::report::why::RecordFinding;
use crate::value::Record;
use crate::vocabulary::{ListField, RecordType};

/// Elements from which on two lists are not the same by chance.
const LEAST_ELEMENTS: usize = 10;
/// Fields besides the key that the elements must say something of.
const LEAST_FIELDS: usize = 2;
/// How many different elements there must be: where nearly all are alike, two honest lists are soon the same.
const LEAST_DIFFERENT: usize = 5;

/// Lists of the newest snapshot that are equal to those of the last one before it that records them, but for their keys and
/// their order.
pub(super) fn find(record: &SeriesRecord<'_, '_>) -> Vec<Oddity> {
    record.lists.iter().filter_map(|list| copied(record, list)).collect()
}

fn copied(record: &SeriesRecord<'_, '_>, list: &ListField<'_>) -> Option<Oddity> {
    let fields = &list.record()?.fields;
    let now = record.list_at(record.moment.at, list)?;
    // A snapshot without elements says nothing of what was measured.
    let mut earlier = record.earlier().filter_map(|at| record.list_at(at, list));
    let then = earlier.find(|list| !list.elements.is_empty())?;
    let count = now.elements.len();
    if count < LEAST_ELEMENTS || then.elements.len() != count {
        return None;
    }
    // Each element is compared with about as many others as the length of the list has binary digits.
    let comparisons = count.saturating_mul(2 * count.ilog2() as usize + 2);
    if !record.series.budget.spend(comparisons.saturating_mul(fields.len())) {
        return None;
    }
    let key = list.key();
    if comes_again(list) && share_a_key(&now, &then, key) {
        return None;
    }
    let (one, other) = (sorted(&now, key), sorted(&then, key));
    let same = |one: &Record, other: &Record| order_records(one, other, key).is_eq();
    let changes = one.windows(2).filter(|pair| !matches!(pair, [a, b] if same(a, b))).count();
    if changes + 1 < LEAST_DIFFERENT
        || said_of(&one, key) < LEAST_FIELDS
        || one.len() != other.len()
        || !one.iter().zip(&other).all(|(one, other)| same(one, other))
    {
        return None;
    }
    let found = RecordFinding::Copied {
        list: list.name.clone(),
        key: key.and_then(|key| fields.get(key)).map(|field| field.name.clone()),
        count,
        now: record.series.day(now.at),
        before: record.series.day(then.at),
    };
    Some(Oddity { found, declared: list.field.span, pointers: vec![now.pointer(list), then.pointer(list)] })
}

/// Whether the vocabulary says that a list records the same elements again: it is `kept`, or a field of them may change by itself.
fn comes_again(list: &ListField<'_>) -> bool {
    fn changes(element: &RecordType) -> bool {
        element.fields.iter().any(|field| field.changing || field.ty.record().is_some_and(changes))
    }
    list.field.kept || list.record().is_some_and(changes)
}

fn share_a_key(now: &RecordedList<'_>, then: &RecordedList<'_>, key: Option<usize>) -> bool {
    let Some(key) = key else { return false };
    let known: HashSet<_> = then.records().filter_map(|element| element_key(element, key)).collect();
    now.records().filter_map(|element| element_key(element, key)).any(|key| known.contains(&key))
}

/// The elements in an order that does not depend on their keys.
fn sorted<'a>(list: &RecordedList<'a>, key: Option<usize>) -> Vec<&'a Record> {
    let mut records: Vec<&Record> = list.records().collect();
    records.sort_by(|one, other| order_records(one, other, key));
    records
}

/// Of how many fields besides the key any of the elements says something.
fn said_of(elements: &[&Record], key: Option<usize>) -> usize {
    let fields = elements.first().map_or(0, |first| first.fields.len());
    let is_said =
        |at: &usize| elements.iter().any(|element| matches!(element.fields.get(*at), Some(Some(_))));
    (0..fields).filter(|at| Some(*at) != key).filter(is_said).count()
}
