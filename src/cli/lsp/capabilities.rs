//! What the server offers.

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CodeLensOptions, ExecuteCommandOptions, PositionEncodingKind,
    RenameOptions, Save, SaveOptions, ServerCapabilities, TextDocumentContentOptions, TextDocumentSyncKind,
    TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};

use super::client::Client;
use super::world::BUILTIN_SCHEME;
use crate::source::Columns;

/// Everything that this editor is offered.
pub(super) fn offered(client: &Client) -> ServerCapabilities {
    let encoding = match client.columns {
        Columns::Utf8 => PositionEncodingKind::UTF8,
        Columns::Utf16 | Columns::Characters => PositionEncodingKind::UTF16,
    };
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(Save::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QuickFix]),
        ..CodeActionOptions::default()
    };
    let folders =
        WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(true.into()) };
    let texts = TextDocumentContentOptions::new(vec![BUILTIN_SCHEME.to_owned()]);
    ServerCapabilities {
        position_encoding: Some(encoding),
        text_document_sync: Some(sync.into()),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        workspace_symbol_provider: Some(true.into()),
        rename_provider: Some(
            RenameOptions { prepare_provider: Some(true), ..RenameOptions::default() }.into(),
        ),
        code_action_provider: Some(actions.into()),
        code_lens_provider: Some(CodeLensOptions::default()),
        inlay_hint_provider: Some(true.into()),
        completion_provider: Some(super::complete::completion_options()),
        signature_help_provider: Some(super::complete::signature_options()),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: super::commands::names(),
            ..ExecuteCommandOptions::default()
        }),
        semantic_tokens_provider: Some(super::syntax::tokens_offered().into()),
        document_symbol_provider: Some(true.into()),
        folding_range_provider: Some(true.into()),
        selection_range_provider: Some(true.into()),
        document_formatting_provider: Some(true.into()),
        workspace: Some(WorkspaceOptions {
            workspace_folders: Some(folders),
            text_document_content: client.has_virtual_texts.then(|| texts.into()),
            ..WorkspaceOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}
