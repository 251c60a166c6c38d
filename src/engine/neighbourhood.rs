//! What the workflows of a project are judged beside, where they are read a few at a time: for a table that nobody reads whole.
//!
//! Whoever holds the table sees to it that each workflow is there once, with all of its snapshots.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::judge::{judge, part, put_together};
use super::load::{Ready, axis_of, load_beside, parsed_projects, read_each};
use super::workspace::add;
use super::{Answer, CheckOptions, DayOptions, Workspace, fleet, history};
use crate::check::check;
use crate::eval::{Fleet, Rulebook, RunBudget};
use crate::point::Point;
use crate::project::{Inputs, TextFile};
use crate::report::{History, Report};
use crate::snapshot::{Input, Role, Workflow};
use crate::source::{SourceMap, Span};
use crate::value::Series;
use crate::vocabulary::{Field, Vocabulary};

/// A workflow, with what others see of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// What it is called.
    pub workflow: String,
    /// Whether its data could be read. Otherwise nobody knows where it is.
    pub is_read: bool,
    /// Names and texts of its snapshots: each line is as it was, or empty where others do not look at it.
    pub snapshots: Vec<(String, String)>,
}

/// The policies of a project, settled for all of its workflows, and what these see of each other. Knows the policies' texts
/// and those of the neighbours; a judgement adds only the snapshots that it is given.
#[derive(Debug)]
pub struct Neighbourhood {
    sources: Arc<SourceMap>,
    project: Ready<()>,
    /// The fields that others look at; none where that may be any.
    shown: Option<BTreeSet<usize>>,
}

impl Workspace {
    /// What the workflows of the first project are judged beside. Its own snapshots are not looked at.
    pub fn neighbourhood(
        &mut self,
        inputs: Inputs,
        neighbours: &[Neighbour],
        options: &DayOptions,
    ) -> Neighbourhood {
        self.begin();
        let Inputs { mut sources, projects, .. } = inputs;
        let mut drafts = parsed_projects(self, projects.into_iter().take(1).collect(), &mut sources);
        let draft = drafts.pop().unwrap_or_default();
        let (program, found) = check(&draft.files, draft.expressions);
        let names = neighbours.iter().map(|neighbour| neighbour.workflow.as_str().into()).collect();
        let mut project = draft.settle(program, found, &names);
        let shown = project.program.fields_of_workflows();
        if project.program.reads_workflows() {
            project.fleet = Arc::new(fleet_of(neighbours, &project, &mut sources, options));
        }
        project.diagnostics.extend(fleet::unknown_names(&project.program, &project.fleet));
        Neighbourhood { sources: Arc::new(sources), project, shown }
    }
}

/// What was seen of the neighbours.
fn fleet_of(
    neighbours: &[Neighbour],
    project: &Ready<()>,
    sources: &mut SourceMap,
    options: &DayOptions,
) -> Fleet {
    let mut inputs = Vec::new();
    let mut unread = Vec::new();
    for neighbour in neighbours {
        for (name, text) in &neighbour.snapshots {
            let file = sources.add(name.as_str(), text.as_str());
            if neighbour.is_read {
                inputs.push(Input::new(file, Role::Snapshot));
            } else {
                unread.push((neighbour.workflow.as_str(), Span::new(file, 0..0)));
            }
        }
    }
    let last = options.last(axis_of(project));
    let vocabulary = without_required(&project.program.vocabulary);
    let see = |series: Series| fleet::seen(&vocabulary, &project.book, &series, last);
    // What is wrong with a row was said when it was reduced.
    let (workflows, _) = read_each(&inputs, sources, &vocabulary, see);
    let mut fleet = fleet::of_seen(workflows);
    for (workflow, place) in unread {
        fleet.add(workflow.into(), None, Some(place));
    }
    fleet
}

/// A vocabulary in which a row need not have what others do not look at: that is left out of it.
fn without_required(of: &Vocabulary) -> Vocabulary {
    let mut vocabulary = of.clone();
    let snapshot = Arc::make_mut(&mut vocabulary.snapshot);
    snapshot.fields.iter_mut().for_each(|field| field.required = false);
    vocabulary
}

