//! Servers: what they answered is collected from recordings in every build, nobody is asked without `--network`, and no secret
//! is printed or written.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{DAY, SNAPSHOT, collect, evals, fixture, flat, plan, repo, written};
use crate::support::{Repo, files_under, root};

const PROMETHEUS: &str = "prometheus: https://prometheus.example.com";
const TOKEN: &str = "hunter2-of-the-environment";

/// Answers of Prometheus, and what is taken of them.
struct Answered {
    /// The queries, and the files that answer them.
    answers: &'static [(&'static str, &'static str)],
    field: &'static str,
    code: i32,
    /// What is in the snapshot; where there is none, what is said.
    says: &'static [&'static str],
}

const ONE: &str = "number: { from: s, query: q }";
const LATENCY: &str = "took: { from: s, query: q, unit: s }";

const ANSWERED: &[Answered] = &[
    Answered { answers: &[("q", "requests-14")], field: ONE, code: 0, says: &["number: 10080\n"] },
    Answered { answers: &[("q", "requests-21")], field: ONE, code: 0, says: &["number: 7200\n"] },
    Answered { answers: &[("q", "requests-28")], field: ONE, code: 0, says: &["number: 10080\n"] },
    Answered { answers: &[("q", "users-28")], field: ONE, code: 0, says: &["number: 12\n"] },
    Answered { answers: &[("q", "one-value")], field: ONE, code: 0, says: &["number: "] },
    Answered { answers: &[("q", "p95-14")], field: LATENCY, code: 0, says: &["took: 1.75 s\n"] },
    Answered {
        answers: &[("q", "p95-21")],
        field: LATENCY,
        code: 0,
        says: &["took: 1.7520833333333332 s\n"],
    },
    Answered { answers: &[("q", "p95-28")], field: LATENCY, code: 0, says: &["took: 2.5 s\n"] },
    Answered { answers: &[("q", "quantile-inf")], field: LATENCY, code: 0, says: &["took: 0.5 s\n"] },
    Answered {
        answers: &[("q", "error-rate-14")],
        field: "share: { from: s, query: q }",
        code: 0,
        says: &["share: 1.9"],
    },
    Answered {
        answers: &[("q", "error-rate-21")],
        field: "share: { from: s, query: q }",
        code: 0,
        says: &["share: 1.01"],
    },
    Answered {
        answers: &[("q", "error-rate-28")],
        field: "share: { from: s, query: q }",
        code: 0,
        says: &["share: 4.99"],
    },
    Answered {
        answers: &[("q", "uptime-14")],
        field: "share: { from: s, query: q }",
        code: 0,
        says: &["share: 100%\n"],
    },
    // What was not scraped was not up: `expected` tells.
    Answered {
        answers: &[("p", "scrapes-21"), ("w", "scrapes-21")],
        field: "share: { from: s, part: p, whole: w, expected: { every: 10 min, at least: 95% } }",
        code: 0,
        says: &["share: null\n", "721 samples"],
    },
    Answered {
        answers: &[("q", "uptime-21")],
        field: "share: { from: s, query: q }",
        code: 0,
        says: &["share: 100%\n"],
    },
    Answered {
        answers: &[("q", "uptime-28")],
        field: "share: { from: s, query: q }",
        code: 0,
        says: &["share: 94.94047619047622%\n"],
    },
    Answered {
        answers: &[("p", "users-28"), ("w", "requests-28")],
        field: "share: { from: s, part: p, whole: w }",
        code: 0,
        says: &["share: 12 of 10080\n"],
    },
    Answered {
        answers: &[("p", "scrapes-28"), ("w", "scrapes-14")],
        field: "share: { from: s, part: p, whole: w }",
        code: 0,
        says: &["share: 1008 of 1009\n"],
    },
    Answered {
        answers: &[("p", "scrapes-14"), ("w", "scrapes-28")],
        field: "share: { from: s, part: p, whole: w }",
        code: 0,
        says: &["share: null\n", "`part` is 1009 and larger than `whole`, 1008"],
    },
    Answered { answers: &[("q", "coverage-14")], field: ONE, code: 0, says: &["number: 1"] },
    Answered { answers: &[("q", "coverage-21")], field: ONE, code: 0, says: &["number: 0.71"] },
    Answered {
        answers: &[("q", "coverage-28")],
        field: ONE,
        code: 0,
        says: &["number: 0.9494047619047619\n"],
    },
    Answered {
        answers: &[("q", "missing-metric")],
        field: ONE,
        code: 0,
        says: &["number: null\n", "no result"],
    },
    Answered { answers: &[("q", "no-code")], field: ONE, code: 0, says: &["number: null\n"] },
    Answered { answers: &[("q", "after-the-end")], field: ONE, code: 0, says: &["number: null\n"] },
    Answered { answers: &[("q", "instant-gap")], field: ONE, code: 0, says: &["number: null\n"] },
    // The part may be empty only while the whole is there.
    Answered {
        answers: &[("p", "no-code"), ("w", "requests-28")],
        field: "share: { from: s, part: p, whole: w, absent_part: 0 }",
        code: 0,
        says: &["share: 0 of 10080\n"],
    },
    Answered {
        answers: &[("p", "no-code"), ("w", "missing-metric")],
        field: "share: { from: s, part: p, whole: w, absent_part: 0 }",
        code: 0,
        says: &["share: null\n"],
    },
    Answered {
        answers: &[("p", "no-code"), ("w", "requests-28")],
        field: "share: { from: s, part: p, whole: w }",
        code: 0,
        says: &["share: null\n"],
    },
    Answered { answers: &[("q", "zero-by-zero")], field: ONE, code: 0, says: &["number: null\n", "NaN"] },
    Answered { answers: &[("q", "negative-div")], field: ONE, code: 0, says: &["number: null\n"] },
    Answered {
        answers: &[("q", "many-series")],
        field: ONE,
        code: 2,
        says: &["2 series, and one is needed"],
    },
    Answered {
        answers: &[("q", "parse-error")],
        field: ONE,
        code: 2,
        says: &["the server does not understand the query"],
    },
    Answered { answers: &[("q", "range-too-many")], field: ONE, code: 2, says: &["the server"] },
    Answered {
        answers: &[("q", "range-p95-daily")],
        field: ONE,
        code: 2,
        says: &["the query gives a matrix, and one number is needed", "increase(…[$window])"],
    },
    Answered {
        answers: &[("q", "range-error-rate-daily")],
        field: ONE,
        code: 2,
        says: &["the query gives a matrix, and one number is needed"],
    },
    Answered {
        answers: &[("q or vector(0)", "or-zero")],
        field: "number: { from: s, query: q or vector(0) }",
        code: 0,
        says: &["number: 0\n"],
    },
];

