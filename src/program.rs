//! Compiled policies: the syntax tree's declarations by kind, and what the checker found out about each expression.
//!
//! Data that `check` writes and `eval` reads; neither knows the other.

mod growing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ast::{EffectKind, Expr, ExprId, LetDecl, ParamDecl, RuleDecl, Template};
use crate::builtins::Builtin;
use crate::interval::Interval;
use crate::point::Axis;
use crate::source::Span;
use crate::types::{Kind, Type};
use crate::value::Value;
use crate::vocabulary::Vocabulary;

/// Everything that can be judged. Declarations with errors are not in it.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Whether policies, or parts of them, were not found or not understood: no gate opens then, as what is missing may be
    /// the rule that keeps it shut.
    pub incomplete: bool,
    /// Policies that lack something that was declared, as it has errors: what is set of that is no mistake.
    pub unsure: BTreeSet<Arc<str>>,
    pub vocabulary: Vocabulary,
    pub policies: Vec<Policy>,
    /// The entries of tables are params of their own, set and looked up like any other.
    pub params: Vec<Param>,
    pub tables: Vec<ParamTable>,
    pub lets: Vec<Let>,
    pub gates: Vec<Gate>,
    /// By policy name, then in the order of declaration.
    pub rules: Vec<Rule>,
    /// By [`ExprId`]; none for expressions that were not understood.
    pub exprs: Vec<Option<ExprInfo>>,
    /// By place; also of declarations with errors, which are not in the program otherwise.
    pub mentions: Vec<NameMention>,
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

    /// The fields of snapshots, by their indexes, that `workflows` may be asked for; none where that may be any. Fields of other
    /// lists' elements may be counted among them.
    pub fn fields_of_workflows(&self) -> Option<BTreeSet<usize>> {
        let vocabulary = &self.vocabulary;
        let mut read: BTreeSet<usize> =
            (0..vocabulary.built_in_fields()).chain(vocabulary.retired()).collect();
        for target in self.exprs.iter().flatten().filter_map(|info| info.target.as_ref()) {
            match target {
                Target::Workflows(path) => read.extend(path.steps.first()),
                Target::Element { path, .. } if path.steps.is_empty() && path.computed.is_none() => {
                    return None;
                }
                Target::Element { path, .. } => read.extend(path.steps.first()),
                Target::Field(_)
                | Target::JudgedField(_)
                | Target::Date(_)
                | Target::Let(_)
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_) => {}
            }
        }
        Some(read)
    }

    /// The param that a name means: one of its own, or the entry of a table, as `quality.floor.critical`.
    pub fn param_named(&self, name: &str) -> Option<usize> {
        let own = self.params.iter().position(|param| *param.name == *name);
        own.or_else(|| {
            let entry = |table: &ParamTable| {
                let key = name.strip_prefix(&*table.name)?.strip_prefix('.')?;
                table.entries.get(key).copied()
            };
            self.tables.iter().find_map(entry)
        })
    }

    /// Gives a table by texts an entry for one more: what holds of it is what holds of `else`, until it is set.
    pub fn add_entry(&mut self, table: usize, key: &str) {
        let Some(table) = self.tables.get_mut(table) else { return };
        let Some(otherwise) = table.otherwise.filter(|_| !table.entries.contains_key(key)) else { return };
        let Some(of_else) = self.params.get(otherwise) else { return };
        let name = table.entry_name(key);
        table.entries.insert(key.into(), self.params.len());
        self.params.push(Param { name, follows: Some(otherwise), ..of_else.clone() });
    }

    /// What a `where` on a list looks at: its elements, or those whose field it holds. `around` are the elements of the lists
    /// around it, the innermost last.
    pub fn looked_at<'p>(&'p self, list: &Expr, around: &[Option<&'p Type>]) -> Option<&'p Type> {
        let info = self.expr(list.id)?;
        let way = match &info.target {
            Some(Target::Field(path) | Target::JudgedField(path)) => Some((&*self.vocabulary.snapshot, path)),
            Some(Target::Element { up, path }) => {
                let element = around.iter().rev().nth(*up).copied().flatten();
                element.and_then(Type::record).map(|record| (record, path))
            }
            Some(
                Target::Let(_)
                | Target::Param(_)
                | Target::Table(_)
                | Target::Workflows(_)
                | Target::Date(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_),
            )
            | None => None,
        };
        let through = way.and_then(|(start, path)| {
            let mut record = start;
            for step in &path.steps {
                let ty = &record.fields.get(*step)?.ty;
                if let Some(element) = ty.element() {
                    return Some(element);
                }
                record = ty.record()?;
            }
            None
        });
        through.or_else(|| info.ty.element()).or(Some(&info.ty))
    }

    /// The list that a let stands for, through others too, unless it looks back at itself.
    pub fn list_behind<'p>(&'p self, value: &'p Expr) -> &'p Expr {
        let Some(info) = self.expr(value.id) else { return value };
        match (&info.target, &info.ty) {
            (Some(Target::Let(index)), Type::List(_)) => match self.lets.get(*index) {
                Some(inner) if !inner.recursive => self.list_behind(&inner.decl.value),
                Some(_) | None => value,
            },
            _ => value,
        }
    }

    /// What snapshots have to record for a field that is not there: of a field of elements, their list.
    #[must_use]
    pub fn recorded_for(&self, path: &FieldPath) -> Arc<str> {
        let list = self.vocabulary.first_list(&path.steps);
        let name =
            list.map(|(steps, _)| path.name.split('.').take(steps.len()).collect::<Vec<_>>().join("."));
        name.map_or_else(|| path.recorded(), Arc::from)
    }

    /// Whether an expression is a share field of the snapshot, which may record its counts; through lets.
    pub fn is_share_field(&self, expr: &Expr) -> bool {
        let Some(info) = self.expr(expr.id) else { return false };
        match &info.target {
            Some(Target::Let(index)) => {
                let inner = self.lets.get(*index).filter(|inner| !inner.recursive);
                inner.is_some_and(|inner| self.is_share_field(&inner.decl.value))
            }
            Some(Target::Field(_) | Target::JudgedField(_)) => {
                info.ty.quantity().is_some_and(|quantity| quantity.kind == Kind::Share)
            }
            Some(
                Target::Workflows(_)
                | Target::Date(_)
                | Target::Element { .. }
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_),
            )
            | None => false,
        }
    }

    /// Whether `test` holds of everything that an expression refers to, through lets; each let is looked into once.
    pub fn every_target<'p>(
        &'p self,
        expr: &Expr,
        seen: &mut Vec<usize>,
        test: &mut dyn FnMut(&'p Target) -> bool,
    ) -> bool {
        let target = self.expr(expr.id).and_then(|info| info.target.as_ref());
        if !target.is_none_or(&mut *test) {
            return false;
        }
        if let Some(index) = target.and_then(Target::through)
            && let Some(inner) = self.lets.get(index)
            && !seen.contains(&index)
        {
            seen.push(index);
            if !self.every_target(&inner.decl.value, seen, test) {
                return false;
            }
        }
        expr.children().into_iter().all(|child| self.every_target(child, seen, test))
    }

    /// Whether an expression reads one of some params, through lets, or an entry of their table.
    pub fn reads_param(&self, expr: &Expr, params: &[usize]) -> bool {
        !self.every_target(expr, &mut Vec::new(), &mut |target| !self.is_param(target, params))
    }

    /// Whether a target is one of some params, or a table with one of them among its entries.
    pub fn is_param(&self, target: &Target, params: &[usize]) -> bool {
        match target {
            Target::Param(index) => params.contains(index),
            Target::Table(index) => {
                let table = self.tables.get(*index);
                table.is_some_and(|table| table.all().any(|entry| params.contains(&entry)))
            }
            Target::Field(_)
            | Target::JudgedField(_)
            | Target::Workflows(_)
            | Target::Date(_)
            | Target::Let(_)
            | Target::Element { .. }
            | Target::Stage(_)
            | Target::Member(_)
            | Target::Call(_) => false,
        }
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

/// A name that was understood, and the name in the declaration of what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameMention {
    pub at: Span,
    pub declared: Span,
}

