//! What failed or is undecided, as a terminal shows it: the rule's line, the line of the data, and what would pass.

use maud::{Markup, html};

use super::index::{errors_of, wrong};
use super::link::PageContext;
use super::parts::{arrow, done, light, prose, sign_of, text};
use crate::ast::EffectKind;
use crate::render::entries::{ReportEntry, Together, entries, remedy_word};
use crate::report::page::{PageReport, QuotedLine, WorkflowPage};
use crate::report::{Decision, LabelReport, Outcome, RuleReport, WorkflowReport};

/// Places that are shown of a rule.
const PLACES: usize = 8;

/// All that a workflow is told of, what stops it first.
pub(super) fn cards(
    page: &PageReport,
    (workflow, of): (&WorkflowReport, &WorkflowPage),
    links: &PageContext<'_>,
) -> Markup {
    let errors = errors_of(workflow, of, &page.report.diagnostics);
    let own: Vec<ReportEntry<'_>> = entries(&[workflow], EffectKind::Note, Together::Alike)
        .into_iter()
        .flat_map(|(_, own)| own)
        .collect();
    html! {
        @for because in &workflow.because { p.because { (prose(because)) } }
        @for one in errors { p.because { "⚠ " (wrong(one, links)) } }
        @if own.is_empty() && workflow.because.is_empty() && workflow.decision != Decision::Error { p { "No rule fails, and none is undecided." } }
        @for entry in &own { (card(page, entry, links)) }
    }
}

fn card(page: &PageReport, entry: &ReportEntry<'_>, links: &PageContext<'_>) -> Markup {
    let rule = entry.rule;
    let Some(applied) = rule.applied else { return html! {} };
    let (class, sign, _) = sign_of(rule.outcome, applied);
    let is_alike = entry.alike.len() > 1;
    html! {
        article class={ "rule " (class) } data-rule=(rule.rule) {
            h4 {
                span.s aria-hidden="true" { (sign) " " }
                @if is_alike { (entry.alike.len()) " rules are undecided for one reason" }
                @else { (text(&rule.title)) }
            }
            p {
                @if is_alike { "Each is undecided. " } @else {
                    code { (text(&rule.rule)) } " "
                    @if applied > EffectKind::Warn || rule.outcome != Outcome::Fail { (outcome_words(rule.outcome)) }
                    @else { "is not met" } ". "
                }
                strong { (done(applied)) }
                @if let Some(message) = &rule.message { ": " (prose(message)) }
            }
            @if is_alike {
                ul { @for other in &entry.alike { li { (text(&other.title)) " " code { (text(&other.rule)) } } } }
            }
            (places(page, rule, is_alike, links))
            dl { (facts(rule, links)) }
        }
    }
}

/// How a rule came out, behind its name.
fn outcome_words(outcome: Outcome) -> &'static str {
    if outcome == Outcome::Undecided { "is undecided" } else { light(outcome).2 }
}

fn facts(rule: &RuleReport, links: &PageContext<'_>) -> Markup {
    html! {
        @if let Some(gate) = &rule.gate {
            dt { "gate" } dd {
                (arrow(gate))
                @if let Some(date) = &rule.before_move { ", judged as of " (date) ", the last snapshot before the move" }
            }
        }
        @for seen in &rule.evidence {
            dt { "saw" } dd {
                code { (text(&seen.expression)) } " = " b.value { (text(&seen.value)) }
                @if links.has_addresses() { " (" (links.place(&seen.place)) ")" }
            }
        }
        @for held in &rule.thresholds {
            dt { "where" } dd {
                code { (text(&held.param)) } " = " b.threshold { (text(&held.value)) } " (" (links.place(&held.from))
                @if let Some(within) = &held.within { ", within " (text(within)) }
                ")"
                @if let Some(because) = &held.because { " because: " (text(because)) }
            }
        }
        @for source in &rule.sources { dt { "collected" } dd { (text(&source.text)) } }
        @if let Some(remedy) = &rule.would_pass { dt { (remedy_word(rule)) } dd { (prose(remedy)) } }
        @if let Some(help) = &rule.help { dt { "help" } dd { (prose(help)) } }
    }
}

