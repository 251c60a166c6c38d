//! What could stand at the cursor of a policy or test, and what the function around it takes.

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionOptions, CompletionParams, Documentation, InsertTextFormat,
    InsertTextMode, MarkupContent, MarkupKind, ParameterInformation, SignatureHelp, SignatureHelpOptions,
    SignatureHelpParams, SignatureInformation, TextEdit,
};

use super::complete_yaml::{YamlOffers, yaml_offers};
use super::world::{StudiedPlace, World};
use crate::ide::complete::{Completion, CompletionKind, complete, is_in_text};
use crate::ide::signature::{Signature, signatures};
use crate::project::GATE;
use crate::source::Source;
use crate::text::visible;

/// Opens the expressions of texts, and blocks: in these nothing is asked for yet.
const BRACE: &str = "{";

/// What makes an editor ask by itself, but for letters.
pub(super) fn completion_options() -> CompletionOptions {
    let trigger_characters = Some([".", "[", BRACE].map(str::to_owned).into());
    CompletionOptions { trigger_characters, ..CompletionOptions::default() }
}

/// What makes an editor ask what a function takes.
pub(super) fn signature_options() -> SignatureHelpOptions {
    let trigger_characters = Some(["(", ","].map(str::to_owned).into());
    SignatureHelpOptions { trigger_characters, ..SignatureHelpOptions::default() }
}

/// What could stand at a position; none in a file that no project reads.
pub(super) fn completion(world: &World, params: &CompletionParams) -> Option<Vec<CompletionItem>> {
    let at = &params.text_document_position_params;
    let Some(place) = world.at(at).and_then(policy_at) else {
        let YamlOffers { sources, file, offers } = yaml_offers(world, at)?;
        return Some(items(world, sources.get(file)?, offers));
    };
    let text = &place.source.text;
    let typed = params.context.as_ref().and_then(|context| context.trigger_character.as_deref());
    if typed == Some(BRACE) && !is_in_text(text, place.offset) {
        return None;
    }
    let all = complete(&place.site.study, place.file, text, place.offset);
    Some(items(world, place.source, all))
}

fn items(world: &World, source: &Source, all: Vec<Completion>) -> Vec<CompletionItem> {
    all.into_iter().enumerate().map(|(at, one)| item(world, source, at, one)).collect()
}

/// How the function is called that a position lies in.
pub(super) fn signature_help(world: &World, params: &SignatureHelpParams) -> Option<SignatureHelp> {
    let place = policy_at(world.at(&params.text_document_position_params)?)?;
    let ways = signatures(&place.source.text, place.offset);
    let active = u32::try_from(ways.first()?.active).unwrap_or(u32::MAX);
    Some(SignatureHelp {
        signatures: ways.into_iter().map(signature_information).collect(),
        active_signature: Some(0),
        active_parameter: Some(active.into()),
    })
}

fn policy_at(place: StudiedPlace<'_>) -> Option<StudiedPlace<'_>> {
    place.source.name.ends_with(".gate").then_some(place)
}

/// A completion; `at` is its place in the list, which an editor would sort otherwise.
fn item(world: &World, source: &Source, at: usize, one: Completion) -> CompletionItem {
    let snippet = one.snippet.filter(|_| world.client.snippets);
    let format = if snippet.is_some() { InsertTextFormat::Snippet } else { InsertTextFormat::PlainText };
    let range = super::encode::range(source, one.span, world.client.columns);
    // What is put into YAML is indented as it has to be; an editor would add to that.
    let mode = source.name.ends_with(GATE).then_some(InsertTextMode::AdjustIndentation);
    CompletionItem {
        label: one.label,
        kind: Some(kind(one.kind)),
        detail: one.detail,
        // It is somebody's own words.
        documentation: one.doc.map(|doc| visible(&doc).into_owned().into()),
        sort_text: Some(format!("{at:04}")),
        insert_text_format: Some(format),
        insert_text_mode: mode.or(Some(InsertTextMode::AsIs)),
        text_edit: Some(TextEdit { range, new_text: snippet.unwrap_or(one.insert) }.into()),
        ..CompletionItem::default()
    }
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Keyword => CompletionItemKind::Keyword,
        CompletionKind::Field => CompletionItemKind::Field,
        CompletionKind::Let => CompletionItemKind::Variable,
        CompletionKind::Param => CompletionItemKind::Constant,
        CompletionKind::Policy => CompletionItemKind::Module,
        CompletionKind::Rule => CompletionItemKind::Event,
        CompletionKind::Function => CompletionItemKind::Function,
        CompletionKind::Stage | CompletionKind::Member => CompletionItemKind::EnumMember,
        CompletionKind::Unit => CompletionItemKind::Unit,
        CompletionKind::Type => CompletionItemKind::TypeParameter,
        CompletionKind::Key => CompletionItemKind::Property,
        CompletionKind::Value => CompletionItemKind::Value,
        CompletionKind::Name => CompletionItemKind::Reference,
    }
}

fn signature_information(signature: Signature) -> SignatureInformation {
    let argument = |place: &std::ops::Range<usize>| ParameterInformation {
        label: signature.label.get(place.clone()).unwrap_or_default().into(),
        documentation: None,
    };
    let parameters = Some(signature.arguments.iter().map(argument).collect());
    let documentation = Some(markdown(signature.doc));
    SignatureInformation { label: signature.label, documentation, parameters, active_parameter: None }
}

fn markdown(value: String) -> Documentation {
    MarkupContent { kind: MarkupKind::Markdown, value }.into()
}
