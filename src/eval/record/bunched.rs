//! `record.bunched`: measured shares that pile up on the good side of a threshold.

use std::collections::HashSet;
use std::iter::once;

use super::{Oddity, SeriesRecord, Wish};
use crate::ast::{CompareOp, ExprKind};
use crate::eval::Scope;
use crate::eval::pool::element_key;
use crate::program::Target;
use crate::report::why::RecordFinding;
use crate::source::Span;
use crate::types::{Kind, Quantity, Type};
use crate::value::Number;
use crate::vocabulary::ListField;

/// How many values it takes.
const LEAST_VALUES: usize = 12;
/// How many of them may lie on the bad side.
const MOST_BAD: usize = 1;
/// How far from the threshold a value may lie, in points of a hundred.
const POINTS: i64 = 5;
/// How many of the newest snapshots are looked at: what was long ago does not stay noted.
const MOST_SNAPSHOTS: usize = 12;

/// How many thresholds are looked at.
const MOST_THRESHOLDS: usize = 100;

/// A threshold for a share that each element of a list has.
struct ShareThreshold<'r, 'a> {
    list: &'r ListField<'a>,
    /// The index of the element's field.
    field: usize,
    bound: Number,
    /// How the values lie to the bound that a rule would rather see.
    good: CompareOp,
    /// The comparison.
    span: Span,
}

/// Thresholds of the rules near which nearly all values are good.
pub(super) fn find(record: &SeriesRecord<'_, '_>) -> Vec<Oddity> {
    let has_share = |list: &ListField<'_>| {
        list.record()
            .is_some_and(|element| element.fields.iter().any(|field| share_range(&field.ty).is_some()))
    };
    if !record.lists.iter().any(has_share) {
        return Vec::new();
    }
    let mut known: Vec<ShareThreshold<'_, '_>> = Vec::new();
    for wish in record.wishes() {
        if known.len() == MOST_THRESHOLDS {
            break;
        }
        let is_same = |one: &ShareThreshold<'_, '_>, other: &ShareThreshold<'_, '_>| {
            one.list.steps == other.list.steps
                && (one.field, one.good, &one.bound) == (other.field, other.good, &other.bound)
        };
        if let Some(found) = threshold(record, wish)
            && !known.iter().any(|other| is_same(&found, other))
        {
            known.push(found);
        }
    }
    known.iter().filter_map(|threshold| bunched(record, threshold)).collect()
}

/// What a field may be, where it is a share.
fn share_range(ty: &Type) -> Option<&Quantity> {
    ty.quantity().filter(|quantity| quantity.kind == Kind::Share)
}

/// The threshold that a comparison holds a field of the elements against.
fn threshold<'r, 'a>(record: &'r SeriesRecord<'_, 'a>, wish: &Wish<'a>) -> Option<ShareThreshold<'r, 'a>> {
    let ExprKind::Compare(op, left, right) = &wish.expr.kind else { return None };
    let (more, arg) = (wish.more?, wish.within?);
    let field_of = |expr| match record.target(expr)? {
        Target::Element { up: 0, path } if path.computed.is_none() => match *path.steps.as_slice() {
            [field] => Some(field),
            _ => None,
        },
        _ => None,
    };
    let (field, bound, op) = match (field_of(left), field_of(right)) {
        (Some(field), None) => (field, right, *op),
        (None, Some(field)) => (field, left, op.mirrored()),
        (Some(_), Some(_)) | (None, None) => return None,
    };
    if matches!(op, CompareOp::Equal | CompareOp::NotEqual) {
        return None;
    }
    // Anything else may differ from element to element.
    if !matches!(bound.kind, ExprKind::Literal(_)) && !matches!(record.target(bound), Some(Target::Param(_)))
    {
        return None;
    }
    let Target::Field(path) = record.target(&arg.value)? else { return None };
    let (list, _) = record.list_on(&path.steps)?;
    let quantity = share_range(&list.record()?.fields.get(field)?.ty)?;
    let bound = record.series.amount(bound, Scope::at(record.moment)).known()?.clone();
    // At the end of its range a share may well lie often.
    let (near, range) = (near(), &quantity.range);
    let inside = range.low.as_ref().is_none_or(|low| *low < &bound - &near)
        && range.high.as_ref().is_none_or(|high| *high > &bound + &near);
    let good = if more { op } else { op.negated() };
    inside.then_some(ShareThreshold { list, field, bound, good, span: wish.expr.span })
}

fn near() -> Number {
    Number::from_parts(POINTS.into(), 100u8.into())
}

fn bunched(record: &SeriesRecord<'_, '_>, threshold: &ShareThreshold<'_, '_>) -> Option<Oddity> {
    let ShareThreshold { list, field, bound, good, span } = threshold;
    let mut seen = HashSet::new();
    let mut tally = NearTally::default();
    let mut lists = Vec::new();
    for at in once(record.moment.at).chain(record.earlier()).take(MOST_SNAPSHOTS) {
        let Some(found) = record.list_at(at, list) else { continue };
        if !record.series.budget.spend(found.elements.len()) {
            return None;
        }
        lists.push(found);
        for element in found.records() {
            let key = list.key().and_then(|key| element_key(element, key));
            // An element that was recorded again is one element.
            if key.is_some_and(|key| !seen.insert(key)) {
                continue;
            }
            let Some(value) = element.fields.get(*field)?.as_ref().and_then(|located| located.value.number())
            else {
                continue;
            };
            tally.take(value, bound, *good);
        }
        if tally.good + tally.bad >= LEAST_VALUES {
            break;
        }
    }
    let values = tally.good + tally.bad;
    // Where values thin out towards the threshold, few lie beyond it anyway.
    if values < LEAST_VALUES || tally.bad > MOST_BAD || tally.further > tally.good {
        return None;
    }
    let found = RecordFinding::Bunched {
        field: [&list.name, ".", &list.record()?.fields.get(*field)?.name].concat().into(),
        condition: record.series.sources.text(*span).to_owned(),
        good: tally.good,
        values,
        points: POINTS,
    };
    let pointers = lists.iter().map(|one| one.pointer(list)).collect();
    Some(Oddity { found, declared: Some(*span), pointers })
}

/// How many values lie near a threshold.
#[derive(Default)]
struct NearTally {
    good: usize,
    bad: usize,
    /// On the good side, behind the near ones and as far from these as they are from the threshold.
    further: usize,
}

impl NearTally {
    fn take(&mut self, value: &Number, bound: &Number, good: CompareOp) {
        let distance = if value < bound { bound - value } else { value - bound };
        let is_good = good.holds(value.cmp(bound));
        if distance <= near() {
            self.good += usize::from(is_good);
            self.bad += usize::from(!is_good);
        } else if is_good && distance <= near() + near() {
            self.further += 1;
        }
    }
}
