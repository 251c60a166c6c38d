//! English of what was found out: the one place that turns verdicts, their why and what would change them into sentences.
//!
//! Decides nothing and looks nothing up but the places that spans stand for. It is below the engine and the formats, so
//! that a test's diagnostics, the report and every format say the same in the same words.

mod breach;
mod change;
mod collected;
mod reason;
mod record;
mod remark;
mod said;
mod stop;
mod value;

pub use collected::is_edited;
pub use reason::reason;
pub use remark::remark;
pub use said::labels;
pub use stop::stop;
pub use value::{figure, reading};

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::eval::{Judged, Lift, Rulebook};
use crate::evidence::ReasonKind;
use crate::report::amount::AmountReport;
use crate::report::provenance::ProvenanceReport;
use crate::report::why::{Change, Held, Piece, RuleVerdict, Said, Saw, WorkflowVerdict};
use crate::report::{Decision, EvidenceReport, LabelReport, Place, RuleReport, Threshold, WorkflowReport};
use crate::settings::show_range;
use crate::source::SourceMap;
use crate::text::quote;
use crate::value::CollectedField;

/// What was found out about a workflow, as it is reported.
#[derive(Debug)]
pub struct Told {
    pub report: WorkflowReport,
    pub diagnostics: Vec<Diagnostic>,
    /// What waivers met with.
    pub lifts: Vec<Lift>,
}

impl Told {
    /// No verdict of a workflow.
    pub fn nothing(workflow: &str) -> Self {
        let report = WorkflowReport {
            project: None,
            workflow: workflow.to_owned(),
            stage: None,
            asks: None,
            as_of: None,
            decision: Decision::Error,
            retired: None,
            snapshots: 0,
            newest: None,
            rules: Vec::new(),
            because: Vec::new(),
            sources: Vec::new(),
            gates: Vec::new(),
        };
        Self { report, diagnostics: Vec::new(), lifts: Vec::new() }
    }
}

/// Puts a judgement into words. Once the run is over its limit for reports, it returns nothing.
pub fn tell(judged: Judged, rulebook: &Rulebook<'_>) -> Told {
    let Judged { verdict, remarks, lifts } = judged;
    if rulebook.run.is_exceeded() {
        return Told::nothing(&verdict.workflow);
    }
    let remarks = remarks.iter().map(|one| remark(one, &verdict.workflow));
    let stops = verdict.stops.iter().filter_map(|one| stop::note(one, &verdict.workflow));
    let diagnostics = remarks.chain(stops).collect();
    let report = workflow_report(verdict, rulebook.sources);
    if !rulebook.run.report(report.bytes()) {
        return Told::nothing(&report.workflow);
    }
    Told { report, diagnostics, lifts }
}

fn workflow_report(verdict: WorkflowVerdict, sources: &SourceMap) -> WorkflowReport {
    let mut rules: Vec<_> = verdict.rules.into_iter().map(|rule| rule_report(rule, sources)).collect();
    // They were put in the place of the verdicts, which is larger.
    rules.shrink_to_fit();
    WorkflowReport {
        project: None,
        workflow: verdict.workflow,
        stage: verdict.stage,
        asks: verdict.asks,
        as_of: None,
        decision: verdict.decision,
        retired: verdict.retired.map(|date| date.to_string()),
        snapshots: verdict.snapshots,
        newest: verdict.newest,
        rules,
        because: verdict.stops.iter().map(stop::stop).collect(),
        sources: Vec::new(),
        gates: Vec::new(),
    }
}

