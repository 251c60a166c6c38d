//! Other people's readers, kept from doing harm: what panics in them is a broken file.
//!
//! Knows no format.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::collect::table::SourceFailure;

/// What `read` gives; a failure where it panics. `what` names the format behind an article: `an XLSX file`.
///
/// # Errors
/// Those of `read`, and that the file is not such a file.
pub(super) fn guarded<T>(
    what: &str,
    read: impl FnOnce() -> Result<T, SourceFailure>,
) -> Result<T, SourceFailure> {
    // What a reader leaves behind when it panics is its own, and is dropped with it.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(unreadable(what, "its parts do not fit")))
}

/// The failure of a file that a reader refuses.
pub(super) fn unreadable(what: &str, why: impl std::fmt::Display) -> SourceFailure {
    SourceFailure::Broken {
        at: 0,
        message: format!("this cannot be read as {what}: {why}"),
        help: Some("it may be damaged or of another format: export it again".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_broken_file() {
        let found: Result<(), _> = guarded("a table", || panic!("of a library"));
        assert_eq!(found, Err(unreadable("a table", "its parts do not fit")));
        assert_eq!(guarded("a table", || Ok(1)), Ok(1));
    }
}
