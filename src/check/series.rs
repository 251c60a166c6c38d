//! What looks along the series: `held`, `since`, `trend` and their like, and windows.

use super::Checker;
use super::arithmetic::as_quantity;
use super::call::Clauses;
use super::errors;
use super::literal::is_whole_days;
use super::scope::Scope;
use crate::ast::{Arg, Expr, ExprKind, LiteralKind, Over};
use crate::builtins::Builtin;
use crate::interval::Interval;
use crate::program::Target;
use crate::types::{Kind, Quantity, Type};
use crate::value::Number;

impl Checker<'_> {
    pub(super) fn check_series(&mut self, scope: Scope<'_>, builtin: Builtin, arg: &Arg) -> Type {
        let takes_window = matches!(builtin, Builtin::Latest | Builtin::Change | Builtin::Trend);
        let allowed = if takes_window { Clauses::OVER } else { Clauses::NONE };
        self.refuse_clauses(scope, builtin, arg, allowed);
        if takes_window {
            match &arg.over {
                None => self.report(errors::needs_over(builtin, &arg.value)),
                Some(Over::Stage(span)) if builtin != Builtin::Latest => {
                    self.report(errors::needs_length(builtin, *span));
                }
                Some(over) => self.check_over(scope, over),
            }
        }
        // The day of judgement is the same wherever `since` stands, so it may look at an element's date.
        let around = if builtin == Builtin::Since { scope } else { scope.along_the_series() };
        let ty = self.check_expr(around, &arg.value);
        self.series_type(builtin, &arg.value, ty)
    }

    fn series_type(&mut self, builtin: Builtin, value: &Expr, ty: Type) -> Type {
        match builtin {
            Builtin::Held | Builtin::Streak => {
                if !matches!(ty, Type::Bool | Type::Error) {
                    let why = format!("`{}` looks at a condition", builtin.name());
                    self.report(errors::not_a_condition(value, &ty, &why));
                }
                if builtin == Builtin::Held { Type::Elapsed } else { Type::amount(Kind::Count) }
            }
            Builtin::Since => {
                if !matches!(ty, Type::Date | Type::Error) {
                    self.report(errors::not_a_date(value, &ty));
                }
                Type::Elapsed
            }
            Builtin::Change | Builtin::Trend => match as_quantity(&ty) {
                Some(Quantity { kind, range }) => {
                    let kind = if kind == Kind::Count { Kind::Number } else { kind };
                    let range =
                        if builtin == Builtin::Change { range.subtract(&range) } else { Interval::ALL };
                    Type::Amount(Quantity { kind, range })
                }
                None => {
                    if ty != Type::Error {
                        self.report(errors::no_arithmetic(value, &ty));
                    }
                    Type::Error
                }
            },
            // The value itself, from another snapshot.
            Builtin::Previous | Builtin::First | Builtin::Latest => ty,
            Builtin::Count
            | Builtin::Share
            | Builtin::Any
            | Builtin::All
            | Builtin::None
            | Builtin::Sum
            | Builtin::Mean
            | Builtin::Median
            | Builtin::Min
            | Builtin::Max
            | Builtin::Percentile
            | Builtin::Distinct
            | Builtin::Default
            | Builtin::Confidence => Type::Error,
        }
    }

    /// Checks a window.
    pub(super) fn check_over(&mut self, scope: Scope<'_>, over: &Over) {
        match over {
            Over::Stage(span) => {
                if self.ground.vocabulary.stages.is_empty() {
                    if self.ground.incomplete {
                        self.tainted();
                    } else {
                        self.report(errors::no_stages(*span, "`over stage`"));
                    }
                }
            }
            Over::Window(window) => self.check_window(scope, window),
        }
    }

    fn check_window(&mut self, scope: Scope<'_>, window: &Expr) {
        let ty = self.check_expr(scope, window);
        let target = self.info(window.id).and_then(|info| info.target.clone());
        let literal = matches!(window.kind, ExprKind::Literal(_));
        match (ty, target) {
            (Type::Error, _) => {}
            (Type::Amount(Quantity { kind: Kind::Duration, range }), Some(Target::Param(index))) => {
                let whole = self.names.params.get(index).is_some_and(|entry| {
                    matches!(&entry.decl.value.kind, LiteralKind::Duration(seconds) if is_whole_days(seconds))
                });
                let positive = range.low.as_ref().is_some_and(|low| *low > Number::ZERO);
                if !whole || !positive {
                    self.report(errors::bad_window_param(window));
                }
                if let Some(entry) = self.names.params.get_mut(index) {
                    entry.uses.window = true;
                }
            }
            (Type::Amount(Quantity { kind: Kind::Duration, range }), _) if literal => {
                let whole = range.as_point().is_some_and(|it| is_whole_days(it) && *it > Number::ZERO);
                if !whole {
                    self.report(errors::bad_window(window));
                }
            }
            (Type::Calendar, _) => self.report(errors::calendar_window(window)),
            (other, _) => self.report(errors::not_a_window(window, &other)),
        }
    }
}
