//! Tables of snapshots: a row of a file becomes the text of a snapshot when its workflow is judged, and is dropped afterwards.
//!
//! Knows no format: whoever runs the engine brings what reads tables, or nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

use super::workspace::add;
use crate::code::Code;
use crate::config::{Config, Setting, TableSettings};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::project::TextFile;
use crate::snapshot::{Input, Role};
use crate::source::{SourceMap, Span, TableRows, row_name};
use crate::text::{first_few, quote};

/// How many bytes of texts are kept at once, of all tables together. Reading a row again later reads its group again.
const KEPT: usize = 256 << 20;
/// How often each group may be read, on average, before the tables are refused as out of order.
const READ_AGAIN: usize = 4;
/// How often it may be read in the end, whatever the outlines said.
const READ_AT_MOST: usize = 32;
/// Rows of all tables of a project.
const MAX_ROWS: usize = 10_000_000;
const OUT_OF_ORDER: &str = "sort its rows by workflow: they are too many to be kept";
const TOO_FEW: &str = "it has other rows than it says";
/// What every snapshot says.
const HEADS: [&str; 2] = ["workflow", "date"];
/// What is said of a table where nothing reads it.
const NO_READER: &str = "no Parquet is read here: build with `--features parquet`";

/// Reads tables of a format.
pub trait ReadTable: std::fmt::Debug + Send + Sync {
    /// What there is in a table.
    ///
    /// # Errors
    /// Why it cannot be read, behind «the file».
    fn outline(&self, file: &[u8], columns: &ColumnMapping) -> Result<TableOutline, String>;

    /// The texts of a group of rows, as many as the outline has of it, or why a row has none.
    ///
    /// # Errors
    /// Why none of them can be read.
    fn texts(
        &self,
        file: &[u8],
        columns: &ColumnMapping,
        group: &Range<usize>,
    ) -> Result<Vec<Result<String, String>>, String>;
}

/// Which columns are which fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnMapping {
    /// The column of a field, by the field's keys with dots between them. Any other column is the field of its name.
    pub fields: BTreeMap<String, String>,
    /// Columns that are left out.
    pub ignored: BTreeSet<String>,
}

impl ColumnMapping {
    fn new(settings: &TableSettings) -> Self {
        let fields = settings.columns.iter();
        let fields = fields.map(|(field, column)| (field.clone(), column.value.clone())).collect();
        let ignored = settings.ignore.iter().map(|column| column.value.clone()).collect();
        Self { fields, ignored }
    }
}

/// The rows of a table, in the groups in which they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableOutline {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// In the order of the file.
    pub groups: Vec<GroupOutline>,
}

/// Rows that are read together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupOutline {
    /// The groups of the file that it is made of.
    pub parts: Range<usize>,
    /// The workflow and the date of each row, as they are written.
    pub rows: Vec<(Option<String>, Option<String>)>,
    /// About how many bytes the text of a row has.
    pub typical_bytes: usize,
}

/// A table whose rows are read when they are needed.
#[derive(Debug)]
struct OpenTable {
    name: String,
    file: Vec<u8>,
    columns: ColumnMapping,
    /// Those of its columns.
    names: Vec<String>,
    /// What each row is called by, and its workflow.
    rows: Vec<(Box<str>, Option<Arc<str>>)>,
    groups: Vec<RowGroup>,
    reader: Arc<dyn ReadTable>,
    kept: Arc<KeptGroups>,
}

#[derive(Debug)]
struct RowGroup {
    /// The groups of the file that it is made of.
    parts: Range<usize>,
    /// Its first row.
    start: usize,
    typical_bytes: usize,
    /// Its texts, while they are kept.
    texts: KeptTexts,
}

/// The text of each row, or why it has none; or why no row has one.
type Texts = Arc<Result<Vec<Result<Arc<str>, String>>, String>>;
/// Where texts are kept.
type KeptTexts = Arc<Mutex<Option<Texts>>>;

/// Which groups are kept, the one that was read first in front, with the bytes of their texts.
#[derive(Debug, Default)]
struct KeptGroups {
    groups: Mutex<VecDeque<(usize, KeptTexts)>>,
    /// How many more groups may be read.
    left: AtomicUsize,
}

impl KeptGroups {
    /// Allows for the groups of one more table.
    fn expect(&self, groups: usize) {
        self.left.fetch_add(groups.saturating_mul(READ_AT_MOST), Ordering::Relaxed);
    }

