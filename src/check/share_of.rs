//! `share(A of B)`: a share of two counts of the snapshot.

use super::Checker;
use super::call::Clauses;
use super::errors;
use super::scope::NameScope;
use crate::ast::{Arg, Expr};
use crate::builtins::Builtin;
use crate::program::Target;
use crate::types::{Kind, Type};
use crate::vocabulary::CountedPart;

impl Checker<'_> {
    /// Checks a share of two counts, and notes that in no snapshot the one may be more than the other.
    pub(super) fn check_share_of(
        &mut self,
        scope: NameScope<'_>,
        builtin: &Builtin,
        arg: &Arg,
        whole: &Expr,
    ) -> Type {
        for (clause, found) in [("among", arg.among.as_slice()), ("by", arg.by.as_slice())] {
            if let Some(first) = found.first() {
                self.report(errors::clause_of_counts(clause, first.span));
            }
        }
        let allowed = Clauses { of: true, among: true, by: true, condition: true, over: true };
        self.refuse_clauses(scope, builtin, arg, allowed);
        // Snapshots are picked, and no elements: what is around has no say in that.
        let along = scope.along_the_series();
        let (part, of) = (self.check_count(along, &arg.value), self.check_count(along, whole));
        if let Some(over) = &arg.over {
            self.check_over(scope, over);
        }
        if let Some(condition) = &arg.condition {
            self.check_condition(along, condition, "write a condition after `where`");
        }
        match (part, of) {
            (Some(part), Some(of)) if part == of => self.report(errors::part_of_itself(&arg.value, whole)),
            (Some(part), Some(whole)) => {
                self.ground.vocabulary.parts.insert(CountedPart { part, whole });
            }
            (None, _) | (_, None) => {}
        }
        if arg.is_grouped() { Type::Error } else { Type::amount(Kind::Share) }
    }

    /// The way to a count field of the snapshot; none if it is no such field, which is reported.
    fn check_count(&mut self, scope: NameScope<'_>, expr: &Expr) -> Option<Vec<usize>> {
        let ty = self.check_expr(scope, expr);
        if ty == Type::Error {
            return None;
        }
        let target = self.info(expr.id).and_then(|info| info.target.as_ref());
        if let (Some(Target::Field(path)), Some(Kind::Count)) = (target, ty.quantity().map(|it| &it.kind)) {
            return Some(path.steps.clone());
        }
        let error = errors::not_a_counted_field(expr, &ty, target);
        self.report(error);
        None
    }
}
