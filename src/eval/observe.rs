//! Looks at a rule after it was judged: what its conditions saw, and which of them decided.
//!
//! For tests, which judge little and want to know all of it; judging itself pays nothing for this.

use std::collections::{HashMap, HashSet};

use super::rule::Judging;
use super::{Evaluator, Rulebook, Scope};
use crate::ast::{Expr, ExprId, ExprKind, LogicOp, RuleBody};
use crate::evidence::Truth;
use crate::point::Point;
use crate::program::{Policy, Program, Rule, Target};
use crate::report::Outcome;
use crate::report::why::Reading;
use crate::source::Span;
use crate::value::Snapshot;

/// How a rule comes out on the last of some snapshots, as of a day, and what its conditions compare, each with its value.
pub fn observe(
    rulebook: &Rulebook<'_>,
    snapshots: &[Snapshot],
    as_of: Point,
    rule: usize,
) -> (Outcome, Vec<(Span, Reading)>) {
    let Some(rule) = rulebook.program.rules.get(rule) else { return (Outcome::Off, Vec::new()) };
    let Some((evaluator, judging)) = looking_at(rulebook, snapshots, as_of, rule) else {
        return (Outcome::NotApplicable, Vec::new());
    };
    let outcome = evaluator.verdict(rule, &judging).outcome;
    let mut values: Vec<(Span, Reading)> = Vec::new();
    let scope = Scope::at(judging.moment);
    let text = |span: Span| rulebook.sources.text(span).split_whitespace();
    for condition in all_conditions(rulebook.program, rule) {
        for side in evaluator.sides(condition) {
            if !values.iter().any(|(known, _)| text(*known).eq(text(side.span))) {
                values.push((side.span, evaluator.reading(side, scope, 0, None)));
            }
        }
    }
    (outcome, values)
}

/// The conditions that decided how a rule came out as of a day, and whether by being yes: those that would have turned
/// a clause of the rule had they been the other way.
pub fn decided(
    rulebook: &Rulebook<'_>,
    snapshots: &[Snapshot],
    as_of: Point,
    rule: usize,
) -> Vec<(ExprId, bool)> {
    let Some(rule) = rulebook.program.rules.get(rule) else { return Vec::new() };
    let Some((evaluator, judging)) = looking_at(rulebook, snapshots, as_of, rule) else { return Vec::new() };
    let scope = Scope::at(judging.moment);
    let mut found = Vec::new();
    for clause in clauses(rulebook.program, rule) {
        let leaves = conditions(rulebook.program, &clause);
        let truths = leaves.iter().map(|leaf| (leaf.id, known(&evaluator.truth(leaf, scope)))).collect();
        let trial = ClauseTrial { program: rulebook.program, truths };
        let Some(whole) = trial.all(&clause, None) else {
            // What is open keeps nothing from being looked at, and is decided by nothing.
            continue;
        };
        for leaf in leaves {
            if let Some(Some(truth)) = trial.truths.get(&leaf.id).copied()
                && trial.all(&clause, Some(leaf.id)) != Some(whole)
                && !found.contains(&(leaf.id, truth))
            {
                found.push((leaf.id, truth));
            }
        }
        if !whole {
            // A rule that does not apply requires nothing; a requirement that is not met is the last clause.
            break;
        }
    }
    found
}

/// How a rule is judged as of a day, and the evaluator that does it.
fn looking_at<'a>(
    rulebook: &Rulebook<'a>,
    snapshots: &'a [Snapshot],
    as_of: Point,
    rule: &'a Rule,
) -> Option<(Evaluator<'a>, Judging)> {
    let evaluator = Evaluator::new(rulebook, snapshots);
    let judging = evaluator.judging_as_of(rule, as_of)?;
    Some((evaluator.as_asked(rule, judging.moment, judging.made).unwrap_or(evaluator), judging))
}

/// What a rule asks, in the order in which it is asked; the expressions of one clause must all be so.
fn clauses<'p>(program: &'p Program, rule: &'p Rule) -> Vec<Vec<&'p Expr>> {
    let mut clauses: Vec<Vec<&Expr>> = governing(program, rule)
        .and_then(|policy| policy.when.as_ref())
        .map(|when| vec![when])
        .into_iter()
        .collect();
    match &rule.decl.body {
        RuleBody::Trigger { when } => clauses.push(vec![when]),
        RuleBody::Require { when, requires } => {
            clauses.extend(when.iter().map(|when| vec![when]));
            clauses.push(requires.iter().collect());
        }
    }
    clauses
}

/// The policy whose `when` says whether a rule applies: a gate says that itself.
fn governing<'p>(program: &'p Program, rule: &Rule) -> Option<&'p Policy> {
    program.policies.get(rule.policy).filter(|_| rule.gate.is_none())
}

fn all_conditions<'p>(program: &'p Program, rule: &'p Rule) -> Vec<&'p Expr> {
    let all: Vec<&Expr> = clauses(program, rule).into_iter().flatten().collect();
    conditions(program, &all)
}

/// The conditions that expressions are made of: what `and`, `or`, `not`, `at least` and `if` join, in lets too; each once.
pub fn conditions<'p>(program: &'p Program, exprs: &[&'p Expr]) -> Vec<&'p Expr> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut rest: Vec<&Expr> = exprs.iter().rev().copied().collect();
    while let Some(expr) = rest.pop() {
        if !seen.insert(expr.id) {
            continue;
        }
        let parts = parts(program, expr);
        if parts.is_empty() {
            found.push(expr);
        }
        rest.extend(parts.into_iter().rev());
    }
    found
}

