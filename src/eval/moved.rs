//! Dates and instants that are moved along the calendar. Knows no expressions.

use super::Evidence;
use crate::evidence::{Amount, DateSpan, ReasonKind, Reasons};
use crate::interval::Interval;
use crate::value::{DAY, Number, add_months, date_of_day, day_and_seconds, day_number};

/// An instant moved by calendar months, at the same time of its day.
pub(super) fn move_time(time: &Amount, months: i32) -> Amount {
    let moved = |instant: &Number| {
        let (day, seconds) = day_and_seconds(instant);
        let moved = date_of_day(day).and_then(|date| add_months(date, months));
        moved.map(|date| Number::from(day_number(date) * DAY) + seconds)
    };
    match time {
        Amount::Known(time) => moved(time)
            .map_or_else(|| Amount::Unknown(Reasons::of(ReasonKind::NoSuchDate, None)), Amount::Known),
        Amount::Between(bounds, reasons) => {
            let end = |bound: &Option<Number>| bound.as_ref().and_then(moved);
            Amount::bounded(Interval { low: end(&bounds.low), high: end(&bounds.high) }, reasons.clone())
        }
        Amount::Unknown(reasons) => Amount::Unknown(reasons.clone()),
    }
}

/// A date moved by a length of whole days, or by calendar months.
pub(super) fn move_date(date: Evidence<'_>, by: Evidence<'_>, back: bool) -> Amount {
    let date = date.into_amount();
    match by {
        Evidence::Calendar(months) => {
            let months = if back { -months } else { months };
            DateSpan { from: date.clone(), to: date }.anniversary(months)
        }
        Evidence::Truth(_)
        | Evidence::Amount(_)
        | Evidence::Elapsed(_)
        | Evidence::Word(_)
        | Evidence::List(_) => {
            let days = by.into_amount().divide(&Amount::Known(DAY.into()));
            if days.known().is_some_and(|days| !days.is_int()) {
                return Amount::Unknown(Reasons::of(ReasonKind::NoSuchDate, None));
            }
            if back { date.subtract(&days) } else { date.add(&days) }
        }
    }
}
