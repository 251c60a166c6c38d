//! What the formats for machines list: each diagnostic, what a pull request changes of what it is judged by, and each rule
//! that does something, with its places.

pub(super) mod against;
mod workflow;

use std::collections::HashMap;

use super::human::read;
use crate::ast::EffectKind;
use crate::builtin;
use crate::diagnostic::{Diagnostic, Fix, Label, Severity};
use crate::engine::Answer;
use crate::project::path::straight;
use crate::render::severity;
use crate::report::against::FileChange;
use crate::report::provenance::ProvenanceReport;
use crate::report::{
    FixReport, LabelReport, Outcome, Place, Region, Report, RuleReport, WaiverReport, WorkflowReport,
};
use crate::source::SourceMap;
use crate::text::visible;

/// What a finding is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FindingKind {
    /// A rule that failed, with what that does.
    Effect(EffectKind),
    /// An undecided rule that stops its workflow or warns.
    Undecided,
    /// A rule that a waiver lifts.
    Waived,
    /// What was said of a file.
    Diagnostic(Severity),
    /// A warning that holds, and is not a rule's.
    Denied,
    /// What was found of the pull request itself.
    PullRequest,
}

/// The name of what holds a workflow of which no rule does.
pub(super) const HELD: &str = "tollgate.held";

impl FindingKind {
    /// The word for it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Effect(effect) => effect.as_str(),
            Self::Undecided => "undecided",
            Self::Waived => "waived",
            Self::Diagnostic(severity) => severity.as_str(),
            Self::Denied => "denied",
            Self::PullRequest => "pull request",
        }
    }
}

/// One entry of a list for machines. All texts but that of a fix have their hidden characters written out.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// `policy.rule`, or the code of a diagnostic.
    pub(super) rule: String,
    /// What the rule demands, or the title of the code.
    pub(super) title: String,
    pub(super) severity: Severity,
    pub(super) kind: FindingKind,
    pub(super) workflow: Option<String>,
    /// The step that a rule is of, where it is of one.
    pub(super) step: Option<String>,
    /// Whether the rule is reported of several steps, so that the step names it too.
    pub(super) is_of_several: bool,
    /// What happened, and what would change it, in sentences on lines of their own.
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// What to write, where that is known and the file is one that the reader can change.
    pub(super) fix: Option<FixReport>,
    /// The snapshot's line first, where there is one; the policy's behind it.
    pub(super) places: Vec<LabelReport>,
    /// Where the fields that a rule saw were collected from.
    pub(super) sources: Vec<ProvenanceReport>,
    /// What lifts it: the waivers of a waived rule.
    pub(super) waivers: Vec<WaiverReport>,
    /// Why it fails nobody's check, where its workflow does not go on and that does not count.
    pub(super) excused: Option<&'static str>,
}

impl Finding {
    /// The rule, with its step where it is reported of several.
    pub(super) fn name(&self) -> String {
        named_by_step(&self.rule, self.step.as_deref().filter(|_| self.is_of_several))
    }

    /// Names the finding wherever its lines move to: a hash of what it is about.
    pub(super) fn fingerprint(&self) -> String {
        let about = match &self.workflow {
            Some(workflow) if self.is_of_several => {
                format!("{workflow}\n{}\n{}", self.rule, self.step.as_deref().unwrap_or_default())
            }
            Some(workflow) => format!("{workflow}\n{}", self.rule),
            None => {
                let file = self.places.first().map_or("", |place| &place.region.file);
                format!("{}\n{file}\n{}", self.rule, self.message)
            }
        };
        format!("{:016x}", fnv(about.as_bytes()))
    }
}

/// The rules of a workflow that are reported of several steps.
pub(super) struct OfSeveralSteps<'w>(HashMap<&'w str, usize>);

impl<'w> OfSeveralSteps<'w> {
    pub(super) fn new(workflow: &'w WorkflowReport) -> Self {
        let mut times: HashMap<&str, usize> = HashMap::new();
        workflow.rules.iter().for_each(|rule| *times.entry(&rule.rule).or_default() += 1);
        Self(times)
    }

