//! What could be written at a place: for editors, which put a marker word there and have it checked.
//!
//! Nothing is noted in any other run.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Checker;
use super::compare::comparable;
use super::date_word::{ENTERED, FIRST_SEEN, NOW, TODAY};
use super::names::{LetState, Symbol};
use super::path::as_record;
use super::scope::NameScope;
use super::workflows::WORKFLOWS;
use crate::ast::{CompareOp, Expr, ExprKind, LiteralKind, Name, ParamLiteral};
use crate::point::Axis;
use crate::types::Type;
use crate::vocabulary::RecordType;

/// What could be written where a marker stands.
#[derive(Debug)]
pub struct Visible {
    /// The nearest first; each name once.
    pub names: Vec<VisibleName>,
    /// What is due there.
    pub due: Due,
    /// Whether it stands in the `where` or `by` of a list.
    pub in_element: bool,
}

/// A name that would be understood.
#[derive(Clone, Debug)]
pub struct VisibleName {
    pub name: Arc<str>,
    pub kind: VisibleKind,
    /// [`Type::Error`] where it has none, or where that is not known.
    pub ty: Type,
    /// What its declaration says of it, where that is a text.
    pub doc: Option<Arc<str>>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisibleKind {
    /// A field of the element of a list, declared or computed.
    ElementField,
    Field,
    Let,
    Param,
    /// A param with an entry for each key.
    Table,
    Policy,
    /// `today`, `workflows` and their like.
    Word,
}

/// What is due at a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Due {
    Anything,
    Condition,
    List,
    /// What compares with a value of this type.
    Value(Type),
}

impl Due {
    /// Whether a value of a type fits, or something that it holds.
    pub fn takes(&self, ty: &Type) -> bool {
        match (self, ty) {
            (Self::Anything | Self::Condition, _) | (_, Type::Error) => true,
            (_, Type::Record(record)) => record.fields.iter().any(|field| self.takes(&field.ty)),
            (Self::List, ty) => ty.element().is_some(),
            (Self::Value(due), ty) => comparable(CompareOp::Equal, due, ty).is_none(),
        }
    }
}

/// The marker that is looked for, and what was seen of it.
pub(super) struct MarkerWatch<'a> {
    pub(super) marker: &'a str,
    pub(super) seen: Option<SeenMarker>,
}

/// An element's type, with the names and types of what it is grouped by.
type SeenElement = (Type, Vec<(Arc<str>, Type)>);

/// From where the marker was seen.
pub(super) struct SeenMarker {
    policy: usize,
    gate: Option<usize>,
    /// The elements in reach, the innermost first.
    elements: Vec<SeenElement>,
    /// The names before it: `outputs` of `outputs.marker`.
    way: Vec<Name>,
    due: Due,
}

/// What stands before the marker in a path, if an expression is one that holds it, or a number with it as unit.
fn before_marker<'e>(expr: &'e Expr, marker: &str) -> Option<&'e [Name]> {
    match &expr.kind {
        ExprKind::Path(path) | ExprKind::Has(path) => before_in(path, marker),
        ExprKind::Literal(LiteralKind::Unit(_, unit)) => (*unit.text == *marker).then_some(&[]),
        ExprKind::Neg(inner) => before_marker(inner, marker),
        ExprKind::Literal(_)
        | ExprKind::Entry { .. }
        | ExprKind::Not(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::Compare(..)
        | ExprKind::Logic(..)
        | ExprKind::In { .. }
        | ExprKind::If { .. }
        | ExprKind::Call { .. }
        | ExprKind::AtLeast { .. }
        | ExprKind::With { .. } => None,
    }
}

fn before_in<'e>(path: &'e [Name], marker: &str) -> Option<&'e [Name]> {
    let at = path.iter().position(|name| *name.text == *marker)?;
    path.get(..at)
}

