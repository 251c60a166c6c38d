//! What a pull request does to the evidence that its base has: found by what was read, and not by what git says of files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::load::{Loaded, Ready};
use crate::digest::sha256;
use crate::point::Point;
use crate::project::{Project, TextFile, bare_text, is_facts, same_text};
use crate::report::against::{FileChange, FileFate};
use crate::report::full_name;
use crate::snapshot::Workflow;
use crate::source::{FileId, Source, SourceMap};
use crate::types::Type;
use crate::value::{Located, Record, Series, Snapshot, Value};
use crate::vocabulary::{RecordType, Vocabulary};
use crate::words::Told;

/// What is kept of a series that was judged.
pub(super) struct KeptSeries {
    /// The day of each snapshot, and the file that it is in.
    days: Vec<(Point, FileId)>,
    pub(super) newest: Option<Snapshot>,
    /// The snapshots of the days that were asked for.
    at: Vec<Snapshot>,
    /// The digest of what its rows of tables say; none where it has none.
    rows: Option<String>,
}

/// The evidence of each workflow, by its full name.
pub(super) type KeptBook = BTreeMap<String, KeptSeries>;

impl KeptSeries {
    /// Keeps the newest snapshot, and those of `days`, by the workflow's own name.
    pub(super) fn of(
        series: &Series,
        days: &BTreeMap<Arc<str>, BTreeSet<Point>>,
        sources: &SourceMap,
    ) -> Self {
        let wanted = days.get(&series.workflow);
        let is_wanted = |snapshot: &&Snapshot| wanted.is_some_and(|days| days.contains(&snapshot.date));
        Self {
            days: series.snapshots.iter().map(|snapshot| (snapshot.date, snapshot.file)).collect(),
            newest: series.snapshots.last().cloned(),
            at: series.snapshots.iter().filter(is_wanted).cloned().collect(),
            rows: digest_of_rows(series, sources),
        }
    }
}

/// A digest of the texts of a series that are rows of tables.
fn digest_of_rows(series: &Series, sources: &SourceMap) -> Option<String> {
    let files = series.snapshots.iter().filter_map(|snapshot| sources.get(snapshot.file));
    // What cannot be read has no snapshot.
    let texts = files.filter(|source| source.is_row()).filter_map(|source| source.text.read().ok());
    let texts: Vec<Arc<str>> = texts.map(|(text, _)| text).collect();
    (!texts.is_empty()).then(|| sha256(texts.concat().as_bytes()))
}

/// Parts what was judged from what is kept of the evidence.
pub(super) fn parted(loaded: Loaded<(Told, KeptSeries)>) -> (Loaded<Told>, KeptBook) {
    let mut book = KeptBook::new();
    let Loaded { projects, as_of, diagnostics } = loaded;
    let part = |mut project: Ready<(Told, KeptSeries)>| {
        let workflows = std::mem::take(&mut project.workflows).into_iter();
        let part = |Workflow { name, series, files }| {
            let series = series.map(|(told, evidence)| {
                book.insert(full_name(project.name.as_deref(), &name), evidence);
                told
            });
            Workflow { name, series, files }
        };
        let workflows = workflows.map(part).collect();
        project.with(workflows)
    };
    (Loaded { projects: projects.into_iter().map(part).collect(), as_of, diagnostics }, book)
}

/// The newest day of each workflow, by its own name.
pub(super) fn newest_days<T>(loaded: &Loaded<T>, book: &KeptBook) -> BTreeMap<Arc<str>, BTreeSet<Point>> {
    let mut days: BTreeMap<Arc<str>, BTreeSet<Point>> = BTreeMap::new();
    for project in &loaded.projects {
        for workflow in &project.workflows {
            let known = book.get(&full_name(project.name.as_deref(), &workflow.name));
            let newest = known.and_then(|evidence| evidence.newest.as_ref());
            days.entry(workflow.name.clone()).or_default().extend(newest.map(|snapshot| snapshot.date));
        }
    }
    days
}

/// What became of the files of the base's snapshots and facts.
pub(super) struct FileChanges {
    /// The names of all files that are other than in the base, new ones among them.
    pub(super) names: BTreeSet<String>,
    /// What became of those that the base has.
    fates: Vec<FileChange>,
}

/// A file as one project sees it: the project's name, and the file's.
type Seen<'p> = (Option<&'p str>, &'p str);

