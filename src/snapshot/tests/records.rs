//! Records and lists by the vocabulary, files of several snapshots, and standing facts.

use super::*;

#[test]
fn collections_and_scalars_are_told_apart() {
    for (text, expected) in [
        (
            "users: 5",
            "T306 `users` is a record, but here is `5` (write each field on its own line under `users:`, as in `  active: …`)",
        ),
        ("users: [5]", "T306 `users` is a record, but here is a list"),
        ("ratings: 5", "T306 `ratings` is a list, but here is `5` (a list needs brackets:)"),
        (
            "ratings: {a: 5}",
            "T306 `ratings` is a list, but here is a record (write the elements in brackets, as in `[…]`, and `[]` if there were none)",
        ),
        ("adoption: [15%]", "T306 `adoption` is a share, but here is a list"),
        ("owner: {name: ana}", "T306 `owner` is a text, but here is a record"),
        ("ratings: [1, ~]", "T306 an element of `ratings` is empty (give it a value or remove it)"),
        ("ratings:\n-\n", "T306 an element of `ratings` is empty (give it a value or remove it)"),
    ] {
        assert_eq!(problem(text), expected);
    }
    let outcome = run(&[("f/a.yaml", "- a\n- b\n")]);
    assert_eq!(outcome.lines(), ["T306 f/a.yaml:1 a snapshot is a record of fields, not a list"]);
    assert_eq!(outcome.names(), "[f]");
}

#[test]
fn every_typing_error_of_a_file_is_reported() {
    let outcome = run(&[("f/a.yaml", "workflow: ''\ndate: x\nstage: y\nadoption: 15\nusers: {active: x}\n")]);
    let codes: Vec<&str> = outcome.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["T306", "T311", "T320", "T308", "T306"]);
    assert_eq!(outcome.diagnostics[0].message, "the name of the workflow is empty");
}

#[test]
fn undeclared_keys_are_warned_of_and_misspelt_ones_refused() {
    assert_eq!(
        problem("weather: fine"),
        "T314 `weather` is not declared (declare it in a `snapshot` block, or remove it)"
    );
    assert_eq!(problem("adoptoin: 15%"), "T313 `adoptoin` is not declared (did you mean `adoption`?)");
    assert_eq!(
        problem("users: {actve: 5}"),
        "T313 `actve` is not declared in `users` (did you mean `active`?)"
    );
    // The field is there, so the key is something else.
    let outcome = body("adoption: 5%\nadoptions: 6%");
    assert_eq!(outcome.diagnostics[0].severity, Severity::Warning);
}

#[test]
fn required_fields_are_missed_where_they_should_be() {
    let outcome = run(&[("f/a.yaml", "workflow: w\nplan: {steps: []}\n")]);
    assert_eq!(
        outcome.lines(),
        [
            "T312 f/a.yaml:1 `date` is missing from this snapshot",
            "T312 f/a.yaml:1 `stage` is missing from this snapshot",
            "T312 f/a.yaml:2 `contact` is missing from `plan`",
        ]
    );
    assert_eq!(outcome.names(), "[w]");
}

#[test]
fn keys_are_there_once() {
    let outcome = body("owner: a\nusers:\n  active: 5\n  active: 6\nowner: b\n");
    assert_eq!(
        outcome.lines(),
        [
            "T305 f/a.yaml:7 `active` is there twice (remove one of the two)",
            "T305 f/a.yaml:8 `owner` is there twice (remove one of the two)"
        ]
    );
    let (line, _) = outcome.sources.line_column(outcome.diagnostics[0].labels[1].span);
    assert_eq!(line, 6);
    let many: String = (0..100).map(|at| format!("k{}: 1\n", at % 99)).collect();
    assert!(
        body(&many)
            .lines()
            .contains(&"T305 f/a.yaml:103 `k0` is there twice (remove one of the two)".to_owned())
    );
}

#[test]
fn key_fields_name_an_element_once() {
    let outcome =
        body("outputs:\n  - id: a\n  - id: b\n  - id: a\n  - {kind: ordinary}\n  - {kind: ordinary}\n");
    assert_eq!(
        outcome.lines(),
        [
            "T316 f/a.yaml:7 `a` is there twice in `outputs` (`id` identifies the elements of `outputs`, so no value may occur twice)"
        ]
    );
    let (line, _) = outcome.sources.line_column(outcome.diagnostics[0].labels[1].span);
    assert_eq!(line, 5);
}

