//! What the parser says: one constructor for each problem.

use super::MAX_DEPTH;
use super::MAX_NAME_BYTES;
use super::MAX_POLICY_BYTES;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{MAX_DIGITS, MAX_EXPONENT, NumberError, TimeError};

/// Something else stands where `expected` should; both as people write them.
pub(super) fn unexpected(span: Span, expected: &str, found: &str) -> Diagnostic {
    Diagnostic::error(Code::Syntax, format!("expected {expected}, found {found}"))
        .label(span, "not expected here")
}

/// The text ends, or goes on with something else, after `before`.
pub(super) fn ends_early(span: Span, expected: &str, before: &str, found: &str) -> Diagnostic {
    Diagnostic::error(Code::Syntax, format!("expected {expected} after `{before}`, found {found}"))
        .label(span, format!("{expected} is missing after this"))
}

pub(super) fn not_understood(span: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, "this is not understood").label(span, "not expected here")
}

pub(super) fn misspelt_keyword(span: Span, expected: &str, found: &str) -> Diagnostic {
    unexpected(span, &format!("`{expected}`"), &format!("`{found}`")).meant(span, Some(expected))
}

pub(super) fn sign_of_no_number(span: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, "only a number can be negative").label(span, "no number after this sign")
}

pub(super) fn unknown_escape(span: Span, escape: &str) -> Diagnostic {
    Diagnostic::error(Code::Syntax, format!("`{escape}` has no meaning in a text"))
        .label(span, "unknown escape")
        .help(r#"write `"`, `\`, `{`, `}` or `n` after `\`; for a backslash, write `\\`"#)
}

pub(super) fn empty_interpolation(span: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, "these braces are empty")
        .label(span, "an expression is missing here")
        .help(r"write `\{` for a literal brace")
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(Code::TooDeep, format!("nested more than {MAX_DEPTH} levels deep"))
        .label(span, "too deep from here on")
        .help("give parts of the expression a name with `let`")
}

/// The parser gave up by its own limits.
pub(super) fn too_much(span: Span) -> Diagnostic {
    Diagnostic::error(Code::TooDeep, "this file is too complex to read")
        .label(span, "none of this file was read")
        .help("split it into several files")
}

pub(super) fn bad_number(span: Span, error: NumberError) -> Diagnostic {
    let message = match error {
        NumberError::TooManyDigits => format!("this number has more than {MAX_DIGITS} digits"),
        NumberError::ExponentTooLarge => format!("this exponent is beyond ±{MAX_EXPONENT}"),
        NumberError::Malformed => "this is not a number".to_owned(),
    };
    let help = (error == NumberError::TooManyDigits).then(|| "round it".to_owned());
    Diagnostic::error(Code::NumberOrDateInPolicy, message)
        .label(span, "cannot be stored exactly")
        .maybe_help(help)
}

pub(super) fn too_many_times(span: Span) -> Diagnostic {
    Diagnostic::error(Code::NumberOrDateInPolicy, "this count is too large")
        .label(span, format!("at most {}", u32::MAX))
}

pub(super) fn no_such_date(span: Span, date: &str) -> Diagnostic {
    Diagnostic::error(Code::NumberOrDateInPolicy, format!("there is no day `{date}`"))
        .label(span, "not in the calendar")
}

pub(super) fn part_of_a_month(span: Span) -> Diagnostic {
    Diagnostic::error(Code::NumberOrDateInPolicy, "a number of months must be whole")
        .label(span, "not a whole number of months")
        .help("write it in days or weeks")
}

pub(super) fn too_many_months(span: Span) -> Diagnostic {
    Diagnostic::error(Code::NumberOrDateInPolicy, "this span is too long").label(span, "more than 9999 years")
}

pub(super) fn unclosed_text(span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnclosedText, "this text is not closed")
        .label(span, "no closing quote on this line")
        .help(r#"end the text with `"` on the same line"#)
}

pub(super) fn unclosed_interpolation(span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnclosedText, "this brace is not closed in its text")
        .label(span, "an expression begins here")
        .help(r"close it with `}`, or write `\{` for a literal brace")
}

pub(super) fn quote_in_interpolation(span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnclosedText, "a quote inside `{…}` ends the text")
        .label(span, "this text ends inside its braces")
        .help("give the expression a name with `let`, and show that")
}

pub(super) fn reserved_name(span: Span, word: &str) -> Diagnostic {
    Diagnostic::error(Code::ReservedWord, format!("`{word}` is a reserved word and cannot be a name"))
        .label(span, "a name is expected here")
        .help("choose another name: this word is part of the language")
}

/// A field that has a word of the grammar for its name.
pub(super) fn reserved_field(span: Span, word: &str) -> Diagnostic {
    reserved_name(span, word).help(format!(
        "choose another name, and add the key that the snapshots use, as in `own_name: text named \"{word}\"`"
    ))
}

