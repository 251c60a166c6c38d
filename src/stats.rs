//! Confidence bounds: whether a sample shows that a proportion or a mean reaches a threshold.
//!
//! Proportions: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
//! Biometrika 26 (1934). The bound itself is never computed to decide: the lower one-sided bound at confidence C
//! reaches B exactly if P(X ≥ k | n, B) ≤ 1 − C, and that binomial tail is summed exactly.
//! Means: Student's t, "The probable error of a mean", Biometrika 6 (1908).
//!
//! The children hold what else a claim can be about: samples that are looked at again and again, populations of a known
//! size, differences, and means of a bounded range.

mod bounded_mean;
mod difference;
mod large;
mod looks;
mod luck;
mod plan;
#[cfg(test)]
mod promises;
mod regular;
mod urn;

use std::cmp::Ordering;

use dashu_base::{BitTest, UnsignedAbs};
use dashu_int::{IBig, UBig};
use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::beta::beta_reg;

use self::urn::Urn;
use crate::evidence::{Further, Looking};
use crate::value::Number;

pub use bounded_mean::{MAX_BOUNDED_SAMPLE, MeanClaim};
pub use difference::{Hits, MeanDifference, ShareDifference};
pub use luck::{Resampling, fewest, luck};
pub use plan::{NeededSamples, POWER, SampleCourse, ShareTest, runs_within};
pub use regular::as_regular;

/// Up to this sample size a confidence is summed exactly.
const EXACT_SAMPLE: usize = 1_000;
/// Beyond so many, what floating point says clearly enough is not worked out exactly.
const SMALL_SAMPLE: usize = 60;
/// How near to the significance level a quick value is too close to call, at most; its error is below 1e-9.
const TOO_CLOSE: f64 = 1e-6;
/// And at least: a hundredth of low levels, as those of late looks are.
const CLOSEST: f64 = 1e-8;
/// A mean has no bounds below this sample size.
pub const MIN_MEAN_SAMPLE: usize = 5;
/// How many further samples are looked ahead for a decision.
pub const MAX_FURTHER: usize = 100_000;

/// Steps that an exact sum may take at most: one that takes longer is left open, before it takes all that a workflow has.
const MAX_EXACT_STEPS: usize = 5_000_000;

/// Asks whether so many steps more may be taken, each of some hundred nanoseconds.
pub type Spend<'s> = &'s dyn Fn(usize) -> bool;

/// The same for an exact sum, which may not take too long.
fn within_reason(spend: Spend<'_>) -> impl Fn(usize) -> bool {
    move |steps| steps <= MAX_EXACT_STEPS && spend(steps)
}

/// A share of a whole, not reduced, which would take longer than to compute it.
#[derive(Debug)]
struct Parts {
    sum: UBig,
    whole: UBig,
}

impl Parts {
    /// How it compares with another number.
    fn against(&self, other: &Number) -> Ordering {
        let other_sum = other.numerator().clone().unsigned_abs();
        (&self.sum * other.denominator()).cmp(&(other_sum * &self.whole))
    }

    fn into_number(self) -> Number {
        Number::from_parts(self.sum.into(), self.whole)
    }
}

/// P(X ≥ k) of n draws with probability `p`, exactly; none where that would take too long.
fn upper_tail(k: usize, n: usize, p: &Number, spend: Spend<'_>) -> Option<Parts> {
    let of = |sum: UBig| Some(Parts { sum, whole: UBig::ONE });
    if k == 0 || *p >= Number::ONE {
        return of(UBig::ONE);
    }
    if *p <= Number::ZERO || k > n {
        return of(UBig::ZERO);
    }
    if !within_reason(spend)(steps_of(n - k + 1, n, p)) {
        return None;
    }
    // Over the common denominator: Σ C(n,i)·a^i·b^(n−i) for i from k to n, from the last term down.
    let (a, whole) = (p.numerator().clone().unsigned_abs(), p.denominator().clone());
    let b = &whole - &a;
    let mut term = a.pow(n);
    let mut sum = UBig::ZERO;
    for i in (k..=n).rev() {
        sum += &term;
        if i > 0 {
            term = term * UBig::from(i) * &b / (UBig::from(n - i + 1) * &a);
        }
    }
    Some(Parts { sum, whole: whole.pow(n) })
}

