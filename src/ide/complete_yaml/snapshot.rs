//! Snapshots and `rollout.yaml`, by the vocabulary.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::{Holds, KeyOffer, ListShape, Offer, SlotShape, offers, units_of, words};
use crate::ide::completion::{Completion, CompletionKind};
use crate::ide::yaml::{SlotId, SlotName, YamlStep, YamlText};
use crate::point::{Axis, Point};
use crate::settings::field_type;
use crate::snapshot::outline::flow_text;
use crate::types::Type;
use crate::value::{Date, day_number, parse_date, parse_time};
use crate::vocabulary::{Cadence, Field, RecordType, Vocabulary};

/// What is known beside the text.
pub struct SnapshotFacts<'f> {
    /// Whether it is a `rollout.yaml`, which holds standing facts alone.
    pub is_standing: bool,
    pub today: Date,
    /// Each workflow with the point of its newest snapshot in other files.
    pub workflows: &'f BTreeMap<Arc<str>, Option<Point>>,
    /// How often a snapshot of a workflow is due, where that is not what the vocabulary says.
    pub cadence_of: &'f dyn Fn(&str) -> Option<Cadence>,
}

/// What could stand at a byte of a snapshot.
pub fn complete_snapshot(
    vocabulary: &Vocabulary,
    facts: &SnapshotFacts<'_>,
    text: &str,
    offset: usize,
) -> Vec<Completion> {
    let asked = AskedSnapshot { vocabulary, facts };
    offers(text, offset, |yaml, id, is_new| asked.shape(yaml, id, is_new))
}

/// The field that a key or value of a snapshot is of.
pub struct SnapshotValue<'v> {
    /// The way to it by the names of fields: `agent.tasks.cost`.
    pub way: String,
    pub field: &'v Field,
    /// The bytes of the key or value.
    pub at: Range<usize>,
}

/// The field of the key or value at a byte. An element of a list is of the list's field.
pub fn value_at<'v>(vocabulary: &'v Vocabulary, text: &str, offset: usize) -> Option<SnapshotValue<'v>> {
    let yaml = YamlText::read(text);
    let id = yaml.slot_at(offset)?;
    let slot = yaml.slot(id);
    let key = slot.key_at().filter(|key| key.start <= offset && offset <= key.end);
    let at = key.unwrap_or(slot.value.clone());
    let mut record = Some(&*vocabulary.snapshot);
    let mut names: Vec<&str> = Vec::new();
    let mut found = None;
    for key in yaml.keys_to(id) {
        let (_, field) = record?.field_of_key(key)?;
        names.push(&field.name);
        found = Some(field);
        record = field.ty.element().unwrap_or(&field.ty).record();
    }
    Some(SnapshotValue { way: names.join("."), field: found?, at })
}

struct AskedSnapshot<'a> {
    vocabulary: &'a Vocabulary,
    facts: &'a SnapshotFacts<'a>,
}

/// What a slot is for.
enum SlotFor<'v> {
    /// A whole snapshot.
    Document,
    Field(&'v Field),
    /// Of the field's list, with the element's type.
    Element(&'v Field, &'v Type),
}

impl<'a> AskedSnapshot<'a> {
    fn shape(&self, yaml: &YamlText<'_>, id: SlotId, is_new: bool) -> SlotShape {
        let mut way = yaml.way(id);
        if is_new {
            way.push(YamlStep::Element(0));
        }
        match self.follow(&way) {
            Some(SlotFor::Document) => SlotShape {
                keys: self.keys(&self.vocabulary.snapshot, self.facts.is_standing),
                ..SlotShape::default()
            },
            Some(SlotFor::Field(field)) => match self.built_in(&way, yaml, id) {
                Some(values) => SlotShape { values, ..SlotShape::default() },
                None => self.of_type(&field.ty, field.standing),
            },
            Some(SlotFor::Element(_, ty)) => self.of_type(ty, true),
            None => SlotShape::default(),
        }
    }

