//! Checks of the record: what a committed series itself gives away, whatever the policies ask of it.
//!
//! Each check is a file here. It looks at the newest snapshots alone, so that what it says goes away when the series goes on.
//! What comes of it is a note beside the verdict, made when that is settled: no check changes a decision. What a check costs is
//! bounded by a budget of its own, and what would take more is not found out.

mod bunched;
mod copied;
mod regular;
mod reused;
mod rewritten;
mod shrunken;
mod smaller;
mod vanished;
mod wish;

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use self::wish::Wish;
use super::budget::Budget;
use super::explain::find;
use super::waive::{Signed, waive};
use super::{Evaluator, Evidence, Judged, Moment, Rulebook, judge_workflow};
use crate::ast::{Arg, Expr, ExprKind};
use crate::builtins::Builtin;
use crate::evidence::{Amount, Reasons, Truth, Word};
use crate::point::Point;
use crate::program::Target;
use crate::report::Decision;
use crate::report::why::{Breach, Pointer, RecordFinding, RuleVerdict, Said, Saw};
use crate::settings::{
    BUNCHED, BuiltInRule, COPIED, REGULAR, REUSED, REWRITTEN, SHRUNKEN, SMALLER, VANISHED,
};
use crate::source::Span;
use crate::value::{Located, Record, Series, Value};
use crate::vocabulary::ListField;

/// Something that a check found.
struct Oddity {
    found: RecordFinding,
    /// The declaration, or the part of a policy, that it is about.
    declared: Option<Span>,
    /// The lines of the input that show it, the newest first.
    pointers: Vec<Pointer>,
}

type RecordCheck = fn(&SeriesRecord<'_, '_>) -> Vec<Oddity>;

/// Every check; each finds what is odd about the newest snapshot, the most telling first. What costs most comes last.
const CHECKS: [(BuiltInRule, RecordCheck); 8] = [
    (REWRITTEN, rewritten::find),
    (COPIED, copied::find),
    (SMALLER, smaller::find),
    (SHRUNKEN, shrunken::find),
    (VANISHED, vanished::find),
    (REUSED, reused::find),
    (BUNCHED, bunched::find),
    (REGULAR, regular::find),
];

/// Judges a workflow, and looks at its record. Of `rewritten` files, each with the commit that it came with, it is known that they
/// are not what they were.
pub fn judge_with_record(
    rulebook: &Rulebook<'_>,
    series: &Series,
    as_of: Point,
    deny_warnings: bool,
    rewritten: &BTreeMap<String, String>,
) -> Judged {
    let mut judged = judge_workflow(rulebook, series, as_of, deny_warnings);
    if matches!(judged.verdict.decision, Decision::Retired | Decision::Error) {
        return judged;
    }
    let mut evaluator = Evaluator::new(rulebook, &series.snapshots);
    evaluator.budget = Rc::new(Budget::for_checks());
    evaluator.explains = false;
    let newest = series.snapshots.len().saturating_sub(1);
    let record = SeriesRecord {
        series: &evaluator,
        lists: rulebook.program.vocabulary.snapshot.lists(),
        moment: Moment::on(as_of, newest, newest),
        rewritten,
        wishes: OnceCell::new(),
    };
    let mut notes: Vec<RuleVerdict> =
        CHECKS.iter().filter_map(|(rule, find)| record.note(*rule, *find)).collect();
    let signed = Signed { waivers: rulebook.waivers, as_of, stage: evaluator.stage(newest) };
    judged.lifts.extend(waive(&signed, &mut notes, None));
    judged.remarks.extend(vanished::unknown_names(&record));
    judged.verdict.rules.extend(notes);
    judged
}

/// A series, and what its checks have in common.
struct SeriesRecord<'e, 'a> {
    series: &'e Evaluator<'a>,
    /// All lists that its snapshots may have.
    lists: Vec<ListField<'a>>,
    /// The newest snapshot, on the day of judgement.
    moment: Moment,
    /// Files that are not what they were, each with the commit that it came with.
    rewritten: &'e BTreeMap<String, String>,
    /// What the rules ask; looked up where a check needs it.
    wishes: OnceCell<Vec<Wish<'a>>>,
}

