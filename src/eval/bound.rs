//! Bounds of comparisons: the nearest value that keeps one.

use std::ops::Range;

use super::Evidence;
use crate::ast::CompareOp;
use crate::evidence::{Amount, DateSpan};
use crate::point::Axis;
use crate::report::why::{Bound, Figure};
use crate::types::Kind;
use crate::value::{DAY, Number};

/// The nearest whole number that keeps a bound, and whether it lies at or above it.
pub(super) fn whole(op: CompareOp, bound: &Number) -> Option<(dashu_int::IBig, bool)> {
    match op {
        CompareOp::GreaterEqual => Some((bound.ceil(), true)),
        CompareOp::Greater => Some((bound.floor() + dashu_int::IBig::ONE, true)),
        CompareOp::LessEqual => Some((bound.floor(), false)),
        CompareOp::Less => Some((bound.ceil() - dashu_int::IBig::ONE, false)),
        CompareOp::Equal if bound.is_int() => Some((bound.floor(), true)),
        CompareOp::Equal | CompareOp::NotEqual => None,
    }
}

/// How a value would have to lie to the nearest one that can be shown, that one, and a number that keeps the bound.
pub(super) fn nearest_bound(op: CompareOp, bound: &Number, kind: &Kind) -> Option<(Bound, Figure, Number)> {
    if *kind == Kind::Count && matches!(op, CompareOp::Less | CompareOp::Greater) {
        let (number, above) = whole(op, bound)?;
        let number = Number::from(number);
        let word = if above { Bound::AtLeast } else { Bound::AtMost };
        return Some((word, Figure::number(kind.clone(), number.clone()), number));
    }
    let figure = |(number, digits): &(Number, usize)| Figure {
        digits: *digits,
        ..Figure::number(kind.clone(), number.clone())
    };
    let (up, strict) = match op {
        CompareOp::GreaterEqual => (true, false),
        CompareOp::Greater => (true, true),
        CompareOp::LessEqual => (false, false),
        CompareOp::Less => (false, true),
        CompareOp::Equal | CompareOp::NotEqual => {
            let nearest = kind.nearest(bound, true);
            let (word, number) = if op == CompareOp::NotEqual {
                (Bound::OtherThan, bound + Number::ONE)
            } else {
                (Bound::Exactly, bound.clone())
            };
            // A bound that is not shown as it is cannot be told to anybody.
            return (nearest.0 == *bound).then(|| (word, figure(&nearest), number));
        }
    };
    let nearest = kind.nearest(bound, up);
    let shown = figure(&nearest);
    let beyond = strict && nearest.0 == *bound;
    let word = match (up, beyond) {
        (true, false) => Bound::AtLeast,
        (true, true) => Bound::MoreThan,
        (false, false) => Bound::AtMost,
        (false, true) => Bound::LessThan,
    };
    // Beyond the bound by less than is ever shown; only for trying out.
    let little = Number::ONE / Number::from(1_000_000_000_000_i64);
    let number = match (beyond, up) {
        (false, _) => nearest.0,
        (true, true) => nearest.0 + little,
        (true, false) => nearest.0 - little,
    };
    Some((word, shown, number))
}

/// How a date would have to lie to a day, that day, and one that keeps the bound.
pub(super) fn date_bound(op: CompareOp, bound: &Number) -> Option<(Bound, Figure, Number)> {
    if op == CompareOp::NotEqual {
        return Some((Bound::OtherThan, Figure::day(bound.clone()), bound + Number::ONE));
    }
    let (day, above) = whole(op, bound)?;
    let day = Number::from(day);
    let word = match (op, above) {
        (CompareOp::Equal, _) => Bound::Exactly,
        (_, true) => Bound::AtLeast,
        (_, false) => Bound::AtMost,
    };
    Some((word, Figure::day(day.clone()), day))
}

/// The first day, or second, at which at least, or more than, a length has run since `from`; all in days.
pub(super) fn over_day(op: CompareOp, from: &Number, length: &Evidence<'_>, axis: Axis) -> Option<Number> {
    let end = match length {
        Evidence::Amount(length) => from + length.known()? / Number::from(DAY),
        Evidence::Calendar(months) => {
            let from = Amount::Known(from.clone());
            DateSpan { from: from.clone(), to: from }.anniversary(*months).known()?.clone()
        }
        Evidence::Truth(_) | Evidence::Elapsed(_) | Evidence::Word(_) | Evidence::List(_) => return None,
    };
    let grains = Number::from(axis.grains_per_day());
    whole(op, &(end * &grains)).map(|(grain, _)| Number::from(grain) / grains)
}

/// The earliest day, or second, since which not too much has run: looked for from `from` to `to`, as months differ in length;
/// all in days.
pub(super) fn since_day(
    op: CompareOp,
    (from, to): (&Number, &Number),
    length: &Evidence<'_>,
    axis: Axis,
) -> Option<Number> {
    let lowest = match length {
        Evidence::Amount(length) => to - length.known()? / Number::from(DAY),
        Evidence::Calendar(months) if axis == Axis::Days => to - Number::from(i64::from(*months) * 31),
        // There are too many seconds in a month to look for one.
        Evidence::Calendar(_)
        | Evidence::Truth(_)
        | Evidence::Elapsed(_)
        | Evidence::Word(_)
        | Evidence::List(_) => return None,
    };
    let grains = Number::from(axis.grains_per_day());
    let enough = |day: &Number| over_day(op.negated(), day, length, axis).is_none_or(|over| over > *to);
    let mut day = from.clone().max(Number::from((lowest * &grains).floor()) / &grains);
    while !enough(&day) && day < *to {
        day += Number::ONE / &grains;
    }
    Some(day)
}

/// The first number of a range of which something is so, if it is so of all that follow; else the range's end.
pub(super) fn first_of(range: Range<usize>, is_so: impl Fn(usize) -> bool) -> usize {
    let Range { mut start, mut end } = range;
    while start < end {
        let middle = usize::midpoint(start, end);
        if is_so(middle) { end = middle } else { start = middle + 1 }
    }
    end
}
