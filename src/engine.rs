//! The engine: load, parse, check, judge, and nothing else.
//!
//! Pure: it is given texts and a day, and knows no file system, no clock and no output format.

mod against;
mod bases;
mod evaluate;
mod explain;
mod fleet;
mod history;
mod impact;
mod in_force;
mod judge;
mod lint;
mod load;
mod nearest;
mod neighbourhood;
mod observe;
mod overview;
mod packs;
mod page;
mod plan;
mod retype;
mod sources;
mod study;
mod suites;
mod sweep;
mod tables;
mod total;
mod workspace;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::point::{Axis, Point};
use crate::project::unreadable;
use crate::report::{DiagnosticReport, is_named};
use crate::source::{FileId, SourceMap};
use crate::value::{DAY, Date, Number, day_number};

pub use against::AgainstOptions;
pub use evaluate::{Evaluated, EvaluatedFor};
pub use nearest::{DecisionChange, Nearest, Turn};
pub use neighbourhood::{Neighbour, Neighbourhood};
pub use observe::{Observed, OutcomeTally, PlaceSeen, RuleTally, SeenPlaces, ValueOfWorkflow};
pub use page::PageBase;
pub use plan::PlanOptions;
pub use study::{NameGround, Study, WorkflowNames, is_of_tests};
pub use suites::TestOptions;
pub use sweep::SweepRange;
pub use tables::{ColumnMapping, GroupOutline, ReadTable, TableOutline};
pub use workspace::Workspace;

/// What came of a command. Every output format draws this.
#[derive(Clone, Debug)]
pub struct Answer<R> {
    /// What was asked for, as data.
    pub report: R,
    /// What is to be said of the files, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// Every file that was read; all places of the report and of the diagnostics lie in these.
    pub sources: SourceMap,
    /// The exit code of the command: 0 if all is well, and 2 if something could not be read or judged. What 1 means, the
    /// command says.
    pub exit: u8,
    /// Whether it was cancelled: the report then lacks workflows, and nothing may be concluded from it.
    pub cancelled: bool,
}

impl<R> Answer<R> {
    fn new(report: R, diagnostics: Vec<Diagnostic>, sources: SourceMap, exit: u8) -> Self {
        Self { report, diagnostics, sources, exit, cancelled: false }
    }

    /// Says so where the command was cancelled.
    fn unless(self, cancel: &Cancel) -> Self {
        let cancelled = cancel.is_cancelled();
        Self { exit: if cancelled { 2 } else { self.exit }, cancelled, ..self }
    }
}

/// A flag that somebody else raises to end a command early: it is looked at before each workflow. Copies share it.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Ends the command before its next workflow.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the command is to end.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The day that a command looks at, and the workflows.
#[derive(Clone, Debug)]
pub struct DayOptions {
    /// The day of judgement, if it is not today.
    pub as_of: Option<Date>,
    /// Today in UTC.
    pub today: Date,
    /// The seconds that have gone by of `as_of`, or else of today, where series run by instants; without them it is the last
    /// second of that day.
    pub time: Option<Number>,
    /// The workflows to look at, by their names alone or as reports print them, `teams/claims: letters`; all of them if this is
    /// empty.
    pub workflows: Vec<String>,
    /// Lets the caller end the command early.
    pub cancel: Cancel,
}

impl DayOptions {
    /// All workflows, as of today.
    pub fn on(today: Date) -> Self {
        Self { as_of: None, today, time: None, workflows: Vec::new(), cancel: Cancel::default() }
    }

    /// The day or instant of judgement, but of workflows that have a snapshot of tomorrow.
    pub(crate) fn point(&self, axis: Axis) -> Point {
        let date = self.as_of.unwrap_or(self.today);
        match (axis, &self.time) {
            (Axis::Days, _) => date.into(),
            (Axis::Instants, None) => Point::last_second(date),
            (Axis::Instants, Some(time)) => {
                let seconds = Number::from(day_number(date) * DAY) + time;
                Point::of_instant(&seconds).unwrap_or_else(|| Point::last_second(date))
            }
        }
    }

    /// The last day or instant that a snapshot can be of, if it need not be left out: a day ahead, as it is tomorrow already
    /// somewhere.
    fn last(&self, axis: Axis) -> Option<Point> {
        let now = self.point(axis);
        let ahead = axis.in_calendar(now.ticks() + axis.per_day()).unwrap_or(now);
        self.as_of.is_none().then_some(ahead)
    }

    /// The time that was asked for beside the day, where there is one.
    pub(crate) fn time_asked(&self) -> Option<Point> {
        (self.as_of.is_some() && self.time.is_some()).then(|| self.point(Axis::Instants))
    }

