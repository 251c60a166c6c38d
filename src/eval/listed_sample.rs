//! A sample as a remedy speaks of it: what it is called, how large it is, and how much of it counts. It tries nothing out.

use crate::builtins::counting::Tally;
use crate::report::why::{Change, Counts, Elements};

/// What a share or a count is taken of.
pub(super) struct ListedSample {
    pub(super) tally: Tally,
    pub(super) total: usize,
    /// What its elements are called.
    pub(super) name: String,
    pub(super) asked: AskedOfSample,
}

/// What says which of them count, as the policy writes it.
pub(super) enum AskedOfSample {
    /// Of the elements of a list: among which of them a condition is asked, and the condition.
    Elements { among: Option<String>, condition: Option<String> },
    /// Of a count: what counts a part of it, and in which snapshots.
    Counts { part: String, picked: Option<String> },
}

impl ListedSample {
    /// So many of them would have to count.
    pub(super) fn change(self, needed: usize, is_share: bool) -> Change {
        let Self { tally: Tally { sure, possible, .. }, total, name, asked } = self;
        match asked {
            AskedOfSample::Elements { among, condition } => {
                let list = name;
                Change::Elements(Elements { needed, sure, possible, total, list, among, condition, is_share })
            }
            AskedOfSample::Counts { part, picked } => {
                Change::Counts(Counts { part, needed, sure, possible, whole: name, total, picked })
            }
        }
    }

    /// So many further ones in a row would have to count, or not to.
    pub(super) fn further(self, more: usize, satisfying: bool) -> Change {
        let (among, condition) = match self.asked {
            AskedOfSample::Elements { among, condition } => (among, condition.unwrap_or_default()),
            AskedOfSample::Counts { part, picked: _ } => (None, part),
        };
        Change::Samples { more, list: self.name, among, condition, satisfying }
    }
}
