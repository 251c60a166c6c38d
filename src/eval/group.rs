//! The groups of a list: what they have in common, what they are called, and which of their elements is shown.

use std::rc::Rc;
use std::sync::Arc;

use super::blame::Instead;
use super::{Evaluator, Evidence, Group, ItemValue, List, ListItem, Scope};
use crate::ast::{Arg, Expr, ExprKind};
use crate::builtins::Shape;
use crate::builtins::counting::{Candidate, Counting};
use crate::builtins::numbers::Extreme;
use crate::evidence::{Amount, Reasons, Truth, Word};
use crate::interval::Interval;
use crate::report::why::{Computed, ElementName, Figure, GroupName, Reading, Said};
use crate::source::Span;
use crate::value::Number;

/// What elements are grouped by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum GroupKey {
    Bool(bool),
    Number(Number),
    Text(Arc<str>),
}

impl GroupKey {
    /// The key that a value is, or why it is not known.
    pub(super) fn of(evidence: &Evidence<'_>) -> Result<Self, Reasons> {
        match evidence {
            Evidence::Truth(Truth::Yes) => Ok(Self::Bool(true)),
            Evidence::Truth(Truth::No) => Ok(Self::Bool(false)),
            Evidence::Word(Word::Known(text)) => Ok(Self::Text(text.clone())),
            Evidence::Amount(Amount::Known(number)) => Ok(Self::Number(number.clone())),
            Evidence::Truth(Truth::Undecided(_))
            | Evidence::Word(Word::Unknown(_))
            | Evidence::Amount(Amount::Between(..) | Amount::Unknown(_))
            | Evidence::Elapsed(_)
            | Evidence::Calendar(_)
            | Evidence::List(_) => Err(evidence.reasons()),
        }
    }

    /// The value that it is.
    pub(super) fn evidence<'a>(&self) -> Evidence<'a> {
        match self {
            Self::Bool(value) => Evidence::Truth(Truth::known(*value)),
            Self::Number(number) => Evidence::Amount(Amount::Known(number.clone())),
            Self::Text(text) => Evidence::Word(Word::Known(text.clone())),
        }
    }
}

/// Which of the elements of a group do most to make its value small, and large: of conditions the first that surely speaks
/// for it, of numbers the smallest and the largest; else the first.
pub(super) fn telling_members(
    shape: &Shape,
    members: &[Candidate],
    values: &[Option<&Number>],
) -> [Option<usize>; 2] {
    let first = (!members.is_empty()).then_some(0);
    let which = |good: bool| {
        let is =
            |candidate: &Candidate| candidate.member == Truth::Yes && candidate.good == Truth::known(good);
        members.iter().position(is)
    };
    let known = || values.iter().enumerate().filter_map(|(at, value)| Some(((*value)?, at)));
    let [small, large] = match shape {
        Shape::Counting(Counting { falls, .. }) => [which(*falls), which(!falls)],
        Shape::Numbers(_) => {
            let smallest = known().min_by(|a, b| a.0.cmp(b.0)).map(|(_, at)| at);
            let largest = known().max_by(|a, b| a.0.cmp(b.0).then(b.1.cmp(&a.1))).map(|(_, at)| at);
            [smallest, largest]
        }
        Shape::Distinct | Shape::Longest | Shape::Along(_) | Shape::Part(_) | Shape::Weekday => [None, None],
        Shape::Default | Shape::Confidence => [None, None],
    };
    [small.or(first), large.or(first)]
}

impl<'a> Group<'a> {
    /// The value of the key at a place.
    pub(super) fn key(&self, at: usize) -> Option<Evidence<'a>> {
        self.keys.get(at).map(GroupKey::evidence)
    }
}

impl<'a> Evaluator<'a> {
    /// What an element is grouped by, or why that is not known.
    pub(super) fn group_keys(&self, by: &'a [Expr], scope: Scope<'_, 'a>) -> Result<Vec<GroupKey>, Reasons> {
        by.iter().map(|key| GroupKey::of(&self.eval(key, scope))).collect()
    }

    /// The group around an aggregate that is judged for that group alone.
    pub(super) fn group_around(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Option<Rc<Group<'a>>> {
        let up = self.program.expr(expr.id)?.group?;
        scope.item(up)?.group.clone()
    }

    /// Where a sample is one of the group around it, its candidates, without the others.
    pub(super) fn candidates_of_group(
        &self,
        expr: &'a Expr,
        arg: &'a Arg,
        list: &List<'a>,
        candidates: &[Candidate],
        scope: Scope<'_, 'a>,
    ) -> Result<Option<Vec<Candidate>>, Reasons> {
        let Some(group) = self.group_around(expr, scope) else { return Ok(None) };
        let mut candidates = candidates.to_vec();
        for (item, candidate) in list.items.iter().zip(&mut candidates) {
            let keys = self.looking_at(arg, item, scope, |inside| self.group_keys(&arg.by, inside))?;
            if keys != group.keys {
                *candidate = Candidate { member: Truth::No, good: Truth::No, times: 1 };
            }
        }
        Ok(Some(candidates))
    }

