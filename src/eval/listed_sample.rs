//! A sample as a remedy speaks of it: what it is called, how large it is, how much of it counts, and which of its elements
//! would have to be otherwise.

use super::blame::counts;
use super::bound::whole;
use super::remedy::{Aim, Steps};
use super::{Evaluator, Evidence, Scope};
use crate::ast::{Arg, Expr, ExprKind};
use crate::builtins::counting::{Candidate, Counting, Tallied, Tally};
use crate::evidence::{Amount, Further, Truth};
use crate::report::why::{Change, Counts, Elements, NeededPart};
use crate::value::Number;

/// What a share or a count is taken of.
pub(super) struct ListedSample {
    pub(super) tally: Tally,
    pub(super) total: usize,
    /// What its elements are called.
    pub(super) name: String,
    pub(super) asked: AskedOfSample,
}

/// What says which of them count, as the policy writes it.
pub(super) enum AskedOfSample {
    /// Of the elements of a list: among which of them a condition is asked, and the condition.
    Elements { among: Vec<String>, condition: Vec<String> },
    /// Of a count: what counts a part of it, and in which snapshots.
    Counts { part: String, picked: Option<String> },
    /// Of a share that is recorded by its counts nothing but how many.
    Share,
}

impl AskedOfSample {
    /// What further elements would be asked: among which, and the condition.
    fn on_elements(self) -> (Vec<String>, Vec<String>) {
        match self {
            Self::Elements { among, condition } => (among, condition),
            Self::Counts { part, picked: _ } => (Vec::new(), vec![part]),
            Self::Share => (Vec::new(), Vec::new()),
        }
    }
}

impl ListedSample {
    /// So many of them would have to count.
    pub(super) fn change(self, needed: usize, is_share: bool) -> Change {
        let Self { tally: Tally { sure, possible, .. }, total, name, asked } = self;
        match asked {
            AskedOfSample::Elements { among, condition } => {
                let list = name;
                Change::Elements(Elements { needed, sure, possible, total, list, among, condition, is_share })
            }
            AskedOfSample::Counts { part, picked } => {
                Change::Counts(Counts { part, needed, sure, possible, whole: name, total, picked })
            }
            AskedOfSample::Share => Change::Part(NeededPart { of: name, needed, now: sure, total }),
        }
    }

    /// So many of them would have to count, and those that do not stay as they are.
    fn additions(self, needed: usize) -> Change {
        let more = needed.saturating_sub(self.tally.sure);
        let (among, condition) = self.asked.on_elements();
        Change::Add { more, list: self.name, among, condition }
    }

    /// So many further ones in a row would have to count, or not to.
    pub(super) fn further(self, more: usize, satisfying: bool) -> Change {
        if matches!(self.asked, AskedOfSample::Share) {
            let (further, of) = (Further::So(more), Vec::new());
            return Change::GoodSamples { further, of, claim: self.name };
        }
        let (among, condition) = self.asked.on_elements();
        Change::Samples { more, list: self.name, among, condition, satisfying }
    }
}

