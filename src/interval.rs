//! Intervals of exact numbers: the ranges of types, and the bounds of evidence.
//!
//! Operands are taken to be independent, so `x - x` is wider than it need be and never wrong.

use dashu_base::Sign;
use dashu_int::Word;

use crate::value::Number;

/// All numbers from `low` to `high`, both included; a missing bound is unbounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    pub low: Option<Number>,
    pub high: Option<Number>,
}

impl Interval {
    /// Every number.
    pub const ALL: Self = Self { low: None, high: None };

    /// From `low` to `high`.
    pub fn new(low: Number, high: Number) -> Self {
        Self { low: Some(low), high: Some(high) }
    }

    /// `low` and everything above it.
    pub fn at_least(low: Number) -> Self {
        Self { low: Some(low), high: None }
    }

    /// Exactly one number.
    pub fn point(number: Number) -> Self {
        Self { low: Some(number.clone()), high: Some(number) }
    }

    /// The only number in it, if there is just one.
    pub fn as_point(&self) -> Option<&Number> {
        self.low.as_ref().filter(|_| self.low == self.high)
    }

    /// Whether `number` lies in it.
    pub fn contains(&self, number: &Number) -> bool {
        self.low.as_ref().is_none_or(|low| is_at_most(low, number))
            && self.high.as_ref().is_none_or(|high| is_at_most(number, high))
    }

    /// Whether all of `other` lies in it.
    pub fn covers(&self, other: &Self) -> bool {
        let low = self.low.as_ref().is_none_or(|low| other.low.as_ref().is_some_and(|other| low <= other));
        let high =
            self.high.as_ref().is_none_or(|high| other.high.as_ref().is_some_and(|other| other <= high));
        low && high
    }

    /// What lies in both; of two that are apart it is no range.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let low = self.low.iter().chain(&other.low).max().cloned();
        let high = self.high.iter().chain(&other.high).min().cloned();
        Self { low, high }
    }

    /// The smallest interval around both.
    pub fn hull(&self, other: &Self) -> Self {
        Self {
            low: both(&self.low, &other.low, |a, b| a.min(b).clone()),
            high: both(&self.high, &other.high, |a, b| a.max(b).clone()),
        }
    }

    /// `a < b`: true, false, or none where it depends.
    pub fn less(&self, other: &Self) -> Option<bool> {
        if let (Some(high), Some(low)) = (&self.high, &other.low)
            && high < low
        {
            return Some(true);
        }
        match (&self.low, &other.high) {
            (Some(low), Some(high)) if low >= high => Some(false),
            _ => None,
        }
    }

    /// `a <= b`, likewise.
    pub fn less_equal(&self, other: &Self) -> Option<bool> {
        other.less(self).map(|less| !less)
    }

    /// `a == b`, likewise.
    pub fn equal(&self, other: &Self) -> Option<bool> {
        match (self.as_point(), other.as_point()) {
            (Some(a), Some(b)) => Some(a == b),
            _ if self.less(other) == Some(true) || other.less(self) == Some(true) => Some(false),
            _ => None,
        }
    }

    /// `a + b`
    pub fn add(&self, other: &Self) -> Self {
        Self {
            low: both(&self.low, &other.low, |a, b| a + b),
            high: both(&self.high, &other.high, |a, b| a + b),
        }
    }

    /// The smaller of `a` and `b`.
    pub fn smaller(&self, other: &Self) -> Self {
        Self {
            low: both(&self.low, &other.low, |a, b| a.min(b).clone()),
            high: self.high.iter().chain(&other.high).min().cloned(),
        }
    }

    /// The larger of `a` and `b`.
    pub fn larger(&self, other: &Self) -> Self {
        Self {
            low: self.low.iter().chain(&other.low).max().cloned(),
            high: both(&self.high, &other.high, |a, b| a.max(b).clone()),
        }
    }

    /// `-a`
    pub fn negate(&self) -> Self {
        Self { low: self.high.as_ref().map(|n| -n.clone()), high: self.low.as_ref().map(|n| -n.clone()) }
    }

    /// `a - b`
    pub fn subtract(&self, other: &Self) -> Self {
        self.add(&other.negate())
    }

    /// `a * b`
    pub fn multiply(&self, other: &Self) -> Self {
        let corners = self.corners(other, Extended::multiply);
        Self::around(&corners)
    }

    /// `a / b`, or none where `b` may be zero.
    pub fn divide(&self, other: &Self) -> Option<Self> {
        if other.contains(&Number::ZERO) {
            return None;
        }
        let reciprocal = |bound: &Option<Number>| match bound {
            Some(n) => Some(Number::ONE / n),
            None => Some(Number::ZERO),
        };
        Some(self.multiply(&Self { low: reciprocal(&other.high), high: reciprocal(&other.low) }))
    }

    fn corners(&self, other: &Self, f: fn(&Extended, &Extended) -> Extended) -> [Extended; 4] {
        let (a, b) = (Extended::low(self), Extended::high(self));
        let (c, d) = (Extended::low(other), Extended::high(other));
        [f(&a, &c), f(&a, &d), f(&b, &c), f(&b, &d)]
    }

    fn around(corners: &[Extended]) -> Self {
        let finite = || corners.iter().filter_map(Extended::number);
        let low = if corners.contains(&Extended::Below) { None } else { finite().min().cloned() };
        let high = if corners.contains(&Extended::Above) { None } else { finite().max().cloned() };
        Self { low, high }
    }
}

