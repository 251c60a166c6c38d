//! What can be wrong with the date of a snapshot, and with dates and times in it.
//!
//! Knows what people are told, and nothing of how a problem is found.

use super::with_declaration;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::snapshot::scalar::Scalar;
use crate::source::Span;
use crate::text::quote;
use crate::value::{Date, TimeError};

/// A text that is no day of the calendar.
pub(in crate::snapshot) fn bad_date(scalar: &Scalar<'_>) -> Diagnostic {
    let text = quote(scalar.text);
    let number = |range| scalar.text.get(range).and_then(|part: &str| part.parse::<i16>().ok());
    let shaped = scalar.text.len() == 10
        && scalar
            .text
            .bytes()
            .enumerate()
            .all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    let first = || Date::new(number(0..4)?, i8::try_from(number(5..7)?).ok()?, 1).ok();
    let message = match (shaped, first()) {
        (true, Some(first)) => {
            let month = first.strftime("%B %Y");
            format!("{text} is not in the calendar: {month} has {} days", first.days_in_month())
        }
        (true, None) => format!("{text} is not in the calendar: there is no such month"),
        (false, _) => format!("`{text}` is not a date; `{}` is one", scalar.subject.path),
    };
    let error = Diagnostic::error(Code::ImpossibleDate, message).label(scalar.subject.span, "not a date");
    let help = (!shaped).then(|| "write a date as `2026-11-02`, without a time of day".to_owned());
    with_declaration(error.maybe_help(help), scalar.subject)
}

/// A text that is no instant.
pub(in crate::snapshot) fn bad_time(scalar: &Scalar<'_>, problem: TimeError) -> Diagnostic {
    let (text, path) = (quote(scalar.text), scalar.subject.path);
    let (message, help) = match problem {
        TimeError::NoOffset => (
            format!("{text} is a local time without an offset; `{path}` is a time"),
            "write it with its offset, as `2026-11-02T14:05Z` or `2026-11-02T15:05+01:00`",
        ),
        TimeError::Impossible => (
            format!("{text} does not exist: check the date and the time of day"),
            "correct it; the last minute of a day is `23:59`",
        ),
        TimeError::ImpossibleOffset => (
            format!("{text} has an impossible offset"),
            "correct it; offsets are hours up to 23 and minutes up to 59, as in `+01:00`",
        ),
        TimeError::Malformed => (
            format!("`{text}` is not a time; `{path}` is one"),
            "write a time as `2026-11-02T14:05Z` or `2026-11-02T15:05:30+01:00`",
        ),
    };
    let error = Diagnostic::error(Code::ImpossibleDate, message).label(scalar.subject.span, "not a time");
    with_declaration(error.help(help), scalar.subject)
}

/// The date of a snapshot, finer than snapshots are told apart.
pub(in crate::snapshot) fn too_fine(span: Span) -> Diagnostic {
    let error = Diagnostic::error(Code::ImpossibleDate, "snapshot times are exact to the microsecond");
    error.label(span, "finer than that, or not a possible date").help("give its seconds six digits at most")
}

/// A file that is named after another day than that of its only snapshot.
pub(in crate::snapshot) fn file_of_another_day(span: Span, date: Date, named: Date) -> Diagnostic {
    let message = format!("the snapshot is dated {date}, but the name of its file says {named}");
    Diagnostic::warning(Code::FileOfAnotherDay, message)
        .label(span, "it is judged as measured up to this day")
        .help("rename the file, or correct the date")
}
