//! `record.smaller`: a list of at most half as many elements as before.

use super::{Oddity, RecordedList, SeriesRecord};
use crate::report::why::RecordFinding;
use crate::vocabulary::ListField;

/// How many snapshots before the newest say how long a list usually is.
const BEFORE: usize = 4;
/// Elements that a list usually has, below which half of them are soon missing by chance.
const LEAST_USUAL: usize = 20;

/// Lists of the newest snapshot that have at most half as many elements as the median of the last four before it that record
/// the list.
pub(super) fn find(record: &SeriesRecord<'_, '_>) -> Vec<Oddity> {
    record.lists.iter().filter_map(|list| smaller(record, list)).collect()
}

fn smaller(record: &SeriesRecord<'_, '_>, list: &ListField<'_>) -> Option<Oddity> {
    let now = record.list_at(record.moment.at, list)?;
    let before: Vec<RecordedList<'_>> =
        record.earlier().filter_map(|at| record.list_at(at, list)).take(BEFORE).collect();
    let mut counts: Vec<usize> = before.iter().map(|list| list.elements.len()).collect();
    counts.sort_unstable();
    let [_, low, high, _] = counts.as_slice() else { return None };
    let count = now.elements.len();
    if low + high < 2 * LEAST_USUAL || 4 * count > low + high {
        return None;
    }
    let found = RecordFinding::Smaller {
        list: list.name.clone(),
        count,
        now: record.series.day(now.at),
        before: before.iter().map(|list| list.elements.len()).collect(),
    };
    let pointers = [&now].into_iter().chain(before.first()).map(|one| one.pointer(list)).collect();
    Some(Oddity { found, declared: list.field.span, pointers })
}
