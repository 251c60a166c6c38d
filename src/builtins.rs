//! The functions of the language, by name. Each family has a file with its docs, implementation and tests.

use self::counting::COUNTING;
use self::numbers::NUMBERS;
use self::series::SERIES;
use self::single::SINGLE;

pub mod counting;
pub mod numbers;
pub mod series;
pub mod single;

/// A function that a call may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    Count,
    Share,
    Any,
    All,
    None,
    Sum,
    Mean,
    Median,
    Min,
    Max,
    Percentile,
    Distinct,
    Default,
    Latest,
    Held,
    Streak,
    Since,
    Previous,
    First,
    Change,
    Trend,
    Confidence,
}

impl Builtin {
    /// Every function.
    pub const ALL: &'static [Self] = &[
        Self::Count,
        Self::Share,
        Self::Any,
        Self::All,
        Self::None,
        Self::Sum,
        Self::Mean,
        Self::Median,
        Self::Min,
        Self::Max,
        Self::Percentile,
        Self::Distinct,
        Self::Default,
        Self::Latest,
        Self::Held,
        Self::Streak,
        Self::Since,
        Self::Previous,
        Self::First,
        Self::Change,
        Self::Trend,
        Self::Confidence,
    ];

    /// The word of the language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Share => "share",
            Self::Any => "any",
            Self::All => "all",
            Self::None => "none",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Median => "median",
            Self::Min => "min",
            Self::Max => "max",
            Self::Percentile => "percentile",
            Self::Distinct => "distinct",
            Self::Default => "default",
            Self::Latest => "latest",
            Self::Held => "held",
            Self::Streak => "streak",
            Self::Since => "since",
            Self::Previous => "previous",
            Self::First => "first",
            Self::Change => "change",
            Self::Trend => "trend",
            Self::Confidence => "confidence",
        }
    }

    /// The function of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|builtin| builtin.name() == name)
    }

    /// What it does, with an example.
    pub fn doc(self) -> Option<&'static Doc> {
        [COUNTING, NUMBERS, SERIES, SINGLE].into_iter().flatten().find(|doc| doc.builtin == self)
    }
}

/// What the manual says of a function. The tests run the example over [`EXAMPLE_SERIES`].
#[derive(Debug)]
pub struct Doc {
    pub builtin: Builtin,
    /// How it is called.
    pub usage: &'static str,
    /// What it gives.
    pub gives: &'static str,
    pub example: &'static str,
    /// The example's value, as a message shows it.
    pub value: &'static str,
}

/// The vocabulary of the examples.
pub const EXAMPLE_VOCABULARY: &str = "
stages testing -> pilot -> full
snapshot every 1 week grace 3 days {
  adoption: share
  incidents: count
  launched: date
  outputs: list of {
    id: text key
    edit_time: share from 0% to 1000%
    kind: one of [ordinary, atypical]
  }
}
";

/// The snapshots of the examples, judged on the day of the newest.
pub const EXAMPLE_SERIES: &str = "
{ workflow: example, date: 2026-10-19, stage: testing, adoption: 30%, incidents: 0, launched: 2026-10-12 }
---
{ workflow: example, date: 2026-10-26, stage: pilot, adoption: 40%, incidents: 2, launched: 2026-10-12 }
---
{ workflow: example, date: 2026-11-02, stage: pilot, adoption: 60%, incidents: 1, launched: 2026-10-12 }
---
{ workflow: example, date: 2026-11-09, stage: pilot, adoption: 70%, incidents: 0, launched: 2026-10-12 }
---
workflow: example
date: 2026-11-16
stage: pilot
adoption: 80%
launched: 2026-10-12
outputs:
  - { id: a, edit_time: 5%, kind: ordinary }
  - { id: b, edit_time: 10%, kind: ordinary }
  - { id: c, edit_time: 12%, kind: atypical }
  - { id: d, edit_time: 30%, kind: atypical }
  - { id: e, edit_time: 8%, kind: ordinary }
";