/// What so many terms of a tail of n draws take: each has a word for every 64 bits of the threshold and every draw, and is
/// gone through for each word that it is multiplied with and divided by.
fn steps_of(terms: usize, n: usize, p: &Number) -> usize {
    let bits = p.denominator().bit_len();
    let words = n.saturating_mul(bits) / 64;
    let power = words.saturating_mul(words.isqrt()) / 8;
    (terms.saturating_mul(words).saturating_mul(bits / 64 + 3) / 32)
        .saturating_add(power / 16)
        .saturating_add(1)
}

/// P(X ≥ k) of n draws with probability `p`, by the incomplete beta function; of a large sample by an integral, as the
/// continued fraction for that function does not converge there.
fn quick_upper_tail(k: usize, n: usize, p: &Number) -> f64 {
    let (good, bad) = (p.to_f64_fast().clamp(0.0, 1.0), (Number::ONE - p).to_f64_fast().clamp(0.0, 1.0));
    match k {
        0 => 1.0,
        k if k > n => 0.0,
        k if n > EXACT_SAMPLE => large::upper_tail(k, n, good, bad),
        k => beta_reg(k as f64, (n - k + 1) as f64, good),
    }
}

/// A binomial tail, compared with significance levels.
#[derive(Debug)]
enum Tail {
    Exact(Parts),
    Quick(f64),
}

/// Steps that a quick value takes.
const QUICK: usize = 20;

/// P(X ≥ k), or with `lower` P(X ≤ k), good enough to be compared with `alpha`; none where that would take too long.
fn tail(k: usize, n: usize, p: &Number, lower: bool, alpha: &Number, spend: Spend<'_>) -> Option<Tail> {
    // P(X ≤ k | p) = P(n − X ≥ n − k | 1 − p)
    let (k, p) = if lower { (n - k, Number::ONE - p) } else { (k, p.clone()) };
    if n > SMALL_SAMPLE {
        if !spend(QUICK) {
            return None;
        }
        let quick = quick_upper_tail(k, n, &p);
        if is_clear(quick, alpha.to_f64_fast()) {
            return Some(Tail::Quick(quick));
        }
    }
    upper_tail(k, n, &p, spend).map(Tail::Exact)
}

/// Whether a quick value lies clearly on one side of a significance level.
fn is_clear(quick: f64, level: f64) -> bool {
    (quick - level).abs() > (level / 100.0).clamp(CLOSEST, TOO_CLOSE)
}

impl Tail {
    fn at_most(&self, alpha: &Number) -> bool {
        match self {
            Self::Exact(tail) => tail.against(alpha).is_le(),
            Self::Quick(tail) => *tail <= alpha.to_f64_fast(),
        }
    }

    fn below(&self, alpha: &Number) -> bool {
        match self {
            Self::Exact(tail) => tail.against(alpha).is_lt(),
            Self::Quick(tail) => *tail < alpha.to_f64_fast(),
        }
    }
}

/// A claim `A >= B` about a proportion; `A <= B` is the same claim about the elements that do not count, so it is
/// made by [`Claim::about_the_rest`].
#[derive(Clone, Debug)]
pub struct Claim {
    /// How many of the sample surely count.
    pub sure: usize,
    /// The size of the sample in which no more of it count than surely do, and all that may belong to it and do not count.
    pub sure_of: usize,
    /// How many possibly count.
    pub possible: usize,
    /// The size of the sample in which all that possibly count do, and all of those belong to it.
    pub possible_of: usize,
    /// What the proportion is to reach.
    pub threshold: Number,
    /// Whether it is to be exceeded.
    pub strict: bool,
    /// How many there are in all, of whom the sample is drawn without replacement; none: so many that it does not matter.
    pub population: Option<usize>,
    /// How often it is looked at. A sample that only grows is of no known population.
    pub looks: Looking,
}

impl Claim {
    /// A claim about a sample of which all is known, at one look, and of no known population.
    #[must_use]
    pub fn known(good: usize, of: usize, threshold: Number, strict: bool) -> Self {
        Self {
            sure: good,
            sure_of: of,
            possible: good,
            possible_of: of,
            threshold,
            strict,
            population: None,
            looks: Looking::Once,
        }
    }

    /// `A <= B` as `1 − A >= 1 − B`.
    #[must_use]
    pub fn about_the_rest(&self) -> Self {
        Self {
            sure: self.possible_of - self.possible,
            sure_of: self.possible_of,
            possible: self.sure_of - self.sure,
            possible_of: self.sure_of,
            threshold: Number::ONE - &self.threshold,
            ..self.clone()
        }
    }

