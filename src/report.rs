//! The report: findings and decisions as plain data, the only thing that is serialised.
//!
//! Its shape is the versioned JSON of the manual; what only the human form shows is skipped there.

pub mod against;
pub mod amount;
pub mod checklist;
mod decision;
mod history;
pub mod impact;
pub mod overview;
pub mod page;
pub mod plan;
pub mod provenance;
pub mod read;
pub mod record;
pub mod sweep;
pub mod testing;
pub mod why;

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use amount::AmountReport;
pub use decision::Decision;
pub use history::{DayReport, History, Metric, MetricThreshold, WorkflowHistory};
use read::ReadReport;

use crate::ast::EffectKind;
use crate::diagnostic::{Diagnostic, Fix, Label, Severity};
use crate::source::{CellName, SourceMap, Span};

/// The version of the report's shape.
pub const VERSION: u32 = 2;

/// What `check` found: the decisions, what they rest on, and what is wrong with the files.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// The version of the report's shape, [`VERSION`].
    pub version: u32,
    /// The day of judgement, or its instant where series run by them: `2026-11-16`, `2026-11-16T14:05Z`.
    pub as_of: String,
    /// What it was found from.
    pub read: ReadReport,
    /// How many workflows came out how.
    pub summary: Summary,
    /// By project, then by name.
    pub workflows: Vec<WorkflowReport>,
    /// Those that lifted something.
    pub waivers: Vec<WaiverReport>,
    /// What the pull request changes, where it was judged against a base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<against::AgainstReport>,
    /// What is wrong with the files, and what else there is to say that is no rule's.
    pub diagnostics: Vec<DiagnosticReport>,
    /// Which warnings hold; it is not serialised.
    #[serde(skip)]
    pub denied: Denied,
    /// Whether the series of some project run by instants; it is not serialised.
    #[serde(skip)]
    pub by_instants: bool,
}

/// The warnings that hold, of those that are no rule's.
#[derive(Clone, Debug, Default)]
pub enum Denied {
    /// No warning holds.
    #[default]
    Nothing,
    /// Every warning holds.
    Everything,
    /// Those about these files.
    Of(BTreeSet<String>),
}

impl Denied {
    /// Whether it is a warning that holds; no lint does.
    pub fn holds(&self, diagnostic: &Diagnostic, sources: &SourceMap) -> bool {
        let is_denied = match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Of(files) => {
                diagnostic.labels.iter().any(|label| files.contains(sources.name(label.span.file)))
            }
        };
        is_denied && diagnostic.severity == Severity::Warning && !diagnostic.code.is_lint()
    }
}

/// What came of linting.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LintReport {
    /// As in [`Report`].
    pub version: u32,
    /// How many findings the lints have, without what else is wrong with the files.
    pub findings: usize,
    /// What is wrong with the files, then what was found.
    pub diagnostics: Vec<DiagnosticReport>,
}

/// How many workflows have which decision, and how many enforced rules are undecided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary {
    /// How many workflows there are in all.
    pub workflows: usize,
    /// How many may move to the stage that they ask for.
    pub advance: usize,
    /// How many may go on as they are.
    #[serde(rename = "continue")]
    pub go_on: usize,
    /// How many must hold.
    pub hold: usize,
    /// How many must roll back.
    pub rollback: usize,
    /// How many could not be judged.
    pub error: usize,
    /// How many are judged no more.
    pub retired: usize,
    /// How many enforced rules are undecided, over all workflows.
    pub undecided: usize,
}

/// One workflow: what it may do, and every rule that has a say in it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WorkflowReport {
    /// The folder of its configuration, where a run judges several projects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The workflow's name, without its project.
    pub workflow: String,
    /// Of the newest snapshot; none where no stages are declared or the workflow could not be read.
    pub stage: Option<String>,
    /// The stage that the newest snapshot asks to move to; none where it asks for none.
    pub asks: Option<String>,
    /// Its own day of judgement, where that is not the run's: a snapshot that is dated tomorrow is judged as of tomorrow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// What the workflow may do.
    pub decision: Decision,
    /// The last day of the workflow, where its newest snapshot has one: it is judged up to that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired: Option<String>,
    /// How many snapshots its series has.
    pub snapshots: usize,
    /// The newest snapshot; none where there is none that could be read.
    pub newest: Option<Newest>,
    /// How each rule came out.
    pub rules: Vec<RuleReport>,
    /// Why it holds, where no rule says so: policies with errors, a gate that no rule opens, no rule that applies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// What its collected values were made from, for the record of the verdict.
    #[serde(skip)]
    pub sources: Vec<record::RecordedSource>,
    /// What the gate ahead asks, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<checklist::GateChecklist>,
}

