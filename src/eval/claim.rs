//! Claims with confidence: what the samples behind them show, at this look or at every look.

use super::{Evaluator, Evidence, Scope};
use crate::ast::{Arg, CompareOp, Expr, ExprKind};
use crate::builtins::counting::{Conditions, Tally, tally};
use crate::builtins::{Builtin, Sampled, Shape};
use crate::evidence::{
    Amount, Further, Looking, ReasonKind, Reasons, SampleCount, SampleOwner, SmallSample, Truth,
};
use crate::interval::Interval;
use crate::program::Target;
use crate::source::Span;
use crate::stats::{Claim, Hits, MAX_BOUNDED_SAMPLE, MeanClaim, mean_confidence};
use crate::value::Number;

/// What a claim says of its sample, behind its confidence.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    /// How many it is drawn from.
    pub(super) population: Option<&'a Expr>,
    /// Whether it is looked at again in each snapshot.
    pub(super) every_look: bool,
}

impl<'a> Terms<'a> {
    /// Those within `confidence(…)`.
    pub(super) fn of_call(arg: &'a Arg) -> Self {
        Self { population: arg.of.as_ref(), every_look: arg.every_look.is_some() }
    }
}

/// How a sample is judged: the terms of its claim, where it is judged.
#[derive(Clone, Copy)]
pub(super) struct JudgedSample {
    pub(super) population: Option<Population>,
    pub(super) looks: Looking,
}

impl JudgedSample {
    /// Of no known population, at one look.
    pub(super) const ONCE: Self = Self { population: None, looks: Looking::Once };

    /// How many the sample is drawn from, where it is of so few.
    pub(super) fn drawn_from(&self) -> Option<usize> {
        self.population.map(|population| population.count)
    }

    /// Whether what is seen can be drawn from what there is; why not, otherwise.
    fn holds(&self, tally: &Tally) -> Result<(), Reasons> {
        let seen = tally.sure_of.max(tally.possible_of);
        match self.population.filter(|all| seen > all.count) {
            Some(Population { count: all, place }) => {
                Err(Reasons::of(ReasonKind::MoreThanAll { seen, all }, place))
            }
            None => Ok(()),
        }
    }
}

/// How many a sample is drawn from, and where that is written down.
#[derive(Clone, Copy)]
pub(super) struct Population {
    count: usize,
    place: Option<Span>,
}

/// What a claim with confidence is made about.
pub(super) enum Sample {
    Share(Tally),
    Mean(MeanSample),
}

/// Values whose mean is taken.
pub(super) struct MeanSample {
    /// Those that are missing lie within the range.
    values: Vec<Amount>,
    /// The declared range of their field, where it has two ends.
    range: Option<Interval>,
}

impl MeanSample {
    /// The values, where all are known.
    pub(super) fn known(&self) -> Result<Vec<Number>, Reasons> {
        let values: Option<Vec<Number>> = self.values.iter().map(|amount| amount.known().cloned()).collect();
        values.ok_or_else(|| self.reasons())
    }

    fn reasons(&self) -> Reasons {
        let mut reasons = Reasons::default();
        self.values.iter().for_each(|amount| reasons.merge(&amount.reasons()));
        reasons
    }

    /// The claim about the mean of values of a declared range, at every look; why there is none, otherwise.
    fn claim(&self, op: CompareOp, threshold: &Number) -> Result<MeanClaim, Reasons> {
        let claim = self.bounded(op, threshold).ok_or_else(|| self.reasons())?;
        let count = self.values.len();
        if count > MAX_BOUNDED_SAMPLE {
            return Err(too_small(SmallSample::TooMany { count, most: MAX_BOUNDED_SAMPLE }));
        }
        Ok(claim)
    }

    /// The same of any number of values; none where a value may be anything.
    fn bounded(&self, op: CompareOp, threshold: &Number) -> Option<MeanClaim> {
        let (least, most) =
            self.range.as_ref().and_then(|range| range.low.as_ref().zip(range.high.as_ref()))?;
        let ends = |amount: &Amount| amount.interval().and_then(|ends| ends.low.zip(ends.high));
        let (low, high): (Vec<Number>, Vec<Number>) =
            self.values.iter().map(ends).collect::<Option<Vec<_>>>()?.into_iter().unzip();
        let strict = matches!(op, CompareOp::Greater | CompareOp::Less);
        let claim = MeanClaim::new(&low, &high, (least, most), threshold, strict)?;
        Some(if is_at_most(op) { claim.about_the_rest() } else { claim })
    }
}

