//! Which snapshot is collected: its day, its file, and the window that it looks back on.

use std::path::Path;

use super::super::arguments::When;
use super::super::new::{name_beside, shared};
use super::super::write::new_files;
use crate::collect::plan::{Plan, WindowRule};
use crate::collect::window::{CollectWindow, beginning};
use crate::diagnostic::did_you_mean;
use crate::disk::Disk;
use crate::layers::ProjectInForce;
use crate::point::{Axis, Point};
use crate::project::path::join;
use crate::render::draft::draft_of_recorded;
use crate::snapshot::outline::document_around;
use crate::source::{FileId, SourceMap};
use crate::text::quote;
use crate::types::show_time;
use crate::value::{Number, Series, Snapshot, date_of_day};
use crate::vocabulary::{Cadence, Every, is_weekend};

/// The snapshot that gets the values.
pub(super) struct CollectTarget {
    pub(super) date: Point,
    /// Its file, from the folder that was given.
    pub(super) file: String,
    /// The file, or what a new one begins with.
    pub(super) text: String,
    pub(super) is_new: bool,
    pub(super) window: CollectWindow,
    /// Where its document begins and ends in the text.
    pub(super) offset: usize,
    end: usize,
    pub(super) file_id: FileId,
}

/// Which day is asked for.
pub(super) struct AskedDay<'a> {
    pub(super) date: Option<&'a When>,
    pub(super) now: &'a When,
    /// What is committed is compared, and nothing new is begun.
    pub(super) check: bool,
}

/// The snapshot of a plan.
///
/// # Errors
/// If there is no snapshot to write the values to.
pub(super) fn target(
    plan: &Plan,
    project: &ProjectInForce,
    sources: &SourceMap,
    asked: &AskedDay<'_>,
) -> Result<CollectTarget, String> {
    let name = quote(&plan.workflow.value);
    let workflow = project.workflows.iter().find(|workflow| *workflow.name == *plan.workflow.value);
    let Some(workflow) = workflow else {
        let names = project.workflows.iter().map(|workflow| &*workflow.name);
        let help = match did_you_mean(&plan.workflow.value, names) {
            Some(meant) => format!("did you mean `{}`?", quote(meant)),
            None => "write a first one with `workflow`, `date` and, if there are stages, `stage`".to_owned(),
        };
        return Err(format!("there is no snapshot of `{name}` yet: {help}"));
    };
    let Some(series) = &workflow.series else {
        return Err(format!("the snapshots of `{name}` have errors: `tollgate check` shows them"));
    };
    let vocabulary = &project.program.vocabulary;
    let axis = vocabulary.axis();
    let cadence = project.settings(&workflow.name).cadence.as_ref();
    let date = day(series, cadence, axis, asked)?;
    let before = series.snapshots.iter().rev().find(|snapshot| snapshot.date < date);
    let window = window(plan, before, date, &name)?;
    if let Some(snapshot) = series.snapshots.iter().find(|snapshot| snapshot.date == date) {
        return existing(snapshot, sources, date, window);
    }
    let Some(last) = before else { return Err(format!("the series of `{name}` begins after {date}")) };
    if series.snapshots.last().is_some_and(|newest| newest.date > date) {
        return Err(format!(
            "`{name}` has later snapshots, and none of {date}: give the date of one of them"
        ));
    }
    let beside = sources.name(last.file);
    if shared(last.file, project) {
        return Err(format!(
            "`{}` holds several snapshots: begin the one of {date} in it, with `workflow` and `date`",
            quote(beside)
        ));
    }
    let text = draft_of_recorded(vocabulary, last, date);
    let end = text.len();
    Ok(CollectTarget {
        date,
        file: name_beside(beside, last, date),
        text,
        is_new: true,
        window,
        offset: 0,
        end,
        file_id: FileId::default(),
    })
}

