//! Where files may lie, and by which names they are known.

use std::iter::repeat_n;
use std::path::is_separator;

use super::files::{Files, Obstacle, content};
use super::path::{ancestors, below, join, parent, parts};

/// The folder that is checked, and the repository around it.
#[derive(Clone)]
pub struct Site<'a> {
    pub(super) files: &'a dyn Files,
    /// With all links resolved.
    pub(super) root: String,
    /// What a configuration may name lies in here; anywhere if there is none.
    boundary: Option<String>,
    /// What stands before every name: the base that the files are of, or nothing.
    prefix: String,
}

impl<'a> Site<'a> {
    /// The repository of a folder is the nearest one above it that is the top of one, else the folder itself. With
    /// `allow_outside`, configurations may name what lies outside of it.
    pub fn new(files: &'a dyn Files, root: &str, allow_outside: bool) -> Self {
        let repository = || files.repository(root).unwrap_or_else(|| root.to_owned());
        let boundary = (!allow_outside).then(repository);
        Self { files, root: root.to_owned(), boundary, prefix: String::new() }
    }

    /// The same folder of another commit: its files are known by that commit's name.
    pub(super) fn of_base(files: &'a dyn Files, root: &str, reference: &str) -> Self {
        Self::new(files, root, false).named_by(reference)
    }

    /// The same place among other files.
    pub(super) fn among<'b>(&self, files: &'b dyn Files) -> Site<'b> {
        let Self { files: _, root, boundary, prefix } = self.clone();
        Site { files, root, boundary, prefix }
    }

    /// The same, where files are known by the name of a commit.
    pub(super) fn named_by(self, reference: &str) -> Self {
        Self { prefix: format!("{reference}:"), ..self }
    }

    /// The path from the folder that is checked, also where it leads out of that.
    pub(super) fn name(&self, path: &str) -> String {
        self.prefix.clone() + &self.relative(path)
    }

    /// The same without the name of a commit.
    pub(super) fn relative(&self, path: &str) -> String {
        let shared = parts(&self.root).zip(parts(path)).take_while(|(a, b)| a == b).count();
        let up = repeat_n("..", parts(&self.root).count() - shared);
        up.chain(parts(path).skip(shared)).collect::<Vec<_>>().join("/")
    }

    /// The folders above the one that is checked, the nearest first, within its repository.
    pub(super) fn above(&self) -> Vec<&str> {
        let Some(top) = self.files.repository(&self.root) else { return Vec::new() };
        ancestors(&self.root).skip(1).take_while(|folder| below(folder, &top).is_some()).collect()
    }

    /// The path that is meant by `written` in `folder`, if it stays within the repository.
    pub(super) fn target(&self, folder: &str, written: &str) -> Option<String> {
        if written.starts_with(is_separator) {
            return None;
        }
        let mut target = folder.to_owned();
        for part in written.split(is_separator).filter(|part| !matches!(*part, "" | ".")) {
            // Above the top there is nothing that a repository could have around it.
            if part == ".." && target.is_empty() && self.boundary.is_some() {
                return None;
            }
            target = if part == ".." { parent(&target).to_owned() } else { join(&target, part) };
        }
        let stays = |boundary: &String| below(&target, boundary).is_some();
        self.boundary.as_ref().is_none_or(stays).then_some(target)
    }

    /// What to do about a path that [`Self::target`] refuses: `what`, or what would let it.
    pub(super) fn instead(&self, what: &str) -> String {
        if self.prefix.is_empty() {
            format!("{what}, or check with `--allow-outside`")
        } else {
            // Nobody knows what lay outside when the commit was made.
            format!("{what}: a commit is read without what lies outside, `--allow-outside` or not")
        }
    }

    /// Whether a path that exists lies, with its links followed, outside of what it may lie in.
    pub(super) fn leads_out(&self, path: &str) -> bool {
        let in_root = below(path, &self.root).is_some();
        let fence = if in_root { Some(&self.root) } else { self.boundary.as_ref() };
        match self.files.resolve(path) {
            Ok(target) => fence.is_some_and(|fence| below(&target.path, fence).is_none()),
            Err(why) => why == Obstacle::LeadsOut,
        }
    }

    /// The bytes of a file by its path from the folder that is checked; it may lie nowhere else than a configuration may name.
    ///
    /// # Errors
    /// Why there are none.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        let target = self.target(&self.root, path).filter(|target| !self.leads_out(target));
        content(self.files, &target.ok_or(Obstacle::LeadsOut)?)
    }

    /// The path on another site of what has this path here.
    pub(super) fn path_on(&self, other: &Site<'_>, path: &str) -> String {
        let mut there = other.root.clone();
        for part in parts(&self.relative(path)) {
            there = if part == ".." { parent(&there).to_owned() } else { join(&there, part) };
        }
        there
    }
}

/// The deepest folder that both a folder and a path lie in.
pub(super) fn shared_folder<'f>(folder: &'f str, path: &str) -> &'f str {
    ancestors(folder).find(|above| below(path, above).is_some()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Memory;

    #[test]
    fn what_is_written_stays_in_the_repository() {
        let files = Memory::default();
        let site = Site::new(&files, "teams/a", false);
        assert_eq!(site.target("teams/a", "../../platform/x.yaml").as_deref(), Some("platform/x.yaml"));
        assert_eq!(site.target("teams/a", "./rollouts//").as_deref(), Some("teams/a/rollouts"));
        assert_eq!(site.target("teams/a", "../../../x"), None);
        assert_eq!(site.target("teams/a", "/x"), None);
        assert_eq!(site.name("platform/x.yaml"), "../../platform/x.yaml");
        assert_eq!(site.name("teams/a/x.yaml"), "x.yaml");
        let other = Site::new(&files, "home/r/teams/a", false);
        assert_eq!(site.path_on(&other, "platform/x.yaml"), "home/r/platform/x.yaml");
    }
}
