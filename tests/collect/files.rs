//! Every result file of `tests/sources/` through the whole command: the right values of its README come out, or the file is
//! refused with what to give instead.

use std::collections::BTreeSet;

use super::{collect, fixture, flat, plan, repo, written};
use crate::support::{Repo, files_under, root};

/// A file whose values are right.
struct Right {
    file: &'static str,
    /// Its kind and options; `FILE` is where it lies.
    source: &'static str,
    fields: &'static str,
    /// How many of the cases passed, failed, and are unknown.
    verdicts: [usize; 3],
    /// What is in the snapshot.
    says: &'static [&'static str],
    /// What a tool says that is wrong.
    never: &'static [&'static str],
}

/// A file that is not taken.
struct Wrong {
    file: &'static str,
    source: &'static str,
    fields: &'static str,
    code: i32,
    message: &'static str,
    help: &'static str,
}

const PROMPTFOO: &str = "promptfoo: FILE, id: description";
const THREW: &str =
    "promptfoo: FILE, id: description, also_errors: { reason: '^Custom function threw error' }";
const HTTP: &str = "promptfoo: FILE, id: description, also_errors: { http_status: 400 to 599 }";
const PASSED: &str = "cases: { from: s, each: { id: id, passed: passed } }";
const COUNTS: &str = "cases: { from: s, each: { id: id, passed: passed } }
    planned: { from: s, count: planned }
    passed: { from: s, count: passed }
    failed: { from: s, count: failed }
    errors: { from: s, count: errors }
    not_run: { from: s, count: not_run }";
const COSTS: &str = "cases: { from: s, each: { id: id, passed: passed, took: latency, cost: cost } }
    cost: { from: s, value: cost }";
const TIMES: &str = "cases: { from: s, each: { id: id, passed: passed, share: scores.edit_time } }";
const NO_CASES: [usize; 3] = [0, 0, 0];

