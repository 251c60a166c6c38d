//! YAML events to a located tree: every key and scalar with its bytes in the file, as it was written.
//!
//! Knows the YAML crate and the limits, and nothing of the vocabulary. An alias shares its target's node, so that it
//! costs nothing here; what it stands for is charged before anybody walks it.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use crate::diagnostic::Diagnostic;
use crate::snapshot::errors;
use crate::snapshot::limits::{MAX_ALIAS_NODES, MAX_DEPTH, MAX_DOCUMENTS, MAX_NODES};
use crate::snapshot::problems::Problems;
use crate::snapshot::{plain, syntax};
use crate::source::{FileId, Span};
use crate::value::{NumberError, parse_number};

/// A node of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeId(u32);

/// A value as it was written.
#[derive(Debug, PartialEq)]
pub(super) struct YamlNode<'t> {
    /// A scalar's text, its quotes included (a block scalar's: from the first to the last character of its lines); of
    /// a collection the first line's telling part, so that a label does not cover pages.
    pub(super) span: Span,
    pub(super) content: Content<'t>,
    /// Nodes that it and everything below it come to, with aliases written out.
    size: u32,
    /// Levels of collections in it.
    height: usize,
}

#[derive(Debug, PartialEq)]
pub(super) enum Content<'t> {
    /// A plain scalar that is empty, `~` or `null`.
    Null,
    Scalar {
        text: Cow<'t, str>,
        /// Neither quoted nor a block.
        plain: bool,
    },
    List(Vec<NodeId>),
    /// No key twice.
    Map(Vec<Entry<'t>>),
}

/// A key and its value.
#[derive(Debug, PartialEq)]
pub(super) struct Entry<'t> {
    pub(super) key: Cow<'t, str>,
    pub(super) span: Span,
    pub(super) value: NodeId,
}

/// A YAML document.
#[derive(Debug, PartialEq)]
pub(super) struct Document {
    pub(super) root: NodeId,
    /// What follows could not be read: the root holds what was there before.
    pub(super) broken: bool,
    /// It has an error, whatever its values are.
    pub(super) faulty: bool,
}

/// All documents of a file.
#[derive(Debug, PartialEq)]
pub(super) struct Tree<'t> {
    nodes: Vec<YamlNode<'t>>,
    pub(super) documents: Vec<Document>,
    /// The text could not be read to its end.
    pub(super) fault: bool,
}

static NULL: YamlNode<'static> =
    YamlNode { span: Span { file: FileId(0), start: 0, end: 0 }, content: Content::Null, size: 1, height: 0 };

impl<'t> Tree<'t> {
    /// The node of an id that this tree handed out.
    pub(super) fn node(&self, id: NodeId) -> &YamlNode<'t> {
        self.nodes.get(id.0 as usize).unwrap_or(&NULL)
    }
}

/// Reads a text. Documents before a fault are whole; the one with it is broken, and none follows.
pub(super) fn parse<'t>(file: FileId, text: &'t str, problems: &mut Problems) -> Tree<'t> {
    plain::parse(file, text).unwrap_or_else(|| parse_any(file, text, problems))
}

/// The same by the parser alone, whatever the text is.
pub(super) fn parse_any<'t>(file: FileId, text: &'t str, problems: &mut Problems) -> Tree<'t> {
    let mut options = granit_parser::options! {
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    options.set_emit_comments(false);
    let mut builder = TreeBuilder::new(file, text);
    for next in Parser::new_from_str_with_options(text, options) {
        let result = match next {
            Ok((event, span)) => builder.event(event, span, problems),
            Err(error) => Err(syntax::not_yaml(file, text, &error)),
        };
        if let Err(diagnostic) = result {
            problems.push(diagnostic);
            builder.abandon();
            break;
        }
    }
    builder.tree
}

/// Reads the whole lines of a text before a fault that was found by other means; the last document is broken.
pub(super) fn parse_until(file: FileId, text: &str, fault: usize) -> Tree<'_> {
    let before = text.get(..text.floor_char_boundary(fault)).unwrap_or("");
    let lines = before.rfind('\n').map_or(0, |end| end + 1);
    let mut tree = parse(file, before.get(..lines).unwrap_or(""), &mut Problems::default());
    tree.fault = true;
    if let Some(last) = tree.documents.last_mut() {
        last.broken = true;
        last.faulty = true;
    }
    tree
}

/// A collection that is not yet closed.
struct Open<'t> {
    kind: OpenKind<'t>,
    start: usize,
    flow: bool,
    anchor: usize,
    /// Place of the first key or element.
    first: Option<Span>,
    size: u32,
    height: usize,
}

pub(super) enum OpenKind<'t> {
    List(Vec<NodeId>),
    Map { entries: Vec<Entry<'t>>, key: PendingKey<'t> },
}

impl OpenKind<'_> {
    pub(super) fn list() -> Self {
        Self::List(Vec::new())
    }

    pub(super) fn map() -> Self {
        Self::Map { entries: Vec::new(), key: PendingKey::None }
    }
}

