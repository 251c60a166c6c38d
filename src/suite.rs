//! Runs `test` blocks: makes the snapshots that a test gives, judges them with the engine's own parts, and holds what came
//! out against what the test expects.

pub mod coverage;
mod expect;
mod given;

use std::borrow::Cow;

use crate::ast::{ExprId, ListMember, LiteralKind, Name, ParamLiteral, TestDecl, WithParam};
use crate::check::{Unfit, list_for_param, value_for_param};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::eval::{Fleet, Judged, Rulebook, RunBudget, SeenSnapshots, decided, judge_workflow, observe};
use crate::point::{Axis, Point};
use crate::program::{Param, ParamValue, Program};
use crate::report::testing::{Failure, RuleSeen, SnapshotSeen, ValueSeen};
use crate::report::why::{Reading, WorkflowVerdict};
use crate::report::{Decision, Outcome};
use crate::settings::{ParamSetting, Settings, Timeline};
use crate::source::{SourceMap, Span};
use crate::value::Series;
use crate::vocabulary::Vocabulary;
use crate::words::{reading, remark};

use expect::{Met, held_against};
use given::GivenSeries;
pub use given::{GivenFiles, MAX_ELEMENTS, MAX_SNAPSHOTS};

/// How many snapshots are looked at again to say what a rule saw.
const MAX_SEEN: usize = 60;

/// What tests are run with.
#[derive(Clone, Copy, Debug)]
pub struct Bench<'a> {
    pub program: &'a Program,
    /// As far as a test says nothing else.
    pub settings: &'a Settings,
    pub files: &'a GivenFiles,
    /// Whether to find out which conditions decided.
    pub coverage: bool,
    /// What all tests together may cost.
    pub run: &'a RunBudget,
}

/// A test that ran.
#[derive(Debug)]
pub struct Trial {
    pub title: String,
    /// The whole block.
    pub span: Span,
    /// What was not as expected, or kept the test from running; a test without any has passed.
    pub failures: Vec<Failure>,
    /// How each rule came out, by name.
    pub outcomes: Vec<(String, Outcome)>,
    /// What expectations of single rules were met: what coverage is counted from.
    pub met: Vec<MetExpectation>,
}

/// A rule that came out as a test expects.
#[derive(Clone, Debug)]
pub struct MetExpectation {
    pub rule: String,
    pub outcome: Outcome,
    /// The conditions that decided it, and whether by being yes; only where coverage was asked for.
    pub decided: Vec<(ExprId, bool)>,
}

impl Trial {
    /// Whether all was as expected.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Runs one test.
pub fn run_test_decl(test: &TestDecl, bench: &Bench<'_>, sources: &mut SourceMap) -> Trial {
    let mut trial = Trial {
        title: test.title.to_string(),
        span: test.span,
        failures: Vec::new(),
        outcomes: Vec::new(),
        met: Vec::new(),
    };
    if test.expect.is_empty() {
        let diagnostic = problem("the test expects nothing", test.span, "it could not fail")
            .help("say how a rule comes out, as in `expect policy.rule passes`, or `expect decision hold`");
        trial.failures.push(Failure { diagnostic, seen: None });
        return trial;
    }
    let program = &*admitting(&test.with, bench.program);
    let set = set_params(&test.with, program, bench.settings.clone());
    let given = set
        .and_then(|settings| Ok((settings, prepare(test, &bench.program.vocabulary, bench.files, sources)?)));
    let failures = match given {
        Err(diagnostics) => {
            diagnostics.into_iter().map(|diagnostic| Failure { diagnostic, seen: None }).collect()
        }
        Ok((settings, prepared)) => {
            let run = bench.run;
            let fleet = prepared.fleet(program, &settings);
            let rulebook =
                Rulebook { program, settings: &settings, waivers: &[], sources, fleet: &fleet, run };
            let (series, as_of) = (&prepared.given.judged, prepared.as_of);
            let case = TestCase { rulebook, series, as_of, coverage: bench.coverage };
            case.run(test, &mut trial)
        }
    };
    trial.failures = failures;
    trial
}

/// A test whose snapshots were read: they can be judged by any program of the same vocabulary.
#[derive(Debug)]
pub(crate) struct Prepared<'t> {
    pub(crate) test: &'t TestDecl,
    given: GivenSeries,
    as_of: Point,
}

