//! The Test Anything Protocol, version 14: a test point for each diagnostic and for each rule of each workflow.

use crate::ast::EffectKind;
use crate::diagnostic::Severity;
use crate::engine::Judgement;
use crate::report::{Decision, Outcome, RuleReport, WorkflowReport};
use crate::text::visible;

/// The whole stream.
pub fn render(judgement: &Judgement) -> String {
    let mut points = Vec::new();
    for diagnostic in judgement.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
        points.push(Point {
            ok: false,
            name: format!("{}: {}", diagnostic.code, diagnostic.message),
            skip: None,
            why: Vec::new(),
        });
    }
    for workflow in &judgement.report.workflows {
        if workflow.decision == Decision::Error {
            points.push(Point {
                ok: false,
                name: format!("{}: readable", workflow.name()),
                skip: None,
                why: Vec::new(),
            });
        }
        points.extend(workflow.rules.iter().map(|rule| point(workflow, rule)));
    }
    let mut out = format!("TAP version 14\n1..{}\n", points.len());
    for (index, point) in points.iter().enumerate() {
        let ok = if point.ok { "ok" } else { "not ok" };
        out.push_str(&format!("{ok} {} - {}", index + 1, plain(&point.name)));
        out.push_str(&point.skip.map(|why| format!(" # SKIP {why}")).unwrap_or_default());
        out.push('\n');
        if !point.why.is_empty() {
            out.push_str("  ---\n");
            for (key, value) in &point.why {
                // A JSON string is a YAML string.
                out.push_str(&format!("  {key}: {}\n", serde_json::Value::from(visible(value).into_owned())));
            }
            out.push_str("  ...\n");
        }
    }
    out
}

struct Point {
    ok: bool,
    name: String,
    skip: Option<&'static str>,
    why: Vec<(&'static str, String)>,
}

fn point(workflow: &WorkflowReport, rule: &RuleReport) -> Point {
    let stops = rule.enforced && rule.applied >= Some(EffectKind::Hold);
    let skip = match rule.outcome {
        Outcome::NotApplicable => Some("not applicable"),
        Outcome::Off => Some("off"),
        Outcome::Waived => Some("waived"),
        Outcome::Pass | Outcome::Fail | Outcome::Undecided if !rule.enforced => Some("preview of a gate"),
        Outcome::Pass | Outcome::Fail | Outcome::Undecided => None,
    };
    let mut why = Vec::new();
    if rule.enforced && matches!(rule.outcome, Outcome::Fail | Outcome::Undecided) {
        why.push(("outcome", rule.outcome.as_str().to_owned()));
        why.push(("effect", rule.applied.map_or("none", EffectKind::as_str).to_owned()));
        why.extend(rule.message.clone().map(|message| ("message", message)));
        why.extend(rule.would_pass.clone().map(|remedy| ("would_pass", remedy)));
        let place = rule.evidence.first().map(|evidence| &evidence.place).unwrap_or(&rule.policy);
        why.push(("at", format!("{}:{}:{}", place.file, place.line, place.column)));
    }
    Point { ok: !stops, name: format!("{}: {}", workflow.name(), rule.rule), skip, why }
}

/// A description: `#` would begin a directive.
fn plain(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('#', "\\#")
}
