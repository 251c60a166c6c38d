//! What could stand at a place of a snapshot, a configuration or a plan.
//!
//! The rooms below say what a slot may hold; here that becomes text, in lines or between braces.

mod config;
mod plan;
mod schema;
mod snapshot;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::completion::{Completion, CompletionKind};
use super::yaml::{SlotContent, SlotId, SlotLayout, SlotName, YamlPlace, YamlText};
use crate::snapshot::outline::flow_text;
use crate::types::{Kind, Type};

pub use config::{ConfigFacts, complete_config};
pub use plan::complete_plan;
pub use snapshot::{SnapshotFacts, SnapshotValue, complete_snapshot, value_at};

/// What a slot may hold.
#[derive(Default)]
struct SlotShape {
    /// The keys of its map.
    keys: Vec<KeyOffer>,
    /// Its scalars.
    values: Vec<Offer>,
    /// What may follow a number.
    units: Vec<Offer>,
    list: ListShape,
}

/// Whether a slot may hold a list.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum ListShape {
    #[default]
    None,
    OfScalars,
    OfMaps,
}

struct KeyOffer {
    offer: Offer,
    holds: Holds,
}

/// What stands behind a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Scalar,
    Map,
    List,
}

struct Offer {
    label: String,
    kind: CompletionKind,
    detail: Option<String>,
    doc: Option<String>,
}

impl Offer {
    fn new(label: impl Into<String>, kind: CompletionKind) -> Self {
        Self { label: label.into(), kind, detail: None, doc: None }
    }

    fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    fn doc(self, doc: Option<impl Into<String>>) -> Self {
        Self { doc: doc.map(Into::into), ..self }
    }
}

/// Scalars that are written as they stand.
fn words<W: Into<String>>(words: impl IntoIterator<Item = W>, kind: CompletionKind) -> Vec<Offer> {
    words.into_iter().map(|word| Offer::new(word, kind)).collect()
}

/// What may follow a number of a type.
fn units_of(ty: &Type) -> Vec<Offer> {
    let unit = |unit: &str| Offer::new(unit, CompletionKind::Unit);
    match ty.quantity().map(|quantity| &quantity.kind) {
        Some(Kind::Duration) => ["min", "h", "s", "ms", "days", "weeks"].map(unit).into(),
        Some(Kind::Share) => {
            vec![unit("%"), unit("of").detail("with the counts: `19 of 24`")]
        }
        Some(Kind::Unit(name)) => vec![unit(name)],
        Some(Kind::Count | Kind::Number | Kind::Bare | Kind::Ratio) | None => Vec::new(),
    }
}

/// What there is to offer at a byte. `shape` says what a slot may hold, or a new element of its list.
fn offers(
    text: &str,
    offset: usize,
    shape: impl Fn(&YamlText<'_>, SlotId, bool) -> SlotShape,
) -> Vec<Completion> {
    let yaml = YamlText::read(text);
    let offset = text.floor_char_boundary(offset);
    let mut edit = YamlEdit::new(text, offset);
    match yaml.place(offset) {
        YamlPlace::Key(id) => {
            let slot = yaml.slot(id);
            if let (Some(outer), SlotName::Key { at, colon, .. }) = (slot.inside, &slot.name) {
                edit.replace = at.clone();
                edit.has_colon = *colon;
                edit.is_flow = is_flow(&yaml, outer);
                edit.keys(&yaml, outer, Some(id), &shape(&yaml, outer, false));
            }
        }
        YamlPlace::Value(id) => edit.value(&yaml, id, &shape(&yaml, id, false)),
        YamlPlace::Behind(id) => {
            let start = yaml.slot(id).value.start;
            edit.units(start, offset, &shape(&yaml, id, false));
        }
        YamlPlace::Blank { inside, listed } => {
            if let Some(id) = listed {
                edit.dashes(shape(&yaml, id, false).list);
            }
            if let Some(id) = inside {
                edit.blank(&yaml, id, &shape);
            }
        }
        YamlPlace::Nothing => {}
    }
    edit.found
}

fn is_flow(yaml: &YamlText<'_>, id: SlotId) -> bool {
    matches!(yaml.slot(id).content.layout(), Some(SlotLayout::Flow { .. }))
}

/// The text that offers change.
struct YamlEdit<'t> {
    text: &'t str,
    offset: usize,
    replace: Range<usize>,
    is_flow: bool,
    /// Whether the key that is replaced has its colon.
    has_colon: bool,
    found: Vec<Completion>,
}

