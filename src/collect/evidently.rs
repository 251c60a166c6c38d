//! Reports of Evidently, as `Report.save_json` writes them: a value for each metric, and tests of these values.
//!
//! A report has neither a date nor a version, and leaves missing values out of its means. Knows no plan and no snapshot.

use std::collections::BTreeMap;

use crate::collect::json::{Json, JsonNode, parse};
use crate::collect::table::{KnownColumns, SourceCell, SourceFailure, SourceRow, SourceTable, Unjudged};
use crate::collect::tally::{self, Lines};
use crate::text::quote;

/// The columns of its rows, which are its tests. Its totals are its metrics by their names, `MeanValue(column=edit_time)`, and
/// what is counted of its tests.
pub const COLUMNS: KnownColumns = KnownColumns {
    fixed: &[("id", None), ("passed", None), ("description", None)],
    prefixes: &[],
    totals: &["*"],
};

/// Reads a report.
///
/// # Errors
/// If the file is broken, or is not a report of Evidently 0.7.
pub fn read(bytes: &[u8]) -> Result<SourceTable, SourceFailure> {
    let report = parse(bytes)?;
    let metrics = report.get("metrics").map_or(&[][..], JsonNode::elements);
    if metrics.is_empty() || !metrics.iter().all(|metric| metric.get("metric_name").is_some()) {
        return Err(SourceFailure::refused(
            "this is not a report of Evidently 0.7 or later: it has no `metrics` with a `metric_name`",
            "give the file that `save_json` of a report's run writes",
        ));
    }
    let mut table = SourceTable { tool: Some("Evidently".to_owned()), ..SourceTable::default() };
    let lines = Lines::of(bytes);
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for test in report.get("tests").map_or(&[][..], JsonNode::elements) {
        let name = test.get("name").and_then(JsonNode::text).unwrap_or("");
        let seen = times.entry(name.to_owned()).or_default();
        *seen += 1;
        // Two tests of one metric have the same name.
        let id = if *seen == 1 { name.to_owned() } else { format!("{name} #{seen}") };
        table.rows.push(row(test, id, lines.line(test.at)));
    }
    table.totals.append(&mut tally::totals(&table.rows));
    for metric in metrics {
        add_metric(metric, &mut table);
    }
    Ok(table)
}

fn add_metric(metric: &JsonNode, table: &mut SourceTable) {
    let name = metric.get("metric_name").and_then(JsonNode::text).unwrap_or("");
    let mut found = BTreeMap::new();
    match metric.get("value") {
        Some(node) if matches!(node.value, Json::Map(_)) => {
            node.cells_into(&format!("{name}."), &mut found);
            for (key, part) in node.entries() {
                if part.value == Json::Null {
                    found
                        .insert(format!("{name}.{key}"), SourceCell::Unknown("the value is null".to_owned()));
                }
            }
        }
        value => {
            let cell = value.and_then(JsonNode::cell);
            let cell = cell.unwrap_or_else(|| SourceCell::Unknown("the metric has no value".to_owned()));
            found.insert(name.to_owned(), cell);
        }
    }
    for (name, cell) in found {
        if let SourceCell::Number(digits) = &cell
            && name.starts_with("MissingValueCount(")
            && name.ends_with(").count")
            && digits.contains(|c: char| matches!(c, '1'..='9'))
        {
            let (name, digits) = (quote(&name), quote(digits));
            table
                .remarks
                .push(format!("`{name}` is {digits}, and means and quantiles leave these values out"));
        }
        let twice = SourceCell::Unknown("the report has several values of this name".to_owned());
        table.totals.entry(name).and_modify(|known| *known = twice).or_insert(cell);
    }
}

