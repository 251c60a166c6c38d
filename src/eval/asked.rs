//! Crossings: a step is judged as if the snapshot before it had asked for it, so that nobody is counted less for moving
//! without asking.

use super::fleet::SeenWorkflow;
use super::{Evaluator, Evidence, ItemValue, Moment, Scope};
use crate::ast::Arg;
use crate::builtins::Shape;
use crate::builtins::series::Along;
use crate::evidence::Amount;
use crate::program::{FieldPath, Rule, Target};
use crate::report::why::Said;
use crate::source::Span;
use crate::value::{Number, Value};
use crate::vocabulary::Vocabulary;

/// What a snapshot is taken to ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    /// Index of the snapshot.
    at: usize,
    /// The stage that came after it.
    to: usize,
}

impl<'a> Evaluator<'a> {
    /// The same series as one that asked for the step which it made; none where it did, or where the rule reads no ask.
    pub(super) fn as_asked(&self, rule: &'a Rule, moment: Moment, made: Option<usize>) -> Option<Self> {
        let ask = Ask { at: moment.at, to: made? };
        let policy = self.program.policies.get(rule.policy).and_then(|policy| policy.when.as_ref());
        let reads = |target: &'a Target| match target {
            Target::Field(path) | Target::JudgedField(path) | Target::Element { path, .. } => is_ask(path),
            Target::Workflows(path) => is_ask(path),
            Target::Call(builtin) => matches!(builtin.shape, Shape::Along(Along::Asks)),
            Target::Date(_)
            | Target::Let(_)
            | Target::Param(_)
            | Target::Table(_)
            | Target::Stage(_)
            | Target::Member(_) => false,
        };
        let asked = self.located(ask.at, Vocabulary::ADVANCE_TO).map(|located| &located.value);
        let is_said = matches!(asked, Some(Value::Number(rung)) if *rung == Number::from(ask.to));
        let mut conditions = rule.decl.conditions().into_iter().chain(policy);
        let reads_it = conditions.any(|condition| {
            !self.program.every_target(condition, &mut Vec::new(), &mut |target| !reads(target))
        });
        (!is_said && reads_it).then(|| Self { ask: Some(ask), ..self.otherwise_from(ask.at) })
    }

    /// The stage that a snapshot is taken to ask for, where a path leads to that.
    pub(super) fn taken_ask(&self, at: usize, path: &FieldPath) -> Option<Evidence<'a>> {
        let ask = self.ask.filter(|ask| ask.at == at && is_ask(path))?;
        Some(Evidence::Amount(Amount::Known(Number::from(ask.to))))
    }

    /// The snapshots up to one of them that ask for the stage which an argument names, oldest first.
    pub(super) fn asks(&self, arg: &Arg, at: usize) -> Vec<usize> {
        let target = self.program.expr(arg.value.id).and_then(|info| info.target.as_ref());
        let Some(Target::Stage(stage)) = target else { return Vec::new() };
        let mut found = self.asks_up_to(at, *stage);
        if let Some(ask) = self.ask.filter(|ask| ask.at <= at) {
            found.retain(|other| *other != ask.at);
            if ask.to == *stage {
                found.push(ask.at);
                found.sort_unstable();
            }
        }
        found
    }

    /// Where a stage was asked for last, with what was said there.
    pub(super) fn newest_ask(&self, arg: &'a Arg, at: usize) -> Option<(Span, Said)> {
        let asks = self.asks(arg, at);
        let written = |at: &usize| Some((*at, self.located(*at, Vocabulary::ADVANCE_TO)?.span));
        let (last, span) = asks.iter().rev().find_map(written)?;
        let evidence = self.eval(&arg.value, Scope::at(self.moment_of(last, at)));
        Some((span, Said::On(self.figure(&arg.value, &evidence), self.snapshots.get(last)?.date)))
    }

    /// Whether a target is an ask that is taken to be there.
    pub(super) fn is_taken_ask(&self, target: &Target, scope: Scope<'_, 'a>) -> bool {
        match target {
            Target::Field(path) => self.taken_ask(scope.moment.at, path).is_some(),
            Target::JudgedField(path) => self.taken_ask(scope.moment.judged, path).is_some(),
            Target::Element { up, path } => match scope.item(*up).map(|item| &item.value) {
                Some(ItemValue::Workflow(seen)) => self.taken_ask_of(*seen, path).is_some(),
                Some(ItemValue::Record(_) | ItemValue::Evidence(_)) | None => false,
            },
            Target::Workflows(_)
            | Target::Date(_)
            | Target::Let(_)
            | Target::Param(_)
            | Target::Table(_)
            | Target::Stage(_)
            | Target::Member(_)
            | Target::Call(_) => false,
        }
    }

    /// The same of the judged workflow as `workflows` shows it.
    pub(super) fn taken_ask_of(&self, seen: SeenWorkflow<'a>, path: &FieldPath) -> Option<Evidence<'a>> {
        let at = self.ask?.at;
        let own = self.located(at, Vocabulary::WORKFLOW)?;
        let is_own = seen.is_of(&own.value) && seen.day() == self.day(at);
        self.taken_ask(at, path).filter(|_| is_own)
    }
}

fn is_ask(path: &FieldPath) -> bool {
    path.steps == [Vocabulary::ADVANCE_TO]
}
