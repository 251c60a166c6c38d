//! Which names a reader would take for one another, by the tables of Unicode (UTS 39).
//!
//! Knows nothing of what the names are of.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

use super::is_hidden;

/// How a name looks at a glance: two names that share one of these look alike. Case, blanks, hidden characters, the form
/// of a dash, accents that are put together otherwise, and letters of another script that are drawn the same make no
/// difference.
pub fn appearances(name: &str) -> BTreeSet<String> {
    let shown: String = name.nfkc().filter(|c| !is_hidden(*c)).collect();
    let dashed = shown.trim().replace('_', "-");
    // A blank is taken for a dash, or for nothing.
    let spaced: String = dashed.chars().map(|c| if c.is_whitespace() { '-' } else { c }).collect();
    let joined: String = dashed.chars().filter(|c| !c.is_whitespace()).collect();
    let mut all = BTreeSet::new();
    for name in [spaced, joined] {
        // `I` is drawn like `l`, and is `i` in another case.
        all.insert(skeleton(&name).collect::<String>().to_lowercase());
        all.insert(skeleton(&name.to_lowercase()).collect::<String>().to_lowercase());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_reader_takes_for_one_look_alike() {
        let alike = |a: &str, b: &str| !appearances(a).is_disjoint(&appearances(b));
        for twin in [
            "support-replies",
            "Support-Replies",
            "support-replies ",
            " support\u{a0}replies",
            "support_replies",
            "support\u{2013}replies",
            "support-\u{200b}replies",
            "support-repl\u{456}es",
            "\u{ff53}upport-replies",
            "supp\u{43e}rt-replies",
        ] {
            assert!(alike("support-replies", twin), "{twin:?}");
        }
        for (a, b) in
            [("w0", "wO"), ("w1", "wl"), ("Iris", "lris"), ("caf\u{e9}", "cafe\u{301}"), ("a b", "ab")]
        {
            assert!(alike(a, b), "{a} {b}");
        }
        for (a, b) in
            [("support-replies", "support-reply"), ("mail", "mall"), ("v1-1", "v11"), ("caf\u{e9}", "cafe")]
        {
            assert!(!alike(a, b), "{a} {b}");
        }
    }
}
