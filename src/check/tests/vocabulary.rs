//! `stages` and `snapshot` declarations.

use super::{run, show};
use crate::check::check_vocabulary;
use crate::types::Type;
use crate::vocabulary::{Every, Vocabulary};

fn found(text: &str) -> Vec<String> {
    show(&run(&[text]).2)
}

#[test]
fn fields_are_typed_and_built_in_ones_come_first() {
    let (files, program, found) = run(&["
      stages a -> b
      snapshot every 2 weeks grace 3 days {
        stage: stage \"where it is\"
        share_of: share
        score: number from 1 to 5
        users \"people\" { active: count required }
        notes: list of { id: text key, at: date }
        tags: list of one of [x, y]
        cost: number USD from 0 to 10 USD
        wait: duration from 1 s to 1 day
        level: share from 0 to 1
      }"]);
    assert_eq!(show(&found), [""; 0]);
    let vocabulary = &program.vocabulary;
    let fields = &vocabulary.snapshot.fields;
    let shown: Vec<_> = fields.iter().map(|field| format!("{}: {}", field.name, field.ty)).collect();
    assert_eq!(
        shown,
        [
            "workflow: text",
            "date: date",
            "stage: stage",
            "advance_to: stage",
            "share_of: share",
            "score: number",
            "users: record",
            "notes: list of record",
            "tags: list of one of [x, y]",
            "cost: number USD",
            "wait: duration",
            "level: share",
            "retired: date",
        ]
    );
    let stage = &fields[Vocabulary::STAGE];
    assert!(stage.required && stage.doc.as_deref() == Some("where it is") && stage.span.is_some());
    let Type::List(notes) = &fields[7].ty else { panic!() };
    let Type::Record(notes) = &**notes else { panic!() };
    assert!(notes.fields[0].key && !notes.fields[1].key);
    let Type::Record(users) = &fields[6].ty else { panic!() };
    assert!(users.fields[0].required);
    let cadence = vocabulary.cadence.as_ref().unwrap();
    assert_eq!((cadence.every, cadence.grace), (Every::Ticks(14), 3));
    assert!(vocabulary.stages_span.is_some());
    let (alone, found) = check_vocabulary(&files);
    assert!(found.is_empty() && alone.snapshot == vocabulary.snapshot);
}

#[test]
fn blocks_are_merged() {
    let (_, program, found) = run(&[
        "snapshot every 1 week { adoption: share, users { active: count }, notes: list of { id: text key } }",
        "snapshot every 7 days { adoption: share \"doc\", users { target: count }, notes: list of { at: date }, more: bool }
         policy p { let a = users.active + users.target let b = count(notes where has at and id != \"x\") }",
    ]);
    assert_eq!(show(&found), [""; 0]);
    let names: Vec<_> = program.vocabulary.snapshot.fields.iter().map(|field| &*field.name).collect();
    assert_eq!(names, ["workflow", "date", "adoption", "users", "notes", "more", "retired"]);
    assert_eq!(program.vocabulary.snapshot.fields[2].doc.as_deref(), Some("doc"));
}

#[test]
fn a_field_is_declared_as_one_thing() {
    for (text, error) in [
        (
            "snapshot { a: share } snapshot { a: share from 0% to 200% }",
            "T223 field `a` is declared in two different ways",
        ),
        ("snapshot { a: share } snapshot { a { b: count } }", "T223 field `a`"),
        ("snapshot { a: share } snapshot { a: share required }", "T223 field `a`"),
        ("snapshot { a: list of { b: text key } } snapshot { a: list of { b: text } }", "T223 field `b`"),
        ("snapshot { u { a: count } } snapshot { u { a: share } }", "T223 field `a`"),
        (
            "snapshot { date: text }",
            "T223 field `date` is declared in two different ways | it is built in, as date",
        ),
        (
            "snapshot { a: share, a: share }",
            "T206 field `a` is declared more than once | remove one of them, or give it another name",
        ),
    ] {
        let said = found(text);
        assert!(said.len() == 1 && said[0].starts_with(error), "{text}: {said:#?}");
    }
    // Whatever it is, its uses are not reported.
    let used = "snapshot { a: share } snapshot { a: text } policy p { let x = a + 3 let y = a == \"x\" }";
    assert_eq!(found(used).len(), 1);
    let clash = run(&["snapshot { a: share }", "snapshot { a: text }"]).2;
    assert_eq!(clash[0].labels.len(), 2);
}

#[test]
fn types_exist_and_ranges_fit_them() {
    for (field, error) in [
        (
            "aB: share",
            "T226 field `aB` is not in lower case | to read this key of the snapshots, write `a_b: … named \"aB\"`",
        ),
        ("a: persent", "T214 there is no type `persent`"),
        ("a: shares", "T214 there is no type `shares` | did you mean `share`?"),
        ("a: text from 1 to 2", "T210 a field of this type has no range"),
        ("a: share from 0 to 100", "T210 `100` cannot limit a range of shares | did you mean `100%`?"),
        ("a: share from 1 week to 100%", "T210 the field is a share, but `1 week` is a duration"),
        ("a: count from 0.5 to 2", "T210 `0.5` cannot limit a range of counts"),
        ("a: count from -1 to 2", "T210 `-1` cannot limit a range of counts"),
        ("a: number from 5 to 1", "T210 the range from `5` to `1` is empty"),
        (
            "a: number USD from 1 EUR to 2",
            "T210 the field is a number in USD, but `1 EUR` is a number in EUR",
        ),
        ("a: duration from -1 s to 1 s", "T210"),
        ("a: duration from 1 to 2 s", "T210 the field is a duration, but `1` is a number"),
        ("a: stage", "T215 a field of type `stage` needs stages"),
        (
            "a: one of [x, y, x]",
            "T206 member `x` is declared more than once | remove one of them, or give it another name",
        ),
        ("a: text key", "T222 `a` cannot be a key: it is in no list"),
        ("u { a: text key }", "T222 `a` cannot be a key: it is in no list"),
        ("l: list of { a: text key, b: text key }", "T222 an element has one key, not several"),
        ("l: list of { a: bool key }", "T222 `a` cannot be a key: only two elements could have one"),
        ("l: list of { a: list of text key }", "T222 `a` cannot be a key: it holds several values"),
    ] {
        let said = found(&format!("snapshot {{ {field} }}"));
        assert!(said.len() == 1 && said[0].starts_with(error), "{field}: {said:#?}");
    }
}

#[test]
fn cadences_are_days_and_agree() {
    for (text, error) in [
        ("snapshot every 1 month { }", "T221 the cadence is counted in days or weeks, not in `1 month`"),
        ("snapshot every 36 h { }", "T221"),
        ("snapshot every 0 days { }", "T221"),
        ("snapshot every 1 week grace 1 h { }", "T221 the grace is counted in days or weeks"),
        (
            "snapshot every 1 week { } snapshot every 2 weeks { }",
            "T221 snapshots are declared with two cadences",
        ),
    ] {
        let said = found(text);
        assert!(said.len() == 1 && said[0].starts_with(error), "{text}: {said:#?}");
    }
    assert_eq!(
        found("snapshot every 1 week grace 0 days { } snapshot { } snapshot every 7 days { }"),
        [""; 0]
    );
}

#[test]
fn there_is_one_ladder() {
    assert_eq!(found("stages a -> b stages a -> b"), [""; 0]);
    assert_eq!(
        found(
            "stages a -> b stages a -> c policy p { let x = stage == c gate a -> c { rule r \"r\" { require x else hold } } }"
        ),
        ["T223 there are two ladders of stages | all policies of a run share one ladder"]
    );
    assert_eq!(
        found("stages a -> b -> a"),
        ["T206 stage `a` is declared more than once | remove one of them, or give it another name"]
    );
    // Without one, `stage` is a free name.
    assert_eq!(found("snapshot { stage: text } policy p { let x = stage == \"a\" }"), [""; 0]);
}
