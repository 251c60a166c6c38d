//! What rules compare, along a series: each measure and what it is held against, as they were on each day. For charts.
//!
//! Looked at beside the judgement: no verdict depends on it.

use std::collections::HashSet;
use std::rc::Rc;

use super::budget::MAX_SERIES;
use super::memory::SeriesMemory;
use super::{Evaluator, Moment, Rulebook, Scope};
use crate::ast::{CompareOp, Expr, ExprKind, LogicOp, RuleBody};
use crate::program::{Program, Rule, Target};
use crate::report::why::Figure;
use crate::types::{Kind, Type};
use crate::value::Snapshot;

/// A comparison that a rule rests on.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'p> {
    /// The rule, by its index.
    pub rule: usize,
    /// What is measured.
    pub measure: &'p Expr,
    pub op: CompareOp,
    /// What it is held against.
    pub bound: &'p Expr,
    /// The confidence that is asked for.
    pub confidence: Option<&'p Expr>,
    /// Whether the rule asks it; else it fails where it is so.
    pub is_asked: bool,
    /// Whether that alone lets the rule fail, whatever else it compares.
    pub is_alone: bool,
}

/// How a condition stands in its rule.
#[derive(Clone, Copy)]
struct AskedPart<'p> {
    wanted: bool,
    alone: bool,
    confidence: Option<&'p Expr>,
}

/// The comparisons of numbers that rules rest on, by rule. What only says when a rule applies is not among them.
pub fn comparisons(program: &Program) -> Vec<Comparison<'_>> {
    let mut search = ComparisonSearch { program, rule: 0, seen: HashSet::new(), found: Vec::new() };
    for (at, rule) in program.rules.iter().enumerate() {
        search.rule = at;
        search.seen.clear();
        search.of_rule(rule);
    }
    search.found
}

/// What pairs of expressions were worth on each day of a series, each on its own day, in a kind that both can be shown in; none
/// where that takes more steps than a workflow may.
pub fn course<'a>(
    rulebook: &Rulebook<'a>,
    snapshots: &'a [Snapshot],
    pairs: &[(&'a Expr, &'a Expr)],
) -> Option<Vec<Vec<(Figure, Figure)>>> {
    if snapshots.len() > MAX_SERIES {
        return None;
    }
    let memory = Rc::<SeriesMemory<'_>>::default();
    let day = |(at, newest): (usize, &'a Snapshot)| {
        let mut evaluator = Evaluator::new(rulebook, snapshots.get(..=at).unwrap_or_default());
        evaluator.memory = Rc::clone(&memory);
        evaluator.explains = false;
        let scope = Scope::at(Moment::on(newest.date, at, at));
        let of = |(left, right): &(&'a Expr, &'a Expr)| {
            let kind = evaluator.common_kind(left, right);
            [left, right].map(|expr| evaluator.figure_as(expr, scope, kind.as_ref())).into()
        };
        let figures = pairs.iter().map(of).collect();
        memory.end_day();
        (!evaluator.budget.is_spent()).then_some(figures)
    };
    snapshots.iter().enumerate().map(day).collect()
}

impl<'a> Evaluator<'a> {
    /// The value of an expression as one of a kind, where one is given.
    fn figure_as(&self, expr: &'a Expr, scope: Scope<'_, 'a>, kind: Option<&Kind>) -> Figure {
        let ty = self.program.expr(expr.id).map_or(&Type::Error, |info| &info.ty);
        let as_kind = kind.filter(|_| matches!(ty, Type::Amount(_))).map(|kind| Type::amount(kind.clone()));
        self.figure_of(as_kind.as_ref().unwrap_or(ty), &self.eval(expr, scope))
    }
}

struct ComparisonSearch<'p> {
    program: &'p Program,
    rule: usize,
    /// The lets of the rule that were looked at, each with what is asked of it.
    seen: HashSet<(usize, bool)>,
    found: Vec<Comparison<'p>>,
}

impl<'p> ComparisonSearch<'p> {
    fn of_rule(&mut self, rule: &'p Rule) {
        let whole = AskedPart { wanted: true, alone: true, confidence: None };
        match &rule.decl.body {
            RuleBody::Trigger { when } => self.look(when, AskedPart { wanted: false, ..whole }),
            RuleBody::Require { requires, .. } => requires.iter().for_each(|expr| self.look(expr, whole)),
        }
    }

