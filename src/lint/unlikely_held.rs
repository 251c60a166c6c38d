//! A `held` or `streak` that needs a confident answer in each snapshot, and will hardly ever have it.
//!
//! A snapshot in which the claim is undecided ends the sure run. So each of them has to show it with its own sample, which
//! is taken to be as large as what is asked for beside it, or not known where nothing is. The chance of a run is that of
//! one snapshot, to the power of how many snapshots it takes; the true share is taken to lie half way between the
//! threshold and all, which is clearly beyond it.

use std::collections::BTreeSet;

use super::sample::{SampleBound, SignedCondition};
use super::unreachable_confidence::{Confident, is_claim};
use super::{LintedPolicies, within};
use crate::ast::{CompareOp, Expr};
use crate::builtins::Shape;
use crate::builtins::series::{Along, Measure};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::evidence::Further;
use crate::program::Target;
use crate::source::Span;
use crate::stats::Spend;
use crate::types::Kind;
use crate::value::{DAY, Number};
use crate::vocabulary::Every;

/// A chance below this is small: one in five.
const SMALL: f64 = 0.2;
/// A larger sample shows nearly everything, and a longer run is as good as never.
const MAX_SAMPLE: usize = 1_000;
const MAX_RUN: usize = 1_000;

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for (index, rule, _) in policies.rules() {
        let mut siblings = policies.needs(rule);
        siblings.extend(policies.assumed(index, rule));
        let (mut open, mut lets) = (rule.decl.conditions(), BTreeSet::new());
        while let Some(expr) = open.pop() {
            within(expr, &mut |expr| {
                if let Some(Target::Let(at)) = policies.target(expr)
                    && lets.insert(*at)
                {
                    open.extend(policies.program.lets.get(*at).map(|found| &found.decl.value));
                }
                for (run, length) in policies.runs(expr) {
                    let inside = policies.literals(run, true);
                    let claims = inside.iter().filter(|(inner, _)| is_claim(inner));
                    for claim in claims.filter_map(|literal| policies.confident(*literal)) {
                        let all: Vec<SignedCondition<'_>> = inside.iter().chain(&siblings).copied().collect();
                        let asked = policies.asked(&claim, &all);
                        found.extend(
                            judge(policies, &claim, asked, length).filter(|_| told.insert(claim.span)),
                        );
                    }
                }
            });
        }
    }
    found
}

impl<'a> LintedPolicies<'a> {
    /// What has to be true along the series for a comparison, and in how many snapshots in a row.
    fn runs(&self, expr: &'a Expr) -> Vec<(&'a Expr, usize)> {
        let run = |bound: &SampleBound<'a>| {
            let (builtin, arg) = self.call(bound.of)?;
            let Shape::Along(Along::Run(measure)) = &builtin.shape else { return None };
            let is_held = *measure == Measure::Time;
            let cadence = self.program.vocabulary.cadence.as_ref().filter(|_| is_held);
            let steps = match cadence {
                _ if is_held && bound.calendar => Number::from(MAX_RUN),
                // From the first of the run to the newest snapshot.
                Some(cadence) => match cadence.every {
                    Every::Ticks(ticks) => {
                        &bound.number / self.program.vocabulary.axis().lapse(ticks).seconds()
                    }
                    Every::Weekday => &bound.number / Number::from(7 * DAY) * Number::from(5),
                },
                None if is_held => Number::ONE,
                None => bound.number.clone(),
            };
            let beyond = matches!(bound.op, CompareOp::Greater | CompareOp::LessEqual);
            let steps = if beyond { steps.floor() + 1 } else { steps.ceil() };
            let steps = usize::try_from(steps).unwrap_or(MAX_RUN);
            let snapshots = if is_held { steps.saturating_add(1) } else { steps };
            Some((&arg.value, snapshots.clamp(1, MAX_RUN)))
        };
        self.bounds((expr, true)).iter().filter_map(run).collect()
    }
}

fn judge(
    policies: &LintedPolicies<'_>,
    claim: &Confident,
    asked: Option<(usize, Span)>,
    length: usize,
) -> Option<Diagnostic> {
    if !claim.is_of_list() {
        return None;
    }
    let spend: Spend<'_> = &|steps| policies.spend(steps);
    // One that no sample can show is another lint's.
    let Further::So(needed) = claim.needed(spend) else { return None };
    let what = claim.shown();
    let each =
        format!("each of {length} snapshots in a row must show it, which takes at least {needed} elements");
    let Some((size, at)) = asked else {
        let message =
            format!("each snapshot of this run needs a sample for {what}, but no rule requires one");
        return Some(Diagnostic::warning(Code::UnlikelyHeld, message).label(claim.span, each).help(format!(
            "add it to the condition, as in `count(…) >= {needed} and …`, use a window with `over`, or drop the confidence"
        )));
    };
    let finding =
        Diagnostic::warning(Code::UnlikelyHeld, format!("a run of snapshots with {what} is very unlikely"));
    if size < needed {
        return Some(finding.label(claim.span, each).label(at, format!("asks for {size}")).help(HELP));
    }
    if size > MAX_SAMPLE {
        return None;
    }
    let (truth, one) = claim.chance(size, spend)?;
    let all = one.powi(i32::try_from(length).unwrap_or(i32::MAX));
    if all >= SMALL {
        return None;
    }
    let label = format!(
        "if the true share is {}, one snapshot of {size} shows it with a chance of {}, and {length} in a row with {}",
        Kind::Share.show(&truth),
        percent(one),
        percent(all)
    );
    Some(finding.label(claim.span, label).label(at, format!("asks for {size}")).help(HELP))
}

/// A chance as people read it.
fn percent(chance: f64) -> String {
    let least = 0.001;
    match Number::try_from((chance / least).round()) {
        Ok(steps) if chance >= least => Kind::Share.show(&(steps / Number::from(1000))),
        Ok(_) | Err(_) => "less than 0.1%".to_owned(),
    }
}

const HELP: &str = "ask for more in each snapshot, use a window with `over`, or drop the confidence: the run itself \
                    is evidence";
