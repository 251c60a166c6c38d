//! One file: its documents as typed snapshots, or as standing facts.
//!
//! Knows nothing of other files but the standing facts of its own folder.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, misleads};
use crate::point::Point;
use crate::snapshot::limits::{MAX_BYTES, MAX_STANDING_BYTES, MAX_WORKFLOW_BYTES};
use crate::snapshot::problems::Problems;
use crate::snapshot::tree::{Content, Document, Tree};
use crate::snapshot::typing::{At, Typing};
use crate::snapshot::{Input, Role, direct, errors, syntax, tree};
use crate::source::{FileId, ReadFile, SourceMap, Span, TableRow};
use crate::value::{Date, Record, Snapshot, Value, parse_date};
use crate::vocabulary::Vocabulary;

/// The standing facts of a folder.
pub(super) struct Standing<'t> {
    pub(super) file: FileId,
    pub(super) folder: &'t str,
    pub(super) sound: bool,
    pub(super) workflow: Option<Arc<str>>,
    pub(super) diagnostics: Vec<Diagnostic>,
    tree: Tree<'t>,
}

impl Standing<'_> {
    /// Where the facts begin.
    pub(super) fn place(&self) -> Span {
        let root = self.tree.documents.first().map(|document| self.tree.node(document.root).span);
        root.unwrap_or(Span::new(self.file, 0..0))
    }

    fn root(&self) -> Option<At<'_>> {
        let document = self.tree.documents.first()?;
        let root = At { tree: &self.tree, id: document.root };
        root.entries().map(|_| root)
    }
}

/// What one file of snapshots says.
pub(super) struct SnapshotFile<'t> {
    pub(super) file: FileId,
    pub(super) folder: &'t str,
    pub(super) entries: Vec<FoundSnapshot>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What the documents of a text say.
struct ReadDocuments {
    entries: Vec<FoundSnapshot>,
    problems: Problems,
    /// The text could not be read to its end.
    fault: bool,
}

/// A snapshot, as far as it could be read.
#[derive(Debug, PartialEq)]
pub(super) struct FoundSnapshot {
    /// With the place of the name.
    pub(super) workflow: Option<(Arc<str>, Span)>,
    pub(super) date: Option<(Point, Span)>,
    /// None if it has an error.
    pub(super) snapshot: Option<Snapshot>,
}

/// The folder of a file, by its name.
pub(super) fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Reads a `rollout.yaml`.
pub(super) fn standing<'t>(input: &Input, sources: &'t SourceMap, vocabulary: &Vocabulary) -> Standing<'t> {
    let mut problems = Problems::default();
    let text = sources.get(input.read.file).map_or("", |source| &source.text);
    let mut tree = parse(input, text, &mut problems);
    let documents = std::mem::take(&mut tree.documents);
    tree.documents = documents.into_iter().filter(|document| !is_empty(&tree, document)).collect();
    if let [first, second, ..] = &*tree.documents {
        problems.push(errors::second_standing(tree.node(first.root).span, tree.node(second.root).span));
    }
    let bytes = text.len();
    if bytes > MAX_STANDING_BYTES {
        problems.push(errors::standing_too_large(input.read.file, bytes));
        tree = tree::parse_until(input.read.file, "", 0);
    }
    let mut workflow = None;
    let mut typing = Typing::new(vocabulary, &mut problems, input.role, bytes);
    for document in &tree.documents {
        let root = At { tree: &tree, id: document.root };
        let record = if document.broken { None } else { typing.document(root, None) };
        let name = record.as_ref().and_then(workflow_of).or_else(|| workflow_before_fault(root));
        workflow = workflow.or(name.map(|(name, _)| name));
    }
    let folder = folder(sources.name(input.read.file));
    let sound = problems.errors() == 0;
    Standing {
        file: input.read.file,
        folder,
        sound,
        workflow,
        diagnostics: problems.finish(input.read.file),
        tree,
    }
}

