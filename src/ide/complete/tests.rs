//! Tables of what is offered where: a text with a `|` at the cursor, the labels that come first, and those that are not offered.

use std::fs;
use std::time::Instant;

use super::super::tests::{marked, study_of};
use super::*;
use crate::builtin;

const WORDS: &str = "stages testing -> pilot -> full
snapshot every 1 week grace 3 days {
  adoption: share \"Share of users\"
  latency: duration
  cost: number USD
  score: number
  kind: one of [plain, odd]
  ok: bool
  launched: date standing
  users { active: count \"Those who use it\", target: count }
  outputs: list of { id: text key, edit_time: share, tag: one of [red, blue], at: date }
}
";

const POLICY: &str = "policy quality \"Quality\" {
  param least = 50% within 30% to 90% \"The least adoption\"
  param slow = 2 weeks
  param floor = { red: 95%, else: 80% }
  let outputs.light = edit_time < 15%
  let light = share(outputs where light)
  rule used \"It is used\" {
    require adoption >= least
    else hold
  }
  gate testing -> pilot \"Ready\" {
    rule ready \"Ready\" {
      require ok
      else hold
    }
  }
}
";

/// What is offered at the `|` of a file beside the words and the policy above.
fn offered(text: &str) -> Vec<Completion> {
    let (text, at) = marked(text);
    let name = if text.contains("test \"") { "policies/a.test.gate" } else { "policies/a.gate" };
    let files = [
        ("tollgate.yaml", "policies: [policies/]\nsnapshots: rollouts/**\n"),
        ("policies/words.gate", WORDS),
        ("policies/quality.gate", POLICY),
        (name, &text),
    ];
    let study = study_of(&files);
    let file = study.sources.file_named(name).map_or(FileId(999), |(file, _)| file);
    complete(&study, file, &text, at)
}

fn labels(all: &[Completion]) -> Vec<&str> {
    all.iter().map(|one| &*one.label).collect()
}

