//! What can be wrong with params that hold several values: tables, their keys, and lists.

use std::sync::Arc;

use super::super::words::a_type;
use super::{again, list};
use crate::ast::{Expr, ExprKind, Literal, LiteralKind, Name, ParamDecl, TableKey};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::types::{Kind, Quantity, Type};

pub(in crate::check) fn empty_param(decl: &ParamDecl, span: Span, what: &str, example: &str) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, format!("the {what} `{}` is empty", decl.name.text))
        .label(span, "nothing inside")
        .help(format!("give it entries, as in `param {} = {example}`", decl.name.text))
}

pub(in crate::check) fn several_types(
    decl: &ParamDecl,
    value: &Literal,
    known: &Type,
    ty: &Type,
) -> Diagnostic {
    let message = format!("all values of `{}` have one type", decl.name.text);
    Diagnostic::error(Code::TypeMismatch, message)
        .label(value.span, format!("this is {}, those before it are {}", a_type(ty), plural(known)))
}

/// `shares`
fn plural(ty: &Type) -> String {
    match ty {
        Type::Amount(Quantity { kind: Kind::Unit(unit), .. }) => format!("numbers {unit}"),
        Type::Bool | Type::Text | Type::Date | Type::Time | Type::Amount(_) => format!("{ty}s"),
        Type::Stage
        | Type::Choice(_)
        | Type::Elapsed
        | Type::Calendar
        | Type::List(_)
        | Type::Record(_)
        | Type::Error => a_type(ty),
    }
}

pub(in crate::check) fn key_twice(decl: &ParamDecl, keys: &[&TableKey]) -> Diagnostic {
    let name = keys.first().and_then(|key| key.name()).map_or("else", |name| &name.text);
    let message = format!("`{}` has two entries for `{name}`", decl.name.text);
    let spans: Vec<Span> = keys.iter().map(|key| key.span()).collect();
    again(Diagnostic::error(Code::DeclaredTwice, message), &spans).help("remove one of the two")
}

pub(in crate::check) fn mixed_keys(decl: &ParamDecl, text: Span, word: Span) -> Diagnostic {
    let message = format!("the keys of `{}` are both texts and words", decl.name.text);
    Diagnostic::error(Code::TypeMismatch, message)
        .label(text, "a text in quotes")
        .label(word, "a word")
        .help("write texts in quotes, and members of a `one of` and stages without them")
}

pub(in crate::check) fn texts_need_else(decl: &ParamDecl, span: Span) -> Diagnostic {
    let message = format!("`{}` has no value for other texts", decl.name.text);
    Diagnostic::error(Code::TypeMismatch, message)
        .label(span, "a table by texts needs an `else`")
        .help("add `else: ` and a value: any text can come up here")
}

pub(in crate::check) fn missing_entries(name: &str, key: &Expr, missing: &[Arc<str>]) -> Diagnostic {
    let words = || missing.iter().map(|member| &**member);
    Diagnostic::error(Code::TypeMismatch, format!("`{name}` has no entry for {}", list(words())))
        .label(key.span, "can be one without an entry")
        .help("add what is missing, or an `else`")
}

pub(in crate::check) fn key_of_nothing(decl: &ParamDecl, key: &Name, suggestion: Option<&str>) -> Diagnostic {
    let message = format!("no lookup in `{}` ever asks for `{}`", decl.name.text, key.text);
    Diagnostic::error(Code::UnknownName, message)
        .label(key.span, "not a member or stage that is looked up")
        .meant(key.span, suggestion)
}

pub(in crate::check) fn table_is_no_value(path: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, format!("`{path}` is a table, not a single value"))
        .label(span, "one entry is needed")
        .help(format!("name an entry, as in `{path}[tag]`, without a space before the bracket"))
}

pub(in crate::check) fn no_table(path: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, format!("`{path}` is not a table"))
        .label(span, "has no entries")
        .help("only a param declared as `{ key: value, else: value }` has entries")
}

pub(in crate::check) fn not_a_key(key: &Expr, ty: &Type) -> Diagnostic {
    let message = "look an entry up by a member of a `one of`, a stage or a text";
    Diagnostic::error(Code::TypeMismatch, message).label(key.span, format!("this is {}", a_type(ty)))
}

pub(in crate::check) fn other_keys(name: &str, key: &Expr, ty: &Type, has_texts: bool) -> Diagnostic {
    let keys = if has_texts { "texts" } else { "words" };
    let message = format!("the keys of `{name}` are {keys}, but this is {}", a_type(ty));
    let help = match &key.kind {
        _ if has_texts => "write the keys without quotes".to_owned(),
        ExprKind::Literal(LiteralKind::Text(text)) => format!("write `{name}[{text}]`, without quotes"),
        _ => "look it up by a member of a `one of` or a stage, or write the keys in quotes".to_owned(),
    };
    Diagnostic::error(Code::TypeMismatch, message).label(key.span, "not one of its keys").help(help)
}

pub(in crate::check) fn listed_twice(decl: &ParamDecl, first: Span, second: Span) -> Diagnostic {
    let message = format!("the list `{}` names one member twice", decl.name.text);
    again(Diagnostic::error(Code::DeclaredTwice, message), &[first, second]).help("remove one of the two")
}

pub(in crate::check) fn not_a_list_member(decl: &ParamDecl, span: Span) -> Diagnostic {
    let message = format!("the list `{}` may only hold members, texts or numbers", decl.name.text);
    Diagnostic::error(Code::TypeMismatch, message).label(span, "cannot be in a list")
}
