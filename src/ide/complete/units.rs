//! The units that a number can have.

use std::sync::Arc;

use super::{Completion, CompletionAsked, CompletionKind, SUNK};
use crate::ast::LiteralKind;
use crate::check::Due;
use crate::parse::parse_literal;
use crate::parse::place::BlockKind;
use crate::types::{Kind, Type};
use crate::vocabulary::RecordType;

/// A unit of time, for one and for several, and whether it is a day or longer.
const TIMES: [(&str, &str, &str, bool); 8] = [
    ("ms", "ms", "milliseconds", false),
    ("s", "s", "seconds", false),
    ("min", "min", "minutes", false),
    ("h", "h", "hours", false),
    ("day", "days", "days of 24 hours", true),
    ("week", "weeks", "weeks of seven days", true),
    ("month", "months", "months of the calendar, between dates", true),
    ("year", "years", "years of the calendar, between dates", true),
];

impl CompletionAsked<'_> {
    /// The units that the number before the place can have, those first that suit what is due.
    pub(super) fn units(&self) -> Vec<Completion> {
        let before = self.text.get(..self.place.path).unwrap_or("");
        let blank = if before.ends_with(|c: char| c.is_ascii_digit()) { " " } else { "" };
        let words = self.words_before();
        let is_one = words.last() == Some(&"1");
        let mut declared = Vec::new();
        declared_in(self.snapshot(), &mut declared);
        if matches!(words.as_slice(), [.., "number"]) {
            return declared.iter().map(|unit| unit_named(unit, "a number with this unit", true)).collect();
        }
        let due = self.due_of_number();
        let fits =
            |kind: Kind| due.as_ref().is_none_or(|due| Due::Value(due.clone()).takes(&Type::amount(kind)));
        let mut found =
            vec![Completion { insert: "%".to_owned(), ..unit_named("%", "percent", fits(Kind::Share)) }];
        for (one, several, detail, is_long) in TIMES {
            let label = if is_one { one } else { several };
            let is_calendar = matches!(one, "month" | "year");
            let suits = match &due {
                Some(Type::Elapsed) => true,
                Some(Type::Date | Type::Time) => is_long,
                _ => !is_calendar && fits(Kind::Duration),
            };
            let rank = u8::from(!is_long || is_calendar);
            let unit = unit_named(label, detail, suits);
            found.push(Completion { rank: unit.rank + rank, ..unit });
        }
        found.extend(declared.iter().map(|unit| unit_named(unit, "unit", fits(Kind::Unit(unit.clone())))));
        for unit in found.iter_mut().filter(|unit| unit.label != "%") {
            unit.insert = format!("{blank}{}", unit.label);
        }
        found
    }

    /// What a number here is compared with or the value of, where that is known.
    fn due_of_number(&self) -> Option<Type> {
        let words = self.words_before();
        match (self.place.block, words.first().copied().unwrap_or_default()) {
            (BlockKind::File | BlockKind::Test, "snapshot" | "given") => Some(Type::Elapsed),
            (BlockKind::Policy, "param") => of_first_literal(&words),
            (BlockKind::Fields, _) => of_field(&words),
            (BlockKind::Test, "with") => self.type_of_param(),
            (BlockKind::Series, _) => self.due_in_series(),
            (BlockKind::Value, "with" | "param") => None,
            (BlockKind::Value, _) => self.due_in_series(),
            (
                BlockKind::File | BlockKind::Policy | BlockKind::Gate | BlockKind::Rule | BlockKind::Test,
                _,
            ) => match self.visible()?.due {
                Due::Value(ty) => Some(ty),
                Due::Anything | Due::Condition | Due::List => None,
            },
        }
    }
}

fn unit_named(unit: &str, detail: &str, fits: bool) -> Completion {
    Completion::new(unit, CompletionKind::Unit, if fits { 0 } else { SUNK }).detail(detail)
}

/// The type of the first value behind the `=`, which has its unit; none where it has none.
fn of_first_literal(words: &[&str]) -> Option<Type> {
    let at = words.iter().position(|word| *word == "=")?;
    let number = words.get(at + 1)?;
    let unit = words.get(at + 2)?;
    type_of_literal(&parse_literal(&format!("{number} {unit}"))?)
}

/// What goes with a literal; none for a bare number.
pub(super) fn type_of_literal(literal: &LiteralKind) -> Option<Type> {
    match literal {
        LiteralKind::Number(_) => None,
        LiteralKind::Share(_) => Some(Type::amount(Kind::Share)),
        LiteralKind::Unit(_, unit) => Some(Type::amount(Kind::Unit(unit.text.clone()))),
        LiteralKind::Duration(_) => Some(Type::amount(Kind::Duration)),
        LiteralKind::Calendar(_) => Some(Type::Elapsed),
        LiteralKind::Date(_) => Some(Type::Date),
        LiteralKind::Time(_) => Some(Type::Time),
        LiteralKind::Text(_) => Some(Type::Text),
        LiteralKind::Bool(_) => Some(Type::Bool),
    }
}

/// The type of a field's range.
fn of_field(words: &[&str]) -> Option<Type> {
    let at = words.iter().rposition(|word| *word == "from")?;
    let before = words.get(..at)?;
    match before {
        [.., "share"] => Some(Type::amount(Kind::Share)),
        [.., "duration"] => Some(Type::amount(Kind::Duration)),
        [.., "number", unit] => Some(Type::amount(Kind::Unit(Arc::from(*unit)))),
        _ => None,
    }
}

/// The units that fields are declared with.
pub(super) fn declared_in(record: &RecordType, units: &mut Vec<Arc<str>>) {
    for field in &record.fields {
        let ty = field.ty.element().unwrap_or(&field.ty);
        if let Some(inner) = ty.record() {
            declared_in(inner, units);
        }
        if let Some(Kind::Unit(unit)) = ty.quantity().map(|quantity| &quantity.kind)
            && !units.contains(unit)
        {
            units.push(unit.clone());
        }
    }
}
