//! When two expressions are the same, and which of them are constant: lets looked through, params at the value in force.

use std::fmt::Write;

use super::LintedPolicies;
use crate::ast::{Arg, ArithmeticOp, Expr, ExprKind, LiteralKind, Over, Set};
use crate::program::{DateWord, ParamValue, StayOf, Target};
use crate::value::{Number, Value, day_number};

/// A form that is longer than this is not compared with others.
const MAX_FORM: usize = 4_000;
/// One that takes more steps to work out is not taken for constant.
const MAX_STEPS: usize = 200;

/// A value that no snapshot changes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Constant {
    pub(super) value: Value,
    /// Months, which are no number of days.
    pub(super) calendar: bool,
}

impl Constant {
    fn of(value: Value) -> Self {
        Self { value, calendar: false }
    }

    fn months(months: i32) -> Self {
        Self { value: Value::Number(months.into()), calendar: true }
    }

    fn plain(self) -> Option<Number> {
        if let (Value::Number(number), false) = (self.value, self.calendar) { Some(number) } else { None }
    }

    fn number(number: &Number) -> Self {
        Self::of(Value::Number(number.clone()))
    }

    fn literal(literal: &LiteralKind) -> Self {
        match literal {
            LiteralKind::Number(n)
            | LiteralKind::Share(n)
            | LiteralKind::Unit(n, _)
            | LiteralKind::Duration(n) => Self::number(n),
            LiteralKind::Calendar(months) => Self::months(*months),
            LiteralKind::Time(time) => Self::number(time),
            LiteralKind::Date(date) => Self::number(&Number::from(day_number(*date))),
            LiteralKind::Text(text) => Self::of(Value::Text(text.clone())),
            LiteralKind::Bool(value) => Self::of(Value::Bool(*value)),
        }
    }
}

impl<'a> LintedPolicies<'a> {
    /// The value of an expression, if it is the same for every snapshot.
    pub(super) fn constant(&self, expr: &Expr) -> Option<Constant> {
        self.constant_in(expr, &mut 0)
    }

    /// `steps` counts what was looked at: lets that use lets twice stand for very much.
    fn constant_in(&self, expr: &Expr, steps: &mut usize) -> Option<Constant> {
        *steps += 1;
        if *steps > MAX_STEPS {
            return None;
        }
        match &expr.kind {
            ExprKind::Literal(literal) => Some(Constant::literal(literal)),
            ExprKind::Path(_) => match self.target(expr)? {
                Target::Param(index) => Some(match &self.settings.params.get(*index)?.constant()?.value {
                    ParamValue::Value(value) => Constant::of(value.clone()),
                    ParamValue::Calendar(months) => Constant::months(*months),
                    ParamValue::List(_) => return None,
                }),
                Target::Let(index) => self.constant_in(&self.program.lets.get(*index)?.decl.value, steps),
                Target::Stage(rung) => Some(Constant::number(&Number::from(*rung))),
                Target::Member(name) => Some(Constant::of(Value::Text(name.clone()))),
                Target::Field(_)
                | Target::JudgedField(_)
                | Target::Workflows(_)
                | Target::Date(_)
                | Target::Element { .. }
                | Target::Table(_)
                | Target::Call(_) => None,
            },
            ExprKind::Neg(inner) => Some(Constant::number(&-self.constant_in(inner, steps)?.plain()?)),
            ExprKind::Arithmetic(op, a, b) => {
                let a = self.constant_in(a, steps)?.plain()?;
                let b = self.constant_in(b, steps)?.plain()?;
                let result = match op {
                    ArithmeticOp::Add => a + b,
                    ArithmeticOp::Subtract => a - b,
                    ArithmeticOp::Multiply => a * b,
                    ArithmeticOp::Divide if b == Number::ZERO => return None,
                    ArithmeticOp::Divide => a / b,
                };
                Some(Constant::number(&result))
            }
            ExprKind::Not(_)
            | ExprKind::Entry { .. }
            | ExprKind::Compare(..)
            | ExprKind::Logic(..)
            | ExprKind::In { .. }
            | ExprKind::If { .. }
            | ExprKind::Has(_)
            | ExprKind::Call { .. }
            | ExprKind::AtLeast { .. }
            | ExprKind::With { .. } => None,
        }
    }

    /// The number of a constant, in the unit that values are compared in.
    pub(super) fn plain(&self, expr: &Expr) -> Option<Number> {
        self.constant(expr)?.plain()
    }

    /// A text that is the same for the same expressions; none for one that is too long.
    pub(super) fn form(&self, expr: &Expr) -> Option<String> {
        let mut out = String::new();
        self.write(expr, &mut out)?;
        Some(out)
    }

