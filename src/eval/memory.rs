//! What was found out of lets and runs, so that each is judged once for each snapshot. Knows no expressions.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::date_word::FirstSeen;
use super::forward::ForwardMemory;
use super::list::AskedElements;
use super::look_back::LookedAt;
use super::{Evaluator, Evidence, Moment, Scope};
use crate::ast::{Expr, ExprId};
use crate::builtins::series::Run;
use crate::evidence::{Reasons, Truth};

/// The judged snapshot as far as it matters to an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum JudgedBy {
    /// Any is as good as another.
    Any,
    /// Any of a stay in a stage, by the index of its first.
    Stay(usize),
    /// That of this index alone.
    Snapshot(usize),
}

impl JudgedBy {
    /// Whether what is known holds on other days, too.
    pub(super) fn is_lasting(self) -> bool {
        match self {
            Self::Any | Self::Stay(_) => true,
            Self::Snapshot(_) => false,
        }
    }
}

/// Which part of the judged snapshot an expression looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LooksAt {
    Nothing,
    /// When it entered its stage.
    Stay,
    Fields,
}

/// For each expression and judged snapshot, something of each snapshot, from the first that the memory is of.
type BySnapshot<T> = RefCell<HashMap<(ExprId, JudgedBy), Vec<T>>>;

/// A let at a moment, whichever the judged snapshot.
type LetKey = (usize, Moment, JudgedBy);

/// What is known of a series. A let that reads no `snapshot.x` is worth the same whichever snapshot is judged.
#[derive(Default)]
pub(super) struct SeriesMemory<'a> {
    lets: RefCell<HashMap<LetKey, Evidence<'a>>>,
    /// Of lets that look at the judged snapshot, and lists, of which those of each day would fill the memory.
    of_today: RefCell<HashMap<LetKey, Evidence<'a>>>,
    /// For each let that looks back at itself, and judged snapshot, the first snapshot that it is not judged at yet.
    judged: RefCell<HashMap<(usize, JudgedBy), usize>>,
    /// For each condition and judged snapshot the runs up to each snapshot, from the first that the memory is of.
    runs: BySnapshot<Run>,
    /// For each condition and judged snapshot, where it leads `previous` or `first` to from each snapshot.
    looked_at: BySnapshot<LookedAt>,
    /// For each left side of a claim and judged snapshot, how many looks there were up to each snapshot within its stay.
    looks_counted: BySnapshot<usize>,
    /// For each snapshot, the first of the stay in its stage.
    stays: RefCell<Vec<usize>>,
    /// For each list whose elements have a key, by the way to it, the first snapshot of each key.
    pub(super) first_seen: RefCell<HashMap<Vec<usize>, FirstSeen>>,
    /// Of each share over a window, the moment that it was asked for last, and what was asked.
    pub(super) asked: RefCell<HashMap<ExprId, (Moment, Rc<AskedElements<'a>>)>>,
    pub(super) forward: ForwardMemory,
    /// What an expression looks at of the judged snapshot.
    looks: RefCell<HashMap<ExprId, LooksAt>>,
}

impl SeriesMemory<'_> {
    /// Forgets what is of one judged snapshot.
    pub(super) fn end_day(&self) {
        self.of_today.borrow_mut().clear();
        self.forward.end_day();
        self.runs.borrow_mut().retain(|(_, judged), _| judged.is_lasting());
        self.looked_at.borrow_mut().retain(|(_, judged), _| judged.is_lasting());
        self.looks_counted.borrow_mut().retain(|(_, judged), _| judged.is_lasting());
        self.judged.borrow_mut().retain(|(_, judged), _| judged.is_lasting());
    }
}

impl<'a> Evaluator<'a> {
    /// The memory of an expression that a snapshot belongs to, and the first snapshot that it is of: nothing is assumed of those
    /// before.
    fn memory_of(&self, expr: &Expr, at: usize) -> (&SeriesMemory<'a>, usize) {
        match &self.past {
            Some((past, first)) if at < *first => (past, 0),
            Some((_, first)) => (&self.memory, *first),
            None => (self.memory_for(expr), 0),
        }
    }

    /// The judged snapshot as far as it matters to an expression.
    pub(super) fn judged_by(&self, expr: &'a Expr, judged: usize) -> JudgedBy {
        let memory = self.memory_for(expr);
        let known = memory.looks.borrow().get(&expr.id).copied();
        let looks = known.unwrap_or_else(|| {
            let looks = self.looks_at_judged(expr);
            memory.looks.borrow_mut().insert(expr.id, looks);
            looks
        });
        match looks {
            LooksAt::Nothing => JudgedBy::Any,
            LooksAt::Stay => JudgedBy::Stay(self.stage_entry(judged)),
            LooksAt::Fields => JudgedBy::Snapshot(judged),
        }
    }

