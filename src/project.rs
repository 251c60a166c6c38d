//! Which files there are: where a project is, its configurations, policies, snapshots and tests, and what stands beside
//! them in another commit.
//!
//! Reads through [`Files`] alone, whatever these are: knows no file system, and nothing of what the files say beyond where
//! others are.

mod beside;
mod files;
mod finder;
mod found;
mod glob;
mod ignored;
mod merged;
mod misnamed;
mod nested;
mod overlay;
pub mod path;
mod sides;
mod site;
mod stack;
mod submodules;
mod suites;
mod table;
#[cfg(test)]
mod tests;
mod walk;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::finder::{Finder, Mention};
use self::found::{read_all, read_some};
use self::stack::{Layer, Stack, Stacks};
use crate::code::Code;
use crate::config::{self, Config, Setting};
use crate::diagnostic::Diagnostic;
use crate::report::read::{PassedOver, PassedOverWhy};
use crate::source::{FileId, SourceMap, Span, UnkeptFile};

pub use beside::{own_tests, plans, policies_alone, tests_beside};
#[cfg(feature = "disk")]
pub(crate) use files::refuse_pointer;
pub use files::{Child, Destination, FileKind, Files, MAX_BYTES, Obstacle};
pub(crate) use files::{bare_text, same_text};
#[cfg(feature = "cli")]
pub(crate) use glob::compile as compile_glob;
pub use ignored::Ignored;
pub use merged::Branch;
pub use overlay::Overlay;
pub use sides::{Base, sides};
pub use site::Site;
pub use suites::suites;
pub use table::{Memory, Table, TableNode};
pub use walk::{Step, walk};

/// The configuration, in the repository's root.
pub const CONFIG: &str = "tollgate.yaml";
/// A workflow's standing facts, beside its snapshots.
const STANDING: &str = "rollout.yaml";
/// Where snapshots are looked for unless the configuration says otherwise.
const SNAPSHOTS: &str = "rollouts";
/// The folder of plans for `collect`.
const PLANS: &str = "collect";
/// What the name of a table of snapshots ends in.
const TABLE: &str = ".parquet";
/// What the name of a policy ends in.
pub const GATE: &str = ".gate";
/// What the name of a file of tests ends in.
pub const TESTS: &str = ".test.gate";

/// A file that somebody else has read, or tried to.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// As people know it: relative to the repository, with `/`.
    pub name: String,
    /// What it says, or why nobody can tell, to be read behind «the file».
    pub content: Result<FileContent, String>,
}

impl TextFile {
    /// All of its bytes.
    ///
    /// # Errors
    /// If the file could not be read: the reason.
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, String> {
        match &self.content {
            Ok(FileContent::Kept(bytes)) => Ok(Cow::Borrowed(bytes)),
            Ok(FileContent::Unkept(file)) => file.read().map(Cow::Owned),
            Err(why) => Err(why.clone()),
        }
    }
}

/// What a file says.
#[derive(Clone, Debug)]
pub enum FileContent {
    /// All of its bytes.
    Kept(Vec<u8>),
    /// It is read when somebody asks.
    Unkept(Arc<dyn UnkeptFile>),
}

impl<T: Into<Vec<u8>>> From<T> for FileContent {
    fn from(bytes: T) -> Self {
        Self::Kept(bytes.into())
    }
}

/// Everything that a judgement reads.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Holds the configurations already, since these say where the other files are.
    pub sources: SourceMap,
    /// By name.
    pub projects: Vec<Project>,
    /// What kept projects from being found at all.
    pub problems: Vec<Diagnostic>,
    /// The tests beside the policies, where the project's own policies are to be linted.
    pub lint: Option<Vec<TextFile>>,
}

impl Inputs {
    /// Keeps all files in memory, for several commands that must see the same.
    pub fn keep(&mut self) {
        let files = self.projects.iter_mut().flat_map(|project| &mut project.snapshots);
        for file in files {
            if let Ok(FileContent::Unkept(unkept)) = &file.content {
                file.content = unkept.read().map(FileContent::Kept);
            }
        }
    }
}

/// What is judged by one configuration with its bases.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The folder of the configuration; none where the run has this project alone.
    pub name: Option<String>,
    /// The configurations: the farthest base first, the project's own last; none where there is none.
    pub stack: Vec<Arc<Configuration>>,
    /// Whether something is so wrong with the configurations that nobody knows what is to be judged by what.
    pub unsure: bool,
    /// The policies that judge, each a file with its text.
    pub policies: Vec<TextFile>,
    /// Policies whose vocabulary says of what types the snapshots' fields are, in the place of that of `policies`.
    pub types: Vec<TextFile>,
    /// The files of snapshots to judge.
    pub snapshots: Vec<TextFile>,
    /// Rows of tables among these that are not judged, by their names.
    pub without_rows: BTreeSet<String>,
    /// `rollout.yaml` files: standing facts of the workflows beside them.
    pub standing: Vec<TextFile>,
    /// Where policies are looked for: folders, files and globs from the folder that is checked, and `builtin`.
    pub policies_from: BTreeSet<String>,
    /// Where snapshots are looked for, likewise.
    pub snapshots_from: BTreeSet<String>,
    /// What looks as if it were meant and is not read.
    pub passed_over: Vec<PassedOver>,
    /// What went wrong while the files were looked for; labels point into the sources.
    pub problems: Vec<Diagnostic>,
}

