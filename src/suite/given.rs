//! The series that a test gives: written out in it, or taken from files.
//!
//! A series that is written out is made into YAML and read like any other, so that a test can give nothing that a snapshot
//! could not say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use super::{dotted, problem};
use crate::ast::{
    Assign, EveryDecl, Given, GivenKind, Literal, LiteralKind, Name, TestDecl, TestValue, TestValueKind,
};
use crate::diagnostic::{Diagnostic, Severity};
use crate::point::{Axis, Point};
use crate::snapshot::limits::MAX_BYTES;
use crate::snapshot::{self, Input, Role};
use crate::source::{FileId, SourceMap};
use crate::text::first_few;
use crate::types::Type;
use crate::value::Series;
use crate::vocabulary::{Every, RecordType, Vocabulary, is_weekend};

/// What a series that is written out is called; a test may name its workflow otherwise.
const WORKFLOW: &str = "test";
/// How many snapshots a test may write out: as many as the documents of a snapshot file, which they become.
pub const MAX_SNAPSHOTS: usize = 1_000;
/// How many elements the lists of one value may have, repeats counted.
pub const MAX_ELEMENTS: usize = 10_000;

/// The files that tests take snapshots from, by the file of the test and the name that it gives; or why there are none.
pub type GivenFiles = BTreeMap<(FileId, String), Result<Vec<Input>, String>>;

/// The series that a test gives.
#[derive(Debug)]
pub(super) struct GivenSeries {
    pub(super) judged: Series,
    /// Those of other workflows, by name.
    pub(super) others: Vec<Series>,
}

/// The series that a test gives: that which is judged, and those that `workflows` sees beside it.
pub(super) fn all_series(
    test: &TestDecl,
    vocabulary: &Vocabulary,
    files: &GivenFiles,
    sources: &mut SourceMap,
) -> Result<GivenSeries, Vec<Diagnostic>> {
    let judged = series_of(test, None, vocabulary, files, sources)?;
    let names: BTreeSet<&Arc<str>> = test.given.iter().filter_map(|given| given.workflow.as_ref()).collect();
    let mut others = Vec::new();
    for name in names {
        let given = test.given.iter().find(|given| given.workflow.as_ref() == Some(name));
        if *name == judged.workflow {
            let place = given.map_or(test.span, |given| given.span);
            let message = format!("`{}` is the workflow that is judged here", name.escape_debug());
            return Err(vec![
                problem(message, place, "given as another one").help("give one of them another name"),
            ]);
        }
        others.push(series_of(test, Some(name), vocabulary, files, sources)?);
    }
    Ok(GivenSeries { judged, others })
}

