//! Snapshots to series: by workflow and date, with every fault laid at some workflow's door.
//!
//! Knows nothing of YAML or types.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, did_you_mean_within};
use crate::point::Point;
use crate::snapshot::read::{SnapshotFile, Standing};
use crate::snapshot::{Workflow, errors};
use crate::source::{FileId, SourceMap, Span};
use crate::text::appearances;
use crate::value::{Series, Snapshot};
use crate::vocabulary::Vocabulary;

/// What is known of a workflow so far.
#[derive(Default)]
struct SeriesSoFar {
    snapshots: Vec<Snapshot>,
    dates: Vec<(Point, FileId, Span)>,
    files: BTreeSet<FileId>,
    faulty: bool,
}

/// What files say, sorted into workflows.
#[derive(Default)]
pub(super) struct Groups<'t> {
    named: BTreeMap<Arc<str>, SeriesSoFar>,
    /// Where each workflow is named first.
    places: BTreeMap<Arc<str>, Span>,
    /// The days of each workflow's snapshots.
    dates: BTreeMap<Arc<str>, Vec<Point>>,
    /// The workflows that the files of a folder name.
    folders: BTreeMap<&'t str, BTreeSet<Arc<str>>>,
    /// Files that do not say whose they are.
    unnamed: Vec<(&'t str, FileId)>,
    diagnostics: Vec<Diagnostic>,
}

