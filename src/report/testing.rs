//! What `test` shows, in the version of the report.

use serde::Serialize;

use super::{DiagnosticReport, Outcome};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// What came of the tests of the policies.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TestReport {
    /// The version of the report's shape, [`VERSION`](super::VERSION).
    pub version: u32,
    /// How many tests passed, and how many did not.
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
    /// Tests that would notice what none does, to be added; they stand in the diagnostics, too.
    #[serde(skip)]
    pub missing: Vec<MissingTest>,
}

/// A test that would notice a mistake which no test notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingTest {
    /// The file of the policy in which the mistake would be.
    pub policy: String,
    /// The title of the test.
    pub title: String,
    /// What stands behind the title: `{ given … expect … }`.
    pub body: String,
}

/// How many tests there are, and how they came out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TestSummary {
    /// How many files were read.
    pub files: usize,
    /// How many tests ran.
    pub tests: usize,
    /// How many came out as expected.
    pub passed: usize,
    /// How many did not.
    pub failed: usize,
}

/// The tests of one file.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TestFileReport {
    /// The name of the file.
    pub file: String,
    /// In the order in which they stand there.
    pub tests: Vec<TestCaseReport>,
}

/// One test, and how it came out.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TestCaseReport {
    /// The test's title.
    pub title: String,
    /// The line on which it begins, counted from 1.
    pub line: usize,
    /// The whole block.
    #[serde(skip)]
    pub span: Span,
    /// Whether it passed.
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
    /// What was expected and is not so, or why the test could not run.
    pub diagnostic: Diagnostic,
    /// What the rule saw, for an expectation of a rule.
    pub seen: Option<RuleSeen>,
}

/// Whether a test passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum TestOutcome {
    /// All was as expected.
    Passed,
    /// Something was not as expected.
    Failed,
}

/// What a rule saw along a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleSeen {
    /// The rule, as `policy.rule`.
    pub rule: String,
    /// How many snapshots lie before those that are listed.
    pub earlier: usize,
    /// The last snapshots, by date.
    pub snapshots: Vec<SnapshotSeen>,
}

/// How a rule would have come out at a snapshot, and the values of what its conditions compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SnapshotSeen {
    /// The date of the snapshot.
    pub date: String,
    /// How the rule would have come out.
    pub outcome: Outcome,
    /// What its conditions compare, each with its value.
    pub values: Vec<ValueSeen>,
}

/// An expression of a condition, and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ValueSeen {
    /// The expression as the policy has it, on one line.
    pub expression: String,
    /// Its value, as people read it.
    pub value: String,
}

/// How much of what can be seen of rules was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Covered {
    /// How many points were seen.
    pub covered: usize,
    /// How many points can be seen.
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

/// How much of the policies the tests have seen.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CoverageReport {
    /// All files together.
    #[serde(flatten)]
    pub total: Covered,
    /// By name.
    pub files: Vec<FileCoverage>,
}

/// How much of one policy file the tests have seen.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileCoverage {
    /// The name of the file.
    pub file: String,
    /// All its rules together.
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
    /// The line on which it is declared, counted from 1.
    pub line: usize,
    /// Whether a test saw it pass; none where it cannot.
    pub passes: Option<bool>,
    /// Whether a test saw it fail; none where it cannot.
    pub fails: Option<bool>,
    /// Whether a test saw it undecided; none where it cannot be.
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
    /// Those that make a test fail.
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
