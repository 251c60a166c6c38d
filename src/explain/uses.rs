//! What a rule or let reads and is held against, through lets too; each once, in the order in which it is met.

use crate::ast::{Arg, Expr, ExprKind, Name, Over, Template, TemplatePart};
use crate::program::{FieldPath, Program, Rule, Target};
use crate::types::Type;
use crate::vocabulary::{Field, RecordType};

#[derive(Debug, Default)]
pub struct RuleUses<'p> {
    /// Indices of params.
    pub params: Vec<usize>,
    /// Indices of lets.
    pub lets: Vec<usize>,
    /// By the name that people write; those of a list's elements behind the list's.
    pub fields: Vec<(String, &'p Field)>,
    /// The lists whose elements an expression looks at, the innermost last: name, and what they hold.
    elements: Vec<(String, &'p Type)>,
}

/// Everything that a rule uses.
pub fn uses<'p>(rule: &Rule, program: &'p Program) -> RuleUses<'p> {
    let mut uses = RuleUses::default();
    let policy = program.policies.get(rule.policy);
    let when = policy.filter(|_| rule.gate.is_none()).and_then(|policy| policy.when.as_ref());
    let texts = [&rule.decl.effect.message, &rule.decl.help, &rule.decl.title];
    let shown = texts.into_iter().flatten().flat_map(expressions);
    for expr in rule.decl.conditions().into_iter().chain(when).chain(shown) {
        uses.add(expr, program);
    }
    uses
}

/// Everything that a let uses.
pub fn uses_of_let(index: usize, program: &Program) -> RuleUses<'_> {
    let mut uses = RuleUses::default();
    if let Some(own) = program.lets.get(index) {
        uses.add(&own.decl.value, program);
    }
    uses
}

fn expressions(template: &Template) -> impl Iterator<Item = &Expr> {
    template.parts.iter().filter_map(|part| match part {
        TemplatePart::Expr(expr) => Some(expr),
        TemplatePart::Text(_) => None,
    })
}

impl<'p> RuleUses<'p> {
    fn add(&mut self, expr: &Expr, program: &'p Program) {
        let target = program.expr(expr.id).and_then(|info| info.target.as_ref());
        if let Some(index) = target.and_then(Target::through).filter(|index| !self.lets.contains(index)) {
            self.lets.push(index);
            if let Some(own) = program.lets.get(index) {
                let around = std::mem::take(&mut self.elements);
                self.elements.extend(own.of.as_ref().map(|of| (of_list(&own.decl.of), of)));
                self.add(&own.decl.value, program);
                self.elements = around;
            }
        }
        match target {
            Some(Target::Param(index)) if !self.params.contains(index) => self.params.push(*index),
            Some(Target::Table(index)) => {
                let table = program.tables.get(*index);
                for own in table.into_iter().flat_map(|table| table.all()) {
                    if !self.params.contains(&own) {
                        self.params.push(own);
                    }
                }
            }
            Some(Target::Field(path) | Target::JudgedField(path)) => {
                self.field(&program.vocabulary.snapshot, &[], path);
            }
            Some(Target::Workflows(path)) if !path.steps.is_empty() => {
                self.field(&program.vocabulary.snapshot, &["workflows"], path);
            }
            Some(Target::Element { up, path }) => {
                let around = self.elements.iter().rev().nth(*up).cloned();
                if let Some((list, Type::Record(record))) = around {
                    self.field(record, &[&list], path);
                }
            }
            Some(
                Target::Workflows(_)
                | Target::Date(_)
                | Target::Param(_)
                | Target::Let(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_),
            )
            | None => {}
        }
        match &expr.kind {
            ExprKind::Call { args, .. } => args.iter().for_each(|arg| self.arg(arg, program)),
            ExprKind::Literal(_)
            | ExprKind::Path(_)
            | ExprKind::Entry { .. }
            | ExprKind::Not(_)
            | ExprKind::Neg(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Compare(..)
            | ExprKind::Logic(..)
            | ExprKind::In { .. }
            | ExprKind::If { .. }
            | ExprKind::Has(_)
            | ExprKind::AtLeast { .. }
            | ExprKind::With { .. } => expr.children().into_iter().for_each(|child| self.add(child, program)),
        }
    }

    fn arg(&mut self, arg: &Arg, program: &'p Program) {
        self.add(&arg.value, program);
        arg.of.iter().for_each(|of| self.add(of, program));
        arg.over.iter().filter_map(Over::length).for_each(|length| self.add(length, program));
        let around: Vec<Option<&Type>> = self.elements.iter().map(|(_, ty)| Some(*ty)).collect();
        let looked_at = program.looked_at(&arg.value, &around).unwrap_or(&Type::Error);
        self.elements.push((list_name(&arg.value, program), looked_at));
        for expr in arg.of_elements() {
            self.add(expr, program);
        }
        self.elements.pop();
    }

    /// Adds the field that a way leads to, as the words of `before` and of the way name it.
    fn field(&mut self, record: &'p RecordType, before: &[&str], path: &FieldPath) {
        let mut record = Some(record);
        let mut words: Vec<&str> = before.to_vec();
        let mut found = None;
        for step in &path.steps {
            let Some(field) = record.and_then(|record| record.fields.get(*step)) else { return };
            words.push(&field.name);
            record = field.ty.element().unwrap_or(&field.ty).record();
            found = Some(field);
        }
        let name = words.join(".");
        if let Some(field) = found
            && !self.fields.iter().any(|(known, _)| *known == name)
        {
            self.fields.push((name, field));
        }
    }
}

fn of_list(names: &[Name]) -> String {
    names.iter().map(|name| &*name.text).collect::<Vec<_>>().join(".")
}

/// The field of the snapshot that a list comes from, as far as it is one.
fn list_name(expr: &Expr, program: &Program) -> String {
    match (program.expr(expr.id).and_then(|info| info.target.as_ref()), &expr.kind) {
        (Some(Target::Field(path) | Target::JudgedField(path) | Target::Element { path, .. }), _) => {
            path.name.to_string()
        }
        (Some(Target::Workflows(_)), _) => "workflows".to_owned(),
        (Some(Target::Let(index)), _) => {
            let own = program.lets.get(*index).filter(|own| !own.recursive);
            own.map_or_else(String::new, |own| list_name(&own.decl.value, program))
        }
        (Some(Target::Call(_)), ExprKind::Call { args, .. }) => {
            args.first().map_or_else(String::new, |arg| list_name(&arg.value, program))
        }
        (
            Some(
                Target::Date(_)
                | Target::Call(_)
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_),
            )
            | None,
            _,
        ) => "it".to_owned(),
    }
}
