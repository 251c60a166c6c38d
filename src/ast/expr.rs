//! Names, literals and expressions.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::Deserialize;

use super::leaves::{date, number, word};
use crate::source::Span;
use crate::value::{Date, Number};

/// A word as it was written.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Name {
    #[serde(deserialize_with = "word")]
    pub text: Arc<str>,
    pub span: Span,
}

/// Identifies an expression among all files of a run: the key of the checker's side tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ExprId(pub u32);

/// Hands out [`ExprId`]s; one for all files of a run.
#[derive(Debug, Default)]
pub struct ExprIds(u32);

impl ExprIds {
    /// Hands out further ids, where some were handed out before.
    pub fn further(count: usize) -> Self {
        Self(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// The next id.
    pub fn next_id(&mut self) -> ExprId {
        let id = ExprId(self.0);
        self.0 += 1;
        id
    }

    /// Hands out as many as another has handed out; the first of them.
    pub(super) fn reserve(&mut self, other: &Self) -> u32 {
        let first = self.0;
        self.0 += other.0;
        first
    }

    /// How many were handed out.
    pub fn count(&self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Literal {
    pub kind: LiteralKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum LiteralKind {
    /// `20`, `0.05`
    Number(#[serde(with = "number")] Number),
    /// `15%`, held as the ratio 15/100.
    Share(#[serde(with = "number")] Number),
    /// `0.05 USD`: a number with a unit that is no unit of time. The checker knows which units exist.
    Unit(#[serde(with = "number")] Number, Name),
    /// `300 ms`, `2 weeks`: an exact length, in seconds.
    Duration(#[serde(with = "number")] Number),
    /// `6 months`, `1 year`: a calendar span, in months.
    Calendar(i32),
    /// `2026-11-02`
    Date(#[serde(with = "date")] Date),
    /// `2026-11-02T14:05Z`: an instant, in seconds since 1970-01-01T00:00Z.
    Time(#[serde(with = "number")] Number),
    /// `"text"` where no interpolation is meant.
    Text(Arc<str>),
    /// `true`, `false`
    Bool(bool),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Expr {
    pub id: ExprId,
    /// Without enclosing parentheses, white space or comments.
    pub span: Span,
    pub kind: ExprKind,
}

impl Expr {
    /// The expressions directly within an expression.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Path(_) | ExprKind::Has(_) => Vec::new(),
            ExprKind::Not(inner) | ExprKind::Neg(inner) | ExprKind::Entry { key: inner, .. } => vec![inner],
            ExprKind::Arithmetic(_, a, b) | ExprKind::Compare(_, a, b) => vec![a, b],
            ExprKind::With { claim, confidence, population, every_look: _ } => {
                [claim, confidence].into_iter().chain(population).map(|part| &**part).collect()
            }
            ExprKind::Logic(_, operands) | ExprKind::AtLeast { of: operands, .. } => {
                operands.iter().collect()
            }
            ExprKind::In { item, set, .. } => {
                let mut all: Vec<&Self> = vec![item];
                match set {
                    Set::Range(low, high) => all.extend([&**low, &**high]),
                    Set::List(members, _) => all.extend(members),
                    Set::Value(value) | Set::Pattern(value) => all.push(value),
                }
                all
            }
            ExprKind::If { condition, then, otherwise } => vec![condition, then, otherwise],
            ExprKind::Call { args, .. } => args.iter().flat_map(Arg::children).collect(),
        }
    }

    /// Like [`Expr::children`], in the same order, to be changed.
    pub fn children_mut(&mut self) -> Vec<&mut Self> {
        match &mut self.kind {
            ExprKind::Literal(_) | ExprKind::Path(_) | ExprKind::Has(_) => Vec::new(),
            ExprKind::Not(inner) | ExprKind::Neg(inner) | ExprKind::Entry { key: inner, .. } => vec![inner],
            ExprKind::Arithmetic(_, a, b) | ExprKind::Compare(_, a, b) => vec![a, b],
            ExprKind::With { claim, confidence, population, every_look: _ } => {
                [claim, confidence].into_iter().chain(population).map(|part| &mut **part).collect()
            }
            ExprKind::Logic(_, operands) | ExprKind::AtLeast { of: operands, .. } => {
                operands.iter_mut().collect()
            }
            ExprKind::In { item, set, .. } => {
                let mut all: Vec<&mut Self> = vec![item];
                match set {
                    Set::Range(low, high) => all.extend([&mut **low, &mut **high]),
                    Set::List(members, _) => all.extend(members),
                    Set::Value(value) | Set::Pattern(value) => all.push(value),
                }
                all
            }
            ExprKind::If { condition, then, otherwise } => vec![condition, then, otherwise],
            ExprKind::Call { args, .. } => {
                let mut all = Vec::new();
                for arg in args {
                    all.push(&mut arg.value);
                    all.extend(&mut arg.of);
                    all.extend(arg.condition.iter_mut().chain(&mut arg.among).chain(&mut arg.by));
                    all.extend(arg.over.as_mut().and_then(Over::length_mut));
                }
                all
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum ExprKind {
    Literal(LiteralKind),
    /// `a.b.c`, also a bare stage, member, `it` or `snapshot.x`; at least one name.
    Path(Vec<Name>),
    /// `floor[tag]`: what a table says of a key; the path names the table.
    Entry {
        table: Vec<Name>,
        key: Box<Expr>,
    },
    Not(Box<Expr>),
    Neg(Box<Expr>),
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `a and b and c`: two or more operands of one operator.
    Logic(LogicOp, Vec<Expr>),
    In {
        item: Box<Expr>,
        negated: bool,
        set: Set,
    },
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// `has a.b`
    Has(Vec<Name>),
    /// `count(outputs where …)`, `held(…)`, `default(a.b, 1)`; any name, known or not.
    Call {
        name: Name,
        args: Vec<Arg>,
    },
    /// `at least 2 of [p, q, r]`
    AtLeast {
        count: u32,
        count_span: Span,
        of: Vec<Expr>,
    },
    /// `claim with confidence confidence of population at every look`, as in `light >= 80% with 90% confidence of
    /// users.active`.
    With {
        claim: Box<Expr>,
        confidence: Box<Expr>,
        population: Option<Box<Expr>>,
        /// Where it says `at every look`.
        every_look: Option<Span>,
    },
}

/// What stands to the right of `in`, or of `matches`: the texts that a pattern stands for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum Set {
    /// `20 to 30`, both ends included.
    Range(Box<Expr>, Box<Expr>),
    /// `[a, b]`, perhaps empty.
    List(Vec<Expr>, Span),
    /// A list of the snapshot.
    Value(Box<Expr>),
    /// `matches "claude-*"`, never negated.
    Pattern(Box<Expr>),
}

/// One argument of a call, with its clauses.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Arg {
    pub value: Expr,
    /// What it is a part of, or drawn from.
    pub of: Option<Expr>,
    pub condition: Option<Expr>,
    /// Of which elements the condition is asked.
    pub among: Option<Expr>,
    /// The keys of the groups; empty where there are none.
    pub by: Vec<Expr>,
    pub over: Option<Over>,
    /// Where it says `at every look`.
    pub every_look: Option<Span>,
    /// From the value up to the word `where`, both included; none without a condition.
    pub head: Option<Span>,
}

impl Arg {
    /// What is asked of each element: the condition, what it is among, and the keys of its group, in this order.
    pub fn of_elements(&self) -> impl Iterator<Item = &Expr> {
        self.condition.iter().chain(&self.among).chain(&self.by)
    }

    /// The expressions directly within an argument.
    pub fn children(&self) -> impl Iterator<Item = &Expr> {
        let length = self.over.as_ref().and_then(Over::length);
        [&self.value].into_iter().chain(&self.of).chain(self.of_elements()).chain(length)
    }

    /// Whether it gives one value for each group.
    pub fn is_grouped(&self) -> bool {
        !self.by.is_empty()
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum Over {
    /// `over 4 weeks`, `over window`
    Window(Box<Expr>),
    /// `over at most 4 weeks`
    AtMost(Box<Expr>),
    /// `over 5 snapshots`
    Snapshots(Box<Expr>),
    /// `over stage`, `over month`
    Named(NamedWindow, Span),
}

impl Over {
    /// The length, or the number of snapshots, where it has one.
    pub fn length(&self) -> Option<&Expr> {
        match self {
            Self::Window(length) | Self::AtMost(length) | Self::Snapshots(length) => Some(length),
            Self::Named(..) => None,
        }
    }

    /// Like [`Over::length`], to be changed.
    pub fn length_mut(&mut self) -> Option<&mut Expr> {
        match self {
            Self::Window(length) | Self::AtMost(length) | Self::Snapshots(length) => Some(length),
            Self::Named(..) => None,
        }
    }

    /// Where its length or its word stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Window(length) | Self::AtMost(length) | Self::Snapshots(length) => length.span,
            Self::Named(_, span) => *span,
        }
    }
}

/// A window that a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum NamedWindow {
    /// Since the workflow entered its stage.
    Stage,
    /// The whole series.
    All,
    /// The part of the calendar that the snapshot lies in, up to it.
    Calendar(CalendarPeriod),
}

/// A stretch of the calendar; weeks begin on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum CalendarPeriod {
    Week,
    Month,
    Quarter,
    Year,
}

impl CalendarPeriod {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

impl NamedWindow {
    pub const ALL: [Self; 6] = [
        Self::Stage,
        Self::All,
        Self::Calendar(CalendarPeriod::Week),
        Self::Calendar(CalendarPeriod::Month),
        Self::Calendar(CalendarPeriod::Quarter),
        Self::Calendar(CalendarPeriod::Year),
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::All => "all",
            Self::Calendar(period) => period.as_str(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum ArithmeticOp {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum CompareOp {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

impl CompareOp {
    pub const ALL: [Self; 6] =
        [Self::Less, Self::LessEqual, Self::Greater, Self::GreaterEqual, Self::Equal, Self::NotEqual];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    /// The same comparison with its sides exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }

    /// The comparison that is true where this one is false.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Less => Self::GreaterEqual,
            Self::LessEqual => Self::Greater,
            Self::Greater => Self::LessEqual,
            Self::GreaterEqual => Self::Less,
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
        }
    }

    /// Whether it is true of two sides that compare like this.
    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterEqual => ordering.is_ge(),
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum LogicOp {
    And,
    Or,
}

/// Text with `{expression}` in it: a title, message or help.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Template {
    pub parts: Vec<TemplatePart>,
    /// With the quotes.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum TemplatePart {
    Text(Arc<str>),
    Expr(Expr),
}
