//! Evidence as figures: what an expression is worth, what it counts, and what it was computed from.

use std::sync::Arc;

use super::claim::Sample;
use super::explain::EFFORT;
use super::{Evaluator, Evidence, Scope};
use crate::ast::{Expr, ExprKind, Template, TemplatePart};
use crate::builtins::Builtin;
use crate::evidence::{Amount, Truth, Word};
use crate::interval::Interval;
use crate::point::Axis;
use crate::program::Target;
use crate::report::why::{Computed, Figure, Piece, Reading, Scale, Worth};
use crate::types::{Kind, Type};

impl<'a> Evaluator<'a> {
    /// A title, message or help with its values.
    pub(super) fn pieces(&self, template: &'a Template, scope: Scope<'_, 'a>) -> Vec<Piece> {
        let pieces = |part: &'a TemplatePart| match part {
            TemplatePart::Text(text) => vec![Piece::Text(text.clone())],
            // Of very many values in texts the last are not shown.
            TemplatePart::Expr(_) if !self.tries.spend(EFFORT) => vec![Piece::Text("…".into())],
            TemplatePart::Expr(expr) => {
                let evidence = self.eval(expr, scope);
                // Which group has an extreme that lies between bounds is not known.
                let known = matches!(evidence, Evidence::Amount(Amount::Known(_)));
                let group = if known { self.keys_of_extreme(expr, scope) } else { None };
                let is_approximate = !evidence.is_unknown() && self.is_approximate_confidence(expr, scope);
                let mark = is_approximate.then_some(Piece::Approximate);
                mark.into_iter()
                    .chain([Piece::Value(self.figure(expr, &evidence))])
                    .chain(group.map(Piece::OfGroup))
                    .collect()
            }
        };
        template.parts.iter().flat_map(pieces).collect()
    }

    /// The value of an expression, in its unit.
    pub(super) fn figure(&self, expr: &Expr, evidence: &Evidence<'a>) -> Figure {
        let ty = self.program.expr(expr.id).map_or(&Type::Error, |info| &info.ty);
        self.figure_of(ty, evidence)
    }

    /// The value of an expression with what it was computed from, «22 of 30» or «23 / 30»; as one of a `kind`, where one is
    /// given.
    pub(super) fn reading(
        &self,
        expr: &'a Expr,
        scope: Scope<'_, 'a>,
        digits: usize,
        kind: Option<&Kind>,
    ) -> Reading {
        let ty = self.program.expr(expr.id).map_or(&Type::Error, |info| &info.ty);
        let as_kind = kind.filter(|_| matches!(ty, Type::Amount(_))).map(|kind| Type::amount(kind.clone()));
        let evidence = self.eval(expr, scope);
        let figure = Figure { digits, ..self.figure_of(as_kind.as_ref().unwrap_or(ty), &evidence) };
        match self.sample(expr, scope) {
            Ok(Sample::Share(tally)) => {
                let (sure, possible) = (tally.sure, tally.possible);
                let counted = |total| Computed::Counted { sure, possible, total };
                let is_known = sure == possible && tally.total().is_some();
                let figure = if is_known { figure } else { between_shares(tally.bounds()) };
                Reading { figure, from: tally.total().map(counted) }
            }
            Ok(Sample::Mean(_)) | Err(_) if evidence.is_unknown() => figure.into(),
            Ok(Sample::Mean(_)) | Err(_) => Reading { figure, from: self.operands(expr, scope) },
        }
    }

    /// «23 / 30», for what is computed of known numbers.
    fn operands(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> Option<Computed> {
        let (expr, scope) = match self.let_behind(expr) {
            Some(inner) => (inner, Scope::at(scope.moment)),
            None => (expr, scope),
        };
        let ExprKind::Arithmetic(op, left, right) = &expr.kind else { return None };
        let operand = |expr: &'a Expr| {
            let quantity = self.program.expr(expr.id)?.ty.quantity()?;
            let number = self.amount(expr, scope).known()?.clone();
            let compound = matches!(expr.kind, ExprKind::Arithmetic(..)) && self.let_behind(expr).is_none();
            let figure = Figure::number(quantity.kind.clone(), number);
            (!compound).then(|| Figure { scale: self.scale_of(&quantity.kind), ..figure })
        };
        Some(Computed::Arithmetic { left: operand(left)?, op: *op, right: operand(right)? })
    }

    /// A value of a type.
    pub(super) fn figure_of(&self, ty: &Type, evidence: &Evidence<'a>) -> Figure {
        let scale = match ty {
            Type::Amount(quantity) => self.scale_of(&quantity.kind),
            Type::Date => Scale::Date,
            Type::Time => Scale::Time,
            Type::Stage => Scale::Stage(Arc::from(&*self.program.vocabulary.stages)),
            Type::Elapsed => self.scale_of(&Kind::Duration),
            Type::Bool
            | Type::Text
            | Type::Choice(_)
            | Type::Calendar
            | Type::List(_)
            | Type::Record(_)
            | Type::Error => Scale::Kind(Kind::Number),
        };
        let worth = match evidence {
            Evidence::Truth(Truth::Yes) => Worth::Yes,
            Evidence::Truth(Truth::No) => Worth::No,
            Evidence::Truth(Truth::Undecided(_)) => Worth::Undecided,
            Evidence::Word(Word::Known(text)) => Worth::Word(cropped(text)),
            Evidence::Word(Word::Unknown(_)) => Worth::Unknown,
            Evidence::Amount(amount) => worth_of(amount),
            Evidence::Elapsed(elapsed) => worth_of(&elapsed.seconds()),
            Evidence::Calendar(months) => Worth::Months(*months),
            Evidence::List(list) if list.unknown.is_some() => Worth::Unknown,
            Evidence::List(list) => Worth::Elements { count: list.items.len(), open: list.open.is_some() },
        };
        Figure { worth, scale, digits: 0 }
    }

    /// What numbers of a kind stand for.
    fn scale_of(&self, kind: &Kind) -> Scale {
        match (kind, self.program.vocabulary.axis()) {
            (Kind::Duration, Axis::Instants) => Scale::Length,
            (kind, Axis::Days | Axis::Instants) => Scale::Kind(kind.clone()),
        }
    }

    /// The function that an expression calls, through lets.
    pub(super) fn called(&self, expr: &'a Expr) -> Option<(&'static Builtin, &'a Expr)> {
        match self.program.expr(expr.id)?.target.as_ref()? {
            Target::Call(builtin) => Some((builtin, expr)),
            Target::Let(index) => self.called(&self.program.lets.get(*index)?.decl.value),
            Target::Field(_)
            | Target::JudgedField(_)
            | Target::Workflows(_)
            | Target::Date(_)
            | Target::Element { .. }
            | Target::Param(_)
            | Target::Table(_)
            | Target::Stage(_)
            | Target::Member(_) => None,
        }
    }
}

fn worth_of(amount: &Amount) -> Worth {
    match amount {
        Amount::Known(number) => Worth::Number(number.clone()),
        Amount::Between(interval, _) => Worth::Between(interval.clone()),
        Amount::Unknown(_) => Worth::Unknown,
    }
}

fn between_shares(bounds: Interval) -> Figure {
    Figure { worth: Worth::Between(bounds), scale: Scale::Kind(Kind::Share), digits: 0 }
}

/// Letters of a text that is shown as a value; a snapshot may hold a whole book, and a message name it many times.
const MAX_LETTERS: usize = 1_000;

fn cropped(text: &Arc<str>) -> Arc<str> {
    match text.char_indices().nth(MAX_LETTERS) {
        Some((at, _)) => [text.get(..at).unwrap_or_default(), "…"].concat().into(),
        None => text.clone(),
    }
}
