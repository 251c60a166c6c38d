//! GitLab's Code Quality report: a list of findings with a path and a line.

use serde_json::{Value, json};

use super::finding::{Finding, findings};
use crate::diagnostic::Severity;
use crate::engine::Judgement;

/// Where findings without a place are shown: the report wants one for each.
const NOWHERE: &str = "tollgate.yaml";

/// The whole report.
pub fn render(judgement: &Judgement, folder: &str) -> String {
    let entries: Vec<Value> = findings(judgement, folder).iter().map(entry).collect();
    format!("{:#}\n", Value::from(entries))
}

fn entry(finding: &Finding) -> Value {
    let severity = match (finding.severity, finding.kind) {
        (Severity::Error, "rollback") => "blocker",
        (Severity::Error, _) => "critical",
        (Severity::Warning, _) => "minor",
        (Severity::Note, _) => "info",
    };
    let place = finding.places.first();
    let of = finding.workflow.as_ref().map(|workflow| format!("{workflow}: ")).unwrap_or_default();
    json!({
        "description": format!("{of}{}", finding.message.replace('\n', "; ")),
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint(),
        "severity": severity,
        "location": {
            "path": place.map_or(NOWHERE, |place| &place.file),
            "lines": { "begin": place.map_or(1, |place| place.line) },
        },
    })
}
