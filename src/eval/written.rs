//! What a snapshot writes, as evidence: of a range its ends and that it is one, of counts their share and the sample that they are.

use super::explain::find;
use super::recorded::Recorded;
use super::{Evaluator, Evidence, ItemValue, Scope};
use crate::ast::Expr;
use crate::builtins::counting::Tally;
use crate::evidence::{Amount, ReasonKind, Reasons, Truth, Word};
use crate::point::Point;
use crate::program::{FieldPath, Target};
use crate::report::why::{Computed, Reading};
use crate::source::Span;
use crate::types::{Kind, Type};
use crate::value::{CountedShare, Located, Number, Record, RecordedRange, Value};

/// The record that a path is followed from.
#[derive(Clone, Copy)]
pub(super) struct RecordSource<'s> {
    /// The date of the snapshot that it is in.
    pub(super) date: Point,
    /// Why there is nothing at the end of a path, by where it would have been and whether its key is there without a value.
    pub(super) missing: &'s dyn Fn(Span, bool) -> Reasons,
}

/// A value that was read. Lists of scalars in lists do not occur: the vocabulary has none.
pub(super) fn eval_value<'a>(value: &Value) -> Evidence<'a> {
    match value {
        Value::Bool(value) => Evidence::Truth(Truth::known(*value)),
        Value::Text(text) => Evidence::Word(Word::Known(text.clone())),
        Value::Number(number) => Evidence::Amount(Amount::Known(number.clone())),
        Value::Counted(counted) => Evidence::Amount(Amount::Known(counted.share().clone())),
        Value::Range(range) => Evidence::Amount(Amount::bounded(range.interval(), Reasons::default())),
        Value::List(_) | Value::Record(_) => Evidence::Amount(Amount::Unknown(Reasons::default())),
    }
}

/// Whether a value stands at the end of the steps; through a list, in every element.
fn is_there(record: &Record, steps: &[usize]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    let Some(located) = record.fields.get(*step).and_then(Option::as_ref) else { return false };
    match &located.value {
        Value::Record(inner) => is_there(inner, rest),
        Value::List(elements) => elements.iter().all(|element| match &element.value {
            Value::Record(inner) => is_there(inner, rest),
            Value::Bool(_)
            | Value::Text(_)
            | Value::Number(_)
            | Value::Range(_)
            | Value::Counted(_)
            | Value::List(_) => rest.is_empty(),
        }),
        Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::Range(_) | Value::Counted(_) => {
            rest.is_empty()
        }
    }
}

fn tally_of(counted: &CountedShare) -> Option<Tally> {
    counted.counts().map(|(part, whole)| Tally::known(part, whole))
}

impl<'a> Evaluator<'a> {
    /// A value that stands in the snapshot of a date.
    pub(super) fn recorded_value(
        &self,
        located: &Located,
        path: &FieldPath,
        ty: &Type,
        date: Point,
    ) -> Evidence<'a> {
        let Value::Range(range) = &located.value else { return eval_value(&located.value) };
        let reasons = self.recorded_as_range(range, path, ty, (date, located.span));
        Evidence::Amount(Amount::bounded(range.interval(), reasons))
    }

    fn recorded_as_range(
        &self,
        range: &RecordedRange,
        path: &FieldPath,
        ty: &Type,
        (date, span): (Point, Span),
    ) -> Reasons {
        let end = |end: &Number| self.figure_of(ty, &Evidence::Amount(Amount::Known(end.clone())));
        let (low, high) = (end(&range.low), end(&range.high));
        let (field, low, high) = (path.name.clone(), low.clone().told_from(&high), high.told_from(&low));
        Reasons::of(ReasonKind::RecordedAsRange { field, low, high, date }, Some(span))
    }

    /// The counts that a snapshot records for a share, as a sample; or why there are none.
    pub(super) fn field_sample(
        &self,
        expr: &'a Expr,
        path: &FieldPath,
        scope: Scope<'_, 'a>,
    ) -> Result<Tally, Reasons> {
        let info = self.program.expr(expr.id).ok_or_else(Reasons::default)?;
        if info.ty.quantity().is_none_or(|quantity| quantity.kind != Kind::Share) {
            return Err(Reasons::default());
        }
        let is_judged = matches!(info.target, Some(Target::JudgedField(_)));
        let at = if is_judged { scope.moment.judged } else { scope.moment.at };
        let snapshot = self.snapshots.get(at).ok_or_else(Reasons::default)?;
        let Some(located) = find(&snapshot.record, &path.steps) else {
            return Err(self.eval(expr, scope).reasons());
        };
        match &located.value {
            Value::Counted(counted) => tally_of(counted).ok_or_else(Reasons::default),
            Value::Bool(_)
            | Value::Text(_)
            | Value::Number(_)
            | Value::Range(_)
            | Value::List(_)
            | Value::Record(_) => {
                let (field, date) = (path.name.clone(), snapshot.date);
                let mut why = self.eval(expr, scope).reasons();
                why.merge(&Reasons::of(ReasonKind::WithoutCounts { field, date }, Some(located.span)));
                Err(why)
            }
        }
    }

    /// What stands in a snapshot, to be shown: of counts «957 of 1008 = 94.9%».
    pub(super) fn reading_of(&self, located: &Located, ty: &Type) -> Reading {
        let figure = self.figure_of(ty, &eval_value(&located.value));
        let tally = if let Value::Counted(counted) = &located.value { tally_of(counted) } else { None };
        let from = tally.map(|Tally { sure, possible, sure_of, .. }| Computed::Counted {
            sure,
            possible,
            total: sure_of,
        });
        Reading { figure, from }
    }

    /// Whether the path of `has` leads to a value, in this snapshot or element.
    pub(super) fn has(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> bool {
        let Some(info) = self.program.expr(expr.id) else { return false };
        if info.target.as_ref().is_some_and(|target| self.is_taken_ask(target, scope)) {
            return true;
        }
        let of_snapshot = |at: usize| self.snapshots.get(at).map(|found| Recorded::once(&found.record));
        let (element, path) = match &info.target {
            Some(Target::Field(path)) => (of_snapshot(scope.moment.at), path),
            Some(Target::JudgedField(path)) => (of_snapshot(scope.moment.judged), path),
            Some(Target::Element { up, path }) => {
                let element = scope.item(*up).and_then(|item| match &item.value {
                    ItemValue::Record(element) => Some(element.clone()),
                    ItemValue::Workflow(seen) => {
                        let built_in = self.program.vocabulary.built_in_fields();
                        let shows = seen.shows(&path.steps, built_in);
                        shows.then(|| Recorded::once(seen.record()))
                    }
                    ItemValue::Evidence(_) => None,
                });
                (element, path)
            }
            Some(
                Target::Workflows(_)
                | Target::Date(_)
                | Target::Let(_)
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_),
            )
            | None => {
                return false;
            }
        };
        element.is_some_and(|element| element.all().any(|record| is_there(record, &path.steps)))
    }
}
