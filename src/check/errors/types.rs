//! What can be wrong with types, units, ranges and arguments.

use super::time::day_of;
use crate::ast::{
    ArithmeticOp, CompareOp, Expr, ExprKind, Literal, LiteralKind, Name, NamedWindow, Over, ParamDecl,
    RangeDecl, RuleDecl, Set,
};
use crate::builtins::numbers::Reduce;
use crate::builtins::{Builtin, Shape};
use crate::check::arithmetic::Clash;
use crate::check::compare::Unlike;
use crate::check::literal::literal_type;
use crate::check::words::{a_type, as_percentage, join, show_literal, show_months, subject};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::interval::Interval;
use crate::point::Axis;
use crate::source::Span;
use crate::types::{Kind, Quantity, Type, show_date, show_time};
use crate::value::{Number, decimal};
use std::sync::Arc;

/// A side of a comparison, with all that can be said of it.
pub(in crate::check) struct ComparedSide<'e> {
    pub(in crate::check) expr: &'e Expr,
    pub(in crate::check) ty: &'e Type,
    pub(in crate::check) range: Interval,
    /// The number that it is, if it is written without a unit.
    pub(in crate::check) bare: Option<Number>,
    pub(in crate::check) stages: &'e [Arc<str>],
}

impl ComparedSide<'_> {
    fn is_literal(&self) -> bool {
        matches!(self.expr.kind, ExprKind::Literal(_))
    }

    /// A number of this side's type as people read it.
    fn show(&self, number: &Number) -> String {
        match self.ty {
            Type::Amount(quantity) => quantity.kind.show_precisely(number, 4),
            Type::Date => show_date(number),
            Type::Time => show_time(number),
            Type::Stage => {
                let rung = usize::try_from(number.floor()).ok().and_then(|rung| self.stages.get(rung));
                rung.map_or_else(String::new, |stage| format!("`{stage}`"))
            }
            Type::Calendar => show_months(i32::try_from(number.floor()).unwrap_or(i32::MAX)),
            Type::Elapsed => Kind::Duration.show(number),
            Type::Bool | Type::Text | Type::Choice(_) | Type::List(_) | Type::Record(_) | Type::Error => {
                decimal(number, 4)
            }
        }
    }

    /// What its range is: `at most 100%`.
    fn extent(&self) -> String {
        match (&self.range.low, &self.range.high) {
            (Some(low), Some(high)) if low == high => format!("always {}", self.show(low)),
            (Some(low), Some(high)) => format!("between {} and {}", self.show(low), self.show(high)),
            (Some(low), None) => format!("at least {}", self.show(low)),
            (None, Some(high)) => format!("at most {}", self.show(high)),
            (None, None) => "anything".to_owned(),
        }
    }
}

pub(in crate::check) fn never_true(
    span: Span,
    op: CompareOp,
    left: &ComparedSide<'_>,
    right: &ComparedSide<'_>,
) -> Diagnostic {
    let turned = left.is_literal() && !right.is_literal();
    let (op, left, right) = if turned { (op.mirrored(), right, left) } else { (op, left, right) };
    let upper = match op {
        CompareOp::Less | CompareOp::LessEqual => false,
        CompareOp::Greater | CompareOp::GreaterEqual => true,
        CompareOp::Equal | CompareOp::NotEqual => left.range.less(&right.range) == Some(true),
    };
    let (word, bound) = match (left.range.as_point(), upper) {
        (Some(point), _) => ("always", Some(point)),
        (None, true) => ("at most", left.range.high.as_ref()),
        (None, false) => ("at least", left.range.low.as_ref()),
    };
    let bound = bound.map_or_else(String::new, |bound| left.show(bound));
    // A bare number beside a share is read as one.
    let as_left = matches!((left.ty, right.ty), (Type::Amount(a), Type::Amount(b))
        if a.kind == Kind::Share && b.kind.is_plain());
    let reader = if as_left { left } else { right };
    let other = match right.range.as_point() {
        Some(point) => reader.show(point),
        None => format!("{}, which is {}", subject(right.expr, "the right side"), right.extent()),
    };
    let subject = subject(left.expr, "the left side");
    let message = format!("{subject} is {word} {bound}, so it is never {} {other}", op.as_str());
    let diagnostic = Diagnostic::error(Code::NeverTrue, message)
        .label(span, "never true")
        .help("correct the number, or the declared range of the field");
    meant_percentage(right, left, meant_percentage(left, right, diagnostic))
}

