//! Whether outcomes move in one direction only as a param grows. What is the same at two of its values is then the same at all
//! values between them.

use crate::ast::{Arg, ArithmeticOp, CompareOp, EffectKind, Expr, ExprKind, Over, RuleBody, Set};
use crate::builtins::Shape;
use crate::builtins::counting::{Counting, Tallied};
use crate::builtins::series::Along;
use crate::program::{Program, Rule, Target};
use crate::settings::{RuleSetting, Settings, Timeline};

/// Where an expression goes as a param grows. Yes is more than undecided, which is more than no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ParamCourse {
    /// It does not depend on the param.
    Level,
    Up,
    Down,
}

impl ParamCourse {
    fn turned(self) -> Self {
        match self {
            Self::Level => Self::Level,
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }

    /// That of two parts of which each moves the whole its own way; none where they pull in two directions.
    fn with(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Level, course) | (course, Self::Level) => Some(course),
            (one, other) => (one == other).then_some(one),
        }
    }
}

/// How the outcomes of rules move as some params grow together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeCourse {
    /// All of them get worse, or all of them better: decisions do so too.
    Together,
    /// Each in one direction only.
    EachItsWay,
    /// Nobody knows.
    Unknown,
}

/// How the outcomes of rules move as the params grow together. What only warns or notes decides nothing, and is left out.
pub fn outcome_course(program: &Program, settings: &Settings, params: &[usize]) -> OutcomeCourse {
    let courses = ParamCourses { program, params };
    let may_stop = |(_, steps): &(&Rule, &Timeline<RuleSetting>)| {
        steps.steps().any(|(_, setting)| setting.effect >= Some(EffectKind::Hold))
    };
    let rules = program.rules.iter().zip(&settings.rules).filter(may_stop);
    let rules: Option<Vec<RuleCourse>> = rules.map(|(rule, _)| courses.of_rule(rule)).collect();
    let Some(rules) = rules else { return OutcomeCourse::Unknown };
    let together = rules.iter().try_fold(ParamCourse::Level, |all, rule| match rule {
        RuleCourse::Worse(course) => all.with(*course),
        RuleCourse::Applies => None,
    });
    if together.is_some() { OutcomeCourse::Together } else { OutcomeCourse::EachItsWay }
}

/// Whether a rule comes out better and better as some params grow together, or worse and worse.
pub(super) fn moves_one_way(program: &Program, rule: &Rule, params: &[usize]) -> bool {
    ParamCourses { program, params }.of_rule(rule).is_some()
}

/// What a growing param does to a rule.
enum RuleCourse {
    /// Its outcome gets worse where that goes up.
    Worse(ParamCourse),
    /// It comes to apply, or no longer does.
    Applies,
}

struct ParamCourses<'a> {
    program: &'a Program,
    params: &'a [usize],
}

