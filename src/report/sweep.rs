//! What other values of params would have decided, over all history.

use serde::Serialize;

use super::amount::AmountReport;
use super::{Decision, DiagnosticReport, full_name};

/// What `sweep` shows; the same version as the report.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SweepReport {
    /// The version of the report's shape, [`VERSION`](super::VERSION).
    pub version: u32,
    /// The day of judgement, or its instant where series run by them.
    pub as_of: String,
    /// One for each param, with the others as they are in force.
    pub sweeps: Vec<ParamSweep>,
    /// Every value of two params with every value of the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<SweepTable>,
    /// What is wrong with the files.
    pub diagnostics: Vec<DiagnosticReport>,
}

/// A param along a range of its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ParamSweep {
    /// `policy.param`
    pub param: String,
    /// The smallest value that is tried.
    pub from: SweptValue,
    /// The greatest value that is tried.
    pub to: SweptValue,
    /// The values in force, each with the workflows that have it.
    pub now: Vec<ValueNow>,
    /// What is decided by the values in force.
    pub as_it_is: SweepCounts,
    /// In order; within each of them every value decides the same.
    pub intervals: Vec<SweepInterval>,
    /// Where decisions change, by value, workflow and date.
    pub changes: Vec<SweepChange>,
}

/// A value of a param.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SweptValue {
    /// As people read it.
    pub value: String,
    /// As a number, where it is one.
    pub amount: Option<AmountReport>,
}

/// A value in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ValueNow {
    /// The value.
    #[serde(flatten)]
    pub value: SweptValue,
    /// How many workflows have it.
    pub workflows: usize,
    /// The interval in which it lies, counted from 0; none where it is not among those that were tried.
    pub interval: Option<usize>,
}

/// Values of a param that decide the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SweepInterval {
    /// All of them, as people read it: `60% up to 86.7%`.
    pub shown: String,
    /// Where they begin.
    pub from: SweptValue,
    /// Whether that value is one of them.
    pub with_from: bool,
    /// Where they end.
    pub to: SweptValue,
    /// Whether that value is one of them.
    pub with_to: bool,
    /// Whether it begins there to within a billionth only.
    pub is_about: bool,
    /// What is decided.
    #[serde(flatten)]
    pub counts: SweepCounts,
    /// What differs from the values in force.
    pub flips: SweepFlips,
}

/// How many days and workflows are decided how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SweepCounts {
    /// Snapshots, each judged on its own day.
    pub days: DecisionCounts,
    /// Workflows as of the day of judgement.
    pub workflows: DecisionCounts,
}

impl SweepCounts {
    /// Those of both.
    pub fn join(&mut self, other: &Self) {
        self.days.join(&other.days);
        self.workflows.join(&other.workflows);
    }
}

/// How many have which decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DecisionCounts {
    /// Those that may move to the next stage.
    pub advance: usize,
    /// Those that may go on as they are.
    #[serde(rename = "continue")]
    pub go_on: usize,
    /// Those that must hold.
    pub hold: usize,
    /// Those that must roll back.
    pub rollback: usize,
    /// Those that could not be judged.
    pub error: usize,
    /// Those that are judged no more.
    pub retired: usize,
}

impl DecisionCounts {
    /// One more.
    pub fn add(&mut self, decision: Decision) {
        *self.of(decision) += 1;
    }

    /// One less.
    pub fn remove(&mut self, decision: Decision) {
        let count = self.of(decision);
        *count = count.saturating_sub(1);
    }

    fn join(&mut self, other: &Self) {
        let Self { advance, go_on, hold, rollback, error, retired } = other;
        self.advance += advance;
        self.go_on += go_on;
        self.hold += hold;
        self.rollback += rollback;
        self.error += error;
        self.retired += retired;
    }

    fn of(&mut self, decision: Decision) -> &mut usize {
        match decision {
            Decision::Advance => &mut self.advance,
            Decision::Continue => &mut self.go_on,
            Decision::Hold => &mut self.hold,
            Decision::Rollback => &mut self.rollback,
            Decision::Error => &mut self.error,
            Decision::Retired => &mut self.retired,
        }
    }
}

/// How many decisions differ from those by the values in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SweepFlips {
    /// Snapshots that are decided otherwise.
    pub days: usize,
    /// Of these, those where the workflow did not go on, and would.
    pub released: usize,
    /// Of these, those where the workflow went on, and would not.
    pub stopped: usize,
    /// The workflows that are decided otherwise as of the day of judgement.
    pub workflows: Vec<WorkflowFlip>,
    /// The first [`MAX_FLIPPED`] of these snapshots, for the page.
    #[serde(skip)]
    pub flipped: Vec<SnapshotFlip>,
}

/// Snapshots that are kept of those that are decided otherwise by the values of one interval.
pub const MAX_FLIPPED: usize = 200;

/// A snapshot that is decided otherwise on its own day than by the values in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotFlip {
    /// The workflow's full name.
    pub workflow: String,
    /// The date or the time of the snapshot.
    pub date: String,
    /// By the values in force.
    pub from: Decision,
    /// By the values of the interval.
    pub to: Decision,
}

/// A workflow that is decided otherwise as of the day of judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WorkflowFlip {
    /// As in [`WorkflowReport`](super::WorkflowReport).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// As in [`WorkflowReport`](super::WorkflowReport).
    pub workflow: String,
    /// By the values in force.
    pub from: Decision,
    /// By the values of the interval.
    pub to: Decision,
}

impl WorkflowFlip {
    /// `teams/billing: invoices`, or the name alone.
    pub fn name(&self) -> String {
        full_name(self.project.as_deref(), &self.workflow)
    }
}

/// A day of a workflow whose decision changes at a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SweepChange {
    /// The first interval in which it is so, counted from 0.
    pub interval: usize,
    /// As in [`WorkflowReport`](super::WorkflowReport).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// As in [`WorkflowReport`](super::WorkflowReport).
    pub workflow: String,
    /// The date or the time of the snapshot; none as of the day of judgement.
    pub date: Option<String>,
    /// By the values before it.
    pub from: Decision,
    /// By the values of that interval.
    pub to: Decision,
}

/// What two params decide together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SweepTable {
    /// The values of the first param.
    pub rows: Vec<String>,
    /// The values of the second param.
    pub columns: Vec<String>,
    /// For each row, what is decided in each column.
    pub cells: Vec<Vec<SweepCounts>>,
}
