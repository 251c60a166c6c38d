//! One result of promptfoo as a row: what was measured of it, or why nothing was.

use std::collections::BTreeMap;

use regex::Regex;

use crate::collect::json::{Json, JsonNode};
use crate::collect::promptfoo::patterns::ErrorPatterns;
use crate::collect::promptfoo::{ResultAt, planned};
use crate::collect::source::PromptfooRules;
use crate::collect::table::{SourceCell, SourceRow, Unjudged};
use crate::collect::tally;
use crate::text::quote;
use crate::value::parse_number;

/// How the reason of an assertion begins whose own code broke: promptfoo calls these failures.
const BROKEN_CHECKS: [&str; 3] =
    ["Custom function threw error", "Python code execution failed", "Ruby code execution failed"];

/// The first HTTP status that means an error.
const FIRST_ERROR_STATUS: u16 = 400;

/// Why a result says nothing about what is measured.
struct HarnessError {
    reason: String,
    /// Whether there was an answer nevertheless, so that its latency and its cost were measured.
    is_answered: bool,
}

pub(super) fn row(found: ResultAt<'_>, rules: &PromptfooRules, patterns: &ErrorPatterns) -> SourceRow {
    let node = found.node;
    let mut cells = BTreeMap::new();
    for part in ["testCase", ""] {
        let node = if part.is_empty() { Some(node) } else { node.get(part) };
        for (key, prefix) in [("metadata", "metadata."), ("vars", "vars.")] {
            if let Some(map) = node.and_then(|node| node.get(key)) {
                map.cells_into(prefix, &mut cells);
            }
        }
    }
    cells.retain(|name, _| !name.starts_with("metadata._promptfoo"));
    if let Some(scores) = node.get("namedScores") {
        scores.cells_into("scores.", &mut cells);
    }
    let error = harness_error(node, patterns);
    for (name, text) in [("provider", found.provider()), ("prompt", found.prompt())] {
        if !text.is_empty() {
            cells.insert(name.to_owned(), SourceCell::Text(text.to_owned()));
        }
    }
    if let Some(output) = node.at_path(&["response", "output"]).and_then(JsonNode::cell) {
        cells.insert("output".to_owned(), output);
    }
    let mut measured = Vec::new();
    if error.is_none() {
        measured.push(("passed", Some(passed(node))));
        measured.push(("score", tally::number_cell(node.get("score"), "score")));
    }
    if error.as_ref().is_none_or(|error| error.is_answered) {
        measured.push(("latency", latency(node, rules)));
        measured.push(("cost", cost(node)));
    }
    measured.push(("id", planned::id(node.get("testCase"), Some(node), rules)));
    for (name, cell) in measured {
        if let Some(cell) = cell {
            cells.insert(name.to_owned(), cell);
        }
    }
    SourceRow { cells, line: found.line.max(1), unjudged: error.map(|error| Unjudged::Error(error.reason)) }
}

/// Why the harness is to blame, where it is.
fn harness_error(node: &JsonNode, patterns: &ErrorPatterns) -> Option<HarnessError> {
    let unanswered = |reason: String| Some(HarnessError { reason, is_answered: false });
    let said = [&["error"][..], &["response", "error"]]
        .into_iter()
        .filter_map(|path| node.at_path(path)?.text())
        .find(|text| !text.is_empty());
    let grading = node.get("gradingResult").filter(|grading| !grading.entries().is_empty());
    let is_success = node.get("success").and_then(JsonNode::bool);
    match node.get("failureReason").map(|reason| reason.number().unwrap_or("?")) {
        // Files of before November 2024 have none.
        None | Some("0" | "1") => {}
        Some("2") => return unanswered(tally::reason(said.unwrap_or("promptfoo says only that it erred"))),
        Some(other) => return unanswered(format!("`failureReason` is {}, which is not known", quote(other))),
    }
    if grading.is_none() && is_success != Some(true) {
        return unanswered(said.map_or_else(|| "no output, and no grading".to_owned(), tally::reason));
    }
    // Until February 2025 an error of the API was a failure.
    if let Some(text) = node.at_path(&["response", "error"]).and_then(JsonNode::text)
        && !text.is_empty()
    {
        return unanswered(tally::reason(text));
    }
    if node.at_path(&["response", "error"]).is_some_and(says_something) {
        return unanswered("`response.error` is there, and is no text".to_owned());
    }
    if let Some(status) = http_status(node)
        && (status >= FIRST_ERROR_STATUS
            || patterns.status.is_some_and(|(first, last)| (first..=last).contains(&status)))
    {
        return unanswered(format!("the answer has the HTTP status {status}"));
    }
    broken_check(node, grading, is_success).or_else(|| declared(node, grading, said, patterns))
}

fn http_status(node: &JsonNode) -> Option<u16> {
    let status = node.at_path(&["response", "metadata", "http", "status"])?;
    let status = parse_number(status.number().or_else(|| status.text())?.trim()).ok()?;
    u16::try_from(status.floor()).ok()
}

