//! What a base says of workflows that no project has. One project alone cannot tell, for a base speaks to all of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::load::Ready;
use super::total::has_errors;
use crate::diagnostic::Diagnostic;
use crate::layers::{BoundWaiver, addresses_nobody};
use crate::source::{SourceMap, Span};

/// Finds it, where all projects below the checked folder are judged, and the base lies there too. Where one of them has
/// an error, its workflows may not all be known.
pub(super) fn unaddressed<T>(projects: &mut [Ready<T>], sources: &SourceMap) -> Vec<Diagnostic> {
    if projects.iter().any(|project| project.name.is_none() || has_errors(&project.diagnostics)) {
        return Vec::new();
    }
    let here = |span: Span| !sources.name(span.file).contains("../");
    let names: Vec<Arc<str>> = projects
        .iter()
        .flat_map(|project| &project.workflows)
        .map(|workflow| workflow.name.clone())
        .collect();
    let globs = || projects.iter().flat_map(|project| &project.book.addressed);
    let fitting: BTreeSet<Span> = globs().filter(|(_, fits)| *fits).map(|(glob, _)| glob.span).collect();
    let idle = globs().filter(|(glob, _)| here(glob.span) && !fitting.contains(&glob.span));
    let found = idle.map(|(glob, _)| addresses_nobody(glob, &names)).collect();
    let waivers = projects.iter().flat_map(|project| &project.book.waivers);
    let expected: BTreeSet<Span> =
        waivers.filter(|bound| bound.expected).map(|bound| bound.waiver.span).collect();
    let is_idle = |bound: &BoundWaiver| {
        let span = bound.waiver.span;
        !bound.expected && here(span) && !expected.contains(&span)
    };
    for project in projects.iter_mut().filter(|project| project.book.waivers.iter().any(is_idle)) {
        let book = Arc::make_mut(&mut project.book);
        book.waivers.iter_mut().filter(|bound| is_idle(bound)).for_each(|bound| bound.expected = true);
    }
    found
}
