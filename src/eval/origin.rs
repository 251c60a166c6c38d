//! The lines of the input that a value came from, and what was seen there.

use super::blame::Instead;
use super::explain::{find, place_of, point};
use super::look_back::LookedAt;
use super::{Evaluator, Evidence, ItemValue, ListItem, Scope};
use crate::ast::{Arg, Expr, ExprKind, LogicOp};
use crate::builtins::Shape;
use crate::builtins::numbers::Extreme;
use crate::builtins::series::Along;
use crate::evidence::{Truth, Word};
use crate::point::Point;
use crate::program::{FieldPath, Target};
use crate::report::why::{Dated, ElementName, Figure, RuleVerdict, Said};
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

/// How many elements of a list are named.
pub(super) const NAMED_ELEMENTS: usize = 3;

impl<'a> Evaluator<'a> {
    /// The snapshot's line for a known value; for a list, with the elements that count against it.
    pub(super) fn explain_origin(
        &self,
        expr: &'a Expr,
        instead: Option<Instead>,
        scope: Scope<'_, 'a>,
        report: &mut RuleVerdict,
    ) {
        let scope = Scope::at(scope.moment);
        let span = || self.span_of(expr, scope).map(|span| self.first_line(span));
        if let Some((builtin, call)) = self.called(expr)
            && let ExprKind::Call { args, .. } = &call.kind
            && let Some(arg) = args.first()
        {
            if let Some(whole) = &arg.of {
                for (span, said) in self.counts_seen(arg, whole, scope) {
                    point(report, Some(self.first_line(span)), said);
                }
                return;
            }
            if let Some((said, lines)) = self.against(&builtin.shape, arg, instead, scope) {
                point(report, span(), said);
                for (span, said) in lines {
                    point(report, Some(self.first_line(span)), said);
                }
                return;
            }
            let points = self.points(&builtin.shape, arg, scope);
            if !points.is_empty() {
                for (span, said) in points {
                    point(report, Some(self.first_line(span)), said);
                }
                return;
            }
        }
        let inner = self.behind_lets(expr);
        if self.is_field(expr) {
            point(report, span(), Said::Value(self.reading(expr, scope, 0, None)));
        } else if matches!(inner.kind, ExprKind::Arithmetic(..) | ExprKind::Neg(_) | ExprKind::If { .. }) {
            self.explain_parts(inner, instead, scope, report);
        } else {
            self.explain_windows_within(inner, scope, report);
            self.explain_fields_within(inner, scope, report);
        }
    }

    /// The values in the window of scalars that a value was computed from.
    fn explain_windows_within(&self, expr: &'a Expr, scope: Scope<'_, 'a>, report: &mut RuleVerdict) {
        let ExprKind::Call { args, .. } = &expr.kind else { return };
        let Some(arg) = args.first() else { return };
        if let Some((span, said)) = self.window_seen(arg, scope) {
            point(report, Some(self.first_line(span)), said);
        }
    }

    /// The lines that a function of the series has looked at, with what it saw there.
    fn points(&self, shape: &Shape, arg: &'a Arg, scope: Scope<'_, 'a>) -> Vec<(Span, Said)> {
        let at = scope.moment.at;
        let seen = |at: usize| {
            let then = Scope::at(self.moment_of(at, scope.moment.judged));
            let date = self.snapshots.get(at)?.date;
            let figure = self.figure(&arg.value, &self.eval(&arg.value, then));
            Some((self.span_of(&arg.value, then)?, Said::On(figure, date)))
        };
        let found = |looked: LookedAt| match looked {
            LookedAt::At(at) => Some(at),
            LookedAt::Open(_) | LookedAt::Nowhere => None,
        };
        match shape {
            Shape::Along(Along::Run(_)) => self.run_seen(&arg.value, scope).into_iter().collect(),
            Shape::Along(Along::Since) => {
                let day = self.axis_of(&arg.value).point_of(scope.moment.day);
                let span = self.span_of(&arg.value, scope);
                span.map(|span| (span, Said::CountedTo(day))).into_iter().collect()
            }
            Shape::Along(Along::Snapshot(which)) => {
                found(self.looked_at(*which, arg, scope)).and_then(seen).into_iter().collect()
            }
            Shape::Along(Along::Asks) => self.newest_ask(arg, at).into_iter().collect(),
            Shape::Along(Along::Stretch(_)) => {
                let start = self.start_of(arg, scope).ok();
                start.into_iter().chain([at]).filter_map(seen).collect()
            }
            Shape::Along(Along::Latest) => {
                let window = arg.over.as_ref().and_then(|over| self.window(over, scope).ok());
                let latest = window.map(|window| self.latest_in(arg, window.snapshots, scope));
                latest.and_then(found).and_then(seen).into_iter().collect()
            }
            Shape::Numbers(numbers) if let Some(extreme) = numbers.extreme => {
                self.extremes(extreme, arg, scope)
            }
            Shape::Counting(_) | Shape::Numbers(_) | Shape::Distinct | Shape::Longest => {
                let seen = self.window_seen(arg, scope);
                let groups = || self.groups_seen(&self.arg_list(arg, scope), NAMED_ELEMENTS);
                seen.or_else(groups).into_iter().collect()
            }
            Shape::Part(_) | Shape::Weekday | Shape::Default | Shape::Confidence => Vec::new(),
        }
    }

