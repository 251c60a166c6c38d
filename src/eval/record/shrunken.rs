//! `record.shrunken`: a quotient of two counts that rose because fewer are counted.

use std::collections::BTreeSet;
use std::iter;

use super::{Oddity, SeriesRecord, Wish, find as find_value};
use crate::ast::{Arg, ArithmeticOp, Expr, ExprKind};
use crate::program::{FieldPath, Target};
use crate::report::why::{Figure, Pointer, RecordFinding, Said};
use crate::source::Span;
use crate::types::Kind;
use crate::value::{Number, Record, Value};

/// A part of a whole, in numbers of two snapshots: of the one before and of the newest, with the place of the newest whole.
struct PartOfWhole<'a> {
    part: &'a FieldPath,
    whole: &'a FieldPath,
    before: [Number; 2],
    now: [Number; 2],
    lines: [Span; 2],
}

/// Quotients of counts, of which a rule would have more, that rose though the part did not: the whole fell.
pub(super) fn find(record: &SeriesRecord<'_, '_>) -> Vec<Oddity> {
    let snapshots = record.series.snapshots;
    let before = record.earlier().next().and_then(|at| snapshots.get(at));
    let Some((now, before)) = snapshots.last().zip(before) else { return Vec::new() };
    // Seldom is any of this worth to look through all rules for.
    if !any_fell(&now.record, &before.record) {
        return Vec::new();
    }
    let mut said = BTreeSet::new();
    let helps = |wish: &&Wish<'_>| wish.more == Some(true) && wish.within.is_none();
    let is_new = |found: &(Span, PartOfWhole<'_>)| {
        said.insert((found.1.part.name.clone(), found.1.whole.name.clone()))
    };
    let all = record.wishes().iter().filter(helps).filter_map(|wish| shrunken(record, wish)).filter(is_new);
    all.map(|(span, found)| oddity(record, span, &found)).collect()
}

/// Whether a number of the snapshot, or of a record in it, is lower than before.
fn any_fell(now: &Record, before: &Record) -> bool {
    now.fields.iter().zip(&before.fields).any(|pair| {
        let (Some(now), Some(before)) = pair else { return false };
        match (&now.value, &before.value) {
            (Value::Number(now), Value::Number(before)) => now < before,
            (Value::Record(now), Value::Record(before)) => any_fell(now, before),
            (Value::Number(_) | Value::Record(_) | Value::Bool(_) | Value::Text(_) | Value::List(_), _) => {
                false
            }
        }
    })
}

fn shrunken<'a>(record: &SeriesRecord<'_, 'a>, wish: &Wish<'a>) -> Option<(Span, PartOfWhole<'a>)> {
    let (part, whole) = match (&wish.expr.kind, record.call(wish)) {
        (ExprKind::Arithmetic(ArithmeticOp::Divide, part, whole), _) => (&**part, &**whole),
        (_, Some((_, [Arg { value, of: Some(whole), over: None, .. }]))) => (value, whole),
        _ => return None,
    };
    let (part, whole) = (count_field(record, part)?, count_field(record, whole)?);
    let (at, earlier) = (record.moment.at, record.earlier().next()?);
    let (old_part, old_whole) = (number(record, earlier, part)?, number(record, earlier, whole)?);
    let (new_part, new_whole) = (number(record, at, part)?, number(record, at, whole)?);
    let lines = [new_whole.1, old_whole.1];
    let (before, now) = ([old_part.0, old_whole.0], [new_part.0, new_whole.0]);
    let [[old_part, old_whole], [new_part, new_whole]] = [&before, &now];
    // The quotient rose, and none of both wholes is nothing.
    let rose = *new_whole > Number::ZERO && new_part * old_whole > old_part * new_whole;
    let shrank = rose && new_part <= old_part && new_whole < old_whole;
    shrank.then_some((wish.expr.span, PartOfWhole { part, whole, before, now, lines }))
}

/// The count of the snapshot that an expression stands for, perhaps through lets.
fn count_field<'a>(record: &SeriesRecord<'_, 'a>, expr: &'a Expr) -> Option<&'a FieldPath> {
    let expr = iter::successors(Some(expr), |expr| record.series.let_behind(expr)).last()?;
    let Target::Field(path) = record.target(expr)? else { return None };
    let quantity = record.series.program.expr(expr.id)?.ty.quantity()?;
    (quantity.kind == Kind::Count).then_some(path)
}

fn number(record: &SeriesRecord<'_, '_>, at: usize, path: &FieldPath) -> Option<(Number, Span)> {
    let located = find_value(&record.series.snapshots.get(at)?.record, &path.steps)?;
    match &located.value {
        Value::Number(number) => Some((number.clone(), located.span)),
        Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Record(_) => None,
    }
}

fn oddity(record: &SeriesRecord<'_, '_>, span: Span, found: &PartOfWhole<'_>) -> Oddity {
    let PartOfWhole { part, whole, before, now, lines } = found;
    let figure = |number: &Number| Figure::number(Kind::Count, number.clone());
    let [old_part, old_whole] = before.each_ref().map(figure);
    let [new_part, new_whole] = now.each_ref().map(figure);
    let pointers = lines.iter().zip([&new_whole, &old_whole]);
    let pointers =
        pointers.map(|(span, whole)| Pointer { span: *span, said: Said::Value(whole.clone().into()) });
    let pointers = pointers.collect();
    let found = RecordFinding::Shrunken {
        part: part.name.clone(),
        whole: whole.name.clone(),
        now: [new_part, new_whole],
        before: [old_part, old_whole],
        at: record.series.day(record.moment.at),
    };
    Oddity { found, declared: Some(span), pointers }
}