    /// A let is judged at the moment alone: it sees no element of an aggregate around its use.
    pub(super) fn eval_let_decl(&self, index: usize, moment: Moment) -> Evidence<'a> {
        let Some(decl) = self.program.lets.get(index) else {
            return Evidence::Truth(Truth::Undecided(Reasons::default()));
        };
        if decl.recursive {
            self.judge_earlier(index, moment);
        }
        let value = &decl.decl.value;
        let judged = self.judged_by(value, moment.judged);
        let key = (index, Moment { judged: 0, ..moment }, judged);
        let (memory, _) = self.memory_of(value, moment.at);
        for known in [&memory.lets, &memory.of_today] {
            if let Some(known) = known.borrow().get(&key) {
                return known.clone();
            }
        }
        let evidence = self.eval(value, Scope::at(moment));
        // What is not known for want of steps is not worth remembering.
        if !self.budget.is_spent() {
            let is_list = matches!(evidence, Evidence::List(_));
            let of_all = judged.is_lasting() && (!is_list || decl.recursive);
            let known = if of_all { &memory.lets } else { &memory.of_today };
            known.borrow_mut().insert(key, evidence.clone());
        }
        evidence
    }

    /// Judges a let that looks back at itself at each earlier snapshot, oldest first, so that it never calls itself.
    fn judge_earlier(&self, index: usize, moment: Moment) {
        let Some(decl) = self.program.lets.get(index) else { return };
        let key = (index, self.judged_by(&decl.decl.value, moment.judged));
        let (memory, first) = self.memory_of(&decl.decl.value, moment.at);
        loop {
            let next = memory.judged.borrow().get(&key).copied().unwrap_or(first);
            if next >= moment.at || self.budget.is_spent() {
                return;
            }
            memory.judged.borrow_mut().insert(key, next + 1);
            self.eval_let_decl(index, self.moment_of(next, moment.judged));
        }
    }

    /// The run of snapshots up to the moment's in which a condition held. `extend` makes that of a snapshot of the one before it.
    pub(super) fn run_of(
        &self,
        condition: &'a Expr,
        moment: Moment,
        extend: &dyn Fn(&Run, usize) -> Run,
    ) -> Run {
        self.forwards(condition, moment, |memory| &memory.runs, extend)
    }

    /// At how many snapshots of its stay in a stage, up to the moment's, a value is not unknown.
    pub(super) fn looks_of(&self, value: &'a Expr, moment: Moment) -> usize {
        let extend = |before: &usize, at: usize| {
            let of_stay = if self.stage_entry(at) == at { 0 } else { *before };
            of_stay + usize::from(!self.at(value, at, Scope::at(moment)).is_unknown())
        };
        self.forwards(value, moment, |memory| &memory.looks_counted, &extend)
    }

    /// What comes of the snapshots up to the moment's. Computed once for the whole series, forwards: `extend` makes what comes of a
    /// snapshot of what came before it.
    fn forwards<T: Clone + Default>(
        &self,
        expr: &'a Expr,
        moment: Moment,
        known_of: for<'m> fn(&'m SeriesMemory<'a>) -> &'m BySnapshot<T>,
        extend: &dyn Fn(&T, usize) -> T,
    ) -> T {
        let key = (expr.id, self.judged_by(expr, moment.judged));
        let (memory, first) = self.memory_of(expr, moment.at);
        // Taken out while it grows: the expression may itself look along the series, never for this.
        let mut known = known_of(memory).borrow_mut().remove(&key).unwrap_or_default();
        while first + known.len() <= moment.at {
            let next = first + known.len();
            let before = match (known.last(), next.checked_sub(1)) {
                (Some(before), _) => before.clone(),
                (None, Some(before)) => {
                    self.forwards(expr, self.moment_of(before, moment.judged), known_of, extend)
                }
                (None, None) => T::default(),
            };
            let found = extend(&before, next);
            if self.budget.is_spent() {
                break;
            }
            known.push(found);
        }
        let found = moment.at.checked_sub(first).and_then(|at| known.get(at)).cloned().unwrap_or_default();
        known_of(memory).borrow_mut().insert(key, known);
        found
    }

    /// Where a condition leads to from the moment's snapshot. Found out forwards, each from the one before; the condition may
    /// ask for earlier ones itself.
    pub(super) fn looked_at_from(
        &self,
        condition: &'a Expr,
        moment: Moment,
        extend: &dyn Fn(&LookedAt, usize) -> LookedAt,
    ) -> LookedAt {
        let key = (condition.id, self.judged_by(condition, moment.judged));
        let (memory, first) = self.memory_of(condition, moment.at);
        let known = |at: usize| {
            let all = memory.looked_at.borrow();
            all.get(&key).and_then(|known| known.get(at.checked_sub(first)?)).cloned()
        };
        let so_far = memory.looked_at.borrow().get(&key).map_or(0, Vec::len);
        for next in first + so_far..=moment.at {
            let before = match next.checked_sub(1) {
                Some(before) if next > first => known(before).unwrap_or(LookedAt::Nowhere),
                Some(before) => self.looked_at_from(condition, self.moment_of(before, moment.judged), extend),
                None => LookedAt::Nowhere,
            };
            let found = extend(&before, next);
            if self.budget.is_spent() {
                return found;
            }
            memory.looked_at.borrow_mut().entry(key).or_default().push(found);
        }
        known(moment.at).unwrap_or(LookedAt::Nowhere)
    }

    /// The memory of what the snapshots say, whatever is assumed of expressions.
    pub(super) fn memory_of_snapshots(&self) -> &SeriesMemory<'a> {
        match (&self.past, &self.unswept) {
            (Some((past, _)), _) => past,
            (None, Some(unswept)) => &unswept.memory,
            (None, None) => &self.memory,
        }
    }

    /// The index of the first snapshot since the workflow last entered the stage it has at `at`.
    pub(super) fn stage_entry(&self, at: usize) -> usize {
        let mut stays = self.memory_of_snapshots().stays.borrow_mut();
        while stays.len() <= at {
            let next = stays.len();
            let before = next.checked_sub(1).filter(|before| self.stage(*before) == self.stage(next));
            let stay = before.and_then(|before| stays.get(before)).copied();
            stays.push(stay.unwrap_or(next));
        }
        stays.get(at).copied().unwrap_or(at)
    }
}
