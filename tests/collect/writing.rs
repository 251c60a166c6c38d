//! What is written, and what stays: bytes, what people wrote, and what broken or failing sources cost.

use super::{DAY, PLAN, SNAPSHOT, collect, evals, fixture, flat, plan, repo, written};
use crate::support::Repo;

const SOURCE: &str = "promptfoo: evals/results.json, id: description";
const FIELDS: &str = "cases: { from: s, each: { id: id, passed: passed } }
    planned: { from: s, count: rows }
    errors: { from: s, count: errors }";
const MADE: &str = "2026-11-28T06:00:00Z";

/// A repository whose only source has three results.
fn good() -> Repo {
    repo(&plan(SOURCE, FIELDS)).file("evals/results.json", evals(MADE))
}

/// Two sources, and a field of each.
fn two(first: &str, second: &str) -> Repo {
    repo(&format!(
        "workflow: w\nsources:\n  a: {{ {first} }}\n  b: {{ {second} }}\nfields:\n  planned: {{ from: a, count: rows }}\n  \
         errors: {{ from: b, count: errors }}\n"
    ))
    .file("evals/results.json", evals(MADE))
}

#[test]
fn twice_is_the_same_as_once_and_check_agrees() {
    let repo = good();
    let (code, said) = collect(&repo, &[]).said();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("+planned: 3\n") && said.contains("Nothing was written: add `--write`."), "{said}");
    assert!(!repo.path(SNAPSHOT).exists());
    assert_eq!(collect(&repo, &["--check"]).code, 1, "there is nothing yet");
    let (code, said, first) = written(&repo, &[]);
    assert_eq!(code, 0, "{said}");
    let (code, said, second) = written(&repo, &[]);
    assert_eq!((code, &second), (0, &first), "{said}");
    assert!(said.contains("Nothing changes."), "{said}");
    // Without a date `--check` looks at the newest snapshot.
    let (code, said) = repo.run(&["collect", "--check"]).said();
    assert_eq!(code, 0, "{said}");
    repo.edit("evals/results.json", "\"success\": true", "\"success\": false");
    let (code, said) = repo.run(&["collect", "--check"]).said();
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("run `tollgate collect --write` and commit it"), "{said}");
    assert_eq!(repo.read(SNAPSHOT), first, "`--check` writes nothing");
}

#[test]
fn what_people_wrote_stays_until_it_is_forced() {
    let repo = good().file(SNAPSHOT, "workflow: w\ndate: 2026-11-28\nplanned: 99  # counted twice\n");
    let (code, said, text) = written(&repo, &[]);
    assert_eq!(code, 0, "{said}");
    assert!(text.contains("planned: 99  # counted twice\n") && text.contains("errors: 1\n"), "{text}");
    let said = flat(&said);
    assert!(said.contains("warning[T810]: `planned` was written by hand"), "{said}");
    assert!(said.contains("`--force planned` takes what the source says"), "{said}");
    repo.edit(SNAPSHOT, "\nerrors: 1\n", "\nerrors: 0\n");
    let (_, said, text) = written(&repo, &[]);
    assert!(text.contains("\nerrors: 0\n"), "{text}");
    assert!(flat(&said).contains("`errors` was edited by hand since it was collected"), "{said}");
    assert_eq!(collect(&repo, &["--check"]).code, 1);
    let (code, said, text) = written(&repo, &["--force", "planned", "--force", "errors"]);
    assert_eq!(code, 0, "{said}");
    assert!(text.contains("planned: 3  # counted twice\n") && text.contains("\nerrors: 1\n"), "{text}");
    assert_eq!(collect(&repo, &["--check"]).code, 0);
}

#[test]
fn only_a_field_of_a_plan_is_forced() {
    let (code, said) = collect(&good(), &["--force", "planed"]).said();
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("no plan collects a field `planed`"), "{said}");
}

