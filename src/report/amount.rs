//! A number for programs: exact, as a decimal, and with what it counts.
//!
//! Knows not how people are shown numbers.

use serde::Serialize;

use super::why::{Figure, Worth};
use crate::types::{Kind, Type};
use crate::value::Number;

/// A number that is known, beside the text that people read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AmountReport {
    /// As a fraction in lowest terms, or a whole number: `4/5` is 80%.
    pub exact: String,
    /// The nearest number of double precision; none where it is too large for that.
    pub decimal: Option<serde_json::Number>,
    /// `count`, `number`, `share` or `duration`.
    pub kind: &'static str,
    /// What it is counted in: `USD`, or `s` of a duration; none for a plain number or share.
    pub unit: Option<String>,
}

impl AmountReport {
    /// A number of a kind.
    pub fn new(kind: &Kind, number: &Number) -> Self {
        let (kind, unit) = match kind {
            Kind::Count => ("count", None),
            Kind::Number | Kind::Bare | Kind::Ratio => ("number", None),
            Kind::Share => ("share", None),
            Kind::Duration => ("duration", Some("s".to_owned())),
            Kind::Unit(unit) => ("number", Some(unit.to_string())),
        };
        let decimal = serde_json::Number::from_f64(number.to_f64().value());
        Self { exact: number.to_string(), decimal, kind, unit }
    }

    /// What an expression is worth, where that is a number that is known.
    pub fn of_figure(figure: &Figure) -> Option<Self> {
        let (Worth::Number(number), Some(kind)) = (&figure.worth, figure.scale.kind()) else { return None };
        Some(Self::new(kind, number))
    }

    /// A number of a type; none for what is shown as something else, such as a date.
    pub fn of_type(ty: &Type, number: &Number) -> Option<Self> {
        ty.as_quantity().map(|quantity| Self::new(&quantity.kind, number))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::value::parse_number;

    #[test]
    fn a_number_is_exact_and_says_what_it_counts() {
        for (kind, number, shown) in [
            (Kind::Share, "0.8", r#"{"exact":"4/5","decimal":0.8,"kind":"share","unit":null}"#),
            (Kind::Count, "24", r#"{"exact":"24","decimal":24.0,"kind":"count","unit":null}"#),
            (Kind::Duration, "60", r#"{"exact":"60","decimal":60.0,"kind":"duration","unit":"s"}"#),
            (
                Kind::Unit(Arc::from("USD")),
                "-0.05",
                r#"{"exact":"-1/20","decimal":-0.05,"kind":"number","unit":"USD"}"#,
            ),
        ] {
            let amount = AmountReport::new(&kind, &parse_number(number).unwrap());
            assert_eq!(serde_json::to_string(&amount).unwrap(), shown);
        }
        let huge = AmountReport::new(&Kind::Number, &Number::from(10).pow(400));
        assert_eq!(huge.decimal, None);
    }
}
