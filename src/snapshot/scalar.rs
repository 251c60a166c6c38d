//! One scalar, read as the type that the vocabulary declares: from its own text, and never through a float.
//!
//! Knows nothing of YAML but whether a scalar is plain. What YAML leaves open is decided here:
//! - A `text` takes any scalar as it is written, so a plain `5` or `true` is the text `5` or `true`.
//! - Dates, stages, members of `one of` and numbers with a unit (`"5%"`, `"300 ms"`) may be quoted. Bools and bare numbers may
//!   not: these are text.
//! - A `count` may be written as any decimal that is whole, as `4.0`. Leading zeros mean nothing: `017` is 17.
//! - Between a number and its unit there may be blanks or none: `300ms`, `15 %`.
//! - Two numbers, as `1 s to 2.5 s` and `957 of 1008`, may be quoted, too.

use std::sync::Arc;

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::snapshot::errors;
use crate::snapshot::path::Subject;
use crate::snapshot::slip::{Emptiness, slip};
use crate::text::quote;
use crate::types::{Kind, Quantity, Type};
use crate::value::{DAY, Number, NumberError, Value, day_number, parse_date, parse_scaled, parse_time};
use crate::vocabulary::Vocabulary;

/// A scalar, and the field that it is for.
pub(super) struct Scalar<'a> {
    pub(super) text: &'a str,
    pub(super) plain: bool,
    pub(super) subject: Subject<'a>,
    pub(super) vocabulary: &'a Vocabulary,
    /// Whether an error would be shown, so that a suggestion is worth looking for.
    pub(super) suggest: bool,
    pub(super) emptiness: Emptiness,
}

