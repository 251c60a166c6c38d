//! Small functions that draw: a chart of values with what they are held against, and the marks that charts are made of.
//!
//! All charts of a workflow share one scale of time, so that a day lies at the same place in each.

use std::fmt::Write;

use maud::{Markup, html};

use super::parts::{asks, is_asked_now, is_judged_now, keeps, newest, text};
use crate::ast::{CompareOp, EffectKind};
use crate::report::page::{BoundStep, Chart, ChartBound, WorkflowPage};
use crate::report::{RuleReport, WorkflowReport};

/// The width of what is drawn, without the room for the scale before it.
pub(super) const WIDTH: f64 = 600.0;
/// The room for the scale.
pub(super) const LEFT: f64 = 64.0;
/// Room behind, for what the bounds are worth.
pub(super) const RIGHT: f64 = 12.0;
const HEIGHT: f64 = 120.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 18.0;
/// Rules that a caption names.
const TITLES: usize = 2;

/// The marks that charts share: a dot for a value.
pub(super) fn markers() -> Markup {
    html! {
        svg.defs width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                (super::timeline::markers())
                marker #cross markerWidth="10" markerHeight="10" refX="5" refY="5" markerUnits="userSpaceOnUse" {
                    path d="M1 1l8 8m-8 0 8-8" {}
                }
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
        @if let Some(day) = first { text.dt x=(LEFT) y=(short(y)) { (text(&day.date)) } }
        @if let Some(day) = last { text.dt.end x=(short(LEFT + WIDTH)) y=(short(y)) { (text(&day.date)) } }
    }
}

/// Lines from left to right at these heights.
pub(super) fn grid(heights: impl Iterator<Item = f64>) -> String {
    heights.map(|y| format!("M{LEFT} {}h{WIDTH}", short(y))).collect()
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

/// A chart, with a caption that says what it is and what it asks; `column` is that of its values in the table.
pub(super) fn chart(
    (report, workflow): (&WorkflowReport, &WorkflowPage),
    chart: &Chart,
    column: usize,
    key: &str,
) -> Markup {
    let (time, scale) = (TimeScale::of(workflow), ValueScale::of(chart));
    let height = TOP + HEIGHT + BOTTOM;
    html! {
        figure.chart {
            figcaption { (caption(chart, report)) }
            svg.c viewBox=(format!("0 0 {} {}", LEFT + WIDTH + RIGHT, height)) role="img" tabindex="0"
                aria-label=(label(chart)) aria-describedby=(format!("v-{key}")) data-column=(column) {
                path.grid d=(grid(chart.ticks.iter().map(|(at, _)| scale.y(*at)))) {}
                g.end { @for (at, shown) in &chart.ticks {
                    text x=(LEFT - 6.0) y=(short(scale.y(*at) + 4.0)) { (text(shown)) }
                } }
                @for bound in &chart.bounds {
                    (drawn_bound(bound, is_asked_now(bound, report), workflow, (&time, &scale)))
                }
                (drawn_values(workflow, chart, &time, &scale))
                use href={ "#x-" (key) } y=(short(height)) {}
            }
        }
    }
}

/// What a chart is of, what it is now, and what is asked.
pub(super) fn caption(chart: &Chart, report: &WorkflowReport) -> Markup {
    let rules = rules(chart, report);
    html! {
        @if !rules.is_empty() { b { (rules.iter().take(TITLES).map(|rule| named(rule)).collect::<Vec<_>>().join("; ")) } }
        @if rules.len() > TITLES { "; and " (rules.len() - TITLES) " more" }
        @if !rules.is_empty() { br; }
        code { (text(&chart.expression)) }
        @if let Some((day, point)) = newest(chart) {
            ": " b.value { (text(&point.shown)) }
            @let any = chart.bounds.iter().any(|bound| is_asked_now(bound, report));
            @for bound in telling(chart, day).into_iter().filter(|bound| !any || is_asked_now(bound, report)) {
                @if let Some(step) = bound.on(day) {
                    @let is_asked = is_asked_now(bound, report);
                    @let is_kept = keeps(bound, step, point).filter(|_| is_asked);
                    " " span class=(match is_kept { Some(true) => "ok", Some(false) => "bad", None => "soft" }) {
                        (match is_kept { Some(true) => "✓ ", Some(false) => sign(bound, report), None => "" })
                        (asks(bound, step))
                        @if !is_asked { " (not asked now)" }
                    }
                    @if step.shown != bound.bound { " (" code { (text(&bound.bound)) } ")" }
                }
            }
        } @else { ": " em { "not in the newest snapshot" } }
    }
}

/// The sign of a bound that is not kept to: what only warns has another one than what stops the workflow.
fn sign(bound: &ChartBound, report: &WorkflowReport) -> &'static str {
    let own = report.rules.iter().filter(|rule| bound.rules.contains(&rule.rule));
    match own.map(|rule| rule.effect).max() {
        Some(EffectKind::Note) => "i ",
        Some(EffectKind::Warn) => "! ",
        Some(EffectKind::Hold | EffectKind::Rollback) | None => "✗ ",
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

/// The rules that read a measure: those that are judged now first.
fn rules<'r>(chart: &Chart, report: &'r WorkflowReport) -> Vec<&'r RuleReport> {
    let reads = |rule: &&RuleReport| chart.bounds.iter().any(|bound| bound.rules.contains(&rule.rule));
    let mut found: Vec<&RuleReport> = report.rules.iter().filter(reads).collect();
    found.dedup_by_key(|rule| &rule.rule);
    found.sort_by_key(|rule| !is_judged_now(rule, report));
    found
}

