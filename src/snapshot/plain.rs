//! A shorter way to the tree of plain block YAML, which nearly every snapshot is: one document in ASCII, without anchors,
//! tags, escapes, block scalars and values over several lines. Of anything else, and of anything that is wrong, it says
//! nothing, and the parser is asked.
//!
//! Knows only as much of YAML as it takes to be sure that the parser would hand the same nodes, at the same places, to
//! the same [`Builder`]; tests and a fuzz target hold it to that.

use std::borrow::Cow;

use granit_parser::{ScalarStyle, StructureStyle};

use crate::snapshot::problems::Problems;
use crate::snapshot::tree::{OpenKind, Tree, TreeBuilder};
use crate::source::{FileId, Span};

/// The tree of a text that is plain block YAML with nothing wrong; none of any other text.
pub(super) fn parse(file: FileId, text: &str) -> Option<Tree<'_>> {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    if !text.as_bytes().iter().all(is_plain) {
        return None;
    }
    let mut reader = PlainReader {
        file,
        text,
        next: 0,
        line: None,
        builder: TreeBuilder::new(file, text),
        problems: Problems::default(),
    };
    reader.builder.begin_document(&reader.problems);
    reader.advance()?;
    let first = reader.line.filter(|line| line.indent == 0 && !reader.is_item(*line))?;
    reader.map(first.indent)?;
    if reader.line.is_some() {
        return None;
    }
    let PlainReader { mut builder, problems, .. } = reader;
    builder.finish_document(&problems);
    problems.is_empty().then_some(builder.tree)
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

struct PlainReader<'t> {
    file: FileId,
    text: &'t str,
    /// Where the line after the current one begins.
    next: usize,
    /// None at the end.
    line: Option<Line>,
    builder: TreeBuilder<'t>,
    problems: Problems,
}

impl<'t> PlainReader<'t> {
    /// Goes to the next line with content. None if the text is not for this reader.
    fn advance(&mut self) -> Option<()> {
        self.line = None;
        while let Some(rest) = self.text.get(self.next..).filter(|rest| !rest.is_empty()) {
            let start = self.next;
            let length = rest.find('\n').unwrap_or(rest.len());
            self.next = start + length + 1;
            let line = rest.get(..length)?.trim_end_matches(' ');
            let indent = blanks(line);
            match line.as_bytes().get(indent) {
                None | Some(b'#') => continue,
                // What may be a marker or a directive.
                Some(b'-' | b'.' | b'%') if indent == 0 && !line.starts_with("- ") => return None,
                Some(_) => {}
            }
            self.line = Some(Line { indent, start: start + indent, end: start + line.len() });
            break;
        }
        Some(())
    }

    fn slice(&self, start: usize, end: usize) -> Option<&'t str> {
        self.text.get(start..end)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn is_item(&self, line: Line) -> bool {
        self.byte(line.start) == Some(b'-') && self.byte(line.start + 1) == Some(b' ')
    }

    fn open(&mut self, kind: OpenKind<'t>, at: usize, style: StructureStyle) -> Option<()> {
        self.builder.start(kind, at, style, 0).ok()
    }

    fn scalar(&mut self, start: usize, end: usize) -> Option<()> {
        let text = Cow::Borrowed(self.slice(start, end)?);
        self.put(text, ScalarStyle::Plain, start, end)
    }

    fn put(&mut self, text: Cow<'t, str>, style: ScalarStyle, start: usize, end: usize) -> Option<()> {
        let span = Span::new(self.file, start..end);
        self.builder.scalar(text, style, 0, span, &mut self.problems).ok()
    }

    /// The map whose first key stands on the current line, and its other keys below that, `indent` columns in.
    fn map(&mut self, indent: usize) -> Option<()> {
        self.open(OpenKind::map(), self.line?.start, StructureStyle::Block)?;
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
        let content = self.slice(start, end)?;
        let length = word(content);
        let is_key = content.as_bytes().first()?.is_ascii_alphabetic() && length <= MAX_KEY;
        match content.as_bytes().get(length..)? {
            [b':'] | [b':', b' ', ..] if is_key => {
                self.scalar(start, start + length)?;
                Some(start + length + 1)
            }
            _ => None,
        }
    }

