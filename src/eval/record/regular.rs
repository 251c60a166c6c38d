//! `record.regular`: counts that differ less from snapshot to snapshot than chance lets them.

use std::collections::{BTreeSet, HashSet};

use super::{Oddity, RecordedList, SeriesRecord, Wish};
use crate::ast::{Arg, Expr};
use crate::builtins::Shape;
use crate::builtins::counting::{Candidate, Counting, Tallied};
use crate::eval::Scope;
use crate::eval::pool::element_key;
use crate::evidence::Truth;
use crate::program::Target;
use crate::report::why::RecordFinding;
use crate::stats::as_regular;
use crate::value::Number;
use crate::vocabulary::ListField;

/// How many snapshots it takes.
const LEAST_SNAPSHOTS: usize = 5;
/// How many of the newest are looked at: what was long ago does not stay noted.
const MOST_SNAPSHOTS: usize = 12;
/// One in so many honest series is as regular.
const ONE_IN: i64 = 1_000;

/// Counts of a list, as the rules ask for them, that have been too alike in the last snapshots of one size.
pub(super) fn find(record: &SeriesRecord<'_, '_>) -> Vec<Oddity> {
    if record.moment.at + 1 < LEAST_SNAPSHOTS {
        return Vec::new();
    }
    let samples: Vec<_> =
        record.lists.iter().filter_map(|list| Some((list, samples(record, list)?))).collect();
    if samples.is_empty() {
        return Vec::new();
    }
    let mut said = BTreeSet::new();
    let counted = record.wishes().iter().filter_map(|wish| Some((wish, counted(record, wish)?)));
    let new = counted.filter(|(_, arg)| said.insert(as_written(record, arg)));
    new.filter_map(|(wish, arg)| regular(record, wish, arg, &samples)).collect()
}

/// The lists of the last snapshots that are as long as the newest. Each must be a sample of its own: where the elements are the
/// same ones again, their counts hardly change. A snapshot without the list says nothing, and is passed over.
fn samples<'a>(record: &SeriesRecord<'_, 'a>, list: &ListField<'a>) -> Option<Vec<RecordedList<'a>>> {
    let newest = record.list_at(record.moment.at, list)?;
    let alike = |list: &RecordedList<'_>| list.elements.len() == newest.elements.len();
    let earlier = record.earlier().filter_map(|at| record.list_at(at, list)).take_while(alike);
    let all: Vec<_> = [newest].into_iter().chain(earlier).take(MOST_SNAPSHOTS).collect();
    if all.len() < LEAST_SNAPSHOTS || newest.elements.is_empty() {
        return None;
    }
    let mut seen = HashSet::new();
    let fresh = |list_of: &RecordedList<'a>| match list.key() {
        Some(key) => {
            list_of.records().filter_map(|element| element_key(element, key)).all(|key| seen.insert(key))
        }
        None => true,
    };
    (record.series.budget.spend(all.len() * newest.elements.len()) && all.iter().all(fresh)).then_some(all)
}

/// What is counted of a list: by `share(list where …)` or `count(list where …)`, over whatever window, or `share(list)` of a list
/// of yes and no.
fn counted<'a>(record: &SeriesRecord<'_, 'a>, wish: &Wish<'a>) -> Option<&'a Arg> {
    let (builtin, args) = record.call(wish)?;
    let [arg] = args else { return None };
    let Shape::Counting(Counting { tallied, .. }) = &builtin.shape else { return None };
    let is_asked = match tallied {
        Tallied::Share(_) => arg.of.is_none(),
        Tallied::Number(_) => arg.condition.is_some(),
        Tallied::Whether(_) => false,
    };
    (is_asked && arg.among.is_none() && !arg.is_grouped() && wish.within.is_none()).then_some(arg)
}

/// The list of which it is counted, and the condition if there is one.
fn as_written<'a>(record: &SeriesRecord<'_, 'a>, arg: &'a Arg) -> (&'a str, Option<&'a str>) {
    let text = |expr: &Expr| record.series.sources.text(expr.span);
    (text(&arg.value), arg.condition.as_ref().map(text))
}

fn regular<'a>(
    record: &SeriesRecord<'_, 'a>,
    wish: &Wish<'a>,
    arg: &'a Arg,
    samples: &[(&ListField<'a>, Vec<RecordedList<'a>>)],
) -> Option<Oddity> {
    let series = record.series;
    let Target::Field(path) = record.target(series.program.list_behind(&arg.value))? else { return None };
    let (list, lists) = samples.iter().find(|(list, _)| path.steps.starts_with(&list.steps))?;
    let size = lists.first()?.elements.len();
    let count = |list: &RecordedList<'_>| {
        let scope = Scope::at(series.moment_of(list.at, list.at));
        let elements = series.eval(&arg.value, scope).into_list();
        let counted = series.candidates(arg, &elements, scope);
        let known = elements.unknown.is_none() && counted.len() == size;
        let good = |candidate: &Candidate| match candidate.good {
            Truth::Yes => Some(1),
            Truth::No => Some(0),
            Truth::Undecided(_) => None,
        };
        counted.iter().map(good).sum::<Option<usize>>().filter(|_| known)
    };
    let good: Vec<usize> = lists.iter().map(count).collect::<Option<_>>()?;
    if !is_narrow(&good, size) {
        return None;
    }
    let chance = as_regular(&good, size, &|steps| record.series.budget.spend(steps))?;
    if chance > Number::ONE / Number::from(ONE_IN) {
        return None;
    }
    let one_in = u64::try_from((Number::ONE / chance).floor()).unwrap_or(u64::MAX);
    let (counted, condition) = as_written(record, arg);
    let condition = condition.map(str::to_owned);
    let found = RecordFinding::Regular { list: counted.to_owned(), condition, size, good, one_in };
    let pointers = lists.iter().map(|one| one.pointer(list)).collect();
    Some(Oddity { found, declared: Some(wish.expr.span), pointers })
}

/// Whether the counts vary so little that it is worth to sum up how rare that is: at most half as much as they do on average.
fn is_narrow(good: &[usize], size: usize) -> bool {
    let (samples, size) = (good.len() as u128, size as u128);
    let sum: u128 = good.iter().map(|count| *count as u128).sum();
    let squares: u128 = good.iter().map(|count| (*count as u128).pow(2)).sum();
    let all = samples * size;
    // Both are what the variance is and what it is on average, times all elements and the number of samples.
    2 * all * (samples * squares).saturating_sub(sum * sum)
        < samples.saturating_sub(1) * sum * all.saturating_sub(sum)
}
