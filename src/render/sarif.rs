//! SARIF 2.1.0, for code scanning: a result for each finding, at the snapshot's line, with the policy's beside it.

use serde_json::{Value, json};

use super::finding::{Finding, Region, findings};
use crate::diagnostic::Severity;
use crate::engine::Judgement;

/// The whole log.
pub fn render(judgement: &Judgement, folder: &str) -> String {
    let findings = findings(judgement, folder);
    let mut rules: Vec<&Finding> = Vec::new();
    for finding in &findings {
        if !rules.iter().any(|known| known.rule == finding.rule) {
            rules.push(finding);
        }
    }
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, &rules)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "tollgate",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|finding| rule(finding)).collect::<Vec<Value>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
            "invocations": [{ "executionSuccessful": judgement.exit != 2, "exitCode": judgement.exit }],
        }],
    });
    format!("{log:#}\n")
}

fn rule(finding: &Finding) -> Value {
    let help = finding.help.as_deref().unwrap_or(&finding.title);
    json!({
        "id": finding.rule,
        "shortDescription": { "text": text(&finding.title, &finding.rule) },
        "help": { "text": text(help, &finding.rule) },
        "defaultConfiguration": { "level": level(finding.severity) },
    })
}

fn result(finding: &Finding, rules: &[&Finding]) -> Value {
    let index = rules.iter().position(|known| known.rule == finding.rule);
    let message = match &finding.workflow {
        Some(workflow) => format!("{workflow}: {}", finding.message),
        None => finding.message.clone(),
    };
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": { "text": message },
        "locations": finding.places.iter().take(1).map(location).collect::<Vec<Value>>(),
        "partialFingerprints": { "tollgate/v1": finding.fingerprint() },
        "properties": { "kind": finding.kind },
    });
    if let Some(object) = result.as_object_mut() {
        if finding.places.len() > 1 {
            let related: Vec<Value> = finding.places.iter().skip(1).map(location).collect();
            object.insert("relatedLocations".to_owned(), related.into());
        }
        if let (Some(workflow), Some(Value::Object(bag))) = (&finding.workflow, object.get_mut("properties"))
        {
            bag.insert("workflow".to_owned(), workflow.clone().into());
        }
    }
    result
}

fn location(place: &Region) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.file) },
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        },
        "message": { "text": text(&place.text, &place.file) },
    })
}

/// A path as a relative address.
fn uri(path: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(escaped).collect()
}

fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

/// A text, or another where it is empty: SARIF wants one.
fn text<'t>(text: &'t str, otherwise: &'t str) -> &'t str {
    if text.trim().is_empty() { otherwise } else { text }
}
