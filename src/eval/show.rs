//! Evidence as people read it.

use super::compare::Sample;
use super::{Evaluator, Evidence, Scope};
use crate::ast::{ArithmeticOp, Expr, ExprKind, Template, TemplatePart};
use crate::builtins::which::Which as Builtin;
use crate::evidence::{Amount, Truth, Word};
use crate::interval::Interval;
use crate::program::Target;
use crate::types::{Kind, Type, show_date};
use crate::value::Number;

impl<'a> Evaluator<'a> {
    /// A title, message or help with its values.
    pub(super) fn render(&self, template: &'a Template, scope: Scope<'_, 'a>) -> String {
        let part = |part: &'a TemplatePart| match part {
            TemplatePart::Text(text) => text.to_string(),
            TemplatePart::Expr(expr) => self.show(expr, &self.eval(expr, scope)),
        };
        template.parts.iter().map(part).collect()
    }

    /// The value of an expression, in its unit.
    pub(super) fn show(&self, expr: &Expr, evidence: &Evidence<'a>) -> String {
        let ty = self.program.expr(expr.id).map_or(&Type::Error, |info| &info.ty);
        self.show_as(ty, evidence, 0)
    }

    /// The value of an expression with the arithmetic behind it, «22 of 30 = 73.3%» or «23 / 30 = 76.7%»; shown as a
    /// `kind`, where one is given.
    pub(super) fn show_with_arithmetic(
        &self,
        expr: &'a Expr,
        scope: Scope<'_, 'a>,
        extra: usize,
        kind: Option<&Kind>,
    ) -> String {
        let ty = self.program.expr(expr.id).map_or(&Type::Error, |info| &info.ty);
        let as_kind = kind.filter(|_| matches!(ty, Type::Amount(_))).map(|kind| Type::amount(kind.clone()));
        let shown = self.show_as(as_kind.as_ref().unwrap_or(ty), &self.eval(expr, scope), extra);
        match self.sample(expr, scope) {
            Ok(Sample::Share(tally)) if tally.sure == tally.possible => {
                format!("{} of {} = {shown}", tally.sure, tally.total)
            }
            Ok(Sample::Share(tally)) => {
                let bounds = super::compare::share_bounds(&tally);
                let bounds = show_interval(&bounds, &|n| Kind::Share.show(n));
                format!("{} to {} of {} = {bounds}", tally.sure, tally.possible, tally.total)
            }
            Ok(Sample::Mean(_)) | Err(_) if self.eval(expr, scope).is_unknown() => shown,
            Ok(Sample::Mean(_)) | Err(_) => match self.operands(expr, scope) {
                Some(operands) => format!("{operands} = {shown}"),
                None => shown,
            },
        }
    }

    /// «23 / 30», for what is computed of known numbers.
    fn operands(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> Option<String> {
        let (expr, scope) = match self.let_behind(expr) {
            Some(inner) => (inner, Scope::at(scope.moment)),
            None => (expr, scope),
        };
        let ExprKind::Arithmetic(op, left, right) = &expr.kind else { return None };
        let operand = |expr: &'a Expr| {
            let quantity = self.program.expr(expr.id)?.ty.quantity()?;
            let amount = self.amount(expr, scope);
            let shown = quantity.kind.show(amount.known()?);
            let compound = matches!(expr.kind, ExprKind::Arithmetic(..)) && self.let_behind(expr).is_none();
            (!compound).then_some(shown)
        };
        let sign = match op {
            ArithmeticOp::Add => "+",
            ArithmeticOp::Subtract => "-",
            ArithmeticOp::Multiply => "*",
            ArithmeticOp::Divide => "/",
        };
        Some(format!("{} {sign} {}", operand(left)?, operand(right)?))
    }

    pub(super) fn show_as(&self, ty: &Type, evidence: &Evidence<'a>, extra: usize) -> String {
        let number = |number: &Number| match ty {
            Type::Amount(quantity) => quantity.kind.show_precisely(number, extra),
            Type::Date => show_date(number),
            Type::Stage => self.stage_name(number),
            Type::Elapsed => Kind::Duration.show_precisely(number, extra),
            Type::Bool
            | Type::Text
            | Type::Choice(_)
            | Type::Calendar
            | Type::List(_)
            | Type::Record(_)
            | Type::Error => Kind::Number.show_precisely(number, extra),
        };
        match evidence {
            Evidence::Truth(Truth::Yes) => "yes".to_owned(),
            Evidence::Truth(Truth::No) => "no".to_owned(),
            Evidence::Truth(Truth::Undecided(_)) => "undecided".to_owned(),
            Evidence::Word(Word::Known(text)) => text.to_string(),
            Evidence::Word(Word::Unknown(_)) | Evidence::Amount(Amount::Unknown(_)) => "unknown".to_owned(),
            Evidence::Amount(Amount::Known(known)) => number(known),
            Evidence::Amount(Amount::Between(interval, _)) => show_interval(interval, &number),
            Evidence::Elapsed(elapsed) => match elapsed.seconds() {
                Amount::Known(seconds) => number(&seconds),
                Amount::Between(interval, _) => show_interval(&interval, &number),
                Amount::Unknown(_) => "unknown".to_owned(),
            },
            Evidence::Calendar(months) => show_months(*months),
            Evidence::List(list) => match (&list.unknown, &list.open, list.items.len()) {
                (Some(_), _, _) => "unknown".to_owned(),
                (None, Some(_), count) => format!("at least {count} elements"),
                (None, None, 1) => "1 element".to_owned(),
                (None, None, count) => format!("{count} elements"),
            },
        }
    }

    fn stage_name(&self, rung: &Number) -> String {
        let stages = &self.program.vocabulary.stages;
        let name = usize::try_from(rung.floor()).ok().and_then(|rung| stages.get(rung));
        name.map_or_else(|| "no stage".to_owned(), ToString::to_string)
    }

    /// The function that an expression calls, through lets.
    pub(super) fn called(&self, expr: &'a Expr) -> Option<(Builtin, &'a Expr)> {
        match self.program.expr(expr.id)?.target.as_ref()? {
            Target::Call(builtin) => Some((builtin.which(), expr)),
            Target::Let(index) => self.called(&self.program.lets.get(*index)?.decl.value),
            Target::Field(_)
            | Target::JudgedField(_)
            | Target::Element { .. }
            | Target::Param(_)
            | Target::Stage(_)
            | Target::Member(_) => None,
        }
    }
}

fn show_interval(interval: &Interval, number: &dyn Fn(&Number) -> String) -> String {
    match (&interval.low, &interval.high) {
        (Some(low), Some(high)) => format!("between {} and {}", number(low), number(high)),
        (Some(low), None) => format!("at least {}", number(low)),
        (None, Some(high)) => format!("at most {}", number(high)),
        (None, None) => "unknown".to_owned(),
    }
}

/// Calendar months as they are written.
pub(super) fn show_months(months: i32) -> String {
    let (count, unit) =
        if months % 12 == 0 && months != 0 { (months / 12, "year") } else { (months, "month") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
