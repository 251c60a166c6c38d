//! What people write in the place of a value, and what they most likely mean: `85,5%`, `39/46`, `N/A`.
//!
//! Knows how people write. Whether what they seem to mean can be read, whoever asks has to say.

mod calendar;
mod figure;

pub(super) use figure::time_unit;

use crate::types::{Kind, Type};
use crate::value::{Number, parse_number};

/// Whether a value may be left empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Emptiness {
    /// It is then not known.
    Allowed,
    /// Its field is required.
    Refused,
    /// It is an element of a list.
    OfElement,
}

/// What is likely meant by a value that cannot be read.
pub(super) enum Slip {
    /// That nobody knows it.
    Unknown,
    /// That it is more or less than this.
    Bound(String),
    /// This.
    Meant(Meant),
}

/// What to write in the place of a value.
pub(super) struct Meant {
    pub(super) text: String,
    /// What is wrong with what stands there, up to the colon.
    pub(super) why: String,
}

/// Longer texts are hardly slips, and are not looked at.
const MAX_LOOKED_AT: usize = 60;

/// What stands for a value that nobody knows, in small letters.
const UNKNOWN: [&str; 24] = [
    "",
    "-",
    "--",
    "---",
    "–",
    "—",
    ".",
    "...",
    "…",
    "?",
    "n/a",
    "na",
    "n.a.",
    "n/k",
    "nil",
    "none",
    "null",
    "tba",
    "tbc",
    "tbd",
    "todo",
    "undefined",
    "unknown",
    "missing",
];

/// What begins a text that says so, in small letters.
const SAYS_SO: [&str; 10] = [
    "not applicable",
    "not available",
    "not done",
    "not known",
    "not measured",
    "not recorded",
    "not yet",
    "no data",
    "to be ",
    "fixme",
];

/// What stands for an empty list, in small letters.
const NOTHING: [&str; 10] = ["", "0", "[]", "{}", "false", "nil", "no", "none", "nothing", "zero"];

/// Whether a text says that a value is not known.
pub(super) fn is_unknown(text: &str) -> bool {
    let word = text.trim().to_lowercase();
    let placeholder = [("${", "}"), ("<", ">"), ("{{", "}}"), ("$(", ")")];
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    let is_placeholder = |(open, close): (&str, &str)| {
        let name = word.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        name.is_some_and(|name| name.chars().all(is_name))
    };
    let bare = word.trim_end_matches('%').trim_end();
    let says_so = SAYS_SO.iter().any(|start| word.starts_with(start));
    let crosses = word.len() > 1 && bare.chars().all(|c| matches!(c, 'x' | '?' | '_' | '#'));
    UNKNOWN.contains(&&*word) || crosses || says_so || placeholder.into_iter().any(is_placeholder)
}

/// What is meant by a text where a list of such elements is due.
pub(super) fn list_slip(text: &str, element: &Type) -> Option<Slip> {
    if NOTHING.contains(&&*text.trim().to_lowercase()) {
        return Some(Slip::Meant(Meant::new("[]", "if there were none, the list is empty:")));
    }
    if is_unknown(text) {
        return Some(Slip::Unknown);
    }
    let is_long =
        text.len() > MAX_LOOKED_AT || text.contains(['\n', '[', ']', '{', '}', ':', '#', '"', '\'']);
    let elements: Vec<&str> = text.split([',', ';']).map(str::trim).collect();
    let written = format!("[{}]", elements.join(", "));
    (element.record().is_none() && !is_long)
        .then(|| Slip::Meant(Meant::new(written, "a list needs brackets:")))
}

/// What is meant by a text that cannot be read as the type; `reads` says whether another text could be.
pub(super) fn slip(text: &str, plain: bool, ty: &Type, reads: impl Fn(&str) -> bool) -> Option<Slip> {
    if text.len() > MAX_LOOKED_AT || text.contains('\n') {
        return None;
    }
    if is_unknown(text) {
        return Some(Slip::Unknown);
    }
    let text = text.trim();
    let meant = |candidates: Vec<Meant>| candidates.into_iter().find(|meant| reads(&meant.text));
    let unquoted = (!plain).then(|| Meant::new(text, "it is quoted, and so a text:"));
    if let Some(unquoted) = meant(unquoted.into_iter().collect()) {
        return Some(Slip::Meant(unquoted));
    }
    match ty {
        Type::Amount(quantity) => amount(text, &quantity.kind, &reads),
        Type::Bool => meant(truth(text).into_iter().collect()).map(Slip::Meant),
        Type::Date => meant(calendar::dates(text)).map(Slip::Meant),
        Type::Time => meant(calendar::times(text)).map(Slip::Meant),
        Type::Text
        | Type::Stage
        | Type::Choice(_)
        | Type::Elapsed
        | Type::Calendar
        | Type::List(_)
        | Type::Record(_)
        | Type::Error => None,
    }
}

impl Meant {
    fn new(text: impl Into<String>, why: impl Into<String>) -> Self {
        Self { text: text.into(), why: why.into() }
    }
}

