//! Values as they were read: exact numbers, civil dates, and the located contents of snapshots.
//!
//! Nothing here is a float: a number is the ratio that its text says.

mod collected;

use std::sync::Arc;

use dashu_base::{Abs, Sign};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use crate::interval::Interval;
use crate::point::Point;
use crate::source::{FileId, Span};

pub(crate) use collected::end_of;
pub use collected::{Collected, CollectedField};

/// An exact ratio. Durations are held in seconds, dates in days since 1970-01-01, instants in seconds since its beginning in
/// UTC, stages as their rung.
pub type Number = RBig;

/// A day of the proleptic Gregorian calendar.
pub type Date = jiff::civil::Date;

/// Seconds in a day; days have no time zone here, so all are equally long.
pub const DAY: i64 = 86_400;

/// Digits that a number may have, before and after the point together.
pub const MAX_DIGITS: usize = 40;
/// How far from zero a decimal exponent may lie.
pub const MAX_EXPONENT: u32 = 40;

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// Not of the form `-1.5e3`.
    Malformed,
    /// More than [`MAX_DIGITS`] digits.
    TooManyDigits,
    /// An exponent beyond ±[`MAX_EXPONENT`].
    ExponentTooLarge,
}

/// Decimal digits that fit a `u64`, whatever they are.
const WORD_DIGITS: usize = 19;

/// Reads a decimal (`12`, `-0.05`, `+3`, `.5`, `1e-3`) exactly.
///
/// # Errors
/// If the text is not of that form, or needs more digits or a larger exponent than the limits allow.
pub fn parse_number(text: &str) -> Result<Number, NumberError> {
    parse_scaled(text, 0)
}

/// Reads a decimal, times ten to the power of `scale`: of `15%` the `15` with a scale of -2.
///
/// # Errors
/// As of [`parse_number`].
pub fn parse_scaled(text: &str, scale: i32) -> Result<Number, NumberError> {
    let (negative, rest) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (mut word, mut length, mut exponent) = (0u64, 0, 0);
    // Digits after the point.
    let mut places = None;
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                // Right as long as there are no more than WORD_DIGITS.
                word = word.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                length += 1;
                places = places.map(|places| places + 1);
            }
            b'.' if places.is_none() => places = Some(0),
            b'e' | b'E' => {
                exponent = parse_exponent(text.get(text.len() - rest.len() + at + 1..).unwrap_or(""))?;
                break;
            }
            _ => return Err(NumberError::Malformed),
        }
    }
    if length == 0 {
        return Err(NumberError::Malformed);
    }
    if length > MAX_DIGITS {
        return Err(NumberError::TooManyDigits);
    }
    let scale = scale + exponent - places.unwrap_or(0);
    let sign = if negative { Sign::Negative } else { Sign::Positive };
    let power = 10u64.checked_pow(scale.unsigned_abs());
    // Nearly all are so small.
    if let Some(power) = power.filter(|_| length <= WORD_DIGITS && scale <= 0) {
        return Ok(RBig::from_parts_const(sign, word.into(), power.into()));
    }
    let numerator = if length <= WORD_DIGITS {
        UBig::from(word)
    } else {
        let digits = text.bytes().filter(u8::is_ascii_digit).take(length).map(char::from);
        UBig::from_str_radix(&digits.collect::<String>(), 10).map_err(|_| NumberError::Malformed)?
    };
    let power = UBig::from(10u8).pow(scale.unsigned_abs() as usize);
    let (numerator, denominator) =
        if scale < 0 { (numerator, power) } else { (numerator * power, UBig::ONE) };
    Ok(RBig::from_parts(IBig::from_parts(sign, numerator), denominator))
}

fn parse_exponent(text: &str) -> Result<i32, NumberError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::Malformed);
    }
    match text.parse::<i32>() {
        Ok(exponent) if exponent.unsigned_abs() <= MAX_EXPONENT => Ok(exponent),
        _ => Err(NumberError::ExponentTooLarge),
    }
}

/// Reads a date of exactly the form `2026-11-02`; nothing with a time of day or an offset.
pub fn parse_date(text: &str) -> Option<Date> {
    let shape =
        |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    (text.len() == 10 && text.bytes().enumerate().all(shape)).then(|| text.parse().ok()).flatten()
}

