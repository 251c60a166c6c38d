//! What is said of a sample where an exact value is due.

use crate::ast::{CompareOp, Expr, ExprKind};
use crate::check::words::{join, subject};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A claim whose right side is a sample as well. `found`: what makes it one.
pub(in crate::check) fn sampled_on_both_sides(
    (op, left, right): (CompareOp, &Expr, &Expr),
    found: Span,
) -> Diagnostic {
    let difference = match (&left.kind, &right.kind) {
        (ExprKind::Path(left), ExprKind::Path(right)) => {
            format!("`{} - {} {} 0", join(left), join(right), op.as_str())
        }
        _ => "`share(a …) - share(b …) >= -5%".to_owned(),
    };
    let name = subject(right, "the right side");
    let message = format!("{name} is a sample too, but is compared as if it were exact");
    Diagnostic::error(Code::SampleForExact, message)
        .label(right.span, "not an exact value")
        .maybe_label((found != right.span).then_some(found), "this makes it one")
        .help(format!(
            "subtract one from the other, as in {difference} with 90% confidence`, or compare with an exact value: a literal, a \
             param, or a field of the snapshot"
        ))
}

/// A confidence that depends on a sample.
pub(in crate::check) fn sampled_level(level: &Expr, found: Span) -> Diagnostic {
    Diagnostic::error(Code::SampleForExact, "the confidence depends on a sample")
        .label(level.span, "not an exact value")
        .maybe_label((found != level.span).then_some(found), "this is a sample")
        .help("write a literal or a param, or choose the entry of the table by a field")
}
