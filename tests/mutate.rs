//! Mutation: what the tests of a policy would not notice.

use tollgate::engine::{Mutated, TextFile, mutate};
use tollgate::render::Style;
use tollgate::render::human::draw;

use crate::support::{files_under, relative, root};

fn the_pack() -> Vec<TextFile> {
    let files = files_under(&root().join("policies"), &["gate"]);
    let read = |path: &std::path::PathBuf| TextFile {
        name: relative(path),
        content: Ok(std::fs::read(path).unwrap()),
    };
    files.iter().map(read).collect()
}

fn drawn(mutated: &Mutated) -> Vec<String> {
    let style = Style { color: false, unicode: true, width: 100 };
    let all = mutated.diagnostics.iter().chain(&mutated.mutation.diagnostics);
    all.map(|diagnostic| draw(diagnostic, &mutated.sources, style)).collect()
}

#[test]
fn the_shipped_tests_notice_every_mistake_that_shows() {
    let mutated = mutate(the_pack());
    let drawn = drawn(&mutated);
    let mutation = &mutated.mutation;
    assert!(drawn.is_empty(), "{}\n{} of {}", drawn.join("\n"), mutation.survivors(), mutation.mutants);
    assert!(mutation.mutants > 300, "only {} mutants", mutation.mutants);
}
