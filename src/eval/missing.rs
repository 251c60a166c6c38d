//! What is not known: since when, and what to record for a rule to be decided.

use super::{Evaluator, Scope};
use crate::evidence::{Reason, ReasonKind, Reasons};
use crate::types::Type;
use crate::value::{Date, Record, Value, date_of_day, day_number};

/// How many things to record are named.
const NAMED: usize = 4;

impl<'a> Evaluator<'a> {
    /// What would decide what is undecided for these reasons, so far as anything could.
    pub(super) fn would_decide(&self, reasons: &Reasons, scope: Scope<'_, 'a>) -> Option<String> {
        let mut records: Vec<(String, Vec<String>)> = Vec::new();
        let mut others: Vec<String> = Vec::new();
        let mut waiting = false;
        for reason in &reasons.first {
            if let Some((place, what)) = self.to_record(reason, scope) {
                let known = records.iter().position(|(known, _)| *known == place);
                let at = known.unwrap_or_else(|| {
                    records.push((place, Vec::new()));
                    records.len() - 1
                });
                if let Some((_, names)) = records.get_mut(at).filter(|(_, names)| !names.contains(&what)) {
                    names.push(what);
                }
                continue;
            }
            let Some(remedy) = self.remedy_for(reason) else { continue };
            // One date to wait for is enough: the others have come by then, or are said when they are still missing.
            let waits = matches!(reason.kind, ReasonKind::Uncovered { .. } | ReasonKind::NoEarlier { .. });
            if !(waits && waiting || others.contains(&remedy)) {
                others.push(remedy);
            }
            waiting |= waits;
        }
        let recorded = records.iter().map(|(place, names)| {
            let more = names.len().saturating_sub(NAMED);
            let named = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("record {named}{more} in {place}")
        });
        let all: Vec<String> = recorded.take(NAMED).chain(others).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// What is missing, and the place that it is missing in.
    fn to_record(&self, reason: &Reason, scope: Scope<'_, 'a>) -> Option<(String, String)> {
        let newest = self.snapshots.get(scope.moment.at)?;
        let in_file = |date: Date| {
            let file = reason.span.map_or(newest.file, |span| span.file);
            let name = self.sources.name(file);
            let text = self.sources.get(file).map_or("", |source| &source.text);
            let several = text.lines().skip(1).any(|line| line.starts_with("---"));
            if several { format!("the snapshot of {date} in {name}") } else { name.to_owned() }
        };
        match &reason.kind {
            ReasonKind::Missing { field, date } => Some((in_file(*date), format!("`{field}`"))),
            ReasonKind::MissingInElement { field, date } => {
                let line = reason.span.map(|span| self.sources.line_column(span).0);
                let line = line.map(|line| format!(" (line {line})")).unwrap_or_default();
                Some((in_file(*date), format!("`{field}`{line}")))
            }
            ReasonKind::NoneKnown { what, .. } => Some((in_file(newest.date), format!("`{what}`"))),
            ReasonKind::Empty { list } => Some((in_file(newest.date), format!("at least one of `{list}`"))),
            ReasonKind::DividedByZero
            | ReasonKind::NoSuchDate
            | ReasonKind::Branches
            | ReasonKind::Uncovered { .. }
            | ReasonKind::Gap { .. }
            | ReasonKind::NoEarlier { .. }
            | ReasonKind::Later { .. }
            | ReasonKind::Stale { .. }
            | ReasonKind::TooFew { .. } => None,
        }
    }

    fn remedy_for(&self, reason: &Reason) -> Option<String> {
        match &reason.kind {
            ReasonKind::Gap { from, to } => self.fills(*from, *to),
            ReasonKind::Uncovered { until: Some(until), .. } => {
                Some(format!("wait for a snapshot of {until} or later, with no gap until then"))
            }
            ReasonKind::NoEarlier { .. } => Some("wait for the next snapshot".to_owned()),
            ReasonKind::Later { date, .. } => Some(format!("wait until {date}, or correct that date")),
            ReasonKind::Stale { day, .. } => {
                let first = date_of_day(day_number(*day) - self.patience().unwrap_or(0))?;
                Some(format!("a snapshot of {first} to {day}"))
            }
            ReasonKind::TooFew { further, .. } => further.clone(),
            ReasonKind::Missing { .. }
            | ReasonKind::MissingInElement { .. }
            | ReasonKind::Empty { .. }
            | ReasonKind::NoneKnown { .. }
            | ReasonKind::Uncovered { until: None, .. }
            | ReasonKind::DividedByZero
            | ReasonKind::NoSuchDate
            | ReasonKind::Branches => None,
        }
    }

    /// The snapshots that close a gap: one where one is enough, and when; else how far apart they may be.
    fn fills(&self, from: Date, to: Date) -> Option<String> {
        let patience = self.patience()?;
        let earliest = date_of_day(day_number(to) - patience)?;
        let latest = date_of_day(day_number(from) + patience)?;
        Some(if earliest == latest {
            format!("a snapshot of {earliest}")
        } else if earliest < latest {
            format!("a snapshot of {} to {}", earliest.max(from), latest.min(to))
        } else {
            format!("snapshots at most {patience} days apart between {from} and {to}")
        })
    }

    /// A reason with what the series knows besides: «`satisfaction` is not in the snapshot of 2026-11-16; last recorded on
    /// 2026-11-02».
    pub(super) fn told(&self, reason: &Reason, scope: Scope<'_, 'a>) -> String {
        let ReasonKind::Missing { field, date } = &reason.kind else { return reason.to_string() };
        let Some(steps) = self.steps_of(field) else { return reason.to_string() };
        let earlier = self.snapshots.get(..scope.moment.at).unwrap_or_default();
        let earlier = earlier.iter().filter(|snapshot| day_number(snapshot.date) < day_number(*date));
        match earlier.rev().find(|snapshot| holds(&snapshot.record, &steps)) {
            Some(snapshot) => format!("{reason}; last recorded on {}", snapshot.date),
            None if scope.moment.at > 0 => format!("{reason}, nor in any before it"),
            None => reason.to_string(),
        }
    }

    /// The way to a field of the snapshot, by its name.
    fn steps_of(&self, name: &str) -> Option<Vec<usize>> {
        let mut record = &self.program.vocabulary.snapshot;
        let mut steps = Vec::new();
        for word in name.split('.') {
            let (step, field) = record.field(word)?;
            steps.push(step);
            if let Type::Record(inner) = field.ty.element().unwrap_or(&field.ty) {
                record = inner;
            }
        }
        Some(steps)
    }
}

/// Whether there is something at the steps; of a list, whether it is there.
fn holds(record: &Record, steps: &[usize]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    record.fields.get(*step).and_then(Option::as_ref).is_some_and(|located| match &located.value {
        Value::Record(inner) => holds(inner, rest),
        Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::List(_) => true,
    })
}
