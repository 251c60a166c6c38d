//! The vocabulary of a judgement against a base: what the base declares, and the fields that only the branch has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ast::{
    Expr, ExprKind, FieldDecl, FieldKind, File, GateItem, Item, Name, PolicyItem, RuleDecl, SnapshotDecl,
    TypeExpr, TypeKind,
};

/// Adds the fields that the branch declares and the base does not. Else a field could never be added; and what the base
/// declares stays what its rules mean by it: type, range, key, cadence and `required`.
pub(super) fn retype(files: &mut Vec<File>, proposed: Vec<File>) {
    let names = BaseNames::of(files);
    let is_snapshot = |item: &Item| matches!(item, Item::Snapshot(_));
    if !files.iter().flat_map(|file| &file.items).any(is_snapshot) {
        let new = proposed
            .into_iter()
            .map(|file| File { items: file.items.into_iter().filter(is_snapshot).collect(), ..file });
        let mut new: Vec<File> = new.filter(|file| !file.items.is_empty()).collect();
        for decl in decls(&mut new) {
            names.keep_new(&mut decl.fields);
        }
        files.extend(new);
        return;
    }
    let mut known = BTreeSet::new();
    for decl in decls(files) {
        add_names(&decl.fields, "", &mut known);
    }
    let mut proposed = proposed;
    let new: Vec<FieldDecl> =
        decls(&mut proposed).flat_map(|decl| std::mem::take(&mut decl.fields)).collect();
    let (inside, mut fresh): (Vec<FieldDecl>, Vec<FieldDecl>) =
        new.into_iter().partition(|field| known.contains(&*field.name.text));
    // A key that the base reads as a field of its own stays that field's.
    let keys: BTreeSet<String> = decls(files).flat_map(|decl| &decl.fields).map(key).collect();
    fresh.retain(|field| !keys.contains(&key(field)));
    names.keep_new(&mut fresh);
    for field in inside {
        let name = field.name.text.clone();
        let mut standing = decls(files).flat_map(|decl| &mut decl.fields);
        if let Some(standing) = standing.find(|known| known.name.text == name) {
            add_inner(standing, field, &name, &known, &names);
        }
    }
    if let Some(decl) = decls(files).next() {
        decl.fields.extend(fresh);
    }
}

fn decls(files: &mut [File]) -> impl Iterator<Item = &mut SnapshotDecl> {
    files.iter_mut().flat_map(|file| &mut file.items).filter_map(|item| match item {
        Item::Snapshot(decl) => Some(decl),
        Item::Stages(_) | Item::Policy(_) | Item::Test(_) | Item::Broken(_) => None,
    })
}

/// Adds the whole names of all fields, those of lists' elements among them.
fn add_names(fields: &[FieldDecl], prefix: &str, known: &mut BTreeSet<String>) {
    for field in fields {
        let name = format!("{prefix}{}", field.name.text);
        match &field.kind {
            FieldKind::Record(inner)
            | FieldKind::Value(TypeExpr { kind: TypeKind::ListOfRecords(inner), .. }) => {
                add_names(inner, &format!("{name}."), known);
            }
            FieldKind::Value(_) => {}
        }
        known.insert(name);
    }
}

/// Adds what is new within a field that both sides have. One that is something else on the branch stays what it is.
fn add_inner(
    standing: &mut FieldDecl,
    proposed: FieldDecl,
    name: &str,
    known: &BTreeSet<String>,
    names: &BaseNames,
) {
    let record = standing.name.text.clone();
    let is_list = matches!(standing.kind, FieldKind::Value(_));
    let (Some(fields), Some(more)) = (inner(&mut standing.kind), own_inner(proposed.kind)) else { return };
    let keys: BTreeSet<String> = fields.iter().map(key).collect();
    let is_keyed = fields.iter().any(|field| field.marks.key.is_some());
    for mut field in more {
        let name = format!("{name}.{}", field.name.text);
        match fields.iter_mut().find(|known| known.name.text == field.name.text) {
            Some(standing) => add_inner(standing, field, &name, known, names),
            None if names.captures(&record, &field.name.text) => {}
            // In a `where` of the base, a bare name would be two things.
            None if is_list
                && (names.values.contains(&field.name.text) || known.contains(&*field.name.text)) => {}
            None if known.contains(&name) || keys.contains(&key(&field)) => {}
            None => {
                // With a key, elements that the base counts one by one would count once.
                field.marks.key = None;
                if !is_keyed {
                    field.marks.changing = None;
                }
                if let Some(inner) = inner(&mut field.kind) {
                    names.prune_inner(&field.name.text, inner);
                }
                fields.push(field);
            }
        }
    }
}

