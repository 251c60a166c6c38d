//! Writes files: what is asked for by name, at once or not at all, and new ones, all of them or none, and never over one that
//! is there.
//!
//! A repository may bring links. None of them has the program write where nobody told it to.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{self, Component, Path, PathBuf};
use std::process;

use crate::disk::{canonical, reason};
use crate::text::first_few;

/// Writes a file that was asked for, over what is there. If it cannot be written, nothing is left of what was there.
pub(super) fn write(file: &Path, text: &str) -> Result<(), String> {
    let into = |place: &Path| fs::write(place, text).map_err(|error| reason(&error));
    if is_open_already(file) {
        return into(file);
    }
    let place = destination(file)?;
    match fs::symlink_metadata(&place) {
        // A pipe or a device, which somebody is at the other end of.
        Ok(known) if !known.is_file() && !known.is_dir() => into(&place),
        Ok(known) if known.is_file() && !known.permissions().readonly() => swap(&place, text).or_else(|_| {
            // The folder takes no new file: one file alone may be mounted into it.
            let written = into(&place);
            if written.is_err() {
                discard(&place);
            }
            written
        }),
        Ok(_) | Err(_) => swap(&place, text),
    }
}

/// Takes away what an earlier run has written to a file that this run is to write: if this one ends without writing it, nobody
/// shall take the old one for its own. What is read-only, or no regular file, stays.
pub(super) fn clear(file: &Path) {
    let Ok(place) = destination(file) else { return };
    let known = fs::symlink_metadata(&place);
    let is_old = known.is_ok_and(|known| known.is_file() && !known.permissions().readonly());
    if is_old && !is_open_already(file) {
        discard(&place);
    }
}

/// Removes a file, or empties it where it cannot be removed.
fn discard(place: &Path) {
    // If neither can be done, writing it cannot be either, and that is told.
    let _ = fs::remove_file(place).or_else(|_| File::create(place).map(drop));
}

/// What the system gives a program under a name though it is open already: there is no file to be replaced.
fn is_open_already(file: &Path) -> bool {
    ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"].iter().any(|known| file.starts_with(known))
}

/// Puts a text in the place of a file, at once: whoever reads it meanwhile sees the one or the other.
pub(super) fn swap(place: &Path, text: &str) -> Result<(), String> {
    let known = fs::metadata(place).ok().map(|known| known.permissions());
    // The folder alone decides whether a file may be replaced, so this is not asked for by anyone else.
    if known.as_ref().is_some_and(Permissions::readonly) {
        return Err("it is read-only".to_owned());
    }
    let (beside, mut file) = beside(place).map_err(|error| reason(&error))?;
    let mut written = file.write_all(text.as_bytes());
    drop(file);
    if let Some(permissions) = known {
        written = written.and_then(|()| fs::set_permissions(&beside, permissions));
    }
    written.and_then(|()| fs::rename(&beside, place)).map_err(|error| {
        remove(&beside);
        reason(&error)
    })
}

/// Keeps a copy of a text that nobody is meant to change, unless it is there already.
///
/// # Errors
/// Why it cannot be written, in words.
pub(super) fn keep_copy(place: &Path, text: &str) -> Result<(), String> {
    if fs::read(place).is_ok_and(|known| known == text.as_bytes()) {
        return Ok(());
    }
    let folder = place.parent().unwrap_or(place);
    let (copy, mut file) =
        fs::create_dir_all(folder).and_then(|()| beside(place)).map_err(|error| reason(&error))?;
    let written = file.write_all(text.as_bytes()).and_then(|()| {
        let mut permissions = file.metadata()?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&copy, permissions)
    });
    written.and_then(|()| fs::rename(&copy, place)).map_err(|error| {
        remove(&copy);
        reason(&error)
    })
}

