//! What is checked in full but not evaluated yet: one error for each use, so that no rule is judged by half of what it
//! says. Knows no types. To be deleted, with its calls, when the evaluator has caught up.

use crate::ast::{
    Arg, Expr, ExprKind, GateDecl, LetDecl, Over, RuleBody, RuleDecl, Set, Template, TemplatePart,
};
use crate::builtins::Builtin;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

pub(super) fn in_let(decl: &LetDecl) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    in_expr(&decl.value, &mut found);
    found
}

pub(super) fn in_title(title: &Template) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    in_template(title, &mut found);
    found
}

pub(super) fn in_condition(condition: &Expr) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    in_expr(condition, &mut found);
    found
}

pub(super) fn in_gate(decl: &GateDecl) -> Vec<Diagnostic> {
    vec![not_yet("gate", decl.from.span.to(decl.to.span))]
}

pub(super) fn in_rule(decl: &RuleDecl) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let conditions: Vec<&Expr> = match &decl.body {
        RuleBody::Require { when, requires } => when.iter().chain(requires).collect(),
        RuleBody::Trigger { when } => vec![when],
    };
    conditions.into_iter().for_each(|condition| in_expr(condition, &mut found));
    let templates = decl.title.iter().chain(&decl.effect.message).chain(&decl.help);
    templates.for_each(|template| in_template(template, &mut found));
    found
}

fn not_yet(what: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::T299, format!("`{what}` is understood but not evaluated yet"))
        .label(span, "left out, with what uses it")
}

fn in_template(template: &Template, found: &mut Vec<Diagnostic>) {
    for part in &template.parts {
        match part {
            TemplatePart::Text(_) => {}
            TemplatePart::Expr(expr) => in_expr(expr, found),
        }
    }
}

fn in_expr(expr: &Expr, found: &mut Vec<Diagnostic>) {
    // Chains of operators lean to the left, and may be long.
    let mut expr = expr;
    while let ExprKind::Arithmetic(_, left, right) = &expr.kind {
        in_expr(right, found);
        expr = left;
    }
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Path(_) | ExprKind::Has(_) => {}
        ExprKind::Not(operand) | ExprKind::Neg(operand) => in_expr(operand, found),
        ExprKind::Arithmetic(_, left, right) | ExprKind::Compare(_, left, right) => {
            in_expr(left, found);
            in_expr(right, found);
        }
        ExprKind::Logic(_, operands) | ExprKind::AtLeast { of: operands, .. } => {
            operands.iter().for_each(|operand| in_expr(operand, found));
        }
        ExprKind::In { item, set, .. } => {
            in_expr(item, found);
            match set {
                Set::Range(low, high) => {
                    in_expr(low, found);
                    in_expr(high, found);
                }
                Set::List(members, _) => members.iter().for_each(|member| in_expr(member, found)),
                Set::Value(list) => in_expr(list, found),
            }
        }
        ExprKind::If { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|part| in_expr(part, found));
        }
        ExprKind::Call { name, args } => {
            let along = Builtin::from_name(&name.text).is_some_and(looks_along_the_series);
            if along {
                found.push(not_yet(&name.text, name.span));
            }
            args.iter().for_each(|arg| in_arg(arg, along, found));
        }
        ExprKind::With { claim, confidence } => {
            found.push(not_yet("with … confidence", confidence.span));
            in_expr(claim, found);
        }
    }
}

fn in_arg(arg: &Arg, window_is_reported: bool, found: &mut Vec<Diagnostic>) {
    in_expr(&arg.value, found);
    arg.condition.iter().chain(&arg.by).for_each(|part| in_expr(part, found));
    match &arg.over {
        None => {}
        Some(_) if window_is_reported => {}
        Some(Over::Window(window)) => found.push(not_yet("over", window.span)),
        Some(Over::Stage(span)) => found.push(not_yet("over stage", *span)),
    }
}

fn looks_along_the_series(builtin: Builtin) -> bool {
    match builtin {
        Builtin::Latest
        | Builtin::Held
        | Builtin::Streak
        | Builtin::Since
        | Builtin::Previous
        | Builtin::First
        | Builtin::Change
        | Builtin::Trend
        | Builtin::Confidence => true,
        Builtin::Count
        | Builtin::Share
        | Builtin::Any
        | Builtin::All
        | Builtin::None
        | Builtin::Sum
        | Builtin::Mean
        | Builtin::Median
        | Builtin::Min
        | Builtin::Max
        | Builtin::Percentile
        | Builtin::Distinct
        | Builtin::Default => false,
    }
}
