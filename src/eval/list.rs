//! Lists, windows over them, and the aggregates that make one value of them.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::group::{GroupKey, telling_members};
use super::recorded::Recorded;
use super::{Evaluator, Evidence, Frame, Group, ItemValue, List, ListItem, Moment, Scope};
use crate::ast::{Arg, Expr};
use crate::builtins::Shape;
use crate::builtins::counting::{Candidate, Conditions, Counting, Tallied, Tally};
use crate::builtins::numbers::{Numbers, Picked, Reduce};
use crate::builtins::single::{Neighbours, longest};
use crate::evidence::{Amount, ReasonKind, Reasons, Truth};
use crate::interval::Interval;
use crate::program::Target;
use crate::source::Span;
use crate::types::Type;
use crate::value::Number;

/// A list, and a candidate for each of its elements.
pub(super) type AskedElements<'a> = (Rc<List<'a>>, Vec<Candidate>);

impl List<'_> {
    /// Why an element may be another by now.
    fn doubt(&self, item: &ListItem<'_>) -> Option<&Reasons> {
        self.hole.as_ref().filter(|(at, _)| item.at < *at).map(|(_, why)| why)
    }
}

impl<'a> Evaluator<'a> {
    /// For each element, whether it is among those that are asked, and whether it satisfies the argument's `where`; without
    /// one, itself where it is a condition, else yes.
    pub(super) fn candidates(&self, arg: &'a Arg, list: &List<'a>, scope: Scope<'_, 'a>) -> Vec<Candidate> {
        let truth = |item: &ListItem<'a>| match (&arg.condition, &item.value) {
            (Some(condition), _) => self.looking_at(arg, item, scope, |inside| self.truth(condition, inside)),
            (None, ItemValue::Evidence(Evidence::Truth(truth))) => truth.clone(),
            (None, ItemValue::Evidence(_) | ItemValue::Record(_) | ItemValue::Workflow(_)) => Truth::Yes,
        };
        let member = |item: &ListItem<'a>| match &arg.among {
            Some(among) => self.looking_at(arg, item, scope, |inside| self.truth(among, inside)),
            None => Truth::Yes,
        };
        let candidate = |item| match list.doubt(item) {
            Some(why) => {
                let doubtful = Truth::Undecided(why.clone());
                let member = if arg.among.is_some() { doubtful.clone() } else { Truth::Yes };
                Candidate { member, good: doubtful, times: 1 }
            }
            None => Candidate { member: member(item), good: truth(item), times: 1 },
        };
        list.items.iter().map(candidate).collect()
    }

    /// The elements of an argument over a window, and what a function asks of them. A share is asked for as a number and as a sample:
    /// those of the last moment are remembered.
    pub(super) fn asked(&self, shape: &Shape, arg: &'a Arg, scope: Scope<'_, 'a>) -> Rc<AskedElements<'a>> {
        let ask = || {
            let list = self.aggregated_list(shape, arg, scope);
            let candidates = self.candidates_for(shape, arg, &list, scope);
            Rc::new((list, candidates))
        };
        let is_share = matches!(shape, Shape::Counting(Counting { tallied: Tallied::Share(_), .. }));
        if !is_share || arg.over.is_none() || scope.element.is_some() {
            return ask();
        }
        let memory = self.memory_of_call(arg);
        let known = memory.asked.borrow().get(&arg.value.id).cloned();
        if let Some((_, asked)) = known.filter(|(moment, _)| *moment == scope.moment) {
            return asked;
        }
        let asked = ask();
        if !self.budget.is_spent() {
            memory.asked.borrow_mut().insert(arg.value.id, (scope.moment, Rc::clone(&asked)));
        }
        asked
    }

    /// The candidates as a function asks for them: a count without `where` takes in what is there.
    pub(super) fn candidates_for(
        &self,
        shape: &Shape,
        arg: &'a Arg,
        list: &List<'a>,
        scope: Scope<'_, 'a>,
    ) -> Vec<Candidate> {
        let counts = matches!(shape, Shape::Counting(Counting { tallied: Tallied::Number(_), .. }));
        if counts && arg.condition.is_none() {
            return list.items.iter().map(is_an_element).map(Candidate::member).collect();
        }
        self.candidates(arg, list, scope)
    }

    /// «no outputs to judge by», where a condition is asked of some of them, or «no `requests` to take a share of».
    pub(super) fn empty(&self, arg: &Arg, list: &List<'a>) -> Reasons {
        let text = |expr: &Expr| Arc::from(self.sources.text(expr.span));
        if let Some(whole) = &arg.of {
            let nothing = ReasonKind::NothingCounted {
                whole: text(whole),
                condition: arg.condition.as_ref().map(text),
            };
            return Reasons::of(nothing, list.span);
        }
        let among = arg.among.as_ref().map(text);
        Reasons::of(ReasonKind::Empty { list: Arc::from(&*list.name), among }, list.span)
    }

    /// Evaluates a `where` or `by` at an element; over a window, in the snapshot that it stands in. In `mean(outputs.edit_time where …)` that is the output, not its editing
    /// time; behind a let it is what the let holds.
    pub(super) fn looking_at<T>(
        &self,
        arg: &'a Arg,
        item: &ListItem<'a>,
        scope: Scope<'_, 'a>,
        f: impl FnOnce(Scope<'_, 'a>) -> T,
    ) -> T {
        let scope = match &arg.over {
            Some(_) => Scope { moment: self.moment_of_element(item.at, scope.moment), ..scope },
            None => scope,
        };
        match &item.of {
            Some(element) if self.is_path_to_values(&arg.value) => {
                let value = match self.program.expr(arg.value.id).and_then(|info| info.target.as_ref()) {
                    Some(Target::Workflows(_)) => self.workflow_of(element.newest, scope.moment.day),
                    _ => ItemValue::Record(element.clone()),
                };
                let whole = ListItem { value, of: None, group: None, at: item.at, span: item.span };
                f(scope.within(&Frame { item: &whole, outer: scope.element }))
            }
            Some(_) | None => f(scope.within(&Frame { item, outer: scope.element })),
        }
    }

    fn is_path_to_values(&self, expr: &Expr) -> bool {
        match self.program.expr(expr.id).and_then(|info| info.target.as_ref()) {
            Some(
                Target::Field(_) | Target::JudgedField(_) | Target::Workflows(_) | Target::Element { .. },
            ) => true,
            Some(
                Target::Date(_)
                | Target::Let(_)
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_),
            )
            | None => false,
        }
    }

    pub(super) fn eval_aggregate(
        &self,
        shape: &Shape,
        expr: &'a Expr,
        args: &'a [Arg],
        scope: Scope<'_, 'a>,
    ) -> Evidence<'a> {
        let unknown = |reasons: &Reasons| match self.program.expr(expr.id) {
            Some(info) => Evidence::unknown(&info.ty, reasons, ""),
            None => Evidence::Amount(Amount::Unknown(reasons.clone())),
        };
        let Some(arg) = args.first() else { return unknown(&Reasons::default()) };
        let told = self.folded(shape, arg, scope).or_else(|| self.share_of_counts(shape, arg, scope));
        if let Some(evidence) = told {
            return evidence;
        }
        let asked = self.asked(shape, arg, scope);
        let (list, candidates) = &*asked;
        if let Some(reasons) = &list.unknown {
            return unknown(reasons);
        }
        if !self.budget.spend(list.items.len()) {
            return self.unknown(expr);
        }
        let rank = args.get(1).map(|rank| self.amount(&rank.value, scope));
        let pick = |index: &usize| candidates.get(*index).map(|candidate| &candidate.good);
        let reduce = |members: &[usize]| self.reduce(shape, arg, list, candidates, members, rank.as_ref());
        // What may be another by now stands for nothing beside others, which may exist anyway.
        let alone = !arg.is_grouped() && !matches!(shape, Shape::Distinct);
        let stands =
            |index: &usize| list.items.get(*index).is_some_and(|item| alone || list.doubt(item).is_none());
        let all: Vec<usize> = (0..list.items.len()).filter(stands).collect();
        if !arg.is_grouped() {
            return reduce(&all);
        }
        // Numbers are picked before they are grouped; conditions are asked for in groups of all elements.
        let picks_first = !matches!(shape, Shape::Counting(_));
        let picked = |index: &usize| !picks_first || pick(index) != Some(&Truth::No);
        let mut groups: BTreeMap<Vec<GroupKey>, Vec<usize>> = BTreeMap::new();
        for index in all.into_iter().filter(picked) {
            let Some(item) = list.items.get(index) else { continue };
            match self.looking_at(arg, item, scope, |inside| self.group_keys(&arg.by, inside)) {
                Ok(keys) => groups.entry(keys).or_default().push(index),
                Err(reasons) => return unknown(&reasons),
            }
        }
        if let Some(group) = self.group_around(expr, scope) {
            return reduce(groups.get(&group.keys).map_or(&[], Vec::as_slice));
        }
        // A group of which no pick is sure may not exist.
        let mut open = list.open.clone();
        if picks_first {
            groups.retain(|_, members| {
                let sure = members.iter().any(|index| pick(index) == Some(&Truth::Yes));
                for index in members.iter().filter(|_| !sure) {
                    if let Some(Truth::Undecided(reasons)) = pick(index) {
                        open.get_or_insert_default().merge(reasons);
                    }
                }
                sure
            });
        }
        let ty = self.program.expr(expr.id).and_then(|info| info.ty.element()).unwrap_or(&Type::Error);
        let item = |(keys, members): (Vec<GroupKey>, Vec<usize>)| {
            let newest = members.last().and_then(|index| list.items.get(*index));
            let own: Vec<Candidate> = members.iter().filter_map(|at| candidates.get(*at)).cloned().collect();
            let shown = shown_of_group(shape, list, &members, &own);
            let [smallest, _] = shown;
            let is_share = matches!(shape, Shape::Counting(Counting { tallied: Tallied::Share(_), .. }));
            let tally = is_share.then(|| Tally::of(&own));
            ListItem {
                value: ItemValue::Evidence(reduce(&members)),
                of: None,
                group: Some(Rc::new(Group { by: &arg.by, keys, tally, ty, shown })),
                at: newest.map_or(scope.moment.at, |item| item.at),
                span: smallest,
            }
        };
        Evidence::List(Rc::new(List {
            items: groups.into_iter().map(item).collect(),
            open,
            name: list.name.clone(),
            span: list.span,
            ..List::default()
        }))
    }

    /// One value of the elements with the indexes `members`.
    fn reduce(
        &self,
        shape: &Shape,
        arg: &'a Arg,
        list: &List<'a>,
        candidates: &[Candidate],
        members: &[usize],
        rank: Option<&Amount>,
    ) -> Evidence<'a> {
        let of =
            || members.iter().filter_map(|index| Some((list.items.get(*index)?, candidates.get(*index)?)));
        let (open, empty) = (list.open.as_ref(), || self.empty(arg, list));
        match shape {
            Shape::Counting(Counting { tallied, .. }) => {
                let asked: Vec<Candidate> = of().map(|(_, candidate)| candidate.clone()).collect();
                tally_up(tallied, &Conditions { of: &asked, open, empty: &empty })
            }
            Shape::Numbers(Numbers { adds, reduce, .. }) => {
                let amounts = self.numbers(arg, of());
                let may = if *adds { self.budget.sums(&amounts) } else { self.budget.sorts(&amounts) };
                if !may {
                    return Evidence::Amount(Amount::Unknown(Reasons::default()));
                }
                let non_negative = self.is_non_negative(&arg.value);
                let size = amounts.len();
                let picked = Picked { of: &amounts, size, open, empty: &empty, non_negative };
                Evidence::Amount(match (reduce, rank) {
                    (Reduce::Picked(of), _) => of(&picked),
                    (Reduce::Ranked(of), Some(Amount::Known(rank))) => of(&picked, rank),
                    (Reduce::Ranked(_), Some(rank)) => Amount::Unknown(rank.reasons()),
                    (Reduce::Ranked(_), None) => Amount::Unknown(Reasons::default()),
                })
            }
            Shape::Longest => {
                let neighbours: Vec<(usize, &Truth)> =
                    of().map(|(item, candidate)| (item.at, &candidate.good)).collect();
                let scattered = list.scattered || arg.over.is_none();
                Evidence::Amount(longest(&Neighbours { of: &neighbours, open, scattered }))
            }
            Shape::Distinct => {
                let picks = of().map(|(item, candidate)| (item, &candidate.good));
                Evidence::List(Rc::new(distinct(list, picks)))
            }
            Shape::Along(_) | Shape::Part(_) | Shape::Weekday | Shape::Default | Shape::Confidence => {
                Evidence::Amount(Amount::Unknown(Reasons::default()))
            }
        }
    }

    /// The numbers that are picked of elements; what is missing in one of them lies within its declared range.
    pub(super) fn numbers<'l>(
        &self,
        arg: &Arg,
        of: impl Iterator<Item = (&'l ListItem<'a>, &'l Candidate)>,
    ) -> Vec<Amount>
    where
        'a: 'l,
    {
        let ends = self.declared_ends(&arg.value);
        let filled = |item, pick: &Candidate| picked(item, &pick.good).map(|it| fill(it, item, pick, ends));
        of.filter_map(|(item, pick)| filled(item, pick)).collect()
    }

    /// The declared range of a field, or of one of a list's elements, where it has two ends: what is missing there lies within it.
    pub(super) fn declared_ends(&self, value: &Expr) -> Option<&'a Interval> {
        let info = self.program.expr(value.id).filter(|_| self.is_path_to_values(value))?;
        if info.target.as_ref().and_then(Target::through).is_some() {
            return None;
        }
        let range = &info.ty.element().unwrap_or(&info.ty).quantity()?.range;
        (range.low.is_some() && range.high.is_some()).then_some(range)
    }

    /// What a policy computes of an element, which stands in the snapshot of the moment.
    pub(super) fn computed(&self, index: usize, element: &Recorded<'a>, moment: Moment) -> Evidence<'a> {
        let Some(decl) = self.program.lets.get(index) else {
            return Evidence::Truth(Truth::Undecided(Reasons::default()));
        };
        let (value, span) = (ItemValue::Record(element.clone()), Some(element.newest.span));
        let item = ListItem { value, of: None, group: None, at: moment.at, span };
        self.eval(&decl.decl.value, Scope::at(moment).within(&Frame { item: &item, outer: None }))
    }

    /// Whether no element of the list (or value of the scalar) can be negative, by its type.
    pub(super) fn is_non_negative(&self, value: &Expr) -> bool {
        let Some(info) = self.program.expr(value.id) else { return false };
        let quantity = info.ty.element().unwrap_or(&info.ty).quantity();
        // What runs between dates is no quantity here: a date may lie before or after another.
        quantity.and_then(|quantity| quantity.range.low.as_ref()).is_some_and(|low| *low >= Number::ZERO)
    }
}

