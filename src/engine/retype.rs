//! The vocabulary of a judgement against a base: the types that are proposed, with everything else as it stands.

use std::collections::BTreeMap;
use std::mem::discriminant;

use crate::ast::{
    CadenceDecl, FieldDecl, FieldKind, File, Item, RangeDecl, SnapshotDecl, TypeExpr, TypeKind,
};
use crate::source::Span;

/// Puts the types of the fields that are proposed in the place of those that stand, with the ranges, keys,
/// cadence and `required` that stand: else a vocabulary could never change, and those could be changed by what they are
/// to hold.
pub(super) fn retype(files: &mut Vec<File>, proposed: Vec<File>) {
    let decls = |files: &[File]| -> Vec<SnapshotDecl> {
        let items = files.iter().flat_map(|file| &file.items);
        items
            .filter_map(|item| match item {
                Item::Snapshot(decl) => Some(decl.clone()),
                Item::Stages(_) | Item::Policy(_) | Item::Test(_) | Item::Broken(_) => None,
            })
            .collect()
    };
    let (standing, proposed_decls) = (decls(files), decls(&proposed));
    let Some(id) = proposed.first().map(|file| file.id).filter(|_| !proposed_decls.is_empty()) else {
        return;
    };
    let mut cadence: Option<CadenceDecl> = standing.iter().find_map(|decl| decl.cadence.clone());
    let mut ranges = BTreeMap::new();
    standing.iter().for_each(|decl| collect_ranges(&decl.fields, "", &mut ranges));
    for file in files.iter_mut() {
        file.items.retain(|item| !matches!(item, Item::Snapshot(_)));
    }
    let items = proposed_decls.into_iter().map(|mut decl| {
        decl.cadence = cadence.take().or_else(|| decl.cadence.filter(|_| standing.is_empty()));
        put_ranges(&mut decl.fields, "", &ranges);
        Item::Snapshot(decl)
    });
    files.push(File { id, items: items.collect() });
}

/// What stands of a field, beside its type.
struct FieldRest {
    kind: TypeKind,
    range: Option<RangeDecl>,
    key: Option<Span>,
    required: Option<Span>,
}

type Ranges = BTreeMap<String, FieldRest>;

fn collect_ranges(fields: &[FieldDecl], prefix: &str, ranges: &mut Ranges) {
    for field in fields {
        let name = format!("{prefix}{}", field.name.text);
        match &field.kind {
            FieldKind::Record(inner) => collect_ranges(inner, &format!("{name}."), ranges),
            FieldKind::Value { ty: TypeExpr { kind: TypeKind::ListOfRecords(inner), .. }, .. } => {
                collect_ranges(inner, &format!("{name}."), ranges);
            }
            FieldKind::Value { ty: TypeExpr { kind, range, .. }, key, required } => {
                let (kind, range, key, required) = (kind.clone(), range.clone(), *key, *required);
                ranges.insert(name, FieldRest { kind, range, key, required });
            }
        }
    }
}

fn put_ranges(fields: &mut [FieldDecl], prefix: &str, ranges: &Ranges) {
    for field in fields {
        let name = format!("{prefix}{}", field.name.text);
        match &mut field.kind {
            FieldKind::Record(inner) => put_ranges(inner, &format!("{name}."), ranges),
            FieldKind::Value { ty: TypeExpr { kind: TypeKind::ListOfRecords(inner), .. }, .. } => {
                put_ranges(inner, &format!("{name}."), ranges);
            }
            FieldKind::Value { ty, key, required } => {
                let Some(standing) = ranges.get(&name) else { continue };
                *required = standing.required.or(*required);
                if discriminant(&standing.kind) == discriminant(&ty.kind) {
                    ty.range.clone_from(&standing.range);
                    // Without the key one good element could be written many times.
                    *key = standing.key.or(*key);
                }
            }
        }
    }
}
