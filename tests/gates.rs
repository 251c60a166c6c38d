//! Gates that others have published, retold in words and data of our own: each decides as was worked out by hand.
//!
//! A folder of `tests/gates` is a repository. Its `EXPECTED` has a line for each thing that is expected of one day:
//! `DAY WORKFLOW DECISION RULE=OUTCOME …`, `DAY exit CODE`, or `DAY says TEXT` of the report for people.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{root, run_in};

/// What the report of one day says of a repository.
struct Day {
    exit: i32,
    report: Value,
    shown: String,
}

impl Day {
    fn of(repository: &Path, day: &str) -> Self {
        let run = run_in(repository, &["check", "--format", "json", "--as-of", day]);
        let shown = run_in(repository, &["check", "--full", "--as-of", day]);
        Self { exit: run.code, report: run.json(), shown: format!("{}{}", shown.out, shown.err) }
    }

    /// `DECISION RULE=OUTCOME …`, with the rules that are asked for.
    fn told(&self, workflow: &str, rules: &[&str]) -> String {
        let named = |value: &&Value| value["workflow"] == workflow;
        let Some(found) = self.report["workflows"].as_array().unwrap().iter().find(named) else {
            return "is not there".to_owned();
        };
        let outcome = |rule: &str| {
            let found = found["rules"].as_array().unwrap().iter().find(|value| value["rule"] == rule);
            found.map_or("is not there", |value| value["outcome"].as_str().unwrap()).to_owned()
        };
        let decision = found["decision"].as_str().unwrap().to_owned();
        let told = rules.iter().map(|rule| format!("{rule}={}", outcome(rule)));
        std::iter::once(decision).chain(told).collect::<Vec<_>>().join(" ")
    }
}

/// What is wrong in one folder.
fn wrong_in(repository: &Path) -> Vec<String> {
    let mut days: BTreeMap<String, Day> = BTreeMap::new();
    let mut wrong = Vec::new();
    let expected = fs::read_to_string(repository.join("EXPECTED")).unwrap();
    for line in expected.lines() {
        let mut words = line.splitn(3, ' ');
        let (day, about, rest) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let found = days.entry(day.to_owned()).or_insert_with(|| Day::of(repository, day));
        let told = match about {
            "exit" => found.exit.to_string(),
            "says" if found.shown.contains(rest) => rest.to_owned(),
            "says" => format!("says otherwise:\n{}", found.shown),
            workflow => {
                let rules: Vec<&str> =
                    rest.split(' ').filter_map(|word| word.split_once('=')).map(|(rule, _)| rule).collect();
                found.told(workflow, &rules)
            }
        };
        if told != rest {
            wrong.push(format!("{} {line}\n    is: {told}", repository.file_name().unwrap().display()));
        }
    }
    assert!(!days.is_empty(), "{} expects nothing", repository.display());
    wrong
}

#[test]
fn each_decides_as_was_worked_out_by_hand() {
    let mut folders: Vec<_> =
        fs::read_dir(root().join("tests/gates")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let wrong: Vec<String> = folders.iter().flat_map(|folder| wrong_in(folder)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(folders.len() >= 24, "{} gates", folders.len());
}
