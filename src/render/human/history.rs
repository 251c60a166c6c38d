//! The human form of the history: a line for each snapshot, and the course of the numbers.

use super::{Page, summary};
use crate::engine::Answer;
use crate::render::{Style, View};
use crate::report::{DayReport, History, Metric, WorkflowHistory};
use crate::text::{pad, visible, width};

/// Diagnostics first, then each workflow.
pub fn render_history(back: &Answer<History>, style: Style) -> String {
    let view = View { full: true, ..View::default() };
    let mut page = Page::new(style, &view);
    page.diagnostics(&back.diagnostics, &back.sources, &view);
    for workflow in &back.report.workflows {
        page.blank();
        history(&mut page, workflow);
    }
    page.out
}

fn history(page: &mut Page, workflow: &WorkflowHistory) {
    let style = page.style;
    let bullet = if style.unicode { "•" } else { "*" };
    page.line(&format!("{bullet} {}", visible(&workflow.name())));
    let stage = |day: &DayReport| match (&day.stage, &day.asks) {
        (Some(stage), Some(asks)) => summary::arrow(&format!("{stage} -> {asks}"), style),
        (Some(stage), None) => visible(stage).into_owned(),
        (None, _) => String::new(),
    };
    let stages = workflow.days.iter().map(|day| width(&stage(day))).max().unwrap_or(0);
    for day in &workflow.days {
        let mut why: Vec<String> = day.failed.iter().map(|rule| visible(rule).into_owned()).collect();
        why.extend(day.undecided.iter().map(|rule| format!("{}?", visible(rule))));
        why.extend(day.because.iter().map(|why| visible(why).into_owned()));
        let line = format!(
            "  {}  {}  {}  {}",
            day.date,
            pad(&stage(day), stages),
            summary::decision(day.decision, style),
            why.join(", ")
        );
        page.line(&line);
    }
    if let Some(last) = &workflow.retired {
        page.line(&format!("  retired: its last day was {last}"));
    }
    let names = workflow.metrics.iter().map(|metric| width(&metric.name)).max().unwrap_or(0);
    for metric in &workflow.metrics {
        let name = pad(&metric.name, names);
        let (first, last) = (&metric.first, &metric.last);
        page.line(&match style.unicode {
            true => format!("  {name}  {}  {first} → {last}", sparkline(metric)),
            false => format!("  {name}  {first} -> {last}"),
        });
    }
}

/// One bar for each snapshot, from the lowest to the highest value; a blank where it is missing.
fn sparkline(metric: &Metric) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let known = || metric.values.iter().flatten().copied();
    let (low, high) = known()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let bar = |value: &Option<f64>| match value {
        None => ' ',
        Some(value) => {
            let step = (value - low) / (high - low) * 7.0;
            BARS.iter()
                .enumerate()
                .find(|(index, _)| step <= *index as f64 + 0.5)
                .map_or('█', |(_, bar)| *bar)
        }
    };
    metric.values.iter().map(bar).collect()
}
