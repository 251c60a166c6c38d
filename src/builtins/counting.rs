//! `count share any all none`: how many elements of a list satisfy a condition.
//!
//! Each takes the condition's truth for every element.

use super::{Builtin, Shape};
use crate::evidence::{Amount, Reasons, Truth};
use crate::interval::Interval;
use crate::value::Number;

pub(super) static COUNTING: &[Builtin] = &[
    Builtin {
        name: "count",
        synonyms: &["len", "length", "number", "size"],
        usage: "count(L where P)",
        gives: "how many elements of L satisfy P; without `where`, how many there are",
        example: "count(outputs where kind == atypical)",
        value: "2",
        shape: Shape::Counting(Counting { tallied: Tallied::Number(count), falls: false, excess: true }),
    },
    Builtin {
        name: "share",
        synonyms: &["fraction", "percent", "percentage", "proportion", "rate", "ratio"],
        usage: "share(L where P)",
        gives: "what share of the elements satisfies P; unknown of none",
        example: "share(outputs where edit_time < 15%)",
        value: "80%",
        shape: Shape::Counting(Counting { tallied: Tallied::Share(share), falls: false, excess: true }),
    },
    Builtin {
        name: "any",
        synonyms: &["exists", "some"],
        usage: "any(L where P)",
        gives: "whether at least one element satisfies P; no of none",
        example: "any(outputs where edit_time > 25%)",
        value: "yes",
        shape: Shape::Counting(Counting {
            tallied: Tallied::Whether(Quantifier {
                of: any,
                of_none: Some(false),
                for_yes: one,
                for_no: zero,
            }),
            falls: false,
            excess: true,
        }),
    },
    Builtin {
        name: "all",
        synonyms: &["every", "forall"],
        usage: "all(L where P)",
        gives: "whether every element satisfies P; undecided of none",
        example: "all(outputs where edit_time <= 25%)",
        value: "no",
        shape: Shape::Counting(Counting {
            tallied: Tallied::Whether(Quantifier {
                of: all,
                of_none: None,
                for_yes: every,
                for_no: all_but_one,
            }),
            falls: false,
            excess: false,
        }),
    },
    Builtin {
        name: "none",
        synonyms: &[],
        usage: "none(L where P)",
        gives: "whether no element satisfies P; yes of none",
        example: "none(outputs where edit_time > 50%)",
        value: "yes",
        shape: Shape::Counting(Counting {
            tallied: Tallied::Whether(Quantifier {
                of: none,
                of_none: Some(true),
                for_yes: zero,
                for_no: one,
            }),
            falls: true,
            excess: false,
        }),
    },
];

/// A function that asks of each element of a list whether it satisfies a condition.
pub struct Counting {
    pub tallied: Tallied,
    /// Whether it falls with each element that satisfies the condition, as `none` does; else it rises.
    pub falls: bool,
    /// Where it should be less, or no: whether those elements stand against it that satisfy the condition, or the others.
    pub excess: bool,
}

