//! What a pull request changes of the policies that it is judged by.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Decision, Place};

/// How a pull request differs from its base, and which workflows that concerns.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgainstReport {
    /// The base, as it was named.
    pub reference: String,
    /// The commit that this was the name of, by its whole hash.
    pub commit: String,
    /// Params, ranges, rules, waivers and fields that differ: what loosens first.
    pub settings: Vec<SettingChange>,
    /// Snapshots of the base that are no longer what they were.
    pub rewritten: Vec<FileChange>,
    /// Workflows that hold by the base's policies and would go on by the pull request's own.
    pub self_approved: Vec<String>,
    /// Whether those may go on all the same.
    pub self_approval_accepted: bool,
    /// Workflows that do not go on, and that the pull request neither touches nor makes worse.
    pub standing: Vec<String>,
    /// Workflows of the base of which nothing is left, or looked at any more.
    pub vanished: Vec<String>,
    /// Workflows that are judged by their newest snapshot as it stands in the base, since the branch rewrites it.
    pub restored: Vec<String>,
    /// Workflows whose last day is set here: on days after it they are judged no more.
    pub retiring: Vec<Retirement>,
    /// What holds beside workflows: settings that are looser or may be, workflows that retire, and snapshots that are rewritten.
    pub denied: DeniedChanges,
}

impl AgainstReport {
    /// Whether changes hold that a team has chosen to hold for.
    pub fn holds(&self) -> bool {
        self.denied.looser && self.loosens() || self.denied.rewritten && !self.rewritten.is_empty()
    }

    /// Whether something is judged less strictly than before, or may be, or not at all any more.
    pub fn loosens(&self) -> bool {
        !self.retiring.is_empty() || self.settings.iter().any(|change| change.direction.may_loosen())
    }

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

/// What a team has chosen to hold for, though no workflow holds for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeniedChanges {
    /// Settings that are looser, or may be, and workflows that retire.
    pub looser: bool,
    /// Snapshots of the base that are rewritten.
    pub rewritten: bool,
}

/// A workflow that a pull request gives another last day than it has in the base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Retirement {
    /// Its name, with its project before it where there are several.
    pub workflow: String,
    /// The last day on which it is judged.
    pub last_day: String,
    /// What is decided of it in the base; none where that does not know it.
    pub last_decision: Option<Decision>,
    /// Where the last day is set.
    #[serde(flatten)]
    pub place: Place,
}

/// `its last day is 2026-11-20, and the last decision in the base is hold`
impl fmt::Display for Retirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its last day is {}", self.last_day)?;
        match self.last_decision {
            Some(decision) => write!(f, ", and the last decision in the base is {}", decision.as_str()),
            None => write!(f, ", and the base does not know it"),
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
    /// Nobody can tell, so that it may be looser.
    Unknown,
    /// Less may go on by it than before.
    Tighter,
    /// It turns no verdict by what the base knows.
    Other,
}

impl Direction {
    /// Whether it is to be looked at: it is not known to be as strict as before.
    pub fn may_loosen(self) -> bool {
        match self {
            Self::Looser | Self::Unknown => true,
            Self::Tighter | Self::Other => false,
        }
    }

    /// The word of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Looser => "looser",
            Self::Unknown => "unknown",
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
    /// Where it is set in the pull request.
    pub now: Option<Place>,
    /// Whether it loosens or tightens.
    pub direction: Direction,
    /// For which workflows alone; for all if there is none.
    pub workflows: Vec<String>,
}

impl SettingChange {
    /// A change of which nothing is said yet but what it is of, and which way it goes.
    pub fn new(what: String, direction: Direction) -> Self {
        let (from, to, was, now) = (None, None, None, None);
        Self { what, from, to, was, now, direction, workflows: Vec::new() }
    }

    /// What it was.
    pub fn from(self, from: impl Into<String>) -> Self {
        Self { from: Some(from.into()), ..self }
    }

    /// What it is.
    pub fn to(self, to: impl Into<String>) -> Self {
        Self { to: Some(to.into()), ..self }
    }

    /// Where it stands in the base.
    pub fn was(self, was: Place) -> Self {
        Self { was: Some(was), ..self }
    }

    /// Where it stands in the branch.
    pub fn now(self, now: Place) -> Self {
        Self { now: Some(now), ..self }
    }

    /// For which workflow it is.
    pub fn only(self, workflow: Option<&str>) -> Self {
        Self { workflows: workflow.into_iter().map(str::to_owned).collect(), ..self }
    }
}

/// What became of a file of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileFate {
    /// It says something else.
    Edited,
    /// It says the same under another name.
    Renamed,
    /// It is not there, or not where the base looks.
    Deleted,
    /// It is as it was, and the branch's own rules do not look at it.
    Unread,
    /// It is new, and dated no later than what the base knew.
    BackDated,
    /// It is new, and holds facts of snapshots that the base has.
    NewFacts,
}

/// A file of snapshots or facts that is not what it was in the base.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileChange {
    /// The name in the base; none for a new file.
    pub old: Option<String>,
    /// The name now; none for a file that is gone.
    pub new: Option<String>,
    /// What became of it.
    pub fate: FileFate,
}

impl fmt::Display for FileChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        let (old, new) = (name(&self.old), name(&self.new));
        match self.fate {
            FileFate::Edited => write!(f, "edited: {new}"),
            FileFate::Renamed => write!(f, "renamed: {old} to {new}"),
            FileFate::Deleted => write!(f, "deleted: {old}"),
            FileFate::Unread => write!(f, "no longer read: {new}"),
            FileFate::NewFacts => write!(f, "new facts of old snapshots: {new}"),
            FileFate::BackDated => write!(f, "new, and dated back: {new}"),
        }
    }
}
