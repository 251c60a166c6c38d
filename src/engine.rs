//! The engine: load, parse, check, judge, and nothing else.
//!
//! Pure: it is given texts and a day, and knows no file system, no clock and no output format.

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::ast::{ExprIds, File};
use crate::check::check;
use crate::code::Code;
use crate::config;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::eval::{Judged, judge_workflow};
use crate::history::history_of;
use crate::parse::parse;
use crate::program::Program;
use crate::report::{Decision, DiagnosticReport, History, Outcome, Report, Summary, VERSION, WorkflowReport};
use crate::snapshot::{self, Input, Role, Workflow};
use crate::source::{FileId, SourceMap, Span};
use crate::suite::{self, Trial};
use crate::value::{Date, Located, Series, Snapshot};
use crate::vocabulary::Vocabulary;

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
    /// Holds the configuration already, since that says where the other files are.
    pub sources: SourceMap,
    /// The configuration in `sources`, if there is one.
    pub config: Option<FileId>,
    pub policies: Vec<TextFile>,
    pub snapshots: Vec<TextFile>,
    /// `rollout.yaml` files: standing facts of the workflows beside them.
    pub standing: Vec<TextFile>,
    /// What went wrong while the files were looked for; labels point into `sources`.
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
    /// 0: every workflow may go on; 1: one holds or must roll back; 2: could not judge.
    pub exit: u8,
}

/// What was read, before anything is judged.
struct Loaded {
    program: Program,
    sources: SourceMap,
    workflows: Vec<Workflow>,
    as_of: Date,
    diagnostics: Vec<Diagnostic>,
}

fn load(inputs: Inputs, options: &Options) -> Loaded {
    let Inputs { mut sources, config, policies, snapshots, standing, problems } = inputs;
    let mut diagnostics = problems;
    if let Some(config) = config {
        let text = sources.get(config).map_or("", |source| &source.text);
        diagnostics.extend(config::read(config, text).1);
    }
    let (_, program) = compile(policies, &mut sources, &mut diagnostics);
    let mut files: Vec<Input> = Vec::new();
    files.extend(snapshots.into_iter().map(|file| add(file, Role::Snapshot, &mut sources)));
    files.extend(standing.into_iter().map(|file| add(file, Role::Standing, &mut sources)));
    let (mut workflows, found) = snapshot::load(&files, &sources, &program.vocabulary);
    diagnostics.extend(found);
    select(&mut workflows, options, &sources, &mut diagnostics);
    let as_of = day_of_judgement(&mut workflows, options, &mut diagnostics);
    Loaded { program, sources, workflows, as_of, diagnostics }
}

/// Judges the workflows that `inputs` speak of.
pub fn judge(inputs: Inputs, options: &Options) -> Judgement {
    let Loaded { program, sources, workflows, as_of, mut diagnostics } = load(inputs, options);
    let reports = judge_all(&program, &sources, &workflows, as_of, options, &mut diagnostics);
    if !has_errors(&diagnostics) {
        diagnostics.extend(nothing_judged(&program, &reports));
    }
    let found = in_order(&mut diagnostics, &sources);
    let report = Report {
        version: VERSION,
        as_of: as_of.to_string(),
        summary: summarise(&reports),
        workflows: reports,
        diagnostics: found,
    };
    let exit = exit_code(&report, &diagnostics, options);
    Judgement { report, diagnostics, sources, exit }
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
    let Loaded { program, sources, workflows, as_of, mut diagnostics } = load(inputs, options);
    let readable: Vec<&Series> = workflows.iter().filter_map(|workflow| workflow.series.as_ref()).collect();
    let workflows: Vec<_> =
        readable.into_par_iter().map(|series| history_of(&program, &sources, series)).collect();
    if !has_errors(&diagnostics) && (program.rules.is_empty() || workflows.is_empty()) {
        diagnostics.extend(nothing_judged(&program, &[]));
    }
    let found = in_order(&mut diagnostics, &sources);
    let exit = if has_errors(&diagnostics) { 2 } else { 0 };
    let history = History { version: VERSION, as_of: as_of.to_string(), workflows, diagnostics: found };
    LookBack { history, diagnostics, sources, exit }
}

