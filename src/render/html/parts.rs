//! What all parts of the page are made of: texts with their hidden characters written out, signs, and small figures.

use maud::{Markup, html};

use crate::ast::{CompareOp, EffectKind};
use crate::report::checklist::{ChecklistState, GateChecklist};
use crate::report::page::{BoundStep, Chart, ChartBound, ChartPoint, WorkflowPage};
use crate::report::{Decision, Outcome, RuleReport, WorkflowReport};

/// A text of a stranger: hidden characters written out, lines as they are.
pub(super) fn text(text: &str) -> String {
    crate::render::finding::shown(text)
}

/// The class of a decision, its sign, and its words.
pub(super) fn told(decision: Decision) -> (&'static str, &'static str, &'static str) {
    match decision {
        Decision::Rollback => ("rollback", "↩", "roll back"),
        Decision::Error => ("error", "⚠", "not judged"),
        Decision::Hold => ("hold", "■", "hold"),
        Decision::Advance => ("advance", "▲", "advance"),
        Decision::Continue => ("continue", "●", "continue"),
        Decision::Retired => ("retired", "○", "retired"),
    }
}

/// A decision with its sign.
pub(super) fn badge(decision: Decision) -> Markup {
    let (class, sign, words) = told(decision);
    html! { span class={ "d " (class) } { span aria-hidden="true" { (sign) " " } (words) } }
}

/// `pilot → expanded`
pub(super) fn arrow(stages: &str) -> String {
    text(stages).replace(" -> ", " → ")
}

/// A stage, and the one that is asked for.
pub(super) fn stage(stage: Option<&str>, asks: Option<&str>) -> String {
    match (stage, asks) {
        (Some(stage), Some(asks)) => format!("{} → {}", text(stage), text(asks)),
        (Some(stage), None) => text(stage),
        (None, _) => "no stage".to_owned(),
    }
}

/// The class of an outcome, its sign, and its words.
pub(super) fn light(outcome: Outcome) -> (&'static str, &'static str, &'static str) {
    match outcome {
        Outcome::Pass => ("p", "✓", "passes"),
        Outcome::Fail => ("x", "✗", "fails"),
        Outcome::Undecided => ("u", "?", "undecided"),
        Outcome::Waived => ("w", "w", "waived"),
        Outcome::NotApplicable => ("n", "–", "does not apply"),
        Outcome::Off => ("n", "○", "is off"),
    }
}

/// The same of a rule with an effect: what only warns or notes has another sign than what stops a workflow.
pub(super) fn sign_of(outcome: Outcome, effect: EffectKind) -> (&'static str, &'static str, &'static str) {
    match (outcome, effect) {
        (Outcome::Fail, EffectKind::Warn) => ("xw", "!", "warns"),
        (Outcome::Fail, EffectKind::Note) => ("xn", "i", "notes"),
        (_, _) => light(outcome),
    }
}

/// The outcome that a state of a list stands for.
pub(super) fn outcome(state: ChecklistState) -> Outcome {
    match state {
        ChecklistState::NotMet => Outcome::Fail,
        ChecklistState::Undecided => Outcome::Undecided,
        ChecklistState::Met => Outcome::Pass,
        ChecklistState::Waived => Outcome::Waived,
        ChecklistState::NotApplicable => Outcome::NotApplicable,
        ChecklistState::Off => Outcome::Off,
    }
}

/// What a failure does, in words, where that is not to hold the workflow.
pub(super) fn does(effect: EffectKind) -> &'static str {
    match effect {
        EffectKind::Note => ", only a note",
        EffectKind::Warn => ", only warns",
        EffectKind::Hold => "",
        EffectKind::Rollback => ", rolls back",
    }
}

/// What a rule has done to a workflow, as a sentence without its end.
pub(super) fn done(applied: EffectKind) -> &'static str {
    match applied {
        EffectKind::Note => "This is only a note",
        EffectKind::Warn => "This only warns",
        EffectKind::Hold => "The workflow must hold",
        EffectKind::Rollback => "The workflow must roll back",
    }
}

/// What a rule demands; its name where it says nothing or is not known.
pub(super) fn title_of(report: &WorkflowReport, rule: &str) -> String {
    let title = report.rules.iter().find(|own| own.rule == rule).map_or("", |own| &own.title);
    text(if title.is_empty() { rule } else { title })
}

/// How much of a gate is met: words, and a bar of the same.
pub(super) fn met(gate: &GateChecklist) -> Markup {
    let share = (gate.met * 100).checked_div(gate.rules).unwrap_or(100);
    html! {
        span.met {
            svg.bar viewBox="0 0 100 10" aria-hidden="true" preserveAspectRatio="none" {
                rect.back width="100" height="10" {}
                rect.done width=(share) height="10" {}
            }
            (gate.met) " of " (gate.rules)
        }
    }
}

/// What the newest snapshot that says something has of a chart, and by what number it goes.
pub(super) fn newest(chart: &Chart) -> Option<(usize, &ChartPoint)> {
    chart.points.iter().enumerate().next_back().filter(|(_, point)| point.is_known())
}