/// `50` beside a share was probably meant to be `50%`.
fn meant_percentage(
    share: &ComparedSide<'_>,
    number: &ComparedSide<'_>,
    diagnostic: Diagnostic,
) -> Diagnostic {
    let can_be = |number: &Number| match share.ty.quantity() {
        // A ratio with an upper end is a part of a whole, by its form.
        Some(Quantity { kind: Kind::Share | Kind::Ratio, range }) => {
            range.high.is_some() && range.contains(&(number / Number::from(100)))
        }
        Some(_) | None => false,
    };
    let Some(meant) = number.bare.as_ref().filter(|number| can_be(number)).and_then(as_percentage) else {
        return diagnostic;
    };
    let name = if let ExprKind::Path(path) = &number.expr.kind { path.last() } else { None };
    match name {
        Some(param) => diagnostic.help(format!("did you mean `{} = {meant}`?", param.text)),
        // 0.1 took it, and nothing else can have been meant.
        None if share.ty.quantity().is_some_and(|quantity| quantity.kind == Kind::Ratio) => {
            diagnostic.help(format!("did you mean `{meant}`?")).fix(number.expr.span, meant)
        }
        None => diagnostic.meant(number.expr.span, Some(&meant)),
    }
}

pub(in crate::check) fn never_in(
    span: Span,
    negated: bool,
    item: &ComparedSide<'_>,
    set: &Set,
    members: &[ComparedSide<'_>],
) -> Diagnostic {
    if let (Set::Range(..), [low, high]) = (set, members)
        && high.range.less(&low.range) == Some(true)
    {
        let message = format!(
            "the range is empty: from {} to {}",
            subject(low.expr, "its low end"),
            subject(high.expr, "its high end")
        );
        let help = "write the lower end first";
        return Diagnostic::error(Code::NeverTrue, message).label(span, "never true").help(help);
    }
    let what = match set {
        Set::Range(..) => "in that range",
        Set::List(..) | Set::Value(_) | Set::Pattern(_) => "one of those",
    };
    let subject = subject(item.expr, "the left side");
    let word = if negated { "always" } else { "never" };
    let message = format!("{subject} is {}, so it is {word} {what}", item.extent());
    let diagnostic = Diagnostic::error(Code::NeverTrue, message)
        .label(span, "never true")
        .help("correct the numbers, or the declared range of the field");
    let meant = |diagnostic, member| meant_percentage(item, member, diagnostic);
    members.iter().rev().fold(diagnostic, meant).one_of_several()
}

pub(in crate::check) fn unlike(
    op: CompareOp,
    (left, left_ty): (&Expr, &Type),
    (right, right_ty): (&Expr, &Type),
    unlike: Unlike,
) -> Diagnostic {
    let (left_name, right_name) = (subject(left, "the left side"), subject(right, "the right side"));
    let both = format!("{left_name} is {}, {right_name} is {}", a_type(left_ty), a_type(right_ty));
    let (code, message, help) = match unlike {
        Unlike::Types => {
            let help = match (left_ty, right_ty) {
                (Type::Time, Type::Date) => Some(day_of(left)),
                (Type::Date, Type::Time) => Some(day_of(right)),
                _ => None,
            };
            (Code::TypeMismatch, both, help)
        }
        Unlike::Kinds => (Code::UnitMismatch, both, like(&left_name, left_ty)),
        Unlike::Units => (
            Code::UnitMismatch,
            both,
            bare_duration(left_ty, right)
                .or_else(|| bare_duration(right_ty, left))
                .or_else(|| like(&left_name, left_ty)),
        ),
        Unlike::Unordered => {
            let message =
                format!("{left_name} is {}, which has no order for `{}`", a_type(left_ty), op.as_str());
            (Code::TypeMismatch, message, Some("only `==` and `!=` compare them".to_owned()))
        }
        Unlike::Whole => {
            let left_is_whole = matches!(left_ty, Type::List(_) | Type::Record(_));
            let (name, ty) = if left_is_whole { (left_name, left_ty) } else { (right_name, right_ty) };
            let message = format!("{name} is {}, which cannot be compared", a_type(ty));
            (
                Code::TypeMismatch,
                message,
                Some("compare one value, as a `count(…)` or `mean(…)` of it".to_owned()),
            )
        }
        Unlike::Calendar => {
            let help = "spans of months or years compare only with what runs between dates, as `since(…)` and `held(…)` do";
            (Code::UnitMismatch, both, Some(help.to_owned()))
        }
        Unlike::Members => {
            let message = format!("{left_name} and {right_name} have no member in common");
            (Code::TypeMismatch, message, None)
        }
    };
    let diagnostic = Diagnostic::error(code, message)
        .label(left.span, label_of(left_ty))
        .label(right.span, label_of(right_ty))
        .maybe_help(help);
    let diagnostic = rewritten(diagnostic, right, quoted_member(left_ty, right));
    let diagnostic = rewritten(diagnostic, left, quoted_member(right_ty, left));
    let diagnostic = rewritten(diagnostic, right, bare_unit(left_ty, right));
    rewritten(diagnostic, left, bare_unit(right_ty, left))
}

/// Puts what was meant in the place of an expression, where that is known.
fn rewritten(diagnostic: Diagnostic, expr: &Expr, meant: Option<String>) -> Diagnostic {
    match meant {
        Some(meant) => Diagnostic { help: None, ..diagnostic }.fix(expr.span, meant),
        None => diagnostic,
    }
}

/// What a value can be compared with.
fn like(name: &str, ty: &Type) -> Option<String> {
    let Type::Amount(quantity) = ty else { return None };
    let other = match &quantity.kind {
        Kind::Count => "a plain number, such as `20`".to_owned(),
        Kind::Number | Kind::Bare | Kind::Ratio => "a plain number, such as `0.5`".to_owned(),
        Kind::Share => "a share, such as `50%`".to_owned(),
        Kind::Duration => "a duration, such as `2 weeks`".to_owned(),
        Kind::Unit(unit) => format!("an amount such as `5 {unit}`"),
    };
    Some(format!("compare {name} with {other}"))
}

fn label_of(ty: &Type) -> String {
    a_type(ty)
}

fn quoted_member(ty: &Type, other: &Expr) -> Option<String> {
    let ExprKind::Literal(LiteralKind::Text(text)) = &other.kind else { return None };
    let is_member = *ty == Type::Stage || matches!(ty, Type::Choice(members) if members.contains(text));
    is_member.then(|| text.to_string())
}

/// `5` beside a number in USD was probably meant to be `5 USD`.
fn bare_unit(ty: &Type, other: &Expr) -> Option<String> {
    let ExprKind::Literal(literal @ LiteralKind::Number(_)) = &other.kind else { return None };
    let number = show_literal(literal);
    match ty.as_quantity()?.kind {
        Kind::Unit(unit) => Some(format!("{number} {unit}")),
        Kind::Count | Kind::Number | Kind::Share | Kind::Duration | Kind::Bare | Kind::Ratio => None,
    }
}

/// `300` beside a duration: nobody knows of what.
fn bare_duration(ty: &Type, other: &Expr) -> Option<String> {
    let ExprKind::Literal(literal @ LiteralKind::Number(_)) = &other.kind else { return None };
    let is_duration = ty.as_quantity()?.kind == Kind::Duration;
    is_duration.then(|| format!("write the unit, as in `{} days`", show_literal(literal)))
}

pub(in crate::check) fn arithmetic(
    op: ArithmeticOp,
    (left, left_ty): (&Expr, &Type),
    (right, right_ty): (&Expr, &Type),
    clash: &Clash,
) -> Diagnostic {
    let (left_name, right_name) = (subject(left, "the left side"), subject(right, "the right side"));
    let both = format!("{left_name} is {}, {right_name} is {}", a_type(left_ty), a_type(right_ty));
    let (code, message, help) = match clash {
        Clash::Units => {
            let verb = if op == ArithmeticOp::Add { "add" } else { "subtract" };
            let help = bare_duration(left_ty, right).or_else(|| bare_duration(right_ty, left));
            (Code::UnitMismatch, both, help.or_else(|| Some(format!("only values of one unit {verb}"))))
        }
        Clash::Kinds => (Code::UnitMismatch, both, None),
        Clash::NoSuchUnit(operator) => {
            let message =
                format!("{left_name} {operator} {right_name} is in a unit that the language does not have");
            (Code::UnitMismatch, message, None)
        }
        Clash::DateFirst => {
            (Code::TypeMismatch, both, Some("write the date first: `date + duration`".to_owned()))
        }
        Clash::DateAndTime => {
            (Code::TypeMismatch, both, Some(day_of(if *left_ty == Type::Time { left } else { right })))
        }
        Clash::Calendar => {
            let help = "spans of months or years are only added to dates and subtracted from them";
            (Code::TypeMismatch, both, Some(help.to_owned()))
        }
        Clash::Types => {
            let (expr, ty) =
                if left_ty.as_quantity().is_none() { (left, left_ty) } else { (right, right_ty) };
            return no_arithmetic(expr, ty);
        }
    };
    let diagnostic = Diagnostic::error(code, message)
        .label(left.span, label_of(left_ty))
        .label(right.span, label_of(right_ty))
        .maybe_help(help);
    let diagnostic = rewritten(diagnostic, right, bare_unit(left_ty, right));
    rewritten(diagnostic, left, bare_unit(right_ty, left))
}

pub(in crate::check) fn no_arithmetic(expr: &Expr, ty: &Type) -> Diagnostic {
    let message = format!("{} is {}, so it cannot be calculated with", subject(expr, "this"), a_type(ty));
    Diagnostic::error(Code::TypeMismatch, message).label(expr.span, label_of(ty))
}

pub(in crate::check) fn not_a_condition(expr: &Expr, ty: &Type, why: &str) -> Diagnostic {
    let name = subject(expr, "this");
    let message = format!("{why}; {name} is {}", a_type(ty));
    let help = match ty {
        Type::List(element) if **element == Type::Bool => {
            Some("say how many of them must hold, as `all(…)` or `any(…)` does".to_owned())
        }
        _ if matches!(expr.kind, ExprKind::Literal(_)) => None,
        _ => like(&name, ty),
    };
    Diagnostic::error(Code::TypeMismatch, message).label(expr.span, "not a condition").maybe_help(help)
}

pub(in crate::check) fn not_a_list(expr: &Expr, ty: &Type, why: &str) -> Diagnostic {
    let message = format!("{why}; {} is {}", subject(expr, "this"), a_type(ty));
    Diagnostic::error(Code::TypeMismatch, message).label(expr.span, "not a list")
}

pub(in crate::check) fn not_a_list_of_elements(expr: &Expr, ty: &Type) -> Diagnostic {
    not_a_list(expr, ty, "an aggregate takes a list")
        .help("a single value needs a window to become a list, as in `mean(adoption over 4 weeks)`")
}

pub(in crate::check) fn not_a_scalar(expr: &Expr, ty: &Type, why: &str) -> Diagnostic {
    let message = format!("{why}; {} is {}", subject(expr, "this"), a_type(ty));
    Diagnostic::error(Code::TypeMismatch, message).label(expr.span, "not a single value")
}

/// `since` or `weekday` of what is no date.
pub(in crate::check) fn not_a_date(function: &str, expr: &Expr, ty: &Type) -> Diagnostic {
    let message = format!("`{function}` takes a date, but {} is {}", subject(expr, "this"), a_type(ty));
    Diagnostic::error(Code::TypeMismatch, message).label(expr.span, "not a date")
}

pub(in crate::check) fn not_numbers(builtin: &Builtin, expr: &Expr, element: &Type) -> Diagnostic {
    let name = builtin.name;
    let list = a_type(&Type::List(Box::new(element.clone())));
    let message = format!("`{name}` takes a list of numbers, but {} is {list}", subject(expr, "this"));
    let help = match (element, &expr.kind) {
        (Type::Record(record), ExprKind::Path(path)) => {
            let is_number = |ty: &Type| matches!(ty, Type::Amount(_));
            let field = record.fields.iter().find(|field| is_number(&field.ty));
            let field = field.map_or("FIELD", |field| &*field.name);
            Some(format!("name a field of its elements, as in `{name}({}.{field})`", join(path)))
        }
        (Type::Bool, _) => Some("`share(…)` and `count(… where it)` take conditions".to_owned()),
        _ => None,
    };
    Diagnostic::error(Code::TypeMismatch, message).label(expr.span, "not a list of numbers").maybe_help(help)
}

pub(in crate::check) fn no_such_unit(builtin: &Builtin, expr: &Expr, element: &Type) -> Diagnostic {
    let (name, of) = (builtin.name, subject(expr, "this"));
    let message = format!("the `{name}` of {of} is in a unit that the language does not have");
    Diagnostic::error(Code::UnitMismatch, message)
        .label(expr.span, label_of(&Type::List(Box::new(element.clone()))))
}

pub(in crate::check) fn branches_differ(
    (then, then_ty): (&Expr, &Type),
    (otherwise, otherwise_ty): (&Expr, &Type),
) -> Diagnostic {
    let message = format!(
        "{} is {}, {} is {}, but all must have one type",
        subject(then, "the first"),
        a_type(then_ty),
        subject(otherwise, "the second"),
        a_type(otherwise_ty)
    );
    Diagnostic::error(Code::TypeMismatch, message)
        .label(then.span, label_of(then_ty))
        .label(otherwise.span, label_of(otherwise_ty))
}

pub(in crate::check) fn bad_at_least(count: u32, span: Span, conditions: usize) -> Diagnostic {
    let help = format!("write a number from 1 to {conditions}");
    let (message, label) = if count == 0 {
        ("at least 0 conditions always hold".to_owned(), "always true")
    } else {
        (format!("{count} conditions never hold of a list of {conditions}"), "never true")
    };
    Diagnostic::error(Code::ImpossibleCount, message).label(span, label).help(help)
}

pub(in crate::check) fn wrong_arguments(builtin: &Builtin, name: &Name, found: usize) -> Diagnostic {
    let due = match &builtin.shape {
        Shape::Numbers(numbers) if let Reduce::Ranked(_) = numbers.reduce => {
            format!("a list and a share: `{}(L, 90%)`", builtin.name)
        }
        Shape::Default => format!("a field and a value: `{}(path, 0)`", builtin.name),
        Shape::Numbers(_)
        | Shape::Counting(_)
        | Shape::Distinct
        | Shape::Longest
        | Shape::Along(_)
        | Shape::Part(_)
        | Shape::Weekday
        | Shape::Confidence => "one argument".to_owned(),
    };
    let message = format!("`{}` takes {due}, but was given {found}", name.text);
    let plural = if found == 1 { "" } else { "s" };
    Diagnostic::error(Code::WrongArguments, message).label(name.span, format!("{found} argument{plural}"))
}

pub(in crate::check) fn needs_over(builtin: &Builtin, value: &Expr) -> Diagnostic {
    let name = builtin.name;
    Diagnostic::error(Code::WrongArguments, format!("`{name}` looks back over a window, but none is given"))
        .label(value.span, "needs an `over`")
        .help(format!("write `{name}({} over 4 weeks)`", subject(value, "…").trim_matches('`')))
}

pub(in crate::check) fn needs_length(builtin: &Builtin, over: &Over) -> Diagnostic {
    let written = match over {
        Over::Window(_) => "this",
        Over::AtMost(_) => "`over at most`",
        Over::Snapshots(_) => "`over` a number of snapshots",
        Over::Named(NamedWindow::Stage, _) => "`over stage`",
        Over::Named(NamedWindow::All, _) => "`over all`",
        Over::Named(NamedWindow::Calendar(_), _) => "a part of the calendar",
    };
    let message =
        format!("`{}` compares with a fixed time earlier, and {written} is not a fixed length", builtin.name);
    Diagnostic::error(Code::ImpossibleWindow, message)
        .label(over.span(), "not a fixed length of time")
        .help(format!("write a length of days or weeks: `{}(… over 4 weeks)`", builtin.name))
}

pub(in crate::check) fn bad_number_of_snapshots(number: &Expr) -> Diagnostic {
    let written = subject(number, "this");
    let diagnostic = match &number.kind {
        ExprKind::Path(_) => Diagnostic::error(
            Code::ImpossibleWindow,
            format!("{written} is not always a number of snapshots: use a whole number from 1"),
        )
        .help("use a param whose value and range are whole numbers from 1"),
        _ => Diagnostic::error(
            Code::ImpossibleWindow,
            format!("{written} is not a number of snapshots: use a whole number from 1"),
        ),
    };
    diagnostic.label(number.span, "not a number of snapshots")
}

pub(in crate::check) fn bad_window(window: &Expr, axis: Axis) -> Diagnostic {
    let message = format!("{} is not a window: {}", subject(window, "this"), windows(axis));
    let label = match axis {
        Axis::Days => "not a number of days or weeks",
        Axis::Instants => "not a length to look back",
    };
    Diagnostic::error(Code::ImpossibleWindow, message).label(window.span, label)
}

/// What windows are.
fn windows(axis: Axis) -> &'static str {
    match axis {
        Axis::Days => "windows are whole days or weeks",
        Axis::Instants => "a window is longer than zero",
    }
}

