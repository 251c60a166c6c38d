//! Waivers: the one place where an exception changes what a rule does.

use crate::ast::EffectKind;
use crate::point::Point;
use crate::report::Outcome;
use crate::report::why::RuleVerdict;
use crate::settings::{OWED, Waiver};
use crate::value::Date;

/// A rule that an active waiver met in need of lifting.
#[derive(Clone, Debug)]
pub struct Lift {
    pub waiver: Waiver,
    /// Whether it was lifted; a rollback that fired never is.
    pub lifted: bool,
}

/// Who may be excused, and when.
pub(super) struct Signed<'w> {
    pub(super) waivers: &'w [Waiver],
    pub(super) as_of: Point,
    /// The present stage, where there is a ladder.
    pub(super) stage: Option<usize>,
}

impl Signed<'_> {
    /// Whether a waiver is in force on the day of judgement.
    fn counts_now(&self, waiver: &Waiver) -> bool {
        waiver.is_active(self.as_of.date()) && waiver.stage.is_none_or(|only| self.stage == Some(only))
    }

    /// Whether a waiver counts for a step out of a stage: it is in force on the day of judgement, or was on that of the crossing.
    pub(super) fn counts_at_crossing(&self, waiver: &Waiver, from: usize, then: Date) -> bool {
        let leads_out = waiver.stage.is_none_or(|only| only == from);
        self.counts_now(waiver)
            || leads_out && (waiver.is_active(self.as_of.date()) || waiver.is_active(then))
    }
}

/// Lifts what failed or is undecided and is waived: anything but a rollback that fired. What is undecided is no such
/// rollback, whatever the rule. `left` is the stage that the last move leads out of.
pub(super) fn waive(signed: &Signed<'_>, rules: &mut [RuleVerdict], left: Option<usize>) -> Vec<Lift> {
    let mut lifts = Vec::new();
    for waiver in signed.waivers {
        let counts = |rule: &RuleVerdict| {
            // What is owed is owed on the day of judgement.
            let crossing = rule.before_move.filter(|_| rule.rule != OWED.name);
            match left.zip(crossing) {
                Some((left, then)) => signed.counts_at_crossing(waiver, left, then.date()),
                None => signed.counts_now(waiver),
            }
        };
        for rule in rules.iter_mut().filter(|rule| *rule.rule == *waiver.rule && counts(rule)) {
            let fails = rule.outcome == Outcome::Fail;
            // In a preview nothing is applied yet.
            let acts = fails
                || rule.outcome == Outcome::Waived
                || rule.outcome == Outcome::Undecided && rule.would_apply.is_some();
            if !acts {
                continue;
            }
            let lifted = !(fails && rule.effect == EffectKind::Rollback);
            if lifted {
                rule.outcome = Outcome::Waived;
                rule.applied = None;
            }
            lifts.push(Lift { waiver: waiver.clone(), lifted });
        }
    }
    lifts
}
