//! Windows over lists: the elements of all snapshots in one, each that has a key once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use super::recorded::{Recorded, same_record};
use super::{Evaluator, ItemValue, List, ListItem, Scope};
use crate::ast::{Arg, Expr};
use crate::builtins::Shape;
use crate::program::{FieldPath, Target};
use crate::types::Type;
use crate::value::{Record, Value};

/// What names the elements of a list.
pub(super) struct KeyOfList<'a> {
    /// The index of the element's field that is the key.
    pub(super) field: usize,
    /// Of values of the elements, the way from an element to its value.
    rest: Option<(&'a FieldPath, usize)>,
}

impl<'a> Evaluator<'a> {
    /// The list that an argument names, over its window where it has one.
    pub(super) fn arg_list(&self, arg: &'a Arg, scope: Scope<'_, 'a>) -> Rc<List<'a>> {
        let Some(over) = &arg.over else { return self.eval(&arg.value, scope).into_list() };
        let window = match self.window(over, scope) {
            Ok(window) => window,
            Err(reasons) => return Rc::new(List { unknown: Some(reasons), ..List::default() }),
        };
        let value = self.program.list_behind(&arg.value);
        let snapshots = match self.is_pooled(value) {
            true => self.with_elements(value, window.snapshots),
            false => window.snapshots.rev().collect(),
        };
        let list = List { open: window.open, left_out: window.left_out, ..List::default() };
        Rc::new(self.pool(arg, &snapshots, list, scope))
    }

    /// Adds the elements of some snapshots to a list: newest first, so that an element with a key stands where it is newest.
    pub(super) fn pool(
        &self,
        arg: &'a Arg,
        snapshots: &[usize],
        mut list: List<'a>,
        scope: Scope<'_, 'a>,
    ) -> List<'a> {
        let value = self.program.list_behind(&arg.value);
        let pooled = self.is_pooled(value);
        let key = self.key_of_list(value);
        let mut keys: HashMap<Cow<'a, str>, usize> = HashMap::new();
        let mut older: HashMap<usize, Vec<(usize, &'a Record)>> = HashMap::new();
        for &at in snapshots {
            let then = self.moment_of(at, scope.moment.judged);
            // What is computed of elements counts its time as the aggregate does.
            let then = Scope::at(if pooled { self.moment_of_element(at, scope.moment) } else { then });
            let evidence = self.eval(value, then);
            if evidence.is_unknown() && (pooled || self.is_field(value)) {
                list.open.get_or_insert_default().merge(&evidence.reasons());
                if key.is_some() {
                    list.hole.get_or_insert_with(|| (at, evidence.reasons()));
                }
                list.span =
                    list.span.or_else(|| evidence.reasons().first.first().and_then(|reason| reason.span));
            } else if pooled {
                let found = evidence.into_list();
                if !self.budget.spend(found.items.len()) {
                    break;
                }
                list.name = found.name.clone();
                list.span = list.span.or(found.span);
                if let Some(open) = &found.open {
                    list.scattered = true;
                    list.open.get_or_insert_default().merge(open);
                }
                for item in unshared(found).into_iter().rev() {
                    let record = item.element().map(|element| element.newest);
                    let named =
                        key.as_ref().zip(record).and_then(|(key, record)| element_key(record, key.field));
                    if let Some(first) = named.as_ref().and_then(|key| keys.get(key)) {
                        older.entry(*first).or_default().extend(record.map(|record| (item.at, record)));
                        continue;
                    }
                    keys.extend(named.map(|key| (key, list.items.len())));
                    // The value of a group stands in the snapshot that it is computed for.
                    let at = if item.group.is_some() { at } else { item.at };
                    list.items.push(ListItem { at, ..item });
                }
            } else {
                let span = self.span_of(value, then);
                list.span = list.span.or(span);
                let value = ItemValue::Evidence(evidence);
                list.items.push(ListItem { value, of: None, group: None, at, span });
            }
        }
        for (index, older) in older {
            let Some(item) = list.items.get_mut(index) else { continue };
            self.unite(item, older, value, key.as_ref().and_then(|key| key.rest), scope);
        }
        list.items.reverse();
        if list.name.is_empty() {
            list.name = Rc::from(self.sources.text(arg.value.span));
        }
        list
    }

    /// Adds to an element what older snapshots say of it.
    fn unite(
        &self,
        item: &mut ListItem<'a>,
        older: Vec<(usize, &'a Record)>,
        value: &Expr,
        rest: Option<(&'a FieldPath, usize)>,
        scope: Scope<'_, 'a>,
    ) {
        let Some(newest) = item.element().map(|element| element.newest) else { return };
        self.budget.spend(older.len());
        let older: Vec<_> = older.into_iter().filter(|(_, record)| !same_record(record, newest)).collect();
        if older.is_empty() {
            return;
        }
        let element = Recorded { newest, older: Some(older.into()) };
        match (&item.value, rest) {
            (ItemValue::Evidence(_), Some((path, behind))) => {
                let steps = path.steps.get(behind..).unwrap_or_default().to_vec();
                let rest = FieldPath { steps, ..path.clone() };
                let ty =
                    self.program.expr(value.id).and_then(|info| info.ty.element()).unwrap_or(&Type::Error);
                let moment = self.moment_of_element(item.at, scope.moment);
                item.value = ItemValue::Evidence(self.field_of_element(&element, &rest, ty, moment));
            }
            (ItemValue::Record(_), _) => item.value = ItemValue::Record(element.clone()),
            (ItemValue::Evidence(_), None) | (ItemValue::Workflow(_), _) => {}
        }
        item.of = Some(element);
    }

    /// The list of an argument as a function of a shape takes it: what is added up needs every snapshot that was due.
    pub(super) fn aggregated_list(&self, shape: &Shape, arg: &'a Arg, scope: Scope<'_, 'a>) -> Rc<List<'a>> {
        let list = self.arg_list(arg, scope);
        let pooled = self.is_pooled(&arg.value);
        match &list.left_out {
            Some(left_out) if shape.adds_up(pooled) => {
                let mut whole = (*list).clone();
                whole.open.get_or_insert_default().merge(left_out);
                Rc::new(whole)
            }
            Some(_) | None => list,
        }
    }

    /// Whether a window over an expression takes in the elements of a list, and not one value of each snapshot.
    pub(super) fn is_pooled(&self, value: &Expr) -> bool {
        matches!(self.program.expr(value.id).map(|info| &info.ty), Some(Type::List(_)))
    }

    /// What names the elements of a list of records, or those whose values a list holds.
    pub(super) fn key_of_list(&self, list: &Expr) -> Option<KeyOfList<'a>> {
        let info = self.program.expr(list.id)?;
        if let Some(Target::Field(path) | Target::JudgedField(path)) = &info.target {
            return self.key_on_the_way(path);
        }
        let field = info.ty.element()?.record()?.fields.iter().position(|field| field.key)?;
        Some(KeyOfList { field, rest: None })
    }

    /// The key of the first list of records that a path leads to or through.
    fn key_on_the_way(&self, path: &'a FieldPath) -> Option<KeyOfList<'a>> {
        let (way, element) = self.program.vocabulary.first_list(&path.steps)?;
        let field = element.record()?.fields.iter().position(|field| field.key)?;
        Some(KeyOfList { field, rest: Some((path, way.len())) })
    }
}

/// The elements of a list, taken out of it where nobody else has it.
fn unshared<'a>(list: Rc<List<'a>>) -> Vec<ListItem<'a>> {
    Rc::try_unwrap(list).map_or_else(|list| list.items.clone(), |list| list.items)
}

/// The value of an element's key field, as text.
pub(super) fn element_key(element: &Record, field: usize) -> Option<Cow<'_, str>> {
    match &element.fields.get(field)?.as_ref()?.value {
        Value::Text(text) => Some(Cow::Borrowed(&**text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Counted(counted) => Some(Cow::Owned(counted.share().to_string())),
        Value::Bool(value) => Some(Cow::Owned(value.to_string())),
        Value::List(_) | Value::Record(_) => Some(Cow::Borrowed("")),
        // No snapshot is read that has one for a key.
        Value::Range(_) => None,
    }
}
