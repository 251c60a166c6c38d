//! The course of a workflow: its stages as steps, and a mark for what was decided at each snapshot.

use std::fmt::Write;

use maud::{Markup, html};

use super::parts::{badge, text, told};
use super::svg::{LEFT, RIGHT, TimeScale, WIDTH, dates, short};
use crate::report::page::WorkflowPage;
use crate::report::{DayReport, Decision};

/// The height of a stage.
const STAGE: f64 = 22.0;
const TOP: f64 = 6.0;
const BOTTOM: f64 = 18.0;
/// The decisions that are marked, each with the form of its mark.
const MARKED: [(Decision, &str); 6] = [
    (Decision::Continue, "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0"),
    (Decision::Advance, "m0-6l6 10h-12z"),
    (Decision::Hold, "m-5-5h10v10h-10z"),
    (Decision::Rollback, "m0-8l8 8l-8 8l-8-8z"),
    (Decision::Error, "m-5-5l10 10m-10 0l10-10"),
    (Decision::Retired, "m-4 0h8"),
];

/// The timeline, and what its marks mean.
pub(super) fn timeline(workflow: &WorkflowPage, anchor: &str) -> Markup {
    let stages = stages(workflow);
    let height = TOP + stages.len() as f64 * STAGE + BOTTOM;
    let time = TimeScale::of(workflow);
    let used = MARKED.iter().filter(|(decision, _)| workflow.days.iter().any(|day| day.decision == *decision));
    html! {
        figure.chart {
            figcaption { b { "Stages and decisions" } " by snapshot: "
                @for (decision, _) in used.clone() { (badge(*decision)) " " }
            }
            svg.c.t viewBox=(format!("0 0 {} {}", LEFT + WIDTH + RIGHT, short(height))) role="img" tabindex="0"
                aria-label=(label(workflow)) aria-describedby=(format!("h-{anchor}")) data-column="0" {
                @for (at, stage) in stages.iter().enumerate() {
                    @let y = y(at, stages.len());
                    line.grid x1=(LEFT) x2=(LEFT + WIDTH) y1=(short(y)) y2=(short(y)) {}
                    text.ax.end x=(LEFT - 6.0) y=(short(y + 4.0)) { (cropped(stage)) }
                }
                path.stage d=(steps(workflow, &stages, &time)) {}
                @for (decision, form) in used {
                    path class={ "m " (told(*decision).0) } d=(marks(workflow, &stages, &time, *decision, form)) {}
                }
                (dates(workflow, height - 2.0))
            }
        }
    }
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
    let mut path = String::new();
    for (day, at) in workflow.days.iter().zip(&workflow.at) {
        let (x, y) = (short(time.x(*at)), short(y_of(day, stages)));
        // Writing to a string cannot fail.
        let _ = if path.is_empty() { write!(path, "M{x} {y}") } else { write!(path, "H{x}V{y}") };
    }
    if !path.is_empty() {
        let _ = write!(path, "H{}", short(time.x(workflow.today)));
    }
    path
}

fn marks(
    workflow: &WorkflowPage,
    stages: &[String],
    time: &TimeScale,
    decision: Decision,
    form: &str,
) -> String {
    let days = workflow.days.iter().zip(&workflow.at).filter(|(day, _)| day.decision == decision);
    days.map(|(day, at)| format!("M{} {}{form}", short(time.x(*at)), short(y_of(day, stages)))).collect()
}

/// What somebody who cannot see it is told.
fn label(workflow: &WorkflowPage) -> String {
    let counts = Decision::ALL.iter().filter_map(|decision| {
        let count = workflow.days.iter().filter(|day| day.decision == *decision).count();
        (count > 0).then(|| format!("{count} {}", told(*decision).2))
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    text(&format!("Timeline of {}: {} snapshots, {counts}", workflow.name(), workflow.days.len()))
}
