//! Claims that are looked at again and again, in each snapshot of a growing sample. It knows no snapshots.
//!
//! The evidence is a mean of likelihood ratios, one-sided over all proportions above the threshold: Robbins, "Statistical
//! methods related to the law of the iterated logarithm", Annals of Mathematical Statistics 41 (1970); Howard, Ramdas,
//! McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49 (2021),
//! proposition 7. While the claim is not true, the chance that this evidence ever reaches 1/α, at whatever looks, is at most
//! α: Ville, "Étude critique de la notion de collectif" (1939).

use dashu_base::UnsignedAbs;
use dashu_int::UBig;

use super::{Claim, EXACT_SAMPLE, MAX_FURTHER, Parts, SMALL_SAMPLE, Spend, TOO_CLOSE, first_shown, steps_of};
use crate::evidence::{Further, Looking};
use crate::value::Number;

/// How many terms of a quick sum are paid for at once, and the steps that they take.
pub(super) const QUICK_TERMS: usize = 1_024;
pub(super) const QUICK_STEPS: usize = 40;
/// A quick sum stops here, which is far above all significance levels.
const ENOUGH: f64 = 1e300;
/// A quick sum stops where what is left is a smaller share of it.
const NEGLIGIBLE: f64 = 1e-17;

impl Looking {
    /// The significance level of a look. At the k-th look at a sample that does not only grow it is α/(k(k+1)): the levels of
    /// all looks add up to α, so that by the union bound (Bonferroni) the chance of any false yes is at most α.
    #[must_use]
    pub fn alpha(self, confidence: &Number) -> Number {
        (Number::ONE - confidence) / self.share_of_alpha()
    }

    /// What is left of a `confidence` of one look, seen over all of them, and not below 0.
    pub fn confidence(self, confidence: Number) -> Number {
        (Number::ONE - (Number::ONE - confidence) * self.share_of_alpha()).max(Number::ZERO)
    }

    /// Into how many shares as large as that of this look the significance level is divided.
    fn share_of_alpha(self) -> Number {
        match self {
            Self::Once | Self::Growing => Number::ONE,
            Self::Nth(look) => {
                let look = UBig::from(look.max(1));
                Number::from(&look * (&look + UBig::ONE))
            }
        }
    }

    /// The look after this one.
    pub fn next(self) -> Self {
        match self {
            Self::Once | Self::Growing => self,
            Self::Nth(look) => Self::Nth(look.saturating_add(1)),
        }
    }
}

/// The evidence E of `k` good outputs of `n` for a share above `b`, which lies between 0 and 1, exactly; none where that would
/// take too long. E = R/(n+1−k) with R = 1 + k·b'/((n+2−k)·a') · (1 + (k−1)·b'/((n+3−k)·a') · (1 + …)), where a'/b' are the
/// odds of `b`, summed in whole numbers from the innermost term on.
fn exact_evidence(k: usize, n: usize, b: &Number, spend: Spend<'_>) -> Option<Parts> {
    let digits = Number::from_parts(1.into(), b.denominator() * UBig::from(n + 2));
    // Each term is multiplied twice, where that of a tail is once.
    if !spend(steps_of(k.saturating_mul(2), k, &digits)) {
        return None;
    }
    let (good, whole) = (b.numerator().clone().unsigned_abs(), b.denominator());
    let bad = whole - &good;
    let (mut sum, mut below) = (UBig::ONE, UBig::ONE);
    for j in 1..=k {
        below = below * &good * UBig::from(n + 2 - j);
        sum = &below + sum * &bad * UBig::from(j);
    }
    Some(Parts { sum, whole: below * UBig::from(n + 1 - k) })
}

/// The evidence E as [`exact_evidence`] has it, by floating point: all terms are positive, so that its relative error is
/// below 1e-9. It is at least [`ENOUGH`]/(n+1−k) where it says so much. None where that would take too long.
fn quick_evidence(k: usize, n: usize, b: &Number, spend: Spend<'_>) -> Option<f64> {
    let odds = ((Number::ONE - b) / b).to_f64_fast();
    let (mut term, mut sum) = (1.0_f64, 1.0_f64);
    for (index, j) in (1..=k).rev().enumerate() {
        if index % QUICK_TERMS == 0 && !spend(QUICK_STEPS) {
            return None;
        }
        // The ratios fall, so what is left is less than a geometric series.
        let ratio = j as f64 / (n + 2 - j) as f64 * odds;
        term *= ratio;
        sum += term;
        if sum >= ENOUGH {
            sum = ENOUGH;
            break;
        }
        if ratio < 1.0 && term * ratio < NEGLIGIBLE * (1.0 - ratio) * sum {
            break;
        }
    }
    Some(sum / (n + 1 - k) as f64)
}

