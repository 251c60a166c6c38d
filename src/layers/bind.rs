//! What configurations name, found in the policies, and their values typed by them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::errors;
use crate::ast::{CadenceDecl, EffectKind, EveryDecl, ListMember, Literal, LiteralKind, Name};
use crate::check::{Unfit, check_cadence, list_for_param, value_for_param, value_of_type};
use crate::config::{Block, CadenceEntry, Config, Glob, ParamEntry, RuleEntry, Setting, WrittenValue};
use crate::diagnostic::Diagnostic;
use crate::interval::Interval;
use crate::parse::parse_literal;
use crate::program::{Param, ParamValue, Program};
use crate::settings::{BUILT_IN, rule_names};
use crate::source::Span;
use crate::types::{Kind, Type};
use crate::value::{Date, Number};
use crate::vocabulary::Cadence;

/// Beyond these many problems nobody reads suggestions, and they cost.
pub(super) const MAX_SUGGESTIONS: usize = 100;

/// What one file says of all workflows, or one override of some.
pub(super) struct BoundBlock<'c> {
    /// Which file: 0 is the farthest base.
    pub(super) layer: usize,
    /// None for all.
    pub(super) workflows: Option<&'c [Setting<Glob>]>,
    pub(super) params: Vec<BoundParam<'c>>,
    pub(super) rules: Vec<BoundRule<'c>>,
    pub(super) cadence: Option<Cadence>,
}

impl BoundBlock<'_> {
    /// What it says of whom, on one line.
    pub(super) fn shown(&self) -> String {
        let globs = self.workflows.unwrap_or_default().iter().map(|glob| glob.value.as_str());
        let mut said = globs.collect::<Vec<_>>().join(", ") + ":";
        let from = |day: Option<Date>| day.map(|day| format!(" from {day}")).unwrap_or_default();
        for BoundParam { entry, .. } in &self.params {
            let value =
                entry.value.as_ref().map(|value| format!(" {}", value.value.shown())).unwrap_or_default();
            let within = entry
                .within
                .as_ref()
                .map(|within| format!(" within {} to {}", within.value.0, within.value.1));
            let locked = if entry.locked.is_some() { " locked" } else { "" };
            let from = from(entry.from);
            said += &format!(" {}{value}{}{locked}{from}", entry.name.value, within.unwrap_or_default());
        }
        for BoundRule { entry, .. } in &self.rules {
            let effect = entry.effect.as_ref().map(|effect| effect.value.map_or("off", EffectKind::as_str));
            let locked = if entry.locked.is_some() { " locked" } else { "" };
            let from = from(entry.from);
            said += &format!(" {} {}{locked}{from}", entry.name.value, effect.unwrap_or_default());
        }
        said += &self.cadence.as_ref().map(|cadence| format!(" cadence {cadence}")).unwrap_or_default();
        said
    }

    pub(super) fn fits(&self, workflow: &str) -> bool {
        self.workflows.is_some_and(|globs| globs.iter().any(|glob| glob.value.matches(workflow)))
    }
}

pub(super) struct BoundParam<'c> {
    /// Into [`Program::params`].
    pub(super) index: usize,
    /// Which file: 0 is the farthest base.
    pub(super) layer: usize,
    /// Its block, by the order in which these count.
    pub(super) block: usize,
    pub(super) entry: &'c ParamEntry,
    pub(super) value: Option<(ParamValue, Span)>,
    pub(super) within: Option<(Interval, Span)>,
}

impl BoundParam<'_> {
    /// Where it says what it sets.
    pub(super) fn place(&self) -> Span {
        self.value.as_ref().map_or(self.entry.name.span, |(_, span)| *span)
    }
}

pub(super) struct BoundRule<'c> {
    /// Into the rules of the settings.
    pub(super) index: usize,
    /// Which file: 0 is the farthest base.
    pub(super) layer: usize,
    /// Its block, by the order in which these count.
    pub(super) block: usize,
    pub(super) entry: &'c RuleEntry,
}

impl BoundRule<'_> {
    /// Where it says what it sets.
    pub(super) fn place(&self) -> Span {
        self.entry.effect.as_ref().map_or(self.entry.name.span, |effect| effect.span)
    }
}

