//! `… with C confidence` and `confidence(…)`: of which claims there is a confidence.

use super::Checker;
use super::errors;
use super::scope::NameScope;
use crate::ast::{Arg, CompareOp, Expr, ExprKind};
use crate::builtins::{Builtin, Sampled};
use crate::program::Target;
use crate::types::{Kind, Type};
use crate::value::Number;

impl Checker<'_> {
    /// Checks a claim: `A >= B`, where A is a share or mean.
    pub(super) fn check_claim(&mut self, scope: NameScope<'_>, claim: &Expr) {
        let checked = self.is_sound(|checker| {
            checker.check_condition(scope, claim, "a confidence is had of a comparison");
        });
        let ExprKind::Compare(
            CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual,
            left,
            _,
        ) = &claim.kind
        else {
            if checked {
                self.report(errors::not_a_claim(claim));
            }
            return;
        };
        // With an error in it, what stands on the left may not be what it seems.
        if !checked {
            return;
        }
        if self.sampled(left).is_none() {
            self.report(errors::not_sampled(left));
        }
    }

    /// The list that a share or mean is taken of, once lets are unfolded; none for anything else.
    fn sampled<'e>(&'e self, expr: &'e Expr) -> Option<&'e Arg> {
        self.sampled_by(expr).map(|(_, arg)| arg)
    }

    fn sampled_by<'e>(&'e self, expr: &'e Expr) -> Option<(&'static Builtin, &'e Arg)> {
        let mut expr = expr;
        while let Some(Target::Let(index)) = self.info(expr.id).and_then(|info| info.target.as_ref()) {
            expr = &self.names.lets.get(*index)?.decl.value;
        }
        let ExprKind::Call { args, .. } = &expr.kind else { return None };
        let Target::Call(builtin) = self.info(expr.id)?.target.as_ref()? else { return None };
        let of_group = self.info(expr.id).is_some_and(|info| info.group.is_some());
        let arg =
            args.first().filter(|arg| builtin.sampled().is_some() && (of_group || !arg.is_grouped()))?;
        Some((builtin, arg))
    }

    /// Checks what a sample is drawn from: a count, and the sample one of a share.
    pub(super) fn check_population(&mut self, scope: NameScope<'_>, claim: &Expr, population: &Expr) {
        let ty = self.check_expr(scope, population);
        let is_param =
            matches!(self.info(population.id).and_then(|info| info.target.as_ref()), Some(Target::Param(_)));
        let kind = ty.quantity().map(|quantity| &quantity.kind);
        // No param says that it is a count.
        let is_count =
            matches!(kind, Some(Kind::Count | Kind::Bare)) || is_param && kind == Some(&Kind::Number);
        if !is_count && ty != Type::Error {
            self.report(errors::not_a_population(population, &ty));
        }
        let ExprKind::Compare(_, left, _) = &claim.kind else { return };
        let of_mean =
            self.sampled_by(left).is_some_and(|(builtin, _)| builtin.sampled() == Some(Sampled::Mean));
        if of_mean {
            self.report(errors::population_of_a_mean(population));
        }
    }

    pub(super) fn check_confidence_level(&mut self, scope: NameScope<'_>, confidence: &Expr) {
        let Some(range) = self.check_share_setting(scope, confidence) else { return };
        let low = range.low.as_ref().is_some_and(|low| *low > Number::ZERO);
        let high = range.high.as_ref().is_some_and(|high| *high < Number::ONE);
        if !low || !high {
            self.report(errors::bad_confidence(confidence));
        }
        self.note_use(confidence, |uses| uses.confidence = true);
    }
}
