//! A confidence that the sample which is asked for beside it can never reach, were every element of it good; and one so low
//! that it says nothing.

use super::LintedPolicies;
use super::sample::{SampledList, SignedCondition};
use crate::ast::{CompareOp, Expr, ExprKind};
use crate::builtins::Sampled;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Further, Looking};
use crate::source::Span;
use crate::stats::{Claim, MIN_MEAN_SAMPLE, Spend};
use crate::types::Kind;
use crate::value::Number;

/// A larger sample is not tried out.
const MAX_SAMPLE: usize = 10_000;

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, rule, _) in policies.rules() {
        let needs = policies.needs(rule);
        let mut siblings = needs.clone();
        siblings.extend(policies.assumed(index, rule));
        for confident in needs.iter().filter_map(|literal| policies.confident(*literal)) {
            found.extend(finding(policies, &confident, &siblings));
        }
    }
    let rules = policies.rules().map(|(_, rule, _)| rule);
    policies.within_rules(rules, &mut |expr| found.extend(says_nothing(policies, expr)));
    found
}

/// A claim whose opposite may be shown by the same sample.
fn says_nothing(policies: &LintedPolicies<'_>, expr: &Expr) -> Option<Diagnostic> {
    let ExprKind::With { confidence, .. } = &expr.kind else { return None };
    let level = policies.plain(confidence).filter(|level| level + level < Number::ONE)?;
    let message = format!(
        "a confidence of {} proves nothing: the opposite can be shown as well",
        Kind::Share.show(&level)
    );
    let finding = Diagnostic::warning(Code::UnreachableConfidence, message);
    Some(finding.label(confidence.span, "below 50%").help("ask for more than 50%; 90% is usual"))
}

/// A claim about a sample that is to be shown.
#[derive(Debug)]
pub(super) struct Confident {
    pub(super) span: Span,
    /// The list; none for a share that snapshots record by its counts.
    sample: Option<SampledList>,
    pub(super) confidence: Number,
    looks: Looking,
    /// The threshold as it is written.
    limit: Number,
    kind: Claimed,
}

#[derive(Debug)]
enum Claimed {
    /// What the share of the elements that count is to reach, or to exceed; or with `rest` that of the others.
    Share {
        threshold: Number,
        strict: bool,
        rest: bool,
    },
    Mean,
}

impl Confident {
    /// Whether its sample is one of a list, of which a policy can ask that there are enough.
    pub(super) fn is_of_list(&self) -> bool {
        self.sample.is_some()
    }

    /// Whether a sample of a size shows the claim if every element of it counts.
    pub(super) fn is_shown_by(&self, size: usize, spend: Spend<'_>) -> bool {
        match &self.kind {
            Claimed::Share { .. } => {
                self.claim(size).is_some_and(|claim| claim.decide(&self.confidence, spend) == Some(true))
            }
            Claimed::Mean => size >= MIN_MEAN_SAMPLE,
        }
    }

    fn claim(&self, size: usize) -> Option<Claim> {
        let Claimed::Share { threshold, strict, .. } = &self.kind else { return None };
        let claim = Claim::known(size, size, threshold.clone(), *strict);
        Some(Claim { looks: self.looks, ..claim })
    }

    /// The smallest sample that can show it.
    pub(super) fn needed(&self, spend: Spend<'_>) -> Further {
        match &self.kind {
            Claimed::Share { .. } => {
                self.claim(0).map_or(Further::Never, |claim| claim.further(&self.confidence, spend))
            }
            Claimed::Mean => Further::So(MIN_MEAN_SAMPLE),
        }
    }

    /// A true share half way between the threshold and all, and how likely a sample then shows it; none for a mean.
    pub(super) fn chance(&self, size: usize, spend: Spend<'_>) -> Option<(Number, f64)> {
        let Claimed::Share { threshold, rest, .. } = &self.kind else { return None };
        let truth = (threshold + Number::ONE) / Number::from(2);
        let chance = self.claim(size)?.chance(&self.confidence, &truth, spend)?;
        let share = if *rest { Number::ONE - truth } else { truth };
        Some((share, chance))
    }

