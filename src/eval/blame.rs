//! What counts against a rule: whether a value should have been more or less, the part of a calculation or of an `if` that
//! made it so, and the elements of a list.

use super::origin::NAMED_ELEMENTS;
use super::{Evaluator, Evidence, ListItem, Scope};
use crate::ast::{Arg, ArithmeticOp, CompareOp, Expr, ExprKind, LogicOp, Set};
use crate::builtins::Shape;
use crate::builtins::counting::{Counting, Tallied};
use crate::evidence::{Amount, Truth};
use crate::program::Target;
use crate::report::why::{Against, RuleVerdict, Said};
use crate::source::Span;
use crate::types::Type;
use crate::value::Number;

/// How a value should have been instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instead {
    More,
    Less,
}

impl Instead {
    /// How a value should have been to be less or greater than another; none for what is neither.
    pub(super) fn of(op: CompareOp) -> Option<Self> {
        match op {
            CompareOp::Greater | CompareOp::GreaterEqual => Some(Self::More),
            CompareOp::Less | CompareOp::LessEqual => Some(Self::Less),
            CompareOp::Equal | CompareOp::NotEqual => None,
        }
    }

    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::More => Self::Less,
            Self::Less => Self::More,
        }
    }

    /// For a value that is multiplied, or divided, by a factor: none where that may be of either sign.
    fn times(self, factor: &Evidence<'_>) -> Option<Self> {
        let Evidence::Amount(factor) = factor else { return None };
        let sign = |number: &Number| number.cmp(&Number::ZERO);
        match factor {
            Amount::Known(number) if sign(number).is_lt() => Some(self.mirrored()),
            Amount::Known(number) if sign(number).is_gt() => Some(self),
            Amount::Known(_) | Amount::Between(..) | Amount::Unknown(_) => None,
        }
    }
}

impl<'a> Evaluator<'a> {
    /// How the left side of a comparison should have been for the comparison to come out; none where that is not known.
    pub(super) fn instead(
        &self,
        op: CompareOp,
        left: &Evidence<'a>,
        right: &Evidence<'a>,
    ) -> Option<Instead> {
        let truth = |wanted: bool| if wanted { Instead::More } else { Instead::Less };
        if let Some(ordered) = Instead::of(op) {
            return Some(ordered);
        }
        match (op, right) {
            (CompareOp::Equal, Evidence::Truth(Truth::Yes)) => Some(truth(true)),
            (CompareOp::Equal, Evidence::Truth(Truth::No)) => Some(truth(false)),
            (CompareOp::NotEqual, Evidence::Truth(Truth::Yes)) => Some(truth(false)),
            (CompareOp::NotEqual, Evidence::Truth(Truth::No)) => Some(truth(true)),
            (CompareOp::Equal, Evidence::Amount(bound)) => match self.compare(CompareOp::Less, left, right) {
                Truth::Yes => Some(Instead::More),
                Truth::No => Some(Instead::Less),
                // Of nothing there may only be too much.
                Truth::Undecided(_) => is_zero(bound).then_some(Instead::Less),
            },
            // More than nothing, or less than this much.
            (_, Evidence::Amount(bound)) => Some(if is_zero(bound) { Instead::More } else { Instead::Less }),
            (
                _,
                Evidence::Truth(_)
                | Evidence::Elapsed(_)
                | Evidence::Calendar(_)
                | Evidence::Word(_)
                | Evidence::List(_),
            ) => None,
        }
    }

    /// How a value should have been to lie in a set, or outside of it.
    pub(super) fn instead_in(
        &self,
        item: &'a Expr,
        set: &'a Set,
        inside: bool,
        scope: Scope<'_, 'a>,
    ) -> Option<Instead> {
        let value = self.eval(item, scope);
        let is = |op, bound: &'a Expr| self.compare(op, &value, &self.eval(bound, scope)) == Truth::Yes;
        let is_amount = matches!(value, Evidence::Amount(_));
        match set {
            _ if !is_amount => None,
            Set::Range(low, _) if inside && is(CompareOp::Less, low) => Some(Instead::More),
            Set::Range(_, high) if inside && is(CompareOp::Greater, high) => Some(Instead::Less),
            Set::List(members, _) if inside && members.iter().all(|member| is(CompareOp::Less, member)) => {
                Some(Instead::More)
            }
            Set::List(members, _)
                if inside && members.iter().all(|member| is(CompareOp::Greater, member)) =>
            {
                Some(Instead::Less)
            }
            // Out of it downwards, where there is something below.
            Set::Range(..) | Set::List(..) if !inside => Some(Instead::Less),
            Set::Range(..) | Set::List(..) | Set::Value(_) | Set::Pattern(_) => None,
        }
    }

