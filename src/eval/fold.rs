//! What a window comes to as snapshots are added to it: one that grows with the series is gone through once.

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use super::list::tally_up;
use super::memory::JudgedBy;
use super::pool::element_key;
use super::share_of::CountedSample;
use super::{Evaluator, Evidence, List, Scope};
use crate::ast::{Arg, Expr};
use crate::builtins::Shape;
use crate::builtins::counting::{Candidate, Conditions, Counting, Tallied, Tally, tally};
use crate::builtins::numbers::{Numbers, Picked, Reduce};
use crate::builtins::series::Along;
use crate::evidence::{Amount, Reasons};
use crate::interval::Interval;
use crate::program::{DateWord, Target};
use crate::source::Span;

/// What the elements of the snapshots from one on come to, as few as any function of their family says the same of.
#[derive(Default)]
pub(super) struct Folded {
    start: usize,
    /// Where the window ended when it was asked for first.
    first_asked: usize,
    /// How many snapshots were looked at, up to the last.
    end: usize,
    candidates: Vec<Candidate>,
    numbers: Joined,
    /// Why further elements may exist.
    open: Option<Reasons>,
    keys: HashSet<Box<str>>,
    /// Whether each has to be looked at on each day: one came again, or depends on the day.
    one_by_one: bool,
    name: Rc<str>,
    span: Option<Span>,
}

/// Numbers, joined to one.
#[derive(Default)]
struct Joined {
    known: Option<Interval>,
    /// Why that is not one number.
    bounded: Reasons,
    size: usize,
    /// Why others are not known at all.
    unknown: Option<Reasons>,
}

impl Joined {
    fn add(&mut self, amount: &Amount, join: fn(&Interval, &Interval) -> Interval) {
        let Some(interval) = amount.interval() else {
            return self.unknown.get_or_insert_default().merge(&amount.reasons());
        };
        self.known =
            Some(self.known.as_ref().map_or_else(|| interval.clone(), |known| join(known, &interval)));
        self.bounded.merge(&amount.reasons());
        self.size += 1;
    }

    fn amounts(&self) -> Vec<Amount> {
        let known = self.known.clone().map(|known| Amount::bounded(known, self.bounded.clone()));
        known.into_iter().chain(self.unknown.clone().map(Amount::Unknown)).collect()
    }
}

impl Folded {
    fn of_new_window(start: usize, first_asked: usize) -> Self {
        Self { start, end: start, first_asked, ..Self::default() }
    }

    /// Takes in why further elements may exist. The newest is named first.
    fn open_by(&mut self, newest: Option<Reasons>) {
        if let Some(mut open) = newest {
            self.open.iter().for_each(|before| open.merge(before));
            self.open = Some(open);
        }
    }

    /// Goes on by the counts of one snapshot.
    fn take_in(&mut self, newest: CountedSample) {
        newest.candidates.into_iter().for_each(|other| Candidate::add_to(&mut self.candidates, other));
        self.open_by(newest.open);
        self.span = newest.span.or(self.span);
    }

    /// The list, as far as one that proves to be empty is spoken of.
    fn as_list<'a>(&self) -> List<'a> {
        List { name: Rc::clone(&self.name), span: self.span, ..List::default() }
    }
}

