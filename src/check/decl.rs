//! Params, policies, gates and rules.

use std::collections::BTreeMap;

use super::Checker;
use super::errors;
use super::literal::{bound_of_param, is_bare_share, literal_number, literal_type};
use super::names::{NamedParam, NamedRule};
use super::scope::NameScope;
use crate::ast::{
    EffectKind, GateItem, GateStep, LiteralKind, Name, ParamDecl, ParamLiteral, RangeDecl, RuleBody,
    RuleDecl, Undecided, UndecidedKind,
};
use crate::evidence::Truth;
use crate::interval::Interval;
use crate::types::{Kind, Quantity, Type};

impl Checker<'_> {
    /// Checks every param.
    pub(super) fn check_params(&mut self) {
        for index in 0..self.names.params.len() {
            let Some(NamedParam { decl, policy, .. }) = self.names.params.get(index) else { continue };
            let (decl, name) = (*decl, self.qualified(*policy, &decl.name.text));
            let (mut ty, mut within) = (Type::Error, None);
            let sound = self.is_sound(|checker| (ty, within) = checker.check_param_decl(decl));
            if let Some(entry) = self.names.params.get_mut(index) {
                if let (Type::Amount(quantity), Some(range)) = (&mut ty, self.in_force.get(&name)) {
                    quantity.range = range.clone();
                }
                if let (Type::Amount(quantity), None, ParamLiteral::Table(..)) =
                    (&mut ty, &within, &decl.value)
                {
                    // What is in force of the entries; they are named after their table.
                    let own = |known: &str| {
                        known.strip_prefix(&*name).is_some_and(|rest| rest.starts_with(['.', '[']))
                    };
                    let set = self.in_force.iter().filter(|(known, _)| own(known));
                    quantity.range = set.fold(quantity.range.clone(), |range, (_, other)| range.hull(other));
                }
                entry.ty = ty;
                entry.within = within;
                entry.sound &= sound;
            }
        }
    }

    /// The type of a param, and the declared range, in seconds, day numbers or months.
    fn check_param_decl(&mut self, decl: &ParamDecl) -> (Type, Option<Interval>) {
        let values = decl.value.literals();
        let unknown = values.iter().filter(|value| !self.check_unit(&value.kind)).count();
        if unknown > 0 {
            return (Type::Error, None);
        }
        let ty = match &decl.value {
            ParamLiteral::Single(_) => self.one_type(decl),
            ParamLiteral::Table(entries, span) => self.check_table(decl, entries, *span),
            ParamLiteral::List(members, span) => self.check_list_decl(decl, members, *span),
        };
        let Some(range) = &decl.within else { return (self.listed(decl, ty), None) };
        if matches!(ty, Type::Bool | Type::Text | Type::Choice(_)) {
            self.report(errors::no_range(range, "a param of this type"));
            return (self.listed(decl, ty), None);
        }
        if ty == Type::Error {
            return (ty, None);
        }
        let mut ty = ty;
        let Some(within) = self.check_within(&ty, range) else { return (ty, None) };
        for value in values {
            if literal_number(&value.kind).is_some_and(|number| !within.contains(&number)) {
                self.report(errors::param_outside(decl, value, range));
            }
        }
        if let Type::Amount(quantity) = &mut ty {
            quantity.range = within.clone();
        }
        (self.listed(decl, ty), Some(within))
    }

    /// The one type of all values of a param. A bare number beside shares is a share.
    pub(super) fn one_type(&mut self, decl: &ParamDecl) -> Type {
        let values = decl.value.literals();
        let bounds = decl.within.iter().flat_map(|range| [&range.low, &range.high]);
        let shares =
            values.iter().copied().chain(bounds).any(|value| matches!(value.kind, LiteralKind::Share(_)));
        let mut found: Option<Type> = None;
        for value in values {
            let mut ty = literal_type(&value.kind);
            if let Type::Amount(Quantity { kind: kind @ Kind::Number, .. }) = &mut ty
                && shares
            {
                if let LiteralKind::Number(number) = &value.kind
                    && !is_bare_share(number)
                {
                    self.report(errors::bare_share(value.span, number));
                    return Type::Error;
                }
                *kind = Kind::Share;
            }
            let both = match (&found, &ty) {
                (None, _) => ty,
                (Some(Type::Amount(a)), Type::Amount(b)) if a.kind == b.kind => {
                    Type::Amount(Quantity { kind: a.kind.clone(), range: a.range.hull(&b.range) })
                }
                (Some(known), ty) if known == ty => ty.clone(),
                (Some(known), ty) => {
                    self.report(errors::several_types(decl, value, known, ty));
                    return Type::Error;
                }
            };
            found = Some(both);
        }
        found.unwrap_or(Type::Error)
    }

    /// The type of a param whose values are of a type: of a list, that of all of them.
    fn listed(&self, decl: &ParamDecl, ty: Type) -> Type {
        match decl.value {
            ParamLiteral::List(..) if ty != Type::Error => Type::List(Box::new(ty)),
            ParamLiteral::List(..) | ParamLiteral::Single(_) | ParamLiteral::Table(..) => ty,
        }
    }

    fn check_within(&mut self, ty: &Type, range: &RangeDecl) -> Option<Interval> {
        let mut bound = |bound| match bound_of_param(ty, bound) {
            Ok(number) => Some(number),
            Err(diagnostic) => {
                self.report(*diagnostic);
                None
            }
        };
        let (low, high) = (bound(&range.low), bound(&range.high));
        let (low, high) = (low?, high?);
        if low > high {
            self.report(errors::reversed_range(range));
            return None;
        }
        Some(Interval::new(low, high))
    }

    /// Checks every policy with its gates, then every rule.
    pub(super) fn check_policies(&mut self) {
        for index in 0..self.names.policies.len() {
            self.check_policy_decl(index);
        }
        for index in 0..self.names.gates.len() {
            self.check_gate_decl(index);
        }
        self.find_repeated_gates();
        for index in 0..self.names.rules.len() {
            let Some(NamedRule { decl, policy, gate, .. }) = self.names.rules.get(index) else { continue };
            let (decl, scope) = (*decl, NameScope::of(*policy, *gate));
            let sound = self.is_sound(|checker| checker.check_rule_decl(scope, decl));
            if sound {
                self.warn_if_it_never_fails(decl);
            }
            if let Some(entry) = self.names.rules.get_mut(index) {
                entry.sound &= sound;
            }
        }
    }

    fn check_policy_decl(&mut self, index: usize) {
        let Some(entry) = self.names.policies.get(index) else { return };
        let decl = entry.decl;
        let scope = NameScope::of(index, None);
        let mut title_is_sound = true;
        if let Some(title) = &decl.title {
            title_is_sound = self.is_sound(|checker| checker.check_template(scope, title));
        }
        let mut when_is_sound = true;
        if let Some(when) = &decl.when {
            when_is_sound = self.is_sound(|checker| {
                checker.check_condition(scope, when, "write a condition after `when`");
            });
        }
        if let Some(entry) = self.names.policies.get_mut(index) {
            entry.title_is_sound = title_is_sound;
            entry.when_is_sound = when_is_sound;
        }
    }

    fn check_gate_decl(&mut self, index: usize) {
        let Some(entry) = self.names.gates.get(index) else { return };
        let (decl, scope) = (entry.decl, NameScope::of(entry.policy, Some(index)));
        let mut rungs = None;
        let sound = self.is_sound(|checker| {
            let steps: Vec<_> =
                decl.steps.iter().map(|step| checker.check_rungs(&step.from, &step.to)).collect();
            rungs = steps.into_iter().collect();
            decl.title.iter().for_each(|title| checker.check_template(scope, title));
            // The parser has reported it, but a gate without rules would let everybody pass.
            if !decl.items.iter().any(|item| matches!(item, GateItem::Rule(_))) {
                checker.tainted();
            }
        });
        if let Some(entry) = self.names.gates.get_mut(index) {
            entry.rungs = rungs;
            entry.sound &= sound;
        }
    }

    /// The rungs that a gate leads from and to: neighbours on the ladder.
    fn check_rungs(&mut self, from: &Name, to: &Name) -> Option<(usize, usize)> {
        let ground = &self.ground;
        let stages = ground.vocabulary.stages.clone();
        if ground.stages_unsure || ground.incomplete && stages.is_empty() {
            self.tainted();
            return None;
        }
        if stages.is_empty() {
            self.report(errors::no_stages(from.span.to(to.span), "a gate"));
            return None;
        }
        let mut rung = |name: &Name, other: &Name| {
            let rung = self.ground.vocabulary.rung(&name.text);
            if rung.is_none() {
                self.report_unknown_stage(name, Some(other));
            }
            rung
        };
        let (low, high) = (rung(from, to), rung(to, from));
        let (low, high) = (low?, high?);
        if high != low + 1 {
            self.report(errors::no_step(from, to, (low, high), &stages));
        }
        Some((low, high))
    }

    /// Two policies may both add to a gate; within one, its rules belong together.
    fn find_repeated_gates(&mut self) {
        let mut steps: BTreeMap<_, Vec<(usize, &GateStep)>> = BTreeMap::new();
        for (index, entry) in self.names.gates.iter().enumerate() {
            for (rungs, step) in entry.rungs.iter().flatten().zip(&entry.decl.steps) {
                steps.entry((entry.policy, *rungs)).or_default().push((index, step));
            }
        }
        for repeated in steps.into_values().filter(|steps| steps.len() > 1) {
            for (index, _) in &repeated {
                if let Some(entry) = self.names.gates.get_mut(*index) {
                    entry.sound = false;
                }
            }
            let all: Vec<&GateStep> = repeated.into_iter().map(|(_, step)| step).collect();
            self.report(errors::repeated_gate(&all));
        }
    }

    fn check_rule_decl(&mut self, scope: NameScope<'_>, decl: &RuleDecl) {
        let templates = decl.title.iter().chain(&decl.effect.message).chain(&decl.help);
        templates.for_each(|template| self.check_template(scope, template));
        match &decl.body {
            RuleBody::Require { when, requires } => {
                if let Some(when) = when {
                    self.check_condition(scope, when, "write a condition after `when`");
                }
                for require in requires {
                    self.check_condition(scope, require, "write a condition after `require`");
                }
            }
            RuleBody::Trigger { when } => {
                self.check_condition(scope, when, "write a condition after `when`");
            }
        }
        if let Some(undecided) = &decl.undecided
            && is_harsher(undecided, decl.effect.kind)
        {
            self.report(errors::harsher_undecided(undecided, decl.effect.kind, decl.effect.span));
        }
    }

    fn warn_if_it_never_fails(&mut self, decl: &RuleDecl) {
        let may_fail = match &decl.body {
            RuleBody::Require { when, requires } => {
                when.as_ref().is_none_or(|when| self.possible(when) != Truth::No)
                    && requires.iter().any(|require| self.possible(require) != Truth::Yes)
            }
            RuleBody::Trigger { when } => self.possible(when) != Truth::No,
        };
        if !may_fail {
            self.report(errors::never_fails(decl));
        }
    }
}

fn is_harsher(undecided: &Undecided, effect: EffectKind) -> bool {
    match undecided.kind {
        UndecidedKind::Pass => false,
        UndecidedKind::Warn => effect < EffectKind::Warn,
        UndecidedKind::Hold => effect < EffectKind::Hold,
    }
}
