//! Fields that are asked for one by one: queries to servers and databases, and metrics of runs.

use super::{GatheredField, SourceRun, Taking, scalar, unknown};
use crate::collect::outside::{Question, Respondent};
use crate::collect::plan::{EachRow, Take};
use crate::collect::read::{ReadSource, SourceFile, database};
use crate::collect::source::{PromQuery, SourceKind};
use crate::collect::table::{FoundValue, SourceCell, SourceFailure, SourceRow, SourceTable, Taken};
use crate::collect::typed::{TakenShape, TypedField};
use crate::collect::unit::FieldForm;
use crate::collect::{mlflow, prometheus, recorded};
use crate::digest::sha256;
use crate::source::Span;
use crate::types::show_time;

impl SourceRun<'_, '_> {
    /// Fields that are asked for one by one.
    pub(super) fn asked(&mut self, fields: &[&TypedField<'_>]) -> Vec<GatheredField> {
        let count = fields.len();
        let what = if count == 1 { "query" } else { "queries" };
        self.line.asked = format!("{count} {what} to {}", self.shown_place());
        let mut file = None;
        if matches!(self.source.kind, SourceKind::Sqlite) {
            match database(self.source, self.place) {
                Ok(found) => file = Some(found),
                Err(failure) => {
                    let reason = self.complaints.failure(self.source, None, &failure);
                    self.line.unknown = count;
                    self.line.because(&reason);
                    let origin = vec![("from", self.source.name.value.clone())];
                    return fields.iter().map(|field| unknown(field, origin.clone(), &reason)).collect();
                }
            }
        }
        fields.iter().map(|field| self.asked_field(field, file.as_ref())).collect()
    }

    /// The place as it may be shown: an address, a file, or the variable that has the address.
    fn shown_place(&self) -> String {
        let place = &self.source.place.value;
        if matches!(self.source.kind, SourceKind::Postgres(_)) {
            format!("the database of `{place}`")
        } else {
            place.clone()
        }
    }

    fn asked_field(&mut self, field: &TypedField<'_>, file: Option<&SourceFile>) -> GatheredField {
        self.outside.failed.set(false);
        self.outside.silent.set(false);
        let mut origin = vec![("from", self.source.name.value.clone())];
        if let Some(file) = file {
            origin.extend([("file", file.path.clone()), ("sha256", file.sha256.clone())]);
        }
        let (span, mut texts) = question_of(&field.plan.take);
        if let SourceKind::Mlflow { experiment, run, .. } = &self.source.kind {
            texts.extend([experiment.clone(), run.clone().unwrap_or_default()]);
        }
        if matches!(self.source.kind, SourceKind::MlflowTable { .. }) {
            return self.metric_of_table(field);
        }
        origin.push(("query_sha256", sha256(texts.join("\n").as_bytes())));
        let found = match (&field.plan.take, &field.shape) {
            (Take::Prometheus(query), TakenShape::Single(form)) => {
                prometheus::ask(self.outside, self.source, query, self.window, form.unit.as_deref())
                    .map_err(|failure| {
                        let reason = self.asked_failure(span, &failure);
                        origin.push(("at", show_time(&prometheus::instant(self.window))));
                        origin.extend(prometheus::tool(self.outside, self.source).map(|tool| ("tool", tool)));
                        reason
                    })
                    .and_then(|found| self.single_found(span, form, &found, &mut origin))
            }
            (Take::Metric(metric), TakenShape::Single(form)) => {
                mlflow::ask(self.outside, self.source, &metric.value, self.window)
                    .map_err(|failure| {
                        let reason = self.asked_failure(span, &failure);
                        origin.extend(mlflow::tool(self.outside, self.source).map(|tool| ("tool", tool)));
                        reason
                    })
                    .and_then(|found| self.single_found(span, form, &found, &mut origin))
            }
            (Take::Sql(sql), TakenShape::Single(form)) => self
                .sql(&sql.value, file)
                .map_err(|failure| self.asked_failure(span, &failure))
                .and_then(|table| {
                    origin.extend(table.tool.iter().map(|tool| ("tool", tool.clone())));
                    let taken = one_row(&table).map_err(|failure| self.asked_failure(span, &failure))?;
                    self.written(span, form, &taken)
                }),
            (Take::SqlEach(sql, EachRow::Fields(_) | EachRow::Column(_)), shape) => self
                .sql(&sql.value, file)
                .map_err(|failure| self.asked_failure(span, &failure))
                .and_then(|table| {
                    origin.extend(table.tool.iter().map(|tool| ("tool", tool.clone())));
                    let nameless =
                        SourceFile { path: self.shown_place(), bytes: vec![0], sha256: String::new() };
                    let file = file.cloned().unwrap_or(nameless);
                    self.list(field, shape, &ReadSource { file, table })
                }),
            (
                Take::Prometheus(_)
                | Take::Metric(_)
                | Take::Sql(_)
                | Take::Each(_)
                | Take::Count(_)
                | Take::Value(_),
                _,
            ) => Err("it is taken in another way".to_owned()),
        };
        self.finished(field, origin, found)
    }

    /// A metric of an exported table.
    fn metric_of_table(&mut self, field: &TypedField<'_>) -> GatheredField {
        let (span, _) = question_of(&field.plan.take);
        let read = crate::collect::read::read(self.source, self.place, self.outside, self.window);
        let read = match read.and_then(|read| self.in_time(read)) {
            Ok(read) => read,
            Err(failed) => {
                let reason = self.complaints.failure(self.source, failed.file.as_deref(), &failed.failure);
                return self.finished(field, vec![("from", self.source.name.value.clone())], Err(reason));
            }
        };
        let origin = self.origin_of(&read);
        let found = match (&field.plan.take, &field.shape) {
            (Take::Metric(metric), TakenShape::Single(form)) => match read.table.totals.get(&metric.value) {
                Some(cell) => self.written(span, form, &Taken::Cell(cell.clone())),
                None => {
                    let known: Vec<String> = read.table.totals.keys().cloned().collect();
                    Err(self.complaints.column(metric, &known))
                }
            },
            (
                Take::Prometheus(_)
                | Take::Metric(_)
                | Take::Sql(_)
                | Take::SqlEach(..)
                | Take::Each(_)
                | Take::Count(_)
                | Take::Value(_),
                _,
            ) => Err("it is taken in another way".to_owned()),
        };
        self.finished(field, origin, found)
    }

    pub(super) fn finished(
        &mut self,
        field: &TypedField<'_>,
        mut origin: Vec<(&'static str, String)>,
        found: Result<Taking, String>,
    ) -> GatheredField {
        match found {
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

    /// A failure of one question: what the server cannot answer costs this field alone.
    fn asked_failure(&mut self, span: Span, failure: &SourceFailure) -> String {
        // What keeps a source from being asked is told once, and what is wrong with a question at the question.
        let span = if self.outside.silent.get() { self.source.place.span } else { span };
        let reason = self.complaints.failure_of(span, failure);
        if matches!(failure, SourceFailure::Unknown(_)) && self.outside.failed.get() {
            self.complaints.no_answer(span, self.source, &reason);
        }
        reason
    }

    fn single_found(
        &mut self,
        span: Span,
        form: &FieldForm<'_>,
        found: &FoundValue,
        origin: &mut Vec<(&'static str, String)>,
    ) -> Result<Taking, String> {
        origin.extend(found.at.iter().map(|at| ("at", at.clone())));
        origin.extend(found.tool.iter().map(|tool| ("tool", tool.clone())));
        self.line.tool = self.line.tool.take().or_else(|| found.tool.clone());
        self.written(span, form, &found.taken)
    }

    fn written(&mut self, span: Span, form: &FieldForm<'_>, taken: &Taken) -> Result<Taking, String> {
        scalar(form, taken, |why| self.complaints.unfit_single(span, why))
    }

    fn sql(&self, query: &str, file: Option<&SourceFile>) -> Result<SourceTable, SourceFailure> {
        let question = Question::Sql {
            query,
            start: show_time(&self.window.start),
            end: show_time(&self.window.end),
            file: file.map(|file| file.bytes.as_slice()),
        };
        let answer = self.outside.ask(self.source, &question)?;
        Ok(recorded::from_bytes(&answer.body)?.without(&self.source.rows.empty))
    }
}

/// The place and the texts of a question.
fn question_of(take: &Take) -> (Span, Vec<String>) {
    match take {
        Take::Prometheus(PromQuery::Value { query: text })
        | Take::Sql(text)
        | Take::SqlEach(text, _)
        | Take::Metric(text)
        | Take::Count(text)
        | Take::Value(text) => (text.span, vec![text.value.clone()]),
        Take::Prometheus(PromQuery::Quantile { quantile, buckets }) => {
            (buckets.span, vec![quantile.to_string(), buckets.value.clone()])
        }
        Take::Prometheus(PromQuery::Shares { part, whole, .. }) => {
            (whole.span, vec![part.value.clone(), whole.value.clone()])
        }
        Take::Each(_) => (Span::default(), Vec::new()),
    }
}

/// The value of the only row: a share by `part` and `whole`, or its only column.
fn one_row(table: &SourceTable) -> Result<Taken, SourceFailure> {
    let row = match table.rows.as_slice() {
        [row] => row,
        [] => return Err(SourceFailure::unknown("the query gives no row")),
        several => {
            return Err(SourceFailure::refused(
                format!("the query gives {} rows, and one is needed", several.len()),
                "aggregate them into one row, or take them as a list with `each`",
            ));
        }
    };
    let number = |row: &SourceRow, column: &str| match row.cells.get(column) {
        Some(SourceCell::Number(digits)) => Ok(digits.clone()),
        Some(SourceCell::Unknown(why)) => Err(SourceFailure::unknown(why.clone())),
        Some(SourceCell::Text(_) | SourceCell::Bool(_)) | None => {
            Err(SourceFailure::unknown(format!("`{column}` is null, or not a number")))
        }
    };
    let columns = crate::collect::rows::columns(table);
    if columns.len() == 2 && ["part", "whole"].iter().all(|name| columns.iter().any(|column| column == name))
    {
        let (part, whole) = (number(row, "part")?, number(row, "whole")?);
        if whole.bytes().all(|byte| byte == b'0') {
            return Err(SourceFailure::unknown("nothing was counted: `whole` is 0"));
        }
        return Ok(Taken::Counts { part, whole });
    }
    match columns.as_slice() {
        [column] => match row.cells.get(column) {
            Some(cell) => Ok(Taken::Cell(cell.clone())),
            None => Err(SourceFailure::unknown(format!("`{column}` is null"))),
        },
        _ => Err(SourceFailure::refused(
            format!("the query gives the columns `{}`", columns.join("`, `")),
            "select one column, or `part` and `whole` for a share",
        )),
    }
}