impl<'a> Evaluator<'a> {
    /// An aggregate over a window, found out forwards; none where the window is new, or each element has to be looked at.
    pub(super) fn folded(&self, shape: &Shape, arg: &'a Arg, scope: Scope<'_, 'a>) -> Option<Evidence<'a>> {
        let foldable = Foldable::of(shape)?;
        self.with_folded(shape, &foldable, arg, scope, |folded, open| {
            self.unfolded(&foldable, arg, folded, open)
        })
    }

    /// The sample behind a share over a window, found out forwards too; or the reasons why that share has no sample.
    pub(super) fn folded_share(
        &self,
        shape: &Shape,
        arg: &'a Arg,
        scope: Scope<'_, 'a>,
    ) -> Option<Result<Tally, Reasons>> {
        self.with_folded(shape, &Foldable::of(shape)?, arg, scope, |folded, open| {
            let empty = || self.empty(arg, &folded.as_list());
            tally(&Conditions { of: &folded.candidates, open, empty: &empty })
        })
    }

    fn with_folded<T>(
        &self,
        shape: &Shape,
        foldable: &Foldable<'_>,
        arg: &'a Arg,
        scope: Scope<'_, 'a>,
        say: impl FnOnce(&Folded, Option<&Reasons>) -> T,
    ) -> Option<T> {
        let over = arg.over.as_ref()?;
        if arg.is_grouped() || scope.element.is_some() || self.is_tried() {
            return None;
        }
        let Range { start, end } = self.snapshots_of_window(over, scope)?;
        let judged = arg.condition.iter().chain(&arg.among).chain([&arg.value]);
        let judged = judged.map(|expr| self.judged_by(expr, scope.moment.judged)).max();
        let key = (arg.value.id, judged.unwrap_or(JudgedBy::Any));
        // Whether it depends on something that is swept is so for all parts of the call.
        let memory = self.memory_of_call(arg);
        let known = memory.forward.folded.borrow_mut().remove(&key);
        // Most windows slide along: only one that grew since it was asked for is worth it.
        let grew = |known: &Folded| known.end > start || known.first_asked < end;
        let Some(mut folded) = known.filter(|known| known.start == start && known.end <= end && grew(known))
        else {
            memory.forward.folded.borrow_mut().insert(key, Folded::of_new_window(start, end));
            return None;
        };
        let pooled = self.is_pooled(self.program.list_behind(&arg.value));
        if folded.end == start {
            folded.one_by_one = self.looks_at_today(arg, pooled);
        }
        while folded.end < end && !folded.one_by_one && !self.budget.is_spent() {
            self.fold_snapshot(shape, foldable, arg, &mut folded, scope);
        }
        if self.budget.is_spent() {
            return None;
        }
        let window = self.window(over, scope).ok()?;
        let mut open = window.open;
        let left_out = window.left_out.filter(|_| shape.adds_up(pooled) || arg.of.is_some());
        for why in folded.open.iter().chain(&left_out) {
            open.get_or_insert_default().merge(why);
        }
        let said = (!folded.one_by_one).then(|| say(&folded, open.as_ref()));
        memory.forward.folded.borrow_mut().insert(key, folded);
        said
    }

    /// Goes on by one snapshot.
    fn fold_snapshot(
        &self,
        shape: &Shape,
        foldable: &Foldable<'_>,
        arg: &'a Arg,
        folded: &mut Folded,
        scope: Scope<'_, 'a>,
    ) {
        let at = folded.end;
        folded.end += 1;
        if let Some(whole) = &arg.of {
            return folded.take_in(self.counted_at(arg, whole, at, scope));
        }
        let list = self.pool(arg, &[at], List::default(), scope);
        let value = self.program.list_behind(&arg.value);
        if let Some(key) = self.key_of_list(value).filter(|_| self.is_pooled(value)) {
            let records = list.items.iter().filter_map(|item| Some(item.element()?.newest));
            for key in records.filter_map(|record| element_key(record, key.field)) {
                folded.one_by_one |= !folded.keys.insert(key.into());
            }
            folded.one_by_one |= list.hole.is_some();
        }
        self.budget.spend(list.items.len());
        let candidates = self.candidates_for(shape, arg, &list, scope);
        match foldable {
            Foldable::Join(join, _) => {
                for amount in self.numbers(arg, list.items.iter().zip(&candidates)) {
                    let mut both = folded.numbers.amounts();
                    both.push(amount.clone());
                    if self.budget.sums(&both) {
                        folded.numbers.add(&amount, *join);
                    }
                }
            }
            Foldable::Tally(_) => {
                candidates.into_iter().for_each(|other| Candidate::add_to(&mut folded.candidates, other));
            }
        }
        folded.name = list.name;
        folded.open_by(list.open);
        folded.span = list.span.or(folded.span);
    }

    /// What a function says of what was joined.
    fn unfolded(
        &self,
        foldable: &Foldable<'_>,
        arg: &'a Arg,
        folded: &Folded,
        open: Option<&Reasons>,
    ) -> Evidence<'a> {
        let empty = || self.empty(arg, &folded.as_list());
        match foldable {
            Foldable::Tally(tallied) => {
                tally_up(tallied, &Conditions { of: &folded.candidates, open, empty: &empty })
            }
            Foldable::Join(_, of) => {
                let (amounts, size) = (folded.numbers.amounts(), folded.numbers.size);
                let non_negative = self.is_non_negative(&arg.value);
                Evidence::Amount(of(&Picked { of: &amounts, size, open, empty: &empty, non_negative }))
            }
        }
    }

    /// Whether what is asked of an element depends on the day of the whole aggregate.
    fn looks_at_today(&self, arg: &'a Arg, pooled: bool) -> bool {
        let of_element =
            arg.condition.iter().chain(&arg.among).chain([&arg.value].into_iter().filter(|_| pooled));
        let is_timeless = |expr: &'a Expr| {
            self.program.every_target(expr, &mut Vec::new(), &mut |target| match target {
                Target::Date(word) => !matches!(word, DateWord::Today | DateWord::Now),
                Target::Call(builtin) => !matches!(builtin.shape, Shape::Along(Along::Since)),
                Target::Field(_)
                | Target::JudgedField(_)
                | Target::Workflows(_)
                | Target::Element { .. }
                | Target::Let(_)
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_) => true,
            })
        };
        !of_element.into_iter().all(is_timeless)
    }
}

/// What a function that can be told of several elements at once makes of them.
enum Foldable<'s> {
    Tally(&'s Tallied),
    Join(fn(&Interval, &Interval) -> Interval, fn(&Picked<'_>) -> Amount),
}

impl<'s> Foldable<'s> {
    fn of(shape: &'s Shape) -> Option<Self> {
        match shape {
            Shape::Counting(Counting { tallied, .. }) => Some(Self::Tally(tallied)),
            Shape::Numbers(Numbers { reduce: Reduce::Picked(of), join, .. }) => {
                Some(Self::Join((*join)?, *of))
            }
            Shape::Numbers(Numbers { reduce: Reduce::Ranked(_), .. })
            | Shape::Distinct
            | Shape::Longest
            | Shape::Along(_)
            | Shape::Part(_)
            | Shape::Weekday
            | Shape::Default
            | Shape::Confidence => None,
        }
    }
}