/// A rule by what it demands; by its name where it says nothing.
fn named(rule: &RuleReport) -> String {
    if rule.title.is_empty() { text(&rule.rule) } else { text(&rule.title) }
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

/// A bound as a line in steps, with the side that does not keep to it where a rule asks for that now.
fn drawn_bound(
    bound: &ChartBound,
    is_asked: bool,
    workflow: &WorkflowPage,
    (time, scale): (&TimeScale, &ValueScale),
) -> Markup {
    let x = |day: usize| workflow.at.get(day).map_or(LEFT, |at| time.x(*at));
    let below = fails_below(bound).filter(|_| is_asked);
    let (mut line, mut side) = (String::new(), String::new());
    // Where the last stretch began and ended.
    let mut stretch: Option<(f64, f64)> = None;
    let end = |is_below: bool| if is_below { TOP + HEIGHT } else { TOP };
    for (at, step) in bound.steps.iter().enumerate() {
        let from = if step.from == 0 { LEFT } else { x(step.from) };
        let to = bound.steps.get(at + 1).map_or(LEFT + WIDTH, |next| x(next.from));
        let closed = |first: f64, side: &mut String| {
            // Writing to a string cannot fail.
            let _ = below.map(|below| write!(side, "V{:.0}H{first:.0}z", end(below)));
        };
        let Some(value) = step.at else {
            stretch.take().into_iter().for_each(|(first, _)| closed(first, &mut side));
            continue;
        };
        let y = scale.y(value);
        let drawn = match stretch {
            Some(_) => format!("V{y:.0}H{to:.0}"),
            None => format!("M{from:.0} {y:.0}H{to:.0}"),
        };
        line.push_str(&drawn);
        side.push_str(if below.is_some() { &drawn } else { "" });
        stretch = Some((stretch.map_or(from, |(first, _)| first), to));
        if at + 1 == bound.steps.len() {
            stretch.take().into_iter().for_each(|(first, _)| closed(first, &mut side));
        }
    }
    html! {
        @if !side.is_empty() { path.side d=(side) {} }
        path class=(if is_asked { "bound" } else { "bound past" }) d=(line) {}
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

/// A line from point to point in whole units, each told by how far it is from the one before: that takes least room.
#[derive(Default)]
pub(super) struct Trail {
    pub(super) path: String,
    last: Option<(f64, f64)>,
    is_drawn: bool,
}

impl Trail {
    /// Draws on to a point, or begins there.
    pub(super) fn to(&mut self, x: f64, y: f64) {
        let (x, y) = (x.round(), y.round());
        let (from_x, from_y) = self.last.unwrap_or((0.0, 0.0));
        let sign = if self.is_drawn { " " } else { "m" };
        let gap = if y < from_y { "" } else { " " };
        // Writing to a string cannot fail. Plus zero is never minus zero.
        let _ = write!(self.path, "{sign}{}{gap}{}", x - from_x + 0.0, y - from_y + 0.0);
        (self.last, self.is_drawn) = (Some((x, y)), true);
    }

    /// Begins anew at the next point.
    pub(super) fn lift(&mut self) {
        self.is_drawn = false;
    }
}

fn drawn_gap((from, to): (f64, f64)) -> String {
    format!("M{from:.0} {:.0}h{:.0}", TOP + HEIGHT / 2.0, to.round() - from.round())
}

/// Values as dots on a line that breaks where nothing is known, those that a rule failed for as crosses, and bars where a value lies between
/// two others.
fn drawn_values(workflow: &WorkflowPage, chart: &Chart, time: &TimeScale, scale: &ValueScale) -> Markup {
    let (mut line, mut crosses) = (Trail::default(), Trail::default());
    let (mut bars, mut gaps) = (String::new(), String::new());
    // Where the last gap began, and ends.
    let mut gap: Option<(f64, f64)> = None;
    let is_gap = |day: usize| chart.points.get(day).is_some_and(|point| !point.is_known());
    for (day, (point, at)) in chart.points.iter().zip(&workflow.at).enumerate() {
        let x = time.x(*at);
        // What only warned has no cross.
        let own = workflow.days.get(day);
        let stopped =
            |rule: &String| own.is_some_and(|own| own.failed.contains(rule) && !own.warned.contains(rule));
        let stops = |bound: &ChartBound| bound.rules.iter().any(stopped);
        let is_off =
            |bound: &ChartBound, step: &BoundStep| keeps(bound, step, point) == Some(false) && stops(bound);
        let fails = chart.bounds.iter().any(|bound| bound.on(day).is_some_and(|step| is_off(bound, step)));
        // Writing to a string cannot fail.
        match (point.exact(), point.is_known()) {
            (Some(value), _) => {
                line.to(x, scale.y(value));
                if fails {
                    crosses.lift();
                    crosses.to(x, scale.y(value));
                }
                continue;
            }
            (None, true) => {
                let (low, high) = (point.low.unwrap_or(scale.low), point.high.unwrap_or(scale.high));
                let _ = write!(bars, "M{} {}V{}", short(x), short(scale.y(low)), short(scale.y(high)));
            }
            (None, false) => {
                // A gap goes on from the one before it.
                let goes_on = day.checked_sub(1).is_some_and(is_gap);
                let from = gap.filter(|_| goes_on).map_or(x - 3.0, |(from, _)| from);
                if !goes_on {
                    gaps.push_str(&gap.map_or_else(String::new, drawn_gap));
                }
                gap = Some((from, x + 3.0));
            }
        }
        line.lift();
    }
    gaps.push_str(&gap.map_or_else(String::new, drawn_gap));
    html! {
        @if !gaps.is_empty() { path.gap d=(gaps) {} }
        @if !line.path.is_empty() { path.line d=(line.path) {} }
        @if !bars.is_empty() { path.between d=(bars) {} }
        @if !crosses.path.is_empty() { path.cross d=(crosses.path) {} }
    }
}
