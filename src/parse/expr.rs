//! Expressions: the order of the operators, and how deep they may nest.
//!
//! Every function takes how many levels of the tree are above it, and refuses to go below [`MAX_DEPTH`]. They recurse,
//! so they are short and hand on boxes: what one level takes of the stack counts [`MAX_DEPTH`] times.

use pest::iterators::Pair;

use super::literal::negate;
use super::tree::{Builder, child, children};
use super::{MAX_DEPTH, Rule, errors};
use crate::ast::{
    Arg, ArithmeticOp, CompareOp, Expr, ExprKind, LiteralKind, LogicOp, Name, NamedWindow, Over, Set,
};
use crate::source::Span;
use crate::value;

/// An expression with the place that it takes up, its parentheses included.
struct Operand {
    expr: Box<Expr>,
    outer: Span,
}

impl Builder<'_> {
    /// The depth `levels` further down; none, and an error, if that is too deep.
    fn deeper(&mut self, pair: &Pair<'_, Rule>, depth: usize, levels: usize) -> Option<usize> {
        let depth = depth.saturating_add(levels);
        if depth > MAX_DEPTH {
            let span = self.span_of(pair);
            self.report(errors::too_deep(Span { end: span.start + 1, ..span }));
            return None;
        }
        Some(depth)
    }

    fn boxed(&mut self, span: Span, kind: ExprKind) -> Box<Expr> {
        Box::new(Expr { id: self.ids.next_id(), span, kind })
    }

    pub(super) fn build_expr(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Box<Expr>> {
        let mut inner = pair.clone().into_inner();
        let only = inner.next()?;
        if only.as_rule() == Rule::if_expr {
            return self.build_if_expr(&only, depth);
        }
        if inner.next().is_some() {
            return self.build_logic(pair, depth);
        }
        self.build_comparison(&only, depth)
    }

    fn build_logic(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Box<Expr>> {
        let joins =
            [Rule::kw_and, Rule::kw_or].into_iter().filter(|join| child(pair, *join).is_some()).count();
        let depth = self.deeper(pair, depth, joins + longest_run(pair))?;
        let mut sound = true;
        let mut alternatives: Vec<Vec<Operand>> = Vec::new();
        let mut operands: Vec<Operand> = Vec::new();
        let mut negations: Vec<Span> = Vec::new();
        for inner in pair.clone().into_inner() {
            match inner.as_rule() {
                Rule::kw_not => negations.push(self.span_of(&inner)),
                Rule::kw_or => alternatives.push(std::mem::take(&mut operands)),
                Rule::comparison => {
                    let built = self.build_comparison(&inner, depth);
                    let outer = self.span_of(&inner);
                    sound &= built.is_some();
                    operands.extend(built.map(|expr| self.negated(Operand { expr, outer }, &negations)));
                    negations.clear();
                }
                _ => {}
            }
        }
        if !sound {
            return None;
        }
        alternatives.push(operands);
        let joined: Vec<Operand> = alternatives
            .into_iter()
            .filter_map(|alternative| self.joined(LogicOp::And, alternative))
            .collect();
        self.joined(LogicOp::Or, joined).map(|operand| operand.expr)
    }

    fn negated(&mut self, mut operand: Operand, negations: &[Span]) -> Operand {
        for not in negations.iter().rev() {
            let outer = not.to(operand.outer);
            operand = Operand { expr: self.boxed(outer, ExprKind::Not(operand.expr)), outer };
        }
        operand
    }

    /// One operand as it is, several as one node.
    fn joined(&mut self, op: LogicOp, mut operands: Vec<Operand>) -> Option<Operand> {
        if operands.len() < 2 {
            return operands.pop();
        }
        let outer = operands.first()?.outer.to(operands.last()?.outer);
        let kind = ExprKind::Logic(op, operands.into_iter().map(|operand| *operand.expr).collect());
        Some(Operand { expr: self.boxed(outer, kind), outer })
    }

    fn build_if_expr(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Box<Expr>> {
        let depth = self.deeper(pair, depth, 1)?;
        let mut branches = children(pair, Rule::expr);
        let condition = self.build_expr(&branches.next()?, depth);
        let then = self.build_expr(&branches.next()?, depth);
        let otherwise = self.build_expr(&branches.next()?, depth);
        let span = self.span_of(pair);
        let kind = ExprKind::If { condition: condition?, then: then?, otherwise: otherwise? };
        Some(self.boxed(span, kind))
    }

    fn build_comparison(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Box<Expr>> {
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
        let confident = child(&tail, Rule::with_tail).is_some();
        let depth = self.deeper(pair, depth, 1 + usize::from(confident))?;
        let left_built = self.build_sum(&left, depth);
        match tail.as_rule() {
            Rule::in_tail | Rule::matches_tail => self.build_in(left_built, &left, &tail, depth),
            _ => self.build_compare(left_built, &left, &tail, depth),
        }
    }

    /// `item in set`, `item matches pattern`; `left` is the item's pair.
    fn build_in(
        &mut self,
        item: Option<Operand>,
        left: &Pair<'_, Rule>,
        tail: &Pair<'_, Rule>,
        depth: usize,
    ) -> Option<Box<Expr>> {
        let set = self.build_set(tail, depth)?;
        let negated = child(tail, Rule::kw_not).is_some();
        let span = self.span_of(left).to(self.span_of(tail));
        Some(self.boxed(span, ExprKind::In { item: item?.expr, negated, set }))
    }

    /// `a >= b`, `a >= b with c confidence`; `left` is the pair of a.
    fn build_compare(
        &mut self,
        a: Option<Operand>,
        left: &Pair<'_, Rule>,
        tail: &Pair<'_, Rule>,
        depth: usize,
    ) -> Option<Box<Expr>> {
        let right = child(tail, Rule::sum)?;
        let b = self.build_sum(&right, depth);
        let op = compare_op(child(tail, Rule::compare_op)?.as_str())?;
        let span = self.span_of(left).to(self.span_of(&right));
        let Some(with) = child(tail, Rule::with_tail) else {
            return Some(self.boxed(span, ExprKind::Compare(op, a?.expr, b?.expr)));
        };
        let confidence = self.build_sum(&child(&with, Rule::sum)?, depth)?.expr;
        let population = match child(&with, Rule::of_tail) {
            Some(of) => Some(self.build_sum(&child(&of, Rule::sum)?, depth)?.expr),
            None => None,
        };
        let every_look = child(&with, Rule::every_look).map(|words| self.span_of(&words));
        let claim = self.boxed(span, ExprKind::Compare(op, a?.expr, b?.expr));
        let span = span.to(self.span_of(&with));
        Some(self.boxed(span, ExprKind::With { claim, confidence, population, every_look }))
    }

    /// The place of the operator of a comparison's tail.
    fn tail_operator(&self, tail: &Pair<'_, Rule>) -> Span {
        match (child(tail, Rule::compare_op), child(tail, Rule::kw_not), child(tail, Rule::kw_in)) {
            (_, Some(not), Some(in_)) => self.span_of(&not).to(self.span_of(&in_)),
            (Some(word), _, _) | (_, _, Some(word)) => self.span_of(&word),
            (None, _, None) => {
                child(tail, Rule::kw_matches).map_or_else(|| self.span_of(tail), |word| self.span_of(&word))
            }
        }
    }

    fn build_set(&mut self, tail: &Pair<'_, Rule>, depth: usize) -> Option<Set> {
        if let Some(list) = child(tail, Rule::list) {
            let elements = self.build_list(&list, depth)?;
            return Some(Set::List(elements, self.span_of(&list)));
        }
        let mut ends = children(tail, Rule::sum);
        if tail.as_rule() == Rule::matches_tail {
            let pattern = self.build_sum(&ends.next()?, depth)?;
            return Some(Set::Pattern(pattern.expr));
        }
        let low = self.build_sum(&ends.next()?, depth);
        let Some(high) = ends.next() else {
            return Some(Set::Value(low?.expr));
        };
        let high = self.build_sum(&high, depth);
        Some(Set::Range(low?.expr, high?.expr))
    }

    fn build_list(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Vec<Expr>> {
        let mut elements = Vec::new();
        let mut sound = true;
        for element in children(pair, Rule::expr) {
            match self.build_expr(&element, depth) {
                Some(built) => elements.push(*built),
                None => sound = false,
            }
        }
        sound.then_some(elements)
    }

    fn build_sum(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Operand> {
        let mut inner = pair.clone().into_inner();
        let only = inner.next()?;
        if inner.next().is_some() {
            return self.build_arithmetic(pair, depth);
        }
        self.build_signed(&only, &[], depth)
    }

    /// Arithmetic, `* /` before `+ -`, each from the left.
    fn build_arithmetic(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Operand> {
        let operators = children(pair, Rule::arithmetic_op).count();
        let depth = self.deeper(pair, depth, operators + longest_run(pair))?;
        let mut sound = true;
        let mut total: Option<(Operand, ArithmeticOp)> = None;
        let mut product: Option<(Operand, ArithmeticOp)> = None;
        let mut signs: Vec<Span> = Vec::new();
        let mut last: Option<Operand> = None;
        for inner in pair.clone().into_inner() {
            match (inner.as_rule(), last.take()) {
                (Rule::minus, _) => signs.push(self.span_of(&inner)),
                (Rule::arithmetic_op, Some(operand)) => match arithmetic_op(inner.as_str())? {
                    op @ (ArithmeticOp::Multiply | ArithmeticOp::Divide) => product = Some((operand, op)),
                    op @ (ArithmeticOp::Add | ArithmeticOp::Subtract) => {
                        total = Some((self.applied(total.take(), operand), op));
                    }
                },
                // Behind an operand that was not understood.
                (Rule::arithmetic_op, None) => {}
                _ => {
                    let operand = self.build_signed(&inner, &signs, depth);
                    signs.clear();
                    sound &= operand.is_some();
                    last = operand.map(|operand| self.applied(product.take(), operand));
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
        let kind = ExprKind::Arithmetic(op, left.expr, right.expr);
        Operand { expr: self.boxed(outer, kind), outer }
    }

    /// An operand and the signs before it. The innermost sign of a number is part of the literal.
    fn build_signed(&mut self, pair: &Pair<'_, Rule>, signs: &[Span], depth: usize) -> Option<Operand> {
        let expr = self.build_primary(pair, depth)?;
        let mut operand = Operand { expr, outer: self.span_of(pair) };
        for (nth, sign) in signs.iter().rev().enumerate() {
            operand.outer = sign.to(operand.outer);
            let number = nth == 0 && pair.as_rule() == Rule::literal;
            let folded = if let ExprKind::Literal(kind) = &operand.expr.kind { negate(kind) } else { None };
            match folded.filter(|_| number) {
                Some(kind) => {
                    operand.expr.kind = ExprKind::Literal(kind);
                    operand.expr.span = operand.outer;
                }
                None => operand.expr = self.boxed(operand.outer, ExprKind::Neg(operand.expr)),
            }
        }
        Some(operand)
    }

    fn build_primary(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Box<Expr>> {
        match pair.as_rule() {
            Rule::paren => self.build_expr(&child(pair, Rule::expr)?, depth),
            Rule::call => self.build_call(pair, depth),
            Rule::at_least => self.build_at_least(pair, depth),
            Rule::entry => self.build_entry(pair, depth),
            _ => self.build_leaf(pair),
        }
    }

    fn build_leaf(&mut self, pair: &Pair<'_, Rule>) -> Option<Box<Expr>> {
        let kind = match pair.as_rule() {
            Rule::literal => ExprKind::Literal(self.build_literal(pair)?),
            Rule::has_expr => ExprKind::Has(self.build_path(&child(pair, Rule::path)?)),
            _ => ExprKind::Path(self.build_path(pair)),
        };
        Some(self.boxed(self.span_of(pair), kind))
    }

    /// `floor[tag]`
    fn build_entry(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Box<Expr>> {
        let depth = self.deeper(pair, depth, 1)?;
        let table = self.build_path(&child(pair, Rule::path)?);
        let key = child(pair, Rule::entry_key).and_then(|key| child(&key, Rule::expr))?;
        let key = self.build_expr(&key, depth)?;
        Some(self.boxed(self.span_of(pair), ExprKind::Entry { table, key }))
    }

    fn build_at_least(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Box<Expr>> {
        let depth = self.deeper(pair, depth, 1)?;
        let of = self.build_list(&child(pair, Rule::list)?, depth);
        let written = child(pair, Rule::integer)?;
        let (count, count_span) = (self.build_integer(&written)?, self.span_of(&written));
        Some(self.boxed(self.span_of(pair), ExprKind::AtLeast { count, count_span, of: of? }))
    }

    fn build_call(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Box<Expr>> {
        let depth = self.deeper(pair, depth, 1)?;
        let mut args = Vec::new();
        let mut sound = true;
        for arg in children(pair, Rule::arg) {
            sound &= self.build_arg(&arg, depth, &mut args).is_some();
        }
        let name = self.name(&child(pair, Rule::name).filter(|_| sound)?);
        Some(self.boxed(self.span_of(pair), ExprKind::Call { name, args }))
    }

    fn build_arg(&mut self, pair: &Pair<'_, Rule>, depth: usize, args: &mut Vec<Arg>) -> Option<()> {
        let value = self.build_expr(&child(pair, Rule::expr)?, depth);
        let of = self.build_clause(pair, Rule::of_clause, depth);
        let condition = self.build_clause(pair, Rule::where_clause, depth);
        let among = self.build_clause(pair, Rule::among_clause, depth);
        let by = match child(pair, Rule::by_clause) {
            Some(clause) => {
                let keys = child(&clause, Rule::key_list);
                self.build_list(keys.as_ref().unwrap_or(&clause), depth)
            }
            None => Some(Vec::new()),
        };
        let over = match child(pair, Rule::over_clause) {
            Some(over) => Some(self.build_over(&over, depth)?),
            None => None,
        };
        let of = of?.map(|of| *of);
        let condition = condition?.map(|condition| *condition);
        let among = among?.map(|among| *among);
        let every_look = child(pair, Rule::every_look).map(|words| self.span_of(&words));
        let head = self.head_of(pair);
        args.push(Arg { value: *value?, of, condition, among, by: by?, over, every_look, head });
        Some(())
    }

    /// From an argument's value up to its word `where`.
    fn head_of(&self, arg: &Pair<'_, Rule>) -> Option<Span> {
        let word = child(&child(arg, Rule::where_clause)?, Rule::kw_where)?;
        Some(self.span_of(&child(arg, Rule::expr)?).to(self.span_of(&word)))
    }

    /// The expression of an argument's clause: none if it is broken, `Some(None)` if there is no such clause.
    fn build_clause(&mut self, arg: &Pair<'_, Rule>, rule: Rule, depth: usize) -> Option<Option<Box<Expr>>> {
        match child(arg, rule).and_then(|clause| child(&clause, Rule::expr)) {
            Some(expr) => self.build_expr(&expr, depth).map(Some),
            None => Some(None),
        }
    }

    fn build_over(&mut self, pair: &Pair<'_, Rule>, depth: usize) -> Option<Over> {
        if let Some(word) = child(pair, Rule::named_window) {
            let named = NamedWindow::ALL.into_iter().find(|named| named.as_str() == word.as_str())?;
            return Some(Over::Named(named, self.span_of(&word)));
        }
        if let Some(at_most) = child(pair, Rule::at_most) {
            return Some(Over::AtMost(self.build_sum(&child(&at_most, Rule::sum)?, depth)?.expr));
        }
        if let Some(snapshots) = child(pair, Rule::some_snapshots) {
            return self.build_number_of_snapshots(&snapshots).map(Over::Snapshots);
        }
        Some(Over::Window(self.build_sum(&child(pair, Rule::sum)?, depth)?.expr))
    }

    /// The number that stands before `snapshots`, or the param that holds it.
    fn build_number_of_snapshots(&mut self, pair: &Pair<'_, Rule>) -> Option<Box<Expr>> {
        if let Some(path) = child(pair, Rule::path) {
            return Some(self.boxed(self.span_of(&path), ExprKind::Path(self.build_path(&path))));
        }
        let written = child(pair, Rule::number)?;
        let span = self.span_of(&written);
        match value::parse_number(written.as_str()) {
            Ok(number) => Some(self.boxed(span, ExprKind::Literal(LiteralKind::Number(number)))),
            Err(error) => {
                self.report(errors::bad_number(span, error));
                None
            }
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

fn compare_op(symbol: &str) -> Option<CompareOp> {
    CompareOp::ALL.into_iter().find(|op| op.as_str() == symbol)
}

fn arithmetic_op(symbol: &str) -> Option<ArithmeticOp> {
    Some(match symbol {
        "+" => ArithmeticOp::Add,
        "-" => ArithmeticOp::Subtract,
        "*" => ArithmeticOp::Multiply,
        "/" => ArithmeticOp::Divide,
        _ => return None,
    })
}
