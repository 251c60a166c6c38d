//! Lists, windows over them, and the aggregates that make one value of them.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::group::{GroupKey, first_shown};
use super::{Evaluator, Evidence, Frame, Group, ItemValue, List, ListItem, Moment, Scope};
use crate::ast::{Arg, Expr};
use crate::builtins::Shape;
use crate::builtins::counting::{Candidate, Conditions, Counting, Tallied, Tally};
use crate::builtins::numbers::{Numbers, Picked, Reduce};
use crate::builtins::single::{Neighbours, longest};
use crate::evidence::{Amount, ReasonKind, Reasons, Truth};
use crate::interval::Interval;
use crate::program::Target;
use crate::types::Type;
use crate::value::{Number, Record, Value};

impl List<'_> {
    /// Why an element may be another by now.
    fn doubt(&self, item: &ListItem<'_>) -> Option<&Reasons> {
        self.hole.as_ref().filter(|(at, _)| item.at < *at).map(|(_, why)| why)
    }
}

impl<'a> Evaluator<'a> {
    /// The list that an argument names, over its window where it has one.
    pub(super) fn arg_list(&self, arg: &'a Arg, scope: Scope<'_, 'a>) -> Rc<List<'a>> {
        let Some(over) = &arg.over else { return self.eval(&arg.value, scope).into_list() };
        let window = match self.window(over, scope) {
            Ok(window) => window,
            Err(reasons) => return Rc::new(List { unknown: Some(reasons), ..List::default() }),
        };
        let pooled = matches!(self.program.expr(arg.value.id).map(|info| &info.ty), Some(Type::List(_)));
        let mut list = List { open: window.open, left_out: window.left_out, ..List::default() };
        let mut keys = HashSet::new();
        let key_field = self.key_field(&arg.value);
        // Newest first, so that a key counts once and newest; turned round at the end.
        for at in window.snapshots.rev() {
            let then = Scope::at(self.moment_of(at, scope.moment.judged));
            let evidence = self.eval(&arg.value, then);
            if evidence.is_unknown() && (pooled || self.is_field(&arg.value)) {
                list.open.get_or_insert_default().merge(&evidence.reasons());
                if key_field.is_some() {
                    list.hole.get_or_insert_with(|| (at, evidence.reasons()));
                }
                list.span =
                    list.span.or_else(|| evidence.reasons().first.first().and_then(|reason| reason.span));
            } else if pooled {
                let found = evidence.into_list();
                if !self.budget.spend(found.items.len()) {
                    break;
                }
                list.name = found.name.clone();
                list.span = list.span.or(found.span);
                if let Some(open) = &found.open {
                    list.scattered = true;
                    list.open.get_or_insert_default().merge(open);
                }
                let fresh = |item: &&ListItem<'a>| {
                    key_field.and_then(|field| element_key(item, field)).is_none_or(|key| keys.insert(key))
                };
                list.items.extend(found.items.iter().rev().filter(fresh).cloned());
            } else {
                let span = self.span_of(&arg.value, then);
                list.span = list.span.or(span);
                let value = ItemValue::Evidence(evidence);
                list.items.push(ListItem { value, of: None, group: None, at, span });
            }
        }
        list.items.reverse();
        if list.name.is_empty() {
            list.name = Rc::from(self.sources.text(arg.value.span));
        }
        Rc::new(list)
    }

