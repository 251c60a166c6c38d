//! What can be wrong with a snapshot: one constructor a problem.
//!
//! Knows what people are told, and nothing of how a problem is found.

mod collected;
mod compound;
mod dates;
mod keys;
mod parts;
mod series;
mod slips;

use std::sync::Arc;

pub(super) use collected::{
    bad_source, collected_is_no_record, collected_nothing, given_collected, known_and_unknown, no_source,
    source_is_no_record, standing_collected, too_much_collected, unknown_source_key,
};
pub(super) use compound::{
    counts_of_no_share, more_than_counted, no_part_of_counts, nothing_counted, percent_at_one_end,
    range_backwards, range_for_key,
};
pub(super) use keys::{
    given_undeclared, misspelt, no_blank_after_colon, undeclared, where_to_write, written_beside,
};
pub(super) use parts::{part_above_whole, too_much_counted};
pub(super) use series::{after_retirement, duplicate_date, look_alike, misspelt_workflow};
pub(super) use slips::{no_list, scalar_for_record, with_slip};

use crate::code::Code;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::snapshot::limits::{
    MAX_ALIAS_NODES, MAX_BYTES, MAX_DEPTH, MAX_DOCUMENTS, MAX_NODES, MAX_STANDING_BYTES, MAX_UNDECLARED,
    MAX_WORKFLOW_BYTES,
};
use crate::snapshot::path::{Path, Subject};
use crate::snapshot::scalar::Scalar;
use crate::snapshot::slip::time_unit;
use crate::snapshot::tree::{Content, YamlNode};
use crate::source::{FileId, Span};
use crate::text::{first_few, quote};
use crate::types::{Kind, Quantity, Type};
use crate::value::{MAX_DIGITS, MAX_EXPONENT, Number, NumberError, decimal};
use crate::vocabulary::Field;

pub(super) use dates::{bad_date, bad_time, file_of_another_day, too_fine};

/// The system did not give the file.
pub(super) fn unreadable(file: FileId, reason: &str) -> Diagnostic {
    Diagnostic::error(Code::UnreadableSnapshot, format!("this file could not be read: {}", quote(reason)))
        .label(Span::new(file, 0..0), "its snapshots could not be read")
}

/// Bytes that are no UTF-8.
pub(super) fn not_utf8(span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnreadableSnapshot, "this file is not UTF-8 text")
        .label(span, "not UTF-8 from here on")
        .help("save it as UTF-8, or move it out of the snapshots")
}

/// A text that is not YAML.
pub(super) fn not_yaml(span: Span, what: &str, help: Option<&str>) -> Diagnostic {
    Diagnostic::error(Code::SnapshotNotYaml, what)
        .label(span, "the YAML cannot be read from here on")
        .maybe_help(help.map(str::to_owned))
}

/// A character that YAML forbids everywhere.
pub(super) fn control_character(span: Span, character: char) -> Diagnostic {
    let message = format!("the control character `{}` is not allowed in YAML", character.escape_debug());
    Diagnostic::error(Code::SnapshotNotYaml, message)
        .label(span, "remove it, or write it as an escape in double quotes")
}

/// A file beyond [`MAX_BYTES`].
pub(super) fn file_too_large(file: FileId, bytes: usize) -> Diagnostic {
    let message = format!("this file has {bytes} bytes; snapshots have at most {MAX_BYTES}");
    Diagnostic::error(Code::SnapshotTooLarge, message)
        .label(Span::new(file, 0..0), "it is not read")
        .help("split it")
}

/// A `rollout.yaml` beyond [`MAX_STANDING_BYTES`].
pub(super) fn standing_too_large(file: FileId, bytes: usize) -> Diagnostic {
    let message = format!("this file has {bytes} bytes; standing facts have at most {MAX_STANDING_BYTES}");
    Diagnostic::error(Code::SnapshotTooLarge, message)
        .label(Span::new(file, 0..0), "it is not read")
        .help("move what is not true of all snapshots into the snapshots")
}