/// What a condition joins, or the let that it names; nothing for one that joins nothing.
fn parts<'p>(program: &'p Program, expr: &'p Expr) -> Vec<&'p Expr> {
    let target = program.expr(expr.id).and_then(|info| info.target.as_ref());
    if let (ExprKind::Path(_), Some(Target::Let(index))) = (&expr.kind, target) {
        return program.lets.get(*index).map(|inner| &inner.decl.value).into_iter().collect();
    }
    operands(expr)
}

/// What a condition joins where it stands.
pub(super) fn operands(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Not(inner) => vec![inner],
        ExprKind::Logic(_, of) | ExprKind::AtLeast { of, .. } => of.iter().collect(),
        ExprKind::If { condition, then, otherwise } => vec![condition, then, otherwise],
        ExprKind::Path(_)
        | ExprKind::Literal(_)
        | ExprKind::Entry { .. }
        | ExprKind::Neg(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::Compare(..)
        | ExprKind::In { .. }
        | ExprKind::Has(_)
        | ExprKind::Call { .. }
        | ExprKind::With { .. } => Vec::new(),
    }
}

fn known(truth: &Truth) -> Option<bool> {
    match truth {
        Truth::Yes => Some(true),
        Truth::No => Some(false),
        Truth::Undecided(_) => None,
    }
}

/// The conditions of a clause as they were judged, to try what it would be if one of them were otherwise.
struct ClauseTrial<'p> {
    program: &'p Program,
    truths: HashMap<ExprId, Option<bool>>,
}

impl<'p> ClauseTrial<'p> {
    /// Whether all are so, with one condition turned; none if that is open.
    fn all(&self, exprs: &[&'p Expr], turned: Option<ExprId>) -> Option<bool> {
        let mut known = self.truths.clone();
        if let Some(truth) = turned.and_then(|turned| known.get_mut(&turned)) {
            *truth = truth.map(|truth| !truth);
        }
        let values: Vec<Option<bool>> = exprs.iter().map(|expr| self.value(expr, &mut known)).collect();
        all_of(&values)
    }

    /// `known` grows by what is found out, so that a let that is used often is looked at once.
    fn value(&self, expr: &'p Expr, known: &mut HashMap<ExprId, Option<bool>>) -> Option<bool> {
        if let Some(value) = known.get(&expr.id) {
            return *value;
        }
        let parts = parts(self.program, expr);
        let values: Vec<Option<bool>> = parts.into_iter().map(|part| self.value(part, known)).collect();
        let value = joined(expr, &values);
        known.insert(expr.id, value);
        value
    }
}

/// What a condition comes to by those that it joins.
fn joined(expr: &Expr, values: &[Option<bool>]) -> Option<bool> {
    match (&expr.kind, values) {
        (ExprKind::Not(_), [inner]) => inner.map(|inner| !inner),
        (ExprKind::Logic(LogicOp::And, _), all) => all_of(all),
        (ExprKind::Logic(LogicOp::Or, _), any) => {
            let none: Vec<Option<bool>> = any.iter().map(|one| one.map(|one| !one)).collect();
            all_of(&none).map(|none| !none)
        }
        (ExprKind::AtLeast { count, .. }, of) => {
            let least = usize::try_from(*count).unwrap_or(usize::MAX);
            let yes = of.iter().filter(|one| **one == Some(true)).count();
            let open = of.iter().filter(|one| one.is_none()).count();
            if yes >= least { Some(true) } else { (yes + open < least).then_some(false) }
        }
        (ExprKind::If { .. }, [condition, then, otherwise]) => match condition {
            Some(true) => *then,
            Some(false) => *otherwise,
            None => then.filter(|_| then == otherwise),
        },
        // A let is what it stands for.
        (_, values) => values.first().copied().flatten(),
    }
}

/// No if one is no, yes if all are.
fn all_of(values: &[Option<bool>]) -> Option<bool> {
    if values.contains(&Some(false)) {
        return Some(false);
    }
    values.iter().all(|value| *value == Some(true)).then_some(true)
}

impl<'a> Evaluator<'a> {
    /// What a condition looks at, beside what is written out in the policy.
    pub(super) fn sides(&self, condition: &'a Expr) -> Vec<&'a Expr> {
        let sides: Vec<&Expr> = match &condition.kind {
            ExprKind::Compare(_, left, right) => vec![left, right],
            ExprKind::With { claim, .. } => return self.sides(claim),
            ExprKind::In { item, .. } => vec![item],
            ExprKind::Literal(_)
            | ExprKind::Path(_)
            | ExprKind::Entry { .. }
            | ExprKind::Not(_)
            | ExprKind::Neg(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Logic(..)
            | ExprKind::If { .. }
            | ExprKind::Has(_)
            | ExprKind::Call { .. }
            | ExprKind::AtLeast { .. } => vec![condition],
        };
        let is_seen = |expr: &&Expr| match self.program.expr(expr.id).and_then(|info| info.target.as_ref()) {
            Some(Target::Stage(_) | Target::Member(_) | Target::Param(_) | Target::Table(_)) => false,
            Some(
                Target::Field(_)
                | Target::JudgedField(_)
                | Target::Workflows(_)
                | Target::Date(_)
                | Target::Element { .. }
                | Target::Let(_)
                | Target::Call(_),
            )
            | None => !matches!(expr.kind, ExprKind::Literal(_)),
        };
        sides.into_iter().filter(is_seen).collect()
    }
}
