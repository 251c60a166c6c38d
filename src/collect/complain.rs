//! What is told of sources that fail: a diagnostic at the line of the source's file, or else at the plan's.
//!
//! Each complaint gives the reason that the snapshot says of the fields that it costs.

use std::collections::BTreeMap;

use crate::code::Code;
use crate::collect::read::{ReadSource, SourceFile};
use crate::collect::rows::RowProblem;
use crate::collect::source::{PlanSource, SourceKind};
use crate::collect::table::SourceFailure;
use crate::collect::typed::{TypedField, unknown_column};
use crate::config::Setting;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, SourceMap, Span};
use crate::text::{quote, visible};

/// Unfit values that are told of one field.
const MAX_UNFIT: usize = 5;

/// What was complained of.
pub(super) struct Complaints<'s> {
    sources: &'s mut SourceMap,
    /// The files of sources that were added, by their path.
    files: BTreeMap<String, FileId>,
    unfit: BTreeMap<String, usize>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Something is so wrong that nothing may be written.
    pub(super) broken: bool,
    /// A source had no answer, or a value that its field cannot have.
    pub(super) failed: bool,
}

/// What to write where rows cannot be told apart: each kind has settings of its own.
fn which_counts(kind: &SourceKind) -> &'static str {
    if matches!(kind, SourceKind::Inspect(_)) {
        "say with `epochs: worst` that the worst epoch counts"
    } else if matches!(kind, SourceKind::Promptfoo(_)) {
        "say which counts with `repeats: newest` or `repeats: worst`, or tell them apart with `id`"
    } else if kind.is_eval() {
        "say which counts with `repeats: newest` or `repeats: worst`"
    } else {
        "say which counts with `repeats: newest` or `repeats: worst`, or tell them apart with `key`"
    }
}

impl<'s> Complaints<'s> {
    pub(super) fn new(sources: &'s mut SourceMap) -> Self {
        Self {
            sources,
            files: BTreeMap::new(),
            unfit: BTreeMap::new(),
            diagnostics: Vec::new(),
            broken: false,
            failed: false,
        }
    }

    /// Adds what is wrong with the plan.
    pub(super) fn plan(&mut self, problems: Vec<Diagnostic>) {
        self.broken |= problems.iter().any(|problem| problem.severity == Severity::Error);
        self.diagnostics.extend(problems);
    }

    /// Tells a problem once.
    fn tell(&mut self, problem: Diagnostic) {
        if !self.diagnostics.contains(&problem) {
            self.diagnostics.push(problem);
        }
    }

    fn break_off(&mut self, problem: Diagnostic) -> String {
        self.broken = true;
        let reason = problem.message.clone();
        self.tell(problem);
        reason
    }

    /// A failure of a source as a whole: the reason of its fields.
    pub(super) fn failure(
        &mut self,
        source: &PlanSource,
        file: Option<&SourceFile>,
        failure: &SourceFailure,
    ) -> String {
        match (failure, file) {
            (SourceFailure::Broken { at, message, help }, Some(file)) => {
                let problem = Diagnostic::error(
                    Code::BrokenSource,
                    format!("`{}` cannot be read: {message}", quote(&file.path)),
                );
                let problem = match self.byte(file, *at) {
                    Some(span) => problem.label(span, "from here on"),
                    None => problem.label(source.place.span, "named here"),
                };
                self.break_off(problem.maybe_help(help.clone()))
            }
            (SourceFailure::Unknown(reason), _) => {
                self.failed = true;
                let name = quote(&source.name.value);
                let problem =
                    Diagnostic::error(Code::NoAnswer, format!("`{name}` gives nothing: {}", visible(reason)));
                self.diagnostics
                    .push(problem.label(source.place.span, "its fields are unknown for this reason"));
                reason.clone()
            }
            (
                SourceFailure::Broken { .. } | SourceFailure::Refused { .. } | SourceFailure::NotBuilt { .. },
                _,
            ) => self.failure_of(source.place.span, failure),
        }
    }

    /// A failure that is told at a place of the plan. An answer that says nothing is no error of the source.
    pub(super) fn failure_of(&mut self, span: Span, failure: &SourceFailure) -> String {
        let problem = match failure {
            SourceFailure::Broken { message, help, .. } => {
                Diagnostic::error(Code::BrokenSource, message.clone())
                    .label(span, "asked here")
                    .maybe_help(help.clone())
            }
            SourceFailure::Refused { message, help } => {
                Diagnostic::error(Code::RefusedSource, message.clone())
                    .label(span, "named here")
                    .help(help.clone())
            }
            SourceFailure::NotBuilt { feature } => Diagnostic::error(
                Code::SourceNotBuilt,
                "this program was built without what reads this source",
            )
            .label(span, "this source")
            .help(format!(
                "build it with `cargo install tollgate --features {feature}`, or take a released binary"
            )),
            SourceFailure::Unknown(reason) => return reason.clone(),
        };
        self.break_off(problem)
    }

