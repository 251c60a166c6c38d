//! The case suite: each `tests/ui/FEATURE/CASE.gate` with what lies beside it is judged and held against its marks and its
//! snapshot.
//!
//! | file | what it is |
//! |---|---|
//! | `CASE.gate`, `CASE.2.gate` | policies |
//! | `CASE.test.gate` | `test` blocks, which are then run instead of a judgement; in `lint/` they are what a rule is tested by |
//! | `CASE.yaml`, `CASE.2.yaml`, … | snapshots; without any, the policies are only checked |
//! | `CASE.rollout.yaml` | standing facts |
//! | `CASE.config.yaml` | the configuration; `CASE.base.config.yaml` its base, `CASE.top.config.yaml` the base of that |
//! | `CASE.snap` | the blessed human report, followed by the exit code |
//!
//! Marks are comments at the end of the line that they speak of. `# error: [T201]`, `# warning: […]` and `# note: […]`
//! expect a diagnostic whose first label is on that line; `# error: [T319] in FILE:LINE` one somewhere else, and
//! `# error: [T506] nowhere` one without a label. In a policy, `# fail: RULE` and `# undecided: RULE` expect a rule to be judged
//! so for what is on that line, of whichever workflow; on a line that names a workflow, `# decision: hold`, `# fail: A, B` and
//! `# undecided: C` say what is expected of it. All of them hold both ways: what is not marked must not be. A line
//! `# as of: 2026-01-05` sets the day of judgement, `# workflow: NAME` judges that one alone, `# deny: warnings` denies them;
//! of tests, `# filter: TEXT` runs some, and `# coverage: 90%` counts what they have seen.
//!
//! Cases in `lint/` are linted and not judged.
//!
//! `TOLLGATE_BLESS=1` writes the snapshots, `TOLLGATE_CASE=aggregate/` runs the cases whose path contains that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tollgate::diagnostic::{Diagnostic, Label};
use tollgate::engine::{Answer, CheckOptions, DayOptions, TestOptions, Workspace};
use tollgate::project::{Configuration, Inputs, Project, Suite, Suites, TextFile};
use tollgate::render::human::{render, render_tests};
use tollgate::render::{Style, View};
use tollgate::report::{Outcome, Report, RuleReport, WorkflowHistory};
use tollgate::source::SourceMap;
use tollgate::value::{Date, date_of_day, day_and_seconds, parse_date, parse_time};

use crate::json::breaks_schema_as_printed;
use crate::support::{files_under, relative, root};

/// What `today` is for every case.
const TODAY: Date = Date::constant(2026, 1, 5);

/// How reports are shown: the same everywhere.
const STYLE: Style = Style { color: false, unicode: true, width: 100 };

/// One expectation, or one thing that happened: shown as it is written in a mark, with its place.
type Marks = BTreeSet<String>;

struct Case {
    /// Without the extension.
    stem: PathBuf,
    /// The files beside it, by what they are.
    policies: Vec<PathBuf>,
    snapshots: Vec<PathBuf>,
    standing: Vec<PathBuf>,
    /// The farthest base first.
    configs: Vec<PathBuf>,
}

fn cases() -> Vec<Case> {
    let files = files_under(&root().join("tests/ui"), &["gate", "yaml"]);
    let mut cases = BTreeMap::new();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (stem, rest) = name.split_once('.').unwrap();
        let stem = path.with_file_name(stem);
        let case = cases.entry(stem.clone()).or_insert_with(|| Case {
            stem,
            policies: Vec::new(),
            snapshots: Vec::new(),
            standing: Vec::new(),
            configs: Vec::new(),
        });
        match rest {
            "top.config.yaml" => case.configs.insert(0, path),
            "base.config.yaml" | "config.yaml" => case.configs.push(path),
            "rollout.yaml" => case.standing.push(path),
            _ if rest.ends_with("gate") => case.policies.push(path),
            _ => case.snapshots.push(path),
        }
    }
    cases.into_values().collect()
}

