//! What judging one workflow may cost. Whoever runs out of it gets an error and no verdict.
//!
//! Steps are counted, not time, so that the same input comes to the same end on every machine.

use std::cell::Cell;

use dashu_base::{BitTest, UnsignedAbs};
use dashu_int::UBig;
use dashu_ratio::RBig;

use crate::evidence::Amount;
use crate::value::Number;

/// Steps that judging one workflow may take: an expression looked at, an element or a snapshot gone through. Some seconds;
/// the shipped policies take 20,000 for a year of snapshots with thirty outputs each.
pub const MAX_STEPS: u64 = 20_000_000;
/// Bits of a number that is computed. Numbers are exact, so a chain of lets that square each other would fill the memory;
/// a mean of a thousand ratios of measured numbers takes fewer.
pub const MAX_BITS: usize = 1 << 15;
/// Snapshots of one series: those of every day of 27 years.
pub const MAX_SERIES: usize = 10_000;

/// What is left to be spent.
#[derive(Debug)]
pub(super) struct Budget {
    left: Cell<u64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: Cell::new(MAX_STEPS) }
    }
}

impl Budget {
    /// Takes steps off; false once there are none left.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let left = self.left.get().saturating_sub(u64::try_from(steps).unwrap_or(u64::MAX));
        self.left.set(left);
        left > 0
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    /// The amount, if it is short enough to be computed with.
    pub(super) fn short(&self, amount: Amount) -> Amount {
        let is_long =
            |number: &Number| number.numerator().bit_len().max(number.denominator().bit_len()) > MAX_BITS;
        if bounds(&amount).any(is_long) {
            self.left.set(0);
        }
        amount
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
                self.left.set(0);
                return false;
            }
        }
        true
    }
}

fn bounds(amount: &Amount) -> impl Iterator<Item = &Number> {
    let (low, high) = match amount {
        Amount::Known(number) => (Some(number), None),
        Amount::Between(interval, _) => (interval.low.as_ref(), interval.high.as_ref()),
        Amount::Unknown(_) => (None, None),
    };
    low.into_iter().chain(high)
}
