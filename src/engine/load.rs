//! From what was given to what can be judged: policies are checked, configurations settled, and snapshots read, workflow by
//! workflow.
//!
//! What is to be known before the first workflow can be judged (which others there are, for the overrides) is guessed from the first lines of the snapshots, so that a series need not be kept for longer than
//! it takes to judge it. If the guess was wrong, everything is read first.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::total::has_errors;
use super::workspace::add;
use super::{DayOptions, Workspace, against, bases, fleet, lint, retype};
use crate::ast::{ExprIds, File};
use crate::builtin;
use crate::check::{check, check_with};
use crate::code::Code;
use crate::config::Config;
use crate::diagnostic::{Diagnostic, did_you_mean_within};
use crate::eval::{Fleet, Rulebook, RunBudget};
use crate::layers::{Book, admit, settle};
use crate::point::{Axis, Point};
use crate::program::Program;
use crate::project::{Project, TextFile, is_table};
use crate::report::read::PassedOver;
use crate::report::{full_name, is_named};
use crate::snapshot::{self, Input, Role, Survey, Workflow};
use crate::source::{FileId, ReadFile, SourceMap, Span};
use crate::text::first_few;
use crate::value::{Located, Series, Snapshot};
use crate::vocabulary::Vocabulary;

/// A project that was read, with its series, or what was made of them.
#[derive(Debug)]
pub(super) struct Ready<T = Series> {
    pub(super) name: Option<String>,
    /// The fields of the vocabulary and its stages, as the project's own policies declare them.
    pub(super) declared: Vec<(String, Span)>,
    pub(super) program: Arc<Program>,
    pub(super) book: Arc<Book>,
    /// Its configurations, the farthest base first.
    pub(super) configs: Arc<Vec<Config>>,
    pub(super) policies: Vec<FileId>,
    pub(super) read: ReadFiles,
    pub(super) lints_off: BTreeSet<Code>,
    pub(super) workflows: Vec<Workflow<T>>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What all judging of the run may cost.
    pub(super) run: Arc<RunBudget>,
    /// What `workflows` sees; nothing where no policy asks for it.
    pub(super) fleet: Arc<Fleet>,
}

impl<T> Ready<T> {
    pub(super) fn rulebook<'a>(&'a self, workflow: &str, sources: &'a SourceMap) -> Rulebook<'a> {
        let (settings, waivers) = (self.book.settings(workflow), self.book.waivers(workflow));
        let (program, fleet, run) = (&self.program, &self.fleet, &self.run);
        Rulebook { program, settings, waivers, sources, fleet, run }
    }

    /// The same with other workflows.
    pub(super) fn with<U>(self, workflows: Vec<Workflow<U>>) -> Ready<U> {
        Ready {
            name: self.name,
            declared: self.declared,
            program: self.program,
            book: self.book,
            configs: self.configs,
            policies: self.policies,
            read: self.read,
            lints_off: self.lints_off,
            workflows,
            diagnostics: self.diagnostics,
            run: self.run,
            fleet: self.fleet,
        }
    }
}

/// The files that a project is judged by, and what was passed over beside them.
#[derive(Clone, Debug, Default)]
pub(super) struct ReadFiles {
    pub(super) configurations: Vec<FileId>,
    /// With how many policies each declares.
    pub(super) policies: Vec<(FileId, usize)>,
    pub(super) passed_over: Vec<PassedOver>,
}