/// The chart of a rule with what the rule holds it against on the newest day: of several, one that tells of its outcome. What
/// a rule asks beside others begins with what it applies to, so the last of that tells most.
fn of_rule<'w>(
    workflow: &'w WorkflowPage,
    rule: &str,
    outcome: Outcome,
) -> Option<(&'w Chart, &'w ChartBound, &'w BoundStep)> {
    let bounds =
        workflow.charts.iter().flat_map(|chart| chart.bounds.iter().map(move |bound| (chart, bound)));
    let own = bounds.filter(|(_, bound)| bound.rules.iter().any(|own| own == rule));
    let mut found: Vec<_> = own
        .enumerate()
        .filter_map(|(at, (chart, bound))| {
            let (day, point) = newest(chart)?;
            let step = bound.on(day)?;
            let holds = holds(bound, step, point);
            let place = if bound.is_alone { 0 } else { usize::MAX - at };
            let tells = holds == Some(outcome != Outcome::Fail);
            let rank = (holds.is_none(), !tells, !bound.is_alone, place);
            Some((rank, (chart, bound, step)))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().next().map(|(_, found)| found)
}

/// What a rule holds against what, where that says no other than how the rule came out.
pub(super) fn shown_of<'w>(
    workflow: &'w WorkflowPage,
    rule: &str,
    outcome: Outcome,
) -> Option<(&'w Chart, &'w ChartBound, &'w BoundStep)> {
    let (chart, bound, step) = of_rule(workflow, rule, outcome).filter(|_| outcome.is_judged())?;
    let (_, point) = newest(chart)?;
    let contradicts = match outcome {
        Outcome::Pass => holds(bound, step, point) == Some(false),
        Outcome::Fail => holds(bound, step, point) == Some(true),
        // What is undecided is so for another reason than a number that is good enough.
        Outcome::Undecided => holds(bound, step, point).is_some(),
        Outcome::Waived | Outcome::NotApplicable | Outcome::Off => false,
    };
    (!contradicts).then_some((chart, bound, step))
}

/// A text in which words between backticks are code.
pub(super) fn prose(said: &str) -> Markup {
    let said = text(said);
    let parts: Vec<&str> = said.split('`').collect();
    // A backtick without another one is only a backtick.
    if parts.len().is_multiple_of(2) {
        return html! { (said) };
    }
    html! { @for (at, part) in parts.iter().enumerate() { @if at % 2 == 1 { code { (part) } } @else { (part) } } }
}

/// Whether a rule is judged by the newest values, or stops the workflow by older ones: one of a move that was made, and passed,
/// asks for nothing any more.
pub(super) fn is_judged_now(rule: &RuleReport, report: &WorkflowReport) -> bool {
    let leads_on = |gate: &String| {
        let ahead = report.stage.as_ref().map(|stage| format!("{stage} -> "));
        ahead.is_some_and(|ahead| gate.split(", ").any(|step| step.starts_with(&ahead)))
    };
    rule.outcome.is_judged() && (rule.gate.as_ref().is_none_or(leads_on) || rule.applied.is_some())
}

/// Whether a rule that asks it is judged now, whether its gate is asked for or lies ahead.
pub(super) fn is_asked_now(bound: &ChartBound, report: &WorkflowReport) -> bool {
    report.rules.iter().any(|rule| is_judged_now(rule, report) && bound.rules.contains(&rule.rule))
}

/// Whether a value is what a bound asks for; none where that is not known, or where it takes more for the rule to fail. A
/// confidence asks for more than the value shows.
pub(super) fn keeps(bound: &ChartBound, step: &BoundStep, point: &ChartPoint) -> Option<bool> {
    holds(bound, step, point).filter(|_| bound.is_alone)
}

/// The same of a bound by itself, whether the rule rests on it alone or not.
pub(super) fn holds(bound: &ChartBound, step: &BoundStep, point: &ChartPoint) -> Option<bool> {
    let at = step.at?;
    let of = |value: f64| match bound.op {
        CompareOp::GreaterEqual => value >= at,
        CompareOp::Greater => value > at,
        CompareOp::LessEqual => value <= at,
        CompareOp::Less => value < at,
        CompareOp::Equal => value == at,
        CompareOp::NotEqual => value != at,
    };
    let (low, high) = (of(point.low?), of(point.high?));
    (low == high).then_some(low == bound.is_asked)
}

/// `at least 80%`: what keeps to a bound, in words.
pub(super) fn asks(bound: &ChartBound, step: &BoundStep) -> String {
    let op = if bound.is_asked { bound.op } else { bound.op.negated() };
    let word = match op {
        CompareOp::GreaterEqual => "at least",
        CompareOp::Greater => "above",
        CompareOp::LessEqual => "at most",
        CompareOp::Less => "below",
        CompareOp::Equal => "exactly",
        CompareOp::NotEqual => "not",
    };
    let more = if bound.is_alone { "" } else { ", or another way" };
    let sure = bound.confidence.as_ref().map(|sure| format!(", {} sure", text(sure))).unwrap_or_default();
    let value = if step.is_sure { &step.shown } else { &bound.bound };
    format!("{word} {}{sure}{more}", text(value))
}
