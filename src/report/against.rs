//! What a proposal changes of the policies that it is judged by.

use std::fmt;

use serde::Serialize;

use super::Place;

/// How what is proposed differs from the base, and which workflows that concerns.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgainstReport {
    /// The base, as it was named.
    pub reference: String,
    /// Params, ranges, rules, waivers and fields that differ: what loosens first.
    pub settings: Vec<SettingChange>,
    /// Snapshots of the base that are no longer what they were.
    pub rewritten: Vec<FileChange>,
    /// Workflows that hold by the base's policies and would go on by those that are proposed.
    pub self_approved: Vec<String>,
    /// Whether those may go on all the same.
    pub self_approval_accepted: bool,
    /// Workflows that do not go on, and that the proposal neither touches nor makes worse.
    pub standing: Vec<String>,
    /// Workflows of the base of which nothing is left, or looked at any more.
    pub vanished: Vec<String>,
}

impl AgainstReport {
    /// Why a workflow that does not go on fails nobody's check, where it does not.
    pub fn excuse(&self, workflow: &str) -> Option<&'static str> {
        let among = |names: &[String]| names.iter().any(|name| name == workflow);
        if among(&self.standing) {
            Some("standing")
        } else if self.self_approval_accepted && among(&self.self_approved) {
            Some("self-approval accepted")
        } else {
            None
        }
    }
}

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More may go on by it than before.
    Looser,
    /// Less may go on by it than before.
    Tighter,
    /// It goes neither way, or nobody can tell which.
    Other,
}

impl Direction {
    /// The word of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Looser => "looser",
            Self::Tighter => "tighter",
            Self::Other => "other",
        }
    }
}

/// Something that is set, on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SettingChange {
    /// `param before_deployment.light_share`
    pub what: String,
    /// None for what is new.
    pub from: Option<String>,
    /// None for what is gone.
    pub to: Option<String>,
    /// Where it is set in the base.
    pub was: Option<Place>,
    /// Where it is set in what is proposed.
    pub now: Option<Place>,
    /// Whether it loosens or tightens.
    pub direction: Direction,
    /// For which workflows alone; for all if there is none.
    pub workflows: Vec<String>,
}

impl fmt::Display for FileChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.old, &self.new) {
            (Some(_), Some(new)) if self.unseen => write!(f, "no longer looked at: {new}"),
            (Some(old), Some(new)) if old == new => write!(f, "edited: {new}"),
            (Some(old), Some(new)) => write!(f, "renamed: {old} to {new}"),
            (Some(old), None) => write!(f, "deleted: {old}"),
            (None, Some(new)) => write!(f, "new: {new}"),
            (None, None) => Ok(()),
        }
    }
}

/// A file that was called `old` and is called `new`; without one of them it is new, or gone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileChange {
    /// The name in the base; none for a new file.
    pub old: Option<String>,
    /// The name now; none for a file that is gone.
    pub new: Option<String>,
    /// Whether it is as it was, and no longer among what is judged.
    pub unseen: bool,
}
