//! The form for screen readers: what the drawn form says, line by line, without frames, columns or marks.

use super::{against, headline, in_order, is_shown, remedy_word, shown_labels, summary};
use crate::diagnostic::{Diagnostic, Label};
use crate::engine::{Judgement, LookBack};
use crate::render::{Style, View};
use crate::report::{RuleReport, WorkflowReport};
use crate::source::{FileId, SourceMap};
use crate::text::visible;

/// Words alone: no colour, no frame.
const STYLE: Style = Style { color: false, unicode: false, width: usize::MAX };
/// Characters that are quoted of a line.
const MAX_QUOTED: usize = 160;

/// Diagnostics, then each workflow with its reports, then what it comes to.
pub fn narrate(judgement: &Judgement, view: &View) -> String {
    let mut lines = Vec::new();
    for diagnostic in in_order(&judgement.diagnostics) {
        diagnosed(diagnostic, &judgement.sources, &mut lines);
    }
    let workflows = judgement.report.workflows.iter();
    for workflow in workflows.filter(|w| !view.only_failed || !summary::goes_on(w.decision)) {
        spoken(workflow, &judgement.sources, &mut lines);
    }
    if let Some(against) = &judgement.report.against {
        lines.extend(
            against::lines(against, STYLE, view.all).into_iter().map(|line| line.replace("->", "to")),
        );
    }
    lines.push(summary::sentence(judgement));
    lines.join("\n") + "\n"
}

/// Diagnostics, then a sentence for each snapshot.
pub fn narrate_history(back: &LookBack) -> String {
    let mut lines = Vec::new();
    for diagnostic in in_order(&back.diagnostics) {
        diagnosed(diagnostic, &back.sources, &mut lines);
    }
    for workflow in &back.history.workflows {
        lines.push(format!("workflow {}", visible(&workflow.workflow)));
        for day in &workflow.days {
            let stage = day.stage.as_ref().map(|stage| format!(", stage {}", visible(stage)));
            let asks = day.asks.as_ref().map(|asks| format!(", asks for {}", visible(asks)));
            let named = |word: &str, rules: &[String]| {
                let names: Vec<_> = rules.iter().map(|rule| visible(rule)).collect();
                (!names.is_empty()).then(|| format!(", {word} {}", names.join(" and ")))
            };
            let parts = [stage, asks, named("failed", &day.failed), named("undecided", &day.undecided)];
            let parts: String = parts.into_iter().flatten().collect();
            lines.push(format!("{}: {}{parts}.", day.date, day.decision.as_str()));
        }
        for metric in &workflow.metrics {
            lines.push(format!("{}: from {} to {}.", visible(&metric.name), metric.first, metric.last));
        }
        lines.push(String::new());
    }
    lines.join("\n") + "\n"
}

fn diagnosed(diagnostic: &Diagnostic, sources: &SourceMap, lines: &mut Vec<String>) {
    let message = one_line(&diagnostic.message);
    lines.push(format!("{} {}: {message}.", diagnostic.severity.as_str(), diagnostic.code));
    labelled(&diagnostic.labels, sources, lines);
    lines.extend(diagnostic.help.as_ref().map(|help| format!("help: {}", one_line(help))));
    lines.push(String::new());
}

fn spoken(workflow: &WorkflowReport, sources: &SourceMap, lines: &mut Vec<String>) {
    let mut line = format!("workflow {}", visible(&workflow.workflow));
    if let Some(stage) = &workflow.stage {
        line.push_str(&format!(", stage {}", visible(stage)));
    }
    if let Some(asks) = &workflow.asks {
        line.push_str(&format!(", asks for {}", visible(asks)));
    }
    line.push_str(&format!(": {}", workflow.decision.as_str()));
    for remark in summary::remarks(workflow, STYLE) {
        line.push_str(&format!(", {}", remark.replace(" -> ", " to ")));
    }
    lines.push(format!("{line}."));
    let mut rules: Vec<&RuleReport> = workflow.rules.iter().filter(|rule| is_shown(rule)).collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.applied));
    for rule in rules {
        let Some(applied) = rule.applied else { continue };
        lines.push(String::new());
        lines.push(format!("{}: {}.", applied.as_str(), one_line(&headline(rule, applied, STYLE))));
        labelled(&shown_labels(rule, applied, sources), sources, lines);
        for threshold in &rule.thresholds {
            let text = format!("{} is {}, set in {}", threshold.param, threshold.value, threshold.from);
            lines.push(visible(&text).into_owned());
        }
        if let Some(remedy) = &rule.would_pass {
            lines.push(format!("{}: {}", remedy_word(rule), one_line(remedy)));
        }
        lines.extend(rule.help.as_ref().map(|help| format!("help: {}", one_line(help))));
    }
    lines.push(String::new());
}

/// Each line that is spoken of once, followed by what is said of its parts.
fn labelled(labels: &[Label], sources: &SourceMap, lines: &mut Vec<String>) {
    let place = |label: &Label| (label.span.file, sources.line_column(label.span).0);
    let mut places: Vec<(FileId, usize)> = Vec::new();
    for label in labels {
        if !places.contains(&place(label)) {
            places.push(place(label));
        }
    }
    for (file, line) in places {
        let text = sources.get(file).and_then(|source| source.text.lines().nth(line - 1));
        let text = cut(text.unwrap_or("").trim());
        lines.push(format!("in {} line {line}: {text}", visible(sources.name(file))));
        for label in labels.iter().filter(|label| place(label) == (file, line)) {
            let quoted = cut(sources.text(label.span).lines().next().unwrap_or(""));
            if quoted != label.text {
                lines.push(format!("at {quoted}: {}", one_line(&label.text)));
            }
        }
    }
}

fn cut(text: &str) -> String {
    let text = visible(text);
    let short: String = text.chars().take(MAX_QUOTED).collect();
    if short.len() < text.len() { format!("{short} and so on") } else { short }
}

fn one_line(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(visible).collect();
    lines.join(". ")
}
