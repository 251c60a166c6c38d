//! Counts and numbers beside shares, which do not go together: what was probably meant, and the text to write. Which kinds go
//! together is said in `compare`.

use super::Checker;
use super::compare::{Unlike, comparable, unify};
use super::errors::{self, Counterpart};
use super::literal::is_bare_share;
use crate::ast::{CompareOp, Expr, ExprKind, LiteralKind, Name};
use crate::builtins::Shape;
use crate::builtins::counting::{Counting, Tallied};
use crate::program::Target;
use crate::types::{Kind, Type};
use crate::value::Number;

/// How a number and a share came to stand beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KindsMet {
    /// `acc >= 60%`
    Compared,
    /// `acc + 5%`
    Added,
    /// In one range or list.
    Listed,
    /// In the branches of an `if`, or as a field and its default.
    Branches,
}

impl Checker<'_> {
    /// Reports a count or number that stands beside a share.
    pub(super) fn report_kinds(&mut self, left: (&Expr, &Type), right: (&Expr, &Type), met: KindsMet) {
        let left_is_share = is_share(left.1);
        let (share, number) = if left_is_share { (left, right) } else { (right, left) };
        let counterpart = self.counterpart(number.0, number.1, met);
        let diagnostic = errors::unlike_kinds(left, right, share.0, &counterpart);
        self.report(match met {
            KindsMet::Compared | KindsMet::Added | KindsMet::Branches => diagnostic,
            KindsMet::Listed => diagnostic.one_of_several(),
        });
    }

    /// Reports branches that have no common type.
    pub(super) fn report_branches(&mut self, then: (&Expr, &Type), otherwise: (&Expr, &Type)) {
        if comparable(CompareOp::Equal, then.1, otherwise.1) == Some(Unlike::Kinds) {
            self.report_kinds(then, otherwise, KindsMet::Branches);
        } else {
            self.report(errors::branches_differ(then, otherwise));
        }
    }

    /// Reports a bare number above 1 in a branch beside a share: `50` is a slip for `50%`, and would be 5000%.
    pub(super) fn check_bare_share(&mut self, share: &Type, (expr, ty): (&Expr, &Type)) {
        let Some(quantity) = ty.quantity().filter(|quantity| quantity.kind == Kind::Bare) else { return };
        if let Some(number) = quantity.range.as_point().filter(|number| !is_bare_share(number))
            && is_share(share)
        {
            self.report(errors::bare_share(expr.span, number));
        }
    }

    /// Whether what stands in a range or list is of one kind; what is looked for there may go with each of them.
    pub(super) fn check_one_kind<'e>(&mut self, members: impl IntoIterator<Item = &'e Expr>) -> bool {
        let mut first: Option<(&Expr, Type)> = None;
        for member in members {
            let Some(ty) = self.info(member.id).map(|info| info.ty.clone()) else { continue };
            let Some((earlier, earlier_ty)) = &first else {
                first = Some((member, ty));
                continue;
            };
            if comparable(CompareOp::Equal, earlier_ty, &ty) == Some(Unlike::Kinds) {
                self.report_kinds((earlier, earlier_ty), (member, &ty), KindsMet::Listed);
                return false;
            }
            // Of a ratio beside a share it is known from then on what it stands for.
            if let Some(both) = unify(earlier_ty, &ty) {
                first = Some((earlier, both));
            }
        }
        true
    }

    /// What stands where a share is due.
    fn counterpart<'e>(&'e self, expr: &'e Expr, ty: &Type, met: KindsMet) -> Counterpart<'e> {
        let is_count = ty.quantity().is_some_and(|quantity| quantity.kind == Kind::Count);
        let other = if is_count { Counterpart::Count } else { Counterpart::Number };
        let Some(target) = self.info(expr.id).and_then(|info| info.target.as_ref()) else { return other };
        match target {
            Target::Field(path) | Target::JudgedField(path) if !is_count => Counterpart::Field(&path.name),
            Target::Element { path, .. } if !is_count && !path.steps.is_empty() => {
                Counterpart::Field(&path.name)
            }
            Target::Param(index) => {
                let decl = self.names.params.get(*index).map(|entry| entry.decl);
                let value = decl.and_then(|decl| Some((decl, as_share(&decl.value.single()?.kind)?)));
                value.map_or(other, |(decl, share)| Counterpart::Param { decl, share })
            }
            Target::Call(builtin) if met != KindsMet::Added => {
                counted(expr, &builtin.shape).map_or(other, Counterpart::Counted)
            }
            Target::Field(_)
            | Target::JudgedField(_)
            | Target::Workflows(_)
            | Target::Date(_)
            | Target::Element { .. }
            | Target::Table(_)
            | Target::Let(_)
            | Target::Call(_)
            | Target::Stage(_)
            | Target::Member(_) => other,
        }
    }
}

fn is_share(ty: &Type) -> bool {
    ty.quantity().is_some_and(|quantity| quantity.kind == Kind::Share)
}

/// The share that a bare number says, `0.5` or `50`.
fn as_share(literal: &LiteralKind) -> Option<Number> {
    let LiteralKind::Number(number) = literal else { return None };
    let hundred = Number::from(100);
    if *number >= -Number::ONE && *number <= Number::ONE {
        Some(number.clone())
    } else {
        (*number > Number::ONE && *number <= hundred).then(|| number / hundred)
    }
}

/// The name of the function in `count(L where P)`, which has a share.
fn counted<'e>(expr: &'e Expr, shape: &Shape) -> Option<&'e Name> {
    let counts = matches!(shape, Shape::Counting(Counting { tallied: Tallied::Number(_), .. }));
    if let ExprKind::Call { name, args } = &expr.kind
        && counts
        && args.iter().all(|arg| arg.condition.is_some())
    {
        Some(name)
    } else {
        None
    }
}
