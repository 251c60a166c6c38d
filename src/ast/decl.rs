//! Declarations: what stands at the top level of a file, and in policies and gates.

use std::sync::Arc;

use serde::Deserialize;

use super::expr::{Expr, Literal, Name, Template};
use super::test::TestDecl;
use crate::source::{FileId, Span};

/// One `.gate` file, as far as it could be understood.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct File {
    /// Not among the bytes of a tree that is kept.
    #[serde(skip)]
    pub id: FileId,
    pub items: Vec<Item>,
}

impl File {
    /// How many policies it declares.
    pub fn policies(&self) -> usize {
        let is_policy = |item: &&Item| match item {
            Item::Policy(_) => true,
            Item::Stages(_) | Item::Snapshot(_) | Item::Test(_) | Item::Broken(_) => false,
        };
        self.items.iter().filter(is_policy).count()
    }

    /// The names of the policies that it declares.
    pub fn policy_names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| match item {
            Item::Policy(policy) => Some(&*policy.name.text),
            Item::Stages(_) | Item::Snapshot(_) | Item::Test(_) | Item::Broken(_) => None,
        })
    }

    /// The same without what judges: rules and gates.
    #[must_use]
    pub fn with_names_alone(mut self) -> Self {
        for item in &mut self.items {
            if let Item::Policy(policy) = item {
                policy.items.retain(|item| !matches!(item, PolicyItem::Rule(_) | PolicyItem::Gate(_)));
            }
        }
        self
    }

    /// The `test` blocks, in their order.
    pub fn tests(&self) -> impl Iterator<Item = &TestDecl> {
        self.items.iter().filter_map(|item| match item {
            Item::Test(test) => Some(test),
            Item::Stages(_) | Item::Snapshot(_) | Item::Policy(_) | Item::Broken(_) => None,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum Item {
    Stages(StagesDecl),
    Snapshot(SnapshotDecl),
    Policy(PolicyDecl),
    Test(TestDecl),
    /// Could not be parsed, which was reported; if its name could be read, it is not reported as unknown too.
    Broken(Option<Name>),
}

/// `stages testing -> pilot -> full`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct StagesDecl {
    pub stages: Vec<Name>,
    pub span: Span,
}

/// `snapshot every 1 week grace 3 days { … }`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct SnapshotDecl {
    pub cadence: Option<CadenceDecl>,
    pub fields: Vec<FieldDecl>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct CadenceDecl {
    pub every: EveryDecl,
    pub grace: Option<Literal>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum EveryDecl {
    /// `every 1 week`
    Length(Literal),
    /// `every weekday`
    Weekday(Span),
}

impl EveryDecl {
    /// Of what stands behind `every`.
    pub fn span(&self) -> Span {
        match self {
            Self::Length(literal) => literal.span,
            Self::Weekday(span) => *span,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct FieldDecl {
    pub name: Name,
    pub doc: Option<Arc<str>>,
    pub kind: FieldKind,
    pub marks: FieldMarks,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum FieldKind {
    Value(TypeExpr),
    Record(Vec<FieldDecl>),
}

/// The words behind a field's type, each where it stands.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct FieldMarks {
    pub key: Option<Span>,
    pub required: Option<Span>,
    /// Later snapshots may say something else of the same element.
    pub changing: Option<Span>,
    /// A key of the list that the next snapshot lacks has to be said to have left.
    pub kept: Option<Span>,
    /// A `rollout.yaml` may hold it.
    pub standing: Option<Span>,
    pub named: Option<NamedMark>,
}

/// `named "passRate"`: the key of the snapshots.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct NamedMark {
    pub key: Arc<str>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct TypeExpr {
    pub kind: TypeKind,
    pub range: Option<RangeDecl>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum TypeKind {
    Bool,
    Text,
    Date,
    Time,
    Duration,
    Count,
    /// `number` or `number USD`
    Number(Option<Name>),
    Share,
    Stage,
    OneOf(Vec<Name>),
    List(Box<TypeExpr>),
    ListOfRecords(Vec<FieldDecl>),
    /// A word that is no type: the checker's error.
    Unknown(Name),
}

/// `from 1 to 5`, `within 30% to 90%`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct RangeDecl {
    pub low: Literal,
    pub high: Literal,
    pub span: Span,
}

/// `policy NAME "title" when … { … }`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct PolicyDecl {
    pub name: Name,
    pub title: Option<Template>,
    pub when: Option<Expr>,
    pub items: Vec<PolicyItem>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum PolicyItem {
    Param(Arc<ParamDecl>),
    Let(Arc<LetDecl>),
    Rule(Arc<RuleDecl>),
    Gate(GateDecl),
    /// Like [`Item::Broken`].
    Broken(Option<Name>),
}

/// `param light_share = 80% within 60% to 100% "doc"`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ParamDecl {
    pub name: Name,
    pub value: ParamLiteral,
    pub within: Option<RangeDecl>,
    pub doc: Option<Arc<str>>,
    pub span: Span,
}

/// What a param is declared with, or set to in a test.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum ParamLiteral {
    Single(Literal),
    /// `[mmlu, gpqa]`
    List(Vec<ListMember>, Span),
    /// `{ critical: 95%, else: 80% }`
    Table(Vec<TableEntry>, Span),
}

impl ParamLiteral {
    pub fn span(&self) -> Span {
        match self {
            Self::Single(literal) => literal.span,
            Self::List(_, span) | Self::Table(_, span) => *span,
        }
    }

    /// The value, where it is a single one.
    pub fn single(&self) -> Option<&Literal> {
        match self {
            Self::Single(literal) => Some(literal),
            Self::List(..) | Self::Table(..) => None,
        }
    }

    /// All values that are written in it.
    pub fn literals(&self) -> Vec<&Literal> {
        match self {
            Self::Single(literal) => vec![literal],
            Self::List(members, _) => members.iter().filter_map(ListMember::literal).collect(),
            Self::Table(entries, _) => entries.iter().map(|entry| &entry.value).collect(),
        }
    }
}

/// A member of a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum ListMember {
    /// A member of a `one of`, bare.
    Word(Name),
    Literal(Literal),
}

impl ListMember {
    pub fn span(&self) -> Span {
        match self {
            Self::Word(name) => name.span,
            Self::Literal(literal) => literal.span,
        }
    }

    fn literal(&self) -> Option<&Literal> {
        match self {
            Self::Word(_) => None,
            Self::Literal(literal) => Some(literal),
        }
    }
}

/// `critical: 95%`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct TableEntry {
    pub key: TableKey,
    pub value: Literal,
    pub span: Span,
}

/// What an entry of a table is for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum TableKey {
    /// A member of a `one of`, or a stage.
    Word(Name),
    Text(Name),
    /// All others.
    Else(Span),
}

impl TableKey {
    pub fn span(&self) -> Span {
        match self {
            Self::Word(name) | Self::Text(name) => name.span,
            Self::Else(span) => *span,
        }
    }

    /// The key as it is known; none for `else`.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::Word(name) | Self::Text(name) => Some(name),
            Self::Else(_) => None,
        }
    }
}