/// Binds a stack, in the order in which its blocks count.
pub(super) fn bind<'c>(program: &Program, stack: &'c [Config]) -> (Vec<BoundBlock<'c>>, Vec<Diagnostic>) {
    let mut binder = Binder {
        program,
        params: names_of(program),
        rules: rule_names(program).collect(),
        diagnostics: Vec::new(),
    };
    let layers = || stack.iter().enumerate();
    let all = layers().map(|(layer, config)| (layer, None, &config.block));
    let some = layers()
        .flat_map(|(layer, config)| config.overrides.iter().map(move |set| (layer, Some(set), &set.block)));
    let blocks = all.chain(some).enumerate().map(|(at, (layer, set, block))| BoundBlock {
        layer,
        workflows: set.map(|set| set.workflows.as_slice()),
        params: binder.params_of(block, (layer, at)),
        rules: block.rules.iter().filter_map(|entry| binder.rule(entry, (layer, at))).collect(),
        cadence: set.and_then(|set| binder.cadence(set.cadence.as_ref()?)),
    });
    (blocks.collect(), binder.diagnostics)
}

/// Every name of a param: of entries of tables both `quality.floor["a b"]` and `quality.floor.a b`.
fn names_of(program: &Program) -> BTreeMap<Arc<str>, usize> {
    let own = program.params.iter().enumerate().map(|(at, param)| (param.name.clone(), at));
    let mut names: BTreeMap<Arc<str>, usize> = own.collect();
    for table in &program.tables {
        for (key, at) in &table.entries {
            names.entry(format!("{}.{key}", table.name).into()).or_insert(*at);
        }
    }
    names
}

/// Gives tables by texts an entry for each text that a configuration sets.
pub(super) fn admit(program: &mut Program, stack: &[Config]) {
    let blocks = stack.iter().flat_map(|config| {
        std::iter::once(&config.block).chain(config.overrides.iter().map(|set| &set.block))
    });
    let known = names_of(program);
    for entry in
        blocks.flat_map(|block| &block.params).filter(|entry| !known.contains_key(&*entry.name.value))
    {
        let named = program.tables.iter().enumerate().filter(|(_, table)| table.by_texts);
        let mut found = named.filter_map(|(at, table)| {
            let rest = entry.name.value.strip_prefix(&*table.name)?;
            let quoted = || match parse_literal(rest.strip_prefix('[')?.strip_suffix(']')?)? {
                LiteralKind::Text(text) => Some(text.to_string()),
                LiteralKind::Number(_)
                | LiteralKind::Share(_)
                | LiteralKind::Unit(..)
                | LiteralKind::Duration(_)
                | LiteralKind::Calendar(_)
                | LiteralKind::Date(_)
                | LiteralKind::Time(_)
                | LiteralKind::Bool(_) => None,
            };
            // Behind a dot YAML takes quotes for a part of the key.
            let plain = rest.strip_prefix('.').filter(|_| entry.entry_of.is_some() || !is_quoted(rest));
            Some((at, plain.map(str::to_owned).or_else(quoted)?))
        });
        if let Some((table, key)) = found.next() {
            program.add_entry(table, &key);
        }
    }
}

struct Binder<'p> {
    program: &'p Program,
    params: BTreeMap<Arc<str>, usize>,
    rules: Vec<&'p str>,
    diagnostics: Vec<Diagnostic>,
}

