//! `… with C confidence` and `confidence(…)`: of which claims there is a confidence. What is a sample is in `exact`.

use super::Checker;
use super::errors;
use super::form::written_alike;
use super::literal::{is_whole_from_one, literal_number};
use super::scope::NameScope;
use crate::ast::{ArithmeticOp, CompareOp, Expr, ExprKind};
use crate::builtins::series::{Along, Which};
use crate::builtins::{Sampled, Shape};
use crate::program::Target;
use crate::types::{Kind, Type};
use crate::value::Number;

/// What a sample is drawn from, as far as it can be told apart from another.
struct DrawnFrom {
    sampled: Sampled,
    /// The way to the list; none where it is one of values of snapshots.
    list: Option<Vec<usize>>,
    /// Which part of the list, as it is written.
    part: Option<String>,
    /// At which other snapshot, as it is written.
    at: Option<(Which, Option<String>)>,
    /// Whether it is a share of one count in another, and not of a list.
    of_counts: bool,
}

impl DrawnFrom {
    /// Whether it is the same part of the same list of the same snapshot.
    fn is_of(&self, other: &Self) -> bool {
        (&self.list, &self.part, &self.at) == (&other.list, &other.part, &other.at)
    }
}

impl Checker<'_> {
    /// Checks a claim: `A >= B`, where A is a share or mean, and B exact; with a confidence, or within `confidence(…)`.
    pub(super) fn check_claim(&mut self, scope: NameScope<'_>, claim: &Expr) {
        let checked = self.is_sound(|checker| {
            checker.check_condition(scope, claim, "a confidence needs a comparison");
        });
        let ExprKind::Compare(
            op @ (CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual),
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
        let sides = match &self.unfolded(left).kind {
            ExprKind::Arithmetic(ArithmeticOp::Subtract, a, b) => Some(((**a).clone(), (**b).clone())),
            _ => None,
        };
        match sides.filter(|(a, b)| self.drawn(a).is_some() || self.drawn(b).is_some()) {
            Some((a, b)) => self.check_difference(scope, (left, *op, right), &a, &b),
            None if self.sampled(left).is_none() => self.report(errors::not_sampled(left)),
            None => self.check_exact(scope, (*op, left, right)),
        }
    }

    /// Checks that the right side of a claim is no sample.
    fn check_exact(&mut self, scope: NameScope<'_>, (op, left, right): (CompareOp, &Expr, &Expr)) {
        if let Some(found) = self.sample_in(scope, right) {
            self.report(errors::sampled_on_both_sides((op, left, right), found));
        }
    }

    /// Checks that a difference is one of two samples of one kind, that are not the same elements.
    fn check_difference(
        &mut self,
        scope: NameScope<'_>,
        (left, op, right): (&Expr, CompareOp, &Expr),
        a: &Expr,
        b: &Expr,
    ) {
        match (self.drawn(a), self.drawn(b)) {
            (Some(one), Some(other)) if one.sampled != other.sampled => {
                self.report(errors::share_less_mean(left));
            }
            (Some(one), Some(other)) if one.is_of(&other) => {
                self.report(errors::same_elements(left, one.of_counts));
            }
            (Some(_), Some(_)) => self.check_exact(scope, (op, left, right)),
            (one, _) => {
                let other = if one.is_some() { b } else { a };
                match self.sample_in(scope, other) {
                    Some(found) => self.report(errors::not_drawn(left, found)),
                    None => self.report(errors::exact_in_difference(left, op, one.is_some())),
                }
            }
        }
    }

    /// What one side of a difference is drawn from: a share or mean of a list, here or at another snapshot.
    fn drawn(&self, side: &Expr) -> Option<DrawnFrom> {
        let side = self.unfolded(side);
        let ExprKind::Call { args, .. } = &side.kind else { return None };
        let arg = args.first()?;
        let Target::Call(builtin) = self.info(side.id)?.target.as_ref()? else { return None };
        if let (Shape::Along(Along::Snapshot(which)), [arg]) = (&builtin.shape, args.as_slice()) {
            let at = (*which, arg.condition.as_ref().and_then(written_alike));
            return self
                .drawn(&arg.value)
                .filter(|inner| inner.at.is_none())
                .map(|inner| DrawnFrom { at: Some(at), ..inner });
        }
        let sampled = self.sampled(side)?;
        if let Some(whole) = &arg.of {
            let list = match &self.info(whole.id)?.target {
                Some(Target::Field(path)) => Some(path.steps.clone()),
                _ => None,
            };
            let part = arg.condition.as_ref().and_then(written_alike);
            return Some(DrawnFrom { sampled, list, part, at: None, of_counts: true });
        }
        let value = self.unfolded(&arg.value);
        let info = self.info(value.id)?;
        let list = match (&info.target, &info.ty) {
            (Some(Target::Field(path) | Target::JudgedField(path)), Type::List(_)) => {
                self.ground.vocabulary.first_list(&path.steps).map(|(way, _)| way.to_vec())
            }
            _ => None,
        };
        let among = arg.among.as_ref().and_then(written_alike);
        let picked = arg.condition.as_ref().filter(|_| sampled == Sampled::Mean).and_then(written_alike);
        Some(DrawnFrom { sampled, list, part: among.or(picked), at: None, of_counts: false })
    }

    /// What an expression is a sample of, once lets are unfolded: a share or mean of a list, or a share field, whose counts a
    /// snapshot may record. None for anything else.
    fn sampled(&self, expr: &Expr) -> Option<Sampled> {
        let expr = self.unfolded(expr);
        let info = self.info(expr.id)?;
        match (&expr.kind, info.target.as_ref()?) {
            (ExprKind::Call { args, .. }, Target::Call(builtin)) => {
                let is_one = info.group.is_some() || !args.first()?.is_grouped();
                builtin.sampled().filter(|_| is_one)
            }
            (_, Target::Field(_) | Target::JudgedField(_)) => {
                let is_share = info.ty.quantity().is_some_and(|quantity| quantity.kind == Kind::Share);
                is_share.then_some(Sampled::Share)
            }
            _ => None,
        }
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
        } else if self.written_number(population).is_some_and(|number| !is_whole_from_one(&number)) {
            self.report(errors::not_so_many(population));
        }
        self.note_use(population, |uses| uses.population = true);
        let ExprKind::Compare(_, left, _) = &claim.kind else { return };
        if self.sampled(left) != Some(Sampled::Share) {
            self.report(errors::population_of_no_share(population));
        }
    }

    /// The number that an expression is by what is written: a literal, also behind a sign, or what a param is declared with.
    fn written_number(&self, expr: &Expr) -> Option<Number> {
        let info = self.info(expr.id)?;
        let Some(Target::Param(index)) = info.target else {
            return info.ty.quantity()?.range.as_point().cloned();
        };
        literal_number(&self.names.params.get(index)?.decl.value.single()?.kind)
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
