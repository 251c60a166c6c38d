//! What the gate ahead of a workflow asks, rule by rule: the same verdicts as the report's, as a list to work through.
//!
//! Judges nothing: a gate ahead is previewed in every report.

use serde::Serialize;

use super::{Outcome, RuleReport, WorkflowReport};
use crate::ast::EffectKind;

/// The gate that leads on from a workflow's stage, with what it asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GateChecklist {
    /// `testing -> pilot`
    pub gate: String,
    /// How many rules keep the gate shut while they are not met, or warn.
    pub rules: usize,
    /// How many of these are met.
    pub met: usize,
    /// Every rule of the gate, notes and those that do not apply as well: what is not met first.
    pub items: Vec<ChecklistItem>,
}

/// A rule of a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChecklistItem {
    /// `policy.rule`
    pub rule: String,
    /// The rule's title, with its values.
    pub title: String,
    /// How it stands.
    pub state: ChecklistState,
    /// What a failure does.
    pub effect: EffectKind,
    /// What the rule says of its failure.
    pub message: Option<String>,
    /// What would make it pass; of an undecided one what would decide it: what to record, and where.
    pub missing: Option<String>,
    /// What the rule advises where it fails.
    pub help: Option<String>,
}

/// How a rule of a gate stands, what is to be done first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChecklistState {
    /// It fails.
    NotMet,
    /// The snapshots do not say enough to tell.
    Undecided,
    /// It passes.
    Met,
    /// A waiver has lifted it.
    Waived,
    /// It does not apply to the workflow as it is now.
    NotApplicable,
    /// A configuration has turned it off.
    Off,
}

impl ChecklistState {
    /// Every state, in the order of the list.
    pub const ALL: [Self; 6] =
        [Self::NotMet, Self::Undecided, Self::Met, Self::Waived, Self::NotApplicable, Self::Off];

    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Met,
            Outcome::Fail => Self::NotMet,
            Outcome::Undecided => Self::Undecided,
            Outcome::NotApplicable => Self::NotApplicable,
            Outcome::Waived => Self::Waived,
            Outcome::Off => Self::Off,
        }
    }

    /// Whether it is one of the things that the gate asks now.
    fn counts(self) -> bool {
        match self {
            Self::NotMet | Self::Undecided | Self::Met | Self::Waived => true,
            Self::NotApplicable | Self::Off => false,
        }
    }
}

/// The gates that lead on from the stage of a workflow: one, unless a policy lets a stage be left in several ways.
pub fn checklists(workflow: &WorkflowReport) -> Vec<GateChecklist> {
    let Some(stage) = &workflow.stage else { return Vec::new() };
    let ahead = format!("{stage} -> ");
    let mut found: Vec<GateChecklist> = Vec::new();
    for rule in &workflow.rules {
        for step in rule.gate.iter().flat_map(|gate| gate.split(", ")).filter(|step| step.starts_with(&ahead))
        {
            let at = found.iter().position(|list| list.gate == step).unwrap_or_else(|| {
                found.push(GateChecklist { gate: step.to_owned(), rules: 0, met: 0, items: Vec::new() });
                found.len() - 1
            });
            found.get_mut(at).into_iter().for_each(|list| list.add(rule));
        }
    }
    for list in &mut found {
        // What stops comes before what warns.
        list.items.sort_by_key(|item| (item.state, std::cmp::Reverse(item.effect)));
    }
    found
}

impl GateChecklist {
    fn add(&mut self, rule: &RuleReport) {
        let state = ChecklistState::of(rule.outcome);
        if state.counts() && rule.effect > EffectKind::Note {
            self.rules += 1;
            self.met += usize::from(state == ChecklistState::Met);
        }
        self.items.push(ChecklistItem {
            rule: rule.rule.clone(),
            title: rule.title.clone(),
            state,
            effect: rule.effect,
            message: rule.message.clone(),
            missing: rule.would_pass.clone(),
            help: rule.help.clone(),
        });
    }
}
