//! The record of a verdict: what was decided, and from which files. It holds nothing that a second run could not find out.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::against::DeniedChanges;
use super::{Outcome, Report, WorkflowReport};

/// The version of the record's shape.
pub const RECORD_VERSION: u32 = 2;
/// The version of the language that this program judges by.
pub const LANGUAGE_VERSION: &str = "0.2";

/// A verdict, and everything that it was found from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct VerdictRecord {
    /// Of the record's shape.
    pub record: u32,
    /// The version of Tollgate that judged.
    pub program: String,
    /// The version of the language that it judged by.
    pub language: String,
    /// The day of judgement, or its instant where series run by them: `2026-11-16`, `2026-11-16T14:05Z`.
    pub as_of: String,
    /// The exit code of the run.
    pub exit: u8,
    /// What was asked for.
    pub options: RecordedOptions,
    /// What was judged against, if anything.
    pub base: Option<RecordedBase>,
    /// The verdict on each workflow, in the order of the report.
    pub workflows: Vec<RecordedVerdict>,
    /// Every policy, configuration and snapshot that was read, with its digest: `sha256:…`, or why it could not be read.
    #[serde(deserialize_with = "each_once")]
    pub files: BTreeMap<String, String>,
    /// What collected values were made from, as the newest snapshots say it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<RecordedSource>,
}

/// What the verdict depends on beside the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct RecordedOptions {
    /// The day that was asked for; none where it was that of the run.
    pub as_of: Option<String>,
    /// The day of the run.
    pub today: String,
    /// The workflows that were asked for; every one where there are none.
    pub workflows: Vec<String>,
    /// Whether warnings hold.
    pub deny_warnings: bool,
    /// Whether configurations may name what lies outside of the repository.
    pub allow_outside: bool,
}

/// The base that was judged against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct RecordedBase {
    /// As it was named, and is named before its files.
    pub reference: String,
    /// The whole hash of its commit.
    pub commit: String,
    /// Whether that commit is an ancestor of the one that was checked out: the branch has all that the base had.
    pub ancestor_of_head: bool,
    /// Whether a verdict counts that the pull request has turned itself, by loosening what it is judged by.
    pub allow_self_approval: bool,
    /// Whether workflows count that the pull request neither touches nor makes worse.
    pub all: bool,
    /// What holds though no workflow does.
    pub deny: DeniedChanges,
}

/// What a collected value was made from, as its snapshot says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct RecordedSource {
    /// With its project before it, where there are several.
    pub workflow: String,
    /// The field, by the keys of the snapshot.
    pub field: String,
    /// The file of the snapshot.
    pub snapshot: String,
    /// The line of the snapshot that says so.
    pub line: usize,
    /// The name of the source in the collect file.
    pub from: String,
    /// The file that was read, where there is one, by its path from the folder that was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The SHA-256 digest of that file as it was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The SHA-256 digest of the query that was asked, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_sha256: Option<String>,
    /// Whether the value was changed by hand since it was collected.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
}

impl RecordedSource {
    /// Those of all workflows, by the names that a reader of the report knows.
    pub fn all(report: &Report) -> Vec<Self> {
        let of_workflow = |workflow: &WorkflowReport| {
            let name = workflow.name();
            let folder = workflow.project.as_ref().map(|folder| format!("{folder}/")).unwrap_or_default();
            let of = move |source: &Self| Self {
                workflow: name.clone(),
                file: source.file.as_ref().map(|file| format!("{folder}{file}")),
                ..source.clone()
            };
            workflow.sources.iter().map(of).collect::<Vec<_>>()
        };
        report.workflows.iter().flat_map(of_workflow).collect()
    }
}

/// Reads the files of a record. A map takes the last of two entries with the same key; here they are an error, as other readers
/// may take the first.
fn each_once<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct Entries;
    impl<'de> Visitor<'de> for Entries {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of texts")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut files = BTreeMap::new();
            while let Some((name, digest)) = entries.next_entry::<String, String>()? {
                if files.insert(name.clone(), digest).is_some() {
                    return Err(A::Error::custom(format_args!("duplicate key `{name}`")));
                }
            }
            Ok(files)
        }
    }
    deserializer.deserialize_map(Entries)
}

/// The decision on one workflow, and the rules that it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct RecordedVerdict {
    /// With its project before it, where there are several.
    pub workflow: String,
    /// The word of [`Decision`](super::Decision).
    pub decision: String,
    /// The rules that bear on it or warn.
    pub failed: Vec<String>,
    /// As in `failed`, for the rules that are undecided.
    pub undecided: Vec<String>,
}

impl RecordedVerdict {
    fn new(workflow: &WorkflowReport) -> Self {
        let named = |outcome: Outcome| {
            let rules =
                workflow.rules.iter().filter(|rule| rule.applied.is_some() && rule.outcome == outcome);
            rules.map(|rule| rule.rule.clone()).collect()
        };
        Self {
            workflow: workflow.name(),
            decision: workflow.decision.as_str().to_owned(),
            failed: named(Outcome::Fail),
            undecided: named(Outcome::Undecided),
        }
    }

    /// The verdicts of a report, in its order.
    pub fn all(report: &Report) -> Vec<Self> {
        report.workflows.iter().map(Self::new).collect()
    }
}
