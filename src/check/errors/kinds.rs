//! What is said of a count or a number beside a share.

use crate::ast::{Expr, ExprKind, Literal, LiteralKind, Name, ParamDecl};
use crate::check::literal::is_bare_share;
use crate::check::words::{a_type, subject};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::types::{Kind, Type};
use crate::value::{Number, decimal};

/// What stands beside a share, and is none.
pub(in crate::check) enum Counterpart<'e> {
    /// A field of numbers.
    Field(&'e str),
    /// A param that is set to a bare number, and the share that this says.
    Param {
        decl: &'e ParamDecl,
        share: Number,
    },
    /// `count(L where P)`, by the name of the function.
    Counted(&'e Name),
    Count,
    Number,
}

pub(in crate::check) fn unlike_kinds(
    (left, left_ty): (&Expr, &Type),
    (right, right_ty): (&Expr, &Type),
    share: &Expr,
    counterpart: &Counterpart<'_>,
) -> Diagnostic {
    let (left_name, right_name) = (subject(left, "the left side"), subject(right, "the right side"));
    let message = format!("{left_name} is {}, {right_name} is {}", a_type(left_ty), a_type(right_ty));
    let diagnostic = Diagnostic::error(Code::UnitMismatch, message)
        .label(left.span, a_type(left_ty))
        .label(right.span, a_type(right_ty));
    let help = match counterpart {
        Counterpart::Field(name) => format!("a number is not a share: declare `{name}` as a `share`"),
        Counterpart::Param { share, .. } => format!("did you mean the share `{}`?", percentage(share)),
        Counterpart::Counted(_) => "did you mean their share, `share(…)`?".to_owned(),
        Counterpart::Count => "a count is not a share: divide it by how many there are in all".to_owned(),
        Counterpart::Number => "a number is not a share: divide it by the whole".to_owned(),
    };
    match counterpart {
        Counterpart::Param { decl, share } => {
            let diagnostic = diagnostic.label(decl.value.span(), "a bare number").help(help);
            match &decl.within {
                None => diagnostic.fix(decl.value.span(), percentage(share)),
                // What the bounds say has to stay: a fraction, or hundredths.
                Some(within) => match (as_said(decl, &within.low), as_said(decl, &within.high)) {
                    (Some(low), Some(high)) => {
                        let text = format!("{} within {low} to {high}", percentage(share));
                        diagnostic.fix(decl.value.span().to(within.span), text)
                    }
                    _ => diagnostic,
                },
            }
        }
        Counterpart::Counted(name) => diagnostic.help(help).fix(name.span, "share"),
        Counterpart::Field(_) | Counterpart::Number => diagnostic.help(match plain(share) {
            Some(plain) => format!("{help}, or write `{plain}`"),
            None => help,
        }),
        Counterpart::Count => diagnostic.help(help),
    }
}

/// A bare number above 1 that would have to be a share.
pub(in crate::check) fn bare_share(span: Span, number: &Number) -> Diagnostic {
    let message = format!("a share is needed here, not `{}`", decimal(number, 9));
    let diagnostic = Diagnostic::error(Code::UnitMismatch, message)
        .label(span, format!("this would be {}", percentage(number)));
    let hundredth = number / Number::from(100);
    match is_bare_share(&hundredth) {
        true => {
            let meant = percentage(&hundredth);
            diagnostic.help(format!("did you mean `{meant}`?")).fix(span, meant)
        }
        false => diagnostic.help("write it with `%`"),
    }
}

/// A bound as a share, read as the value of its param is: both are fractions, or both hundredths. None where that is not sure.
fn as_said(decl: &ParamDecl, bound: &Literal) -> Option<String> {
    let LiteralKind::Number(value) = &decl.value.single()?.kind else { return None };
    let number = match &bound.kind {
        LiteralKind::Share(number) => return Some(percentage(number)),
        LiteralKind::Number(number) => number,
        LiteralKind::Unit(..)
        | LiteralKind::Duration(_)
        | LiteralKind::Calendar(_)
        | LiteralKind::Date(_)
        | LiteralKind::Time(_)
        | LiteralKind::Text(_)
        | LiteralKind::Bool(_) => return None,
    };
    let hundred = Number::from(100);
    let is_between = |low: &Number, high: &Number| number >= low && number <= high;
    match is_bare_share(value) {
        true => is_between(&-Number::ONE, &Number::ONE).then(|| percentage(number)),
        false => (*number == Number::ZERO || is_between(&Number::ONE, &hundred))
            .then(|| percentage(&(number / hundred))),
    }
}

fn percentage(share: &Number) -> String {
    Kind::Share.show_precisely(share, 9)
}

/// What to write instead of a share beside a number.
fn plain(share: &Expr) -> Option<String> {
    let ExprKind::Literal(LiteralKind::Share(number)) = &share.kind else { return None };
    Some(decimal(number, 12))
}