/// Records of more fields than a file of its length can be meant to have.
pub(super) fn too_many_fields(span: Span) -> Diagnostic {
    let message = "the records of this file would have far more fields than are written";
    Diagnostic::error(Code::SnapshotTooLarge, message)
        .label(span, "the rest is not read")
        .help("declare fewer fields, or split them into several lists")
}

/// More documents than [`MAX_DOCUMENTS`].
pub(super) fn too_many_documents(span: Span) -> Diagnostic {
    let message = format!("this file has more than {MAX_DOCUMENTS} documents");
    Diagnostic::error(Code::SnapshotTooLarge, message).label(span, "the rest is not read").help("split it")
}

/// More nodes than [`MAX_NODES`].
pub(super) fn too_many_nodes(span: Span) -> Diagnostic {
    let message = format!("this document has more than {MAX_NODES} keys and values");
    Diagnostic::error(Code::SnapshotTooLarge, message).label(span, "the rest is not read").help("split it")
}

/// Deeper than [`MAX_DEPTH`].
pub(super) fn too_deep(span: Span) -> Diagnostic {
    let message = format!("records and lists are nested more than {MAX_DEPTH} levels deep");
    Diagnostic::error(Code::SnapshotTooLarge, message).label(span, "one level too many")
}

/// Aliases beyond [`MAX_ALIAS_NODES`].
pub(super) fn alias_too_large(span: Span) -> Diagnostic {
    let message = format!("the aliases of this file expand to more than {MAX_ALIAS_NODES} values");
    Diagnostic::error(Code::SnapshotTooLarge, message)
        .label(span, "one alias too many")
        .help("write the values out")
}

/// More undeclared keys than [`MAX_UNDECLARED`].
pub(super) fn too_many_undeclared(span: Span) -> Diagnostic {
    let message = format!("this file has more than {MAX_UNDECLARED} keys that are not declared");
    Diagnostic::error(Code::SnapshotTooLarge, message).label(span, "one too many").help("is this a snapshot?")
}

/// Problems beyond those that are shown.
pub(super) fn not_shown(file: FileId, count: usize) -> Diagnostic {
    let message = if count == 1 {
        "1 further problem in this file is not shown".to_owned()
    } else {
        format!("{count} further problems in this file are not shown")
    };
    Diagnostic::note(Code::FurtherProblems, message).label(Span::new(file, 0..0), "in this file")
}

/// A file without a document that says anything.
pub(super) fn no_snapshot(file: FileId) -> Diagnostic {
    Diagnostic::error(Code::EmptySnapshotFile, "no snapshot in this file")
        .label(Span::new(file, 0..0), "it is empty, or has only comments")
        .help("fill it in or remove it")
}

/// An alias within the node that it names.
pub(super) fn alias_in_itself(span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnsupportedYaml, "this alias contains itself")
        .label(span, "it would never end")
        .help("write the value out")
}

/// `!!str`, `!thing`
pub(super) fn tag(span: Span, tag: &str) -> Diagnostic {
    Diagnostic::error(Code::UnsupportedYaml, format!("the tag `{}` is not supported", quote(tag)))
        .label(span, "a tag")
        .help("remove it: types come from the declared vocabulary")
}

/// `%YAML 1.1`
pub(super) fn yaml_version(span: Span, major: u32, minor: u32) -> Diagnostic {
    let message = format!("this document is declared as YAML {major}.{minor}; snapshots are YAML 1.2");
    Diagnostic::error(Code::UnsupportedYaml, message)
        .label(span, "the document begins here")
        .help("remove the `%YAML` line; note that `yes`, `no`, `on` and `off` are texts in YAML 1.2")
}

/// `<<`
pub(super) fn merge_key(span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnsupportedYaml, "merge keys (`<<`) are not supported")
        .label(span, "a merge key")
        .help("write the fields out; standing facts belong in a `rollout.yaml` next to the snapshots")
}

/// `5: x`, `: x`
pub(super) fn key_is_no_text(span: Span, key: &str) -> Diagnostic {
    let message = match key {
        "" => "a key is empty".to_owned(),
        key => format!("the key `{}` is not text", quote(key)),
    };
    Diagnostic::error(Code::UnsupportedYaml, message).label(span, "keys are the names of fields")
}

