//! A function by its name alone, for `eval`'s reports, until these match shapes as well.

use super::Builtin;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
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
    pub fn which(&self) -> Which {
        match self.name {
            "count" => Which::Count,
            "share" => Which::Share,
            "any" => Which::Any,
            "all" => Which::All,
            "none" => Which::None,
            "sum" => Which::Sum,
            "mean" => Which::Mean,
            "median" => Which::Median,
            "min" => Which::Min,
            "max" => Which::Max,
            "percentile" => Which::Percentile,
            "distinct" => Which::Distinct,
            "default" => Which::Default,
            "latest" => Which::Latest,
            "held" => Which::Held,
            "streak" => Which::Streak,
            "since" => Which::Since,
            "previous" => Which::Previous,
            "first" => Which::First,
            "change" => Which::Change,
            "trend" => Which::Trend,
            _ => Which::Confidence,
        }
    }
}