/// Sorts diagnostics by file and place, and gives them as the report has them.
fn in_order(diagnostics: &mut Vec<Diagnostic>, sources: &SourceMap) -> Vec<DiagnosticReport> {
    diagnostics.sort_by_cached_key(|diagnostic| place_of(diagnostic, sources));
    diagnostics.dedup();
    diagnostics.iter().map(|diagnostic| DiagnosticReport::new(diagnostic, sources)).collect()
}

/// Policies that were read and checked.
#[derive(Debug)]
pub struct Compiled {
    pub files: Vec<File>,
    pub program: Program,
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
}

/// Reads and checks policy files alone.
pub fn read_policies(policies: Vec<TextFile>) -> Compiled {
    let mut sources = SourceMap::default();
    let mut diagnostics = Vec::new();
    let (files, program) = compile(policies, &mut sources, &mut diagnostics);
    in_order(&mut diagnostics, &sources);
    Compiled { files, program, diagnostics, sources }
}

/// What came of the `test` blocks of some policy files.
#[derive(Debug)]
pub struct Tested {
    pub trials: Vec<Trial>,
    /// What is wrong with the files themselves.
    pub diagnostics: Vec<Diagnostic>,
    /// The names of all rules that can be judged.
    pub rules: Vec<String>,
    pub sources: SourceMap,
}

/// Runs the `test` blocks of policy files.
pub fn test(policies: Vec<TextFile>) -> Tested {
    let mut sources = SourceMap::default();
    let mut diagnostics = Vec::new();
    let (files, mut program) = compile(policies, &mut sources, &mut diagnostics);
    let trials = suite::run(&files, &mut program, &mut sources);
    in_order(&mut diagnostics, &sources);
    Tested {
        trials,
        diagnostics,
        rules: program.rules.iter().map(|rule| rule.name.to_string()).collect(),
        sources,
    }
}