/// A workflow's name as people read it, behind that of its project where there are several.
pub fn full_name(project: Option<&str>, workflow: &str) -> String {
    match project {
        Some(project) => format!("{project}: {workflow}"),
        None => workflow.to_owned(),
    }
}

/// Whether a name that people give is that of a workflow: the name alone, or as [`full_name`] has it.
pub fn is_named(name: &str, project: Option<&str>, workflow: &str) -> bool {
    name == workflow || project.is_some() && name == full_name(project, workflow)
}

impl WorkflowReport {
    /// `teams/billing: invoices`, or the name alone.
    pub fn name(&self) -> String {
        full_name(self.project.as_deref(), &self.workflow)
    }

    /// How much memory it takes, about.
    pub(crate) fn bytes(&self) -> usize {
        let rules: usize = self.rules.iter().map(RuleReport::bytes).sum();
        rules + self.sources.len() * 600 + self.workflow.len() + 500
    }
}

impl WaiverReport {
    /// As [`WorkflowReport::name`].
    pub fn name(&self) -> String {
        full_name(self.project.as_deref(), &self.workflow)
    }
}

/// The newest snapshot of a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Newest {
    /// Its date, as in `2026-11-16`, or its time where that is one, as in `2026-11-16T14:05Z`.
    pub date: String,
    /// The name of its file.
    pub file: String,
}

/// How a rule came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What it requires is so.
    Pass,
    /// What it requires is not so.
    Fail,
    /// The snapshots do not say enough to tell.
    Undecided,
    /// It does not apply to this workflow as it is now.
    NotApplicable,
    /// A waiver has lifted it.
    Waived,
    /// A configuration has turned it off.
    Off,
}

impl Outcome {
    /// How bad it is, to compare two of one rule.
    pub fn severity(self) -> u8 {
        match self {
            Self::Fail => 3,
            Self::Undecided => 2,
            Self::Pass | Self::Waived => 1,
            Self::NotApplicable | Self::Off => 0,
        }
    }

    /// Whether the rule was held against the evidence: a verdict rests on something where one was.
    pub fn is_judged(self) -> bool {
        match self {
            Self::Pass | Self::Fail | Self::Undecided | Self::Waived => true,
            Self::NotApplicable | Self::Off => false,
        }
    }

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

/// How one rule came out for one workflow, and why.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleReport {
    /// `policy.rule`
    pub rule: String,
    /// The rule's title, with its values.
    pub title: String,
    /// `pilot -> expanded`, for a rule of a gate: the step that it was judged for, or all of its gate, separated by commas.
    pub gate: Option<String>,
    /// Whether it bears on the decision; a previewed gate's rules do not.
    pub enforced: bool,
    /// How the rule came out.
    pub outcome: Outcome,
    /// The effect in force. That of an undecided rule is what being undecided does: see `applied`.
    pub effect: EffectKind,
    /// Where the effect was set.
    pub effect_from: Place,
    /// The rule's message, for one that failed.
    pub message: Option<String>,
    /// Where the rule is declared; the file is empty where no policy declares it.
    pub policy: Place,
    /// What decided, with the values that were seen.
    pub evidence: Vec<EvidenceReport>,
    /// The params that its conditions were held against.
    pub thresholds: Vec<Threshold>,
    /// What would make a failed rule pass or decide an undecided one; none where nothing is to be said.
    pub would_pass: Option<String>,
    /// What it does to the decision: the effect of a failed rule, what an undecided one does instead; none otherwise.
    pub applied: Option<EffectKind>,
    /// The same as `places`, for whoever has the files.
    #[serde(skip)]
    pub labels: Vec<Label>,
    /// What is said of which place: the policy's expressions with what they saw, and the input's lines.
    #[serde(rename = "labels")]
    pub places: Vec<LabelReport>,
    /// Where the fields that it saw were collected from, for those of which the snapshots say so.
    #[serde(rename = "collected", skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<provenance::ProvenanceReport>,
    /// The rule's `help`, with its values.
    pub help: Option<String>,
    /// The date, or the time, of the last snapshot before a move that has been made, where that is what the rule is judged on.
    pub before_move: Option<String>,
}

impl RuleReport {
    /// Whether it keeps its workflow from going on.
    pub fn stops(&self) -> bool {
        self.enforced && self.applied >= Some(EffectKind::Hold)
    }