/// `let light = share(…)`, `let outputs.light = edit_time < 15%`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct LetDecl {
    /// The way to the list, of whose elements it is computed; empty where it is none.
    pub of: Vec<Name>,
    pub name: Name,
    pub value: Expr,
    pub span: Span,
}

/// `gate pilot -> expanded, expanded -> full "title" { … }`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct GateDecl {
    /// At least one.
    pub steps: Vec<GateStep>,
    pub title: Option<Template>,
    pub items: Vec<GateItem>,
    pub span: Span,
}

/// `pilot -> expanded`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct GateStep {
    pub from: Name,
    pub to: Name,
}

impl GateStep {
    /// The whole of it.
    pub fn span(&self) -> Span {
        self.from.span.to(self.to.span)
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum GateItem {
    Let(Arc<LetDecl>),
    Rule(Arc<RuleDecl>),
    /// Like [`Item::Broken`].
    Broken(Option<Name>),
}

/// `rule NAME "title" { … }`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct RuleDecl {
    pub name: Name,
    pub title: Option<Template>,
    pub body: RuleBody,
    pub effect: Effect,
    pub help: Option<Template>,
    pub link: Option<Arc<str>>,
    pub undecided: Option<Undecided>,
    pub span: Span,
}

impl RuleDecl {
    /// Its `when` and its requirements.
    pub fn conditions(&self) -> Vec<&Expr> {
        match &self.body {
            RuleBody::Trigger { when } => vec![when],
            RuleBody::Require { when, requires } => when.iter().chain(requires).collect(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum RuleBody {
    /// `when? require+ else EFFECT`: fails when one requirement is no.
    Require { when: Option<Expr>, requires: Vec<Expr> },
    /// `when … then EFFECT`: fails when the condition is yes.
    Trigger { when: Expr },
}

/// `hold "message"`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Effect {
    pub kind: EffectKind,
    pub message: Option<Template>,
    pub span: Span,
}

/// What a failed rule does, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum EffectKind {
    Note,
    Warn,
    Hold,
    Rollback,
}

impl EffectKind {
    /// Mildest first.
    pub const ALL: [Self; 4] = [Self::Note, Self::Warn, Self::Hold, Self::Rollback];

    /// The word of the language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Hold => "hold",
            Self::Rollback => "rollback",
        }
    }
}

/// `undecided pass`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Undecided {
    pub kind: UndecidedKind,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum UndecidedKind {
    Pass,
    Warn,
    Hold,
}