impl<'t> YamlEdit<'t> {
    fn new(text: &'t str, offset: usize) -> Self {
        Self { text, offset, replace: offset..offset, is_flow: false, has_colon: false, found: Vec::new() }
    }

    fn push(&mut self, offer: &Offer, insert: String) {
        self.push_closed(offer, insert, "");
    }

    /// An offer that opens brackets, and what closes them.
    fn push_closed(&mut self, offer: &Offer, insert: String, closing: &str) {
        // Behind a colon or a dash there has to be a blank.
        let before = self.text.get(..self.replace.start).unwrap_or("");
        let is_glued = before.ends_with([':', '-']) && !self.is_flow;
        let insert = if is_glued { format!(" {insert}") } else { insert };
        let rank = u8::try_from(self.found.len()).unwrap_or(u8::MAX);
        self.found.push(Completion {
            detail: offer.detail.clone(),
            doc: offer.doc.clone(),
            span: self.replace.clone(),
            snippet: (!closing.is_empty()).then(|| format!("{}$0{closing}", snippet_text(&insert))),
            insert,
            ..Completion::new(&*offer.label, offer.kind, rank)
        });
    }

    fn values(&mut self, offers: &[Offer]) {
        for offer in offers {
            self.push(offer, offer.label.clone());
        }
    }

    /// The keys of a slot's map that are not there yet, but for the one that is being written.
    fn keys(&mut self, yaml: &YamlText<'_>, map: SlotId, own: Option<SlotId>, shape: &SlotShape) {
        let there: Vec<&str> =
            yaml.inside(map).filter(|(id, _)| Some(*id) != own).filter_map(|(_, slot)| slot.key()).collect();
        for KeyOffer { offer, holds } in &shape.keys {
            if there.contains(&&*offer.label) {
                continue;
            }
            let (insert, closing) = self.key_text(&offer.label, *holds);
            self.push_closed(offer, insert, closing);
        }
    }

