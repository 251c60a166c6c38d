//! Whether values can make a condition true: a condition as a formula over its subjects, and a search for such values.
//!
//! A subject is what is compared with constants: a field, an aggregate, any expression. Different subjects count as
//! independent, so that «never» is never wrong, and «sometimes» may be.

use std::collections::BTreeMap;

use super::LintedPolicies;
use crate::ast::{CompareOp, Expr, ExprKind, LiteralKind, LogicOp, Set};
use crate::builtins::Shape;
use crate::builtins::series::Along;
use crate::evidence;
use crate::interval::Interval;
use crate::program::Target;
use crate::types::{Kind, Type};
use crate::value::{DAY, Number, Value};

/// How many parts of formulas one search looks at, and how many parts a formula has at most.
const MAX_STEPS: usize = 50_000;
const MAX_PARTS: usize = 2_000;

#[derive(Clone, Debug)]
pub(super) enum Formula {
    Known(bool),
    /// How a subject compares with a value.
    Test(usize, CompareOp, Value),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    AtLeast(usize, Vec<Self>),
}

impl Formula {
    pub(super) fn negate(self) -> Self {
        Self::Not(Box::new(self))
    }
}

/// What can be said of a formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SolveAnswer {
    /// No values make it true.
    Never,
    /// These do, by subject; none where it does not matter.
    With(Vec<Option<Value>>),
    /// It would take too long to say.
    Open,
}

/// The values that a subject may have.
#[derive(Clone, Debug)]
pub(super) enum Domain {
    Bool,
    Words(Vec<Value>),
    /// Any text.
    Text,
    /// `step` is the distance of the values, if they are not dense.
    Numbers {
        range: Interval,
        step: Option<Number>,
    },
}

#[derive(Debug)]
struct SolvedSubject {
    domain: Domain,
    /// What it is compared with.
    marks: Vec<Value>,
}

/// Formulas that share their subjects.
#[derive(Debug)]
pub(super) struct Solver<'p, 'a> {
    policies: &'p LintedPolicies<'a>,
    by_form: BTreeMap<String, usize>,
    subjects: Vec<SolvedSubject>,
    parts: usize,
}

impl<'p, 'a> Solver<'p, 'a> {
    pub(super) fn new(policies: &'p LintedPolicies<'a>) -> Self {
        Self { policies, by_form: BTreeMap::new(), subjects: Vec::new(), parts: 0 }
    }

