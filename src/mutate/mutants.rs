//! The policies of a run, each time with one small mistake in one declaration.

use std::sync::Arc;

use super::expr::{Variants, could_be};
use super::step::steps;
use crate::ast::{
    Effect, EffectKind, Expr, ExprKind, File, GateDecl, GateItem, Item, LetDecl, Literal, LiteralKind,
    ParamDecl, ParamLiteral, PolicyDecl, PolicyItem, RuleBody, RuleDecl, TableEntry, TableKey,
};
use crate::program::Program;
use crate::source::{FileId, SourceMap, Span};
use crate::vocabulary::Every;

/// A policy with one mistake.
pub(super) struct Mutant {
    /// What is other than it was.
    pub(super) span: Span,
    /// «`>=` could be `>`»
    pub(super) says: String,
    /// The declaration that it is in: a rule, a let, a param, or the policy itself for its `when`.
    pub(super) decl: Span,
    /// Whether the effect is what is wrong, so that no outcome of a rule shows it.
    pub(super) is_effect: bool,
    /// Where the policy stands among the files, and what stands there now.
    at: (usize, usize),
    policy: PolicyDecl,
}

impl Mutant {
    /// The files with the mistake.
    pub(super) fn files(&self, files: &[File]) -> Vec<File> {
        let mut files = files.to_vec();
        let item = files.get_mut(self.at.0).and_then(|file| file.items.get_mut(self.at.1));
        if let Some(item) = item {
            *item = Item::Policy(self.policy.clone());
        }
        files
    }
}

/// A change of one declaration.
struct Mutation<T> {
    span: Span,
    says: String,
    is_effect: bool,
    now: T,
}

impl<T> Mutation<T> {
    fn new(span: Span, says: String, now: T) -> Self {
        Self { span, says, is_effect: false, now }
    }

    fn map<U>(self, make: impl FnOnce(T) -> U) -> Mutation<U> {
        Mutation { span: self.span, says: self.says, is_effect: self.is_effect, now: make(self.now) }
    }
}

/// Every mutant of the policies of the tested files.
pub(super) fn mutants(
    files: &[File],
    program: &Program,
    sources: &SourceMap,
    tested: &[FileId],
) -> Vec<Mutant> {
    let cadence = program.vocabulary.cadence.as_ref();
    let axis = program.vocabulary.axis();
    let ticks = cadence.map_or(axis.per_day(), |cadence| match cadence.every {
        Every::Ticks(ticks) => ticks,
        Every::Weekday => axis.per_day(),
    });
    let window_step = axis.lapse(ticks).seconds();
    let maker = Maker { program, variants: Variants { sources, window_step: &window_step } };
    let mut all = Vec::new();
    for (file_at, file) in files.iter().enumerate().filter(|(_, file)| tested.contains(&file.id)) {
        for (item_at, item) in file.items.iter().enumerate() {
            match item {
                Item::Policy(policy) => maker.policy(policy, (file_at, item_at), &mut all),
                Item::Stages(_) | Item::Snapshot(_) | Item::Test(_) | Item::Broken(_) => {}
            }
        }
    }
    all
}

struct Maker<'a> {
    program: &'a Program,
    variants: Variants<'a>,
}

