//! What the manual promises of verdicts: each figure of its page on evidence is worked out here, exactly where that can be
//! done, else from a fixed seed, and has to stand in the page as it comes out.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::tests::{FREE, claim, percent};
use super::{Claim, Hits, MeanClaim, ShareDifference, mean_confidence};
use crate::evidence::Looking;
use crate::value::Number;

/// Outputs a week.
const WEEKLY: usize = 30;
/// How often somebody looks.
const LOOKS: [usize; 4] = [1, 4, 12, 26];
const RUNS: usize = 20_000;

const PAGE: &str = include_str!("../../docs/evidence.md");

fn promised(line: &str) {
    assert!(PAGE.lines().any(|found| found == line), "the page on evidence does not say: {line}");
}

/// P(X = k) for each k of n draws.
fn binomial(n: usize, p: f64) -> Vec<f64> {
    let mut row = vec![1.0];
    for _ in 0..n {
        let mut next = vec![0.0; row.len() + 1];
        for (k, chance) in row.iter().enumerate() {
            next[k] += chance * (1.0 - p);
            next[k + 1] += chance * p;
        }
        row = next;
    }
    row
}

/// By the size of a sample, the fewest good ones that show a share of 80 % at 90 % confidence, at every look.
static ENOUGH: LazyLock<Vec<Option<usize>>> = LazyLock::new(|| {
    let alpha = Number::ONE - percent(90);
    let mut enough = vec![None];
    for n in 1..=WEEKLY * 26 {
        // One output more asks for as many good ones, or for more.
        let least = enough.last().copied().flatten().unwrap_or(n);
        let shown = |k: usize| claim(k, n, percent(80)).shown_at_every_look(&alpha, FREE) == Some(true);
        enough.push((least..=n).find(|k| shown(*k)));
    }
    enough
});

/// The fewest good ones of a sample that show a share of 80 % at 90 % confidence.
fn enough(n: usize, looks: Looking) -> Option<usize> {
    if looks == Looking::Growing {
        return ENOUGH[n];
    }
    let shown =
        |k: usize| Claim { looks, ..claim(k, n, percent(80)) }.decide(&percent(90), FREE) == Some(true);
    let (mut low, mut high) = (0, n + 1);
    while low < high {
        let middle = usize::midpoint(low, high);
        if middle > n || shown(middle) { high = middle } else { low = middle + 1 }
    }
    (low <= n).then_some(low)
}

/// How often something passes at one look or more of so many, with new samples of 30 each time; `needed` says how many good
/// ones pass at a look.
fn of_fresh(truth: f64, needed: impl Fn(usize) -> Option<usize>) -> Vec<f64> {
    let chances = binomial(WEEKLY, truth);
    let mut never = 1.0;
    let mut rates = Vec::new();
    for look in 1..=LOOKS[3] {
        let passes: f64 = needed(look).map_or(0.0, |enough| chances[enough..].iter().sum());
        never *= 1.0 - passes;
        if LOOKS.contains(&look) {
            rates.push(1.0 - never);
        }
    }
    rates
}

/// The same where all samples so far are put together, `step` outputs more at each look.
fn of_all(truth: f64, step: usize, last: usize, needed: impl Fn(usize) -> Option<usize>) -> Vec<f64> {
    let more = binomial(step, truth);
    let mut left = vec![1.0];
    let mut passed = 0.0;
    let mut rates = Vec::new();
    for look in 1..=last {
        let mut next = vec![0.0; left.len() + step];
        for (k, chance) in left.iter().enumerate() {
            for (j, of_step) in more.iter().enumerate() {
                next[k + j] += chance * of_step;
            }
        }
        if let Some(enough) = needed(look * step) {
            passed += next[enough..].iter().sum::<f64>();
            next.truncate(enough);
        }
        left = next;
        rates.push(passed);
    }
    rates
}

fn at_looks(rates: &[f64]) -> Vec<f64> {
    LOOKS.iter().map(|look| rates[look - 1]).collect()
}

/// «17 %», «3.4 %», «0.04 %»
fn shown(rate: f64) -> String {
    let rate = rate * 100.0;
    match rate {
        rate if rate >= 9.95 => format!("{rate:.0} %"),
        rate if rate >= 0.1 => format!("{rate:.1} %"),
        rate => format!("{rate:.2} %"),
    }
}

