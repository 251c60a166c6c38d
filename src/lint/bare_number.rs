//! A threshold that is written as a bare number: nobody can set it without editing the policy.

use super::{LintedPolicies, within};
use crate::ast::{Expr, ExprKind, LiteralKind, Set};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::Number;

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, rule, _) in policies.rules().filter(|(_, rule, _)| policies.is_own(rule.decl.span)) {
        let bare = rule.decl.conditions().into_iter().flat_map(|expr| bare_numbers(policies, expr));
        found.extend(finding(&format!("the rule `{}`", rule.name), &bare.collect::<Vec<_>>()));
    }
    for found_let in policies.program.lets.iter().filter(|found| policies.is_own(found.decl.span)) {
        let bare = bare_numbers(policies, &found_let.decl.value);
        found.extend(finding(&format!("`{}`", found_let.name), &bare));
    }
    for policy in policies.program.policies.iter().filter(|policy| policies.is_own(policy.span)) {
        let bare: Vec<Span> = policy.when.iter().flat_map(|when| bare_numbers(policies, when)).collect();
        found.extend(finding(&format!("the policy `{}`", policy.name), &bare));
    }
    found
}

/// Where numbers stand that values are compared with.
fn bare_numbers(policies: &LintedPolicies<'_>, expr: &Expr) -> Vec<Span> {
    let mut found = Vec::new();
    within(expr, &mut |expr| {
        if let ExprKind::Compare(_, left, right) = &expr.kind {
            let sides = [(left, right), (right, left)].into_iter();
            let limits = sides.filter(|(of, _)| is_measured(policies, of)).map(|(_, limit)| limit);
            found.extend(limits.filter_map(|limit| threshold(limit)));
        } else if let ExprKind::In { item, set: Set::Range(low, high), .. } = &expr.kind
            && is_measured(policies, item)
        {
            found.extend([low, high].into_iter().filter_map(|end| threshold(end)));
        }
    });
    found
}

/// The place of a number that somebody might want to be another one. Nothing and everything, 0 and 1, are seldom meant so.
fn threshold(expr: &Expr) -> Option<Span> {
    let literal = match &expr.kind {
        ExprKind::Neg(inner) => &inner.kind,
        kind => kind,
    };
    let ExprKind::Literal(literal) = literal else { return None };
    let is_threshold = match literal {
        LiteralKind::Number(number)
        | LiteralKind::Share(number)
        | LiteralKind::Unit(number, _)
        | LiteralKind::Duration(number) => *number != Number::ZERO && *number != Number::ONE,
        LiteralKind::Calendar(months) => *months != 0,
        LiteralKind::Date(_) | LiteralKind::Time(_) | LiteralKind::Text(_) | LiteralKind::Bool(_) => false,
    };
    is_threshold.then_some(expr.span)
}

/// Whether a value comes from the snapshots, and is not a param or number itself.
fn is_measured(policies: &LintedPolicies<'_>, expr: &Expr) -> bool {
    policies.constant(expr).is_none()
}

fn finding(what: &str, bare: &[Span]) -> Option<Diagnostic> {
    let (first, others) = bare.split_first()?;
    let message = format!("{what} compares with a bare number instead of a param");
    let first =
        Diagnostic::warning(Code::BareNumber, message).label(*first, "this cannot be set in `tollgate.yaml`");
    let labelled = others.iter().fold(first, |finding, span| finding.label(*span, "nor this"));
    Some(labelled.help("give it a name and a range: `param NAME = VALUE within LOW to HIGH`"))
}
