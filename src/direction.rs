//! Whether a param makes a rule stricter as it grows: what the review of a changed threshold wants to know.
//!
//! Looks at the form of the conditions, through lets, and at no value. What it cannot tell is said to be open.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::ast::{Arg, ArithmeticOp, CompareOp, Expr, ExprKind, Over, RuleBody, Set, UndecidedKind};
use crate::builtins::series::Along;
use crate::builtins::{Builtin, Shape};
use crate::interval::Interval;
use crate::program::{Program, Target};
use crate::value::Number;

/// How a value moves as a param grows; a condition moves up as it becomes true more easily.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    Still,
    Up,
    Down,
    Open,
}

impl Course {
    fn flip(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
            Self::Still | Self::Open => self,
        }
    }

    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Still, course) | (course, Self::Still) => course,
            (a, b) if a == b => a,
            (Self::Up | Self::Down | Self::Open, _) => Self::Open,
        }
    }
}

/// Whether a larger value of a param is stricter (`true`) or laxer for all rules that use it; none where that is open.
///
/// `counts` says of which rules, by their index, it matters.
pub fn larger_is_stricter(program: &Program, param: usize, counts: impl Fn(usize) -> bool) -> Option<bool> {
    let mut all = Course::Still;
    for (_, rule) in program.rules.iter().enumerate().filter(|(index, _)| counts(*index)) {
        let passes = rule.decl.undecided.as_ref().is_some_and(|undecided| match undecided.kind {
            UndecidedKind::Pass | UndecidedKind::Warn => true,
            UndecidedKind::Hold => false,
        });
        let search = DirectionSearch { program, param, passes, lets: RefCell::default() };
        let policy = program.policies.get(rule.policy).filter(|_| rule.gate.is_none());
        let applies =
            policy.and_then(|policy| policy.when.as_ref()).map_or(Course::Still, |when| search.course(when));
        // Up: the rule stops more.
        let own = match &rule.decl.body {
            RuleBody::Trigger { when } => search.course(when),
            RuleBody::Require { when, requires } => {
                let required = requires.iter().map(|expr| search.course(expr).flip());
                let when = when.as_ref().map_or(Course::Still, |when| search.course(when));
                required.fold(when, Course::join)
            }
        };
        all = all.join(applies).join(own);
    }
    match all {
        Course::Up => Some(true),
        Course::Down => Some(false),
        Course::Still | Course::Open => None,
    }
}

struct DirectionSearch<'p> {
    program: &'p Program,
    param: usize,
    /// Whether what is undecided passes: then whoever asks to be surer lets more pass.
    passes: bool,
    /// How the lets move that were looked at already.
    lets: RefCell<BTreeMap<usize, Course>>,
}

