//! Finds the files that a judgement reads: the configuration, then what it names.
//!
//! Files are known by their path within the repository, so that a report is the same from wherever the command runs.
//! Hidden files and folders are passed over, links are followed as long as they stay in the repository, and
//! `.gitignore` is not consulted: what is judged is what the globs name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use walkdir::{DirEntry, WalkDir};

use super::read;
use super::terminal::Progress;
use crate::builtin;
use crate::code::Code;
use crate::config::{self, Config, Setting};
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::engine::{Inputs, TextFile};
use crate::source::Span;

/// The configuration, in the repository's root.
const CONFIG: &str = "tollgate.yaml";
/// A workflow's standing facts, beside its snapshots.
const STANDING: &str = "rollout.yaml";
/// Where snapshots are looked for unless the configuration says otherwise.
const SNAPSHOTS: &str = "rollouts";

/// Finds and reads everything below `root`. What goes wrong is in the inputs' problems.
pub(super) fn inputs(root: &Path) -> Inputs {
    let mut inputs = Inputs::default();
    let shown = root.display();
    let canonical = match fs::canonicalize(root) {
        Ok(path) if path.is_dir() => path,
        Ok(_) => {
            let why = format!("`{shown}` is no folder");
            inputs
                .problems
                .push(Diagnostic::error(Code::T506, why).help("give the folder of the repository"));
            return inputs;
        }
        Err(error) => {
            let why = format!("the folder `{shown}` cannot be used: {}", read::reason(&error));
            inputs
                .problems
                .push(Diagnostic::error(Code::T506, why).help("give the folder of the repository"));
            return inputs;
        }
    };
    let Ok(config) = configuration(&canonical, &mut inputs) else { return inputs };
    let mut finder = Finder::new(canonical);
    let policies = finder.policies(config.policies);
    let mut snapshots = finder.snapshots(config.snapshots);
    let standing = finder.standing(&mut snapshots);
    inputs.problems.append(&mut finder.problems);
    inputs.policies = policies.builtin;
    inputs.policies.extend(read_all(policies.files));
    inputs.snapshots = read_all(snapshots);
    inputs.standing = read_all(standing);
    inputs
}

/// What `tollgate.yaml` says of files; nothing where there is none.
///
/// # Errors
/// If it is there and cannot be read, or is broken where it says what is to be judged: then nobody knows. The problem has
/// been noted, or will be by the engine.
fn configuration(root: &Path, inputs: &mut Inputs) -> Result<Config, ()> {
    let path = root.join(CONFIG);
    if fs::symlink_metadata(&path).is_err() {
        return Ok(Config::default());
    }
    let bytes = if leads_out(&path, root) { Err(LEADS_OUT.to_owned()) } else { read::file(&path) };
    let text =
        bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned()));
    match text {
        Ok(text) => {
            let file = inputs.sources.add(CONFIG, text);
            inputs.config = Some(file);
            let text = inputs.sources.get(file).map_or("", |source| &source.text);
            // What is wrong in it is the engine's to report.
            let (config, found) = config::read(file, text);
            let broken = found.iter().any(|problem| problem.severity == Severity::Error);
            // A misspelt `policies:` must not lead to a judgement by policies that nobody chose.
            let incomplete = config.policies.is_none() || config.snapshots.is_none();
            if broken && incomplete { Err(()) } else { Ok(config) }
        }
        Err(why) => {
            inputs.problems.push(unreadable(CONFIG, &why));
            Err(())
        }
    }
}

const LEADS_OUT: &str = "it is a link that leads out of the repository";

/// Whether a path that exists lies, with its links followed, outside of the root.
fn leads_out(path: &Path, root: &Path) -> bool {
    fs::canonicalize(path).is_ok_and(|target| !target.starts_with(root))
}

fn unreadable(name: &str, why: &str) -> Diagnostic {
    Diagnostic::error(Code::T505, format!("`{name}` cannot be read: {why}"))
}