/// The three sides of a comparison; all their files are in one source map.
#[derive(Debug)]
pub struct Sides {
    /// Every file of the three sides.
    pub sources: SourceMap,
    /// What the base says, of its own snapshots. Where nobody asks for those, only the names of its projects.
    pub base: Vec<Project>,
    /// What the base says, of the snapshots as they would be merged: this is what counts.
    pub mixed: Vec<Project>,
    /// What the branch says, of the same snapshots.
    pub head: Vec<Project>,
    /// What went wrong while the files were looked for.
    pub problems: Vec<Diagnostic>,
    /// As the caller named it.
    pub reference: String,
    /// The commit that the caller named.
    pub commit: String,
    /// Whether the base has policies at all; else those that are proposed count.
    pub has_policies: bool,
    /// What snapshots of the base were when they first came to it.
    pub first: FirstVersions,
    /// The tests beside the policies that are proposed, where these are to be linted.
    pub lint: Option<Vec<TextFile>>,
}

/// Files as they first came to a branch, where that is not as they are now.
#[derive(Clone, Debug, Default)]
pub struct FirstVersions {
    /// Why nobody can tell, where nobody can.
    pub unknown: Option<String>,
    /// By their names below the folder that is checked.
    pub files: BTreeMap<String, FirstVersion>,
}

/// A file as it first came to a branch.
#[derive(Clone, Debug)]
pub struct FirstVersion {
    /// The whole hash of the commit that it came with.
    pub commit: String,
    /// Its bytes as they were then.
    pub content: Vec<u8>,
}

/// Everything that a run of tests reads.
#[derive(Debug, Default)]
pub struct Suites {
    /// Holds the configurations already, as they say where policies lie.
    pub sources: SourceMap,
    /// By name.
    pub suites: Vec<Suite>,
    /// What kept suites from being found.
    pub problems: Vec<Diagnostic>,
}

/// Policies, and the files that test them.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// Every policy that the tests are run with.
    pub policies: Vec<TextFile>,
    /// The files whose `test` blocks are run, and, of `policies`, those that are tested.
    pub tests: Vec<TextFile>,
    /// What tests take from files: the file of the test, the name that it gives, and what that leads to.
    pub given: Vec<(String, String, Result<GivenTexts, String>)>,
    /// What went wrong while the files of this suite were looked for.
    pub problems: Vec<Diagnostic>,
}

/// The files of a `given file`.
#[derive(Clone, Debug, Default)]
pub struct GivenTexts {
    /// The files of snapshots.
    pub snapshots: Vec<TextFile>,
    /// `rollout.yaml` files.
    pub standing: Vec<TextFile>,
}

/// A configuration that was read.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The file that it was read from.
    pub file: FileId,
    /// What it says, as far as it could be read.
    pub config: Config,
    /// What is wrong in it.
    pub diagnostics: Vec<Diagnostic>,
}

impl Configuration {
    /// Adds a file to the sources, and reads it.
    pub fn add(name: &str, text: &str, sources: &mut SourceMap) -> Arc<Self> {
        let file = sources.add(name, text);
        let (config, diagnostics) = config::read(file, text);
        Arc::new(Self { file, config, diagnostics })
    }
}

/// The folder or file that a command is given.
#[derive(Clone)]
pub struct Start<'a> {
    /// The files to look among.
    pub files: &'a dyn Files,
    /// Where it is.
    pub path: String,
    /// As whoever gave it has written it.
    pub shown: String,
    /// Whether configurations may name what lies outside of the repository.
    pub allow_outside: bool,
}

impl<'a> Start<'a> {
    /// A folder of files that are known by their paths alone.
    pub fn new(files: &'a dyn Files, path: &str) -> Self {
        Self { files, path: path.to_owned(), shown: path.to_owned(), allow_outside: false }
    }

    /// The folder with what is around it.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn site(&self) -> Result<Site<'a>, String> {
        match self.files.resolve(&self.path) {
            Ok(found) if found.is_folder => Ok(Site::new(self.files, &found.path, self.allow_outside)),
            Ok(_) => Err(format!("`{}` is not a folder", self.shown)),
            Err(why) => Err(format!("the folder `{}` cannot be used: {why}", self.shown)),
        }
    }
}

/// Whether a file is a table, of which each row is a snapshot.
pub(crate) fn is_table(name: &str) -> bool {
    ends_in(name, TABLE)
}

