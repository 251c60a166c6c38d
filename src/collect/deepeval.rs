//! Runs of DeepEval, as it writes `test_run_20261128_065612.json` into `DEEPEVAL_RESULTS_FOLDER`.
//!
//! DeepEval counts errors and scores that are no numbers as failures; here nothing is known of these. A case that was skipped is
//! not in the file at all. Knows no plan and no snapshot.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::collect::json::{Json, JsonNode, parse};
use crate::collect::table::{
    KnownColumns, MadeAt, SourceCell, SourceFailure, SourceRow, SourceTable, Unjudged,
};
use crate::collect::tally::{self, Lines};
use crate::text::quote;

/// The columns of its rows.
pub const COLUMNS: KnownColumns = KnownColumns {
    fixed: &[
        ("id", None),
        ("passed", None),
        ("latency", Some("s")),
        ("cost", Some("USD")),
        ("duration", Some("s")),
        ("input", None),
        ("output", None),
    ],
    prefixes: &["metadata.", "scores."],
    totals: &["planned", "rows", "passed", "failed", "errors", "not_run", "duration"],
};

const INSTEAD: &str =
    "give the `test_run_….json` that DeepEval writes into the folder of `DEEPEVAL_RESULTS_FOLDER`";

/// Reads a run. `name` is that of the file, which alone says when it was made, in local time: that of `zone`.
///
/// # Errors
/// If the file is broken, or is not a run.
pub fn read(bytes: &[u8], name: &str, zone: &TimeZone) -> Result<SourceTable, SourceFailure> {
    let file = parse(bytes)?;
    // `.latest_test_run.json` has the run one level down, and no date.
    let latest = file.get("testRunData");
    let run = latest.unwrap_or(&file);
    if run.get("test_cases_lookup_map").is_some() {
        return Err(SourceFailure::refused("this is DeepEval's cache, and not a run", INSTEAD));
    }
    if run.get("testCases").is_none() {
        return Err(SourceFailure::refused("this is not a run of DeepEval: it has no `testCases`", INSTEAD));
    }
    let lines = Lines::of(bytes);
    let mut table = SourceTable::default();
    for key in ["testCases", "conversationalTestCases"] {
        let Some(list) = run.get(key).filter(|node| node.value != Json::Null) else { continue };
        let Json::List(cases) = &list.value else {
            return Err(SourceFailure::broken(list.at, format!("`{key}` is not a list")));
        };
        for case in cases {
            if !matches!(case.value, Json::Map(_)) {
                return Err(SourceFailure::broken(case.at, "this case is not a map"));
            }
            table.rows.push(row(case, lines.line(case.at)));
        }
    }
    table.totals.append(&mut tally::totals(&table.rows));
    for total in ["planned", "not_run"] {
        let reason = "DeepEval leaves out the cases that it skipped, and does not say so";
        table.totals.insert(total.to_owned(), SourceCell::Unknown(reason.to_owned()));
    }
    if let Some(cell) = tally::number_cell(run.get("runDuration"), "runDuration") {
        table.totals.insert("duration".to_owned(), cell);
    }
    table.tool = Some("DeepEval".to_owned());
    table.made = made(name, zone);
    table.remarks.push("cases that DeepEval skipped cannot be seen in its file".to_owned());
    if latest.is_some() {
        table
            .remarks
            .push("this is the last run that finished: one that stopped leaves the older file".to_owned());
    }
    Ok(table)
}

/// The date in the name of a file.
fn made(name: &str, zone: &TimeZone) -> Option<MadeAt> {
    let name = name.rsplit(['/', '\\']).next()?;
    let stamp = name.strip_prefix("test_run_")?.strip_suffix(".json")?;
    let is_stamp = stamp.len() == 15 && stamp.bytes().all(|byte| byte == b'_' || byte.is_ascii_digit());
    let local = jiff::civil::DateTime::strptime("%Y%m%d_%H%M%S", stamp).ok().filter(|_| is_stamp)?;
    MadeAt::at(local.to_zoned_datetime(zone.clone()).ok()?.timestamp().to_string())
}

