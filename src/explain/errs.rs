//! How often a rule errs: what luck makes of its comparisons of shares and means, for the page that explains it.

use std::collections::BTreeSet;

use crate::ast::{CompareOp, EffectKind, Expr, ExprKind, LiteralKind, LogicOp, RuleBody};
use crate::builtins::Sampled;
use crate::layers::ProjectInForce;
use crate::program::{ParamValue, Rule, Target};
use crate::source::Span;
use crate::stats::{Claim, luck};
use crate::value::{Number, Value};

/// So many samples are spoken of.
pub const SAMPLES: usize = 30;
/// By how much the truth is taken to miss the threshold of a gate, and to keep that of a rollback.
const POINTS_SHORT: u32 = 10;
const POINTS_GOOD: u32 = 5;
/// Weekly looks in half a year.
const LOOKS_IN_HALF_A_YEAR: i32 = 26;

/// What luck makes of a comparison, as the policy writes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Errs {
    pub claim: Span,
    pub how: HowItErrs,
}

/// How a comparison errs; chances lie between 0 and 1.
#[derive(Clone, Debug, PartialEq)]
pub enum HowItErrs {
    /// A plain comparison in a gate passes of a true share that is short of it: at one look, at one of four, and of twelve.
    Point { truth: Number, looks: [f64; 3] },
    /// One with a confidence passes of a true share that is just at its threshold, likewise.
    Confident { truth: Number, looks: [f64; 3] },
    /// One at every look is shown at any of them, though it is not true, with one less this chance at most.
    EveryLook { confidence: Number },
    /// A comparison of a mean with a confidence, by bounds that are approximate.
    OfMean,
    /// A rollback fires in one of 26 looks or more, of a true share that is good.
    FalseAlarm { truth: Number, chance: f64 },
}

/// What can be said of a rule.
pub fn how_it_errs(rule: &Rule, project: &ProjectInForce, effect: EffectKind) -> Vec<Errs> {
    let asks = match &rule.decl.body {
        RuleBody::Trigger { when } => vec![(when, false)],
        RuleBody::Require { requires, .. } => requires.iter().map(|expr| (expr, true)).collect(),
    };
    let mut search =
        LuckSearch { project, gate: rule.gate.is_some(), effect, lets: BTreeSet::new(), found: Vec::new() };
    asks.into_iter().for_each(|(expr, passes)| search.look_at(expr, passes));
    search.found
}

struct LuckSearch<'p> {
    project: &'p ProjectInForce,
    gate: bool,
    effect: EffectKind,
    /// The lets that were looked into.
    lets: BTreeSet<usize>,
    found: Vec<Errs>,
}

