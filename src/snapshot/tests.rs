//! The rules of snapshots, each shown on the text that it is about.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Input, Role, Workflow, load};
use crate::diagnostic::{Diagnostic, Severity};
use crate::interval::Interval;
use crate::source::{FileId, SourceMap, Span};
use crate::types::{Kind, Quantity, Type};
use crate::value::{Located, Number, Value, parse_number};
use crate::vocabulary::{Field, RecordType, Vocabulary};

fn field(name: &str, ty: Type) -> Field {
    Field { name: name.into(), ty, required: false, key: false, doc: None, span: None }
}

fn required(name: &str, ty: Type) -> Field {
    Field { required: true, ..field(name, ty) }
}

fn ranged(kind: Kind, low: &str, high: &str) -> Type {
    let number = |text| parse_number(text).unwrap();
    Type::Amount(Quantity { kind, range: Interval::new(number(low), number(high)) })
}

fn record(fields: Vec<Field>) -> Type {
    Type::Record(Arc::new(RecordType { fields }))
}

fn words(words: &[&str]) -> Vec<Arc<str>> {
    words.iter().map(|word| (*word).into()).collect()
}

/// The vocabulary of the language's description, and some more.
fn vocabulary() -> Vocabulary {
    let mut vocabulary = Vocabulary::built_in(words(&["testing", "pilot", "expanded", "full"]));
    let outputs = record(vec![
        Field { key: true, ..field("id", Type::Text) },
        field("edit_time", ranged(Kind::Share, "0", "10")),
        field("kind", Type::Choice(words(&["ordinary", "atypical", "incomplete"]).into())),
    ]);
    let mut fields = vocabulary.snapshot.fields.clone();
    fields.extend([
        field("adoption", Type::amount(Kind::Share)),
        Field {
            span: Some(Span::new(FileId(0), 4..16)),
            ..field("satisfaction", ranged(Kind::Number, "1", "5"))
        },
        field(
            "users",
            record(vec![
                field("active", Type::amount(Kind::Count)),
                field("target", Type::amount(Kind::Count)),
            ]),
        ),
        field("outputs", Type::List(Box::new(outputs))),
        field("cost", Type::amount(Kind::Unit("USD".into()))),
        field("latency", Type::amount(Kind::Duration)),
        field("errors", Type::amount(Kind::Number)),
        field("approved", Type::Bool),
        field("launched", Type::Date),
        field("ratings", Type::List(Box::new(Type::amount(Kind::Number)))),
        field("owner", Type::Text),
        field("drift", ranged(Kind::Share, "-1", "1")),
        field(
            "plan",
            record(vec![required("contact", Type::Text), field("steps", Type::List(Box::new(Type::Text)))]),
        ),
    ]);
    vocabulary.snapshot = Arc::new(RecordType { fields });
    vocabulary
}

const HEAD: &str = "workflow: w\ndate: 2026-11-02\nstage: pilot\n";

struct Outcome {
    workflows: Vec<Workflow>,
    diagnostics: Vec<Diagnostic>,
    sources: SourceMap,
}

fn run(files: &[(&str, &str)]) -> Outcome {
    run_with(files, &vocabulary(), |input| input)
}

fn run_with(files: &[(&str, &str)], vocabulary: &Vocabulary, change: impl Fn(Input) -> Input) -> Outcome {
    let mut sources = SourceMap::default();
    sources.add("policies/v.gate", "    satisfaction: number from 1 to 5\n");
    let mut inputs = Vec::new();
    for (name, text) in files {
        let role = if name.ends_with("rollout.yaml") { Role::Standing } else { Role::Snapshot };
        inputs.push(change(Input::new(sources.add(*name, *text), role)));
    }
    let (workflows, diagnostics) = load(&inputs, &sources, vocabulary);
    Outcome { workflows, diagnostics, sources }
}

impl Outcome {
    /// `T306 a.yaml:4 message` for each, with the help.
    fn lines(&self) -> Vec<String> {
        let line = |diagnostic: &Diagnostic| {
            let span = diagnostic.labels[0].span;
            let (line, _) = self.sources.line_column(span);
            let help = diagnostic.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
            let name = self.sources.name(span.file);
            format!("{} {name}:{line} {}{help}", diagnostic.code, diagnostic.message)
        };
        self.diagnostics.iter().map(line).collect()
    }

