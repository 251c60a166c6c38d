//! `record.vanished`: an element of a kept list that is gone, and nobody says that it left.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::{Oddity, RecordedList, SeriesRecord, evidence_of};
use crate::report::why::{Pointer, RecordFinding, Remark, Said};
use crate::source::Span;
use crate::value::{Located, Value};
use crate::vocabulary::ListField;

/// How many keys are named.
const NAMED: usize = 3;
/// How many names that nobody ever had are warned of; who has so many has other things to do first.
const MOST_UNKNOWN: usize = 20;

/// Keys of `kept` lists that the newest snapshot lacks and the last one before it has that records the list, but for those that
/// `left` names since then.
pub(super) fn find(record: &SeriesRecord<'_, '_>) -> Vec<Oddity> {
    record.lists.iter().filter(|list| list.field.kept).filter_map(|list| vanished(record, list)).collect()
}

fn vanished(record: &SeriesRecord<'_, '_>, list: &ListField<'_>) -> Option<Oddity> {
    let key = list.key()?;
    let now = record.list_at(record.moment.at, list)?;
    // A snapshot without the list does not say who is there.
    let then = record.earlier().find_map(|at| record.list_at(at, list))?;
    if !record.series.budget.spend(now.elements.len().saturating_add(then.elements.len())) {
        return None;
    }
    let left = (then.at + 1..=now.at).flat_map(|at| names_left(record, at)).map(|(name, _)| name);
    let mut known: HashSet<Cow<'_, str>> = left.collect();
    known.extend(keys(record, &now, key).map(|(name, _)| name));
    let mut gone: Vec<(Arc<str>, &Located)> = Vec::new();
    for (name, located) in keys(record, &then, key) {
        if known.insert(name.clone()) {
            gone.push((name.into(), located));
        }
    }
    let ty = &list.record()?.fields.get(key)?.ty;
    let before = record.series.day(then.at);
    let pointer = |(_, located): &(_, &Located)| {
        let figure = record.series.figure_of(ty, &evidence_of(&located.value));
        Pointer { span: located.span, said: Said::On(figure, before) }
    };
    let first = gone.get(..NAMED).unwrap_or(&gone);
    let pointers: Vec<Pointer> = [now.pointer(list)].into_iter().chain(first.iter().map(pointer)).collect();
    let found = RecordFinding::Vanished {
        list: list.name.clone(),
        keys: first.iter().map(|(name, _)| name.clone()).collect(),
        more: gone.len().saturating_sub(NAMED),
        now: record.series.day(now.at),
        before,
    };
    (!gone.is_empty()).then_some(Oddity { found, declared: list.field.span, pointers })
}

/// Names in the newest snapshot's `left` that no element of a kept list ever had.
pub(super) fn unknown_names(record: &SeriesRecord<'_, '_>) -> Vec<Remark> {
    let mut names: Vec<(Cow<'_, str>, Span)> = names_left(record, record.moment.at).collect();
    let kept = record.lists.iter().filter(|list| list.field.kept);
    let kept: Vec<(&ListField<'_>, usize)> = kept.filter_map(|list| Some((list, list.key()?))).collect();
    for at in record.earlier() {
        if names.is_empty() {
            break;
        }
        for (list, key) in &kept {
            let Some(found) = record.list_at(at, list) else { continue };
            if !record.series.budget.spend(found.elements.len()) {
                return Vec::new();
            }
            let there: HashSet<Cow<'_, str>> = keys(record, &found, *key).map(|(name, _)| name).collect();
            names.retain(|(name, _)| !there.contains(name));
        }
    }
    names
        .into_iter()
        .take(MOST_UNKNOWN)
        .map(|(name, span)| Remark::NobodyLeft { name: name.into(), span })
        .collect()
}

/// What `left` of a snapshot names, each with its place.
fn names_left<'a>(
    record: &SeriesRecord<'_, 'a>,
    at: usize,
) -> impl Iterator<Item = (Cow<'a, str>, Span)> + use<'a> {
    let left = record.series.program.vocabulary.left();
    let names = left.and_then(|field| record.series.located(at, field)).map(|located| &located.value);
    let names: &'a [Located] = if let Some(Value::List(names)) = names { names } else { &[] };
    names.iter().filter_map(|name| match &name.value {
        Value::Text(text) => Some((Cow::Borrowed(&**text), name.span)),
        Value::Bool(_)
        | Value::Number(_)
        | Value::Range(_)
        | Value::Counted(_)
        | Value::List(_)
        | Value::Record(_) => None,
    })
}

/// The keys of a list as snapshots write them.
fn keys<'a>(
    record: &SeriesRecord<'_, 'a>,
    list: &RecordedList<'a>,
    key: usize,
) -> impl Iterator<Item = (Cow<'a, str>, &'a Located)> + use<'a> {
    let sources = record.series.sources;
    list.records().filter_map(move |element| {
        let located = element.fields.get(key)?.as_ref()?;
        let written = match &located.value {
            Value::Text(text) => text,
            Value::Bool(_)
            | Value::Number(_)
            | Value::Range(_)
            | Value::Counted(_)
            | Value::List(_)
            | Value::Record(_) => sources.text(located.span).trim_matches(['"', '\'']),
        };
        Some((Cow::Borrowed(written), located))
    })
}
