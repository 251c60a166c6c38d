//! `tollgate explain`: what a code, a rule or a policy means.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::terminal::TerminalArgs;
use super::{FAILURE, find, finish, read};
use crate::builtin;
use crate::engine::{TextFile, read_policies};
use crate::explain::subject;
use crate::render::{explain, human};

/// Explain a code, a rule or a policy
///
/// Of a code: what it means, what to do, and an example. Of a rule: its text, its params with value and origin, what it
/// reads of the snapshots, and an example of each outcome from its tests. Exit codes: 0, or 2 if nothing has the name.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A code (`T203`), a rule (`staged_rollout.stalled`, or `stalled`), or a policy (`staged_rollout`)
    name: String,
    /// The repository whose policies are meant
    #[arg(default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// Finds the policies, looks for the name, tells.
pub(super) fn run(args: &ExplainArgs) -> ExitCode {
    let projects = find::inputs(&args.path, false).projects;
    let mut policies: Vec<TextFile> = projects.into_iter().flat_map(|project| project.policies).collect();
    // Several projects may share a base.
    policies.sort_by(|a, b| a.name.cmp(&b.name));
    policies.dedup_by(|a, b| a.name == b.name);
    if policies.is_empty() {
        // Nothing is configured here, or what is there is broken: the shipped pack can be explained all the same.
        let shipped = |(name, text): (String, &str)| TextFile { name, content: Ok(text.as_bytes().to_vec()) };
        policies = builtin::all().map(shipped).collect();
    } else {
        let tests: Vec<TextFile> = policies.iter().filter_map(|file| beside(file, &args.path)).collect();
        policies.extend(tests);
    }
    let compiled = read_policies(policies);
    let style = args.terminal.style();
    match subject(&args.name, &compiled.program) {
        Ok(subject) => finish(&explain::render(subject, &compiled, style), 0),
        Err(close) => {
            finish(&human::draw(&explain::unknown(&args.name, &close), &compiled.sources, style), FAILURE)
        }
    }
}

/// The tests beside a policy file, if there are some.
fn beside(file: &TextFile, root: &Path) -> Option<TextFile> {
    if let Some((name, text)) = builtin::tests_beside(&file.name) {
        return Some(TextFile { name, content: Ok(text.as_bytes().to_vec()) });
    }
    let name = format!("{}.test.gate", file.name.strip_suffix(".gate")?);
    let content = read::file(&root.join(&name)).ok()?;
    Some(TextFile { name, content: Ok(content) })
}
