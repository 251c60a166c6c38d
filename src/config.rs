//! `tollgate.yaml`: which policies judge which snapshots.
//!
//! Opens no file and looks for none: it reads a text, and says where each setting stands. What is not supported yet
//! is refused and never ignored, because a check without it would decide something else.

mod document;
mod errors;
#[cfg(test)]
mod tests;

use crate::config::document::{Content, Node, Problem};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{FileId, Span};

/// Bytes of a configuration.
pub const MAX_BYTES: usize = 1 << 20;

/// The keys that have an effect.
const SUPPORTED: [&str; 2] = ["policies", "snapshots"];
/// The keys that will have one.
const KNOWN: [&str; 5] = ["extends", "params", "rules", "waivers", "overrides"];

/// A value, and the place where it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    pub value: T,
    pub span: Span,
}

/// What a configuration sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// `builtin`, `builtin:NAME`, folders and files, relative to the configuration's folder; none if it says nothing.
    pub policies: Option<Vec<Setting<String>>>,
    /// Globs, likewise.
    pub snapshots: Option<Vec<Setting<String>>>,
}

/// Reads a configuration. After an error it holds the settings that could be read all the same.
pub fn read(file: FileId, text: &str) -> (Config, Vec<Diagnostic>) {
    let mut config = Config::default();
    let mut diagnostics = Vec::new();
    if text.len() > MAX_BYTES {
        diagnostics.push(errors::too_large(Span::new(file, 0..0)));
        return (config, diagnostics);
    }
    let root = match document::parse(file, text) {
        Ok(root) => root,
        Err(problem) => {
            diagnostics.push(match problem {
                Problem::NotYaml { span, reason } => errors::not_yaml(span, &reason),
                Problem::TooLarge { span } => errors::too_large(span),
                Problem::SecondDocument { span } => errors::second_document(span),
            });
            return (config, diagnostics);
        }
    };
    let entries = match root.content {
        Content::Map(entries) => entries,
        // Nothing is set in a file of comments.
        Content::Null => return (config, diagnostics),
        Content::Text(_) | Content::Other | Content::List(_) => {
            diagnostics.push(errors::no_map(root.span));
            return (config, diagnostics);
        }
    };
    let mut seen: Vec<(String, Span)> = Vec::new();
    for (key, value) in entries {
        let Content::Text(name) = key.content else {
            diagnostics.push(errors::key_is_no_text(key.span));
            continue;
        };
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name) {
            diagnostics.push(errors::set_twice(&name, *first, key.span));
            continue;
        }
        match &*name {
            "policies" => config.policies = texts(&name, key.span, value, false, &mut diagnostics),
            "snapshots" => config.snapshots = texts(&name, key.span, value, true, &mut diagnostics),
            known if KNOWN.contains(&known) => diagnostics.push(errors::not_supported(known, key.span)),
            other => {
                let close = if other.len() > 80 { None } else { did_you_mean(other, known_keys()) };
                diagnostics.push(errors::unknown_setting(other, close, key.span));
                // Not kept: a file of many unknown keys would be searched for each of them.
                continue;
            }
        }
        seen.push((name, key.span));
    }
    (config, diagnostics)
}

fn known_keys() -> impl Iterator<Item = &'static str> {
    SUPPORTED.into_iter().chain(KNOWN)
}

/// A list of texts, or one where `single` allows it.
fn texts(
    name: &str,
    key: Span,
    node: Node,
    single: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Setting<String>>> {
    let elements = match node.content {
        Content::List(elements) => elements,
        Content::Text(_) if single => vec![node],
        Content::Null => {
            diagnostics.push(errors::no_value(name, key));
            return None;
        }
        Content::Text(text) => {
            diagnostics.push(errors::no_list(name, &text, node.span));
            return None;
        }
        Content::Other | Content::Map(_) => {
            diagnostics.push(errors::wrong_type(name, single, node.span));
            return None;
        }
    };
    let mut values = Vec::with_capacity(elements.len());
    for element in elements {
        match element.content {
            Content::Text(text) if text.trim().is_empty() => {
                diagnostics.push(errors::empty_text(name, element.span));
            }
            Content::Text(value) => values.push(Setting { value, span: element.span }),
            Content::Null | Content::Other | Content::List(_) | Content::Map(_) => {
                let span = if element.span.start < element.span.end { element.span } else { key };
                diagnostics.push(errors::no_text(name, span));
            }
        }
    }
    Some(values)
}
