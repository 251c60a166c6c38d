//! The case suite: each `tests/ui/FEATURE/CASE.gate` with what lies beside it is judged and held against its marks and its
//! snapshot.
//!
//! | file | what it is |
//! |---|---|
//! | `CASE.gate`, `CASE.2.gate` | policies |
//! | `CASE.yaml`, `CASE.2.yaml`, … | snapshots; without any, the policies are only checked |
//! | `CASE.rollout.yaml` | standing facts |
//! | `CASE.config.yaml` | the configuration |
//! | `CASE.snap` | the blessed human report, followed by the exit code |
//!
//! Marks are comments at the end of the line that they speak of. `# error: [T201]`, `# warning: […]` and `# note: […]`
//! expect a diagnostic whose first label is on that line; `# error: [T319] in FILE:LINE` one somewhere else, and
//! `# error: [T506] nowhere` one without a label. `# fail: RULE` and `# undecided: RULE` expect a rule of some workflow to be
//! judged so, there. `# decision: hold`, on the line that names a workflow, expects that decision. All of them hold both ways:
//! what is not marked must not be. A line `# as of: 2026-01-05` sets the day of judgement, `# deny: warnings` denies them.
//!
//! `TOLLGATE_BLESS=1` writes the snapshots, `TOLLGATE_CASE=aggregate/` runs the cases whose path contains that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tollgate::engine::{Inputs, Judgement, Options, TextFile, judge};
use tollgate::render::human::{Style, render};
use tollgate::report::Outcome;
use tollgate::value::{Date, parse_date};

use crate::support::{files_under, relative, root};

/// What `today` is for every case.
const TODAY: Date = Date::constant(2026, 1, 5);

/// One expectation, or one thing that happened: shown as it is written in a mark, with its place.
type Marks = BTreeSet<String>;

struct Case {
    /// Without the extension.
    stem: PathBuf,
    /// The files beside it, by what they are.
    policies: Vec<PathBuf>,
    snapshots: Vec<PathBuf>,
    standing: Vec<PathBuf>,
    config: Option<PathBuf>,
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
            config: None,
        });
        match rest {
            "config.yaml" => case.config = Some(path),
            "rollout.yaml" => case.standing.push(path),
            _ if rest.ends_with("gate") => case.policies.push(path),
            _ => case.snapshots.push(path),
        }
    }
    cases.into_values().collect()
}

impl Case {
    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.policies.iter().chain(&self.snapshots).chain(&self.standing).chain(&self.config)
    }

    fn options(&self) -> Options {
        let text: String = self.policies.iter().map(|path| lossy(path)).collect();
        let setting = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        Options {
            as_of: setting("# as of:").map(|day| parse_date(day).unwrap()),
            today: TODAY,
            workflows: Vec::new(),
            deny_warnings: setting("# deny:") == Some("warnings"),
        }
    }

    fn judge(&self) -> Judgement {
        let read = |paths: &[PathBuf]| paths.iter().map(|path| text_file(path)).collect();
        let inputs = Inputs {
            config: self.config.as_deref().map(text_file),
            policies: read(&self.policies),
            snapshots: read(&self.snapshots),
            standing: read(&self.standing),
        };
        judge(inputs, &self.options())
    }
}

fn text_file(path: &Path) -> TextFile {
    TextFile { name: file_name(path), content: Ok(fs::read(path).unwrap()) }
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
                "fail" | "undecided" => {
                    marks.insert(format!("{file}:{}: {kind}: {rest}", index + 1));
                }
                "decision" => {
                    let named = line.split_once("workflow:").map_or("", |(_, name)| name);
                    let name = named.split([',', '}', '#']).next().unwrap_or("").trim();
                    marks.insert(format!("workflow {name}: decision: {rest}"));
                }
                _ => {}
            }
        }
    }
    marks
}

/// What happened, in the form of marks.
fn found(judgement: &Judgement) -> Marks {
    let diagnostics = judgement.diagnostics.iter().map(|diagnostic| {
        let place = diagnostic.labels.first().map_or_else(
            || "nowhere".to_owned(),
            |label| {
                let (line, _) = judgement.sources.line_column(label.span);
                format!("{}:{line}", judgement.sources.name(label.span.file))
            },
        );
        format!("{place}: {}: [{}]", diagnostic.severity.as_str(), diagnostic.code)
    });
    let workflows = &judgement.report.workflows;
    let findings = workflows.iter().flat_map(|workflow| &workflow.rules).filter_map(|rule| {
        let kind = match rule.outcome {
            Outcome::Fail => "fail",
            Outcome::Undecided => "undecided",
            Outcome::Pass | Outcome::NotApplicable | Outcome::Waived | Outcome::Off => return None,
        };
        let name = rule.rule.rsplit('.').next().unwrap_or(&rule.rule);
        Some(format!("{}:{}: {kind}: {name}", rule.policy.file, rule.policy.line))
    });
    let decisions = workflows
        .iter()
        .map(|workflow| format!("workflow {}: decision: {}", workflow.workflow, workflow.decision.as_str()));
    diagnostics.chain(findings).chain(decisions).collect()
}

/// The lines that differ, as a person would mark them; lines that both have are left out.
fn difference(expected: &str, found: &str) -> String {
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
    let judgement = case.judge();
    let expected: Marks = case.files().flat_map(|path| expected(&file_name(path), &lossy(path))).collect();
    let found = found(&judgement);
    let mut complain = |problem: String| problems.push_str(&format!("{problem}\n"));
    let name = relative(&case.stem);
    for missing in expected.difference(&found) {
        complain(format!("{name}: marked, but did not happen: {missing}"));
    }
    for unmarked in found.difference(&expected) {
        complain(format!("{name}: happened, but is not marked: {unmarked}"));
    }

    let report = render(&judgement, Style { color: false, unicode: true, width: 100 });
    let report = format!("{}\nexit {}\n", report.trim_end(), judgement.exit);
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
                - { workflow: x, date: 1 } # decision: hold\n";
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
        ]
    );
}
