//! What is asked and by whom it was set: thresholds by team, waivers by their end, and the rules.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::link::PageContext;
use super::parts::{arrow, text};
use crate::report::against::Direction;
use crate::report::overview::{RuleRow, SettingStep};
use crate::report::page::{PageReport, ParamPage, WaiverTerm};

/// All three.
pub(super) fn section(page: &PageReport, links: &PageContext<'_>) -> Markup {
    html! {
        section aria-labelledby="thresholds" {
            h2 #thresholds { "Thresholds, and who set them" }
            (thresholds(page, links))
        }
        section aria-labelledby="waivers" {
            h2 #waivers { "Waivers, by their last day" }
            (waivers(&page.waivers, links))
        }
        section aria-labelledby="asked" {
            h2 #asked { "What is asked" }
            (rules(&page.rules, links))
        }
    }
}

/// Which way a value was moved, with a sign.
pub(super) fn direction(direction: Direction) -> Markup {
    let (class, words) = match direction {
        Direction::Looser => ("bad", "▽ looser"),
        Direction::Tighter => ("ok", "△ tighter"),
        Direction::Unknown => ("open", "? may be looser"),
        Direction::Other => ("n", "◇ other"),
    };
    html! { span class=(class) { (words) } }
}

/// Whose value it is: a team, and the workflows that it is for alone.
fn whose(of: &ParamPage) -> String {
    let team = of.row.project.clone().unwrap_or_default();
    match (team.is_empty(), of.row.workflows.is_empty()) {
        (true, true) => "all workflows".to_owned(),
        (false, true) => text(&team),
        (true, false) => text(&of.row.workflows.join(", ")),
        (false, false) => text(&format!("{team}: {}", of.row.workflows.join(", "))),
    }
}

/// What was set, by team; then all params.
fn thresholds(page: &PageReport, links: &PageContext<'_>) -> Markup {
    let set: Vec<&ParamPage> =
        page.params.iter().filter(|param| param.moved.is_some() || param.row.because.is_some()).collect();
    let mut by_param: BTreeMap<&str, Vec<&ParamPage>> = BTreeMap::new();
    page.params.iter().for_each(|param| by_param.entry(&param.row.param).or_default().push(param));
    html! {
        h3 { "Set by a team or the organisation" }
        @if set.is_empty() { p { "Nobody has set anything: the policies' own values count." } }
        @else { (by_team(&set, links)) }
        h3 { "All thresholds" }
        details {
            summary { (by_param.len()) " thresholds" }
            (table(&by_param.into_values().flatten().collect::<Vec<_>>(), links, "All thresholds"))
        }
    }
}

/// A row for each threshold, and a column for each team.
fn by_team(set: &[&ParamPage], links: &PageContext<'_>) -> Markup {
    let teams: BTreeSet<String> = set.iter().map(|param| whose(param)).collect();
    let mut rows: BTreeMap<&str, BTreeMap<String, &ParamPage>> = BTreeMap::new();
    for param in set {
        rows.entry(&param.row.param).or_default().insert(whose(param), param);
    }
    html! {
        p { "▽ looser and △ tighter compare with the policy's own value." }
        div.scroll tabindex="0" role="group" aria-label="Thresholds by team" {
            table.teams {
                thead { tr {
                    th scope="col" { "Threshold" } th scope="col" { "Policy's own" }
                    @for team in &teams { th scope="col" { (team) } }
                } }
                tbody { @for (name, cells) in &rows {
                    tr data-param=(text(name)) {
                        @let first = cells.values().next();
                        th scope="row" {
                            code { (text(name)) }
                            @if let Some(about) = first.and_then(|param| param.about.as_ref()) { br; small { (text(about)) } }
                        }
                        td { (first.map_or(String::new(), |param| text(&param.row.default))) }
                        @for team in &teams { td { @if let Some(param) = cells.get(team) { (cell(param, links)) } } }
                    }
                } }
            }
        }
    }
}

/// A value, which way it was moved, who set it, and why.
fn cell(param: &ParamPage, links: &PageContext<'_>) -> Markup {
    html! {
        b { (text(&param.row.value)) }
        @if let Some(moved) = param.moved { " " (direction(moved)) }
        br; small { (links.place(&param.row.from)) }
        @if let Some(because) = &param.row.because { br; "“" (text(because)) "”" }
        (steps(&param.row.steps, links))
    }
}

