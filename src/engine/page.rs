//! What the HTML page shows, found in one load: the judgement, the history of each workflow, what rules compare along it, and what
//! is in force.

mod hidden;
mod set;
mod unread;

use std::collections::BTreeMap;

use self::hidden::{NamesSeen, names_of};
use self::set::{Inherited, effect_pages, param_pages};
use self::unread::unread;
use super::load::{Loaded, Ready};
use super::overview::rows;
use super::{Answer, CheckOptions, DayOptions, SweepRange, Workspace};
use crate::eval::{Rulebook, RunBudget};
use crate::history::{charts_of, history_of};
use crate::layers::{BoundWaiver, days_left};
use crate::point::Point;
use crate::project::Inputs;
use crate::report::against::AgainstReport;
use crate::report::checklist::checklists;
use crate::report::overview::RuleRow;
use crate::report::page::{
    Chart, EffectPage, HiddenNames, MovedWorkflow, NextSnapshot, PageReport, ParamPage, QuotedLine,
    SinceBase, UnreadWorkflow, WaiverTerm, WorkflowPage, WorkflowStanding,
};
use crate::report::sweep::ParamSweep;
use crate::report::{DayReport, Decision, Outcome, Place, Report, WaiverReport, WorkflowReport, full_name};
use crate::source::SourceMap;
use crate::value::{Date, Series};
use crate::words::Told;

/// What a page is compared with.
#[derive(Debug)]
pub struct PageBase {
    /// What the base says by itself.
    pub alone: Inputs,
    /// What differs from it.
    pub against: AgainstReport,
}

/// What is found of one series.
struct WorkflowCourse {
    stages: Vec<String>,
    due: Option<NextSnapshot>,
    days: Vec<DayReport>,
    is_cut: bool,
    at: Vec<f64>,
    places: Vec<Place>,
    today: f64,
    charts: Vec<Chart>,
    names: NamesSeen,
}

/// What is found of all projects.
struct PageInForce {
    params: Vec<ParamPage>,
    rules: Vec<RuleRow>,
    effects: Vec<EffectPage>,
    waivers: Vec<WaiverTerm>,
    /// What can be read of workflows with errors, by full name.
    unread: BTreeMap<String, UnreadWorkflow>,
}

impl Workspace {
    /// Finds out all that the page shows. What was `judged` already, perhaps against a base, is shown as it is; else the
    /// workflows are judged as [`Workspace::check`] does, and the exit code is that of it.
    pub fn page(
        &mut self,
        inputs: Inputs,
        options: &CheckOptions,
        judged: Option<Answer<Report>>,
        base: Option<PageBase>,
    ) -> Answer<PageReport> {
        let (own, courses, mut in_force) = self.check_around(
            inputs,
            options,
            |rulebook, series, as_of, _| course_of(rulebook, series, as_of, options),
            |loaded, sources| in_force(loaded, sources, options),
        );
        let Answer { report, diagnostics, sources, exit, cancelled } = judged.unwrap_or(own);
        let mut courses: BTreeMap<String, WorkflowCourse> = courses.into_iter().collect();
        let mut names = NamesSeen::default();
        let pages = report.workflows.iter().map(|workflow| {
            let course = courses.remove(&workflow.name());
            course.iter().for_each(|course| names.add(&course.names));
            let unread = in_force.unread.remove(&workflow.name());
            names.own(unread.iter().filter_map(|unread| unread.owner.clone()));
            WorkflowPage { unread, ..page_of(workflow, course, &report.as_of) }
        });
        let workflows: Vec<WorkflowPage> = pages.collect();
        let PageInForce { params, rules, effects, mut waivers, unread: _ } = in_force;
        waivers.iter_mut().for_each(|term| term.lifts = lifted(term, &report.waivers));
        let of_params = params.iter().flat_map(|of| of.row.owner.iter().chain(&of.inherited.owner));
        let of_effects = effects.iter().flat_map(|of| of.row.owner.iter().chain(&of.inherited.owner));
        let owners = waivers.iter().map(|term| &term.owner).chain(of_params).chain(of_effects);
        let names: HiddenNames = names.hidden(owners.cloned().collect());
        let quoted = quoted(&report, &sources);
        let since = base.map(|base| self.since(base, &report, options));
        let sweeps = Vec::new();
        let page =
            PageReport { report, workflows, params, rules, effects, waivers, sweeps, since, quoted, names };
        Answer { report: page, diagnostics, sources, exit, cancelled }
    }

