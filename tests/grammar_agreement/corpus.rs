//! The grammar's own tests and queries, without the program that made its tables.

use std::fs;

use sha2::{Digest, Sha256};
use tree_sitter::Query;

use super::grammars::tree;
use super::{grammar_folder, texts_under};

#[test]
fn the_corpus_is_parsed_as_it_says() {
    let mut cases = 0;
    for (path, text) in texts_under(&grammar_folder().join("test/corpus"), ".txt") {
        // A title between two lines of `=`, a policy, a line of `-`, and the tree.
        let mut parts = text
            .split("================================================================================\n")
            .skip(1);
        while let (Some(title), Some(case)) = (parts.next(), parts.next()) {
            let (policy, expected) = case
                .split_once(
                    "--------------------------------------------------------------------------------\n",
                )
                .unwrap();
            let found = tree(policy).root_node().to_sexp();
            assert_eq!(found, one_line(expected), "{}: {title}", path.display());
            cases += 1;
        }
    }
    assert!(cases > 20, "{cases}");
}

/// A tree as tree-sitter prints it.
fn one_line(tree: &str) -> String {
    tree.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn queries_name_what_the_grammar_has() {
    let queries = texts_under(&grammar_folder().join("queries"), ".scm");
    assert!(queries.len() > 6);
    for (path, text) in queries {
        let query = Query::new(&tree_sitter_tollgate::LANGUAGE.into(), &text);
        let query = query.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(query.pattern_count() > 0, "{}", path.display());
    }
}

/// `regenerate` writes the sums of what it reads and of what it makes.
#[test]
fn what_is_generated_is_of_the_grammar_that_is_here() {
    let sums = fs::read_to_string(grammar_folder().join("generated.sha256")).unwrap();
    let mut files = Vec::new();
    for line in sums.lines() {
        let (sum, file) = line.split_once("  ").unwrap();
        let digest = Sha256::digest(fs::read(grammar_folder().join(file)).unwrap());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, sum, "{file} was changed: run editors/tree-sitter-tollgate/regenerate");
        files.push(file);
    }
    for needed in ["grammar.js", "src/parser.c", "src/node-types.json", "queries/helix/highlights.scm"] {
        assert!(files.contains(&needed), "{needed}");
    }
}