    /// The values of a scalar in a window, at its newest: «52% on 2026-01-12, 50% on 01-19, 46% on 01-26».
    fn window_seen(&self, arg: &'a Arg, scope: Scope<'_, 'a>) -> Option<(Span, Said)> {
        arg.over.as_ref()?;
        let list = self.arg_list(arg, scope);
        let seen = |item: &ListItem<'a>| match &item.value {
            ItemValue::Evidence(evidence) if item.of.is_none() => {
                Some((item.at, self.figure(&arg.value, evidence)))
            }
            ItemValue::Evidence(_) | ItemValue::Record(_) | ItemValue::Workflow(_) => None,
        };
        let seen: Option<Vec<_>> = list.items.iter().map(seen).collect();
        let is_list = matches!(self.program.expr(arg.value.id)?.ty, Type::List(_));
        let seen = seen.filter(|_| !is_list)?;
        let start = seen.first()?.0;
        let dated = seen.into_iter().filter_map(|(at, figure)| self.dated(start, at, Some(figure)));
        Some((list.span?, Said::Window(dated.collect())))
    }

    /// What was seen at a snapshot of those from `start` on.
    pub(super) fn dated(&self, start: usize, at: usize, figure: Option<Figure>) -> Option<Dated> {
        let date = self.snapshots.get(at)?.date;
        let before = at.checked_sub(1).filter(|before| *before >= start);
        let short = before.is_some_and(|at| match self.day(at) {
            before @ Point::Day(_) => before.date().year() == date.date().year(),
            before @ Point::Time(_) => before.date() == date.date(),
        });
        Some(Dated { date, short, figure })
    }

    /// Where a run began, and the dates at which its condition held: «`light < light_share` at 2026-10-26 (70%), 11-02
    /// (66.7%)»; where it does not hold, the newest snapshot.
    fn run_seen(&self, condition: &'a Expr, scope: Scope<'_, 'a>) -> Option<(Span, Said)> {
        let at = scope.moment.at;
        let sure = self.run(condition, scope).sure;
        let condition = if sure.is_some() { condition } else { self.broken_part(condition, scope) };
        let mut all = Vec::new();
        self.measured_in(condition, &mut all);
        let measured = all.first().copied();
        let text = self.sources.text(condition.span).to_owned();
        let is_stage = self.is_about_stage_alone(condition);
        let place = |at: usize| {
            let then = Scope::at(self.moment_of(at, scope.moment.judged));
            let span = self.span_of(measured.unwrap_or(condition), then);
            span.or_else(|| self.snapshots.get(at).map(|snapshot| snapshot.record.span))
        };
        let figure = |at: usize| {
            let then = Scope::at(self.moment_of(at, scope.moment.judged));
            // Of several things that are measured, one alone would say little.
            let measured = measured.filter(|_| !is_stage && all.len() == 1)?;
            Some(self.figure(measured, &self.eval(measured, then)))
        };
        let Some(start) = sure else {
            let date = self.snapshots.get(at)?.date;
            return Some((place(at)?, Said::NoRun { condition: text, date, now: figure(at) }));
        };
        let since = self.snapshots.get(start)?.date;
        if is_stage {
            return Some((place(start)?, Said::RunOfStage { condition: text, since }));
        }
        let held = (start..=at).filter_map(|at| self.dated(start, at, figure(at))).collect();
        Some((place(start)?, Said::Run { condition: text, held }))
    }

    /// The first part of a condition that is no, where all of several have to be yes.
    fn broken_part(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> &'a Expr {
        let (inner, within) = match self.let_behind(expr) {
            Some(inner) => (inner, Scope::at(scope.moment)),
            None => (expr, scope),
        };
        let ExprKind::Logic(LogicOp::And, operands) = &inner.kind else { return expr };
        let broken = operands.iter().find(|operand| self.truth(operand, within) == Truth::No);
        broken.map_or(expr, |operand| self.broken_part(operand, within))
    }

    /// What the comparisons in a condition measure, other than the stage.
    fn measured_in(&self, expr: &'a Expr, found: &mut Vec<&'a Expr>) {
        let expr = self.let_behind(expr).unwrap_or(expr);
        if let ExprKind::Compare(_, left, _) = &expr.kind {
            found.extend(Some(&**left).filter(|left| self.is_measured(left)));
        }
        if matches!(expr.kind, ExprKind::Logic(..) | ExprKind::Not(_)) {
            expr.children().into_iter().for_each(|child| self.measured_in(child, found));
        }
    }

    /// The element that an extreme comes from; of the values of groups, with an element of that group.
    fn extremes(&self, end: Extreme, arg: &'a Arg, scope: Scope<'_, 'a>) -> Vec<(Span, Said)> {
        let list = self.arg_list(arg, scope);
        if arg.is_grouped() {
            return Vec::new();
        }
        let Some((index, item)) = self.extreme_item(end, arg, &list, scope) else { return Vec::new() };
        let largest = end == Extreme::Largest;
        let element = match &item.of {
            Some(element) => element_name(index, &ItemValue::Record(element.clone())),
            None if arg.over.is_some() => {
                ElementName::Date(self.snapshots.get(item.at).map(|s| s.date).unwrap_or_default())
            }
            None => self.element_name(index, item),
        };
        let span = if item.group.is_some() { list.span } else { item.span };
        let value = span.map(|span| (span, Said::Extreme { largest, element }));
        let instead = if largest { Instead::Less } else { Instead::More };
        value.into_iter().chain(self.line_of_group(item, Some(instead))).collect()
    }

    /// The snapshot's lines for the fields that a value was computed from.
    fn explain_fields_within(&self, expr: &'a Expr, scope: Scope<'_, 'a>, report: &mut RuleVerdict) {
        let Some(snapshot) = self.snapshots.get(scope.moment.at) else { return };
        let mut paths: Vec<&FieldPath> = Vec::new();
        self.program.every_target(expr, &mut Vec::new(), &mut |target| {
            if let Target::Field(path) = target
                && !paths.contains(&path)
            {
                paths.push(path);
            }
            true
        });
        for path in paths.iter().take(NAMED_ELEMENTS) {
            let Some(located) = find(&snapshot.record, &path.steps) else { continue };
            let ty = self.type_at(&path.steps).unwrap_or(&Type::Error);
            let said = match &located.value {
                Value::List(elements) => Said::Elements { list: path.name.clone(), count: elements.len() },
                Value::Bool(_)
                | Value::Text(_)
                | Value::Number(_)
                | Value::Range(_)
                | Value::Counted(_)
                | Value::Record(_) => Said::Value(self.reading_of(located, ty)),
            };
            point(report, Some(self.first_line(place_of(located))), said);
        }
    }

    fn type_at(&self, steps: &[usize]) -> Option<&'a Type> {
        let mut record = &*self.program.vocabulary.snapshot;
        let (last, before) = steps.split_last()?;
        for step in before {
            record = record.fields.get(*step)?.ty.record()?;
        }
        record.fields.get(*last).map(|field| &field.ty)
    }
}

/// The element's first text, as its key is, or its number in the list.
pub(super) fn element_name(at: usize, item: &ItemValue<'_>) -> ElementName {
    let record = match item {
        ItemValue::Record(element) => Some(element.newest),
        ItemValue::Workflow(seen) => Some(seen.record()),
        ItemValue::Evidence(Evidence::Word(Word::Known(text))) => return ElementName::Text(text.clone()),
        ItemValue::Evidence(_) => None,
    };
    let text = record.and_then(|record| {
        record.fields.iter().flatten().find_map(|located| match &located.value {
            Value::Text(text) => Some(ElementName::Text(text.clone())),
            Value::Bool(_)
            | Value::Number(_)
            | Value::Range(_)
            | Value::Counted(_)
            | Value::List(_)
            | Value::Record(_) => None,
        })
    });
    text.unwrap_or(ElementName::Nth(at + 1))
}
