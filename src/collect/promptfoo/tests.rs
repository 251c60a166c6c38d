//! Real files of promptfoo 0.121.20, each with what a careful person reads from it, and files that nobody should trust.

use super::*;
use crate::collect::source::AlsoErrors;
use crate::collect::table::SourceRow;
use crate::config::Setting;
use crate::source::{FileId, Span};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/sources/promptfoo/", $name))
    };
}

fn setting(value: &str) -> Option<Setting<String>> {
    Some(Setting { value: value.to_owned(), span: Span::new(FileId(0), 0..0) })
}

fn table(bytes: &[u8]) -> SourceTable {
    read(bytes, &PromptfooRules::default()).unwrap()
}

fn total(table: &SourceTable, name: &str) -> String {
    match table.totals.get(name) {
        Some(SourceCell::Number(digits)) => digits.clone(),
        Some(SourceCell::Unknown(reason)) => format!("unknown: {reason}"),
        other => panic!("{name}: {other:?}"),
    }
}

fn totals(table: &SourceTable) -> [String; 5] {
    ["planned", "passed", "failed", "errors", "not_run"].map(|name| total(table, name))
}

fn row<'t>(table: &'t SourceTable, id: &str) -> &'t SourceRow {
    let is_named = |row: &&SourceRow| matches!(row.cells.get("id"), Some(SourceCell::Text(text)) if text.starts_with(id));
    table.rows.iter().find(is_named).unwrap()
}

