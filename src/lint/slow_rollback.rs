//! A rollback that waits for evidence of every look: after a fall, that has to make up for all the good looks before it.

use super::LintedPolicies;
use crate::ast::{EffectKind, Expr, ExprKind};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let rollbacks = policies.rules().filter(|(.., effect)| *effect == EffectKind::Rollback);
    let rollbacks = rollbacks.map(|(_, rule, _)| rule);
    let mut found = Vec::new();
    policies.within_rules(rollbacks, &mut |expr| found.extend(looked_at(expr)));
    found.into_iter().map(finding).collect()
}

/// Where an expression says `at every look`.
fn looked_at(expr: &Expr) -> Option<Span> {
    if let ExprKind::With { every_look, .. } = &expr.kind {
        *every_look
    } else if let ExprKind::Call { args, .. } = &expr.kind {
        args.iter().find_map(|arg| arg.every_look)
    } else {
        None
    }
}

fn finding(words: Span) -> Diagnostic {
    Diagnostic::warning(Code::SlowRollback, "a rollback waits for evidence that outweighs every earlier look")
        .label(words, "slow after a fall")
        .help(
            "remove `at every look`, and use a short window, such as `over 4 weeks`, with a high confidence",
        )
}
