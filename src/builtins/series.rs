//! `latest held streak since previous first asks change trend`: what is seen along the series.

use super::{Builtin, Shape};
use crate::evidence::{Amount, Reasons, Truth};
use crate::interval::Interval;
use crate::value::Number;

pub(super) static SERIES: &[Builtin] = &[
    Builtin {
        name: "latest",
        synonyms: &["last", "newest"],
        usage: "latest(x where P over W)",
        gives: "the newest known x in the window at which P is yes",
        example: "latest(incidents over 2 weeks)",
        value: "0",
        shape: Shape::Along(Along::Latest),
    },
    Builtin {
        name: "held",
        synonyms: &[],
        usage: "held(P), held(x)",
        gives: "how long P has been true without a break, up to the newest snapshot",
        example: "held(adoption >= 60%)",
        value: "2 weeks",
        shape: Shape::Along(Along::Run(Measure::Time)),
    },
    Builtin {
        name: "streak",
        synonyms: &[],
        usage: "streak(P)",
        gives: "in how many of the newest snapshots in a row P was true",
        example: "streak(adoption >= 60%)",
        value: "3",
        shape: Shape::Along(Along::Run(Measure::Snapshots)),
    },
    Builtin {
        name: "since",
        synonyms: &["age", "elapsed"],
        usage: "since(d)",
        gives: "from the date d to the day of judgement",
        example: "since(launched)",
        value: "5 weeks",
        shape: Shape::Along(Along::Since),
    },
    Builtin {
        name: "previous",
        synonyms: &[],
        usage: "previous(x where P, y)",
        gives: "x at the newest earlier snapshot at which P is yes; y if there is no such snapshot",
        example: "previous(adoption)",
        value: "70%",
        shape: Shape::Along(Along::Snapshot(Which::Previous)),
    },
    Builtin {
        name: "first",
        synonyms: &[],
        usage: "first(x where P)",
        gives: "x at the first snapshot of the series at which P is yes",
        example: "first(adoption)",
        value: "30%",
        shape: Shape::Along(Along::Snapshot(Which::First)),
    },
    Builtin {
        name: "asks",
        synonyms: &["asked", "attempts"],
        usage: "asks(s)",
        gives: "in how many snapshots, up to this one, `advance_to` names the stage s",
        example: "asks(pilot)",
        value: "1",
        shape: Shape::Along(Along::Asks),
    },
    Builtin {
        name: "change",
        synonyms: &["delta", "diff", "difference"],
        usage: "change(x over W)",
        gives: "x at the newest snapshot less x a window earlier",
        example: "change(adoption over 2 weeks)",
        value: "20%",
        shape: Shape::Along(Along::Stretch(Stretch {
            points: Points::Ends(Amount::subtract),
            range: |range| range.subtract(range),
        })),
    },
    Builtin {
        name: "trend",
        synonyms: &["slope"],
        usage: "trend(x over W)",
        gives: "the slope of the least-squares line through x, per week",
        example: "trend(adoption over 2 weeks)",
        value: "10%",
        shape: Shape::Along(Along::Stretch(Stretch { points: Points::All(slope), range: |_| Interval::ALL })),
    },
];

/// How a function looks along the series, and what it makes of what it sees.
pub enum Along {
    /// `held(P)`: in which snapshots, up to this one, a condition has been true without a break.
    Run(Measure),
    /// `since(d)`: from a date to the day of judgement.
    Since,
    /// `previous(x where P, y)`: the value at another snapshot, at which a condition holds.
    Snapshot(Which),
    /// `asks(s)`: how many snapshots, up to this one, ask for a stage.
    Asks,
    /// `latest(x over W)`: the newest value that is known in a window.
    Latest,
    /// `change(x over W)`: from the snapshot a window earlier to this one.
    Stretch(Stretch),
}

/// Which snapshot is looked at, of those at which a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest before this one.
    Previous,
    /// The first of the series.
    First,
}

/// What a run is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Time,
    Snapshots,
}

/// What is made of the values from the snapshot a window earlier to this one.
pub struct Stretch {
    pub points: Points,
    /// In which range it lies, by the range of the values.
    pub range: fn(&Interval) -> Interval,
}

/// The values that are looked at.
pub enum Points {
    /// Those of this snapshot and of the earlier one.
    Ends(fn(&Amount, &Amount) -> Amount),
    /// All, each with the weeks since the earlier snapshot; without a gap. None where there are too few.
    All(fn(&[(Number, Amount)]) -> Option<Amount>),
}

