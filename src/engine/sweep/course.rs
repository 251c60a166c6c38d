//! The days of one workflow along the values of a param: where their decisions change, found out with as few judgements as that
//! takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::nearest::scale::ParamScale;
use crate::eval::{MetValues, OutcomeCourse, SweptDay, SweptDays};
use crate::report::Decision;
use crate::value::Number;

/// A value at which decisions change. In order, the smallest comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SweepTurn {
    pub(super) at: Number,
    /// Whether they change with the first value above that, and not there.
    pub(super) is_beyond: bool,
    /// Whether they may change at a value that is a little smaller.
    pub(super) is_about: bool,
}

/// A day whose decision changes, as the value grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DayTurn {
    pub(super) turn: SweepTurn,
    pub(super) day: usize,
    pub(super) to: Decision,
}

/// What comes of the days of a workflow.
#[derive(Debug)]
pub(super) struct SweepCourse {
    /// At the smallest value, by day.
    pub(super) first: Vec<Decision>,
    /// By turn, then by day.
    pub(super) turns: Vec<DayTurn>,
}

/// How the values between two are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SweepSearch {
    /// The param is only compared with values: between two of them nothing changes.
    Compared,
    /// The param does something else too: where something changes is narrowed down.
    Narrowed,
    /// Every value is tried.
    Stepped,
}

/// A search along the values of a param.
pub(super) struct Sweep<'s> {
    pub(super) scale: &'s ParamScale,
    pub(super) search: SweepSearch,
    /// Whether what is the same at two values is so at all values between them.
    pub(super) outcomes: OutcomeCourse,
    /// How near a change has to be narrowed down.
    pub(super) finest: Number,
    /// The value in force: it is tried in any case.
    pub(super) now: Option<Number>,
    /// Judges some days at a value.
    pub(super) judge: &'s dyn Fn(&Number, &[usize]) -> SweptDays,
}

/// What came of days at a value.
struct SweepTrial {
    at: Number,
    days: BTreeMap<usize, SweptDay>,
    met: MetValues,
}

/// Parts of the way that are looked at where nobody knows whether a change is turned round on the way.
const PARTS: i32 = 64;

