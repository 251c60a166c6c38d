//! Configurations with their bases, and which of them are projects of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::ground::Ground;
use super::{CONFIG, LEADS_OUT, SNAPSHOTS, read, unreadable};
use crate::code::Code;
use crate::config::{self, Config, Setting};
use crate::diagnostic::{Diagnostic, Label};
use crate::source::{FileId, SourceMap};

/// How many files may extend each other.
const MAX_LAYERS: usize = 16;

/// A configuration that was read.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) file: FileId,
    pub(super) config: Config,
    pub(super) path: PathBuf,
}

impl Layer {
    /// What its paths are relative to.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }
}

/// A configuration and its bases, the nearest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Stack {
    pub(super) layers: Vec<Layer>,
    /// Whether a part of it is missing or so broken that nobody knows what it says of files.
    pub(super) unsure: bool,
    pub(super) problems: Vec<Diagnostic>,
}

impl Stack {
    /// The file that says where snapshots lie.
    fn sets_snapshots(&self) -> bool {
        self.layers.iter().any(|layer| layer.config.snapshots.is_some())
    }
}

/// Reads configurations, each once.
pub(super) struct Stacks<'a> {
    pub(super) ground: &'a Ground,
    pub(super) sources: &'a mut SourceMap,
    /// What belongs to no project.
    pub(super) problems: Vec<Diagnostic>,
    read: BTreeMap<PathBuf, Result<(FileId, Config), String>>,
}

impl<'a> Stacks<'a> {
    pub(super) fn new(ground: &'a Ground, sources: &'a mut SourceMap) -> Self {
        Self { ground, sources, problems: Vec::new(), read: BTreeMap::new() }
    }

    fn config(&mut self, path: &Path) -> Result<(FileId, Config), String> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let bytes = if self.ground.leads_out(path) { Err(LEADS_OUT.to_owned()) } else { read::file(path) };
        let text =
            bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned()));
        let found = text.map(|text| {
            let file = self.sources.add(self.ground.name(path), text);
            let text = self.sources.get(file).map_or("", |source| &source.text);
            // What is wrong in it is the engine's to report.
            (file, config::read(file, text).0)
        });
        self.read.insert(path.to_owned(), found.clone());
        found
    }

    /// The configuration at a path, with its bases; an empty stack where there is no file.
    pub(super) fn stack(&mut self, path: &Path) -> Stack {
        let mut stack = Stack::default();
        if fs::symlink_metadata(path).is_err() {
            return stack;
        }
        match self.config(path) {
            Ok((file, config)) => stack.layers.push(Layer { file, config, path: path.to_owned() }),
            Err(why) => {
                stack.problems.push(unreadable(&self.ground.name(path), &why));
                stack.unsure = true;
                return stack;
            }
        }
        while let Some((layer, extends)) = next_base(&stack) {
            match self.base(&stack, &layer, &extends) {
                Ok(base) => stack.layers.push(base),
                Err(problem) => {
                    stack.problems.push(*problem);
                    stack.unsure = true;
                    return stack;
                }
            }
        }
        stack.unsure = stack.layers.iter().any(|layer| layer.config.unsure);
        stack
    }

    fn base(
        &mut self,
        stack: &Stack,
        layer: &Layer,
        extends: &Setting<String>,
    ) -> Result<Layer, Box<Diagnostic>> {
        let written = extends.value.escape_debug();
        let wrong = |why: &str| {
            let problem =
                Diagnostic::error(Code::UnusableBase, format!("`{written}` cannot be extended: {why}"));
            Box::new(problem.label(extends.span, "named here"))
        };
        let Some(mut path) = self.ground.target(layer.folder(), &extends.value) else {
            let help = self.ground.instead("extend a file of the same repository");
            return Err(Box::new(wrong("it lies outside of the repository").help(help)));
        };
        if path.is_dir() {
            path.push(CONFIG);
        }
        if same(&path).is_some_and(|target| {
            stack.layers.iter().any(|known| same(&known.path).as_ref() == Some(&target))
        }) {
            return Err(Box::new(cycle(stack, &path)));
        }
        if stack.layers.len() >= MAX_LAYERS {
            return Err(wrong(&format!("more than {MAX_LAYERS} files extend each other")));
        }
        let (file, config) = self.config(&path).map_err(|why| wrong(&why))?;
        Ok(Layer { file, config, path })
    }

    /// The stacks of all projects below the root, by their path: that of the root itself, or, where that has nothing to
    /// judge, each nested configuration that no other one extends, or that has snapshots beside it.
    pub(super) fn projects(&mut self) -> Vec<(Option<String>, Stack)> {
        let root = self.ground.root.join(CONFIG);
        let own = self.stack(&root);
        if own.unsure || own.sets_snapshots() || self.ground.root.join(SNAPSHOTS).exists() {
            return vec![(None, own)];
        }
        let Nested { configs, rollouts, unseen } = nested(&self.ground.root);
        let nested: Vec<(PathBuf, Stack)> =
            configs.into_iter().map(|path| (path.clone(), self.stack(&path))).collect();
        let extended: BTreeSet<PathBuf> = nested
            .iter()
            .flat_map(|(_, stack)| stack.layers.iter().skip(1))
            .filter_map(|layer| same(&layer.path))
            .collect();
        let is_base = !own.layers.is_empty() && same(&root).is_some_and(|root| extended.contains(&root));
        if nested.is_empty() && unseen.is_empty() || !own.layers.is_empty() && !is_base {
            return vec![(None, own)];
        }
        let is_extended = |path: &Path| same(path).is_some_and(|path| extended.contains(&path));
        let has_rollouts =
            |path: &Path, stack: &Stack| !stack.sets_snapshots() && path.with_file_name(SNAPSHOTS).is_dir();
        let name = |path: &Path| self.ground.name(path.parent().unwrap_or(path));
        let projects: Vec<(PathBuf, Stack)> = nested
            .into_iter()
            // Files that extend each other in a circle are nobody's base.
            .filter(|(path, stack)| {
                !is_extended(path) || has_rollouts(path, stack) || stack.unsure && stack.layers.len() > 1
            })
            .collect();
        for folder in rollouts {
            if !projects.iter().any(|(path, _)| path.parent().is_some_and(|own| folder.starts_with(own))) {
                self.problems.push(unjudged(&self.ground.name(&folder)));
            }
        }
        projects
            .into_iter()
            .map(|(path, stack)| (Some(name(&path)), stack))
            .chain(unseen.into_iter().map(|(path, why)| {
                let name = self.ground.name(&path);
                let problems = vec![unreadable(&name, &why)];
                (Some(name), Stack { unsure: true, problems, ..Stack::default() })
            }))
            .collect()
    }
}

