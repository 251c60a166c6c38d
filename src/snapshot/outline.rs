//! Where the keys and values of a document stand, for who changes some of them and leaves all else as it is.
//!
//! Knows YAML and no vocabulary.

use std::ops::Range;

use crate::digest::sha256;
use crate::snapshot::problems::Problems;
use crate::snapshot::tree::{Content, Entry, NodeId, Tree, parse_any};
use crate::source::FileId;
use crate::text::is_hidden;

/// A map of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    pub entries: Vec<OutlineEntry>,
    /// Whether it is written between braces.
    pub flow: bool,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineEntry {
    pub key: String,
    /// Bytes of the key, with its quotes.
    pub at: Range<usize>,
    pub value: OutlineValue,
    /// The value on one line, however it is laid out: two values are the same if these are.
    pub canonical: String,
}

/// What stands behind a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutlineValue {
    /// Nothing, `~` or `null`, with its bytes, which may be none.
    Null(Range<usize>),
    /// With its bytes, quotes included.
    Scalar(Range<usize>),
    List,
    Map(Outline),
}

impl Outline {
    /// The entry of a key.
    pub fn get(&self, key: &str) -> Option<&OutlineEntry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The entry at the end of a way through maps.
    pub fn find(&self, path: &[&str]) -> Option<&OutlineEntry> {
        let (key, rest) = path.split_first()?;
        let entry = self.get(key)?;
        if rest.is_empty() {
            return Some(entry);
        }
        match &entry.value {
            OutlineValue::Map(inner) => inner.find(rest),
            OutlineValue::Null(_) | OutlineValue::Scalar(_) | OutlineValue::List => None,
        }
    }
}

/// The bytes of the document around a place, without the lines that part it from others.
pub fn document_around(text: &str, at: usize) -> Range<usize> {
    let (mut here, mut start, mut end) = (0, 0, text.len());
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") {
            if here > at {
                end = end.min(here);
            } else {
                start = here + if line.trim_end() == "---" { line.len() } else { 0 };
            }
        }
        here += line.len();
    }
    start..end
}

/// Whether a field of the document around a place has another value than the one with a digest. What cannot be read is not
/// told apart from it.
pub fn differs(text: &str, at: usize, field: &str, digest: &str) -> bool {
    let document = text.get(document_around(text, at)).and_then(outline);
    let path: Vec<&str> = field.split('.').collect();
    let value =
        |outline: Outline| outline.find(&path).map_or("null".to_owned(), |entry| entry.canonical.clone());
    document.map(value).is_some_and(|value| sha256(value.as_bytes()) != digest)
}

/// The map of a text of one document; none if it is something else, or broken. An empty text is an empty map.
pub fn outline(text: &str) -> Option<Outline> {
    let mut problems = Problems::default();
    let tree = parse_any(FileId(0), text, &mut problems);
    if tree.fault || tree.documents.len() > 1 {
        return None;
    }
    let Some(document) = tree.documents.first() else {
        return Some(Outline { entries: Vec::new(), flow: false });
    };
    match &tree.node(document.root).content {
        Content::Map(entries) if !document.broken && !document.faulty => {
            Some(map(&tree, text, document.root, entries))
        }
        Content::Null => Some(Outline { entries: Vec::new(), flow: false }),
        Content::Map(_) | Content::Scalar { .. } | Content::List(_) => None,
    }
}

fn map(tree: &Tree<'_>, text: &str, id: NodeId, entries: &[Entry<'_>]) -> Outline {
    let start = tree.node(id).span.range().start;
    let first = entries.first().map(|entry| entry.span.range().start);
    // A map in lines begins with its first key.
    let flow = text.get(start..).is_some_and(|rest| rest.starts_with('{')) && first != Some(start);
    let entries = entries.iter().map(|entry| {
        let node = tree.node(entry.value);
        let value = match &node.content {
            Content::Null => OutlineValue::Null(node.span.range()),
            Content::Scalar { .. } => OutlineValue::Scalar(node.span.range()),
            Content::List(_) => OutlineValue::List,
            Content::Map(inner) => OutlineValue::Map(map(tree, text, entry.value, inner)),
        };
        let mut canonical = String::new();
        write(tree, entry.value, &mut canonical);
        OutlineEntry { key: entry.key.clone().into_owned(), at: entry.span.range(), value, canonical }
    });
    Outline { entries: entries.collect(), flow }
}

/// A value on one line, as JSON that is YAML too: plain scalars as they are, all others in double quotes.
fn write(tree: &Tree<'_>, id: NodeId, out: &mut String) {
    let separated = |out: &mut String, at: usize| {
        if at > 0 {
            out.push_str(", ");
        }
    };
    match &tree.node(id).content {
        Content::Null => out.push_str("null"),
        Content::Scalar { text, .. } => out.push_str(&flow_text(text)),
        Content::List(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                separated(out, at);
                write(tree, *element, out);
            }
            out.push(']');
        }
        Content::Map(entries) => {
            out.push_str("{ ");
            for (at, entry) in entries.iter().enumerate() {
                separated(out, at);
                out.push_str(&flow_text(&entry.key));
                out.push_str(": ");
                write(tree, entry.value, out);
            }
            out.push_str(" }");
        }
    }
}

/// A scalar on one line, between braces as behind a key, without quotes where it is the same without.
pub fn flow_text(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./%+-:".contains(c);
    let is_word = |word: &str| !word.is_empty() && !word.ends_with(':') && word.chars().all(is_plain);
    let words = text.split(' ').all(is_word);
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_');
    let is_null = matches!(text, "null" | "Null" | "NULL");
    if words && begins && !is_null { text.to_owned() } else { quoted(text) }
}

