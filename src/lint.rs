//! Lints: what is allowed in a policy and yet hardly meant.
//!
//! Pure: looks at a checked program, the values in force, the tests beside it and what the checker has said already. A lint
//! is a file in `lint/`, named after the problem; what several of them need stands there too. Lints are of policies and
//! never of evidence, so that none of them changes a verdict.

mod bare_number;
mod constant_rule;
mod empty_list_passes;
mod form;
mod lax_rollback;
mod overlapping_thresholds;
mod pattern_as_text;
mod sample;
mod slow_rollback;
mod solve;
mod taken_word;
mod threshold;
mod unlikely_held;
mod unreachable_confidence;
mod unread_field;
mod untested_rule;
mod unused_param;

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::ast::{EffectKind, Expr, Template, TemplatePart, TestDecl};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::program::{Program, Rule, Target};
use crate::settings::Settings;
use crate::source::{FileId, SourceMap, Span};

/// What is looked at.
#[derive(Clone, Debug)]
pub struct LintedPolicies<'a> {
    pub program: &'a Program,
    /// For workflows that no override speaks of.
    pub settings: &'a Settings,
    /// The tests beside the policies.
    pub tests: &'a [TestDecl],
    pub sources: &'a SourceMap,
    /// The files that are to be looked at. The others are known, and nothing is said of them.
    pub own: &'a BTreeSet<FileId>,
    /// What the checker has said, which is not said again.
    pub said: &'a [Diagnostic],
    /// Steps of exact sums that are left: what takes more is not found out.
    pub left: Cell<usize>,
}

/// Steps of exact sums that linting may take: some seconds.
pub const MAX_LINT_STEPS: usize = 20_000_000;

impl LintedPolicies<'_> {
    /// Uses up steps, and says whether there were enough left.
    fn spend(&self, steps: usize) -> bool {
        let left = self.left.get().saturating_sub(steps);
        self.left.set(left);
        left > 0
    }
}