/// Reads the snapshots that a test gives.
pub(crate) fn prepare<'t>(
    test: &'t TestDecl,
    vocabulary: &Vocabulary,
    files: &GivenFiles,
    sources: &mut SourceMap,
) -> Result<Prepared<'t>, Vec<Diagnostic>> {
    let given = given::all_series(test, vocabulary, files, sources)?;
    let as_of = point_of(test, &given.judged).map_err(|problem| vec![*problem])?;
    given::seen_on(test, &given.others, as_of)?;
    Ok(Prepared { test, given, as_of })
}

impl Prepared<'_> {
    /// Judges the snapshots, with these settings as far as the test says nothing else.
    pub(crate) fn judge(
        &self,
        program: &Program,
        settings: Settings,
        sources: &SourceMap,
    ) -> Result<WorkflowVerdict, Vec<Diagnostic>> {
        let program = &*admitting(&self.test.with, program);
        let settings = set_params(&self.test.with, program, settings)?;
        // Mutants have limits of their own: how many are tried, and how often.
        let run = RunBudget::unbounded();
        let fleet = self.fleet(program, &settings);
        let rulebook =
            Rulebook { program, settings: &settings, waivers: &[], sources, fleet: &fleet, run: &run };
        sound(judge_workflow(&rulebook, &self.given.judged, self.as_of, false))
    }

    /// What `workflows` sees: the workflow that is judged, and the others that are given.
    fn fleet(&self, program: &Program, settings: &Settings) -> Fleet {
        let mut fleet = Fleet::default();
        for series in
            self.given.others.iter().chain([&self.given.judged]).filter(|_| program.reads_workflows())
        {
            let seen = SeenSnapshots::of(&program.vocabulary, settings, series);
            fleet.add(series.workflow.clone(), Some(seen), None);
        }
        fleet
    }

    /// Whether everything that the test expects is so.
    pub(crate) fn passes(&self, program: &Program, sources: &SourceMap) -> bool {
        let Ok(verdict) = self.judge(program, Settings::declared(program), sources) else { return false };
        let is_met = |expect| matches!(held_against(expect, &verdict, program, sources), Met::Yes(_));
        self.test.expect.iter().all(is_met)
    }
}

/// A test about to run.
struct TestCase<'a> {
    rulebook: Rulebook<'a>,
    series: &'a Series,
    as_of: Point,
    coverage: bool,
}

impl TestCase<'_> {
    fn run(&self, test: &TestDecl, trial: &mut Trial) -> Vec<Failure> {
        let verdict = match sound(judge_workflow(&self.rulebook, self.series, self.as_of, false)) {
            Ok(verdict) => verdict,
            Err(diagnostics) => {
                return diagnostics
                    .into_iter()
                    .map(|diagnostic| Failure { diagnostic, seen: None })
                    .collect();
            }
        };
        let mut failures = Vec::new();
        for expect in &test.expect {
            match held_against(expect, &verdict, self.rulebook.program, self.rulebook.sources) {
                Met::Yes(None) => {}
                Met::Yes(Some((rule, outcome))) => {
                    let decided = if self.coverage { self.decided(&rule) } else { Vec::new() };
                    trial.met.push(MetExpectation { rule, outcome, decided });
                }
                Met::No(diagnostic, rule) => {
                    let seen = rule.and_then(|rule| self.seen(&rule));
                    failures.push(Failure { diagnostic: *diagnostic, seen });
                }
            }
        }
        trial.outcomes = verdict.rules.into_iter().map(|rule| (rule.rule, rule.outcome)).collect();
        failures
    }

    fn decided(&self, rule: &str) -> Vec<(ExprId, bool)> {
        self.index(rule)
            .map(|rule| decided(&self.rulebook, &self.series.snapshots, self.as_of, rule))
            .unwrap_or_default()
    }

    fn index(&self, rule: &str) -> Option<usize> {
        self.rulebook.program.rules.iter().position(|known| *known.name == *rule)
    }

    /// What a rule would have seen on the day of each snapshot, when nothing later had been written, and in the end.
    fn seen(&self, rule: &str) -> Option<RuleSeen> {
        let index = self.index(rule)?;
        let all = &self.series.snapshots;
        let earlier = all.len().saturating_sub(MAX_SEEN);
        let seen = (earlier..all.len()).filter_map(|at| {
            let then = all.get(..=at)?;
            let date = then.last()?.date;
            let day = if then.len() == all.len() { self.as_of } else { date };
            let (outcome, values) = observe(&self.rulebook, then, day, index);
            let values = values.iter().map(|seen| value_seen(seen, self.rulebook.sources)).collect();
            Some(SnapshotSeen { date: date.to_string(), outcome, values })
        });
        Some(RuleSeen { rule: rule.to_owned(), earlier, snapshots: seen.collect() })
    }
}

