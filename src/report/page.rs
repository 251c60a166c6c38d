//! What the HTML page shows: the judgement of today, the history of each workflow, and what is in force, as plain data.
//!
//! Nothing is found out here, and nothing is drawn. What `check` and `history` print as JSON is in it as it is there.

mod hide;

use std::collections::BTreeMap;

pub use self::hide::Hide;
use super::against::{Direction, SettingChange};
use super::checklist::GateChecklist;
use super::overview::{ParamRow, RuleRow};
use super::sweep::ParamSweep;
use super::{DayReport, Decision, Place, Report, full_name};
use crate::ast::CompareOp;

/// All that the page shows.
#[derive(Clone, Debug)]
pub struct PageReport {
    /// The judgement, as `check` reports it.
    pub report: Report,
    /// The workflows of the report, in its order.
    pub workflows: Vec<WorkflowPage>,
    /// Every param with each of its values.
    pub params: Vec<ParamPage>,
    /// Every rule with each of its effects.
    pub rules: Vec<RuleRow>,
    /// Every rule with each of its effects, and who set these.
    pub effects: Vec<EffectPage>,
    /// All waivers, whoever granted them: by their last day.
    pub waivers: Vec<WaiverTerm>,
    /// What other values of params would have decided, of those that were asked about.
    pub sweeps: Vec<ParamSweep>,
    /// What has changed since a base, where one was named.
    pub since: Option<SinceBase>,
    /// The lines that are quoted, by file and number.
    pub quoted: BTreeMap<String, BTreeMap<usize, QuotedLine>>,
    /// Who answers for something, and what names an element of a list: what a page for others may have to leave out.
    pub names: HiddenNames,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedLine {
    /// The whole of it.
    pub text: String,
    /// Whether something in it was hidden, so that columns no longer say where something stands.
    pub is_changed: bool,
}

/// One workflow.
#[derive(Clone, Debug)]
pub struct WorkflowPage {
    /// As in the report.
    pub project: Option<String>,
    /// As in the report.
    pub workflow: String,
    /// The stages of its ladder, the first one first.
    pub stages: Vec<String>,
    /// Who answers for it, where the snapshots have a text `owner`.
    pub owner: Option<String>,
    /// When its next snapshot is due; none where nobody says how often one is.
    pub due: Option<NextSnapshot>,
    /// The day or the instant as of which it was judged.
    pub as_of: String,
    /// Since which snapshot it has the decision of today without a break; none where it has it since the day of judgement.
    pub since: Option<String>,
    /// Since which snapshot, without a break, it did not go on, or a rule that stops it now did not pass.
    pub below_since: Option<String>,
    /// Of one that could not be judged: what its files say all the same.
    pub unread: Option<UnreadWorkflow>,
    /// What the gate ahead asks.
    pub gates: Vec<GateChecklist>,
    /// Each snapshot as it was judged on its own day, as `history` reports it.
    pub days: Vec<DayReport>,
    /// Whether looking at all of its days takes more than a run may: then there are neither days nor charts.
    pub is_cut: bool,
    /// Where each of the days lies, in days since 1970.
    pub at: Vec<f64>,
    /// Where the snapshot of each of the days stands.
    pub places: Vec<Place>,
    /// The day of judgement, likewise.
    pub today: f64,
    /// What rules compare, along the series.
    pub charts: Vec<Chart>,
}

impl WorkflowPage {
    /// As [`WorkflowReport::name`](super::WorkflowReport::name).
    pub fn name(&self) -> String {
        full_name(self.project.as_deref(), &self.workflow)
    }
}

/// A workflow whose files have errors, as far as these can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnreadWorkflow {
    /// Its files.
    pub files: Vec<String>,
    /// The stage of its last file that names one.
    pub stage: Option<String>,
    /// The date of that.
    pub date: Option<String>,
    /// The owner that its last file to name one has.
    pub owner: Option<String>,
}

/// The snapshot that comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextSnapshot {
    /// The day or the time when it is due.
    pub date: String,
    /// How many days are left until then; none are left on that day, and less than none after it.
    pub days_left: i64,
    /// Whether the grace is over, too.
    pub is_overdue: bool,
}

/// What rules compare with something, along the series of a workflow.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The expression, as the policy has it.
    pub expression: String,
    /// One for each day.
    pub points: Vec<ChartPoint>,
    /// What it is held against.
    pub bounds: Vec<ChartBound>,
    /// The marks of the scale from its lowest to its highest: what they are worth, and how that is written.
    pub ticks: Vec<(f64, String)>,
}

impl Chart {
    /// Whether its values change along the series: there is something to draw.
    pub fn changes(&self) -> bool {
        let mut known = self.points.iter().filter(|point| point.is_known());
        let first = known.next();
        known.any(|point| first.is_some_and(|first| (first.low, first.high) != (point.low, point.high)))
    }
}

/// The value of an expression on a day. Where nothing is known of it, it has neither end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartPoint {
    /// The least that it can be.
    pub low: Option<f64>,
    /// The most that it can be.
    pub high: Option<f64>,
    /// As people read it.
    pub shown: String,
}

