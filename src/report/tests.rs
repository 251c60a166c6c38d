//! What `test` shows, in the version of the report.

use serde::Serialize;

use super::DiagnosticReport;

#[derive(Clone, Debug, Serialize)]
pub struct TestReport {
    pub version: u32,
    pub summary: TestSummary,
    /// By project, then by name.
    pub files: Vec<TestFileReport>,
    /// What is wrong beyond single tests.
    pub diagnostics: Vec<DiagnosticReport>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TestSummary {
    pub files: usize,
    pub tests: usize,
    pub passed: usize,
    pub failed: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct TestFileReport {
    pub file: String,
    /// In the order in which they stand there.
    pub tests: Vec<TestCaseReport>,
}

#[derive(Clone, Debug, Serialize)]
pub struct TestCaseReport {
    pub title: String,
    pub line: usize,
    pub outcome: TestOutcome,
    /// Why it has not passed.
    pub diagnostics: Vec<DiagnosticReport>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TestOutcome {
    Passed,
    Failed,
}
