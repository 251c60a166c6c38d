//! The key `collected` of a snapshot, which says where its values are from.
//!
//! Knows the vocabulary for the fields that entries are of, and of YAML only the tree. What an entry says changes no value.

use std::sync::Arc;

use super::{At, Typing};
use crate::diagnostic::{Diagnostic, did_you_mean_within};
use crate::snapshot::errors;
use crate::snapshot::limits::{MAX_COLLECTED, MAX_COLLECTED_BYTES};
use crate::snapshot::tree::{Content, Entry, YamlNode};
use crate::source::Span;
use crate::value::{Collected, CollectedField, Located, Record, Value, parse_date, parse_time};
use crate::vocabulary::Vocabulary;

/// What an entry may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::snapshot) enum SourceKey {
    From,
    File,
    Sha256,
    QuerySha256,
    At,
    Tool,
    Made,
    Errors,
    Rows,
    Unknown,
    ValueSha256,
    Declared,
}

impl SourceKey {
    /// All of them, in the order in which people are told of them.
    pub(in crate::snapshot) const ALL: &'static [Self] = &[
        Self::From,
        Self::File,
        Self::Sha256,
        Self::QuerySha256,
        Self::At,
        Self::Tool,
        Self::Made,
        Self::Errors,
        Self::Rows,
        Self::Unknown,
        Self::ValueSha256,
        Self::Declared,
    ];

    pub(in crate::snapshot) fn as_str(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::File => "file",
            Self::Sha256 => "sha256",
            Self::QuerySha256 => "query_sha256",
            Self::At => "at",
            Self::Tool => "tool",
            Self::Made => "made",
            Self::Errors => "errors",
            Self::Rows => "rows",
            Self::Unknown => "unknown",
            Self::ValueSha256 => "value_sha256",
            Self::Declared => "declared",
        }
    }

    fn of(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == key)
    }

    /// What has to stand behind it.
    fn wants(self) -> &'static str {
        match self {
            Self::From => "the name of a source",
            Self::File => "a path within the repository, written with `/` and without `..`",
            Self::Sha256 | Self::QuerySha256 | Self::ValueSha256 => "64 hexadecimal digits in lower case",
            Self::At => "a time with its offset, as in `2026-11-27T23:59:59.999Z`",
            Self::Tool => "a name and a version, as in `promptfoo 0.121.20`",
            Self::Made => "a date, or a time with its offset",
            Self::Errors | Self::Rows => "a whole number",
            Self::Unknown => "a text that says why the value is not known",
            Self::Declared => "`true` or `false`",
        }
    }
}

impl Typing<'_> {
    /// Where the values of a document are from, if it says so. Entries with errors are left out.
    pub(in crate::snapshot) fn collected(&mut self, root: At<'_>, record: &Record) -> Option<Arc<Collected>> {
        let entry = root.entries()?.iter().find(|entry| entry.key == Vocabulary::COLLECTED)?;
        if self.by_name {
            self.problems.push(errors::given_collected(entry.span));
            return None;
        }
        let node = root.tree.node(entry.value);
        let entries = match &node.content {
            Content::Map(entries) => entries,
            Content::Null => return None,
            Content::Scalar { .. } | Content::List(_) => {
                self.problems.push(errors::collected_is_no_record(node.span));
                return None;
            }
        };
        if let Some(beyond) = entries.get(MAX_COLLECTED) {
            self.problems.push(errors::too_much_collected(beyond.span));
        }
        let fields = entries.iter().take(MAX_COLLECTED);
        let fields = fields.filter_map(|entry| self.collected_field(root, entry, record)).collect();
        Some(Arc::new(Collected::new(fields)))
    }

    fn collected_field(
        &mut self,
        root: At<'_>,
        entry: &Entry<'_>,
        record: &Record,
    ) -> Option<CollectedField> {
        let steps = self.steps_of_key(&entry.key);
        let written = steps.is_none().then(|| node_of_key(root, &entry.key)).flatten();
        if steps.is_none() && written.is_none() {
            let problem = self.not_collected(entry);
            self.problems.push(problem);
        }
        let node = root.tree.node(entry.value);
        let Content::Map(said) = &node.content else {
            let place = if node.span.start < node.span.end { node.span } else { entry.span };
            self.problems.push(errors::source_is_no_record(place, &entry.key));
            return None;
        };
        let mut field = CollectedField {
            field: (&*entry.key).into(),
            key: entry.span,
            steps: steps.unwrap_or_default(),
            ..CollectedField::default()
        };
        let before = self.problems.errors();
        for own in said {
            let value = root.tree.node(own.value);
            let Some(key) = SourceKey::of(&own.key) else {
                self.problems.push(errors::unknown_source_key(own.span, &own.key, &entry.key));
                continue;
            };
            if value.content != Content::Null && !say(&mut field, key, value) {
                self.problems.push(errors::bad_source(value.span, &entry.key, key.as_str(), key.wants()));
            }
        }
        if field.from.is_empty() && self.problems.errors() == before {
            self.problems.push(errors::no_source(entry.span, &entry.key));
        }
        if let Some((_, place)) = &field.unknown
            && let Some(value) = known_value(record, &field.steps).or(written.and_then(known_scalar))
        {
            self.problems.push(errors::known_and_unknown(*place, value, &entry.key));
        }
        (self.problems.errors() == before).then_some(field)
    }

    /// The way to the field that a key of `collected` is for: a key of the snapshot, or one of a record behind a dot.
    fn steps_of_key(&self, key: &str) -> Option<Vec<usize>> {
        let vocabulary = self.vocabulary;
        if let Some((step, _)) = vocabulary.snapshot.field_of_key(key) {
            return Some(vec![step]);
        }
        let mut record = Some(&*vocabulary.snapshot);
        let mut steps = Vec::new();
        for word in key.split('.') {
            let (step, field) = record?.field_of_key(word)?;
            steps.push(step);
            record = field.ty.record();
        }
        Some(steps)
    }

    /// An entry of a field that is neither declared nor there.
    fn not_collected(&self, entry: &Entry<'_>) -> Diagnostic {
        let keys = self.vocabulary.snapshot.all_keys();
        let mut pairs = self.pairs;
        let meant = did_you_mean_within(&mut pairs, &entry.key, keys.iter().map(String::as_str));
        errors::collected_nothing(entry.span, &entry.key, meant)
    }
}

