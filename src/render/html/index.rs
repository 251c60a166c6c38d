//! The head of the page, and the list of all workflows: what needs somebody first.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::link::PageContext;
use super::parts::{
    arrow, asks, badge, holds, is_judged_now, met, newest, prose, shown_of, sign_of, stage, text, title_of,
    told,
};
use crate::ast::EffectKind;
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::render::entries::{Together, cause, entries};
use crate::render::human::sentence_of;
use crate::report::page::{PageReport, WaiverTerm, WorkflowPage};
use crate::report::{Decision, DiagnosticReport, Outcome, Report, RuleReport, WorkflowReport};

/// Measures that the list shows of a workflow.
const MEASURES: usize = 2;

/// Errors that the list shows of a workflow.
const ERRORS: usize = 2;

/// How urgent a workflow is: the first is what somebody has to look at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    RollsBack,
    NotJudged,
    /// Somebody asks to move on, and is held.
    AskIsHeld,
    Fails,
    Undecided,
    Overdue,
    WaiverEnds,
    MayMove,
    Due,
    Warns,
    GoesOn,
    Over,
}

/// A row of the list.
struct IndexRow<'p> {
    report: &'p WorkflowReport,
    page: &'p WorkflowPage,
    waivers: Vec<&'p WaiverTerm>,
    urgency: Urgency,
    /// What is wrong with its files, of one that could not be judged.
    wrong: Vec<&'p DiagnosticReport>,
}

impl<'p> IndexRow<'p> {
    fn new(report: &'p WorkflowReport, page: &'p WorkflowPage, all: &'p PageReport) -> Self {
        let name = report.name();
        let waivers = all.waivers.iter().filter(|term| term.ends_soon() && term.workflows.contains(&name));
        let waivers: Vec<&WaiverTerm> = waivers.collect();
        let urgency = urgency(report, page, &waivers);
        let wrong = errors_of(report, page, &all.report.diagnostics);
        Self { report, page, waivers, urgency, wrong }
    }
}

/// A row for each workflow, the most urgent first.
fn rows_of(page: &PageReport) -> Vec<IndexRow<'_>> {
    let all = page.report.workflows.iter().zip(&page.workflows);
    let mut rows: Vec<IndexRow<'_>> = all.map(|(report, own)| IndexRow::new(report, own, page)).collect();
    rows.sort_by_key(|row| row.urgency);
    rows
}

/// The numbers of all workflows, the most urgent first; of two alike, as the report has them.
pub(super) fn order(page: &PageReport) -> Vec<usize> {
    let all = page.report.workflows.iter().zip(&page.workflows).enumerate();
    let mut order: Vec<_> =
        all.map(|(at, (report, own))| (IndexRow::new(report, own, page).urgency, at)).collect();
    order.sort();
    order.into_iter().map(|(_, at)| at).collect()
}

fn urgency(report: &WorkflowReport, page: &WorkflowPage, waivers: &[&WaiverTerm]) -> Urgency {
    let mut stops = report.rules.iter().filter(|rule| rule.stops());
    match report.decision {
        Decision::Rollback => Urgency::RollsBack,
        Decision::Error => Urgency::NotJudged,
        Decision::Hold if report.asks.is_some() => Urgency::AskIsHeld,
        Decision::Hold
            if stops.clone().count() > 0 && stops.all(|rule| rule.outcome == Outcome::Undecided) =>
        {
            Urgency::Undecided
        }
        Decision::Hold => Urgency::Fails,
        Decision::Retired => Urgency::Over,
        Decision::Advance | Decision::Continue => match &page.due {
            Some(due) if due.is_overdue => Urgency::Overdue,
            _ if !waivers.is_empty() => Urgency::WaiverEnds,
            _ if report.decision == Decision::Advance => Urgency::MayMove,
            Some(due) if due.days_left <= 0 => Urgency::Due,
            _ if report.rules.iter().any(|rule| rule.enforced && rule.applied == Some(EffectKind::Warn)) => {
                Urgency::Warns
            }
            _ => Urgency::GoesOn,
        },
    }
}