impl<'a> Evaluator<'a> {
    /// `claim with confidence`: what the one-sided bounds of the claim's left side show.
    pub(super) fn eval_with(
        &self,
        claim: &'a Expr,
        confidence: &'a Expr,
        terms: Terms<'a>,
        scope: Scope<'_, 'a>,
    ) -> Truth {
        let ExprKind::Compare(op, left, right) = &claim.kind else {
            return Truth::Undecided(Reasons::default());
        };
        let confidence = self.amount(confidence, scope);
        let Some(level) = confidence.known() else { return Truth::Undecided(confidence.reasons()) };
        let threshold = self.amount(right, scope);
        let Some(bounds) = threshold.interval() else { return Truth::Undecided(threshold.reasons()) };
        let judged = match self.judged(left, terms, scope) {
            Ok(judged) => judged,
            Err(reasons) => return Truth::Undecided(reasons),
        };
        let decide = |threshold: &Option<Number>| match threshold {
            Some(threshold) => self.decide_claim(*op, left, threshold, (level, judged), scope),
            None => Truth::Undecided(Reasons::default()),
        };
        match (decide(&bounds.low), decide(&bounds.high)) {
            (Truth::Undecided(reasons), _) | (_, Truth::Undecided(reasons)) => {
                let mut reasons = reasons.with_owner(&self.owner_of_sample(left, scope));
                reasons.merge(&threshold.reasons());
                Truth::Undecided(reasons)
            }
            (low, high) if low == high => low,
            _ => Truth::Undecided(threshold.reasons()),
        }
    }

    /// Whose the samples are that are looked at here.
    fn owner_of_sample(&self, left: &Expr, scope: Scope<'_, 'a>) -> SampleOwner {
        let item = scope.element.map(|frame| frame.item);
        let group = item.and_then(|item| Some(self.group_name(item, item.group.as_ref()?).keys));
        let (date, claim) = (self.day(scope.moment.at), self.quoted(left));
        SampleOwner { date, group: group.unwrap_or_default(), claim }
    }

    /// How the sample of a claim's left side is judged; or why that is not known.
    pub(super) fn judged(
        &self,
        left: &'a Expr,
        terms: Terms<'a>,
        scope: Scope<'_, 'a>,
    ) -> Result<JudgedSample, Reasons> {
        let population = match terms.population {
            Some(population) => {
                let count = self.amount(population, scope);
                let known = count.known().ok_or_else(|| count.reasons())?;
                // Less than none is nobody; of more than can be counted it does not matter how many.
                let count = usize::try_from(known.max(&Number::ZERO).ceil()).ok();
                count.map(|count| Population { count, place: self.span_of(population, scope) })
            }
            None => None,
        };
        let looks = if !terms.every_look {
            Looking::Once
        } else if terms.population.is_none() && self.only_grows(left, scope) {
            Looking::Growing
        } else {
            let moment = scope.moment;
            // Of what looks at an element nobody knows what it was at earlier snapshots: each of them counts.
            Looking::Nth(match scope.element {
                Some(_) => moment.at + 1 - self.stage_entry(moment.at),
                None => self.looks_of(left, moment).max(1),
            })
        };
        Ok(JudgedSample { population, looks })
    }

    /// Whether a sample only grows from look to look, and is one of those that there is evidence of at every look.
    fn only_grows(&self, left: &'a Expr, scope: Scope<'_, 'a>) -> bool {
        let Some((builtin, call)) = self.called(left) else { return false };
        let ExprKind::Call { args, .. } = &call.kind else { return false };
        let Some(arg) = args.first() else { return false };
        let has_evidence = match builtin.sampled() {
            Some(Sampled::Share) => true,
            Some(Sampled::Mean) => self.declared_ends(&arg.value).is_some(),
            None => false,
        };
        // What looks at an element around it is another sample at another snapshot.
        let alone = scope.element.is_none() || self.program.stands_alone(arg);
        let begun = self.snapshots.first().map_or(i64::MIN, |_| self.day(0).day_number());
        // What is swept has one value on all days.
        let is_settled = |param| self.swept_value(param).is_some() || self.settings.is_settled(param, begun);
        has_evidence && alone && self.program.grows(arg, &is_settled)
    }

    /// Whether the bounds of a claim's left side are approximate.
    pub(super) fn is_approximate(&self, left: &'a Expr, every_look: bool, scope: Scope<'_, 'a>) -> bool {
        let of_mean = || self.called(left).is_some_and(|(of, _)| of.sampled() == Some(Sampled::Mean));
        self.sides_of_difference(left).is_some() || of_mean() && !(every_look && self.only_grows(left, scope))
    }

