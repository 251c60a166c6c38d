//! What can be wrong with a share of two counts, and with `of` elsewhere.

use crate::ast::{Expr, ExprKind};
use crate::builtins::Builtin;
use crate::check::words::{a_type, subject};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::program::Target;
use crate::source::Span;
use crate::types::{Kind, Type};

/// How a share of two counts is written.
const EXAMPLE: &str = "share(errors of requests over 4 weeks)";

/// `count(errors of requests)`
pub(in crate::check) fn of_not_taken(builtin: &Builtin, of: Span) -> Diagnostic {
    Diagnostic::error(Code::WrongArguments, format!("`{}` takes no `of` here", builtin.name))
        .label(of, "not taken")
        .help(format!("`of` is for a share of two count fields, as in `{EXAMPLE}`"))
}

/// `among` or `by` beside two counts, which have no elements.
pub(in crate::check) fn clause_of_counts(clause: &str, span: Span) -> Diagnostic {
    let message = format!("a share of two counts takes no `{clause}`: counts have no elements");
    Diagnostic::error(Code::WrongArguments, message)
        .label(span, "not taken")
        .help("`where` picks the snapshots whose counts are added, as in `share(errors of requests where stage == full over 4 weeks)`")
}

/// `share(errors of errors)`
pub(in crate::check) fn part_of_itself(part: &Expr, whole: &Expr) -> Diagnostic {
    let name = subject(part, "a count");
    Diagnostic::error(Code::WrongArguments, format!("{name} is always 100% of itself"))
        .label(part.span, "this part")
        .label(whole.span, "is already the whole")
        .help(format!("name the whole that it is a part of, as in `{EXAMPLE}`"))
}

/// One of the two that is no count field of the snapshot.
pub(in crate::check) fn not_a_counted_field(expr: &Expr, ty: &Type, target: Option<&Target>) -> Diagnostic {
    let name = subject(expr, "this");
    let (what, help) = match (target, ty) {
        (Some(Target::Let(_)), _) => ("a let".to_owned(), "name the field itself: each snapshot records it"),
        (Some(Target::Param(_) | Target::Table(_)), _) => {
            ("a param".to_owned(), "name a field of the snapshot")
        }
        (Some(Target::JudgedField(_)), _) => (
            "the same for each snapshot".to_owned(),
            "leave out `snapshot.`: each snapshot has a count of its own",
        ),
        (_, Type::List(_)) => {
            (a_type(ty), "of the elements of a list, take `share(… where …)`: it needs no `of`")
        }
        (Some(Target::Call(_)), _) => (
            "computed".to_owned(),
            "name fields that the snapshot records; of the elements of a list, take `share(… where …)`",
        ),
        (Some(Target::Field(_)), Type::Amount(quantity)) if quantity.kind == Kind::Number => {
            (a_type(ty), "declare it as a `count` if it counts")
        }
        _ => (a_type(ty), "name a field of the snapshot that is declared as a `count`"),
    };
    let is_literal = matches!(expr.kind, ExprKind::Literal(_));
    let label = if is_literal { "not a field" } else { "not a count field" };
    let message = format!("`share(A of B)` takes two count fields of the snapshot, and {name} is {what}");
    Diagnostic::error(Code::WrongArguments, message).label(expr.span, label).help(help)
}
