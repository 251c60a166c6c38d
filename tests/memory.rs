//! The library without the command line: what is judged from memory gives, byte for byte, the report of the disk, which is
//! what `tests/blessed/` holds.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

#[cfg(test)]
mod branch;
#[cfg(test)]
#[expect(dead_code, reason = "it is a program, and its `main` is not called here")]
#[path = "../examples/judge.rs"]
mod judge;

use std::fs;
use std::path::Path;

use tollgate::engine::{AgainstOptions, CheckOptions, DayOptions, Workspace};
use tollgate::project::{Base, Branch, Files, Memory, Overlay, Start, inputs, own_tests, sides};
use tollgate::report::Report;
use tollgate::value::{Date, Number};

use self::branch::{Texts, changed, texts_of};

const EXAMPLES: [&str; 4] = ["canary", "organisation", "platform", "support-desk"];

/// When an example is judged: on a day, or at 15:12 of it where the series run by instants.
fn options(example: &str) -> CheckOptions {
    let today = Date::constant(2026, 11, 23);
    let time = (example == "canary").then(|| Number::from(60 * (15 * 60 + 12)));
    CheckOptions::from(DayOptions { as_of: Some(today), time, ..DayOptions::on(today) })
}

fn json(report: &Report) -> String {
    serde_json::to_string_pretty(report).unwrap() + "\n"
}

fn memory<'t>(texts: impl IntoIterator<Item = (&'t String, &'t String)>) -> Memory {
    Memory::new(texts.into_iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

/// What `tollgate check --format json` prints.
fn report(example: &str, files: &dyn Files) -> String {
    let start = Start::new(files, "");
    let mut inputs = inputs(&start);
    inputs.lint = Some(own_tests(&inputs.projects, &start.site().unwrap()));
    json(&Workspace::new().check(inputs, &options(example)).report)
}

/// The same against what was there before.
fn report_against(example: &str, files: &dyn Files, before: &Memory) -> String {
    let site = Start::new(files, "").site().unwrap();
    let branch = Branch::default();
    let base = Base {
        files: before,
        since: before,
        branch: &branch,
        root: "",
        reference: "main",
        commit: "COMMIT",
        evidence: true,
    };
    let mut sides = sides(&site, base);
    sides.lint = Some(own_tests(&sides.head, &site));
    let against = AgainstOptions::default();
    json(&Workspace::new().check_against(sides, &options(example), against).report)
}

#[track_caller]
fn is_blessed(example: &str, file: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/blessed").join(example).join(file);
    let blessed = fs::read_to_string(path).unwrap();
    let lines = blessed.lines().zip(found.lines()).enumerate();
    let differs: Vec<_> = lines.filter(|(_, (blessed, found))| blessed != found).take(5).collect();
    assert!(blessed == found, "{example}/{file}: {differs:#?}");
}

#[test]
fn a_memory_gives_the_report_of_the_disk() {
    for example in EXAMPLES {
        is_blessed(example, "plain/check.json", &report(example, &memory(&texts_of(example))));
    }
}

#[test]
fn buffers_over_other_files_give_the_report_of_all_of_them() {
    for example in EXAMPLES {
        let (mut open, mut saved) = (Texts::new(), Texts::new());
        for (at, (name, text)) in texts_of(example).into_iter().enumerate() {
            if at % 2 == 0 {
                // What was saved before is no longer what counts.
                saved.insert(name.clone(), "old".to_owned());
                open.insert(name, text);
            } else {
                saved.insert(name, text);
            }
        }
        let (open, saved) = (memory(&open), memory(&saved));
        is_blessed(example, "plain/check.json", &report(example, &Overlay { over: &open, under: &saved }));
    }
}

#[test]
fn a_branch_over_its_base_gives_the_report_of_the_disk() {
    for example in EXAMPLES {
        let before = texts_of(example);
        let (_, after) = changed(example, &before);
        let (kept, edited): (Vec<_>, Vec<_>) =
            after.iter().partition(|(name, text)| before.get(*name) == Some(text));
        let (kept, edited) = (memory(kept), memory(edited));
        let files = Overlay { over: &edited, under: &kept };
        let found = report_against(example, &files, &memory(&before));
        is_blessed(example, "base/base.json", &found);
    }
}
