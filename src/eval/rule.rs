//! Rules: whether one passes, fails, is undecided or does not apply, and what that does.

use super::{Evaluator, Moment, Scope};
use crate::ast::{EffectKind, Expr, RuleBody, UndecidedKind};
use crate::evidence::{ReasonKind, Reasons, Truth};
use crate::program::Rule;
use crate::report::Outcome;
use crate::report::why::{Piece, RuleVerdict};
use crate::settings::RuleSetting;

/// How a rule is judged: when, and with what consequence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judging {
    pub(super) moment: Moment,
    /// Whether it bears on the decision.
    pub(super) enforced: bool,
    /// Whether it belongs to a gate that the newest snapshot asks to pass.
    pub(super) asked: bool,
    /// Whether the series is stale on the day of judgement.
    pub(super) stale: bool,
    /// The effect in force.
    pub(super) effect: EffectKind,
    /// The step of its gate that it is judged for.
    pub(super) step: Option<(usize, usize)>,
    /// Of a crossing, the stage that came after it.
    pub(super) made: Option<usize>,
}

/// How a rule came out, with the conditions that decided it.
pub(super) struct Verdict<'a> {
    pub(super) outcome: Outcome,
    pub(super) deciding: Vec<&'a Expr>,
    /// Why it is undecided, beyond its conditions.
    pub(super) reasons: Reasons,
}

impl<'a> Verdict<'a> {
    pub(super) fn new(outcome: Outcome, deciding: Vec<&'a Expr>) -> Self {
        Self { outcome, deciding, reasons: Reasons::default() }
    }
}

impl<'a> Evaluator<'a> {
    /// Judges a rule and says why.
    pub(super) fn eval_rule_decl(
        &self,
        rule: &'a Rule,
        setting: &RuleSetting,
        judging: &Judging,
    ) -> RuleVerdict {
        if let Some(asking) = self.as_asked(rule, judging.moment, judging.made) {
            let report = asking.eval_rule_decl(rule, setting, &Judging { made: None, ..*judging });
            self.note_asked(rule, judging.moment, judging.made, report.outcome);
            return report;
        }
        let scope = Scope::at(judging.moment);
        let verdict = self.verdict(rule, judging);
        let mut report = self.listed(rule, setting, judging.moment, verdict.outcome, judging.step.as_slice());
        report.enforced = judging.enforced;
        report.would_apply = applied(rule, judging.effect, verdict.outcome);
        report.applied = report.would_apply.filter(|_| judging.enforced);
        if matches!(verdict.outcome, Outcome::Fail | Outcome::Undecided) {
            if self.explains {
                let message = rule.decl.effect.message.as_ref().filter(|_| verdict.outcome == Outcome::Fail);
                report.message = message.map(|message| self.pieces(message, scope));
                report.help = rule.decl.help.as_ref().map(|help| self.pieces(help, scope));
                self.explain(rule, &verdict, scope, &mut report);
                self.name_sources(scope.moment.at, &mut report);
                report.round_alike();
            }
            if judging.moment.at + 1 < self.snapshots.len() {
                // What was is not mended: there is no remedy but to go back, or to be excused.
                report.before_move = self.snapshots.get(judging.moment.at).map(|snapshot| snapshot.date);
                report.change = report.change.filter(|_| report.outcome == Outcome::Undecided);
            }
        }
        report
    }

    /// A rule with its outcome, without any consequence.
    pub(super) fn listed(
        &self,
        rule: &'a Rule,
        setting: &RuleSetting,
        moment: Moment,
        outcome: Outcome,
        steps: &[(usize, usize)],
    ) -> RuleVerdict {
        let decl = &rule.decl;
        // Who watches params reads no titles.
        let title = decl.title.as_ref().filter(|_| self.watch.is_none());
        let title = title.map(|title| self.pieces(title, Scope::at(moment)));
        RuleVerdict {
            rule: rule.name.to_string(),
            title: title.unwrap_or_else(|| vec![Piece::Text(decl.name.text.clone())]),
            steps: steps.iter().map(|(from, to)| [self.stage_name(*from), self.stage_name(*to)]).collect(),
            enforced: false,
            outcome,
            effect: setting.effect.unwrap_or(rule.effect),
            effect_from: setting.origin,
            applied: None,
            would_apply: None,
            declared: Some(decl.name.span),
            message: None,
            help: None,
            evidence: Vec::new(),
            thresholds: Vec::new(),
            pointers: Vec::new(),
            sources: Vec::new(),
            change: None,
            before_move: None,
        }
    }

