//! The course of a workflow: its stages as steps, and a mark for what was decided at each snapshot.

use std::fmt::Write;

use maud::{Markup, html};

use super::parts::{badge, text, told};
use super::svg::{LEFT, RIGHT, TimeScale, Trail, WIDTH, dates, grid, short};
use crate::report::page::WorkflowPage;
use crate::report::{DayReport, Decision};
use crate::text::counted;

/// The height of a stage.
const STAGE: f64 = 22.0;
const TOP: f64 = 6.0;
const BOTTOM: f64 = 18.0;
/// Lines for the dates of changes, and the height of one.
const ROWS: usize = 4;
const LINE: f64 = 13.0;
/// The decisions that are marked, each with the form of its mark.
const MARKED: [(Decision, &str); 6] = [
    (Decision::Continue, "M5 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0"),
    (Decision::Advance, "M8 2l6 10h-12z"),
    (Decision::Hold, "M3 3h10v10h-10z"),
    (Decision::Rollback, "M8 0l8 8l-8 8l-8-8z"),
    (Decision::Error, "M3 3l10 10m-10 0l10-10"),
    (Decision::Retired, "M4 8h8"),
];

/// The marks, which every timeline names.
pub(super) fn markers() -> Markup {
    html! {
        @for (decision, form) in MARKED {
            marker #{ "m-" (told(decision).0) } markerWidth="16" markerHeight="16" refX="8" refY="8"
                markerUnits="userSpaceOnUse" { path class={ "m " (told(decision).0) } d=(form) {} }
        }
    }
}

/// The timeline, and what its marks mean.
pub(super) fn timeline(workflow: &WorkflowPage, key: &str) -> Markup {
    let stages = stages(workflow);
    let time = TimeScale::of(workflow);
    let turns = turns(workflow, &time);
    let rows = turns.iter().map(|turn| turn.row + 1).max().unwrap_or(0);
    let foot = TOP + stages.len() as f64 * STAGE;
    let height = foot + rows as f64 * LINE + BOTTOM;
    let used =
        MARKED.iter().filter(|(decision, _)| workflow.days.iter().any(|day| day.decision == *decision));
    html! {
        figure.chart {
            figcaption { b { "Stages and decisions" } " by snapshot: "
                @for (decision, _) in used.clone() { (badge(*decision)) " " }
            }
            svg.c.t viewBox=(format!("0 0 {} {}", LEFT + WIDTH + RIGHT, short(height))) role="img" tabindex="0"
                aria-label=(label(workflow)) aria-describedby=(format!("h-{key}")) data-column="0" {
                path.grid d=(grid((0..stages.len()).map(|at| y(at, stages.len())))) {}
                g.end { @for (at, stage) in stages.iter().enumerate() {
                    text x=(LEFT - 6.0) y=(short(y(at, stages.len()) + 4.0)) { (cropped(stage)) }
                } }
                path.stage d=(steps(workflow, &stages, &time)) {}
                @for (decision, _) in used {
                    path class={ "at " (told(*decision).0) } d=(marks(workflow, &stages, &time, *decision)) {}
                }
                @if !turns.is_empty() {
                    path.turn d=(turns.iter().map(|turn| format!("M{:.0} {TOP}V{:.0}", turn.x, turn.below(foot) + 2.0 - LINE)).collect::<String>()) {}
                    g.turned { @for turn in &turns {
                        text x=(format!("{:.0}", turn.x)) y=(format!("{:.0}", turn.below(foot))) { (text(turn.date)) }
                    } }
                }
                defs { g #{ "x-" (key) } { (dates(workflow, -2.0)) } }
                use href={ "#x-" (key) } y=(short(height)) {}
            }
        }
    }
}

/// A snapshot at which the stage or the decision is another one than before, with where its date is written.
struct DatedTurn<'w> {
    date: &'w str,
    x: f64,
    row: usize,
}

