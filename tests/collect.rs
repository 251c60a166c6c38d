//! `tollgate collect` as people run it: small repositories in folders of their own, and files that real tools wrote.

mod files;
mod plans;
mod servers;
mod writing;

use std::fs;

use crate::support::{Repo, Run, root};

const VOCABULARY: &str = "\
snapshot every 1 week {
  cases: list of {
    id: text key
    passed: bool changing
    share: share changing
    took: duration changing
    cost: number USD changing
    score: number from 1 to 5 changing
  }
  names: list of text
  planned: count, passed: count, failed: count, errors: count, not_run: count
  cost: number USD, took: duration, share: share, number: number, day: date
  run { planned: count, errors: count }
}
policy p { rule most { require share(cases where it.passed) >= 50% else hold \"too few pass\" } }
";

/// The day that everything is collected for: its window is 22 to 28 November.
const DAY: &str = "2026-11-28";
const SNAPSHOT: &str = "rollouts/w/2026-11-28.yaml";
const PLAN: &str = "collect/w.yaml";

/// A repository with one snapshot, of the week before, and a plan.
fn repo(plan: &str) -> Repo {
    Repo::new().files(&[
        (
            "tollgate.yaml",
            "policies: [policies/]\nsnapshots: rollouts/**/*.yaml\nlints: { T708: off, T709: off, T710: off }\n",
        ),
        ("policies/p.gate", VOCABULARY),
        ("rollouts/w/2026-11-21.yaml", "workflow: w\ndate: 2026-11-21\n"),
        (PLAN, plan),
    ])
}

/// A plan with one source, `s`.
fn plan(source: &str, fields: &str) -> String {
    let fields: String = fields.lines().map(|line| format!("  {}\n", line.trim_start())).collect();
    format!("workflow: w\nsources:\n  s: {{ {source} }}\nfields:\n{fields}")
}

/// A file of `tests/sources/`.
fn fixture(name: &str) -> Vec<u8> {
    fs::read(root().join("tests/sources").join(name)).unwrap()
}

/// Collects for the day.
fn collect(repo: &Repo, more: &[&str]) -> Run {
    repo.run(&[&["collect", "--date", DAY], more].concat())
}

/// Collects for the day and writes: the exit code, what was said, and the snapshot.
fn written(repo: &Repo, more: &[&str]) -> (i32, String, String) {
    let (code, said) = collect(repo, &[&["--write"], more].concat()).said();
    let text = fs::read_to_string(repo.path(SNAPSHOT)).unwrap_or_default();
    (code, said, text)
}

/// What is said, on one line: diagnostics are wrapped.
fn flat(said: &str) -> String {
    said.replace(['│', '·'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Results of promptfoo with a pass, a failure and an error, of a day.
fn evals(made: &str) -> String {
    let result = |id: &str, success: bool, reason: u8, more: &str| {
        format!(
            "{{\"success\": {success}, \"failureReason\": {reason}, \"latencyMs\": 640, \"cost\": 0.0021{more}, \
             \"gradingResult\": {{\"pass\": {success}, \"reason\": \"x\"}}, \"testCase\": {{\"description\": \"{id}\"}}}}"
        )
    };
    let results = [
        result("a", true, 0, ""),
        result("b", false, 1, ""),
        result("c", false, 2, ", \"error\": \"Error: 429 Too Many Requests\""),
    ];
    format!(
        "{{\"evalId\": \"x\", \"results\": {{\"version\": 3, \"timestamp\": \"{made}\", \"results\": [\n{}\n]}},\n\
         \"config\": {{}}, \"metadata\": {{\"promptfooVersion\": \"0.121.20\"}}}}\n",
        results.join(",\n")
    )
}
