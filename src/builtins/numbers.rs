//! `sum mean median min max percentile variance`: one number from a list of numbers.
//!
//! Each takes the elements picked by `where`; an element that is unknown, or whose pick is undecided, is
//! [`Amount::Unknown`] among them.

use super::{Builtin, Shape};
use crate::evidence::{Amount, ReasonKind, Reasons};
use crate::interval::Interval;
use crate::types::{Kind, Quantity};
use crate::value::Number;

pub(super) static NUMBERS: &[Builtin] = &[
    Builtin {
        name: "sum",
        synonyms: &["total"],
        usage: "sum(L.f where P)",
        gives: "the sum of the numbers picked; 0 of none",
        example: "sum(incidents over 2 weeks)",
        value: "at least 0",
        shape: Shape::Numbers(Numbers {
            reduce: Reduce::Picked(sum),
            join: Some(Interval::add),
            type_of: total,
            adds: true,
            is_total: true,
            unknown_of_none: false,
            ..ONE_OF_THEM
        }),
    },
    Builtin {
        name: "mean",
        synonyms: &["average", "avg"],
        usage: "mean(L.f where P)",
        gives: "their arithmetic mean",
        example: "mean(outputs.edit_time)",
        value: "13%",
        shape: Shape::Numbers(Numbers {
            reduce: Reduce::Picked(mean),
            join: Some(Interval::add),
            type_of: average,
            adds: true,
            is_mean: true,
            ..ONE_OF_THEM
        }),
    },
    Builtin {
        name: "median",
        synonyms: &["p50"],
        usage: "median(L.f where P)",
        gives: "the middle one, or the mean of the two middle ones",
        example: "median(outputs.edit_time)",
        value: "10%",
        shape: Shape::Numbers(Numbers { reduce: Reduce::Picked(median), type_of: average, ..ONE_OF_THEM }),
    },
    Builtin {
        name: "min",
        synonyms: &["least", "lowest", "minimum"],
        usage: "min(L.f where P)",
        gives: "the smallest",
        example: "min(share(outputs where edit_time < 15% by kind))",
        value: "50% (atypical)",
        shape: Shape::Numbers(Numbers {
            reduce: Reduce::Picked(min),
            join: Some(Interval::smaller),
            extreme: Some(Extreme::Smallest),
            ..ONE_OF_THEM
        }),
    },
    Builtin {
        name: "max",
        synonyms: &["highest", "maximum", "most"],
        usage: "max(L.f where P)",
        gives: "the largest",
        example: "max(outputs.edit_time where kind == ordinary)",
        value: "10%",
        shape: Shape::Numbers(Numbers {
            reduce: Reduce::Picked(max),
            join: Some(Interval::larger),
            extreme: Some(Extreme::Largest),
            ..ONE_OF_THEM
        }),
    },
    Builtin {
        name: "percentile",
        synonyms: &["p90", "p95", "p99", "quantile"],
        usage: "percentile(L.f where P, q)",
        gives: "the smallest with at least the share q at or below it",
        example: "percentile(outputs.edit_time, 80%)",
        value: "12%",
        shape: Shape::Numbers(Numbers { reduce: Reduce::Ranked(percentile), ..ONE_OF_THEM }),
    },
    Builtin {
        name: "variance",
        synonyms: &["var"],
        usage: "variance(L.f where P)",
        gives: "their sample variance, a plain number; unknown of fewer than two",
        example: "variance(outputs.edit_time)",
        value: "0.0097",
        shape: Shape::Numbers(Numbers {
            reduce: Reduce::Picked(variance),
            type_of: square,
            adds: true,
            rises: false,
            ..ONE_OF_THEM
        }),
    },
];