fn amount(text: &str, kind: &Kind, reads: &impl Fn(&str) -> bool) -> Option<Slip> {
    let figures = |text: &str| {
        let mut figures = figure::figures(text, kind);
        figures.insert(0, Meant::new(text, "only the value belongs here:"));
        figures.into_iter().find(|meant| reads(&meant.text))
    };
    if let Some(rest) = after_any(text, &BOUNDS) {
        return figures(rest).map(|meant| Slip::Bound(meant.text));
    }
    // What else `4.5/5` counts, only who wrote it knows.
    let mut of_two = if *kind == Kind::Share { fractions(text) } else { Vec::new() };
    of_two.extend(ranges(text));
    if !of_two.is_empty() {
        // One of two numbers alone is not what is meant.
        return of_two.into_iter().find(|meant| reads(&meant.text)).map(Slip::Meant);
    }
    if let Some(meant) = figures(text) {
        return Some(Slip::Meant(meant));
    }
    let about = after_any(text, &ABOUT).and_then(figures);
    let alone = || explained(text).and_then(figures);
    about.or_else(alone).map(|Meant { text, .. }| Slip::Meant(Meant::new(text, ALONE)))
}

const ALONE: &str = "only the value belongs here, and any explanation after a `#`:";

/// What stands before a value that was not measured.
const BOUNDS: [&str; 14] = [
    ">=",
    "<=",
    "≥",
    "≤",
    ">",
    "<",
    "over ",
    "under ",
    "above ",
    "below ",
    "at least ",
    "at most ",
    "more than ",
    "less than ",
];

/// What stands before a value that was not measured well.
const ABOUT: [&str; 9] = ["~", "≈", "ca. ", "ca ", "circa ", "approx. ", "about ", "around ", "roughly "];

fn after_any<'t>(text: &'t str, starts: &[&str]) -> Option<&'t str> {
    let rest = |start: &&str| {
        let (head, rest) = text.split_at_checked(start.len())?;
        head.eq_ignore_ascii_case(start).then_some(rest.trim())
    };
    starts.iter().find_map(rest).filter(|rest| !rest.is_empty())
}

/// A value before what explains it: of `85% (39/46)` and `85% of users` the `85%`.
fn explained(text: &str) -> Option<&str> {
    let ends = [" (", "(", ";", ", ", " of ", " per ", " - ", " – "];
    let end = ends.iter().filter_map(|end| text.find(end)).min();
    let end = end.or_else(|| text.ends_with([',', '.']).then(|| text.len() - 1))?;
    text.get(..end).map(str::trim)
}

/// Two figures with a dash or the like between them, as a range; a unit may stand at the upper one alone.
fn ranges(text: &str) -> Vec<Meant> {
    let between = text.strip_prefix("between ").and_then(|rest| rest.split_once(" and "));
    let dashes = ["-", "–", "—", "..", " to "].iter().filter_map(|dash| text.split_once(dash));
    let split = |text: &str| {
        let text = text.trim();
        let figure = text.trim_end_matches(|c: char| c == '%' || c.is_alphabetic());
        let unit = text.get(figure.len()..).unwrap_or_default().to_owned();
        parse_number(figure.trim_end()).is_ok().then_some(unit)
    };
    let as_range = |(low, high): (&str, &str)| {
        let (unit, wanted) = (split(low)?, split(high)?);
        let (low, high) = (low.trim(), high.trim());
        let unit = if unit.is_empty() { &*wanted } else { "" };
        let blank = if unit.is_empty() || unit == "%" { "" } else { " " };
        Some(Meant::new(format!("{low}{blank}{unit} to {high}"), "a range is written with `to`:"))
    };
    between.into_iter().chain(dashes).filter_map(as_range).collect()
}

/// `39/46`, `39 out of 46`: by its counts, or worked out.
fn fractions(text: &str) -> Vec<Meant> {
    let split = |word: &'static str| text.split_once(word).map(|parts| (word, parts));
    let found = [" out of ", " of ", "/"].into_iter().find_map(split);
    let Some((word, (part, whole))) = found else { return Vec::new() };
    let count = |text: &str| figure::figures(text.trim(), &Kind::Count).into_iter().next();
    let exactly = parse_number(part.trim()).ok().zip(parse_number(whole.trim()).ok());
    let exactly = exactly.filter(|(_, whole)| *whole != Number::ZERO);
    let shown = exactly.as_ref().map(|(part, whole)| Kind::Share.show(&(part / whole)));
    let counts = count(part).zip(count(whole)).map(|(part, whole)| {
        let counts = format!("{} of {}", part.text, whole.text);
        let why = match (&shown, word) {
            (_, " of ") => "numbers have no separators:".to_owned(),
            (Some(shown), _) => format!("{text} is {shown}, and counts are written with `of`:"),
            (None, _) => "counts are written with `of`:".to_owned(),
        };
        Meant::new(counts, why)
    });
    let is_no_count = |(part, whole): &(Number, Number)| !(part.is_int() && whole.is_int());
    let share = exactly.as_ref().filter(|both| is_no_count(both)).and(shown.clone());
    let share = share.map(|shown| Meant::new(&*shown, format!("{text} is {shown}:")));
    counts.into_iter().chain(share).collect()
}

/// `yes`, `1`, `True`.
fn truth(text: &str) -> Option<Meant> {
    let truth = match &*text.to_lowercase() {
        "yes" | "y" | "on" | "1" | "true" | "ja" | "✓" | "✔" | "✅" => "true",
        "no" | "n" | "off" | "0" | "false" | "nein" | "✗" | "✘" | "❌" => "false",
        _ => return None,
    };
    Some(Meant::new(truth, "`true` and `false` are written in full, in lower case:"))
}
