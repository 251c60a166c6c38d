//! The functions of the language. Each is a row of its family's file: how it is called, what the manual says of it, its
//! shape, and its implementation over plain data, with its tests.
//!
//! The phases read a row's fields or match the few shapes, and never ask for one function by name: another function of a
//! shape that exists is one row more.

use std::fmt;

use self::claim::CLAIM;
use self::counting::{COUNTING, Counting, Tallied};
use self::instant::{INSTANT, InstantPart};
use self::numbers::{NUMBERS, Numbers};
use self::series::{Along, SERIES};
use self::single::SINGLE;

mod claim;
pub mod counting;
pub mod instant;
pub mod numbers;
pub mod series;
pub mod single;

/// A function that a call may name. What stands in `example` is run by the tests over [`EXAMPLE_SERIES`].
pub struct Builtin {
    /// The word of the language.
    pub name: &'static str,
    /// What other languages and tools call it.
    pub synonyms: &'static [&'static str],
    /// How it is called.
    pub usage: &'static str,
    /// What it gives.
    pub gives: &'static str,
    pub example: &'static str,
    /// The example's value, as a message shows it.
    pub value: &'static str,
    pub shape: Shape,
}

/// What a function reads, and what it makes of that.
pub enum Shape {
    /// `share(L where P)`: asks each element of a list whether it satisfies a condition. With `by` it does so for each
    /// group of the elements.
    Counting(Counting),
    /// `mean(L.f where P)`: makes one number of those that a condition picks. With `by`, what is picked is grouped.
    Numbers(Numbers),
    /// `distinct(L.f where P)`: makes a list of the elements that a condition picks, each value once; takes no `by`.
    Distinct,
    /// `longest(L where P)`: the longest run of neighbours in a list that satisfy a condition; takes no `by`.
    Longest,
    /// `held(P)`: looks along the series.
    Along(Along),
    /// `day(t)`: a part of an instant.
    Part(InstantPart),
    /// `weekday(d)`: the day of the week of a date.
    Weekday,
    /// `default(path, y)`: what a path leads to, or a value in its stead.
    Default,
    /// `confidence(A >= B)`: how surely a sample bears a comparison out.
    Confidence,
}

/// The sample that a claim with confidence is made about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampled {
    /// The elements that satisfy a condition, among all.
    Share,
    /// The numbers of a list.
    Mean,
}

impl Shape {
    /// Whether it adds up what happened, over a window of a list (`pooled`) or of a scalar: then a snapshot that was left
    /// out in it is missing, while a level may be read across one.
    pub fn adds_up(&self, pooled: bool) -> bool {
        match self {
            Self::Counting(counting) => match counting.tallied {
                Tallied::Number(_) => true,
                Tallied::Whether(_) => pooled,
                Tallied::Share(_) => false,
            },
            Self::Numbers(numbers) => numbers.is_total,
            Self::Distinct | Self::Longest => true,
            Self::Along(_) | Self::Part(_) | Self::Weekday | Self::Default | Self::Confidence => false,
        }
    }
}

impl Builtin {
    /// The sample behind a function's value; none where there is no confidence in such a value.
    pub fn sampled(&self) -> Option<Sampled> {
        match &self.shape {
            Shape::Counting(counting) => match counting.tallied {
                Tallied::Share(_) => Some(Sampled::Share),
                Tallied::Number(_) | Tallied::Whether(_) => None,
            },
            Shape::Numbers(numbers) => numbers.is_mean.then_some(Sampled::Mean),
            Shape::Distinct
            | Shape::Longest
            | Shape::Along(_)
            | Shape::Part(_)
            | Shape::Weekday
            | Shape::Default
            | Shape::Confidence => None,
        }
    }
}

/// There is one row of each name.
impl PartialEq for Builtin {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Every function, in the order in which messages list them.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    [COUNTING, NUMBERS, SINGLE, INSTANT, SERIES, CLAIM].into_iter().flatten()
}

/// The function of a name.
pub fn find(name: &str) -> Option<&'static Builtin> {
    all().find(|builtin| builtin.name == name)
}

/// The vocabulary of the examples.
pub const EXAMPLE_VOCABULARY: &str = "
stages testing -> pilot -> full
snapshot every 1 week grace 3 days {
  adoption: share
  incidents: count
  errors: count
  requests: count
  launched: date
  deployed: time
  outputs: list of {
    id: text key
    edit_time: share from 0% to 1000%
    kind: one of [ordinary, atypical]
  }
}
";

/// The snapshots of the examples, judged on the day of the newest.
pub const EXAMPLE_SERIES: &str = "
{ workflow: example, date: 2026-10-19, stage: testing, advance_to: pilot, adoption: 30%, incidents: 0, launched: 2026-10-12 }
---
{ workflow: example, date: 2026-10-26, stage: pilot, adoption: 40%, incidents: 2, launched: 2026-10-12 }
---
{ workflow: example, date: 2026-11-02, stage: pilot, adoption: 60%, incidents: 1, launched: 2026-10-12 }
---
{ workflow: example, date: 2026-11-09, stage: pilot, adoption: 70%, incidents: 0, errors: 7, requests: 400, launched: 2026-10-12 }
---
workflow: example
date: 2026-11-16
stage: pilot
adoption: 80%
errors: 1
requests: 400
launched: 2026-10-12
deployed: 2026-11-16T15:05+01:00
outputs:
  - { id: a, edit_time: 5%, kind: ordinary }
  - { id: b, edit_time: 10%, kind: ordinary }
  - { id: c, edit_time: 12%, kind: atypical }
  - { id: d, edit_time: 30%, kind: atypical }
  - { id: e, edit_time: 8%, kind: ordinary }
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_and_a_synonym_mean_one_function() {
        let mut seen = BTreeSet::new();
        for builtin in all() {
            for word in builtin.synonyms.iter().chain([&builtin.name]) {
                assert!(seen.insert(*word), "`{word}` means two functions");
            }
        }
    }
}
