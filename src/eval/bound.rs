//! Bounds of comparisons: the nearest value that keeps one, and how it is said.

use super::Evidence;
use crate::ast::CompareOp;
use crate::evidence::{Amount, Elapsed};
use crate::types::{Kind, show_date};
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

/// «at least », «50%», and a number that keeps the bound.
pub(super) fn bound_text(
    op: CompareOp,
    bound: &Number,
    kind: &Kind,
) -> Option<(&'static str, String, Number)> {
    if *kind == Kind::Count && matches!(op, CompareOp::Less | CompareOp::Greater) {
        let (number, above) = whole(op, bound)?;
        let number = Number::from(number);
        return Some((if above { "at least " } else { "at most " }, kind.show(&number), number));
    }
    let (up, strict) = match op {
        CompareOp::GreaterEqual => (true, false),
        CompareOp::Greater => (true, true),
        CompareOp::LessEqual => (false, false),
        CompareOp::Less => (false, true),
        CompareOp::Equal | CompareOp::NotEqual => {
            let (nearest, shown) = kind.nearest(bound, true);
            let differs = op == CompareOp::NotEqual;
            let number = if differs { bound + Number::ONE } else { bound.clone() };
            // A bound that is not shown as it is cannot be told to anybody.
            return (nearest == *bound).then_some((if differs { "other than " } else { "" }, shown, number));
        }
    };
    let (nearest, shown) = kind.nearest(bound, up);
    let word = match (up, strict && nearest == *bound) {
        (true, false) => "at least ",
        (true, true) => "more than ",
        (false, false) => "at most ",
        (false, true) => "less than ",
    };
    // Beyond the bound by less than is ever shown; only for trying out.
    let little = Number::ONE / Number::from(1_000_000_000_000_i64);
    let beyond = match (strict && nearest == *bound, up) {
        (false, _) => nearest,
        (true, true) => nearest + little,
        (true, false) => nearest - little,
    };
    Some((word, shown, beyond))
}

/// «of 2026-11-02 or later», and a day that keeps the bound.
pub(super) fn date_bound(op: CompareOp, bound: &Number) -> Option<(String, Number)> {
    if op == CompareOp::NotEqual {
        return Some((format!("other than {}", show_date(bound)), bound + Number::ONE));
    }
    let (day, above) = whole(op, bound)?;
    let day = Number::from(day);
    let date = show_date(&day);
    let text = match (op, above) {
        (CompareOp::Equal, _) => format!("of {date}"),
        (_, true) => format!("of {date} or later"),
        (_, false) => format!("of {date} or earlier"),
    };
    Some((text, day))
}

/// The first day on which at least, or more than, a length has run since `from`.
pub(super) fn over_day(op: CompareOp, from: &Number, length: &Evidence<'_>) -> Option<Number> {
    let end = match length {
        Evidence::Amount(length) => from + length.known()? / Number::from(DAY),
        Evidence::Calendar(months) => {
            let from = Amount::Known(from.clone());
            Elapsed { from: from.clone(), to: from }.anniversary(*months).known()?.clone()
        }
        Evidence::Truth(_) | Evidence::Elapsed(_) | Evidence::Word(_) | Evidence::List(_) => return None,
    };
    whole(op, &end).map(|(day, _)| Number::from(day))
}

pub(super) fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::GreaterEqual,
        CompareOp::LessEqual => CompareOp::Greater,
        CompareOp::Greater => CompareOp::LessEqual,
        CompareOp::GreaterEqual => CompareOp::Less,
        CompareOp::Equal => CompareOp::NotEqual,
        CompareOp::NotEqual => CompareOp::Equal,
    }
}

/// The comparison as the right side sees it.
pub(super) fn mirror(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        CompareOp::Equal | CompareOp::NotEqual => op,
    }
}

/// «8 further good samples in a row»
pub(super) fn further_samples(count: usize) -> String {
    match count {
        1 => "1 further good sample".to_owned(),
        more => format!("{more} further good samples in a row"),
    }
}
