//! `… with C confidence` and `confidence(…)`: of which claims there is a confidence. What is a sample is in `exact`.

use super::Checker;
use super::errors;
use super::scope::NameScope;
use crate::ast::{CompareOp, Expr, ExprKind};
use crate::builtins::{Builtin, Sampled};
use crate::program::Target;
use crate::types::{Kind, Type};
use crate::value::Number;

impl Checker<'_> {
    /// Checks a claim: `A >= B`, where A is a share or mean, and B exact; with a confidence, or within `confidence(…)`.
    pub(super) fn check_claim(&mut self, scope: NameScope<'_>, claim: &Expr) {
        let checked = self.is_sound(|checker| {
            checker.check_condition(scope, claim, "a confidence needs a comparison");
        });
        let ExprKind::Compare(
            CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual,
            left,
            right,
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
        } else if let Some(found) = self.sample_in(scope, right) {
            self.report(errors::sampled_on_both_sides(right, found));
        }
    }

    /// The function that takes a share or mean of a list, once lets are unfolded; none for anything else.
    fn sampled(&self, expr: &Expr) -> Option<&'static Builtin> {
        let expr = self.unfolded(expr);
        let ExprKind::Call { args, .. } = &expr.kind else { return None };
        let info = self.info(expr.id)?;
        let Target::Call(builtin) = info.target.as_ref()? else { return None };
        let is_one = info.group.is_some() || !args.first()?.is_grouped();
        (builtin.sampled().is_some() && is_one).then_some(*builtin)
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
        if self.sampled(left).is_some_and(|builtin| builtin.sampled() == Some(Sampled::Mean)) {
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
        if let Some(found) = self.sample_in(scope, confidence) {
            self.report(errors::sampled_level(confidence, found));
        }
        self.note_use(confidence, |uses| uses.confidence = true);
    }
}
