//! `share(A of B)`: two counts of the snapshots as a sample, each added up over a window.

use super::explain::{find, place_of};
use super::list::tally_up;
use super::listed_sample::{AskedOfSample, ListedSample};
use super::{Evaluator, Evidence, List, Scope};
use crate::ast::{Arg, Expr};
use crate::builtins::Shape;
use crate::builtins::counting::{Candidate, Conditions, Counting, tally};
use crate::evidence::{Amount, Reasons, Truth};
use crate::interval::Interval;
use crate::program::Target;
use crate::report::why::Said;
use crate::source::Span;
use crate::value::Number;

/// The counts of some snapshots, as a sample.
#[derive(Default)]
pub(super) struct CountedSample {
    /// The counted ones, as few as say the same.
    pub(super) candidates: Vec<Candidate>,
    /// Why there may be others.
    pub(super) open: Option<Reasons>,
    /// Where the whole stands in the newest of the snapshots that has it.
    pub(super) span: Option<Span>,
}

impl CountedSample {
    /// Adds those of a snapshot before the others.
    fn take_in(&mut self, earlier: Self) {
        earlier.candidates.iter().for_each(|other| Candidate::add_to(&mut self.candidates, other.clone()));
        if let Some(open) = &earlier.open {
            self.open.get_or_insert_default().merge(open);
        }
        self.span = self.span.or(earlier.span);
    }
}

impl<'a> Evaluator<'a> {
    /// What the counts of `arg`, of which `whole` is its `of`, come to; or why its window is not known.
    pub(super) fn with_counts<T>(
        &self,
        arg: &'a Arg,
        whole: &'a Expr,
        scope: Scope<'_, 'a>,
        say: impl FnOnce(&Conditions<'_>) -> T,
    ) -> Result<T, Reasons> {
        let mut all = CountedSample::default();
        let mut snapshots = scope.moment.at..scope.moment.at + 1;
        if let Some(over) = &arg.over {
            let window = self.window(over, scope)?;
            snapshots = window.snapshots;
            for why in window.open.iter().chain(&window.left_out) {
                all.open.get_or_insert_default().merge(why);
            }
        }
        for at in snapshots.rev() {
            if !self.budget.spend(1) {
                break;
            }
            all.take_in(self.counted_at(arg, whole, at, scope));
        }
        let list = List { span: all.span, ..List::default() };
        let empty = || self.empty(arg, &list);
        Ok(say(&Conditions { of: &all.candidates, open: all.open.as_ref(), empty: &empty }))
    }

    /// The counts of one snapshot; of one that is not picked none.
    pub(super) fn counted_at(
        &self,
        arg: &'a Arg,
        whole: &'a Expr,
        at: usize,
        scope: Scope<'_, 'a>,
    ) -> CountedSample {
        let scope = self.scope_of_counts(arg, at, scope);
        let picked = self.picks(arg, scope);
        if picked == Truth::No {
            return CountedSample::default();
        }
        let span = self.place_of_count(whole, at);
        let (part, of) = (self.amount(&arg.value, scope), self.amount(whole, scope));
        let counted = |number: &Number| usize::try_from(number.floor()).ok();
        let candidates = of.known().and_then(counted).and_then(|of| {
            let Interval { low, high } = part.interval()?;
            let (least, most) = (counted(&low?)?, counted(&high?)?.min(of));
            let some = |good: Truth, times: usize| Candidate { member: picked.clone(), good, times };
            let all = [
                some(Truth::Yes, least),
                // Of a part that is recorded as a range, these may count or not.
                some(Truth::Undecided(part.reasons()), most.checked_sub(least)?),
                some(Truth::No, of - most),
            ];
            Some(all.into_iter().filter(|candidate| candidate.times > 0).collect())
        });
        match candidates {
            Some(candidates) => CountedSample { candidates, open: None, span },
            None => {
                // A part that is more than its whole is an error of the snapshot, and can only be assumed.
                let mut why = part.reasons();
                why.merge(&of.reasons());
                CountedSample { candidates: Vec::new(), open: Some(why), span }
            }
        }
    }

    /// The line of a count in a snapshot.
    fn place_of_count(&self, count: &Expr, at: usize) -> Option<Span> {
        let Target::Field(path) = self.program.expr(count.id)?.target.as_ref()? else { return None };
        find(&self.snapshots.get(at)?.record, &path.steps).map(place_of)
    }

    /// Where the counts of a snapshot are read, and its `where`.
    fn scope_of_counts<'s>(&self, arg: &Arg, at: usize, scope: Scope<'s, 'a>) -> Scope<'s, 'a> {
        Scope::at(match &arg.over {
            Some(_) => self.moment_of_element(at, scope.moment),
            None => scope.moment,
        })
    }

