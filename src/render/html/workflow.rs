//! What the page says of one workflow: its ladder, what stops it, the gate ahead, its course, its measures, and its history.

use maud::{Markup, html};

use super::index::{due, since, stage_of, stops_beside};
use super::link::PageContext;
use super::parts::{arrow, badge, does, met, outcome, prose, sign_of, stage, text, title_of};
use super::svg::TimeScale;
use super::timeline::timeline;
use super::{measures, rules};
use crate::render::entries::remedy_of;
use crate::report::checklist::GateChecklist;
use crate::report::page::{PageReport, WaiverTerm, WorkflowPage};
use crate::report::{DayReport, Decision, RuleReport, WorkflowReport};
use crate::text::counted;

/// The part of the workflow of a number.
pub(super) fn section(page: &PageReport, at: usize, links: &PageContext<'_>) -> Markup {
    let (Some(report), Some(own)) = (page.report.workflows.get(at), page.workflows.get(at)) else {
        return html! {};
    };
    let name = report.name();
    let (anchor, key) = (links.anchor(&name), links.key(&name));
    html! {
        section.workflow #{ "w-" (anchor) } aria-labelledby={ "t-" (anchor) } data-workflow=(text(&name))
            data-at=(TimeScale::of(own).places(own)) {
            h3 #{ "t-" (anchor) } { (text(&name)) " " (badge(report.decision)) }
            (ladder(report, own))
            (summary(report, own))
            (rules::cards(page, (report, own), links))
            @for gate in &own.gates { (checklist(gate)) }
            @if own.is_cut { p { "Judging all of its days takes more than a run may, so its history is not shown." } }
            @if !own.days.is_empty() { (timeline(own, &key)) }
            (measures::section((report, own), &key, links))
            (history((report, own), &key, links))
            (waivers(page, report, links))
        }
    }
}

/// The stages, with the one that it is in.
fn ladder(report: &WorkflowReport, own: &WorkflowPage) -> Markup {
    html! {
        @if !own.stages.is_empty() {
            ol.ladder aria-label="Stages" { @for stage in &own.stages {
                @if Some(stage) == report.stage.as_ref() {
                    li.here aria-current="step" { (text(stage)) }
                } @else if Some(stage) == report.asks.as_ref() {
                    li.asked { (text(stage)) " " small { "asked for" } }
                } @else {
                    li { (text(stage)) }
                }
            } }
        }
    }
}

fn summary(report: &WorkflowReport, own: &WorkflowPage) -> Markup {
    html! {
        dl.facts {
            div { dt { "Decision" } dd { (badge(report.decision)) " " (since(report, own)) } }
            @if own.unread.is_some() { div { dt { "Stage" } dd { (stage_of(report, own)) } } }
            @if let Some(owner) = own.owner.as_ref().or(own.unread.as_ref().and_then(|unread| unread.owner.as_ref())) { div { dt { "Owner" } dd { (text(owner)) } } }
            @if let Some(newest) = &report.newest {
                div { dt { "Newest snapshot" } dd { (text(&newest.date)) ", " (report.snapshots) " in all" } }
            }
            div { dt { "Next snapshot" } dd { (due(own)) } }
            @for gate in &own.gates { div { dt { "Gate " (arrow(&gate.gate)) } dd {
                (met(gate)) @if gate.met == gate.rules && stops_beside(report) { ", but a rule of every check stops it" }
            } } }
        }
    }
}

/// What the gate ahead asks.
fn checklist(gate: &GateChecklist) -> Markup {
    html! {
        h4 { "What the gate " (arrow(&gate.gate)) " asks: " (gate.met) " of " (gate.rules) " met" }
        ul.checklist { @for item in &gate.items {
            @let (class, sign, words) = sign_of(outcome(item.state), item.effect);
            li class=(class) data-rule=(item.rule) {
                span.s aria-hidden="true" { (sign) " " } span.v { (words) ": " }
                (text(&item.title)) " " small { code { (text(&item.rule)) } (does(item.effect)) }
                @if let Some(message) = &item.message { br; (prose(message)) }
                @if let Some(missing) = &item.missing {
                    br; small { (remedy_of(outcome(item.state))) ": " (prose(missing)) }
                }
            }
        } }
    }
}