impl<'a> SeriesRecord<'_, 'a> {
    /// What a check notes, unless it is switched off.
    fn note(&self, rule: BuiltInRule, find: RecordCheck) -> Option<RuleVerdict> {
        let Evaluator { program, settings, .. } = self.series;
        settings.built_in(program, rule)?.on(self.moment.day.day_number()).effect?;
        let found = find(self);
        let more = found.len().saturating_sub(1);
        let Oddity { found, declared, pointers } = found.into_iter().next()?;
        let verdict =
            self.series.built_in_rule(rule, Breach::Record { found, more }, None, self.moment.day)?;
        let saw = |pointer: &Pointer| Saw {
            expression: self.series.sources.text(pointer.span).to_owned(),
            said: pointer.said.clone(),
            because: Vec::new(),
            span: pointer.span,
        };
        let evidence = pointers.iter().map(saw).collect();
        Some(RuleVerdict { declared: declared.or(verdict.declared), evidence, pointers, ..verdict })
    }

    /// What the rules ask.
    fn wishes(&self) -> &[Wish<'a>] {
        self.wishes.get_or_init(|| wish::all(self.series))
    }

    /// The snapshots before the newest, by their indexes, the last one first.
    fn earlier(&self) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.moment.at).rev()
    }

    /// A list of a snapshot, and where it stands.
    fn list_at(&self, at: usize, list: &ListField<'_>) -> Option<RecordedList<'a>> {
        let located = find(&self.series.snapshots.get(at)?.record, &list.steps)?;
        let Value::List(elements) = &located.value else { return None };
        Some(RecordedList { at, elements, span: located.key })
    }

    /// What a name stands for.
    fn target(&self, expr: &Expr) -> Option<&'a Target> {
        self.series.program.expr(expr.id)?.target.as_ref()
    }

    /// The function that a part calls itself, and its arguments.
    fn call(&self, wish: &Wish<'a>) -> Option<(&'static Builtin, &'a [Arg])> {
        match (&wish.expr.kind, self.target(wish.expr)?) {
            (ExprKind::Call { args, .. }, Target::Call(builtin)) => Some((builtin, args)),
            _ => None,
        }
    }

    /// The list that a way leads to or through, and what is left of the way.
    fn list_on<'s>(&self, steps: &'s [usize]) -> Option<(&ListField<'a>, &'s [usize])> {
        self.lists.iter().find_map(|list| Some((list, steps.strip_prefix(&*list.steps)?)))
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

impl<'a> RecordedList<'a> {
    /// Its elements, where these are records.
    fn records(&self) -> impl Iterator<Item = &'a Record> + use<'a> {
        self.elements.iter().filter_map(|element| match &element.value {
            Value::Record(record) => Some(record),
            Value::Bool(_)
            | Value::Text(_)
            | Value::Number(_)
            | Value::Range(_)
            | Value::Counted(_)
            | Value::List(_) => None,
        })
    }

    /// Points at it, and says how long it is.
    fn pointer(&self, list: &ListField<'_>) -> Pointer {
        let said = Said::Elements { list: list.name.clone(), count: self.elements.len() };
        Pointer { span: self.span, said }
    }
}

/// A value, to be shown. Of a list or record, which is told by its place, no more than that it is there.
fn evidence_of<'a>(value: &Value) -> Evidence<'a> {
    match value {
        Value::Bool(value) => Evidence::Truth(Truth::known(*value)),
        Value::Text(text) => Evidence::Word(Word::Known(text.clone())),
        Value::Number(number) => Evidence::Amount(Amount::Known(number.clone())),
        Value::Counted(counted) => Evidence::Amount(Amount::Known(counted.share().clone())),
        Value::Range(range) => Evidence::Amount(Amount::bounded(range.interval(), Reasons::default())),
        Value::List(_) | Value::Record(_) => Evidence::Truth(Truth::Yes),
    }
}

/// Some order of values, in which those that say the same are equal.
fn order(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        (Value::Number(one), Value::Number(other)) => one.cmp(other),
        (Value::Range(one), Value::Range(other)) => one.cmp(other),
        (Value::Counted(one), Value::Counted(other)) => one.cmp(other),
        (Value::List(one), Value::List(other)) => {
            let elements = one.iter().zip(other).map(|(one, other)| order(&one.value, &other.value));
            first_difference(elements).then(one.len().cmp(&other.len()))
        }
        (Value::Record(one), Value::Record(other)) => order_records(one, other, None),
        (
            Value::Bool(_)
            | Value::Text(_)
            | Value::Number(_)
            | Value::Range(_)
            | Value::Counted(_)
            | Value::List(_)
            | Value::Record(_),
            _,
        ) => kind_of(one).cmp(&kind_of(other)),
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
        Value::Range(_) => 5,
        Value::Counted(_) => 6,
    }
}
