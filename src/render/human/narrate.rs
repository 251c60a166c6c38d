//! The form for screen readers: what the drawn form says, line by line, without frames, columns or marks.

use super::drawn::MAX_DRAWN;
use super::headline::headline;
use super::{
    DIAGNOSTIC_LINES, MAX_LINES, ONE_LINERS, against, in_order, shown_labels, shown_workflows, summary,
};
use crate::ast::EffectKind;
use crate::diagnostic::{Diagnostic, Label};
use crate::engine::Answer;
use crate::render::entries::{ReportEntry, Together, entries, remedy_word};
use crate::render::{Style, View};
use crate::report::{History, Report, WorkflowReport};
use crate::source::{FileId, SourceMap};
use crate::text::{paragraph, visible};

/// Words alone: no colour, no frame.
const STYLE: Style = Style { color: false, unicode: false, width: usize::MAX };
/// Characters that are quoted of a line.
const MAX_QUOTED: usize = 160;

/// Diagnostics, then each workflow with its reports, then lints, then what it comes to; no longer than the drawn form.
pub fn narrate(judgement: &Answer<Report>, view: &View) -> String {
    let sources = &judgement.sources;
    let (limit, limit_of_diagnostics) =
        if view.full { (usize::MAX, usize::MAX) } else { (MAX_LINES, DIAGNOSTIC_LINES) };
    let mut lines = Vec::new();
    let (lints, diagnostics): (Vec<_>, Vec<_>) =
        in_order(&judgement.diagnostics).partition(|d| d.code.is_lint());
    for (told, diagnostic) in diagnostics.iter().enumerate() {
        let before = lines.len();
        diagnosed(diagnostic, sources, &mut lines);
        if told > 0 && lines.len() > limit_of_diagnostics {
            lines.truncate(before);
            let more = diagnostics.len() - told;
            lines.push(format!("and {more} more errors, warnings and notes: --full tells them."));
            lines.push(String::new());
            break;
        }
    }
    let lints = summary::lints(&lints, sources, view.full);
    let workflows = shown_workflows(judgement, view);
    let before = lines.len();
    let together = Together::suiting(&workflows, view.full);
    for (workflow, entries) in entries(&workflows, EffectKind::Note, together) {
        spoken(workflow, &entries, sources, &mut lines);
        if lines.len() + lints.len() >= limit {
            lines.truncate(before);
            worst(workflows, sources, MAX_LINES.saturating_sub(lints.len()), &mut lines);
            break;
        }
    }
    lines.extend(lints);
    lines.extend(
        summary::waivers(&judgement.report.waivers, view.full).into_iter().map(|line| format!("{line}.")),
    );
    if let Some(against) = &judgement.report.against {
        lines.extend(
            against::lines(against, STYLE, view.full).into_iter().map(|line| line.replace("->", "to")),
        );
    }
    lines.extend(summary::read(&judgement.report.read));
    lines.push(summary::sentence(judgement));
    lines.join("\n") + "\n"
}

/// The harshest decisions first: some with their reports, then some with a line each, then how many more there are.
fn worst(mut workflows: Vec<&WorkflowReport>, sources: &SourceMap, most: usize, lines: &mut Vec<String>) {
    workflows.sort_by_key(|workflow| std::cmp::Reverse(workflow.decision));
    let limit = most.saturating_sub(workflows.len().min(ONE_LINERS) + 4);
    let all = entries(&workflows, EffectKind::Note, Together::ByRule);
    let mut rest = all.as_slice();
    while let Some(((workflow, entries), others)) = rest.split_first() {
        let before = lines.len();
        spoken(workflow, entries, sources, lines);
        if lines.len() > limit {
            // The worst is told in any case, as far as there is room.
            let is_first = rest.len() == workflows.len();
            let room = lines.iter().take(limit).skip(before).rposition(String::is_empty);
            match room.filter(|_| is_first) {
                Some(room) => {
                    lines.truncate(before + room);
                    lines.extend(["and more of this workflow's rules.".to_owned(), String::new()]);
                    rest = others;
                }
                None => lines.truncate(before),
            }
            break;
        }
        rest = others;
    }
    let room = most.saturating_sub(lines.len() + 4);
    let (told, more) = rest.split_at_checked(room).unwrap_or((rest, &[]));
    lines.extend(told.iter().map(|(workflow, _)| line(workflow)));
    if !more.is_empty() {
        let more: Vec<_> = more.iter().map(|(workflow, _)| *workflow).collect();
        lines.push(format!("and {} more: {}.", more.len(), summary::decisions(&more)));
    }
    lines.push("--full tells every report, --workflow NAME those of one workflow.".to_owned());
    lines.push(String::new());
}

