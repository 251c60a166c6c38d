//! What the editor can do, and what its user has set.

use gen_lsp_types::{ClientCapabilities, PositionEncodingKind};
use serde::Deserialize;
use serde_json::Value;

use crate::source::Columns;
use crate::value::{Date, parse_date};

/// The editor, as it has introduced itself.
#[derive(Clone, Debug)]
pub(super) struct Client {
    /// What positions count.
    pub(super) columns: Columns,
    /// Whether it tells of files that others change.
    pub(super) watches: bool,
    /// Whether it asks for the text of a document that is not a file.
    pub(super) has_virtual_texts: bool,
    /// Whether it can be asked for its settings.
    pub(super) has_settings: bool,
    /// The requests that make it ask anew for what was shown of a file.
    pub(super) refreshes: Vec<&'static str>,
    /// Whether completions may have places to fill in.
    pub(super) snippets: bool,
    pub(super) settings: LspSettings,
}

/// What the user has set under `tollgate`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LspSettings {
    pub(super) inlay_hints: bool,
    pub(super) code_lens: bool,
    /// The day of judgement, if it is not today.
    pub(super) as_of: Option<Date>,
    /// Whether the folder is one whose author the user trusts; else nothing outside of it is read.
    pub(super) trusted: bool,
}

impl Default for LspSettings {
    fn default() -> Self {
        Self { inlay_hints: true, code_lens: true, as_of: None, trusted: true }
    }
}

/// The settings as they are sent. What is no setting of ours, or of the wrong type, is left alone.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SentSettings {
    inlay_hints: Option<Value>,
    code_lens: Option<Value>,
    as_of: Option<Value>,
    trusted: Option<Value>,
    text_document_content: Option<Value>,
}

impl LspSettings {
    /// The settings with what was sent, which may lie under `tollgate`.
    pub(super) fn with(&self, sent: &Value) -> Self {
        let sent = sent_settings(sent);
        let flag =
            |value: Option<Value>, known: bool| value.and_then(|value| value.as_bool()).unwrap_or(known);
        let as_of = match sent.as_of {
            Some(value) => value.as_str().and_then(parse_date),
            None => self.as_of,
        };
        Self {
            inlay_hints: flag(sent.inlay_hints, self.inlay_hints),
            code_lens: flag(sent.code_lens, self.code_lens),
            as_of,
            // The settings of a folder are among what is sent: they cannot make it a trusted one.
            trusted: self.trusted && flag(sent.trusted, true),
        }
    }
}

fn sent_settings(sent: &Value) -> SentSettings {
    let own = sent.get("tollgate").unwrap_or(sent);
    serde_json::from_value(own.clone()).unwrap_or_default()
}

impl Client {
    /// Reads the introduction.
    pub(super) fn new(capabilities: &ClientCapabilities, options: Option<&Value>) -> Self {
        let general = capabilities.general.as_ref();
        let encodings = general.and_then(|general| general.position_encodings.as_deref()).unwrap_or_default();
        let utf8 = encodings.contains(&PositionEncodingKind::UTF8);
        let workspace = capabilities.workspace.as_ref();
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let text = capabilities.text_document.as_ref();
        let item =
            text.and_then(|text| text.completion.as_ref()).and_then(|text| text.completion_item.as_ref());
        let lenses = workspace.and_then(|workspace| workspace.code_lens.as_ref()?.refresh_support);
        let hints = workspace.and_then(|workspace| workspace.inlay_hint.as_ref()?.refresh_support);
        let tokens = workspace.and_then(|workspace| workspace.semantic_tokens.as_ref()?.refresh_support);
        let refreshes = [
            (lenses, "workspace/codeLens/refresh"),
            (hints, "workspace/inlayHint/refresh"),
            (tokens, "workspace/semanticTokens/refresh"),
        ];
        let known = refreshes.into_iter().filter(|(knows, _)| *knows == Some(true));
        let offers = options.map(sent_settings).and_then(|sent| sent.text_document_content?.as_bool());
        let asks = workspace.is_some_and(|workspace| workspace.text_document_content.is_some());
        Self {
            columns: if utf8 { Columns::Utf8 } else { Columns::Utf16 },
            watches: watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false),
            has_virtual_texts: offers.unwrap_or(asks),
            has_settings: workspace.and_then(|workspace| workspace.configuration).unwrap_or(false),
            refreshes: known.map(|(_, method)| method).collect(),
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            settings: options.map_or_else(LspSettings::default, |sent| LspSettings::default().with(sent)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_folder_sets_cannot_make_it_trusted() {
        let fenced = LspSettings::default().with(&json!({ "trusted": false, "inlayHints": false }));
        assert!(!fenced.trusted && !fenced.inlay_hints);
        let later = fenced.with(&json!({ "tollgate": { "trusted": true, "inlayHints": true } }));
        assert!(!later.trusted && later.inlay_hints);
        assert!(LspSettings::default().with(&json!({ "codeLens": "no" })).trusted);
    }
}
