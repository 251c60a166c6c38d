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
pub const POWER: f64 = 0.8;
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

/// How many samples it takes from which on a test is passed with some chance: with every larger number, too.
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
            // An empty sample shows nothing.
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

    /// How many further samples of a true share it takes, beside those that there are, to pass with a chance of `power`.
    pub fn needed(
        &self,
        (good, of): (usize, usize),
        truth: &Number,
        power: f64,
        spend: Spend<'_>,
    ) -> NeededSamples {
        if self.population.is_some() {
            return self.needed_of_population(truth, power, spend);
        }
        let is_all = self.threshold >= Number::ONE && !self.strict && good == of;
        if *truth <= self.threshold && !(is_all && *truth >= Number::ONE) {
            return NeededSamples::Never;
        }
        let Some(surely) = self.surely_from((good, of), truth, power) else { return NeededSamples::TooMany };
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
            if chance < power {
                return NeededSamples::So(more + 1);
            }
        }
        NeededSamples::So(0)
    }

    /// A number of further samples from which on the test is passed with that chance for sure; none where that is more than is looked
    /// for.
    ///
    /// By Chernoff's bound a sample of n passes from n·c good ones on, or fewer, where n·D(c‖b) = ln(1/α); and fewer are good
    /// with a chance of at most exp(−n·D(c‖p)): "A measure of asymptotic efficiency for tests of a hypothesis based on the sum
    /// of observations", Annals of Mathematical Statistics 23 (1952). A plain comparison passes from b itself on.
    fn surely_from(&self, (good, of): (usize, usize), truth: &Number, power: f64) -> Option<usize> {
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
            wanted < p && further * distance(wanted, p) > -(1.0 - power).ln() + 1e-9
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
    fn needed_of_population(&self, truth: &Number, power: f64, spend: Spend<'_>) -> NeededSamples {
        let all = self.population.unwrap_or(0);
        // Of a large one no more are needed than of one without end: Chernoff's bounds hold of draws without replacement too, as
        // shown in "Probability inequalities for sums of bounded random variables", Journal of the American Statistical
        // Association 58 (1963).
        let most = if all <= MAX_POPULATION {
            all
        } else if *truth <= self.threshold {
            return NeededSamples::Never;
        } else {
            match self.surely_from((0, 0), truth, power) {
                Some(surely) => surely.min(all),
                None => return NeededSamples::TooMany,
            }
        };
        for of in (1..=most).rev() {
            match self.chance((0, 0), of, truth, spend) {
                None => return NeededSamples::Unsought,
                Some(chance) if chance < power && of == all => return NeededSamples::Never,
                Some(chance) if chance < power => return NeededSamples::So(of + 1),
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
mod tests;
