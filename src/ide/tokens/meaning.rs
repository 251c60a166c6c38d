//! What the names of a file mean, as far as their colour goes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::ast::{
    ExprKind, FieldDecl, FieldKind, File, GateItem, Item, Name, PolicyDecl, PolicyItem, TypeExpr, TypeKind,
};
use crate::builtin;
use crate::builtins;
use crate::engine::{NameGround, Study};
use crate::ide::names::each_expr;
use crate::parse::written::NameRole;
use crate::program::Target;
use crate::source::{FileId, Span};

/// What a name names, and whether the language or a shipped policy declares it.
type Meaning = (NameRole, bool);

/// What is known of the names of one file.
#[derive(Default)]
pub(super) struct Meanings {
    /// Whether the file itself is shipped.
    pub(super) is_shipped: bool,
    /// By the name's first byte.
    by_place: BTreeMap<u32, Meaning>,
    /// All that is declared under a word: once for each thing that it is, as a library's if all of these are.
    by_word: BTreeMap<String, BTreeMap<NameRole, bool>>,
}

impl Meanings {
    pub(super) fn of(study: &Study, file: FileId) -> Self {
        let is_shipped = |file: FileId| builtin::text_of_file(study.sources.name(file)).is_some();
        let mut all = Self { is_shipped: is_shipped(file), ..Self::default() };
        for ground in &study.grounds {
            let Some(tree) = ground.files.iter().find(|tree| tree.id == file) else { continue };
            let mut declared = BTreeMap::new();
            for tree in &ground.files {
                let shipped = is_shipped(tree.id);
                each_declared(tree, &mut |role, name| {
                    declared.insert(name.span, (role, shipped));
                    all.declare(role, &name.text, shipped);
                });
            }
            let built_in =
                ground.program.vocabulary.snapshot.fields.iter().filter(|field| field.span.is_none());
            built_in.for_each(|field| all.declare(NameRole::Field, &field.name, true));
            all.learn(ground, tree, &declared);
        }
        all
    }

    fn declare(&mut self, role: NameRole, word: &str, shipped: bool) {
        let known = self.by_word.entry(word.to_owned()).or_default();
        *known.entry(role).or_insert(true) &= shipped;
    }

    /// What the checker says of the names of a file's expressions.
    fn learn(&mut self, ground: &NameGround, tree: &File, declared: &BTreeMap<Span, Meaning>) {
        for mention in ground.program.mentions.iter().filter(|mention| mention.at.file == tree.id) {
            if let Some(meaning) = declared.get(&mention.declared) {
                self.by_place.entry(mention.at.start).or_insert(*meaning);
            }
        }
        each_expr(tree, &mut |expr| {
            let (ExprKind::Path(names) | ExprKind::Has(names)) = &expr.kind else { return };
            let Some(target) = ground.program.expr(expr.id).and_then(|info| info.target.as_ref()) else {
                return;
            };
            for (index, name) in names.iter().enumerate() {
                let meaning = match target {
                    Target::Workflows(_) if index == 0 => Some((NameRole::Let, true)),
                    Target::Date(_) if index + 1 == names.len() => Some((NameRole::Let, true)),
                    Target::Stage(_) => Some((NameRole::Stage, self.is_library(NameRole::Stage, &name.text))),
                    Target::Member(_) => {
                        Some((NameRole::Member, self.is_library(NameRole::Member, &name.text)))
                    }
                    // A field that is not mentioned has no declaration: it is built in, or the key of a group.
                    Target::Field(_)
                    | Target::JudgedField(_)
                    | Target::Workflows(_)
                    | Target::Element { .. } => {
                        Some((NameRole::Field, self.is_library(NameRole::Field, &name.text)))
                    }
                    Target::Date(_)
                    | Target::Let(_)
                    | Target::Param(_)
                    | Target::Table(_)
                    | Target::Call(_) => None,
                };
                if let (Some(meaning), Entry::Vacant(place)) = (meaning, self.by_place.entry(name.span.start))
                {
                    place.insert(meaning);
                }
            }
        });
    }

    /// Whether everything of a kind that has a name is declared by the language or a shipped policy. In tables and tests, nothing
    /// tells stages from members.
    pub(super) fn is_library(&self, role: NameRole, word: &str) -> bool {
        let of = |role: NameRole| self.by_word.get(word).and_then(|known| known.get(&role)).copied();
        match role {
            NameRole::Function => builtins::find(word).is_some(),
            NameRole::Stage | NameRole::Member => match (of(NameRole::Stage), of(NameRole::Member)) {
                (Some(stage), Some(member)) => stage && member,
                (one, other) => one.or(other).unwrap_or(false),
            },
            NameRole::Policy | NameRole::Param | NameRole::Let | NameRole::Rule | NameRole::Field => {
                of(role).unwrap_or(false)
            }
        }
    }

    /// What a name of an expression means; where nobody knows, what alone is called so.
    pub(super) fn at(&self, place: usize, word: &str) -> Option<Meaning> {
        let known = u32::try_from(place).ok().and_then(|place| self.by_place.get(&place)).copied();
        let only = || {
            let mut all = self.by_word.get(word)?.iter().map(|(role, shipped)| (*role, *shipped));
            all.next().filter(|_| all.next().is_none())
        };
        known.or_else(only)
    }
}

/// Hands out the names that a file declares.
fn each_declared<'a>(tree: &'a File, each: &mut dyn FnMut(NameRole, &'a Name)) {
    for item in &tree.items {
        match item {
            Item::Stages(stages) => stages.stages.iter().for_each(|stage| each(NameRole::Stage, stage)),
            Item::Snapshot(snapshot) => fields_declared(&snapshot.fields, each),
            Item::Policy(policy) => policy_declared(policy, each),
            Item::Test(_) | Item::Broken(_) => {}
        }
    }
}

fn policy_declared<'a>(policy: &'a PolicyDecl, each: &mut dyn FnMut(NameRole, &'a Name)) {
    each(NameRole::Policy, &policy.name);
    for item in &policy.items {
        match item {
            PolicyItem::Param(param) => each(NameRole::Param, &param.name),
            PolicyItem::Let(item) => each(NameRole::Let, &item.name),
            PolicyItem::Rule(rule) => each(NameRole::Rule, &rule.name),
            PolicyItem::Gate(gate) => gate.items.iter().for_each(|item| match item {
                GateItem::Let(item) => each(NameRole::Let, &item.name),
                GateItem::Rule(rule) => each(NameRole::Rule, &rule.name),
                GateItem::Broken(_) => {}
            }),
            PolicyItem::Broken(_) => {}
        }
    }
}

fn fields_declared<'a>(fields: &'a [FieldDecl], each: &mut dyn FnMut(NameRole, &'a Name)) {
    for field in fields {
        each(NameRole::Field, &field.name);
        match &field.kind {
            FieldKind::Record(fields) => fields_declared(fields, each),
            FieldKind::Value(ty) => type_declared(ty, each),
        }
    }
}

fn type_declared<'a>(ty: &'a TypeExpr, each: &mut dyn FnMut(NameRole, &'a Name)) {
    match &ty.kind {
        TypeKind::OneOf(members) => members.iter().for_each(|member| each(NameRole::Member, member)),
        TypeKind::List(element) => type_declared(element, each),
        TypeKind::ListOfRecords(fields) => fields_declared(fields, each),
        TypeKind::Bool
        | TypeKind::Text
        | TypeKind::Date
        | TypeKind::Time
        | TypeKind::Duration
        | TypeKind::Count
        | TypeKind::Number(_)
        | TypeKind::Share
        | TypeKind::Stage
        | TypeKind::Unknown(_) => {}
    }
}
