//! Whether a text still says all that another one said: of values and where they stand, and not of lines.
//!
//! Knows nothing of the vocabulary: what a value means is not asked.

use std::collections::HashMap;

use super::limits::MAX_BYTES;
use super::problems::Problems;
use super::tree::{Content, Entry, NodeId, Tree, parse};
use crate::source::FileId;
use crate::vocabulary::Vocabulary;

/// Whether each document of the old text is in the new one, in their order, with the same values or more in its lists and records;
/// what it says of where they were collected from is no value. None where one of them cannot be read as YAML.
#[must_use]
pub fn keeps_all(old: &str, new: &str) -> Option<bool> {
    let (old, new) = (sound(old)?, sound(new)?);
    let both = TextVersions { old: &old, new: &new };
    let roots = |tree: &Tree<'_>| tree.documents.iter().map(|document| document.root).collect::<Vec<_>>();
    let keeps = |old, new| both.keeps_document(old, new);
    Some(in_order(&roots(&old), &roots(&new), keeps))
}

fn sound(text: &str) -> Option<Tree<'_>> {
    let mut problems = Problems::default();
    let tree = (text.len() <= MAX_BYTES).then(|| parse(FileId(0), text, &mut problems))?;
    (problems.is_empty() && !tree.fault).then_some(tree)
}

/// A text as it was, and as it is.
struct TextVersions<'v> {
    old: &'v Tree<'v>,
    new: &'v Tree<'v>,
}

impl TextVersions<'_> {
    fn keeps(&self, old: NodeId, new: NodeId) -> bool {
        match (&self.old.node(old).content, &self.new.node(new).content) {
            (Content::Null, Content::Null) => true,
            (Content::Scalar { text: old, .. }, Content::Scalar { text: new, .. }) => old == new,
            (Content::List(old), Content::List(new)) => in_order(old, new, |old, new| self.keeps(old, new)),
            (Content::Map(old), Content::Map(new)) => self.keeps_entries(old.iter(), new),
            (Content::Null | Content::Scalar { .. } | Content::List(_) | Content::Map(_), _) => false,
        }
    }

    fn keeps_document(&self, old: NodeId, new: NodeId) -> bool {
        match (&self.old.node(old).content, &self.new.node(new).content) {
            (Content::Map(old), Content::Map(new)) => {
                let values = old.iter().filter(|entry| entry.key != Vocabulary::COLLECTED);
                self.keeps_entries(values, new)
            }
            (Content::Null | Content::Scalar { .. } | Content::List(_) | Content::Map(_), _) => {
                self.keeps(old, new)
            }
        }
    }

    fn keeps_entries<'v>(&self, mut old: impl Iterator<Item = &'v Entry<'v>>, new: &[Entry<'_>]) -> bool {
        let there: HashMap<&str, NodeId> = new.iter().map(|entry| (&*entry.key, entry.value)).collect();
        old.all(|entry| there.get(&*entry.key).is_some_and(|value| self.keeps(entry.value, *value)))
    }
}

/// Whether each of the old ones is kept, in their order; others may stand between them.
fn in_order(old: &[NodeId], new: &[NodeId], keeps: impl Fn(NodeId, NodeId) -> bool) -> bool {
    let mut rest = new.iter();
    old.iter().all(|old| rest.any(|new| keeps(*old, *new)))
}

#[cfg(test)]
mod tests {
    use super::keeps_all;

    #[test]
    fn what_is_added_is_kept_and_what_moves_is_not() {
        let old = "workflow: w\nouts:\n- { id: a, ok: true }\n- { id: b, ok: false }\nseen: 3\n";
        for (new, keeps) in [
            (old.to_owned(), true),
            (format!("# corrected\n{old}advance_to: pilot\n"), true),
            (old.replace("- { id: b", "- { id: x, ok: true }\n- { id: b"), true),
            (old.replace("ok: false", "ok: false, late: true"), true),
            (format!("{old}---\nworkflow: w\n"), true),
            (format!("---\nworkflow: v\n---\n{old}"), true),
            // All of the old lines are still there.
            (old.replace("- { id: b", "remarks:\n- { id: b"), false),
            (old.replace("seen: 3", "note: |\n  it was\n  seen: 3"), false),
            (old.replace("seen: 3", "more:\n  seen: 3"), false),
            (old.replace("seen: 3", "---\nseen: 3"), false),
            (old.replace("seen: 3", "seen: 4"), false),
            (old.replace("- { id: a, ok: true }\n", ""), false),
            (old.replace("seen: 3", "seen: [3]"), false),
        ] {
            assert_eq!(keeps_all(old, &new), Some(keeps), "{new}");
        }
        // Where a value is from, and why there is none, may be said later, and otherwise.
        let old = "workflow: w\nn: 1\ncollected:\n  n: { from: a }\n";
        for (new, keeps) in [
            ("workflow: w\nn: 1\ncollected:\n  n: { from: b }\n", true),
            ("workflow: w\nn: 1\n", true),
            ("workflow: w\nn: 2\ncollected:\n  n: { from: a }\n", false),
            ("workflow: w\ncollected:\n  n: { from: a, unknown: lost }\n", false),
        ] {
            assert_eq!(keeps_all(old, new), Some(keeps), "{new}");
        }
        assert_eq!(keeps_all("a: { collected: 1 }", "a: { collected: 2 }"), Some(false));
        assert_eq!(keeps_all(old, "a: [1"), None);
        assert_eq!(keeps_all(old, "a: 1\na: 2"), None);
    }
}
