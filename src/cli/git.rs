//! What `git` knows: the files of another commit, read from its objects, and where the branch left it.
//!
//! Asks the `git` program and nothing else. Nothing is written, and no hook, filter, replacement or graft has a say.

mod blobs;
mod first;
mod reference;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use self::blobs::{Blobs, SUBMODULE};
use self::first::first_blobs;
use self::reference::Unresolved;
use crate::disk::{canonical, read};
use crate::project::{Base, Branch, FirstVersion, FirstVersions};
use crate::text::{file_name, paragraph, visible};

/// What would have git look elsewhere than in the folder that it is started in, or run other programs.
const REDIRECTIONS: [&str; 13] = [
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_SHALLOW_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_EXTERNAL_DIFF",
    "GIT_EXEC_PATH",
    "GIT_PREFIX",
    "GIT_IMPLICIT_WORK_TREE",
];

/// The programs and shortcuts of the repository that is judged have no say here; nor has a folder among its files that looks
/// like a repository.
const SETTINGS: [&str; 6] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.commitGraph=false",
    "core.quotePath=false",
    "safe.bareRepository=explicit",
    "advice.graftFileDeprecated=false",
];

/// In the place of a file that would change what history looks like.
const NO_FILE: &str = "/dev/null";

/// Another commit's files, and how the branch that is checked out stands to it.
pub(super) struct Commit {
    /// The top of the repository.
    top: PathBuf,
    files: Blobs,
    /// The folder in it that stands for the one that is checked.
    root: String,
    /// What is said to be known of it: the name that was given.
    pub(super) reference: String,
    /// The commit that this is the name of.
    pub(super) id: String,
    /// The files where the branch left it; none where the branch has all of it.
    since: Option<Blobs>,
    branch: Branch,
    /// Whether its snapshots are to be compared.
    evidence: bool,
}

impl Commit {
    /// Whether what is checked out has it in its history; of a [`base`] alone.
    pub(super) fn is_ancestor_of_head(&self) -> bool {
        self.since.is_none()
    }

    /// Files below the folder that is checked, as they first came to the branch of this commit, where that is not as they are.
    pub(super) fn first_versions<'n>(&self, names: impl Iterator<Item = &'n str>) -> FirstVersions {
        let git = Git { folder: &self.top };
        let paths: BTreeMap<&str, String> = names
            .map(|name| {
                (name, if self.root.is_empty() { name.to_owned() } else { format!("{}/{name}", self.root) })
            })
            .collect();
        let unknown = |why: String| FirstVersions { unknown: Some(why), files: BTreeMap::new() };
        if paths.is_empty() {
            return FirstVersions::default();
        }
        if reference::is_shallow(&git) {
            return unknown(reference::advice(&git, &self.reference));
        }
        let folder = |path: &String| path.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
        let first = match first_blobs(&git, &self.id, &paths.values().map(folder).collect()) {
            Ok(first) => first,
            Err(why) => return unknown(why.to_string()),
        };
        let version = |(name, path): (&str, String)| {
            let first =
                first.get(&path).filter(|first| self.files.id(&path).is_some_and(|now| now != first.blob))?;
            let content = self.files.object(&first.blob).ok()?;
            Some((name.to_owned(), FirstVersion { commit: first.commit.clone(), content }))
        };
        FirstVersions { unknown: None, files: paths.into_iter().filter_map(version).collect() }
    }

    pub(super) fn base(&self) -> Base<'_> {
        let Self { top: _, files, root, reference, id, since, branch, evidence } = self;
        Base {
            files,
            root,
            reference,
            commit: id,
            since: since.as_ref().map_or(files, |since| since),
            branch,
            evidence: *evidence,
        }
    }
}

