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
        let under = match self.under.list(folder) {
            Err(Obstacle::Missing | Obstacle::NoFolder) => Vec::new(),
            under => under?,
        };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Memory, TableNode};

    #[test]
    fn a_folder_that_cannot_be_listed_is_not_an_empty_one() {
        let mut over = Memory::default();
        over.insert("rollouts/a.yaml", TableNode::File(Vec::new()));
        let mut under = Memory::default();
        let names = |under: &Memory| {
            let listed = Overlay { over: &over, under }.list("rollouts");
            listed.map(|listed| listed.into_iter().map(|child| child.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&under), Ok(vec!["a.yaml".to_owned()]));
        under.insert("rollouts", TableNode::Link("/elsewhere".to_owned()));
        assert_eq!(names(&under), Err(Obstacle::LeadsOut));
    }
}
