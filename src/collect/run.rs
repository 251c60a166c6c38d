//! From a plan to the values of one snapshot: every source is read or asked once, every field gets a value or a reason.
//!
//! Opens no file and asks nobody itself. What is wrong with one source costs its own fields alone.

mod single;

use std::cell::Cell as Flag;
use std::collections::BTreeMap;

use crate::collect::complain::Complaints;
use crate::collect::outside::{Answer, Outside, Question};
use crate::collect::plan::{EachRow, Plan, Take};
use crate::collect::read::{self, FailedSource, Place, ReadSource};
use crate::collect::rows::{self, Elements, Keys};
use crate::collect::source::{Source, SourceKind};
use crate::collect::table::{Cell, Failure, Table, Taken, Unjudged};
use crate::collect::typed::{ElementForm, Shape, TypedField, check};
use crate::collect::unit::Form;
use crate::collect::window::Window;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;
use crate::types::show_time;
use crate::vocabulary::Vocabulary;

/// What a snapshot gets.
#[derive(Debug)]
pub struct Collection {
    /// In the order of the plan.
    pub fields: Vec<GatheredField>,
    /// One for each source that is used, in the order of the plan.
    pub sources: Vec<SourceLine>,
    pub diagnostics: Vec<Diagnostic>,
    /// Whether something is so wrong that nothing may be written.
    pub broken: bool,
    /// Whether a source had no answer, or a value that its field cannot have.
    pub failed: bool,
}

/// A field with its value, and where that is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatheredField {
    /// The way to it by the keys of snapshots.
    pub path: String,
    pub value: Gathered,
    /// What is said of it under `collected`, in order.
    pub origin: Vec<(&'static str, String)>,
}

/// A value as it is written in YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gathered {
    /// It could not be had.
    Unknown,
    Scalar(String),
    /// Scalars.
    List(Vec<String>),
    /// Records; a field without a value could not be had.
    Records(Vec<Vec<(String, Option<String>)>>),
}

/// What a source was asked, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceLine {
    pub name: String,
    /// A file, or `2 queries to https://…`.
    pub asked: String,
    pub tool: Option<String>,
    pub rows: Option<usize>,
    /// Values that could not be had, or rows of which nothing is known.
    pub unknown: usize,
    /// Why, each reason once.
    pub why: Vec<String>,
    /// What a person should know.
    pub remarks: Vec<String>,
}

/// What is wrong with a plan, before anything is read.
pub fn problems(plan: &Plan, vocabulary: &Vocabulary) -> Vec<Diagnostic> {
    check(plan, vocabulary).1
}

/// Collects the values of a plan for a window. Files that diagnostics point into are added to the sources.
pub fn collect(
    plan: &Plan,
    vocabulary: &Vocabulary,
    place: &Place<'_>,
    outside: &dyn Outside,
    window: &Window,
    sources: &mut SourceMap,
) -> Collection {
    let (fields, problems) = check(plan, vocabulary);
    let mut complaints = Complaints::new(sources);
    // Its warnings are told by whoever read it, once.
    complaints.plan(problems.into_iter().filter(|problem| problem.severity == Severity::Error).collect());
    let mut found = Vec::new();
    let mut lines = Vec::new();
    // A plan is checked whole before anything is read.
    if !complaints.broken {
        for source in &plan.sources {
            let own: Vec<&TypedField<'_>> =
                fields.iter().filter(|field| field.source.name.value == source.name.value).collect();
            if own.is_empty() {
                continue;
            }
            let watched = Watched { inner: outside, failed: Flag::new(false), silent: Flag::new(false) };
            let mut run = SourceRun {
                source,
                place,
                outside: &watched,
                window,
                complaints: &mut complaints,
                line: SourceLine { name: source.name.value.clone(), ..SourceLine::default() },
            };
            found.extend(run.fields(&own));
            lines.push(run.line);
        }
        let order = |field: &GatheredField| plan.fields.iter().position(|own| own.field.value == field.path);
        found.sort_by_key(order);
    }
    let Complaints { diagnostics, broken, failed, .. } = complaints;
    Collection { fields: found, sources: lines, diagnostics, broken, failed }
}

