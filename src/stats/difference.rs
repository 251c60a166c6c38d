//! Claims about the difference of two shares or two means of separate samples. It knows no lists and no units.
//!
//! Shares: Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods",
//! Statistics in Medicine 17 (1998), method 10, from the bounds of Wilson, "Probable inference, the law of succession, and
//! statistical inference", Journal of the American Statistical Association 22 (1927). Means: Welch, "The generalization of
//! 'Student's' problem when several different population variances are involved", Biometrika 34 (1947). Both are approximate,
//! and computed in floating point: what is too close to call is undecided.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::{MAX_FURTHER, first_shown, mean_and_squares, squared_error};
use crate::evidence::Further;
use crate::value::Number;

/// How near to its bound a value in floating point is too close to call.
const ROUNDING: f64 = 1e-9;
/// Higher deviates than this are not looked for: their confidence is 1 in floating point.
const MAX_DEVIATE: f64 = 9.0;
/// How often an interval of deviates is halved.
const HALVINGS: usize = 60;

/// So many good ones of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hits {
    /// How many are good.
    pub good: usize,
    /// The size of the sample.
    pub of: usize,
}

/// A claim `A − B >= margin` about two shares.
#[derive(Clone, Debug)]
pub struct ShareDifference {
    /// The sample A where everything that is not known is as bad as it can be for the claim.
    pub a_low: Hits,
    /// And where it is as good as it can be.
    pub a_high: Hits,
    /// The sample B where as few as possible are good.
    pub b_low: Hits,
    /// And where as many as possible are.
    pub b_high: Hits,
    /// What the difference of the shares is to reach. Whether it is to be exceeded makes no difference.
    pub margin: Number,
}

/// The share of a sample and its bounds by Wilson, with so many standard deviations; none for an empty sample.
fn wilson(Hits { good, of }: Hits, deviate: f64) -> Option<(f64, f64, f64)> {
    if of == 0 || good > of {
        return None;
    }
    let (n, squared) = (of as f64, deviate * deviate);
    let share = good as f64 / n;
    let middle = share + squared / (2.0 * n);
    let spread = deviate * (share * (1.0 - share) / n + squared / (4.0 * n * n)).sqrt();
    let whole = 1.0 + squared / n;
    Some(((middle - spread) / whole, share, (middle + spread) / whole))
}

/// The lower one-sided bound of the share of `a` less that of `b`: d − √((p_a − l_a)² + (u_b − p_b)²); none for empty samples.
/// With a negative deviate, as confidences below one half have, it is the upper bound of the rest.
fn lower_bound(a: Hits, b: Hits, deviate: f64) -> Option<f64> {
    if deviate < 0.0 {
        return Some(-lower_bound(b, a, -deviate)?);
    }
    let (low, share_of_a, _) = wilson(a, deviate)?;
    let (_, share_of_b, high) = wilson(b, deviate)?;
    Some(share_of_a - share_of_b - (share_of_a - low).hypot(high - share_of_b))
}

/// The deviate that a standard normal value exceeds with the chance 1 − `confidence`; none for certainty, of either.
fn deviate_of(confidence: &Number) -> Option<f64> {
    let confidence = confidence.to_f64_fast();
    (confidence > 0.0 && confidence < 1.0)
        .then(|| Some(Normal::new(0.0, 1.0).ok()?.inverse_cdf(confidence)))?
}

impl ShareDifference {
    /// `A − B <= margin` as `B − A >= −margin`.
    #[must_use]
    pub fn turned_round(&self) -> Self {
        Self {
            a_low: self.b_low,
            a_high: self.b_high,
            b_low: self.a_low,
            b_high: self.a_high,
            margin: -self.margin.clone(),
        }
    }

    /// Whether the one-sided bounds at `confidence`, between 0 and 1, show that the claim holds or does not; none if
    /// they show neither, or come too close to the margin to tell.
    #[must_use]
    pub fn decide(&self, confidence: &Number) -> Option<bool> {
        let deviate = deviate_of(confidence)?;
        let margin = self.margin.to_f64_fast();
        if lower_bound(self.a_low, self.b_high, deviate)? > margin + ROUNDING {
            return Some(true);
        }
        // The upper bound is the lower one of the difference turned round.
        let upper = -lower_bound(self.b_low, self.a_high, deviate)?;
        (upper < margin - ROUNDING).then_some(false)
    }

