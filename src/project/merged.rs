//! The files of a branch as they would be merged: what the branch has not touched is taken from its base.
//!
//! Knows files, and nothing of what they say. It merges whole files: one that both sides have changed is either refused,
//! or taken as the branch has it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::files::{Child, Destination, FileKind, Files, Obstacle, same_text};
use super::path::{ancestors, below, join, name, parent};
use crate::source::UnkeptFile;

/// How a branch stands to a base. All names are paths from the top of the repository.
#[derive(Clone, Debug, Default)]
pub struct Branch {
    /// What the base has changed since the branch left it.
    pub behind: BTreeSet<String>,
    /// What is part of the branch, and not checked out.
    pub absent: BTreeSet<String>,
    /// Commits of other repositories.
    pub submodules: BTreeSet<String>,
    /// What is checked out in another encoding than it is committed in.
    pub encoded: BTreeSet<String>,
}

impl Branch {
    /// Whether what is checked out is not all that there is to see.
    fn is_plain(&self) -> bool {
        let Self { behind, absent, submodules, encoded } = self;
        [behind, absent, submodules, encoded].iter().all(|names| names.is_empty())
    }
}

/// What is done about a file that the base and the branch have both changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conflict {
    /// Nobody knows what it will say.
    Refuse,
    /// It says what it says on the branch.
    TakeBranch,
}

/// A branch over its base.
pub(super) struct Merged<'a> {
    /// What is checked out.
    pub(super) own: &'a dyn Files,
    /// What the base has.
    pub(super) base: &'a dyn Files,
    /// What it had when the branch left it.
    pub(super) since: &'a dyn Files,
    pub(super) branch: &'a Branch,
    /// The top of the repository among `own`.
    pub(super) top: &'a str,
    pub(super) conflict: Conflict,
    /// Whose file counts, as far as somebody has asked.
    sides: Mutex<BTreeMap<String, Result<MergeSide, Obstacle>>>,
}

/// Whose file counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MergeSide {
    Own,
    Base,
    Neither,
}

impl<'a> Merged<'a> {
    pub(super) fn new(
        [own, base, since]: [&'a dyn Files; 3],
        branch: &'a Branch,
        top: &'a str,
        conflict: Conflict,
    ) -> Self {
        Self { own, base, since, branch, top, conflict, sides: Mutex::default() }
    }

    /// The files to look among: those that are checked out, where they are all.
    pub(super) fn files(&self) -> &dyn Files {
        if self.branch.is_plain() { self.own } else { self }
    }

    /// Whose file counts at a path that leads through no link.
    fn side(&self, path: &str) -> Result<MergeSide, Obstacle> {
        let Some(known) = below(path, self.top) else { return Ok(MergeSide::Own) };
        if self.branch.absent.contains(known) && self.own.resolve(path).is_err() {
            return Err(Obstacle::Other("it is not checked out: check out the whole tree".to_owned()));
        }
        if self.branch.encoded.contains(known) {
            let why =
                "it is checked out in another encoding than it is committed in (`working-tree-encoding`)";
            return Err(Obstacle::Other(why.to_owned()));
        }
        if ancestors(known).any(|above| self.branch.submodules.contains(above)) {
            return Err(Obstacle::Submodule);
        }
        if !self.branch.behind.contains(known) {
            return Ok(MergeSide::Own);
        }
        let mut sides = self.sides.lock().unwrap_or_else(PoisonError::into_inner);
        sides.entry(known.to_owned()).or_insert_with(|| self.merge(path, known)).clone()
    }

    /// Whose file counts of one that the base has changed.
    fn merge(&self, path: &str, known: &str) -> Result<MergeSide, Obstacle> {
        let (own, base, since) = (self.own.read(path), self.base.read(known), self.since.read(known));
        let same = |a: &Result<Vec<u8>, Obstacle>, b: &Result<Vec<u8>, Obstacle>| match (a, b) {
            (Ok(a), Ok(b)) => same_text(a, b),
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

    /// What there is at a path beside what is checked out: a file, or a folder with one in it.
    fn added(&self, path: &str) -> Option<FileKind> {
        let known = below(path, self.top)?;
        // A file that nobody can tell is met when it is read.
        let counts =
            |known: &String| matches!(self.side(&join(self.top, known)), Ok(MergeSide::Base) | Err(_));
        let Branch { behind, absent, .. } = self.branch;
        for names in [behind, absent] {
            if names.get(known).is_some_and(counts) {
                return Some(FileKind::File);
            }
            let start = format!("{known}/");
            if names.range(start.clone()..).take_while(|path| path.starts_with(&start)).any(counts) {
                return Some(FileKind::Folder);
            }
        }
        None
    }

    /// The names of what may lie in a folder beside what is checked out there.
    fn candidates(&self, folder: &str) -> BTreeSet<String> {
        let Some(known) = below(folder, self.top) else { return BTreeSet::new() };
        let start = if known.is_empty() { String::new() } else { format!("{known}/") };
        let Branch { behind, absent, .. } = self.branch;
        let below = |names: &BTreeSet<String>| -> BTreeSet<String> {
            let below = names.range(start.clone()..).take_while(|path| path.starts_with(&start));
            let first = |path: &String| {
                path.get(start.len()..).and_then(|rest| rest.split('/').next()).map(str::to_owned)
            };
            below.filter_map(first).collect()
        };
        below(behind).into_iter().chain(below(absent)).collect()
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

    fn unkept(&self, path: &str) -> Option<Arc<dyn UnkeptFile>> {
        let path = self.resolve(path).ok()?.path;
        match self.side(&path).ok()? {
            MergeSide::Own => self.own.unkept(&path),
            MergeSide::Base | MergeSide::Neither => None,
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<Child>, Obstacle> {
        let real = self.resolve(folder)?.path;
        let mut listed: BTreeMap<String, FileKind> = match self.own.list(&real) {
            Err(Obstacle::Missing) => BTreeMap::new(),
            own => own?.into_iter().map(|child| (child.name, child.kind)).collect(),
        };
        listed.retain(|name, kind| {
            *kind != FileKind::File || self.side(&join(&real, name)) != Ok(MergeSide::Neither)
        });
        for name in self.candidates(&real) {
            if !listed.contains_key(&name)
                && let Some(kind) = self.added(&join(&real, &name))
            {
                listed.insert(name, kind);
            }
        }
        Ok(listed.into_iter().map(|(name, kind)| Child { name, kind }).collect())
    }

    fn resolve(&self, path: &str) -> Result<Destination, Obstacle> {
        match self.own.resolve(path) {
            Ok(found) if !found.is_folder && self.side(&found.path) == Ok(MergeSide::Neither) => {
                Err(Obstacle::Missing)
            }
            Err(Obstacle::Missing) if path != self.top && !path.is_empty() => {
                // The part that is there may lead through links; what the base has added lies below it.
                let path = join(&self.resolve(parent(path))?.path, name(path));
                let kind = self.added(&path).ok_or(Obstacle::Missing)?;
                Ok(Destination { path, is_folder: kind == FileKind::Folder })
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
