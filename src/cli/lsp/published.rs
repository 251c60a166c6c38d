//! Findings as the protocol has them, by the places of their files.

use std::collections::BTreeMap;

use gen_lsp_types::{
    Code as LspCode, Diagnostic as LspDiagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location,
    Range as LspRange, TextEdit, Uri,
};

use super::client::Client;
use super::encode;
use super::world::SiteNames;
use crate::diagnostic::Severity;
use crate::engine::Study;
use crate::render::editor::{EditorFinding, of_diagnostics};
use crate::report::{LabelReport, Region};
use crate::source::SourceMap;

/// A finding with what mends it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PublishedFinding {
    pub(super) diagnostic: LspDiagnostic,
    pub(super) fix: Option<PublishedFix>,
}

/// What to write where.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PublishedFix {
    pub(super) uri: Uri,
    pub(super) edit: TextEdit,
    /// The likeliest of several.
    pub(super) guess: bool,
}

/// The findings of each file, by its place, each once.
pub(super) type ByPlace = BTreeMap<String, Vec<PublishedFinding>>;

/// Adds findings, whose places lie in `sources`, to those of their files.
pub(super) fn add(
    all: &mut ByPlace,
    findings: Vec<EditorFinding>,
    sources: &SourceMap,
    names: &SiteNames<'_>,
    client: &Client,
) {
    for mut finding in findings {
        finding.place = in_a_file(finding.place, sources);
        finding.related = finding.related.into_iter().map(|label| in_a_file(label, sources)).collect();
        // Nobody can change what is shipped.
        let Some(place) = names.place(&finding.place.region.file) else { continue };
        let of_file = all.entry(place).or_default();
        let finding = published(finding, sources, names, client);
        if !of_file.contains(&finding) {
            of_file.push(finding);
        }
    }
}

/// A place in a snapshot that a test gives, which is not a file: the title of the test stands for it.
fn in_a_file(label: LabelReport, sources: &SourceMap) -> LabelReport {
    match sources.named(&label.region.file).and_then(|source| source.stands_for) {
        Some(title) => LabelReport { region: Region::new(title, sources), ..label },
        None => label,
    }
}

/// What a study says of its files.
pub(super) fn studied(study: &Study, names: &SiteNames<'_>, client: &Client) -> ByPlace {
    let mut all = ByPlace::new();
    add(&mut all, of_diagnostics(&study.diagnostics, &study.sources), &study.sources, names, client);
    all
}

fn published(
    finding: EditorFinding,
    sources: &SourceMap,
    names: &SiteNames<'_>,
    client: &Client,
) -> PublishedFinding {
    let range = |region: &Region| range_of(region, sources, client);
    let related = finding.related.iter().map(|label| {
        let location = Location { uri: names.uri(&label.region.file), range: range(&label.region) };
        let message = if label.text.is_empty() { "here".to_owned() } else { label.text.clone() };
        DiagnosticRelatedInformation { location, message }
    });
    let related: Vec<DiagnosticRelatedInformation> = related.collect();
    let fix = finding.fix.map(|fix| {
        let edit = TextEdit { range: range(&fix.region), new_text: fix.text };
        PublishedFix { uri: names.uri(&fix.region.file), edit, guess: finding.guess }
    });
    let severity = match finding.severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Note => DiagnosticSeverity::Information,
    };
    let diagnostic = LspDiagnostic {
        range: range(&finding.place.region),
        severity: Some(severity),
        code: Some(LspCode::String(finding.code)),
        code_description: None,
        source: Some("tollgate".to_owned()),
        message: finding.message.into(),
        tags: None,
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    };
    PublishedFinding { diagnostic, fix }
}

/// A region of a file; the beginning of one that could not be read.
fn range_of(region: &Region, sources: &SourceMap, client: &Client) -> LspRange {
    let source = sources.named(&region.file);
    source.map_or_else(LspRange::default, |source| encode::region(source, region, client.columns))
}
