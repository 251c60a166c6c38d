//! The thresholds of rules that stop a rollout: at which values of which expression, and where else nothing is asked.

use std::collections::{BTreeMap, BTreeSet};

use super::LintedPolicies;
use super::sample::{SampleBound, SignedCondition};
use super::solve::{holds, values};
use dashu_base::Abs;

use crate::ast::{CompareOp, EffectKind, Expr, ExprKind, RuleBody};
use crate::program::ParamValue;
use crate::program::{Rule, Target};
use crate::settings::show_value;
use crate::types::{Kind, Type};
use crate::value::{Number, Value};
use crate::vocabulary::Vocabulary;

/// Of more thresholds on one expression the first are compared with each other.
const MAX_ALIKE: usize = 100;

/// A rule stops the rollout where this bound is so, in some stages, as long as the rest is so.
#[derive(Clone, Debug)]
pub(super) struct RuleThreshold<'a> {
    pub(super) index: usize,
    pub(super) rule: &'a Rule,
    pub(super) effect: EffectKind,
    pub(super) stops: SampleBound<'a>,
    rest: BTreeSet<String>,
    /// For each stage whether the rule is judged there; of a gate, that which it leads out of.
    stages: Vec<bool>,
}

impl<'a> RuleThreshold<'a> {
    pub(super) fn stops_at(&self, value: &Value) -> bool {
        holds(self.stops.op, value, &Value::Number(self.stops.number.clone()))
    }

    /// The value that is nearest to what it is set to.
    pub(super) fn nearest<'v>(&self, values: impl Iterator<Item = &'v Value>) -> Option<&'v Value> {
        values.min_by_key(|value| {
            value.number().map_or(Number::ZERO, |number| (number - &self.stops.number).abs())
        })
    }

    /// Whether low values stop.
    pub(super) fn is_low(&self) -> bool {
        matches!(self.stops.op, CompareOp::Less | CompareOp::LessEqual)
    }

    /// Whether this one asks for nothing else than the other does.
    pub(super) fn asks_no_more_than(&self, other: &Self) -> bool {
        self.rest.is_subset(&other.rest)
    }

    pub(super) fn asks_nothing_else(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether there is a stage in which both are judged.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.stages.iter().zip(&other.stages).any(|(a, b)| *a && *b)
    }

    pub(super) fn is_judged_in(&self, stage: usize) -> bool {
        self.stages.get(stage).is_some_and(|judged| *judged)
    }

    /// What it does.
    pub(super) fn verb(&self) -> &'static str {
        match self.effect {
            EffectKind::Rollback => "rolls back",
            EffectKind::Hold | EffectKind::Warn | EffectKind::Note => "holds",
        }
    }
}

