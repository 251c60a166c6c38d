//! What is said of a whole workflow: that it holds though none of its rules does, or that it is retired.

use super::{Finding, FindingKind, HELD, at, shown};
use crate::ast::EffectKind;
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::{Decision, Report, WorkflowReport};

/// None where its rules say all there is to say.
pub(super) fn found(workflow: &WorkflowReport, judgement: &Answer<Report>) -> Option<Finding> {
    let name = workflow.name();
    match workflow.decision {
        // What a denied warning holds says so itself.
        Decision::Hold if !workflow.because.is_empty() && !holds(workflow) => {
            let excused = judgement.report.against.as_ref().and_then(|against| against.excuse(&name));
            let severity = if excused.is_some() { Severity::Note } else { Severity::Error };
            let because = workflow.because.iter().map(|why| shown(why)).collect::<Vec<_>>().join("\n");
            let title = "Nothing shows that a workflow may go on";
            let kind = FindingKind::Effect(EffectKind::Hold);
            Some(Finding { excused, ..finding(workflow, HELD, title, severity, kind, because) })
        }
        Decision::Retired => {
            let last_day = workflow.retired.as_deref().unwrap_or_default();
            let title = "A workflow that is retired is no longer judged";
            let message = format!("retired: its last day was {}", shown(last_day));
            let kind = FindingKind::Diagnostic(Severity::Note);
            Some(finding(workflow, "tollgate.retired", title, Severity::Note, kind, message))
        }
        Decision::Hold | Decision::Advance | Decision::Continue | Decision::Rollback | Decision::Error => {
            None
        }
    }
}

/// Whether a rule holds it.
fn holds(workflow: &WorkflowReport) -> bool {
    workflow.rules.iter().any(|rule| rule.applied >= Some(EffectKind::Hold))
}

fn finding(
    workflow: &WorkflowReport,
    rule: &str,
    title: &str,
    severity: Severity,
    kind: FindingKind,
    message: String,
) -> Finding {
    let newest = workflow.newest.as_ref();
    let place = newest.map(|newest| at(shown(&newest.file), 1, 1, "the newest snapshot".to_owned()));
    Finding {
        rule: rule.to_owned(),
        title: title.to_owned(),
        severity,
        kind,
        workflow: Some(shown(&workflow.name())),
        step: None,
        is_of_several: false,
        message,
        help: None,
        fix: None,
        places: place.into_iter().collect(),
        sources: Vec::new(),
        waivers: Vec::new(),
        excused: None,
    }
}
