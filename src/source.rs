//! Files and spans: what every label of every diagnostic points into.
//!
//! Knows nothing of what the files say.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

/// A file of a [`SourceMap`], by its index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A file of a [`SourceMap`], and what could not be read of it.
#[derive(Clone, Debug)]
pub struct ReadFile {
    /// The file in the source map that holds what was read of it.
    pub file: FileId,
    /// Why it could not be read; its text is then empty.
    pub problem: Option<String>,
    /// The first byte that is no UTF-8; its text was then made of what there is.
    pub invalid_utf8_at: Option<usize>,
}

/// A byte range of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file that the bytes are counted in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `file`. Offsets beyond `u32` (files that large are refused at load) saturate.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file, start: offset(range.start), end: offset(range.end) }
    }

    /// From the start of `self` to the end of `other`, which lies in the same file.
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }

    /// The byte range within the file.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// Unicode characters, as people and reports count.
    Characters,
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16, as most editors count.
    Utf16,
}

impl Columns {
    /// How many columns a character takes.
    fn of(self, c: char) -> usize {
        match self {
            Self::Characters => 1,
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
        }
    }
}

/// The rows of a table, each the text of a snapshot, made when somebody asks for it: all at once may be too many.
pub trait TableRows: fmt::Debug + Send + Sync {
    /// The text of a row, counted from 0.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn text(&self, row: usize) -> Result<Arc<str>, String>;

    /// The name of the table's file.
    fn file(&self) -> &str;

    /// What the row is called by, and the workflow that it names.
    fn key(&self, row: usize) -> (&str, Option<&str>);

    /// The column that is named for a field, by the field's keys with dots between them.
    fn column(&self, field: &str) -> Option<&str>;

    /// About how many bytes the text of a row has.
    fn typical_bytes(&self, row: usize) -> usize;
}

/// The name of a row of a table: `warehouse/part-0.parquet[claims, 2026-11-02]`.
pub fn row_name(table: &str, key: &str) -> String {
    format!("{table}[{key}]")
}

/// The file that one can open: that of the table for the name of a row, else the name as it is; and whether it has lines.
pub fn on_disk(name: &str) -> (&str, bool) {
    let row = name.strip_suffix(']').and_then(|name| name.split_once(".parquet["));
    match row.and_then(|(table, _)| name.get(..table.len() + ".parquet".len())) {
        Some(table) => (table, false),
        None => (name, true),
    }
}

/// A file that is read whenever somebody asks for it, as a run may have more of them than there is room for.
pub trait UnkeptFile: fmt::Debug + Send + Sync {
    /// All of its bytes: the same ones each time.
    ///
    /// # Errors
    /// If the file cannot be read: the reason, to follow «the file». Once it could not be, every later call fails too.
    fn read(&self) -> Result<Vec<u8>, String>;

    /// How many it has.
    fn size(&self) -> usize;
}

/// The bytes of a file as a text, and the first one that is no UTF-8.
pub fn text_of(bytes: Vec<u8>) -> (String, Option<usize>) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(at))
        }
    }
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct TableRow {
    rows: Arc<dyn TableRows>,
    /// Counted from 0.
    at: usize,
}

impl TableRow {
    /// The workflow that it names.
    pub fn workflow(&self) -> Option<&str> {
        self.rows.key(self.at).1
    }

    /// What it is called by.
    pub fn key(&self) -> &str {
        self.rows.key(self.at).0
    }
}

/// Where a text comes from that is read later.
#[derive(Clone, Debug)]
enum TextOrigin {
    Row(TableRow),
    File {
        file: Arc<dyn UnkeptFile>,
        /// Set once somebody has read it: the first byte that is no UTF-8.
        seen: OnceLock<Option<usize>>,
        /// Why it could not be read, by whoever looked at a part of it.
        problem: OnceLock<String>,
    },
}

/// The text of a file. One that is not there from the start is kept from when somebody looks at a part of it.
#[derive(Clone, Debug)]
pub struct SourceText {
    kept: OnceLock<Arc<str>>,
    from: Option<Box<TextOrigin>>,
}

impl SourceText {
    fn new(text: Arc<str>) -> Self {
        Self { kept: OnceLock::from(text), from: None }
    }

    fn unkept(from: TextOrigin) -> Self {
        Self { kept: OnceLock::new(), from: Some(Box::new(from)) }
    }

