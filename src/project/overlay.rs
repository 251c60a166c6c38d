//! Some files over others: open buffers over a disk, or a commit over what is new beside it.

use super::files::{Child, Destination, Files, Obstacle};

/// What `over` has is taken from there, and everything else from `under`.
#[derive(Clone, Copy)]
pub struct Overlay<'a> {
    /// The files that are looked at first.
    pub over: &'a dyn Files,
    /// The files that are looked at where `over` has nothing.
    pub under: &'a dyn Files,
}

impl Files for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        match self.over.read(path) {
            Err(Obstacle::Missing) => self.under.read(path),
            found => found,
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<Child>, Obstacle> {
        let mut listed = match self.over.list(folder) {
            Err(Obstacle::Missing) => return self.under.list(folder),
            over => over?,
        };
        let under = self.under.list(folder).unwrap_or_default();
        let new = |entry: &Child| listed.iter().all(|known| known.name != entry.name);
        let new: Vec<Child> = under.into_iter().filter(new).collect();
        listed.extend(new);
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(listed)
    }

    fn resolve(&self, path: &str) -> Result<Destination, Obstacle> {
        match self.over.resolve(path) {
            Err(Obstacle::Missing) => self.under.resolve(path),
            found => found,
        }
    }

    fn repository(&self, folder: &str) -> Option<String> {
        self.under.repository(folder)
    }
}
