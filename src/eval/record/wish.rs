//! What the rules ask: each part of their conditions, and which way it would have to turn for a rule to pass.

use crate::ast::{Arg, ArithmeticOp, CompareOp, Expr, ExprKind, RuleBody};
use crate::builtins::Shape;
use crate::eval::Evaluator;
use crate::program::Target;

/// A part of a condition.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) expr: &'a Expr,
    /// Whether a rule passes rather if it is yes, or more; none where that is not known, or is both.
    pub(super) more: Option<bool>,
    /// The argument whose elements it looks at.
    pub(super) within: Option<&'a Arg>,
}

/// All parts of the conditions of all rules, those of lets too, each once for either way.
pub(super) fn all<'a>(series: &Evaluator<'a>) -> Vec<Wish<'a>> {
    let mut found = Vec::new();
    let mut seen = vec![0u8; series.program.exprs.len()];
    let mut open: Vec<Wish<'a>> = Vec::new();
    for rule in series.program.rules.iter().rev() {
        let wish = |expr, more| Wish { expr, more, within: None };
        match &rule.decl.body {
            RuleBody::Require { when, requires } => {
                open.extend(requires.iter().rev().map(|expr| wish(expr, Some(true))));
                open.extend(when.iter().map(|expr| wish(expr, None)));
            }
            RuleBody::Trigger { when } => open.push(wish(when, Some(false))),
        }
    }
    while let Some(wish) = open.pop() {
        let Some(known) = seen.get_mut(wish.expr.id.0 as usize) else { continue };
        let way = match wish.more {
            Some(true) => 1,
            Some(false) => 2,
            None => 4,
        };
        if *known & way != 0 || !series.budget.spend(1) {
            continue;
        }
        *known |= way;
        found.push(wish);
        let at = open.len();
        add_parts(series, wish, &mut open);
        // So that they come out in the order in which they are written.
        open.get_mut(at..).unwrap_or_default().reverse();
    }
    found
}

fn add_parts<'a>(series: &Evaluator<'a>, wish: Wish<'a>, open: &mut Vec<Wish<'a>>) {
    let Wish { expr, more, .. } = wish;
    let less = more.map(|more| !more);
    let part = |expr: &'a Expr, more: Option<bool>| Wish { expr, more, ..wish };
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Has(_) => {}
        ExprKind::Path(_) | ExprKind::Entry { .. } => {
            let target = series.program.expr(expr.id).and_then(|info| info.target.as_ref());
            let through = target.and_then(Target::through).and_then(|at| series.program.lets.get(at));
            open.extend(through.map(|named| part(&named.decl.value, more)));
        }
        ExprKind::Not(inner) | ExprKind::Neg(inner) => open.push(part(inner, less)),
        ExprKind::Arithmetic(op, left, right) => {
            let of_right = match op {
                ArithmeticOp::Add | ArithmeticOp::Multiply => more,
                ArithmeticOp::Subtract | ArithmeticOp::Divide => less,
            };
            open.extend([part(left, more), part(right, of_right)]);
        }
        ExprKind::Compare(op, left, right) => {
            let of_left = match op {
                CompareOp::Greater | CompareOp::GreaterEqual => more,
                CompareOp::Less | CompareOp::LessEqual => less,
                CompareOp::Equal | CompareOp::NotEqual => None,
            };
            open.extend([part(left, of_left), part(right, of_left.map(|more| !more))]);
        }
        ExprKind::Logic(_, operands) | ExprKind::AtLeast { of: operands, .. } => {
            open.extend(operands.iter().map(|operand| part(operand, more)));
        }
        ExprKind::With { claim, .. } => open.push(part(claim, more)),
        ExprKind::If { condition, then, otherwise } => {
            open.extend([part(condition, None), part(then, more), part(otherwise, more)]);
        }
        ExprKind::In { .. } => open.extend(expr.children().into_iter().map(|inner| part(inner, None))),
        ExprKind::Call { args, .. } => {
            let shape = series.called(expr).map(|(builtin, _)| &builtin.shape);
            for arg in args {
                add_argument(wish, shape, arg, open);
            }
        }
    }
}

fn add_argument<'a>(wish: Wish<'a>, shape: Option<&Shape>, arg: &'a Arg, open: &mut Vec<Wish<'a>>) {
    let more = wish.more;
    let of_condition = match shape {
        Some(Shape::Counting(counting)) => more.map(|more| more != counting.falls),
        Some(
            Shape::Numbers(_)
            | Shape::Distinct
            | Shape::Longest
            | Shape::Along(_)
            | Shape::Part(_)
            | Shape::Weekday
            | Shape::Default
            | Shape::Confidence,
        )
        | None => None,
    };
    // What a function of another shape makes of its argument rises with it, as far as it is a number or a condition.
    let of_value = match shape {
        Some(Shape::Distinct | Shape::Longest | Shape::Part(_) | Shape::Weekday) | None => None,
        Some(
            Shape::Counting(_) | Shape::Numbers(_) | Shape::Along(_) | Shape::Default | Shape::Confidence,
        ) => more,
    };
    open.push(Wish { expr: &arg.value, more: of_value, ..wish });
    let inside = |expr: &'a Expr, more: Option<bool>| Wish { expr, more, within: Some(arg) };
    open.extend(arg.condition.as_ref().map(|condition| inside(condition, of_condition)));
    open.extend(arg.among.iter().chain(&arg.by).map(|expr| inside(expr, None)));
}