/// Whether a value that is no text is an error: some providers give a map with a code.
fn says_something(node: &JsonNode) -> bool {
    match &node.value {
        Json::Null | Json::Bool(false) | Json::Text(_) => false,
        Json::Bool(true) | Json::Number(_) | Json::NotFinite(_) => true,
        Json::List(_) | Json::Map(_) => !node.elements().is_empty() || !node.entries().is_empty(),
    }
}

/// An assertion that broke, if nothing else failed: with one that failed by itself, the result failed.
fn broken_check(
    node: &JsonNode,
    grading: Option<&JsonNode>,
    is_success: Option<bool>,
) -> Option<HarnessError> {
    if is_success == Some(true) {
        return None;
    }
    let grading = grading?;
    let parts = grading.get("componentResults").map_or(&[][..], JsonNode::elements);
    let failed = || parts.iter().filter(|part| part.get("pass").and_then(JsonNode::bool) != Some(true));
    let broken = failed().chain([grading]).find_map(broken_reason)?;
    // Below a threshold of scores, one failed assertion does not decide.
    let decides = node.at_path(&["testCase", "threshold"]).is_none_or(|node| node.number().is_none());
    if decides && failed().any(|part| broken_reason(part).is_none()) {
        return None;
    }
    Some(HarnessError { reason: tally::reason(broken), is_answered: true })
}

/// The reason of an assertion, if it says that the assertion itself broke.
fn broken_reason(part: &JsonNode) -> Option<&str> {
    let reason = part.get("reason").and_then(JsonNode::text).unwrap_or("");
    let is_marked = part.at_path(&["metadata", "graderError"]).and_then(JsonNode::bool) == Some(true);
    (is_marked || BROKEN_CHECKS.iter().any(|start| reason.starts_with(start))).then_some(reason)
}

/// What the plan declares to be an error.
fn declared(
    node: &JsonNode,
    grading: Option<&JsonNode>,
    said: Option<&str>,
    patterns: &ErrorPatterns,
) -> Option<HarnessError> {
    let hit =
        |pattern: &Option<Regex>, text: &str| pattern.as_ref().is_some_and(|known| known.is_match(text));
    let own = grading.and_then(|grading| grading.get("reason")).and_then(JsonNode::text);
    let parts =
        grading.and_then(|grading| grading.get("componentResults")).map_or(&[][..], JsonNode::elements);
    let reasons = parts.iter().filter_map(|part| part.get("reason")?.text());
    if let Some(reason) = said.into_iter().chain(own).chain(reasons).find(|text| hit(&patterns.reason, text))
    {
        return Some(HarnessError { reason: tally::reason(reason), is_answered: true });
    }
    let output = node.at_path(&["response", "output"]).and_then(JsonNode::text)?;
    let reason = || format!("the output is an error: {}", tally::reason(output));
    hit(&patterns.output, output).then(|| HarnessError { reason: reason(), is_answered: false })
}

fn passed(node: &JsonNode) -> SourceCell {
    let grading = node.get("gradingResult");
    let reason = grading.and_then(|grading| grading.get("reason")).and_then(JsonNode::text);
    let graded = grading.and_then(|grading| grading.get("pass")).and_then(JsonNode::bool);
    let success = node.get("success").and_then(JsonNode::bool);
    match success {
        Some(_) if graded.is_some() && graded != success => {
            SourceCell::Unknown("`success` and `gradingResult.pass` contradict each other".to_owned())
        }
        Some(true) if reason == Some("No assertions") => {
            SourceCell::Unknown("the test has no assertion, so nothing was judged".to_owned())
        }
        Some(true) if graded.is_none() => {
            SourceCell::Unknown("it has no `gradingResult`, so nothing judged it".to_owned())
        }
        Some(passed) => SourceCell::Bool(passed),
        None => SourceCell::Unknown("`success` is neither true nor false".to_owned()),
    }
}

fn latency(node: &JsonNode, rules: &PromptfooRules) -> Option<SourceCell> {
    let is_cached = node.at_path(&["response", "cached"]).and_then(JsonNode::bool) == Some(true);
    if is_cached && !rules.cached_latency {
        return Some(SourceCell::Unknown(
            "the answer is from the cache, and was not measured anew".to_owned(),
        ));
    }
    tally::number_cell(node.get("latencyMs"), "latencyMs")
}

/// promptfoo writes 0 where the provider said nothing.
fn cost(node: &JsonNode) -> Option<SourceCell> {
    let cost = tally::number_cell(node.get("cost"), "cost")?;
    let is_said = node.at_path(&["response", "cost"]).is_some_and(|node| node.number().is_some());
    match &cost {
        SourceCell::Number(digits) if !is_said && digits.chars().all(|c| matches!(c, '0' | '.')) => {
            Some(SourceCell::Unknown("the provider did not say what it cost".to_owned()))
        }
        SourceCell::Number(_) | SourceCell::Text(_) | SourceCell::Bool(_) | SourceCell::Unknown(_) => {
            Some(cost)
        }
    }
}
