//! `tollgate history`: what each snapshot would have been judged on its own day.

use std::process::ExitCode;

use clap::Args;

use super::arguments::{Form, LastDayArgs, ProjectArgs, day_options};
use super::terminal::TerminalArgs;
use super::{complain, find, finish};
use crate::engine::Workspace;
use crate::render::{human, json};

/// Show how each snapshot would have been judged on its own day
///
/// A line for each snapshot, with the stage, the decision and the rules that failed: when a policy would have stopped a
/// rollout. Below it the course of each number, on its declared scale or on one that all workflows share, with what rules
/// hold it against. Exit codes: 0, or 2 if something could not be judged.
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
    #[command(flatten)]
    day: LastDayArgs,
    /// Show each snapshot, also where several in a row went on in the same way
    #[arg(long)]
    full: bool,
    /// Show this workflow alone; may be given several times
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
    let back = args.terminal.waiting("judging", || Workspace::new().history(inputs, &options));
    match args.format {
        Form::Human if args.terminal.narrate => finish(&human::narrate_history(&back), back.exit),
        Form::Human => finish(&human::render_history(&back, args.terminal.style(), args.full), back.exit),
        Form::Json => match json::render(&back.report) {
            Ok(text) => finish(&text, back.exit),
            Err(error) => complain(&format!("the history cannot be written as JSON: {error}")),
        },
    }
}