fn row(case: &JsonNode, line: usize) -> SourceRow {
    let mut cells = BTreeMap::new();
    for key in ["additionalMetadata", "metadata"] {
        if let Some(metadata) = case.get(key) {
            metadata.cells_into("metadata.", &mut cells);
        }
    }
    for (name, key) in [("id", "name"), ("input", "input"), ("output", "actualOutput")] {
        if let Some(cell) = case.get(key).and_then(JsonNode::cell) {
            cells.insert(name.to_owned(), cell);
        }
    }
    let metrics = case.get("metricsData").map_or(&[][..], JsonNode::elements);
    for metric in metrics {
        let name = metric.get("name").and_then(JsonNode::text).unwrap_or("");
        cells.insert(format!("scores.{name}"), score(metric));
    }
    let passed = passed(case, metrics);
    if passed.is_ok() {
        for (name, key) in [("latency", "completionTime"), ("cost", "tokenCost")] {
            cells.extend(tally::number_cell(case.get(key), key).map(|cell| (name.to_owned(), cell)));
        }
    }
    match passed {
        Ok(passed) => {
            cells.insert("passed".to_owned(), passed);
            SourceRow { cells, line, unjudged: None }
        }
        Err(reason) => SourceRow { cells, line, unjudged: Some(Unjudged::Error(reason)) },
    }
}

/// Whether a case passed, or what a metric says of why it could not judge.
fn passed(case: &JsonNode, metrics: &[JsonNode]) -> Result<SourceCell, String> {
    let is_known =
        |metric: &JsonNode| error(metric).is_none() && !matches!(score(metric), SourceCell::Unknown(_));
    let failed = |metric: &JsonNode| metric.get("success").and_then(JsonNode::bool) == Some(false);
    // One metric that judged and failed is enough.
    if !metrics.iter().any(|metric| is_known(metric) && failed(metric)) {
        if let Some(message) = metrics.iter().find_map(error) {
            return Err(message);
        }
        if let Some(metric) = metrics.iter().find(|metric| !is_known(metric)) {
            let name = metric.get("name").and_then(JsonNode::text).unwrap_or("");
            return Ok(SourceCell::Unknown(format!("the metric `{}` gave no number", quote(name))));
        }
    }
    Ok(match case.get("success").and_then(JsonNode::bool) {
        Some(_) if metrics.is_empty() => SourceCell::Unknown("no metric judged it".to_owned()),
        Some(passed) => SourceCell::Bool(passed),
        None => SourceCell::Unknown("`success` is neither true nor false".to_owned()),
    })
}

/// Why a metric failed to judge.
fn error(metric: &JsonNode) -> Option<String> {
    let error = metric.get("error").filter(|node| node.value != Json::Null)?;
    Some(tally::reason(error.text().unwrap_or("")))
}

