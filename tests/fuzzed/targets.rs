//! What is fuzzed: each function takes any bytes, and panics where a promise is broken.
//!
//! `fuzz/` gives these functions to libFuzzer; `tests/fuzzed.rs` calls them on seeds, on what was once found, and on some
//! mutations of both.

use std::sync::LazyLock;

use super::generate::generate;

use tollgate::ast::ExprIds;
use tollgate::builtin;
use tollgate::config;
use tollgate::diagnostic::Diagnostic;
use tollgate::engine::{Answer, DayOptions, TestOptions, Workspace};
use tollgate::format::{Refusal, format as format_policy};
use tollgate::layers::settle;
use tollgate::program::Program;
use tollgate::project::{Configuration, Inputs, Project, Suite, Suites, TextFile};
use tollgate::render::{
    Style, View, github, gitlab, human, json, junit, lint as lint_page, markdown, sarif, tap,
};
use tollgate::report::{Outcome, Report};
use tollgate::snapshot::{Input, Role, direct_agrees, load, plain_agrees};
use tollgate::source::{FileId, SourceMap};
use tollgate::text::is_hidden;
use tollgate::value::Date;

/// Every target.
pub(crate) const TARGETS: &[Target] = &[
    ("policy", policy, Seeds::Policies),
    ("snapshot", snapshot, Seeds::Snapshots),
    ("config", config, Seeds::Configs),
    ("format", format, Seeds::Policies),
    ("judge", judge, Seeds::Cases),
    ("generated", generated, Seeds::Bytes),
    ("plain_yaml", plain_yaml, Seeds::Snapshots),
];

/// A target's name, what it does with an input, and what it begins with.
type Target = (&'static str, fn(&[u8]), Seeds);

/// Gives an input to a target.
pub(crate) fn run(name: &str, data: &[u8]) {
    let (_, target, _) = TARGETS.iter().find(|(known, ..)| *known == name).unwrap();
    target(data);
}

/// Files of the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seeds {
    Policies,
    Snapshots,
    Configs,
    /// A policy and snapshots in one, divided by [`DIVIDER`].
    Cases,
    /// None: any bytes will do.
    Bytes,
}

/// The line between the files of one input.
pub(crate) const DIVIDER: &str = "%%%%\n";

const STYLE: Style = Style { color: false, unicode: true, width: 100 };
const TODAY: Date = Date::constant(2026, 1, 26);

/// The shipped policies and the text of their vocabulary.
static SHIPPED: LazyLock<Program> = LazyLock::new(|| {
    let compiled = Workspace::new().compile(shipped());
    assert!(compiled.diagnostics.is_empty());
    compiled.report
});

fn shipped() -> Vec<TextFile> {
    let file = |(name, text): &(&str, &str)| text_file(&builtin::file_name(name), text.as_bytes());
    builtin::FILES.iter().map(file).collect()
}

fn text_file(name: &str, content: &[u8]) -> TextFile {
    TextFile { name: name.to_owned(), content: Ok(content.into()) }
}

fn options() -> DayOptions {
    DayOptions { as_of: Some(TODAY), ..DayOptions::on(TODAY) }
}

/// Any text is a policy or has errors that can be drawn; what was checked can be linted.
fn policy(data: &[u8]) {
    let compiled = Workspace::new().compile(vec![text_file("fuzzed.gate", data)]);
    draw(&compiled.diagnostics, &compiled.sources);
    let project = Project { policies: vec![text_file("fuzzed.gate", data)], ..Project::default() };
    let linted = Workspace::new().lint(Inputs { projects: vec![project], ..Inputs::default() }, &[]);
    check_page(&lint_page::render(&linted, STYLE));
    assert_ne!(
        linted.exit,
        if has_errors(&compiled.diagnostics) { 0 } else { 2 },
        "errors decide over the exit code"
    );
}

/// Any text is a file of snapshots, or of standing facts, or has errors that can be drawn.
fn snapshot(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for role in [Role::Snapshot, Role::Standing] {
        let mut sources = SourceMap::default();
        let file = sources.add("fuzzed.yaml", text);
        let (workflows, diagnostics) = load(&[Input::new(file, role)], &sources, &SHIPPED.vocabulary);
        draw(&diagnostics, &sources);
        let silent = role == Role::Snapshot && !has_errors(&diagnostics);
        assert!(
            !silent || workflows.iter().any(|workflow| workflow.series.is_some()),
            "a file without errors has snapshots"
        );
    }
}

/// Any text is a configuration, or has errors that can be drawn.
fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut sources = SourceMap::default();
    let file = sources.add("tollgate.yaml", text);
    let (set, diagnostics) = config::read(file, text);
    draw(&diagnostics, &sources);
    // What it sets is then weighed against what the policies declare.
    let (_, diagnostics) = settle(&SHIPPED, &[set], &["pilot".into(), "claims/triage".into()]);
    draw(&diagnostics, &sources);
}