/// What was read, and what was made of each series.
pub(super) struct Loaded<T = Series> {
    pub(super) projects: Vec<Ready<T>>,
    pub(super) as_of: Point,
    /// What belongs to no project.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads projects, and keeps their series.
pub(super) fn load(
    workspace: &mut Workspace,
    projects: Vec<Project>,
    problems: Vec<Diagnostic>,
    sources: &mut SourceMap,
    options: &DayOptions,
) -> Loaded {
    load_each(workspace, projects, problems, sources, options, |_, series, _| series)
}

/// Reads projects, and keeps what `each` makes of a series on the day of judgement.
pub(super) fn load_each<T: Send>(
    workspace: &mut Workspace,
    projects: Vec<Project>,
    problems: Vec<Diagnostic>,
    sources: &mut SourceMap,
    options: &DayOptions,
    each: impl Fn(&Rulebook<'_>, Series, Point) -> T + Sync,
) -> Loaded<T> {
    load_each_of(workspace, projects, problems, sources, options, |_, rulebook, series, as_of| {
        each(rulebook, series, as_of)
    })
}

/// The same, where `each` is also told the name of the project.
pub(super) fn load_each_of<T: Send>(
    workspace: &mut Workspace,
    projects: Vec<Project>,
    problems: Vec<Diagnostic>,
    sources: &mut SourceMap,
    options: &DayOptions,
    each: impl Fn(Option<&str>, &Rulebook<'_>, Series, Point) -> T + Sync,
) -> Loaded<T> {
    let drafts = parsed_projects(workspace, projects, sources);
    let loading = Loading { drafts: &drafts, sources, options, each };
    let mut loaded = loading.by_guess().unwrap_or_else(|| loading.one_by_one());
    loaded.diagnostics.extend(problems);
    loaded
}

/// Reads snapshots of a project that is settled already, and keeps what `each` makes of a series.
pub(super) fn load_beside<T: Send>(
    mut ready: Ready<()>,
    inputs: &[Input],
    sources: &SourceMap,
    options: &DayOptions,
    each: impl Fn(&Rulebook<'_>, Series, Point) -> T + Sync,
) -> Loaded<T> {
    let each = |_: Option<&str>, rulebook: &Rulebook<'_>, series, as_of| each(rulebook, series, as_of);
    let loading = Loading { drafts: &[], sources, options, each };
    let read = read_each(inputs, sources, &ready.program.vocabulary, |series| loading.see(&ready, series));
    let (workflows, found) = read;
    ready.diagnostics.extend(found);
    loading.finish(vec![ready.with(workflows)])
}

/// Reads snapshots, and makes of each series what `each` does.
pub(super) fn read_each<T: Send>(
    inputs: &[Input],
    sources: &SourceMap,
    vocabulary: &Vocabulary,
    each: impl Fn(Series) -> T + Sync,
) -> (Vec<Workflow<T>>, Vec<Diagnostic>) {
    let read = |guess| {
        let survey = Survey::new(inputs, sources, vocabulary, guess);
        survey.read(sources, vocabulary, &each)
    };
    read(true).or_else(|| read(false)).unwrap_or_default()
}

/// Reads projects whole and keeps every snapshot, whatever its day; and says what belongs to none of them.
pub(super) fn load_all(
    workspace: &mut Workspace,
    projects: Vec<Project>,
    problems: Vec<Diagnostic>,
    sources: &mut SourceMap,
) -> (Vec<Ready>, Vec<Diagnostic>) {
    let drafts = parsed_projects(workspace, projects, sources);
    let mut projects: Vec<Ready> = drafts.iter().map(|draft| draft.read(sources)).collect();
    let mut diagnostics = bases::unaddressed(&mut projects, sources);
    diagnostics.extend(problems);
    (projects, diagnostics)
}

/// Parses the policies of projects.
pub(super) fn parsed_projects(
    workspace: &mut Workspace,
    projects: Vec<Project>,
    sources: &mut SourceMap,
) -> Vec<ParsedProject> {
    let parsed = projects.into_iter().map(|project| ParsedProject::new(workspace, project, sources));
    let mut parsed: Vec<ParsedProject> = parsed.collect();
    let run = Arc::new(RunBudget::of(sources.bytes()));
    parsed.iter_mut().for_each(|project| project.run = Arc::clone(&run));
    parsed
}

/// A project whose policies and configurations were parsed.
#[derive(Default)]
pub(super) struct ParsedProject {
    pub(super) name: Option<String>,
    pub(super) configs: Arc<Vec<Config>>,
    policies: Vec<FileId>,
    pub(super) files: Vec<File>,
    pub(super) expressions: usize,
    declared: Vec<(String, Span)>,
    read: ReadFiles,
    inputs: Vec<Input>,
    diagnostics: Vec<Diagnostic>,
    run: Arc<RunBudget>,
}

impl ParsedProject {
    /// What is wrong with a project takes nothing from the others.
    fn new(workspace: &mut Workspace, project: Project, sources: &mut SourceMap) -> Self {
        let Project {
            name,
            stack,
            unsure,
            policies,
            types,
            snapshots,
            without_rows,
            standing,
            passed_over,
            problems,
            ..
        } = project;
        let mut diagnostics = problems;
        let mut configs = Vec::new();
        let mut read = ReadFiles { passed_over, ..ReadFiles::default() };
        for configuration in stack {
            read.configurations.push(configuration.file);
            configs.push(configuration.config.clone());
            diagnostics.extend(configuration.diagnostics.iter().cloned());
        }
        if unsure {
            configs.clear();
        }
        let policies: Vec<ReadFile> = policies.into_iter().map(|policy| add(policy, sources)).collect();
        let mut ids = ExprIds::default();
        let mut files = workspace.parse_all(&policies, sources, &mut ids, &mut diagnostics);
        let judges = |file: &&File| !builtin::is_names_alone(sources.name(file.id));
        read.policies = files.iter().filter(judges).map(|file| (file.id, file.policies())).collect();
        let declared = against::declared(&files);
        if !types.is_empty() {
            let types: Vec<ReadFile> = types.into_iter().map(|file| add(file, sources)).collect();
            // What is wrong with them is said where they are judged themselves.
            retype::retype(&mut files, workspace.parse_all(&types, sources, &mut ids, &mut Vec::new()));
        }
        let (tables, snapshots) = snapshots.into_iter().partition(|file| is_table(&file.name));
        let rows = workspace.tables.inputs((tables, &without_rows), &configs, sources, &mut diagnostics);
        let snapshots: Vec<TextFile> = snapshots;
        sources.reserve(snapshots.len() + standing.len());
        let mut input = |file, role| Input { read: add(file, sources), role };
        let mut inputs: Vec<Input> = rows;
        inputs.extend(snapshots.into_iter().map(|file| input(file, Role::Snapshot)));
        inputs.extend(standing.into_iter().map(|file| input(file, Role::Standing)));
        let policies = policies.iter().map(|policy| policy.file).collect();
        let (expressions, run, configs) = (ids.count(), Arc::default(), Arc::new(configs));
        Self { name, configs, policies, files, expressions, declared, read, inputs, diagnostics, run }
    }

    /// Reads the snapshots, and settles what is in force for their workflows.
    fn read(&self, sources: &SourceMap) -> Ready {
        let (program, found) = check(&self.files, self.expressions);
        let (workflows, wrong) = snapshot::load(&self.inputs, sources, &program.vocabulary);
        let names = workflows.iter().map(|workflow| workflow.name.clone()).collect();
        let mut ready = self.settle(program, found, &names);
        ready.diagnostics.extend(wrong);
        ready.with(workflows)
    }

    /// Settles what is in force for workflows of these names, none of which is there yet. `program` and `found` came of
    /// checking the policies by themselves.
    pub(super) fn settle(
        &self,
        mut program: Program,
        found: Vec<Diagnostic>,
        names: &BTreeSet<Arc<str>>,
    ) -> Ready<()> {
        let mut diagnostics = self.diagnostics.clone();
        let names: Vec<Arc<str>> = names.iter().cloned().collect();
        program.incomplete = has_errors(&diagnostics) || has_errors(&found);
        admit(&mut program, &self.configs);
        let (mut book, mut wrong) = settle(&program, &self.configs, &names);
        let in_force = book.in_force(&program);
        if in_force.is_empty() {
            diagnostics.extend(found);
        } else {
            // What can never be true depends on the values in force.
            let (again, found) = check_with(&self.files, self.expressions, &in_force);
            program = again;
            admit(&mut program, &self.configs);
            program.incomplete = has_errors(&diagnostics) || has_errors(&found);
            (book, wrong) = settle(&program, &self.configs, &names);
            diagnostics.extend(found);
        }
        diagnostics.extend(wrong);
        program.incomplete = has_errors(&diagnostics);
        Ready {
            name: self.name.clone(),
            declared: self.declared.clone(),
            program: Arc::new(program),
            book: Arc::new(book),
            configs: Arc::clone(&self.configs),
            policies: self.policies.clone(),
            read: self.read.clone(),
            lints_off: lint::switched_off(&self.configs),
            workflows: Vec::new(),
            diagnostics,
            run: Arc::clone(&self.run),
            fleet: Arc::default(),
        }
    }
}

/// A series as it is seen on the day of judgement.
struct SeenSeries<T> {
    /// What was made of it; none if nothing of it is to be seen.
    made: Option<T>,
    /// Snapshots that are left out.
    later: usize,
    /// About snapshots that nobody can have written yet.
    future: Vec<Diagnostic>,
}

struct Loading<'a, F> {
    drafts: &'a [ParsedProject],
    sources: &'a SourceMap,
    options: &'a DayOptions,
    each: F,
}

impl<'a, T: Send, F: Fn(Option<&str>, &Rulebook<'_>, Series, Point) -> T + Sync> Loading<'a, F> {
    /// None if something was not as it seemed.
    fn by_guess(&self) -> Option<Loaded<T>> {
        let surveyed = self.drafts.iter().map(|draft| {
            let (program, found) = check(&draft.files, draft.expressions);
            let survey = Survey::new(&draft.inputs, self.sources, &program.vocabulary, true);
            (draft, program, found, survey)
        });
        let surveyed: Vec<_> = surveyed.collect();
        let mut projects: Vec<Ready<SeenSeries<T>>> = Vec::new();
        for (draft, program, found, survey) in surveyed {
            let names = survey.names();
            let mut ready = draft.settle(program, found, &names);
            ready.fleet = Arc::new(self.fleet(draft, &ready)?);
            ready.diagnostics.extend(fleet::unknown_names(&ready.program, &ready.fleet));
            let see = |series| self.see(&ready, series);
            let (workflows, found) = survey.read(self.sources, &ready.program.vocabulary, see)?;
            if !workflows.iter().map(|workflow| &workflow.name).eq(&names) {
                return None;
            }
            ready.diagnostics.extend(found);
            projects.push(ready.with(workflows));
        }
        Some(self.finish(projects))
    }

    /// Reads everything before anything is made of it.
    fn one_by_one(&self) -> Loaded<T> {
        let projects: Vec<Ready> = self.drafts.iter().map(|draft| draft.read(self.sources)).collect();
        let see_all = |mut project: Ready| {
            let workflows = std::mem::take(&mut project.workflows);
            if project.program.reads_workflows() {
                let last = self.options.last(axis_of(&project));
                let seen = fleet::of_series(&project.program.vocabulary, &project.book, &workflows, last);
                project.fleet = Arc::new(seen);
            }
            project.diagnostics.extend(fleet::unknown_names(&project.program, &project.fleet));
            let see = |Workflow { name, series, files }| {
                let series = series.map(|series| self.see(&project, series));
                Workflow { name, series, files }
            };
            let seen = workflows.into_par_iter().map(see).collect();
            project.with(seen)
        };
        let projects = projects.into_iter().map(see_all).collect();
        self.finish(projects)
    }

    /// What the policies of a project see of all its workflows, which are read once more for that; nothing where no policy
    /// asks for it. None if something was not as it seemed.
    fn fleet(&self, draft: &ParsedProject, ready: &Ready<()>) -> Option<Fleet> {
        let program = &ready.program;
        if !program.reads_workflows() {
            return Some(Fleet::default());
        }
        let survey = Survey::new(&draft.inputs, self.sources, &program.vocabulary, true);
        let last = self.options.last(axis_of(ready));
        let see = |series: Series| fleet::seen(&program.vocabulary, &ready.book, &series, last);
        let (workflows, _) = survey.read(self.sources, &program.vocabulary, see)?;
        Some(fleet::of_seen(workflows))
    }

    /// What a series is judged on: the day or instant that was asked for, else today or now, or the newest snapshot where that
    /// is up to a day ahead.
    fn point_of(&self, series: &Series, axis: Axis) -> Point {
        let now = self.options.point(axis);
        let Some(last) = self.options.last(axis) else { return now };
        let known = series.snapshots.iter().map(|snapshot| snapshot.date);
        known.filter(|date| *date <= last).max().map_or(now, |newest| newest.max(now))
    }

    /// What is made of a series. Snapshots that are later than the day of judgement are left out where that was asked
    /// for, and are errors where it is today.
    fn see<U>(&self, project: &Ready<U>, mut series: Series) -> SeenSeries<T> {
        let mut seen = SeenSeries { made: None, later: 0, future: Vec::new() };
        if !self.options.wants(project.name.as_deref(), &series.workflow)
            || self.options.cancel.is_cancelled()
        {
            return seen;
        }
        let as_of = self.point_of(&series, axis_of(project));
        let is_later = |snapshot: &&Snapshot| snapshot.date > as_of;
        if self.options.as_of.is_some() {
            seen.later = series.snapshots.iter().filter(is_later).count();
            series.snapshots.retain(|snapshot| snapshot.date <= as_of);
        } else {
            let later = series.snapshots.iter().filter(is_later);
            seen.future = later.map(|snapshot| from_the_future(snapshot, as_of)).collect();
        }
        if !series.snapshots.is_empty() && seen.future.is_empty() {
            let rulebook = project.rulebook(&series.workflow, self.sources);
            seen.made = Some((self.each)(project.name.as_deref(), &rulebook, series, as_of));
        }
        seen
    }

    fn finish(&self, mut projects: Vec<Ready<SeenSeries<T>>>) -> Loaded<T> {
        let by_days = projects.iter().find(|project| axis_of(project) == Axis::Days);
        let axis = if by_days.is_some() || projects.is_empty() { Axis::Days } else { Axis::Instants };
        let as_of = self.options.point(axis);
        let of_days = by_days.map(|project| project.name.clone());
        let mut diagnostics = bases::unaddressed(&mut projects, self.sources);
        if let (Some(project), Some(time)) = (of_days, self.options.time_asked()) {
            diagnostics.push(time_for_days(project, time));
        }
        select(&mut projects, self.options, self.sources, &mut diagnostics);
        let mut later = 0;
        let finish_one = |mut project: Ready<SeenSeries<T>>| {
            let workflows = std::mem::take(&mut project.workflows).into_iter();
            let kept = workflows.filter_map(|Workflow { name, series, files }| {
                let Some(seen) = series else { return Some(Workflow { name, series: None, files }) };
                later += seen.later;
                let is_gone = seen.made.is_none() && seen.future.is_empty();
                diagnostics.extend(seen.future);
                (!is_gone).then_some(Workflow { name, series: seen.made, files })
            });
            let kept = kept.collect();
            project.with(kept)
        };
        let projects = projects.into_iter().map(finish_one).collect();
        if later > 0 {
            let what = if later == 1 { "1 snapshot is" } else { &format!("{later} snapshots are") };
            let message = format!("{what} dated later than {as_of} and ignored");
            diagnostics.push(Diagnostic::note(Code::LaterSnapshotsUnseen, message));
        }
        Loaded { projects, as_of, diagnostics }
    }
}

/// Pairs of letters that are compared to find out which workflow was asked for, among those of a large repository.
const MAX_PAIRS: usize = 20_000_000;

/// Keeps the workflows that were asked for, and what is to be said of their files and of files that are no workflow's.
fn select<T>(
    projects: &mut [Ready<T>],
    options: &DayOptions,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if options.workflows.is_empty() {
        return;
    }
    for wanted in &options.workflows {
        let all =
            || projects.iter().flat_map(|project| project.workflows.iter().map(move |own| (project, own)));
        let names = || all().map(|(_, workflow)| &*workflow.name);
        if !all().any(|(project, workflow)| is_named(wanted, project.name.as_deref(), &workflow.name)) {
            // Of a full name only the workflow's own part may be wrong, or the project's.
            let full: Vec<String> = match wanted.contains(": ") {
                true => all().map(|(project, own)| full_name(project.name.as_deref(), &own.name)).collect(),
                false => Vec::new(),
            };
            let candidates = full.iter().map(String::as_str).chain(names());
            let help = match did_you_mean_within(&mut { MAX_PAIRS }, wanted, candidates) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("there are {}", first_few(names())),
            };
            let message = format!("there is no workflow `{}`", wanted.escape_debug());
            let problem = Diagnostic::error(Code::UnknownWorkflow, message);
            diagnostics.push(if names().next().is_some() { problem.help(help) } else { problem });
        }
    }
    for Ready { name, workflows, diagnostics, .. } in projects {
        let wants = |workflow: &Workflow<T>| options.wants(name.as_deref(), &workflow.name);
        let (kept, dropped): (Vec<_>, Vec<_>) = std::mem::take(workflows).into_iter().partition(wants);
        let kept_files: HashSet<&str> =
            kept.iter().flat_map(|w| &w.files).map(|file| sources.name(*file)).collect();
        let dropped: HashSet<FileId> = dropped.into_iter().flat_map(|workflow| workflow.files).collect();
        let foreign = |file: FileId| dropped.contains(&file) && !kept_files.contains(&sources.name(file));
        diagnostics.retain(|d| d.labels.is_empty() || !d.labels.iter().all(|label| foreign(label.span.file)));
        *workflows = kept;
    }
}

/// What the series of a project run by.
pub(super) fn axis_of<T>(project: &Ready<T>) -> Axis {
    project.program.vocabulary.axis()
}

/// `--as-of` with a time, where series run by days.
fn time_for_days(project: Option<String>, time: Point) -> Diagnostic {
    let of = project.map_or_else(String::new, |name| format!(" of `{name}`"));
    let message = format!("snapshots{of} are of days, and cannot be judged at a time");
    Diagnostic::error(Code::TimeForDays, message).help(format!("judge `--as-of {}`", time.date()))
}

fn from_the_future(snapshot: &Snapshot, as_of: Point) -> Diagnostic {
    let date = snapshot.record.fields.get(Vocabulary::DATE).and_then(Option::as_ref);
    let span = date.map_or(snapshot.record.span, |date: &Located| date.span);
    let what = match as_of {
        Point::Day(_) => "day",
        Point::Time(_) => "time",
    };
    Diagnostic::error(
        Code::FutureSnapshot,
        format!("the snapshot of `{}` is from the future", snapshot.workflow),
    )
    .label(span, format!("later than {as_of}, the {what} of judgement"))
    .help(format!("correct the date, or judge `--as-of` a later {what}"))
}
