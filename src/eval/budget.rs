//! What judging one workflow may cost, and what all of a run may. Whoever runs out of it gets an error and no verdict.
//!
//! Steps are counted, not time, so that the same input comes to the same end on every machine. Threads share what a run may
//! cost: when that runs out depends on them, but not whether it does, and then nothing that was judged counts.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use dashu_base::{BitTest, UnsignedAbs};
use dashu_int::UBig;
use dashu_ratio::RBig;

use crate::evidence::Amount;
use crate::value::Number;

/// Steps that judging one workflow may take: an expression looked at, an element or a snapshot gone through. Some seconds;
/// the shipped policies take 20,000 for a year of snapshots with thirty outputs each.
pub const MAX_STEPS: u64 = 20_000_000;
/// Steps that all judging of a run may take, for its files of whatever size.
const MAX_RUN_STEPS: u64 = 10_000_000;
/// Steps more for each byte of its files: a year of snapshots takes less than one.
const MAX_STEPS_PER_BYTE: u64 = 20;
/// How many times as many steps all remedies of a run may take: a search for further samples takes far more than a verdict.
const TRIES_FOR_A_STEP: u64 = 20;
/// Bytes that what is reported of all workflows may come to, for files of whatever size. A report is held in memory.
const MAX_REPORT_BYTES: u64 = 128 << 20;
/// Bytes more for each byte of the files.
const MAX_REPORT_PER_BYTE: u64 = 20;
/// Steps that all remedies of one workflow may take to be tried out. A verdict does not depend on it.
const MAX_TRIES: u64 = 2_000_000;
/// Steps that one search for a remedy may take of these.
const MAX_PART: usize = 40_000;
/// Steps that all checks of the record of one workflow may take. What takes more is not found out, and no verdict depends on it;
/// so the run is not told of them either.
const MAX_CHECKS: u64 = 300_000;
/// Bits of a number that is computed. Numbers are exact, so a chain of lets that square each other would fill the memory;
/// a mean of a thousand ratios of measured numbers takes fewer.
pub const MAX_BITS: usize = 1 << 15;
/// Snapshots of one series: those of every day of 27 years.
pub const MAX_SERIES: usize = 10_000;

/// What all judging of a run may cost.
#[derive(Debug)]
pub struct RunBudget {
    steps: Allowance,
    tries: Allowance,
    report: Allowance,
}

impl RunBudget {
    /// For files of so many bytes.
    pub fn of(bytes: usize) -> Self {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let allow = |base: u64, each: u64| Allowance {
            spent: AtomicU64::new(0),
            most: base.saturating_add(bytes.saturating_mul(each)),
        };
        Self {
            steps: allow(MAX_RUN_STEPS, MAX_STEPS_PER_BYTE),
            tries: allow(MAX_RUN_STEPS * TRIES_FOR_A_STEP, MAX_STEPS_PER_BYTE * TRIES_FOR_A_STEP),
            report: allow(MAX_REPORT_BYTES, MAX_REPORT_PER_BYTE),
        }
    }

    /// Without any limit but those of each workflow.
    pub fn unbounded() -> Self {
        Self::of(usize::MAX)
    }

    /// Whether so many bytes more may be reported.
    pub fn report(&self, bytes: usize) -> bool {
        self.report.take(u64::try_from(bytes).unwrap_or(u64::MAX))
    }

    /// How many steps were too few for everything, if they were.
    pub fn too_few_steps(&self) -> Option<u64> {
        self.steps.exceeded().or_else(|| self.tries.exceeded())
    }

    /// How many bytes were too few for the report, if they were.
    pub fn too_few_bytes(&self) -> Option<u64> {
        self.report.exceeded()
    }

    /// Whether all that is judged from now on is judged in vain.
    pub fn is_exceeded(&self) -> bool {
        self.too_few_steps().or_else(|| self.too_few_bytes()).is_some()
    }
}

impl Default for RunBudget {
    fn default() -> Self {
        Self::of(0)
    }
}

/// So much of something, for all threads together.
#[derive(Debug)]
struct Allowance {
    spent: AtomicU64,
    most: u64,
}

impl Allowance {
    /// Whether what was taken is still within the allowance.
    fn take(&self, amount: u64) -> bool {
        self.spent.fetch_add(amount, Ordering::Relaxed).saturating_add(amount) <= self.most
    }

    fn exceeded(&self) -> Option<u64> {
        (self.spent.load(Ordering::Relaxed) > self.most).then_some(self.most)
    }
}

/// Steps that are taken before the run is told of them.
const PORTION: u64 = 1 << 16;

/// What is left to be spent on a workflow.
#[derive(Debug)]
pub(super) struct Budget<'a> {
    left: Cell<u64>,
    /// Where `left` was when the run was last told.
    told: Cell<u64>,
    /// What the run may cost of it; none where no verdict depends on what is spent.
    run: Option<&'a Allowance>,
}

impl<'a> Budget<'a> {
    /// For a verdict.
    pub(super) fn new(run: &'a RunBudget) -> Self {
        Self::with(MAX_STEPS, run, &run.steps)
    }

    /// For what is only tried out.
    pub(super) fn for_tries(run: &'a RunBudget) -> Self {
        Self::with(MAX_TRIES, run, &run.tries)
    }

    /// For checks of the record.
    pub(super) fn for_checks() -> Self {
        Self { left: Cell::new(MAX_CHECKS), told: Cell::new(MAX_CHECKS), run: None }
    }

    fn with(steps: u64, run: &RunBudget, allowance: &'a Allowance) -> Self {
        let steps = if run.is_exceeded() { 0 } else { steps };
        Self { left: Cell::new(steps), told: Cell::new(steps), run: Some(allowance) }
    }

