//! The compiled program: what is sound, with the indices among it put right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Checker;
use super::literal::{list_value, param_value};
use super::names::{LetState, NamedParam, NamedRule, PolicyEntry};
use super::sort;
use crate::ast::{GateItem, ParamLiteral, PolicyDecl, PolicyItem, TableKey};
use crate::diagnostic::Diagnostic;
use crate::program::{ExprInfo, Gate, Let, Param, ParamTable, ParamValue, Policy, Program, Rule, Target};
use crate::source::Span;
use crate::types::Type;

/// The new index of each old one; none for what is left out.
type Renumbering = Vec<Option<usize>>;

impl Checker<'_> {
    /// Puts the program together, and the diagnostics in order.
    pub(super) fn finish(mut self) -> (Program, Vec<Diagnostic>) {
        sort(&mut self.diagnostics);
        let policies = renumber(self.names.policies.iter().map(|entry| entry.unique));
        let is_in = |policy: usize| has(&policies, policy);
        let gates = renumber(self.names.gates.iter().map(|gate| gate.sound && is_in(gate.policy)));
        let is_table = |param: &NamedParam<'_>| matches!(param.decl.value, ParamLiteral::Table(..));
        let kept_params = |tables: bool| {
            let all = self.names.params.iter();
            renumber(all.map(|param| param.sound && is_in(param.policy) && is_table(param) == tables))
        };
        let (params, tables) = (kept_params(false), kept_params(true));
        let is_open =
            |policy, gate: Option<usize>| is_in(policy) && gate.is_none_or(|gate| has(&gates, gate));
        let lets =
            renumber(self.names.lets.iter().map(|entry| entry.sound && is_open(entry.policy, entry.gate)));
        let is_judged = |rule: &NamedRule<'_>| {
            let standing = rule.gate.is_none();
            let applies = self.names.policies.get(rule.policy).is_some_and(|policy| policy.when_is_sound);
            rule.sound && is_open(rule.policy, rule.gate) && (applies || !standing)
        };
        let mut program = Program::default();
        for entry in kept(&self.names.policies, &policies) {
            program.policies.push(Policy {
                name: entry.decl.name.text.clone(),
                title: entry.decl.title.clone().filter(|_| entry.title_is_sound),
                when: entry.decl.when.clone().filter(|_| entry.when_is_sound),
                span: entry.decl.span,
            });
        }
        for entry in kept(&self.names.params, &params) {
            let value = match &entry.decl.value {
                ParamLiteral::Single(literal) => param_value(&literal.kind),
                ParamLiteral::List(members, _) => list_value(members),
                ParamLiteral::Table(..) => continue,
            };
            let name = self.qualified(entry.policy, &entry.decl.name.text);
            program.params.push(param(entry, name, value, entry.decl.value.span()));
        }
        for entry in kept(&self.names.params, &tables) {
            self.add_table(entry, &mut program);
        }
        let recursive = self.recursive_lets();
        let indices: Vec<usize> = (0..self.names.lets.len()).collect();
        for (entry, index) in kept(&self.names.lets, &lets).zip(kept(&indices, &lets)) {
            let ty = match &entry.state {
                LetState::Done(ty, _) => ty.clone(),
                LetState::New | LetState::Waiting => Type::Error,
            };
            let own = entry.decl.of.iter().chain([&entry.decl.name]).map(|name| &*name.text);
            let name = self.qualified(entry.policy, &own.collect::<Vec<_>>().join("."));
            let of = entry.of.clone().map(Type::Record);
            let recursive = recursive.contains(index);
            program.lets.push(Let { name, of, decl: entry.decl.clone(), ty, recursive });
        }
        for entry in kept(&self.names.gates, &gates) {
            let (Some(policy), Some(steps)) = (new(&policies, entry.policy), entry.rungs.clone()) else {
                continue;
            };
            let (title, span) = (entry.decl.title.clone(), entry.decl.span);
            program.gates.push(Gate { policy, steps, title, span });
        }
        for entry in self.names.rules.iter().filter(|rule| is_judged(rule)) {
            let Some(policy) = new(&policies, entry.policy) else { continue };
            program.rules.push(Rule {
                name: self.qualified(entry.policy, &entry.decl.name.text),
                policy,
                gate: entry.gate.and_then(|gate| new(&gates, gate)),
                decl: entry.decl.clone(),
                effect: entry.decl.effect.kind,
            });
        }
        renumber_targets(&mut self.exprs, &lets, &params, &tables);
        program.unsure = self.unsure(is_judged);
        program.vocabulary = self.ground.vocabulary;
        program.exprs = self.exprs;
        self.mentions.sort_unstable();
        self.mentions.dedup();
        program.mentions = self.mentions;
        let named = std::mem::take(&mut self.named_workflows).into_iter();
        program.named_workflows = named.map(|(place, name)| (name, place)).collect();
        (program, self.diagnostics)
    }

    /// A table, and a param for each of its entries: those that it declares, and those that it is asked for besides.
    fn add_table(&self, entry: &NamedParam<'_>, program: &mut Program) {
        let ParamLiteral::Table(entries, _) = &entry.decl.value else { return };
        let has_texts = entries.iter().any(|own| matches!(own.key, TableKey::Text(_)));
        let mut table = ParamTable {
            name: self.qualified(entry.policy, &entry.decl.name.text),
            entries: BTreeMap::new(),
            otherwise: None,
            by_texts: has_texts || entry.by_text,
        };
        for own in entries {
            let at = program.params.len();
            let name = match own.key.name() {
                Some(key) => {
                    table.entries.insert(key.text.clone(), at);
                    table.entry_name(&key.text)
                }
                None => {
                    table.otherwise = Some(at);
                    format!("{}.else", table.name).into()
                }
            };
            program.params.push(param(entry, name, param_value(&own.value.kind), own.value.span));
        }
        let index = program.tables.len();
        program.tables.push(table);
        entry.members.iter().for_each(|member| program.add_entry(index, member));
    }

    /// The names of policies of which something is left out, or was not understood.
    fn unsure(&self, is_judged: impl Fn(&NamedRule<'_>) -> bool) -> BTreeSet<Arc<str>> {
        let is_left_out = |policy: usize, entry: &PolicyEntry<'_>| {
            !entry.unique
                || has_broken(entry.decl)
                || self.names.params.iter().any(|param| param.policy == policy && !param.sound)
                || self.names.rules.iter().any(|rule| rule.policy == policy && !is_judged(rule))
        };
        let policies = self.names.policies.iter().enumerate();
        let unsure = policies.filter(|(policy, entry)| is_left_out(*policy, entry));
        let broken = self.names.broken.iter().map(|name| Arc::from(*name));
        unsure.map(|(_, entry)| entry.decl.name.text.clone()).chain(broken).collect()
    }

    pub(super) fn qualified(&self, policy: usize, name: &str) -> Arc<str> {
        let policy = self.names.policies.get(policy).map_or("", |policy| &policy.decl.name.text);
        format!("{policy}.{name}").into()
    }
}