/// A judgement that came to a verdict; else why it did not.
fn sound(judged: Judged) -> Result<WorkflowVerdict, Vec<Diagnostic>> {
    let Judged { verdict, remarks, .. } = judged;
    match verdict.decision {
        Decision::Error => Err(remarks.iter().map(|one| remark(one, &verdict.workflow)).collect()),
        Decision::Retired | Decision::Continue | Decision::Advance | Decision::Hold | Decision::Rollback => {
            Ok(verdict)
        }
    }
}

/// An expression on one line, and its value.
fn value_seen((span, value): &(Span, Reading), sources: &SourceMap) -> ValueSeen {
    let expression = sources.one_line(*span);
    ValueSeen { expression, value: reading(value) }
}

/// Whether a name may be missing because its policy has errors, which are reported.
fn is_unsure(name: &str, program: &Program) -> bool {
    name.split_once('.').is_some_and(|(policy, _)| program.unsure.contains(policy))
}

fn problem(message: impl Into<String>, span: Span, label: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::UnrunnableTest, message).label(span, label)
}

/// The day or instant of judgement: what the test says, or the newest snapshot's.
fn point_of(test: &TestDecl, series: &Series) -> Result<Point, Box<Diagnostic>> {
    let newest = series.snapshots.last().map(|snapshot| snapshot.date).unwrap_or_default();
    let Some(literal) = &test.as_of else { return Ok(newest) };
    let wrong = |message: &str, label: &str| Err(Box::new(problem(message, literal.span, label)));
    let (as_of, what) = match (newest.axis(), &literal.kind) {
        (Axis::Days, LiteralKind::Date(date)) => (Some((*date).into()), "day"),
        (Axis::Instants, LiteralKind::Date(date)) => (Some(Point::last_second(*date)), "time"),
        (Axis::Instants, LiteralKind::Time(seconds)) => (Point::of_instant(seconds), "time"),
        (Axis::Instants, _) => return wrong("`as of` takes a time or a date", "is none"),
        (Axis::Days, _) => return wrong("`as of` takes a date", "is none"),
    };
    match as_of {
        None => wrong("snapshot times are exact to the microsecond", "finer than that"),
        Some(as_of) if as_of < newest => {
            wrong(&format!("the {what} of judgement is before the newest snapshot"), "earlier")
        }
        Some(as_of) => Ok(as_of),
    }
}

/// The program with an entry for each text that `with` sets in a table and the policy does not name, as `tollgate.yaml` has it.
fn admitting<'p>(with: &[WithParam], program: &'p Program) -> Cow<'p, Program> {
    let mut program = Cow::Borrowed(program);
    for WithParam { path, key, .. } in with {
        let Some(key) = key else { continue };
        let name = dotted(path);
        let table = program.tables.iter().position(|table| {
            table.by_texts && *table.name == *name && !table.entries.contains_key(&key.text)
        });
        if let Some(table) = table {
            program.to_mut().add_entry(table, &key.text);
        }
    }
    program
}

