//! What a test of a share can do before its sample is there: how likely it passes of an assumed truth, how many samples that
//! takes, and how often it is passed at one look or more of several. It knows no snapshots.
//!
//! The sums are binomial ones, of a counted population hypergeometric ones. Tails are good to 1e-9; what is followed look by
//! look leaves out less than 1e-12 of all chances. How many good samples a test asks for is decided exactly.

use super::urn::Urn;
use super::{Claim, Spend, fewest, quick_upper_tail};
use crate::evidence::Looking;
use crate::value::Number;

/// A sample is planned for so that it passes with this chance.
const POWER: f64 = 0.8;
/// Where more samples than these may be needed, nobody looks for the exact number.
const MAX_SOUGHT: usize = 30_000;
/// The same of a counted population, whose sums take longer.
const MAX_POPULATION: usize = 2_000;
/// Where more samples come at each look, they are not followed.
const MAX_EACH: usize = 100_000_000;
/// Nor is a window of more looks.
const MAX_WIDE: u32 = 1_000;
/// Steps that are followed look by look, at most.
const MAX_FOLLOWED: usize = 30_000_000;
/// What is less likely, by comparison with the most likely, is left out.
const NEGLIGIBLE: f64 = 1e-18;

/// What is asked of a share, with the good ones being those that bear it out: that it is at least the threshold, as it is seen
/// in the sample or as the sample shows with a confidence.
#[derive(Clone, Debug)]
pub struct ShareTest {
    /// From 0 to 1.
    pub threshold: Number,
    /// Whether it is to be exceeded.
    pub strict: bool,
    /// With how much confidence; none for the share as it is seen.
    pub confidence: Option<Number>,
    /// Which look comes next.
    pub looks: Looking,
    /// How many there are in all, where samples are drawn of so few.
    pub population: Option<usize>,
}

/// How many samples it takes from which on a test is passed with a chance of 80 %: with every larger number, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeededSamples {
    /// So many; none where those that there are pass it.
    So(usize),
    /// No number of them, as the truth is not better than what is asked.
    Never,
    /// Too many to be looked for.
    TooMany,
    /// It would take too long to find out.
    Unsought,
}

/// How the sample of a look comes to be that of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleCourse {
    /// It holds what came at so many of the newest looks.
    Newest(usize),
    /// It holds all that has come, and at first `good` good ones of `of`.
    All { good: usize, of: usize },
}

impl ShareTest {
    fn claim(&self, good: usize, of: usize) -> Claim {
        let known = Claim::known(good, of, self.threshold.clone(), self.strict);
        Claim { looks: self.looks, population: self.population, ..known }
    }

    /// The same at the look after this one.
    fn next(&self) -> Self {
        Self { looks: self.looks.next(), ..self.clone() }
    }

    /// The fewest good ones of so many that pass, if any number does; none where that would take too long to find out.
    pub fn fewest_good(&self, of: usize, spend: Spend<'_>) -> Option<Option<usize>> {
        let Some(confidence) = &self.confidence else {
            // Nothing is seen in no sample.
            let fewest = fewest(&self.threshold, self.strict, of);
            return Some(fewest.filter(|good| *good <= of && of > 0));
        };
        let alpha = self.looks.alpha(confidence);
        if self.looks != Looking::Growing {
            return self.claim(0, of).enough(&(Number::ONE - alpha), spend);
        }
        let shown = |good: usize| self.claim(good, of).shown_at_every_look(&alpha, spend);
        if !shown(of)? {
            return Some(None);
        }
        let (mut low, mut high) = (0, of);
        while low < high {
            let middle = usize::midpoint(low, high);
            if shown(middle)? { high = middle } else { low = middle + 1 }
        }
        Some(Some(high))
    }

    /// Whether so many good ones of so many pass.
    fn passes(&self, good: usize, of: usize, spend: Spend<'_>) -> Option<bool> {
        let Some(confidence) = &self.confidence else {
            return Some(self.fewest_good(of, spend)?.is_some_and(|fewest| good >= fewest));
        };
        let alpha = self.looks.alpha(confidence);
        match self.looks {
            Looking::Growing => self.claim(good, of).shown_at_every_look(&alpha, spend),
            Looking::Once | Looking::Nth(_) => self.claim(good, of).lower_reaches(&alpha, spend),
        }
    }

