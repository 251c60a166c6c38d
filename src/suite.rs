//! Runs `test` blocks: makes the snapshots that a test gives, judges them with the engine's own parts, and holds what came
//! out against what the test expects.
//!
//! A given series is written as YAML and read like any other, so that a test can give nothing that a snapshot could not
//! say.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::ast::{
    Assign, Expect, ExpectKind, File, GivenKind, Item, Literal, LiteralKind, Name, Outcome as Expected,
};
use crate::ast::{TestDecl, TestValue, TestValueKind, WithParam};
use crate::check::{Unfit, value_for_param};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::eval::{Rulebook, judge_workflow};
use crate::program::Program;
use crate::report::{Decision, Outcome, WorkflowReport};
use crate::settings::{LADDER, Settings, rule_names};
use crate::snapshot::{self, Input, Role};
use crate::source::{SourceMap, Span};
use crate::types::Type;
use crate::value::{DAY, Date, Number, Series, date_of_day, day_number};
use crate::vocabulary::{RecordType, Vocabulary};

/// What a generated series is called; a test may name its workflow otherwise.
const WORKFLOW: &str = "test";
/// How many snapshots a test may give.
pub const MAX_SNAPSHOTS: usize = 10_000;
/// How many elements the lists of one value may have, repeats counted.
pub const MAX_ELEMENTS: usize = 10_000;

/// A test that ran.
#[derive(Debug)]
pub struct Trial {
    pub title: String,
    /// The whole block.
    pub span: Span,
    /// What was not as expected, or kept the test from running; a test without any has passed.
    pub diagnostics: Vec<Diagnostic>,
    /// How each rule came out, by name: what coverage is counted from.
    pub outcomes: Vec<(String, Outcome)>,
}

/// Runs every test of the files, in the order in which they stand there.
pub fn run(files: &[File], program: &Program, sources: &mut SourceMap) -> Vec<Trial> {
    let tests = files.iter().flat_map(|file| &file.items).filter_map(|item| match item {
        Item::Test(test) => Some(test),
        Item::Stages(_) | Item::Snapshot(_) | Item::Policy(_) | Item::Broken(_) => None,
    });
    let declared = Settings::declared(program);
    tests.map(|test| run_test_decl(test, program, &declared, sources)).collect()
}

/// Runs one test, with these settings as far as it says nothing else.
pub fn run_test_decl(
    test: &TestDecl,
    program: &Program,
    settings: &Settings,
    sources: &mut SourceMap,
) -> Trial {
    let mut trial = Trial {
        title: test.title.to_string(),
        span: test.span,
        diagnostics: Vec::new(),
        outcomes: Vec::new(),
    };
    let judged = set_params(&test.with, program, settings.clone()).and_then(|settings| {
        let prepared = prepare(test, &program.vocabulary, sources)?;
        Ok(prepared.judge_by(program, &settings, sources))
    });
    match judged {
        Err(diagnostics) => trial.diagnostics = diagnostics,
        Ok(report) => {
            for expect in &test.expect {
                trial.diagnostics.extend(unmet(expect, &report, program));
            }
            trial.outcomes = report.rules.into_iter().map(|rule| (rule.rule, rule.outcome)).collect();
        }
    }
    trial.diagnostics.iter_mut().for_each(|diagnostic| diagnostic.write_fix(sources));
    trial
}

fn problem(message: impl Into<String>, span: Span, label: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::T602, message).label(span, label)
}

/// Puts the values of `with` in force, each within its declared range.
fn set_params(
    with: &[WithParam],
    program: &Program,
    mut settings: Settings,
) -> Result<Settings, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    for WithParam { path, value, span } in with {
        let name = dotted(path);
        let known = program.params.iter().position(|param| *param.name == *name);
        let both = known.and_then(|at| Some((program.params.get(at)?, settings.params.get_mut(at)?)));
        let Some((param, setting)) = both else {
            let names = program.params.iter().map(|param| &*param.name);
            let help = did_you_mean(&name, names).map(|name| format!("did you mean `{name}`?"));
            problems
                .push(problem(format!("there is no param `{name}`"), *span, "not declared").maybe_help(help));
            continue;
        };
        let unfit = match value_for_param(param, &value.kind) {
            Ok(set) => {
                setting.value = set;
                setting.origin = *span;
                continue;
            }
            Err(Unfit::Range) => {
                problem(format!("the value of `{name}` is outside its range"), value.span, "not allowed")
            }
            Err(unfit @ (Unfit::Type | Unfit::Window | Unfit::Confidence | Unfit::Percentile)) => {
                problem(format!("`{name}` {}", unfit.demand(&param.ty)), value.span, "is none")
            }
        };
        problems.push(unfit.label(param.decl.span, "declared here"));
    }
    if problems.is_empty() { Ok(settings) } else { Err(problems) }
}