/// The day that is asked for; else the newest one, or the last one up to now on which a snapshot was due.
fn day(
    series: &Series,
    cadence: Option<&Cadence>,
    axis: Axis,
    asked: &AskedDay<'_>,
) -> Result<Point, String> {
    if let Some(when) = asked.date {
        return when.point(axis);
    }
    let newest = series.snapshots.last().map(|last| last.date);
    let now = match axis {
        Axis::Days => asked.now.date.into(),
        Axis::Instants => asked.now.point(axis)?,
    };
    let Some(newest) = newest.filter(|newest| asked.check || *newest >= now || cadence.is_some()) else {
        return Ok(now);
    };
    if asked.check {
        return Ok(newest);
    }
    let Some(cadence) = cadence else { return Ok(newest) };
    // Those that nobody collected are left out: their windows have passed.
    let day = match cadence.every {
        Every::Ticks(ticks) => newest.ticks() + cadence.every.due_days(newest.ticks(), now.ticks()) * ticks,
        Every::Weekday => {
            (newest.ticks()..=now.ticks()).rev().find(|day| !is_weekend(*day)).unwrap_or(newest.ticks())
        }
    };
    axis.in_calendar(day).ok_or_else(|| "the date is outside the calendar".to_owned())
}

/// What a snapshot of a day looks back on.
fn window(plan: &Plan, before: Option<&Snapshot>, date: Point, name: &str) -> Result<CollectWindow, String> {
    let zone = plan.zone.clone();
    let end = match date {
        Point::Day(day) => beginning(date_of_day(day + 1).unwrap_or_default(), &zone),
        Point::Time(_) => date.in_seconds(),
    };
    let start = match (&plan.window, before) {
        (WindowRule::Length(length), _) => match (date, is_whole_days(&length.value)) {
            // Whole days begin with a day, also where the clock was changed meanwhile.
            (Point::Day(day), Some(days)) => {
                beginning(date_of_day(day + 1 - days).unwrap_or_default(), &zone)
            }
            (Point::Day(_) | Point::Time(_), _) => &end - &length.value,
        },
        (WindowRule::SinceLast, Some(before)) => match before.date {
            Point::Day(day) => beginning(date_of_day(day + 1).unwrap_or_default(), &zone),
            Point::Time(_) => before.date.in_seconds(),
        },
        (WindowRule::SinceLast, None) => {
            return Err(format!(
                "`{name}` has no snapshot before {date}, so its window has no beginning: write `window: 1 week` into the plan"
            ));
        }
    };
    Ok(CollectWindow { start, end, zone })
}

fn is_whole_days(seconds: &Number) -> Option<i64> {
    let days = seconds / Number::from(crate::value::DAY);
    if days.is_int() { i64::try_from(days.floor()).ok() } else { None }
}

/// A snapshot that is there.
fn existing(
    snapshot: &Snapshot,
    sources: &SourceMap,
    date: Point,
    window: CollectWindow,
) -> Result<CollectTarget, String> {
    let file = sources.name(snapshot.file).to_owned();
    let text = sources.get(snapshot.file).map(|source| source.text.to_string()).unwrap_or_default();
    let at = snapshot.record.span.range().start;
    let document = document_around(&text, at);
    let (offset, end) = (document.start, document.end);
    Ok(CollectTarget { date, file, text, is_new: false, window, offset, end, file_id: snapshot.file })
}

impl CollectTarget {
    /// When its window ends, if that is still to come: what is collected before is not the whole of it.
    pub(super) fn ends_later(&self, now: &When) -> Option<String> {
        let now = now.point(Axis::Instants).ok()?.in_seconds();
        (self.window.end > now).then(|| show_time(&self.window.end))
    }

    /// The text of its document.
    pub(super) fn document(&self) -> &str {
        self.text.get(self.offset..self.end).unwrap_or("")
    }

    /// The file with another text of the document.
    pub(super) fn with_document(&self, document: &str) -> String {
        let (before, after) =
            (self.text.get(..self.offset).unwrap_or(""), self.text.get(self.end..).unwrap_or(""));
        format!("{before}{document}{after}")
    }

    /// Writes the file at once, or not at all.
    pub(super) fn write(
        &self,
        disk: &Disk,
        root: &str,
        text: &str,
        swap: fn(&Path, &str) -> Result<(), String>,
    ) -> Result<(), String> {
        let place = disk.real(&join(root, &self.file));
        if self.is_new {
            return new_files(&disk.real(root), &[(self.file.clone(), text.to_owned())]);
        }
        swap(&place, text).map_err(|why| format!("`{}` cannot be written: {why}", quote(&self.file)))
    }
}