impl<'p> LuckSearch<'p> {
    fn target(&self, expr: &Expr) -> Option<&'p Target> {
        self.project.program.expr(expr.id)?.target.as_ref()
    }

    /// Looks at a condition whose yes (`passes`) or no lets the rule pass.
    fn look_at(&mut self, condition: &'p Expr, passes: bool) {
        match &condition.kind {
            ExprKind::Logic(LogicOp::And | LogicOp::Or, operands) => {
                operands.iter().for_each(|operand| self.look_at(operand, passes));
            }
            ExprKind::Not(inner) => self.look_at(inner, !passes),
            ExprKind::Path(_) => {
                if let Some(Target::Let(index)) = self.target(condition)
                    && let Some(inner) = self.project.program.lets.get(*index)
                    && self.lets.insert(*index)
                {
                    self.look_at(&inner.decl.value, passes);
                }
            }
            ExprKind::Compare(op, left, right) => {
                let op = if passes { *op } else { op.negated() };
                let how = self.share_of(op, left, right).and_then(|share| self.point(&share));
                self.found.extend(how.map(|how| Errs { claim: condition.span, how }));
            }
            ExprKind::With { claim, confidence, population: None, every_look } => {
                if let ExprKind::Compare(op, left, right) = &claim.kind {
                    let how = self.confident(*op, (left, right), confidence, every_look.is_some());
                    self.found.extend(how.map(|how| Errs { claim: condition.span, how }));
                }
            }
            ExprKind::With { .. }
            | ExprKind::Literal(_)
            | ExprKind::Has(_)
            | ExprKind::Neg(_)
            | ExprKind::Entry { .. }
            | ExprKind::Arithmetic(..)
            | ExprKind::In { .. }
            | ExprKind::If { .. }
            | ExprKind::Call { .. }
            | ExprKind::AtLeast { .. } => {}
        }
    }

    /// A comparison of a share with what is exact, as one of «at least» of the good ones.
    fn share_of(&self, op: CompareOp, left: &'p Expr, right: &'p Expr) -> Option<GoodShare> {
        if self.sampled(left)? != Sampled::Share {
            return None;
        }
        let limit = self.exact(right)?;
        let (rest, strict) = match op {
            CompareOp::GreaterEqual => (false, false),
            CompareOp::Greater => (false, true),
            CompareOp::LessEqual => (true, false),
            CompareOp::Less => (true, true),
            CompareOp::Equal | CompareOp::NotEqual => return None,
        };
        let threshold = if rest { Number::ONE - limit } else { limit };
        (threshold > Number::ZERO && threshold < Number::ONE).then_some(GoodShare { threshold, strict, rest })
    }

    fn point(&self, share: &GoodShare) -> Option<HowItErrs> {
        let passes = |truth: &Number| luck(&share.threshold, share.strict, SAMPLES, truth);
        if self.gate {
            let truth = share.apart(POINTS_SHORT, false)?;
            return Some(HowItErrs::Point { looks: at_looks(passes(&truth)), truth: share.shown(truth) });
        }
        if self.effect != EffectKind::Rollback {
            return None;
        }
        let truth = share.apart(POINTS_GOOD, true)?;
        let chance = 1.0 - passes(&truth).powi(LOOKS_IN_HALF_A_YEAR);
        Some(HowItErrs::FalseAlarm { chance, truth: share.shown(truth) })
    }

    fn confident(
        &self,
        op: CompareOp,
        (left, right): (&'p Expr, &'p Expr),
        confidence: &'p Expr,
        every_look: bool,
    ) -> Option<HowItErrs> {
        let confidence = self.exact(confidence)?;
        if every_look {
            return Some(HowItErrs::EveryLook { confidence });
        }
        if self.sampled(left)? == Sampled::Mean {
            return Some(HowItErrs::OfMean);
        }
        let share = self.share_of(op, left, right)?;
        let claim = Claim::known(SAMPLES, SAMPLES, share.threshold.clone(), share.strict);
        let chance = claim.chance(&confidence, &share.threshold, &|_| true)?;
        let truth = share.shown(share.threshold.clone());
        Some(HowItErrs::Confident { looks: at_looks(chance), truth })
    }

    /// What is taken of a list, through lets.
    fn sampled(&self, expr: &'p Expr) -> Option<Sampled> {
        match self.target(expr)? {
            Target::Call(builtin) => builtin.sampled(),
            Target::Let(index) => self.sampled(&self.project.program.lets.get(*index)?.decl.value),
            Target::Field(_)
            | Target::JudgedField(_)
            | Target::Workflows(_)
            | Target::Date(_)
            | Target::Element { .. }
            | Target::Param(_)
            | Target::Table(_)
            | Target::Stage(_)
            | Target::Member(_) => None,
        }
    }

    /// A number that is the same for every snapshot: a literal, or a param as it is in force.
    fn exact(&self, expr: &'p Expr) -> Option<Number> {
        match (&expr.kind, self.target(expr)) {
            (ExprKind::Literal(LiteralKind::Share(number) | LiteralKind::Number(number)), _) => {
                Some(number.clone())
            }
            (_, Some(Target::Param(index))) => {
                match &self.project.settings.params.get(*index)?.constant()?.value {
                    ParamValue::Value(Value::Number(number)) => Some(number.clone()),
                    ParamValue::Value(_) | ParamValue::Calendar(_) | ParamValue::List(_) => None,
                }
            }
            (_, Some(Target::Let(index))) => self.exact(&self.project.program.lets.get(*index)?.decl.value),
            _ => None,
        }
    }
}

/// What a comparison asks of the good ones of a sample.
struct GoodShare {
    threshold: Number,
    strict: bool,
    /// Whether those that satisfy the condition are the bad ones.
    rest: bool,
}

impl GoodShare {
    /// A share that is so many points worse than the threshold, or better; none outside of 0 to 100 %.
    fn apart(&self, points: u32, better: bool) -> Option<Number> {
        let points = Number::from_parts(points.into(), 100u8.into());
        let truth = if better { &self.threshold + points } else { &self.threshold - points };
        (truth > Number::ZERO && truth < Number::ONE).then_some(truth)
    }

    /// The share of those that satisfy the condition.
    fn shown(&self, truth: Number) -> Number {
        if self.rest { Number::ONE - truth } else { truth }
    }
}

/// The chances that something happens at one look, at one of four, and of twelve.
fn at_looks(chance: f64) -> [f64; 3] {
    [1, 4, 12].map(|looks| 1.0 - (1.0 - chance).powi(looks))
}
