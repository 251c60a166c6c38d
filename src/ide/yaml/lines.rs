//! The lines of a YAML text, by their indentation.
//!
//! A line that fits nowhere is passed over, with those below it that are further in.

use std::ops::Range;

use super::{SlotContent, SlotId, SlotLayout, SlotName, YamlSlot, YamlText, unquoted};

/// A map or list in lines that may go on.
struct OpenLines {
    slot: SlotId,
    indent: usize,
    is_list: bool,
    /// The key or element that came last in it.
    last: Option<SlotId>,
    count: usize,
}

pub(super) struct LineReader<'t> {
    pub(super) text: &'t str,
    slots: Vec<YamlSlot<'t>>,
    pub(super) comments: Vec<Range<usize>>,
    /// The outermost first.
    open: Vec<OpenLines>,
    /// The document.
    root: SlotId,
    /// Whether a line said that the document begins.
    is_begun: bool,
    /// One past the last byte of what was read.
    end: usize,
    /// Columns before a line that fits nowhere.
    lost: Option<usize>,
}

pub(super) fn read(text: &str) -> YamlText<'_> {
    let mut reader = LineReader {
        text,
        slots: Vec::new(),
        comments: Vec::new(),
        open: Vec::new(),
        root: SlotId(0),
        is_begun: false,
        end: 0,
        lost: None,
    };
    let mut line = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    reader.begin_document(line, false);
    while line < text.len() {
        let end = reader.line(line);
        line = reader.past_line(end.max(line));
    }
    reader.close_all();
    YamlText { text, slots: reader.slots, comments: reader.comments }
}

pub(super) fn is_blank(byte: Option<u8>) -> bool {
    matches!(byte, None | Some(b' ' | b'\t' | b'\r' | b'\n'))
}

fn is_line_end(byte: Option<u8>) -> bool {
    matches!(byte, None | Some(b'\r' | b'\n'))
}

