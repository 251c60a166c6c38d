//! Tests of the checker, on policy text: what it accepts, and what it says of the rest.

mod any_text;
mod decl;
mod expr;
mod names;
mod range;
mod series;
mod vocabulary;

use super::check;
use crate::ast::{ExprIds, File, Item, PolicyItem};
use crate::diagnostic::Diagnostic;
use crate::parse::parse;
use crate::program::Program;
use crate::source::{FileId, SourceMap};
use crate::types::Type;

/// The vocabulary of most tests.
const VOCABULARY: &str = "
stages testing -> pilot -> expanded -> full
snapshot every 1 week grace 3 days {
  adoption: share
  satisfaction: number from 1 to 5
  users { active: count, target: count }
  outputs: list of { id: text key, edit_time: share from 0% to 1000%, kind: one of [ordinary, atypical], checks: list of bool, parts: list of { size: count } }
  scores: list of number from 0 to 10
  flags: list of bool
  areas: list of text
  mood: one of [good, bad]
  moods: list of one of [good, bad]
  phase: one of [early, late]
  owner: text
  ready: bool
  launch: date
  reviews: list of date
  cost: number USD
  tokens: number TOKENS
  latency: duration
}
";

/// The tree of one text, how many expressions are in it, and what the parser says of it.
fn parse_text(text: &str) -> (File, usize, Vec<Diagnostic>) {
    let mut ids = ExprIds::default();
    let (file, found) = parse(FileId(0), text, &mut ids);
    (file, ids.count(), found)
}

/// Parses cleanly, and checks.
fn run(texts: &[&str]) -> (Vec<File>, Program, Vec<Diagnostic>) {
    let (mut sources, mut ids) = (SourceMap::default(), ExprIds::default());
    let mut files = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let id = sources.add(format!("{at}.gate"), *text);
        let (file, found) = parse(id, text, &mut ids);
        assert_eq!(found, [], "{text}");
        files.push(file);
    }
    let (program, found) = check(&files, ids.count());
    for diagnostic in &found {
        assert!(!diagnostic.labels.is_empty(), "no place: {diagnostic:?}");
        for label in &diagnostic.labels {
            assert!(!sources.text(label.span).is_empty(), "an empty place: {diagnostic:?}");
        }
    }
    (files, program, found)
}

/// `CODE message | help`
fn show(found: &[Diagnostic]) -> Vec<String> {
    let line = |d: &Diagnostic| {
        let d = d.clone().one_of_several();
        let help = d.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
        format!("{} {}{help}", d.code, d.message)
    };
    found.iter().map(line).collect()
}

/// What is found in policies on the common vocabulary.
fn found(policies: &str) -> Vec<String> {
    show(&run(&[VOCABULARY, policies]).2)
}

/// What is found in a let's value; and its type.
fn check_expr(value: &str) -> (Type, Vec<String>) {
    let policy = format!(
        "policy other {{ let light = share(outputs where edit_time < 15%) }}
         policy p {{
           param floor = 50% within 10% to 90%
           param window = 2 weeks within 1 week to 8 weeks
           param cadence = 1 month within 1 month to 3 months
           param level = 90% within 80% to 99%
           param fifty = 50
           param budget = 5 USD
           param day = 2026-01-01
           param on = true
           let light = share(outputs where edit_time < 15%)
           let value = {value}
         }}"
    );
    let (files, program, found) = run(&[VOCABULARY, &policy]);
    let mut last = None;
    for item in files.iter().flat_map(|file| &file.items) {
        let Item::Policy(policy) = item else { continue };
        for item in &policy.items {
            if let PolicyItem::Let(decl) = item {
                last = Some(decl.value.id);
            }
        }
    }
    let ty = last.and_then(|id| program.expr(id)).map_or(Type::Error, |info| info.ty.clone());
    (ty, show(&found))
}

/// The type of an expression without errors, with its range: `share 0% to 100%`.
fn type_of(value: &str) -> String {
    let (ty, found) = check_expr(value);
    assert_eq!(found, [""; 0], "{value}");
    show_type(&ty)
}

fn show_type(ty: &Type) -> String {
    match ty {
        Type::Amount(quantity) => {
            let show = |bound: &Option<_>| bound.as_ref().map_or("..".to_owned(), |n| quantity.kind.show(n));
            format!("{ty} {} to {}", show(&quantity.range.low), show(&quantity.range.high))
        }
        Type::List(element) => format!("list of {}", show_type(element)),
        other => other.to_string(),
    }
}

/// The only error in an expression.
fn error_of(value: &str) -> String {
    let (_, found) = check_expr(value);
    assert_eq!(found.len(), 1, "{value}: {found:#?}");
    found.into_iter().next().unwrap()
}

/// Accepts all of these as conditions.
fn accepts(conditions: &[&str]) {
    for condition in conditions {
        assert_eq!(type_of(condition), "bool", "{condition}");
    }
}

/// Says of each expression what begins like this.
fn rejects(cases: &[(&str, &str)]) {
    for (value, expected) in cases {
        let error = error_of(value);
        assert!(error.starts_with(expected), "{value}\n  expected {expected}\n     found {error}");
    }
}
