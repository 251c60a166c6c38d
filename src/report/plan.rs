//! What `plan` shows: what the next gate of a workflow can tell, and how often its triggers err, claim by claim.

use serde::Serialize;

use super::amount::AmountReport;
use super::{DiagnosticReport, Place, full_name};
use crate::ast::EffectKind;
use crate::types::Kind;
use crate::value::Number;

/// What `plan` shows; the same version as the report.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanReport {
    /// As in [`Report`](super::Report).
    pub version: u32,
    /// The day of judgement, or its instant where series run by them.
    pub as_of: String,
    /// The share of samples that are as a rule wants them, where one was given; else it is half way between the threshold of a
    /// rule and all of them.
    pub assumed: Option<PlannedAmount>,
    /// By project, then by name.
    pub workflows: Vec<PlannedWorkflow>,
    /// What is wrong with the files.
    pub diagnostics: Vec<DiagnosticReport>,
}

/// A share or a length of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedAmount {
    /// As people read it: `80%`, `3 weeks`.
    pub value: String,
    /// The same for programs.
    pub amount: AmountReport,
}

impl PlannedAmount {
    /// A number of a kind.
    pub fn new(kind: &Kind, number: &Number) -> Self {
        Self { value: kind.show(number), amount: AmountReport::new(kind, number) }
    }
}

/// One workflow, as it stands before its next gate.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedWorkflow {
    /// As in the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// As in [`WorkflowReport`](super::WorkflowReport).
    pub workflow: String,
    /// The stage that it is in; none where no stages are declared.
    pub stage: Option<String>,
    /// How far apart snapshots are, by the cadence or else by the newest of them; none where nobody can tell.
    pub spacing: Option<PlannedAmount>,
    /// How many snapshots half a year has, 26 weeks; none where nobody can tell.
    pub half_year: Option<usize>,
    /// The gates that lead on: one, unless a policy lets a stage be left in several ways.
    pub gates: Vec<PlannedGate>,
    /// The standing rules that hold or roll back, and apply in this stage.
    pub triggers: Vec<PlannedTrigger>,
    /// Why there is no gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_gate: Option<NoGate>,
}

/// Why nothing leads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoGate {
    /// No policy declares stages.
    NoStages,
    /// It is in the last stage.
    LastStage,
    /// No policy declares a gate that leads on from its stage.
    Undeclared,
    /// It is retired.
    Retired,
    /// The newest snapshot says no stage.
    UnknownStage,
    /// It has more snapshots than are judged, or takes more than it may.
    TooLarge,
}

/// A gate that leads on.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedGate {
    /// `testing -> pilot`
    pub gate: String,
    /// Every rule of it that is not off.
    pub rules: Vec<PlannedRule>,
}

/// A rule of a gate: what it asks, one by one.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedRule {
    /// `policy.rule`
    pub rule: String,
    /// What a failure does.
    pub effect: EffectKind,
    /// Whether it applies as things are now, by its `when`; a rule that does not keeps no gate shut.
    pub applies: bool,
    /// What it asks.
    pub claims: Vec<PlannedClaim>,
}

/// One comparison that a rule of a gate makes: what can be planned of it, or else what it needs.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedClaim {
    /// As the policy has it, on one line.
    pub claim: String,
    /// Whether it has to be so; it must not be so otherwise.
    pub wanted: bool,
    /// Where that stands.
    pub place: Place,
    /// What can be planned: of a share that is seen in samples.
    pub share: Option<SharePlan>,
    /// What it needs otherwise.
    pub needs: Option<Unplanned>,
    /// Of what has to last for some time, how much longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_left: Option<PlannedAmount>,
}

/// A standing rule that holds or rolls back.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedTrigger {
    /// `policy.rule`
    pub rule: String,
    /// What it does when it fires.
    pub effect: EffectKind,
    /// What makes it fire.
    pub claims: Vec<TriggerClaim>,
}

/// One comparison that makes a trigger fire: how often it errs, or else what it looks at.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TriggerClaim {
    /// As the policy has it, on one line.
    pub claim: String,
    /// Whether it has to be so; it must not be so otherwise.
    pub wanted: bool,
    /// Where that stands.
    pub place: Place,
    /// How often it fires falsely: of a share that is seen in samples.
    pub alarms: Option<AlarmPlan>,
    /// What it looks at otherwise.
    pub needs: Option<Unplanned>,
}