pub(in crate::check) fn bad_window_param(window: &Expr, axis: Axis) -> Diagnostic {
    let name = subject(window, "this");
    let message = format!("param {name} can be a length that is not a window: {}", windows(axis));
    Diagnostic::error(Code::ImpossibleWindow, message).label(window.span, "not always a window")
}

pub(in crate::check) fn not_a_window(window: &Expr, ty: &Type) -> Diagnostic {
    let message = if matches!(ty, Type::Amount(quantity) if quantity.kind == Kind::Duration) {
        "a window must be a literal or a param, not computed".to_owned()
    } else {
        format!("a window is a duration, but {} is {}", subject(window, "this"), a_type(ty))
    };
    Diagnostic::error(Code::ImpossibleWindow, message).label(window.span, "not a window")
}

pub(in crate::check) fn bad_percentile(share: &Expr) -> Diagnostic {
    let message =
        format!("a percentile is a share from 0% to 100%, but {} is outside that", subject(share, "this"));
    Diagnostic::error(Code::ImpossibleRange, message)
        .label(share.span, "not between 0% and 100%")
        .meant(share.span, percentage(share).as_deref())
}

/// What a bare number was probably meant to be where a share is due.
pub(super) fn percentage(expr: &Expr) -> Option<String> {
    let ExprKind::Literal(LiteralKind::Number(number)) = &expr.kind else { return None };
    as_percentage(number)
}