/// What the base's policies call by a name: a field of the branch must not come between.
struct BaseNames {
    /// The lets and params of each policy, by the policy's name.
    policies: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// All of them, and every word that the base's conditions use: a stage, a member, `today`, `first_seen`.
    values: BTreeSet<Arc<str>>,
}

impl BaseNames {
    fn of(files: &[File]) -> Self {
        let (mut policies, mut values) = (BTreeMap::new(), BTreeSet::new());
        for item in files.iter().flat_map(|file| &file.items) {
            let Item::Policy(policy) = item else { continue };
            let own: &mut BTreeSet<Arc<str>> = policies.entry(policy.name.text.clone()).or_default();
            policy.when.iter().for_each(|when| add_words(when, &mut values));
            for item in &policy.items {
                match item {
                    PolicyItem::Param(decl) => own.extend([decl.name.text.clone()]),
                    PolicyItem::Let(decl) => {
                        own.extend([decl.name.text.clone()]);
                        add_words(&decl.value, &mut values);
                    }
                    PolicyItem::Gate(gate) => {
                        for item in &gate.items {
                            match item {
                                GateItem::Let(decl) => {
                                    own.extend([decl.name.text.clone()]);
                                    add_words(&decl.value, &mut values);
                                }
                                GateItem::Rule(rule) => add_words_of_rule(rule, &mut values),
                                GateItem::Broken(_) => {}
                            }
                        }
                    }
                    PolicyItem::Rule(rule) => add_words_of_rule(rule, &mut values),
                    PolicyItem::Broken(_) => {}
                }
            }
        }
        // `adoption.floor` stays what the policy says, by `captures`: a record may be called like a policy.
        values.retain(|word| !policies.contains_key(word));
        values.extend(policies.values().flatten().cloned());
        Self { policies, values }
    }

    /// Whether `record.field` is a let or param of the base.
    fn captures(&self, record: &str, field: &str) -> bool {
        self.policies.get(record).is_some_and(|values| values.contains(field))
    }

    /// Keeps of new fields of the snapshot those that the base has no other word for.
    fn keep_new(&self, fields: &mut Vec<FieldDecl>) {
        fields.retain(|field| !self.values.contains(&field.name.text));
        self.prune(fields);
    }

    /// Takes out of new fields what the base knows as something else.
    fn prune(&self, fields: &mut [FieldDecl]) {
        for field in fields {
            if let Some(fields) = inner(&mut field.kind) {
                self.prune_inner(&field.name.text, fields);
            }
        }
    }

    fn prune_inner(&self, record: &str, fields: &mut Vec<FieldDecl>) {
        fields.retain(|field| !self.captures(record, &field.name.text));
        self.prune(fields);
    }
}

fn add_words_of_rule(rule: &RuleDecl, words: &mut BTreeSet<Arc<str>>) {
    rule.conditions().into_iter().for_each(|condition| add_words(condition, words));
}

/// Adds the words by which an expression calls what it reads.
fn add_words(expr: &Expr, words: &mut BTreeSet<Arc<str>>) {
    match &expr.kind {
        ExprKind::Path(path) | ExprKind::Has(path) | ExprKind::Entry { table: path, .. } => {
            words.extend(words_of(path));
        }
        ExprKind::Literal(_)
        | ExprKind::Not(_)
        | ExprKind::Neg(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::Compare(..)
        | ExprKind::Logic(..)
        | ExprKind::In { .. }
        | ExprKind::If { .. }
        | ExprKind::Call { .. }
        | ExprKind::AtLeast { .. }
        | ExprKind::With { .. } => {}
    }
    expr.children().into_iter().for_each(|child| add_words(child, words));
}

/// The first word of a path; behind `it` and `snapshot` the one that follows.
fn words_of(path: &[Name]) -> impl Iterator<Item = Arc<str>> {
    let behind = path.first().is_some_and(|first| ["it", "snapshot"].contains(&&*first.text));
    path.iter().take(if behind { 2 } else { 1 }).map(|name| name.text.clone())
}

/// The key that a field is read under.
fn key(field: &FieldDecl) -> String {
    field.marks.named.as_ref().map_or(&field.name.text, |mark| &mark.key).to_string()
}

/// The fields of a record, or of a list's elements.
fn inner(kind: &mut FieldKind) -> Option<&mut Vec<FieldDecl>> {
    match kind {
        FieldKind::Record(fields)
        | FieldKind::Value(TypeExpr { kind: TypeKind::ListOfRecords(fields), .. }) => Some(fields),
        FieldKind::Value(_) => None,
    }
}

fn own_inner(mut kind: FieldKind) -> Option<Vec<FieldDecl>> {
    inner(&mut kind).map(std::mem::take)
}
