//! What a check of the record found: plain data.
//!
//! Knows no wording.

use std::sync::Arc;

use crate::point::Point;

/// What a check of the record found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordFinding {
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
}
