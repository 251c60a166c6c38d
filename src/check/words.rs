//! How expressions and types are called in messages. Has no source text: names come from the tree.

use crate::ast::{Expr, ExprKind, LiteralKind, Name};
use crate::types::{Kind, Type, show_time};
use crate::value::{Number, decimal};

/// `a.b.c`
pub(super) fn join(path: &[Name]) -> String {
    path.iter().map(|name| &*name.text).collect::<Vec<_>>().join(".")
}

/// An expression as the subject of a sentence: what it is called, or `otherwise` where it is too long for that.
pub(super) fn subject(expr: &Expr, otherwise: &str) -> String {
    match &expr.kind {
        ExprKind::Literal(literal) => format!("`{}`", show_literal(literal)),
        ExprKind::Path(path) => format!("`{}`", join(path)),
        ExprKind::Call { name, .. } => format!("`{}(…)`", name.text),
        ExprKind::Entry { table, .. } => format!("`{}[…]`", join(table)),
        ExprKind::Not(_)
        | ExprKind::Neg(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::Compare(..)
        | ExprKind::Logic(..)
        | ExprKind::In { .. }
        | ExprKind::If { .. }
        | ExprKind::Has(_)
        | ExprKind::AtLeast { .. }
        | ExprKind::With { .. } => otherwise.to_owned(),
    }
}

/// A literal as it is written in a policy.
pub(super) fn show_literal(literal: &LiteralKind) -> String {
    match literal {
        LiteralKind::Number(number) => decimal(number, 12),
        LiteralKind::Share(number) => Kind::Share.show_precisely(number, 9),
        LiteralKind::Unit(number, unit) => format!("{} {}", decimal(number, 12), unit.text),
        LiteralKind::Duration(seconds) => Kind::Duration.show(seconds),
        LiteralKind::Calendar(months) => show_months(*months),
        LiteralKind::Date(date) => date.to_string(),
        LiteralKind::Time(time) => show_time(time),
        LiteralKind::Text(text) => format!("\"{text}\""),
        LiteralKind::Bool(value) => value.to_string(),
    }
}

/// A span of calendar months: `6 months`, `1 year`.
pub(super) fn show_months(months: i32) -> String {
    let (count, unit) =
        if months != 0 && months % 12 == 0 { (months / 12, "year") } else { (months, "month") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A type with its article: `a share`.
pub(super) fn a_type(ty: &Type) -> String {
    match ty {
        Type::Amount(quantity) => a_kind(&quantity.kind),
        Type::Choice(_) => ty.to_string(),
        Type::Bool
        | Type::Text
        | Type::Date
        | Type::Time
        | Type::Stage
        | Type::Elapsed
        | Type::Calendar
        | Type::Record(_)
        | Type::Error => format!("a {ty}"),
        Type::List(element) => match &**element {
            Type::Record(_) => "a list of records".to_owned(),
            Type::List(_) => "a list of lists".to_owned(),
            Type::Amount(quantity) => match &quantity.kind {
                Kind::Count | Kind::Number | Kind::Share | Kind::Duration | Kind::Bare | Kind::Ratio => {
                    format!("a list of {}s", quantity.kind)
                }
                Kind::Unit(unit) => format!("a list of numbers in {unit}"),
            },
            Type::Choice(_) => format!("a list of {element}"),
            Type::Bool
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::Stage
            | Type::Elapsed
            | Type::Calendar
            | Type::Error => {
                format!("a list of {element}s")
            }
        },
    }
}

fn a_kind(kind: &Kind) -> String {
    match kind {
        Kind::Count | Kind::Number | Kind::Share | Kind::Duration | Kind::Bare | Kind::Ratio => {
            format!("a {kind}")
        }
        Kind::Unit(unit) => format!("a number in {unit}"),
    }
}

/// The share that a bare number was probably meant to be: `50` for `50%`.
pub(super) fn as_percentage(number: &Number) -> Option<String> {
    let meant = *number > Number::ONE && *number <= Number::from(100);
    meant.then(|| format!("{}%", decimal(number, 9)))
}