fn table(params: &[&ParamPage], links: &PageContext<'_>, label: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(label) {
            table.params {
                thead { tr {
                    th scope="col" { "Threshold" } th scope="col" { "For" } th scope="col" { "Value" }
                    th scope="col" { "Policy's own" } th scope="col" { "Than that" } th scope="col" { "Set in" }
                    th scope="col" { "Because" }
                } }
                tbody { @for param in params {
                    @let row = &param.row;
                    tr data-param=(row.param) {
                        th scope="row" {
                            code { (text(&row.param)) }
                            @if let Some(about) = &param.about { br; small { (text(about)) } }
                        }
                        td { (whose(param)) }
                        td { b { (text(&row.value)) }
                            @if let Some(range) = &row.range { br; small { "may be " (text(range)) } }
                            (steps(&row.steps, links))
                        }
                        td { (text(&row.default)) }
                        td { @match param.moved { Some(moved) => { (direction(moved)) } None => { "the same" } } }
                        td { (links.place(&row.from))
                            @if let Some(lock) = &row.locked { br; small { "locked in " (links.place(lock)) } }
                        }
                        td { (row.because.as_deref().map_or(String::new(), text)) }
                    }
                } }
            }
        }
    }
}

/// What counts from which day on.
fn steps(steps: &[SettingStep], links: &PageContext<'_>) -> Markup {
    html! { @for step in steps {
        br; small {
            @match &step.from { Some(from) => { "from " (text(from)) ": " } None => { "before: " } }
            (text(&step.set)) " (" (links.place(&step.place)) ")"
        }
    } }
}

fn waivers(terms: &[WaiverTerm], links: &PageContext<'_>) -> Markup {
    html! {
        @if terms.is_empty() { p { "There is no waiver." } } @else {
            div.scroll tabindex="0" role="group" aria-label="Waivers" {
                table.waivers {
                    thead { tr {
                        th scope="col" { "Last day" } th scope="col" { "Rule" } th scope="col" { "For" }
                        th scope="col" { "Signed by" } th scope="col" { "Because" } th scope="col" { "Given in" }
                    } }
                    tbody { @for term in terms { tr {
                        th scope="row" { (text(&term.until)) br; (left(term)) }
                        td { code { (text(&term.rule)) } }
                        td { @for workflow in &term.workflows { (links.workflow(workflow)) br; }
                            @if term.is_active && term.lifts.is_empty() { small { "lifts nothing today" } } }
                        td { (text(&term.owner)) }
                        td { (text(&term.because)) }
                        td { (links.place(&term.place)) }
                    } } }
                }
            }
        }
    }
}

/// How long a waiver lasts.
fn left(term: &WaiverTerm) -> Markup {
    html! {
        @if term.days_left < 0 { small { "over" } }
        @else if !term.is_active { small { "begins " (term.from.as_deref().map_or(String::new(), text)) } }
        @else if term.ends_soon() { strong.bad { "⚠ " (term.days_left) " days left" } }
        @else { small { (term.days_left) " days left" } }
    }
}

fn rules(rules: &[RuleRow], links: &PageContext<'_>) -> Markup {
    let mut policies: BTreeMap<&str, Vec<&RuleRow>> = BTreeMap::new();
    rules.iter().for_each(|rule| policies.entry(&rule.policy).or_default().push(rule));
    html! {
        @for (policy, rules) in policies {
            details {
                summary { (text(policy)) ": " (rules.len()) " rules" }
                div.scroll tabindex="0" role="group" aria-label=(format!("Rules of {}", text(policy))) {
                    table.asked {
                        thead { tr {
                            th scope="col" { "Rule" } th scope="col" { "For" } th scope="col" { "Gate" }
                            th scope="col" { "A failure" } th scope="col" { "Set in" }
                        } }
                        tbody { @for rule in rules { tr {
                            th scope="row" { (text(&rule.title)) br; small { code { (text(&rule.rule)) } } }
                            td { (for_whom(rule)) }
                            td { (rule.gate.as_deref().map_or_else(|| "every check".to_owned(), arrow)) }
                            td { (effect(&rule.effect)) (steps(&rule.steps, links))
                                @if let Some(because) = &rule.because { br; small { (text(because)) } } }
                            td { (links.place(&rule.from))
                                @if let Some(lock) = &rule.locked { br; small { "locked in " (links.place(lock)) } } }
                        } } }
                    }
                }
            }
        }
    }
}

fn for_whom(rule: &RuleRow) -> String {
    let team = rule.project.as_deref().map_or_else(|| "all".to_owned(), text);
    if rule.workflows.is_empty() { team } else { format!("{team}: {}", text(&rule.workflows.join(", "))) }
}

/// What a failure does, in words.
fn effect(effect: &str) -> String {
    match effect {
        "off" => "is not looked at".to_owned(),
        other => format!("means {}", text(other)),
    }
}
