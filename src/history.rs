//! The history: what each snapshot would have been judged on its own day, when nothing later had been written.

use crate::eval::{Rulebook, judge_each_day, judge_workflow, last_day};
use crate::point::Point;
use crate::report::why::WorkflowVerdict;
use crate::report::{DayReport, Metric, Outcome, WorkflowHistory};
use crate::types::{Kind, Type};
use crate::value::{Series, Snapshot, Value};
use crate::vocabulary::Vocabulary;
use crate::words::stop;

/// Judges every prefix of a series as of its last snapshot.
pub(crate) fn history_of(rulebook: &Rulebook<'_>, series: &Series, as_of: Point) -> WorkflowHistory {
    WorkflowHistory {
        project: None,
        workflow: series.workflow.to_string(),
        days: judge_each_day(rulebook, series)
            .map(|(date, verdict)| day_report(date, verdict))
            .take_while(|day| rulebook.run.report(day.bytes()))
            .collect(),
        retired: last_day(rulebook, &series.snapshots)
            .filter(|last| as_of.date() > *last)
            .map(|last| last.to_string()),
        metrics: metrics(&rulebook.program.vocabulary, &series.snapshots),
    }
}

/// Judges every prefix of a series as of its last snapshot, and the whole of it as of a day, if that is a later one: the
/// date of the last snapshot, the day of judgement, and what came of it.
pub(crate) fn day_by_day<'a>(
    rulebook: &'a Rulebook<'a>,
    series: &'a Series,
    as_of: Point,
) -> impl Iterator<Item = (Point, Point, WorkflowVerdict)> + 'a {
    let newest = series.snapshots.last().map(|snapshot| snapshot.date).filter(|newest| *newest < as_of);
    let today = newest.map(|date| (date, as_of, judge_workflow(rulebook, series, as_of, false).verdict));
    judge_each_day(rulebook, series).map(|(date, verdict)| (date, date, verdict)).chain(today)
}

fn day_report(date: Point, verdict: WorkflowVerdict) -> DayReport {
    let named = |outcome: Outcome| {
        let rules = verdict.rules.iter().filter(|rule| rule.applied.is_some() && rule.outcome == outcome);
        let mut names: Vec<String> = rules.map(|rule| rule.rule.clone()).collect();
        // One that is judged for several steps stands once.
        names.dedup();
        names
    };
    DayReport {
        date: date.to_string(),
        failed: named(Outcome::Fail),
        undecided: named(Outcome::Undecided),
        because: verdict.stops.iter().map(stop).collect(),
        stage: verdict.stage,
        asks: verdict.asks,
        decision: verdict.decision,
    }
}

/// The numbers at the top of the snapshots, and in their records, that change along the series.
fn metrics(vocabulary: &Vocabulary, snapshots: &[Snapshot]) -> Vec<Metric> {
    let mut metrics = Vec::new();
    for (index, field) in vocabulary.snapshot.fields.iter().enumerate() {
        match &field.ty {
            Type::Amount(quantity) => {
                metrics.extend(metric(&field.name, &quantity.kind, snapshots, &[index]))
            }
            Type::Record(record) => {
                for (inner, part) in record.fields.iter().enumerate() {
                    if let Type::Amount(quantity) = &part.ty {
                        let name = format!("{}.{}", field.name, part.name);
                        metrics.extend(metric(&name, &quantity.kind, snapshots, &[index, inner]));
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
    metrics
}

fn metric(name: &str, kind: &Kind, snapshots: &[Snapshot], path: &[usize]) -> Option<Metric> {
    let numbers: Vec<_> = snapshots.iter().map(|snapshot| number_at(snapshot, path)).collect();
    let known: Vec<_> = numbers.iter().flatten().collect();
    let (first, last) = (known.first()?, known.last()?);
    if known.iter().all(|number| number == first) {
        return None;
    }
    Some(Metric {
        name: name.to_owned(),
        first: kind.show(first),
        last: kind.show(last),
        values: numbers.iter().map(|number| number.map(|number| number.to_f64_fast())).collect(),
    })
}

fn number_at<'s>(snapshot: &'s Snapshot, path: &[usize]) -> Option<&'s crate::value::Number> {
    let mut record = &snapshot.record;
    let mut steps = path.iter();
    loop {
        match &record.fields.get(*steps.next()?)?.as_ref()?.value {
            Value::Record(inner) => record = inner,
            Value::Number(number) => return Some(number),
            Value::Bool(_) | Value::Text(_) | Value::List(_) => return None,
        }
    }
}
