//! The engine: load, parse, check, judge, and nothing else.
//!
//! Pure: it is given texts and a day, and knows no file system, no clock and no output format.

mod against;
mod bases;
mod impact;
mod in_force;
mod lint;
mod overview;
mod policies;
mod suites;
mod total;

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::ast::{ExprIds, File};
use crate::check::{check, check_with};
use crate::code::Code;
use crate::config;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::eval::{Judged, Lift, Rulebook, judge_workflow};
use crate::history::history_of;
use crate::layers::{Book, days_left, no_rollback, settle};
use crate::parse::parse;
use crate::program::Program;
use crate::report::{
    Decision, DiagnosticReport, History, Report, VERSION, WaiverReport, WorkflowHistory, WorkflowReport,
    full_name, line_of,
};
use crate::snapshot::{self, Input, Role, Workflow};
use crate::source::{FileId, SourceMap, Span};
use crate::text::first_few;
use crate::value::{Date, Located, Series, Snapshot};
use crate::vocabulary::Vocabulary;

pub use against::{Sides, judge_against};
pub use impact::{Impact, impact};
pub use in_force::{InForce, ProjectInForce, in_force};
pub use lint::{Linted, lint};
pub use overview::{Surveyed, survey};
pub use total::Denied;
use total::{exit_code, has_errors, nothing_judged, summarise};

pub use policies::{Compiled, read_policies};
pub use suites::{
    CompiledSuite, GivenTexts, Suite, Suites, TestGroup, TestOptions, TestRun, TestedFile, compile_suite,
    files_given, run_tests,
};

/// A file that somebody else has read, or tried to.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// As people know it: relative to the repository, with `/`.
    pub name: String,
    /// Its bytes, or why there are none, to be read behind «the file».
    pub content: Result<Vec<u8>, String>,
}

/// Everything that a judgement reads.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Holds the configurations already, since these say where the other files are.
    pub sources: SourceMap,
    /// By name.
    pub projects: Vec<Project>,
    /// What kept projects from being found at all.
    pub problems: Vec<Diagnostic>,
    /// The tests beside the policies, where the project's own policies are to be linted.
    pub lint: Option<Vec<TextFile>>,
}

/// What is judged by one configuration with its bases.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The folder of the configuration; none where the run has this project alone.
    pub name: Option<String>,
    /// The configurations in the sources: the farthest base first, the project's own last; none where there is none.
    pub stack: Vec<FileId>,
    /// Whether something is so wrong with the configurations that nobody knows what is to be judged by what.
    pub unsure: bool,
    pub policies: Vec<TextFile>,
    /// Policies whose vocabulary says of what types the snapshots' fields are, in the place of that of `policies`.
    pub types: Vec<TextFile>,
    pub snapshots: Vec<TextFile>,
    /// `rollout.yaml` files: standing facts of the workflows beside them.
    pub standing: Vec<TextFile>,
    /// What went wrong while the files were looked for; labels point into the sources.
    pub problems: Vec<Diagnostic>,
}

/// What the caller of a judgement chooses.
#[derive(Clone, Debug)]
pub struct Options {
    /// The day of judgement, if it is not today.
    pub as_of: Option<Date>,
    /// Today in UTC.
    pub today: Date,
    /// The workflows to judge; all of them if there is none.
    pub workflows: Vec<String>,
    /// Warnings hold.
    pub deny_warnings: bool,
}

/// What came of it. Every output format draws this.
#[derive(Debug)]
pub struct Judgement {
    pub report: Report,
    /// By file and place.
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
    pub denied: Denied,
    /// 0: every workflow may go on; 1: one holds or must roll back; 2: could not judge.
    pub exit: u8,
}

/// A project that was read, before anything is judged.
struct Ready {
    name: Option<String>,
    /// The fields of the vocabulary and its cadence, as the project's own policies declare them.
    declared: Vec<(String, Span)>,
    program: Program,
    book: Book,
    policies: Vec<FileId>,
    lints_off: BTreeSet<Code>,
    workflows: Vec<Workflow>,
    diagnostics: Vec<Diagnostic>,
}

impl Ready {
    fn rulebook<'a>(&'a self, workflow: &str, sources: &'a SourceMap) -> Rulebook<'a> {
        let (settings, waivers) = (self.book.settings(workflow), self.book.waivers(workflow));
        Rulebook { program: &self.program, settings, waivers, sources }
    }
}

/// What was read, before anything is judged.
struct Loaded {
    projects: Vec<Ready>,
    as_of: Date,
    /// What belongs to no project.
    diagnostics: Vec<Diagnostic>,
}