    /// Whether the one-sided bounds at `confidence` (between 0 and 1) show that the claim holds or does not; none if
    /// they show neither, or that would take too long to find out. A claim that is looked at again and again is shown at
    /// any look although it is not true with a chance of at most 1 − `confidence`.
    pub fn decide(&self, confidence: &Number, spend: Spend<'_>) -> Option<bool> {
        if self.looks == Looking::Growing {
            return self.decide_at_every_look(confidence, spend);
        }
        let alpha = self.looks.alpha(confidence);
        if self.lower_reaches(&alpha, spend)? {
            return Some(true);
        }
        self.upper_misses(&alpha, spend)?.then_some(false)
    }

    /// None where it would take too long to find out; and likewise below.
    fn lower_reaches(&self, alpha: &Number, spend: Spend<'_>) -> Option<bool> {
        if let Some(population) = self.population {
            return match self.most_that_fail(population) {
                Some(marked) if marked >= population => Some(false),
                Some(marked) => {
                    let urn = Urn { population, marked };
                    urn.tail_is_at_most(self.sure, self.sure_of, alpha, &within_reason(spend))
                }
                None => Some(true),
            };
        }
        let (b, zero, one) = (&self.threshold, Number::ZERO, Number::ONE);
        // The lower bound lies from 0 (at k = 0) to below 1.
        if *b < zero || *b == zero && (!self.strict || self.sure > 0) {
            return Some(true);
        }
        // Nothing shows it for certain.
        if *b >= one || self.sure == 0 || *alpha <= zero {
            return Some(false);
        }
        let tail = tail(self.sure, self.sure_of, b, false, alpha, spend)?;
        Some(if self.strict { tail.below(alpha) } else { tail.at_most(alpha) })
    }

    fn upper_misses(&self, alpha: &Number, spend: Spend<'_>) -> Option<bool> {
        if let Some(population) = self.population {
            return match self.most_that_fail(population) {
                Some(marked) if marked >= population => Some(true),
                Some(marked) => {
                    // Of a population that is just good enough, those that do not count.
                    let urn = Urn { population, marked: population - marked - 1 };
                    let rest = self.possible_of - self.possible;
                    urn.tail_is_at_most(rest, self.possible_of, alpha, &within_reason(spend))
                }
                None => Some(false),
            };
        }
        let (b, zero, one) = (&self.threshold, Number::ZERO, Number::ONE);
        // The upper bound lies from above 0 to 1 (at k = n).
        if *b > one || *b == one && (self.strict || self.possible < self.possible_of) {
            return Some(true);
        }
        if *b <= zero || self.possible == self.possible_of {
            return Some(false);
        }
        let tail = tail(self.possible, self.possible_of, b, true, alpha, spend)?;
        Some(if self.strict { tail.at_most(alpha) } else { tail.below(alpha) })
    }

    /// The chance that a sample of this size shows the claim at `confidence`, if `truth` is the proportion it is drawn
    /// from; none where that would take too long to find out.
    pub fn chance(&self, confidence: &Number, truth: &Number, spend: Spend<'_>) -> Option<f64> {
        let enough = self.enough(confidence, spend)?;
        Some(enough.map_or(0.0, |enough| quick_upper_tail(enough, self.sure_of, truth)))
    }

    /// The fewest good ones of a sample of this size that show the claim at `confidence`, if any number does; none where that
    /// would take too long to find out.
    pub fn enough(&self, confidence: &Number, spend: Spend<'_>) -> Option<Option<usize>> {
        let alpha = Number::ONE - confidence;
        let shown = |sure: usize| Self { sure, ..self.clone() }.lower_reaches(&alpha, spend);
        if !shown(self.sure_of)? {
            return Some(None);
        }
        let (mut low, mut high) = (0, self.sure_of);
        while low < high {
            let middle = usize::midpoint(low, high);
            if shown(middle)? { high = middle } else { low = middle + 1 }
        }
        Some(Some(high))
    }

