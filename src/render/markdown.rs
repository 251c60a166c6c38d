//! Markdown for a review comment or a job's summary: the verdicts first, each failure folded.
//!
//! Everything that a stranger has written stands in HTML with its special characters as entities, so that it is text and
//! nothing else: no mark-up, no link, no mention.

mod against;

use std::collections::HashMap;
use std::fmt::Write;

use super::finding::{Finding, FindingKind, findings, read_below, shown};
use super::human::{goes_on, last_day, retirees, sentence, waivers};
use crate::ast::EffectKind;
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::{Decision, Report, WorkflowReport};

/// Workflows that go on are counted, not listed, where there are more than so many.
const LISTED: usize = 20;

/// A comment that is longer than a platform takes would not be written at all. Bytes, with room for a few lines more.
pub(super) const MOST: usize = 60_000;

/// The whole comment.
pub fn render(judgement: &Answer<Report>, folder: &str) -> String {
    let workflows = &judgement.report.workflows;
    let findings = findings(judgement, folder);
    let mut out = format!("### Tollgate: {}\n", inert(&sentence(judgement).replace('`', "")));
    let against = judgement.report.against.as_ref();
    against.iter().for_each(|base| against::head(&mut out, judgement, base));
    let problems: Vec<&Finding> =
        findings.iter().filter(|f| f.workflow.is_none() && f.severity == Severity::Error).collect();
    if !problems.is_empty() {
        out.push('\n');
    }
    push_all(&mut out, problems.iter().map(|problem| fold("⚠️", &problem.rule, problem)));
    // What stands has lines of its own, further down.
    let is_standing = |w: &&WorkflowReport| against.is_some_and(|base| base.standing.contains(&w.name()));
    let workflows: Vec<&WorkflowReport> = workflows.iter().filter(|w| !is_standing(w)).collect();
    // What goes on needs no row of its own where nothing else does, or where there are too many.
    let stops = || workflows.iter().filter(|w| !goes_on(w.decision)).copied().collect();
    let rows: Vec<&WorkflowReport> = if workflows.len() <= LISTED { workflows.clone() } else { stops() };
    if !rows.is_empty() {
        out.push_str("\n| | workflow | stage | decision | because of |\n|---|---|---|---|---|\n");
    }
    let mut own: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for finding in &findings {
        if let Some(workflow) = &finding.workflow {
            own.entry(workflow).or_default().push(finding);
        }
    }
    push_all(&mut out, rows.iter().map(|workflow| row(workflow, &own)));
    if rows.len() < workflows.len() {
        let retired = workflows.iter().filter(|w| w.decision == Decision::Retired).count();
        let more = workflows.len() - rows.len() - retired;
        let retired = if retired > 0 { format!(" {}.", retirees(retired)) } else { String::new() };
        let _ = writeln!(out, "\n{more} more may go on.{retired}");
    }
    let of_workflow = findings.iter().filter(|finding| finding.workflow.is_some());
    // What was found of the pull request itself stands at the head.
    let of_rules = of_workflow.filter(|finding| finding.kind != FindingKind::PullRequest);
    let failures: Vec<&Finding> = of_rules.filter(|finding| finding.severity == Severity::Error).collect();
    if !failures.is_empty() {
        out.push('\n');
    }
    let folded = failures.iter().map(|f| fold(mark_of(f), f.workflow.as_deref().unwrap_or(""), f));
    push_all(&mut out, folded);
    against.iter().for_each(|base| against::tail(&mut out, judgement, folder, base));
    let waived = waivers(&judgement.report.waivers, true);
    if !waived.is_empty() {
        out.push('\n');
    }
    push_all(&mut out, waived.iter().map(|line| format!("- {}\n", inert(line))));
    let read = read_below(folder, judgement).join(" ").replace('`', "");
    let _ = writeln!(out, "\n<sub>{}</sub>", inert(&read));
    out
}

