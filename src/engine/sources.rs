//! What the values of a series were made from, as its snapshots say it.
//!
//! Reads no such file: whether one still is what it was, `verify` finds out.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::record::RecordedSource;
use crate::source::SourceMap;
use crate::value::Series;
use crate::words::is_edited;

/// Of each field the newest source that has a digest. A file that a later run has written over is history: it counts for the
/// newest snapshot alone that names it.
pub(super) fn sources_of(series: &Series, sources: &SourceMap) -> Vec<RecordedSource> {
    let mut fields: BTreeSet<&str> = BTreeSet::new();
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (at, snapshot) in series.snapshots.iter().enumerate().rev() {
        for of in snapshot.collected.iter().flat_map(|collected| &collected.fields) {
            let newest = of.file.as_deref().map(|file| *files.entry(file).or_insert(at));
            let file = of.file.as_deref().zip(of.sha256.as_deref());
            let is_history = newest.is_some_and(|newest| newest != at);
            if is_history || file.is_none() && of.query_sha256.is_none() || !fields.insert(&of.field) {
                continue;
            }
            found.push(RecordedSource {
                workflow: series.workflow.to_string(),
                field: of.field.to_string(),
                snapshot: sources.name(snapshot.file).to_owned(),
                line: sources.line_column(of.key).0,
                from: of.from.to_string(),
                file: file.map(|(file, _)| file.to_owned()),
                sha256: file.map(|(_, digest)| digest.to_owned()),
                query_sha256: of.query_sha256.as_deref().map(str::to_owned),
                edited: is_edited(of, sources),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Input, Role, load};
    use crate::vocabulary::Vocabulary;

    fn sources(yaml: &str) -> Vec<String> {
        let mut sources = SourceMap::default();
        let input = Input::new(sources.add("w.yaml", yaml), Role::Snapshot);
        let (workflows, _) = load(&[input], &sources, &Vocabulary::built_in(Vec::new()));
        let series = workflows[0].series.as_ref().unwrap();
        let shown = |of: RecordedSource| {
            let digest = of.sha256.or(of.query_sha256).unwrap();
            let digit = digest.chars().next().unwrap();
            format!("{}:{} {} {digit}", of.field, of.line, of.file.unwrap_or_default())
        };
        sources_of(series, &sources).into_iter().map(shown).collect()
    }

    #[test]
    fn of_each_file_the_newest_snapshot_counts_that_names_it() {
        let digest = |digit: &str| digit.repeat(64);
        let (a, b, c, d) = (digest("a"), digest("b"), digest("c"), digest("d"));
        let yaml = format!(
            "workflow: w\ndate: 2026-11-06\nx: 1\ny: 1\nz: 1\ncollected:\n\
             \x20 x: {{ from: e, file: old.json, sha256: {a} }}\n\
             \x20 y: {{ from: e, file: run.json, sha256: {a} }}\n\
             \x20 z: {{ from: p, query_sha256: {c} }}\n\
             ---\nworkflow: w\ndate: 2026-11-13\nx: 2\nw: 1\nz: 1\ncollected:\n\
             \x20 w: {{ from: e, file: run.json, sha256: {b} }}\n\
             \x20 z: {{ from: p, query_sha256: {d} }}\n\
             \x20 x: {{ from: e }}\n"
        );
        // That of `y` was written over when `w` was collected.
        assert_eq!(sources(&yaml), ["w:17 run.json b", "z:18  d", "x:7 old.json a"]);
    }
}
