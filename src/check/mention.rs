//! Which declared name each name of a path means: for editors, which lead from one to the other and rename both.

use super::Checker;
use super::path::as_record;
use super::scope::NameScope;
use crate::ast::Name;
use crate::program::{FieldPath, Mention, Target};
use crate::vocabulary::RecordType;

impl Checker<'_> {
    /// Notes what the names of a path mean, also where it means something that has an error.
    pub(super) fn mention(&mut self, scope: NameScope<'_>, path: &[Name], target: &Target) {
        let snapshot = self.ground.vocabulary.snapshot.clone();
        match target {
            Target::Field(way) => self.mention_fields(path, &snapshot, way),
            Target::JudgedField(way) | Target::Workflows(way) => {
                self.mention_fields(path.get(1..).unwrap_or_default(), &snapshot, way);
            }
            Target::Element { up, path: way } => {
                let element = scope.elements().nth(*up).map(|(_, _, element)| element);
                // The only step of the value of a group is the place of a key.
                let Some(element) = element.filter(|element| element.keys.by.is_empty()) else { return };
                let names = match path.split_first() {
                    Some((it, rest)) if &*it.text == "it" => rest,
                    Some(_) | None => path,
                };
                let record = as_record(&element.ty).cloned().unwrap_or_default();
                self.mention_fields(names, &record, way);
            }
            Target::Let(index) => {
                let declared = self.names.lets.get(*index).map(|entry| entry.decl.name.clone());
                self.mention_own(path, declared.as_ref());
            }
            Target::Param(index) | Target::Table(index) => {
                let declared = self.names.params.get(*index).map(|entry| entry.decl.name.clone());
                self.mention_own(path, declared.as_ref());
            }
            Target::Date(_) | Target::Stage(_) | Target::Member(_) | Target::Call(_) => {}
        }
    }

    /// `light`, `staged_rollout.light`
    fn mention_own(&mut self, path: &[Name], declared: Option<&Name>) {
        let (Some((last, before)), Some(declared)) = (path.split_last(), declared) else { return };
        self.mentions.push(Mention { at: last.span, declared: declared.span });
        if let [policy] = before
            && let Some([index]) = self.names.by_name.get(&*policy.text).map(Vec::as_slice)
            && let Some(entry) = self.names.policies.get(*index)
        {
            self.mentions.push(Mention { at: policy.span, declared: entry.decl.name.span });
        }
    }

    /// `users.active`, from a record on; the last name may be one that a policy computes.
    pub(super) fn mention_fields(&mut self, names: &[Name], start: &RecordType, way: &FieldPath) {
        let mut names = names.iter();
        let mut record = Some(start);
        for (step, name) in way.steps.iter().zip(names.by_ref()) {
            let Some(field) = record.and_then(|record| record.fields.get(*step)) else { return };
            self.mentions.extend(field.span.map(|declared| Mention { at: name.span, declared }));
            record = as_record(field.ty.element().unwrap_or(&field.ty)).map(|inner| &**inner);
        }
        let computed = way.computed.and_then(|index| self.names.lets.get(index));
        if let (Some(name), Some(entry)) = (names.next(), computed) {
            self.mentions.push(Mention { at: name.span, declared: entry.decl.name.span });
        }
    }
}