/// A literal that is no instant.
pub(super) fn no_such_time(span: Span, text: &str, problem: TimeError) -> Diagnostic {
    let message = match problem {
        TimeError::NoOffset => format!("`{text}` is a local time without an offset"),
        TimeError::Impossible => format!("`{text}` does not exist: check the date and the time of day"),
        TimeError::ImpossibleOffset => format!("`{text}` has an impossible offset"),
        TimeError::Malformed => format!("`{text}` is not a time"),
    };
    Diagnostic::error(Code::NumberOrDateInPolicy, message)
        .label(span, "not a time")
        .help("write a time with its offset, as `2026-11-02T14:05Z` or `2026-11-02T15:05:30+01:00`")
}

/// `after` is the operator that may not follow `before`.
pub(super) fn chained_comparison(after: Span, before: Span) -> Diagnostic {
    Diagnostic::error(Code::ComparisonChain, "comparisons do not chain")
        .label(after, "a second comparison")
        .label(before, "the first one")
        .help("join two comparisons with `and`, or put one in parentheses")
}

/// `at` is where the block should have ended.
pub(super) fn unclosed_brace(open: Span, at: Option<Span>) -> Diagnostic {
    let error =
        Diagnostic::error(Code::UnmatchedBrace, "this `{` is not closed").label(open, "no `}` for this one");
    match at {
        Some(at) => error.label(at, "it should be closed before this"),
        None => error,
    }
}

pub(super) fn stray_brace(span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnmatchedBrace, "this `}` closes nothing").label(span, "no `{` is open here")
}

/// `before` is what the brace should follow.
pub(super) fn missing_open_brace(before: Span) -> Diagnostic {
    Diagnostic::error(Code::UnmatchedBrace, "this block has no `{`").label(before, "write `{` after this")
}

/// A declaration that belongs in a policy stands outside of one.
pub(super) fn outside_policy(span: Span, word: &str, close: Option<Span>) -> Diagnostic {
    let error = Diagnostic::error(Code::UnmatchedBrace, format!("a `{word}` belongs inside a policy"))
        .label(span, "this is outside of one");
    match close {
        Some(close) => {
            error.label(close, "the policy before it ends here").help("is there one `}` too many?")
        }
        None => error,
    }
}

/// The version of the language that this program reads.
pub(super) const LANGUAGE: &str = "0.2";

pub(super) fn incomplete_rule(span: Span, name: &str, missing: &str, help: &str) -> Diagnostic {
    Diagnostic::error(Code::IncompleteRule, format!("rule `{name}` has no {missing}"))
        .label(span, format!("{missing} is missing before this"))
        .help(help)
}

pub(super) fn given_twice(second: Span, first: Span, what: &str) -> Diagnostic {
    Diagnostic::error(Code::GivenTwice, format!("`{what}` is given twice"))
        .label(second, "once more here")
        .label(first, "given here")
        .help("remove one of the two")
}

pub(super) fn empty_gate(span: Span, from: &str, to: &str) -> Diagnostic {
    Diagnostic::error(Code::EmptyGate, format!("the gate `{from} -> {to}` has no rule"))
        .label(span, "every workflow would pass it")
        .help("add a rule that says what must be shown first")
}

pub(super) fn too_large(span: Span, bytes: usize) -> Diagnostic {
    let limit = MAX_POLICY_BYTES / 1024;
    Diagnostic::error(Code::PolicyTooLarge, format!("this file is larger than {limit} KiB"))
        .label(span, format!("{} KiB; it was not read", bytes.div_ceil(1024)))
        .help("split it into several files")
}

pub(super) fn long_name(span: Span) -> Diagnostic {
    let message = format!("a name is longer than {MAX_NAME_BYTES} bytes");
    Diagnostic::error(Code::NameTooLong, message)
        .label(span, format!("{} bytes; the file was not read", span.range().len()))
        .help("choose a shorter name")
}

pub(super) fn other_language(version: Span, written: &str) -> Diagnostic {
    let message = format!("language {written} is not supported here");
    let error = Diagnostic::error(Code::OtherLanguage, message)
        .label(version, format!("this is language {LANGUAGE}"));
    let changed = "`tollgate fmt --fix` writes what has changed since 0.1, and docs/migrating.md says why";
    // What a later language would have written, nobody knows.
    if written == "0.1" {
        error.help(format!("{changed};")).fix(version, LANGUAGE)
    } else {
        error.help(format!("write `language {LANGUAGE}`; {changed}"))
    }
}

pub(super) fn late_language(decl: Span) -> Diagnostic {
    Diagnostic::error(Code::OtherLanguage, "`language` is not the first declaration of its file")
        .label(decl, "too late here")
        .help("move the line to the beginning of the file, or leave it out")
}
