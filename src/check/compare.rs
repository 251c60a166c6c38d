//! Comparisons and `in`: which types compare, and which comparisons can never be true.

use super::Checker;
use super::errors;
use super::kinds::KindsMet;
use super::scope::NameScope;
use crate::ast::{CompareOp, Expr, ExprKind, LiteralKind, Set};
use crate::evidence::Truth;
use crate::interval::Interval;
use crate::program::Target;
use crate::types::{Kind, Quantity, Type};
use crate::value::Number;

/// Why two types do not compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unlike {
    Types,
    Units,
    /// A share and a count or number.
    Kinds,
    /// They only compare with `==` and `!=`.
    Unordered,
    /// Lists and records, which do not compare at all.
    Whole,
    /// Months and years, which only compare with what runs between dates.
    Calendar,
    /// `one of` without a common member.
    Members,
}

impl Checker<'_> {
    pub(super) fn check_compare(
        &mut self,
        scope: NameScope<'_>,
        expr: &Expr,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
    ) -> Type {
        let (left_ty, right_ty) = self.check_pair(scope, left, right);
        self.notice_beside(scope, left, &right_ty);
        self.notice_beside(scope, right, &left_ty);
        if left_ty == Type::Error || right_ty == Type::Error || !self.note_members(&left_ty, &right_ty) {
            return Type::Bool;
        }
        match comparable(op, &left_ty, &right_ty) {
            None => {}
            Some(Unlike::Kinds) => {
                self.report_kinds((left, &left_ty), (right, &right_ty), KindsMet::Compared);
                return Type::Bool;
            }
            Some(unlike) => {
                self.report(errors::unlike(op, (left, &left_ty), (right, &right_ty), unlike));
                return Type::Bool;
            }
        }
        self.note_workflow_names(scope, left, [right]);
        self.note_workflow_names(scope, right, [left]);
        self.record(expr.id, &Type::Bool, None);
        if self.possible(expr) == Truth::No {
            let (left, right) = (self.side(left, &left_ty), self.side(right, &right_ty));
            let never = errors::never_true(expr.span, op, &left, &right);
            self.report(never);
        }
        Type::Bool
    }

    pub(super) fn check_in(
        &mut self,
        scope: NameScope<'_>,
        expr: &Expr,
        item: &Expr,
        negated: bool,
        set: &Set,
    ) -> Type {
        let mut like = true;
        let mut item_ty = Type::Error;
        match set {
            Set::Range(low, high) => {
                item_ty = self.check_expr(scope, item);
                for end in [low, high] {
                    let ty = self.check_against(scope, end, &item_ty);
                    // Two ends of the same wrong type are one mistake.
                    like = like && self.check_like(CompareOp::LessEqual, (item, &item_ty), (end, &ty));
                }
                like = like && self.check_one_kind([&**low, &**high]);
            }
            Set::List(members, _) => {
                item_ty = self.check_expr(scope, item);
                if let Type::List(_) | Type::Record(_) = item_ty {
                    self.report(errors::not_a_scalar(item, &item_ty, "`in` looks for a single value"));
                    item_ty = Type::Error;
                }
                for member in members {
                    let ty = self.check_against(scope, member, &item_ty);
                    like &= self.check_like(CompareOp::Equal, (item, &item_ty), (member, &ty));
                }
                self.note_workflow_names(scope, item, members);
                like = like && self.check_one_kind(members);
            }
            Set::Pattern(pattern) => {
                item_ty = self.check_expr(scope, item);
                like = self.check_pattern(scope, (item, &item_ty), pattern);
            }
            Set::Value(list) => {
                let ty = self.check_expr(scope, list);
                if let Type::List(element) = ty {
                    item_ty = self.check_against(scope, item, &element);
                    like = self.check_like(CompareOp::Equal, (item, &item_ty), (list, &element));
                } else {
                    self.check_against(scope, item, &Type::Error);
                    if ty != Type::Error {
                        self.report(errors::not_a_list(list, &ty, "write a range or a list after `in`"));
                    }
                    like = false;
                }
            }
        }
        if !like || item_ty == Type::Error {
            return Type::Bool;
        }
        self.record(expr.id, &Type::Bool, None);
        let possible = self.possible_in(item, set);
        let never = possible == Truth::known(negated);
        // `x in []` is no, and is said to be: only what cannot be seen is worth an error.
        if never && !matches!(set, Set::List(members, _) if members.is_empty()) {
            let item = self.side(item, &item_ty);
            let never = errors::never_in(expr.span, negated, &item, set, &self.sides(set));
            self.report(never);
        }
        Type::Bool
    }

    /// Whether the texts that a pattern stands for may be asked for a value.
    fn check_pattern(&mut self, scope: NameScope<'_>, item: (&Expr, &Type), pattern: &Expr) -> bool {
        let ty = self.check_expr(scope, pattern);
        let fixed = matches!(pattern.kind, ExprKind::Literal(_))
            || matches!(self.info(pattern.id).map(|info| &info.target), Some(Some(Target::Param(_))));
        if *item.1 == Type::Error || ty == Type::Error {
            return false;
        }
        if *item.1 != Type::Text {
            self.report(errors::not_a_text(item.0, item.1));
            return false;
        }
        if ty != Type::Text || !fixed {
            self.report(errors::not_a_pattern(pattern, &ty));
            return false;
        }
        true
    }

    fn check_like(&mut self, op: CompareOp, left: (&Expr, &Type), right: (&Expr, &Type)) -> bool {
        if *left.1 == Type::Error || *right.1 == Type::Error || !self.note_members(left.1, right.1) {
            return false;
        }
        let unlike = comparable(op, left.1, right.1);
        match unlike {
            None => {}
            Some(Unlike::Kinds) => self.report_kinds(left, right, KindsMet::Listed),
            Some(unlike) => self.report(errors::unlike(op, left, right, unlike).one_of_several()),
        }
        unlike.is_none()
    }

    /// A side of a comparison as its error describes it.
    fn side<'e>(&'e self, expr: &'e Expr, ty: &'e Type) -> errors::ComparedSide<'e> {
        let range = self.range(expr);
        errors::ComparedSide {
            expr,
            ty,
            range,
            bare: self.bare_number(expr),
            stages: &self.ground.vocabulary.stages,
        }
    }

    /// The number that an expression is, if it is a literal without a unit or a param that is set to one.
    fn bare_number(&self, expr: &Expr) -> Option<Number> {
        let literal = if let ExprKind::Literal(literal) = &expr.kind {
            literal
        } else if let Target::Param(index) = self.info(expr.id)?.target.as_ref()? {
            &self.names.params.get(*index)?.decl.value.single()?.kind
        } else {
            return None;
        };
        if let LiteralKind::Number(number) = literal { Some(number.clone()) } else { None }
    }

    /// What stands in a set, as its error describes it.
    fn sides<'e>(&'e self, set: &'e Set) -> Vec<errors::ComparedSide<'e>> {
        let members: Vec<&Expr> = match set {
            Set::Range(low, high) => vec![low, high],
            Set::List(members, _) => members.iter().collect(),
            Set::Value(list) | Set::Pattern(list) => vec![list],
        };
        let side = |member: &'e Expr| Some(self.side(member, &self.info(member.id)?.ty));
        members.into_iter().filter_map(side).collect()
    }
}

