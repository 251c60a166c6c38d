//! Numbers with their units as people write them elsewhere: `1,046`, `85,5 %`, `$20`, `1.2k`, `1h30m`.
//!
//! Knows units and separators, and not which texts can be read.

use super::Meant;
use crate::snapshot::scalar::seconds;
use crate::types::Kind;
use crate::value::{MAX_DIGITS, Number, decimal, parse_number, parse_scaled};

/// What a text can mean that holds one number, the likeliest first.
pub(super) fn figures(text: &str, kind: &Kind) -> Vec<Meant> {
    if *kind == Kind::Duration
        && let Some(length) = length(text)
    {
        return vec![Meant::new(length.as_str(), format!("{text} is {length}:"))];
    }
    let Some(parts) = FigureParts::of(text) else { return Vec::new() };
    let Some(unit) = unit(parts.word, kind) else { return Vec::new() };
    let mut found = Vec::new();
    for number in readings(parts.body, kind) {
        let Ok(value) = parse_scaled(&number, unit.scale) else { continue };
        let number = if unit.scale == 0 { number.clone() } else { decimal(&value, 2 * MAX_DIGITS) };
        let written = format!("{}{number}{}", parts.sign, unit.written);
        let why = if parts.before && !parts.word.is_empty() {
            "the unit goes after the number:".to_owned()
        } else if unit.scale > 0 {
            format!("{text} is {number}:")
        } else if number == parts.body {
            match unit.written.trim() {
                unit if unit == parts.word => "only the value belongs here:".to_owned(),
                "" => "it has no unit:".to_owned(),
                unit => format!("the unit is written `{unit}`:"),
            }
        } else if number.len() == parts.body.len() {
            "a decimal has a point:".to_owned()
        } else {
            "numbers have no separators:".to_owned()
        };
        // A bare number above 1 is hardly meant as a share.
        if *kind == Kind::Share && parts.word.is_empty() && value > Number::ONE {
            found.push(Meant::new(format!("{written}%"), why));
        } else {
            found.push(Meant::new(written, why));
        }
    }
    found
}

/// A text around its number.
struct FigureParts<'t> {
    sign: &'static str,
    /// From the first digit to the last one.
    body: &'t str,
    /// What stands before or behind it.
    word: &'t str,
    before: bool,
}

impl<'t> FigureParts<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let is_digit = |c: char| c.is_ascii_digit();
        let (start, end) = (text.find(is_digit)?, text.rfind(is_digit)? + 1);
        let (before, body, behind) = (text.get(..start)?, text.get(start..end)?, text.get(end..)?);
        let unsigned = before.trim().trim_start_matches(['-', '−', '+']);
        let sign = if before.contains(['-', '−']) { "-" } else { "" };
        let (word, is_before) = match (unsigned.trim(), behind.trim().trim_end_matches([';', ',', '.'])) {
            (word, "") => (word, true),
            ("", word) => (word, false),
            (_, _) => return None,
        };
        Some(Self { sign, body, word, before: is_before })
    }
}

/// What a number with separators can mean, as a decimal with a point.
fn readings(body: &str, kind: &Kind) -> Vec<String> {
    let is_separator =
        |c: char| matches!(c, ',' | '.' | '\'' | '’' | '_' | ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}');
    if !body.chars().all(|c| c.is_ascii_digit() || is_separator(c)) {
        return Vec::new();
    }
    let groups: Vec<&str> = body.split(is_separator).collect();
    let signs: Vec<char> = body.chars().filter(|c| is_separator(*c)).collect();
    let Some((last, same)) = signs.split_last() else { return vec![body.to_owned()] };
    let digits = groups.concat();
    let is_thousands = |groups: &[&str]| match groups {
        [first, rest @ ..] => {
            (1..=3).contains(&first.len())
                && !first.starts_with('0')
                && rest.iter().all(|group| group.len() == 3)
        }
        [] => false,
    };
    // `1,046.5` and `1.046,5`: what stands alone behind the others is the point.
    let is_point = matches!(last, ',' | '.') && !same.contains(last);
    let (whole, fraction) = groups.split_at_checked(groups.len() - 1).unwrap_or((&[], &[]));
    let with_point = (is_point && (same.is_empty() || is_thousands(whole)))
        .then(|| format!("{}.{}", whole.concat(), fraction.concat()));
    let one_sign = same.iter().all(|sign| sign == last);
    // One point alone is a decimal point, whatever follows it: `2.500` is no 2500.
    let is_decimal = same.is_empty() && *last == '.';
    let grouped = (one_sign && is_thousands(&groups) && !is_decimal).then_some(digits);
    let readings =
        if *kind == Kind::Share || *last == '.' { [with_point, grouped] } else { [grouped, with_point] };
    readings.into_iter().flatten().collect()
}