/// The commit that a name means now, and whether `commit` is that one or an ancestor of it.
///
/// # Errors
/// If git cannot tell: it knows no such name, or the clone is shallow and what it has does not show it.
pub(super) fn belongs(path: &Path, commit: &str, reference: &str) -> Result<(String, bool), String> {
    let (top, _) = repository(path)?;
    let git = Git { folder: &top };
    let (commit, now) = (look_up(&git, commit)?, look_up(&git, reference)?);
    let shared = reference::merge_base(&git, &commit, &now);
    let shared = shared.map_err(|why| format!("the history of `{reference}` cannot be read: {why}"))?;
    let belongs = shared.contains(&commit);
    if !belongs && reference::is_shallow(&git) {
        let advice = reference::advice(&git, reference);
        return Err(format!("it is unknown whether {commit} is a commit of `{reference}`; {advice}"));
    }
    Ok((now, belongs))
}

/// Looks up a commit, whose own snapshots are not asked for.
///
/// # Errors
/// What is missing, and what to do: `git`, a repository, the commit.
pub(super) fn commit(path: &Path, reference: &str) -> Result<Commit, String> {
    let (top, inner) = repository(path)?;
    let git = Git { folder: &top };
    let id = look_up(&git, reference)?;
    let files =
        Blobs::of(&git, &id).map_err(|why| format!("the files of `{reference}` cannot be read: {why}"))?;
    let root: Vec<_> = inner.iter().map(|part| file_name(part.as_encoded_bytes())).collect();
    let (root, reference) = (root.join("/"), reference.to_owned());
    Ok(Commit { top, files, root, reference, id, since: None, branch: Branch::default(), evidence: false })
}

/// The same, with what the commit has that the branch has not: a branch is judged as it would be merged.
///
/// # Errors
/// As of [`commit`], and where nobody can tell at which commit the branch began.
pub(super) fn base(path: &Path, reference: &str, allow_outside: bool) -> Result<Commit, String> {
    let (top, _) = repository(path)?;
    let git = Git { folder: &top };
    if !allow_outside {
        borrows_nothing(&git)?;
    }
    let mut commit = Commit { evidence: true, ..commit(path, reference)? };
    let unread = |why: GitProblem| format!("the history of `{reference}` cannot be read: {why}");
    let since = match reference::merge_base(&git, &commit.id, "HEAD").map_err(unread)?.as_slice() {
        [since] => since.clone(),
        [] => {
            return Err(format!(
                "git does not know where the branch left `{reference}`: {}",
                if reference::is_shallow(&git) {
                    reference::advice(&git, reference)
                } else {
                    "they have no commit in common".to_owned()
                }
            ));
        }
        // Which of them is taken decides what the branch seems to have changed.
        [_, _, ..] => {
            return Err(format!(
                "the branch and `{reference}` have each merged the other: merge `{reference}` into the branch first"
            ));
        }
    };
    if since != commit.id {
        let changed = ["diff-tree", "-r", "-z", "--no-renames", "--ignore-submodules=none", "--name-only"];
        let changed = [&changed[..], &[&since, &commit.id]].concat();
        commit.branch.behind = names(&git.output(&changed).map_err(unread)?);
        commit.since = Some(Blobs::of(&git, &since).map_err(unread)?);
    }
    // What the index says: `S 100644 HASH 0<tab>PATH`.
    let listed = git.output(&["ls-files", "-t", "-s", "-z", "--full-name"]).map_err(unread)?;
    for entry in listed.split(|byte| *byte == 0) {
        let Some(tab) = entry.iter().position(|byte| *byte == b'\t') else { continue };
        let (about, path) = (entry.get(..tab).unwrap_or_default(), entry.get(tab + 1..).unwrap_or_default());
        if about.get(2..).is_some_and(|about| about.starts_with(SUBMODULE.as_bytes())) {
            commit.branch.submodules.insert(file_name(path));
        } else if about.starts_with(b"S ") {
            commit.branch.absent.insert(file_name(path));
        }
    }
    // Whatever has any word for this attribute, wherever it says so.
    let encoded = [":(top)", ":(top,exclude,attr:!working-tree-encoding)"];
    let encoded = [&["ls-files", "-z", "--full-name", "--"], &encoded[..]].concat();
    commit.branch.encoded = names(&git.output(&encoded).map_err(unread)?);
    Ok(commit)
}