/// A scalar in double quotes, with escapes for all that a reader would not see, or that YAML does not allow as it is.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in serde_json::Value::from(text).to_string().chars() {
        match u32::from(c) {
            _ if !is_hidden(c) => out.push(c),
            code @ ..=0xffff => out.push_str(&format!("\\u{code:04x}")),
            code => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out
}

/// A key or scalar with its way, the bytes of the key or else of the scalar, and those of the scalar.
#[cfg(test)]
pub type LocatedText = (String, Range<usize>, Option<Range<usize>>);

/// Every key and scalar of a sound text, in its order, so that other readers can be held to it.
#[cfg(test)]
pub fn located(text: &str) -> Option<Vec<LocatedText>> {
    let mut problems = Problems::default();
    let tree = parse_any(FileId(0), text, &mut problems);
    if tree.fault || !problems.is_empty() {
        return None;
    }
    let mut walk = Walk { tree: &tree, seen: Vec::new(), found: Vec::new() };
    for document in &tree.documents {
        walk.node(document.root, String::new(), None);
    }
    Some(walk.found)
}

#[cfg(test)]
struct Walk<'a> {
    tree: &'a Tree<'a>,
    seen: Vec<NodeId>,
    found: Vec<LocatedText>,
}

#[cfg(test)]
impl Walk<'_> {
    fn node(&mut self, id: NodeId, way: String, key: Option<Range<usize>>) {
        let node = self.tree.node(id);
        // What an alias stands for was found where it is written.
        let is_alias = self.seen.contains(&id);
        self.seen.push(id);
        let is_scalar = matches!(node.content, Content::Scalar { .. }) && !is_alias;
        let value = is_scalar.then(|| node.span.range());
        if let Some(at) = key.or_else(|| value.clone()) {
            self.found.push((way.clone(), at, value));
        }
        if is_alias {
            return;
        }
        let dot = if way.is_empty() { "" } else { "." };
        match &node.content {
            Content::Null | Content::Scalar { .. } => {}
            Content::List(elements) => {
                elements
                    .iter()
                    .enumerate()
                    .for_each(|(at, id)| self.node(*id, format!("{way}{dot}{at}"), None));
            }
            Content::Map(entries) => {
                for entry in entries {
                    self.node(entry.value, format!("{way}{dot}{:?}", entry.key), Some(entry.span.range()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        outline(text).unwrap().get("x").unwrap().canonical.clone()
    }

    #[test]
    fn layout_and_comments_make_no_difference() {
        let flow = canonical("x: [{ id: a, ok: true }, { id: b }]\n");
        assert_eq!(flow, canonical("# above\nx:  # beside\n  - id: a\n    ok: true\n  - { id: \"b\" }\n"));
        assert_ne!(flow, canonical("x: [{ id: a, ok: false }, { id: b }]\n"));
    }

    #[test]
    fn what_stands_where_is_known() {
        let text = "a: 1  # one\nb:\nc:\n  d: \"x\"\n";
        let found = outline(text).unwrap();
        let OutlineValue::Scalar(range) = &found.get("a").unwrap().value else { panic!() };
        assert_eq!(&text[range.clone()], "1");
        assert!(matches!(found.get("b").unwrap().value, OutlineValue::Null(_)));
        let OutlineValue::Map(inner) = &found.get("c").unwrap().value else { panic!() };
        assert!(!inner.flow);
        let OutlineValue::Scalar(range) = &inner.get("d").unwrap().value else { panic!() };
        assert_eq!(&text[range.clone()], "\"x\"");
        let OutlineValue::Map(flow) = outline("c: { d: 1 }").unwrap().get("c").unwrap().value.clone() else {
            panic!()
        };
        assert!(flow.flow);
    }

    #[test]
    fn a_value_is_told_from_another_in_its_own_document() {
        let text = "a: 1\n---\n# b\na: { b: 2 }\n";
        let digest = sha256(b"2");
        assert!(!differs(text, 14, "a.b", &digest));
        assert!(differs(text, 0, "a", &digest));
        assert!(!differs(text, 0, "c", &sha256(b"null")));
        assert!(!differs("a: [", 0, "a", &digest));
    }

    #[test]
    fn what_nobody_sees_is_written_as_an_escape() {
        for hidden in
            ['\u{7f}', '\u{85}', '\u{ad}', '\u{202e}', '\u{2028}', '\u{feff}', '\u{ffff}', '\u{e0001}']
        {
            let text = flow_text(&format!("a{hidden}b"));
            assert!(!text.contains(hidden), "{text}");
            let found = outline(&format!("x: {text}\n"));
            assert_eq!(found.unwrap().get("x").unwrap().canonical, text);
        }
    }

    #[test]
    fn what_is_broken_has_no_outline() {
        assert!(outline("a: [1").is_none());
        assert!(outline("a: 1\na: 2\n").is_none());
        assert!(outline("a: 1\n---\nb: 2\n").is_none());
        assert!(outline("- a\n").is_none());
        assert!(outline("").unwrap().entries.is_empty());
    }

    #[test]
    fn a_canonical_text_is_the_value_again() {
        for text in
            ["x: \"a: b\"", "x: '#'", "x: \"null\"", "x: [\"\", \"a\\nb\", -1, 5%]", "x: { \"a b\": ~ }"]
        {
            let once = canonical(text);
            assert_eq!(canonical(&format!("x: {once}")), once, "{text}");
        }
    }
}
