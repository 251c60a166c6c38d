//! What is passed over in a search below a folder: what a tool has made there, and what a `.tollgateignore` lists.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::read;
use crate::text::quote;

/// Lists what is passed over, a glob a line, beside what it lists or in a folder above.
const IGNORE: &str = ".tollgateignore";
/// Marks a folder that a tool made and can make again.
const CACHE: &str = "CACHEDIR.TAG";

/// The lists that were read so far.
#[derive(Default)]
pub(super) struct Ignored {
    /// By their folders.
    lists: BTreeMap<PathBuf, Vec<GlobMatcher>>,
    /// Lists that cannot be read, or not in full, with the reason.
    pub(super) problems: Vec<(PathBuf, String)>,
}

/// The repository that a folder lies in, as far as lists hold: the nearest one above it with `.git`, else the folder.
pub(super) fn repository(folder: &Path) -> &Path {
    folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(folder)
}

impl Ignored {
    /// Whether the list of its folder, or of one above within `top`, names a path.
    pub(super) fn lists(&mut self, top: &Path, path: &Path) -> bool {
        path.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).any(|folder| {
            let below = path.strip_prefix(folder).unwrap_or(path);
            self.list(folder).iter().any(|glob| glob.is_match(below))
        })
    }

    /// Whether a folder is passed over.
    pub(super) fn passes_over(&mut self, top: &Path, folder: &Path) -> bool {
        folder.join(CACHE).exists() || self.lists(top, folder)
    }

    /// Whether a file below `root` lies in a folder that is passed over in a search from there.
    pub(super) fn hides(&mut self, root: &Path, file: &Path) -> bool {
        let top = repository(root);
        let between =
            file.ancestors().skip(1).take_while(|folder| folder.starts_with(root) && *folder != root);
        // From the outside: what is passed over may hold anything, lists that are none among it.
        let between: Vec<&Path> = between.collect();
        between.into_iter().rev().any(|folder| self.passes_over(top, folder))
    }

    /// The list of a folder, read once.
    fn list(&mut self, folder: &Path) -> &[GlobMatcher] {
        let Self { lists, problems } = self;
        lists.entry(folder.to_owned()).or_insert_with(|| read_list(&folder.join(IGNORE), problems))
    }
}

fn read_list(path: &Path, problems: &mut Vec<(PathBuf, String)>) -> Vec<GlobMatcher> {
    if !path.exists() {
        return Vec::new();
    }
    let text = match read::file(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(why) => {
            problems.push((path.to_owned(), why));
            return Vec::new();
        }
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut globs = Vec::new();
    for line in lines {
        match GlobBuilder::new(line.trim_end_matches('/')).literal_separator(true).build() {
            Ok(glob) => globs.push(glob.compile_matcher()),
            Err(error) => {
                problems.push((path.to_owned(), format!("`{}` is no glob: {}", quote(line), error.kind())));
            }
        }
    }
    globs
}