impl DirectionSearch<'_> {
    fn path_course(&self, target: Option<&Target>) -> Course {
        match target {
            Some(Target::Param(index)) if *index == self.param => Course::Up,
            Some(target) if let Some(index) = target.through() => self.let_course(index),
            Some(
                Target::Param(_)
                | Target::Let(_)
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
            | None => Course::Still,
        }
    }

    fn course(&self, expr: &Expr) -> Course {
        let target = self.program.expr(expr.id).and_then(|info| info.target.as_ref());
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Has(_) => Course::Still,
            ExprKind::Path(_) => self.path_course(target),
            ExprKind::Entry { key, .. } => {
                let asked = match target {
                    Some(Target::Table(index)) => self.program.tables.get(*index),
                    Some(
                        Target::Param(_)
                        | Target::Let(_)
                        | Target::Field(_)
                        | Target::Workflows(_)
                        | Target::Date(_)
                        | Target::JudgedField(_)
                        | Target::Element { .. }
                        | Target::Stage(_)
                        | Target::Member(_)
                        | Target::Call(_),
                    )
                    | None => None,
                };
                let has = asked.is_some_and(|table| table.all().any(|own| own == self.param));
                let own = if has { Course::Up } else { Course::Still };
                own.join(self.still_or_open([&**key]))
            }
            ExprKind::Not(inner) | ExprKind::Neg(inner) => self.course(inner).flip(),
            ExprKind::Arithmetic(op, a, b) => self.arithmetic(*op, a, b),
            ExprKind::Compare(op, a, b) => self.compare(*op, a, b),
            ExprKind::Logic(_, operands) | ExprKind::AtLeast { of: operands, .. } => {
                operands.iter().map(|operand| self.course(operand)).fold(Course::Still, Course::join)
            }
            ExprKind::With { claim, confidence, population, every_look: _ } => {
                let surer = match self.course(confidence) {
                    Course::Still => Course::Still,
                    Course::Up | Course::Down | Course::Open if self.passes => Course::Open,
                    course @ (Course::Up | Course::Down | Course::Open) => course.flip(),
                };
                let of = population.as_ref().map_or(Course::Still, |of| self.still_or_open([&**of]));
                self.course(claim).join(surer).join(of)
            }
            ExprKind::In { item, negated, set } => {
                let within = match set {
                    Set::Range(low, high) => self.course(low).flip().join(self.course(high)),
                    Set::List(members, _) => self.still_or_open(members.iter()),
                    Set::Value(value) | Set::Pattern(value) => self.still_or_open([&**value]),
                };
                let course = within.join(self.still_or_open([&**item]));
                if *negated { course.flip() } else { course }
            }
            ExprKind::If { condition, then, otherwise } => {
                self.still_or_open([&**condition]).join(self.course(then)).join(self.course(otherwise))
            }
            ExprKind::Call { args, .. } => match target {
                Some(Target::Call(builtin)) => self.call(builtin, args),
                Some(
                    Target::Param(_)
                    | Target::Table(_)
                    | Target::Let(_)
                    | Target::Field(_)
                    | Target::JudgedField(_)
                    | Target::Workflows(_)
                    | Target::Date(_)
                    | Target::Element { .. }
                    | Target::Stage(_)
                    | Target::Member(_),
                )
                | None => Course::Open,
            },
        }
    }

    fn let_course(&self, index: usize) -> Course {
        if let Some(known) = self.lets.borrow().get(&index) {
            return *known;
        }
        let inner = self.program.lets.get(index).filter(|inner| !inner.recursive);
        if inner.is_none() {
            return Course::Open;
        }
        let course = inner.map_or(Course::Still, |inner| self.course(&inner.decl.value));
        self.lets.borrow_mut().insert(index, course);
        course
    }

    fn still_or_open<'e>(&self, parts: impl IntoIterator<Item = &'e Expr>) -> Course {
        let all = parts.into_iter().map(|part| self.course(part)).fold(Course::Still, Course::join);
        if all == Course::Still { all } else { Course::Open }
    }

    fn arithmetic(&self, op: ArithmeticOp, a: &Expr, b: &Expr) -> Course {
        let (left, right) = (self.course(a), self.course(b));
        match op {
            ArithmeticOp::Add => left.join(right),
            ArithmeticOp::Subtract => left.join(right.flip()),
            // Only what cannot be negative keeps the direction.
            ArithmeticOp::Multiply | ArithmeticOp::Divide
                if left != Course::Still || right != Course::Still =>
            {
                if !self.is_non_negative(a) || !self.is_non_negative(b) {
                    return Course::Open;
                }
                left.join(if op == ArithmeticOp::Divide { right.flip() } else { right })
            }
            ArithmeticOp::Multiply | ArithmeticOp::Divide => Course::Still,
        }
    }

    fn is_non_negative(&self, expr: &Expr) -> bool {
        let quantity = self.program.expr(expr.id).and_then(|info| info.ty.quantity());
        let low = |range: &Interval| range.low.as_ref().is_some_and(|low| *low >= Number::ZERO);
        quantity.is_some_and(|quantity| low(&quantity.range))
    }

    fn compare(&self, op: CompareOp, a: &Expr, b: &Expr) -> Course {
        match op {
            CompareOp::Greater | CompareOp::GreaterEqual => self.course(a).join(self.course(b).flip()),
            CompareOp::Less | CompareOp::LessEqual => self.course(b).join(self.course(a).flip()),
            CompareOp::Equal | CompareOp::NotEqual => self.still_or_open([a, b]),
        }
    }

    fn call(&self, builtin: &Builtin, args: &[Arg]) -> Course {
        let Some(arg) = args.first() else { return Course::Open };
        let window = self.still_or_open(arg.over.iter().filter_map(Over::length));
        // Beside two counts `where` picks snapshots, of which more may make the share larger or smaller.
        let (picked, asked) =
            if arg.of.is_some() { (&arg.condition, &None) } else { (&None, &arg.condition) };
        let by = self.still_or_open(arg.of.iter().chain(picked).chain(&arg.among).chain(&arg.by));
        let value = self.course(&arg.value);
        let condition = asked.as_ref().map_or(Course::Still, |condition| self.course(condition));
        let other = args.get(1).map_or(Course::Still, |other| self.course(&other.value));
        let own = match &builtin.shape {
            Shape::Counting(counting) => {
                let asked = condition.join(value);
                if counting.falls { asked.flip() } else { asked }
            }
            Shape::Along(Along::Run(_) | Along::Snapshot(_) | Along::Latest) | Shape::Confidence => value,
            Shape::Default => value.join(other),
            Shape::Numbers(numbers) => match value.join(condition).join(other) {
                Course::Still => Course::Still,
                course if numbers.rises && condition == Course::Still => course,
                Course::Up | Course::Down | Course::Open => Course::Open,
            },
            Shape::Longest => condition.join(value),
            Shape::Along(Along::Since | Along::Asks | Along::Stretch(_))
            | Shape::Part(_)
            | Shape::Weekday
            | Shape::Distinct => self.still_or_open([&arg.value]),
        };
        window.join(by).join(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::EffectKind;
    use crate::engine::Workspace;
    use crate::project::TextFile;

    fn of(rules: &str) -> Option<bool> {
        of_param("q = 50% within 1% to 99%", rules)
    }

    fn of_param(param: &str, rules: &str) -> Option<bool> {
        let text = format!(
            "snapshot every 1 week grace 3 days {{ k: one of [a, b], a: share, n: count, m: count, x: number, outputs: list of {{ t: share }} }}
             policy p {{ param {param} {rules} }}"
        );
        let file = TextFile { name: "p.gate".to_owned(), content: Ok(text.into()) };
        let compiled = Workspace::new().compile(vec![file]);
        assert!(compiled.diagnostics.is_empty(), "{rules}: {:#?}", compiled.diagnostics);
        let program = &compiled.report;
        let harsh = |rule: usize| program.rules[rule].effect > EffectKind::Note;
        larger_is_stricter(program, 0, harsh)
    }

    #[test]
    fn an_entry_of_a_table_goes_the_way_of_what_asks_for_it() {
        let table = "q = { a: 50%, else: 40% } within 1% to 99%";
        assert_eq!(of_param(table, "rule r { require a >= q[k] else hold }"), Some(true));
        assert_eq!(of_param(table, "rule r { when a > q[k] then hold }"), Some(false));
        assert_eq!(of_param(table, "let own = q[k] rule r { require a >= own else hold }"), Some(true));
        assert_eq!(of_param(table, "rule r { require a == q[k] else hold }"), None);
    }

    #[test]
    fn directions_follow_the_form_of_rules() {
        for (rules, larger) in [
            ("rule r { require a >= q else hold }", Some(true)),
            ("rule r { require a <= q else hold }", Some(false)),
            ("rule r { when a < q then rollback }", Some(true)),
            ("rule r { when not a < q then rollback }", Some(false)),
            ("rule r { require share(outputs where t < q) >= 80% else hold }", Some(false)),
            (
                "let light = share(outputs where t < q) rule r { when held(light < 80%) > 2 weeks then hold }",
                Some(false),
            ),
            ("rule r { require none(outputs where t > q) else hold }", Some(false)),
            ("rule r { require n >= q * n else hold }", Some(true)),
            ("rule r { require n >= q * x else hold }", None),
            ("rule r { require a >= q else hold } rule s { require a <= q else hold }", None),
            ("rule r { require share(n of m) <= q else hold }", Some(false)),
            ("rule r { require share(n of m where a > q over 2 weeks) >= 50% else hold }", None),
            ("rule r { require a == q else hold }", None),
            ("rule r { require a >= q else note } rule s { require a <= q else hold }", Some(false)),
            ("rule r { require a >= q else hold undecided pass }", Some(true)),
            (
                "rule r { require share(outputs where t < 15%) >= 8% with q confidence else hold undecided pass }",
                None,
            ),
            ("rule r { when a > q require n >= 3 else hold }", Some(false)),
            (
                "rule r { require share(outputs where t < 15%) >= 80% with q confidence else hold }",
                Some(true),
            ),
        ] {
            assert_eq!(of(rules), larger, "{rules}");
        }
    }
}