const RIGHT: &[Right] = &[
    // promptfoo counts 4, 5 and 3.
    Right {
        file: "promptfoo/results.json",
        source: THREW,
        fields: COUNTS,
        verdicts: [4, 4, 4],
        says: &[
            "planned: 12\n",
            "passed: 4\n",
            "failed: 4\n",
            "errors: 4\n",
            "not_run: 0\n",
            "- { id: r09, passed: null }",
            "4 of 12 ended in an error of the harness",
            "tool: promptfoo 0.121.20",
        ],
        never: &["failed: 5", "errors: 3"],
    },
    Right {
        file: "promptfoo/results.json",
        source: THREW,
        fields: COSTS,
        verdicts: [4, 4, 4],
        says: &["cost: 0.0189 USD\n", "took: 640 ms", "{ id: r09, passed: null, took: null, cost: null }"],
        never: &["took: 0 ms", "cost: 0 USD"],
    },
    Right {
        file: "promptfoo/results.jsonl",
        source: "promptfoo: FILE, id: description, undated: accepted, also_errors: { reason: '^Custom function threw error' }",
        fields: COUNTS,
        verdicts: [4, 4, 4],
        says: &["planned: null\n", "passed: 4\n", "declared: true"],
        never: &["failed: 5"],
    },
    Right {
        file: "promptfoo/clean.json",
        source: PROMPTFOO,
        fields: COSTS,
        verdicts: [3, 0, 0],
        says: &["cost: 0.0063 USD\n"],
        never: &["unknown:"],
    },
    Right {
        file: "promptfoo/partial.json",
        source: PROMPTFOO,
        fields: COUNTS,
        verdicts: [4, 0, 8],
        says: &["planned: 12\n", "not_run: 8\n", "8 of 12 were planned and not run"],
        never: &["planned: 4"],
    },
    Right {
        file: "promptfoo/matrix.json",
        source: "promptfoo: FILE, id: vars.question, provider: replies-a, prompt: PROMPT",
        fields: PASSED,
        verdicts: [1, 1, 0],
        says: &[],
        never: &["unknown:"],
    },
    Right {
        file: "promptfoo/http-first.json",
        source: HTTP,
        fields: "cases: { from: s, each: { id: id, passed: passed, took: latency } }",
        verdicts: [2, 0, 2],
        says: &["took: 277 ms", "2 of 4 ended in an error of the harness"],
        never: &["passed: false"],
    },
    Right {
        file: "promptfoo/http-cached.json",
        source: HTTP,
        fields: "cases: { from: s, each: { id: id, passed: passed, took: latency } }",
        verdicts: [2, 0, 2],
        says: &["{ id: r01, passed: true, took: null }"],
        never: &["277", "292", "passed: false"],
    },
    Right {
        file: "promptfoo/server-down.json",
        source: PROMPTFOO,
        fields: COUNTS,
        verdicts: [0, 0, 4],
        says: &["errors: 4\n", "passed: 0\n", "connect ECONNREFUSED"],
        never: &["passed: false"],
    },
    // Inspect's accuracy is 3 of 7: it scores a sample that erred.
    Right {
        file: "inspect/errors.json",
        source: "inspect: FILE",
        fields: TIMES,
        verdicts: [3, 3, 2],
        says: &[
            "share: 4%",
            "share: 10%",
            "share: 0%",
            "share: 20%",
            "share: 60%",
            "share: 90%",
            "tool: Inspect 0.3.285",
        ],
        never: &["{ id: r08, passed: false", "{ id: r07, passed: false"],
    },
    #[cfg(feature = "inspect-eval")]
    Right {
        file: "inspect/errors.eval",
        source: "inspect: FILE",
        fields: TIMES,
        verdicts: [3, 3, 2],
        says: &["share: 4%", "share: 90%", "2 of 8 ended in an error of the harness"],
        never: &["{ id: r08, passed: false"],
    },
    Right {
        file: "inspect/score-on-error.json",
        source: "inspect: FILE",
        fields: PASSED,
        verdicts: [3, 3, 2],
        says: &["2 of 8 ended in an error of the harness"],
        never: &[],
    },
    Right {
        file: "inspect/epochs.json",
        source: "inspect: FILE, epochs: worst",
        fields: PASSED,
        verdicts: [3, 2, 0],
        says: &[],
        never: &["unknown:"],
    },
    Right {
        file: "inspect/judged.json",
        source: "inspect: FILE",
        fields: PASSED,
        verdicts: [3, 0, 3],
        says: &[],
        never: &["passed: false"],
    },
    Right {
        file: "inspect/nan.json",
        source: "inspect: FILE",
        fields: TIMES,
        verdicts: [3, 2, 0],
        says: &["share: 4%", "share: null"],
        never: &["NaN%"],
    },
    Right {
        file: "inspect/limit.json",
        source: "inspect: FILE",
        fields: COUNTS,
        verdicts: [3, 0, 5],
        says: &["planned: 8\n", "not_run: 5\n", "5 of 8 were planned and not run"],
        never: &["planned: 3"],
    },
    Right {
        file: "inspect/timelimit.json",
        source: "inspect: FILE",
        fields: PASSED,
        verdicts: [0, 0, 4],
        says: &["it was cut off by a limit: time"],
        never: &["passed: false"],
    },
    // The right ones of a run that stopped or was killed are still right; the rest is unknown.
    Right {
        file: "inspect/stopped.json",
        source: "inspect: FILE",
        fields: PASSED,
        verdicts: [3, 3, 2],
        says: &["2 of 8 ended in an error of the harness"],
        never: &[],
    },
    Right {
        file: "inspect/killed.json",
        source: "inspect: FILE",
        fields: COUNTS,
        verdicts: [3, 0, 3],
        says: &["planned: 6\n", "3 of 6 were planned and not run"],
        never: &["planned: 3"],
    },
    // DeepEval counts 2 and 5.
    Right {
        file: "deepeval/errors.json",
        source: "deepeval: FILE, undated: accepted",
        fields: COUNTS,
        verdicts: [2, 3, 2],
        says: &["passed: 2\n", "failed: 3\n", "errors: 1\n", "429 Too Many Requests"],
        never: &["failed: 5"],
    },
    Right {
        file: "deepeval/pytest.json",
        source: "deepeval: FILE, undated: accepted",
        fields: PASSED,
        verdicts: [2, 3, 2],
        says: &["1 of 7 ended in an error of the harness"],
        never: &[],
    },
    Right {
        file: "deepeval/skipped.json",
        source: "deepeval: FILE, undated: accepted",
        fields: COUNTS,
        verdicts: [2, 2, 2],
        says: &["planned: null\n"],
        never: &["planned: 6", "planned: 7"],
    },
    Right {
        file: "deepeval/clean.json",
        source: "deepeval: FILE, undated: accepted",
        fields: PASSED,
        verdicts: [2, 0, 0],
        says: &["declared: true"],
        never: &["unknown:"],
    },
    Right {
        file: "deepeval/latest_test_run.json",
        source: "deepeval: FILE, undated: accepted",
        fields: PASSED,
        verdicts: [2, 0, 0],
        says: &["declared: true"],
        never: &["unknown:"],
    },
    Right {
        file: "evidently/report.json",
        source: "evidently: FILE, undated: accepted",
        fields: "cases: { from: s, each: { id: id, passed: passed } }
            share: { from: s, value: 'MeanValue(column=edit_time)' }
            number: { from: s, value: 'MissingValueCount(column=edit_time).count' }",
        verdicts: [3, 5, 0],
        says: &["share: 16.24641360216995%\n", "number: 5\n"],
        never: &[],
    },
    Right {
        file: "evidently/empty.json",
        source: "evidently: FILE, undated: accepted",
        fields: "share: { from: s, value: 'MeanValue(column=edit_time)' }",
        verdicts: NO_CASES,
        says: &["share: null\n", "the value is NaN"],
        never: &["share: 0"],
    },
    Right {
        file: "otel/spans.otlp.jsonl",
        source: "otlp: FILE",
        fields: "cases: { from: s, each: { id: id, took: duration } }
            planned: { from: s, count: calls }
            errors: { from: s, count: errors }
            number: { from: s, count: tokens }",
        verdicts: NO_CASES,
        says: &[
            "planned: 5\n",
            "errors: 2\n",
            "number: 360\n",
            "took: 640 ms",
            "took: 900 ms",
            "took: 700 ms",
            "took: null",
        ],
        never: &[],
    },
    Right {
        file: "mlflow/metrics-table.csv",
        source: "mlflow: FILE, run: 06d344c71a9c4e0693365cf862274581, undated: accepted",
        fields: "share: { from: s, metric: share_light }
            took: { from: s, metric: latency_p95_s, unit: s }",
        verdicts: NO_CASES,
        says: &["share: null\n", "took: 1.0 s\n"],
        never: &["share: 0", "share: 80%"],
    },
    Right {
        file: "tables/ratings.csv",
        source: "csv: FILE, at: { column: Timestamp, format: '%Y-%m-%d %H:%M' }, key: [User, Output], repeats: newest, empty: ['', n/a]",
        fields: "cases: { from: s, each: { id: User, score: 'How useful was it? (1-5)' }, where: { User: u03 } }",
        verdicts: NO_CASES,
        says: &["- { id: u03, score: 2 }"],
        never: &["score: 6", "score: 0"],
    },
    Right {
        file: "tables/ratings.tsv",
        source: "tsv: FILE, at: { column: Timestamp, format: '%Y-%m-%d %H:%M' }, key: [User, Timestamp]",
        fields: "planned: { from: s, count: rows }",
        verdicts: NO_CASES,
        says: &["planned: 5\n"],
        never: &[],
    },
    #[cfg(feature = "xlsx")]
    Right {
        file: "tables/ratings.xlsx",
        source: "xlsx: FILE, sheet: Form responses 1, at: Timestamp, key: [User, Timestamp], empty: ['', n/a]",
        fields: "planned: { from: s, count: rows }",
        verdicts: NO_CASES,
        says: &["planned: 8\n"],
        never: &["planned: 9"],
    },
    #[cfg(feature = "parquet")]
    Right {
        file: "tables/replies.parquet",
        source: "parquet: FILE, undated: accepted",
        fields: "cases: { from: s, each: { id: id, share: edit_time, cost: { column: cost, unit: USD } } }",
        verdicts: NO_CASES,
        says: &[
            "share: 4%, cost: 0.0021 USD",
            "{ id: r02, cost: 0.0030 USD }",
            "{ id: r03, share: null }",
            "1 of 3 without `share`: the value is NaN",
        ],
        never: &["share: 0", "share: NaN"],
    },
    #[cfg(feature = "parquet")]
    Right {
        file: "tables/replies.snappy.parquet",
        source: "parquet: FILE, undated: accepted",
        fields: "cases: { from: s, each: { id: id, share: edit_time } }",
        verdicts: NO_CASES,
        says: &["share: 4%", "share: null"],
        never: &["share: 0", "share: NaN"],
    },
    #[cfg(feature = "sqlite")]
    Right {
        file: "sql/usage.db",
        source: "sqlite: FILE",
        fields: "share: { from: s, sql: \"with week as (select user_id, count(distinct date(at)) as days from runs where at >= :start and at < :end group by user_id) select count(*) filter (where days >= 3) as part, (select count(*) from users where stage = 'expanded') as whole from week\" }",
        verdicts: NO_CASES,
        says: &["share: 8 of 12\n"],
        never: &[],
    },
    #[cfg(feature = "jq")]
    Right {
        file: "promptfoo/clean.json",
        source: "jq: FILE, filter: '.results.results[] | {id: .testCase.description, passed: .success}', undated: accepted",
        fields: PASSED,
        verdicts: [3, 0, 0],
        says: &["declared: true"],
        never: &["unknown:"],
    },
];

