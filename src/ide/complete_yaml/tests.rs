use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::*;
use crate::engine::Study;
use crate::ide::tests::{example_texts, marked, study_of};
use crate::point::Point;
use crate::value::{Date, day_number, parse_date};
use crate::vocabulary::Vocabulary;

const POLICY: &str = "stages testing -> pilot -> full
snapshot every 1 week {
  owner: text standing
  ready: bool \"Whether it is ready\"
  kind: one of [small, large]
  adoption: share
  wait: duration
  cost: number USD
  seen: count required
  since: date
  words: list of text
  users { active: count, target: count required }
  agent { tasks: list of { id: text key, ok: bool, took: duration named \"time\" } }
}
policy p {
  param floor = 80% within 50% to 100% \"The least adoption\"
  param strict = false
  param most = { small: 1, else: 3 }
  rule enough \"Enough use\" { require adoption >= floor else hold \"too little\" }
  rule few { require strict and seen <= most[kind] else warn \"too many\" }
}
";

fn study() -> Study {
    study_of(&[("p.gate", POLICY), ("tollgate.yaml", "policies: [p.gate]\n")])
}

fn today() -> Date {
    parse_date("2026-11-30").unwrap()
}

fn in_snapshot(vocabulary: &Vocabulary, is_standing: bool, text: &str, offset: usize) -> Vec<Completion> {
    let newest = Point::Day(day_number(parse_date("2026-11-20").unwrap()));
    let workflows: BTreeMap<Arc<str>, Option<Point>> =
        [("refunds".into(), Some(newest)), ("yes: no".into(), None)].into();
    let facts = SnapshotFacts { is_standing, today: today(), workflows: &workflows, cadence_of: &|_| None };
    complete_snapshot(vocabulary, &facts, text, offset)
}

fn in_config(study: &Study, text: &str, offset: usize) -> Vec<Completion> {
    let workflows: BTreeSet<Arc<str>> = ["refunds".into()].into();
    let facts = ConfigFacts { today: today(), workflows: &workflows, policies: &["p.gate".to_owned()] };
    complete_config(&study.grounds[0], &facts, text, offset)
}

fn in_plan(vocabulary: &Vocabulary, text: &str, offset: usize) -> Vec<Completion> {
    complete_plan(vocabulary, &["refunds".into()].into(), text, offset)
}

/// The labels are those that are expected; with `…` at the end, others may follow.
fn assert_labels(text: &str, found: &[Completion], expected: &str) {
    let labels: Vec<&str> = found.iter().map(|offer| &*offer.label).collect();
    let labels = labels.join(" | ");
    match expected.strip_suffix(" | …") {
        Some(begin) => assert!(labels.starts_with(begin), "{text}\n{labels}"),
        None => assert_eq!(labels, expected, "{text}"),
    }
}

/// The text with the offer of a label in it.
fn taken(text: &str, found: &[Completion], label: &str) -> String {
    let offer =
        found.iter().find(|offer| offer.label == label).unwrap_or_else(|| panic!("{text}: {found:?}"));
    let mut text = text.to_owned();
    text.replace_range(offer.span.clone(), &offer.insert);
    text
}

const TOP: &str = "workflow | date | stage | seen | advance_to | owner | ready | kind | adoption | wait | cost | since | words | users | agent | …";

#[test]
fn snapshots_are_completed() {
    let study = study();
    let vocabulary = &study.grounds[0].program.vocabulary;
    for (text, expected) in [
        ("|", TOP),
        ("\n|\n", TOP),
        ("# why\n|", TOP),
        ("--- # one\n|", TOP),
        ("wo|", TOP),
        ("workflow: a\n|\nstage: pilot\n", "date | seen | advance_to | …"),
        ("workflow: a\nda|\nstage: pilot\n", "date | seen | advance_to | …"),
        ("workflow: a\r\n|\r\nstage: pilot\r\n", "date | seen | advance_to | …"),
        ("workflow: a\n---\n|", TOP),
        ("{ |", TOP),
        ("{ workflow: a, |", "date | …"),
        ("{ workflow: a | }", ""),
        ("users:\n  |", "target | active"),
        ("users:\n  ac|", "target | active"),
        ("users:\n  ac|\n  target: 3\n", "active"),
        ("users:\n  target: 3\n  |", "active"),
        ("users:\n  |\n  target: 3\n", "active"),
        ("users:\n  target: 3\n|", "workflow | date | stage | seen | …"),
        ("users: { |", "target | active"),
        ("users: { | }", "target | active"),
        ("users: { target: 3, a| }", "active"),
        ("users: { target: 3 | }", ""),
        ("users: {\n  target: 3,\n  |\nseen: 3\n", "active"),
        ("users: |", "{ }"),
        ("agent:\n  tasks:\n    |", "- { } | -"),
        ("agent:\n  tasks:\n  |", "- { } | -"),
        ("agent:\n  tasks:\n  - |", "id | ok | time | { }"),
        ("agent:\n  tasks:\n  - i|", "id | ok | time"),
        ("agent:\n  tasks:\n  - id: a\n    |", "ok | time"),
        ("agent:\n  tasks:\n  - id: a\n  |", "- { } | -"),
        ("agent:\n  tasks:\n    - { id: a, |", "ok | time"),
        ("agent:\n  tasks:\n    - { id: a, |\n    - { id: b }\n", "ok | time"),
        ("agent:\n  tasks: |", "[{ }]"),
        ("agent:\n  tasks: [|", "{ }"),
        ("agent:\n  tasks: [{ id: a }, { |", "id | ok | time"),
        ("agent:\n  tasks: [{ id: a, ok: |", "true | false"),
        ("words: |", "[ ]"),
        ("words:\n  |", "-"),
        ("words:\n  - |", ""),
        ("ready: |", "true | false"),
        ("ready: t|\n", "true | false"),
        ("kind: |", "small | large"),
        ("kind: 's|'", "small | large"),
        ("kind:|", "small | large"),
        ("kind:\n  |", "small | large"),
        ("stage: |", "testing | pilot | full"),
        ("stage: testing\nadvance_to: |", "pilot"),
        ("stage: full\nadvance_to: |", ""),
        ("advance_to: |", "pilot | full"),
        ("workflow: |", "refunds | \"yes: no\""),
        ("workflow: r|", "refunds | \"yes: no\""),
        ("workflow: refunds\ndate: |", "2026-11-27 | 2026-11-30"),
        ("workflow: other\ndate: |", "2026-11-30"),
        ("workflow: refunds\ndate: 2026-11-27\n---\nworkflow: refunds\ndate: |", "2026-12-04 | 2026-11-30"),
        ("since: |", "2026-11-30"),
        ("wait: 3|", "min | h | s | ms | days | weeks"),
        ("wait: 3 |", "min | h | s | ms | days | weeks"),
        ("wait: 1 |", "min | h | s | ms | day | week"),
        ("wait: 3 m|", "min | h | s | ms | days | weeks"),
        ("wait: |", ""),
        ("adoption: 12|", "% | of"),
        ("cost: 0.05 |", "USD"),
        ("seen: 3 |", ""),
        ("agent: { tasks: [{ id: a, time: 3 | }] }", "min | h | s | ms | days | weeks"),
        ("ready: true # |", ""),
        ("# |", ""),
        ("unknown:\n  |", ""),
        ("collected:\n  |", ""),
        ("owner: \"|\"", ""),
        ("ready: true\n  |", ""),
        ("workflow|: a\n", TOP),
    ] {
        let (text, at) = marked(text);
        assert_labels(&text, &in_snapshot(vocabulary, false, &text, at), expected);
    }
    let (text, at) = marked("|");
    assert_labels("rollout.yaml", &in_snapshot(vocabulary, true, &text, at), "workflow | owner | retired");
}

#[test]
fn what_is_taken_fits_its_place() {
    let study = study();
    let vocabulary = &study.grounds[0].program.vocabulary;
    for (text, label, expected) in [
        ("|", "workflow", "workflow: "),
        ("wo|", "workflow", "workflow: "),
        ("wo|: a", "workflow", "workflow: a"),
        ("|", "users", "users:\n  "),
        ("agent:\n  |", "tasks", "agent:\n  tasks:\n    - "),
        ("agent: { |", "tasks", "agent: { tasks: ["),
        ("{ |", "users", "{ users: { "),
        ("kind:|", "small", "kind: small"),
        ("kind: 's|'", "small", "kind: 'small'"),
        ("kind: la|  # why", "large", "kind: large  # why"),
        ("agent:\n  tasks:\n    -|", "id", "agent:\n  tasks:\n    - id: "),
        ("agent:\n  tasks:\n    |", "- { }", "agent:\n  tasks:\n    - { "),
        ("wait: 3|", "min", "wait: 3 min"),
        ("wait: 3 |", "min", "wait: 3 min"),
        ("wait: 3 m|", "min", "wait: 3 min"),
        ("adoption: 12|", "%", "adoption: 12%"),
        ("workflow: |", "\"yes: no\"", "workflow: \"yes: no\""),
    ] {
        let (text, at) = marked(text);
        assert_eq!(taken(&text, &in_snapshot(vocabulary, false, &text, at), label), expected);
    }
}

#[test]
fn configurations_are_completed() {
    let study = study();
    for (text, expected) in [
        ("|", "extends | lints | overrides | params | policies | rules | snapshots | tables | waivers"),
        (
            "policies: [p.gate]\npa|",
            "extends | lints | overrides | params | rules | snapshots | tables | waivers",
        ),
        ("policies: [|", "builtin | builtin/adoption_support | …"),
        ("policies:\n  - b|", "builtin | builtin/adoption_support | …"),
        ("params:\n  |", "p.floor | p.strict | p.most"),
        ("params:\n  p.floor: |", "80% | …"),
        ("params:\n  p.floor: 8|", "% | of"),
        ("params:\n  p.floor:\n    |", "because | from | locked | owner | value | …"),
        ("params:\n  p.floor: { value: |", "80%"),
        ("params:\n  p.floor: { from: |", "2026-11-30"),
        ("params:\n  p.strict: |", "false | true | …"),
        ("params:\n  p.most:\n    |", "large | small | else"),
        ("rules:\n  |", "p.enough | p.few | ladder.started | …"),
        ("rules:\n  p.enough: |", "off | note | warn | hold | rollback | …"),
        ("rules:\n  p.enough: { effect: |", "off | note | warn | hold | rollback"),
        ("rules:\n  p.enough: { locked: |", "true | false"),
        ("overrides:\n  - |", "workflows | cadence | params | rules | …"),
        ("overrides:\n  - workflows: |", "refunds | …"),
        ("overrides:\n  - workflows: [|", "refunds"),
        ("overrides:\n  - workflows: x\n    params:\n      |", "p.floor | p.strict | p.most"),
        ("overrides:\n  - workflows: x\n    cadence: { every: |", "weekday"),
        ("overrides:\n  - workflows: x\n    cadence: { every: 2 |", "min | h | s | ms | days | weeks"),
        ("waivers:\n  - |", "because | owner | rule | until | workflow | from | stage | { }"),
        ("waivers:\n  - rule: |", "p.enough | p.few | …"),
        ("waivers:\n  - rule: p.few\n    workflow: |", "refunds"),
        ("waivers:\n  - rule: p.few\n    stage: |", "testing | pilot | full"),
        ("waivers:\n  - { rule: p.few, until: |", "2026-11-30"),
        ("lints:\n  |", "constant_rule | …"),
        ("lints:\n  unused_param: |", "off | warn"),
    ] {
        let (text, at) = marked(text);
        assert_labels(&text, &in_config(&study, &text, at), expected);
    }
    let found = in_config(&study, "params:\n  ", 10);
    assert_eq!(found[0].detail.as_deref(), Some("80%, within 50% to 100%"));
    assert_eq!(found[0].doc.as_deref(), Some("The least adoption"));
    let found = in_config(&study, "rules:\n  ", 9);
    assert_eq!((found[0].detail.as_deref(), found[0].doc.as_deref()), (Some("hold"), Some("Enough use")));
}

#[test]
fn plans_are_completed() {
    let study = study();
    let vocabulary = &study.grounds[0].program.vocabulary;
    let sources = "sources:\n  evals: { csv: a.csv }\n  bills: { sqlite: b }\nfields:\n  ";
    for (text, expected) in [
        ("|".to_owned(), "fields | sources | workflow | timezone | window"),
        ("workflow: |".to_owned(), "refunds"),
        ("window: |".to_owned(), "since last snapshot"),
        ("sources:\n  evals:\n    |".to_owned(), "promptfoo | …"),
        ("sources:\n  evals: { jq: a, |".to_owned(), "filter | at | …"),
        ("sources:\n  evals: { csv: a, repeats: |".to_owned(), "refused | worst | newest"),
        (
            format!("{sources}|"),
            "owner | ready | kind | adoption | wait | cost | seen | since | words | users.active | users.target | agent.tasks | …",
        ),
        (format!("{sources}adoption: {{ from: |"), "evals | bills"),
        (format!("{sources}wait: {{ from: evals, unit: |"), "min | h | s | ms | days | weeks"),
        (format!("{sources}agent.tasks: {{ from: evals, each: {{ |"), "id | ok | time"),
        (format!("{sources}adoption: {{ from: evals, value: a, |"), "unit | where"),
    ] {
        let (text, at) = marked(&text);
        assert_labels(&text, &in_plan(vocabulary, &text, at), expected);
    }
}

#[test]
fn the_field_of_a_key_or_value_is_known() {
    let study = study();
    let vocabulary = &study.grounds[0].program.vocabulary;
    for (text, expected) in [
        ("rea|dy: true", Some(("ready", "ready"))),
        ("ready: tr|ue", Some(("ready", "true"))),
        ("agent:\n  tasks:\n  - { id: a, ti|me: 3 min }", Some(("agent.tasks.took", "time"))),
        ("agent:\n  tasks:\n  - time: 3| min", Some(("agent.tasks.took", "3 min"))),
        ("agent:\n  tasks: [{ id: a, time: 3 m|in", Some(("agent.tasks.took", "3 min"))),
        ("words: [a, b|]", Some(("words", "b"))),
        ("users: { target: 3, act|", None),
        ("other: 3|", None),
        ("ready: true # wh|y", None),
    ] {
        let (text, at) = marked(text);
        let found = value_at(vocabulary, &text, at);
        let found = found.as_ref().map(|found| (&*found.way, &text[found.at.clone()]));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn no_byte_of_the_examples_makes_it_fail() {
    let study = study();
    let vocabulary = &study.grounds[0].program.vocabulary;
    let texts = example_texts();
    let mut offers = 0;
    for (number, text) in texts.iter().enumerate() {
        // Some bytes of each file, others of each, of the whole and of what comes before.
        for at in (number % 37..=text.len()).step_by(37 + text.len() / 8) {
            let before = &text[..text.floor_char_boundary(at)];
            for text in [&**text, before] {
                offers += in_snapshot(vocabulary, false, text, at).len();
                offers += in_config(&study, text, at).len();
                offers += in_plan(vocabulary, text, at).len();
                let _ = value_at(vocabulary, text, at);
            }
        }
    }
    assert!(offers > 0);
}