    /// The chance that the test is passed with `more` samples of a true share beside those that there are: so many good ones of
    /// so many. None where that would take too long to find out.
    pub fn chance(
        &self,
        (good, of): (usize, usize),
        more: usize,
        truth: &Number,
        spend: Spend<'_>,
    ) -> Option<f64> {
        let size = of.saturating_add(more);
        let Some(all) = self.population else {
            let fewest = self.fewest_good(size, spend)?;
            return Some(
                fewest.map_or(0.0, |least| quick_upper_tail(least.saturating_sub(good), more, truth)),
            );
        };
        // Of few the whole sample is drawn anew, and no more than all.
        let size = size.min(all);
        let Some(fewest) = self.fewest_good(size, spend)? else { return Some(0.0) };
        Urn { population: all, marked: marked(all, truth) }.quick_upper_tail(fewest, size, spend)
    }

    /// How many further samples of a true share it takes, beside those that there are, to pass with 80 %.
    pub fn needed(&self, (good, of): (usize, usize), truth: &Number, spend: Spend<'_>) -> NeededSamples {
        if self.population.is_some() {
            return self.needed_of_population(truth, spend);
        }
        let is_all = self.threshold >= Number::ONE && !self.strict && good == of;
        if *truth <= self.threshold && !(is_all && *truth >= Number::ONE) {
            return NeededSamples::Never;
        }
        let Some(surely) = self.surely_from((good, of), truth) else { return NeededSamples::TooMany };
        // Down from there to the last number that does not do. One sample less asks for as many good ones, or for one less.
        let Some(mut fewest) = self.fewest_good(of + surely, spend) else { return NeededSamples::Unsought };
        for more in (0..surely).rev() {
            let enough = match fewest {
                Some(0) => Some(true),
                Some(least) => self.passes(least - 1, of + more, spend),
                None => Some(false),
            };
            match enough {
                None => return NeededSamples::Unsought,
                Some(true) => fewest = fewest.map(|least| least.saturating_sub(1)),
                Some(false) => {}
            }
            let asked = fewest.filter(|least| *least <= of + more);
            let chance = asked.map_or(0.0, |least| quick_upper_tail(least.saturating_sub(good), more, truth));
            if chance < POWER {
                return NeededSamples::So(more + 1);
            }
        }
        NeededSamples::So(0)
    }