/// The lines that are said something of, the rule's own before those of the data.
fn places(page: &PageReport, rule: &RuleReport, is_alike: bool, links: &PageContext<'_>) -> Markup {
    let in_policy = |place: &&LabelReport| place.region.file == rule.policy.file;
    let (own, data): (Vec<&LabelReport>, Vec<&LabelReport>) = rule.places.iter().partition(in_policy);
    let own = if is_alike { Vec::new() } else { own };
    let more = (own.len() + data.len()).saturating_sub(PLACES);
    let shown: Vec<&LabelReport> = own.into_iter().chain(data).take(PLACES).collect();
    html! {
        @if shown.is_empty() && rule.outcome != Outcome::Pass && !rule.policy.file.is_empty() {
            p { "at " (links.place(&rule.policy)) }
        }
        // What is said of one line stands below it together.
        @for of_line in shown.chunk_by(|one, other| line_of(one) == line_of(other)) {
            @if let Some(first) = of_line.first() {
                @let (file, line) = line_of(first);
                @let quoted = page.quoted.get(file).and_then(|lines| lines.get(&line));
                div.line {
                    (links.at(file, line))
                    @if let Some(quoted) = quoted { (marked(quoted, of_line)) }
                    @for place in of_line { @if !place.text.is_empty() {
                        p { "↳ " (prose(&place.text))
                            @if let Some(of) = quoted.and_then(|quoted| stretch(quoted, place)).filter(|of| of_line.len() > 1 && **of != place.text) {
                                " " small { code { (text(of)) } }
                            } }
                    } }
                }
            }
        }
        @if more > 0 { p { small { "and " (more) " other places" } } }
    }
}

fn line_of(place: &LabelReport) -> (&str, usize) {
    (&place.region.file, place.region.line)
}

/// Characters of a line that are shown.
const MAX_QUOTED: usize = 160;

/// A line with what is said something of marked; of a long one, what is around the first of that.
fn marked(quoted: &QuotedLine, places: &[&LabelReport]) -> Markup {
    let mut ranges: Vec<(usize, usize)> = places.iter().filter_map(|place| range(quoted, place)).collect();
    ranges.sort_unstable();
    let line = &quoted.text;
    let blanks = line.len() - line.trim_start().len();
    let is_long = line.chars().count() > MAX_QUOTED;
    let near = ranges.first().map_or(0, |(start, _)| *start);
    let first = if is_long { back(line, near, MAX_QUOTED / 3).max(blanks) } else { blanks };
    let end = line.get(first..).and_then(|rest| rest.char_indices().nth(MAX_QUOTED));
    let end = end.map_or(line.len(), |(at, _)| first + at);
    let mut parts: Vec<(&str, bool)> = Vec::new();
    let mut done = first;
    for (start, stop) in ranges {
        let (start, stop) = (start.max(done), stop.min(end));
        // Of two that overlap, the first is marked.
        if start < stop {
            parts.push((line.get(done..start).unwrap_or(""), false));
            parts.push((line.get(start..stop).unwrap_or(""), true));
            done = stop;
        }
    }
    parts.push((line.get(done..end).unwrap_or(""), false));
    html! {
        pre {
            @if first > blanks { "…" }
            @for (part, is_marked) in parts { @if is_marked { mark { (text(part)) } } @else { (text(part)) } }
            @if end < line.len() { "…" }
        }
    }
}

/// So many characters before a byte of a line.
fn back(line: &str, at: usize, count: usize) -> usize {
    let before = line.get(..at).unwrap_or("");
    before.char_indices().rev().nth(count).map_or(0, |(at, _)| at)
}

/// The bytes of a line that a place covers; none where its columns no longer count.
fn range(quoted: &QuotedLine, place: &LabelReport) -> Option<(usize, usize)> {
    let (region, line) = (&place.region, &quoted.text);
    let byte = |column: usize| line.char_indices().map(|(byte, _)| byte).chain([line.len()]).nth(column - 1);
    let end = if region.end_line == region.line { byte(region.end_column)? } else { line.len() };
    (!quoted.is_changed).then_some((byte(region.column)?, end))
}

/// The text that a place covers.
fn stretch<'q>(quoted: &'q QuotedLine, place: &LabelReport) -> Option<&'q str> {
    let (start, end) = range(quoted, place)?;
    quoted.text.get(start..end).filter(|of| of.chars().count() <= MAX_QUOTED)
}
