//! Amounts that are written as two numbers: a range, `1 s to 2.5 s`, and a share by its counts, `957 of 1008`.
//!
//! Knows how two numbers make a value; each by itself is read like any other.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::snapshot::errors;
use crate::snapshot::parts::MAX_COUNTED;
use crate::snapshot::path::Subject;
use crate::snapshot::scalar::{Scalar, split};
use crate::source::Span;
use crate::types::{Kind, Quantity, Type};
use crate::value::{CountedShare, Number, RecordedRange, Value, parse_number};

/// A value, with a warning where it may mean something else.
type ReadAmount = Result<(Value, Option<Diagnostic>), Diagnostic>;

/// One of the two numbers: its text, and where it stands in that of the scalar.
#[derive(Clone)]
struct NumberText<'t> {
    text: &'t str,
    at: Range<usize>,
}

impl Scalar<'_> {
    /// The value of two numbers with `to` or `of` between them; none of any other text.
    pub(super) fn two_numbers(&self, quantity: &Quantity) -> Option<ReadAmount> {
        if let Some((low, high)) = self.parts(" to ") {
            let are_numbers = [&low, &high].iter().all(|end| !split(end.text).0.is_empty());
            return are_numbers.then(|| self.range(&low, &high, quantity));
        }
        let (part, whole) = self.parts(" of ")?;
        let is_bare = |part: &NumberText<'_>| matches!(split(part.text), (digits, "") if !digits.is_empty());
        (is_bare(&part) && is_bare(&whole)).then(|| self.counts(&part, &whole, quantity))
    }

    /// What stands before and behind a word.
    fn parts(&self, word: &str) -> Option<(NumberText<'_>, NumberText<'_>)> {
        // A short text, so that a searcher would not pay.
        let at = self.text.as_bytes().windows(word.len()).position(|some| some == word.as_bytes())?;
        let (before, behind) = (self.text.get(..at)?, self.text.get(at + word.len()..)?);
        let trimmed = |text: &'_ str, start: usize| {
            let start = start + text.len() - text.trim_start().len();
            start..start + text.trim().len()
        };
        let (first, second) = (trimmed(before, 0), trimmed(behind, before.len() + word.len()));
        let part = |at: Range<usize>| Some(NumberText { text: self.text.get(at.clone())?, at });
        Some((part(first)?, part(second)?))
    }

    /// A part of the text as a scalar of its own. `text` is what it is read as.
    fn part<'s>(&'s self, text: &'s str, at: &Range<usize>) -> Scalar<'s> {
        let whole = self.subject.span.range();
        // Where escapes stand in quotes, nobody knows which byte of the file is which of the text.
        let before = match whole.len().checked_sub(self.text.len()) {
            Some(0) => Some(0),
            Some(2) if !self.plain => Some(1),
            Some(_) | None => None,
        };
        let span = before.map_or(self.subject.span, |before| {
            let start = whole.start + before;
            Span::new(self.subject.span.file, start + at.start..start + at.end)
        });
        Scalar { text, plain: true, subject: Subject { span, ..self.subject }, ..*self }
    }

    fn range(&self, low: &NumberText<'_>, high: &NumberText<'_>, quantity: &Quantity) -> ReadAmount {
        let (low_unit, high_unit) = (split(low.text).1, split(high.text).1);
        if quantity.kind == Kind::Share && (low_unit == "%") != (high_unit == "%") {
            return Err(errors::percent_at_one_end(self, low.text, high.text));
        }
        // `1 to 2.5 s`
        let with_unit = format!("{} {high_unit}", low.text);
        let has_unit = quantity.kind != Kind::Duration || !low_unit.is_empty() || high_unit.is_empty();
        let low_text = if has_unit { low.text } else { &with_unit };
        let (least, first) = self.part(low_text, &low.at).one_number(quantity)?;
        let (most, second) = self.part(high.text, &high.at).one_number(quantity)?;
        let value = match (least, most) {
            (Value::Number(low), Value::Number(high)) if low == high => Value::Number(low),
            (Value::Number(low), Value::Number(high)) if low < high => {
                Value::Range(Box::new(RecordedRange { low, high }))
            }
            _ => return Err(errors::range_backwards(self, low_text, high.text)),
        };
        Ok((value, first.or(second)))
    }

    fn counts(&self, part: &NumberText<'_>, whole: &NumberText<'_>, quantity: &Quantity) -> ReadAmount {
        if quantity.kind != Kind::Share {
            return Err(errors::counts_of_no_share(self, &quantity.kind, part.text));
        }
        let count = |part: &NumberText<'_>| {
            let scalar = self.part(part.text, &part.at);
            let ty = Type::amount(Kind::Count);
            let number =
                parse_number(part.text).map_err(|reason| errors::bad_number(&scalar, &ty, reason))?;
            let is_count = number.is_int() && number >= Number::ZERO;
            if is_count { Ok(number) } else { Err(errors::no_part_of_counts(&scalar)) }
        };
        let (counted, all) = (count(part)?, count(whole)?);
        if all == Number::ZERO {
            return Err(errors::nothing_counted(self));
        }
        if all > Number::from(MAX_COUNTED) {
            let span = self.part(whole.text, &whole.at).subject.span;
            return Err(errors::too_much_counted(span, whole.text));
        }
        match CountedShare::new(counted, all) {
            None => Err(errors::more_than_counted(self, part.text, whole.text)),
            Some(share) if !quantity.range.contains(share.share()) => {
                Err(errors::out_of_range(self, quantity))
            }
            Some(share) => Ok((Value::Counted(Box::new(share)), None)),
        }
    }
}
