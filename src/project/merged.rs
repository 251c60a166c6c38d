//! The files of a branch as they would be merged: what the branch has not touched is taken from its base.
//!
//! Knows files, and nothing of what they say. It merges whole files: one that both sides have changed is either refused,
//! or taken as the branch has it.

use std::collections::BTreeSet;

use super::files::{Child, Destination, FileKind, Files, Obstacle, bare_text};
use super::path::{below, join, name, parent};

/// How a branch stands to a base. All names are paths from the top of the repository.
#[derive(Clone, Debug, Default)]
pub struct Branch {
    /// What the base has changed since the branch left it.
    pub behind: BTreeSet<String>,
    /// What is part of the branch, and not checked out.
    pub absent: BTreeSet<String>,
}

/// What is done about a file that the base and the branch have both changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conflict {
    /// Nobody can tell what it would say.
    Refuse,
    /// It says what it says on the branch.
    TakeBranch,
}

/// A branch over its base.
#[derive(Clone, Copy)]
pub(super) struct Merged<'a> {
    /// What is checked out.
    pub(super) own: &'a dyn Files,
    /// What stands in the base.
    pub(super) base: &'a dyn Files,
    /// What stood there when the branch left it.
    pub(super) since: &'a dyn Files,
    pub(super) branch: &'a Branch,
    /// The top of the repository among `own`.
    pub(super) top: &'a str,
    pub(super) conflict: Conflict,
}

/// Whose file counts.
enum MergeSide {
    Own,
    Base,
    Neither,
}

impl Merged<'_> {
    /// Whose file counts at a path that leads through no link.
    fn side(&self, path: &str) -> Result<MergeSide, Obstacle> {
        let Some(known) = below(path, self.top) else { return Ok(MergeSide::Own) };
        if self.branch.absent.contains(known) && self.own.resolve(path).is_err() {
            return Err(Obstacle::Other("it is not checked out: check out the whole tree".to_owned()));
        }
        if !self.branch.behind.contains(known) {
            return Ok(MergeSide::Own);
        }
        let (own, base, since) = (self.own.read(path), self.base.read(known), self.since.read(known));
        let same = |a: &Result<Vec<u8>, Obstacle>, b: &Result<Vec<u8>, Obstacle>| match (a, b) {
            (Ok(a), Ok(b)) => a == b || bare_text(a) == bare_text(b),
            (Err(a), Err(b)) => is_missing(a) && is_missing(b),
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
        };
        match &base {
            Ok(_) if same(&own, &since) => Ok(MergeSide::Base),
            Err(why) if is_missing(why) && same(&own, &since) => Ok(MergeSide::Neither),
            Ok(_) | Err(_) if same(&own, &base) || self.conflict == Conflict::TakeBranch => {
                Ok(MergeSide::Own)
            }
            Ok(_) | Err(_) => Err(Obstacle::Other(
                "both the branch and its base have changed it: merge the base into the branch first"
                    .to_owned(),
            )),
        }
    }

    /// What lies below a folder beside what is checked out there, as the folder's own children.
    fn added(&self, folder: &str) -> Vec<Child> {
        let Some(known) = below(folder, self.top) else { return Vec::new() };
        let start = if known.is_empty() { String::new() } else { format!("{known}/") };
        let below = |names: &'_ BTreeSet<String>| -> Vec<String> {
            let from = names.range(start.clone()..);
            from.take_while(|path| path.starts_with(&start)).cloned().collect()
        };
        let mut added: Vec<Child> = Vec::new();
        for path in below(&self.branch.behind).into_iter().chain(below(&self.branch.absent)) {
            let rest = path.get(start.len()..).unwrap_or_default();
            let (name, is_folder) = rest.split_once('/').map_or((rest, false), |(name, _)| (name, true));
            if added.iter().rev().any(|known| known.name == name) {
                continue;
            }
            // A file that cannot be told apart is met when it is read.
            if matches!(self.side(&join(self.top, &path)), Ok(MergeSide::Base) | Err(_)) {
                let kind = if is_folder { FileKind::Folder } else { FileKind::File };
                added.push(Child { name: name.to_owned(), kind });
            }
        }
        added
    }

    fn is_gone(&self, path: &str) -> bool {
        matches!(self.side(path), Ok(MergeSide::Neither))
    }
}

impl Files for Merged<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        let path = self.resolve(path)?.path;
        match self.side(&path)? {
            MergeSide::Own => self.own.read(&path),
            MergeSide::Base => self.base.read(below(&path, self.top).unwrap_or(&path)),
            MergeSide::Neither => Err(Obstacle::Missing),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<Child>, Obstacle> {
        let real = self.resolve(folder)?.path;
        let added = self.added(&real);
        let mut listed = match self.own.list(&real) {
            Err(Obstacle::Missing) if !added.is_empty() => Vec::new(),
            own => own?,
        };
        listed.retain(|child| child.kind != FileKind::File || !self.is_gone(&join(&real, &child.name)));
        for child in added {
            if listed.iter().all(|known| known.name != child.name) {
                listed.push(child);
            }
        }
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(listed)
    }

    fn resolve(&self, path: &str) -> Result<Destination, Obstacle> {
        match self.own.resolve(path) {
            Ok(found) if !found.is_folder && self.is_gone(&found.path) => Err(Obstacle::Missing),
            Err(Obstacle::Missing) => {
                // The part that is there may lead through links; what the base has added lies below it.
                let folder = if path == self.top || path.is_empty() {
                    return Err(Obstacle::Missing);
                } else {
                    self.resolve(parent(path))?.path
                };
                let found = self.added(&folder).into_iter().find(|child| child.name == name(path));
                let found = found.ok_or(Obstacle::Missing)?;
                Ok(Destination { path: join(&folder, name(path)), is_folder: found.kind == FileKind::Folder })
            }
            found => found,
        }
    }

    fn repository(&self, folder: &str) -> Option<String> {
        self.own.repository(folder)
    }
}

fn is_missing(why: &Obstacle) -> bool {
    matches!(why, Obstacle::Missing | Obstacle::NoFolder)
}

/// The files of a commit, where the repository lies elsewhere than at the top.
pub(super) struct Placed<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) top: &'a str,
}

impl Files for Placed<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        self.files.read(below(path, self.top).ok_or(Obstacle::Missing)?)
    }

    fn list(&self, folder: &str) -> Result<Vec<Child>, Obstacle> {
        self.files.list(below(folder, self.top).ok_or(Obstacle::Missing)?)
    }

    fn resolve(&self, path: &str) -> Result<Destination, Obstacle> {
        let found = self.files.resolve(below(path, self.top).ok_or(Obstacle::Missing)?)?;
        Ok(Destination { path: join(self.top, &found.path), ..found })
    }

    fn repository(&self, _: &str) -> Option<String> {
        Some(self.top.to_owned())
    }
}
