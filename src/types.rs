//! Types of expressions and fields, their units, and how values of them are shown.

use std::fmt;
use std::sync::Arc;

use dashu_int::{IBig, UBig};

use crate::interval::Interval;
use crate::value::{DAY, Number, date_of_day, day_and_seconds, decimal};
use crate::vocabulary::RecordType;

/// The type of a field or expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Bool,
    Text,
    Date,
    /// An instant.
    Time,
    /// A stage of the ladder.
    Stage,
    /// `one of [a, b]`, with its members.
    Choice(Arc<[Arc<str>]>),
    /// A number with a kind or unit, within a range.
    Amount(Quantity),
    /// What runs between two dates: `held(…)`, `since(…)`, `date - date`.
    Elapsed,
    /// A span of calendar months, as `6 months` is.
    Calendar,
    List(Box<Self>),
    Record(Arc<RecordType>),
    /// An expression with an error that was reported: fits everywhere, so that no second error follows.
    Error,
}

/// What a number counts, and the range that it is known to lie in.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    pub kind: Kind,
    pub range: Interval,
}

/// What a number counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number, 0 or more.
    Count,
    Number,
    /// A ratio, shown as a percentage.
    Share,
    /// In seconds.
    Duration,
    /// A number with a unit, as `USD`.
    Unit(Arc<str>),
    /// A bare number in an expression, which is of the kind of what stands beside it. Only while policies are checked.
    Bare,
    /// A quotient or product of plain numbers, which goes with shares and with numbers. Only while policies are checked: then
    /// it is known whether it is shown as a percentage.
    Ratio,
}

impl Kind {
    /// The range of a field of this kind that declares none.
    pub fn default_range(&self) -> Interval {
        match self {
            Self::Count | Self::Duration => Interval::at_least(Number::ZERO),
            Self::Share => Interval::new(Number::ZERO, Number::ONE),
            Self::Number | Self::Unit(_) | Self::Bare | Self::Ratio => Interval::ALL,
        }
    }

    /// Whether it has no unit.
    pub fn is_plain(&self) -> bool {
        match self {
            Self::Count | Self::Number | Self::Share | Self::Bare | Self::Ratio => true,
            Self::Duration | Self::Unit(_) => false,
        }
    }

    /// Whether what stands beside it decides how it is shown.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Bare | Self::Ratio => true,
            Self::Count | Self::Number | Self::Share | Self::Duration | Self::Unit(_) => false,
        }
    }

    /// A value of this kind as people read it: `73.3%`, `24`, `0.05 USD`, `2 weeks`.
    pub fn show(&self, number: &Number) -> String {
        self.show_precisely(number, 0)
    }

    /// The nearest number on the right side of a bound that is shown as it is, and how many more digits that takes: 1/3 is
    /// reached by 33.4 %, not by 33.3 %. With `up` it is at least the bound, else at most.
    pub fn nearest(&self, bound: &Number, up: bool) -> (Number, usize) {
        let steps = |extra: usize| Number::ONE / Number::from(UBig::from(10u8).pow(extra));
        let (step, extra) = match self {
            Self::Count => (Number::ONE, 0),
            Self::Number | Self::Unit(_) | Self::Bare | Self::Ratio => finest(bound, 4, steps),
            Self::Share => finest(bound, 3, steps),
            Self::Duration => {
                let magnitude = bound.clone().max(-bound.clone());
                let units = DURATIONS.iter().filter(|(unit, _)| Number::from(*unit) <= magnitude);
                let units = units.map(|(unit, _)| Number::from(*unit));
                let millisecond = Number::ONE / Number::from(1000);
                let mut steps = units.chain([millisecond.clone()]).map(|unit| unit / Number::from(100));
                let exact = steps.clone().find(|step| (bound / step).is_int());
                (exact.or_else(|| steps.next()).unwrap_or(millisecond), 0)
            }
        };
        let times = bound / &step;
        let whole = if up { times.ceil() } else { times.floor() };
        (Number::from(whole) * step, extra)
    }

    /// Like [`Kind::show`], with `extra` more digits after the point, for values that would look equal.
    pub fn show_precisely(&self, number: &Number, extra: usize) -> String {
        match self {
            Self::Count | Self::Number | Self::Bare | Self::Ratio => significant(number, 4 + extra),
            Self::Share => show_share(number, extra),
            Self::Duration => show_duration(number, extra),
            Self::Unit(unit) => format!("{} {unit}", significant(number, 4 + extra)),
        }
    }
}

/// The step of the last of `places` digits after the point, or of so many more that a number is shown as it is; none if it
/// takes too many.
fn finest(number: &Number, places: usize, step: impl Fn(usize) -> Number) -> (Number, usize) {
    let exact = (0..=MORE_DIGITS).find(|extra| (number / step(places + extra)).is_int());
    let extra = exact.unwrap_or(0);
    (step(places + extra), extra)
}

/// A decimal of so many places, or of so many more that what is not zero does not look like it.
fn significant(number: &Number, places: usize) -> String {
    let told = |shown: &String| *number == Number::ZERO || shown.contains(|c| ('1'..='9').contains(&c));
    let shown = (places..=places + MORE_DIGITS).map(|places| decimal(number, places)).find(told);
    shown.unwrap_or_else(|| decimal(number, places))
}

/// A percentage with one decimal; with more where that would turn 79.96 % into a round 80 %.
fn show_share(share: &Number, extra: usize) -> String {
    let percent = share * Number::from(100);
    let tells = |shown: &String| percent.is_int() || shown.contains('.');
    let shown = (1 + extra..=4 + extra).map(|places| decimal(&percent, places)).find(tells);
    format!("{}%", shown.unwrap_or_else(|| significant(&percent, 0)))
}

