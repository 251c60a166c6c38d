//! Everything that is printed as JSON keeps to the schema, and says what `docs/json.md` says that it does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde::Serialize;
use serde_json::{Value, json};

use crate::support::{files_under, relative, root};

/// What a report breaks of the schema: that of `check` itself, or one of its definitions.
pub(crate) fn breaks_schema(definition: Option<&str>, report: &Value) -> Vec<String> {
    static SCHEMAS: LazyLock<Mutex<BTreeMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut schemas = SCHEMAS.lock().unwrap();
    let schema = schemas.entry(definition.unwrap_or_default().to_owned()).or_insert_with(|| {
        let text = fs::read_to_string(root().join("schemas/report.schema.json")).unwrap();
        let mut schema: Value = serde_json::from_str(&text).unwrap();
        if let Some(definition) = definition {
            assert!(schema["$defs"][definition].is_object(), "the schema has no {definition}");
            let reference = format!("#/$defs/{definition}");
            schema = json!({ "$ref": reference, "$defs": schema["$defs"] });
        }
        Arc::new(jsonschema::validator_for(&schema).unwrap())
    });
    let schema = schema.clone();
    drop(schemas);
    schema.iter_errors(report).map(|error| format!("{error} at {}", error.instance_path())).collect()
}

/// The same of what is about to be printed.
pub(crate) fn breaks_schema_as_printed(definition: Option<&str>, report: &impl Serialize) -> Vec<String> {
    let printed = tollgate::render::json::render(report).unwrap();
    breaks_schema(definition, &serde_json::from_str(&printed).unwrap())
}

#[test]
fn the_schema_refuses_what_version_1_was() {
    let place = json!({ "file": "a", "line": 1, "column": 1 });
    let waiver = |from: Value| {
        json!({
            "workflow": "w", "rule": "p.r", "because": "b", "owner": "o", "until": "2026-01-01", "days_left": 0, "from": from
        })
    };
    assert_eq!(breaks_schema(Some("WaiverReport"), &waiver(place)), [""; 0]);
    assert!(!breaks_schema(Some("WaiverReport"), &waiver("a:1".into())).is_empty());
}

/// The definition of what a command prints; none for that of the schema itself.
fn definition(command: &str) -> Option<&'static str> {
    match command {
        "check" => None,
        "history" => Some("History"),
        "impact" => Some("ImpactReport"),
        "sweep" => Some("SweepReport"),
        "lint" => Some("LintReport"),
        "plan" => Some("PlanReport"),
        "test" => Some("TestReport"),
        "params" => Some("ListOfParamRow"),
        "rules" => Some("ListOfRuleRow"),
        other => panic!("{other} prints no JSON that is known"),
    }
}

#[test]
fn all_json_that_is_blessed_keeps_to_the_schema() {
    let mut seen = BTreeSet::new();
    for list in files_under(&root().join("tests/blessed"), &["txt"]) {
        if !list.ends_with("commands.txt") {
            continue;
        }
        let lines = fs::read_to_string(&list).unwrap();
        for line in lines.lines().filter(|line| line.contains("--format json")) {
            let (file, command) = line.split_once(": tollgate ").unwrap();
            let command = command.split(' ').next().unwrap();
            let text = fs::read_to_string(list.with_file_name(file)).unwrap();
            let report: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(report["version"], 2, "{line}");
            assert_eq!(breaks_schema(definition(command), &report), [""; 0], "{}: {line}", relative(&list));
            seen.insert(command.to_owned());
        }
    }
    assert_eq!(seen.len(), 9, "{seen:?}");
}
