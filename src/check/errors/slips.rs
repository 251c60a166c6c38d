//! What people write in expressions who come from other languages, and what is written here instead: `outputs.count`,
//! `p95(…)`, `null`.
//!
//! Knows what people are told, and nothing of how a problem is found.

use crate::ast::{Arg, ExprKind, Name};
use crate::builtins::{self, Builtin};
use crate::check::words::join;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// The functions that make one value of a list, so that others write them behind it.
const OF_LISTS: [&str; 7] = ["count", "sum", "mean", "median", "min", "max", "distinct"];

/// Says of a name behind a list that it is a function of it: `count(outputs)` for `outputs.count`.
pub(in crate::check) fn or_function_of_list(error: Diagnostic, way: &[Name], name: &Name) -> Diagnostic {
    let of_lists = || builtins::all().filter(|builtin| OF_LISTS.contains(&builtin.name));
    let meant = |builtin: &&Builtin| *name.text == *builtin.name || builtin.synonyms.contains(&&*name.text);
    match (of_lists().find(meant), way.first()) {
        (Some(builtin), Some(first)) => error
            .help(format!("`{}` is a function of a list:", builtin.name))
            .choice(first.span.to(name.span), format!("{}({})", builtin.name, join(way))),
        (Some(_) | None, _) => error,
    }
}

/// `p95(calls.latency)` as a percentile.
pub(in crate::check) fn as_percentile(
    error: Diagnostic,
    call: Span,
    name: &Name,
    args: &[Arg],
) -> Diagnostic {
    let percent = name.text.strip_prefix(['p', 'P']).and_then(|digits| digits.parse::<u8>().ok());
    let Some(percent) = percent.filter(|percent| *percent <= 100) else { return error };
    match args {
        [Arg { value, of: None, condition: None, among: None, over: None, by, .. }] if by.is_empty() => {
            match &value.kind {
                ExprKind::Path(path) => error
                    .help(format!("that is the percentile at {percent}%:"))
                    .choice(call, format!("percentile({}, {percent}%)", join(path))),
                _ => error.help(format!("write `percentile(…, {percent}%)`")),
            }
        }
        _ => error.help(format!("write `percentile(…, {percent}%)`")),
    }
}

/// What is said of a word that other languages have, where nothing is called so.
pub(super) fn word_of_others(error: Diagnostic, name: &Name) -> Diagnostic {
    match &*name.text.to_lowercase() {
        "null" | "nil" | "none" | "undefined" | "missing" | "na" => {
            error.help("to test whether a value is there, use `has`, as in `has adoption`")
        }
        "empty" => error.help("to test whether a list is empty, use its count, as in `count(outputs) == 0`"),
        "true" | "yes" => error.help("that is written `true` here:").choice(name.span, "true"),
        "false" | "no" => error.help("that is written `false` here:").choice(name.span, "false"),
        _ => error,
    }
}

/// What is said of a unit that is not written so; `error` where nothing more is known.
pub(super) fn unit_of_others(error: Diagnostic, unit: &Name) -> Diagnostic {
    match &*unit.text.to_lowercase() {
        "percent" | "pct" => error.help("the unit of a share is `%`:").choice(unit.span, "%"),
        "k" | "thousand" | "mn" | "million" | "bn" | "billion" => {
            error.help("write the number with all its zeros")
        }
        word => match time_unit(word) {
            Some(time) => error.help(format!("the unit is written `{time}`:")).choice(unit.span, time),
            None => error,
        },
    }
}

/// How a unit of time is written that is written otherwise elsewhere.
fn time_unit(word: &str) -> Option<&'static str> {
    Some(match word {
        "msec" | "millis" | "millisecond" | "milliseconds" => "ms",
        "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "mins" | "minute" | "minutes" => "min",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "d" => "days",
        "w" | "wk" | "wks" => "weeks",
        _ => return None,
    })
}