/// A type and, for paths and calls, what the name stands for.
#[derive(Clone, Debug)]
pub struct ExprInfo {
    pub ty: Type,
    pub target: Option<Target>,
    /// Of an aggregate that is judged for the group around it alone: how many elements that is up.
    pub group: Option<usize>,
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
    /// A date that a word of the language stands for.
    Date(DateWord),
    /// A field of the element in a `where` or `by`; the innermost one is 0 levels up. An empty path is `it`. Of the value of a
    /// group, the only step is the place of a key.
    Element { up: usize, path: FieldPath },
    /// Index into [`Program::lets`].
    Let(usize),
    /// Index into [`Program::params`].
    Param(usize),
    /// Index into [`Program::tables`]: the entry of a key.
    Table(usize),
    /// A rung of the ladder, from 0.
    Stage(usize),
    /// A member of `one of`.
    Member(Arc<str>),
    /// The function that a call names.
    Call(&'static Builtin),
}

/// What the language itself says of a moment, a stay in a stage, or an element.
#[derive(Clone, Debug, PartialEq)]
pub enum DateWord {
    /// `today`: the day of judgement, or the one that is looked at.
    Today,
    /// `now`: the instant of judgement, or the one that is looked at.
    Now,
    /// `entered`: the date of the first snapshot of a stay in a stage.
    Entered(StayOf),
    /// `first_seen`: the date of the first snapshot that has an element's key. Its list is the way to it from the snapshot.
    FirstSeen { up: usize, list: Vec<usize> },
}

/// To whose stay in a stage something belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StayOf {
    /// The snapshot that an expression is judged at.
    Looked,
    /// The judged snapshot.
    Judged,
    /// An element of `workflows`, so many levels up.
    Workflow(usize),
}