/// `[a, b]: x`, `*alias: x`
pub(super) fn complex_key(span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnsupportedYaml, "a list, a record or an alias cannot be a key")
        .label(span, "keys are the names of fields")
}

/// One key twice in a record.
pub(super) fn duplicate_key(key: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(Code::DuplicateKey, format!("`{}` is there twice", quote(key)))
        .label(second, "here again")
        .label(first, "first here")
        .help("remove one of the two")
}

/// A document that is a list or a scalar.
pub(super) fn no_record(node: &YamlNode<'_>, standing: bool) -> Diagnostic {
    let what = if standing { "standing facts are" } else { "a snapshot is" };
    let found = match &node.content {
        Content::List(_) => "a list",
        Content::Null | Content::Scalar { .. } | Content::Map(_) => "text",
    };
    Diagnostic::error(Code::WrongType, format!("{what} a record of fields, not {found}"))
        .label(node.span, "expected `key: value`")
}

/// A value of another type. `found` says what is there, with its article or in backticks.
pub(super) fn wrong_type(subject: Subject<'_>, ty: &Type, found: &str) -> Diagnostic {
    let message = format!("`{}` is {}, but here is {found}", subject.path, describe(ty));
    with_declaration(
        Diagnostic::error(Code::WrongType, message).label(subject.span, how_to_write(ty)),
        subject,
    )
}

/// A text in the place of an amount.
pub(super) fn no_amount(scalar: &Scalar<'_>, ty: &Type) -> Diagnostic {
    let message =
        format!("`{}` is {}, but here is `{}`", scalar.subject.path, describe(ty), quote(scalar.text));
    let error = Diagnostic::error(Code::WrongType, message).label(scalar.subject.span, "not a number");
    with_declaration(error.help(how_to_write(ty)), scalar.subject)
}

/// A number or bool in quotes.
pub(super) fn quoted(scalar: &Scalar<'_>, ty: &Type) -> Diagnostic {
    let text = quote(scalar.text);
    let message = format!("`{text}` is quoted and so a text; `{}` is {}", scalar.subject.path, describe(ty));
    let error = Diagnostic::error(Code::WrongType, message).label(scalar.subject.span, "a text");
    // Some would be refused without their quotes, too: `P1D`, or `300` for a duration.
    let written = scalar.text.trim().trim_start_matches(['-', '+']);
    let is_number = written.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let help = match ty {
        Type::Amount(quantity) if !is_number || quantity.kind == Kind::Duration => how_to_write(ty),
        _ => "write it without quotes".to_owned(),
    };
    with_declaration(error.help(help), scalar.subject)
}

/// `no` and the like.
pub(super) fn no_bool(scalar: &Scalar<'_>) -> Diagnostic {
    let help = match &*scalar.text.to_ascii_lowercase() {
        "yes" | "on" | "y" | "true" => "write `true`",
        "no" | "off" | "n" | "false" => "write `false`",
        _ => "write `true` or `false`",
    };
    let message = format!(
        "`{}` is not true or false: YAML 1.2 has only `true` and `false`, and reads `{}` as text",
        scalar.subject.path,
        quote(scalar.text)
    );
    let error = Diagnostic::error(Code::WrongType, message).label(scalar.subject.span, "a text").help(help);
    with_declaration(error, scalar.subject)
}

/// A null in a list.
pub(super) fn empty_element(span: Span, list: &Path<'_>) -> Diagnostic {
    Diagnostic::error(Code::WrongType, format!("an element of `{list}` is empty"))
        .label(span, "an element without a value")
        .help("give it a value or remove it")
}

/// A workflow's name without a letter.
pub(super) fn empty_workflow(span: Span) -> Diagnostic {
    Diagnostic::error(Code::WrongType, "the name of the workflow is empty").label(span, "name the workflow")
}

/// A workflow's name that is longer than names may be.
pub(super) fn long_workflow(span: Span, bytes: usize) -> Diagnostic {
    let message = format!("the name of the workflow is longer than {MAX_WORKFLOW_BYTES} bytes");
    Diagnostic::error(Code::NameTooLong, message)
        .label(span, format!("{bytes} bytes"))
        .help("choose a shorter name")
}

