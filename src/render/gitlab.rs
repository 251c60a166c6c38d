//! GitLab's Code Quality report: a list of findings with a path and a line.

use serde_json::{Value, json};

use super::finding::{Finding, FindingKind, findings, nowhere};
use super::json::{self, Each};
use crate::ast::EffectKind;
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::Report;
use crate::source::on_disk;

/// The whole report.
///
/// # Errors
/// As of [`json::render`].
pub fn render(judgement: &Answer<Report>, folder: &str) -> Result<String, serde_json::Error> {
    let findings = findings(judgement, folder);
    json::render(&Each(findings.iter().map(|finding| entry(finding, folder))))
}

fn entry(finding: &Finding, folder: &str) -> Value {
    let severity = match (finding.severity, finding.kind) {
        (Severity::Error, FindingKind::Effect(EffectKind::Rollback)) => "blocker",
        (Severity::Error, _) => "critical",
        (Severity::Warning, _) => "minor",
        (Severity::Note, _) => "info",
    };
    // The report wants a place for each.
    let place = finding.places.first().cloned().unwrap_or_else(|| nowhere(folder));
    let of = finding.workflow.as_ref().map(|workflow| format!("{workflow}: ")).unwrap_or_default();
    let excuse = finding.excused.map(|why| format!(" ({why})")).unwrap_or_default();
    // The report has no field for a fix: the description is what people are shown.
    let fix =
        finding.fix.as_ref().and(finding.help.as_ref()).map(|help| format!("\n{help}")).unwrap_or_default();
    let message = format!("{}{fix}", finding.message).replace('\n', "; ");
    let (file, has_lines) = on_disk(&place.region.file);
    json!({
        "description": format!("{of}{message}{excuse}"),
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint(),
        "severity": severity,
        "location": {
            "path": file,
            "lines": { "begin": if has_lines { place.region.line } else { 1 } },
        },
    })
}
