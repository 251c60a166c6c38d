//! What the series says of itself: `today` and `now`, when a stage was entered, and when an element was first seen.

use std::collections::HashMap;

use super::pool::element_key;
use super::{Evaluator, Evidence, ItemValue, ListItem, Scope};
use crate::evidence::{Amount, Reasons};
use crate::point::Point;
use crate::program::{DateWord, StayOf};
use crate::source::Span;
use crate::types::Type;
use crate::value::{Number, Record, Value};
use crate::vocabulary::{RecordType, Vocabulary};

/// Where the keys of a list were seen first.
#[derive(Default)]
pub(super) struct FirstSeen {
    /// The index of the first snapshot that has a key.
    first: HashMap<Box<str>, usize>,
    /// How many snapshots were looked through.
    looked_through: usize,
}

impl<'a> Evaluator<'a> {
    /// What a word of the language stands for.
    pub(super) fn date_word(&self, word: &DateWord, ty: &Type, scope: Scope<'_, 'a>) -> Evidence<'a> {
        let nothing = || Evidence::unknown(ty, &Reasons::default(), "");
        let of = |point| told(point, ty);
        match word {
            DateWord::Today | DateWord::Now => of(scope.moment.today),
            DateWord::Entered(StayOf::Looked) => of(self.day(self.stage_entry(scope.moment.at))),
            DateWord::Entered(StayOf::Judged) => of(self.day(self.stage_entry(scope.moment.judged))),
            DateWord::Entered(StayOf::Workflow(up)) => scope
                .item(*up)
                .and_then(|item| match &item.value {
                    ItemValue::Workflow(seen) => Some(of(seen.entered())),
                    ItemValue::Record(_) | ItemValue::Evidence(_) => None,
                })
                .unwrap_or_else(nothing),
            DateWord::FirstSeen { up, list } => {
                scope.item(*up).map_or_else(nothing, |item| self.first_seen(item, list, ty))
            }
        }
    }

    /// Where the stay in a stage begins that a word speaks of.
    pub(super) fn place_of_date_word(&self, word: &DateWord, scope: Scope<'_, 'a>) -> Option<Span> {
        let at = match word {
            DateWord::Entered(StayOf::Looked) => scope.moment.at,
            DateWord::Entered(StayOf::Judged) => scope.moment.judged,
            DateWord::Today
            | DateWord::Now
            | DateWord::Entered(StayOf::Workflow(_))
            | DateWord::FirstSeen { .. } => return None,
        };
        let entry = &self.snapshots.get(self.stage_entry(at))?.record;
        entry.fields.get(Vocabulary::STAGE)?.as_ref().map(|stage| stage.key)
    }

    fn first_seen(&self, item: &ListItem<'a>, list: &[usize], ty: &Type) -> Evidence<'a> {
        let nothing = || Evidence::unknown(ty, &Reasons::default(), "");
        let (Some(element), Some(of)) = (item.element(), self.elements_of(list)) else { return nothing() };
        let key = of.fields.iter().enumerate().find(|(_, field)| field.key);
        let Some((field, key)) = key else { return nothing() };
        let Some(named) = element_key(element.newest, field) else {
            let missing = self.missing_in_element(&key.name, item.at, element.newest.span);
            return Evidence::unknown(ty, &missing, "");
        };
        let first = self.first_with(list, field, &named);
        told(self.day(first.unwrap_or(item.at)), ty)
    }

    /// What the elements of a list are made of.
    fn elements_of(&self, list: &[usize]) -> Option<&'a RecordType> {
        let mut record = &*self.program.vocabulary.snapshot;
        for step in list {
            let ty = &record.fields.get(*step)?.ty;
            record = ty.element().unwrap_or(ty).record()?;
        }
        Some(record)
    }

    /// The first snapshot that holds a key of a list. Each snapshot is looked through once, also of a series that grows.
    fn first_with(&self, list: &[usize], field: usize, key: &str) -> Option<usize> {
        let mut all = self.memory_of_snapshots().first_seen.borrow_mut();
        let known = all.entry(list.to_vec()).or_default();
        for (at, snapshot) in self.snapshots.iter().enumerate().skip(known.looked_through) {
            each_element(&snapshot.record, list, &mut |element| {
                self.budget.spend(1);
                if let Some(key) = element_key(element, field) {
                    known.first.entry(key.into()).or_insert(at);
                }
            });
        }
        known.looked_through = known.looked_through.max(self.snapshots.len());
        known.first.get(key).copied()
    }
}

/// A day or an instant as a value of a type: a time, or a date.
fn told<'a>(point: Point, ty: &Type) -> Evidence<'a> {
    let is_time = *ty == Type::Time;
    let number = if is_time { point.in_seconds() } else { Number::from(point.day_number()) };
    Evidence::Amount(Amount::Known(number))
}

/// Goes through the elements at the end of a way, which may lead through other lists.
fn each_element<'a>(record: &'a Record, way: &[usize], see: &mut impl FnMut(&'a Record)) {
    let Some((step, rest)) = way.split_first() else { return see(record) };
    match record.fields.get(*step).and_then(Option::as_ref).map(|located| &located.value) {
        Some(Value::Record(inner)) => each_element(inner, rest, see),
        Some(Value::List(elements)) => {
            for element in elements {
                if let Value::Record(inner) = &element.value {
                    each_element(inner, rest, see);
                }
            }
        }
        Some(Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::Range(_) | Value::Counted(_))
        | None => {}
    }
}
