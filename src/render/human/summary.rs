//! The lines of the human form that sum up: one for a workflow, the table of all, and the last sentence.

use super::{Color, paint};
use crate::ast::EffectKind;
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::Answer;
use crate::render::Style;
use crate::report::read::ReadReport;
use crate::report::{Decision, Outcome, Report, RuleReport, WaiverReport, WorkflowReport};
use crate::source::SourceMap;
use crate::text::{pad, visible, width};

/// Waivers that are listed unless all are asked for.
const MAX_WAIVERS: usize = 20;
/// Lints that are listed, likewise.
const MAX_LINTS: usize = 5;
/// What was passed over and is named.
const MAX_PASSED_OVER: usize = 3;

/// The text, made visible and with a drawn arrow for `->`.
pub fn arrow(text: &str, style: Style) -> String {
    let text = visible(text).into_owned();
    if style.unicode { text.replace("->", "→") } else { text }
}

fn color(decision: Decision) -> Color {
    match decision {
        Decision::Retired => Color::Dim,
        Decision::Continue | Decision::Advance => Color::Green,
        Decision::Hold | Decision::Rollback | Decision::Error => Color::Red,
    }
}

/// How many columns the parts of the workflows' lines take.
pub(super) struct TableColumns {
    name: usize,
    stage: usize,
    decision: usize,
}

impl TableColumns {
    pub(super) fn new(workflows: &[&WorkflowReport], style: Style) -> Self {
        let widest =
            |part: &dyn Fn(&WorkflowReport) -> usize| workflows.iter().map(|w| part(w)).max().unwrap_or(0);
        Self {
            // One long name does not push all others apart.
            name: widest(&|w| width(&visible(&w.name()))).min(style.width / 2),
            stage: widest(&|w| width(&stage(w, style))).min(style.width / 3),
            decision: widest(&|w| w.decision.as_str().len()),
        }
    }

    /// The columns before the remarks of a line.
    pub(super) fn before_remarks(&self) -> usize {
        let stage = if self.stage > 0 { self.stage + 2 } else { 0 };
        2 + self.name + 2 + stage + self.decision + 2
    }

    /// `✓ support-replies  pilot  continue  gate pilot → expanded: 3 of 5 met`
    pub(super) fn line(&self, workflow: &WorkflowReport, remarks: &[String], style: Style) -> String {
        let decision = workflow.decision;
        let mark = match (decision, style.unicode) {
            (Decision::Retired, true) => "■",
            (Decision::Continue, true) => "✓",
            (Decision::Advance, true) => "↑",
            (Decision::Hold, true) => "✗",
            (Decision::Rollback, true) => "↩",
            (Decision::Retired, false) => "-",
            (Decision::Continue, false) => "+",
            (Decision::Advance, false) => "^",
            (Decision::Hold, false) => "x",
            (Decision::Rollback, false) => "<",
            (Decision::Error, true | false) => "!",
        };
        let mut parts = vec![pad(&visible(&workflow.name()), self.name)];
        if self.stage > 0 {
            parts.push(pad(&stage(workflow, style), self.stage));
        }
        let word = pad(decision.as_str(), self.decision);
        parts.push(paint(&word, color(decision), style));
        parts.push(paint(&remarks.join(", "), Color::Dim, style));
        format!("{} {}", paint(mark, color(decision), style), parts.join("  "))
    }
}

/// The decision in its colour, as wide as the widest.
pub(super) fn decision(decision: Decision, style: Style) -> String {
    paint(&pad(decision.as_str(), "continue".len()), color(decision), style)
}

/// `pilot`, or `pilot → expanded` for a workflow that asks.
fn stage(workflow: &WorkflowReport, style: Style) -> String {
    let stage = workflow.stage.as_deref().unwrap_or("");
    match &workflow.asks {
        Some(asks) => arrow(&format!("{stage} -> {asks}"), style),
        None => visible(stage).into_owned(),
    }
}

