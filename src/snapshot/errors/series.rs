//! What can be wrong with the series of workflows: their names and dates.
//!
//! Knows what people are told, and nothing of how a problem is found.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::point::Point;
use crate::source::Span;
use crate::text::quote;
use crate::value::{Date, Snapshot};

/// Two workflows that a reader would take for one, each with a place of its name.
pub(in crate::snapshot) fn look_alike((name, place): (&str, Span), (twin, at): (&str, Span)) -> Diagnostic {
    let message = format!("the workflows `{}` and `{}` look alike", quote(twin), quote(name));
    Diagnostic::warning(Code::LookAlikeWorkflows, message)
        .label(place, "this one")
        .label(at, "and this one are judged separately")
        .help("give them one name, or two names that do not look alike")
}

/// A workflow of one snapshot, beside those of another whose name is nearly the same; `only` if the folder has no others.
pub(in crate::snapshot) fn misspelt_workflow(
    (name, place): (&str, Span),
    meant: &str,
    only: bool,
) -> Diagnostic {
    let (name, shown) = (quote(name), quote(meant));
    let message = format!("the workflow `{name}` has this one snapshot, in the folder of `{shown}`");
    let only = if only { "this folder has only that:" } else { "this folder has several of that:" };
    Diagnostic::warning(Code::LookAlikeWorkflows, message)
        .label(place, "it is judged as a workflow of its own")
        .help(format!("did you mean `{shown}`? {only}"))
        .choice(place, meant)
}

/// Two snapshots of one workflow with one date.
pub(in crate::snapshot) fn duplicate_date(
    workflow: &str,
    date: Point,
    first: Span,
    second: Span,
) -> Diagnostic {
    Diagnostic::error(Code::DuplicateDate, format!("`{}` has two snapshots of {date}", quote(workflow)))
        .label(second, "here again")
        .label(first, "first here")
        .help("correct the date of one of them, or merge them")
}

/// A newest snapshot that is dated after the last day of its workflow.
pub(in crate::snapshot) fn after_retirement(
    newest: &Snapshot,
    at: Span,
    (last, place): (Date, Span),
) -> Diagnostic {
    let message = format!("`{}` has a snapshot after {last}, its last day", quote(&newest.workflow));
    Diagnostic::error(Code::SnapshotAfterRetirement, message)
        .label(at, "dated after the last day")
        .label(place, "the last day of the workflow")
        .help("if the workflow goes on, remove `retired` or set a later day; otherwise correct the date or remove the snapshot")
}
