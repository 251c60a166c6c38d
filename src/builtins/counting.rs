//! `count share any all none`: how many elements of a list satisfy a condition.
//!
//! Each takes the condition's truth for every element.

use std::mem::discriminant;

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
        usage: "share(L where P), share(A of B)",
        gives: "what share of the elements satisfies P, or one count is of another; unknown of none",
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

/// An element, by whether the condition is asked of it, which `among` says, and whether it satisfies the condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub member: Truth,
    pub good: Truth,
    /// How many elements it stands for, all of them alike.
    pub times: usize,
}

impl Candidate {
    /// An element of which the condition is asked.
    pub fn member(good: Truth) -> Self {
        Self { member: Truth::Yes, good, times: 1 }
    }

    /// Adds one to a few that stay few: any function of this family says the same of them.
    pub fn add_to(few: &mut Vec<Self>, other: Self) {
        match few.iter_mut().find(|own| own.is_like(&other)) {
            Some(own) => own.take_in(&other),
            None => few.push(other),
        }
    }

    /// Whether another one is the same but for the reasons.
    fn is_like(&self, other: &Self) -> bool {
        discriminant(&self.member) == discriminant(&other.member)
            && discriminant(&self.good) == discriminant(&other.good)
    }

    /// Stands for another one that is like it, too.
    fn take_in(&mut self, other: &Self) {
        self.times += other.times;
        for (own, other) in [(&mut self.member, &other.member), (&mut self.good, &other.good)] {
            if let (Truth::Undecided(own), Truth::Undecided(other)) = (own, other) {
                own.merge(other);
            }
        }
    }

    /// Whether it is a member that satisfies the condition.
    fn is_good_member(&self) -> Truth {
        Truth::all([self.member.clone(), self.good.clone()])
    }

    /// Whether it does not speak against all members.
    fn is_good_if_member(&self) -> Truth {
        Truth::any([self.member.clone().negate(), self.good.clone()])
    }
}

/// The elements of a list, each by whether it satisfies the condition.
pub struct Conditions<'l> {
    pub of: &'l [Candidate],
    /// Why further elements may exist that were not seen.
    pub open: Option<&'l Reasons>,
    /// Why nothing can be said of no elements.
    pub empty: &'l dyn Fn() -> Reasons,
}

impl Conditions<'_> {
    /// What is so of each element, with what may be of those that were not seen.
    fn with_unseen(&self, of: fn(&Candidate) -> Truth) -> impl Iterator<Item = Truth> {
        self.of.iter().map(of).chain(self.open.cloned().map(Truth::Undecided))
    }

    /// Why there may be no member; none where one is sure.
    fn without_member(&self) -> Option<Reasons> {
        let mut why = Reasons::default();
        for candidate in self.of {
            match &candidate.member {
                Truth::Yes => return None,
                Truth::No => {}
                Truth::Undecided(reasons) => why.merge(reasons),
            }
        }
        Some(if why.is_empty() { (self.empty)() } else { why })
    }
}

/// How many members satisfy the condition, at the lowest and at the highest share that may be so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// How many members surely satisfy it.
    pub sure: usize,
    /// How many members there are where each element that may be a bad one is, and no other that may be one.
    pub sure_of: usize,
    /// How many members possibly satisfy it.
    pub possible: usize,
    /// How many members there are where each element that may be a good one is, and no other that may be one.
    pub possible_of: usize,
    /// Why the two differ.
    pub reasons: Reasons,
}

impl Tally {
    /// So many members, of whom so many satisfy the condition.
    pub fn known(good: usize, of: usize) -> Self {
        Self { sure: good, sure_of: of, possible: good, possible_of: of, reasons: Reasons::default() }
    }

    /// Counts the elements.
    pub fn of<'t>(candidates: impl IntoIterator<Item = &'t Candidate>) -> Self {
        let mut tally = Self::default();
        for Candidate { member, good, times } in candidates {
            if *member == Truth::No {
                continue;
            }
            let is_member = *member == Truth::Yes;
            let (is_good, may_be_good) = (*good == Truth::Yes, *good != Truth::No);
            tally.sure += times * usize::from(is_member && is_good);
            tally.sure_of += times * usize::from(is_member || !is_good);
            tally.possible += times * usize::from(may_be_good);
            tally.possible_of += times * usize::from(is_member || may_be_good);
            for truth in [member, good] {
                if let Truth::Undecided(reasons) = truth {
                    tally.reasons.merge(reasons);
                }
            }
        }
        tally
    }

    /// The same with so many further members, of whom so many satisfy the condition.
    pub fn with_further(&self, members: usize, satisfying: usize) -> Self {
        Self {
            sure: self.sure + satisfying,
            sure_of: self.sure_of + members,
            possible: self.possible + satisfying,
            possible_of: self.possible_of + members,
            reasons: self.reasons.clone(),
        }
    }

    /// How many members there are, where that is known.
    pub fn total(&self) -> Option<usize> {
        (self.sure_of == self.possible_of).then_some(self.sure_of)
    }

    /// Its lowest and its highest share.
    pub fn bounds(&self) -> Interval {
        let part = |good: usize, of: usize| Number::from(good) / Number::from(of.max(1));
        Interval::new(part(self.sure, self.sure_of), part(self.possible, self.possible_of))
    }
}

