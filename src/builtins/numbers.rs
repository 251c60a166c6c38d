//! `sum mean median min max percentile`: one number from a list of numbers.
//!
//! Each takes the elements picked by `where`; an element that is unknown, or whose pick is undecided, is
//! [`Amount::Unknown`] among them.

use super::{Builtin, Doc};
use crate::evidence::{Amount, Reasons};
use crate::interval::Interval;
use crate::value::Number;

/// What the manual says of this family.
pub(super) const NUMBERS: &[Doc] = &[
    Doc {
        builtin: Builtin::Sum,
        usage: "sum(L.f where P)",
        gives: "the sum of the numbers picked; 0 of none",
        example: "sum(incidents over 2 weeks)",
        value: "at least 0",
    },
    Doc {
        builtin: Builtin::Mean,
        usage: "mean(L.f where P)",
        gives: "their arithmetic mean",
        example: "mean(outputs.edit_time)",
        value: "13%",
    },
    Doc {
        builtin: Builtin::Median,
        usage: "median(L.f where P)",
        gives: "the middle one, or the mean of the two middle ones",
        example: "median(outputs.edit_time)",
        value: "10%",
    },
    Doc {
        builtin: Builtin::Min,
        usage: "min(L.f where P)",
        gives: "the smallest",
        example: "min(share(outputs where edit_time < 15% by kind))",
        value: "50%",
    },
    Doc {
        builtin: Builtin::Max,
        usage: "max(L.f where P)",
        gives: "the largest",
        example: "max(outputs.edit_time where kind == ordinary)",
        value: "10%",
    },
    Doc {
        builtin: Builtin::Percentile,
        usage: "percentile(L.f where P, q)",
        gives: "the smallest with at least the share q at or below it",
        example: "percentile(outputs.edit_time, 80%)",
        value: "12%",
    },
];

/// The bounds of every element, or why they are not all known.
fn bounds(elements: &[Amount], open: Option<&Reasons>) -> Result<Vec<(Interval, Reasons)>, Reasons> {
    let mut unknown: Option<Reasons> = open.cloned();
    let mut all = Vec::with_capacity(elements.len());
    for element in elements {
        match element.interval() {
            Some(interval) => all.push((interval, element.reasons())),
            None => unknown.get_or_insert_default().merge(&element.reasons()),
        }
    }
    unknown.map_or(Ok(all), Err)
}

fn merged(all: &[(Interval, Reasons)]) -> Reasons {
    let mut reasons = Reasons::default();
    for (_, why) in all {
        reasons.merge(why);
    }
    reasons
}

/// The sum; 0 of no elements. Of elements that cannot be negative, at least what was seen.
pub fn sum(elements: &[Amount], open: Option<&Reasons>, non_negative: bool) -> Amount {
    let mut reasons = open.cloned().unwrap_or_default();
    let mut total = Interval::point(Number::ZERO);
    let mut complete = open.is_none();
    for element in elements {
        reasons.merge(&element.reasons());
        match element.interval() {
            Some(interval) => total = total.add(&interval),
            None => complete = false,
        }
    }
    if complete {
        return Amount::bounded(total, reasons);
    }
    match total.low {
        Some(low) if non_negative => Amount::bounded(Interval::at_least(low), reasons),
        _ => Amount::Unknown(reasons),
    }
}

/// The arithmetic mean; unknown of no elements (`empty`).
pub fn mean(elements: &[Amount], open: Option<&Reasons>, empty: impl FnOnce() -> Reasons) -> Amount {
    let all = match bounds(elements, open) {
        Ok(all) if all.is_empty() => return Amount::Unknown(empty()),
        Ok(all) => all,
        Err(reasons) => return Amount::Unknown(reasons),
    };
    let total = all.iter().fold(Interval::point(Number::ZERO), |total, (interval, _)| total.add(interval));
    let size = Number::from(all.len());
    let part = |bound: Option<Number>| bound.map(|bound| bound / &size);
    Amount::bounded(Interval { low: part(total.low), high: part(total.high) }, merged(&all))
}

/// What a sorted, non-empty list of bounds comes to; none is beyond every number. It must not fall when an element rises.
type Statistic<'f> = &'f dyn Fn(&[Option<Number>]) -> Option<Number>;

fn monotone(
    elements: &[Amount],
    open: Option<&Reasons>,
    empty: impl FnOnce() -> Reasons,
    statistic: Statistic<'_>,
) -> Amount {
    let all = match bounds(elements, open) {
        Ok(all) if all.is_empty() => return Amount::Unknown(empty()),
        Ok(all) => all,
        Err(reasons) => return Amount::Unknown(reasons),
    };
    let mut lows: Vec<Option<Number>> = all.iter().map(|(interval, _)| interval.low.clone()).collect();
    let mut highs: Vec<Option<Number>> = all.iter().map(|(interval, _)| interval.high.clone()).collect();
    lows.sort(); // no lower bound comes first, where it belongs
    highs.sort_by(|a, b| a.is_none().cmp(&b.is_none()).then_with(|| a.cmp(b)));
    let interval = Interval { low: statistic(&lows), high: statistic(&highs) };
    Amount::bounded(interval, merged(&all))
}