    /// A number of further samples from which on the test is passed with 80 % for sure; none where that is more than is looked
    /// for.
    ///
    /// By Chernoff's bound a sample of n passes from n·c good ones on, or fewer, where n·D(c‖b) = ln(1/α); and fewer are good
    /// with a chance of at most exp(−n·D(c‖p)): "A measure of asymptotic efficiency for tests of a hypothesis based on the sum
    /// of observations", Annals of Mathematical Statistics 23 (1952). A plain comparison passes from b itself on.
    fn surely_from(&self, (good, of): (usize, usize), truth: &Number) -> Option<usize> {
        let (asked, p) = (self.threshold.to_f64_fast(), truth.to_f64_fast());
        let level = self.confidence.as_ref().map_or(0.0, |confidence| {
            let alpha = self.looks.alpha(confidence).to_f64_fast();
            if self.looks == Looking::Growing { f64::INFINITY } else { -alpha.ln() }
        });
        let is_enough = |more: usize| {
            let (size, further) = ((of + more) as f64, more as f64);
            let Some(share) = share_that_shows(asked, level / size) else { return false };
            let ahead = (of as f64 * share - good as f64).max(0.0);
            let wanted = share + ahead / further;
            if p >= 1.0 {
                return wanted <= 1.0;
            }
            wanted < p && further * distance(wanted, p) > -(1.0 - POWER).ln() + 1e-9
        };
        let mut high = 1;
        while !is_enough(high) {
            high *= 2;
            if high > MAX_SOUGHT {
                return None;
            }
        }
        let mut low = high / 2;
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if is_enough(middle) { high = middle } else { low = middle }
        }
        Some(high)
    }

    /// How many of a counted population it takes.
    fn needed_of_population(&self, truth: &Number, spend: Spend<'_>) -> NeededSamples {
        let all = self.population.unwrap_or(0);
        // Of a large one no more are needed than of one without end: Chernoff's bounds hold of draws without replacement too, as
        // shown in "Probability inequalities for sums of bounded random variables", Journal of the American Statistical
        // Association 58 (1963).
        let most = if all <= MAX_POPULATION {
            all
        } else if *truth <= self.threshold {
            return NeededSamples::Never;
        } else {
            match self.surely_from((0, 0), truth) {
                Some(surely) => surely.min(all),
                None => return NeededSamples::TooMany,
            }
        };
        for of in (1..=most).rev() {
            match self.chance((0, 0), of, truth, spend) {
                None => return NeededSamples::Unsought,
                Some(chance) if chance < POWER && of == all => return NeededSamples::Never,
                Some(chance) if chance < POWER => return NeededSamples::So(of + 1),
                Some(_) => {}
            }
        }
        NeededSamples::So(usize::from(all > 0))
    }

    /// The chances that the test is passed at the first look, at one of the first two or both, and so on, where `each` samples
    /// of a true share come at each look. None where that would take too long to find out.
    pub fn passed_within(
        &self,
        looks: usize,
        (course, each): (SampleCourse, usize),
        truth: &Number,
        spend: Spend<'_>,
    ) -> Option<Vec<f64>> {
        if each > MAX_EACH && course != SampleCourse::Newest(1) {
            return None;
        }
        let come = || Spread::binomial(each, truth.to_f64_fast());
        let mut rates = Vec::new();
        let mut test = self.clone();
        match course {
            SampleCourse::Newest(0 | 1) if self.looks == Looking::Once => {
                let fails = 1.0 - self.chance((0, 0), each, truth, spend)?;
                rates = (0..looks)
                    .scan(1.0, |never, _| {
                        *never *= fails;
                        Some(1.0 - *never)
                    })
                    .collect();
            }
            SampleCourse::Newest(0 | 1) => {
                let mut never = 1.0;
                for _ in 0..looks {
                    never *= 1.0 - test.chance((0, 0), each, truth, spend)?;
                    rates.push(1.0 - never);
                    test = test.next();
                }
            }
            SampleCourse::Newest(wide) => {
                let come = come();
                let mut window = WindowWalk::of_full_window(&come, wide, looks)?;
                let mut passed = 0.0;
                for _ in 0..looks {
                    let asked = test.fewest_good(each * wide, spend)?.unwrap_or(usize::MAX);
                    passed += window.look(&come, asked);
                    rates.push(passed);
                    test = test.next();
                }
            }
            SampleCourse::All { good, mut of } => {
                let come = come();
                let mut open = Spread { from: good, chances: vec![1.0] };
                let (mut passed, mut steps) = (0.0, 0_usize);
                for _ in 0..looks {
                    of = of.saturating_add(each);
                    steps = steps.saturating_add(open.chances.len().saturating_mul(come.chances.len()));
                    if steps > MAX_FOLLOWED {
                        return None;
                    }
                    open = open.and(&come);
                    passed += open.take_from(test.fewest_good(of, spend)?.unwrap_or(usize::MAX));
                    rates.push(passed);
                    test = test.next();
                }
            }
        }
        Some(rates)
    }
}

/// How many of a population are good, by a true share.
fn marked(all: usize, truth: &Number) -> usize {
    usize::try_from((truth * Number::from(all)).round()).unwrap_or(all).min(all)
}

/// The chances that something which happens at each look with the same chance has happened so many times in a row, at the first
/// look, at one of the first two or both, and so on.
#[must_use]
pub fn runs_within(looks: usize, run: usize, each: f64) -> Vec<f64> {
    if run > looks {
        return vec![0.0; looks];
    }
    // By how many there were in a row at last, the chance of that and of no run so far.
    let mut open = vec![0.0; run.max(1)];
    open.iter_mut().take(1).for_each(|none| *none = 1.0);
    let mut passed = 0.0;
    let mut rates = Vec::new();
    for _ in 0..looks {
        let all: f64 = open.iter().sum();
        passed += open.last().copied().unwrap_or(0.0) * each;
        open.rotate_right(1);
        open.iter_mut().for_each(|chance| *chance *= each);
        open.iter_mut().take(1).for_each(|none| *none = all * (1.0 - each));
        rates.push(passed);
    }
    rates
}

