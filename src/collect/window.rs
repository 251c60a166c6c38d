//! The time that a snapshot looks back on: from the beginning of a day, included, to the end of another.
//!
//! Knows no sources. Zones are those of the embedded database, never the system's.

use jiff::tz::TimeZone;

use crate::value::{DAY, Date, Number, day_number};

/// The window of a snapshot, `start <= at < end`, in seconds since 1970-01-01T00:00Z.
#[derive(Clone, Debug)]
pub struct CollectWindow {
    pub start: Number,
    pub end: Number,
    /// The zone of what has no offset.
    pub zone: TimeZone,
}

impl CollectWindow {
    /// Whether an instant lies in it.
    pub fn contains(&self, seconds: &Number) -> bool {
        *seconds >= self.start && *seconds < self.end
    }

    /// How many whole seconds it has.
    pub fn seconds(&self) -> i64 {
        i64::try_from((&self.end - &self.start).floor()).unwrap_or(i64::MAX)
    }
}

/// The zone of a name, `UTC` or `Europe/Berlin`; none if the embedded database has no such zone.
pub fn zone(name: &str) -> Option<TimeZone> {
    if name == "UTC" {
        return Some(TimeZone::UTC);
    }
    jiff::tz::TimeZoneDatabase::bundled().get(name).ok()
}

/// When a day begins in a zone, in seconds since 1970-01-01T00:00Z.
pub fn beginning(date: Date, zone: &TimeZone) -> Number {
    let start = date.to_zoned_datetime(zone.clone()).and_then(|day| day.start_of_day());
    // Respondent of what zones know, days are those of UTC.
    start.map_or_else(
        |_| Number::from(day_number(date) * DAY),
        |day| Number::from(day.timestamp().as_second()),
    )
}