/// A test whose snapshots were read: they can be judged by any program of the same vocabulary.
#[derive(Debug)]
pub struct Prepared<'t> {
    pub test: &'t TestDecl,
    series: Series,
    as_of: Date,
}

impl Prepared<'_> {
    /// Judges the snapshots, with these settings as far as the test says nothing else.
    ///
    /// # Errors
    /// If the test sets a param to what it cannot be.
    pub fn judge(
        &self,
        program: &Program,
        settings: Settings,
        sources: &SourceMap,
    ) -> Result<WorkflowReport, Vec<Diagnostic>> {
        let settings = set_params(&self.test.with, program, settings)?;
        Ok(self.judge_by(program, &settings, sources))
    }

    fn judge_by(&self, program: &Program, settings: &Settings, sources: &SourceMap) -> WorkflowReport {
        let rulebook = Rulebook { program, settings, waivers: &[], sources };
        judge_workflow(&rulebook, &self.series, self.as_of, false).report
    }
}

/// Reads the series that a test gives.
///
/// # Errors
/// If it gives none, or what no snapshot could say.
pub fn prepare<'t>(
    test: &'t TestDecl,
    vocabulary: &Vocabulary,
    sources: &mut SourceMap,
) -> Result<Prepared<'t>, Vec<Diagnostic>> {
    let mut yaml = String::new();
    for given in &test.given {
        match &given.kind {
            GivenKind::Series { every, from, assigns } => {
                write_series(every, from, assigns, vocabulary, sources, &mut yaml)
                    .map_err(|problem| vec![*problem])?;
            }
            GivenKind::File(_) => {
                return Err(vec![problem(
                    "a test cannot take its snapshots from files yet",
                    given.span,
                    "write them out",
                )]);
            }
        }
    }
    let name = format!("{} ({})", sources.name(test.span.file), test.title);
    let file = sources.add(name, yaml);
    let (workflows, found) =
        snapshot::load(&[Input::new(file, Role::Snapshot)], sources, vocabulary);
    let errors: Vec<Diagnostic> =
        found.into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
    if !errors.is_empty() {
        let given = test.given.first().map_or(test.span, |given| given.span);
        return Err(errors.into_iter().map(|error| error.label(given, "given here")).collect());
    }
    let Some(series) = workflows.into_iter().next().and_then(|workflow| workflow.series) else {
        return Err(vec![problem("the test gives no snapshot", test.span, "nothing to judge")]);
    };
    let newest = series.snapshots.last().map_or(Date::default(), |snapshot| snapshot.date);
    let as_of = match test.as_of.as_ref().map(|literal| (&literal.kind, literal.span)) {
        None => newest,
        Some((LiteralKind::Date(date), span)) if *date < newest => {
            return Err(vec![problem("the day of judgement is before the newest snapshot", span, "earlier")]);
        }
        Some((LiteralKind::Date(date), _)) => *date,
        Some((_, span)) => return Err(vec![problem("`as of` takes a date", span, "is none")]),
    };
    Ok(Prepared { test, series, as_of })
}

/// Writes one YAML document for each snapshot of a series.
fn write_series(
    every: &Literal,
    from: &Literal,
    assigns: &[Assign],
    vocabulary: &Vocabulary,
    sources: &SourceMap,
    yaml: &mut String,
) -> Result<(), Box<Diagnostic>> {
    let LiteralKind::Duration(every_seconds) = &every.kind else {
        return Err(Box::new(problem("`every` takes a length in days or weeks", every.span, "is none")));
    };
    let days = every_seconds / Number::from(DAY);
    let days = i64::try_from(days.floor()).ok().filter(|whole| *whole > 0 && days.is_int());
    let Some(days) = days else {
        return Err(Box::new(problem("snapshots lie whole days apart", every.span, "is no number of days")));
    };
    let LiteralKind::Date(start) = from.kind else {
        return Err(Box::new(problem("`from` takes a date", from.span, "is none")));
    };
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
        return Err(Box::new(problem(message, short.span, "one value a snapshot, or a single one for all")));
    }
    let mut keys = 0;
    let values = assigns.iter().flat_map(|assign| &assign.values);
    if let Some(large) = values.into_iter().find(|value| elements_in(value) > MAX_ELEMENTS) {
        return Err(Box::new(problem(
            format!("more than {MAX_ELEMENTS} elements"),
            large.span,
            "given here",
        )));
    }
    for index in 0..length {
        let day = day_number(start) + days * i64::try_from(index).unwrap_or(i64::MAX);
        let Some(date) = date_of_day(day) else {
            return Err(Box::new(problem("the series runs out of the calendar", from.span, "too late")));
        };
        let mut root = Tree::default();
        root.set(&["workflow"], WORKFLOW.to_owned());
        root.set(&["date"], date.to_string());
        for assign in assigns {
            let value = assign.values.get(index).or_else(|| assign.values.first());
            let path: Vec<&str> = assign.path.iter().map(|name| &*name.text).collect();
            let ty = field_type(&vocabulary.snapshot, &path);
            if let Some(text) = value.and_then(|value| yaml_of(value, ty, sources, &mut keys)) {
                root.set(&path, text);
            }
        }
        let _ = writeln!(yaml, "---\n{}", root.write());
    }
    Ok(())
}