    /// The lines behind the parts of a calculation or of an `if` that made a value what it is: those that could make it as
    /// it should be.
    pub(super) fn explain_parts(
        &self,
        expr: &'a Expr,
        instead: Option<Instead>,
        scope: Scope<'_, 'a>,
        report: &mut RuleVerdict,
    ) {
        match &expr.kind {
            ExprKind::Arithmetic(op, left, right) => {
                let (a, b) = (self.eval(left, scope), self.eval(right, scope));
                let mirrored = instead.map(Instead::mirrored);
                let (of_left, of_right) = match op {
                    ArithmeticOp::Add => (instead, instead),
                    ArithmeticOp::Subtract => (instead, mirrored),
                    ArithmeticOp::Multiply => {
                        (instead.and_then(|i| i.times(&b)), instead.and_then(|i| i.times(&a)))
                    }
                    ArithmeticOp::Divide => {
                        (instead.and_then(|i| i.times(&b)), mirrored.and_then(|i| i.times(&a)))
                    }
                };
                self.explain_origin(left, of_left, scope, report);
                self.explain_origin(right, of_right, scope, report);
            }
            ExprKind::Neg(inner) => {
                self.explain_origin(inner, instead.map(Instead::mirrored), scope, report);
            }
            ExprKind::If { condition, then, otherwise } => {
                let (taken, other) = match self.truth(condition, scope) {
                    Truth::Yes => (then, otherwise),
                    Truth::No => (otherwise, then),
                    Truth::Undecided(_) => return,
                };
                if self.is_better(other, taken, instead, scope) {
                    // What it says is a line of the policy; the value that is asked about has been told.
                    let told = report.evidence.len();
                    self.explain_condition(condition, scope, report);
                    report.evidence.truncate(told);
                }
                self.explain_origin(taken, instead, scope, report);
            }
            ExprKind::Literal(_)
            | ExprKind::Path(_)
            | ExprKind::Entry { .. }
            | ExprKind::Not(_)
            | ExprKind::Compare(..)
            | ExprKind::Logic(..)
            | ExprKind::In { .. }
            | ExprKind::Has(_)
            | ExprKind::Call { .. }
            | ExprKind::AtLeast { .. }
            | ExprKind::With { .. } => {}
        }
    }

    /// Whether one branch of an `if` is rather as it should be than the one that was taken.
    fn is_better(
        &self,
        other: &'a Expr,
        taken: &'a Expr,
        instead: Option<Instead>,
        scope: Scope<'_, 'a>,
    ) -> bool {
        let (other, taken) = (self.eval(other, scope), self.eval(taken, scope));
        let op = match instead {
            Some(Instead::More) => CompareOp::Greater,
            Some(Instead::Less) => CompareOp::Less,
            None => CompareOp::NotEqual,
        };
        let comparable = instead.is_none() || matches!(other, Evidence::Amount(_));
        comparable && self.compare(op, &other, &taken) != Truth::No
    }

