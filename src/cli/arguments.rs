//! Arguments that several commands take, each declared once.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};

use super::complain;
use crate::engine::DayOptions;
use crate::point::{Axis, Point};
use crate::value::{
    DAY, Date, Number, TimeError, date_of_day, day_and_seconds, day_number, parse_date, parse_time,
};

/// Which repository.
#[derive(Debug, Args)]
pub(super) struct ProjectArgs {
    /// The repository: the folder with `tollgate.yaml`, or with `rollouts/`
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    pub(super) outside: OutsideArgs,
}

/// Where its configurations may lead.
#[derive(Debug, Args)]
pub(super) struct OutsideArgs {
    /// Allow configurations to name files outside the repository
    #[arg(long)]
    pub(super) allow_outside: bool,
}

/// The last day of a history.
#[derive(Debug, Args)]
pub(super) struct LastDayArgs {
    /// Ignore everything after this day, such as 2026-11-02, or this time, such as 2026-11-02T14:05Z
    #[arg(long, value_name = "DATE", value_parser = when)]
    pub(super) as_of: Option<When>,
}

/// For whom it is written, where there are no further formats.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Form {
    /// For people
    Human,
    /// For programs
    Json,
}

/// A day, or a time of it.
#[derive(Clone, Debug)]
pub(super) struct When {
    pub(super) date: Date,
    /// Seconds since the day began.
    pub(super) time: Option<Number>,
}

impl When {
    /// The point of a series that it names.
    pub(super) fn point(&self, axis: Axis) -> Result<Point, String> {
        match (axis, &self.time) {
            (Axis::Days, None) => Ok(self.date.into()),
            (Axis::Days, Some(_)) => Err(format!("snapshots are of days here: write {}", self.date)),
            (Axis::Instants, None) => {
                Err(format!("snapshots are of times here, such as {}T14:05Z", self.date))
            }
            (Axis::Instants, Some(time)) => {
                let seconds = Number::from(day_number(self.date) * DAY) + time;
                let point = Point::of_instant(&seconds);
                point.ok_or_else(|| "snapshot times are exact to the microsecond".to_owned())
            }
        }
    }
}

/// Reads `2026-11-02` or `2026-11-02T14:05Z`.
pub(super) fn when(text: &str) -> Result<When, String> {
    if let Some(date) = parse_date(text) {
        return Ok(When { date, time: None });
    }
    let why = match parse_time(text) {
        Ok(instant) => {
            let (day, seconds) = day_and_seconds(&instant);
            let date = date_of_day(day).map(|date| When { date, time: Some(seconds) });
            return date.ok_or_else(|| "outside the calendar".to_owned());
        }
        Err(TimeError::NoOffset) => "a local time: write it with its offset, as 2026-11-02T14:05Z",
        Err(TimeError::Malformed | TimeError::Impossible | TimeError::ImpossibleOffset) => {
            "not a date in the calendar, written like 2026-11-02, or a time like 2026-11-02T14:05Z"
        }
    };
    Err(why.to_owned())
}

/// What the engine is asked: as of a day or a time or, without one, of now; some workflows or, without any, all.
///
/// # Errors
/// If nobody knows what day it is; that has been said.
pub(super) fn day_options(as_of: Option<&When>, workflows: &[String]) -> Result<DayOptions, ExitCode> {
    let now = now()
        .ok_or_else(|| complain("the system's clock has an impossible date; give the day with `--as-of`"))?;
    let time = as_of.map_or(now.time, |when| when.time.clone());
    let as_of = as_of.map(|when| when.date);
    Ok(DayOptions { as_of, time, workflows: workflows.to_vec(), ..DayOptions::on(now.date) })
}

/// Reads `2026-11-02`.
pub(super) fn date(text: &str) -> Result<Date, String> {
    parse_date(text).ok_or_else(|| "not a date in the calendar, written like 2026-11-02".to_owned())
}

/// The day in UTC.
pub(super) fn today() -> Option<Date> {
    now().map(|now| now.date)
}

/// The day and the time in UTC, to the second. This is the only place that asks for it.
pub(super) fn now() -> Option<When> {
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).ok()?,
        Err(before) => -i64::try_from(before.duration().as_secs()).ok()?,
    };
    let time = Some(Number::from(seconds.rem_euclid(DAY)));
    date_of_day(seconds.div_euclid(DAY)).map(|date| When { date, time })
}