impl Neighbourhood {
    /// A workflow as others see it, of all its snapshots.
    pub fn neighbour(&self, workflow: &str, snapshots: Vec<TextFile>, options: &DayOptions) -> Neighbour {
        let mut sources = SourceMap::upon(Arc::clone(&self.sources));
        let inputs = inputs_of(snapshots, &mut sources);
        let program = &self.project.program;
        let last = options.last(axis_of(&self.project));
        let in_time =
            |series: Series| series.snapshots.iter().all(|one| last.is_none_or(|last| one.date <= last));
        let (found, _) = read_each(&inputs, &sources, &program.vocabulary, in_time);
        let is_read = matches!(&found[..], [Workflow { series: Some(true), .. }]);
        let mut files: Vec<_> = inputs.iter().map(|input| input.read.file).collect();
        files.sort_by_key(|file| (sources.name(*file), *file));
        // Of one that cannot be read there is only a place to point at.
        files.truncate(if is_read { files.len() } else { 1 });
        let texts = files.into_iter().filter_map(|file| sources.get(file));
        let seen = texts.map(|source| (source.name.to_string(), self.reduced(&source.text)));
        Neighbour { workflow: workflow.to_owned(), is_read, snapshots: seen.collect() }
    }

    /// The text of a row with the lines that others do not look at left empty.
    fn reduced(&self, text: &str) -> String {
        let mut reduced = String::new();
        for line in text.lines() {
            if line.split_once(": ").is_some_and(|(key, _)| self.shows(key)) {
                reduced.push_str(line);
            }
            reduced.push('\n');
        }
        reduced.truncate(reduced.trim_end().len());
        reduced.push('\n');
        reduced
    }

    fn shows(&self, key: &str) -> bool {
        let quoted: Option<String> = key.strip_prefix('"').and_then(|_| serde_json::from_str(key).ok());
        let key = quoted.as_deref().unwrap_or(key);
        let field = self.project.program.vocabulary.snapshot.field_of_key(key);
        let is_shown = |(at, field): (usize, &Field)| {
            field.ty.element().is_none() && self.shown.as_ref().is_none_or(|shown| shown.contains(&at))
        };
        key == Vocabulary::COLLECTED || field.is_some_and(is_shown)
    }

    /// Judges workflows by all of their snapshots.
    pub fn check(&self, snapshots: Vec<TextFile>, options: &CheckOptions) -> Answer<Report> {
        let mut sources = SourceMap::upon(Arc::clone(&self.sources));
        let inputs = inputs_of(snapshots, &mut sources);
        let each = |rulebook: &Rulebook<'_>, series: Series, as_of: Point| {
            judge(rulebook, series, as_of, options, |_, _, _, _| ())
        };
        let loaded = load_beside(self.project(&sources), &inputs, &sources, &options.day, each);
        put_together(part(loaded).0, &sources, options).finish(sources, options)
    }

    /// Judges each snapshot of workflows on its own day.
    pub fn history(&self, snapshots: Vec<TextFile>, options: &DayOptions) -> Answer<History> {
        let mut sources = SourceMap::upon(Arc::clone(&self.sources));
        let inputs = inputs_of(snapshots, &mut sources);
        let each = history::each_day(options);
        let loaded = load_beside(self.project(&sources), &inputs, &sources, options, each);
        history::of_loaded(loaded, sources, options)
    }

    /// The project for one more run, without workflows.
    fn project(&self, sources: &SourceMap) -> Ready<()> {
        let own = &self.project;
        Ready {
            name: own.name.clone(),
            declared: Vec::new(),
            program: Arc::clone(&own.program),
            book: Arc::clone(&own.book),
            configs: Arc::clone(&own.configs),
            policies: own.policies.clone(),
            read: own.read.clone(),
            lints_off: own.lints_off.clone(),
            workflows: Vec::new(),
            diagnostics: own.diagnostics.clone(),
            run: Arc::new(RunBudget::of(sources.bytes())),
            fleet: Arc::clone(&own.fleet),
        }
    }
}

fn inputs_of(snapshots: Vec<TextFile>, sources: &mut SourceMap) -> Vec<Input> {
    snapshots.into_iter().map(|file| Input { read: add(file, sources), role: Role::Snapshot }).collect()
}
