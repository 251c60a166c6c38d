//! `record.regular`: counts that differ less from snapshot to snapshot than chance lets them.

use std::collections::{BTreeSet, HashSet};

use super::{Oddity, RecordedList, SeriesRecord, Wish};
use crate::ast::Arg;
use crate::builtins::Shape;
use crate::builtins::counting::{Counting, Tallied};
use crate::eval::Scope;
use crate::eval::pool::element_key;
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

/// Shares of a list, as the rules ask for them, that have been too alike in the last snapshots of one size.
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
    let is_new = |wish: &&Wish<'_>| said.insert(record.series.sources.text(wish.expr.span));
    let shares = record.wishes().iter().filter(|wish| is_share(record, wish)).filter(is_new);
    shares.filter_map(|wish| regular(record, wish, &samples)).collect()
}

/// The lists of the last snapshots that are as long as the newest. Each must be a sample of its own: where the elements are the
/// same ones again, their counts hardly change.
fn samples<'a>(record: &SeriesRecord<'_, 'a>, list: &ListField<'a>) -> Option<Vec<RecordedList<'a>>> {
    list.record()?;
    let newest = record.list_at(record.moment.at, list)?;
    let alike = |list: &RecordedList<'_>| list.elements.len() == newest.elements.len();
    let earlier = record.earlier().map_while(|at| record.list_at(at, list).filter(alike));
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

/// Whether it is `share(list where …)` of a snapshot.
fn is_share<'a>(record: &SeriesRecord<'_, 'a>, wish: &Wish<'a>) -> bool {
    let Some((builtin, args)) = record.call(wish) else { return false };
    let counts = matches!(builtin.shape, Shape::Counting(Counting { tallied: Tallied::Share(_), .. }));
    let whole =
        |arg: &Arg| arg.condition.is_some() && arg.among.is_none() && arg.over.is_none() && !arg.is_grouped();
    counts && wish.within.is_none() && args.iter().all(whole)
}

fn regular<'a>(
    record: &SeriesRecord<'_, 'a>,
    wish: &Wish<'a>,
    samples: &[(&ListField<'a>, Vec<RecordedList<'a>>)],
) -> Option<Oddity> {
    let (_, args) = record.call(wish)?;
    let arg = args.first()?;
    let Target::Field(path) = record.target(&arg.value)? else { return None };
    let (list, lists) = samples.iter().find(|(list, _)| list.steps == path.steps)?;
    let size = lists.first()?.elements.len();
    let count = |list: &RecordedList<'_>| {
        let moment = record.series.moment_of(list.at, list.at);
        let share = record.series.amount(wish.expr, Scope::at(moment));
        let count = share.known()? * Number::from(size);
        count.is_int().then(|| usize::try_from(count.floor()).ok()).flatten()
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
    let condition = record.series.sources.text(arg.condition.as_ref()?.span).to_owned();
    let found = RecordFinding::Regular { list: list.name.clone(), condition, size, good, one_in };
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
