//! Expressions with one small mistake in them.

use super::step::steps;
use crate::ast::{Arg, CompareOp, Expr, ExprKind, LogicOp, Over, Set};
use crate::source::{SourceMap, Span};
use crate::value::Number;

/// More characters of an expression are not repeated in a message.
const MAX_QUOTED: usize = 60;

/// An expression that somebody might have written by mistake.
pub(super) struct Variant {
    /// What is other than it was.
    pub(super) span: Span,
    /// «`>=` could be `>`»
    pub(super) says: String,
    pub(super) expr: Expr,
}

/// What variants depend on beside the expression.
pub(super) struct Variants<'a> {
    pub(super) sources: &'a SourceMap,
    /// By how much a window is moved, in seconds.
    pub(super) window_step: &'a Number,
}

impl Variants<'_> {
    /// Every variant of an expression, each with one mistake.
    pub(super) fn of(&self, expr: &Expr) -> Vec<Variant> {
        self.within(expr, false)
    }

    fn within(&self, expr: &Expr, is_window: bool) -> Vec<Variant> {
        let (span, own) = (expr.span, self.own(expr, is_window).into_iter());
        let mut all: Vec<Variant> = own.map(|(says, expr)| Variant { span, says, expr }).collect();
        all.extend(self.dropped(expr));
        let windows = windows(expr);
        for (at, child) in expr.children().into_iter().enumerate() {
            for inner in self.within(child, windows.contains(&child.span)) {
                let mut whole = expr.clone();
                if let Some(place) = whole.children_mut().into_iter().nth(at) {
                    *place = inner.expr;
                }
                all.push(Variant { expr: whole, ..inner });
            }
        }
        all
    }

    /// Mistakes in the expression itself, not in a part of it.
    fn own(&self, expr: &Expr, is_window: bool) -> Vec<(String, Expr)> {
        let with = |kind: ExprKind| Expr { kind, ..expr.clone() };
        match &expr.kind {
            ExprKind::Literal(literal) => {
                let written = self.sources.text(expr.span);
                let next = steps(literal, written, is_window.then_some(self.window_step)).into_iter();
                let next = next.map(|(kind, text)| (could_be(written, &text), with(ExprKind::Literal(kind))));
                next.collect()
            }
            ExprKind::Compare(op, a, b) => others(*op)
                .iter()
                .map(|other| {
                    let says = could_be(op.as_str(), other.as_str());
                    (says, with(ExprKind::Compare(*other, a.clone(), b.clone())))
                })
                .collect(),
            ExprKind::Logic(op, operands) => {
                let (other, was, now) = match op {
                    LogicOp::And => (LogicOp::Or, "and", "or"),
                    LogicOp::Or => (LogicOp::And, "or", "and"),
                };
                vec![(could_be(was, now), with(ExprKind::Logic(other, operands.clone())))]
            }
            ExprKind::Not(inner) => vec![("`not` could be left out".to_owned(), (**inner).clone())],
            ExprKind::In { set: Set::Pattern(_), .. } => {
                vec![(
                    "the match could be turned round".to_owned(),
                    with(ExprKind::Not(Box::new(expr.clone()))),
                )]
            }
            ExprKind::In { item, negated, set } => {
                let (was, now) = if *negated { ("not in", "in") } else { ("in", "not in") };
                let kind = ExprKind::In { item: item.clone(), negated: !negated, set: set.clone() };
                vec![(could_be(was, now), with(kind))]
            }
            ExprKind::If { then, otherwise, .. } => [then, otherwise]
                .into_iter()
                .map(|branch| {
                    let says = format!("the `if` could always be {}", self.quoted(branch.span));
                    (says, (**branch).clone())
                })
                .collect(),
            ExprKind::AtLeast { count, count_span, of } => [count.checked_add(1), count.checked_sub(1)]
                .into_iter()
                .flatten()
                .map(|next| {
                    let says = could_be(&count.to_string(), &next.to_string());
                    let of = of.clone();
                    (says, with(ExprKind::AtLeast { count: next, count_span: *count_span, of }))
                })
                .collect(),
            ExprKind::With { claim, confidence, population, every_look } => {
                let text = |part: &Expr| self.sources.text(part.span);
                let left = |population: &Option<Box<Expr>>, every_look| {
                    let (claim, confidence) = (claim.clone(), confidence.clone());
                    with(ExprKind::With { claim, confidence, population: population.clone(), every_look })
                };
                let says = |what: String| format!("`{what}` could be left out");
                let confident = says(format!("with {} confidence", text(confidence)));
                let drawn = population
                    .as_deref()
                    .map(|of| (says(format!("of {}", text(of))), left(&None, *every_look)));
                let once = every_look.map(|_| (says("at every look".to_owned()), left(population, None)));
                [(confident, (**claim).clone())].into_iter().chain(drawn).chain(once).collect()
            }
            ExprKind::Path(_)
            | ExprKind::Entry { .. }
            | ExprKind::Neg(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Has(_)
            | ExprKind::Call { .. } => Vec::new(),
        }
    }

    /// The expression without one of its conditions: an operand, a member of a list, a `where`.
    fn dropped(&self, expr: &Expr) -> Vec<Variant> {
        let without = |span: Span, what: String, kind: ExprKind| Variant {
            span,
            says: format!("{what} could be left out"),
            expr: Expr { kind, ..expr.clone() },
        };
        match &expr.kind {
            ExprKind::Logic(op, operands) => {
                let each = operands.iter().enumerate().map(|(at, operand)| {
                    let rest = all_but(operands, at);
                    let what = self.quoted(operand.span);
                    match rest.as_slice() {
                        [only] => {
                            Variant { expr: only.clone(), ..without(operand.span, what, expr.kind.clone()) }
                        }
                        _ => without(operand.span, what, ExprKind::Logic(*op, rest)),
                    }
                });
                each.collect()
            }
            ExprKind::AtLeast { count, count_span, of } if of.len() > 1 => {
                let each = of.iter().enumerate().map(|(at, one)| {
                    let of = all_but(of, at);
                    let kind = ExprKind::AtLeast { count: *count, count_span: *count_span, of };
                    without(one.span, self.quoted(one.span), kind)
                });
                each.collect()
            }
            ExprKind::In { item, negated, set: Set::List(members, span) } if members.len() > 1 => {
                let each = members.iter().enumerate().map(|(at, member)| {
                    let set = Set::List(all_but(members, at), *span);
                    let kind = ExprKind::In { item: item.clone(), negated: *negated, set };
                    without(member.span, self.quoted(member.span), kind)
                });
                each.collect()
            }
            ExprKind::Call { name, args } => {
                let each = args.iter().enumerate().flat_map(|(at, arg)| {
                    let whole = || arg.clone();
                    let without_condition =
                        arg.condition.as_ref().map(|it| ("where", it, Arg { condition: None, ..whole() }));
                    let without_among =
                        arg.among.as_ref().map(|it| ("among", it, Arg { among: None, ..whole() }));
                    [without_condition, without_among].into_iter().flatten().map(move |it| (at, it))
                });
                each.filter_map(|(at, (word, clause, rest))| {
                    let mut args = args.clone();
                    *args.get_mut(at)? = rest;
                    let what = format!("`{word} {}`", self.short(clause.span));
                    Some(without(clause.span, what, ExprKind::Call { name: name.clone(), args }))
                })
                .collect()
            }
            ExprKind::Literal(_)
            | ExprKind::Path(_)
            | ExprKind::Entry { .. }
            | ExprKind::Not(_)
            | ExprKind::Neg(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Compare(..)
            | ExprKind::If { .. }
            | ExprKind::Has(_)
            | ExprKind::AtLeast { .. }
            | ExprKind::In { .. }
            | ExprKind::With { .. } => Vec::new(),
        }
    }

    /// An expression for a message, on one line.
    pub(super) fn quoted(&self, span: Span) -> String {
        format!("`{}`", self.short(span))
    }

    pub(super) fn short(&self, span: Span) -> String {
        let text: Vec<&str> = self.sources.text(span).split_whitespace().collect();
        let text = text.join(" ");
        if text.chars().count() <= MAX_QUOTED {
            return text;
        }
        let begin: String = text.chars().take(MAX_QUOTED).collect();
        format!("{begin}…")
    }
}

pub(super) fn could_be(was: &str, now: &str) -> String {
    format!("`{was}` could be `{now}`")
}

fn all_but(exprs: &[Expr], at: usize) -> Vec<Expr> {
    exprs.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, expr)| expr.clone()).collect()
}

