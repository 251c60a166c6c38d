//! What has to be so for a rule to pass or fire, as a list of single conditions; and what it asks of the size of samples.

use super::LintedPolicies;
use crate::ast::{Arg, CompareOp, EffectKind, Expr, ExprKind, LogicOp, RuleBody, Set};
use crate::builtins::counting::{Counting, Tallied};
use crate::builtins::{Builtin, Shape};
use crate::program::{Rule, Target};
use crate::source::Span;
use crate::value::{Number, Value};

/// A condition of more parts is not taken apart further.
const MAX_LITERALS: usize = 200;

/// A condition, and whether it is yes; else it is no.
pub(super) type SignedCondition<'a> = (&'a Expr, bool);

/// A value that is compared with a number.
#[derive(Clone, Debug)]
pub(super) struct SampleBound<'a> {
    pub(super) of: &'a Expr,
    pub(super) op: CompareOp,
    pub(super) number: Number,
    pub(super) calendar: bool,
    /// The whole comparison.
    pub(super) span: Span,
}

/// A list in its window, or the count that a share is taken of, in the form that is compared with others.
#[derive(Debug)]
pub(super) struct SampledList {
    list: String,
    over: String,
    /// Of a count, what picks the snapshots that are counted; empty where all are.
    picked: Option<String>,
}

impl SampleBound<'_> {
    pub(super) fn negated(mut self) -> Self {
        self.op = self.op.negated();
        self
    }
}