/// What the conditions of all elements come to.
pub(super) fn tally_up<'a>(tallied: &Tallied, conditions: &Conditions<'_>) -> Evidence<'a> {
    match tallied {
        Tallied::Number(of) | Tallied::Share(of) => Evidence::Amount(of(conditions)),
        Tallied::Whether(quantifier) => Evidence::Truth((quantifier.of)(conditions)),
    }
}

/// Whether there is something to count: at a snapshot of a window, an expression of which nothing is known may be none.
fn is_an_element(item: &ListItem<'_>) -> Truth {
    match &item.value {
        ItemValue::Evidence(evidence) if item.of.is_none() && evidence.is_unknown() => {
            Truth::Undecided(evidence.reasons())
        }
        ItemValue::Evidence(_) | ItemValue::Record(_) | ItemValue::Workflow(_) => Truth::Yes,
    }
}

/// A number that is surely picked, and missing in its element, lies between the ends that are declared for it.
fn fill(amount: Amount, item: &ListItem<'_>, pick: &Candidate, ends: Option<&Interval>) -> Amount {
    match (amount, &pick.good, ends) {
        (Amount::Unknown(why), Truth::Yes, Some(ends)) if item.of.is_some() => {
            Amount::bounded(ends.clone(), why)
        }
        (amount, _, _) => amount,
    }
}