    /// Whether a workflow of a project is to be looked at.
    fn wants(&self, project: Option<&str>, workflow: &str) -> bool {
        self.workflows.is_empty() || self.workflows.iter().any(|wanted| is_named(wanted, project, workflow))
    }
}

/// What the caller of a judgement chooses.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// The day of judgement, and the workflows to judge.
    pub day: DayOptions,
    /// Warnings hold.
    pub deny_warnings: bool,
}

impl From<DayOptions> for CheckOptions {
    fn from(day: DayOptions) -> Self {
        Self { day, deny_warnings: false }
    }
}

/// Sorts diagnostics by file and place, and gives them as the report has them.
fn in_order(diagnostics: &mut Vec<Diagnostic>, sources: &SourceMap) -> Vec<DiagnosticReport> {
    packs::name_missing_packs(diagnostics, sources);
    diagnostics.sort_by_cached_key(|diagnostic| place_of(diagnostic, sources));
    diagnostics.dedup();
    undeclared_once(diagnostics);
    keep_gravest(diagnostics);
    let in_words = |found: &[Diagnostic]| -> Vec<DiagnosticReport> {
        found.iter().map(|diagnostic| DiagnosticReport::new(diagnostic, sources)).collect()
    };
    let reports = in_words(diagnostics);
    // Whatever is shown of a file was looked at by now.
    let mut lost = sources.lost();
    let unread = diagnostics.iter().filter(|found| found.code == Code::UnreadableSnapshot);
    // What is wrong with a part of a text was said when that could be read.
    let wholes = unread.flat_map(|found| &found.labels).filter(|label| label.span.range().is_empty());
    let said: HashSet<&str> = wholes.map(|label| sources.name(label.span.file)).collect();
    lost.retain(|name, _| !said.contains(name));
    if lost.is_empty() {
        return reports;
    }
    let lost = lost.into_iter().map(|(name, why)| unreadable(name, why).help("run the command again"));
    diagnostics.splice(0..0, lost);
    in_words(diagnostics)
}

/// Says of a key that nobody declares once that it is in so many files, at its first place.
fn undeclared_once(diagnostics: &mut Vec<Diagnostic>) {
    let is_one = |d: &Diagnostic| d.code == Code::UndeclaredField && d.severity == Severity::Warning;
    let mut files: HashMap<String, HashSet<FileId>> = HashMap::new();
    for diagnostic in diagnostics.iter().filter(|diagnostic| is_one(diagnostic)) {
        let of = diagnostic.labels.iter().map(|label| label.span.file);
        files.entry(diagnostic.message.clone()).or_default().extend(of);
    }
    // What is said of a key is taken away with its first place.
    diagnostics.retain_mut(|diagnostic| {
        if !is_one(diagnostic) {
            return true;
        }
        let Some(of) = files.remove(&diagnostic.message) else { return false };
        if let Some(label) = diagnostic.labels.first_mut().filter(|_| of.len() > 1) {
            "no policy can read this".clone_into(&mut label.text);
            diagnostic.message = format!("{}; it is in {} files", diagnostic.message, of.len());
        }
        true
    });
}

/// Diagnostics that one run says.
const MAX_SAID: usize = 1_000;

/// Leaves out what is too much to be read: what is least grave first, and of that the last.
fn keep_gravest(diagnostics: &mut Vec<Diagnostic>) {
    let hidden = diagnostics.len().saturating_sub(MAX_SAID);
    if hidden == 0 {
        return;
    }
    let mut order: Vec<(usize, Severity)> =
        diagnostics.iter().map(|diagnostic| diagnostic.severity).enumerate().collect();
    order.sort_by_key(|(_, severity)| Reverse(*severity));
    let kept: HashSet<usize> = order.iter().take(MAX_SAID).map(|(at, _)| *at).collect();
    let mut at = 0..;
    diagnostics.retain(|_| at.next().is_some_and(|at| kept.contains(&at)));
    let message = format!("{hidden} further problems are not shown");
    diagnostics.push(Diagnostic::note(Code::FurtherProblems, message));
}

/// Orders diagnostics by file name, place, code and message: never by how the files were found.
fn place_of(diagnostic: &Diagnostic, sources: &SourceMap) -> (String, u32, Code, String) {
    let first = diagnostic.labels.first();
    (
        first.map_or_else(String::new, |label| sources.name(label.span.file).to_owned()),
        first.map_or(0, |label| label.span.start),
        diagnostic.code,
        diagnostic.message.clone(),
    )
}