/// Every verdict, those that go on in the same way in one row.
fn history((report, own): (&WorkflowReport, &WorkflowPage), key: &str, links: &PageContext<'_>) -> Markup {
    // Today may be judged otherwise than the newest snapshot was on its own day.
    let newest = own.days.last().map(|day| day.decision);
    let differs = newest != Some(report.decision) && report.decision != Decision::Retired;
    let place = |day: &DayReport| {
        let at = own.days.iter().position(|known| known.date == day.date);
        at.and_then(|at| own.places.get(at))
    };
    let is_same = |one: &DayReport, other: &DayReport| {
        let of = |day: &DayReport| DayReport { date: String::new(), ..day.clone() };
        of(one) == of(other)
    };
    html! {
        @if !own.days.is_empty() {
            details {
                summary #{ "h-" (key) } { "History of decisions: " (counted(own.days.len(), "snapshot")) }
                div.scroll tabindex="0" role="group" aria-label="History" {
                    table.history {
                        thead { tr {
                            th scope="col" { "Snapshot" } th scope="col" { "Stage" } th scope="col" { "Decision" }
                            th scope="col" { "Because of" }
                        } }
                        tbody { @for run in own.days.chunk_by(is_same) { (days(run, &|day| links.dated(&day.date, place(day)))) } }
                        @if differs { tfoot { (today(report, own)) } }
                    }
                }
            }
        }
    }
}

/// A row for the day of judgement.
fn today(report: &WorkflowReport, own: &WorkflowPage) -> Markup {
    let stops = |rule: &&RuleReport| rule.enforced && rule.applied.is_some();
    html! {
        tr {
            th scope="row" { (text(&own.as_of)) " (today)" }
            td { (stage(report.stage.as_deref(), report.asks.as_deref())) }
            td { (badge(report.decision)) }
            td {
                @for rule in report.rules.iter().filter(stops) {
                    @let (_, sign, _) = sign_of(rule.outcome, rule.applied.unwrap_or(rule.effect));
                    (sign) " " (text(&rule.rule)) " "
                }
                @for because in &report.because { (prose(because)) " " }
            }
        }
    }
}

/// A row for snapshots that came out the same, with their dates as `dated` shows them.
fn days(run: &[DayReport], dated: &dyn Fn(&DayReport) -> Markup) -> Markup {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return html! {} };
    html! {
        tr data-count=(run.len()) {
            th scope="row" {
                (dated(first))
                @if run.len() > 1 { " to " (dated(last)) " " small { "(" (run.len()) ")" } }
            }
            td { (stage(first.stage.as_deref(), first.asks.as_deref())) }
            td data-decision=(first.decision.as_str()) { (badge(first.decision)) }
            td {
                @for rule in &first.failed { (if first.warned.contains(rule) { "! " } else { "✗ " }) (text(rule)) @if first.warned.contains(rule) { " (only warned)" } " " }
                @for rule in &first.undecided { "? " (text(rule)) @if first.warned.contains(rule) { " (only warned)" } " " }
                @for because in &first.because { (prose(because)) " " }
            }
        }
    }
}

/// The waivers that speak of it.
fn waivers(page: &PageReport, report: &WorkflowReport, links: &PageContext<'_>) -> Markup {
    let name = report.name();
    let own: Vec<&WaiverTerm> = page.waivers.iter().filter(|term| term.workflows.contains(&name)).collect();
    html! {
        @if !own.is_empty() {
            h4 { "Waivers" }
            ul { @for term in own { li {
                (title_of(report, &term.rule)) " " small { code { (text(&term.rule)) } } " until " (text(&term.until))
                @if term.days_left < 0 { ", over" } @else if term.ends_soon() { strong { ", ends soon" } }
                ", signed by " (text(&term.owner)) ": " (text(&term.because)) " (" (links.place(&term.place)) ")"
            } } }
        }
    }
}