/// What is wrong, in sentences.
pub fn narrate_problems(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let mut lines = Vec::new();
    for diagnostic in in_order(diagnostics).filter(|found| !found.code.is_lint()) {
        diagnosed(diagnostic, sources, &mut lines);
    }
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// Diagnostics, then a sentence for each snapshot.
pub fn narrate_history(back: &Answer<History>) -> String {
    let mut lines = Vec::new();
    for diagnostic in in_order(&back.diagnostics) {
        diagnosed(diagnostic, &back.sources, &mut lines);
    }
    for workflow in &back.report.workflows {
        lines.push(format!("workflow {}", visible(&workflow.name())));
        for day in &workflow.days {
            let stage = day.stage.as_ref().map(|stage| format!(", stage {}", visible(stage)));
            let asks = day.asks.as_ref().map(|asks| format!(", asks for {}", visible(asks)));
            let named = |word: &str, rules: &[String]| {
                let names: Vec<_> = rules.iter().map(|rule| visible(rule)).collect();
                (!names.is_empty()).then(|| format!(", {word} {}", names.join(" and ")))
            };
            let stopped = |rules: &[String]| -> Vec<String> {
                rules.iter().filter(|rule| !day.warned.contains(*rule)).cloned().collect()
            };
            let (failed, undecided) = (stopped(&day.failed), stopped(&day.undecided));
            let because =
                (!day.because.is_empty()).then(|| format!(", {}", visible(&day.because.join(" and "))));
            let parts = [
                stage,
                asks,
                named("failed", &failed),
                named("undecided", &undecided),
                because,
                named("warned by", &day.warned),
            ];
            let parts: String = parts.into_iter().flatten().collect();
            lines.push(format!("{}: {}{parts}.", day.date, day.decision.as_str()));
        }
        lines.extend(workflow.retired.iter().map(|last| format!("retired: its last day was {last}.")));
        for metric in &workflow.metrics {
            let held = metric
                .thresholds
                .iter()
                .map(|held| format!(", {} in {}", held.asks, held.rules.join(" and ")));
            let held: String = held.collect();
            let text = format!("{}: from {} to {}{held}.", metric.name, metric.first, metric.last);
            lines.push(visible(&text).into_owned());
        }
        lines.push(String::new());
    }
    lines.join("\n") + "\n"
}

pub(super) fn diagnosed(diagnostic: &Diagnostic, sources: &SourceMap, lines: &mut Vec<String>) {
    let message = one_line(&diagnostic.message);
    lines.push(format!("{} {}: {message}.", diagnostic.severity.as_str(), diagnostic.code));
    labelled(&diagnostic.labels, sources, lines);
    lines.extend(diagnostic.advice(sources).map(|help| format!("help: {}", shown_text(&help))));
    lines.push(String::new());
}

/// A workflow in one sentence.
fn line(workflow: &WorkflowReport) -> String {
    let mut line = format!("workflow {}", visible(&workflow.name()));
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
    format!("{line}.")
}

fn spoken(
    workflow: &WorkflowReport,
    entries: &[ReportEntry<'_>],
    sources: &SourceMap,
    lines: &mut Vec<String>,
) {
    lines.push(line(workflow));
    for entry in entries {
        let rule = entry.rule;
        let Some(applied) = rule.applied else { continue };
        lines.push(String::new());
        lines.push(format!("{}: {}.", applied.as_str(), one_line(&headline(entry, applied, STYLE))));
        let remedy =
            rule.would_pass.as_ref().map(|remedy| format!("{}: {}", remedy_word(rule), shown_text(remedy)));
        if entry.alike.len() > 1 {
            lines.extend(remedy);
            continue;
        }
        labelled(&shown_labels(rule, applied, sources), sources, lines);
        for threshold in &rule.thresholds {
            let text = format!("{} is {}, set in {}", threshold.param, threshold.value, threshold.from);
            lines.push(visible(&text).into_owned());
        }
        let collected = rule.sources.iter().map(|source| format!("collected: {}", shown_text(&source.text)));
        lines.extend(collected);
        lines.extend(remedy);
        lines.extend(rule.help.as_ref().map(|help| format!("help: {}", shown_text(help))));
    }
    lines.push(String::new());
}

/// Each line that is spoken of once, followed by what is said of its parts.
fn labelled(labels: &[Label], sources: &SourceMap, lines: &mut Vec<String>) {
    let place = |label: &Label| (label.span.file, sources.line_column(label.span).0);
    let mut places: Vec<(FileId, usize)> = Vec::new();
    let told = labels.get(..MAX_DRAWN).unwrap_or(labels);
    for label in told {
        if !places.contains(&place(label)) {
            places.push(place(label));
        }
    }
    for (file, line) in places {
        let text = sources.get(file).and_then(|source| {
            let start = *source.line_starts().get(line - 1)?;
            source.text.get(start..)?.lines().next()
        });
        let text = cut(text.unwrap_or("").trim());
        lines.push(format!("in {} line {line}: {text}", visible(sources.name(file))));
        for label in told.iter().filter(|label| place(label) == (file, line)) {
            let quoted = cut(sources.text(label.span).lines().next().unwrap_or(""));
            if quoted != label.text {
                lines.push(format!("at {quoted}: {}", shown_text(&label.text)));
            }
        }
    }
    if labels.len() > told.len() {
        lines.push(format!("{} other places are not told.", labels.len() - told.len()));
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

/// A text that a policy or an input wrote.
fn shown_text(text: &str) -> String {
    visible(&paragraph(text)).into_owned()
}