/// Whether a file holds the standing facts of what lies beside it.
pub(crate) fn is_facts(name: &str) -> bool {
    path::name(name).eq_ignore_ascii_case(STANDING)
}

/// Finds and reads everything that is judged in a folder. What goes wrong is in the inputs' problems.
pub fn inputs(start: &Start<'_>) -> Inputs {
    let mut inputs = Inputs::default();
    match start.site() {
        Ok(site) => {
            let mut stacks = Stacks::new(&site, &mut inputs.sources);
            let found = stacks.projects();
            inputs.problems = stacks.problems;
            let (rollouts, passed_over) = (stacks.rollouts, stacks.passed_over);
            let read = |(name, stack)| project(&site, name, stack, None);
            inputs.projects = found.into_iter().map(read).collect();
            add_passed_over(&mut inputs.projects, passed_over, &rollouts);
        }
        Err(why) => {
            let problem = Diagnostic::error(Code::NothingFound, why);
            inputs.problems.push(problem.help("give the folder of the repository"));
        }
    }
    inputs
}

/// Finds and reads the files of one project; its snapshots on another site, where one is given.
fn project(site: &Site<'_>, name: Option<String>, stack: Stack, elsewhere: Option<&Site<'_>>) -> Project {
    let Stack { layers, unsure, problems } = stack;
    let configurations = layers.iter().rev().map(|layer| layer.configuration.clone()).collect();
    let mut project = Project { name, stack: configurations, unsure, problems, ..Project::default() };
    if unsure {
        return project;
    }
    let mut finder = Finder::new(site);
    let mentions = policy_mentions(&layers);
    project.policies_from = mentions.iter().flatten().map(|mention| mention.shown(site)).collect();
    let policies = finder.policies(mentions);
    project.problems.append(&mut finder.problems);
    project.passed_over.append(&mut finder.passed_over);
    let there = elsewhere.unwrap_or(site);
    let folder = |path: &str| if elsewhere.is_some() { site.path_on(there, path) } else { path.to_owned() };
    let own = folder(layers.first().map_or(&*site.root, Layer::folder));
    let says_where =
        layers.iter().find_map(|layer| Some((layer.configuration.config.snapshots.clone()?, layer.folder())));
    let mentions = says_where.map(|(settings, from)| Mention::all(settings, &folder(from)));
    project.snapshots_from = match &mentions {
        Some(mentions) => mentions.iter().map(|mention| mention.shown(there)).collect(),
        None => BTreeSet::from([there.relative(&path::join(&own, SNAPSHOTS))]),
    };
    let mut finder = Finder::new(there);
    let mut snapshots = finder.snapshots(mentions, &own);
    let standing = finder.standing(&mut snapshots);
    project.problems.append(&mut finder.problems);
    project.passed_over.append(&mut finder.passed_over);
    project.policies = policies.builtin;
    project.policies.extend(read_all(site.files, policies.files));
    project.snapshots = read_some(there.files, snapshots);
    project.standing = read_all(there.files, standing);
    project
}

/// Adds what was passed over on the way to the projects, folders of snapshots that none of them reads among it.
fn add_passed_over(projects: &mut [Project], mut found: Vec<PassedOver>, rollouts: &[String]) {
    let is_read = |folder: &&String| {
        let read = projects.iter().flat_map(|project| project.snapshots.iter().chain(&project.standing));
        read.into_iter().any(|file| path::below(&file.name, folder).is_some())
    };
    let unread = rollouts.iter().filter(|folder| !is_read(folder));
    found.extend(unread.map(|folder| PassedOver { path: folder.clone(), why: PassedOverWhy::NotNamed }));
    if let Some(first) = projects.first_mut() {
        first.passed_over.extend(found);
    }
}

/// The policies of all layers: a nearer file adds to its base, and takes nothing away. The farthest base that names none
/// stands for the shipped pack.
fn policy_mentions(layers: &[Layer]) -> Option<Vec<Mention>> {
    let mut mentions = Vec::new();
    for layer in layers.iter().rev() {
        let Configuration { file, config, .. } = &*layer.configuration;
        match &config.policies {
            Some(settings) => mentions.extend(Mention::all(settings.clone(), layer.folder())),
            None if mentions.is_empty() && config.extends.is_none() => {
                let builtin = Setting { value: "builtin".to_owned(), span: Span::new(*file, 0..0) };
                mentions.push(Mention { setting: builtin, folder: layer.folder().to_owned() });
            }
            None => {}
        }
    }
    (!layers.is_empty()).then_some(mentions)
}

/// Whether a name has an ending, in whatever case: `2026-11-20.YAML` is a snapshot to whoever put it there.
pub fn ends_in(name: &str, ending: &str) -> bool {
    let start = name.len().checked_sub(ending.len());
    start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

/// What is said of a file that nobody can read.
pub(crate) fn unreadable(name: &str, why: &str) -> Diagnostic {
    Diagnostic::error(Code::UnreadableFile, format!("`{name}` cannot be read: {why}"))
}
