//! A text with a `*` that is compared by `==` or `!=`, as if it were a pattern.

use super::{LintedPolicies, roots, within};
use crate::ast::{CompareOp, Expr, ExprKind, LiteralKind, Set};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let lets = policies.program.lets.iter().map(|found| &found.decl.value);
    for root in roots(policies.program).into_iter().chain(lets) {
        within(root, &mut |expr| found.extend(patterns(expr)));
    }
    found.into_iter().map(finding).collect()
}

/// The texts with a `*` that an expression takes for nothing but themselves.
fn patterns(expr: &Expr) -> Vec<Span> {
    let sides: Vec<&Expr> = if let ExprKind::Compare(op, left, right) = &expr.kind
        && matches!(op, CompareOp::Equal | CompareOp::NotEqual)
    {
        vec![left, right]
    } else if let ExprKind::In { set: Set::List(members, _), .. } = &expr.kind {
        members.iter().collect()
    } else {
        Vec::new()
    };
    let has_star =
        |side: &&Expr| matches!(&side.kind, ExprKind::Literal(LiteralKind::Text(text)) if text.contains('*'));
    sides.into_iter().filter(has_star).map(|side| side.span).collect()
}

fn finding(span: Span) -> Diagnostic {
    Diagnostic::warning(
        Code::PatternAsText,
        "this compares with a text that contains `*`, not with a pattern",
    )
    .label(span, "matches only this exact text")
    .help("write `NAME matches \"claude-*\"`, or `not NAME matches \"claude-*\"`, for a pattern")
}
