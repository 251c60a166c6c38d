//! Which outcomes a condition can have by the declared ranges of its parts: never wrong, but not always as narrow as it
//! could be.

use super::Checker;
use super::literal::literal_number;
use super::names::LetState;
use crate::ast::{CompareOp, Expr, ExprKind, LiteralKind, LogicOp, Set};
use crate::interval::Interval;
use crate::program::Target;
use crate::types::Type;
use crate::value::Number;

/// Whether a condition can be yes, and whether it can be no. It may be undecided in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Possible {
    pub(super) yes: bool,
    pub(super) no: bool,
}

impl Possible {
    /// Either.
    pub(super) const ANY: Self = Self { yes: true, no: true };

    fn from(decided: Option<bool>) -> Self {
        Self { yes: decided != Some(false), no: decided != Some(true) }
    }

    fn negate(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }
}

/// What a comparison of anything in two ranges can give.
pub(super) fn compare(op: CompareOp, left: &Interval, right: &Interval) -> Possible {
    Possible::from(match op {
        CompareOp::Less => left.less(right),
        CompareOp::LessEqual => left.less_equal(right),
        CompareOp::Greater => right.less(left),
        CompareOp::GreaterEqual => right.less_equal(left),
        CompareOp::Equal => left.equal(right),
        CompareOp::NotEqual => left.equal(right).map(|equal| !equal),
    })
}

/// What `item in low to high` can give.
pub(super) fn within(item: &Interval, low: &Interval, high: &Interval) -> Possible {
    let above = low.less_equal(item);
    let below = item.less_equal(high);
    let empty = high.less(low) == Some(true);
    Possible {
        yes: above != Some(false) && below != Some(false) && !empty,
        no: !(above == Some(true) && below == Some(true)),
    }
}

impl Checker<'_> {
    /// What a checked condition can give.
    pub(super) fn possible(&self, expr: &Expr) -> Possible {
        match &expr.kind {
            ExprKind::Literal(LiteralKind::Bool(value)) => Possible::from(Some(*value)),
            ExprKind::Path(_) => match self.info(expr.id).and_then(|info| info.target.as_ref()) {
                Some(Target::Let(index)) => match self.names.lets.get(*index).map(|entry| &entry.state) {
                    Some(LetState::Done(_, possible)) => *possible,
                    Some(LetState::New | LetState::Waiting) | None => Possible::ANY,
                },
                _ => Possible::ANY,
            },
            ExprKind::Not(operand) => self.possible(operand).negate(),
            ExprKind::Compare(op, left, right) => compare(*op, &self.range(left), &self.range(right)),
            ExprKind::Logic(op, operands) => {
                // Each operand once: what is nested would be looked at again and again.
                let found: Vec<_> = operands.iter().map(|operand| self.possible(operand)).collect();
                match op {
                    LogicOp::And => {
                        Possible { yes: found.iter().all(|p| p.yes), no: found.iter().any(|p| p.no) }
                    }
                    LogicOp::Or => {
                        Possible { yes: found.iter().any(|p| p.yes), no: found.iter().all(|p| p.no) }
                    }
                }
            }
            ExprKind::In { item, negated, set } => {
                let found = self.possible_in(item, set);
                if *negated { found.negate() } else { found }
            }
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.possible(condition);
                let (then, otherwise) = (self.possible(then), self.possible(otherwise));
                Possible {
                    yes: condition.yes && then.yes || condition.no && otherwise.yes,
                    no: condition.yes && then.no || condition.no && otherwise.no,
                }
            }
            ExprKind::AtLeast { count, of, .. } => {
                let needed = usize::try_from(*count).unwrap_or(usize::MAX);
                let possible: Vec<_> = of.iter().map(|operand| self.possible(operand)).collect();
                Possible {
                    yes: possible.iter().filter(|p| p.yes).count() >= needed,
                    no: possible.iter().filter(|p| !p.no).count() < needed,
                }
            }
            // A confidence bound lies on the far side of the claim's own value, so what is never or always true of
            // that is so of the claim.
            ExprKind::With { claim, .. } => self.possible(claim),
            ExprKind::Literal(_)
            | ExprKind::Neg(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Has(_)
            | ExprKind::Call { .. } => Possible::ANY,
        }
    }

    /// What `item in set` can give.
    pub(super) fn possible_in(&self, item: &Expr, set: &Set) -> Possible {
        let item = self.range(item);
        match set {
            // Months and seconds are different numbers.
            Set::Range(low, high) if self.is_calendar(low) != self.is_calendar(high) => Possible::ANY,
            Set::Range(low, high) => within(&item, &self.range(low), &self.range(high)),
            Set::List(members, _) => {
                let possible: Vec<_> = members
                    .iter()
                    .map(|member| compare(CompareOp::Equal, &item, &self.range(member)))
                    .collect();
                Possible { yes: possible.iter().any(|p| p.yes), no: possible.iter().all(|p| p.no) }
            }
            Set::Value(_) => Possible::ANY,
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
            (Some(Target::Param(index)), Type::Date | Type::Calendar) => {
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
