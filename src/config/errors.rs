//! What can be wrong with a configuration: one constructor a problem.
//!
//! Knows what people are told, and nothing of how a problem is found.

use super::glob::MAX_PATTERN_BYTES;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::text::quote;

/// A configuration in which nothing is set.
pub(crate) fn empty(file: FileId) -> Diagnostic {
    Diagnostic::error(Code::EmptyConfiguration, "the configuration sets nothing")
        .label(Span::new(file, 0..0), "it is empty, or has only comments")
        .help("write `policies: [builtin]` to use the shipped policies, or remove the file")
}

/// A text that is not YAML, or uses what is refused of it; `reason` is the parser's.
pub(super) fn not_yaml(span: Span, reason: &str) -> Diagnostic {
    let (message, help) = if reason.contains("tab") {
        ("a tab cannot be used as indentation".to_owned(), Some("indent with spaces"))
    } else if reason.contains("merge key") {
        ("merge keys (`<<`) are not supported".to_owned(), Some("write the settings out"))
    } else if reason.contains("tag") {
        ("tags are not supported".to_owned(), Some("remove the tag"))
    } else if reason.contains("unknown anchor") {
        ("this alias has no anchor".to_owned(), Some("quote a text that begins with `*`"))
    } else if reason.contains("recursive") {
        ("this alias contains itself".to_owned(), Some("write the value out"))
    } else {
        (format!("this is not YAML: {}", quote(reason)), None)
    };
    Diagnostic::error(Code::ConfigNotYaml, message)
        .label(span, "the configuration cannot be read from here on")
        .maybe_help(help.map(str::to_owned))
}

/// Beyond the limits of size, depth or aliases.
pub(super) fn too_large(span: Span) -> Diagnostic {
    Diagnostic::error(Code::ConfigNotYaml, "this configuration is too large")
        .label(span, "the rest is not read")
}

/// `---` in the middle.
pub(super) fn second_document(span: Span) -> Diagnostic {
    Diagnostic::error(Code::ConfigNotYaml, "a configuration is one YAML document")
        .label(span, "a second one begins here")
        .help("remove the `---`")
}

/// A list or scalar for the whole.
pub(super) fn no_map(span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, "a configuration consists of settings")
        .label(span, "expected `policies: [builtin]` or the like")
}

/// `5: x`
pub(super) fn key_is_no_text(span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, "this key is not text").label(span, "expected the name of a setting")
}

/// One setting twice.
pub(crate) fn set_twice(name: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(Code::DuplicateSetting, format!("`{}` is set twice", quote(name)))
        .label(second, "here again")
        .label(first, "first here")
        .help("remove one of the two")
}

/// `policies:` and nothing more.
pub(crate) fn no_value(name: &str, key: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("`{name}` has no value"))
        .label(key, "give it one or remove it")
}

/// `a..b` among the fields that columns are read as.
pub(super) fn no_field_name(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("`{}` is not a field name", quote(name)))
        .label(span, "expected keys with one dot between them, as in `adoption.rate`")
}

/// A column for a record, and another one for a field of it.
pub(super) fn field_in_field(name: &str, other: &str, span: Span) -> Diagnostic {
    let (name, other) = (quote(name), quote(other));
    Diagnostic::error(Code::DuplicateSetting, format!("`{name}` and `{other}` contain each other"))
        .label(span, "one is a field of the other")
        .help("give a column to one of the two")
}

/// A text where only a list will do.
pub(super) fn no_list(name: &str, text: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("`{name}` is a list"))
        .label(span, "here is a text")
        .help(format!("write `{name}: [{}]`", quote(text)))
}

/// A bool, number or map for a list of texts.
pub(super) fn wrong_type(name: &str, single: bool, span: Span) -> Diagnostic {
    let wanted = if single { "a text or a list of texts" } else { "a list of texts" };
    Diagnostic::error(Code::SettingType, format!("`{name}` is {wanted}"))
        .label(span, "here is something else")
}

/// Something else than a text in a list.
pub(super) fn no_text(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("`{name}` is a list of texts"))
        .label(span, "here is something else")
}

/// `""` in a list.
pub(crate) fn empty_text(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("a text of `{name}` is empty"))
        .label(span, "fill it in or remove it")
}

