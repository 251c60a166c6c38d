//! A rule, or a condition in one, that comes out the same whatever is measured.
//!
//! The checker knows of single comparisons; this looks at what is said of one expression in several places.

use super::LintedPolicies;
use super::solve::{Formula, SolveAnswer, Solver};
use crate::ast::{Expr, ExprKind, RuleBody};
use crate::builtins::Shape;
use crate::builtins::series::Along;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::program::{Policy, Rule, Target};
use crate::source::Span;

const NEVER: &str = "can never be yes";
const ALWAYS: &str = "is always yes, whatever is measured";

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut idle = Vec::new();
    for (index, policy) in policies.program.policies.iter().enumerate() {
        if let Some(finding) = never_applies(policies, policy) {
            idle.push(index);
            found.push(finding);
        }
    }
    let said = |rule: &Rule| {
        let name = rule.decl.name.span;
        let mut places = policies.said.iter().filter(|said| said.code == Code::NeverFails);
        places.any(|said| said.labels.first().is_some_and(|label| label.span == name))
    };
    for (_, rule, _) in policies.rules() {
        let is_idle = rule.gate.is_none() && idle.contains(&rule.policy);
        if policies.is_own(rule.decl.span) && !said(rule) && !is_idle {
            found.extend(in_rule(policies, rule));
        }
    }
    let conditions = policies.rules().flat_map(|(_, rule, _)| rule.decl.conditions());
    let lets = policies.program.lets.iter().map(|found| &found.decl.value);
    let own = conditions.chain(lets).filter(|expr| policies.is_own(expr.span));
    own.for_each(|expr| super::within(expr, &mut |expr| found.extend(inside_calls(policies, expr))));
    found
}

fn never_applies(policies: &LintedPolicies<'_>, policy: &Policy) -> Option<Diagnostic> {
    let when = policy.when.as_ref().filter(|when| policies.is_own(when.span))?;
    never(policies, when)
        .then(|| finding(format!("the policy `{}` never applies", policy.name), when.span, NEVER))
}

/// Whether no values make a condition yes.
fn never<'a>(policies: &LintedPolicies<'a>, expr: &'a Expr) -> bool {
    let mut solver = Solver::new(policies);
    let formula = solver.formula(expr);
    solver.search(&formula) == SolveAnswer::Never
}

fn in_rule<'a>(policies: &LintedPolicies<'a>, rule: &'a Rule) -> Option<Diagnostic> {
    let mut solver = Solver::new(policies);
    let gate = rule.gate.and_then(|gate| policies.program.gates.get(gate));
    let policy = policies.program.policies.get(rule.policy);
    let (given, given_at) = match (gate, policy.and_then(|policy| policy.when.as_ref())) {
        (Some(gate), _) => (solver.in_stages(gate.steps.iter().map(|(from, _)| *from)), None),
        (None, Some(when)) => (solver.formula(when), Some(when.span)),
        (None, None) => (Formula::Known(true), None),
    };
    // What is said where some conditions exclude each other, and of which expression.
    let cases: Vec<(&str, &str, Span, Vec<Formula>)> = match &rule.decl.body {
        RuleBody::Trigger { when } => {
            let fires = solver.formula(when);
            vec![
                ("can never fire", NEVER, when.span, vec![fires.clone()]),
                ("always fires", ALWAYS, when.span, vec![fires.negate()]),
            ]
        }
        RuleBody::Require { when, requires } => {
            let applies = when.as_ref().map_or(Formula::Known(true), |when| solver.formula(when));
            let passes = Formula::All(requires.iter().map(|expr| solver.formula(expr)).collect());
            let first = requires.first().map_or(rule.decl.name.span, |expr| expr.span);
            let span = when.as_ref().map_or(first, |when| when.span);
            vec![
                ("never applies", NEVER, span, vec![applies.clone()]),
                (
                    "can never pass",
                    "no value satisfies all of its conditions",
                    first,
                    vec![applies.clone(), passes.clone()],
                ),
                ("can never fail", ALWAYS, first, vec![applies, passes.negate()]),
            ]
        }
    };
    let never = |parts: Vec<Formula>| solver.search(&Formula::All(parts)) == SolveAnswer::Never;
    let (what, label, span, parts) = cases
        .into_iter()
        .find(|(_, _, _, parts)| never(std::iter::once(&given).chain(parts).cloned().collect()))?;
    let finding = finding(format!("the rule `{}` {what}", rule.name), span, label);
    Some(match given_at {
        Some(at) if !never(parts) => finding.label(at, "the policy applies only here"),
        Some(_) | None => finding,
    })
}

/// What a function asks of each element or snapshot.
fn inside_calls<'a>(policies: &LintedPolicies<'a>, expr: &'a Expr) -> Option<Diagnostic> {
    let ExprKind::Call { args, .. } = &expr.kind else { return None };
    let arg = args.first()?;
    let condition = match policies.target(expr)? {
        Target::Call(builtin) => match builtin.shape {
            Shape::Along(Along::Run(_)) => Some(&arg.value),
            Shape::Along(
                Along::Since | Along::Asks | Along::Snapshot(_) | Along::Latest | Along::Stretch(_),
            )
            | Shape::Counting(_)
            | Shape::Numbers(_)
            | Shape::Distinct
            | Shape::Part(_)
            | Shape::Weekday
            | Shape::Longest
            | Shape::Default
            | Shape::Confidence => arg.condition.as_ref(),
        },
        Target::Field(_)
        | Target::JudgedField(_)
        | Target::Workflows(_)
        | Target::Date(_)
        | Target::Element { .. }
        | Target::Let(_)
        | Target::Param(_)
        | Target::Table(_)
        | Target::Stage(_)
        | Target::Member(_) => None,
    }?;
    if never(policies, condition) {
        return Some(finding("no value satisfies this condition".to_owned(), condition.span, NEVER));
    }
    let mut solver = Solver::new(policies);
    let otherwise = solver.formula(condition).negate();
    (solver.search(&otherwise) == SolveAnswer::Never)
        .then(|| finding("every value satisfies this condition".to_owned(), condition.span, ALWAYS))
}

fn finding(message: String, span: Span, label: &str) -> Diagnostic {
    Diagnostic::warning(Code::ConstantRule, message)
        .label(span, label)
        .help("check the conditions on the same value against each other, and how the thresholds are set")
}
