//! How often a rule errs: what luck makes of its comparisons of shares and means, for the page that explains it.

use std::collections::BTreeSet;

use crate::ast::{CompareOp, EffectKind, Expr, ExprKind, LiteralKind, LogicOp, NamedWindow, Over, RuleBody};
use crate::builtins::Sampled;
use crate::evidence::Further;
use crate::layers::ProjectInForce;
use crate::program::{ParamValue, Rule, Target};
use crate::source::Span;
use crate::stats::{Claim, Resampling, fewest, luck};
use crate::value::{Number, Value};

/// So many samples are spoken of.
pub const SAMPLES: usize = 30;
/// By how much the truth is taken to miss the threshold of a gate, and to keep that of a rollback.
const POINTS_SHORT: u32 = 10;
const POINTS_GOOD: u32 = 5;
/// Weekly looks in half a year.
const LOOKS_IN_HALF_A_YEAR: u16 = 26;

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
    Point { truth: Number, looks: [f64; 3], resampling: Resampling },
    /// One with a confidence makes the rule pass or fire of a true share that is just at its threshold, likewise.
    Confident { truth: Number, looks: [f64; 3], resampling: Resampling, fires: bool },
    /// [`SAMPLES`] samples cannot show one with a confidence, whatever they are; so many can.
    TooFewToShow { needed: usize, fires: bool },
    /// One of a share that snapshots record by its counts makes the rule pass or fire, though it should not, with one less this
    /// chance at most, however many are counted.
    OfCounts { confidence: Number, fires: bool },
    /// One at every look makes the rule pass or fire at any of them, though it should not, with one less this chance at most.
    EveryLook { confidence: Number, fires: bool },
    /// A comparison of a mean with a confidence, by bounds that are approximate.
    OfMean,
    /// A rollback fires in one of 26 looks or more, of a true share that is good.
    FalseAlarm { truth: Number, chance: f64, resampling: Resampling },
}

/// What can be said of a rule.
pub fn how_it_errs(rule: &Rule, project: &ProjectInForce, effect: EffectKind) -> Vec<Errs> {
    let (asks, fires) = match &rule.decl.body {
        RuleBody::Trigger { when } => (std::slice::from_ref(when), true),
        RuleBody::Require { requires, .. } => (requires.as_slice(), false),
    };
    let gate = rule.gate.is_some();
    let mut search = LuckSearch { project, gate, effect, fires, lets: BTreeSet::new(), found: Vec::new() };
    asks.iter().for_each(|expr| search.look_at(expr, true));
    search.found
}

struct LuckSearch<'p> {
    project: &'p ProjectInForce,
    gate: bool,
    effect: EffectKind,
    /// Whether the rule fires by what it asks, and does not pass by it.
    fires: bool,
    /// The lets that were looked into.
    lets: BTreeSet<usize>,
    found: Vec<Errs>,
}