const WRONG: &[Wrong] = &[
    Wrong {
        file: "promptfoo/results.csv",
        source: PROMPTFOO,
        fields: PASSED,
        code: 2,
        message: "CSV export",
        help: "promptfoo eval -o results.json",
    },
    Wrong {
        file: "promptfoo/results.yaml",
        source: PROMPTFOO,
        fields: PASSED,
        code: 2,
        message: "YAML export",
        help: "promptfoo eval -o results.json",
    },
    Wrong {
        file: "promptfoo/results.junit.xml",
        source: PROMPTFOO,
        fields: PASSED,
        code: 2,
        message: "JUnit XML export",
        help: "promptfoo eval -o results.json",
    },
    Wrong {
        file: "promptfoo/server-down.junit.xml",
        source: PROMPTFOO,
        fields: PASSED,
        code: 2,
        message: "JUnit XML export",
        help: "promptfoo eval -o results.json",
    },
    Wrong {
        file: "promptfoo/results.jsonl",
        source: PROMPTFOO,
        fields: PASSED,
        code: 2,
        message: "does not say when it was made",
        help: "undated: accepted",
    },
    Wrong {
        file: "promptfoo/matrix.json",
        source: PROMPTFOO,
        fields: PASSED,
        code: 2,
        message: "the file has several providers: `replies-a`, `replies-b`",
        help: "say which one counts: `provider: NAME`",
    },
    Wrong {
        file: "inspect/header-only.json",
        source: "inspect: FILE",
        fields: PASSED,
        code: 2,
        message: "the log has totals alone, and no samples",
        help: "--header-only",
    },
    Wrong {
        file: "inspect/nosamples.json",
        source: "inspect: FILE",
        fields: PASSED,
        code: 2,
        message: "the log has totals alone, and no samples",
        help: "--no-log-samples",
    },
    Wrong {
        file: "inspect/epochs.json",
        source: "inspect: FILE",
        fields: PASSED,
        code: 2,
        message: "`r01` is there twice",
        help: "epochs: worst",
    },
    Wrong {
        file: "deepeval/deepeval-cache.json",
        source: "deepeval: FILE, undated: accepted",
        fields: PASSED,
        code: 2,
        message: "this is DeepEval's cache, and not a run",
        help: "DEEPEVAL_RESULTS_FOLDER",
    },
    Wrong {
        file: "deepeval/latest_test_run.json",
        source: "deepeval: FILE",
        fields: PASSED,
        code: 2,
        message: "does not say when it was made",
        help: "undated: accepted",
    },
    Wrong {
        file: "deepeval/errors.json",
        source: "deepeval: FILE",
        fields: PASSED,
        code: 2,
        message: "does not say when it was made",
        help: "undated: accepted",
    },
    Wrong {
        file: "evidently/report.json",
        source: "evidently: FILE",
        fields: PASSED,
        code: 2,
        message: "does not say when it was made",
        help: "undated: accepted",
    },
    Wrong {
        file: "tables/ratings.csv",
        source: "csv: FILE, at: { column: Timestamp, format: '%Y-%m-%d %H:%M' }, key: [User, Output], empty: ['', n/a]",
        fields: "cases: { from: s, each: { id: User, score: 'How useful was it? (1-5)' } }",
        code: 2,
        message: "is there twice",
        help: "`repeats: newest` or `repeats: worst`",
    },
    // Not 5 and not 6: unknown, and told.
    Wrong {
        file: "tables/ratings.csv",
        source: "csv: FILE, at: { column: Timestamp, format: '%Y-%m-%d %H:%M' }, key: [User, Output], repeats: newest, empty: ['', n/a]",
        fields: "cases: { from: s, each: { id: Timestamp, score: 'How useful was it? (1-5)' } }",
        code: 1,
        message: "error[T808]: a value of the source does not fit",
        help: "it is unknown in the snapshot",
    },
    Wrong {
        file: "tables/ratings.semicolon.csv",
        source: "csv: FILE, delimiter: ';', decimal: ',', at: { column: Zeitstempel, format: '%d.%m.%Y %H:%M' }",
        fields: "cases: { from: s, each: { id: Nutzer, score: Bewertung } }",
        code: 2,
        message: "UTF-8",
        help: "encoding: windows-1252",
    },
    Wrong {
        file: "tables/ratings.semicolon.csv",
        source: "csv: FILE, delimiter: ';', decimal: ',', encoding: windows-1252, at: { column: Zeitstempel, format: '%d.%m.%Y %H:%M' }",
        fields: "cases: { from: s, each: { id: Nutzer, score: Bewertung } }",
        code: 1,
        message: "1234.5",
        help: "it is unknown in the snapshot",
    },
    Wrong {
        file: "tables/replies.jsonl",
        source: "jsonl: FILE, at: at",
        fields: "cases: { from: s, each: { id: id, share: edit_time } }",
        code: 2,
        message: "cannot be read",
        help: "cut off",
    },
    Wrong {
        file: "mlflow/metrics-table.csv",
        source: "mlflow: FILE, undated: accepted",
        fields: "share: { from: s, metric: share_light }",
        code: 2,
        message: "the table has the metrics of",
        help: "choose the one that finished",
    },
    #[cfg(not(feature = "inspect-eval"))]
    Wrong {
        file: "inspect/errors.eval",
        source: "inspect: FILE",
        fields: PASSED,
        code: 2,
        message: "built without what reads this source",
        help: "cargo install tollgate --features inspect-eval",
    },
    #[cfg(not(feature = "xlsx"))]
    Wrong {
        file: "tables/ratings.xlsx",
        source: "xlsx: FILE, undated: accepted",
        fields: "planned: { from: s, count: rows }",
        code: 2,
        message: "built without what reads this source",
        help: "cargo install tollgate --features xlsx",
    },
    #[cfg(not(feature = "parquet"))]
    Wrong {
        file: "tables/replies.parquet",
        source: "parquet: FILE, undated: accepted",
        fields: "planned: { from: s, count: rows }",
        code: 2,
        message: "built without what reads this source",
        help: "cargo install tollgate --features parquet",
    },
    #[cfg(not(feature = "parquet"))]
    Wrong {
        file: "tables/replies.snappy.parquet",
        source: "parquet: FILE, undated: accepted",
        fields: "planned: { from: s, count: rows }",
        code: 2,
        message: "built without what reads this source",
        help: "cargo install tollgate --features parquet",
    },
    #[cfg(not(feature = "sqlite"))]
    Wrong {
        file: "sql/usage.db",
        source: "sqlite: FILE",
        fields: "planned: { from: s, sql: 'select count(*) from runs' }",
        code: 2,
        message: "built without what reads this source",
        help: "cargo install tollgate --features sqlite",
    },
    #[cfg(not(feature = "jq"))]
    Wrong {
        file: "promptfoo/clean.json",
        source: "jq: FILE, filter: '.results.results[]', undated: accepted",
        fields: "planned: { from: s, count: rows }",
        code: 2,
        message: "built without what reads this source",
        help: "cargo install tollgate --features jq",
    },
];

