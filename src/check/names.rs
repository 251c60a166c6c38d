//! The names of policies and what they hold, and the clashes among them. Knows no types.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::errors;
use super::vocabulary::Ground;
use crate::ast::{
    File, GateDecl, GateItem, Item, LetDecl, Name, ParamDecl, PolicyDecl, PolicyItem, RuleDecl,
};
use crate::diagnostic::Diagnostic;
use crate::evidence::Truth;
use crate::interval::Interval;
use crate::program::Uses;
use crate::settings::BUILT_IN_POLICIES;
use crate::source::Span;
use crate::types::Type;
use crate::vocabulary::RecordType;

/// Everything that policies declare, policies by name and the rest in the order of policies and declarations.
#[derive(Default)]
pub(super) struct Names<'a> {
    pub(super) policies: Vec<PolicyEntry<'a>>,
    pub(super) gates: Vec<GateEntry<'a>>,
    pub(super) params: Vec<NamedParam<'a>>,
    pub(super) lets: Vec<LetEntry<'a>>,
    /// Indices of the lets that are computed fields.
    pub(super) computed: Vec<usize>,
    pub(super) rules: Vec<NamedRule<'a>>,
    /// The policies of a name: several where there is a clash.
    pub(super) by_name: BTreeMap<&'a str, Vec<usize>>,
    /// Names of policies that could not be parsed.
    pub(super) broken: BTreeSet<&'a str>,
}

pub(super) struct PolicyEntry<'a> {
    pub(super) decl: &'a PolicyDecl,
    pub(super) values: BTreeMap<&'a str, Symbol>,
    pub(super) rules: BTreeSet<&'a str>,
    /// Something in it could not be parsed, not even its name.
    pub(super) incomplete: bool,
    /// No other policy has its name.
    pub(super) unique: bool,
    pub(super) title_is_sound: bool,
    /// Whether its `when` is sound: else nobody knows whether its standing rules apply.
    pub(super) when_is_sound: bool,
}

pub(super) struct GateEntry<'a> {
    pub(super) decl: &'a GateDecl,
    pub(super) policy: usize,
    pub(super) values: BTreeMap<&'a str, Symbol>,
    pub(super) incomplete: bool,
    /// From and to, where both are stages.
    /// Of each of its steps; none where one is not understood.
    pub(super) rungs: Option<Vec<(usize, usize)>>,
    pub(super) sound: bool,
}

pub(super) struct NamedParam<'a> {
    pub(super) decl: &'a Arc<ParamDecl>,
    pub(super) policy: usize,
    pub(super) ty: Type,
    pub(super) within: Option<Interval>,
    pub(super) uses: Uses,
    /// The members that a table is asked for by, or that a list of words is held against.
    pub(super) members: BTreeSet<Arc<str>>,
    /// Whether a table is asked for by a text.
    pub(super) by_text: bool,
    pub(super) sound: bool,
}

pub(super) struct LetEntry<'a> {
    /// The elements that it is computed of; none where it is no computed field, or where there is no such list.
    pub(super) of: Option<Arc<RecordType>>,
    pub(super) decl: &'a Arc<LetDecl>,
    pub(super) policy: usize,
    pub(super) gate: Option<usize>,
    pub(super) state: LetState,
    pub(super) sound: bool,
    /// Levels of its expression, with those of the lets that it uses.
    pub(super) height: usize,
}

/// How far the check of a let has come.
pub(super) enum LetState {
    New,
    /// Waits for another let.
    Waiting,
    Done(Type, Truth),
}

pub(super) struct NamedRule<'a> {
    pub(super) decl: &'a Arc<RuleDecl>,
    pub(super) policy: usize,
    pub(super) gate: Option<usize>,
    pub(super) sound: bool,
}

/// What a name stands for in a policy or gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    /// Index into the lets.
    Let(usize),
    /// Index into the params.
    Param(usize),
    /// Declared with an error that was reported.
    Broken,
}

