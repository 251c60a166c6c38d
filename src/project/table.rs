//! Files that are known by a table of their paths: texts in memory, or the blobs of a commit.
//!
//! Links are followed by the table alone, so none leads to a file that is not in it.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::files::{Child, Destination, FileKind, Files, Obstacle};
use super::path::{join, parent, parts};

/// How many links one path may lead through.
const MAX_LINKS: usize = 40;

/// What is at a path of a [`Table`].
#[derive(Clone, Debug)]
pub enum TableNode<T> {
    /// A file, with what the table keeps of it.
    File(T),
    /// Where it leads, from the folder that it lies in.
    Link(String),
    /// Something that is there and cannot be read.
    Unreadable(Obstacle),
}

/// What there is, by path. Folders are there if something is in them.
#[derive(Clone, Debug)]
pub struct Table<T> {
    nodes: BTreeMap<String, TableNode<T>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { nodes: BTreeMap::new() }
    }
}

impl<T> Table<T> {
    /// Puts something at a path, in the place of what was there.
    pub fn insert(&mut self, path: impl Into<String>, node: TableNode<T>) {
        self.nodes.insert(path.into(), node);
    }

    /// The file that a path leads to.
    ///
    /// # Errors
    /// Why it leads to none.
    pub fn file(&self, path: &str) -> Result<&T, Obstacle> {
        let Destination { path, is_folder } = self.resolve(path)?;
        match self.nodes.get(&path) {
            Some(TableNode::File(file)) => Ok(file),
            Some(TableNode::Unreadable(why)) => Err(why.clone()),
            Some(TableNode::Link(_)) | None if is_folder => Err(Obstacle::Folder),
            Some(TableNode::Link(_)) | None => Err(Obstacle::Missing),
        }
    }

    /// As [`Files::list`].
    ///
    /// # Errors
    /// If there is no such folder.
    pub fn list(&self, folder: &str) -> Result<Vec<Child>, Obstacle> {
        let Destination { path: folder, is_folder } = self.resolve(folder)?;
        if let Some(TableNode::Unreadable(why)) = self.nodes.get(&folder) {
            return Err(why.clone());
        }
        if !is_folder {
            return Err(Obstacle::NoFolder);
        }
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut listed = Vec::new();
        let mut from = Bound::Included(start.clone());
        while let Some((path, node)) = self.nodes.range((from, Bound::Unbounded)).next() {
            let Some(rest) = path.strip_prefix(&start) else { break };
            if let Some((name, _)) = rest.split_once('/') {
                listed.push(Child { name: name.to_owned(), kind: FileKind::Folder });
                // `0` is what comes after `/`, so this is behind all that is in the folder.
                from = Bound::Included(format!("{start}{name}0"));
            } else {
                let kind = match node {
                    TableNode::File(_) => FileKind::File,
                    TableNode::Link(_) => FileKind::Link,
                    TableNode::Unreadable(Obstacle::Submodule) => FileKind::Folder,
                    TableNode::Unreadable(_) => FileKind::Other,
                };
                listed.push(Child { name: rest.to_owned(), kind });
                from = Bound::Excluded(path.clone());
            }
        }
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(listed)
    }

    /// As [`Files::resolve`].
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub fn resolve(&self, path: &str) -> Result<Destination, Obstacle> {
        let reversed = |path: &str| parts(path).rev().map(str::to_owned).collect::<Vec<_>>();
        let mut rest = reversed(path);
        let mut here = String::new();
        let mut links = 0;
        let mut missing = Obstacle::Missing;
        while let Some(part) = rest.pop() {
            match &*part {
                "." => continue,
                ".." if here.is_empty() => return Err(Obstacle::LeadsOut),
                ".." => {
                    here = parent(&here).to_owned();
                    continue;
                }
                _ => {}
            }
            let next = join(&here, &part);
            match self.nodes.get(&next) {
                Some(TableNode::Link(target)) => {
                    links += 1;
                    if target.starts_with('/') {
                        return Err(Obstacle::LeadsOut);
                    }
                    if links > MAX_LINKS {
                        return Err(Obstacle::Other("it is a link that leads back to itself".to_owned()));
                    }
                    if rest.is_empty() {
                        missing = Obstacle::Dangling;
                    }
                    rest.extend(reversed(target));
                }
                Some(TableNode::Unreadable(Obstacle::Submodule)) if rest.is_empty() => {
                    return Ok(Destination { path: next, is_folder: true });
                }
                Some(TableNode::Unreadable(Obstacle::Submodule)) => return Err(Obstacle::Submodule),
                Some(TableNode::File(_) | TableNode::Unreadable(_)) if rest.is_empty() => {
                    return Ok(Destination { path: next, is_folder: false });
                }
                None if self.holds(&next) => here = next,
                Some(TableNode::File(_) | TableNode::Unreadable(_)) => return Err(Obstacle::NoFolder),
                None => return Err(missing),
            }
        }
        Ok(Destination { path: here, is_folder: true })
    }

    /// Whether something lies below a path.
    fn holds(&self, folder: &str) -> bool {
        let start = format!("{folder}/");
        self.nodes.range(start.clone()..).next().is_some_and(|(path, _)| path.starts_with(&start))
    }
}

/// Files that are held as texts: for editors, for bindings, and for tests.
pub type Memory = Table<Vec<u8>>;

impl Memory {
    /// Files by their paths and texts.
    pub fn new<P: Into<String>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        let mut memory = Self::default();
        for (path, text) in files {
            memory.insert(path, TableNode::File(text.into()));
        }
        memory
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        self.file(path).cloned()
    }

    fn list(&self, folder: &str) -> Result<Vec<Child>, Obstacle> {
        Self::list(self, folder)
    }

    fn resolve(&self, path: &str) -> Result<Destination, Obstacle> {
        Self::resolve(self, path)
    }

    /// All of it is one repository.
    fn repository(&self, _: &str) -> Option<String> {
        Some(String::new())
    }
}