#[test]
fn a_file_may_hold_several_snapshots() {
    let text = format!("{HEAD}---\n---\nworkflow: w\ndate: 2026-10-26\nstage: testing\n---\n# nothing\n");
    let outcome = run(&[("a.yaml", &text)]);
    assert_eq!(outcome.lines(), Vec::<String>::new());
    assert_eq!(outcome.names(), "w 2");
    let series = outcome.workflows[0].series.as_ref().unwrap();
    assert!(series.snapshots[0].date < series.snapshots[1].date);
}

#[test]
fn one_date_has_one_snapshot() {
    let other = HEAD.replace("workflow: w", "workflow: v");
    let outcome = run(&[("f/a.yaml", HEAD), ("g/b.yaml", HEAD), ("g/c.yaml", &other)]);
    assert_eq!(
        outcome.lines(),
        [
            "T315 g/b.yaml:2 `w` has two snapshots of 2026-11-02 (correct the date of one of them, or merge them)"
        ]
    );
    assert_eq!(outcome.diagnostics[0].labels[1].span.file, FileId(1));
    assert_eq!(outcome.names(), "v 1, [w]");
}

#[test]
fn a_file_without_a_snapshot_is_an_error() {
    for text in ["", "# only\n", "---\n---\n", "\u{feff}", "~\n"] {
        let outcome = run(&[("f/a.yaml", text)]);
        assert_eq!(
            outcome.lines(),
            ["T319 f/a.yaml:1 no snapshot in this file (fill it in or remove it)"],
            "{text:?}"
        );
        assert_eq!(outcome.names(), "[f]");
    }
}

#[test]
fn a_broken_file_is_laid_at_its_workflows_door() {
    let broken = "workflow: b\nstage: [\n";
    let nameless = "stage: [\n";
    let facts = "workflow: s\n";
    for (files, expected) in [
        // By what it says before the fault.
        (vec![("f/a.yaml", HEAD), ("f/b.yaml", broken)], "[b], w 1"),
        // By the sound snapshots beside it.
        (vec![("f/a.yaml", HEAD), ("f/b.yaml", nameless), ("f/rollout.yaml", facts)], "[w]"),
        // By the standing facts.
        (vec![("f/b.yaml", nameless), ("f/rollout.yaml", facts)], "[s]"),
        // By its folder, or its own name.
        (vec![("r/f/b.yaml", nameless), ("g/a.yaml", HEAD)], "[f], w 1"),
        (vec![("b.yaml", nameless)], "[b]"),
        (vec![("./b.yaml", nameless)], "[b]"),
        // Documents before the fault are not judged without what follows.
        (vec![("f/b.yaml", &*format!("{HEAD}---\nstage: [\n"))], "[w]"),
        (vec![("f/b.yaml", &*format!("{HEAD}---\nworkflow: v\nstage: [\n"))], "[v], [w]"),
        (vec![("f/b.yaml", &*format!("{HEAD}---\n%\n"))], "[w]"),
    ] {
        let outcome = run(&files);
        assert_eq!(outcome.names(), expected, "{:#?}", outcome.lines());
        assert_eq!(outcome.lines().len(), 1, "{:#?}", outcome.lines());
    }
}

#[test]
fn standing_facts_lie_under_each_snapshot() {
    let facts = "owner: ana\nlaunched: 2026-01-01\nusers: {active: 1, target: 9}\nplan:\n  contact: bo\n  steps: [a, b]\n";
    let text = format!("{HEAD}owner: cy\nlaunched: ~\nusers: {{active: 4}}\nplan: {{steps: [c]}}\n");
    let outcome = run(&[("f/rollout.yaml", facts), ("f/a.yaml", &text)]);
    assert_eq!(outcome.lines(), Vec::<String>::new());
    let text_of = |located: &Located| outcome.sources.text(located.span).to_owned();
    assert_eq!(text_of(outcome.value("owner").unwrap()), "cy");
    assert_eq!(outcome.value("launched"), None);
    let Value::Record(users) = &outcome.value("users").unwrap().value else { panic!() };
    assert_eq!(users.fields.iter().flatten().map(text_of).collect::<Vec<_>>(), ["4", "9"]);
    assert_eq!(users.fields[1].as_ref().unwrap().span.file, FileId(1));
    let Value::Record(plan) = &outcome.value("plan").unwrap().value else { panic!() };
    let Value::List(steps) = &plan.fields[1].as_ref().unwrap().value else { panic!() };
    assert_eq!(steps.iter().map(text_of).collect::<Vec<_>>(), ["c"]);
    assert_eq!(text_of(plan.fields[0].as_ref().unwrap()), "bo");
    assert_eq!(outcome.workflows[0].files, [FileId(2)]);
}

