//! Paths: what a name, with fields after it, stands for.
//!
//! The first word is looked for in the elements of the lists around it, among the lets and params of the gate and
//! policy, among the snapshot's fields, and among the policies, in that order. Where the element and something outside
//! it both have the word, that is an error. A word that is a field and also a policy is the field, unless the rest of the
//! path only makes sense in the policy.

use std::sync::Arc;

use super::Checker;
use super::date_word::{ENTERED, FIRST_SEEN, NOW, TODAY, told};
use super::errors;
use super::names::{LetState, Symbol};
use super::recursion::Needed;
use super::scope::{Element, NameScope};
use super::words::join;
use super::workflows::WORKFLOWS;
use crate::ast::{Expr, Name, ParamLiteral};
use crate::diagnostic::Diagnostic;
use crate::point::Axis;
use crate::program::{DateWord, FieldPath, Target};
use crate::types::Type;
use crate::vocabulary::RecordType;

/// What a path stands for.
#[derive(Clone)]
pub(super) struct Resolved {
    pub(super) ty: Type,
    pub(super) target: Target,
    /// Where the path leads through a list, the element of that list: what a `where` on it looks at.
    pub(super) element: Option<Type>,
    /// Whether its declaration is free of errors.
    pub(super) sound: bool,
}

pub(super) enum Lookup {
    Found(Box<Resolved>),
    /// A let that is not checked yet.
    Pending(usize),
    /// Not known, because of an error that was reported.
    Silent,
    /// A first word that is nowhere to be seen. Its message, which takes comparing it with all words that are, is made
    /// where it is said: a bare stage or member is looked up like this, too.
    Nowhere,
    /// Nothing of that name is to be seen behind the first word.
    Unknown(Box<Diagnostic>),
    Problem(Box<Diagnostic>),
}

impl Lookup {
    pub(super) fn problem(diagnostic: Diagnostic) -> Self {
        Self::Problem(Box::new(diagnostic))
    }
}

