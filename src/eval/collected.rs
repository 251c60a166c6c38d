//! What the key `collected` of a snapshot has to do with a verdict: why something is not known, and where what decided is from.
//!
//! Decides nothing: a value that is missing is missing, whatever is said of it.

use std::sync::Arc;

use super::Evaluator;
use crate::evidence::{CollectedGap, Reason, ReasonKind, Reasons};
use crate::program::FieldPath;
use crate::report::why::RuleVerdict;
use crate::source::Span;
use crate::types::Type;
use crate::value::{CollectedField, Located, Record, Snapshot, Value, end_of};

/// How many fields a rule names the sources of.
const MAX_SOURCES: usize = 20;

impl Evaluator<'_> {
    /// Why there is nothing at the end of a way from a snapshot, by where it would have been and whether its key is there
    /// without a value.
    pub(super) fn missing(
        &self,
        snapshot: &Snapshot,
        path: &FieldPath,
        ty: &Type,
        (span, left_empty): (Span, bool),
    ) -> Reasons {
        let (field, date, list) =
            (self.program.recorded_for(path), snapshot.date, matches!(ty, Type::List(_)));
        let entry = snapshot.collected.as_ref().and_then(|collected| collected.gap_of(&path.steps));
        if let Some((entry, (_, why))) = entry.and_then(|entry| Some((entry, entry.unknown.as_ref()?))) {
            let kind = ReasonKind::Uncollected { field, list, date, gap: gap(entry) };
            return Reasons::of(kind, Some(*why));
        }
        let kind = match left_empty {
            true => ReasonKind::LeftEmpty { field, list, date },
            false => ReasonKind::Missing { field, date },
        };
        Reasons::of(kind, Some(span))
    }

    /// Why an element of a list lacks a field: because it does, and because of what could not be collected of its list.
    pub(super) fn missing_in_element(&self, field: &Arc<str>, at: usize, element: Span) -> Reasons {
        let snapshot = self.snapshots.get(at);
        let date = snapshot.map(|snapshot| snapshot.date).unwrap_or_default();
        let kind = ReasonKind::MissingInElement { field: field.clone(), date };
        let mut reasons = Reasons::of(kind, Some(element));
        let entry = snapshot.and_then(|snapshot| self.incomplete_list(snapshot, element));
        reasons.first.extend(entry.map(|entry| Reason {
            kind: ReasonKind::CollectedInPart { list: entry.field.clone(), gap: gap(entry) },
            span: Some(entry.unknown.as_ref().map_or(entry.key, |(_, why)| *why)),
        }));
        reasons
    }

    /// What is said of the list that an element is in, if that could not be collected as a whole.
    fn incomplete_list<'s>(&self, snapshot: &'s Snapshot, element: Span) -> Option<&'s CollectedField> {
        let collected = snapshot.collected.as_ref()?;
        // A verdict does not depend on these tries, as it does not on what is said here.
        collected.gaps().take_while(|_| self.tries.spend(1)).find(|field| {
            let elements = list_at(&snapshot.record, &field.steps);
            let ends = elements.and_then(|elements| elements.first().zip(elements.last()));
            ends.is_some_and(|(first, last)| {
                first.span.file == element.file && (first.span.start..end_of(last)).contains(&element.start)
            })
        })
    }

    /// Names the sources of what was seen, each field once: of the newest snapshot that was pointed at for it, or else of
    /// where its value stands.
    pub(super) fn name_sources(&self, at: usize, report: &mut RuleVerdict) {
        let snapshots = self.snapshots.get(..=at).unwrap_or(self.snapshots);
        if snapshots.iter().all(|snapshot| snapshot.collected.is_none()) {
            return;
        }
        let pointed: Vec<Span> = report.pointers.iter().map(|pointer| pointer.span).collect();
        let seen: Vec<Span> = report.evidence.iter().map(|saw| saw.span).collect();
        self.name_sources_at(&pointed, snapshots, report);
        self.name_sources_at(&seen, snapshots, report);
    }

    fn name_sources_at(&self, places: &[Span], snapshots: &[Snapshot], report: &mut RuleVerdict) {
        for snapshot in snapshots.iter().rev() {
            let Some(collected) = &snapshot.collected else { continue };
            let own: Vec<&Span> = places.iter().filter(|place| place.file == snapshot.file).collect();
            if own.is_empty() {
                continue;
            }
            for field in &collected.fields {
                if report.sources.len() >= MAX_SOURCES || !self.tries.spend(own.len()) {
                    return;
                }
                let is_known = report.sources.iter().any(|known| known.field == field.field);
                if !is_known && own.iter().any(|place| field.covers(**place, &snapshot.record)) {
                    report.sources.push(field.clone());
                }
            }
        }
    }
}

/// What an entry says of why its field, or a part of it, is not known.
pub(super) fn gap(entry: &CollectedField) -> CollectedGap {
    CollectedGap {
        from: entry.from.clone(),
        why: entry.unknown.as_ref().map(|(why, _)| why.clone()),
        errors: entry.errors.filter(|errors| *errors > 0),
    }
}

/// The elements of a list at the end of a way through records.
fn list_at<'r>(record: &'r Record, steps: &[usize]) -> Option<&'r [Located]> {
    match &super::explain::find(record, steps)?.value {
        Value::List(elements) => Some(elements),
        Value::Record(_)
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Number(_)
        | Value::Range(_)
        | Value::Counted(_) => None,
    }
}
