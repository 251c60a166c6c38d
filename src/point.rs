//! What a series runs by: days, or instants; the points of it, and how long it is from one to another.
//!
//! The one place that knows how the two are counted. Whatever looks along a series counts in ticks, and asks here for days,
//! seconds and text.

use std::fmt;

use crate::types::{show_date, show_length, show_time};
use crate::value::{DAY, Date, Number, date_of_day, day_number};

/// Ticks of a second, where a series runs by instants: microseconds.
const PER_SECOND: i64 = 1_000_000;

/// What a series runs by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    /// A snapshot is of a day.
    Days,
    /// A snapshot is of an instant.
    Instants,
}

impl Axis {
    /// How many ticks a day has.
    pub const fn per_day(self) -> i64 {
        match self {
            Self::Days => 1,
            Self::Instants => DAY * PER_SECOND,
        }
    }

    /// The point of so many ticks.
    pub const fn point(self, ticks: i64) -> Point {
        match self {
            Self::Days => Point::Day(ticks),
            Self::Instants => Point::Time(ticks),
        }
    }

    /// A point of a series, or the day of it.
    pub const fn point_of(self, point: Point) -> Point {
        match self {
            Self::Days => Point::Day(point.day_number()),
            Self::Instants => point,
        }
    }

    /// The same, if the calendar has it.
    pub fn in_calendar(self, ticks: i64) -> Option<Point> {
        let point = self.point(ticks);
        date_of_day(point.day_number()).map(|_| point)
    }

    /// The whole ticks of a length in seconds; none if they are too many to count.
    pub fn ticks(self, seconds: &Number) -> Option<i64> {
        i64::try_from((seconds * Number::from(self.per_day()) / Number::from(DAY)).floor()).ok()
    }

    /// Whether a length in seconds is a whole number of ticks.
    pub fn is_whole(self, seconds: &Number) -> bool {
        (seconds * Number::from(self.per_day()) / Number::from(DAY)).is_int()
    }

    /// So many ticks, as a length.
    pub const fn lapse(self, ticks: i64) -> Lapse {
        Lapse { axis: self, ticks }
    }

    /// The day on which something begins, as a point.
    pub const fn first_of_day(self, day: i64) -> Point {
        self.point(day * self.per_day())
    }

    /// How many parts of a day are told apart where something has to be waited for: whole days, or seconds.
    pub const fn grains_per_day(self) -> i64 {
        match self {
            Self::Days => 1,
            Self::Instants => DAY,
        }
    }
}

/// A point of a series: the day or the instant of a snapshot, or of a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// Days since 1970-01-01.
    Day(i64),
    /// Microseconds since 1970-01-01T00:00Z.
    Time(i64),
}

impl Point {
    /// The point of an instant, by its seconds; none if it is finer than can be told apart, or outside the calendar.
    pub fn of_instant(seconds: &Number) -> Option<Self> {
        let ticks = seconds * Number::from(PER_SECOND);
        Axis::Instants.in_calendar(i64::try_from(ticks.floor()).ok().filter(|_| ticks.is_int())?)
    }

    /// The last second of a day.
    pub fn last_second(date: Date) -> Self {
        Self::Time((day_number(date) * DAY + DAY - 1) * PER_SECOND)
    }

    /// What it is a point of.
    pub const fn axis(self) -> Axis {
        match self {
            Self::Day(_) => Axis::Days,
            Self::Time(_) => Axis::Instants,
        }
    }

    /// How far it lies from 1970.
    pub const fn ticks(self) -> i64 {
        match self {
            Self::Day(ticks) | Self::Time(ticks) => ticks,
        }
    }

    /// The number of its day, in UTC.
    pub const fn day_number(self) -> i64 {
        self.ticks().div_euclid(self.axis().per_day())
    }

    /// Its day, in UTC.
    pub fn date(self) -> Date {
        date_of_day(self.day_number()).unwrap_or_default()
    }

    /// Days since 1970-01-01, with the part of its day that has gone by.
    pub fn in_days(self) -> Number {
        Number::from(self.ticks()) / Number::from(self.axis().per_day())
    }

    /// Seconds since 1970-01-01T00:00Z.
    pub fn in_seconds(self) -> Number {
        self.in_days() * Number::from(DAY)
    }
}

impl Default for Point {
    fn default() -> Self {
        Self::Day(0)
    }
}

impl From<Date> for Point {
    fn from(date: Date) -> Self {
        Self::Day(day_number(date))
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Day(day) => show_date(&Number::from(*day)),
            Self::Time(_) => show_time(&self.in_seconds()),
        })
    }
}

/// How long it is from one point of a series to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapse {
    axis: Axis,
    ticks: i64,
}

impl Lapse {
    /// Its seconds.
    pub fn seconds(self) -> Number {
        self.axis.point(self.ticks).in_seconds()
    }

    /// Its days, where it is one of days.
    pub fn days(self) -> Option<i64> {
        (self.axis == Axis::Days).then_some(self.ticks)
    }

    /// The length as people say it: «2 days», «10 min», «8 h 49 min 59 s».
    pub fn shown(self) -> String {
        match self.axis {
            Axis::Days => format!("{} days", self.ticks),
            Axis::Instants => self.in_parts(),
        }
    }

    /// In one unit where two decimals say it, else in several.
    fn in_parts(self) -> String {
        let whole = show_length(&self.seconds(), 0);
        let second = Axis::Instants.per_day() / DAY;
        let told_in_seconds = whole.ends_with(" s") && self.ticks >= 60 * second;
        if !told_in_seconds {
            return whole;
        }
        let mut rest = self.ticks;
        let mut parts = Vec::new();
        for unit in [DAY * second, 3600 * second, 60 * second] {
            let of_unit = Self { ticks: rest / unit * unit, ..self };
            rest %= unit;
            parts.extend((of_unit.ticks > 0).then(|| show_length(&of_unit.seconds(), 0)));
        }
        parts.push(show_length(&Self { ticks: rest, ..self }.seconds(), 0));
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::parse_time;

    #[test]
    fn a_point_is_shown_as_what_it_is() {
        let date = Date::constant(2026, 11, 2);
        assert_eq!(Point::from(date).to_string(), "2026-11-02");
        assert_eq!(Point::last_second(date).to_string(), "2026-11-02T23:59:59Z");
        assert_eq!(Point::last_second(date).date(), date);
        let instant = |text| Point::of_instant(&parse_time(text).unwrap());
        assert_eq!(instant("2026-11-02T15:05+01:00").unwrap().to_string(), "2026-11-02T14:05Z");
        assert_eq!(instant("1969-12-31T23:59:59.5Z").map(Point::date), Some(Date::constant(1969, 12, 31)));
        assert_eq!(instant("2026-11-02T15:05:00.0000001Z"), None);
    }

    #[test]
    fn lengths_are_told_in_what_the_series_runs_by() {
        assert_eq!(Axis::Days.lapse(3).shown(), "3 days");
        assert_eq!(Axis::Instants.lapse(600 * PER_SECOND).shown(), "10 min");
        assert_eq!(Axis::Instants.lapse(0).shown(), "0 s");
        assert_eq!(Axis::Instants.lapse(59_500_000).shown(), "59.5 s");
        assert_eq!(Axis::Instants.lapse(5400 * PER_SECOND).shown(), "1.5 h");
        assert_eq!(Axis::Instants.lapse(31_799 * PER_SECOND).shown(), "8 h 49 min 59 s");
        assert_eq!(Axis::Instants.lapse(30 * DAY * PER_SECOND + 500_000).shown(), "30 days 500 ms");
    }
}
