//! What rules hold a number of the snapshots against: the comparisons of a field with a param or with a bare value.

use crate::ast::{CompareOp, Expr, ExprKind, LiteralKind};
use crate::eval::Rulebook;
use crate::program::{ParamValue, Target};
use crate::report::MetricThreshold;
use crate::types::Kind;
use crate::value::Number;

/// The thresholds of a field, by the values in force on a day; what several rules ask stands once.
pub(super) fn thresholds(
    steps: &[usize],
    kind: &Kind,
    rulebook: &Rulebook<'_>,
    day: i64,
) -> Vec<MetricThreshold> {
    let program = rulebook.program;
    let mut found: Vec<MetricThreshold> = Vec::new();
    for (at, rule) in program.rules.iter().enumerate() {
        if rulebook.settings.rule_on(at, day).is_none_or(|setting| setting.effect.is_none()) {
            continue;
        }
        let search = ThresholdSearch { steps, rulebook, day };
        let (mut seen, mut met) = (Vec::new(), Vec::new());
        rule.decl.conditions().into_iter().for_each(|expr| search.look(expr, &mut seen, &mut met));
        for (op, value) in met {
            let asks = format!("{} {}", op.as_str(), kind.show(&value));
            match found.iter_mut().find(|known| known.asks == asks) {
                Some(known) if known.rules.last().is_some_and(|last| *last != *rule.name) => {
                    known.rules.push(rule.name.to_string());
                }
                Some(_) => {}
                None => found.push(MetricThreshold { asks, value, rules: vec![rule.name.to_string()] }),
            }
        }
    }
    found
}

struct ThresholdSearch<'a> {
    /// The way to the field.
    steps: &'a [usize],
    rulebook: &'a Rulebook<'a>,
    day: i64,
}

impl ThresholdSearch<'_> {
    /// Adds the comparisons in an expression, and in the lets that it names.
    fn look(&self, expr: &Expr, seen: &mut Vec<usize>, met: &mut Vec<(CompareOp, Number)>) {
        if let ExprKind::Compare(op, left, right) = &expr.kind {
            match (self.is_field(left), self.is_field(right)) {
                (true, false) => met.extend(self.value(right).map(|value| (*op, value))),
                (false, true) => met.extend(self.value(left).map(|value| (op.mirrored(), value))),
                (true, true) | (false, false) => {}
            }
        }
        if let Some(index) = self.target(expr).and_then(Target::through)
            && !seen.contains(&index)
            && let Some(own) = self.rulebook.program.lets.get(index)
        {
            seen.push(index);
            self.look(&own.decl.value, seen, met);
        }
        expr.children().into_iter().for_each(|child| self.look(child, seen, met));
    }

    fn target(&self, expr: &Expr) -> Option<&Target> {
        self.rulebook.program.expr(expr.id)?.target.as_ref()
    }

    fn is_field(&self, expr: &Expr) -> bool {
        match self.target(expr) {
            Some(Target::Field(path) | Target::JudgedField(path)) => {
                path.computed.is_none() && path.steps == self.steps
            }
            Some(
                Target::Workflows(_)
                | Target::Date(_)
                | Target::Element { .. }
                | Target::Let(_)
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_),
            )
            | None => false,
        }
    }

    /// The number that an expression stands for, whatever the snapshots say.
    fn value(&self, expr: &Expr) -> Option<Number> {
        if let Some(Target::Param(index)) = self.target(expr) {
            return match &self.rulebook.settings.param_on(*index, self.day)?.value {
                ParamValue::Value(value) => value.number().cloned(),
                ParamValue::Calendar(_) | ParamValue::List(_) => None,
            };
        }
        let ExprKind::Literal(literal) = &expr.kind else { return None };
        match literal {
            LiteralKind::Number(number)
            | LiteralKind::Share(number)
            | LiteralKind::Unit(number, _)
            | LiteralKind::Duration(number) => Some(number.clone()),
            LiteralKind::Calendar(_)
            | LiteralKind::Date(_)
            | LiteralKind::Time(_)
            | LiteralKind::Text(_)
            | LiteralKind::Bool(_) => None,
        }
    }
}
