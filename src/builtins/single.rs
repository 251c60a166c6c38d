//! `distinct longest default`: what fits no other family. They are evaluated where lists and fields are.

use super::{Builtin, Shape};
use crate::evidence::{Amount, Reasons, Truth};
use crate::interval::Interval;

pub(super) static SINGLE: &[Builtin] = &[
    Builtin {
        name: "distinct",
        synonyms: &["dedup", "uniq", "unique"],
        usage: "distinct(L.f where P)",
        gives: "the list without repeats",
        example: "count(distinct(outputs.kind))",
        value: "2",
        shape: Shape::Distinct,
    },
    Builtin {
        name: "longest",
        synonyms: &["consecutive", "max_run"],
        usage: "longest(L where P)",
        gives: "the longest run of neighbours in L that satisfy P, a count; 0 of none",
        example: "longest(outputs where edit_time <= 12%)",
        value: "3",
        shape: Shape::Longest,
    },
    Builtin {
        name: "default",
        synonyms: &["coalesce", "ifnull"],
        usage: "default(path, y)",
        gives: "what the path leads to, or y where that is missing",
        example: "default(incidents, 7)",
        value: "7",
        shape: Shape::Default,
    },
];

/// The elements of a list in their order, to look for a run among.
pub struct Neighbours<'l> {
    /// From which snapshot each is, by its index, and whether it satisfies the condition.
    pub of: &'l [(usize, &'l Truth)],
    /// Why further elements may exist that were not seen.
    pub open: Option<&'l Reasons>,
    /// Whether these may stand between elements of one snapshot, and not only between snapshots.
    pub scattered: bool,
}

/// Between the longest run that is sure and the longest that is possible. Where further elements may stand between those
/// that were seen, at least the longest that they cannot break.
pub fn longest(neighbours: &Neighbours<'_>) -> Amount {
    let mut reasons = neighbours.open.cloned().unwrap_or_default();
    let (mut sure, mut possible) = (0, 0);
    let (mut sure_now, mut possible_now) = (0usize, 0usize);
    let mut before = None;
    for (snapshot, truth) in neighbours.of {
        let breaks = neighbours.open.is_some() && (neighbours.scattered || before != Some(*snapshot));
        before = Some(*snapshot);
        if breaks {
            sure_now = 0;
        }
        match truth {
            Truth::Yes => {
                sure_now += 1;
                possible_now += 1;
            }
            Truth::No => (sure_now, possible_now) = (0, 0),
            Truth::Undecided(why) => {
                reasons.merge(why);
                sure_now = 0;
                possible_now += 1;
            }
        }
        sure = sure.max(sure_now);
        possible = possible.max(possible_now);
    }
    match neighbours.open {
        Some(_) => Amount::bounded(Interval::at_least(sure.into()), reasons),
        None => Amount::bounded(Interval::new(sure.into(), possible.into()), reasons),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(of: &[(usize, Truth)], open: bool, scattered: bool) -> (usize, Option<usize>) {
        let of: Vec<(usize, &Truth)> = of.iter().map(|(at, truth)| (*at, truth)).collect();
        let why = Reasons::default();
        let found = longest(&Neighbours { of: &of, open: open.then_some(&why), scattered });
        let interval = found.interval().unwrap();
        let whole = |bound: crate::value::Number| usize::try_from(bound.floor()).unwrap();
        (whole(interval.low.unwrap()), interval.high.map(whole))
    }

    #[test]
    fn a_doubt_ends_the_sure_run_only_and_what_was_not_seen_may_end_any() {
        let (yes, no, doubt) = (Truth::Yes, Truth::No, Truth::Undecided(Reasons::default()));
        let list =
            [(0, yes.clone()), (0, yes.clone()), (1, yes.clone()), (1, doubt), (1, yes.clone()), (2, no)];
        assert_eq!(run(&list, false, false), (3, Some(5)));
        assert_eq!(run(&list, true, false), (2, None));
        assert_eq!(run(&list, true, true), (1, None));
        assert_eq!(run(&[], false, false), (0, Some(0)));
        assert_eq!(run(&[], true, false), (0, None));
    }
}
