//! The files of a commit, each read from its blob when it is asked for.
//!
//! Nothing is checked out, so no hook, filter or index has a say. Knows git's objects, and not which commit is meant.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Mutex, PoisonError};

use super::{Git, GitProblem, said};
use crate::project::{self, Destination, Files, MAX_BYTES, Obstacle, Table, TableNode};
use crate::text::file_name;

/// What git writes of a symbolic link.
const LINK: &str = "120000";
/// What git writes of a commit of another repository.
pub(super) const SUBMODULE: &str = "160000";

/// The blobs of a commit by their paths, each read when it is asked for.
pub(super) struct Blobs {
    /// What git knows them by.
    table: Table<String>,
    reader: Mutex<ObjectReader>,
}

impl Blobs {
    /// All of them, whatever their names end in.
    pub(super) fn of(git: &Git<'_>, commit: &str) -> Result<Self, GitProblem> {
        let entries = git.output(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let mut reader = ObjectReader::new(git)?;
        let mut table = Table::default();
        for entry in entries.split(|byte| *byte == 0) {
            let Some(tab) = entry.iter().position(|byte| *byte == b'\t') else { continue };
            let (Some(about), Some(path)) = (entry.get(..tab), entry.get(tab + 1..)) else { continue };
            let about = String::from_utf8_lossy(about);
            let mut about = about.split(' ');
            let (Some(mode), Some(_), Some(id)) = (about.next(), about.next(), about.next()) else {
                continue;
            };
            let node = if mode == LINK {
                let target = reader.read(id).map_err(|why| GitProblem::Failed(why.to_string()))?;
                TableNode::Link(file_name(&target))
            } else if mode == SUBMODULE {
                TableNode::Unreadable(Obstacle::Submodule)
            } else {
                TableNode::File(id.to_owned())
            };
            table.insert(file_name(path), node);
        }
        Ok(Self { table, reader: Mutex::new(reader) })
    }

    /// What git knows a file by.
    pub(super) fn id(&self, path: &str) -> Option<&str> {
        self.table.file(path).ok().map(String::as_str)
    }

    /// What is in an object, of whatever commit.
    pub(super) fn object(&self, id: &str) -> Result<Vec<u8>, Obstacle> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.read(id)
    }
}

impl Files for Blobs {
    fn read(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        self.object(self.table.file(path)?)
    }

    fn list(&self, folder: &str) -> Result<Vec<project::Child>, Obstacle> {
        self.table.list(folder)
    }

    fn resolve(&self, path: &str) -> Result<Destination, Obstacle> {
        self.table.resolve(path)
    }

    fn repository(&self, _: &str) -> Option<String> {
        Some(String::new())
    }
}

/// Bytes of what git says on standard error that are read.
const MAX_WORDS: u64 = 10_000;

/// A `git` that waits for names of objects, and answers with what is in them.
struct ObjectReader {
    git: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl ObjectReader {
    fn new(git: &Git<'_>) -> io::Result<Self> {
        let mut command = git.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut git = command.spawn()?;
        let (Some(questions), Some(answers)) = (git.stdin.take(), git.stdout.take()) else {
            return Err(io::Error::other("git does not respond"));
        };
        Ok(Self { git, questions, answers: BufReader::new(answers) })
    }

    fn read(&mut self, id: &str) -> Result<Vec<u8>, Obstacle> {
        let size = self.ask(id).map_err(|error| Obstacle::Other(error.to_string()))?;
        let mut content = self.answers.by_ref().take(size + 1);
        let read = if size > MAX_BYTES {
            io::copy(&mut content, &mut io::sink()).map(|_| Err(Obstacle::TooLarge))
        } else {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).map(|read| {
                // A line break ends it: without one, git has stopped in the middle.
                match bytes.pop() {
                    Some(b'\n') if read as u64 == size + 1 => Ok(bytes),
                    Some(_) | None => Err(Obstacle::Other(self.stopped())),
                }
            })
        };
        read.unwrap_or_else(|error| Err(Obstacle::Other(error.to_string())))
    }

    /// Why there is no answer, in git's own words if it has any.
    fn stopped(&mut self) -> String {
        let _ = self.git.kill();
        let mut words = Vec::new();
        if let Some(stderr) = self.git.stderr.take() {
            let _ = stderr.take(MAX_WORDS).read_to_end(&mut words);
        }
        match said(&words) {
            nothing if nothing.is_empty() => "git stopped responding".to_owned(),
            words => format!("git stopped responding: {words}"),
        }
    }

    /// Asks for an object, and says how many bytes of it come, with a line break behind them.
    fn ask(&mut self, id: &str) -> io::Result<u64> {
        let mut about = String::new();
        let asked = self.questions.write_all(format!("{id}\n").as_bytes());
        if asked.and_then(|()| self.answers.read_line(&mut about)).ok().filter(|read| *read > 0).is_none() {
            return Err(io::Error::other(self.stopped()));
        }
        let size = about.trim_end().rsplit(' ').next().and_then(|size| size.parse().ok());
        size.ok_or_else(|| io::Error::other(format!("git answers `{}`", about.trim_end())))
    }
}

impl Drop for ObjectReader {
    fn drop(&mut self) {
        // Nothing is lost: it has only read, and is not asked for more.
        let _ = self.git.kill();
        let _ = self.git.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_that_are_not_utf_8_stay_apart() {
        assert_eq!(file_name(b"caf\xe8/s.yaml"), "caf\\xe8/s.yaml");
        assert_eq!(file_name("caf\u{e9}".as_bytes()), "caf\u{e9}");
    }
}
