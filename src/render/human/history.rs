//! The human form of the history: a line for each snapshot, and the course of the numbers.

use super::{Color, Page, summary};
use crate::engine::Answer;
use crate::render::{Style, View};
use crate::report::{DayReport, Decision, History, Metric, MetricThreshold, WorkflowHistory};
use crate::text::{pad, visible, width, wrap};
use crate::types::Kind;
use crate::value::Number;

/// Snapshots in a row of which nothing else is to be said before they are told in one line.
const MIN_RUN: usize = 3;
/// Thresholds that are named behind a number.
const MAX_THRESHOLDS: usize = 3;
/// Bars that are drawn, however narrow the terminal is.
const MIN_BARS: usize = 8;

/// Diagnostics first, then each workflow, then what the marks mean. What goes on in the same way, snapshot after snapshot, is one
/// line unless all is asked for.
pub fn render_history(back: &Answer<History>, style: Style, full: bool) -> String {
    let view = View { full: true, ..View::default() };
    let mut page = Page::new(style, &view);
    page.diagnostics(&back.diagnostics, &back.sources, &view);
    let mut legend = Legend::default();
    for workflow in &back.report.workflows {
        page.blank();
        history(&mut page, workflow, full, &mut legend);
    }
    legend.write(&mut page);
    page.out
}

/// The marks that were used.
#[derive(Default)]
struct Legend {
    undecided: bool,
    warned: bool,
    folded: bool,
    bars: bool,
    /// Whether there are more snapshots than bars.
    thinned: bool,
}

impl Legend {
    fn write(&self, page: &mut Page) {
        let thinned =
            if self.thinned { "; where a line would be too long, a bar is the last of several" } else { "" };
        let bars = format!(
            "bars: one for each snapshot, on the scale in parentheses, and a blank where nothing was recorded{thinned}"
        );
        let lines = [
            (self.undecided, "`?` after a rule: it was undecided"),
            (self.warned, "`warned`: rules that failed or were undecided and stopped nothing"),
            (
                self.folded,
                "snapshots in a row that went on in the same way share a line: `--full` shows each",
            ),
            (self.bars, &bars),
        ];
        page.blank();
        let width = page.style.width;
        let used = lines.into_iter().filter(|(is_used, _)| *is_used);
        for line in used.flat_map(|(_, text)| wrap(text, width)) {
            let line = page.paint(&line, Color::Dim);
            page.line(&line);
        }
    }
}

fn history(page: &mut Page, workflow: &WorkflowHistory, full: bool, legend: &mut Legend) {
    let style = page.style;
    let bullet = if style.unicode { "•" } else { "*" };
    page.line(&format!("{bullet} {}", visible(&workflow.name())));
    let stage = |day: &DayReport| match (&day.stage, &day.asks) {
        (Some(stage), Some(asks)) => summary::arrow(&format!("{stage} -> {asks}"), style),
        (Some(stage), None) => visible(stage).into_owned(),
        (None, _) => String::new(),
    };
    let stages = workflow.days.iter().map(|day| width(&stage(day))).max().unwrap_or(0);
    let runs: Vec<(String, &DayReport, usize)> = runs(&workflow.days, full);
    let dates = runs.iter().map(|(dates, ..)| width(dates)).max().unwrap_or(0);
    for (when, day, count) in runs {
        let mut why = why(day, legend);
        if count > 1 {
            legend.folded = true;
            why.push(format!("{count} snapshots"));
        }
        let line = format!(
            "  {}  {}  {}  {}",
            pad(&when, dates),
            pad(&stage(day), stages),
            summary::decision(day.decision, style),
            why.join("; ")
        );
        page.line(&line);
    }
    if let Some(last) = &workflow.retired {
        page.line(&format!("  retired: its last day was {last}"));
    }
    let names = workflow.metrics.iter().map(|metric| width(&metric.name)).max().unwrap_or(0);
    for metric in &workflow.metrics {
        course(page, metric, names, legend);
    }
}

/// The days with their dates; those that go on in the same way as one.
fn runs(days: &[DayReport], full: bool) -> Vec<(String, &DayReport, usize)> {
    let is_same = |one: &DayReport, other: &DayReport| {
        let of = |day: &DayReport| {
            (day.failed.clone(), day.undecided.clone(), day.because.clone(), day.stage.clone())
        };
        let goes_on = |day: &DayReport| day.decision == Decision::Continue && day.asks.is_none();
        !full && goes_on(one) && goes_on(other) && of(one) == of(other)
    };
    let mut runs = Vec::new();
    for run in days.chunk_by(is_same) {
        match run {
            [first, .., last] if run.len() >= MIN_RUN => {
                runs.push((format!("{} to {}", first.date, last.date), first, run.len()));
            }
            few => runs.extend(few.iter().map(|day| (day.date.clone(), day, 1))),
        }
    }
    runs
}

