//! Which declared name each name of a path means: for editors, which lead from one to the other and rename both.

use super::Checker;
use super::path::as_record;
use super::scope::NameScope;
use crate::ast::{Expr, ExprKind, Name};
use crate::program::{FieldPath, NameMention, Target};
use crate::source::Span;
use crate::vocabulary::RecordType;

impl Checker<'_> {
    /// Notes what the names of a path mean, also where it means something that has an error.
    pub(super) fn mention(&mut self, scope: NameScope<'_>, path: &[Name], target: &Target) {
        let snapshot = self.ground.vocabulary.snapshot.clone();
        match target {
            Target::Field(way) => self.mention_fields(path, &snapshot, way),
            Target::JudgedField(way) | Target::Workflows(way) => {
                self.mention_fields(path.get(1..).unwrap_or_default(), &snapshot, way);
            }
            Target::Element { up, path: way } => {
                let element = scope.elements().nth(*up).map(|(_, _, element)| element);
                let Some(element) = element else { return };
                let names = match path.split_first() {
                    Some((it, rest)) if &*it.text == "it" => rest,
                    Some(_) | None => path,
                };
                // The only step of the value of a group is the place of a key.
                let key = names.first().filter(|name| element.keys.named(&name.text).is_some());
                if let (Some(name), [at]) = (key, way.steps.as_slice()) {
                    let declared = element.keys.declared.get(*at).copied().flatten();
                    self.mentions.extend(declared.map(|declared| NameMention { at: name.span, declared }));
                    return;
                }
                let record = as_record(&element.ty).cloned().unwrap_or_default();
                self.mention_fields(names, &record, way);
            }
            Target::Let(index) => {
                let declared = self.names.lets.get(*index).map(|entry| entry.decl.name.clone());
                self.mention_own(path, declared.as_ref());
            }
            Target::Param(index) | Target::Table(index) => {
                let declared = self.names.params.get(*index).map(|entry| entry.decl.name.clone());
                self.mention_own(path, declared.as_ref());
            }
            Target::Date(_) | Target::Stage(_) | Target::Member(_) | Target::Call(_) => {}
        }
    }

    /// Where the field or let is declared that the last name of a path was found to mean.
    pub(super) fn mentioned(&self, path: &Expr) -> Option<Span> {
        let ExprKind::Path(names) = &path.kind else { return None };
        let at = names.last()?.span;
        self.mentions.iter().rev().find(|mention| mention.at == at).map(|mention| mention.declared)
    }

    /// `light`, `staged_rollout.light`
    fn mention_own(&mut self, path: &[Name], declared: Option<&Name>) {
        let (Some((last, before)), Some(declared)) = (path.split_last(), declared) else { return };
        self.mentions.push(NameMention { at: last.span, declared: declared.span });
        if let [policy] = before
            && let Some([index]) = self.names.by_name.get(&*policy.text).map(Vec::as_slice)
            && let Some(entry) = self.names.policies.get(*index)
        {
            self.mentions.push(NameMention { at: policy.span, declared: entry.decl.name.span });
        }
    }

    /// `users.active`, from a record on; the last name may be one that a policy computes.
    pub(super) fn mention_fields(&mut self, names: &[Name], start: &RecordType, way: &FieldPath) {
        let mut names = names.iter();
        let mut record = Some(start);
        for (step, name) in way.steps.iter().zip(names.by_ref()) {
            let Some(field) = record.and_then(|record| record.fields.get(*step)) else { return };
            self.mentions.extend(field.span.map(|declared| NameMention { at: name.span, declared }));
            record = as_record(field.ty.element().unwrap_or(&field.ty)).map(|inner| &**inner);
        }
        let computed = way.computed.and_then(|index| self.names.lets.get(index));
        if let (Some(name), Some(entry)) = (names.next(), computed) {
            self.mentions.push(NameMention { at: name.span, declared: entry.decl.name.span });
        }
    }
}