fn picked(item: &ListItem<'_>, pick: &Truth) -> Option<Amount> {
    match (pick, &item.value) {
        (Truth::No, _) => None,
        (Truth::Undecided(reasons), _) => Some(Amount::Unknown(reasons.clone())),
        (Truth::Yes, ItemValue::Evidence(evidence)) => Some(evidence.clone().into_amount()),
        (Truth::Yes, ItemValue::Record(_) | ItemValue::Workflow(_)) => {
            Some(Amount::Unknown(Reasons::default()))
        }
    }
}

/// The elements picked, each value once; unknown where a value or its pick is.
fn distinct<'a, 's>(list: &List<'a>, of: impl Iterator<Item = (&'s ListItem<'a>, &'s Truth)>) -> List<'a>
where
    'a: 's,
{
    let mut seen = std::collections::BTreeSet::new();
    let mut result =
        List { open: list.open.clone(), name: list.name.clone(), span: list.span, ..List::default() };
    for (item, pick) in of {
        let reasons = match (pick, &item.value) {
            (Truth::No, _) => continue,
            (Truth::Undecided(reasons), _) => reasons.clone(),
            (Truth::Yes, ItemValue::Record(_) | ItemValue::Workflow(_)) => Reasons::default(),
            (Truth::Yes, ItemValue::Evidence(evidence)) => match GroupKey::of(evidence) {
                Ok(key) => {
                    if seen.insert(key) {
                        result.items.push(item.clone());
                    }
                    continue;
                }
                Err(reasons) => reasons,
            },
        };
        result.unknown.get_or_insert_default().merge(&reasons);
    }
    result
}

/// The elements of a group that do most to make its value small, and large.
fn shown_of_group(
    shape: &Shape,
    list: &List<'_>,
    members: &[usize],
    candidates: &[Candidate],
) -> [Option<Span>; 2] {
    let value = |at: &usize| match list.items.get(*at).map(|item| &item.value) {
        Some(ItemValue::Evidence(Evidence::Amount(amount))) => amount.known(),
        Some(ItemValue::Evidence(_) | ItemValue::Record(_) | ItemValue::Workflow(_)) | None => None,
    };
    let values: Vec<Option<&Number>> = members.iter().map(value).collect();
    let span_of = |at: usize| list.items.get(*members.get(at)?)?.span;
    telling_members(shape, candidates, &values).map(|at| at.and_then(span_of))
}
