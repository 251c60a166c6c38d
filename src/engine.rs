//! The engine: load, parse, check, judge, and nothing else.
//!
//! Pure: it is given texts and a day, and knows no file system, no clock and no output format.

mod against;
mod bases;
mod impact;
mod in_force;
mod lint;
mod load;
mod overview;
mod policies;
mod retype;
mod suites;
mod total;

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::ast::{ExprIds, File};
use crate::check::check;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::eval::{Judged, Lift, judge_workflow};
use crate::history::history_of;
use crate::layers::{days_left, no_rollback};
use crate::parse::parse;
use crate::program::Program;
use crate::project::{Inputs, Project, TextFile};
use crate::report::{
    Decision, DiagnosticReport, History, Report, VERSION, WaiverReport, WorkflowHistory, WorkflowReport,
    full_name, line_of,
};
use crate::snapshot::{Input, Role, Workflow};
use crate::source::{FileId, SourceMap, Span};
use crate::value::{Date, Series};

pub use against::judge_against;
pub use impact::{Impact, impact};
pub use in_force::{InForce, ProjectInForce, in_force};
pub use lint::{Linted, lint};
use load::{Loaded, Ready, load, load_each};
pub use overview::{Surveyed, survey};
pub use total::Denied;
use total::{exit_code, has_errors, nothing_judged, summarise};

pub use policies::{Compiled, read_policies};
pub use suites::{CompiledSuite, TestGroup, TestOptions, TestRun, TestedFile, compile_suite, run_tests};

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

impl Options {
    /// Whether a workflow is to be judged.
    fn wants(&self, workflow: &str) -> bool {
        self.workflows.is_empty() || self.workflows.iter().any(|wanted| wanted == workflow)
    }
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

/// Judges the workflows that `inputs` speak of.
pub fn judge(inputs: Inputs, options: &Options) -> Judgement {
    let Inputs { mut sources, projects, problems, lint } = inputs;
    let loaded = load_judged(projects, problems, &mut sources, options);
    let lints = lint.map(|tests| lint::beside(&loaded.projects, tests, &mut sources));
    let mut judged = put_together(loaded, &sources, options);
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

/// Reads projects, and judges each workflow when it is read.
fn load_judged(
    projects: Vec<Project>,
    problems: Vec<Diagnostic>,
    sources: &mut SourceMap,
    options: &Options,
) -> Loaded<Judged> {
    load_each(projects, problems, sources, options, |rulebook, series, as_of| {
        judge_workflow(rulebook, &series, as_of, options.deny_warnings)
    })
}

fn put_together(loaded: Loaded<Judged>, sources: &SourceMap, options: &Options) -> JudgedAll {
    let Loaded { mut projects, as_of, mut diagnostics } = loaded;
    let mut reports = Vec::new();
    let mut lifts = Vec::new();
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut rules = 0;
    for project in &mut projects {
        diagnostics.extend(project.diagnostics.iter().cloned());
        rules += project.program.rules.len();
        for workflow in &project.workflows {
            let names = workflow.files.iter().map(|file| sources.name(*file).to_owned());
            files.entry(full_name(project.name.as_deref(), &workflow.name)).or_default().extend(names);
        }
        for Judged { mut report, diagnostics: found, lifts: own } in take_judged(project, options) {
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
fn about_waivers(
    projects: &[Ready<Judged>],
    lifts: &[Met],
    as_of: Date,
    options: &Options,
) -> Vec<Diagnostic> {
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

/// Parses policies, several at a time: that is most of what it takes to start.
fn parse_all(
    policies: &[Input],
    sources: &SourceMap,
    ids: &mut ExprIds,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<File> {
    let parse_one = |input: &Input| match unreadable(input, sources) {
        Some(problem) => Err(problem),
        None => {
            let text = sources.get(input.file).map_or("", |source| &source.text);
            let mut own = ExprIds::default();
            let (file, found) = parse(input.file, text, &mut own);
            Ok((file, found, own))
        }
    };
    let parsed: Vec<_> = policies.into_par_iter().map(parse_one).collect();
    let mut files = Vec::new();
    for one in parsed {
        match one {
            Err(problem) => diagnostics.push(problem),
            Ok((mut file, found, own)) => {
                file.move_ids(&own, ids);
                diagnostics.extend(found);
                files.push(file);
            }
        }
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
            Diagnostic::error(Code::UnreadableFile, format!("`{name}` cannot be read: {problem}"))
                .label(place, "here"),
        );
    }
    let at = input.invalid_utf8_at?;
    let place = Span::new(input.file, at..at + 1);
    Some(
        Diagnostic::error(Code::UnreadableFile, format!("`{name}` is not UTF-8 text"))
            .label(place, "not UTF-8"),
    )
}

/// What was judged of each workflow of a project, where some of its data could not be read as well.
fn take_judged(project: &mut Ready<Judged>, options: &Options) -> Vec<Judged> {
    let warned = if options.deny_warnings { warned_files(&project.diagnostics) } else { BTreeSet::new() };
    let take_one = |workflow: &mut Workflow<Judged>| {
        let unread = || Judged {
            report: unreadable_workflow(&workflow.name),
            diagnostics: Vec::new(),
            lifts: Vec::new(),
        };
        let mut judged = workflow.series.take().unwrap_or_else(unread);
        let own = judged.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Warning);
        let denied =
            options.deny_warnings && (own || workflow.files.iter().any(|file| warned.contains(file)));
        if denied && judged.report.decision < Decision::Hold {
            judged.report.decision = Decision::Hold;
        }
        judged
    };
    project.workflows.iter_mut().map(take_one).collect()
}

fn warned_files(diagnostics: &[Diagnostic]) -> BTreeSet<FileId> {
    let warnings = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning);
    warnings.flat_map(|diagnostic| diagnostic.labels.iter().map(|label| label.span.file)).collect()
}

/// A workflow with data that could not be read: no verdict from the rest.
fn unreadable_workflow(workflow: &str) -> WorkflowReport {
    WorkflowReport {
        project: None,
        workflow: workflow.to_owned(),
        stage: None,
        asks: None,
        decision: Decision::Error,
        snapshots: 0,
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
