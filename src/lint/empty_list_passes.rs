//! A requirement that an empty list satisfies, where nothing asks for a list that is not empty.

use super::LintedPolicies;
use super::sample::{SampleBound, SignedCondition, at_least, is_of};
use crate::ast::{Arg, CompareOp, Expr, ExprKind, RuleBody};
use crate::builtins::counting::{Counting, Quantifier, Tallied};
use crate::builtins::{Builtin, Shape};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::program::Target;
use crate::value::Number;

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, rule, _) in policies.rules() {
        let RuleBody::Require { requires, .. } = &rule.decl.body else { continue };
        let mut beside = policies.needs(rule);
        beside.extend(policies.assumed(index, rule));
        let asked = requires.iter().flat_map(|expr| policies.literals(expr, true));
        for (literal, list) in asked.filter_map(|literal| Some((literal, policies.passes_empty(literal)?))) {
            if !beside.iter().any(|other| policies.fails_empty(*other, &list)) {
                found.push(finding(policies, &rule.name, literal.0, &list));
            }
        }
    }
    found
}

/// A list: how it is compared with others, and as it is written.
struct ComparedList<'a> {
    form: String,
    expr: &'a Expr,
}

impl<'a> LintedPolicies<'a> {
    /// The list whose emptiness satisfies a requirement.
    fn passes_empty(&self, literal: SignedCondition<'a>) -> Option<ComparedList<'a>> {
        let zero = |bound: &SampleBound<'a>| {
            let upper = matches!(bound.op, CompareOp::Less | CompareOp::LessEqual | CompareOp::Equal);
            upper && bound.op.holds(Number::ZERO.cmp(&bound.number))
        };
        let arg = match self.quantified(literal.0) {
            Some((quantifier, arg)) => (quantifier.of_none == Some(literal.1)).then_some(arg),
            None => self
                .bounds(literal)
                .iter()
                .filter(|bound| zero(bound))
                .find_map(|bound| self.counted(bound.of)),
        };
        self.list(arg?)
    }

    /// The list of an aggregate, but for one of groups.
    fn list(&self, arg: &'a Arg) -> Option<ComparedList<'a>> {
        let groups = self.call(&arg.value).is_some_and(|(_, inner)| inner.is_grouped());
        // There is always one workflow: that which is judged.
        let workflows = matches!(self.target(&arg.value), Some(Target::Workflows(_)));
        if groups || workflows {
            None
        } else {
            Some(ComparedList { form: self.form(&arg.value)?, expr: &arg.value })
        }
    }

    /// Whether a condition is no, or undecided, where a list is empty.
    fn fails_empty(&self, literal: SignedCondition<'a>, list: &ComparedList<'a>) -> bool {
        let is_same = |arg: &'a Arg| self.form(&arg.value).is_some_and(|form| is_of(&form, &list.form));
        let is_unknown = |expr: &'a Expr| {
            self.call(expr).is_some_and(|(builtin, arg)| unknown_of_none(builtin) && is_same(arg))
        };
        let compared = if let ExprKind::With { claim, .. } = &literal.0.kind { claim } else { literal.0 };
        if let ExprKind::Compare(_, left, right) = &compared.kind
            && (is_unknown(left) || is_unknown(right))
        {
            return true;
        }
        match self.quantified(literal.0) {
            Some((quantifier, arg)) => quantifier.of_none != Some(literal.1) && is_same(arg),
            None => self
                .bounds(literal)
                .iter()
                .any(|bound| at_least(bound).is_some() && self.counted(bound.of).is_some_and(is_same)),
        }
    }

    /// The condition of how many elements satisfy another one that an expression is, and its argument.
    fn quantified(&self, expr: &'a Expr) -> Option<(&'static Quantifier, &'a Arg)> {
        let (builtin, arg) = self.call(expr)?;
        match &builtin.shape {
            Shape::Counting(Counting { tallied: Tallied::Whether(quantifier), .. }) => {
                Some((quantifier, arg))
            }
            Shape::Counting(_)
            | Shape::Numbers(_)
            | Shape::Distinct
            | Shape::Longest
            | Shape::Along(_)
            | Shape::Part(_)
            | Shape::Weekday
            | Shape::Default
            | Shape::Confidence => None,
        }
    }
}

/// Whether nothing is known of the number that a function gives of an empty list.
fn unknown_of_none(builtin: &Builtin) -> bool {
    match &builtin.shape {
        Shape::Counting(counting) => matches!(counting.tallied, Tallied::Share(_)),
        Shape::Numbers(numbers) => numbers.unknown_of_none,
        Shape::Distinct
        | Shape::Longest
        | Shape::Along(_)
        | Shape::Part(_)
        | Shape::Weekday
        | Shape::Default
        | Shape::Confidence => false,
    }
}

fn finding(
    policies: &LintedPolicies<'_>,
    rule: &str,
    requirement: &Expr,
    list: &ComparedList<'_>,
) -> Diagnostic {
    let written = policies.written(list.expr);
    Diagnostic::warning(Code::EmptyListPasses, format!("an empty list passes `{rule}`"))
        .label(requirement.span, format!("is yes where {written} is empty"))
        .help(format!(
            "require a minimum, such as `count({}) >= 1`; if an empty list is fine, say so: `# lint: T705 REASON`",
            written.trim_matches('`')
        ))
}
