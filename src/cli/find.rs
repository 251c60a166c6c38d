//! Finds the files that a judgement reads: the configurations with their bases, then what they name.
//!
//! Files are known by their path within the repository, so that a report is the same from wherever the command runs.
//! Hidden files and folders are passed over, links are followed as long as they stay in the repository, and
//! `.gitignore` is not consulted: what is judged is what the globs name.

mod ground;
mod stack;
mod suites;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use walkdir::{DirEntry, WalkDir};

use self::ground::{Ground, join};
use self::stack::{Layer, Stack, Stacks};
use self::suites::TESTS;
pub(super) use self::suites::suites;
use super::git::BaseTree;
use super::read;
use super::terminal::Progress;
use crate::builtin;
use crate::code::Code;
use crate::config::Setting;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::project::{Inputs, Project, Sides, TextFile};
use crate::source::{SourceMap, Span};

/// The configuration, in the repository's root.
pub(super) const CONFIG: &str = "tollgate.yaml";
/// A workflow's standing facts, beside its snapshots.
const STANDING: &str = "rollout.yaml";
/// Where snapshots are looked for unless the configuration says otherwise.
const SNAPSHOTS: &str = "rollouts";

/// Finds and reads everything below `root`. What goes wrong is in the inputs' problems. With `allow_outside`,
/// configurations may name what lies outside of the repository.
pub(super) fn inputs(root: &Path, allow_outside: bool) -> Inputs {
    let mut inputs = Inputs::default();
    let shown = root.display();
    let why = match fs::canonicalize(root) {
        Ok(path) if path.is_dir() => {
            let ground = Ground::new(path, allow_outside);
            let mut stacks = Stacks::new(&ground, &mut inputs.sources);
            let found = stacks.projects();
            inputs.problems = stacks.problems;
            inputs.projects =
                found.into_iter().map(|(name, stack)| project(&ground, name, stack, None)).collect();
            return inputs;
        }
        Ok(_) => format!("`{shown}` is no folder"),
        Err(error) => format!("the folder `{shown}` cannot be used: {}", read::reason(&error)),
    };
    let problem = Diagnostic::error(Code::NothingFound, why).help("give the folder of the repository");
    inputs.problems.push(problem);
    inputs
}

/// Finds and reads what is proposed below `root`, what stands in a base, and the one judged by the other.
pub(super) fn sides(root: &Path, allow_outside: bool, tree: &BaseTree) -> Result<Sides, String> {
    let cannot =
        |path: &Path, error| format!("`{}` cannot be used: {}", path.display(), read::reason(&error));
    let head = fs::canonicalize(root).map_err(|error| cannot(root, error))?;
    let head = Ground::new(head, allow_outside);
    let mut sources = SourceMap::default();
    let mut stacks = Stacks::new(&head, &mut sources);
    let found = stacks.projects();
    let mut problems = stacks.problems;
    let proposed: Vec<Project> =
        found.into_iter().map(|(name, stack)| project(&head, name, stack, None)).collect();
    // A base that does not have the folder has no policies either.
    fs::create_dir_all(&tree.root).map_err(|error| cannot(&tree.root, error))?;
    let base_root = fs::canonicalize(&tree.root).map_err(|error| cannot(&tree.root, error))?;
    problems.extend(add_new_projects(&proposed, &head.root, &base_root, &tree.reference)?);
    let ground = Ground::of_base(base_root, &tree.reference);
    let stacks = Stacks::new(&ground, &mut sources).projects();
    // Where there are snapshots and no configuration, `check` there judges by the shipped pack.
    let has_policies =
        stacks.iter().any(|(_, stack)| !stack.layers.is_empty()) || ground.root.join(SNAPSHOTS).is_dir();
    let unnamed = |name: Option<String>| {
        name.map(|name| name.strip_prefix(&format!("{}:", tree.reference)).unwrap_or(&name).to_owned())
    };
    let mut base = Vec::new();
    let mut mixed = Vec::new();
    for (name, stack) in if has_policies { stacks } else { Vec::new() } {
        let name = unnamed(name);
        base.push(project(&ground, name.clone(), stack.clone(), None));
        let types = proposed.iter().find(|project| project.name == name);
        let types = types.map(|project| project.policies.clone()).unwrap_or_default();
        mixed.push(Project { types, ..project(&ground, name, stack, Some(&head)) });
    }
    if !has_policies {
        mixed.clone_from(&proposed);
    }
    Ok(Sides {
        sources,
        base,
        mixed,
        head: proposed,
        problems,
        reference: tree.reference.clone(),
        changes: tree.changes.clone(),
        has_policies,
        lint: None,
    })
}