/// Refuses a repository that takes objects from elsewhere: what lies there may be changed by others.
fn borrows_nothing(git: &Git<'_>) -> Result<(), String> {
    let file = git.line(&["rev-parse", "--git-path", "objects/info/alternates"]);
    let file = file.map_err(|why| format!("git does not say where its objects are: {why}"))?;
    let others = read(&git.folder.join(file)).unwrap_or_default();
    let others = String::from_utf8_lossy(&others);
    let mut others = others.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    match others.next() {
        None => Ok(()),
        Some(other) => Err(format!(
            "the repository takes objects from `{}`: give `--allow-outside` if you trust it, or run `git repack -a -d` and remove `objects/info/alternates`",
            other.escape_debug()
        )),
    }
}

fn names(list: &[u8]) -> BTreeSet<String> {
    list.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(file_name).collect()
}

/// The top of the repository that a folder is in, and the way from there to the folder.
fn repository(path: &Path) -> Result<(PathBuf, PathBuf), String> {
    let path = canonical(path).map_err(|error| format!("`{}` cannot be used: {error}", path.display()))?;
    let git = Git { folder: &path };
    let top = git.line(&["rev-parse", "--show-toplevel"]).map_err(|why| match why {
        GitProblem::Missing => "`git` is not installed, but reading another commit needs it".to_owned(),
        GitProblem::Failed(why) if why.contains("not a git repository") => {
            format!("`{}` is not in a git repository, so there is no commit to read", path.display())
        }
        other => format!("git failed for `{}`: {other}", path.display()),
    })?;
    let top = canonical(Path::new(&top)).map_err(|error| format!("`{top}` cannot be used: {error}"))?;
    let inner = path.strip_prefix(&top).unwrap_or(Path::new("")).to_owned();
    Ok((top, inner))
}

fn look_up(git: &Git<'_>, reference: &str) -> Result<String, String> {
    reference::resolve(git, reference).map_err(|why| match why {
        Unresolved::Unclear(why) => why,
        Unresolved::Unknown if reference == "HEAD" => {
            format!("git knows no commit `{reference}`; nothing is committed yet")
        }
        Unresolved::Unknown => {
            format!("git knows no commit `{reference}`; {}", reference::advice(git, reference))
        }
    })
}

/// Why git gave no answer.
#[derive(Debug)]
enum GitProblem {
    /// It is not installed.
    Missing,
    /// It has failed and said nothing: there is nothing of what it was asked for.
    Silent,
    /// In its own words.
    Failed(String),
}

impl std::fmt::Display for GitProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("`git` is not installed"),
            Self::Silent => f.write_str("git failed without saying why"),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

impl From<io::Error> for GitProblem {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::Missing } else { Self::Failed(error.to_string()) }
    }
}

/// Asks `git` in a folder.
struct Git<'a> {
    folder: &'a Path,
}

impl Git<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        // Hooks and aliases of the repository that is judged have no say here.
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(arguments).current_dir(self.folder);
        for name in REDIRECTIONS {
            command.env_remove(name);
        }
        // What a repository says to be read in the place of an object is no part of the commit.
        command.env("LC_ALL", "C").env("GIT_NO_REPLACE_OBJECTS", "1").env("GIT_GRAFT_FILE", NO_FILE);
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
    match said(&output.stderr) {
        nothing if nothing.is_empty() => Err(GitProblem::Silent),
        why => Err(GitProblem::Failed(why)),
    }
}

/// What git says on standard error, in one paragraph: what is wrong, and often how to mend it.
fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let mut said = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !said.is_empty() {
            said.push_str(if said.ends_with([':', '.', ',']) { " " } else { ". " });
        }
        said.push_str(line.trim_start_matches("fatal: ").trim_start_matches("error: "));
    }
    visible(&paragraph(&said)).into_owned()
}
