//! The days of one series, judged with other values of some params as often as it takes. What does not depend on these params is
//! found out once.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::rc::Rc;

use super::memory::SeriesMemory;
use super::rule::Verdict;
use super::watch::Watch;
use super::workflow::judge;
use super::{Evaluator, Evidence, Moment, Rulebook, Scope};
use crate::ast::{Arg, EffectKind, Expr, ExprId};
use crate::builtins::counting::Tally;
use crate::evidence::{Amount, Reasons};
use crate::point::Point;
use crate::program::{ParamValue, Program, Rule};
use crate::report::why::RuleVerdict;
use crate::report::{Decision, Outcome};
use crate::source::Span;
use crate::value::{Number, Series, Value};

/// A rule by its index, the snapshot of its crossing, and the stage after that.
type CrossingKey = (usize, usize, usize);

/// A series whose days are judged with other values of some params.
pub struct SweptSeries<'a> {
    rulebook: Rulebook<'a>,
    series: &'a Series,
    /// The day of judgement.
    as_of: Point,
    unswept: Rc<Unswept<'a>>,
}

/// What came of some days.
#[derive(Debug, Default)]
pub struct SweptDays {
    /// As many as days were asked for.
    pub days: Vec<SweptDay>,
    /// What the params were compared with.
    pub met: BTreeSet<Number>,
}

/// What came of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweptDay {
    pub decision: Decision,
    /// How the rules that depend on the params came out, in the order in which they were judged.
    pub outcomes: Vec<Outcome>,
    /// Whether rules that only warn decided it, as no other showed anything.
    pub by_idle: bool,
}

impl<'a> SweptSeries<'a> {
    /// `params` are the indexes of all that are swept, in all directions.
    pub fn new(rulebook: Rulebook<'a>, series: &'a Series, as_of: Point, params: &[usize]) -> Self {
        let unswept = Unswept { params: params.to_vec(), ..Unswept::default() };
        Self { rulebook, series, as_of, unswept: Rc::new(unswept) }
    }

    /// The day of a snapshot; none of what comes after the last.
    fn date(&self, day: usize) -> Option<Point> {
        self.series.snapshots.get(day).map(|snapshot| snapshot.date)
    }

    /// Judges some days, the earliest first: each snapshot on its own day, and what comes after the last on the day of
    /// judgement. Params have `values` in the place of those in force; of the `watched` it is told what they are compared with.
    pub fn judge(&self, values: &[(usize, ParamValue)], watched: &[usize], days: &[usize]) -> SweptDays {
        let values: Rc<[_]> =
            values.iter().filter_map(|(param, value)| Some((*param, evidence_of(value)?))).collect();
        let watch = Rc::new(Watch::of(watched));
        let memory = Rc::<SeriesMemory<'a>>::default();
        let mut crossed = HashMap::new();
        let judged = days.iter().map(|day| {
            let snapshots = &self.series.snapshots;
            let seen = snapshots.get(..=*day).unwrap_or(snapshots);
            let as_of = self.date(*day).unwrap_or(self.as_of);
            let mut evaluator = Evaluator::new(&self.rulebook, seen);
            evaluator.explains = false;
            evaluator.memory = Rc::clone(&memory);
            evaluator.crossed = RefCell::new(std::mem::take(&mut crossed));
            evaluator.watch = Some(Rc::clone(&watch));
            evaluator.swept = Some(Rc::clone(&values));
            evaluator.unswept = Some(Rc::clone(&self.unswept));
            let judged = judge(&evaluator, &self.rulebook, &self.series.workflow, as_of, false);
            memory.end_day();
            if !evaluator.budget.is_spent() {
                crossed = evaluator.crossed.take();
            }
            let (outcomes, by_idle) = (watch.take_outcomes(), watch.take_idle());
            SweptDay { decision: judged.verdict.decision, outcomes, by_idle }
        });
        SweptDays { days: judged.collect(), met: watch.take_met() }
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

/// What is known of a series whatever the values of some params.
#[derive(Default)]
pub(super) struct Unswept<'a> {
    params: Vec<usize>,
    pub(super) memory: SeriesMemory<'a>,
    /// Whether expressions depend on the params.
    depends: RefCell<HashMap<ExprId, bool>>,
    /// How rules came out, by their names' places.
    outcomes: RefCell<HashMap<(Span, Moment), Outcome>>,
    /// How rules came out at the crossings of the series.
    crossed: RefCell<HashMap<CrossingKey, Rc<RuleVerdict>>>,
    /// The samples behind shares.
    samples: RefCell<HashMap<(ExprId, Moment), Result<Tally, Reasons>>>,
    /// What was compared with something that does depend on them.
    compared: RefCell<HashMap<(ExprId, Moment), Evidence<'a>>>,
}

impl<'a> Unswept<'a> {
    /// Whether an expression depends on the params, through lets.
    pub(super) fn depends(&self, program: &Program, expr: &Expr) -> bool {
        if let Some(known) = self.depends.borrow().get(&expr.id) {
            return *known;
        }
        let depends = program.reads_param(expr, &self.params);
        self.depends.borrow_mut().insert(expr.id, depends);
        depends
    }
}

impl<'a> Evaluator<'a> {
    /// The value of a param that is swept.
    pub(super) fn swept_value(&self, param: usize) -> Option<Evidence<'a>> {
        let known = self.swept.as_ref()?.iter().find(|(swept, _)| *swept == param);
        known.map(|(_, value)| value.clone())
    }