    fn write(&self, expr: &Expr, out: &mut String) -> Option<()> {
        if out.len() > MAX_FORM {
            return None;
        }
        if let Some(constant) = self.constant(expr) {
            return write_constant(&constant, out);
        }
        match &expr.kind {
            ExprKind::Literal(_) => return None,
            ExprKind::Path(_) => return self.write_path(expr, out),
            ExprKind::Entry { table, key } => {
                table.iter().for_each(|name| put(out, &name.text));
                self.write_all("of", [&**key], out)?;
            }
            ExprKind::Has(path) => {
                out.push_str("has");
                path.iter().for_each(|name| put(out, &name.text));
            }
            ExprKind::Not(inner) => self.write_all("not", [&**inner], out)?,
            ExprKind::Neg(inner) => self.write_all("neg", [&**inner], out)?,
            ExprKind::Arithmetic(op, a, b) => self.write_all(&format!("{op:?}"), [&**a, &**b], out)?,
            ExprKind::Compare(op, a, b) => self.write_all(&format!("{op:?}"), [&**a, &**b], out)?,
            ExprKind::With { every_look, .. } => {
                let word = if every_look.is_some() { "with at every look" } else { "with" };
                self.write_all(word, expr.children(), out)?;
            }
            ExprKind::Logic(op, operands) => self.write_all(&format!("{op:?}"), operands, out)?,
            ExprKind::AtLeast { count, of, .. } => self.write_all(&format!("least {count}"), of, out)?,
            ExprKind::In { item, negated, set } => {
                put(out, if *negated { "not in" } else { "in" });
                self.write_all("item", [&**item], out)?;
                match set {
                    Set::Range(low, high) => self.write_all("range", [&**low, &**high], out)?,
                    Set::List(members, _) => self.write_all("list", members, out)?,
                    Set::Value(value) => self.write_all("value", [&**value], out)?,
                    Set::Pattern(pattern) => self.write_all("matches", [&**pattern], out)?,
                }
            }
            ExprKind::If { condition, then, otherwise } => {
                self.write_all("if", [&**condition, &**then, &**otherwise], out)?;
            }
            ExprKind::Call { name, args } => {
                put(out, &name.text);
                args.iter().try_for_each(|arg| self.write_arg(arg, out))?;
                out.push(';');
            }
        }
        Some(())
    }

    fn write_path(&self, expr: &Expr, out: &mut String) -> Option<()> {
        match self.target(expr)? {
            Target::Field(path) | Target::JudgedField(path) | Target::Element { path, .. }
                if let Some(index) = path.computed =>
            {
                put(out, &format!("{}#{index}", path.name));
            }
            Target::Field(path) => put(out, &path.name),
            Target::JudgedField(path) => put(out, &format!("snapshot.{}", path.name)),
            Target::Workflows(path) => put(out, &format!("workflows.{}", path.name)),
            Target::Date(DateWord::Today) => put(out, "today"),
            Target::Date(DateWord::Now) => put(out, "now"),
            Target::Date(DateWord::Entered(StayOf::Looked)) => put(out, "entered"),
            Target::Date(DateWord::Entered(StayOf::Judged)) => put(out, "snapshot.entered"),
            Target::Date(DateWord::Entered(StayOf::Workflow(up))) => put(out, &format!("it{up}.entered")),
            Target::Date(DateWord::FirstSeen { up, list: _ }) => put(out, &format!("it{up}.first_seen")),
            Target::Element { up, path } => put(out, &format!("it{up}.{}", path.name)),
            Target::Let(index) => match self.program.lets.get(*index)? {
                looking_back if looking_back.recursive => put(out, &looking_back.name),
                inner => self.write(&inner.decl.value, out)?,
            },
            // A list, or one that differs from day to day.
            Target::Param(index) => put(out, &self.program.params.get(*index)?.name),
            // Constants, which are written as such; and a call is no path.
            Target::Table(_) | Target::Stage(_) | Target::Member(_) | Target::Call(_) => return None,
        }
        Some(())
    }

    fn write_all<'e>(
        &self,
        name: &str,
        parts: impl IntoIterator<Item = &'e Expr>,
        out: &mut String,
    ) -> Option<()> {
        put(out, name);
        out.push('(');
        for part in parts {
            self.write(part, out)?;
            out.push(',');
        }
        out.push(')');
        Some(())
    }

    fn write_arg(&self, arg: &Arg, out: &mut String) -> Option<()> {
        self.write_all("of", [&arg.value], out)?;
        self.write_all("part of", &arg.of, out)?;
        self.write_all("where", &arg.condition, out)?;
        self.write_all("among", &arg.among, out)?;
        self.write_all("by", &arg.by, out)?;
        arg.every_look.iter().for_each(|_| put(out, "at every look"));
        arg.over.as_ref().map_or(Some(()), |over| self.write_over(over, out))
    }

    pub(super) fn write_over(&self, over: &Over, out: &mut String) -> Option<()> {
        match over {
            Over::Window(length) => self.write_all("over", [&**length], out)?,
            Over::AtMost(length) => self.write_all("over at most", [&**length], out)?,
            Over::Snapshots(number) => self.write_all("over snapshots", [&**number], out)?,
            Over::Named(named, _) => put(out, &format!("over {}", named.as_str())),
        }
        Some(())
    }
}

fn put(out: &mut String, text: &str) {
    out.push(' ');
    out.push_str(text);
}

fn write_constant(constant: &Constant, out: &mut String) -> Option<()> {
    let unit = if constant.calendar { "months" } else { "" };
    match &constant.value {
        Value::Bool(value) => write!(out, " {value}").ok(),
        Value::Text(text) => write!(out, " {text:?}").ok(),
        Value::Number(number) => write!(out, " {number}{unit}").ok(),
        Value::Range(_) | Value::Counted(_) | Value::List(_) | Value::Record(_) => None,
    }
}