fn rule_report(verdict: RuleVerdict, sources: &SourceMap) -> RuleReport {
    let labels = labels(&verdict, sources);
    let in_words = |pieces: &[Piece]| text(pieces, sources);
    let nowhere = || Place { file: String::new(), line: 1, column: 1, cell: None };
    RuleReport {
        title: text(&verdict.title, sources),
        gate: gate_of(&verdict.steps),
        enforced: verdict.enforced,
        outcome: verdict.outcome,
        effect: verdict.effect,
        effect_from: Place::new(verdict.effect_from, sources),
        message: verdict.message.as_deref().map(in_words),
        policy: verdict.declared.map_or_else(nowhere, |span| Place::new(span, sources)),
        evidence: verdict.evidence.iter().map(|saw| evidence(saw, sources)).collect(),
        thresholds: verdict.thresholds.iter().map(|held| threshold(held, sources)).collect(),
        would_pass: verdict.change.as_ref().map(|wanted| remedy(wanted, &verdict.sources)),
        applied: verdict.applied,
        places: labels.iter().map(|label| LabelReport::new(label, sources)).collect(),
        labels,
        sources: verdict.sources.iter().map(|of| provenance(of, sources)).collect(),
        help: verdict.help.as_deref().map(in_words),
        before_move: verdict.before_move.map(|date| date.to_string()),
        rule: verdict.rule,
    }
}

/// What would pass or decide: what a source could not give is collected again rather than written by hand.
fn remedy(wanted: &Change, sources: &[CollectedField]) -> String {
    let told = change::change(wanted);
    let gaps: BTreeSet<&str> = sources.iter().filter(|of| of.unknown.is_some()).map(|of| &*of.from).collect();
    if gaps.is_empty() || !change::is_to_record(wanted) {
        return told;
    }
    let names = gaps.iter().map(|name| format!("`{}`", quote(name))).collect::<Vec<_>>().join(" and ");
    format!("mend {names} and collect again, or {told}")
}

fn provenance(of: &CollectedField, sources: &SourceMap) -> ProvenanceReport {
    let edited = collected::is_edited(of, sources);
    let text = collected::source(of) + if edited { ", edited by hand since" } else { "" };
    ProvenanceReport::new(of, (text, edited), sources)
}

/// `pilot -> expanded, expanded -> full`
fn gate_of(steps: &[[Arc<str>; 2]]) -> Option<String> {
    let shown = |[from, to]: &[Arc<str>; 2]| format!("{from} -> {to}");
    (!steps.is_empty()).then(|| steps.iter().map(shown).collect::<Vec<_>>().join(", "))
}

fn text(pieces: &[Piece], sources: &SourceMap) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.to_string(),
        Piece::Value(value) => figure(value),
        Piece::Breach(of) => breach::breach(of),
        Piece::WayOut(of) => breach::way_out(of, sources),
        Piece::Approximate => "approximately ".to_owned(),
        Piece::OfGroup(keys) => format!(" ({})", keys.iter().map(figure).collect::<Vec<_>>().join(", ")),
    };
    pieces.iter().map(piece).collect()
}

fn evidence(saw: &Saw, sources: &SourceMap) -> EvidenceReport {
    let said = saw.because.iter().map(|kind| match kind {
        // The value is that of the field, which need not be named again.
        ReasonKind::Uncollected { field, gap, .. } if **field == *saw.expression => reason::gap(gap),
        kind => reason::reason(kind),
    });
    let why = said.collect::<Vec<_>>().join("; ");
    let why = if why.is_empty() { why } else { format!(": {why}") };
    let known = if let Said::Value(reading) = &saw.said { Some(&reading.figure) } else { None };
    EvidenceReport {
        expression: saw.expression.clone(),
        value: format!("{}{why}", said::said(&saw.said, sources)),
        amount: known.and_then(AmountReport::of_figure),
        place: Place::new(saw.span, sources),
    }
}

fn threshold(held: &Held, sources: &SourceMap) -> Threshold {
    Threshold {
        param: held.param.to_string(),
        value: figure(&held.figure),
        amount: AmountReport::of_figure(&held.figure),
        from: Place::new(held.origin, sources),
        within: held.within.as_ref().and_then(|(ty, range)| show_range(ty, range)),
        because: held.because.as_deref().map(str::to_owned),
        labelled: held.pointed_at,
    }
}