#[test]
fn comments_line_ends_and_other_documents_stay() {
    for ending in ["\n", "\r\n"] {
        let before = "# of two weeks\nworkflow: w\ndate: 2026-11-21\n";
        let own = "---\n# the week\nworkflow: w  # ours\ndate: 2026-11-28\n\n# by hand\nnumber: 7\n";
        let after = "---\nworkflow: other\ndate: 2026-11-28\nplanned: 4\n";
        let all = [before, own, after].map(|part| part.replace('\n', ending));
        let repo = good().file("rollouts/all.yaml", all.concat());
        repo.remove("rollouts/w/2026-11-21.yaml");
        let run = collect(&repo, &["--write"]);
        assert_eq!(run.code, 0, "{run:?}");
        let text = repo.read("rollouts/all.yaml");
        let (start, end) = (format!("{}{}", all[0], all[1]), &all[2]);
        assert!(text.starts_with(&start) && text.ends_with(end.as_str()), "{text}");
        let inner = &text[start.len()..text.len() - end.len()];
        assert!(inner.contains(&format!("planned: 3{ending}")), "{inner}");
        assert_eq!(inner.matches('\n').count(), inner.matches(ending).count(), "{inner:?}");
        assert_eq!(collect(&repo, &["--write"]).code, 0);
        assert_eq!(repo.read("rollouts/all.yaml"), text);
    }
}

#[test]
fn a_snapshot_between_braces_is_refused() {
    let text = "{ workflow: w, date: 2026-11-28 }\n";
    let repo = good().file(SNAPSHOT, text);
    let (code, said, after) = written(&repo, &[]);
    assert_eq!((code, &*after), (2, text), "{said}");
    assert!(said.contains("is written between braces and cannot be changed"), "{said}");
}

#[test]
fn nothing_is_written_when_a_source_is_broken() {
    let repo = two(SOURCE, "promptfoo: evals/broken.json, id: description");
    repo.write("evals/broken.json", &evals(MADE)[..200]);
    let (code, said, text) = written(&repo, &[]);
    assert_eq!((code, &*text), (2, ""), "{said}");
    assert!(flat(&said).contains("error[T805]: `evals/broken.json` cannot be read"), "{said}");
    assert!(said.contains("Nothing was written: a source is broken, as reported."), "{said}");
    // What another plan collects is another matter.
    repo.write("collect/v.yaml", plan(SOURCE, FIELDS).replace("workflow: w", "workflow: v"));
    repo.write("rollouts/v/2026-11-21.yaml", "workflow: v\ndate: 2026-11-21\n");
    let (code, said, text) = written(&repo, &[]);
    assert_eq!((code, &*text), (2, ""), "{said}");
    assert!(repo.read("rollouts/v/2026-11-28.yaml").contains("planned: 3\n"), "{said}");
}

#[test]
fn a_failing_source_costs_its_own_fields_alone() {
    let repo = two(SOURCE, "promptfoo: evals/nothing.json, id: description");
    let (code, said, text) = written(&repo, &[]);
    assert_eq!(code, 1, "{said}");
    assert!(text.contains("planned: 3\n") && text.contains("errors: null\n"), "{text}");
    assert!(text.contains("unknown: \"`evals/nothing.json` does not exist\""), "{text}");
    assert!(said.contains("[T807]"), "{said}");
    let shown = flat(&repo.run(&["check", "--as-of", DAY, "--format", "json"]).out);
    assert!(!shown.contains("\"code\":\"T3"), "the snapshot is sound: {shown}");
}

