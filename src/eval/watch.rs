//! What params are compared with while a workflow is judged. Between two neighbours of these values a param may have any value, and
//! the judgement takes the very same way.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use super::workflow::judge;
use super::{Evaluator, Evidence, Rulebook};
use crate::ast::{Expr, ExprKind, Set};
use crate::builtins::Shape;
use crate::evidence::Amount;
use crate::point::Point;
use crate::program::{Program, Target};
use crate::report::{Decision, Outcome};
use crate::value::{Number, Series};

/// Params that are watched.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Their indexes.
    params: Vec<usize>,
    /// What they were compared with.
    met: RefCell<BTreeSet<Number>>,
    /// How rules came out, by the numbers of the questions.
    answers: RefCell<Vec<(usize, Outcome)>>,
    /// Whether a rule was judged that only warns, as no other showed anything.
    idle: Cell<bool>,
}

impl Watch {
    pub(super) fn of(params: &[usize]) -> Self {
        Self { params: params.to_vec(), ..Self::default() }
    }

    pub(super) fn note(&self, question: usize, outcome: Outcome) {
        self.answers.borrow_mut().push((question, outcome));
    }

    pub(super) fn note_idle(&self) {
        self.idle.set(true);
    }

    pub(super) fn take_idle(&self) -> bool {
        self.idle.take()
    }

    pub(super) fn noted(&self) -> usize {
        self.answers.borrow().len()
    }

    pub(super) fn forget_since(&self, noted: usize) {
        self.answers.borrow_mut().truncate(noted);
    }

    pub(super) fn take_met(&self) -> BTreeSet<Number> {
        self.met.take()
    }

    pub(super) fn take_answers(&self) -> Vec<(usize, Outcome)> {
        self.answers.take()
    }
}

/// What was decided of a workflow, and what some params were compared with for that.
#[derive(Clone, Debug)]
pub struct DecisionTrial {
    pub decision: Decision,
    pub met: BTreeSet<Number>,
}

/// Decides on a workflow as its judgement does, without looking for reasons or remedies.
pub fn decide_watching(
    rulebook: &Rulebook<'_>,
    series: &Series,
    as_of: Point,
    params: &[usize],
) -> DecisionTrial {
    let watch = Rc::new(Watch::of(params));
    let mut evaluator = Evaluator::new(rulebook, &series.snapshots);
    evaluator.explains = false;
    evaluator.watch = Some(Rc::clone(&watch));
    let decision = judge(&evaluator, rulebook, &series.workflow, as_of, false).verdict.decision;
    DecisionTrial { decision, met: watch.take_met() }
}

/// Whether all that params do is to be compared with a value, as the bound of a rule is.
pub fn are_bounds(program: &Program, params: &[usize]) -> bool {
    let of_policies = program.policies.iter().filter_map(|policy| policy.when.as_ref());
    let of_rules = program.rules.iter().flat_map(|rule| rule.decl.conditions());
    let lets =
        program.lets.iter().map(|item| &item.decl.value).filter(|value| !is_of(program, value, params));
    of_policies.chain(of_rules).chain(lets).all(|expr| compares(program, expr, params))
}

/// Whether each of the params in an expression stands on one side of a comparison, through lets.
fn compares(program: &Program, expr: &Expr, params: &[usize]) -> bool {
    compares_beyond(program, expr, params, &mut Vec::new())
}

/// The same, without the lets that were `seen`.
fn compares_beyond(program: &Program, expr: &Expr, params: &[usize], seen: &mut Vec<usize>) -> bool {
    let is_bound = |part: &Expr| is_of(program, part, params);
    if is_bound(expr) {
        return false;
    }
    let target = program.expr(expr.id).and_then(|info| info.target.as_ref());
    if let Some(index) = target.and_then(Target::through).filter(|index| !seen.contains(index))
        && let Some(inner) = program.lets.get(index)
    {
        seen.push(index);
        if !compares_beyond(program, &inner.decl.value, params, seen) {
            return false;
        }
    }
    let mut rest = |parts: &[&Expr]| parts.iter().all(|part| compares_beyond(program, part, params, seen));
    match &expr.kind {
        ExprKind::Compare(_, left, right) => match (is_bound(left), is_bound(right)) {
            (true, true) => false,
            (true, false) => rest(&[right]),
            (false, true) => rest(&[left]),
            (false, false) => rest(&[left, right]),
        },
        ExprKind::In { item, set: Set::Range(low, high), .. } => {
            let ends: Vec<&Expr> = [&**low, &**high].into_iter().filter(|end| !is_bound(end)).collect();
            if is_bound(item) { ends.len() == 2 && rest(&ends) } else { rest(&[item]) && rest(&ends) }
        }
        ExprKind::In { item, set: Set::List(members, _), .. } if is_bound(item) => {
            rest(&members.iter().collect::<Vec<_>>())
        }
        ExprKind::In { item, set: Set::Value(list), .. } if is_bound(item) => rest(&[list]),
        // What a claim is shown by depends on its bound in another way.
        ExprKind::With { claim, .. } => rest(&claim.children()) && rest(&expr.children()),
        ExprKind::Call { args, .. } if is_confidence(program, expr) => {
            args.iter().all(|arg| rest(&arg.value.children())) && rest(&expr.children())
        }
        ExprKind::Literal(_)
        | ExprKind::Path(_)
        | ExprKind::Entry { .. }
        | ExprKind::Not(_)
        | ExprKind::Neg(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::Logic(..)
        | ExprKind::In { .. }
        | ExprKind::If { .. }
        | ExprKind::Has(_)
        | ExprKind::Call { .. }
        | ExprKind::AtLeast { .. } => rest(&expr.children()),
    }
}

fn is_confidence(program: &Program, expr: &Expr) -> bool {
    let target = program.expr(expr.id).and_then(|info| info.target.as_ref());
    matches!(target, Some(Target::Call(builtin)) if matches!(builtin.shape, Shape::Confidence))
}

/// Whether an expression is one of the params, through lets, or an entry of their table.
fn is_of(program: &Program, expr: &Expr, params: &[usize]) -> bool {
    let Some(target) = program.expr(expr.id).and_then(|info| info.target.as_ref()) else { return false };
    if let Target::Let(index) = target {
        let inner = program.lets.get(*index).filter(|inner| !inner.recursive);
        return inner.is_some_and(|inner| is_of(program, &inner.decl.value, params));
    }
    program.is_param(target, params)
}

impl<'a> Evaluator<'a> {
    /// Notes what a watched param is compared with. What the param itself is a part of moves with it: there is no end to its
    /// values.
    pub(super) fn meet(&self, bound: &'a Expr, other: &'a Expr, with: &Evidence<'a>) {
        let is_met = |watch: &&Rc<Watch>| {
            is_of(self.program, bound, &watch.params) && compares(self.program, other, &watch.params)
        };
        let Some(watch) = self.watch.as_ref().filter(is_met) else { return };
        let mut met = watch.met.borrow_mut();
        let mut note = |amount: &Amount| match amount {
            Amount::Known(number) => met.extend([number.clone()]),
            Amount::Between(interval, _) => met.extend(interval.low.iter().chain(&interval.high).cloned()),
            Amount::Unknown(_) => {}
        };
        match with {
            Evidence::Amount(amount) => note(amount),
            Evidence::Elapsed(elapsed) => elapsed.spans().for_each(|span| note(&span.seconds())),
            Evidence::Truth(_) | Evidence::Calendar(_) | Evidence::Word(_) | Evidence::List(_) => {}
        }
    }
}
