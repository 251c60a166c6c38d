//! What `workflows` sees of a project: made of all its workflows before the first one is judged.

use std::sync::Arc;

use crate::code::Code;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::eval::{Fleet, SeenSnapshots};
use crate::layers::Book;
use crate::point::Point;
use crate::program::Program;
use crate::snapshot::Workflow;
use crate::source::{FileId, Span};
use crate::text::first_few;
use crate::value::Series;
use crate::vocabulary::Vocabulary;

/// What others see of a series; nothing where it has a snapshot that nobody can have written yet.
pub(super) fn seen(
    vocabulary: &Vocabulary,
    book: &Book,
    series: &Series,
    last: Option<Point>,
) -> Option<SeenSnapshots> {
    let is_later = |last| series.snapshots.iter().any(|snapshot| snapshot.date > last);
    (!last.is_some_and(is_later))
        .then(|| SeenSnapshots::of(vocabulary, book.settings(&series.workflow), series))
}

/// Puts together what was seen of each workflow.
pub(super) fn of_seen(workflows: Vec<Workflow<Option<SeenSnapshots>>>) -> Fleet {
    let mut fleet = Fleet::default();
    for Workflow { name, series, files } in workflows {
        fleet.add(name, series.flatten(), place(&files));
    }
    fleet
}

/// The same of series that were read already.
pub(super) fn of_series(
    vocabulary: &Vocabulary,
    book: &Book,
    workflows: &[Workflow],
    last: Option<Point>,
) -> Fleet {
    let mut fleet = Fleet::default();
    for Workflow { name, series, files } in workflows {
        let seen = series.as_ref().and_then(|series| seen(vocabulary, book, series, last));
        fleet.add(Arc::clone(name), seen, place(files));
    }
    fleet
}

fn place(files: &[FileId]) -> Option<Span> {
    files.first().map(|file| Span::new(*file, 0..0))
}

/// What is said of names in policies that no workflow has.
pub(super) fn unknown_names(program: &Program, fleet: &Fleet) -> Vec<Diagnostic> {
    let unknown = program.named_workflows.iter().filter(|(name, _)| !fleet.knows(name));
    let told = unknown.map(|(name, place)| {
        let warning = Diagnostic::warning(
            Code::UnknownWorkflow,
            format!("there is no workflow `{}`", name.escape_debug()),
        );
        let warning = warning.label(*place, "no snapshot is of it");
        match did_you_mean(name, fleet.names()) {
            Some(close) => warning.help(format!("did you mean `{close}`?")),
            None => warning.help(format!("there are {}", first_few(fleet.names()))),
        }
    });
    told.collect()
}
