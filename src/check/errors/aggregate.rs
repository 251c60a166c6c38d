//! What can be wrong with arguments and their clauses, and with patterns.

use crate::ast::{Arg, Expr, ExprKind, Name};
use crate::builtins::Builtin;
use crate::check::words::{a_type, join, subject};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::types::Type;

pub(in crate::check) fn clause_not_taken(builtin: &Builtin, clause: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::WrongArguments, format!("`{}` takes no `{clause}` here", builtin.name))
        .label(span, "not taken")
}

pub(in crate::check) fn needs_where(builtin: &Builtin, name: &Name, arg: &Arg, element: &Type) -> Diagnostic {
    let list = a_type(&Type::List(Box::new(element.clone())));
    let what = subject(&arg.value, "this");
    let message = format!("`{}` takes conditions, but {what} is {list}", builtin.name);
    Diagnostic::error(Code::WrongArguments, message)
        .label(name.span.to(arg.value.span), "needs a `where`")
        .help(format!("say which elements you mean: `{}({} where …)`", builtin.name, what.trim_matches('`')))
}

pub(in crate::check) fn not_a_text(item: &Expr, ty: &Type) -> Diagnostic {
    let message = format!("`matches` takes a text, but {} is {}", subject(item, "this"), a_type(ty));
    Diagnostic::error(Code::TypeMismatch, message)
        .label(item.span, "not a text")
        .help("compare other values with `==` or `in`")
}

pub(in crate::check) fn not_a_pattern(pattern: &Expr, ty: &Type) -> Diagnostic {
    let message = match ty {
        Type::Text => "a pattern is a quoted text or a param, not a field",
        _ => "write a pattern after `matches`: a text where `*` means any letters and `?` any one letter",
    };
    Diagnostic::error(Code::TypeMismatch, message).label(pattern.span, a_type(ty))
}

pub(in crate::check) fn counts_members(among: &Expr) -> Diagnostic {
    Diagnostic::error(Code::WrongArguments, "`count` without a `where` counts every element")
        .label(among.span, "narrows no condition")
        .help("write `where` instead of `among`")
}

/// `share(results.passed where tag == critical)`: `list` is the path up to the list, `it` what stands before the field so that it
/// is not taken for something outside.
pub(in crate::check) fn drops_field(
    builtin: &Builtin,
    arg: &Arg,
    list: &[Name],
    field: &[Name],
    is_condition: bool,
    it: &str,
) -> Diagnostic {
    let (list, field) = (join(list), join(field));
    let text = if is_condition { format!("{list} where {it}{field} among") } else { format!("{list} where") };
    let message = format!(
        "`{}` reads only what follows `where` from each element of `{list}`, and ignores `{field}`",
        builtin.name
    );
    let error = Diagnostic::error(Code::WrongArguments, message)
        .label(arg.value.span, format!("`.{field}` is ignored"));
    match arg.among.is_some() {
        // What is dropped, or what stands behind `where`: nobody knows what was to be asked.
        true => error.help(format!(
            "after `where`, write the condition that you mean: `{it}{field}` or the one there now"
        )),
        false => error.fix(arg.head.unwrap_or(arg.value.span), text),
    }
}

/// `share(passed where stage == canary over 4 weeks)`
pub(in crate::check) fn drops_value(builtin: &Builtin, arg: &Arg, is_condition: bool) -> Diagnostic {
    let value = subject(&arg.value, "the value");
    let message = format!("`{}` reads only what follows `where`, and ignores {value}", builtin.name);
    let error = Diagnostic::error(Code::WrongArguments, message).label(arg.value.span, "ignored");
    match (&arg.value.kind, arg.head) {
        (ExprKind::Path(path), Some(head)) if is_condition => {
            error.fix(head, format!("{} where it among", join(path)))
        }
        _ if is_condition => error.help("write `where it among …` to take only some of them"),
        _ => error.help(format!("write a condition on {value} after `where`; it is called `it` there")),
    }
}

pub(in crate::check) fn counts_all(name: &Name, arg: &Arg) -> Diagnostic {
    let what = subject(&arg.value, "…");
    let what = what.trim_matches('`');
    Diagnostic::error(
        Code::WrongArguments,
        "`count` counts every snapshot of the window here, whether the condition held or not",
    )
    .label(name.span.to(arg.value.span), "needs a `where`")
    .help(format!("write `count({what} where it over …)` for those in which it held"))
}

/// What `asks` was given in the place of a stage. `example`: a stage that there is.
pub(in crate::check) fn not_a_stage_name(builtin: &Builtin, value: &Expr, example: &str) -> Diagnostic {
    let name = builtin.name;
    let message =
        format!("`{name}` takes the name of a stage, but {} is not a stage", subject(value, "this"));
    Diagnostic::error(Code::WrongArguments, message)
        .label(value.span, "not the name of a stage")
        .help(format!("write the stage itself, as in `{name}({example})`"))
}
