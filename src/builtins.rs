//! The functions of the language, by name. Each family has a file with its signatures, implementation, examples and tests.

pub mod counting;
pub mod numbers;
pub mod series;

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
}