    /// «7 of 30 do not satisfy `edit_time < 15%`: r03, r07, r11 and 4 more», and where the first of them stands.
    pub(super) fn against(
        &self,
        shape: &Shape,
        arg: &'a Arg,
        instead: Option<Instead>,
        scope: Scope<'_, 'a>,
    ) -> Option<(Said, Vec<(Span, Said)>)> {
        let Shape::Counting(counting) = shape else { return None };
        let condition = arg.condition.as_ref()?;
        let too_many = instead == Some(Instead::Less);
        let satisfy = if too_many { counting.excess } else { counting.falls };
        let list = self.arg_list(arg, scope);
        if list.items.is_empty() {
            return Some((Said::Empty, Vec::new()));
        }
        let candidates = self.candidates(arg, &list, scope);
        let members: Vec<((usize, &ListItem<'a>), &Truth)> = (list.items.iter().enumerate().zip(&candidates))
            .filter(|(_, candidate)| candidate.member == Truth::Yes)
            .map(|(indexed, candidate)| (indexed, &candidate.good))
            .collect();
        let parts = self.parts(counting, arg, condition);
        let picked: Vec<_> = if satisfy {
            members.clone()
        } else {
            members
                .iter()
                .filter(|((_, item), _)| self.is_picked(&parts, arg, item, scope))
                .copied()
                .collect()
        };
        let is = |good: &Truth, wanted: bool| *good == Truth::known(wanted);
        let matching: Vec<(usize, &ListItem<'a>)> =
            picked.iter().filter(|(_, good)| is(good, satisfy)).map(|(indexed, _)| *indexed).collect();
        if matching.is_empty() && !satisfy {
            // Nobody's fault: there are too few of them.
            let enough = members.iter().filter(|(_, good)| is(good, true)).count();
            let against = Against {
                matching: enough,
                total: members.len(),
                satisfy: true,
                condition: self.all_quoted([condition]),
                among: self.all_quoted(&arg.among),
                named: Vec::new(),
            };
            return Some((Said::Against(against), Vec::new()));
        }
        let picking = parts.picking.iter().copied().filter(|_| !satisfy);
        let measuring = if satisfy { vec![condition] } else { parts.measuring.clone() };
        let against = Against {
            matching: matching.len(),
            total: picked.len(),
            satisfy,
            condition: self.all_quoted(measuring),
            among: self.all_quoted(arg.among.iter().chain(picking)),
            named: matching
                .iter()
                .take(NAMED_ELEMENTS)
                .map(|(at, item)| self.element_name(*at, item))
                .collect(),
        };
        let of_group = self.instead_of_value(condition, satisfy);
        let groups = matching.iter().take(NAMED_ELEMENTS);
        let groups = groups.filter_map(|(_, item)| self.line_of_group(item, of_group));
        let mut lines: Vec<(Span, Said)> = groups.collect();
        if lines.is_empty() {
            let first = matching.first().and_then(|(_, item)| item.span);
            lines.extend(first.map(|span| (span, Said::FirstOfThem)));
        }
        Some((Said::Against(against), lines))
    }

    /// How `it` should have been for a condition like `it <= 20%` to come out, or with `satisfy` not to.
    fn instead_of_value(&self, condition: &Expr, satisfy: bool) -> Option<Instead> {
        let ExprKind::Compare(op, left, _) = &condition.kind else { return None };
        let is_value = matches!(
            self.program.expr(left.id).and_then(|info| info.target.as_ref()),
            Some(Target::Element { .. })
        );
        let op = if is_value { *op } else { op.mirrored() };
        Instead::of(if satisfy { op.negated() } else { op })
    }

    /// Conditions as the policy has them.
    pub(super) fn all_quoted<'e>(&self, exprs: impl IntoIterator<Item = &'e Expr>) -> Vec<String> {
        exprs.into_iter().map(|expr| self.quoted(expr)).collect()
    }

    /// The parts of a condition on elements, told apart by whether an element could be otherwise.
    pub(super) fn parts(&self, counting: &Counting, arg: &'a Arg, condition: &'a Expr) -> ElementParts<'a> {
        let parts: Vec<_> = if let ExprKind::Logic(LogicOp::And, parts) = &condition.kind {
            parts.iter().collect()
        } else {
            vec![condition]
        };
        let (picking, measuring) =
            parts.into_iter().partition(|part| self.picks_elements(counting, arg, part));
        ElementParts { picking, measuring }
    }

    /// Whether a condition says which element is meant, by its key or what sort it is of: `name == "mmlu"`. Of a share, what sort
    /// the elements are of may be what is measured.
    fn picks_elements(&self, counting: &Counting, arg: &'a Arg, part: &'a Expr) -> bool {
        let Some(Type::List(of)) = self.program.expr(arg.value.id).map(|info| &info.ty) else { return false };
        let names = |expr: &Expr| {
            let Some(info) = self.program.expr(expr.id) else { return false };
            let Some(Target::Element { up: 0, path }) = &info.target else { return false };
            let field = path.steps.first().and_then(|step| of.record()?.fields.get(*step));
            let is_key = path.computed.is_none() && field.is_some_and(|field| field.key);
            is_key || counts(counting) && matches!(info.ty, Type::Text | Type::Choice(_))
        };
        if let ExprKind::Compare(CompareOp::Equal | CompareOp::NotEqual, left, right) = &part.kind {
            names(left) != names(right)
        } else if let ExprKind::In { item, .. } = &part.kind {
            names(item)
        } else {
            false
        }
    }

    /// Whether an element is one of those that are meant.
    pub(super) fn is_picked(
        &self,
        parts: &ElementParts<'a>,
        arg: &'a Arg,
        item: &ListItem<'a>,
        scope: Scope<'_, 'a>,
    ) -> bool {
        let is = |part: &'a Expr| {
            self.looking_at(arg, item, scope, |inside| self.truth(part, inside)) == Truth::Yes
        };
        parts.picking.iter().all(|part| is(part))
    }
}

/// A condition on elements, in parts that all have to be so.
pub(super) struct ElementParts<'a> {
    /// What says which elements are meant.
    pub(super) picking: Vec<&'a Expr>,
    /// What is asked of these.
    pub(super) measuring: Vec<&'a Expr>,
}

/// Whether a function grows with what is added to its list, however much there is of it.
pub(super) fn counts(counting: &Counting) -> bool {
    match &counting.tallied {
        Tallied::Number(_) => true,
        Tallied::Share(_) => false,
        Tallied::Whether(quantifier) => quantifier.of_none == Some(false),
    }
}

fn is_zero(bound: &Amount) -> bool {
    bound.known().is_some_and(|number| *number == Number::ZERO)
}