impl ChartPoint {
    /// Whether anything is known of it.
    pub fn is_known(&self) -> bool {
        self.low.is_some() || self.high.is_some()
    }

    /// Its value, where that is known for sure.
    pub fn exact(&self) -> Option<f64> {
        self.low.filter(|_| self.low == self.high)
    }
}

/// What an expression is held against.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartBound {
    /// The rules that ask the same.
    pub rules: Vec<String>,
    /// Whether the rules ask it; else they fail where it is so.
    pub is_asked: bool,
    /// Whether that alone lets the rules fail, whatever else they compare.
    pub is_alone: bool,
    /// How it is compared.
    pub op: CompareOp,
    /// What stands there in the policy: a param's name, a value, or an expression.
    pub bound: String,
    /// The confidence that is asked for, as the policy has it.
    pub confidence: Option<String>,
    /// What it is worth, from which of the days on.
    pub steps: Vec<BoundStep>,
}

impl ChartBound {
    /// What it is worth on a day, by its number.
    pub fn on(&self, day: usize) -> Option<&BoundStep> {
        self.steps.iter().rev().find(|step| step.from <= day)
    }
}

/// What something is held against, from one of the days on.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundStep {
    /// The number of the first day.
    pub from: usize,
    /// The number, where it is known.
    pub at: Option<f64>,
    /// As people read it.
    pub shown: String,
    /// Whether it is one value, rather than some range or unknown.
    pub is_sure: bool,
    /// Where it was set, of a param.
    pub place: Option<Place>,
    /// Why it was set, of a param.
    pub because: Option<String>,
}

/// A param with one of its values.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamPage {
    /// As `params` lists it.
    pub row: ParamRow,
    /// What the policy says that it is.
    pub about: Option<String>,
    /// Whether the project itself has set it, rather than a base or the policy.
    pub is_own: bool,
    /// What counts without the project's own settings.
    pub inherited: InheritedSetting,
    /// Whether the project's own value lets more or less pass than what it inherits; none where it has none, or the same.
    pub moved: Option<Direction>,
}

/// What a project has from its base, or else from the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InheritedSetting {
    /// The value or the effect.
    pub shown: String,
    /// Whether a base has set it, rather than the policy.
    pub is_set: bool,
    /// Where it was set.
    pub place: Place,
    /// Why a base has set it.
    pub because: Option<String>,
    /// Who answers for that.
    pub owner: Option<String>,
}

/// A rule with one of its effects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectPage {
    /// As `rules` lists it.
    pub row: RuleRow,
    /// What the policy declares, or does where nobody sets it.
    pub default: String,
    /// As of a param.
    pub is_own: bool,
    /// As of a param.
    pub inherited: InheritedSetting,
    /// As of a param.
    pub moved: Option<Direction>,
}

/// A waiver, used or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverTerm {
    /// Its last day.
    pub until: String,
    /// The project; none where the run has one alone.
    pub project: Option<String>,
    /// As the waiver names them, perhaps with `*`.
    pub workflow: String,
    /// The rule that it lifts.
    pub rule: String,
    /// Its first day, where it has one.
    pub from: Option<String>,
    /// After the day of judgement; less than 0 for one that is over.
    pub days_left: i64,
    /// Whether it counts on the day of judgement.
    pub is_active: bool,
    /// The workflows for which it lifts something.
    pub lifts: Vec<String>,
    /// Those that it speaks of, whether it lifts anything or not.
    pub workflows: Vec<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why it was given.
    pub because: String,
    /// Where it is given.
    pub place: Place,
}

/// How long before its last day a waiver is said to end soon.
pub const SOON: i64 = 14;

impl WaiverTerm {
    /// Whether it counts, and ends within [`SOON`] days.
    pub fn ends_soon(&self) -> bool {
        self.is_active && self.days_left <= SOON
    }
}

/// What has changed since a base.
#[derive(Clone, Debug)]
pub struct SinceBase {
    /// The base, as it was named.
    pub reference: String,
    /// The commit that this was the name of, by its whole hash.
    pub commit: String,
    /// Workflows that stand otherwise than there, as of the same day.
    pub workflows: Vec<MovedWorkflow>,
    /// What is set otherwise: what loosens first.
    pub settings: Vec<SettingChange>,
}

/// A workflow as it stands in the base, and as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedWorkflow {
    /// Its full name.
    pub workflow: String,
    /// In the base; none where that does not know it.
    pub was: Option<WorkflowStanding>,
    /// Now; none where it is gone.
    pub now: Option<WorkflowStanding>,
}

/// The decision on a workflow, and its stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowStanding {
    /// What it may do.
    pub decision: Decision,
    /// Where it is.
    pub stage: Option<String>,
    /// Where it asks to move.
    pub asks: Option<String>,
}

/// Names that a page for others may have to leave out, the longest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HiddenNames {
    /// Who answers for workflows and waivers.
    pub owners: Vec<String>,
    /// The texts of elements of lists.
    pub keys: Vec<String>,
}