/// Whether the evidence of `k` good outputs of `n` for a share above `b`, which lies between 0 and 1, reaches 1/`alpha`.
fn reaches(k: usize, n: usize, b: &Number, alpha: &Number, spend: Spend<'_>) -> Option<bool> {
    if *alpha <= Number::ZERO {
        return Some(false);
    }
    if n > SMALL_SAMPLE {
        let of_level = quick_evidence(k, n, b, spend)? * alpha.to_f64_fast();
        if (of_level - 1.0).abs() > TOO_CLOSE {
            return Some(of_level > 1.0);
        }
    }
    Some(exact_evidence(k, n, b, spend)?.against(&(Number::ONE / alpha)).is_ge())
}

impl Claim {
    /// Whether the claim is shown, or is shown not to hold, at this look, where the chance of being shown at any look although
    /// it is not true is at most 1 − `confidence`. None if it is neither, or that would take too long to find out. Nothing
    /// ever shows a share of 100 %.
    pub(super) fn decide_at_every_look(&self, confidence: &Number, spend: Spend<'_>) -> Option<bool> {
        let alpha = Number::ONE - confidence;
        if self.shown_at_every_look(&alpha, spend)? {
            return Some(true);
        }
        self.refuted_at_every_look(&alpha, spend)?.then_some(false)
    }

    /// None where it would take too long to find out; and likewise below.
    pub(super) fn shown_at_every_look(&self, alpha: &Number, spend: Spend<'_>) -> Option<bool> {
        let (b, zero) = (&self.threshold, Number::ZERO);
        if *b < zero || *b == zero && (!self.strict || self.sure > 0) {
            return Some(true);
        }
        if *b == zero || *b >= Number::ONE || self.sure > self.sure_of {
            return Some(false);
        }
        reaches(self.sure, self.sure_of, b, alpha, spend)
    }

    /// The evidence for a share of bad outputs above that of the claim.
    fn refuted_at_every_look(&self, alpha: &Number, spend: Spend<'_>) -> Option<bool> {
        let (b, one) = (&self.threshold, Number::ONE);
        let bad = self.possible_of.saturating_sub(self.possible);
        if *b > one || *b == one && (self.strict || bad > 0) {
            return Some(true);
        }
        if *b == one || *b <= Number::ZERO {
            return Some(false);
        }
        reaches(bad, self.possible_of, &(one - b), alpha, spend)
    }

    /// The highest confidence at which the claim would be shown at this look: 1 − 1/E, and not below 0. None where that would
    /// take too long to find out.
    pub(super) fn confidence_at_every_look(&self, spend: Spend<'_>) -> Option<Number> {
        if self.shown_at_every_look(&Number::ZERO, spend)? {
            return Some(Number::ONE);
        }
        let b = &self.threshold;
        if *b <= Number::ZERO || *b >= Number::ONE || self.sure > self.sure_of {
            return Some(Number::ZERO);
        }
        let level = if self.sure_of > EXACT_SAMPLE {
            let quick = quick_evidence(self.sure, self.sure_of, b, spend)?;
            Number::try_from(quick.recip()).unwrap_or(Number::ONE)
        } else {
            let Parts { sum, whole } = exact_evidence(self.sure, self.sure_of, b, spend)?;
            Number::from_parts(whole.into(), sum)
        };
        Some((Number::ONE - level).max(Number::ZERO))
    }

