//! Params that hold several values: tables, what they are asked for by, and lists.

use std::sync::Arc;

use super::Checker;
use super::errors;
use super::literal::is_same;
use super::member::bare_word;
use super::scope::NameScope;
use super::words::join;
use crate::ast::{Expr, ListMember, Name, ParamDecl, ParamLiteral, TableEntry, TableKey};
use crate::program::Target;
use crate::source::Span;
use crate::types::Type;

impl Checker<'_> {
    /// Checks a table by itself; the type of its entries.
    pub(super) fn check_table(&mut self, decl: &ParamDecl, entries: &[TableEntry], span: Span) -> Type {
        if entries.is_empty() {
            self.report(errors::empty_param(decl, span, "table", "{ critical: 95%, else: 80% }"));
            return Type::Error;
        }
        let name = |key: &TableKey| key.name().map(|name| name.text.clone());
        for (at, entry) in entries.iter().enumerate() {
            let before = entries.iter().take(at).find(|before| name(&before.key) == name(&entry.key));
            if let Some(before) = before {
                self.report(errors::key_twice(decl, &[&before.key, &entry.key]));
            }
        }
        let text = entries.iter().find(|entry| matches!(entry.key, TableKey::Text(_)));
        let word = entries.iter().find(|entry| matches!(entry.key, TableKey::Word(_)));
        if let (Some(text), Some(word)) = (text, word) {
            self.report(errors::mixed_keys(decl, text.key.span(), word.key.span()));
        }
        if text.is_some() && !entries.iter().any(|entry| matches!(entry.key, TableKey::Else(_))) {
            self.report(errors::texts_need_else(decl, span));
        }
        self.one_type(decl)
    }

    /// Checks a list by itself; the type of its members. Words are members of a `one of`: of which one is known where the list
    /// is used.
    pub(super) fn check_list_decl(&mut self, decl: &ParamDecl, members: &[ListMember], span: Span) -> Type {
        let Some(first) = members.first() else {
            self.report(errors::empty_param(decl, span, "list", "[20, 30]"));
            return Type::Error;
        };
        for (at, member) in members.iter().enumerate() {
            if let Some(before) = members.iter().take(at).find(|before| is_same(before, member)) {
                self.report(errors::listed_twice(decl, before.span(), member.span()));
            }
        }
        let words: Vec<&Name> = members.iter().filter_map(word).collect();
        if words.is_empty() {
            let ty = self.one_type(decl);
            if !matches!(ty, Type::Text | Type::Amount(_) | Type::Error) {
                self.report(errors::not_a_list_member(decl, first.span()));
                return Type::Error;
            }
            return ty;
        }
        if let Some(other) = members.iter().find(|member| word(member).is_none()) {
            self.report(errors::not_a_list_member(decl, other.span()));
            return Type::Error;
        }
        let words: Vec<Arc<str>> = words.into_iter().map(|word| word.text.clone()).collect();
        Type::Choice(words.into())
    }

    /// `floor[tag]`: the type of the table's entries.
    pub(super) fn check_entry(
        &mut self,
        scope: NameScope<'_>,
        expr: &Expr,
        table: &[Name],
        key: &Expr,
    ) -> Type {
        let resolved = self.resolve(scope, table);
        let path = join(table);
        let Some(resolved) = resolved else {
            self.check_expr(scope, key);
            return Type::Error;
        };
        let Target::Table(index) = resolved.target else {
            self.report(errors::no_table(&path, expr.span));
            self.check_expr(scope, key);
            return Type::Error;
        };
        let ty = self.check_key(scope, index, &path, key);
        let ty = if ty == Type::Error { ty } else { resolved.ty };
        self.record(expr.id, &ty, Some(Target::Table(index)));
        ty
    }

    /// Checks what a table is asked for by: it has an entry for whatever that may be.
    fn check_key(&mut self, scope: NameScope<'_>, table: usize, path: &str, key: &Expr) -> Type {
        let Some(entry) = self.names.params.get(table) else { return Type::Error };
        let ParamLiteral::Table(entries, _) = &entry.decl.value else { return Type::Error };
        let words = entries.iter().filter_map(|entry| entry.key.name());
        let words: Arc<[Arc<str>]> = words.map(|name| name.text.clone()).collect();
        let keys = Type::Choice(words.clone());
        let has_else = entries.iter().any(|entry| matches!(entry.key, TableKey::Else(_)));
        let has_texts = entries.iter().any(|entry| matches!(entry.key, TableKey::Text(_)));
        let has_words = entries.iter().any(|entry| matches!(entry.key, TableKey::Word(_)));
        // A bare word is one of the keys, or a slip for one, where nothing else has that name.
        let is_key = bare_word(key).is_some_and(|word| {
            words.contains(&word.text) || self.suggest(&word.text, words.iter().map(|key| &**key)).is_some()
        });
        if has_words {
            self.notice_beside(scope, key, &keys);
        }
        let ty = if has_words && is_key && self.is_nothing_else(scope, key) {
            self.check_against(scope, key, &keys)
        } else {
            self.check_expr(scope, key)
        };
        let asked: Vec<Arc<str>> = match &ty {
            Type::Choice(members) => members.to_vec(),
            Type::Stage => self.ground.vocabulary.stages.clone(),
            Type::Text if !has_words => {
                if let Some(entry) = self.names.params.get_mut(table) {
                    entry.by_text = true;
                }
                // That texts need an `else` is said of the table.
                return if has_else { ty } else { Type::Error };
            }
            Type::Text => {
                self.report(errors::other_keys(path, key, &ty, false));
                return Type::Error;
            }
            Type::Error => return ty,
            Type::Bool
            | Type::Date
            | Type::Time
            | Type::Amount(_)
            | Type::Elapsed
            | Type::Calendar
            | Type::List(_)
            | Type::Record(_) => {
                self.report(errors::not_a_key(key, &ty));
                return Type::Error;
            }
        };
        if has_texts {
            self.report(errors::other_keys(path, key, &ty, true));
            return Type::Error;
        }
        let known = |member: &Arc<str>| words.contains(member);
        let missing: Vec<Arc<str>> = asked.iter().filter(|member| !known(member)).cloned().collect();
        if let Some(entry) = self.names.params.get_mut(table) {
            entry.members.extend(asked);
        }
        if !has_else && !missing.is_empty() {
            self.report(errors::missing_entries(path, key, &missing));
            return Type::Error;
        }
        ty
    }

    /// Reports keys that no use of their table can ask for: they would be lost without a word.
    pub(super) fn check_tables(&mut self) {
        let mut lost = Vec::new();
        for entry in self.names.params.iter().filter(|entry| entry.sound && !entry.members.is_empty()) {
            let ParamLiteral::Table(entries, _) = &entry.decl.value else { continue };
            let keys = entries.iter().filter_map(|own| own.key.name());
            for key in keys.filter(|key| !entry.members.contains(&key.text)) {
                let suggestion = self.suggest(&key.text, entry.members.iter().map(|member| &**member));
                lost.push(errors::key_of_nothing(entry.decl, key, suggestion));
            }
        }
        lost.into_iter().for_each(|problem| self.report(problem));
    }

    /// Notes that a list of words is compared with members of a `one of`, which all of them have to be; whether they are.
    pub(super) fn note_members(&mut self, left: &Type, right: &Type) -> bool {
        let (Type::Choice(left), Type::Choice(right)) = (left, right) else { return true };
        self.are_members(left, right) && self.are_members(right, left)
    }

    fn are_members(&mut self, words: &Arc<[Arc<str>]>, members: &Arc<[Arc<str>]>) -> bool {
        // The very list of a param, and not one that says the same.
        let own = |ty: &Type| matches!(ty.element(), Some(Type::Choice(own)) if Arc::ptr_eq(own, words));
        let Some(entry) = self.names.params.iter_mut().find(|entry| own(&entry.ty)) else { return true };
        if entry.members.is_empty() {
            entry.members.extend(members.iter().cloned());
        } else {
            entry.members.retain(|member| members.contains(member));
        }
        let ParamLiteral::List(listed, _) = &entry.decl.value else { return true };
        let lost = listed.iter().filter_map(word).find(|word| !members.contains(&word.text));
        let Some(lost) = lost else { return true };
        let suggestion = self.suggest(&lost.text, members.iter().map(|member| &**member));
        let problem = errors::unknown_member(lost, members, suggestion);
        self.report(problem);
        false
    }
}

fn word(member: &ListMember) -> Option<&Name> {
    match member {
        ListMember::Word(name) => Some(name),
        ListMember::Literal(_) => None,
    }
}
