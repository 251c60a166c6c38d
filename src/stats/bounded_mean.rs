//! Claims about the mean of values with a declared range, looked at again and again. It knows no fields and no snapshots.
//!
//! The evidence is the wealth of somebody who bets that the mean is higher, averaged over all sizes of the stake: Waudby-Smith
//! and Ramdas, "Estimating means of bounded random variables by betting", Journal of the Royal Statistical Society B 86
//! (2024). While the mean is lower, the chance that it ever reaches 1/α is at most α: Ville, "Étude critique de la notion de
//! collectif" (1939). For values at the two ends of the range it is the evidence for a share.

use dashu_base::{BitTest, Gcd, UnsignedAbs};
use dashu_int::UBig;

use super::looks::QUICK_TERMS;
use super::urn::choose;
use super::{Parts, SMALL_SAMPLE, Spend, TOO_CLOSE, first_shown};
use crate::evidence::Further;
use crate::value::Number;

/// So many values a claim can be about: the work grows with their square, and more.
pub const MAX_BOUNDED_SAMPLE: usize = 300;

/// A claim that the mean of values within a declared range reaches a threshold.
#[derive(Clone, Debug)]
pub struct MeanClaim {
    /// The lowest that the values may be, scaled from the range to 0…1.
    low: Vec<Number>,
    /// The highest that they may be, likewise.
    high: Vec<Number>,
    /// What the mean is to reach, likewise.
    threshold: Number,
    /// Whether it is to be exceeded.
    strict: bool,
}

impl MeanClaim {
    /// The claim that the mean of values that are at least `low` and at most `high`, all from `range.0` to `range.1`, reaches
    /// `threshold`, or with `strict` exceeds it. None for an empty range, and for values outside of it.
    #[must_use]
    pub fn new(
        low: &[Number],
        high: &[Number],
        range: (&Number, &Number),
        threshold: &Number,
        strict: bool,
    ) -> Option<Self> {
        let width = range.1 - range.0;
        if width <= Number::ZERO {
            return None;
        }
        let scale = |value: &Number| (value - range.0) / &width;
        let all = |values: &[Number]| {
            let scaled = values.iter().map(scale);
            scaled
                .map(|x| (x >= Number::ZERO && x <= Number::ONE).then_some(x))
                .collect::<Option<Vec<Number>>>()
        };
        Some(Self { low: all(low)?, high: all(high)?, threshold: scale(threshold), strict })
    }

    /// `mean <= B` as the same claim about the distances from the upper end of the range.
    #[must_use]
    pub fn about_the_rest(&self) -> Self {
        let mirrored = |values: &[Number]| values.iter().map(|x| Number::ONE - x).collect();
        Self {
            low: mirrored(&self.high),
            high: mirrored(&self.low),
            threshold: Number::ONE - &self.threshold,
            strict: self.strict,
        }
    }

    /// Whether the claim is shown, or is shown not to hold, at this look, where the chance of being shown at any look although
    /// it is not true is at most 1 − `confidence`. None if it is neither, if there are more than [`MAX_BOUNDED_SAMPLE`]
    /// values, or if that would take too long to find out.
    pub fn decide_at_every_look(&self, confidence: &Number, spend: Spend<'_>) -> Option<bool> {
        let alpha = Number::ONE - confidence;
        if self.shown(&alpha, 0, spend)? {
            return Some(true);
        }
        let against = Self { strict: !self.strict, ..self.about_the_rest() };
        against.shown(&alpha, 0, spend)?.then_some(false)
    }

    /// Whether the claim is shown, with so many `more` values at the upper end of the range.
    fn shown(&self, alpha: &Number, more: usize, spend: Spend<'_>) -> Option<bool> {
        match self.trivial(more) {
            Some(shown) => Some(shown),
            None if *alpha <= Number::ZERO => Some(false),
            None => {
                if self.low.len() + more > SMALL_SAMPLE {
                    let of_level =
                        quick_evidence(&self.low, more, &self.threshold, spend)? * alpha.to_f64_fast();
                    if of_level.is_finite() && (of_level - 1.0).abs() > TOO_CLOSE {
                        return Some(of_level > 1.0);
                    }
                }
                let exact = evidence(&self.low, more, &self.threshold, spend)?;
                Some(exact.against(&(Number::ONE / alpha)).is_ge())
            }
        }
    }

