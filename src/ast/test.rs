//! `test` blocks.

use std::sync::Arc;

use serde::Deserialize;

use super::decl::{EveryDecl, ParamLiteral};
use super::expr::{Literal, LiteralKind, Name};
use crate::source::Span;

/// `test "title" { given … with … as of … expect … }`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct TestDecl {
    pub title: Arc<str>,
    /// Where the title stands, with its quotes.
    pub title_span: Span,
    pub given: Vec<Given>,
    pub with: Vec<WithParam>,
    pub as_of: Option<Literal>,
    pub expect: Vec<Expect>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Given {
    /// The workflow that it is of; none of the one that is judged.
    pub workflow: Option<Arc<str>>,
    pub kind: GivenKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum GivenKind {
    /// `given every 1 week from 2026-01-05 { … }`
    Series { every: EveryDecl, from: Literal, assigns: Vec<Assign> },
    /// `given file "…/*.yaml"`
    File(Arc<str>),
}

/// `users.active = 4, 5, _`: one value a snapshot; a single value repeats.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Assign {
    pub path: Vec<Name>,
    pub values: Vec<TestValue>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct TestValue {
    pub kind: TestValueKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum TestValueKind {
    /// `_`
    Missing,
    Literal(LiteralKind),
    /// `1 s to 2.5 s`
    Range(Literal, Literal),
    /// `957 of 1008`
    Counts(Literal, Literal),
    /// A stage or member, bare.
    Word(Name),
    /// `[24 x { … }, { … }]`: each with how often it stands there.
    List(Vec<(u32, TestValue)>),
    /// `{ edit_time: 5% }`
    Record(Vec<(Name, TestValue)>),
}

/// `with staged_rollout.min_adoption = 50%`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct WithParam {
    pub path: Vec<Name>,
    /// The key of an entry, where it is a text.
    pub key: Option<Name>,
    pub value: ParamLiteral,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Expect {
    pub kind: ExpectKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum ExpectKind {
    /// `expect staged_rollout.stalled fails`
    Rule(Vec<Name>, ExpectedOutcome),
    /// `expect decision hold`
    Decision(Name),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum ExpectedOutcome {
    Passes,
    Fails,
    Undecided,
    NotApplicable,
}