impl FileChanges {
    /// Compares the files of the base with those that are judged, and with those that the branch itself looks at. The
    /// base's names begin with `prefix`.
    pub(super) fn of([base, judged, own]: [&[Project]; 3], prefix: &str) -> Self {
        let (base, judged, own) = (files(base, prefix), files(judged, ""), files(own, ""));
        let same = |a: &TextFile, b: &TextFile| match (a.bytes(), b.bytes()) {
            (Ok(a), Ok(b)) => same_text(&a, &b),
            (Err(a), Err(b)) => a == b,
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
        };
        let is_new = |seen: &&Seen<'_>| !base.contains_key(*seen);
        let mut new: BTreeSet<Seen<'_>> = judged.keys().filter(is_new).copied().collect();
        let text = |file: &TextFile| file.bytes().ok().map(|bytes| bare_text(&bytes));
        let by_text: BTreeMap<(Option<&str>, Vec<u8>), &str> =
            new.iter().rev().filter_map(|seen| Some(((seen.0, text(judged.get(seen)?)?), seen.1))).collect();
        let mut names: BTreeSet<String> = new.iter().map(|(_, name)| (*name).to_owned()).collect();
        let mut fates = Vec::new();
        for ((project, name), before) in &base {
            let (fate, now) = match judged.get(&(*project, *name)) {
                Some(now) if !same(before, now) => (FileFate::Edited, Some(*name)),
                Some(_) if !own.contains_key(&(*project, *name)) => (FileFate::Unread, Some(*name)),
                Some(_) => continue,
                None => match text(before).and_then(|text| by_text.get(&(*project, text)).copied()) {
                    Some(now) => (FileFate::Renamed, Some(now)),
                    None => (FileFate::Deleted, None),
                },
            };
            // What is the same and not read by the branch's own rules is not touched by that.
            if fate != FileFate::Unread {
                names.insert((*name).to_owned());
            }
            now.filter(|_| fate == FileFate::Renamed).map(|now| new.remove(&(*project, now)));
            let (old, new) = (Some((*name).to_owned()), now.map(str::to_owned));
            fates.push(FileChange { fate, old, new });
        }
        Self { names, fates }
    }

    /// Whether a file is there that the base has neither under its name nor under another.
    fn is_added(&self, name: &str) -> bool {
        self.names.contains(name) && !self.fates.iter().any(|change| change.new.as_deref() == Some(name))
    }

    /// The folders whose standing facts are other than in the base.
    pub(super) fn folders_of_facts(&self) -> BTreeSet<&str> {
        self.names.iter().filter(|name| is_facts(name)).map(|name| folder(name)).collect()
    }
}

fn files<'p>(side: &'p [Project], prefix: &str) -> BTreeMap<Seen<'p>, &'p TextFile> {
    let of = |project: &'p Project| {
        let files = project.snapshots.iter().chain(&project.standing);
        files.map(|file| ((project.name.as_deref(), plain(&file.name, prefix)), file))
    };
    side.iter().flat_map(of).collect()
}

/// The folder that a file lies in.
pub(super) fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The name of a file without that of the base.
pub(super) fn plain<'n>(name: &'n str, prefix: &str) -> &'n str {
    name.strip_prefix(prefix).unwrap_or(name)
}

/// Both sides of what was judged by the base's rules: its own evidence, and that of the branch.
pub(super) struct Rewriting<'a> {
    pub(super) before: (&'a Loaded<Told>, &'a KeptBook),
    pub(super) now: (&'a Loaded<Told>, &'a KeptBook),
    pub(super) changes: &'a FileChanges,
    pub(super) sources: &'a SourceMap,
    /// What the base's names begin with.
    pub(super) prefix: &'a str,
}

/// A workflow whose newest evidence the branch takes away or rewrites.
pub(super) struct Rewritten {
    pub(super) project: Option<String>,
    pub(super) workflow: Arc<str>,
    /// With its project before it, where there are several.
    pub(super) full: String,
    /// The file of the base.
    pub(super) file: FileId,
    /// Files of the branch that speak of the same day, by their names.
    pub(super) instead: BTreeSet<String>,
}

/// What a branch leaves of a snapshot.
#[derive(Clone, Copy)]
struct Kept {
    /// All that the snapshot itself says.
    own: bool,
    /// Nothing is added but that the workflow asks to move.
    same: bool,
}