/// Lays the configurations and policies of projects that are new into the tree of the base, so that what they extend is
/// taken from the base: else a new project could loosen it for itself.
fn add_new_projects(
    proposed: &[Project],
    head: &Path,
    base: &Path,
    reference: &str,
) -> Result<Vec<Diagnostic>, String> {
    let mut notes = Vec::new();
    for project in proposed {
        let (Some(name), Some(file)) = (&project.name, project.stack.last()) else { continue };
        let folder = head.join(name);
        if base.join(name).join(CONFIG).exists() {
            continue;
        }
        let is_setting = |entry: &DirEntry| {
            let name = entry.file_name().to_string_lossy();
            entry.file_type().is_file() && (name == CONFIG || name.ends_with(".gate"))
        };
        for entry in WalkDir::new(&folder).into_iter().flatten().filter(is_setting) {
            let target = base.join(entry.path().strip_prefix(head).unwrap_or(entry.path()));
            if target.exists() {
                continue;
            }
            let copied = target.parent().map_or(Ok(()), fs::create_dir_all);
            copied.and_then(|()| fs::copy(entry.path(), &target)).map_err(|error| {
                format!("`{}` cannot be copied: {}", target.display(), read::reason(&error))
            })?;
        }
        let message = format!(
            "`{reference}` has no project `{name}`: what it extends is taken from there, and its own settings as proposed"
        );
        notes.push(
            Diagnostic::note(Code::BaseWithoutPolicies, message).label(Span::new(*file, 0..0), "new here"),
        );
    }
    Ok(notes)
}

/// Finds and reads the files of one project; its snapshots on another ground, where one is given.
fn project(ground: &Ground, name: Option<String>, stack: Stack, elsewhere: Option<&Ground>) -> Project {
    let Stack { layers, unsure, problems } = stack;
    let files = layers.iter().rev().map(|layer| layer.file).collect();
    let mut project = Project { name, stack: files, unsure, problems, ..Project::default() };
    if unsure {
        return project;
    }
    let mut finder = Finder::new(ground.clone());
    let policies = finder.policies(policy_entries(&layers));
    let own = layers.first().map_or(&*ground.root, Layer::folder);
    let says_where = layers.iter().find_map(|layer| Some((layer.config.snapshots.clone()?, layer.folder())));
    project.problems.append(&mut finder.problems);
    let there = |folder: &Path| match elsewhere {
        Some(other) => other.root.join(folder.strip_prefix(&ground.root).unwrap_or(folder)),
        None => folder.to_owned(),
    };
    let entries = says_where.map(|(settings, folder)| Entry::all(settings, &there(folder)));
    let mut finder = Finder::new(elsewhere.unwrap_or(ground).clone());
    let mut snapshots = finder.snapshots(entries, &there(own));
    let standing = finder.standing(&mut snapshots);
    project.problems.append(&mut finder.problems);
    project.policies = policies.builtin;
    project.policies.extend(read_all(policies.files));
    project.snapshots = read_all(snapshots);
    project.standing = read_all(standing);
    project
}

/// The policies of all layers: a nearer file adds to its base, and takes nothing away. The farthest base that names none
/// stands for the shipped pack.
fn policy_entries(layers: &[Layer]) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    for layer in layers.iter().rev() {
        match &layer.config.policies {
            Some(settings) => entries.extend(Entry::all(settings.clone(), layer.folder())),
            None if entries.is_empty() && layer.config.extends.is_none() => {
                let span = Span::new(layer.file, 0..0);
                let builtin = Setting { value: "builtin".to_owned(), span };
                entries.push(Entry { setting: builtin, folder: layer.folder().to_owned() });
            }
            None => {}
        }
    }
    (!layers.is_empty()).then_some(entries)
}

/// An entry of `policies:` or `snapshots:`.
struct Entry {
    setting: Setting<String>,
    /// What its path is relative to.
    folder: PathBuf,
}

