//! Reads files: regular ones of a sane size, and never one that lies outside of the repository.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Beyond this a file is no snapshot and no policy; it is refused rather than held in memory.
pub(super) const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The bytes of a file, or why there are none.
pub(super) fn file(path: &Path) -> Result<Vec<u8>, String> {
    let too_large = || format!("it is larger than {} MiB", MAX_BYTES / 1024 / 1024);
    // Asked before it is opened: opening a pipe would wait for its other end, forever.
    let metadata = fs::metadata(path).map_err(|error| reason(&error))?;
    if metadata.is_dir() {
        return Err("it is a folder".to_owned());
    }
    if !metadata.is_file() {
        return Err("it is no regular file".to_owned());
    }
    if metadata.len() > MAX_BYTES {
        return Err(too_large());
    }
    // The size may have changed since, and is 0 for what the system makes up on reading.
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| reason(&error))?;
    if bytes.len() as u64 > MAX_BYTES { Err(too_large()) } else { Ok(bytes) }
}

/// What went wrong, in the same words on every system.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        kind => kind.to_string(),
    }
}