impl Sweep<'_> {
    /// From one value to a greater one, for so many days.
    pub(super) fn along(&self, from: &Number, to: &Number, days: usize) -> SweepCourse {
        let all: Vec<usize> = (0..days).collect();
        let (low, high) = (self.trial(from, &all), self.trial(to, &all));
        let first = low.days.values().map(|day| day.decision).collect();
        let mut turns = Vec::new();
        if self.outcomes != OutcomeCourse::Unknown || self.search == SweepSearch::Stepped {
            self.between(&low, &high, &mut turns);
        } else {
            for day in all {
                let (low, high) = (self.trial(from, &[day]), self.trial(to, &[day]));
                match self.search {
                    SweepSearch::Compared | SweepSearch::Stepped => self.between(&low, &high, &mut turns),
                    SweepSearch::Narrowed => self.in_parts(low, high, &mut turns),
                }
            }
        }
        turns.sort_by(|a, b| (&a.turn, a.day).cmp(&(&b.turn, b.day)));
        SweepCourse { first, turns }
    }

    fn trial(&self, at: &Number, days: &[usize]) -> SweepTrial {
        let SweptDays { days: judged, met } = (self.judge)(at, days);
        SweepTrial { at: at.clone(), days: days.iter().copied().zip(judged).collect(), met }
    }

    fn in_parts(&self, low: SweepTrial, high: SweepTrial, turns: &mut Vec<DayTurn>) {
        let days: Vec<usize> = low.days.keys().copied().collect();
        let part = (&high.at - &low.at) / Number::from(PARTS);
        let parts = (1..PARTS).map(|at| &low.at + &part * Number::from(at));
        let mut tried: BTreeSet<Number> = parts.chain(self.now.clone()).collect();
        tried.retain(|at| low.at < *at && *at < high.at);
        let mut before = low;
        for at in tried {
            let next = self.trial(&at, &days);
            self.between(&before, &next, turns);
            before = next;
        }
        self.between(&before, &high, turns);
    }

    /// Finds the changes between two values.
    fn between(&self, low: &SweepTrial, high: &SweepTrial, turns: &mut Vec<DayTurn>) {
        // Rules that only warn are left out of what is known of all outcomes.
        let is_certain = |day: &usize| {
            self.outcomes != OutcomeCourse::Unknown
                && [low, high].iter().all(|end| end.days.get(day).is_some_and(|own| !own.by_idle))
        };
        let differs = |day: &&usize| match (low.days.get(*day), high.days.get(*day)) {
            (Some(low), Some(high)) if self.outcomes == OutcomeCourse::Together && is_certain(day) => {
                low.decision != high.decision
            }
            (low, high) => low != high,
        };
        let middle = self.middle(low, high);
        let is_open = |day: &usize| match (&middle, self.search) {
            (None, _) => false,
            (Some(_), SweepSearch::Stepped) => true,
            (Some(found), SweepSearch::Compared | SweepSearch::Narrowed) => {
                found.is_compared && !is_certain(day)
            }
        };
        let days: Vec<usize> = low.days.keys().filter(|day| is_open(day) || differs(day)).copied().collect();
        if days.is_empty() {
            return;
        }
        let Some(SweepMiddle { at, .. }) = middle else {
            self.turn(low, high, turns);
            return;
        };
        let middle = self.trial(&at, &days);
        self.between(&low.of(&days), &middle, turns);
        self.between(&middle, &high.of(&days), turns);
    }

    /// The next value to try; none where the place of the change is known.
    fn middle(&self, low: &SweepTrial, high: &SweepTrial) -> Option<SweepMiddle> {
        if low.at >= high.at {
            return None;
        }
        if self.search == SweepSearch::Stepped {
            let middle = self.scale.on_step(&((&low.at + &high.at) / Number::from(2)), false);
            return (middle > low.at).then_some(SweepMiddle { at: middle, is_compared: true });
        }
        let met: BTreeSet<&Number> =
            [low, high].into_iter().flat_map(|end| end.met.between(&low.at, &high.at)).collect();
        if let Some(at) = met.iter().nth(met.len() / 2) {
            return Some(SweepMiddle { at: (*at).clone(), is_compared: true });
        }
        let is_met = |at: &Number| low.met.contains(at) || high.met.contains(at);
        let half = short_between(&low.at, &high.at);
        let (at, is_compared) = match (self.search, is_met(&low.at), is_met(&high.at)) {
            // What is so at two neighbours need not be so between them.
            (SweepSearch::Compared | SweepSearch::Stepped, true, true) => (half, true),
            (SweepSearch::Compared | SweepSearch::Stepped, _, _) => return None,
            (SweepSearch::Narrowed, _, _) if &high.at - &low.at <= self.finest => return None,
            (SweepSearch::Narrowed, true, _) => (&low.at + &self.finest, true),
            (SweepSearch::Narrowed, false, true) => (&high.at - &self.finest, true),
            (SweepSearch::Narrowed, false, false) => (half, false),
        };
        (at > low.at && at < high.at).then_some(SweepMiddle { at, is_compared })
    }

    /// Notes the days that change between two neighbours.
    fn turn(&self, low: &SweepTrial, high: &SweepTrial, turns: &mut Vec<DayTurn>) {
        let is_met = |at: &Number| low.met.contains(at) || high.met.contains(at);
        let turn = match (is_met(&low.at), is_met(&high.at), self.search) {
            (true, _, SweepSearch::Compared | SweepSearch::Narrowed) => self.beyond(&low.at),
            (false, true, _) | (_, _, SweepSearch::Stepped) => {
                SweepTurn { at: self.scale.on_step(&high.at, true), is_beyond: false, is_about: false }
            }
            (false, false, SweepSearch::Compared | SweepSearch::Narrowed) => {
                SweepTurn { at: high.at.clone(), is_beyond: false, is_about: true }
            }
        };
        for (day, after) in &high.days {
            if low.days.get(day).is_some_and(|before| before.decision != after.decision) {
                turns.push(DayTurn { turn: turn.clone(), day: *day, to: after.decision });
            }
        }
    }

    /// Just above a value: on a scale of steps, the first step that is.
    fn beyond(&self, at: &Number) -> SweepTurn {
        match &self.scale.step {
            Some(step) => {
                SweepTurn { at: self.scale.on_step(at, false) + step, is_beyond: false, is_about: false }
            }
            None => SweepTurn { at: at.clone(), is_beyond: true, is_about: false },
        }
    }
}

/// The value in the middle half between two others that takes the fewest digits: what is computed with it is then done soon.
fn short_between(low: &Number, high: &Number) -> Number {
    let quarter = (high - low) / Number::from(4);
    let (least, most) = (low + &quarter, high - &quarter);
    let ten = Number::from(10);
    let mut step = Number::ONE;
    while step <= quarter {
        step *= &ten;
    }
    loop {
        let at = Number::from((&least / &step).ceil()) * &step;
        if at <= most {
            return at;
        }
        step /= &ten;
    }
}

/// A value between two others.
struct SweepMiddle {
    at: Number,
    /// Whether something was compared with it, so that something may change there and be changed back.
    is_compared: bool,
}

impl SweepTrial {
    /// The same of some of the days.
    fn of(&self, days: &[usize]) -> Self {
        let own = days.iter().filter_map(|day| Some((*day, self.days.get(day)?.clone())));
        Self { at: self.at.clone(), days: own.collect(), met: self.met.clone() }
    }
}