    /// The row of a table that it is made of.
    pub fn row(&self) -> Option<&TableRow> {
        match self.from.as_deref() {
            Some(TextOrigin::Row(row)) => Some(row),
            Some(TextOrigin::File { .. }) | None => None,
        }
    }

    /// Whether it is read from this file.
    fn is_of(&self, file: &Arc<dyn UnkeptFile>) -> bool {
        matches!(self.from.as_deref(), Some(TextOrigin::File { file: own, .. }) if Arc::ptr_eq(own, file))
    }

    /// Why its file could not be read any more when somebody looked at a part of it.
    fn problem(&self) -> Option<&str> {
        match self.from.as_deref() {
            // Where nobody could read it from the start, whoever judges it says so.
            Some(TextOrigin::File { seen, problem, .. }) if seen.get().is_some() => {
                problem.get().map(String::as_str)
            }
            Some(TextOrigin::File { .. } | TextOrigin::Row(_)) | None => None,
        }
    }

    /// The text, which is not kept for that. Of a file that was not kept from the start also the first byte that is no UTF-8.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(&self) -> Result<(Arc<str>, Option<usize>), String> {
        match (self.kept.get(), self.from.as_deref()) {
            (Some(text), Some(TextOrigin::File { seen, problem, .. })) => match problem.get() {
                Some(why) => Err(why.clone()),
                None => Ok((Arc::clone(text), seen.get().copied().flatten())),
            },
            (Some(text), Some(TextOrigin::Row(_)) | None) => Ok((Arc::clone(text), None)),
            (None, Some(TextOrigin::Row(row))) => Ok((row.rows.text(row.at)?, None)),
            (None, Some(TextOrigin::File { file, seen, .. })) => {
                let (text, invalid_utf8_at) = text_of(file.read()?);
                seen.get_or_init(|| invalid_utf8_at);
                Ok((text.into(), invalid_utf8_at))
            }
            (None, None) => Ok((Arc::default(), None)),
        }
    }

    /// The text, shared; nothing where it cannot be read, as [`SourceMap::lost`] says then.
    pub fn shared(&self) -> &Arc<str> {
        self.kept.get_or_init(|| match self.read() {
            Ok((text, _)) => text,
            Err(why) => {
                if let Some(TextOrigin::File { problem, .. }) = self.from.as_deref() {
                    problem.get_or_init(|| why);
                }
                Arc::default()
            }
        })
    }

    /// How many bytes it has; of a row that nobody has looked at, about.
    pub fn bytes(&self) -> usize {
        match self.from.as_deref() {
            Some(TextOrigin::Row(row)) => row.rows.typical_bytes(row.at),
            Some(TextOrigin::File { file, .. }) => file.size(),
            None => self.shared().len(),
        }
    }
}

impl Deref for SourceText {
    type Target = str;

    fn deref(&self) -> &str {
        self.shared()
    }
}

/// A file that was read: its name as people know it (relative, with `/`) and its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name as people know it: a relative path with `/`, of a row of a table with what the row is called by.
    pub name: Arc<str>,
    /// All of the file's text.
    pub text: SourceText,
    /// Where the text comes from, if it is part of another file: a snapshot that a test gives.
    pub stands_for: Option<Span>,
    line_starts: OnceLock<Box<[usize]>>,
}

/// Where a value of a table stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellName<'s> {
    /// The name of the table's file.
    pub table: &'s str,
    /// What the row is called by.
    pub row: &'s str,
    /// The name of the column.
    pub column: String,
}

/// The key that a line of a row begins with, which may be in quotes.
fn key_of(line: &str) -> Option<String> {
    if line.starts_with('"') {
        let mut texts = serde_json::Deserializer::from_str(line).into_iter();
        return texts.next()?.ok();
    }
    line.split_once(':').map(|(key, _)| key.to_owned())
}

impl Source {
    fn new(name: Arc<str>, text: SourceText) -> Self {
        Self { name, text, stands_for: None, line_starts: OnceLock::new() }
    }

    /// The name of the file that one can open: that of the table for a row of one.
    pub fn file_name(&self) -> &str {
        self.text.row().map_or(&self.name, |row| row.rows.file())
    }

    /// Whether it is a file, and has this text.
    fn is_text(&self, text: &str) -> bool {
        !self.is_row() && self.text.read().is_ok_and(|(own, _)| *own == *text)
    }

