//! What the YAML crate says of a broken text, in our own words and at the place that people have to look at.
//!
//! Knows the YAML crate's errors, and nothing of what snapshots say.

mod line;

use granit_parser::{ErrorKind, ScanError};

use crate::code::Code;
use crate::diagnostic::{Diagnostic, merge_conflict};
use crate::snapshot::errors;
use crate::source::{FileId, Span};

/// The character at an offset; at the end of a line or file the one before, so that there is something to mark.
pub(super) fn place(file: FileId, text: &str, offset: usize) -> Span {
    let start = text.floor_char_boundary(offset);
    let here = text.get(start..).and_then(|rest| rest.chars().next()).filter(|c| !matches!(c, '\n' | '\r'));
    if let Some(character) = here {
        return Span::new(file, start..start + character.len_utf8());
    }
    let before = text.get(..start).unwrap_or("").trim_end();
    let start = before.char_indices().next_back().map_or(0, |(at, _)| at);
    Span::new(file, start..before.len())
}

/// A text that is no YAML, or that nests deeper than the parser goes.
pub(super) fn not_yaml(file: FileId, text: &str, error: &ScanError) -> Diagnostic {
    let offset = error.marker().byte_offset().unwrap_or(0);
    let span = place(file, text, offset);
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return errors::too_deep(span);
    }
    if let Some(conflict) = merge_conflict(Code::SnapshotNotYaml, file, text) {
        return conflict;
    }
    let (what, help) = words(error.kind());
    let line_of = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count());
    let tab = first_tab(text).filter(|tab| what == TAB || line_of(*tab).abs_diff(line_of(offset)) <= 1);
    if let Some(tab) = tab {
        return errors::not_yaml(place(file, text, tab), TAB, Some("indent with spaces"));
    }
    line::slip_before(file, text, offset).unwrap_or_else(|| errors::not_yaml(span, &what, help))
}

const TAB: &str = "a tab cannot be used as indentation";

/// The first tab that a line is indented with.
fn first_tab(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if let Some(tab) =
            line.get(..indent).and_then(|indent| indent.find('\t')).filter(|_| indent < line.len())
        {
            return Some(start + tab);
        }
        start += line.len();
    }
    None
}

fn words(kind: &ErrorKind) -> (String, Option<&'static str>) {
    let (what, help) = match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => (TAB, "indent with spaces"),
        ErrorKind::UnclosedQuotedScalar => ("this quote is not closed", "end the text with the same quote"),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "something follows the closing quote",
            "a quote inside a quoted text is written twice (`''`) or escaped (`\\\"`)",
        ),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => {
            ("this escape does not exist", "write `\\\\` for a backslash, or use single quotes")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "a `:` is not expected here",
            "quote a text that contains `: `, close what was opened above, and check the indentation",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("this line has no `:` after its key", "write `key: value`, or check the indentation")
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::InvalidIndentation
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::BlockSequenceEntryNotAllowed => {
            ("this does not fit the lines above", "check the indentation of this line and of those above it")
        }
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::UnexpectedEofFlowMapping => {
            ("a `,` or `}` is missing here", "separate entries with `,` and close with `}`")
        }
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::UnexpectedEofFlowSequence => {
            ("a `,` or `]` is missing here", "separate elements with `,` and close with `]`")
        }
        ErrorKind::UnclosedFlowCollection { .. } => ("this bracket is not closed", "close it"),
        ErrorKind::MismatchedFlowCollectionEnd { .. } | ErrorKind::MisplacedFlowCollectionEnd => {
            ("this bracket does not close what was opened", "check the brackets before it")
        }
        ErrorKind::UnknownAnchor => ("this alias has no anchor", "quote a text that begins with `*`"),
        ErrorKind::UnexpectedCharacter { .. } => {
            ("a text cannot begin with this character", "quote the text")
        }
        ErrorKind::BomInsideDocument => ("there is a byte order mark in the middle of the text", "remove it"),
        other => return (format!("this is not YAML: {}", plain(&other.to_string())), None),
    };
    (what.to_owned(), Some(help))
}

/// The crate's words for what is rare, as the start of no sentence.
fn plain(message: &str) -> String {
    message.trim_end_matches('.').to_owned()
}