fn load(
    projects: Vec<Project>,
    problems: Vec<Diagnostic>,
    sources: &mut SourceMap,
    options: &Options,
) -> Loaded {
    let mut diagnostics = problems;
    let mut shared = BTreeMap::new();
    let mut projects: Vec<Ready> =
        projects.into_iter().map(|project| read_project(project, sources, &mut shared)).collect();
    diagnostics.extend(bases::unaddressed(&mut projects, sources));
    select(&mut projects, options, sources, &mut diagnostics);
    let as_of = day_of_judgement(&mut projects, options, &mut diagnostics);
    Loaded { projects, as_of, diagnostics }
}

/// Reads a project. What is wrong with it takes nothing from the others. `shared` are the policies that were read for
/// others already.
fn read_project(project: Project, sources: &mut SourceMap, shared: &mut BTreeMap<String, Input>) -> Ready {
    let Project { name, stack, unsure, policies, types, snapshots, standing, problems } = project;
    let mut diagnostics = problems;
    let mut configs = Vec::new();
    for file in stack {
        let text = sources.get(file).map_or("", |source| &source.text);
        let (config, found) = config::read(file, text);
        configs.push(config);
        diagnostics.extend(found);
    }
    if unsure {
        configs.clear();
    }
    let policies = policies.into_iter().map(|policy| {
        let name = policy.name.clone();
        shared.entry(name).or_insert_with(|| add(policy, Role::Snapshot, sources)).clone()
    });
    let policies: Vec<Input> = policies.collect();
    let mut ids = ExprIds::default();
    let mut files = parse_all(&policies, sources, &mut ids, &mut diagnostics);
    let declared = against::declared(&files);
    if !types.is_empty() {
        let types: Vec<Input> = types.into_iter().map(|file| add(file, Role::Snapshot, sources)).collect();
        // What is wrong with them is said where they are judged themselves.
        against::retype(&mut files, parse_all(&types, sources, &mut ids, &mut Vec::new()));
    }
    let count = ids.count();
    let (mut program, found) = check(&files, count);
    program.incomplete = has_errors(&diagnostics) || has_errors(&found);
    let mut inputs: Vec<Input> = Vec::new();
    inputs.extend(snapshots.into_iter().map(|file| add(file, Role::Snapshot, sources)));
    inputs.extend(standing.into_iter().map(|file| add(file, Role::Standing, sources)));
    let (workflows, in_snapshots) = snapshot::load(&inputs, sources, &program.vocabulary);
    let names: Vec<_> = workflows.iter().map(|workflow| workflow.name.clone()).collect();
    let (mut book, mut wrong) = settle(&program, &configs, &names);
    let in_force = book.in_force(&program);
    if in_force.is_empty() {
        diagnostics.extend(found);
    } else {
        // What can never be true depends on the values in force.
        let (again, found) = check_with(&files, count, &in_force);
        program = again;
        program.incomplete = has_errors(&diagnostics) || has_errors(&found);
        (book, wrong) = settle(&program, &configs, &names);
        diagnostics.extend(found);
    }
    diagnostics.extend(wrong);
    program.incomplete = has_errors(&diagnostics);
    diagnostics.extend(in_snapshots);
    let policies = policies.iter().map(|input| input.file).collect();
    let lints_off = lint::switched_off(&configs);
    Ready { name, declared, program, book, policies, lints_off, workflows, diagnostics }
}

/// Judges the workflows that `inputs` speak of.
pub fn judge(inputs: Inputs, options: &Options) -> Judgement {
    let Inputs { mut sources, projects, problems, lint } = inputs;
    let loaded = load(projects, problems, &mut sources, options);
    let lints = lint.map(|tests| lint::beside(&loaded.projects, tests, &mut sources));
    let mut judged = judge_loaded(loaded, &sources, options);
    judged.diagnostics.extend(lints.unwrap_or_default());
    judged.finish(sources, options)
}

/// What came of a judgement, before it is a report.
struct JudgedAll {
    as_of: Date,
    reports: Vec<WorkflowReport>,
    waivers: Vec<WaiverReport>,
    diagnostics: Vec<Diagnostic>,
    /// The names of the files of each workflow, by its full name.
    files: BTreeMap<String, BTreeSet<String>>,
}

