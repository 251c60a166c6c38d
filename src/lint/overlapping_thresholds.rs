//! Thresholds on one expression that do not go together: a gate that opens on what stops the rollout behind it, or two
//! rules that nothing passes.

use std::collections::BTreeSet;

use super::LintedPolicies;
use super::threshold::RuleThreshold;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::value::Value;

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for alike in policies.thresholds() {
        for (at, one) in alike.iter().enumerate() {
            for other in alike.iter().skip(at + 1).filter(|other| other.index != one.index) {
                let finding = match (one.rule.gate, other.rule.gate) {
                    (None, None) => contradiction(policies, one, other, one.meets(other)),
                    (Some(a), Some(b)) => contradiction(policies, one, other, a == b),
                    (Some(_), None) => behind_a_gate(policies, &alike, one, other),
                    (None, Some(_)) => behind_a_gate(policies, &alike, other, one),
                };
                found.extend(finding.filter(|_| told.insert((one.index, other.index))));
            }
        }
    }
    found
}

/// Two rules of which one stops at each value.
fn contradiction(
    policies: &LintedPolicies<'_>,
    one: &RuleThreshold<'_>,
    other: &RuleThreshold<'_>,
    together: bool,
) -> Option<Diagnostic> {
    let alike = one.asks_no_more_than(other) && other.asks_no_more_than(one);
    if !together || !alike || one.is_low() == other.is_low() {
        return None;
    }
    let values = policies.values_of(&[one, other]);
    if values.iter().any(|value| !one.stops_at(value) && !other.stops_at(value)) {
        return None;
    }
    let both = values.iter().find(|value| one.stops_at(value) && other.stops_at(value));
    let value = policies.shown(&one.stops, both.or(values.first())?);
    let of = policies.written(one.stops.of);
    let message = format!("no value of {of} passes both `{}` and `{}`", one.rule.name, other.rule.name);
    let at = |threshold: &RuleThreshold<'_>| match both {
        Some(_) => format!("{} at {value}", threshold.verb()),
        None => "one of the two stops at every value".to_owned(),
    };
    let finding = Diagnostic::warning(Code::OverlappingThresholds, message)
        .label(one.stops.span, at(one))
        .label(other.stops.span, at(other));
    Some(finding.help("leave a range between the two in which neither stops"))
}

/// A gate that is open, or opens at all, only where a standing rule stops.
fn behind_a_gate<'a>(
    policies: &LintedPolicies<'a>,
    alike: &[RuleThreshold<'a>],
    gate: &RuleThreshold<'a>,
    rule: &RuleThreshold<'a>,
) -> Option<Diagnostic> {
    let ends = gate.rule.gate.and_then(|gate| policies.program.gates.get(gate))?;
    let meets = |(from, to): &(usize, usize)| rule.is_judged_in(*from) || rule.is_judged_in(*to);
    if !ends.steps.iter().any(meets) || !rule.asks_no_more_than(gate) {
        return None;
    }
    // All that the gate asks of the expression counts.
    let same = |other: &&RuleThreshold<'a>| other.rule.gate == gate.rule.gate && other.asks_nothing_else();
    let asked: Vec<&RuleThreshold<'a>> = alike.iter().filter(same).chain([gate]).collect();
    let opens = |value: &&Value| asked.iter().all(|threshold| !threshold.stops_at(value));
    let mut all = asked.clone();
    all.push(rule);
    let values = policies.values_of(&all);
    let satisfied: Vec<&Value> = values.iter().filter(opens).collect();
    let always = satisfied.iter().all(|value| rule.stops_at(value));
    // From the other side a rule may well bound what the gate asks for.
    if gate.is_low() != rule.is_low() && !always {
        return None;
    }
    // The value nearest to what the gate asks for.
    let nearest = gate.nearest(satisfied.iter().copied().filter(|value| rule.stops_at(value)))?;
    let value = policies.shown(&gate.stops, nearest);
    let (name, verb) = (&rule.rule.name, rule.verb());
    let of = policies.written(gate.stops.of);
    let message = format!("at {value} the gate is satisfied and `{name}` {verb}");
    let finding = Diagnostic::warning(Code::OverlappingThresholds, message)
        .label(gate.stops.span, format!("`{}` passes where {of} is {value}", gate.rule.name))
        .label(rule.stops.span, format!("{verb} there"));
    Some(finding.help("a gate should ask for at least what the next stage requires"))
}
