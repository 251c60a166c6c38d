//! Everything below a folder, one after another.

use super::files::{FileKind, Files, Obstacle};
use super::path::{join, name};

/// Something that a walk has come to.
#[derive(Debug)]
pub struct Step<'a> {
    /// Where it lies, beginning with the folder that the walk began in.
    pub path: &'a str,
    /// A link is handed out as such; who goes into it follows it.
    pub kind: FileKind,
    /// How far below the folder that the walk began in.
    pub depth: usize,
    /// Why a folder cannot be looked into; it was step before, without this.
    pub unseen: Option<Obstacle>,
}

impl Step<'_> {
    /// Whether it is hidden from a search that did not begin there.
    pub fn is_hidden(&self) -> bool {
        self.depth > 0 && name(self.path).starts_with('.')
    }
}

/// Hands out a folder and all that is below it: each folder before what is in it, and by name. `enter` says of each whether
/// the walk goes into it. There is nothing to walk where the folder does not exist.
pub fn walk(files: &dyn Files, folder: &str, enter: &mut dyn FnMut(&Step<'_>) -> bool) {
    let kind = match files.resolve(folder) {
        Ok(real) if real.path != folder => FileKind::Link,
        Ok(real) if real.is_folder => FileKind::Folder,
        Ok(_) => FileKind::File,
        Err(Obstacle::Missing | Obstacle::NoFolder) => return,
        // Who goes into it sees why that cannot be.
        Err(_) => FileKind::Link,
    };
    step(files, folder, kind, 0, enter);
}

fn step(
    files: &dyn Files,
    path: &str,
    kind: FileKind,
    depth: usize,
    enter: &mut dyn FnMut(&Step<'_>) -> bool,
) {
    let goes_in = enter(&Step { path, kind, depth, unseen: None });
    if !goes_in || !matches!(kind, FileKind::Folder | FileKind::Link) {
        return;
    }
    match files.list(path) {
        Ok(listed) => {
            for entry in listed {
                step(files, &join(path, &entry.name), entry.kind, depth + 1, enter);
            }
        }
        Err(why) => {
            enter(&Step { path, kind, depth, unseen: Some(why) });
        }
    }
}