    /// The memory of an expression: what does not depend on swept params holds for all of their values.
    pub(super) fn memory_for(&self, expr: &Expr) -> &SeriesMemory<'a> {
        match &self.unswept {
            Some(unswept) if !unswept.depends(self.program, expr) => &unswept.memory,
            Some(_) | None => &self.memory,
        }
    }

    /// The memory of what a call asks of its argument.
    pub(super) fn memory_of_call(&self, arg: &Arg) -> &SeriesMemory<'a> {
        match &self.unswept {
            Some(unswept) if !arg.children().any(|part| unswept.depends(self.program, part)) => {
                &unswept.memory
            }
            Some(_) | None => &self.memory,
        }
    }

    /// What was found out before and does not depend on what is swept, or is found out now.
    fn remembered<K: Eq + Hash, V: Clone>(
        &self,
        known: &RefCell<HashMap<K, V>>,
        key: K,
        find: impl FnOnce() -> V,
    ) -> V {
        if let Some(known) = known.borrow().get(&key) {
            return known.clone();
        }
        let found = find();
        // What is not known for want of steps is not worth remembering.
        if !self.budget.is_spent() {
            known.borrow_mut().insert(key, found.clone());
        }
        found
    }

    /// How a rule came out at a moment. One that does not depend on what is swept is judged once.
    pub(super) fn once(
        &self,
        rule: &'a Rule,
        moment: Moment,
        judge: impl FnOnce() -> Verdict<'a>,
    ) -> Verdict<'a> {
        let Some(unswept) = self.unswept.as_ref().filter(|_| !self.rule_depends(rule)) else {
            let verdict = judge();
            self.watch.iter().for_each(|watch| watch.note(verdict.outcome));
            return verdict;
        };
        let key = (rule.decl.name.span, moment);
        let outcome = self.remembered(&unswept.outcomes, key, || judge().outcome);
        // Nobody asks why.
        Verdict::new(outcome, Vec::new())
    }

    /// How a rule came out at a crossing, where that is known; where it depends on what is swept, it is noted.
    pub(super) fn known_crossing(&self, rule: &'a Rule, key: CrossingKey) -> Option<Rc<RuleVerdict>> {
        let lasting = self.unswept.as_ref().and_then(|unswept| unswept.crossed.borrow().get(&key).cloned());
        if lasting.is_some() {
            return lasting;
        }
        let known = self.crossed.borrow().get(&key).cloned()?;
        if self.rule_depends(rule) {
            self.watch.iter().for_each(|watch| watch.note(known.outcome));
        }
        Some(known)
    }

    /// Judges a rule at a crossing, and remembers how it came out.
    pub(super) fn cross(
        &self,
        rule: &'a Rule,
        key: CrossingKey,
        judge: impl FnOnce() -> RuleVerdict,
    ) -> Rc<RuleVerdict> {
        let noted = self.watch.as_ref().map_or(0, |watch| watch.noted());
        let verdict = Rc::new(judge());
        let depends = self.rule_depends(rule);
        // A crossing is noted alike whether it is known or not.
        if let Some(watch) = &self.watch {
            watch.forget_since(noted);
            if depends {
                watch.note(verdict.outcome);
            }
        }
        let memory = self.unswept.as_ref().filter(|_| !depends && !self.budget.is_spent());
        let crossed = memory.map_or(&self.crossed, |unswept| &unswept.crossed);
        crossed.borrow_mut().insert(key, Rc::clone(&verdict));
        verdict
    }

    /// Whether a rule depends on what is swept and stops nothing: it decides only where nothing else shows that a gate is open.
    pub(super) fn is_idle(&self, rule: &'a Rule, effect: EffectKind) -> bool {
        self.unswept.is_some() && effect < EffectKind::Hold && self.rule_depends(rule)
    }

    fn rule_depends(&self, rule: &'a Rule) -> bool {
        let Some(unswept) = &self.unswept else { return true };
        self.conditions_of(rule).iter().any(|condition| unswept.depends(self.program, condition))
    }

    /// The sample behind a share. One that does not depend on what is swept is drawn once.
    pub(super) fn sampled_once(
        &self,
        share: &'a Expr,
        scope: Scope<'_, 'a>,
        draw: impl FnOnce() -> Result<Tally, Reasons>,
    ) -> Result<Tally, Reasons> {
        let unswept = self.unswept.as_ref().filter(|_| scope.element.is_none());
        let Some(unswept) = unswept.filter(|unswept| !unswept.depends(self.program, share)) else {
            return draw();
        };
        self.remembered(&unswept.samples, (share.id, scope.moment), draw)
    }

    /// One side of a comparison. What stands beside something that is swept is found out once.
    pub(super) fn compared_with(
        &self,
        side: &'a Expr,
        other: &'a Expr,
        scope: Scope<'_, 'a>,
    ) -> Evidence<'a> {
        let unswept = self.unswept.as_ref().filter(|_| scope.element.is_none());
        let is_beside = |unswept: &Unswept<'a>| {
            unswept.depends(self.program, other) && !unswept.depends(self.program, side)
        };
        match unswept.filter(|unswept| is_beside(unswept)) {
            Some(unswept) => {
                self.remembered(&unswept.compared, (side.id, scope.moment), || self.eval(side, scope))
            }
            None => self.eval(side, scope),
        }
    }
}