impl<'a> LintedPolicies<'a> {
    /// The conditions that are all needed for one to be yes, or for it to be no.
    pub(super) fn literals(&self, expr: &'a Expr, yes: bool) -> Vec<SignedCondition<'a>> {
        let mut found = Vec::new();
        let mut open = vec![(expr, yes)];
        // From the last to the first, so that they come out in the order in which they are written.
        while let Some((expr, yes)) = open.pop() {
            let expr = self.resolve(expr);
            let joins = if yes { LogicOp::And } else { LogicOp::Or };
            match &expr.kind {
                ExprKind::Not(inner) => open.push((inner, !yes)),
                ExprKind::Logic(op, operands) if *op == joins && found.len() < MAX_LITERALS => {
                    open.extend(operands.iter().rev().map(|operand| (operand, yes)));
                }
                ExprKind::Literal(_)
                | ExprKind::Path(_)
                | ExprKind::Entry { .. }
                | ExprKind::Neg(_)
                | ExprKind::Arithmetic(..)
                | ExprKind::Compare(..)
                | ExprKind::Logic(..)
                | ExprKind::In { .. }
                | ExprKind::If { .. }
                | ExprKind::Has(_)
                | ExprKind::Call { .. }
                | ExprKind::AtLeast { .. }
                | ExprKind::With { .. } => found.push((expr, yes)),
            }
        }
        found
    }

    fn all_literals(&self, all: impl IntoIterator<Item = &'a Expr>, yes: bool) -> Vec<SignedCondition<'a>> {
        all.into_iter().flat_map(|expr| self.literals(expr, yes)).collect()
    }

    /// What has to be so for a rule to pass, or for a trigger to fire.
    pub(super) fn needs(&self, rule: &'a Rule) -> Vec<SignedCondition<'a>> {
        match &rule.decl.body {
            RuleBody::Trigger { when } => self.literals(when, true),
            RuleBody::Require { when, requires } => self.all_literals(when.iter().chain(requires), true),
        }
    }

    /// What else has to be so where a rule matters: by its policy, and by the other rules of its gate that hold.
    pub(super) fn assumed(&self, index: usize, rule: &'a Rule) -> Vec<SignedCondition<'a>> {
        let Some(gate) = rule.gate else {
            let policy = self.program.policies.get(rule.policy);
            return self.all_literals(policy.and_then(|policy| policy.when.as_ref()), true);
        };
        let siblings = self.rules().filter(|(other, sibling, effect)| {
            *other != index && sibling.gate == Some(gate) && *effect >= EffectKind::Hold
        });
        let passed = siblings.flat_map(|(_, sibling, _)| match &sibling.decl.body {
            RuleBody::Trigger { when } => self.literals(when, false),
            RuleBody::Require { when: None, requires } => self.all_literals(requires, true),
            RuleBody::Require { when: Some(_), .. } => Vec::new(),
        });
        passed.collect()
    }

    /// The comparisons with numbers that a literal comes to, all of which are so.
    pub(super) fn bounds(&self, (expr, yes): SignedCondition<'a>) -> Vec<SampleBound<'a>> {
        let bound = |of: &'a Expr, op: CompareOp, limit: &'a Expr| {
            let constant = self.constant(limit)?;
            let Value::Number(number) = constant.value else { return None };
            let known = self.constant(of).is_some();
            (!known).then_some(SampleBound { of, op, number, calendar: constant.calendar, span: expr.span })
        };
        if let ExprKind::Compare(op, left, right) = &expr.kind {
            let op = if yes { *op } else { op.negated() };
            return bound(left, op, right)
                .or_else(|| bound(right, op.mirrored(), left))
                .into_iter()
                .collect();
        }
        if let ExprKind::In { item, negated, set: Set::Range(low, high) } = &expr.kind
            && *negated != yes
        {
            let ends = [(CompareOp::GreaterEqual, low), (CompareOp::LessEqual, high)];
            return ends.into_iter().filter_map(|(op, end)| bound(item, op, end)).collect();
        }
        Vec::new()
    }

    /// The call that an expression is, with its first argument.
    pub(super) fn call(&self, expr: &'a Expr) -> Option<(&'static Builtin, &'a Arg)> {
        let expr = self.resolve(expr);
        let ExprKind::Call { args, .. } = &expr.kind else { return None };
        let Some(Target::Call(builtin)) = self.target(expr) else { return None };
        Some((builtin, args.first()?))
    }

    /// The argument of a `count`.
    pub(super) fn counted(&self, expr: &'a Expr) -> Option<&'a Arg> {
        let (builtin, arg) = self.call(expr)?;
        let counts = matches!(builtin.shape, Shape::Counting(Counting { tallied: Tallied::Number(_), .. }));
        counts.then_some(arg)
    }

    /// The list that is sampled; none where it is grouped.
    pub(super) fn sample(&self, arg: &'a Arg) -> Option<SampledList> {
        let mut over = String::new();
        if let Some(window) = &arg.over {
            self.write_over(window, &mut over)?;
        }
        if arg.is_grouped() || arg.among.is_some() {
            return None;
        }
        let picked = match &arg.of {
            Some(_) => Some(self.picked(arg)?),
            None => None,
        };
        Some(SampledList { list: self.form(arg.of.as_ref().unwrap_or(&arg.value))?, over, picked })
    }

    /// What picks the snapshots whose counts are added up.
    fn picked(&self, arg: &'a Arg) -> Option<String> {
        arg.condition.as_ref().map_or(Some(String::new()), |condition| self.form(condition))
    }

    /// The count that an expression is, or adds up.
    fn added_up(&self, expr: &'a Expr) -> Option<SampledList> {
        let total = self.call(expr).filter(|(builtin, _)| match &builtin.shape {
            Shape::Numbers(numbers) => numbers.is_total,
            Shape::Counting(_)
            | Shape::Distinct
            | Shape::Longest
            | Shape::Along(_)
            | Shape::Part(_)
            | Shape::Weekday
            | Shape::Default
            | Shape::Confidence => false,
        });
        match total {
            Some((_, arg)) => Some(SampledList { picked: Some(self.picked(arg)?), ..self.sample(arg)? }),
            None => {
                Some(SampledList { list: self.form(expr)?, over: String::new(), picked: Some(String::new()) })
            }
        }
    }

    /// The largest sample of a list that is asked for, and where.
    pub(super) fn least(
        &self,
        sample: &SampledList,
        literals: &[SignedCondition<'a>],
    ) -> Option<(usize, Span)> {
        let bounds = literals.iter().flat_map(|literal| self.bounds(*literal));
        let asked = bounds.filter_map(|bound| {
            // A count of some elements says that there are at least as many.
            let sized = match sample.picked {
                None => self.sample(self.counted(bound.of)?)?,
                Some(_) => self.added_up(bound.of)?,
            };
            let is_same = sized.over == sample.over && sized.picked == sample.picked;
            let is_same = is_same && is_of(&sample.list, &sized.list);
            is_same.then_some((at_least(&bound)?, bound.span))
        });
        asked.max_by_key(|(count, _)| *count)
    }
}

/// Whether a list is another one, or the list of a field of its elements: a mean is of such.
pub(super) fn is_of(list: &str, other: &str) -> bool {
    list.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The whole number that a bound asks for at least.
pub(super) fn at_least(bound: &SampleBound<'_>) -> Option<usize> {
    let least = match bound.op {
        CompareOp::GreaterEqual | CompareOp::Equal => bound.number.ceil(),
        CompareOp::Greater => bound.number.floor() + 1,
        CompareOp::Less | CompareOp::LessEqual | CompareOp::NotEqual => return None,
    };
    usize::try_from(least).ok().filter(|least| *least > 0)
}
