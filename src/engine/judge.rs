//! A judgement: projects are read, each workflow is judged when it is read, and the findings become a report.
//!
//! Knows no base; `against` does.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::mem;

use super::lint;
use super::load::{Loaded, Ready, load_each};
use super::sources::sources_of;
use super::total::{beyond_budget, exit_code, has_errors, nothing_judged, summarise};
use super::{Answer, CheckOptions, Workspace, in_order};
use crate::builtin;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::eval::{Judged, Lift, Rulebook, judge_with_record};
use crate::layers::{days_left, no_rollback};
use crate::point::{Axis, Point};
use crate::project::Inputs;
use crate::report::read::{PassedOver, ReadReport};
use crate::report::{Decision, Denied, Place, Report, VERSION, WaiverReport, WorkflowReport, full_name};
use crate::snapshot::Workflow;
use crate::source::{FileId, Source, SourceMap, Span};
use crate::value::{Date, Series};
use crate::words::{Told, tell};

impl Workspace {
    /// Judges the workflows that `inputs` speak of. The answer's exit code is 0 where every workflow may go on, 1 where one
    /// holds or must roll back, and 2 where something could not be judged.
    pub fn check(&mut self, inputs: Inputs, options: &CheckOptions) -> Answer<Report> {
        self.check_beside(inputs, options, |_, _, _, _| ()).0
    }