/// Refuses another workflow that nothing would see on the day of judgement: a quota would pass for nothing.
pub(super) fn seen_on(test: &TestDecl, others: &[Series], as_of: Point) -> Result<(), Vec<Diagnostic>> {
    let unseen = |series: &&Series| series.snapshots.first().filter(|first| first.date > as_of).is_some();
    let problems: Vec<Diagnostic> = others
        .iter()
        .filter(unseen)
        .map(|series| {
            let given = test.given.iter().find(|given| given.workflow.as_ref() == Some(&series.workflow));
            let name = series.workflow.escape_debug();
            problem(
                format!("no snapshot of `{name}` is seen: all are later than {as_of}, which is judged"),
                given.map_or(test.span, |given| given.span),
                "given here",
            )
            .help("begin it earlier, or judge a later day with `as of`")
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The series of a workflow that a test names, or of the one that it judges.
fn series_of(
    test: &TestDecl,
    workflow: Option<&Arc<str>>,
    vocabulary: &Vocabulary,
    files: &GivenFiles,
    sources: &mut SourceMap,
) -> Result<Series, Vec<Diagnostic>> {
    let mut yaml = String::new();
    let mut inputs = Vec::new();
    let own = || test.given.iter().filter(|given| given.workflow.as_ref() == workflow);
    for given in own() {
        match &given.kind {
            GivenKind::Series { every, from, assigns } => {
                let quoted = |name: &Arc<str>| serde_json::to_string(&**name).unwrap_or_default();
                let workflow = workflow.map_or_else(|| WORKFLOW.to_owned(), quoted);
                let series = WrittenSeries { workflow, every, from, assigns };
                series.write(vocabulary, sources, &mut yaml).map_err(|problem| vec![*problem])?;
            }
            GivenKind::File(name) => inputs.extend(named(test, given, name, files)?),
        }
    }
    if !yaml.is_empty() {
        let name = format!("{} ({})", sources.name(test.span.file), test.title);
        inputs.push(Input::new(sources.add_part(name, yaml, test.title_span), Role::Given));
    }
    if inputs.is_empty() {
        return Err(vec![nothing_given(test)]);
    }
    let (workflows, found) = snapshot::load(&inputs, sources, vocabulary);
    let errors: Vec<Diagnostic> =
        found.into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
    let given = own().next().map_or(test.span, |given| given.span);
    if !errors.is_empty() {
        return Err(errors.into_iter().map(|error| error.label(given, "given here")).collect());
    }
    if let Some(wanted) = workflow {
        let names = first_few(workflows.iter().map(|workflow| &*workflow.name));
        let mut found = workflows.into_iter().filter(|workflow| workflow.name == *wanted);
        return found.find_map(|workflow| workflow.series).ok_or_else(|| {
            let message = format!("this gives no snapshot of `{}`, but of {names}", wanted.escape_debug());
            vec![problem(message, given, "given here")]
        });
    }
    if workflows.len() > 1 {
        let names = first_few(workflows.iter().map(|workflow| &*workflow.name));
        return Err(vec![
            problem(
                format!("a test judges one workflow, and this gives several: {names}"),
                given,
                "given here",
            )
            .help("give the files of one of them, or write a test for each"),
        ]);
    }
    workflows
        .into_iter()
        .find_map(|workflow| workflow.series)
        .filter(|series| !series.snapshots.is_empty())
        .ok_or_else(|| vec![nothing_given(test)])
}

fn nothing_given(test: &TestDecl) -> Diagnostic {
    problem("the test gives no snapshot", test.span, "nothing to judge")
        .help("`given every 1 week from 2026-01-05 { … }` writes snapshots out, `given file \"…\"` takes them from files")
}

/// The files of a `given file`.
fn named(
    test: &TestDecl,
    given: &Given,
    name: &str,
    files: &GivenFiles,
) -> Result<Vec<Input>, Vec<Diagnostic>> {
    match files.get(&(test.span.file, name.to_owned())) {
        Some(Ok(inputs)) => Ok(inputs.clone()),
        Some(Err(why)) => Err(vec![
            problem(why, given.span, "given here")
                .help("the path is relative to the folder of this file, and stays in the repository"),
        ]),
        None => {
            let why = "the test takes its snapshots from files, which are not available here";
            Err(vec![problem(why, given.span, "given here")])
        }
    }
}

/// A series that a test writes out.
struct WrittenSeries<'t> {
    /// Its name, as YAML has it.
    workflow: String,
    every: &'t EveryDecl,
    from: &'t Literal,
    assigns: &'t [Assign],
}

impl WrittenSeries<'_> {
    /// Writes one YAML document for each snapshot.
    fn write(
        &self,
        vocabulary: &Vocabulary,
        sources: &SourceMap,
        yaml: &mut String,
    ) -> Result<(), Box<Diagnostic>> {
        let Self { workflow, every, from, assigns } = self;
        let axis = vocabulary.axis();
        let every = match every {
            EveryDecl::Length(length) => Every::Ticks(ticks_apart(length, axis)?),
            EveryDecl::Weekday(_) if axis == Axis::Days => Every::Weekday,
            EveryDecl::Weekday(span) => {
                let message = "the snapshots of this series have a time, not just a weekday";
                let problem = problem(message, *span, "is not a length");
                return Err(Box::new(problem.help("write for example `every 1 day`")));
            }
        };
        let start = match (axis, &from.kind) {
            (Axis::Days, LiteralKind::Date(date)) => Some(Point::from(*date)),
            (Axis::Instants, LiteralKind::Time(seconds)) => Point::of_instant(seconds),
            (Axis::Days, _) => {
                return Err(Box::new(problem("`from` takes a date", from.span, "is not a date")));
            }
            (Axis::Instants, _) => {
                let problem = problem("`from` takes a time, as the snapshots do", from.span, "is not a time");
                return Err(Box::new(problem.help("write it as `2026-11-02T14:05Z`")));
            }
        };
        let mut ticks = start.map(Point::ticks);
        if every == Every::Weekday && ticks.is_some_and(is_weekend) {
            let message = "`every weekday` begins on a day from Monday to Friday";
            return Err(Box::new(problem(message, from.span, "a day of the weekend")));
        }
        let length = self.length(&vocabulary.snapshot)?;
        let mut keys = 0;
        for index in 0..length {
            let Some(date) = ticks.and_then(|ticks| axis.in_calendar(ticks)) else {
                return Err(Box::new(problem("the series runs out of the calendar", from.span, "too late")));
            };
            let mut root = RecordDraft::default();
            root.set(&["workflow"], workflow.clone());
            root.set(&["date"], date.to_string());
            ticks = ticks.map(|ticks| every.next(ticks));
            for assign in *assigns {
                let value = assign.values.get(index).or_else(|| assign.values.first());
                let path: Vec<&str> = assign.path.iter().map(|name| &*name.text).collect();
                let ty = field_type(&vocabulary.snapshot, &path);
                if let Some(text) = value.and_then(|value| yaml_of(value, ty, sources, &mut keys)) {
                    root.set(&path, text);
                }
            }
            let _ = writeln!(yaml, "---\n{}", root.write());
            if yaml.len() > MAX_BYTES {
                let message = format!("what is given comes to more than {MAX_BYTES} bytes");
                return Err(Box::new(problem(message, from.span, "given here")));
            }
        }
        Ok(())
    }

    /// How many snapshots it has, where all that it gives is for snapshots and not too much.
    fn length(&self, snapshot: &RecordType) -> Result<usize, Box<Diagnostic>> {
        let Self { assigns, from, .. } = self;
        if let Some(problem) = assigns.iter().find_map(|assign| within_a_list(assign, snapshot)) {
            return Err(Box::new(problem));
        }
        let length = assigns.iter().map(|assign| assign.values.len()).max().unwrap_or(1);
        if length > MAX_SNAPSHOTS {
            return Err(Box::new(problem(
                format!("more than {MAX_SNAPSHOTS} snapshots"),
                from.span,
                "given here",
            )));
        }
        if let Some(short) =
            assigns.iter().find(|assign| !matches!(assign.values.len(), 1) && assign.values.len() != length)
        {
            let message =
                format!("`{}` has {} values for {length} snapshots", dotted(&short.path), short.values.len());
            return Err(Box::new(problem(
                message,
                short.span,
                "one value a snapshot, or a single one for all",
            )));
        }
        let values = assigns.iter().flat_map(|assign| &assign.values);
        if let Some(large) = values.into_iter().find(|value| elements_in(value) > MAX_ELEMENTS) {
            return Err(Box::new(problem(
                format!("more than {MAX_ELEMENTS} elements"),
                large.span,
                "given here",
            )));
        }
        Ok(length)
    }
}

/// How far apart two snapshots lie.
fn ticks_apart(length: &Literal, axis: Axis) -> Result<i64, Box<Diagnostic>> {
    let LiteralKind::Duration(seconds) = &length.kind else {
        return Err(Box::new(problem(
            "`every` takes a length in days or weeks",
            length.span,
            "is not a length",
        )));
    };
    let ticks = axis.ticks(seconds).filter(|ticks| *ticks > 0 && axis.is_whole(seconds));
    ticks.ok_or_else(|| {
        let (message, label) = match axis {
            Axis::Days => ("snapshots must be whole days apart", "is not a number of days"),
            Axis::Instants => ("snapshots must be at least a microsecond apart", "is too short"),
        };
        Box::new(problem(message, length.span, label))
    })
}

/// How many elements a value comes to, with its repeats.
fn elements_in(value: &TestValue) -> usize {
    match &value.kind {
        TestValueKind::Missing
        | TestValueKind::Literal(_)
        | TestValueKind::Range(..)
        | TestValueKind::Counts(..)
        | TestValueKind::Word(_) => 1,
        TestValueKind::Record(fields) => {
            fields.iter().fold(1, |sum: usize, (_, value)| sum.saturating_add(elements_in(value)))
        }
        TestValueKind::List(elements) => elements.iter().fold(1, |sum: usize, (times, element)| {
            sum.saturating_add((*times as usize).saturating_mul(elements_in(element)))
        }),
    }
}

/// Records under construction: text at the leaves.
#[derive(Default)]
struct RecordDraft {
    leaf: Option<String>,
    fields: BTreeMap<String, RecordDraft>,
}

impl RecordDraft {
    fn set(&mut self, path: &[&str], text: String) {
        match path.split_first() {
            Some((first, rest)) => self.fields.entry((*first).to_owned()).or_default().set(rest, text),
            None => self.leaf = Some(text),
        }
    }

    fn write(&self) -> String {
        if let Some(leaf) = &self.leaf {
            return leaf.clone();
        }
        let fields: Vec<String> =
            self.fields.iter().map(|(name, tree)| format!("{name}: {}", tree.write())).collect();
        format!("{{ {} }}", fields.join(", "))
    }
}

fn field_type<'v>(record: &'v RecordType, path: &[&str]) -> Option<&'v Type> {
    let (first, rest) = path.split_first()?;
    let (_, field) = record.field(first)?;
    match field.ty.record() {
        Some(inner) if !rest.is_empty() => field_type(inner, rest),
        Some(_) | None => Some(&field.ty),
    }
}