    /// The highest confidence at which the claim would be shown: 1 − P(X ≥ k | B); none where that would take too long.
    pub fn confidence(&self, spend: Spend<'_>) -> Option<Number> {
        match self.looks {
            Looking::Once => self.confidence_once(spend),
            Looking::Growing => self.confidence_at_every_look(spend),
            Looking::Nth(_) => Some(self.looks.confidence(self.confidence_once(spend)?)),
        }
    }

    fn confidence_once(&self, spend: Spend<'_>) -> Option<Number> {
        if self.lower_reaches(&Number::ZERO, spend)? {
            return Some(Number::ONE);
        }
        if let Some(population) = self.population {
            let marked = self.most_that_fail(population).unwrap_or(0).min(population);
            let tail = Urn { population, marked }.upper_tail(self.sure, self.sure_of, spend)?;
            return Some(Number::ONE - tail.into_number());
        }
        let (k, n, b) = (self.sure, self.sure_of, &self.threshold);
        let exact = if n > EXACT_SAMPLE { None } else { upper_tail(k, n, b, spend).map(Parts::into_number) };
        if exact.is_none() && !spend(QUICK) {
            return None;
        }
        let quick = || Number::try_from(quick_upper_tail(k, n, b)).unwrap_or(Number::ZERO);
        Some(Number::ONE - exact.unwrap_or_else(quick))
    }

    /// How many of a population may count at most, so that the claim does not hold of it; none where it always holds.
    fn most_that_fail(&self, population: usize) -> Option<usize> {
        let wanted = &self.threshold * Number::from(population);
        let most = if self.strict { wanted.floor() } else { wanted.ceil() - IBig::ONE };
        usize::try_from(most).ok()
    }

    /// How many further samples in a row that count would show the claim at `confidence`, of a sample that does not only
    /// grow at the next look.
    pub fn further(&self, confidence: &Number, spend: Spend<'_>) -> Further {
        if self.looks == Looking::Growing {
            return self.further_at_every_look(confidence, spend);
        }
        let alpha = self.looks.next().alpha(confidence);
        let shown = |more: usize| {
            let claim = Self {
                sure: self.sure + more,
                possible: self.possible + more,
                sure_of: self.sure_of + more,
                possible_of: self.possible_of + more,
                ..self.clone()
            };
            claim.lower_reaches(&alpha, spend)
        };
        let size = self.sure_of.max(self.possible_of);
        first_shown(self.population.map_or(MAX_FURTHER, |all| all.saturating_sub(size)), shown)
    }
}

/// The fewest further samples, at least one and at most `most`, for which `shown` says yes. Once it does, it has to do so for
/// all larger numbers; it says none where that would take too long to find out.
fn first_shown(most: usize, shown: impl Fn(usize) -> Option<bool>) -> Further {
    let (mut low, mut high) = (0, 1);
    loop {
        high = high.min(most);
        if high == low {
            return Further::Never;
        }
        match shown(high) {
            None => return Further::Unsought,
            Some(true) => break,
            Some(false) => (low, high) = (high, high.saturating_mul(2)),
        }
    }
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        match shown(middle) {
            None => return Further::Unsought,
            Some(true) => high = middle,
            Some(false) => low = middle,
        }
    }
    Further::So(high)
}

/// The confidence with which the mean of `sample` exceeds `threshold`, by Student's t; none where the sample has no
/// bounds: fewer than [`MIN_MEAN_SAMPLE`] values, or all equal.
pub fn mean_confidence(sample: &[Number], threshold: &Number) -> Option<f64> {
    let (mean, squares) = mean_and_squares(sample)?;
    if squares == Number::ZERO {
        return None;
    }
    let t = (mean - threshold).to_f64_fast() / squared_error(&squares, sample.len()).sqrt();
    Some(StudentsT::new(0.0, 1.0, sample.len() as f64 - 1.0).ok()?.cdf(t))
}

/// The mean of a sample and the sum of the squared distances from it; none for fewer than [`MIN_MEAN_SAMPLE`] values.
fn mean_and_squares(sample: &[Number]) -> Option<(Number, Number)> {
    if sample.len() < MIN_MEAN_SAMPLE {
        return None;
    }
    let mean = sample.iter().fold(Number::ZERO, |sum, x| sum + x) / Number::from(sample.len());
    let squares = sample.iter().fold(Number::ZERO, |sum, x| sum + (x - &mean) * (x - &mean));
    Some((mean, squares))
}

