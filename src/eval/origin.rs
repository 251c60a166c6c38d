//! The lines of the input that a value came from, and what was seen there.

use super::explain::{find, place_of, push_label};
use super::expr::eval_value;
use super::{Evaluator, Evidence, Item, ItemValue, Scope};
use crate::ast::{Arg, CompareOp, Expr, ExprKind};
use crate::builtins::which::Which as Builtin;
use crate::evidence::{Amount, Truth};
use crate::program::{FieldPath, Target};
use crate::report::RuleReport;
use crate::source::Span;
use crate::types::Type;
use crate::value::{Number, Value, date_of_day};

/// How many elements of a list are named.
const NAMED_ELEMENTS: usize = 3;
/// How many dates of a run are named.
const NAMED_DATES: usize = 5;

impl<'a> Evaluator<'a> {
    /// The snapshot's line for a known value; for a list, with the elements that count against it.
    pub(super) fn explain_origin(
        &self,
        expr: &'a Expr,
        wanted: Option<CompareOp>,
        scope: Scope<'_, 'a>,
        report: &mut RuleReport,
    ) {
        let scope = Scope::at(scope.moment);
        let span = || self.span_of(expr, scope).map(|span| self.first_line(span));
        if let Some((builtin, call)) = self.called(expr)
            && let ExprKind::Call { args, .. } = &call.kind
            && let Some(arg) = args.first()
        {
            if let Some((text, first)) = self.against(builtin, arg, wanted, scope) {
                push_label(report, span(), text);
                push_label(report, first.map(|span| self.first_line(span)), "the first of them".to_owned());
                return;
            }
            let points = self.points(builtin, arg, scope);
            if !points.is_empty() {
                for (span, text) in points {
                    push_label(report, Some(self.first_line(span)), text);
                }
                return;
            }
        }
        if self.is_field(expr) {
            push_label(report, span(), self.show(expr, &self.eval(expr, scope)));
        } else {
            self.explain_fields_within(expr, scope, report);
        }
    }

    /// The lines that a function of the series has looked at, with what it saw there.
    fn points(&self, builtin: Builtin, arg: &'a Arg, scope: Scope<'_, 'a>) -> Vec<(Span, String)> {
        let at = scope.moment.at;
        let seen = |at: usize| {
            let then = Scope::at(self.moment_of(at, scope.moment.judged));
            let date = self.snapshots.get(at)?.date;
            let shown = self.show(&arg.value, &self.eval(&arg.value, then));
            Some((self.span_of(&arg.value, then)?, format!("{shown} on {date}")))
        };
        match builtin {
            Builtin::Held | Builtin::Streak => self.run_seen(&arg.value, scope).into_iter().collect(),
            Builtin::Since => {
                let day = date_of_day(scope.moment.day).unwrap_or_default();
                let span = self.span_of(&arg.value, scope);
                span.map(|span| (span, format!("counted to {day}"))).into_iter().collect()
            }
            Builtin::Previous => at.checked_sub(1).and_then(seen).into_iter().collect(),
            Builtin::First => seen(0).into_iter().collect(),
            Builtin::Change | Builtin::Trend => {
                let start = self.start_of(arg, scope).ok();
                start.into_iter().chain([at]).filter_map(seen).collect()
            }
            Builtin::Latest => {
                let window = arg.over.as_ref().and_then(|over| self.window(over, scope).ok());
                let known = |at: &usize| {
                    let then = Scope::at(self.moment_of(*at, scope.moment.judged));
                    !self.eval(&arg.value, then).is_unknown()
                };
                window.and_then(|w| w.snapshots.rev().find(known)).and_then(seen).into_iter().collect()
            }
            Builtin::Min | Builtin::Max => self.extremes(builtin, arg, scope),
            Builtin::Count
            | Builtin::Share
            | Builtin::Any
            | Builtin::All
            | Builtin::None
            | Builtin::Sum
            | Builtin::Mean
            | Builtin::Median
            | Builtin::Percentile
            | Builtin::Distinct => self.window_seen(arg, scope).into_iter().collect(),
            Builtin::Default | Builtin::Confidence => Vec::new(),
        }
    }

