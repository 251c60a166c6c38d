//! A param that nothing uses: setting it has no effect, though it looks as if it did.

use std::collections::BTreeSet;

use super::{LintedPolicies, roots, within};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::program::{Param, Target};

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let program = policies.program;
    let (mut params, mut lets) = (BTreeSet::new(), BTreeSet::new());
    let mut open = roots(program);
    while let Some(expr) = open.pop() {
        within(expr, &mut |expr| match policies.target(expr) {
            Some(Target::Param(index)) => {
                params.insert(*index);
            }
            Some(Target::Table(index)) => {
                params.extend(program.tables.get(*index).into_iter().flat_map(|table| table.all()));
            }
            Some(Target::Let(index)) if lets.insert(*index) => {
                open.extend(program.lets.get(*index).map(|found| &found.decl.value));
            }
            Some(
                Target::Let(_)
                | Target::Field(_)
                | Target::JudgedField(_)
                | Target::Workflows(_)
                | Target::Date(_)
                | Target::Element { .. }
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_),
            )
            | None => {}
        });
    }
    let unused = program.params.iter().enumerate().filter(|(index, param)| {
        // What has an error may be what uses it.
        let policy = param.name.split('.').next().unwrap_or_default();
        !params.contains(index) && policies.is_own(param.decl.span) && !program.unsure.contains(policy)
    });
    let mut told = BTreeSet::new();
    let finding = |param: &Param| {
        let policy = param.name.split('.').next().unwrap_or_default();
        let name = format!("{policy}.{}", param.decl.name.text);
        Diagnostic::warning(Code::UnusedParam, format!("no rule uses the param `{name}`"))
            .label(param.decl.name.span, "setting it has no effect")
            .help("use it instead of the number that is written out, or remove it")
    };
    // The entries of a table are one declaration.
    let unused = unused.filter(|(_, param)| told.insert(param.decl.span));
    unused.map(|(_, param)| finding(param)).collect()
}