fn read_all(files: Vec<Found>) -> Vec<TextFile> {
    let progress = Progress::reading(files.len());
    let read = |file: Found| {
        let content = match file.refused {
            Some(why) => Err(why.to_owned()),
            None => read::file(&file.path),
        };
        progress.step();
        TextFile { name: file.name, content }
    };
    files.into_par_iter().map(read).collect()
}

/// A file that was found and not yet read.
#[derive(Clone, Debug)]
struct Found {
    /// Within the repository, with `/`.
    name: String,
    path: PathBuf,
    /// Why it is not to be opened.
    refused: Option<&'static str>,
}

/// What an entry of the configuration looks for in folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Policies,
    Snapshots,
}

impl Kind {
    /// Whether a folder that is named without a glob gives this file.
    fn takes(self, name: &str) -> bool {
        match self {
            Self::Policies => name.ends_with(".gate") && self.may_be(name),
            Self::Snapshots => name.ends_with(".yaml") || name.ends_with(".yml"),
        }
    }

    /// Whether a file that a glob matches counts.
    fn may_be(self, name: &str) -> bool {
        match self {
            Self::Policies => !name.ends_with(".test.gate"),
            Self::Snapshots => true,
        }
    }
}

/// The policies of a run: shipped ones, which need no reading, and files.
struct Policies {
    builtin: Vec<TextFile>,
    files: Vec<Found>,
}

struct Finder {
    /// With all links resolved.
    root: PathBuf,
    problems: Vec<Diagnostic>,
    /// Whether a link was followed, so that one file may have been found twice.
    followed: bool,
}

impl Finder {
    fn new(root: PathBuf) -> Self {
        Self { root, problems: Vec::new(), followed: false }
    }

    /// The files of `policies:`, or the shipped pack where there is no such entry.
    fn policies(&mut self, entries: Option<Vec<Setting<String>>>) -> Policies {
        let Some(entries) = entries else {
            return Policies { builtin: shipped(builtin::names()), files: Vec::new() };
        };
        let before = self.problems.len();
        let mut names = BTreeSet::new();
        let mut files = Vec::new();
        let mut paths = Vec::new();
        for entry in entries {
            if entry.value == "builtin" {
                names.extend(builtin::names());
            } else if let Some(name) = entry.value.strip_prefix("builtin:") {
                names.extend(self.shipped_policy(name, entry.span));
            } else {
                paths.push(entry);
            }
        }
        if !names.is_empty() {
            names.insert(builtin::VOCABULARY);
        }
        let empty: Vec<_> =
            paths.iter().filter(|entry| self.entry(entry, Kind::Policies, &mut files) == 0).collect();
        if names.is_empty() && files.is_empty() && self.is_clean(before) {
            let mut problem = Diagnostic::error(Code::T504, "no policy was found");
            for entry in &empty {
                problem = problem.label(entry.span, "no `.gate` file here");
            }
            self.problems
                .push(problem.help("list folders with `.gate` files, or `builtin` for the shipped policies"));
        } else {
            self.warn_of_empty(&empty);
        }
        Policies { builtin: shipped(names), files: self.unique(files) }
    }

