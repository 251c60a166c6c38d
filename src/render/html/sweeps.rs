//! What other values of a param would have decided: a column and a row for each stretch of values, and a slider along them.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::link::PageContext;
use super::parts::{badge, text, told};
use crate::report::Decision;
use crate::report::page::PageReport;
use crate::report::sweep::{DecisionCounts, ParamSweep, SweepFlips, SweepInterval};
use crate::text::counted;

const HEIGHT: usize = 140;
const COLUMN: usize = 72;
/// The least height of a part of a column that has room for its number.
const ROOM: usize = 12;

/// Nothing where no sweep was asked for.
pub(super) fn section(page: &PageReport, context: &PageContext<'_>) -> Markup {
    html! {
        @if !page.sweeps.is_empty() {
            section aria-labelledby="sweeps" {
                h2 #sweeps { "What another value would have decided" }
                @for (number, sweep) in page.sweeps.iter().enumerate() { (drawn(page, sweep, number, context)) }
            }
        }
    }
}

fn drawn(page: &PageReport, sweep: &ParamSweep, number: usize, context: &PageContext<'_>) -> Markup {
    let last = sweep.intervals.len().saturating_sub(1);
    let now = sweep.now.iter().find_map(|now| now.interval);
    let values_now: Vec<String> = sweep.now.iter().map(|now| text(&now.value.value)).collect();
    let values_now = values_now.join(" or ");
    html! {
        div.sweep {
            h3 #{ "s-" (number) } { code { (text(&sweep.param)) } " from " (text(&sweep.from.value)) " to " (text(&sweep.to.value)) }
            p { @for value in &sweep.now {
                "It is " b { (text(&value.value.value)) } " now for " (value.workflows)
                (if value.workflows == 1 { " workflow" } else { " workflows" }) ". "
            } "Every snapshot is judged on its own day."
                @if let Some((first, last)) = period(page) { " The snapshots are from " (text(first)) " to " (text(last)) "." }
            }
            p.slide hidden {
                label { "Another value " input type="range" min="0" max=(last) value=(now.unwrap_or(0)) step="1"; } " "
                output aria-live="polite" {}
            }
            @for (at, interval) in sweep.intervals.iter().enumerate() { (flipped(interval, at, &values_now, context)) }
            p { "Snapshots from the top: " @for (decision, _) in counts(&DecisionCounts::default()).into_iter().rev() {
                (badge(decision)) " "
            } }
            div.scroll tabindex="0" role="group" aria-label=(format!("Snapshots by {}", text(&sweep.param))) { (columns(sweep, number, now)) }
            div.scroll tabindex="0" role="group" aria-label=(format!("Values of {}", text(&sweep.param))) {
                table.intervals {
                    thead {
                        tr { td rowspan="2" {} th scope="colgroup" colspan="4" { "Snapshots" }
                            th scope="colgroup" colspan="4" { "Workflows today" }
                            th scope="col" rowspan="2" { "Otherwise than with " (values_now) } }
                        tr { @for _ in 0..2 { @for (decision, _) in counts(&DecisionCounts::default()) {
                            th scope="col" { (told(decision).2) }
                        } } }
                    }
                    tbody { @for (at, interval) in sweep.intervals.iter().enumerate() {
                        tr data-interval=(at) data-said=(said(interval)) {
                            th scope="row" { (text(&interval.shown)) @if Some(at) == now { " " strong { "◂ now" } } }
                            @for (decision, count) in counts(&interval.counts.days) {
                                td data-label=(format!("Snapshots: {}", told(decision).2)) { (count) }
                            }
                            @for (decision, count) in counts(&interval.counts.workflows) {
                                td data-label=(format!("Workflows today: {}", told(decision).2)) { (count) }
                            }
                            td data-label="Otherwise than now" { (otherwise(interval, context)) }
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
            (counted(flips.days, "snapshot")) ": " span.kinds { (kinds(flips)) }
        }
        @for flip in &flips.workflows {
            br; (context.workflow(&flip.name())) " today: " (badge(flip.from)) " → " (badge(flip.to))
        }
    }
}

/// How many snapshots are decided how instead; where not all are listed, how many are let through and stopped.
fn kinds(flips: &SweepFlips) -> Markup {
    let mut kinds: BTreeMap<(Decision, Decision), usize> = BTreeMap::new();
    flips.flipped.iter().for_each(|flip| *kinds.entry((flip.from, flip.to)).or_default() += 1);
    html! {
        @if flips.flipped.len() < flips.days {
            (flips.released) " let through, " (flips.stopped) " stopped"
        } @else {
            @for (at, ((from, to), count)) in kinds.into_iter().enumerate() {
                @if at > 0 { ", " } (count) " " (told(from).2) " → " (told(to).2)
            }
        }
    }
}

/// Every snapshot that is decided otherwise than by the values in force.
fn flipped(interval: &SweepInterval, at: usize, now: &str, context: &PageContext<'_>) -> Markup {
    let flips = &interval.flips;
    html! {
        @if !flips.flipped.is_empty() {
            details.flips data-flips=(at) {
                summary { "With " (text(&interval.shown)) ", " (counted(flips.days, "snapshot")) " are decided otherwise than with " (now) ": " (kinds(flips)) }
                ul { @for flip in &flips.flipped { li {
                    (context.workflow(&flip.workflow)) " " (text(&flip.date)) ": "
                    (told(flip.from).2) " → " (told(flip.to).2)
                } } }
                @if flips.days > flips.flipped.len() { p { "and " (flips.days - flips.flipped.len()) " more" } }
            }
        }
    }
}

/// From the first snapshot that was judged to the last one.
fn period(page: &PageReport) -> Option<(&str, &str)> {
    let dates = || page.workflows.iter().flat_map(|own| &own.days).map(|day| &*day.date);
    dates().min().zip(dates().max())
}

/// A column for each stretch of values, with its snapshots by decision.
fn columns(sweep: &ParamSweep, number: usize, now: Option<usize>) -> Markup {
    let width = sweep.intervals.len() * COLUMN;
    html! {
        svg.columns viewBox=(format!("0 0 {width} {}", HEIGHT + 32)) width=(width) height=(HEIGHT + 32) role="img"
            aria-label=(text(&format!("Snapshots by decision, for {} stretches of values", sweep.intervals.len())))
            aria-describedby={ "s-" (number) } {
            @for (at, interval) in sweep.intervals.iter().enumerate() {
                g.column data-interval=(at) {
                    @for (class, y, height, count) in stack(&interval.counts.days) {
                        rect class=(class) x=(at * COLUMN + 3) y=(y) width=(COLUMN - 6) height=(height) {}
                        @if height >= ROOM { text.n x=(at * COLUMN + COLUMN / 2) y=(y + height / 2 + 4) { (count) } }
                    }
                    text x=(at * COLUMN + COLUMN / 2) y=(HEIGHT + 13) { (range_of(interval)) }
                    @if Some(at) == now { text x=(at * COLUMN + COLUMN / 2) y=(HEIGHT + 27) { "now" } }
                }
            }
        }
    }
}

/// `70–75%`
fn range_of(interval: &SweepInterval) -> String {
    let (from, to) = (text(&interval.from.value), text(&interval.to.value));
    if from == to {
        return to;
    }
    let from = if to.ends_with('%') { from.trim_end_matches('%') } else { &*from };
    let (above, below) = (if interval.with_from { "" } else { ">" }, if interval.with_to { "" } else { "<" });
    format!("{above}{from}–{below}{to}")
}

/// The parts of a column from its top: their class, where they begin, how high they are, and what they count.
fn stack(of: &DecisionCounts) -> Vec<(&'static str, usize, usize, usize)> {
    let all = counts(of);
    let total: usize = all.iter().map(|(_, count)| count).sum();
    let (mut parts, mut before) = (Vec::new(), 0);
    for (decision, count) in all.into_iter().rev() {
        let place = |count: usize| (count * HEIGHT).checked_div(total).unwrap_or_default();
        let (y, end) = (place(before), place(before + count));
        before += count;
        if end > y {
            parts.push((told(decision).0, y, end - y, count));
        }
    }
    parts
}