    /// What other values of params would have decided, for the page.
    ///
    /// # Errors
    /// As of [`Workspace::sweep`].
    pub fn sweeps(
        &mut self,
        inputs: &Inputs,
        options: &DayOptions,
        ranges: Vec<SweepRange>,
    ) -> Result<Vec<ParamSweep>, String> {
        let each = ranges.into_iter().map(|range| self.sweep(inputs.clone(), options, &[range]));
        let all: Result<Vec<_>, String> = each.collect();
        Ok(all?.into_iter().flat_map(|answer| answer.report.sweeps).collect())
    }

    /// What has changed since a base, as of the same day.
    fn since(&mut self, base: PageBase, now: &Report, options: &CheckOptions) -> SinceBase {
        let AgainstReport { reference, commit, settings, .. } = base.against;
        let was = self.check(base.alone, options).report;
        SinceBase { workflows: moved_workflows(&was, now), reference, commit, settings }
    }
}

/// The workflows whose decision or stage is not what it was.
fn moved_workflows(was: &Report, now: &Report) -> Vec<MovedWorkflow> {
    let standing = |workflow: &WorkflowReport| WorkflowStanding {
        decision: workflow.decision,
        stage: workflow.stage.clone(),
        asks: workflow.asks.clone(),
    };
    let mut found: BTreeMap<String, [Option<WorkflowStanding>; 2]> = BTreeMap::new();
    for (side, report) in [was, now].into_iter().enumerate() {
        for workflow in &report.workflows {
            let known = found.entry(workflow.name()).or_default();
            known.get_mut(side).into_iter().for_each(|place| *place = Some(standing(workflow)));
        }
    }
    let differ = found.into_iter().filter(|(_, [was, now])| was != now);
    differ.map(|(workflow, [was, now])| MovedWorkflow { workflow, was, now }).collect()
}

fn course_of(
    rulebook: &Rulebook<'_>,
    series: &Series,
    as_of: Point,
    options: &CheckOptions,
) -> WorkflowCourse {
    // No verdict of today is to depend on what the days before it take.
    let run = RunBudget::of(rulebook.sources.bytes());
    let own = Rulebook { run: &run, ..*rulebook };
    let vocabulary = &rulebook.program.vocabulary;
    let history = history_of(&own, series, options.day.point(vocabulary.axis()));
    let charts = charts_of(&own, series);
    let is_cut = run.is_exceeded() || charts.is_none();
    let in_days = |point: Point| point.in_days().to_f64_fast();
    WorkflowCourse {
        stages: vocabulary.stages.iter().map(ToString::to_string).collect(),
        due: due(rulebook, series, as_of),
        days: if is_cut { Vec::new() } else { history.days },
        is_cut,
        at: series.snapshots.iter().map(|snapshot| in_days(snapshot.date)).collect(),
        places: series.snapshots.iter().map(|own| Place::new(own.record.span, rulebook.sources)).collect(),
        today: in_days(as_of),
        charts: charts.filter(|_| !is_cut).unwrap_or_default(),
        names: names_of(series, vocabulary),
    }
}

/// When the next snapshot is due, by the newest one and the cadence.
fn due(rulebook: &Rulebook<'_>, series: &Series, as_of: Point) -> Option<NextSnapshot> {
    let (cadence, newest) = (rulebook.settings.cadence.as_ref()?, series.snapshots.last()?);
    let axis = newest.date.axis();
    let next = axis.in_calendar(cadence.every.next(newest.date.ticks()))?;
    Some(NextSnapshot {
        date: next.to_string(),
        days_left: next.day_number() - as_of.day_number(),
        is_overdue: axis.point_of(as_of).ticks() > cadence.deadline(newest.date.ticks()),
    })
}

fn page_of(workflow: &WorkflowReport, course: Option<WorkflowCourse>, as_of: &str) -> WorkflowPage {
    let mut page = WorkflowPage {
        project: workflow.project.clone(),
        workflow: workflow.workflow.clone(),
        stages: Vec::new(),
        owner: None,
        due: None,
        as_of: workflow.as_of.clone().unwrap_or_else(|| as_of.to_owned()),
        since: None,
        below_since: None,
        unread: None,
        gates: checklists(workflow),
        days: Vec::new(),
        is_cut: false,
        at: Vec::new(),
        places: Vec::new(),
        today: 0.0,
        charts: Vec::new(),
    };
    let Some(course) = course else { return page };
    page.owner = course.names.owner.clone();
    // Nothing is due of what is over.
    page.due = course.due.filter(|_| workflow.decision != Decision::Retired);
    page.since = since(workflow.decision, &course.days);
    page.below_since = below_since(workflow, &course.days);
    WorkflowPage {
        stages: course.stages,
        days: course.days,
        is_cut: course.is_cut,
        at: course.at,
        places: course.places,
        today: course.today,
        charts: course.charts,
        ..page
    }
}

