//! Which rules a change of one declaration can reach.

use std::collections::{BTreeMap, BTreeSet};

use crate::explain::uses;
use crate::program::Program;
use crate::source::Span;

/// By the span of a declaration, the indices of the rules that depend on it.
#[derive(Debug)]
pub(super) struct Affected(BTreeMap<Span, BTreeSet<usize>>);

impl Affected {
    pub(super) fn of(program: &Program) -> Self {
        let mut found: BTreeMap<Span, BTreeSet<usize>> = BTreeMap::new();
        for (index, rule) in program.rules.iter().enumerate() {
            let uses = uses(rule, program);
            let params = uses.params.iter().filter_map(|at| program.params.get(*at));
            let lets = uses.lets.iter().filter_map(|at| program.lets.get(*at));
            // The `when` of a policy governs its standing rules alone.
            let policy = program.policies.get(rule.policy).filter(|_| rule.gate.is_none());
            let decls = params
                .map(|param| param.decl.span)
                .chain(lets.map(|own| own.decl.span))
                .chain(policy.map(|policy| policy.span))
                .chain([rule.decl.span]);
            for span in decls {
                found.entry(span).or_default().insert(index);
            }
        }
        Self(found)
    }

    /// The indices of the rules that depend on the declaration of a span.
    pub(super) fn rules(&self, decl: Span) -> BTreeSet<usize> {
        self.0.get(&decl).cloned().unwrap_or_default()
    }

    /// Their names.
    pub(super) fn names<'p>(&self, decl: Span, program: &'p Program) -> Vec<&'p str> {
        let indices = self.0.get(&decl).into_iter().flatten();
        indices.filter_map(|index| program.rules.get(*index)).map(|rule| &*rule.name).collect()
    }
}
