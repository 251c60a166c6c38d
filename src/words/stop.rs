//! English of what keeps a workflow from going on without being a rule's.

use crate::ast::EffectKind;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::report::Outcome;
use crate::report::why::HoldCause;

/// Why the workflow holds, in a few words.
pub fn stop(stop: &HoldCause) -> String {
    match stop {
        HoldCause::Incomplete => {
            "not everything could be judged: a policy or configuration has errors".to_owned()
        }
        HoldCause::NothingJudged { .. } => "no rule applies to it".to_owned(),
        HoldCause::ClosedGate { step: [from, to], .. } => {
            format!("no rule of the gate `{from} -> {to}` passed")
        }
    }
}

/// The same as a diagnostic of its own, where none says it yet.
pub(super) fn note(stop: &HoldCause, workflow: &str) -> Option<Diagnostic> {
    match stop {
        HoldCause::Incomplete => None,
        HoldCause::NothingJudged { newest } => {
            let message = format!("no rule applies to `{workflow}`, so it holds");
            let note = Diagnostic::note(Code::NothingJudged, message)
                .help("every rule is off or does not apply; check the `when` of the policies and its stage");
            Some(newest.iter().fold(note, |note, span| note.label(*span, "judged by no rule")))
        }
        HoldCause::ClosedGate { step: [from, to], asked, rules, span } => {
            let message = format!("no rule of the gate `{from} -> {to}` passed, so `{workflow}` holds");
            let label = if *asked { "asks to pass it" } else { "has moved through it" };
            let was = |(rule, outcome, applied): &(String, Outcome, Option<EffectKind>)| {
                format!("`{rule}` {}", became(*outcome, *applied))
            };
            let all = rules.iter().map(was).collect::<Vec<_>>().join(", ");
            // With errors beside it, perhaps of rules that are not understood.
            let here = if all.is_empty() {
                "it has no rule that can be judged".to_owned()
            } else {
                format!("here {all}")
            };
            let note = Diagnostic::note(Code::ClosedGate, message)
                .help(format!("a gate opens when one of its rules passes and none holds; {here}"));
            Some(span.iter().fold(note, |note, span| note.label(*span, label)))
        }
    }
}

fn became(outcome: Outcome, applied: Option<EffectKind>) -> &'static str {
    match (outcome, applied) {
        (Outcome::Pass, _) => "passed",
        (Outcome::Waived, _) => "is waived",
        (Outcome::NotApplicable, _) => "does not apply",
        (Outcome::Off, _) => "is off",
        (Outcome::Fail, Some(EffectKind::Warn)) => "failed with a warning",
        (Outcome::Fail, Some(EffectKind::Note)) => "failed with a note",
        (Outcome::Fail, Some(EffectKind::Hold | EffectKind::Rollback) | None) => "failed",
        (Outcome::Undecided, Some(EffectKind::Warn)) => "is undecided, with a warning",
        (Outcome::Undecided, Some(EffectKind::Hold | EffectKind::Rollback | EffectKind::Note) | None) => {
            "is undecided"
        }
    }
}