fn error(row: &SourceRow) -> &str {
    match &row.unjudged {
        Some(Unjudged::Error(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

fn number(digits: &str) -> SourceCell {
    SourceCell::Number(digits.to_owned())
}

fn refused(bytes: &[u8], rules: &PromptfooRules) -> String {
    match read(bytes, rules) {
        Err(SourceFailure::Refused { message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

/// A file with one result, whose JSON is given, and a plan of tests.
fn made(result: &str, tests: &str, more: &str) -> Vec<u8> {
    format!(
        "{{\"results\": {{\"version\": 3, \"results\": [{result}]}}, \"config\": {{\"tests\": {tests}}}{more}}}"
    )
    .into_bytes()
}

#[test]
fn harness_errors_are_neither_passes_nor_failures() {
    let table = table(fixture!("results.json"));
    // promptfoo counts 4 passed, 5 failed, 3 errors.
    assert_eq!(totals(&table), ["12", "4", "4", "4", "0"]);
    for (id, passed) in [("r01", true), ("r04", true), ("r05", false), ("r08", false)] {
        assert_eq!(row(&table, id).cells.get("passed"), Some(&SourceCell::Bool(passed)), "{id}");
        assert_eq!(row(&table, id).unjudged, None, "{id}");
    }
    assert_eq!(
        error(row(&table, "r09")),
        "RateLimitExhaustedError: Rate limit exceeded for replies after 4 attempts"
    );
    assert_eq!(error(row(&table, "r10")), "connect ECONNREFUSED 127.0.0.1:9");
    assert_eq!(error(row(&table, "r11")), "Custom function threw error: undefinedName is not defined");
    assert!(error(row(&table, "r12")).starts_with("Request failed after 4 retries"));
    for id in ["r09", "r10", "r11", "r12"] {
        assert_eq!(row(&table, id).cells.get("passed"), None, "{id}");
        assert_eq!(row(&table, id).cells.get("score"), None, "{id}");
    }
}

#[test]
fn costs_and_latencies_are_those_of_answered_calls() {
    let table = table(fixture!("results.json"));
    assert_eq!(total(&table, "cost"), "0.0189");
    assert_eq!(total(&table, "duration"), "240518");
    for row in &table.rows {
        let Some(SourceCell::Text(id)) = row.cells.get("id") else { panic!("{row:?}") };
        let answered = !["r09", "r10", "r12"].iter().any(|error| id.starts_with(error));
        assert_eq!(row.cells.get("latency"), answered.then(|| number("640")).as_ref(), "{id}");
        assert_eq!(row.cells.get("cost"), answered.then(|| number("0.0021")).as_ref(), "{id}");
    }
    let edited = table.rows.iter().filter(|row| row.cells.contains_key("metadata.edit_time")).count();
    assert_eq!(edited, 7);
    assert_eq!(row(&table, "r03").cells["metadata.edit_time"], SourceCell::Text("0%".to_owned()));
    assert!(!table.rows.iter().any(|row| row.cells.keys().any(|name| name.contains("_promptfoo"))));
}

#[test]
fn the_tool_its_date_and_the_lines_are_known() {
    let table = table(fixture!("results.json"));
    assert_eq!(table.tool.as_deref(), Some("promptfoo 0.121.20"));
    assert_eq!(table.made.as_ref().unwrap().text(), "2026-11-28T06:56:37.812Z");
    let text = std::str::from_utf8(fixture!("results.json")).unwrap();
    let line = text.lines().nth(table.rows[0].line - 1).unwrap();
    assert!(line.contains('{'), "{line}");
    assert_eq!(totals(&super::tests::table(fixture!("clean.json"))), ["3", "3", "0", "0", "0"]);
    assert_eq!(total(&super::tests::table(fixture!("clean.json")), "cost"), "0.0063");
}

#[test]
fn tests_that_were_not_run_are_there() {
    let table = table(fixture!("partial.json"));
    assert_eq!(totals(&table), ["12", "4", "0", "0", "8"]);
    assert_eq!(total(&table, "rows"), "4");
    assert_eq!(table.rows.len(), 12);
    let missing = row(&table, "r05");
    assert!(matches!(missing.unjudged, Some(Unjudged::NotRun(_))));
    assert_eq!(missing.cells["metadata.edit_time"], SourceCell::Text("20%".to_owned()));
    assert_eq!(missing.cells["vars.question"], SourceCell::Text("Which sizes are there?".to_owned()));
    // By another rule the same tests are missing, but for a question that is asked three times.
    let rules = PromptfooRules { id: setting("vars.question"), ..PromptfooRules::default() };
    assert_eq!(totals(&read(fixture!("partial.json"), &rules).unwrap()), ["12", "4", "0", "0", "8"]);
}

#[test]
fn several_providers_and_prompts_have_to_be_chosen_from() {
    let mut rules = PromptfooRules::default();
    assert_eq!(
        refused(fixture!("matrix.json"), &rules),
        "the file has several providers: `replies-a`, `replies-b`"
    );
    rules.provider = setting("replies-a");
    assert_eq!(
        refused(fixture!("matrix.json"), &rules),
        "the file has several prompts: `Answer in one sentence: {{question}}`, `Answer kindly: {{question}}`"
    );
    rules.prompt = setting("Answer kindly: {{question}}");
    let table = read(fixture!("matrix.json"), &rules).unwrap();
    assert_eq!(totals(&table), ["2", "1", "1", "0", "0"]);
    assert_eq!(row(&table, "r01").cells["scores.facts"], number("1"));
    assert_eq!(row(&table, "r05").cells["scores.facts"], number("0"));
    assert_eq!(row(&table, "r05").cells["scores.tone"], number("0"));
    // Both have the same id, so that it chooses none of them.
    rules.provider = setting("replies");
    assert!(refused(fixture!("matrix.json"), &rules).contains("several providers"));
    rules.provider = setting("replies-c");
    assert!(refused(fixture!("matrix.json"), &rules).contains("no results of the provider `replies-c`"));
    rules.provider = setting("replies-b");
    rules.prompt = setting("Reply");
    assert!(refused(fixture!("matrix.json"), &rules).contains("no results of the prompt `Reply`"));
}

#[test]
fn an_answer_of_http_500_is_a_harness_error() {
    for file in [&fixture!("http-first.json")[..], fixture!("http-cached.json")] {
        let table = table(file);
        // promptfoo counts 2 passed, 1 failed, 1 error.
        assert_eq!(totals(&table), ["4", "2", "0", "2", "0"]);
        assert_eq!(error(row(&table, "r03")), "the answer has the HTTP status 500");
        assert!(!row(&table, "r03").cells.contains_key("latency"));
        assert!(error(row(&table, "r04")).starts_with("Failed to transform response"));
        assert_eq!(total(&table, "cost"), "unknown: no result says what it cost");
    }
}

#[test]
fn a_cached_answer_has_no_latency() {
    let first = table(fixture!("http-first.json"));
    assert_eq!(row(&first, "r01").cells["latency"], number("277"));
    let cached = table(fixture!("http-cached.json"));
    assert!(matches!(row(&cached, "r01").cells["latency"], SourceCell::Unknown(_)));
    assert!(matches!(row(&cached, "r02").cells["latency"], SourceCell::Unknown(_)));
    let rules = PromptfooRules { cached_latency: true, ..PromptfooRules::default() };
    let counted = read(fixture!("http-cached.json"), &rules).unwrap();
    assert_eq!(row(&counted, "r02").cells["latency"], number("292"));
}

#[test]
fn a_server_that_was_down_judges_nothing() {
    let table = table(fixture!("server-down.json"));
    assert_eq!(totals(&table), ["4", "0", "0", "4", "0"]);
    assert_eq!(total(&table, "cost"), "unknown: no result says what it cost");
    for row in &table.rows {
        assert!(error(row).contains("connect ECONNREFUSED"), "{row:?}");
        assert!(!row.cells.contains_key("latency") && !row.cells.contains_key("cost"));
    }
}

#[test]
fn json_lines_have_the_rows_alone() {
    let table = table(fixture!("results.jsonl"));
    assert_eq!(["passed", "failed", "errors"].map(|name| total(&table, name)), ["4", "4", "4"]);
    assert!(total(&table, "planned").starts_with("unknown: "));
    assert!(total(&table, "not_run").starts_with("unknown: "));
    assert_eq!((table.made.as_ref(), table.rows[11].line), (None, 12));
    assert!(table.remarks.iter().any(|remark| remark.contains("no date")), "{:?}", table.remarks);
    let cut = fixture!("results.jsonl");
    assert!(matches!(
        read(&cut[..cut.len() - 40], &PromptfooRules::default()),
        Err(SourceFailure::Broken { .. })
    ));
}

#[test]
fn other_exports_are_refused() {
    let rules = PromptfooRules::default();
    assert!(refused(fixture!("results.csv"), &rules).contains("CSV export"));
    assert!(refused(fixture!("results.yaml"), &rules).contains("YAML export"));
    assert!(refused(fixture!("results.junit.xml"), &rules).contains("JUnit XML export"));
    assert!(refused(fixture!("server-down.junit.xml"), &rules).contains("JUnit XML export"));
    assert!(refused(b"{\"results\": {\"version\": 2}}", &rules).contains("`results.version` is 2"));
    assert!(refused(b"{\"results\": []}", &rules).contains("`results.version` is missing"));
    assert!(refused(b"{\"a\": 1}", &rules).contains("not a result file of promptfoo"));
    assert!(matches!(read(b"nothing", &rules), Err(SourceFailure::Broken { .. })));
}

#[test]
fn what_a_plan_declares_is_an_error_too() {
    let result = r#"{"success": true, "failureReason": 0, "score": 1, "latencyMs": 3, "response": {"output": "[ERROR] no model"},
        "gradingResult": {"pass": true, "reason": "All assertions passed"}, "testCase": {"description": "a"}}"#;
    let file = made(result, r#"[{"description": "a"}]"#, "");
    assert_eq!(totals(&table(&file)), ["1", "1", "0", "0", "0"]);
    let also = |also_errors| PromptfooRules { also_errors, ..PromptfooRules::default() };
    let rules = also(AlsoErrors { output: setting(r"^\[ERROR\]"), ..AlsoErrors::default() });
    let table = read(&file, &rules).unwrap();
    assert_eq!(totals(&table), ["1", "0", "0", "1", "0"]);
    assert_eq!(error(&table.rows[0]), "the output is an error: [ERROR] no model");
    assert!(!table.rows[0].cells.contains_key("latency"));
    let rules = also(AlsoErrors { reason: setting("^Expected output"), ..AlsoErrors::default() });
    assert_eq!(totals(&read(fixture!("results.json"), &rules).unwrap()), ["12", "4", "0", "8", "0"]);
    let rules = also(AlsoErrors { http_status: Some((200, 299)), ..AlsoErrors::default() });
    assert_eq!(totals(&read(fixture!("http-first.json"), &rules).unwrap()), ["4", "0", "0", "4", "0"]);
    let rules = also(AlsoErrors { output: setting("("), ..AlsoErrors::default() });
    assert!(refused(&file, &rules).starts_with("`also_errors.output` is not a pattern"));
    let rules = also(AlsoErrors { output: setting("(((a{99}){99}){99}){99}"), ..AlsoErrors::default() });
    assert!(refused(&file, &rules).starts_with("`also_errors.output` is not a pattern"));
}

#[test]
fn no_output_and_older_files_are_told_apart() {
    for (result, expected) in [
        (r#"{"success": false, "failureReason": 0, "error": "No output"}"#, "No output"),
        (r#"{"success": false, "failureReason": 0, "gradingResult": null}"#, "no output, and no grading"),
        (
            r#"{"success": false, "gradingResult": {"pass": false}, "response": {"error": "API error: 429"}}"#,
            "API error: 429",
        ),
        (r#"{"success": false, "failureReason": 2}"#, "promptfoo says only that it erred"),
        (r#"{"success": false, "failureReason": 3}"#, "`failureReason` is 3, which is not known"),
        (
            r#"{"success": true, "failureReason": "x", "gradingResult": {"pass": true}}"#,
            "`failureReason` is ?, which is not known",
        ),
    ] {
        assert_eq!(error(&table(&made(result, "[]", "")).rows[0]), expected, "{result}");
    }
}

#[test]
fn a_check_that_broke_hides_no_failure() {
    let result = |threshold: &str| {
        format!(
            r#"{{"success": false, "failureReason": 1, "testCase": {{"description": "a"{threshold}}}, "gradingResult": {{
            "pass": false, "reason": "Custom function threw error: x", "componentResults": [
            {{"pass": false, "reason": "Expected output to contain \"XL\""}},
            {{"pass": false, "reason": "Custom function threw error: x"}}]}}}}"#
        )
    };
    assert_eq!(total(&table(&made(&result(""), "[]", "")), "failed"), "1");
    assert_eq!(total(&table(&made(&result(", \"threshold\": 0.5"), "[]", "")), "errors"), "1");
}

#[test]
fn a_test_without_assertions_judges_nothing() {
    let result = r#"{"success": true, "failureReason": 0, "testCase": {"description": "a"},
        "gradingResult": {"pass": true, "reason": "No assertions"}}"#;
    let table = table(&made(result, "[]", ""));
    let unknown = "unknown: whether they passed is not known of 1 of them";
    assert_eq!(["passed", "failed"].map(|name| total(&table, name)), [unknown; 2]);
    assert!(matches!(table.rows[0].cells["passed"], SourceCell::Unknown(_)));
}

#[test]
fn an_error_in_another_form_is_an_error() {
    for response in [
        r#"{"error": {"code": 1}}"#,
        r#"{"error": ["x"]}"#,
        r#"{"error": true}"#,
        r#"{"metadata": {"http": {"status": "503"}}}"#,
        r#"{"metadata": {"http": {"status": 5.03e2}}}"#,
    ] {
        let result = format!(
            r#"{{"success": true, "failureReason": 0, "response": {response},
            "gradingResult": {{"pass": true, "reason": "x"}}}}"#
        );
        let table = table(&made(&result, "[]", ""));
        assert_eq!(["passed", "errors"].map(|name| total(&table, name)), ["0", "1"], "{response}");
    }
    for response in ["{}", r#"{"error": {}}"#, r#"{"error": null, "metadata": {"http": {"status": 200}}}"#] {
        let result = format!(
            r#"{{"success": true, "failureReason": 0, "response": {response}, "gradingResult": {{"pass": true}}}}"#
        );
        assert_eq!(total(&table(&made(&result, "[]", "")), "passed"), "1", "{response}");
    }
}

#[test]
fn what_nothing_has_judged_does_not_pass() {
    for grading in ["null", "{}", "{\"pass\": null}"] {
        let result = format!("{{\"success\": true, \"failureReason\": 0, \"gradingResult\": {grading}}}");
        let table = table(&made(&result, "[]", ""));
        assert!(matches!(table.rows[0].cells["passed"], SourceCell::Unknown(_)), "{grading}");
    }
}

#[test]
fn what_contradicts_itself_does_not_pass() {
    for (success, pass) in [("true", "false"), ("false", "true")] {
        let result = format!(
            "{{\"success\": {success}, \"failureReason\": 0, \"gradingResult\": {{\"pass\": {pass}}}}}"
        );
        let table = table(&made(&result, "[]", ""));
        let unknown = "unknown: whether they passed is not known of 1 of them";
        assert_eq!(["passed", "failed"].map(|name| total(&table, name)), [unknown; 2], "{success}");
    }
}

#[test]
fn large_tests_are_not_copied_for_ever() {
    let text = "x".repeat(1 << 20);
    let tests = format!(
        "[{{\"description\": \"a\", \"metadata\": {{\"m\": \"{text}\"}}, \"vars\": {{\"q\": [{}]}}}}]",
        vec!["1"; 400].join(",")
    );
    for id in ["description", "vars.q"] {
        let rules = PromptfooRules { id: setting(id), ..PromptfooRules::default() };
        let result = r#"{"success": true, "gradingResult": {"pass": true}}"#;
        assert!(matches!(read(&made(result, &tests, ""), &rules), Err(SourceFailure::Broken { .. })), "{id}");
    }
}

#[test]
fn repeats_and_lists_of_values_are_planned() {
    let repeated = |repeat: &str| {
        let result = r#"{"success": true, "failureReason": 0, "gradingResult": {"pass": true},
            "testCase": {"description": "a", "vars": {"q": "x"}}}"#;
        let tests = r#"[{"description": "a", "vars": {"q": ["x", "y"], "p": [1, 2, 3]}}]"#;
        made(result, tests, &format!(", \"runtimeOptions\": {{\"repeat\": {repeat}}}"))
    };
    assert_eq!(totals(&table(&repeated("2"))), ["12", "1", "0", "0", "11"]);
    let rules = PromptfooRules { id: setting("vars.q"), ..PromptfooRules::default() };
    let table = read(&repeated("2"), &rules).unwrap();
    assert_eq!(totals(&table), ["12", "1", "0", "0", "11"]);
    let of_y = |row: &&SourceRow| row.cells.get("id") == Some(&SourceCell::Text("y".to_owned()));
    assert_eq!(table.rows.iter().filter(of_y).count(), 6);
    for repeat in ["1e9", "1000000000", "99999", "-1", "0", "\"2\"", "[]", "NaN"] {
        let answer = read(&repeated(repeat), &PromptfooRules::default());
        assert!(matches!(answer, Err(SourceFailure::Broken { .. })), "{repeat}: {answer:?}");
    }
}

#[test]
fn a_plan_that_is_not_listed_is_unknown() {
    let result = r#"{"success": true, "failureReason": 0, "gradingResult": {"pass": true}, "testCase": {"description": "b"}}"#;
    for tests in ["\"file://tests.csv\"", "[\"file://tests.csv\"]", "[]", "null", "7"] {
        let table = table(&made(result, tests, ""));
        assert!(total(&table, "planned").starts_with("unknown: "), "{tests}");
        assert!(!table.remarks.is_empty(), "{tests}");
    }
    // A result that the plan does not know: what is planned stays there as not run.
    let table = table(&made(result, "[{\"description\": \"a\"}]", ""));
    assert_eq!(total(&table, "not_run"), "1");
    assert!(total(&table, "planned").starts_with("unknown: "));
}

#[test]
fn a_provider_that_was_left_out_is_noticed() {
    let result = r#"{"success": true, "failureReason": 0, "gradingResult": {"pass": true}, "provider": {"id": "a"},
        "testCase": {"description": "x"}}"#;
    let file = format!(
        r#"{{"results": {{"version": 3, "results": [{result}]}}, "config": {{"providers": ["a", {{"b": {{}}}}], "tests": []}}}}"#
    );
    assert_eq!(
        refused(file.as_bytes(), &PromptfooRules::default()),
        "the file has several providers: `a`, `b`"
    );
    let rules = PromptfooRules { provider: setting("a"), ..PromptfooRules::default() };
    assert_eq!(total(&read(file.as_bytes(), &rules).unwrap(), "passed"), "1");
}

/// Every scalar of a real file, replaced by every kind of value: nothing panics, and no wrong type passes.
#[test]
fn wrong_types_anywhere_are_no_panic() {
    let text = std::str::from_utf8(fixture!("clean.json")).unwrap();
    let keys = [
        "success",
        "score",
        "failureReason",
        "latencyMs",
        "cost",
        "gradingResult",
        "testCase",
        "vars",
        "metadata",
        "provider",
        "prompt",
        "response",
        "results",
        "version",
        "tests",
        "config",
        "namedScores",
        "promptIdx",
        "description",
        "reason",
        "componentResults",
        "repeat",
        "providers",
        "stats",
        "durationMs",
    ];
    for key in keys {
        for value in
            ["null", "7", "\"x\"", "[]", "{}", "true", "NaN", "-1e40", "[[1]]", "{\"a\": {\"b\": []}}"]
        {
            // The first of the kind gets the value, and the old one moves to another key.
            let changed =
                text.replacen(&format!("\"{key}\": "), &format!("\"{key}\": {value}, \"old-{key}\": "), 1);
            drop(read(changed.as_bytes(), &PromptfooRules::default()));
            let changed =
                text.replace(&format!("\"{key}\": "), &format!("\"{key}\": {value}, \"old-{key}\": "));
            if let Ok(table) = read(changed.as_bytes(), &PromptfooRules::default())
                && key == "success"
                && value != "true"
            {
                let passed = total(&table, "passed");
                assert!(passed == "0" || passed.starts_with("unknown: "), "{value}: {passed}");
            }
        }
    }
    for results in ["null", "7", "{}", "[1]", "[null]", "[[]]"] {
        let file = format!("{{\"results\": {{\"version\": 3, \"results\": {results}}}}}");
        let answer = read(file.as_bytes(), &PromptfooRules::default());
        assert!(matches!(answer, Err(SourceFailure::Broken { .. })), "{results}: {answer:?}");
    }
}