impl Target {
    /// The let that a name stands for, or that computes it.
    pub fn through(&self) -> Option<usize> {
        match self {
            Self::Let(index) => Some(*index),
            Self::Field(path) | Self::JudgedField(path) | Self::Element { path, .. } => path.computed,
            Self::Param(_) | Self::Table(_) | Self::Workflows(_) | Self::Date(_) => None,
            Self::Stage(_) | Self::Member(_) | Self::Call(_) => None,
        }
    }
}

/// The way from a record to a field. Each step is an index into the [`crate::vocabulary::RecordType`] reached so far;
/// a step from a list goes on in each of its elements, so that the result is a list.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldPath {
    pub steps: Vec<usize>,
    /// As people write it: `outputs.edit_time`.
    pub name: Arc<str>,
    /// Of a field that a policy computes, the index into [`Program::lets`]; the steps lead to what it is computed of.
    pub computed: Option<usize>,
    /// Whether later snapshots may say something else of it.
    pub changing: bool,
}

impl FieldPath {
    /// What snapshots have to record for it: of a computed field, the list that it is computed of.
    #[must_use]
    pub fn recorded(&self) -> Arc<str> {
        match self.name.rsplit_once('.') {
            Some((list, _)) if self.computed.is_some() => Arc::from(list),
            Some(_) | None => self.name.clone(),
        }
    }
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
    /// Of an entry that its table does not declare, the one for `else`: it has that one's value until it is set itself.
    pub follows: Option<usize>,
    /// Of a list of words, the members that it may hold; all words if there are none.
    pub members: Vec<Arc<str>>,
}

/// A param with an entry for each key.
#[derive(Clone, Debug)]
pub struct ParamTable {
    /// `policy.param`
    pub name: Arc<str>,
    /// The params of its keys; of a table by texts those that are declared or set.
    pub entries: BTreeMap<Arc<str>, usize>,
    /// The param for all other keys.
    pub otherwise: Option<usize>,
    /// Whether the keys are texts, so that any text may have an entry.
    pub by_texts: bool,
}

impl ParamTable {
    /// The param that says what holds for a key.
    pub fn entry(&self, key: &str) -> Option<usize> {
        self.entries.get(key).copied().or(self.otherwise)
    }

    /// All of its params.
    pub fn all(&self) -> impl Iterator<Item = usize> {
        self.entries.values().copied().chain(self.otherwise)
    }

    /// What the param of a key is called.
    pub fn entry_name(&self, key: &str) -> Arc<str> {
        if self.by_texts { format!("{}[{key:?}]", self.name) } else { format!("{}.{key}", self.name) }.into()
    }
}

/// Where a param is used that takes not every value of its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// As a window: whole days, more than none.
    pub window: Option<Axis>,
    /// As a number of snapshots: whole, from 1.
    pub snapshots: bool,
    /// As how many a sample is drawn from: whole, from 1.
    pub population: bool,
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
    /// `[mmlu, gpqa]`
    List(Arc<[Value]>),
}

#[derive(Clone, Debug)]
pub struct Let {
    /// `policy.name`, `policy.list.name`
    pub name: Arc<str>,
    /// The elements of a list that it is computed of; none where it is judged at a snapshot.
    pub of: Option<Type>,
    pub decl: Arc<LetDecl>,
    pub ty: Type,
    /// Whether it looks back at itself, perhaps through others.
    pub recursive: bool,
}

#[derive(Clone, Debug)]
pub struct Gate {
    /// Index into [`Program::policies`].
    pub policy: usize,
    /// The rungs that each of its steps leads from and to, from 0; at least one.
    pub steps: Vec<(usize, usize)>,
    pub title: Option<Template>,
    pub span: Span,
}

impl Gate {
    /// Its steps by the names of their stages: `pilot -> expanded, expanded -> full`.
    pub fn way(&self, vocabulary: &Vocabulary) -> String {
        let stage = |rung: usize| vocabulary.stages.get(rung).map_or("", |stage| &**stage);
        let step = |(from, to): &(usize, usize)| format!("{} -> {}", stage(*from), stage(*to));
        self.steps.iter().map(step).collect::<Vec<_>>().join(", ")
    }

    /// Whether it says when a workflow may go from one rung to another.
    pub fn leads(&self, from: usize, to: usize) -> bool {
        self.steps.contains(&(from, to))
    }
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
