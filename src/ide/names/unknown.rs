//! Words in files with errors that may mean something, though nobody can tell.

use std::collections::BTreeSet;

use super::NameTable;
use crate::diagnostic::Severity;
use crate::engine::{NameGround, Study};
use crate::source::{FileId, Span};

/// The first place, in a policy or test with errors, of a word that was not understood.
pub(super) fn may_be_used(
    study: &Study,
    table: &NameTable,
    grounds: &[&NameGround],
    word: &str,
) -> Option<Span> {
    let errors = study.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let faulty: BTreeSet<FileId> =
        errors.filter_map(|error| error.labels.first()).map(|label| label.span.file).collect();
    let files: BTreeSet<FileId> =
        grounds.iter().flat_map(|ground| &ground.files).map(|file| file.id).collect();
    let known: BTreeSet<Span> =
        table.uses().map(|found| found.at).chain(table.declarations().map(|own| own.at)).collect();
    files.intersection(&faulty).find_map(|file| {
        let text = study.sources.get(*file).map_or("", |source| &source.text);
        let places = places_of(text, word).into_iter().map(|at| Span::new(*file, at..at + word.len()));
        places.into_iter().find(|place| !known.contains(place))
    })
}

/// Where a word stands in a text, outside of comments and of the prose of texts, and is not the name of a function.
fn places_of(text: &str, word: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut found, mut here) = (Vec::new(), 0);
    let (mut in_text, mut braces) = (false, 0_usize);
    while let Some(c) = text.get(here..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(here..).unwrap_or("");
        let prose = in_text && braces == 0;
        let mut length = c.len_utf8();
        match c {
            '\n' => (in_text, braces) = (false, 0),
            '\\' if in_text => length += rest.chars().nth(1).map_or(0, char::len_utf8),
            '"' => (in_text, braces) = (!in_text, 0),
            '#' if !in_text => length = rest.find('\n').unwrap_or(rest.len()),
            '{' if in_text => braces += 1,
            '}' if in_text => braces = braces.saturating_sub(1),
            _ if is_word(c) => {
                length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
                let behind = rest.get(length..).unwrap_or("").trim_start();
                if !prose && rest.get(..length) == Some(word) && !behind.starts_with('(') {
                    found.push(here);
                }
            }
            _ => {}
        }
        here += length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_where_it_may_mean_something() {
        let text = "a # a\nb.a a_b \"a {a} \\\"a\" a(x) a\n\"a\na";
        let found = places_of(text, "a");
        assert_eq!(found, [0, 8, 18, 31, 36]);
    }
}
