//! The report: findings and decisions as plain data, the only thing that is serialised.
//!
//! Its shape is the versioned JSON of the manual; what only the human form shows is skipped there.

pub mod against;
pub mod amount;
pub mod impact;
pub mod overview;
pub mod record;
pub mod tests;
pub mod why;

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use amount::AmountReport;

use crate::ast::EffectKind;
use crate::diagnostic::{Diagnostic, Fix, Label, Severity};
use crate::source::{SourceMap, Span};

/// The version of the report's shape.
pub const VERSION: u32 = 2;

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    pub version: u32,
    /// The day of judgement.
    pub as_of: String,
    pub summary: Summary,
    /// By project, then by name.
    pub workflows: Vec<WorkflowReport>,
    /// Those that lifted something.
    pub waivers: Vec<WaiverReport>,
    /// What the proposal changes, where it was judged against a base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<against::AgainstReport>,
    pub diagnostics: Vec<DiagnosticReport>,
    #[serde(skip)]
    pub denied: Denied,
}

/// The warnings that hold, of those that are no rule's.
#[derive(Clone, Debug, Default)]
pub enum Denied {
    #[default]
    Nothing,
    Everything,
    /// Those about these files.
    Of(BTreeSet<String>),
}

impl Denied {
    /// Whether it is a warning that holds.
    pub fn holds(&self, diagnostic: &Diagnostic, sources: &SourceMap) -> bool {
        let is_denied = match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Of(files) => {
                diagnostic.labels.iter().any(|label| files.contains(sources.name(label.span.file)))
            }
        };
        is_denied && diagnostic.severity == Severity::Warning
    }
}

/// What came of linting.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LintReport {
    pub version: u32,
    pub findings: usize,
    /// What is wrong with the files, then what was found.
    pub diagnostics: Vec<DiagnosticReport>,
}

/// How many workflows have which decision, and how many enforced rules are undecided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary {
    pub workflows: usize,
    pub advance: usize,
    #[serde(rename = "continue")]
    pub go_on: usize,
    pub hold: usize,
    pub rollback: usize,
    pub error: usize,
    pub undecided: usize,
}

/// What a workflow may do, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    Continue,
    Advance,
    Hold,
    Rollback,
    Error,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 5] = [Self::Continue, Self::Advance, Self::Hold, Self::Rollback, Self::Error];

    /// The word of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Advance => "advance",
            Self::Hold => "hold",
            Self::Rollback => "rollback",
            Self::Error => "error",
        }
    }
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WorkflowReport {
    /// The folder of its configuration, where a run judges several projects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    pub workflow: String,
    /// Of the newest snapshot; none where no stages are declared or the workflow could not be read.
    pub stage: Option<String>,
    pub asks: Option<String>,
    pub decision: Decision,
    /// How many snapshots its series has.
    pub snapshots: usize,
    pub newest: Option<Newest>,
    pub rules: Vec<RuleReport>,
}

/// A workflow's name as people read it, behind that of its project where there are several.
pub fn full_name(project: Option<&str>, workflow: &str) -> String {
    match project {
        Some(project) => format!("{project}: {workflow}"),
        None => workflow.to_owned(),
    }
}

impl WorkflowReport {
    /// `teams/billing: invoices`, or the name alone.
    pub fn name(&self) -> String {
        full_name(self.project.as_deref(), &self.workflow)
    }
}

impl WaiverReport {
    /// As [`WorkflowReport::name`].
    pub fn name(&self) -> String {
        full_name(self.project.as_deref(), &self.workflow)
    }
}

impl WorkflowHistory {
    /// As [`WorkflowReport::name`].
    pub fn name(&self) -> String {
        full_name(self.project.as_deref(), &self.workflow)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Newest {
    pub date: String,
    pub file: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    Undecided,
    NotApplicable,
    Waived,
    Off,
}

impl Outcome {
    /// The word of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Undecided => "undecided",
            Self::NotApplicable => "not_applicable",
            Self::Waived => "waived",
            Self::Off => "off",
        }
    }
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleReport {
    /// `policy.rule`
    pub rule: String,
    pub title: String,
    /// `pilot -> expanded`, for a rule of a gate.
    pub gate: Option<String>,
    /// Whether it bears on the decision; a previewed gate's rules do not.
    pub enforced: bool,
    pub outcome: Outcome,
    /// The effect in force. That of an undecided rule is what being undecided does: see `applied`.
    pub effect: EffectKind,
    /// Where the effect was set.
    pub effect_from: Place,
    /// The rule's message, for one that failed.
    pub message: Option<String>,
    pub policy: Place,
    pub evidence: Vec<EvidenceReport>,
    pub thresholds: Vec<Threshold>,
    pub would_pass: Option<String>,
    /// What it does to the decision: the effect of a failed rule, what an undecided one does instead; none otherwise.
    pub applied: Option<EffectKind>,
    /// The same as `places`, for whoever has the files.
    #[serde(skip)]
    pub labels: Vec<Label>,
    /// What is said of which place: the policy's expressions with what they saw, and the input's lines.
    #[serde(rename = "labels")]
    pub places: Vec<LabelReport>,
    /// The rule's `help`, with its values.
    pub help: Option<String>,
    /// The date of the last snapshot before a move that has been made, where that is what the rule is judged on.
    pub before_move: Option<String>,
}

/// Where something begins: line and column count from 1, and the column characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl Place {
    /// Where a span begins.
    pub fn new(span: Span, sources: &SourceMap) -> Self {
        let (line, column) = sources.line_column(span);
        Self { file: sources.name(span.file).to_owned(), line, column }
    }
}

