//! Tollgate's language for the `tree-sitter` crate, and the queries that come with it.

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_tollgate() -> *const ();
}

/// The language.
// Sound: it is the function that `src/parser.c` is generated with for this purpose.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_tollgate) };

/// What kinds of nodes there are, as JSON.
pub const NODE_TYPES: &str = include_str!("../../src/node-types.json");

/// What to colour how.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");

/// Which texts hold another language.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");

/// What is declared where, and who uses it.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");

/// What a list of symbols shows.
pub const TAGS_QUERY: &str = include_str!("../../queries/tags.scm");