fn judge_loaded(loaded: Loaded, sources: &SourceMap, options: &Options) -> JudgedAll {
    let Loaded { projects, as_of, mut diagnostics } = loaded;
    let mut reports = Vec::new();
    let mut lifts = Vec::new();
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut rules = 0;
    for project in &projects {
        diagnostics.extend(project.diagnostics.iter().cloned());
        rules += project.program.rules.len();
        for workflow in &project.workflows {
            let names = workflow.files.iter().map(|file| sources.name(*file).to_owned());
            files.entry(full_name(project.name.as_deref(), &workflow.name)).or_default().extend(names);
        }
        for Judged { mut report, diagnostics: found, lifts: own } in
            judge_all(project, sources, as_of, options)
        {
            report.project.clone_from(&project.name);
            diagnostics.extend(found);
            lifts.extend(own.into_iter().map(|lift| (report.project.clone(), report.workflow.clone(), lift)));
            reports.push(report);
        }
    }
    diagnostics.extend(about_waivers(&projects, &lifts, as_of, options));
    if !has_errors(&diagnostics) {
        diagnostics.extend(nothing_judged(rules, &reports));
    }
    let waivers = used_waivers(lifts, as_of, sources);
    JudgedAll { as_of, reports, waivers, diagnostics, files }
}

impl JudgedAll {
    fn finish(self, sources: SourceMap, options: &Options) -> Judgement {
        let Self { as_of, reports, waivers, mut diagnostics, files: _ } = self;
        let found = in_order(&mut diagnostics, &sources);
        let report = Report {
            version: VERSION,
            as_of: as_of.to_string(),
            summary: summarise(&reports),
            workflows: reports,
            waivers,
            against: None,
            diagnostics: found,
        };
        let exit = exit_code(&report, &diagnostics, options);
        let denied = if options.deny_warnings { Denied::Everything } else { Denied::Nothing };
        Judgement { report, diagnostics, sources, denied, exit }
    }
}

/// A waiver that met something to lift: in which project, for which workflow.
type Met = (Option<String>, String, Lift);

/// What is to be said of waivers, now that everything is judged.
fn about_waivers(projects: &[Ready], lifts: &[Met], as_of: Date, options: &Options) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = lifts
        .iter()
        .filter(|(_, _, lift)| !lift.lifted)
        .map(|(_, workflow, lift)| no_rollback(&lift.waiver, workflow))
        .collect();
    let used = |span: Span| lifts.iter().any(|(_, _, lift)| lift.waiver.span == span);
    for bound in projects.iter().flat_map(|project| &project.book.waivers) {
        // Where only some workflows are judged, nobody knows what the others need.
        let used = used(bound.waiver.span) || !options.workflows.is_empty();
        found.extend(bound.finding(as_of, used));
    }
    found
}

fn used_waivers(lifts: Vec<Met>, as_of: Date, sources: &SourceMap) -> Vec<WaiverReport> {
    let lifted = lifts.into_iter().filter(|(_, _, lift)| lift.lifted);
    let report = |(project, workflow, Lift { waiver, .. }): Met| WaiverReport {
        project,
        workflow,
        rule: waiver.rule.to_string(),
        because: waiver.because.to_string(),
        owner: waiver.owner.to_string(),
        until: waiver.until.to_string(),
        days_left: days_left(&waiver, as_of),
        from: line_of(waiver.span, sources),
    };
    lifted.map(report).collect()
}

/// What came of looking back.
#[derive(Debug)]
pub struct LookBack {
    pub history: History,
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
    /// 0, or 2 if something could not be judged.
    pub exit: u8,
}

/// Judges each snapshot as it would have been judged on its own day.
pub fn history(inputs: Inputs, options: &Options) -> LookBack {
    let Inputs { mut sources, projects, problems, lint: _ } = inputs;
    let Loaded { projects, as_of, mut diagnostics } = load(projects, problems, &mut sources, options);
    let mut histories = Vec::new();
    let mut rules = 0;
    for project in &projects {
        diagnostics.extend(project.diagnostics.iter().cloned());
        rules += project.program.rules.len();
        let readable: Vec<&Series> =
            project.workflows.iter().filter_map(|workflow| workflow.series.as_ref()).collect();
        let look = |series: &Series| {
            let own = history_of(&project.rulebook(&series.workflow, &sources), series);
            WorkflowHistory { project: project.name.clone(), ..own }
        };
        histories.extend(readable.into_par_iter().map(look).collect::<Vec<_>>());
    }
    if !has_errors(&diagnostics) && (rules == 0 || histories.is_empty()) {
        diagnostics.extend(nothing_judged(rules, &[]));
    }
    let found = in_order(&mut diagnostics, &sources);
    let exit = if has_errors(&diagnostics) { 2 } else { 0 };
    let history =
        History { version: VERSION, as_of: as_of.to_string(), workflows: histories, diagnostics: found };
    LookBack { history, diagnostics, sources, exit }
}

