//! Whether two texts mean the same: their trees without places, and their comments.

use std::sync::Arc;

use crate::ast::{
    Arg, Assign, Cadence, Effect, Expect, ExpectKind, Expr, ExprId, ExprKind, FieldDecl, FieldKind, File,
    GateDecl, GateItem, Given, GivenKind, Item, LetDecl, Literal, LiteralKind, Name, Over, ParamDecl,
    PolicyDecl, PolicyItem, RangeDecl, RuleBody, RuleDecl, Set, SnapshotDecl, StagesDecl, Template,
    TemplatePart, TestDecl, TestValue, TestValueKind, TypeExpr, TypeKind, Undecided, WithParam,
};
use crate::parse::concrete::{Comment, Concrete, concrete};
use crate::source::Span;

/// Whether two trees differ in nothing but places and ids.
pub(super) fn same_meaning(mut a: File, mut b: File) -> bool {
    a.strip();
    b.strip();
    a == b
}

/// Whether a text has the same comments in the same order.
pub(super) fn same_comments(before: &Concrete<'_>, formatted: &str) -> bool {
    concrete(formatted).is_some_and(|after| comments(before).eq(comments(&after)))
}

fn comments<'a>(of: &'a Concrete<'_>) -> impl Iterator<Item = &'a str> {
    of.tokens.iter().flat_map(|token| &token.comments).map(|Comment { text, .. }| *text)
}

/// Forgets places and ids.
trait Strip {
    fn strip(&mut self);
}

impl Strip for Span {
    fn strip(&mut self) {
        *self = Self::default();
    }
}

impl Strip for ExprId {
    fn strip(&mut self) {
        *self = Self(0);
    }
}

/// How often an element of a test's list stands there.
impl Strip for u32 {
    fn strip(&mut self) {}
}

impl<T: Strip> Strip for Vec<T> {
    fn strip(&mut self) {
        self.iter_mut().for_each(T::strip);
    }
}

impl<T: Strip> Strip for Option<T> {
    fn strip(&mut self) {
        self.iter_mut().for_each(T::strip);
    }
}

impl<T: Strip> Strip for Box<T> {
    fn strip(&mut self) {
        (**self).strip();
    }
}

impl<T: Strip + Clone> Strip for Arc<T> {
    fn strip(&mut self) {
        Arc::make_mut(self).strip();
    }
}

impl<T: Strip, U: Strip> Strip for (T, U) {
    fn strip(&mut self) {
        self.0.strip();
        self.1.strip();
    }
}

/// A struct that is stripped by stripping these fields. The others, named after the bar, hold no place.
macro_rules! strip_struct {
    ($($name:ident { $($field:ident),* $(| $($rest:ident),*)? })*) => {$(
        impl Strip for $name {
            fn strip(&mut self) {
                let Self { $($field,)* $($($rest: _,)*)? } = self;
                $($field.strip();)*
            }
        }
    )*};
}

strip_struct! {
    File { items | id }
    StagesDecl { stages, span }
    SnapshotDecl { cadence, fields, span }
    Cadence { every, grace, span }
    FieldDecl { name, kind, span | doc }
    TypeExpr { kind, range, span }
    RangeDecl { low, high, span }
    PolicyDecl { name, title, when, items, span }
    ParamDecl { name, value, within, span | doc }
    LetDecl { name, value, span }
    GateDecl { from, to, title, items, span }
    RuleDecl { name, title, body, effect, help, undecided, span | link }
    Effect { message, span | kind }
    Undecided { span | kind }
    Name { span | text }
    Literal { kind, span }
    Expr { id, span, kind }
    Arg { value, condition, by, over }
    Template { parts, span }
    TestDecl { given, with, as_of, expect, span | title }
    Given { kind, span }
    Assign { path, values, span }
    TestValue { kind, span }
    WithParam { path, value, span }
    Expect { kind, span }
}

/// An enum, its variants with the fields that are stripped, and those that hold no place.
macro_rules! strip_enum {
    ($($name:ident { $($variant:pat => [$($field:ident),*],)* })*) => {$(
        impl Strip for $name {
            fn strip(&mut self) {
                match self { $($variant => { $($field.strip();)* })* }
            }
        }
    )*};
}

strip_enum! {
    Item {
        Self::Stages(a) => [a],
        Self::Snapshot(a) => [a],
        Self::Policy(a) => [a],
        Self::Test(a) => [a],
        Self::Broken(a) => [a],
    }
    FieldKind {
        Self::Value { ty, key, required } => [ty, key, required],
        Self::Record(a) => [a],
    }
    TypeKind {
        Self::Bool | Self::Text | Self::Date | Self::Duration | Self::Count | Self::Share | Self::Stage => [],
        Self::Number(a) => [a],
        Self::OneOf(a) => [a],
        Self::List(a) => [a],
        Self::ListOfRecords(a) => [a],
        Self::Unknown(a) => [a],
    }
    PolicyItem {
        Self::Param(a) => [a],
        Self::Let(a) => [a],
        Self::Rule(a) => [a],
        Self::Gate(a) => [a],
        Self::Broken(a) => [a],
    }
    GateItem {
        Self::Let(a) => [a],
        Self::Rule(a) => [a],
        Self::Broken(a) => [a],
    }
    RuleBody {
        Self::Require { when, requires } => [when, requires],
        Self::Trigger { when } => [when],
    }
    LiteralKind {
        Self::Number(_) | Self::Share(_) | Self::Duration(_) | Self::Calendar(_) => [],
        Self::Date(_) | Self::Text(_) | Self::Bool(_) => [],
        Self::Unit(_, a) => [a],
    }
    ExprKind {
        Self::Literal(a) => [a],
        Self::Path(a) | Self::Has(a) => [a],
        Self::Not(a) | Self::Neg(a) => [a],
        Self::Arithmetic(_, a, b) => [a, b],
        Self::Compare(_, a, b) => [a, b],
        Self::Logic(_, a) => [a],
        Self::In { item, negated: _, set } => [item, set],
        Self::If { condition, then, otherwise } => [condition, then, otherwise],
        Self::Call { name, args } => [name, args],
        Self::AtLeast { count: _, count_span, of } => [count_span, of],
        Self::With { claim, confidence } => [claim, confidence],
    }
    Set {
        Self::Range(a, b) => [a, b],
        Self::List(a, span) => [a, span],
        Self::Value(a) => [a],
    }
    Over {
        Self::Window(a) => [a],
        Self::Stage(a) => [a],
    }
    TemplatePart {
        Self::Text(_) => [],
        Self::Expr(a) => [a],
    }
    GivenKind {
        Self::Series { every, from, assigns } => [every, from, assigns],
        Self::File(_) => [],
    }
    TestValueKind {
        Self::Missing => [],
        Self::Literal(a) => [a],
        Self::Word(a) => [a],
        Self::List(a) => [a],
        Self::Record(a) => [a],
    }
    ExpectKind {
        Self::Rule(a, _) => [a],
        Self::Decision(a) => [a],
    }
}
