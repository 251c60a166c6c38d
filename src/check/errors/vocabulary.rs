//! What can be wrong with `stages` and `snapshot` declarations.

use super::list;
use crate::ast::{Literal, LiteralKind, Name};
use crate::check::literal::literal_number;
use crate::check::literal::literal_type;
use crate::check::words::{a_type, as_percentage, show_literal};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::point::Axis;
use crate::source::Span;
use crate::text::quote;
use crate::types::{Kind, Type};

const TYPES: &[&str] =
    &["bool", "text", "date", "time", "duration", "count", "number", "share", "stage", "list"];
/// What other languages call them.
const OTHER_TYPES: &[(&str, &[&str])] = &[
    ("bool", &["boolean"]),
    ("text", &["str", "string"]),
    ("date", &["day"]),
    ("time", &["datetime", "instant", "timestamp"]),
    ("duration", &["interval", "period", "timespan"]),
    ("count", &["int", "integer", "natural", "uint"]),
    ("number", &["decimal", "double", "float", "real"]),
    ("share", &["fraction", "percent", "percentage", "ratio"]),
];
const TIME_UNITS: &[&str] =
    &["ms", "s", "min", "h", "day", "days", "week", "weeks", "month", "months", "year", "years"];

pub(in crate::check) fn unknown_type(name: &Name) -> Diagnostic {
    let other = OTHER_TYPES.iter().find(|(_, others)| others.contains(&&*name.text)).map(|(own, _)| *own);
    let meant = other.or_else(|| did_you_mean(&name.text, TYPES.iter().copied()));
    let help = match &*name.text {
        "array" => "name the element type of the list, as in `list of text`".to_owned(),
        "enum" => "list its possible words, as in `one of [good, bad]`".to_owned(),
        _ => format!("the types are {}; and there is `one of [a, b]`", list(TYPES.iter().copied())),
    };
    Diagnostic::error(Code::UnknownType, format!("there is no type `{}`", name.text))
        .label(name.span, "unknown type")
        .help(help)
        .meant(name.span, meant)
}

/// A unit in a type that is not in capitals.
pub(in crate::check) fn bad_unit(unit: &Name) -> Diagnostic {
    Diagnostic::error(
        Code::UnknownType,
        format!("`{}` is not a unit: units are words in capitals", unit.text),
    )
    .label(unit.span, "not in capitals")
    .fix(unit.span, unit.text.to_uppercase())
}

pub(in crate::check) fn unknown_unit(unit: &Name, suggestion: Option<&str>) -> Diagnostic {
    let time = did_you_mean(&unit.text, TIME_UNITS.iter().copied());
    let help = if super::super::literal::is_unit(&unit.text) {
        format!("no field is a `number {0}`; declare one, as in `cost: number {0}`", unit.text)
    } else {
        format!("the units of time are {}", list(TIME_UNITS.iter().copied()))
    };
    let error = Diagnostic::error(Code::UnknownType, format!("there is no unit `{}`", unit.text))
        .label(unit.span, "unknown unit")
        .help(help)
        .meant(unit.span, suggestion.or(time));
    if suggestion.is_some() { error } else { super::slips::unit_of_others(error, unit) }
}

pub(in crate::check) fn no_stages(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(Code::UnknownStage, format!("{what} needs stages, but none are declared"))
        .label(span, "no stages")
        .help("declare the ladder, as in `stages testing -> pilot -> full`")
}

pub(in crate::check) fn second_ladder(first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(Code::ConflictingDeclarations, "there are two ladders of stages")
        .label(second, "another ladder")
        .label(first, "the first one")
        .help("all policies of a run share one ladder")
}

pub(in crate::check) fn second_cadence(first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(Code::ImpossibleCadence, "snapshots are declared with two cadences")
        .label(second, "another cadence")
        .label(first, "the first one")
        .help("leave `every … grace …` out of one of the two")
}

/// `every weekday` where snapshots are of instants.
pub(in crate::check) fn weekday_by_instants(span: Span) -> Diagnostic {
    Diagnostic::error(Code::ImpossibleCadence, "`every weekday` needs dates, but `date` is a time here")
        .label(span, "not a length of time")
        .help("write for example `every 1 day`, or leave `date: time required` out")
}

pub(in crate::check) fn bad_cadence(literal: &Literal, what: &str, axis: Axis) -> Diagnostic {
    let written = match &literal.kind {
        // No length at all, in a configuration.
        LiteralKind::Text(text) => quote(text),
        kind => show_literal(kind),
    };
    if axis == Axis::Instants {
        return Diagnostic::error(
            Code::ImpossibleCadence,
            format!("{what} must be a length of time, not `{written}`"),
        )
        .label(literal.span, "not a time between snapshots")
        .help("write for example `5 min` or `1 h`");
    }
    let message = format!("{what} is counted in days or weeks, not in `{written}`");
    Diagnostic::error(Code::ImpossibleCadence, message)
        .label(literal.span, "not a number of days or weeks")
        .help("write for example `1 week` or `3 days`; for Monday to Friday, write `every weekday`")
}

pub(in crate::check) fn declared_differently(
    name: &str,
    (first, second): (Option<Span>, Option<Span>),
    (first_type, second_type): (&str, &str),
) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(
        Code::ConflictingDeclarations,
        format!("field `{name}` is declared in two different ways"),
    );
    if let Some(span) = second {
        diagnostic = diagnostic.label(span, second_type);
    }
    match first {
        Some(span) => diagnostic.label(span, first_type).help("declare it the same in both places"),
        None => diagnostic.help(format!("it is built in, as {first_type}")),
    }
}

