//! The disk: the files of this machine, as the library asks for them.
//!
//! A path is known by its parts below the top of the file system. Only regular files of a sane size are opened.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::BuildHasher;
use std::io::{self, Read};
use std::path::{self, Component, Path, PathBuf};
use std::sync::{Arc, OnceLock, RwLock};
use std::time::SystemTime;

use walkdir::WalkDir;

use crate::project::path::{ancestors, join};
use crate::project::{Child, Destination, FileKind, Files, MAX_BYTES, Obstacle, Start, refuse_pointer};
use crate::source::UnkeptFile;
use crate::text::{file_name, quote};

/// The file system that a path of the command line lies in.
pub struct Disk {
    /// `/`, or a drive.
    top: PathBuf,
    /// The path, as the library knows it.
    place: String,
    /// As it was written.
    shown: String,
    /// Folders and files whose names are no text, by what stands for them.
    nameless: RwLock<BTreeMap<String, PathBuf>>,
}

impl Disk {
    /// The file system of a path, whether there is anything at that or not.
    pub fn of(path: &Path) -> Self {
        let shown = path.display().to_string();
        let path = path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let real = canonical(&path).unwrap_or_else(|_| path.clone());
        let top = real.ancestors().last().unwrap_or(&real).to_owned();
        let mut disk = Self { top, place: String::new(), shown, nameless: RwLock::default() };
        disk.place = disk.place(&path);
        disk
    }

