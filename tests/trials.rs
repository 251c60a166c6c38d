//! `test` blocks run: those of the shipped pack beside it, and those of `tests/trials/`, which hold the language's rules of
//! time, gates and confidence.

use std::collections::BTreeSet;

use tollgate::engine::{Tested, TextFile, test};
use tollgate::render::Style;
use tollgate::render::human::draw;

use crate::support::{files_under, relative, root};

fn text_files(paths: &[std::path::PathBuf]) -> Vec<TextFile> {
    paths
        .iter()
        .map(|path| TextFile { name: relative(path), content: Ok(std::fs::read(path).unwrap()) })
        .collect()
}

/// Fails with the reports of everything that is not as expected.
fn expect_all_to_pass(tested: &Tested, at_least: usize) {
    let style = Style { color: false, unicode: true, width: 100 };
    let failed: Vec<String> = tested
        .diagnostics
        .iter()
        .chain(tested.trials.iter().flat_map(|trial| &trial.diagnostics))
        .map(|diagnostic| draw(diagnostic, &tested.sources, style))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(tested.trials.len() >= at_least, "only {} tests ran", tested.trials.len());
}

#[test]
fn the_language_keeps_its_rules() {
    for path in files_under(&root().join("tests/trials"), &["gate"]) {
        expect_all_to_pass(&test(text_files(&[path])), 5);
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
    expect_all_to_pass(&test(the_pack()), 130);
}

/// The rules that some test of the pack expects to come out so, and really do.
fn expected(tested: &Tested, word: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for trial in &tested.trials {
        let block = tested.sources.text(trial.span);
        let expects = block.lines().filter_map(|line| line.trim().strip_prefix("expect "));
        for rule in expects.filter_map(|expect| expect.strip_suffix(word)) {
            found.insert(rule.trim().to_owned());
        }
    }
    found
}

#[test]
fn every_shipped_rule_is_seen_to_pass_to_fail_and_to_be_open() {
    let tested = test(the_pack());
    assert!(tested.rules.len() > 55, "only {} rules", tested.rules.len());
    let mut missing = Vec::new();
    for word in ["passes", "fails", "undecided"] {
        let seen = expected(&tested, word);
        for rule in &tested.rules {
            let excused = word == "undecided" && NEVER_UNDECIDED.iter().any(|(name, _)| name == rule);
            match (seen.contains(rule), excused) {
                (false, false) => missing.push(format!("{rule}: no test in which it {word}")),
                (true, true) => {
                    missing.push(format!("{rule}: is undecided in a test, so take it off the list"))
                }
                (true, false) | (false, true) => {}
            }
        }
    }
    for (name, _) in NEVER_UNDECIDED {
        if !tested.rules.iter().any(|rule| rule == name) {
            missing.push(format!("{name}: is no rule"));
        }
    }
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}
