//! Lets that look back at themselves: `let open = if adoption >= 60% then true else previous(open, false)`.
//!
//! Their type is that of the parts that do not. So such a let is checked twice: first as if what looks back had no type of
//! its own, to find that out; then, with all that was checked meanwhile, as what it is.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::unify;
use super::names::LetState;
use super::scope::NameScope;
use super::{Checker, errors};
use crate::ast::Expr;
use crate::interval::Interval;
use crate::program::Target;
use crate::types::{Kind, Quantity, Type};

/// A let that another one needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needed {
    pub(super) index: usize,
    /// Only at an earlier snapshot.
    pub(super) back: bool,
}

/// What is known of lets that look back at themselves.
#[derive(Default)]
pub(super) struct Recursion {
    /// The type of each; none as long as it is sought.
    types: BTreeMap<usize, Option<Type>>,
    /// What was checked since a type is sought, with whether it was sound before: all of it is checked again.
    meanwhile: Vec<(usize, bool)>,
    /// How many diagnostics there were when the search began.
    before: usize,
}

impl Recursion {
    fn is_seeking(&self) -> bool {
        self.types.values().any(Option::is_none)
    }
}

impl Checker<'_> {
    /// The type of a let that is not checked yet, for who looks back at it; none inside while that is sought. None at all where
    /// it has to be checked first.
    pub(super) fn looked_back_at(&self, scope: NameScope<'_>, index: usize) -> Option<Option<Type>> {
        self.recursion.types.get(&index).filter(|_| scope.looks_back()).cloned()
    }

    /// The common type of two values; while a type is sought, what looks back has that of the other one.
    pub(super) fn unify(&self, left: &Type, right: &Type) -> Option<Type> {
        match (left, right) {
            (Type::Error, other) | (other, Type::Error) if self.recursion.is_seeking() => Some(other.clone()),
            (left, right) => unify(left, right),
        }
    }

    /// Seeks the type of a let that looks back at itself.
    pub(super) fn seek_type(&mut self, index: usize) {
        if !self.recursion.is_seeking() {
            self.recursion.before = self.diagnostics.len();
        }
        self.recursion.types.insert(index, None);
    }

    /// Notes that a let is checked; whether the type that was sought is found, so that everything is to be checked again that
    /// was checked meanwhile.
    pub(super) fn found_type(&mut self, index: usize, was_sound: bool) {
        if !self.recursion.is_seeking() {
            return;
        }
        self.recursion.meanwhile.push((index, was_sound));
        if !matches!(self.recursion.types.get(&index), Some(None)) {
            return;
        }
        let ty = match self.names.lets.get(index).map(|entry| &entry.state) {
            Some(LetState::Done(ty, _)) => widened(ty),
            Some(LetState::New | LetState::Waiting) | None => Type::Error,
        };
        let is_known = ty != Type::Error || self.diagnostics.len() > self.recursion.before;
        self.diagnostics.truncate(self.recursion.before);
        if !is_known && let Some(entry) = self.names.lets.get(index) {
            self.report(errors::untyped_let(&entry.decl.name));
            self.recursion.before = self.diagnostics.len();
        }
        self.recursion.types.insert(index, Some(ty));
        for (index, sound) in std::mem::take(&mut self.recursion.meanwhile) {
            if let Some(entry) = self.names.lets.get_mut(index) {
                entry.state = LetState::New;
                entry.sound = sound;
                entry.height = 0;
            }
        }
    }

    /// The lets that need themselves, at earlier snapshots.
    pub(super) fn recursive_lets(&self) -> BTreeSet<usize> {
        let of = |start: usize| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
            while let Some(index) = open.pop() {
                let Some(entry) = self.names.lets.get(index) else { continue };
                let mut found = BTreeSet::new();
                self.lets_in(&entry.decl.value, &mut found);
                open.extend(found.into_iter().filter(|index| seen.insert(*index)));
            }
            seen
        };
        let around: BTreeSet<usize> = self.recursion.types.keys().flat_map(|index| of(*index)).collect();
        around.into_iter().filter(|index| of(*index).contains(index)).collect()
    }

    /// What looks back at a let is checked before it is known whether that one is sound.
    pub(super) fn leave_out_what_looks_back_at_errors(&mut self) {
        let mut users: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, entry) in self.names.lets.iter().enumerate() {
            let mut used = BTreeSet::new();
            self.lets_in(&entry.decl.value, &mut used);
            used.into_iter().for_each(|used| users.entry(used).or_default().push(index));
        }
        let lets = self.names.lets.iter().enumerate();
        let mut unsound: Vec<usize> =
            lets.filter(|(_, entry)| !entry.sound).map(|(index, _)| index).collect();
        while let Some(index) = unsound.pop() {
            for user in users.remove(&index).unwrap_or_default() {
                if let Some(entry) = self.names.lets.get_mut(user).filter(|entry| entry.sound) {
                    entry.sound = false;
                    unsound.push(user);
                }
            }
        }
    }

    fn lets_in(&self, expr: &Expr, found: &mut BTreeSet<usize>) {
        found.extend(self.info(expr.id).and_then(|info| info.target.as_ref()).and_then(Target::through));
        expr.children().into_iter().for_each(|child| self.lets_in(child, found));
    }
}

/// A type without what is known of its numbers: each snapshot may add to them.
fn widened(ty: &Type) -> Type {
    match ty {
        Type::Amount(Quantity { kind, .. }) => {
            let kind = if *kind == Kind::Bare { Kind::Number } else { kind.clone() };
            Type::Amount(Quantity { kind, range: Interval::ALL })
        }
        other => other.clone(),
    }
}