/// The title, what it all comes to, and where the parts of the page are.
pub(super) fn head(page: &Answer<PageReport>, links: &PageContext<'_>) -> Markup {
    let report = &page.report;
    let sentence = sentence_of(&report.report.workflows, &page.diagnostics);
    html! {
        header {
            h1 { "Where the rollouts stand" }
            @if report.workflows.is_empty() { p.lead { (text(&sentence.replace('`', ""))) } }
            p { "As of " (time(&report.report.as_of)) ". " (counts(&report.report)) }
            @if !report.workflows.is_empty() { (today(report, links)) }
            nav aria-label="Parts of this page" {
                a href="#all" { "All workflows" } " "
                a href="#gates" { "Rules as lights" } " "
                @if !links.is_several() { a href="#workflows" { "Each workflow" } " " }
                @if report.since.is_some() { a href="#since" { "What changed" } " " }
                @if !report.sweeps.is_empty() { a href="#sweeps" { "What if a threshold changed" } " " }
                a href="#thresholds" { "Thresholds" } " "
                a href="#waivers" { "Waivers" } " "
                a href="#asked" { "What is asked" } " "
                @if !report.report.diagnostics.is_empty() { a href="#found" { "Problems in the files" } }
            }
        }
    }
}

fn time(point: &str) -> Markup {
    html! { time datetime=(point) { (text(point)) } }
}

/// Workflows that somebody has to decide on, which the head names.
const TODAY: usize = 8;

/// What somebody has to decide on: who must go back, who could not be judged, and who asks to move on.
fn today(page: &PageReport, links: &PageContext<'_>) -> Markup {
    let rows = rows_of(page);
    let moves = |row: &IndexRow<'_>| row.report.asks.is_some() || row.report.decision == Decision::Advance;
    let held = |row: &IndexRow<'_>| row.report.decision == Decision::Hold && row.report.asks.is_none();
    let (held, rows): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .filter(|row| row.urgency <= Urgency::NotJudged || moves(row) || held(row))
        .partition(held);
    html! {
        h2 #today { "Needs a decision today" }
        @if rows.is_empty() { p { "Nothing: no workflow must go back, and none asks to move on." } }
        ul.today { @for row in rows.iter().take(TODAY) { li {
            (links.workflow(&row.report.name())) " "
            @match (row.report.decision, &row.report.asks, &row.report.stage) {
                (Decision::Rollback, ..) => "must go back"
                (Decision::Error, ..) => "could not be judged"
                (_, Some(asks), Some(stage)) => { "asks to go from " b { (text(stage)) } " to " b { (text(asks)) } }
                _ => "has moved, and may"
            }
            " " (badge(row.report.decision))
            @if row.report.decision != Decision::Advance { " " (why(row, links)) }
        } } }
        @if rows.len() > TODAY { p { "and " (rows.len() - TODAY) " more, which come first in the list" } }
        @if !held.is_empty() {
            h2 #below { "Held, and does not ask to move on" }
            ul.today { @for row in held.iter().take(TODAY) { li {
                (links.workflow(&row.report.name())) ", " (since(row.report, row.page)) ": " (why(row, links))
            } } }
            @if held.len() > TODAY { p { "and " (held.len() - TODAY) " more in the list" } }
        }
    }
}

/// How many workflows came out how.
fn counts(report: &Report) -> Markup {
    let mut tally: BTreeMap<Decision, usize> = BTreeMap::new();
    report.workflows.iter().for_each(|workflow| *tally.entry(workflow.decision).or_default() += 1);
    html! {
        @for (decision, count) in tally.iter().rev() { span.count { (count) " " (badge(*decision)) } " " }
    }
}

/// All workflows, the most urgent first.
pub(super) fn section(page: &Answer<PageReport>, links: &PageContext<'_>) -> Markup {
    let rows = rows_of(&page.report);
    html! {
        section aria-labelledby="all" {
            h2 #all { "All workflows, the most urgent first" }
            (filters(&rows))
            @if rows.is_empty() { p { "There is no workflow." } } @else {
                div.scroll tabindex="0" role="group" aria-label="All workflows" {
                    table.list {
                        thead { tr {
                            th scope="col" { "Workflow" } th scope="col" { "Decision" } th scope="col" { "Why" }
                            th scope="col" { "Stage" } th scope="col" { "Next gate" } th scope="col" { "Measures" }
                            th scope="col" { "Next snapshot" } th scope="col" { "Waivers ending" }
                        } }
                        tbody { @for (rank, row) in rows.iter().enumerate() { (drawn(row, rank, links)) } }
                    }
                }
                p.none hidden { "No workflow is left: choose other filters." }
            }
        }
    }
}