    /// The values of a scalar in a window, at its newest: «52% on 2026-01-12, 50% on 01-19, 46% on 01-26».
    fn window_seen(&self, arg: &'a Arg, scope: Scope<'_, 'a>) -> Option<(Span, String)> {
        arg.over.as_ref()?;
        let list = self.arg_list(arg, scope);
        let shown = |item: &Item<'a>| match &item.value {
            ItemValue::Evidence(evidence) if item.of.is_none() => {
                Some((item.at, format!("{} on ", self.show(&arg.value, evidence))))
            }
            ItemValue::Evidence(_) | ItemValue::Record(_) => None,
        };
        let seen: Option<Vec<(usize, String)>> = list.items.iter().map(shown).collect();
        let is_list = matches!(self.program.expr(arg.value.id)?.ty, Type::List(_));
        let seen = seen.filter(|_| !is_list)?;
        let start = seen.first()?.0;
        let dated = |(at, text): &(usize, String)| Some(format!("{text}{}", self.short_date(start, *at)?));
        Some((list.span?, some_of(seen.iter().filter_map(dated).collect())))
    }

    /// The date of a snapshot; without the year where that is the one of the snapshot before it, from `start` on.
    fn short_date(&self, start: usize, at: usize) -> Option<String> {
        let date = self.snapshots.get(at)?.date;
        let before = at.checked_sub(1).filter(|before| *before >= start);
        let same_year =
            before.and_then(|at| self.snapshots.get(at)).is_some_and(|s| s.date.year() == date.year());
        Some(if same_year { format!("{:02}-{:02}", date.month(), date.day()) } else { date.to_string() })
    }

    /// Where a run began, and the dates at which its condition held: «`light < light_share` at 2026-10-26 (70%), 11-02
    /// (66.7%)»; where it does not hold, the newest snapshot.
    fn run_seen(&self, condition: &'a Expr, scope: Scope<'_, 'a>) -> Option<(Span, String)> {
        let measured = self.measured_in(condition);
        let text = self.sources.text(condition.span);
        let is_stage = self.is_about_stage_alone(condition);
        let place = |at: usize| {
            let then = Scope::at(self.moment_of(at, scope.moment.judged));
            let span = self.span_of(measured.unwrap_or(condition), then);
            span.or_else(|| self.snapshots.get(at).map(|snapshot| snapshot.record.span))
        };
        let value = |at: usize| {
            let then = Scope::at(self.moment_of(at, scope.moment.judged));
            let measured = measured.filter(|_| !is_stage)?;
            Some(self.show(measured, &self.eval(measured, then)))
        };
        let at = scope.moment.at;
        let Some(start) = self.run(condition, scope).sure else {
            let now = value(at).map(|value| format!(": {value}")).unwrap_or_default();
            let date = self.snapshots.get(at)?.date;
            return Some((place(at)?, format!("not `{text}` on {date}{now}")));
        };
        let first = self.snapshots.get(start)?.date;
        if is_stage {
            return Some((place(start)?, format!("`{text}` since {first}")));
        }
        let dated = |at: usize| {
            let value = value(at).map(|value| format!(" ({value})")).unwrap_or_default();
            Some(format!("{}{value}", self.short_date(start, at)?))
        };
        Some((place(start)?, format!("`{text}` at {}", some_of((start..=at).filter_map(dated).collect()))))
    }

    /// What the first comparison in a condition measures, other than the stage.
    fn measured_in(&self, expr: &'a Expr) -> Option<&'a Expr> {
        let expr = self.let_behind(expr).unwrap_or(expr);
        if let ExprKind::Compare(_, left, _) = &expr.kind {
            return Some(&**left).filter(|left| self.is_measured(left));
        }
        let is_logic = matches!(expr.kind, ExprKind::Logic(..) | ExprKind::Not(_));
        let parts = if is_logic { expr.children() } else { Vec::new() };
        parts.into_iter().find_map(|child| self.measured_in(child))
    }

    /// The element that an extreme comes from.
    fn extremes(&self, builtin: Builtin, arg: &'a Arg, scope: Scope<'_, 'a>) -> Vec<(Span, String)> {
        let list = self.arg_list(arg, scope);
        // Of the values of groups none has a line of its own.
        let of_groups = matches!(self.called(&arg.value), Some((_, call)) if is_grouped(call));
        if arg.by.is_some() || of_groups || list.unknown.is_some() {
            return Vec::new();
        }
        let conditions = self.conditions(arg, &list, scope);
        let known = |item: &Item<'a>| match &item.value {
            ItemValue::Evidence(Evidence::Amount(Amount::Known(number))) => Some(number.clone()),
            ItemValue::Evidence(_) | ItemValue::Record(_) => None,
        };
        let mut picked: Vec<(Number, usize)> = list
            .items
            .iter()
            .zip(&conditions)
            .enumerate()
            .filter(|(_, (_, pick))| **pick == Truth::Yes)
            .filter_map(|(index, (item, _))| Some((known(item)?, index)))
            .collect();
        picked.sort();
        let largest = builtin == Builtin::Max;
        let extreme = if largest { picked.last() } else { picked.first() };
        let word = if largest { "the largest" } else { "the smallest" };
        let item = extreme.and_then(|(_, index)| Some((*index, list.items.get(*index)?)));
        let Some((index, item)) = item else { return Vec::new() };
        let name = match item.of {
            Some(record) => self.element_name(index, &ItemValue::Record(record)),
            None if arg.over.is_some() => {
                self.snapshots.get(item.at).map_or_else(String::new, |s| s.date.to_string())
            }
            None => format!("#{}", index + 1),
        };
        item.span.map(|span| (span, format!("{word}: {name}"))).into_iter().collect()
    }

    /// The snapshot's lines for the fields that a value was computed from.
    fn explain_fields_within(&self, expr: &'a Expr, scope: Scope<'_, 'a>, report: &mut RuleReport) {
        let Some(snapshot) = self.snapshots.get(scope.moment.at) else { return };
        let mut paths: Vec<&FieldPath> = Vec::new();
        self.every_target(expr, &mut Vec::new(), &mut |target| {
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
            let text = match &located.value {
                Value::List(elements) => format!("`{}`: {} elements", path.name, elements.len()),
                Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::Record(_) => {
                    self.show_as(ty, &eval_value(&located.value), 0)
                }
            };
            push_label(report, Some(self.first_line(place_of(located))), text);
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

    /// «7 of 30 do not satisfy `edit_time < 15%`: r03, r07, r11 and 4 more», and where the first of them stands.
    fn against(
        &self,
        builtin: Builtin,
        arg: &'a Arg,
        wanted: Option<CompareOp>,
        scope: Scope<'_, 'a>,
    ) -> Option<(String, Option<Span>)> {
        let condition = arg.condition.as_ref()?;
        let too_many = matches!(wanted, Some(CompareOp::Less | CompareOp::LessEqual));
        let against = match builtin {
            Builtin::Count | Builtin::Share if too_many => Truth::Yes,
            Builtin::Count | Builtin::Share | Builtin::All => Truth::No,
            Builtin::Any if too_many => Truth::Yes,
            Builtin::Any => Truth::No,
            Builtin::None if too_many => Truth::No,
            Builtin::None => Truth::Yes,
            Builtin::Sum
            | Builtin::Mean
            | Builtin::Median
            | Builtin::Min
            | Builtin::Max
            | Builtin::Percentile
            | Builtin::Distinct
            | Builtin::Default
            | Builtin::Latest
            | Builtin::Held
            | Builtin::Streak
            | Builtin::Since
            | Builtin::Previous
            | Builtin::First
            | Builtin::Change
            | Builtin::Trend
            | Builtin::Confidence => return None,
        };
        let list = self.arg_list(arg, scope);
        let conditions = self.conditions(arg, &list, scope);
        let matching: Vec<(usize, &Item<'a>)> = list
            .items
            .iter()
            .enumerate()
            .zip(&conditions)
            .filter(|(_, truth)| **truth == against)
            .map(|(indexed, _)| indexed)
            .collect();
        let verb = match (&against, matching.len()) {
            (Truth::Yes, 1) => "satisfies",
            (Truth::Yes, _) => "satisfy",
            (_, 1) => "does not satisfy",
            (_, _) => "do not satisfy",
        };
        let total = list.items.len();
        let condition = self.sources.text(condition.span);
        let names: Vec<String> = matching
            .iter()
            .take(NAMED_ELEMENTS)
            .map(|(at, item)| self.element_name(*at, &item.value))
            .collect();
        let more = matching.len() - names.len();
        if total == 0 {
            return Some(("empty".to_owned(), None));
        }
        let mut text = format!("{} of {total} {verb} `{condition}`", matching.len());
        if !names.is_empty() {
            text.push_str(": ");
            text.push_str(&names.join(", "));
        }
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
        Some((text, matching.first().and_then(|(_, item)| item.span)))
    }

    /// The element's first text, as its key is, or its number in the list.
    fn element_name(&self, at: usize, item: &ItemValue<'a>) -> String {
        let text = match item {
            ItemValue::Record(record) => {
                record.fields.iter().flatten().find_map(|located| match &located.value {
                    Value::Text(text) => Some(text.to_string()),
                    Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Record(_) => None,
                })
            }
            ItemValue::Evidence(_) => None,
        };
        text.unwrap_or_else(|| format!("#{}", at + 1))
    }
}

fn is_grouped(call: &Expr) -> bool {
    matches!(&call.kind, ExprKind::Call { args, .. } if args.iter().any(|arg| arg.by.is_some()))
}

/// The first few and the last of what was seen at many snapshots, and how many there were.
fn some_of(seen: Vec<String>) -> String {
    let count = seen.len();
    if count <= NAMED_DATES {
        return seen.join(", ");
    }
    let last = seen.last().cloned().unwrap_or_default();
    let first: Vec<String> = seen.into_iter().take(NAMED_DATES - 2).collect();
    format!("{}, …, {last}, {count} snapshots", first.join(", "))
}