#[test]
fn standing_facts_of_another_folder_are_not_seen() {
    let outcome =
        run(&[("f/rollout.yaml", "workflow: w\n"), ("f/g/a.yaml", "date: 2026-11-02\nstage: pilot\n")]);
    assert_eq!(outcome.lines(), ["T312 f/g/a.yaml:1 `workflow` is missing from this snapshot"]);
    let outcome =
        run(&[("f/rollout.yaml", "workflow: w\n"), ("f/a.yaml", "date: 2026-11-02\nstage: pilot\n")]);
    assert_eq!(outcome.names(), "w 1");
}

#[test]
fn a_rollout_yaml_holds_standing_facts_only() {
    let facts = "date: 2026-01-01\nstage: pilot\nadvance_to: full\nownr: x\nadoption: 15\n";
    let second = HEAD.replace("11-02", "11-09");
    let outcome = run(&[("f/rollout.yaml", facts), ("f/a.yaml", HEAD), ("f/b.yaml", &second)]);
    assert_eq!(
        outcome.lines(),
        [
            "T318 f/rollout.yaml:1 `date` is not a standing fact (move it into the snapshots)",
            "T318 f/rollout.yaml:2 `stage` is not a standing fact (move it into the snapshots)",
            "T318 f/rollout.yaml:3 `advance_to` is not a standing fact (move it into the snapshots)",
            "T313 f/rollout.yaml:4 `ownr` is not declared (did you mean `owner`?)",
            "T308 f/rollout.yaml:5 15 is 1500%: write 15% or 0.15",
        ]
    );
    assert_eq!(outcome.names(), "[w]");
    // They do not stand in for what a snapshot lacks.
    let outcome =
        run(&[("f/rollout.yaml", "date: 2026-01-01\n"), ("f/a.yaml", "workflow: w\nstage: pilot\n")]);
    assert!(outcome.lines().contains(&"T312 f/a.yaml:1 `date` is missing from this snapshot".to_owned()));
}

#[test]
fn standing_facts_need_not_be_complete_but_the_whole_must() {
    let facts = "plan: {steps: []}\n";
    let second = HEAD.replace("11-02", "11-09");
    let outcome = run(&[("f/rollout.yaml", facts), ("f/a.yaml", HEAD), ("f/b.yaml", &second)]);
    assert_eq!(outcome.lines(), ["T312 f/rollout.yaml:1 `contact` is missing from `plan`"]);
    assert_eq!(outcome.names(), "[w]");
    let text = format!("{HEAD}plan: {{contact: bo}}\n");
    assert_eq!(run(&[("f/rollout.yaml", facts), ("f/a.yaml", &text)]).names(), "w 1");
    assert_eq!(run(&[("f/rollout.yaml", "# none yet\n"), ("f/a.yaml", HEAD)]).names(), "w 1");
}

#[test]
fn a_folder_has_one_set_of_standing_facts() {
    let outcome = run(&[("f/rollout.yaml", "owner: a\n---\nowner: b\n"), ("f/a.yaml", HEAD)]);
    assert_eq!(
        outcome.lines(),
        [
            "T321 f/rollout.yaml:3 more than one set of standing facts for this folder (put them into one document)"
        ]
    );
    let outcome =
        run(&[("f/rollout.yaml", "owner: a\n"), ("f/x-rollout.yaml", "owner: b\n"), ("f/a.yaml", HEAD)]);
    assert_eq!(
        outcome.lines(),
        [
            "T321 f/x-rollout.yaml:1 more than one set of standing facts for this folder (put them into one document)"
        ]
    );
    assert_eq!(outcome.names(), "[w]");
}