fn both(a: &Option<Number>, b: &Option<Number>, f: impl Fn(&Number, &Number) -> Number) -> Option<Number> {
    Some(f(a.as_ref()?, b.as_ref()?))
}

/// A number, or one of the two infinities that an open bound stands for.
#[derive(Clone, Debug, PartialEq)]
enum Extended {
    Below,
    Finite(Number),
    Above,
}

impl Extended {
    fn low(interval: &Interval) -> Self {
        interval.low.clone().map_or(Self::Below, Self::Finite)
    }

    fn high(interval: &Interval) -> Self {
        interval.high.clone().map_or(Self::Above, Self::Finite)
    }

    fn number(&self) -> Option<&Number> {
        match self {
            Self::Finite(number) => Some(number),
            Self::Below | Self::Above => None,
        }
    }

    fn sign(&self) -> i8 {
        match self {
            Self::Below => -1,
            Self::Above => 1,
            Self::Finite(number) if *number == Number::ZERO => 0,
            Self::Finite(number) => {
                if *number < Number::ZERO {
                    -1
                } else {
                    1
                }
            }
        }
    }

    /// An open bound is never reached, so zero times it is zero.
    fn multiply(&self, other: &Self) -> Self {
        if let (Self::Finite(a), Self::Finite(b)) = (self, other) {
            return Self::Finite(a * b);
        }
        match self.sign() * other.sign() {
            0 => Self::Finite(Number::ZERO),
            1 => Self::Above,
            _ => Self::Below,
        }
    }
}

/// Whether a number is no larger than another. Nearly all are ratios of machine words, which are compared as such.
fn is_at_most(number: &Number, most: &Number) -> bool {
    match (words(number), words(most)) {
        (Some((Sign::Positive, a, b)), Some((Sign::Positive, c, d))) => a * d <= c * b,
        _ => number <= most,
    }
}

/// The sign, numerator and denominator of a ratio of machine words.
fn words(number: &Number) -> Option<(Sign, u128, u128)> {
    let (sign, numerator) = number.numerator().as_sign_words();
    let word = |words: &[Word]| match words {
        [] => Some(0),
        [word] => Some(u128::from(*word)),
        _ => None,
    };
    Some((sign, word(numerator)?, word(number.denominator().as_words())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(low: i32, high: i32) -> Interval {
        Interval::new(low.into(), high.into())
    }

    #[test]
    fn arithmetic_keeps_every_result() {
        assert_eq!(interval(1, 2).subtract(&interval(1, 2)), interval(-1, 1));
        assert_eq!(interval(-1, 2).multiply(&interval(-3, 5)), interval(-6, 10));
        assert_eq!(interval(4, 8).divide(&interval(2, 4)), Some(interval(1, 4)));
        assert_eq!(interval(4, 8).divide(&interval(-1, 4)), None);
        let open = Interval::at_least(2.into());
        assert_eq!(interval(0, 3).multiply(&open), Interval::at_least(0.into()));
        assert_eq!(interval(4, 8).divide(&open), Some(interval(0, 4)));
        assert_eq!(open.negate(), Interval { low: None, high: Some((-2).into()) });
    }

    #[test]
    fn comparisons_are_decided_only_when_every_pair_agrees() {
        assert_eq!(interval(1, 2).less(&interval(3, 4)), Some(true));
        assert_eq!(interval(1, 3).less(&interval(3, 4)), None);
        assert_eq!(interval(1, 3).less_equal(&interval(3, 4)), Some(true));
        assert_eq!(interval(3, 4).less(&interval(1, 3)), Some(false));
        assert_eq!(interval(1, 2).equal(&interval(3, 4)), Some(false));
        assert_eq!(interval(1, 2).equal(&interval(1, 2)), None);
        assert_eq!(interval(2, 2).equal(&interval(2, 2)), Some(true));
        assert_eq!(Interval::ALL.less(&interval(1, 2)), None);
    }

    #[test]
    fn what_lies_in_it_is_the_same_for_numbers_of_any_size() {
        let word = Number::from(u64::MAX);
        let parts =
            [Number::ZERO, Number::ONE, Number::from(3), word.clone(), &word + Number::ONE, &word * &word];
        let ratios = parts.iter().flat_map(|a| parts.iter().skip(1).map(move |b| a / b));
        let numbers: Vec<Number> = ratios.flat_map(|ratio| [-ratio.clone(), ratio]).collect();
        for (low, high) in numbers.iter().zip(numbers.iter().rev()) {
            for number in &numbers {
                let lies = low <= number && number <= high;
                assert_eq!(
                    Interval::new(low.clone(), high.clone()).contains(number),
                    lies,
                    "{low} {number} {high}"
                );
            }
        }
    }
}