impl Entry {
    fn all(settings: Vec<Setting<String>>, folder: &Path) -> Vec<Self> {
        settings.into_iter().map(|setting| Self { setting, folder: folder.to_owned() }).collect()
    }
}

const LEADS_OUT: &str = "it is a link that leads out of the repository";

fn unreadable(name: &str, why: &str) -> Diagnostic {
    Diagnostic::error(Code::UnreadableFile, format!("`{name}` cannot be read: {why}"))
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
    Tests,
    Snapshots,
}

impl Kind {
    /// Whether a folder that is named without a glob gives this file.
    fn takes(self, name: &str) -> bool {
        match self {
            Self::Policies | Self::Tests => name.ends_with(".gate") && self.may_be(name),
            Self::Snapshots => name.ends_with(".yaml") || name.ends_with(".yml"),
        }
    }

    /// Whether a file that a glob matches counts.
    fn may_be(self, name: &str) -> bool {
        match self {
            Self::Policies => !name.ends_with(TESTS),
            Self::Tests => name.ends_with(TESTS),
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
    ground: Ground,
    problems: Vec<Diagnostic>,
    /// Whether a link was followed, so that one file may have been found twice.
    followed: bool,
}

impl Finder {
    fn new(ground: Ground) -> Self {
        Self { ground, problems: Vec::new(), followed: false }
    }

    /// The files of `policies:`, or the shipped pack where there is no such entry.
    fn policies(&mut self, entries: Option<Vec<Entry>>) -> Policies {
        let Some(entries) = entries else {
            return Policies { builtin: shipped(builtin::names()), files: Vec::new() };
        };
        let before = self.problems.len();
        let mut names = BTreeSet::new();
        let mut files = Vec::new();
        let mut paths = Vec::new();
        for entry in entries {
            if entry.setting.value == "builtin" {
                names.extend(builtin::names());
            } else if let Some(name) = entry.setting.value.strip_prefix("builtin:") {
                names.extend(self.shipped_policy(name, entry.setting.span));
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
            let mut problem = Diagnostic::error(Code::NoPolicy, "no policy was found");
            for entry in &empty {
                problem = problem.label(entry.setting.span, "no `.gate` file here");
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
            let problem = Diagnostic::error(
                Code::UnknownShippedPolicy,
                format!("no shipped policy is called `{name}`"),
            );
            self.problems.push(problem.label(span, "not in the shipped pack").help(help));
        }
        found
    }

    /// The files of `snapshots:`, or of `rollouts/` in the project's folder where there is no such entry; `rollout.yaml`
    /// files are among them.
    fn snapshots(&mut self, entries: Option<Vec<Entry>>, own: &Path) -> Vec<Found> {
        let before = self.problems.len();
        let mut files = Vec::new();
        let help = "`snapshots:` in `tollgate.yaml` says where they lie";
        match entries {
            None => {
                let folder = own.join(SNAPSHOTS);
                self.walk(&folder, &Matcher { kind: Kind::Snapshots, glob: None }, &mut files);
                if files.is_empty() && self.is_clean(before) {
                    let problem = Diagnostic::error(Code::NoSnapshot, "no snapshot was found");
                    let folder = self.ground.name(&folder);
                    let looked = format!("looked for `{folder}/**/*.yaml`; {help}");
                    self.problems.push(problem.help(looked));
                }
            }
            Some(entries) => {
                let empty: Vec<_> = entries
                    .iter()
                    .filter(|entry| self.entry(entry, Kind::Snapshots, &mut files) == 0)
                    .collect();
                if files.is_empty() && self.is_clean(before) {
                    let mut problem = Diagnostic::error(Code::NoSnapshot, "no snapshot was found");
                    for entry in &empty {
                        problem = problem.label(entry.setting.span, "no file matches this");
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

    fn warn_of_empty(&mut self, entries: &[&Entry]) {
        for Entry { setting: entry, .. } in entries {
            // One that does not exist at all has had its error.
            if !self
                .problems
                .iter()
                .any(|problem| problem.labels.iter().any(|label| label.span == entry.span))
            {
                let problem =
                    Diagnostic::warning(Code::NothingFound, format!("no file matches `{}`", entry.value));
                self.problems.push(problem.label(entry.span, "nothing is found here"));
            }
        }
    }

    /// Adds the files of one entry, and says how many they are.
    fn entry(&mut self, entry: &Entry, kind: Kind, files: &mut Vec<Found>) -> usize {
        let before = files.len();
        let Setting { value, span } = &entry.setting;
        let Some(target) = self.ground.target(&entry.folder, value) else {
            let problem =
                Diagnostic::error(Code::NothingFound, format!("`{value}` lies outside of the repository"));
            let problem = problem.label(*span, "leads out of it");
            self.problems.push(problem.help(self.ground.instead("name what is in the repository")));
            return 0;
        };
        let is_glob =
            |part: &Component| part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{', '\\']);
        if Path::new(value).components().any(|part| is_glob(&part)) {
            // Only what is written can be a glob: the folder before it is itself, whatever its name.
            let written = target.strip_prefix(&entry.folder).unwrap_or(&target);
            let fixed = written.components().take_while(|part| !is_glob(part));
            let folder = entry.folder.join(fixed.collect::<PathBuf>());
            let pattern = join(target.strip_prefix(&folder).unwrap_or(&target).components());
            match GlobBuilder::new(&pattern).literal_separator(true).build() {
                Ok(glob) => {
                    let glob = Some((folder.clone(), glob.compile_matcher()));
                    self.walk(&folder, &Matcher { kind, glob }, files);
                }
                Err(error) => {
                    let problem = Diagnostic::error(Code::NothingFound, format!("`{value}` is no glob"));
                    self.problems.push(problem.label(*span, error.kind().to_string()));
                }
            }
            return files.len() - before;
        }
        match fs::metadata(&target) {
            Err(error) => {
                let why = read::reason(&error);
                let problem =
                    Diagnostic::error(Code::NothingFound, format!("`{value}` cannot be used: {why}"));
                let builtin = did_you_mean(value, ["builtin"]).filter(|_| kind == Kind::Policies);
                self.problems.push(problem.label(*span, "named here").meant(*span, builtin));
            }
            Ok(_) if self.ground.leads_out(&target) => {
                self.problems.push(unreadable(value, LEADS_OUT).label(*span, "named here"));
            }
            Ok(metadata) if metadata.is_dir() => self.walk(&target, &Matcher { kind, glob: None }, files),
            Ok(_) if kind == Kind::Policies && value.ends_with(TESTS) => {
                let problem =
                    Diagnostic::error(Code::NoPolicy, format!("`{value}` holds tests and is no policy"));
                let problem = problem.label(*span, "named here");
                self.problems.push(
                    problem.help("name the policies alone: `tollgate test` finds the tests beside them"),
                );
            }
            Ok(_) => files.push(Found { name: self.ground.name(&target), path: target, refused: None }),
        }
        files.len() - before
    }

    /// Adds the files below a folder of the repository that match.
    fn walk(&mut self, base: &Path, matcher: &Matcher, files: &mut Vec<Found>) {
        let ground = &self.ground;
        let name = |path: &Path| ground.name(path);
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
            let out = ground.leads_out(entry.path());
            if out {
                links_out.push((name(entry.path()), entry.path().to_owned()));
            }
            !out
        };
        let walk = WalkDir::new(base).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(enter) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => {
                    if matcher.matches(entry.path()) {
                        let name = name(entry.path());
                        files.push(Found { name, path: entry.into_path(), refused: None });
                    }
                }
                // A link back to a folder that is being walked: all that is in it is seen anyway.
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => {
                    let Some(path) = error.path() else { continue };
                    let name = name(path);
                    let is_link = fs::symlink_metadata(path).is_ok_and(|m| m.is_symlink());
                    if is_link && matcher.matches(path) {
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
            } else if matcher.matches(&path) {
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
                let refused = self.ground.leads_out(&path).then_some(LEADS_OUT);
                standing.push(Found { name: self.ground.name(&path), path, refused });
            }
        }
        standing.sort_by(|a, b| a.name.cmp(&b.name));
        standing
    }
}

/// Which of the files in a folder are meant.
struct Matcher {
    kind: Kind,
    /// What the path from a folder has to match.
    glob: Option<(PathBuf, GlobMatcher)>,
}

impl Matcher {
    fn matches(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match &self.glob {
            Some((folder, glob)) => {
                let below = path.strip_prefix(folder).unwrap_or(path);
                glob.is_match(join(below.components())) && self.kind.may_be(&name)
            }
            None => self.kind.takes(&name),
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

#[cfg(test)]
mod tests;
