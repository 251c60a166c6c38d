//! `record.rewritten`: a snapshot that is not what it was when it was first committed.

use std::iter::once;

use super::{Oddity, SeriesRecord, evidence_of};
use crate::report::why::{Pointer, RecordFinding, Said};
use crate::vocabulary::Vocabulary;

/// How many of the newest snapshots are looked at: what was corrected long ago does not stay noted.
const NEWEST: usize = 12;

/// The newest snapshots whose files are known to be rewritten, each file once.
pub(super) fn find(record: &SeriesRecord<'_, '_>) -> Vec<Oddity> {
    let mut found: Vec<Oddity> = Vec::new();
    let mut files = Vec::new();
    if record.rewritten.is_empty() {
        return found;
    }
    for at in once(record.moment.at).chain(record.earlier()).take(NEWEST) {
        let Some(snapshot) = record.series.snapshots.get(at) else { continue };
        let name = record.series.sources.name(snapshot.file);
        let Some(commit) = record.rewritten.get(name).filter(|_| !files.contains(&snapshot.file)) else {
            continue;
        };
        files.push(snapshot.file);
        let date = record.series.located(at, Vocabulary::DATE);
        let ty = record.series.program.vocabulary.date_type();
        let pointer = date.map(|date| {
            let figure = record.series.figure_of(&ty, &evidence_of(&date.value));
            Pointer { span: date.span, said: Said::Value(figure.into()) }
        });
        let said = RecordFinding::Rewritten { file: name.into(), commit: commit.as_str().into() };
        found.push(Oddity { found: said, declared: None, pointers: pointer.into_iter().collect() });
    }
    found
}
