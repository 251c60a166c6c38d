//! What the editor tells without asking.

use gen_lsp_types::{
    DidChangeConfigurationNotification, DidChangeConfigurationParams, DidChangeTextDocumentNotification,
    DidChangeTextDocumentParams, DidChangeWatchedFilesNotification, DidChangeWorkspaceFoldersNotification,
    DidCloseTextDocumentNotification, DidOpenTextDocumentNotification, DidSaveTextDocumentNotification,
    Notification as LspNotification, TextDocumentItem, Uri, WorkspaceFolder,
};
use lsp_server::{Notification, RequestId};
use serde_json::Value;

/// Something that has changed.
pub(super) enum EditorChange {
    Opened(TextDocumentItem),
    Typed(DidChangeTextDocumentParams),
    Closed(Uri),
    /// Files were written, by the editor or by others.
    OnDisk,
    Settings(Value),
    Folders {
        added: Vec<Uri>,
        removed: Vec<Uri>,
    },
    /// A request that is not to be answered any more.
    Cancelled(RequestId),
}

impl EditorChange {
    /// What a notification says; none for one that changes nothing here, or that makes no sense.
    pub(super) fn read(notification: Notification) -> Option<Self> {
        let Notification { method, params } = notification;
        Self::of::<DidOpenTextDocumentNotification>(&method, &params, |params| {
            Self::Opened(params.text_document)
        })
        .or_else(|| Self::of::<DidChangeTextDocumentNotification>(&method, &params, Self::Typed))
        .or_else(|| {
            let closed = |params: <DidCloseTextDocumentNotification as LspNotification>::Params| {
                Self::Closed(params.text_document.uri)
            };
            Self::of::<DidCloseTextDocumentNotification>(&method, &params, closed)
        })
        .or_else(|| Self::of::<DidSaveTextDocumentNotification>(&method, &params, |_| Self::OnDisk))
        .or_else(|| Self::of::<DidChangeWatchedFilesNotification>(&method, &params, |_| Self::OnDisk))
        .or_else(|| {
            let settings = |params: DidChangeConfigurationParams| Self::Settings(params.settings);
            Self::of::<DidChangeConfigurationNotification>(&method, &params, settings)
        })
        .or_else(|| {
            let uris = |folders: Vec<WorkspaceFolder>| folders.into_iter().map(|folder| folder.uri).collect();
            Self::of::<DidChangeWorkspaceFoldersNotification>(&method, &params, |params| Self::Folders {
                added: uris(params.event.added),
                removed: uris(params.event.removed),
            })
        })
        .or_else(|| {
            let id = params.get("id").filter(|_| method == "$/cancelRequest")?;
            serde_json::from_value(id.clone()).ok().map(Self::Cancelled)
        })
    }

    fn of<N: LspNotification>(
        method: &str,
        params: &Value,
        change: impl FnOnce(N::Params) -> Self,
    ) -> Option<Self> {
        let known: gen_lsp_types::LspNotificationMethod<'_> = N::METHOD;
        let params = Some(params).filter(|_| known.as_str() == method)?;
        serde_json::from_value(params.clone()).ok().map(change)
    }
}