impl<'p> LuckSearch<'p> {
    fn target(&self, expr: &Expr) -> Option<&'p Target> {
        self.project.program.expr(expr.id)?.target.as_ref()
    }

    /// Looks at a condition whose `yes` or no makes the rule pass, or fire.
    fn look_at(&mut self, condition: &'p Expr, yes: bool) {
        match &condition.kind {
            ExprKind::Logic(LogicOp::And | LogicOp::Or, operands) => {
                operands.iter().for_each(|operand| self.look_at(operand, yes));
            }
            ExprKind::Not(inner) => self.look_at(inner, !yes),
            ExprKind::Path(_) => {
                if let Some(Target::Let(index)) = self.target(condition)
                    && let Some(inner) = self.project.program.lets.get(*index)
                    && self.lets.insert(*index)
                {
                    self.look_at(&inner.decl.value, yes);
                }
            }
            ExprKind::Compare(op, left, right) => {
                let op = if yes { *op } else { op.negated() };
                let how = self.share_of(op, left, right).and_then(|share| self.point(&share));
                self.found.extend(how.map(|how| Errs { claim: condition.span, how }));
            }
            ExprKind::With { claim, confidence, population: None, every_look } => {
                if let ExprKind::Compare(op, left, right) = &claim.kind {
                    // A claim is no where its opposite is shown.
                    let op = if yes { *op } else { op.negated() };
                    let how = self.confident(op, (left, right), confidence, every_look.is_some());
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

    /// A comparison of a share with what is exact, as one of «at least» of those that bear it out.
    fn share_of(&self, op: CompareOp, left: &'p Expr, right: &'p Expr) -> Option<SoughtShare> {
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
        let resampling = self.resampling(left);
        (threshold > Number::ZERO && threshold < Number::ONE).then_some(SoughtShare {
            threshold,
            strict,
            rest,
            resampling,
        })
    }

    fn point(&self, share: &SoughtShare) -> Option<HowItErrs> {
        let resampling = share.resampling;
        let enough = |samples: usize| fewest(&share.threshold, share.strict, samples);
        if self.fires && self.effect == EffectKind::Rollback {
            let truth = share.short_by(POINTS_GOOD)?;
            let chance = luck(LOOKS_IN_HALF_A_YEAR, (SAMPLES, resampling), &truth, &enough);
            return Some(HowItErrs::FalseAlarm { chance, truth: share.shown(truth), resampling });
        }
        if self.fires || !self.gate {
            return None;
        }
        let truth = share.short_by(POINTS_SHORT)?;
        let looks = share.at_looks(&truth, &enough);
        Some(HowItErrs::Point { looks, truth: share.shown(truth), resampling })
    }

    fn confident(
        &self,
        op: CompareOp,
        (left, right): (&'p Expr, &'p Expr),
        confidence: &'p Expr,
        every_look: bool,
    ) -> Option<HowItErrs> {
        let (fires, confidence) = (self.fires, self.exact(confidence)?);
        if every_look {
            return Some(HowItErrs::EveryLook { confidence, fires });
        }
        if self.project.program.is_share_field(left) {
            return Some(HowItErrs::OfCounts { confidence, fires });
        }
        if self.sampled(left)? == Sampled::Mean {
            return Some(HowItErrs::OfMean);
        }
        let share = self.share_of(op, left, right)?;
        let claim = |samples| Claim::known(samples, samples, share.threshold.clone(), share.strict);
        match claim(0).further(&confidence, &|_| true) {
            Further::So(needed) if needed > SAMPLES => {
                return Some(HowItErrs::TooFewToShow { needed, fires });
            }
            Further::So(_) => {}
            Further::Never | Further::Beyond { .. } | Further::Unsought => return None,
        }
        let enough = |samples| claim(samples).enough(&confidence, &|_| true).flatten();
        let looks = share.at_looks(&share.threshold, &enough);
        let truth = share.shown(share.threshold.clone());
        Some(HowItErrs::Confident { looks, truth, resampling: share.resampling, fires })
    }

    /// How the sample of a share comes to be another at the next look, through lets.
    fn resampling(&self, expr: &'p Expr) -> Resampling {
        if let Some(Target::Let(index)) = self.target(expr)
            && let Some(inner) = self.project.program.lets.get(*index)
        {
            return self.resampling(&inner.decl.value);
        }
        let ExprKind::Call { args, .. } = &expr.kind else { return Resampling::Anew };
        match args.first().and_then(|arg| arg.over.as_ref()) {
            Some(Over::Named(NamedWindow::Stage | NamedWindow::All, _)) => Resampling::Added,
            Some(Over::Named(NamedWindow::Calendar(_), _) | Over::Window(_) | Over::AtMost(_))
            | Some(Over::Snapshots(_))
            | None => Resampling::Anew,
        }
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

/// What a comparison asks of those of a sample that bear it out.
struct SoughtShare {
    threshold: Number,
    strict: bool,
    /// Whether these are the ones that do not satisfy the condition.
    rest: bool,
    resampling: Resampling,
}

impl SoughtShare {
    /// A share that is so many points short of it; none where that is nothing.
    fn short_by(&self, points: u32) -> Option<Number> {
        let truth = &self.threshold - Number::from_parts(points.into(), 100u8.into());
        (truth > Number::ZERO).then_some(truth)
    }

    /// The share of those that satisfy the condition.
    fn shown(&self, truth: Number) -> Number {
        if self.rest { Number::ONE - truth } else { truth }
    }

    /// The chances that it is reached at one look, at one of four, and of twelve.
    fn at_looks(&self, truth: &Number, enough: &dyn Fn(usize) -> Option<usize>) -> [f64; 3] {
        [1, 4, 12].map(|looks| luck(looks, (SAMPLES, self.resampling), truth, enough))
    }
}
