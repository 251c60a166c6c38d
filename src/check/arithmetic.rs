//! `+ - * /` and the sign: which units go together, what comes out, and in what range.

use dashu_base::BitTest;

use super::Checker;
use super::compare::joined;
use super::errors;
use super::form::part_of_whole;
use super::kinds::KindsMet;
use super::scope::NameScope;
use crate::ast::{ArithmeticOp, Expr, ExprKind};
use crate::interval::Interval;
use crate::types::{Kind, Quantity, Type};
use crate::value::Number;

/// Bits that a bound of a range may need. A chain of lets that square each other would double them at every step, so
/// that a bound beyond this is given up.
const MAX_BITS: usize = 1024;

/// Why two types do not go together.
pub(super) enum Clash {
    /// Two different units, or a unit and a plain number, are added or subtracted.
    Units,
    /// A share and a count or number are added or subtracted.
    Kinds,
    /// Two units are multiplied or divided into one that the language does not have.
    NoSuchUnit(&'static str),
    /// `duration + date`, the wrong way round.
    DateFirst,
    /// A date beside an instant.
    DateAndTime,
    /// Months and years, which only dates take.
    Calendar,
    /// Anything that there is no arithmetic for.
    Types,
}

impl Checker<'_> {
    /// Checks a chain of operators. Such a chain leans to the left and may be a thousand operands long, so that it is
    /// taken apart without recursion.
    pub(super) fn check_arithmetic(&mut self, scope: NameScope<'_>, expr: &Expr) -> Type {
        let mut chain = Vec::new();
        let mut first = expr;
        while let ExprKind::Arithmetic(op, left, right) = &first.kind {
            chain.push((first, *op, &**left, &**right));
            first = left;
        }
        let mut ty = self.check_expr(scope, first);
        for (node, op, left, right) in chain.into_iter().rev() {
            let right_ty = self.check_expr(scope, right);
            if matches!(op, ArithmeticOp::Add | ArithmeticOp::Subtract) {
                self.notice_beside(scope, right, &ty);
            }
            ty = match combine(op, &ty, &right_ty) {
                Ok(ty) => self.narrowed(op, left, right, ty),
                Err(Clash::Kinds) => {
                    self.report_kinds((left, &ty), (right, &right_ty), KindsMet::Added);
                    Type::Error
                }
                Err(clash) => {
                    self.report(errors::arithmetic(op, (left, &ty), (right, &right_ty), &clash));
                    Type::Error
                }
            };
            self.record(node.id, &ty, None);
        }
        ty
    }

    /// A part is at most its whole, which the ranges of the two do not say.
    fn narrowed(&self, op: ArithmeticOp, left: &Expr, right: &Expr, ty: Type) -> Type {
        match ty {
            Type::Amount(Quantity { kind, range })
                if op == ArithmeticOp::Divide && self.is_part_of_whole(left, right) =>
            {
                Type::Amount(Quantity { kind, range: range.intersection(&part_of_whole()) })
            }
            ty => ty,
        }
    }

    pub(super) fn check_neg(&mut self, scope: NameScope<'_>, operand: &Expr) -> Type {
        let ty = self.check_expr(scope, operand);
        match ty.as_quantity() {
            _ if ty == Type::Error => Type::Error,
            Some(Quantity { kind, range }) => {
                let kind = if kind == Kind::Count { Kind::Number } else { kind };
                Type::Amount(Quantity { kind, range: range.negate() })
            }
            None => {
                self.report(errors::no_arithmetic(operand, &ty));
                Type::Error
            }
        }
    }
}

