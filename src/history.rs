//! The history: what each snapshot would have been judged on its own day, when nothing later had been written.

mod charts;
mod threshold;

use std::collections::BTreeMap;

pub(crate) use self::charts::charts_of;
use self::threshold::thresholds;
use crate::ast::EffectKind;
use crate::eval::{Rulebook, judge_each_day, last_day};
use crate::point::Point;
use crate::report::why::{RuleVerdict, WorkflowVerdict};
use crate::report::{DayReport, Metric, Outcome, WorkflowHistory};
use crate::types::{Quantity, Type};
use crate::value::{Number, Series, Snapshot, Value};
use crate::vocabulary::Vocabulary;
use crate::words::stop;

/// Judges every prefix of a series as of its last snapshot.
pub(crate) fn history_of(rulebook: &Rulebook<'_>, series: &Series, as_of: Point) -> WorkflowHistory {
    WorkflowHistory {
        project: None,
        workflow: series.workflow.to_string(),
        days: judge_each_day(rulebook, series, None)
            .map(|(date, _, verdict)| day_report(date, verdict))
            .take_while(|day| rulebook.run.report(day.bytes()))
            .collect(),
        retired: last_day(rulebook, &series.snapshots)
            .filter(|last| as_of.date() > *last)
            .map(|last| last.to_string()),
        metrics: metrics(rulebook, &series.snapshots, as_of.day_number()),
    }
}

fn day_report(date: Point, verdict: WorkflowVerdict) -> DayReport {
    let named = |outcome: Outcome| {
        let rules = verdict.rules.iter().filter(|rule| rule.applied.is_some() && rule.outcome == outcome);
        let mut names: Vec<String> = rules.map(|rule| rule.rule.clone()).collect();
        // One that is judged for several steps stands once.
        names.dedup();
        names
    };
    let mildly = |rule: &&RuleVerdict| rule.applied.is_some_and(|applied| applied < EffectKind::Hold);
    let is_stopping = |name: &str| {
        verdict.rules.iter().any(|rule| rule.rule == name && rule.applied >= Some(EffectKind::Hold))
    };
    let warned = verdict.rules.iter().filter(mildly).map(|rule| &rule.rule).filter(|name| !is_stopping(name));
    let mut warned: Vec<String> = warned.cloned().collect();
    warned.dedup();
    DayReport {
        date: date.to_string(),
        warned,
        failed: named(Outcome::Fail),
        undecided: named(Outcome::Undecided),
        because: verdict.stops.iter().map(stop).collect(),
        stage: verdict.stage,
        asks: verdict.asks,
        decision: verdict.decision,
    }
}

/// The numbers at the top of the snapshots, and in their records, that change along the series.
fn metrics(rulebook: &Rulebook<'_>, snapshots: &[Snapshot], day: i64) -> Vec<Metric> {
    let mut metrics = Vec::new();
    for recorded in recorded_numbers(&rulebook.program.vocabulary) {
        let (name, quantity, steps) = recorded;
        metrics.extend(metric(name, quantity, snapshots, &steps).map(|metric| Metric {
            thresholds: thresholds(&steps, &quantity.kind, rulebook, day),
            ..metric
        }));
    }
    metrics
}

/// Each number with its name and the way to it.
fn recorded_numbers(vocabulary: &Vocabulary) -> Vec<(String, &Quantity, Vec<usize>)> {
    let mut numbers = Vec::new();
    for (index, field) in vocabulary.snapshot.fields.iter().enumerate() {
        match &field.ty {
            Type::Amount(quantity) => numbers.push((field.name.to_string(), quantity, vec![index])),
            Type::Record(record) => {
                for (inner, part) in record.fields.iter().enumerate() {
                    if let Type::Amount(quantity) = &part.ty {
                        let name = format!("{}.{}", field.name, part.name);
                        numbers.push((name, quantity, vec![index, inner]));
                    }
                }
            }
            Type::Bool
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::Stage
            | Type::Choice(_)
            | Type::Elapsed
            | Type::Calendar
            | Type::List(_)
            | Type::Error => {}
        }
    }
    numbers
}

fn metric(name: String, quantity: &Quantity, snapshots: &[Snapshot], path: &[usize]) -> Option<Metric> {
    let Quantity { kind, range } = quantity;
    let numbers: Vec<_> = snapshots.iter().map(|snapshot| number_at(snapshot, path)).collect();
    let known: Vec<_> = numbers.iter().flatten().copied().collect();
    let (first, last) = (known.first()?, known.last()?);
    if known.iter().all(|number| number == first) {
        return None;
    }
    let declared =
        if *range == kind.default_range() { None } else { range.low.clone().zip(range.high.clone()) };
    let is_declared = declared.is_some();
    // A bar that begins at 0 is as long as the number is large.
    let (least, most) = (known.iter().copied().min()?, known.iter().copied().max()?);
    let (low, high) =
        declared.unwrap_or_else(|| (least.clone().min(Number::ZERO), most.clone().max(Number::ZERO)));
    Some(Metric {
        name,
        first: kind.show(first),
        last: kind.show(last),
        values: numbers.iter().map(|number| number.map(|number| number.to_f64_fast())).collect(),
        kind: kind.clone(),
        low,
        high,
        is_declared,
        thresholds: Vec::new(),
    })
}

/// Gives the numbers of one name a common scale, whosever they are, with their thresholds in it: bars of several workflows can
/// then be compared. What declares its range has that.
pub(crate) fn share_scales(histories: &mut [WorkflowHistory]) {
    let mut scales: BTreeMap<(Option<String>, String), (Number, Number)> = BTreeMap::new();
    let key = |project: &Option<String>, metric: &Metric| (project.clone(), metric.name.clone());
    for WorkflowHistory { project, metrics, .. } in &*histories {
        for metric in metrics.iter().filter(|metric| !metric.is_declared) {
            let start = || (metric.low.clone(), metric.high.clone());
            let (low, high) = scales.entry(key(project, metric)).or_insert_with(start);
            let thresholds = metric.thresholds.iter().map(|threshold| &threshold.value);
            for value in thresholds.chain([&metric.low, &metric.high]) {
                *low = value.clone().min(low.clone());
                *high = value.clone().max(high.clone());
            }
        }
    }
    for WorkflowHistory { project, metrics, .. } in histories {
        for metric in metrics.iter_mut().filter(|metric| !metric.is_declared) {
            if let Some((low, high)) = scales.get(&key(project, metric)) {
                (metric.low, metric.high) = (low.clone(), high.clone());
            }
        }
    }
}

fn number_at<'s>(snapshot: &'s Snapshot, path: &[usize]) -> Option<&'s Number> {
    let mut record = &snapshot.record;
    let mut steps = path.iter();
    loop {
        match &record.fields.get(*steps.next()?)?.as_ref()?.value {
            Value::Record(inner) => record = inner,
            value => return value.number(),
        }
    }
}
