//! The schema of collect plans says what `tollgate collect` takes: the manual's plans, what is wrong with others, and which
//! settings each kind of source has.

use std::collections::BTreeSet;
use std::fs;

use jsonschema::Validator;
use serde_json::Value;
use tollgate::collect::plan;
use tollgate::source::SourceMap;

use crate::support::{Repo, files_under, relative, root, run_in};

fn common() -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("schemas/collect.schema.json")).unwrap()).unwrap()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::new(schema).unwrap()
}

/// YAML as editors read it.
fn yaml(text: &str) -> Value {
    serde_yaml::from_str_with_options(text, serde_yaml::options! { strict_booleans: true })
        .unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn breaches(schema: &Validator, text: &str) -> Vec<String> {
    schema.iter_errors(&yaml(text)).map(|error| format!("{error} at {}", error.instance_path())).collect()
}

/// What the program says is wrong with a plan.
fn problems(text: &str) -> Vec<String> {
    let mut sources = SourceMap::default();
    let file = sources.add("collect/plan.yaml", text);
    plan::read(file, text).1.into_iter().map(|problem| problem.message).collect()
}

/// The whole plans in the manual, and those that begin with `sources`.
fn plans_of_the_manual() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let pages = files_under(&root().join("docs"), &["md"]);
    for path in pages.into_iter().chain([root().join("README.md")]) {
        let text = fs::read_to_string(&path).unwrap();
        for block in text.split("```yaml\n").skip(1) {
            let block = block.split("```").next().unwrap_or_default();
            let has = |key: &str| block.lines().any(|line| line.starts_with(key));
            if !has("sources:") {
                continue;
            }
            let mut plan = block.to_owned();
            if !has("workflow:") {
                plan.push_str("workflow: w\n");
            }
            if !has("fields:") {
                plan.push_str("fields: {}\n");
            }
            found.push((relative(&path), plan));
        }
    }
    found
}

#[test]
fn the_schema_takes_the_plans_of_the_manual() {
    let schema = validator(&common());
    let plans = plans_of_the_manual();
    for (page, plan) in &plans {
        assert_eq!((breaches(&schema, plan), problems(plan)), (Vec::new(), Vec::new()), "{page}:\n{plan}");
    }
    assert!(plans.len() >= 9, "only {} plans were found", plans.len());
}

