//! What the tests of this folder share.

use std::fs;
use std::path::Path;

use crate::engine::{Study, Workspace};
use crate::project::{Memory, Start, inputs, suites};

/// What an editor knows of these files.
pub(super) fn study_of(files: &[(&str, &str)]) -> Study {
    let files = Memory::new(files.iter().copied());
    let start = Start::new(&files, "");
    Workspace::default().study(inputs(&start), suites(&start), &Default::default())
}

/// A text without its `|`, and where that stood.
pub(super) fn marked(text: &str) -> (String, usize) {
    let (before, after) = text.split_once('|').unwrap();
    (format!("{before}{after}"), before.len())
}

/// The texts of all YAML files of the examples.
pub(super) fn example_texts() -> Vec<String> {
    let mut found = Vec::new();
    add_texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &mut found);
    assert!(found.len() > 100);
    found
}

fn add_texts(folder: &Path, found: &mut Vec<String>) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            add_texts(&path, found);
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}