pub(in crate::check) fn bad_key(name: &Name, key: Span, problem: &str) -> Diagnostic {
    Diagnostic::error(Code::ImpossibleKey, format!("`{}` cannot be a key: {problem}", name.text))
        .label(key, "not a key")
        .help("a key is a field of a list's elements, and identifies each of them")
}

pub(in crate::check) fn bad_changing(name: &str, mark: Span, problem: &str) -> Diagnostic {
    Diagnostic::error(Code::ImpossibleMark, format!("`{name}` cannot be `changing`: {problem}"))
        .label(mark, "not `changing`")
        .help(
            "remove the word: `changing` is for fields of elements with a key that may differ between snapshots",
        )
}

pub(in crate::check) fn bad_kept(name: &str, mark: Span, problem: &str) -> Diagnostic {
    Diagnostic::error(Code::ImpossibleMark, format!("`{name}` cannot be `kept`: {problem}"))
        .label(mark, "not `kept`")
        .help("remove the word: `kept` notes each key of a list that the next snapshot lacks and `left` does not name")
}

pub(in crate::check) fn bad_standing(name: &str, mark: Span, problem: &str) -> Diagnostic {
    Diagnostic::error(Code::ImpossibleMark, format!("`{name}` cannot be `standing`: {problem}"))
        .label(mark, "not `standing`")
        .help("remove the word: `standing` is for fields that a `rollout.yaml` gives to all snapshots of its folder")
}

pub(in crate::check) fn bad_named(name: &str, mark: Span, problem: &str) -> Diagnostic {
    Diagnostic::error(Code::ImpossibleMark, format!("`{name}` cannot be read under this key: {problem}"))
        .label(mark, "not allowed here")
        .help("leave `named` out, or write the key that the snapshots have")
}

/// A field of the snapshot that is called `collected`.
pub(in crate::check) fn reserved_name(name: &Name) -> Diagnostic {
    Diagnostic::error(
        Code::ReservedField,
        format!("a field of the snapshot cannot be called `{}`", name.text),
    )
    .label(name.span, "reserved: it says where values are from")
    .help("give it another name, such as `collected_by`, here and in the snapshots")
}

/// A field of the snapshot with the key `collected`.
pub(in crate::check) fn reserved_key(name: &Name, key: Span) -> Diagnostic {
    let message = format!("`{}` cannot have the key `collected`", name.text);
    Diagnostic::error(Code::ReservedField, message)
        .label(key, "reserved: it says where values are from")
        .help("give it another key, here and in the snapshots, or leave `named` out")
}

/// Two fields of a record that are read under one key: their names and places.
pub(in crate::check) fn shared_key(key: &str, both: [(&str, Option<Span>); 2]) -> Diagnostic {
    let [(second, second_place), (first, first_place)] = both;
    let message = format!("`{first}` and `{second}` are both read under the key `{}`", quote(key));
    let mut diagnostic = Diagnostic::error(Code::ImpossibleMark, message);
    for (place, label) in [(second_place, "this one"), (first_place, "and this one")] {
        if let Some(place) = place {
            diagnostic = diagnostic.label(place, label);
        }
    }
    diagnostic.help("only one field can have this key: remove one of the two, or name another key")
}

pub(in crate::check) fn not_lower_case(name: &Name) -> Diagnostic {
    let mut lower = String::new();
    for (at, c) in name.text.chars().enumerate() {
        if at > 0 && c.is_ascii_uppercase() && !lower.ends_with('_') {
            lower.push('_');
        }
        lower.push(c.to_ascii_lowercase());
    }
    let help = format!("to read this key of the snapshots, write `{lower}: … named \"{}\"`", name.text);
    Diagnostic::error(Code::FieldNotLowerCase, format!("field `{}` is not in lower case", name.text))
        .label(name.span, "not in lower case")
        .help(help)
}

pub(in crate::check) fn several_keys(keys: &[Span]) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::ImpossibleKey, "an element has one key, not several");
    keys.iter().fold(diagnostic, |diagnostic, key| diagnostic.label(*key, "a key")).help("keep one of them")
}

/// An end of a range that does not fit its field.
pub(in crate::check) fn bound_of_field(kind: &Kind, bound: &Literal) -> Diagnostic {
    let shown = show_literal(&bound.kind);
    let is_number =
        matches!(literal_type(&bound.kind), Type::Amount(quantity) if quantity.kind == Kind::Number);
    let message = match kind {
        Kind::Count => {
            format!("`{shown}` cannot limit a range of counts, which are whole numbers from 0")
        }
        Kind::Share if is_number => format!("`{shown}` cannot limit a range of shares"),
        Kind::Duration if shown.starts_with('-') => format!("a duration cannot be `{shown}`"),
        Kind::Number | Kind::Share | Kind::Duration | Kind::Unit(_) | Kind::Bare | Kind::Ratio => format!(
            "the field is {}, but `{shown}` is {}",
            a_type(&Type::amount(kind.clone())),
            a_type(&literal_type(&bound.kind))
        ),
    };
    let meant = literal_number(&bound.kind)
        .filter(|_| *kind == Kind::Share && is_number)
        .and_then(|number| as_percentage(&number));
    Diagnostic::error(Code::ImpossibleRange, message)
        .label(bound.span, "does not fit the field")
        .meant(bound.span, meant.as_deref())
}
