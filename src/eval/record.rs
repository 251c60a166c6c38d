//! Checks of the record: what a committed series itself gives away, whatever the policies ask of it.
//!
//! Each check is a file here. It looks at the newest snapshots alone, so that what it says goes away when the series goes on.
//! What comes of it is a note beside the verdict, made when that is settled: no check changes a decision. What a check costs is
//! bounded by a budget of its own, and what would take more is not found out.

mod copied;

use std::cmp::Ordering;
use std::rc::Rc;

use super::budget::Budget;
use super::waive::{Signed, waive};
use super::{Evaluator, Judged, Rulebook, judge_workflow};
use crate::point::Point;
use crate::report::Decision;
use crate::report::why::{Breach, Pointer, RecordFinding, RuleVerdict, Said, Saw};
use crate::settings::{BuiltInRule, COPIED};
use crate::source::Span;
use crate::value::{Located, Record, Series, Value};
use crate::vocabulary::ListField;

/// Something that a check found.
struct Oddity {
    found: RecordFinding,
    /// The declaration that it is about; that of the first field where there is none.
    declared: Option<Span>,
    /// The lines of the input that show it, the newest first.
    pointers: Vec<Pointer>,
}

type RecordCheck = fn(&Evaluator<'_>) -> Vec<Oddity>;

/// Every check; each finds what is new in the newest snapshot, the most telling first.
const CHECKS: [(BuiltInRule, RecordCheck); 1] = [(COPIED, |series| series.copied())];

/// Judges a workflow, and looks at its record.
pub fn judge_with_record(
    rulebook: &Rulebook<'_>,
    series: &Series,
    as_of: Point,
    deny_warnings: bool,
) -> Judged {
    let mut judged = judge_workflow(rulebook, series, as_of, deny_warnings);
    if matches!(judged.verdict.decision, Decision::Retired | Decision::Error) {
        return judged;
    }
    let mut evaluator = Evaluator::new(rulebook, &series.snapshots);
    evaluator.budget = Rc::new(Budget::for_checks());
    evaluator.explains = false;
    let mut notes: Vec<RuleVerdict> =
        CHECKS.iter().filter_map(|(rule, find)| evaluator.record_note(*rule, *find, as_of)).collect();
    let newest = series.snapshots.len().saturating_sub(1);
    let signed = Signed { waivers: rulebook.waivers, as_of, stage: evaluator.stage(newest) };
    judged.lifts.extend(waive(&signed, &mut notes, None));
    judged.verdict.rules.extend(notes);
    judged
}

impl<'a> Evaluator<'a> {
    /// What a check notes, unless it is switched off.
    fn record_note(&self, rule: BuiltInRule, find: RecordCheck, as_of: Point) -> Option<RuleVerdict> {
        let setting = self.settings.built_in(self.program, rule)?.on(as_of.day_number());
        setting.effect?;
        let found = find(self);
        let more = found.len().saturating_sub(1);
        let Oddity { found, declared, pointers } = found.into_iter().next()?;
        let breach = Breach::Record { found, more };
        let verdict = self.built_in_rule(rule, breach, None, as_of)?;
        let saw = |pointer: &Pointer| Saw {
            expression: self.sources.text(pointer.span).to_owned(),
            said: pointer.said.clone(),
            because: None,
            span: pointer.span,
        };
        let evidence = pointers.iter().map(saw).collect();
        Some(RuleVerdict { declared: declared.or(verdict.declared), evidence, pointers, ..verdict })
    }

    /// The newest snapshot and the one before it, by their indexes.
    fn newest_two(&self) -> Option<(usize, usize)> {
        let newest = self.snapshots.len().checked_sub(1)?;
        Some((newest, newest.checked_sub(1)?))
    }

    /// A list of a snapshot, and where it stands.
    fn list_at(&self, at: usize, list: &ListField<'_>) -> Option<RecordedList<'a>> {
        let located = super::explain::find(&self.snapshots.get(at)?.record, &list.steps)?;
        let Value::List(elements) = &located.value else { return None };
        Some(RecordedList { at, elements, span: located.key })
    }
}

/// A list as a snapshot records it.
#[derive(Clone, Copy)]
struct RecordedList<'a> {
    /// Index of the snapshot.
    at: usize,
    elements: &'a [Located],
    /// Where its name stands.
    span: Span,
}

impl RecordedList<'_> {
    /// Points at it, and says how long it is.
    fn pointer(&self, list: &ListField<'_>) -> Pointer {
        let said = Said::Elements { list: list.name.clone(), count: self.elements.len() };
        Pointer { span: self.span, said }
    }
}

/// Some order of values, in which those that say the same are equal.
fn order(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        (Value::Number(one), Value::Number(other)) => one.cmp(other),
        (Value::List(one), Value::List(other)) => {
            let elements = one.iter().zip(other).map(|(one, other)| order(&one.value, &other.value));
            first_difference(elements).then(one.len().cmp(&other.len()))
        }
        (Value::Record(one), Value::Record(other)) => order_records(one, other, None),
        (Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::List(_) | Value::Record(_), _) => {
            kind_of(one).cmp(&kind_of(other))
        }
    }
}

/// The same of two records of one type, whatever they say of the field `but`.
fn order_records(one: &Record, other: &Record, but: Option<usize>) -> Ordering {
    let fields = one.fields.iter().zip(&other.fields).enumerate().filter(|(at, _)| Some(*at) != but);
    first_difference(fields.map(|(_, pair)| match pair {
        (Some(one), Some(other)) => order(&one.value, &other.value),
        (one, other) => one.is_some().cmp(&other.is_some()),
    }))
}

fn first_difference(mut all: impl Iterator<Item = Ordering>) -> Ordering {
    all.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

fn kind_of(value: &Value) -> u8 {
    match value {
        Value::Bool(_) => 0,
        Value::Text(_) => 1,
        Value::Number(_) => 2,
        Value::List(_) => 3,
        Value::Record(_) => 4,
    }
}
