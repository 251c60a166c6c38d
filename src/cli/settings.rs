//! `tollgate params` and `tollgate rules`: what is in force, and who set it.

use std::process::ExitCode;

use clap::Args;

use super::arguments::{Form, ProjectArgs, When, day_options, when};
use super::tables::new_workspace;
use super::terminal::TerminalArgs;
use super::{complain, find, finish};
use crate::engine::Answer;
use crate::render::{json, overview};
use crate::report::overview::Overview;

/// What both take.
#[derive(Debug, Args)]
pub(super) struct SettingsArgs {
    /// Show what is in force for this workflow
    #[arg(long = "workflow", value_name = "NAME")]
    workflow: Option<String>,
    /// The format of the list
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
    /// Show the waivers of this day, such as 2026-11-02, instead of today
    #[arg(long, value_name = "DATE", value_parser = when)]
    as_of: Option<When>,
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// Lists all params.
pub(super) fn params(args: &SettingsArgs) -> ExitCode {
    run(args, |surveyed| match args.format {
        Form::Human => Ok(overview::params(surveyed, args.terminal.style())),
        Form::Json => json::render(&surveyed.report.params()),
    })
}

/// Lists all rules.
pub(super) fn rules(args: &SettingsArgs) -> ExitCode {
    run(args, |surveyed| match args.format {
        Form::Human => Ok(overview::rules(surveyed, args.terminal.style())),
        Form::Json => json::render(&surveyed.report.rules()),
    })
}

fn run(
    args: &SettingsArgs,
    written: impl Fn(&Answer<Overview>) -> Result<String, serde_json::Error>,
) -> ExitCode {
    let options = match day_options(args.as_of.as_ref(), args.workflow.as_slice()) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let surveyed = new_workspace()
        .overview(find::inputs(&args.project.path, args.project.outside.allow_outside), &options);
    match written(&surveyed) {
        Ok(text) => finish(&text, surveyed.exit),
        Err(error) => complain(&format!("the list cannot be written as JSON: {error}")),
    }
}