/// Why two types cannot be compared by `op`, if they cannot.
pub(super) fn comparable(op: CompareOp, left: &Type, right: &Type) -> Option<Unlike> {
    let equality = match op {
        CompareOp::Equal | CompareOp::NotEqual => None,
        CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual => {
            Some(Unlike::Unordered)
        }
    };
    match (left, right) {
        (Type::Error, _) | (_, Type::Error) => None,
        (Type::List(_) | Type::Record(_), _) | (_, Type::List(_) | Type::Record(_)) => Some(Unlike::Whole),
        (Type::Amount(a), Type::Amount(b)) => {
            if a.kind == b.kind || a.kind.is_plain() && b.kind.is_plain() {
                joined(&a.kind, &b.kind).is_none().then_some(Unlike::Kinds)
            } else {
                Some(Unlike::Units)
            }
        }
        (Type::Elapsed, Type::Elapsed | Type::Calendar) | (Type::Calendar, Type::Elapsed) => None,
        (Type::Elapsed, Type::Amount(Quantity { kind: Kind::Duration, .. }))
        | (Type::Amount(Quantity { kind: Kind::Duration, .. }), Type::Elapsed) => None,
        (Type::Calendar, _) | (_, Type::Calendar) => Some(Unlike::Calendar),
        (Type::Elapsed, Type::Amount(_)) | (Type::Amount(_), Type::Elapsed) => Some(Unlike::Units),
        (Type::Date, Type::Date) | (Type::Time, Type::Time) | (Type::Stage, Type::Stage) => None,
        (Type::Bool, Type::Bool) | (Type::Text, Type::Text) => equality,
        (Type::Choice(a), Type::Choice(b)) if a.iter().any(|member| b.contains(member)) => equality,
        (Type::Choice(_), Type::Choice(_)) => Some(Unlike::Members),
        (
            Type::Bool
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::Stage
            | Type::Choice(_)
            | Type::Amount(_)
            | Type::Elapsed,
            _,
        ) => Some(Unlike::Types),
    }
}

/// The kind of two numbers that stand beside each other; none where they do not go together. A bare number and a ratio go with
/// shares, and with counts and numbers; these do not go with each other.
pub(super) fn joined(left: &Kind, right: &Kind) -> Option<Kind> {
    match (left, right) {
        (a, b) if a == b => Some(a.clone()),
        (Kind::Bare, other) | (other, Kind::Bare) if other.is_plain() => Some(match other {
            Kind::Count => Kind::Number,
            other => other.clone(),
        }),
        (Kind::Ratio, Kind::Share) | (Kind::Share, Kind::Ratio) => Some(Kind::Share),
        (Kind::Ratio | Kind::Count | Kind::Number, Kind::Ratio | Kind::Count | Kind::Number) => {
            Some(Kind::Number)
        }
        (
            Kind::Count
            | Kind::Number
            | Kind::Share
            | Kind::Duration
            | Kind::Unit(_)
            | Kind::Bare
            | Kind::Ratio,
            _,
        ) => None,
    }
}

/// The one type of two branches, if there is one.
pub(super) fn unify(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (Type::Error, _) | (_, Type::Error) => Some(Type::Error),
        (Type::Amount(a), Type::Amount(b)) => {
            let kind = joined(&a.kind, &b.kind)?;
            Some(Type::Amount(Quantity { kind, range: a.range.hull(&b.range) }))
        }
        (Type::Elapsed, Type::Amount(Quantity { kind: Kind::Duration, .. }))
        | (Type::Amount(Quantity { kind: Kind::Duration, .. }), Type::Elapsed) => {
            let range = Interval::ALL;
            Some(Type::Amount(Quantity { kind: Kind::Duration, range }))
        }
        (Type::List(a), Type::List(b)) => Some(Type::List(Box::new(unify(a, b)?))),
        (a, b) => (a == b).then(|| a.clone()),
    }
}