    /// Where a command starts that is given the path.
    pub fn start(&self, allow_outside: bool) -> Start<'_> {
        Start { files: self, path: self.place.clone(), shown: self.shown.clone(), allow_outside }
    }

    /// A path as the library knows it.
    fn place(&self, path: &Path) -> String {
        let parts = path.components().filter_map(|part| match part {
            Component::Normal(_) | Component::ParentDir => {
                Some(file_name(part.as_os_str().as_encoded_bytes()))
            }
            Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
        });
        let place = parts.collect::<Vec<_>>().join("/");
        if path.to_str().is_none() {
            self.remember(&place, path);
        }
        place
    }

    /// Where a file is, with all links in its path followed; of one that is not there yet, those of its folder.
    pub fn place_of(&self, path: &Path) -> Option<String> {
        let path = path::absolute(path).ok()?;
        let real = canonical(&path).or_else(|_| {
            let folder = canonical(path.parent().unwrap_or(&path))?;
            Ok::<PathBuf, io::Error>(
                path.file_name().map_or_else(|| folder.clone(), |name| folder.join(name)),
            )
        });
        let real = real.unwrap_or(path);
        real.starts_with(&self.top).then(|| self.place(&real))
    }

    /// When a file or folder was last changed, and its size. None if it does not exist.
    pub fn stamp(&self, place: &str) -> Option<(SystemTime, u64)> {
        let known = fs::metadata(self.real(place)).ok()?;
        Some((known.modified().ok()?, known.len()))
    }

    /// A path as the system knows it.
    pub fn real(&self, place: &str) -> PathBuf {
        let nameless = self.nameless.read().unwrap_or_else(|broken| broken.into_inner());
        let known = ancestors(place).filter(|_| !nameless.is_empty());
        let known = known.filter_map(|above| Some((above, nameless.get(above)?))).next();
        let (mut real, rest) = match known {
            Some((above, known)) => (known.clone(), place.get(above.len()..).unwrap_or("")),
            None => (self.top.clone(), place),
        };
        // A part that is a whole path would take the place of all before it.
        let is_part = |part: &&str| Path::new(part).is_relative() && !part.is_empty();
        real.extend(rest.split('/').filter(is_part));
        real
    }

    fn remember(&self, place: &str, path: &Path) {
        let mut nameless = self.nameless.write().unwrap_or_else(|broken| broken.into_inner());
        nameless.insert(place.to_owned(), path.to_owned());
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        bytes_of(&self.real(path))
    }

    fn unkept(&self, path: &str) -> Option<Arc<dyn UnkeptFile>> {
        let path = self.real(path);
        let metadata = fs::metadata(&path).ok()?;
        // What the system makes up on reading has no size before.
        let is_sound = metadata.is_file() && (1..=MAX_BYTES).contains(&metadata.len());
        let size = usize::try_from(metadata.len()).ok().filter(|_| is_sound)?;
        Some(Arc::new(UnkeptOnDisk { path, size, seen: OnceLock::new(), lost: OnceLock::new() }))
    }

    fn list(&self, folder: &str) -> Result<Vec<Child>, Obstacle> {
        let real = self.real(folder);
        if !fs::metadata(&real).map_err(|error| obstacle(&error))?.is_dir() {
            return Err(Obstacle::NoFolder);
        }
        let entries = WalkDir::new(real).min_depth(1).max_depth(1);
        let mut children: Vec<Child> = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| error.io_error().map_or(Obstacle::Missing, obstacle))?;
            let name = entry.file_name();
            let shown = file_name(name.as_encoded_bytes());
            if name.to_str().is_none() {
                self.remember(&join(folder, &shown), entry.path());
            }
            children.push(Child { name: shown, kind: kind(entry.file_type()) });
        }
        children.sort_by(|a, b| a.name.cmp(&b.name));
        // A name may have a backslash of its own.
        match children.windows(2).find(|pair| matches!(pair, [a, b] if a.name == b.name)) {
            Some([twin, ..]) => {
                let why = format!("two names in it are written `{}`", quote(&twin.name));
                Err(Obstacle::Other(why))
            }
            Some(_) | None => Ok(children),
        }
    }

    fn resolve(&self, path: &str) -> Result<Destination, Obstacle> {
        let path = self.real(path);
        match canonical(&path) {
            // On another drive.
            Ok(real) if !real.starts_with(&self.top) => Err(Obstacle::LeadsOut),
            Ok(real) => Ok(Destination { path: self.place(&real), is_folder: real.is_dir() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(&path).is_ok() => {
                Err(Obstacle::Dangling)
            }
            Err(error) => Err(obstacle(&error)),
        }
    }

    fn repository(&self, folder: &str) -> Option<String> {
        let is_top = |folder: &&str| self.real(&join(folder, ".git")).exists();
        ancestors(folder).find(is_top).map(str::to_owned)
    }
}

/// A file of this disk that is not kept.
#[derive(Debug)]
struct UnkeptOnDisk {
    path: PathBuf,
    size: usize,
    /// A hash of what was read the first time.
    seen: OnceLock<u64>,
    /// Why a reading gave nothing. There is no other after that, so that nobody can judge what others could not see.
    lost: OnceLock<Box<str>>,
}

impl UnkeptOnDisk {
    fn now(&self) -> Result<Vec<u8>, String> {
        /// Nobody can know its key, and so change a file to another one of the same hash.
        static KEY: OnceLock<RandomState> = OnceLock::new();
        let bytes = bytes_of(&self.path).and_then(refuse_pointer).map_err(|why| why.to_string())?;
        let hash = KEY.get_or_init(RandomState::new).hash_one(&bytes);
        if bytes.len() != self.size || *self.seen.get_or_init(|| hash) != hash {
            return Err("it was changed after it was found".to_owned());
        }
        Ok(bytes)
    }
}

impl UnkeptFile for UnkeptOnDisk {
    fn read(&self) -> Result<Vec<u8>, String> {
        let known = self.lost.get().map_or_else(|| self.now(), |why| Err(why.to_string()));
        known.map_err(|why| self.lost.get_or_init(|| why.into()).to_string())
    }

    fn size(&self) -> usize {
        self.size
    }
}

fn kind(file_type: fs::FileType) -> FileKind {
    if file_type.is_file() {
        FileKind::File
    } else if file_type.is_dir() {
        FileKind::Folder
    } else if file_type.is_symlink() {
        FileKind::Link
    } else {
        FileKind::Other
    }
}

/// Reads the bytes of a file, or says why it cannot.
fn bytes_of(path: &Path) -> Result<Vec<u8>, Obstacle> {
    // Asked before it is opened: opening a pipe would wait for its other end, forever.
    let metadata = fs::metadata(path).map_err(|error| obstacle(&error))?;
    if metadata.is_dir() {
        return Err(Obstacle::Folder);
    }
    if !metadata.is_file() {
        return Err(Obstacle::Irregular);
    }
    if metadata.len() > MAX_BYTES {
        return Err(Obstacle::TooLarge);
    }
    // The size may have changed since, and is 0 for what the system makes up on reading.
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| obstacle(&error))?;
    if bytes.len() as u64 > MAX_BYTES { Err(Obstacle::TooLarge) } else { Ok(bytes) }
}

/// As `bytes_of`, of a file that need not lie in a repository.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    bytes_of(path).map_err(|why| why.to_string())
}

/// A path with all links resolved.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    let real = fs::canonicalize(path)?;
    let plain = real.to_str().and_then(of_drive).map(PathBuf::from);
    Ok(plain.unwrap_or(real))
}