    /// The highest confidence at which the claim would be shown; none where a sample is empty.
    #[must_use]
    pub fn confidence(&self) -> Option<f64> {
        let margin = self.margin.to_f64_fast();
        let shown = |deviate| Some(lower_bound(self.a_low, self.b_high, deviate)? > margin + ROUNDING);
        let (mut low, mut high) = (-MAX_DEVIATE, MAX_DEVIATE);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            *(if shown(middle)? { &mut low } else { &mut high }) = middle;
        }
        Some(Normal::new(0.0, 1.0).ok()?.cdf(low))
    }

    /// How many further good ones of A in a row would show the claim at `confidence`, or with `bad_of_b` bad ones of B.
    #[must_use]
    pub fn further(&self, confidence: &Number, bad_of_b: bool) -> Further {
        let (a, b) = (self.a_low, self.b_high);
        let other = if bad_of_b { a } else { b };
        let Some(deviate) = deviate_of(confidence).filter(|_| other.of > 0) else {
            return Further::Never;
        };
        let margin = self.margin.to_f64_fast();
        first_shown(MAX_FURTHER, |more| {
            let (a, b) = match bad_of_b {
                true => (a, Hits { good: b.good, of: b.of + more }),
                false => (Hits { good: a.good + more, of: a.of + more }, b),
            };
            Some(lower_bound(a, b, deviate)? > margin + ROUNDING)
        })
    }
}

/// How the difference of two means compares with a margin, by Welch's t.
#[derive(Clone, Copy, Debug)]
pub struct MeanDifference {
    /// By how many standard errors the difference exceeds the margin.
    pub t: f64,
    /// The degrees of freedom by Welch and Satterthwaite, which are no whole number.
    pub freedom: f64,
    /// The one-sided confidence with which the mean of A less that of B exceeds the margin.
    pub confidence: f64,
}

impl MeanDifference {
    /// For the mean of `a` less that of `b` and the margin. None where there are no bounds: fewer than [`MIN_MEAN_SAMPLE`](super::MIN_MEAN_SAMPLE)
    /// values on a side, all values of a side equal, or numbers that floating point does not hold.
    #[must_use]
    pub fn new(a: &[Number], b: &[Number], margin: &Number) -> Option<Self> {
        let ((mean_of_a, squares_of_a), (mean_of_b, squares_of_b)) =
            (mean_and_squares(a)?, mean_and_squares(b)?);
        let (error_of_a, error_of_b) =
            (squared_error(&squares_of_a, a.len()), squared_error(&squares_of_b, b.len()));
        let error = error_of_a + error_of_b;
        if error_of_a <= 0.0 || error_of_b <= 0.0 {
            return None;
        }
        let t = (mean_of_a - mean_of_b - margin).to_f64_fast() / error.sqrt();
        let (part_of_a, part_of_b) = (error_of_a / error, error_of_b / error);
        let freedom = (part_of_a * part_of_a / (a.len() as f64 - 1.0)
            + part_of_b * part_of_b / (b.len() as f64 - 1.0))
            .recip();
        if !t.is_finite() || !freedom.is_finite() {
            return None;
        }
        Some(Self { t, freedom, confidence: StudentsT::new(0.0, 1.0, freedom).ok()?.cdf(t) })
    }