/// A new file in the same folder, under a name that nothing has.
fn beside(place: &Path) -> io::Result<(PathBuf, File)> {
    let mut attempt = 0;
    loop {
        let beside = place.with_file_name(format!(".tollgate-{}-{attempt}", process::id()));
        match File::create_new(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
            made => return made.map(|file| (beside, file)),
        }
    }
}

/// What a path leads to with all links followed. A path that somebody has written may lead anywhere, and a link only to where
/// it could lie itself: in the same repository or, outside of every one, in the folder that the program was started in.
///
/// # Errors
/// If a link in it leads out of there, or nowhere.
pub(super) fn destination(path: &Path) -> Result<PathBuf, String> {
    let whole = path::absolute(path).map_err(|error| reason(&error))?;
    let mut real = PathBuf::new();
    let mut parts = whole.components().peekable();
    while let Some(part) = parts.next() {
        match part {
            Component::Prefix(_) | Component::RootDir => real.push(part),
            Component::CurDir => {}
            Component::ParentDir => {
                real.pop();
            }
            Component::Normal(name) => {
                let folder = real.clone();
                real.push(name);
                if fs::symlink_metadata(&real).is_ok_and(|known| known.is_symlink()) {
                    let it = if parts.peek().is_some() { "it is reached through" } else { "it is" };
                    real = followed(&real, &folder).map_err(|why| format!("{it} a link that leads {why}"))?;
                }
            }
        }
    }
    Ok(real)
}

/// Where a link in a folder leads, or whereto it leads and must not.
fn followed(link: &Path, folder: &Path) -> Result<PathBuf, &'static str> {
    let target = canonical(link).or_else(|_| yet_to_be_made(link, folder)).map_err(|_| "nowhere")?;
    if let Some(top) = folder.ancestors().find(|above| above.join(".git").exists()) {
        let inner = target.strip_prefix(top).map_err(|_| "out of the repository")?;
        // What git keeps there says what runs on this machine.
        return if inner.starts_with(".git") { Err("into `.git`") } else { Ok(target) };
    }
    let here = canonical(Path::new(".")).map_err(|_| "nowhere")?;
    let leads_out = folder.starts_with(&here) && !target.starts_with(&here);
    if leads_out { Err("out of the folder where the command was started") } else { Ok(target) }
}

/// Where a link leads whose file is not there, in a folder that is.
fn yet_to_be_made(link: &Path, folder: &Path) -> io::Result<PathBuf> {
    let missing = || io::Error::from(io::ErrorKind::NotFound);
    let target = folder.join(fs::read_link(link)?);
    let (Some(above), Some(name)) = (target.parent(), target.file_name()) else { return Err(missing()) };
    let target = canonical(above)?.join(name);
    // Another link that leads nowhere.
    if fs::symlink_metadata(&target).is_ok() { Err(missing()) } else { Ok(target) }
}

/// Adds to a text file what `more` makes of what is there, which is nothing where there is no file.
///
/// # Errors
/// If it cannot be read or written, or a link leads it out of where it lies.
pub(super) fn extend(file: &Path, more: impl FnOnce(&str) -> String) -> Result<(), String> {
    let place = destination(file)?;
    let before = match fs::read_to_string(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.map_err(|error| reason(&error))?,
    };
    swap(&place, &more(&before))
}

/// Writes a file below `root`, by its name with `/`, over what is there, and makes the folders that it needs.
///
/// # Errors
/// If it cannot be written, or a link leads it out of where it lies.
pub(super) fn below(root: &Path, name: &str, text: &str) -> Result<(), String> {
    let place = destination(&root.join(name))?;
    place.parent().map_or(Ok(()), fs::create_dir_all).map_err(|error| reason(&error))?;
    swap(&place, text)
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
        let place = destination(&root.join(name));
        let written = place.and_then(|place| made.file(&place, text).map_err(|error| reason(&error)));
        if let Err(why) = written {
            made.undo();
            return Err(format!("nothing was written: `{name}` cannot be made: {why}"));
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
