//! What the expressions of a program are worth for a workflow, whatever came of its rules: for editors.
//!
//! Looked at when the workflow was judged, with a budget of its own: no verdict depends on it, and what would take more is not
//! found out.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::budget::Budget;
use super::explain::find;
use super::observe::operands;
use super::{Evaluator, Moment, Rulebook, Scope};
use crate::ast::{Expr, ExprKind, ParamLiteral, RuleBody};
use crate::evidence::{ReasonKind, Truth};
use crate::point::Point;
use crate::program::{ParamValue, Rule};
use crate::report::Outcome;
use crate::report::why::{Figure, Reading, RuleVerdict, Worth};
use crate::settings::show_value;
use crate::source::Span;
use crate::types::Type;
use crate::value::{Located, Snapshot, Value};
use crate::vocabulary::RecordType;

/// What was seen for a workflow.
#[derive(Debug, Default)]
pub struct WorkflowSeen {
    /// What conditions and lets look at, by the end of the line of the policy that they end on.
    pub lines: BTreeMap<Span, LineSeen>,
    /// The values of fields, params and lets, by the name in their declaration.
    pub declared: BTreeMap<Span, Reading>,
}

/// What the condition that tells most on a line looks at.
#[derive(Clone, Debug)]
pub struct LineSeen {
    /// How badly its rule came out, then how much it had to do with that.
    pub weight: (u8, u8),
    /// The expressions, each with its value.
    pub shown: Vec<(Span, Reading)>,
    /// Whether other conditions end on the same line.
    pub several: bool,
}

/// What an expression is worth.
#[derive(Debug)]
pub struct Valued {
    pub reading: Reading,
    /// Why no more is known of it.
    pub because: Vec<ReasonKind>,
    /// Whether it takes more steps than judging a workflow may.
    pub is_too_much: bool,
}

/// Looks at everything that was judged of a workflow. `rules` are its verdicts.
pub fn look_around(
    rulebook: &Rulebook<'_>,
    snapshots: &[Snapshot],
    as_of: Point,
    rules: &[RuleVerdict],
) -> WorkflowSeen {
    let mut evaluator = Evaluator::new(rulebook, snapshots);
    evaluator.budget = Rc::new(Budget::for_checks());
    evaluator.explains = false;
    let newest = snapshots.len().saturating_sub(1);
    let mut around = LookAround { moment: Moment::on(as_of, newest, newest), seen: WorkflowSeen::default() };
    let mut outcomes: BTreeMap<Span, (bool, u8, Outcome)> = BTreeMap::new();
    for verdict in rules {
        let Some(declared) = verdict.declared else { continue };
        let own = (verdict.enforced, verdict.outcome.severity(), verdict.outcome);
        let known = outcomes.entry(declared).or_insert(own);
        if (known.0, known.1) < (own.0, own.1) {
            *known = own;
        }
    }
    around.fields(&evaluator, snapshots);
    around.params(&evaluator);
    around.lets(&evaluator);
    let mut policies = BTreeSet::new();
    for rule in &rulebook.program.rules {
        let outcome = outcomes.get(&rule.decl.name.span).map(|(.., outcome)| *outcome);
        match outcome {
            Some(Outcome::Off) | None => {}
            Some(outcome) => around.rule(&evaluator, rule, outcome, policies.insert(rule.policy)),
        }
    }
    around.seen
}

/// Whether a let is one of a policy.
fn of_policy(name: &str, policy: &str) -> bool {
    name.strip_prefix(policy).is_some_and(|rest| rest.starts_with('.'))
}

/// What an expression outside of any `where` is worth on the newest of some snapshots, as of a day.
pub fn value_of<'a>(
    rulebook: &Rulebook<'a>,
    snapshots: &'a [Snapshot],
    as_of: Point,
    expr: &'a Expr,
) -> Valued {
    let evaluator = Evaluator::new(rulebook, snapshots);
    let newest = snapshots.len().saturating_sub(1);
    let scope = Scope::at(Moment::on(as_of, newest, newest));
    let because = evaluator.eval(expr, scope).reasons().first.into_iter().map(|reason| reason.kind);
    let reading = evaluator.reading(expr, scope, 0, None);
    Valued { because: because.collect(), reading, is_too_much: evaluator.budget.is_spent() }
}

struct LookAround {
    /// The newest snapshot, on the day of judgement.
    moment: Moment,
    seen: WorkflowSeen,
}

