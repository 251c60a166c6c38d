//! Tails of large binomial samples in floating point, in a time that does not depend on their size. It knows no claims.
//!
//! P(X ≥ k) of n draws with probability p is the integral from 0 to p of n · P(Y = k − 1 | n − 1, t) over t. It is taken by
//! Gauss and Legendre's rule over the stretch on the side of p that counts, where the mass is not negligible. The binomial
//! probability is computed around its mode, so that nothing cancels out: Loader, "Fast and accurate computation of binomial
//! probabilities" (2000).

use std::f64::consts::PI;

/// Stretches that the integral is cut into, each of them smooth.
const STRETCHES: u32 = 32;
/// Places in half of a stretch of length 2, and their weights: Abramowitz and Stegun, "Handbook of Mathematical Functions"
/// (1964), table 25.4 for n = 8.
const PLACES: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_47),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

/// P(X ≥ k) of n draws with probability `p`, for 0 < k ≤ n and more than a few draws; `rest` is 1 − p, which is not exact
/// where it is taken of a p near 1. The error is below 1e-9.
pub(super) fn upper_tail(k: usize, n: usize, p: f64, rest: f64) -> f64 {
    if p > rest {
        return 1.0 - upper_tail(n - k + 1, n, rest, p);
    }
    if p <= 0.0 {
        return 0.0;
    }
    let (good, bad) = (k as f64 - 1.0, (n - k) as f64);
    let density = Density::of(good, bad);
    let mode = good / (good + bad);
    let size = n as f64;
    let spread = (mode.max(1.0 / size) * (1.0 - mode).max(1.0 / size) / size).sqrt();
    // As far as 1e-17 of the mass, also where it falls like an exponential.
    let reach = 10.0 * spread + 50.0 / size;
    let is_above = p >= mode;
    let (from, to) = if is_above { (p, (p + reach).min(1.0)) } else { ((p - reach).max(0.0), p) };
    let part = density.integral(from, to).clamp(0.0, 1.0);
    if is_above { 1.0 - part } else { part }
}

/// The density of which a tail is the integral: n · P(Y = good | good + bad, t).
struct Density {
    good: f64,
    bad: f64,
    /// Its value at the mode, where t = good / (good + bad).
    top: f64,
}

impl Density {
    fn of(good: f64, bad: f64) -> Self {
        let all = good + bad;
        // By Stirling's formula; of nothing drawn on one side the probability at the mode is 1.
        let top = if good == 0.0 || bad == 0.0 {
            1.0
        } else {
            let rest = stirling_rest(all) - stirling_rest(good) - stirling_rest(bad);
            (all / (2.0 * PI * good * bad)).sqrt() * rest.exp()
        };
        Self { good, bad, top: (all + 1.0) * top }
    }

    fn at(&self, t: f64) -> f64 {
        let all = self.good + self.bad;
        // How many more good ones are expected at t than at the mode.
        let more = all * t - self.good;
        let falls = |count: f64, more: f64| match count {
            0.0 => more,
            count => count * beyond_log(more / count),
        };
        self.top * (-falls(self.good, more) - falls(self.bad, -more)).exp()
    }

    fn integral(&self, from: f64, to: f64) -> f64 {
        let half = (to - from) / f64::from(STRETCHES) / 2.0;
        let stretch = |nth: u32| {
            let middle = from + half * f64::from(2 * nth + 1);
            let pair = |(place, weight): (f64, f64)| {
                weight * (self.at(middle - half * place) + self.at(middle + half * place))
            };
            PLACES.into_iter().map(pair).sum::<f64>()
        };
        half * (0..STRETCHES).map(stretch).sum::<f64>()
    }
}

/// x − ln(1 + x), which is never negative, without cancellation near 0; infinite from −1 on.
fn beyond_log(x: f64) -> f64 {
    if x <= -1.0 {
        return f64::INFINITY;
    }
    if x.abs() > 0.05 {
        return x - x.ln_1p();
    }
    // x²/2 − x³/3 + x⁴/4 − …
    let mut sum = 0.0;
    for power in (2..=14).rev() {
        sum = 1.0 / f64::from(power) - x * sum;
    }
    x * x * sum
}

/// What ln x! is more than Stirling's ln(√(2πx) · (x/e)^x), for whole x from 1 on.
fn stirling_rest(x: f64) -> f64 {
    if x < 16.0 {
        let mut log = 0.0;
        let mut factor = 2.0;
        while factor <= x {
            log += factor.ln();
            factor += 1.0;
        }
        return log - (0.5 * (2.0 * PI * x).ln() + x * x.ln() - x);
    }
    let square = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * square)) / square) / square) / x
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of how many with which probability, and the tail.
    const REFERENCES: &[(usize, usize, f64, f64)] = &[
        (2, 2_000, 5e-05, 0.00467680414118058),
        (1_037, 2_000, 0.5, 0.0512931143266411),
        (1, 1_000_000, 1e-07, 0.0951625864882278),
        (3, 1_000_000, 1.2e-05, 0.999477768492517),
        (1_052, 1_000_000, 0.001, 0.0525166716132806),
        (10_164, 1_000_000, 0.01, 0.0504536079211689),
        (100_980, 100_000_000, 0.001, 0.000985748864353955),
        (1_000_000, 100_000_000, 0.01, 0.500134987200131),
        (1_001_637, 100_000_000, 0.01, 0.0500401224092705),
        (1, 1_000_000_000_000, 1e-13, 0.095162581964045),
        (2, 1_000_000_000_000, 3e-12, 0.800851726528992),
        (3, 1_000_000_000_000, 1e-12, 0.0803013970713022),
        (1, 1_000_000_000_000_000, 1e-16, 0.0951625819640404),
        (1_000_003_098_450, 1_000_000_000_000_000, 0.001, 0.00096760826114157),
    ];

    /// By mpmath, in forty digits.
    #[test]
    fn tails_are_the_reference_values() {
        for (k, n, p, expected) in REFERENCES {
            let found = upper_tail(*k, *n, *p, 1.0 - p);
            assert!((found - expected).abs() < 1e-9, "{k} of {n} at {p}: {found}, expected {expected}");
        }
    }
}