/// Where the lengths of an aggregate's windows stand.
fn windows(expr: &Expr) -> Vec<Span> {
    match &expr.kind {
        ExprKind::Call { args, .. } => {
            let windows = args.iter().filter_map(|arg| match &arg.over {
                Some(Over::Window(length) | Over::AtMost(length)) => Some(length.span),
                Some(Over::Snapshots(_) | Over::Named(..)) | None => None,
            });
            windows.collect()
        }
        ExprKind::Literal(_)
        | ExprKind::Path(_)
        | ExprKind::Entry { .. }
        | ExprKind::Not(_)
        | ExprKind::Neg(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::Compare(..)
        | ExprKind::Logic(..)
        | ExprKind::In { .. }
        | ExprKind::If { .. }
        | ExprKind::Has(_)
        | ExprKind::AtLeast { .. }
        | ExprKind::With { .. } => Vec::new(),
    }
}

/// The comparisons that one is mistaken for: the same without or with its boundary, and the opposite.
fn others(op: CompareOp) -> &'static [CompareOp] {
    use CompareOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    match op {
        Less => &[LessEqual, GreaterEqual],
        LessEqual => &[Less, Greater],
        Greater => &[GreaterEqual, LessEqual],
        GreaterEqual => &[Greater, Less],
        Equal => &[NotEqual],
        NotEqual => &[Equal],
    }
}