    /// What stands behind a key, from `start` to the end of its line, or below it.
    fn value(&mut self, start: usize, end: usize, indent: usize) -> Option<()> {
        let rest = self.slice(start, end)?;
        let before = blanks(rest);
        if !matches!(rest.as_bytes().get(before), None | Some(b'#')) {
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
        self.open(OpenKind::list(), self.line?.start, StructureStyle::Block)?;
        while let Some(line) = self.line.filter(|line| line.indent == indent && self.is_item(*line)) {
            let before = 1 + blanks(self.slice(line.start + 1, line.end)?);
            let inner = Line { indent: indent + before, start: line.start + before, ..line };
            if self.is_item(inner) {
                return None;
            }
            let content = self.slice(inner.start, inner.end)?;
            if content.as_bytes().get(word(content)) == Some(&b':') {
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
        self.builder.end(0, &mut self.problems);
        Some(())
    }

    /// A value on one line, and nothing that goes on with it below.
    fn inline(&mut self, start: usize, end: usize, indent: usize) -> Option<()> {
        let content = self.slice(start, end)?;
        let after = match content.as_bytes().first()? {
            b'[' | b'{' => self.flow(start, end)?,
            b'"' | b'\'' => self.quoted(start, end)?,
            _ => {
                let length = find_pair(content, *b" #").unwrap_or(content.len());
                let text = content.get(..length)?.trim_end_matches(' ');
                if !is_plain_value(text) || find_pair(text, *b": ").is_some() || text.ends_with(':') {
                    return None;
                }
                self.scalar(start, start + text.len())?;
                start + text.len()
            }
        };
        let rest = self.slice(after, end)?;
        let before = blanks(rest);
        if !rest.is_empty() && (before == 0 || rest.as_bytes().get(before) != Some(&b'#')) {
            return None;
        }
        self.advance()?;
        if self.line.is_some_and(|line| line.indent > indent) { None } else { Some(()) }
    }

    /// A text in quotes that has none in it, and no escapes; where it ends.
    fn quoted(&mut self, start: usize, end: usize) -> Option<usize> {
        let quote = self.byte(start)?;
        let inside = self.slice(start + 1, end)?;
        let length = inside.find(char::from(quote))?;
        let text = inside.get(..length)?;
        // A doubled quote, which stands for one, follows at once.
        if text.contains('\\') || inside.get(length + 1..)?.starts_with(char::from(quote)) {
            return None;
        }
        let style = if quote == b'"' { ScalarStyle::DoubleQuoted } else { ScalarStyle::SingleQuoted };
        let after = start + length + 2;
        self.put(Cow::Borrowed(text), style, start, after)?;
        Some(after)
    }

    /// A list or map in brackets that closes on its line; where it ends.
    fn flow(&mut self, start: usize, end: usize) -> Option<usize> {
        let is_map = self.byte(start)? == b'{';
        let closing = if is_map { b'}' } else { b']' };
        let kind = if is_map { OpenKind::map() } else { OpenKind::list() };
        self.open(kind, start, StructureStyle::Flow)?;
        let mut at = self.past_blanks(start + 1, end)?;
        while self.byte(at)? != closing {
            if is_map {
                at = self.key(at, end)?;
                at = self.past_blanks(at, end)?;
            }
            let rest = self.slice(at, end)?;
            let first = rest.as_bytes().first()?;
            if matches!(first, b'[' | b'{') {
                at = self.flow(at, end)?;
            } else if matches!(first, b'"' | b'\'') {
                at = self.quoted(at, end)?;
            } else {
                let length = rest.find([',', ']', '}', '[', '{'])?;
                let text = rest.get(..length)?.trim_end_matches(' ');
                if !is_plain_value(text) || text.contains(['#', '"', '\'']) || !is_time_like(text) {
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
        self.builder.end(at + 1, &mut self.problems);
        Some(at + 1)
    }

    fn past_blanks(&self, at: usize, end: usize) -> Option<usize> {
        let after = at + blanks(self.slice(at, end)?);
        (after < end).then_some(after)
    }
}

/// How many spaces a text begins with.
fn blanks(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b' ').count()
}

/// Where two characters stand next to each other in a text: a short one, so that a searcher would not pay.
fn find_pair(text: &str, pair: [u8; 2]) -> Option<usize> {
    text.as_bytes().windows(2).position(|two| two == pair)
}

/// How many characters it begins with that keys are made of here.
fn word(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count()
}

/// Whether each colon stands before a letter or digit, as in `14:05Z`, so that it ends no key.
fn is_time_like(text: &str) -> bool {
    let mut after = text.split(':').skip(1);
    after.all(|after| after.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether a text without line ends is a plain scalar, as far as its first characters say.
fn is_plain_value(text: &str) -> bool {
    let mut bytes = text.bytes();
    match bytes.next() {
        Some(b'-') => bytes.next().is_some_and(|next| next.is_ascii_alphanumeric() || next == b'.'),
        Some(first) => {
            first.is_ascii_alphanumeric() || matches!(first, b'.' | b'+' | b'~' | b'_' | b'/' | b'(')
        }
        None => false,
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