pub(in crate::check) fn not_a_share_setting(expr: &Expr, ty: &Type, fixed: bool) -> Diagnostic {
    let message = if fixed {
        format!("a share is needed here, but {} is {}", subject(expr, "this"), a_type(ty))
    } else {
        "a literal or a param is needed here, not a computed value".to_owned()
    };
    Diagnostic::error(Code::TypeMismatch, message).label(expr.span, "not a share")
}

pub(in crate::check) fn default_of_no_field(expr: &Expr) -> Diagnostic {
    Diagnostic::error(Code::NotAField, "`default` takes a field, but this is computed")
        .label(expr.span, "not a field")
        .help("use `default` on the fields that it is computed from")
}

pub(in crate::check) fn reversed_range(range: &RangeDecl) -> Diagnostic {
    let (low, high) = (show_literal(&range.low.kind), show_literal(&range.high.kind));
    Diagnostic::error(Code::ImpossibleRange, format!("the range from `{low}` to `{high}` is empty"))
        .label(range.span, "the lower end comes first")
        .help(format!("write `{high} to {low}`"))
}

pub(in crate::check) fn no_range(range: &RangeDecl, what: &str) -> Diagnostic {
    Diagnostic::error(Code::ImpossibleRange, format!("{what} has no range"))
        .label(range.span, "no range here")
}