fn score(metric: &JsonNode) -> SourceCell {
    if let Some(reason) = error(metric) {
        return SourceCell::Unknown(reason);
    }
    tally::number_cell(metric.get("score"), "score")
        .unwrap_or_else(|| SourceCell::Unknown("the metric gave no score".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::window::zone;

    macro_rules! fixture {
        ($name:literal) => {
            include_bytes!(concat!("../../tests/sources/deepeval/", $name))
        };
    }

    fn table(bytes: &[u8]) -> SourceTable {
        read(bytes, "results/test_run_20261128_065612.json", &zone("UTC").unwrap()).unwrap()
    }

    fn totals(table: &SourceTable) -> [String; 4] {
        ["rows", "passed", "failed", "errors"].map(|name| match &table.totals[name] {
            SourceCell::Number(digits) => digits.clone(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn errors_and_nan_are_no_failures() {
        // DeepEval counts 2 passed and 5 failed.
        for run in [&fixture!("errors.json")[..], fixture!("pytest.json")] {
            let table = table(run);
            assert_eq!(totals(&table), ["7", "2", "3", "1"]);
            let reason = Unjudged::Error("RuntimeError: 429 Too Many Requests".to_owned());
            assert_eq!(table.rows[4].unjudged, Some(reason));
            assert_eq!(table.rows[4].cells.get("passed"), None);
            let unknown = SourceCell::Unknown("the metric `Contains` gave no number".to_owned());
            assert_eq!(table.rows[5].cells["passed"], unknown);
            assert!(matches!(table.rows[5].cells["scores.Contains"], SourceCell::Unknown(_)));
            assert_eq!(table.rows[0].cells["scores.Contains"], SourceCell::Number("1.0".to_owned()));
        }
        assert_eq!(table(fixture!("errors.json")).rows[6].cells["id"], SourceCell::Text("r07".to_owned()));
        assert_eq!(totals(&table(fixture!("clean.json"))), ["2", "2", "0", "0"]);
    }

    #[test]
    fn skipped_cases_cannot_be_seen() {
        let table = table(fixture!("skipped.json"));
        assert_eq!(totals(&table), ["6", "2", "2", "1"]);
        assert!(matches!(table.totals["planned"], SourceCell::Unknown(_)));
        assert_eq!(table.remarks, ["cases that DeepEval skipped cannot be seen in its file"]);
    }

    #[test]
    fn the_date_is_in_the_name_alone() {
        let made = |name: &str, place: &str| {
            let table = read(fixture!("clean.json"), name, &zone(place).unwrap()).unwrap();
            table.made.map(|made| made.text().to_owned())
        };
        let name = "a/test_run_20261128_065612.json";
        assert_eq!(made(name, "UTC").as_deref(), Some("2026-11-28T06:56:12Z"));
        assert_eq!(made(name, "Europe/Berlin").as_deref(), Some("2026-11-28T05:56:12Z"));
        for name in
            ["clean.json", "test_run_20261328_065612.json", "test_run_2026112_0656123.json", "test_run_é"]
        {
            assert_eq!(made(name, "UTC"), None, "{name}");
        }
    }

    #[test]
    fn the_latest_run_is_read_and_has_no_date() {
        let name = ".latest_test_run.json";
        let table = read(fixture!("latest_test_run.json"), name, &TimeZone::UTC).unwrap();
        assert_eq!(totals(&table), ["2", "2", "0", "0"]);
        assert_eq!(table.made, None);
        assert!(table.remarks.iter().any(|remark| remark.contains("the older file")));
    }

    #[test]
    fn what_is_no_run_is_refused() {
        let refused = |bytes: &[u8]| match read(bytes, "a.json", &TimeZone::UTC) {
            Err(SourceFailure::Refused { message, help }) => {
                assert!(help.contains("DEEPEVAL_RESULTS_FOLDER"));
                message
            }
            other => panic!("{other:?}"),
        };
        assert!(refused(fixture!("deepeval-cache.json")).contains("cache"));
        assert!(refused(b"{}").contains("no `testCases`"));
        assert!(refused(b"[]").contains("no `testCases`"));
    }

    #[test]
    fn one_metric_that_failed_is_enough() {
        let passed = |metrics: &str| {
            let run = format!("{{\"testCases\": [{{\"success\": false, \"metricsData\": {metrics}}}]}}");
            let row = table(run.as_bytes()).rows[0].clone();
            (row.cells.get("passed").cloned(), row.unjudged.is_some())
        };
        let failed = r#"{"name": "a", "success": false, "score": 0.1}"#;
        let erred = r#"{"name": "b", "success": false, "error": "x"}"#;
        assert_eq!(passed(&format!("[{failed}, {erred}]")), (Some(SourceCell::Bool(false)), false));
        assert_eq!(passed(&format!("[{erred}]")), (None, true));
        for metrics in ["[]", "null", "[{}]", "[7]", "[{\"score\": \"x\"}]", "{}"] {
            assert!(matches!(passed(metrics), (Some(SourceCell::Unknown(_)), false)), "{metrics}");
        }
    }

    #[test]
    fn wrong_types_anywhere_are_no_panic() {
        let text = std::str::from_utf8(fixture!("errors.json")).unwrap();
        for key in
            ["testCases", "conversationalTestCases", "name", "success", "metricsData", "score", "error"]
        {
            for value in ["null", "7", "\"x\"", "[]", "{}", "true", "NaN", "[[1]]", "{\"a\": {\"b\": []}}"] {
                let changed =
                    text.replace(&format!("\"{key}\":"), &format!("\"{key}\": {value}, \"old-{key}\":"));
                drop(read(changed.as_bytes(), "a.json", &TimeZone::UTC));
            }
        }
    }
}