/// A repository that collects from one file.
fn with(file: &str, source: &str, fields: &str) -> Repo {
    let (_, name) = file.rsplit_once('/').unwrap();
    let place = format!("data/{name}");
    let source = source.replace("FILE", &place).replace("PROMPT", prompt());
    repo(&plan(&source, fields)).file(&place, fixture(file))
}

/// One of the two prompts of `matrix.json`.
fn prompt() -> &'static str {
    "'Answer in one sentence: {{question}}'"
}

impl Right {
    /// What is wrong with what is collected from it.
    fn problems(&self) -> Vec<String> {
        let repo = with(self.file, self.source, self.fields);
        let (code, said, snapshot) = written(&repo, &[]);
        let mut problems = Vec::new();
        if code != 0 {
            problems.push(format!("exit code {code}"));
        }
        let verdicts = ["passed: true", "passed: false", "passed: null"]
            .map(|verdict| snapshot.matches(verdict).count());
        if verdicts != self.verdicts {
            problems.push(format!("{verdicts:?} pass, fail and are unknown"));
        }
        let missing = self.says.iter().filter(|text| !snapshot.contains(**text));
        problems.extend(missing.map(|text| format!("`{text}` is missing")));
        let wrong = self.never.iter().filter(|text| snapshot.contains(**text));
        problems.extend(wrong.map(|text| format!("`{text}` is there")));
        // The snapshot is sound, and collecting again changes nothing of it.
        let again = written(&repo, &[]);
        if (again.0, &again.2) != (0, &snapshot) {
            problems.push(format!("another time it is another snapshot: {}", again.1));
        }
        let checked = repo.run(&["check", "--as-of", super::DAY, "--format", "json"]).json();
        if checked["diagnostics"].as_array().is_none_or(|found| !found.is_empty()) {
            problems.push(format!("`tollgate check` complains: {}", checked["diagnostics"]));
        }
        if !problems.is_empty() {
            problems.insert(0, format!("\n{} by {}:\n{said}{snapshot}", self.file, self.source));
        }
        problems
    }
}

