//! What would make a calculation or an `if` keep a bound: down through lets to the value that somebody can change.

use super::blame::Instead;
use super::remedy::{Aim, Steps};
use super::{Evaluator, Evidence, Scope};
use crate::ast::{ArithmeticOp, CompareOp, Expr, ExprKind};
use crate::evidence::{Amount, Truth};
use crate::types::Type;
use crate::value::Number;

/// Both sides of an operator, and what they are now.
struct Operands<'a, 'n> {
    op: ArithmeticOp,
    left: (&'a Expr, &'n Number),
    right: (&'a Expr, &'n Number),
}

impl<'a> Evaluator<'a> {
    /// What would make an expression keep a bound, if it is calculated; none where it is not, or nothing was found.
    pub(super) fn calculated_steps(&self, aim: &Aim<'a>, scope: Scope<'_, 'a>) -> Option<Steps<'a>> {
        match &aim.left.kind {
            ExprKind::If { condition, then, otherwise } => {
                let now = self.known_truth(condition, scope)?;
                let (taken, other) = if now { (then, otherwise) } else { (otherwise, then) };
                // Within the branch that is taken, and only then by taking the other one.
                self.part_steps(aim, taken, scope).or_else(|| {
                    let mut steps = self.steps(condition, !now, scope)?;
                    if self.compare(aim.op, &self.eval(other, scope), &aim.bound) != Truth::Yes {
                        steps.extend(self.part_steps(aim, other, scope)?);
                    }
                    Some(steps)
                })
            }
            ExprKind::Neg(inner) => {
                let bound = -self.amount_of(&aim.bound)?;
                self.reach(inner, aim.op.mirrored(), bound, scope)
            }
            ExprKind::Arithmetic(op, left, right) => {
                let is_amount = |expr: &Expr| {
                    self.program.expr(expr.id).is_some_and(|info| matches!(info.ty, Type::Amount(_)))
                };
                if !is_amount(left) || !is_amount(right) || self.read_one_field(left, right) {
                    return None;
                }
                // People think of a ratio by itself.
                let is_ratio =
                    *op == ArithmeticOp::Divide && self.is_measured(left) && self.is_measured(right);
                if is_ratio && !self.has_branches(aim.left) {
                    return None;
                }
                let (a, b) = (self.amount(left, scope), self.amount(right, scope));
                let operands = Operands { op: *op, left: (left, a.known()?), right: (right, b.known()?) };
                self.operand_steps(&operands, aim.op, self.amount_of(&aim.bound)?, scope)
            }
            ExprKind::Literal(_)
            | ExprKind::Path(_)
            | ExprKind::Entry { .. }
            | ExprKind::Not(_)
            | ExprKind::Compare(..)
            | ExprKind::Logic(..)
            | ExprKind::In { .. }
            | ExprKind::Has(_)
            | ExprKind::Call { .. }
            | ExprKind::AtLeast { .. }
            | ExprKind::With { .. } => None,
        }
    }

    /// What would make one operand, or both, bring a calculation to its bound.
    fn operand_steps(
        &self,
        operands: &Operands<'a, '_>,
        op: CompareOp,
        bound: &Number,
        scope: Scope<'_, 'a>,
    ) -> Option<Steps<'a>> {
        let Operands { op: arithmetic, left: (left, a), right: (right, b) } = operands;
        let turned = |factor: &Number| if *factor < Number::ZERO { op.mirrored() } else { op };
        let some = |factor: &Number| *factor != Number::ZERO;
        let (of_left, of_right) = match arithmetic {
            ArithmeticOp::Add => (Some((op, bound - *b)), Some((op, bound - *a))),
            ArithmeticOp::Subtract => (Some((op, bound + *b)), Some((op.mirrored(), *a - bound))),
            ArithmeticOp::Multiply => {
                (some(b).then(|| (turned(b), bound / *b)), some(a).then(|| (turned(a), bound / *a)))
            }
            ArithmeticOp::Divide => {
                let positive = [*a, *b, bound].iter().all(|number| **number > Number::ZERO);
                (some(b).then(|| (turned(b), bound * *b)), positive.then(|| (op.mirrored(), *a / bound)))
            }
        };
        let alone = |expr: &'a Expr, wanted: Option<(CompareOp, Number)>| {
            let (op, bound) = wanted?;
            self.reach(expr, op, bound, scope)
        };
        alone(left, of_left).or_else(|| alone(right, of_right)).or_else(|| {
            if *arithmetic != ArithmeticOp::Add {
                return None;
            }
            let (best, mut steps) = self.best(right, Instead::of(op)?, scope)?;
            let rest = self.reach(left, op, bound - best, scope).filter(|_| !steps.is_empty())?;
            steps.extend(rest);
            Some(steps)
        })
    }

    fn reach(&self, expr: &'a Expr, op: CompareOp, bound: Number, scope: Scope<'_, 'a>) -> Option<Steps<'a>> {
        let bound = Evidence::Amount(Amount::Known(bound));
        self.part_steps(&Aim { op, left: expr, bound, kind: None }, expr, scope)
    }

    /// What would make a part keep the bound of the whole.
    fn part_steps(&self, aim: &Aim<'a>, part: &'a Expr, scope: Scope<'_, 'a>) -> Option<Steps<'a>> {
        let Aim { op, ref bound, ref kind, .. } = *aim;
        if !self.is_measured(part) {
            return None;
        }
        self.aim(&Aim { op, left: part, bound: bound.clone(), kind: kind.clone() }, scope)
    }

    /// The best that an `if` could give, and what it takes; of anything else, what it is.
    fn best(&self, expr: &'a Expr, instead: Instead, scope: Scope<'_, 'a>) -> Option<(Number, Steps<'a>)> {
        let inner = self.behind_lets(expr);
        let ExprKind::If { condition, then, otherwise } = &inner.kind else {
            return Some((self.amount(inner, scope).known()?.clone(), Steps::new()));
        };
        let now = self.known_truth(condition, scope)?;
        let (taken, other) = if now { (then, otherwise) } else { (otherwise, then) };
        let stays = self.best(taken, instead, scope)?;
        let turns = self.steps(condition, !now, scope).and_then(|mut steps| {
            let (value, further) = self.best(other, instead, scope)?;
            steps.extend(further);
            Some((value, steps))
        });
        Some(match turns {
            Some(turns) if instead == Instead::More && turns.0 > stays.0 => turns,
            Some(turns) if instead == Instead::Less && turns.0 < stays.0 => turns,
            Some(_) | None => stays,
        })
    }

    /// Whether a value comes from an `if`, whatever is then done with it.
    pub(super) fn has_branches(&self, expr: &'a Expr) -> bool {
        let inner = self.behind_lets(expr);
        if !self.tries.spend(1) {
            return true;
        }
        if let ExprKind::Arithmetic(_, left, right) = &inner.kind {
            self.has_branches(left) || self.has_branches(right)
        } else if let ExprKind::Neg(inner) = &inner.kind {
            self.has_branches(inner)
        } else {
            matches!(inner.kind, ExprKind::If { .. })
        }
    }

    fn known_truth(&self, condition: &'a Expr, scope: Scope<'_, 'a>) -> Option<bool> {
        match self.truth(condition, scope) {
            Truth::Yes => Some(true),
            Truth::No => Some(false),
            Truth::Undecided(_) => None,
        }
    }

    fn amount_of<'e>(&self, evidence: &'e Evidence<'a>) -> Option<&'e Number> {
        if let Evidence::Amount(amount) = evidence { amount.known() } else { None }
    }
}