/// Notes whether a server or database did not answer, which is more than an answer that says nothing.
struct Watched<'o> {
    inner: &'o dyn Outside,
    failed: Flag<bool>,
    /// Whether the last question was not answered at all.
    silent: Flag<bool>,
}

impl Outside for Watched<'_> {
    fn ask(&self, source: &Source, question: &Question<'_>) -> Result<Answer, Failure> {
        let answer = self.inner.ask(source, question);
        let is_failure = match &answer {
            Ok(answer) => answer.status >= 500,
            Err(_) => true,
        };
        self.failed.set(self.failed.get() || is_failure);
        self.silent.set(answer.is_err());
        answer
    }
}

/// One source and its fields.
struct SourceRun<'r, 's> {
    source: &'r Source,
    place: &'r Place<'r>,
    outside: &'r Watched<'r>,
    window: &'r Window,
    complaints: &'r mut Complaints<'s>,
    line: SourceLine,
}

/// The value of a field, with what else is said of it; or why there is none.
type Taking = (Gathered, Vec<(&'static str, String)>);

impl SourceRun<'_, '_> {
    fn fields(&mut self, fields: &[&TypedField<'_>]) -> Vec<GatheredField> {
        match &self.source.kind {
            SourceKind::Prometheus(_)
            | SourceKind::Mlflow { .. }
            | SourceKind::MlflowTable { .. }
            | SourceKind::Postgres(_)
            | SourceKind::Sqlite => self.asked(fields),
            SourceKind::Promptfoo(_)
            | SourceKind::Inspect(_)
            | SourceKind::Deepeval
            | SourceKind::Evidently
            | SourceKind::Otlp
            | SourceKind::Csv(_)
            | SourceKind::Tsv(_)
            | SourceKind::Json(_)
            | SourceKind::JsonLines(_)
            | SourceKind::Xlsx { .. }
            | SourceKind::Parquet
            | SourceKind::Jq { .. } => self.from_file(fields),
        }
    }

    /// Fields from the rows of a file, which is read once.
    fn from_file(&mut self, fields: &[&TypedField<'_>]) -> Vec<GatheredField> {
        self.line.asked = self.source.place.value.clone();
        let read = read::read(self.source, self.place, self.outside, self.window)
            .and_then(|read| self.in_time(read));
        match read {
            Ok(read) => {
                self.line.asked.clone_from(&read.file.path);
                self.line.tool.clone_from(&read.table.tool);
                self.line.rows = Some(read.table.rows.len());
                self.line.remarks.clone_from(&read.table.remarks);
                fields.iter().map(|field| self.field_of_file(field, &read)).collect()
            }
            Err(FailedSource { file, failure }) => {
                let mut origin = vec![("from", self.source.name.value.clone())];
                if let Some(file) = &file {
                    origin.extend([("file", file.path.clone()), ("sha256", file.sha256.clone())]);
                }
                let reason = self.complaints.failure(self.source, file.as_ref(), &failure);
                self.line.unknown = fields.len();
                self.line.why.push(reason.clone());
                fields.iter().map(|field| unknown(field, origin.clone(), &reason)).collect()
            }
        }
    }

    /// What was read, if it was made within the window; an undated file only where the plan says so.
    fn in_time(&mut self, read: ReadSource) -> Result<ReadSource, FailedSource> {
        let failure = match &read.table.made {
            Some(made) if self.window.contains(&made.seconds()) => return Ok(read),
            Some(made) => {
                let last = &self.window.end - crate::value::Number::ONE;
                let (from, to) = (show_time(&self.window.start), show_time(&last));
                Failure::unknown(format!(
                    "it was made at {}, outside of the window from {from} to {to}",
                    made.text()
                ))
            }
            None if self.source.rows.undated || self.source.rows.at.is_some() => return Ok(read),
            None => Failure::refused(
                format!("`{}` does not say when it was made, so it could be an old one", read.file.path),
                "name the column of its dates with `at`, or write `undated: accepted`",
            ),
        };
        Err(FailedSource { file: Some(read.file), failure })
    }

    fn origin_of(&self, read: &ReadSource) -> Vec<(&'static str, String)> {
        let mut origin = vec![
            ("from", self.source.name.value.clone()),
            ("file", read.file.path.clone()),
            ("sha256", read.file.sha256.clone()),
        ];
        origin.extend(read.table.tool.iter().map(|tool| ("tool", tool.clone())));
        match &read.table.made {
            Some(made) => origin.push(("made", made.text().to_owned())),
            None if self.source.rows.at.is_none() => origin.push(("declared", "true".to_owned())),
            None => {}
        }
        origin
    }

    fn field_of_file(&mut self, field: &TypedField<'_>, read: &ReadSource) -> GatheredField {
        let mut origin = self.origin_of(read);
        let taking = match (&field.plan.take, &field.shape) {
            (Take::Each(_) | Take::SqlEach(..), shape) => self.list(field, shape, read),
            (Take::Count(total) | Take::Value(total), Shape::Single(form)) => {
                self.total(field, total, form, read)
            }
            // The plan was checked for this.
            (Take::Count(_) | Take::Value(_) | Take::Prometheus(_) | Take::Sql(_) | Take::Metric(_), _) => {
                Err("it is taken in another way".to_owned())
            }
        };
        match taking {
            Ok((value, more)) => {
                origin.extend(more);
                GatheredField { path: field.plan.field.value.clone(), value, origin }
            }
            Err(reason) => {
                self.line.unknown += 1;
                self.line.because(&reason);
                unknown(field, origin, &reason)
            }
        }
    }

    /// The rows that count for a field.
    fn elements(&mut self, field: &TypedField<'_>, read: &ReadSource) -> Result<Elements, String> {
        let keys = keys_of(field);
        rows::elements(&read.table, &self.source.rows, &field.plan.only, &keys, self.window)
            .map_err(|problem| self.complaints.rows(field, read, &problem))
    }

    fn list(
        &mut self,
        field: &TypedField<'_>,
        shape: &Shape<'_>,
        read: &ReadSource,
    ) -> Result<Taking, String> {
        self.known_columns(shape, field, &read.table)?;
        let found = self.elements(field, read)?;
        if found.elements.is_empty() {
            return Err("there is no row within the window".to_owned());
        }
        let value = match shape {
            Shape::Elements { fields, .. } => {
                let names = keys_of(field).columns;
                let records = found.elements.iter().map(|element| {
                    let cells = fields.iter().filter_map(|own| {
                        let is_name = names.contains(&own.column);
                        self.cell_of(field, own, element, is_name, read)
                    });
                    cells.collect()
                });
                Gathered::Records(records.collect())
            }
            Shape::Column { column, form } => {
                let mut texts = Vec::new();
                for element in &found.elements {
                    match element.cells.get(*column).map(|taken| form.write(taken)) {
                        Some(Ok(Some(text))) => texts.push(text),
                        Some(Err(why)) => {
                            return Err(self.complaints.unfit(field, read, element.line, &why));
                        }
                        // An element of a list cannot be left empty.
                        Some(Ok(None)) | None => return Err(format!("a row has no `{column}`")),
                    }
                }
                Gathered::List(texts)
            }
            Shape::Single(_) => return Err("it is not a list".to_owned()),
        };
        Ok((value, self.said_of(&found)))
    }

    /// The key and the text of a field of an element; none where the source has nothing for it.
    fn cell_of(
        &mut self,
        field: &TypedField<'_>,
        own: &ElementForm<'_>,
        element: &rows::Element,
        is_name: bool,
        read: &ReadSource,
    ) -> Option<(String, Option<String>)> {
        let key = own.key.to_owned();
        if element.unjudged.is_some() && !is_name {
            return Some((key, None));
        }
        match own.form.write(element.cells.get(own.column)?) {
            Ok(text) => Some((key, text)),
            Err(why) => {
                self.complaints.unfit(field, read, element.line, &why);
                self.line.unknown += 1;
                self.line.because(&why);
                Some((key, None))
            }
        }
    }

    /// What is said of a list beside its value.
    fn said_of(&mut self, found: &Elements) -> Vec<(&'static str, String)> {
        let mut said = Vec::new();
        let all = found.elements.len();
        let mut why: Vec<String> = found.too_many_errors.iter().cloned().collect();
        for (is_error, what) in
            [(true, "ended in an error of the harness"), (false, "were planned and not run")]
        {
            let reasons = found.elements.iter().filter_map(|element| match (&element.unjudged, is_error) {
                (Some(Unjudged::Error(reason)), true) | (Some(Unjudged::NotRun(reason)), false) => {
                    Some(reason.as_str())
                }
                (Some(Unjudged::Error(_) | Unjudged::NotRun(_)) | None, _) => None,
            });
            let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
            reasons.for_each(|reason| *counted.entry(reason).or_default() += 1);
            let count: usize = counted.values().sum();
            if count > 0 {
                self.line.unknown += count;
                let what = format!("{count} of {all} {what}");
                why.push(if is_error { format!("{what}: {}", few_reasons(&counted)) } else { what });
            }
        }
        if found.errors > 0 {
            said.push(("errors", found.errors.to_string()));
        }
        if found.dropped > 0 {
            self.line
                .remarks
                .push(format!("{} rows with an error are left out, as the plan says", found.dropped));
        }
        if found.outside > 0 {
            self.line.remark(&format!("{} outside of the window left out", rows_of(found.outside)));
        }
        if !why.is_empty() {
            why.iter().for_each(|why| self.line.because(why));
            said.push(("unknown", why.join("; ")));
        }
        said
    }

    /// Columns that no row has are misspelt: what is missing in some rows is in others, or in the first line.
    fn known_columns(
        &mut self,
        shape: &Shape<'_>,
        field: &TypedField<'_>,
        table: &Table,
    ) -> Result<(), String> {
        let plans: Vec<_> = match &field.plan.take {
            Take::Each(EachRow::Fields(fields)) | Take::SqlEach(_, EachRow::Fields(fields)) => {
                fields.iter().map(|plan| &plan.column).collect()
            }
            Take::Each(EachRow::Column(column)) | Take::SqlEach(_, EachRow::Column(column)) => vec![column],
            Take::Count(_) | Take::Value(_) | Take::Prometheus(_) | Take::Sql(_) | Take::Metric(_) => {
                Vec::new()
            }
        };
        let fixed = read::columns_of(&self.source.kind).map_or(&[][..], |columns| columns.fixed);
        let known = rows::columns(table);
        let is_judged = table.rows.iter().any(|row| row.unjudged.is_none());
        for column in plans {
            let is_there =
                known.contains(&column.value) || fixed.iter().any(|(name, _)| *name == column.value);
            if !is_there && is_judged && !matches!(shape, Shape::Single(_)) {
                return Err(self.complaints.column(column, &known));
            }
        }
        Ok(())
    }

    /// A total, or the column of the only row.
    fn total(
        &mut self,
        field: &TypedField<'_>,
        total: &crate::config::Setting<String>,
        form: &Form<'_>,
        read: &ReadSource,
    ) -> Result<Taking, String> {
        let is_count = matches!(field.plan.take, Take::Count(_));
        let taken = if is_count && total.value == "rows" {
            Taken::Cell(Cell::Number(self.elements(field, read)?.elements.len().to_string()))
        } else if let Some(cell) = read.table.totals.get(&total.value).filter(|_| field.plan.only.is_empty())
        {
            Taken::Cell(cell.clone())
        } else if is_count {
            return Err(format!("the source does not say how many are `{}`", total.value));
        } else {
            self.only_row(field, total, read)?
        };
        self.single(field, form, &taken, read)
    }

    fn only_row(
        &mut self,
        field: &TypedField<'_>,
        column: &crate::config::Setting<String>,
        read: &ReadSource,
    ) -> Result<Taken, String> {
        let known: Vec<String> =
            rows::columns(&read.table).into_iter().chain(read.table.totals.keys().cloned()).collect();
        if !known.contains(&column.value) && !read.table.rows.is_empty() {
            return Err(self.complaints.column(column, &known));
        }
        let found = self.elements(field, read)?;
        match found.elements.as_slice() {
            [] => Err("there is no row within the window".to_owned()),
            [one] => match (&one.unjudged, one.cells.get(&column.value)) {
                (Some(Unjudged::Error(why) | Unjudged::NotRun(why)), _) => Err(why.clone()),
                (None, Some(taken)) => Ok(taken.clone()),
                (None, None) => Err(format!("the row has no `{}`", column.value)),
            },
            several => {
                let failure = Failure::refused(
                    format!("{} rows are left, and one value is taken", several.len()),
                    "pick one row with `where`, or take a list with `each`",
                );
                Err(self.complaints.failure_of(column.span, &failure))
            }
        }
    }

    fn single(
        &mut self,
        field: &TypedField<'_>,
        form: &Form<'_>,
        taken: &Taken,
        read: &ReadSource,
    ) -> Result<Taking, String> {
        if let Taken::Cell(Cell::Unknown(why)) = taken {
            return Err(why.clone());
        }
        match form.write(taken) {
            Ok(Some(text)) => Ok((Gathered::Scalar(text), Vec::new())),
            Ok(None) => Err("it has no value".to_owned()),
            Err(why) => Err(self.complaints.unfit(field, read, 0, &why)),
        }
    }
}

/// `1 row`, `9 rows`.
fn rows_of(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

impl SourceLine {
    /// Adds a remark, once.
    fn remark(&mut self, text: &str) {
        if !self.remarks.iter().any(|known| known == text) {
            self.remarks.push(text.to_owned());
        }
    }

    /// Adds a reason, once.
    fn because(&mut self, why: &str) {
        if !self.why.iter().any(|known| known == why) {
            self.why.push(why.to_owned());
        }
    }
}

/// How the rows of a field are told apart: by what the plan says, or else by what the kind of source and the list do.
fn keys_of<'f>(field: &'f TypedField<'_>) -> Keys<'f> {
    let rules = &field.source.rows;
    let repeats = match &field.source.kind {
        SourceKind::Inspect(rules) => rules.epochs,
        SourceKind::Promptfoo(_)
        | SourceKind::Deepeval
        | SourceKind::Evidently
        | SourceKind::Otlp
        | SourceKind::Csv(_)
        | SourceKind::Tsv(_)
        | SourceKind::Json(_)
        | SourceKind::JsonLines(_)
        | SourceKind::Xlsx { .. }
        | SourceKind::Parquet
        | SourceKind::Sqlite
        | SourceKind::Jq { .. }
        | SourceKind::MlflowTable { .. }
        | SourceKind::Prometheus(_)
        | SourceKind::Mlflow { .. }
        | SourceKind::Postgres(_) => rules.repeats,
    };
    let mut columns: Vec<&str> = rules.key.iter().map(|column| &*column.value).collect();
    if columns.is_empty() {
        let is_eval = matches!(
            field.source.kind,
            SourceKind::Promptfoo(_) | SourceKind::Inspect(_) | SourceKind::Deepeval
        );
        match &field.shape {
            _ if is_eval => columns.push("id"),
            Shape::Elements { fields, key: Some(key) } => {
                columns.extend(fields.get(*key).map(|field| field.column));
            }
            Shape::Elements { key: None, .. } | Shape::Column { .. } | Shape::Single(_) => {}
        }
    }
    Keys { columns, repeats }
}

/// The most frequent reasons, each cropped.
fn few_reasons(counted: &BTreeMap<&str, usize>) -> String {
    /// Reasons that are shown.
    const SHOWN: usize = 3;
    /// Characters of a reason that are shown: what failed stands behind what was tried.
    const LENGTH: usize = 120;
    let mut by_count: Vec<(&&str, &usize)> = counted.iter().collect();
    by_count.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let cropped = |reason: &str| match reason.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", reason.get(..end).unwrap_or(reason)),
        None => reason.to_owned(),
    };
    // That one more is left out would take as much room as the one itself.
    let count = if by_count.len() == SHOWN + 1 { by_count.len() } else { SHOWN };
    let mut shown: Vec<String> = by_count.iter().take(count).map(|(reason, _)| cropped(reason)).collect();
    if let more @ 1.. = by_count.len().saturating_sub(count) {
        shown.push(format!("and {more} other reasons"));
    }
    shown.join(", ")
}

/// A field that could not be had.
fn unknown(field: &TypedField<'_>, mut origin: Vec<(&'static str, String)>, reason: &str) -> GatheredField {
    origin.push(("unknown", reason.to_owned()));
    GatheredField { path: field.plan.field.value.clone(), value: Gathered::Unknown, origin }
}
