//! The language has two grammars: `grammar/tollgate.pest`, which decides what is a policy, and the one in
//! `editors/tree-sitter-tollgate`, with which editors colour and fold. What one takes the other has to take too, and both
//! have to see the same names, numbers and texts in it.
//!
//! Looked at are all `.gate` files of this package, and files that are made of them by changing a few tokens.
//! `TOLLGATE_MUTANTS=100000` looks at so many of those, `TOLLGATE_SEED=2` at others.

#![expect(clippy::unwrap_used, reason = "tests may panic")]
#![expect(clippy::string_slice, reason = "tests may panic, and know where they cut")]

#[cfg(test)]
#[path = "grammar_agreement/corpus.rs"]
mod corpus;
#[cfg(test)]
#[path = "grammar_agreement/grammars.rs"]
mod grammars;
#[cfg(test)]
#[path = "grammar_agreement/hard.rs"]
mod hard;
#[cfg(test)]
#[path = "grammar_agreement/mutants.rs"]
mod mutants;
#[cfg(test)]
#[expect(dead_code, reason = "the test takes its random numbers alone")]
#[path = "fuzzed/mutate.rs"]
mod mutate;

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use grammars::{Disagreement, Takes, disagreement, nodes, pest_takes, tree, tree_of_change};
use mutants::{Seeds, mutant, seed};
use mutate::Random;

/// How many changed files are looked at.
const MUTANTS: u64 = 3000;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn grammar_folder() -> PathBuf {
    root().join("editors/tree-sitter-tollgate")
}

/// The files under a folder whose names end so, sorted, with their texts.
fn texts_under(folder: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found: Vec<(PathBuf, String)> = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(texts_under(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            // Some cases are about files that are no text.
            found.extend(fs::read_to_string(&path).ok().map(|text| (path, text)));
        }
    }
    found.sort();
    found
}

fn policy_files() -> Vec<(PathBuf, String)> {
    let folders = ["policies", "examples", "tests", "editors/tree-sitter-tollgate/test"];
    folders.iter().flat_map(|folder| texts_under(&root().join(folder), ".gate")).collect()
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap())
}

#[test]
fn both_take_the_same_files_and_see_the_same_in_them() {
    let files = policy_files();
    assert!(files.len() > 400);
    let differences: Vec<String> = files
        .par_iter()
        .filter_map(|(path, text)| Some(format!("{}: {}", path.display(), disagreement(text)?)))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn both_take_the_same_changed_files_and_see_the_same_in_them() {
    let seeds = Seeds::new(&policy_files());
    let first = setting("TOLLGATE_SEED", 1) << 32;
    let found: Vec<(String, Disagreement)> = (first..first + setting("TOLLGATE_MUTANTS", MUTANTS))
        .into_par_iter()
        .map(|seed| mutant(&seeds, &mut Random(seed)))
        .filter_map(|text| disagreement(&text).map(|found| (text, found)))
        .collect();
    let shown: Vec<String> =
        found.iter().take(5).map(|(text, found)| format!("{found} in\n{text}")).collect();
    assert!(found.is_empty(), "{} disagree, among them\n{}", found.len(), shown.join("\n----\n"));
}

/// Changes have to leave some files sound and break others, or the test above shows little.
#[test]
fn changed_files_are_of_both_kinds() {
    let seeds = Seeds::new(&policy_files());
    let taken = (0..200).filter(|seed| pest_takes(&mutant(&seeds, &mut Random(*seed))) == Takes::Yes).count();
    assert!((20..180).contains(&taken), "{taken} of 200 are sound");
}

/// An editor parses again with the tree that it has: what the scanner remembers must not depend on where that begins.
#[test]
fn a_changed_tree_is_the_tree_of_the_changed_file() {
    let seeds = Seeds::new(&policy_files());
    let mut compared = 0;
    for number in 0..1000 {
        let before = seed(&seeds, &mut Random(number));
        let after = mutant(&seeds, &mut Random(number));
        let anew = tree(&after);
        // How errors are got over may depend on the way there.
        if !anew.root_node().has_error() {
            let changed = tree_of_change(&before, &after);
            assert_eq!(nodes(&changed), nodes(&anew), "{before}\nto\n{after}");
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}
