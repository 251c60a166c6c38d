//! `test` blocks run: those of the shipped pack beside it, and those of `tests/trials/`, which hold the language's rules of
//! time, gates and confidence.

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
