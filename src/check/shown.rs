//! Which ratios are shown as percentages: those that are compared with a share or added to one, wherever they then stand.
//!
//! A ratio and whatever must be shown like it (a let and its uses, both sides of a comparison, the same expression elsewhere in
//! a rule) are one group, which one share makes a group of percentages. Knows nothing of how a number is written.

use std::collections::BTreeMap;

use super::Checker;
use super::form::written_alike;
use super::names::LetState;
use crate::ast::{Arg, ArithmeticOp, Expr, ExprKind, RuleDecl, Set, Template, TemplatePart};
use crate::builtins::series::Along;
use crate::builtins::{Builtin, Shape};
use crate::program::{FieldPath, Target};
use crate::types::{Kind, Quantity, Type};

/// What is shown alike.
struct ShownAlike {
    /// By expression, another one of its group; the last of such a chain stands for the group.
    towards: Vec<usize>,
    /// By expression that stands for its group.
    percentages: Vec<bool>,
}

/// An expression, and the values that the elements around it are of, the outermost first.
type PartOf<'e> = (&'e Expr, Vec<&'e Expr>);

impl Checker<'_> {
    /// Gives every ratio and bare number the kind that it is shown as.
    pub(super) fn settle_kinds(&mut self) {
        let mut groups = ShownAlike::of(self.exprs.len());
        self.group_all(&mut groups);
        for at in 0..self.exprs.len() {
            let kind = groups.kind(at);
            if let Some(Some(info)) = self.exprs.get_mut(at) {
                settle(&mut info.ty, &kind);
            }
        }
        for entry in &mut self.names.lets {
            let kind = groups.kind(entry.decl.value.id.0 as usize);
            if let LetState::Done(ty, _) = &mut entry.state {
                settle(ty, &kind);
            }
        }
    }

    fn group_all(&self, groups: &mut ShownAlike) {
        for entry in &self.names.lets {
            self.group(groups, &entry.decl.value);
        }
        for entry in &self.names.policies {
            entry.decl.when.iter().for_each(|when| self.group(groups, when));
            within(entry.decl.title.as_ref()).for_each(|expr| self.group(groups, expr));
        }
        for entry in &self.names.gates {
            within(entry.decl.title.as_ref()).for_each(|expr| self.group(groups, expr));
        }
        for entry in &self.names.rules {
            let exprs = exprs_of(entry.decl);
            exprs.iter().for_each(|expr| self.group(groups, expr));
            self.group_same(groups, &exprs);
        }
    }

    /// Joins what an expression, and each within it, is shown like. Without recursion: a chain of operators may be long.
    fn group(&self, groups: &mut ShownAlike, expr: &Expr) {
        let mut rest: Vec<PartOf<'_>> = vec![(expr, Vec::new())];
        while let Some((expr, around)) = rest.pop() {
            self.join_parts(groups, expr, &around);
            if let ExprKind::Call { args, .. } = &expr.kind {
                rest.extend(args.iter().flat_map(|arg| parts_of(arg, &around)));
            } else {
                rest.extend(expr.children().into_iter().map(|child| (child, around.clone())));
            }
        }
    }

    /// Joins an expression with those of its parts that are shown like it, and these with each other.
    fn join_parts(&self, groups: &mut ShownAlike, expr: &Expr, around: &[&Expr]) {
        let mut join = |a: &Expr, b: &Expr| self.join(groups, a, b);
        match &expr.kind {
            ExprKind::Compare(_, left, right) => join(left, right),
            ExprKind::Arithmetic(ArithmeticOp::Add | ArithmeticOp::Subtract, left, right)
            | ExprKind::If { then: left, otherwise: right, .. } => {
                join(left, right);
                join(expr, left);
                join(expr, right);
            }
            ExprKind::Entry { .. } => {}
            ExprKind::Neg(inner) => join(expr, inner),
            ExprKind::In { item, set, .. } => {
                let members: Vec<&Expr> = match set {
                    Set::Range(low, high) => vec![low, high],
                    Set::List(members, _) => members.iter().collect(),
                    Set::Value(list) | Set::Pattern(list) => vec![list],
                };
                members.into_iter().for_each(|member| join(item, member));
            }
            ExprKind::Call { args, .. } => {
                let kept = self.builtin(expr).map_or(0, kept_arguments);
                args.iter().take(kept).for_each(|arg| join(expr, &arg.value));
            }
            ExprKind::Path(_) => match self.info(expr.id).and_then(|info| info.target.as_ref()) {
                // A let that is a bare number may stand beside a share here and beside a count there.
                Some(Target::Let(index)) if self.kind(expr) == Some(&Kind::Ratio) => {
                    if let Some(entry) = self.names.lets.get(*index) {
                        join(expr, &entry.decl.value);
                    }
                }
                Some(Target::Element { up, path: FieldPath { steps, computed: None, .. } })
                    if steps.is_empty() =>
                {
                    if let Some(of) = around.len().checked_sub(up + 1).and_then(|at| around.get(at)) {
                        join(expr, of);
                    }
                }
                Some(
                    Target::Field(_)
                    | Target::JudgedField(_)
                    | Target::Workflows(_)
                    | Target::Date(_)
                    | Target::Element { .. }
                    | Target::Let(_)
                    | Target::Param(_)
                    | Target::Table(_)
                    | Target::Stage(_)
                    | Target::Member(_)
                    | Target::Call(_),
                )
                | None => {}
            },
            ExprKind::Arithmetic(ArithmeticOp::Multiply, left, right) => {
                // A share of a share is one.
                if self.kind(left) == Some(&Kind::Share) && self.kind(right) == Some(&Kind::Share) {
                    join(expr, left);
                }
            }
            ExprKind::Arithmetic(ArithmeticOp::Divide, ..)
            | ExprKind::Literal(_)
            | ExprKind::Not(_)
            | ExprKind::Logic(..)
            | ExprKind::Has(_)
            | ExprKind::AtLeast { .. }
            | ExprKind::With { .. } => {}
        }
    }

    /// Joins ratios that are written alike.
    fn group_same(&self, groups: &mut ShownAlike, exprs: &[&Expr]) {
        let mut first: BTreeMap<String, &Expr> = BTreeMap::new();
        let mut rest = exprs.to_vec();
        while let Some(expr) = rest.pop() {
            rest.extend(expr.children());
            if self.kind(expr) == Some(&Kind::Ratio)
                && let Some(text) = written_alike(expr)
            {
                self.join(groups, first.entry(text).or_insert(expr), expr);
            }
        }
    }

    fn join(&self, groups: &mut ShownAlike, a: &Expr, b: &Expr) {
        let (Some(left), Some(right)) = (self.kind(a), self.kind(b)) else { return };
        let (a, b) = (a.id.0 as usize, b.id.0 as usize);
        match (left.is_open(), right.is_open()) {
            (true, true) => groups.unite(a, b),
            (true, false) if *right == Kind::Share => groups.mark(a),
            (false, true) if *left == Kind::Share => groups.mark(b),
            (true, false) | (false, true) | (false, false) => {}
        }
    }

    /// What an expression, or each element of it, counts.
    fn kind(&self, expr: &Expr) -> Option<&Kind> {
        let ty = &self.info(expr.id)?.ty;
        ty.element().unwrap_or(ty).quantity().map(|quantity| &quantity.kind)
    }

    fn builtin(&self, expr: &Expr) -> Option<&'static Builtin> {
        match self.info(expr.id)?.target.as_ref()? {
            Target::Call(builtin) => Some(builtin),
            Target::Field(_)
            | Target::JudgedField(_)
            | Target::Workflows(_)
            | Target::Date(_)
            | Target::Element { .. }
            | Target::Let(_)
            | Target::Param(_)
            | Target::Table(_)
            | Target::Stage(_)
            | Target::Member(_) => None,
        }
    }
}

