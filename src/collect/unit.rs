//! From a source's cell to the text of a snapshot: the type and the unit are the vocabulary's, the digits the source's own.
//!
//! Whether a text is one that the field can have is the snapshot reader's to say, so that the two never disagree.

use crate::collect::table::{SourceCell, Taken};
use crate::snapshot::outline::flow_text;
use crate::snapshot::{could_hold, seconds};
use crate::text::quote;
use crate::types::{Kind, Type};
use crate::value::{Number, decimal, parse_number};
use crate::vocabulary::Vocabulary;

/// Digits behind the point that a share may need: as many as a number may have, and those of the percent.
const PLACES: usize = 44;

/// What a field's values are written as.
#[derive(Clone, Debug)]
pub(super) struct FieldForm<'v> {
    /// As people know the field.
    pub(super) name: String,
    pub(super) ty: &'v Type,
    /// Of the numbers of the source.
    pub(super) unit: Option<String>,
    pub(super) vocabulary: &'v Vocabulary,
}

/// Why a type cannot take numbers of a unit: what is wrong, and what to write.
pub(super) fn unit_problem(ty: &Type, unit: Option<&str>) -> Option<(String, String)> {
    let of = |unit: &str| format!("the numbers are in `{unit}`");
    let Type::Amount(quantity) = ty else {
        return unit
            .map(|unit| (format!("a unit `{unit}` has no meaning for it"), "remove `unit`".to_owned()));
    };
    match (&quantity.kind, unit) {
        (Kind::Count | Kind::Number | Kind::Bare | Kind::Ratio, None) | (Kind::Share, None | Some("%")) => {
            None
        }
        (Kind::Count | Kind::Number | Kind::Bare | Kind::Ratio, Some(unit)) => {
            Some((of(unit), "declare the field with that unit, or take another column".to_owned()))
        }
        (Kind::Share, Some(unit)) => {
            Some((of(unit), "a share has the unit `%`, or none from 0 to 1".to_owned()))
        }
        (Kind::Duration, None) => Some((
            "the unit of its numbers is not known".to_owned(),
            "add `unit: s`, `unit: ms` or the like".to_owned(),
        )),
        (Kind::Duration, Some(unit)) if seconds(unit).is_some() => None,
        (Kind::Duration, Some(unit)) => {
            Some((of(unit), "a duration has the unit `ms`, `s`, `min`, `h`, `days` or `weeks`".to_owned()))
        }
        (Kind::Unit(wanted), None) => Some((
            "the unit of its numbers is not known".to_owned(),
            format!("add `unit: {wanted}` if they are"),
        )),
        (Kind::Unit(wanted), Some(unit)) if **wanted == *unit => None,
        (Kind::Unit(wanted), Some(unit)) => Some((of(unit), format!("the field is declared in `{wanted}`"))),
    }
}

impl FieldForm<'_> {
    /// The YAML text of what was taken; none where it says nothing.
    ///
    /// # Errors
    /// Why it cannot be a value of the field.
    pub(super) fn write(&self, taken: &Taken) -> Result<Option<String>, String> {
        let text = match taken {
            Taken::Cell(SourceCell::Unknown(_)) => return Ok(None),
            Taken::Cell(cell) => self.cell(cell)?,
            Taken::Counts { part, whole } => format!("{part} of {whole}"),
            Taken::Range { low, high } => format!("{} to {}", self.number(low)?, self.number(high)?),
        };
        could_hold((&text, self.is_plain()), &self.name, self.ty, self.vocabulary)?;
        Ok(Some(if self.is_plain() { text } else { flow_text(&text) }))
    }

    /// Whether it is written without quotes in any case.
    fn is_plain(&self) -> bool {
        matches!(self.ty, Type::Amount(_) | Type::Bool | Type::Date | Type::Time)
    }

    fn cell(&self, cell: &SourceCell) -> Result<String, String> {
        let wrong = |what: &str| Err(format!("`{}` cannot be {what}", self.name));
        match (self.ty, cell) {
            (Type::Bool, SourceCell::Bool(value)) => Ok(value.to_string()),
            // Databases without a type for it have 0 and 1.
            (Type::Bool, SourceCell::Number(digits)) => {
                match [("0", "false"), ("1", "true")].iter().find(|(number, _)| number == digits) {
                    Some((_, word)) => Ok((*word).to_owned()),
                    None => wrong("a number other than 0 and 1"),
                }
            }
            // Spreadsheets write it in capitals.
            (Type::Bool, SourceCell::Text(text)) => {
                if ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
                    return Ok(text.to_ascii_lowercase());
                }
                wrong(&format!("`{}`: only `true` and `false`, or 1 and 0", quote(text)))
            }
            (Type::Amount(_), SourceCell::Number(digits)) => self.number(digits),
            // A number that is kept as text, as sheets and SQLite do: it has the source's unit as well.
            (Type::Amount(_), SourceCell::Text(text)) if parse_number(text.trim()).is_ok() => {
                self.number(text.trim())
            }
            (Type::Amount(_), SourceCell::Bool(_)) => wrong("`true` or `false`"),
            (
                Type::Text | Type::Choice(_) | Type::Stage | Type::Date | Type::Time,
                SourceCell::Bool(value),
            ) => Ok(value.to_string()),
            (_, SourceCell::Text(text) | SourceCell::Number(text)) => Ok(text.clone()),
            (_, SourceCell::Bool(_) | SourceCell::Unknown(_)) => wrong("a single value"),
        }
    }

    /// A number of the source with its unit: shares in percent, all else in the source's own digits.
    fn number(&self, digits: &str) -> Result<String, String> {
        let Type::Amount(quantity) = self.ty else { return Ok(digits.to_owned()) };
        let unit = self.unit.as_deref();
        let is_whole = |number: &Number| number.is_int() && *number < Number::from(1_000_000_000_000_000_u64);
        let number =
            || parse_number(digits).map_err(|_| format!("`{digits}` has too many digits, or is no number"));
        Ok(match &quantity.kind {
            Kind::Share if unit == Some("%") => format!("{digits}%"),
            Kind::Share => format!("{}%", decimal(&(number()? * Number::from(100)), PLACES)),
            // Many tools write counts as `12.0`.
            Kind::Count | Kind::Number | Kind::Bare | Kind::Ratio => match number()? {
                whole if is_whole(&whole) => decimal(&whole, 0),
                _ => digits.to_owned(),
            },
            Kind::Duration | Kind::Unit(_) => format!("{digits} {}", unit.unwrap_or_default()),
        })
    }
}
