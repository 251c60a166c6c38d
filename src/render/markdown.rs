//! Markdown for a review comment or a job's summary: the verdicts first, each failure folded.
//!
//! Everything that a stranger has written stands in HTML with its special characters as entities, so that it is text and
//! nothing else: no mark-up, no link, no mention.

mod against;
mod failure;

use std::collections::HashMap;
use std::fmt::Write;

use super::entries::{ReportEntry, Together, entries};
use super::finding::{Finding, FindingKind, FindingsOf, below, findings, read_below, shown};
use super::human::{last_day, retirees, sentence, waivers};
use crate::ast::EffectKind;
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::against::AgainstReport;
use crate::report::{Decision, Outcome, Report, WorkflowReport};

/// Workflows that go on are counted, not listed, where there are more than so many.
const LISTED: usize = 20;
/// Errors, and workflows with their worst failure, that are told before everything else, each in a line.
const FIRST: usize = 3;
/// Rules that are named in a row of the table.
const NAMED: usize = 3;

/// A comment that is longer than a platform takes would not be written at all. Bytes, with room for a few lines more.
pub(super) const MOST: usize = 60_000;

/// The whole comment.
pub fn render(judgement: &Answer<Report>, folder: &str) -> String {
    let findings = findings(judgement, folder);
    let against = judgement.report.against.as_ref();
    // What stands has lines of its own, further down.
    let is_standing = |w: &&WorkflowReport| against.is_some_and(|base| base.standing.contains(&w.name()));
    let workflows: Vec<&WorkflowReport> =
        judgement.report.workflows.iter().filter(|w| !is_standing(w)).collect();
    let (of, failures) = (FindingsOf::new(&findings), failures(&workflows, against));
    let mut out = format!("### Tollgate: {}\n", headline(judgement, &workflows));
    let problems: Vec<&Finding> =
        findings.iter().filter(|f| f.workflow.is_none() && f.severity == Severity::Error).collect();
    let mut first: Vec<&(&WorkflowReport, ReportEntry<'_>)> = Vec::new();
    for failure in failures.iter().filter(|(_, entry)| entry.alike.len() == 1) {
        if !first.iter().any(|(workflow, _)| std::ptr::eq(*workflow, failure.0)) {
            first.push(failure);
        }
    }
    // What could not be read comes before what was judged all the same.
    let broken = problems.iter().map(|problem| failure::line_of_problem(problem));
    let failed = first.into_iter().map(|(workflow, entry)| failure::line(workflow, entry));
    let lines: Vec<String> = broken.chain(failed).take(FIRST).collect();
    if !lines.is_empty() {
        let _ = writeln!(out, "\n{}", lines.join("\n"));
    }
    against.iter().for_each(|base| against::head(&mut out, judgement, base));
    if !problems.is_empty() {
        out.push('\n');
    }
    push_all(&mut out, problems.iter().map(|problem| failure::of_finding("⚠️", &problem.rule, problem)));
    push_table(&mut out, &workflows, &findings);
    if !failures.is_empty() {
        out.push('\n');
    }
    let named = |place: &str| below(folder, place, judgement);
    let folded = failures.iter().filter_map(|(workflow, entry)| failure::fold(workflow, entry, &of, &named));
    push_all(&mut out, folded);
    let held = workflows.iter().filter_map(|workflow| of.held(&shown(&workflow.name())));
    let held = held.filter(|finding| finding.severity == Severity::Error);
    push_all(&mut out, held.map(|f| failure::of_finding("❌", f.workflow.as_deref().unwrap_or(""), f)));
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

/// What a reader wants to know first: of a pull request, whether it passes, and who stops it.
fn headline(judgement: &Answer<Report>, workflows: &[&WorkflowReport]) -> String {
    let sentence = inert(&sentence(judgement).replace('`', ""));
    if judgement.report.against.is_none() {
        return sentence;
    }
    let verdict = match judgement.exit {
        0 => "this pull request passes",
        1 => "this pull request does not pass",
        _ => "this pull request could not be judged",
    };
    let stopped: Vec<String> =
        workflows.iter().filter(|w| !w.decision.goes_on()).map(|w| code(&w.name())).collect();
    let who = match stopped.as_slice() {
        _ if judgement.exit != 1 => String::new(),
        [] => String::new(),
        [one] => format!(": {one} is stopped"),
        some if some.len() <= NAMED => format!(": {} are stopped", some.join(", ")),
        many => format!(": {} workflows are stopped", many.len()),
    };
    format!("{verdict}{who}")
}

/// The failures that stop a workflow and count here, what failed before what is undecided.
fn failures<'r>(
    workflows: &[&'r WorkflowReport],
    against: Option<&AgainstReport>,
) -> Vec<(&'r WorkflowReport, ReportEntry<'r>)> {
    let counts = |w: &&WorkflowReport| against.is_none_or(|base| base.excuse(&w.name()).is_none());
    let counted: Vec<&WorkflowReport> = workflows.iter().copied().filter(|w| counts(w)).collect();
    let all = entries(&counted, EffectKind::Hold, Together::suiting(&counted, false));
    let each =
        all.into_iter().flat_map(|(workflow, own)| own.into_iter().map(move |entry| (workflow, entry)));
    let mut failures: Vec<_> = each.collect();
    failures.sort_by_key(|(workflow, entry)| {
        (entry.rule.outcome == Outcome::Undecided, std::cmp::Reverse(workflow.decision))
    });
    failures
}

/// A row for each workflow.
fn push_table(out: &mut String, workflows: &[&WorkflowReport], findings: &[Finding]) {
    // What goes on needs no row of its own where nothing else does, or where there are too many.
    let stops = || workflows.iter().filter(|w| !w.decision.goes_on()).copied().collect();
    let rows: Vec<&WorkflowReport> = if workflows.len() <= LISTED { workflows.to_vec() } else { stops() };
    if !rows.is_empty() {
        out.push_str("\n| | workflow | stage | decision | because of |\n|---|---|---|---|---|\n");
    }
    let mut own: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for finding in findings {
        if let Some(workflow) = &finding.workflow {
            own.entry(workflow).or_default().push(finding);
        }
    }
    push_all(out, rows.iter().map(|workflow| row(workflow, &own)));
    if rows.len() < workflows.len() {
        let retired = workflows.iter().filter(|w| w.decision == Decision::Retired).count();
        let more = workflows.len() - rows.len() - retired;
        let retired = if retired > 0 { format!(" {}.", retirees(retired)) } else { String::new() };
        let _ = writeln!(out, "\n{more} more may go on.{retired}");
    }
}

fn row(workflow: &WorkflowReport, findings: &HashMap<&str, Vec<&Finding>>) -> String {
    let name = shown(&workflow.name());
    let own = || findings.get(&*name).into_iter().flatten().copied();
    // What is excused would have stopped it, or is only said of it.
    let stops = |f: &&Finding| f.severity == Severity::Error || f.excused.is_some() && stops(f.kind);
    let (open, failed): (Vec<&Finding>, Vec<&Finding>) =
        own().filter(stops).partition(|f| f.kind == FindingKind::Undecided);
    let mut why: Vec<String> = failed.iter().take(NAMED).map(|f| titled(f)).collect();
    if failed.len() > NAMED {
        why.push(format!("{} more failed", failed.len() - NAMED));
    }
    match open.as_slice() {
        [] => {}
        [one] => why.push(format!("{} (undecided)", titled(one))),
        several => why.push(format!("{} undecided", several.len())),
    }
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
    let decision = if workflow.decision.goes_on() { decision.to_owned() } else { format!("**{decision}**") };
    format!("| {mark} | {} | {stage} | {decision} | {} |\n", code(&name), why.join("; "))
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

/// A rule by its title; by its name where it has none.
fn titled(finding: &Finding) -> String {
    let bare = finding.rule.rsplit('.').next().unwrap_or_default();
    let of_step = finding.step.as_ref().filter(|_| finding.is_of_several);
    let step = of_step.map(|step| format!(" ({})", inert(step))).unwrap_or_default();
    if finding.title.is_empty() || finding.title == bare {
        code(&finding.name())
    } else {
        format!("{}{step}", inert(&finding.title))
    }
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