impl<'t> LineReader<'t> {
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or("")
    }

    pub(super) fn past_blanks(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// Where the line of a byte ends, before its line end.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or("");
        let end = at + rest.find('\n').unwrap_or(rest.len());
        if self.slice(at..end).ends_with('\r') { end - 1 } else { end }
    }

    /// Where the line below begins.
    fn past_line(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or("");
        rest.find('\n').map_or(self.text.len(), |end| at + end + 1)
    }

    /// Whether a line parts documents.
    pub(super) fn is_marker(&self, line: usize) -> bool {
        let rest = self.text.get(line..).unwrap_or("");
        (rest.starts_with("---") || rest.starts_with("...")) && is_blank(self.byte(line + 3))
    }

    /// Reads a line, and those that its value goes on in; where that ends.
    fn line(&mut self, line: usize) -> usize {
        if self.is_marker(line) {
            self.lost = None;
            let begins = self.byte(line) == Some(b'-');
            let after = line + 3;
            self.begin_document(after, begins);
            let at = self.past_blanks(after);
            return if begins { self.content(at, line) } else { at };
        }
        let at = self.past_blanks(line);
        let is_directive = self.byte(line) == Some(b'%') && self.is_missing(self.root);
        let is_lost = !is_line_end(self.byte(at)) && self.lost.is_some_and(|lost| at - line > lost);
        if is_directive || is_lost {
            return at;
        }
        self.content(at, line)
    }

    /// What stands at a byte: dashes, a key, a value.
    fn content(&mut self, mut at: usize, line: usize) -> usize {
        loop {
            if is_line_end(self.byte(at)) || self.byte(at) == Some(b'#') {
                return self.comment(at);
            }
            let column = at - line;
            self.lost = None;
            if self.byte(at) != Some(b'-') || !is_blank(self.byte(at + 1)) {
                let from = self.past_properties(at);
                if is_line_end(self.byte(from)) || self.byte(from) == Some(b'#') {
                    return self.comment(from);
                }
                return match self.key(from) {
                    Some((key, colon)) => self.entry(key, Some(colon), column),
                    None => self.without_key(from, column),
                };
            }
            if !self.element(at, column) {
                self.lost = Some(column);
                return at;
            }
            at = self.past_blanks(at + 1);
        }
    }

    /// The rest of a line where nothing else is expected.
    pub(super) fn comment(&mut self, at: usize) -> usize {
        if self.byte(at) == Some(b'#') {
            let end = self.line_end(at);
            self.comments.push(at..end);
            return end;
        }
        at
    }

    /// Behind anchors and tags.
    pub(super) fn past_properties(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), Some(b'&' | b'!')) {
            let rest = self.slice(at..self.line_end(at));
            at = self.past_blanks(at + rest.find([' ', '\t']).unwrap_or(rest.len()));
        }
        at
    }

    /// A key that begins at a byte, and its colon.
    fn key(&self, at: usize) -> Option<(Range<usize>, usize)> {
        let line = self.slice(at..self.line_end(at));
        let first = *line.as_bytes().first()?;
        if matches!(first, b'"' | b'\'') {
            let end = self.quote_end(at, at + line.len())?;
            let colon = self.past_blanks(end);
            return (self.byte(colon) == Some(b':') && is_blank(self.byte(colon + 1)))
                .then_some((at..end, colon));
        }
        if matches!(first, b'[' | b']' | b'{' | b'}' | b',' | b'#' | b'*' | b'|' | b'>' | b'%' | b'@' | b'`')
        {
            return None;
        }
        let colon = colon_in(line)?;
        let key = line.get(..colon)?.trim_end();
        (!key.is_empty()).then_some((at..at + key.len(), at + colon))
    }

    /// One past the quote that closes the one at a byte, before an end.
    fn quote_end(&self, at: usize, end: usize) -> Option<usize> {
        let quote = self.byte(at)?;
        let mut here = at + 1;
        while here < end {
            let byte = self.byte(here)?;
            let is_escape = byte == b'\\' && quote == b'"';
            let is_doubled =
                quote == b'\'' && byte == quote && here + 1 < end && self.byte(here + 1) == Some(quote);
            if is_escape || is_doubled {
                here += 1;
            } else if byte == quote {
                return Some(here + 1);
            }
            here += 1;
        }
        None
    }

    /// One past a text in quotes, which may go on in lines that are far enough in. One that is not closed ends with its line.
    pub(super) fn quoted(&self, at: usize) -> usize {
        let own = self.line_end(at);
        // Looking at the lines below takes as long as there are lines.
        let below = || self.quote_end(at, self.lines_end(own, |line| self.goes_on(line)));
        self.quote_end(at, own).or_else(below).unwrap_or_else(|| at + self.slice(at..own).trim_end().len())
    }

    /// The columns that a line needs to go on with a value.
    pub(super) fn floor(&self) -> usize {
        self.open.last().map_or(0, |open| open.indent + 1)
    }

    /// Whether a line may go on with what is not closed: the parser does not mind how far in it is, but one that has a key or
    /// a dash of its own is hardly meant so.
    pub(super) fn goes_on(&self, line: usize) -> bool {
        let at = self.past_blanks(line);
        let rest = self.slice(at..self.line_end(at));
        at - line >= self.floor() || colon_in(rest).is_none() && !rest.starts_with("- ")
    }

    /// The end of the last line that belongs to a value, from the end of one on.
    fn lines_end(&self, mut end: usize, belongs: impl Fn(usize) -> bool) -> usize {
        loop {
            let line = self.past_line(end);
            let at = self.past_blanks(line);
            let is_empty = is_line_end(self.byte(at));
            if line >= self.text.len() || self.is_marker(line) || !is_empty && !belongs(line) {
                return end;
            }
            end = self.line_end(at);
        }
    }

    pub(super) fn add(&mut self, inside: SlotId, name: SlotName<'t>, start: usize, after: usize) -> SlotId {
        let content = SlotContent::Missing;
        self.slots.push(YamlSlot { inside: Some(inside), name, start, value: after..after, content });
        self.end = self.end.max(after);
        SlotId(self.slots.len() - 1)
    }

    pub(super) fn key_name(&self, at: Range<usize>, colon: bool) -> SlotName<'t> {
        SlotName::Key { text: unquoted(self.slice(at.clone())), at, colon }
    }

    pub(super) fn fill(&mut self, id: SlotId, value: Range<usize>, content: SlotContent) {
        self.end = self.end.max(value.end);
        if let Some(slot) = self.slots.get_mut(id.0) {
            slot.value = value;
            slot.content = content;
        }
    }

    /// What is read reaches to a byte.
    pub(super) fn extend(&mut self, end: usize) {
        self.end = self.end.max(end);
    }

    /// The bracket that a slot's value begins with is closed.
    pub(super) fn close_flow(&mut self, id: SlotId) {
        let Some(slot) = self.slots.get_mut(id.0) else { return };
        if let SlotContent::List(SlotLayout::Flow { is_closed })
        | SlotContent::Map(SlotLayout::Flow { is_closed }) = &mut slot.content
        {
            *is_closed = true;
        }
    }

    /// The value of a slot ends with what was read last.
    pub(super) fn finish(&mut self, id: SlotId) {
        let end = self.end;
        if let Some(slot) = self.slots.get_mut(id.0) {
            slot.value.end = slot.value.start.max(end);
        }
    }

    fn is_missing(&self, id: SlotId) -> bool {
        self.slots.get(id.0).is_some_and(|slot| slot.content == SlotContent::Missing)
    }

    fn begin_document(&mut self, start: usize, is_begun: bool) {
        self.close_all();
        // What precedes the first line that says so is no document of its own.
        if self.is_missing(self.root) && !self.is_begun {
            self.slots.pop();
        }
        let name = SlotName::Document;
        let content = SlotContent::Missing;
        self.slots.push(YamlSlot { inside: None, name, start, value: start..start, content });
        self.root = SlotId(self.slots.len() - 1);
        self.is_begun = is_begun;
    }

    fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.finish(open.slot);
        }
    }

    fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close();
        }
    }

    /// Closes what a line so many columns in does not go on with.
    fn settle(&mut self, column: usize, is_dash: bool) {
        let ends =
            |open: &OpenLines| open.indent > column || open.indent == column && open.is_list && !is_dash;
        while self.open.last().is_some_and(ends) {
            self.close();
        }
    }

    /// The slot whose value would come next.
    fn current(&self) -> SlotId {
        self.open.last().and_then(|open| open.last).unwrap_or(self.root)
    }

    /// Goes on with the map or list of a column, or begins one there; false if there is no place for it.
    fn collection(&mut self, at: usize, column: usize, is_list: bool) -> bool {
        self.settle(column, is_list);
        let top = self.open.last();
        if top.is_some_and(|open| open.indent == column && open.is_list == is_list) {
            return true;
        }
        let slot = self.current();
        // A list may stand as far in as the key of which it is the value.
        let fits = top.is_none_or(|open| open.indent < column || is_list && open.indent == column);
        if !fits || !self.is_missing(slot) {
            return false;
        }
        let layout = SlotLayout::Lines(column);
        let content = if is_list { SlotContent::List(layout) } else { SlotContent::Map(layout) };
        self.fill(slot, at..at, content);
        self.open.push(OpenLines { slot, indent: column, is_list, last: None, count: 0 });
        true
    }

    fn append(&mut self, name: impl FnOnce(usize) -> SlotName<'t>, start: usize, after: usize) {
        let Some(open) = self.open.last() else { return };
        let id = self.add(open.slot, name(open.count), start, after);
        if let Some(open) = self.open.last_mut() {
            open.last = Some(id);
            open.count += 1;
        }
    }

    fn element(&mut self, at: usize, column: usize) -> bool {
        let fits = self.collection(at, column, true);
        if fits {
            self.append(SlotName::Element, at, at + 1);
        }
        fits
    }

    /// A key with what stands behind it.
    fn entry(&mut self, key: Range<usize>, colon: Option<usize>, column: usize) -> usize {
        if !self.collection(key.start, column, false) {
            self.lost = Some(column);
            return key.start;
        }
        let name = self.key_name(key.clone(), colon.is_some());
        let after = colon.map_or(key.end, |colon| colon + 1);
        self.append(|_| name, key.start, after);
        if colon.is_some() {
            self.value(self.past_blanks(after))
        } else {
            self.comment(self.past_blanks(after))
        }
    }

    /// A value on a line of its own, or the beginning of a key.
    fn without_key(&mut self, at: usize, column: usize) -> usize {
        self.settle(column, false);
        let is_beside = self.open.last().is_some_and(|open| open.indent == column && !open.is_list);
        let begins_lines = matches!(self.byte(at), Some(b'|' | b'>'));
        let is_above = self.is_missing(self.current()) && !begins_lines && self.is_above_key(at, column);
        if is_beside || is_above {
            return self.entry(at..at + plain_length(self.slice(at..self.line_end(at))), None, column);
        }
        if self.is_missing(self.current()) {
            return self.value(at);
        }
        self.lost = Some(column);
        at
    }

    /// Whether the next line with content has a key at the same column.
    fn is_above_key(&self, at: usize, column: usize) -> bool {
        let mut line = self.past_line(at);
        while line < self.text.len() {
            let next = self.past_blanks(line);
            if !is_line_end(self.byte(next)) && self.byte(next) != Some(b'#') {
                return next - line == column && self.key(next).is_some();
            }
            line = self.past_line(next);
        }
        false
    }

    /// The value of the current slot; where it ends.
    fn value(&mut self, at: usize) -> usize {
        let at = self.past_properties(at);
        let end = match self.byte(at) {
            None | Some(b'\r' | b'\n' | b'#') => return self.comment(at),
            Some(b'[' | b'{') => return self.flow(self.current(), at),
            Some(b'"' | b'\'') => self.quoted(at),
            Some(b'|' | b'>') => return self.block(at),
            Some(_) => self.plain(at),
        };
        self.fill(self.current(), at..end, SlotContent::Scalar);
        self.comment(self.past_blanks(end))
    }

    /// The lines that a `|` or `>` announces, as the value of the current slot; where they end.
    fn block(&mut self, at: usize) -> usize {
        let header = self.slice(at..self.line_end(at));
        if let Some(comment) = header.find(" #") {
            self.comment(at + comment + 1);
        }
        // Unless a digit says so, the first line says how far in all of them are.
        let says = header.bytes().take_while(|byte| !is_blank(Some(*byte))).any(|byte| byte.is_ascii_digit());
        let begin = at + header.len();
        let rest = self.slice(begin..self.text.len());
        let first = rest.len() - rest.trim_start().len() + begin;
        let line = self.slice(0..first).rfind('\n').map_or(0, |end| end + 1);
        let floor = if says { self.floor() } else { self.floor().max(first - line) };
        let end = self.lines_end(begin, |line| self.past_blanks(line) - line >= floor);
        let length = self.slice(first..end).trim_end().len();
        let value = if length > 0 { first..first + length } else { at..at + plain_length(header) };
        let end = value.end.max(begin);
        self.fill(self.current(), value, SlotContent::Scalar);
        end
    }

    /// The end of a scalar without quotes. It goes on in lines that are further in and have no key.
    fn plain(&self, at: usize) -> usize {
        let end = self.line_end(at);
        let mut found = at + plain_length(self.slice(at..end));
        let mut line = self.past_line(end);
        // Behind a comment nothing goes on.
        while line < self.text.len() && self.byte(self.past_blanks(found)) != Some(b'#') {
            let at = self.past_blanks(line);
            let end = self.line_end(at);
            let rest = self.slice(at..end);
            if !rest.is_empty() {
                let is_other = rest.starts_with('#') || colon_in(rest).is_some() || self.is_marker(line);
                if is_other || at - line < self.floor() {
                    break;
                }
                found = at + plain_length(rest);
            }
            line = self.past_line(end);
        }
        found
    }
}

/// The colon that ends a key, before any comment.
fn colon_in(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let colon =
        bytes.iter().enumerate().find(|(at, byte)| **byte == b':' && is_blank(bytes.get(at + 1).copied()));
    let (colon, _) = colon?;
    (plain_length(line) > colon).then_some(colon)
}

/// The length of a line before its comment and the blanks at its end.
pub(super) fn plain_length(line: &str) -> usize {
    let bytes = line.as_bytes();
    let is_comment = |two: &[u8]| matches!(two, [b' ' | b'\t', b'#']);
    let end = bytes.windows(2).position(is_comment).unwrap_or(line.len());
    line.get(..end).unwrap_or(line).trim_end().len()
}