    /// How many further samples in a row that count would show the claim at `confidence`, looked at after each of them.
    pub(super) fn further_at_every_look(&self, confidence: &Number, spend: Spend<'_>) -> Further {
        let alpha = Number::ONE - confidence;
        first_shown(MAX_FURTHER, |more| {
            let claim = Self { sure: self.sure + more, sure_of: self.sure_of + more, ..self.clone() };
            claim.shown_at_every_look(&alpha, spend)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::tests::{FREE, bisected, claim, percent};

    fn exact(k: usize, n: usize, b: &Number) -> Number {
        exact_evidence(k, n, b, FREE).unwrap().into_number()
    }

    fn fraction(sum: u64, whole: u64) -> Number {
        Number::from_parts(sum.into(), whole.into())
    }

    /// The lower bound at every look.
    fn lower_bound(k: usize, n: usize) -> f64 {
        bisected(|threshold| claim(k, n, threshold).decide_at_every_look(&percent(90), FREE) == Some(true))
    }

    #[test]
    fn evidence_is_the_reference_value() {
        assert_eq!(exact(16, 16, &percent(80)), fraction(745_759_583_941, 73_014_444_032));
        assert_eq!(exact(12, 15, &percent(50)), fraction(64_839, 7_280));
        assert_eq!(exact(0, 10, &percent(50)), fraction(1, 11));
        assert_eq!(exact(0, 0, &percent(50)), Number::ONE);
        for (k, n, b, expected) in [
            (16, 16, 80, 10.213863761178),
            (28, 30, 80, 4.6127909051320),
            (30, 30, 80, 130.16025273328),
            (53, 60, 80, 2.1334885455450),
            (107, 120, 80, 13.414120825387),
            (34, 34, 90, 10.015605145525),
            (656, 780, 80, 12.551513222209),
            // Shares that are shown not to be reached: the bad ones against the rest of the threshold.
            (13, 30, 20, 18.227764004919),
            (21, 60, 20, 7.3462260905696),
            (30, 30, 90, 7.3192983470728),
        ] {
            let (b, near) = (percent(b), expected * 1e-12);
            assert!((exact(k, n, &b).to_f64_fast() - expected).abs() < near, "{k} of {n}");
            assert!((quick_evidence(k, n, &b, FREE).unwrap() - expected).abs() < near, "{k} of {n}, quick");
        }
    }

    #[test]
    fn bounds_are_the_reference_values() {
        for (k, n, bound) in [
            (27, 30, 0.715912724061),
            (54, 60, 0.776404984047),
            (30, 30, 0.887639253527),
            (20, 25, 0.563315998886),
        ] {
            assert!((lower_bound(k, n) - bound).abs() < 1e-11, "{k} of {n}");
        }
    }

    #[test]
    fn so_many_outputs_are_needed() {
        // With so many bad ones of which the first is the last that was looked at.
        for (bad, needed) in [(0, 16), (1, 27), (2, 36), (3, 45), (5, 61)] {
            let further = claim(0, bad, percent(80)).further_at_every_look(&percent(90), FREE);
            assert_eq!(further, Further::So(needed - bad), "{bad} bad");
        }
        for (b, confidence, needed) in
            [(50, 90, 5), (70, 90, 10), (90, 90, 34), (95, 90, 71), (99, 90, 360), (80, 95, 20), (90, 95, 43)]
        {
            let further = claim(0, 0, percent(b)).further_at_every_look(&percent(confidence), FREE);
            assert_eq!(further, Further::So(needed), "{b} % with {confidence} %");
        }
        for (n, needed) in [(30, 29), (60, 56), (90, 81), (120, 107), (240, 208), (780, 656)] {
            let yes = |k| claim(k, n, percent(80)).decide_at_every_look(&percent(90), FREE) == Some(true);
            assert!(yes(needed) && !yes(needed - 1), "{needed} of {n}");
        }
        // One more than a hundred thousand are not looked for.
        let close = Number::ONE - fraction(1, 1_000_000);
        assert_eq!(claim(0, 0, close).further_at_every_look(&percent(90), FREE), Further::Never);
    }

    #[test]
    fn seventeen_of_thirty_are_too_few() {
        let decide = |k| claim(k, 30, percent(80)).decide_at_every_look(&percent(90), FREE);
        assert_eq!((decide(17), decide(25), decide(29)), (Some(false), None, Some(true)));
        // The elements that are not known count against both answers.
        let unsure = Claim { possible: 30, ..claim(17, 30, percent(80)) };
        assert_eq!(unsure.decide_at_every_look(&percent(90), FREE), None);
        let unsure = Claim { sure: 0, ..claim(17, 30, percent(80)) };
        assert_eq!(unsure.decide_at_every_look(&percent(90), FREE), Some(false));
    }

    #[test]
    fn thresholds_at_the_ends() {
        let decide = |claim: Claim| claim.decide_at_every_look(&percent(90), FREE);
        let strictly = |k, n, b| Claim { strict: true, ..claim(k, n, b) };
        assert_eq!(decide(claim(0, 0, percent(80))), None);
        assert_eq!(decide(claim(0, 5, Number::ZERO)), Some(true));
        assert_eq!(decide(strictly(0, 5, Number::ZERO)), None);
        assert_eq!(decide(strictly(1, 5, Number::ZERO)), Some(true));
        assert_eq!(decide(claim(0, 5, -percent(1))), Some(true));
        assert_eq!(decide(claim(5, 5, Number::ONE)), None);
        assert_eq!(decide(claim(900, 900, Number::ONE)), None);
        assert_eq!(decide(claim(4, 5, Number::ONE)), Some(false));
        assert_eq!(decide(strictly(5, 5, Number::ONE)), Some(false));
        assert_eq!(decide(claim(5, 5, percent(101))), Some(false));
        let further = claim(5, 5, Number::ONE).further_at_every_look(&percent(90), FREE);
        assert_eq!(further, Further::Never);
        // No evidence is enough for certainty.
        assert_eq!(claim(90, 90, percent(10)).decide_at_every_look(&Number::ONE, FREE), None);
    }

    #[test]
    fn the_highest_confidence_is_that_of_the_evidence() {
        let confidence = |k, n, b| claim(k, n, b).confidence_at_every_look(FREE).unwrap();
        assert_eq!(confidence(12, 15, percent(50)), Number::ONE - fraction(7_280, 64_839));
        assert_eq!(confidence(0, 10, percent(50)), Number::ZERO);
        assert_eq!(confidence(0, 10, Number::ZERO), Number::ONE);
        assert_eq!(confidence(10, 10, Number::ONE), Number::ZERO);
        let quick = confidence(1_700, 2_000, percent(82)).to_f64_fast();
        let exact = 1.0 - 1.0 / exact(1_700, 2_000, &percent(82)).to_f64_fast();
        assert!(exact > 0.9 && (quick - exact).abs() < 1e-9, "{quick} {exact}");
        assert!(confidence(5_000, 5_000, percent(10)) < Number::ONE);
    }

    #[test]
    fn quick_and_exact_evidence_agree() {
        let long = percent(80) - Number::from_parts(1.into(), UBig::from(10u8).pow(30));
        for (k, n, b) in [
            (1_640, 2_000, percent(80)),
            (4_100, 5_000, long),
            (2_990, 3_000, percent(99)),
            (3, 3_000, percent(1)),
            (1_000, 3_000, percent(50)),
        ] {
            let (quick, exact) = (quick_evidence(k, n, &b, FREE).unwrap(), exact(k, n, &b).to_f64_fast());
            assert!((quick / exact - 1.0).abs() < 1e-10, "{k} of {n}: {quick} {exact}");
        }
        // So close to the level that only the exact sum tells.
        let evidence = exact(1_640, 2_000, &percent(80));
        let (level, less) = (Number::ONE / &evidence, fraction(1, 1_000_000_000_000));
        assert_eq!(reaches(1_640, 2_000, &percent(80), &level, FREE), Some(true));
        assert_eq!(reaches(1_640, 2_000, &percent(80), &(level - less), FREE), Some(false));
    }

    #[test]
    fn samples_of_any_size_are_decided_soon() {
        let spent = std::cell::Cell::new(0);
        let count = |steps: usize| {
            spent.set(spent.get() + steps);
            true
        };
        let (k, n) = (990_060_000, 1_000_000_000);
        assert_eq!(claim(k, n, percent(99)).decide_at_every_look(&percent(90), &count), Some(true));
        assert_eq!(
            claim(989_900_000, n, percent(99)).decide_at_every_look(&percent(90), &count),
            Some(false)
        );
        assert!(spent.get() < 10_000, "{}", spent.get());
    }

    #[test]
    fn what_takes_too_long_is_not_found_out() {
        let claim = claim(700, 1_000, percent(80));
        let never = |_: usize| false;
        assert_eq!(claim.decide_at_every_look(&percent(90), &never), None);
        assert_eq!(claim.confidence_at_every_look(&never), None);
        assert_eq!(claim.further_at_every_look(&percent(90), &never), Further::Unsought);
        let large = Claim { sure_of: 5_000, possible_of: 5_000, ..claim };
        assert_eq!(large.decide_at_every_look(&percent(90), &never), None);
    }

    #[test]
    fn levels_of_looks_add_up_to_no_more_than_the_whole() {
        assert_eq!(Looking::Nth(1).alpha(&percent(90)), percent(5));
        assert_eq!(Looking::Nth(4).alpha(&percent(90)), fraction(1, 200));
        let all = (1..=99).fold(Number::ZERO, |sum, look| sum + Looking::Nth(look).alpha(&percent(90)));
        assert_eq!(all, percent(10) * percent(99));
        // Fresh samples of 30 then need so many good ones.
        let needed = |look| {
            let confidence = Number::ONE - Looking::Nth(look).alpha(&percent(90));
            (0..=30).find(|k| claim(*k, 30, percent(80)).decide(&confidence, FREE) == Some(true))
        };
        let all: Vec<_> = (1..=9).map(needed).collect();
        assert_eq!(all, [28, 29, 30, 30, 30, 30, 30, 30, 0].map(|k| (k > 0).then_some(k)));
    }

    /// The chance that the evidence against 80 % ever reaches 10 in `looks` looks, one after every `step` outputs, at a true
    /// share: the walk of the good outputs that were not shown yet, summed exactly but for floating point.
    fn false_yes(share: f64, step: usize, looks: usize) -> f64 {
        let mut walk = vec![1.0];
        let mut yes = 0.0;
        for look in 1..=looks {
            for _ in 0..step {
                let mut next = vec![0.0; walk.len() + 1];
                for (k, chance) in walk.iter().enumerate() {
                    next[k] += chance * (1.0 - share);
                    next[k + 1] += chance * share;
                }
                walk = next;
            }
            for (k, chance) in walk.iter_mut().enumerate() {
                if *chance > 0.0 && quick_evidence(k, look * step, &percent(80), FREE).unwrap() >= 10.0 {
                    yes += std::mem::take(chance);
                }
            }
        }
        yes
    }

    #[test]
    fn looking_every_time_says_yes_falsely_as_seldom_as_promised() {
        let weekly = false_yes(0.8, 30, 26);
        assert!((weekly - 0.034).abs() < 5e-4, "{weekly}");
        let each = false_yes(0.8, 1, 780);
        assert!((each - 0.081).abs() < 5e-4, "{each}");
        assert!(false_yes(0.7, 30, 26) < 0.0005);
    }

    proptest! {
        #[test]
        fn good_outputs_raise_and_bad_ones_lower_the_evidence(
            n in 0usize..80, good in 0usize..80, b in 1u32..1_000,
        ) {
            let (k, b) = (good.min(n), fraction(b.into(), 1_000));
            let now = exact(k, n, &b);
            prop_assert!(exact(k + 1, n + 1, &b) > now);
            prop_assert!(exact(k, n + 1, &b) < now);
            if k < n {
                prop_assert!(exact(k + 1, n, &b) > now);
            }
            // It is the closed form P(X ≤ k) / ((n+1−k) · P(X = k)) of n + 1 draws.
            let tail = |k| super::super::upper_tail(k, n + 1, &b, FREE).unwrap().into_number();
            let (above, from) = (tail(k + 1), tail(k));
            let closed = (Number::ONE - &above) / (Number::from(n + 1 - k) * (from - above));
            prop_assert_eq!(closed, now);
        }

        #[test]
        fn no_sample_shows_both(n in 0usize..200, good in 0usize..200, b in 1u32..100) {
            let claim = claim(good.min(n), n, percent(b));
            let alpha = percent(10);
            let yes = claim.shown_at_every_look(&alpha, FREE).unwrap();
            prop_assert!(!(yes && claim.refuted_at_every_look(&alpha, FREE).unwrap()));
        }
    }
}
