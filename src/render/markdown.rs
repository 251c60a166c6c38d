//! Markdown for a review comment or a job's summary: the verdicts first, each failure folded.
//!
//! Everything that a stranger has written stands in HTML with its special characters as entities, so that it is text and
//! nothing else: no mark-up, no link, no mention.

use std::fmt::Write;

use super::finding::{Finding, findings, shown};
use super::human::{goes_on, sentence, waivers};
use crate::diagnostic::Severity;
use crate::engine::Judgement;
use crate::report::{Decision, WorkflowReport};

/// Workflows that go on are counted, not listed, where there are more than so many.
const LISTED: usize = 20;

/// The whole comment.
pub fn render(judgement: &Judgement, folder: &str) -> String {
    let workflows = &judgement.report.workflows;
    let findings = findings(judgement, folder);
    let mut out = format!("### Tollgate: {}\n", inert(&sentence(judgement).replace('`', "")));
    let problems: Vec<&Finding> =
        findings.iter().filter(|f| f.workflow.is_none() && f.severity == Severity::Error).collect();
    if !problems.is_empty() {
        out.push('\n');
    }
    problems.into_iter().for_each(|problem| fold(&mut out, "!", &problem.rule, problem));
    if workflows.is_empty() {
        return out;
    }
    // What goes on needs no row of its own where nothing else does, or where there are too many.
    let stops: Vec<&WorkflowReport> = workflows.iter().filter(|w| !goes_on(w.decision)).collect();
    let rows: Vec<&WorkflowReport> =
        if workflows.len() <= LISTED { workflows.iter().collect() } else { stops };
    if !rows.is_empty() {
        out.push_str("\n| | workflow | stage | decision | because of |\n|---|---|---|---|---|\n");
    }
    for workflow in &rows {
        row(&mut out, workflow, &findings);
    }
    let more = workflows.len() - rows.len();
    if more > 0 {
        let _ = writeln!(out, "\n{more} more may go on.");
    }
    let of_workflow = findings.iter().filter(|finding| finding.workflow.is_some());
    let failures: Vec<&Finding> = of_workflow.filter(|finding| finding.severity == Severity::Error).collect();
    if !failures.is_empty() {
        out.push('\n');
    }
    for failure in failures {
        let workflow = failure.workflow.as_deref().unwrap_or("");
        fold(&mut out, mark_of(failure), workflow, failure);
    }
    let waived = waivers(&judgement.report.waivers, true);
    if !waived.is_empty() {
        out.push('\n');
    }
    for line in waived {
        let _ = writeln!(out, "- {}", inert(&line));
    }
    out
}

fn row(out: &mut String, workflow: &WorkflowReport, findings: &[Finding]) {
    let name = shown(&workflow.name());
    let own = |severity: Severity| {
        findings
            .iter()
            .filter(|f| f.workflow.as_deref() == Some(&*name) && f.severity == severity)
            .collect::<Vec<_>>()
    };
    let mut why: Vec<String> = own(Severity::Error)
        .iter()
        .map(|f| {
            code(&if f.kind == "undecided" { format!("{} (undecided)", f.rule) } else { f.rule.clone() })
        })
        .collect();
    match own(Severity::Warning).len() {
        0 => {}
        1 => why.push("1 warning".to_owned()),
        warnings => why.push(format!("{warnings} warnings")),
    }
    let stage = match (&workflow.stage, &workflow.asks) {
        (Some(stage), Some(asks)) => format!("{} → {}", inert(stage), inert(asks)),
        (Some(stage), None) => inert(stage),
        (None, _) => String::new(),
    };
    let (mark, decision) = (mark(workflow.decision), workflow.decision.as_str());
    let decision = if goes_on(workflow.decision) { decision.to_owned() } else { format!("**{decision}**") };
    let _ = writeln!(out, "| {mark} | {} | {stage} | {decision} | {} |", code(&name), why.join(", "));
}

/// One failure, folded: three lines of HTML without a blank one, which would end the block.
fn fold(out: &mut String, mark: &str, of: &str, finding: &Finding) {
    let _ = writeln!(
        out,
        "<details><summary>{mark} {}: {} ({})</summary>",
        code(of),
        inert(&finding.title),
        code(&finding.rule)
    );
    let mut lines: Vec<String> = finding.message.lines().map(inert).collect();
    lines.extend(
        finding
            .places
            .iter()
            .map(|p| format!("{} {}", code(&format!("{}:{}", p.file, p.line)), inert(&p.text))),
    );
    lines.extend(finding.help.as_ref().map(|help| format!("<i>{}</i>", inert(&help.replace('\n', " ")))));
    let _ = writeln!(out, "{}\n</details>", lines.join("<br>"));
}

fn mark(decision: Decision) -> &'static str {
    match decision {
        Decision::Continue => "✅",
        Decision::Advance => "⬆️",
        Decision::Hold => "❌",
        Decision::Rollback => "↩️",
        Decision::Error => "⚠️",
    }
}

fn mark_of(finding: &Finding) -> &'static str {
    if finding.kind == "rollback" { "↩️" } else { "❌" }
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", inert(text))
}

/// Text that is nothing but text: each special character is an entity, and what a platform would link is broken up.
fn inert(text: &str) -> String {
    let mut out = String::new();
    for c in shown(text).replace('\n', " ").chars() {
        match c {
            // An empty comment keeps a mention or a reference from being one.
            '@' | '#' => {
                let _ = write!(out, "{c}<!-- -->");
            }
            '<' | '>' | '&' | '"' | '\'' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '\\' | '!' | '$'
            | ':' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}