impl Checker<'_> {
    /// Notes the marker, if an expression is it, and what is due there; what is known already is kept.
    pub(super) fn notice(&mut self, scope: NameScope<'_>, expr: &Expr, due: impl FnOnce() -> Due) {
        let Some(watch) = &self.watch else { return };
        if let Some(way) = before_marker(expr, watch.marker) {
            self.see(scope, way, due());
        }
    }

    /// Like [`Checker::notice`], of a path of which nothing is known but where it stands.
    pub(super) fn notice_path(&mut self, scope: NameScope<'_>, path: &[Name]) {
        let Some(watch) = &self.watch else { return };
        if let Some(way) = before_in(path, watch.marker) {
            self.see(scope, way, Due::Anything);
        }
    }

    /// Like [`Checker::notice`], of what is compared with something of a type.
    pub(super) fn notice_beside(&mut self, scope: NameScope<'_>, expr: &Expr, other: &Type) {
        self.notice(scope, expr, || {
            if *other == Type::Error { Due::Anything } else { Due::Value(other.clone()) }
        });
    }

    fn see(&mut self, scope: NameScope<'_>, way: &[Name], due: Due) {
        let Some(watch) = &mut self.watch else { return };
        match &mut watch.seen {
            Some(seen) => {
                if due != Due::Anything && !matches!(seen.due, Due::Value(_)) {
                    seen.due = due;
                }
            }
            none => {
                let in_reach = scope.elements().filter(|(_, in_reach, _)| *in_reach);
                let elements = in_reach.map(|(.., element)| {
                    (element.ty.clone(), element.keys.names.iter().flatten().cloned().collect())
                });
                *none = Some(SeenMarker {
                    policy: scope.policy,
                    gate: scope.gate,
                    elements: elements.collect(),
                    way: way.to_vec(),
                    due,
                });
            }
        }
    }

    /// What could be written where the marker was seen. All lets are checked by now.
    pub(super) fn visible_names(&self) -> Option<Visible> {
        let seen = self.watch.as_ref()?.seen.as_ref()?;
        let mut names = match seen.way.split_first() {
            None => self.first_words(seen),
            Some((first, rest)) => self.further_words(seen, first, rest),
        };
        names.retain(|name| self.watch.as_ref().is_none_or(|watch| *name.name != *watch.marker));
        let mut known = BTreeSet::new();
        names.retain(|name| known.insert(name.name.clone()));
        Some(Visible { names, due: seen.due.clone(), in_element: !seen.elements.is_empty() })
    }

    fn first_words(&self, seen: &SeenMarker) -> Vec<VisibleName> {
        let mut names = Vec::new();
        for (ty, keys) in &seen.elements {
            let key = |(name, ty): &(Arc<str>, Type)| VisibleName {
                name: name.clone(),
                kind: VisibleKind::ElementField,
                ty: ty.clone(),
                doc: None,
            };
            names.extend(keys.iter().map(key));
            if let Some(record) = as_record(ty) {
                names.extend(self.fields(seen.policy, record, VisibleKind::ElementField));
            }
        }
        let gate = seen.gate.and_then(|gate| self.names.gates.get(gate)).map(|gate| &gate.values);
        let policy = self.names.policies.get(seen.policy).map(|policy| &policy.values);
        for (name, symbol) in gate.into_iter().chain(policy).flatten() {
            names.extend(self.own(name, *symbol));
        }
        names.extend(self.fields(seen.policy, &self.ground.vocabulary.snapshot, VisibleKind::Field));
        let policies = self.names.by_name.iter().filter(|(_, all)| !all.contains(&seen.policy));
        names.extend(policies.filter_map(|(name, all)| {
            let policy = self.names.policies.get(*all.first()?)?;
            (!policy.values.is_empty()).then(|| word(name, VisibleKind::Policy, Type::Error))
        }));
        let workflows = Type::List(Box::new(Type::Record(self.ground.workflows.clone())));
        names.push(word(WORKFLOWS, VisibleKind::Word, workflows));
        names.push(word(TODAY, VisibleKind::Word, Type::Date));
        let date = self.ground.vocabulary.date_type();
        if !self.ground.vocabulary.stages.is_empty() {
            names.push(word(ENTERED, VisibleKind::Word, date.clone()));
        }
        if seen.elements.iter().any(|(ty, _)| is_keyed(ty)) {
            names.push(word(FIRST_SEEN, VisibleKind::Word, date));
        }
        if self.ground.vocabulary.axis() == Axis::Instants {
            names.push(word(NOW, VisibleKind::Word, Type::Time));
        }
        names
    }

    /// What may follow behind a dot.
    fn further_words(&self, seen: &SeenMarker, first: &Name, rest: &[Name]) -> Vec<VisibleName> {
        let mut names = Vec::new();
        if let Some(start) = self.start_of_way(seen, &first.text)
            && let Some(record) =
                rest.iter().try_fold(start, |ty, name| Some(behind(&ty)?.field(&name.text)?.1.ty.clone()))
            && let Some(record) = as_record(record.element().unwrap_or(&record))
        {
            names.extend(self.fields(seen.policy, record, VisibleKind::Field));
        }
        let policies = self.names.by_name.get(&*first.text).filter(|_| rest.is_empty());
        for policy in policies.into_iter().flatten().filter_map(|policy| self.names.policies.get(*policy)) {
            names.extend(policy.values.iter().filter_map(|(name, symbol)| self.own(name, *symbol)));
        }
        names
    }

    /// The type of the first word of a path to a field.
    fn start_of_way(&self, seen: &SeenMarker, first: &str) -> Option<Type> {
        if first == "it" {
            return seen.elements.first().map(|(ty, _)| ty.clone());
        }
        if first == "snapshot" {
            return Some(Type::Record(self.ground.vocabulary.snapshot.clone()));
        }
        let of_elements = seen.elements.iter().filter_map(|(ty, _)| as_record(ty));
        let mut records = of_elements.chain([&self.ground.vocabulary.snapshot]);
        let field = records.find_map(|record| record.field(first)).map(|(_, field)| field.ty.clone());
        let workflows = || Type::List(Box::new(Type::Record(self.ground.workflows.clone())));
        field.or_else(|| (first == WORKFLOWS).then(workflows))
    }

    /// The fields of a record, those that a policy computes among them.
    fn fields(&self, policy: usize, record: &Arc<RecordType>, kind: VisibleKind) -> Vec<VisibleName> {
        let declared = record.fields.iter().map(|field| VisibleName {
            name: field.name.clone(),
            kind,
            ty: field.ty.clone(),
            doc: field.doc.clone(),
        });
        let computed = self.names.computed.iter().filter_map(|index| {
            let entry = self.names.lets.get(*index)?;
            let is_own =
                entry.policy == policy && entry.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, record));
            is_own.then(|| word(&entry.decl.name.text, kind, self.type_of_let(*index)))
        });
        declared.chain(computed).collect()
    }

    /// A let or param.
    fn own(&self, name: &str, symbol: Symbol) -> Option<VisibleName> {
        match symbol {
            Symbol::Broken => None,
            Symbol::Let(index) => Some(word(name, VisibleKind::Let, self.type_of_let(index))),
            Symbol::Param(index) => {
                let entry = self.names.params.get(index)?;
                let kind = match entry.decl.value {
                    ParamLiteral::Table(..) => VisibleKind::Table,
                    ParamLiteral::Single(_) | ParamLiteral::List(..) => VisibleKind::Param,
                };
                Some(VisibleName { doc: entry.decl.doc.clone(), ..word(name, kind, entry.ty.clone()) })
            }
        }
    }

    fn type_of_let(&self, index: usize) -> Type {
        match self.names.lets.get(index).map(|entry| &entry.state) {
            Some(LetState::Done(ty, _)) => ty.clone(),
            Some(LetState::New | LetState::Waiting) | None => Type::Error,
        }
    }
}

fn word(name: &str, kind: VisibleKind, ty: Type) -> VisibleName {
    VisibleName { name: name.into(), kind, ty, doc: None }
}

/// The fields that may follow behind a value: its own, or those of its elements.
fn behind(ty: &Type) -> Option<&RecordType> {
    ty.element().unwrap_or(ty).record()
}

fn is_keyed(ty: &Type) -> bool {
    ty.record().is_some_and(|record| record.fields.iter().any(|field| field.key))
}