/// The square of the standard error of a mean of so many values, by their squared distances from it.
fn squared_error(squares: &Number, size: usize) -> f64 {
    squares.to_f64_fast() / (size as f64 - 1.0) / size as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const FREE: Spend<'static> = &|_| true;

    pub(super) fn percent(p: u32) -> Number {
        Number::from_parts(p.into(), 100u8.into())
    }

    pub(super) fn claim(k: usize, n: usize, threshold: Number) -> Claim {
        Claim::known(k, n, threshold, false)
    }

    /// The highest threshold that is shown, by bisection on the decision.
    pub(super) fn bisected(shown: impl Fn(Number) -> bool) -> f64 {
        let (mut low, mut high) = (Number::ZERO, Number::ONE);
        for _ in 0..45 {
            let middle = (&low + &high) / Number::from(2);
            let end = if shown(middle.clone()) { &mut low } else { &mut high };
            *end = middle;
        }
        low.to_f64_fast()
    }

    /// The lower one-sided bound.
    fn lower_bound(k: usize, n: usize, confidence: &Number) -> f64 {
        bisected(|threshold| claim(k, n, threshold).decide(confidence, FREE) == Some(true))
    }

    #[test]
    fn bounds_are_the_published_ones() {
        // Two-sided 95 % of 24 of 30: 0.61433 to 0.92286 (each side one-sided 97.5 %).
        let confidence = Number::from_parts(975.into(), 1000u16.into());
        assert!((lower_bound(24, 30, &confidence) - 0.61433).abs() < 5e-6);
        assert!((1.0 - lower_bound(6, 30, &confidence) - 0.92286).abs() < 5e-6);
        // One-sided 90 % of 28 of 30.
        assert!((lower_bound(28, 30, &percent(90)) - 0.8322).abs() < 5e-5);
        // All of n: the bound is the n-th root of alpha.
        assert!((lower_bound(30, 30, &percent(95)) - 0.05f64.powf(1.0 / 30.0)).abs() < 1e-9);
    }

    #[test]
    fn thirty_samples_against_eighty_percent() {
        let decided: Vec<Option<bool>> =
            (0..=30).map(|k| claim(k, 30, percent(80)).decide(&percent(90), FREE)).collect();
        for (k, decision) in decided.iter().enumerate() {
            let expected = if k >= 28 { Some(true) } else { (k <= 20).then_some(false) };
            assert_eq!(*decision, expected, "{k} of 30");
        }
        assert_eq!(claim(5, 5, percent(80)).decide(&percent(95), FREE), None);
    }

    #[test]
    fn at_most_is_at_least_of_the_rest() {
        let low = claim(1, 30, percent(20)).about_the_rest();
        assert_eq!(low.decide(&percent(90), FREE), claim(29, 30, percent(80)).decide(&percent(90), FREE));
    }

    #[test]
    fn further_good_samples_decide() {
        assert_eq!(claim(5, 5, percent(80)).further(&percent(95), FREE), Further::So(9)); // 0.8^14 = 0.044
        assert_eq!(claim(5, 5, Number::ONE).further(&percent(95), FREE), Further::Never);
        let shown = claim(27, 30, percent(80)).further(&percent(90), FREE);
        let Further::So(more) = shown else { panic!("27 of 30 can still be shown") };
        assert_eq!(claim(27 + more, 30 + more, percent(80)).decide(&percent(90), FREE), Some(true));
        assert_eq!(claim(26 + more, 29 + more, percent(80)).decide(&percent(90), FREE), None);
    }

    #[test]
    fn thresholds_at_the_ends() {
        assert_eq!(claim(0, 5, Number::ZERO).decide(&percent(90), FREE), Some(true));
        assert_eq!(claim(5, 5, Number::ONE).decide(&percent(90), FREE), None);
        assert_eq!(claim(4, 5, Number::ONE).decide(&percent(90), FREE), Some(false));
        assert_eq!(claim(5, 5, percent(101)).decide(&percent(90), FREE), Some(false));
        assert_eq!(claim(0, 5, percent(50)).confidence(FREE), Some(Number::ZERO));
    }

    #[test]
    fn the_chance_of_a_sample_is_that_of_its_tail() {
        // All 29 of 29 are needed to show 90 % with 95 %: 0.95^29.
        let chance = claim(0, 29, percent(90)).chance(&percent(95), &percent(95), FREE).unwrap();
        assert!((chance - 0.95f64.powi(29)).abs() < 1e-9, "{chance}");
        assert_eq!(claim(0, 28, percent(90)).chance(&percent(95), &percent(95), FREE), Some(0.0));
        // 28 or more of 30.
        let chance = claim(0, 30, percent(80)).chance(&percent(90), &percent(90), FREE).unwrap();
        let tail: f64 = 0.9f64.powi(30) + 30.0 * 0.1 * 0.9f64.powi(29) + 435.0 * 0.01 * 0.9f64.powi(28);
        assert!((chance - tail).abs() < 1e-9, "{chance}");
    }

    #[test]
    fn quick_and_exact_tails_agree() {
        for (k, n, p) in [(4_000, 5_000, 79), (3_960, 5_000, 80), (10, 2_000, 1)] {
            let exact = upper_tail(k, n, &percent(p), FREE).unwrap().into_number().to_f64_fast();
            assert!((exact - quick_upper_tail(k, n, &percent(p))).abs() < 1e-9, "{k} of {n}");
        }
    }

    #[test]
    fn millions_are_decided_at_once_or_left_open() {
        // 10,163 of a million or more with 1 %: 5.15 %, by mpmath; 10,128 or more: 10.1 %.
        let rate =
            |errors: usize, level: u32| claim(errors, 1_000_000, percent(1)).decide(&percent(level), FREE);
        assert_eq!((rate(10_163, 94), rate(10_163, 95)), (Some(true), None));
        assert_eq!((rate(10_000, 60), rate(9_000, 99), rate(11_000, 99)), (None, Some(false), Some(true)));
        // Where the tail is as good as the significance level, an exact sum would take too long.
        let sure = Number::ONE - Number::from_parts(1.into(), UBig::from(10u8).pow(9));
        let left = std::cell::Cell::new(1_000usize);
        let spend = |steps: usize| {
            left.set(left.get().saturating_sub(steps));
            left.get() > 0
        };
        assert_eq!(claim(500_000, 1_000_000, percent(1)).decide(&sure, &spend), None);
        assert!(claim(500_000, 1_000_000, percent(1)).confidence(&spend).unwrap() > percent(99));
        assert_eq!(claim(1, 1_000_000, percent(1)).confidence(&spend), Some(Number::ZERO));
        let drawn = Claim { population: Some(3_000_000), ..claim(20_000, 1_000_000, percent(1)) };
        assert_eq!(drawn.decide(&percent(90), &spend), None);
        assert!(left.get() > 500, "{left:?}");
    }

    #[test]
    fn a_mean_needs_five_differing_values() {
        let sample: Vec<Number> = [4, 5, 3, 4, 5].map(Number::from).to_vec();
        // t = (4.2 − 3.5) / (0.83666 / √5) = 1.8708 with 4 degrees of freedom: 0.9327.
        let confidence = mean_confidence(&sample, &Number::from_parts(7.into(), 2u8.into())).expect("bounds");
        assert!((confidence - 0.9327).abs() < 5e-4, "{confidence}");
        assert_eq!(mean_confidence(&sample[..4], &Number::ONE), None);
        assert_eq!(
            mean_confidence(
                &[Number::ONE, Number::ONE, Number::ONE, Number::ONE, Number::ONE],
                &Number::ZERO
            ),
            None
        );
    }

    #[test]
    fn what_takes_too_long_is_not_found_out() {
        let long = Number::ONE / Number::from(3) - Number::from_parts(1.into(), UBig::from(10u8).pow(30));
        let claim = claim(700, 1_000, long);
        let steps = |budget: usize| {
            let left = std::cell::Cell::new(budget);
            let spend = |steps: usize| {
                left.set(left.get().saturating_sub(steps));
                left.get() > 0
            };
            let level = Number::ONE - Number::from_parts(1.into(), UBig::from(10u8).pow(30));
            (claim.decide(&level, &spend), claim.further(&level, &spend), budget - left.get())
        };
        let (decision, further, spent) = steps(usize::MAX);
        assert_eq!((decision, steps(1_000).0), (Some(true), None));
        assert!(matches!(further, Further::So(_)) && steps(1_000).1 == Further::Unsought);
        // Twice as many digits, or draws, take several times as much.
        assert!(spent > 10_000, "{spent}");
        assert!(steps_of(500, 2_000, &claim.threshold) > steps_of(500, 1_000, &claim.threshold));
    }
}
