//! What `git` knows: the files of another commit, read from its objects, and what has changed since.
//!
//! Asks the `git` program and nothing else. Nothing is written, and no hook is run. Names of files are taken as they are,
//! whatever characters they have.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use super::disk::canonical;
use crate::project::{self, Base, Destination, Files, MAX_BYTES, Obstacle, Table, TableNode};
use crate::report::against::FileChange;

/// What would have git look elsewhere than in the folder that it is started in.
const REDIRECTIONS: [&str; 9] = [
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
];

/// Another commit's files, as far as they can be policies, configurations or snapshots.
pub(super) struct Commit {
    files: Blobs,
    /// The folder in it that stands for the one that is checked.
    root: String,
    /// What is said to be known of it: the name that was given.
    pub(super) reference: String,
    /// The commit that this is the name of.
    pub(super) id: String,
    /// Files that are no longer what they were where the branch began, named from the folder that is checked.
    changes: Vec<FileChange>,
}

impl Commit {
    pub(super) fn base(&self) -> Base<'_> {
        let Self { files, root, reference, id: _, changes } = self;
        Base { files, root, reference, changes }
    }
}

/// Looks up a commit and its files, and finds what has changed since the branch left it.
///
/// # Errors
/// What is missing, and what to do: `git`, a repository, the commit.
pub(super) fn commit(path: &Path, reference: &str) -> Result<Commit, String> {
    let path = canonical(path).map_err(|error| format!("`{}` cannot be used: {error}", path.display()))?;
    let git = Git { folder: &path };
    let top = git.line(&["rev-parse", "--show-toplevel"]).map_err(|why| match why {
        GitProblem::Missing => {
            "`git` is not installed, and what stands in another commit needs it".to_owned()
        }
        GitProblem::Failed(_) => {
            format!("`{}` is in no git repository, so there is no commit to look at", path.display())
        }
    })?;
    let top = canonical(Path::new(&top)).map_err(|error| format!("`{top}` cannot be used: {error}"))?;
    let id = look_up(&git, reference)?;
    let inner = path.strip_prefix(&top).unwrap_or(Path::new(""));
    let files = Blobs::of(&Git { folder: &top }, &id)
        .map_err(|why| format!("the files of `{reference}` cannot be read: {why}"))?;
    // What the branch has not touched is no change of it, whatever has happened on the other side since.
    let since = git.line(&["merge-base", &id, "HEAD"]).unwrap_or_else(|_| id.clone());
    let changes =
        changes(&git, &since, inner).map_err(|why| format!("what has changed cannot be found: {why}"))?;
    let root: Vec<_> = inner.iter().map(|part| part.to_string_lossy()).collect();
    Ok(Commit { files, root: root.join("/"), reference: reference.to_owned(), id, changes })
}

fn look_up(git: &Git<'_>, reference: &str) -> Result<String, String> {
    let wanted = format!("{reference}^{{commit}}");
    git.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).map_err(|_| {
        let shallow =
            git.line(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer == "true");
        let remotes = git.output(&["remote"]).unwrap_or_default();
        let help = if reference == "HEAD" {
            "nothing is committed yet".to_owned()
        } else {
            how_to_fetch(reference, &String::from_utf8_lossy(&remotes), shallow)
        };
        format!("git knows no commit `{reference}`; {help}")
    })
}