impl fmt::Display for Place {
    /// `file:line`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A sub-expression that decided, its value, and where in the input that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EvidenceReport {
    pub expression: String,
    pub value: String,
    /// The value as a number, where it is one and known for sure.
    pub amount: Option<AmountReport>,
    #[serde(flatten)]
    pub place: Place,
}

/// A param that an expression was held against, and where its value was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Threshold {
    pub param: String,
    pub value: String,
    /// The value as a number, where it is one.
    pub amount: Option<AmountReport>,
    /// Where the value was set.
    pub from: Place,
    /// The range that the value had to keep to, where a configuration set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// Why the configuration set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Whether the value already stands under the expression.
    #[serde(skip)]
    pub labelled: bool,
}

impl Threshold {
    /// `tollgate.yaml:7, within 60% to 100%`
    pub fn source(&self) -> String {
        match &self.within {
            Some(within) => format!("{}, within {within}", self.from),
            None => self.from.to_string(),
        }
    }
}

/// A waiver that was used: of one rule, for one workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WaiverReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    pub workflow: String,
    pub rule: String,
    pub because: String,
    pub owner: String,
    /// Its last day.
    pub until: String,
    /// After the day of judgement; 0 on the last one.
    pub days_left: i64,
    /// Where it is given.
    pub from: Place,
}

/// What `history` shows; the same version as the report.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct History {
    pub version: u32,
    /// The last day that is looked at.
    pub as_of: String,
    /// By name.
    pub workflows: Vec<WorkflowHistory>,
    pub diagnostics: Vec<DiagnosticReport>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WorkflowHistory {
    /// As in the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    pub workflow: String,
    /// One for each snapshot, by date.
    pub days: Vec<DayReport>,
    /// The numbers that change along the series.
    #[serde(skip)]
    pub metrics: Vec<Metric>,
}

/// A snapshot as it was judged on its own day.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DayReport {
    pub date: String,
    pub stage: Option<String>,
    pub asks: Option<String>,
    pub decision: Decision,
    /// The rules that failed, and bear on the decision or warn.
    pub failed: Vec<String>,
    pub undecided: Vec<String>,
}

/// The course of a number, for the human form.
#[derive(Clone, Debug)]
pub struct Metric {
    pub name: String,
    pub first: String,
    pub last: String,
    /// One for each snapshot; only for drawing.
    pub values: Vec<Option<f64>>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DiagnosticReport {
    pub code: &'static str,
    pub severity: &'static str,
    pub message: String,
    pub labels: Vec<LabelReport>,
    /// What to do, in words; where there is a fix, with the line as that makes it.
    pub help: Option<String>,
    /// Only where there is no doubt of what was meant.
    pub fix: Option<FixReport>,
}

/// From the first character of a stretch of a file to behind its last one; both are the same where it is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Region {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    /// The first column that is no longer in it.
    pub end_column: usize,
}

impl Region {
    /// What a span covers.
    pub fn new(span: Span, sources: &SourceMap) -> Self {
        let Place { file, line, column } = Place::new(span, sources);
        let end = sources.get(span.file).map(|source| source.line_column(span.range().end));
        let (end_line, end_column) = end.unwrap_or((line, column));
        Self { file, line, column, end_line, end_column }
    }
}

/// A place, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LabelReport {
    #[serde(flatten)]
    pub region: Region,
    pub text: String,
}

/// A place, and what to write there instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FixReport {
    #[serde(flatten)]
    pub region: Region,
    pub text: String,
}

impl LabelReport {
    /// The serialised form of a label.
    pub fn new(label: &Label, sources: &SourceMap) -> Self {
        Self { region: Region::new(label.span, sources), text: label.text.clone() }
    }
}

impl FixReport {
    /// The serialised form of a fix.
    pub fn new(fix: &Fix, sources: &SourceMap) -> Self {
        Self { region: Region::new(fix.span, sources), text: fix.text.clone() }
    }
}

impl DiagnosticReport {
    /// The serialised form of a diagnostic.
    pub fn new(diagnostic: &Diagnostic, sources: &SourceMap) -> Self {
        Self {
            code: diagnostic.code.as_str(),
            severity: diagnostic.severity.as_str(),
            message: diagnostic.message.clone(),
            labels: diagnostic.labels.iter().map(|label| LabelReport::new(label, sources)).collect(),
            help: diagnostic.advice(sources),
            fix: diagnostic.fix.as_ref().map(|fix| FixReport::new(fix, sources)),
        }
    }
}

#[cfg(test)]
mod schema;