    /// Rows that cannot be told apart, or lack what names them.
    pub(super) fn rows(&mut self, field: &TypedField<'_>, read: &ReadSource, problem: &RowProblem) -> String {
        let file = &read.file;
        let rules = &field.source.rows;
        match problem {
            RowProblem::Repeated { key, first, second } => {
                let told = Diagnostic::error(Code::RepeatedRow, format!("`{}` is there twice", quote(key)));
                let told = self.at_line(told, file, *second, "here again", field);
                let told = self.at_line(told, file, *first, "first here", field);
                self.break_off(told.help(which_counts(&field.source.kind)))
            }
            RowProblem::NoKey { column, line } => {
                let told = Diagnostic::error(
                    Code::UnfitValue,
                    format!("a row has no `{}`, which names it", quote(column)),
                );
                let told = self.at_line(told, file, *line, "this row", field);
                self.break_off(told)
            }
            RowProblem::NoDate { text, line } => {
                let what = if text.is_empty() {
                    "a row has no date".to_owned()
                } else {
                    format!("`{}` is not a date of the format that the plan says", quote(text))
                };
                let told =
                    self.at_line(Diagnostic::error(Code::UnfitValue, what), file, *line, "this row", field);
                let at = rules.at.as_ref().map(|at| at.column.span);
                self.break_off(told.maybe_label(at, "its date is in this column"))
            }
            RowProblem::NoColumn { column, known } => self.column(column, known),
        }
    }

    /// A column that no row has.
    pub(super) fn column(&mut self, column: &Setting<String>, known: &[String]) -> String {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        self.break_off(unknown_column(column, &known))
    }

    /// A value that its field cannot have: it is unknown.
    pub(super) fn unfit(
        &mut self,
        field: &TypedField<'_>,
        read: &ReadSource,
        line: usize,
        why: &str,
    ) -> String {
        self.failed = true;
        let told = self.unfit.entry(field.plan.field.value.clone()).or_default();
        *told += 1;
        if *told <= MAX_UNFIT {
            let problem =
                Diagnostic::error(Code::UnfitValue, format!("a value of the source does not fit: {why}"));
            let problem = self.at_line(problem, &read.file, line, "this row", field);
            self.diagnostics.push(
                problem
                    .help("it is unknown in the snapshot; correct the source, or how the field is declared"),
            );
        }
        why.to_owned()
    }

    /// A single value that its field cannot have.
    pub(super) fn unfit_single(&mut self, span: Span, why: &str) -> String {
        self.failed = true;
        let problem =
            Diagnostic::error(Code::UnfitValue, format!("a value of the source does not fit: {why}"));
        self.diagnostics.push(problem.label(span, "the answer to this"));
        why.to_owned()
    }

    /// A server or database that did not answer, told once for each question.
    pub(super) fn no_answer(&mut self, span: Span, source: &PlanSource, reason: &str) {
        self.failed = true;
        let message = format!("`{}` gives nothing: {}", quote(&source.name.value), visible(reason));
        let problem = Diagnostic::error(Code::NoAnswer, message);
        self.tell(problem.label(span, "unknown for this reason"));
    }

    /// A label at a line of a source's file, or, where that is no text, at the plan, with the number of the row.
    fn at_line(
        &mut self,
        problem: Diagnostic,
        file: &SourceFile,
        line: usize,
        text: &str,
        field: &TypedField<'_>,
    ) -> Diagnostic {
        let place = self.file(file).filter(|_| line > 0).and_then(|id| {
            let source = self.sources.get(id)?;
            let start = *source.line_starts().get(line - 1)?;
            let length = source.line(line).len();
            (length > 0).then(|| Span::new(id, start..start + length))
        });
        match place {
            Some(span) => problem.label(span, text.to_owned()),
            None if line > 0 => {
                problem.label(field.plan.field.span, format!("{text}: row {line} of `{}`", quote(&file.path)))
            }
            None => problem.label(field.plan.field.span, format!("from `{}`", quote(&file.path))),
        }
    }

    /// A byte of a file, if it is text.
    fn byte(&mut self, file: &SourceFile, at: usize) -> Option<Span> {
        let id = self.file(file)?;
        let text = self.sources.get(id).map(|source| source.text.clone())?;
        let start = text.floor_char_boundary(at.min(text.len().saturating_sub(1)));
        let length = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Some(Span::new(id, start..start + length))
    }

    /// The file among the sources; none if it is no text.
    fn file(&mut self, file: &SourceFile) -> Option<FileId> {
        if let Some(id) = self.files.get(&file.path) {
            return Some(*id);
        }
        if file.bytes.contains(&0) {
            return None;
        }
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let id = self.sources.add(file.path.clone(), text);
        self.files.insert(file.path.clone(), id);
        Some(id)
    }
}
