//! `tollgate sweep`: what other values of a param would have decided.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::arguments::{Form, LastDayArgs, OutsideArgs, day_options};
use super::tables::new_workspace;
use super::terminal::TerminalArgs;
use super::{complain, find, finish};
use crate::engine::SweepRange;
use crate::render::{json, sweep};
use crate::text::quote;

/// Show what other values of a param would have decided, over all history
///
/// Judges every snapshot on its own day, and every workflow as of today, with each value of a range. Values that decide
/// the same are shown as one interval, with how many snapshots and workflows advance, go on, hold and roll back. Where a
/// param is only compared with values, intervals begin exactly where decisions change. Give two params for a table of
/// both.
///
/// Exit codes: 0, or 2 if a param cannot have these values, or something could not be judged.
#[derive(Debug, Args)]
pub(super) struct SweepArgs {
    /// One or two params, each with its range, such as `quality.floor=60%..95%`; then the repository, if it is not the
    /// current folder
    #[arg(required = true, num_args = 1..=3, value_name = "PARAM=FROM..TO")]
    what: Vec<String>,
    #[command(flatten)]
    outside: OutsideArgs,
    /// The format of the result
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
    #[command(flatten)]
    day: LastDayArgs,
    /// Judge only this workflow; you can give several
    #[arg(long = "workflow", value_name = "NAME")]
    workflows: Vec<String>,
    /// Show every snapshot whose decision changes
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// What is asked for: the ranges, then the folder.
fn asked(what: &[String]) -> Result<(Vec<SweepRange>, PathBuf), String> {
    let mut ranges = Vec::new();
    let mut folder: Option<PathBuf> = None;
    for text in what {
        match range(text) {
            Some(range) => ranges.push(range),
            None if folder.is_none() && !text.contains('=') => folder = Some(text.into()),
            None => {
                // Of two folders the first is a param whose range was forgotten.
                let first =
                    folder.as_ref().filter(|_| !text.contains('=')).map(|first| first.display().to_string());
                let text = quote(first.as_deref().unwrap_or(text));
                return Err(format!("`{text}` has no range: write one as `policy.param=60%..95%`"));
            }
        }
    }
    match ranges.len() {
        0 => Err("no range is given: write one as `policy.param=60%..95%`".to_owned()),
        1 | 2 => Ok((ranges, folder.unwrap_or_else(|| ".".into()))),
        _ => Err("three params make no table: give one or two".to_owned()),
    }
}

/// Reads `quality.floor=60%..95%`.
pub(super) fn range(text: &str) -> Option<SweepRange> {
    let (name, ends) = text.split_once('=')?;
    let (from, to) = ends.split_once("..")?;
    let written = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Some(SweepRange { name: written(name)?, from: written(from)?, to: written(to)? })
}

/// Finds, reads, judges with each value, shows.
pub(super) fn run(args: &SweepArgs) -> ExitCode {
    let (ranges, folder) = match asked(&args.what) {
        Ok(asked) => asked,
        Err(why) => return complain(&why),
    };
    let options = match day_options(args.day.as_of.as_ref(), &args.workflows) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let inputs = args.terminal.waiting("reading", || find::inputs(&folder, args.outside.allow_outside));
    let swept = args.terminal.waiting("judging", || new_workspace().sweep(inputs, &options, &ranges));
    let swept = match swept {
        Ok(swept) => swept,
        Err(why) => return complain(&why),
    };
    match args.format {
        Form::Human if args.terminal.narrate => finish(&sweep::narrate(&swept, args.full), swept.exit),
        Form::Human => finish(&sweep::human(&swept, args.terminal.style(), args.full), swept.exit),
        Form::Json => match json::render(&swept.report) {
            Ok(text) => finish(&text, swept.exit),
            Err(error) => complain(&format!("the sweep cannot be written as JSON: {error}")),
        },
    }
}
