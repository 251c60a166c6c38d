//! What is found out of the snapshots once, forwards, so that a window which grows with the series costs no more each day.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use super::fold::Folded;
use super::memory::JudgedBy;
use super::{Evaluator, Scope};
use crate::ast::{Arg, Expr, ExprId};
use crate::evidence::Truth;
use crate::program::{FieldPath, Target};
use crate::value::{Number, Record, Value};
use crate::vocabulary::Vocabulary;

/// The snapshots of which something is so, oldest first, of those that were looked at.
#[derive(Default)]
pub(super) struct Found {
    at: Vec<usize>,
    looked_at: usize,
}

impl Found {
    /// Those in a range; each snapshot up to its end is looked at once.
    fn within(&mut self, range: Range<usize>, mut is_so: impl FnMut(usize) -> bool) -> Vec<usize> {
        for at in self.looked_at..range.end {
            if is_so(at) {
                self.at.push(at);
            }
        }
        self.looked_at = self.looked_at.max(range.end);
        let before = |end: usize| self.at.partition_point(|at| *at < end);
        self.at.get(before(range.start)..before(range.end)).unwrap_or_default().to_vec()
    }
}

/// For each snapshot from one on the newest, up to it, at which an argument may have a value.
struct NewestKnown {
    start: usize,
    known: Vec<Option<usize>>,
}

/// An expression, by as much of the judged snapshot as it looks at.
pub(super) type Looked = (ExprId, JudgedBy);

/// What is known of a series, and grows with it.
#[derive(Default)]
pub(super) struct ForwardMemory {
    gaps: RefCell<Found>,
    /// By the way to a list, the snapshots that do not say that it is empty.
    occupied: RefCell<HashMap<Vec<usize>, Found>>,
    newest: RefCell<HashMap<Looked, NewestKnown>>,
    pub(super) folded: RefCell<HashMap<Looked, Folded>>,
    /// By a stage, the snapshots that ask for it.
    asks: RefCell<HashMap<usize, Found>>,
    /// For each snapshot its stage, and the last snapshot before it that is in an earlier one.
    rungs: RefCell<Vec<(Option<usize>, Option<usize>)>>,
}

impl ForwardMemory {
    /// Forgets what is of one judged snapshot.
    pub(super) fn end_day(&self) {
        self.newest.borrow_mut().retain(|(_, judged), _| judged.is_lasting());
        self.folded.borrow_mut().retain(|(_, judged), _| judged.is_lasting());
    }
}

impl<'a> Evaluator<'a> {
    /// The last snapshot before another one that is in an earlier stage, and that stage.
    pub(super) fn last_below(&self, of: usize) -> Option<(usize, usize)> {
        let mut rungs = self.memory_of_snapshots().forward.rungs.borrow_mut();
        for at in rungs.len()..=of {
            let own = self.stage(at);
            let mut below = at.checked_sub(1);
            // What lies between a snapshot and the last below it is not below it either.
            while let Some((rung, lower)) = below.and_then(|below| rungs.get(below)).copied() {
                match rung.zip(own) {
                    Some((rung, own)) if rung < own => break,
                    Some(_) => below = lower,
                    None => below = below.and_then(|below| below.checked_sub(1)),
                }
            }
            rungs.push((own, below));
        }
        let (_, below) = rungs.get(of)?;
        let at = (*below)?;
        Some((at, rungs.get(at)?.0?))
    }

    /// The snapshots of a range that come after a gap.
    pub(super) fn gaps_within(&self, range: Range<usize>) -> Vec<usize> {
        let memory = self.memory_of_snapshots();
        let mut gaps = memory.forward.gaps.borrow_mut();
        gaps.within(range, |at| self.gap_before(at).is_some())
    }

    /// The snapshots up to one of them that ask for a stage, oldest first, as they are written.
    pub(super) fn asks_up_to(&self, at: usize, stage: usize) -> Vec<usize> {
        let memory = self.memory_of_snapshots();
        let mut all = memory.forward.asks.borrow_mut();
        let asks = all.entry(stage).or_default();
        let named = Value::Number(Number::from(stage));
        let asks_for =
            |at: usize| self.located(at, Vocabulary::ADVANCE_TO).is_some_and(|ask| ask.value == named);
        let found = asks.within(0..at.saturating_add(1), asks_for);
        self.budget.spend(found.len());
        found
    }

    /// The snapshots of a window in which a list may have elements, newest first; the newest of the window in any case.
    pub(super) fn with_elements(&self, value: &Expr, window: Range<usize>) -> Vec<usize> {
        let target = self.program.expr(value.id).and_then(|info| info.target.as_ref());
        let Some(Target::Field(FieldPath { steps, computed: None, .. })) = target else {
            return window.rev().collect();
        };
        let memory = self.memory_of_snapshots();
        let mut all = memory.forward.occupied.borrow_mut();
        let occupied = all.entry(steps.clone()).or_default();
        let is_occupied =
            |at: usize| !self.snapshots.get(at).is_some_and(|found| is_empty(&found.record, steps));
        let newest = window.end.checked_sub(1).filter(|newest| window.contains(newest));
        let mut found = occupied.within(window, is_occupied);
        found.extend(newest.filter(|newest| found.last() != Some(newest)));
        found.reverse();
        found
    }

    /// The newest snapshot of a window at which an argument has a value and its condition is not no.
    pub(super) fn newest_known(
        &self,
        arg: &'a Arg,
        window: Range<usize>,
        scope: Scope<'_, 'a>,
    ) -> Option<usize> {
        let judged = scope.moment.judged;
        let may_be = |at: usize| {
            let holds = |condition: &'a Expr| self.holds_at(condition, at, scope) != Truth::No;
            !self.at(&arg.value, at, scope).is_unknown() && arg.condition.as_ref().is_none_or(holds)
        };
        if self.is_tried() {
            return window.rev().find(|at| may_be(*at));
        }
        let judged = arg.condition.iter().chain([&arg.value]).map(|expr| self.judged_by(expr, judged)).max();
        let key = (arg.value.id, judged.unwrap_or(JudgedBy::Any));
        let last = window.end.checked_sub(1)?;
        let memory = self.memory_of_call(arg);
        let before = memory.forward.newest.borrow_mut().remove(&key);
        let from_here = || NewestKnown { start: window.start, known: Vec::new() };
        let mut newest = before.filter(|newest| newest.start <= window.start).unwrap_or_else(from_here);
        while newest.start + newest.known.len() <= last && !self.budget.is_spent() {
            let at = newest.start + newest.known.len();
            let own = may_be(at).then_some(at);
            newest.known.push(own.or_else(|| newest.known.last().copied().flatten()));
        }
        let found = newest.known.get(last.checked_sub(newest.start)?).copied().flatten();
        memory.forward.newest.borrow_mut().insert(key, newest);
        found.filter(|at| window.contains(at))
    }

    /// Whether something is taken to be otherwise: what is found then is of this look alone.
    pub(super) fn is_tried(&self) -> bool {
        self.past.is_some()
    }
}

/// Whether a record says of the first list on a way that it has no elements.
fn is_empty(record: &Record, steps: &[usize]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return false };
    match record.fields.get(*step).and_then(Option::as_ref).map(|located| &located.value) {
        Some(Value::List(elements)) => elements.is_empty(),
        Some(Value::Record(inner)) => is_empty(inner, rest),
        Some(Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::Range(_) | Value::Counted(_))
        | None => false,
    }
}
