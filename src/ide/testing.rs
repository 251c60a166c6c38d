//! What the tests of this folder share.

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
