//! `tollgate plan`: what the next gate can tell, how many samples that takes, and how often gates and triggers err.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::arguments::{Form, LastDayArgs, OutsideArgs, day_options};
use super::tables::new_workspace;
use super::terminal::TerminalArgs;
use super::{complain, find, finish};
use crate::diagnostic::Severity;
use crate::engine::PlanOptions;
use crate::render::{json, plan};
use crate::value::{Number, parse_scaled};

/// Show what the next gate can tell, and how many samples that takes
///
/// Plans each comparison of a share in the next gate of a workflow: the chance that it is met, and how many samples and how
/// much time that takes. It also says how often the comparison is met although the truth is 5 or 10 points short. For
/// standing rules that hold or roll back, you see how often they fire falsely in half a year.
///
/// Exit codes: 0, or 2 if something could not be read, or a workflow that you name has no next gate.
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// The workflow to plan for, or the repository; without it, all workflows of the current folder
    #[arg(value_name = "WORKFLOW")]
    what: Option<String>,
    /// The repository: the folder with `tollgate.yaml`, or with `rollouts/`
    path: Option<PathBuf>,
    #[command(flatten)]
    outside: OutsideArgs,
    /// The share that is assumed: of samples that are as a rule wants them. Without it, half way between the threshold of a
    /// rule and all samples
    #[arg(long = "if", value_name = "SHARE", value_parser = share)]
    assumed: Option<Number>,
    /// Plan for this workflow; you can give several
    #[arg(long = "workflow", value_name = "NAME")]
    workflows: Vec<String>,
    /// The format of the result
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
    #[command(flatten)]
    day: LastDayArgs,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// Reads `90%`.
fn share(text: &str) -> Result<Number, String> {
    let percent = text.trim().strip_suffix('%').ok_or("not a share: write it with `%`, such as 90%")?;
    let share = parse_scaled(percent.trim(), -2).map_err(|_| "not a share, such as 90%")?;
    let is_share = share >= Number::ZERO && share <= Number::ONE;
    is_share.then_some(share).ok_or_else(|| "a share lies between 0% and 100%".to_owned())
}

/// The folder, and the workflow that is named before it. What stands alone is a folder where there is one of that name.
fn asked(args: &PlanArgs) -> (PathBuf, Option<String>) {
    match (&args.what, &args.path) {
        (Some(what), None) if Path::new(what).is_dir() => (what.into(), None),
        (what, path) => (path.clone().unwrap_or_else(|| ".".into()), what.clone()),
    }
}

/// Finds, reads, works out, shows.
pub(super) fn run(args: &PlanArgs) -> ExitCode {
    let (folder, named) = asked(args);
    let workflows: Vec<String> = args.workflows.iter().cloned().chain(named).collect();
    let day = match day_options(args.day.as_of.as_ref(), &workflows) {
        Ok(day) => day,
        Err(code) => return code,
    };
    let options = PlanOptions { day, assumed: args.assumed.clone() };
    let inputs = args.terminal.waiting("reading", || find::inputs(&folder, args.outside.allow_outside));
    let planned = args.terminal.waiting("planning", || new_workspace().plan(inputs, &options));
    let code = match args.format {
        Form::Human if args.terminal.narrate => finish(&plan::narrate(&planned), planned.exit),
        Form::Human => finish(&plan::human(&planned, args.terminal.style()), planned.exit),
        Form::Json => match json::render(&planned.report) {
            Ok(text) => finish(&text, planned.exit),
            Err(error) => return complain(&format!("the plan cannot be written as JSON: {error}")),
        },
    };
    let is_broken = planned.diagnostics.iter().any(|found| found.severity == Severity::Error);
    if planned.exit != 0 && !is_broken {
        return complain(&plan::without_gate(&planned.report));
    }
    code
}