/// A count of `2.5`.
pub(super) fn not_whole(scalar: &Scalar<'_>) -> Diagnostic {
    let message =
        format!("{} is not a whole number; `{}` is a count", quote(scalar.text), scalar.subject.path);
    let error =
        Diagnostic::error(Code::WrongType, message).label(scalar.subject.span, "expected a whole number");
    with_declaration(error, scalar.subject)
}

/// A value beyond the declared or natural range.
pub(super) fn out_of_range(scalar: &Scalar<'_>, quantity: &Quantity) -> Diagnostic {
    let (text, path) = (quote(scalar.text), scalar.subject.path);
    let show = |number: &Number| quantity.kind.show(number);
    let range = &quantity.range;
    let negative = quantity.kind == Kind::Duration && scalar.text.starts_with('-');
    let message = match (range.low.as_ref().map(show), range.high.as_ref().map(show)) {
        _ if negative => format!("{text} is negative; `{path}` is a duration"),
        (Some(low), Some(high)) => format!("{text} is outside {low} to {high}, the range of `{path}`"),
        (Some(low), None) => format!("{text} is below {low}, the least that `{path}` can be"),
        (None, Some(high)) => format!("{text} is above {high}, the most that `{path}` can be"),
        (None, None) => format!("{text} is outside the range of `{path}`"),
    };
    with_declaration(
        Diagnostic::error(Code::OutOfRange, message)
            .label(scalar.subject.span, "out of range")
            .help("correct the value, or the declared range of the field"),
        scalar.subject,
    )
}

/// A bare number beyond 1 for a share.
pub(super) fn bare_share(scalar: &Scalar<'_>, number: &Number) -> Diagnostic {
    let percent = plain(number);
    let fraction = plain(&(number / Number::from(100)));
    let shown = Kind::Share.show(number);
    let message = format!("{} is {}: write {percent}% or {fraction}", quote(scalar.text), quote(&shown));
    let label = format!("`{}` is a share", scalar.subject.path);
    with_declaration(
        Diagnostic::error(Code::BareShareAboveOne, message).label(scalar.subject.span, label),
        scalar.subject,
    )
}

/// A bare 1, or −1, for a share.
pub(super) fn bare_one(scalar: &Scalar<'_>, number: &Number) -> Diagnostic {
    let sign = if *number < Number::ZERO { "-" } else { "" };
    let message = format!("{} for a share is read as {sign}100%", quote(scalar.text));
    Diagnostic::warning(Code::BareOneForShare, message)
        .label(scalar.subject.span, format!("`{}` is a share", scalar.subject.path))
        .help(format!("write {sign}100% or {sign}1%"))
}

/// `0.05 EUR` for a number of USD.
pub(super) fn other_unit(scalar: &Scalar<'_>, unit: &str, declared: &str) -> Diagnostic {
    let message =
        format!("{} is in {}, `{}` is in {declared}", quote(scalar.text), quote(unit), scalar.subject.path);
    wrong_unit(scalar, message, format!("convert it to {declared}"))
}

/// `5 USD` for a plain number.
pub(super) fn unit_not_wanted(scalar: &Scalar<'_>, kind: &Kind, unit: &str) -> Diagnostic {
    let (text, path) = (quote(scalar.text), scalar.subject.path);
    let message = if unit == "%" {
        format!("{text} is a share, `{path}` is a {kind}")
    } else {
        format!("{text} has the unit {}, `{path}` is a {kind} without one", quote(unit))
    };
    wrong_unit(scalar, message, "write only the number".to_owned())
}

/// `15 percent` for a share.
pub(super) fn no_share(scalar: &Scalar<'_>, unit: &str) -> Diagnostic {
    let (text, path) = (quote(scalar.text), scalar.subject.path);
    let message = format!("{text} has the unit {}, `{path}` is a share", quote(unit));
    wrong_unit(scalar, message, "write a share as `15%` or `0.15`".to_owned())
}