    /// The list of an argument as a function of a shape takes it: what is added up needs every snapshot that was due.
    pub(super) fn aggregated_list(&self, shape: &Shape, arg: &'a Arg, scope: Scope<'_, 'a>) -> Rc<List<'a>> {
        let list = self.arg_list(arg, scope);
        let pooled = matches!(self.program.expr(arg.value.id).map(|info| &info.ty), Some(Type::List(_)));
        match &list.left_out {
            Some(left_out) if shape.adds_up(pooled) => {
                let mut whole = (*list).clone();
                whole.open.get_or_insert_default().merge(left_out);
                Rc::new(whole)
            }
            Some(_) | None => list,
        }
    }

    /// The index of the element's field that names it, for a list of records, or of values of its elements.
    fn key_field(&self, list: &Expr) -> Option<usize> {
        let info = self.program.expr(list.id)?;
        if let Some(Target::Field(path) | Target::JudgedField(path)) = &info.target {
            return self.key_on_the_way(&path.steps);
        }
        if let Some(Target::Let(index)) = &info.target {
            return self.key_field(&self.program.lets.get(*index)?.decl.value);
        }
        info.ty.element()?.record()?.fields.iter().position(|field| field.key)
    }

    /// The key of the first list of records that a path leads to or through.
    fn key_on_the_way(&self, steps: &[usize]) -> Option<usize> {
        let mut record = &self.program.vocabulary.snapshot;
        for step in steps {
            let ty = &record.fields.get(*step)?.ty;
            if let Type::List(element) = ty
                && let Type::Record(inner) = &**element
            {
                return inner.fields.iter().position(|field| field.key);
            }
            let Type::Record(inner) = ty else { return None };
            record = inner;
        }
        None
    }

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
                Candidate { member, good: doubtful }
            }
            None => Candidate { member: member(item), good: truth(item) },
        };
        list.items.iter().map(candidate).collect()
    }

    /// «no outputs to judge by», where a condition is asked of some of them.
    pub(super) fn empty(&self, arg: &Arg, list: &List<'a>) -> Reasons {
        let among = arg.among.as_ref().map(|among| Arc::from(self.sources.text(among.span)));
        Reasons::of(ReasonKind::Empty { list: Arc::from(&*list.name), among }, list.span)
    }

    /// Evaluates a `where` or `by` at an element. In `mean(outputs.edit_time where …)` that is the output, not its editing
    /// time; behind a let it is what the let holds.
    pub(super) fn looking_at<T>(
        &self,
        arg: &'a Arg,
        item: &ListItem<'a>,
        scope: Scope<'_, 'a>,
        f: impl FnOnce(Scope<'_, 'a>) -> T,
    ) -> T {
        match item.of {
            Some(record) if self.is_path_to_values(&arg.value) => {
                let value = match self.program.expr(arg.value.id).and_then(|info| info.target.as_ref()) {
                    Some(Target::Workflows(_)) => self.workflow_of(record, scope.moment.day),
                    _ => ItemValue::Record(record),
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
                Target::Today
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

    /// The numbers that a condition picks; unknown where the pick or the number is.
    pub(super) fn picked(&self, list: &List<'a>, candidates: &[Candidate]) -> Vec<Amount> {
        list.items.iter().zip(candidates).filter_map(|(item, pick)| picked(item, &pick.good)).collect()
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
        let list = self.aggregated_list(shape, arg, scope);
        if let Some(reasons) = &list.unknown {
            return unknown(reasons);
        }
        if !self.budget.spend(list.items.len()) {
            return self.unknown(expr);
        }
        let rank = args.get(1).map(|rank| self.amount(&rank.value, scope));
        let mut candidates = self.candidates(arg, &list, scope);
        if arg.condition.is_none()
            && matches!(shape, Shape::Counting(Counting { tallied: Tallied::Number(_), .. }))
        {
            candidates = list.items.iter().map(is_an_element).map(Candidate::member).collect();
        }
        let pick = |index: &usize| candidates.get(*index).map(|candidate| &candidate.good);
        let reduce = |members: &[usize]| self.reduce(shape, arg, &list, &candidates, members, rank.as_ref());
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
            let shown = first_shown(shape, &own).and_then(|at| list.items.get(*members.get(at)?));
            let is_share = matches!(shape, Shape::Counting(Counting { tallied: Tallied::Share(_), .. }));
            let tally = is_share.then(|| Tally::of(&own));
            ListItem {
                value: ItemValue::Evidence(reduce(&members)),
                of: None,
                group: Some(Rc::new(Group { by: &arg.by, keys, tally, ty })),
                at: newest.map_or(scope.moment.at, |item| item.at),
                span: shown.and_then(|item| item.span),
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
                let conditions = Conditions { of: &asked, open, empty: &empty };
                match tallied {
                    Tallied::Number(of) | Tallied::Share(of) => Evidence::Amount(of(&conditions)),
                    Tallied::Whether(quantifier) => Evidence::Truth((quantifier.of)(&conditions)),
                }
            }
            Shape::Numbers(Numbers { adds, reduce, .. }) => {
                let ends = self.declared_ends(&arg.value);
                let filled = |item, pick: &Candidate| picked(item, &pick.good).map(|it| fill(it, item, ends));
                let amounts: Vec<Amount> = of().filter_map(|(item, pick)| filled(item, pick)).collect();
                let may = if *adds { self.budget.sums(&amounts) } else { self.budget.sorts(&amounts) };
                if !may {
                    return Evidence::Amount(Amount::Unknown(Reasons::default()));
                }
                let non_negative = self.is_non_negative(&arg.value);
                let picked = Picked { of: &amounts, open, empty: &empty, non_negative };
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

    /// The declared range of a field of a list's elements, where it has two ends: what is missing lies within it.
    fn declared_ends(&self, value: &Expr) -> Option<&'a Interval> {
        let info = self.program.expr(value.id).filter(|_| self.is_path_to_values(value))?;
        if info.target.as_ref().and_then(Target::through).is_some() {
            return None;
        }
        let range = &info.ty.element()?.quantity()?.range;
        (range.low.is_some() && range.high.is_some()).then_some(range)
    }

    /// What a policy computes of an element, which stands in the snapshot of the moment.
    pub(super) fn computed(&self, index: usize, record: &'a Record, moment: Moment) -> Evidence<'a> {
        let Some(decl) = self.program.lets.get(index) else {
            return Evidence::Truth(Truth::Undecided(Reasons::default()));
        };
        let value = ItemValue::Record(record);
        let item = ListItem { value, of: None, group: None, at: moment.at, span: Some(record.span) };
        self.eval(&decl.decl.value, Scope::at(moment).within(&Frame { item: &item, outer: None }))
    }

    /// Whether no element of the list (or value of the scalar) can be negative, by its type.
    fn is_non_negative(&self, value: &Expr) -> bool {
        let Some(info) = self.program.expr(value.id) else { return false };
        let quantity = info.ty.element().unwrap_or(&info.ty).quantity();
        // What runs between dates is no quantity here: a date may lie before or after another.
        quantity.and_then(|quantity| quantity.range.low.as_ref()).is_some_and(|low| *low >= Number::ZERO)
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
fn fill(amount: Amount, item: &ListItem<'_>, ends: Option<&Interval>) -> Amount {
    match (amount, &item.value, ends) {
        (Amount::Unknown(why), ItemValue::Evidence(value), Some(ends))
            if item.of.is_some() && why == value.reasons() =>
        {
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

/// The value of an element's key field, as text.
fn element_key(item: &ListItem<'_>, field: usize) -> Option<String> {
    let record = match &item.value {
        ItemValue::Record(record) => *record,
        ItemValue::Workflow(seen) => seen.record(),
        ItemValue::Evidence(_) => item.of?,
    };
    record.fields.get(field)?.as_ref().map(|located| match &located.value {
        Value::Text(text) => text.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::List(_) | Value::Record(_) => String::new(),
    })
}
