//! The workspace: the trees of policy files, kept by their text, so that a file is parsed once for all projects, sides
//! and commands that read it, and again only when its text has changed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::tables::{ReadTable, Tables};
use super::total::{exit_of, has_errors};
use super::{Answer, in_order};
use crate::ast::{ExprIds, File, Item};
use crate::builtin;
use crate::check::check;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, misleads};
use crate::parse::parse;
use crate::program::Program;
use crate::project::{FileContent, TextFile};
use crate::source::{FileId, ReadFile, SourceMap, Span, text_of};
use crate::text::quote;

/// How many commands a tree outlives that none of them has asked for.
const KEPT: usize = 16;

/// What commands are run in, one after another: it keeps the trees of the policies that they read, by their texts.
#[derive(Debug, Default)]
pub struct Workspace {
    trees: HashMap<Arc<str>, KeptTree>,
    pub(super) tables: Tables,
    /// How many commands were begun.
    commands: usize,
    parsed: usize,
}

/// A text as it was parsed, as if it were the only file there is.
#[derive(Debug)]
struct KeptTree {
    file: File,
    found: Vec<Diagnostic>,
    ids: ExprIds,
    /// The last command that asked for it.
    used: usize,
}

impl KeptTree {
    /// Of a text that is shipped: it was parsed before the program was built.
    fn shipped(text: &str, used: usize) -> Option<Self> {
        let (file, ids) = builtin::tree_of(text)?;
        Some(Self { file, found: Vec::new(), ids, used })
    }

    fn parse(text: &str, used: usize) -> Self {
        let mut ids = ExprIds::default();
        let (file, found) = parse(FileId::default(), text, &mut ids);
        Self { file, found, ids, used }
    }
}

impl Workspace {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with something that reads tables of snapshots.
    pub fn with_tables(mut self, reader: Arc<dyn ReadTable>) -> Self {
        self.tables.reader = Some(reader);
        self
    }

    /// How often a text was parsed so far. One that is known already is not parsed again, and a shipped one never.
    pub fn parsed(&self) -> usize {
        self.parsed
    }

    /// Lets go of the trees that nobody has asked for in a while: of a file that is being edited there are many.
    pub(super) fn begin(&mut self) {
        self.commands += 1;
        self.tables.close();
        self.trees.retain(|_, tree| tree.used + KEPT >= self.commands);
    }

    /// Reads and checks policy files alone: what is sound of them is in the program.
    pub fn compile(&mut self, policies: Vec<TextFile>) -> Answer<Program> {
        self.begin();
        let mut sources = SourceMap::default();
        let mut diagnostics = Vec::new();
        let policies: Vec<ReadFile> = policies.into_iter().map(|policy| add(policy, &mut sources)).collect();
        let mut ids = ExprIds::default();
        let files = self.parse_all(&policies, &sources, &mut ids, &mut diagnostics);
        let (mut program, found) = check(&files, ids.count());
        diagnostics.extend(found);
        program.incomplete = has_errors(&diagnostics);
        in_order(&mut diagnostics, &sources);
        let exit = exit_of(&diagnostics);
        Answer::new(program, diagnostics, sources, exit)
    }