/// Puts an answer into the recording, under the digest of its question.
fn record(repo: &Repo, path: &str, status: u16, body: &str) {
    record_answer(repo, &json!({ "get": path, "source": "s" }), status, body);
}

fn record_answer(repo: &Repo, question: &Value, status: u16, body: &str) {
    let digest = Sha256::digest(question.to_string().as_bytes());
    let digits: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let text = json!({ "body": body, "question": question, "status": status });
    repo.write(&format!("recorded/s/{digits}.json"), text.to_string());
}

/// A repository with recorded answers of Prometheus.
fn recorded(source: &str, answers: &[(&str, &str)], field: &str) -> Repo {
    let repo = repo(&plan(source, field));
    record(
        &repo,
        "/api/v1/status/buildinfo",
        200,
        std::str::from_utf8(&fixture("prometheus/buildinfo.json")).unwrap(),
    );
    for (query, name) in answers {
        let status = if matches!(*name, "parse-error" | "range-too-many") { 400 } else { 200 };
        let body = String::from_utf8(fixture(&format!("prometheus/{name}.json"))).unwrap();
        let query = query.replace(' ', "%20").replace('(', "%28").replace(')', "%29");
        // The window's end, less a millisecond.
        record(&repo, &format!("/api/v1/query?query={query}&time=1795910399.999"), status, &body);
    }
    repo
}