    /// The same, and what `beside` makes of each workflow that was judged, by its full name.
    pub(super) fn check_beside<B: Send>(
        &mut self,
        inputs: Inputs,
        options: &CheckOptions,
        beside: impl Fn(&Rulebook<'_>, &Series, Point, &Judged) -> B + Sync,
    ) -> (Answer<Report>, Vec<(String, B)>) {
        let (answer, made, ()) = self.check_around(inputs, options, beside, |_, _| ());
        (answer, made)
    }

    /// The same, and what `around` makes of all projects, of which it is also told where the run is judged.
    pub(super) fn check_around<B: Send, P>(
        &mut self,
        inputs: Inputs,
        options: &CheckOptions,
        beside: impl Fn(&Rulebook<'_>, &Series, Point, &Judged) -> B + Sync,
        around: impl FnOnce(&Loaded<(Told, B)>, &SourceMap) -> P,
    ) -> (Answer<Report>, Vec<(String, B)>, P) {
        self.begin();
        let Inputs { mut sources, projects, problems, lint } = inputs;
        let judge = |rulebook: &Rulebook<'_>, series: Series, as_of: Point| {
            judge(rulebook, series, as_of, options, &beside)
        };
        let loaded = load_each(self, projects, problems, &mut sources, &options.day, judge);
        let lints = lint.map(|tests| lint::beside(self, &loaded.projects, tests, &mut sources));
        let all = around(&loaded, &sources);
        let (loaded, made) = part(loaded);
        let mut judged = put_together(loaded, &sources, options);
        judged.diagnostics.extend(lints.unwrap_or_default());
        (judged.finish(sources, options), made, all)
    }
}

/// Judges a series, and makes of it what `beside` does.
pub(super) fn judge<B>(
    rulebook: &Rulebook<'_>,
    series: Series,
    as_of: Point,
    options: &CheckOptions,
    beside: impl Fn(&Rulebook<'_>, &Series, Point, &Judged) -> B,
) -> (Told, B) {
    let judged = judge_with_record(rulebook, &series, as_of, options.deny_warnings, &BTreeMap::new());
    let made = beside(rulebook, &series, as_of, &judged);
    let mut told = told(judged, &series, rulebook);
    told.report.as_of = Some(as_of.to_string());
    (told, made)
}

/// What was judged of each workflow, and what was made beside that.
pub(super) fn part<B>(loaded: Loaded<(Told, B)>) -> (Loaded<Told>, Vec<(String, B)>) {
    let Loaded { projects, as_of, diagnostics } = loaded;
    let shown = as_of.to_string();
    let mut made = Vec::new();
    let projects = projects.into_iter().map(|mut project| {
        let workflows =
            mem::take(&mut project.workflows).into_iter().map(|Workflow { name, series, files }| {
                let told = series.map(|(mut told, own)| {
                    // What is so of all of them need not be said of each.
                    told.report.as_of = told.report.as_of.filter(|own| *own != shown);
                    made.push((full_name(project.name.as_deref(), &name), own));
                    told
                });
                Workflow { name, series: told, files }
            });
        let workflows = workflows.collect();
        project.with(workflows)
    });
    (Loaded { projects: projects.collect(), as_of, diagnostics }, made)
}

/// What came of a judgement, before it is a report.
pub(super) struct JudgedAll {
    as_of: Point,
    by_instants: bool,
    read: ReadReport,
    pub(super) reports: Vec<WorkflowReport>,
    waivers: Vec<WaiverReport>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The names of the files of each workflow, by its full name, but for tables.
    pub(super) files: BTreeMap<String, BTreeSet<String>>,
    /// Those of the tables that workflows have rows in.
    pub(super) tables: BTreeMap<String, BTreeSet<String>>,
}

/// What was judged of a series in words, with what its values were made from.
pub(super) fn told(judged: Judged, series: &Series, rulebook: &Rulebook<'_>) -> Told {
    let mut told = tell(judged, rulebook);
    told.report.sources = sources_of(series, rulebook.sources);
    told
}

pub(super) fn put_together(loaded: Loaded<Told>, sources: &SourceMap, options: &CheckOptions) -> JudgedAll {
    let Loaded { mut projects, as_of, mut diagnostics } = loaded;
    let mut reports = Vec::new();
    let mut lifts = Vec::new();
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut rules = 0;
    diagnostics.extend(beyond_budget(&projects));
    for project in &mut projects {
        diagnostics.extend(project.diagnostics.iter().cloned());
        rules += project.program.rules.len();
        for workflow in &project.workflows {
            let name = full_name(project.name.as_deref(), &workflow.name);
            let (rows, own): (Vec<FileId>, Vec<FileId>) =
                workflow.files.iter().partition(|file| sources.get(**file).is_some_and(Source::is_row));
            let names = own.into_iter().map(|file| sources.name(file).to_owned());
            files.entry(name.clone()).or_default().extend(names);
            if !rows.is_empty() {
                let names = rows.into_iter().map(|row| sources.file_name(row).to_owned());
                tables.entry(name).or_default().extend(names);
            }
        }
        for Told { mut report, diagnostics: found, lifts: own } in take_judged(project, options) {
            report.project.clone_from(&project.name);
            diagnostics.extend(found);
            lifts.extend(own.into_iter().map(|lift| (report.project.clone(), report.workflow.clone(), lift)));
            reports.push(report);
        }
    }
    diagnostics.extend(about_waivers(&projects, &lifts, as_of.date(), options));
    if !has_errors(&diagnostics)
        && let Some(problem) = nothing_judged(rules, &reports)
    {
        // What is so of all of them need not be said of each.
        diagnostics.retain(|found| found.code != Code::NothingJudged);
        diagnostics.push(problem);
    }
    let waivers = used_waivers(lifts, as_of.date(), sources);
    let by_instants = projects.iter().any(|project| project.program.vocabulary.axis() == Axis::Instants);
    let read = what_was_read(&projects, sources);
    JudgedAll { as_of, by_instants, read, reports, waivers, diagnostics, files, tables }
}

impl JudgedAll {
    pub(super) fn finish(self, sources: SourceMap, options: &CheckOptions) -> Answer<Report> {
        let Self { as_of, by_instants, read, reports, waivers, mut diagnostics, files: _, tables: _ } = self;
        let found = in_order(&mut diagnostics, &sources);
        let snapshots = reports.iter().map(|report| report.snapshots).sum();
        let report = Report {
            version: VERSION,
            as_of: as_of.to_string(),
            read: ReadReport { snapshots, workflows: reports.len(), ..read },
            summary: summarise(&reports),
            workflows: reports,
            waivers,
            against: None,
            diagnostics: found,
            denied: if options.deny_warnings { Denied::Everything } else { Denied::Nothing },
            by_instants,
        };
        let exit = exit_code(&report, &diagnostics, options);
        Answer::new(report, diagnostics, sources, exit).unless(&options.day.cancel)
    }
}

/// How much that was passed over a report lists.
const MAX_PASSED_OVER: usize = 20;

/// What was read of all projects, each file once; the snapshots are counted when all are judged.
fn what_was_read(projects: &[Ready<Told>], sources: &SourceMap) -> ReadReport {
    let read = || projects.iter().map(|project| &project.read);
    let names = read().flat_map(|read| &read.configurations).map(|file| sources.name(*file).to_owned());
    let configurations: BTreeSet<String> = names.collect();
    let policies = read().flat_map(|read| &read.policies).map(|(file, count)| (sources.name(*file), *count));
    let (shipped, own): (BTreeMap<&str, usize>, BTreeMap<&str, usize>) =
        policies.partition(|(name, _)| name.starts_with(builtin::FOLDER));
    let missed: BTreeSet<&PassedOver> = read().flat_map(|read| &read.passed_over).collect();
    ReadReport {
        configurations: configurations.into_iter().collect(),
        policies: own.values().sum(),
        policy_files: own.len(),
        shipped_policies: shipped.values().sum(),
        passed_over_more: missed.len().saturating_sub(MAX_PASSED_OVER),
        passed_over: missed.into_iter().take(MAX_PASSED_OVER).cloned().collect(),
        ..ReadReport::default()
    }
}

/// A waiver that met something to lift: in which project, for which workflow.
type LiftedWaiver = (Option<String>, String, Lift);

/// What is to be said of waivers, now that everything is judged.
fn about_waivers(
    projects: &[Ready<Told>],
    lifts: &[LiftedWaiver],
    as_of: Date,
    options: &CheckOptions,
) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = lifts
        .iter()
        .filter(|(_, _, lift)| !lift.lifted)
        .map(|(_, workflow, lift)| no_rollback(&lift.waiver, workflow))
        .collect();
    let used: HashSet<Span> = lifts.iter().map(|(_, _, lift)| lift.waiver.span).collect();
    for bound in projects.iter().flat_map(|project| &project.book.waivers) {
        // Where only some workflows are judged, nobody knows what the others need.
        let rests = used.contains(&bound.waiver.span);
        let used = rests || !options.day.workflows.is_empty();
        found.extend(bound.finding(as_of, used, rests));
    }
    found
}

fn used_waivers(lifts: Vec<LiftedWaiver>, as_of: Date, sources: &SourceMap) -> Vec<WaiverReport> {
    // One that is over lifted something on the day of a move.
    let counts = |lift: &Lift| lift.lifted && as_of <= lift.waiver.until;
    let lifted = lifts.into_iter().filter(|(_, _, lift)| counts(lift));
    let report = |(project, workflow, Lift { waiver, .. }): LiftedWaiver| WaiverReport {
        project,
        workflow,
        rule: waiver.rule.to_string(),
        because: waiver.because.to_string(),
        owner: waiver.owner.to_string(),
        until: waiver.until.to_string(),
        days_left: days_left(&waiver, as_of),
        from: Place::new(waiver.span, sources),
    };
    lifted.map(report).collect()
}

/// What was judged of each workflow of a project, where some of its data could not be read as well.
fn take_judged(project: &mut Ready<Told>, options: &CheckOptions) -> Vec<Told> {
    let warned = if options.deny_warnings { warned_files(&project.diagnostics) } else { BTreeSet::new() };
    let spent = project.run.is_exceeded();
    let take_one = |workflow: &mut Workflow<Told>| {
        // Which workflows were judged when the budget ran out depends on the threads: none of them counts.
        let judged = workflow.series.take().filter(|_| !spent);
        let mut judged = judged.unwrap_or_else(|| Told::nothing(&workflow.name));
        let own = judged.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Warning);
        let denied =
            options.deny_warnings && (own || workflow.files.iter().any(|file| warned.contains(file)));
        if denied && judged.report.decision.goes_on() {
            judged.report.decision = Decision::Hold;
        }
        judged
    };
    project.workflows.iter_mut().map(take_one).collect()
}

fn warned_files(diagnostics: &[Diagnostic]) -> BTreeSet<FileId> {
    let warnings = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning);
    warnings.flat_map(|diagnostic| diagnostic.labels.iter().map(|label| label.span.file)).collect()
}