/// Sorts diagnostics by file and place, and gives them as the report has them.
fn in_order(diagnostics: &mut Vec<Diagnostic>, sources: &SourceMap) -> Vec<DiagnosticReport> {
    diagnostics.iter_mut().for_each(|diagnostic| diagnostic.write_fix(sources));
    diagnostics.sort_by_cached_key(|diagnostic| place_of(diagnostic, sources));
    diagnostics.dedup();
    diagnostics.iter().map(|diagnostic| DiagnosticReport::new(diagnostic, sources)).collect()
}

/// Parses and checks all policies; what is sound of them can be judged.
fn compile(
    policies: Vec<TextFile>,
    sources: &mut SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<File>, Program) {
    let policies: Vec<Input> =
        policies.into_iter().map(|policy| add(policy, Role::Snapshot, sources)).collect();
    let mut ids = ExprIds::default();
    let files = parse_all(&policies, sources, &mut ids, diagnostics);
    let (mut program, found) = check(&files, ids.count());
    diagnostics.extend(found);
    program.incomplete = has_errors(diagnostics);
    (files, program)
}

/// Parses policies.
fn parse_all(
    policies: &[Input],
    sources: &SourceMap,
    ids: &mut ExprIds,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<File> {
    let mut files = Vec::new();
    for input in policies {
        if let Some(problem) = unreadable(input, sources) {
            diagnostics.push(problem);
            continue;
        }
        let text = sources.get(input.file).map_or("", |source| &source.text);
        let (file, found) = parse(input.file, text, ids);
        diagnostics.extend(found);
        files.push(file);
    }
    files
}

/// Adds a file to the sources, whatever could be read of it.
fn add(file: TextFile, role: Role, sources: &mut SourceMap) -> Input {
    let (text, problem, invalid_utf8_at) = match file.content {
        Err(problem) => (String::new(), Some(problem), None),
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => (text, None, None),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                (String::from_utf8_lossy(error.as_bytes()).into_owned(), None, Some(at))
            }
        },
    };
    Input { file: sources.add(file.name, text), role, problem, invalid_utf8_at }
}

/// What is wrong with a policy file that is no text.
fn unreadable(input: &Input, sources: &SourceMap) -> Option<Diagnostic> {
    let name = sources.name(input.file);
    if let Some(problem) = &input.problem {
        let place = Span::new(input.file, 0..0);
        return Some(
            Diagnostic::error(Code::T505, format!("`{name}` cannot be read: {problem}")).label(place, "here"),
        );
    }
    let at = input.invalid_utf8_at?;
    let place = Span::new(input.file, at..at + 1);
    Some(Diagnostic::error(Code::T505, format!("`{name}` is not UTF-8 text")).label(place, "not UTF-8"))
}

/// Keeps the workflows that were asked for, and what is to be said of their files and of files that are no workflow's.
fn select(projects: &mut [Ready], options: &Options, sources: &SourceMap, diagnostics: &mut Vec<Diagnostic>) {
    if options.workflows.is_empty() {
        return;
    }
    for wanted in &options.workflows {
        let names = || projects.iter().flat_map(|project| &project.workflows).map(|workflow| &*workflow.name);
        if !names().any(|name| name == wanted) {
            let help = match did_you_mean(wanted, names()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("there are {}", first_few(names())),
            };
            let message = format!("there is no workflow `{}`", wanted.escape_debug());
            let problem = Diagnostic::error(Code::T508, message);
            diagnostics.push(if names().next().is_some() { problem.help(help) } else { problem });
        }
    }
    for Ready { workflows, diagnostics, .. } in projects {
        let (kept, dropped): (Vec<Workflow>, Vec<Workflow>) = std::mem::take(workflows)
            .into_iter()
            .partition(|workflow| options.workflows.iter().any(|wanted| **wanted == *workflow.name));
        let kept_files: Vec<&str> =
            kept.iter().flat_map(|w| &w.files).map(|file| sources.name(*file)).collect();
        let foreign = |file: FileId| {
            dropped.iter().any(|workflow| workflow.files.contains(&file))
                && !kept_files.contains(&sources.name(file))
        };
        diagnostics.retain(|d| d.labels.is_empty() || !d.labels.iter().all(|label| foreign(label.span.file)));
        *workflows = kept;
    }
}

