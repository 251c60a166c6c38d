//! The rules of snapshots, each shown on the text that it is about.

mod collected;
mod compound;
mod direct;
mod records;
mod scalars;
mod yaml;

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

/// All fields may stand in a `rollout.yaml`, but those that are built in.
fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        required: false,
        key: false,
        changing: false,
        kept: false,
        standing: true,
        named: None,
        doc: None,
        span: None,
    }
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
        field("share_below", ranged(Kind::Share, "0", "0.5")),
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
