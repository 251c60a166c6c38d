//! Small functions that draw: a chart of values with what they are held against, and the marks that charts are made of.
//!
//! All charts of a workflow share one scale of time, so that a day lies at the same place in each.

use std::fmt::Write;

use maud::{Markup, html};

use super::parts::{asks, is_asked_now, keeps, newest, text};
use crate::ast::CompareOp;
use crate::report::WorkflowReport;
use crate::report::page::{BoundStep, Chart, ChartBound, WorkflowPage};

/// The width of what is drawn, without the room for the scale before it.
pub(super) const WIDTH: f64 = 600.0;
/// The room for the scale.
pub(super) const LEFT: f64 = 64.0;
/// Room behind, for what the bounds are worth.
pub(super) const RIGHT: f64 = 12.0;
const HEIGHT: f64 = 120.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 18.0;

/// The marks that charts share: a dot for a value.
pub(super) fn markers() -> Markup {
    html! {
        svg.defs width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                marker #dot markerWidth="6" markerHeight="6" refX="3" refY="3" markerUnits="userSpaceOnUse" {
                    circle cx="3" cy="3" r="2.5" {}
                }
                pattern #hatch width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    line.hatch x1="0" y1="0" x2="0" y2="5" {}
                }
            }
        }
    }
}

/// Where days lie from left to right.
pub(super) struct TimeScale {
    first: f64,
    length: f64,
}

impl TimeScale {
    /// From the first snapshot to the day of judgement, or to the newest snapshot where that is later.
    pub(super) fn of(workflow: &WorkflowPage) -> Self {
        let first = workflow.at.first().copied().unwrap_or(workflow.today);
        let last = workflow.at.last().copied().unwrap_or(first).max(workflow.today);
        Self { first, length: last - first }
    }

    /// The place of a day.
    pub(super) fn x(&self, day: f64) -> f64 {
        // One day alone lies in the middle.
        let share = if self.length > 0.0 { (day - self.first) / self.length } else { 0.5 };
        LEFT + 8.0 + share * (WIDTH - 16.0)
    }

    /// The places of all snapshots, in whole units: what the script goes by.
    pub(super) fn places(&self, workflow: &WorkflowPage) -> String {
        let places = workflow.at.iter().map(|day| short(self.x(*day)));
        places.collect::<Vec<_>>().join(" ")
    }
}

/// A number in as few characters as it takes to see no difference.
pub(super) fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// The dates below a chart: the first, and the last where there is room for two.
pub(super) fn dates(workflow: &WorkflowPage, y: f64) -> Markup {
    let (first, last) = (workflow.days.first(), workflow.days.last().filter(|_| workflow.days.len() > 1));
    html! {
        @if let Some(day) = first { text.ax x=(LEFT) y=(short(y)) { (text(&day.date)) } }
        @if let Some(day) = last {
            text.ax.end x=(short(LEFT + WIDTH)) y=(short(y)) { (text(&day.date)) }
        }
    }
}

/// Where values lie from top to bottom.
struct ValueScale {
    low: f64,
    high: f64,
}

impl ValueScale {
    fn of(chart: &Chart) -> Self {
        let (low, high) = (chart.ticks.first(), chart.ticks.last());
        Self { low: low.map_or(0.0, |tick| tick.0), high: high.map_or(1.0, |tick| tick.0) }
    }

    fn y(&self, value: f64) -> f64 {
        let share = if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.5 };
        TOP + (1.0 - share.clamp(0.0, 1.0)) * HEIGHT
    }
}

/// A chart, with a caption that says what it is and what it asks; `number` tells it from others of its workflow.
pub(super) fn chart(
    (report, workflow): (&WorkflowReport, &WorkflowPage),
    chart: &Chart,
    number: usize,
    anchor: &str,
) -> Markup {
    let (time, scale) = (TimeScale::of(workflow), ValueScale::of(chart));
    let height = TOP + HEIGHT + BOTTOM;
    html! {
        figure.chart {
            figcaption { (caption(chart, report)) }
            svg.c viewBox=(format!("0 0 {} {}", LEFT + WIDTH + RIGHT, height)) role="img" tabindex="0"
                aria-label=(label(chart)) aria-describedby=(format!("v-{anchor}")) data-column=(number + 1) {
                @for (at, shown) in &chart.ticks {
                    line.grid x1=(LEFT) x2=(LEFT + WIDTH) y1=(short(scale.y(*at))) y2=(short(scale.y(*at))) {}
                    text.ax.end x=(LEFT - 6.0) y=(short(scale.y(*at) + 4.0)) { (text(shown)) }
                }
                @for bound in &chart.bounds { (drawn_bound(bound, workflow, &time, &scale)) }
                (drawn_values(workflow, chart, &time, &scale))
                (dates(workflow, height - 2.0))
            }
        }
    }
}

/// What a chart is of, what it is now, and what is asked.
pub(super) fn caption(chart: &Chart, report: &WorkflowReport) -> Markup {
    html! {
        b { code { (text(&chart.expression)) } }
        @if let Some((day, point)) = newest(chart) {
            ": " b.value { (text(&point.shown)) }
            @for bound in telling(chart, day) {
                @if let Some(step) = bound.on(day) {
                    @let is_asked = is_asked_now(bound, report);
                    @let is_kept = keeps(bound, step, point).filter(|_| is_asked);
                    " " span class=(match is_kept { Some(true) => "ok", Some(false) => "bad", None => "soft" }) {
                        (match is_kept { Some(true) => "✓ ", Some(false) => "✗ ", None => "" })
                        (asks(bound, step))
                        @if !is_asked { " (not asked now)" }
                    }
                    @if step.shown != bound.bound { " " small { "(" code { (text(&bound.bound)) } ")" } }
                }
            }
        } @else { ": " em { "not in the newest snapshot" } }
        br; small { "read by " (rules(chart).join(", ")) }
    }
}

