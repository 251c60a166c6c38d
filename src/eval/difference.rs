//! Differences of two samples: `share(a …) - share(b …) >= -5% with 90% confidence`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::claim::{JudgedSample, Sample, count_of, is_at_most, too_small};
use super::look_back::LookedAt;
use super::pool::element_key;
use super::{Evaluator, Scope};
use crate::ast::{Arg, ArithmeticOp, CompareOp, Expr, ExprKind};
use crate::builtins::series::Along;
use crate::builtins::{Builtin, Shape};
use crate::evidence::{ReasonKind, Reasons, SmallSample, Truth};
use crate::program::Target;
use crate::source::Span;
use crate::stats::{Hits, MeanDifference, ShareDifference};
use crate::value::{Number, Record};

/// Two samples of which one is taken from the other, and what their difference is held against.
pub(super) enum Difference {
    /// Two shares, and whether the second of the comparison comes first.
    Shares(ShareDifference, bool),
    Means {
        a: Vec<Number>,
        b: Vec<Number>,
        margin: Number,
    },
}

/// What makes an element the same as one of another sample.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'a> {
    Key(Cow<'a, str>),
    /// An element without a key, in its snapshot.
    Element(*const Record),
    /// A value of a snapshot.
    Value(usize, Option<Span>),
}

impl Difference {
    /// `A − B <= margin` as `B − A >= −margin`.
    fn turned_round(self) -> Self {
        match self {
            Self::Shares(shares, turned) => Self::Shares(shares.turned_round(), !turned),
            Self::Means { a, b, margin } => Self::Means { a: b, b: a, margin: -margin },
        }
    }

    fn decide(&self, confidence: &Number) -> Option<bool> {
        match self {
            Self::Shares(shares, _) => shares.decide(confidence),
            Self::Means { a, b, margin } => MeanDifference::new(a, b, margin)?.decide(confidence),
        }
    }

    /// Why there are no bounds: too few values on a side, or all alike.
    pub(super) fn without_bounds(&self) -> Reasons {
        match self {
            Self::Shares(..) => Reasons::default(),
            Self::Means { a, b, .. } => too_small(SmallSample::Alike { count: a.len().min(b.len()) }),
        }
    }

    /// The highest confidence at which it would be shown; none where there are no bounds.
    pub(super) fn confidence(&self) -> Option<Number> {
        let confidence = match self {
            Self::Shares(shares, _) => shares.confidence()?,
            Self::Means { a, b, margin } => MeanDifference::new(a, b, margin)?.confidence,
        };
        Number::try_from(confidence).ok()
    }
}

impl<'a> Evaluator<'a> {
    /// The two sides of an expression that takes one from another, through lets.
    pub(super) fn sides_of_difference(&self, expr: &'a Expr) -> Option<(&'a Expr, &'a Expr)> {
        match (&expr.kind, self.program.expr(expr.id)?.target.as_ref()) {
            (ExprKind::Arithmetic(ArithmeticOp::Subtract, a, b), _) => Some((a, b)),
            (ExprKind::Path(_), Some(Target::Let(index))) => {
                self.sides_of_difference(&self.program.lets.get(*index)?.decl.value)
            }
            _ => None,
        }
    }

    /// What a comparison says of the difference of two samples; why nothing can be said of it, otherwise.
    pub(super) fn difference(
        &self,
        op: CompareOp,
        (left, right): (&'a Expr, &'a Expr),
        margin: &Number,
        scope: Scope<'_, 'a>,
    ) -> Result<Difference, Reasons> {
        let a = self.drawn(left, scope)?;
        let b = self.drawn(right, scope)?;
        self.refuse_shared(&a, &b)?;
        let margin = margin.clone();
        let difference = match (a.sample, b.sample) {
            (Sample::Share(a), Sample::Share(b)) => {
                let shares = ShareDifference {
                    a_low: Hits { good: a.sure, of: a.sure_of },
                    a_high: Hits { good: a.possible, of: a.possible_of },
                    b_low: Hits { good: b.sure, of: b.sure_of },
                    b_high: Hits { good: b.possible, of: b.possible_of },
                    margin,
                };
                Difference::Shares(shares, false)
            }
            (Sample::Mean(a), Sample::Mean(b)) => Difference::Means { a: a.known()?, b: b.known()?, margin },
            // The checker takes two of one kind.
            (Sample::Share(_), Sample::Mean(_)) | (Sample::Mean(_), Sample::Share(_)) => {
                return Err(Reasons::default());
            }
        };
        Ok(if is_at_most(op) { difference.turned_round() } else { difference })
    }

    pub(super) fn decide_difference(
        &self,
        difference: &Difference,
        (level, judged): (&Number, JudgedSample),
    ) -> Truth {
        let looks = judged.looks;
        let confidence = Number::ONE - looks.alpha(level);
        Truth::decided(difference.decide(&confidence), || {
            let level = level.clone();
            too_small(match difference {
                Difference::Shares(shares, turned) => {
                    let next = Number::ONE - looks.next().alpha(&level);
                    let further = shares.further(&next, *turned);
                    let shares = if *turned { shares.turned_round() } else { shares.clone() };
                    let (a, b) =
                        (count_of(shares.a_low, shares.a_high), count_of(shares.b_low, shares.b_high));
                    SmallSample::Shares { a, b, level, looks, further }
                }
                Difference::Means { a, b, margin } => match MeanDifference::new(a, b, margin) {
                    Some(_) => SmallSample::Means { a: a.len(), b: b.len(), level, looks },
                    None => return difference.without_bounds(),
                },
            })
        })
    }