/// What keeps a workflow from going on, within so many columns: the rules that failed, as many as fit, how many are undecided,
/// and what else does.
pub(super) fn blockers(workflow: &WorkflowReport, room: usize) -> String {
    let blocks = |rule: &&RuleReport| matches!(rule.applied, Some(EffectKind::Hold | EffectKind::Rollback));
    let mut rules: Vec<&RuleReport> = workflow.rules.iter().filter(blocks).collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.applied));
    let (open, failed): (Vec<&RuleReport>, Vec<&RuleReport>) = rules.into_iter().partition(|r| undecided(r));
    let failed = failed.into_iter().filter(|rule| rule.outcome == Outcome::Fail);
    let mut names: Vec<String> = failed.map(|rule| visible(&rule.rule).into_owned()).collect();
    let mut rest = unreadable(workflow);
    let each = open.iter().map(|rule| format!("{} (undecided)", visible(&rule.rule))).collect::<Vec<_>>();
    let fits = |parts: &[Vec<String>]| width(&parts.concat().join(", ")) <= room;
    if fits(&[names.clone(), rest.clone(), each.clone()]) {
        rest.extend(each);
    } else if !open.is_empty() {
        rest.push(format!("{} undecided", open.len()));
    }
    rest.extend(workflow.because.iter().map(|why| visible(why).into_owned()));
    if names.is_empty() && rest.is_empty() && workflow.decision == Decision::Hold {
        rest.push("a warning that is not a rule's".to_owned());
    }
    let all = names.len();
    loop {
        let more = all - names.len();
        let word = if names.is_empty() { "failed" } else { "more failed" };
        let more = (more > 0).then(|| format!("{more} {word}"));
        let text =
            names.iter().cloned().chain(more).chain(rest.iter().cloned()).collect::<Vec<_>>().join(", ");
        if width(&text) <= room || names.pop().is_none() {
            return text;
        }
    }
}

fn unreadable(workflow: &WorkflowReport) -> Vec<String> {
    let is_error = workflow.decision == Decision::Error;
    if is_error { vec!["its data has errors".to_owned()] } else { Vec::new() }
}

/// «its last day was 2026-11-20», of a workflow that has one.
pub fn last_day(workflow: &WorkflowReport) -> Option<String> {
    let is = if workflow.decision == Decision::Retired { "was" } else { "is" };
    workflow.retired.as_ref().map(|day| format!("its last day {is} {day}"))
}

/// «2 are retired»
pub fn retirees(count: usize) -> String {
    format!("{count} {} retired", plural(count, "is", "are"))
}

/// What else is worth a word: why it does not go on, what was waived, how far the next gate is.
pub(super) fn remarks(workflow: &WorkflowReport, style: Style) -> Vec<String> {
    let mut remarks = unreadable(workflow);
    remarks.extend(workflow.because.iter().map(|why| visible(why).into_owned()));
    remarks.extend(last_day(workflow));
    let counts = [
        (failed as fn(&RuleReport) -> bool, "failed"),
        (undecided, "undecided"),
        (warned, "warned"),
        (waived, "waived"),
    ];
    for (is, word) in counts {
        let count = workflow.rules.iter().filter(|rule| is(rule)).count();
        if count > 0 {
            remarks.push(format!("{count} {word}"));
        }
    }
    let mut gates: Vec<(&str, usize, usize)> = Vec::new();
    // A note closes no gate.
    for rule in workflow.rules.iter().filter(|rule| !rule.enforced && rule.effect > EffectKind::Note) {
        let met = match rule.outcome {
            Outcome::Pass => 1,
            Outcome::Fail | Outcome::Undecided | Outcome::Waived => 0,
            Outcome::NotApplicable | Outcome::Off => continue,
        };
        let Some(gate) = rule.gate.as_deref() else { continue };
        match gates.iter_mut().find(|(name, _, _)| *name == gate) {
            Some((_, sum, all)) => {
                *sum += met;
                *all += 1;
            }
            None => gates.push((gate, met, 1)),
        }
    }
    for (gate, met, all) in gates {
        remarks.push(format!("gate {}: {met} of {all} met", arrow(gate, style)));
    }
    remarks
}

/// A warning is no failure, and a note says something of what passed.
fn failed(rule: &RuleReport) -> bool {
    rule.enforced && rule.outcome == Outcome::Fail && rule.effect > EffectKind::Warn
}

fn warned(rule: &RuleReport) -> bool {
    rule.enforced && rule.outcome == Outcome::Fail && rule.effect == EffectKind::Warn
}

fn undecided(rule: &RuleReport) -> bool {
    rule.enforced && rule.outcome == Outcome::Undecided
}

fn waived(rule: &RuleReport) -> bool {
    rule.outcome == Outcome::Waived
}

/// «3 hold, 2 continue», mildest last.
pub(super) fn decisions(workflows: &[&WorkflowReport]) -> String {
    let counted = Decision::ALL.into_iter().rev().filter_map(|decision| {
        let count = workflows.iter().filter(|w| w.decision == decision).count();
        (count > 0).then(|| format!("{count} {}", decision.as_str()))
    });
    counted.collect::<Vec<_>>().join(", ")
}