/// The bounds of a chart on a day; of those that do not stand alone, only what no other says already.
fn telling(chart: &Chart, day: usize) -> Vec<&ChartBound> {
    let shown = |bound: &ChartBound| bound.on(day).map(|step| step.shown.clone());
    let alone = |bound: &&ChartBound| bound.is_alone;
    let said: Vec<Option<String>> = chart.bounds.iter().filter(alone).map(shown).collect();
    let mut told: Vec<&ChartBound> = Vec::new();
    for bound in &chart.bounds {
        let again = told.iter().any(|known| !known.is_alone && shown(known) == shown(bound));
        if bound.is_alone || !said.contains(&shown(bound)) && !again {
            told.push(bound);
        }
    }
    told
}

fn rules(chart: &Chart) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for rule in chart.bounds.iter().flat_map(|bound| &bound.rules) {
        if !names.contains(rule) {
            names.push(text(rule));
        }
    }
    names
}

/// What somebody who cannot see it is told.
fn label(chart: &Chart) -> String {
    let known: Vec<&str> =
        chart.points.iter().filter(|point| point.is_known()).map(|point| &*point.shown).collect();
    let course = match known.as_slice() {
        [] => "no value".to_owned(),
        [only] => format!("one value, {only}"),
        [first, .., last] => format!("{} values from {first} to {last}", known.len()),
    };
    let gaps = chart.points.len() - known.len();
    let gaps = if gaps > 0 { format!(", unknown in {gaps} snapshots") } else { String::new() };
    text(&format!("Chart of {}: {course}{gaps}", chart.expression))
}

/// A bound as a line in steps, and the side that does not keep to it.
fn drawn_bound(bound: &ChartBound, workflow: &WorkflowPage, time: &TimeScale, scale: &ValueScale) -> Markup {
    let x = |day: usize| workflow.at.get(day).map_or(LEFT, |at| time.x(*at));
    let (mut line, mut sides) = (String::new(), Vec::new());
    for (at, step) in bound.steps.iter().enumerate() {
        let from = if step.from == 0 { LEFT } else { x(step.from) };
        let to = bound.steps.get(at + 1).map_or(LEFT + WIDTH, |next| x(next.from));
        let Some(value) = step.at else { continue };
        let y = scale.y(value);
        // Writing to a string cannot fail.
        let _ = write!(line, "M{} {}H{}", short(from), short(y), short(to));
        if let Some(is_below) = fails_below(bound) {
            let (top, height) = if is_below { (y, TOP + HEIGHT - y) } else { (TOP, y - TOP) };
            sides.push((from, top, to - from, height));
        }
    }
    html! {
        @for (x, y, width, height) in sides {
            rect.side x=(short(x)) y=(short(y)) width=(short(width)) height=(short(height)) {}
        }
        path.bound d=(line) {}
    }
}

/// Whether what is below a bound fails it, rather than what is above; none where it is neither.
fn fails_below(bound: &ChartBound) -> Option<bool> {
    if !bound.is_alone {
        return None;
    }
    let op = if bound.is_asked { bound.op } else { bound.op.negated() };
    match op {
        CompareOp::GreaterEqual | CompareOp::Greater => Some(true),
        CompareOp::LessEqual | CompareOp::Less => Some(false),
        CompareOp::Equal | CompareOp::NotEqual => None,
    }
}

/// Values as dots on a line that breaks where nothing is known, those that a rule failed for as crosses, and bars where a value lies between
/// two others.
fn drawn_values(workflow: &WorkflowPage, chart: &Chart, time: &TimeScale, scale: &ValueScale) -> Markup {
    let (mut line, mut bars, mut crosses, mut gaps) =
        (String::new(), String::new(), String::new(), String::new());
    let mut is_broken = true;
    for (day, (point, at)) in chart.points.iter().zip(&workflow.at).enumerate() {
        let x = short(time.x(*at));
        let failed = workflow.days.get(day).map_or(&[][..], |day| &day.failed);
        let stops = |bound: &ChartBound| bound.rules.iter().any(|rule| failed.contains(rule));
        let is_off = |bound: &ChartBound, step: &BoundStep| keeps(bound, step, point) == Some(false) && stops(bound);
        let fails = chart.bounds.iter().any(|bound| bound.on(day).is_some_and(|step| is_off(bound, step)));
        if let Some(value) = point.exact() {
            let y = short(scale.y(value));
            let _ = write!(line, "{}{x} {y}", if is_broken { "M" } else { "L" });
            is_broken = false;
            if fails {
                let _ = write!(crosses, "M{x} {y}m-4-4l8 8m-8 0l8-8");
            }
            continue;
        }
        is_broken = true;
        if point.is_known() {
            let (low, high) = (scale.y(point.low.unwrap_or(scale.low)), scale.y(point.high.unwrap_or(scale.high)));
            let _ = write!(bars, "M{x} {}V{}", short(low), short(high));
        } else {
            let _ = write!(gaps, "M{x} {}v{}", short(TOP), short(HEIGHT));
        }
    }
    html! {
        @if !gaps.is_empty() { path.gap d=(gaps) {} }
        path.line d=(line) {}
        @if !bars.is_empty() { path.between d=(bars) {} }
        @if !crosses.is_empty() { path.cross d=(crosses) {} }
    }
}
