//! `tollgate schema`: what editors need to complete and check files while they are written.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::arguments::OutsideArgs;
use super::known::{known, listed};
use super::terminal::TerminalArgs;
use super::{complain, finish};
use crate::render::{json, plan_schema, schema};
use crate::vocabulary::Vocabulary;

/// Print a JSON Schema, for editors
///
/// With `# yaml-language-server: $schema=PATH` as the first line of a file, most editors check it while you write.
///
/// Exit codes: 0, or 2 if the policies cannot be understood.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// The file that the schema describes
    #[arg(value_enum)]
    what: SchemaKind,
    /// The repository with the vocabulary; the schema of `tollgate.yaml` is the same for all
    #[arg(default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    outside: OutsideArgs,
    #[command(flatten)]
    terminal: TerminalArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SchemaKind {
    /// `tollgate.yaml`
    Config,
    /// A snapshot, as the policies in force declare its fields
    Snapshot,
    /// `rollout.yaml`, as the policies in force declare its fields
    Rollout,
    /// A plan of `tollgate collect`, with the fields that the policies in force declare
    Collect,
}

/// Prints it.
pub(super) fn run(args: &SchemaArgs) -> ExitCode {
    match args.what {
        SchemaKind::Config => finish(include_str!("../../schemas/config.schema.json"), 0),
        SchemaKind::Snapshot => of_vocabulary(args, |vocabulary| Ok(schema::snapshot(vocabulary))),
        SchemaKind::Rollout => of_vocabulary(args, |vocabulary| Ok(schema::standing(vocabulary))),
        SchemaKind::Collect => of_vocabulary(args, plan_schema::plan),
    }
}

fn of_vocabulary(
    args: &SchemaArgs,
    written: fn(&Vocabulary) -> Result<serde_json::Value, serde_json::Error>,
) -> ExitCode {
    let known = match known(&args.path, &args.outside, &args.terminal) {
        Ok(known) => known,
        Err(code) => return code,
    };
    let schemas: Result<Vec<serde_json::Value>, serde_json::Error> =
        known.report.projects.iter().map(|project| written(&project.program.vocabulary)).collect();
    let failed = |error| complain(&format!("the schema cannot be written: {error}"));
    let mut schemas = match schemas {
        Ok(schemas) => schemas,
        Err(error) => return failed(error),
    };
    schemas.dedup();
    match schemas.as_slice() {
        [one] => json::render(one).map_or_else(failed, |text| finish(&text, 0)),
        _ => complain(&format!(
            "the projects have vocabularies of their own: give the folder of one of them ({})",
            listed(known.report.projects.iter())
        )),
    }
}
