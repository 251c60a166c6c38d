//! Expressions: the order of the operators, and how deep they may nest.
//!
//! Every function takes how many levels of the tree are above it, and refuses to go below [`MAX_DEPTH`].

use pest::iterators::Pair;

use super::literal::negate;
use super::tree::{Builder, child, children};
use super::{MAX_DEPTH, Rule, errors};
use crate::ast::{Arg, ArithmeticOp, CompareOp, Expr, ExprKind, LogicOp, Name, Over, Set};
use crate::source::Span;

/// An expression with the place that it takes up, its parentheses included.
struct Operand {
    expr: Expr,
    outer: Span,
}

impl Builder<'_> {
    /// The depth `levels` further down; none, and an error, if that is too deep.
    fn deeper(&mut self, pair: &Pair<'_, Rule>, depth: usize, levels: usize) -> Option<usize> {
        let depth = depth.saturating_add(levels);
        if depth > MAX_DEPTH {
            let span = self.span_of(pair);
            self.report(errors::too_deep(span));
            return None;
        }
        Some(depth)
    }

    pub(super) fn build_expr(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Expr> {
        if let Some(choice) = child(pair, Rule::if_expr) {
            return self.build_if_expr(&choice, depth);
        }
        let joins =
            [Rule::kw_and, Rule::kw_or].into_iter().filter(|join| child(pair, *join).is_some()).count();
        let depth = self.deeper(pair, depth, joins + longest_run(pair))?;
        let mut sound = true;
        let mut alternatives: Vec<Vec<Operand>> = vec![Vec::new()];
        let mut negations: Vec<Span> = Vec::new();
        for inner in pair.clone().into_inner() {
            match inner.as_rule() {
                Rule::kw_not => negations.push(self.span_of(&inner)),
                Rule::kw_or => alternatives.push(Vec::new()),
                Rule::comparison => {
                    let outer = self.span_of(&inner);
                    let built = self.build_comparison(&inner, depth);
                    let negated = std::mem::take(&mut negations);
                    match (built, alternatives.last_mut()) {
                        (Some(expr), Some(operands)) => {
                            let operand = self.negated(Operand { expr, outer }, &negated);
                            operands.push(operand);
                        }
                        (_, _) => sound = false,
                    }
                }
                _ => {}
            }
        }
        if !sound {
            return None;
        }
        let mut operands = Vec::new();
        for alternative in alternatives {
            operands.extend(self.joined(LogicOp::And, alternative));
        }
        self.joined(LogicOp::Or, operands).map(|operand| operand.expr)
    }

    fn negated(&mut self, operand: Operand, negations: &[Span]) -> Operand {
        let mut operand = operand;
        for not in negations.iter().rev() {
            let outer = not.to(operand.outer);
            let expr = self.expr(outer, ExprKind::Not(Box::new(operand.expr)));
            operand = Operand { expr, outer };
        }
        operand
    }

    /// One operand as it is, several as one node.
    fn joined(&mut self, op: LogicOp, mut operands: Vec<Operand>) -> Option<Operand> {
        if operands.len() < 2 {
            return operands.pop();
        }
        let outer = operands.first()?.outer.to(operands.last()?.outer);
        let kind = ExprKind::Logic(op, operands.into_iter().map(|operand| operand.expr).collect());
        Some(Operand { expr: self.expr(outer, kind), outer })
    }

    fn build_if_expr(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Expr> {
        let depth = self.deeper(pair, depth, 1)?;
        let span = self.span_of(pair);
        let mut branches = children(pair, Rule::expr);
        let condition = self.build_expr(&branches.next()?, depth);
        let then = self.build_expr(&branches.next()?, depth);
        let otherwise = self.build_expr(&branches.next()?, depth);
        let kind = ExprKind::If {
            condition: Box::new(condition?),
            then: Box::new(then?),
            otherwise: Box::new(otherwise?),
        };
        Some(self.expr(span, kind))
    }

    fn build_comparison(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Expr> {
        let span = self.span_of(pair);
        let mut inner = pair.clone().into_inner();
        let left = inner.next()?;
        let Some(tail) = inner.next() else {
            return self.build_sum(&left, depth).map(|operand| operand.expr);
        };
        if let Some(second) = inner.next() {
            let (before, after) = (self.tail_operator(&tail), self.tail_operator(&second));
            self.report(errors::chained_comparison(after, before));
            return None;
        }
        let depth = self.deeper(pair, depth, 2)?;
        let left = self.build_sum(&left, depth);
        if tail.as_rule() == Rule::in_tail {
            let set = self.build_set(&tail, depth);
            let negated = child(&tail, Rule::kw_not).is_some();
            let kind = ExprKind::In { item: Box::new(left?.expr), negated, set: set? };
            return Some(self.expr(span, kind));
        }
        let op = compare_op(child(&tail, Rule::compare_op)?.as_str());
        let right_pair = child(&tail, Rule::sum)?;
        let right = self.build_sum(&right_pair, depth);
        let with = child(&tail, Rule::with_tail);
        let confidence = match with.as_ref().and_then(|with| child(with, Rule::sum)) {
            Some(confidence) => Some(self.build_sum(&confidence, depth)?),
            None => None,
        };
        let kind = ExprKind::Compare(op, Box::new(left?.expr), Box::new(right?.expr));
        let Some(confidence) = confidence else {
            return Some(self.expr(span, kind));
        };
        let claim_span = Span { end: self.span_of(&right_pair).end, ..span };
        let claim = self.expr(claim_span, kind);
        let kind = ExprKind::With { claim: Box::new(claim), confidence: Box::new(confidence.expr) };
        Some(self.expr(span, kind))
    }

    /// The place of the operator of a comparison's tail.
    fn tail_operator(&self, tail: &Pair<'_, Rule>) -> Span {
        match (child(tail, Rule::compare_op), child(tail, Rule::kw_not), child(tail, Rule::kw_in)) {
            (_, Some(not), Some(in_)) => self.span_of(&not).to(self.span_of(&in_)),
            (Some(word), _, _) | (_, _, Some(word)) => self.span_of(&word),
            (None, _, None) => self.span_of(tail),
        }
    }

    fn build_set(&mut self, tail: &Pair<'_, Rule>, depth: usize) -> Option<Set> {
        if let Some(list) = child(tail, Rule::list) {
            let span = self.span_of(&list);
            return Some(Set::List(self.build_list(&list, depth)?, span));
        }
        let mut ends = children(tail, Rule::sum);
        let low = self.build_sum(&ends.next()?, depth);
        let Some(high) = ends.next() else {
            return Some(Set::Value(Box::new(low?.expr)));
        };
        let high = self.build_sum(&high, depth);
        Some(Set::Range(Box::new(low?.expr), Box::new(high?.expr)))
    }

    fn build_list(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Vec<Expr>> {
        let built: Vec<Option<Expr>> =
            children(pair, Rule::expr).map(|element| self.build_expr(&element, depth)).collect();
        built.into_iter().collect()
    }

    /// Arithmetic, `* /` before `+ -`, each from the left.
    fn build_sum(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Operand> {
        let operators = children(pair, Rule::arithmetic_op).count();
        let depth = self.deeper(pair, depth, operators + longest_run(pair))?;
        let mut sound = true;
        let mut total: Option<(Operand, ArithmeticOp)> = None;
        let mut product: Option<(Operand, ArithmeticOp)> = None;
        let mut signs: Vec<Span> = Vec::new();
        let mut last: Option<Operand> = None;
        for inner in pair.clone().into_inner() {
            match inner.as_rule() {
                Rule::minus => signs.push(self.span_of(&inner)),
                Rule::arithmetic_op => {
                    let op = arithmetic_op(inner.as_str());
                    let Some(operand) = last.take() else { continue };
                    match op {
                        ArithmeticOp::Multiply | ArithmeticOp::Divide => product = Some((operand, op)),
                        ArithmeticOp::Add | ArithmeticOp::Subtract => {
                            let sum = self.applied(total.take(), operand);
                            total = Some((sum, op));
                        }
                    }
                }
                _ => {
                    let signs = std::mem::take(&mut signs);
                    match self.build_signed(&inner, &signs, depth) {
                        Some(operand) => last = Some(self.applied(product.take(), operand)),
                        None => sound = false,
                    }
                }
            }
        }
        let last = last.filter(|_| sound)?;
        Some(self.applied(total, last))
    }

    /// What stands to the left of an operand, and the operand.
    fn applied(&mut self, left: Option<(Operand, ArithmeticOp)>, right: Operand) -> Operand {
        let Some((left, op)) = left else { return right };
        let outer = left.outer.to(right.outer);
        let kind = ExprKind::Arithmetic(op, Box::new(left.expr), Box::new(right.expr));
        Operand { expr: self.expr(outer, kind), outer }
    }

    /// An operand and the signs before it. The innermost sign of a number is part of the literal.
    fn build_signed(&mut self, pair: &Pair<'_, Rule>, signs: &[Span], depth: usize) -> Option<Operand> {
        let outer = self.span_of(pair);
        let mut expr = self.build_primary(pair, depth)?;
        let mut outer = outer;
        for (nth, sign) in signs.iter().rev().enumerate() {
            outer = sign.to(outer);
            let folded = match &expr.kind {
                ExprKind::Literal(kind) if nth == 0 && pair.as_rule() == Rule::literal => negate(kind),
                _ => None,
            };
            expr = match folded {
                Some(kind) => Expr { id: expr.id, span: outer, kind: ExprKind::Literal(kind) },
                None => self.expr(outer, ExprKind::Neg(Box::new(expr))),
            };
        }
        Some(Operand { expr, outer })
    }

    fn build_primary(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Expr> {
        let span = self.span_of(pair);
        let kind = match pair.as_rule() {
            Rule::paren => return self.build_expr(&child(pair, Rule::expr)?, depth),
            Rule::literal => ExprKind::Literal(self.build_literal(pair)?),
            Rule::path => ExprKind::Path(self.build_path(pair)),
            Rule::has_expr => ExprKind::Has(self.build_path(&child(pair, Rule::path)?)),
            Rule::at_least => {
                let depth = self.deeper(pair, depth, 1)?;
                let count_pair = child(pair, Rule::integer)?;
                let count = self.build_integer(&count_pair);
                let of = self.build_list(&child(pair, Rule::list)?, depth);
                ExprKind::AtLeast { count: count?, count_span: self.span_of(&count_pair), of: of? }
            }
            _ => {
                let depth = self.deeper(pair, depth, 1)?;
                let name = self.name(&child(pair, Rule::name)?);
                let args: Vec<Option<Arg>> =
                    children(pair, Rule::arg).map(|arg| self.build_arg(&arg, depth)).collect();
                ExprKind::Call { name, args: args.into_iter().collect::<Option<_>>()? }
            }
        };
        Some(self.expr(span, kind))
    }

    fn build_arg(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Arg> {
        let value = self.build_expr(&child(pair, Rule::expr)?, depth);
        let condition = self.build_clause(pair, Rule::where_clause, depth);
        let by = self.build_clause(pair, Rule::by_clause, depth);
        let over = child(pair, Rule::over_clause).map(|over| self.build_over(&over, depth));
        Some(Arg {
            value: value?,
            condition: condition?,
            by: by?,
            over: over.map_or(Some(None), |over| over.map(Some))?,
        })
    }

    /// The expression of an argument's clause: none if it is broken, `Some(None)` if there is no such clause.
    fn build_clause(&mut self, arg: &Pair<'_, Rule>, rule: Rule, depth: usize) -> Option<Option<Expr>> {
        match child(arg, rule).and_then(|clause| child(&clause, Rule::expr)) {
            Some(expr) => self.build_expr(&expr, depth).map(Some),
            None => Some(None),
        }
    }

    fn build_over(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Over> {
        match child(pair, Rule::kw_stage) {
            Some(stage) => Some(Over::Stage(self.span_of(&stage))),
            None => self
                .build_sum(&child(pair, Rule::sum)?, depth)
                .map(|window| Over::Window(Box::new(window.expr))),
        }
    }

    /// The names of a path, of which there is at least one.
    pub(super) fn build_path(&self, pair: &Pair<'_, Rule>) -> Vec<Name> {
        pair.clone().into_inner().map(|name| self.name(&name)).collect()
    }
}

/// The most signs or `not`s that stand before one operand: each is a level of the tree.
fn longest_run(pair: &Pair<'_, Rule>) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for inner in pair.clone().into_inner() {
        run = if matches!(inner.as_rule(), Rule::minus | Rule::kw_not) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

fn compare_op(symbol: &str) -> CompareOp {
    match symbol {
        "<" => CompareOp::Less,
        "<=" => CompareOp::LessEqual,
        ">" => CompareOp::Greater,
        ">=" => CompareOp::GreaterEqual,
        "==" => CompareOp::Equal,
        _ => CompareOp::NotEqual,
    }
}

fn arithmetic_op(symbol: &str) -> ArithmeticOp {
    match symbol {
        "+" => ArithmeticOp::Add,
        "-" => ArithmeticOp::Subtract,
        "*" => ArithmeticOp::Multiply,
        _ => ArithmeticOp::Divide,
    }
}