    /// Whether it is a row of a table.
    pub fn is_row(&self) -> bool {
        self.text.row().is_some()
    }

    /// The value that a line stands for, if the text is a row of a table.
    pub fn cell(&self, line: usize) -> Option<CellName<'_>> {
        let TableRow { rows, at } = self.text.row()?;
        let field = self.keys_above(line);
        let column = rows.column(&field).map_or_else(|| field.clone(), str::to_owned);
        Some(CellName { table: rows.file(), row: rows.key(*at).0, column })
    }

    /// The keys that lead to the value of a line, with dots between them.
    fn keys_above(&self, line: usize) -> String {
        let mut keys: Vec<String> = Vec::new();
        let mut indent = usize::MAX;
        for line in (1..=line).rev().map(|line| self.line(line)) {
            let own = line.len() - line.trim_start().len();
            if own < indent
                && let Some(key) = key_of(line.trim_start())
            {
                keys.push(key);
                indent = own;
            }
        }
        keys.reverse();
        keys.join(".")
    }

    /// The first byte of each line. Made on first use: most files are never quoted.
    pub fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).collect()
        })
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        self.position(offset, Columns::Characters)
    }

    /// Line and column of a byte, both from 1. A byte within a character is taken for its first one, what lies behind
    /// the text for its end.
    pub fn position(&self, offset: usize, columns: Columns) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        let column = match columns {
            Columns::Characters => before.chars().count(),
            Columns::Utf8 => before.len(),
            Columns::Utf16 => before.chars().map(|c| columns.of(c)).sum(),
        };
        (line, column + 1)
    }

    /// The byte at a line and column, both from 1. A column within a character is taken for the character, one behind
    /// the line for its end, and a line behind the text for the text's end.
    pub fn offset(&self, line: usize, column: usize, columns: Columns) -> usize {
        let Some(start) = self.line_starts().get(line.max(1) - 1) else { return self.text.len() };
        let mut left = column.max(1) - 1;
        let is_before = |(_, c): &(usize, char)| match left.checked_sub(columns.of(*c)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        };
        let text = self.line(line);
        let before = text.char_indices().take_while(is_before).last();
        start + before.map_or(0, |(at, c)| at + c.len_utf8())
    }

    /// A line, from 1, without its end; empty behind the last one.
    pub fn line(&self, line: usize) -> &str {
        let starts = self.line_starts();
        let start = starts.get(line.max(1) - 1).copied().unwrap_or(self.text.len());
        let end = starts.get(line.max(1)).map_or(self.text.len(), |next| next - 1);
        let text = self.text.get(start..end).unwrap_or("");
        text.strip_suffix('\r').unwrap_or(text)
    }
}

/// Every file that a run has read, policies and snapshots alike. A copy shares their texts.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    /// The files of another map, which come before its own.
    shared: Option<Arc<SourceMap>>,
    files: Vec<Source>,
    /// The last file of each name.
    by_name: BTreeMap<Arc<str>, FileId>,
    bytes: usize,
}

impl SourceMap {
    /// Goes on from another map without copying it.
    pub fn upon(shared: Arc<Self>) -> Self {
        Self { shared: Some(shared), ..Self::default() }
    }

    /// How many files come before its own.
    fn before(&self) -> usize {
        self.shared.as_ref().map_or(0, |shared| shared.count())
    }

    /// Makes room for so many more files.
    pub fn reserve(&mut self, files: usize) {
        self.files.reserve(files);
    }

