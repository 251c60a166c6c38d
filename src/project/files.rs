//! What files there are, whoever holds them: a disk, a commit, or the memory of an editor.
//!
//! Paths are texts as in [`super::path`]. Knows no file system.

use std::fmt;
use std::sync::Arc;

use crate::source::UnkeptFile;

/// Beyond this a file is no snapshot and no policy; it is refused rather than held in memory.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Somewhere to read files from.
pub trait Files: Sync {
    /// The bytes of a regular file of at most [`MAX_BYTES`]; links are followed, wherever they lead.
    ///
    /// # Errors
    /// Why there are none.
    fn read(&self, path: &str) -> Result<Vec<u8>, Obstacle>;

    /// A file that is read whenever somebody asks for it; none if it must be read at once: these files may not be there
    /// later, or it is empty, too large or not a regular file.
    fn unkept(&self, _path: &str) -> Option<Arc<dyn UnkeptFile>> {
        None
    }

    /// What lies in a folder itself, by name; a link to a folder is followed.
    ///
    /// # Errors
    /// Why it cannot be looked into.
    fn list(&self, folder: &str) -> Result<Vec<Child>, Obstacle>;

    /// Where a path leads when all links in it are followed.
    ///
    /// # Errors
    /// Why it leads nowhere.
    fn resolve(&self, path: &str) -> Result<Destination, Obstacle>;

    /// The nearest folder, from this one upwards, that is the top of a repository; none if it lies in no repository.
    fn repository(&self, folder: &str) -> Option<String>;
}

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// The name alone, without the folder's path.
    pub name: String,
    /// What the name stands for, before any link is followed.
    pub kind: FileKind,
}

/// What a name in a folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, to wherever it leads.
    Link,
    /// A pipe, a socket, a device.
    Other,
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Without links.
    pub path: String,
    /// Whether it is a folder rather than a file.
    pub is_folder: bool,
}

/// Why a path gives no bytes, or leads nowhere. As a text it is read behind the name of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// There is nothing of that name.
    Missing,
    /// There is a link of that name, and nothing where it leads.
    Dangling,
    /// A link leads to where the files do not reach.
    LeadsOut,
    /// It is a folder, which has no bytes to read.
    Folder,
    /// It would have to be a folder, to have something in it.
    NoFolder,
    /// It lies in another repository, of which this one knows the commit alone.
    Submodule,
    /// It stands for a file that is kept elsewhere.
    Pointer,
    /// A pipe, a socket, a device.
    Irregular,
    /// The file has more than [`MAX_BYTES`] bytes.
    TooLarge,
    /// The system does not let this user read it.
    Denied,
    /// Anything else, in the words of the system.
    Other(String),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing | Self::Dangling => f.write_str("it does not exist"),
            Self::LeadsOut => f.write_str(LEADS_OUT),
            Self::Folder => f.write_str("it is a folder"),
            Self::NoFolder => f.write_str("not a directory"),
            Self::Submodule => f.write_str("it is a submodule, so its files are in another repository"),
            Self::Pointer => f.write_str("it is a Git LFS pointer, and its content is not here"),
            Self::Irregular => f.write_str("it is not a regular file"),
            Self::TooLarge => write!(f, "it is larger than {} MiB", MAX_BYTES / 1024 / 1024),
            Self::Denied => f.write_str("permission is denied"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

/// What is said of a link that is not to be followed, of a file as of a folder.
pub(super) const LEADS_OUT: &str = "it is a link that leads out of the repository";
/// What is said of a link that was met, and not named by anyone.
pub(super) const LEADS_NOWHERE: &str = "it is a link that leads nowhere";

/// What a file says, unless it only says where that is kept.
pub(super) fn content(files: &dyn Files, path: &str) -> Result<Vec<u8>, Obstacle> {
    refuse_pointer(files.read(path)?)
}

/// The same bytes, unless they only say where those of the file are kept.
pub(crate) fn refuse_pointer(bytes: Vec<u8>) -> Result<Vec<u8>, Obstacle> {
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        Err(Obstacle::Pointer)
    } else {
        Ok(bytes)
    }
}

/// What a file says, however its lines end.
pub(crate) fn bare_text(bytes: &[u8]) -> Vec<u8> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect::<Vec<_>>().join(&b'\n')
}

/// Whether two files say the same, however their lines end.
pub(crate) fn same_text(a: &[u8], b: &[u8]) -> bool {
    a == b || bare_text(a) == bare_text(b)
}

/// Whether there is anything of that name, be it a link that leads nowhere.
pub(super) fn is_there(files: &dyn Files, path: &str) -> bool {
    !matches!(files.resolve(path), Err(Obstacle::Missing | Obstacle::NoFolder))
}

/// Whether a path leads to a folder.
pub(super) fn is_folder(files: &dyn Files, path: &str) -> bool {
    files.resolve(path).is_ok_and(|resolved| resolved.is_folder)
}
