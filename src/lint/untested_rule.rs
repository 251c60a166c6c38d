//! A rule that no test expects anything of: nobody would see it change its mind.

use std::collections::BTreeSet;

use super::LintedPolicies;
use crate::ast::ExpectKind;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::program::Rule;

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let expected: BTreeSet<String> = policies
        .tests
        .iter()
        .flat_map(|test| &test.expect)
        .filter_map(|expect| match &expect.kind {
            ExpectKind::Rule(path, _) => {
                Some(path.iter().map(|name| &*name.text).collect::<Vec<_>>().join("."))
            }
            ExpectKind::Decision(_) => None,
        })
        .collect();
    let own = policies.rules().map(|(_, rule, _)| rule).filter(|rule| policies.is_own(rule.decl.span));
    let untested: Vec<&Rule> = own.filter(|rule| !expected.contains(&*rule.name)).collect();
    match (policies.tests, untested.as_slice()) {
        ([], [first, _, ..]) => {
            let message = format!("none of the {} rules has a test", untested.len());
            let finding = Diagnostic::warning(Code::UntestedRule, message)
                .label(first.decl.name.span, "the first of them")
                .help("write `test` blocks in a file `NAME.test.gate` next to the policies");
            vec![finding]
        }
        _ => untested.into_iter().map(finding).collect(),
    }
}

fn finding(rule: &Rule) -> Diagnostic {
    Diagnostic::warning(Code::UntestedRule, format!("the rule `{}` has no test", rule.name))
        .label(rule.decl.name.span, "no test has an `expect` for it")
        .help(format!("add a test with `expect {} fails`, and one in which it passes", rule.name))
}
