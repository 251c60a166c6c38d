//! Which key or value of a YAML file is at a byte, also where the file has a fault.
//!
//! The lines are read by their indentation, as people see them, so that what is being typed disturbs nothing but itself.
//! Where a text has no fault, the same keys and values are found as the parser finds; tests hold it to that. Knows no
//! vocabulary.

mod flow;
mod lines;
mod place;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::iter::successors;
use std::ops::Range;

pub use place::YamlPlace;

/// A slot of a [`YamlText`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotId(usize);

/// All keys, elements and values of a YAML text, of all its documents, in the order of the text.
#[derive(Clone, Debug)]
pub struct YamlText<'t> {
    text: &'t str,
    slots: Vec<YamlSlot<'t>>,
    /// From `#` to the end of the line.
    comments: Vec<Range<usize>>,
}

/// Where a value stands: behind a key, in a list, or as a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlSlot<'t> {
    /// The slot whose map or list it is in; none for a document.
    pub inside: Option<SlotId>,
    pub name: SlotName<'t>,
    /// First byte: of the key, of the dash, of the element between brackets.
    pub start: usize,
    /// Bytes of the value, with its quotes or brackets. Of a missing value, the place right behind the colon or dash.
    pub value: Range<usize>,
    pub content: SlotContent,
}

/// What tells a slot from the others beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotName<'t> {
    Document,
    Key {
        /// Without its quotes.
        text: Cow<'t, str>,
        /// Bytes, with its quotes.
        at: Range<usize>,
        /// Whether there is a colon behind it yet.
        colon: bool,
    },
    /// Counted from 0.
    Element(usize),
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotContent {
    /// No value yet.
    Missing,
    /// A scalar, or an alias.
    Scalar,
    List(SlotLayout),
    Map(SlotLayout),
}

/// How a list or map is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotLayout {
    /// Between brackets or braces, of which the last may not be there yet.
    Flow { is_closed: bool },
    /// In lines, whose keys or dashes stand so many columns in.
    Lines(usize),
}

/// A step of the way from a document to a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YamlStep<'s> {
    Key(&'s str),
    Element(usize),
}

impl YamlSlot<'_> {
    /// The key, without its quotes; none of an element or a document.
    pub fn key(&self) -> Option<&str> {
        match &self.name {
            SlotName::Key { text, .. } => Some(text),
            SlotName::Element(_) | SlotName::Document => None,
        }
    }

    /// The bytes of the key, with its quotes.
    pub fn key_at(&self) -> Option<Range<usize>> {
        match &self.name {
            SlotName::Key { at, .. } => Some(at.clone()),
            SlotName::Element(_) | SlotName::Document => None,
        }
    }
}

impl SlotContent {
    /// How its list or map is written.
    pub fn layout(self) -> Option<SlotLayout> {
        match self {
            Self::List(layout) | Self::Map(layout) => Some(layout),
            Self::Missing | Self::Scalar => None,
        }
    }
}

static NO_SLOT: YamlSlot<'static> =
    YamlSlot { inside: None, name: SlotName::Document, start: 0, value: 0..0, content: SlotContent::Missing };

impl<'t> YamlText<'t> {
    /// Reads a text, whatever it is.
    pub fn read(text: &'t str) -> Self {
        lines::read(text)
    }

    /// The slot of an id that this text handed out.
    pub fn slot(&self, id: SlotId) -> &YamlSlot<'t> {
        self.slots.get(id.0).unwrap_or(&NO_SLOT)
    }

    /// All slots, in the order of the text.
    pub fn slots(&self) -> impl DoubleEndedIterator<Item = (SlotId, &YamlSlot<'t>)> {
        self.slots.iter().enumerate().map(|(at, slot)| (SlotId(at), slot))
    }

    /// The slots right inside of a slot's map or list.
    pub fn inside(&self, id: SlotId) -> impl Iterator<Item = (SlotId, &YamlSlot<'t>)> {
        let end = self.slot(id).value.end;
        let below = self.slots().skip(id.0 + 1).take_while(move |(_, slot)| slot.start <= end);
        below.filter(move |(_, slot)| slot.inside == Some(id))
    }

    /// The slot of a key in a slot's map.
    pub fn find(&self, id: SlotId, key: &str) -> Option<SlotId> {
        self.inside(id).find(|(_, slot)| slot.key() == Some(key)).map(|(id, _)| id)
    }

    /// A slot, what it is inside of, and so on, up to its document.
    pub fn outward(&self, id: SlotId) -> impl Iterator<Item = SlotId> {
        successors(Some(id), |id| self.slot(*id).inside)
    }

    /// The document that a slot is in.
    pub fn document(&self, id: SlotId) -> SlotId {
        self.outward(id).last().unwrap_or(id)
    }

    /// The way from the document to a slot.
    pub fn way(&self, id: SlotId) -> Vec<YamlStep<'_>> {
        let step = |id: SlotId| match &self.slot(id).name {
            SlotName::Key { text, .. } => Some(YamlStep::Key(text)),
            SlotName::Element(index) => Some(YamlStep::Element(*index)),
            SlotName::Document => None,
        };
        let mut way: Vec<_> = self.outward(id).filter_map(step).collect();
        way.reverse();
        way
    }

    /// The keys that lead to a slot, whichever elements of lists are passed: `agent.tasks.cost`.
    pub fn keys_to(&self, id: SlotId) -> Vec<&str> {
        let mut keys: Vec<&str> = self.outward(id).filter_map(|id| self.slot(id).key()).collect();
        keys.reverse();
        keys
    }

    /// What a slot's scalar says, without its quotes; none if it holds something else.
    pub fn scalar(&self, id: SlotId) -> Option<Cow<'t, str>> {
        let slot = self.slot(id);
        let written = self.text.get(slot.value.clone()).filter(|_| slot.content == SlotContent::Scalar)?;
        Some(unquoted(written))
    }

    /// The slot whose key or scalar, or the place where one would stand, is at a byte or ends there.
    pub fn slot_at(&self, offset: usize) -> Option<SlotId> {
        match self.place(offset) {
            YamlPlace::Key(id) | YamlPlace::Value(id) => Some(id),
            YamlPlace::Behind(_) | YamlPlace::Blank { .. } | YamlPlace::Nothing => None,
        }
    }
}

/// A scalar without its quotes.
fn unquoted(written: &str) -> Cow<'_, str> {
    let inner = |quote| written.strip_prefix(quote)?.strip_suffix(quote);
    if let Some(text) = inner('\'') {
        return if text.contains("''") { text.replace("''", "'").into() } else { text.into() };
    }
    match inner('"') {
        // JSON has the escapes that keys are written with, if any.
        Some(text) if text.contains('\\') => {
            serde_json::from_str::<String>(written).map_or(Cow::Borrowed(text), Cow::Owned)
        }
        Some(text) => text.into(),
        None => written.into(),
    }
}