/// The places of each name among what is being collected.
type Places<'a> = BTreeMap<&'a str, Vec<(Symbol, &'a Name)>>;

impl<'a> Names<'a> {
    /// Collects all names.
    pub(super) fn of(files: &'a [File], ground: &Ground) -> (Self, Vec<Diagnostic>) {
        let mut names = Self::default();
        let mut diagnostics = Vec::new();
        let mut decls: Vec<&PolicyDecl> = Vec::new();
        for item in files.iter().flat_map(|file| &file.items) {
            match item {
                Item::Policy(decl) => decls.push(decl),
                Item::Broken(Some(name)) => {
                    names.broken.insert(&name.text);
                }
                Item::Stages(_) | Item::Snapshot(_) | Item::Test(_) | Item::Broken(None) => {}
            }
        }
        decls.sort_by(|a, b| a.name.text.cmp(&b.name.text).then(a.name.span.cmp(&b.name.span)));
        for decl in decls {
            names.add_policy(decl, &mut diagnostics);
        }
        names.find_policy_clashes(&mut diagnostics);
        names.find_field_clashes(ground, &mut diagnostics);
        (names, diagnostics)
    }

    fn add_policy(&mut self, decl: &'a PolicyDecl, diagnostics: &mut Vec<Diagnostic>) {
        if BUILT_IN_POLICIES.contains(&&*decl.name.text) {
            diagnostics.push(errors::built_in_policy(&decl.name));
        }
        let policy = self.policies.len();
        self.by_name.entry(&decl.name.text).or_default().push(policy);
        let mut values = Places::new();
        let mut rules: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut broken = BTreeSet::new();
        let mut incomplete = false;
        let mut gate_values = Vec::new();
        for item in &decl.items {
            match item {
                PolicyItem::Param(decl) => {
                    let symbol = Symbol::Param(self.params.len());
                    values.entry(&decl.name.text).or_default().push((symbol, &decl.name));
                    self.params.push(NamedParam {
                        decl,
                        policy,
                        ty: Type::Error,
                        within: None,
                        uses: Uses::default(),
                        members: BTreeSet::new(),
                        by_text: false,
                        sound: true,
                    });
                }
                PolicyItem::Let(decl) => self.add_let(decl, policy, None, &mut values),
                PolicyItem::Rule(decl) => self.add_rule(decl, policy, None, &mut rules),
                PolicyItem::Gate(decl) => gate_values.push(self.add_gate(decl, policy, &mut rules)),
                PolicyItem::Broken(Some(name)) => {
                    broken.insert(&*name.text);
                }
                PolicyItem::Broken(None) => incomplete = true,
            }
        }
        self.find_gate_clashes(&values, gate_values, &broken, diagnostics);
        self.find_rule_clashes(&rules, diagnostics);
        let values = self.settle(values, &broken, diagnostics);
        let rules = rules.into_keys().collect();
        self.policies.push(PolicyEntry {
            decl,
            values,
            rules,
            incomplete,
            unique: true,
            title_is_sound: true,
            when_is_sound: true,
        });
    }

    fn add_gate(
        &mut self,
        decl: &'a GateDecl,
        policy: usize,
        rules: &mut BTreeMap<&'a str, Vec<usize>>,
    ) -> (usize, Places<'a>) {
        let gate = self.gates.len();
        let mut values = Places::new();
        let mut own = BTreeMap::new();
        let mut incomplete = false;
        for item in &decl.items {
            match item {
                GateItem::Let(decl) => self.add_let(decl, policy, Some(gate), &mut values),
                GateItem::Rule(decl) => self.add_rule(decl, policy, Some(gate), rules),
                GateItem::Broken(Some(name)) => {
                    own.insert(&*name.text, Symbol::Broken);
                }
                GateItem::Broken(None) => incomplete = true,
            }
        }
        self.gates.push(GateEntry { decl, policy, values: own, incomplete, rungs: None, sound: true });
        (gate, values)
    }

    fn add_let(
        &mut self,
        decl: &'a Arc<LetDecl>,
        policy: usize,
        gate: Option<usize>,
        values: &mut Places<'a>,
    ) {
        if decl.of.is_empty() {
            let symbol = Symbol::Let(self.lets.len());
            values.entry(&decl.name.text).or_default().push((symbol, &decl.name));
        } else {
            self.computed.push(self.lets.len());
        }
        let state = LetState::New;
        self.lets.push(LetEntry { of: None, decl, policy, gate, state, sound: true, height: 0 });
    }

    fn add_rule(
        &mut self,
        decl: &'a Arc<RuleDecl>,
        policy: usize,
        gate: Option<usize>,
        rules: &mut BTreeMap<&'a str, Vec<usize>>,
    ) {
        rules.entry(&decl.name.text).or_default().push(self.rules.len());
        self.rules.push(NamedRule { decl, policy, gate, sound: true });
    }

    /// Each name's one meaning; names with several are reported.
    fn settle(
        &mut self,
        places: Places<'a>,
        broken: &BTreeSet<&'a str>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> BTreeMap<&'a str, Symbol> {
        let mut settled: BTreeMap<_, _> = broken.iter().map(|name| (*name, Symbol::Broken)).collect();
        for (text, found) in places {
            let symbol = match found.as_slice() {
                [(symbol, _)] if !broken.contains(text) => *symbol,
                [_] | [] => Symbol::Broken,
                several => {
                    let places: Vec<_> = several.iter().map(|(_, name)| *name).collect();
                    diagnostics.push(errors::duplicate("let or param", &places));
                    several.iter().for_each(|(symbol, _)| self.mark_unsound(*symbol));
                    Symbol::Broken
                }
            };
            settled.insert(text, symbol);
        }
        settled
    }

    fn mark_unsound(&mut self, symbol: Symbol) {
        match symbol {
            Symbol::Let(index) => {
                if let Some(entry) = self.lets.get_mut(index) {
                    entry.sound = false;
                }
            }
            Symbol::Param(index) => {
                if let Some(entry) = self.params.get_mut(index) {
                    entry.sound = false;
                }
            }
            Symbol::Broken => {}
        }
    }

    fn find_rule_clashes(&mut self, rules: &BTreeMap<&str, Vec<usize>>, diagnostics: &mut Vec<Diagnostic>) {
        for indices in rules.values().filter(|indices| indices.len() > 1) {
            let mut places = Vec::new();
            for index in indices {
                if let Some(rule) = self.rules.get_mut(*index) {
                    rule.sound = false;
                    places.push(&rule.decl.name);
                }
            }
            diagnostics.push(errors::duplicate("rule", &places));
        }
    }

    /// The lets of a gate share the namespace of its policy, though they are not seen outside it.
    fn find_gate_clashes(
        &mut self,
        policy: &Places<'a>,
        gates: Vec<(usize, Places<'a>)>,
        broken: &BTreeSet<&'a str>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for (gate, mut values) in gates {
            for (text, places) in &mut values {
                if let Some((_, outside)) = policy.get(text).and_then(|places| places.first())
                    && let [(symbol, inside)] = places.as_slice()
                {
                    diagnostics.push(errors::duplicate("let or param", &[outside, inside]));
                    self.mark_unsound(*symbol);
                }
            }
            let settled = self.settle(values, &BTreeSet::new(), diagnostics);
            let Some(entry) = self.gates.get_mut(gate) else { continue };
            for (text, symbol) in settled {
                let clashes = policy.contains_key(text) || broken.contains(text);
                entry.values.entry(text).or_insert(if clashes { Symbol::Broken } else { symbol });
            }
        }
    }

    fn find_policy_clashes(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        for indices in self.by_name.values().filter(|indices| indices.len() > 1) {
            let mut places = Vec::new();
            for index in indices {
                if let Some(policy) = self.policies.get_mut(*index) {
                    policy.unique = false;
                    places.push(&policy.decl.name);
                }
            }
            diagnostics.push(errors::duplicate("policy", &places));
        }
    }

    /// A let or param may not hide a field of the snapshot: nobody could tell which one a bare name means.
    fn find_field_clashes(&mut self, ground: &Ground, diagnostics: &mut Vec<Diagnostic>) {
        let mut hides_field = |what: &str, name: &Name| {
            let field = ground.vocabulary.snapshot.field(&name.text).filter(|(_, field)| !field.gives_way());
            if let Some((_, field)) = field {
                diagnostics.push(errors::hides_field(what, name, field));
            }
            field.is_none()
        };
        for entry in self.lets.iter_mut().filter(|entry| entry.decl.of.is_empty()) {
            entry.sound &= hides_field("let", &entry.decl.name);
        }
        for entry in &mut self.params {
            entry.sound &= hides_field("param", &entry.decl.name);
        }
        self.find_dotted_clashes(&ground.vocabulary.snapshot, diagnostics);
    }

    /// `quality.light` may not be a field of the record `quality` and also a let or param of the policy `quality`: who
    /// declares the one would change what the other means to rules that are written already.
    fn find_dotted_clashes(&self, record: &RecordType, diagnostics: &mut Vec<Diagnostic>) {
        for field in &record.fields {
            let Some(inner) = field.ty.element().unwrap_or(&field.ty).record() else { continue };
            self.find_dotted_clashes(inner, diagnostics);
            let policies = self.by_name.get(&*field.name).into_iter().flatten();
            for policy in policies.filter_map(|policy| self.policies.get(*policy)) {
                for own in inner.fields.iter().filter(|own| policy.values.contains_key(&*own.name)) {
                    diagnostics.push(errors::two_meanings(&field.name, own, self.place(policy, &own.name)));
                }
            }
        }
    }

    /// Where a policy declares a let or a param.
    fn place(&self, policy: &PolicyEntry<'_>, name: &str) -> Span {
        let symbol = policy.values.get(name);
        let decl = symbol.and_then(|symbol| match symbol {
            Symbol::Let(index) => self.lets.get(*index).map(|entry| entry.decl.name.span),
            Symbol::Param(index) => self.params.get(*index).map(|entry| entry.decl.name.span),
            Symbol::Broken => None,
        });
        decl.unwrap_or(policy.decl.name.span)
    }
}
