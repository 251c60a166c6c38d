//! What is read without a tree, and that the tree says the same of it.

use super::*;
use crate::snapshot::direct_agrees;

/// Whether the text is read without a tree; if it is, the tree says the same.
fn taken(text: &str, facts: &str) -> bool {
    let agrees = direct_agrees(text, facts, &vocabulary());
    assert_ne!(agrees, Some(false), "{text}---\n{facts}");
    agrees.is_some()
}

/// With the keys that any snapshot has.
fn rest_taken(rest: &str) -> bool {
    taken(&format!("{HEAD}{rest}"), "")
}

#[test]
fn what_is_plain_and_declared_needs_no_tree() {
    for rest in [
        "",
        "adoption: 15%\nsatisfaction: 4.5 # good\nusers:\n  active: 3\n  target: 4.0\n",
        "users: { target: 4, active: 3 }\n",
        "users: {}\noutputs: []\nratings: [1, 2.5]\n",
        "outputs:\n- id: a\n  kind: ordinary\n- { edit_time: 3%, id: 'b' }\n- {}\n",
        "outputs:\n  - id: b\n  - id: a\n",
        "plan:\n  contact: \"5\"\n  steps: [a, \"\"]\n",
        "latency: 1 s to 2.5 s\nadoption: 3 of 4\ncost: 4 USD\napproved: true\nlaunched: 2026-01-31\n",
    ] {
        assert!(rest_taken(rest), "{rest}");
    }
}

#[test]
fn whatever_something_is_to_be_said_of_takes_the_tree() {
    for rest in [
        "adoptoin: 15%\n",
        "adoption: 15\n",
        "adoption: 1\n",
        "adoption: ~\n",
        "adoption: 1%\nadoption: 1%\n",
        "users: 3\nadoption: 1%\n",
        "adoption: { a: 1 }\n",
        "outputs: { id: a }\n",
        "outputs: [{ id: a }, { id: b }, { id: a }]\n",
        "outputs: [~]\n",
        "plan: { steps: [] }\n",
        "collected: {}\n",
        "satisfaction: 7\n",
        "approved: \"true\"\n",
        "workflow: x\n",
    ] {
        assert!(!rest_taken(rest), "{rest}");
    }
    assert!(!taken("date: 2026-11-02\n", ""));
    assert!(!taken("workflow: ' '\ndate: 2026-11-02\n", ""));
}

#[test]
fn standing_facts_lie_under_it_unless_both_have_a_record() {
    let text = format!("{HEAD}adoption: 15%\nusers: {{ active: 1 }}\n");
    assert!(taken(&text, "owner: Ann\nadoption: 10%\nratings: [1, 2]\nplan: { contact: Bo }\n"));
    assert!(!taken(&text, "users: { target: 4 }\n"));
    assert!(!taken(&text, "plan: { steps: [] }\n"));
}

/// Whatever is left of what a file's records may have, none is left out in silence: neither by the tree nor without it.
#[test]
fn no_record_is_left_out_unsaid() {
    let number = || Type::amount(Kind::Number);
    let wide = record((0..41).map(|at| field(&format!("f{at}"), number())).collect());
    let mut vocabulary = vocabulary();
    let mut fields = vocabulary.snapshot.fields.clone();
    fields.insert(4, field("before", record(vec![field("bad", Type::Bool)])));
    fields.extend([
        field("wide", Type::List(Box::new(wide))),
        field("behind", record(vec![field("bad", Type::Bool)])),
    ]);
    vocabulary.snapshot = Arc::new(RecordType { fields });
    let at = |name: &str| vocabulary.snapshot.field(name).unwrap().0;
    let mut refused = 0;
    for (elements, pad) in (90..108).flat_map(|elements| (0..40).map(move |pad| (elements, pad))) {
        let text =
            format!("{HEAD}wide:\n{}  - {{ f0: 1 }}\n# {}\n", "  - {}\n".repeat(elements), "x".repeat(pad));
        let facts = "before: { bad: true }\nbehind: { bad: true }\n";
        assert_ne!(direct_agrees(&text, facts, &vocabulary), Some(false), "{elements} {pad}");
        let files = [("a/rollout.yaml", facts), ("a/2026-11-02.yaml", &*text)];
        let outcome = run_with(&files, &vocabulary, |input| input);
        let Some(series) = &outcome.workflows[0].series else {
            assert!(!outcome.diagnostics.is_empty());
            refused += 1;
            continue;
        };
        let record = &series.snapshots[0].record;
        for name in ["before", "behind"] {
            let Some(Located { value: Value::Record(facts), .. }) = &record.fields[at(name)] else {
                panic!("{name}")
            };
            assert!(facts.fields[0].is_some(), "{name}: {elements} {pad}");
        }
        let Some(Located { value: Value::List(wide), .. }) = &record.fields[at("wide")] else { panic!() };
        let Value::Record(last) = &wide.last().unwrap().value else { panic!() };
        assert!(last.fields.first().is_some_and(Option::is_some), "{elements} {pad}");
    }
    assert!((100..620).contains(&refused), "{refused}");
}

/// Lines of snapshots, right and wrong, as they may stand in any order.
const PIECES: [&str; 33] = [
    "workflow: w\n",
    "date: 2026-11-02\n",
    "stage: pilot\n",
    "adoption: 15%\n",
    "adoption: 1.5\n",
    "users:\n",
    "users: {",
    "  active: 3\n",
    "  target: 4\n",
    "active: 3, ",
    "target: 4",
    " }\n",
    "outputs:\n",
    "outputs: [",
    "]\n",
    "  - id: a\n",
    "  - id: b\n",
    "    edit_time: 3%\n",
    "    kind: ordinary\n",
    "{ id: a, edit_time: 5% }",
    ", ",
    "plan:\n",
    "  contact: Ann\n",
    "  steps: [a, b]\n",
    "- a\n",
    "ratings: [1, 5]\n",
    "ratings: [x]\n",
    "cost: 3 EUR\n",
    "latency: 3 ms to 1 s\n",
    "null\n",
    "# c\n",
    "owner: \"x\"\n",
    "\n",
];

proptest! {
    #[test]
    fn the_tree_says_the_same(
        lines in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..14),
        facts in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..5),
    ) {
        taken(&format!("{HEAD}{}", lines.concat()), &facts.concat());
        taken(&lines.concat(), &facts.concat());
    }
}
