//! Configurations with their bases, and which of them are projects of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::files::{Obstacle, content, is_folder, is_there};
use super::misnamed::{configured_above, misnamed};
use super::nested::{Nested, nested};
use super::path::{below, join, parent};
use super::site::Site;
use super::{CONFIG, Configuration, SNAPSHOTS, unreadable};
use crate::code::Code;
use crate::config::Setting;
use crate::diagnostic::{Diagnostic, Label};
use crate::report::read::PassedOver;
use crate::source::SourceMap;

/// How many files may extend each other.
const MAX_LAYERS: usize = 16;

/// A configuration that was read, and where it lies.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) configuration: Arc<Configuration>,
    pub(super) path: String,
}

impl Layer {
    /// What its paths are relative to.
    pub(super) fn folder(&self) -> &str {
        parent(&self.path)
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
        self.layers.iter().any(|layer| layer.configuration.config.snapshots.is_some())
    }
}

/// Reads configurations, each once.
pub(super) struct Stacks<'a> {
    site: &'a Site<'a>,
    sources: &'a mut SourceMap,
    /// What belongs to no project.
    pub(super) problems: Vec<Diagnostic>,
    /// Folders of snapshots below the root, by name, whether a project reads them or not.
    pub(super) rollouts: Vec<String>,
    /// What was passed over on the way to the projects.
    pub(super) passed_over: Vec<PassedOver>,
    read: BTreeMap<String, Result<Arc<Configuration>, String>>,
}

impl<'a> Stacks<'a> {
    pub(super) fn new(site: &'a Site<'a>, sources: &'a mut SourceMap) -> Self {
        let (problems, rollouts, passed_over, read) = Default::default();
        Self { site, sources, problems, rollouts, passed_over, read }
    }

