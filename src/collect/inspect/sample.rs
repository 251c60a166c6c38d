//! One sample of Inspect as a row: what its scorers said, or why nothing was measured of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::json::{Json, JsonNode};
use crate::collect::table::{SourceCell, SourceRow, Unjudged};
use crate::collect::tally;
use crate::text::quote;

/// What a scorer says of right and wrong: correct, incorrect, partial, no answer.
const VERDICTS: [&str; 4] = ["C", "I", "P", "N"];

/// What kinds of values the scorers of a log give.
pub(super) struct Scorers<'n> {
    /// All of them.
    names: BTreeSet<&'n str>,
    /// Those that say right or wrong in each sample that they scored.
    verdicts: BTreeSet<&'n str>,
}

impl<'n> Scorers<'n> {
    pub(super) fn of(samples: &'n [JsonNode]) -> Self {
        let (mut names, mut verdicts, mut others) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for sample in samples {
            for (name, score) in sample.get("scores").map_or(&[][..], JsonNode::entries) {
                names.insert(name.as_str());
                match score.get("value").map(|value| &value.value) {
                    Some(Json::Text(text)) if VERDICTS.contains(&text.as_str()) => verdicts.insert(name),
                    Some(Json::Bool(_)) => verdicts.insert(name),
                    Some(Json::Null | Json::NotFinite(_)) | None => false,
                    Some(Json::Number(_) | Json::Text(_) | Json::List(_) | Json::Map(_)) => {
                        others.insert(name.as_str())
                    }
                };
            }
        }
        verdicts.retain(|name| !others.contains(name.as_str()));
        Self { names, verdicts: verdicts.into_iter().map(String::as_str).collect() }
    }

    /// The one that decides whether a sample passed, where there is just one that could.
    fn deciding(&self) -> Option<&'n str> {
        self.verdicts.first().filter(|_| self.verdicts.len() == 1).copied()
    }
}

pub(super) fn row(sample: &JsonNode, line: usize, scorers: &Scorers<'_>) -> SourceRow {
    let mut cells = BTreeMap::new();
    if let Some(metadata) = sample.get("metadata") {
        metadata.cells_into("metadata.", &mut cells);
    }
    let plain = [
        ("id", sample.get("id")),
        ("epoch", sample.get("epoch")),
        ("input", sample.get("input")),
        ("target", sample.get("target")),
        ("output", sample.at_path(&["output", "completion"])),
    ];
    for (name, node) in plain {
        if let Some(cell) = node.and_then(JsonNode::cell) {
            cells.insert(name.to_owned(), cell);
        }
    }
    let unjudged = unjudged(sample);
    if unjudged.is_none() {
        for name in ["total_time", "working_time"] {
            if let Some(cell) = tally::number_cell(sample.get(name), name) {
                cells.insert(name.to_owned(), cell);
            }
        }
        add_scores(sample, scorers, &mut cells);
    }
    SourceRow { cells, line, unjudged: unjudged.map(Unjudged::Error) }
}

/// Why nothing was measured: an error, a limit that cut the sample off, or that somebody declared it invalid. A score may be
/// there nevertheless.
fn unjudged(sample: &JsonNode) -> Option<String> {
    let there = |key| sample.get(key).filter(|node| node.value != Json::Null);
    if let Some(error) = there("error") {
        let message = error.get("message").or(Some(error)).and_then(JsonNode::text);
        return Some(tally::reason(message.unwrap_or("")));
    }
    if let Some(limit) = there("limit") {
        let kind = limit.get("type").and_then(JsonNode::text).unwrap_or("unknown");
        return Some(format!("it was cut off by a limit: {}", quote(kind)));
    }
    there("invalidation").map(|invalid| {
        let reason = invalid.get("reason").and_then(JsonNode::text).unwrap_or("");
        format!("it was declared invalid: {}", tally::reason(reason))
    })
}

fn add_scores(sample: &JsonNode, scorers: &Scorers<'_>, cells: &mut BTreeMap<String, SourceCell>) {
    let mut decided = None;
    for name in &scorers.names {
        let value = sample.at_path(&["scores", name, "value"]);
        let is_verdict = scorers.verdicts.contains(name);
        if let Some(Json::Map(_)) = value.map(|node| &node.value) {
            for (key, part) in value.map_or(&[][..], JsonNode::entries) {
                cells.insert(format!("scores.{name}.{key}"), score(Some(part), false));
            }
            continue;
        }
        let cell = score(value, is_verdict);
        if scorers.deciding() == Some(name) {
            decided = Some(cell.clone());
        }
        cells.insert(format!("scores.{name}"), cell);
    }
    cells.extend(decided.map(|cell| ("passed".to_owned(), cell)));
}

/// What a scorer said; of one that says right or wrong, that.
fn score(value: Option<&JsonNode>, is_verdict: bool) -> SourceCell {
    let cell = value.and_then(JsonNode::cell);
    let verdict = value.and_then(JsonNode::text).filter(|_| is_verdict);
    match (verdict, cell) {
        (Some("C"), _) => SourceCell::Bool(true),
        (Some("I"), _) => SourceCell::Bool(false),
        (Some("P"), _) => SourceCell::Unknown("it was scored `P`: right in part".to_owned()),
        (Some("N"), _) => SourceCell::Unknown("it was scored `N`: no answer".to_owned()),
        (_, Some(cell)) => cell,
        (_, None) if value.is_some_and(|node| !node.elements().is_empty()) => {
            SourceCell::Unknown("the score is a list".to_owned())
        }
        (_, None) => SourceCell::Unknown("the scorer gave no score".to_owned()),
    }
}
