//! The days of one series, judged with some values of the params that are swept. A day is decided by how the rules come out that
//! depend on these; where they come out as they did before, so does the day.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::rc::Rc;

use super::{CrossingKey, Unswept};
use crate::eval::memory::SeriesMemory;
use crate::eval::monotone::moves_one_way;
use crate::eval::watch::Watch;
use crate::eval::workflow::judge;
use crate::eval::{Evaluator, Evidence, Rulebook};
use crate::evidence::Amount;
use crate::point::Point;
use crate::program::ParamValue;
use crate::report::why::RuleVerdict;
use crate::report::{Decision, Outcome};
use crate::source::Span;
use crate::value::{Number, Series, Value};

/// A series whose days are judged with other values of some params.
pub struct SweptSeries<'a> {
    rulebook: Rulebook<'a>,
    series: &'a Series,
    /// The day of judgement.
    as_of: Point,
    unswept: Rc<Unswept<'a>>,
    /// What came of each day, by how the rules came out that it was decided by.
    known: RefCell<HashMap<usize, Vec<SweptDay>>>,
}

/// What came of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweptDay {
    pub decision: Decision,
    /// How the rules that depend on the params came out, in the order in which they were judged, by the numbers of the questions.
    answers: Rc<[(usize, Outcome)]>,
    /// Whether rules that only warn decided it, as no other showed anything.
    pub by_idle: bool,
}

/// What came of some days.
#[derive(Debug, Default)]
pub struct SweptDays {
    /// As many as days were asked for.
    pub days: Vec<SweptDay>,
    pub met: MetValues,
}

/// What params were compared with.
#[derive(Clone, Debug, Default)]
pub struct MetValues(Vec<Rc<BTreeSet<Number>>>);

impl MetValues {
    pub fn contains(&self, number: &Number) -> bool {
        self.0.iter().any(|met| met.contains(number))
    }

    /// Those between two numbers.
    pub fn between(&self, low: &Number, high: &Number) -> impl Iterator<Item = &Number> {
        let range = (Bound::Excluded(low.clone()), Bound::Excluded(high.clone()));
        self.0.iter().flat_map(move |met| met.range(range.clone()))
    }
}

impl<'a> SweptSeries<'a> {
    /// `params` are the indexes of all that are swept, in all directions.
    pub fn new(rulebook: Rulebook<'a>, series: &'a Series, as_of: Point, params: &[usize]) -> Self {
        Self { rulebook, series, as_of, unswept: Rc::new(Unswept::new(params)), known: RefCell::default() }
    }

    /// What is decided with some values in the place of those in force: of each snapshot on its own day, and at last of the day
    /// of judgement.
    pub fn decisions(&self, values: &[(usize, ParamValue)]) -> Vec<Decision> {
        let trial = SweptTrial::new(self, values, None);
        (0..=self.series.snapshots.len()).map(|day| trial.day(day).decision).collect()
    }
}

/// The days of a series along the values of some params, which are moved together.
pub struct SweptCourse<'s, 'a> {
    series: &'s SweptSeries<'a>,
    params: &'s [usize],
    /// Whether rules come out better and better, or worse and worse, by their names' places.
    one_way: RefCell<HashMap<Span, bool>>,
    /// How rules came out, by the numbers of the questions and by the value.
    answers: RefCell<HashMap<usize, BTreeMap<Number, Outcome>>>,
    /// What the params were compared with, by the value.
    met: RefCell<BTreeMap<Number, Rc<BTreeSet<Number>>>>,
}

impl<'s, 'a> SweptCourse<'s, 'a> {
    pub fn new(series: &'s SweptSeries<'a>, params: &'s [usize]) -> Self {
        Self {
            series,
            params,
            one_way: RefCell::default(),
            answers: RefCell::default(),
            met: RefCell::default(),
        }
    }

    /// Judges some days, the earliest first, with the params at a number; `values` are theirs, and those of all others that are
    /// not as they are in force.
    pub fn judge(&self, at: &Number, values: &[(usize, ParamValue)], days: &[usize]) -> SweptDays {
        let trial = SweptTrial::new(self.series, values, Some((self, at)));
        let days = days.iter().map(|day| trial.day(*day)).collect();
        let SweptTrial { watch, beside, .. } = trial;
        let mut met = self.met.borrow_mut();
        let own = met.entry(at.clone()).or_default();
        let new = watch.take_met();
        if !new.is_subset(own) {
            Rc::make_mut(own).extend(new);
        }
        let own = Rc::clone(own);
        let beside = beside.take().into_iter().filter_map(|number| met.get(&number).cloned());
        SweptDays { days, met: MetValues(std::iter::once(own).chain(beside).collect()) }
    }

    /// How a rule comes out at a value, where that is known: one that comes out alike at two values does so between them, if it
    /// moves one way only. The values at which that was found out go to `beside`.
    fn known(&self, question: usize, at: &Number, beside: &mut BTreeSet<Number>) -> Option<Outcome> {
        let answers = self.answers.borrow();
        let answers = answers.get(&question)?;
        if let Some(known) = answers.get(at) {
            return Some(*known);
        }
        let (below, low) = answers.range(..at).next_back()?;
        let (above, high) = answers.range(at..).next()?;
        if low != high || !self.is_one_way(question) {
            return None;
        }
        beside.extend([below.clone(), above.clone()]);
        Some(*low)
    }