#[test]
fn answers_of_prometheus_are_replayed_in_every_build() {
    let mut problems = Vec::new();
    for case in ANSWERED {
        let repo = recorded(PROMETHEUS, case.answers, case.field);
        let (code, said, text) = written(&repo, &["--replay", "recorded"]);
        let is_same = code != 0 || written(&repo, &["--replay", "recorded"]).2 == text;
        let is_named = code != 0 || text.contains("tool: prometheus 2.42.0");
        let found = if code == 0 { text } else { flat(&said) };
        let missing: Vec<_> = case.says.iter().filter(|text| !found.contains(**text)).collect();
        if code != case.code || !missing.is_empty() || !is_same || !is_named {
            problems.push(format!("{:?}: exit {code}, missing {missing:?}\n{said}\n{found}", case.answers));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// A file that is put there without a case is noticed. Those of MLflow are asked for in turn, beside their reader.
#[test]
fn every_answer_of_prometheus_has_a_case() {
    let used: BTreeSet<&str> =
        ANSWERED.iter().flat_map(|case| case.answers).map(|(_, name)| *name).chain(["buildinfo"]).collect();
    let folder = root().join("tests/sources/prometheus");
    for path in files_under(&folder, &["json"]) {
        // What lies deeper is a recording, which other tests collect with.
        if path.parent() != Some(folder.as_path()) {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(used.contains(&*name), "{name} has no case");
    }
}

/// Of three runs one finished; its newest `share_light` is NaN, which the list of runs shows as 0.
#[test]
fn answers_of_mlflow_are_replayed_in_every_build() {
    const RUN: &str = "06d344c71a9c4e0693365cf862274581";
    let source = "mlflow: https://mlflow.example.com, experiment: support-replies";
    let fields = "share: { from: s, metric: share_light }\nnumber: { from: s, metric: nosuch }";
    let repo = repo(&plan(source, fields));
    let body = |name: &str| String::from_utf8(fixture(&format!("mlflow/{name}.json"))).unwrap();
    let asked = |path: &str, name: &str| record(&repo, &format!("/api/2.0/mlflow/{path}"), 200, &body(name));
    record(&repo, "/version", 200, "3.17.2");
    asked("experiments/get-by-name?experiment_name=support-replies", "rest-experiment");
    let wanted = json!({
        "experiment_ids": ["1"], "max_results": 200, "order_by": ["attributes.start_time DESC"],
        "run_view_type": "ACTIVE_ONLY",
    });
    let search = json!({ "body": wanted.to_string(), "post": "/api/2.0/mlflow/runs/search", "source": "s" });
    record_answer(&repo, &search, 200, &body("rest-runs-search"));
    asked(&format!("metrics/get-history?run_id={RUN}&metric_key=share_light"), "rest-metric-history");
    asked(&format!("metrics/get-history?run_id={RUN}&metric_key=nosuch"), "rest-metric-nosuch");
    let (code, said, text) = written(&repo, &["--replay", "recorded"]);
    assert_eq!(code, 0, "{said}");
    for wanted in [
        "share: null\n",
        "unknown: the value is NaN",
        "number: null\n",
        "the run `weekly 2026-11-27` has no metric `nosuch`",
        "tool: mlflow 3.17.2",
    ] {
        assert!(text.contains(wanted), "`{wanted}` is missing: {said}\n{text}");
    }
    // A run that is not there is an answer, too: `rest-nosuch-run` has the status in its last line.
    assert!(body("rest-nosuch-run").contains("RESOURCE_DOES_NOT_EXIST"));
    repo.edit(super::PLAN, "experiment: support-replies", "experiment: other");
    let missing = body("rest-nosuch-run");
    let missing = missing.rsplit_once('}').map(|(json, _)| format!("{json}}}")).unwrap();
    record(&repo, "/api/2.0/mlflow/experiments/get-by-name?experiment_name=other", 404, &missing);
    let (code, said, _) = written(&repo, &["--replay", "recorded"]);
    assert_eq!(code, 2, "{said}");
    assert!(flat(&said).contains("the server has no experiment `other`"), "{said}");
}

#[test]
fn an_invented_zero_is_told() {
    let query = "q or vector(0)";
    let repo = recorded(PROMETHEUS, &[(query, "or-zero")], &format!("number: {{ from: s, query: {query} }}"));
    let said = flat(&collect(&repo, &["--replay", "recorded"]).err);
    assert!(said.contains("warning[T811]: `or vector(0)` says 0 where there is no data"), "{said}");
}

#[test]
fn a_recording_answers_only_what_was_asked() {
    let repo = recorded(PROMETHEUS, &[("q", "requests-28")], ONE);
    repo.edit(super::PLAN, "query: q", "query: other");
    let (code, said, text) = written(&repo, &["--replay", "recorded"]);
    assert_eq!((code, &*text), (2, ""), "{said}");
    let said = flat(&said);
    assert!(said.contains("the recording lacks an answer of `s`: `s/"), "{said}");
    assert!(said.contains("record it again: the same command with `--network --record`"), "{said}");
}

#[test]
fn no_server_is_asked_without_being_told_to() {
    let sources = [
        (PROMETHEUS, ONE),
        ("mlflow: https://mlflow.example.com, experiment: e", "number: { from: s, metric: m }"),
        ("postgres: { env: NO_SUCH_DATABASE_URL }", "number: { from: s, sql: 'select 1' }"),
    ];
    for (source, field) in sources {
        let (code, said, text) = written(&repo(&plan(source, field)), &[]);
        assert_eq!((code, &*text), (2, ""), "{said}");
        let said = flat(&said);
        assert!(
            said.contains("error[T806]: `s` is a server, and servers are asked only with `--network`"),
            "{said}"
        );
        assert!(said.contains("add `--network`, or `--replay DIR` to take recorded answers"), "{said}");
    }
}

#[cfg(not(any(feature = "prometheus", feature = "mlflow", feature = "postgres")))]
#[test]
fn a_program_without_servers_says_which_feature_has_them() {
    let sources = [
        ("prometheus", PROMETHEUS, ONE),
        ("mlflow", "mlflow: https://mlflow.example.com, experiment: e", "number: { from: s, metric: m }"),
        ("postgres", "postgres: { env: NO_SUCH_DATABASE_URL }", "number: { from: s, sql: 'select 1' }"),
    ];
    for (feature, source, field) in sources {
        let (code, said, text) = written(&repo(&plan(source, field)), &["--network"]);
        assert_eq!((code, &*text), (2, ""), "{said}");
        assert!(said.contains("error[T812]"), "{said}");
        let help =
            format!("build it with `cargo install tollgate --features {feature}`, or take a released binary");
        assert!(flat(&said).contains(&help), "{said}");
    }
}

/// Runs with a token in the environment: the exit code and all that was said, which never has it.
fn with_token(repo: &Repo, arguments: &[&str]) -> (i32, String) {
    let mut command = repo.command(&[&["collect", "--date", DAY, "--write"], arguments].concat());
    let output = command.env("PROM_TOKEN", TOKEN).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!said.contains(TOKEN), "{said}");
    for name in repo.names() {
        assert!(!repo.read(&name).contains(TOKEN), "{name} has the token");
    }
    (output.status.code().unwrap(), said)
}

#[test]
fn no_secret_is_printed_or_written() {
    let source = "prometheus: http://127.0.0.1:1, token: { env: PROM_TOKEN }, timeout: 1 s";
    let repo = recorded(source, &[("q", "requests-28")], ONE);
    let (code, said) = with_token(&repo, &["--replay", "recorded"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = with_token(&repo, &["--network", "--record", "recorded-again"]);
    assert_eq!(code, if cfg!(feature = "prometheus") { 1 } else { 2 }, "{said}");
    let (code, said) = with_token(&repo, &[]);
    assert_eq!(code, 2, "{said}");
}

/// A server that says in every answer what it was sent.
#[cfg(feature = "prometheus")]
#[test]
fn a_server_that_repeats_the_token_does_not_get_it_printed() {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut sent = [0; 4096];
            let length = stream.read(&mut sent).unwrap();
            let sent = String::from_utf8_lossy(&sent[..length]).into_owned();
            assert!(sent.contains(&format!("Bearer {TOKEN}")), "{sent}");
            let body =
                json!({ "status": "error", "errorType": "bad_data", "error": format!("you sent {sent}") });
            let body = body.to_string();
            let head = format!(
                "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    let repo = repo(&plan(&format!("prometheus: http://{address}, token: {{ env: PROM_TOKEN }}"), ONE));
    let (code, said) = with_token(&repo, &["--network", "--record", "recorded"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("you sent"), "{said}");
}

#[test]
fn a_server_that_fails_costs_its_own_fields_alone() {
    let text = "workflow: w\nsources:\n  s: { prometheus: 'https://prometheus.example.com' }\n  \
                evals: { promptfoo: evals/results.json, id: description }\nfields:\n  \
                number: { from: s, query: q }\n  errors: { from: evals, count: errors }\n";
    let repo = repo(text).file("evals/results.json", evals("2026-11-28T06:00:00Z"));
    record(&repo, "/api/v1/query?query=q&time=1795910399.999", 503, "overloaded");
    let (code, said, text) = written(&repo, &["--replay", "recorded"]);
    assert_eq!(code, 1, "{said}");
    assert!(text.contains("number: null\n") && text.contains("errors: 1\n"), "{text}");
    assert!(said.contains("[T807]"), "{said}");
    assert!(fs::read_to_string(repo.path(SNAPSHOT)).unwrap().contains("503"), "{text}");
}
