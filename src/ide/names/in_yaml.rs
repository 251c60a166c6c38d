//! Uses in snapshots, in what stands beside them, and in plans: keys that are fields, and values that are stages or members.
//!
//! Of these files a study knows nothing: whoever asks has their texts.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::NameTable;
use super::declared::GroundNames;
use crate::engine::{NameGround, Study};
use crate::ide::yaml::{SlotContent, SlotId, SlotName, YamlText};
use crate::project::path;
use crate::source::Span;
use crate::types::Type;
use crate::vocabulary::{Field, RecordType, Vocabulary};

/// What is in a YAML file that a study does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YamlRole {
    /// Snapshots, or the standing facts beside them.
    Snapshot,
    /// What is collected: `collect/NAME.yaml`.
    Plan,
}

/// A YAML file that a study does not hold.
#[derive(Clone, Debug)]
pub struct YamlFile {
    /// As people know it, from the folder of the study.
    pub name: Arc<str>,
    pub text: Arc<str>,
    pub role: YamlRole,
}

/// A word of a YAML file that means something declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlUse {
    /// Its bytes, without quotes.
    pub at: Range<usize>,
    /// Where it is declared; none of what is built in.
    pub declared: Option<Span>,
    /// Of a field, the way to it by the names of policies: `outputs.edit_time`.
    pub field: Option<String>,
    /// Whether the key is not the name of the field.
    pub is_renamed: bool,
}

/// Reads YAML files by the vocabularies of a study.
pub struct YamlNames<'s> {
    grounds: Vec<GroundNames<'s>>,
}

impl<'s> YamlNames<'s> {
    /// Prepares for the files of a study.
    pub fn of(study: &'s Study) -> Self {
        let mut unused = NameTable::default();
        let names = |ground| GroundNames::of(ground, &study.sources, &mut unused);
        Self { grounds: study.grounds.iter().map(names).collect() }
    }

    /// The projects that a file may belong to.
    fn of_file<'a>(&'a self, name: &str) -> Vec<&'a GroundNames<'s>> {
        let projects = || self.grounds.iter().filter(|names| names.ground.book.is_some());
        let lies_in =
            |ground: &NameGround| ground.name.as_deref().is_none_or(|own| path::below(name, own).is_some());
        let own: Vec<_> = projects().filter(|names| lies_in(names.ground)).collect();
        // Snapshots may lie anywhere, and tests may stand alone.
        let all: Vec<_> = projects().collect();
        match (own.is_empty(), all.is_empty()) {
            (false, _) => own,
            (true, false) => all,
            (true, true) => self.grounds.iter().collect(),
        }
    }

    /// The project whose vocabulary a file is read by.
    pub fn ground_of(&self, name: &str) -> Option<&'s NameGround> {
        self.of_file(name).first().map(|names| names.ground)
    }

    /// Every word of a file that means something declared, by place.
    pub fn uses(&self, file: &YamlFile) -> Vec<YamlUse> {
        self.uses_and_strangers(file, None).0
    }

    /// The same, and keys of a name that no field has, each with the fields of its record.
    pub(super) fn uses_and_strangers(
        &self,
        file: &YamlFile,
        name: Option<&str>,
    ) -> (Vec<YamlUse>, Vec<Stranger>) {
        let yaml = YamlText::read(&file.text);
        let (mut all, mut strangers) = (Vec::new(), Vec::new());
        for names in self.of_file(&file.name) {
            let (found, strange) = (Vec::new(), Vec::new());
            let mut reading =
                YamlReading { names, text: &file.text, yaml: &yaml, name, found, strangers: strange };
            match file.role {
                YamlRole::Snapshot => reading.snapshots(),
                YamlRole::Plan => reading.plan(),
            }
            all.extend(reading.found);
            strangers.extend(reading.strangers);
        }
        all.sort_by_key(|one| (one.at.start, one.at.end, one.declared));
        all.dedup();
        (all, strangers)
    }
}

/// A key that no field has, and where the fields are declared that could stand in its place.
pub(super) type Stranger = (Range<usize>, Vec<Span>);

struct YamlReading<'a, 's, 't> {
    names: &'a GroundNames<'s>,
    text: &'t str,
    yaml: &'a YamlText<'t>,
    /// Of which unknown keys is asked.
    name: Option<&'a str>,
    found: Vec<YamlUse>,
    strangers: Vec<Stranger>,
}

