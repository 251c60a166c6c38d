//! Writes files: what is asked for by name, and new ones, all of them or none, and never over one that is there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::disk::reason;
use crate::text::first_few;

/// Writes a file that was asked for, over what is there.
pub(super) fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|error| reason(&error))
}

/// Takes back a file that was written.
pub(super) fn remove(file: &Path) {
    // It is of no use, and does no harm either.
    let _ = fs::remove_file(file);
}

/// Writes files below `root`, by their names with `/` and their texts, and makes the folders that they need.
///
/// # Errors
/// If one of them is there already, or cannot be written; whatever was made until then is gone again.
pub(super) fn new_files(root: &Path, files: &[(String, String)]) -> Result<(), String> {
    // A link that leads nowhere is there, too.
    let is_there = |name: &&str| fs::symlink_metadata(root.join(name)).is_ok();
    let there: Vec<&str> = files.iter().map(|(name, _)| &**name).filter(is_there).collect();
    if !there.is_empty() {
        let verb = if there.len() == 1 { "is" } else { "are" };
        return Err(format!("nothing was written: {} {verb} there already", first_few(there.into_iter())));
    }
    let mut made = Made::default();
    for (name, text) in files {
        if let Err(error) = made.file(&root.join(name), text) {
            made.undo();
            return Err(format!("nothing was written: `{name}` cannot be made: {}", reason(&error)));
        }
    }
    Ok(())
}

/// What was made so far, in this order.
#[derive(Default)]
struct Made {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    fn file(&mut self, path: &Path, text: &str) -> io::Result<()> {
        let missing = path.ancestors().skip(1).take_while(|folder| !folder.as_os_str().is_empty());
        let missing: Vec<&Path> = missing.take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_owned());
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        self.files.push(path.to_owned());
        file.write_all(text.as_bytes())
    }

    /// As well as it can be: the first error is the one that is told.
    fn undo(self) {
        for file in self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.into_iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}
