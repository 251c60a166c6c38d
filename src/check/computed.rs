//! Computed fields: `let outputs.light = edit_time < 15%`, which its policy uses like a declared field.

use std::sync::Arc;

use super::Checker;
use super::errors;
use super::names::LetState;
use super::path::{Lookup, Resolved};
use super::scope::NameScope;
use crate::ast::Name;
use crate::program::{FieldPath, Target};
use crate::types::Type;
use crate::vocabulary::RecordType;

impl Checker<'_> {
    /// Finds the list that each computed field belongs to.
    pub(super) fn place_computed_fields(&mut self) {
        for at in 0..self.names.computed.len() {
            let Some(index) = self.names.computed.get(at).copied() else { continue };
            let of = self.list_of(index);
            if let Some(entry) = self.names.lets.get_mut(index) {
                entry.sound &= of.is_some();
                if of.is_none() {
                    entry.state = LetState::Done(Type::Error, super::possible::ANY);
                }
                entry.of = of;
            }
        }
    }

    /// The elements of the list that a computed field belongs to; what is wrong with its name is reported.
    fn list_of(&mut self, index: usize) -> Option<Arc<RecordType>> {
        let entry = self.names.lets.get(index)?;
        let (decl, policy, gate) = (entry.decl, entry.policy, entry.gate);
        if gate.is_some() {
            self.report(errors::computed_in_gate(&decl.name, &decl.of));
            return None;
        }
        let found = match self.lookup(NameScope::of(policy, None), &decl.of) {
            Lookup::Found(found) if found.element.is_none() => {
                if let (Target::Field(way), Some(Type::Record(record))) = (&found.target, found.ty.element())
                {
                    Some((record.clone(), way.clone()))
                } else {
                    None
                }
            }
            Lookup::Found(_) | Lookup::Pending(_) | Lookup::Nowhere => None,
            Lookup::Silent => {
                self.tainted();
                return None;
            }
            Lookup::Unknown(problem) | Lookup::Problem(problem) => {
                self.report(*problem);
                return None;
            }
        };
        let Some((record, way)) = found else {
            self.report(errors::computed_of_no_list(&decl.of));
            return None;
        };
        if let Some((_, field)) = record.field(&decl.name.text) {
            self.report(errors::hides_field("computed field", &decl.name, field));
            return None;
        }
        if let Some(other) = self.computed(policy, &record, &decl.name.text) {
            let first = self.names.lets.get(other).map(|entry| &entry.decl.name);
            let places: Vec<&Name> = first.into_iter().chain([&decl.name]).collect();
            self.report(errors::duplicate("computed field", &places));
            return None;
        }
        self.mention_fields(&decl.of, &self.ground.vocabulary.snapshot.clone(), &way);
        Some(record)
    }

    /// The let of a policy that computes a field of these elements.
    pub(super) fn computed(&self, policy: usize, of: &Arc<RecordType>, name: &str) -> Option<usize> {
        let mut all = self.names.computed.iter().copied();
        all.find(|index| {
            self.names.lets.get(*index).is_some_and(|entry| {
                entry.policy == policy
                    && *entry.decl.name.text == *name
                    && entry.of.as_ref().is_some_and(|own| Arc::ptr_eq(own, of))
            })
        })
    }

    /// What a path to a computed field stands for; `in_list` where it leads through the list.
    pub(super) fn computed_field(
        &self,
        index: usize,
        steps: Vec<usize>,
        name: Arc<str>,
        in_list: Option<Type>,
        target: impl FnOnce(FieldPath) -> Target,
    ) -> Lookup {
        let Some(entry) = self.names.lets.get(index) else { return Lookup::Silent };
        let ty = match &entry.state {
            LetState::New | LetState::Waiting => return Lookup::Pending(index),
            LetState::Done(ty, _) => ty.clone(),
        };
        let ty = match in_list {
            Some(_) if ty != Type::Error => Type::List(Box::new(ty)),
            Some(_) | None => ty,
        };
        let target = target(FieldPath { steps, name, computed: Some(index), changing: false });
        Lookup::Found(Box::new(Resolved { ty, target, element: in_list, sound: entry.sound }))
    }

    /// What is computed of an element is a single value.
    pub(super) fn refuse_whole_field(&mut self, index: usize, ty: &Type) {
        let Some(decl) = self.names.lets.get(index).map(|entry| entry.decl) else { return };
        match ty {
            Type::List(_) | Type::Record(_) | Type::Elapsed | Type::Calendar => {
                self.report(errors::not_a_scalar(&decl.value, ty, "a computed field is one value"));
            }
            Type::Bool
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::Stage
            | Type::Choice(_)
            | Type::Amount(_)
            | Type::Error => {}
        }
    }
}