impl Maker<'_> {
    fn policy(&self, policy: &PolicyDecl, at: (usize, usize), all: &mut Vec<Mutant>) {
        let mut add = |decl: Span, change: Mutation<PolicyDecl>| {
            let Mutation { span, says, is_effect, now } = change;
            all.push(Mutant { span, says, decl, is_effect, at, policy: now });
        };
        for change in self.when(policy.when.as_ref()) {
            add(policy.span, change.map(|when| PolicyDecl { when, ..policy.clone() }));
        }
        for (index, item) in policy.items.iter().enumerate() {
            let with = |item: PolicyItem| {
                let mut policy = policy.clone();
                if let Some(place) = policy.items.get_mut(index) {
                    *place = item;
                }
                policy
            };
            match item {
                PolicyItem::Param(decl) => {
                    for change in self.param(decl) {
                        add(decl.span, change.map(|now| with(PolicyItem::Param(Arc::new(now)))));
                    }
                }
                PolicyItem::Let(decl) => {
                    for change in self.let_decl(decl) {
                        add(decl.span, change.map(|now| with(PolicyItem::Let(Arc::new(now)))));
                    }
                }
                PolicyItem::Rule(decl) => {
                    for change in self.rule(decl) {
                        add(decl.span, change.map(|now| with(PolicyItem::Rule(Arc::new(now)))));
                    }
                }
                PolicyItem::Gate(gate) => {
                    for (decl, change) in self.gate(gate) {
                        add(decl, change.map(|now| with(PolicyItem::Gate(now))));
                    }
                }
                PolicyItem::Broken(_) => {}
            }
        }
    }

    fn gate(&self, gate: &GateDecl) -> Vec<(Span, Mutation<GateDecl>)> {
        let mut all = Vec::new();
        for (index, step) in gate.steps.iter().enumerate().filter(|_| gate.steps.len() > 1) {
            let others = gate.steps.iter().enumerate().filter(|(other, _)| *other != index);
            let fewer = GateDecl { steps: others.map(|(_, step)| step.clone()).collect(), ..gate.clone() };
            let says = format!("without the step `{} -> {}`", step.from.text, step.to.text);
            all.push((step.span(), Mutation::new(step.span(), says, fewer)));
        }
        for (index, item) in gate.items.iter().enumerate() {
            let with = |item: GateItem| {
                let mut gate = gate.clone();
                if let Some(place) = gate.items.get_mut(index) {
                    *place = item;
                }
                gate
            };
            match item {
                GateItem::Let(decl) => all.extend(
                    self.let_decl(decl)
                        .into_iter()
                        .map(|change| (decl.span, change.map(|now| with(GateItem::Let(Arc::new(now)))))),
                ),
                GateItem::Rule(decl) => all.extend(
                    self.rule(decl)
                        .into_iter()
                        .map(|change| (decl.span, change.map(|now| with(GateItem::Rule(Arc::new(now)))))),
                ),
                GateItem::Broken(_) => {}
            }
        }
        all
    }

    fn param(&self, decl: &ParamDecl) -> Vec<Mutation<ParamDecl>> {
        let used = self.program.params.iter().find(|param| param.decl.span == decl.span);
        let is_window = used.is_some_and(|param| param.uses.window.is_some());
        let stepped = |literal: &Literal| -> Vec<(Span, String, Literal)> {
            let written = self.variants.sources.text(literal.span);
            let next = steps(&literal.kind, written, is_window.then_some(self.variants.window_step));
            let next = next.into_iter().map(|(kind, text)| {
                let says = format!("{} by default", could_be(written, &text));
                (literal.span, says, Literal { kind, span: literal.span })
            });
            next.collect()
        };
        let with = |span, says, value| Mutation::new(span, says, ParamDecl { value, ..decl.clone() });
        let left_out = |span: Span| format!("{} could be left out by default", self.variants.quoted(span));
        let mut all = Vec::new();
        match &decl.value {
            ParamLiteral::Single(literal) => {
                let next = stepped(literal).into_iter();
                all.extend(next.map(|(span, says, value)| with(span, says, ParamLiteral::Single(value))));
            }
            ParamLiteral::Table(entries, span) => {
                for (at, entry) in entries.iter().enumerate() {
                    for (place, says, value) in stepped(&entry.value) {
                        let mut entries = entries.clone();
                        entries.splice(at..=at, [TableEntry { value, ..entry.clone() }]);
                        all.push(with(place, says, ParamLiteral::Table(entries, *span)));
                    }
                    let has_else = entries.iter().any(|entry| matches!(entry.key, TableKey::Else(_)));
                    if has_else && entry.key.name().is_some() {
                        let mut entries = entries.clone();
                        entries.splice(at..=at, []);
                        let says = left_out(entry.span);
                        all.push(with(entry.span, says, ParamLiteral::Table(entries, *span)));
                    }
                }
            }
            ParamLiteral::List(members, span) if members.len() > 1 => {
                for (at, member) in members.iter().enumerate() {
                    let mut members = members.clone();
                    members.splice(at..=at, []);
                    let says = left_out(member.span());
                    all.push(with(member.span(), says, ParamLiteral::List(members, *span)));
                }
            }
            ParamLiteral::List(..) => {}
        }
        all
    }

    fn let_decl(&self, decl: &LetDecl) -> Vec<Mutation<LetDecl>> {
        let changes = self.expr(&decl.value).into_iter();
        changes.map(|change| change.map(|value| LetDecl { value, ..decl.clone() })).collect()
    }

    fn rule(&self, decl: &RuleDecl) -> Vec<Mutation<RuleDecl>> {
        let bodies = match &decl.body {
            RuleBody::Trigger { when } => {
                let changes = self.expr(when).into_iter();
                let mut all: Vec<_> =
                    changes.map(|change| change.map(|when| RuleBody::Trigger { when })).collect();
                // Who forgets the condition has a rule that never fires.
                let never = Expr { kind: ExprKind::Literal(LiteralKind::Bool(false)), ..when.clone() };
                let says = "the rule could be left out".to_owned();
                all.push(Mutation::new(when.span, says, RuleBody::Trigger { when: never }));
                all
            }
            RuleBody::Require { when, requires } => {
                let with_when = |when| RuleBody::Require { when, requires: requires.clone() };
                let changes = self.when(when.as_ref()).into_iter();
                let mut all: Vec<_> = changes.map(|change| change.map(with_when)).collect();
                for (index, require) in requires.iter().enumerate() {
                    let with = |now: Option<Expr>| {
                        let mut requires = requires.clone();
                        requires.splice(index..=index, now);
                        RuleBody::Require { when: when.clone(), requires }
                    };
                    let changes = self.expr(require).into_iter();
                    all.extend(changes.map(|change| change.map(|now| with(Some(now)))));
                    let says = format!("`require {}` could be left out", self.variants.short(require.span));
                    all.push(Mutation::new(require.span, says, with(None)));
                }
                all
            }
        };
        let bodies = bodies.into_iter();
        let mut all: Vec<_> =
            bodies.map(|change| change.map(|body| RuleDecl { body, ..decl.clone() })).collect();
        let milder = match decl.effect.kind {
            EffectKind::Rollback => Some(EffectKind::Hold),
            EffectKind::Hold => Some(EffectKind::Warn),
            // What these do, no test can expect.
            EffectKind::Warn | EffectKind::Note => None,
        };
        if let Some(kind) = milder {
            let says = could_be(decl.effect.kind.as_str(), kind.as_str());
            let effect = Effect { kind, ..decl.effect.clone() };
            let now = RuleDecl { effect, ..decl.clone() };
            all.push(Mutation { is_effect: true, ..Mutation::new(decl.effect.span, says, now) });
        }
        all
    }

    /// A `when` that may be left out.
    fn when(&self, when: Option<&Expr>) -> Vec<Mutation<Option<Expr>>> {
        let Some(when) = when else { return Vec::new() };
        let mut all: Vec<_> = self.expr(when).into_iter().map(|change| change.map(Some)).collect();
        let says = format!("`when {}` could be left out", self.variants.short(when.span));
        all.push(Mutation::new(when.span, says, None));
        all
    }

    fn expr(&self, expr: &Expr) -> Vec<Mutation<Expr>> {
        let variants = self.variants.of(expr).into_iter();
        variants.map(|variant| Mutation::new(variant.span, variant.says, variant.expr)).collect()
    }
}
