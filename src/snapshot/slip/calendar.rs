//! Dates and times as people write them elsewhere: `02.11.2026`, `2026/11/2`, `Nov 2, 2026`.
//!
//! Knows calendars alone. A date that can be read in two ways is not guessed.

use super::Meant;

/// What a text can mean as a day.
pub(super) fn dates(text: &str) -> Vec<Meant> {
    let day = text.get(..10).filter(|_| matches!(text.as_bytes().get(10), Some(b'T' | b' ')));
    let day = day.map(|day| Meant::new(day, "a date has no time of day:"));
    let date = of_parts(text).or_else(|| of_words(text));
    let date = date.map(|date| Meant::new(date, "a date is year, month and day:"));
    day.into_iter().chain(date).collect()
}

/// What a text can mean as an instant: one with an offset and a blank where a `T` is due.
pub(super) fn times(text: &str) -> Vec<Meant> {
    let time = text.split_once(' ').map(|(day, clock)| format!("{day}T{}", clock.replace(' ', "")));
    time.map(|time| Meant::new(time, "a `T` goes between date and time:")).into_iter().collect()
}

fn written(year: &str, month: &str, day: &str) -> Option<String> {
    let is_number =
        |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let sound = year.len() == 4 && is_number(year, 4) && is_number(month, 2) && is_number(day, 2);
    sound.then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

fn of_parts(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['.', '/', '-']).map(str::trim).collect();
    let above_12 = |part: &str| part.parse::<u8>().is_ok_and(|number| number > 12);
    match *parts {
        [all] if all.len() == 8 => written(all.get(..4)?, all.get(4..6)?, all.get(6..)?),
        [year, month, day] if year.len() == 4 => written(year, month, day),
        [day, month, year] if text.contains('.') || above_12(day) => written(year, month, day),
        [month, day, year] if above_12(day) => written(year, month, day),
        _ => None,
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn of_words(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).collect();
    let [first, second, year] = *words else { return None };
    let month_of = |word: &str| {
        let word = word.trim_end_matches('.').to_lowercase();
        MONTHS.iter().position(|month| word.len() >= 3 && month.starts_with(&*word))
    };
    let (month, day) = match (month_of(first), month_of(second)) {
        (Some(month), None) => (month, second),
        (None, Some(month)) => (month, first),
        (None, None) | (Some(_), Some(_)) => return None,
    };
    let day = day.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
    written(year, &(month + 1).to_string(), day)
}
