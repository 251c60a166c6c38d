//! What is said of a sample where an exact value is due.

use crate::ast::{CompareOp, Expr, ExprKind};
use crate::check::words::{join, show_literal, subject};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::types::{Kind, Type};

/// A claim whose right side is a sample as well. `found`: what makes it one; `function`: what the left side is taken with.
pub(in crate::check) fn sampled_on_both_sides(
    (left_ty, function): (&Type, &str),
    op: CompareOp,
    right: &Expr,
    found: Span,
    confidence: Option<&Expr>,
) -> Diagnostic {
    let name = subject(right, "the right side");
    let message = format!("{name} is a sample as well, and is compared as if it were exact");
    let difference = format!("{function}(a …) - {function}(b …) {} {}", op.as_str(), nothing(left_ty));
    let instead = match confidence {
        Some(level) => format!("`{difference} with {} confidence`", written(level)),
        None => format!("`confidence({difference})`"),
    };
    Diagnostic::error(Code::SampleForExact, message)
        .label(right.span, "not an exact value")
        .maybe_label((found != right.span).then_some(found), "this makes it one")
        .help(format!("ask for the difference of the two: {instead}; or compare with a field or a param"))
}

/// A confidence that depends on a sample.
pub(in crate::check) fn sampled_level(level: &Expr, found: Span) -> Diagnostic {
    Diagnostic::error(Code::SampleForExact, "the confidence depends on a sample")
        .label(level.span, "not an exact value")
        .maybe_label((found != level.span).then_some(found), "this is a sample")
        .help("write a literal or a param, or choose the entry of the table by a field")
}

/// A confidence as it is written, or as it may be where that is long.
fn written(level: &Expr) -> String {
    match &level.kind {
        ExprKind::Literal(literal) => show_literal(literal),
        ExprKind::Path(path) => join(path),
        ExprKind::Entry { .. }
        | ExprKind::Call { .. }
        | ExprKind::Not(_)
        | ExprKind::Neg(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::Compare(..)
        | ExprKind::Logic(..)
        | ExprKind::In { .. }
        | ExprKind::If { .. }
        | ExprKind::Has(_)
        | ExprKind::AtLeast { .. }
        | ExprKind::With { .. } => "90%".to_owned(),
    }
}

/// No difference, in the unit of a value.
fn nothing(ty: &Type) -> String {
    let Some(quantity) = ty.quantity() else { return "0".to_owned() };
    match &quantity.kind {
        Kind::Share | Kind::Ratio => "0%".to_owned(),
        Kind::Unit(unit) => format!("0 {unit}"),
        Kind::Duration => "0 s".to_owned(),
        Kind::Count | Kind::Number | Kind::Bare => "0".to_owned(),
    }
}