/// Reads a file of snapshots, over the standing facts of its folder.
pub(super) fn snapshots<'t>(
    input: &Input,
    sources: &'t SourceMap,
    vocabulary: &Vocabulary,
    standing: &BTreeMap<&str, Standing<'_>>,
) -> SnapshotFile<'t> {
    let folder = folder(sources.file_name(input.read.file));
    let source = sources.get(input.read.file);
    let mut input = input.clone();
    let text = match source.map(|source| source.text.read()) {
        Some(Ok((text, invalid_utf8_at))) => {
            input.read.invalid_utf8_at = input.read.invalid_utf8_at.or(invalid_utf8_at);
            text
        }
        Some(Err(why)) => {
            input.read.problem = Some(why);
            Arc::default()
        }
        None => Arc::default(),
    };
    let standing = standing.get(folder).and_then(Standing::root);
    let read = directly(&input, &text, vocabulary, standing);
    let read = read.unwrap_or_else(|| by_tree(&input, &text, vocabulary, standing));
    let ReadDocuments { mut entries, mut problems, fault } = read;
    let row = source.and_then(|source| source.text.row());
    if let Some(workflow) = row.and_then(TableRow::workflow).filter(|_| input.read.problem.is_some()) {
        // What a row cannot say any more, its table does.
        let place = Span::new(input.read.file, 0..0);
        entries =
            vec![FoundSnapshot { workflow: Some((workflow.into(), place)), date: None, snapshot: None }];
    } else if fault {
        only_named(&mut entries);
    } else if entries.is_empty() {
        problems.push(errors::no_snapshot(input.read.file));
        entries.push(FoundSnapshot { workflow: None, date: None, snapshot: None });
    }
    if let [FoundSnapshot { date: Some((date, span)), .. }] = &*entries
        && input.role == Role::Snapshot
        && row.is_none()
        && let Some(named) = date_in_name(sources.name(input.read.file))
        && named != date.date()
    {
        problems.push(errors::file_of_another_day(*span, date.date(), named));
    }
    SnapshotFile { file: input.read.file, folder, entries, diagnostics: problems.finish(input.read.file) }
}

/// The snapshot of a plain text that is its only document; none where that takes the tree.
fn directly<'a>(
    input: &Input,
    text: &str,
    vocabulary: &'a Vocabulary,
    standing: Option<At<'a>>,
) -> Option<ReadDocuments> {
    let ReadFile { file, problem, invalid_utf8_at } = &input.read;
    let is_whole = problem.is_none() && invalid_utf8_at.is_none() && text.len() <= MAX_BYTES;
    if !is_whole || input.role != Role::Snapshot {
        return None;
    }
    let mut problems = Problems::default();
    let mut typing = Typing::new(vocabulary, &mut problems, input.role, text.len());
    let (record, fields) = direct::read(*file, text, vocabulary, typing.fields())?;
    let record = typing.completed(record, fields, standing)?;
    let entries = vec![entry(*file, &mut typing, Some(record), None, true)];
    Some(ReadDocuments { entries, problems, fault: false })
}

/// Whether the tree gives what is read without it; none where it takes the tree. The text lies over standing facts.
pub(super) fn agree(text: &str, facts: &str, vocabulary: &Vocabulary) -> Option<bool> {
    let mut sources = SourceMap::default();
    let facts = Input::new(sources.add("rollout.yaml", facts), Role::Standing);
    let input = Input::new(sources.add("a.yaml", text), Role::Snapshot);
    let facts = standing(&facts, &sources, vocabulary);
    let said = |read: ReadDocuments| (read.entries, read.problems.finish(input.read.file), read.fault);
    let directly = directly(&input, text, vocabulary, facts.root())?;
    Some(said(directly) == said(by_tree(&input, text, vocabulary, facts.root())))
}

/// All snapshots of a text.
fn by_tree(input: &Input, text: &str, vocabulary: &Vocabulary, standing: Option<At<'_>>) -> ReadDocuments {
    let mut problems = Problems::default();
    let tree = parse(input, text, &mut problems);
    let mut entries = Vec::new();
    let mut typing = Typing::new(vocabulary, &mut problems, input.role, text.len());
    for document in &tree.documents {
        if is_empty(&tree, document) {
            continue;
        }
        let root = At { tree: &tree, id: document.root };
        let before = typing.errors();
        let record = if document.broken { None } else { typing.document(root, standing) };
        let is_sound = !tree.fault && !document.faulty && typing.errors() == before;
        entries.push(entry(input.read.file, &mut typing, record, Some(root), is_sound));
    }
    ReadDocuments { entries, problems, fault: tree.fault }
}