/// What stands behind a key that the vocabulary does not declare.
fn node_of_key<'t>(root: At<'t>, key: &str) -> Option<&'t YamlNode<'t>> {
    let inner = |at: At<'t>, key: &str| {
        let entry = at.entries()?.iter().find(|entry| entry.key == key)?;
        Some(At { tree: at.tree, id: entry.value })
    };
    let found = inner(root, key).or_else(|| key.split('.').try_fold(root, inner))?;
    Some(found.node())
}

/// The place of a value of which nothing can be unknown: anything but a record or a list, which may be known in part.
fn known_value(record: &Record, steps: &[usize]) -> Option<Span> {
    let (step, rest) = steps.split_first()?;
    let Located { span, value, .. } = record.fields.get(*step)?.as_ref()?;
    match value {
        Value::Record(inner) => known_value(inner, rest),
        Value::List(_) => None,
        Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::Range(_) | Value::Counted(_) => {
            Some(*span)
        }
    }
}

fn known_scalar(node: &YamlNode<'_>) -> Option<Span> {
    matches!(node.content, Content::Scalar { .. }).then_some(node.span)
}

/// Takes what an entry says under a key; false where that is not what has to stand there.
fn say(field: &mut CollectedField, key: SourceKey, value: &YamlNode<'_>) -> bool {
    let Content::Scalar { text, plain } = &value.content else { return false };
    let fits = !text.trim().is_empty() && text.len() <= MAX_COLLECTED_BYTES;
    let words = || fits.then(|| Arc::<str>::from(&**text));
    let put = |slot: &mut Option<Arc<str>>, good: bool| {
        *slot = words().filter(|_| good);
        slot.is_some()
    };
    let count = |slot: &mut Option<u64>| {
        let digits = *plain && text.bytes().all(|byte| byte.is_ascii_digit());
        *slot = text.parse().ok().filter(|_| digits);
        slot.is_some()
    };
    match key {
        SourceKey::From => {
            field.from = words().unwrap_or_default();
            fits
        }
        SourceKey::File => put(&mut field.file, stays_inside(text)),
        SourceKey::Sha256 => put(&mut field.sha256, is_digest(text)),
        SourceKey::QuerySha256 => put(&mut field.query_sha256, is_digest(text)),
        SourceKey::ValueSha256 => put(&mut field.value_sha256, is_digest(text)),
        SourceKey::At => put(&mut field.at, parse_time(text).is_ok()),
        SourceKey::Made => put(&mut field.made, parse_time(text).is_ok() || parse_date(text).is_some()),
        SourceKey::Tool => put(&mut field.tool, true),
        SourceKey::Errors => count(&mut field.errors),
        SourceKey::Rows => count(&mut field.rows),
        SourceKey::Unknown => {
            field.unknown = words().map(|why| (why, value.span));
            fits
        }
        SourceKey::Declared => {
            field.declared = *plain && text == "true";
            *plain && matches!(&**text, "true" | "false")
        }
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a path can lead nowhere but into the folder that it begins in, on any system.
fn stays_inside(path: &str) -> bool {
    let is_plain = |part: &str| !part.is_empty() && part != "..";
    !path.contains(['\\', ':']) && path.split('/').all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        for path in ["a.json", "evals/results.json", "a/..b/c", "./a", ".hidden/x y"] {
            assert!(stays_inside(path), "{path}");
        }
        for path in ["/etc/passwd", "../a", "a/../../b", "a//b", "C:/a", r"a\b", "a/", ".."] {
            assert!(!stays_inside(path), "{path}");
        }
    }

    #[test]
    fn keys_are_known_by_their_words() {
        for key in SourceKey::ALL {
            assert_eq!(SourceKey::of(key.as_str()), Some(*key));
        }
        assert_eq!(SourceKey::of("tools"), None);
    }
}
