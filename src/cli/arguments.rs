//! Arguments that several commands take, each declared once.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};

use super::complain;
use crate::engine::DayOptions;
use crate::value::{DAY, Date, date_of_day, parse_date};

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
    /// Let configurations name files outside of the repository
    #[arg(long)]
    pub(super) allow_outside: bool,
}

/// The last day of a history.
#[derive(Debug, Args)]
pub(super) struct LastDayArgs {
    /// Look at nothing later than this day, such as 2026-11-02
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) as_of: Option<Date>,
}

/// For whom it is written, where there are no further formats.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Form {
    /// For people
    Human,
    /// For programs
    Json,
}

/// What the engine is asked: as of a day or, without one, of today; some workflows or, without any, all.
///
/// # Errors
/// If nobody knows what day it is; that has been said.
pub(super) fn day_options(as_of: Option<Date>, workflows: &[String]) -> Result<DayOptions, ExitCode> {
    let today = today()
        .ok_or_else(|| complain("the system's clock is out of the calendar; give the day with `--as-of`"))?;
    Ok(DayOptions { as_of, workflows: workflows.to_vec(), ..DayOptions::on(today) })
}

/// Reads `2026-11-02`.
pub(super) fn date(text: &str) -> Result<Date, String> {
    parse_date(text).ok_or_else(|| "not a date of the calendar, written like 2026-11-02".to_owned())
}

/// The day in UTC. This is the only place that asks for the time.
pub(super) fn today() -> Option<Date> {
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).ok()?,
        Err(before) => -i64::try_from(before.duration().as_secs()).ok()?,
    };
    date_of_day(seconds.div_euclid(DAY))
}
