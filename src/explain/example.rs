//! An example for each code: a case of the suite, embedded, and judged anew each time it is shown.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::engine::{self, Inputs, Options, Project, Suite, Suites, TestOptions, TextFile};
use crate::report::{Outcome, RuleReport};
use crate::source::SourceMap;
use crate::value::{Date, parse_date};

/// What is shown as an example of a code.
#[derive(Debug)]
pub struct Example {
    pub sources: SourceMap,
    pub shown: Shown,
}

/// A diagnostic, or a rule that failed or is undecided.
#[derive(Debug)]
pub enum Shown {
    Diagnostic(Diagnostic),
    Rule(Box<RuleReport>),
}

struct Case {
    code: Code,
    /// Name, and text.
    files: &'static [(&'static str, &'static str)],
}

macro_rules! cases {
    ($($code:ident $stem:literal $($extension:literal)+;)+) => {
        &[$(Case {
            code: Code::$code,
            files: &[$((
                concat!($stem, $extension),
                include_str!(concat!("../../tests/ui/", $stem, $extension)),
            )),+],
        }),+]
    };
}

/// The shortest case of each code. A code that speaks of folders and not of texts has none.
const CASES: &[Case] = cases! {
    T101 "snapshot_decl/unknown_type" ".gate";
    T102 "where_clause/too_deep" ".gate";
    T103 "literal/cannot_be" ".gate";
    T104 "template/mistakes" ".gate";
    T105 "path/reserved" ".gate";
    T106 "compare/chain" ".gate";
    T107 "rule_decl/unclosed" ".gate";
    T108 "rule_decl/broken" ".gate";
    T109 "rule_decl/given_twice" ".gate";
    T110 "gate_decl/mistakes" ".gate";
    T201 "let_decl/unknown" ".gate";
    T202 "aggregate/mistakes" ".gate";
    T203 "policy_decl/when_type" ".gate";
    T204 "template/mistakes" ".gate";
    T205 "rule_decl/never_fails" ".gate";
    T206 "stages_decl/twice" ".gate";
    T207 "let_decl/cycle_across" ".gate";
    T208 "where_clause/ambiguous" ".gate";
    T209 "param_decl/outside" ".gate";
    T210 "param_decl/range" ".gate";
    T211 "rule_decl/never_fails" ".gate";
    T212 "window/mistakes" ".gate";
    T213 "with_clause/mistakes" ".gate";
    T214 "snapshot_decl/unknown_type" ".gate";
    T215 "stages_decl/no_ladder" ".gate";
    T216 "gate_decl/mistakes" ".gate";
    T217 "distinct_call/mistakes" ".gate";
    T218 "where_clause/it_outside" ".gate";
    T219 "default_call/mistakes" ".gate";
    T220 "rule_decl/undecided_harsher" ".gate";
    T221 "snapshot_decl/cadences" ".gate";
    T222 "snapshot_decl/keys" ".gate";
    T223 "stages_decl/two_ladders" ".gate";
    T224 "logic/mistakes" ".gate";
    T225 "window/mistakes" ".gate";
    T226 "snapshot_decl/lower_case" ".gate";
    T302 "snapshot_file/tab" ".gate" ".yaml";
    T303 "snapshot_file/aliases" ".gate" ".yaml";
    T304 "snapshot_file/refused" ".gate" ".yaml";
    T305 "snapshot_file/keys" ".gate" ".yaml";
    T306 "snapshot_file/not_a_record" ".gate" ".yaml";
    T307 "snapshot_file/durations" ".gate" ".yaml";
    T308 "snapshot_file/types" ".gate" ".yaml";
    T309 "snapshot_file/durations" ".gate" ".yaml";
    T310 "snapshot_file/numbers" ".gate" ".yaml";
    T311 "snapshot_file/dates" ".gate" ".yaml";
    T312 "snapshot_file/stages" ".gate" ".yaml";
    T313 "snapshot_file/keys" ".gate" ".yaml";
    T314 "snapshot_file/keys" ".gate" ".yaml";
    T315 "snapshot_file/series" ".2.yaml" ".gate" ".yaml";
    T316 "snapshot_file/keys" ".gate" ".yaml";
    T317 "snapshot_file/shares" ".gate" ".yaml";
    T318 "standing_facts/not_standing" ".gate" ".rollout.yaml" ".yaml";
    T319 "snapshot_file/empty" ".2.yaml" ".gate" ".yaml";
    T320 "snapshot_file/stages" ".gate" ".yaml";
    T321 "standing_facts/two" ".gate" ".rollout.yaml" ".yaml";
    T401 "config_file/not_yaml" ".config.yaml" ".gate" ".yaml";
    T402 "config_file/types" ".config.yaml" ".gate" ".yaml";
    T403 "config_file/unknown" ".config.yaml" ".gate" ".yaml";
    T405 "config_file/twice" ".config.yaml" ".gate" ".yaml";
    T407 "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    T408 "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    T409 "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    T410 "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    T411 "config_layers/waivers" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    T412 "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    T413 "config_layers/waivers" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    T414 "config_layers/waivers" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    T415 "config_layers/waivers" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    T416 "config_layers/waivers" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    T417 "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    T501 "in_expr/empty" ".gate" ".yaml";
    T502 "policy_decl/no_rules" ".gate" ".yaml";
    T508 "decision/workflow" ".gate" ".yaml";
    T509 "decision/stale" ".gate" ".yaml";
    T510 "decision/no_ask" ".gate" ".yaml";
    T511 "decision/future_error" ".gate" ".yaml";
    T512 "decision/as_of" ".gate" ".yaml";
    T513 "decision/nothing_applies" ".gate" ".yaml";
    T520 "decision/too_much" ".gate" ".yaml";
    T601 "test_decl/expectations" ".gate" ".test.gate";
    T602 "test_decl/mistakes" ".gate" ".test.gate";
    T604 "test_decl/coverage" ".gate" ".test.gate";
    T605 "test_decl/mutants" ".gate" ".test.gate";
    T607 "test_decl/mutants" ".gate" ".test.gate";
    T701 "lint/faults" ".gate" ".test.gate";
    T702 "lint/faults" ".gate" ".test.gate";
    T703 "lint/faults" ".gate" ".test.gate";
    T704 "lint/faults" ".gate" ".test.gate";
    T705 "lint/faults" ".gate" ".test.gate";
    T706 "lint/faults" ".gate" ".test.gate";
    T707 "lint/faults" ".gate" ".test.gate";
    T708 "lint/faults" ".gate" ".test.gate";
    T709 "lint/faults" ".gate" ".test.gate";
    T710 "lint/untested_rule" ".gate" ".test.gate";
};

