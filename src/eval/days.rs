//! The days of a series: what was known at each snapshot, judged on its own day.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::budget::Budget;
use super::memory::SeriesMemory;
use super::sweep::{CrossingKey, Unswept};
use super::workflow::judge;
use super::{Evaluator, Rulebook};
use crate::point::Point;
use crate::report::why::{RuleVerdict, WorkflowVerdict};
use crate::value::Series;

/// Judges what was known at each snapshot of a series, on its own day, and all of it `today`, if that is a later one: the date
/// of the newest snapshot that is seen, the day of judgement, and what came of it. What is known of lets and runs goes from
/// day to day, so that a long one costs no more than to go on with it.
pub fn judge_each_day<'a>(
    rulebook: &'a Rulebook<'a>,
    series: &'a Series,
    today: Option<Point>,
) -> impl Iterator<Item = (Point, Point, WorkflowVerdict)> + 'a {
    let mut judging = DayJudging::new(*rulebook, series, None);
    days(series, today).map(move |(at, date, day)| (date, day, judging.day(at, day).0))
}

/// The same by two rulebooks of one program that differ in the values of some params, and in nothing else that a verdict
/// depends on. What depends on none of these is found out once. None for a day on which both together took more than one of
/// them may: nobody knows then what each would have taken alone. What one of them found out on earlier days costs the other
/// nothing, so near that limit it may have a verdict that it would not have alone.
pub fn judge_each_day_by_both<'a>(
    rulebooks: [Rulebook<'a>; 2],
    params: &[usize],
    series: &'a Series,
    today: Option<Point>,
) -> impl Iterator<Item = Option<(Point, Point, [WorkflowVerdict; 2])>> + 'a {
    let shared = Rc::new(Unswept::of_two(params));
    let mut both = rulebooks.map(|rulebook| DayJudging::new(rulebook, series, Some(Rc::clone(&shared))));
    days(series, today).map(move |(at, date, day)| {
        let [(one, cost), (other, other_cost)] = both.each_mut().map(|judging| judging.day(at, day));
        shared.end_day();
        cost.together_suffice(&other_cost).then_some((date, day, [one, other]))
    })
}

/// The snapshots by their indexes, with their dates and the days on which they are judged.
fn days(series: &Series, today: Option<Point>) -> impl Iterator<Item = (usize, Point, Point)> {
    let own = series.snapshots.iter().enumerate().map(|(at, newest)| (at, newest.date, newest.date));
    let later = series.snapshots.iter().enumerate().next_back().zip(today);
    let later = later.filter(|((_, newest), today)| newest.date < *today);
    own.chain(later.map(|((at, newest), today)| (at, newest.date, today)))
}

/// A series whose days are judged one after another.
struct DayJudging<'a> {
    rulebook: Rulebook<'a>,
    series: &'a Series,
    memory: Rc<SeriesMemory<'a>>,
    crossed: HashMap<CrossingKey, Rc<RuleVerdict>>,
    /// What does not depend on the values by which two rulebooks differ.
    shared: Option<Rc<Unswept<'a>>>,
}

impl<'a> DayJudging<'a> {
    fn new(rulebook: Rulebook<'a>, series: &'a Series, shared: Option<Rc<Unswept<'a>>>) -> Self {
        Self { rulebook, series, memory: Rc::default(), crossed: HashMap::new(), shared }
    }

    /// Judges the snapshot at an index as the newest one; and what is left to be spent on that.
    fn day(&mut self, at: usize, day: Point) -> (WorkflowVerdict, Rc<Budget<'a>>) {
        let seen = self.series.snapshots.get(..=at).unwrap_or_default();
        let mut evaluator = Evaluator::new(&self.rulebook, seen);
        evaluator.memory = Rc::clone(&self.memory);
        evaluator.unswept.clone_from(&self.shared);
        // A day tells which rules stopped it, and no more.
        evaluator.explains = false;
        evaluator.crossed = RefCell::new(std::mem::take(&mut self.crossed));
        let judged = judge(&evaluator, &self.rulebook, &self.series.workflow, day, false);
        self.memory.end_day();
        if !evaluator.budget.is_spent() {
            self.crossed = evaluator.crossed.take();
        }
        (judged.verdict, evaluator.budget)
    }
}
