//! What can be wrong with instants, which are no dates.

use crate::ast::{Expr, ExprKind, LiteralKind, Name};
use crate::builtins::Builtin;
use crate::check::words::{a_type, join, subject};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::point::Axis;
use crate::types::Type;

/// How a time is made a date.
pub(super) fn day_of(time: &Expr) -> String {
    format!("write `{}`: the date of an instant, in UTC", called("day", time))
}

/// A call of a function with an expression, as far as that has a name.
fn called(function: &str, expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Path(path) => format!("{function}({})", join(path)),
        _ => format!("{function}(…)"),
    }
}

pub(in crate::check) fn not_a_time(builtin: &Builtin, expr: &Expr, ty: &Type) -> Diagnostic {
    let message = format!("`{}` takes a time, but {} is {}", builtin.name, subject(expr, "this"), a_type(ty));
    Diagnostic::error(Code::TypeMismatch, message).label(expr.span, a_type(ty))
}

/// `now` where the series runs by days.
pub(in crate::check) fn no_now(name: &Name) -> Diagnostic {
    Diagnostic::error(Code::UnknownName, "`now` is an instant, but these snapshots are dated by day")
        .label(name.span, "no time of day is known")
        .help("`today` is the date here, and `day(…)` the date of a time; or declare `date: time required` in the `snapshot` block")
}

/// A window of months, which no length is.
pub(in crate::check) fn calendar_window(window: &Expr, axis: Axis) -> Diagnostic {
    let windows = match axis {
        Axis::Days => "windows are in days or weeks",
        Axis::Instants => "a window is a length of time",
    };
    let message = format!("{windows}, {} is a span of months", subject(window, "this"));
    let error =
        Diagnostic::error(Code::ImpossibleWindow, message).label(window.span, "months differ in length");
    let ExprKind::Literal(LiteralKind::Calendar(months)) = &window.kind else {
        return error.help("write it in days or weeks; `over month` is the calendar month");
    };
    let weeks = (i64::from(*months) * 52).div_euclid(12);
    error
        .help("`over month` is the calendar month, and a length is in days or weeks:")
        .choice(window.span, format!("{weeks} weeks"))
}

/// `since` or `weekday` of a time.
pub(in crate::check) fn date_of_a_time(function: &str, expr: &Expr) -> Diagnostic {
    let message = format!("`{function}` takes a date, but {} is a time", subject(expr, "this"));
    Diagnostic::error(Code::TypeMismatch, message)
        .label(expr.span, "a time")
        .help(format!("write `{function}({})`", called("day", expr)))
}