impl YamlReading<'_, '_, '_> {
    fn snapshots(&mut self) {
        let root = Type::Record(self.names.ground.program.vocabulary.snapshot.clone());
        // What is known of each slot: its type, and the way to it.
        let mut known: BTreeMap<SlotId, (&Type, String)> = BTreeMap::new();
        for (id, slot) in self.yaml.slots() {
            let around = slot.inside.and_then(|around| known.get(&around));
            let own = match (&slot.name, around) {
                (SlotName::Document, _) => Some((&root, String::new())),
                (SlotName::Element(_), Some((ty, way))) => ty.element().map(|element| (element, way.clone())),
                (SlotName::Key { text, at, .. }, Some((ty, way))) => {
                    let record = ty.record();
                    let field = record.and_then(|record| record.field_of_key(text)).map(|(_, field)| field);
                    if let (None, Some(record), true) = (field, record, self.name == Some(text)) {
                        let fields = record.fields.iter().filter_map(|field| field.span);
                        self.strangers.push((at.clone(), fields.collect()));
                    }
                    field.map(|field| {
                        let way = way_to(way, field);
                        self.key(at.clone(), text, field, &way);
                        (&field.ty, way)
                    })
                }
                (SlotName::Element(_) | SlotName::Key { .. }, None) => self.collected(id, &root),
            };
            let Some((ty, way)) = own else { continue };
            if slot.content == SlotContent::Scalar {
                self.word(id, ty);
            }
            known.insert(id, (ty, way));
        }
    }

    /// A key below `collected`, which is the way to a field.
    fn collected<'r>(&mut self, id: SlotId, root: &'r Type) -> Option<(&'r Type, String)> {
        let keys = self.yaml.keys_to(id);
        if let ([Vocabulary::COLLECTED, way], Some(at)) = (keys.as_slice(), self.yaml.slot(id).key_at()) {
            self.dotted(at, way, root.record());
        }
        None
    }

    fn plan(&mut self) {
        let vocabulary = &self.names.ground.program.vocabulary;
        for (id, slot) in self.yaml.slots() {
            let Some(at) = slot.key_at() else { continue };
            let keys = self.yaml.keys_to(id);
            match keys.as_slice() {
                ["fields", way] => {
                    self.dotted(at, way, Some(&vocabulary.snapshot));
                }
                ["fields", way, "each", key] => {
                    let list = of_keys(&vocabulary.snapshot, way);
                    let element = list.and_then(|(list, name)| Some((list.ty.element()?.record()?, name)));
                    let Some((record, name)) = element else { continue };
                    let Some((_, field)) = record.field_of_key(key) else { continue };
                    let way = way_to(&name, field);
                    self.key(at, key, field, &way);
                }
                _ => {}
            }
        }
    }

    /// `users.active`, by the keys of snapshots.
    fn dotted(&mut self, at: Range<usize>, keys: &str, mut record: Option<&RecordType>) {
        let Some(at) = inner(self.text, at, keys) else { return };
        let (mut start, mut way) = (at.start, String::new());
        for key in keys.split('.') {
            let Some((_, field)) = record.and_then(|record| record.field_of_key(key)) else { return };
            way = way_to(&way, field);
            self.key(start..start + key.len(), key, field, &way);
            record = field.ty.record();
            start += key.len() + 1;
        }
    }

    fn key(&mut self, at: Range<usize>, key: &str, field: &Field, way: &str) {
        let Some(at) = inner(self.text, at, key) else { return };
        let (declared, is_renamed) = (field.span, field.named.is_some());
        self.found.push(YamlUse { at, declared, field: Some(way.to_owned()), is_renamed });
    }

    /// A value that is a stage or a member.
    fn word(&mut self, id: SlotId, ty: &Type) {
        let Some(word) = self.yaml.scalar(id) else { return };
        let at = inner(self.text, self.yaml.slot(id).value.clone(), &word);
        if let (Some(declared), Some(at)) = (self.names.word(ty, &word), at) {
            self.found.push(YamlUse { at, declared: Some(declared), field: None, is_renamed: false });
        }
    }
}

fn way_to(before: &str, field: &Field) -> String {
    if before.is_empty() { field.name.to_string() } else { format!("{before}.{}", field.name) }
}

/// The field at the end of a way by keys, and the way by names.
fn of_keys<'v>(record: &'v RecordType, keys: &str) -> Option<(&'v Field, String)> {
    let (mut record, mut found) = (Some(record), None);
    let mut way = String::new();
    for key in keys.split('.') {
        let (_, field) = record?.field_of_key(key)?;
        way = way_to(&way, field);
        (record, found) = (field.ty.record(), Some(field));
    }
    Some((found?, way))
}

/// The bytes of a word within its quotes, if it has some; none where it is written with escapes.
pub(super) fn inner(text: &str, at: Range<usize>, word: &str) -> Option<Range<usize>> {
    let start = at.start + text.get(at)?.find(word)?;
    Some(start..start + word.len())
}
