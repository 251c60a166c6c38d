//! What `explain` tells: of a code, of what policies declare, of a field, a stage or a gate.
//!
//! Gathers what the policies, the configurations and the tests say; how it is written belongs to the renderer.

mod errs;
mod example;
mod field;
mod filled;
mod names;
mod record;
mod stage;
#[cfg(test)]
mod tests;
mod uses;

pub use errs::{Errs, HowItErrs, SAMPLES, how_it_errs};
pub use example::{ExampleCase, Shown, example};
pub use field::{RecordedField, of_built_in_field, readers, reading_lets, recorded_at, recorded_fields};
pub use filled::{FilledPiece, filled, filled_text, on_every_day, shown_within};
pub use names::{NamedSubject, subjects};
pub use stage::may_apply;
pub use uses::{RuleUses, uses, uses_of_let};

use crate::ast::{Expect, ExpectKind, ExpectedOutcome, TestDecl};
use crate::code::Code;
use crate::eval::RunBudget;
use crate::layers::{PoliciesInForce, ProjectInForce};
use crate::report::Outcome;
use crate::settings::{BUILT_IN, BuiltInRule};
use crate::source::{SourceMap, Span};
use crate::suite::{Bench, GivenFiles, run_test_decl};

/// What there is to tell of a name.
#[derive(Debug)]
pub struct Explained {
    pub known: PoliciesInForce,
    /// What the name stands for, in each project that has it. Otherwise the names that it could mean: close ones if nothing
    /// has the name, all of them if several end in it.
    pub found: Result<Vec<FoundName>, Vec<String>>,
}

/// What has a name.
#[derive(Clone, Copy, Debug)]
pub struct FoundName {
    /// Index of the project.
    pub project: usize,
    pub subject: NamedSubject,
    pub seen: SeenTests,
}

/// The code of a name, in capitals or not.
pub fn code(name: &str) -> Option<Code> {
    Code::ALL.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(name))
}

/// A test in which a rule passes and one in which it fails, with the settings in force.
#[derive(Clone, Copy, Debug, Default)]
pub struct SeenTests {
    pub passes: Option<Span>,
    pub fails: Option<Span>,
}

/// The shortest tests beside the policies that expect each of a rule, and in which it really comes out so.
pub fn seen(rule: &str, project: &ProjectInForce, tests: &[TestDecl], sources: &mut SourceMap) -> SeenTests {
    // A test that takes its snapshots from files shows nothing of them.
    let files = GivenFiles::new();
    let run = RunBudget::default();
    let mut find = |wanted: ExpectedOutcome, outcome: Outcome| {
        let mut expecting: Vec<&TestDecl> = tests.iter().filter(|test| expects(test, rule, wanted)).collect();
        expecting.sort_by_key(|test| test.span.range().len());
        let agrees = |test: &&&TestDecl| {
            let bench = Bench {
                program: &project.program,
                settings: &project.settings,
                files: &files,
                coverage: false,
                run: &run,
            };
            let trial = run_test_decl(test, &bench, sources);
            trial.outcomes.iter().any(|(name, seen)| *name == *rule && *seen == outcome)
        };
        expecting.iter().find(agrees).map(|test| test.span)
    };
    SeenTests {
        passes: find(ExpectedOutcome::Passes, Outcome::Pass),
        fails: find(ExpectedOutcome::Fails, Outcome::Fail),
    }
}

fn expects(test: &TestDecl, rule: &str, wanted: ExpectedOutcome) -> bool {
    let is_wanted = |expect: &Expect| match &expect.kind {
        ExpectKind::Rule(path, outcome) => {
            let name: Vec<&str> = path.iter().map(|name| &*name.text).collect();
            *outcome == wanted && name.join(".") == rule
        }
        ExpectKind::Decision(_) => false,
    };
    test.expect.iter().any(is_wanted)
}

/// What a built-in rule looks at.
pub fn of_built_in(rule: BuiltInRule) -> Option<&'static str> {
    let at = BUILT_IN.iter().position(|known| *known == rule)?;
    let of_series = [
        "The first snapshot of a workflow must be in the first stage of the ladder. A series that begins in a later one \
         shows nothing of what the stages before it should have proved. Commit the snapshots of those stages, or begin \
         with the first stage.",
        "A workflow moves, and asks with `advance_to`, one stage at a time. Whoever passes over a stage passes over its \
         gate. Go back to the stage that was left out; going back is always allowed.",
        "Each move to a later stage, and each ask for one, must pass a gate. Declare `gate a -> b { … }` for it in a \
         policy, with rules that say what must be proved first.",
        "Each step below the present stage is judged where it was crossed: on the last snapshot in or below the stage \
         that it leads out of. It was earned if nothing would have held it there, neither its gate nor a standing rule. \
         What was not earned is owed at every check, until the workflow goes back and moves on anew. A value that was \
         raised later counts for earlier steps too, unless it has a `from:`.",
        "The newest snapshot may be as old as the cadence and its grace together. What nobody measures may have changed, \
         so an older one holds. Commit a snapshot of the time since.",
    ];
    of_series.iter().chain(record::TEXTS).nth(at).copied()
}
