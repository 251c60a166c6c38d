//! Uses in policies that the checker does not note: stages, members of `one of`, and the words of params.

use super::NameTable;
use super::declared::GroundNames;
use crate::ast::{
    Expr, ExprKind, File, GateDecl, GateItem, Item, ListMember, Name, ParamDecl, ParamLiteral, PolicyItem,
    RuleDecl, Set, Template, TemplatePart,
};
use crate::engine::NameGround;
use crate::program::Target;
use crate::types::Type;

/// Adds them.
pub(super) fn add(names: &mut GroundNames<'_>, table: &mut NameTable) {
    let ground = names.ground;
    for file in &ground.files {
        each_expr(file, &mut |expr| {
            word(names, expr, table);
            learn(names, expr);
        });
    }
    for item in ground.files.iter().flat_map(|file| &file.items) {
        match item {
            Item::Policy(policy) => {
                for item in &policy.items {
                    match item {
                        PolicyItem::Gate(gate) => steps(names, gate, table),
                        PolicyItem::Param(param) => words_of_param(names, param, table),
                        PolicyItem::Let(_) | PolicyItem::Rule(_) | PolicyItem::Broken(_) => {}
                    }
                }
            }
            Item::Stages(_) | Item::Snapshot(_) | Item::Test(_) | Item::Broken(_) => {}
        }
    }
}

/// Hands out every expression of a file's policies, each before those within it.
pub fn each_expr<'f>(file: &'f File, each: &mut dyn FnMut(&'f Expr)) {
    for item in &file.items {
        match item {
            Item::Policy(policy) => {
                template(policy.title.as_ref(), each);
                policy.when.iter().for_each(|when| within(when, each));
                for item in &policy.items {
                    match item {
                        PolicyItem::Let(decl) => within(&decl.value, each),
                        PolicyItem::Rule(decl) => rule(decl, each),
                        PolicyItem::Gate(decl) => gate(decl, each),
                        PolicyItem::Param(_) | PolicyItem::Broken(_) => {}
                    }
                }
            }
            Item::Stages(_) | Item::Snapshot(_) | Item::Test(_) | Item::Broken(_) => {}
        }
    }
}

fn gate<'f>(gate: &'f GateDecl, each: &mut dyn FnMut(&'f Expr)) {
    template(gate.title.as_ref(), each);
    for item in &gate.items {
        match item {
            GateItem::Let(decl) => within(&decl.value, each),
            GateItem::Rule(decl) => rule(decl, each),
            GateItem::Broken(_) => {}
        }
    }
}

fn rule<'f>(rule: &'f RuleDecl, each: &mut dyn FnMut(&'f Expr)) {
    rule.conditions().into_iter().for_each(|condition| within(condition, each));
    for text in [&rule.title, &rule.effect.message, &rule.help] {
        template(text.as_ref(), each);
    }
}

fn template<'f>(template: Option<&'f Template>, each: &mut dyn FnMut(&'f Expr)) {
    for part in template.into_iter().flat_map(|template| &template.parts) {
        match part {
            TemplatePart::Expr(expr) => within(expr, each),
            TemplatePart::Text(_) => {}
        }
    }
}

fn within<'f>(expr: &'f Expr, each: &mut dyn FnMut(&'f Expr)) {
    each(expr);
    expr.children().into_iter().for_each(|child| within(child, each));
}

/// A bare stage or member.
fn word(names: &GroundNames<'_>, expr: &Expr, table: &mut NameTable) {
    let Some(info) = names.ground.program.expr(expr.id) else { return };
    if let (Some(Target::Stage(_) | Target::Member(_)), ExprKind::Path(path)) = (&info.target, &expr.kind) {
        path.last().into_iter().for_each(|word| one_word(names, &info.ty, word, table));
    }
}

fn one_word(names: &GroundNames<'_>, ty: &Type, word: &Name, table: &mut NameTable) {
    table.add_use(word.span, names.word(ty, &word.text));
}

/// Learns which `one of` the words of a param belong to: that of the key of a table, or of what is looked for in a list.
fn learn(names: &mut GroundNames<'_>, expr: &Expr) {
    let program = &names.ground.program;
    let (param, beside) = if let ExprKind::Entry { key, .. } = &expr.kind {
        (table_of(names.ground, expr), key)
    } else if let ExprKind::In { item, set: Set::Value(list), .. } = &expr.kind {
        (param_of(names.ground, list), item)
    } else {
        return;
    };
    let ty = program.expr(beside.id).map(|info| info.ty.clone());
    let param = param.and_then(|index| program.params.get(index));
    if let (Some(param), Some(ty)) = (param, ty) {
        names.words.entry(param.decl.name.span).or_insert(ty);
    }
}

/// One of the entries of the table that an expression asks.
fn table_of(ground: &NameGround, expr: &Expr) -> Option<usize> {
    let info = ground.program.expr(expr.id)?;
    let Some(Target::Table(index)) = info.target else { return None };
    ground.program.tables.get(index)?.all().next()
}

fn param_of(ground: &NameGround, expr: &Expr) -> Option<usize> {
    let info = ground.program.expr(expr.id)?;
    if let Some(Target::Param(index)) = info.target { Some(index) } else { None }
}

fn steps(names: &GroundNames<'_>, gate: &GateDecl, table: &mut NameTable) {
    for stage in gate.steps.iter().flat_map(|step| [&step.from, &step.to]) {
        table.add_use(stage.span, names.stage_named(&stage.text));
    }
}

fn words_of_param(names: &GroundNames<'_>, param: &ParamDecl, table: &mut NameTable) {
    let Some(ty) = names.words.get(&param.name.span) else { return };
    words(names, ty, &param.value, table);
}

/// The words of a param's value, which are members or stages.
pub(super) fn words(names: &GroundNames<'_>, ty: &Type, value: &ParamLiteral, table: &mut NameTable) {
    match value {
        ParamLiteral::Table(entries, _) => {
            let keys = entries.iter().filter_map(|entry| entry.key.name());
            keys.for_each(|key| one_word(names, ty, key, table));
        }
        ParamLiteral::List(members, _) => {
            for member in members {
                match member {
                    ListMember::Word(word) => one_word(names, ty, word, table),
                    ListMember::Literal(_) => {}
                }
            }
        }
        ParamLiteral::Single(_) => {}
    }
}