    fn is_one_way(&self, question: usize) -> bool {
        let SweptSeries { unswept, rulebook, .. } = self.series;
        let Some(question) = unswept.question(question) else { return false };
        let find = || moves_one_way(rulebook.program, question.rule, self.params);
        *self.one_way.borrow_mut().entry(question.rule.decl.name.span).or_insert_with(find)
    }

    fn note(&self, question: usize, at: &Number, outcome: Outcome) {
        self.answers.borrow_mut().entry(question).or_default().insert(at.clone(), outcome);
    }
}

/// Some values of the params, with which days are judged.
struct SweptTrial<'t, 'a> {
    series: &'t SweptSeries<'a>,
    values: Rc<[(usize, Evidence<'a>)]>,
    /// The course that the values lie on, and where.
    along: Option<(&'t SweptCourse<'t, 'a>, &'t Number)>,
    watch: Rc<Watch>,
    memory: Rc<SeriesMemory<'a>>,
    crossed: RefCell<HashMap<CrossingKey, Rc<RuleVerdict>>>,
    /// How rules came out, by the numbers of the questions.
    answers: RefCell<HashMap<usize, Outcome>>,
    /// The other values by which some of that is known.
    beside: RefCell<BTreeSet<Number>>,
}

impl<'t, 'a> SweptTrial<'t, 'a> {
    fn new(
        series: &'t SweptSeries<'a>,
        values: &[(usize, ParamValue)],
        along: Option<(&'t SweptCourse<'t, 'a>, &'t Number)>,
    ) -> Self {
        let values = values.iter().filter_map(|(param, value)| Some((*param, evidence_of(value)?)));
        Self {
            series,
            values: values.collect(),
            along,
            watch: Rc::new(Watch::of(along.map_or(&[], |(course, _)| course.params))),
            memory: Rc::default(),
            crossed: RefCell::default(),
            answers: RefCell::default(),
            beside: RefCell::default(),
        }
    }

    /// Judges a snapshot on its own day, or what comes after the last on the day of judgement.
    fn day(&self, day: usize) -> SweptDay {
        self.as_before(day).unwrap_or_else(|| self.judged(day))
    }

    /// What came of a day when the rules came out as they do now.
    fn as_before(&self, day: usize) -> Option<SweptDay> {
        let known = self.series.known.borrow();
        let evaluator = OnceCell::new();
        let is_so = |(question, outcome): &(usize, Outcome)| {
            self.answer(*question, || evaluator.get_or_init(|| self.evaluator(day))) == Some(*outcome)
        };
        let found = known.get(&day)?.iter().find(|known| known.answers.iter().all(is_so)).cloned();
        if evaluator.get().is_some() {
            self.memory.end_day();
        }
        found
    }

    fn answer<'e>(&self, number: usize, evaluator: impl FnOnce() -> &'e Evaluator<'a>) -> Option<Outcome>
    where
        'a: 'e,
    {
        if let Some(known) = self.answers.borrow().get(&number) {
            return Some(*known);
        }
        let known =
            self.along.and_then(|(course, at)| course.known(number, at, &mut self.beside.borrow_mut()));
        if let Some(known) = known {
            self.answers.borrow_mut().insert(number, known);
            return Some(known);
        }
        let evaluator = evaluator();
        let found = evaluator.answer_to(self.series.unswept.question(number)?);
        // What is not known for want of steps is not worth remembering.
        if evaluator.budget.is_spent() {
            return None;
        }
        self.note(number, found);
        Some(found)
    }

    fn note(&self, question: usize, outcome: Outcome) {
        self.answers.borrow_mut().insert(question, outcome);
        self.along.iter().for_each(|(course, at)| course.note(question, at, outcome));
    }

    fn as_of(&self, day: usize) -> Point {
        self.series.series.snapshots.get(day).map_or(self.series.as_of, |snapshot| snapshot.date)
    }

    fn evaluator(&self, day: usize) -> Evaluator<'a> {
        let snapshots = &self.series.series.snapshots;
        let mut evaluator = Evaluator::new(&self.series.rulebook, snapshots.get(..=day).unwrap_or(snapshots));
        evaluator.explains = false;
        evaluator.memory = Rc::clone(&self.memory);
        evaluator.watch = Some(Rc::clone(&self.watch));
        evaluator.swept = Some(Rc::clone(&self.values));
        evaluator.unswept = Some(Rc::clone(&self.series.unswept));
        evaluator
    }

    fn judged(&self, day: usize) -> SweptDay {
        let SweptSeries { rulebook, series, .. } = self.series;
        let mut evaluator = self.evaluator(day);
        evaluator.crossed = RefCell::new(self.crossed.take());
        let judged = judge(&evaluator, rulebook, &series.workflow, self.as_of(day), false);
        self.memory.end_day();
        let answers = self.watch.take_answers().into();
        let (decision, by_idle) = (judged.verdict.decision, self.watch.take_idle());
        let found = SweptDay { decision, answers, by_idle };
        if !evaluator.budget.is_spent() {
            self.crossed.replace(evaluator.crossed.take());
            found.answers.iter().for_each(|(question, outcome)| self.note(*question, *outcome));
            self.series.known.borrow_mut().entry(day).or_default().push(found.clone());
        }
        found
    }
}

/// The value of a param; none of one whose values are in no order, as nobody sweeps it.
fn evidence_of<'a>(value: &ParamValue) -> Option<Evidence<'a>> {
    match value {
        ParamValue::Calendar(months) => Some(Evidence::Calendar(*months)),
        ParamValue::Value(Value::Number(number)) => Some(Evidence::Amount(Amount::Known(number.clone()))),
        ParamValue::Value(_) | ParamValue::List(_) => None,
    }
}