    /// The values of what every snapshot has.
    fn built_in(&self, way: &[YamlStep<'_>], yaml: &YamlText<'_>, id: SlotId) -> Option<Vec<Offer>> {
        let [YamlStep::Key(key)] = way else { return None };
        let (index, _) = self.vocabulary.snapshot.field_of_key(key)?;
        match index {
            _ if index >= self.vocabulary.built_in_fields() => None,
            Vocabulary::WORKFLOW => {
                let names = self.facts.workflows.keys().map(|name| flow_text(name));
                Some(words(names, CompletionKind::Name))
            }
            Vocabulary::DATE => Some(self.dates(yaml, id)),
            Vocabulary::ADVANCE_TO => Some(self.stages_after(yaml, id)),
            _ => None,
        }
    }

    fn follow(&self, way: &[YamlStep<'_>]) -> Option<SlotFor<'a>> {
        let mut found = SlotFor::Document;
        for step in way {
            let (ty, field) = match &found {
                SlotFor::Document => (None, None),
                SlotFor::Field(field) => (Some(&field.ty), Some(*field)),
                SlotFor::Element(field, ty) => (Some(*ty), Some(*field)),
            };
            found = match step {
                YamlStep::Key(key) => {
                    let record = match ty {
                        None => &*self.vocabulary.snapshot,
                        Some(ty) => ty.record()?,
                    };
                    SlotFor::Field(record.field_of_key(key)?.1)
                }
                YamlStep::Element(_) => SlotFor::Element(field?, ty?.element()?),
            };
        }
        Some(found)
    }

    /// The fields of a record: those that it must have come first.
    fn keys(&self, record: &RecordType, only_standing: bool) -> Vec<KeyOffer> {
        let may_stand = |field: &&Field| !only_standing || field.may_stand();
        let (mut first, then): (Vec<&Field>, Vec<&Field>) =
            record.fields.iter().filter(may_stand).partition(|field| field.required || field.key);
        first.extend(then);
        let offer = |field: &Field| {
            let required = if field.required || field.key { ", required" } else { "" };
            let detail = format!("{}{required}", field_type(field));
            let offer = Offer::new(&**field.yaml_key(), CompletionKind::Field);
            let offer = offer.detail(detail).doc(field.doc.as_deref());
            let holds = match &field.ty {
                Type::Record(_) => Holds::Map,
                Type::List(_) => Holds::List,
                Type::Bool
                | Type::Text
                | Type::Date
                | Type::Time
                | Type::Stage
                | Type::Choice(_)
                | Type::Amount(_)
                | Type::Elapsed
                | Type::Calendar
                | Type::Error => Holds::Scalar,
            };
            KeyOffer { offer, holds }
        };
        first.into_iter().map(offer).collect()
    }

    /// What a value of a type may be. Of a record that is no standing fact as a whole, some fields may be ones.
    fn of_type(&self, ty: &Type, may_stand: bool) -> SlotShape {
        let of_values = |values| SlotShape { values, ..SlotShape::default() };
        match ty {
            Type::Bool => of_values(words(["true", "false"], CompletionKind::Value)),
            Type::Choice(members) => {
                of_values(words(members.iter().map(|member| flow_text(member)), CompletionKind::Member))
            }
            Type::Stage => of_values(self.stages_from(0)),
            Type::Date => of_values(vec![self.today(Axis::Days)]),
            Type::Time => of_values(vec![self.today(Axis::Instants)]),
            Type::Amount(_) => SlotShape { units: units_of(ty), ..SlotShape::default() },
            Type::List(element) => {
                let list = if element.record().is_some() { ListShape::OfMaps } else { ListShape::OfScalars };
                SlotShape { list, ..SlotShape::default() }
            }
            Type::Record(record) => {
                let only_standing = self.facts.is_standing && !may_stand;
                SlotShape { keys: self.keys(record, only_standing), ..SlotShape::default() }
            }
            Type::Text | Type::Elapsed | Type::Calendar | Type::Error => SlotShape::default(),
        }
    }

    fn today(&self, axis: Axis) -> Offer {
        let point = axis.first_of_day(day_number(self.facts.today));
        Offer::new(point.to_string(), CompletionKind::Value).detail("today")
    }

    fn stages_from(&self, rung: usize) -> Vec<Offer> {
        let names = self.vocabulary.stages.iter().skip(rung);
        words(names.map(|name| flow_text(name)), CompletionKind::Stage)
    }

    /// The stage after the one that the same snapshot is in; all but the first, if it does not say that.
    fn stages_after(&self, yaml: &YamlText<'_>, id: SlotId) -> Vec<Offer> {
        let here = yaml.find(yaml.document(id), "stage").and_then(|stage| yaml.scalar(stage));
        match here.and_then(|stage| self.vocabulary.rung(&stage)) {
            Some(rung) => self.stages_from(rung + 1).into_iter().take(1).collect(),
            None => self.stages_from(1),
        }
    }

    /// The day on which the next snapshot of the document's workflow is due, and today.
    fn dates(&self, yaml: &YamlText<'_>, id: SlotId) -> Vec<Offer> {
        let axis = self.vocabulary.axis();
        let today = self.today(axis);
        let due = self.due(yaml, yaml.document(id)).map(|due| due.to_string());
        let due = due.filter(|due| *due != today.label);
        let due =
            due.map(|due| Offer::new(due, CompletionKind::Value).detail("when the next snapshot is due"));
        due.into_iter().chain([today]).collect()
    }

    fn due(&self, yaml: &YamlText<'_>, document: SlotId) -> Option<Point> {
        let workflow = yaml.scalar(yaml.find(document, "workflow")?)?;
        let cadence = (self.facts.cadence_of)(&workflow).or_else(|| self.vocabulary.cadence.clone())?;
        let elsewhere = self.facts.workflows.get(&*workflow).copied().flatten();
        let documents = yaml.slots().filter(|(id, slot)| slot.name == SlotName::Document && *id != document);
        let here = documents.filter_map(|(id, _)| {
            yaml.find(id, "workflow").and_then(|name| yaml.scalar(name)).filter(|name| *name == workflow)?;
            self.point(&yaml.scalar(yaml.find(id, "date")?)?)
        });
        let newest = here.chain(elsewhere).filter(|point| point.axis() == cadence.axis).max()?;
        cadence.axis.in_calendar(cadence.every.next(newest.ticks()))
    }

    fn point(&self, date: &str) -> Option<Point> {
        match self.vocabulary.axis() {
            Axis::Days => parse_date(date).map(|date| Point::Day(day_number(date))),
            Axis::Instants => parse_time(date).ok().and_then(|instant| Point::of_instant(&instant)),
        }
    }
}
