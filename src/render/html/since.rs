//! What has changed since a base: workflows that stand otherwise, and settings.

use maud::{Markup, html};

use super::link::PageContext;
use super::parts::{badge, stage, text};
use super::policies::direction;
use crate::report::page::{PageReport, WorkflowStanding};

/// Nothing where no base was named.
pub(super) fn section(page: &PageReport, links: &PageContext<'_>) -> Markup {
    let Some(since) = &page.since else { return html! {} };
    let commit: String = since.commit.chars().take(12).collect();
    html! {
        section aria-labelledby="since" {
            h2 #since { "What changed since " (text(&since.reference)) }
            p { "Commit " code { (commit) } ". Both sides are judged as of the same day." }
            h3 { "Workflows" }
            @if since.workflows.is_empty() { p { "Every workflow stands where it stood." } } @else {
                div.scroll tabindex="0" role="group" aria-label="Workflows that changed" {
                    table {
                        thead { tr { th scope="col" { "Workflow" } th scope="col" { "Before" } th scope="col" { "Now" } } }
                        tbody { @for moved in &since.workflows { tr {
                            th scope="row" { (links.workflow(&moved.workflow)) }
                            td { (standing(moved.was.as_ref(), "it is new")) }
                            td { (standing(moved.now.as_ref(), "it is gone")) }
                        } } }
                    }
                }
            }
            h3 { "Settings" }
            @if since.settings.is_empty() { p { "Nothing is set otherwise." } } @else {
                div.scroll tabindex="0" role="group" aria-label="Settings that changed" {
                    table {
                        thead { tr {
                            th scope="col" { "Setting" } th scope="col" { "Before" } th scope="col" { "Now" }
                            th scope="col" { "Which way" } th scope="col" { "Set in" }
                        } }
                        tbody { @for change in &since.settings { tr {
                            th scope="row" { (text(&change.what))
                                @if !change.workflows.is_empty() { br; small { (text(&change.workflows.join(", "))) } } }
                            td { (change.from.as_deref().map_or_else(|| "it is new".to_owned(), text)) }
                            td { (change.to.as_deref().map_or_else(|| "it is gone".to_owned(), text)) }
                            td { (direction(change.direction)) }
                            td { @if let Some(place) = &change.now { (links.place(place)) } }
                        } } }
                    }
                }
            }
        }
    }
}

fn standing(of: Option<&WorkflowStanding>, none: &str) -> Markup {
    html! {
        @match of {
            Some(of) => { (badge(of.decision)) " " (stage(of.stage.as_deref(), of.asks.as_deref())) }
            None => { (none) }
        }
    }
}