/// The key whose value comes next.
pub(super) enum PendingKey<'t> {
    /// The next node is a key.
    None,
    Named(Cow<'t, str>, Span),
    /// It was refused; its value goes nowhere.
    Refused,
}

/// Puts a tree together, node by node.
pub(super) struct TreeBuilder<'t> {
    file: FileId,
    text: &'t str,
    pub(super) tree: Tree<'t>,
    open: Vec<Open<'t>>,
    root: Option<NodeId>,
    anchors: HashMap<usize, NodeId>,
    /// Inside a document.
    inside: bool,
    errors_before: usize,
    nodes: u32,
    alias_nodes: u32,
}

impl<'t> TreeBuilder<'t> {
    pub(super) fn new(file: FileId, text: &'t str) -> Self {
        Self {
            file,
            text,
            tree: Tree { nodes: Vec::new(), documents: Vec::new(), fault: false },
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            inside: false,
            errors_before: 0,
            nodes: 0,
            alias_nodes: 0,
        }
    }

    fn event(
        &mut self,
        event: Event<'t>,
        at: granit_parser::Span,
        problems: &mut Problems,
    ) -> Result<(), Diagnostic> {
        let range = at.byte_range().unwrap_or_default();
        let span = Span::new(self.file, range.clone());
        if let Some(tag) = at.tag_span().and_then(|tag| tag.byte_range()) {
            problems.push(errors::tag(Span::new(self.file, tag.clone()), self.text.get(tag).unwrap_or("")));
        }
        match event {
            Event::DocumentStart(_, version) => {
                self.begin_document(problems);
                if self.tree.documents.len() >= MAX_DOCUMENTS {
                    return Err(errors::too_many_documents(span));
                }
                if let Some(version) = version.filter(|v| (v.major, v.minor) != (1, 2)) {
                    problems.push(errors::yaml_version(span, version.major, version.minor));
                }
            }
            Event::DocumentEnd => self.finish_document(problems),
            Event::Scalar(text, style, anchor, _) => self.scalar(text, style, anchor, span, problems)?,
            Event::SequenceStart(style, anchor, _) => {
                self.start(OpenKind::list(), range.start, style, anchor)?;
            }
            Event::MappingStart(style, anchor, _) => {
                self.start(OpenKind::map(), range.start, style, anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(range.end, problems),
            Event::Alias(anchor) => self.alias(anchor, span, problems)?,
            // The rest is the stream's own, comments, and what the options switch off.
            _ => {}
        }
        Ok(())
    }

    pub(super) fn begin_document(&mut self, problems: &Problems) {
        self.inside = true;
        self.errors_before = problems.errors();
    }

    pub(super) fn finish_document(&mut self, problems: &Problems) {
        self.end_document(false, problems.errors() > self.errors_before);
    }

    fn end_document(&mut self, broken: bool, faulty: bool) {
        if let Some(root) = self.root.take() {
            self.tree.documents.push(Document { root, broken, faulty: faulty || broken });
        }
        self.inside = false;
        self.anchors.clear();
        self.nodes = 0;
    }

    /// Closes what is open, after a fault.
    fn abandon(&mut self) {
        self.tree.fault = true;
        if !self.inside {
            return;
        }
        let mut unseen = Problems::default();
        while !self.open.is_empty() {
            self.end(0, &mut unseen);
        }
        if self.root.is_none() {
            self.root = Some(self.add(Span::new(self.file, 0..0), Content::Null, 1, 0));
        }
        self.end_document(true, true);
    }

    fn charge(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.nodes += 1;
        if self.nodes > MAX_NODES { Err(errors::too_many_nodes(span)) } else { Ok(()) }
    }

    fn add(&mut self, span: Span, content: Content<'t>, size: u32, height: usize) -> NodeId {
        let id = NodeId(u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX));
        self.tree.nodes.push(YamlNode { span, content, size, height });
        id
    }

    pub(super) fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        anchor: usize,
        span: Span,
        problems: &mut Problems,
    ) -> Result<(), Diagnostic> {
        self.charge(span)?;
        let plain = style == ScalarStyle::Plain;
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let span = if block { self.trimmed(span) } else { span };
        // An empty value has the text `~` and no bytes.
        let null = plain && (span.start == span.end || is_null(&text));
        if let Some(Open { kind: OpenKind::Map { key: key @ PendingKey::None, .. }, first, .. }) =
            self.open.last_mut()
        {
            first.get_or_insert(span);
            *key = match refused_key(&text, plain, null, span) {
                Some(problem) => {
                    problems.push(problem);
                    PendingKey::Refused
                }
                None => PendingKey::Named(text.clone(), span),
            };
            if anchor != 0 {
                let content = if null { Content::Null } else { Content::Scalar { text, plain } };
                let id = self.add(span, content, 1, 0);
                self.anchors.insert(anchor, id);
            }
            return Ok(());
        }
        let content = if null { Content::Null } else { Content::Scalar { text, plain } };
        let id = self.add(span, content, 1, 0);
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        self.attach(id, span, problems);
        Ok(())
    }