fn row(what: &str, rates: &[f64]) {
    promised(&format!(
        "| {what} | {} |",
        rates.iter().map(|rate| shown(*rate)).collect::<Vec<_>>().join(" | ")
    ));
}

#[test]
fn luck_opens_a_gate_that_is_asked_again() {
    let point = |n: usize| Some((n * 8).div_ceil(10));
    row("`share(…) >= 80%`, of a true 70 %", &of_fresh(0.7, |_| point(WEEKLY)));
    row("`… with 90% confidence`, of a true 80 %", &of_fresh(0.8, |_| enough(WEEKLY, Looking::Once)));
    row("`… over stage) >= 80%`, of a true 70 %", &at_looks(&of_all(0.7, WEEKLY, 26, point)));
    row(
        "`… over stage) … with 90% confidence`, of a true 80 %",
        &at_looks(&of_all(0.8, WEEKLY, 26, |n| enough(n, Looking::Once))),
    );
}

#[test]
fn every_look_keeps_its_promise() {
    let of_stage = of_all(0.8, WEEKLY, 26, |n| enough(n, Looking::Growing));
    row("`… over stage) … at every look`, of a true 80 %", &at_looks(&of_stage));
    let each = of_fresh(0.8, |look| enough(WEEKLY, Looking::Nth(look)));
    row("`share(…) … at every look`, of a true 80 %", &each);
    assert!(of_stage.iter().chain(&each).all(|rate| *rate <= 0.1));
    let after_each = of_all(0.8, 1, 780, |n| enough(n, Looking::Growing)).pop().unwrap();
    assert!(after_each <= 0.1);
    promised(&format!(
        "- Looked at after each of 780 outputs, it is yes at some time with {}.",
        shown(after_each)
    ));
    let below = of_all(0.7, WEEKLY, 26, |n| enough(n, Looking::Growing)).pop().unwrap();
    promised(&format!("- Of a true 70 %, it is yes at some time in 26 weeks with {}.", shown(below)));
}

#[test]
fn what_is_good_is_seen() {
    for (truth, percent_of) in [(0.85, 85), (0.9, 90), (0.95, 95)] {
        let rates = of_all(truth, WEEKLY, 26, |n| enough(n, Looking::Growing));
        let weeks = |power: f64| rates.iter().position(|rate| *rate >= power).unwrap() + 1;
        promised(&format!("| {percent_of} % | {} | {} |", weeks(0.5), weeks(0.8)));
    }
}

/// A bad output that is left out a week.
#[test]
fn what_is_left_out_is_not_seen() {
    let chances = binomial(WEEKLY, 0.8);
    let mut left = vec![1.0];
    let mut passed = 0.0;
    for week in 1..=26 {
        let mut next = vec![0.0; left.len() + WEEKLY];
        for (k, chance) in left.iter().enumerate() {
            for (good, of_week) in chances.iter().enumerate() {
                next[k + good.min(WEEKLY - 1)] += chance * of_week;
            }
        }
        let enough = enough(week * (WEEKLY - 1), Looking::Growing).unwrap();
        passed += next[enough..].iter().sum::<f64>();
        next.truncate(enough);
        left = next;
    }
    promised(&format!(
        "- Whoever leaves out one bad output a week opens it, of a true 80 %, with {} in 26 weeks.",
        shown(passed)
    ));
}

/// Random numbers from a seed: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
struct Dice(u64);

impl Dice {
    /// Yes with a chance.
    fn happens(&mut self, chance: f64) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bits = (mixed ^ (mixed >> 31)) >> 11;
        (bits as f64) < chance * (1u64 << 53) as f64
    }
}

/// Twenty outputs a week, and up to ten more until it passes.
#[test]
fn outputs_may_be_added_until_it_passes() {
    let mut dice = Dice(17);
    let mut passed = 0;
    for _ in 0..RUNS {
        let (mut good, mut of) = (0, 0);
        let is_shown = |good: usize, of: usize| ENOUGH[of].is_some_and(|enough| good >= enough);
        'weeks: for _ in 0..26 {
            for output in 0..30 {
                if output >= 20 && is_shown(good, of) {
                    passed += 1;
                    break 'weeks;
                }
                good += usize::from(dice.happens(0.8));
                of += 1;
            }
            if is_shown(good, of) {
                passed += 1;
                break;
            }
        }
    }
    let rate = passed as f64 / RUNS as f64;
    assert!(rate <= 0.1, "{rate}");
    promised(&format!(
        "- With twenty outputs a week and up to ten more until it passes, it is yes at some time in 26 weeks with {}, of a true 80 %.",
        shown(rate)
    ));
}

