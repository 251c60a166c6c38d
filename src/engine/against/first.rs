//! Snapshots of the base that are not what they were when they first came to it.

use std::collections::BTreeMap;

use super::super::load::Ready;
use super::JudgedSide;
use super::history::plain;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::point::Point;
use crate::project::{FirstVersions, Project, bare_text, is_table};
use crate::settings::REWRITTEN;
use crate::snapshot::keeps_all;
use crate::words::Told;

/// Files of which values were changed or removed since they first came, each with the commit that it came with. What is added to
/// a file is new evidence.
pub(super) fn rewritten(first: &FirstVersions, base: &[Project], prefix: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for file in base.iter().flat_map(|project| &project.snapshots) {
        let name = plain(&file.name, prefix);
        // What a table said first of a row nobody knows: the file is written anew each time.
        if is_table(name) {
            continue;
        }
        if let Some(first) = first.files.get(name)
            && let Ok(now) = file.bytes()
            && !only_adds(&first.content, &now)
        {
            found.insert(name.to_owned(), first.commit.clone());
        }
    }
    found
}

/// Whether a project has snapshots in tables.
pub(super) fn has_tables(base: &[Project]) -> bool {
    base.iter().flat_map(|project| &project.snapshots).any(|file| is_table(&file.name))
}

/// Whether all values of a text are in another one, where they were; of what is not YAML all lines, in their order.
fn only_adds(old: &[u8], new: &[u8]) -> bool {
    let (old, new) = (bare_text(old), bare_text(new));
    let texts = str::from_utf8(&old).ok().zip(str::from_utf8(&new).ok());
    if let Some(keeps) = texts.and_then(|(old, new)| keeps_all(old, new)) {
        return keeps;
    }
    let mut lines = new.split(|byte| *byte == b'\n');
    old.split(|byte| *byte == b'\n').all(|line| line.is_empty() || lines.any(|other| other == line))
}

/// What is to be said where nobody can tell, unless nobody wants to know.
pub(super) fn unknown(
    first: &FirstVersions,
    has_tables: bool,
    judged: &JudgedSide,
    as_of: Point,
) -> Option<Diagnostic> {
    const TABLES: &str = "a table is written anew each time, and does not say what its rows were before";
    let why = first.unknown.as_deref().or(has_tables.then_some(TABLES))?;
    let is_on = |project: &Ready<Told>| {
        let setting = project.book.general.built_in(&project.program, REWRITTEN);
        setting.is_some_and(|steps| steps.on(as_of.day_number()).effect.is_some())
    };
    let message = "it is unknown whether snapshots of the base are still as they first were";
    let note = Diagnostic::note(Code::HistoryUnknown, message).help(why);
    judged.loaded.projects.iter().any(is_on).then_some(note)
}

#[cfg(test)]
mod tests {
    use super::only_adds;

    #[test]
    fn what_is_added_is_no_rewriting() {
        assert!(only_adds(b"a: 1\nb: 2\n", b"a: 1\r\nc: 3\r\nb: 2\r\n") && !only_adds(b"a: 1", b"a: 2"));
        assert!(!only_adds(b"a:\n- 1\n- 2\n", b"a:\n- 1\nb:\n- 2\n"));
        // What is not YAML is compared by its lines.
        assert!(
            only_adds(b"[\nb\n", b"[\nx\nb\nc\n") && only_adds(b"[\r\nb", b"[\nb\n") && only_adds(b"", b"[")
        );
        assert!(!only_adds(b"[\nb\n", b"b\n[\n") && !only_adds(b"[\n[\n", b"[\n") && !only_adds(b"[", b"[b"));
    }
}