    /// Adds a file and hands out its id; that of the file which it is, where its name and text are known.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        let (name, text) = (name.into(), text.into());
        let is_it = |source: &Source| source.is_text(&text);
        let known = self.id_of(&name).filter(|id| self.get(*id).is_some_and(is_it));
        known.unwrap_or_else(|| self.push(Source::new(name, SourceText::new(text))))
    }

    /// The same of a file that is not kept.
    pub fn add_unkept(&mut self, name: Arc<str>, file: Arc<dyn UnkeptFile>) -> FileId {
        let is_it = |source: &Source| {
            source.text.is_of(&file) || {
                let bytes = file.read().ok();
                let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
                text.is_some_and(|text| source.is_text(&text))
            }
        };
        let known = self.id_of(&name).filter(|id| self.get(*id).is_some_and(is_it));
        known.unwrap_or_else(|| {
            let from = TextOrigin::File { file, seen: OnceLock::new(), problem: OnceLock::new() };
            self.push(Source::new(name, SourceText::unkept(from)))
        })
    }

    /// Adds a row of a table, whose text is made when somebody asks for it.
    pub fn add_row(&mut self, name: Arc<str>, rows: &Arc<dyn TableRows>, at: usize) -> FileId {
        let is_it = |source: &Source| {
            source.text.row().is_some_and(|row| Arc::ptr_eq(&row.rows, rows) && row.at == at)
        };
        let known = self.id_of(&name).filter(|id| self.get(*id).is_some_and(is_it));
        known.unwrap_or_else(|| {
            let row = TableRow { rows: Arc::clone(rows), at };
            self.push(Source::new(name, SourceText::unkept(TextOrigin::Row(row))))
        })
    }

    fn push(&mut self, source: Source) -> FileId {
        let id = FileId(u32::try_from(self.count()).unwrap_or(u32::MAX));
        self.by_name.insert(source.name.clone(), id);
        self.bytes += source.text.bytes();
        self.files.push(source);
        id
    }

    /// Adds what a part of another file comes to, as a file of its own.
    pub fn add_part(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>, of: Span) -> FileId {
        let id = self.add(name, text);
        let own = (id.0 as usize).checked_sub(self.before());
        if let Some(source) = own.and_then(|at| self.files.get_mut(at)) {
            source.stands_for = Some(of);
        }
        id
    }

    /// All files, in the order in which they were added.
    pub fn all(&self) -> impl Iterator<Item = &Source> {
        let before: Box<dyn Iterator<Item = &Source>> = match &self.shared {
            Some(shared) => Box::new(shared.all()),
            None => Box::new(std::iter::empty()),
        };
        before.chain(&self.files)
    }

    /// How many files there are.
    pub fn count(&self) -> usize {
        self.before() + self.files.len()
    }

    /// How many bytes all files have.
    pub fn bytes(&self) -> usize {
        self.shared.as_ref().map_or(0, |shared| shared.bytes()) + self.bytes
    }

    /// Takes back all files but the first `count`; nothing may point into them any more. What it shares with another map stays.
    pub fn truncate(&mut self, count: usize) {
        self.files.truncate(count.saturating_sub(self.before()));
        self.by_name.retain(|_, id| (id.0 as usize) < count);
        self.bytes = self.files.iter().map(|file| file.text.bytes()).sum();
    }

    /// Files that could not be read any more when somebody looked at a part of them, by name, each with the reason.
    pub fn lost(&self) -> BTreeMap<&str, &str> {
        self.all().filter_map(|source| Some((&*source.name, source.text.problem()?))).collect()
    }

    /// The file of an id that this map handed out.
    pub fn get(&self, id: FileId) -> Option<&Source> {
        match ((id.0 as usize).checked_sub(self.before()), &self.shared) {
            (Some(at), _) => self.files.get(at),
            (None, Some(shared)) => shared.get(id),
            (None, None) => None,
        }
    }

    fn id_of(&self, name: &str) -> Option<FileId> {
        let own = self.by_name.get(name).copied();
        own.or_else(|| self.shared.as_ref()?.id_of(name))
    }

    /// The last file of a name.
    pub fn named(&self, name: &str) -> Option<&Source> {
        self.file_named(name).map(|(_, source)| source)
    }

    /// The last file of a name, with its id.
    pub fn file_named(&self, name: &str) -> Option<(FileId, &Source)> {
        let id = self.id_of(name)?;
        self.get(id).map(|source| (id, source))
    }

    /// The name of a file, or nothing for an id of another map.
    pub fn name(&self, id: FileId) -> &str {
        self.get(id).map_or("", |source| &source.name)
    }

    /// The name of the file that one can open: that of the table for a row of one.
    pub fn file_name(&self, id: FileId) -> &str {
        self.get(id).map_or("", Source::file_name)
    }

    /// The text of a span on one line.
    pub fn one_line(&self, span: Span) -> String {
        self.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The text under a span; empty where the span is out of the file.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|source| source.text.get(span.range())).unwrap_or("")
    }

    /// Line and column, from 1, of the first byte of a span.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        self.get(span.file).map_or((1, 1), |source| source.line_column(span.start as usize))
    }
}
