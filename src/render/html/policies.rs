//! What is asked and by whom it was set: thresholds by team, waivers by their end, and the rules.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::link::PageContext;
use super::parts::{arrow, text};
use crate::report::Place;
use crate::report::against::Direction;
use crate::report::overview::{ParamRow, RuleRow, SettingStep};
use crate::report::page::{InheritedSetting, PageReport, ParamPage, WaiverTerm};

/// All three.
pub(super) fn section(page: &PageReport, links: &PageContext<'_>) -> Markup {
    html! {
        section aria-labelledby="thresholds" {
            h2 #thresholds { "Thresholds, and who set them" }
            (thresholds(page, links))
        }
        section aria-labelledby="waivers" {
            h2 #waivers { "Waivers, by their last day" }
            (waivers(page, links))
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
fn whose(project: Option<&String>, workflows: &[String]) -> String {
    let team = project.cloned().unwrap_or_default();
    match (team.is_empty(), workflows.is_empty()) {
        (true, true) => "all workflows".to_owned(),
        (false, true) => text(&team),
        (true, false) => text(&workflows.join(", ")),
        (false, false) => text(&format!("{team}: {}", workflows.join(", "))),
    }
}

/// What was set, by team; then all params.
fn thresholds(page: &PageReport, links: &PageContext<'_>) -> Markup {
    let mut by_param: BTreeMap<&str, Vec<&ParamPage>> = BTreeMap::new();
    page.params.iter().for_each(|param| by_param.entry(&param.row.param).or_default().push(param));
    let set = set_rows(page);
    html! {
        h3 { "Set by a team or the organisation" }
        @if set.is_empty() { p { "Nobody has set anything: the policies' own values count." } }
        @else { (by_team(&set, links)) }
        h3 { "All thresholds" }
        details {
            summary { (by_param.len()) " thresholds" }
            (table(&by_param.into_values().flat_map(alike).collect::<Vec<_>>(), links, "All thresholds"))
        }
    }
}

/// A value or an effect of one team.
struct SetCell<'p> {
    shown: &'p str,
    is_own: bool,
    moved: Option<Direction>,
    place: &'p Place,
    because: Option<&'p String>,
    owner: Option<&'p String>,
    steps: &'p [SettingStep],
}

/// A threshold, or a rule with its effect, that somebody has set.
#[derive(Default)]
struct SetRow<'p> {
    about: &'p str,
    default: &'p str,
    /// What bases have set, each once.
    bases: Vec<&'p InheritedSetting>,
    teams: BTreeMap<String, SetCell<'p>>,
}

impl<'p> SetRow<'p> {
    fn add(&mut self, team: String, cell: SetCell<'p>, inherited: &'p InheritedSetting) {
        if inherited.is_set && !self.bases.contains(&inherited) {
            self.bases.push(inherited);
        }
        self.teams.insert(team, cell);
    }

    fn is_set(&self) -> bool {
        !self.bases.is_empty() || self.teams.values().any(|cell| cell.is_own)
    }
}

/// Params, then rules, of which somebody has set anything.
fn set_rows(page: &PageReport) -> Vec<(&str, SetRow<'_>)> {
    let (mut params, mut rules) = (BTreeMap::<&str, SetRow<'_>>::new(), BTreeMap::<&str, SetRow<'_>>::new());
    for of in &page.params {
        let row = params.entry(&of.row.param).or_default();
        (row.about, row.default) = (of.about.as_deref().unwrap_or(""), &of.row.default);
        let cell = SetCell {
            shown: &of.row.value,
            is_own: of.is_own,
            moved: of.moved,
            place: &of.row.from,
            because: of.row.because.as_ref(),
            owner: of.row.owner.as_ref(),
            steps: &of.row.steps,
        };
        row.add(whose(of.row.project.as_ref(), &of.row.workflows), cell, &of.inherited);
    }
    for of in &page.effects {
        let row = rules.entry(&of.row.rule).or_default();
        (row.about, row.default) = (&of.row.title, &of.default);
        let cell = SetCell {
            shown: &of.row.effect,
            is_own: of.is_own,
            moved: of.moved,
            place: &of.row.from,
            because: of.row.because.as_ref(),
            owner: of.row.owner.as_ref(),
            steps: &of.row.steps,
        };
        row.add(whose(of.row.project.as_ref(), &of.row.workflows), cell, &of.inherited);
    }
    params.into_iter().chain(rules).filter(|(_, row)| row.is_set()).collect()
}

/// A row for each threshold or rule, and a column for each team.
fn by_team(set: &[(&str, SetRow<'_>)], links: &PageContext<'_>) -> Markup {
    let teams: BTreeSet<&String> = set.iter().flat_map(|(_, row)| row.teams.keys()).collect();
    let has_bases = set.iter().any(|(_, row)| !row.bases.is_empty());
    html! {
        p { "▽ looser and △ tighter compare what a team has set with what it inherits: from the organisation, or else from the policy. "
            "Who signed is what the configuration has under " code { "owner" } "." }
        div.scroll tabindex="0" role="group" aria-label="Thresholds by team" {
            table.teams {
                thead { tr {
                    th scope="col" { "Threshold, or effect of a rule" } th scope="col" { "Policy's own" }
                    @if has_bases { th scope="col" { "Organisation" } }
                    @for team in &teams { th scope="col" { (team) } }
                } }
                tbody { @for (name, row) in set {
                    tr data-param=(text(name)) {
                        th scope="row" {
                            @if row.about.is_empty() { code { (text(name)) } }
                            @else { (text(row.about)) br; small { code { (text(name)) } } }
                        }
                        td data-label="Policy's own" { (text(row.default)) }
                        @if has_bases { td data-label="Organisation" {
                            @if row.bases.is_empty() { small { "not set" } }
                            @for base in &row.bases {
                                div { b { (text(&base.shown)) } (signed(&base.place, (base.because.as_ref(), base.owner.as_ref()), links)) }
                            }
                        } }
                        @for team in &teams { td data-label=(team) {
                            @match row.teams.get(*team) {
                                Some(of) => { (cell(of, links)) }
                                None => { small { "as for the other workflows" } }
                            }
                        } }
                    }
                } }
            }
        }
    }
}

/// A value, which way it was moved, who set it, and why; one that is inherited says from where.
fn cell(of: &SetCell<'_>, links: &PageContext<'_>) -> Markup {
    html! {
        @if of.is_own {
            b { (text(of.shown)) } " "
            @match of.moved { Some(moved) => { (direction(moved)) } None => { small { "as inherited" } } }
            (signed(of.place, (of.because, of.owner), links))
            (steps(of.steps, links))
        } @else {
            (text(of.shown)) " " small { "inherited from " (links.place(of.place)) }
        }
    }
}

/// Where something was set, why, and by whom.
fn signed(
    place: &Place,
    (because, owner): (Option<&String>, Option<&String>),
    links: &PageContext<'_>,
) -> Markup {
    html! {
        br; small { (links.place(place)) }
        br;
        @match because { Some(because) => { "“" (text(because)) "”" } None => { small { "no reason is given" } } }
        br; small { "signed by: " @match owner { Some(owner) => { b { (text(owner)) } } None => "nobody is named" } }
    }
}

/// Something with a row for each team.
trait OfTeam: Clone + PartialEq {
    /// The team, and the workflows that it is for alone.
    fn of(&self) -> (Option<&String>, &[String]);
    /// The same without a team.
    fn of_nobody(&self) -> Self;
}

impl OfTeam for ParamPage {
    fn of(&self) -> (Option<&String>, &[String]) {
        (self.row.project.as_ref(), &self.row.workflows)
    }

    fn of_nobody(&self) -> Self {
        Self { row: ParamRow { project: None, ..self.row.clone() }, ..self.clone() }
    }
}

impl OfTeam for RuleRow {
    fn of(&self) -> (Option<&String>, &[String]) {
        (self.project.as_ref(), &self.workflows)
    }

    fn of_nobody(&self) -> Self {
        Self { project: None, ..self.clone() }
    }
}

/// Rows about one thing, each with all whose it is: what is the same for several teams is shown once.
fn alike<T: OfTeam>(rows: Vec<&T>) -> Vec<(Vec<String>, &T)> {
    let mut found: Vec<(T, Vec<String>, &T)> = Vec::new();
    for row in rows {
        let (team, workflows) = row.of();
        let (same, own) = (row.of_nobody(), whose(team, workflows));
        match found.iter_mut().find(|(known, ..)| workflows.is_empty() && *known == same) {
            Some((_, all, _)) => all.push(own),
            None => found.push((same, vec![own], row)),
        }
    }
    found.into_iter().map(|(_, all, row)| (all, row)).collect()
}

fn table(params: &[(Vec<String>, &ParamPage)], links: &PageContext<'_>, label: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(label) {
            table.params {
                thead { tr {
                    th scope="col" { "Threshold" } th scope="col" { "For" } th scope="col" { "Value" }
                    th scope="col" { "Policy's own" } th scope="col" { "Inherited" } th scope="col" { "Than inherited" } th scope="col" { "Set in" }
                    th scope="col" { "Because" } th scope="col" { "Signed by" }
                } }
                tbody { @for (whose, param) in params {
                    @let row = &param.row;
                    tr data-param=(row.param) {
                        th scope="row" {
                            @if let Some(about) = &param.about { (text(about)) br; }
                            small { code { (text(&row.param)) } }
                        }
                        td { (whose.join(", ")) }
                        td { b { (text(&row.value)) }
                            @if let Some(range) = &row.range { br; small { "may be " (text(range)) } }
                            (steps(&row.steps, links))
                        }
                        td { (text(&row.default)) }
                        td { (text(&param.inherited.shown)) }
                        td { @match param.moved { Some(moved) => { (direction(moved)) } None => { "the same" } } }
                        td { (links.place(&row.from))
                            @if let Some(lock) = &row.locked { br; small { "locked in " (links.place(lock)) } }
                        }
                        td { (row.because.as_deref().map_or(String::new(), text)) }
                        td { (row.owner.as_deref().map_or(String::new(), text)) }
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

fn waivers(page: &PageReport, links: &PageContext<'_>) -> Markup {
    let terms = &page.waivers;
    let title = |rule: &str| {
        page.rules.iter().find(|own| own.rule == rule).map_or(String::new(), |own| text(&own.title))
    };
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
                        td { (title(&term.rule)) br; small { code { (text(&term.rule)) } } }
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
                summary { (text(policy)) ": " (rules.iter().map(|rule| &rule.rule).collect::<BTreeSet<_>>().len()) " rules" }
                div.scroll tabindex="0" role="group" aria-label=(format!("Rules of {}", text(policy))) {
                    table.asked {
                        thead { tr {
                            th scope="col" { "Rule" } th scope="col" { "For" } th scope="col" { "Gate" }
                            th scope="col" { "A failure" } th scope="col" { "Set in" }
                        } }
                        tbody { @for (whose, rule) in by_rule(rules) { tr {
                            th scope="row" { (text(&rule.title)) br; small { code { (text(&rule.rule)) } } }
                            td { (whose.join(", ")) }
                            td { (rule.gate.as_deref().map_or_else(|| "every check".to_owned(), arrow)) }
                            td { (effect(&rule.effect)) (steps(&rule.steps, links))
                                @if let Some(because) = &rule.because { br; small { (text(because)) } }
                                @if let Some(owner) = &rule.owner { br; small { "signed by " (text(owner)) } } }
                            td { (links.place(&rule.from))
                                @if let Some(lock) = &rule.locked { br; small { "locked in " (links.place(lock)) } } }
                        } } }
                    }
                }
            }
        }
    }
}

/// The rows of each rule together, in the order of the first.
fn by_rule(rows: Vec<&RuleRow>) -> Vec<(Vec<String>, &RuleRow)> {
    let mut found: Vec<Vec<&RuleRow>> = Vec::new();
    for row in rows {
        match found.iter_mut().find(|known| known.first().is_some_and(|first| first.rule == row.rule)) {
            Some(known) => known.push(row),
            None => found.push(vec![row]),
        }
    }
    found.into_iter().flat_map(alike).collect()
}

/// What a failure does, in words.
fn effect(effect: &str) -> String {
    match effect {
        "off" => "is not looked at".to_owned(),
        other => format!("means {}", text(other)),
    }
}