    /// The sample that one side of a difference is taken of, here or where it looks back to, and what is in it.
    fn drawn(&self, side: &'a Expr, scope: Scope<'_, 'a>) -> Result<SampleDrawn<'a>, Reasons> {
        let Some((builtin, call)) = self.called(side) else { return Err(Reasons::default()) };
        let ExprKind::Call { args, .. } = &call.kind else { return Err(Reasons::default()) };
        let Some(arg) = args.first() else { return Err(Reasons::default()) };
        if let Shape::Along(Along::Snapshot(which)) = &builtin.shape {
            return match self.looked_at(*which, arg, scope) {
                LookedAt::At(at) => {
                    self.drawn(&arg.value, Scope::at(self.moment_of(at, scope.moment.judged)))
                }
                LookedAt::Open(reasons) => Err(reasons),
                LookedAt::Nowhere => Err(self.eval(side, scope).reasons()),
            };
        }
        // A let sees no element around its name.
        let scope = if call.id == side.id { scope } else { Scope::at(scope.moment) };
        let sample = self.sample(call, scope)?;
        Ok(SampleDrawn { sample, members: self.members(builtin, call, scope)? })
    }

    /// What is, or may be, in the sample of a call.
    fn members(
        &self,
        builtin: &Builtin,
        call: &'a Expr,
        scope: Scope<'_, 'a>,
    ) -> Result<Members<'a>, Reasons> {
        let ExprKind::Call { args, .. } = &call.kind else { return Err(Reasons::default()) };
        let Some(arg) = args.first() else { return Err(Reasons::default()) };
        if let Some(whole) = &arg.of {
            return Ok(self.members_of_counts(arg, whole, scope));
        }
        let list = self.aggregated_list(&builtin.shape, arg, scope);
        let candidates = self.candidates_for(&builtin.shape, arg, &list, scope);
        let of_group = self.candidates_of_group(call, arg, &list, &candidates, scope)?;
        let takes_all = matches!(builtin.shape, Shape::Counting(_));
        let value = self.program.list_behind(&arg.value);
        let key = self.key_of_list(value);
        let mut elements = HashMap::new();
        for (item, candidate) in list.items.iter().zip(of_group.as_ref().unwrap_or(&candidates)) {
            let asked = if takes_all { &candidate.member } else { &candidate.good };
            if *asked == Truth::No {
                continue;
            }
            let record = item.element().map(|element| element.newest);
            let named = key.as_ref().zip(record).and_then(|(key, record)| element_key(record, key.field));
            let identity = match (named, record) {
                (Some(key), _) => Identity::Key(key),
                (None, Some(record)) => Identity::Element(record),
                (None, None) => Identity::Value(item.at, item.span.filter(|_| self.is_pooled(value))),
            };
            elements.insert(identity, 1);
        }
        self.budget.spend(elements.len());
        Ok(Members { from: self.way_to_list(value), elements, name: Arc::from(&*list.name) })
    }

    /// All that was counted in a snapshot is in a sample of counts, or none of it.
    fn members_of_counts(&self, arg: &'a Arg, whole: &'a Expr, scope: Scope<'_, 'a>) -> Members<'a> {
        let counted = self.snapshots_counted(arg, scope).into_iter();
        let all = |then| self.amount(whole, then).known().and_then(|all| usize::try_from(all.floor()).ok());
        let elements =
            counted.map(|(at, then)| (Identity::Value(at, None), all(then).unwrap_or(1))).collect();
        let from = match self.program.expr(whole.id).and_then(|info| info.target.as_ref()) {
            Some(Target::Field(path)) => Some(&*path.steps),
            _ => None,
        };
        Members { from, elements, name: Arc::from(self.sources.text(whole.span)) }
    }

    /// The way to the first list that a path leads to or through; none for anything else.
    fn way_to_list(&self, value: &Expr) -> Option<&'a [usize]> {
        match &self.program.expr(value.id)?.target {
            Some(Target::Field(path) | Target::JudgedField(path)) => {
                Some(self.program.vocabulary.first_list(&path.steps)?.0)
            }
            _ => None,
        }
    }

    /// An element in both samples, or perhaps in both, would be compared with itself.
    fn refuse_shared(&self, a: &SampleDrawn<'a>, b: &SampleDrawn<'a>) -> Result<(), Reasons> {
        if a.members.from != b.members.from {
            return Ok(());
        }
        let in_both =
            |(element, count): (&Identity<'a>, &usize)| Some(*b.members.elements.get(element)?.min(count));
        let count: usize = a.members.elements.iter().filter_map(in_both).sum();
        if count == 0 {
            return Ok(());
        }
        Err(Reasons::of(ReasonKind::InBoth { count, list: a.members.name.clone() }, None))
    }
}

/// A sample and what is in it.
struct SampleDrawn<'a> {
    sample: Sample,
    members: Members<'a>,
}

/// What is, or may be, in a sample.
struct Members<'a> {
    /// The way to its list; none where it is one of values of snapshots.
    from: Option<&'a [usize]>,
    /// Each with how many were counted as one.
    elements: HashMap<Identity<'a>, usize>,
    name: Arc<str>,
}
