//! What stands above a rule, a test or a param: how the rule came out, which tests expect it, what can be asked.

use super::tests_seen::tests;
use crate::ast::{EffectKind, GateItem, Item, Name, ParamLiteral, PolicyItem};
use crate::engine::{Observed, OutcomeTally, RuleTally, Study};
use crate::source::{FileId, Span};

/// A line above a declaration, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The declared name, or the title of the test.
    pub at: Span,
    /// «holds 3 of 13 workflows»
    pub title: String,
    /// What happens when it is chosen.
    pub action: LensAction,
}

/// What a lens does when it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LensAction {
    /// Shows the workflows that a rule holds.
    Held { rule: String },
    /// Runs the tests that expect something of a rule.
    TestRule { rule: String },
    /// Runs one test.
    Test { title: String },
    /// Looks for the nearest values of the param that change a decision.
    Nearest,
}

/// The lenses of a file, by place.
pub fn lenses(study: &Study, observed: Option<&Observed>, file: FileId) -> Vec<Lens> {
    let mut trees = study.grounds.iter().flat_map(|ground| &ground.files);
    let Some(tree) = trees.find(|tree| tree.id == file) else { return Vec::new() };
    let (name, all) = (study.sources.name(file), tests(study, None));
    let mut found: Vec<Lens> = Vec::new();
    let mut add = |at: Span, title: String, action: LensAction| found.push(Lens { at, title, action });
    for policy in tree.items.iter().filter_map(|item| match item {
        Item::Policy(policy) => Some(policy),
        Item::Stages(_) | Item::Snapshot(_) | Item::Test(_) | Item::Broken(_) => None,
    }) {
        for own in policy.items.iter().flat_map(rules_of) {
            let rule = format!("{}.{}", policy.name.text, own.text);
            let tally = observed.and_then(|seen| seen.rules.get(&(name.to_owned(), rule.clone())));
            if let Some(tally) = tally {
                add(own.span, told(tally), LensAction::Held { rule: rule.clone() });
            }
            match all.iter().filter(|test| test.rules.contains(&rule)).count() {
                0 => {}
                1 => add(own.span, "1 test".to_owned(), LensAction::TestRule { rule }),
                several => add(own.span, format!("{several} tests"), LensAction::TestRule { rule }),
            }
        }
        for own in policy.items.iter().filter_map(param_of) {
            add(own.span, "nearest value that changes a decision".to_owned(), LensAction::Nearest);
        }
    }
    for test in all.iter().filter(|test| test.span.file == file) {
        add(test.title_span, "run test".to_owned(), LensAction::Test { title: test.title.clone() });
    }
    found.sort_by_key(|lens| lens.at);
    found
}

/// The names of the rules that an item declares.
fn rules_of(item: &PolicyItem) -> Vec<&Name> {
    match item {
        PolicyItem::Rule(rule) => vec![&rule.name],
        PolicyItem::Gate(gate) => {
            let rules = gate.items.iter().filter_map(|item| match item {
                GateItem::Rule(rule) => Some(&rule.name),
                GateItem::Let(_) | GateItem::Broken(_) => None,
            });
            rules.collect()
        }
        PolicyItem::Param(_) | PolicyItem::Let(_) | PolicyItem::Broken(_) => Vec::new(),
    }
}

/// The name of a param with one value.
fn param_of(item: &PolicyItem) -> Option<&Name> {
    match item {
        PolicyItem::Param(param) => match &param.value {
            ParamLiteral::Single(_) => Some(&param.name),
            ParamLiteral::List(..) | ParamLiteral::Table(..) => None,
        },
        PolicyItem::Let(_) | PolicyItem::Rule(_) | PolicyItem::Gate(_) | PolicyItem::Broken(_) => None,
    }
}

/// «holds 3 of 13 workflows, undecided for 1»
fn told(tally: &RuleTally) -> String {
    let RuleTally { enforced, previewed, off } = tally;
    let said = match (enforced.judged, previewed.judged) {
        (0, 0) if *off > 0 => vec!["switched off".to_owned()],
        (0, 0) => vec!["applies to none".to_owned()],
        (0, _) => outcomes(previewed, false),
        (_, 0) => outcomes(enforced, true),
        (_, _) => {
            let mut said = outcomes(enforced, true);
            // What passes ahead needs no word where something was judged already.
            said.extend(outcomes(previewed, false).into_iter().filter(|_| !is_clean(previewed)));
            said
        }
    };
    said.join(", ")
}

fn is_clean(tally: &OutcomeTally) -> bool {
    tally.failed.is_empty() && tally.undecided == 0
}

/// What came of the workflows that a rule was judged for, one sentence part each.
fn outcomes(tally: &OutcomeTally, enforced: bool) -> Vec<String> {
    let workflows =
        |count: usize| if count == 1 { "1 workflow".to_owned() } else { format!("{count} workflows") };
    let mut said: Vec<String> = Vec::new();
    let mut failed = tally.failed.clone();
    // A rule that is undecided may hold, too.
    if enforced && tally.held > 0 {
        failed.insert(std::cmp::Reverse(EffectKind::Hold), tally.held);
    }
    for (effect, count) in failed {
        let of = if said.is_empty() { format!(" of {}", workflows(tally.judged)) } else { String::new() };
        let verb = match (effect.0, enforced) {
            (EffectKind::Rollback, true) => "rolls back",
            (EffectKind::Hold, true) => "holds",
            (EffectKind::Warn, true) => "warns of",
            (EffectKind::Note, true) => "notes",
            (EffectKind::Rollback, false) => "would roll back",
            (EffectKind::Hold, false) => "would hold",
            (EffectKind::Warn, false) => "would warn of",
            (EffectKind::Note, false) => "would note",
        };
        said.push(format!("{verb} {count}{of}"));
    }
    if tally.undecided > 0 {
        let of = if said.is_empty() { format!(" of {}", workflows(tally.judged)) } else { String::new() };
        said.push(format!("undecided for {}{of}", tally.undecided));
    }
    if said.is_empty() {
        let all = if tally.judged == 1 { "1 workflow".to_owned() } else { format!("all {}", tally.judged) };
        let passes = if enforced { "passes" } else { "would pass" };
        match tally.judged - tally.waived {
            _ if tally.waived == 0 => said.push(format!("{passes} for {all}")),
            0 => {}
            some => said.push(format!("{passes} for {some}")),
        }
    }
    if tally.waived > 0 {
        said.push(format!("waived for {}", tally.waived));
    }
    said
}