/// A rating a week, and another if it does not pass: a mean of 4 of ratings from 1 to 5.
#[test]
fn means_keep_the_promise_too() {
    let scores = [1, 4, 5];
    let mut known: HashMap<[usize; 3], bool> = HashMap::new();
    let mut is_shown = |counts: [usize; 3]| {
        *known.entry(counts).or_insert_with(|| {
            let values: Vec<Number> = scores
                .iter()
                .zip(counts)
                .flat_map(|(score, count)| std::iter::repeat_n(Number::from(*score), count))
                .collect();
            let range = (&Number::ONE, &Number::from(5));
            let claim = MeanClaim::new(&values, &values, range, &Number::from(4), false).unwrap();
            claim.decide_at_every_look(&percent(90), FREE) == Some(true)
        })
    };
    let mut dice = Dice(17);
    let mut passed = 0;
    for _ in 0..RUNS {
        let mut counts = [0; 3];
        'weeks: for _ in 0..26 {
            for rating in 0..2 {
                if rating == 1 && is_shown(counts) {
                    passed += 1;
                    break 'weeks;
                }
                // 5 with 60 %, 4 with 20 %, 1 with 20 %: a mean of 4.
                let which = if dice.happens(0.6) { 2 } else { usize::from(dice.happens(0.5)) };
                counts[which] += 1;
            }
        }
    }
    let rate = passed as f64 / RUNS as f64;
    assert!(rate <= 0.1, "{rate}");
    promised(&format!(
        "- With one rating a week, and another if it fails, `mean(…) >= 4` is yes at some time in 26 weeks with {}, of a true mean of 4.",
        shown(rate)
    ));
}

/// P(yes) of a mean that is just at its bound, by Student's t at 90 %, over all samples of three values.
fn t_errs(values: [u32; 3], chances: [f64; 3], (mean, n): (&Number, usize), at_most: bool) -> f64 {
    let first = binomial(n, chances[0]);
    let mut rate = 0.0;
    for (a, of_first) in first.iter().enumerate() {
        let rest = binomial(n - a, chances[1] / (chances[1] + chances[2]));
        for (b, of_second) in rest.iter().enumerate() {
            let counts = [a, b, n - a - b];
            let sample: Vec<Number> = values
                .iter()
                .zip(counts)
                .flat_map(|(value, count)| std::iter::repeat_n(Number::from(*value), count))
                .collect();
            let Some(above) = mean_confidence(&sample, mean) else { continue };
            let shown = if at_most { 1.0 - above } else { above };
            rate += if shown >= 0.9 { of_first * of_second } else { 0.0 };
        }
    }
    rate
}

#[test]
fn students_t_errs_more_often_than_it_says() {
    let sizes = [10, 20, 30];
    let (ratings, minutes) = (Number::from_parts(9.into(), 2u8.into()), Number::from(8));
    let rates = |values, chances| sizes.map(|n| t_errs(values, chances, (&ratings, n), false));
    let times = |values, chances| sizes.map(|n| t_errs(values, chances, (&minutes, n), true));
    row("ratings, `mean(…) >= 4.5`: 60 % fives, 30 % fours, 10 % threes", &rates([5, 4, 3], [0.6, 0.3, 0.1]));
    row("ratings, `mean(…) >= 4.5`: 80 % fives, 10 % fours, 10 % ones", &rates([5, 4, 1], [0.8, 0.1, 0.1]));
    row(
        "minutes of editing, `mean(…) <= 8`: half 3, 45 % 4, and 5 % 94",
        &times([3, 4, 94], [0.5, 0.45, 0.05]),
    );
}

#[test]
fn differences_err_a_little_more_often_than_they_say() {
    for n in [30, 60, 120] {
        let chances = binomial(n, 0.9);
        let of = |good| Hits { good, of: n };
        let mut rate = 0.0;
        for (a, of_a) in chances.iter().enumerate() {
            for (b, of_b) in chances.iter().enumerate() {
                let margin = Number::ZERO;
                let difference =
                    ShareDifference { a_low: of(a), a_high: of(a), b_low: of(b), b_high: of(b), margin };
                rate += if difference.decide(&percent(90)) == Some(true) { of_a * of_b } else { 0.0 };
            }
        }
        promised(&format!("| {n} | {} |", shown(rate)));
    }
}
