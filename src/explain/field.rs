//! What snapshots record, field by field: what each is called, and who reads it.

use super::uses::{RuleUses, uses, uses_of_let};
use crate::program::{Let, Program, Rule};
use crate::source::Span;
use crate::types::Type;
use crate::value::{Record, Value};
use crate::vocabulary::{Field, RecordType, Vocabulary};

/// A field of a snapshot, of a record in it, or of the elements of a list.
#[derive(Clone, Debug)]
pub struct RecordedField<'v> {
    /// As policies write it: `outputs.edit_time`.
    pub name: String,
    /// The way to it from the snapshot.
    pub steps: Vec<usize>,
    pub field: &'v Field,
}

/// All fields, each before those inside of it.
pub fn recorded_fields(vocabulary: &Vocabulary) -> Vec<RecordedField<'_>> {
    let mut found = Vec::new();
    add(&vocabulary.snapshot, "", &[], &mut found);
    found
}

fn add<'v>(record: &'v RecordType, prefix: &str, before: &[usize], found: &mut Vec<RecordedField<'v>>) {
    for (at, field) in record.fields.iter().enumerate() {
        let name = format!("{prefix}{}", field.name);
        let steps: Vec<usize> = before.iter().copied().chain([at]).collect();
        let inner = field.ty.element().unwrap_or(&field.ty).record();
        found.push(RecordedField { name: name.clone(), steps: steps.clone(), field });
        if let Some(inner) = inner {
            add(inner, &format!("{name}."), &steps, found);
        }
    }
}

/// The rules that read a field, or something inside of it.
pub fn readers<'p>(name: &str, program: &'p Program) -> Vec<&'p Rule> {
    program.rules.iter().filter(|rule| reads(&uses(rule, program), name)).collect()
}

/// The lets that read a field, or something inside of it.
pub fn reading_lets<'p>(name: &str, program: &'p Program) -> Vec<&'p Let> {
    let lets = program.lets.iter().enumerate();
    lets.filter(|(at, _)| reads(&uses_of_let(*at, program), name)).map(|(_, own)| own).collect()
}

fn reads(uses: &RuleUses<'_>, name: &str) -> bool {
    let is_inside = |read: &str| read.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    uses.fields.iter().any(|(read, _)| read == name || is_inside(read))
}

/// Where a snapshot records a field; of the elements of a list the first that has it.
pub fn recorded_at(record: &Record, steps: &[usize]) -> Option<Span> {
    let (first, rest) = steps.split_first()?;
    let located = record.fields.get(*first)?.as_ref()?;
    if rest.is_empty() {
        return Some(located.key);
    }
    match &located.value {
        Value::Record(inner) => recorded_at(inner, rest),
        Value::List(elements) => elements.iter().find_map(|element| match &element.value {
            Value::Record(inner) => recorded_at(inner, rest),
            Value::Bool(_)
            | Value::Text(_)
            | Value::Number(_)
            | Value::Range(_)
            | Value::Counted(_)
            | Value::List(_) => None,
        }),
        Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::Range(_) | Value::Counted(_) => None,
    }
}

/// What a field of the language itself is for, which no policy declares.
pub fn of_built_in_field(field: &Field) -> Option<&'static str> {
    let is_built_in = field.span.is_none();
    match &*field.name {
        _ if !is_built_in => None,
        "workflow" => Some("The name of the workflow that was measured"),
        "date" if field.ty == Type::Time => Some("The time up to which was measured"),
        "date" => Some("The day up to which was measured"),
        "stage" => Some("The stage of the rollout that the workflow was in"),
        "advance_to" => Some("The stage that the workflow asks to move to"),
        Vocabulary::RETIRED => Some("The last day of the workflow: after it, nothing is judged"),
        Vocabulary::LEFT => Some("The keys that are gone from lists that are `kept`"),
        _ => None,
    }
}
