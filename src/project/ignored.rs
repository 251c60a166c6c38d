//! What is passed over in a search below a folder: what a tool has made there, and what a `.tollgateignore` lists.

use std::collections::BTreeMap;

use globset::GlobMatcher;

use super::files::Files;
use super::glob;
use super::path::{ancestors, below, join, parent};
use crate::report::read::PassedOverWhy;
use crate::text::quote;

/// Lists what is passed over, a glob a line, beside what it lists or in a folder above.
const IGNORE: &str = ".tollgateignore";
/// Marks a folder that a tool made and can make again.
const CACHE: &str = "CACHEDIR.TAG";
/// Globs of one list; each is asked of every file below its folder.
const MAX_IGNORED: usize = 200;

/// The lists that were read so far.
pub struct Ignored<'a> {
    files: &'a dyn Files,
    /// By their folders.
    lists: BTreeMap<String, Vec<GlobMatcher>>,
    /// Lists that cannot be read, or not in full, with the reason.
    pub problems: Vec<(String, String)>,
}

impl<'a> Ignored<'a> {
    /// No list is read before it is asked for.
    pub fn new(files: &'a dyn Files) -> Self {
        Self { files, lists: BTreeMap::new(), problems: Vec::new() }
    }

    /// The repository that a folder lies in, as far as lists hold: the folder itself where it lies in none.
    pub fn top(&self, folder: &str) -> String {
        self.files.repository(folder).unwrap_or_else(|| folder.to_owned())
    }

    /// Whether the list of its folder, or of one above within `top`, names a path.
    pub fn lists(&mut self, top: &str, path: &str) -> bool {
        let above = ancestors(path).skip(1).take_while(|folder| below(folder, top).is_some());
        let above: Vec<&str> = above.collect();
        above.into_iter().any(|folder| {
            let below = below(path, folder).unwrap_or(path);
            self.list(folder).iter().any(|glob| glob.is_match(below))
        })
    }

    /// Whether a folder is passed over.
    pub fn passes_over(&mut self, top: &str, folder: &str) -> bool {
        self.why(top, folder).is_some()
    }

    /// Why a folder is passed over, if it is.
    pub(super) fn why(&mut self, top: &str, folder: &str) -> Option<PassedOverWhy> {
        if self.files.resolve(&join(folder, CACHE)).is_ok() {
            return Some(PassedOverWhy::Cache);
        }
        self.lists(top, folder).then_some(PassedOverWhy::Ignored)
    }

    /// Whether a file below `root` lies in a folder that is passed over in a search from there.
    pub fn hides(&mut self, root: &str, file: &str) -> bool {
        let top = self.top(root);
        let is_between = |folder: &&str| *folder != root && below(folder, root).is_some();
        let between: Vec<&str> = ancestors(parent(file)).take_while(is_between).collect();
        // From the outside: what is passed over may hold anything, lists that are none among it.
        between.into_iter().rev().any(|folder| self.passes_over(&top, folder))
    }

    /// The list of a folder, read once.
    fn list(&mut self, folder: &str) -> &[GlobMatcher] {
        let Self { files, lists, problems } = self;
        lists.entry(folder.to_owned()).or_insert_with(|| read_list(*files, &join(folder, IGNORE), problems))
    }
}

fn read_list(files: &dyn Files, path: &str, problems: &mut Vec<(String, String)>) -> Vec<GlobMatcher> {
    if files.resolve(path).is_err() {
        return Vec::new();
    }
    let text = files.read(path).map_err(|why| why.to_string());
    let text = text.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned()));
    let text = match text {
        Ok(text) => text,
        Err(why) => {
            problems.push((path.to_owned(), why));
            return Vec::new();
        }
    };
    let lines = (1..).zip(text.lines().map(str::trim));
    let written = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let mut globs = Vec::new();
    for (number, line) in written {
        if globs.len() == MAX_IGNORED {
            problems
                .push((path.to_owned(), format!("line {number}: it lists more than {MAX_IGNORED} globs")));
            break;
        }
        match glob::compile(line.trim_end_matches('/')) {
            Ok(glob) => globs.push(glob),
            Err(why) => {
                problems.push((
                    path.to_owned(),
                    format!("line {number}: `{}` is not a glob: {why}", quote(line)),
                ));
            }
        }
    }
    globs
}
