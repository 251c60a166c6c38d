//! Which files are formatted: those that are named, and those below the folders that are named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::super::ignored::{Ignored, repository};
use super::super::read;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::text::quote;

/// Each file once: by the name that it is shown by, with the path that it is written to.
#[derive(Default)]
pub(super) struct Found {
    pub(super) files: BTreeMap<String, PathBuf>,
    pub(super) problems: Vec<Diagnostic>,
}

/// Finds the files. A file that is named is formatted whatever is ignored.
pub(super) fn find(paths: &[PathBuf]) -> Found {
    let mut search = Search::default();
    for path in paths {
        match fs::canonicalize(path) {
            Ok(real) if real.is_dir() => search.walk(path, &real),
            Ok(real) => search.add(path, real),
            Err(error) => search.cannot(path, &read::reason(&error)),
        }
    }
    for (path, why) in std::mem::take(&mut search.ignored.problems) {
        search.cannot(&path, &why);
    }
    search.found
}

#[derive(Default)]
struct Search {
    found: Found,
    ignored: Ignored,
    /// By the path with all links resolved.
    seen: BTreeSet<PathBuf>,
}

impl Search {
    fn add(&mut self, path: &Path, real: PathBuf) {
        if self.seen.insert(real.clone()) {
            let shown = path.strip_prefix(".").unwrap_or(path).display().to_string();
            self.found.files.insert(shown, real);
        }
    }

    fn cannot(&mut self, path: &Path, why: &str) {
        let here = fs::canonicalize(".").unwrap_or_default();
        let path = path.strip_prefix(here).unwrap_or(path);
        let message = format!("`{}` cannot be read: {why}", quote(&path.display().to_string()));
        self.found.problems.push(Diagnostic::error(Code::UnreadableFile, message));
    }

    /// The `.gate` files below a folder. Links are not followed: what they lead to is formatted where it lies.
    fn walk(&mut self, folder: &Path, real: &Path) {
        let top = repository(real);
        let mut walk = WalkDir::new(real).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(real).to_owned();
                    let why = error.io_error().map_or("it is part of a circle".to_owned(), read::reason);
                    self.cannot(&path, &why);
                    continue;
                }
            };
            let path = entry.path();
            let is_folder = entry.file_type().is_dir();
            let is_below = entry.depth() > 0;
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            let mut passed_over = || {
                if is_folder { self.ignored.passes_over(top, path) } else { self.ignored.lists(top, path) }
            };
            if is_below && (is_hidden || passed_over()) {
                if is_folder {
                    walk.skip_current_dir();
                }
            } else if entry.file_type().is_file() && path.extension().is_some_and(|end| end == "gate") {
                let below = path.strip_prefix(real).unwrap_or(path);
                self.add(&folder.join(below), path.to_owned());
            }
        }
    }
}
