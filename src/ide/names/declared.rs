//! What the policies and tests of a ground declare, and how to find it by its name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Declaration, DeclarationKind, NameTable};
use crate::ast::{
    FieldDecl, FieldKind, GateItem, Item, LetDecl, Name, ParamDecl, ParamLiteral, PolicyDecl, PolicyItem,
    RuleDecl, Template, TestDecl, TypeExpr, TypeKind,
};
use crate::engine::NameGround;
use crate::source::{SourceMap, Span};
use crate::types::Type;
use crate::vocabulary::{Field, RecordType};

/// The names of a ground, each with the place where it is declared.
pub(super) struct GroundNames<'s> {
    pub(super) ground: &'s NameGround,
    policies: BTreeMap<&'s str, Span>,
    params: BTreeMap<(&'s str, &'s str), Span>,
    rules: BTreeMap<(&'s str, &'s str), Span>,
    /// By the param.
    entries: BTreeMap<(Span, &'s str), Span>,
    stages: BTreeMap<&'s str, Span>,
    /// By the field.
    members: BTreeMap<(Span, &'s str), Span>,
    /// The fields, by the way to them.
    fields: BTreeMap<String, Span>,
    /// What the words of a param are members of: of these fields, or of the ladder.
    pub(super) words: BTreeMap<Span, Type>,
}

impl<'s> GroundNames<'s> {
    /// Collects what a ground declares, and adds it to the table.
    pub(super) fn of(ground: &'s NameGround, sources: &SourceMap, table: &mut NameTable) -> Self {
        let mut names = Self {
            ground,
            policies: BTreeMap::new(),
            params: BTreeMap::new(),
            rules: BTreeMap::new(),
            entries: BTreeMap::new(),
            stages: BTreeMap::new(),
            members: BTreeMap::new(),
            fields: BTreeMap::new(),
            words: BTreeMap::new(),
        };
        names.add_fields_of(&ground.program.vocabulary.snapshot, "");
        for item in ground.files.iter().flat_map(|file| &file.items) {
            match item {
                Item::Stages(decl) => decl.stages.iter().for_each(|stage| names.stage(stage, table)),
                Item::Snapshot(decl) => names.field_decls(&decl.fields, "", table),
                Item::Policy(decl) => names.policy_decl(decl, sources, table),
                Item::Test(decl) => table.declare(test(decl)),
                Item::Broken(_) => {}
            }
        }
        names
    }

    pub(super) fn policy(&self, name: &str) -> Option<Span> {
        self.policies.get(name).copied()
    }

    pub(super) fn param(&self, policy: &str, name: &str) -> Option<Span> {
        self.params.get(&(policy, name)).copied()
    }

    pub(super) fn rule(&self, policy: &str, name: &str) -> Option<Span> {
        self.rules.get(&(policy, name)).copied()
    }

    /// The entry of a table for a key; of one that only `else` speaks for, the member or stage that is the key.
    pub(super) fn entry(&self, param: Span, key: &str) -> Option<Span> {
        let declared = self.entries.get(&(param, key)).copied();
        declared.or_else(|| self.words.get(&param).and_then(|ty| self.word(ty, key)))
    }

    pub(super) fn stage_named(&self, name: &str) -> Option<Span> {
        self.stages.get(name).copied()
    }

    /// The stage or member that a bare word is where something of a type is due.
    pub(super) fn word(&self, ty: &Type, word: &str) -> Option<Span> {
        match ty {
            Type::Stage => self.stage_named(word),
            Type::Choice(members) => {
                let field = self.field_of(members)?;
                self.members.get(&(field, word)).copied()
            }
            Type::List(element) => self.word(element, word),
            Type::Bool
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::Amount(_)
            | Type::Elapsed
            | Type::Calendar
            | Type::Record(_)
            | Type::Error => None,
        }
    }

    /// The field that has members: the very one that they were taken from, or one that has the same.
    fn field_of(&self, members: &Arc<[Arc<str>]>) -> Option<Span> {
        let mut alike = None;
        let is_it = |own: &Arc<[Arc<str>]>| Arc::ptr_eq(own, members);
        let found = each_field(&self.ground.program.vocabulary.snapshot, &mut |field| {
            let Type::Choice(own) = field.ty.element().unwrap_or(&field.ty) else { return false };
            if alike.is_none() && own == members {
                alike = field.span;
            }
            is_it(own)
        });
        found.and_then(|field| field.span).or(alike)
    }

    /// The fields as the checker has merged them: they go by the places that it gives.
    fn add_fields_of(&mut self, record: &RecordType, before: &str) {
        for field in &record.fields {
            let way = way(before, &field.name);
            if let Some(inner) = field.ty.element().unwrap_or(&field.ty).record() {
                self.add_fields_of(inner, &way);
            }
            if let Some(span) = field.span {
                self.fields.insert(way, span);
            }
        }
    }

    fn stage(&mut self, stage: &'s Name, table: &mut NameTable) {
        let first = *self.stages.entry(&stage.text).or_insert(stage.span);
        table.declare(short(DeclarationKind::Stage, stage, stage.text.clone(), stage.span));
        table.same(first, stage.span);
    }

    fn field_decls(&mut self, fields: &'s [FieldDecl], before: &str, table: &mut NameTable) {
        for field in fields {
            let way = way(before, &field.name.text);
            let at = field.name.span;
            let first = *self.fields.entry(way.clone()).or_insert(at);
            let declared = short(DeclarationKind::Field, &field.name, way.as_str().into(), field.span);
            table.declare(Declaration { doc: field.doc.clone(), ..declared });
            table.same(first, at);
            match &field.kind {
                FieldKind::Record(inner) => self.field_decls(inner, &way, table),
                FieldKind::Value(ty) => self.field_type(ty, first, &way, table),
            }
        }
    }

    fn field_type(&mut self, ty: &'s TypeExpr, field: Span, way: &str, table: &mut NameTable) {
        match &ty.kind {
            TypeKind::OneOf(members) => {
                for member in members {
                    let first = *self.members.entry((field, &member.text)).or_insert(member.span);
                    let qualified = format!("{way}.{}", member.text).into();
                    table.declare(short(DeclarationKind::Member, member, qualified, member.span));
                    table.same(first, member.span);
                }
            }
            TypeKind::List(element) => self.field_type(element, field, way, table),
            TypeKind::ListOfRecords(inner) => self.field_decls(inner, way, table),
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

    fn policy_decl(&mut self, policy: &'s PolicyDecl, sources: &SourceMap, table: &mut NameTable) {
        let name = &policy.name;
        self.policies.entry(&name.text).or_insert(name.span);
        let declared = short(DeclarationKind::Policy, name, name.text.clone(), policy.span);
        table.declare(Declaration { doc: written(policy.title.as_ref(), sources), ..declared });
        for item in &policy.items {
            match item {
                PolicyItem::Param(decl) => self.param_decl(policy, decl, table),
                PolicyItem::Let(decl) => table.declare(of_let(policy, decl)),
                PolicyItem::Rule(decl) => self.rule_decl(policy, decl, sources, table),
                PolicyItem::Gate(gate) => {
                    for item in &gate.items {
                        match item {
                            GateItem::Let(decl) => table.declare(of_let(policy, decl)),
                            GateItem::Rule(decl) => self.rule_decl(policy, decl, sources, table),
                            GateItem::Broken(_) => {}
                        }
                    }
                }
                PolicyItem::Broken(_) => {}
            }
        }
    }

    fn param_decl(&mut self, policy: &'s PolicyDecl, param: &'s ParamDecl, table: &mut NameTable) {
        let name = &param.name;
        self.params.entry((&policy.name.text, &name.text)).or_insert(name.span);
        let qualified = qualified(policy, name);
        let declared = short(DeclarationKind::Param, name, qualified.clone(), param.span);
        table.declare(Declaration { doc: param.doc.clone(), ..declared });
        match &param.value {
            ParamLiteral::Table(entries, _) => {
                for entry in entries {
                    let Some(key) = entry.key.name() else { continue };
                    self.entries.entry((name.span, &key.text)).or_insert(key.span);
                    let qualified = format!("{qualified}.{}", key.text).into();
                    table.declare(short(DeclarationKind::Entry, key, qualified, entry.span));
                }
            }
            ParamLiteral::Single(_) | ParamLiteral::List(..) => {}
        }
    }

    fn rule_decl(
        &mut self,
        policy: &'s PolicyDecl,
        rule: &'s RuleDecl,
        sources: &SourceMap,
        table: &mut NameTable,
    ) {
        self.rules.entry((&policy.name.text, &rule.name.text)).or_insert(rule.name.span);
        let declared = short(DeclarationKind::Rule, &rule.name, qualified(policy, &rule.name), rule.span);
        table.declare(Declaration { doc: written(rule.title.as_ref(), sources), ..declared });
    }
}

/// The first field, of all that there are, of which a test is true.
fn each_field<'v>(record: &'v RecordType, test: &mut dyn FnMut(&'v Field) -> bool) -> Option<&'v Field> {
    for field in &record.fields {
        if test(field) {
            return Some(field);
        }
        let inner = field.ty.element().unwrap_or(&field.ty).record();
        if let Some(found) = inner.and_then(|inner| each_field(inner, test)) {
            return Some(found);
        }
    }
    None
}

fn way(before: &str, name: &str) -> String {
    if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") }
}

fn qualified(policy: &PolicyDecl, name: &Name) -> Arc<str> {
    format!("{}.{}", policy.name.text, name.text).into()
}

fn of_let(policy: &PolicyDecl, decl: &LetDecl) -> Declaration {
    let own = [&policy.name].into_iter().chain(&decl.of).chain([&decl.name]).map(|name| &*name.text);
    let qualified = own.collect::<Vec<_>>().join(".");
    short(DeclarationKind::Let, &decl.name, qualified.into(), decl.span)
}

fn short(kind: DeclarationKind, name: &Name, qualified: Arc<str>, whole: Span) -> Declaration {
    Declaration { kind, name: name.text.clone(), qualified, at: name.span, whole, doc: None }
}

/// A text as it is written, without its quotes.
fn written(title: Option<&Template>, sources: &SourceMap) -> Option<Arc<str>> {
    let text = sources.text(title?.span);
    Some(text.strip_prefix('"')?.strip_suffix('"')?.into())
}

/// A test, which goes by its title.
fn test(test: &TestDecl) -> Declaration {
    let (kind, name) = (DeclarationKind::Test, test.title.clone());
    Declaration { kind, qualified: name.clone(), name, at: test.title_span, whole: test.span, doc: None }
}
