//! A requirement that an empty list satisfies, where nothing asks for a list that is not empty.

use super::Policies;
use super::sample::{Literal, at_least, is_of};
use super::solve::holds;
use crate::ast::{Arg, CompareOp, Expr, ExprKind, RuleBody};
use crate::builtins::Builtin;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::value::{Number, Value};

pub(super) fn find(policies: &Policies<'_>) -> Vec<Diagnostic> {
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
struct List<'a> {
    form: String,
    expr: &'a Expr,
}

impl<'a> Policies<'a> {
    /// The list whose emptiness satisfies a requirement.
    fn passes_empty(&self, literal: Literal<'a>) -> Option<List<'a>> {
        let arg = match self.call(literal.0) {
            Some((Builtin::None, arg)) if literal.1 => Some(arg),
            Some((Builtin::Any, arg)) if !literal.1 => Some(arg),
            _ => self
                .bounds(literal)
                .iter()
                .find_map(|bound| {
                    let upper = matches!(bound.op, CompareOp::Less | CompareOp::LessEqual | CompareOp::Equal);
                    let zero =
                        holds(bound.op, &Value::Number(Number::ZERO), &Value::Number(bound.number.clone()));
                    self.call(bound.of).filter(|(builtin, _)| *builtin == Builtin::Count && upper && zero)
                })
                .map(|(_, arg)| arg),
        };
        self.list(arg?)
    }

    /// The list of an aggregate, but for one of groups.
    fn list(&self, arg: &'a Arg) -> Option<List<'a>> {
        let groups = match self.call(&arg.value) {
            Some((builtin, inner)) => inner.by.is_some() && builtin != Builtin::Distinct,
            None => false,
        };
        if groups { None } else { Some(List { form: self.form(&arg.value)?, expr: &arg.value }) }
    }

    /// Whether a condition is no, or undecided, where a list is empty.
    fn fails_empty(&self, literal: Literal<'a>, list: &List<'a>) -> bool {
        let is_same = |arg: &'a Arg| self.form(&arg.value).is_some_and(|form| is_of(&form, &list.form));
        let is_unknown = |expr: &'a Expr| match self.call(expr) {
            Some((
                Builtin::Share
                | Builtin::Mean
                | Builtin::Median
                | Builtin::Min
                | Builtin::Max
                | Builtin::Percentile,
                arg,
            )) => is_same(arg),
            _ => false,
        };
        let compared = if let ExprKind::With { claim, .. } = &literal.0.kind { claim } else { literal.0 };
        if let ExprKind::Compare(_, left, right) = &compared.kind
            && (is_unknown(left) || is_unknown(right))
        {
            return true;
        }
        match self.call(literal.0) {
            Some((Builtin::All, arg)) => is_same(arg),
            Some((Builtin::Any, arg)) if literal.1 => is_same(arg),
            Some((Builtin::None, arg)) if !literal.1 => is_same(arg),
            _ => self.bounds(literal).iter().any(|bound| {
                let counted = self.call(bound.of).filter(|(builtin, _)| *builtin == Builtin::Count);
                at_least(bound).is_some() && counted.is_some_and(|(_, arg)| is_same(arg))
            }),
        }
    }
}

fn finding(policies: &Policies<'_>, rule: &str, requirement: &Expr, list: &List<'_>) -> Diagnostic {
    let written = policies.written(list.expr);
    Diagnostic::warning(Code::EmptyListPasses, format!("an empty list passes `{rule}`"))
        .label(requirement.span, format!("is yes where {written} is empty"))
        .help(format!(
            "require how many there must be, such as `count({}) >= 1`; if none at all is good news, say so: `# lint: T705 REASON`",
            written.trim_matches('`')
        ))
}
