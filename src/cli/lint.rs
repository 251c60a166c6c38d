//! `tollgate lint`: what is allowed in a policy and probably a mistake.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::arguments::{Form, OutsideArgs};
use super::tables::new_workspace;
use super::terminal::TerminalArgs;
use super::{complain, find, finish};
use crate::code::Code;
use crate::diagnostic::did_you_mean;
use crate::project::Inputs;
use crate::render;
use crate::render::json;

/// Find what is allowed in policies and probably a mistake
///
/// In a repository it looks at the policies of its own that the configuration names. In a folder without
/// `tollgate.yaml` it looks at the `.gate` files.
///
/// Exit codes: 0 if nothing was found, 1 if something was, 2 if something could not be read.
#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// The repository, or a folder of policies
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Switch a lint off, by code or name: `T709`, `bare_number`; you can give several
    #[arg(long, value_name = "LINT", value_parser = lint_code)]
    allow: Vec<Code>,
    #[command(flatten)]
    outside: OutsideArgs,
    /// The format of the result
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
    #[command(flatten)]
    terminal: TerminalArgs,
}

fn lint_code(name: &str) -> Result<Code, String> {
    Code::lint(name).ok_or_else(|| {
        let names = Code::lint_names();
        match did_you_mean(name, names.iter().map(String::as_str)) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("the lints are {}", names.join(", ")),
        }
    })
}

/// Finds, reads, lints, shows.
pub(super) fn run(args: &LintArgs) -> ExitCode {
    let inputs = match find::policies_alone(&args.path) {
        Some(inputs) => inputs,
        None => {
            let inputs = find::inputs(&args.path, args.outside.allow_outside);
            let tests = find::own_tests(&inputs.projects, &args.path);
            Inputs { lint: Some(tests), ..inputs }
        }
    };
    let linted = args.terminal.waiting("linting", || new_workspace().lint(inputs, &args.allow));
    match args.format {
        Form::Human => finish(&render::lint::render(&linted, args.terminal.style()), linted.exit),
        Form::Json => match json::render(&linted.report) {
            Ok(text) => finish(&text, linted.exit),
            Err(error) => complain(&format!("the report cannot be written: {error}")),
        },
    }
}
