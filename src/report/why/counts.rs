//! How much would have to be counted: of two counts, and of a share that is recorded by its counts.
//!
//! Knows no wording.

/// How much a count would have to be of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// The part, as the policy writes it.
    pub part: String,
    /// How much it would have to count.
    pub needed: usize,
    /// What it surely counts now.
    pub sure: usize,
    /// What it possibly counts now, the sure ones included.
    pub possible: usize,
    /// The whole, as the policy writes it.
    pub whole: String,
    /// What the whole counts.
    pub total: usize,
    /// What picks the snapshots that are counted, as the policy writes it; none where all are.
    pub picked: Option<String>,
}

/// How much a share that is recorded by its counts would have to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededPart {
    /// The share, as the policy writes it.
    pub of: String,
    /// How much it would have to count.
    pub needed: usize,
    /// What it counts now.
    pub now: usize,
    /// How many there are in all.
    pub total: usize,
}