    /// Without the white space and line ends after a block scalar.
    fn trimmed(&self, span: Span) -> Span {
        let text = self.text.get(span.range()).unwrap_or("").trim_end();
        Span::new(self.file, span.range().start..span.range().start + text.len())
    }

    pub(super) fn start(
        &mut self,
        kind: OpenKind<'t>,
        start: usize,
        style: StructureStyle,
        anchor: usize,
    ) -> Result<(), Diagnostic> {
        let span = syntax::place(self.file, self.text, start);
        self.charge(span)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(errors::too_deep(span));
        }
        // A second definition of a name gets a new number, so an open anchor is one that is not in the table.
        let flow = style == StructureStyle::Flow;
        self.open.push(Open { kind, start, flow, anchor, first: None, size: 1, height: 1 });
        Ok(())
    }

    pub(super) fn end(&mut self, end: usize, problems: &mut Problems) {
        let Some(open) = self.open.pop() else { return };
        let span = self.collection_span(&open, end);
        let content = match open.kind {
            OpenKind::List(elements) => Content::List(elements),
            OpenKind::Map { mut entries, .. } => {
                refuse_duplicates(&mut entries, problems);
                Content::Map(entries)
            }
        };
        let id = self.add(span, content, open.size, open.height);
        if open.anchor != 0 {
            self.anchors.insert(open.anchor, id);
        }
        self.attach(id, span, problems);
    }

    fn collection_span(&self, open: &Open<'t>, end: usize) -> Span {
        let whole = self.text.get(open.start..end).filter(|text| open.flow && !text.contains(['\n', '\r']));
        match (whole, open.first) {
            (Some(_), _) => Span::new(self.file, open.start..end),
            (None, Some(first)) if !open.flow && first.start < first.end => first,
            (None, _) => syntax::place(self.file, self.text, open.start),
        }
    }

    fn alias(&mut self, anchor: usize, span: Span, problems: &mut Problems) -> Result<(), Diagnostic> {
        self.charge(span)?;
        let Some(&id) = self.anchors.get(&anchor) else {
            return Err(errors::alias_in_itself(span));
        };
        let (size, height) = (self.tree.node(id).size, self.tree.node(id).height);
        self.alias_nodes = self.alias_nodes.saturating_add(size);
        if self.alias_nodes > MAX_ALIAS_NODES {
            return Err(errors::alias_too_large(span));
        }
        if self.open.len() + height > MAX_DEPTH {
            return Err(errors::too_deep(span));
        }
        self.attach(id, span, problems);
        Ok(())
    }

    /// Hands a finished node, written at `at`, to what it is in.
    fn attach(&mut self, id: NodeId, at: Span, problems: &mut Problems) {
        let (size, height) = (self.tree.node(id).size, self.tree.node(id).height);
        let Some(open) = self.open.last_mut() else {
            self.root = Some(id);
            return;
        };
        open.size = open.size.saturating_add(size);
        open.height = open.height.max(height + 1);
        open.first.get_or_insert(at);
        match &mut open.kind {
            OpenKind::List(elements) => elements.push(id),
            OpenKind::Map { entries, key } => match std::mem::replace(key, PendingKey::None) {
                PendingKey::Named(key, span) => entries.push(Entry { key, span, value: id }),
                PendingKey::Refused => {}
                PendingKey::None => {
                    problems.push(errors::complex_key(at));
                    *key = PendingKey::Refused;
                }
            },
        }
    }
}

/// The spellings of null in YAML's core schema.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// What is said of a key that YAML would read as something else than a text.
pub(super) fn refused_key(text: &str, plain: bool, null: bool, span: Span) -> Option<Diagnostic> {
    if plain && text == "<<" {
        return Some(errors::merge_key(span));
    }
    (null || plain && is_no_text(text)).then(|| errors::key_is_no_text(span, if null { "" } else { text }))
}

/// Whether YAML's core schema reads a plain scalar as a bool or a number.
fn is_no_text(text: &str) -> bool {
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE");
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let special = matches!(digits, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN");
    let based = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0o"));
    let based = based.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_hexdigit()));
    special || based || parse_number(text) != Err(NumberError::Malformed)
}

/// Keeps the first of each key.
fn refuse_duplicates(entries: &mut Vec<Entry<'_>>, problems: &mut Problems) {
    /// Up to so many keys, comparing each with each is faster than hashing.
    const FEW: usize = 24;
    let twice = if entries.len() <= FEW {
        entries.iter().enumerate().any(|(at, entry)| entries.iter().take(at).any(|e| e.key == entry.key))
    } else {
        true
    };
    if !twice {
        return;
    }
    let mut seen: HashMap<Cow<'_, str>, Span> = HashMap::with_capacity(entries.len());
    entries.retain(|entry| match seen.get(&entry.key) {
        Some(first) => {
            problems.push(errors::duplicate_key(&entry.key, *first, entry.span));
            false
        }
        None => {
            seen.insert(entry.key.clone(), entry.span);
            true
        }
    });
}