/// The text, labels that come first in this order, others that are offered, and some that are not.
type Row<T> = (T, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

fn hold(rows: &[Row<&str>]) {
    let mut wrong = Vec::new();
    for (text, first, others, not) in rows {
        let all = offered(text);
        let labels = labels(&all);
        if !labels.starts_with(first) {
            wrong.push(format!(
                "{text}\n  wanted first {first:?}, got {:?}",
                labels.iter().take(12).collect::<Vec<_>>()
            ));
        }
        for label in others.iter().filter(|label| !labels.contains(label)) {
            wrong.push(format!("{text}\n  lacks {label} among {labels:?}"));
        }
        for label in not.iter().filter(|label| labels.contains(label)) {
            wrong.push(format!("{text}\n  offers {label}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn declarations_and_clauses_are_offered_where_they_may_begin() {
    hold(&[
        ("|", &["language", "policy", "snapshot", "stages", "test"], &[], &["rule", "let"]),
        ("pol|", &[], &["policy"], &["rule"]),
        ("policy a {\n  |\n}\n", &["gate", "let", "param", "rule"], &[], &["policy", "require"]),
        ("policy a {\n  ru|\n}\n", &[], &["rule"], &["policy"]),
        (
            "policy a {\n  let x = adoption\n  |\n}\n",
            &["gate", "let", "param", "rule"],
            &["and"],
            &["policy"],
        ),
        ("policy a {\n  gate testing -> pilot {\n    |", &["let", "rule"], &[], &["param", "gate"]),
        ("policy a |", &["when"], &[], &["policy"]),
        ("policy a {\n  rule x \"t\" {\n    |", &["require", "when"], &[], &["else", "rule"]),
        ("policy a {\n  rule x \"t\" {\n    when ok |", &["and", "in"], &["then", "require"], &["else"]),
        ("policy a {\n  rule x \"t\" {\n    require ok\n    |", &["else", "require"], &["and"], &["then"]),
        (
            "policy a {\n  rule x \"t\" {\n    require ok\n    else |",
            &["hold", "note", "rollback", "warn"],
            &[],
            &["ok"],
        ),
        (
            "policy a {\n  rule x \"t\" {\n    require ok\n    else hold\n    |\n  }\n}\n",
            &["help", "link", "undecided"],
            &[],
            &["else"],
        ),
        (
            "policy a {\n  rule x \"t\" {\n    require ok\n    else hold\n    undecided |",
            &["hold", "pass", "warn"],
            &[],
            &[],
        ),
        (
            "policy a {\n  rule x {\n    require foo bar\n    require ok\n    else |",
            &["hold", "note", "rollback", "warn"],
            &[],
            &[],
        ),
        ("policy a {\n  param x = 5% |", &[], &["within"], &["adoption"]),
        ("policy a {\n  param x = 5% within 1% |", &["to"], &[], &[]),
        ("policy a {\n  param x = |", &["false", "true"], &[], &["adoption"]),
        (
            "policy a {\n  param x = { |",
            &["full", "pilot", "testing"],
            &["blue", "odd", "else"],
            &["adoption"],
        ),
        ("policy a {\n  gate |", &["full", "pilot", "testing"], &[], &["adoption"]),
        ("policy a {\n  gate testing -> |", &["full", "pilot", "testing"], &[], &["rule"]),
        ("policy |", &[], &[], &["policy", "adoption"]),
        ("policy a { # |", &[], &[], &["rule", "param"]),
        ("policy a \"|", &[], &[], &["when", "adoption"]),
        ("policy a {\n  param x = 5% \"{|", &[], &[], &["adoption"]),
        ("policy a {\n  rule x {\n    require ok\n    else hold \"|", &[], &[], &["adoption", "help"]),
        (
            "policy a {\n  rule x {\n    require ok\n    else hold \"a\"\n    link \"{|",
            &[],
            &[],
            &["adoption"],
        ),
    ]);
}

#[test]
fn fields_have_types_marks_and_units() {
    hold(&[
        ("snapshot |", &["every"], &[], &["share"]),
        ("snapshot every |", &["weekday"], &[], &[]),
        ("snapshot every 2 |", &["days", "weeks"], &["grace"], &["week"]),
        ("snapshot every 1 |", &["day", "week"], &[], &["weeks"]),
        ("snapshot every 1 week |", &["grace"], &[], &["share"]),
        (
            "snapshot {\n  x: |",
            &[
                "bool", "count", "date", "duration", "list of", "number", "one of", "share", "stage", "text",
                "time",
            ],
            &["number USD"],
            &["adoption"],
        ),
        ("snapshot {\n  x: sh|are\n}\n", &[], &["share"], &[]),
        ("snapshot {\n  x: list of |", &[], &["text", "{"], &["required"]),
        ("snapshot {\n  x: list |", &["of"], &[], &[]),
        ("snapshot {\n  x: share |", &[], &["from", "required", "standing", "key", "named"], &["share"]),
        ("snapshot {\n  x: share from 0 |", &["%"], &["to"], &[]),
        ("snapshot {\n  x: duration from 0 |", &[], &["s", "days"], &[]),
        ("snapshot {\n  x: number |", &["USD"], &["from"], &["%"]),
        ("snapshot {\n  x { y: |", &["bool"], &[], &[]),
    ]);
}

const SEEN: &[Row<&str>] = &[
    (
        "policy a {\n  param p = 5%\n  let x = |\n}\n",
        &[],
        &["adoption", "p", "users", "outputs", "quality", "count", "today", "has", "if"],
        &["it", "rule", "least"],
    ),
    (
        "policy a {\n  rule x \"t\" {\n    require |",
        &[],
        &["adoption", "ok", "held", "not"],
        &["require", "else"],
    ),
    (
        "policy a {\n  rule x \"t\" {\n    require |\n    else hold\n  }\n  let later = 5%\n}\n",
        &[],
        &["adoption", "later"],
        &["else"],
    ),
    (
        "policy a {\n  rule x \"t\" { require |\n  rule y \"t\" { require ok else hold }\n  let later = 5%\n}\n",
        &[],
        &["later", "adoption"],
        &[],
    ),
    ("policy a {\n  let x = users.|\n}\n", &["active", "target"], &[], &["adoption", "count", "if"]),
    ("policy a {\n  let x = users.act|\n}\n", &["active", "target"], &[], &["adoption"]),
    ("policy a {\n  rule x { require users.|", &["active", "target"], &[], &["adoption", "count"]),
    ("policy a {\n  let x = outputs.|\n}\n", &["at", "edit_time", "id", "tag"], &[], &["adoption"]),
    (
        "policy a {\n  let x = quality.|\n}\n",
        &["floor", "least", "light", "slow"],
        &[],
        &["adoption", "used"],
    ),
    ("policy a {\n  let x = snapshot.|\n}\n", &[], &["adoption", "users"], &["today"]),
    ("policy a when |", &[], &["adoption", "stage"], &["when"]),
    ("policy a when | {\n  let own = 5%\n}\n", &[], &["adoption", "own"], &[]),
    ("policy a {\n  let x = count(|)\n}\n", &["outputs"], &["workflows"], &["where"]),
    (
        "policy a {\n  let x = count(outputs |)\n}\n",
        &[],
        &["where", "among", "by", "over"],
        &["of", "adoption"],
    ),
    ("policy a {\n  let x = share(outputs |)\n}\n", &[], &["of", "where"], &["then"]),
    ("policy a {\n  let x = trend(adoption |)\n}\n", &[], &["over"], &["where", "by"]),
    (
        "policy a {\n  let x = count(outputs where |)\n}\n",
        &["at", "edit_time", "id", "tag"],
        &["it", "first_seen", "adoption"],
        &[],
    ),
    ("policy a {\n  let x = count(outputs where |", &["at", "edit_time", "id", "tag"], &["it"], &[]),
    ("policy a {\n  rule x { require count(outputs where tag == |", &["blue", "red"], &["kind"], &[]),
    (
        "policy a {\n  let x = count(outputs where it.|)\n}\n",
        &["at", "edit_time", "id", "tag"],
        &[],
        &["adoption"],
    ),
    (
        "policy a {\n  let outputs.mine = edit_time < 1%\n  let x = outputs.|\n}\n",
        &["at", "edit_time", "id", "mine", "tag"],
        &[],
        &[],
    ),
    ("policy a {\n  let outputs.mine = |\n}\n", &["at", "edit_time", "id", "tag"], &[], &[]),
    ("policy a {\n  let x = count(outputs over |)\n}\n", &[], &["all", "stage", "at most"], &[]),
    ("policy a {\n  let x = has |\n}\n", &[], &["adoption", "users"], &["quality", "count"]),
    ("policy a {\n  let x = cou|(outputs)\n}\n", &[], &["count", "share"], &["adoption"]),
    ("policy a {\n  let x = if ok |", &["and"], &["then"], &["else"]),
    (
        "policy a {\n  rule x {\n    require ok\n    else hold \"{|\"\n  }\n}\n",
        &[],
        &["adoption", "count"],
        &["help"],
    ),
    (
        "policy a {\n  rule x {\n    require ok\n    else hold \"{users.|",
        &["active", "target"],
        &[],
        &["adoption"],
    ),
    ("policy a {\n  rule x \"{ado|}\" {\n    require ok\n    else hold\n  }\n}\n", &[], &["adoption"], &[]),
    (
        "policy a {\n  gate testing -> pilot {\n    let inner = 5%\n    rule x { require |",
        &[],
        &["inner", "adoption"],
        &[],
    ),
];

#[test]
fn names_are_those_that_are_seen_from_the_place() {
    hold(SEEN);
}

#[test]
fn what_is_compared_says_what_comes_first() {
    hold(&[
        ("policy a {\n  rule x { require stage == |", &["full", "pilot", "testing"], &["advance_to"], &[]),
        (
            "policy a {\n  rule x {\n    require stage >= |\n    else hold\n  }\n}\n",
            &["full", "pilot", "testing"],
            &[],
            &[],
        ),
        ("policy a {\n  let x = kind == |\n}\n", &["odd", "plain"], &[], &["red"]),
        ("policy a {\n  let x = kind in [|\n}\n", &["odd", "plain"], &[], &[]),
        ("policy a {\n  let x = kind in [odd, |]\n}\n", &["odd", "plain"], &[], &[]),
        ("policy a {\n  let x = ok == |\n}\n", &["false", "true"], &[], &[]),
        (
            "policy a {\n  param p = 5%\n  param q = 2 weeks\n  let x = adoption >= |\n}\n",
            &["adoption", "p"],
            &["q", "latency"],
            &[],
        ),
        ("policy a {\n  param p = 5%\n  let x = | >= latency\n}\n", &["latency"], &["adoption"], &[]),
        (
            "policy a {\n  let x = quality.light >= quality.|\n}\n",
            &["floor", "least", "light", "slow"],
            &[],
            &[],
        ),
        ("policy a {\n  let x = since(|)\n}\n", &["date", "launched"], &["today"], &[]),
        ("policy a {\n  let x = adoption >= 5 |\n}\n", &["%"], &["days", "USD"], &[]),
        ("policy a {\n  let x = adoption >= 5|\n}\n", &["%"], &["days"], &[]),
        ("policy a {\n  rule x { require latency < 5 |", &["days", "weeks"], &["ms", "%"], &["week"]),
        ("policy a {\n  let x = cost < 5 |\n}\n", &["USD"], &["%"], &[]),
        ("policy a {\n  let x = held(ok) >= 2 |\n}\n", &["days", "weeks"], &["months"], &[]),
        ("policy a {\n  let x = count(outputs over 5 |)\n}\n", &["days", "weeks"], &["snapshots"], &[]),
        ("policy a {\n  let x = share(outputs where ok) >= 5% with 9 |\n}\n", &["%"], &["confidence"], &[]),
        ("policy a {\n  param x = 5% within 2 |\n}\n", &["%"], &["to", "days"], &[]),
        ("policy a {\n  let x = quality.floor[|]\n}\n", &["red"], &["kind"], &[]),
        ("policy a {\n  let x = asks(|)\n}\n", &["full", "pilot", "testing"], &[], &[]),
        ("policy a {\n  let x = launched + 5 |\n}\n", &["days", "weeks"], &[], &[]),
    ]);
}

#[test]
fn tests_give_set_and_expect() {
    let given = "test \"t\" {\n  given every 1 week from 2026-01-05 {\n    ";
    let in_series = |rest: &str| format!("{given}{rest}");
    let rows: [Row<String>; 24] = [
        ("test \"t\" {\n  |".to_owned(), &["as of", "expect", "given", "with"], &[], &["rule"]),
        ("test \"t\" {\n  given |".to_owned(), &["every", "file", "workflow"], &[], &[]),
        ("test \"t\" {\n  given every 2 |".to_owned(), &["days", "weeks"], &["from"], &[]),
        ("test \"t\" {\n  given every 1 week |".to_owned(), &["from"], &[], &[]),
        (in_series("|"), &[], &["adoption", "users.active", "stage", "outputs"], &["users", "expect"]),
        (in_series("users.|"), &["active", "target"], &[], &["adoption"]),
        (in_series("adoption = 5%\n    |"), &[], &["users.active"], &["rule"]),
        (in_series("stage = |"), &["full", "pilot", "testing"], &["_"], &["adoption"]),
        (in_series("stage = pilot, |"), &["full", "pilot", "testing"], &[], &[]),
        (in_series("kind = |"), &["odd", "plain"], &[], &["red"]),
        (in_series("ok = |"), &["false", "true"], &[], &[]),
        (in_series("adoption = 5 |"), &["%"], &[], &[]),
        (in_series("latency = 5 |"), &["days", "weeks"], &[], &[]),
        (in_series("outputs = [{ |"), &["at", "edit_time", "id", "tag"], &[], &["_"]),
        (in_series("outputs = [24 x { edit_time: 5 |"), &["%"], &[], &[]),
        (in_series("outputs = [24 x { edit_time: 5%, tag: |"), &["blue", "red"], &[], &["plain"]),
        (in_series("outputs = [24 x { edit_time: 5%, |"), &["at", "edit_time", "id", "tag"], &[], &["_"]),
        (
            "test \"t\" {\n  with |".to_owned(),
            &["quality.floor", "quality.least", "quality.slow"],
            &[],
            &["adoption"],
        ),
        ("test \"t\" {\n  with quality.|".to_owned(), &["floor", "least", "slow"], &[], &["used"]),
        ("test \"t\" {\n  with quality.least = |".to_owned(), &["30%", "50%", "90%"], &[], &[]),
        ("test \"t\" {\n  with quality.least = 5 |".to_owned(), &["%"], &[], &[]),
        (
            "test \"t\" {\n  expect |".to_owned(),
            &["quality.ready", "quality.used"],
            &["decision", "ladder.skipped"],
            &["quality.least"],
        ),
        ("test \"t\" {\n  expect quality.|".to_owned(), &["ready", "used"], &[], &["decision", "light"]),
        (
            "test \"t\" {\n  expect quality.used |".to_owned(),
            &["fails", "not applicable", "passes", "undecided"],
            &[],
            &["used"],
        ),
    ];
    let rows: Vec<_> =
        rows.iter().map(|(text, first, others, not)| (&**text, *first, *others, *not)).collect();
    hold(&rows);
    hold(&[
        (
            "test \"t\" {\n  expect decision |",
            &["advance", "continue", "error", "hold", "retired", "rollback"],
            &[],
            &[],
        ),
        (
            "test \"t\" {\n  given every 1 week from 2026-01-05 {\n    adoption = 5%, 6%, 7%\n  }\n  as of |",
            &["2026-01-19", "2026-01-26", "2026-02-02"],
            &[],
            &[],
        ),
        (
            "test \"t\" {\n  given every 1 week from 2026-01-05 {\n    ok = true\n  |",
            &[],
            &["users.active"],
            &[],
        ),
        (
            "test \"t\" {\n  given every 1 week from 2026-01-05 {\n    ok = true\n  }\n  |\n}\n",
            &["as of", "expect", "given", "with"],
            &[],
            &[],
        ),
        ("test \"t|\" {", &[], &[], &["given", "adoption"]),
    ]);
}

#[test]
fn an_item_says_what_it_is_and_what_it_replaces() {
    let all = offered("policy a {\n  let x = ado|ption + 1\n}\n");
    let adoption = all.iter().find(|one| one.label == "adoption").unwrap();
    assert_eq!((adoption.span.clone(), &*adoption.insert), (21..29, "adoption"));
    assert_eq!(adoption.detail.as_deref(), Some("share"));
    assert_eq!(adoption.doc.as_deref(), Some("Share of users"));
    let count = all.iter().find(|one| one.label == "count").unwrap();
    assert_eq!(count.snippet.as_deref(), Some("count($0)"));
    assert_eq!(count.detail.as_deref(), Some("count(L where P)"));
    let all = offered("policy a {\n  let x = latency < 5|\n}\n");
    assert_eq!(all.iter().find(|one| one.label == "days").unwrap().insert, " days");
    assert_eq!(all.iter().find(|one| one.label == "%").unwrap().insert, "%");
}

/// Every `.gate` file of the pack and of the examples, by its name.
fn gate_files() -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> =
        builtin::all().map(|(name, text)| (name, text.to_owned())).collect();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/examples"))];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "gate") {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

fn study_of_pack() -> Study {
    study_of(&[("tollgate.yaml", "policies: [builtin]\n")])
}

#[test]
fn no_place_of_any_file_is_too_much() {
    let study = study_of_pack();
    for (name, text) in gate_files() {
        let file = study.sources.file_named(&name).map_or(FileId(999), |(file, _)| file);
        // A debug build takes some milliseconds for each; a prime meets every kind of place.
        let step = if text.len() > 4000 { 1009 } else { 211 };
        for offset in (0..=text.len()).step_by(step) {
            for one in complete(&study, file, &text, offset) {
                assert!(text.get(one.span.clone()).is_some(), "{name} {offset} {one:?}");
            }
            crate::ide::signature::signatures(&text, offset);
        }
    }
}

#[test]
#[ignore = "minutes without optimization: run it with --release"]
fn no_seventh_byte_of_any_file_is_too_much() {
    let study = study_of_pack();
    for (name, text) in gate_files() {
        let file = study.sources.file_named(&name).map_or(FileId(999), |(file, _)| file);
        for offset in (0..=text.len() + 3).step_by(7) {
            complete(&study, file, &text, offset);
            crate::ide::signature::signatures(&text, offset);
        }
    }
}

#[test]
fn a_text_may_end_anywhere() {
    let study = study_of_pack();
    let (name, text) = builtin::all().find(|(name, _)| name.contains("foundation_upkeep")).unwrap();
    let file = study.sources.file_named(&name).map_or(FileId(999), |(file, _)| file);
    for end in (0..text.len()).step_by(37).filter(|end| text.is_char_boundary(*end)) {
        complete(&study, file, &text[..end], end);
    }
}

#[test]
#[ignore = "measures, and asserts nothing: run it with --release --nocapture"]
fn how_long_it_takes() {
    let study = study_of_pack();
    let (name, text) =
        builtin::all().filter(|(name, _)| !name.contains("test")).max_by_key(|(_, text)| text.len()).unwrap();
    let file = study.sources.file_named(&name).map_or(FileId(999), |(file, _)| file);
    let mut times: Vec<_> = (0..text.len())
        .step_by(101)
        .filter_map(|offset| {
            let start = Instant::now();
            let found = complete(&study, file, text, offset);
            (!found.is_empty()).then(|| start.elapsed())
        })
        .collect();
    times.sort();
    println!(
        "{name}, {} bytes: median {:?}, most {:?}",
        text.len(),
        times[times.len() / 2],
        times.last().unwrap()
    );
}