    fn has(&self, rule: &RuleReport) -> bool {
        self.0.get(&*rule.rule).is_some_and(|times| *times > 1)
    }

    /// What tells a rule of a workflow from all others of it: its name, with its step where it has several.
    pub(super) fn name(&self, rule: &RuleReport) -> String {
        named_by_step(&rule.rule, rule.gate.as_deref().filter(|_| self.has(rule)))
    }
}

fn named_by_step(rule: &str, step: Option<&str>) -> String {
    step.map_or_else(|| rule.to_owned(), |step| format!("{rule} ({})", shown(step)))
}

/// The FNV-1a hash in 64 bits: the same in every version and on every machine.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Everything that is to be listed: diagnostics first, then what a pull request changes, then rules by workflow. `folder` is where the repository that was
/// judged lies for the reader of the list: nothing, `examples/desk/`, or `/home/ana/desk/`.
pub(super) fn findings(judgement: &Answer<Report>, folder: &str) -> Vec<Finding> {
    let mut findings = all(judgement, folder);
    findings.iter_mut().for_each(|finding| settle(finding, folder, judgement));
    findings
}

/// The findings of rules, by workflow, and by rule and step.
pub(super) struct FindingsOf<'f>(HashMap<&'f str, HashMap<(&'f str, Option<&'f str>), &'f Finding>>);

impl<'f> FindingsOf<'f> {
    pub(super) fn new(findings: &'f [Finding]) -> Self {
        let mut of: HashMap<&str, HashMap<(&str, Option<&str>), &Finding>> = HashMap::new();
        for finding in findings {
            if let Some(workflow) = &finding.workflow {
                let key = (finding.rule.as_str(), finding.step.as_deref());
                of.entry(workflow).or_default().entry(key).or_insert(finding);
            }
        }
        Self(of)
    }

    /// Why a workflow holds of which no rule does.
    pub(super) fn held(&self, workflow: &str) -> Option<&'f Finding> {
        self.0.get(workflow)?.get(&(HELD, None)).copied()
    }

    pub(super) fn get(&self, workflow: &str, rule: &RuleReport) -> Option<&'f Finding> {
        self.0.get(workflow)?.get(&(&*shown(&rule.rule), rule.gate.as_deref())).copied()
    }
}

