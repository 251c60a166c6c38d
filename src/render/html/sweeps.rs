//! What other values of a param would have decided: a column and a row for each stretch of values, and a slider along them.

use maud::{Markup, html};

use super::link::PageContext;
use super::parts::{badge, text, told};
use crate::report::Decision;
use crate::report::full_name;
use crate::report::page::PageReport;
use crate::report::sweep::{DecisionCounts, ParamSweep, SweepChange, SweepInterval};

const HEIGHT: usize = 140;
const COLUMN: usize = 34;
/// Snapshots that are listed of those whose decision changes at a value.
const LISTED: usize = 12;

/// Nothing where no sweep was asked for.
pub(super) fn section(page: &PageReport, context: &PageContext<'_>) -> Markup {
    html! {
        @if !page.sweeps.is_empty() {
            section aria-labelledby="sweeps" {
                h2 #sweeps { "What another value would have decided" }
                @for (number, sweep) in page.sweeps.iter().enumerate() { (drawn(sweep, number, context)) }
            }
        }
    }
}

fn drawn(sweep: &ParamSweep, number: usize, context: &PageContext<'_>) -> Markup {
    let last = sweep.intervals.len().saturating_sub(1);
    let now = sweep.now.iter().find_map(|now| now.interval);
    html! {
        div.sweep {
            h3 #{ "s-" (number) } { code { (text(&sweep.param)) } " from " (text(&sweep.from.value)) " to " (text(&sweep.to.value)) }
            p { @for value in &sweep.now {
                "It is " b { (text(&value.value.value)) } " now for " (value.workflows)
                (if value.workflows == 1 { " workflow" } else { " workflows" }) ". "
            } "Every snapshot is judged on its own day." }
            p.slide hidden {
                label { "Another value " input type="range" min="0" max=(last) value=(now.unwrap_or(0)) step="1"; } " "
                output aria-live="polite" {}
            }
            p { "Snapshots from the top: " @for (decision, _) in counts(&DecisionCounts::default()).into_iter().rev() {
                (badge(decision)) " "
            } }
            (columns(sweep, number, now))
            div.scroll tabindex="0" role="group" aria-label=(format!("Values of {}", text(&sweep.param))) {
                table.intervals {
                    thead {
                        tr { td rowspan="2" {} th scope="colgroup" colspan="4" { "Snapshots" }
                            th scope="colgroup" colspan="4" { "Workflows today" }
                            th scope="col" rowspan="2" { "Otherwise than today" } }
                        tr { @for _ in 0..2 { @for (decision, _) in counts(&DecisionCounts::default()) {
                            th scope="col" { (told(decision).2) }
                        } } }
                    }
                    tbody { @for (at, interval) in sweep.intervals.iter().enumerate() {
                        tr data-interval=(at) data-said=(said(interval)) {
                            th scope="row" { (text(&interval.shown)) @if Some(at) == now { " " strong { "◂ now" } } }
                            @for (_, count) in counts(&interval.counts.days) { td { (count) } }
                            @for (_, count) in counts(&interval.counts.workflows) { td { (count) } }
                            td { (otherwise(interval, context)) (changes(sweep, at, context)) }
                        }
                    } }
                }
            }
        }
    }
}

/// What is counted, the best first.
fn counts(of: &DecisionCounts) -> [(Decision, usize); 4] {
    [
        (Decision::Advance, of.advance),
        (Decision::Continue, of.go_on),
        (Decision::Hold, of.hold),
        (Decision::Rollback, of.rollback),
    ]
}

/// A stretch of values and what it decides, in a sentence.
fn said(interval: &SweepInterval) -> String {
    let of = |counted: &DecisionCounts| {
        let all = counts(counted).map(|(decision, count)| format!("{count} {}", told(decision).2));
        all.join(", ")
    };
    text(&format!(
        "{}: of the snapshots {}; of the workflows today {}",
        interval.shown,
        of(&interval.counts.days),
        of(&interval.counts.workflows)
    ))
}

/// What differs from the values in force.
fn otherwise(interval: &SweepInterval, context: &PageContext<'_>) -> Markup {
    let flips = &interval.flips;
    html! {
        @if flips.days == 0 && flips.workflows.is_empty() { "nothing" }
        @if flips.days > 0 {
            (flips.days) (if flips.days == 1 { " snapshot" } else { " snapshots" }) ": "
            (flips.released) " let through, " (flips.stopped) " stopped"
        }
        @for flip in &flips.workflows {
            br; (context.workflow(&flip.name())) " today: " (badge(flip.from)) " → " (badge(flip.to))
        }
    }
}

/// The snapshots whose decision changes where these values begin.
fn changes(sweep: &ParamSweep, at: usize, context: &PageContext<'_>) -> Markup {
    let dated = |change: &&SweepChange| change.interval == at && change.date.is_some();
    let all: Vec<&SweepChange> = sweep.changes.iter().filter(dated).collect();
    html! {
        @if !all.is_empty() {
            details {
                summary { (all.len()) " change from the values before" }
                ul { @for change in all.iter().take(LISTED) { li {
                    (context.workflow(&full_name(change.project.as_deref(), &change.workflow)))
                    " " (change.date.as_deref().map_or(String::new(), text)) ": "
                    (told(change.from).2) " → " (told(change.to).2)
                } } }
                @if all.len() > LISTED { p { "and " (all.len() - LISTED) " more" } }
            }
        }
    }
}

/// A column for each stretch of values, with its snapshots by decision.
fn columns(sweep: &ParamSweep, number: usize, now: Option<usize>) -> Markup {
    let width = sweep.intervals.len() * COLUMN;
    html! {
        svg.columns viewBox=(format!("0 0 {width} {}", HEIGHT + 16)) width=(width) role="img"
            aria-label=(text(&format!("Snapshots by decision, for {} stretches of values", sweep.intervals.len())))
            aria-describedby={ "s-" (number) } {
            @for (at, interval) in sweep.intervals.iter().enumerate() {
                g.column data-interval=(at) {
                    @for (class, y, height) in stack(&interval.counts.days) {
                        rect class=(class) x=(at * COLUMN + 3) y=(y) width=(COLUMN - 6) height=(height) {}
                    }
                    @if Some(at) == now { text.dt x=(at * COLUMN + 4) y=(HEIGHT + 12) { "now" } }
                }
            }
        }
    }
}

/// The parts of a column from its top: their class, where they begin, and how high they are.
fn stack(of: &DecisionCounts) -> Vec<(&'static str, usize, usize)> {
    let all = counts(of);
    let total: usize = all.iter().map(|(_, count)| count).sum();
    let (mut parts, mut before) = (Vec::new(), 0);
    for (decision, count) in all.into_iter().rev() {
        let place = |count: usize| (count * HEIGHT).checked_div(total).unwrap_or_default();
        let (y, end) = (place(before), place(before + count));
        before += count;
        if end > y {
            parts.push((told(decision).0, y, end - y));
        }
    }
    parts
}
