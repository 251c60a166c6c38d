//! Fields from the rows of a file, which is read once: lists, totals, and the column of the only row.

use std::collections::BTreeMap;

use super::{Gathered, GatheredField, SourceRun, Taking, scalar, unknown};
use crate::collect::plan::{EachRow, Take};
use crate::collect::read::{self, FailedSource, ReadSource};
use crate::collect::rows::{self, RowKeys, TakenRows};
use crate::collect::source::{Repeats, SourceKind};
use crate::collect::table::{SourceCell, SourceFailure, SourceTable, Taken, Unjudged};
use crate::collect::typed::{ElementForm, TakenShape, TypedField};
use crate::collect::unit::FieldForm;
use crate::config::Setting;
use crate::types::show_time;
use crate::value::Number;

/// Kinds of gaps that are told of one list.
const MAX_GAPS: usize = 5;

impl SourceRun<'_, '_> {
    /// Fields from the rows of a file, which is read once.
    pub(super) fn of_file(&mut self, fields: &[&TypedField<'_>]) -> Vec<GatheredField> {
        self.line.asked = self.source.place.value.clone();
        let read = read::read(self.source, self.place, self.outside, self.window)
            .and_then(|read| self.in_time(read));
        match read {
            Ok(read) => {
                self.line.asked.clone_from(&read.file.path);
                self.line.tool.clone_from(&read.table.tool);
                self.line.rows = Some(read.table.rows.len());
                self.line.remarks.clone_from(&read.table.remarks);
                let found = fields.iter().map(|field| self.field_of_file(field, &read)).collect();
                // Lists say it of their elements; totals would hide it.
                let unjudged = read.table.rows.iter().filter(|row| row.unjudged.is_some()).count();
                if unjudged > 0 && !fields.iter().any(|field| matches!(field.plan.take, Take::Each(_))) {
                    let all = read.table.rows.len();
                    self.line.remark(&format!("{unjudged} of {all} rows ended in an error, or were not run"));
                }
                found
            }
            Err(FailedSource { file, failure }) => {
                let mut origin = vec![("from", self.source.name.value.clone())];
                if let Some(file) = &file {
                    origin.extend([("file", file.path.clone()), ("sha256", file.sha256.clone())]);
                }
                let reason = self.complaints.failure(self.source, file.as_deref(), &failure);
                self.line.unknown = fields.len();
                self.line.why.push(reason.clone());
                fields.iter().map(|field| unknown(field, origin.clone(), &reason)).collect()
            }
        }
    }

    /// What was read, if it was made within the window; an undated file only where the plan says so.
    pub(super) fn in_time(&mut self, read: ReadSource) -> Result<ReadSource, FailedSource> {
        let failure = match &read.table.made {
            Some(made) if self.window.contains(&made.seconds()) => return Ok(read),
            Some(made) => {
                let last = &self.window.end - Number::ONE;
                let (from, to) = (show_time(&self.window.start), show_time(&last));
                SourceFailure::unknown(format!(
                    "it was made at {}, outside of the window from {from} to {to}",
                    made.text()
                ))
            }
            None if self.source.rows.undated || self.source.rows.at.is_some() => return Ok(read),
            None => SourceFailure::refused(
                format!("`{}` does not say when it was made, so it could be an old one", read.file.path),
                "name the column of its dates with `at`, or write `undated: accepted`",
            ),
        };
        Err(FailedSource { file: Some(Box::new(read.file)), failure })
    }

    pub(super) fn origin_of(&self, read: &ReadSource) -> Vec<(&'static str, String)> {
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
            (Take::Count(total) | Take::Value(total), TakenShape::Single(form)) => {
                self.total(field, total, form, read)
            }
            // The plan was checked for this.
            (Take::Count(_) | Take::Value(_) | Take::Prometheus(_) | Take::Sql(_) | Take::Metric(_), _) => {
                Err("it is taken in another way".to_owned())
            }
        };
        if taking.is_ok() {
            origin.extend(errors_of_total(field, read));
        }
        self.finished(field, origin, taking)
    }

    /// The rows that count for a field.
    fn elements(&mut self, field: &TypedField<'_>, read: &ReadSource) -> Result<TakenRows, String> {
        let keys = keys_of(field);
        rows::elements(&read.table, &self.source.rows, &field.plan.only, &keys, self.window)
            .map_err(|problem| self.complaints.rows(field, read, &problem))
            .and_then(|found| match &found.unclear {
                Some(why) => Err(why.clone()),
                None => Ok(found),
            })
    }

