//! What `test` shows, in the version of the report.

use serde::Serialize;

use super::{DiagnosticReport, Outcome};
use crate::diagnostic::Diagnostic;

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TestReport {
    pub version: u32,
    pub summary: TestSummary,
    /// By name.
    pub files: Vec<TestFileReport>,
    /// Where it was asked for and nothing was in error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageReport>,
    /// Where it was asked for: of the projects without errors whose tests all pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mutation: Option<MutationReport>,
    /// What of that was not done, and why: a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
    /// What is wrong beyond single tests, what coverage lacks, and what no test would notice.
    pub diagnostics: Vec<DiagnosticReport>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TestSummary {
    pub files: usize,
    pub tests: usize,
    pub passed: usize,
    pub failed: usize,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TestFileReport {
    pub file: String,
    /// In the order in which they stand there.
    pub tests: Vec<TestCaseReport>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TestCaseReport {
    pub title: String,
    pub line: usize,
    pub outcome: TestOutcome,
    /// Why it has not passed.
    pub diagnostics: Vec<DiagnosticReport>,
    /// What the rules saw of which something else was expected.
    pub seen: Vec<RuleSeen>,
    /// Both, each with the places that it speaks of.
    #[serde(skip)]
    pub failures: Vec<Failure>,
}

impl TestCaseReport {
    /// Whether all was as expected.
    pub fn passed(&self) -> bool {
        self.outcome == TestOutcome::Passed
    }
}

/// Why a test has not passed.
#[derive(Clone, Debug)]
pub struct Failure {
    pub diagnostic: Diagnostic,
    /// What the rule saw, for an expectation of a rule.
    pub seen: Option<RuleSeen>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum TestOutcome {
    Passed,
    Failed,
}

/// What a rule saw along a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleSeen {
    pub rule: String,
    /// How many snapshots lie before those that are listed.
    pub earlier: usize,
    pub snapshots: Vec<SnapshotSeen>,
}

/// How a rule would have come out on the day of a snapshot, and the values of what its conditions compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SnapshotSeen {
    pub date: String,
    pub outcome: Outcome,
    pub values: Vec<ValueSeen>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ValueSeen {
    pub expression: String,
    pub value: String,
}

/// How much of what can be seen of rules was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Covered {
    pub covered: usize,
    pub points: usize,
}

impl Covered {
    /// «87.5%», never rounded up; all of nothing is all.
    pub fn percent(self) -> String {
        let tenths = (self.covered * 1000).checked_div(self.points).unwrap_or(1000);
        match (tenths / 10, tenths % 10) {
            (whole, 0) => format!("{whole}%"),
            (whole, tenth) => format!("{whole}.{tenth}%"),
        }
    }

    /// Whether it is at least so many percent.
    pub fn reaches(self, percent: u8) -> bool {
        self.covered * 100 >= self.points * usize::from(percent)
    }
}

impl std::ops::AddAssign for Covered {
    fn add_assign(&mut self, other: Self) {
        self.covered += other.covered;
        self.points += other.points;
    }
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CoverageReport {
    #[serde(flatten)]
    pub total: Covered,
    /// By name.
    pub files: Vec<FileCoverage>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileCoverage {
    pub file: String,
    #[serde(flatten)]
    pub total: Covered,
    /// As they are declared.
    pub rules: Vec<RuleCoverage>,
}

/// Which outcomes of a rule were seen; none for one that it cannot have.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleCoverage {
    /// `policy.rule`, or the policy for its `when`.
    pub rule: String,
    pub line: usize,
    pub passes: Option<bool>,
    pub fails: Option<bool>,
    pub undecided: Option<bool>,
    /// Shown, and not counted: the conditions of a `when` are.
    pub not_applicable: Option<bool>,
    /// Its conditions, each once yes and once no.
    pub conditions: Covered,
}

impl RuleCoverage {
    /// Its outcomes and its conditions.
    pub fn total(&self) -> Covered {
        let mut total = self.conditions;
        for seen in [self.passes, self.fails, self.undecided].into_iter().flatten() {
            total += Covered { covered: usize::from(seen), points: 1 };
        }
        total
    }
}

/// Policies with one small mistake each, and how many of them the tests noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MutationReport {
    /// Without those that the checker refuses.
    pub mutants: usize,
    pub caught: usize,
    /// Those that no test notices.
    pub survivors: usize,
    /// Those of them for which a comment says why.
    pub justified: usize,
}

impl MutationReport {
    /// Whether there is a reason for every survivor.
    pub fn is_clean(self) -> bool {
        self.survivors == self.justified
    }
}

impl std::ops::AddAssign for MutationReport {
    fn add_assign(&mut self, other: Self) {
        self.mutants += other.mutants;
        self.caught += other.caught;
        self.survivors += other.survivors;
        self.justified += other.justified;
    }
}