    /// `95% confidence of 90%`
    pub(super) fn shown(&self) -> String {
        let confidence = Kind::Share.show(&self.confidence);
        match self.kind {
            Claimed::Share { .. } => format!("{confidence} confidence of {}", Kind::Share.show(&self.limit)),
            Claimed::Mean => format!("{confidence} confidence of a mean"),
        }
    }
}

impl<'a> LintedPolicies<'a> {
    /// What a literal asks to be shown with confidence.
    pub(super) fn confident(&self, (expr, yes): SignedCondition<'a>) -> Option<Confident> {
        // Of a known population fewer are enough.
        let ExprKind::With { claim, confidence, population: None, every_look } = &expr.kind else {
            return None;
        };
        let ExprKind::Compare(op, left, right) = &claim.kind else { return None };
        let op = if yes { *op } else { op.negated() };
        let call = self.call(left);
        let limit = self.plain(right);
        let sampled = match call {
            Some((builtin, _)) => builtin.sampled()?,
            None => self.program.is_share_field(left).then_some(Sampled::Share)?,
        };
        let kind = match sampled {
            Sampled::Share => share(op, &limit.clone()?)?,
            Sampled::Mean => Claimed::Mean,
        };
        let looks = match (every_look, call) {
            (None, _) => Looking::Once,
            (Some(_), Some((_, arg)))
                if self.program.grows(arg, &|param| self.settings.is_settled(param, i64::MIN)) =>
            {
                Looking::Growing
            }
            // No sample is asked for that shows it at the first look.
            (Some(_), _) => Looking::Nth(1),
        };
        Some(Confident {
            looks,
            span: expr.span,
            sample: match call {
                Some((_, arg)) => Some(self.sample(arg)?),
                None => None,
            },
            confidence: self.plain(confidence)?,
            limit: limit.unwrap_or(Number::ZERO),
            kind,
        })
    }

    /// The largest sample that is asked for beside a claim, and where.
    pub(super) fn asked(&self, claim: &Confident, siblings: &[SignedCondition<'a>]) -> Option<(usize, Span)> {
        self.least(claim.sample.as_ref()?, siblings)
    }
}

/// A share that is to stay below something is one of the others that is to reach the rest.
fn share(op: CompareOp, limit: &Number) -> Option<Claimed> {
    let (strict, rest) = match op {
        CompareOp::GreaterEqual => (false, false),
        CompareOp::Greater => (true, false),
        CompareOp::LessEqual => (false, true),
        CompareOp::Less => (true, true),
        CompareOp::Equal | CompareOp::NotEqual => return None,
    };
    let threshold = if rest { Number::ONE - limit } else { limit.clone() };
    Some(Claimed::Share { threshold, strict, rest })
}

fn finding<'a>(
    policies: &LintedPolicies<'a>,
    claim: &Confident,
    siblings: &[SignedCondition<'a>],
) -> Option<Diagnostic> {
    let spend: Spend<'_> = &|steps| policies.spend(steps);
    let what = claim.shown();
    let needed = match claim.needed(spend) {
        Further::So(needed) => needed,
        Further::Never => {
            let message = format!("no sample can reach {what}");
            return Some(
                Diagnostic::warning(Code::UnreachableConfidence, message)
                    .label(claim.span, "never yes, whatever the size of the sample")
                    .help("ask for slightly less than all, or for all elements without a confidence"),
            );
        }
        Further::Beyond { .. } | Further::Unsought => return None,
    };
    let (size, at) = policies.asked(claim, siblings).filter(|(size, _)| *size <= MAX_SAMPLE)?;
    if claim.is_shown_by(size, spend) {
        return None;
    }
    let finding =
        Diagnostic::warning(Code::UnreachableConfidence, format!("{size} samples cannot reach {what}"))
            .label(claim.span, format!("takes at least {needed}, even if every one of them is good"))
            .label(at, format!("asks for {size}"));
    Some(finding.help(format!("ask for {needed} or more, or for a lower confidence")))
}

/// Whether an expression is such a claim at all.
pub(super) fn is_claim(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::With { .. })
}