    /// The trees of policies whose expressions are numbered on from `ids`.
    pub(super) fn parse_all(
        &mut self,
        policies: &[ReadFile],
        sources: &SourceMap,
        ids: &mut ExprIds,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<File> {
        self.parse_new(policies, sources);
        let (mut files, mut lent): (Vec<File>, Vec<File>) = (Vec::new(), Vec::new());
        for policy in policies {
            let Some(source) = sources.get(policy.file) else { continue };
            if let Some(problem) = unreadable(policy, sources) {
                diagnostics.push(problem);
            } else if let Some(tree) = self.trees.get_mut(source.text.shared()) {
                tree.used = self.commands;
                // What was not read may declare anything, and has its error.
                if tree.found.is_empty() {
                    diagnostics.extend(declares_nothing(&tree.file, policy.file, &source.name));
                }
                diagnostics.extend(misleads(policy.file, &source.text));
                let file = tree.file.clone().placed(policy.file, &tree.ids, ids);
                if builtin::is_names_alone(&source.name) {
                    lent.push(file.with_names_alone());
                } else {
                    files.push(file);
                }
                diagnostics.extend(tree.found.iter().map(|found| found.clone().placed(policy.file)));
            }
        }
        // A policy of one's own may have the names that are read.
        let own: BTreeSet<String> = files.iter().flat_map(File::policy_names).map(str::to_owned).collect();
        lent.retain(|file| !file.policy_names().any(|name| own.contains(name)));
        files.extend(lent);
        files
    }

    /// Parses the texts that are not known yet, several at a time: that is most of what it takes to start.
    fn parse_new(&mut self, policies: &[ReadFile], sources: &SourceMap) {
        let readable = policies.iter().filter(|policy| unreadable(policy, sources).is_none());
        let texts = readable.filter_map(|policy| sources.get(policy.file)).map(|source| source.text.shared());
        let mut new: BTreeSet<&Arc<str>> = texts.filter(|text| !self.trees.contains_key(*text)).collect();
        let used = self.commands;
        let shipped = new.iter().filter_map(|text| Some((Arc::clone(text), KeptTree::shipped(text, used)?)));
        self.trees.extend(shipped);
        new.retain(|text| !self.trees.contains_key(*text));
        let parsed: Vec<(Arc<str>, KeptTree)> =
            new.into_par_iter().map(|text| (text.clone(), KeptTree::parse(text, used))).collect();
        self.parsed += parsed.len();
        self.trees.extend(parsed);
    }
}

/// Adds a file to the sources, whatever could be read of it.
pub(super) fn add(file: TextFile, sources: &mut SourceMap) -> ReadFile {
    let (text, problem, invalid_utf8_at) = match file.content {
        Err(problem) => (String::new(), Some(problem), None),
        Ok(FileContent::Kept(bytes)) => {
            let (text, invalid_utf8_at) = text_of(bytes);
            (text, None, invalid_utf8_at)
        }
        Ok(FileContent::Unkept(unkept)) => {
            let file = sources.add_unkept(file.name.into(), unkept);
            return ReadFile { file, problem: None, invalid_utf8_at: None };
        }
    };
    ReadFile { file: sources.add(file.name, text), problem, invalid_utf8_at }
}

/// What is said of a file of which nothing would be in force: it was emptied, or is yet to be written.
fn declares_nothing(tree: &File, file: FileId, name: &str) -> Option<Diagnostic> {
    let says = |item: &Item| match item {
        Item::Policy(policy) => !policy.items.is_empty(),
        Item::Test(_) | Item::Stages(_) | Item::Snapshot(_) | Item::Broken(_) => true,
    };
    (!tree.items.iter().any(says)).then(|| {
        Diagnostic::error(Code::EmptyPolicy, format!("`{}` declares nothing", quote(name)))
            .label(Span::new(file, 0..0), "no rule, field, stage or test in it")
            .help("write what it should declare, or remove the file")
    })
}

/// What is wrong with a policy file that is no text.
fn unreadable(policy: &ReadFile, sources: &SourceMap) -> Option<Diagnostic> {
    let name = sources.name(policy.file);
    if let Some(problem) = &policy.problem {
        let place = Span::new(policy.file, 0..0);
        return Some(
            Diagnostic::error(Code::UnreadableFile, format!("`{name}` cannot be read: {problem}"))
                .label(place, "here"),
        );
    }
    let at = policy.invalid_utf8_at?;
    let place = Span::new(policy.file, at..at + 1);
    Some(
        Diagnostic::error(Code::UnreadableFile, format!("`{name}` is not UTF-8 text"))
            .label(place, "not UTF-8"),
    )
}