    pub(super) fn list(
        &mut self,
        field: &TypedField<'_>,
        shape: &TakenShape<'_>,
        read: &ReadSource,
    ) -> Result<Taking, String> {
        self.known_columns(shape, field, &read.table)?;
        let found = self.elements(field, read)?;
        self.say_outside(&found);
        if found.elements.is_empty() {
            return Err(self.no_row());
        }
        let mut gaps = BTreeMap::new();
        let value = match shape {
            TakenShape::Elements { fields, .. } => {
                let records = found.elements.iter().map(|element| {
                    let cells =
                        fields.iter().filter_map(|own| self.cell_of(field, own, element, read, &mut gaps));
                    cells.collect()
                });
                Gathered::Records(records.collect())
            }
            TakenShape::Column { column, form } => {
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
            TakenShape::Single(_) => return Err("it is not a list".to_owned()),
        };
        Ok((value, self.said_of(&found, &gaps)))
    }

    /// The key and the text of a field of an element; none where the source has nothing for it. Cells that say why they have
    /// no value are counted in the gaps.
    fn cell_of(
        &mut self,
        field: &TypedField<'_>,
        own: &ElementForm<'_>,
        element: &rows::TakenRow,
        read: &ReadSource,
        gaps: &mut BTreeMap<(String, String), usize>,
    ) -> Option<(String, Option<String>)> {
        let key = own.key.to_owned();
        let Some(taken) = element.cells.get(own.column) else {
            // What the harness did not judge is told apart from these.
            if element.unjudged.is_none() {
                *gaps.entry((key.clone(), "it is empty, or not there".to_owned())).or_default() += 1;
            }
            return element.unjudged.is_some().then_some((key, None));
        };
        if let Taken::Cell(SourceCell::Unknown(why)) = taken {
            *gaps.entry((key.clone(), cropped(why))).or_default() += 1;
        }
        match own.form.write(taken) {
            Ok(text) => Some((key, text)),
            Err(why) => {
                self.complaints.unfit(field, read, element.line, &why);
                *gaps.entry((key.clone(), cropped(&why))).or_default() += 1;
                Some((key, None))
            }
        }
    }

    /// What is said of a list beside its value.
    fn said_of(
        &mut self,
        found: &TakenRows,
        gaps: &BTreeMap<(String, String), usize>,
    ) -> Vec<(&'static str, String)> {
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
        for ((key, reason), count) in gaps.iter().take(MAX_GAPS) {
            why.push(format!("{count} of {all} without `{key}`: {reason}"));
        }
        if gaps.len() > MAX_GAPS {
            why.push("and other gaps".to_owned());
        }
        self.line.unknown += gaps.values().sum::<usize>();
        if found.errors > 0 {
            said.push(("errors", found.errors.to_string()));
        }
        if found.dropped > 0 {
            let rows = rows_of(found.dropped);
            self.line.remark(&format!("{rows} with an error left out, as the plan says"));
        }
        self.say_outside(found);
        if !why.is_empty() {
            why.iter().for_each(|why| self.line.because(why));
            said.push(("unknown", why.join("; ")));
        }
        said
    }

    fn say_outside(&mut self, found: &TakenRows) {
        if found.outside > 0 {
            self.line.remark(&format!("{} outside of the window left out", rows_of(found.outside)));
        }
    }

    /// Why there is nothing to take.
    fn no_row(&self) -> String {
        let place = if self.source.rows.at.is_some() { " within the window" } else { " to take" };
        format!("there is no row{place}")
    }

    /// Whether any row lies within the window, whatever it says: without one, a count of 0 may be that of an old file.
    fn has_rows(&self, read: &ReadSource) -> bool {
        let keys = RowKeys { columns: Vec::new(), repeats: Repeats::default() };
        rows::elements(&read.table, &self.source.rows, &[], &keys, self.window)
            .is_ok_and(|found| !found.elements.is_empty())
    }

    /// Columns that no row has are misspelt: what is missing in some rows is in others, or in the first line.
    fn known_columns(
        &mut self,
        shape: &TakenShape<'_>,
        field: &TypedField<'_>,
        table: &SourceTable,
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
            if !is_there && is_judged && !matches!(shape, TakenShape::Single(_)) {
                return Err(self.complaints.column(column, &known));
            }
        }
        Ok(())
    }

    /// A total, or the column of the only row.
    fn total(
        &mut self,
        field: &TypedField<'_>,
        total: &Setting<String>,
        form: &FieldForm<'_>,
        read: &ReadSource,
    ) -> Result<Taking, String> {
        let is_count = matches!(field.plan.take, Take::Count(_));
        let taken = if is_count && total.value == "rows" {
            let found = self.elements(field, read)?;
            self.say_outside(&found);
            if found.elements.is_empty() && !self.has_rows(read) {
                return Err(self.no_row());
            }
            Taken::Cell(SourceCell::Number(found.elements.len().to_string()))
        } else if self.source.rows.at.is_some() && self.elements(field, read)?.outside > 0 {
            return Err("the file has rows outside of the window, and its totals count them".to_owned());
        } else if let Some(cell) = read.table.totals.get(&total.value).filter(|_| field.plan.only.is_empty())
        {
            if self.counts_repeats(&total.value, field, read)? {
                return Err("rows are there several times, and the total counts each of them".to_owned());
            }
            Taken::Cell(cell.clone())
        } else if is_count {
            return Err(format!("the source does not say how many are `{}`", total.value));
        } else {
            self.only_row(field, total, read)?
        };
        self.single(field, form, &taken, read)
    }