    /// What the values of the groups of a list are called: «outputs by kind», as the policy writes it.
    pub(super) fn name_by(&self, list: &str, by: &[Expr]) -> String {
        let mut name = list.to_owned();
        if let (Some(first), Some(last)) = (by.first(), by.last()) {
            for part in ["by", self.sources.text(first.span.to(last.span))] {
                name.push(' ');
                name.push_str(part);
            }
        }
        name
    }

    /// A group by its keys, and its value.
    pub(super) fn group_name(&self, item: &ListItem<'a>, group: &Group<'a>) -> GroupName {
        let keys = group.by.iter().zip(&group.keys).map(|(by, key)| self.figure(by, &key.evidence()));
        let figure = match &item.value {
            ItemValue::Evidence(evidence) => self.figure_of(group.ty, evidence),
            ItemValue::Record(_) | ItemValue::Workflow(_) => Figure::unknown(),
        };
        let counted = group.tally.as_ref().filter(|_| figure.is_known()).and_then(|tally| {
            let (sure, possible) = (tally.sure, tally.possible);
            tally.total().map(|total| Computed::Counted { sure, possible, total })
        });
        GroupName { keys: keys.collect(), value: Reading { figure, from: counted } }
    }

    /// What stands at a group's line: whose element it is, one that makes the value what it should not be.
    pub(super) fn line_of_group(
        &self,
        item: &ListItem<'a>,
        instead: Option<Instead>,
    ) -> Option<(Span, Said)> {
        let group = item.group.as_ref()?;
        let [small, large] = group.shown;
        let span = if instead == Some(Instead::Less) { large } else { small };
        Some((span?, Said::OfGroup(self.group_name(item, group).keys)))
    }

    /// The values of the groups that a function goes through.
    pub(super) fn groups_seen(&self, list: &List<'a>, named: usize) -> Option<(Span, Said)> {
        let group = |item: &ListItem<'a>| Some(self.group_name(item, item.group.as_ref()?));
        let first: Vec<GroupName> = list.items.iter().take(named).filter_map(group).collect();
        let more = list.items.len().checked_sub(first.len())?;
        if first.is_empty() { None } else { Some((list.span?, Said::Groups(first, more))) }
    }

    /// The keys of the group that an extreme comes from: «billing», of `min(share(… by tag))`.
    pub(super) fn keys_of_extreme(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> Option<Vec<Figure>> {
        let (builtin, call) = self.called(expr)?;
        let Shape::Numbers(numbers) = &builtin.shape else { return None };
        let ExprKind::Call { args, .. } = &call.kind else { return None };
        let arg = args.first().filter(|arg| !arg.is_grouped())?;
        let list = self.arg_list(arg, Scope::at(scope.moment));
        let (_, item) = self.extreme_item(numbers.extreme?, arg, &list, Scope::at(scope.moment))?;
        Some(self.group_name(item, item.group.as_ref()?).keys)
    }

    /// The element that an extreme comes from, of those that are known and picked: of a range, by the end that it may reach.
    pub(super) fn extreme_item<'l>(
        &self,
        end: Extreme,
        arg: &'a Arg,
        list: &'l List<'a>,
        scope: Scope<'_, 'a>,
    ) -> Option<(usize, &'l ListItem<'a>)> {
        if list.unknown.is_some() {
            return None;
        }
        let candidates = self.candidates(arg, list, scope);
        let known = |item: &ListItem<'a>| match &item.value {
            ItemValue::Evidence(Evidence::Amount(amount)) => {
                let Interval { low, high } = amount.interval()?;
                if end == Extreme::Largest { high } else { low }
            }
            ItemValue::Evidence(_) | ItemValue::Record(_) | ItemValue::Workflow(_) => None,
        };
        let picked = list.items.iter().zip(&candidates).enumerate();
        let picked = picked.filter(|(_, (_, pick))| pick.good == Truth::Yes);
        let mut numbers: Vec<(Number, usize)> =
            picked.filter_map(|(index, (item, _))| Some((known(item)?, index))).collect();
        numbers.sort();
        let extreme = match end {
            Extreme::Largest => numbers.last(),
            Extreme::Smallest => numbers.first(),
        };
        let (_, index) = extreme?;
        Some((*index, list.items.get(*index)?))
    }

    /// What an element is called: a group by its keys, any other by its first text, as its key is, or its number in the list.
    pub(super) fn element_name(&self, at: usize, item: &ListItem<'a>) -> ElementName {
        if let Some(group) = &item.group {
            return ElementName::Group(self.group_name(item, group));
        }
        super::origin::element_name(at, &item.value)
    }
}
