//! Whether the counts of several samples of one size differ less from each other than chance lets them. It knows no snapshots.
//!
//! Given their sum, the counts of samples that are drawn with one probability are distributed like those of one sample
//! without replacement (Fisher, "Statistical Methods for Research Workers", 1925, on the index of dispersion); how often
//! their squares add up to so little is summed exactly.

use std::collections::BTreeMap;

use dashu_int::UBig;

use super::urn::choose;
use super::{Parts, Spend};
use crate::value::Number;

/// The chance that samples of `size`, with as many good ones in all as `good` has, are at least as regular as `good`: that the
/// sum of the squares of their counts is at most that of `good`. None where that would take too long, or more are good in a
/// sample than it has.
pub fn as_regular(good: &[usize], size: usize, spend: Spend<'_>) -> Option<Number> {
    // All squares stay below the largest word.
    if good.iter().any(|count| *count > size) || size.checked_mul(good.len())?.checked_pow(2).is_none() {
        return None;
    }
    let sum: usize = good.iter().sum();
    let squares: usize = good.iter().map(|count| count * count).sum();
    let words = size.saturating_mul(good.len()) / 64 + 1;
    if !spend(size.saturating_mul(size / 64 + 4)) {
        return None;
    }
    let choices: Vec<UBig> = (0..=size).map(|count| choose(size, count)).collect();
    // In how many ways the samples so far can have such a sum and such squares.
    let mut so_far = BTreeMap::from([((0, 0), UBig::ONE)]);
    for left in (0..good.len()).rev() {
        let mut next = BTreeMap::new();
        for ((so_many, squared), ways_so_far) in &so_far {
            if !spend((size + 1).saturating_mul(words / 8 + 3)) {
                return None;
            }
            for (count, ways_now) in choices.iter().enumerate() {
                let (so_many, squared) = (so_many + count, squared + count * count);
                if so_many > sum {
                    break;
                }
                // The squares of what is left are least where it is spread evenly.
                let (rest, room) = (sum - so_many, squares.saturating_sub(squared));
                if squared > squares || rest * rest > room * left {
                    continue;
                }
                *next.entry((so_many, squared)).or_insert(UBig::ZERO) += ways_so_far * ways_now;
            }
        }
        so_far = next;
    }
    let as_regular = so_far.into_values().fold(UBig::ZERO, |sum, ways| sum + ways);
    Some(Parts { sum: as_regular, whole: choose(size * good.len(), sum) }.into_number())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::tests::FREE;

    fn chance(good: &[usize], size: usize) -> f64 {
        as_regular(good, size, FREE).unwrap().to_f64_fast()
    }

    #[test]
    fn chances_are_the_reference_values() {
        let four = as_regular(&[24; 4], 30, FREE).unwrap();
        assert_eq!(
            four,
            Number::from_parts(29_906_644_271_765_625u64.into(), 2_615_758_098_280_652_407u64.into())
        );
        assert!((four.to_f64_fast() - 0.011433260702).abs() < 1e-12);
        assert!((chance(&[24; 6], 30) - 0.00045041324144).abs() < 1e-14);
        assert!((chance(&[24; 8], 30) - 1.7e-5).abs() < 5e-7);
        assert!((chance(&[24, 25, 24, 24, 25, 24], 30) - 6.5e-3).abs() < 5e-5);
    }

    #[test]
    fn what_is_certain_is_certain() {
        assert_eq!(chance(&[], 30), 1.0);
        assert_eq!(chance(&[7], 30), 1.0);
        assert_eq!(chance(&[30, 30, 30], 30), 1.0);
        assert_eq!(chance(&[0, 0, 0], 30), 1.0);
        assert_eq!(chance(&[0, 0], 0), 1.0);
        // Nothing is less regular than all of one and none of the other.
        assert_eq!(chance(&[0, 30], 30), 1.0);
        assert!(as_regular(&[31], 30, FREE).is_none());
        assert!(as_regular(&[1, 1], usize::MAX / 2, FREE).is_none());
    }

    #[test]
    fn what_takes_too_long_is_not_found_out() {
        assert!(as_regular(&[24; 6], 30, &|_| false).is_none());
        let left = std::cell::Cell::new(100_000usize);
        let spend = |steps: usize| {
            left.set(left.get().saturating_sub(steps));
            left.get() > 0
        };
        let irregular: Vec<usize> = (0..40).map(|week| 100 * (week % 2) + 50).collect();
        assert!(as_regular(&irregular, 200, &spend).is_none());
        left.set(1_000_000);
        assert!(as_regular(&[24; 26], 30, &spend).is_some());
    }

    proptest! {
        #[test]
        fn sums_agree_with_enumeration(good in proptest::collection::vec(0usize..=4, 3)) {
            let size = 4;
            let (sum, squares) = (good.iter().sum::<usize>(), good.iter().map(|x| x * x).sum::<usize>());
            let mut counted = UBig::ZERO;
            for (a, b, c) in (0..125).map(|all| (all % 5, all / 5 % 5, all / 25)) {
                if a + b + c == sum && a * a + b * b + c * c <= squares {
                    counted += choose(size, a) * choose(size, b) * choose(size, c);
                }
            }
            let expected = Number::from_parts(counted.into(), choose(12, sum));
            prop_assert_eq!(as_regular(&good, size, FREE), Some(expected));
        }
    }
}
