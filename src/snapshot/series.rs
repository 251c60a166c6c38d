//! Snapshots to series: by workflow and date, with every fault laid at some workflow's door.
//!
//! Knows nothing of YAML or types.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::snapshot::read::{File, Standing};
use crate::snapshot::{Workflow, errors};
use crate::source::{FileId, SourceMap, Span};
use crate::value::{Date, Series, Snapshot};

/// What is known of a workflow so far.
#[derive(Default)]
struct Group {
    snapshots: Vec<Snapshot>,
    dates: Vec<(Date, FileId, Span)>,
    files: BTreeSet<FileId>,
    faulty: bool,
}

/// Sorts what the files say into workflows, and takes over their diagnostics.
pub(super) fn assemble(
    files: Vec<File<'_>>,
    standing: BTreeMap<&str, Standing<'_>>,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Workflow> {
    let mut groups: BTreeMap<Arc<str>, Group> = BTreeMap::new();
    let mut folders: BTreeMap<&str, BTreeSet<Arc<str>>> = BTreeMap::new();
    let mut unnamed: Vec<(&str, FileId)> = Vec::new();
    for file in files {
        diagnostics.extend(file.diagnostics);
        for found in file.entries {
            let Some(workflow) = found.workflow else {
                unnamed.push((file.folder, file.file));
                continue;
            };
            folders.entry(file.folder).or_default().insert(Arc::clone(&workflow));
            let group = groups.entry(workflow).or_default();
            group.files.insert(file.file);
            group.faulty |= found.snapshot.is_none();
            group.dates.extend(found.date.map(|(date, span)| (date, file.file, span)));
            group.snapshots.extend(found.snapshot);
        }
    }
    // Unnamed files first: they may give a folder without snapshots its name.
    let faulty_facts = standing.values().filter(|facts| !facts.sound).map(|facts| (facts.folder, facts.file));
    unnamed.extend(faulty_facts);
    for (folder, file) in unnamed {
        for workflow in blamed(folder, file, &folders, &standing, sources) {
            let group = groups.entry(workflow).or_default();
            group.files.insert(file);
            group.faulty = true;
        }
    }
    diagnostics.extend(standing.into_values().flat_map(|facts| facts.diagnostics));
    groups.into_iter().map(|(name, group)| finish(name, group, sources, diagnostics)).collect()
}

/// The workflows that a file belongs to which does not say so: those of the sound snapshots beside it, or that of the
/// standing facts, or one named like the folder, or like the file where there is no folder.
fn blamed(
    folder: &str,
    file: FileId,
    folders: &BTreeMap<&str, BTreeSet<Arc<str>>>,
    standing: &BTreeMap<&str, Standing<'_>>,
    sources: &SourceMap,
) -> BTreeSet<Arc<str>> {
    if let Some(names) = folders.get(folder) {
        return names.clone();
    }
    let facts = standing.get(folder).and_then(|facts| facts.workflow.clone());
    let name = facts.unwrap_or_else(|| {
        let last = folder.rsplit('/').next().unwrap_or("");
        let file = sources.name(file);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let stem = stem.rsplit('/').next().unwrap_or(stem);
        if matches!(last, "" | "." | "..") { stem.into() } else { last.into() }
    });
    BTreeSet::from([name])
}

fn finish(
    name: Arc<str>,
    mut group: Group,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Workflow {
    group.dates.sort_by_key(|(date, file, span)| (*date, sources.name(*file), *span));
    let mut first: Option<(Date, Span)> = None;
    for (date, _, span) in group.dates {
        match first {
            Some((earlier, place)) if earlier == date => {
                diagnostics.push(errors::duplicate_date(&name, date, place, span));
                group.faulty = true;
            }
            Some(_) | None => first = Some((date, span)),
        }
    }
    group.snapshots.sort_by_key(|snapshot| snapshot.date);
    let mut files: Vec<FileId> = group.files.into_iter().collect();
    files.sort_by_key(|file| (sources.name(*file), *file));
    let series = (!group.faulty).then(|| Series { workflow: Arc::clone(&name), snapshots: group.snapshots });
    Workflow { name, series, files }
}

/// Diagnostics by file name and place.
pub(super) fn order(a: &Diagnostic, b: &Diagnostic, sources: &SourceMap) -> Ordering {
    let place =
        |diagnostic: &Diagnostic| diagnostic.labels.first().map(|label| label.span).unwrap_or_default();
    let key = |span: Span| (span.start, span.end);
    let (at_a, at_b) = (place(a), place(b));
    sources
        .name(at_a.file)
        .cmp(sources.name(at_b.file))
        .then_with(|| key(at_a).cmp(&key(at_b)))
        .then_with(|| (a.code, &a.message).cmp(&(b.code, &b.message)))
}