/// How many more digits are shown where it takes them to tell two numbers apart.
pub const MORE_DIGITS: usize = 8;

/// The units that durations are shown in, in seconds.
const DURATIONS: [(i64, &str); 5] = [(7 * DAY, "week"), (DAY, "day"), (3600, "h"), (60, "min"), (1, "s")];

/// Seconds in the largest unit that says them with two decimals, else rounded in the largest unit below them.
fn show_duration(seconds: &Number, extra: usize) -> String {
    if *seconds == Number::ZERO {
        return "0 days".to_owned();
    }
    let milliseconds = (Number::ONE / Number::from(1000), "ms");
    let units =
        DURATIONS.map(|(length, name)| (Number::from(length), name)).into_iter().chain([milliseconds]);
    let magnitude = if *seconds < Number::ZERO { -seconds.clone() } else { seconds.clone() };
    let mut fallback = None;
    for (length, name) in units.filter(|(length, _)| *length <= magnitude) {
        let amount = seconds / &length;
        let plural = if amount == Number::ONE || !matches!(name, "week" | "day") { "" } else { "s" };
        let shown = format!("{} {name}{plural}", decimal(&amount, 2 + extra));
        if (&amount * Number::from(100)).is_int() {
            return shown;
        }
        fallback.get_or_insert(shown);
    }
    fallback.unwrap_or_else(|| format!("{} s", decimal(seconds, 6 + extra)))
}

/// A duration in seconds, where the smallest that counts is no day: one of nothing is `0 s`.
pub fn show_length(seconds: &Number, extra: usize) -> String {
    if *seconds == Number::ZERO { "0 s".to_owned() } else { show_duration(seconds, extra) }
}

/// A day number as a date.
pub fn show_date(day: &Number) -> String {
    i64::try_from(day.floor())
        .ok()
        .and_then(date_of_day)
        .map_or_else(|| "no date".to_owned(), |date| date.to_string())
}

/// An instant in UTC: `2026-11-02T14:05Z`, with its seconds where these are not 0.
pub fn show_time(instant: &Number) -> String {
    let (day, seconds) = day_and_seconds(instant);
    let minutes = (&seconds / Number::from(60)).floor();
    let rest = seconds - Number::from(minutes.clone() * IBig::from(60));
    let minutes = i64::try_from(minutes).unwrap_or(0);
    let rest = if rest == Number::ZERO {
        String::new()
    } else {
        let shown = decimal(&rest, MORE_DIGITS);
        let pad = if rest < Number::from(10) { "0" } else { "" };
        format!(":{pad}{shown}")
    };
    format!("{}T{:02}:{:02}{rest}Z", show_date(&Number::from(day)), minutes / 60, minutes % 60)
}

impl Type {
    /// What a list holds.
    pub fn element(&self) -> Option<&Self> {
        if let Self::List(element) = self { Some(element) } else { None }
    }

    /// The fields of a record.
    pub fn record(&self) -> Option<&RecordType> {
        if let Self::Record(record) = self { Some(record) } else { None }
    }

    /// What a number counts.
    pub fn quantity(&self) -> Option<&Quantity> {
        if let Self::Amount(quantity) = self { Some(quantity) } else { None }
    }

    /// An amount; what runs between two dates is a duration here.
    pub fn as_quantity(&self) -> Option<Quantity> {
        match self {
            Self::Amount(quantity) => Some(quantity.clone()),
            Self::Elapsed => Some(Quantity { kind: Kind::Duration, range: Interval::ALL }),
            Self::Bool
            | Self::Text
            | Self::Date
            | Self::Time
            | Self::Stage
            | Self::Choice(_)
            | Self::Calendar
            | Self::List(_)
            | Self::Record(_)
            | Self::Error => None,
        }
    }

    /// A number of a kind, in the kind's default range.
    pub fn amount(kind: Kind) -> Self {
        let range = kind.default_range();
        Self::Amount(Quantity { kind, range })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count => f.write_str("count"),
            Self::Number | Self::Bare => f.write_str("number"),
            Self::Ratio => f.write_str("ratio"),
            Self::Share => f.write_str("share"),
            Self::Duration => f.write_str("duration"),
            Self::Unit(unit) => write!(f, "number {unit}"),
        }
    }
}

/// As it is written in a policy, without ranges.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Text => f.write_str("text"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::Stage => f.write_str("stage"),
            Self::Choice(members) => write!(f, "one of [{}]", members.join(", ")),
            Self::Amount(quantity) => quantity.kind.fmt(f),
            Self::Elapsed => f.write_str("duration"),
            Self::Calendar => f.write_str("span of months"),
            Self::List(element) => write!(f, "list of {element}"),
            Self::Record(_) => f.write_str("record"),
            Self::Error => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::parse_number;

    fn show(kind: &Kind, text: &str) -> String {
        kind.show(&parse_number(text).unwrap())
    }

    #[test]
    fn shares_have_one_decimal_unless_that_would_round_them_to_a_threshold() {
        for (share, shown) in [
            ("0.8", "80%"),
            ("0.7333333", "73.3%"),
            ("0.7996", "79.96%"),
            ("0.79999999", "80%"),
            ("-0.05", "-5%"),
        ] {
            assert_eq!(show(&Kind::Share, share), shown);
        }
    }

    #[test]
    fn durations_are_shown_in_their_largest_sensible_unit() {
        for (seconds, shown) in [
            ("0", "0 days"),
            ("2.5", "2.5 s"),
            ("0.3", "300 ms"),
            ("86400", "1 day"),
            ("864000", "10 days"),
            ("1209600", "2 weeks"),
            ("5400", "1.5 h"),
        ] {
            assert_eq!(show(&Kind::Duration, seconds), shown);
        }
    }
}
