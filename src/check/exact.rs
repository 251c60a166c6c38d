//! What is exact and what is a sample: behind a confidence a sample is held against an exact value. Knows no values, only
//! what an expression is made of.

use std::collections::BTreeSet;

use super::Checker;
use super::scope::NameScope;
use crate::ast::{Arg, Expr, ExprKind};
use crate::builtins::{Builtin, Shape};
use crate::program::Target;
use crate::source::Span;
use crate::types::Type;

/// Where the search for a sample has come to.
#[derive(Default)]
struct Sought {
    /// The lets that were looked into.
    lets: BTreeSet<usize>,
    /// Of the elements around the expression, the innermost last, whether each is the value of a group of a list.
    groups: Vec<bool>,
}

impl Checker<'_> {
    /// The first part of an expression that makes its value a sample, also through lets: an aggregate of a list, a claim, or
    /// the value of a group. None if the value is exact.
    pub(super) fn sample_in(&self, scope: NameScope<'_>, expr: &Expr) -> Option<Span> {
        let mut groups: Vec<bool> =
            scope.elements().map(|(_, _, element)| !element.keys.by.is_empty()).collect();
        groups.reverse();
        self.seek_sample(expr, &mut Sought { groups, ..Sought::default() })
    }

    fn seek_sample(&self, expr: &Expr, sought: &mut Sought) -> Option<Span> {
        let target = self.info(expr.id).and_then(|info| info.target.as_ref());
        if let ExprKind::With { .. } = &expr.kind {
            return Some(expr.span);
        }
        if let Some(Target::Element { up, path }) = target
            && path.steps.is_empty()
            && path.computed.is_none()
            && sought.groups.iter().rev().nth(*up) == Some(&true)
        {
            return Some(expr.span);
        }
        if let (ExprKind::Call { args, .. }, Some(Target::Call(builtin))) = (&expr.kind, target)
            && self.is_sample(builtin, args)
        {
            return Some(expr.span);
        }
        if let Some(index) = target.and_then(Target::through)
            && let Some(entry) = self.names.lets.get(index)
            && sought.lets.insert(index)
        {
            // A let sees none of the elements around its name.
            let around = std::mem::take(&mut sought.groups);
            let found = self.seek_sample(&entry.decl.value, sought);
            sought.groups = around;
            if found.is_some() {
                return found;
            }
        }
        let ExprKind::Call { args, .. } = &expr.kind else {
            return expr.children().into_iter().find_map(|child| self.seek_sample(child, sought));
        };
        args.iter().find_map(|arg| self.seek_sample_in_arg(arg, sought))
    }

    fn seek_sample_in_arg(&self, arg: &Arg, sought: &mut Sought) -> Option<Span> {
        let found = [&arg.value].into_iter().chain(&arg.of).find_map(|inner| self.seek_sample(inner, sought));
        if found.is_some() {
            return found;
        }
        sought.groups.push(false);
        let found = arg.of_elements().find_map(|inner| self.seek_sample(inner, sought));
        sought.groups.pop();
        found
    }

    /// Whether a call is an aggregate of a list, a share of two counts, or a confidence. What is seen of a single value over a window is all that
    /// there was, and a list that a param gives is what it says.
    fn is_sample(&self, builtin: &Builtin, args: &[Arg]) -> bool {
        match &builtin.shape {
            Shape::Confidence => true,
            Shape::Counting(_) | Shape::Numbers(_) | Shape::Distinct | Shape::Longest => {
                args.first().is_some_and(|arg| arg.of.is_some() || self.is_sampled_list(&arg.value))
            }
            Shape::Along(_) | Shape::Part(_) | Shape::Weekday | Shape::Default => false,
        }
    }

    /// Whether an expression is a list of what was measured. One that another aggregate gives is as good as what that is
    /// taken of.
    fn is_sampled_list(&self, list: &Expr) -> bool {
        if !self.info(list.id).is_some_and(|info| matches!(info.ty, Type::List(_))) {
            return false;
        }
        let list = self.unfolded(list);
        match self.info(list.id).and_then(|info| info.target.as_ref()) {
            Some(Target::Param(_)) => false,
            Some(Target::Call(builtin)) => match &builtin.shape {
                Shape::Counting(_) | Shape::Numbers(_) | Shape::Distinct | Shape::Longest => false,
                Shape::Along(_) | Shape::Part(_) | Shape::Weekday | Shape::Default | Shape::Confidence => {
                    true
                }
            },
            Some(
                Target::Field(_)
                | Target::JudgedField(_)
                | Target::Workflows(_)
                | Target::Date(_)
                | Target::Element { .. }
                | Target::Let(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_),
            )
            | None => true,
        }
    }
}
