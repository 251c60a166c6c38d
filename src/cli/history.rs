//! `tollgate history`: what each snapshot would have been judged on its own day.

use std::process::ExitCode;

use clap::Args;

use super::arguments::{Form, LastDayArgs, ProjectArgs, day_options};
use super::tables::new_workspace;
use super::terminal::TerminalArgs;
use super::{complain, find, finish};
use crate::render::{human, json};

/// Show how each snapshot would have been judged on its own day
///
/// Each snapshot has a line with the stage, the decision and the rules that failed. So you see when a policy would
/// have stopped a rollout. Below it is the course of each number, with what rules compare it with.
///
/// Exit codes: 0, or 2 if something could not be judged.
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// The format of the result
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
    #[command(flatten)]
    day: LastDayArgs,
    /// Show each snapshot, even if several in a row came out the same
    #[arg(long)]
    full: bool,
    /// Show only this workflow; you can give several
    #[arg(long = "workflow", value_name = "NAME")]
    workflows: Vec<String>,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// Finds, reads, judges day by day, shows.
pub(super) fn run(args: &HistoryArgs) -> ExitCode {
    let options = match day_options(args.day.as_of.as_ref(), &args.workflows) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let inputs = args
        .terminal
        .waiting("reading", || find::inputs(&args.project.path, args.project.outside.allow_outside));
    let back = args.terminal.waiting("judging", || new_workspace().history(inputs, &options));
    match args.format {
        Form::Human if args.terminal.narrate => finish(&human::narrate_history(&back), back.exit),
        Form::Human => finish(&human::render_history(&back, args.terminal.style(), args.full), back.exit),
        Form::Json => match json::render(&back.report) {
            Ok(text) => finish(&text, back.exit),
            Err(error) => complain(&format!("the history cannot be written as JSON: {error}")),
        },
    }
}
