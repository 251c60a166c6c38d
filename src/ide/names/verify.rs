//! Whether everything means the same once names are written anew: no other name may come to be meant by accident.

use std::collections::{BTreeMap, BTreeSet};

use super::NameTable;
use crate::ast::{ExprIds, File};
use crate::builtin;
use crate::check::check;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{NameGround, Study};
use crate::parse::parse;
use crate::program::NameMention;
use crate::source::{FileId, Span};

/// What would go wrong.
pub(super) struct Captured {
    /// In the text as it is now.
    pub(super) at: Span,
    /// An error that there would be; none where a name would mean something else.
    pub(super) why: Option<String>,
}

/// The first thing that would go wrong if all these places said `new`.
pub(super) fn captured(study: &Study, places: &BTreeSet<Span>, new: &str) -> Option<Captured> {
    let edited =
        |ground: &&NameGround| ground.files.iter().any(|file| places.iter().any(|at| at.file == file.id));
    let mut grounds = study.grounds.iter().filter(edited);
    grounds.find_map(|ground| captured_in(ground, study, places, new))
}

fn captured_in(ground: &NameGround, study: &Study, places: &BTreeSet<Span>, new: &str) -> Option<Captured> {
    let shift = Shift { places, length: new.len() };
    let mut ids = ExprIds::default();
    let mut wrong = Vec::new();
    let mut files: Vec<File> = Vec::new();
    let mut before: Vec<Diagnostic> = Vec::new();
    for file in &ground.files {
        let text = study.sources.get(file.id).map_or("", |source| &source.text);
        let (tree, found) = parse(file.id, &shift.text(file.id, text, new), &mut ids);
        let is_names_alone = builtin::is_names_alone(study.sources.name(file.id));
        files.push(if is_names_alone { tree.with_names_alone() } else { tree });
        wrong.extend(found);
    }
    let (program, found) = check(&files, ids.count());
    wrong.extend(found);
    before.extend(check(&ground.files, ground.program.exprs.len()).1);
    before.extend(study.diagnostics.iter().filter(|known| known.code.as_str().starts_with("T1")).cloned());
    if let Some(error) = more_errors(&wrong, &before) {
        let at = error.labels.first().map(|label| shift.back(label.span)).unwrap_or_default();
        return Some(Captured { at, why: Some(error.message.clone()) });
    }
    let now = NameTable::of_policies(ground, &study.sources).uses;
    let changed = NameGround { name: None, files, program, book: None, configs: Vec::new() };
    let then = NameTable::of_policies(&changed, &study.sources).uses;
    let moved: BTreeMap<NameMention, Span> = now
        .iter()
        .map(|found| {
            (NameMention { at: shift.there(found.at), declared: shift.there(found.declared) }, found.at)
        })
        .collect();
    let lost = moved.iter().find(|(found, _)| !then.contains(found)).map(|(_, at)| *at);
    let gained = || then.iter().find(|found| !moved.contains_key(found)).map(|found| shift.back(found.at));
    Some(Captured { at: lost.or_else(gained)?, why: None })
}

/// An error of a code that there are more of than before.
fn more_errors<'d>(after: &'d [Diagnostic], before: &[Diagnostic]) -> Option<&'d Diagnostic> {
    let mut left: BTreeMap<Code, usize> = BTreeMap::new();
    for known in before {
        *left.entry(known.code).or_default() += 1;
    }
    after.iter().filter(|found| found.severity == Severity::Error).find(|found| {
        let left = left.entry(found.code).or_default();
        let is_more = *left == 0;
        *left = left.saturating_sub(1);
        is_more
    })
}

/// Where things are once each place says a word of another length.
struct Shift<'a> {
    places: &'a BTreeSet<Span>,
    length: usize,
}

impl Shift<'_> {
    fn of(&self, file: FileId) -> impl Iterator<Item = Span> {
        self.places.iter().copied().filter(move |at| at.file == file)
    }

    fn text(&self, file: FileId, text: &str, new: &str) -> String {
        let (mut out, mut here) = (String::with_capacity(text.len()), 0);
        for place in self.of(file) {
            out.push_str(text.get(here..place.range().start).unwrap_or(""));
            out.push_str(new);
            here = place.range().end;
        }
        out.push_str(text.get(here..).unwrap_or(""));
        out
    }

    /// Where a span of the text as it is comes to be.
    fn there(&self, span: Span) -> Span {
        let (mut start, mut end) = (span.range().start, span.range().end);
        for place in self.of(span.file).map(Span::range) {
            if place.end <= span.range().start {
                start = (start + self.length).saturating_sub(place.len());
            }
            if place.end <= span.range().end {
                end = (end + self.length).saturating_sub(place.len());
            }
        }
        Span::new(span.file, start..end)
    }

    /// Where a span of the changed text is now, as far as it is one of a word.
    fn back(&self, span: Span) -> Span {
        let (mut start, mut end) = (span.range().start, span.range().end);
        for place in self.of(span.file).map(Span::range) {
            if place.end <= start {
                start = (start + place.len()).saturating_sub(self.length);
            }
            if place.end <= end {
                end = (end + place.len()).saturating_sub(self.length);
            }
        }
        Span::new(span.file, start..end.max(start))
    }
}