impl Rewriting<'_> {
    /// The workflows whose newest snapshot of the base is not there any more with all that it said. What is added to it
    /// is new evidence.
    pub(super) fn of_newest(&self) -> Vec<Rewritten> {
        let mut found = Vec::new();
        for (project, workflow) in self.workflows() {
            let full = full_name(project.name.as_deref(), workflow);
            let Some(newest) = self.before.1.get(&full).and_then(|evidence| evidence.newest.as_ref()) else {
                continue;
            };
            let file = self.sources.name(newest.file);
            let is_kept = self.kept(project, &full).is_some_and(|kept| kept.own);
            let on_disk = plain(self.sources.file_name(newest.file), self.prefix);
            if is_kept || !self.changes.names.contains(on_disk) {
                continue;
            }
            let days = self.now.1.get(&full).map_or(&[][..], |evidence| &evidence.days);
            let same_day = days.iter().filter(|(date, _)| *date == newest.date);
            let instead = same_day.map(|(_, file)| self.sources.name(*file).to_owned());
            let instead = instead.chain([plain(file, self.prefix).to_owned()]).collect();
            found.push(Rewritten {
                project: project.name.clone(),
                workflow: workflow.clone(),
                full,
                file: newest.file,
                instead,
            });
        }
        found
    }

    /// The workflows whose rows of tables say something else than in the base.
    pub(super) fn other_rows(&self) -> BTreeSet<String> {
        let names = self.before.1.keys().chain(self.now.1.keys());
        let rows = |book: &KeptBook, name: &String| book.get(name).and_then(|kept| kept.rows.clone());
        names.filter(|name| rows(self.before.1, name) != rows(self.now.1, name)).cloned().collect()
    }

    /// Snapshots and facts of the base that are no longer what they were, and new ones of days that it knows.
    pub(super) fn listed(&self, is_sound: bool) -> Vec<FileChange> {
        let harmless = self.harmless();
        let is_listed = |change: &&FileChange| match change.fate {
            FileFate::Edited => !change.old.as_ref().is_some_and(|name| harmless.contains(name)),
            // Where the branch's own rules are broken, these are what there is to say.
            FileFate::Unread => is_sound,
            FileFate::Renamed | FileFate::Deleted | FileFate::BackDated | FileFate::NewFacts => true,
        };
        let mut listed: Vec<FileChange> = self.changes.fates.iter().filter(is_listed).cloned().collect();
        for (full, evidence) in self.now.1 {
            let Some(before) = self.before.1.get(full) else { continue };
            let known: BTreeSet<Point> = before.days.iter().map(|(date, _)| *date).collect();
            let Some(newest) = known.last() else { continue };
            for (date, file) in &evidence.days {
                // A table is written anew, and its rows come in other files.
                let is_row = self.sources.get(*file).is_some_and(Source::is_row);
                let is_added = || !is_row && self.changes.is_added(self.sources.name(*file));
                // Where the one side runs by days and the other by instants, the days are held against each other.
                let is_back = match date.axis() == newest.axis() {
                    true => date <= newest,
                    false => date.date() <= newest.date(),
                };
                if is_back && (!known.contains(date) || is_added()) {
                    let new = Some(self.sources.name(*file).to_owned());
                    listed.push(FileChange { fate: FileFate::BackDated, old: None, new });
                }
            }
        }
        listed.extend(self.new_facts());
        listed.sort();
        listed.dedup();
        listed
    }

    /// New files of facts beside snapshots of the base: they are part of what those say from now on.
    fn new_facts(&self) -> impl Iterator<Item = FileChange> {
        let before = self.before.1.values().flat_map(|evidence| &evidence.days);
        let folders: BTreeSet<&str> =
            before.map(|(_, file)| folder(plain(self.sources.file_name(*file), self.prefix))).collect();
        let is_new =
            |name: &&String| is_facts(name) && self.changes.is_added(name) && folders.contains(folder(name));
        let listed =
            |name: &String| FileChange { fate: FileFate::NewFacts, old: None, new: Some(name.clone()) };
        self.changes.names.iter().filter(is_new).map(listed).collect::<Vec<_>>().into_iter()
    }

    /// Edited files of one snapshot, the newest of its workflow, to which nothing was done but to ask for the next stage.
    fn harmless(&self) -> BTreeSet<String> {
        // How many snapshots a file has, on both sides together.
        let mut held: BTreeMap<String, usize> = BTreeMap::new();
        for (_, file) in
            [self.before.1, self.now.1].into_iter().flat_map(|book| book.values()).flat_map(|kept| &kept.days)
        {
            *held.entry(plain(self.sources.file_name(*file), self.prefix).to_owned()).or_default() += 1;
        }
        let asks = |(project, workflow): (&Ready<Told>, &Arc<str>)| {
            let full = full_name(project.name.as_deref(), workflow);
            let newest = self.before.1.get(&full)?.newest.as_ref()?;
            let name = plain(self.sources.file_name(newest.file), self.prefix);
            let only = held.get(name) == Some(&2) && self.kept(project, &full).is_some_and(|kept| kept.same);
            only.then(|| name.to_owned())
        };
        self.workflows().filter_map(asks).collect()
    }

    fn workflows(&self) -> impl Iterator<Item = (&Ready<Told>, &Arc<str>)> {
        let projects = self.before.0.projects.iter();
        projects.flat_map(|project| project.workflows.iter().map(move |workflow| (project, &workflow.name)))
    }

    /// What is left of the newest snapshot of a workflow of the base; none if its day has none.
    fn kept(&self, project: &Ready<Told>, full: &str) -> Option<Kept> {
        let old = self.before.1.get(full)?.newest.as_ref()?;
        let new = self.now.1.get(full)?.at.iter().find(|snapshot| snapshot.date == old.date)?;
        let there = self.now.0.projects.iter().find(|known| known.name == project.name)?;
        let (was, is) = (&project.program.vocabulary, &there.program.vocabulary);
        Some(Kept {
            own: keeps_own(old, was, new, is),
            same: keeps_own(old, was, new, is) && only_asks(old, was, new, is),
        })
    }
}

