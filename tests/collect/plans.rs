//! What is wrong with a plan is told in one run, each at its place: `plans/NAME.yaml` prints `plans/NAME.snap`.
//!
//! `TOLLGATE_BLESS=1` writes what is printed.

use std::fs;

use super::{PLAN, collect, evals, flat, plan, repo};
use crate::support::{files_under, relative, root};
use crate::ui::difference;

#[test]
fn plans_print_what_was_blessed() {
    let bless = std::env::var_os("TOLLGATE_BLESS").is_some();
    assert!(!bless || std::env::var_os("CI").is_none(), "nothing is blessed where CI is set");
    let mut problems = String::new();
    let folder = root().join("tests/collect/plans");
    for path in files_under(&folder, &["yaml"]) {
        let run = collect(&repo(&fs::read_to_string(&path).unwrap()), &[]);
        assert!(!run.err.contains("hunter2") && !run.out.contains("hunter2"), "{run:?}");
        let found = format!("exit code: {}\n\n{}{}", run.code, run.out, run.err);
        let snap = path.with_extension("snap");
        let blessed = fs::read_to_string(&snap).unwrap_or_default();
        if bless {
            fs::write(&snap, &found).unwrap();
        } else if blessed != found {
            let shown = difference(&blessed, &found);
            problems.push_str(&format!("{}: is no longer what is printed\n{shown}", relative(&snap)));
        }
    }
    assert!(problems.is_empty(), "\n{problems}\nif all of it is meant: `just bless`, and read the diff");
}

#[test]
fn without_a_plan_there_is_nothing_to_collect() {
    let repo = repo("");
    repo.remove(PLAN);
    let (code, said) = collect(&repo, &[]).said();
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("there is no plan: `collect/NAME.yaml` says"), "{said}");
}

#[test]
fn two_plans_for_one_workflow_are_refused() {
    let text = plan("promptfoo: evals/a.json, id: description", "planned: { from: s, count: planned }");
    let repo = repo(&text).file("collect/v.yaml", &text).file("evals/a.json", evals("2026-11-28T06:00:00Z"));
    let (code, said) = collect(&repo, &["--write"]).said();
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("two plans are for the workflow `w`"), "{said}");
    assert!(!repo.path(super::SNAPSHOT).exists());
}

#[test]
fn a_workflow_without_a_plan_or_snapshot_is_told() {
    let text = plan("promptfoo: evals/a.json, id: description", "planned: { from: s, count: planned }");
    let repo = repo(&text);
    let (code, said) = collect(&repo, &["--workflow", "v"]).said();
    assert_eq!(code, 2, "{said}");
    assert!(flat(&said).contains("no plan is for the workflow `v`: there are `w`"), "{said}");
    repo.remove("rollouts/w/2026-11-21.yaml");
    let (code, said) = collect(&repo, &[]).said();
    assert_eq!(code, 2, "{said}");
    assert!(flat(&said).contains("there is no snapshot of `w` yet: write a first one"), "{said}");
}

#[test]
fn a_column_that_no_row_has_is_a_mistake_of_the_plan() {
    let text = plan(
        "csv: data/table.csv, undated: accepted",
        "cases: { from: s, each: { id: name, score: scoer } }",
    );
    let (code, said) = collect(&repo(&text).file("data/table.csv", "name,score\na,1\n"), &[]).said();
    assert_eq!(code, 2, "{said}");
    assert!(flat(&said).contains("`scoer`") && said.contains("did you mean `score`?"), "{said}");
}

#[test]
fn a_field_that_asks_in_the_way_of_another_kind_is_told_the_right_one() {
    for (source, field, told) in [
        (
            "csv: data/table.csv",
            "query: q",
            "`s` is a `csv` source: take `number` with `each`, `count` or `value`",
        ),
        (
            "inspect: logs/a.json",
            "sql: q",
            "`s` is an `inspect` source: take `number` with `each`, `count` or `value`",
        ),
        ("mlflow: data/runs.csv", "value: q", "`s` is an `mlflow` source: take `number` with `metric`"),
        ("postgres: { env: DB }", "count: rows", "`s` is a `postgres` source: take `number` with `sql`"),
        (
            "prometheus: https://a.example.com",
            "metric: q",
            "`s` is a `prometheus` source: take `number` with `query`, `part`",
        ),
    ] {
        let text = plan(source, &format!("number: {{ from: s, {field} }}"));
        let (code, said) = collect(&repo(&text), &[]).said();
        assert_eq!(code, 2, "{said}");
        assert!(flat(&said).contains(told), "{said}");
    }
}