/// Puts the values of `with` in force, each within its declared range.
fn set_params(
    with: &[WithParam],
    program: &Program,
    mut settings: Settings,
) -> Result<Settings, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    // What only the test names holds as `else` does until it is set.
    for param in program.params.iter().skip(settings.params.len()) {
        let of_else =
            param.follows.and_then(|at| settings.params.get(at)).map(|steps| steps.on(i64::MIN).clone());
        let steps = of_else.map(|of_else| Timeline::always(ParamSetting { by_else: true, ..of_else }));
        settings.params.extend(steps);
    }
    for WithParam { path, key, value, span } in with {
        let name = match key {
            Some(key) => format!("{}[{:?}]", dotted(path), key.text),
            None => dotted(path),
        };
        let known = program.param_named(&name);
        let both = known.and_then(|at| Some((program.params.get(at)?, settings.params.get_mut(at)?)));
        let Some((param, steps)) = both else {
            if is_unsure(&name, program) {
                let message = format!("`{name}` cannot be set: its policy has errors");
                problems.push(problem(message, *span, "set here"));
                continue;
            }
            let names = program.params.iter().map(|param| &*param.name);
            let help = did_you_mean(&name, names).map(|name| format!("did you mean `{name}`?"));
            problems
                .push(problem(format!("there is no param `{name}`"), *span, "not declared").maybe_help(help));
            continue;
        };
        let unfit = match fitted(param, value) {
            Ok(value) => {
                let declared = steps.on(i64::MIN).clone();
                *steps = Timeline::always(ParamSetting { value, origin: *span, by_else: false, ..declared });
                follow(program, &mut settings, known);
                continue;
            }
            Err((Unfit::Range, place)) => {
                problem(format!("the value of `{name}` is outside its range"), place, "not allowed")
            }
            Err((
                unfit @ (Unfit::Type
                | Unfit::Window(_)
                | Unfit::Snapshots
                | Unfit::Population
                | Unfit::Confidence
                | Unfit::Percentile
                | Unfit::Member
                | Unfit::Twice),
                place,
            )) => {
                let label = if unfit == Unfit::Twice { "once more here" } else { "does not fit" };
                problem(format!("`{name}` {}", unfit.demand(&param.ty)), place, label)
            }
        };
        problems.push(unfit.label(param.decl.span, "declared here"));
    }
    if problems.is_empty() { Ok(settings) } else { Err(problems) }
}

/// The value that a test gives a param; why it fits not, and where.
fn fitted(param: &Param, value: &ParamLiteral) -> Result<ParamValue, (Unfit, Span)> {
    match value {
        ParamLiteral::Single(literal) => {
            value_for_param(param, &literal.kind).map_err(|unfit| (unfit, literal.span))
        }
        ParamLiteral::List(members, span) => list_for_param(param, members)
            .map_err(|(unfit, at)| (unfit, members.get(at).map_or(*span, ListMember::span))),
        ParamLiteral::Table(_, span) => Err((Unfit::Type, *span)),
    }
}

/// Gives the entries of a table that nobody has set what `else` was set to.
fn follow(program: &Program, settings: &mut Settings, set: Option<usize>) {
    let Some(of_else) = set.and_then(|at| settings.params.get(at)).map(|steps| steps.on(i64::MIN).clone())
    else {
        return;
    };
    let followers = program.params.iter().zip(&mut settings.params);
    for (_, steps) in followers.filter(|(param, steps)| param.follows == set && steps.on(i64::MIN).by_else) {
        *steps = Timeline::always(ParamSetting { by_else: true, ..of_else.clone() });
    }
}

/// A name of several words, as it is written.
pub(crate) fn dotted(path: &[Name]) -> String {
    path.iter().map(|name| &*name.text).collect::<Vec<_>>().join(".")
}
