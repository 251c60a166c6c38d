//! What is decided of a workflow.
//!
//! Knows nothing of how it is found out.

use serde::Serialize;

/// What a workflow may do, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Its last day is over: it is judged no more.
    Retired,
    /// It may go on in its stage.
    Continue,
    /// It may move to the stage that it asks for.
    Advance,
    /// It must stay where it is.
    Hold,
    /// It must go back.
    Rollback,
    /// It could not be judged.
    Error,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 6] =
        [Self::Retired, Self::Continue, Self::Advance, Self::Hold, Self::Rollback, Self::Error];

    /// Whether it stops nothing: a workflow may go on, or is judged no more.
    pub fn goes_on(self) -> bool {
        match self {
            Self::Retired | Self::Continue | Self::Advance => true,
            Self::Hold | Self::Rollback | Self::Error => false,
        }
    }

    /// The word of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retired => "retired",
            Self::Continue => "continue",
            Self::Advance => "advance",
            Self::Hold => "hold",
            Self::Rollback => "rollback",
            Self::Error => "error",
        }
    }
}
