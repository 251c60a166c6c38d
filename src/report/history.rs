//! What `history` shows: each snapshot of a workflow as it was judged on its own day.

use serde::Serialize;

use super::{Decision, DiagnosticReport, full_name};
use crate::types::Kind;
use crate::value::Number;

/// What `history` shows; the same version as the report.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct History {
    /// As in [`Report`](super::Report).
    pub version: u32,
    /// The last day that is looked at, or the last instant where series run by them.
    pub as_of: String,
    /// By name.
    pub workflows: Vec<WorkflowHistory>,
    /// What is wrong with the files.
    pub diagnostics: Vec<DiagnosticReport>,
}

/// One workflow, judged again as of each of its snapshots.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WorkflowHistory {
    /// As in the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// As in [`WorkflowReport`](super::WorkflowReport).
    pub workflow: String,
    /// One for each snapshot, by date.
    pub days: Vec<DayReport>,
    /// The last day of the workflow, where it is over on the last day that is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired: Option<String>,
    /// The numbers that change along the series.
    #[serde(skip)]
    pub metrics: Vec<Metric>,
}

/// A snapshot as it was judged on its own day, or at its own instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DayReport {
    /// The day or the instant of the snapshot, as of which it was judged too.
    pub date: String,
    /// The stage that the snapshot is in; none where no stages are declared.
    pub stage: Option<String>,
    /// The stage that it asks to move to; none where it asks for none.
    pub asks: Option<String>,
    /// What the workflow could do then.
    pub decision: Decision,
    /// The rules that failed, and bear on the decision or warn.
    pub failed: Vec<String>,
    /// The rules that were undecided, and bear on the decision or warn.
    pub undecided: Vec<String>,
    /// Those of both that stopped nothing: they warned, or noted.
    pub warned: Vec<String>,
    /// Why it held, where no rule says so: policies with errors, a gate that no rule opens, no rule that applies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
}

impl DayReport {
    /// How much memory it takes, about.
    pub(crate) fn bytes(&self) -> usize {
        let texts = self.failed.iter().chain(&self.undecided).chain(&self.because);
        texts.map(|text| 24 + text.len()).sum::<usize>() + 200
    }
}

/// The course of a number, for the human form.
#[derive(Clone, Debug)]
pub struct Metric {
    /// The name of the field.
    pub name: String,
    /// The first value that is known, as people read it.
    pub first: String,
    /// The last value that is known, as people read it.
    pub last: String,
    /// One for each snapshot; only for drawing.
    pub values: Vec<Option<f64>>,
    /// What it counts.
    pub kind: Kind,
    /// The lower end of its scale: as declared, or of the same field in all workflows.
    pub low: Number,
    /// The upper end of its scale.
    pub high: Number,
    /// Whether the field declares its range.
    pub is_declared: bool,
    /// What rules hold it against.
    pub thresholds: Vec<MetricThreshold>,
}

/// What rules hold a number against.
#[derive(Clone, Debug)]
pub struct MetricThreshold {
    /// `>= 50%`
    pub asks: String,
    /// The value alone.
    pub value: Number,
    /// The rules that ask it.
    pub rules: Vec<String>,
}

impl WorkflowHistory {
    /// As [`WorkflowReport::name`](super::WorkflowReport::name).
    pub fn name(&self) -> String {
        full_name(self.project.as_deref(), &self.workflow)
    }
}
