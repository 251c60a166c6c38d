//! The way from the value in force to the first one at which a workflow is decided otherwise.

use std::cell::Cell;
use std::cmp::Ordering;
use std::ops::Bound;

use super::scale::ParamScale;
use crate::eval::DecisionTrial;
use crate::report::Decision;
use crate::value::Number;

/// Parts of the way that are looked at before the place of a change is narrowed down.
const COARSE: i32 = 16;

/// Where a decision changes. In order, the nearest comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Corner {
    pub(super) at: Number,
    /// Whether it changes with the first value behind that, and not there.
    pub(super) is_beyond: bool,
    /// Whether it may change a little nearer.
    pub(super) is_about: bool,
    /// In which direction it was looked for.
    up: bool,
}

impl Ord for Corner {
    fn cmp(&self, other: &Self) -> Ordering {
        let nearer = if self.up { self.at.cmp(&other.at) } else { other.at.cmp(&self.at) };
        nearer.then(self.is_beyond.cmp(&other.is_beyond)).then(self.is_about.cmp(&other.is_about))
    }
}

impl PartialOrd for Corner {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A search in one direction for one workflow.
pub(super) struct NearestWalk<'w> {
    pub(super) scale: &'w ParamScale,
    pub(super) up: bool,
    /// Judgements that it may take.
    pub(super) most: usize,
    /// What is decided with the value in force.
    pub(super) now: &'w DecisionTrial,
    /// Judges with another value; none where somebody has cancelled that.
    pub(super) try_one: &'w dyn Fn(&Number) -> Option<DecisionTrial>,
}

impl NearestWalk<'_> {
    /// The first change, and what is decided then.
    pub(super) fn first(&self, is_exact: bool) -> Option<(Corner, Decision)> {
        if is_exact {
            let left = Cell::new(self.most);
            let found = self.along_values(&left);
            // What was not looked at to the end may have its change further on.
            if found.is_some() || left.get() > 0 {
                return found;
            }
        }
        self.narrowed()
    }

    /// Goes from one value that the param is compared with to the next: between two of them nothing can change.
    fn along_values(&self, left: &Cell<usize>) -> Option<(Corner, Decision)> {
        let (mut at, mut trial) = (self.scale.now.clone(), self.now.clone());
        // The value in force may be one of them itself.
        let mut next = Some(at.clone()).filter(|at| trial.met.contains(at));
        loop {
            let value = next.take().or_else(|| self.next(&trial, &at));
            let value = value.filter(|value| self.scale.range.contains(value))?;
            let on_step = self.scale.on_step(&value, self.up);
            if on_step == value && value != at {
                let found = self.judge(&value, left)?;
                if found.decision != self.now.decision {
                    return Some((self.corner(value, false, false), found.decision));
                }
                trial = found;
            }
            let (beyond, found) = self.beyond(&value, &on_step, &trial, left)?;
            if found.decision != self.now.decision {
                let is_stepped = self.scale.step.is_some();
                let corner = self.corner(if is_stepped { beyond } else { value }, !is_stepped, false);
                return Some((corner, found.decision));
            }
            (at, trial) = (beyond, found);
        }
    }

    /// A value so little beyond another one that nothing lies between, and what is decided with it.
    fn beyond(
        &self,
        next: &Number,
        on_step: &Number,
        known: &DecisionTrial,
        left: &Cell<usize>,
    ) -> Option<(Number, DecisionTrial)> {
        if let Some(step) = &self.scale.step {
            let one_on = if self.up { on_step + step } else { on_step - step };
            let beyond = if on_step == next { one_on } else { on_step.clone() };
            let found = self.judge(&beyond, left)?;
            return Some((beyond, found));
        }
        let end = if self.up { &self.scale.range.high } else { &self.scale.range.low };
        let far = || if self.up { next + Number::ONE } else { next - Number::ONE };
        let mut limit = self.next(known, next).or_else(|| end.clone()).unwrap_or_else(far);
        loop {
            let beyond = (next + &limit) / Number::from(2);
            if beyond == *next {
                return None;
            }
            let found = self.judge(&beyond, left)?;
            // What is asked beyond may be compared with other values.
            match self.next(&found, next).filter(|other| self.is_nearer(other, &beyond)) {
                Some(nearer) => limit = nearer,
                None => return Some((beyond, found)),
            }
        }
    }

    /// Looks at some values on the way, and then ever nearer to where the first change is.
    fn narrowed(&self) -> Option<(Corner, Decision)> {
        let left = Cell::new(self.most);
        let (end, least) = self.scale.way(self.up);
        let part = (&end - &self.scale.now) / Number::from(COARSE);
        let mut same = self.scale.now.clone();
        let coarse =
            (1..=COARSE).map(|at| self.rounded(&(&self.scale.now + &part * Number::from(at)), &least, &end));
        let mut changed = None;
        for value in coarse {
            let found = self.judge(&value, &left)?.decision;
            if found != self.now.decision {
                changed = Some((value, found));
                break;
            }
            same = value;
        }
        let (mut changed, mut to) = changed?;
        loop {
            let middle = self.rounded(&((&same + &changed) / Number::from(2)), &least, &end);
            if middle == same || middle == changed {
                return Some((self.corner(changed, false, true), to));
            }
            let found = self.judge(&middle, &left)?.decision;
            if found == self.now.decision {
                same = middle;
            } else {
                (changed, to) = (middle, found);
            }
        }
    }

    /// A number that is easily read, on the way to the end.
    fn rounded(&self, number: &Number, least: &Number, end: &Number) -> Number {
        if *least == Number::ZERO {
            return number.clone();
        }
        let whole = Number::from((number / least).round()) * least;
        if self.up { whole.min(end.clone()) } else { whole.max(end.clone()) }
    }

    fn judge(&self, value: &Number, left: &Cell<usize>) -> Option<DecisionTrial> {
        left.set(left.get().checked_sub(1)?);
        if !self.scale.range.contains(value) {
            return None;
        }
        (self.try_one)(value)
    }

    /// The next value behind another one that the param was compared with.
    fn next(&self, trial: &DecisionTrial, at: &Number) -> Option<Number> {
        match self.up {
            true => trial.met.range((Bound::Excluded(at), Bound::Unbounded)).next().cloned(),
            false => trial.met.range((Bound::Unbounded, Bound::Excluded(at))).next_back().cloned(),
        }
    }

    fn is_nearer(&self, a: &Number, b: &Number) -> bool {
        if self.up { a < b } else { a > b }
    }

    fn corner(&self, at: Number, is_beyond: bool, is_about: bool) -> Corner {
        Corner { at, is_beyond, is_about, up: self.up }
    }
}
