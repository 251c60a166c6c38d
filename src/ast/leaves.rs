//! The leaves of a tree as bytes: places, numbers, days and words, which know nothing of serde or are read quicker here.
//!
//! Reading is for trees that are part of the program, and writing for the test that keeps them. All else of a tree derives both.

use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error};

use crate::source::{FileId, Span};

/// Of the first file: a tree is put in its place when it is used.
impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (start, length): (u32, u32) = Deserialize::deserialize(from)?;
        let end = start.checked_add(length).ok_or_else(|| D::Error::custom("a place ends nowhere"))?;
        Ok(Self { file: FileId::default(), start, end })
    }
}

/// A word, without a copy between the bytes and the tree.
pub(super) fn word<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
    <&str>::deserialize(from).map(Arc::from)
}

/// A number whose numerator and denominator fit a machine word; no other is written.
pub(super) mod number {
    use dashu_int::{IBig, UBig};
    use serde::de::{Deserialize, Deserializer, Error};

    use crate::value::Number;

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Number, D::Error> {
        let (numerator, denominator): (i64, u64) = Deserialize::deserialize(from)?;
        match denominator {
            0 => Err(D::Error::custom("a part of nothing")),
            1 => Ok(Number::from(numerator)),
            _ => Ok(Number::from_parts(IBig::from(numerator), UBig::from(denominator))),
        }
    }

    #[cfg(test)]
    pub(in super::super) fn serialize<S: serde::Serializer>(
        number: &Number,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        use serde::ser::{Error, Serialize};
        let numerator = i64::try_from(number.numerator().clone()).map_err(S::Error::custom)?;
        let denominator = u64::try_from(number.denominator().clone()).map_err(S::Error::custom)?;
        (numerator, denominator).serialize(to)
    }
}

/// A day, by year, month and day.
pub(super) mod date {
    use serde::de::{Deserialize, Deserializer, Error};

    use crate::value::Date;

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let (year, month, day): (i16, i8, i8) = Deserialize::deserialize(from)?;
        Date::new(year, month, day).map_err(D::Error::custom)
    }

    #[cfg(test)]
    pub(in super::super) fn serialize<S: serde::Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
        serde::Serialize::serialize(&(date.year(), date.month(), date.day()), to)
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::ast::{LiteralKind, Name};
    use crate::value::{parse_date, parse_number};

    impl Serialize for Span {
        fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            (self.start, self.end - self.start).serialize(to)
        }
    }

    fn again(literal: &LiteralKind) -> Result<LiteralKind, String> {
        let text = serde_json::to_string(literal).map_err(|error| error.to_string())?;
        Ok(serde_json::from_str(text.leak()).unwrap())
    }

    #[test]
    fn leaves_are_read_as_they_were_written() {
        let number = |text: &str| parse_number(text).unwrap();
        let span = Span { file: FileId::default(), start: 7, end: 10 };
        for literal in [
            LiteralKind::Number(number("0")),
            LiteralKind::Share(number("0.15")),
            LiteralKind::Number(number("-9223372036854775808")),
            LiteralKind::Unit(number("-0.05"), Name { text: "USD".into(), span }),
            LiteralKind::Duration(number("1e-19")),
            LiteralKind::Date(parse_date("2026-11-02").unwrap()),
            LiteralKind::Text("é".into()),
        ] {
            assert_eq!(again(&literal).as_ref(), Ok(&literal));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for text in ["9223372036854775808", "1e-20"] {
            assert!(again(&LiteralKind::Number(parse_number(text).unwrap())).is_err(), "{text}");
        }
        for text in [r#"{"Number":[1,0]}"#, r#"{"Date":[2026,2,30]}"#] {
            assert!(serde_json::from_str::<LiteralKind>(text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Span>("[4294967295,1]").is_err());
        assert!(serde_json::from_str::<Span>("[4294967295,0]").is_ok());
    }
}