impl Binder<'_> {
    /// What a block says of params: of each in one place.
    fn params_of<'c>(&mut self, block: &'c Block, place: (usize, usize)) -> Vec<BoundParam<'c>> {
        let mut bound: Vec<BoundParam<'c>> = Vec::new();
        // By the param and the first day.
        let mut seen: BTreeMap<(usize, Option<Date>), Span> = BTreeMap::new();
        for entry in &block.params {
            let Some(set) = self.param(entry, place) else { continue };
            match seen.get(&(set.index, entry.from)) {
                Some(first) => {
                    let name = self.program.params.get(set.index).map_or("", |param| &*param.name);
                    self.diagnostics.push(errors::set_twice(name, *first, entry.name.span));
                }
                None => {
                    seen.insert((set.index, entry.from), entry.name.span);
                    bound.push(set);
                }
            }
        }
        bound
    }

    fn param<'c>(&mut self, entry: &'c ParamEntry, (layer, block): (usize, usize)) -> Option<BoundParam<'c>> {
        let found = self.params.get(&*entry.name.value).copied();
        let Some((index, param)) = found.and_then(|at| Some((at, self.program.params.get(at)?))) else {
            self.unknown_param(entry);
            return None;
        };
        let mut sound = true;
        let mut or_report = |result: Result<_, Diagnostic>| match result {
            Ok(value) => Some(value),
            Err(problem) => {
                self.diagnostics.push(problem);
                sound = false;
                None
            }
        };
        let value = entry.value.as_ref().and_then(|text| or_report(value(param, text)));
        let mut within = None;
        if let Some(text) = &entry.within {
            match range(param, text) {
                Ok(range) => within = Some((range, text.span)),
                Err(problem) => {
                    self.diagnostics.push(problem);
                    sound = false;
                }
            }
        }
        sound.then_some(BoundParam { index, layer, block, entry, value, within })
    }

    fn rule<'c>(&mut self, entry: &'c RuleEntry, (layer, block): (usize, usize)) -> Option<BoundRule<'c>> {
        let index = self.rules.iter().position(|name| *name == entry.name.value);
        if index.is_none() {
            self.unknown("rule", &entry.name, &self.rules.clone());
        }
        let is_check = BUILT_IN.iter().any(|rule| rule.only_notes() && *rule.name == *entry.name.value);
        if let Some(effect) =
            entry.effect.as_ref().filter(|set| is_check && set.value > Some(EffectKind::Note))
        {
            self.diagnostics.push(errors::only_notes(&entry.name.value, effect.span));
            return None;
        }
        Some(BoundRule { index: index?, layer, block, entry })
    }

    fn cadence(&mut self, entry: &CadenceEntry) -> Option<Cadence> {
        if self.program.vocabulary.cadence.is_none() {
            if !self.program.incomplete {
                self.diagnostics.push(errors::no_cadence(entry.span));
            }
            return None;
        }
        let length = |written: &Setting<String>| {
            let text = || LiteralKind::Text(written.value.as_str().into());
            Literal { kind: parse_literal(&written.value).unwrap_or_else(text), span: written.span }
        };
        let every = match &*entry.every.value {
            "weekday" => EveryDecl::Weekday(entry.every.span),
            _ => EveryDecl::Length(length(&entry.every)),
        };
        let decl = CadenceDecl { every, grace: entry.grace.as_ref().map(length), span: entry.span };
        check_cadence(&decl, self.program.vocabulary.axis(), &mut self.diagnostics)
    }

    fn unknown_param(&mut self, entry: &ParamEntry) {
        let Program { params, tables, .. } = self.program;
        if let Some(table) = tables.iter().find(|table| *table.name == *entry.name.value) {
            let example = table.all().next().and_then(|at| params.get(at)).map_or("", |param| &*param.name);
            self.diagnostics.push(errors::is_table(&entry.name, example));
            return;
        }
        let owner =
            entry.entry_of.as_ref().and_then(|owner| params.iter().find(|param| *param.name == **owner));
        if let Some(owner) = owner {
            self.diagnostics.push(errors::no_such_key(owner, &entry.name));
            return;
        }
        let quoted = tables.iter().filter(|table| table.by_texts).find_map(|table| {
            let rest = entry.name.value.strip_prefix(&*table.name).filter(|rest| is_quoted(rest))?;
            Some((table, rest.trim_start_matches('.')))
        });
        if let Some((table, key)) = quoted {
            self.diagnostics.push(errors::quoted_key(&entry.name, &table.name, key));
            return;
        }
        let names: Vec<&str> = params.iter().map(|param| &*param.name).collect();
        self.unknown("param", &entry.name, &names);
    }

    fn unknown(&mut self, what: &str, name: &Setting<String>, names: &[&str]) {
        if is_excused(self.program, &name.value) {
            return;
        }
        let names = if self.diagnostics.len() < MAX_SUGGESTIONS { names } else { &[] };
        self.diagnostics.push(errors::unknown(what, name, names));
    }
}

/// Whether what follows the name of a table is a dot and a key in quotes.
fn is_quoted(rest: &str) -> bool {
    rest.strip_prefix('.').is_some_and(|key| key.starts_with(['"', '\'']))
}

/// Whether a name may be declared in what was not understood of the policies, so that its error is not the name's.
pub(super) fn is_excused(program: &Program, name: &str) -> bool {
    let policy = name.split_once('.').map_or(name, |(policy, _)| policy);
    program.unsure.contains(policy)
        || program.incomplete && !program.policies.iter().any(|known| *known.name == *policy)
}

