//! What `git` knows: the tree of another commit, written out into a folder of its own, and what has changed since.
//!
//! Asks the `git` program and nothing else. Names of files are taken as they are, whatever characters they have.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs, process};

use crate::report::against::FileChange;

/// Another commit's files, as far as they can be policies, configurations or snapshots.
#[derive(Debug)]
pub(super) struct BaseTree {
    folder: PathBuf,
    /// The folder in it that stands for the one that is checked.
    pub(super) root: PathBuf,
    /// What is said to be known of it: the name that was given.
    pub(super) reference: String,
    /// The commit that this is the name of.
    pub(super) commit: String,
    /// Files that are no longer what they were where the branch began, named from the folder that is checked.
    pub(super) changes: Vec<FileChange>,
}

impl Drop for BaseTree {
    fn drop(&mut self) {
        // A folder that stays behind in the system's place for such is no reason to fail.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Writes out the tree of a commit, and finds what has changed since the branch left it.
///
/// # Errors
/// What is missing, and what to do: `git`, a repository, the commit.
pub(super) fn base_tree(path: &Path, reference: &str) -> Result<BaseTree, String> {
    let path =
        fs::canonicalize(path).map_err(|error| format!("`{}` cannot be used: {error}", path.display()))?;
    let git = Git { folder: &path, index: None };
    let top = git.line(&["rev-parse", "--show-toplevel"]).map_err(|why| match why {
        Problem::Missing => "`git` is not installed, and what stands in another commit needs it".to_owned(),
        Problem::Failed(_) => {
            format!("`{}` is in no git repository, so there is no commit to look at", path.display())
        }
    })?;
    let top = fs::canonicalize(&top).map_err(|error| format!("`{top}` cannot be used: {error}"))?;
    let commit = commit(&git, reference)?;
    let folder =
        env::temp_dir().join(format!("tollgate-{}-{}", process::id(), &commit.get(..12).unwrap_or("base")));
    let inner = path.strip_prefix(&top).unwrap_or(Path::new(""));
    let tree = folder.join("tree");
    let mut base = BaseTree {
        root: tree.join(inner),
        folder,
        reference: reference.to_owned(),
        commit: commit.clone(),
        changes: Vec::new(),
    };
    write_out(&Git { folder: &top, index: Some(base.folder.join("index")) }, &commit, &tree)
        .map_err(|why| format!("the tree of `{reference}` cannot be written out: {why}"))?;
    // What the branch has not touched is no change of it, whatever has happened on the other side since.
    let since = git.line(&["merge-base", &commit, "HEAD"]).unwrap_or(commit);
    base.changes =
        changes(&git, &since, inner).map_err(|why| format!("what has changed cannot be found: {why}"))?;
    Ok(base)
}

fn commit(git: &Git<'_>, reference: &str) -> Result<String, String> {
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
enum Problem {
    Missing,
    Failed(String),
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("`git` is not installed"),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::Missing } else { Self::Failed(error.to_string()) }
    }
}

struct Git<'a> {
    folder: &'a Path,
    /// An index of our own, so that the repository's stays as it is.
    index: Option<PathBuf>,
}

impl Git<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        // Hooks and aliases of the repository that is judged have no say here.
        command.args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"]);
        command.args(arguments).current_dir(self.folder).env("LC_ALL", "C").env_remove("GIT_DIR");
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        command
    }

    fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, Problem> {
        let output = self.command(arguments).stdin(Stdio::null()).output()?;
        checked(output)
    }

    /// The first line of what git answers.
    fn line(&self, arguments: &[&str]) -> Result<String, Problem> {
        let bytes = self.output(arguments)?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.lines().next().unwrap_or("").to_owned())
    }
}

fn checked(output: Output) -> Result<Vec<u8>, Problem> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(Problem::Failed(
        why.lines().next().unwrap_or("git has failed").trim_start_matches("fatal: ").to_owned(),
    ))
}

/// The files of a commit that can be of interest, with no other ones beside them.
fn write_out(git: &Git<'_>, commit: &str, tree: &Path) -> Result<(), Problem> {
    // Its mark makes the folder a repository of its own to whoever looks for the end of one.
    fs::create_dir_all(tree.join(".git"))?;
    git.output(&["read-tree", commit])?;
    let entries = git.output(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
    // Links too, as one may stand for a folder of such files; their mode is the first word of the line.
    let wanted = |entry: &[u8]| {
        entry.starts_with(b"120000 ")
            || [&b".gate"[..], b".yaml", b".yml"].iter().any(|end| entry.ends_with(end))
    };
    let name = |entry: &'_ [u8]| entry.iter().position(|byte| *byte == b'\t').map(|tab| tab + 1);
    let wanted: Vec<&[u8]> = entries
        .split(|byte| *byte == 0)
        .filter(|entry| wanted(entry))
        .filter_map(|entry| entry.get(name(entry)?..))
        .collect();
    let prefix = format!("--prefix={}/", tree.display());
    let mut child = git
        .command(&["checkout-index", "--quiet", "-z", "--stdin", &prefix])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        for name in wanted {
            stdin.write_all(name)?;
            stdin.write_all(&[0])?;
        }
    }
    checked(child.wait_with_output()?).map(drop)
}

/// The files that differ between a commit and the working tree, new ones among them.
fn changes(git: &Git<'_>, since: &str, inner: &Path) -> Result<Vec<FileChange>, Problem> {
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