fn drawn(row: &IndexRow<'_>, rank: usize, links: &PageContext<'_>) -> Markup {
    let (report, page) = (row.report, row.page);
    let name = report.name();
    let unread = page.unread.as_ref();
    let owner = page.owner.as_deref().or(unread.and_then(|unread| unread.owner.as_deref())).unwrap_or("");
    html! {
        tr data-rank=(rank) data-workflow=(text(&name)) data-stage=(report.stage.as_deref().map_or(String::new(), text))
            data-decision=(report.decision.as_str()) data-owner=(text(owner))
            data-team=(report.project.as_deref().map_or(String::new(), text)) {
            th scope="row" data-label="Workflow" {
                (links.workflow(&name))
                @if !owner.is_empty() { br; small { (text(owner)) } }
            }
            td data-label="Decision" data-sort=(rank) {
                (badge(report.decision))
                br; small { (since(report, page)) }
            }
            td.why data-label="Why" { (why(row, links)) }
            td data-label="Stage" { (stage_of(report, page)) }
            td data-label="Next gate" {
                @for gate in &page.gates {
                    (met(gate)) " " small { (arrow(&gate.gate)) } br;
                    @if gate.met == gate.rules && stops_beside(report) { small { "but a rule of every check stops it" } br; }
                }
                @if page.gates.is_empty() { small { (no_gate(report, page)) } }
            }
            td data-label="Measures" { (measures(row, links)) }
            td data-label="Next snapshot" { (due(page)) }
            td data-label="Waivers ending" {
                @for term in &row.waivers {
                    (time(&term.until)) br; small { (title_of(report, &term.rule)) } br;
                }
                @if row.waivers.is_empty() { small { "none soon" } }
            }
        }
    }
}

/// The stage of a workflow; the last that is known of one that could not be judged.
pub(super) fn stage_of(report: &WorkflowReport, page: &WorkflowPage) -> Markup {
    let unread = page.unread.as_ref().filter(|_| report.stage.is_none());
    html! {
        @match unread.and_then(|unread| unread.stage.as_ref().map(|stage| (stage, &unread.date))) {
            Some((stage, date)) => {
                (text(stage)) br;
                small { "the last that can be read" @if let Some(date) = date { ", of " (text(date)) } }
            }
            None => { (stage(report.stage.as_deref(), report.asks.as_deref())) }
        }
    }
}

/// Whether a rule stops it that is judged at every check, so that its gate does not help.
pub(super) fn stops_beside(report: &WorkflowReport) -> bool {
    report.rules.iter().any(|rule| rule.gate.is_none() && rule.stops())
}

/// Why there is no gate ahead.
fn no_gate(report: &WorkflowReport, page: &WorkflowPage) -> &'static str {
    if report.decision == Decision::Retired {
        "it is over"
    } else if report.stage.is_some() && report.stage.as_ref() == page.stages.last() {
        "none: it is in the last stage"
    } else {
        "none"
    }
}

/// Since when it has its decision.
pub(super) fn since(report: &WorkflowReport, page: &WorkflowPage) -> Markup {
    html! {
        @match (&report.retired, &page.since) {
            (Some(last), _) if report.decision == Decision::Retired => { "its last day was " (time(last)) }
            (_, Some(since)) => {
                @if let Some(below) = page.below_since.as_ref().filter(|below| *below != since) {
                    "below standard since " (time(below)) "; " (does_so(report.decision)) " since " (time(since))
                } @else { "since " (time(since)) }
            }
            (_, None) => {
                @if let Some(below) = &page.below_since { "below standard since " (time(below)) "; " (does_so(report.decision)) " " }
                "since " (time(&page.as_of)) " (today)"
            }
        }
    }
}

/// What a decision asks, in the middle of a sentence.
fn does_so(decision: Decision) -> &'static str {
    match decision {
        Decision::Rollback => "must roll back",
        Decision::Hold => "must hold",
        Decision::Error => "not judged",
        Decision::Advance => "may advance",
        Decision::Continue => "may continue",
        Decision::Retired => "retired",
    }
}