fn param(entry: &NamedParam<'_>, name: Arc<str>, value: ParamValue, origin: Span) -> Param {
    let is_list = matches!(entry.decl.value, ParamLiteral::List(..));
    Param {
        name,
        decl: entry.decl.clone(),
        ty: entry.ty.clone(),
        value,
        within: entry.within.clone(),
        origin,
        uses: entry.uses,
        follows: None,
        members: if is_list { entry.members.iter().cloned().collect() } else { Vec::new() },
    }
}

/// Whether something in a policy could not be parsed.
fn has_broken(decl: &PolicyDecl) -> bool {
    decl.items.iter().any(|item| match item {
        PolicyItem::Broken(_) => true,
        PolicyItem::Gate(gate) => gate.items.iter().any(|item| matches!(item, GateItem::Broken(_))),
        PolicyItem::Param(_) | PolicyItem::Let(_) | PolicyItem::Rule(_) => false,
    })
}

/// Puts right what paths refer to; one that refers to what is left out is left out too.
fn renumber_targets(
    exprs: &mut [Option<ExprInfo>],
    lets: &Renumbering,
    params: &Renumbering,
    tables: &Renumbering,
) {
    for entry in exprs {
        let Some(info) = entry else { continue };
        let left_out = match &mut info.target {
            Some(Target::Let(index)) => !move_to(index, lets),
            Some(Target::Param(index)) => !move_to(index, params),
            Some(Target::Table(index)) => !move_to(index, tables),
            Some(Target::Field(path) | Target::JudgedField(path) | Target::Element { path, .. }) => {
                path.computed.as_mut().is_some_and(|index| !move_to(index, lets))
            }
            Some(
                Target::Workflows(_)
                | Target::Date(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_),
            )
            | None => false,
        };
        if left_out {
            *entry = None;
        }
    }
}

fn renumber(keep: impl Iterator<Item = bool>) -> Renumbering {
    let mut next = 0;
    let number = |keep: bool| {
        keep.then(|| {
            next += 1;
            next - 1
        })
    };
    keep.map(number).collect()
}

fn new(renumbering: &Renumbering, old: usize) -> Option<usize> {
    *renumbering.get(old)?
}

fn has(renumbering: &Renumbering, old: usize) -> bool {
    new(renumbering, old).is_some()
}

fn kept<'t, T>(all: &'t [T], renumbering: &'t Renumbering) -> impl Iterator<Item = &'t T> {
    all.iter().zip(renumbering).filter(|(_, new)| new.is_some()).map(|(entry, _)| entry)
}

fn move_to(index: &mut usize, renumbering: &Renumbering) -> bool {
    match new(renumbering, *index) {
        Some(new) => {
            *index = new;
            true
        }
        None => false,
    }
}