/// Parses and checks all policies; what is sound of them can be judged.
fn compile(
    policies: Vec<TextFile>,
    sources: &mut SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<File>, Program) {
    let mut ids = ExprIds::default();
    let mut files = Vec::new();
    for policy in policies {
        let input = add(policy, Role::Snapshot, sources);
        if let Some(problem) = unreadable(&input, sources) {
            diagnostics.push(problem);
            continue;
        }
        let text = sources.get(input.file).map_or("", |source| &source.text);
        let (file, found) = parse(input.file, text, &mut ids);
        diagnostics.extend(found);
        files.push(file);
    }
    let (mut program, found) = check(&files, ids.count());
    diagnostics.extend(found);
    program.incomplete = has_errors(diagnostics);
    (files, program)
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
fn select(
    workflows: &mut Vec<Workflow>,
    options: &Options,
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if options.workflows.is_empty() {
        return;
    }
    for wanted in &options.workflows {
        let names = || workflows.iter().map(|workflow| &*workflow.name);
        if !names().any(|name| name == wanted) {
            let help = did_you_mean(wanted, names()).map(|name| format!("did you mean `{name}`?"));
            let message = format!("there is no workflow `{}`", wanted.escape_debug());
            diagnostics.push(Diagnostic::error(Code::T508, message).maybe_help(help));
        }
    }
    let (kept, dropped): (Vec<Workflow>, Vec<Workflow>) = std::mem::take(workflows)
        .into_iter()
        .partition(|workflow| options.workflows.iter().any(|wanted| **wanted == *workflow.name));
    let kept_files: Vec<&str> = kept.iter().flat_map(|w| &w.files).map(|file| sources.name(*file)).collect();
    let foreign = |file: FileId| {
        dropped.iter().any(|workflow| workflow.files.contains(&file))
            && !kept_files.contains(&sources.name(file))
    };
    diagnostics.retain(|d| d.labels.is_empty() || !d.labels.iter().all(|label| foreign(label.span.file)));
    *workflows = kept;
}

/// The day that is judged; snapshots later than it are left out of the series, or are errors.
fn day_of_judgement(
    workflows: &mut Vec<Workflow>,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> Date {
    if let Some(as_of) = options.as_of {
        leave_out_later(workflows, as_of, diagnostics);
        return as_of;
    }
    let tomorrow = options.today.tomorrow().unwrap_or(options.today);
    let snapshots =
        || workflows.iter().filter_map(|w| w.series.as_ref()).flat_map(|series| &series.snapshots);
    let as_of = if snapshots().any(|snapshot| snapshot.date == tomorrow) { tomorrow } else { options.today };
    for workflow in workflows {
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

fn leave_out_later(workflows: &mut Vec<Workflow>, as_of: Date, diagnostics: &mut Vec<Diagnostic>) {
    let mut later = 0;
    workflows.retain_mut(|workflow| {
        let Some(series) = &mut workflow.series else { return true };
        let before = series.snapshots.len();
        series.snapshots.retain(|snapshot| snapshot.date <= as_of);
        later += before - series.snapshots.len();
        !series.snapshots.is_empty()
    });
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

fn judge_all(
    program: &Program,
    sources: &SourceMap,
    workflows: &[Workflow],
    as_of: Date,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<WorkflowReport> {
    let judge_one = |workflow: &Workflow| match &workflow.series {
        Some(series) => judge_workflow(program, sources, series, as_of, options.deny_warnings),
        None => Judged { report: unreadable_workflow(workflow), diagnostics: Vec::new() },
    };
    let judged: Vec<Judged> = workflows.into_par_iter().map(judge_one).collect();
    let warned: Vec<FileId> = if options.deny_warnings { warned_files(diagnostics) } else { Vec::new() };
    let mut reports = Vec::with_capacity(judged.len());
    for (workflow, Judged { mut report, diagnostics: found }) in workflows.iter().zip(judged) {
        let own = found.iter().any(|diagnostic| diagnostic.severity == Severity::Warning);
        let denied =
            options.deny_warnings && (own || workflow.files.iter().any(|file| warned.contains(file)));
        if denied && report.decision < Decision::Hold {
            report.decision = Decision::Hold;
        }
        diagnostics.extend(found);
        reports.push(report);
    }
    reports
}

fn warned_files(diagnostics: &[Diagnostic]) -> Vec<FileId> {
    let warnings = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning);
    warnings.flat_map(|diagnostic| diagnostic.labels.iter().map(|label| label.span.file)).collect()
}

/// A workflow with data that could not be read: no verdict from the rest.
fn unreadable_workflow(workflow: &Workflow) -> WorkflowReport {
    WorkflowReport {
        workflow: workflow.name.to_string(),
        stage: None,
        asks: None,
        decision: Decision::Error,
        snapshots: workflow.series.as_ref().map_or(0, |series: &Series| series.snapshots.len()),
        newest: None,
        rules: Vec::new(),
    }
}

/// What is said when everything was sound and still nothing was judged: that is no pass.
fn nothing_judged(program: &Program, reports: &[WorkflowReport]) -> Option<Diagnostic> {
    let judged = |outcome: Outcome| match outcome {
        Outcome::Pass | Outcome::Fail | Outcome::Undecided | Outcome::Waived => true,
        Outcome::NotApplicable | Outcome::Off => false,
    };
    let error = |message: &str| Some(Diagnostic::error(Code::T513, message));
    if program.rules.is_empty() {
        return error("there is no rule to judge by");
    }
    if reports.is_empty() {
        return error("there is no snapshot to judge");
    }
    if !reports.iter().flat_map(|report| &report.rules).any(|rule| judged(rule.outcome)) {
        let help = "every rule was not applicable, or off; look at the `when` of the policies and at the workflows' stages";
        return error("no rule applies to any workflow").map(|diagnostic| diagnostic.help(help));
    }
    None
}

fn summarise(reports: &[WorkflowReport]) -> Summary {
    let mut decisions: BTreeMap<Decision, usize> = BTreeMap::new();
    for report in reports {
        *decisions.entry(report.decision).or_default() += 1;
    }
    let count = |decision| decisions.get(&decision).copied().unwrap_or(0);
    let undecided = |report: &WorkflowReport| {
        report.rules.iter().filter(|rule| rule.enforced && rule.outcome == Outcome::Undecided).count()
    };
    Summary {
        workflows: reports.len(),
        advance: count(Decision::Advance),
        go_on: count(Decision::Continue),
        hold: count(Decision::Hold),
        rollback: count(Decision::Rollback),
        error: count(Decision::Error),
        undecided: reports.iter().map(undecided).sum(),
    }
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

fn exit_code(report: &Report, diagnostics: &[Diagnostic], options: &Options) -> u8 {
    if has_errors(diagnostics) || report.summary.error > 0 {
        return 2;
    }
    let warned = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Warning);
    let stops = report.summary.hold > 0 || report.summary.rollback > 0 || options.deny_warnings && warned;
    u8::from(stops)
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
