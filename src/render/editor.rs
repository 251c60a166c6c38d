//! What an editor lists beside a text: the same findings as SARIF has, by their first place, with the others as related ones.

use super::finding::{Finding, findings, nowhere, of_diagnostic};
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::Answer;
use crate::report::{FixReport, LabelReport, Report};
use crate::source::SourceMap;

/// A finding, at a place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditorFinding {
    /// The code of a diagnostic, or the name of a rule.
    pub code: String,
    /// How grave it is.
    pub severity: Severity,
    /// What happened, then what to do about it.
    pub message: String,
    /// Where it is shown.
    pub place: LabelReport,
    /// Other places that it is about: of a failed rule, its line in the policy.
    pub related: Vec<LabelReport>,
    /// What to write, where that is known.
    pub fix: Option<FixReport>,
    /// Whether that is the likeliest of several.
    pub guess: bool,
}

/// Everything that a judgement lists.
pub fn of_judgement(judgement: &Answer<Report>) -> Vec<EditorFinding> {
    let all = findings(judgement, "");
    // The diagnostics come first.
    let guesses = judgement.diagnostics.iter().map(is_guess).chain(std::iter::repeat(false));
    all.into_iter().zip(guesses).map(|(finding, guess)| for_editor(finding, guess)).collect()
}

/// Diagnostics by themselves.
pub fn of_diagnostics(diagnostics: &[Diagnostic], sources: &SourceMap) -> Vec<EditorFinding> {
    let one = |found: &Diagnostic| for_editor(of_diagnostic(found, sources), is_guess(found));
    diagnostics.iter().map(one).collect()
}

fn is_guess(diagnostic: &Diagnostic) -> bool {
    diagnostic.fix.as_ref().is_some_and(|fix| fix.guess)
}

fn for_editor(finding: Finding, guess: bool) -> EditorFinding {
    let mut message = match &finding.workflow {
        Some(workflow) => format!("{workflow}: {}", finding.message),
        None => finding.message,
    };
    if let Some(help) = &finding.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let mut places = finding.places.into_iter();
    let place = places.next().unwrap_or_else(|| nowhere(""));
    let (code, severity, fix) = (finding.rule, finding.severity, finding.fix);
    EditorFinding { code, severity, message, place, related: places.collect(), fix, guess }
}
