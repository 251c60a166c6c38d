//! What the form of a quotient says: that a part is at most the whole. Knows no range but those of what is checked already.

use super::Checker;
use crate::ast::{ArithmeticOp, Expr, ExprId, ExprKind, Marked as _, TreeMark};
use crate::builtins::Shape;
use crate::builtins::counting::{Counting, Tallied};
use crate::interval::Interval;
use crate::program::Target;
use crate::source::Span;
use crate::value::Number;

/// Nodes of an expression that is compared with another one.
const MAX_NODES: usize = 64;

impl Checker<'_> {
    /// Whether a quotient is of a part and its whole: `a / (a + b)` of what is never negative, or `count(L where P) / count(L)`.
    pub(super) fn is_part_of_whole(&self, part: &Expr, whole: &Expr) -> bool {
        self.is_summand(part, whole) || self.is_counted_among(part, whole)
    }

    fn is_summand(&self, part: &Expr, whole: &Expr) -> bool {
        let mut whole = self.unfolded(whole);
        if !matches!(whole.kind, ExprKind::Arithmetic(ArithmeticOp::Add, ..)) {
            return false;
        }
        let mut summands = Vec::new();
        while let ExprKind::Arithmetic(ArithmeticOp::Add, left, right) = &whole.kind {
            summands.push(&**right);
            whole = left;
        }
        summands.push(whole);
        summands.len() <= MAX_NODES
            && summands.iter().all(|summand| self.is_never_negative(summand))
            && summands.iter().any(|summand| self.is_same(part, summand))
    }

    fn is_never_negative(&self, expr: &Expr) -> bool {
        self.range(expr).low.is_some_and(|low| low >= Number::ZERO)
    }

    /// Whether both count the same, the one with a `where` and the other one without.
    fn is_counted_among(&self, part: &Expr, whole: &Expr) -> bool {
        let (part, whole) = (self.unfolded(part), self.unfolded(whole));
        if !self.counts(part) || !self.counts(whole) || !is_short(part) {
            return false;
        }
        let mut all = part.clone();
        if let ExprKind::Call { args, .. } = &mut all.kind {
            let mut conditions = args.iter_mut().map(|arg| {
                (arg.among, arg.head) = (None, None);
                arg.condition.take()
            });
            if !conditions.any(|condition| condition.is_some()) {
                return false;
            }
        }
        self.means_the_same(&all, whole)
    }

    fn counts(&self, expr: &Expr) -> bool {
        let target = self.info(expr.id).and_then(|info| info.target.as_ref());
        if let Some(Target::Call(builtin)) = target {
            matches!(builtin.shape, Shape::Counting(Counting { tallied: Tallied::Number(_), .. }))
        } else {
            false
        }
    }

    /// Whether two expressions have the same value wherever they are judged, as far as that can be seen.
    fn is_same(&self, left: &Expr, right: &Expr) -> bool {
        self.means_the_same(left, right) || self.means_the_same(self.unfolded(left), self.unfolded(right))
    }

    /// Whether two expressions are written alike, and each name in them stands for the same.
    fn means_the_same(&self, left: &Expr, right: &Expr) -> bool {
        if !is_short(left) || !is_short(right) || bare(left) != bare(right) {
            return false;
        }
        let (mut lefts, mut rights) = (vec![left], vec![right]);
        while let (Some(left), Some(right)) = (lefts.pop(), rights.pop()) {
            let target = |expr: &Expr| self.info(expr.id).map(|info| &info.target);
            let names = matches!(left.kind, ExprKind::Path(_) | ExprKind::Has(_));
            if names && (target(left).is_none() || target(left) != target(right)) {
                return false;
            }
            lefts.extend(left.children());
            rights.extend(right.children());
        }
        true
    }

    /// What stands behind a name, where it is a let.
    pub(super) fn unfolded<'e>(&'e self, expr: &'e Expr) -> &'e Expr {
        let mut expr = expr;
        while let Some(Target::Let(index)) = self.info(expr.id).and_then(|info| info.target.as_ref()) {
            let Some(entry) = self.names.lets.get(*index) else { break };
            expr = &entry.decl.value;
        }
        expr
    }
}

/// From nothing to the whole.
pub(super) fn part_of_whole() -> Interval {
    Interval::new(Number::ZERO, Number::ONE)
}

/// The words of an expression, whatever the blanks between them; none of one that is long.
pub(super) fn written_alike(expr: &Expr) -> Option<String> {
    is_short(expr).then(|| format!("{:?}", bare(expr)))
}

fn is_short(expr: &Expr) -> bool {
    let (mut rest, mut nodes) = (vec![expr], 0);
    while let Some(expr) = rest.pop() {
        nodes += 1;
        if nodes > MAX_NODES {
            return false;
        }
        rest.extend(expr.children());
    }
    true
}

/// An expression without places and ids.
fn bare(expr: &Expr) -> Expr {
    let mut bare = expr.clone();
    bare.each_mark(&mut |mark| match mark {
        TreeMark::Span(span) => *span = Span::default(),
        TreeMark::Id(id) => *id = ExprId(0),
    });
    bare
}