/// What brings a commit that is not known here, as far as its name says where it is to be had.
fn how_to_fetch(reference: &str, remotes: &str, shallow: bool) -> String {
    // It becomes a line for a shell, so a name is taken up only if it is one word of one.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    let plain = reference.starts_with(|c: char| c.is_ascii_alphanumeric()) && reference.chars().all(is_plain);
    let wanted = if plain { reference } else { "origin/main" };
    let (remote, branch) = wanted
        .split_once('/')
        .filter(|(remote, _)| !plain || remotes.lines().any(|known| known == *remote))
        .unwrap_or(("origin", wanted));
    let is_hash = branch.len() >= 7 && branch.chars().all(|c| c.is_ascii_hexdigit());
    let deep = if shallow { "--unshallow " } else { "" };
    // A clone of one branch keeps no name of another one unless it is told to.
    let what = if is_hash { branch.to_owned() } else { format!("{branch}:refs/remotes/{remote}/{branch}") };
    let named = format!("{remote}/{branch}");
    let then = if is_hash || named == reference { String::new() } else { format!(", and name it `{named}`") };
    let fetch = format!("`git fetch {deep}{remote} {what}`");
    if shallow {
        format!(
            "the clone is shallow: fetch it with its history, as in {fetch}{then}, or by `fetch-depth: 0` in a workflow"
        )
    } else {
        format!("fetch it first, as in {fetch}{then}")
    }
}

/// Why git gave no answer.
#[derive(Debug)]
enum GitProblem {
    Missing,
    Failed(String),
}

impl std::fmt::Display for GitProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("`git` is not installed"),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

impl From<io::Error> for GitProblem {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::Missing } else { Self::Failed(error.to_string()) }
    }
}

struct Git<'a> {
    folder: &'a Path,
}

impl Git<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        // Hooks and aliases of the repository that is judged have no say here.
        command.args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"]);
        command.args(arguments).current_dir(self.folder);
        for name in REDIRECTIONS {
            command.env_remove(name);
        }
        // What a repository says to be read in the place of an object is no part of the commit.
        command.env("LC_ALL", "C").env("GIT_NO_REPLACE_OBJECTS", "1");
        command
    }

    fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, GitProblem> {
        let output = self.command(arguments).stdin(Stdio::null()).output()?;
        checked(output)
    }

    /// The first line of what git answers.
    fn line(&self, arguments: &[&str]) -> Result<String, GitProblem> {
        let bytes = self.output(arguments)?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.lines().next().unwrap_or("").to_owned())
    }
}

fn checked(output: Output) -> Result<Vec<u8>, GitProblem> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(GitProblem::Failed(
        why.lines().next().unwrap_or("git has failed").trim_start_matches("fatal: ").to_owned(),
    ))
}

/// The blobs of a commit by their paths, each read when it is asked for.
struct Blobs {
    /// What git knows them by.
    table: Table<String>,
    reader: Mutex<ObjectReader>,
}

impl Blobs {
    /// Those that can be of interest.
    fn of(git: &Git<'_>, commit: &str) -> Result<Self, GitProblem> {
        let entries = git.output(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let mut reader = ObjectReader::new(git)?;
        let mut table = Table::default();
        for entry in entries.split(|byte| *byte == 0) {
            let entry = String::from_utf8_lossy(entry);
            let Some((about, path)) = entry.split_once('\t') else { continue };
            let mut about = about.split(' ');
            // What is no blob is another repository.
            let (Some(mode), Some("blob"), Some(id)) = (about.next(), about.next(), about.next()) else {
                continue;
            };
            // Links too, as one may stand for a folder of such files.
            if mode == "120000" {
                let target = reader.read(id).map_err(|why| GitProblem::Failed(why.to_string()))?;
                table.insert(path, TableNode::Link(String::from_utf8_lossy(&target).into_owned()));
            } else if [".gate", ".yaml", ".yml"].iter().any(|end| path.ends_with(end)) {
                table.insert(path, TableNode::File(id.to_owned()));
            }
        }
        Ok(Self { table, reader: Mutex::new(reader) })
    }
}

impl Files for Blobs {
    fn read(&self, path: &str) -> Result<Vec<u8>, Obstacle> {
        let id = self.table.file(path)?;
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.read(id)
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

/// A `git` that waits for names of objects, and answers with what is in them.
struct ObjectReader {
    git: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl ObjectReader {
    fn new(git: &Git<'_>) -> io::Result<Self> {
        let mut command = git.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut git = command.spawn()?;
        let (Some(questions), Some(answers)) = (git.stdin.take(), git.stdout.take()) else {
            return Err(io::Error::other("git does not answer"));
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
                    Some(_) | None => Err(Obstacle::Other("git has stopped answering".to_owned())),
                }
            })
        };
        read.unwrap_or_else(|error| Err(Obstacle::Other(error.to_string())))
    }

