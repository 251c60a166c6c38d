//! What a pull request changes of the policies that it is judged by, in a comment on it: short, and folded where it is long.

use super::{LISTED, code, inert, push_all};
use crate::ast::EffectKind;
use crate::engine::Answer;
use crate::render::finding::{below, named_below};
use crate::render::human::sentence;
use crate::report::against::{AgainstReport, Direction, SettingChange};
use crate::report::{Report, WorkflowReport};

/// What is longer than this is folded.
const OPEN: usize = 5;

/// Below the heading: what it is judged by, what all workflows come to, and what nobody may overlook.
pub(super) fn head(out: &mut String, judgement: &Answer<Report>, against: &AgainstReport) {
    out.push_str(&format!(
        "\nJudged by the policies of {} (commit {}). {}\n",
        code(&against.reference),
        code(against.commit.get(..12).unwrap_or(&against.commit)),
        inert(&sentence(judgement).replace('`', ""))
    ));
    if !against.self_approved.is_empty() {
        let (kind, accepted) = if against.self_approval_accepted {
            ("WARNING", " It was accepted with <code>--allow-self-approval</code>.")
        } else {
            ("CAUTION", "")
        };
        out.push_str(&format!(
            "\n> [!{kind}]\n> **Self-approval**: {}. It passes only under the rules that this pull request loosens.{accepted}\n",
            names(&against.self_approved)
        ));
    }
    if !against.vanished.is_empty() {
        let names = names(&against.vanished);
        out.push_str(&format!(
            "\n> [!CAUTION]\n> **Vanished**: {names}. None of its snapshots is left, or read.\n"
        ));
    }
    if !against.restored.is_empty() {
        out.push_str(&format!(
            "\n> [!CAUTION]\n> **Rewritten**: {}. It is judged with the newest snapshot of {}, which is rewritten here.\n",
            names(&against.restored),
            code(&against.reference)
        ));
    }
    if !against.retiring.is_empty() {
        let all: Vec<String> = against.retiring.iter().map(|one| one.workflow.clone()).collect();
        out.push_str(&format!(
            "\n> [!WARNING]\n> **Retires**: {}. After its last day it is no longer judged.\n",
            names(&all)
        ));
    }
    if against.holds() {
        out.push_str(
            "\n> [!CAUTION]\n> What is looser, retired or rewritten here is denied, whatever the workflows do.\n",
        );
    }
}

/// Below the failures: what is changed, and what stood before.
pub(super) fn tail(out: &mut String, judgement: &Answer<Report>, folder: &str, against: &AgainstReport) {
    settings(out, judgement, folder, &against.settings);
    let retiring = against.retiring.iter().map(|one| {
        let place = code(&below(folder, &one.place.to_string(), judgement));
        format!("- {}: {} ({place})\n", code(&one.workflow), inert(&one.to_string()))
    });
    let title = format!("Workflows that retire: {}", against.retiring.len());
    folded(out, &title, "", retiring.collect());
    let rewritten: Vec<String> = against
        .rewritten
        .iter()
        .map(|change| format!("- {}\n", code(&named_below(folder, change, judgement))))
        .collect();
    let title = format!("Snapshots that are no longer what they were: {}", rewritten.len());
    folded(out, &title, "", rewritten);
    let standing = judgement.report.workflows.iter().filter(|w| against.standing.contains(&w.name()));
    let title = format!("Standing, not touched here, not counted: {}", against.standing.len());
    folded(out, &title, "", standing.map(line).collect());
}

fn settings(out: &mut String, judgement: &Answer<Report>, folder: &str, changes: &[SettingChange]) {
    let count = |direction| changes.iter().filter(|change| change.direction == direction).count();
    let counts = [Direction::Looser, Direction::Unknown, Direction::Tighter, Direction::Other]
        .map(|direction| (count(direction), direction))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, direction)| format!("{count} {}", direction.as_str()));
    let title = format!("Changes of what it is judged by: {}", counts.collect::<Vec<_>>().join(", "));
    let rows = changes.iter().map(|change| row(change, judgement, folder)).collect();
    folded(out, &title, "| | setting | from | to | where |\n|---|---|---|---|---|\n", rows);
}

fn row(change: &SettingChange, judgement: &Answer<Report>, folder: &str) -> String {
    let side = |side: &Option<String>| side.as_deref().map_or_else(|| "nothing".to_owned(), code);
    let direction = match change.direction {
        Direction::Looser => "🔓 **looser**",
        Direction::Unknown => "🔓 **unknown**",
        Direction::Tighter => "🔒 tighter",
        Direction::Other => "other",
    };
    let whom = if change.workflows.is_empty() {
        String::new()
    } else {
        format!(" for {}", names(&change.workflows))
    };
    let places =
        change.was.iter().chain(&change.now).map(|place| code(&below(folder, &place.to_string(), judgement)));
    format!(
        "| {direction} | {}{whom} | {} | {} | {} |\n",
        code(&change.what),
        side(&change.from),
        side(&change.to),
        places.collect::<Vec<_>>().join(" → ")
    )
}

/// A line of what stands.
fn line(workflow: &WorkflowReport) -> String {
    let stops = workflow.rules.iter().filter(|rule| rule.applied >= Some(EffectKind::Hold));
    let rules: Vec<String> = stops.map(|rule| code(&rule.rule)).collect();
    let rules = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
    format!("- {}: {}{rules}\n", code(&workflow.name()), workflow.decision.as_str())
}

/// Parts below a title; folded where there are more than a few. Markdown within HTML needs blank lines around it.
fn folded(out: &mut String, title: &str, head: &str, parts: Vec<String>) {
    if parts.is_empty() {
        return;
    }
    let long = parts.len() > OPEN;
    if long {
        out.push_str(&format!("\n<details><summary>{title}</summary>\n\n"));
    } else {
        out.push_str(&format!("\n{title}\n\n"));
    }
    out.push_str(head);
    push_all(out, parts.into_iter());
    if long {
        out.push_str("\n</details>\n");
    }
}

/// Some names, and how many more there are.
fn names(all: &[String]) -> String {
    let mut names: Vec<String> = all.iter().take(LISTED).map(|name| code(name)).collect();
    if all.len() > LISTED {
        names.push(format!("{} more", all.len() - LISTED));
    }
    names.join(", ")
}