/// The first of the last days in a row with a decision.
fn since(decision: Decision, days: &[DayReport]) -> Option<String> {
    days.iter().rev().take_while(|day| day.decision == decision).last().map(|day| day.date.clone())
}

/// The first of the last days in a row on which it did not go on, or a rule that stops it now did not pass.
fn below_since(workflow: &WorkflowReport, days: &[DayReport]) -> Option<String> {
    let stops: Vec<&str> =
        workflow.rules.iter().filter(|rule| rule.stops()).map(|rule| &*rule.rule).collect();
    let is_stopped = matches!(workflow.decision, Decision::Hold | Decision::Rollback);
    let is_below = |day: &&DayReport| {
        let mut open = day.failed.iter().chain(&day.undecided);
        matches!(day.decision, Decision::Hold | Decision::Rollback)
            || open.any(|rule| stops.contains(&&**rule))
    };
    days.iter().rev().take_while(is_below).last().filter(|_| is_stopped).map(|day| day.date.clone())
}

fn in_force<B>(loaded: &Loaded<(Told, B)>, sources: &SourceMap, options: &CheckOptions) -> PageInForce {
    let day = loaded.as_of.date();
    let (params, rules) = rows(&loaded.projects, sources, day, &options.day);
    let inherited = Inherited::all(&loaded.projects);
    let params = param_pages(params, &inherited, sources, day);
    let effects = effect_pages(&rules, &inherited, sources, day);
    let unread = loaded.projects.iter().flat_map(|project| unread(project, sources)).collect();
    let mut waivers: Vec<WaiverTerm> =
        loaded.projects.iter().flat_map(|project| waiver_terms(project, sources, day)).collect();
    waivers.sort_by(|a, b| {
        (&a.until, &a.project, &a.workflow, &a.rule).cmp(&(&b.until, &b.project, &b.workflow, &b.rule))
    });
    PageInForce { params, rules, effects, waivers, unread }
}

fn waiver_terms<T>(project: &Ready<T>, sources: &SourceMap, day: Date) -> Vec<WaiverTerm> {
    let term = |bound: &BoundWaiver| {
        let waiver = &bound.waiver;
        let names = project.workflows.iter().map(|workflow| &*workflow.name);
        let names = names.filter(|name| bound.workflow.value.matches(name));
        let full = |name: &str| full_name(project.name.as_deref(), name);
        WaiverTerm {
            until: waiver.until.to_string(),
            project: project.name.clone(),
            workflow: bound.workflow.value.as_str().to_owned(),
            rule: waiver.rule.to_string(),
            from: waiver.from.map(|from| from.to_string()),
            days_left: days_left(waiver, day),
            is_active: waiver.is_active(day),
            lifts: Vec::new(),
            workflows: names.map(full).collect(),
            owner: waiver.owner.to_string(),
            because: waiver.because.to_string(),
            place: Place::new(waiver.span, sources),
        }
    };
    // A base's may speak to other projects.
    let all = project.book.waivers.iter().map(term);
    all.filter(|term| !term.workflows.is_empty()).collect()
}

/// The workflows for which a waiver lifts something.
fn lifted(term: &WaiverTerm, used: &[WaiverReport]) -> Vec<String> {
    used.iter()
        .filter(|own| own.from == term.place && own.rule == term.rule)
        .map(WaiverReport::name)
        .collect()
}

/// The lines that are said something of where a rule failed or is undecided.
fn quoted(report: &Report, sources: &SourceMap) -> BTreeMap<String, BTreeMap<usize, QuotedLine>> {
    let mut lines: BTreeMap<String, BTreeMap<usize, QuotedLine>> = BTreeMap::new();
    let rules = report.workflows.iter().flat_map(|workflow| &workflow.rules);
    let open = rules.filter(|rule| matches!(rule.outcome, Outcome::Fail | Outcome::Undecided));
    for label in open.flat_map(|rule| &rule.labels) {
        let Some(source) = sources.get(label.span.file) else { continue };
        let (line, _) = sources.line_column(label.span);
        let of_file = lines.entry(source.name.to_string()).or_default();
        let quoted = || QuotedLine { text: source.line(line).to_owned(), is_changed: false };
        of_file.entry(line).or_insert_with(quoted);
    }
    lines
}
