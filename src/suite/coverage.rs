//! Coverage: how rules were seen to come out, and which of their conditions decided, each way.
//!
//! Counted is what tests expect of single rules, and got: what comes out where nobody looks is not tested.

use std::collections::BTreeSet;

use super::MetExpectation;
use crate::ast::{Expr, ExprId, ExprKind, RuleBody};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::eval::conditions;
use crate::program::{FieldPath, Program, Rule, Target};
use crate::report::Outcome;
use crate::report::testing::{Covered, RuleCoverage};
use crate::source::{FileId, SourceMap};
use crate::types::Type;
use crate::vocabulary::RecordType;

/// What is counted of a rule, or of the `when` of a policy.
#[derive(Debug)]
pub struct Counted {
    pub file: FileId,
    pub report: RuleCoverage,
    /// What was not seen.
    pub missing: Option<Diagnostic>,
}

/// Counts for the rules of some files, in the order of the program.
pub fn coverage(
    program: &Program,
    files: &BTreeSet<FileId>,
    seen: &[MetExpectation],
    sources: &SourceMap,
) -> Vec<Counted> {
    let mut count = Count {
        program,
        decided: seen.iter().flat_map(|seen| seen.decided.iter().copied()).collect(),
        outcomes: seen.iter().map(|seen| (&*seen.rule, seen.outcome.as_str())).collect(),
        counted: BTreeSet::new(),
        sources,
    };
    let mut found = Vec::new();
    for policy in program.policies.iter().filter(|policy| files.contains(&policy.span.file)) {
        if let Some(when) = &policy.when {
            found.push(count.clause(&policy.name, when));
        }
    }
    found.extend(
        program.rules.iter().filter(|rule| files.contains(&rule.decl.span.file)).map(|rule| count.rule(rule)),
    );
    found.sort_by_key(|counted| (counted.file, counted.report.line));
    found
}

struct Count<'a> {
    program: &'a Program,
    decided: BTreeSet<(ExprId, bool)>,
    outcomes: BTreeSet<(&'a str, &'static str)>,
    /// Conditions of lets are counted for the first rule that uses them.
    counted: BTreeSet<ExprId>,
    sources: &'a SourceMap,
}

impl Count<'_> {
    /// The `when` of a policy.
    fn clause(&mut self, policy: &str, when: &Expr) -> Counted {
        let missing =
            Diagnostic::warning(Code::Unseen, format!("the `when` of `{policy}` is not tested in full"));
        let (conditions, missing) = self.conditions(&[when], missing);
        let report = RuleCoverage {
            rule: policy.to_owned(),
            line: self.sources.line_column(when.span).0,
            passes: None,
            fails: None,
            undecided: None,
            not_applicable: None,
            conditions,
        };
        Counted { file: when.span.file, missing: (!missing.labels.is_empty()).then_some(missing), report }
    }

    fn rule(&mut self, rule: &Rule) -> Counted {
        let seen = |outcome: Outcome| self.outcomes.contains(&(&*rule.name, outcome.as_str()));
        let (own, exprs) = match &rule.decl.body {
            RuleBody::Trigger { when } => (None, vec![when]),
            RuleBody::Require { when, requires } => (when.as_ref(), when.iter().chain(requires).collect()),
        };
        let governed = self.program.policies.get(rule.policy).and_then(|policy| policy.when.as_ref());
        let all = exprs.iter().copied().chain(governed.filter(|_| rule.gate.is_none()));
        let can_be_open = all.clone().any(|expr| self.can_be_open(expr, &mut BTreeSet::new()));
        let may_not_apply = rule.gate.is_some() || governed.or(own).is_some();
        let report = RuleCoverage {
            rule: rule.name.to_string(),
            line: self.sources.line_column(rule.decl.name.span).0,
            passes: Some(seen(Outcome::Pass)),
            fails: Some(seen(Outcome::Fail)),
            undecided: can_be_open.then(|| seen(Outcome::Undecided)),
            not_applicable: may_not_apply.then(|| seen(Outcome::NotApplicable)),
            conditions: Covered::default(),
        };
        let unseen: Vec<&str> =
            [("pass", report.passes), ("fail", report.fails), ("be undecided", report.undecided)]
                .into_iter()
                .filter(|(_, seen)| *seen == Some(false))
                .map(|(word, _)| word)
                .collect();
        let mut missing = Diagnostic::warning(Code::Unseen, format!("`{}` is not tested in full", rule.name));
        let unknown = !self.outcomes.iter().any(|(name, _)| **name == *rule.name);
        if unknown {
            missing = missing.label(rule.decl.name.span, "no test expects anything of it, and gets it");
        } else if !unseen.is_empty() {
            missing = missing.label(rule.decl.name.span, format!("no test sees it {}", unseen.join(" or ")));
        }
        let (conditions, mut missing) = self.conditions(&exprs, missing);
        if unknown {
            missing.labels.truncate(1);
        }
        let report = RuleCoverage { conditions, ..report };
        Counted {
            file: rule.decl.span.file,
            missing: (!missing.labels.is_empty()).then_some(missing),
            report,
        }
    }

    fn conditions(&mut self, exprs: &[&Expr], mut missing: Diagnostic) -> (Covered, Diagnostic) {
        let mut covered = Covered::default();
        for condition in conditions(self.program, exprs) {
            if !self.counted.insert(condition.id) {
                continue;
            }
            let [yes, no] = [true, false].map(|way| self.decided.contains(&(condition.id, way)));
            covered.points += 2;
            covered.covered += usize::from(yes) + usize::from(no);
            let never = match (yes, no) {
                (true, true) => continue,
                (true, false) => "no test is decided by its being no",
                (false, true) => "no test is decided by its being yes",
                (false, false) => "no test is decided by it",
            };
            missing = missing.label(condition.span, never);
        }
        (covered, missing)
    }

    /// Whether evidence can be missing that an expression looks at; if in doubt, it can. `seen` are lets that were
    /// looked into already.
    fn can_be_open(&self, expr: &Expr, seen: &mut BTreeSet<usize>) -> bool {
        let target = self.program.expr(expr.id).and_then(|info| info.target.as_ref());
        match target {
            Some(Target::Field(path) | Target::JudgedField(path)) => {
                !matches!(expr.kind, ExprKind::Has(_))
                    && !is_required(&self.program.vocabulary.snapshot, path)
            }
            Some(Target::Let(index)) => {
                let inner = self.program.lets.get(*index);
                seen.insert(*index) && inner.is_some_and(|inner| self.can_be_open(&inner.decl.value, seen))
            }
            Some(Target::Param(_) | Target::Stage(_) | Target::Member(_)) => false,
            Some(Target::Workflows(_) | Target::Date(_) | Target::Element { .. } | Target::Call(_)) => true,
            // A table knows what it is asked for if the key is known.
            Some(Target::Table(_)) | None => {
                expr.children().into_iter().any(|child| self.can_be_open(child, seen))
            }
        }
    }
}

/// Whether every snapshot has the field of a path.
fn is_required(record: &RecordType, path: &FieldPath) -> bool {
    let mut record = Some(record);
    path.steps.iter().all(|step| {
        let field = record.and_then(|record| record.fields.get(*step));
        record = match field.map(|field| &field.ty) {
            Some(Type::Record(inner)) => Some(inner),
            Some(_) | None => None,
        };
        field.is_some_and(|field| field.required)
    })
}
