//! Logs of Inspect (`inspect eval`), as JSON.
//!
//! Inspect's own accuracy counts samples that erred or were cut off; here nothing was measured of these. Knows no plan but its
//! own rules, and no snapshot. Archives (`.eval`) are made JSON by `inspect_eval`.

mod planned;
mod sample;
#[cfg(test)]
mod tests;

use crate::collect::inspect::sample::Scorers;
use crate::collect::json::{Json, JsonNode, parse};
use crate::collect::source::InspectRules;
use crate::collect::table::{KnownColumns, MadeAt, SourceCell, SourceFailure, SourceTable};
use crate::collect::tally::{self, Lines};
use crate::text::quote;
use crate::value::{Number, decimal, parse_time};

/// The columns of its rows.
pub const COLUMNS: KnownColumns = KnownColumns {
    fixed: &[
        ("id", None),
        ("epoch", None),
        ("passed", None),
        ("total_time", Some("s")),
        ("working_time", Some("s")),
        ("duration", Some("s")),
        ("input", None),
        ("target", None),
        ("output", None),
    ],
    prefixes: &["metadata.", "scores."],
    totals: &["planned", "rows", "passed", "failed", "errors", "not_run", "duration"],
};

/// The version of the log's layout that is read.
const VERSION: &str = "2";

/// The status of a run that reached its end.
const FINISHED: &str = "success";

/// Reads a log.
///
/// # Errors
/// If the file is broken, of another version or has no samples; it is unknown if it is of another task.
pub fn read(bytes: &[u8], rules: &InspectRules) -> Result<SourceTable, SourceFailure> {
    let log = parse(bytes)?;
    let eval = checked(&log)?;
    if let Some(wanted) = &rules.task
        && !is_task(eval, &wanted.value)
    {
        let (wanted, found) = (quote(&wanted.value), quote(task(eval)));
        // No error: logs of other tasks may match the same glob.
        return Err(SourceFailure::unknown(format!(
            "this is a log of the task `{found}`, and not of `{wanted}`"
        )));
    }
    let samples = samples(&log, eval)?;
    let scorers = Scorers::of(samples);
    let lines = Lines::of(bytes);
    let mut table = SourceTable::default();
    for node in samples {
        if !matches!(node.value, Json::Map(_)) {
            return Err(SourceFailure::broken(node.at, "this sample is not a map"));
        }
        table.rows.push(sample::row(node, lines.line(node.at), &scorers));
    }
    planned::add(eval, &mut table)?;
    table.totals.append(&mut tally::totals(&table.rows));
    table.totals.extend(duration(&log).map(|cell| ("duration".to_owned(), cell)));
    table.tool = Some(tally::tool("Inspect", eval.at_path(&["packages", "inspect_ai"])));
    table.made = made(eval);
    table.task = Some(task(eval).to_owned());
    table.unfinished = unfinished(&log);
    table.remarks.extend(table.unfinished.clone());
    if log.get("invalidated").and_then(JsonNode::bool) == Some(true) {
        table.remarks.push("samples of this log were declared invalid".to_owned());
    }
    Ok(table)
}

/// The part `eval` of a log of a known version.
fn checked(log: &JsonNode) -> Result<&JsonNode, SourceFailure> {
    const INSTEAD: &str = "give the log that `inspect eval --log-format json` writes";
    let Some(eval) = log.get("eval").filter(|eval| eval.get("task").is_some()) else {
        return Err(SourceFailure::refused("this is not a log of Inspect: it has no `eval.task`", INSTEAD));
    };
    match log.get("version").map(|version| version.number().unwrap_or("not a number")) {
        Some(VERSION) => Ok(eval),
        found => Err(SourceFailure::refused(
            format!(
                "the log's `version` is {}, and only version {VERSION} can be read",
                quote(found.unwrap_or("missing"))
            ),
            INSTEAD,
        )),
    }
}

fn task(eval: &JsonNode) -> &str {
    eval.get("task").and_then(JsonNode::text).unwrap_or("")
}

fn is_task(eval: &JsonNode, wanted: &str) -> bool {
    ["task", "task_registry_name", "task_display_name"]
        .iter()
        .any(|key| eval.get(key).and_then(JsonNode::text) == Some(wanted))
}

fn status(log: &JsonNode) -> &str {
    log.get("status").and_then(JsonNode::text).unwrap_or("missing")
}

fn made(eval: &JsonNode) -> Option<MadeAt> {
    MadeAt::at(eval.get("created")?.text()?)
}

/// The samples; none of a run that stopped before the first was whole.
fn samples<'n>(log: &'n JsonNode, eval: &JsonNode) -> Result<&'n [JsonNode], SourceFailure> {
    match log.get("samples").map(|node| (node.at, &node.value)) {
        Some((_, Json::List(samples))) => Ok(samples),
        None | Some((_, Json::Null)) if status(log) != FINISHED => Ok(&[]),
        None | Some((_, Json::Null)) => {
            let is_logged = eval.at_path(&["config", "log_samples"]).and_then(JsonNode::bool) != Some(false);
            let help = if is_logged {
                "give the whole log, not what `inspect log dump --header-only` writes of it"
            } else {
                "run it without `--no-log-samples`"
            };
            Err(SourceFailure::refused("the log has totals alone, and no samples", help))
        }
        Some((at, _)) => Err(SourceFailure::broken(at, "`samples` is not a list")),
    }
}

/// How long the run took, in seconds; none if it did not finish.
fn duration(log: &JsonNode) -> Option<SourceCell> {
    let time = |key| parse_time(log.at_path(&["stats", key])?.text()?).ok();
    let seconds = time("completed_at")? - time("started_at")?;
    (seconds >= Number::ZERO).then(|| SourceCell::Number(decimal(&seconds, 9)))
}

fn unfinished(log: &JsonNode) -> Option<String> {
    let why = log.at_path(&["error", "message"]).and_then(JsonNode::text).map(tally::reason);
    let why = why.map_or_else(String::new, |why| format!(": {why}"));
    (status(log) != FINISHED)
        .then(|| format!("the run did not finish, its status is `{}`{why}", quote(status(log))))
}
