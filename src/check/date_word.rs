//! Words of the language that stand for a date: `today`, `now`, `entered`, `first_seen`. What is declared by such a name comes first.

use std::sync::Arc;

use super::Checker;
use super::errors;
use super::path::{Lookup, Resolved};
use super::scope::NameScope;
use crate::ast::Name;
use crate::program::{DateWord, StayOf, Target};
use crate::types::Type;
use crate::vocabulary::RecordType;

pub(super) const TODAY: &str = "today";
pub(super) const NOW: &str = "now";
pub(super) const ENTERED: &str = "entered";
pub(super) const FIRST_SEEN: &str = "first_seen";

/// A word that stands for a value without fields.
pub(super) fn told(ty: Type, target: Target, word: &Name, rest: &[Name]) -> Lookup {
    match rest.first() {
        Some(name) => Lookup::problem(errors::has_no_fields(std::slice::from_ref(word), name, &ty)),
        None => Lookup::Found(Box::new(Resolved { ty, target, element: None, sound: true })),
    }
}

impl Checker<'_> {
    /// `entered`: in a `where` on `workflows` that of each of them.
    pub(super) fn lookup_entered(&self, scope: NameScope<'_>, word: &Name, rest: &[Name]) -> Lookup {
        let mut around = scope.elements();
        let workflow = around.find(|(.., element)| self.is_workflow(&element.ty));
        if workflow.as_ref().is_some_and(|(_, in_reach, _)| !in_reach) {
            return Lookup::problem(errors::of_a_workflow_out_of_reach(word));
        }
        let of = workflow.map_or(StayOf::Looked, |(up, ..)| StayOf::Workflow(up));
        self.stay(of, word, rest)
    }

    /// `snapshot.entered`, unless a field is called so.
    pub(super) fn lookup_entered_of_snapshot(&self, path: &[Name]) -> Option<Lookup> {
        let (word, rest) = path.split_first()?;
        let is_free = self.ground.vocabulary.snapshot.field(ENTERED).is_none();
        (*word.text == *ENTERED && is_free).then(|| self.stay(StayOf::Judged, word, rest))
    }

    fn stay(&self, of: StayOf, word: &Name, rest: &[Name]) -> Lookup {
        if self.ground.vocabulary.stages.is_empty() {
            return if self.ground.incomplete || self.ground.stages_unsure {
                Lookup::Silent
            } else {
                Lookup::problem(errors::no_stage_to_enter(word))
            };
        }
        told(self.ground.vocabulary.date_type(), Target::Date(DateWord::Entered(of)), word, rest)
    }

    /// `first_seen` of the innermost element that has a key.
    pub(super) fn lookup_first_seen(&self, scope: NameScope<'_>, word: &Name, rest: &[Name]) -> Lookup {
        let around = || scope.elements().filter(|(_, in_reach, _)| *in_reach);
        if around().any(|(.., element)| element.ty == Type::Error) {
            return Lookup::Silent;
        }
        let keyed = around().find_map(|(up, _, element)| Some((up, self.way_to_list_of(&element.ty)?)));
        match keyed {
            Some((up, list)) => {
                let ty = self.ground.vocabulary.date_type();
                told(ty, Target::Date(DateWord::FirstSeen { up, list }), word, rest)
            }
            None => Lookup::problem(errors::no_key_to_see(word)),
        }
    }

    /// `it.first_seen`, and `it.entered` of a workflow, unless a field is called so.
    pub(super) fn lookup_told_of_element(
        &self,
        scope: NameScope<'_>,
        element: &Type,
        path: &[Name],
    ) -> Option<Lookup> {
        let (word, rest) = path.split_first()?;
        let is_free = element.record().is_some_and(|record| record.field(&word.text).is_none());
        match &*word.text {
            FIRST_SEEN if is_free => Some(self.lookup_first_seen(scope, word, rest)),
            ENTERED if is_free && self.is_workflow(element) => Some(self.lookup_entered(scope, word, rest)),
            _ => None,
        }
    }

    /// The way from the snapshot to the list of elements with a key; none where it is no such list.
    fn way_to_list_of(&self, element: &Type) -> Option<Vec<usize>> {
        let Type::Record(wanted) = element else { return None };
        if !wanted.fields.iter().any(|field| field.key) {
            return None;
        }
        let mut way = Vec::new();
        find(&self.ground.vocabulary.snapshot, wanted, &mut way).then_some(way)
    }
}

/// Extends a way to the list of the records that are wanted, if it is in the record.
fn find(record: &RecordType, wanted: &Arc<RecordType>, way: &mut Vec<usize>) -> bool {
    for (step, field) in record.fields.iter().enumerate() {
        let Some(inner) = field.ty.element().unwrap_or(&field.ty).record() else { continue };
        way.push(step);
        let is_list = field.ty.element().is_some();
        if (is_list && std::ptr::eq(inner, &raw const **wanted)) || find(inner, wanted, way) {
            return true;
        }
        way.pop();
    }
    false
}
