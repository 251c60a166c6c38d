//! An example for each code: a case of the suite, embedded. The engine judges it anew each time it is shown.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::report::RuleReport;
use crate::value::{Date, parse_date};

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
    EmptyConfiguration "config_file/empty" ".config.yaml" ".gate";
    SettingEnds "config_layers/steps" ".base.config.yaml" ".config.yaml" ".gate" ".yaml";
    EmptyPolicy "policy_decl/empty" ".gate";
    NameTooLong "let_decl/too_long" ".gate";
    OtherLanguage "language_decl/other" ".gate";
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
    SampleForExact "with_clause/sample_for_exact" ".gate";
    ImpossibleMark "snapshot_decl/changing" ".gate";
    ReservedField "collected/declared" ".gate";
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
    FileOfAnotherDay "snapshot_file/2026-01-05" ".gate" ".yaml";
    NobodyLeft "record/left" ".gate" ".yaml";
    SnapshotAfterRetirement "retired/outlived" ".gate" ".yaml";
    PartAboveWhole "of_clause/more_than_all" ".gate" ".yaml";
    LookAlikeWorkflows "snapshot_file/look_alike" ".gate" ".yaml";
    MisleadingCharacter "snapshot_file/misleading" ".gate" ".yaml";
    BareOneForShare "snapshot_file/shares" ".gate" ".yaml";
    NotAStandingFact "standing_facts/not_standing" ".gate" ".rollout.yaml" ".yaml";
    EmptySnapshotFile "snapshot_file/empty" ".2.yaml" ".gate" ".yaml";
    UndeclaredWord "snapshot_file/stages" ".gate" ".yaml";
    SeveralStandingFacts "standing_facts/two" ".gate" ".rollout.yaml" ".yaml";
    BadProvenance "collected/entry" ".gate" ".yaml";
    KnownAndUnknown "collected/known" ".gate" ".yaml";
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
    NothingAsked "decision/no_ask" ".gate" ".yaml";
    FutureSnapshot "decision/future_error" ".gate" ".yaml";
    LaterSnapshotsUnseen "decision/as_of" ".gate" ".yaml";
    NothingJudged "decision/nothing_applies" ".gate" ".yaml";
    ClosedGate "gate_decl/closed" ".gate" ".yaml";
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
    PatternAsText "lint/pattern_as_text" ".gate";
    TakenWord "lint/taken_word" ".gate";
    SlowRollback "lint/slow_rollback" ".gate";
};

/// What `today` is for every case.
const TODAY: Date = Date::constant(2026, 1, 5);

/// A case as it is run: texts by their names.
#[derive(Debug)]
pub struct ExampleCase {
    files: Vec<(String, String)>,
    pub as_of: Option<Date>,
    /// What `today` is for every case.
    pub today: Date,
    /// The workflows to judge; all of them if this is empty.
    pub workflows: Vec<String>,
}

impl ExampleCase {
    /// Takes out the files whose names end so.
    pub fn take(&mut self, extension: &str) -> Vec<(String, String)> {
        self.files.extract_if(.., |(name, _)| name.ends_with(extension)).collect()
    }
}

/// The case of a code, if there is one: on which day it is run, and for whom, its comments say.
pub fn example(code: Code) -> Option<ExampleCase> {
    let case = CASES.iter().find(|case| case.code == code)?;
    let lines = || case.files.iter().flat_map(|(_, text)| text.lines());
    let setting = |name: &str| lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    Some(ExampleCase {
        files: case.files.iter().map(shown_file).collect(),
        as_of: setting("# as of:").and_then(parse_date),
        today: TODAY,
        workflows: setting("# workflow:").map(str::to_owned).into_iter().collect(),
    })
}

/// A file of the suite as it is shown: without the folder, and without marks.
fn shown_file((name, text): &(&str, &str)) -> (String, String) {
    let name = name.rsplit('/').next().unwrap_or(name);
    (name.to_owned(), text.lines().map(|line| format!("{}\n", unmarked(line))).collect())
}

/// A line without the suite's marks, which say what is expected of it.
fn unmarked(line: &str) -> &str {
    let marks = [" # error: ", " # warning: ", " # note: ", " # fail: ", " # undecided: ", " # decision: "];
    let end = marks.iter().filter_map(|mark| line.find(mark)).min();
    line.get(..end.unwrap_or(line.len())).unwrap_or(line).trim_end()
}
