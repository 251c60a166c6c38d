//! `collect/NAME.yaml`, by its schema and by the vocabulary.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::schema::SlotSchema;
use super::{Holds, KeyOffer, Offer, SlotShape, offers, units_of, words};
use crate::ide::completion::{Completion, CompletionKind};
use crate::ide::yaml::{YamlStep, YamlText};
use crate::settings::field_type;
use crate::snapshot::outline::flow_text;
use crate::types::{Kind, Type};
use crate::vocabulary::{Field, RecordType, Vocabulary};

static SCHEMA: LazyLock<SlotSchema> =
    LazyLock::new(|| SlotSchema::new(include_str!("../../../schemas/collect.schema.json")));

/// What could stand at a byte of a plan.
pub fn complete_plan(
    vocabulary: &Vocabulary,
    workflows: &BTreeSet<Arc<str>>,
    text: &str,
    offset: usize,
) -> Vec<Completion> {
    offers(text, offset, |yaml, id, is_new| {
        let mut shape = SCHEMA.shape(yaml, id, is_new);
        let way = yaml.way(id);
        if !is_new {
            add(vocabulary, workflows, yaml, &way, &mut shape);
        }
        shape
    })
}

/// Adds to what the schema says of a slot.
fn add(
    vocabulary: &Vocabulary,
    workflows: &BTreeSet<Arc<str>>,
    yaml: &YamlText<'_>,
    way: &[YamlStep<'_>],
    shape: &mut SlotShape,
) {
    use YamlStep::Key;
    match way {
        [Key("workflow")] => {
            shape.values = words(workflows.iter().map(|name| flow_text(name)), CompletionKind::Name);
        }
        [Key("fields")] => {
            let built_in = vocabulary.built_in_fields();
            add_fields(&vocabulary.snapshot, built_in, "", &mut shape.keys);
        }
        [Key("fields"), Key(path)] => {
            let is_list = field_at(vocabulary, path).is_some_and(|field| field.ty.element().is_some());
            shape.keys.retain(|key| is_list || key.offer.label != "each");
        }
        [Key("fields"), Key(_), Key("from")] => shape.values = sources(yaml),
        [Key("fields"), Key(path), Key("unit")] => {
            shape.values = field_at(vocabulary, path).map_or(Vec::new(), units)
        }
        [Key("fields"), Key(path), Key("each")] => {
            let record = field_at(vocabulary, path).and_then(|field| field.ty.element()?.record());
            let fields = record.into_iter().flat_map(|record| &record.fields);
            let single = fields.filter(|field| !matches!(field.ty, Type::List(_) | Type::Record(_)));
            shape.keys =
                single.map(|field| key(field, field.yaml_key().to_string(), Holds::Scalar)).collect();
        }
        [Key("fields"), Key(path), Key("each"), Key(name), Key("unit")] => {
            let record = field_at(vocabulary, path).and_then(|field| field.ty.element()?.record());
            let field = record.and_then(|record| record.field_of_key(name));
            shape.values = field.map_or(Vec::new(), |(_, field)| units(field));
        }
        _ => {}
    }
}

/// The field of a way by keys: `eval_run.planned`.
fn field_at<'v>(vocabulary: &'v Vocabulary, path: &str) -> Option<&'v Field> {
    let (before, last) = path.rsplit_once('.').map_or((None, path), |(before, last)| (Some(before), last));
    let outer = before.into_iter().flat_map(|before| before.split('.'));
    let record = outer
        .into_iter()
        .try_fold(&*vocabulary.snapshot, |record, key| record.field_of_key(key)?.1.ty.record());
    Some(record?.field_of_key(last)?.1)
}

/// All that can be collected: what is measured, and is no record.
fn add_fields(record: &RecordType, built_in: usize, prefix: &str, keys: &mut Vec<KeyOffer>) {
    for field in record.fields.iter().skip(built_in) {
        let path = format!("{prefix}{}", field.yaml_key());
        match field.ty.record() {
            Some(inner) => add_fields(inner, 0, &format!("{path}."), keys),
            None => keys.push(key(field, path, Holds::Map)),
        }
    }
}

fn key(field: &Field, name: String, holds: Holds) -> KeyOffer {
    let offer = Offer::new(name, CompletionKind::Field).detail(field_type(field)).doc(field.doc.as_deref());
    KeyOffer { offer, holds }
}

/// The names of the plan's sources.
fn sources(yaml: &YamlText<'_>) -> Vec<Offer> {
    let documents = yaml.slots().filter(|(_, slot)| slot.inside.is_none());
    let sources = documents.filter_map(|(id, _)| yaml.find(id, "sources"));
    let names = sources.flat_map(|id| yaml.inside(id)).filter_map(|(_, slot)| slot.key());
    words(names.map(flow_text), CompletionKind::Name)
}

/// The units that numbers of a field may be in.
fn units(field: &Field) -> Vec<Offer> {
    let ty = field.ty.element().unwrap_or(&field.ty);
    let is_share = ty.quantity().is_some_and(|quantity| quantity.kind == Kind::Share);
    let units = units_of(ty);
    units.into_iter().filter(|unit| !is_share || unit.label == "%").collect()
}
