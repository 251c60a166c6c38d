//! The maps of a configuration: their keys, each known and given once, and the scalars under them.

use std::collections::BTreeMap;

use super::document::{Content, Node};
use super::{Setting, errors};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;

/// What is read, and what is wrong with it.
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// The keys of a map, with their values.
pub(super) type Fields = Vec<(Setting<String>, Node)>;

impl Reader<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The keys of a map, each once; what is none is reported. `known` are the keys that it may have, or all.
    pub(super) fn fields(&mut self, entries: Vec<(Node, Node)>, known: Option<&[&str]>, of: &str) -> Fields {
        let mut fields: Fields = Vec::new();
        let mut seen = BTreeMap::new();
        for (key, value) in entries {
            let Content::Text(name) = key.content else {
                self.report(errors::key_is_no_text(key.span));
                continue;
            };
            if let Some(known) = known.filter(|known| !known.contains(&&*name)) {
                let close = if name.len() > 80 { None } else { did_you_mean(&name, known.iter().copied()) };
                self.report(errors::unknown_key(&name, of, close, known, key.span));
                continue;
            }
            if let Some(first) = seen.get(&name) {
                self.report(errors::set_twice(&name, *first, key.span));
                continue;
            }
            seen.insert(name.clone(), key.span);
            fields.push((Setting { value: name, span: key.span }, value));
        }
        fields
    }

    /// A map, or a report that there is none.
    pub(super) fn map(&mut self, key: &Setting<String>, node: Node) -> Option<Vec<(Node, Node)>> {
        match node.content {
            Content::Map(entries) => Some(entries),
            Content::Null => {
                self.report(errors::no_value(&key.value, key.span));
                None
            }
            Content::Text(_) | Content::Other | Content::List(_) => {
                self.report(errors::not_a(&key.value, "a map", node.span));
                None
            }
        }
    }

    /// A list, or a report that there is none.
    pub(super) fn list(&mut self, key: &Setting<String>, node: Node) -> Option<Vec<Node>> {
        match node.content {
            Content::List(elements) => Some(elements),
            Content::Null => {
                self.report(errors::no_value(&key.value, key.span));
                None
            }
            Content::Text(_) | Content::Other | Content::Map(_) => {
                self.report(errors::not_a(&key.value, "a list", node.span));
                None
            }
        }
    }

    /// A scalar as it is written, without its quotes; or a report that there is none.
    pub(super) fn text(&mut self, key: &Setting<String>, node: &Node) -> Option<Setting<String>> {
        let value = match &node.content {
            Content::Text(text) if !text.trim().is_empty() => text.clone(),
            Content::Other => self.text.get(node.span.range()).unwrap_or("").to_owned(),
            Content::Null | Content::Text(_) => {
                self.report(errors::no_value(&key.value, key.span));
                return None;
            }
            Content::List(_) | Content::Map(_) => {
                self.report(errors::not_a(&key.value, "a single value", node.span));
                return None;
            }
        };
        Some(Setting { value, span: node.span })
    }

    /// The place of `true`, or nothing for `false`; or a report.
    pub(super) fn flag(&mut self, key: &Setting<String>, node: &Node) -> Option<Span> {
        let written = self.text.get(node.span.range()).unwrap_or("");
        match (&node.content, written) {
            (Content::Other, "true") => Some(key.span),
            (Content::Other, "false") => None,
            _ => {
                self.report(errors::not_a(&key.value, "`true` or `false`", key.span));
                None
            }
        }
    }
}
