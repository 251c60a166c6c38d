//! What is said of keys that the vocabulary does not declare.
//!
//! Knows what people are told, and nothing of how a problem is found.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::snapshot::path::Path;
use crate::source::Span;
use crate::text::quote;

/// A key that is close to a declared one.
pub(in crate::snapshot) fn misspelt(
    span: Span,
    key: &str,
    field: &str,
    path: Option<&Path<'_>>,
) -> Diagnostic {
    Diagnostic::error(Code::MisspeltField, undeclared_message(key, path))
        .label(span, "not declared")
        .meant(span, Some(field))
}

/// `{id:a}`
pub(in crate::snapshot) fn no_blank_after_colon(
    span: Span,
    (key, value): (&str, &str),
    path: Option<&Path<'_>>,
) -> Diagnostic {
    Diagnostic::error(Code::MisspeltField, undeclared_message(&format!("{key}:{value}"), path))
        .label(span, "a space is missing after the `:`")
        .choice(span, format!("{key}: {value}"))
}

/// A key that is meant for a field of another record.
pub(in crate::snapshot) fn written_beside(
    span: Span,
    key: &str,
    meant: &str,
    path: Option<&Path<'_>>,
) -> Diagnostic {
    Diagnostic::error(Code::MisspeltField, undeclared_message(key, path))
        .label(span, "not declared")
        .help(format!("did you mean `{meant}`? {}", where_to_write(meant)))
}

/// How a field of a record is written, by its way.
pub(in crate::snapshot) fn where_to_write(path: &str) -> String {
    match path.rsplit_once('.') {
        Some((record, field)) => format!("write `{field}:` under `{record}:`, two spaces further in"),
        None => format!("write `{path}:` at the beginning of a line"),
    }
}

/// A key that no policy can read.
pub(in crate::snapshot) fn undeclared(span: Span, key: &str, path: Option<&Path<'_>>) -> Diagnostic {
    Diagnostic::warning(Code::UndeclaredField, undeclared_message(key, path))
        .label(span, "no policy can read this")
        .help("declare it in a `snapshot` block, or remove it")
}

/// A name in a test that stands for nothing.
pub(in crate::snapshot) fn given_undeclared(span: Span, key: &str, path: Option<&Path<'_>>) -> Diagnostic {
    Diagnostic::error(Code::UndeclaredField, undeclared_message(key, path))
        .label(span, "no field of this name")
        .help("a test can set only fields that a `snapshot` block declares, not computed ones")
}

fn undeclared_message(key: &str, path: Option<&Path<'_>>) -> String {
    match path {
        None => format!("`{}` is not declared", quote(key)),
        Some(path) => format!("`{}` is not declared in `{path}`", quote(key)),
    }
}