    /// What thresholds at the ends of the range and beyond say without any evidence.
    fn trivial(&self, more: usize) -> Option<bool> {
        let (m, zero) = (&self.threshold, Number::ZERO);
        if *m < zero || *m == zero && (!self.strict || more > 0 || self.low.iter().any(|x| *x > zero)) {
            return Some(true);
        }
        (*m == zero || *m >= Number::ONE).then_some(false)
    }

    /// The highest confidence at which the claim would be shown at this look: 1 − 1/E, and not below 0. None where there are
    /// too many values, or that would take too long.
    pub fn confidence_at_every_look(&self, spend: Spend<'_>) -> Option<Number> {
        match self.trivial(0) {
            Some(true) => Some(Number::ONE),
            Some(false) => Some(Number::ZERO),
            None => {
                let Parts { sum, whole } = evidence(&self.low, 0, &self.threshold, spend)?;
                Some((Number::ONE - Number::from_parts(whole.into(), sum)).max(Number::ZERO))
            }
        }
    }

    /// How many further values in a row at the upper end of the range would show the claim at `confidence`, with no more than
    /// [`MAX_BOUNDED_SAMPLE`] in all.
    pub fn further_at_every_look(&self, confidence: &Number, spend: Spend<'_>) -> Further {
        let alpha = Number::ONE - confidence;
        let room = MAX_BOUNDED_SAMPLE.saturating_sub(self.low.len());
        match first_shown(room, |more| self.shown(&alpha, more, spend)) {
            // More values would show it, if more were looked at.
            Further::Never if self.trivial(1).is_none() && alpha > Number::ZERO => {
                Further::Beyond { more: room, most: MAX_BOUNDED_SAMPLE }
            }
            found => found,
        }
    }
}

/// The evidence E of `values` and so many `more` ones, all from 0 to 1, for a mean above `m`, which lies between 0 and 1: the
/// mean of Π(1 + λ(x − m)) over λ from 0 to 1/m. None where there are too many, or that would take too long.
///
/// With u = λ·m the factors are (1 − u) + u·x/m, and u^j·(1 − u)^(n−j) has the mean 1/((n + 1)·C(n,j)). So E is the sum of
/// e_j/((n + 1)·C(n,j)), where e_j are the elementary symmetric polynomials of all x/m: whole numbers over the powers of
/// one denominator, and none of them negative.
fn evidence(values: &[Number], more: usize, m: &Number, spend: Spend<'_>) -> Option<Parts> {
    let n = values.len().checked_add(more).filter(|n| *n <= MAX_BOUNDED_SAMPLE)?;
    let ratios: Vec<Number> =
        values.iter().map(|x| x / m).chain(std::iter::repeat_n(Number::ONE / m, more)).collect();
    let (wholes, denominator) = over_one_denominator(&ratios, spend)?;
    let bits = wholes.iter().chain([&denominator]).map(BitTest::bit_len).max().unwrap_or(1);
    let words = n.saturating_mul(bits + 1) / 64 + 1;
    // Half of the polynomials are there on the average, each with half of the words, and likewise below the powers.
    let products = (n * n / 4).saturating_mul(words);
    if !spend(products.saturating_mul(bits / 64 + 3) / 8 + 2 * n * (words.isqrt() * words / 8 + 8)) {
        return None;
    }
    let mut symmetric = vec![UBig::ONE];
    for whole in &wholes {
        let mut carried = UBig::ZERO;
        for term in &mut symmetric {
            let product = &*term * whole;
            *term += std::mem::replace(&mut carried, product);
        }
        symmetric.push(carried);
    }
    // Σ e_j·d^(n−j)·(L/((n + 1)·C(n,j))) over d^n·L, where L is the least that all the denominators divide.
    let common = (2..=n + 1).fold(UBig::ONE, |common, factor| lowest_multiple(&common, &UBig::from(factor)));
    let mut sum = UBig::ZERO;
    for (j, term) in symmetric.iter().enumerate() {
        sum = sum * &denominator + term * (&common / (UBig::from(n + 1) * choose(n, j)));
    }
    Some(Parts { sum, whole: denominator.pow(n) * common })
}

