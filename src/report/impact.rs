//! What a change of policies would have decided otherwise: every verdict of the history that flips.

use serde::Serialize;

use super::{Decision, DiagnosticReport, Outcome, full_name};
use crate::ast::EffectKind;

/// What `impact` shows; the same version as the report.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ImpactReport {
    /// The version of the report's shape, [`VERSION`](super::VERSION).
    pub version: u32,
    /// The last day that is looked at, or the last instant where series run by them.
    pub as_of: String,
    /// The commit of the old policies, as it was named.
    pub reference: String,
    /// Whether that commit has policies to compare with.
    pub comparable: bool,
    /// How much flips.
    pub summary: ImpactSummary,
    /// The verdicts that flip: by project, workflow and date.
    pub verdicts: Vec<Flip>,
    /// Where rules flip and the verdict stays: by project, workflow and date.
    pub rules: Vec<Flip>,
    /// Workflows of which one side looks at snapshots that the other does not judge.
    pub one_sided: Vec<OneSided>,
    /// What is wrong with the files.
    pub diagnostics: Vec<DiagnosticReport>,
}

/// How much there is to compare, and how much of it flips.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ImpactSummary {
    /// Workflows, and snapshots of them, that both sides judge.
    pub workflows: usize,
    /// The snapshots of them that both sides judge.
    pub days: usize,
    /// Verdicts that flip, and of how many workflows.
    pub flipped: usize,
    /// How many workflows the flipped verdicts are of.
    pub flipped_workflows: usize,
    /// Of these: where the workflow did not go on and now would, and the other way round.
    pub released: usize,
    /// Of the flipped verdicts, those where the workflow went on and now would not.
    pub stopped: usize,
    /// Outcomes of rules that flip and turn no verdict.
    pub rules: usize,
}

/// A workflow at one of its snapshots, judged otherwise by the old and by the new policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Flip {
    /// As in [`WorkflowReport`](super::WorkflowReport).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// As in [`WorkflowReport`](super::WorkflowReport).
    pub workflow: String,
    /// Of the newest snapshot that is seen.
    pub date: String,
    /// The day or the instant of judgement: the snapshot's own, but for the newest snapshot once more as of today, or now.
    pub as_of: String,
    /// The decision by the old policies.
    pub from: Decision,
    /// The decision by the new policies.
    pub to: Decision,
    /// By name.
    pub rules: Vec<RuleFlip>,
    /// How many snapshots were there; days that follow each other are drawn as one.
    #[serde(skip)]
    pub seen: usize,
}

impl Flip {
    /// `teams/billing: invoices`, or the name alone.
    pub fn name(&self) -> String {
        full_name(self.project.as_deref(), &self.workflow)
    }
}

/// A rule on both sides; one of them is none where the rule is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleFlip {
    /// `policy.rule`
    pub rule: String,
    /// How it came out by the old policies.
    pub from: Option<RuleSide>,
    /// How it came out by the new policies.
    pub to: Option<RuleSide>,
}

/// How a rule came out on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleSide {
    /// Its outcome there.
    pub outcome: Outcome,
    /// Whether it bears on the decision; the rules of a gate that nobody asks for do not.
    pub enforced: bool,
    /// What it does to the decision, if anything.
    pub effect: Option<EffectKind>,
}

/// A workflow, and how many of its snapshots only one side judges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OneSided {
    /// As in [`WorkflowReport`](super::WorkflowReport).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// As in [`WorkflowReport`](super::WorkflowReport).
    pub workflow: String,
    /// By the old policies, and not by the new ones.
    pub old_days: usize,
    /// By the new policies, and not by the old ones.
    pub new_days: usize,
}

impl OneSided {
    /// As [`Flip::name`].
    pub fn name(&self) -> String {
        full_name(self.project.as_deref(), &self.workflow)
    }
}