    /// The formula that is true where a condition is yes.
    pub(super) fn formula(&mut self, expr: &'a Expr) -> Formula {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return self.opaque(None);
        }
        match &expr.kind {
            ExprKind::Literal(LiteralKind::Bool(value)) => Formula::Known(*value),
            ExprKind::Path(_) => match self.policies.target(expr) {
                Some(Target::Let(_)) => self.formula(self.policies.resolve(expr)),
                Some(
                    Target::Param(_)
                    | Target::Table(_)
                    | Target::Field(_)
                    | Target::JudgedField(_)
                    | Target::Workflows(_)
                    | Target::Date(_)
                    | Target::Element { .. }
                    | Target::Stage(_)
                    | Target::Member(_)
                    | Target::Call(_),
                )
                | None => match self.policies.constant(expr) {
                    Some(constant) => Formula::Known(constant.value == Value::Bool(true)),
                    None => self.opaque(Some(expr)),
                },
            },
            ExprKind::Not(inner) => self.formula(inner).negate(),
            ExprKind::Compare(op, left, right) => self.compare(*op, left, right),
            ExprKind::Logic(op, operands) => {
                let operands = operands.iter().map(|operand| self.formula(operand)).collect();
                match op {
                    LogicOp::And => Formula::All(operands),
                    LogicOp::Or => Formula::Any(operands),
                }
            }
            ExprKind::AtLeast { count, of, .. } => {
                let needed = usize::try_from(*count).unwrap_or(usize::MAX);
                Formula::AtLeast(needed, of.iter().map(|operand| self.formula(operand)).collect())
            }
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.formula(condition);
                let (then, otherwise) = (self.formula(then), self.formula(otherwise));
                let not = condition.clone().negate();
                Formula::Any(vec![Formula::All(vec![condition, then]), Formula::All(vec![not, otherwise])])
            }
            ExprKind::In { item, negated, set } => {
                let inside = self.inside(expr, item, set);
                if *negated { inside.negate() } else { inside }
            }
            // What is shown with confidence is so of the sample, too.
            ExprKind::With { claim, .. } => Formula::All(vec![self.formula(claim), self.opaque(Some(expr))]),
            ExprKind::Literal(_)
            | ExprKind::Entry { .. }
            | ExprKind::Neg(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Has(_)
            | ExprKind::Call { .. } => self.opaque(Some(expr)),
        }
    }

    fn inside(&mut self, expr: &'a Expr, item: &'a Expr, set: &'a Set) -> Formula {
        match set {
            Set::Range(low, high) => Formula::All(vec![
                self.compare(CompareOp::GreaterEqual, item, low),
                self.compare(CompareOp::LessEqual, item, high),
            ]),
            Set::List(members, _) => {
                let equal = |member| self.compare(CompareOp::Equal, item, member);
                Formula::Any(members.iter().map(equal).collect())
            }
            Set::Value(_) | Set::Pattern(_) => {
                let form = self.policies.form(item).zip(self.policies.form(expr));
                let form =
                    form.map(|(item, whole)| format!("{item} in {}", whole.replacen("not in", "in", 1)));
                self.truth(form)
            }
        }
    }

    /// A condition that is not looked into.
    fn opaque(&mut self, expr: Option<&'a Expr>) -> Formula {
        let form = expr.and_then(|expr| self.policies.form(expr));
        self.truth(form)
    }

    fn truth(&mut self, form: Option<String>) -> Formula {
        let subject = self.subject(form, Domain::Bool);
        Formula::Test(subject, CompareOp::Equal, Value::Bool(true))
    }

    /// The formula of a comparison.
    pub(super) fn compare(&mut self, op: CompareOp, left: &'a Expr, right: &'a Expr) -> Formula {
        match (self.policies.constant(left), self.policies.constant(right)) {
            (Some(left), Some(right)) if left.calendar == right.calendar => {
                Formula::Known(holds(op, &left.value, &right.value))
            }
            (None, Some(constant)) => self.test(op, left, constant.value, constant.calendar),
            (Some(constant), None) => self.test(op.mirrored(), right, constant.value, constant.calendar),
            (Some(_), Some(_)) => self.opaque(None),
            (None, None) => {
                // Which of the two is larger.
                let forms = self.policies.form(left).zip(self.policies.form(right));
                let (form, op) = match forms {
                    Some((left, right)) if right < left => (Some(format!("{right} ~ {left}")), op.mirrored()),
                    Some((left, right)) => (Some(format!("{left} ~ {right}")), op),
                    None => (None, op),
                };
                let signs = [-1, 0, 1].map(|sign| Value::Number(sign.into())).to_vec();
                Formula::Test(self.subject(form, Domain::Words(signs)), op, Value::Number(Number::ZERO))
            }
        }
    }

    fn test(&mut self, op: CompareOp, of: &'a Expr, value: Value, calendar: bool) -> Formula {
        let form = self.policies.form(of).map(|form| if calendar { form + " in months" } else { form });
        let domain = if calendar { Domain::calendar() } else { self.policies.domain(of) };
        let subject = self.subject(form, domain);
        self.mark(subject, op, value)
    }

    /// The formula that is true in some stages.
    pub(super) fn in_stages(&mut self, rungs: impl Iterator<Item = usize>) -> Formula {
        let domain = self.policies.stages();
        let subject = self.subject(Some(" stage".to_owned()), domain);
        let all: Vec<Formula> =
            rungs.map(|rung| self.mark(subject, CompareOp::Equal, Value::Number(rung.into()))).collect();
        match <[Formula; 1]>::try_from(all) {
            Ok([only]) => only,
            Err(all) => Formula::Any(all),
        }
    }

    fn mark(&mut self, subject: usize, op: CompareOp, value: Value) -> Formula {
        if let Some(known) = self.subjects.get_mut(subject) {
            known.marks.push(value.clone());
        }
        Formula::Test(subject, op, value)
    }

    fn subject(&mut self, form: Option<String>, domain: Domain) -> usize {
        let next = self.subjects.len();
        if let Some(form) = form {
            let index = *self.by_form.entry(form).or_insert(next);
            if index < next {
                return index;
            }
        }
        self.subjects.push(SolvedSubject { domain, marks: Vec::new() });
        next
    }

    /// Values that make a formula true.
    pub(super) fn search(&self, formula: &Formula) -> SolveAnswer {
        let words = |subject: &SolvedSubject| match &subject.domain {
            Domain::Words(words) => words.len(),
            Domain::Bool | Domain::Text | Domain::Numbers { .. } => subject.marks.len(),
        };
        if self.subjects.iter().map(words).sum::<usize>() > MAX_PARTS {
            return SolveAnswer::Open;
        }
        let mut search = SolutionSearch {
            values: self.subjects.iter().map(SolvedSubject::values).collect(),
            chosen: Vec::new(),
            steps: 0,
        };
        search.chosen.resize(self.subjects.len(), None);
        match search.run(formula) {
            _ if search.steps > MAX_STEPS => SolveAnswer::Open,
            true => SolveAnswer::With(search.chosen),
            false => SolveAnswer::Never,
        }
    }
}

/// A value of a domain for each way in which one can compare with the marks.
pub(super) fn values(domain: Domain, marks: Vec<Value>) -> Vec<Value> {
    SolvedSubject { domain, marks }.values()
}

impl SolvedSubject {
    /// One value for each way in which the subject can compare with its marks.
    fn values(&self) -> Vec<Value> {
        match &self.domain {
            Domain::Bool => vec![Value::Bool(false), Value::Bool(true)],
            Domain::Words(words) => words.clone(),
            Domain::Text => {
                let mut texts = self.marks.clone();
                let longest =
                    texts.iter().map(|text| if let Value::Text(text) = text { text.len() } else { 0 });
                texts.push(Value::Text("x".repeat(longest.max().unwrap_or(0) + 1).into()));
                texts
            }
            Domain::Numbers { range, step } => self.numbers(range, step.as_ref()),
        }
    }