/// A key that does not exist; `of` is what has keys, or nothing for the whole.
pub(super) fn unknown_key(
    name: &str,
    of: &str,
    close: Option<&str>,
    known: &[&str],
    span: Span,
) -> Diagnostic {
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let of = if of.is_empty() { String::new() } else { format!(" of {of}") };
    Diagnostic::error(Code::UnknownSetting, format!("`{}` is not a setting{of}", quote(name)))
        .label(span, "unknown")
        .help(format!("there are {}", names.join(", ")))
        .meant(span, close)
}

/// Something else than what the setting takes.
pub(crate) fn not_a(name: &str, wanted: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("`{}` is {wanted}", quote(name)))
        .label(span, "here is something else")
}

/// `rules: { x: holdd }`
pub(super) fn no_effect(text: &str, close: Option<&str>, span: Span) -> Diagnostic {
    let help = match close {
        Some(close) => format!("did you mean `{close}`?"),
        None => "the effects are `off`, `note`, `warn`, `hold` and `rollback`".to_owned(),
    };
    Diagnostic::error(Code::SettingType, format!("`{}` is not an effect", quote(text)))
        .label(span, "unknown")
        .help(help)
}

/// `x: {}`
pub(super) fn sets_nothing(name: &str, wanted: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("`{}` has no settings", quote(name)))
        .label(span, format!("give it {wanted}"))
}

/// A step behind the first one without its day.
pub(super) fn no_first_day(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("a step of `{}` has no first day", quote(name)))
        .label(span, "only the first step may leave it out")
        .help("add `from: 2026-12-01`, the first day on which it counts")
}

/// Two steps that begin together.
pub(super) fn one_day_twice(name: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::DuplicateSetting, format!("two steps of `{}` begin on one day", quote(name)))
        .label(second, "here again")
        .label(first, "first here")
        .help("remove one of the two")
}

/// More steps than anybody takes.
pub(super) fn too_many_steps(name: &str, most: usize, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("`{}` has more than {most} steps", quote(name)))
        .label(span, "set here")
        .help("remove steps that are long past")
}

/// `x: []`
pub(crate) fn empty_list(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("the list `{}` is empty", quote(name)))
        .label(span, "give it a member or remove it")
}

/// An override that only narrows or locks.
pub(super) fn no_value_in_override(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("an override gives `{}` no value", quote(name)))
        .label(span, "give it one: an override for some workflows takes precedence over the setting for all")
}

pub(super) fn no_effect_in_override(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("an override gives `{}` no effect", quote(name)))
        .label(span, "give it one: an override for some workflows takes precedence over the setting for all")
}

/// A pattern that is longer than any name of a workflow.
pub(super) fn long_pattern(name: &str, bytes: usize, span: Span) -> Diagnostic {
    let message = format!("`{name}` is longer than {MAX_PATTERN_BYTES} bytes, longer than any workflow name");
    Diagnostic::error(Code::NameTooLong, message)
        .label(span, format!("{bytes} bytes"))
        .help("write a shorter pattern, or several")
}

/// `cadence: 13 weeks`
pub(super) fn no_cadence_map(length: &str, span: Span) -> Diagnostic {
    not_a("cadence", "a map with `every`", span)
        .help(format!("write `cadence: {{ every: {} }}`", quote(length.trim())))
}

/// `cadence: { grace: 2 weeks }`
pub(super) fn no_every(span: Span) -> Diagnostic {
    missing_key(Code::SettingType, "a cadence", "every", "13 weeks", span)
}

/// An override for nobody.
pub(super) fn no_workflows(span: Span) -> Diagnostic {
    missing_key(Code::SettingType, "an override", "workflows", "[support-*]", span)
}

/// A waiver without a reason.
pub(super) fn incomplete_waiver(name: &str, example: &str, span: Span) -> Diagnostic {
    missing_key(Code::IncompleteWaiver, "a waiver", name, example, span)
}

pub(crate) fn missing_key(code: Code, of: &str, name: &str, example: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code, format!("{of} needs `{name}`"))
        .label(span, "it is missing here")
        .help(format!("add `{name}: {example}`"))
}

/// `until: 2026-02-30`
pub(super) fn no_date(name: &str, text: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::IncompleteWaiver, format!("`{}` is not a date in the calendar", quote(text)))
        .label(span, format!("`{name}` is written like 2026-12-31"))
        .help("a waiver without a clear end waives nothing")
}

/// `from` after `until`.
pub(super) fn ends_before_it_begins(from: Span, until: Span) -> Diagnostic {
    Diagnostic::error(Code::IncompleteWaiver, "this waiver ends before it begins")
        .label(until, "its last day")
        .label(from, "its first day")
}