/// When the next snapshot is due.
pub(super) fn due(page: &WorkflowPage) -> Markup {
    let Some(due) = &page.due else { return html! { small { "no cadence" } } };
    let days = |count: i64| if count == 1 { "1 day".to_owned() } else { format!("{count} days") };
    html! {
        (time(&due.date)) br;
        @if due.is_overdue { strong.bad { "⚠ overdue" } }
        @else if due.days_left < 0 { strong { (days(-due.days_left)) " late" } }
        @else if due.days_left == 0 { strong { "due today" } }
        @else { small { "in " (days(due.days_left)) } }
    }
}

/// The first thing that stops it, or that is to be known of it.
fn why(row: &IndexRow<'_>, links: &PageContext<'_>) -> Markup {
    let report = row.report;
    let least = if row.urgency <= Urgency::Undecided { EffectKind::Hold } else { EffectKind::Warn };
    let own = entries(&[report], least, Together::Alike).into_iter().flat_map(|(_, own)| own);
    let own: Vec<_> = own.collect();
    let more: usize = own.iter().skip(1).map(|entry| entry.alike.len()).sum();
    html! {
        @if let Some(entry) = own.first() {
            @let (_, sign, words) = sign_of(entry.rule.outcome, entry.rule.applied.unwrap_or(entry.rule.effect));
            @if entry.alike.len() > 1 {
                (sign) " " (entry.alike.len()) " rules are undecided"
            } @else {
                (sign) " " b { (text(&entry.rule.title)) } " " (words)
            }
            @if let Some(said) = entry.rule.message.as_deref().or_else(|| cause(entry.rule)) { ": " (prose(said)) }
            @if more > 0 { " " small { "and " (more) " more" } }
        }
        @for because in &report.because { (prose(because)) " " }
        @for (at, one) in row.wrong.iter().take(ERRORS).enumerate() { @if at > 0 { br; } "⚠ " (wrong(one, links)) }
        @if row.wrong.len() > ERRORS { " " small { "and " (row.wrong.len() - ERRORS) " more errors" } }
        @if own.is_empty() && report.because.is_empty() && row.wrong.is_empty() {
            @match row.urgency {
                Urgency::MayMove => { "every rule of the gate is met: it may move" }
                Urgency::Overdue => { "the next snapshot is overdue" }
                Urgency::WaiverEnds => { "a waiver ends soon" }
                Urgency::NotJudged => { "it could not be judged: see the problems in the files" }
                Urgency::Over => { "it is judged no more" }
                Urgency::RollsBack | Urgency::AskIsHeld | Urgency::Fails | Urgency::Undecided | Urgency::Due | Urgency::Warns
                | Urgency::GoesOn => { small { "nothing stops it" } }
            }
        }
    }
}

/// What is wrong with the files of a workflow that could not be judged.
pub(super) fn errors_of<'p>(
    report: &WorkflowReport,
    page: &WorkflowPage,
    found: &'p [DiagnosticReport],
) -> Vec<&'p DiagnosticReport> {
    let files = page.unread.as_ref().map_or(&[][..], |unread| &unread.files);
    let is_own = |one: &&DiagnosticReport| one.labels.iter().any(|at| files.contains(&at.region.file));
    let errors = found.iter().filter(|one| one.severity == Severity::Error);
    errors.filter(|_| report.decision == Decision::Error).filter(is_own).collect()
}

/// An error in a file, with where it is.
pub(super) fn wrong(one: &DiagnosticReport, links: &PageContext<'_>) -> Markup {
    html! {
        (prose(&one.message))
        @if let Some(label) = one.labels.first() { " (" (links.at(&label.region.file, label.region.line)) ")" }
    }
}

