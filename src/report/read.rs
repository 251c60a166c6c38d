//! What a judgement was found from, and what lay beside that and was not looked at.

use serde::Serialize;

/// What was read, in numbers and names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReadReport {
    /// The names of the configurations. If the list is empty, the shipped policies judge.
    pub configurations: Vec<String>,
    /// How many policies judge that are no shipped ones.
    pub policies: usize,
    /// How many files these stand in, with those that declare fields or stages alone.
    pub policy_files: usize,
    /// How many shipped policies judge.
    pub shipped_policies: usize,
    /// How many snapshots were read.
    pub snapshots: usize,
    /// Of how many workflows these are.
    pub workflows: usize,
    /// What looks as if it were meant and was not read: the first of it.
    pub passed_over: Vec<PassedOver>,
    /// How much more was passed over.
    pub passed_over_more: usize,
}

/// A file or folder that was not looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PassedOver {
    /// Its name.
    pub path: String,
    /// Why it was not looked at.
    pub why: PassedOverWhy,
}

/// Why something was not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PassedOverWhy {
    /// Its name begins with a dot.
    Hidden,
    /// A `.tollgateignore` lists it.
    Ignored,
    /// It holds a `CACHEDIR.TAG`.
    Cache,
    /// It is a submodule that was not fetched.
    NotFetched,
    /// No entry of the configuration takes it.
    NotNamed,
}

impl PassedOverWhy {
    /// The reason as it is read behind the name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Ignored => "listed in `.tollgateignore`",
            Self::Cache => "has a `CACHEDIR.TAG`",
            Self::NotFetched => "a submodule that was not fetched",
            Self::NotNamed => "taken by no entry",
        }
    }
}
