//! `tollgate docs`: the policies in force as Markdown, for people.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::arguments::OutsideArgs;
use super::finish;
use super::known::known;
use super::terminal::TerminalArgs;
use crate::render::manual;

/// Print the policies in force as Markdown, for people
///
/// The page has the stages, the fields of a snapshot, and the params and rules of each policy. It shows the values
/// and effects in force, and who set them. The same policies give the same page.
///
/// Exit codes: 0, or 2 if the policies cannot be understood.
#[derive(Debug, Args)]
pub(super) struct DocsArgs {
    /// The repository: the folder with `tollgate.yaml`
    #[arg(default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    outside: OutsideArgs,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// Prints the page.
pub(super) fn run(args: &DocsArgs) -> ExitCode {
    match known(&args.path, &args.outside, &args.terminal) {
        Ok(known) => finish(&manual::in_force(&known), 0),
        Err(code) => code,
    }
}
