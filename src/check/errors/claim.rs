//! Errors about confidence: of which claims there is one, at which level, and what a sample is drawn from.

use super::types::percentage;
use crate::ast::{ArithmeticOp, Expr, ExprKind};
use crate::check::words::{a_type, join, subject};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::types::Type;

pub(in crate::check) fn not_a_claim(claim: &Expr) -> Diagnostic {
    Diagnostic::error(
        Code::ImpossibleConfidence,
        "a confidence needs one comparison, with `<`, `<=`, `>` or `>=`",
    )
    .label(claim.span, "not such a comparison")
}

pub(in crate::check) fn not_sampled(left: &Expr) -> Diagnostic {
    let message = format!(
        "{} is no `share(…)` or `mean(…)`, so there is no confidence of it",
        subject(left, "the left side")
    );
    let error =
        Diagnostic::error(Code::ImpossibleConfidence, message).label(left.span, "not taken of a sample");
    if let ExprKind::Arithmetic(ArithmeticOp::Divide, part, whole) = &left.kind
        && let (ExprKind::Path(part), ExprKind::Path(whole)) = (&part.kind, &whole.kind)
    {
        return error.help(format!("of two count fields, write `share({} of {})`", join(part), join(whole)));
    }
    error.help("the left side is a `share(…)` or `mean(…)`, or a let that is one, and not grouped with `by`")
}

pub(in crate::check) fn bad_confidence(confidence: &Expr) -> Diagnostic {
    let name = subject(confidence, "this");
    let message = format!("a confidence lies between 0% and 100%, and {name} can be outside that");
    Diagnostic::error(Code::ImpossibleConfidence, message)
        .label(confidence.span, "no such confidence")
        .meant(confidence.span, percentage(confidence).as_deref())
}

pub(in crate::check) fn not_a_population(population: &Expr, ty: &Type) -> Diagnostic {
    let message =
        format!("a sample is drawn from a count, and {} is {}", subject(population, "this"), a_type(ty));
    Diagnostic::error(Code::ImpossibleConfidence, message).label(population.span, "not a count").help(
        "a count field of the snapshot, a param, or a number, as in `with 90% confidence of users.active`",
    )
}

pub(in crate::check) fn population_of_a_mean(population: &Expr) -> Diagnostic {
    Diagnostic::error(Code::ImpossibleConfidence, "a mean has no bounds that take in how many there are")
        .label(population.span, "of a share alone")
        .help("leave `of` out, or ask for a share: `share(ratings where score >= 4) >= 50% with 90% confidence of users.active`")
}
