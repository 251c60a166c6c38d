//! Comparisons, plain and with confidence.

use super::{Evaluator, Evidence, Scope};
use crate::ast::{Arg, CompareOp, Expr, ExprKind};
use crate::builtins::counting::{Conditions, Tally, tally};
use crate::builtins::{Sampled, Shape};
use crate::evidence::{Amount, Elapsed, ReasonKind, Reasons, SmallSample, Truth, Word};
use crate::program::Target;
use crate::source::Span;
use crate::stats::{Claim, mean_confidence};
use crate::value::Number;

impl<'a> Evaluator<'a> {
    /// `a op b`
    pub(super) fn compare(&self, op: CompareOp, a: &Evidence<'a>, b: &Evidence<'a>) -> Truth {
        match (a, b) {
            (Evidence::Truth(a), Evidence::Truth(b)) => equality(op, a.equal(b)),
            (Evidence::Word(a), Evidence::Word(b)) => equality(op, a.equal(b)),
            // No stage that is asked for is none of the stages, and neither before nor behind one.
            (Evidence::Word(Word::Known(_)), Evidence::Amount(_))
            | (Evidence::Amount(_), Evidence::Word(Word::Known(_))) => {
                Truth::known(op == CompareOp::NotEqual)
            }
            (Evidence::Calendar(a), Evidence::Calendar(b)) => {
                compare_amounts(op, &Amount::Known((*a).into()), &Amount::Known((*b).into()))
            }
            (Evidence::Elapsed(elapsed), Evidence::Calendar(months)) => {
                compare_calendar(op, elapsed, *months)
            }
            (Evidence::Calendar(months), Evidence::Elapsed(elapsed)) => {
                compare_calendar(op.mirrored(), elapsed, *months)
            }
            (Evidence::Elapsed(a), Evidence::Elapsed(b)) => {
                a.decide(|a| b.decide(|b| compare_amounts(op, &a.seconds(), &b.seconds())))
            }
            (Evidence::Elapsed(elapsed), Evidence::Amount(length)) => {
                self.budget.compares(length, length);
                elapsed.decide(|span| compare_amounts(op, &span.seconds(), length))
            }
            (Evidence::Amount(length), Evidence::Elapsed(elapsed)) => {
                self.budget.compares(length, length);
                elapsed.decide(|span| compare_amounts(op, length, &span.seconds()))
            }
            (a, b) => {
                let (a, b) = (a.clone().into_amount(), b.clone().into_amount());
                self.budget.compares(&a, &b);
                compare_amounts(op, &a, &b)
            }
        }
    }

    /// `claim with confidence`: what the one-sided bounds of the claim's left side show.
    pub(super) fn eval_with(
        &self,
        claim: &'a Expr,
        confidence: &'a Expr,
        population: Option<&'a Expr>,
        scope: Scope<'_, 'a>,
    ) -> Truth {
        let ExprKind::Compare(op, left, right) = &claim.kind else {
            return Truth::Undecided(Reasons::default());
        };
        let confidence = self.amount(confidence, scope);
        let Some(level) = confidence.known() else { return Truth::Undecided(confidence.reasons()) };
        let threshold = self.amount(right, scope);
        let Some(bounds) = threshold.interval() else { return Truth::Undecided(threshold.reasons()) };
        let place = population.and_then(|population| self.span_of(population, scope));
        let population = match self.population(population, scope) {
            Ok(population) => population.map(|count| Population { count, place }),
            Err(reasons) => return Truth::Undecided(reasons),
        };
        let decide = |threshold: &Option<Number>| match threshold {
            Some(threshold) => self.decide_claim(*op, left, threshold, (level, population), scope),
            None => Truth::Undecided(Reasons::default()),
        };
        match (decide(&bounds.low), decide(&bounds.high)) {
            (Truth::Undecided(mut reasons), _) | (_, Truth::Undecided(mut reasons)) => {
                reasons.merge(&threshold.reasons());
                Truth::Undecided(reasons)
            }
            (low, high) if low == high => low,
            _ => Truth::Undecided(threshold.reasons()),
        }
    }

    /// How many a sample is drawn from, where a claim says so; or why that is not known.
    pub(super) fn population(
        &self,
        population: Option<&'a Expr>,
        scope: Scope<'_, 'a>,
    ) -> Result<Option<usize>, Reasons> {
        let Some(population) = population else { return Ok(None) };
        let count = self.amount(population, scope);
        let known = count.known().ok_or_else(|| count.reasons())?;
        // Of a param that is negative there is nobody; of more than can be counted it does not matter how many they are.
        Ok(usize::try_from(known.max(&Number::ZERO).ceil()).ok())
    }