    fn look(&mut self, expr: &'p Expr, part: AskedPart<'p>) {
        match &expr.kind {
            ExprKind::Compare(op, left, right) => self.compare((*op, left, right), part),
            ExprKind::With { claim, confidence, .. } => {
                self.look(claim, AskedPart { confidence: Some(confidence), ..part });
            }
            ExprKind::Not(inner) => self.look(inner, AskedPart { wanted: !part.wanted, ..part }),
            ExprKind::Logic(op, of) => {
                // Of several that must all be so, one that is not is enough.
                let is_enough = matches!(op, LogicOp::And) == part.wanted;
                of.iter()
                    .for_each(|own| self.look(own, AskedPart { alone: part.alone && is_enough, ..part }));
            }
            ExprKind::AtLeast { of, .. } => {
                of.iter().for_each(|own| self.look(own, AskedPart { alone: false, ..part }));
            }
            ExprKind::If { then, otherwise, .. } => {
                [then, otherwise]
                    .into_iter()
                    .for_each(|own| self.look(own, AskedPart { alone: false, ..part }));
            }
            ExprKind::Path(_) => {
                if let Some(inner) = self.behind(expr, part.wanted) {
                    self.look(inner, part);
                }
            }
            // A share or a count of what satisfies a condition is compared as a whole.
            ExprKind::Literal(_)
            | ExprKind::Entry { .. }
            | ExprKind::Neg(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::In { .. }
            | ExprKind::Has(_)
            | ExprKind::Call { .. } => {}
        }
    }

    fn compare(&mut self, (op, left, right): (CompareOp, &'p Expr, &'p Expr), part: AskedPart<'p>) {
        let (op, measure, bound) = match (self.is_measured(left), self.is_measured(right)) {
            (true, _) => (op, left, right),
            (false, true) => (op.mirrored(), right, left),
            (false, false) => return,
        };
        // What has held for so long: the condition itself says more than the time.
        let grows = matches!(op, CompareOp::Greater | CompareOp::GreaterEqual);
        if let Some(condition) = self.held(measure) {
            self.look(condition, AskedPart { wanted: part.wanted == grows, alone: false, confidence: None });
        }
        let is_number = |expr: &Expr| {
            let ty = self.program.expr(expr.id).map(|info| &info.ty);
            matches!(ty, Some(Type::Amount(_) | Type::Elapsed))
        };
        // How long something has been so, beside something else, only says when a rule applies.
        let is_time = self.program.expr(measure.id).is_some_and(|info| info.ty == Type::Elapsed);
        if is_number(measure) && is_number(bound) && (part.alone || !is_time) {
            let (rule, AskedPart { wanted: is_asked, alone: is_alone, confidence }) = (self.rule, part);
            self.found.push(Comparison { rule, measure, op, bound, confidence, is_asked, is_alone });
        }
    }

    /// The condition whose time is counted.
    fn held(&self, expr: &'p Expr) -> Option<&'p Expr> {
        let mut expr = expr;
        for _ in 0..self.program.lets.len() {
            let Some(Target::Let(index)) = self.target(expr) else { break };
            expr = &self.program.lets.get(*index).filter(|own| !own.recursive)?.decl.value;
        }
        let ExprKind::Call { args, .. } = &expr.kind else { return None };
        let [only] = args.as_slice() else { return None };
        let ty = &self.program.expr(only.value.id)?.ty;
        let is_elapsed = self.program.expr(expr.id).is_some_and(|info| info.ty == Type::Elapsed);
        (is_elapsed && *ty == Type::Bool).then_some(&only.value)
    }

    fn target(&self, expr: &Expr) -> Option<&'p Target> {
        self.program.expr(expr.id)?.target.as_ref()
    }

    /// What a let stands for that was not looked at yet.
    fn behind(&mut self, expr: &Expr, wanted: bool) -> Option<&'p Expr> {
        let Some(Target::Let(index)) = self.target(expr) else { return None };
        let own = self.program.lets.get(*index).filter(|own| !own.recursive)?;
        self.seen.insert((*index, wanted)).then_some(&own.decl.value)
    }

    /// Whether an expression depends on what the snapshots say.
    fn is_measured(&self, expr: &'p Expr) -> bool {
        let (mut rest, mut seen) = (vec![expr], HashSet::new());
        while let Some(expr) = rest.pop() {
            match self.target(expr) {
                Some(
                    Target::Field(_)
                    | Target::JudgedField(_)
                    | Target::Workflows(_)
                    | Target::Date(_)
                    | Target::Element { .. },
                ) => return true,
                Some(Target::Let(index)) => {
                    let own = self.program.lets.get(*index).filter(|_| seen.insert(*index));
                    rest.extend(own.map(|own| &own.decl.value));
                }
                Some(
                    Target::Param(_)
                    | Target::Table(_)
                    | Target::Stage(_)
                    | Target::Member(_)
                    | Target::Call(_),
                )
                | None => {}
            }
            rest.extend(expr.children());
        }
        false
    }
}