impl Wrong {
    /// What is wrong with how it is refused.
    fn problems(&self) -> Vec<String> {
        let (code, said) = collect(&with(self.file, self.source, self.fields), &[]).said();
        let text = flat(&said);
        if code == self.code && text.contains(self.message) && text.contains(self.help) {
            return Vec::new();
        }
        let wanted = (self.code, self.message, self.help);
        vec![format!(
            "\n{} by {}: {wanted:?} is wanted, and not exit {code} and\n{said}",
            self.file, self.source
        )]
    }
}

#[test]
fn the_right_values_come_out() {
    let problems: Vec<String> = RIGHT.iter().flat_map(Right::problems).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn other_files_are_refused_with_what_to_give_instead() {
    let problems: Vec<String> = WRONG.iter().flat_map(Wrong::problems).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_folder_of_mlflow_is_refused() {
    let repo = repo(&plan("mlflow: mlruns", "share: { from: s, metric: share_light }"));
    repo.write("mlruns/0/meta.yaml", "name: Default\n");
    let (code, said) = collect(&repo, &[]).said();
    assert_eq!(code, 2, "{said}");
    assert!(flat(&said).contains("`mlruns` is a folder"), "{said}");
    assert!(said.contains("help: "), "{said}");
}

/// A file that is put there without a case is noticed. What servers answer is in `servers.rs`.
#[test]
fn every_result_file_has_a_case() {
    let folder = root().join("tests/sources");
    let cases: BTreeSet<&str> =
        RIGHT.iter().map(|case| case.file).chain(WRONG.iter().map(|case| case.file)).collect();
    let endings = ["json", "jsonl", "csv", "tsv", "yaml", "xml", "xlsx", "parquet", "db", "eval"];
    for path in files_under(&folder, &endings) {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
        let of_a_server = name.starts_with("prometheus/") || name.starts_with("mlflow/rest-");
        // Recordings and small repositories are what other tests collect with.
        let is_other = name.contains("/recorded/") || name.contains("/repository/");
        assert!(of_a_server || is_other || cases.contains(&*name), "{name} has no case");
    }
}
