//! SARIF 2.1.0, for code scanning: a result for each finding, at the snapshot's line, with the policy's beside it.

use std::collections::HashMap;
use std::iter::repeat_n;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::finding::{Finding, below, findings, nowhere, read_below, shown, waived};
use super::json::{self, Each};
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::{FixReport, LabelReport, Place, Region, Report, WaiverReport};
use crate::source::on_disk;

/// The whole log. Its keys are in the order of their names.
#[derive(Serialize)]
struct SarifLog<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [SarifRun<R>; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<R> {
    column_kind: &'static str,
    invocations: Value,
    properties: Value,
    results: R,
    tool: Value,
}

/// The rules of a log, and the place of each by its name.
#[derive(Default)]
struct SarifRules<'f> {
    all: Vec<&'f Finding>,
    places: HashMap<&'f str, usize>,
}

impl<'f> SarifRules<'f> {
    fn of(findings: &'f [Finding]) -> Self {
        let mut rules = Self::default();
        for finding in findings {
            let next = rules.all.len();
            let at = *rules.places.entry(&finding.rule).or_insert(next);
            match rules.all.get_mut(at) {
                // What is only standing is listed as a note, whatever its rule is.
                Some(known) if known.severity < finding.severity => *known = finding,
                Some(_) => {}
                None => rules.all.push(finding),
            }
        }
        rules
    }
}

/// The log as a text.
///
/// # Errors
/// As of [`json::render`].
pub fn render(judgement: &Answer<Report>, folder: &str) -> Result<String, serde_json::Error> {
    let mut findings = findings(judgement, folder);
    findings.extend(waived(judgement, folder));
    let rules = SarifRules::of(&findings);
    json::render(&SarifLog {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        runs: [SarifRun {
            column_kind: "unicodeCodePoints",
            invocations: json!([{ "executionSuccessful": judgement.exit != 2, "exitCode": judgement.exit }]),
            properties: json!({ "read": read_below(folder, judgement) }),
            results: Each(findings.iter().map(|finding| result(finding, &rules, judgement, folder))),
            tool: json!({ "driver": {
                "name": "tollgate",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.all.iter().map(|finding| rule(finding)).collect::<Vec<Value>>(),
            } }),
        }],
        version: "2.1.0",
    })
}

fn rule(finding: &Finding) -> Value {
    let help = finding.help.as_deref().unwrap_or(&finding.title);
    json!({
        "id": finding.rule,
        "shortDescription": message(text(&finding.title, &finding.rule)),
        "help": message(text(help, &finding.rule)),
        "defaultConfiguration": { "level": level(finding.severity) },
    })
}

fn result(finding: &Finding, rules: &SarifRules<'_>, judgement: &Answer<Report>, folder: &str) -> Value {
    let index = rules.places.get(&*finding.rule);
    let said = match &finding.workflow {
        Some(workflow) => format!("{workflow}: {}", finding.message),
        None => finding.message.clone(),
    };
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": message(&said),
        // Who shows results in files takes none without a place.
        "locations": [finding.places.first().map_or_else(|| location(&nowhere(folder)), location)],
        "partialFingerprints": { "tollgate/v1": finding.fingerprint() },
        "properties": { "kind": finding.kind.as_str() },
    });
    if let Some(object) = result.as_object_mut() {
        if finding.places.len() > 1 {
            let related: Vec<Value> = finding.places.iter().skip(1).map(location).collect();
            object.insert("relatedLocations".to_owned(), related.into());
        }
        if let Some(known) = &finding.fix {
            object.insert("fixes".to_owned(), json!([fix(known, finding.help.as_deref())]));
        }
        if let Some(Value::Object(bag)) = object.get_mut("properties") {
            bag.extend(finding.workflow.clone().map(|workflow| ("workflow".to_owned(), workflow.into())));
            let sources = serde_json::to_value(&finding.sources).ok().filter(|_| !finding.sources.is_empty());
            bag.extend(sources.map(|sources| ("collected".to_owned(), sources)));
            bag.extend(finding.excused.map(|why| ("excused".to_owned(), why.into())));
        }
        // The standard wants it in every result or in none.
        let lifted = finding.waivers.iter().map(|waiver| suppression(waiver, judgement, folder));
        object.insert("suppressions".to_owned(), lifted.collect());
    }
    result
}

/// A waiver, which a person has given for a reason.
fn suppression(waiver: &WaiverReport, judgement: &Answer<Report>, folder: &str) -> Value {
    let (because, owner) = (shown(&waiver.because), shown(&waiver.owner));
    let Place { file, line, .. } = &waiver.from;
    let file = below(folder, &shown(file), judgement);
    let place = json!({ "artifactLocation": { "uri": uri(&file) }, "region": { "startLine": line } });
    json!({
        "kind": "external",
        "status": "accepted",
        "justification": format!("{because} (by {owner}, until {})", waiver.until),
        "location": { "physicalLocation": place },
    })
}

fn location(place: &LabelReport) -> Value {
    let LabelReport { region: at, text: said } = place;
    let message = message(text(said, &at.file));
    let (file, has_lines) = on_disk(&at.file);
    let mut place = Map::from_iter([("artifactLocation".to_owned(), json!({ "uri": uri(file) }))]);
    if has_lines {
        place.insert("region".to_owned(), region(at));
    }
    let mut location = Map::from_iter([("physicalLocation".to_owned(), place.into())]);
    location.insert("message".to_owned(), message);
    if let Some(cell) = &at.cell {
        let name = shown(&format!("{}: {}", cell.row, cell.column));
        location.insert("logicalLocations".to_owned(), json!([{ "fullyQualifiedName": name }]));
    }
    location.into()
}

fn region(of: &Region) -> Value {
    json!({
        "startLine": of.line,
        "startColumn": of.column,
        "endLine": of.end_line,
        "endColumn": of.end_column,
    })
}

/// What to write in the place of what.
fn fix(fix: &FixReport, help: Option<&str>) -> Value {
    let FixReport { region: at, text } = fix;
    let replacement = json!({ "deletedRegion": region(at), "insertedContent": { "text": text } });
    let change = json!({ "artifactLocation": { "uri": uri(&at.file) }, "replacements": [replacement] });
    let mut fix = json!({ "artifactChanges": [change] });
    if let (Some(help), Some(object)) = (help, fix.as_object_mut()) {
        object.insert("description".to_owned(), message(help));
    }
    fix
}

/// A path as a relative address.
pub(super) fn uri(path: &str) -> String {
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

/// A message. In one, `[text](target)` is a link (SARIF 2.1.0, 3.11.6), so that a bracket has a backslash before it, and so has
/// a backslash before a bracket.
fn message(text: &str) -> Value {
    let mut out = String::with_capacity(text.len());
    let mut backslashes = 0;
    for c in text.chars() {
        if matches!(c, '[' | ']') {
            out.extend(repeat_n('\\', backslashes + 1));
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        out.push(c);
    }
    json!({ "text": out })
}

/// A text, or another where it is empty: SARIF wants one.
fn text<'t>(text: &'t str, otherwise: &'t str) -> &'t str {
    if text.trim().is_empty() { otherwise } else { text }
}
