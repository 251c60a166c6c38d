//! What luck makes of a comparison that is looked at again: how likely it is true at one look or more. In floating point,
//! for what is told and never for a verdict.

use dashu_int::IBig;

use super::quick_upper_tail;
use crate::value::Number;

/// How a sample comes to be another at the next look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// Each look has a sample of its own.
    Anew,
    /// Each look adds as many to what there is.
    Added,
}

/// The fewest good ones of so many that a threshold asks for; with `strict` more than its share.
#[must_use]
pub fn fewest(threshold: &Number, strict: bool, samples: usize) -> Option<usize> {
    let wanted = threshold * Number::from(samples);
    let needed = if strict { wanted.floor() + IBig::ONE } else { wanted.ceil() };
    usize::try_from(needed).ok()
}

/// The chance that at one of so many looks or more, each with `samples` more from a true share, as many are good as `enough`
/// asks of the size of the sample; it says none where no number is enough.
#[must_use]
pub fn luck(
    looks: u16,
    (samples, resampling): (usize, Resampling),
    truth: &Number,
    enough: &dyn Fn(usize) -> Option<usize>,
) -> f64 {
    match resampling {
        Resampling::Anew => {
            let once = enough(samples).map_or(0.0, |enough| quick_upper_tail(enough, samples, truth));
            1.0 - (1.0 - once).powi(looks.into())
        }
        Resampling::Added => {
            let of_look = exactly_good(samples, truth.to_f64_fast());
            // By how many are good, the chance of that and of no success so far.
            let mut open = vec![1.0];
            for look in 1..=usize::from(looks) {
                open = both(&open, &of_look);
                open.truncate(enough(samples * look).unwrap_or(usize::MAX));
            }
            (1.0 - open.iter().sum::<f64>()).max(0.0)
        }
    }
}

/// The chances that none, one, … and all of so many are good.
fn exactly_good(samples: usize, truth: f64) -> Vec<f64> {
    (0..samples).fold(vec![1.0], |chances, _| both(&chances, &[1.0 - truth, truth]))
}

/// The chances of the sums of two numbers, each given by the chances of 0, 1, ….
fn both(one: &[f64], other: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; (one.len() + other.len()).saturating_sub(1)];
    for (at, chance) in one.iter().enumerate() {
        let from_here = sums.iter_mut().skip(at);
        from_here.zip(other).for_each(|(sum, of_other)| *sum += chance * of_other);
    }
    sums
}
