//! What a check of the record found: plain data.
//!
//! Knows no wording.

use std::sync::Arc;

use super::Figure;
use crate::point::Point;

/// What a check of the record found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordFinding {
    /// A snapshot is not what it was.
    Rewritten {
        /// The name of its file.
        file: Arc<str>,
        /// The whole hash of the first commit that has the file.
        commit: Arc<str>,
    },
    /// A list says the same as the one of the snapshot before.
    Copied {
        /// The list's name.
        list: Arc<str>,
        /// The field that names its elements, which may differ.
        key: Option<Arc<str>>,
        /// How many elements it has.
        count: usize,
        /// The date of the newest snapshot.
        now: Point,
        /// The date of the snapshot before.
        before: Point,
    },
    /// A list has at most half as many elements as usual.
    Smaller {
        /// The list's name.
        list: Arc<str>,
        /// How many elements it has.
        count: usize,
        /// The date of the newest snapshot.
        now: Point,
        /// How many it had in the snapshots before, the last one first.
        before: Vec<usize>,
    },
    /// A quotient of two counts rose because the one below fell.
    Shrunken {
        /// The count above.
        part: Arc<str>,
        /// The count below.
        whole: Arc<str>,
        /// Both, in the newest snapshot.
        now: [Figure; 2],
        /// Both, in the one before.
        before: [Figure; 2],
        /// The date of the newest snapshot.
        at: Point,
    },
    /// Elements of a kept list are gone.
    Vanished {
        /// The list's name.
        list: Arc<str>,
        /// The first few of their keys.
        keys: Vec<Arc<str>>,
        /// How many more there are.
        more: usize,
        /// The date of the newest snapshot.
        now: Point,
        /// The date of the last snapshot before it that records the list.
        before: Point,
    },
    /// One key stands for two elements.
    Reused {
        /// The list's name.
        list: Arc<str>,
        /// The key.
        key: Arc<str>,
        /// A field of which the two say different things.
        field: Arc<str>,
        /// The date of the newest snapshot.
        now: Point,
        /// The date of the last snapshot that says otherwise.
        then: Point,
    },
    /// Measured shares pile up on the good side of a threshold.
    Bunched {
        /// The field that is compared.
        field: Arc<str>,
        /// The comparison, as the policy writes it.
        condition: String,
        /// How many values lie on the good side.
        good: usize,
        /// How many lie near the threshold.
        values: usize,
        /// How near that is, in points of a hundred.
        points: i64,
    },
    /// Counts differ less from snapshot to snapshot than chance lets them.
    Regular {
        /// The list, as the policy writes it.
        list: String,
        /// The condition of its elements, as the policy writes it; none of a list of yes and no.
        condition: Option<String>,
        /// How many elements it has in each snapshot.
        size: usize,
        /// How many satisfy the condition, in the newest snapshot first.
        good: Vec<usize>,
        /// In one of so many honest series they are as regular.
        one_in: u64,
    },
}
