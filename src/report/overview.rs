//! What `params` and `rules` list: every value and effect in force, and who set it.

use serde::Serialize;

use crate::report::DiagnosticReport;

/// All params, or all rules, of the projects of a run.
#[derive(Clone, Debug)]
pub struct Overview {
    pub version: u32,
    /// The day that waivers are looked at.
    pub as_of: String,
    pub params: Vec<ParamRow>,
    pub rules: Vec<RuleRow>,
    pub diagnostics: Vec<DiagnosticReport>,
}

/// A param with one of the values that it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParamRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// `policy.param`
    pub param: String,
    pub value: String,
    /// What its policy declares.
    pub default: String,
    /// What nearer files must keep to, as far as there is a range.
    pub range: Option<String>,
    /// Where the value was set: `file:line`.
    pub from: String,
    pub because: Option<String>,
    /// Where a base locks it.
    pub locked: Option<String>,
    /// For which workflows overrides say so; for all others if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<String>,
}

/// A rule with one of the effects that it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// `policy.rule`
    pub rule: String,
    pub policy: String,
    /// As it is written: values are filled in where it is judged.
    pub title: String,
    /// `off`, `note`, `warn`, `hold` or `rollback`.
    pub effect: String,
    /// Where the effect was set: `file:line`.
    pub from: String,
    pub because: Option<String>,
    /// Where a base locks it.
    pub locked: Option<String>,
    /// Waivers that are active on the day.
    pub waived: Vec<Waived>,
    /// For which workflows overrides say so; for all others if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waived {
    /// As the waiver names them, perhaps with `*`.
    pub workflow: String,
    pub until: String,
    pub owner: String,
    /// `file:line`
    pub from: String,
}

/// One of both lists, as it is serialised.
#[derive(Clone, Debug, Serialize)]
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
