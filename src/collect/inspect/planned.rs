//! What a run of Inspect planned: each sample of the data set in each epoch, less what is in the log.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::json::{Json, JsonNode};
use crate::collect::table::{SourceCell, SourceFailure, SourceRow, SourceTable, Unjudged};
use crate::collect::tally;
use crate::text::quote;

/// How many samples may be planned, over all epochs.
const MAX_PLANNED: usize = 100_000;

/// Adds the rows of what was planned and is not in the log, and the total `planned`.
pub(super) fn add(eval: &JsonNode, table: &mut SourceTable) -> Result<(), SourceFailure> {
    let dataset = eval.get("dataset");
    let ids = dataset.and_then(|node| node.get("sample_ids")).map_or(&[][..], JsonNode::elements);
    let samples = number(dataset.and_then(|node| node.get("samples")), "dataset.samples")?;
    let epochs = number(eval.at_path(&["config", "epochs"]), "config.epochs")?.unwrap_or(1);
    // With `--limit` or `--sample-id` only those that were chosen are listed.
    let all = samples.unwrap_or(ids.len()).max(ids.len());
    if all.saturating_mul(epochs) > MAX_PLANNED {
        let at = dataset.map_or(eval.at, |node| node.at);
        return Err(SourceFailure::broken(at, format!("the log plans more than {MAX_PLANNED} samples")));
    }
    let mut run: BTreeSet<(String, String)> = BTreeSet::new();
    for row in &table.rows {
        run.insert((name(row.cells.get("id")), name(row.cells.get("epoch"))));
    }
    let mut listed = BTreeSet::new();
    for epoch in 1..=epochs {
        let epoch = SourceCell::Number(epoch.to_string());
        for id in ids.iter().filter_map(JsonNode::cell) {
            let key = (name(Some(&id)), name(Some(&epoch)));
            if !run.contains(&key) && !listed.contains(&key) {
                table.rows.push(missing(id, epoch.clone(), "it was planned, and is not in the log"));
            }
            listed.insert(key);
        }
        // Their ids are not in the log: the place keeps them apart.
        for place in ids.len()..all {
            let id = SourceCell::Text(format!("not run {} of {all}", place + 1));
            table.rows.push(missing(id, epoch.clone(), "the run left out a part of the data set"));
        }
    }
    let cell = if samples.is_none() && ids.is_empty() {
        SourceCell::Unknown("the log does not say which samples were planned".to_owned())
    } else if run.iter().any(|key| !listed.contains(key)) {
        SourceCell::Unknown("the log has samples that its data set does not list".to_owned())
    } else {
        tally::count(all * epochs)
    };
    if let SourceCell::Unknown(reason) = &cell {
        table.remarks.push(format!("samples that were not run cannot be seen: {reason}"));
    }
    table.totals.insert("planned".to_owned(), cell);
    Ok(())
}

/// A number of things; none if it is missing or `null`.
fn number(node: Option<&JsonNode>, name: &str) -> Result<Option<usize>, SourceFailure> {
    let Some(node) = node.filter(|node| node.value != Json::Null) else { return Ok(None) };
    match node.number().map(str::parse) {
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(_)) | None => {
            let found = node.number().map_or_else(String::new, |digits| format!(", but {}", quote(digits)));
            Err(SourceFailure::broken(
                node.at,
                format!("`{name}` is not a number of samples that can be read{found}"),
            ))
        }
    }
}

/// The text of an id, which some logs write as a number.
fn name(cell: Option<&SourceCell>) -> String {
    match cell {
        Some(SourceCell::Text(text) | SourceCell::Number(text)) => text.clone(),
        Some(SourceCell::Bool(_) | SourceCell::Unknown(_)) | None => String::new(),
    }
}

fn missing(id: SourceCell, epoch: SourceCell, reason: &str) -> SourceRow {
    SourceRow {
        cells: BTreeMap::from([("id".to_owned(), id), ("epoch".to_owned(), epoch)]),
        line: 0,
        unjudged: Some(Unjudged::NotRun(reason.to_owned())),
    }
}
