//! What there is to say of a word.

mod declared;
mod keywords;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::names::{NameTable, YamlFile, YamlNames, each_expr};
use crate::ast::{Expr, ExprKind, Name};
use crate::builtins::Builtin;
use crate::engine::{NameGround, Study, WorkflowNames};
use crate::explain::of_built_in;
use crate::program::Target;
use crate::settings::BUILT_IN;
use crate::source::{FileId, Span};
use crate::text::visible;
use crate::vocabulary::{Field, RecordType};

use declared::{Telling, of_field};

/// What is said of a word, in Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// Bytes of the word.
    pub at: Range<usize>,
    pub markdown: String,
}

/// A text that somebody wrote, as Markdown shows it: no link, no picture and no HTML comes of it, and nothing that hides.
fn plain(text: &str) -> String {
    let mut shown = String::new();
    for c in visible(&text.split_whitespace().collect::<Vec<_>>().join(" ")).chars() {
        if "\\`*[]<>&#|~".contains(c) {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}

/// The same of a name.
fn code(name: &str) -> String {
    if name.contains('`') { plain(name) } else { format!("`{}`", visible(name)) }
}

/// What the newest snapshots say of what is declared at a place: workflows with values, and how many workflows there are more.
pub type NewestValues<'v> = &'v dyn Fn(Span) -> (Vec<(String, String)>, usize);

/// What hovers are made from.
#[derive(Clone, Copy)]
pub struct HoverSources<'s> {
    pub study: &'s Study,
    pub table: &'s NameTable,
    /// The workflows whose settings are told apart.
    pub workflows: &'s WorkflowNames,
    pub values: Option<NewestValues<'s>>,
}

impl HoverSources<'_> {
    /// What there is to say of the word at a byte of a policy, a test or a configuration.
    pub fn hover(&self, file: FileId, offset: usize) -> Option<Hover> {
        let Self { study, table, .. } = *self;
        let source = study.sources.get(file)?;
        if let Some(found) = table.at(file, offset) {
            let declaration = table.declaration(found.declared)?;
            let markdown = Telling { from: self, declaration }.markdown();
            return Some(Hover { at: found.at.range(), markdown });
        }
        let text = &*source.text;
        if let Some(found) = built_in_rule(text, offset) {
            return Some(found);
        }
        let holds = |ground: &&NameGround| ground.files.iter().any(|own| own.id == file);
        let mut grounds = study.grounds.iter().filter(holds);
        let first = grounds.clone().next()?;
        grounds.find_map(|ground| self.in_expressions(ground, file, offset)).or_else(|| {
            let fields = &first.program.vocabulary.snapshot;
            let (at, word) = keywords::word_at(text, offset)?;
            let field =
                fields.field(word).filter(|(_, field)| field.span.is_none() && is_assigned(text, &at));
            let markdown = match field {
                Some((_, field)) => of_field(self, field, word),
                None => keywords::meaning(text, &at)?.to_owned(),
            };
            Some(Hover { at, markdown })
        })
    }

    /// What there is to say of the key or value at a byte of a snapshot, of standing facts or of a plan.
    pub fn hover_yaml(&self, names: &YamlNames<'_>, file: &YamlFile, offset: usize) -> Option<Hover> {
        let touches = |at: &Range<usize>| at.start <= offset && offset <= at.end;
        let found = names.uses(file).into_iter().find(|own| touches(&own.at))?;
        let declaration = found.declared.and_then(|declared| self.table.declaration(declared));
        let markdown = match declaration {
            Some(declaration) => Telling { from: self, declaration }.markdown(),
            None => {
                let way = found.field?;
                let ground = names.ground_of(&file.name)?;
                let (_, field) = ground.program.vocabulary.snapshot.field(&way)?;
                of_field(self, field, &way)
            }
        };
        Some(Hover { at: found.at, markdown })
    }

    /// Names in expressions that nobody declares: functions, and fields of the language.
    fn in_expressions(&self, ground: &NameGround, file: FileId, offset: usize) -> Option<Hover> {
        let tree = ground.files.iter().find(|own| own.id == file)?;
        let touches = |span: Span| span.range().start <= offset && offset <= span.range().end;
        let mut found = None;
        each_expr(tree, &mut |expr| {
            if found.is_some() || !touches(expr.span) {
                return;
            }
            let target = ground.program.expr(expr.id).and_then(|info| info.target.as_ref());
            let Some(target) = target else { return };
            if let (ExprKind::Call { name, .. }, Target::Call(function)) = (&expr.kind, target)
                && touches(name.span)
            {
                found = Some(Hover { at: name.span.range(), markdown: of_function(function) });
            }
            if let Some((name, field)) = built_in_field(expr, target, &ground.program.vocabulary.snapshot)
                && touches(name.span)
            {
                let markdown = of_field(self, field, &field.name);
                found = Some(Hover { at: name.span.range(), markdown });
            }
        });
        found
    }
}

/// The field of the language that an expression names.
fn built_in_field<'e, 'v>(
    expr: &'e Expr,
    target: &Target,
    snapshot: &'v RecordType,
) -> Option<(&'e Name, &'v Field)> {
    let (ExprKind::Path(names) | ExprKind::Has(names)) = &expr.kind else { return None };
    let path = match target {
        Target::Field(path) | Target::JudgedField(path) | Target::Workflows(path) => path,
        Target::Element { path, .. } if path.steps.len() == 1 && snapshot.field(&path.name).is_some() => path,
        Target::Element { .. }
        | Target::Date(_)
        | Target::Let(_)
        | Target::Param(_)
        | Target::Table(_)
        | Target::Stage(_)
        | Target::Member(_)
        | Target::Call(_) => return None,
    };
    let name = names.last()?;
    let [_] = path.steps.as_slice() else { return None };
    let (_, field) = snapshot.field(&name.text)?;
    field.span.is_none().then_some((name, field))
}

fn of_function(function: &Builtin) -> String {
    let Builtin { usage, gives, example, value, .. } = function;
    format!("```tollgate\n{usage}\n```\n\nGives {gives}. For example, `{example}` is {value}.")
}

/// Whether a test gives a field here: its name is followed by `=`.
fn is_assigned(text: &str, at: &Range<usize>) -> bool {
    let behind = text.get(at.end..).unwrap_or("").trim_start();
    behind.starts_with('=') && !behind.starts_with("==")
}

/// A rule of the language, where its whole name stands.
fn built_in_rule(text: &str, offset: usize) -> Option<Hover> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let offset = text.floor_char_boundary(offset);
    let start = text.get(..offset)?.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
    let start = text.ceil_char_boundary(start);
    let end = text.get(offset..)?.find(|c| !is_part(c)).map_or(text.len(), |length| offset + length);
    let name = text.get(start..end)?;
    let rule = BUILT_IN.iter().find(|rule| rule.name == name)?;
    let about = of_built_in(*rule).unwrap_or_default();
    Some(Hover { at: start..end, markdown: format!("**{}**\n\n{about}", rule.title) })
}
