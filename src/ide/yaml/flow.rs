//! Lists and maps between brackets and braces.

use std::ops::Range;

use super::lines::{LineReader, is_blank, plain_length};
use super::{SlotContent, SlotId, SlotLayout, SlotName};

const OPEN: SlotLayout = SlotLayout::Flow { is_closed: false };

/// A list or map that is not closed yet.
struct OpenFlow {
    slot: SlotId,
    is_map: bool,
    /// A key in a list makes a map of one entry, which ends with it.
    is_pair: bool,
    count: usize,
}

/// What is open, the outermost first.
struct FlowState {
    open: Vec<OpenFlow>,
    /// The key whose value comes next.
    pending: Option<SlotId>,
    /// The slot that was filled since the last comma.
    filled: Option<SlotId>,
}

impl<'t> LineReader<'t> {
    /// Reads what the bracket at a byte opens, as the value of a slot; where it ends. What is not closed ends before a line
    /// that begins something else.
    pub(super) fn flow(&mut self, slot: SlotId, at: usize) -> usize {
        let mut state = FlowState { open: Vec::new(), pending: Some(slot), filled: None };
        let mut here = at;
        while let Some(byte) = self.byte(here) {
            here = match byte {
                b'\n' if self.is_marker(here + 1) || !self.goes_on(here + 1) => break,
                b' ' | b'\t' | b'\r' | b'\n' => here + 1,
                // Before anything else it is the first of a scalar.
                b':' if self.ends_key(here) => here + 1,
                b'#' if is_blank(self.byte(here.wrapping_sub(1))) => self.comment(here),
                b',' => {
                    self.end_pair(&mut state);
                    (state.pending, state.filled) = (None, None);
                    here + 1
                }
                b']' | b'}' => {
                    self.end_pair(&mut state);
                    if let Some(open) = state.open.pop() {
                        self.extend(here + 1);
                        self.finish(open.slot);
                        self.close_flow(open.slot);
                        (state.pending, state.filled) = (None, None);
                    }
                    if state.open.is_empty() {
                        return here + 1;
                    }
                    here + 1
                }
                b'[' | b'{' => {
                    self.open_flow(&mut state, here, byte == b'{');
                    here + 1
                }
                _ => self.token(&mut state, here),
            };
        }
        while let Some(open) = state.open.pop() {
            self.finish(open.slot);
        }
        here
    }

    /// Whether the colon at a byte has nothing behind it that belongs to the same scalar.
    fn ends_key(&self, colon: usize) -> bool {
        let next = self.byte(colon + 1);
        is_blank(next) || matches!(next, Some(b',' | b'[' | b']' | b'{' | b'}'))
    }

    /// The slot for what stands at a byte: the value of a key, or an element. Between braces that would be a key.
    fn slot_for(&mut self, state: &mut FlowState, at: usize) -> Option<SlotId> {
        if let Some(pending) = state.pending.take() {
            return Some(pending);
        }
        let open = state.open.last_mut()?;
        let index = open.count;
        open.count += 1;
        let slot = open.slot;
        Some(self.add(slot, SlotName::Element(index), at, at))
    }

    fn open_flow(&mut self, state: &mut FlowState, at: usize, is_map: bool) {
        let Some(slot) = self.slot_for(state, at) else { return };
        let content = if is_map { SlotContent::Map(OPEN) } else { SlotContent::List(OPEN) };
        self.fill(slot, at..at + 1, content);
        state.open.push(OpenFlow { slot, is_map, is_pair: false, count: 0 });
        state.filled = None;
    }

    fn end_pair(&mut self, state: &mut FlowState) {
        if state.open.last().is_some_and(|open| open.is_pair)
            && let Some(pair) = state.open.pop()
        {
            self.finish(pair.slot);
            self.close_flow(pair.slot);
        }
    }

    /// A scalar, as a key or as a value; where it ends, with its colon if it has one.
    fn token(&mut self, state: &mut FlowState, at: usize) -> usize {
        let is_quoted = matches!(self.byte(at), Some(b'"' | b'\''));
        let end = if is_quoted { self.quoted(at) } else { self.flow_plain(at) };
        let colon = self.past_blanks(end);
        let is_key =
            state.pending.is_none() && self.byte(colon) == Some(b':') && (is_quoted || self.ends_key(colon));
        if is_key {
            // An anchor is no part of the key.
            let start = Some(self.past_properties(at)).filter(|start| *start < end).unwrap_or(at);
            self.flow_key(state, start..end, colon);
            return colon + 1;
        }
        let is_map = state.open.last().is_some_and(|open| open.is_map);
        match state.filled {
            // A scalar over several lines.
            Some(slot) => {
                self.extend(end);
                self.finish(slot);
            }
            None if is_map && state.pending.is_none() => {
                let name = self.key_name(at..end, false);
                if let Some(open) = state.open.last() {
                    state.filled = Some(self.add(open.slot, name, at, end));
                }
            }
            None => {
                state.filled = self.slot_for(state, at);
                // An anchor is no part of the value, and alone it stands before nothing.
                let start = self.past_properties(at);
                if let Some(slot) = state.filled.filter(|_| start < end) {
                    self.fill(slot, start..end, SlotContent::Scalar);
                }
            }
        }
        end.max(at + 1)
    }

    fn flow_key(&mut self, state: &mut FlowState, key: Range<usize>, colon: usize) {
        let start = key.start;
        if state.open.last().is_some_and(|open| !open.is_map)
            && let Some(slot) = self.slot_for(state, start)
        {
            self.fill(slot, start..start, SlotContent::Map(OPEN));
            state.open.push(OpenFlow { slot, is_map: true, is_pair: true, count: 0 });
        }
        let name = self.key_name(key, true);
        let Some(open) = state.open.last() else { return };
        state.pending = Some(self.add(open.slot, name, start, colon + 1));
        state.filled = None;
    }

    /// The end of a scalar without quotes.
    fn flow_plain(&self, at: usize) -> usize {
        let line = self.slice(at..self.line_end(at));
        let bytes = line.as_bytes();
        let ends = |(here, byte): &(usize, &u8)| match byte {
            b',' | b'[' | b']' | b'{' | b'}' => true,
            b':' => {
                let next = bytes.get(here + 1).copied();
                is_blank(next) || matches!(next, Some(b',' | b'[' | b']' | b'{' | b'}'))
            }
            _ => false,
        };
        let length = bytes.iter().enumerate().find(ends).map_or(line.len(), |(here, _)| here);
        at + plain_length(line.get(..length).unwrap_or(line))
    }
}
