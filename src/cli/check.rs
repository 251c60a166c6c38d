//! `tollgate check`: judges the workflows of a repository.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};

use super::terminal::TerminalArgs;
use super::{complain, find, finish};
use crate::engine::{Options, judge};
use crate::render::{View, human, json};
use crate::value::{DAY, Date, date_of_day, parse_date};

/// Judge which workflows may go on, and show why the others may not
///
/// Exit codes: 0, every workflow may advance or continue; 1, at least one holds or must roll back; 2, something could
/// not be judged.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The repository: the folder with `tollgate.yaml`, or with `rollouts/`
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Let configurations name files outside of the repository
    #[arg(long)]
    allow_outside: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Judge as of this day, such as 2026-11-02, and not as of today
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<Date>,
    /// Judge this workflow alone; may be given several times
    #[arg(long = "workflow", value_name = "NAME")]
    workflows: Vec<String>,
    /// Let warnings hold
    #[arg(long, value_name = "WHAT", value_enum)]
    deny: Option<Deny>,
    /// Show only what does not go on, one line each
    #[arg(long, short)]
    quiet: bool,
    /// Show the reports of these workflows alone
    #[arg(long, value_name = "WHICH", value_enum)]
    only: Option<Only>,
    /// Show every report, however many there are
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    terminal: TerminalArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Only {
    /// Those that do not go on
    Failed,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    /// For people
    Human,
    /// For programs: the versioned report
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

pub(super) fn date(text: &str) -> Result<Date, String> {
    parse_date(text).ok_or_else(|| "not a date of the calendar, written like 2026-11-02".to_owned())
}

/// Finds, reads, judges, shows.
pub(super) fn run(args: &CheckArgs) -> ExitCode {
    let Some(today) = today() else {
        return complain("the system's clock is out of the calendar; give the day with `--as-of`");
    };
    let options = Options {
        as_of: args.as_of,
        today,
        workflows: args.workflows.clone(),
        deny_warnings: args.deny == Some(Deny::Warnings),
    };
    let judgement = judge(find::inputs(&args.path, args.allow_outside), &options);
    let text = match (args.format, args.quiet) {
        (Format::Human, true) => human::render_quiet(&judgement, args.terminal.style()),
        (Format::Human, false) => {
            let view = View {
                all: args.all,
                only_failed: args.only == Some(Only::Failed),
                links: args.terminal.links(&args.path),
            };
            if args.terminal.narrate {
                human::narrate(&judgement, &view)
            } else {
                human::render(&judgement, args.terminal.style(), &view)
            }
        }
        (Format::Json, _) => match json::render(&judgement.report) {
            Ok(text) => text,
            Err(error) => return complain(&format!("the report cannot be written as JSON: {error}")),
        },
    };
    finish(&text, judgement.exit)
}

/// The day in UTC. This is the only place that asks for the time.
pub(super) fn today() -> Option<Date> {
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).ok()?,
        Err(before) => -i64::try_from(before.duration().as_secs()).ok()?,
    };
    date_of_day(seconds.div_euclid(DAY))
}
