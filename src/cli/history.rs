//! `tollgate history`: what each snapshot would have been judged on its own day.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::check::{date, today};
use super::terminal::{Form, TerminalArgs};
use super::{complain, find, finish};
use crate::engine::{DayOptions, Workspace};
use crate::render::{human, json};
use crate::value::Date;

/// Show how each snapshot would have been judged on its own day
///
/// A line for each snapshot, with the stage, the decision and the rules that failed: when a policy would have stopped a
/// rollout. Exit codes: 0, or 2 if something could not be judged.
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// The repository: the folder with `tollgate.yaml`, or with `rollouts/`
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Let configurations name files outside of the repository
    #[arg(long)]
    allow_outside: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
    /// Look at nothing later than this day, such as 2026-11-02
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<Date>,
    /// Show this workflow alone; may be given several times
    #[arg(long = "workflow", value_name = "NAME")]
    workflows: Vec<String>,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// Finds, reads, judges day by day, shows.
pub(super) fn run(args: &HistoryArgs) -> ExitCode {
    let Some(today) = today() else {
        return complain("the system's clock is out of the calendar; give the day with `--as-of`");
    };
    let options =
        DayOptions { as_of: args.as_of, workflows: args.workflows.clone(), ..DayOptions::on(today) };
    let inputs = args.terminal.waiting("reading", || find::inputs(&args.path, args.allow_outside));
    let back = args.terminal.waiting("judging", || Workspace::new().history(inputs, &options));
    match args.format {
        Form::Human if args.terminal.narrate => finish(&human::narrate_history(&back), back.exit),
        Form::Human => finish(&human::render_history(&back, args.terminal.style()), back.exit),
        Form::Json => match json::render(&back.report) {
            Ok(text) => finish(&text, back.exit),
            Err(error) => complain(&format!("the history cannot be written as JSON: {error}")),
        },
    }
}