/// Gives places the names that the reader knows, and each place once.
fn settle(finding: &mut Finding, folder: &str, judgement: &Answer<Report>) {
    let mut places: Vec<LabelReport> = Vec::new();
    for mut place in std::mem::take(&mut finding.places) {
        place.region.file = below(folder, &place.region.file, judgement);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    finding.places = places;
    let is_own = |fix: &FixReport| base_of(&fix.region.file, judgement).is_empty();
    finding.fix = finding.fix.take().filter(is_own);
    if let Some(fix) = &mut finding.fix {
        fix.region.file = below(folder, &fix.region.file, judgement);
    }
}

/// Rules that would be listed if no waiver lifted them.
pub(super) fn waived(judgement: &Answer<Report>, folder: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut waivers: HashMap<(String, &str), Vec<&WaiverReport>> = HashMap::new();
    for waiver in &judgement.report.waivers {
        waivers.entry((waiver.name(), &waiver.rule)).or_default().push(waiver);
    }
    for workflow in &judgement.report.workflows {
        for rule in workflow.rules.iter().filter(|rule| rule.enforced && rule.outcome == Outcome::Waived) {
            let own = waivers.get(&(workflow.name(), &*rule.rule)).into_iter().flatten();
            let mut finding = Finding {
                workflow: Some(shown(&workflow.name())),
                kind: FindingKind::Waived,
                waivers: own.map(|waiver| (*waiver).clone()).collect(),
                ..of_effect(rule, rule.effect, judgement, folder)
            };
            settle(&mut finding, folder, judgement);
            findings.push(finding);
        }
    }
    findings
}

/// Where formats that want a place show what has none.
pub(super) fn nowhere(folder: &str) -> LabelReport {
    at(format!("{folder}tollgate.yaml"), 1, 1, "no line of its own".to_owned())
}

/// One character of a file.
fn at(file: String, line: usize, column: usize, text: String) -> LabelReport {
    LabelReport {
        region: Region { file, line, column, end_line: line, end_column: column + 1, cell: None },
        text,
    }
}

/// What became of a file, by the names that the reader knows.
pub(super) fn named_below(folder: &str, change: &FileChange, judgement: &Answer<Report>) -> String {
    let name = |file: &Option<String>| file.as_deref().map(|file| below(folder, file, judgement));
    FileChange { old: name(&change.old), new: name(&change.new), fate: change.fate }.to_string()
}

/// The name of a file as the reader of the list knows it. One of the base keeps its prefix in front.
pub(super) fn below(folder: &str, file: &str, judgement: &Answer<Report>) -> String {
    let base = base_of(file, judgement);
    if file.starts_with(builtin::FOLDER) {
        file.to_owned()
    } else {
        base.clone() + &straight(&format!("{folder}{}", file.strip_prefix(&base).unwrap_or(file)))
    }
}

/// What was read, by the names that the reader knows, in sentences.
pub(super) fn read_below(folder: &str, judgement: &Answer<Report>) -> Vec<String> {
    let mut known = judgement.report.read.clone();
    let names = known.passed_over.iter_mut().map(|missed| &mut missed.path);
    names.chain(&mut known.configurations).for_each(|name| *name = below(folder, name, judgement));
    read(&known)
}

/// The prefix of a file of the base; nothing for any other.
fn base_of(file: &str, judgement: &Answer<Report>) -> String {
    let base = judgement.report.against.as_ref().map(|against| format!("{}:", shown(&against.reference)));
    base.filter(|base| file.starts_with(base)).unwrap_or_default()
}

fn all(judgement: &Answer<Report>, folder: &str) -> Vec<Finding> {
    let sources = &judgement.sources;
    let diagnosed = judgement.diagnostics.iter().map(|diagnostic| {
        let finding = of_diagnostic(diagnostic, sources);
        match judgement.report.denied.holds(diagnostic, sources) {
            true => Finding { severity: Severity::Error, kind: FindingKind::Denied, ..finding },
            false => finding,
        }
    });
    let ruled = judgement.report.workflows.iter().flat_map(|workflow| {
        let name = workflow.name();
        let excused = judgement.report.against.as_ref().and_then(|against| against.excuse(&name));
        let several = OfSeveralSteps::new(workflow);
        workflow.rules.iter().filter_map(move |rule| {
            let finding = of_rule(rule, judgement, folder)?;
            let severity = if excused.is_some() { Severity::Note } else { finding.severity };
            let is_of_several = several.has(rule);
            Some(Finding { workflow: Some(shown(&name)), is_of_several, severity, excused, ..finding })
        })
    });
    let whole = judgement.report.workflows.iter().filter_map(|workflow| workflow::found(workflow, judgement));
    diagnosed.chain(against::found(judgement, folder)).chain(ruled).chain(whole).collect()
}

pub(super) fn of_diagnostic(diagnostic: &Diagnostic, sources: &SourceMap) -> Finding {
    Finding {
        rule: diagnostic.code.to_string(),
        title: diagnostic.code.title().to_owned(),
        severity: diagnostic.severity,
        kind: FindingKind::Diagnostic(diagnostic.severity),
        workflow: None,
        step: None,
        is_of_several: false,
        message: shown(&diagnostic.message),
        help: diagnostic.advice(sources).as_deref().map(shown),
        fix: diagnostic.fix.as_ref().map(|fix| replacement(fix, sources)),
        places: diagnostic.labels.iter().map(|label| region(label, sources)).collect(),
        sources: Vec::new(),
        waivers: Vec::new(),
        excused: None,
    }
}

/// A rule that does something to its workflow; none for one that passed or does not apply.
fn of_rule(rule: &RuleReport, judgement: &Answer<Report>, folder: &str) -> Option<Finding> {
    let applied = rule.applied.filter(|_| rule.enforced)?;
    Some(of_effect(rule, applied, judgement, folder))
}

fn of_effect(rule: &RuleReport, applied: EffectKind, judgement: &Answer<Report>, folder: &str) -> Finding {
    let sources = &judgement.sources;
    let undecided = rule.outcome == Outcome::Undecided;
    let in_policy = |label: &&Label| sources.name(label.span.file) == rule.policy.file;
    let (policy, input): (Vec<&Label>, Vec<&Label>) = rule.labels.iter().partition(in_policy);
    let mut places: Vec<LabelReport> = input.into_iter().map(|label| region(label, sources)).collect();
    match policy.first() {
        Some(label) => places.push(region(label, sources)),
        None => {
            let Place { file, line, column, .. } = &rule.policy;
            places.push(at(shown(file), *line, *column, "the rule".to_owned()));
        }
    }
    let mut lines = Vec::new();
    if undecided {
        lines.push(format!("undecided, so the effect is {}", applied.as_str()));
    }
    lines.extend(rule.message.as_deref().map(shown));
    for evidence in &rule.evidence {
        lines.push(format!("{}: {}", shown(&evidence.expression), shown(&evidence.value)));
    }
    for threshold in &rule.thresholds {
        let from = below(folder, &threshold.from.to_string(), judgement);
        lines.push(shown(&format!("{} = {} ({from})", threshold.param, threshold.value)));
    }
    let collected: Vec<ProvenanceReport> = rule.sources.iter().map(shown_source).collect();
    lines.extend(collected.iter().map(|source| format!("collected: {}", source.text)));
    let word = if undecided { "would decide" } else { "would pass" };
    lines.extend(rule.would_pass.as_ref().map(|remedy| format!("{word}: {}", shown(remedy))));
    if lines.is_empty() {
        lines.push(shown(&rule.title));
    }
    Finding {
        rule: shown(&rule.rule),
        title: shown(&rule.title),
        severity: severity(applied),
        kind: if undecided { FindingKind::Undecided } else { FindingKind::Effect(applied) },
        workflow: None,
        step: rule.gate.clone(),
        is_of_several: false,
        message: lines.join("\n"),
        help: rule.help.as_deref().map(shown),
        fix: None,
        places,
        sources: collected,
        waivers: Vec::new(),
        excused: None,
    }
}

/// A source with the hidden characters written out of whatever somebody could write there.
fn shown_source(source: &ProvenanceReport) -> ProvenanceReport {
    let each = |text: &Option<String>| text.as_deref().map(shown);
    ProvenanceReport {
        field: shown(&source.field),
        from: shown(&source.from),
        tool: each(&source.tool),
        file: each(&source.file),
        unknown: each(&source.unknown),
        text: shown(&source.text),
        place: Place { file: shown(&source.place.file), ..source.place.clone() },
        ..source.clone()
    }
}

/// Where a label is: at least one character, which a reader can be shown.
fn region(label: &Label, sources: &SourceMap) -> LabelReport {
    let LabelReport { mut region, text } = LabelReport::new(label, sources);
    region.file = shown(&region.file);
    if (region.line, region.column) == (region.end_line, region.end_column) {
        region.end_column += 1;
    }
    LabelReport { region, text: shown(&text) }
}

fn replacement(fix: &Fix, sources: &SourceMap) -> FixReport {
    let FixReport { region, text } = FixReport::new(fix, sources);
    FixReport { region: Region { file: shown(&region.file), ..region }, text }
}

/// Hidden characters written out; lines stay lines.
pub(super) fn shown(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}