impl Scalar<'_> {
    /// Its value, with a warning where it may mean something else.
    ///
    /// # Errors
    /// If it is not written as the type demands, or lies outside the type's range.
    pub(super) fn read(&self, ty: &Type) -> Result<(Value, Option<Diagnostic>), Diagnostic> {
        self.as_written(ty).map_err(|error| {
            // An error that says what to write needs no more.
            if !self.suggest || error.fix.is_some() || error.code == Code::BareShareAboveOne {
                return error;
            }
            let reads =
                |text: &str| matches!(Scalar { text, plain: true, ..*self }.as_written(ty), Ok((_, None)));
            match slip(self.text, self.plain, ty, reads) {
                Some(slip) => errors::with_slip(error, self, slip),
                None => error,
            }
        })
    }

    fn as_written(&self, ty: &Type) -> Result<(Value, Option<Diagnostic>), Diagnostic> {
        let value = match ty {
            Type::Bool => self.bool()?,
            Type::Text => Value::Text(self.text.into()),
            Type::Date => self.date()?,
            Type::Time => self.time()?,
            Type::Stage => self.stage()?,
            Type::Choice(members) => self.choice(members)?,
            Type::Amount(quantity) => {
                return self.two_numbers(quantity).unwrap_or_else(|| self.one_number(quantity));
            }
            // The checker lets no field have these.
            Type::Elapsed | Type::Calendar | Type::List(_) | Type::Record(_) | Type::Error => {
                return Err(self.wrong_type(ty));
            }
        };
        Ok((value, None))
    }

    fn wrong_type(&self, ty: &Type) -> Diagnostic {
        errors::wrong_type(self.subject, ty, &format!("`{}`", quote(self.text)))
    }

    fn bool(&self) -> Result<Value, Diagnostic> {
        match self.text {
            "true" if self.plain => Ok(Value::Bool(true)),
            "false" if self.plain => Ok(Value::Bool(false)),
            "true" | "false" => Err(errors::quoted(self, &Type::Bool)),
            _ => Err(errors::no_bool(self)),
        }
    }

    fn date(&self) -> Result<Value, Diagnostic> {
        match parse_date(self.text) {
            Some(date) => Ok(Value::Number(day_number(date).into())),
            None => Err(errors::bad_date(self)),
        }
    }

    fn time(&self) -> Result<Value, Diagnostic> {
        parse_time(self.text).map(Value::Number).map_err(|problem| errors::bad_time(self, problem))
    }

    fn stage(&self) -> Result<Value, Diagnostic> {
        match self.vocabulary.rung(self.text) {
            Some(rung) => Ok(Value::Number(rung.into())),
            None => Err(errors::unknown_stage(self, &self.vocabulary.stages)),
        }
    }

    fn choice(&self, members: &[Arc<str>]) -> Result<Value, Diagnostic> {
        match members.iter().find(|member| &***member == self.text) {
            Some(member) => Ok(Value::Text(Arc::clone(member))),
            None => Err(errors::unknown_member(self, members)),
        }
    }

    /// An amount that is one number with its unit.
    pub(super) fn one_number(&self, quantity: &Quantity) -> Result<(Value, Option<Diagnostic>), Diagnostic> {
        let ty = || Type::Amount(quantity.clone());
        let (digits, unit) = split(self.text);
        // JSON cannot write `5%` otherwise. Nothing says so of a number without a unit.
        if !self.plain && (digits.is_empty() || unit.is_empty()) {
            return Err(errors::quoted(self, &ty()));
        }
        if digits.is_empty() && is_not_finite(self.text) {
            return Err(errors::not_finite(self));
        }
        if digits.is_empty() {
            return Err(errors::no_amount(self, &ty()));
        }
        if !unit.chars().all(char::is_alphabetic) && unit != "%" {
            return Err(errors::bad_number(self, &ty(), NumberError::Malformed));
        }
        let scale = if unit == "%" { -2 } else { 0 };
        let number = parse_scaled(digits, scale).map_err(|reason| errors::bad_number(self, &ty(), reason))?;
        let mut warning = None;
        let number = match &quantity.kind {
            Kind::Count | Kind::Number | Kind::Bare | Kind::Ratio if unit.is_empty() => number,
            Kind::Count | Kind::Number | Kind::Bare | Kind::Ratio => {
                return Err(errors::unit_not_wanted(self, &quantity.kind, unit));
            }
            Kind::Unit(name) if unit.is_empty() || unit == &**name => number,
            Kind::Unit(name) => return Err(errors::other_unit(self, unit, name)),
            Kind::Share if unit == "%" => number,
            Kind::Share if unit.is_empty() => {
                if number > Number::ONE || number < Number::NEG_ONE {
                    return Err(errors::bare_share(self, &number));
                }
                if number == Number::ONE || number == Number::NEG_ONE {
                    warning = Some(errors::bare_one(self, &number));
                }
                number
            }
            Kind::Share => return Err(errors::no_share(self, unit)),
            Kind::Duration => match seconds(unit) {
                Some(length) => number * length,
                None => return Err(errors::no_time_unit(self, digits, unit)),
            },
        };
        if quantity.kind == Kind::Count && !number.is_int() {
            return Err(errors::not_whole(self));
        }
        let negative_length = quantity.kind == Kind::Duration && number < Number::ZERO;
        if negative_length || !quantity.range.contains(&number) {
            return Err(errors::out_of_range(self, quantity));
        }
        Ok((Value::Number(number), warning))
    }
}

/// The spellings of what is no number, with those that only other formats use.
fn is_not_finite(text: &str) -> bool {
    let word = text.strip_prefix(['-', '+']).unwrap_or(text);
    let word = word.strip_prefix('.').unwrap_or(word);
    ["nan", "inf", "infinity"].iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// A number and what follows it; an `e` belongs to the number where an exponent follows.
pub(super) fn split(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let exponent = |at: usize| {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'-' | b'+')));
        is_digit(at + 1 + sign)
    };
    let end = bytes
        .iter()
        .enumerate()
        .find(|(at, byte)| match byte {
            b'0'..=b'9' | b'+' | b'-' | b'.' => false,
            b'e' | b'E' => *at == 0 || !exponent(*at),
            _ => true,
        })
        .map_or(bytes.len(), |(at, _)| at);
    let (digits, unit) = text.split_at_checked(end).unwrap_or((text, ""));
    if digits.bytes().any(|byte| byte.is_ascii_digit()) { (digits, unit.trim_start()) } else { ("", text) }
}

/// The length of a unit of time in seconds; none for months and years, whose length depends on the date.
pub(crate) fn seconds(unit: &str) -> Option<Number> {
    let length = match unit {
        "ms" => return Some(Number::ONE / Number::from(1000)),
        "s" => 1,
        "min" => 60,
        "h" => 3600,
        "day" | "days" => DAY,
        "week" | "weeks" => 7 * DAY,
        _ => return None,
    };
    Some(length.into())
}
