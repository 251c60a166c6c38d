//! What is not known: since when, and what to record for a rule to be decided.

use super::{Evaluator, Scope};
use crate::evidence::{Further, Reason, ReasonKind, Reasons, SampleOwner, SmallSample};
use crate::point::Point;
use crate::report::why::{Change, Earlier, Missing};
use crate::types::Type;
use crate::value::{Record, Value};

impl<'a> Evaluator<'a> {
    /// What would decide what is undecided for these reasons, so far as anything could.
    pub(super) fn would_decide(&self, reasons: &Reasons, scope: Scope<'_, 'a>) -> Option<Change> {
        let mut records: Vec<Change> = Vec::new();
        let mut others: Vec<Change> = Vec::new();
        let mut waiting = false;
        let newest = self.snapshots.get(scope.moment.at).map(|snapshot| snapshot.date);
        // Nothing is added to the sample of a snapshot that is past, so that what is added now decides too little.
        let is_past = |reason: &Reason| matches!(&reason.kind, ReasonKind::TooFew { of: Some(owner), .. } if Some(owner.date) != newest);
        let past = reasons.first.iter().any(is_past);
        for reason in &reasons.first {
            if past && matches!(reason.kind, ReasonKind::TooFew { .. }) {
                continue;
            }
            if let Some((missing, date)) = self.to_record(reason, scope) {
                self.record(missing, date, reason, scope, &mut records);
                continue;
            }
            // What an earlier snapshot had to wait for has come.
            if matches!(reason.kind, ReasonKind::Uncovered { until: Some(until), .. } if Some(until) <= newest)
            {
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
        records.extend(others);
        (!records.is_empty()).then_some(Change::Decide(records))
    }

    /// Adds something to what is to be recorded in its file, once; in one with several snapshots, of a date.
    fn record(
        &self,
        missing: Missing,
        date: Point,
        reason: &Reason,
        scope: Scope<'_, 'a>,
        records: &mut Vec<Change>,
    ) {
        let Some(newest) = self.snapshots.get(scope.moment.at) else { return };
        let source = reason.span.map_or(newest.file, |span| span.file);
        let name = self.sources.name(source);
        let text = self.sources.get(source).map_or("", |source| &source.text);
        let several = text.lines().skip(1).any(|line| line.starts_with("---"));
        let of = several.then_some(date);
        let known = records.iter_mut().find_map(|record| match record {
            Change::Record { fields, file, snapshot } if *file == name && *snapshot == of => Some(fields),
            _ => None,
        });
        match known {
            Some(fields) => take_in(fields, missing),
            None => {
                let (fields, file) = (vec![missing], name.to_owned());
                records.push(Change::Record { fields, file, snapshot: of });
            }
        }
    }

    /// What is missing, and in the snapshot of which date.
    fn to_record(&self, reason: &Reason, scope: Scope<'_, 'a>) -> Option<(Missing, Point)> {
        let newest = self.snapshots.get(scope.moment.at)?;
        let key = |field: &str| self.program.vocabulary.snapshot.keys_of(field).into();
        match &reason.kind {
            ReasonKind::Missing { field, date } => Some((Missing::Field(key(field), None), *date)),
            ReasonKind::LeftEmpty { field, list: false, date }
            | ReasonKind::Uncollected { field, list: false, date, gap: _ } => {
                Some((Missing::Field(key(field), None), *date))
            }
            ReasonKind::LeftEmpty { field, list: true, date }
            | ReasonKind::Uncollected { field, list: true, date, gap: _ } => {
                Some((Missing::List(key(field)), *date))
            }
            ReasonKind::MissingInWorkflow { field, date, workflow: _, gap: _ } => {
                Some((Missing::Field(key(field), None), *date))
            }
            ReasonKind::MissingInElement { field, date } => {
                Some((Missing::Field(key(field), self.line_of(reason)), *date))
            }
            ReasonKind::RecordedAsRange { field, date, .. } => {
                Some((Missing::Exact(key(field), self.line_of(reason)?), *date))
            }
            ReasonKind::WithoutCounts { field, date } => {
                Some((Missing::Counts(key(field), self.line_of(reason)?), *date))
            }
            ReasonKind::NoneKnown { what, .. } => Some((Missing::Field(key(what), None), newest.date)),
            // Nobody records another workflow to be judged by.
            ReasonKind::Empty { list, .. } if self.is_workflows(list) => None,
            ReasonKind::Empty { list, .. } => Some((Missing::Element(key(list)), newest.date)),
            ReasonKind::CollectedInPart { .. }
            | ReasonKind::Contradicted { .. }
            | ReasonKind::NothingCounted { .. }
            | ReasonKind::DividedByZero
            | ReasonKind::NoSuchDate
            | ReasonKind::Branches
            | ReasonKind::Uncovered { .. }
            | ReasonKind::Gap { .. }
            | ReasonKind::LeftOut { .. }
            | ReasonKind::NoEarlier { .. }
            | ReasonKind::NoneSuch { .. }
            | ReasonKind::Later { .. }
            | ReasonKind::Stale { .. }
            | ReasonKind::StaleWorkflow { .. }
            | ReasonKind::UnreadWorkflow { .. }
            | ReasonKind::TooFew { .. }
            | ReasonKind::InBoth { .. }
            | ReasonKind::MoreThanAll { .. } => None,
        }
    }

    /// The line that a reason points at.
    fn line_of(&self, reason: &Reason) -> Option<usize> {
        reason.span.map(|span| self.sources.line_column(span).0)
    }

    fn remedy_for(&self, reason: &Reason) -> Option<Change> {
        match &reason.kind {
            ReasonKind::Gap { from, to } => self.fills(*from, *to),
            ReasonKind::LeftOut { due, more } => Some(Change::Snapshots { of: due.clone(), more: *more }),
            ReasonKind::Uncovered { until, .. } => until.map(Change::SnapshotFrom),
            ReasonKind::NoEarlier { .. } => Some(Change::NextSnapshot),
            ReasonKind::NoneSuch { .. } => None,
            ReasonKind::Contradicted { field, .. } => Some(Change::Agree(field.clone())),
            ReasonKind::Later { date, .. } => Some(Change::Reached(*date)),
            ReasonKind::Stale { day, .. } => {
                let due = day.ticks();
                let first = self.cadence().map_or(due, |it| it.earliest_before(due));
                let first = self.axis().in_calendar(first)?;
                Some(Change::SnapshotWithin { first, last: Some(*day) })
            }
            ReasonKind::TooFew {
                sample:
                    SmallSample::Counted { further, .. }
                    | SmallSample::Values { further, .. }
                    | SmallSample::Shares { further, .. },
                of,
            } => {
                let SampleOwner { group, claim, date: _ } = of.clone()?;
                let (further, of) = (*further, group);
                (further != Further::Unsought).then_some(Change::GoodSamples { further, of, claim })
            }
            ReasonKind::TooFew {
                sample: SmallSample::Means { .. } | SmallSample::TooMany { .. } | SmallSample::Alike { .. },
                of: _,
            }
            | ReasonKind::Missing { .. }
            | ReasonKind::LeftEmpty { .. }
            | ReasonKind::Uncollected { .. }
            | ReasonKind::CollectedInPart { .. }
            | ReasonKind::MissingInElement { .. }
            | ReasonKind::RecordedAsRange { .. }
            | ReasonKind::WithoutCounts { .. }
            | ReasonKind::MissingInWorkflow { .. }
            | ReasonKind::StaleWorkflow { .. }
            | ReasonKind::UnreadWorkflow { .. }
            | ReasonKind::Empty { .. }
            | ReasonKind::NothingCounted { .. }
            | ReasonKind::NoneKnown { .. }
            | ReasonKind::DividedByZero
            | ReasonKind::NoSuchDate
            | ReasonKind::Branches
            | ReasonKind::InBoth { .. }
            | ReasonKind::MoreThanAll { .. } => None,
        }
    }

    /// The snapshots that close a gap: one where one is enough, and when; else how far apart they may be.
    fn fills(&self, from: Point, to: Point) -> Option<Change> {
        let cadence = self.cadence()?;
        let earliest = self.axis().in_calendar(cadence.earliest_before(to.ticks()))?;
        let latest = self.axis().in_calendar(cadence.deadline(from.ticks()))?;
        Some(if earliest == latest {
            Change::SnapshotWithin { first: earliest, last: None }
        } else if earliest < latest {
            Change::SnapshotWithin { first: earliest.max(from), last: Some(latest.min(to)) }
        } else {
            Change::SnapshotsApart { at_most: self.axis().lapse(cadence.at_most_apart()), from, to }
        })
    }

    /// What the series had of a field before it was missing.
    pub(super) fn earlier(&self, reason: &Reason, scope: Scope<'_, 'a>) -> Earlier {
        let (ReasonKind::Missing { field, date }
        | ReasonKind::LeftEmpty { field, date, .. }
        | ReasonKind::Uncollected { field, date, .. }) = &reason.kind
        else {
            return Earlier::Unasked;
        };
        let Some(steps) = self.steps_of(field) else { return Earlier::Unasked };
        let earlier = self.snapshots.get(..scope.moment.at).unwrap_or_default();
        let earlier = earlier.iter().filter(|snapshot| snapshot.date < *date);
        match earlier.rev().find(|snapshot| holds(&snapshot.record, &steps)) {
            Some(snapshot) => Earlier::On(snapshot.date),
            None if scope.moment.at > 0 => Earlier::Never,
            None => Earlier::Unasked,
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

/// Adds something to what is to be recorded, once. Who records counts says the one value, too.
fn take_in(fields: &mut Vec<Missing>, missing: Missing) {
    if !fields.contains(&missing) && !fields.contains(&with_counts(&missing)) {
        fields.retain(|known| with_counts(known) != missing);
        fields.push(missing);
    }
}

/// What says more than one value of a field: its counts.
fn with_counts(missing: &Missing) -> Missing {
    match missing {
        Missing::Exact(field, line) => Missing::Counts(field.clone(), *line),
        other @ (Missing::Field(..) | Missing::List(_) | Missing::Element(_) | Missing::Counts(..)) => {
            other.clone()
        }
    }
}

/// Whether there is something at the steps; of a list, whether it is there.
fn holds(record: &Record, steps: &[usize]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    record.fields.get(*step).and_then(Option::as_ref).is_some_and(|located| match &located.value {
        Value::Record(inner) => holds(inner, rest),
        Value::Bool(_)
        | Value::Text(_)
        | Value::Number(_)
        | Value::Range(_)
        | Value::Counted(_)
        | Value::List(_) => true,
    })
}