fn row(workflow: &WorkflowReport, findings: &HashMap<&str, Vec<&Finding>>) -> String {
    let name = shown(&workflow.name());
    let own = || findings.get(&*name).into_iter().flatten().copied();
    // What is excused would have stopped it, or is only said of it.
    let stops = |f: &&Finding| f.severity == Severity::Error || f.excused.is_some() && stops(f.kind);
    let mut why: Vec<String> = own()
        .filter(stops)
        .map(|f| {
            code(&if f.kind == FindingKind::Undecided {
                format!("{} (undecided)", f.name())
            } else {
                f.name()
            })
        })
        .collect();
    match own().filter(|f| f.severity == Severity::Warning && f.kind != FindingKind::PullRequest).count() {
        0 => {}
        1 => why.push("1 warning".to_owned()),
        warnings => why.push(format!("{warnings} warnings")),
    }
    why.extend(own().find_map(|finding| finding.excused).map(str::to_owned));
    why.extend(workflow.because.iter().map(|why| inert(why)));
    why.extend(last_day(workflow));
    if why.is_empty() && workflow.decision == Decision::Hold {
        why.push("a warning that is not a rule&#39;s".to_owned());
    }
    let stage = match (&workflow.stage, &workflow.asks) {
        (Some(stage), Some(asks)) => format!("{} → {}", inert(stage), inert(asks)),
        (Some(stage), None) => inert(stage),
        (None, _) => String::new(),
    };
    let (mark, decision) = (mark(workflow.decision), workflow.decision.as_str());
    let decision = if goes_on(workflow.decision) { decision.to_owned() } else { format!("**{decision}**") };
    format!("| {mark} | {} | {stage} | {decision} | {} |\n", code(&name), why.join(", "))
}

/// As many of the parts as there is room for, and how many more there are.
fn push_all(out: &mut String, parts: impl Iterator<Item = String>) {
    let mut left_out = 0;
    for part in parts {
        if out.len() + part.len() > MOST {
            left_out += 1;
        } else {
            out.push_str(&part);
        }
    }
    if left_out > 0 {
        let _ = writeln!(out, "\n{left_out} more do not fit here; the log has them.");
    }
}

/// One failure, folded: two lines of HTML without a blank one, which would end the block.
fn fold(mark: &str, of: &str, finding: &Finding) -> String {
    let (of, title, rule) = (code(of), inert(&finding.title), code(&finding.name()));
    let mut lines: Vec<String> = finding.message.lines().map(inert).collect();
    lines.extend(
        finding
            .places
            .iter()
            .map(|p| format!("{} {}", code(&format!("{}:{}", p.region.file, p.region.line)), inert(&p.text))),
    );
    lines.extend(finding.help.as_ref().map(|help| format!("<i>{}</i>", inert(&help.replace('\n', " ")))));
    let body = lines.join("<br>");
    format!("<details><summary>{mark} {of}: {title} ({rule})</summary>\n{body}</details>\n")
}

pub(super) fn mark(decision: Decision) -> &'static str {
    match decision {
        Decision::Retired => "⏹️",
        Decision::Continue => "✅",
        Decision::Advance => "⬆️",
        Decision::Hold => "❌",
        Decision::Rollback => "↩️",
        Decision::Error => "⚠️",
    }
}

fn stops(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::Undecided | FindingKind::Effect(EffectKind::Hold | EffectKind::Rollback))
}

fn mark_of(finding: &Finding) -> &'static str {
    if finding.kind == FindingKind::Effect(EffectKind::Rollback) { "↩️" } else { "❌" }
}

pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", inert(text))
}

/// Text that is nothing but text: each special character is an entity, and what a platform would link is broken up.
pub(super) fn inert(text: &str) -> String {
    let mut out = String::new();
    let mut mark = None;
    for c in shown(text).replace('\n', " ").chars() {
        if mark.take().is_some_and(|mark| refers(mark, c)) {
            out.push_str(BREAK);
        }
        mark = Some(c);
        match c {
            // Nor an address a link: `www.` begins one for Markdown, `://` for those who look at what came of it.
            '.' if ends_with(&out, "www") => out.extend([".", BREAK]),
            '-' if ends_with(&out, "gh") => out.extend(["-", BREAK]),
            '/' if out.ends_with("&#58;") => out.extend([BREAK, "/"]),
            '@' | '#' => {
                let _ = write!(out, "{c}{BREAK}");
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

/// An empty comment keeps what stands around it from being a mention, a reference or an address.
pub(super) const BREAK: &str = "<!-- -->";

/// Whether a mark and what follows it would refer to something on GitLab: a merge request `!1`, a milestone `%"x"`, a label `~x`.
pub(super) fn refers(mark: char, next: char) -> bool {
    matches!(mark, '!' | '%' | '~' | '&' | '$' | '^') && (next.is_alphanumeric() || next == '"')
}

/// Whether a text ends so, in letters of any size: `www.` begins an address, and `GH-1` is an issue.
pub(super) fn ends_with(text: &str, end: &str) -> bool {
    let tail = text.len().checked_sub(end.len()).and_then(|at| text.get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}