impl<'a> LintedPolicies<'a> {
    /// The thresholds of all rules that hold or roll back, by the expression that they are on.
    pub(super) fn thresholds(&self) -> Vec<Vec<RuleThreshold<'a>>> {
        let mut by_form: BTreeMap<String, Vec<RuleThreshold<'a>>> = BTreeMap::new();
        for (index, rule, effect) in self.rules().filter(|(_, _, effect)| *effect >= EffectKind::Hold) {
            for (form, threshold) in self.thresholds_of(index, rule, effect) {
                let alike = by_form.entry(form).or_default();
                if alike.len() < MAX_ALIKE {
                    alike.push(threshold);
                }
            }
        }
        by_form.into_values().filter(|alike| alike.len() > 1).collect()
    }

    fn thresholds_of(
        &self,
        index: usize,
        rule: &'a Rule,
        effect: EffectKind,
    ) -> Vec<(String, RuleThreshold<'a>)> {
        let policy = self.program.policies.get(rule.policy).filter(|_| rule.gate.is_none());
        let policy_when = policy.and_then(|policy| policy.when.as_ref());
        let (rule_when, ways) = match &rule.decl.body {
            RuleBody::Trigger { when } => (None, vec![self.stop(&self.literals(when, true))]),
            RuleBody::Require { when, requires } => {
                let asked = requires.iter().flat_map(|expr| self.literals(expr, true));
                (when.as_ref(), asked.flat_map(|literal| self.failures(literal)).collect())
            }
        };
        let given = policy_when.into_iter().chain(rule_when).flat_map(|when| self.literals(when, true));
        let given: Vec<Stop<'a>> = self.stop(&given.collect::<Vec<_>>());
        let mut found = Vec::new();
        for way in ways {
            for (at, part) in way.iter().enumerate() {
                let Stop::Bound(bound) = part else { continue };
                let others = way.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
                let all: Vec<&Stop<'a>> = others.chain(&given).collect();
                let (Some(rest), Some(form)) = (self.rest(&all), self.form_of(bound)) else { continue };
                let stages = self.stages_of(rule, &all);
                found.push((form, RuleThreshold { index, rule, effect, stops: bound.clone(), rest, stages }));
            }
        }
        found
    }

    /// Each way in which a requirement can fail, as what is all so then.
    fn failures(&self, literal: SignedCondition<'a>) -> Vec<Vec<Stop<'a>>> {
        if matches!(literal.0.kind, ExprKind::In { .. }) {
            return self.bounds(literal).into_iter().map(|bound| self.stop_at(bound.negated())).collect();
        }
        vec![self.stop(&self.literals(literal.0, !literal.1))]
    }

    fn stop_at(&self, bound: SampleBound<'a>) -> Vec<Stop<'a>> {
        vec![Stop::Bound(bound)]
    }

    fn stop(&self, literals: &[SignedCondition<'a>]) -> Vec<Stop<'a>> {
        let one = |literal: &SignedCondition<'a>| {
            let bounds: Vec<_> =
                self.bounds(*literal).into_iter().filter(|bound| self.is_ordered(bound)).collect();
            match bounds.is_empty() {
                true => vec![Stop::Other(*literal)],
                false => bounds.into_iter().map(Stop::Bound).collect(),
            }
        };
        literals.iter().flat_map(one).collect()
    }

    /// Whether it bounds a number from one side; what is said of stages is looked at otherwise.
    fn is_ordered(&self, bound: &SampleBound<'a>) -> bool {
        let is_stage = self.program.expr(bound.of.id).is_some_and(|info| info.ty == Type::Stage);
        !is_stage && !matches!(bound.op, CompareOp::Equal | CompareOp::NotEqual)
    }

    fn form_of(&self, bound: &SampleBound<'a>) -> Option<String> {
        Some(self.form(bound.of)? + if bound.calendar { " in months" } else { "" })
    }

    /// What is asked besides, but for stages; none where it is too much to be compared.
    fn rest(&self, all: &[&Stop<'a>]) -> Option<BTreeSet<String>> {
        let others = all.iter().filter(|stop| self.stage_test(stop).is_none());
        let text = |stop: &&Stop<'a>| match stop {
            Stop::Bound(bound) => Some(format!("{} {:?} {}", self.form_of(bound)?, bound.op, bound.number)),
            Stop::Other((expr, yes)) => Some(format!("{yes} {}", self.form(expr)?)),
        };
        others.map(text).collect()
    }

    fn stages_of(&self, rule: &Rule, all: &[&Stop<'a>]) -> Vec<bool> {
        let count = self.program.vocabulary.stages.len().max(1);
        let gate = rule.gate.and_then(|gate| self.program.gates.get(gate));
        let judged = |rung: usize| {
            let value = Value::Number(rung.into());
            let mut tests = all.iter().filter_map(|stop| self.stage_test(stop));
            gate.is_none_or(|gate| gate.steps.iter().any(|(from, _)| *from == rung))
                && tests.all(|bound| holds(bound.op, &value, &Value::Number(bound.number)))
        };
        (0..count).map(judged).collect()
    }

    /// What is said of the stage of the snapshot that is judged.
    fn stage_test(&self, stop: &Stop<'a>) -> Option<SampleBound<'a>> {
        let Stop::Other(literal) = stop else { return None };
        let bound = self.bounds(*literal).into_iter().next()?;
        let Some(Target::Field(path)) = self.target(bound.of) else { return None };
        (path.steps == [Vocabulary::STAGE] && !self.program.vocabulary.stages.is_empty()).then_some(bound)
    }

    /// Values of the expression that some thresholds are on, one for each way in which it compares with them.
    pub(super) fn values_of(&self, thresholds: &[&RuleThreshold<'a>]) -> Vec<Value> {
        let Some(first) = thresholds.first() else { return Vec::new() };
        let domain = self.domain(first.stops.of);
        values(domain, thresholds.iter().map(|one| Value::Number(one.stops.number.clone())).collect())
    }

    /// A value of a bound's expression, as people read it.
    pub(super) fn shown(&self, bound: &SampleBound<'_>, value: &Value) -> String {
        let Value::Number(number) = value else { return String::new() };
        self.shown_number(bound.of, bound.calendar, number)
    }

    fn shown_number(&self, of: &Expr, calendar: bool, number: &Number) -> String {
        let ty = self.program.expr(of.id).map_or(&Type::Error, |info| &info.ty);
        if calendar {
            let months = i32::try_from(number.floor()).unwrap_or(i32::MAX);
            return show_value(&Type::Calendar, &ParamValue::Calendar(months));
        }
        match ty {
            Type::Elapsed => Kind::Duration.show(number),
            other => show_value(other, &ParamValue::Value(Value::Number(number.clone()))),
        }
    }

    /// An expression as it is written, if it is short.
    pub(super) fn written(&self, expr: &Expr) -> String {
        let text = self.sources.one_line(expr.span);
        if text.chars().count() <= 40 { format!("`{text}`") } else { "the value".to_owned() }
    }
}

/// A part of what is so where a rule stops.
#[derive(Clone, Debug)]
enum Stop<'a> {
    Bound(SampleBound<'a>),
    Other(SignedCondition<'a>),
}
