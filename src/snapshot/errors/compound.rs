//! What can be wrong with amounts that are written as two numbers: ranges, and shares by their counts.
//!
//! Knows what people are told, and nothing of how a problem is found.

use super::{how_to_write, with_declaration, wrong_unit};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::snapshot::path::Subject;
use crate::snapshot::scalar::Scalar;
use crate::snapshot::slip::Emptiness;
use crate::source::Span;
use crate::text::quote;
use crate::types::{Kind, Type};

/// `2.5 s to 1 s`
pub(in crate::snapshot) fn range_backwards(scalar: &Scalar<'_>, low: &str, high: &str) -> Diagnostic {
    let (low, high) = (quote(low), quote(high));
    let message = format!("this range runs backwards: {low} is more than {high}");
    let error = Diagnostic::error(Code::ImpossibleNumber, message)
        .label(scalar.subject.span, "not a range")
        .help("write the lower end first:")
        .choice(scalar.subject.span, format!("{high} to {low}"));
    with_declaration(error, scalar.subject)
}

/// `10 to 20%`
pub(in crate::snapshot) fn percent_at_one_end(scalar: &Scalar<'_>, low: &str, high: &str) -> Diagnostic {
    let message = format!("only one end of {} has a `%`", quote(scalar.text));
    let with = |end: &str| format!("{}%", quote(end.trim_end_matches('%').trim_end()));
    let error = Diagnostic::error(Code::WrongUnit, message)
        .label(scalar.subject.span, "two kinds of numbers")
        .help("write it at both ends:")
        .choice(scalar.subject.span, format!("{} to {}", with(low), with(high)));
    with_declaration(error, scalar.subject)
}

/// A range where elements are told apart by one value.
pub(in crate::snapshot) fn range_for_key(subject: Subject<'_>) -> Diagnostic {
    let message = format!("`{}` identifies an element, so it is one value and not a range", subject.path);
    let error = Diagnostic::error(Code::WrongType, message).label(subject.span, "a range");
    with_declaration(error.help("write the one value that names the element"), subject)
}

/// `957 of 1008` for what is no share.
pub(in crate::snapshot) fn counts_of_no_share(scalar: &Scalar<'_>, kind: &Kind, part: &str) -> Diagnostic {
    let (text, path) = (quote(scalar.text), scalar.subject.path);
    let message = format!("{text} is a share, `{path}` is a {kind}");
    match kind {
        Kind::Count | Kind::Number | Kind::Bare | Kind::Ratio => {
            let error = wrong_unit(scalar, message, "write only the number:".to_owned());
            error.choice(scalar.subject.span, part)
        }
        Kind::Unit(_) | Kind::Duration | Kind::Share => {
            wrong_unit(scalar, message, how_to_write(&Type::amount(kind.clone())))
        }
    }
}

/// `4.5 of 5`, `-1 of 5`
pub(in crate::snapshot) fn no_part_of_counts(scalar: &Scalar<'_>) -> Diagnostic {
    let message = format!("{} is not a count, which is a whole number from 0", quote(scalar.text));
    let error = Diagnostic::error(Code::WrongType, message)
        .label(scalar.subject.span, "not a count")
        .help("write both counts, as in `957 of 1008`, or the share, as in `94.9%`");
    with_declaration(error, scalar.subject)
}

/// `0 of 0`
pub(in crate::snapshot) fn nothing_counted(scalar: &Scalar<'_>) -> Diagnostic {
    let message =
        format!("{} is a share of nothing, so `{}` is unknown", quote(scalar.text), scalar.subject.path);
    let span = scalar.subject.span;
    let error = Diagnostic::error(Code::ImpossibleNumber, message).label(span, "nothing was counted");
    let error = match scalar.emptiness {
        Emptiness::Allowed => {
            // With the blank that stands before a value without quotes.
            let start = span.range().start.saturating_sub(usize::from(scalar.plain));
            let value = Span::new(span.file, start..span.range().end);
            error.help("leave an unknown value empty:").choice(value, "")
        }
        Emptiness::OfElement => error.help("remove unknown elements from the list"),
        Emptiness::Refused => error.help("record it once something was counted"),
    };
    with_declaration(error, scalar.subject)
}

/// `1008 of 957`
pub(in crate::snapshot) fn more_than_counted(scalar: &Scalar<'_>, part: &str, whole: &str) -> Diagnostic {
    let (part, whole) = (quote(part), quote(whole));
    let message = format!("{part} of {whole} is more than all of them");
    let error = Diagnostic::error(Code::PartAboveWhole, message)
        .label(scalar.subject.span, "more than there are in all")
        .help("write the part first, and then all that were counted:")
        .choice(scalar.subject.span, format!("{whole} of {part}"));
    with_declaration(error, scalar.subject)
}
