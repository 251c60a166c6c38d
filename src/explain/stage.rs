//! What a stage of the ladder means for a rule, as far as its conditions speak of the stage alone.

use crate::ast::{Expr, ExprKind, LogicOp, RuleBody, Set};
use crate::program::{Program, Rule, Target};
use crate::vocabulary::Vocabulary;

/// Whether a standing rule may be judged in a stage: not where a condition of the stage keeps it from it.
pub fn may_apply(rule: &Rule, rung: usize, program: &Program) -> bool {
    let policy = program.policies.get(rule.policy).and_then(|policy| policy.when.as_ref());
    let own = match &rule.decl.body {
        RuleBody::Trigger { when } => Some(when),
        RuleBody::Require { when, .. } => when.as_ref(),
    };
    policy.into_iter().chain(own).all(|when| holds_in(when, rung, program) != Some(false))
}

/// Whether a condition is so in a stage; none where something else than the stage decides it.
fn holds_in(expr: &Expr, rung: usize, program: &Program) -> Option<bool> {
    match &expr.kind {
        ExprKind::Compare(op, left, right) => {
            let (left, right) = (rung_of(left, rung, program)?, rung_of(right, rung, program)?);
            Some(op.holds(left.cmp(&right)))
        }
        ExprKind::In { item, set: Set::List(members, _), negated } => {
            let item = rung_of(item, rung, program)?;
            let members: Option<Vec<usize>> =
                members.iter().map(|member| rung_of(member, rung, program)).collect();
            Some(members?.contains(&item) != *negated)
        }
        ExprKind::Not(inner) => holds_in(inner, rung, program).map(|holds| !holds),
        ExprKind::Logic(op, operands) => {
            let decides = *op == LogicOp::Or;
            let all: Vec<Option<bool>> =
                operands.iter().map(|operand| holds_in(operand, rung, program)).collect();
            if all.contains(&Some(decides)) {
                return Some(decides);
            }
            all.iter().all(Option::is_some).then_some(!decides)
        }
        ExprKind::Literal(_)
        | ExprKind::Path(_)
        | ExprKind::Entry { .. }
        | ExprKind::Neg(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::In { .. }
        | ExprKind::If { .. }
        | ExprKind::Has(_)
        | ExprKind::AtLeast { .. }
        | ExprKind::With { .. }
        | ExprKind::Call { .. } => None,
    }
}

/// The rung that an expression stands for where the snapshot is in one.
fn rung_of(expr: &Expr, rung: usize, program: &Program) -> Option<usize> {
    match program.expr(expr.id)?.target.as_ref()? {
        Target::Stage(named) => Some(*named),
        Target::Field(path) | Target::JudgedField(path) => {
            (path.steps == [Vocabulary::STAGE] && !program.vocabulary.stages.is_empty()).then_some(rung)
        }
        Target::Workflows(_)
        | Target::Date(_)
        | Target::Element { .. }
        | Target::Let(_)
        | Target::Param(_)
        | Target::Table(_)
        | Target::Member(_)
        | Target::Call(_) => None,
    }
}