fn value(param: &Param, written: &Setting<WrittenValue>) -> Result<(ParamValue, Span), Diagnostic> {
    let (fitted, text) = match &written.value {
        WrittenValue::Single(text) => {
            (value_of_text(param, text), Setting { value: text.clone(), span: written.span })
        }
        WrittenValue::List(texts) => {
            let members: Vec<ListMember> = texts.iter().map(|text| list_member(param, text)).collect();
            match list_for_param(param, &members) {
                Ok(value) => (Ok(value), Setting { value: String::new(), span: written.span }),
                Err((unfit, at)) => {
                    let whole = || Setting { value: written.value.shown(), span: written.span };
                    let is_list = param.ty.element().is_some();
                    (Err(unfit), texts.get(at).filter(|_| is_list).cloned().unwrap_or_else(whole))
                }
            }
        }
    };
    match fitted {
        Ok(value) => Ok((value, text.span)),
        Err(Unfit::Range) => Err(errors::outside_declared(param, &text)),
        Err(
            unfit @ (Unfit::Type
            | Unfit::Window(_)
            | Unfit::Snapshots
            | Unfit::Population
            | Unfit::Confidence
            | Unfit::Percentile
            | Unfit::Member
            | Unfit::Twice),
        ) => Err(errors::unfit(param, unfit, &text.value, text.span)),
    }
}

/// A text as a value of a param.
pub(super) fn value_of_text(param: &Param, text: &str) -> Result<ParamValue, Unfit> {
    literal(&param.ty, text).map_or(Err(Unfit::Type), |literal| value_for_param(param, &literal))
}

/// A text as a member of a list: a word where the list holds words.
fn list_member(param: &Param, text: &Setting<String>) -> ListMember {
    let word = || ListMember::Word(Name { text: text.value.as_str().into(), span: text.span });
    match param.ty.element() {
        Some(inner) if !matches!(inner, Type::Choice(_)) => match literal(inner, &text.value) {
            Some(kind) => ListMember::Literal(Literal { kind, span: text.span }),
            None => word(),
        },
        Some(_) | None => word(),
    }
}

fn range(param: &Param, text: &Setting<(String, String)>) -> Result<Interval, Diagnostic> {
    let inner = param.ty.element().unwrap_or(&param.ty);
    if matches!(inner, Type::Bool | Type::Text | Type::Choice(_)) {
        return Err(errors::no_range(param, text.span));
    }
    let end = |written: &str| {
        let literal = literal(inner, written);
        let value = literal.as_ref().and_then(|literal| value_of_type(param, literal).ok());
        value
            .as_ref()
            .and_then(super::number_of)
            .ok_or_else(|| errors::unfit(param, Unfit::Type, written, text.span))
    };
    let (low, high) = (end(&text.value.0)?, end(&text.value.1)?);
    if low > high {
        return Err(errors::reversed(param, text.span));
    }
    let range = Interval::new(low, high);
    match &param.within {
        Some(declared) if !declared.covers(&range) => Err(errors::widened(
            param,
            text.span,
            declared,
            param.decl.within.as_ref().map_or(param.decl.span, |within| within.span),
        )),
        Some(_) | None => Ok(range),
    }
}

/// A text as a literal of a type: as in a policy, and as in a snapshot, where an amount needs no unit and a text no quotes.
fn literal(ty: &Type, text: &str) -> Option<LiteralKind> {
    if *ty == Type::Text {
        return Some(LiteralKind::Text(text.into()));
    }
    let bare = |number: &Number| match ty.quantity().map(|quantity| &quantity.kind) {
        Some(Kind::Unit(unit)) => {
            Some(LiteralKind::Unit(number.clone(), Name { text: unit.clone(), span: Span::default() }))
        }
        Some(Kind::Count | Kind::Number | Kind::Share | Kind::Duration | Kind::Bare | Kind::Ratio) | None => {
            None
        }
    };
    let literal = parse_literal(text)?;
    match &literal {
        LiteralKind::Number(number) => Some(bare(number).unwrap_or(literal)),
        LiteralKind::Share(_)
        | LiteralKind::Unit(..)
        | LiteralKind::Duration(_)
        | LiteralKind::Calendar(_)
        | LiteralKind::Date(_)
        | LiteralKind::Time(_)
        | LiteralKind::Text(_)
        | LiteralKind::Bool(_) => Some(literal),
    }
}