impl<'a> Evaluator<'a> {
    /// «2 more of the 30 outputs with `edit_time < light_edit` (24 of 30 = 80%)»
    pub(super) fn element_steps(
        &self,
        counting: &Counting,
        aim: &Aim<'a>,
        arg: &'a Arg,
        scope: Scope<'_, 'a>,
    ) -> Option<Steps<'a>> {
        let Evidence::Amount(bound) = &aim.bound else { return None };
        let bound = bound.known()?;
        let here = Scope::at(scope.moment);
        let Some(total) = self.listed_sample(arg, here).map(|sample| sample.total) else {
            return self.amount_steps(aim, scope);
        };
        let is_share = is_share(counting);
        let exact = if is_share { bound * Number::from(total) } else { bound.clone() };
        let (needed, _) = whole(aim.op, &exact)?;
        let needed = usize::try_from(needed).ok()?;
        let counts_all = !is_share && arg.condition.is_none();
        let change = self.change_to(counting, arg, needed, here).filter(|_| !counts_all);
        let Some(change) = change else {
            return if is_share { None } else { self.amount_steps(aim, scope) };
        };
        let value = if is_share { Number::from(needed) / Number::from(total) } else { needed.into() };
        let tally = Tally::known(needed, total.max(needed));
        let value = Evidence::Amount(Amount::Known(value));
        Some(vec![self.step_of_sample(change, aim.left, value, tally, scope)])
    }

    /// What would have to be otherwise for so many elements to count. Which one an element is stays as it is: what is missing
    /// of those that are meant is to be added.
    pub(super) fn change_to(
        &self,
        counting: &Counting,
        arg: &'a Arg,
        needed: usize,
        scope: Scope<'_, 'a>,
    ) -> Option<Change> {
        let sample = self.listed_sample(arg, scope)?;
        let total = sample.total;
        let Some(condition) = arg.condition.as_ref().filter(|_| needed > sample.tally.sure) else {
            return (needed <= total).then(|| sample.change(needed, is_share(counting)));
        };
        let parts = self.parts(counting, arg, condition);
        let adds = counts(counting);
        if parts.picking.is_empty() {
            return match (needed <= total, adds && total == 0) {
                (true, _) => Some(sample.change(needed, is_share(counting))),
                (false, true) => Some(sample.additions(needed)),
                (false, false) => None,
            };
        }
        if !adds {
            return None;
        }
        let list = self.arg_list(arg, scope);
        let candidates = self.candidates(arg, &list, scope);
        let meant = list.items.iter().zip(candidates).filter(|(item, candidate)| {
            candidate.member == Truth::Yes && self.is_picked(&parts, arg, item, scope)
        });
        let meant: Vec<Candidate> = meant.map(|(_, candidate)| candidate).collect();
        if meant.len() < needed || parts.measuring.is_empty() {
            return Some(sample.additions(needed));
        }
        let among = arg.among.iter().chain(parts.picking);
        let asked = AskedOfSample::Elements {
            among: self.all_quoted(among),
            condition: self.all_quoted(parts.measuring),
        };
        let meant = ListedSample { tally: Tally::of(&meant), total: meant.len(), name: sample.name, asked };
        Some(meant.change(needed, false))
    }

    /// The sample of a claim's left side, which has this tally.
    pub(super) fn claimed_sample(
        &self,
        left: &'a Expr,
        tally: &Tally,
        scope: Scope<'_, 'a>,
    ) -> Option<ListedSample> {
        match self.called(left).map(|(_, call)| &call.kind) {
            Some(ExprKind::Call { args, .. }) => self.listed_sample(args.first()?, scope),
            _ => {
                let (tally, total) = (tally.clone(), tally.total()?);
                Some(ListedSample { tally, total, name: self.quoted(left), asked: AskedOfSample::Share })
            }
        }
    }

    /// How many elements satisfy the condition; none where not all elements are known.
    pub(super) fn listed_sample(&self, arg: &'a Arg, scope: Scope<'_, 'a>) -> Option<ListedSample> {
        if let Some(whole) = &arg.of {
            return self.counted_sample(arg, whole, scope);
        }
        let list = self.arg_list(arg, scope);
        let whole = list.unknown.is_none() && list.open.is_none();
        let tally = Tally::of(&self.candidates(arg, &list, scope));
        let total = tally.total().filter(|_| whole && !arg.is_grouped())?;
        let group = list.items.first().and_then(|item| item.group.as_ref());
        let name = group.map_or_else(|| list.name.to_string(), |group| self.name_by(&list.name, group.by));
        let (condition, among) = (self.all_quoted(&arg.condition), self.all_quoted(&arg.among));
        Some(ListedSample { tally, total, name, asked: AskedOfSample::Elements { among, condition } })
    }
}

fn is_share(counting: &Counting) -> bool {
    matches!(counting.tallied, Tallied::Share(_))
}