/// Why a text is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeError {
    /// Not of the form `2026-11-02T14:05Z`.
    Malformed,
    /// A local time: nobody knows which instant that is.
    NoOffset,
    /// No such day, hour, minute or second.
    Impossible,
    /// No such distance from UTC.
    ImpossibleOffset,
}

/// Reads an instant, as `2026-11-02T14:05Z` or `2026-11-02T15:05:30.25+01:00`: the seconds from 1970-01-01T00:00Z.
///
/// # Errors
/// If the text is not of that form, lacks its offset, or names an instant that cannot be.
pub fn parse_time(text: &str) -> Result<Number, TimeError> {
    let (day, rest) = text.split_once('T').ok_or(TimeError::Malformed)?;
    let (clock, offset) = match rest.strip_suffix('Z') {
        Some(clock) => (clock, Some(0)),
        None => match rest.rfind(['+', '-']).and_then(|at| rest.split_at_checked(at)) {
            Some((clock, offset)) => (clock, Some(parse_offset(offset)?)),
            None => (rest, None),
        },
    };
    let (hour_minute, second) = match clock.len() {
        5 => (clock, "00"),
        _ => clock
            .split_at_checked(5)
            .and_then(|(start, end)| Some((start, end.strip_prefix(':')?)))
            .ok_or(TimeError::Malformed)?,
    };
    let minutes = parse_clock(hour_minute)?;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
    if whole.len() != 2 || !is_digits(whole) || !is_digits(fraction) || fraction.len() > MAX_DIGITS - 2 {
        return Err(TimeError::Malformed);
    }
    let seconds = parse_number(second).map_err(|_| TimeError::Malformed)?;
    let shaped = day.len() == 10 && day.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    let date = parse_date(day).ok_or(if shaped { TimeError::Impossible } else { TimeError::Malformed })?;
    if seconds >= Number::from(60) {
        return Err(TimeError::Impossible);
    }
    let offset = offset.ok_or(TimeError::NoOffset)?;
    Ok(Number::from(day_number(date) * DAY + (minutes - offset) * 60) + seconds)
}

/// `+01:00` in minutes.
fn parse_offset(text: &str) -> Result<i64, TimeError> {
    let (sign, clock) = match text.strip_prefix('-') {
        Some(clock) => (-1, clock),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    match parse_clock(clock) {
        Ok(minutes) => Ok(sign * minutes),
        Err(TimeError::Impossible) => Err(TimeError::ImpossibleOffset),
        Err(other) => Err(other),
    }
}

/// `14:05` in minutes.
fn parse_clock(text: &str) -> Result<i64, TimeError> {
    let number = |part: &str| -> Result<i64, TimeError> {
        let shaped = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| shaped).ok_or(TimeError::Malformed)
    };
    let (hours, minutes) = text.split_once(':').ok_or(TimeError::Malformed)?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours < 24 && minutes < 60 { Ok(hours * 60 + minutes) } else { Err(TimeError::Impossible) }
}

/// The day number of an instant, in UTC, and the seconds since that day began.
pub fn day_and_seconds(instant: &Number) -> (i64, Number) {
    let day = (instant / Number::from(DAY)).floor();
    let seconds = instant - Number::from(day.clone() * IBig::from(DAY));
    (i64::try_from(day).unwrap_or(i64::MAX), seconds)
}

/// Days from 1970-01-01 to `date`.
pub fn day_number(date: Date) -> i64 {
    // A difference between two civil dates in days fits easily; jiff gives it as whole days.
    i64::from((date - Date::constant(1970, 1, 1)).get_days())
}

/// The date of a [`day_number`]; none outside the calendar (years −9999 to 9999).
pub fn date_of_day(day: i64) -> Option<Date> {
    let days = jiff::Span::new().try_days(day).ok()?;
    Date::constant(1970, 1, 1).checked_add(days).ok()
}

/// `date` moved by calendar months, clamped to the month's end.
pub fn add_months(date: Date, months: i32) -> Option<Date> {
    let months = jiff::Span::new().try_months(months).ok()?;
    date.checked_add(months).ok()
}

