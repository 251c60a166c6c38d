//! `workflows`: the workflows of the project as a list, of which each element has the fields of a snapshot but no lists.

use std::sync::Arc;

use super::Checker;
use super::errors;
use super::path::{Lookup, Resolved};
use super::scope::NameScope;
use crate::ast::{Arg, Expr, ExprKind, LiteralKind, Name};
use crate::builtins::Shape;
use crate::builtins::series::Along;
use crate::program::{FieldPath, Target};
use crate::types::Type;
use crate::vocabulary::Vocabulary;

/// The word for it, unless a field, let or param is declared that is called so.
pub(super) const WORKFLOWS: &str = "workflows";

impl Checker<'_> {
    /// Whether a type is that of an element of `workflows`.
    pub(super) fn is_workflow(&self, ty: &Type) -> bool {
        matches!(ty, Type::Record(record) if Arc::ptr_eq(record, &self.ground.workflows))
    }

    pub(super) fn lookup_workflows(&self, path: &[Name], rest: &[Name]) -> Lookup {
        if let [field] = rest
            && let Some((_, known)) = self.ground.workflows.field(&field.text)
            && matches!(known.ty, Type::List(_))
        {
            return Lookup::problem(errors::no_list_of_workflows(path));
        }
        let list = Type::List(Box::new(Type::Record(self.ground.workflows.clone())));
        self.walk(None, &list, rest, path, Target::Workflows)
    }

    /// What was found in an element, where that is a workflow: of another one no list can be seen.
    pub(super) fn of_workflow(&self, element: &Type, path: &[Name], found: Lookup) -> Lookup {
        match found {
            Lookup::Found(resolved) if self.is_workflow(element) && is_list(&resolved) => {
                Lookup::problem(errors::no_list_of_workflows(path))
            }
            found => found,
        }
    }

    /// Reports a window over `workflows`, which has none: each workflow is seen as it is on the day.
    pub(super) fn refuse_window_of_workflows(&mut self, arg: &Arg) {
        if let Some(over) = &arg.over
            && self.is_made_of_workflows(&arg.value)
        {
            self.report(errors::no_window_of_workflows(over));
        }
    }

    fn is_called_on_workflows(&self, call: &Expr) -> bool {
        let ExprKind::Call { args, .. } = &call.kind else { return false };
        let first = args.first().and_then(|arg| self.info(arg.value.id)?.target.as_ref());
        matches!(first, Some(Target::Workflows(_)))
    }

    /// Whether a list is `workflows`, or made of it.
    fn is_made_of_workflows(&self, expr: &Expr) -> bool {
        let Some(info) = self.info(expr.id) else { return false };
        if !matches!(info.ty, Type::List(_)) {
            return false;
        }
        match &info.target {
            Some(Target::Workflows(_)) => true,
            Some(Target::Let(index)) => {
                let entry = self.names.lets.get(*index);
                entry.is_some_and(|entry| self.is_made_of_workflows(&entry.decl.value))
            }
            Some(Target::Call(builtin)) => {
                let of = match &builtin.shape {
                    Shape::Counting(_) | Shape::Numbers(_) | Shape::Distinct | Shape::Longest => true,
                    Shape::Along(Along::Latest) => true,
                    // A let may look back at itself.
                    Shape::Along(Along::Snapshot(_)) => {
                        return self.is_called_on_workflows(expr);
                    }
                    Shape::Along(Along::Run(_) | Along::Since | Along::Asks | Along::Stretch(_))
                    | Shape::Part(_)
                    | Shape::Weekday
                    | Shape::Default
                    | Shape::Confidence => false,
                };
                let first = if let ExprKind::Call { args, .. } = &expr.kind { args.first() } else { None };
                of && first.is_some_and(|first| self.is_made_of_workflows(&first.value))
            }
            Some(
                Target::Date(_)
                | Target::Field(_)
                | Target::JudgedField(_)
                | Target::Element { .. }
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_),
            )
            | None => false,
        }
    }

    /// Notes the names that the `workflow` of an element of `workflows` is compared with.
    pub(super) fn note_workflow_names<'e>(
        &mut self,
        scope: NameScope<'_>,
        item: &Expr,
        names: impl IntoIterator<Item = &'e Expr>,
    ) {
        let target = self.info(item.id).and_then(|info| info.target.as_ref());
        let Some(Target::Element { up, path: FieldPath { steps, .. } }) = target else { return };
        let element = scope.elements().nth(*up);
        let is_name = steps.as_slice() == [Vocabulary::WORKFLOW]
            && element.is_some_and(|(.., element)| self.is_workflow(&element.ty));
        for name in names.into_iter().filter(|_| is_name) {
            if let ExprKind::Literal(LiteralKind::Text(text)) = &name.kind {
                self.named_workflows.insert((name.span, text.clone()));
            }
        }
    }
}

fn is_list(resolved: &Resolved) -> bool {
    resolved.element.is_some() || matches!(resolved.ty, Type::List(_))
}