/// What a claim asks of a share, and of which sample.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SampledShare {
    /// What it is held against, as the policy has it: `80%` of `share(…) >= 80%`.
    pub threshold: PlannedAmount,
    /// With how much confidence it is asked; none for the share as it is seen.
    pub confidence: Option<PlannedAmount>,
    /// Whether it is asked at every look.
    pub every_look: bool,
    /// How many there are in all, where samples are drawn of so few.
    pub population: Option<usize>,
    /// How many snapshots are put together; none for all of the stage, or of the series.
    pub snapshots: Option<usize>,
    /// How many samples a snapshot has lately; none where none were recorded.
    pub per_snapshot: Option<usize>,
    /// How large the sample will be at the next snapshot; none where none were recorded.
    pub size: Option<usize>,
    /// Of a sample that only grows, what there is of it, where that is known.
    pub recorded: Option<RecordedSample>,
}

/// What there is of a sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RecordedSample {
    /// How many bear the claim out.
    pub good: usize,
    /// How many there are.
    pub of: usize,
}

/// What a claim of a gate can tell. Chances lie between 0 and 1 and have six decimals.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SharePlan {
    /// What it asks, and of which sample.
    pub sample: SampledShare,
    /// The share that is assumed, as the policy counts it.
    pub truth: PlannedAmount,
    /// In how many snapshots in a row it must be so.
    pub in_a_row: usize,
    /// The chance that it is met at the next snapshot, or at the next so many in a row.
    pub opens: Option<f64>,
    /// How many samples it takes to be met with a chance of 80 %.
    pub takes: Takes,
    /// How often it is met of a share that is 5 and 10 points short of the threshold.
    pub errs: Vec<ErrPlan>,
}

/// How many samples it takes to be met with a chance of 80 %, from so many on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Takes {
    /// How that came out.
    pub answer: TakesAnswer,
    /// How many samples: further ones of a sample that only grows, else how many a look must have; none of a sample that is
    /// looked at again and again, where snapshots are counted.
    pub samples: Option<usize>,
    /// How many a snapshot must have for that, where waiting does not help as a window moves on, or as each of a run has to do.
    pub per_snapshot: Option<usize>,
    /// How many snapshots that takes, as many samples as there are lately in each.
    pub snapshots: Option<usize>,
    /// How long that is.
    pub time: Option<PlannedAmount>,
}

/// Whether it is known how many samples it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TakesAnswer {
    /// So many.
    Known,
    /// No number will do: the share that is assumed is not better than the threshold.
    Never,
    /// More than are looked for.
    TooMany,
    /// No samples were recorded lately, so nobody knows how many come.
    NoRate,
    /// It would take too long to find out.
    Unsought,
}

/// How often a claim is met that should not be.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ErrPlan {
    /// By how many points the share is short of the threshold.
    pub points: u32,
    /// The share, as the policy counts it.
    pub truth: PlannedAmount,
    /// The chance that it is met at one look, with a sample as large as that of the next snapshot; of a run, at each of its looks.
    pub once: Option<f64>,
    /// The chance that it is met at one snapshot of half a year, or at several; none where that takes too long to sum up.
    pub half_year: Option<f64>,
}

/// How often a claim makes a trigger fire though all is as it should be. Chances lie between 0 and 1 and have six decimals.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AlarmPlan {
    /// What it asks, and of which sample.
    pub sample: SampledShare,
    /// In how many snapshots in a row it must be so.
    pub in_a_row: usize,
    /// Of the share that is assumed, and of one just at the threshold.
    pub fires: Vec<AlarmRate>,
}

/// How often a trigger fires of a share.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AlarmRate {
    /// The share, as the policy counts it.
    pub truth: PlannedAmount,
    /// The chance that the comparison is so in one snapshot.
    pub once: Option<f64>,
    /// The chance that it fires within half a year; none where that takes too long to sum up.
    pub half_year: Option<f64>,
}

/// What a condition needs that is not about a share that is seen in samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unplanned {
    /// A date, or that time goes by, or a run of snapshots whose samples overlap.
    Time,
    /// So many of something.
    Count,
    /// A share that is counted in full.
    Counted,
    /// A number that is measured.
    Figure,
    /// Something that is so or is not.
    Fact,
    /// A mean: how far values scatter is not known beforehand.
    Mean,
    /// The difference of two samples.
    Difference,
    /// A share for each group.
    Grouped,
    /// How something goes along the series.
    Course,
    /// A share whose window begins anew with each calendar month, or the like.
    CalendarWindow,
    /// A share whose threshold, confidence or window is not known now.
    UnknownTerms,
    /// A share of which all or none is asked: no sample shows that.
    AllOrNone,
}

impl PlannedWorkflow {
    /// As [`WorkflowReport::name`](super::WorkflowReport::name).
    pub fn name(&self) -> String {
        full_name(self.project.as_deref(), &self.workflow)
    }
}
