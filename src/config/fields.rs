//! The maps of a configuration: their keys, each known and given once, and the scalars under them.

use std::collections::BTreeMap;

use super::document::{ConfigContent, ConfigNode};
use super::{Setting, errors};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;

/// The word that was meant.
pub(crate) fn close_to<'w>(written: &str, words: &[&'w str]) -> Option<&'w str> {
    did_you_mean(written, words.iter().copied())
}

/// What is read, and what is wrong with it.
pub(crate) struct ConfigReader<'t> {
    pub(crate) text: &'t str,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What is written for each key that a map may have, and which key it is. A variant without a row is never made, which
/// the compiler reports; one without an arm where the map is read does not compile.
pub(crate) type Keys<K> = [(&'static str, K)];

impl ConfigReader<'_> {
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The values of a map of which we know the keys, each key once; a key that we do not know is reported. `of` is what has them,
    /// or nothing for the whole.
    pub(crate) fn fields<K: Copy>(
        &mut self,
        entries: Vec<(ConfigNode, ConfigNode)>,
        keys: &Keys<K>,
        of: &str,
    ) -> Vec<(K, Setting<String>, ConfigNode)> {
        self.entries(entries, |name| match keys.iter().find(|(known, _)| *known == name.value) {
            Some((_, key)) => Ok(*key),
            None => {
                let known: Vec<&str> = keys.iter().map(|(known, _)| *known).collect();
                let close = close_to(&name.value, &known);
                Err(errors::unknown_key(&name.value, of, close, &known, name.span))
            }
        })
    }

    /// The values of a map whose keys are others' names, each name once.
    pub(crate) fn names(
        &mut self,
        entries: Vec<(ConfigNode, ConfigNode)>,
    ) -> Vec<(Setting<String>, ConfigNode)> {
        let entries = self.entries(entries, |_| Ok(()));
        entries.into_iter().map(|((), name, node)| (name, node)).collect()
    }

    fn entries<K>(
        &mut self,
        entries: Vec<(ConfigNode, ConfigNode)>,
        key_of: impl Fn(&Setting<String>) -> Result<K, Diagnostic>,
    ) -> Vec<(K, Setting<String>, ConfigNode)> {
        let mut fields = Vec::new();
        let mut seen = BTreeMap::new();
        for (key, value) in entries {
            let ConfigContent::Text(name) = key.content else {
                self.report(errors::key_is_no_text(key.span));
                continue;
            };
            let name = Setting { value: name, span: key.span };
            let key = match key_of(&name) {
                Ok(key) => key,
                Err(unknown) => {
                    self.report(unknown);
                    continue;
                }
            };
            if let Some(first) = seen.get(&name.value) {
                self.report(errors::set_twice(&name.value, *first, name.span));
                continue;
            }
            seen.insert(name.value.clone(), name.span);
            fields.push((key, name, value));
        }
        fields
    }

    /// A map, or a report that there is none.
    pub(crate) fn map(
        &mut self,
        key: &Setting<String>,
        node: ConfigNode,
    ) -> Option<Vec<(ConfigNode, ConfigNode)>> {
        match node.content {
            ConfigContent::Map(entries) => Some(entries),
            ConfigContent::Null => {
                self.report(errors::no_value(&key.value, key.span));
                None
            }
            ConfigContent::Text(_) | ConfigContent::Other | ConfigContent::List(_) => {
                self.report(errors::not_a(&key.value, "a map", node.span));
                None
            }
        }
    }

    /// A list, or a report that there is none.
    pub(crate) fn list(&mut self, key: &Setting<String>, node: ConfigNode) -> Option<Vec<ConfigNode>> {
        match node.content {
            ConfigContent::List(elements) => Some(elements),
            ConfigContent::Null => {
                self.report(errors::no_value(&key.value, key.span));
                None
            }
            ConfigContent::Text(_) | ConfigContent::Other | ConfigContent::Map(_) => {
                self.report(errors::not_a(&key.value, "a list", node.span));
                None
            }
        }
    }

    /// A scalar as it is written, without its quotes; or a report that there is none.
    pub(crate) fn text(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Setting<String>> {
        let value = match &node.content {
            ConfigContent::Text(text) if !text.trim().is_empty() => text.clone(),
            ConfigContent::Other => self.text.get(node.span.range()).unwrap_or("").to_owned(),
            ConfigContent::Null | ConfigContent::Text(_) => {
                self.report(errors::no_value(&key.value, key.span));
                return None;
            }
            ConfigContent::List(_) | ConfigContent::Map(_) => {
                self.report(errors::not_a(&key.value, "a single value", node.span));
                return None;
            }
        };
        Some(Setting { value, span: node.span })
    }

    /// The place of `true`, or nothing for `false`; or a report.
    pub(crate) fn flag(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Span> {
        let written = self.text.get(node.span.range()).unwrap_or("");
        match (&node.content, written) {
            (ConfigContent::Other, "true") => Some(key.span),
            (ConfigContent::Other, "false") => None,
            _ => {
                self.report(errors::not_a(&key.value, "`true` or `false`", key.span));
                None
            }
        }
    }
}
