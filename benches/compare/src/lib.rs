//! What the checkers that Tollgate is compared with share: which files they read, and what they say.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rayon::prelude::*;
use walkdir::WalkDir;

/// Anything that went wrong.
pub type Failure = Box<dyn Error + Send + Sync>;

/// What one snapshot comes to.
pub struct Judged {
    pub workflow: String,
    /// As text: dates in ISO 8601 are in the order of their texts.
    pub date: String,
    pub failed_rules: Vec<String>,
}

/// The rules that do no more than warn.
const WARNINGS: &[&str] = &["heard"];

/// The snapshots of the repository that is named on the command line.
///
/// # Errors
/// If no folder is named, or one cannot be read.
pub fn snapshot_files() -> Result<Vec<PathBuf>, Failure> {
    let folder = std::env::args_os().nth(1).ok_or("which folder?")?;
    let mut files = Vec::new();
    for entry in WalkDir::new(Path::new(&folder).join("rollouts")) {
        let entry = entry?;
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|end| end == "yaml") {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Judges all snapshots in parallel, keeps the newest of each workflow, and prints a line for each workflow that does not
/// go on; exits with 1 if there is one. Each thread makes a judge of its own.
pub fn check<J>(make_judge: impl Fn() -> J + Sync + Send) -> ExitCode
where
    J: FnMut(&Path) -> Result<Judged, Failure>,
{
    let judged: Result<Vec<Judged>, Failure> = snapshot_files().and_then(|files| {
        let judge_each = |judge: &mut J, file: &PathBuf| {
            judge(file).map_err(|error| format!("{}: {error}", file.display()).into())
        };
        files.par_iter().map_init(make_judge, judge_each).collect()
    });
    match judged {
        Ok(judged) => report(judged),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn report(judged: Vec<Judged>) -> ExitCode {
    let mut newest: BTreeMap<String, Judged> = BTreeMap::new();
    for snapshot in judged {
        let known = newest.get(&snapshot.workflow);
        if known.is_none_or(|known| known.date < snapshot.date) {
            newest.insert(snapshot.workflow.clone(), snapshot);
        }
    }
    let mut code = ExitCode::SUCCESS;
    for (workflow, snapshot) in &newest {
        let rules = snapshot.failed_rules.join(", ");
        if snapshot.failed_rules.iter().any(|rule| !WARNINGS.contains(&rule.as_str())) {
            println!("{workflow}: {rules}");
            code = ExitCode::from(1);
        } else if !rules.is_empty() {
            eprintln!("{workflow}: warning: {rules}");
        }
    }
    code
}