/// What `today` is for every case.
const TODAY: Date = Date::constant(2026, 1, 5);

/// The example of a code, if there is one.
pub fn example(code: Code) -> Option<Example> {
    let case = CASES.iter().find(|case| case.code == code)?;
    let with = |extension: &str| -> Vec<TextFile> {
        let files = case.files.iter().filter(|(name, _)| name.ends_with(extension));
        files.map(text_file).collect()
    };
    let (tests, policies): (Vec<_>, Vec<_>) =
        with(".gate").into_iter().partition(|file| file.name.ends_with(".test.gate"));
    if code.is_lint() {
        let project = Project { policies, ..Project::default() };
        let inputs = Inputs { projects: vec![project], lint: Some(tests), ..Inputs::default() };
        let linted = engine::lint(inputs, &[]);
        let found = linted.findings.into_iter().find(|finding| finding.code == code)?;
        return Some(Example { sources: linted.sources, shown: Shown::Diagnostic(found) });
    }
    if !tests.is_empty() {
        return tested(code, tests, policies);
    }
    let mut snapshots = with(".yaml");
    let standing = snapshots.extract_if(.., |file| file.name.ends_with("rollout.yaml")).collect();
    let mut inputs = Inputs::default();
    let configs = snapshots.extract_if(.., |file| file.name.ends_with("config.yaml"));
    let text =
        |file: &TextFile| String::from_utf8_lossy(file.content.as_deref().unwrap_or_default()).into_owned();
    let name = |file: &TextFile| {
        if file.name.ends_with(".base.config.yaml") { "base/tollgate.yaml" } else { "tollgate.yaml" }
    };
    let stack = configs.map(|file| inputs.sources.add(name(&file), text(&file))).collect();
    inputs.projects = vec![Project { stack, policies, snapshots, standing, ..Project::default() }];
    let judgement = engine::judge(inputs, &options(case));
    let found = judgement.diagnostics.into_iter().find(|diagnostic| diagnostic.code == code);
    let wanted = if code == Code::T502 { Outcome::Undecided } else { Outcome::Fail };
    let rules = || judgement.report.workflows.into_iter().flat_map(|workflow| workflow.rules);
    let shown = match found {
        Some(found) => Shown::Diagnostic(found),
        None => Shown::Rule(Box::new(rules().find(|rule| rule.outcome == wanted && rule.applied.is_some())?)),
    };
    Some(Example { sources: judgement.sources, shown })
}

/// What a run of tests says.
fn tested(code: Code, mut tests: Vec<TextFile>, policies: Vec<TextFile>) -> Option<Example> {
    tests.extend(policies.iter().cloned());
    let suites = Suites { suites: vec![Suite { policies, tests, ..Suite::default() }], ..Suites::default() };
    let mutate = matches!(code, Code::T605 | Code::T607);
    let options = TestOptions { coverage: code == Code::T604, mutate, ..TestOptions::default() };
    let run = engine::run_tests(suites, &options);
    let failures = run.files.into_iter().flat_map(|file| file.trials).flat_map(|trial| trial.failures);
    let all = failures.map(|failure| failure.diagnostic).chain(run.diagnostics);
    let shown = Shown::Diagnostic(all.into_iter().find(|diagnostic| diagnostic.code == code)?);
    Some(Example { sources: run.sources, shown })
}

fn text_file((name, text): &(&str, &str)) -> TextFile {
    let name = name.rsplit('/').next().unwrap_or(name);
    let text: String = text.lines().map(|line| format!("{}\n", unmarked(line))).collect();
    TextFile { name: name.to_owned(), content: Ok(text.into_bytes()) }
}

/// A line without the suite's marks, which say what is expected of it.
fn unmarked(line: &str) -> &str {
    let marks = [" # error: ", " # warning: ", " # note: ", " # fail: ", " # undecided: ", " # decision: "];
    let end = marks.iter().filter_map(|mark| line.find(mark)).min();
    line.get(..end.unwrap_or(line.len())).unwrap_or(line).trim_end()
}

/// As the suite runs the case: its comments say on which day, and for whom.
fn options(case: &Case) -> Options {
    let lines = || case.files.iter().flat_map(|(_, text)| text.lines());
    let setting = |name: &str| lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    Options {
        as_of: setting("# as of:").and_then(parse_date),
        today: TODAY,
        workflows: setting("# workflow:").map(str::to_owned).into_iter().collect(),
        deny_warnings: false,
    }
}
