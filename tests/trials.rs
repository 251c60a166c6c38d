//! `test` blocks run: those of the shipped pack beside it, and those of `tests/trials/`, which hold the language's rules of
//! time, gates and confidence.

use tollgate::engine::{Answer, TestOptions, Workspace};
use tollgate::project::{Suite, Suites, TextFile};
use tollgate::render::Style;
use tollgate::render::human::render_tests;
use tollgate::report::testing::TestReport;

use crate::support::{files_under, relative, root};

fn text_files(paths: &[std::path::PathBuf]) -> Vec<TextFile> {
    paths
        .iter()
        .map(|path| TextFile { name: relative(path), content: Ok(std::fs::read(path).unwrap().into()) })
        .collect()
}

/// Runs the tests of some files as `tollgate test` does.
fn run(files: Vec<TextFile>) -> Answer<TestReport> {
    let policies = files.iter().filter(|file| !file.name.ends_with(".test.gate")).cloned().collect();
    let suite = Suite { policies, tests: files, ..Suite::default() };
    let options = TestOptions { coverage: true, ..TestOptions::default() };
    Workspace::new().test(Suites { suites: vec![suite], ..Suites::default() }, &options)
}

/// Fails with the reports of everything that is not as expected.
fn expect_all_to_pass(run: &Answer<TestReport>, at_least: usize) {
    let style = Style { color: false, unicode: true, width: 100 };
    assert_eq!(run.exit, 0, "{}", render_tests(run, style));
    assert!(run.report.summary.tests >= at_least, "only {} tests ran", run.report.summary.tests);
}

#[test]
fn the_language_keeps_its_rules() {
    for path in files_under(&root().join("tests/trials"), &["gate"]) {
        expect_all_to_pass(&run(text_files(&[path])), 5);
    }
}

/// Shipped rules that no missing evidence leaves open, each with why; every other one has a test in which it is undecided.
const NEVER_UNDECIDED: &[(&str, &str)] = &[
    ("monitoring.adoption_measured", "asks with `has` whether the figure is there, which is always known"),
    ("staged_rollout.expanded_short", "looks at nothing but `stage`, which every snapshot has"),
    ("staged_rollout.pilot_short", "looks at nothing but `stage`, which every snapshot has"),
];

fn the_pack() -> Vec<TextFile> {
    text_files(&files_under(&root().join("policies"), &["gate"]))
}

#[test]
fn the_shipped_policies_do_what_their_tests_say() {
    let run = run(the_pack());
    expect_all_to_pass(&run, 130);
    every_rule_is_seen_to_pass_to_fail_and_to_be_open(&run);
}

fn every_rule_is_seen_to_pass_to_fail_and_to_be_open(run: &Answer<TestReport>) {
    let coverage = run.report.coverage.as_ref().unwrap();
    let rules: Vec<_> =
        coverage.files.iter().flat_map(|file| &file.rules).filter(|rule| rule.passes.is_some()).collect();
    assert!(rules.len() > 55, "only {} rules", rules.len());
    let mut missing = Vec::new();
    for rule in &rules {
        for (word, seen) in [("pass", rule.passes), ("fail", rule.fails), ("be undecided", rule.undecided)] {
            let excused =
                word == "be undecided" && NEVER_UNDECIDED.iter().any(|(name, _)| *name == rule.rule);
            match (seen.unwrap_or(true), excused) {
                (false, false) => missing.push(format!("{}: no test sees it {word}", rule.rule)),
                (true, true) => missing.push(format!("{}: take it off the list", rule.rule)),
                (true, false) | (false, true) => {}
            }
        }
    }
    for (name, _) in NEVER_UNDECIDED {
        if !rules.iter().any(|rule| rule.rule == *name) {
            missing.push(format!("{name}: is no rule"));
        }
    }
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}
