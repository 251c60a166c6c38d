//! Rules as lights: a table for each gate, of the workflows before it, and one for each policy that is judged at every check.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::link::PageContext;
use super::parts::{arrow, asks, badge, light, newest, outcome, shown_of, text};
use crate::report::page::{PageReport, WorkflowPage};
use crate::report::{Decision, Outcome, RuleReport, WorkflowReport};

/// A table of workflows and rules.
struct Lights<'p> {
    title: String,
    /// By name, each with its title.
    rules: BTreeMap<&'p str, &'p str>,
    rows: Vec<(&'p WorkflowReport, &'p WorkflowPage, BTreeMap<&'p str, Outcome>)>,
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
            p { "✓ passes, ✗ fails, ? is undecided, w is waived, – does not apply, ○ is off. "
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
            let states = gate.items.iter().map(|item| (&*item.rule, outcome(item.state)));
            lights.rows.push((report, own, states.collect()));
        }
    }
    found
}

fn of_policies(page: &PageReport) -> Vec<Lights<'_>> {
    let is_shown = |rule: &&RuleReport| rule.gate.is_none() && rule.outcome.is_judged();
    let mut found: BTreeMap<&str, Lights<'_>> = BTreeMap::new();
    for (report, own) in page.report.workflows.iter().zip(&page.workflows) {
        let mut of_policy: BTreeMap<&str, BTreeMap<&str, Outcome>> = BTreeMap::new();
        for rule in report.rules.iter().filter(is_shown) {
            let policy = rule.rule.split_once('.').map_or(&*rule.rule, |(policy, _)| policy);
            let lights = found.entry(policy).or_insert_with(|| Lights::new(text(policy)));
            lights.rules.insert(&rule.rule, &rule.title);
            of_policy.entry(policy).or_default().insert(&rule.rule, rule.outcome);
        }
        for (policy, states) in of_policy {
            found.entry(policy).or_insert_with(|| Lights::new(text(policy))).rows.push((report, own, states));
        }
    }
    found.into_values().collect()
}

fn table(lights: &Lights<'_>, links: &PageContext<'_>) -> Markup {
    html! {
        h4 { (lights.title) }
        div.scroll tabindex="0" role="group" aria-label=(format!("Rules of {}", lights.title)) {
            table.lights {
                thead { tr {
                    th scope="col" { "Workflow" }
                    @for (rule, title) in &lights.rules {
                        th scope="col" title=(text(title)) data-rule=(text(rule)) { (broken(rule)) }
                    }
                } }
                tbody { @for (report, page, states) in &lights.rows {
                    tr data-workflow=(text(&report.name())) {
                        th scope="row" {
                            (links.workflow(&report.name()))
                            @if report.decision > Decision::Advance { " " (badge(report.decision)) }
                        }
                        @for rule in lights.rules.keys() {
                            @match states.get(rule) {
                                Some(outcome) => { (cell(*outcome, page, rule)) }
                                None => { td.n { "–" } }
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn cell(outcome: Outcome, page: &WorkflowPage, rule: &str) -> Markup {
    let (class, sign, words) = light(outcome);
    html! {
        td class=(class) {
            span aria-hidden="true" { (sign) } span.v { (words) }
            @if let Some((chart, bound, step)) = shown_of(page, rule, outcome) {
                @if let Some((_, point)) = newest(chart) {
                    " " (text(&point.shown)) br; small { (asks(bound, step)) }
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
