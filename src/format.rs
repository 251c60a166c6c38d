//! The text of a policy file -> the same policy in the one canonical style.
//!
//! Only white space and commas change: words, numbers, texts, parentheses and comments stay as they were written, in
//! their order. The result is parsed and compared before it is handed out. Must not know where the text came from.

mod docs;
mod fix;
mod layout;
mod same;

#[cfg(test)]
mod tests;

use crate::ast::{ExprIds, File};
use crate::diagnostic::Diagnostic;
use crate::parse;
use crate::source::FileId;

pub use fix::with_fixes;

/// Columns that a line should have at most. Texts and comments are never broken, so some lines are longer.
pub const WIDTH: usize = 120;

/// Columns by which what stands in something is set in.
const INDENT: usize = 2;

/// Why a text was not formatted.
#[derive(Debug, PartialEq)]
pub enum Refusal {
    /// It is not understood; its errors.
    Broken(Vec<Diagnostic>),
    /// The result would mean something else, or lack a comment: a fault of the formatter, which the text must not
    /// suffer from.
    Unfaithful,
}

/// Formats a policy file. Line ends stay what the first one is.
pub fn format(file: FileId, text: &str) -> Result<String, Refusal> {
    let before = read(file, text).map_err(Refusal::Broken)?;
    let concrete = parse::concrete::concrete(text).ok_or(Refusal::Unfaithful)?;
    let formatted = layout::lay_out(&concrete);
    let formatted = if ends_lines_with_cr(text) { formatted.replace('\n', "\r\n") } else { formatted };
    let after = read(file, &formatted).map_err(|_| Refusal::Unfaithful)?;
    let is_same = same::same_meaning(before, after) && same::same_comments(&concrete, &formatted);
    if is_same { Ok(formatted) } else { Err(Refusal::Unfaithful) }
}

fn read(file: FileId, text: &str) -> Result<File, Vec<Diagnostic>> {
    let (tree, diagnostics) = parse::parse(file, text, &mut ExprIds::default());
    if diagnostics.is_empty() { Ok(tree) } else { Err(diagnostics) }
}

fn ends_lines_with_cr(text: &str) -> bool {
    text.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r'))
}