/// The number as a decimal of at most `places` digits after the point, rounded half up, without trailing zeros.
pub fn decimal(number: &Number, places: usize) -> String {
    let scaled = number * RBig::from(UBig::from(10u8).pow(places));
    let rounded = scaled.clone().abs().round();
    let digits = format!("{rounded:0>width$}", width = places + 1);
    let (whole, fraction) =
        digits.split_at_checked(digits.len().saturating_sub(places)).unwrap_or((&digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let sign = if scaled < RBig::ZERO && rounded != IBig::ZERO { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// A value of a snapshot, with the places of its key and of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The key before it; for a list's element and for a document the value's own place.
    pub key: Span,
    /// The place of the value itself.
    pub span: Span,
    /// What stands there.
    pub value: Value,
}

/// What a snapshot says, typed by the vocabulary.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A yes or a no.
    Bool(bool),
    /// A text, or a member of `one of`.
    Text(Arc<str>),
    /// A count, number or share; seconds for a duration; a rung, from 0, for a stage; a day number for a date,
    /// seconds since 1970-01-01T00:00Z for an instant.
    Number(Number),
    /// A number that is not known any better than that it lies between two others.
    Range(Box<RecordedRange>),
    /// A share, by what was counted.
    Counted(Box<CountedShare>),
    /// The elements of a list, in the order of the file.
    List(Vec<Located>),
    /// The fields of a record.
    Record(Record),
}

impl Value {
    /// The number that it is, where it is a number that is known: of counts their share.
    pub fn number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            Self::Counted(counted) => Some(counted.share()),
            Self::Bool(_) | Self::Text(_) | Self::Range(_) | Self::List(_) | Self::Record(_) => None,
        }
    }

    /// The ends that its number lies between, both included; twice the number that is known.
    pub fn ends(&self) -> Option<[&Number; 2]> {
        match self {
            Self::Range(range) => Some([&range.low, &range.high]),
            Self::Bool(_)
            | Self::Text(_)
            | Self::Number(_)
            | Self::Counted(_)
            | Self::List(_)
            | Self::Record(_) => self.number().map(|number| [number, number]),
        }
    }
}

/// `1 s to 2.5 s`: both ends belong to it, and the lower one comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordedRange {
    /// The least that the value can be.
    pub low: Number,
    /// The most that it can be.
    pub high: Number,
}

impl RecordedRange {
    /// All that the value can be.
    pub fn interval(&self) -> Interval {
        Interval::new(self.low.clone(), self.high.clone())
    }
}

/// `957 of 1008`: whole numbers, and no part of nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CountedShare {
    share: Number,
    part: Number,
    whole: Number,
}

impl CountedShare {
    /// So many of so many; none where these are no counts of which one is a part of the other.
    pub fn new(part: Number, whole: Number) -> Option<Self> {
        let is_part = part.is_int() && whole.is_int() && part >= Number::ZERO && part <= whole;
        (is_part && whole > Number::ZERO).then(|| Self { share: &part / &whole, part, whole })
    }

    /// The exact share.
    pub fn share(&self) -> &Number {
        &self.share
    }

    /// The part and the whole; none where a machine cannot count so far.
    pub fn counts(&self) -> Option<(usize, usize)> {
        let count = |number: &Number| usize::try_from(number.floor()).ok();
        count(&self.part).zip(count(&self.whole))
    }
}

/// The values of one record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// One slot for each declared field, in the order of its [`crate::vocabulary::RecordType`]; none where the field
    /// is missing or `null`.
    pub fields: Vec<Option<Located>>,
    /// The fields whose key is there without a value, each with the place of the key.
    pub empty: Vec<(usize, Span)>,
    /// The record's place, for what is missing from it.
    pub span: Span,
}

impl Record {
    /// The day that stands in a field for dates, with its place.
    pub fn date_in(&self, field: usize) -> Option<(Date, Span)> {
        let located = self.fields.get(field)?.as_ref()?;
        let Value::Number(day) = &located.value else { return None };
        let date = date_of_day(i64::try_from(day.floor()).ok()?)?;
        Some((date, located.span))
    }
}