/// What the conditions of all elements come to.
pub enum Tallied {
    /// How many of them are yes; without a `where`, how many elements there are.
    Number(fn(&Conditions<'_>) -> Amount),
    /// What share of them is yes; unknown of no elements.
    Share(fn(&Conditions<'_>) -> Amount),
    /// Whether so many of them are yes as it takes.
    Whether(Quantifier),
}

/// A condition of how many elements satisfy another one.
pub struct Quantifier {
    pub of: fn(&Conditions<'_>) -> Truth,
    /// What it is of no elements; none: undecided.
    pub of_none: Option<bool>,
    /// The number of elements nearest to all, or to none, that satisfy the condition and make it yes, of so many; none where
    /// no number does.
    pub for_yes: fn(usize) -> Option<usize>,
    /// Likewise, to make it no.
    pub for_no: fn(usize) -> Option<usize>,
}

/// The elements of a list, each by whether it satisfies the condition.
pub struct Conditions<'l> {
    pub of: &'l [Truth],
    /// Why further elements may exist that were not seen.
    pub open: Option<&'l Reasons>,
    /// Why nothing can be said of no elements.
    pub empty: &'l dyn Fn() -> Reasons,
}

impl Conditions<'_> {
    /// The conditions, those of elements that were not seen among them.
    fn with_unseen(&self) -> impl Iterator<Item = Truth> {
        self.of.iter().cloned().chain(self.open.cloned().map(Truth::Undecided))
    }
}

/// How many conditions are surely, and how many are possibly, yes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    pub sure: usize,
    pub possible: usize,
    pub total: usize,
    /// Why the two differ.
    pub reasons: Reasons,
}

impl Tally {
    /// Counts the conditions.
    pub fn of<'t>(conditions: impl IntoIterator<Item = &'t Truth>) -> Self {
        let mut tally = Self::default();
        for condition in conditions {
            tally.total += 1;
            match condition {
                Truth::Yes => {
                    tally.sure += 1;
                    tally.possible += 1;
                }
                Truth::No => {}
                Truth::Undecided(reasons) => {
                    tally.possible += 1;
                    tally.reasons.merge(reasons);
                }
            }
        }
        tally
    }
}

/// Between the sure and the possible ones; at least the sure ones where more may exist.
fn count(conditions: &Conditions<'_>) -> Amount {
    let mut tally = Tally::of(conditions.of);
    match conditions.open {
        Some(open) => {
            tally.reasons.merge(open);
            Amount::bounded(Interval::at_least(tally.sure.into()), tally.reasons)
        }
        None => Amount::bounded(Interval::new(tally.sure.into(), tally.possible.into()), tally.reasons),
    }
}

/// Between the shares of the sure and of the possible ones; unknown where more may exist.
fn share(conditions: &Conditions<'_>) -> Amount {
    if let Some(open) = conditions.open {
        return Amount::Unknown(open.clone());
    }
    if conditions.of.is_empty() {
        return Amount::Unknown((conditions.empty)());
    }
    let tally = Tally::of(conditions.of);
    let part = |n: usize| Number::from(n) / Number::from(tally.total);
    Amount::bounded(Interval::new(part(tally.sure), part(tally.possible)), tally.reasons)
}

/// Whether one element satisfies the condition; no of no elements.
fn any(conditions: &Conditions<'_>) -> Truth {
    Truth::any(conditions.with_unseen())
}

/// Whether no element does; yes of no elements.
fn none(conditions: &Conditions<'_>) -> Truth {
    any(conditions).negate()
}

/// Whether all elements do; undecided of no elements.
fn all(conditions: &Conditions<'_>) -> Truth {
    if conditions.of.is_empty() && conditions.open.is_none() {
        return Truth::Undecided((conditions.empty)());
    }
    Truth::all(conditions.with_unseen())
}

fn zero(_: usize) -> Option<usize> {
    Some(0)
}

fn one(total: usize) -> Option<usize> {
    (total > 0).then_some(1)
}

fn every(total: usize) -> Option<usize> {
    (total > 0).then_some(total)
}

fn all_but_one(total: usize) -> Option<usize> {
    total.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(conditions: &[Truth]) -> Conditions<'_> {
        Conditions { of: conditions, open: None, empty: &Reasons::default }
    }

    fn open<'l>(conditions: &'l [Truth], open: &'l Reasons) -> Conditions<'l> {
        Conditions { open: Some(open), ..of(conditions) }
    }

    fn undecided() -> Truth {
        Truth::Undecided(Reasons::default())
    }

    fn between(low: Number, high: Number) -> Amount {
        Amount::Between(Interval::new(low, high), Reasons::default())
    }

    #[test]
    fn undecided_elements_make_bounds() {
        let conditions = [Truth::Yes, Truth::No, undecided(), Truth::Yes];
        assert_eq!(count(&of(&conditions)), between(2.into(), 3.into()));
        let share = share(&of(&conditions));
        assert_eq!(
            share,
            between(Number::from_parts(1.into(), 2u8.into()), Number::from_parts(3.into(), 4u8.into()))
        );
    }

    #[test]
    fn no_elements_prove_nothing_but_absence() {
        assert_eq!(count(&of(&[])), Amount::Known(0.into()));
        assert_eq!(any(&of(&[])), Truth::No);
        assert_eq!(all(&of(&[])), undecided());
        assert_eq!(share(&of(&[])), Amount::Unknown(Reasons::default()));
    }

    #[test]
    fn what_was_not_seen_cannot_be_ruled_out() {
        let why = Reasons::default();
        assert_eq!(
            count(&open(&[Truth::Yes], &why)),
            Amount::Between(Interval::at_least(1.into()), Reasons::default())
        );
        assert_eq!(any(&open(&[Truth::Yes], &why)), Truth::Yes);
        assert_eq!(any(&open(&[Truth::No], &why)), undecided());
        assert_eq!(all(&open(&[Truth::No], &why)), Truth::No);
        assert_eq!(all(&open(&[Truth::Yes], &why)), undecided());
        assert_eq!(share(&open(&[Truth::Yes], &why)), Amount::Unknown(Reasons::default()));
    }
}