/// A unit as it is written, and the power of ten in it.
struct WrittenUnit {
    written: String,
    scale: i32,
}

fn unit(word: &str, kind: &Kind) -> Option<WrittenUnit> {
    let small = word.to_lowercase();
    let scale = power_of_ten(&small).unwrap_or(0);
    let written = match kind {
        Kind::Share => match &*small {
            "" => String::new(),
            "%" | "%%" | "％" | "percent" | "per cent" | "pct" | "prozent" => "%".to_owned(),
            _ => return None,
        },
        Kind::Duration => return Some(WrittenUnit { written: format!(" {}", time_unit(word)?), scale: 0 }),
        Kind::Unit(name) => match &*small {
            "" => String::new(),
            _ if scale > 0 => String::new(),
            _ if small == name.to_lowercase() || currency(&small) == Some(&**name) => format!(" {name}"),
            _ => return None,
        },
        Kind::Count | Kind::Number | Kind::Bare | Kind::Ratio => {
            let is_word = small.chars().all(char::is_alphabetic);
            return is_word.then(|| WrittenUnit { written: String::new(), scale });
        }
    };
    let scale = if matches!(kind, Kind::Unit(_)) { scale } else { 0 };
    Some(WrittenUnit { written, scale })
}

fn power_of_ten(word: &str) -> Option<i32> {
    Some(match word {
        "k" | "thousand" => 3,
        "m" | "mio" | "mn" | "million" => 6,
        "b" | "bn" | "billion" => 9,
        _ => return None,
    })
}

/// The code of a currency that is written as a sign or a word.
fn currency(word: &str) -> Option<&'static str> {
    Some(match word {
        "$" | "us$" | "dollar" | "dollars" => "USD",
        "€" | "euro" | "euros" => "EUR",
        "£" | "pound" | "pounds" => "GBP",
        "¥" | "yen" => "JPY",
        _ => return None,
    })
}

/// The unit of time that a word most likely means.
pub(in crate::snapshot) fn time_unit(word: &str) -> Option<&'static str> {
    Some(match &*word.to_lowercase() {
        "ms" | "millisecond" | "milliseconds" | "msec" | "msecs" | "millis" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "min",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "days",
        "w" | "wk" | "wks" | "week" | "weeks" => "weeks",
        _ => return None,
    })
}

/// `1h30m`, `PT1H30M`, `01:30:00`, in the smallest of their units.
fn length(text: &str) -> Option<String> {
    let clock: Vec<&str> = text.split(':').collect();
    let parts: Vec<(Number, &str)> = if let [hours, minutes, seconds] = &*clock {
        let part = |digits: &str, unit| Some((parse_number(digits.trim()).ok()?, unit));
        vec![part(hours, "h")?, part(minutes, "min")?, part(seconds, "s")?]
    } else {
        amounts(text)?
    };
    let mut total = Number::ZERO;
    let mut smallest: Option<(Number, &str)> = None;
    for (amount, unit) in parts.iter().filter(|(amount, _)| *amount != Number::ZERO) {
        let length = seconds(unit)?;
        total += amount * &length;
        if smallest.as_ref().is_none_or(|(known, _)| length < *known) {
            smallest = Some((length, *unit));
        }
    }
    let (length, unit) = smallest?;
    let amount = total / length;
    let unit =
        unit.strip_suffix('s').filter(|short| amount == Number::ONE && short.len() > 1).unwrap_or(unit);
    Some(format!("{} {unit}", decimal(&amount, MAX_DIGITS)))
}

/// Numbers, each with its unit of time: more than one of them, or a length of ISO 8601.
fn amounts(text: &str) -> Option<Vec<(Number, &'static str)>> {
    let iso = text.strip_prefix('P');
    // Its months and years are of no fixed length.
    if iso.is_some_and(|iso| iso.split('T').next().is_some_and(|days| days.contains(['M', 'Y']))) {
        return None;
    }
    let mut rest = iso.unwrap_or(text).trim_start();
    let mut parts = Vec::new();
    while !rest.is_empty() {
        rest = rest.strip_prefix('T').filter(|_| iso.is_some()).unwrap_or(rest);
        let is_digit = |c: char| c.is_ascii_digit() || c == '.';
        let (digits, behind) = rest.split_at_checked(rest.find(|c| !is_digit(c))?)?;
        let behind = behind.trim_start();
        let end = if iso.is_some() { Some(1) } else { behind.find(|c: char| !c.is_alphabetic()) };
        let (unit, next) = behind.split_at_checked(end.unwrap_or(behind.len()))?;
        parts.push((parse_number(digits).ok()?, time_unit(unit)?));
        rest = next.trim_start_matches([' ', ',']);
    }
    (parts.len() > 1 || iso.is_some()).then_some(parts)
}