/// A path as everything else on Windows writes it. Resolved, it is `\\?\C:\desk`, in which git, for one, cannot be started.
fn of_drive(path: &str) -> Option<&str> {
    /// What is longer is a path in this form alone.
    const LONGEST: usize = 240;
    let plain = path.strip_prefix(r"\\?\")?;
    let has_drive = plain.starts_with(|c: char| c.is_ascii_alphabetic()) && plain.get(1..3) == Some(r":\");
    (cfg!(windows) && has_drive && plain.len() < LONGEST).then_some(plain)
}

/// Where a folder lies for those who read what this run writes, however its path was given: `examples/desk/` below the folder
/// that the command runs in, nothing for that folder itself, and the whole path where it lies outside.
pub fn seen_from_here(folder: &Path) -> String {
    let (Ok(here), Ok(folder)) = (canonical(Path::new(".")), canonical(folder)) else { return String::new() };
    let seen = folder.strip_prefix(&here).unwrap_or(&folder);
    let mut shown = file_name(seen.as_os_str().as_encoded_bytes()).replace(path::MAIN_SEPARATOR, "/");
    if !shown.is_empty() && !shown.ends_with('/') {
        shown.push('/');
    }
    shown
}

fn obstacle(error: &io::Error) -> Obstacle {
    match error.kind() {
        io::ErrorKind::NotFound => Obstacle::Missing,
        io::ErrorKind::PermissionDenied => Obstacle::Denied,
        io::ErrorKind::NotADirectory => Obstacle::NoFolder,
        kind => Obstacle::Other(kind.to_string()),
    }
}

/// What went wrong, in the same words on every system.
pub fn reason(error: &io::Error) -> String {
    obstacle(error).to_string()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::project::{Inputs, Memory, TableNode, inputs};

    /// The paths of files with their texts, and, after an arrow, of links.
    type Tree = &'static [(&'static str, &'static str)];

    const TREES: &[Tree] = &[
        &[("rollouts/b/2.yaml", "x: 1"), ("rollouts/b/rollout.yaml", ""), ("rollouts/.h/3.yaml", "")],
        &[
            ("tollgate.yaml", "policies: [policies/]\nsnapshots: data/*/m-*.yaml\n"),
            ("policies/a.gate", "a"),
            ("policies/linked.gate", "-> a.gate"),
            ("data/x/m-1.yaml", "1"),
            ("data/x/m-2.yaml", "-> nowhere"),
            ("data/x/m-3.yaml", "-> m-3.yaml"),
            ("data/y", "-> x"),
            ("data/z", "-> ../policies"),
            ("data/out", "-> ../../outside"),
        ],
        &[
            ("rollouts", "-> real"),
            ("real/w/1.yaml", "1"),
            ("real/w/again", "-> ../../real"),
            ("real/w/more/CACHEDIR.TAG", ""),
            ("real/w/rollout.yaml", "-> ../standing.yaml"),
            ("real/standing.yaml", "s"),
        ],
        &[
            ("base/tollgate.yaml", "policies: [p.gate]\n"),
            ("base/p.gate", "p"),
            ("teams/a/tollgate.yaml", "extends: ../../base\n"),
            ("teams/a/rollouts/w/1.yaml", "1"),
            ("teams/b/tollgate.yaml", "-> ../a/tollgate.yaml"),
            ("teams/b/rollouts/w/1.yaml", "1"),
            ("teams/c/tollgate.yaml", "extends: tollgate.yaml\n"),
            ("left/rollouts/w/1.yaml", "1"),
        ],
        &[("tollgate.yaml", "policies: [no.gate, p.gate/x, ../up, '/abs', 'a[']\n"), ("p.gate", "p")],
        &[("tollgate.yaml", "-> nowhere")],
        &[("tollgate.yaml/x", "")],
    ];

    fn shown(inputs: &Inputs) -> String {
        format!("{:#?}\n{:#?}\n{:#?}", inputs.sources, inputs.projects, inputs.problems)
    }

    #[test]
    fn a_disk_and_a_memory_with_the_same_files_give_the_same_inputs() {
        let folder = std::env::temp_dir().join(format!("tollgate-disk-{}", std::process::id()));
        for (at, tree) in TREES.iter().enumerate() {
            let root = folder.join(at.to_string());
            fs::create_dir_all(root.join(".git")).unwrap();
            fs::create_dir_all(folder.join("outside")).unwrap();
            let mut memory = Memory::default();
            for (path, text) in *tree {
                let real = root.join(path);
                fs::create_dir_all(real.parent().unwrap()).unwrap();
                match text.strip_prefix("-> ") {
                    Some(target) => {
                        symlink(target, real).unwrap();
                        memory.insert(*path, TableNode::Link(target.to_owned()));
                    }
                    None => {
                        fs::write(real, text).unwrap();
                        memory.insert(*path, TableNode::File(text.as_bytes().to_vec()));
                    }
                }
            }
            let on_disk = inputs(&Disk::of(&root).start(false));
            let in_memory = inputs(&Start::new(&memory, ""));
            assert_eq!(shown(&on_disk), shown(&in_memory), "{tree:?}");
        }
        let _ = fs::remove_dir_all(folder);
    }

    // Others take no such names.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_no_text_is_read_all_the_same() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let folder = std::env::temp_dir().join(format!("tollgate-nameless-{}", std::process::id()));
        let inner = folder.join(OsStr::from_bytes(b"\xff")).join("rollouts");
        fs::create_dir_all(&inner).unwrap();
        if fs::write(inner.join(OsStr::from_bytes(b"\xfe.yaml")), "x: 1").is_ok() {
            let found = inputs(&Disk::of(inner.parent().unwrap()).start(false));
            let file = &found.projects[0].snapshots[0];
            assert_eq!((&*file.name, &*file.bytes().unwrap()), (r"rollouts/\xfe.yaml", &b"x: 1"[..]));
        }
        let _ = fs::remove_dir_all(folder);
    }
}