impl LookAround {
    /// The conditions of a rule, as it was judged; those of its policy only where these are `new`.
    fn rule<'a>(&mut self, evaluator: &Evaluator<'a>, rule: &'a Rule, outcome: Outcome, new: bool) {
        let Some(judging) = evaluator.judging_as_of(rule, self.moment.day) else { return };
        let asked = evaluator.as_asked(rule, judging.moment, judging.made);
        let evaluator = asked.as_ref().unwrap_or(evaluator);
        let scope = Scope::at(judging.moment);
        let policy = evaluator.program.policies.get(rule.policy).filter(|_| rule.gate.is_none());
        if let Some(when) = policy.and_then(|policy| policy.when.as_ref()) {
            if new {
                self.condition(evaluator, when, scope, 0);
            }
            if evaluator.truth(when, scope) == Truth::No {
                return;
            }
        }
        let weight = outcome.severity();
        match &rule.decl.body {
            RuleBody::Trigger { when } => self.look(evaluator, (when, false), scope, weight),
            RuleBody::Require { when, requires } => {
                when.iter().for_each(|when| self.condition(evaluator, when, scope, weight));
                if outcome.is_judged() {
                    requires.iter().for_each(|expr| self.condition(evaluator, expr, scope, weight));
                }
            }
        }
    }

    fn condition<'a>(&mut self, evaluator: &Evaluator<'a>, expr: &'a Expr, scope: Scope<'_, 'a>, weight: u8) {
        self.look(evaluator, (expr, true), scope, weight);
    }

    /// Looks at what a condition joins, down to what it compares. With it stands what it should be.
    fn look<'a>(
        &mut self,
        evaluator: &Evaluator<'a>,
        (expr, wanted): (&'a Expr, bool),
        scope: Scope<'_, 'a>,
        weight: u8,
    ) {
        let parts = operands(expr);
        if parts.is_empty() {
            return self.leaf(evaluator, (expr, wanted), scope, weight);
        }
        let wanted = wanted != matches!(expr.kind, ExprKind::Not(_));
        parts.into_iter().for_each(|part| self.look(evaluator, (part, wanted), scope, weight));
    }

    fn leaf<'a>(
        &mut self,
        evaluator: &Evaluator<'a>,
        (expr, wanted): (&'a Expr, bool),
        scope: Scope<'_, 'a>,
        weight: u8,
    ) {
        let compared =
            if let ExprKind::Compare(_, left, right) = &expr.kind { Some((left, right)) } else { None };
        let digits = compared.map_or(0, |(left, right)| evaluator.telling_digits(left, right, scope));
        let kind = compared.and_then(|(left, right)| evaluator.common_kind(left, right));
        let sides = evaluator.sides(expr).into_iter();
        let shown: Vec<(Span, Reading)> =
            sides.map(|side| (side.span, evaluator.reading(side, scope, digits, kind.as_ref()))).collect();
        let tells = match evaluator.truth(expr, scope) {
            Truth::Yes => u8::from(!wanted) * 2,
            Truth::No => u8::from(wanted) * 2,
            Truth::Undecided(_) => 1,
        };
        let source = evaluator.sources.get(expr.span.file);
        let Some(source) = source.filter(|_| !shown.is_empty() && !evaluator.budget.is_spent()) else {
            return;
        };
        let (line, _) = source.line_column(expr.span.end as usize);
        let start = source.line_starts().get(line - 1).copied().unwrap_or_default();
        let end = start + source.line(line).len();
        let own = LineSeen { weight: (weight, tells), shown, several: false };
        let known = self.seen.lines.entry(Span::new(expr.span.file, end..end)).or_insert_with(|| own.clone());
        let several =
            known.several || known.shown.iter().map(|(at, _)| at).ne(own.shown.iter().map(|(at, _)| at));
        if known.weight < own.weight {
            *known = own;
        }
        known.several = several;
    }

    fn lets<'a>(&mut self, evaluator: &Evaluator<'a>) {
        let scope = Scope::at(self.moment.of_let());
        // Of a policy that lacks something, a let may look back at what is not there.
        let is_whole = |name: &str| !evaluator.program.unsure.iter().any(|policy| of_policy(name, policy));
        let lets = evaluator.program.lets.iter().filter(|item| item.of.is_none() && is_whole(&item.name));
        for item in lets {
            let value = &item.decl.value;
            if item.ty == Type::Bool {
                self.condition(evaluator, value, scope, 0);
            } else {
                self.leaf(evaluator, (value, true), scope, 0);
            }
            let reading = evaluator.reading(value, scope, 0, None);
            if !evaluator.budget.is_spent() {
                self.seen.declared.insert(item.decl.name.span, reading);
            }
        }
    }

    /// Params with one value; what a table says depends on the key.
    fn params(&mut self, evaluator: &Evaluator<'_>) {
        let day = self.moment.day.day_number();
        for (at, param) in evaluator.program.params.iter().enumerate() {
            let Some(setting) = evaluator.settings.param_on(at, day) else { continue };
            let figure = match (&param.decl.value, &setting.value) {
                (ParamLiteral::Table(..), _) => continue,
                (_, ParamValue::List(_)) => Figure::word(show_value(&param.ty, &setting.value).into()),
                (_, ParamValue::Value(_) | ParamValue::Calendar(_)) => {
                    evaluator.figure_of(&param.ty, &evaluator.eval_param_decl(at, day))
                }
            };
            self.seen.declared.insert(param.decl.name.span, figure.into());
        }
    }

    fn fields(&mut self, evaluator: &Evaluator<'_>, snapshots: &[Snapshot]) {
        let Some(newest) = snapshots.last() else { return };
        self.fields_of(&evaluator.program.vocabulary.snapshot, &mut Vec::new(), &mut |steps, ty| match find(
            &newest.record,
            steps,
        ) {
            Some(Located { value: Value::List(elements), .. }) => {
                let worth = Worth::Elements { count: elements.len(), open: false };
                Figure { worth, ..Figure::unknown() }.into()
            }
            Some(located) => evaluator.reading_of(located, ty),
            None => Figure::unknown().into(),
        });
    }

    fn fields_of(
        &mut self,
        record: &RecordType,
        steps: &mut Vec<usize>,
        reading: &mut dyn FnMut(&[usize], &Type) -> Reading,
    ) {
        for (at, field) in record.fields.iter().enumerate() {
            steps.push(at);
            match (field.ty.record(), field.span) {
                (Some(inner), _) => self.fields_of(inner, steps, reading),
                (None, Some(declared)) => {
                    self.seen.declared.insert(declared, reading(steps, &field.ty));
                }
                (None, None) => {}
            }
            steps.pop();
        }
    }
}