/// How many elements a value comes to, with its repeats.
fn elements_in(value: &TestValue) -> usize {
    match &value.kind {
        TestValueKind::Missing | TestValueKind::Literal(_) | TestValueKind::Word(_) => 1,
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
struct Tree {
    leaf: Option<String>,
    fields: BTreeMap<String, Tree>,
}

impl Tree {
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

/// A given value in flow style; none where it is missing. `keys` counts those that were generated for the whole series:
/// a window that pools snapshots would take elements of one key for one.
fn yaml_of(value: &TestValue, ty: Option<&Type>, sources: &SourceMap, keys: &mut usize) -> Option<String> {
    match &value.kind {
        TestValueKind::Missing => None,
        TestValueKind::Word(name) => Some(name.text.to_string()),
        TestValueKind::Literal(LiteralKind::Text(text)) => serde_json::to_string(&**text).ok(),
        TestValueKind::Literal(_) => Some(sources.text(value.span).to_owned()),
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

fn dotted(path: &[Name]) -> String {
    path.iter().map(|name| &*name.text).collect::<Vec<_>>().join(".")
}

/// What an expectation and the verdict disagree about.
pub fn unmet(expect: &Expect, report: &WorkflowReport, program: &Program) -> Option<Diagnostic> {
    match &expect.kind {
        ExpectKind::Decision(name) => {
            let decision = report.decision.as_str();
            let all = Decision::ALL.map(Decision::as_str);
            if !all.contains(&&*name.text) {
                let message = format!("`{}` is no decision", name.text);
                let unknown = problem(message, name.span, "expected here");
                let help = format!("the decisions are {}", all.join(", "));
                return Some(unknown.help(help).meant(name.span, did_you_mean(&name.text, all)));
            }
            (*name.text != *decision).then(|| {
                let decided: Vec<String> = report
                    .rules
                    .iter()
                    .filter(|rule| rule.applied.is_some())
                    .map(|rule| format!("`{}` {}", rule.rule, rule.outcome.as_str()))
                    .collect();
                let why = if decided.is_empty() { "no rule stops it".to_owned() } else { decided.join(", ") };
                Diagnostic::error(Code::T601, format!("the decision is {decision}, not {}", name.text))
                    .label(expect.span, format!("it is {decision}"))
                    .help(why)
            })
        }
        ExpectKind::Rule(path, expected) => {
            let name = dotted(path);
            let Some(rule) = report.rules.iter().find(|rule| rule.rule == name) else {
                let ladder = LADDER.iter().any(|(known, _)| *known == name);
                if ladder && matches!(expected, Expected::Passes | Expected::NotApplicable) {
                    return None;
                }
                let close = did_you_mean(&name, rule_names(program)).filter(|_| !ladder);
                let help = close.map(|name| format!("did you mean `{name}`?"));
                let message = if ladder {
                    format!("`{name}` did not fire")
                } else {
                    format!("there is no rule `{name}`")
                };
                return Some(problem(message, expect.span, "expected here").maybe_help(help));
            };
            let wanted = match expected {
                Expected::Passes => Outcome::Pass,
                Expected::Fails => Outcome::Fail,
                Expected::Undecided => Outcome::Undecided,
                Expected::NotApplicable => Outcome::NotApplicable,
            };
            (rule.outcome != wanted).then(|| {
                let word = |outcome: Outcome| outcome.as_str().replace('_', " ");
                let message = format!("`{name}`: expected {}, got {}", word(wanted), word(rule.outcome));
                let saw: Vec<String> = rule
                    .evidence
                    .iter()
                    .map(|seen| format!("`{}` is {}", seen.expression, seen.value))
                    .collect();
                let mut diagnostic = Diagnostic::error(Code::T601, message)
                    .label(expect.span, format!("it is {}", word(rule.outcome)))
                    .maybe_help((!saw.is_empty()).then(|| saw.join("; ")));
                diagnostic.labels.extend(rule.labels.iter().cloned());
                diagnostic
            })
        }
    }
}
