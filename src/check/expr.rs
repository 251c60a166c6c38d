//! Expressions: one check for each form, and the templates that hold some.

use super::Checker;
use super::errors;
use super::literal::literal_type;
use super::path::Resolved;
use super::scope::NameScope;
use super::visible::Due;
use crate::ast::{Expr, ExprKind, LiteralKind, Name, Template, TemplatePart};
use crate::program::{DateWord, FieldPath, Target};
use crate::types::{Kind, Quantity, Type};

impl Checker<'_> {
    /// The type of an expression, which its side table has afterwards; [`Type::Error`] if it has none.
    pub(super) fn check_expr(&mut self, scope: NameScope<'_>, expr: &Expr) -> Type {
        let ty = match &expr.kind {
            // These write their own entries.
            ExprKind::Path(path) => return self.check_path(scope, expr, path),
            ExprKind::Arithmetic(..) => return self.check_arithmetic(scope, expr),
            ExprKind::Compare(op, left, right) => return self.check_compare(scope, expr, *op, left, right),
            ExprKind::In { item, negated, set } => return self.check_in(scope, expr, item, *negated, set),
            ExprKind::Has(path) => return self.check_has(scope, expr, path),
            ExprKind::Call { name, args } => return self.check_call(scope, expr, name, args),
            ExprKind::Entry { table, key } => return self.check_entry(scope, expr, table, key),

            ExprKind::Literal(literal) => self.check_literal(expr, literal),
            ExprKind::Not(operand) => {
                self.check_condition(scope, operand, "`not` takes a condition");
                Type::Bool
            }
            ExprKind::Neg(operand) => self.check_neg(scope, operand),
            ExprKind::Logic(_, operands) => {
                for operand in operands {
                    self.check_condition(scope, operand, "`and` and `or` join conditions");
                }
                Type::Bool
            }
            ExprKind::If { condition, then, otherwise } => self.check_if(scope, condition, then, otherwise),
            ExprKind::AtLeast { count, count_span, of } => {
                for condition in of {
                    self.check_condition(scope, condition, "`at least … of` counts conditions");
                }
                let most = u32::try_from(of.len()).unwrap_or(u32::MAX);
                if *count == 0 || *count > most {
                    self.report(errors::bad_at_least(*count, *count_span, of.len()));
                }
                Type::Bool
            }
            ExprKind::With { claim, confidence, population, every_look: _ } => {
                self.check_claim(scope, claim);
                self.check_confidence_level(scope, confidence);
                if let Some(population) = population {
                    self.check_population(scope, claim, population);
                }
                Type::Bool
            }
        };
        self.record(expr.id, &ty, None);
        ty
    }

    /// Checks an expression that must be a condition; `why` says what asks for one.
    pub(super) fn check_condition(&mut self, scope: NameScope<'_>, expr: &Expr, why: &str) {
        self.notice(scope, expr, || Due::Condition);
        let ty = self.check_expr(scope, expr);
        if !matches!(ty, Type::Bool | Type::Error) {
            self.report(errors::not_a_condition(expr, &ty, why));
        }
    }

    fn check_literal(&mut self, expr: &Expr, literal: &LiteralKind) -> Type {
        if !self.check_unit(literal) {
            return Type::Error;
        }
        let mut ty = literal_type(literal);
        // It has no kind of its own, and takes that of what stands beside it.
        if let Type::Amount(Quantity { kind: kind @ Kind::Number, .. }) = &mut ty {
            *kind = Kind::Bare;
        }
        self.record(expr.id, &ty, None);
        ty
    }

    /// Whether the unit of a literal, if it has one, is known.
    pub(super) fn check_unit(&mut self, literal: &LiteralKind) -> bool {
        let unit = match literal {
            LiteralKind::Unit(_, unit) if !self.ground.units.contains(&unit.text) => unit,
            LiteralKind::Unit(..)
            | LiteralKind::Number(_)
            | LiteralKind::Share(_)
            | LiteralKind::Duration(_)
            | LiteralKind::Calendar(_)
            | LiteralKind::Date(_)
            | LiteralKind::Time(_)
            | LiteralKind::Text(_)
            | LiteralKind::Bool(_) => return true,
        };
        let capitals = self.ground.units.get(unit.text.to_uppercase().as_str());
        let units = || self.ground.units.iter().map(|unit| &**unit);
        let suggestion = capitals.map(|unit| &**unit).or_else(|| self.suggest(&unit.text, units()));
        if self.ground.incomplete && suggestion.is_none() {
            self.tainted();
        } else {
            self.report(errors::unknown_unit(unit, suggestion));
        }
        false
    }

    fn check_if(&mut self, scope: NameScope<'_>, condition: &Expr, then: &Expr, otherwise: &Expr) -> Type {
        self.check_condition(scope, condition, "write a condition after `if`");
        let then_ty = self.check_expr(scope, then);
        let otherwise_ty = self.check_expr(scope, otherwise);
        self.notice_beside(scope, otherwise, &then_ty);
        self.check_bare_share(&then_ty, (otherwise, &otherwise_ty));
        self.check_bare_share(&otherwise_ty, (then, &then_ty));
        self.unify(&then_ty, &otherwise_ty).unwrap_or_else(|| {
            self.report_branches((then, &then_ty), (otherwise, &otherwise_ty));
            Type::Error
        })
    }

    fn check_has(&mut self, scope: NameScope<'_>, expr: &Expr, path: &[Name]) -> Type {
        if let Some(resolved) = self.resolve_field(scope, path, "has") {
            self.record(expr.id, &Type::Bool, Some(resolved.target));
        }
        Type::Bool
    }

    /// What a path stands for that must be a field, and not one inside a list.
    pub(super) fn resolve_field(
        &mut self,
        scope: NameScope<'_>,
        path: &[Name],
        who: &str,
    ) -> Option<Resolved> {
        let resolved = self.resolve(scope, path)?;
        let problem = match &resolved.target {
            Target::Field(path) | Target::JudgedField(path) | Target::Element { path, .. }
                if path.computed.is_some() =>
            {
                Some("computed from others")
            }
            Target::Field(_) | Target::JudgedField(_) => None,
            Target::Element { up, path: FieldPath { steps, .. } } if !steps.is_empty() => {
                let of_group = scope.elements().nth(*up).is_some_and(|(_, _, of)| of.ty.record().is_none());
                of_group.then_some("the key of a group")
            }
            Target::Element { .. } => Some("the element itself"),
            Target::Workflows(_) => Some("a list of workflows"),
            Target::Date(DateWord::Today) => Some("the day of judgement"),
            Target::Date(DateWord::Now) => Some("the time of judgement"),
            Target::Date(DateWord::Entered(_)) => Some("what the series says of the stage"),
            Target::Date(DateWord::FirstSeen { .. }) => Some("what the series says of the element"),
            Target::Let(_) => Some("a let"),
            Target::Param(_) | Target::Table(_) => Some("a param"),
            Target::Stage(_) | Target::Member(_) | Target::Call(_) => Some("not a field"),
        };
        let problem = problem.or(resolved.element.is_some().then_some("inside a list"));
        if let Some(problem) = problem {
            self.report(errors::not_a_field(path, who, problem));
            return None;
        }
        Some(resolved)
    }

    /// Checks the expressions in a title, message or help.
    pub(super) fn check_template(&mut self, scope: NameScope<'_>, template: &Template) {
        for part in &template.parts {
            let expr = match part {
                TemplatePart::Text(_) => continue,
                TemplatePart::Expr(expr) => expr,
            };
            let ty = self.check_expr(scope, expr);
            if let Type::List(_) | Type::Record(_) = ty {
                self.report(errors::not_a_scalar(expr, &ty, "a text shows single values"));
            }
        }
    }
}
