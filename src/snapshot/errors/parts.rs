//! What can be wrong with counts of which policies take shares.
//!
//! Knows what people are told, and nothing of how a problem is found.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A part that counts more than its whole, each with its place and name; `share`: what a policy takes of them.
pub(in crate::snapshot) fn part_above_whole(
    (at, part): (Span, &str),
    (of, whole): (Span, &str),
    share: &str,
) -> Diagnostic {
    let message = format!("`{part}` counts more than `{whole}`, but should be a part of it");
    Diagnostic::error(Code::PartAboveWhole, message)
        .label(at, "more than there are in all")
        .label(of, format!("all of `{whole}`"))
        .help(format!("correct the count that is wrong: a policy takes `{share}`"))
}

/// A whole beyond what is added up.
pub(in crate::snapshot) fn too_much_counted(span: Span, whole: &str) -> Diagnostic {
    let message = format!("`{whole}` is too large a count to take a share of");
    Diagnostic::error(Code::ImpossibleNumber, message)
        .label(span, "more than 1e15")
        .help("correct it, or count in larger pieces")
}