/// Kullback and Leibler's divergence D(a‖b) of two coins.
fn distance(a: f64, b: f64) -> f64 {
    let part = |a: f64, b: f64| if a <= 0.0 { 0.0 } else { a * (a / b).ln() };
    part(a, b) + part(1.0 - a, 1.0 - b)
}

/// The share c, at least b, at which D(c‖b) is so much; none where not even all are.
fn share_that_shows(b: f64, wanted: f64) -> Option<f64> {
    if wanted <= 0.0 {
        return Some(b);
    }
    if distance(1.0, b) < wanted {
        return None;
    }
    let (mut low, mut high) = (b, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if distance(middle, b) < wanted { low = middle } else { high = middle }
    }
    Some(high)
}

/// The chances of `from` good ones, one more, and so on; others are negligible.
struct Spread {
    from: usize,
    chances: Vec<f64>,
}

impl Spread {
    /// Of so many draws: up and down from the most likely number, each by its ratio to the one before.
    fn binomial(draws: usize, p: f64) -> Self {
        if p <= 0.0 || p >= 1.0 {
            return Self { from: if p <= 0.0 { 0 } else { draws }, chances: vec![1.0] };
        }
        let odds = p / (1.0 - p);
        let mode = Number::try_from((draws as f64 * p).floor()).ok();
        let mode = mode.and_then(|mode| usize::try_from(mode.floor()).ok()).unwrap_or(0).min(draws);
        let mut up = vec![1.0];
        let mut chance = 1.0;
        for good in mode..draws {
            chance *= (draws - good) as f64 / (good + 1) as f64 * odds;
            if chance < NEGLIGIBLE {
                break;
            }
            up.push(chance);
        }
        let mut down = Vec::new();
        chance = 1.0;
        for good in (1..=mode).rev() {
            chance *= good as f64 / (draws - good + 1) as f64 / odds;
            if chance < NEGLIGIBLE {
                break;
            }
            down.push(chance);
        }
        let from = mode - down.len();
        let all: f64 = down.iter().rev().chain(&up).sum();
        let chances = down.into_iter().rev().chain(up).map(|chance| chance / all).collect();
        Self { from, chances }
    }

    /// That of the sum of both.
    fn and(&self, other: &Self) -> Self {
        let mut chances = vec![0.0; (self.chances.len() + other.chances.len()).saturating_sub(1)];
        for (at, chance) in self.chances.iter().enumerate() {
            let from_here = chances.iter_mut().skip(at);
            from_here.zip(&other.chances).for_each(|(sum, of_other)| *sum += chance * of_other);
        }
        let mut sum = Self { from: self.from + other.from, chances };
        sum.leave_out();
        sum
    }

    /// Leaves out what is negligible at both ends.
    fn leave_out(&mut self) {
        let most = self.chances.iter().copied().fold(0.0, f64::max) * NEGLIGIBLE;
        let is_kept = |chance: &f64| *chance > most;
        let Some(first) = self.chances.iter().position(is_kept) else { return };
        let last = self.chances.iter().rposition(is_kept).unwrap_or(first);
        self.chances.truncate(last + 1);
        self.chances.drain(..first);
        self.from += first;
    }

    /// Takes out the chances of so many good ones and of more.
    fn take_from(&mut self, asked: usize) -> f64 {
        let kept = asked.saturating_sub(self.from).min(self.chances.len());
        self.chances.drain(kept..).sum()
    }
}

/// A window of some looks that moves on: by what came at each look of it but the oldest, the chance of that and of no success.
struct WindowWalk {
    /// How many numbers may come at a look.
    numbers: usize,
    /// The fewest that come.
    from: usize,
    /// By the numbers of the looks, the newest first digit; that of the oldest look is not in it.
    open: Vec<f64>,
}