    fn bytes(&self) -> usize {
        let place = |place: &Place| place.file.len();
        let texts = [&self.gate, &self.message, &self.would_pass, &self.help, &self.before_move];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let evidence =
            |seen: &EvidenceReport| 200 + seen.expression.len() + seen.value.len() + place(&seen.place);
        let held = |held: &Threshold| {
            let because = held.because.as_deref().map_or(0, str::len);
            300 + held.param.len() + held.value.len() + because + place(&held.from)
        };
        let label = |label: &LabelReport| 200 + 2 * label.text.len() + label.region.file.len();
        let evidence: usize = self.evidence.iter().map(evidence).sum();
        let thresholds: usize = self.thresholds.iter().map(held).sum();
        let labels: usize = self.places.iter().map(label).sum();
        let own = self.rule.len() + self.title.len() + place(&self.effect_from) + place(&self.policy);
        let sources: usize = self.sources.iter().map(provenance::ProvenanceReport::bytes).sum();
        600 + own + texts + evidence + thresholds + labels + sources
    }
}

/// Where something begins: line and column count from 1, and the column characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    /// The name of the file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The value of a table that the line stands for, where the file is a row of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<Box<CellReport>>,
}

impl Place {
    /// Where a span begins.
    pub fn new(span: Span, sources: &SourceMap) -> Self {
        let (line, column) = sources.line_column(span);
        let cell = sources.get(span.file).and_then(|source| source.cell(line)).map(CellReport::new);
        Self { file: sources.name(span.file).to_owned(), line, column, cell: cell.map(Box::new) }
    }
}

/// A value of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CellReport {
    /// The name of the table's file.
    pub table: String,
    /// What the row is called by: its workflow and date.
    pub row: String,
    /// The name of the column.
    pub column: String,
}

impl CellReport {
    fn new(CellName { table, row, column }: CellName<'_>) -> Self {
        Self { table: table.to_owned(), row: row.to_owned(), column }
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
    /// The expression as the policy has it, or the rule's name where it is undecided beyond its conditions.
    pub expression: String,
    /// Its value as people read it; where it is unknown, with the reason.
    pub value: String,
    /// The value as a number, where it is one and known for sure.
    pub amount: Option<AmountReport>,
    /// Where in the input the value stands.
    #[serde(flatten)]
    pub place: Place,
}

/// A param that an expression was held against, and where its value was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Threshold {
    /// The param's name.
    pub param: String,
    /// Its value, as people read it.
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
    /// As in [`WorkflowReport`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The name of the workflow that it was used for, without its project.
    pub workflow: String,
    /// The rule that it lifts, as `policy.rule`.
    pub rule: String,
    /// Why it was given.
    pub because: String,
    /// Who answers for it.
    pub owner: String,
    /// Its last day.
    pub until: String,
    /// After the day of judgement; 0 on the last one.
    pub days_left: i64,
    /// Where it is given.
    pub from: Place,
}

/// Something that is wrong, or worth a word, with the places that it is about.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DiagnosticReport {
    /// The code that `tollgate explain` knows.
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong, in words.
    pub message: String,
    /// What is said of which place.
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
    /// The name of the file.
    pub file: String,
    /// The line of its first character, counted from 1.
    pub line: usize,
    /// The column of its first character, in characters and counted from 1.
    pub column: usize,
    /// The line in which it ends, counted from 1.
    pub end_line: usize,
    /// The first column that is no longer in it.
    pub end_column: usize,
    /// The value of a table that its first line stands for, where the file is a row of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<Box<CellReport>>,
}

impl Region {
    /// What a span covers.
    pub fn new(span: Span, sources: &SourceMap) -> Self {
        let Place { file, line, column, cell } = Place::new(span, sources);
        let end = sources.get(span.file).map(|source| source.line_column(span.range().end));
        let (end_line, end_column) = end.unwrap_or((line, column));
        Self { file, line, column, end_line, end_column, cell }
    }
}

/// A place, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LabelReport {
    /// The place.
    #[serde(flatten)]
    pub region: Region,
    /// What is said of it.
    pub text: String,
}

/// A place, and what to write there instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FixReport {
    /// What is to be replaced.
    #[serde(flatten)]
    pub region: Region,
    /// What to write there instead.
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
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            labels: diagnostic.labels.iter().map(|label| LabelReport::new(label, sources)).collect(),
            help: diagnostic.advice(sources),
            fix: diagnostic.fix.as_ref().map(|fix| FixReport::new(fix, sources)),
        }
    }
}

#[cfg(test)]
mod schema;
