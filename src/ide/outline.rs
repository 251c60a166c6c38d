//! What a file declares, one in another; what can be folded, and what is around a place.

pub mod folds;
pub mod selection;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::ops::Range;

use crate::ast::{
    FieldDecl, FieldKind, File, GateDecl, GateItem, Item, LetDecl, Name, ParamDecl, PolicyDecl, PolicyItem,
    RuleDecl, SnapshotDecl, StagesDecl, TestDecl, TypeExpr, TypeKind,
};
use crate::engine::{NameGround, Study};
use crate::parse::written::{NameRole, TokenRole, WrittenFile, written};
use crate::source::{FileId, Span};
use crate::types::Type;

/// A declaration, with those in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlined {
    pub name: String,
    /// Its type, effect, value or title.
    pub detail: String,
    pub kind: OutlineKind,
    /// All of it.
    pub range: Range<usize>,
    /// The name, within the range.
    pub selection: Range<usize>,
    /// By place; each lies within the range, and none overlaps another.
    pub inner: Vec<Self>,
}

/// What is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutlineKind {
    Stages,
    Snapshot,
    /// A field with fields in it.
    Record,
    Gate,
    Test,
    Named(NameRole),
}

/// The words that declarations begin with.
const DECLARATIONS: [&str; 8] = ["policy", "rule", "let", "param", "gate", "test", "snapshot", "stages"];

/// The declarations of a file. One that is not understood is there by its name, if that could be read.
pub fn outline(study: &Study, file: FileId) -> Vec<Outlined> {
    let Some(source) = study.sources.get(file) else { return Vec::new() };
    let found = study.grounds.iter().find_map(|ground| Some((ground, tree_of(ground, file)?)));
    let Some((ground, tree)) = found else { return Vec::new() };
    let writer = Outliner { ground, text: &source.text, written: written(&source.text) };
    arranged(tree.items.iter().filter_map(|item| writer.item(item)).collect(), source.text.len())
}

fn tree_of(ground: &NameGround, file: FileId) -> Option<&File> {
    ground.files.iter().find(|tree| tree.id == file)
}

/// Puts declarations into the order in which they stand, up to `end`. What is broken stands behind what it is in, in the tree.
fn arranged(mut items: Vec<Outlined>, end: usize) -> Vec<Outlined> {
    items.sort_by_key(|item| (item.range.start, Reverse(item.range.end)));
    let mut all: Vec<Outlined> = Vec::with_capacity(items.len());
    for item in items {
        match all.last_mut() {
            Some(around) if item.range.start < around.range.end => around.inner.push(item),
            Some(_) | None => all.push(item),
        }
    }
    let mut next = end;
    for item in all.iter_mut().rev() {
        item.range.end = item.range.end.min(next).max(item.selection.end);
        item.inner = arranged(std::mem::take(&mut item.inner), next);
        // A declaration may hold some that stand behind the brace that closes it.
        let last = item.inner.last().map_or(0, |last| last.range.end);
        item.range.end = item.range.end.max(last);
        next = item.range.start;
    }
    all
}

struct Outliner<'a> {
    ground: &'a NameGround,
    text: &'a str,
    written: WrittenFile,
}

