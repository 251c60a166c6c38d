//! The marks of a tree: where its nodes were written, and by what ids they go. Everything else is what it says.
//!
//! Each struct and enum names all of its fields, so that none is forgotten.

use std::sync::Arc;

use super::{
    Arg, Assign, CadenceDecl, Effect, EveryDecl, Expect, ExpectKind, Expr, ExprId, ExprIds, ExprKind,
    FieldDecl, FieldKind, FieldMarks, File, GateDecl, GateItem, GateStep, Given, GivenKind, Item, LetDecl,
    ListMember, Literal, LiteralKind, Name, NamedMark, Over, ParamDecl, ParamLiteral, PolicyDecl, PolicyItem,
    RangeDecl, RuleBody, RuleDecl, Set, SnapshotDecl, StagesDecl, TableEntry, TableKey, Template,
    TemplatePart, TestDecl, TestValue, TestValueKind, TypeExpr, TypeKind, Undecided, WithParam,
};
use crate::source::{FileId, Span};

/// A mark, to be changed.
pub enum TreeMark<'a> {
    Span(&'a mut Span),
    Id(&'a mut ExprId),
}

/// What bears marks.
pub trait Marked {
    /// Hands out all marks, in no order.
    fn each_mark(&mut self, each: &mut dyn FnMut(TreeMark<'_>));
}

impl File {
    /// The same tree as that of another file with the same text. The ids of its expressions, which were handed out by
    /// `own`, come behind those that `all` has handed out, so that no file has the same as another.
    #[must_use]
    pub fn placed(mut self, id: FileId, own: &ExprIds, all: &mut ExprIds) -> Self {
        let by = all.reserve(own);
        self.id = id;
        self.each_mark(&mut |mark| match mark {
            TreeMark::Id(expr) => expr.0 += by,
            TreeMark::Span(span) => span.file = id,
        });
        self
    }
}

impl Marked for Span {
    fn each_mark(&mut self, each: &mut dyn FnMut(TreeMark<'_>)) {
        each(TreeMark::Span(self));
    }
}

impl Marked for ExprId {
    fn each_mark(&mut self, each: &mut dyn FnMut(TreeMark<'_>)) {
        each(TreeMark::Id(self));
    }
}

/// How often an element of a test's list stands there.
impl Marked for u32 {
    fn each_mark(&mut self, _: &mut dyn FnMut(TreeMark<'_>)) {}
}

impl<T: Marked> Marked for Vec<T> {
    fn each_mark(&mut self, each: &mut dyn FnMut(TreeMark<'_>)) {
        self.iter_mut().for_each(|inner| inner.each_mark(each));
    }
}

impl<T: Marked> Marked for Option<T> {
    fn each_mark(&mut self, each: &mut dyn FnMut(TreeMark<'_>)) {
        self.iter_mut().for_each(|inner| inner.each_mark(each));
    }
}

impl<T: Marked> Marked for Box<T> {
    fn each_mark(&mut self, each: &mut dyn FnMut(TreeMark<'_>)) {
        (**self).each_mark(each);
    }
}

impl<T: Marked + Clone> Marked for Arc<T> {
    fn each_mark(&mut self, each: &mut dyn FnMut(TreeMark<'_>)) {
        Arc::make_mut(self).each_mark(each);
    }
}

impl<T: Marked, U: Marked> Marked for (T, U) {
    fn each_mark(&mut self, each: &mut dyn FnMut(TreeMark<'_>)) {
        self.0.each_mark(each);
        self.1.each_mark(each);
    }
}

/// A struct whose marks are those of these fields. The others, named after the bar, have none.
macro_rules! marked_struct {
    ($($name:ident { $($field:ident),* $(| $($rest:ident),*)? })*) => {$(
        impl Marked for $name {
            fn each_mark(&mut self, each: &mut dyn FnMut(TreeMark<'_>)) {
                let Self { $($field,)* $($($rest: _,)*)? } = self;
                $($field.each_mark(each);)*
            }
        }
    )*};
}

marked_struct! {
    File { items | id }
    StagesDecl { stages, span }
    SnapshotDecl { cadence, fields, span }
    CadenceDecl { every, grace, span }
    FieldDecl { name, kind, marks, span | doc }
    FieldMarks { key, required, changing, kept, standing, named }
    NamedMark { span | key }
    TypeExpr { kind, range, span }
    RangeDecl { low, high, span }
    PolicyDecl { name, title, when, items, span }
    ParamDecl { name, value, within, span | doc }
    LetDecl { of, name, value, span }
    GateDecl { steps, title, items, span }
    GateStep { from, to }
    RuleDecl { name, title, body, effect, help, undecided, span | link }
    Effect { message, span | kind }
    Undecided { span | kind }
    Name { span | text }
    Literal { kind, span }
    Expr { id, span, kind }
    Arg { value, of, condition, among, by, over, every_look, head }
    Template { parts, span }
    TestDecl { title_span, given, with, as_of, expect, span | title }
    Given { kind, span | workflow }
    Assign { path, values, span }
    TestValue { kind, span }
    WithParam { path, key, value, span }
    TableEntry { key, value, span }
    Expect { kind, span }
}

/// An enum, its variants with the fields that have marks.
macro_rules! marked_enum {
    ($($name:ident { $($variant:pat => [$($field:ident),*],)* })*) => {$(
        impl Marked for $name {
            fn each_mark(&mut self, each: &mut dyn FnMut(TreeMark<'_>)) {
                match self { $($variant => { $($field.each_mark(each);)* })* }
            }
        }
    )*};
}

marked_enum! {
    Item {
        Self::Stages(a) => [a],
        Self::Snapshot(a) => [a],
        Self::Policy(a) => [a],
        Self::Test(a) => [a],
        Self::Broken(a) => [a],
    }
    EveryDecl {
        Self::Length(a) => [a],
        Self::Weekday(a) => [a],
    }
    FieldKind {
        Self::Value(a) => [a],
        Self::Record(a) => [a],
    }
    TypeKind {
        Self::Bool | Self::Text | Self::Date | Self::Time | Self::Duration | Self::Count | Self::Share | Self::Stage => [],
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
    ParamLiteral {
        Self::Single(a) => [a],
        Self::List(a, span) => [a, span],
        Self::Table(a, span) => [a, span],
    }
    ListMember {
        Self::Word(a) => [a],
        Self::Literal(a) => [a],
    }
    TableKey {
        Self::Word(a) | Self::Text(a) => [a],
        Self::Else(span) => [span],
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
        Self::Date(_) | Self::Time(_) | Self::Text(_) | Self::Bool(_) => [],
        Self::Unit(_, a) => [a],
    }
    ExprKind {
        Self::Literal(a) => [a],
        Self::Path(a) | Self::Has(a) => [a],
        Self::Not(a) | Self::Neg(a) => [a],
        Self::Entry { table, key } => [table, key],
        Self::Arithmetic(_, a, b) => [a, b],
        Self::Compare(_, a, b) => [a, b],
        Self::Logic(_, a) => [a],
        Self::In { item, negated: _, set } => [item, set],
        Self::If { condition, then, otherwise } => [condition, then, otherwise],
        Self::Call { name, args } => [name, args],
        Self::AtLeast { count: _, count_span, of } => [count_span, of],
        Self::With { claim, confidence, population, every_look } => [claim, confidence, population, every_look],
    }
    Set {
        Self::Range(a, b) => [a, b],
        Self::List(a, span) => [a, span],
        Self::Value(a) => [a],
        Self::Pattern(a) => [a],
    }
    Over {
        Self::Window(a) | Self::AtMost(a) | Self::Snapshots(a) => [a],
        Self::Named(_, a) => [a],
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
        Self::Range(a, b) => [a, b],
        Self::Counts(a, b) => [a, b],
        Self::Word(a) => [a],
        Self::List(a) => [a],
        Self::Record(a) => [a],
    }
    ExpectKind {
        Self::Rule(a, _) => [a],
        Self::Decision(a) => [a],
    }
}