/// A duration without a unit, or with one that is not of a fixed length.
pub(super) fn no_time_unit(scalar: &Scalar<'_>, digits: &str, unit: &str) -> Diagnostic {
    const UNITS: [&str; 8] = ["ms", "s", "min", "h", "day", "days", "week", "weeks"];
    let (text, path) = (quote(scalar.text), scalar.subject.path);
    let digits = quote(digits);
    let near = || did_you_mean(unit, UNITS).filter(|_| unit.len() <= 20);
    let meant = time_unit(unit).or_else(near);
    let (message, help) = match unit {
        "" => (
            format!("{text} has no unit; `{path}` is a duration"),
            format!("write for example `{digits} s`, `{digits} min`, `{digits} h` or `{digits} days`"),
        ),
        "month" | "months" | "year" | "years" => (
            format!("{text} has no fixed length; `{path}` is a duration"),
            "write it in days or weeks".to_owned(),
        ),
        unit => (
            format!("`{}` is not a unit of time; `{path}` is a duration", quote(unit)),
            match meant {
                Some(meant) => format!("write `{digits} {meant}`"),
                None => "the units are `ms`, `s`, `min`, `h`, `days` and `weeks`".to_owned(),
            },
        ),
    };
    wrong_unit(scalar, message, help)
}

fn wrong_unit(scalar: &Scalar<'_>, message: String, help: String) -> Diagnostic {
    let error =
        Diagnostic::error(Code::WrongUnit, message).label(scalar.subject.span, "the unit does not fit");
    with_declaration(error.help(help), scalar.subject)
}

/// `.nan`, `.inf`
pub(super) fn not_finite(scalar: &Scalar<'_>) -> Diagnostic {
    let message = format!("`{}` is not a number that can be judged", quote(scalar.text));
    let error = Diagnostic::error(Code::ImpossibleNumber, message).label(scalar.subject.span, "not a number");
    with_declaration(error.help("leave the field out where its value is not known"), scalar.subject)
}

/// Digits that are no decimal within the limits.
pub(super) fn bad_number(scalar: &Scalar<'_>, ty: &Type, reason: NumberError) -> Diagnostic {
    let text = quote(scalar.text);
    let (message, help) = match reason {
        NumberError::Malformed => {
            (format!("`{}` is {}, but here is `{text}`", scalar.subject.path, describe(ty)), how_to_write(ty))
        }
        NumberError::TooManyDigits => {
            (format!("{text} has more than {MAX_DIGITS} digits"), "round it".to_owned())
        }
        NumberError::ExponentTooLarge => (
            format!("{text} has an exponent beyond {MAX_EXPONENT}"),
            "is this the value that was measured?".to_owned(),
        ),
    };
    let error =
        Diagnostic::error(Code::ImpossibleNumber, message).label(scalar.subject.span, "not a usable number");
    with_declaration(error.help(help), scalar.subject)
}

/// A stage that is not declared.
pub(super) fn unknown_stage(scalar: &Scalar<'_>, stages: &[Arc<str>]) -> Diagnostic {
    unknown_word(scalar, format!("`{}` is not a stage", quote(scalar.text)), stages)
}

/// A word that is not declared for its field.
pub(super) fn unknown_member(scalar: &Scalar<'_>, members: &[Arc<str>]) -> Diagnostic {
    let (text, path) = (quote(scalar.text), scalar.subject.path);
    unknown_word(scalar, format!("`{text}` is not a possible value of `{path}`"), members)
}

fn unknown_word(scalar: &Scalar<'_>, message: String, words: &[Arc<str>]) -> Diagnostic {
    let names = || words.iter().map(|word| &**word);
    let meant = scalar.suggest.then(|| did_you_mean(scalar.text, names())).flatten();
    let error = Diagnostic::error(Code::UndeclaredWord, message)
        .label(scalar.subject.span, "not declared")
        .help(format!("declared are {}", first_few(names())))
        .meant(scalar.subject.span, meant);
    with_declaration(error, scalar.subject)
}