/// The evidence as [`evidence`] has it, by floating point; infinite where it is too large for that. All terms are positive, so
/// that its relative error is below 1e-9. None where there are too many values, or that would take too long.
///
/// It is the mean of e_j/C(n,j) over all j, and with one value y more e_j/C(n,j) becomes
/// ((n + 1 − j)·e_j/C(n,j) + j·y·e_(j−1)/C(n,j−1))/(n + 1).
fn quick_evidence(values: &[Number], more: usize, m: &Number, spend: Spend<'_>) -> Option<f64> {
    let n = values.len().checked_add(more).filter(|n| *n <= MAX_BOUNDED_SAMPLE)?;
    if !spend(n * n / QUICK_TERMS + 1) {
        return None;
    }
    let ratios = values.iter().map(|x| (x / m).to_f64_fast());
    let ratios = ratios.chain(std::iter::repeat_n((Number::ONE / m).to_f64_fast(), more));
    let mut means = vec![1.0_f64];
    for (size, ratio) in ratios.enumerate() {
        means.push(0.0);
        let whole = size as f64 + 1.0;
        let mut before = 0.0;
        for (j, mean) in means.iter_mut().enumerate() {
            let (with, own) = (j as f64 * ratio * before, (whole - j as f64) * *mean);
            before = std::mem::replace(mean, (own + with) / whole);
        }
    }
    Some(means.iter().sum::<f64>() / (n as f64 + 1.0))
}

/// The numbers, none of them negative, as whole numbers over one denominator; none where that would take too long.
fn over_one_denominator(numbers: &[Number], spend: Spend<'_>) -> Option<(Vec<UBig>, UBig)> {
    let mut denominator = UBig::ONE;
    for number in numbers {
        if !spend(denominator.bit_len() / 64 + 1) {
            return None;
        }
        denominator = lowest_multiple(&denominator, number.denominator());
    }
    let whole =
        |number: &Number| number.numerator().clone().unsigned_abs() * (&denominator / number.denominator());
    Some((numbers.iter().map(whole).collect(), denominator))
}