impl Checker<'_> {
    /// The type of a path as a value.
    pub(super) fn check_path(&mut self, scope: NameScope<'_>, expr: &Expr, path: &[Name]) -> Type {
        self.check_list_path(scope, expr, path).0
    }

    /// Like [`Checker::check_path`], with the element of the list that the path leads through, if it does.
    pub(super) fn check_list_path(
        &mut self,
        scope: NameScope<'_>,
        expr: &Expr,
        path: &[Name],
    ) -> (Type, Option<Type>) {
        let Some(resolved) = self.resolve(scope, path) else { return (Type::Error, None) };
        if let Type::Record(record) = &resolved.ty {
            self.report(errors::record_is_no_value(path, record));
            return (Type::Error, None);
        }
        if let Target::Table(_) = resolved.target {
            self.report(errors::table_is_no_value(&join(path), expr.span));
            return (Type::Error, None);
        }
        self.record(expr.id, &resolved.ty, Some(resolved.target));
        (resolved.ty, resolved.element)
    }

    /// What a path stands for; what is wrong with it is reported.
    pub(super) fn resolve(&mut self, scope: NameScope<'_>, path: &[Name]) -> Option<Resolved> {
        self.notice_path(scope, path);
        match self.lookup(scope, path) {
            Lookup::Found(resolved) => {
                self.mention(scope, path, &resolved.target);
                if !resolved.sound || resolved.ty == Type::Error {
                    self.tainted();
                }
                (resolved.ty != Type::Error).then_some(*resolved)
            }
            Lookup::Pending(index) => match self.looked_back_at(scope, index) {
                Some(ty) => {
                    self.mention(scope, path, &Target::Let(index));
                    ty.map(|ty| Resolved { ty, target: Target::Let(index), element: None, sound: true })
                }
                None => {
                    self.waiting.push(Needed { index, back: scope.looks_back() });
                    self.tainted();
                    None
                }
            },
            Lookup::Silent => {
                self.tainted();
                None
            }
            Lookup::Nowhere => {
                self.report_nowhere(scope, path);
                None
            }
            Lookup::Unknown(diagnostic) | Lookup::Problem(diagnostic) => {
                self.report(*diagnostic);
                None
            }
        }
    }

    /// What a path stands for.
    pub(super) fn lookup(&self, scope: NameScope<'_>, path: &[Name]) -> Lookup {
        let Some((first, rest)) = path.split_first() else { return Lookup::Silent };
        match &*first.text {
            "it" => self.lookup_it(scope, first, rest),
            "snapshot" if rest.is_empty() => Lookup::problem(errors::bare_snapshot(first)),
            "snapshot" if let Some(found) = self.lookup_entered_of_snapshot(rest) => found,
            "snapshot" => self.walk(Some(scope.policy), &self.root(), rest, path, Target::JudgedField),
            _ => self.lookup_word(scope, path, first, rest),
        }
    }

    fn root(&self) -> Type {
        Type::Record(self.ground.vocabulary.snapshot.clone())
    }

    fn lookup_it(&self, scope: NameScope<'_>, it: &Name, rest: &[Name]) -> Lookup {
        let Some((up, in_reach, element)) = scope.elements().next() else {
            return Lookup::problem(errors::no_element(it));
        };
        if !in_reach {
            return Lookup::problem(errors::out_of_reach(it));
        }
        if let Some(found) = self.lookup_told_of_element(scope, &element.ty, rest) {
            return found;
        }
        if !rest.is_empty() {
            let found =
                self.walk(Some(scope.policy), &element.ty, rest, rest, |path| Target::Element { up, path });
            return self.of_workflow(&element.ty, rest, found);
        }
        let path = FieldPath { steps: Vec::new(), name: "it".into(), computed: None, changing: false };
        let target = Target::Element { up, path };
        Lookup::Found(Box::new(Resolved { ty: element.ty.clone(), target, element: None, sound: true }))
    }

    fn lookup_word(&self, scope: NameScope<'_>, path: &[Name], first: &Name, rest: &[Name]) -> Lookup {
        let has_field = |ty: &Type| {
            let own = |record| self.computed(scope.policy, record, &first.text).is_some();
            matches!(ty, Type::Record(record) if record.field(&first.text).is_some() || own(record))
        };
        let has_name =
            |element: &Element<'_>| has_field(&element.ty) || element.keys.named(&first.text).is_some();
        let holders: Vec<_> = scope.elements().filter(|(_, _, element)| has_name(element)).collect();
        let reachable: Vec<_> = holders.iter().filter(|(_, in_reach, _)| *in_reach).collect();
        let own = self.own_symbol(scope, &first.text);
        let field = self.ground.vocabulary.snapshot.field(&first.text);
        if let Some((up, _, element)) =
            reachable.first().filter(|(.., element)| self.is_workflow(&element.ty))
        {
            // Its fields are those of the snapshot, and it is asked about.
            let found = self
                .walk(Some(scope.policy), &element.ty, path, path, |path| Target::Element { up: *up, path });
            return self.of_workflow(&element.ty, path, found);
        }
        if let Some((up, _, element)) = reachable.first() {
            let outside = match (own, field) {
                (Some(_), _) => Some(errors::Outside::Own(&self.policy_name(scope))),
                (None, Some((_, field))) if !field.gives_way() => Some(errors::Outside::Snapshot),
                // The key of a group around an aggregate gives way: an aggregate for the same group names it again.
                (None, _) => reachable
                    .iter()
                    .skip(1)
                    .any(|(_, _, element)| has_field(&element.ty))
                    .then_some(errors::Outside::Element),
            };
            return match outside {
                Some(outside) => Lookup::problem(errors::ambiguous_name(path, first, outside)),
                None if let Some((at, ty)) = element.keys.named(&first.text) => {
                    if let Some(name) = rest.first() {
                        return Lookup::problem(errors::has_no_fields(std::slice::from_ref(first), name, ty));
                    }
                    let name = first.text.clone();
                    let path = FieldPath { steps: vec![at], name, computed: None, changing: false };
                    let target = Target::Element { up: *up, path };
                    Lookup::Found(Box::new(Resolved { ty: ty.clone(), target, element: None, sound: true }))
                }
                None => self.walk(Some(scope.policy), &element.ty, path, path, |path| Target::Element {
                    up: *up,
                    path,
                }),
            };
        }
        // What stands in a `where` over `workflows` is a workflow's, and not silently the judged one's.
        if own.is_none() && holders.iter().any(|(.., element)| self.is_workflow(&element.ty)) {
            return Lookup::problem(errors::of_a_workflow_out_of_reach(first));
        }
        // `adoption` of a policy named like a field: the field first, then the policy, then what is wrong with the field.
        let in_policy = self.lookup_in_policy(first, rest);
        if let Some(symbol) = own {
            return match in_policy {
                _ if rest.is_empty() => self.symbol(symbol),
                Some(Lookup::Found(found)) => Lookup::Found(found),
                Some(Lookup::Pending(index)) => Lookup::Pending(index),
                _ if symbol == Symbol::Broken => Lookup::Silent,
                _ => Lookup::problem(errors::no_fields(first, rest)),
            };
        }
        if field.is_some() {
            let found = self.walk(Some(scope.policy), &self.root(), path, path, Target::Field);
            return match (&found, in_policy) {
                (Lookup::Unknown(_) | Lookup::Problem(_), Some(Lookup::Found(found))) => Lookup::Found(found),
                (Lookup::Unknown(_) | Lookup::Problem(_), Some(Lookup::Pending(index))) => {
                    Lookup::Pending(index)
                }
                _ => found,
            };
        }
        if let Some(found) = in_policy {
            return found;
        }
        if let Some(found) = self.word_of_the_language(scope, path, first, rest) {
            return found;
        }
        if !holders.is_empty() {
            return Lookup::problem(errors::out_of_reach(first));
        }
        self.lookup_nothing(scope, first, rest)
    }

    /// A word that means something where nothing that is declared is called so.
    fn word_of_the_language(
        &self,
        scope: NameScope<'_>,
        path: &[Name],
        first: &Name,
        rest: &[Name],
    ) -> Option<Lookup> {
        let (ty, target) = match &*first.text {
            WORKFLOWS => return Some(self.lookup_workflows(path, rest)),
            TODAY => (Type::Date, Target::Date(DateWord::Today)),
            NOW if self.ground.vocabulary.axis() == Axis::Instants => {
                (Type::Time, Target::Date(DateWord::Now))
            }
            NOW => return Some(Lookup::problem(errors::no_now(first))),
            ENTERED => return Some(self.lookup_entered(scope, first, rest)),
            FIRST_SEEN => return Some(self.lookup_first_seen(scope, first, rest)),
            _ => return None,
        };
        Some(told(ty, target, first, rest))
    }

    /// A word that is nowhere, unless what it means is lost to an error that was reported.
    fn lookup_nothing(&self, scope: NameScope<'_>, first: &Name, rest: &[Name]) -> Lookup {
        let lost = scope.elements().any(|(_, _, element)| element.ty == Type::Error)
            || self.names.broken.contains(&*first.text);
        if lost {
            return Lookup::Silent;
        }
        let policy = self.names.policies.get(scope.policy);
        let gate = scope.gate.and_then(|gate| self.names.gates.get(gate));
        let incomplete = self.ground.incomplete
            || policy.is_some_and(|policy| policy.incomplete)
            || gate.is_some_and(|gate| gate.incomplete);
        let is_rule = policy.is_some_and(|policy| policy.rules.contains(&*first.text));
        if !(incomplete || is_rule) || self.near_miss(scope, first, rest).is_some() {
            return Lookup::Nowhere;
        }
        // It may have been declared where the text could not be parsed; a near miss of another name was probably not.
        if incomplete { Lookup::Silent } else { Lookup::problem(errors::rule_is_no_value(first)) }
    }

    fn report_nowhere(&mut self, scope: NameScope<'_>, path: &[Name]) {
        let Some((first, rest)) = path.split_first() else { return };
        let suggestion = self.near_miss(scope, first, rest);
        let hint = self.bare_word_hint(first).or_else(|| self.ladder_hint(first));
        let nested = || self.nested_field(first).filter(|_| rest.is_empty());
        let suggestion = suggestion.map(|near| near.to_string()).or_else(nested);
        self.report(errors::unknown_name(first, suggestion.as_deref(), hint));
    }

    /// The word that was probably meant, if one is close.
    fn near_miss(&self, scope: NameScope<'_>, first: &Name, rest: &[Name]) -> Option<Arc<str>> {
        let visible = self.visible(scope, !rest.is_empty());
        let others = visible.iter().filter(|name| self.beside.as_ref() != Some(name));
        self.suggest(&first.text, others.map(|name| &**name)).map(Arc::from)
    }

    /// Every first word that would have been understood.
    fn visible(&self, scope: NameScope<'_>, with_policies: bool) -> Vec<Arc<str>> {
        let mut visible: Vec<Arc<str>> = Vec::new();
        let records =
            scope.elements().filter_map(|(_, in_reach, element)| as_record(&element.ty).filter(|_| in_reach));
        for record in records.chain([&self.ground.vocabulary.snapshot]) {
            visible.extend(record.fields.iter().map(|field| field.name.clone()));
        }
        let policy = self.names.policies.get(scope.policy).map(|policy| &policy.values);
        let gate = scope.gate.and_then(|gate| self.names.gates.get(gate)).map(|gate| &gate.values);
        for values in policy.into_iter().chain(gate) {
            visible.extend(values.keys().map(|name| Arc::from(*name)));
        }
        if with_policies {
            visible.extend(self.names.by_name.keys().map(|name| Arc::from(*name)));
        }
        visible.extend([WORKFLOWS, TODAY, ENTERED, FIRST_SEEN].map(Arc::from));
        let now = (self.ground.vocabulary.axis() == Axis::Instants).then(|| NOW.into());
        visible.extend(now);
        visible
    }

    fn policy_name(&self, scope: NameScope<'_>) -> Arc<str> {
        self.names
            .policies
            .get(scope.policy)
            .map_or_else(|| "".into(), |policy| policy.decl.name.text.clone())
    }

    fn own_symbol(&self, scope: NameScope<'_>, name: &str) -> Option<Symbol> {
        let gate = scope.gate.and_then(|gate| self.names.gates.get(gate));
        let in_gate = gate.and_then(|gate| gate.values.get(name));
        let in_policy = || self.names.policies.get(scope.policy)?.values.get(name);
        in_gate.or_else(in_policy).copied()
    }

    fn symbol(&self, symbol: Symbol) -> Lookup {
        let (ty, target, sound) = match symbol {
            Symbol::Broken => return Lookup::Silent,
            Symbol::Param(index) => {
                let Some(entry) = self.names.params.get(index) else { return Lookup::Silent };
                let target = match entry.decl.value {
                    ParamLiteral::Table(..) => Target::Table(index),
                    ParamLiteral::Single(_) | ParamLiteral::List(..) => Target::Param(index),
                };
                (entry.ty.clone(), target, entry.sound)
            }
            Symbol::Let(index) => {
                let Some(entry) = self.names.lets.get(index) else { return Lookup::Silent };
                match &entry.state {
                    LetState::New | LetState::Waiting => return Lookup::Pending(index),
                    LetState::Done(ty, _) => (ty.clone(), Target::Let(index), entry.sound),
                }
            }
        };
        Lookup::Found(Box::new(Resolved { ty, target, element: None, sound }))
    }

    /// `policy.name`; none where there is no such policy.
    fn lookup_in_policy(&self, first: &Name, rest: &[Name]) -> Option<Lookup> {
        let policies = self.names.by_name.get(&*first.text)?;
        let Some((name, further)) = rest.split_first() else {
            return Some(Lookup::problem(errors::policy_is_no_value(first)));
        };
        let entries = || policies.iter().filter_map(|index| self.names.policies.get(*index));
        let symbol = entries().find_map(|policy| policy.values.get(&*name.text));
        Some(match symbol {
            // Which of several policies of one name is meant is not known; that was reported.
            _ if policies.len() > 1 => Lookup::Silent,
            Some(symbol) if further.is_empty() => self.symbol(*symbol),
            Some(Symbol::Broken) => Lookup::Silent,
            Some(Symbol::Let(_) | Symbol::Param(_)) => Lookup::problem(errors::no_fields(name, further)),
            None if entries().any(|policy| policy.rules.contains(&*name.text)) => {
                Lookup::problem(errors::rule_is_no_value(name))
            }
            None => {
                let candidates = entries().flat_map(|policy| policy.values.keys().copied());
                let suggestion = self.suggest(&name.text, candidates);
                if suggestion.is_none() && entries().any(|policy| policy.incomplete) {
                    return Some(Lookup::Silent);
                }
                let in_gate = self.is_gate_let(policies, &name.text);
                let suggestion = suggestion.map(|name| format!("{}.{name}", first.text));
                Lookup::Unknown(Box::new(errors::unknown_in_policy(
                    first,
                    name,
                    suggestion.as_deref(),
                    in_gate,
                )))
            }
        })
    }

    fn is_gate_let(&self, policies: &[usize], name: &str) -> bool {
        self.names.gates.iter().any(|gate| policies.contains(&gate.policy) && gate.values.contains_key(name))
    }

    /// The way from `start` along `fields`, which are the end of `path`; with what a policy computes of elements.
    pub(super) fn walk(
        &self,
        policy: Option<usize>,
        start: &Type,
        fields: &[Name],
        path: &[Name],
        target: impl FnOnce(FieldPath) -> Target,
    ) -> Lookup {
        let mut steps = Vec::new();
        let (mut element, mut changing) = (None, false);
        let mut ty = start.clone();
        for (at, name) in fields.iter().enumerate() {
            let way = fields.get(..at).unwrap_or_default();
            if ty == Type::Error {
                return Lookup::Silent;
            }
            let record = match (as_record(&ty), as_list(&ty).map(as_record)) {
                (Some(record), _) => record.clone(),
                (None, Some(Some(_))) if element.is_some() => {
                    return Lookup::problem(errors::through_two_lists(path, way));
                }
                (None, Some(Some(record))) => {
                    element = as_list(&ty).cloned();
                    record.clone()
                }
                (None, None | Some(None)) => {
                    let error = errors::has_no_fields(way, name, &ty);
                    return Lookup::problem(match element.is_some() || as_list(&ty).is_some() {
                        true => errors::or_function_of_list(error, way, name),
                        false => error,
                    });
                }
            };
            let Some((step, field)) = record.field(&name.text) else {
                if let Some(index) = policy.and_then(|policy| self.computed(policy, &record, &name.text)) {
                    let (name, way) = (join(fields).into(), fields.get(..=at).unwrap_or_default());
                    let found = self.computed_field(index, steps, name, element, target);
                    return match (found, fields.get(at + 1)) {
                        (Lookup::Found(found), Some(further)) => {
                            Lookup::problem(errors::has_no_fields(way, further, &found.ty))
                        }
                        (found, _) => found,
                    };
                }
                let suggestion = self.suggest(&name.text, record.fields.iter().map(|field| &*field.name));
                let lost = self.ground.incomplete && suggestion.is_none();
                if lost || self.names.broken.contains(&*name.text) {
                    return Lookup::Silent;
                }
                return Lookup::Unknown(Box::new(errors::unknown_field(
                    path,
                    (way, element.is_some()),
                    name,
                    &record,
                    suggestion,
                )));
            };
            steps.push(step);
            changing |= field.changing;
            ty = field.ty.clone();
        }
        if element.is_some() {
            if as_list(&ty).is_some() {
                return Lookup::problem(errors::through_two_lists(path, fields));
            }
            if let Some(record) = as_record(&ty) {
                return Lookup::problem(errors::record_is_no_value(path, record));
            }
            if ty != Type::Error {
                ty = Type::List(Box::new(ty));
            }
        }
        if self.ground.stages_unsure && mentions_stage(&ty) {
            return Lookup::Silent;
        }
        let path = FieldPath { steps, name: join(fields).into(), computed: None, changing };
        Lookup::Found(Box::new(Resolved { ty, target: target(path), element, sound: true }))
    }
}

pub(super) fn as_record(ty: &Type) -> Option<&Arc<RecordType>> {
    if let Type::Record(record) = ty { Some(record) } else { None }
}

fn as_list(ty: &Type) -> Option<&Type> {
    if let Type::List(element) = ty { Some(element) } else { None }
}

fn mentions_stage(ty: &Type) -> bool {
    match ty {
        Type::Stage => true,
        Type::List(element) => mentions_stage(element),
        Type::Bool
        | Type::Text
        | Type::Date
        | Type::Time
        | Type::Choice(_)
        | Type::Amount(_)
        | Type::Elapsed
        | Type::Calendar
        | Type::Record(_)
        | Type::Error => false,
    }
}