/// The members of which a share is taken; or why it is not known whether there are any, or any others.
pub fn tally(conditions: &Conditions<'_>) -> Result<Tally, Reasons> {
    match conditions.open.cloned().or_else(|| conditions.without_member()) {
        Some(reasons) => Err(reasons),
        None => Ok(Tally::of(conditions.of)),
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
    match tally(conditions) {
        Ok(tally) => Amount::bounded(tally.bounds(), tally.reasons),
        Err(reasons) => Amount::Unknown(reasons),
    }
}

/// Whether one element satisfies the condition; no of no elements.
fn any(conditions: &Conditions<'_>) -> Truth {
    Truth::any(conditions.with_unseen(Candidate::is_good_member))
}

/// Whether no element does; yes of no elements.
fn none(conditions: &Conditions<'_>) -> Truth {
    any(conditions).negate()
}

/// Whether all elements do; undecided where there may be none.
fn all(conditions: &Conditions<'_>) -> Truth {
    let all = Truth::all(conditions.with_unseen(Candidate::is_good_if_member));
    match conditions.without_member() {
        Some(reasons) if conditions.open.is_none() => Truth::Undecided(reasons),
        Some(_) | None => all,
    }
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

    fn members(conditions: &[Truth]) -> Vec<Candidate> {
        conditions.iter().cloned().map(Candidate::member).collect()
    }

    fn of(conditions: &[Candidate]) -> Conditions<'_> {
        Conditions { of: conditions, open: None, empty: &Reasons::default }
    }

    fn open<'l>(conditions: &'l [Candidate], open: &'l Reasons) -> Conditions<'l> {
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
        let conditions = members(&[Truth::Yes, Truth::No, undecided(), Truth::Yes]);
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
        let (yes, no) = (members(&[Truth::Yes]), members(&[Truth::No]));
        assert_eq!(
            count(&open(&yes, &why)),
            Amount::Between(Interval::at_least(1.into()), Reasons::default())
        );
        assert_eq!(any(&open(&yes, &why)), Truth::Yes);
        assert_eq!(any(&open(&no, &why)), undecided());
        assert_eq!(all(&open(&no, &why)), Truth::No);
        assert_eq!(all(&open(&yes, &why)), undecided());
        assert_eq!(share(&open(&yes, &why)), Amount::Unknown(Reasons::default()));
    }

    #[test]
    fn an_element_that_may_be_no_member_widens_the_bounds_both_ways() {
        let candidate = |member: Truth, good: Truth| Candidate { member, good, times: 1 };
        let known = [
            candidate(Truth::Yes, Truth::Yes),
            candidate(Truth::Yes, Truth::No),
            candidate(Truth::No, undecided()),
        ];
        let with = |good: Truth| [known.as_slice(), &[candidate(undecided(), good)]].concat();
        let bounds = |candidates: &[Candidate]| {
            let tally = Tally::of(candidates);
            (tally.sure, tally.sure_of, tally.possible, tally.possible_of)
        };
        assert_eq!(bounds(&known), (1, 2, 1, 2));
        assert_eq!(bounds(&with(Truth::Yes)), (1, 2, 2, 3));
        assert_eq!(bounds(&with(Truth::No)), (1, 3, 1, 2));
        assert_eq!(bounds(&with(undecided())), (1, 3, 2, 3));
        assert_eq!(all(&of(&with(Truth::Yes))), Truth::No);
        assert_eq!(any(&of(&with(Truth::No))), Truth::Yes);
        assert_eq!(all(&of(&[known[0].clone(), candidate(undecided(), Truth::No)])), undecided());
        assert_eq!(all(&of(&[known[0].clone(), candidate(undecided(), Truth::Yes)])), Truth::Yes);
        // There may be no member at all.
        let none = [candidate(undecided(), Truth::Yes), candidate(Truth::No, Truth::Yes)];
        assert_eq!(all(&of(&none)), undecided());
        assert_eq!(share(&of(&none)), Amount::Unknown(Reasons::default()));
        assert_eq!(count(&of(&none)), between(0.into(), 1.into()));
    }
}
