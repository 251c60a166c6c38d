//! `record.copied`: a list that says what the list of the snapshot before said.

use super::{Oddity, order_records};
use crate::eval::Evaluator;
use crate::report::why::RecordFinding;
use crate::value::{Located, Record, Value};
use crate::vocabulary::ListField;

/// Elements from which on two lists are not the same by chance.
const LEAST_ELEMENTS: usize = 10;
/// Fields besides the key that the elements must say something of.
const LEAST_FIELDS: usize = 2;
/// How many different elements there must be: where nearly all are alike, two honest lists are soon the same.
const LEAST_DIFFERENT: usize = 5;

impl Evaluator<'_> {
    /// Lists of the newest snapshot that are equal to those one snapshot before, but for their keys and their order.
    pub(super) fn copied(&self) -> Vec<Oddity> {
        let lists = self.program.vocabulary.snapshot.lists();
        lists.iter().filter_map(|list| self.is_copied(list)).collect()
    }

    fn is_copied(&self, list: &ListField<'_>) -> Option<Oddity> {
        list.record()?;
        let (at, before) = self.newest_two()?;
        let (now, then) = (self.list_at(at, list)?, self.list_at(before, list)?);
        let count = now.elements.len();
        if count < LEAST_ELEMENTS || then.elements.len() != count {
            return None;
        }
        let key = list.key();
        let (one, other) = (sorted(now.elements, key), sorted(then.elements, key));
        // Each is compared with about as many others as the length of the list has binary digits.
        let fields = list.record().map_or(0, |record| record.fields.len());
        let compared = count.saturating_mul(fields).saturating_mul(2 * count.ilog2() as usize + 2);
        if !self.budget.spend(compared) {
            return None;
        }
        let same = |(one, other): (&&Record, &&Record)| order_records(one, other, key).is_eq();
        let different =
            1 + one.windows(2).filter(|pair| !matches!(pair, [a, b] if order_records(a, b, key).is_eq())).count();
        if one.len() != count
            || different < LEAST_DIFFERENT
            || said_of(&one, key) < LEAST_FIELDS
            || !one.iter().zip(&other).all(same)
        {
            return None;
        }
        let name = |key: usize| list.record().and_then(|record| record.fields.get(key)).map(|f| f.name.clone());
        let found = RecordFinding::Copied {
            list: list.name.clone(),
            key: key.and_then(name),
            count,
            now: self.day(at),
            before: self.day(before),
        };
        let pointers = vec![now.pointer(list), then.pointer(list)];
        Some(Oddity { found, declared: list.field.span, pointers })
    }
}

/// The elements in an order that does not depend on their keys.
fn sorted(elements: &[Located], key: Option<usize>) -> Vec<&Record> {
    let mut records: Vec<&Record> = elements
        .iter()
        .filter_map(|element| match &element.value {
            Value::Record(record) => Some(record),
            Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::List(_) => None,
        })
        .collect();
    records.sort_by(|one, other| order_records(one, other, key));
    records
}

/// Of how many fields besides the key any of the elements says something.
fn said_of(elements: &[&Record], key: Option<usize>) -> usize {
    let fields = elements.first().map_or(0, |first| first.fields.len());
    let is_said = |at: &usize| elements.iter().any(|element| matches!(element.fields.get(*at), Some(Some(_))));
    (0..fields).filter(|at| Some(*at) != key).filter(is_said).count()
}
