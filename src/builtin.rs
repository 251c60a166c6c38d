//! The shipped pack: the files of `policies/`, embedded.
//!
//! Knows their names and text, and of what they say only which of them names another.

mod trees;

use std::collections::BTreeSet;

pub(crate) use trees::tree_of;

/// The file that declares the fields and stages, which all others need.
pub const VOCABULARY: &str = "vocabulary";

/// Name and text of each shipped file, by name.
pub const FILES: &[(&str, &str)] = &[
    ("adoption_support", include_str!("../policies/adoption_support.gate")),
    ("before_deployment", include_str!("../policies/before_deployment.gate")),
    ("foundation_upkeep", include_str!("../policies/foundation_upkeep.gate")),
    ("monitoring", include_str!("../policies/monitoring.gate")),
    ("rollback", include_str!("../policies/rollback.gate")),
    ("staged_rollout", include_str!("../policies/staged_rollout.gate")),
    ("vocabulary", include_str!("../policies/vocabulary.gate")),
];

/// The tests of each, likewise.
const TESTS: &[(&str, &str)] = &[
    ("adoption_support", include_str!("../policies/adoption_support.test.gate")),
    ("before_deployment", include_str!("../policies/before_deployment.test.gate")),
    ("foundation_upkeep", include_str!("../policies/foundation_upkeep.test.gate")),
    ("monitoring", include_str!("../policies/monitoring.test.gate")),
    ("rollback", include_str!("../policies/rollback.test.gate")),
    ("staged_rollout", include_str!("../policies/staged_rollout.test.gate")),
];

/// Every shipped file with its text, tests among them, under the names that they are shown with.
pub fn all() -> impl Iterator<Item = (String, &'static str)> {
    let policies = FILES.iter().map(|(name, text)| (file_name(name), *text));
    policies.chain(TESTS.iter().map(|(name, text)| (format!("{FOLDER}{name}.test.gate"), *text)))
}

/// The text of the tests that are shipped beside a policy file, by the name under which that is shown.
pub fn tests_beside(file: &str) -> Option<(String, &'static str)> {
    let name = file.strip_prefix(FOLDER)?.strip_suffix(".gate")?;
    let (_, text) = TESTS.iter().find(|(known, _)| *known == name)?;
    Some((format!("{FOLDER}{name}.test.gate"), text))
}

/// The names of the shipped files.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The names of the shipped policies, each of which is that of its file.
pub fn policies() -> impl Iterator<Item = &'static str> {
    names().filter(|name| *name != VOCABULARY)
}

/// The whole pack, as an entry of `policies:`.
pub const PACK: &str = "builtin";

/// One file of the pack as an entry of `policies:`.
pub fn entry(name: &str) -> String {
    format!("{FOLDER}{name}")
}

/// What an entry of `policies:` asks of the pack, where it does not name files of the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackEntry<'e> {
    /// `builtin`
    Whole,
    /// `builtin/rollback`, or `builtin:rollback`, which need not be the name of a shipped file.
    One(&'e str),
}

/// Reads an entry of `policies:`; none for one that is a path. A shipped file is never hidden by one of the repository.
pub fn pack_entry(entry: &str) -> Option<PackEntry<'_>> {
    if entry == PACK {
        return Some(PackEntry::Whole);
    }
    if let Some(name) = entry.strip_prefix("builtin:") {
        return Some(PackEntry::One(name));
    }
    let name = entry.strip_prefix(FOLDER)?;
    let name = name.strip_suffix(".gate").unwrap_or(name);
    text(name).map(|_| PackEntry::One(name))
}

/// The other shipped policies that one reads, and those that these read.
pub fn needs(name: &str) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = vec![name];
    while let Some(next) = open.pop() {
        for read in policies().filter(|read| *read != name && reads(next, read)) {
            if found.insert(read) {
                open.push(read);
            }
        }
    }
    found
}

/// Whether a shipped file reads a name of a policy: `monitoring.light`, outside of a comment.
fn reads(file: &str, policy: &str) -> bool {
    let lines = text(file).unwrap_or_default().lines().filter(|line| !line.trim_start().starts_with('#'));
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    lines.into_iter().any(|line| {
        line.match_indices(policy).any(|(at, _)| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            let after = line.get(at + policy.len()..).unwrap_or_default();
            let is_read = after.starts_with('.')
                && after.get(1..).is_some_and(|rest| rest.starts_with(char::is_alphabetic));
            is_read && !before.is_some_and(is_name)
        })
    })
}

/// The text of a shipped file.
pub fn text(name: &str) -> Option<&'static str> {
    FILES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Where shipped files are shown to lie: they are no files of the repository that is judged.
pub const FOLDER: &str = "builtin/";

/// The name under which a shipped file is shown.
pub fn file_name(name: &str) -> String {
    format!("{FOLDER}{name}.gate")
}

/// Where shipped files are shown to lie that are not taken, but read by one that is: they have their params and lets, and
/// judge nothing.
const NAMES_ALONE: &str = "builtin/names/";

/// The name under which a shipped file is shown that judges nothing.
pub fn names_of(name: &str) -> String {
    format!("{NAMES_ALONE}{name}.gate")
}

/// The text of a shipped file by the name under which it is shown.
pub fn text_of_file(file: &str) -> Option<&'static str> {
    let own = file.strip_prefix(NAMES_ALONE).or_else(|| file.strip_prefix(FOLDER))?;
    text(own.strip_suffix(".gate")?)
}

/// Whether a file is there for its names alone.
pub fn is_names_alone(file: &str) -> bool {
    file.starts_with(NAMES_ALONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_names_the_pack_or_a_file_of_it_or_is_a_path() {
        for (entry, read) in [
            ("builtin", Some(PackEntry::Whole)),
            ("builtin/rollback", Some(PackEntry::One("rollback"))),
            ("builtin/rollback.gate", Some(PackEntry::One("rollback"))),
            ("builtin:rolback", Some(PackEntry::One("rolback"))),
            ("builtin/rolback", None),
            ("builtin-policies/", None),
            ("policies/", None),
        ] {
            assert_eq!(pack_entry(entry), read, "{entry}");
        }
    }

    #[test]
    fn the_pack_is_sorted_and_has_its_vocabulary() {
        assert!(names().is_sorted());
        assert!(text(VOCABULARY).is_some());
        assert_eq!(text("unknown"), None);
    }
}
