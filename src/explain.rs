//! What `explain` tells: of a code, of a rule, of a policy.
//!
//! Gathers what the policies and their tests say; how it is written belongs to the renderer.

mod example;
#[cfg(test)]
mod tests;

pub use example::{Example, Shown, example};

use crate::ast::{Expect, ExpectKind, Expr, Item, Outcome, RuleBody, Template, TemplatePart, TestDecl};
use crate::code::Code;
use crate::engine::Compiled;
use crate::program::{Param, Program, Rule, Target};
use crate::settings::LADDER;
use crate::vocabulary::Field;

/// What a word on the command line names.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'p> {
    Code(Code),
    Rule(&'p Rule),
    /// A rule of the ladder: its name and title.
    Ladder(&'static str, &'static str),
    /// Index of a policy.
    Policy(usize),
}

/// The subject of a name: a code, `policy.rule`, a rule's own name where only one has it, or a policy.
///
/// # Errors
/// The names that are close, if it is none of these; all rules of that name, if there are several.
pub fn subject<'p>(name: &str, program: &'p Program) -> Result<Subject<'p>, Vec<String>> {
    if let Some(code) = code(name) {
        return Ok(Subject::Code(code));
    }
    if let Some((name, title)) = LADDER.iter().find(|(known, _)| *known == name) {
        return Ok(Subject::Ladder(name, title));
    }
    if let Some(rule) = program.rules.iter().find(|rule| *rule.name == *name) {
        return Ok(Subject::Rule(rule));
    }
    if let Some(index) = program.policies.iter().position(|policy| *policy.name == *name) {
        return Ok(Subject::Policy(index));
    }
    let own: Vec<&Rule> = program.rules.iter().filter(|rule| *rule.decl.name.text == *name).collect();
    match own.as_slice() {
        [rule] => Ok(Subject::Rule(rule)),
        [] => Err(close_names(name, program)),
        several => Err(several.iter().map(|rule| rule.name.to_string()).collect()),
    }
}

/// The code of a name, in capitals or not.
pub fn code(name: &str) -> Option<Code> {
    Code::ALL.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(name))
}

fn close_names(name: &str, program: &Program) -> Vec<String> {
    let codes = Code::ALL.iter().map(|code| code.as_str());
    let rules = program.rules.iter().flat_map(|rule| [&*rule.name, &*rule.decl.name.text]);
    let policies = program.policies.iter().map(|policy| &*policy.name);
    let ladder = LADDER.iter().map(|(name, _)| *name);
    let all = codes.chain(rules).chain(policies).chain(ladder);
    crate::diagnostic::did_you_mean(name, all).map(str::to_owned).into_iter().collect()
}

/// What a rule reads and is held against, through lets too; each once, in the order in which it is met.
#[derive(Debug, Default)]
pub struct Uses<'p> {
    pub params: Vec<&'p Param>,
    /// By the name that people write.
    pub fields: Vec<(String, &'p Field)>,
    lets: Vec<usize>,
}

/// Everything that a rule uses.
pub fn uses<'p>(rule: &Rule, program: &'p Program) -> Uses<'p> {
    let mut uses = Uses::default();
    let policy = program.policies.get(rule.policy);
    let when = policy.filter(|_| rule.gate.is_none()).and_then(|policy| policy.when.as_ref());
    let conditions: Vec<&Expr> = match &rule.decl.body {
        RuleBody::Trigger { when } => vec![when],
        RuleBody::Require { when, requires } => when.iter().chain(requires).collect(),
    };
    let texts = [&rule.decl.effect.message, &rule.decl.help, &rule.decl.title];
    let shown = texts.into_iter().flatten().flat_map(expressions);
    for expr in conditions.into_iter().chain(when).chain(shown) {
        uses.add(expr, program);
    }
    uses
}

fn expressions(template: &Template) -> impl Iterator<Item = &Expr> {
    template.parts.iter().filter_map(|part| match part {
        TemplatePart::Expr(expr) => Some(expr),
        TemplatePart::Text(_) => None,
    })
}

impl<'p> Uses<'p> {
    fn add(&mut self, expr: &Expr, program: &'p Program) {
        match program.expr(expr.id).and_then(|info| info.target.as_ref()) {
            Some(Target::Param(index)) => {
                let param = program.params.get(*index);
                let known = |param: &&Param| self.params.iter().any(|other| other.name == param.name);
                self.params.extend(param.filter(|param| !known(param)));
            }
            Some(Target::Field(path) | Target::JudgedField(path)) => {
                if !self.fields.iter().any(|(name, _)| **name == *path.name) {
                    let field = field_at(program, &path.steps);
                    self.fields.extend(field.map(|field| (path.name.to_string(), field)));
                }
            }
            Some(Target::Let(index)) => {
                if let Some(inner) = program.lets.get(*index)
                    && !self.lets.contains(index)
                {
                    self.lets.push(*index);
                    self.add(&inner.decl.value, program);
                }
            }
            Some(Target::Element { .. } | Target::Stage(_) | Target::Member(_) | Target::Call(_)) | None => {}
        }
        for child in expr.children() {
            self.add(child, program);
        }
    }
}

fn field_at<'p>(program: &'p Program, steps: &[usize]) -> Option<&'p Field> {
    let mut record = &*program.vocabulary.snapshot;
    let (last, before) = steps.split_last()?;
    for step in before {
        let ty = &record.fields.get(*step)?.ty;
        record = ty.element().unwrap_or(ty).record()?;
    }
    record.fields.get(*last)
}

/// The first test, of those beside the policies, that expects this of a rule.
pub fn test_of<'c>(rule: &Rule, wanted: Outcome, compiled: &'c Compiled) -> Option<&'c TestDecl> {
    let expects = |expect: &Expect| match &expect.kind {
        ExpectKind::Rule(path, outcome) => {
            let name: Vec<&str> = path.iter().map(|name| &*name.text).collect();
            *outcome == wanted && name.join(".") == *rule.name
        }
        ExpectKind::Decision(_) => false,
    };
    let items = compiled.files.iter().flat_map(|file| &file.items);
    let tests = items.filter_map(|item| match item {
        Item::Test(test) => Some(test),
        Item::Stages(_) | Item::Snapshot(_) | Item::Policy(_) | Item::Broken(_) => None,
    });
    tests.filter(|test| test.expect.iter().any(expects)).min_by_key(|test| test.span.range().len())
}
