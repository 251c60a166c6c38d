//! What can be wrong with a plan and with what its sources give: one constructor a problem.
//!
//! Knows what people are told, and nothing of how a problem is found.

use crate::code::Code;
use crate::collect::plan::hidden;
use crate::config::Setting;
use crate::config::errors as settings;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::text::{first_few, quote};

/// A plan in which nothing is set.
pub(super) fn empty_plan(file: FileId) -> Diagnostic {
    Diagnostic::error(Code::EmptyConfiguration, "the plan is empty")
        .label(Span::new(file, 0..0), "it is empty, or has only comments")
        .help("write `workflow`, `sources` and `fields`, or remove the file")
}

/// A plan without one of its three parts.
pub(super) fn missing_in_plan(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::PlanIncomplete, format!("the plan has no `{name}`"))
        .label(span, "it is missing here")
        .help("a plan says which `workflow` it is for, and lists `sources` and `fields`")
}

/// A map without one of its keys.
pub(super) fn missing_key(of: &str, name: &str, example: &str, span: Span) -> Diagnostic {
    settings::missing_key(Code::PlanIncomplete, of, name, example, span)
}

/// A field without one of its keys.
pub(super) fn missing_in_field(field: &Setting<String>, name: &str, example: &str) -> Diagnostic {
    missing_key(&format!("the field `{}`", quote(&field.value)), name, example, field.span)
}

/// A source without one of its keys.
pub(super) fn missing_in_source(source: &Setting<String>, name: &str, example: &str) -> Diagnostic {
    missing_key(&format!("the source `{}`", quote(&source.value)), name, example, source.span)
}

/// A field that says where from and not what.
pub(super) fn takes_nothing(field: &Setting<String>) -> Diagnostic {
    Diagnostic::error(Code::PlanIncomplete, format!("the field `{}` does not say what it takes", quote(&field.value)))
        .label(field.span, "only `from` is given")
        .help("add `each`, `count`, `value`, `query`, `part` and `whole`, `quantile` and `buckets`, `metric`, or `sql`")
}

/// Keys of a field of which only one can hold.
pub(super) fn not_together(field: &Setting<String>, name: &Setting<String>) -> Diagnostic {
    let message =
        format!("`{}` has no meaning beside what `{}` takes", quote(&name.value), quote(&field.value));
    Diagnostic::error(Code::PlanIncomplete, message).label(name.span, "remove it, or what is beside it")
}

/// A zone that the database lacks.
pub(super) fn no_such_zone(name: &Setting<String>) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("there is no time zone `{}`", quote(&name.value)))
        .label(name.span, "unknown")
        .help("write a name of the IANA database, such as `UTC` or `Europe/Berlin`")
}

/// A window that is no length.
pub(super) fn no_window(text: &Setting<String>) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("`{}` is not a window", quote(&text.value)))
        .label(text.span, "expected a length")
        .help("write `since last snapshot`, or a length such as `1 week`")
}

/// A scalar of another form.
pub(super) fn not_written_like(
    key: &Setting<String>,
    text: &Setting<String>,
    what: &str,
    example: &str,
) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("`{}` takes {what}", quote(&key.value)))
        .label(text.span, format!("not {what}"))
        .help(format!("write it like `{example}`"))
}

/// A word that the setting does not take.
pub(super) fn no_such_word(key: &Setting<String>, text: &Setting<String>, words: &[&str]) -> Diagnostic {
    let close = crate::config::close_to(&text.value, words);
    Diagnostic::error(
        Code::SettingType,
        format!("`{}` cannot be `{}`", quote(&key.value), quote(&text.value)),
    )
    .label(text.span, "unknown")
    .help(format!("it can be `{}`", words.join("`, `")))
    .meant(text.span, close)
}

/// More than a plan can ask for.
pub(super) fn too_much(key: &Setting<String>, most: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("`{}` is at most {most}", quote(&key.value)))
        .label(span, "more than that")
}

/// A password or token that stands in the plan.
pub(super) fn secret_in_plan(key: &Setting<String>, span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::SecretInPlan,
        format!("`{}` is or holds a secret, and a plan is committed", quote(&key.value)),
    )
    .label(span, "do not write it here")
    .help("put it into an environment variable and write `{ env: NAME_OF_THE_VARIABLE }`")
}

/// The name of a variable that no system takes.
pub(super) fn no_variable(name: &Setting<String>) -> Diagnostic {
    Diagnostic::error(Code::SettingType, "this is not the name of an environment variable")
        .label(name.span, "expected letters, digits and `_`")
}

/// A path out of the repository.
pub(super) fn path_leads_out(path: &Setting<String>) -> Diagnostic {
    Diagnostic::error(
        Code::SettingType,
        format!("`{}` is not a path within the repository", quote(&hidden(&path.value))),
    )
    .label(path.span, "it leads out, or is written for one system only")
    .help("write a path from the folder of `tollgate.yaml`, with `/` between its parts")
}

/// What is no address of a server.
pub(super) fn no_address(address: &Setting<String>) -> Diagnostic {
    Diagnostic::error(Code::SettingType, "this is not the address of a server")
        .label(address.span, "expected `https://` and a host")
        .help("write it like `https://prometheus.example.com`, without a query")
}

/// A source without a kind.
pub(super) fn source_without_kind(source: &Setting<String>, kinds: &[&str]) -> Diagnostic {
    Diagnostic::error(
        Code::PlanIncomplete,
        format!("the source `{}` does not say what it is", quote(&source.value)),
    )
    .label(source.span, "no kind is given")
    .help(format!("add one of `{}`", kinds.join("`, `")))
}

/// A source of two kinds.
pub(super) fn two_kinds(
    source: &Setting<String>,
    first: &Setting<String>,
    second: &Setting<String>,
) -> Diagnostic {
    Diagnostic::error(Code::PlanIncomplete, format!("the source `{}` is two things", quote(&source.value)))
        .label(second.span, "and this")
        .label(first.span, "it is this")
        .help("make two sources of it")
}

/// A setting that another kind has.
pub(super) fn not_of_this_kind(option: &Setting<String>, kind: &str, known: &[&str]) -> Diagnostic {
    let help = if known.is_empty() {
        "it has no settings".to_owned()
    } else {
        format!("there are `{}`", known.join("`, `"))
    };
    Diagnostic::error(
        Code::UnknownSetting,
        format!("`{}` is not a setting of `{kind}` sources", quote(&option.value)),
    )
    .label(option.span, "unknown here")
    .help(help)
    .meant(option.span, crate::config::close_to(&option.value, known))
}

/// A field from a source that the plan lacks.
pub(super) fn no_such_source(name: &Setting<String>, known: &[&str], close: Option<&str>) -> Diagnostic {
    let help = if known.is_empty() {
        "the plan has no sources".to_owned()
    } else {
        format!("there are {}", first_few(known.iter().copied()))
    };
    Diagnostic::error(Code::NothingFound, format!("the plan has no source `{}`", quote(&name.value)))
        .label(name.span, "unknown")
        .help(help)
        .meant(name.span, close)
}