/// The day that is judged; snapshots later than it are left out of the series, or are errors.
fn day_of_judgement(projects: &mut [Ready], options: &Options, diagnostics: &mut Vec<Diagnostic>) -> Date {
    if let Some(as_of) = options.as_of {
        leave_out_later(projects, as_of, diagnostics);
        return as_of;
    }
    let tomorrow = options.today.tomorrow().unwrap_or(options.today);
    let workflows = || projects.iter().flat_map(|project| &project.workflows);
    let mut snapshots = workflows().filter_map(|w| w.series.as_ref()).flat_map(|series| &series.snapshots);
    let as_of = if snapshots.any(|snapshot| snapshot.date == tomorrow) { tomorrow } else { options.today };
    for workflow in projects.iter_mut().flat_map(|project| &mut project.workflows) {
        let later = |snapshot: &&Snapshot| snapshot.date > as_of;
        let problems: Vec<Diagnostic> = workflow
            .series
            .iter()
            .flat_map(|series| series.snapshots.iter().filter(later))
            .map(|snapshot| from_the_future(snapshot, as_of))
            .collect();
        if !problems.is_empty() {
            workflow.series = None;
            diagnostics.extend(problems);
        }
    }
    as_of
}

fn leave_out_later(projects: &mut [Ready], as_of: Date, diagnostics: &mut Vec<Diagnostic>) {
    let mut later = 0;
    for project in projects {
        project.workflows.retain_mut(|workflow| {
            let Some(series) = &mut workflow.series else { return true };
            let before = series.snapshots.len();
            series.snapshots.retain(|snapshot| snapshot.date <= as_of);
            later += before - series.snapshots.len();
            !series.snapshots.is_empty()
        });
    }
    if later > 0 {
        let what = if later == 1 { "1 snapshot is" } else { &format!("{later} snapshots are") };
        diagnostics
            .push(Diagnostic::note(Code::T512, format!("{what} dated later than {as_of} and not seen")));
    }
}

fn from_the_future(snapshot: &Snapshot, as_of: Date) -> Diagnostic {
    let date = snapshot.record.fields.get(Vocabulary::DATE).and_then(Option::as_ref);
    let span = date.map_or(snapshot.record.span, |date: &Located| date.span);
    Diagnostic::error(Code::T511, format!("the snapshot of `{}` is from the future", snapshot.workflow))
        .label(span, format!("later than {as_of}, the day of judgement"))
        .help("correct the date, or judge `--as-of` a later day")
}

fn judge_all(project: &Ready, sources: &SourceMap, as_of: Date, options: &Options) -> Vec<Judged> {
    let judge_one = |workflow: &Workflow| match &workflow.series {
        Some(series) => {
            let rulebook = project.rulebook(&workflow.name, sources);
            judge_workflow(&rulebook, series, as_of, options.deny_warnings)
        }
        None => Judged { report: unreadable_workflow(workflow), diagnostics: Vec::new(), lifts: Vec::new() },
    };
    let mut judged: Vec<Judged> = (&project.workflows).into_par_iter().map(judge_one).collect();
    let warned: Vec<FileId> =
        if options.deny_warnings { warned_files(&project.diagnostics) } else { Vec::new() };
    for (workflow, Judged { report, diagnostics, .. }) in project.workflows.iter().zip(&mut judged) {
        let own = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Warning);
        let denied =
            options.deny_warnings && (own || workflow.files.iter().any(|file| warned.contains(file)));
        if denied && report.decision < Decision::Hold {
            report.decision = Decision::Hold;
        }
    }
    judged
}

fn warned_files(diagnostics: &[Diagnostic]) -> Vec<FileId> {
    let warnings = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning);
    warnings.flat_map(|diagnostic| diagnostic.labels.iter().map(|label| label.span.file)).collect()
}

/// A workflow with data that could not be read: no verdict from the rest.
fn unreadable_workflow(workflow: &Workflow) -> WorkflowReport {
    WorkflowReport {
        project: None,
        workflow: workflow.name.to_string(),
        stage: None,
        asks: None,
        decision: Decision::Error,
        snapshots: workflow.series.as_ref().map_or(0, |series: &Series| series.snapshots.len()),
        newest: None,
        rules: Vec::new(),
    }
}

/// Orders diagnostics by file name, place, code and message: never by how the files were found.
fn place_of(diagnostic: &Diagnostic, sources: &SourceMap) -> (String, u32, Code, String) {
    let first = diagnostic.labels.first();
    (
        first.map_or_else(String::new, |label| sources.name(label.span.file).to_owned()),
        first.map_or(0, |label| label.span.start),
        diagnostic.code,
        diagnostic.message.clone(),
    )
}