impl WindowWalk {
    /// None where it takes too long.
    fn of_full_window(come: &Spread, wide: usize, looks: usize) -> Option<Self> {
        let numbers = come.chances.len();
        let wide = u32::try_from(wide).ok().filter(|wide| *wide <= MAX_WIDE)?;
        numbers.checked_pow(wide)?.checked_mul(looks).filter(|steps| *steps <= MAX_FOLLOWED)?;
        let mut open = vec![1.0];
        for _ in 1..wide {
            open = come.chances.iter().flat_map(|of_new| open.iter().map(move |old| of_new * old)).collect();
        }
        Some(Self { numbers, from: come.from * wide as usize, open })
    }

    /// The chance that the window of this look is the first with so many good ones.
    fn look(&mut self, come: &Spread, asked: usize) -> f64 {
        let asked = asked.saturating_sub(self.from);
        let mut next = vec![0.0; self.open.len()];
        let mut passed = 0.0;
        for (state, chance) in self.open.iter().enumerate().filter(|(_, chance)| **chance > 0.0) {
            let before = digits(state, self.numbers, self.open.len());
            for (new, of_new) in come.chances.iter().enumerate() {
                if before + new >= asked {
                    passed += chance * of_new;
                } else if let Some(place) = next.get_mut((new * self.open.len() + state) / self.numbers) {
                    *place += chance * of_new;
                }
            }
        }
        self.open = next;
        passed
    }
}