/// `outputs.light = true`, where `outputs` is a list: its elements have such a field, given or computed, and not the list.
fn within_a_list(assign: &Assign, snapshot: &RecordType) -> Option<Diagnostic> {
    let path: Vec<&str> = assign.path.iter().map(|name| &*name.text).collect();
    let at = (1..path.len())
        .find(|at| path.get(..*at).and_then(|path| field_type(snapshot, path)).is_some_and(is_list))?;
    let (list, whole) = (path.get(..at)?.join("."), path.join("."));
    let message = format!("`{list}` is a list, so `{whole}` cannot be set by itself");
    Some(problem(message, assign.span, "within a list").help(format!(
        "give the elements, as in `{list} = [{{ … }}]`; a field that a policy computes of them follows from the others"
    )))
}

fn is_list(ty: &Type) -> bool {
    matches!(ty, Type::List(_))
}

/// A given value in flow style; none where it is missing. `keys` counts those that were generated for the whole series:
/// a window that pools snapshots would take elements of one key for one.
fn yaml_of(value: &TestValue, ty: Option<&Type>, sources: &SourceMap, keys: &mut usize) -> Option<String> {
    match &value.kind {
        TestValueKind::Missing => None,
        TestValueKind::Word(name) => Some(name.text.to_string()),
        TestValueKind::Literal(LiteralKind::Text(text)) => serde_json::to_string(&**text).ok(),
        TestValueKind::Literal(_) => Some(sources.text(value.span).to_owned()),
        TestValueKind::Range(low, high) => {
            Some(format!("{} to {}", sources.text(low.span), sources.text(high.span)))
        }
        TestValueKind::Counts(part, whole) => {
            Some(format!("{} of {}", sources.text(part.span), sources.text(whole.span)))
        }
        TestValueKind::Record(fields) => {
            let record = ty.and_then(Type::record);
            let mut field = |(name, value): &(Name, TestValue)| {
                let ty = record.and_then(|record| record.field(&name.text)).map(|(_, field)| &field.ty);
                Some(format!("{}: {}", name.text, yaml_of(value, ty, sources, keys)?))
            };
            let fields: Vec<String> = fields.iter().filter_map(&mut field).collect();
            Some(format!("{{ {} }}", fields.join(", ")))
        }
        TestValueKind::List(elements) => {
            let repeated = elements.iter().flat_map(|(times, element)| (0..*times).map(move |_| element));
            let element_type = ty.and_then(Type::element);
            let elements: Vec<String> =
                repeated.filter_map(|element| keyed(element, element_type, sources, keys)).collect();
            Some(format!("[{}]", elements.join(", ")))
        }
    }
}

/// An element of a list, with a generated key where its type has one that it does not give.
fn keyed(element: &TestValue, ty: Option<&Type>, sources: &SourceMap, keys: &mut usize) -> Option<String> {
    let text = yaml_of(element, ty, sources, keys)?;
    let key = ty.and_then(Type::record).and_then(|record| record.fields.iter().find(|field| field.key));
    match (key, &element.kind) {
        (Some(key), TestValueKind::Record(fields))
            if !fields.iter().any(|(name, _)| name.text == key.name) =>
        {
            let rest = text.trim_start_matches('{').trim_start();
            let comma = if fields.is_empty() { "" } else { ", " };
            *keys += 1;
            Some(format!("{{ {}: {keys}{comma}{rest}", key.name))
        }
        _ => Some(text),
    }
}
