//! The key `collected`: what it may say, and that it changes no value.

use super::*;
use crate::value::CollectedField;

const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn collected(text: &str) -> Vec<CollectedField> {
    let outcome = body(text);
    assert_eq!(outcome.lines(), Vec::<String>::new(), "{text}");
    let series = outcome.workflows[0].series.as_ref().unwrap();
    series.snapshots[0].collected.as_ref().map(|collected| collected.fields.clone()).unwrap_or_default()
}

#[test]
fn an_entry_is_read_with_its_places() {
    let text = format!(
        "latency:\nusers: {{ active: 4 }}\ncollected:\n  latency: {{ from: prom, unknown: \"no, none\", at: 2026-11-01T23:59:59.999Z }}\n  \
         users.active:\n    from: usage\n    file: data/usage.db\n    sha256: {DIGEST}\n    tool: sqlite 3.50\n    made: 2026-11-02\n    \
         errors: 2\n    rows: 40\n    query_sha256: {DIGEST}\n    value_sha256: '{DIGEST}'\n    declared: true\n"
    );
    let fields = collected(&text);
    let [latency, active] = fields.as_slice() else { panic!("{fields:#?}") };
    let whole = format!("{HEAD}{text}");
    let quoted = |span: Span| &whole[span.range()];
    let (why, place) = latency.unknown.as_ref().unwrap();
    assert_eq!((&**why, quoted(*place), quoted(latency.key)), ("no, none", "\"no, none\"", "latency"));
    assert_eq!((&*latency.from, latency.at.as_deref()), ("prom", Some("2026-11-01T23:59:59.999Z")));
    assert_eq!(
        (&*active.field, active.steps.len(), active.errors, active.rows),
        ("users.active", 2, Some(2), Some(40))
    );
    let digest = Some(DIGEST);
    assert_eq!((active.sha256.as_deref(), active.query_sha256.as_deref()), (digest, digest));
    assert_eq!((active.value_sha256.as_deref(), active.declared), (digest, true));
    assert_eq!((active.file.as_deref(), active.made.as_deref()), (Some("data/usage.db"), Some("2026-11-02")));
    assert_eq!(collected("collected:\n"), []);
}

#[test]
fn what_is_said_changes_no_value() {
    let plain = body("adoption: 5%\nusers: {active: 3}\n");
    let said = body(
        "adoption: 5%\nusers: {active: 3}\ncollected: { adoption: { from: a }, users: { from: b, unknown: c } }\n",
    );
    let record =
        |outcome: &Outcome| outcome.workflows[0].series.as_ref().unwrap().snapshots[0].record.clone();
    assert_eq!(record(&plain), record(&said));
}

#[test]
fn the_entry_nearest_to_a_field_says_why_it_is_missing() {
    let outcome = body(
        "collected: { users: { from: a, unknown: all }, users.active: { from: b, unknown: one }, users.target: { from: c } }\n",
    );
    let snapshot = &outcome.workflows[0].series.as_ref().unwrap().snapshots[0];
    let collected = snapshot.collected.as_ref().unwrap();
    let (users, of) = vocabulary().snapshot.field("users").map(|(at, field)| (at, field.clone())).unwrap();
    let step = |name: &str| of.ty.record().unwrap().field(name).unwrap().0;
    let from = |steps: &[usize]| collected.gap_of(steps).map(|entry| entry.from.to_string());
    assert_eq!(from(&[users, step("active")]).as_deref(), Some("b"));
    assert_eq!(from(&[users, step("target")]).as_deref(), Some("a"));
    assert_eq!((from(&[users]).as_deref(), from(&[users + 1])), (Some("a"), None));
}

#[test]
fn a_field_covers_its_key_its_value_and_its_entry() {
    let text = "users: { active: 4 }\noutputs:\n- { id: a, edit_time: 4% }\n- { id: b }\nadoption:\n\
                collected: { outputs: { from: e }, users.active: { from: u }, adoption: { from: a, unknown: none } }\n";
    let outcome = body(text);
    let snapshot = &outcome.workflows[0].series.as_ref().unwrap().snapshots[0];
    let whole = format!("{HEAD}{text}");
    let covering = |needle: &str| {
        let start = whole.find(needle).unwrap();
        let place = Span::new(snapshot.file, start..start + 1);
        let fields = &snapshot.collected.as_ref().unwrap().fields;
        let found = fields.iter().filter(|field| field.covers(place, &snapshot.record));
        found.map(|field| field.field.to_string()).collect::<Vec<_>>().join(" ")
    };
    for (needle, expected) in [
        ("stage: pilot", ""),
        ("users: {", ""),
        ("active: 4", "users.active"),
        ("4 }", "users.active"),
        ("outputs:\n", "outputs"),
        ("4% }", "outputs"),
        ("id: b", "outputs"),
        ("adoption:\n", "adoption"),
        ("collected:", ""),
        ("outputs: {", "outputs"),
        ("none", "adoption"),
    ] {
        assert_eq!(covering(needle), expected, "{needle}");
    }
}

#[test]
fn what_does_not_fit_is_an_error_at_its_line() {
    for (entry, expected) in [
        (
            "adoption: 5",
            "T340 the entry for `adoption` in `collected` is not a record (write where the value is from, as in `{ from: prom }`)",
        ),
        ("adoption: { from: [a] }", "T340 `from` of `adoption` in `collected` does not fit"),
        ("adoption: { from: a, sha256: 3F }", "T340 `sha256` of `adoption` in `collected` does not fit"),
        ("adoption: { from: a, at: 2026-11-01 }", "T340 `at` of `adoption` in `collected` does not fit"),
        ("adoption: { from: a, rows: 1.5 }", "T340 `rows` of `adoption` in `collected` does not fit"),
        ("adoption: { from: a, rows: '1' }", "T340 `rows` of `adoption` in `collected` does not fit"),
        ("adoption: { from: a, file: /etc/passwd }", "T340 `file` of `adoption` in `collected` does not fit"),
        (
            "adoption: { from: a, declared: 'true' }",
            "T340 `declared` of `adoption` in `collected` does not fit",
        ),
        (
            "adoption: { from: a, tol: b }",
            "T340 the entry for `adoption` in `collected` cannot have `tol` (did you mean `tool`?)",
        ),
        (
            "outputs.edit_time: { from: a }",
            "T314 `collected` has an entry for `outputs.edit_time`, which is not a field of this snapshot (declare the field in a `snapshot` block, or remove the entry)",
        ),
        (
            "users.activ: { from: a }",
            "T313 `collected` has an entry for `users.activ`, which is not a field of this snapshot (did you mean `users.active`?)",
        ),
    ] {
        assert_eq!(problem(&format!("collected: {{ {entry} }}")), expected);
    }
}

#[test]
fn standing_facts_give_values_that_are_known() {
    let snapshot =
        |rest: &str| format!("{HEAD}{rest}collected: {{ owner: {{ from: hr, unknown: nobody said }} }}\n");
    let codes = |rest: &str| {
        let outcome = run(&[("f/rollout.yaml", "owner: ana\n"), ("f/a.yaml", &snapshot(rest))]);
        outcome.diagnostics.iter().map(|found| found.code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(codes(""), ["T341"]);
    assert_eq!(codes("owner:\n"), [""; 0]);
    let standing = run(&[("f/rollout.yaml", "owner: ana\ncollected: {}\n"), ("f/a.yaml", HEAD)]);
    assert_eq!(standing.diagnostics[0].code.as_str(), "T318");
}
