//! What looks along the series: `held`, `since`, `trend` and their like, and windows.

use super::Checker;
use super::call::Clauses;
use super::errors;
use super::literal::is_whole_from_one;
use super::scope::NameScope;
use crate::ast::{Arg, Expr, ExprKind, LiteralKind, NamedWindow, Over};
use crate::builtins::Builtin;
use crate::builtins::series::{Along, Measure, Which};
use crate::point::Axis;
use crate::program::Target;
use crate::types::{Kind, Quantity, Type};
use crate::value::Number;

impl Checker<'_> {
    pub(super) fn check_series(
        &mut self,
        scope: NameScope<'_>,
        builtin: &Builtin,
        along: &Along,
        arg: &Arg,
    ) -> Type {
        let (takes_window, of_fixed_length) = match along {
            Along::Latest => (true, false),
            Along::Stretch(_) => (true, true),
            Along::Run(_) | Along::Since | Along::Snapshot(_) | Along::Asks => (false, false),
        };
        let condition = matches!(along, Along::Latest | Along::Snapshot(_));
        let allowed = Clauses { condition, over: takes_window, ..Clauses::NONE };
        self.refuse_clauses(scope, builtin, arg, allowed);
        if takes_window {
            match &arg.over {
                None => self.report(errors::needs_over(builtin, &arg.value)),
                Some(over @ (Over::AtMost(_) | Over::Snapshots(_) | Over::Named(..))) if of_fixed_length => {
                    self.report(errors::needs_length(builtin, over));
                }
                Some(over) => self.check_over(scope, over),
            }
        }
        // The day of judgement is the same wherever `since` stands, so it may look at an element's date.
        let around = match along {
            Along::Since => scope,
            Along::Snapshot(Which::Previous) => scope.looking_back(),
            Along::Run(_)
            | Along::Snapshot(Which::First)
            | Along::Asks
            | Along::Latest
            | Along::Stretch(_) => scope.along_the_series(),
        };
        let ty = self.check_expr(around, &arg.value);
        if let Some(of) = arg.condition.as_ref().filter(|_| condition) {
            self.check_condition(around, of, "write a condition after `where`");
        }
        self.series_type(around, (builtin, along), &arg.value, ty)
    }

    /// `previous(x where P, y)`: y is what x is where there is no such snapshot.
    pub(super) fn check_previous_or(
        &mut self,
        scope: NameScope<'_>,
        builtin: &Builtin,
        along: &Along,
        (arg, fallback): (&Arg, &Arg),
    ) -> Type {
        self.refuse_clauses(scope, builtin, fallback, Clauses::NONE);
        let ty = self.check_series(scope, builtin, along, arg);
        self.or_instead(scope, (&arg.value, &ty), &fallback.value)
    }

    /// `asks(pilot)`: which stage is meant stands there by its name.
    pub(super) fn check_asks(&mut self, scope: NameScope<'_>, builtin: &Builtin, arg: &Arg) -> Type {
        self.refuse_clauses(scope, builtin, arg, Clauses::NONE);
        if scope.elements().any(|(.., element)| self.is_workflow(&element.ty)) {
            self.report(errors::asks_of_a_workflow(arg.value.span));
        }
        let ground = &self.ground;
        if ground.vocabulary.stages.is_empty() {
            if ground.incomplete || ground.stages_unsure {
                self.tainted();
            } else {
                self.report(errors::no_stages(arg.value.span, "`asks`"));
            }
            return Type::Error;
        }
        let ty = self.check_against(scope, &arg.value, &Type::Stage);
        let target = self.info(arg.value.id).and_then(|info| info.target.as_ref());
        if ty != Type::Error && !matches!(target, Some(Target::Stage(_))) {
            let first = self.ground.vocabulary.stages.last();
            self.report(errors::not_a_stage_name(builtin, &arg.value, first.map_or("", |stage| &**stage)));
        }
        Type::amount(Kind::Count)
    }

    fn series_type(
        &mut self,
        scope: NameScope<'_>,
        (builtin, along): (&Builtin, &Along),
        value: &Expr,
        ty: Type,
    ) -> Type {
        match along {
            Along::Run(measure) => {
                let is_value = match &ty {
                    Type::Stage | Type::Choice(_) | Type::Text | Type::Date => true,
                    Type::Amount(quantity) => quantity.kind == Kind::Count,
                    Type::Bool
                    | Type::Time
                    | Type::Elapsed
                    | Type::Calendar
                    | Type::List(_)
                    | Type::Record(_)
                    | Type::Error => false,
                };
                let takes = is_value && *measure == Measure::Time;
                if !takes && !matches!(ty, Type::Bool | Type::Error) {
                    let what = match measure {
                        Measure::Time => "a condition, a stage, a word, a count or a date",
                        Measure::Snapshots => "a condition",
                    };
                    let why = format!("`{}` takes {what}", builtin.name);
                    self.report(errors::not_a_condition(value, &ty, &why));
                }
                match measure {
                    Measure::Time => Type::Elapsed,
                    Measure::Snapshots => Type::amount(Kind::Count),
                }
            }
            Along::Since => {
                self.notice_beside(scope, value, &self.ground.vocabulary.date_type());
                let by_instants = self.ground.vocabulary.axis() == Axis::Instants;
                if ty == Type::Time && !by_instants {
                    self.report(errors::date_of_a_time("since", value));
                } else if !matches!(ty, Type::Date | Type::Time | Type::Error) {
                    self.report(errors::not_a_date("since", value, &ty));
                }
                Type::Elapsed
            }
            Along::Stretch(stretch) => match ty.as_quantity() {
                Some(Quantity { kind, range }) => {
                    let kind = if kind == Kind::Count { Kind::Number } else { kind };
                    Type::Amount(Quantity { kind, range: (stretch.range)(&range) })
                }
                None => {
                    if ty != Type::Error {
                        self.report(errors::no_arithmetic(value, &ty));
                    }
                    Type::Error
                }
            },
            Along::Asks => Type::amount(Kind::Count),
            // The value itself, from another snapshot.
            Along::Snapshot(_) | Along::Latest => ty,
        }
    }

    /// Checks a window.
    pub(super) fn check_over(&mut self, scope: NameScope<'_>, over: &Over) {
        match over {
            Over::Named(NamedWindow::Stage, span) => {
                if self.ground.vocabulary.stages.is_empty() {
                    if self.ground.incomplete {
                        self.tainted();
                    } else {
                        self.report(errors::no_stages(*span, "`over stage`"));
                    }
                }
            }
            Over::Named(NamedWindow::All | NamedWindow::Calendar(_), _) => {}
            Over::Window(window) | Over::AtMost(window) => self.check_window(scope, window),
            Over::Snapshots(number) => self.check_number_of_snapshots(scope, number),
        }
    }

    fn check_number_of_snapshots(&mut self, scope: NameScope<'_>, number: &Expr) {
        let ty = self.check_expr(scope, number);
        let target = self.info(number.id).and_then(|info| info.target.clone());
        let plain = matches!(&ty, Type::Amount(quantity) if quantity.kind.is_plain());
        let fits = match (&number.kind, &target) {
            _ if ty == Type::Error => return,
            (ExprKind::Literal(LiteralKind::Number(number)), _) => is_whole_from_one(number),
            (_, Some(Target::Param(index))) if plain => {
                // What a configuration sets is looked at when it is set.
                let entry = self.names.params.get(*index);
                let declared = entry.and_then(|entry| entry.decl.value.single()).map(|literal| &literal.kind);
                let low = ty.quantity().and_then(|quantity| quantity.range.low.as_ref());
                matches!(declared, Some(LiteralKind::Number(number)) if is_whole_from_one(number))
                    && low.is_some_and(|low| *low >= Number::ONE)
            }
            _ => false,
        };
        if !fits {
            self.report(errors::bad_number_of_snapshots(number));
        }
        self.note_use(number, |uses| uses.snapshots = true);
    }

    fn check_window(&mut self, scope: NameScope<'_>, window: &Expr) {
        let ty = self.check_expr(scope, window);
        self.notice_beside(scope, window, &Type::amount(Kind::Duration));
        let target = self.info(window.id).and_then(|info| info.target.clone());
        let literal = matches!(window.kind, ExprKind::Literal(_));
        let axis = self.ground.vocabulary.axis();
        match (ty, target) {
            (Type::Error, _) => {}
            (Type::Amount(Quantity { kind: Kind::Duration, range }), Some(Target::Param(index))) => {
                let whole = self.names.params.get(index).is_some_and(|entry| {
                    let single = entry.decl.value.single().map(|literal| &literal.kind);
                    matches!(single, Some(LiteralKind::Duration(seconds)) if axis.is_whole(seconds))
                });
                let positive = range.low.as_ref().is_some_and(|low| *low > Number::ZERO);
                if !whole || !positive {
                    self.report(errors::bad_window_param(window, axis));
                }
                if let Some(entry) = self.names.params.get_mut(index) {
                    entry.uses.window = Some(axis);
                }
            }
            (Type::Amount(Quantity { kind: Kind::Duration, range }), _) if literal => {
                let whole = range.as_point().is_some_and(|it| axis.is_whole(it) && *it > Number::ZERO);
                if !whole {
                    self.report(errors::bad_window(window, axis));
                }
            }
            (Type::Calendar, _) => self.report(errors::calendar_window(window, axis)),
            (other, _) => self.report(errors::not_a_window(window, &other)),
        }
    }
}