    fn decide_claim(
        &self,
        op: CompareOp,
        left: &'a Expr,
        threshold: &Number,
        (level, population): (&Number, Option<Population>),
        scope: Scope<'_, 'a>,
    ) -> Truth {
        match self.sample(left, scope) {
            Err(reasons) => Truth::Undecided(reasons),
            Ok(Sample::Share(tally)) => {
                let seen = tally.sure_of.max(tally.possible_of);
                if let Some(Population { count: all, place }) = population.filter(|all| seen > all.count) {
                    return Truth::Undecided(Reasons::of(ReasonKind::MoreThanAll { seen, all }, place));
                }
                let population = population.map(|population| population.count);
                let claim = Claim { population, ..share_claim(op, &tally, threshold) };
                match claim.decide(level, &|steps| self.budget.spend(steps)) {
                    // `A < B` is refuted where `A >= B` is shown: both run through the claim made.
                    Some(shown) => Truth::known(shown),
                    None => Truth::Undecided(self.too_few(&claim, &tally, level)),
                }
            }
            Ok(Sample::Mean(values)) if !self.budget.sums(&amounts_of(&values)) => {
                Truth::Undecided(Reasons::default())
            }
            Ok(Sample::Mean(values)) => match mean_confidence(&values, threshold) {
                None => Truth::Undecided(alike(&values)),
                Some(above) => {
                    let confidence = level.to_f64_fast();
                    let (shown, refuted) = match op {
                        CompareOp::Less | CompareOp::LessEqual => {
                            (1.0 - above >= confidence, above >= confidence)
                        }
                        CompareOp::Greater
                        | CompareOp::GreaterEqual
                        | CompareOp::Equal
                        | CompareOp::NotEqual => (above >= confidence, 1.0 - above >= confidence),
                    };
                    let decided = if shown { Some(true) } else { refuted.then_some(false) };
                    Truth::decided(decided, || {
                        too_small(SmallSample::Values { count: values.len(), level: level.clone() })
                    })
                }
            },
        }
    }