/// The smallest element; unknown of no elements (`empty`).
pub fn min(elements: &[Amount], open: Option<&Reasons>, empty: impl FnOnce() -> Reasons) -> Amount {
    monotone(elements, open, empty, &|sorted| sorted.first().cloned().flatten())
}

/// The largest element; unknown of no elements (`empty`).
pub fn max(elements: &[Amount], open: Option<&Reasons>, empty: impl FnOnce() -> Reasons) -> Amount {
    monotone(elements, open, empty, &|sorted| sorted.last().cloned().flatten())
}

/// The middle element, or the mean of the two middle ones; unknown of no elements (`empty`).
pub fn median(elements: &[Amount], open: Option<&Reasons>, empty: impl FnOnce() -> Reasons) -> Amount {
    monotone(elements, open, empty, &|sorted| {
        let upper = sorted.get(sorted.len() / 2)?.as_ref()?;
        let lower = sorted.get((sorted.len() - 1) / 2)?.as_ref()?;
        Some((lower + upper) / Number::from(2))
    })
}

/// The smallest element with at least the share `rank` of all elements at or below it (nearest rank); unknown of no
/// elements (`empty`).
pub fn percentile(
    elements: &[Amount],
    rank: &Number,
    open: Option<&Reasons>,
    empty: impl FnOnce() -> Reasons,
) -> Amount {
    monotone(elements, open, empty, &|sorted| {
        let position = (rank * Number::from(sorted.len())).ceil();
        let position = usize::try_from(position).unwrap_or(0).clamp(1, sorted.len());
        sorted.get(position - 1).cloned().flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(numbers: &[i32]) -> Vec<Amount> {
        numbers.iter().map(|n| Amount::Known((*n).into())).collect()
    }

    fn unknown() -> Amount {
        Amount::Unknown(Reasons::default())
    }

    fn n(number: i32) -> Amount {
        Amount::Known(number.into())
    }

    #[test]
    fn statistics_of_known_numbers() {
        let numbers = known(&[5, 1, 4, 2]);
        assert_eq!(sum(&numbers, None, true), n(12));
        assert_eq!(mean(&numbers, None, Reasons::default), n(3));
        assert_eq!(median(&numbers, None, Reasons::default), n(3));
        assert_eq!(median(&known(&[9, 1, 4]), None, Reasons::default), n(4));
        assert_eq!(min(&numbers, None, Reasons::default), n(1));
        assert_eq!(max(&numbers, None, Reasons::default), n(5));
        let percent = |p: i32| Number::from_parts(p.into(), 100u8.into());
        for (rank, expected) in [(0, 1), (25, 1), (26, 2), (50, 2), (75, 4), (76, 5), (100, 5)] {
            assert_eq!(percentile(&numbers, &percent(rank), None, Reasons::default), n(expected), "{rank}%");
        }
    }

    #[test]
    fn a_missing_element_makes_all_but_a_sum_unknown() {
        let numbers = [n(2), unknown()];
        for result in [
            mean(&numbers, None, Reasons::default),
            median(&numbers, None, Reasons::default),
            min(&numbers, None, Reasons::default),
            max(&numbers, None, Reasons::default),
            sum(&numbers, None, false),
            mean(&[], None, Reasons::default),
            mean(&known(&[1]), Some(&Reasons::default()), Reasons::default),
        ] {
            assert_eq!(result, unknown());
        }
        let at_least_two = Amount::Between(Interval::at_least(2.into()), Reasons::default());
        assert_eq!(sum(&numbers, None, true), at_least_two);
        assert_eq!(sum(&known(&[2]), Some(&Reasons::default()), true), at_least_two);
        assert_eq!(sum(&[], None, false), n(0));
    }

    #[test]
    fn bounds_of_elements_become_bounds_of_the_result() {
        let between =
            |low: i32, high: i32| Amount::Between(Interval::new(low.into(), high.into()), Reasons::default());
        let numbers = [n(2), between(0, 4)];
        assert_eq!(mean(&numbers, None, Reasons::default), between(1, 3));
        assert_eq!(min(&numbers, None, Reasons::default), between(0, 2));
        assert_eq!(max(&numbers, None, Reasons::default), between(2, 4));
        assert_eq!(sum(&numbers, None, false), between(2, 6));
    }

    #[test]
    fn an_element_without_an_upper_bound_leaves_the_bound_that_the_others_give() {
        let at_least = |low: i32| Amount::Between(Interval::at_least(low.into()), Reasons::default());
        let between =
            |low: i32, high: i32| Amount::Between(Interval::new(low.into(), high.into()), Reasons::default());
        let numbers = [n(1), n(3), at_least(0)];
        assert_eq!(min(&numbers, None, Reasons::default), between(0, 1));
        assert_eq!(median(&numbers, None, Reasons::default), between(1, 3));
        assert_eq!(max(&numbers, None, Reasons::default), at_least(3));
        assert_eq!(mean(&[n(2), at_least(0)], None, Reasons::default), at_least(1));
    }
}