/// A function that makes one number of a list of numbers.
#[derive(Clone, Copy)]
pub struct Numbers {
    pub reduce: Reduce,
    /// What it gives of numbers of a kind and range; none where that has a unit which the language does not have.
    pub type_of: fn(Quantity) -> Option<Quantity>,
    /// Whether it adds the numbers up, and so makes long ratios of many short ones.
    pub adds: bool,
    /// Whether it is the sum itself, of what happened.
    pub is_total: bool,
    /// Whether it never falls where a number rises.
    pub rises: bool,
    /// Whether nothing is known of it where no number is picked; else it is zero.
    pub unknown_of_none: bool,
    /// Which element it is, where it is one at an end: such there is of dates, too.
    pub extreme: Option<Extreme>,
    /// Whether it is the mean, of which there are bounds with a confidence.
    pub is_mean: bool,
    /// What two numbers come to that it may be given in their place, so that it is the same; none where it needs each.
    pub join: Option<fn(&Interval, &Interval) -> Interval>,
}

#[derive(Clone, Copy)]
pub enum Reduce {
    Picked(fn(&Picked<'_>) -> Amount),
    /// Takes a share beside the list.
    Ranked(fn(&Picked<'_>, &Number) -> Amount),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    Smallest,
    Largest,
}

/// The numbers that were picked of a list.
pub struct Picked<'l> {
    pub of: &'l [Amount],
    /// How many numbers they are: one of them may stand for several, as [`Numbers::join`] makes it.
    pub size: usize,
    /// Why further elements may exist that were not seen.
    pub open: Option<&'l Reasons>,
    /// Why nothing can be said of no elements.
    pub empty: &'l dyn Fn() -> Reasons,
    /// Whether none of them can be negative, by their type.
    pub non_negative: bool,
}

impl Numbers {
    /// Whether what it gives is of the kind of the numbers that it takes: of dollars then dollars.
    pub fn keeps_the_kind(&self) -> bool {
        (self.type_of)(Quantity { kind: Kind::Unit("".into()), range: Interval::ALL }).is_some()
    }
}

/// A function that gives one of the numbers, as most do more or less.
const ONE_OF_THEM: Numbers = Numbers {
    reduce: Reduce::Picked(median),
    type_of: Some,
    adds: false,
    is_total: false,
    rises: true,
    unknown_of_none: true,
    extreme: None,
    is_mean: false,
    join: None,
};

/// Of counts, what lies between them is a plain number.
fn average(of: Quantity) -> Option<Quantity> {
    let kind = if of.kind == Kind::Count { Kind::Number } else { of.kind };
    Some(Quantity { kind, ..of })
}

/// Squares are never negative, and ratios as all products are. The square of a unit is one that the language does not have.
fn square(of: Quantity) -> Option<Quantity> {
    let range = Interval::at_least(Number::ZERO);
    of.kind.is_plain().then_some(Quantity { kind: Kind::Ratio, range })
}

/// Any number of numbers that are not negative adds up to one that is not, and likewise.
fn total(of: Quantity) -> Option<Quantity> {
    let low = of.range.low.filter(|low| *low >= Number::ZERO).map(|_| Number::ZERO);
    let high = of.range.high.filter(|high| *high <= Number::ZERO).map(|_| Number::ZERO);
    Some(Quantity { kind: of.kind, range: Interval { low, high } })
}

impl Picked<'_> {
    /// The bounds of every number, of which there is at least one, and why they are no closer; or why not all are known.
    fn bounds(&self) -> Result<(Vec<Interval>, Reasons), Reasons> {
        let mut unknown: Option<Reasons> = self.open.cloned();
        let (mut all, mut why) = (Vec::with_capacity(self.of.len()), Reasons::default());
        for element in self.of {
            match element.interval() {
                Some(interval) => {
                    all.push(interval);
                    why.merge(&element.reasons());
                }
                None => unknown.get_or_insert_default().merge(&element.reasons()),
            }
        }
        match unknown {
            Some(reasons) => Err(reasons),
            None if all.is_empty() => Err((self.empty)()),
            None => Ok((all, why)),
        }
    }
}

/// The sum; 0 of no elements. Of elements that cannot be negative, at least what was seen.
fn sum(picked: &Picked<'_>) -> Amount {
    let mut reasons = picked.open.cloned().unwrap_or_default();
    let mut total = Interval::point(Number::ZERO);
    let mut complete = picked.open.is_none();
    for element in picked.of {
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
        Some(low) if picked.non_negative => Amount::bounded(Interval::at_least(low), reasons),
        _ => Amount::Unknown(reasons),
    }
}

/// The arithmetic mean; unknown of no elements.
fn mean(picked: &Picked<'_>) -> Amount {
    let (all, reasons) = match picked.bounds() {
        Ok(known) => known,
        Err(reasons) => return Amount::Unknown(reasons),
    };
    let total = all.iter().fold(Interval::point(Number::ZERO), |total, interval| total.add(interval));
    let size = Number::from(picked.size);
    let part = |bound: Option<Number>| bound.map(|bound| bound / &size);
    Amount::bounded(Interval { low: part(total.low), high: part(total.high) }, reasons)
}

/// What a sorted, non-empty list of bounds comes to; none is beyond every number. It must not fall when an element rises.
type Statistic<'f> = &'f dyn Fn(&[Option<Number>]) -> Option<Number>;

fn monotone(picked: &Picked<'_>, statistic: Statistic<'_>) -> Amount {
    let (all, reasons) = match picked.bounds() {
        Ok(known) => known,
        Err(reasons) => return Amount::Unknown(reasons),
    };
    let mut lows: Vec<Option<Number>> = all.iter().map(|interval| interval.low.clone()).collect();
    let mut highs: Vec<Option<Number>> = all.into_iter().map(|interval| interval.high).collect();
    lows.sort(); // no lower bound comes first, where it belongs
    highs.sort_by(|a, b| a.is_none().cmp(&b.is_none()).then_with(|| a.cmp(b)));
    Amount::bounded(Interval { low: statistic(&lows), high: statistic(&highs) }, reasons)
}

/// The smallest element; unknown of no elements.
fn min(picked: &Picked<'_>) -> Amount {
    monotone(picked, &|sorted| sorted.first().cloned().flatten())
}

/// The largest element; unknown of no elements.
fn max(picked: &Picked<'_>) -> Amount {
    monotone(picked, &|sorted| sorted.last().cloned().flatten())
}

/// The middle element, or the mean of the two middle ones; unknown of no elements.
fn median(picked: &Picked<'_>) -> Amount {
    monotone(picked, &|sorted| {
        let upper = sorted.get(sorted.len() / 2)?.as_ref()?;
        let lower = sorted.get((sorted.len() - 1) / 2)?.as_ref()?;
        Some((lower + upper) / Number::from(2))
    })
}

/// The smallest element with at least the share `rank` of all elements at or below it (nearest rank); unknown of no
/// elements.
fn percentile(picked: &Picked<'_>, rank: &Number) -> Amount {
    monotone(picked, &|sorted| {
        let position = (rank * Number::from(sorted.len())).ceil();
        let position = usize::try_from(position).unwrap_or(0).clamp(1, sorted.len());
        sorted.get(position - 1).cloned().flatten()
    })
}

/// The sample variance: `Σ(x − x̄)² / (n − 1)`. Unknown where not every number is known, and of fewer than two.
fn variance(picked: &Picked<'_>) -> Amount {
    let (all, reasons) = match picked.bounds() {
        Ok(known) => known,
        Err(reasons) => return Amount::Unknown(reasons),
    };
    let Some(known) = all.iter().map(Interval::as_point).collect::<Option<Vec<&Number>>>() else {
        return Amount::Unknown(reasons);
    };
    let size = Number::from(known.len());
    if size <= Number::ONE {
        return Amount::Unknown(Reasons::of(ReasonKind::DividedByZero, None));
    }
    let mean = known.iter().fold(Number::ZERO, |sum, number| sum + *number) / &size;
    let square = |number: &Number| (number - &mean) * (number - &mean);
    let squares = known.iter().fold(Number::ZERO, |sum, number| sum + square(number));
    Amount::Known(squares / (size - Number::ONE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[Amount]) -> Picked<'_> {
        Picked { of: numbers, size: numbers.len(), open: None, empty: &Reasons::default, non_negative: false }
    }

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
        assert_eq!(sum(&Picked { non_negative: true, ..of(&numbers) }), n(12));
        assert_eq!(mean(&of(&numbers)), n(3));
        assert_eq!(median(&of(&numbers)), n(3));
        assert_eq!(median(&of(&known(&[9, 1, 4]))), n(4));
        assert_eq!(min(&of(&numbers)), n(1));
        assert_eq!(max(&of(&numbers)), n(5));
        let percent = |p: i32| Number::from_parts(p.into(), 100u8.into());
        for (rank, expected) in [(0, 1), (25, 1), (26, 2), (50, 2), (75, 4), (76, 5), (100, 5)] {
            assert_eq!(percentile(&of(&numbers), &percent(rank)), n(expected), "{rank}%");
        }
    }

    #[test]
    fn a_missing_element_makes_all_but_a_sum_unknown() {
        let numbers = [n(2), unknown()];
        for result in [
            mean(&of(&numbers)),
            median(&of(&numbers)),
            min(&of(&numbers)),
            max(&of(&numbers)),
            sum(&of(&numbers)),
            mean(&of(&[])),
            mean(&Picked { open: Some(&Reasons::default()), ..of(&known(&[1])) }),
        ] {
            assert_eq!(result, unknown());
        }
        let at_least_two = Amount::Between(Interval::at_least(2.into()), Reasons::default());
        assert_eq!(sum(&Picked { non_negative: true, ..of(&numbers) }), at_least_two);
        assert_eq!(
            sum(&Picked { open: Some(&Reasons::default()), non_negative: true, ..of(&known(&[2])) }),
            at_least_two
        );
        assert_eq!(sum(&of(&[])), n(0));
    }

    #[test]
    fn bounds_of_elements_become_bounds_of_the_result() {
        let between =
            |low: i32, high: i32| Amount::Between(Interval::new(low.into(), high.into()), Reasons::default());
        let numbers = [n(2), between(0, 4)];
        assert_eq!(mean(&of(&numbers)), between(1, 3));
        assert_eq!(min(&of(&numbers)), between(0, 2));
        assert_eq!(max(&of(&numbers)), between(2, 4));
        assert_eq!(sum(&of(&numbers)), between(2, 6));
    }

    #[test]
    fn a_variance_takes_two_numbers_and_no_guess() {
        assert_eq!(
            variance(&of(&known(&[1, 2, 3, 4, 10]))),
            Amount::Known(Number::from_parts(25.into(), 2u8.into()))
        );
        assert_eq!(variance(&of(&known(&[7, 7]))), n(0));
        assert_eq!(variance(&of(&[])), unknown());
        assert_eq!(variance(&of(&[n(2), n(4), unknown()])), unknown());
        assert_eq!(variance(&Picked { open: Some(&Reasons::default()), ..of(&known(&[1, 2])) }), unknown());
        let between = Amount::Between(Interval::new(1.into(), 2.into()), Reasons::default());
        assert_eq!(variance(&of(&[n(2), between])), unknown());
        let of_one = Reasons::of(ReasonKind::DividedByZero, None);
        assert_eq!(variance(&of(&known(&[7]))), Amount::Unknown(of_one));
    }

    #[test]
    fn an_element_without_an_upper_bound_leaves_the_bound_that_the_others_give() {
        let at_least = |low: i32| Amount::Between(Interval::at_least(low.into()), Reasons::default());
        let between =
            |low: i32, high: i32| Amount::Between(Interval::new(low.into(), high.into()), Reasons::default());
        let numbers = [n(1), n(3), at_least(0)];
        assert_eq!(min(&of(&numbers)), between(0, 1));
        assert_eq!(median(&of(&numbers)), between(1, 3));
        assert_eq!(max(&of(&numbers)), at_least(3));
        assert_eq!(mean(&of(&[n(2), at_least(0)])), at_least(1));
    }
}
