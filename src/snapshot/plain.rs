//! A shorter way through plain block YAML, which nearly every snapshot is: one document in ASCII, without anchors, tags,
//! escapes, block scalars and values over several lines. Of anything else, and of anything that is wrong, it says nothing,
//! and the parser is asked.
//!
//! Knows only as much of YAML as it takes to be sure that the parser would hand the same nodes, at the same places, to
//! the same [`TreeBuilder`]; tests and a fuzz target hold it to that.

use std::borrow::Cow;

use granit_parser::{ScalarStyle, StructureStyle};
use memchr::memchr;

use crate::snapshot::problems::Problems;
use crate::snapshot::tree::{OpenKind, Tree, TreeBuilder};
use crate::source::{FileId, Span};

/// What is done with the nodes of a plain text, in their order. None ends the reading: it is not for this reader.
pub(super) trait PlainNodes<'t> {
    /// A list or map begins at a byte.
    fn open(&mut self, kind: PlainKind, start: usize, flow: bool) -> Option<()>;
    /// The key of the value that comes next.
    fn key(&mut self, text: &'t str, span: Span) -> Option<()>;
    /// A value that is no list and no map; `plain` without quotes.
    fn scalar(&mut self, text: &'t str, style: ScalarStyle, span: Span) -> Option<()>;
    /// The list or map that was opened last ends; between brackets at a byte.
    fn close(&mut self, end: usize) -> Option<()>;
}

/// What a collection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlainKind {
    List,
    Map,
}

/// The tree of a text that is plain block YAML with nothing wrong; none of any other text.
pub(super) fn parse(file: FileId, text: &str) -> Option<Tree<'_>> {
    let mut nodes = TreeNodes { builder: TreeBuilder::new(file, text), problems: Problems::default() };
    nodes.builder.begin_document(&nodes.problems);
    read(file, text, &mut nodes)?;
    let TreeNodes { mut builder, problems } = nodes;
    builder.finish_document(&problems);
    problems.is_empty().then_some(builder.tree)
}

/// Hands the nodes of a text that is plain block YAML to `nodes`; none of any other text, of which it may hand some.
pub(super) fn read<'t>(file: FileId, text: &'t str, nodes: &mut impl PlainNodes<'t>) -> Option<()> {
    if !is_plain_text(text) {
        return None;
    }
    let mut reader = PlainReader { file, text, next: 0, line: None, nodes };
    reader.advance()?;
    let first = reader.line.filter(|line| line.indent == 0 && !reader.is_item(*line))?;
    reader.map(first.indent)?;
    if reader.line.is_some() { None } else { Some(()) }
}

/// Whether a text has printable ASCII in it alone, and line ends.
fn is_plain_text(text: &str) -> bool {
    /// Bytes that are looked at together, which a machine does faster.
    const TOGETHER: usize = 64;
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    text.as_bytes().chunks(TOGETHER).all(|some| some.iter().fold(true, |all, byte| all & is_plain(byte)))
}

/// Puts the nodes into a tree.
struct TreeNodes<'t> {
    builder: TreeBuilder<'t>,
    problems: Problems,
}

impl<'t> PlainNodes<'t> for TreeNodes<'t> {
    fn open(&mut self, kind: PlainKind, start: usize, flow: bool) -> Option<()> {
        let style = if flow { StructureStyle::Flow } else { StructureStyle::Block };
        let kind = match kind {
            PlainKind::List => OpenKind::list(),
            PlainKind::Map => OpenKind::map(),
        };
        self.builder.start(kind, start, style, 0).ok()
    }

    fn key(&mut self, text: &'t str, span: Span) -> Option<()> {
        self.scalar(text, ScalarStyle::Plain, span)
    }

    fn scalar(&mut self, text: &'t str, style: ScalarStyle, span: Span) -> Option<()> {
        self.builder.scalar(Cow::Borrowed(text), style, 0, span, &mut self.problems).ok()
    }

    fn close(&mut self, end: usize) -> Option<()> {
        self.builder.end(end, &mut self.problems);
        Some(())
    }
}

/// A line with content.
#[derive(Clone, Copy)]
struct Line {
    /// Columns before its content; those before `- ` are counted for what follows it on its line.
    indent: usize,
    /// First byte of its content.
    start: usize,
    /// One past its last byte, without blanks at the end.
    end: usize,
}