    /// `confidence(claim)`: the highest confidence at which it would be yes.
    pub(super) fn eval_confidence(&self, claim: &'a Expr, scope: Scope<'_, 'a>) -> Evidence<'a> {
        let ExprKind::Compare(op, left, right) = &claim.kind else {
            return Evidence::Amount(Amount::Unknown(Reasons::default()));
        };
        let threshold = self.amount(right, scope);
        let Some(threshold) = threshold.known() else {
            return Evidence::Amount(Amount::Unknown(threshold.reasons()));
        };
        Evidence::Amount(match self.sample(left, scope) {
            Err(reasons) => Amount::Unknown(reasons),
            Ok(Sample::Share(tally)) => {
                let claim = share_claim(*op, &tally, threshold);
                let confidence = claim.confidence(&|steps| self.budget.spend(steps));
                confidence.map_or_else(|| Amount::Unknown(Reasons::default()), Amount::Known)
            }
            Ok(Sample::Mean(values)) => {
                let above = mean_confidence(&values, threshold);
                let shown = match op {
                    CompareOp::Less | CompareOp::LessEqual => above.map(|above| 1.0 - above),
                    CompareOp::Greater | CompareOp::GreaterEqual | CompareOp::Equal | CompareOp::NotEqual => {
                        above
                    }
                };
                match shown.and_then(|shown| Number::try_from(shown).ok()) {
                    Some(shown) => Amount::Known(shown),
                    None => Amount::Unknown(alike(&values)),
                }
            }
        })
    }

    fn too_few(&self, claim: &Claim, tally: &Tally, level: &Number) -> Reasons {
        let Tally { sure, sure_of, possible, possible_of, reasons: why } = tally;
        let mut reasons = too_small(SmallSample::Counted {
            sure: *sure,
            sure_of: *sure_of,
            possible: *possible,
            possible_of: *possible_of,
            level: level.clone(),
            population: claim.population,
            further: claim.further(level, &|steps| self.tries.spend(steps)),
        });
        reasons.merge(why);
        reasons
    }

    /// The sample behind a `share(…)` or `mean(…)`, through lets; why there is none, otherwise.
    pub(super) fn sample(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> Result<Sample, Reasons> {
        if let Some(assumed) = self.assumption(expr, scope) {
            return assumed.tally.clone().map(Sample::Share).ok_or_else(Reasons::default);
        }
        let info = self.program.expr(expr.id);
        match (&expr.kind, info.and_then(|info| info.target.as_ref())) {
            (ExprKind::Path(_), Some(Target::Let(index))) => match self.program.lets.get(*index) {
                Some(inner) => self.sample(&inner.decl.value, Scope::at(scope.moment)),
                None => Err(Reasons::default()),
            },
            (ExprKind::Call { args, .. }, Some(Target::Call(builtin))) => {
                match (args.first(), builtin.sampled()) {
                    (Some(arg), Some(Sampled::Share)) => self.share_sample(expr, &builtin.shape, arg, scope),
                    (Some(arg), Some(Sampled::Mean)) => self.mean_sample(expr, arg, scope),
                    (Some(_), None) | (None, _) => Err(Reasons::default()),
                }
            }
            _ => Err(Reasons::default()),
        }
    }

    fn share_sample(
        &self,
        expr: &'a Expr,
        shape: &Shape,
        arg: &'a Arg,
        scope: Scope<'_, 'a>,
    ) -> Result<Sample, Reasons> {
        if let Some(sample) = self.folded_share(shape, arg, scope) {
            return sample.map(Sample::Share);
        }
        if let Some(whole) = &arg.of {
            return self.with_counts(arg, whole, scope, tally)?.map(Sample::Share);
        }
        let asked = self.asked(shape, arg, scope);
        let (list, candidates) = &*asked;
        if let Some(reasons) = &list.unknown {
            return Err(reasons.clone());
        }
        let of_group = self.candidates_of_group(expr, arg, list, candidates, scope)?;
        let (open, empty) = (list.open.as_ref(), || self.empty(arg, list));
        let of = of_group.as_ref().unwrap_or(candidates);
        tally(&Conditions { of, open, empty: &empty }).map(Sample::Share)
    }

    fn mean_sample(&self, expr: &'a Expr, arg: &'a Arg, scope: Scope<'_, 'a>) -> Result<Sample, Reasons> {
        let list = self.arg_list(arg, scope);
        if let Some(reasons) = list.unknown.as_ref().or(list.open.as_ref()) {
            return Err(reasons.clone());
        }
        let candidates = self.candidates(arg, &list, scope);
        let of_group = self.candidates_of_group(expr, arg, &list, &candidates, scope)?;
        let picked = self.picked(&list, of_group.as_ref().unwrap_or(&candidates));
        let values: Option<Vec<Number>> = picked.iter().map(|amount| amount.known().cloned()).collect();
        values.map(Sample::Mean).ok_or_else(|| {
            let mut reasons = Reasons::default();
            picked.iter().for_each(|amount| reasons.merge(&amount.reasons()));
            reasons
        })
    }
}

/// How many a sample is drawn from, and where that is written down.
#[derive(Clone, Copy)]
struct Population {
    count: usize,
    place: Option<Span>,
}

/// What a claim with confidence is made about.
pub(super) enum Sample {
    Share(Tally),
    Mean(Vec<Number>),
}

fn amounts_of(values: &[Number]) -> Vec<Amount> {
    values.iter().cloned().map(Amount::Known).collect()
}

/// The claim as one of «at least» or «more than».
pub(super) fn share_claim(op: CompareOp, tally: &Tally, threshold: &Number) -> Claim {
    let strict = matches!(op, CompareOp::Greater | CompareOp::Less);
    let claim = Claim {
        sure: tally.sure,
        sure_of: tally.sure_of,
        possible: tally.possible,
        possible_of: tally.possible_of,
        threshold: threshold.clone(),
        strict,
        population: None,
    };
    match op {
        CompareOp::Less | CompareOp::LessEqual => claim.about_the_rest(),
        CompareOp::Greater | CompareOp::GreaterEqual | CompareOp::Equal | CompareOp::NotEqual => claim,
    }
}

/// Values without bounds of their mean.
fn alike(values: &[Number]) -> Reasons {
    too_small(SmallSample::Alike { count: values.len() })
}

fn too_small(sample: SmallSample) -> Reasons {
    Reasons::of(ReasonKind::TooFew(sample), None)
}

/// `==` or `!=`, the only comparisons of conditions and words.
fn equality(op: CompareOp, equal: Truth) -> Truth {
    match op {
        CompareOp::Equal => equal,
        CompareOp::NotEqual => equal.negate(),
        CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual => {
            Truth::Undecided(Reasons::default())
        }
    }
}

fn compare_amounts(op: CompareOp, a: &Amount, b: &Amount) -> Truth {
    match op {
        CompareOp::Less => a.less(b),
        CompareOp::LessEqual => a.less_equal(b),
        CompareOp::Greater => b.less(a),
        CompareOp::GreaterEqual => b.less_equal(a),
        CompareOp::Equal => a.equal(b),
        CompareOp::NotEqual => a.equal(b).negate(),
    }
}

/// What has run since `from` against months: the day it runs to against the day on which the months are over.
fn compare_calendar(op: CompareOp, elapsed: &Elapsed, months: i32) -> Truth {
    elapsed.decide(|span| compare_amounts(op, &span.to, &span.anniversary(months)))
}