    /// Uses up steps, and says whether there were enough left.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let left = self.left.get().saturating_sub(u64::try_from(steps).unwrap_or(u64::MAX));
        self.left.set(left);
        if self.told.get() - left >= PORTION {
            self.tell();
        }
        left > 0
    }

    /// Spends no more than a small part of it, so that one search leaves enough for all others.
    pub(super) fn part(&self) -> impl Fn(usize) -> bool + '_ {
        let left = Cell::new(MAX_PART);
        move |steps| {
            left.set(left.get().saturating_sub(steps));
            left.get() > 0 && self.spend(steps)
        }
    }

    /// Tells the run what was taken since it was told last.
    fn tell(&self) {
        let taken = self.told.get() - self.left.get();
        if self.run.is_some_and(|run| !run.take(taken)) {
            self.left.set(0);
        }
        self.told.set(self.left.get());
    }

    /// Ends it: whatever goes on has no meaning.
    fn give_up(&self) {
        self.tell();
        self.left.set(0);
        self.told.set(0);
    }

    /// How many steps are left.
    pub(super) fn left(&self) -> u64 {
        self.left.get()
    }

    /// Whether this and another one are together within what a verdict may cost.
    pub(super) fn together_suffice(&self, other: &Self) -> bool {
        self.left().saturating_add(other.left()) > MAX_STEPS
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    /// The amount, if it is short enough to be computed with.
    pub(super) fn short(&self, amount: Amount) -> Amount {
        let bits = bits_of(&amount);
        if bits > MAX_BITS {
            self.give_up();
        }
        self.affords(bits);
        amount
    }

    /// Whether an operation with numbers of so many bits may be done; for those that are measured it costs nothing more.
    fn affords(&self, bits: usize) -> bool {
        let steps = effort(bits);
        steps == 0 || self.spend(steps)
    }

    /// Whether two amounts may be held against each other.
    pub(super) fn compares(&self, a: &Amount, b: &Amount) -> bool {
        self.affords(bits_of(a).max(bits_of(b)))
    }

    /// Whether amounts may be put in order.
    pub(super) fn sorts(&self, amounts: &[Amount]) -> bool {
        amounts.iter().all(|amount| self.affords(bits_of(amount)))
    }

    /// Whether the sum of amounts will be short enough; asked before it is computed.
    pub(super) fn sums(&self, amounts: &[Amount]) -> bool {
        let mut common = UBig::ONE;
        for denominator in amounts.iter().flat_map(bounds).map(RBig::denominator) {
            if &common % denominator != UBig::ZERO {
                let reduced = RBig::from_parts(common.into(), denominator.clone());
                common = reduced.numerator().clone().unsigned_abs() * denominator;
            }
            if common.bit_len() > MAX_BITS {
                self.give_up();
                return false;
            }
        }
        let steps = effort(common.bit_len()).saturating_mul(amounts.len());
        steps == 0 || self.spend(steps)
    }
}

impl Drop for Budget<'_> {
    fn drop(&mut self) {
        self.tell();
    }
}

/// Bits of what a machine computes with at once.
const WORD: usize = 64;

/// Steps that an operation with numbers of so many bits takes beyond the one for its expression.
fn effort(bits: usize) -> usize {
    let words = bits / WORD;
    words * words / 64
}

fn bits_of(amount: &Amount) -> usize {
    bounds(amount)
        .map(|number| number.numerator().bit_len().max(number.denominator().bit_len()))
        .max()
        .unwrap_or(0)
}

fn bounds(amount: &Amount) -> impl Iterator<Item = &Number> {
    let (low, high) = match amount {
        Amount::Known(number) => (Some(number), None),
        Amount::Between(interval, _) => (interval.low.as_ref(), interval.high.as_ref()),
        Amount::Unknown(_) => (None, None),
    };
    low.into_iter().chain(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(steps: u64) -> RunBudget {
        let allow = |most| Allowance { spent: AtomicU64::new(0), most };
        RunBudget { steps: allow(steps), tries: allow(steps), report: allow(100) }
    }

    #[test]
    fn what_workflows_take_counts_for_the_run_in_any_order() {
        let takes = [PORTION, 3, PORTION * 2 + 5, 0];
        let total: u64 = takes.iter().sum();
        for (most, is_enough) in [(total, true), (total - 1, false)] {
            for first in 0..takes.len() {
                let run = run(most);
                for take in takes.iter().cycle().skip(first).take(takes.len()) {
                    let budget = Budget::new(&run);
                    for _ in 0..*take {
                        budget.spend(1);
                    }
                }
                assert_eq!(run.is_exceeded(), !is_enough, "{most} from {first}");
                assert_eq!(Budget::new(&run).is_spent(), !is_enough);
            }
        }
    }

    #[test]
    fn what_is_reported_counts_for_the_run() {
        let run = run(1);
        assert!(run.report(60) && run.report(40) && !run.is_exceeded());
        assert!(!run.report(1) && run.too_few_bytes() == Some(100));
    }

    #[test]
    fn long_numbers_cost_more_than_short_ones() {
        let spent = |bits: usize| {
            let run = run(u64::MAX);
            let budget = Budget::new(&run);
            budget.short(Amount::Known(Number::from(UBig::ONE << bits)));
            MAX_STEPS - budget.left.get()
        };
        assert_eq!(spent(300), 0);
        assert!(spent(MAX_BITS / 2) > 500);
        assert_eq!(spent(MAX_BITS), MAX_STEPS);
    }

    #[test]
    fn who_is_given_up_has_told_the_run_what_was_taken() {
        let run = run(10);
        let budget = Budget::new(&run);
        budget.spend(5);
        budget.give_up();
        assert!(budget.is_spent() && !run.is_exceeded());
        drop(budget);
        assert!(!run.is_exceeded());
    }
}
