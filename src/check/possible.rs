//! Which outcomes a condition can have by the declared ranges of its parts: never wrong, but not always as narrow as it
//! could be.

use super::Checker;
use super::literal::literal_number;
use super::names::LetState;
use crate::ast::{CompareOp, Expr, ExprKind, LiteralKind, LogicOp, Set};
use crate::evidence::{Reasons, Truth};
use crate::interval::Interval;
use crate::program::Target;
use crate::types::Type;
use crate::value::Number;

/// What the ranges decide; undecided where a condition can be either. It may not be known in any case.
fn decided(answer: Option<bool>) -> Truth {
    Truth::decided(answer, Reasons::default)
}

/// Either.
pub(super) const ANY: Truth = Truth::Undecided(Reasons { first: Vec::new(), more: 0 });

/// What a comparison of anything in two ranges can give.
pub(super) fn compare(op: CompareOp, left: &Interval, right: &Interval) -> Truth {
    decided(match op {
        CompareOp::Less => left.less(right),
        CompareOp::LessEqual => left.less_equal(right),
        CompareOp::Greater => right.less(left),
        CompareOp::GreaterEqual => right.less_equal(left),
        CompareOp::Equal => left.equal(right),
        CompareOp::NotEqual => left.equal(right).map(|equal| !equal),
    })
}

/// What `item in low to high` can give.
pub(super) fn within(item: &Interval, low: &Interval, high: &Interval) -> Truth {
    if high.less(low) == Some(true) {
        return Truth::No;
    }
    Truth::all([low.less_equal(item), item.less_equal(high)].map(decided))
}

impl Checker<'_> {
    /// What a checked condition can give.
    pub(super) fn possible(&self, expr: &Expr) -> Truth {
        match &expr.kind {
            ExprKind::Literal(LiteralKind::Bool(value)) => Truth::known(*value),
            ExprKind::Path(_) => match self.info(expr.id).and_then(|info| info.target.as_ref()) {
                Some(Target::Let(index)) => match self.names.lets.get(*index).map(|entry| &entry.state) {
                    Some(LetState::Done(_, possible)) => possible.clone(),
                    Some(LetState::New | LetState::Waiting) | None => ANY,
                },
                _ => ANY,
            },
            ExprKind::Not(operand) => self.possible(operand).negate(),
            ExprKind::Compare(op, left, right) => compare(*op, &self.range(left), &self.range(right)),
            ExprKind::Logic(op, operands) => {
                let operands = operands.iter().map(|operand| self.possible(operand));
                match op {
                    LogicOp::And => Truth::all(operands),
                    LogicOp::Or => Truth::any(operands),
                }
            }
            ExprKind::In { item, negated, set } => {
                let found = self.possible_in(item, set);
                if *negated { found.negate() } else { found }
            }
            ExprKind::If { condition, then, otherwise } => {
                self.possible(condition).choose(self.possible(then), self.possible(otherwise))
            }
            ExprKind::AtLeast { count, of, .. } => {
                let needed = usize::try_from(*count).unwrap_or(usize::MAX);
                Truth::at_least(needed, of.iter().map(|operand| self.possible(operand)))
            }
            // A confidence bound lies on the far side of the claim's own value, so what is never or always true of
            // that is so of the claim.
            ExprKind::With { claim, .. } => self.possible(claim),
            ExprKind::Literal(_)
            | ExprKind::Neg(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Has(_)
            | ExprKind::Entry { .. }
            | ExprKind::Call { .. } => ANY,
        }
    }

    /// What `item in set` can give.
    pub(super) fn possible_in(&self, item: &Expr, set: &Set) -> Truth {
        let item = self.range(item);
        match set {
            // Months and seconds are different numbers.
            Set::Range(low, high) if self.is_calendar(low) != self.is_calendar(high) => ANY,
            Set::Range(low, high) => within(&item, &self.range(low), &self.range(high)),
            Set::List(members, _) => {
                Truth::any(members.iter().map(|member| compare(CompareOp::Equal, &item, &self.range(member))))
            }
            Set::Value(_) | Set::Pattern(_) => ANY,
        }
    }

    fn is_calendar(&self, expr: &Expr) -> bool {
        self.info(expr.id).is_some_and(|info| info.ty == Type::Calendar)
    }

    /// The range of a checked expression, in the numbers that values are compared by: rungs, day numbers, seconds,
    /// months.
    pub(super) fn range(&self, expr: &Expr) -> Interval {
        if let ExprKind::Literal(literal) = &expr.kind {
            return literal_number(literal).map_or(Interval::ALL, Interval::point);
        }
        let Some(info) = self.info(expr.id) else { return Interval::ALL };
        match (&info.target, &info.ty) {
            (_, Type::Amount(quantity)) => quantity.range.clone(),
            (Some(Target::Stage(rung)), _) => Interval::point(Number::from(*rung)),
            (Some(Target::Param(index) | Target::Table(index)), Type::Date | Type::Calendar) => {
                self.names.params.get(*index).and_then(|entry| entry.within.clone()).unwrap_or(Interval::ALL)
            }
            (_, Type::Stage) => {
                let top = self.ground.vocabulary.stages.len().saturating_sub(1);
                Interval::new(Number::ZERO, Number::from(top))
            }
            _ => Interval::ALL,
        }
    }
}
