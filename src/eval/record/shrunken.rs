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

/// A part of a whole, in numbers of two snapshots: of the last one before the newest that records both, and of the newest, with
/// the places of both wholes.
struct PartOfWhole<'a> {
    part: &'a FieldPath,
    whole: &'a FieldPath,
    before: [Number; 2],
    now: [Number; 2],
    lines: [Span; 2],
}

/// Quotients of counts, of which a rule would have more, that rose though the part did not: the whole fell.
pub(super) fn find(record: &SeriesRecord<'_, '_>) -> Vec<Oddity> {
    let Some(now) = record.series.snapshots.last() else { return Vec::new() };
    // Seldom is any of this worth to look through all rules for.
    if !any_fell(record, &now.record, &mut Vec::new()) {
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

/// Whether a number of the newest snapshot, or of a record in it on this way, is lower than it ever was.
fn any_fell(record: &SeriesRecord<'_, '_>, now: &Record, way: &mut Vec<usize>) -> bool {
    now.fields.iter().enumerate().any(|(step, located)| {
        way.push(step);
        let fell = match located.as_ref().map(|located| &located.value) {
            Some(Value::Record(inner)) => any_fell(record, inner, way),
            value => value.and_then(Value::number).is_some_and(|now| {
                let before = record.earlier().take_while(|_| record.series.budget.spend(1));
                before.filter_map(|at| number(record, at, way)).any(|(before, _)| *now < before)
            }),
        };
        way.pop();
        fell
    })
}

fn shrunken<'a>(record: &SeriesRecord<'_, 'a>, wish: &Wish<'a>) -> Option<(Span, PartOfWhole<'a>)> {
    let (part, whole) = match (&wish.expr.kind, record.call(wish)) {
        (ExprKind::Arithmetic(ArithmeticOp::Divide, part, whole), _) => (&**part, &**whole),
        (_, Some((_, [Arg { value, of: Some(whole), over: None, .. }]))) => (value, whole),
        _ => return None,
    };
    let (part, whole) = (count_field(record, part)?, count_field(record, whole)?);
    let both = |at: usize| Some((number(record, at, &part.steps)?, number(record, at, &whole.steps)?));
    let (new_part, new_whole) = both(record.moment.at)?;
    // A snapshot without them, or in which nobody was counted, says nothing of their quotient.
    let (old_part, old_whole) =
        record.earlier().filter_map(both).find(|(_, whole)| whole.0 > Number::ZERO)?;
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

fn number(record: &SeriesRecord<'_, '_>, at: usize, way: &[usize]) -> Option<(Number, Span)> {
    let located = find_value(&record.series.snapshots.get(at)?.record, way)?;
    Some((located.value.number()?.clone(), located.span))
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