impl DatedTurn<'_> {
    /// The base of its date, below the foot of the stages.
    fn below(&self, foot: f64) -> f64 {
        foot + (self.row + 1) as f64 * LINE
    }
}

/// As many of them as there is room for, the newest first; the history below has all.
fn turns<'w>(workflow: &'w WorkflowPage, time: &TimeScale) -> Vec<DatedTurn<'w>> {
    let pairs = workflow.days.windows(2).zip(workflow.at.get(1..).unwrap_or_default());
    let changed = pairs.filter_map(|(pair, at)| {
        let [before, day] = pair else { return None };
        let is_same = (before.decision, &before.stage) == (day.decision, &day.stage);
        (!is_same).then_some((&*day.date, time.x(*at)))
    });
    let mut all: Vec<(&str, f64)> = changed.collect();
    all.reverse();
    let mut ends = [f64::INFINITY; ROWS];
    let mut found = Vec::new();
    for (date, x) in all {
        // A character is about 6.5 wide; a date stands around its line.
        let half = date.chars().count() as f64 * 3.25 + 3.0;
        let x = x.min(LEFT + WIDTH + RIGHT - half).max(half);
        if let Some(row) = ends.iter().position(|end| x + half <= *end) {
            ends.get_mut(row).into_iter().for_each(|end| *end = x - half);
            found.push(DatedTurn { date, x, row });
        }
    }
    found
}

/// The stages of the ladder; of a series without one, a line without a name.
fn stages(workflow: &WorkflowPage) -> Vec<String> {
    if workflow.stages.is_empty() { vec![String::new()] } else { workflow.stages.clone() }
}

/// As much of a name as there is room for.
fn cropped(stage: &str) -> String {
    let shown = text(stage);
    if shown.chars().count() <= 9 { shown } else { shown.chars().take(8).chain(['…']).collect() }
}

/// Where a stage lies, the first one at the bottom.
fn y(stage: usize, of: usize) -> f64 {
    TOP + (of.saturating_sub(stage + 1)) as f64 * STAGE + STAGE / 2.0
}

fn y_of(day: &DayReport, stages: &[String]) -> f64 {
    let at = day.stage.as_ref().and_then(|stage| stages.iter().position(|known| known == stage));
    y(at.unwrap_or(0), stages.len())
}

/// A line that goes up where a workflow moves on.
fn steps(workflow: &WorkflowPage, stages: &[String], time: &TimeScale) -> String {
    let (mut path, mut last) = (String::new(), None);
    for (day, at) in workflow.days.iter().zip(&workflow.at) {
        let (x, y) = (short(time.x(*at)), short(y_of(day, stages)));
        // Writing to a string cannot fail.
        let _ = match &last {
            None => write!(path, "M{x} {y}"),
            Some(last) if *last != y => write!(path, "H{x}V{y}"),
            Some(_) => Ok(()),
        };
        last = Some(y);
    }
    if !path.is_empty() {
        let _ = write!(path, "H{}", short(time.x(workflow.today)));
    }
    path
}

/// The snapshots with a decision: points, at each of which there is a mark.
fn marks(workflow: &WorkflowPage, stages: &[String], time: &TimeScale, decision: Decision) -> String {
    let mut trail = Trail::default();
    for (day, at) in workflow.days.iter().zip(&workflow.at).filter(|(day, _)| day.decision == decision) {
        trail.lift();
        trail.to(time.x(*at), y_of(day, stages));
    }
    trail.path
}

/// What somebody who cannot see it is told.
fn label(workflow: &WorkflowPage) -> String {
    let counts = Decision::ALL.iter().filter_map(|decision| {
        let count = workflow.days.iter().filter(|day| day.decision == *decision).count();
        (count > 0).then(|| format!("{count} {}", told(*decision).2))
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    let snapshots = counted(workflow.days.len(), "snapshot");
    text(&format!("Timeline of {}: {snapshots}, {counts}", workflow.name()))
}
