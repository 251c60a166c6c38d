//! `tollgate schema`: what editors need to complete and check files while they are written.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::finish;

/// Print a JSON Schema, for editors
///
/// In most editors a first line `# yaml-language-server: $schema=PATH` then checks a `tollgate.yaml` while it is written.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Of what
    #[arg(value_enum)]
    what: What,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// `tollgate.yaml`
    Config,
}

/// Prints it.
pub(super) fn run(args: &SchemaArgs) -> ExitCode {
    match args.what {
        What::Config => finish(include_str!("../../schemas/config.schema.json"), 0),
    }
}