    /// The names of the workflows, those without a series in brackets.
    fn names(&self) -> String {
        let name = |workflow: &Workflow| match &workflow.series {
            Some(series) => format!("{} {}", workflow.name, series.snapshots.len()),
            None => format!("[{}]", workflow.name),
        };
        self.workflows.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    fn value(&self, field: &str) -> Option<&Located> {
        let (at, _) = vocabulary().snapshot.field(field).unwrap();
        let series = self.workflows[0].series.as_ref().unwrap_or_else(|| panic!("{:#?}", self.lines()));
        series.snapshots[0].record.fields[at].as_ref()
    }
}

/// Lines after the head, in a file of their own.
fn body(text: &str) -> Outcome {
    run(&[("f/a.yaml", &format!("{HEAD}{text}"))])
}

/// The one problem of a value, without the place, which is always line 4.
#[track_caller]
fn problem(text: &str) -> String {
    let outcome = body(text);
    let lines = outcome.lines();
    assert_eq!(lines.len(), 1, "{text}: {lines:#?}");
    let error = outcome.diagnostics[0].severity == Severity::Error;
    assert_eq!(outcome.workflows[0].series.is_none(), error, "{text}");
    lines[0].replace(" f/a.yaml:4", "")
}

#[track_caller]
fn number(text: &str) -> Number {
    let outcome = body(text);
    let (name, _) = text.split_once(':').unwrap();
    assert_eq!(outcome.lines(), Vec::<String>::new());
    match &outcome.value(name).unwrap().value {
        Value::Number(number) => number.clone(),
        other => panic!("{other:?}"),
    }
}

fn decimal(text: &str) -> Number {
    parse_number(text).unwrap()
}

#[test]
fn amounts_are_read_from_their_text() {
    for (text, expected) in [
        ("adoption: 15%", "0.15"),
        ("adoption: 15 %", "0.15"),
        ("adoption: 0.15", "0.15"),
        ("adoption: 0", "0"),
        ("adoption: 100%", "1"),
        ("drift: -0.8", "-0.8"),
        ("drift: -80%", "-0.8"),
        ("satisfaction: 4.50", "4.5"),
        ("satisfaction: 1", "1"),
        ("satisfaction: 5", "5"),
        ("cost: 0.05 USD", "0.05"),
        ("cost: 0.05", "0.05"),
        ("cost: 5USD", "5"),
        ("cost: -5e-1 USD", "-0.5"),
        ("errors: 1e3", "1000"),
        ("errors: 017", "17"),
        ("errors: +.5", "0.5"),
        ("errors: 0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("latency: 300 ms", "0.3"),
        ("latency: 300ms", "0.3"),
        ("latency: 2.5 s", "2.5"),
        ("latency: 5 min", "300"),
        ("latency: 3 h", "10800"),
        ("latency: 1 day", "86400"),
        ("latency: 2 days", "172800"),
        ("latency: 1 week", "604800"),
        ("latency: 6 weeks", "3628800"),
        ("latency: 0 s", "0"),
    ] {
        assert_eq!(number(text), decimal(expected), "{text}");
    }
}

#[test]
fn dates_stages_and_words_may_be_quoted() {
    for text in ["launched: 2026-11-02", "launched: \"2026-11-02\"", "launched: '2026-11-02'"] {
        assert_eq!(number(text), Number::from(20_759), "{text}");
    }
    assert_eq!(number("advance_to: expanded"), Number::from(2));
    assert_eq!(number("advance_to: 'full'"), Number::from(3));
    let outcome = body("outputs: [{kind: atypical}, {kind: 'ordinary', edit_time: 150%}]");
    assert_eq!(outcome.lines(), Vec::<String>::new());
}

#[test]
fn a_text_is_any_scalar_as_it_is_written() {
    for (text, expected) in [
        ("owner: ana", "ana"),
        ("owner: 'it''s'", "it's"),
        ("owner: 05", "05"),
        ("owner: true", "true"),
        ("owner: ''", ""),
        ("owner: |\n  two\n  lines", "two\nlines\n"),
        ("owner: 'null'", "null"),
    ] {
        let outcome = body(text);
        assert_eq!(outcome.value("owner").unwrap().value, Value::Text(expected.into()), "{text}");
    }
}

#[test]
fn null_is_missing() {
    for text in ["owner:", "owner: ~", "owner: null", "users: null", "outputs: ~", "approved:"] {
        let outcome = body(text);
        assert_eq!(outcome.lines(), Vec::<String>::new());
        assert_eq!(outcome.value(text.split(':').next().unwrap()), None, "{text}");
    }
    let outcome = run(&[("f/a.yaml", "workflow: w\ndate: ~\nstage: pilot\n")]);
    assert_eq!(outcome.lines(), ["T312 f/a.yaml:1 `date` is missing from this snapshot"]);
}

#[test]
fn bools_are_true_and_false_alone() {
    assert_eq!(body("approved: true").value("approved").unwrap().value, Value::Bool(true));
    assert_eq!(body("approved: false").value("approved").unwrap().value, Value::Bool(false));
    assert_eq!(
        problem("approved: no"),
        "T306 `approved` is not true or false: YAML 1.2 has `true` and `false` alone, and reads `no` as text (write `false`)"
    );
    assert!(problem("approved: True").ends_with("(write `true`)"));
    assert!(problem("approved: 1").ends_with("(write `true` or `false`)"));
    assert_eq!(
        problem("approved: 'true'"),
        "T306 `true` is quoted and so a text; `approved` is true or false (write it without quotes)"
    );
}

#[test]
fn quoted_numbers_are_texts() {
    for text in ["adoption: '15%'", "users: {active: \"4\"}", "latency: '3 h'", "errors: |-\n  5"] {
        assert!(problem(text).starts_with("T306"), "{text}");
    }
}

#[test]
fn a_bare_number_for_a_share_is_at_most_one() {
    assert_eq!(problem("adoption: 15"), "T308 15 is 1500%: write 15% or 0.15");
    assert_eq!(problem("drift: -1.5"), "T308 -1.5 is -150%: write -1.5% or -0.015");
    assert_eq!(problem("outputs: [{edit_time: 2}]"), "T308 2 is 200%: write 2% or 0.02");
    assert_eq!(problem("adoption: 1"), "T317 1 for a share is read as 100% (write 100% or 1%)");
    assert_eq!(problem("adoption: 1.0"), "T317 1.0 for a share is read as 100% (write 100% or 1%)");
    assert_eq!(problem("drift: -1"), "T317 -1 for a share is read as -100% (write -100% or -1%)");
}

#[test]
fn ranges_are_enforced() {
    assert_eq!(
        problem("satisfaction: 6"),
        "T307 6 is outside 1 to 5, the range of `satisfaction` (correct the value, or the range that the field is declared with)"
    );
    assert_eq!(
        problem("adoption: 101%"),
        "T307 101% is outside 0% to 100%, the range of `adoption` (correct the value, or the range that the field is declared with)"
    );
    assert_eq!(
        problem("users: {active: -1}"),
        "T307 -1 is below 0, the least that `users.active` can be (correct the value, or the range that the field is declared with)"
    );
    assert_eq!(
        problem("latency: -3 h"),
        "T307 -3 h is negative; `latency` is a duration (correct the value, or the range that the field is declared with)"
    );
    assert_eq!(
        problem("outputs: [{edit_time: 1001%}]"),
        "T307 1001% is outside 0% to 1000%, the range of `outputs.edit_time` (correct the value, or the range that the field is declared with)"
    );
    let outcome = body("satisfaction: 6");
    let labels = &outcome.diagnostics[0].labels;
    assert_eq!(outcome.sources.text(labels[0].span), "6");
    assert_eq!(outcome.sources.text(labels[1].span), "satisfaction");
}

#[test]
fn counts_are_whole() {
    assert_eq!(number("errors: 4.0"), decimal("4"));
    assert_eq!(body("users: {active: 4.0}").lines(), Vec::<String>::new());
    assert_eq!(problem("users: {active: 2.5}"), "T306 2.5 is not a whole number; `users.active` is a count");
}

#[test]
fn units_must_fit() {
    for (text, expected) in [
        ("cost: 0.05 EUR", "T309 0.05 EUR is in EUR, `cost` is in USD (write it as `5 USD` or `5`)"),
        ("cost: 5 usd", "T309 5 usd is in usd, `cost` is in USD (write it as `5 USD` or `5`)"),
        (
            "errors: 5 USD",
            "T309 5 USD has the unit USD, `errors` is a number without one (write the number alone)",
        ),
        ("errors: 15%", "T309 15% is a share, `errors` is a number (write the number alone)"),
        ("users: {active: 5%}", "T309 5% is a share, `users.active` is a count (write the number alone)"),
        (
            "adoption: 15 percent",
            "T309 15 percent has the unit percent, `adoption` is a share (write a share as `15%` or `0.15`)",
        ),
        (
            "latency: 30",
            "T309 30 has no unit; `latency` is a duration (write for example `30 s`, `30 min`, `30 h` or `30 days`)",
        ),
        (
            "latency: 2 months",
            "T309 2 months has no fixed length; `latency` is a duration (write it in days or weeks)",
        ),
        (
            "latency: 1 year",
            "T309 1 year has no fixed length; `latency` is a duration (write it in days or weeks)",
        ),
        ("latency: 3 hours", "T309 `hours` is no unit of time; `latency` is a duration (write `3 h`)"),
        ("latency: 3 wekes", "T309 `wekes` is no unit of time; `latency` is a duration (write `3 weeks`)"),
        (
            "latency: 3 parsecs",
            "T309 `parsecs` is no unit of time; `latency` is a duration (the units are `ms`, `s`, `min`, `h`, `days` and `weeks`)",
        ),
        (
            "latency: 3%",
            "T309 `%` is no unit of time; `latency` is a duration (the units are `ms`, `s`, `min`, `h`, `days` and `weeks`)",
        ),
    ] {
        assert_eq!(problem(text), expected);
    }
}

#[test]
fn numbers_that_cannot_be_are_refused_with_the_reason() {
    for text in ["errors: .nan", "errors: .inf", "adoption: -.inf", "users: {active: NaN}", "latency: .Inf"] {
        assert!(problem(text).contains("is not a number that can be judged"), "{text}");
    }
    let digits = "9".repeat(41);
    assert_eq!(
        problem(&format!("errors: {digits}")),
        format!("T310 {digits} has more than 40 digits (round it)")
    );
    assert!(problem("errors: 1e999999999").starts_with("T310 1e999999999 has an exponent beyond 40"));
    assert!(problem("adoption: 1e-41%").starts_with("T310 1e-41% has an exponent beyond 40"));
    for text in
        ["errors: 1_000", "errors: '1,000'", "errors: 1,000", "errors: 0x1F", "errors: 1.2.3", "errors: 1-2"]
    {
        let problem = problem(text);
        assert!(
            problem.starts_with("T310") && problem.contains("is not a number (write")
                || problem.contains("quoted"),
            "{problem}"
        );
    }
    assert_eq!(problem("errors: many"), "T306 `errors` is a number, here is `many`");
}

#[test]
fn dates_must_be_in_the_calendar() {
    assert_eq!(
        problem("launched: 2026-02-30"),
        "T311 2026-02-30 is not in the calendar: February 2026 has 28 days"
    );
    assert_eq!(
        problem("launched: 2026-13-01"),
        "T311 2026-13-01 is not in the calendar: there is no such month"
    );
    for text in ["launched: 2026-11-02T10:00", "launched: 02.11.2026", "launched: yesterday", "launched: 5"] {
        assert!(
            problem(text).contains("is not a date; `launched` is one (write a date as `2026-11-02`"),
            "{text}"
        );
    }
}

#[test]
fn words_must_be_declared() {
    assert_eq!(problem("advance_to: expandd"), "T320 `expandd` is not a stage (did you mean `expanded`?)");
    assert_eq!(
        problem("advance_to: production"),
        "T320 `production` is not a stage (declared are `testing`, `pilot`, `expanded`, `full`)"
    );
    assert_eq!(
        problem("outputs: [{kind: atipical}]"),
        "T320 `atipical` is not one that `outputs.kind` can be (did you mean `atypical`?)"
    );
}

#[test]
fn collections_and_scalars_are_told_apart() {
    for (text, expected) in [
        ("users: 5", "T306 `users` is a record, here is text"),
        ("users: [5]", "T306 `users` is a record, here is a list"),
        ("ratings: 5", "T306 `ratings` is a list of number, here is text"),
        ("ratings: {a: 5}", "T306 `ratings` is a list of number, here is a record"),
        ("adoption: [15%]", "T306 `adoption` is a share, here is a list"),
        ("owner: {name: ana}", "T306 `owner` is a text, here is a record"),
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
            "T316 f/a.yaml:7 `a` is there twice in `outputs` (`id` names an element of `outputs`, so each of its values is there once)"
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
            "T315 g/b.yaml:2 `w` has two snapshots of 2026-11-02 (correct the date of one of them, or put them together)"
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
            "T318 f/rollout.yaml:1 `date` is no standing fact (move it into the snapshots)",
            "T318 f/rollout.yaml:2 `stage` is no standing fact (move it into the snapshots)",
            "T318 f/rollout.yaml:3 `advance_to` is no standing fact (move it into the snapshots)",
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

#[test]
fn yaml_beyond_plain_records_is_refused() {
    for (text, expected) in [
        ("owner: !!str 5", "T304 the tag `!!str` is not supported"),
        ("users: !thing {active: 5}", "T304 the tag `!thing` is not supported"),
        ("<<: {owner: ana}", "T304 merge keys (`<<`) are not supported"),
        ("5: x", "T304 the key `5` is not text"),
        ("true: x", "T304 the key `true` is not text"),
        ("~: x", "T304 a key is empty"),
        ("? [a]\n: x", "T304 a list, a record or an alias cannot be a key"),
        ("users: &u {active: &u {}}", "T306"),
        ("users: &u {active: *u}", "T304 this alias is part of what it stands for"),
    ] {
        let problem = problem(text);
        assert!(problem.starts_with(expected), "{problem}");
    }
    let outcome = run(&[("f/a.yaml", &format!("%YAML 1.1\n---\n{HEAD}"))]);
    assert!(outcome.lines()[0].starts_with("T304 f/a.yaml:2 this document is declared as YAML 1.1"));
    let outcome = run(&[("f/a.yaml", &format!("%YAML 1.2\n---\n{HEAD}"))]);
    assert_eq!(outcome.names(), "w 1");
}

#[test]
fn aliases_stand_for_what_they_name() {
    let outcome = body(
        "outputs:\n  - &a {edit_time: 5%, kind: ordinary}\n  - *a\nowner: &o ana\nplan: {contact: *o}\n",
    );
    assert_eq!(outcome.lines(), Vec::<String>::new());
    let Value::List(outputs) = &outcome.value("outputs").unwrap().value else { panic!() };
    assert_eq!(outputs[0], outputs[1]);
    assert!(body("&k owner: ana\nplan: {contact: *k}").lines().is_empty());
}

#[test]
fn yaml_errors_are_at_their_line() {
    for (text, expected) in [
        ("owner: x\n\tcost: 5\n", "T302 f/a.yaml:5 a tab cannot be used as indentation (indent with spaces)"),
        ("users:\n\tactive: 5\n", "T302 f/a.yaml:5 a tab cannot be used as indentation (indent with spaces)"),
        (
            "owner: \"ana\ncost: 5\n",
            "T302 f/a.yaml:4 this quote is not closed (end the text with the same quote)",
        ),
        (
            "owner: a: b\n",
            "T302 f/a.yaml:4 a `:` is not expected here (quote a text that holds `: `, close what was opened above, and check the indentation)",
        ),
        ("ratings: [1, 2\n", "T302 f/a.yaml:4 this bracket is not closed (close it)"),
        (
            "ratings: [1, 2}\n",
            "T302 f/a.yaml:4 this bracket does not close what was opened (check the brackets before it)",
        ),
        (
            "owner ana\n",
            "T302 f/a.yaml:4 this line has no `:` after its key (write `key: value`, or check the indentation)",
        ),
        ("owner: *ana\n", "T302 f/a.yaml:4 this alias has no anchor (quote a text that begins with `*`)"),
        ("owner: @ana\n", "T302 f/a.yaml:4 a text cannot begin with this character (quote the text)"),
        (
            "owner: \"\\q\"\n",
            "T302 f/a.yaml:4 this escape does not exist (write `\\\\` for a backslash, or use single quotes)",
        ),
        ("owner: a\u{1b}[31m\n", "T302 f/a.yaml:4 the control character `\\u{1b}` is not allowed in YAML"),
        ("# \0\n", "T302 f/a.yaml:4 the control character `\\0` is not allowed in YAML"),
    ] {
        let outcome = body(text);
        assert_eq!(outcome.lines(), [expected]);
        assert_eq!(outcome.names(), "[w]");
        let label = &outcome.diagnostics[0].labels[0];
        assert!(label.span.start < label.span.end, "{text}");
    }
}

#[test]
fn messages_show_control_characters_and_are_short() {
    let long = "x".repeat(900);
    let outcome =
        body(&format!("adoption: \"\\e[31m\"\nlaunched: \"\\e\\n\"\n\"\\e{long}\": 1\nlatency: {long}\n"));
    assert_eq!(outcome.diagnostics.len(), 4);
    for diagnostic in &outcome.diagnostics {
        let text = format!("{}{:?}", diagnostic.message, diagnostic.help);
        assert!(!text.contains(char::is_control) && text.len() < 300, "{text}");
    }
}

#[test]
fn files_that_could_not_be_read_are_errors() {
    let files = [("f/a.yaml", ""), ("g/b.yaml", HEAD)];
    let outcome = run_with(&files, &vocabulary(), |mut input| {
        input.problem = (input.file == FileId(1)).then(|| "permission denied".to_owned());
        input
    });
    assert_eq!(outcome.lines(), ["T301 f/a.yaml:1 this file could not be read: permission denied"]);
    assert_eq!(outcome.names(), "[f], w 1");
    for (text, names) in [("workflow: v\nx: \u{fffd}\n", "[v]"), ("workflow: v\u{fffd}", "[f]")] {
        let outcome = run_with(&[("f/a.yaml", text)], &vocabulary(), |mut input| {
            input.invalid_utf8_at = text.find('\u{fffd}');
            input
        });
        assert_eq!(outcome.diagnostics[0].message, "this file is not UTF-8 text");
        assert_eq!(outcome.names(), names);
    }
}

#[test]
fn without_stages_the_word_is_free() {
    let mut vocabulary = Vocabulary::built_in(Vec::new());
    let mut fields = vocabulary.snapshot.fields.clone();
    fields.push(field("stage", Type::Text));
    vocabulary.snapshot = Arc::new(RecordType { fields });
    let files = [("f/rollout.yaml", "stage: anything\n"), ("f/a.yaml", "workflow: w\ndate: 2026-11-02\n")];
    let outcome = run_with(&files, &vocabulary, |input| input);
    assert_eq!(outcome.lines(), Vec::<String>::new());
    assert_eq!(outcome.names(), "w 1");
}

#[test]
fn hostile_files_end_soon_in_a_clear_error() {
    let bomb = || {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for at in 1..1_500 {
            let alias = format!("*a{}", at - 1);
            writeln!(text, "a{at}: &a{at} [{alias}, {alias}, {alias}]").unwrap();
        }
        text
    };
    let cases = [
        ("[".repeat(100_000), "T303"),
        ("{a: ".repeat(125_000), "T303"),
        ("- ".repeat(100_000), "T303"),
        ("? ".repeat(100_000), "T303"),
        ("a: ".repeat(100_000), "T302"),
        (bomb(), "T303"),
        (format!("ratings: [{}]\n", "1,".repeat(1_000_000)), "T303"),
        ("k: &k [*k, *k]\n".to_owned(), "T304"),
        ("#".repeat(5 << 20), "T303"),
        ("\u{fffd}\u{1}\u{2}".repeat(100_000), "T302"),
        ("---\n".repeat(900), "T319"),
        ("---\n".repeat(900_000), "T303"),
        ("--- x\n".repeat(600_000), "T303"),
        ((0..100_000).map(|at| format!("adoptio{at}: 1\n")).collect(), "T303"),
        ("a: 1\n".repeat(90_000), "T305"),
        (format!("{}: 1\n", "adoption".repeat(100)), "T314"),
        (format!("adoption: {}\n", "9".repeat(3 << 20)), "T310"),
        (format!("adoption: {}\n", "e".repeat(3 << 20)), "T306"),
        (format!("latency: 5 {}\n", "s".repeat(3 << 20)), "T309"),
        (format!("advance_to: {}\n", "pilot".repeat(1 << 19)), "T320"),
        (format!("owner: !{} x\n", "a".repeat(1 << 20)), "T304"),
        (format!("{}\n", "!!str ".repeat(100_000)), "T302"),
    ];
    for (text, code) in cases {
        let start = Instant::now();
        let outcome = run(&[("f/a.yaml", &text), ("g/b.yaml", HEAD)]);
        let crop: String = text.chars().take(20).collect();
        // Each takes well under a second; a machine may be busy.
        assert!(start.elapsed() < Duration::from_secs(10), "{crop}: {:?}", start.elapsed());
        let codes: Vec<&str> = outcome.diagnostics.iter().map(|d| d.code.as_str()).collect();
        assert!(codes.contains(&code), "{crop}: {:?}", outcome.lines());
        assert!(outcome.names().ends_with("w 1"), "{crop}");
    }
}

#[test]
fn a_flood_of_problems_is_cut_and_counted() {
    let outcome = body(&format!("ratings: [{}]\n", "x,".repeat(500)));
    assert_eq!(outcome.diagnostics.len(), 101);
    assert!(
        outcome
            .lines()
            .contains(&"T322 f/a.yaml:1 400 further problems in this file are not shown".to_owned())
    );
}

/// Every scalar of a record, with what it was read as.
fn scalars<'a>(located: &'a Located, found: &mut Vec<&'a Located>) {
    match &located.value {
        Value::List(elements) => elements.iter().for_each(|element| scalars(element, found)),
        Value::Record(record) => record.fields.iter().flatten().for_each(|field| scalars(field, found)),
        Value::Bool(_) | Value::Text(_) | Value::Number(_) => found.push(located),
    }
}

#[test]
fn spans_lie_on_the_scalars_as_they_are_written() {
    let text = "\u{feff}workflow: 'w'\r\ndate: \"2026-11-02\"\r\n\"stage\": pilot # ü\r\nowner: \"ü\\n\"\r\nplan:\r\n  contact: |\r\n    öne\r\n    two\r\n\r\n  steps:\r\n  - >-\r\n    foo\r\n  - plain ü text\r\n  - {}\r\nratings: [1, 2.50]\r\n";
    let text = text.replace("  - {}\r\n", "");
    let outcome = run(&[("f/a.yaml", &text)]);
    assert_eq!(outcome.lines(), Vec::<String>::new());
    let record = &outcome.workflows[0].series.as_ref().unwrap().snapshots[0].record;
    let mut found = Vec::new();
    record.fields.iter().flatten().for_each(|field| scalars(field, &mut found));
    let texts: Vec<&str> = found.iter().map(|located| outcome.sources.text(located.span)).collect();
    let expected =
        ["'w'", "\"2026-11-02\"", "pilot", "1", "2.50", "\"ü\\n\"", "öne\r\n    two", "foo", "plain ü text"];
    assert_eq!(texts, expected);
    let keys: Vec<&str> =
        record.fields.iter().flatten().map(|located| outcome.sources.text(located.key)).collect();
    assert_eq!(keys, ["workflow", "date", "\"stage\"", "ratings", "owner", "plan"]);
}

/// The text of a snapshot with every field, some written in other ways.
fn whole(date: u8, flow: bool) -> String {
    let users = if flow { "users: {active: 4, target: 5}" } else { "users:\n  active: 4\n  target: 5" };
    format!(
        "workflow: w\ndate: 2026-11-{date:02}\nstage: pilot\nadoption: 62%\nsatisfaction: 4.5\n{users}\noutputs:\n- \
         {{id: a, edit_time: 5%}}\n- id: \"b\"\n  kind: atypical\ncost: 0.05 USD\nlatency: 300 ms\napproved: true\n\
         owner: |\n  ana\nratings: [1, 2]\nplan: &p {{contact: 'bo'}}\n"
    )
}

/// What a result says, without the names of files.
fn meaning(outcome: &Outcome) -> String {
    let show = |span: Span| format!("{}@{}", outcome.sources.text(span), span.start);
    let mut text = String::new();
    for workflow in &outcome.workflows {
        write!(text, "{} ", workflow.name).unwrap();
        for snapshot in workflow.series.iter().flat_map(|series| &series.snapshots) {
            let mut found = Vec::new();
            snapshot.record.fields.iter().flatten().for_each(|field| scalars(field, &mut found));
            let found = found.iter().map(|located| show(located.span)).collect::<Vec<_>>();
            write!(text, "{} {found:?} ", snapshot.date).unwrap();
        }
    }
    let mut messages: Vec<String> = outcome
        .diagnostics
        .iter()
        .map(|d| format!("{} {} {}", d.code, d.message, show(d.labels[0].span)))
        .collect();
    messages.sort();
    format!("{text} {messages:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,200}", noise in proptest::collection::vec(any::<char>(), 0..60)) {
        let noise: String = noise.into_iter().collect();
        run(&[("f/a.yaml", &text), ("f/b.yaml", &noise), ("f/rollout.yaml", &text)]);
    }

    #[test]
    fn yaml_like_text_is_read_without_panic(
        parts in proptest::collection::vec(
            prop::sample::select(vec![
                "workflow", "date", "users", "outputs", "owner", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ",", "&a ", "*a",
                "'", "\"", "|\n", ">-\n", "#", "---\n", "...\n", "!x ", "? ", "<<", "%", "\t", "5", "ü", "\r\n", "~", "\u{feff}", "5%",
            ]),
            0..60,
        )
    ) {
        let text = parts.concat();
        let outcome = run(&[("f/a.yaml", &text), ("f/rollout.yaml", &text)]);
        let errors = outcome.diagnostics.iter().any(|d| d.severity == Severity::Error);
        prop_assert_eq!(errors, outcome.workflows.iter().any(|workflow| workflow.series.is_none()));
        for diagnostic in &outcome.diagnostics {
            for label in &diagnostic.labels {
                prop_assert!(outcome.sources.get(label.span.file).unwrap().text.get(label.span.range()).is_some());
            }
        }
    }

    #[test]
    fn quoted_texts_are_found_where_they_are_written(
        texts in proptest::collection::vec(("[a-zü漢\u{1F600}0-9 '\"\\\\:#{}-]{0,12}", any::<bool>()), 1..6),
        bom: bool, crlf: bool, flow: bool,
    ) {
        let quote = |text: &str, double: bool| match double {
            true => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            false => format!("'{}'", text.replace('\'', "''")),
        };
        let written: Vec<String> = texts.iter().map(|(text, double)| quote(text, *double)).collect();
        let steps = if flow {
            format!(" [{}]", written.join(", "))
        } else {
            written.iter().map(|text| format!("\n  - {text}")).collect()
        };
        let mut text = format!("{HEAD}plan:\n  contact: ü\n  steps:{steps}\n");
        if bom {
            text.insert(0, '\u{feff}');
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let outcome = run(&[("f/a.yaml", &text)]);
        let Value::Record(plan) = &outcome.value("plan").unwrap().value else { panic!() };
        let Value::List(steps) = &plan.fields[1].as_ref().unwrap().value else { panic!() };
        prop_assert_eq!(steps.len(), texts.len());
        for ((step, written), (text, _)) in steps.iter().zip(&written).zip(&texts) {
            prop_assert_eq!(outcome.sources.text(step.span), written);
            prop_assert_eq!(&step.value, &Value::Text(text.as_str().into()));
        }
    }

    #[test]
    fn mutated_snapshots_are_read_without_panic(
        at in 0..400usize, length in 0..20usize, with in "[\\PC\n\t]{0,4}", flow: bool
    ) {
        let text = whole(2, flow);
        let start = text.floor_char_boundary(at.min(text.len()));
        let end = text.floor_char_boundary((start + length).min(text.len()));
        let mutated = format!("{}{with}{}", &text[..start], &text[end..]);
        let outcome = run(&[("f/a.yaml", &mutated), ("f/b.yaml", &whole(9, flow))]);
        // An error anywhere costs the workflow its series; a file that was read cleanly keeps it.
        let errors = outcome.diagnostics.iter().any(|d| d.severity == Severity::Error);
        prop_assert_eq!(errors, outcome.workflows.iter().any(|workflow| workflow.series.is_none()));
    }

    #[test]
    fn neither_order_nor_names_of_files_change_the_result(
        order in Just((0..4usize).collect::<Vec<_>>()).prop_shuffle(),
        names in Just(vec!["f/a.yaml", "f/b.yaml", "f/c.yaml", "f/d.yaml"]).prop_shuffle(),
        broken: bool,
    ) {
        let mut texts = [whole(2, true), whole(9, false), whole(16, true), format!("{}x: 1\n", whole(23, false))];
        if broken {
            texts[1] = texts[1].replace("62%", "62");
        }
        let plain: Vec<(&str, &str)> =
            ["f/a.yaml", "f/b.yaml", "f/c.yaml", "f/d.yaml"].into_iter().zip(texts.iter().map(|text| &**text)).collect();
        let mixed: Vec<(&str, &str)> = order.iter().map(|at| (names[*at], &*texts[*at])).collect();
        prop_assert_eq!(meaning(&run(&plain)), meaning(&run(&mixed)));
    }
}