/// Whether a snapshot still says all that one said itself, and not by the facts beside it.
fn keeps_own(old: &Snapshot, was: &Vocabulary, new: &Snapshot, is: &Vocabulary) -> bool {
    let wanted = |value: &Located| value.span.file == old.file;
    keeps_fields(&old.record, &was.snapshot, &new.record, &is.snapshot, &wanted)
}

/// Whether a snapshot says nothing that another did not say, but for the stage that it asks for.
fn only_asks(old: &Snapshot, was: &Vocabulary, new: &Snapshot, is: &Vocabulary) -> bool {
    let asks = |value: &Located| {
        let ask = new.record.fields.get(Vocabulary::ADVANCE_TO).and_then(Option::as_ref);
        !is.stages.is_empty() && ask.is_some_and(|ask| ask.span == value.span)
    };
    let wanted = |value: &Located| value.span.file == new.file && !asks(value);
    keeps_fields(&new.record, &is.snapshot, &old.record, &was.snapshot, &wanted)
}

/// Whether all fields of a record that are wanted are in another one, with all that they say.
fn keeps_fields(
    old: &Record,
    was: &RecordType,
    new: &Record,
    is: &RecordType,
    wanted: &dyn Fn(&Located) -> bool,
) -> bool {
    was.fields.iter().zip(&old.fields).all(|(field, value)| {
        let Some(value) = value.as_ref().filter(|value| wanted(value)) else { return true };
        is.field(&field.name).is_some_and(|(at, now)| {
            let there = new.fields.get(at).and_then(Option::as_ref);
            there.is_some_and(|there| keeps(&value.value, &field.ty, &there.value, &now.ty))
        })
    })
}

/// Whether a value says all that another one said: the same, or the same with more in its lists and records.
fn keeps(old: &Value, was: &Type, new: &Value, is: &Type) -> bool {
    match (old, was, new, is) {
        (Value::Record(old), Type::Record(was), Value::Record(new), Type::Record(is)) => {
            keeps_fields(old, was, new, is, &|_| true)
        }
        (Value::List(old), Type::List(was), Value::List(new), Type::List(is)) => {
            let mut rest = new.iter();
            old.iter().all(|old| rest.any(|new| keeps(&old.value, was, &new.value, is)))
        }
        (
            Value::Bool(_)
            | Value::Text(_)
            | Value::Number(_)
            | Value::Range(_)
            | Value::Counted(_)
            | Value::List(_)
            | Value::Record(_),
            _,
            new,
            _,
        ) => old == new,
    }
}