impl ShownAlike {
    fn of(count: usize) -> Self {
        Self { towards: (0..count).collect(), percentages: vec![false; count] }
    }

    /// Which expression stands for the group.
    fn find(&mut self, mut at: usize) -> usize {
        while let Some(next) = self.towards.get(at).copied().filter(|next| *next != at) {
            // Each look makes the chain half as long.
            let further = self.towards.get(next).copied().unwrap_or(next);
            if let Some(towards) = self.towards.get_mut(at) {
                *towards = further;
            }
            at = further;
        }
        at
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        if let Some(towards) = self.towards.get_mut(a) {
            *towards = b;
        }
        if self.percentages.get(a) == Some(&true) {
            self.mark(b);
        }
    }

    fn mark(&mut self, at: usize) {
        let at = self.find(at);
        if let Some(percentage) = self.percentages.get_mut(at) {
            *percentage = true;
        }
    }

    fn kind(&mut self, at: usize) -> Kind {
        let at = self.find(at);
        if self.percentages.get(at) == Some(&true) { Kind::Share } else { Kind::Number }
    }
}

/// The parts of an argument: a list's clauses look at its elements.
fn parts_of<'e>(arg: &'e Arg, around: &[&'e Expr]) -> Vec<PartOf<'e>> {
    let inside = || around.iter().copied().chain([&arg.value]).collect::<Vec<_>>();
    let clauses = arg.of_elements().map(|clause| (clause, inside()));
    clauses.chain([&arg.value].into_iter().chain(&arg.of).map(|part| (part, around.to_vec()))).collect()
}

/// The expressions of a rule: what it asks and what it says.
fn exprs_of(decl: &RuleDecl) -> Vec<&Expr> {
    let texts = decl.title.iter().chain(&decl.effect.message).chain(&decl.help);
    decl.conditions().into_iter().chain(texts.flat_map(|text| within(Some(text)))).collect()
}

fn within(template: Option<&Template>) -> impl Iterator<Item = &Expr> {
    template.into_iter().flat_map(|template| &template.parts).filter_map(|part| match part {
        TemplatePart::Text(_) => None,
        TemplatePart::Expr(expr) => Some(expr),
    })
}

/// How many of its arguments are of the kind that a function gives.
fn kept_arguments(builtin: &Builtin) -> usize {
    match &builtin.shape {
        // Which percentile is meant stands behind the list.
        Shape::Numbers(numbers) => usize::from(numbers.keeps_the_kind()),
        Shape::Distinct | Shape::Default => 2,
        Shape::Along(Along::Snapshot(_) | Along::Latest | Along::Stretch(_)) => 2,
        Shape::Along(Along::Run(_) | Along::Since | Along::Asks)
        | Shape::Counting(_)
        | Shape::Part(_)
        | Shape::Weekday
        | Shape::Longest
        | Shape::Confidence => 0,
    }
}

/// Puts the kind in the place of one that is open.
fn settle(ty: &mut Type, settled: &Kind) {
    match ty {
        Type::Amount(Quantity { kind, .. }) if kind.is_open() => *kind = settled.clone(),
        Type::List(element) => settle(element, settled),
        Type::Amount(_)
        | Type::Bool
        | Type::Text
        | Type::Date
        | Type::Time
        | Type::Stage
        | Type::Choice(_)
        | Type::Elapsed
        | Type::Calendar
        | Type::Record(_)
        | Type::Error => {}
    }
}
