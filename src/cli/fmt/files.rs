//! Which files are formatted: those that are named, and those below the folders that are named.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::super::write::destination;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::disk::{Disk, canonical, reason};
use crate::project::{FileKind, Ignored, ends_in, path::below, walk};
use crate::text::{file_name, quote};

/// Each file once: by the name that it is shown by, with the path that it is written to.
#[derive(Default)]
pub(super) struct FilesToFormat {
    pub(super) files: BTreeMap<String, PathBuf>,
    pub(super) problems: Vec<Diagnostic>,
}

/// Finds the files. A file that is named is formatted whatever is ignored.
pub(super) fn find(paths: &[PathBuf]) -> FilesToFormat {
    let mut search = Search::default();
    for path in paths {
        // What is formatted is written: no link has that done elsewhere.
        let real = destination(path).and_then(|real| canonical(&real).map_err(|error| reason(&error)));
        match real {
            Ok(real) if real.is_dir() => search.walk(path, &real),
            Ok(real) => search.add(path, real),
            Err(why) => search.cannot(path, &why),
        }
    }
    for (path, why) in std::mem::take(&mut search.unread) {
        search.cannot(&path, &why);
    }
    search.found
}

#[derive(Default)]
struct Search {
    found: FilesToFormat,
    /// By the path with all links resolved.
    seen: BTreeSet<PathBuf>,
    /// Lists of what is ignored that cannot be read, or not in full, with the reason.
    unread: Vec<(PathBuf, String)>,
}

impl Search {
    fn add(&mut self, path: &Path, real: PathBuf) {
        if self.seen.insert(real.clone()) {
            let path = path.strip_prefix(".").unwrap_or(path);
            let shown = file_name(path.as_os_str().as_encoded_bytes());
            self.found.files.insert(shown, real);
        }
    }

    fn cannot(&mut self, path: &Path, why: &str) {
        let here = canonical(Path::new(".")).unwrap_or_default();
        let path = path.strip_prefix(here).unwrap_or(path);
        let message = format!("`{}` cannot be read: {why}", quote(&path.display().to_string()));
        self.found.problems.push(Diagnostic::error(Code::UnreadableFile, message));
    }

    /// The `.gate` files below a folder. Links are not followed: what they lead to is formatted where it lies.
    fn walk(&mut self, folder: &Path, real: &Path) {
        let disk = Disk::of(real);
        let root = disk.start(false).path;
        let mut ignored = Ignored::new(&disk);
        let top = ignored.top(&root);
        walk(&disk, &root, &mut |step| {
            let is_folder = step.kind == FileKind::Folder;
            if let Some(why) = &step.unseen {
                self.cannot(&disk.real(step.path), &why.to_string());
                return false;
            }
            let mut passed_over = || {
                if is_folder { ignored.passes_over(&top, step.path) } else { ignored.lists(&top, step.path) }
            };
            if step.depth > 0 && (step.is_hidden() || passed_over()) {
                return false;
            }
            if step.kind == FileKind::File && ends_in(step.path, ".gate") {
                let shown = below(step.path, &root).unwrap_or(step.path);
                self.add(&folder.join(shown), disk.real(step.path));
            }
            is_folder
        });
        for (path, why) in ignored.problems {
            let problem = (disk.real(&path), why);
            if !self.unread.contains(&problem) {
                self.unread.push(problem);
            }
        }
    }
}
