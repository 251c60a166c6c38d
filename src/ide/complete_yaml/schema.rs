//! What the JSON Schemas of configurations and plans say of a slot. Tests hold these schemas to what is read.

use serde_json::Value;

use super::{Holds, KeyOffer, ListShape, Offer, SlotShape, words};
use crate::ide::completion::CompletionKind;
use crate::ide::yaml::{SlotContent, SlotId, SlotName, YamlText};

pub(super) struct SlotSchema {
    root: Value,
}

/// How far references lead on.
const MAX_STEPS: usize = 16;

impl SlotSchema {
    /// That of a text.
    pub(super) fn new(text: &str) -> Self {
        Self { root: serde_json::from_str(text).unwrap_or_default() }
    }

    /// What a slot may hold, or a new element of its list.
    pub(super) fn shape(&self, yaml: &YamlText<'_>, id: SlotId, is_new: bool) -> SlotShape {
        let mut found = self.of_slot(yaml, id);
        if is_new {
            found = self.elements(&found);
        }
        let mut shape = SlotShape::default();
        for one in &found {
            self.add(one, &mut shape);
        }
        // What one of the alternatives needs comes before what others allow.
        let needed = |key: &KeyOffer| {
            let name = &key.offer.label;
            found.iter().any(|one| texts(one, "required").any(|needed| needed == name))
        };
        shape.keys.sort_by_key(|key| !needed(key));
        shape
    }

    /// The alternatives for a slot, as far as the keys that are there leave them open.
    fn of_slot(&self, yaml: &YamlText<'_>, id: SlotId) -> Vec<&Value> {
        let mut chain: Vec<SlotId> = yaml.outward(id).collect();
        chain.reverse();
        let mut found = self.alternatives(&self.root);
        for id in chain {
            found = match &yaml.slot(id).name {
                SlotName::Document => found,
                SlotName::Key { text, .. } => found.iter().flat_map(|one| self.of_key(one, text)).collect(),
                SlotName::Element(_) => self.elements(&found),
            };
            if matches!(yaml.slot(id).content, SlotContent::Map(_)) {
                found = narrowed(found, yaml, id);
            }
        }
        found
    }

    fn elements<'s>(&'s self, of: &[&'s Value]) -> Vec<&'s Value> {
        of.iter().filter_map(|one| one.get("items")).flat_map(|items| self.alternatives(items)).collect()
    }

    fn of_key<'s>(&'s self, schema: &'s Value, key: &str) -> Vec<&'s Value> {
        let named = schema.get("properties").and_then(|known| known.get(key));
        let by_pattern = || schema.get("patternProperties")?.as_object()?.values().next();
        let other = || schema.get("additionalProperties").filter(|other| other.is_object());
        named.or_else(by_pattern).or_else(other).map_or(Vec::new(), |schema| self.alternatives(schema))
    }

    /// A schema, with references and choices followed.
    fn alternatives<'s>(&'s self, schema: &'s Value) -> Vec<&'s Value> {
        let mut found = Vec::new();
        let mut open = vec![(schema, 0)];
        while let Some((schema, steps)) = open.pop() {
            let target = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
            let target = target.and_then(|path| self.root.pointer(path));
            let choices = schema.get("anyOf").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            if steps < MAX_STEPS && (target.is_some() || !choices.is_empty()) {
                open.extend(choices.iter().rev().chain(target).map(|one| (one, steps + 1)));
            } else {
                found.push(schema);
            }
        }
        found
    }

    fn add(&self, schema: &Value, shape: &mut SlotShape) {
        for (key, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if shape.keys.iter().any(|known| known.offer.label == *key) {
                continue;
            }
            let kinds = self.alternatives(inner);
            let own = inner.get("description").or_else(|| kinds.first()?.get("description"));
            let offer = Offer::new(key, CompletionKind::Key).doc(own.and_then(Value::as_str));
            shape.keys.push(KeyOffer { offer, holds: holds(&kinds) });
        }
        shape.values.extend(words(texts(schema, "enum"), CompletionKind::Value));
        let word = schema.get("const").and_then(Value::as_str);
        shape.values.extend(words(word, CompletionKind::Value));
        if is_of(schema, "boolean") {
            shape.values.extend(words(["true", "false"], CompletionKind::Value));
        }
        if is_of(schema, "array") {
            let items = schema.get("items").map_or(Vec::new(), |items| self.alternatives(items));
            let is_map = holds(&items) == Holds::Map;
            shape.list = if is_map { ListShape::OfMaps } else { ListShape::OfScalars };
        }
    }
}

/// Those that have all the keys that are there; all, if none does.
fn narrowed<'s>(found: Vec<&'s Value>, yaml: &YamlText<'_>, id: SlotId) -> Vec<&'s Value> {
    let has =
        |schema: &Value, key: &str| schema.get("properties").is_some_and(|known| known.get(key).is_some());
    let whole = |slot: &&str| found.iter().any(|schema| has(schema, slot));
    let there: Vec<&str> = yaml.inside(id).filter_map(|(_, slot)| slot.key()).filter(whole).collect();
    let fits = |schema: &&Value| there.iter().all(|key| has(schema, key));
    let fitting: Vec<&Value> = found.iter().copied().filter(fits).collect();
    if there.is_empty() || fitting.is_empty() { found } else { fitting }
}

fn is_of(schema: &Value, kind: &str) -> bool {
    schema.get("type").is_some_and(|own| own == kind)
}

fn texts<'s>(schema: &'s Value, name: &str) -> impl Iterator<Item = &'s str> {
    schema.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// What stands behind a key, where that is always the same; else a scalar, which is the shortest.
fn holds(kinds: &[&Value]) -> Holds {
    let all = |kind| !kinds.is_empty() && kinds.iter().all(|schema| is_of(schema, kind));
    if all("object") {
        Holds::Map
    } else if all("array") {
        Holds::List
    } else {
        Holds::Scalar
    }
}
