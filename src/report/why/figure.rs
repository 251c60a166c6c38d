//! A value with what is needed to show it: what it counts, and how many digits tell it from another.
//!
//! Knows no wording.

use std::sync::Arc;

use super::Reading;
use crate::interval::Interval;
use crate::point::Axis;
use crate::types::Kind;
use crate::value::{DAY, Number};

/// How many more digits a number is shown with at most, so that it is told from another: more than a double has.
const TELLING_DIGITS: usize = 20;

/// What an expression is worth, as far as it is known, and what it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What is known of the value.
    pub worth: Worth,
    /// What a number of it stands for.
    pub scale: Scale,
    /// How many more digits than usual it takes to tell it from what it is held against.
    pub digits: usize,
}

/// A group of a list, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupName {
    /// What its elements have in common, in the order of the keys.
    pub keys: Vec<Figure>,
    /// What it is worth.
    pub value: Reading,
}

/// What an expression is worth, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// A condition that holds.
    Yes,
    /// A condition that does not hold.
    No,
    /// A condition that may hold or not: the evidence does not say.
    Undecided,
    /// A value of which nothing is known.
    Unknown,
    /// A text, or a member of `one of`.
    Word(Arc<str>),
    /// An exact number, in the unit of its scale.
    Number(Number),
    /// A number that is known to lie within these bounds.
    Between(Interval),
    /// Calendar months.
    Months(i32),
    /// A list; whether it may have more elements than these.
    Elements {
        /// How many elements are known.
        count: usize,
        /// Whether there may be more than those.
        open: bool,
    },
}

/// What a number stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scale {
    /// An amount: a count, a plain number, a share or a duration in seconds.
    Kind(Kind),
    /// A duration in seconds, where series run by instants: one of nothing is `0 s`, and not `0 days`.
    Length,
    /// A day number.
    Date,
    /// An instant, in seconds since 1970-01-01T00:00Z.
    Time,
    /// A rung of these stages.
    Stage(Arc<[Arc<str>]>),
}

impl Scale {
    /// What an amount counts; none of what is no amount.
    pub fn kind(&self) -> Option<&Kind> {
        match self {
            Self::Kind(kind) => Some(kind),
            Self::Length => Some(&Kind::Duration),
            Self::Date | Self::Time | Self::Stage(_) => None,
        }
    }
}

impl Figure {
    /// A number of a kind, with the usual digits.
    pub fn number(kind: Kind, number: Number) -> Self {
        Self { worth: Worth::Number(number), scale: Scale::Kind(kind), digits: 0 }
    }

    /// A day number.
    pub fn day(day: Number) -> Self {
        Self { worth: Worth::Number(day), scale: Scale::Date, digits: 0 }
    }

    /// A point of a series, by its number of days.
    pub fn on(axis: Axis, days: Number) -> Self {
        match axis {
            Axis::Days => Self::day(days),
            Axis::Instants => {
                Self { worth: Worth::Number(days * Number::from(DAY)), scale: Scale::Time, digits: 0 }
            }
        }
    }

    /// A text.
    pub fn word(text: Arc<str>) -> Self {
        Self { worth: Worth::Word(text), scale: Scale::Kind(Kind::Number), digits: 0 }
    }

    /// Nothing known.
    pub fn unknown() -> Self {
        Self { worth: Worth::Unknown, scale: Scale::Kind(Kind::Number), digits: 0 }
    }

    /// Whether there is something to show of it.
    pub fn is_known(&self) -> bool {
        self.worth != Worth::Unknown
    }

    /// How many more digits than usual it takes to tell it from another; none where no number of them would.
    pub fn digits_to_tell(&self, other: &Self) -> usize {
        (0..TELLING_DIGITS).find(|more| self.looks(*more) != other.looks(*more)).unwrap_or(0)
    }

    /// With as many digits as tell it from another, on whose side it then lies as the numbers do.
    #[must_use]
    pub fn told_from(self, other: &Self) -> Self {
        let digits = self.digits_to_tell(other).max(other.digits);
        Self { digits, ..self }
    }

    /// Its numbers as they are shown. A figure without a number has no text.
    fn looks(&self, digits: usize) -> Looks {
        let Some(kind) = self.scale.kind() else { return Looks::Otherwise };
        let look = |number: &Number| kind.show_precisely(number, digits);
        match &self.worth {
            Worth::Number(number) => Looks::Number(look(number)),
            Worth::Between(bounds) => {
                Looks::Between(bounds.low.as_ref().map(look), bounds.high.as_ref().map(look))
            }
            Worth::Yes
            | Worth::No
            | Worth::Undecided
            | Worth::Unknown
            | Worth::Word(_)
            | Worth::Months(_)
            | Worth::Elements { .. } => Looks::Otherwise,
        }
    }
}

/// What a figure's numbers look like.
#[derive(PartialEq, Eq)]
enum Looks {
    Number(String),
    Between(Option<String>, Option<String>),
    /// No digits make a difference.
    Otherwise,
}
