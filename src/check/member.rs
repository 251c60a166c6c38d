//! Bare words that are a stage or a member of `one of`: such a word has its meaning from what it is compared with.

use std::sync::Arc;

use super::errors;
use super::path::Lookup;
use super::scope::NameScope;
use super::{Checker, MAX_SUGGESTIONS};
use crate::ast::{Expr, ExprKind, Name};
use crate::program::Target;
use crate::text::words_of;
use crate::types::Type;
use crate::vocabulary::RecordType;

/// What a word would be as a value.
enum Peek {
    Unknown,
    /// A let that is not checked yet.
    Pending,
    Known(Type),
}

/// The word that an expression is, if it is a single one.
pub(super) fn bare_word(expr: &Expr) -> Option<&Name> {
    match &expr.kind {
        ExprKind::Path(path) => match path.as_slice() {
            [name] => Some(name),
            _ => None,
        },
        ExprKind::Literal(_)
        | ExprKind::Not(_)
        | ExprKind::Neg(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::Compare(..)
        | ExprKind::Logic(..)
        | ExprKind::In { .. }
        | ExprKind::If { .. }
        | ExprKind::Has(_)
        | ExprKind::Call { .. }
        | ExprKind::Entry { .. }
        | ExprKind::AtLeast { .. }
        | ExprKind::With { .. } => None,
    }
}

impl Checker<'_> {
    /// Checks two expressions that are compared with each other.
    pub(super) fn check_pair(&mut self, scope: NameScope<'_>, left: &Expr, right: &Expr) -> (Type, Type) {
        let right_first = match (bare_word(left), bare_word(right)) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(left), Some(right)) => {
                let (as_left, as_right) = (self.peek(scope, left), self.peek(scope, right));
                let is_member = |of: &Peek, word: &Name| match of {
                    Peek::Known(ty) => self.member(ty, word).is_some(),
                    Peek::Unknown | Peek::Pending => false,
                };
                // The left one is the value, unless only the right one can be.
                !is_member(&as_left, right)
                    && (is_member(&as_right, left)
                        || matches!((as_left, as_right), (Peek::Unknown, Peek::Known(_) | Peek::Pending)))
            }
        };
        let before = self.beside.take();
        let (of_left, of_right) = (first_word(left), first_word(right));
        let types = if right_first {
            self.beside = of_left;
            let right = self.check_expr(scope, right);
            self.beside = of_right;
            (self.check_against(scope, left, &right), right)
        } else {
            self.beside = of_right;
            let left = self.check_expr(scope, left);
            self.beside = of_left;
            let right = self.check_against(scope, right, &left);
            (left, right)
        };
        self.beside = before;
        types
    }

    /// Checks an expression that is compared with something of type `other`.
    pub(super) fn check_against(&mut self, scope: NameScope<'_>, expr: &Expr, other: &Type) -> Type {
        self.notice_beside(scope, expr, other);
        let Some(word) = bare_word(expr) else { return self.check_expr(scope, expr) };
        if let Some((ty, target)) = self.member(other, word) {
            self.record(expr.id, &ty, Some(target));
            return ty;
        }
        // Whether the word is a member will be known when the let that the other side uses is checked.
        if !self.waiting.is_empty() {
            return self.tainted();
        }
        let unknown = matches!(self.peek(scope, word), Peek::Unknown);
        match other {
            Type::Error if unknown => self.tainted(),
            Type::Stage if unknown && self.ground.stages_unsure => self.tainted(),
            Type::Stage if unknown => {
                self.report_unknown_stage(word, None);
                Type::Error
            }
            Type::Choice(members) if unknown => {
                let suggestion = self.suggest(&word.text, members.iter().map(|member| &**member));
                self.report(errors::unknown_member(word, members, suggestion));
                Type::Error
            }
            Type::Bool
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::Stage
            | Type::Choice(_)
            | Type::Amount(_)
            | Type::Elapsed
            | Type::Calendar
            | Type::List(_)
            | Type::Record(_)
            | Type::Error => self.check_expr(scope, expr),
        }
    }

    /// The stage or member that `word` is where a `ty` is due.
    fn member(&self, ty: &Type, word: &Name) -> Option<(Type, Target)> {
        match ty {
            Type::Stage => {
                let rung = self.ground.vocabulary.rung(&word.text)?;
                Some((Type::Stage, Target::Stage(rung)))
            }
            Type::Choice(members) => {
                let member = members.iter().find(|member| **member == word.text)?;
                Some((ty.clone(), Target::Member(member.clone())))
            }
            Type::Bool
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::Amount(_)
            | Type::Elapsed
            | Type::Calendar
            | Type::List(_)
            | Type::Record(_)
            | Type::Error => None,
        }
    }

    /// `other` is a stage that cannot be meant.
    pub(super) fn report_unknown_stage(&mut self, word: &Name, other: Option<&Name>) {
        let stages = &self.ground.vocabulary.stages;
        let can_be = |stage: &&str| other.is_none_or(|other| *other.text != **stage);
        let suggestion = self.suggest(&word.text, stages.iter().map(|stage| &**stage).filter(can_be));
        self.report(errors::unknown_stage(word, stages, suggestion));
    }

    /// Whether a bare word has no meaning but the one that it gets from its place.
    pub(super) fn is_nothing_else(&self, scope: NameScope<'_>, expr: &Expr) -> bool {
        bare_word(expr).is_some_and(|word| matches!(self.peek(scope, word), Peek::Unknown))
    }

    fn peek(&self, scope: NameScope<'_>, word: &Name) -> Peek {
        match self.lookup(scope, std::slice::from_ref(word)) {
            Lookup::Found(resolved) => Peek::Known(resolved.ty),
            Lookup::Pending(_) => Peek::Pending,
            Lookup::Silent | Lookup::Problem(_) => Peek::Known(Type::Error),
            Lookup::Nowhere | Lookup::Unknown(_) => Peek::Unknown,
        }
    }

    /// What to do about an unknown word that is a stage or a member of some field.
    pub(super) fn bare_word_hint(&self, word: &Name) -> Option<String> {
        if self.ground.vocabulary.rung(&word.text).is_some() {
            return Some(format!(
                "`{0}` is a stage: write it only in a comparison with a stage, as in `stage == {0}`",
                word.text
            ));
        }
        let mut path = Vec::new();
        let field =
            choice_with(&Type::Record(self.ground.vocabulary.snapshot.clone()), &word.text, &mut path);
        field.then(|| {
            format!(
                "`{0}` is a member of `{1}`: write it only in a comparison with that, as in `{2} == {0}`",
                word.text,
                path.join("."),
                path.last().map_or("", |name| &**name),
            )
        })
    }
}