    /// Asks for an object, and says how many bytes of it come, with a line break behind them.
    fn ask(&mut self, id: &str) -> io::Result<u64> {
        self.questions.write_all(format!("{id}\n").as_bytes())?;
        let mut about = String::new();
        self.answers.read_line(&mut about)?;
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

/// The files that differ between a commit and the working tree, new ones among them.
fn changes(git: &Git<'_>, since: &str, inner: &Path) -> Result<Vec<FileChange>, GitProblem> {
    let diff = git.output(&["diff", "--no-ext-diff", "--no-relative", "--name-status", "-z", "-M", since])?;
    let mut parts = diff.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let name = |path: Option<std::borrow::Cow<'_, str>>| path.map(|path| relative(&path, inner));
    let mut changes = BTreeSet::new();
    while let Some(status) = parts.next().filter(|status| !status.is_empty()) {
        let first = name(parts.next());
        changes.insert(match status.chars().next() {
            Some('A') => FileChange { old: None, new: first, unseen: false },
            Some('D') => FileChange { old: first, new: None, unseen: false },
            Some('R' | 'C') => FileChange { old: first, new: name(parts.next()), unseen: false },
            Some(_) | None => FileChange { old: first.clone(), new: first, unseen: false },
        });
    }
    let untracked =
        git.output(&["ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--", ":/"])?;
    let untracked = untracked.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    changes.extend(untracked.map(|path| FileChange {
        old: None,
        new: name(Some(String::from_utf8_lossy(path))),
        unseen: false,
    }));
    Ok(changes.into_iter().collect())
}

/// A path from the repository's top as seen from a folder in it.
fn relative(path: &str, inner: &Path) -> String {
    let mut up = 0;
    let mut folder = Some(inner);
    while let Some(inner) = folder {
        if inner == Path::new("") {
            break;
        }
        if let Ok(rest) = Path::new(path).strip_prefix(inner) {
            return "../".repeat(up) + &rest.to_string_lossy();
        }
        up += 1;
        folder = inner.parent();
    }
    "../".repeat(up) + path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_fetch_is_what_was_asked_for() {
        let help = |reference: &str, shallow| how_to_fetch(reference, "origin\nfork\n", shallow);
        for (reference, line) in [
            ("origin/release/2", "`git fetch origin release/2:refs/remotes/origin/release/2`"),
            ("fork/main", "`git fetch fork main:refs/remotes/fork/main`"),
            ("main", "`git fetch origin main:refs/remotes/origin/main`, and name it `origin/main`"),
            ("a/b", "`git fetch origin a/b:refs/remotes/origin/a/b`, and name it `origin/a/b`"),
            ("0123abcd", "`git fetch origin 0123abcd`"),
            (
                "--upload-pack=x",
                "`git fetch origin main:refs/remotes/origin/main`, and name it `origin/main`",
            ),
            ("a; rm b", "`git fetch origin main:refs/remotes/origin/main`, and name it `origin/main`"),
        ] {
            assert_eq!(help(reference, false), format!("fetch it first, as in {line}"));
            let deep = line.replace("git fetch", "git fetch --unshallow");
            assert!(help(reference, true).contains(&format!("as in {deep}, or by")), "{reference}");
        }
    }

    #[test]
    fn paths_are_seen_from_the_folder_that_is_checked() {
        let seen = |path: &str, inner: &str| relative(path, Path::new(inner));
        assert_eq!(seen("rollouts/a.yaml", ""), "rollouts/a.yaml");
        assert_eq!(seen("teams/a/x.yaml", "teams/a"), "x.yaml");
        assert_eq!(seen("teams/b/x.yaml", "teams/a"), "../b/x.yaml");
        assert_eq!(seen("platform/t.yaml", "teams/a"), "../../platform/t.yaml");
    }
}