    pub(super) fn verdict(&self, rule: &'a Rule, judging: &Judging) -> Verdict<'a> {
        let verdict = self.verdict_on(rule, judging.moment);
        if !judging.stale {
            return verdict;
        }
        let stale = || {
            let newest =
                self.snapshots.get(judging.moment.at).map(|snapshot| snapshot.date).unwrap_or_default();
            Reasons::of(ReasonKind::Stale { newest, day: judging.moment.day }, None)
        };
        if judging.asked && verdict.outcome == Outcome::Pass {
            return Verdict { outcome: Outcome::Undecided, deciding: Vec::new(), reasons: stale() };
        }
        if judging.effect == EffectKind::Rollback && verdict.outcome == Outcome::Fail {
            let then = self.moment_of(judging.moment.at, judging.moment.judged);
            if self.verdict_on(rule, then).outcome != Outcome::Fail {
                return Verdict { outcome: Outcome::Undecided, deciding: verdict.deciding, reasons: stale() };
            }
        }
        verdict
    }

    pub(super) fn verdict_on(&self, rule: &'a Rule, moment: Moment) -> Verdict<'a> {
        self.once(rule, moment, || self.verdict_found(rule, moment))
    }

    /// All that the outcome of a rule depends on.
    pub(super) fn conditions_of(&self, rule: &'a Rule) -> Vec<&'a Expr> {
        let policy = self.program.policies.get(rule.policy).and_then(|policy| policy.when.as_ref());
        rule.decl.conditions().into_iter().chain(policy).collect()
    }

    pub(super) fn verdict_found(&self, rule: &'a Rule, moment: Moment) -> Verdict<'a> {
        let scope = Scope::at(moment);
        let governed = match rule.gate {
            Some(_) => None,
            None => self.program.policies.get(rule.policy).and_then(|policy| policy.when.as_ref()),
        };
        let applies = governed.map_or(Truth::Yes, |when| self.truth(when, scope));
        if applies == Truth::No {
            return Verdict::new(Outcome::NotApplicable, Vec::new());
        }
        match &rule.decl.body {
            RuleBody::Trigger { when } => {
                self.trigger(when, governed.filter(|_| applies != Truth::Yes), scope)
            }
            RuleBody::Require { when, requires } => {
                let own = when.as_ref().map_or(Truth::Yes, |when| self.truth(when, scope));
                if own == Truth::No {
                    return Verdict::new(Outcome::NotApplicable, Vec::new());
                }
                let undecided_when = governed
                    .filter(|_| applies != Truth::Yes)
                    .into_iter()
                    .chain(when.as_ref().filter(|_| own != Truth::Yes))
                    .collect();
                self.require(requires, undecided_when, scope)
            }
        }
    }

    fn trigger(
        &self,
        when: &'a Expr,
        undecided_policy: Option<&'a Expr>,
        scope: Scope<'_, 'a>,
    ) -> Verdict<'a> {
        match (self.truth(when, scope), undecided_policy) {
            (Truth::No, _) => Verdict::new(Outcome::Pass, Vec::new()),
            (Truth::Yes, None) => Verdict::new(Outcome::Fail, vec![when]),
            (Truth::Yes, Some(policy)) => Verdict::new(Outcome::Undecided, vec![policy]),
            (Truth::Undecided(_), policy) => {
                Verdict::new(Outcome::Undecided, policy.into_iter().chain([when]).collect())
            }
        }
    }

    /// `undecided_when`: the conditions that leave it open whether the rule applies.
    fn require(
        &self,
        requires: &'a [Expr],
        undecided_when: Vec<&'a Expr>,
        scope: Scope<'_, 'a>,
    ) -> Verdict<'a> {
        let truths: Vec<(&Expr, Truth)> =
            requires.iter().map(|expr| (expr, self.truth(expr, scope))).collect();
        let with = |wanted: fn(&Truth) -> bool| {
            truths.iter().filter(|(_, truth)| wanted(truth)).map(|(expr, _)| *expr).collect::<Vec<_>>()
        };
        if truths.iter().all(|(_, truth)| *truth == Truth::Yes) {
            return Verdict::new(Outcome::Pass, Vec::new());
        }
        let failed = with(|truth| *truth == Truth::No);
        if !undecided_when.is_empty() {
            return Verdict::new(Outcome::Undecided, undecided_when);
        }
        if failed.is_empty() {
            return Verdict::new(Outcome::Undecided, with(|truth| matches!(truth, Truth::Undecided(_))));
        }
        Verdict::new(Outcome::Fail, failed)
    }
}

/// What the outcome of a rule does to the decision. What is undecided never passes silently, and never does more than
/// hold: a rollback needs positive evidence.
fn applied(rule: &Rule, effect: EffectKind, outcome: Outcome) -> Option<EffectKind> {
    match outcome {
        Outcome::Fail => Some(effect),
        Outcome::Undecided => {
            let said = match rule.decl.undecided.as_ref().map(|undecided| undecided.kind) {
                Some(UndecidedKind::Pass) => None,
                Some(UndecidedKind::Warn) => Some(EffectKind::Warn),
                Some(UndecidedKind::Hold) | None => Some(EffectKind::Hold),
            };
            said.map(|said| said.min(effect))
        }
        Outcome::Pass | Outcome::NotApplicable | Outcome::Waived | Outcome::Off => None,
    }
}