impl Case {
    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.policies.iter().chain(&self.snapshots).chain(&self.standing).chain(&self.configs)
    }

    fn options(&self) -> CheckOptions {
        let text: String = self.policies.iter().map(|path| lossy(path)).collect();
        let setting = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let as_of = setting("# as of:").and_then(|day| day.split_whitespace().next());
        let instant = as_of.and_then(|text| parse_time(text).ok()).map(|time| day_and_seconds(&time));
        let time = instant.as_ref().map(|(_, seconds)| seconds.clone());
        let as_of = as_of.map(|text| match &instant {
            Some((day, _)) => date_of_day(*day).unwrap(),
            None => parse_date(text).unwrap(),
        });
        let workflows = setting("# workflow:").map(str::to_owned).into_iter().collect();
        let day = DayOptions { as_of, time, workflows, ..DayOptions::on(TODAY) };
        CheckOptions { day, deny_warnings: setting("# deny:") == Some("warnings") }
    }

    fn is_of_lints(&self) -> bool {
        self.stem.parent().is_some_and(|folder| folder.ends_with("lint"))
    }

    /// Lints the policies: what was found, how it is shown, and what its JSON breaks of the schema.
    fn lint(&self) -> (Marks, String, Vec<String>) {
        let (tests, policies): (Vec<PathBuf>, Vec<PathBuf>) =
            self.policies.iter().cloned().partition(|path| file_name(path).ends_with(".test.gate"));
        let inputs = self.inputs(&policies);
        let linted = Workspace::new()
            .lint(Inputs { lint: Some(tests.iter().map(|path| text_file(path)).collect()), ..inputs }, &[]);
        let marks =
            linted.diagnostics.iter().map(|diagnostic| diagnosed(diagnostic, &linted.sources)).collect();
        let shown = format!("{}exit {}\n", tollgate::render::lint::render(&linted, STYLE), linted.exit);
        (marks, shown, breaks_schema_as_printed(Some("LintReport"), &linted.report))
    }

    fn has_tests(&self) -> bool {
        self.policies.iter().any(|path| file_name(path).ends_with(".test.gate"))
    }

    /// Runs the `test` blocks: what was found, how it is shown, and what its JSON breaks of the schema.
    fn test(&self) -> (Marks, String, Vec<String>) {
        let read = |tests: bool| {
            let paths = self.policies.iter().filter(|path| !tests || file_name(path).ends_with(".test.gate"));
            paths.map(|path| text_file(path)).collect::<Vec<_>>()
        };
        let mut policies = read(false);
        policies.retain(|file| !file.name.ends_with(".test.gate"));
        let tests = read(true).into_iter().chain(policies.iter().cloned()).collect();
        let suite = Suite { policies, tests, ..Suite::default() };
        let text: String = self.policies.iter().map(|path| lossy(path)).collect();
        let setting = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let options = TestOptions {
            filter: setting("# filter:").map(str::to_owned),
            coverage: setting("# coverage:").is_some(),
            min: setting("# coverage:").and_then(|min| min.trim_end_matches('%').parse().ok()),
            mutate: setting("# mutate:").is_some(),
        };
        let run = Workspace::new().test(Suites { suites: vec![suite], ..Suites::default() }, &options);
        let tests = run.report.files.iter().flat_map(|file| &file.tests);
        let failed = tests.flat_map(|test| &test.failures).map(|failure| &failure.diagnostic);
        let marks = failed.chain(&run.diagnostics).map(|found| diagnosed(found, &run.sources)).collect();
        let shown = format!("{}\nexit {}\n", render_tests(&run, STYLE).trim_end(), run.exit);
        (marks, shown, breaks_schema_as_printed(Some("TestReport"), &run.report))
    }

    fn judge(&self) -> Answer<Report> {
        Workspace::new().check(self.inputs(&self.policies), &self.options())
    }

    /// Where the history says something else of a workflow's newest day than a check as of that day.
    fn rewritten(&self, judgement: &Answer<Report>) -> Vec<String> {
        let options = self.options();
        let history = Workspace::new().history(self.inputs(&self.policies), &options.day).report;
        let mut differences = Vec::new();
        for workflow in judgement.report.workflows.iter().filter(|_| !options.deny_warnings) {
            let is_own = |known: &&WorkflowHistory| known.workflow == workflow.workflow;
            let day = history.workflows.iter().find(is_own).and_then(|known| known.days.last());
            let as_of = workflow.as_of.as_ref().unwrap_or(&judgement.report.as_of);
            let Some(day) = day.filter(|day| day.date == *as_of) else { continue };
            // The history looks at no record: what a check notes of it changes no decision.
            let judged = |rule: &&RuleReport| !rule.rule.starts_with("record.");
            let failed =
                |rule: &&RuleReport| rule.outcome == Outcome::Fail && rule.applied.is_some() && judged(rule);
            let failed: BTreeSet<&str> =
                workflow.rules.iter().filter(failed).map(|rule| &*rule.rule).collect();
            let then: BTreeSet<&str> = day.failed.iter().map(|rule| &**rule).collect();
            if (day.decision, &then) != (workflow.decision, &failed) {
                let name = &workflow.workflow;
                differences
                    .push(format!("{name}: {:?} {failed:?}, {:?} {then:?}", workflow.decision, day.decision));
            }
        }
        differences
    }

    fn inputs(&self, policies: &[PathBuf]) -> Inputs {
        let read = |paths: &[PathBuf]| paths.iter().map(|path| text_file(path)).collect();
        let mut sources = SourceMap::default();
        let stack = self
            .configs
            .iter()
            .map(|path| Configuration::add(&file_name(path), &lossy(path), &mut sources))
            .collect();
        let project = Project {
            stack,
            policies: read(policies),
            snapshots: read(&self.snapshots),
            standing: read(&self.standing),
            ..Project::default()
        };
        Inputs { sources, projects: vec![project], ..Inputs::default() }
    }
}

