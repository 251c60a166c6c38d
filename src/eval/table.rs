//! Tables: what they say of a key, and which of their entries an expression asks for.
//!
//! Knows no values of its own: an entry is a param, looked up like any other.

use std::sync::Arc;

use super::{Evaluator, Evidence, Scope};
use crate::ast::{Expr, ExprKind};
use crate::builtins::Shape;
use crate::builtins::series::Along;
use crate::evidence::{Amount, Word};
use crate::program::{ParamTable, Target};

impl<'a> Evaluator<'a> {
    /// What a table says of a key: of one that is not known, something between the lowest and the highest entry.
    pub(super) fn eval_entry(&self, expr: &'a Expr, key: &'a Expr, scope: Scope<'_, 'a>) -> Evidence<'a> {
        let asked = self.eval(key, scope);
        let day = scope.moment.day.day_number();
        let Some(table) = self.table_of(expr) else { return self.unknown(expr) };
        if let Some(name) = self.key_name(&asked) {
            return table
                .entry(&name)
                .map_or_else(|| self.unknown(expr), |own| self.eval_param_decl(own, day));
        }
        let reasons = asked.reasons();
        let mut all = table.all().map(|own| self.eval_param_decl(own, day));
        let Some(first) = all.next() else { return self.unknown(expr) };
        all.fold(first, |known, other| known.hull(other, &reasons))
    }

    fn table_of(&self, expr: &Expr) -> Option<&'a ParamTable> {
        match self.program.expr(expr.id)?.target.as_ref()? {
            Target::Table(index) => self.program.tables.get(*index),
            Target::Field(_)
            | Target::JudgedField(_)
            | Target::Workflows(_)
            | Target::Date(_)
            | Target::Element { .. }
            | Target::Let(_)
            | Target::Param(_)
            | Target::Stage(_)
            | Target::Member(_)
            | Target::Call(_) => None,
        }
    }

    /// The member, stage or text that a table is asked for by, where that is known.
    fn key_name(&self, asked: &Evidence<'a>) -> Option<Arc<str>> {
        match asked {
            Evidence::Word(Word::Known(text)) => Some(text.clone()),
            Evidence::Amount(Amount::Known(rung)) => {
                let rung = usize::try_from(rung.floor()).ok()?;
                self.program.vocabulary.stages.get(rung).cloned()
            }
            Evidence::Word(Word::Unknown(_))
            | Evidence::Amount(Amount::Between(..) | Amount::Unknown(_))
            | Evidence::Truth(_)
            | Evidence::Elapsed(_)
            | Evidence::Calendar(_)
            | Evidence::List(_) => None,
        }
    }

    /// The entries of tables that an expression asks for, each once, in the order in which they are met.
    pub(super) fn entries_asked(&self, expr: &'a Expr, scope: Scope<'_, 'a>, asked: &mut Vec<usize>) {
        if !self.tries.spend(1) {
            return;
        }
        if let Some(table) = self.table_of(expr)
            && let ExprKind::Entry { key, .. } = &expr.kind
        {
            let name = self.key_name(&self.eval(key, scope));
            let own: Vec<usize> = match name {
                Some(name) => table.entry(&name).into_iter().collect(),
                None => table.all().collect(),
            };
            for own in own.into_iter().map(|own| self.in_place_of(own, scope)) {
                if !asked.contains(&own) {
                    asked.push(own);
                }
            }
        }
        if let Some(inner) = self.let_behind(expr) {
            return self.entries_asked(inner, Scope::at(scope.moment), asked);
        }
        let ExprKind::Call { args, .. } = &expr.kind else {
            return expr.children().into_iter().for_each(|child| self.entries_asked(child, scope, asked));
        };
        // What is asked for at other snapshots is not what is in force now; and a let may look back at itself.
        if self
            .called(expr)
            .is_some_and(|(builtin, _)| matches!(builtin.shape, Shape::Along(Along::Snapshot(_))))
        {
            return;
        }
        for arg in args {
            self.entries_asked(&arg.value, scope, asked);
            let clauses: Vec<&Expr> = arg.of_elements().filter(|clause| self.has_entry(clause)).collect();
            if clauses.is_empty() {
                continue;
            }
            if arg.of.is_some() {
                for (_, then) in self.snapshots_counted(arg, scope) {
                    clauses.iter().for_each(|clause| self.entries_asked(clause, then, asked));
                }
                continue;
            }
            for item in &self.arg_list(arg, scope).items {
                for clause in &clauses {
                    self.looking_at(arg, item, scope, |inside| self.entries_asked(clause, inside, asked));
                }
            }
        }
    }

    /// Whether an expression asks a table for something, through lets.
    fn has_entry(&self, expr: &'a Expr) -> bool {
        !self.program.every_target(expr, &mut Vec::new(), &mut |target| !matches!(target, Target::Table(_)))
    }

    /// The entry itself, or the `else` that it is set by.
    fn in_place_of(&self, entry: usize, scope: Scope<'_, 'a>) -> usize {
        let by_else = self
            .settings
            .param_on(entry, scope.moment.day.day_number())
            .is_some_and(|setting| setting.by_else);
        let follows = self.program.params.get(entry).and_then(|param| param.follows);
        follows.filter(|_| by_else).unwrap_or(entry)
    }
}