/// What is left of groups once a series is made of them. There is one for each workflow, so it takes no more room than it needs.
pub(super) struct GroupsRest<'t> {
    /// Each workflow with the place where it is named first, and the days of its snapshots.
    named: Vec<(Arc<str>, Span, Vec<Point>)>,
    /// The workflows that the files of a folder name.
    folders: Vec<(&'t str, Arc<str>)>,
    /// Files that do not say whose they are.
    unnamed: Vec<(&'t str, FileId)>,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Groups<'t> {
    pub(super) fn add(&mut self, file: SnapshotFile<'t>) {
        self.diagnostics.extend(file.diagnostics);
        for found in file.entries {
            let Some((workflow, place)) = found.workflow else {
                self.unnamed.push((file.folder, file.file));
                continue;
            };
            self.folders.entry(file.folder).or_default().insert(Arc::clone(&workflow));
            self.places.entry(Arc::clone(&workflow)).or_insert(place);
            let dates = self.dates.entry(Arc::clone(&workflow)).or_default();
            dates.extend(found.date.map(|(date, _)| date));
            let group = self.named.entry(workflow).or_default();
            group.files.insert(file.file);
            group.faulty |= found.snapshot.is_none();
            group.dates.extend(found.date.map(|(date, span)| (date, file.file, span)));
            group.snapshots.extend(found.snapshot);
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.named.keys()
    }

    /// Takes out what is known of one workflow.
    pub(super) fn take(&mut self, workflow: &Arc<str>) -> Self {
        let named = self.named.remove_entry(workflow).into_iter().collect();
        Self { named, ..Self::default() }
    }

    /// The workflow of groups that have no other, and what is left; none if they have another. What `each` makes of its
    /// series is kept in the place of the series.
    pub(super) fn finish<T>(
        mut self,
        name: &Arc<str>,
        texts: (&SourceMap, &Vocabulary),
        each: impl Fn(Series) -> T,
    ) -> Option<(Option<Workflow<T>>, GroupsRest<'t>)> {
        let group = self.named.remove(name);
        let workflow = group.map(|group| finish(Arc::clone(name), group, texts, &mut self.diagnostics, each));
        self.named.is_empty().then_some((workflow, self.rest()))
    }

    pub(super) fn rest(self) -> GroupsRest<'t> {
        let Self { named: _, places, mut dates, folders, unnamed, diagnostics } = self;
        let named = places.into_iter().map(|(name, place)| {
            let mut dates = dates.remove(&name).unwrap_or_default();
            dates.shrink_to_fit();
            (name, place, dates)
        });
        let folders =
            folders.into_iter().flat_map(|(folder, names)| names.into_iter().map(move |name| (folder, name)));
        GroupsRest { named: named.collect(), folders: folders.collect(), unnamed, diagnostics }
    }
}

/// Puts workflows that are finished together, with what is left of the groups that they were in.
pub(super) fn assemble<T>(
    finished: Vec<(Option<Workflow<T>>, GroupsRest<'_>)>,
    standing: BTreeMap<&str, Standing<'_>>,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Workflow<T>> {
    let mut workflows: BTreeMap<Arc<str>, Workflow<T>> = BTreeMap::new();
    let mut folders: BTreeMap<&str, BTreeSet<Arc<str>>> = BTreeMap::new();
    let mut unnamed: Vec<(&str, FileId)> = Vec::new();
    let mut places: BTreeMap<Arc<str>, Span> = BTreeMap::new();
    let mut dates: BTreeMap<Arc<str>, Vec<Point>> = BTreeMap::new();
    for (workflow, rest) in finished {
        for (name, place, own) in rest.named {
            dates.entry(Arc::clone(&name)).or_default().extend(own);
            let first = places.entry(name).or_insert(place);
            let key = |span: Span| (sources.name(span.file), span);
            *first = if key(place) < key(*first) { place } else { *first };
        }
        workflows.extend(workflow.map(|workflow| (Arc::clone(&workflow.name), workflow)));
        for (folder, name) in rest.folders {
            folders.entry(folder).or_default().insert(name);
        }
        unnamed.extend(rest.unnamed);
        diagnostics.extend(rest.diagnostics);
    }
    diagnostics.extend(look_alikes(&places));
    diagnostics.extend(misspelt(&folders, &dates, &places));
    // Unnamed files first: they may give a folder without snapshots its name.
    let faulty_facts = standing.values().filter(|facts| !facts.sound).map(|facts| (facts.folder, facts.file));
    unnamed.extend(faulty_facts);
    let mut faulty: BTreeMap<Arc<str>, Vec<FileId>> = BTreeMap::new();
    let mut faulty_of: BTreeMap<&str, Vec<FileId>> = BTreeMap::new();
    for (folder, file) in unnamed {
        if folders.contains_key(folder) {
            faulty_of.entry(folder).or_default().push(file);
        } else {
            faulty.entry(named_by(folder, file, &standing, sources)).or_default().push(file);
        }
    }
    for (folder, files) in faulty_of {
        // Files that say nothing of whose they are belong to all whose snapshots lie beside them.
        for name in folders.get(folder).into_iter().flatten() {
            faulty.entry(Arc::clone(name)).or_default().extend(files.iter().take(MAX_BLAMED));
        }
    }
    for (name, files) in faulty {
        let none = Workflow { name: Arc::clone(&name), series: None, files: Vec::new() };
        let workflow = workflows.entry(name).or_insert(none);
        workflow.series = None;
        workflow.files.extend(files);
        workflow.files.sort_by_key(|file| (sources.name(*file), *file));
        workflow.files.dedup();
    }
    diagnostics.extend(standing.into_values().flat_map(|facts| facts.diagnostics));
    workflows.into_values().collect()
}

/// What is said of workflows that a reader would take for one.
fn look_alikes(places: &BTreeMap<Arc<str>, Span>) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<String, (&Arc<str>, Span)> = BTreeMap::new();
    let mut found = Vec::new();
    for (name, place) in places {
        let looks = appearances(name);
        if let Some((twin, at)) = looks.iter().find_map(|look| seen.get(look)) {
            found.push(errors::look_alike((name, *place), (twin, *at)));
        }
        for look in looks {
            seen.entry(look).or_insert((name, *place));
        }
    }
    found
}

/// Workflows of one snapshot that were most likely meant to be another of their folder: one that has several, and none of
/// that day.
fn misspelt(
    folders: &BTreeMap<&str, BTreeSet<Arc<str>>>,
    dates: &BTreeMap<Arc<str>, Vec<Point>>,
    places: &BTreeMap<Arc<str>, Span>,
) -> Vec<Diagnostic> {
    /// Pairs of letters that are compared for all of them.
    const PAIRS: usize = 200_000;
    let mut pairs = PAIRS;
    let mut found = Vec::new();
    for names in folders.values() {
        let dates_of = |name: &Arc<str>| dates.get(name).map_or(&[][..], Vec::as_slice);
        let several: Vec<&Arc<str>> = names.iter().filter(|name| dates_of(name).len() > 1).collect();
        for name in names {
            let ([date], Some(place)) = (dates_of(name), places.get(name)) else { continue };
            let others = several.iter().filter(|other| !dates_of(other).contains(date));
            let meant = did_you_mean_within(&mut pairs, name, others.map(|other| &***other));
            if let Some(meant) = meant.filter(|meant| is_slip(name, meant)) {
                found.push(errors::misspelt_workflow((name, *place), meant, several.len() == 1));
            }
        }
    }
    found
}

/// Whether two names differ as by a slip: not where one has another number or another short word, as `team-a` and `team-b`.
fn is_slip(name: &str, meant: &str) -> bool {
    /// Letters of a word in which one can be wrong.
    const LONG: usize = 4;
    let words = |name: &'_ str| -> Vec<String> {
        name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect()
    };
    let (own, others) = (words(name), words(meant));
    if own.len() != others.len() {
        return own.concat() == others.concat();
    }
    let letters = |word: &String| word.chars().filter(|c| !c.is_numeric()).collect::<String>();
    own.iter().zip(&others).filter(|(own, other)| own != other).all(|(own, other)| {
        own.len().max(other.len()) >= LONG && letters(own) != letters(other) || own == other
    })
}

/// Files that are listed of a workflow which has no verdict because of them.
const MAX_BLAMED: usize = 100;

/// The workflow of a file that does not say so, where no sound snapshot lies beside it: that of the standing facts, or one
/// named like the folder, or like the file where there is no folder.
fn named_by(
    folder: &str,
    file: FileId,
    standing: &BTreeMap<&str, Standing<'_>>,
    sources: &SourceMap,
) -> Arc<str> {
    let facts = standing.get(folder).and_then(|facts| facts.workflow.clone());
    facts.unwrap_or_else(|| {
        let last = folder.rsplit('/').next().unwrap_or("");
        let file = sources.name(file);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let stem = stem.rsplit('/').next().unwrap_or(stem);
        if matches!(last, "" | "." | "..") { stem.into() } else { last.into() }
    })
}

fn finish<T>(
    name: Arc<str>,
    mut group: SeriesSoFar,
    (sources, vocabulary): (&SourceMap, &Vocabulary),
    diagnostics: &mut Vec<Diagnostic>,
    each: impl Fn(Series) -> T,
) -> Workflow<T> {
    group.dates.sort_by_key(|(date, file, span)| (*date, sources.name(*file), *span));
    let mut first: Option<(Point, Span)> = None;
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
    if let Some(problem) = group.snapshots.last().and_then(|newest| outlived(newest, vocabulary)) {
        diagnostics.push(problem);
        group.faulty = true;
    }
    let mut files: Vec<FileId> = group.files.into_iter().collect();
    files.sort_by_key(|file| (sources.name(*file), *file));
    let series = Series { workflow: Arc::clone(&name), snapshots: group.snapshots };
    Workflow { name, series: (!group.faulty).then(|| each(series)), files }
}

/// What is said of a newest snapshot that is dated after the last day which it gives its workflow.
fn outlived(newest: &Snapshot, vocabulary: &Vocabulary) -> Option<Diagnostic> {
    let (last, place) = vocabulary.last_day(&newest.record)?;
    let date = newest.record.fields.get(Vocabulary::DATE)?.as_ref()?.span;
    (newest.date.date() > last).then(|| errors::after_retirement(newest, date, (last, place)))
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