/// What the cells of a column of the table hold, which says how they are shown.
#[derive(PartialEq, Eq)]
enum Cells {
    Texts,
    Numbers,
    Decisions,
}

/// All workflows with the columns that say something of at least one.
pub(super) fn table(workflows: &[&WorkflowReport], style: Style) -> String {
    let count = |w: &WorkflowReport, is: fn(&RuleReport) -> bool| {
        let count = w.rules.iter().filter(|rule| is(rule)).count();
        if count == 0 { String::new() } else { count.to_string() }
    };
    let text = |text: &Option<String>| text.as_deref().map_or(String::new(), |t| visible(t).into_owned());
    let columns: Vec<(&str, Cells, Vec<String>)> = vec![
        ("workflow", Cells::Texts, workflows.iter().map(|w| visible(&w.name()).into_owned()).collect()),
        ("stage", Cells::Texts, workflows.iter().map(|w| text(&w.stage)).collect()),
        ("asks", Cells::Texts, workflows.iter().map(|w| text(&w.asks)).collect()),
        ("decision", Cells::Decisions, workflows.iter().map(|w| w.decision.as_str().to_owned()).collect()),
        ("failed", Cells::Numbers, workflows.iter().map(|w| count(w, failed)).collect()),
        ("undecided", Cells::Numbers, workflows.iter().map(|w| count(w, undecided)).collect()),
        ("warned", Cells::Numbers, workflows.iter().map(|w| count(w, warned)).collect()),
        ("waived", Cells::Numbers, workflows.iter().map(|w| count(w, waived)).collect()),
    ];
    let mut head = "  ".to_owned();
    let mut rows: Vec<String> = workflows.iter().map(|_| "  ".to_owned()).collect();
    for (title, holds, cells) in columns.iter().filter(|(_, _, c)| c.iter().any(|cell| !cell.is_empty())) {
        let size = cells.iter().map(|cell| width(cell)).chain([title.len()]).max().unwrap_or(0);
        let fit = |cell: &str| {
            let blanks = " ".repeat(size.saturating_sub(width(cell)));
            if *holds == Cells::Numbers { format!("{blanks}{cell}  ") } else { format!("{cell}{blanks}  ") }
        };
        head.push_str(&fit(title));
        for ((row, cell), workflow) in rows.iter_mut().zip(cells).zip(workflows) {
            let cell = fit(cell);
            row.push_str(&if *holds == Cells::Decisions {
                paint(&cell, color(workflow.decision), style)
            } else {
                cell
            });
        }
    }
    let mut out = String::new();
    for line in std::iter::once(paint(head.trim_end(), Color::Dim, style)).chain(rows) {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// A line for each waiver that was used: `waived: order-status staged_rollout.long_enough until 2026-12-31 (38 days left)`.
pub fn waivers(waivers: &[WaiverReport], full: bool) -> Vec<String> {
    let line = |waiver: &WaiverReport| {
        let left = match waiver.days_left {
            0 => "its last day".to_owned(),
            1 => "1 day left".to_owned(),
            days => format!("{days} days left"),
        };
        format!(
            "waived: {} for {} until {} ({left}) by {}: {} ({})",
            visible(&waiver.rule),
            visible(&waiver.name()),
            waiver.until,
            visible(&waiver.owner),
            visible(&waiver.because),
            visible(&waiver.from.to_string()),
        )
    };
    let limit = if full { waivers.len() } else { MAX_WAIVERS };
    let mut lines: Vec<String> = waivers.iter().take(limit).map(line).collect();
    if waivers.len() > limit {
        lines.push(format!("and {} more waivers: `--full` lists them", waivers.len() - limit));
    }
    lines
}

/// A line for each lint of the repository's policies, and where more is said of them.
pub(super) fn lints(lints: &[&Diagnostic], sources: &SourceMap, full: bool) -> Vec<String> {
    let limit = if full { lints.len() } else { MAX_LINTS };
    let line = |lint: &&Diagnostic| {
        let place = lint.labels.first().map(|label| {
            let (line, column) = sources.line_column(label.span);
            format!("{}:{line}:{column}: ", sources.name(label.span.file))
        });
        let text = format!("{}{}", place.unwrap_or_default(), lint.message);
        format!("lint[{}]: {}", lint.code, visible(&text))
    };
    let mut lines: Vec<String> = lints.iter().take(limit).map(line).collect();
    match lints.len() {
        0 => {}
        count if count > limit => {
            lines.push(format!("and {} more: `tollgate lint` shows them with what to do", count - limit));
        }
        _ => lines.push("`tollgate lint` shows more of it, and no verdict depends on it".to_owned()),
    }
    lines
}

/// What was read, in a sentence, and what was passed over, in another one if there is any.
pub fn read(read: &ReadReport) -> Vec<String> {
    let count = |count: usize, one: &str, many: &str| format!("{count} {}", plural(count, one, many));
    let named = |name: &String| visible(name).into_owned();
    let mut parts: Vec<String> = match read.configurations.as_slice() {
        [] if read.policy_files == 0 => vec!["no `tollgate.yaml`".to_owned()],
        [] => Vec::new(),
        [one] => vec![named(one)],
        [first, second] => vec![named(first), named(second)],
        several => vec![count(several.len(), "configuration", "configurations")],
    };
    if read.policy_files > 0 {
        let files = count(read.policy_files, "file", "files");
        parts.push(format!("{} of {files}", count(read.policies, "policy", "policies")));
    }
    if read.shipped_policies > 0 {
        parts.push(count(read.shipped_policies, "shipped policy", "shipped policies"));
    }
    let workflows = count(read.workflows, "workflow", "workflows");
    parts.push(format!("{} of {workflows}", count(read.snapshots, "snapshot", "snapshots")));
    let mut lines = vec![format!("Read: {}.", parts.join(", "))];
    let missed: Vec<String> = read
        .passed_over
        .iter()
        .take(MAX_PASSED_OVER)
        .map(|missed| format!("{} ({})", visible(&missed.path), missed.why.as_str()))
        .collect();
    if !missed.is_empty() {
        let more = read.passed_over.len() - missed.len() + read.passed_over_more;
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        lines.push(format!("Passed over: {}{more}.", missed.join(", ")));
    }
    lines
}

/// What it all comes to, in one plain sentence; and a second one if something could not be judged.
pub fn sentence(judgement: &Answer<Report>) -> String {
    sentence_of(&judgement.report.workflows, &judgement.diagnostics)
}

/// The same of workflows, and of what was found beside them.
pub fn sentence_of(all: &[WorkflowReport], diagnostics: &[Diagnostic]) -> String {
    let workflows: Vec<&WorkflowReport> = all.iter().filter(|w| w.decision != Decision::Retired).collect();
    let retired = all.len() - workflows.len();
    let mut text = of_judged(&workflows);
    if workflows.is_empty() && retired > 0 {
        text = match all {
            [one] => format!("`{}` is retired", visible(&one.name())),
            _ => format!("All {retired} workflows are retired"),
        };
    } else if retired > 0 {
        text = format!("{text}; {}", retirees(retired));
    }
    text.push('.');
    let broken = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    if broken > 0 {
        let errors = plural(broken, "error", "errors");
        let what = if all.is_empty() { "prevented it" } else { "left the judgement incomplete" };
        text = format!("{text} {broken} {errors} {what}.");
    }
    text
}

/// What the workflows come to that are judged, without the full stop.
fn of_judged(workflows: &[&WorkflowReport]) -> String {
    let count = |decision| workflows.iter().filter(|w| w.decision == decision).count();
    let (holds, rollbacks, errors) =
        (count(Decision::Hold), count(Decision::Rollback), count(Decision::Error));
    let good = workflows.len() - holds - rollbacks - errors;
    let mut stops = Vec::new();
    if holds > 0 {
        stops.push(format!("{holds} {}", plural(holds, "holds", "hold")));
    }
    if rollbacks > 0 {
        stops.push(format!("{rollbacks} must roll back"));
    }
    if errors > 0 {
        stops.push(format!("{errors} could not be judged"));
    }
    match workflows {
        [] => "No workflow was judged".to_owned(),
        [one] => {
            let name = one.name();
            let name = visible(&name);
            match (one.decision, &one.asks) {
                (Decision::Retired, _) => format!("`{name}` is retired"),
                (Decision::Continue, _) => format!("`{name}` may go on"),
                (Decision::Advance, Some(to)) => format!("`{name}` may advance to {}", visible(to)),
                (Decision::Advance, None) => format!("`{name}` may go on in its new stage"),
                (Decision::Hold, _) => format!("`{name}` holds"),
                (Decision::Rollback, _) => format!("`{name}` must roll back"),
                (Decision::Error, _) => format!("`{name}` could not be judged"),
            }
        }
        all if good == all.len() => format!("All {good} workflows may go on"),
        all if good == 0 => format!("None of {} workflows may go on: {}", all.len(), stops.join(", ")),
        all => format!("{good} of {} workflows may go on; {}", all.len(), stops.join(", ")),
    }
}

pub(super) fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}
