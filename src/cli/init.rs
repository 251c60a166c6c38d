//! `tollgate init`: a folder in which everything that a rollout needs is there, and works.
//!
//! What it writes lies in `templates/init/`, a repository like any other.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::arguments::{date, today};
use super::disk::canonical;
use super::write::new_files;
use super::{complain, finish};
use crate::text::{visible, yaml_text};
use crate::value::Date;

/// Write a configuration, a policy of your own with its tests, and a first snapshot
///
/// It asks nothing and overwrites nothing: if one of the files exists, it writes none. `tollgate check` can judge the
/// result as it is.
///
/// Exit codes: 0, or 2 if nothing was written.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The folder to write into; it is created if it does not exist
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The name of the workflow; without it, the name of the folder
    #[arg(long, value_name = "NAME", value_parser = workflow)]
    workflow: Option<String>,
    /// The day of the first snapshot, such as 2026-11-02, instead of today
    #[arg(long, value_name = "DATE", value_parser = date)]
    date: Option<Date>,
}

/// What the templates call the workflow.
const WORKFLOW: &str = "my-workflow";
/// The day of the template's snapshot.
const DAY: &str = "2026-01-05";

/// Each file, by its name with `/`, and what it is.
const FILES: [(&str, &str, &str); 5] = [
    ("tollgate.yaml", include_str!("../../templates/init/tollgate.yaml"), "which policies, which snapshots"),
    (
        "policies/house.gate",
        include_str!("../../templates/init/policies/house.gate"),
        "a policy of your own: a field, a param and a rule",
    ),
    ("policies/house.test.gate", include_str!("../../templates/init/policies/house.test.gate"), "its tests"),
    (
        "rollouts/my-workflow/rollout.yaml",
        include_str!("../../templates/init/rollouts/my-workflow/rollout.yaml"),
        "what does not change: owner, rollback plan",
    ),
    (
        "rollouts/my-workflow/2026-01-05.yaml",
        include_str!("../../templates/init/rollouts/my-workflow/2026-01-05.yaml"),
        "what was measured up to that day",
    ),
];

/// Writes them, and says what to do next.
pub(super) fn run(args: &InitArgs) -> ExitCode {
    let Some(day) = args.date.or_else(today) else {
        return complain("the system's clock is out of the calendar; give the day with `--date`");
    };
    let named = args.workflow.clone().or_else(|| name_of(&args.path));
    let workflow = named.unwrap_or_else(|| WORKFLOW.to_owned());
    let files = FILES.map(|(name, text, _)| filled(name, text, &workflow, &day.to_string()));
    match new_files(&args.path, &files) {
        Ok(()) => finish(&next(&args.path, &files, &workflow), 0),
        Err(why) => complain(&why),
    }
}

/// A file of the templates with the workflow and the day in their places.
fn filled(name: &str, text: &str, workflow: &str, day: &str) -> (String, String) {
    // The day first, as a workflow may be called like one. The tests of the policy have days of their own.
    let text = if name.starts_with("rollouts/") { text.replace(DAY, day) } else { text.to_owned() };
    (name.replace(DAY, day).replace(WORKFLOW, workflow), text.replace(WORKFLOW, &yaml_text(workflow)))
}

/// A name that `--workflow` may give: it becomes a folder's, too.
fn workflow(text: &str) -> Result<String, String> {
    let is_fit = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins = text.starts_with(char::is_alphanumeric);
    if begins && text.chars().all(is_fit) && text.len() <= LONGEST {
        return Ok(text.to_owned());
    }
    Err("it names a folder: letters, digits, `-`, `_` and `.`, a letter or digit first, and not too long"
        .to_owned())
}

/// Bytes of a folder's name; file systems take no more than 255.
const LONGEST: usize = 100;

/// The name of a folder, made fit to be a workflow's; none if nothing is left of it.
fn name_of(path: &Path) -> Option<String> {
    // A folder that is yet to be made is called as it was given.
    let folder = canonical(path).unwrap_or_else(|_| path.to_owned());
    let name = folder.file_name()?.to_string_lossy().to_lowercase();
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-");
    workflow(&name).ok()
}

/// A path as a shell takes it for one word.
fn shell_word(path: &str) -> String {
    let path = visible(path);
    let is_safe = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | ',' | ':');
    if path.chars().all(is_safe) { path.into_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

fn next(path: &Path, files: &[(String, String)], workflow: &str) -> String {
    let width = files.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let row = |((name, _), (_, _, what)): (&(String, String), (&str, &str, &str))| {
        format!("  {name:width$}  {what}\n")
    };
    let wrote: String = files.iter().zip(FILES).map(row).collect();
    let is_here = path == Path::new(".");
    let at = if is_here { String::new() } else { format!(" {}", shell_word(&path.display().to_string())) };
    format!(
        "Wrote{into}:
{wrote}
What next:
  tollgate check{at}
      judges the workflow: it is in testing, so nothing holds it yet
  tollgate test{at}
      runs the tests of your policy
  tollgate explain house.worth_it{at}
      tells what a rule asks and why; `tollgate rules{at}` lists all of them
  tollgate new snapshot --workflow {workflow}{at}
      writes the next snapshot, to be filled in, once it is due: a week after the first
  tollgate check --base origin/main{at}
      judges a pull request by the policies of its target branch: have it run for each
",
        into = if is_here { String::new() } else { format!(" into{at}") },
    )
}
