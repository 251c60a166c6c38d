//! The Test Anything Protocol, version 14: a test point for each diagnostic that stops something, for what a pull request
//! changes of what it is judged by, and for each rule of each workflow.

use super::finding::{Finding, FindingKind, FindingsOf, OfSeveralSteps, findings, read_below, shown};
use crate::ast::EffectKind;
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::{Decision, Outcome, Report, RuleReport};
use crate::text::visible;

/// The whole stream.
pub fn render(judgement: &Answer<Report>, folder: &str) -> String {
    let findings = findings(judgement, folder);
    let is_listed = |finding: &&Finding| {
        finding.kind == FindingKind::PullRequest
            || finding.workflow.is_none() && finding.severity == Severity::Error
    };
    let mut points: Vec<TestPoint> = findings.iter().filter(is_listed).map(of_files).collect();
    let of_rules = FindingsOf::new(&findings);
    for workflow in &judgement.report.workflows {
        if workflow.decision == Decision::Error {
            points.push(TestPoint {
                ok: false,
                name: format!("{}: readable", workflow.name()),
                skip: None,
                why: Vec::new(),
            });
        }
        if workflow.decision == Decision::Retired {
            let name = format!("{}: judged", workflow.name());
            points.push(TestPoint { ok: true, name, skip: Some("retired"), why: Vec::new() });
        }
        let name = shown(&workflow.name());
        if let Some(held) = of_rules.held(&name) {
            let mut why = vec![("message", held.message.clone())];
            why.extend(at(Some(held)));
            let name = format!("{}: {}", workflow.name(), held.rule);
            points.push(TestPoint { ok: held.excused.is_some(), name, skip: held.excused, why });
        }
        let several = OfSeveralSteps::new(workflow);
        let own = |rule: &RuleReport| {
            let name = format!("{}: {}", workflow.name(), several.name(rule));
            point(name, rule, of_rules.get(&shown(&workflow.name()), rule))
        };
        points.extend(workflow.rules.iter().map(own));
    }
    let mut out = format!("TAP version 14\n1..{}\n", points.len());
    for line in read_below(folder, judgement) {
        out.push_str(&format!("# {}\n", plain(&line)));
    }
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

struct TestPoint {
    ok: bool,
    name: String,
    skip: Option<&'static str>,
    why: Vec<(&'static str, String)>,
}

/// What is no rule's.
fn of_files(finding: &Finding) -> TestPoint {
    let of = finding.workflow.as_ref().map(|workflow| format!("{workflow}: ")).unwrap_or_default();
    TestPoint {
        ok: finding.severity != Severity::Error,
        name: if of.is_empty() {
            format!("{}: {}", finding.rule, finding.message)
        } else {
            format!("{of}{}", finding.rule)
        },
        skip: None,
        why: at(Some(finding)),
    }
}

fn point(name: String, rule: &RuleReport, finding: Option<&Finding>) -> TestPoint {
    let skip = match rule.outcome {
        Outcome::NotApplicable => Some("not applicable"),
        Outcome::Off => Some("off"),
        Outcome::Waived => Some("waived"),
        Outcome::Pass | Outcome::Fail | Outcome::Undecided if !rule.enforced => Some("preview of a gate"),
        Outcome::Pass | Outcome::Fail | Outcome::Undecided => {
            finding.and_then(|finding| finding.excused).filter(|_| rule.stops())
        }
    };
    let mut why = Vec::new();
    if rule.enforced && matches!(rule.outcome, Outcome::Fail | Outcome::Undecided) {
        why.push(("outcome", rule.outcome.as_str().to_owned()));
        why.push(("effect", rule.applied.map_or("none", EffectKind::as_str).to_owned()));
        why.extend(rule.message.clone().map(|message| ("message", message)));
        let sources: Vec<&str> = rule.sources.iter().map(|source| &*source.text).collect();
        why.extend((!sources.is_empty()).then(|| ("collected", sources.join("; "))));
        why.extend(rule.would_pass.clone().map(|remedy| ("would_pass", remedy)));
        why.extend(at(finding));
    }
    TestPoint { ok: !rule.stops() || skip.is_some(), name, skip, why }
}

/// The place that the other formats name, too.
fn at(finding: Option<&Finding>) -> Vec<(&'static str, String)> {
    let place = finding.and_then(|finding| finding.places.first());
    let place = place
        .map(|place| ("at", format!("{}:{}:{}", place.region.file, place.region.line, place.region.column)));
    place.into_iter().collect()
}

/// A description: `#` would begin a directive.
fn plain(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('#', "\\#")
}