    /// Whether a total counts rows of which the plan takes one for several.
    fn counts_repeats(
        &mut self,
        total: &str,
        field: &TypedField<'_>,
        read: &ReadSource,
    ) -> Result<bool, String> {
        let is_of_rows = ["passed", "failed", "errors", "rows"].contains(&total);
        if !is_of_rows || keys_of(field).repeats == Repeats::Refused {
            return Ok(false);
        }
        let found = self.elements(field, read)?;
        Ok(found.elements.len() + found.dropped + found.outside < read.table.rows.len())
    }

    fn only_row(
        &mut self,
        field: &TypedField<'_>,
        column: &Setting<String>,
        read: &ReadSource,
    ) -> Result<Taken, String> {
        let known: Vec<String> =
            rows::columns(&read.table).into_iter().chain(read.table.totals.keys().cloned()).collect();
        if !known.contains(&column.value) && !read.table.rows.is_empty() {
            return Err(self.complaints.column(column, &known));
        }
        let found = self.elements(field, read)?;
        match found.elements.as_slice() {
            [] => Err(self.no_row()),
            [one] => match (&one.unjudged, one.cells.get(&column.value)) {
                (Some(Unjudged::Error(why) | Unjudged::NotRun(why)), _) => Err(why.clone()),
                (None, Some(taken)) => Ok(taken.clone()),
                (None, None) => Err(format!("the row has no `{}`", column.value)),
            },
            several => {
                let failure = SourceFailure::refused(
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
        form: &FieldForm<'_>,
        taken: &Taken,
        read: &ReadSource,
    ) -> Result<Taking, String> {
        scalar(form, taken, |why| self.complaints.unfit(field, read, 0, why))
    }
}

/// How many rows the harness failed on: what is counted of the others says nothing of them.
fn errors_of_total(field: &TypedField<'_>, read: &ReadSource) -> Option<(&'static str, String)> {
    let is_total = matches!(field.plan.take, Take::Count(_) | Take::Value(_));
    let Some(SourceCell::Number(errors)) = read.table.totals.get("errors").filter(|_| is_total) else {
        return None;
    };
    (errors != "0").then(|| ("errors", errors.clone()))
}

/// `1 row`, `9 rows`.
fn rows_of(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

/// How the rows of a field are told apart: by what the plan says, or else by what the kind of source and the list do.
fn keys_of<'f>(field: &'f TypedField<'_>) -> RowKeys<'f> {
    let rules = &field.source.rows;
    let repeats =
        if let SourceKind::Inspect(inspect) = &field.source.kind { inspect.epochs } else { rules.repeats };
    let mut columns: Vec<&str> = rules.key.iter().map(|column| &*column.value).collect();
    if columns.is_empty() {
        match &field.shape {
            _ if field.source.kind.is_eval() => columns.push("id"),
            TakenShape::Elements { fields, key: Some(key) } => {
                columns.extend(fields.get(*key).map(|field| field.column));
            }
            TakenShape::Elements { key: None, .. } | TakenShape::Column { .. } | TakenShape::Single(_) => {}
        }
    }
    RowKeys { columns, repeats }
}

/// The most frequent reasons, each cropped.
fn few_reasons(counted: &BTreeMap<&str, usize>) -> String {
    /// Reasons that are shown.
    const SHOWN: usize = 3;
    let mut by_count: Vec<(&&str, &usize)> = counted.iter().collect();
    by_count.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    // That one more is left out would take as much room as the one itself.
    let count = if by_count.len() == SHOWN + 1 { by_count.len() } else { SHOWN };
    let mut shown: Vec<String> = by_count.iter().take(count).map(|(reason, _)| cropped(reason)).collect();
    if let more @ 1.. = by_count.len().saturating_sub(count) {
        shown.push(format!("and {more} other reasons"));
    }
    shown.join(", ")
}

/// A reason as it is shown among others.
fn cropped(reason: &str) -> String {
    /// Characters: what failed stands behind what was tried.
    const LENGTH: usize = 120;
    match reason.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", reason.get(..end).unwrap_or(reason)),
        None => reason.to_owned(),
    }
}
