//! `record.reused`: one key for two elements.

use std::collections::HashMap;

use super::{Oddity, SeriesRecord, evidence_of};
use crate::ast::{Arg, ExprKind};
use crate::eval::Scope;
use crate::eval::pool::element_key;
use crate::eval::recorded::agree;
use crate::program::Target;
use crate::report::why::{Pointer, RecordFinding, Said};
use crate::types::Type;
use crate::value::{Located, Record, Value};
use crate::vocabulary::{Field, ListField, RecordType};

/// Keys of the newest snapshot that stood for something else in an earlier one of a window that a rule pools: there what the
/// two say differently is not known.
pub(super) fn find(record: &SeriesRecord<'_, '_>) -> Vec<Oddity> {
    let is_asked = |list: &&ListField<'_>| {
        list.key().is_some() && record.list_at(record.moment.at, list).is_some() && record.moment.at > 0
    };
    let lists: Vec<&ListField<'_>> = record.lists.iter().filter(is_asked).collect();
    if lists.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for list in lists {
        let firsts = record.wishes().iter().filter(|wish| wish.within.is_none()).flat_map(|wish| {
            let args: &[Arg] = if let ExprKind::Call { args, .. } = &wish.expr.kind { args } else { &[] };
            args.iter().filter_map(|arg| first_pooled(record, arg, list))
        });
        if let Some(first) = firsts.min() {
            found.extend(reused(record, list, first));
        }
    }
    found
}

/// The first snapshot of the window over which an argument pools a list.
fn first_pooled<'a>(record: &SeriesRecord<'_, 'a>, arg: &'a Arg, list: &ListField<'_>) -> Option<usize> {
    let over = arg.over.as_ref()?;
    let Target::Field(path) = record.target(record.series.program.list_behind(&arg.value))? else {
        return None;
    };
    path.steps.strip_prefix(&*list.steps)?;
    Some(record.series.snapshots_of_window(over, Scope::at(record.moment))?.start)
}

/// The elements of the newest list whose key stands for something else since a snapshot.
fn reused(record: &SeriesRecord<'_, '_>, list: &ListField<'_>, first: usize) -> Vec<Oddity> {
    let (Some(key), Some(fields)) = (list.key(), list.record()) else { return Vec::new() };
    let Some(now) = record.list_at(record.moment.at, list) else { return Vec::new() };
    // In the order in which they stand there, each with what is found of it.
    let mut own: Vec<(&Record, Option<Oddity>)> = now.records().map(|element| (element, None)).collect();
    let named =
        own.iter().enumerate().filter_map(|(at, (element, _))| Some((element_key(element, key)?, at)));
    let by_key: HashMap<_, usize> = named.collect();
    for at in record.earlier().take_while(|at| *at >= first) {
        let Some(then) = record.list_at(at, list) else { continue };
        if !record.series.budget.spend(then.elements.len()) {
            return Vec::new();
        }
        for earlier in then.records() {
            let Some(name) = element_key(earlier, key) else { continue };
            let Some((element, known)) = by_key.get(&name).and_then(|at| own.get_mut(*at)) else { continue };
            if known.is_none()
                && let Some(difference) = difference(fields, element, earlier, "")
            {
                *known = Some(difference.oddity(record, list, name.into_owned(), at));
            }
        }
    }
    own.into_iter().filter_map(|(_, found)| found).collect()
}

/// A field of which two elements with one key say different things.
struct KeyDifference<'v> {
    field: &'v Field,
    /// As people write it: `run.model`.
    name: String,
    now: &'v Located,
    then: &'v Located,
}

/// The first field that differs, of those that are neither `changing` nor the key.
fn difference<'v>(
    fields: &'v RecordType,
    now: &'v Record,
    then: &'v Record,
    prefix: &str,
) -> Option<KeyDifference<'v>> {
    let pairs = now.fields.iter().zip(&then.fields);
    fields.fields.iter().zip(pairs).filter(|(field, _)| !field.key && !field.changing).find_map(
        |(field, pair)| {
            let (Some(now), Some(then)) = pair else { return None };
            let name = [prefix, &field.name].concat();
            match (&field.ty, &now.value, &then.value) {
                (Type::Record(fields), Value::Record(now), Value::Record(then)) => {
                    difference(fields, now, then, &[&name, "."].concat())
                }
                _ if agree(&now.value, &then.value) => None,
                _ => Some(KeyDifference { field, name, now, then }),
            }
        },
    )
}

impl KeyDifference<'_> {
    fn oddity(&self, record: &SeriesRecord<'_, '_>, list: &ListField<'_>, key: String, at: usize) -> Oddity {
        let pointer = |located: &Located, at: usize| {
            let figure = record.series.figure_of(&self.field.ty, &evidence_of(&located.value));
            Pointer { span: located.span, said: Said::On(figure, record.series.day(at)) }
        };
        let found = RecordFinding::Reused {
            list: list.name.clone(),
            key: key.into(),
            field: self.name.as_str().into(),
            now: record.series.day(record.moment.at),
            then: record.series.day(at),
        };
        let pointers = vec![pointer(self.now, record.moment.at), pointer(self.then, at)];
        Oddity { found, declared: self.field.span, pointers }
    }
}
