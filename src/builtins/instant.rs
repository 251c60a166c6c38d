//! `day hour weekday`: parts of an instant, in UTC, and of a date.

use super::{Builtin, Shape};
use crate::evidence::{Amount, Word};
use crate::interval::Interval;
use crate::value::{Number, day_and_seconds};
use crate::vocabulary::from_monday;

/// What a function makes of an instant.
pub struct InstantPart {
    /// It gives a date; else a count.
    pub is_date: bool,
    /// The range of a count.
    pub range: fn() -> Interval,
    pub of: fn(&Amount) -> Amount,
}

/// The days of the week, as a policy names them.
pub const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

pub(super) static INSTANT: &[Builtin] = &[
    Builtin {
        name: "day",
        synonyms: &["to_date"],
        usage: "day(t)",
        gives: "the date of an instant, in UTC",
        example: "day(deployed)",
        value: "2026-11-16",
        shape: Shape::Part(InstantPart { is_date: true, range: || Interval::ALL, of: day }),
    },
    Builtin {
        name: "hour",
        synonyms: &["hour_of_day"],
        usage: "hour(t)",
        gives: "the hour of an instant, in UTC, from 0 to 23",
        example: "hour(deployed)",
        value: "14",
        shape: Shape::Part(InstantPart { is_date: false, range: hours, of: hour }),
    },
    Builtin {
        name: "weekday",
        synonyms: &["day_of_week", "dow"],
        usage: "weekday(d)",
        gives: "the day of the week of a date: one of `monday` to `sunday`",
        example: "weekday(launched)",
        value: "monday",
        shape: Shape::Weekday,
    },
];

fn hours() -> Interval {
    Interval::new(Number::ZERO, Number::from(23))
}

fn day_of(instant: &Number) -> Number {
    Number::from(day_and_seconds(instant).0)
}

fn hour_of(instant: &Number) -> Number {
    Number::from((day_and_seconds(instant).1 / Number::from(3600)).floor())
}

fn day(instant: &Amount) -> Amount {
    match instant {
        Amount::Known(instant) => Amount::Known(day_of(instant)),
        Amount::Between(bounds, reasons) => {
            let end = |bound: &Option<Number>| bound.as_ref().map(day_of);
            Amount::bounded(Interval { low: end(&bounds.low), high: end(&bounds.high) }, reasons.clone())
        }
        Amount::Unknown(reasons) => Amount::Unknown(reasons.clone()),
    }
}

/// The day of the week of a date; unknown where the date may be one of several.
pub fn weekday(date: &Amount) -> Word {
    match date {
        Amount::Known(day) => {
            let from_monday = from_monday(i64::try_from(day.floor()).unwrap_or_default());
            let name = usize::try_from(from_monday).ok().and_then(|at| WEEKDAYS.get(at));
            Word::Known((*name.unwrap_or(&"")).into())
        }
        Amount::Between(_, reasons) | Amount::Unknown(reasons) => Word::Unknown(reasons.clone()),
    }
}

/// Of instants of one day the hours rise with them; of several days any hour may be.
fn hour(instant: &Amount) -> Amount {
    match instant {
        Amount::Known(instant) => Amount::Known(hour_of(instant)),
        Amount::Between(bounds, reasons) => {
            let within = match (&bounds.low, &bounds.high) {
                (Some(low), Some(high)) if day_of(low) == day_of(high) => {
                    Interval::new(hour_of(low), hour_of(high))
                }
                _ => hours(),
            };
            Amount::bounded(within, reasons.clone())
        }
        Amount::Unknown(reasons) => Amount::Unknown(reasons.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Reasons;
    use crate::value::parse_time;

    #[test]
    fn days_of_the_week_go_on_before_the_first_day_of_all() {
        let of = |day: i64| weekday(&Amount::Known(day.into()));
        assert_eq!(of(0), Word::Known("thursday".into()));
        assert_eq!(of(-4), Word::Known("sunday".into()));
        assert_eq!(of(4), Word::Known("monday".into()));
    }

    #[test]
    fn hours_of_one_day_rise_and_those_of_two_do_not() {
        let time = |text: &str| parse_time(text).unwrap();
        let between = |low, high| Amount::Between(Interval::new(time(low), time(high)), Reasons::default());
        let bounds = |amount| if let Amount::Between(bounds, _) = amount { bounds } else { panic!() };
        let one = between("2026-11-16T09:30Z", "2026-11-16T17:00Z");
        assert_eq!(bounds(hour(&one)), Interval::new(Number::from(9), Number::from(17)));
        assert_eq!(day(&one), Amount::Known(day_of(&time("2026-11-16T00:00Z"))));
        assert_eq!(bounds(hour(&between("2026-11-16T23:30Z", "2026-11-17T00:30Z"))), hours());
        assert_eq!(hour(&Amount::Known(time("1969-12-31T23:59:59.5Z"))), Amount::Known(Number::from(23)));
    }
}