impl Outliner<'_> {
    fn item(&self, item: &Item) -> Option<Outlined> {
        match item {
            Item::Stages(stages) => Some(self.stages(stages)),
            Item::Snapshot(snapshot) => Some(self.snapshot(snapshot)),
            Item::Policy(policy) => Some(self.policy(policy)),
            Item::Test(test) => Some(self.test(test)),
            Item::Broken(name) => name.as_ref().map(|name| self.broken(name)),
        }
    }

    fn stages(&self, decl: &StagesDecl) -> Outlined {
        let inner = decl.stages.iter().map(|stage| named(NameRole::Stage, stage, stage.span, "")).collect();
        Outlined { inner, ..self.by_keyword(OutlineKind::Stages, "stages", decl.span, "") }
    }

    fn snapshot(&self, decl: &SnapshotDecl) -> Outlined {
        let cadence = decl.cadence.as_ref().map_or("", |cadence| self.at(cadence.span));
        let inner = decl.fields.iter().map(|field| self.field(field)).collect();
        Outlined { inner, ..self.by_keyword(OutlineKind::Snapshot, "snapshot", decl.span, cadence) }
    }

    fn field(&self, field: &FieldDecl) -> Outlined {
        let (inner, detail) = match &field.kind {
            FieldKind::Record(fields) => (fields.as_slice(), "record"),
            FieldKind::Value(ty) => match fields_in(ty) {
                Some(fields) => (fields, "list of records"),
                None => (Default::default(), self.at(ty.span)),
            },
        };
        let kind = if inner.is_empty() { OutlineKind::Named(NameRole::Field) } else { OutlineKind::Record };
        let inner = inner.iter().map(|field| self.field(field)).collect();
        Outlined { kind, inner, ..named(NameRole::Field, &field.name, field.span, detail) }
    }

    fn policy(&self, policy: &PolicyDecl) -> Outlined {
        let title = policy.title.as_ref().map_or("", |title| self.title(title.span));
        let inner = policy.items.iter().filter_map(|item| match item {
            PolicyItem::Param(param) => Some(self.param(param)),
            PolicyItem::Let(item) => Some(self.computed(item)),
            PolicyItem::Rule(rule) => Some(rule_decl(rule)),
            PolicyItem::Gate(gate) => Some(self.gate(gate)),
            PolicyItem::Broken(name) => name.as_ref().map(|name| self.broken(name)),
        });
        Outlined { inner: inner.collect(), ..named(NameRole::Policy, &policy.name, policy.span, title) }
    }

    fn param(&self, param: &ParamDecl) -> Outlined {
        named(NameRole::Param, &param.name, param.span, self.at(param.value.span()))
    }

    fn computed(&self, item: &LetDecl) -> Outlined {
        let info = self.ground.program.expr(item.value.id).filter(|info| info.ty != Type::Error);
        let ty = info.map(|info| info.ty.to_string()).unwrap_or_default();
        let first = item.of.first().map_or(item.name.span, |first| first.span);
        let whole = first.to(item.name.span);
        let selection = whole.range();
        Outlined {
            name: self.at(whole).to_owned(),
            selection,
            ..named(NameRole::Let, &item.name, item.span, &ty)
        }
    }

    fn gate(&self, gate: &GateDecl) -> Outlined {
        let span = gate.steps.iter().map(|step| step.span()).reduce(Span::to).unwrap_or(gate.span);
        let title = gate.title.as_ref().map_or("", |title| self.title(title.span));
        let inner = gate.items.iter().filter_map(|item| match item {
            GateItem::Let(item) => Some(self.computed(item)),
            GateItem::Rule(rule) => Some(rule_decl(rule)),
            GateItem::Broken(name) => name.as_ref().map(|name| self.broken(name)),
        });
        Outlined {
            name: self.at(span).to_owned(),
            detail: title.to_owned(),
            kind: OutlineKind::Gate,
            range: gate.span.range(),
            selection: span.range(),
            inner: inner.collect(),
        }
    }

    fn test(&self, test: &TestDecl) -> Outlined {
        Outlined {
            name: if test.title.trim().is_empty() { "test".to_owned() } else { test.title.to_string() },
            detail: String::new(),
            kind: OutlineKind::Test,
            range: test.span.range(),
            selection: test.title_span.range(),
            inner: Vec::new(),
        }
    }

    /// A declaration that has no name of its own.
    fn by_keyword(&self, kind: OutlineKind, word: &str, span: Span, detail: &str) -> Outlined {
        let range = span.range();
        let keyword = self.written.tokens.iter().find(|token| token.range.start == range.start);
        let selection = keyword.map_or(range.clone(), |keyword| keyword.range.clone());
        Outlined {
            name: word.to_owned(),
            detail: detail.to_owned(),
            kind,
            range,
            selection,
            inner: Vec::new(),
        }
    }

    /// What was not understood: its name, and the word before it that says what it is.
    fn broken(&self, name: &Name) -> Outlined {
        let tokens = &self.written.tokens;
        let at = tokens.partition_point(|token| token.range.start < name.span.range().start);
        let keyword = at.checked_sub(1).and_then(|before| tokens.get(before));
        let role = match keyword.map_or("", |keyword| keyword.of(self.text)) {
            "policy" => Some(NameRole::Policy),
            "param" => Some(NameRole::Param),
            "let" => Some(NameRole::Let),
            "rule" => Some(NameRole::Rule),
            _ => None,
        };
        let mut found = named(role.unwrap_or(NameRole::Field), name, name.span, "");
        if let (Some(keyword), Some(_)) = (keyword, role) {
            found.range = keyword.range.start..self.end_of_broken(at, name.span.range().end);
        }
        found
    }

    /// Where a declaration ends of which the name is a token: with its block, or before the next declaration.
    fn end_of_broken(&self, name: usize, name_end: usize) -> usize {
        let (mut depth, mut end) = (0_usize, name_end);
        for token in self.written.tokens.iter().skip(name + 1) {
            let word = token.of(self.text);
            match word {
                "{" | "(" | "[" if token.role == TokenRole::Mark => depth += 1,
                "}" | ")" | "]" if token.role == TokenRole::Mark => {
                    let Some(outer) = depth.checked_sub(1) else { return end };
                    depth = outer;
                    if depth == 0 && word == "}" {
                        return token.range.end;
                    }
                }
                _ if token.role == TokenRole::Keyword && DECLARATIONS.contains(&word) => return end,
                _ => {}
            }
            end = token.range.end;
        }
        end
    }

    /// What stands at a place, on one line.
    fn at(&self, span: Span) -> &str {
        self.text.get(span.range()).and_then(|text| text.lines().next()).unwrap_or("").trim_end()
    }

    /// A text without its quotes.
    fn title(&self, span: Span) -> &str {
        let text = self.at(span);
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
    }
}

fn rule_decl(rule: &RuleDecl) -> Outlined {
    named(NameRole::Rule, &rule.name, rule.span, rule.effect.kind.as_str())
}

fn named(role: NameRole, name: &Name, span: Span, detail: &str) -> Outlined {
    Outlined {
        name: name.text.to_string(),
        detail: detail.to_owned(),
        kind: OutlineKind::Named(role),
        range: span.range(),
        selection: name.span.range(),
        inner: Vec::new(),
    }
}

/// The fields of what a list holds, however many lists that is down.
fn fields_in(ty: &TypeExpr) -> Option<&[FieldDecl]> {
    match &ty.kind {
        TypeKind::List(element) => fields_in(element),
        TypeKind::ListOfRecords(fields) => Some(fields),
        TypeKind::Bool
        | TypeKind::Text
        | TypeKind::Date
        | TypeKind::Time
        | TypeKind::Duration
        | TypeKind::Count
        | TypeKind::Number(_)
        | TypeKind::Share
        | TypeKind::Stage
        | TypeKind::OneOf(_)
        | TypeKind::Unknown(_) => None,
    }
}
