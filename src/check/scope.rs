//! Scopes: from where in a policy an expression is looked at. Knows no names, only where they are to be looked for.

use std::sync::Arc;

use crate::source::Span;
use crate::types::Type;

/// The policy, gate and list elements around an expression.
#[derive(Clone, Copy)]
pub(super) struct NameScope<'s> {
    /// Index into the policies.
    pub(super) policy: usize,
    /// Index into the gates.
    pub(super) gate: Option<usize>,
    element: Option<&'s Element<'s>>,
    /// Elements less deep than this are out of reach: the expression is judged in each snapshot.
    reach: usize,
    /// Whether it is judged at an earlier snapshot, so that a let may look at itself.
    before: bool,
}

/// The element of a list, in its `where` or `by`.
pub(super) struct Element<'s> {
    /// [`Type::Error`] where the list was not understood.
    pub(super) ty: Type,
    /// Of the value of a group, what it is grouped by.
    pub(super) keys: KeysOfGroup,
    outer: Option<&'s Element<'s>>,
    /// How many elements are around it.
    depth: usize,
}

/// What groups have in common.
#[derive(Default)]
pub(super) struct KeysOfGroup {
    /// The keys as they are written; none of a key that is long.
    pub(super) by: Vec<Option<String>>,
    /// The name and type of each that is a plain field.
    pub(super) names: Vec<Option<(Arc<str>, Type)>>,
    /// Where each that is a plain field is declared.
    pub(super) declared: Vec<Option<Span>>,
}

impl KeysOfGroup {
    /// The place and type of the key that a name stands for.
    pub(super) fn named(&self, name: &str) -> Option<(usize, &Type)> {
        let mut keys = self.names.iter().enumerate();
        keys.find_map(|(at, key)| key.as_ref().filter(|(own, _)| **own == *name).map(|(_, ty)| (at, ty)))
    }

    /// Whether these are the keys, as they are written.
    pub(super) fn are(&self, by: &[Option<String>]) -> bool {
        !by.is_empty() && self.by == by && by.iter().all(Option::is_some)
    }
}

impl<'s> NameScope<'s> {
    /// The scope of a policy or gate, in no list.
    pub(super) fn of(policy: usize, gate: Option<usize>) -> Self {
        Self { policy, gate, element: None, reach: 0, before: false }
    }

    /// How many elements are around the expression.
    pub(super) fn depth(self) -> usize {
        self.element.map_or(0, |element| element.depth + 1)
    }

    /// A new innermost element, to be entered with [`Scope::inside`].
    pub(super) fn element(self, ty: Type) -> Element<'s> {
        self.group(ty, KeysOfGroup::default())
    }

    /// The same, for the value of a group.
    pub(super) fn group(self, ty: Type, keys: KeysOfGroup) -> Element<'s> {
        Element { ty, keys, outer: self.element, depth: self.depth() }
    }

    /// The scope of a `where` or `by` over elements like this.
    pub(super) fn inside<'e>(self, element: &'e Element<'e>) -> NameScope<'e>
    where
        's: 'e,
    {
        NameScope { element: Some(element), ..self }
    }

    /// The scope of an expression that is judged in each snapshot of the series.
    pub(super) fn along_the_series(self) -> Self {
        Self { reach: self.depth(), ..self }
    }

    /// The scope of an expression that is judged at an earlier snapshot.
    pub(super) fn looking_back(self) -> Self {
        Self { before: true, ..self.along_the_series() }
    }

    /// Whether the expression is judged at an earlier snapshot.
    pub(super) fn looks_back(self) -> bool {
        self.before
    }

    /// The elements around the expression, the innermost first: how many levels up, whether in reach, and which.
    pub(super) fn elements(self) -> impl Iterator<Item = (usize, bool, &'s Element<'s>)> {
        std::iter::successors(self.element, |element| element.outer)
            .enumerate()
            .map(move |(up, element)| (up, element.depth >= self.reach, element))
    }
}
