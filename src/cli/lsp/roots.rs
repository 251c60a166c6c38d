//! Which folders are looked at: those that the editor has opened, and those that open texts belong to.

use std::collections::BTreeSet;

use crate::project::path::{ancestors, below, join, parent};
use crate::project::{CONFIG, Child, Destination, Files, GATE, Obstacle, ends_in};

/// Files that know no repository around a folder, so that nothing outside of it is read.
pub(super) struct Fenced<'a> {
    pub(super) files: &'a dyn Files,
    /// The folders that the editor has opened.
    pub(super) folders: &'a [String],
}

impl Files for Fenced<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        self.resolve(path)?;
        self.files.read(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<Child>, Obstacle> {
        self.resolve(folder)?;
        self.files.list(folder)
    }

    fn resolve(&self, path: &str) -> Result<Destination, Obstacle> {
        let found = self.files.resolve(path)?;
        let is_inside = self.folders.iter().any(|folder| below(&found.path, folder).is_some());
        if is_inside { Ok(found) } else { Err(Obstacle::LeadsOut) }
    }

    fn repository(&self, folder: &str) -> Option<String> {
        self.folders.iter().find(|own| below(folder, own).is_some()).cloned()
    }
}

/// The folder that an open text belongs to, where no folder that is looked at has it: the nearest one above it with a
/// configuration, else, for a policy, its own.
pub(super) fn root_of(place: &str, files: &dyn Files) -> Option<String> {
    let own = parent(place);
    let top = files.repository(own).unwrap_or_else(|| own.to_owned());
    let mut above = ancestors(own).take_while(|folder| below(folder, &top).is_some());
    let has_config = |folder: &&str| files.resolve(&join(folder, CONFIG)).is_ok_and(|found| !found.is_folder);
    let configured = above.find(has_config).map(str::to_owned);
    configured.or_else(|| ends_in(place, GATE).then(|| own.to_owned()))
}

/// Folders without those that lie in others of them.
pub(super) fn outermost(folders: &[String]) -> Vec<String> {
    let all: BTreeSet<&String> = folders.iter().collect();
    let lies_in = |folder: &str, other: &str| folder != other && below(folder, other).is_some();
    let kept = all.iter().filter(|folder| !all.iter().any(|other| lies_in(folder, other)));
    kept.map(|folder| (*folder).clone()).collect()
}