/// A measure or two: those of rules that stop it first, the harshest before others, then those of the gate ahead.
fn measures(row: &IndexRow<'_>, links: &PageContext<'_>) -> Markup {
    let stage = row.report.stage.as_deref();
    // What only notes says nothing of how it stands, nor does the gate of a move that was made.
    let is_ahead = |rule: &&RuleReport| {
        let from = rule.gate.as_deref().and_then(|gate| gate.split_once(" -> ")).map(|(from, _)| from);
        from.is_none() || from == stage
    };
    let judged = || {
        let now = row.report.rules.iter().filter(|rule| is_judged_now(rule, row.report));
        now.filter(is_ahead).filter(|rule| rule.effect > EffectKind::Note)
    };
    let mut rules: Vec<&RuleReport> = judged().collect();
    rules.sort_by_key(|rule| {
        let stops = rule.applied.filter(|_| rule.enforced);
        (std::cmp::Reverse(stops), rule.outcome != Outcome::Fail)
    });
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for rule in rules {
        if let Some((chart, bound, step)) = shown_of(row.page, &rule.rule, rule.outcome)
            && found.len() < MEASURES
            && seen.insert(&chart.expression)
        {
            found.push((rule, chart, bound, step));
        }
    }
    html! {
        @for (rule, chart, bound, step) in found {
            @if let Some((day, point)) = newest(chart) {
                @let is_bad = rule.outcome == Outcome::Fail && holds(bound, step, point) == Some(false);
                @let is_kept = rule.outcome == Outcome::Pass && holds(bound, step, point) == Some(true);
                @let (class, sign, _) = sign_of(Outcome::Fail, rule.effect);
                div.measure {
                    (text(if rule.title.is_empty() { &rule.rule } else { &rule.title })) ": "
                    b { (links.linked(&text(&point.shown), row.page.places.get(day))) }
                    " " small class=(if is_bad { if class == "x" { "bad" } else { "warned" } } else if is_kept { "ok" } else { "soft" }) {
                        @if is_bad { (sign) " " } @if point.exact().is_none() { "asked: " } (links.linked(&asks(bound, step), step.place.as_ref()))
                    }
                    br; small { code { (text(&chart.expression)) } }
                }
            }
        }
    }
}

/// The values that can be chosen, each with how it is shown.
type Choices = Vec<(String, String)>;

/// Choices that leave rows out. They need the script, which shows them.
fn filters(rows: &[IndexRow<'_>]) -> Markup {
    let all = |of: &dyn Fn(&IndexRow<'_>) -> String| {
        rows.iter().map(of).filter(|value| !value.is_empty()).collect::<BTreeSet<String>>()
    };
    let stages = all(&|row| row.report.stage.clone().unwrap_or_default());
    let owners = all(&|row| row.page.owner.clone().unwrap_or_default());
    let teams = all(&|row| row.report.project.clone().unwrap_or_default());
    let decisions: BTreeSet<Decision> = rows.iter().map(|row| row.report.decision).collect();
    let plain = |values: BTreeSet<String>| values.into_iter().map(|value| (text(&value), text(&value)));
    let decisions = decisions.iter().rev();
    let decisions = decisions.map(|decision| (decision.as_str().to_owned(), told(*decision).2.to_owned()));
    let choices: [(&str, &str, Choices); 4] = [
        ("decision", "Decision", decisions.collect()),
        ("stage", "Stage", plain(stages).collect()),
        ("owner", "Owner", plain(owners).collect()),
        ("team", "Team", plain(teams).collect()),
    ];
    html! {
        form.filters hidden aria-label="Filters" {
            @for (key, name, values) in choices.iter().filter(|(.., values)| values.len() > 1) {
                label { (name) " " select name=(key) {
                    option value="" { "all" }
                    @for (value, shown) in values { option value=(value) { (shown) } }
                } } " "
            }
            output aria-live="polite" {}
        }
    }
}

/// What is wrong with the files.
pub(super) fn found(page: &Answer<PageReport>, links: &PageContext<'_>) -> Markup {
    let found = &page.report.report.diagnostics;
    let word = |severity: Severity| match severity {
        Severity::Error => "⚠ error",
        Severity::Warning => "! warning",
        Severity::Note => "i note",
    };
    html! {
        @if !found.is_empty() {
            section aria-labelledby="found" {
                h2 #found { "Problems in the files" }
                ul { @for one in found {
                    li {
                        strong { (word(one.severity)) } " " (one.code) ": " (prose(&one.message))
                        @for label in &one.labels {
                            br; (links.at(&label.region.file, label.region.line)) " " (prose(&label.text))
                        }
                        @if let Some(help) = &one.help { br; small { "help: " (prose(help)) } }
                    }
                } }
            }
        }
    }
}
