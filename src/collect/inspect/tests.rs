//! Real logs of Inspect 0.3.285, each with what a careful person reads from it, and logs that nobody should trust.

use super::*;
use crate::collect::table::{SourceRow, Unjudged};
use crate::config::Setting;
use crate::source::{FileId, Span};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/sources/inspect/", $name))
    };
}

fn table(bytes: &[u8]) -> SourceTable {
    read(bytes, &InspectRules::default()).unwrap()
}

fn total(table: &SourceTable, name: &str) -> String {
    match table.totals.get(name) {
        Some(SourceCell::Number(digits)) => digits.clone(),
        other => format!("{other:?}"),
    }
}

fn totals(table: &SourceTable) -> [String; 5] {
    ["planned", "passed", "failed", "errors", "not_run"].map(|name| total(table, name))
}

fn row<'t>(table: &'t SourceTable, id: &str) -> &'t SourceRow {
    table.rows.iter().find(|row| row.cells.get("id") == Some(&SourceCell::Text(id.to_owned()))).unwrap()
}

fn error(row: &SourceRow) -> &str {
    match &row.unjudged {
        Some(Unjudged::Error(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

fn refused(bytes: &[u8], rules: &InspectRules) -> (String, String) {
    match read(bytes, rules) {
        Err(SourceFailure::Refused { message, help }) => (message, help),
        other => panic!("{other:?}"),
    }
}

fn column(table: &SourceTable, name: &str) -> Vec<String> {
    let cell = |row: &SourceRow| match row.cells.get(name) {
        Some(SourceCell::Number(text) | SourceCell::Text(text)) => text.clone(),
        Some(SourceCell::Bool(value)) => value.to_string(),
        Some(SourceCell::Unknown(_)) => "?".to_owned(),
        None => "-".to_owned(),
    };
    table.rows.iter().map(cell).collect()
}

/// A log of one finished run, with its samples and what its configuration says.
fn made(samples: &str, eval: &str) -> Vec<u8> {
    format!(
        "{{\"version\": 2, \"status\": \"success\", \"eval\": {{\"task\": \"t\"{eval}}}, \"samples\": {samples}}}"
    )
    .into_bytes()
}

#[test]
fn samples_that_erred_are_neither_right_nor_wrong() {
    // Inspect's accuracy is 3/7 in the first, and 3/8 in the second.
    for log in [&fixture!("errors.json")[..], fixture!("score-on-error.json")] {
        let table = table(log);
        assert_eq!(totals(&table), ["8", "3", "3", "2", "0"]);
        assert_eq!(error(row(&table, "r07")), "RuntimeError('429 Too Many Requests')");
        assert_eq!(error(row(&table, "r08")), "ValueError('judge returned no JSON')");
        for id in ["r07", "r08"] {
            let cells = &row(&table, id).cells;
            assert!(!cells.keys().any(|name| name == "passed" || name.starts_with("scores.")), "{cells:?}");
            assert!(!cells.contains_key("total_time"));
        }
        assert_eq!(column(&table, "scores.edit_time"), ["0.04", "0.1", "0.0", "0.2", "0.6", "0.9", "-", "-"]);
        assert_eq!(column(&table, "metadata.edit_time")[..3], ["4%", "10%", "0%"]);
    }
    let table = table(fixture!("errors.json"));
    assert_eq!(column(&table, "total_time")[..2], ["0.111", "0.127"]);
    assert_eq!(table.tool.as_deref(), Some("Inspect 0.3.285"));
    assert_eq!(table.made.as_ref().unwrap().text(), "2026-11-28T07:22:44+00:00");
    assert_eq!(total(&table, "duration"), "1");
}

#[test]
fn a_stopped_run_has_what_was_measured() {
    let stopped = table(fixture!("stopped.json"));
    assert_eq!(totals(&stopped), ["8", "3", "3", "2", "0"]);
    assert_eq!(
        stopped.remarks,
        ["the run did not finish, its status is `error`: RuntimeError('429 Too Many Requests')"]
    );
    let killed = table(fixture!("killed.json"));
    assert_eq!(totals(&killed), ["6", "3", "0", "0", "3"]);
    assert!(matches!(row(&killed, "r04").unjudged, Some(Unjudged::NotRun(_))));
    assert_eq!(killed.remarks, ["the run did not finish, its status is `started`"]);
    assert_eq!(killed.totals.get("duration"), None);
    assert!(killed.unfinished.is_some() && stopped.unfinished.is_some());
    let whole = table(fixture!("errors.json"));
    assert_eq!((whole.task.as_deref(), whole.unfinished), (Some("support_replies"), None));
}

#[test]
fn epochs_are_rows_of_their_own() {
    let table = table(fixture!("epochs.json"));
    assert_eq!(totals(&table), ["10", "6", "4", "0", "0"]);
    assert_eq!(column(&table, "epoch"), ["1", "1", "1", "1", "1", "2", "2", "2", "2", "2"]);
    assert_eq!(column(&table, "id")[4..6], ["r05", "r01"]);
    assert_eq!(column(&table, "passed")[..5], ["true", "true", "true", "false", "false"]);
}

#[test]
fn partial_and_missing_answers_are_unknown() {
    // Inspect's accuracy is 0.7: no answer counts 0 there, and a partial one a half.
    let table = table(fixture!("judged.json"));
    // That none failed cannot be said.
    let failed = "Some(Unknown(\"whether they passed is not known of 3 of them\"))";
    assert_eq!(totals(&table), ["6", "3", failed, "0", "0"]);
    assert_eq!(column(&table, "passed"), ["true", "?", "?", "?", "true", "true"]);
    let reason = |id: &str| row(&table, id).cells["scores.judged"].clone();
    assert_eq!(reason("r02"), SourceCell::Unknown("it was scored `N`: no answer".to_owned()));
    assert_eq!(reason("r03"), SourceCell::Unknown("the scorer gave no score".to_owned()));
    assert_eq!(reason("r04"), SourceCell::Unknown("it was scored `P`: right in part".to_owned()));
}

#[test]
fn nan_is_unknown() {
    let table = table(fixture!("nan.json"));
    assert_eq!(totals(&table), ["5", "3", "2", "0", "0"]);
    assert_eq!(column(&table, "scores.edit_time"), ["0.04", "0.1", "0.0", "0.2", "?"]);
    assert_eq!(
        row(&table, "r05").cells["scores.edit_time"],
        SourceCell::Unknown("the value is NaN".to_owned())
    );
}

#[test]
fn a_limited_run_is_partial() {
    let table = table(fixture!("limit.json"));
    assert_eq!(totals(&table), ["8", "3", "0", "0", "5"]);
    assert_eq!(column(&table, "id")[3], "not run 4 of 8");
}

#[test]
fn a_sample_that_was_cut_off_is_not_wrong() {
    // Inspect's accuracy is 0.
    let table = table(fixture!("timelimit.json"));
    assert_eq!(totals(&table), ["4", "0", "0", "4", "0"]);
    assert_eq!(error(row(&table, "r01")), "it was cut off by a limit: time");
}

#[test]
fn logs_without_samples_and_others_are_refused() {
    let rules = InspectRules::default();
    let (message, help) = refused(fixture!("nosamples.json"), &rules);
    assert_eq!(message, "the log has totals alone, and no samples");
    assert!(help.contains("--no-log-samples"));
    assert!(refused(fixture!("header-only.json"), &rules).1.contains("--header-only"));
    assert!(refused(b"{\"a\": 1}", &rules).0.contains("not a log of Inspect"));
    assert!(refused(b"[]", &rules).0.contains("not a log of Inspect"));
    assert!(refused(b"{\"version\": 3, \"eval\": {\"task\": \"t\"}}", &rules).0.contains("`version` is 3"));
    assert!(refused(b"{\"eval\": {\"task\": \"t\"}}", &rules).0.contains("`version` is missing"));
    let task = Setting { value: "other".to_owned(), span: Span::new(FileId(0), 0..0) };
    let other = InspectRules { task: Some(task), ..InspectRules::default() };
    let reason = "this is a log of the task `support_replies`, and not of `other`";
    assert_eq!(read(fixture!("errors.json"), &other), Err(SourceFailure::unknown(reason)));
}

#[test]
fn one_scorer_alone_decides_what_passed() {
    let of = |scores: &str| table(&made(&format!("[{{\"id\": 1, \"epoch\": 1, \"scores\": {scores}}}]"), ""));
    let passed = |scores: &str| of(scores).rows[0].cells.get("passed").cloned();
    assert_eq!(passed(r#"{"a": {"value": "C"}, "b": {"value": 0.5}}"#), Some(SourceCell::Bool(true)));
    assert_eq!(passed(r#"{"a": {"value": "C"}, "b": {"value": "I"}}"#), None);
    assert_eq!(passed(r#"{"a": {"value": false}}"#), Some(SourceCell::Bool(false)));
    assert_eq!(passed(r#"{"a": {"value": 1}}"#), None);
    let parts = of(r#"{"a": {"value": {"x": 1, "y": "C", "z": [1]}}, "b": {"value": [1]}}"#);
    assert_eq!(parts.rows[0].cells["scores.a.x"], SourceCell::Number("1".to_owned()));
    assert_eq!(parts.rows[0].cells["scores.a.y"], SourceCell::Text("C".to_owned()));
    assert_eq!(parts.rows[0].cells["scores.b"], SourceCell::Unknown("the score is a list".to_owned()));
    // Letters of a choice are no verdicts.
    let choice = table(&made(
        r#"[{"id": 1, "scores": {"a": {"value": "C"}}}, {"id": 2, "scores": {"a": {"value": "B"}}}]"#,
        "",
    ));
    assert_eq!(column(&choice, "scores.a"), ["C", "B"]);
    assert_eq!(column(&choice, "passed"), ["-", "-"]);
}

#[test]
fn huge_plans_allocate_nothing() {
    for eval in [
        ", \"dataset\": {\"samples\": 1000000000}",
        ", \"dataset\": {\"samples\": 99999999999999999999999}",
        ", \"dataset\": {\"samples\": 1e9}",
        ", \"dataset\": {\"samples\": -1}",
        ", \"dataset\": {\"samples\": \"8\"}",
        ", \"dataset\": {\"samples\": 2, \"sample_ids\": [1, 2]}, \"config\": {\"epochs\": 18446744073709551615}",
    ] {
        let answer = read(&made("[]", eval), &InspectRules::default());
        assert!(matches!(answer, Err(SourceFailure::Broken { .. })), "{eval}: {answer:?}");
    }
    assert!(total(&table(&made("[]", "")), "planned").contains("Unknown"));
    let twice = table(&made("[]", ", \"dataset\": {\"samples\": 2, \"sample_ids\": [1, 1]}"));
    assert_eq!(total(&twice, "not_run"), "1");
}

#[test]
fn wrong_types_anywhere_are_no_panic() {
    let text = std::str::from_utf8(fixture!("errors.json")).unwrap();
    let keys = [
        "version",
        "status",
        "eval",
        "task",
        "created",
        "dataset",
        "samples",
        "sample_ids",
        "config",
        "epochs",
        "packages",
        "inspect_ai",
        "stats",
        "started_at",
        "completed_at",
        "id",
        "epoch",
        "scores",
        "includes",
        "value",
        "error",
        "message",
        "limit",
        "metadata",
        "total_time",
        "output",
        "input",
        "invalidated",
    ];
    for key in keys {
        for value in
            ["null", "7", "\"x\"", "[]", "{}", "true", "NaN", "-1e40", "[[1]]", "{\"a\": {\"b\": []}}"]
        {
            let changed =
                text.replace(&format!("\"{key}\":"), &format!("\"{key}\": {value}, \"old-{key}\":"));
            if let Ok(table) = read(changed.as_bytes(), &InspectRules::default())
                && key == "value"
                && value != "true"
            {
                assert_eq!(total(&table, "passed"), "0", "{value}");
            }
        }
    }
    for samples in ["7", "{}", "[1]", "[null]", "[[]]"] {
        let answer = read(&made(samples, ""), &InspectRules::default());
        assert!(matches!(answer, Err(SourceFailure::Broken { .. })), "{samples}: {answer:?}");
    }
}
