//! `tollgate init`: a folder in which everything that a rollout needs is there, and works.
//!
//! What it writes lies in `templates/init/`: for each purpose a repository like any other.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::arguments::{date, today};
use super::write::new_files;
use super::{complain, finish};
use crate::disk::canonical;
use crate::project::CONFIG;
use crate::text::{visible, yaml_text};
use crate::value::{Date, date_of_day, day_number};

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
    /// What you roll out: the policies and the first snapshot are about that
    #[arg(long = "for", value_enum, value_name = "PURPOSE", default_value_t = Purpose::AiRollout)]
    purpose: Purpose,
    /// The day of the first snapshot, such as 2026-11-02, instead of today
    #[arg(long, value_name = "DATE", value_parser = date)]
    date: Option<Date>,
}

/// What the templates call the workflow.
const WORKFLOW: &str = "my-workflow";
/// The day of the template's snapshot.
const DAY: &str = "2026-01-05";
/// The last day of the waiver that a template shows.
const LAST_DAY: &str = "2026-02-02";
/// How many days later that is.
const WAIVED_DAYS: i64 = 28;

/// What is to be rolled out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Purpose {
    /// An AI workflow for people, judged by the shipped policies and one of your own
    AiRollout,
    /// A model, prompt or agent, judged by its evaluation
    LlmEval,
    /// A new version of a service, compared with the old one
    ServiceCanary,
}

/// A file by its name with `/`, its text, and what it is.
type ScaffoldFile = (&'static str, &'static str, &'static str);

macro_rules! templates {
    ($folder:literal: $($name:literal is $what:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/init/", $folder, "/", $name)), $what)),+]
    };
}

impl Purpose {
    fn files(self) -> &'static [ScaffoldFile] {
        match self {
            Self::AiRollout => templates!("ai-rollout":
                "tollgate.yaml" is "which policies, which snapshots",
                "policies/house.gate" is "a policy of your own: a field, a param and a rule",
                "policies/house.test.gate" is "its tests",
                "rollouts/my-workflow/rollout.yaml" is "what does not change: owner, rollback plan",
                "rollouts/my-workflow/2026-01-05.yaml" is "what was measured up to that day",
            ),
            Self::LlmEval => templates!("llm-eval":
                "tollgate.yaml" is "which policies, which snapshots",
                "policies/eval.gate" is "what an evaluation records, and what it must show",
                "policies/eval.test.gate" is "the tests of that policy",
                "rollouts/my-workflow/2026-01-05.yaml" is "what was measured up to that day",
            ),
            Self::ServiceCanary => templates!("service-canary":
                "tollgate.yaml" is "which policies, which snapshots",
                "policies/canary.gate" is "what is measured of both versions, and how they compare",
                "policies/canary.test.gate" is "the tests of that policy",
                "rollouts/my-workflow/2026-01-05.yaml" is "what was measured up to that day",
            ),
        }
    }

    /// A rule of the templates, the stage of their snapshot, the next one, and how long after that snapshot the next is due.
    fn examples(self) -> [&'static str; 4] {
        match self {
            Self::AiRollout => ["house.worth_it", "testing", "pilot", "a week"],
            Self::LlmEval => ["eval.suite_passed", "candidate", "shadow", "a week"],
            Self::ServiceCanary => ["canary_release.errors_no_worse", "one_percent", "ten_percent", "a day"],
        }
    }
}

/// Writes them, and says what to do next.
pub(super) fn run(args: &InitArgs) -> ExitCode {
    let Some(day) = args.date.or_else(today) else {
        return complain("the system's clock has an impossible date; give the day with `--date`");
    };
    let Some(last_day) = date_of_day(day_number(day) + WAIVED_DAYS) else {
        return complain("the calendar ends too soon after that day");
    };
    let named = args.workflow.clone().or_else(|| name_of(&args.path));
    let workflow = named.unwrap_or_else(|| WORKFLOW.to_owned());
    let fill = |(name, text, _): &ScaffoldFile| filled(name, text, &workflow, [day, last_day]);
    let files: Vec<(String, String)> = args.purpose.files().iter().map(fill).collect();
    match new_files(&args.path, &files) {
        Ok(()) => finish(&next(args, &files, &workflow), 0),
        Err(why) => complain(&why),
    }
}

/// A file of the templates with the workflow and the days in their places.
fn filled(name: &str, text: &str, workflow: &str, [day, last_day]: [Date; 2]) -> (String, String) {
    let day = day.to_string();
    // The days first, as a workflow may be called like one. The tests of the policy have days of their own.
    let text = match name {
        CONFIG => text.replace(LAST_DAY, &last_day.to_string()),
        _ if name.starts_with("rollouts/") => text.replace(DAY, &day),
        _ => text.to_owned(),
    };
    (name.replace(DAY, &day).replace(WORKFLOW, workflow), text.replace(WORKFLOW, &yaml_text(workflow)))
}

/// A name that `--workflow` may give: it becomes a folder's, too.
fn workflow(text: &str) -> Result<String, String> {
    let is_fit = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins = text.starts_with(char::is_alphanumeric);
    if begins && text.chars().all(is_fit) && text.len() <= LONGEST {
        return Ok(text.to_owned());
    }
    Err("it names a folder: use letters, digits, `-`, `_` and `.`, start with a letter or digit, and keep it short"
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

fn next(args: &InitArgs, files: &[(String, String)], workflow: &str) -> String {
    let width = files.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let row =
        |((name, _), (_, _, what)): (&(String, String), &ScaffoldFile)| format!("  {name:width$}  {what}\n");
    let wrote: String = files.iter().zip(args.purpose.files()).map(row).collect();
    let is_here = args.path == Path::new(".");
    let at =
        if is_here { String::new() } else { format!(" {}", shell_word(&args.path.display().to_string())) };
    let [rule, stage, ahead, later] = args.purpose.examples();
    format!(
        "Wrote{into}:
{wrote}
What next:
  tollgate check{at}
      judges the workflow: it is in {stage}, so nothing holds it yet; and lists what its first gate asks
  tollgate check --workflow {workflow} --gate{at}
      says for each rule of that gate what to record, and where
  tollgate explain \"{stage} -> {ahead}\"{at}
      shows what each of them asks, with the values in force
  tollgate test{at}
      runs the tests of your policy
  tollgate explain {rule}{at}
      shows what a rule asks and why; `tollgate rules{at}` lists all of them
  tollgate new snapshot --workflow {workflow}{at}
      writes the next snapshot, to be filled in, once it is due: {later} after the first
  tollgate check --base origin/main{at}
      judges a pull request by the policies of its target branch: run this on each
",
        into = if is_here { String::new() } else { format!(" into{at}") },
    )
}