fn text_file(path: &Path) -> TextFile {
    TextFile { name: file_name(path), content: Ok(fs::read(path).unwrap().into()) }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn lossy(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

/// The marks of one file.
fn expected(file: &str, text: &str) -> Marks {
    let mut marks = Marks::new();
    for (index, line) in text.lines().enumerate() {
        for comment in line.split("# ").skip(1) {
            let Some((kind, rest)) = comment.split_once(": ") else { continue };
            let rest = rest.trim();
            match kind {
                "error" | "warning" | "note" => {
                    let (codes, place) = match rest.rsplit_once(']') {
                        Some((codes, "")) => (codes, format!("{file}:{}", index + 1)),
                        Some((codes, place)) => (codes, place.trim().trim_start_matches("in ").to_owned()),
                        None => continue,
                    };
                    for code in codes.split(']') {
                        let code = code.trim().trim_start_matches('[');
                        marks.insert(format!("{place}: {kind}: [{code}]"));
                    }
                }
                "fail" | "undecided" | "decision" => {
                    let named = line.split_once("workflow:").map(|(_, name)| name.split([',', '}', '#']));
                    let subject = match named.and_then(|mut parts| parts.next()) {
                        Some(name) => format!("workflow {}", name.trim()),
                        None => format!("{file}:{}", index + 1),
                    };
                    for word in rest.split(", ") {
                        marks.insert(format!("{subject}: {kind}: {word}"));
                    }
                }
                _ => {}
            }
        }
    }
    marks
}

fn place(label: &Label, sources: &SourceMap) -> String {
    let (line, _) = sources.line_column(label.span);
    format!("{}:{line}", sources.name(label.span.file))
}

/// A diagnostic as a mark.
fn diagnosed(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let first = diagnostic.labels.first();
    let place = first.map_or_else(|| "nowhere".to_owned(), |label| place(label, sources));
    format!("{place}: {}: [{}]", diagnostic.severity.as_str(), diagnostic.code)
}

/// What a judgement found, in the form of marks.
fn found(judgement: &Answer<Report>) -> Marks {
    let diagnostics =
        judgement.diagnostics.iter().map(|diagnostic| diagnosed(diagnostic, &judgement.sources));
    let mut marks: Marks = diagnostics.collect();
    for workflow in &judgement.report.workflows {
        let subject = format!("workflow {}", workflow.workflow);
        marks.insert(format!("{subject}: decision: {}", workflow.decision.as_str()));
        for rule in &workflow.rules {
            let kind = match rule.outcome {
                Outcome::Fail => "fail",
                Outcome::Undecided => "undecided",
                Outcome::Pass | Outcome::NotApplicable | Outcome::Waived | Outcome::Off => continue,
            };
            let name = rule.rule.rsplit('.').next().unwrap_or(&rule.rule);
            marks.insert(format!("{subject}: {kind}: {name}"));
            // A built-in rule has no line of a policy.
            let place = rule.labels.first().map(|label| place(label, &judgement.sources));
            if let Some(place) = place.filter(|place| place.contains(".gate:")) {
                marks.insert(format!("{place}: {kind}: {name}"));
            }
        }
    }
    marks
}

/// The lines that differ, as a person would mark them; lines that both have are left out.
pub(crate) fn difference(expected: &str, found: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let same_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[same_start..], &new[same_start..]);
    let same_end = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let mut out = format!("    from line {}:\n", same_start + 1);
    for (sign, lines) in [('-', &old[..old.len() - same_end]), ('+', &new[..new.len() - same_end])] {
        for line in lines {
            out.push_str(&format!("    {sign} {line}\n"));
        }
    }
    out
}

fn run(case: &Case, bless: bool, problems: &mut String) {
    let mut rewritten = Vec::new();
    let (found, report, breaks) = if case.is_of_lints() {
        case.lint()
    } else if case.has_tests() {
        case.test()
    } else {
        let judgement = case.judge();
        rewritten = case.rewritten(&judgement);
        let report = render(&judgement, STYLE, &View { full: true, ..View::default() });
        let shown = format!("{}\nexit {}\n", report.trim_end(), judgement.exit);
        (found(&judgement), shown, breaks_schema_as_printed(None, &judgement.report))
    };
    let expected: Marks = case.files().flat_map(|path| expected(&file_name(path), &lossy(path))).collect();
    let mut complain = |problem: String| problems.push_str(&format!("{problem}\n"));
    let name = relative(&case.stem);
    for breach in breaks {
        complain(format!("{name}: its JSON does not keep to the schema: {breach}"));
    }
    for difference in rewritten {
        complain(format!("{name}: the history differs from the check of the day: {difference}"));
    }
    for missing in expected.difference(&found) {
        complain(format!("{name}: marked, but did not happen: {missing}"));
    }
    for unmarked in found.difference(&expected) {
        complain(format!("{name}: happened, but is not marked: {unmarked}"));
    }

    let path = case.stem.with_extension("snap");
    let blessed = fs::read_to_string(&path).unwrap_or_default();
    if blessed == report {
    } else if bless {
        fs::write(&path, report).unwrap();
    } else {
        complain(format!("{name}.snap: is no longer what is printed\n{}", difference(&blessed, &report)));
    }
}

#[test]
fn every_case_is_as_it_is_marked_and_blessed() {
    let bless = std::env::var_os("TOLLGATE_BLESS").is_some();
    assert!(!bless || std::env::var_os("CI").is_none(), "nothing is blessed where CI is set");
    let only = std::env::var("TOLLGATE_CASE").unwrap_or_default();
    let mut problems = String::new();
    let mut snapshots = BTreeSet::new();
    for case in cases() {
        snapshots.insert(case.stem.with_extension("snap"));
        if relative(&case.stem).contains(&only) {
            run(&case, bless, &mut problems);
        }
    }
    for path in files_under(&root().join("tests/ui"), &["snap"]) {
        if !snapshots.contains(&path) {
            problems.push_str(&format!("{}: no case of that name\n", relative(&path)));
        }
    }
    assert!(problems.is_empty(), "\n{problems}\nif all of it is meant: `just bless`, and read the diff");
}

#[test]
fn marks_are_read_as_documented() {
    let text = "a # error: [T201] [T203] # fail: slow\n# error: [T319] in b.yaml:3\n# warning: [T506] nowhere\n\
                - { workflow: x, date: 1 } # decision: hold # fail: slow, far\n";
    let marks: Vec<_> = expected("a.gate", text).into_iter().collect();
    assert_eq!(
        marks,
        [
            "a.gate:1: error: [T201]",
            "a.gate:1: error: [T203]",
            "a.gate:1: fail: slow",
            "b.yaml:3: error: [T319]",
            "nowhere: warning: [T506]",
            "workflow x: decision: hold",
            "workflow x: fail: far",
            "workflow x: fail: slow",
        ]
    );
}