/// One YAML document, typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The file that the document is in.
    pub file: FileId,
    /// The name of the workflow that it is of.
    pub workflow: Arc<str>,
    /// The day or instant that it was taken at.
    pub date: Point,
    /// All of its fields.
    pub record: Record,
    /// Where they were collected from; none where nothing is said of that.
    pub collected: Option<Arc<Collected>>,
}

/// The snapshots of one workflow, by date; no date twice, never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The name of the workflow that all of them are of.
    pub workflow: Arc<str>,
    /// The snapshots, oldest first.
    pub snapshots: Vec<Snapshot>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(parse_number("0.1").unwrap() + parse_number("0.2").unwrap(), parse_number(".3").unwrap());
        assert_eq!(parse_number("-1.50e1").unwrap(), RBig::from(-15));
        assert_eq!(parse_number("1e999999999"), Err(NumberError::ExponentTooLarge));
        assert_eq!(parse_number("1e99999999999999999999"), Err(NumberError::ExponentTooLarge));
        assert_eq!(parse_number(&"9".repeat(41)), Err(NumberError::TooManyDigits));
        for text in ["", "-", ".", "1_000", "0x1", "1e", "NaN", "1.2.3", "--1", "+-1", "1e1.5"] {
            assert_eq!(parse_number(text), Err(NumberError::Malformed), "{text}");
        }
    }

    #[test]
    fn dates_are_ten_characters_and_exist() {
        assert_eq!(parse_date("2026-11-02"), Some(Date::constant(2026, 11, 2)));
        for text in ["2026-02-30", "2026-11-02T10:00", "26-11-02", "2026-11-2", "2026/11/02", "2026-11-021"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn instants_have_an_offset() {
        let time = |text: &str| parse_time(text);
        assert_eq!(time("1970-01-02T00:01Z"), Ok(Number::from(DAY + 60)));
        assert_eq!(time("2026-11-02T15:05:30.25+01:00"), time("2026-11-02T14:05:30.250Z"));
        assert_eq!(time("2026-11-01T23:35-00:30"), time("2026-11-02T00:05Z"));
        for text in ["2026-11-02T14:05", "2026-11-02T14:05:30", "2026-11-02T14:05:30.5"] {
            assert_eq!(time(text), Err(TimeError::NoOffset), "{text}");
        }
        for text in ["2026-11-02T24:00Z", "2026-11-02T14:60Z", "2026-11-02T14:05:60Z", "2026-02-30T14:05Z"] {
            assert_eq!(time(text), Err(TimeError::Impossible), "{text}");
        }
        for text in ["2026-11-02T14:05+25:00", "2026-11-02T14:05-01:60"] {
            assert_eq!(time(text), Err(TimeError::ImpossibleOffset), "{text}");
        }
        for text in [
            "",
            "T",
            "2026-11-02",
            "2026-11-02 14:05Z",
            "2026-11-02T1:05Z",
            "2026-11-02T14Z",
            "2026-11-02T14:05:3Z",
            "2026-11-02T14:05:30.Z",
            "2026-11-02T14:05+1:00",
            "x-11-02T14:05Z",
            "2026-11-02T14:05:é0Z",
            "2026-11-02T14:05z",
        ] {
            assert_eq!(time(text), Err(TimeError::Malformed), "{text}");
        }
    }

    #[test]
    fn days_and_dates_are_inverse() {
        for day in [-719_162, -1, 0, 59, 20_000] {
            assert_eq!(date_of_day(day).map(day_number), Some(day));
        }
        assert_eq!(day_number(Date::constant(1970, 3, 1)), 59);
    }

    #[test]
    fn months_are_clamped_to_their_end() {
        assert_eq!(add_months(Date::constant(2026, 1, 31), 1), Some(Date::constant(2026, 2, 28)));
    }

    #[test]
    fn decimals_are_rounded_and_trimmed() {
        let third = RBig::from_parts(1.into(), 3u8.into());
        assert_eq!(decimal(&third, 3), "0.333");
        assert_eq!(decimal(&RBig::from_parts((-5).into(), 2u8.into()), 1), "-2.5");
        assert_eq!(decimal(&RBig::from(40), 2), "40");
        assert_eq!(decimal(&RBig::from_parts((-1).into(), 1000u16.into()), 1), "0");
    }
}