impl ParamCourses<'_> {
    /// None where several conditions of a rule depend on the params, or one in both directions.
    fn of_rule(&self, rule: &Rule) -> Option<RuleCourse> {
        let policy = self.program.policies.get(rule.policy).and_then(|policy| policy.when.as_ref());
        let (when, asks, worse): (Option<&Expr>, Vec<&Expr>, _) = match &rule.decl.body {
            RuleBody::Trigger { when } => (None, vec![when], ParamCourse::Up),
            RuleBody::Require { when, requires } => {
                (when.as_ref(), requires.iter().collect(), ParamCourse::Down)
            }
        };
        let applies: Vec<&Expr> = policy.into_iter().chain(when).collect();
        match (self.all(&applies)?, self.all(&asks)?) {
            (ParamCourse::Level, asks) if worse == ParamCourse::Up => Some(RuleCourse::Worse(asks)),
            (ParamCourse::Level, asks) => Some(RuleCourse::Worse(asks.turned())),
            (ParamCourse::Up | ParamCourse::Down, ParamCourse::Level) => Some(RuleCourse::Applies),
            (ParamCourse::Up | ParamCourse::Down, ParamCourse::Up | ParamCourse::Down) => None,
        }
    }

    fn all(&self, parts: &[&Expr]) -> Option<ParamCourse> {
        parts.iter().try_fold(ParamCourse::Level, |course, part| course.with(self.of(part)?))
    }

    /// The course of an expression; none where nobody knows.
    fn of(&self, expr: &Expr) -> Option<ParamCourse> {
        if !self.depends(expr) {
            return Some(ParamCourse::Level);
        }
        match &expr.kind {
            ExprKind::Path(_) | ExprKind::Entry { .. } => self.of_name(expr),
            ExprKind::Not(inner) | ExprKind::Neg(inner) => self.of(inner).map(ParamCourse::turned),
            ExprKind::Arithmetic(ArithmeticOp::Add, left, right) => self.of(left)?.with(self.of(right)?),
            ExprKind::Arithmetic(ArithmeticOp::Subtract, left, right) => {
                self.of(left)?.with(self.of(right)?.turned())
            }
            ExprKind::Compare(op, left, right) => {
                let (left, right) = (self.of(left)?, self.of(right)?);
                match op {
                    CompareOp::Less | CompareOp::LessEqual => left.turned().with(right),
                    CompareOp::Greater | CompareOp::GreaterEqual => left.with(right.turned()),
                    CompareOp::Equal | CompareOp::NotEqual => None,
                }
            }
            ExprKind::Logic(_, parts) => self.all(&parts.iter().collect::<Vec<_>>()),
            ExprKind::In { item, negated, set: Set::Range(low, high) } if !self.depends(item) => {
                let course = self.of(low)?.turned().with(self.of(high)?)?;
                Some(if *negated { course.turned() } else { course })
            }
            ExprKind::If { condition, then, otherwise } if !self.depends(condition) => {
                self.of(then)?.with(self.of(otherwise)?)
            }
            ExprKind::With { claim, confidence, population, every_look: _ } => {
                let rest = [Some(confidence), population.as_ref()];
                rest.into_iter().flatten().all(|part| !self.depends(part)).then(|| self.of(claim))?
            }
            ExprKind::Call { args, .. } => self.of_call(expr, args),
            ExprKind::Arithmetic(ArithmeticOp::Multiply | ArithmeticOp::Divide, ..)
            | ExprKind::In { .. }
            | ExprKind::If { .. }
            | ExprKind::AtLeast { .. }
            | ExprKind::Literal(_)
            | ExprKind::Has(_) => None,
        }
    }

    /// A param itself, or a let.
    fn of_name(&self, expr: &Expr) -> Option<ParamCourse> {
        match self.program.expr(expr.id)?.target.as_ref()? {
            Target::Param(_) | Target::Table(_) => Some(ParamCourse::Up),
            Target::Let(index) => {
                let inner = self.program.lets.get(*index).filter(|inner| !inner.recursive)?;
                self.of(&inner.decl.value)
            }
            Target::Field(_)
            | Target::JudgedField(_)
            | Target::Workflows(_)
            | Target::Date(_)
            | Target::Element { .. }
            | Target::Stage(_)
            | Target::Member(_)
            | Target::Call(_) => None,
        }
    }

    /// More elements that satisfy a condition are a greater number and a greater share, and snapshots that do are a longer run.
    /// Of a claim that is easier to bear out, one is surer.
    fn of_call(&self, expr: &Expr, args: &[Arg]) -> Option<ParamCourse> {
        let Some(Target::Call(builtin)) = self.program.expr(expr.id)?.target.as_ref() else { return None };
        let [arg] = args else { return None };
        let Arg { value, of, condition, among, by, over, every_look: _, head: _ } = arg;
        let length = over.as_ref().and_then(Over::length);
        let rest = of.iter().chain(among).chain(by).chain(length);
        if rest.into_iter().any(|part| self.depends(part)) {
            return None;
        }
        match &builtin.shape {
            Shape::Counting(Counting { tallied: Tallied::Number(_) | Tallied::Share(_), .. }) => {
                let condition = condition.as_ref().filter(|_| !self.depends(value))?;
                self.of(condition)
            }
            Shape::Counting(Counting { tallied: Tallied::Whether(quantifier), .. }) => {
                let asked = match condition {
                    Some(condition) if !self.depends(value) => self.of(condition)?,
                    Some(_) => return None,
                    None => self.of(value)?,
                };
                // Of four elements `any` takes 1 to be yes, and `none` takes 0.
                let more_is_yes = (quantifier.for_yes)(4)? > (quantifier.for_no)(4)?;
                Some(if more_is_yes { asked } else { asked.turned() })
            }
            Shape::Along(Along::Run(_)) | Shape::Confidence if condition.is_none() => self.of(value),
            Shape::Numbers(_)
            | Shape::Distinct
            | Shape::Longest
            | Shape::Along(_)
            | Shape::Part(_)
            | Shape::Weekday
            | Shape::Default
            | Shape::Confidence => None,
        }
    }

    fn depends(&self, expr: &Expr) -> bool {
        self.program.reads_param(expr, self.params)
    }
}
