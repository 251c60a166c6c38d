//! The texts that are open in the editor: these count, whatever is on the disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::encode;
use crate::project::{Memory, TableNode};
use crate::source::{Columns, Source, SourceMap};

/// An open text.
#[derive(Clone, Debug)]
pub(super) struct OpenDocument {
    /// As the editor names it.
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) text: Arc<str>,
}

/// All open texts, by their places among the files.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<String, OpenDocument>,
    /// Where each lay when it was opened: a folder that is made later may be a link to another one.
    places: BTreeMap<String, String>,
}

impl Documents {
    pub(super) fn open(&mut self, place: String, document: OpenDocument) {
        self.places.insert(document.uri.0.clone(), place.clone());
        self.open.insert(place, document);
    }

    /// Closes a text; says whether that changes what is open. A file may be open by a second name.
    pub(super) fn close(&mut self, uri: &Uri) -> bool {
        let Some(place) = self.places.remove(&uri.0) else { return false };
        let is_own = self.open.get(&place).is_some_and(|document| document.uri == *uri);
        is_own && self.open.remove(&place).is_some()
    }

    /// The place of an open text.
    pub(super) fn place(&self, uri: &Uri) -> Option<&String> {
        self.places.get(&uri.0)
    }

    pub(super) fn get(&self, place: &str) -> Option<&OpenDocument> {
        self.open.get(place)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &String> {
        self.open.keys()
    }

    /// Applies changes, one after another: each is counted in the text that the one before has made.
    pub(super) fn change(
        &mut self,
        place: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        columns: Columns,
    ) {
        let Some(document) = self.open.get_mut(place) else { return };
        let mut text = document.text.to_string();
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let mut sources = SourceMap::default();
                    let file = sources.add("", text.as_str());
                    let Some(source) = sources.get(file) else { continue };
                    let bytes = encode::bytes(source, part.range, columns);
                    text.replace_range(bytes, &part.text);
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                    text = whole.text;
                }
            }
        }
        document.text = text.into();
        document.version = version;
    }

    /// The texts as files.
    pub(super) fn files(&self) -> Memory {
        let mut files = Memory::default();
        for (place, document) in &self.open {
            files.insert(place.clone(), TableNode::File(document.text.as_bytes().to_vec()));
        }
        files
    }
}

/// A text by itself.
pub(super) fn source_of(text: &Arc<str>) -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add("", text.clone());
    sources
}

/// The only text of [`source_of`].
pub(super) fn only(sources: &SourceMap) -> Option<&Source> {
    sources.named("")
}