    /// Whether an expression is the confidence of a claim whose bounds are approximate, through lets.
    pub(super) fn is_approximate_confidence(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> bool {
        let Some((Builtin { shape: Shape::Confidence, .. }, call)) = self.called(expr) else { return false };
        let ExprKind::Call { args, .. } = &call.kind else { return false };
        let Some(Arg { value, every_look, .. }) = args.first() else { return false };
        let ExprKind::Compare(_, left, _) = &value.kind else { return false };
        self.is_approximate(left, every_look.is_some(), scope)
    }

    fn decide_claim(
        &self,
        op: CompareOp,
        left: &'a Expr,
        threshold: &Number,
        (level, judged): (&Number, JudgedSample),
        scope: Scope<'_, 'a>,
    ) -> Truth {
        if let Some(sides) = self.sides_of_difference(left) {
            return match self.difference(op, sides, threshold, scope) {
                Ok(difference) => self.decide_difference(&difference, (level, judged)),
                Err(reasons) => Truth::Undecided(reasons),
            };
        }
        match self.sample(left, scope) {
            Err(reasons) => Truth::Undecided(reasons),
            Ok(Sample::Share(tally)) => {
                if let Err(reasons) = judged.holds(&tally) {
                    return Truth::Undecided(reasons);
                }
                let claim = share_claim(op, &tally, threshold, judged);
                match claim.decide(level, &|steps| self.budget.spend(steps)) {
                    // `A < B` is refuted where `A >= B` is shown: both run through the claim made.
                    Some(shown) => Truth::known(shown),
                    None => Truth::Undecided(self.too_few(&claim, &tally, level)),
                }
            }
            Ok(Sample::Mean(sample)) if !self.budget.sums(&sample.values) => {
                Truth::Undecided(sample.reasons())
            }
            Ok(Sample::Mean(sample)) if judged.looks == Looking::Growing => {
                self.decide_growing_mean(op, &sample, threshold, level)
            }
            Ok(Sample::Mean(sample)) => match sample.known() {
                Err(reasons) => Truth::Undecided(reasons),
                Ok(values) => decide_mean(op, &values, threshold, level, judged.looks),
            },
        }
    }

    /// The evidence about the mean of values of a declared range, at every look.
    fn decide_growing_mean(
        &self,
        op: CompareOp,
        sample: &MeanSample,
        threshold: &Number,
        level: &Number,
    ) -> Truth {
        let claim = match sample.claim(op, threshold) {
            Ok(claim) => claim,
            Err(reasons) => return Truth::Undecided(reasons),
        };
        let count = sample.values.len();
        // No values have no mean, not even within its range.
        let decide = || claim.decide_at_every_look(level, &|steps| self.budget.spend(steps));
        Truth::decided(if count == 0 { None } else { decide() }, || {
            let further = claim.further_at_every_look(level, &self.tries.part());
            let looks = Looking::Growing;
            let mut reasons = too_small(SmallSample::Values { count, level: level.clone(), looks, further });
            reasons.merge(&sample.reasons());
            reasons
        })
    }

    /// `confidence(claim)`: the highest confidence at which it would be yes.
    pub(super) fn eval_confidence(&self, arg: &'a Arg, scope: Scope<'_, 'a>) -> Evidence<'a> {
        Evidence::Amount(self.confidence(arg, scope).unwrap_or_else(Amount::Unknown))
    }

    fn confidence(&self, arg: &'a Arg, scope: Scope<'_, 'a>) -> Result<Amount, Reasons> {
        let ExprKind::Compare(op, left, right) = &arg.value.kind else { return Err(Reasons::default()) };
        let terms = Terms::of_call(arg);
        let threshold = self.amount(right, scope);
        let Some(threshold) = threshold.known() else { return Err(threshold.reasons()) };
        let judged = self.judged(left, terms, scope)?;
        if let Some(sides) = self.sides_of_difference(left) {
            let difference = self.difference(*op, sides, threshold, scope)?;
            let shown = difference.confidence().ok_or_else(|| difference.without_bounds())?;
            return Ok(Amount::Known(judged.looks.confidence(shown)));
        }
        let spend = |steps: usize| self.budget.spend(steps);
        let found = match self.sample(left, scope)? {
            Sample::Share(tally) => {
                judged.holds(&tally)?;
                share_claim(*op, &tally, threshold, judged).confidence(&spend)
            }
            Sample::Mean(sample) if judged.looks == Looking::Growing && !sample.values.is_empty() => {
                sample.claim(*op, threshold)?.confidence_at_every_look(&spend)
            }
            Sample::Mean(sample) => {
                let values = sample.known()?;
                let above = mean_confidence(&values, threshold).ok_or_else(|| alike(&values))?;
                let shown = if is_at_most(*op) { 1.0 - above } else { above };
                Number::try_from(shown).ok().map(|shown| judged.looks.confidence(shown))
            }
        };
        found.map(Amount::Known).ok_or_else(Reasons::default)
    }

    fn too_few(&self, claim: &Claim, tally: &Tally, level: &Number) -> Reasons {
        let mut reasons = too_small(SmallSample::Counted {
            seen: seen(tally),
            level: level.clone(),
            population: claim.population,
            looks: claim.looks,
            further: claim.further(level, &self.tries.part()),
        });
        reasons.merge(&tally.reasons);
        reasons
    }

    /// The sample that a `share(…)` or `mean(…)` is taken of, also where a let stands for it; or why there is none.
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
            (ExprKind::Path(_), Some(Target::Field(path) | Target::JudgedField(path))) => {
                self.field_sample(expr, path, scope).map(Sample::Share)
            }
            (ExprKind::Call { args, .. }, Some(Target::Call(builtin))) => {
                match (args.first(), builtin.sampled()) {
                    (Some(arg), Some(Sampled::Share)) => {
                        let sample = || self.share_sample(expr, &builtin.shape, arg, scope);
                        self.sampled_once(expr, scope, sample).map(Sample::Share)
                    }
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
    ) -> Result<Tally, Reasons> {
        if let Some(sample) = self.folded_share(shape, arg, scope) {
            return sample;
        }
        if let Some(whole) = &arg.of {
            return self.with_counts(arg, whole, scope, tally)?;
        }
        let asked = self.asked(shape, arg, scope);
        let (list, candidates) = &*asked;
        if let Some(reasons) = &list.unknown {
            return Err(reasons.clone());
        }
        let of_group = self.candidates_of_group(expr, arg, list, candidates, scope)?;
        let (open, empty) = (list.open.as_ref(), || self.empty(arg, list));
        let of = of_group.as_ref().unwrap_or(candidates);
        tally(&Conditions { of, open, empty: &empty })
    }

    fn mean_sample(&self, expr: &'a Expr, arg: &'a Arg, scope: Scope<'_, 'a>) -> Result<Sample, Reasons> {
        let list = self.arg_list(arg, scope);
        if let Some(reasons) = list.unknown.as_ref().or(list.open.as_ref()) {
            return Err(reasons.clone());
        }
        let candidates = self.candidates(arg, &list, scope);
        let of_group = self.candidates_of_group(expr, arg, &list, &candidates, scope)?;
        let of = list.items.iter().zip(of_group.as_ref().unwrap_or(&candidates));
        let range = self.declared_ends(&arg.value).cloned();
        Ok(Sample::Mean(MeanSample { values: self.numbers(arg, of), range }))
    }
}

/// The claim as one of «at least» or «more than».
pub(super) fn share_claim(op: CompareOp, tally: &Tally, threshold: &Number, judged: JudgedSample) -> Claim {
    let claim = Claim {
        sure: tally.sure,
        sure_of: tally.sure_of,
        possible: tally.possible,
        possible_of: tally.possible_of,
        threshold: threshold.clone(),
        strict: matches!(op, CompareOp::Greater | CompareOp::Less),
        population: judged.population.map(|population| population.count),
        looks: judged.looks,
    };
    if is_at_most(op) { claim.about_the_rest() } else { claim }
}

/// What Student's t shows of the mean of values.
fn decide_mean(
    op: CompareOp,
    values: &[Number],
    threshold: &Number,
    level: &Number,
    looks: Looking,
) -> Truth {
    let Some(above) = mean_confidence(values, threshold) else { return Truth::Undecided(alike(values)) };
    let needed = (Number::ONE - looks.alpha(level)).to_f64_fast();
    let (shown, refuted) = if is_at_most(op) { (1.0 - above, above) } else { (above, 1.0 - above) };
    let decided = if shown >= needed { Some(true) } else { (refuted >= needed).then_some(false) };
    Truth::decided(decided, || {
        let further = Further::Unsought;
        too_small(SmallSample::Values { count: values.len(), level: level.clone(), looks, further })
    })
}

pub(super) fn is_at_most(op: CompareOp) -> bool {
    match op {
        CompareOp::Less | CompareOp::LessEqual => true,
        CompareOp::Greater | CompareOp::GreaterEqual | CompareOp::Equal | CompareOp::NotEqual => false,
    }
}

/// So many good ones of a sample, where as few as possible are good and where as many as possible are.
pub(super) fn count_of(low: Hits, high: Hits) -> SampleCount {
    SampleCount { sure: low.good, sure_of: low.of, possible: high.good, possible_of: high.of }
}

/// What a tally has seen of a sample.
fn seen(tally: &Tally) -> SampleCount {
    let Tally { sure, sure_of, possible, possible_of, reasons: _ } = *tally;
    SampleCount { sure, sure_of, possible, possible_of }
}

/// Values without bounds of their mean.
fn alike(values: &[Number]) -> Reasons {
    too_small(SmallSample::Alike { count: values.len() })
}

pub(super) fn too_small(sample: SmallSample) -> Reasons {
    Reasons::of(ReasonKind::TooFew { sample, of: None }, None)
}
