//! From a plan to the values of one snapshot: every source is read or asked once, every field gets a value or a reason.
//!
//! Opens no file and asks nobody itself. What is wrong with one source costs its own fields alone.

mod from_file;
mod single;

use std::cell::Cell as Flag;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::code::Code;
use crate::collect::complain::Complaints;
use crate::collect::outside::{Question, Reply, Respondent};
use crate::collect::plan::Plan;
use crate::collect::read::SourcePlace;
use crate::collect::source::PlanSource;
use crate::collect::table::{SourceCell, SourceFailure, Taken};
use crate::collect::typed::{TypedField, check};
use crate::collect::unit::FieldForm;
use crate::collect::window::CollectWindow;
use crate::config::Setting;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceMap, Span};
use crate::text::quote;
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

/// What is wrong with a plan, before anything is read. Where something is left out of it for its errors, nothing is said of what
/// is not used.
pub fn problems(plan: &Plan, vocabulary: &Vocabulary, is_whole: bool) -> Vec<Diagnostic> {
    let (_, mut problems) = check(plan, vocabulary);
    problems.retain(|problem| is_whole || problem.severity == Severity::Error);
    problems
}

/// Two plans of a project for one workflow would write over each other.
pub fn twice<'p>(plans: impl Iterator<Item = (&'p Plan, Option<&'p str>)>) -> Vec<Diagnostic> {
    let mut first: BTreeMap<(Option<&str>, &str), Span> = BTreeMap::new();
    let mut problems = Vec::new();
    for (plan, project) in plans {
        let Setting { value: workflow, span } = &plan.workflow;
        match first.entry((project, workflow)) {
            Entry::Vacant(entry) => {
                entry.insert(*span);
            }
            Entry::Occupied(known) => problems.push(
                Diagnostic::error(
                    Code::DuplicateSetting,
                    format!("two plans are for the workflow `{}`", quote(workflow)),
                )
                .label(*span, "here again")
                .label(*known.get(), "first here")
                .help("make one plan of them"),
            ),
        }
    }
    problems
}

/// Collects the values of a plan for a window. Files that diagnostics point into are added to the sources.
pub fn collect(
    plan: &Plan,
    vocabulary: &Vocabulary,
    place: &SourcePlace<'_>,
    outside: &dyn Respondent,
    window: &CollectWindow,
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
    inner: &'o dyn Respondent,
    failed: Flag<bool>,
    /// Whether the last question was not answered at all.
    silent: Flag<bool>,
}

impl Respondent for Watched<'_> {
    fn ask(&self, source: &PlanSource, question: &Question<'_>) -> Result<Reply, SourceFailure> {
        let answer = self.inner.ask(source, question);
        let is_failure = match &answer {
            // A server that lets nobody in has failed, and so has one that is asked too much.
            Ok(answer) => answer.status >= 500 || matches!(answer.status, 401 | 403 | 429),
            Err(_) => true,
        };
        self.failed.set(self.failed.get() || is_failure);
        let is_silent =
            answer.as_ref().is_err_and(|failure| !matches!(failure, SourceFailure::Broken { .. }));
        self.silent.set(is_silent);
        answer
    }
}

/// One source and its fields.
struct SourceRun<'r, 's> {
    source: &'r PlanSource,
    place: &'r SourcePlace<'r>,
    outside: &'r Watched<'r>,
    window: &'r CollectWindow,
    complaints: &'r mut Complaints<'s>,
    line: SourceLine,
}

/// The value of a field, with what else is said of it; or why there is none.
type Taking = (Gathered, Vec<(&'static str, String)>);

impl SourceRun<'_, '_> {
    fn fields(&mut self, fields: &[&TypedField<'_>]) -> Vec<GatheredField> {
        if self.source.kind.is_asked() { self.asked(fields) } else { self.of_file(fields) }
    }
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

/// A single value as it is written; `unfit` complains of one that its field cannot have.
fn scalar(form: &FieldForm<'_>, taken: &Taken, unfit: impl FnOnce(&str) -> String) -> Result<Taking, String> {
    if let Taken::Cell(SourceCell::Unknown(why)) = taken {
        return Err(why.clone());
    }
    match form.write(taken) {
        Ok(Some(text)) => Ok((Gathered::Scalar(text), Vec::new())),
        Ok(None) => Err("it has no value".to_owned()),
        Err(why) => Err(unfit(&why)),
    }
}

/// A field that could not be had.
fn unknown(field: &TypedField<'_>, mut origin: Vec<(&'static str, String)>, reason: &str) -> GatheredField {
    origin.push(("unknown", reason.to_owned()));
    GatheredField { path: field.plan.field.value.clone(), value: Gathered::Unknown, origin }
}
