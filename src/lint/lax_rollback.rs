//! A rollback that fires where the hold before it does not: who is held back last is thrown back first.

use super::LintedPolicies;
use super::threshold::RuleThreshold;
use crate::ast::EffectKind;
use crate::code::Code;
use crate::diagnostic::Diagnostic;

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for alike in policies.thresholds() {
        let standing = || alike.iter().filter(|threshold| threshold.rule.gate.is_none());
        for rollback in standing().filter(|threshold| threshold.effect == EffectKind::Rollback) {
            let holds: Vec<&RuleThreshold<'_>> = standing()
                .filter(|hold| hold.effect == EffectKind::Hold && hold.is_low() == rollback.is_low())
                .filter(|hold| rollback.asks_no_more_than(hold) && rollback.meets(hold))
                .collect();
            let gaps: Vec<_> = holds.iter().map(|hold| (hold, policies.gap(rollback, hold))).collect();
            // One hold that comes first is enough.
            if gaps.iter().any(|(_, gap)| gap.is_none()) {
                continue;
            }
            if let Some((hold, Some(value))) = gaps.into_iter().next() {
                found.push(finding(policies, rollback, hold, &value));
            }
        }
    }
    found
}

impl<'a> LintedPolicies<'a> {
    /// A value at which the one stops and the other does not.
    fn gap(&self, one: &RuleThreshold<'a>, other: &RuleThreshold<'a>) -> Option<String> {
        let values = self.values_of(&[one, other]);
        let gap = values.iter().find(|value| one.stops_at(value) && !other.stops_at(value));
        gap.map(|value| self.shown(&one.stops, value))
    }
}

fn finding(
    policies: &LintedPolicies<'_>,
    rollback: &RuleThreshold<'_>,
    hold: &RuleThreshold<'_>,
    value: &str,
) -> Diagnostic {
    let of = policies.written(rollback.stops.of);
    let (back, held) = (&rollback.rule.name, &hold.rule.name);
    Diagnostic::warning(Code::LaxRollback, format!("the rollback `{back}` is laxer than the hold `{held}`"))
        .label(rollback.stops.span, format!("fires where {of} is {value}"))
        .label(hold.stops.span, format!("does not hold at {value}"))
        .help("make the rollback stricter: it is for values worse than those that hold")
}
