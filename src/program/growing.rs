//! Whether the sample of an aggregate only grows: what was in it at one snapshot is in it, unchanged, at all later ones.

use super::{DateWord, Program, StayOf, Target};
use crate::ast::{Arg, Expr, NamedWindow, Over};
use crate::builtins::Shape;
use crate::builtins::series::Along;
use crate::types::Type;

impl Program {
    /// Whether an aggregate looks at no element of a list around it. That of a list within its own `where` is taken for one.
    pub fn stands_alone(&self, arg: &Arg) -> bool {
        let reaches = |expr: &Expr, own: usize| {
            !self.every_target(expr, &mut Vec::new(), &mut |target| match target {
                Target::Element { up, .. } | Target::Date(DateWord::FirstSeen { up, .. }) => *up < own,
                Target::Date(DateWord::Entered(StayOf::Workflow(up))) => *up < own,
                Target::Field(_)
                | Target::JudgedField(_)
                | Target::Workflows(_)
                | Target::Date(_)
                | Target::Let(_)
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_) => true,
            })
        };
        let is_computed = self.expr(arg.value.id).and_then(|info| info.target.as_ref()?.through()).is_some();
        !reaches(&arg.value, usize::from(is_computed)) && !arg.of_elements().any(|expr| reaches(expr, 1))
    }

    /// Whether the sample that an aggregate takes only grows, within a stay in a stage or all along the series: its window
    /// begins with one of them, and nothing of what is asked of an element is another at a later snapshot. Of a param,
    /// `is_settled` says whether it has one value all along.
    pub fn grows(&self, arg: &Arg, is_settled: &dyn Fn(usize) -> bool) -> bool {
        let of_stay = match arg.over {
            Some(Over::Named(NamedWindow::Stage, _)) => true,
            Some(Over::Named(NamedWindow::All, _)) => false,
            Some(Over::Named(NamedWindow::Calendar(_), _) | Over::Window(_) | Over::AtMost(_))
            | Some(Over::Snapshots(_))
            | None => return false,
        };
        let value = self.list_behind(&arg.value);
        let Some(info) = self.expr(value.id) else { return false };
        let pooled = matches!(info.ty, Type::List(_));
        let element = self.looked_at(value, &[]).and_then(Type::record);
        // An element with a key is recorded again and again, and belongs to the newest snapshot that has it.
        let keyed = pooled && element.is_some_and(|record| record.fields.iter().any(|field| field.key));
        let is_fixed = |target: &Target| match target {
            Target::JudgedField(_) => false,
            Target::Field(path) | Target::Workflows(path) => !keyed && !path.changing,
            Target::Element { path, .. } => !path.changing,
            Target::Date(DateWord::FirstSeen { .. }) => true,
            Target::Date(DateWord::Entered(StayOf::Looked)) => !keyed || of_stay,
            Target::Date(DateWord::Today | DateWord::Now | DateWord::Entered(_)) => false,
            Target::Call(builtin) => match &builtin.shape {
                Shape::Along(Along::Since) => false,
                Shape::Along(_) => !keyed,
                Shape::Counting(_)
                | Shape::Numbers(_)
                | Shape::Distinct
                | Shape::Longest
                | Shape::Part(_)
                | Shape::Weekday
                | Shape::Default
                | Shape::Confidence => true,
            },
            Target::Param(index) => is_settled(*index),
            Target::Table(index) => self.tables.get(*index).is_some_and(|table| table.all().all(is_settled)),
            Target::Let(_) | Target::Stage(_) | Target::Member(_) => true,
        };
        let are_fixed =
            |expr: &Expr| self.every_target(expr, &mut Vec::new(), &mut |target| is_fixed(target));
        // A value over a window is judged at its own snapshot and on that day.
        let value_is_fixed = match (&info.target, pooled) {
            (Some(Target::Field(path)), true) => {
                let computed = path.computed.and_then(|index| self.lets.get(index));
                !path.changing && computed.is_none_or(|inner| are_fixed(&inner.decl.value))
            }
            (_, true) => false,
            (_, false) => self.every_target(value, &mut Vec::new(), &mut |target| {
                !matches!(target, Target::JudgedField(_) | Target::Date(DateWord::Entered(StayOf::Judged)))
            }),
        };
        value_is_fixed && arg.of_elements().all(are_fixed)
    }
}