/// The run of snapshots, up to one of them, in which a condition was true without a break.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// Index of the first snapshot of the run that is sure; none if the condition is not yes at its end.
    pub sure: Option<usize>,
    /// Index of the first snapshot of the run that is possible; none if the condition is no at its end.
    pub possible: Option<usize>,
    /// Why the two differ.
    pub reasons: Reasons,
}

impl Run {
    /// The run up to the snapshot `at`, where the condition is `truth`, given the run up to the snapshot before. `gap`:
    /// why the two snapshots are too far apart for the run to be sure to go on.
    pub fn extend(before: &Self, at: usize, truth: &Truth, gap: Option<&Reasons>) -> Self {
        match truth {
            Truth::No => Self::default(),
            Truth::Yes => {
                let sure = if gap.is_some() { Some(at) } else { before.sure.or(Some(at)) };
                let possible = before.possible.or(Some(at));
                let mut reasons = Reasons::default();
                if sure != possible {
                    reasons = before.reasons.clone();
                    reasons.merge(gap.unwrap_or(&Reasons::default()));
                }
                Self { sure, possible, reasons }
            }
            Truth::Undecided(why) => {
                let mut reasons = before.reasons.clone();
                reasons.merge(why);
                Self { sure: None, possible: before.possible.or(Some(at)), reasons }
            }
        }
    }
}

/// The slope of the least-squares line through points `(x, y)`, in units of y for a unit of x; none where fewer than two
/// different x are given. Exact: `Σ(x − x̄)·y / Σ(x − x̄)²`, which is linear in every y.
fn slope(points: &[(Number, Amount)]) -> Option<Amount> {
    let size = Number::from(points.len());
    let mean = points.iter().fold(Number::ZERO, |sum, (x, _)| sum + x)
        / if points.is_empty() { 1.into() } else { size };
    let squares = points.iter().fold(Number::ZERO, |sum, (x, _)| sum + (x - &mean) * (x - &mean));
    if squares == Number::ZERO {
        return None;
    }
    let weigh = |(x, y): &(Number, Amount)| Amount::Known((x - &mean) / &squares).multiply(y);
    Some(points.iter().map(weigh).fold(Amount::Known(Number::ZERO), |sum, part| sum.add(&part)))
}

/// Between a sure and a possible number of snapshots.
pub fn streak(run: &Run, at: usize) -> Amount {
    let length = |start: Option<usize>| Number::from(start.map_or(0, |start| at + 1 - start));
    Amount::bounded(Interval::new(length(run.sure), length(run.possible)), run.reasons.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(truths: &[Truth], gap_before: usize) -> Run {
        let gap = Reasons::default();
        truths.iter().enumerate().fold(Run::default(), |run, (at, truth)| {
            Run::extend(&run, at, truth, (at == gap_before).then_some(&gap))
        })
    }

    #[test]
    fn a_gap_and_a_doubt_end_the_sure_run_only() {
        let (yes, no, doubt) = (Truth::Yes, Truth::No, Truth::Undecided(Reasons::default()));
        let ends = |truths: &[Truth], gap| {
            let run = run(truths, gap);
            (run.sure, run.possible)
        };
        assert_eq!(ends(&[no.clone(), yes.clone(), yes.clone()], 9), (Some(1), Some(1)));
        assert_eq!(ends(&[yes.clone(), yes.clone(), yes.clone()], 1), (Some(1), Some(0)));
        assert_eq!(ends(&[yes.clone(), doubt.clone(), yes.clone()], 9), (Some(2), Some(0)));
        assert_eq!(ends(&[yes.clone(), yes.clone(), doubt], 9), (None, Some(0)));
        assert_eq!(ends(&[yes.clone(), no.clone(), yes.clone()], 2), (Some(2), Some(2)));
        assert_eq!(ends(&[yes, no], 9), (None, None));
    }

    #[test]
    fn a_straight_line_has_its_slope() {
        let points: Vec<_> =
            (0..4).map(|x| (Number::from(x), Amount::Known(Number::from(7 - 2 * x)))).collect();
        assert_eq!(slope(&points), Some(Amount::Known((-2).into())));
        assert_eq!(slope(&points[..1]), None);
        assert_eq!(slope(&[]), None);
    }
}
