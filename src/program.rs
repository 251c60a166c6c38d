//! Compiled policies: the syntax tree's declarations by kind, and what the checker found out about each expression.
//!
//! Data that `check` writes and `eval` reads; neither knows the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ast::{EffectKind, Expr, ExprId, LetDecl, ParamDecl, RuleDecl, Template};
use crate::builtins::Builtin;
use crate::interval::Interval;
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;
use crate::vocabulary::Vocabulary;

/// Everything that can be judged. Declarations with errors are not in it.
#[derive(Debug, Default)]
pub struct Program {
    /// Whether policies, or parts of them, were not found or not understood: no gate opens then, as what is missing may be
    /// the rule that keeps it shut.
    pub incomplete: bool,
    /// Policies that lack something that was declared, as it has errors: what is set of that is no mistake.
    pub unsure: BTreeSet<Arc<str>>,
    pub vocabulary: Vocabulary,
    pub policies: Vec<Policy>,
    pub params: Vec<Param>,
    pub lets: Vec<Let>,
    pub gates: Vec<Gate>,
    /// By policy name, then in the order of declaration.
    pub rules: Vec<Rule>,
    /// By [`ExprId`]; none for expressions that were not understood.
    pub exprs: Vec<Option<ExprInfo>>,
    /// The workflows that `workflows` is asked about by name, with the places of these.
    pub named_workflows: Vec<(Arc<str>, Span)>,
}

impl Program {
    /// What the checker knows of an expression; none only for expressions that are not in the program.
    pub fn expr(&self, id: ExprId) -> Option<&ExprInfo> {
        self.exprs.get(id.0 as usize)?.as_ref()
    }

    /// Whether a rule or let looks at other workflows.
    pub fn reads_workflows(&self) -> bool {
        let targets = self.exprs.iter().flatten().filter_map(|info| info.target.as_ref());
        targets.into_iter().any(|target| matches!(target, Target::Workflows(_)))
    }

    /// The condition or let that a place is in. It may be broken into lines, and what a comment above it says is said of
    /// all of them.
    pub fn clause_at(&self, place: Span) -> Option<Span> {
        let of_policies = self.policies.iter().filter_map(|policy| policy.when.as_ref());
        let of_rules = self.rules.iter().flat_map(|rule| rule.decl.conditions());
        let conditions = of_policies.chain(of_rules).map(|expr| expr.span);
        let mut all = conditions.chain(self.lets.iter().map(|item| item.decl.span));
        all.find(|clause| clause.file == place.file && (clause.start..clause.end).contains(&place.start))
    }
}

/// A type and, for paths and calls, what the name stands for.
#[derive(Clone, Debug)]
pub struct ExprInfo {
    pub ty: Type,
    pub target: Option<Target>,
}

/// What a path or call refers to.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A field of the snapshot that an expression is judged at.
    Field(FieldPath),
    /// `snapshot.x`: a field of the judged snapshot.
    JudgedField(FieldPath),
    /// `workflows`: the workflows of the project, or a field of each.
    Workflows(FieldPath),
    /// A field of the element in a `where` or `by`; the innermost one is 0 levels up. An empty path is `it`.
    Element { up: usize, path: FieldPath },
    /// Index into [`Program::lets`].
    Let(usize),
    /// Index into [`Program::params`].
    Param(usize),
    /// A rung of the ladder, from 0.
    Stage(usize),
    /// A member of `one of`.
    Member(Arc<str>),
    /// The function that a call names.
    Call(&'static Builtin),
}

/// The way from a record to a field. Each step is an index into the [`crate::vocabulary::RecordType`] reached so far;
/// a step from a list goes on in each of its elements, so that the result is a list.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldPath {
    pub steps: Vec<usize>,
    /// As people write it: `outputs.edit_time`.
    pub name: Arc<str>,
}

#[derive(Clone, Debug)]
pub struct Policy {
    pub name: Arc<str>,
    pub title: Option<Template>,
    pub when: Option<Expr>,
    pub span: Span,
}

/// A param, with the value that it is declared with.
#[derive(Clone, Debug)]
pub struct Param {
    /// `policy.param`
    pub name: Arc<str>,
    pub decl: Arc<ParamDecl>,
    pub ty: Type,
    /// A number (seconds, day number), bool or text.
    pub value: ParamValue,
    /// The range that it must keep to, where it is declared.
    pub within: Option<Interval>,
    /// Where the value stands.
    pub origin: Span,
    pub uses: Uses,
}

/// Where a param is used that takes not every value of its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// As a window: whole days, more than none.
    pub window: bool,
    /// As a confidence: between 0% and 100%, neither of them.
    pub confidence: bool,
    /// As the share of a percentile: from 0% to 100%.
    pub percentile: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ParamValue {
    Value(Value),
    /// `6 months`
    Calendar(i32),
}

#[derive(Clone, Debug)]
pub struct Let {
    /// `policy.name`
    pub name: Arc<str>,
    pub decl: Arc<LetDecl>,
    pub ty: Type,
}

#[derive(Clone, Debug)]
pub struct Gate {
    /// Index into [`Program::policies`].
    pub policy: usize,
    /// Rungs, from 0.
    pub from: usize,
    pub to: usize,
    pub title: Option<Template>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Rule {
    /// `policy.rule`
    pub name: Arc<str>,
    /// Index into [`Program::policies`].
    pub policy: usize,
    /// Index into [`Program::gates`].
    pub gate: Option<usize>,
    pub decl: Arc<RuleDecl>,
    /// The effect that it is declared with.
    pub effect: EffectKind,
}