    /// A key with what its value begins with, and what that is closed with.
    fn key_text(&self, key: &str, holds: Holds) -> (String, &'static str) {
        let key = flow_text(key);
        if self.has_colon {
            return (key, "");
        }
        let line = self
            .text
            .get(..self.replace.start)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |end| end + 1);
        let indent = " ".repeat(self.replace.start.saturating_sub(line) + 2);
        match (holds, self.is_flow) {
            (Holds::Scalar, _) => (format!("{key}: "), ""),
            (Holds::Map, true) => (format!("{key}: {{ "), " }"),
            (Holds::List, true) => (format!("{key}: ["), "]"),
            (Holds::Map, false) => (format!("{key}:\n{indent}"), ""),
            (Holds::List, false) => (format!("{key}:\n{indent}- "), ""),
        }
    }

    /// What could be the value of a slot on the line of its key or dash, or what is being written for it.
    fn value(&mut self, yaml: &YamlText<'_>, id: SlotId, shape: &SlotShape) {
        let slot = yaml.slot(id);
        self.is_flow = yaml.outward(id).skip(1).any(|id| is_flow(yaml, id));
        let is_element = matches!(slot.name, SlotName::Element(_)) && !self.is_flow;
        if slot.content == SlotContent::Missing {
            if is_element {
                self.keys(yaml, id, None, shape);
            }
            self.values(&shape.values);
            self.brackets(shape);
            return;
        }
        let written = self.text.get(slot.value.clone()).unwrap_or("");
        if written.contains('\n') {
            return;
        }
        if self.units(slot.value.start, slot.value.end, shape) {
            return;
        }
        self.replace = slot.value.clone();
        if let Some(quote) = written.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
            let is_closed = written.len() > 1 && written.ends_with(quote);
            self.replace = slot.value.start + 1..slot.value.end - usize::from(is_closed);
        }
        let is_below = self.text.get(slot.start..slot.value.start).is_some_and(|name| name.contains('\n'));
        if is_element || is_below || slot.name == SlotName::Document {
            self.keys(yaml, id, None, shape);
        }
        self.values(&shape.values);
    }

    /// What begins a list or map on the line of its key or dash.
    fn brackets(&mut self, shape: &SlotShape) {
        let offer = |label: &str| Offer::new(label, CompletionKind::Value);
        if !shape.keys.is_empty() {
            self.push_closed(&offer("{ }"), "{ ".to_owned(), " }");
        }
        match shape.list {
            ListShape::None => {}
            ListShape::OfScalars => self.push_closed(&offer("[ ]"), "[".to_owned(), "]"),
            ListShape::OfMaps => self.push_closed(&offer("[{ }]"), "[{ ".to_owned(), " }]"),
        }
    }

    /// What begins an element in lines.
    fn dashes(&mut self, list: ListShape) {
        let offer = |label: &str| Offer::new(label, CompletionKind::Value);
        if list == ListShape::OfMaps {
            self.push_closed(&offer("- { }").detail("an element on one line"), "- { ".to_owned(), " }");
        }
        if list != ListShape::None {
            self.push(&offer("-").detail("an element"), "- ".to_owned());
        }
    }

    /// What could begin inside of a slot at a place that is blank.
    fn blank(
        &mut self,
        yaml: &YamlText<'_>,
        id: SlotId,
        shape: &impl Fn(&YamlText<'_>, SlotId, bool) -> SlotShape,
    ) {
        self.is_flow = is_flow(yaml, id);
        match yaml.slot(id).content {
            SlotContent::Map(_) => self.keys(yaml, id, None, &shape(yaml, id, false)),
            SlotContent::List(_) => {
                let element = shape(yaml, id, true);
                self.values(&element.values);
                self.brackets(&element);
            }
            SlotContent::Missing => {
                let shape = shape(yaml, id, false);
                self.keys(yaml, id, None, &shape);
                self.dashes(shape.list);
                self.values(&shape.values);
            }
            SlotContent::Scalar => {}
        }
    }

    /// What may follow the number that is being written from `start` on; whether there is one.
    fn units(&mut self, start: usize, end: usize, shape: &SlotShape) -> bool {
        let written = self.text.get(start..self.offset).unwrap_or("");
        let digits =
            written.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
        let number = digits.count();
        if shape.units.is_empty() || !written.bytes().take(number).any(|byte| byte.is_ascii_digit()) {
            return false;
        }
        let behind = written.get(number..).unwrap_or("");
        let blanks = behind.len() - behind.trim_start().len();
        // What stands behind the unit, as in `1005 of 1008`, stays.
        let behind = self.text.get(start + number + blanks..end.max(self.offset)).unwrap_or("");
        let word = behind.find(char::is_whitespace).unwrap_or(behind.len());
        self.replace = start + number + blanks..start + number + blanks + word;
        if self.offset > self.replace.end {
            return false;
        }
        let is_one = written.get(..number) == Some("1");
        for offer in &shape.units {
            let singular = offer.label.strip_suffix('s').filter(|word| is_one && word.len() > 2);
            let unit = singular.unwrap_or(&offer.label);
            let insert = if blanks > 0 || unit == "%" { unit.to_owned() } else { format!(" {unit}") };
            let offer =
                Offer { label: unit.to_owned(), kind: offer.kind, detail: offer.detail.clone(), doc: None };
            self.push(&offer, insert);
        }
        true
    }
}

/// A text as snippets write it.
fn snippet_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}