/// The date that the name of a file holds, if it is one and no other.
fn date_in_name(name: &str) -> Option<Date> {
    let name = name.rsplit_once('/').map_or(name, |(_, name)| name);
    let is_digit =
        |at: Option<usize>| at.and_then(|at| name.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
    let alone = |at: usize| !is_digit(at.checked_sub(1)) && !is_digit(Some(at + 10));
    let at = |at: usize| name.get(at..at + 10).and_then(parse_date).filter(|_| alone(at));
    let dates: BTreeSet<Date> = (0..name.len()).filter_map(at).collect();
    if dates.len() == 1 { dates.first().copied() } else { None }
}

/// After a fault the file may go on with any workflow that it names before; with one that it does not name, only if
/// it names none.
fn only_named(entries: &mut Vec<FoundSnapshot>) {
    if entries.iter().any(|entry| entry.workflow.is_some()) {
        entries.retain(|entry| entry.workflow.is_some());
    } else {
        entries.clear();
        entries.push(FoundSnapshot { workflow: None, date: None, snapshot: None });
    }
}

/// A snapshot of its record, if it has one, and is sound so far. `root` is its document, where there is a tree.
fn entry<'a>(
    file: FileId,
    typing: &mut Typing<'a>,
    record: Option<Record>,
    root: Option<At<'a>>,
    is_sound: bool,
) -> FoundSnapshot {
    let Some(record) = record else {
        return FoundSnapshot { workflow: root.and_then(workflow_before_fault), date: None, snapshot: None };
    };
    let before = typing.errors();
    typing.check_parts(&record);
    let collected = root.and_then(|root| typing.collected(root, &record));
    let date = typing.date_of(&record);
    let workflow = workflow_of(&record);
    let snapshot = match (&workflow, date) {
        (Some((workflow, _)), Some((date, _))) if is_sound && typing.errors() == before => {
            Some(Snapshot { file, workflow: Arc::clone(workflow), date, record, collected })
        }
        (Some(_) | None, _) => None,
    };
    FoundSnapshot { workflow, date, snapshot }
}

fn workflow_of(record: &Record) -> Option<(Arc<str>, Span)> {
    let located = record.fields.get(Vocabulary::WORKFLOW)?.as_ref()?;
    match &located.value {
        Value::Text(name) => Some((Arc::clone(name), located.span)),
        Value::Bool(_)
        | Value::Number(_)
        | Value::Range(_)
        | Value::Counted(_)
        | Value::List(_)
        | Value::Record(_) => None,
    }
}

/// The workflow that a document names, though it may be broken further down.
fn workflow_before_fault(root: At<'_>) -> Option<(Arc<str>, Span)> {
    let entry = root.entries()?.iter().find(|entry| entry.key == "workflow")?;
    let node = root.tree.node(entry.value);
    match &node.content {
        Content::Scalar { text, .. } if !text.trim().is_empty() && text.len() <= MAX_WORKFLOW_BYTES => {
            Some(((&**text).into(), node.span))
        }
        Content::Null | Content::Scalar { .. } | Content::List(_) | Content::Map(_) => None,
    }
}

/// A document that says nothing, as between two `---`.
fn is_empty(tree: &Tree<'_>, document: &Document) -> bool {
    !document.faulty && matches!(tree.node(document.root).content, Content::Null)
}

/// The tree of an input. Where it could not be read to its end, its last document is broken.
fn parse<'t>(input: &Input, text: &'t str, problems: &mut Problems) -> Tree<'t> {
    let file = input.read.file;
    if let Some(reason) = &input.read.problem {
        problems.push(errors::unreadable(file, reason));
        return tree::parse_until(file, "", 0);
    }
    if let Some(at) = input.read.invalid_utf8_at {
        problems.push(errors::not_utf8(syntax::place(file, text, at)));
        return tree::parse_until(file, text, at.min(MAX_BYTES));
    }
    if text.len() > MAX_BYTES {
        /// How much of a file that is not read is searched for the name of its workflow.
        const PREFIX: usize = 1 << 16;
        problems.push(errors::file_too_large(file, text.len()));
        return tree::parse_until(file, text, PREFIX);
    }
    let forbidden = |byte: &u8| matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 127);
    if let Some((at, byte)) = text.bytes().enumerate().find(|(_, byte)| forbidden(byte)) {
        problems.push(errors::control_character(syntax::place(file, text, at), byte.into()));
        return tree::parse_until(file, text, at);
    }
    if let Some(problem) = misleads(file, text) {
        let at = problem.labels.first().map_or(0, |label| label.span.range().start);
        problems.push(problem);
        return tree::parse_until(file, text, at);
    }
    tree::parse(file, text, problems)
}
