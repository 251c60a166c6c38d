//! Comparisons.

use super::{Evaluator, Evidence};
use crate::ast::CompareOp;
use crate::evidence::{Amount, Elapsed, Reasons, Truth, Word};

impl<'a> Evaluator<'a> {
    /// `a op b`
    pub(super) fn compare(&self, op: CompareOp, a: &Evidence<'a>, b: &Evidence<'a>) -> Truth {
        match (a, b) {
            (Evidence::Truth(a), Evidence::Truth(b)) => equality(op, a.equal(b)),
            (Evidence::Word(a), Evidence::Word(b)) => equality(op, a.equal(b)),
            // No stage that is asked for is none of the stages, and neither before nor behind one.
            (Evidence::Word(Word::Known(_)), Evidence::Amount(_))
            | (Evidence::Amount(_), Evidence::Word(Word::Known(_))) => {
                Truth::known(op == CompareOp::NotEqual)
            }
            (Evidence::Calendar(a), Evidence::Calendar(b)) => {
                compare_amounts(op, &Amount::Known((*a).into()), &Amount::Known((*b).into()))
            }
            (Evidence::Elapsed(elapsed), Evidence::Calendar(months)) => {
                compare_calendar(op, elapsed, *months)
            }
            (Evidence::Calendar(months), Evidence::Elapsed(elapsed)) => {
                compare_calendar(op.mirrored(), elapsed, *months)
            }
            (Evidence::Elapsed(a), Evidence::Elapsed(b)) => {
                a.decide(|a| b.decide(|b| compare_amounts(op, &a.seconds(), &b.seconds())))
            }
            (Evidence::Elapsed(elapsed), Evidence::Amount(length)) => {
                self.budget.compares(length, length);
                elapsed.decide(|span| compare_amounts(op, &span.seconds(), length))
            }
            (Evidence::Amount(length), Evidence::Elapsed(elapsed)) => {
                self.budget.compares(length, length);
                elapsed.decide(|span| compare_amounts(op, length, &span.seconds()))
            }
            (a, b) => {
                let (a, b) = (a.clone().into_amount(), b.clone().into_amount());
                self.budget.compares(&a, &b);
                compare_amounts(op, &a, &b)
            }
        }
    }
}

/// `==` or `!=`, the only comparisons of conditions and words.
fn equality(op: CompareOp, equal: Truth) -> Truth {
    match op {
        CompareOp::Equal => equal,
        CompareOp::NotEqual => equal.negate(),
        CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual => {
            Truth::Undecided(Reasons::default())
        }
    }
}

fn compare_amounts(op: CompareOp, a: &Amount, b: &Amount) -> Truth {
    match op {
        CompareOp::Less => a.less(b),
        CompareOp::LessEqual => a.less_equal(b),
        CompareOp::Greater => b.less(a),
        CompareOp::GreaterEqual => b.less_equal(a),
        CompareOp::Equal => a.equal(b),
        CompareOp::NotEqual => a.equal(b).negate(),
    }
}

/// What has run since `from` against months: the day it runs to against the day on which the months are over.
fn compare_calendar(op: CompareOp, elapsed: &Elapsed, months: i32) -> Truth {
    elapsed.decide(|span| compare_amounts(op, &span.to, &span.anniversary(months)))
}
