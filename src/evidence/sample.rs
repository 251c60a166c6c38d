//! Samples that are too small for what is claimed of them: how large they are, whose, and what more would do.

use crate::point::Point;
use crate::report::why::Figure;
use crate::value::Number;

/// How often a claim is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looking {
    /// This once.
    Once,
    /// At every snapshot, each time at a larger sample that holds all of the one before.
    Growing,
    /// At every snapshot, each time at another sample; this is the look of that number, from 1.
    Nth(usize),
}

/// How many further good samples in a row would show a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Further {
    /// So many.
    So(usize),
    /// No number of them.
    Never,
    /// More than this many, and a sample of more than `most` is not judged.
    Beyond { more: usize, most: usize },
    /// It would take too long to find out.
    Unsought,
}

/// What is known of how many of a sample satisfy a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleCount {
    /// So many surely.
    pub sure: usize,
    /// Of so many, in the sample in which the sure ones are the least share.
    pub sure_of: usize,
    /// So many possibly.
    pub possible: usize,
    /// Of so many, in the sample in which the possible ones are the largest share.
    pub possible_of: usize,
}

/// Whose sample it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleOwner {
    /// The date of the snapshot that it is judged at.
    pub date: Point,
    /// What the elements of its group have in common; nothing outside of a group.
    pub group: Vec<Figure>,
    /// What the claim is about, as the policy writes it.
    pub claim: String,
}

/// A sample that is too small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmallSample {
    /// Elements that satisfy a condition, or do not. It says how many good ones in a row would do.
    Counted {
        seen: SampleCount,
        level: Number,
        /// How many there are in all, where it is known.
        population: Option<usize>,
        looks: Looking,
        further: Further,
    },
    /// So many values, whose mean is held against a bound; how many further ones at the end of their range would do.
    Values { count: usize, level: Number, looks: Looking, further: Further },
    /// So many values, of which no more than `most` can be looked at again and again.
    TooMany { count: usize, most: usize },
    /// Two samples of which the share of one is taken from that of the other; how many good ones in a row of the first would do.
    Shares { a: SampleCount, b: SampleCount, level: Number, looks: Looking, further: Further },
    /// Two samples of so many values, of which the mean of one is taken from that of the other.
    Means { a: usize, b: usize, level: Number, looks: Looking },
    /// So many values, too few or too much alike for their mean to have bounds.
    Alike { count: usize },
}