fn row(test: &JsonNode, id: String, line: usize) -> SourceRow {
    let description = test.get("description").and_then(JsonNode::text).unwrap_or("");
    let mut cells = BTreeMap::from([
        ("id".to_owned(), SourceCell::Text(id)),
        ("description".to_owned(), SourceCell::Text(description.to_owned())),
    ]);
    let mut unjudged = None;
    let passed = match test.get("status").and_then(JsonNode::text) {
        Some("SUCCESS") => Some(SourceCell::Bool(true)),
        // A test that is not critical warns when it fails.
        Some("FAIL" | "WARNING") => Some(SourceCell::Bool(false)),
        Some("ERROR") => {
            unjudged = Some(Unjudged::Error(tally::reason(description)));
            None
        }
        Some("SKIPPED") => {
            unjudged = Some(Unjudged::NotRun(tally::reason(description)));
            None
        }
        found => {
            let found = quote(found.unwrap_or("missing"));
            Some(SourceCell::Unknown(format!("the status is {found}, which is not known")))
        }
    };
    cells.extend(passed.map(|passed| ("passed".to_owned(), passed)));
    SourceRow { cells, line, unjudged }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &[u8] = include_bytes!("../../tests/sources/evidently/report.json");
    const EMPTY: &[u8] = include_bytes!("../../tests/sources/evidently/empty.json");

    fn number(digits: &str) -> SourceCell {
        SourceCell::Number(digits.to_owned())
    }

    #[test]
    fn metrics_are_totals_in_their_own_digits() {
        let table = read(REPORT).unwrap();
        let drift = "ValueDrift(column=edit_time,method=K-S p_value,threshold=0.05)";
        for (name, digits) in [
            ("MeanValue(column=edit_time)", "0.1624641360216995"),
            ("QuantileValue(column=edit_time,quantile=0.95)", "0.2231950334618125"),
            ("MissingValueCount(column=edit_time).count", "5.0"),
            ("DriftedColumnsCount(drift_share=0.5).count", "1.0"),
            (drift, "1.8155393835133748e-17"),
        ] {
            assert_eq!(table.totals[name], number(digits), "{name}");
        }
        assert_eq!((table.made, table.tool.as_deref()), (None, Some("Evidently")));
        assert_eq!(table.remarks.len(), 1);
        assert!(table.remarks[0].contains("is 5.0, and means and quantiles leave these values out"));
    }

    #[test]
    fn tests_are_rows() {
        let table = read(REPORT).unwrap();
        let counted = ["rows", "passed", "failed", "errors"].map(|name| table.totals[name].clone());
        assert_eq!(counted, [number("8"), number("3"), number("5"), number("0")]);
        assert_eq!(
            table.rows[1].cells["id"],
            SourceCell::Text("Value Drift for column edit_time".to_owned())
        );
        assert_eq!(table.rows[1].cells["passed"], SourceCell::Bool(false));
        let ids: std::collections::BTreeSet<_> =
            table.rows.iter().map(|row| format!("{:?}", row.cells["id"])).collect();
        assert_eq!(ids.len(), 8);
    }

    #[test]
    fn an_empty_data_set_has_no_values() {
        let table = read(EMPTY).unwrap();
        let unknown = SourceCell::Unknown("the value is NaN".to_owned());
        assert_eq!(table.totals["MeanValue(column=edit_time)"], unknown);
        assert_eq!(table.totals["MissingValueCount(column=edit_time).share"], unknown);
        assert_eq!(table.totals["MissingValueCount(column=edit_time).count"], number("0.0"));
        assert!(table.remarks.is_empty());
    }

    #[test]
    fn what_a_test_says_of_itself_counts() {
        let status = |status: &str| {
            let text = format!(
                "{{\"metrics\": [{{\"metric_name\": \"a\"}}, {{\"metric_name\": \"a\"}}], \"tests\": [{status}]}}"
            );
            let table = read(text.as_bytes()).unwrap();
            assert!(matches!(table.totals["a"], SourceCell::Unknown(_)));
            (table.rows[0].cells.get("passed").cloned(), table.rows[0].unjudged.clone())
        };
        assert_eq!(status("{\"status\": \"WARNING\"}").0, Some(SourceCell::Bool(false)));
        assert!(matches!(status("{\"status\": \"ERROR\"}"), (None, Some(Unjudged::Error(_)))));
        assert!(matches!(status("{\"status\": \"SKIPPED\"}"), (None, Some(Unjudged::NotRun(_)))));
        for odd in ["7", "{}", "{\"status\": 7}", "{\"status\": \"success\"}", "[]"] {
            assert!(matches!(status(odd), (Some(SourceCell::Unknown(_)), None)), "{odd}");
        }
    }

    #[test]
    fn other_files_are_refused() {
        for text in
            ["{}", "[]", "{\"metrics\": []}", "{\"metrics\": [{\"metric\": \"x\"}]}", "{\"metrics\": 7}"]
        {
            assert!(matches!(read(text.as_bytes()), Err(SourceFailure::Refused { .. })), "{text}");
        }
        assert!(matches!(read(&REPORT[..REPORT.len() - 9]), Err(SourceFailure::Broken { .. })));
    }
}
