//! What can be wrong with the key `collected`.
//!
//! Knows what people are told, and nothing of how a problem is found.

use crate::code::Code;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::snapshot::limits::{MAX_COLLECTED, MAX_COLLECTED_BYTES};
use crate::snapshot::typing::SourceKey;
use crate::source::Span;
use crate::text::quote;

/// `collected: prom`
pub(in crate::snapshot) fn collected_is_no_record(span: Span) -> Diagnostic {
    Diagnostic::error(Code::BadProvenance, "`collected` is a record with an entry for each collected field")
        .label(span, "not a record")
        .help("write for example `collected: { latency_p95: { from: prom } }`")
}

/// More entries than [`MAX_COLLECTED`].
pub(in crate::snapshot) fn too_much_collected(span: Span) -> Diagnostic {
    let message = format!("`collected` has more than {MAX_COLLECTED} entries");
    Diagnostic::error(Code::SnapshotTooLarge, message).label(span, "the rest is not read")
}

/// `collected` in a `rollout.yaml`.
pub(in crate::snapshot) fn standing_collected(span: Span) -> Diagnostic {
    Diagnostic::error(Code::NotAStandingFact, "`collected` is not a standing fact")
        .label(span, "each snapshot is collected by itself")
        .help("move it into the snapshots whose values it is about")
}

/// `collected` in a snapshot that a test writes out.
pub(in crate::snapshot) fn given_collected(span: Span) -> Diagnostic {
    Diagnostic::error(Code::BadProvenance, "a test cannot set `collected`")
        .label(span, "no verdict depends on it")
        .help("leave it out, or take the snapshot from a file with `given file \"…\"`")
}

/// An entry of a field that is neither declared nor there.
pub(in crate::snapshot) fn collected_nothing(span: Span, key: &str, meant: Option<&str>) -> Diagnostic {
    let message =
        format!("`collected` has an entry for `{}`, which is not a field of this snapshot", quote(key));
    match meant {
        Some(_) => {
            Diagnostic::error(Code::MisspeltField, message).label(span, "not declared").meant(span, meant)
        }
        None => Diagnostic::warning(Code::UndeclaredField, message)
            .label(span, "neither declared nor written above")
            .help("declare the field in a `snapshot` block, or remove the entry"),
    }
}

/// `evals: promptfoo`
pub(in crate::snapshot) fn source_is_no_record(span: Span, field: &str) -> Diagnostic {
    let message = format!("the entry for `{}` in `collected` is not a record", quote(field));
    Diagnostic::error(Code::BadProvenance, message)
        .label(span, "not a record")
        .help("write where the value is from, as in `{ from: prom }`")
}

/// A key that no entry has.
pub(in crate::snapshot) fn unknown_source_key(span: Span, key: &str, field: &str) -> Diagnostic {
    let keys = || SourceKey::ALL.iter().map(|known| known.as_str());
    let message = format!("the entry for `{}` in `collected` cannot have `{}`", quote(field), quote(key));
    let error = Diagnostic::error(Code::BadProvenance, message).label(span, "unknown key");
    match did_you_mean(key, keys()) {
        Some(meant) => error.meant(span, Some(meant)),
        None => error.help(format!("the keys are {}", keys().collect::<Vec<_>>().join(", "))),
    }
}

/// A value that is not what its key wants.
pub(in crate::snapshot) fn bad_source(span: Span, field: &str, key: &str, wants: &str) -> Diagnostic {
    let message = format!("`{key}` of `{}` in `collected` does not fit", quote(field));
    let length = span.end.saturating_sub(span.start);
    let is_long = usize::try_from(length).is_ok_and(|length| length > MAX_COLLECTED_BYTES);
    let error = Diagnostic::error(Code::BadProvenance, message);
    if is_long {
        return error.label(span, format!("longer than {MAX_COLLECTED_BYTES} bytes"));
    }
    error.label(span, format!("expected {wants}"))
}

/// An entry without `from`.
pub(in crate::snapshot) fn no_source(span: Span, field: &str) -> Diagnostic {
    let message = format!("the entry for `{}` in `collected` does not name its source", quote(field));
    Diagnostic::error(Code::BadProvenance, message)
        .label(span, "`from` is missing")
        .help("add `from:` with the name that the source has in the collect file")
}

/// `unknown` of a field that has a value.
pub(in crate::snapshot) fn known_and_unknown(span: Span, value: Span, field: &str) -> Diagnostic {
    let message = format!("`{}` has a value, and `collected` says that it is unknown", quote(field));
    Diagnostic::error(Code::KnownAndUnknown, message)
        .label(span, "said to be unknown")
        .label(value, "the value")
        .help("remove `unknown` if the value is right; otherwise leave the value empty")
}
