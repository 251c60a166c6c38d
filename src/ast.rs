//! The syntax tree of a policy file: nodes with spans, and no behaviour.
//!
//! There is one tree. What the checker finds out about an expression is kept beside the tree, in
//! [`crate::program`], under the expression's [`ExprId`].

mod decl;
mod expr;
mod leaves;
mod marks;
mod test;

pub use decl::{
    CadenceDecl, Effect, EffectKind, EveryDecl, FieldDecl, FieldKind, FieldMarks, File, GateDecl, GateItem,
    GateStep, Item, LetDecl, ListMember, NamedMark, ParamDecl, ParamLiteral, PolicyDecl, PolicyItem,
    RangeDecl, RuleBody, RuleDecl, SnapshotDecl, StagesDecl, TableEntry, TableKey, TypeExpr, TypeKind,
    Undecided, UndecidedKind,
};
pub use expr::{
    Arg, ArithmeticOp, CalendarPeriod, CompareOp, Expr, ExprId, ExprIds, ExprKind, Literal, LiteralKind,
    LogicOp, Name, NamedWindow, Over, Set, Template, TemplatePart,
};
pub use marks::{Marked, TreeMark};
pub use test::{
    Assign, Expect, ExpectKind, ExpectedOutcome, Given, GivenKind, TestDecl, TestValue, TestValueKind,
    WithParam,
};
