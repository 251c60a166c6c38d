//! Errors about confidence: of which claims there is one, at which level, and what a sample is drawn from.

use super::types::percentage;
use crate::ast::{ArithmeticOp, CompareOp, Expr, ExprKind};
use crate::check::words::{a_type, join, subject};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
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
        "confidence applies to comparisons of `share(…)`, `mean(…)` or a share field, and {} is something else",
        subject(left, "the left side")
    );
    let error =
        Diagnostic::error(Code::ImpossibleConfidence, message).label(left.span, "not computed from a sample");
    if let ExprKind::Arithmetic(ArithmeticOp::Divide, part, whole) = &left.kind
        && let (ExprKind::Path(part), ExprKind::Path(whole)) = (&part.kind, &whole.kind)
    {
        return error.help(format!("of two count fields, write `share({} of {})`", join(part), join(whole)));
    }
    error.help(
        "write a `share(…)`, a `mean(…)` or a share field on the left, or a let that is one, without `by`",
    )
}

/// A difference of one sample and what is exact. `sample_first`: whether the sample is what the other is taken from.
pub(in crate::check) fn exact_in_difference(left: &Expr, op: CompareOp, sample_first: bool) -> Diagnostic {
    let help = match sample_first {
        true => format!("write `A {op} C + B` for `A - B {op} C`", op = op.as_str()),
        false => {
            format!("write `A {} B - C` for `B - A {} C`", op.mirrored().as_str(), op.as_str())
        }
    };
    Diagnostic::error(
        Code::ImpossibleConfidence,
        "one side of the difference is exact, and belongs on the right",
    )
    .label(left.span, "one sample and one exact value")
    .help(help)
}

pub(in crate::check) fn share_less_mean(left: &Expr) -> Diagnostic {
    Diagnostic::error(
        Code::ImpossibleConfidence,
        "a difference with a confidence needs two shares or two means",
    )
    .label(left.span, "one share, one mean")
    .help("take a share from a share, or a mean from a mean")
}

/// A difference of a sample and what is made of one.
pub(in crate::check) fn not_drawn(left: &Expr, found: Span) -> Diagnostic {
    Diagnostic::error(Code::ImpossibleConfidence, "a difference with a confidence takes exactly two samples")
        .label(left.span, "not a difference of two samples")
        .maybe_label(
            (found != left.span).then_some(found),
            "neither a `share(…)` nor a `mean(…)`, nor one at another snapshot",
        )
        .help("write `share(a …) - share(b …)` or `mean(a …) - mean(b …)`, and what is exact on the right")
}

/// A difference of two samples of the same elements, or of the same counts.
pub(in crate::check) fn same_elements(left: &Expr, of_counts: bool) -> Diagnostic {
    let (message, help) = if of_counts {
        (
            "both sides are computed from the same counts",
            "use different counts, or different snapshots, as in \
             `share(errors of requests) - previous(share(errors of requests))`",
        )
    } else {
        (
            "both sides are computed from the same elements",
            "put both conditions on each element, as in `share(cases where was_ok and not ok) <= 10% with 90% confidence`; \
             to compare two parts of one list, use `among`",
        )
    };
    Diagnostic::error(Code::ImpossibleConfidence, message).label(left.span, "not two samples").help(help)
}

pub(in crate::check) fn bad_confidence(confidence: &Expr) -> Diagnostic {
    let name = subject(confidence, "this");
    let message = format!("a confidence is between 0% and 100%, but {name} can be outside that");
    Diagnostic::error(Code::ImpossibleConfidence, message)
        .label(confidence.span, "no such confidence")
        .meant(confidence.span, percentage(confidence).as_deref())
}

pub(in crate::check) fn not_a_population(population: &Expr, ty: &Type) -> Diagnostic {
    let message =
        format!("a sample is drawn from a count, but {} is {}", subject(population, "this"), a_type(ty));
    Diagnostic::error(Code::ImpossibleConfidence, message).label(population.span, "not a count").help(
        "a count field of the snapshot, a param, or a number, as in `with 90% confidence of users.active`",
    )
}

/// What a sample is drawn from is written as a number that counts nothing.
pub(in crate::check) fn not_so_many(population: &Expr) -> Diagnostic {
    let written = subject(population, "this");
    let message = format!("{written} does not say how many there are: that is a whole number from 1");
    Diagnostic::error(Code::ImpossibleConfidence, message)
        .label(population.span, "not a whole number from 1")
        .help("write how many the sample is drawn from, as in `with 90% confidence of 40`, or name a count of the snapshot")
}

pub(in crate::check) fn population_of_no_share(population: &Expr) -> Diagnostic {
    Diagnostic::error(Code::ImpossibleConfidence, "`of` applies to a single share with a confidence")
        .label(population.span, "needs a single share")
        .help("leave `of` out, or ask for a share: `share(ratings where score >= 4) >= 50% with 90% confidence of users.active`")
}