    /// Whether the counts of a snapshot are taken.
    fn picks(&self, arg: &'a Arg, scope: Scope<'_, 'a>) -> Truth {
        arg.condition.as_ref().map_or(Truth::Yes, |condition| self.truth(condition, scope))
    }

    /// The snapshots whose counts are taken, or may be, each with the scope that its `where` is judged in.
    pub(super) fn snapshots_counted<'s>(
        &self,
        arg: &'a Arg,
        scope: Scope<'s, 'a>,
    ) -> Vec<(usize, Scope<'s, 'a>)> {
        let at = scope.moment.at;
        let snapshots = match &arg.over {
            None => Some(at..at + 1),
            Some(over) => self.snapshots_of_window(over, scope),
        };
        let then = |at: usize| (at, self.scope_of_counts(arg, at, scope));
        let is_picked = |(_, scope): &(usize, Scope<'s, 'a>)| self.picks(arg, *scope) != Truth::No;
        snapshots.into_iter().flatten().map(then).filter(is_picked).collect()
    }

    /// The lines of both counts: what they are, and over a window what they were in each snapshot that is counted.
    pub(super) fn counts_seen(
        &self,
        arg: &'a Arg,
        whole: &'a Expr,
        scope: Scope<'_, 'a>,
    ) -> Vec<(Span, Said)> {
        let counted = self.snapshots_counted(arg, scope);
        let start = counted.first().map_or(scope.moment.at, |(at, _)| *at);
        let seen = |count: &'a Expr| {
            let figure = |then: Scope<'_, 'a>| self.figure(count, &self.eval(count, then));
            let span = counted.iter().rev().find_map(|(at, _)| self.place_of_count(count, *at))?;
            let said = match (&arg.over, counted.as_slice()) {
                (None, [(_, only)]) => Said::Value(figure(*only).into()),
                (_, all) => {
                    let dated =
                        |(at, then): &(usize, Scope<'_, 'a>)| self.dated(start, *at, Some(figure(*then)));
                    Said::Window(all.iter().filter_map(dated).collect())
                }
            };
            Some((span, said))
        };
        [&arg.value, whole].into_iter().filter_map(seen).collect()
    }

    /// Where the part stands in the newest snapshot that is counted.
    pub(super) fn place_of_counts(&self, arg: &'a Arg, scope: Scope<'_, 'a>) -> Option<Span> {
        let counted = self.snapshots_counted(arg, scope);
        counted.iter().rev().find_map(|(at, _)| self.place_of_count(&arg.value, *at))
    }

    /// The counts as a sample that a remedy speaks of: so many `requests`, of which so many are `errors`.
    pub(super) fn counted_sample(
        &self,
        arg: &'a Arg,
        whole: &'a Expr,
        scope: Scope<'_, 'a>,
    ) -> Option<ListedSample> {
        let tally = self.with_counts(arg, whole, scope, tally).ok()?.ok()?;
        let total = tally.total()?;
        let picked = arg.condition.as_ref().map(|condition| self.quoted(condition));
        let asked = AskedOfSample::Counts { part: self.quoted(&arg.value), picked };
        Some(ListedSample { tally, total, name: self.quoted(whole), asked })
    }

    /// The value of a share of two counts; none of another function or argument.
    pub(super) fn share_of_counts(
        &self,
        shape: &Shape,
        arg: &'a Arg,
        scope: Scope<'_, 'a>,
    ) -> Option<Evidence<'a>> {
        let (Shape::Counting(Counting { tallied, .. }), Some(whole)) = (shape, &arg.of) else { return None };
        let said = self.with_counts(arg, whole, scope, |conditions| tally_up(tallied, conditions));
        Some(said.unwrap_or_else(|why| Evidence::Amount(Amount::Unknown(why))))
    }
}