    /// Whether one more group may be read.
    fn may_read(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// Keeps one more, and lets go of those that are too many then.
    fn add(&self, bytes: usize, texts: KeptTexts) {
        let mut kept = lock(&self.groups);
        kept.push_back((bytes, texts));
        let mut total: usize = kept.iter().map(|(bytes, _)| bytes).sum();
        let mut gone = Vec::new();
        while total > KEPT && kept.len() > 1 {
            let Some((bytes, texts)) = kept.pop_front() else { break };
            total -= bytes;
            gone.push(texts);
        }
        drop(kept);
        gone.iter().for_each(|texts| *lock(texts) = None);
    }
}

/// A panic cannot leave a half-written value.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(|broken| broken.into_inner())
}

impl OpenTable {
    fn new(
        file: &TextFile,
        bytes: &[u8],
        columns: ColumnMapping,
        outline: TableOutline,
        (reader, kept): (Arc<dyn ReadTable>, Arc<KeptGroups>),
    ) -> Self {
        let (name, file, names) = (file.name.clone(), bytes.to_owned(), outline.columns);
        let mut rows: Vec<(Box<str>, Option<Arc<str>>)> = Vec::new();
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        let mut groups = Vec::new();
        for group in outline.groups {
            let (start, typical_bytes) = (rows.len(), group.typical_bytes);
            groups.push(RowGroup { parts: group.parts, start, typical_bytes, texts: Arc::default() });
            for (workflow, date) in group.rows {
                let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "null".to_owned());
                let key = format!("{}, {}", part(&workflow), part(&date));
                let again = times.entry(key.clone()).or_default();
                *again += 1;
                let key = if *again > 1 { format!("{key}, {again}") } else { key };
                let same = rows.last().and_then(|(_, last)| last.clone());
                let workflow =
                    workflow.map(|name| same.filter(|last| **last == *name).unwrap_or(name.into()));
                rows.push((key.into(), workflow));
            }
        }
        Self { name, file, columns, names, rows, groups, reader, kept }
    }

    fn group_of(&self, row: usize) -> Option<&RowGroup> {
        let at = self.groups.partition_point(|group| group.start <= row).checked_sub(1)?;
        self.groups.get(at)
    }

    /// The texts of a group: those that are kept, or else as they are read.
    fn texts(&self, group: &RowGroup) -> Texts {
        // Whoever needs the same group waits for it, and does not read it as well.
        let mut kept = lock(&group.texts);
        if let Some(texts) = &*kept {
            return Arc::clone(texts);
        }
        if !self.kept.may_read() {
            return Arc::new(Err(OUT_OF_ORDER.to_owned()));
        }
        let texts = self.reader.texts(&self.file, &self.columns, &group.parts);
        let ends = self.groups.iter().map(|group| group.start).find(|start| *start > group.start);
        let count = ends.unwrap_or(self.rows.len()) - group.start;
        let texts =
            texts.and_then(|rows| if rows.len() == count { Ok(rows) } else { Err(TOO_FEW.to_owned()) });
        let texts = texts.map(|rows| rows.into_iter().map(|row| row.map(Arc::from)).collect::<Vec<_>>());
        let of_row = |row: &Result<Arc<str>, String>| row.as_ref().map_or(0, |text| text.len());
        let bytes = texts.iter().flatten().map(of_row).sum();
        let texts: Texts = Arc::new(texts);
        *kept = Some(Arc::clone(&texts));
        drop(kept);
        self.kept.add(bytes, Arc::clone(&group.texts));
        texts
    }
}

impl TableRows for OpenTable {
    fn text(&self, row: usize) -> Result<Arc<str>, String> {
        let group = self.group_of(row).ok_or(TOO_FEW)?;
        let texts = self.texts(group);
        let rows = texts.as_ref().as_ref().map_err(Clone::clone)?;
        rows.get(row - group.start).cloned().ok_or(TOO_FEW)?
    }

    fn file(&self) -> &str {
        &self.name
    }

    fn key(&self, row: usize) -> (&str, Option<&str>) {
        self.rows.get(row).map_or(("", None), |(key, workflow)| (key, workflow.as_deref()))
    }

    fn column(&self, field: &str) -> Option<&str> {
        self.columns.fields.get(field).map(String::as_str)
    }

    fn typical_bytes(&self, row: usize) -> usize {
        self.group_of(row).map_or(0, |group| group.typical_bytes)
    }
}