    fn numbers(&self, range: &Interval, step: Option<&Number>) -> Vec<Value> {
        let number =
            |value: &Value| if let Value::Number(number) = value { Some(number.clone()) } else { None };
        let mut marks: Vec<Number> = self.marks.iter().filter_map(number).collect();
        marks.extend(range.low.iter().chain(&range.high).cloned());
        marks.sort();
        marks.dedup();
        let on_step = |number: &Number| match step {
            Some(step) => Number::from((number / step).floor()) * step,
            None => number.clone(),
        };
        let away = step.cloned().unwrap_or(Number::ONE);
        let mut values: Vec<Number> = marks.clone();
        for mark in &marks {
            values.extend([on_step(mark), on_step(&(mark - &away)), on_step(mark) + &away]);
        }
        let pairs = marks.iter().zip(marks.iter().skip(1));
        values.extend(pairs.map(|(low, high)| on_step(&((low + high) / Number::from(2)))));
        values.retain(|value| range.contains(value) && *value == on_step(value));
        values.sort();
        values.dedup();
        values.into_iter().map(Value::Number).collect()
    }
}

struct SolutionSearch {
    values: Vec<Vec<Value>>,
    chosen: Vec<Option<Value>>,
    steps: usize,
}

impl SolutionSearch {
    /// Whether what is not yet chosen can be chosen so that the formula is true; it is then chosen.
    fn run(&mut self, formula: &Formula) -> bool {
        match self.evaluate(formula) {
            Ok(decided) => decided,
            Err(subject) => {
                for value in self.values.get(subject).cloned().unwrap_or_default() {
                    if let Some(slot) = self.chosen.get_mut(subject) {
                        *slot = Some(value);
                    }
                    if self.steps > MAX_STEPS || self.run(formula) {
                        return true;
                    }
                }
                if let Some(slot) = self.chosen.get_mut(subject) {
                    *slot = None;
                }
                false
            }
        }
    }

    /// What a formula is by what is chosen, or a subject that it depends on.
    fn evaluate(&mut self, formula: &Formula) -> Result<bool, usize> {
        self.steps += 1;
        match formula {
            Formula::Known(value) => Ok(*value),
            Formula::Test(subject, op, value) => match self.chosen.get(*subject) {
                Some(Some(chosen)) => Ok(holds(*op, chosen, value)),
                Some(None) | None => Err(*subject),
            },
            Formula::Not(inner) => self.evaluate(inner).map(|value| !value),
            Formula::All(parts) => self.at_least(parts.len(), parts),
            Formula::Any(parts) => self.at_least(1, parts),
            Formula::AtLeast(needed, parts) => self.at_least(*needed, parts),
        }
    }

    fn at_least(&mut self, needed: usize, parts: &[Formula]) -> Result<bool, usize> {
        evidence::at_least(needed, parts.iter().map(|part| self.evaluate(part)), |first, _| first)
    }
}

/// How two values compare.
pub(super) fn holds(op: CompareOp, left: &Value, right: &Value) -> bool {
    match (op, left, right) {
        (CompareOp::Equal, _, _) => left == right,
        (CompareOp::NotEqual, _, _) => left != right,
        (_, Value::Number(left), Value::Number(right)) => op.holds(left.cmp(right)),
        (CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual, _, _) => {
            false
        }
    }
}

impl Domain {
    fn calendar() -> Self {
        Self::Numbers { range: Interval::at_least(Number::ZERO), step: None }
    }
}

impl<'a> LintedPolicies<'a> {
    fn stages(&self) -> Domain {
        let rungs = 0..self.program.vocabulary.stages.len();
        Domain::Words(rungs.map(|rung| Value::Number(rung.into())).collect())
    }

    /// The values that an expression may have.
    pub(super) fn domain(&self, expr: &Expr) -> Domain {
        let Some(info) = self.program.expr(expr.id) else { return Domain::Text };
        let days = || Some(Number::from(DAY));
        match &info.ty {
            Type::Bool => Domain::Bool,
            Type::Stage => self.stages(),
            Type::Choice(members) => Domain::Words(members.iter().cloned().map(Value::Text).collect()),
            Type::Amount(quantity) => {
                let step = (quantity.kind == Kind::Count).then_some(Number::ONE);
                Domain::Numbers { range: quantity.range.clone(), step }
            }
            Type::Elapsed => {
                let forward = matches!(&info.target, Some(Target::Call(builtin))
                    if matches!(builtin.shape, Shape::Along(Along::Run(_) | Along::Since)));
                let range = if forward { Interval::at_least(Number::ZERO) } else { Interval::ALL };
                Domain::Numbers { range, step: days() }
            }
            Type::Time => Domain::Numbers { range: Interval::ALL, step: None },
            Type::Date => Domain::Numbers { range: Interval::ALL, step: Some(Number::ONE) },
            Type::Calendar => Domain::calendar(),
            Type::Text | Type::List(_) | Type::Record(_) | Type::Error => Domain::Text,
        }
    }
}
