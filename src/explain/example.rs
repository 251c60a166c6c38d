//! An example for each code: a case of the suite, embedded, and judged anew each time it is shown.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::engine::{self, Options, TestOptions};
use crate::project::{Inputs, Project, Suite, Suites, TextFile};
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
    Syntax "snapshot_decl/unknown_type" ".gate";
    TooDeep "where_clause/too_deep" ".gate";
    NumberOrDateInPolicy "literal/cannot_be" ".gate";
    UnclosedText "template/mistakes" ".gate";
    ReservedWord "path/reserved" ".gate";
    ComparisonChain "compare/chain" ".gate";
    UnmatchedBrace "rule_decl/unclosed" ".gate";
    IncompleteRule "rule_decl/broken" ".gate";
    GivenTwice "rule_decl/given_twice" ".gate";
    EmptyGate "gate_decl/mistakes" ".gate";
    UnknownName "let_decl/unknown" ".gate";
    UnknownFunction "aggregate/mistakes" ".gate";
    TypeMismatch "policy_decl/when_type" ".gate";
    UnitMismatch "template/mistakes" ".gate";
    NeverTrue "rule_decl/never_fails" ".gate";
    DeclaredTwice "stages_decl/twice" ".gate";
    LetCycle "let_decl/cycle_across" ".gate";
    AmbiguousName "where_clause/ambiguous" ".gate";
    ParamOutOfRange "param_decl/outside" ".gate";
    ImpossibleRange "param_decl/range" ".gate";
    NeverFails "rule_decl/never_fails" ".gate";
    ImpossibleWindow "window/mistakes" ".gate";
    ImpossibleConfidence "with_clause/mistakes" ".gate";
    UnknownType "snapshot_decl/unknown_type" ".gate";
    UnknownStage "stages_decl/no_ladder" ".gate";
    ImpossibleGate "gate_decl/mistakes" ".gate";
    WrongArguments "distinct_call/mistakes" ".gate";
    NotAValue "where_clause/it_outside" ".gate";
    NotAField "default_call/mistakes" ".gate";
    HarsherWhenUndecided "rule_decl/undecided_harsher" ".gate";
    ImpossibleCadence "snapshot_decl/cadences" ".gate";
    ImpossibleKey "snapshot_decl/keys" ".gate";
    ConflictingDeclarations "stages_decl/two_ladders" ".gate";
    ImpossibleCount "logic/mistakes" ".gate";
    ElementInSeries "window/mistakes" ".gate";
    FieldNotLowerCase "snapshot_decl/lower_case" ".gate";
    SnapshotNotYaml "snapshot_file/tab" ".gate" ".yaml";
    SnapshotTooLarge "snapshot_file/aliases" ".gate" ".yaml";
    UnsupportedYaml "snapshot_file/refused" ".gate" ".yaml";
    DuplicateKey "snapshot_file/keys" ".gate" ".yaml";
    WrongType "snapshot_file/not_a_record" ".gate" ".yaml";
    OutOfRange "snapshot_file/durations" ".gate" ".yaml";
    BareShareAboveOne "snapshot_file/types" ".gate" ".yaml";
    WrongUnit "snapshot_file/durations" ".gate" ".yaml";
    ImpossibleNumber "snapshot_file/numbers" ".gate" ".yaml";
    ImpossibleDate "snapshot_file/dates" ".gate" ".yaml";
    MissingRequiredField "snapshot_file/stages" ".gate" ".yaml";
    MisspeltField "snapshot_file/keys" ".gate" ".yaml";
    UndeclaredField "snapshot_file/keys" ".gate" ".yaml";
    DuplicateDate "snapshot_file/series" ".2.yaml" ".gate" ".yaml";
    DuplicateElement "snapshot_file/keys" ".gate" ".yaml";
    BareOneForShare "snapshot_file/shares" ".gate" ".yaml";
    NotAStandingFact "standing_facts/not_standing" ".gate" ".rollout.yaml" ".yaml";
    EmptySnapshotFile "snapshot_file/empty" ".2.yaml" ".gate" ".yaml";
    UndeclaredWord "snapshot_file/stages" ".gate" ".yaml";
    SeveralStandingFacts "standing_facts/two" ".gate" ".rollout.yaml" ".yaml";
    ConfigNotYaml "config_file/not_yaml" ".config.yaml" ".gate" ".yaml";
    SettingType "config_file/types" ".config.yaml" ".gate" ".yaml";
    UnknownSetting "config_file/unknown" ".config.yaml" ".gate" ".yaml";
    DuplicateSetting "config_file/twice" ".config.yaml" ".gate" ".yaml";
    NothingHasThisName "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    ParamValueType "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    ParamValueOutOfRange "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    Locked "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    IncompleteWaiver "config_layers/waivers" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    WidenedRange "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    ExpiredWaiver "config_layers/waivers" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    UnneededWaiver "config_layers/waivers" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    WaiverEndsSoon "config_layers/waivers" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    UnwaivableRollback "config_layers/waivers" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    OverrideForNoWorkflow "config_layers/bounds" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    RuleFailed "in_expr/empty" ".gate" ".yaml";
    RuleUndecided "policy_decl/no_rules" ".gate" ".yaml";
    UnknownWorkflow "decision/workflow" ".gate" ".yaml";
    StaleEvidence "decision/stale" ".gate" ".yaml";
    NothingAsked "decision/no_ask" ".gate" ".yaml";
    FutureSnapshot "decision/future_error" ".gate" ".yaml";
    LaterSnapshotsUnseen "decision/as_of" ".gate" ".yaml";
    NothingJudged "decision/nothing_applies" ".gate" ".yaml";
    TooMuchToJudge "decision/too_much" ".gate" ".yaml";
    UnmetExpectation "test_decl/expectations" ".gate" ".test.gate";
    UnrunnableTest "test_decl/mistakes" ".gate" ".test.gate";
    Unseen "test_decl/coverage" ".gate" ".test.gate";
    UnnoticedMistake "test_decl/mutants" ".gate" ".test.gate";
    UnjustifiedUntested "test_decl/mutants" ".gate" ".test.gate";
    ConstantRule "lint/faults" ".gate" ".test.gate";
    LaxRollback "lint/faults" ".gate" ".test.gate";
    OverlappingThresholds "lint/faults" ".gate" ".test.gate";
    UnreachableConfidence "lint/faults" ".gate" ".test.gate";
    EmptyListPasses "lint/faults" ".gate" ".test.gate";
    UnlikelyHeld "lint/faults" ".gate" ".test.gate";
    UnusedParam "lint/faults" ".gate" ".test.gate";
    UnreadField "lint/faults" ".gate" ".test.gate";
    BareNumber "lint/faults" ".gate" ".test.gate";
    UntestedRule "lint/untested_rule" ".gate" ".test.gate";
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
    let wanted = if code == Code::RuleUndecided { Outcome::Undecided } else { Outcome::Fail };
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
    let mutate = matches!(code, Code::UnnoticedMistake | Code::UnjustifiedUntested);
    let options = TestOptions { coverage: code == Code::Unseen, mutate, ..TestOptions::default() };
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