    fn configuration(&mut self, path: &str) -> Result<Arc<Configuration>, String> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let bytes =
            if self.site.leads_out(path) { Err(Obstacle::LeadsOut) } else { content(self.site.files, path) };
        let text = bytes
            .map_err(|why| why.to_string())
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned()));
        let found = text.map(|text| Configuration::add(&self.site.name(path), &text, self.sources));
        self.read.insert(path.to_owned(), found.clone());
        found
    }

    /// The configuration at a path, with its bases; an empty stack where there is no file.
    pub(super) fn stack(&mut self, path: &str) -> Stack {
        let mut stack = Stack::default();
        if !is_there(self.site.files, path) {
            return stack;
        }
        match self.configuration(path) {
            Ok(configuration) => stack.layers.push(Layer { configuration, path: path.to_owned() }),
            Err(why) => {
                stack.problems.push(unreadable(&self.site.name(path), &why));
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
        stack.unsure = stack.layers.iter().any(|layer| layer.configuration.config.unsure);
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
        let Some(mut path) = self.site.target(layer.folder(), &extends.value) else {
            let help = self.site.instead("extend a file of the same repository");
            return Err(Box::new(wrong("it is outside of the repository").help(help)));
        };
        if is_folder(self.site.files, &path) {
            path = join(&path, CONFIG);
        }
        if self.same(&path).is_some_and(|target| {
            stack.layers.iter().any(|known| self.same(&known.path).as_ref() == Some(&target))
        }) {
            return Err(Box::new(self.cycle(stack, &path)));
        }
        if stack.layers.len() >= MAX_LAYERS {
            return Err(wrong(&format!("more than {MAX_LAYERS} files extend each other")));
        }
        let configuration = self.configuration(&path).map_err(|why| wrong(&why))?;
        Ok(Layer { configuration, path })
    }

    /// The stacks of all projects of the root and below it, by their path: that of the root itself, unless it has nothing to
    /// judge, and each nested configuration that no other one extends, or that has snapshots beside it.
    pub(super) fn projects(&mut self) -> Vec<(Option<String>, Stack)> {
        let (site, files) = (self.site, self.site.files);
        let root = join(&site.root, CONFIG);
        let own = self.stack(&root);
        if own.unsure {
            return vec![(None, own)];
        }
        let Nested { configs, misnamed: unread, rollouts, unseen, passed_over } = nested(site);
        self.passed_over = passed_over;
        let nested: Vec<(String, Stack)> =
            configs.into_iter().map(|path| (path.clone(), self.stack(&path))).collect();
        let stacks = nested.iter().map(|(_, stack)| stack).chain([&own]);
        let extended: BTreeSet<String> = stacks
            .flat_map(|stack| stack.layers.iter().skip(1))
            .filter_map(|layer| self.same(&layer.path))
            .collect();
        let is_extended = |path: &str| self.same(path).is_some_and(|path| extended.contains(&path));
        let has_rollouts = |path: &str| is_there(files, &join(parent(path), SNAPSHOTS));
        let is_project = own.sets_snapshots() || !own.layers.is_empty() && !is_extended(&root);
        let is_own = is_project || has_rollouts(&root);
        let below_it: Vec<(String, Stack)> = nested
            .into_iter()
            // Files that extend each other in a circle are nobody's base.
            .filter(|(path, stack)| {
                let has_data = has_rollouts(path) || stack.sets_snapshots() || stack.unsure;
                let is_base = is_extended(path) && (stack.sets_snapshots() || !has_rollouts(path));
                !is_base && (has_data || !is_own) || stack.unsure && stack.layers.len() > 1
            })
            .collect();
        let judges_root = is_own || below_it.is_empty() && unseen.is_empty();
        if judges_root && own.layers.is_empty() {
            self.problems.extend(configured_above(site));
        }
        self.refuse(unread);
        let is_judged = |folder: &str| below_it.iter().any(|(path, _)| below(folder, parent(path)).is_some());
        let (inner, left): (Vec<_>, Vec<_>) =
            rollouts.iter().partition(|folder| judges_root || is_judged(folder));
        self.problems.extend(left.into_iter().map(|folder| unjudged(&site.name(folder))));
        self.rollouts = inner.into_iter().map(|folder| site.name(folder)).collect();
        let unseen = unseen.into_iter().map(|(path, why)| {
            let name = site.name(&path);
            let problems = vec![unreadable(&name, &why.to_string())];
            (Some(name), Stack { unsure: true, problems, ..Stack::default() })
        });
        let below_it = below_it.into_iter().map(|(path, stack)| (Some(site.name(parent(&path))), stack));
        judges_root.then_some((None, own)).into_iter().chain(below_it).chain(unseen).collect()
    }

    /// Says of files that they were meant to be configurations, unless another one names them.
    pub(super) fn refuse(&mut self, found: Vec<String>) {
        let unread = found.into_iter().filter(|path| !self.read.contains_key(path));
        let said: Vec<Diagnostic> = unread.map(|path| misnamed(self.site, &path)).collect();
        self.problems.extend(said);
    }

    /// What tells files apart.
    fn same(&self, path: &str) -> Option<String> {
        self.site.files.resolve(path).ok().map(|target| target.path)
    }

    /// All files that are in the circle, at the line where each extends the next.
    fn cycle(&self, stack: &Stack, back_to: &str) -> Diagnostic {
        let back_to = self.same(back_to);
        let start = stack.layers.iter().position(|layer| self.same(&layer.path) == back_to).unwrap_or(0);
        let circle = stack.layers.iter().skip(start);
        let spans = circle.filter_map(|layer| Some(layer.configuration.config.extends.as_ref()?.span));
        let mut labels: Vec<Label> =
            spans.map(|span| Label { span, text: "extends the next".to_owned(), is_value: false }).collect();
        // The same circle, whichever of its files it was entered by.
        labels.sort_by_key(|label| label.span);
        let mut problem = Diagnostic::error(Code::UnusableBase, "these files extend each other in a cycle");
        problem.labels = labels;
        problem.help("a base must not build on what extends it: remove one of them")
    }
}

/// The last layer of a stack, if it has a base.
fn next_base(stack: &Stack) -> Option<(Layer, Setting<String>)> {
    let layer = stack.layers.last()?;
    Some((layer.clone(), layer.configuration.config.extends.clone()?))
}

/// What is said of snapshots that no configuration leads to.
fn unjudged(folder: &str) -> Diagnostic {
    Diagnostic::warning(Code::NothingFound, format!("`{folder}` is not judged: it is part of no project"))
        .help("add a `tollgate.yaml` to the folder that contains it")
}