struct PlainReader<'t, 'n, N> {
    file: FileId,
    text: &'t str,
    /// Where the line after the current one begins.
    next: usize,
    /// None at the end.
    line: Option<Line>,
    nodes: &'n mut N,
}

impl<'t, N: PlainNodes<'t>> PlainReader<'t, '_, N> {
    /// Goes to the next line with content. None if the text is not for this reader.
    fn advance(&mut self) -> Option<()> {
        self.line = None;
        while let Some(rest) = self.text.as_bytes().get(self.next..).filter(|rest| !rest.is_empty()) {
            let start = self.next;
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            self.next = start + length + 1;
            let line = without_blanks(rest.get(..length)?);
            let indent = blanks(line);
            match line.get(indent..)? {
                [] | [b'#', ..] => continue,
                [b'-', b' ', ..] => {}
                // What may be a marker or a directive.
                [b'-' | b'.' | b'%', ..] if indent == 0 => return None,
                _ => {}
            }
            self.line = Some(Line { indent, start: start + indent, end: start + line.len() });
            break;
        }
        Some(())
    }

    fn slice(&self, start: usize, end: usize) -> Option<&'t str> {
        self.text.get(start..end)
    }

    fn bytes(&self, start: usize, end: usize) -> Option<&'t [u8]> {
        self.text.as_bytes().get(start..end)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn is_item(&self, line: Line) -> bool {
        self.byte(line.start) == Some(b'-') && self.byte(line.start + 1) == Some(b' ')
    }

    fn scalar(&mut self, start: usize, end: usize) -> Option<()> {
        self.nodes.scalar(self.slice(start, end)?, ScalarStyle::Plain, Span::new(self.file, start..end))
    }

    /// The map whose first key stands on the current line, and its other keys below that, `indent` columns in.
    fn map(&mut self, indent: usize) -> Option<()> {
        self.nodes.open(PlainKind::Map, self.line?.start, false)?;
        while let Some(line) = self.line.filter(|line| line.indent == indent) {
            if self.is_item(line) {
                break;
            }
            let start = self.key(line.start, line.end)?;
            self.value(start, line.end, indent)?;
        }
        self.close(indent)
    }

    /// A key with its colon; where that ends.
    fn key(&mut self, start: usize, end: usize) -> Option<usize> {
        /// Longer ones are left to the parser, which has a limit of its own.
        const MAX_KEY: usize = 200;
        let content = self.bytes(start, end)?;
        let length = word(content);
        let is_key = content.first()?.is_ascii_alphabetic() && length <= MAX_KEY;
        match content.get(length..)? {
            [b':'] | [b':', b' ', ..] if is_key => {
                let key = start..start + length;
                self.nodes.key(self.text.get(key.clone())?, Span::new(self.file, key))?;
                Some(start + length + 1)
            }
            _ => None,
        }
    }

    /// What stands behind a key, from `start` to the end of its line, or below it.
    fn value(&mut self, start: usize, end: usize, indent: usize) -> Option<()> {
        let rest = self.bytes(start, end)?;
        let before = blanks(rest);
        if !matches!(rest.get(before), None | Some(b'#')) {
            return self.inline(start + before, end, indent);
        }
        self.advance()?;
        let below = self.line?;
        if self.is_item(below) && below.indent >= indent {
            self.list(below.indent)
        } else if below.indent > indent {
            self.map(below.indent)
        } else {
            None
        }
    }

    /// The list whose items begin `indent` columns in.
    fn list(&mut self, indent: usize) -> Option<()> {
        self.nodes.open(PlainKind::List, self.line?.start, false)?;
        while let Some(line) = self.line.filter(|line| line.indent == indent && self.is_item(*line)) {
            let before = 1 + blanks(self.bytes(line.start + 1, line.end)?);
            let inner = Line { indent: indent + before, start: line.start + before, ..line };
            if self.is_item(inner) {
                return None;
            }
            let content = self.bytes(inner.start, inner.end)?;
            if content.get(word(content)) == Some(&b':') {
                self.line = Some(inner);
                self.map(inner.indent)?;
            } else {
                self.inline(inner.start, inner.end, indent)?;
            }
        }
        self.close(indent)
    }

    /// Ends a collection `indent` columns in; whatever comes next belongs to one that is further out.
    fn close(&mut self, indent: usize) -> Option<()> {
        if self.line.is_some_and(|line| line.indent > indent) {
            return None;
        }
        self.nodes.close(0)
    }

    /// A value on one line, and nothing that goes on with it below.
    fn inline(&mut self, start: usize, end: usize, indent: usize) -> Option<()> {
        let content = self.bytes(start, end)?;
        let after = match content.first()? {
            b'[' | b'{' => self.flow(start, end)?,
            b'"' | b'\'' => self.quoted(start, end)?,
            _ => {
                let text = without_blanks(before_comment(content));
                if !is_plain_value(text) || ends_a_key(text) {
                    return None;
                }
                self.scalar(start, start + text.len())?;
                start + text.len()
            }
        };
        let rest = self.bytes(after, end)?;
        let before = blanks(rest);
        if !rest.is_empty() && (before == 0 || rest.get(before) != Some(&b'#')) {
            return None;
        }
        self.advance()?;
        if self.line.is_some_and(|line| line.indent > indent) { None } else { Some(()) }
    }

    /// A text in quotes that has none in it, and no escapes; where it ends.
    fn quoted(&mut self, start: usize, end: usize) -> Option<usize> {
        let quote = self.byte(start)?;
        let inside = self.slice(start + 1, end)?;
        let length = memchr(quote, inside.as_bytes())?;
        let text = inside.get(..length)?;
        // A doubled quote, which stands for one, follows at once.
        if text.contains('\\') || inside.get(length + 1..)?.starts_with(char::from(quote)) {
            return None;
        }
        let style = if quote == b'"' { ScalarStyle::DoubleQuoted } else { ScalarStyle::SingleQuoted };
        let after = start + length + 2;
        self.nodes.scalar(text, style, Span::new(self.file, start..after))?;
        Some(after)
    }

    /// A list or map in brackets that closes on its line; where it ends.
    fn flow(&mut self, start: usize, end: usize) -> Option<usize> {
        let is_map = self.byte(start)? == b'{';
        let closing = if is_map { b'}' } else { b']' };
        self.nodes.open(if is_map { PlainKind::Map } else { PlainKind::List }, start, true)?;
        let mut at = self.past_blanks(start + 1, end)?;
        while self.byte(at)? != closing {
            if is_map {
                at = self.key(at, end)?;
                at = self.past_blanks(at, end)?;
            }
            let rest = self.bytes(at, end)?;
            let first = rest.first()?;
            if matches!(first, b'[' | b'{') {
                at = self.flow(at, end)?;
            } else if matches!(first, b'"' | b'\'') {
                at = self.quoted(at, end)?;
            } else {
                let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b'[' | b'{');
                let text = without_blanks(rest.get(..rest.iter().position(ends)?)?);
                let is_special = |byte: &u8| matches!(byte, b'#' | b'"' | b'\'');
                if !is_plain_value(text) || text.iter().any(is_special) || !is_time_like(text) {
                    return None;
                }
                self.scalar(at, at + text.len())?;
                at += text.len();
            }
            at = self.past_blanks(at, end)?;
            let next = self.byte(at)?;
            if next == b',' {
                at = self.past_blanks(at + 1, end)?;
            }
            if (next == b',') == (self.byte(at)? == closing) {
                return None;
            }
        }
        self.nodes.close(at + 1)?;
        Some(at + 1)
    }

    fn past_blanks(&self, at: usize, end: usize) -> Option<usize> {
        let after = at + blanks(self.bytes(at, end)?);
        (after < end).then_some(after)
    }
}

