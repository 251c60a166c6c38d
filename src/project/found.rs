//! Files that were found: they are read at once, or, where there are too many to keep, when somebody asks.

use rayon::prelude::{IntoParallelIterator, ParallelExtend, ParallelIterator};

use super::files::{Files, content};
use super::{FileContent, TextFile};

/// A file that was found and not yet read.
#[derive(Clone, Debug)]
pub(super) struct FoundFile {
    /// Within the repository.
    pub(super) name: String,
    pub(super) path: String,
    /// Why it is not to be opened.
    pub(super) refused: Option<&'static str>,
}

/// Reads what was found, several at a time.
pub(super) fn read_all(files: &dyn Files, found: Vec<FoundFile>) -> Vec<TextFile> {
    found.into_par_iter().map(|file| read(files, file)).collect()
}

/// The same, but for files behind those that fill the room there is: they are read when somebody asks for them.
pub(super) fn read_some(files: &dyn Files, mut found: Vec<FoundFile>) -> Vec<TextFile> {
    /// Bytes of files that are kept.
    const ROOM: usize = 8 << 20;
    /// Files that are read before it is known how many bytes they have.
    const STEP: usize = 64;
    let mut all: Vec<TextFile> = Vec::with_capacity(found.len());
    let mut bytes = 0;
    while bytes < ROOM && !found.is_empty() {
        let rest = found.split_off(found.len().min(STEP));
        let step = read_all(files, found);
        bytes += step.iter().map(|file| file.bytes().map_or(0, |bytes| bytes.len())).sum::<usize>();
        all.extend(step);
        found = rest;
    }
    let find = |file: FoundFile| {
        let unkept = if file.refused.is_none() { files.unkept(&file.path) } else { None };
        match unkept {
            Some(unkept) => TextFile { name: file.name, content: Ok(FileContent::Unkept(unkept)) },
            None => read(files, file),
        }
    };
    all.par_extend(found.into_par_iter().map(find));
    all
}

fn read(files: &dyn Files, file: FoundFile) -> TextFile {
    let content = match file.refused {
        Some(why) => Err(why.to_owned()),
        None => content(files, &file.path).map(FileContent::from).map_err(|why| why.to_string()),
    };
    TextFile { name: file.name, content }
}