/// What stopped a workflow, then what only warned.
fn why(day: &DayReport, legend: &mut Legend) -> Vec<String> {
    let marked = |rule: &String| visible(rule).into_owned();
    let doubtful = |rule: &String| format!("{}?", visible(rule));
    let failed = day.failed.iter().map(|rule| (day.warned.contains(rule), marked(rule)));
    let undecided = day.undecided.iter().map(|rule| (day.warned.contains(rule), doubtful(rule)));
    let (warned, mut stopped): (Vec<_>, Vec<_>) = failed.chain(undecided).partition(|(is_mild, _)| *is_mild);
    stopped.extend(day.because.iter().map(|why| (false, visible(why).into_owned())));
    legend.undecided |= !day.undecided.is_empty();
    legend.warned |= !warned.is_empty();
    let names =
        |rules: Vec<(bool, String)>| rules.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", ");
    let mut parts = Vec::new();
    if !stopped.is_empty() {
        parts.push(names(stopped));
    }
    if !warned.is_empty() {
        parts.push(format!("warned: {}", names(warned)));
    }
    parts
}

/// A number from its first value to its last, with bars on its scale and what rules hold it against.
fn course(page: &mut Page, metric: &Metric, names: usize, legend: &mut Legend) {
    let style = page.style;
    let arrow = if style.unicode { "→" } else { "->" };
    let ends = format!("{} {arrow} {}", metric.first, metric.last);
    let before = format!("  {}  ", pad(&visible(&metric.name), names));
    let mut line = before.clone();
    if style.unicode {
        let room = style.width.saturating_sub(width(&before) + 2 + width(&ends)).max(MIN_BARS);
        let (bars, is_thinned) = sparkline(metric, room);
        legend.bars = true;
        legend.thinned |= is_thinned;
        line = format!("{before}{bars}  ");
    }
    line.push_str(&ends);
    let scale =
        style.unicode.then(|| format!("{} to {}", end(metric, &metric.low), end(metric, &metric.high)));
    let held = |held: &MetricThreshold| {
        let mark =
            if style.unicode { format!("{} ", bar(metric, number(&held.value))) } else { String::new() };
        let (first, more) = (held.rules.first().map_or("", |rule| rule), held.rules.len().saturating_sub(1));
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{mark}{} in {}{more}", held.asks, visible(first))
    };
    let held = metric.thresholds.iter().take(MAX_THRESHOLDS).map(held);
    let about: Vec<String> = scale.into_iter().chain(held).collect();
    if about.is_empty() {
        return page.line(&line);
    }
    let about = format!("({})", about.join("; "));
    if width(&line) + 2 + width(&about) <= style.width {
        return page.line(&format!("{line}  {about}"));
    }
    page.line(&line);
    let indent = width(&before);
    for part in wrap(&about, style.width.saturating_sub(indent)) {
        page.line(&format!("{}{part}", " ".repeat(indent)));
    }
}

/// An end of the scale; no length is so many days.
fn end(metric: &Metric, end: &Number) -> String {
    if *end == Number::ZERO && metric.kind == Kind::Duration { "0".to_owned() } else { metric.kind.show(end) }
}

/// One bar for each snapshot, a blank where the value is missing; of a long series the last of so many. Whether it is one.
fn sparkline(metric: &Metric, room: usize) -> (String, bool) {
    let each = metric.values.len().div_ceil(room.max(1)).max(1);
    // Counted from the end, so that the newest value is always among them.
    let shown =
        metric.values.iter().rev().step_by(each).map(|value| value.map_or(' ', |value| bar(metric, value)));
    let bars: Vec<char> = shown.collect();
    (bars.into_iter().rev().collect(), each > 1)
}

/// The bar of a value on the scale of its number.
fn bar(metric: &Metric, value: f64) -> char {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (low, high) = (number(&metric.low), number(&metric.high));
    let step = (value - low) / (high - low) * 7.0;
    BARS.iter().enumerate().find(|(index, _)| step <= *index as f64 + 0.5).map_or('█', |(_, bar)| *bar)
}

fn number(of: &Number) -> f64 {
    of.to_f64_fast()
}
