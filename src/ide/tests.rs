//! What the tests of this folder share.

use std::collections::BTreeMap;
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

/// The texts below a folder of the repository, by their names in it.
pub(super) fn texts_below(folder: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut open = vec![root.clone()];
    let mut texts = BTreeMap::new();
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                texts.insert(name, text);
            }
        }
    }
    texts
}

/// The texts of all YAML files of the examples.
pub(super) fn example_texts() -> Vec<String> {
    let is_yaml = |name: &str| name.ends_with(".yaml") || name.ends_with(".yml");
    let texts = texts_below("examples").into_iter().filter(|(name, _)| is_yaml(name));
    let found: Vec<String> = texts.map(|(_, text)| text).collect();
    assert!(found.len() > 100);
    found
}