impl Checker<'_> {
    /// The one field of a record of the snapshot that a word most likely means: one of its name, or of its words.
    pub(super) fn nested_field(&self, word: &Name) -> Option<String> {
        if self.diagnostics.len() >= MAX_SUGGESTIONS {
            return None;
        }
        let mut found = Vec::new();
        fields_like(&self.ground.vocabulary.snapshot, &word.text, &words_of(&word.text), "", &mut found);
        if found.len() == 1 { found.pop() } else { None }
    }

    /// What is said of `stage` where nobody declares stages.
    pub(super) fn ladder_hint(&self, word: &Name) -> Option<String> {
        let is_stage = matches!(&*word.text, "stage" | "advance_to");
        (is_stage && self.ground.vocabulary.stages.is_empty()).then(|| {
            "no stages are declared: write `stages testing -> pilot -> full`, or add `builtin` to `policies:`".to_owned()
        })
    }
}

/// The fields of records with a name or with words, by their ways.
fn fields_like(record: &RecordType, name: &str, words: &[String], above: &str, found: &mut Vec<String>) {
    for field in &record.fields {
        let path = if above.is_empty() { field.name.to_string() } else { format!("{above}.{}", field.name) };
        if let Type::Record(inner) = &field.ty {
            fields_like(inner, name, words, &path, found);
        } else if *field.name == *name || words_of(&path) == words {
            found.push(path);
        }
    }
}

/// Finds a field that has `member`, and the path to it.
fn choice_with(ty: &Type, member: &str, path: &mut Vec<Arc<str>>) -> bool {
    match ty {
        Type::Choice(members) => members.iter().any(|candidate| &**candidate == member),
        Type::List(element) => choice_with(element, member, path),
        Type::Record(record) => record.fields.iter().any(|field| {
            path.push(field.name.clone());
            let found = choice_with(&field.ty, member, path);
            if !found {
                path.pop();
            }
            found
        }),
        Type::Bool
        | Type::Text
        | Type::Date
        | Type::Time
        | Type::Stage
        | Type::Amount(_)
        | Type::Elapsed
        | Type::Calendar
        | Type::Error => false,
    }
}

/// The first word of a path.
fn first_word(expr: &Expr) -> Option<Arc<str>> {
    if let ExprKind::Path(path) = &expr.kind { path.first().map(|name| Arc::from(&*name.text)) } else { None }
}
