//! Samples of a population that is counted: drawn without replacement, as from an urn.
//!
//! Fisher, "The Logic of Inductive Inference", Journal of the Royal Statistical Society 98 (1935): the hypergeometric distribution.

use dashu_int::UBig;
use statrs::function::factorial::ln_binomial;

use super::looks::{QUICK_STEPS, QUICK_TERMS};
use super::{Parts, SMALL_SAMPLE, Spend, is_clear};
use crate::value::Number;

/// Of more than these, floating point does not count the ways to draw some well enough.
const MAX_QUICK_POPULATION: usize = 1_000_000;

/// A population of whom so many count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Urn {
    pub(super) population: usize,
    pub(super) marked: usize,
}

impl Urn {
    /// P(X ≥ k) of `n` drawn without replacement: Σ C(D,i)·C(N−D,n−i) / C(N,n), exactly; none where that would take too long.
    /// No more can be drawn than there are.
    pub(super) fn upper_tail(self, k: usize, n: usize, spend: Spend<'_>) -> Option<Parts> {
        let Self { population, marked } = self;
        let rest = population.saturating_sub(marked);
        let n = n.min(population);
        // Fewer cannot be drawn, nor more.
        let (least, most) = (n.saturating_sub(rest), n.min(marked));
        let of = |sum: UBig| Some(Parts { sum, whole: UBig::ONE });
        if k <= least {
            return of(UBig::ONE);
        }
        if k > most {
            return of(UBig::ZERO);
        }
        let words = n.saturating_mul(bits_of(population)) / 64 + 1;
        if !spend((most - k + 2 * n + 1).saturating_mul(words) / 32 + 1) {
            return None;
        }
        let mut term = choose(marked, most) * choose(rest, n - most);
        let mut sum = UBig::ZERO;
        for i in (k..=most).rev() {
            sum += &term;
            // C(D,i−1)·C(N−D,n−i+1) from C(D,i)·C(N−D,n−i)
            let up = UBig::from(i) * UBig::from((rest + i).saturating_sub(n));
            term = term * up / (UBig::from(marked - i + 1) * UBig::from(n - i + 1));
        }
        Some(Parts { sum, whole: choose(population, n) })
    }

    /// Whether P(X ≥ k) of `n` drawn is at most `alpha`: by floating point where that is clear enough, else exactly. None where
    /// that would take too long.
    pub(super) fn tail_is_at_most(
        self,
        k: usize,
        n: usize,
        alpha: &Number,
        spend: Spend<'_>,
    ) -> Option<bool> {
        if n > SMALL_SAMPLE && self.population <= MAX_QUICK_POPULATION {
            let (quick, level) = (self.quick_upper_tail(k, n, spend)?, alpha.to_f64_fast());
            if is_clear(quick, level) {
                return Some(quick <= level);
            }
        }
        Some(self.upper_tail(k, n, spend)?.against(alpha).is_le())
    }

    /// P(X ≥ k) of `n` drawn as [`Urn::upper_tail`] has it, by floating point: its error is below 1e-9.
    pub(super) fn quick_upper_tail(self, k: usize, n: usize, spend: Spend<'_>) -> Option<f64> {
        let Self { population, marked } = self;
        let rest = population.saturating_sub(marked);
        let n = n.min(population);
        let (least, most) = (n.saturating_sub(rest), n.min(marked));
        if k <= least {
            return Some(1.0);
        }
        if k > most {
            return Some(0.0);
        }
        if !spend((most - k) / QUICK_TERMS * QUICK_STEPS + QUICK_STEPS) {
            return None;
        }
        // From where the terms fall; of the other end what is left.
        if (k as u128) * (population as u128) < (n as u128) * (marked as u128) {
            return Some(1.0 - Self { population, marked: rest }.quick_upper_tail(n - k + 1, n, spend)?);
        }
        let ways = |of: usize, some: usize| ln_binomial(of as u64, some as u64);
        let mut term = (ways(marked, k) + ways(rest, n - k) - ways(population, n)).exp();
        let mut sum = 0.0;
        for i in k..=most {
            sum += term;
            // C(D,i+1)·C(N−D,n−i−1) from C(D,i)·C(N−D,n−i)
            let up = (marked - i) as f64 * (n - i) as f64;
            term *= up / ((i + 1) as f64 * (rest + i + 1 - n) as f64);
        }
        Some(sum)
    }
}

fn bits_of(number: usize) -> usize {
    number.checked_ilog2().map_or(1, |bits| bits as usize + 1)
}