/// Every kind of source, and every way to take something.
const WHOLE: &str = r#"workflow: support-replies
timezone: UTC
window: since last snapshot
sources:
  evals:
    promptfoo: evals/results.json
    provider: replies
    id: description
    errors: dropped up to 5%
    also_errors: { http_status: 400 to 599, reason: '^Custom function threw error', output: '^\[ERROR\]' }
    repeats: refused
    cached: no latency
  edits: { inspect: evals/*.eval, task: support_replies, epochs: worst }
  cases: { deepeval: results/test_run_*.json, repeats: newest }
  drift: { evidently: drift/report.json, undated: accepted }
  calls: { otlp: traces/spans.jsonl, key: [trace, id] }
  prom: { prometheus: 'https://prometheus.example.com', token: { env: PROM_TOKEN }, timeout: 30 s, retries: 2 }
  survey:
    csv: surveys/ratings.csv
    encoding: utf-8
    decimal: '.'
    delimiter: tab
    at: { column: Timestamp, format: '%Y-%m-%d %H:%M', timezone: Europe/Berlin }
    key: [User, Output]
    repeats: newest
    empty: ['', n/a, 0]
  more: { tsv: a.tsv, at: Day }
  plain: { json: a.json, rows: data.items, undated: refused }
  lines: { jsonl: a.jsonl, key: id }
  sheet: { xlsx: a.xlsx, sheet: Week 47 }
  columns: { parquet: a.parquet, empty: '-' }
  other: { jq: a.json, filter: '.results[]' }
  runs: { mlflow: 'https://mlflow.example.com:5055/x', experiment: replies, run: 06d344 }
  exported: { mlflow: a.csv, run: 06d344, undated: accepted }
  usage: { postgres: { env: USAGE_DATABASE_URL }, timeout: 1 min }
  small: { sqlite: data/usage.db }
fields:
  evals: { from: evals, each: { id: id, passed: passed } }
  eval_run.planned: { from: evals, count: planned }
  outputs: { from: edits, each: { id: id, edit_time: { column: scores.edit_time, unit: '%' } } }
  notes: { from: survey, each: Note, where: { Kind: free, Week: 47 } }
  mean: { from: drift, value: MeanValue(column=edit_time), unit: s }
  latency_p95: { from: prom, quantile: 95%, unit: s, buckets: 'sum by (le) (increase(x_bucket[$window]))' }
  error_rate: { from: prom, part: a, whole: b, absent_part: 0 }
  uptime: { from: prom, part: a, whole: b, expected: { every: 10 min, at least: 95% } }
  active: { from: prom, query: 'max(active)' }
  light: { from: runs, metric: share_light }
  adoption: { from: usage, sql: 'select 1 as part, 2 as whole where :start < :end' }
  users: { from: small, sql: 'select id from users', each: { id: id } }
"#;

#[test]
fn the_schema_takes_what_a_plan_can_say_and_refuses_slips() {
    let schema = validator(&common());
    assert_eq!((breaches(&schema, WHOLE), problems(WHOLE)), (Vec::new(), Vec::new()));
    for (right, wrong) in [
        ("workflow: support-replies\n", ""),
        ("workflow: support-replies\n", "workflow: [a]\n"),
        ("window: since last snapshot", "window: since forever"),
        ("window: since last snapshot", "window: 0 days"),
        ("window: since last snapshot", "windw: 1 week"),
        ("promptfoo: evals/results.json", "promptfo: evals/results.json"),
        ("promptfoo: evals/results.json", "promptfoo: ../results.json"),
        ("promptfoo: evals/results.json", "promptfoo: /results.json"),
        ("promptfoo: evals/results.json", "promptfoo: 'C:\\results.json'"),
        ("provider: replies", "sheet: replies"),
        ("provider: replies", "csv: a.csv"),
        ("dropped up to 5%", "dropped up to 500%"),
        ("dropped up to 5%", "dropped"),
        ("http_status: 400 to 599", "http_status: bad"),
        ("http_status: 400 to 599", "status: 400 to 599"),
        ("repeats: refused", "repeats: best"),
        ("cached: no latency", "cached: yes"),
        ("epochs: worst", "epochs: mean"),
        ("token: { env: PROM_TOKEN }", "token: abc123"),
        ("token: { env: PROM_TOKEN }", "token: { env: 'PROM TOKEN' }"),
        ("token: { env: PROM_TOKEN }", "token: {}"),
        ("'https://prometheus.example.com'", "'https://ana:secret@prometheus.example.com'"),
        ("'https://prometheus.example.com'", "'https://prometheus.example.com/?token=x'"),
        ("'https://prometheus.example.com'", "prometheus.example.com"),
        ("timeout: 30 s", "timeout: 30"),
        ("retries: 2", "retries: 11"),
        ("retries: 2", "retries: -1"),
        ("postgres: { env: USAGE_DATABASE_URL }", "postgres: 'postgres://u:p@h/d'"),
        ("decimal: '.'", "decimal: dot"),
        ("delimiter: tab", "delimiter: ' '"),
        ("column: Timestamp, ", ""),
        ("undated: accepted", "undated: true"),
        (", filter: '.results[]'", ""),
        (", experiment: replies", ""),
        ("from: evals, count: planned", "count: planned"),
        ("from: evals, count: planned", "from: evals"),
        ("from: evals, count: planned", "from: evals, count: planned, each: id"),
        ("quantile: 95%, ", ""),
        ("quantile: 95%", "quantile: 0.95"),
        ("whole: b, absent_part", "absent_part"),
        ("absent_part: 0", "absent_part: none"),
        (", at least: 95%", ""),
        ("every: 10 min", "every: often"),
        ("column: scores.edit_time, ", ""),
        ("each: { id: id, passed: passed }", "each: {}"),
        ("query: 'max(active)'", "query: 'max(active)', where: { a: b }"),
        ("metric: share_light", "metric: share_light, absent_part: 0"),
    ] {
        assert!(WHOLE.contains(right), "{right}");
        let plan = WHOLE.replacen(right, wrong, 1);
        assert!(!breaches(&schema, &plan).is_empty(), "the schema takes {wrong}");
        assert!(!problems(&plan).is_empty(), "the program takes {wrong}");
    }
}

/// The settings of each kind of source by the schema; a kind may have several forms.
fn settings_by_the_schema(schema: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (name, source) in schema["$defs"].as_object().unwrap() {
        if !name.starts_with("source_") {
            continue;
        }
        let kind = source["required"][0].as_str().unwrap();
        let properties = source["properties"].as_object().unwrap();
        found.extend(properties.keys().filter(|key| *key != kind).map(|key| (kind.to_owned(), key.clone())));
    }
    found
}

#[test]
fn each_kind_of_source_has_the_settings_that_the_schema_says() {
    let said = settings_by_the_schema(&common());
    let kinds: BTreeSet<&String> = said.iter().map(|(kind, _)| kind).collect();
    let settings: BTreeSet<&String> = said.iter().map(|(_, setting)| setting).collect();
    assert_eq!((kinds.len(), settings.len()), (16, 24));
    for kind in &kinds {
        for setting in &settings {
            let plan =
                format!("workflow: w\nsources: {{ s: {{ {kind}: x, {setting}: x }} }}\nfields: {{}}\n");
            let refused = problems(&plan).iter().any(|problem| problem.contains(" is not a setting of "));
            let is_said = said.contains(&((*kind).clone(), (*setting).clone()));
            assert_eq!(!refused, is_said, "`{setting}` of {kind}");
        }
    }
}

const POLICY: &str = "snapshot every 1 week {
  latency: duration \"How long an answer takes\"
  eval_run { planned: count, owner: text standing }
  evals: list of { id: text key, passed: bool }
  notes: list of text
}
policy p { rule r { require latency < 3 s else hold } }
";

#[test]
fn the_printed_schema_knows_the_fields() {
    let repo = Repo::new()
        .file("tollgate.yaml", "policies: [p.gate]\n")
        .file("p.gate", POLICY)
        .file("rollouts/w/2026-11-20.yaml", "workflow: w\ndate: 2026-11-20\n");
    let run = repo.run(&["schema", "collect"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let printed = run.json();
    let latency = &printed["properties"]["fields"]["properties"]["latency"]["description"];
    assert_eq!(latency, "How long an answer takes (duration)");
    let schema = validator(&printed);
    let plan = |field: &str| {
        let source = "e: { promptfoo: a.json }";
        format!("workflow: w\nsources: {{ {source} }}\nfields: {{ {field} }}\n")
    };
    for good in [
        "latency: { from: e, value: latency }",
        "eval_run.planned: { from: e, count: planned }",
        "evals: { from: e, each: { id: id, passed: { column: passed } } }",
        "notes: { from: e, each: output }",
    ] {
        assert_eq!(breaches(&schema, &plan(good)), [""; 0], "{good}");
    }
    for bad in [
        "latencyy: { from: e, value: latency }",
        "latency: { from: e, each: { id: id } }",
        "latency: { from: e }",
        "date: { from: e, value: latency }",
        "eval_run: { from: e, value: latency }",
        "eval_run.plan: { from: e, count: planned }",
        "evals: { from: e, each: { id: id, pased: passed } }",
        "evals: { from: e, each: { passed: passed } }",
        "evals: { from: e, each: id }",
        "notes: { from: e, each: { id: id } }",
    ] {
        assert!(!breaches(&schema, &plan(bad)).is_empty(), "{bad}");
        repo.write("collect/w.yaml", plan(bad));
        assert_eq!(repo.run(&["collect", "--date", "2026-11-27"]).code, 2, "{bad}");
    }
}

#[test]
fn a_repository_without_fields_of_its_own_has_a_schema_too() {
    let printed = run_in(&root().join("examples/support-desk"), &["schema", "collect"]).json();
    let fields = printed["properties"]["fields"]["properties"].as_object().unwrap();
    assert!(fields.len() > 10 && !fields.contains_key("workflow") && !fields.contains_key("stage"));
}

/// The blocks of a kind on a page.
fn blocks(page: &str, kind: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let fence = format!("```{kind}\n");
    text.split(&fence).skip(1).map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_first_plan_of_the_manual_does_what_it_says() {
    let page = "docs/measuring.md";
    let first = |kind: &str, with: &str| {
        blocks(page, kind).into_iter().find(|block| block.contains(with)).unwrap_or_else(|| panic!("{with}"))
    };
    let repo = Repo::new();
    assert_eq!(repo.run(&["init", ".", "--workflow", "replies", "--date", "2026-11-20"]).code, 0);
    repo.write("surveys/ratings.csv", first("csv", "Timestamp,"));
    repo.write("collect/replies.yaml", first("yaml", "surveys/ratings.csv"));
    let shown = first("text", "$ tollgate collect");
    let mut lines = shown.lines();
    let command = lines.next().unwrap().strip_prefix("$ tollgate ").unwrap();
    let run = repo.run(&command.split(' ').collect::<Vec<_>>());
    assert_eq!((run.code, &*run.err), (0, ""), "{}", run.out);
    let mut printed = run.out.lines();
    for line in lines.filter(|line| *line != "…") {
        assert!(printed.any(|other| other == line), "not in this order: {line}\n{}", run.out);
    }
    // Written and judged, it is what the sources give, until somebody edits it.
    let snapshot = "rollouts/replies/2026-11-27.yaml";
    assert_eq!(repo.run(&["collect", "--date", "2026-11-27", "--write"]).code, 0);
    assert_eq!(repo.run(&["collect", "--check"]).code, 0);
    repo.edit(snapshot, "score: 5", "score: 4");
    let edited = repo.run(&["collect", "--check"]);
    assert!(edited.code == 1 && edited.err.contains("T810"), "{}{}", edited.out, edited.err);
    assert_eq!(repo.run(&["collect", "--write", "--force", "ratings"]).code, 0);
    assert!(repo.read(snapshot).contains("score: 5"));
    // What is refused in a plan is refused before anything is read.
    repo.append("collect/replies.yaml", "  satisfaction: { from: survy, value: User }\n");
    repo.remove("surveys/ratings.csv");
    let refused = repo.run(&["collect"]);
    assert!(refused.code == 2 && !refused.err.contains("ratings.csv"), "{}", refused.err);
    assert!(refused.err.contains("did you mean `survey`?"), "{}", refused.err);
}