/// An end of a range that does not fit its param.
pub(in crate::check) fn bound_of_param(ty: &Type, bound: &Literal) -> Diagnostic {
    let shown = show_literal(&bound.kind);
    let bound_ty = literal_type(&bound.kind);
    let help = if let (LiteralKind::Number(number), Type::Amount(quantity)) = (&bound.kind, ty) {
        match &quantity.kind {
            Kind::Unit(unit) => Some(format!("write `{shown} {unit}`")),
            Kind::Share => as_percentage(number).map(|meant| format!("did you mean `{meant}`?")),
            Kind::Count | Kind::Number | Kind::Duration | Kind::Bare | Kind::Ratio => None,
        }
    } else {
        None
    };
    let message = format!("the param is {}, but `{shown}` is {}", a_type(ty), a_type(&bound_ty));
    Diagnostic::error(Code::ImpossibleRange, message)
        .label(bound.span, "does not fit the param")
        .maybe_help(help)
}

pub(in crate::check) fn param_outside(decl: &ParamDecl, outside: &Literal, range: &RangeDecl) -> Diagnostic {
    let value = show_literal(&outside.kind);
    let (low, high) = (show_literal(&range.low.kind), show_literal(&range.high.kind));
    let message = format!("param `{}` is {value}, outside its range from {low} to {high}", decl.name.text);
    Diagnostic::error(Code::ParamOutOfRange, message)
        .label(outside.span, "outside")
        .label(range.span, "the declared range")
        .help(format!("write a value from {low} to {high}, or widen the range"))
}

pub(in crate::check) fn never_fails(decl: &RuleDecl) -> Diagnostic {
    Diagnostic::warning(Code::NeverFails, format!("rule `{}` can never fail", decl.name.text))
        .label(decl.name.span, "the declared ranges always satisfy it")
        .help("correct the condition; to disable the rule on purpose, switch it `off` where it is not wanted")
}