/// The tables that a command has opened, and what reads them.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// None where nothing does.
    pub(super) reader: Option<Arc<dyn ReadTable>>,
    opened: Vec<Arc<OpenTable>>,
    kept: Arc<KeptGroups>,
}

impl Tables {
    /// Forgets what was opened.
    pub(super) fn close(&mut self) {
        self.opened.clear();
    }

    /// The rows of the tables of a project as inputs, but for those that are to be left out. What is wrong with a table as a whole is said at its file, or at the
    /// settings that say how it is read.
    pub(super) fn inputs(
        &mut self,
        (files, without): (Vec<TextFile>, &BTreeSet<String>),
        configs: &[Config],
        sources: &mut SourceMap,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Input> {
        let nothing = TableSettings::default();
        let settings = configs.iter().rev().find_map(|config| config.tables.as_ref()).unwrap_or(&nothing);
        let columns = ColumnMapping::new(settings);
        let named = configs.iter().rev().find_map(|config| config.snapshots.as_ref()?.first());
        let named = named.map(|setting| setting.span);
        let (mut tables, mut inputs) = (Vec::new(), Vec::new());
        let mut broken = |name: &str, why: String, sources: &mut SourceMap| {
            let file = TextFile { name: name.to_owned(), content: Err(why) };
            inputs.push(Input { read: add(file, sources), role: Role::Snapshot });
        };
        let mut wrong: BTreeMap<String, Diagnostic> = BTreeMap::new();
        for file in files {
            match self.open(&file, &columns) {
                Ok(table) => {
                    let found = problems(&table, settings, named);
                    if found.is_empty() {
                        tables.push(table);
                    }
                    wrong.extend(found.into_iter().map(|problem| (problem.message.clone(), problem)));
                }
                Err(why) => broken(&file.name, why, sources),
            }
        }
        diagnostics.extend(wrong.into_values());
        if let Some(table) = tables.first().filter(|_| tables.iter().all(|table| table.rows.is_empty())) {
            broken(&table.name, "it has no rows".to_owned(), sources);
        }
        if tables.iter().map(|table| table.rows.len()).sum::<usize>() > MAX_ROWS
            && let Some(table) = tables.first()
        {
            broken(&table.name, format!("all tables together have more than {MAX_ROWS} rows"), sources);
            tables.clear();
        }
        if let Some(table) = out_of_order(&tables) {
            broken(&table.name, OUT_OF_ORDER.to_owned(), sources);
            tables.clear();
        }
        for table in tables {
            let rows: Arc<dyn TableRows> = Arc::clone(&table) as Arc<dyn TableRows>;
            for (at, (key, _)) in table.rows.iter().enumerate() {
                let name = row_name(&table.name, key);
                if !without.contains(&name) {
                    inputs.push(Input::new(sources.add_row(name.into(), &rows, at), Role::Snapshot));
                }
            }
        }
        inputs
    }

    fn open(&mut self, file: &TextFile, columns: &ColumnMapping) -> Result<Arc<OpenTable>, String> {
        let bytes = &*file.bytes()?;
        let is_it = |table: &&Arc<OpenTable>| {
            table.name == file.name && table.columns == *columns && table.file == *bytes
        };
        if let Some(table) = self.opened.iter().find(is_it) {
            return Ok(Arc::clone(table));
        }
        let reader = self.reader.as_ref().ok_or_else(|| NO_READER.to_owned())?;
        let outline = reader.outline(bytes, columns)?;
        let own = (Arc::clone(reader), Arc::clone(&self.kept));
        let table = Arc::new(OpenTable::new(file, bytes, columns.clone(), outline, own));
        self.kept.expect(table.groups.len());
        self.opened.push(Arc::clone(&table));
        Ok(table)
    }
}

/// What the settings ask of a table that it does not have.
fn problems(table: &OpenTable, settings: &TableSettings, named: Option<Span>) -> Vec<Diagnostic> {
    let has = |column: &str| table.names.iter().any(|name| name == column);
    let mut found = Vec::new();
    for (field, column) in &settings.columns {
        if !has(&column.value) {
            found.push(no_column(table, column));
        }
        let key = field.split('.').next().unwrap_or(field);
        if has(key)
            && !settings.ignore.iter().any(|column| column.value == key)
            && !settings.columns.values().any(|own| own.value == key)
        {
            found.push(field_twice(field, key, column.span));
        }
    }
    for column in &settings.ignore {
        let is_head = HEADS.contains(&&*column.value) && !settings.columns.contains_key(&column.value);
        if is_head || !has(&column.value) {
            found.push(if is_head { needed(column) } else { no_column(table, column) });
        } else if let Some(field) = settings.columns.iter().find(|(_, own)| own.value == column.value) {
            found.push(read_and_ignored(column, field.0));
        }
    }
    for field in HEADS {
        if settings.ignore.iter().any(|column| column.value == field) {
            continue;
        }
        if !settings.columns.contains_key(field) && !has(field) && !table.rows.is_empty() {
            found.push(no_such_field(table, field, named));
        }
    }
    found
}

fn no_column(table: &OpenTable, column: &Setting<String>) -> Diagnostic {
    let message = format!("there is no column `{}` in `{}`", quote(&column.value), quote(&table.name));
    let problem = Diagnostic::error(Code::MissingColumn, message).label(column.span, "named here");
    match did_you_mean(&column.value, table.names.iter().map(String::as_str)) {
        Some(close) => problem.help(format!("did you mean `{}`?", quote(close))),
        None => problem.help(columns_of(table)),
    }
}

/// A column that is left out, and that no snapshot does without.
fn needed(column: &Setting<String>) -> Diagnostic {
    let name = &column.value;
    Diagnostic::error(Code::MissingColumn, format!("a snapshot needs the column `{name}`"))
        .label(column.span, "left out here")
        .help(format!("say which other column it is: `columns: {{ {name}: COLUMN }}`"))
}

fn read_and_ignored(column: &Setting<String>, field: &str) -> Diagnostic {
    let (name, field) = (quote(&column.value), quote(field));
    Diagnostic::error(Code::MissingColumn, format!("the column `{name}` is read and left out"))
        .label(column.span, format!("it is the field `{field}`"))
        .help("remove one of the two")
}

fn columns_of(table: &OpenTable) -> String {
    format!("its columns are {}", first_few(table.names.iter().map(String::as_str)))
}

/// A column that is the field of its name, and another one that is to be that.
fn field_twice(field: &str, column: &str, span: Span) -> Diagnostic {
    let message = format!("two columns are the field `{}`", quote(field));
    Diagnostic::error(Code::MissingColumn, message).label(span, "this one").help(format!(
        "the column `{0}` is the field of its name: add `ignore: [{0}]` below `tables`",
        quote(column)
    ))
}

/// A table without a column that every snapshot needs.
fn no_such_field(table: &OpenTable, field: &str, named: Option<Span>) -> Diagnostic {
    let message = format!("there is no column `{field}` in `{}`", quote(&table.name));
    let problem = Diagnostic::error(Code::MissingColumn, message).help(format!(
        "say which column it is: `tables: {{ columns: {{ {field}: COLUMN }} }}`; {}",
        columns_of(table)
    ));
    match named {
        Some(span) => problem.label(span, "its rows are snapshots"),
        None => problem,
    }
}

/// The first of tables that would have to be read again and again, since the rows of a workflow lie far apart.
fn out_of_order(tables: &[Arc<OpenTable>]) -> Option<&Arc<OpenTable>> {
    let mut parts: BTreeMap<&str, BTreeSet<(usize, usize)>> = BTreeMap::new();
    let mut sizes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (at, table) in tables.iter().enumerate() {
        let ends = table.groups.iter().skip(1).map(|group| group.start).chain([table.rows.len()]);
        for (index, (group, end)) in table.groups.iter().zip(ends).enumerate() {
            let rows = table.rows.get(group.start..end).unwrap_or_default();
            sizes.insert((at, index), rows.len() * group.typical_bytes);
            let mut last = None;
            for workflow in rows.iter().filter_map(|(_, workflow)| workflow.as_deref()) {
                if last.replace(workflow) != Some(workflow) {
                    parts.entry(workflow).or_default().insert((at, index));
                }
            }
        }
    }
    if sizes.values().sum::<usize>() <= KEPT {
        return None;
    }
    // Two workflows at least are judged at once, each in its own place among them.
    let (mut kept, mut bytes, mut reads) = (VecDeque::new(), 0, 0);
    for part in parts.into_values().flatten() {
        if kept.contains(&part) {
            continue;
        }
        reads += 1;
        bytes += sizes.get(&part).copied().unwrap_or(0);
        kept.push_back(part);
        while bytes > KEPT / 2 && kept.len() > 1 {
            let gone = kept.pop_front().and_then(|gone| sizes.get(&gone));
            bytes -= gone.copied().unwrap_or(0);
        }
    }
    tables.first().filter(|_| reads > READ_AGAIN * sizes.len())
}
