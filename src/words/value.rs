//! Values as people read them: numbers in their unit, dates, stages, and what is known of the rest.

use crate::ast::ArithmeticOp;
use crate::interval::Interval;
use crate::point::Point;
use crate::report::why::{Computed, Figure, Reading, Scale, Worth};
use crate::types::{show_date, show_length, show_time};
use crate::value::Number;

/// A value, with the arithmetic behind it: «22 of 30 = 73.3%», «23 / 30 = 76.7%».
pub fn reading(reading: &Reading) -> String {
    let value = figure(&reading.figure);
    match &reading.from {
        None => value,
        Some(Computed::Counted { sure, possible, total }) => {
            format!("{} = {value}", counted(*sure, *possible, *total))
        }
        Some(Computed::Arithmetic { left, op, right }) => {
            let sign = match op {
                ArithmeticOp::Add => "+",
                ArithmeticOp::Subtract => "-",
                ArithmeticOp::Multiply => "*",
                ArithmeticOp::Divide => "/",
            };
            format!("{} {sign} {} = {value}", figure(left), figure(right))
        }
    }
}

/// «22 of 30», «20 to 24 of 30»
pub(super) fn counted(sure: usize, possible: usize, total: usize) -> String {
    if sure == possible { format!("{sure} of {total}") } else { format!("{sure} to {possible} of {total}") }
}

/// A value in its unit.
pub fn figure(figure: &Figure) -> String {
    let number = |number: &Number| match &figure.scale {
        Scale::Kind(kind) => kind.show_precisely(number, figure.digits),
        Scale::Length => show_length(number, figure.digits),
        Scale::Date => show_date(number),
        Scale::Time => show_time(number),
        Scale::Stage(stages) => {
            let name = usize::try_from(number.floor()).ok().and_then(|rung| stages.get(rung));
            name.map_or_else(|| "no stage".to_owned(), ToString::to_string)
        }
    };
    match &figure.worth {
        Worth::Yes => "yes".to_owned(),
        Worth::No => "no".to_owned(),
        Worth::Undecided => "undecided".to_owned(),
        Worth::Unknown => "unknown".to_owned(),
        Worth::Word(text) => text.to_string(),
        Worth::Number(known) => number(known),
        Worth::Between(bounds) => between(bounds, &number),
        Worth::Months(count) => months(*count),
        Worth::Elements { count, open: true } => format!("at least {count} elements"),
        Worth::Elements { count: 1, open: false } => "1 element".to_owned(),
        Worth::Elements { count, open: false } => format!("{count} elements"),
    }
}

fn between(bounds: &Interval, number: &dyn Fn(&Number) -> String) -> String {
    match (&bounds.low, &bounds.high) {
        (Some(low), Some(high)) => format!("between {} and {}", number(low), number(high)),
        (Some(low), None) => format!("at least {}", number(low)),
        (None, Some(high)) => format!("at most {}", number(high)),
        (None, None) => "unknown".to_owned(),
    }
}

/// When something was: on a day, at an instant.
pub(super) fn when(point: Point) -> String {
    format!("{} {point}", preposition(point))
}

/// The word before a day, or before an instant.
pub(super) fn preposition(point: Point) -> &'static str {
    match point {
        Point::Day(_) => "on",
        Point::Time(_) => "at",
    }
}

/// Calendar months as they are written.
fn months(months: i32) -> String {
    let (count, unit) =
        if months % 12 == 0 && months != 0 { (months / 12, "year") } else { (months, "month") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
