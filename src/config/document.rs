//! The text of a configuration as a located tree, through serde.
//!
//! The only place that knows the YAML crate of the configuration. Aliases are followed, within the budgets; tags and
//! merge keys are refused.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_yaml::{Error, Location, Spanned};

use crate::source::{FileId, Span};

/// How deep settings nest.
const MAX_DEPTH: usize = 32;
/// Keys and values, those of aliases included.
const MAX_NODES: usize = 20_000;

/// A value with its place.
#[derive(Debug)]
pub(crate) struct ConfigNode {
    pub(crate) content: ConfigContent,
    /// A scalar as it is written, with its quotes; of a list or map where it begins.
    pub(crate) span: Span,
}

impl ConfigNode {
    /// Whether it is a map.
    pub(crate) fn is_map(&self) -> bool {
        matches!(self.content, ConfigContent::Map(_))
    }
}

#[derive(Debug)]
pub(crate) enum ConfigContent {
    Null,
    Text(String),
    /// A bool or number.
    Other,
    List(Vec<ConfigNode>),
    /// Keys may be there twice.
    Map(Vec<(ConfigNode, ConfigNode)>),
}

/// Why there is no tree.
#[derive(Debug)]
pub(crate) enum ConfigProblem {
    NotYaml { span: Span, reason: String },
    TooLarge { span: Span },
    SecondDocument { span: Span },
}

/// Reads a text.
pub(crate) fn parse(file: FileId, text: &str) -> Result<ConfigNode, ConfigProblem> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        with_snippet: false,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        reject_unsupported_tags: true,
        budget: serde_yaml::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_documents: 1,
        },
        alias_limits: serde_yaml::alias_limits! { max_total_replayed_events: MAX_NODES },
    };
    serde_yaml::from_str_with_options::<Spanned<Raw>>(text, options)
        .map(|raw| located(file, text, raw))
        .map_err(|error| problem(file, text, &error))
}

fn problem(file: FileId, text: &str, error: &Error) -> ConfigProblem {
    if let Error::AliasError { error, .. } = error {
        return problem(file, text, error);
    }
    let span = error.location().map_or(Span::new(file, 0..0), |location| place(file, text, &location));
    match error {
        Error::Budget { breach: serde_yaml::budget::BudgetBreach::Documents { .. }, .. }
        | Error::MultipleDocuments { .. } => ConfigProblem::SecondDocument { span },
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => ConfigProblem::TooLarge { span },
        other => {
            let message = other.to_string();
            // The place is shown by the span.
            let reason = message.rfind(" at line ").and_then(|end| message.get(..end)).unwrap_or(&message);
            // The parser's own limit on nesting has no variant.
            if reason == "recursion limit exceeded" {
                ConfigProblem::TooLarge { span }
            } else {
                ConfigProblem::NotYaml { span, reason: reason.to_owned() }
            }
        }
    }
}

/// The character at a location; at the end of a line or file the one before.
fn place(file: FileId, text: &str, location: &Location) -> Span {
    let (line, column) = (location.line().max(1), location.column().max(1));
    let number = |n: u64| usize::try_from(n - 1).unwrap_or(usize::MAX);
    let start: usize = text.split_inclusive('\n').take(number(line)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    let mut characters = rest.char_indices().skip(number(column));
    if let Some((at, character)) = characters.next()
        && !matches!(character, '\n' | '\r')
    {
        return Span::new(file, start + at..start + at + character.len_utf8());
    }
    let line_end = rest.find(['\n', '\r']).map_or(text.len(), |end| start + end);
    let before = text.get(..line_end).unwrap_or("").trim_end();
    let at = before.char_indices().next_back().map_or(0, |(at, _)| at);
    Span::new(file, at..before.len())
}

fn located(file: FileId, text: &str, raw: Spanned<Raw>) -> ConfigNode {
    let span = raw.defined.span();
    let offset = |n: Option<u64>| n.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let start = offset(span.byte_offset());
    let written = text.get(start..start.saturating_add(offset(span.byte_len()))).unwrap_or("").trim_end();
    let mut span = Span::new(file, start..start + written.len());
    let content = match raw.value {
        Raw::Null => ConfigContent::Null,
        Raw::Text(text) => ConfigContent::Text(text),
        Raw::Other => ConfigContent::Other,
        Raw::List(elements) => {
            ConfigContent::List(elements.into_iter().map(|element| located(file, text, element)).collect())
        }
        Raw::Map(entries) => ConfigContent::Map(
            entries
                .into_iter()
                .map(|(key, value)| (located(file, text, key), located(file, text, value)))
                .collect(),
        ),
    };
    // A collection in lines has no bytes of its own; it begins with its first key or element.
    if span.start == span.end {
        let first = match &content {
            ConfigContent::List(elements) => elements.first().map(|element| element.span),
            ConfigContent::Map(entries) => entries.first().map(|(key, _)| key.span),
            ConfigContent::Null | ConfigContent::Text(_) | ConfigContent::Other => None,
        };
        span = first.unwrap_or(span);
    }
    ConfigNode { content, span }
}

/// What serde hands out.
enum Raw {
    Null,
    Text(String),
    Other,
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<Self>, Spanned<Self>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a setting")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Other)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Other)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Other)
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Raw, E> {
        Ok(Raw::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}
