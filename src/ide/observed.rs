//! What conditions saw on the newest snapshots, for hints, lenses and expressions that somebody asks about.
//!
//! What was seen is of texts as they were judged. Where one was changed since, places are carried over, and what lies within
//! the change is left out.

mod lenses;
mod tests_seen;

use std::ops::Range;

use crate::ast::EffectKind;
use crate::engine::{Observed, PlaceSeen, SeenPlaces, ValueOfWorkflow};
use crate::report::why::Reading;
use crate::report::{Outcome, Place, Report, RuleReport};
use crate::source::{SourceMap, Span};
use crate::words::{figure, reading};

pub use lenses::{Lens, LensAction, lenses};
pub use tests_seen::{RanTest, TestItem, TestsRun, run_tests, tests};

/// Workflows that a hint names.
const NAMED: usize = 2;
/// Letters of an expression or a value that a hint shows.
const MAX_SHOWN: usize = 40;

/// What a condition or let sees, at the end of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The byte at the end of the line.
    pub at: usize,
    /// «claims 86%, letters 72% and 4 more»
    pub text: String,
    /// The first few workflows, each with all that is known of its value.
    pub details: Vec<String>,
}

/// What a declared name is worth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValuesSeen {
    /// The first few workflows, by name, each with its value.
    pub first: Vec<(String, String)>,
    /// How many more there are.
    pub more: usize,
}

/// The hints of a file in a range of it, by place.
pub fn hints(observed: &Observed, name: &str, text: &str, range: &Range<usize>) -> Vec<Hint> {
    let sources = &observed.answer.sources;
    let (Some(judged), Some(lines)) = (sources.named(name), observed.lines.get(name)) else {
        return Vec::new();
    };
    let edit = Edit::between(&judged.text, text);
    let hint = |(at, place): (&u32, &PlaceSeen)| {
        let at = edit.carried(*at as usize).filter(|at| range.start <= *at && *at <= range.end)?;
        let value = |own: &ValueOfWorkflow| format!("{} {}", own.workflow, seen(own, place, sources, short));
        let named = place.first.iter().take(NAMED).map(value).collect::<Vec<_>>().join(", ");
        let more = and_more(place.count.saturating_sub(NAMED));
        let detail =
            |own: &ValueOfWorkflow| format!("{}: {}", own.workflow, seen(own, place, sources, reading));
        Some(Hint { at, text: format!("{named}{more}"), details: place.first.iter().map(detail).collect() })
    };
    lines.iter().filter_map(hint).collect()
}

/// The values of a field, param or let on the newest snapshots. `declared` is the name in its declaration, in a file of `sources`.
pub fn values(observed: &Observed, sources: &SourceMap, declared: Span) -> ValuesSeen {
    let Some(source) = sources.get(declared.file) else { return ValuesSeen::default() };
    let found = observed.answer.sources.named(&source.name).and_then(|judged| {
        let at = Edit::between(&source.text, &judged.text).carried(declared.start as usize)?;
        at_place(&observed.declared, &source.name, at)
    });
    let Some(place) = found else { return ValuesSeen::default() };
    let value = |own: &ValueOfWorkflow| {
        let shown = own.shown.iter().map(|(_, value)| reading(value)).collect::<Vec<_>>().join(", ");
        (own.workflow.clone(), shown)
    };
    ValuesSeen {
        first: place.first.iter().map(value).collect(),
        more: place.count.saturating_sub(place.first.len()),
    }
}

/// A workflow that a rule stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldWorkflow {
    /// The full name.
    pub workflow: String,
    /// How the rule came out.
    pub outcome: Outcome,
    /// The line of the snapshot that shows why, or else its newest snapshot.
    pub place: Place,
}

/// The workflows that a rule holds or rolls back, by name.
pub fn held(report: &Report, file: &str, rule: &str) -> Vec<HeldWorkflow> {
    let mut found: Vec<HeldWorkflow> = Vec::new();
    for workflow in &report.workflows {
        let is_meant = |own: &&RuleReport| {
            own.rule == rule && own.policy.file == file && own.applied >= Some(EffectKind::Hold)
        };
        let Some(own) = workflow.rules.iter().find(is_meant) else { continue };
        let newest = workflow.newest.as_ref().map_or("", |newest| &newest.file);
        let shown = own.evidence.first().map(|saw| saw.place.clone());
        let place =
            shown.unwrap_or_else(|| Place { file: newest.to_owned(), line: 1, column: 1, cell: None });
        found.push(HeldWorkflow { workflow: workflow.name(), outcome: own.outcome, place });
    }
    found.sort_by(|a, b| a.workflow.cmp(&b.workflow));
    found
}

fn at_place<'p>(places: &'p SeenPlaces, name: &str, at: usize) -> Option<&'p PlaceSeen> {
    places.get(name)?.get(&u32::try_from(at).ok()?)
}

/// «86%», of two expressions «86% against 72%»; each with its name where several conditions end on one line.
fn seen(
    own: &ValueOfWorkflow,
    place: &PlaceSeen,
    sources: &SourceMap,
    show: impl Fn(&Reading) -> String,
) -> String {
    let one = |(at, value): &(Span, Reading)| match place.several {
        true => format!("{} {}", cropped(sources.text(*at)), show(value)),
        false => show(value),
    };
    own.shown.iter().map(one).collect::<Vec<_>>().join(" against ")
}

fn short(value: &Reading) -> String {
    cropped(&figure(&value.figure))
}

/// On one line, without what is too long to be read beside the text.
fn cropped(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

fn and_more(more: usize) -> String {
    if more == 0 { String::new() } else { format!(" and {more} more") }
}

/// What was changed between two texts, as one stretch.
struct Edit {
    /// Bytes that both begin with.
    before: usize,
    /// Where the end that both have begins, in the old text and in the new.
    rest: (usize, usize),
}

impl Edit {
    fn between(old: &str, new: &str) -> Self {
        let (old, new) = (old.as_bytes(), new.as_bytes());
        let before = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let left = old.len().min(new.len()) - before;
        let alike = old.iter().rev().zip(new.iter().rev()).take(left).take_while(|(a, b)| a == b).count();
        Self { before, rest: (old.len() - alike, new.len() - alike) }
    }

    /// Where a place of the old text is in the new one; none where that was changed.
    fn carried(&self, at: usize) -> Option<usize> {
        match at.checked_sub(self.rest.0) {
            Some(behind) => Some(self.rest.1 + behind),
            None => (at <= self.before).then_some(at),
        }
    }
}

#[cfg(test)]
mod tests;
