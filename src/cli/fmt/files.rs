//! Which files are formatted: those that are named, and those below the folders that are named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::WalkDir;

use super::super::read;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::text::quote;

/// Lists what is passed over, a glob a line, beside what it lists or in a folder above.
const IGNORE: &str = ".tollgateignore";
/// Marks a folder that a tool made and can make again.
const CACHE: &str = "CACHEDIR.TAG";

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
    search.found
}

#[derive(Default)]
struct Search {
    found: Found,
    /// The lists of ignored files that were read, by their folders.
    ignored: BTreeMap<PathBuf, Vec<GlobMatcher>>,
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
        self.found.problems.push(Diagnostic::error(Code::T505, message));
    }

    /// The `.gate` files below a folder. Links are not followed: what they lead to is formatted where it lies.
    fn walk(&mut self, folder: &Path, real: &Path) {
        let repository = real.ancestors().find(|above| above.join(".git").exists()).unwrap_or(real);
        for above in real.ancestors().take_while(|above| above.starts_with(repository)) {
            self.read_ignored(above);
        }
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
            let passed_over = is_hidden || self.ignores(path) || is_folder && path.join(CACHE).exists();
            if is_below && passed_over {
                if is_folder {
                    walk.skip_current_dir();
                }
            } else if is_folder {
                self.read_ignored(path);
            } else if entry.file_type().is_file() && path.extension().is_some_and(|end| end == "gate") {
                let below = path.strip_prefix(real).unwrap_or(path);
                self.add(&folder.join(below), path.to_owned());
            }
        }
    }

    /// Whether the list of its folder, or of one above, names a path.
    fn ignores(&self, path: &Path) -> bool {
        path.ancestors().skip(1).any(|folder| {
            let globs = self.ignored.get(folder).map_or(&[][..], Vec::as_slice);
            let below = path.strip_prefix(folder).unwrap_or(path);
            globs.iter().any(|glob| glob.is_match(below))
        })
    }

    fn read_ignored(&mut self, folder: &Path) {
        let path = folder.join(IGNORE);
        if self.ignored.contains_key(folder) || !path.exists() {
            return;
        }
        let mut globs = Vec::new();
        match read::file(&path) {
            Ok(bytes) => {
                for line in String::from_utf8_lossy(&bytes).lines().map(str::trim) {
                    if line.is_empty() || line.starts_with('#') {
                        continue;
                    }
                    match GlobBuilder::new(line.trim_end_matches('/')).literal_separator(true).build() {
                        Ok(glob) => globs.push(glob.compile_matcher()),
                        Err(error) => {
                            self.cannot(&path, &format!("`{}` is no glob: {}", quote(line), error.kind()))
                        }
                    }
                }
            }
            Err(why) => self.cannot(&path, &why),
        }
        self.ignored.insert(folder.to_owned(), globs);
    }
}