/// How many spaces a text begins with.
fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| **byte == b' ').count()
}

/// A text without the spaces at its end.
fn without_blanks(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b' '] = text {
        text = rest;
    }
    text
}

/// What stands before a comment.
fn before_comment(text: &[u8]) -> &[u8] {
    let comment = text.windows(2).position(|two| two == b" #");
    text.get(..comment.unwrap_or(text.len())).unwrap_or(text)
}

/// Whether a colon in a text would make a key of what stands before it.
fn ends_a_key(text: &[u8]) -> bool {
    text.ends_with(b":") || text.windows(2).any(|two| two == b": ")
}

/// How many characters it begins with that keys are made of here.
fn word(text: &[u8]) -> usize {
    let in_keys = |byte: &u8| matches!(byte, b'a'..=b'z' | b'_' | b'0'..=b'9' | b'.' | b'A'..=b'Z');
    text.iter().position(|byte| !in_keys(byte)).unwrap_or(text.len())
}

/// Whether each colon stands before a letter or digit, as in `14:05Z`, so that it ends no key.
fn is_time_like(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| *byte == b':').skip(1);
    parts.all(|after| after.first().is_some_and(u8::is_ascii_alphanumeric))
}

/// Whether a text without line ends is a plain scalar, as far as its first characters say.
fn is_plain_value(text: &[u8]) -> bool {
    match text {
        [b'-', next, ..] => next.is_ascii_alphanumeric() || *next == b'.',
        [b'-'] | [] => false,
        [first, ..] => {
            first.is_ascii_alphanumeric() || matches!(first, b'.' | b'+' | b'~' | b'_' | b'/' | b'(')
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::snapshot::plain_agrees;

    /// Whether the text was taken; if it was, the parser agrees.
    fn taken(text: &str) -> bool {
        let agrees = plain_agrees(text);
        assert_ne!(agrees, Some(false), "{text}");
        agrees.is_some()
    }

    #[test]
    fn plain_snapshots_are_taken() {
        for text in [
            "workflow: a b\ndate: 2026-11-02 # why\n\n# what\nn: -0.5\n",
            "a:\n  b: 4.5 USD\n  c: [x, 1%]\nd:\n- e: 1\n  f: {}\n- e: 2\ng: 'h'",
            "c:\n  a.b: { at: 2026-11-27T23:59:59.999Z, why: \"a, b: c\", x: 'y', l: [\"a\", b:c] }\n",
            "l:\n  - { id: r01, t: 4%,  k: ordinary }\n  - {id: r02, in: { a: [] }}\n  - x y\nq: \"a: b # c\"\n",
        ] {
            assert!(taken(text), "{text}");
        }
    }

    #[test]
    fn everything_else_is_left_to_the_parser() {
        for text in [
            "",
            "# x\n",
            "- a\n",
            "a\n",
            " a: 1\n",
            "a:\n",
            "a: b: c\n",
            "a: b:\n",
            "a: &x 1\n",
            "a: *x\n",
            "a: !!str 1\n",
            "a: |\n  x\n",
            "a: b\n  c\n",
            "a: b\n # c\n  d\n",
            "a: \"b\\n\"\n",
            "a: 'b''c'\n",
            "a: \u{e4}\n",
            "a:\tb\n",
            "---\na: 1\n",
            "a: 1\n...\n",
            "a: 1\na: 2\n",
            "? a\n",
            "a: 1\n  b: 2\n",
            "a:\n    b: 1\n  c: 2\n",
            "a: [b\n",
            "a: [b,]\n",
            "a: {b}\n",
            "a: [b: c]\n",
            "a: [\"b\": c]\n",
            "a: {b: \"c\"d}\n",
            "a: {b: c:}\n",
            "a: {b: c: d}\n",
            "a: {b: \"c\\n\"}\n",
            "a: {b: 'c''d'}\n",
            "a: b\r\n",
            "null: 1\n",
            "1: 2\n",
            "a: - b\n",
            "a:\n- - b\n",
            "a: 'b' c\n",
            "a: [b]c\n",
        ] {
            assert!(!taken(text), "{text}");
        }
    }

    proptest! {
        /// Pieces of YAML in any order: wherever the text is taken, the parser says the same.
        #[test]
        fn the_parser_agrees(pieces in prop::collection::vec(prop::sample::select(vec![
            "a", "b", "key", "1", "4%", "-1", "x y", ": ", ":", " ", "  ", "    ", "\n", "\n", "\n  ", "\n- ", "\n  - ", "- ", "#", " # c",
            "b:c", "\"x, y\"", "'z'", "k.l", "k.l: ",
            "[", "]", "{", "}", ", ", ",", "'", "\"", "a: 1", "b: x", "{ a: 1, b: 2 }", "[a, b]", "~", "null", "-", "?", "|", "&x", "%", ".",
        ]), 0..40)) {
            taken(&format!("a: {}", pieces.concat()));
            taken(&pieces.concat());
        }

        /// The same within brackets.
        #[test]
        fn the_parser_agrees_within_brackets(pieces in prop::collection::vec(prop::sample::select(vec![
            "a", "b.c", "14:05Z", "a:", ": ", ":", " ", ", ", ", k: ", ", k: ", "\"x, y: z\"", "'}'", "\"", "'", "-", ".5", "%", "#", " #", "[a]", "{}", "]", "}", "\\", "?",
        ]), 0..8)) {
            taken(&format!("a: {{ k: {} }}\n", pieces.concat()));
            taken(&format!("a: [{}]\n", pieces.concat()));
        }
    }
}