/// A required field that is not there, or `null`.
pub(super) fn missing(record: Span, path: &Path<'_>, declared: Option<Span>) -> Diagnostic {
    let place = match path.above {
        None => "this snapshot".to_owned(),
        Some(above) => format!("`{above}`"),
    };
    let error =
        Diagnostic::error(Code::MissingRequiredField, format!("`{}` is missing from {place}", path.name))
            .label(record, format!("add `{}` here", path.name));
    match declared {
        Some(declared) => error.label(declared, "declared as required here"),
        None => error,
    }
}

/// A value of a list's key field that is there twice.
pub(super) fn duplicate_element(
    name: &str,
    (first, second): (Span, Span),
    list: &Path<'_>,
    key: &str,
) -> Diagnostic {
    Diagnostic::error(Code::DuplicateElement, format!("`{}` is there twice in `{list}`", quote(name)))
        .label(second, "here again")
        .label(first, "first here")
        .help(format!("`{key}` identifies the elements of `{list}`, so no value may occur twice"))
}

/// In a `rollout.yaml` what is not declared as `standing`; `tells_apart` if it is what snapshots differ by.
pub(super) fn not_standing(subject: Subject<'_>, field: &Field, tells_apart: bool) -> Diagnostic {
    let message = format!("`{}` is not a standing fact", subject.path);
    let error = Diagnostic::error(Code::NotAStandingFact, message);
    if tells_apart {
        return error.label(subject.span, "it changes with each snapshot").help("move it into the snapshots");
    }
    let help = format!(
        "move it into the snapshots; if it rarely changes, add `standing` in the policy that declares \
         `{}`",
        field.name
    );
    with_declaration(error.label(subject.span, "belongs in the snapshots").help(help), subject)
}

/// Two documents of standing facts for one folder.
pub(super) fn second_standing(first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(Code::SeveralStandingFacts, "more than one set of standing facts for this folder")
        .label(second, "here again")
        .label(first, "first here")
        .help("put them into one document")
}

fn with_declaration(diagnostic: Diagnostic, subject: Subject<'_>) -> Diagnostic {
    match subject.declared {
        Some(span) => diagnostic.label(span, format!("`{}` is declared here", subject.path)),
        None => diagnostic,
    }
}

/// A type with its article.
fn describe(ty: &Type) -> String {
    match ty {
        Type::Bool => "true or false".to_owned(),
        Type::Choice(_) => ty.to_string(),
        Type::Text
        | Type::Date
        | Type::Time
        | Type::Stage
        | Type::Amount(_)
        | Type::Elapsed
        | Type::Calendar
        | Type::List(_)
        | Type::Record(_)
        | Type::Error => format!("a {ty}"),
    }
}

fn how_to_write(ty: &Type) -> String {
    match ty {
        Type::Bool => "write `true` or `false`".to_owned(),
        Type::Text | Type::Stage | Type::Choice(_) => "expected one word or text".to_owned(),
        Type::Date => "write a date as `2026-11-02`".to_owned(),
        Type::Time => "write a time as `2026-11-02T14:05Z`".to_owned(),
        Type::Amount(quantity) => match &quantity.kind {
            Kind::Count => "expected a whole number".to_owned(),
            Kind::Number | Kind::Bare | Kind::Ratio => "expected a number".to_owned(),
            Kind::Share => "write a share as `15%`, `0.15` or `3 of 20`".to_owned(),
            Kind::Duration => "write a duration as `300 ms` or `2 weeks`".to_owned(),
            Kind::Unit(unit) => format!("write it as `5 {unit}` or `5`"),
        },
        Type::Record(record) => match record.fields.first() {
            Some(field) => format!("expected fields such as `{}`", field.yaml_key()),
            None => "expected a record".to_owned(),
        },
        Type::List(_) => "expected a list, as `[…]` or in lines that begin with `- `".to_owned(),
        Type::Elapsed | Type::Calendar | Type::Error => "not expected".to_owned(),
    }
}

/// A number with all its digits, as far as they are worth showing.
fn plain(number: &Number) -> String {
    quote(&decimal(number, 2 * MAX_DIGITS))
}
