//! Waivers: the one place where an exception changes what a rule does.

use crate::ast::EffectKind;
use crate::report::Outcome;
use crate::report::why::RuleVerdict;
use crate::settings::Waiver;
use crate::value::Date;

/// A rule that an active waiver met in need of lifting.
#[derive(Clone, Debug)]
pub struct Lift {
    pub waiver: Waiver,
    /// Whether it was lifted; a rollback that fired never is.
    pub lifted: bool,
}

/// Lifts what failed or is undecided and is waived on this day: anything but a rollback that fired. What is undecided
/// is no such rollback, whatever the rule.
pub(super) fn waive(
    waivers: &[Waiver],
    rules: &mut [RuleVerdict],
    stage: Option<usize>,
    day: Date,
) -> Vec<Lift> {
    let mut lifts = Vec::new();
    let active =
        |waiver: &&Waiver| waiver.is_active(day) && waiver.stage.is_none_or(|only| stage == Some(only));
    for waiver in waivers.iter().filter(active) {
        for rule in rules.iter_mut().filter(|rule| *rule.rule == *waiver.rule) {
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