    /// Whether the difference is shown at `confidence` to reach the margin, or not to reach it; none if neither is, or it is
    /// too close to tell.
    #[must_use]
    pub fn decide(&self, confidence: &Number) -> Option<bool> {
        let needed = confidence.to_f64_fast() + ROUNDING;
        if self.confidence > needed {
            return Some(true);
        }
        (1.0 - self.confidence > needed).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fraction(sum: i64, whole: u64) -> Number {
        Number::from_parts(sum.into(), whole.into())
    }

    fn percent(p: i64) -> Number {
        fraction(p, 100)
    }

    fn of(good: usize, of: usize) -> Hits {
        Hits { good, of }
    }

    fn known(a: Hits, b: Hits, margin: Number) -> ShareDifference {
        ShareDifference { a_low: a, a_high: a, b_low: b, b_high: b, margin }
    }

    fn numbers(values: &[i64]) -> Vec<Number> {
        values.iter().map(|value| Number::from(*value)).collect()
    }

    #[test]
    fn bounds_of_shares_are_the_reference_values() {
        let bound = |a, b, confidence| lower_bound(a, b, deviate_of(&confidence).unwrap()).unwrap();
        for (a, b, confidence, expected) in [
            (of(56, 70), of(48, 80), fraction(975, 1_000), 0.052431472402),
            (of(48, 80), of(56, 70), fraction(975, 1_000), -0.33387265404),
            (of(27, 30), of(21, 30), percent(90), 0.067951860641),
            (of(26, 30), of(25, 30), percent(90), -0.087360553589),
            (of(85, 100), of(88, 100), percent(90), -0.092533201322),
        ] {
            assert!((bound(a, b, confidence) - expected).abs() < 1e-11, "{a:?} {b:?}");
        }
    }

    #[test]
    fn shares_are_decided_on_both_sides() {
        let decide = |a, b, margin| known(a, b, percent(margin)).decide(&percent(90));
        assert_eq!(decide(of(27, 30), of(21, 30), 6), Some(true));
        assert_eq!(decide(of(27, 30), of(21, 30), 7), None);
        assert_eq!(decide(of(26, 30), of(25, 30), -9), Some(true));
        assert_eq!(decide(of(26, 30), of(25, 30), -8), None);
        assert_eq!(decide(of(21, 30), of(27, 30), 0), Some(false));
        assert_eq!(decide(of(21, 30), of(27, 30), -6), Some(false));
        assert_eq!(
            known(of(21, 30), of(27, 30), percent(-6)).turned_round().decide(&percent(90)),
            Some(true)
        );
        // Samples without elements, and a level of 100 %, at which nothing is decided.
        assert_eq!(decide(of(0, 0), of(27, 30), 0), None);
        assert_eq!(decide(of(27, 30), of(0, 0), -100), None);
        assert_eq!(known(of(30, 30), of(0, 30), percent(0)).decide(&Number::ONE), None);
        assert_eq!(known(of(30, 30), of(0, 30), percent(0)).decide(&percent(40)), Some(true));
        assert_eq!(known(of(15, 30), of(16, 30), percent(0)).decide(&percent(40)), Some(false));
        assert_eq!(known(of(15, 30), of(16, 30), percent(0)).decide(&percent(30)), Some(true));
        assert_eq!(known(of(30, 30), of(0, 30), percent(0)).decide(&percent(99)), Some(true));
        // What is not known counts against both answers.
        let unsure = ShareDifference { a_low: of(20, 30), ..known(of(27, 30), of(21, 30), percent(6)) };
        assert_eq!(unsure.decide(&percent(90)), None);
    }

    #[test]
    fn what_is_too_close_to_its_bound_is_undecided() {
        let (a, b) = (of(27, 30), of(21, 30));
        let bound = lower_bound(a, b, deviate_of(&percent(90)).unwrap()).unwrap();
        let decide = |off: f64| known(a, b, Number::try_from(bound - off).unwrap()).decide(&percent(90));
        assert_eq!((decide(2e-9), decide(5e-10), decide(-5e-10)), (Some(true), None, None));
        let upper = -lower_bound(b, a, deviate_of(&percent(90)).unwrap()).unwrap();
        let decide = |off: f64| known(a, b, Number::try_from(upper + off).unwrap()).decide(&percent(90));
        assert_eq!((decide(2e-9), decide(5e-10)), (Some(false), None));
    }

    #[test]
    fn the_highest_confidence_and_further_good_ones() {
        let claim = known(of(27, 30), of(21, 30), fraction(67_951_860, 1_000_000_000));
        assert!((claim.confidence().unwrap() - 0.9).abs() < 1e-7);
        // Below one half it is what is left to the opposite.
        let (one, other) = (of(21, 30), of(27, 30));
        let both = [(one, other), (other, one)].map(|(a, b)| known(a, b, percent(0)).confidence().unwrap());
        assert!(both[0] < 0.05 && (both[0] + both[1] - 1.0).abs() < 1e-6, "{both:?}");
        assert_eq!(known(of(21, 30), of(0, 0), percent(0)).confidence(), None);
        let claim = |more| known(of(24 + more, 30 + more), of(21, 30), percent(0));
        let Further::So(more) = claim(0).further(&percent(90), false) else {
            panic!("it can still be shown")
        };
        assert_eq!(claim(more).decide(&percent(90)), Some(true));
        assert_eq!(claim(more - 1).decide(&percent(90)), None);
        assert_eq!(known(of(0, 0), of(21, 30), percent(40)).further(&percent(90), false), Further::Never);
        assert_eq!(claim(0).further(&Number::ONE, false), Further::Never);
        assert_eq!(known(of(21, 30), of(0, 0), percent(0)).further(&percent(90), false), Further::Never);
    }

    /// It is approximate: a little above the 10 % that it promises.
    #[test]
    fn a_yes_is_false_hardly_more_often_than_promised() {
        for (n, share) in [(30, 0.8_f64), (30, 0.9), (60, 0.8)] {
            let mut chances = vec![0.0; n + 1];
            chances[0] = 1.0;
            for _ in 0..n {
                for k in (0..chances.len()).rev() {
                    chances[k] =
                        chances[k] * (1.0 - share) + if k > 0 { chances[k - 1] * share } else { 0.0 };
                }
            }
            let mut wrong = 0.0;
            for (a, b) in (0..=n).flat_map(|a| (0..=n).map(move |b| (a, b))) {
                if known(of(a, n), of(b, n), Number::ZERO).decide(&percent(90)) == Some(true) {
                    wrong += chances[a] * chances[b];
                }
            }
            assert!((0.08..0.115).contains(&wrong), "{n} at {share}: {wrong}");
        }
    }

    #[test]
    fn welch_is_the_reference_value() {
        let (a, b) = (numbers(&[4, 5, 3, 4, 5]), numbers(&[3, 3, 4, 2, 3]));
        let found = MeanDifference::new(&a, &b, &Number::ZERO).unwrap();
        assert!((found.t - 2.4494897428).abs() < 1e-10, "{found:?}");
        assert!((found.freedom - 7.7837837838).abs() < 1e-10, "{found:?}");
        assert!((found.confidence - 0.97961358574).abs() < 1e-11, "{found:?}");
        assert_eq!((found.decide(&percent(97)), found.decide(&percent(98))), (Some(true), None));
        let turned = MeanDifference::new(&b, &a, &Number::ZERO).unwrap();
        assert_eq!((turned.decide(&percent(97)), turned.decide(&percent(98))), (Some(false), None));
        let level = Number::try_from(found.confidence - 5e-10).unwrap();
        assert_eq!((found.decide(&level), turned.decide(&level)), (None, None));
    }

    #[test]
    fn means_need_five_values_a_side_and_some_that_differ() {
        let (a, same) = (numbers(&[4, 5, 3, 4, 5]), numbers(&[3; 6]));
        assert!(MeanDifference::new(&a[..4], &a, &Number::ZERO).is_none());
        assert!(MeanDifference::new(&a, &a[..4], &Number::ZERO).is_none());
        for (a, b) in [(&same, &same), (&a, &same), (&same, &a)] {
            assert!(MeanDifference::new(a, b, &Number::ONE).is_none());
        }
        let huge: Vec<Number> = a.iter().map(|x| x * Number::from(dashu_int::UBig::ONE << 2_000)).collect();
        assert!(MeanDifference::new(&huge, &a, &Number::ZERO).is_none());
    }

    proptest! {
        #[test]
        fn a_good_one_of_a_raises_the_bound_and_one_of_b_lowers_it(
            a in 0usize..60, more_of_a in 0usize..60, b in 0usize..60, more_of_b in 0usize..60, confidence in 50i64..100,
        ) {
            let (a, b) = (of(a, a + more_of_a + 1), of(b, b + more_of_b + 1));
            let deviate = deviate_of(&percent(confidence)).unwrap();
            let bound = |a, b| lower_bound(a, b, deviate).unwrap();
            let now = bound(a, b);
            prop_assert!(bound(of(a.good + 1, a.of), b) >= now - 1e-12);
            prop_assert!(bound(a, of(b.good + 1, b.of)) <= now + 1e-12);
            prop_assert!(bound(of(a.good + 1, a.of + 1), b) >= now - 1e-12);
            prop_assert!((-1.0..=1.0).contains(&now));
            prop_assert!(now <= -bound(b, a) + 1e-12);
        }
    }
}