fn combine(op: ArithmeticOp, left: &Type, right: &Type) -> Result<Type, Clash> {
    use ArithmeticOp::{Add, Subtract};
    if *left == Type::Error || *right == Type::Error {
        return Ok(Type::Error);
    }
    match (op, left, right) {
        (Subtract, Type::Date, Type::Date) => return Ok(Type::Elapsed),
        (Add | Subtract, Type::Date, Type::Calendar | Type::Elapsed) => return Ok(Type::Date),
        (Add | Subtract, Type::Date, Type::Amount(Quantity { kind: Kind::Duration, .. })) => {
            return Ok(Type::Date);
        }
        (Subtract, Type::Time, Type::Time) => {
            return Ok(Type::Amount(Quantity { kind: Kind::Duration, range: Interval::ALL }));
        }
        (
            Add | Subtract,
            Type::Time,
            Type::Calendar | Type::Amount(Quantity { kind: Kind::Duration, .. }),
        ) => {
            return Ok(Type::Time);
        }
        (Add, Type::Calendar | Type::Amount(Quantity { kind: Kind::Duration, .. }), Type::Time) => {
            return Err(Clash::DateFirst);
        }
        (_, Type::Date, Type::Time) | (_, Type::Time, Type::Date) => return Err(Clash::DateAndTime),
        (Add, Type::Calendar | Type::Elapsed, Type::Date) => return Err(Clash::DateFirst),
        (Add, Type::Amount(Quantity { kind: Kind::Duration, .. }), Type::Date) => {
            return Err(Clash::DateFirst);
        }
        (_, Type::Calendar, _) | (_, _, Type::Calendar) => return Err(Clash::Calendar),
        _ => {}
    }
    let (Some(left), Some(right)) = (left.as_quantity(), right.as_quantity()) else {
        return Err(Clash::Types);
    };
    let kind = combine_kinds(op, left.kind, right.kind)?;
    let range = match op {
        ArithmeticOp::Add => left.range.add(&right.range),
        ArithmeticOp::Subtract => left.range.subtract(&right.range),
        ArithmeticOp::Multiply => left.range.multiply(&right.range),
        ArithmeticOp::Divide => divide(&left.range, &right.range),
    };
    Ok(Type::Amount(Quantity { kind, range: tame(range) }))
}

fn combine_kinds(op: ArithmeticOp, left: Kind, right: Kind) -> Result<Kind, Clash> {
    match (op, left, right) {
        // Between counts, only the difference may be no count.
        (ArithmeticOp::Subtract, Kind::Count, Kind::Count) => Ok(Kind::Number),
        // Like by like, and any two plain numbers, divide to a ratio.
        (ArithmeticOp::Divide, a, b) if a == b || a.is_plain() && b.is_plain() => Ok(Kind::Ratio),
        (ArithmeticOp::Divide, a, b) if b.is_plain() => Ok(a),
        (ArithmeticOp::Divide, _, _) => Err(Clash::NoSuchUnit("divided by")),
        (ArithmeticOp::Multiply, a, b) => match (a.is_plain(), b.is_plain()) {
            (true, true) => Ok(Kind::Ratio),
            (true, false) => Ok(b),
            (false, true) => Ok(a),
            (false, false) => Err(Clash::NoSuchUnit("times")),
        },
        (ArithmeticOp::Add | ArithmeticOp::Subtract, a, b) if a == b => Ok(a),
        (ArithmeticOp::Add | ArithmeticOp::Subtract, a, b) if a.is_plain() && b.is_plain() => {
            joined(&a, &b).ok_or(Clash::Kinds)
        }
        (ArithmeticOp::Add | ArithmeticOp::Subtract, _, _) => Err(Clash::Units),
    }
}

/// The range of a quotient. A divisor that is zero gives no value, so that only what is above or below zero counts.
fn divide(left: &Interval, right: &Interval) -> Interval {
    if let Some(quotient) = left.divide(right) {
        return quotient;
    }
    let reciprocal = |bound: &Option<Number>| match bound {
        Some(bound) if *bound != Number::ZERO => Number::ONE / bound,
        Some(_) | None => Number::ZERO,
    };
    let is_zero = |bound: &Option<Number>| bound.as_ref() == Some(&Number::ZERO);
    let range = match (is_zero(&right.low), is_zero(&right.high)) {
        (true, false) => Interval { low: Some(reciprocal(&right.high)), high: None },
        (false, true) => Interval { low: None, high: Some(reciprocal(&right.low)) },
        (true, true) | (false, false) => Interval::ALL,
    };
    left.multiply(&range)
}

/// The range without bounds that have grown too long.
fn tame(range: Interval) -> Interval {
    let short = |bound: &Number| bound.numerator().bit_len().max(bound.denominator().bit_len()) <= MAX_BITS;
    Interval { low: range.low.filter(short), high: range.high.filter(short) }
}
