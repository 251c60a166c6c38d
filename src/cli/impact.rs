//! `tollgate impact`: what a change of policies would have decided otherwise.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::arguments::{LastDayArgs, ProjectArgs, day_options};
use super::tables::new_workspace;
use super::terminal::TerminalArgs;
use super::{complain, find, finish, git};
use crate::render::{self, human, json};

/// Show which verdicts a change of policies flips
///
/// Judges every snapshot on its own day, and the newest as of today too. It does so twice, by the policies,
/// configurations and waivers of another commit and by your own, and lists the differences.
///
/// Exit codes: 0 whether verdicts flip or not, or 2 if something could not be judged.
#[derive(Debug, Args)]
pub(super) struct ImpactArgs {
    /// The commit with the old policies, such as `origin/main`; without it you see the effect of what is not
    /// committed yet
    #[arg(long, value_name = "REF", default_value = "HEAD")]
    base: String,
    #[command(flatten)]
    project: ProjectArgs,
    /// The format of the result
    #[arg(long, value_enum, default_value_t = ImpactForm::Human)]
    format: ImpactForm,
    #[command(flatten)]
    day: LastDayArgs,
    /// Judge only this workflow; you can give several
    #[arg(long = "workflow", value_name = "NAME")]
    workflows: Vec<String>,
    /// Show every flip, however many there are
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    terminal: TerminalArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ImpactForm {
    /// For people
    Human,
    /// For programs
    Json,
    /// For a pull request
    Markdown,
}

/// Finds, reads, judges the history twice, shows.
pub(super) fn run(args: &ImpactArgs) -> ExitCode {
    let options = match day_options(args.day.as_of.as_ref(), &args.workflows) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let read = || {
        let commit = git::commit(&args.project.path, &args.base)?;
        find::sides(&args.project.path, args.project.outside.allow_outside, &commit)
    };
    let sides = match args.terminal.waiting("reading", read) {
        Ok(sides) => sides,
        Err(why) => return complain(&why),
    };
    let found = args.terminal.waiting("judging", || new_workspace().impact(sides, &options));
    match args.format {
        ImpactForm::Human if args.terminal.narrate => finish(&human::narrate_impact(&found), found.exit),
        ImpactForm::Human => {
            finish(&human::render_impact(&found, args.terminal.style(), args.full), found.exit)
        }
        ImpactForm::Markdown => finish(&render::impact::markdown(&found), found.exit),
        ImpactForm::Json => match json::render(&found.report) {
            Ok(text) => finish(&text, found.exit),
            Err(error) => complain(&format!("the impact cannot be written as JSON: {error}")),
        },
    }
}
