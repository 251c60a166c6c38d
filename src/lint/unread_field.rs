//! A field that no rule reads: people measure it in vain, or a rule was forgotten.
//!
//! A text is for people, and a key names its element; neither has to be read.

use std::collections::BTreeSet;

use super::{LintedPolicies, roots};
use crate::ast::{Expr, ExprKind, Over};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::program::Target;
use crate::source::Span;
use crate::types::Type;
use crate::vocabulary::{Field, RecordType, Vocabulary};

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    if !policies.program.unsure.is_empty() {
        // What has an error may be what reads it.
        return Vec::new();
    }
    let mut reading = FieldReading { policies, read: BTreeSet::new(), lets: BTreeSet::new() };
    for expr in roots(policies.program) {
        reading.expr(expr, &mut Vec::new());
    }
    let mut found = Vec::new();
    reading.unread(&policies.program.vocabulary.snapshot, "", &mut found);
    found
}

/// Where the fields that are read are declared.
struct FieldReading<'p, 'a> {
    policies: &'p LintedPolicies<'a>,
    read: BTreeSet<Span>,
    lets: BTreeSet<usize>,
}

impl<'a> FieldReading<'_, 'a> {
    /// `elements` are the types of the elements that a `where` goes through, the innermost last.
    fn expr(&mut self, expr: &'a Expr, elements: &mut Vec<Option<&'a Type>>) {
        match self.policies.target(expr) {
            Some(Target::Field(path) | Target::JudgedField(path) | Target::Workflows(path)) => {
                self.mark(&self.policies.program.vocabulary.snapshot, &path.steps);
            }
            Some(Target::Element { up, path }) => {
                let element = elements.iter().rev().nth(*up).copied().flatten();
                if let Some(record) = element.and_then(Type::record) {
                    self.mark(record, &path.steps);
                }
            }
            Some(
                Target::Date(_)
                | Target::Let(_)
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_),
            )
            | None => {}
        }
        if let Some(index) = self.policies.target(expr).and_then(Target::through)
            && self.lets.insert(index)
            && let Some(found) = self.policies.program.lets.get(index)
        {
            self.expr(&found.decl.value, &mut found.of.iter().map(Some).collect());
        }
        if let ExprKind::Call { args, .. } = &expr.kind {
            for arg in args {
                self.expr(&arg.value, elements);
                arg.of.iter().for_each(|of| self.expr(of, elements));
                arg.over.iter().filter_map(Over::length).for_each(|length| self.expr(length, elements));
                elements.push(self.policies.program.looked_at(&arg.value, elements));
                arg.of_elements().for_each(|inner| self.expr(inner, elements));
                elements.pop();
            }
        } else {
            expr.children().into_iter().for_each(|child| self.expr(child, elements));
        }
    }

    /// Marks a field, and the records and lists that it is in.
    fn mark(&mut self, mut record: &'a RecordType, steps: &[usize]) {
        for step in steps {
            let Some(field) = record.fields.get(*step) else { return };
            self.read.extend(field.span);
            match inner(field) {
                Some(next) => record = next,
                None => return,
            }
        }
    }

    fn is_read(&self, field: &Field) -> bool {
        field.span.is_none_or(|span| self.read.contains(&span))
    }

    fn unread(&self, record: &RecordType, within: &str, found: &mut Vec<Diagnostic>) {
        for field in &record.fields {
            let built_in =
                [Vocabulary::WORKFLOW, Vocabulary::DATE, Vocabulary::STAGE, Vocabulary::ADVANCE_TO];
            let is_built_in = |name: &str| {
                let fields = &self.policies.program.vocabulary.snapshot.fields;
                let stages = !self.policies.program.vocabulary.stages.is_empty();
                let known = built_in.iter().take(if stages { 4 } else { 2 });
                let last_day = self.policies.program.vocabulary.retired();
                let left = self.policies.program.vocabulary.left();
                let known = known.copied().chain(last_day).chain(left);
                known.filter_map(|index| fields.get(index)).any(|field| *field.name == *name)
            };
            if within.is_empty() && is_built_in(&field.name) {
                continue;
            }
            let name = format!("{within}{}", field.name);
            let own = field.span.filter(|span| self.policies.is_own(*span));
            match (own, inner(field)) {
                (Some(span), _) if !self.is_read(field) && is_for_rules(field) => {
                    found.push(finding(&name, span))
                }
                (_, Some(record)) if self.is_read(field) || own.is_none() => {
                    self.unread(record, &format!("{name}."), found);
                }
                _ => {}
            }
        }
    }
}

/// The record that a field is, or whose list it is.
fn inner(field: &Field) -> Option<&RecordType> {
    field.ty.element().unwrap_or(&field.ty).record()
}

/// Whether it is there to be read by rules.
fn is_for_rules(field: &Field) -> bool {
    match &field.ty {
        Type::Text => false,
        Type::Record(record) => record.fields.iter().any(is_for_rules),
        Type::Bool
        | Type::Date
        | Type::Time
        | Type::Stage
        | Type::Choice(_)
        | Type::Amount(_)
        | Type::Elapsed
        | Type::Calendar
        | Type::List(_) => !field.key,
        Type::Error => false,
    }
}

fn finding(name: &str, span: Span) -> Diagnostic {
    Diagnostic::warning(Code::UnreadField, format!("no rule reads the field `{name}`"))
        .label(span, "recorded, but never used")
        .help("write a rule that uses it, or stop recording it")
}