fn lowest_multiple(a: &UBig, b: &UBig) -> UBig {
    a / a.gcd(b) * b
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evidence::Looking;
    use crate::stats::Claim;
    use crate::stats::tests::FREE;

    fn fraction(sum: i64, whole: u64) -> Number {
        Number::from_parts(sum.into(), whole.into())
    }

    fn percent(p: i64) -> Number {
        fraction(p, 100)
    }

    fn numbers(values: &[i64]) -> Vec<Number> {
        values.iter().map(|value| Number::from(*value)).collect()
    }

    fn between(low: &[i64], high: &[i64], range: (i64, i64), threshold: Number) -> Option<MeanClaim> {
        let (least, most) = (Number::from(range.0), Number::from(range.1));
        MeanClaim::new(&numbers(low), &numbers(high), (&least, &most), &threshold, false)
    }

    fn claim(values: &[i64], range: (i64, i64), threshold: Number) -> MeanClaim {
        between(values, values, range, threshold).unwrap()
    }

    fn exact(claim: &MeanClaim) -> Number {
        evidence(&claim.low, 0, &claim.threshold, FREE).unwrap().into_number()
    }

    #[test]
    fn quick_evidence_is_as_the_exact_one() {
        for (values, more, m) in [(5, 70, 50), (120, 0, 62), (90, 9, 12), (90, 3, 97)] {
            let values: Vec<Number> =
                (0..values).map(|i| fraction(i * 37 % 101, 100).min(Number::ONE)).collect();
            let m = percent(m);
            let exact = evidence(&values, more, &m, FREE).unwrap().into_number().to_f64_fast();
            let quick = quick_evidence(&values, more, &m, FREE).unwrap();
            assert!((quick / exact - 1.0).abs() < 1e-9, "{exact} {quick}");
        }
    }

    #[test]
    fn evidence_is_the_reference_value() {
        let mut changes = vec![0; 24];
        changes.extend([1, 1, 1, 1, 1, -1]);
        for (values, range, m, expected) in [
            (vec![4, 5, 3, 4, 5], (1, 5), fraction(7, 2), 1.8853866666667),
            (vec![5; 5], (1, 5), fraction(7, 2), 4.38256),
            (vec![4; 20], (1, 5), fraction(3, 1), 474.94143763043),
            (vec![1, 2, 1, 3, 2], (1, 5), fraction(3, 1), 0.25833333333333),
            (changes, (-1, 1), fraction(-1, 10), 20.818830430323),
        ] {
            let evidence = exact(&claim(&values, range, m)).to_f64_fast();
            assert!((evidence / expected - 1.0).abs() < 2e-14, "{values:?}: {evidence}");
        }
        assert_eq!(exact(&claim(&[1, 2, 1, 3, 2], (1, 5), fraction(3, 1))), fraction(31, 120));
        assert_eq!(exact(&claim(&[], (1, 5), fraction(3, 1))), Number::ONE);
    }

    #[test]
    fn both_sides_are_decided() {
        let decide =
            |values: &[i64]| claim(values, (1, 5), fraction(3, 1)).decide_at_every_look(&percent(90), FREE);
        assert_eq!(decide(&[4; 20]), Some(true));
        assert_eq!(decide(&[2; 20]), Some(false));
        assert_eq!(decide(&[3; 20]), None);
        assert_eq!(decide(&[]), None);
        // What is not known counts against both answers.
        let part = between(&[4; 20], &[5; 20], (1, 5), fraction(3, 1)).unwrap();
        assert_eq!(part.decide_at_every_look(&percent(90), FREE), Some(true));
        let wide = between(&[1; 20], &[5; 20], (1, 5), fraction(3, 1)).unwrap();
        assert_eq!(wide.decide_at_every_look(&percent(90), FREE), None);
        let low = claim(&[2; 20], (1, 5), fraction(3, 1)).about_the_rest();
        assert_eq!(low.decide_at_every_look(&percent(90), FREE), Some(true));
    }

    #[test]
    fn thresholds_at_the_ends() {
        let decide = |values: &[i64], m: Number, strict| {
            let claim = MeanClaim { strict, ..claim(values, (1, 5), m) };
            claim.decide_at_every_look(&percent(90), FREE)
        };
        assert_eq!(decide(&[1, 1], Number::ONE, false), Some(true));
        assert_eq!(decide(&[1, 1], Number::ONE, true), None);
        assert_eq!(decide(&[1, 2], Number::ONE, true), Some(true));
        assert_eq!(decide(&[1, 1], Number::ZERO, true), Some(true));
        assert_eq!(decide(&[5; 200], fraction(5, 1), false), None);
        assert_eq!(decide(&[5, 4], fraction(5, 1), false), Some(false));
        assert_eq!(decide(&[5; 200], fraction(5, 1), true), Some(false));
        assert_eq!(decide(&[5; 200], fraction(6, 1), false), Some(false));
        let little = Number::from_parts(1.into(), UBig::from(10u8).pow(40));
        assert_eq!(decide(&[5; 20], fraction(3, 1) + little, false), Some(true));
        assert!(between(&[6], &[6], (1, 5), fraction(3, 1)).is_none());
        assert!(between(&[0], &[5], (1, 5), fraction(3, 1)).is_none());
        assert!(between(&[5], &[5], (5, 5), fraction(3, 1)).is_none());
        assert_eq!(claim(&[5; 30], (1, 5), percent(120)).decide_at_every_look(&Number::ONE, FREE), None);
    }

    #[test]
    fn confidence_and_further_values_follow_the_evidence() {
        let fives = claim(&[5; 5], (1, 5), fraction(7, 2));
        assert_eq!(fives.confidence_at_every_look(FREE), Some(Number::ONE - Number::ONE / exact(&fives)));
        let poor = claim(&[1, 2, 1, 3, 2], (1, 5), fraction(3, 1));
        assert_eq!(poor.confidence_at_every_look(FREE), Some(Number::ZERO));
        let Further::So(more) = poor.further_at_every_look(&percent(90), FREE) else {
            panic!("it can be shown")
        };
        let with = |more| {
            let mut values = vec![1, 2, 1, 3, 2];
            values.extend(vec![5; more]);
            claim(&values, (1, 5), fraction(3, 1)).decide_at_every_look(&percent(90), FREE)
        };
        assert_eq!((with(more), with(more - 1)), (Some(true), None));
        let never = claim(&[5], (1, 5), fraction(5, 1)).further_at_every_look(&percent(90), FREE);
        assert_eq!(never, Further::Never);
    }

    #[test]
    fn what_takes_too_long_is_not_found_out() {
        let many = claim(&[4; MAX_BOUNDED_SAMPLE], (1, 5), fraction(3, 1));
        let never = |_: usize| false;
        assert_eq!(many.decide_at_every_look(&percent(90), FREE), Some(true));
        assert_eq!(many.decide_at_every_look(&percent(90), &never), None);
        assert_eq!(many.confidence_at_every_look(&never), None);
        let some = claim(&[3; 20], (1, 5), fraction(3, 1));
        assert_eq!(some.further_at_every_look(&percent(90), &never), Further::Unsought);
        let more = claim(&[4; MAX_BOUNDED_SAMPLE + 1], (1, 5), fraction(3, 1));
        assert_eq!(more.decide_at_every_look(&percent(90), FREE), None);
        // Values with many digits take many steps.
        let spent = std::cell::Cell::new(0);
        let count = |steps: usize| {
            spent.set(spent.get() + steps);
            true
        };
        assert_eq!(many.decide_at_every_look(&percent(90), &count), Some(true));
        let digits: Vec<Number> = (2..62).map(|part| fraction(1, part)).collect();
        let (zero, one) = (Number::ZERO, Number::ONE);
        let long = MeanClaim::new(&digits, &digits, (&zero, &one), &percent(30), false).unwrap();
        let few = spent.replace(0);
        assert_eq!(long.decide_at_every_look(&percent(90), &count), Some(false));
        assert!(few < 1_000 && spent.get() > 5_000, "{few} {}", spent.get());
    }

    proptest! {
        #[test]
        fn at_the_ends_of_the_range_it_is_the_evidence_for_a_share(
            good in 0usize..20, bad in 0usize..20, b in 1i64..100,
        ) {
            let mut values = vec![1; good];
            values.extend(vec![0; bad]);
            let once = Claim::known(good, good + bad, percent(b), false);
            let share = Claim { looks: Looking::Growing, ..once };
            let mean = claim(&values, (0, 1), percent(b));
            prop_assert_eq!(mean.confidence_at_every_look(FREE), share.confidence(FREE));
            prop_assert_eq!(
                mean.decide_at_every_look(&percent(80), FREE),
                share.decide(&percent(80), FREE)
            );
        }

        #[test]
        fn higher_values_raise_the_evidence(
            values in proptest::collection::vec(0i64..=10, 1..12), m in 1i64..10, at in 0usize..12,
        ) {
            let mut higher = values.clone();
            let at = at % values.len();
            higher[at] = (higher[at] + 1).min(10);
            let of = |values: &[i64]| exact(&claim(values, (0, 10), m.into()));
            let now = of(&values);
            prop_assert!(of(&higher) >= now);
            // The order does not matter.
            higher.clone_from(&values);
            higher.reverse();
            prop_assert_eq!(of(&higher), now.clone());
            // A further value at the threshold changes nothing, one above raises it, one below lowers it.
            let with = |more: i64| of(&[&values[..], &[more]].concat());
            prop_assert_eq!(with(m), now.clone());
            prop_assert!(with(m + 1) >= now.clone() && with(m - 1) <= now);
        }
    }
}
