//! What `params` and `rules` list: every value and effect in force, and who set it.

use serde::Serialize;

use super::amount::AmountReport;
use super::{DiagnosticReport, Place};

/// All params, or all rules, of the projects of a run.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The version of the report's shape, [`VERSION`](super::VERSION).
    pub version: u32,
    /// The day that waivers are looked at.
    pub as_of: String,
    /// The params; a param has a row for each value that it has.
    pub params: Vec<ParamRow>,
    /// The rules; a rule has a row for each effect that it has.
    pub rules: Vec<RuleRow>,
    /// What is wrong with the files.
    pub diagnostics: Vec<DiagnosticReport>,
}

/// A param with one of the values that it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ParamRow {
    /// As in [`WorkflowReport`](super::WorkflowReport).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// `policy.param`
    pub param: String,
    /// The value, as people read it.
    pub value: String,
    /// The same as a number, where it is one.
    pub amount: Option<AmountReport>,
    /// What its policy declares.
    pub default: String,
    /// What nearer files must keep to, as far as there is a range.
    pub range: Option<String>,
    /// Where the value was set.
    pub from: Place,
    /// Why the configuration set it; none where it does not say, or none has set it.
    pub because: Option<String>,
    /// Who answers for that; none where the configuration does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Where a base locks it.
    pub locked: Option<Place>,
    /// Its values, where they differ from day to day; the row's own is that of the day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<SettingStep>,
    /// For which workflows overrides say so; for all others if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<String>,
}

/// What is in force from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SettingStep {
    /// The first day on which it counts; none for what holds from the beginning.
    pub from: Option<String>,
    /// The value or effect, as people read it.
    pub set: String,
    /// Where it was set.
    pub place: Place,
}

/// A rule with one of the effects that it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleRow {
    /// As in [`WorkflowReport`](super::WorkflowReport).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// `policy.rule`
    pub rule: String,
    /// The name of the rule's policy.
    pub policy: String,
    /// The gate that it belongs to, `pilot -> expanded`, with all of its steps; none of a rule that is judged at every check.
    pub gate: Option<String>,
    /// With the values in force; what a snapshot has to say stays a name.
    pub title: String,
    /// `off`, `note`, `warn`, `hold` or `rollback`.
    pub effect: String,
    /// Where the effect was set.
    pub from: Place,
    /// Why the configuration set the effect; none where it does not say, or none has set it.
    pub because: Option<String>,
    /// Who answers for that; none where the configuration does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Where a base locks it.
    pub locked: Option<Place>,
    /// Waivers that are active on the day.
    pub waived: Vec<Waived>,
    /// Its effects, where they differ from day to day; the row's own is that of the day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<SettingStep>,
    /// Of `series.fresh`, where an override says how often a snapshot of these workflows is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cadence: Option<OwnCadence>,
    /// For which workflows overrides say so; for all others if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<String>,
}

/// How often a snapshot of some workflows is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OwnCadence {
    /// `every 13 weeks grace 2 weeks`
    pub set: String,
    /// Where it was set.
    pub place: Place,
}

/// A waiver of a rule that is active on the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Waived {
    /// As the waiver names them, perhaps with `*`.
    pub workflow: String,
    /// Its last day.
    pub until: String,
    /// Who answers for it.
    pub owner: String,
    /// Where it is given.
    pub from: Place,
}

/// One of both lists, as it is serialised.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ListOf{T}"))]
pub struct Listed<'o, T> {
    version: u32,
    as_of: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'o [T]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<&'o [T]>,
    diagnostics: &'o [DiagnosticReport],
}

impl Overview {
    /// The params alone.
    pub fn params(&self) -> Listed<'_, ParamRow> {
        Listed { params: Some(&self.params), ..self.listed() }
    }

    /// The rules alone.
    pub fn rules(&self) -> Listed<'_, RuleRow> {
        Listed { rules: Some(&self.rules), ..self.listed() }
    }

    fn listed<T>(&self) -> Listed<'_, T> {
        Listed {
            version: self.version,
            as_of: &self.as_of,
            params: None,
            rules: None,
            diagnostics: &self.diagnostics,
        }
    }
}
