//! As what files first came to a branch: asked of its history once, whatever the number of files.
//!
//! Knows no snapshots.

use std::collections::{BTreeMap, BTreeSet};

use super::{Git, GitProblem};
use crate::text::file_name;

/// What would have the history be told otherwise.
const AS_IT_IS: [&str; 8] = [
    "-c",
    "log.diffMerges=separate",
    "-c",
    "log.showSignature=false",
    "-c",
    "log.follow=false",
    "-c",
    "diff.relative=false",
];

/// A file as it first came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FirstBlob {
    /// The whole hash of the commit.
    pub(super) commit: String,
    /// What git knows its content by.
    pub(super) blob: String,
}

/// The files of some folders as they first came to a branch: what a merge brought, it brought as it stands there.
pub(super) fn first_blobs(
    git: &Git<'_>,
    commit: &str,
    folders: &BTreeSet<String>,
) -> Result<BTreeMap<String, FirstBlob>, GitProblem> {
    let told =
        ["log", "--first-parent", "-m", "--no-renames", "--diff-filter=A", "--raw", "--no-abbrev", "-z"];
    let folders: Vec<String> = folders.iter().map(|folder| format!(":(top,literal){folder}")).collect();
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let asked = [&AS_IT_IS[..], &told, &["--format=%H", commit, "--"], &folders].concat();
    let log = git.output(&asked)?;
    Ok(read(&log))
}

/// `:000000 100644 0000… BLOB A`, then the path, behind the hash of its commit; the newest commit comes first.
fn read(log: &[u8]) -> BTreeMap<String, FirstBlob> {
    let mut first = BTreeMap::new();
    let mut commit = String::new();
    let mut parts = log.split(|byte| *byte == 0);
    while let Some(part) = parts.next() {
        let part = String::from_utf8_lossy(part.trim_ascii());
        match part.strip_prefix(':') {
            Some(about) => {
                if let (Some(blob), Some(path)) = (about.split(' ').nth(3), parts.next()) {
                    let found = FirstBlob { commit: commit.clone(), blob: blob.to_owned() };
                    first.insert(file_name(path), found);
                }
            }
            None if !part.is_empty() => commit = part.into_owned(),
            None => {}
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_several_additions_counts() {
        let log = b"c2\0\0:000000 100644 0000 b2 A\0a b.yaml\0:000000 100644 0000 b3 A\0:\"c\n.yaml\0\
                    c1\0\n:000000 100644 0000 b1 A\0a b.yaml\0";
        let found = read(log);
        let blob = |commit: &str, blob: &str| FirstBlob { commit: commit.into(), blob: blob.into() };
        assert_eq!(
            found,
            BTreeMap::from([("a b.yaml".into(), blob("c1", "b1")), (":\"c\n.yaml".into(), blob("c2", "b3"))])
        );
        assert!(read(b"").is_empty());
    }
}