/// Every configuration in a folder and below it, outside of hidden folders.
pub(super) fn configs_below(root: &Path) -> Vec<PathBuf> {
    let own = Some(root.join(CONFIG)).filter(|path| fs::symlink_metadata(path).is_ok());
    own.into_iter().chain(nested(root).configs).collect()
}

/// The last layer of a stack, if it has a base.
fn next_base(stack: &Stack) -> Option<(Layer, Setting<String>)> {
    let layer = stack.layers.last()?;
    Some((layer.clone(), layer.config.extends.clone()?))
}

/// What tells files apart.
fn same(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// All files that are in the circle, at the line where each extends the next.
fn cycle(stack: &Stack, back_to: &Path) -> Diagnostic {
    let start = stack.layers.iter().position(|layer| same(&layer.path) == same(back_to)).unwrap_or(0);
    let circle = stack.layers.iter().skip(start);
    let spans = circle.filter_map(|layer| Some(layer.config.extends.as_ref()?.span));
    let mut labels: Vec<Label> =
        spans.map(|span| Label { span, text: "extends the next".to_owned() }).collect();
    // The same circle, whichever of its files it was entered by.
    labels.sort_by_key(|label| label.span);
    let mut problem = Diagnostic::error(Code::UnusableBase, "these files extend each other in a circle");
    problem.labels = labels;
    problem.help("a base must not build on what extends it: remove one of them")
}

/// What is said of snapshots that no configuration leads to.
fn unjudged(folder: &str) -> Diagnostic {
    Diagnostic::warning(Code::NothingFound, format!("`{folder}` is not judged: it is part of no project"))
        .help("give the folder that it lies in a `tollgate.yaml`")
}

/// What lies below a folder, outside of hidden folders.
#[derive(Default)]
struct Nested {
    configs: Vec<PathBuf>,
    /// Folders in which snapshots are looked for.
    rollouts: Vec<PathBuf>,
    /// Folders that cannot be looked into, with the reason.
    unseen: Vec<(PathBuf, String)>,
}

fn nested(root: &Path) -> Nested {
    let enter =
        |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    let mut found = Nested::default();
    for entry in WalkDir::new(root).min_depth(1).sort_by_file_name().into_iter().filter_entry(enter) {
        match entry {
            Ok(entry) if entry.depth() > 1 && entry.file_name() == CONFIG => {
                found.configs.push(entry.into_path());
            }
            Ok(entry) if entry.file_type().is_dir() && entry.file_name() == SNAPSHOTS => {
                found.rollouts.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let why =
                    error.io_error().map_or_else(|| "it cannot be looked into".to_owned(), read::reason);
                found.unseen.extend(error.path().map(|path| (path.to_owned(), why)));
            }
        }
    }
    found
}