/// In how many ways `k` of `n` can be chosen: the binomial coefficient.
pub(super) fn choose(n: usize, k: usize) -> UBig {
    if k > n {
        return UBig::ZERO;
    }
    (1..=k.min(n - k)).fold(UBig::ONE, |so_far, i| so_far * UBig::from(n - i + 1) / UBig::from(i))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Claim;
    use crate::stats::tests::FREE;

    fn of(good: usize, size: usize, population: usize, percent: u32) -> Claim {
        let threshold = Number::from_parts(percent.into(), 100u8.into());
        Claim { population: Some(population), ..Claim::known(good, size, threshold, false) }
    }

    fn significance(claim: &Claim) -> Number {
        Number::ONE - claim.confidence(FREE).expect("few steps")
    }

    #[test]
    fn significance_of_samples_without_replacement() {
        let reference = [
            (of(27, 30, 60, 80), 406_295, 14_140_294_u32),
            (of(6, 6, 12, 80), 1, 11),
            (of(8, 8, 12, 80), 1, 55),
            (of(5, 6, 12, 50), 1, 132),
            (of(16, 20, 40, 60), 317, 66_526),
        ];
        for (claim, above, below) in reference {
            assert_eq!(significance(&claim), Number::from_parts(above.into(), below.into()));
        }
    }

    #[test]
    fn quick_tails_are_as_the_exact_ones() {
        for (population, marked, n) in
            [(500, 100, 80), (500, 450, 200), (20_000, 150, 900), (900_000, 300_000, 300)]
        {
            let urn = Urn { population, marked };
            for k in (0..=n + 1).step_by(7) {
                let exact = urn.upper_tail(k, n, FREE).unwrap().into_number().to_f64_fast();
                let quick = urn.quick_upper_tail(k, n, FREE).unwrap();
                assert!((exact - quick).abs() < 1e-9, "{urn:?}: {k} of {n}: {exact} {quick}");
            }
        }
    }

    #[test]
    fn who_counts_everybody_knows_the_share() {
        let level = Number::from_parts(99.into(), 100u8.into());
        for good in 0..=12 {
            let claim = of(good, 12, 12, 50);
            assert_eq!(claim.decide(&level, FREE), Some(good >= 6), "{good}");
            let more = Claim { strict: true, ..claim };
            assert_eq!(more.decide(&level, FREE), Some(good > 6), "{good}");
        }
    }

    #[test]
    fn what_holds_of_any_population_or_of_none_is_decided() {
        let level = Number::from_parts(90.into(), 100u8.into());
        assert_eq!(of(0, 3, 12, 0).decide(&level, FREE), Some(true));
        assert_eq!(of(3, 3, 12, 101).decide(&level, FREE), Some(false));
        assert_eq!(of(3, 3, 12, 100).decide(&level, FREE), None);
        assert_eq!(Claim { strict: true, ..of(3, 3, 12, 100) }.decide(&level, FREE), Some(false));
    }

    #[test]
    fn a_large_population_is_as_good_as_an_endless_one() {
        let level = Number::from_parts(90.into(), 100u8.into());
        for good in 20..=30 {
            let endless = Claim { population: None, ..of(good, 30, 1, 80) };
            let large = of(good, 30, 1_000_000, 80);
            assert_eq!(large.decide(&level, FREE), endless.decide(&level, FREE), "{good}");
        }
    }

    #[test]
    fn all_further_ones_are_drawn_from_those_that_are_left() {
        use crate::evidence::Further;
        let level = Number::from_parts(90.into(), 100u8.into());
        assert_eq!(of(6, 6, 12, 80).further(&level, FREE), Further::So(1));
        assert_eq!(of(0, 3, 12, 80).further(&level, FREE), Further::Never);
        assert_eq!(of(9, 12, 12, 80).further(&level, FREE), Further::Never);
    }

    #[test]
    fn what_takes_too_long_is_undecided() {
        let level = Number::from_parts(90.into(), 100u8.into());
        assert_eq!(of(27, 30, 60, 80).decide(&level, &|_| false), None);
    }

    #[test]
    fn tails_of_small_urns_are_those_of_all_draws() {
        for (population, marked, n) in [(7, 3, 4), (6, 6, 2), (5, 0, 3), (8, 5, 8)] {
            let draws = (0u32..1 << population).filter(|set| set.count_ones() as usize == n);
            let hits = draws.map(|set| (set & ((1 << marked) - 1)).count_ones() as usize).collect::<Vec<_>>();
            for k in 0..=n + 1 {
                let count = hits.iter().filter(|hit| **hit >= k).count();
                let tail = Urn { population, marked }.upper_tail(k, n, FREE).expect("few steps");
                assert_eq!(tail.into_number(), Number::from(count) / Number::from(hits.len()), "{k} of {n}");
            }
        }
    }
}
