//! Rules as lights: a table for each gate, of the workflows before it, and one for each policy that is judged at every check.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::link::PageContext;
use super::parts::{arrow, asks, badge, newest, outcome, shown_of, sign_of, text};
use crate::ast::EffectKind;
use crate::report::page::{PageReport, WorkflowPage};
use crate::report::{Decision, Outcome, RuleReport, WorkflowReport};

/// How a rule came out, and what a failure of it does.
type Light = (Outcome, EffectKind);

/// Rules beside each other; more stand in a table below, so that paper has room for them.
const COLUMNS: usize = 8;

/// A table of workflows and rules.
struct Lights<'p> {
    title: String,
    /// By name, each with its title.
    rules: BTreeMap<&'p str, &'p str>,
    rows: Vec<(&'p WorkflowReport, &'p WorkflowPage, BTreeMap<&'p str, Light>)>,
}

impl<'p> Lights<'p> {
    fn new(title: String) -> Self {
        Self { title, rules: BTreeMap::new(), rows: Vec::new() }
    }
}

/// All tables.
pub(super) fn section(page: &PageReport, links: &PageContext<'_>) -> Markup {
    let (gates, policies) = (of_gates(page), of_policies(page));
    html! {
        section aria-labelledby="gates" {
            h2 #gates { "Rules as lights" }
            p { "✓ passes, ✗ fails and stops the workflow, ! only warns, i is only a note, ? is undecided, w is waived, – does not apply, ○ is off. "
                "Beside it stand the newest value and what the rule asks." }
            @if gates.is_empty() && policies.is_empty() { p { "No rule was judged." } }
            @if !gates.is_empty() { h3 { "The next gate of each workflow" } }
            @for lights in &gates { (table(lights, links)) }
            @if !policies.is_empty() { h3 { "Rules that are judged at every check" } }
            @for lights in &policies { (table(lights, links)) }
        }
    }
}

fn of_gates(page: &PageReport) -> Vec<Lights<'_>> {
    let mut found: Vec<Lights<'_>> = Vec::new();
    for (report, own) in page.report.workflows.iter().zip(&page.workflows) {
        for gate in &own.gates {
            let title = arrow(&gate.gate);
            if !found.iter().any(|lights| lights.title == title) {
                found.push(Lights::new(title.clone()));
            }
            let Some(lights) = found.iter_mut().find(|lights| lights.title == title) else { continue };
            lights.rules.extend(gate.items.iter().map(|item| (&*item.rule, &*item.title)));
            let states = gate.items.iter().map(|item| (&*item.rule, (outcome(item.state), item.effect)));
            lights.rows.push((report, own, states.collect()));
        }
    }
    found
}

fn of_policies(page: &PageReport) -> Vec<Lights<'_>> {
    let is_shown = |rule: &&RuleReport| rule.gate.is_none() && rule.outcome.is_judged();
    let mut found: BTreeMap<&str, Lights<'_>> = BTreeMap::new();
    for (report, own) in page.report.workflows.iter().zip(&page.workflows) {
        let mut of_policy: BTreeMap<&str, BTreeMap<&str, Light>> = BTreeMap::new();
        for rule in report.rules.iter().filter(is_shown) {
            let policy = rule.rule.split_once('.').map_or(&*rule.rule, |(policy, _)| policy);
            let lights = found.entry(policy).or_insert_with(|| Lights::new(text(policy)));
            lights.rules.insert(&rule.rule, &rule.title);
            of_policy.entry(policy).or_default().insert(&rule.rule, (rule.outcome, rule.effect));
        }
        for (policy, states) in of_policy {
            found.entry(policy).or_insert_with(|| Lights::new(text(policy))).rows.push((report, own, states));
        }
    }
    found.into_values().collect()
}

fn table(lights: &Lights<'_>, links: &PageContext<'_>) -> Markup {
    let all: Vec<(&str, &str)> = lights.rules.iter().map(|(rule, title)| (*rule, *title)).collect();
    html! {
        h4 { (lights.title) }
        @for (part, rules) in all.chunks(COLUMNS).enumerate() { (part_of(lights, rules, part, links)) }
    }
}

/// The columns of some of the rules.
fn part_of(lights: &Lights<'_>, rules: &[(&str, &str)], part: usize, links: &PageContext<'_>) -> Markup {
    let name = if part == 0 { String::new() } else { format!(", part {}", part + 1) };
    html! {
        div.scroll tabindex="0" role="group" aria-label=(format!("Rules of {}{name}", lights.title)) {
            table.lights {
                thead { tr {
                    th scope="col" { "Workflow" }
                    @for (rule, title) in rules {
                        th scope="col" data-rule=(text(rule)) {
                            @if !title.is_empty() { (text(title)) br; }
                            small { code { (broken(rule)) } }
                        }
                    }
                } }
                tbody { @for (report, page, states) in &lights.rows {
                    tr data-workflow=(text(&report.name())) {
                        th scope="row" {
                            (links.workflow(&report.name()))
                            @if report.decision > Decision::Advance { " " (badge(report.decision)) }
                        }
                        @for (rule, _) in rules {
                            @match states.get(rule) {
                                Some(light) => { (cell(*light, (report, page), rule, links)) }
                                None => { td.n { "–" } }
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn cell(
    (outcome, effect): Light,
    (report, page): (&WorkflowReport, &WorkflowPage),
    rule: &str,
    links: &PageContext<'_>,
) -> Markup {
    let (class, sign, words) = sign_of(outcome, effect);
    // What is undecided shows why, rather than a number that would be good enough.
    let unknown = report
        .rules
        .iter()
        .find(|own| own.rule == rule && own.outcome == outcome && outcome == Outcome::Undecided);
    let unknown = unknown.and_then(|own| own.evidence.iter().find(|seen| seen.amount.is_none()));
    html! {
        td class=(class) {
            // The sign of what passes is of the style sheet: most rules do.
            @if outcome != Outcome::Pass { span aria-hidden="true" { (sign) } }
            i { (words) }
            @if let Some(seen) = unknown {
                " " small { (links.linked(&text(&seen.value), Some(&seen.place))) }
            } @else if let Some((chart, bound, step)) = shown_of(page, rule, outcome) {
                @if let Some((day, point)) = newest(chart) {
                    " " (links.linked(&text(&point.shown), page.places.get(day)))
                    br; small { @if point.exact().is_none() { "asked: " } (links.linked(&asks(bound, step), step.place.as_ref())) }
                }
            }
        }
    }
}

/// The bare name of a rule, which may be broken at its underscores.
fn broken(rule: &str) -> Markup {
    let bare = rule.split_once('.').map_or(rule, |(_, bare)| bare);
    let parts: Vec<String> = text(bare).split('_').map(str::to_owned).collect();
    html! {
        @for (at, part) in parts.iter().enumerate() { @if at > 0 { "_" wbr; } (part) }
    }
}