#[test]
fn only_what_was_made_within_the_window_counts() {
    let outside = |made: &str| {
        let repo = good().file("evals/results.json", evals(made));
        let (code, said, text) = written(&repo, &[]);
        let is_unknown = text.contains("planned: null\n") && text.contains("cases: null\n");
        assert_eq!(is_unknown, code == 1, "{made}: {said}\n{text}");
        let window = "outside of the window from 2026-11-22T00:00Z to 2026-11-28T23:59:59Z";
        let told = format!("error[T807]: `s` gives nothing: it was made at {made}, {window}");
        assert_eq!(flat(&said).contains(&told), is_unknown, "{said}");
        assert!(
            !is_unknown || text.contains(&format!("it was made at {made}, outside of the window")),
            "{text}"
        );
        is_unknown
    };
    assert!(outside("2026-11-21T23:59:59.999Z"));
    assert!(!outside("2026-11-22T00:00:00Z"));
    assert!(!outside("2026-11-28T23:59:59.999Z"));
    assert!(outside("2026-11-29T00:00:00Z"));
}

#[test]
fn no_row_is_no_zero() {
    let rows = |text: &str| {
        let source = "csv: data/table.csv, at: at";
        let fields = "cases: { from: s, each: { id: id, score: score } }\nplanned: { from: s, count: rows }";
        let repo = repo(&plan(source, fields)).file("data/table.csv", text);
        written(&repo, &[])
    };
    let (_, said, text) = rows("id,at,score\n");
    assert!(text.contains("cases: null\n"), "{said}\n{text}");
    let (_, said, text) = rows("id,at,score\na,2026-11-03,4\n");
    assert!(text.contains("cases: null\n") && text.contains("no row within the window"), "{said}\n{text}");
    let (code, said, text) = rows("id,at,score\na,2026-11-23,NaN\nb,2026-11-23,4\n");
    assert!(text.contains("- { id: b, score: 4 }") && !text.contains("NaN }"), "{code} {said}\n{text}");
    let (code, said, text) = rows("id,at,score\na,2026-11-23,4\na,2026-11-24,5\n");
    assert_eq!((code, &*text), (2, ""), "{said}");
    assert!(said.contains("[T809]") && said.contains("data/table.csv:3"), "{said}");
    let (code, said, text) = rows("id,at,score\na,23.11.2026,4\n");
    assert_eq!((code, &*text), (2, ""), "{said}");
    assert!(said.contains("data/table.csv:2"), "{said}");
}

#[test]
fn the_newest_finished_run_of_a_glob_counts() {
    let text = plan(
        "inspect: 'evals/*.json', task: support_replies",
        "cases: { from: s, each: { id: id, passed: passed } }",
    );
    let repo = repo(&text);
    for name in ["errors", "stopped", "limit"] {
        repo.write(&format!("evals/{name}.json"), fixture(&format!("inspect/{name}.json")));
    }
    let (code, said, text) = written(&repo, &[]);
    assert_eq!(code, 0, "{said}");
    assert!(text.contains("file: evals/errors.json"), "{text}");
    repo.write("evals/killed.json", fixture("inspect/killed.json"));
    repo.edit(PLAN, ", task: support_replies", ", task: support_replies_slow");
    let (code, said, text) = written(&repo, &["--force", "cases"]);
    assert_eq!(code, 1, "{said}");
    assert!(text.contains("cases: null\n"), "{text}");
}

#[test]
fn the_report_says_where_a_value_is_from_and_verify_notices_a_change() {
    let repo = good();
    assert_eq!(written(&repo, &[]).0, 0);
    let run = repo.run(&["check", "--as-of", DAY, "--record", "record.json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let said = flat(&run.out);
    assert!(said.contains("1 to 2 of 3 = between 33.3% and 66.7%"), "{said}");
    assert!(said.contains("collected: `cases` from evals/results.json by promptfoo 0.121.20 (s)"), "{said}");
    assert!(said.contains("1 of 3 ended in an error of the harness: 429 Too Many Requests"), "{said}");
    let run = repo.run(&["verify", "record.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    repo.edit("evals/results.json", "0.121.20", "0.121.21");
    let (code, said) = repo.run(&["verify", "record.json"]).said();
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("evals/results.json"), "{said}");
}