    /// The name of a shipped policy, if there is one.
    fn shipped_policy(&mut self, name: &str, span: Span) -> Option<&'static str> {
        let found = builtin::names().find(|known| *known == name);
        if found.is_none() {
            let help = match did_you_mean(name, builtin::names()) {
                Some(close) => format!("did you mean `builtin:{close}`?"),
                None => format!(
                    "there are {}",
                    builtin::names().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
                ),
            };
            let problem = Diagnostic::error(Code::T507, format!("no shipped policy is called `{name}`"));
            self.problems.push(problem.label(span, "not in the shipped pack").help(help));
        }
        found
    }

    /// The files of `snapshots:`; `rollout.yaml` files are among them.
    fn snapshots(&mut self, entries: Option<Vec<Setting<String>>>) -> Vec<Found> {
        let before = self.problems.len();
        let mut files = Vec::new();
        let help = "`snapshots:` in `tollgate.yaml` says where they lie";
        match entries {
            None => {
                self.walk(SNAPSHOTS, &Matcher { kind: Kind::Snapshots, glob: None }, &mut files);
                if files.is_empty() && self.is_clean(before) {
                    let problem = Diagnostic::error(Code::T503, "no snapshot was found");
                    let looked = format!("looked for `{SNAPSHOTS}/**/*.yaml`; {help}");
                    self.problems.push(problem.help(looked));
                }
            }
            Some(entries) => {
                let empty: Vec<_> = entries
                    .iter()
                    .filter(|entry| self.entry(entry, Kind::Snapshots, &mut files) == 0)
                    .collect();
                if files.is_empty() && self.is_clean(before) {
                    let mut problem = Diagnostic::error(Code::T503, "no snapshot was found");
                    for entry in &empty {
                        problem = problem.label(entry.span, "no file matches this");
                    }
                    self.problems.push(problem.help(help));
                } else {
                    self.warn_of_empty(&empty);
                }
            }
        }
        self.unique(files)
    }

    /// Whether no error was noted since.
    fn is_clean(&self, before: usize) -> bool {
        self.problems.iter().skip(before).all(|problem| problem.severity != Severity::Error)
    }

    fn warn_of_empty(&mut self, entries: &[&Setting<String>]) {
        for entry in entries {
            // One that does not exist at all has had its error.
            if !self
                .problems
                .iter()
                .any(|problem| problem.labels.iter().any(|label| label.span == entry.span))
            {
                let problem = Diagnostic::warning(Code::T506, format!("no file matches `{}`", entry.value));
                self.problems.push(problem.label(entry.span, "nothing is found here"));
            }
        }
    }

    /// Adds the files of one entry, and says how many they are.
    fn entry(&mut self, entry: &Setting<String>, kind: Kind, files: &mut Vec<Found>) -> usize {
        let before = files.len();
        let path = Path::new(&entry.value);
        let inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if !path.components().all(inside) {
            let problem =
                Diagnostic::error(Code::T506, format!("`{}` lies outside of the repository", entry.value));
            let problem = problem.label(entry.span, "leads out of it");
            self.problems.push(problem.help("name files and folders below the folder of `tollgate.yaml`"));
            return 0;
        }
        let parts = || path.components().filter(|part| *part != Component::CurDir);
        let pattern = join(parts());
        let is_glob =
            |part: &Component| part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{', '\\']);
        if parts().any(|part| is_glob(&part)) {
            match GlobBuilder::new(&pattern).literal_separator(true).build() {
                Ok(glob) => {
                    let base = join(parts().take_while(|part| !is_glob(part)));
                    self.walk(&base, &Matcher { kind, glob: Some(glob.compile_matcher()) }, files);
                }
                Err(error) => {
                    let problem = Diagnostic::error(Code::T506, format!("`{}` is no glob", entry.value));
                    self.problems.push(problem.label(entry.span, error.kind().to_string()));
                }
            }
            return files.len() - before;
        }
        let target = self.root.join(&pattern);
        match fs::metadata(&target) {
            Err(error) => {
                let why = read::reason(&error);
                let problem =
                    Diagnostic::error(Code::T506, format!("`{}` cannot be used: {why}", entry.value));
                self.problems.push(problem.label(entry.span, "named here"));
            }
            Ok(_) if leads_out(&target, &self.root) => {
                self.problems.push(unreadable(&entry.value, LEADS_OUT).label(entry.span, "named here"));
            }
            Ok(metadata) if metadata.is_dir() => self.walk(&pattern, &Matcher { kind, glob: None }, files),
            Ok(_) => files.push(Found { name: pattern, path: target, refused: None }),
        }
        files.len() - before
    }

    /// Adds the files below a folder of the repository that match.
    fn walk(&mut self, base: &str, matcher: &Matcher, files: &mut Vec<Found>) {
        let root = self.root.clone();
        let name = |path: &Path| join(path.strip_prefix(&root).unwrap_or(path).components());
        let mut links_out = Vec::new();
        let mut followed = false;
        let enter = |entry: &DirEntry| {
            if entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.') {
                return false;
            }
            if !entry.path_is_symlink() {
                return true;
            }
            followed = true;
            let out = leads_out(entry.path(), &root);
            if out {
                links_out.push((name(entry.path()), entry.path().to_owned()));
            }
            !out
        };
        let walk = WalkDir::new(root.join(base)).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(enter) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => {
                    let name = name(entry.path());
                    if matcher.matches(&name) {
                        files.push(Found { name, path: entry.into_path(), refused: None });
                    }
                }
                // A link back to a folder that is being walked: all that is in it is seen anyway.
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => {
                    let Some(path) = error.path() else { continue };
                    let name = name(path);
                    let is_link = fs::symlink_metadata(path).is_ok_and(|m| m.is_symlink());
                    if is_link && matcher.matches(&name) {
                        files.push(Found {
                            name,
                            path: path.to_owned(),
                            refused: Some("it is a link that leads nowhere"),
                        });
                    } else if let Some(why) = error.io_error().filter(|_| !is_link && path.exists()) {
                        self.problems.push(unreadable(&name, &read::reason(why)));
                    }
                }
            }
        }
        for (name, path) in links_out {
            if path.is_dir() {
                // What it holds might be what keeps a gate shut.
                self.problems.push(unreadable(&name, LEADS_OUT));
            } else if matcher.matches(&name) {
                files.push(Found { name, path, refused: Some(LEADS_OUT) });
            }
        }
        self.followed |= followed;
    }

    /// The files by name, each once: also where two entries, or a link, lead to the same one.
    fn unique(&self, files: Vec<Found>) -> Vec<Found> {
        let by_name: BTreeMap<String, Found> =
            files.into_iter().map(|file| (file.name.clone(), file)).collect();
        if !self.followed {
            return by_name.into_values().collect();
        }
        let target = |file: &Found| fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
        let (direct, linked): (Vec<_>, Vec<_>) =
            by_name.into_values().partition(|file| target(file) == file.path || file.refused.is_some());
        let mut seen: BTreeSet<PathBuf> = direct.iter().map(|file| file.path.clone()).collect();
        let mut files = direct;
        files.extend(linked.into_iter().filter(|file| seen.insert(target(file))));
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files
    }

    /// Takes the `rollout.yaml` files out of the snapshots, and adds those that lie beside one.
    fn standing(&self, snapshots: &mut Vec<Found>) -> Vec<Found> {
        let is_standing = |file: &Found| file.path.file_name().is_some_and(|name| name == STANDING);
        let mut standing: Vec<_> = snapshots.extract_if(.., |file| is_standing(file)).collect();
        let folders: BTreeSet<_> = snapshots.iter().filter_map(|file| file.path.parent()).collect();
        for folder in folders {
            let path = folder.join(STANDING);
            if fs::symlink_metadata(&path).is_ok() && !standing.iter().any(|file| file.path == path) {
                let name = join(path.strip_prefix(&self.root).unwrap_or(&path).components());
                let refused = leads_out(&path, &self.root).then_some(LEADS_OUT);
                standing.push(Found { name, path, refused });
            }
        }
        standing.sort_by(|a, b| a.name.cmp(&b.name));
        standing
    }
}

/// Which of the files in a folder are meant.
struct Matcher {
    kind: Kind,
    glob: Option<GlobMatcher>,
}

impl Matcher {
    fn matches(&self, name: &str) -> bool {
        match &self.glob {
            Some(glob) => glob.is_match(name) && self.kind.may_be(name),
            None => self.kind.takes(name),
        }
    }
}

/// Shipped files as inputs.
fn shipped(names: impl IntoIterator<Item = &'static str>) -> Vec<TextFile> {
    let file = |name| TextFile {
        name: builtin::file_name(name),
        content: Ok(builtin::text(name).unwrap_or_default().as_bytes().to_vec()),
    };
    names.into_iter().map(file).collect()
}

/// A path with `/`, as it is shown and matched.
fn join<'a>(parts: impl Iterator<Item = Component<'a>>) -> String {
    parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
