//! A scratch repository, and the program as people run it there.
//!
//! ```text
//! let repo = Repo::new().file("tollgate.yaml", CONFIG).file("policies/p.gate", POLICY);
//! let run = repo.run(&["check", "--as-of", "2026-01-05"]);
//! assert_eq!(run.code, 0, "{run:?}");
//! ```

use std::fs;
use std::io::Write;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use super::root;

/// A folder that is a repository to the program, in a folder of its own. Both are gone when the last of it is dropped.
#[derive(Clone)]
pub(crate) struct Repo {
    home: Arc<TempDir>,
    folder: PathBuf,
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Repo {
    pub(crate) fn new() -> Self {
        Self::called("repository")
    }

    /// One whose folder has this name.
    pub(crate) fn called(name: &str) -> Self {
        // A blank in the path, as there may be in anybody's.
        let home = tempfile::Builder::new().prefix("tollgate test ").tempdir().unwrap();
        let folder = home.path().join(name);
        // The nearest folder with `.git` is the repository.
        fs::create_dir_all(folder.join(".git")).unwrap();
        Self { home: Arc::new(home), folder }
    }

    /// With a file more.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(name, content);
        self
    }

    /// With files more.
    pub(crate) fn files(self, files: &[(&str, &str)]) -> Self {
        files.iter().fold(self, |repo, (name, text)| repo.file(name, text))
    }

    /// With the policies, configurations and snapshots of one of the examples.
    pub(crate) fn example(self, name: &str) -> Self {
        let example = root().join("examples").join(name);
        for path in super::files_under(&example, &["gate", "json", "yaml"]) {
            let name = path.strip_prefix(&example).unwrap().to_str().unwrap();
            self.write(name, fs::read(&path).unwrap());
        }
        self
    }

    /// A folder of it by itself, which is made if it is not there.
    pub(crate) fn below(&self, name: &str) -> Self {
        let folder = self.path(name);
        fs::create_dir_all(&folder).unwrap();
        Self { home: self.home.clone(), folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Its address, as git takes one.
    pub(crate) fn address(&self) -> String {
        let path = self.folder.to_str().unwrap().replace(MAIN_SEPARATOR, "/");
        // A drive's letter is no host.
        format!("file://{}{path}", if path.starts_with('/') { "" } else { "/" })
    }

    /// A place outside of the repository.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Puts a text behind what the file has; it need not be there.
    pub(crate) fn append(&self, name: &str, more: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap_or_default();
        self.write(name, text + more);
    }

    /// Replaces what is there once, and says in which line.
    pub(crate) fn edit(&self, name: &str, old: &str, new: &str) -> usize {
        let text = self.read(name);
        assert_eq!(text.matches(old).count(), 1, "{old}");
        self.write(name, text.replacen(old, new, 1));
        text[..text.find(old).unwrap()].matches('\n').count() + 1
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Removes a file, or a folder with all that is in it.
    pub(crate) fn remove(&self, name: &str) {
        let path = self.path(name);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }

    pub(crate) fn rename(&self, old: &str, new: &str) {
        let new = self.path(new);
        fs::create_dir_all(new.parent().unwrap()).unwrap();
        fs::rename(self.path(old), new).unwrap();
    }

    /// Removes a link, and nothing of what it leads to.
    pub(crate) fn remove_link(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Makes it as empty as a new one.
    pub(crate) fn clear(&self) {
        fs::remove_dir_all(&self.folder).unwrap();
        fs::create_dir_all(self.folder.join(".git")).unwrap();
    }

    /// Every file but git's, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let (mut names, mut folders) = (Vec::new(), vec![self.folder.clone()]);
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.extend((!path.ends_with(".git")).then_some(path));
                } else {
                    let name = path.strip_prefix(&self.folder).unwrap();
                    names.push(name.to_str().unwrap().replace(MAIN_SEPARATOR, "/"));
                }
            }
        }
        names.sort();
        names
    }

    /// Runs git, with the same names and dates always, so that commits have the same names too.
    pub(crate) fn git(&self, arguments: &[&str]) {
        let date = "2026-11-20T12:00:00Z";
        let mut git = Command::new("git");
        let run = alone(&mut git)
            .args(["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "core.autocrlf=false"])
            .args(arguments)
            .envs([("GIT_AUTHOR_DATE", date), ("GIT_COMMITTER_DATE", date)])
            .current_dir(&self.folder)
            .output()
            .unwrap();
        assert!(run.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    }

    /// The whole hash of what a branch stands at.
    pub(crate) fn hash_of(&self, branch: &str) -> Option<String> {
        let path = self.folder.join(".git/refs/heads").join(branch);
        fs::read_to_string(path).ok().map(|hash| hash.trim().to_owned())
    }

    /// Commits all that is there, even if that is nothing new.
    pub(crate) fn commit_more(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    }

    /// Commits all that is there.
    pub(crate) fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
    }

    /// The program, about to be run here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        command(&self.folder, arguments)
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        run_in(&self.folder, arguments)
    }

    /// Runs the program, with this on its standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(arguments);
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        // What reads no standard input may have ended before it is written.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Run::of(child.wait_with_output().unwrap())
    }
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap_or(-1);
        let run = Self { code, out: text(output.stdout), err: text(output.stderr) };
        assert!((0..=2).contains(&run.code) && !run.err.contains("panicked"), "{run:?}");
        run
    }

    /// The exit code, and all that was written.
    pub(crate) fn said(self) -> (i32, String) {
        (self.code, self.out + &self.err)
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON: {error}\n{self:?}"))
    }
}

/// Runs the program in a folder.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    Run::of(command(folder, arguments).output().unwrap())
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    alone(&mut command).args(arguments).current_dir(folder).env("NO_COLOR", "1");
    command
}

/// Without what the settings of whoever runs the tests say to git.
fn alone(command: &mut Command) -> &mut Command {
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1")
}
