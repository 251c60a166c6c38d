//! What the checks of the record look for, and how often an honest team sees what they find.

/// A text for each, in the order of [`crate::settings::BUILT_IN`].
pub(super) const TEXTS: &[&str] = &[
    "It compares each list of the newest snapshot with the same list one snapshot before. If all elements say the same, but for \
     their keys and their order, the list was perhaps copied and not measured. It looks at lists of 10 elements or more, of \
     which at least 5 differ, and which say something of 2 fields beside the key. Where elements have nine possible values, \
     all alike, an honest team sees it in 1 of 2,000 snapshots with 10 elements, and in 1 of 200,000 with 30; with fewer values, \
     or some much more frequent than others, more often.",
];