type Lint = fn(&LintedPolicies<'_>) -> Vec<Diagnostic>;

/// Every lint, by code; its name is that of its file.
const LINTS: [(Code, Lint); 13] = [
    (Code::ConstantRule, constant_rule::find),
    (Code::LaxRollback, lax_rollback::find),
    (Code::OverlappingThresholds, overlapping_thresholds::find),
    (Code::UnreachableConfidence, unreachable_confidence::find),
    (Code::EmptyListPasses, empty_list_passes::find),
    (Code::UnlikelyHeld, unlikely_held::find),
    (Code::UnusedParam, unused_param::find),
    (Code::UnreadField, unread_field::find),
    (Code::BareNumber, bare_number::find),
    (Code::UntestedRule, untested_rule::find),
    (Code::PatternAsText, pattern_as_text::find),
    (Code::TakenWord, taken_word::find),
    (Code::SlowRollback, slow_rollback::find),
];

/// Parts of a condition; where one has more, nothing is linted, as the lints hold its parts against each other.
const MAX_LINTED: usize = 4_000;
/// Findings of one lint; who has so many has other things to do first.
const MAX_FINDINGS: usize = 300;

/// Looks for everything but what is switched off, here or by a comment at its place.
pub fn lint(policies: &LintedPolicies<'_>, off: &BTreeSet<Code>) -> Vec<Diagnostic> {
    if roots(policies.program).into_iter().any(|root| parts(root) > MAX_LINTED) {
        return Vec::new();
    }
    let on = LINTS.iter().filter(|(code, _)| !off.contains(code));
    let found = on.flat_map(|(_, find)| find(policies).into_iter().take(MAX_FINDINGS));
    found.filter(|finding| policies.concerns(finding) && !is_marked(finding, policies)).collect()
}

/// How many parts an expression has, itself among them.
fn parts(expr: &Expr) -> usize {
    1 + expr.children().into_iter().map(parts).sum::<usize>()
}

/// Whether a comment `# lint: T705 REASON` stands on the line of a finding, or alone on the one above it or above the
/// clause that it is in.
fn is_marked(finding: &Diagnostic, policies: &LintedPolicies<'_>) -> bool {
    let Some(label) = finding.labels.first() else { return false };
    let Some(source) = policies.sources.get(label.span.file) else { return false };
    let lines: Vec<&str> = source.text.lines().collect();
    // Lines are counted from 1.
    let line_of = |span| policies.sources.line_column(span).0;
    let line_before = |line: usize| lines.get(line.checked_sub(2)?);
    let begins = [Some(label.span), policies.program.clause_at(label.span)];
    let above = begins.into_iter().flatten().filter_map(|span| line_before(line_of(span)));
    let above = above.filter(|line| line.trim_start().starts_with('#'));
    let own = lines.get(line_of(label.span).saturating_sub(1));
    above.chain(own).any(|line| marks(line, finding.code))
}

fn marks(line: &str, code: Code) -> bool {
    let mark = line.split_once("# lint: ").map(|(_, mark)| mark.trim_start());
    let reason = mark.and_then(|mark| mark.strip_prefix(code.as_str()));
    reason.is_some_and(|reason| reason.starts_with(' ') && !reason.trim().is_empty())
}

impl<'a> LintedPolicies<'a> {
    fn is_own(&self, span: Span) -> bool {
        self.own.contains(&span.file)
    }

    /// Whether a place of a finding is in a file that is looked at.
    fn concerns(&self, finding: &Diagnostic) -> bool {
        finding.labels.is_empty() || finding.labels.iter().any(|label| self.is_own(label.span))
    }

    /// What an expression stands for, through lets.
    fn resolve(&self, mut expr: &'a Expr) -> &'a Expr {
        // Lets that need each other are errors, and not in the program.
        for _ in 0..=self.program.lets.len() {
            match self.target(expr) {
                Some(Target::Let(index)) => match self.program.lets.get(*index) {
                    Some(inner) => expr = &inner.decl.value,
                    None => return expr,
                },
                Some(
                    Target::Param(_)
                    | Target::Table(_)
                    | Target::Field(_)
                    | Target::JudgedField(_)
                    | Target::Workflows(_)
                    | Target::Date(_)
                    | Target::Element { .. }
                    | Target::Stage(_)
                    | Target::Member(_)
                    | Target::Call(_),
                )
                | None => return expr,
            }
        }
        expr
    }

    fn target(&self, expr: &Expr) -> Option<&'a Target> {
        self.program.expr(expr.id)?.target.as_ref()
    }

    /// The harshest effect that a rule has on any day; none if it is off.
    fn effect(&self, index: usize) -> Option<EffectKind> {
        self.settings.rules.get(index)?.steps().filter_map(|(_, rule)| rule.effect).max()
    }

    /// The rules that are not off, with their index and effect.
    fn rules(&self) -> impl Iterator<Item = (usize, &'a Rule, EffectKind)> + use<'a, '_> {
        let rules = self.program.rules.iter().enumerate();
        rules.filter_map(|(index, rule)| Some((index, rule, self.effect(index)?)))
    }
}

impl<'a> LintedPolicies<'a> {
    /// Goes through every part of what rules ask, and of the lets that this needs, each let once.
    fn within_rules(&self, rules: impl Iterator<Item = &'a Rule>, see: &mut dyn FnMut(&'a Expr)) {
        let mut left: Vec<&'a Expr> = rules.flat_map(|rule| rule.decl.conditions()).collect();
        left.reverse();
        let mut seen = BTreeSet::new();
        while let Some(condition) = left.pop() {
            within(condition, &mut |expr| {
                see(expr);
                if let Some(index) = self.target(expr).and_then(Target::through)
                    && let Some(inner) = self.program.lets.get(index)
                    && seen.insert(index)
                {
                    left.push(&inner.decl.value);
                }
            });
        }
    }
}

/// The expressions that a text shows.
fn shown(template: &Template) -> impl Iterator<Item = &Expr> {
    template.parts.iter().filter_map(|part| match part {
        TemplatePart::Expr(expr) => Some(expr),
        TemplatePart::Text(_) => None,
    })
}

/// Every expression of a program but those of lets: conditions, and what texts show.
fn roots(program: &Program) -> Vec<&Expr> {
    let mut all: Vec<&Expr> = Vec::new();
    for policy in &program.policies {
        all.extend(&policy.when);
        all.extend(policy.title.iter().flat_map(shown));
    }
    all.extend(program.gates.iter().flat_map(|gate| &gate.title).flat_map(shown));
    for rule in &program.rules {
        all.extend(rule.decl.conditions());
        let texts = [&rule.decl.title, &rule.decl.effect.message, &rule.decl.help];
        all.extend(texts.into_iter().flatten().flat_map(shown));
    }
    all
}

/// An expression and all within it, lets not looked through.
fn within<'e>(expr: &'e Expr, visit: &mut impl FnMut(&'e Expr)) {
    visit(expr);
    expr.children().into_iter().for_each(|child| within(child, visit));
}

#[cfg(test)]
mod tests;