/// A policy that is understood is formatted without a change of its meaning, and formatting it again changes nothing.
fn format(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let file = FileId::default();
    let (_, errors) = tollgate::parse::parse(file, text, &mut ExprIds::default());
    match format_policy(file, text) {
        Ok(formatted) => {
            assert!(errors.is_empty(), "what has errors is not formatted");
            assert_eq!(
                format_policy(file, &formatted).as_ref(),
                Ok(&formatted),
                "formatting twice changes something"
            );
        }
        Err(Refusal::Broken(found)) => assert_eq!(found, errors),
        Err(Refusal::Unfaithful) => panic!("the formatter would have changed the meaning"),
    }
}

/// What checks clean is judged, linted, tested and looked back on without a fault, and every format can draw it.
fn judge(data: &[u8]) {
    let mut parts = split(data);
    let policy = parts.next().unwrap_or_default();
    let [snapshots, standing, set] = [parts.next(), parts.next(), parts.next()];
    judge_all_ways(policy, snapshots, standing, set);
}

/// The same of programs that mostly check clean.
fn generated(data: &[u8]) {
    let (policy, snapshots) = generate(data);
    judge_all_ways(policy.as_bytes(), Some(snapshots.as_bytes()), None, None);
}

fn judge_all_ways(policy: &[u8], snapshots: Option<&[u8]>, standing: Option<&[u8]>, set: Option<&[u8]>) {
    let policies = vec![text_file("fuzzed.test.gate", policy)];
    let inputs = || {
        let mut sources = SourceMap::default();
        let stack =
            set.map(|text| Configuration::add("tollgate.yaml", &String::from_utf8_lossy(text), &mut sources));
        let project = Project {
            stack: stack.into_iter().collect(),
            policies: policies.clone(),
            snapshots: snapshots.map(|text| text_file("w/fuzzed.yaml", text)).into_iter().collect(),
            standing: standing.map(|text| text_file("w/rollout.yaml", text)).into_iter().collect(),
            ..Project::default()
        };
        Inputs { sources, projects: vec![project], ..Inputs::default() }
    };
    let judged = Workspace::new().check(inputs(), &options().into());
    check_judgement(&judged);
    let again = Workspace::new().check(inputs(), &options().into());
    assert_eq!(
        json::render(&judged.report).ok(),
        json::render(&again.report).ok(),
        "the same inputs say the same"
    );
    let back = Workspace::new().history(inputs(), &options());
    check_page(&human::render_history(&back, STYLE, false));
    let suite = Suite { policies: policies.clone(), tests: policies, ..Suite::default() };
    let suites = Suites { suites: vec![suite], ..Suites::default() };
    let run = Workspace::new().test(suites, &TestOptions { coverage: true, ..TestOptions::default() });
    check_page(&human::render_tests(&run, STYLE));
}

/// The fast reader of snapshots takes what is plain, and hands out what the parser would; typed without a tree, it is the same.
fn plain_yaml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    assert_ne!(plain_agrees(text), Some(false), "the parser reads something else");
    let (text, facts) = text.split_once(DIVIDER).unwrap_or((text, ""));
    let agrees = direct_agrees(text, facts, &SHIPPED.vocabulary);
    assert_ne!(agrees, Some(false), "by its tree it says something else");
}

/// The files of one input.
fn split(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(data);
    std::iter::from_fn(move || {
        let data = rest?;
        let divider = data.windows(DIVIDER.len()).position(|window| window == DIVIDER.as_bytes());
        let (part, after) = match divider {
            Some(at) => (&data[..at], Some(&data[at + DIVIDER.len()..])),
            None => (data, None),
        };
        rest = after;
        Some(part)
    })
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == tollgate::diagnostic::Severity::Error)
}

fn draw(diagnostics: &[Diagnostic], sources: &SourceMap) {
    for diagnostic in diagnostics {
        check_page(&human::draw(diagnostic, sources, STYLE));
    }
}

/// Every format draws the judgement; JSON is JSON; the exit code is one of three and agrees with what was found.
fn check_judgement(judged: &Answer<Report>) {
    assert!(judged.exit <= 2);
    assert!(judged.exit == 2 || !has_errors(&judged.diagnostics), "an error is no judgement");
    check_page(&human::render(judged, STYLE, &View { full: true, ..View::default() }));
    check_page(&human::render_quiet(judged, STYLE));
    check_page(&human::narrate(judged, &View::default()));
    for text in [
        json::render(&judged.report).unwrap(),
        sarif::render(judged, "").unwrap(),
        gitlab::render(judged, "").unwrap(),
    ] {
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
    }
    for rule in judged.report.workflows.iter().flat_map(|workflow| &workflow.rules) {
        // A value of a type that the checker has not foreseen would be unknown for no reason.
        let says_why = !rule.evidence.is_empty() && rule.evidence.iter().all(|seen| seen.value != "unknown");
        assert!(
            rule.outcome != Outcome::Undecided || says_why,
            "nothing says why `{}` is undecided",
            rule.rule
        );
    }
    check_page(&markdown::render(judged, ""));
    check_page(&github::render(judged, ""));
    check_page(&tap::render(judged, ""));
    junit::render(judged, "").unwrap();
}

/// Nothing that was read can move the cursor or hide what stands beside it.
fn check_page(page: &str) {
    let hidden = page.chars().find(|c| is_hidden(*c) && *c != '\n');
    assert_eq!(hidden, None, "a hidden character reaches the page");
}