/// The sum of the digits of a number, of as many digits as there are states.
fn digits(mut state: usize, base: usize, states: usize) -> usize {
    let (mut sum, mut left) = (0, states);
    while left > 1 {
        sum += state % base;
        state /= base;
        left /= base;
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::tests::{FREE, percent};

    fn test(threshold: u32, confidence: Option<u32>) -> ShareTest {
        ShareTest {
            threshold: percent(threshold),
            strict: false,
            confidence: confidence.map(percent),
            looks: Looking::Once,
            population: None,
        }
    }

    fn growing(threshold: u32) -> ShareTest {
        ShareTest { looks: Looking::Growing, ..test(threshold, Some(90)) }
    }

    /// As a percentage with so many decimals.
    fn shown(rate: f64, decimals: usize) -> String {
        format!("{:.decimals$}", rate * 100.0)
    }

    #[test]
    fn so_many_samples_are_needed() {
        for (threshold, truth, of_levels) in [
            (80, 85, [(197, 7), (297, 10), (398, 14)]),
            (80, 90, [(50, 2), (75, 3), (94, 4)]),
            (80, 95, [(21, 1), (32, 2), (37, 2)]),
            (50, 70, [(24, 1), (33, 2), (42, 2)]),
            (90, 95, [(101, 4), (152, 6), (203, 7)]),
            (95, 99, [(85, 3), (105, 4), (124, 5)]),
        ] {
            for (level, (needed, weeks)) in [80, 90, 95].into_iter().zip(of_levels) {
                let found = test(threshold, Some(level)).needed((0, 0), &percent(truth), FREE);
                let what = format!("{threshold} % of a true {truth} % with {level} %");
                assert_eq!(found, NeededSamples::So(needed), "{what}");
                assert_eq!(needed.div_ceil(30), weeks, "{what}");
            }
        }
    }

    /// With 75 or more, and with some fewer than these from 63 on.
    #[test]
    fn chances_rise_and_fall_like_the_teeth_of_a_saw() {
        let (test, truth) = (test(80, Some(90)), percent(90));
        let chance = |of| test.chance((0, 0), of, &truth, FREE).unwrap();
        assert_eq!((1..100).find(|of| chance(*of) >= POWER), Some(63));
        assert!(chance(74) < POWER && (75..400).all(|of| chance(of) >= POWER));
        assert_eq!(test.fewest_good(75, FREE), Some(Some(65)));
        assert_eq!(format!("{:.10}", chance(75)), "0.8737197748");
    }

    #[test]
    fn so_many_weeks_are_needed_at_every_look() {
        for (threshold, truth, weeks) in [(80, 85, 23), (80, 90, 5), (80, 95, 2), (50, 70, 3)] {
            let course = (SampleCourse::All { good: 0, of: 0 }, 30);
            let rates = growing(threshold).passed_within(30, course, &percent(truth), FREE).unwrap();
            let found = rates.iter().position(|rate| *rate >= POWER).map(|at| at + 1);
            assert_eq!(found, Some(weeks), "{threshold} % of a true {truth} %");
        }
    }

    #[test]
    fn the_shipped_gates_open_so_often() {
        let truths = [70, 75, 80, 85, 90].map(percent);
        let row = |test: &ShareTest, of: usize, decimals: [usize; 5]| {
            let cell = |(truth, decimals): (&Number, usize)| {
                shown(test.chance((0, 0), of, truth, FREE).unwrap(), decimals)
            };
            truths.iter().zip(decimals).map(cell).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(row(&test(80, None), 30, [0; 5]), "16 35 61 85 97");
        assert_eq!(row(&test(80, Some(90)), 30, [1, 0, 0, 0, 0]), "0.2 1 4 15 41");
        assert_eq!(row(&test(80, None), 60, [0; 5]), "6 23 58 89 99");
        let course = (SampleCourse::All { good: 0, of: 0 }, 30);
        let by_week_4 = |truth: &Number, decimals: usize| {
            shown(growing(80).passed_within(4, course, truth, FREE).unwrap()[3], decimals)
        };
        let cells = truths.iter().zip([0, 1, 0, 0, 0]).map(|(truth, decimals)| by_week_4(truth, decimals));
        assert_eq!(cells.collect::<Vec<_>>(), ["0", "0.2", "2", "19", "74"]);
    }

    #[test]
    fn asking_again_is_followed_exactly() {
        let fresh = (SampleCourse::Newest(1), 30);
        let point = test(80, None).passed_within(4, fresh, &percent(70), FREE).unwrap();
        assert_eq!(format!("{:.12}", point[3]), "0.500996754854");
        let confident = test(80, Some(90)).passed_within(8, fresh, &percent(80), FREE).unwrap();
        assert_eq!(format!("{:.12}", confident[7]), "0.303353277695");
        // The first two weeks together, then the second and third.
        let two =
            test(80, None).passed_within(11, (SampleCourse::Newest(2), 30), &percent(75), FREE).unwrap();
        assert_eq!([0, 2, 10].map(|look| shown(two[look], 0)), ["23", "47", "88"]);
        let four = |truth: u32| {
            let course = (SampleCourse::Newest(4), 30);
            let rates = test(80, None).passed_within(23, course, &percent(truth), FREE).unwrap();
            [0, 4, 8, 22].map(|look| rates[look])
        };
        assert_eq!(four(70).map(|rate| shown(rate, 1)), ["0.9", "3.4", "5.7", "13.6"]);
        assert_eq!(four(75).map(|rate| shown(rate, 0)), ["12", "32", "48", "79"]);
    }

    /// The table of the manual's page on evidence, at 1, 4, 12 and 26 looks.
    #[test]
    fn looks_err_as_the_manual_says() {
        let (fresh, all) = (SampleCourse::Newest(1), SampleCourse::All { good: 0, of: 0 });
        let nth = ShareTest { looks: Looking::Nth(1), ..test(80, Some(90)) };
        for (test, course, truth, expected) in [
            (test(80, None), fresh, 70, ["16", "50", "88", "99"]),
            (test(80, None), all, 70, ["16", "18", "18", "18"]),
            (test(80, Some(90)), fresh, 80, ["4.4", "17", "42", "69"]),
            (test(80, Some(90)), all, 80, ["4.4", "14", "25", "32"]),
            (nth, fresh, 80, ["4.4", "5.7", "6.1", "6.1"]),
            (growing(80), all, 80, ["1.1", "2.1", "2.9", "3.4"]),
        ] {
            let rates = test.passed_within(26, (course, 30), &percent(truth), FREE).unwrap();
            let cell = |look: usize| shown(rates[look], if rates[look] < 0.0995 { 1 } else { 0 });
            assert_eq!([0, 3, 11, 25].map(cell), expected, "{course:?}");
        }
    }

    #[test]
    fn the_shipped_rollbacks_err_so_often() {
        // Fewer than 24 of 30, four weeks in a row.
        let below =
            ShareTest { strict: true, ..test(20, None) }.chance((0, 0), 30, &percent(20), FREE).unwrap();
        let rates = runs_within(52, 4, below);
        assert_eq!([25, 51].map(|look| shown(rates[look], 0)), ["31", "54"]);
        // The outputs of four weeks together, with 99 %, in half a year of which the first three weeks have none.
        let pooled = ShareTest { strict: true, ..test(20, Some(99)) };
        let cells = [20, 18, 15].map(|bad| {
            let course = (SampleCourse::Newest(4), 30);
            pooled.passed_within(23, course, &percent(bad), FREE).unwrap()[22]
        });
        assert_eq!(cells.map(|rate| shown(rate, 2)), ["9.08", "1.66", "0.05"]);
    }

    #[test]
    fn what_there_is_counts() {
        // 20 good ones of 20: 20 of 21 pass, 9 in 10 times 22 of 22.
        let test = test(80, Some(90));
        assert_eq!(test.needed((20, 20), &percent(90), FREE), NeededSamples::So(0));
        assert_eq!(test.chance((14, 16), 2, &percent(90), FREE), Some(0.0));
        // 25 of 29 need 28 of 32 or more.
        let more = test.needed((14, 16), &percent(90), FREE);
        let NeededSamples::So(more) = more else { panic!("{more:?}") };
        let chance = |more| test.chance((14, 16), more, &percent(90), FREE).unwrap();
        assert!(chance(more - 1) < POWER && (more..more + 300).all(|more| chance(more) >= POWER), "{more}");
    }

    #[test]
    fn what_is_not_better_than_asked_never_passes_surely() {
        for truth in [10, 79, 80] {
            assert_eq!(test(80, Some(90)).needed((0, 0), &percent(truth), FREE), NeededSamples::Never);
            assert_eq!(test(80, None).needed((0, 0), &percent(truth), FREE), NeededSamples::Never);
        }
        let close = Number::from_parts(8_001.into(), 10_000u16.into());
        assert_eq!(test(80, Some(90)).needed((0, 0), &close, FREE), NeededSamples::TooMany);
        assert_eq!(test(80, Some(90)).needed((0, 0), &Number::ONE, FREE), NeededSamples::So(11));
        assert_eq!(test(100, None).needed((0, 0), &Number::ONE, FREE), NeededSamples::So(1));
        assert_eq!(test(80, Some(90)).needed((0, 0), &percent(90), &|_| false), NeededSamples::Unsought);
    }

    /// 4 of 4, or 9 of 12.
    #[test]
    fn few_users_are_drawn_without_replacement() {
        let of_twelve = ShareTest { population: Some(12), ..test(50, Some(90)) };
        assert_eq!(of_twelve.fewest_good(12, FREE), Some(Some(6)));
        assert_eq!(of_twelve.chance((0, 0), 12, &percent(50), FREE), Some(1.0));
        assert_eq!(of_twelve.needed((0, 0), &percent(25), FREE), NeededSamples::Never);
        let needed = of_twelve.needed((0, 0), &percent(75), FREE);
        let NeededSamples::So(needed) = needed else { panic!("{needed:?}") };
        let chance = |of| of_twelve.chance((0, 0), of, &percent(75), FREE).unwrap();
        assert!((needed..=12).all(|of| chance(of) >= POWER) && chance(needed - 1) < POWER, "{needed}");
    }

    proptest! {
        #[test]
        fn the_number_needed_is_the_last_that_does_not_do_and_one_more(
            threshold in 40u32..93, better in 5u32..20, level in proptest::option::of(50u32..97), strict: bool,
            of in 0usize..40, good in 0usize..40,
        ) {
            let truth = percent((threshold + better).min(99));
            let (test, seen) = (ShareTest { strict, ..test(threshold, level) }, (good.min(of), of));
            let NeededSamples::So(needed) = test.needed(seen, &truth, FREE) else {
                return Err(TestCaseError::fail("it can be found"));
            };
            let chance = |more: usize| test.chance(seen, more, &truth, FREE).unwrap();
            prop_assert!(needed == 0 || chance(needed - 1) < POWER, "{}", needed);
            for more in needed..needed + 150 {
                prop_assert!(chance(more) >= POWER, "{} of {}", more, needed);
            }
        }
    }

    #[test]
    fn what_takes_too_long_is_not_followed() {
        assert_eq!(runs_within(3, usize::MAX, 0.5), [0.0; 3]);
        for (course, each) in [
            (SampleCourse::Newest(usize::MAX), 1),
            (SampleCourse::Newest(2), usize::MAX),
            (SampleCourse::All { good: 0, of: usize::MAX }, usize::MAX),
        ] {
            assert_eq!(test(80, None).passed_within(26, (course, each), &Number::ONE, FREE), None);
        }
        let course = (SampleCourse::Newest(4), 1_000);
        assert_eq!(test(80, None).passed_within(26, course, &percent(90), FREE), None);
        let course = (SampleCourse::All { good: 0, of: 0 }, 1_000_000_000);
        assert_eq!(test(80, None).passed_within(26, course, &percent(79), FREE), None);
        assert_eq!(
            test(80, Some(90)).passed_within(1, (SampleCourse::Newest(1), 9), &percent(79), &|_| false),
            None
        );
    }

    /// Every outcome of a few small looks, one by one.
    fn one_by_one(test: &ShareTest, looks: usize, (course, each): (SampleCourse, usize), p: f64) -> f64 {
        let mut passed = 0.0;
        for outcome in 0..1_usize << (looks * each) {
            let (mut good, mut of) =
                if let SampleCourse::All { good, of } = course { (good, of) } else { (0, 0) };
            let came = |look: usize| (outcome >> (look * each) & ((1 << each) - 1)).count_ones() as usize;
            let mut looked = test.clone();
            let is_passed = (0..looks).any(|look| {
                (good, of) = match course {
                    SampleCourse::Newest(wide) if look + 1 < wide => return false,
                    SampleCourse::Newest(wide) => ((look + 1 - wide..=look).map(came).sum(), wide * each),
                    SampleCourse::All { .. } => (good + came(look), of + each),
                };
                let passes = looked.passes(good, of, FREE).unwrap();
                looked = looked.next();
                passes
            });
            let ones = f64::from(outcome.count_ones());
            let zeros = (looks * each) as f64 - ones;
            passed += if is_passed { p.powf(ones) * (1.0 - p).powf(zeros) } else { 0.0 };
        }
        passed
    }

    #[test]
    fn followed_chances_are_those_of_all_outcomes() {
        let nth = ShareTest { looks: Looking::Nth(1), ..test(30, Some(60)) };
        for (test, course, looks) in [
            (test(60, None), SampleCourse::Newest(1), 4),
            (nth, SampleCourse::Newest(1), 4),
            (test(60, None), SampleCourse::Newest(2), 3),
            (test(50, Some(80)), SampleCourse::Newest(2), 4),
            (test(60, None), SampleCourse::Newest(3), 3),
            (test(70, None), SampleCourse::Newest(4), 2),
            (test(60, None), SampleCourse::All { good: 2, of: 4 }, 4),
            (
                ShareTest { looks: Looking::Growing, ..test(30, Some(80)) },
                SampleCourse::All { good: 0, of: 0 },
                4,
            ),
        ] {
            // The first look at two weeks is after the second.
            let all = if let SampleCourse::Newest(wide) = course { looks + wide - 1 } else { looks };
            let found = test.passed_within(looks, (course, 3), &percent(60), FREE).unwrap();
            let expected = one_by_one(&test, all, (course, 3), 0.6);
            assert!((found[looks - 1] - expected).abs() < 1e-12, "{course:?}: {found:?} {expected}");
        }
    }

    #[test]
    fn spreads_are_those_of_the_binomial_distribution() {
        for (draws, p) in [(30, 0.8), (1, 0.01), (1_000, 0.999), (7, 0.5)] {
            let spread = Spread::binomial(draws, p);
            let from: f64 = spread.chances.iter().skip(1).sum();
            let tail = quick_upper_tail(spread.from + 1, draws, &Number::try_from(p).unwrap());
            assert!((from - tail).abs() < 1e-9, "{draws} with {p}: {from} {tail}");
        }
        assert_eq!((Spread::binomial(5, 0.0).from, Spread::binomial(5, 1.0).from), (0, 5));
    }
}
