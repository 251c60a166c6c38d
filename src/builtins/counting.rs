//! `count share any all none`: how many elements of a list satisfy a condition.
//!
//! Each takes the condition's truth for every element, and `open`: why further elements may exist that were not seen.

use super::{Builtin, Doc};
use crate::evidence::{Amount, Reasons, Truth};
use crate::interval::Interval;
use crate::value::Number;

/// What the manual says of this family.
pub(super) const COUNTING: &[Doc] = &[
    Doc {
        builtin: Builtin::Count,
        usage: "count(L where P)",
        gives: "how many elements of L satisfy P; without `where`, how many there are",
        example: "count(outputs where kind == atypical)",
        value: "2",
    },
    Doc {
        builtin: Builtin::Share,
        usage: "share(L where P)",
        gives: "what share of the elements satisfies P; unknown of none",
        example: "share(outputs where edit_time < 15%)",
        value: "80%",
    },
    Doc {
        builtin: Builtin::Any,
        usage: "any(L where P)",
        gives: "whether at least one element satisfies P; no of none",
        example: "any(outputs where edit_time > 25%)",
        value: "yes",
    },
    Doc {
        builtin: Builtin::All,
        usage: "all(L where P)",
        gives: "whether every element satisfies P; undecided of none",
        example: "all(outputs where edit_time <= 25%)",
        value: "no",
    },
    Doc {
        builtin: Builtin::None,
        usage: "none(L where P)",
        gives: "whether no element satisfies P; yes of none",
        example: "none(outputs where edit_time > 50%)",
        value: "yes",
    },
];

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
pub fn count(conditions: &[Truth], open: Option<&Reasons>) -> Amount {
    let mut tally = Tally::of(conditions);
    match open {
        Some(open) => {
            tally.reasons.merge(open);
            Amount::bounded(Interval::at_least(tally.sure.into()), tally.reasons)
        }
        None => Amount::bounded(Interval::new(tally.sure.into(), tally.possible.into()), tally.reasons),
    }
}

/// The share of the elements that satisfy the condition; unknown of no elements (`empty`), or where more may exist.
pub fn share(conditions: &[Truth], open: Option<&Reasons>, empty: impl FnOnce() -> Reasons) -> Amount {
    if let Some(open) = open {
        return Amount::Unknown(open.clone());
    }
    if conditions.is_empty() {
        return Amount::Unknown(empty());
    }
    let tally = Tally::of(conditions);
    let part = |n: usize| Number::from(n) / Number::from(tally.total);
    Amount::bounded(Interval::new(part(tally.sure), part(tally.possible)), tally.reasons)
}

/// Whether one element satisfies the condition; no of no elements.
pub fn any(conditions: Vec<Truth>, open: Option<&Reasons>) -> Truth {
    Truth::any(conditions.into_iter().chain(open.cloned().map(Truth::Undecided)))
}

/// Whether all elements satisfy the condition; undecided of no elements (`empty`).
pub fn all(conditions: Vec<Truth>, open: Option<&Reasons>, empty: impl FnOnce() -> Reasons) -> Truth {
    if conditions.is_empty() && open.is_none() {
        return Truth::Undecided(empty());
    }
    Truth::all(conditions.into_iter().chain(open.cloned().map(Truth::Undecided)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undecided() -> Truth {
        Truth::Undecided(Reasons::default())
    }

    fn between(low: Number, high: Number) -> Amount {
        Amount::Between(Interval::new(low, high), Reasons::default())
    }

    #[test]
    fn undecided_elements_make_bounds() {
        let conditions = [Truth::Yes, Truth::No, undecided(), Truth::Yes];
        assert_eq!(count(&conditions, None), between(2.into(), 3.into()));
        let share = share(&conditions, None, Reasons::default);
        assert_eq!(
            share,
            between(Number::from_parts(1.into(), 2u8.into()), Number::from_parts(3.into(), 4u8.into()))
        );
    }

    #[test]
    fn no_elements_prove_nothing_but_absence() {
        assert_eq!(count(&[], None), Amount::Known(0.into()));
        assert_eq!(any(vec![], None), Truth::No);
        assert_eq!(all(vec![], None, Reasons::default), undecided());
        assert_eq!(share(&[], None, Reasons::default), Amount::Unknown(Reasons::default()));
    }

    #[test]
    fn what_was_not_seen_cannot_be_ruled_out() {
        let open = Reasons::default();
        assert_eq!(
            count(&[Truth::Yes], Some(&open)),
            Amount::Between(Interval::at_least(1.into()), Reasons::default())
        );
        assert_eq!(any(vec![Truth::Yes], Some(&open)), Truth::Yes);
        assert_eq!(any(vec![Truth::No], Some(&open)), undecided());
        assert_eq!(all(vec![Truth::No], Some(&open), Reasons::default), Truth::No);
        assert_eq!(all(vec![Truth::Yes], Some(&open), Reasons::default), undecided());
        assert_eq!(share(&[Truth::Yes], Some(&open), Reasons::default), Amount::Unknown(Reasons::default()));
    }
}
