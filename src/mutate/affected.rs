//! Which rules a change of one declaration can reach.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Expr, RuleBody};
use crate::program::{Program, Target};
use crate::source::Span;

/// By the span of a declaration, the indices of the rules whose outcome depends on it. What a message shows decides nothing,
/// and no test can expect it.
#[derive(Debug)]
pub(super) struct Affected(BTreeMap<Span, BTreeSet<usize>>);

impl Affected {
    pub(super) fn of(program: &Program) -> Self {
        let mut affected = Self(BTreeMap::new());
        for (index, rule) in program.rules.iter().enumerate() {
            let mut used = BTreeSet::from([rule.decl.span]);
            match &rule.decl.body {
                RuleBody::Trigger { when } => collect(when, program, &mut used),
                RuleBody::Require { when, requires } => {
                    when.iter().chain(requires).for_each(|expr| collect(expr, program, &mut used));
                }
            }
            // The `when` of a policy governs its standing rules alone.
            let policy = program.policies.get(rule.policy).filter(|_| rule.gate.is_none());
            if let Some(policy) = policy {
                used.insert(policy.span);
                policy.when.iter().for_each(|when| collect(when, program, &mut used));
            }
            for span in used {
                affected.0.entry(span).or_default().insert(index);
            }
        }
        affected
    }

    /// The indices of the rules that depend on the declaration of a span.
    pub(super) fn rules(&self, decl: Span) -> BTreeSet<usize> {
        self.0.get(&decl).cloned().unwrap_or_default()
    }

    /// Whether any does.
    pub(super) fn is_any(&self, decl: Span) -> bool {
        self.0.contains_key(&decl)
    }

    /// Their names.
    pub(super) fn names<'p>(&self, decl: Span, program: &'p Program) -> Vec<&'p str> {
        let indices = self.0.get(&decl).into_iter().flatten();
        indices.filter_map(|index| program.rules.get(*index)).map(|rule| &*rule.name).collect()
    }
}

/// Adds the declarations that an expression uses, and what these use.
fn collect(expr: &Expr, program: &Program, used: &mut BTreeSet<Span>) {
    match program.expr(expr.id).and_then(|info| info.target.as_ref()) {
        Some(Target::Param(index)) => used.extend(program.params.get(*index).map(|param| param.decl.span)),
        Some(Target::Let(index)) => {
            if let Some(own) = program.lets.get(*index)
                && used.insert(own.decl.span)
            {
                collect(&own.decl.value, program, used);
            }
        }
        Some(Target::Table(index)) => {
            let table = program.tables.get(*index);
            let params = table.into_iter().flat_map(|table| table.all());
            used.extend(params.filter_map(|at| program.params.get(at)).map(|param| param.decl.span));
        }
        Some(
            Target::Field(_)
            | Target::JudgedField(_)
            | Target::Workflows(_)
            | Target::Date(_)
            | Target::Element { .. }
            | Target::Stage(_)
            | Target::Member(_)
            | Target::Call(_),
        )
        | None => {}
    }
    expr.children().into_iter().for_each(|child| collect(child, program, used));
}
