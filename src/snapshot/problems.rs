//! The problems of one file: all are counted, the first ones are kept. One that repeats itself, as a key that is misspelt in
//! five rows, is kept once.
//!
//! Knows nothing of what they say.

use crate::diagnostic::{Diagnostic, Severity};
use crate::snapshot::errors;
use crate::snapshot::limits::MAX_SHOWN;
use crate::source::FileId;

/// What is wrong with a file.
#[derive(Debug, Default)]
pub(super) struct Problems {
    /// Each with how many more are like it.
    kept: Vec<(Diagnostic, usize)>,
    /// How many of them are of earlier documents: what is wrong with another snapshot is said again.
    earlier: usize,
    errors: usize,
    shown: KeptCounts,
    hidden: usize,
}

/// How many are kept.
#[derive(Debug, Default)]
struct KeptCounts {
    errors: usize,
    warnings: usize,
}

impl Problems {
    /// Adds one.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        let is_error = diagnostic.severity == Severity::Error;
        self.errors += usize::from(is_error);
        let alike = |(known, _): &&mut (Diagnostic, usize)| {
            known.code == diagnostic.code && known.message == diagnostic.message
        };
        if let Some((_, more)) = self.kept.iter_mut().skip(self.earlier).find(alike) {
            *more += 1;
            return;
        }
        let shown = if is_error { &mut self.shown.errors } else { &mut self.shown.warnings };
        if *shown < MAX_SHOWN {
            *shown += 1;
            self.kept.push((diagnostic, 0));
        } else {
            self.hidden += 1;
        }
    }

    /// What is pushed from here on is of another document.
    pub(super) fn next_document(&mut self) {
        self.earlier = self.kept.len();
    }

    /// Whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many errors there were so far.
    pub(super) fn errors(&self) -> usize {
        self.errors
    }

    /// Those that are kept, and a note of how many are not.
    pub(super) fn finish(self, file: FileId) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> =
            self.kept.into_iter().map(|(diagnostic, more)| diagnostic.and_more_like_it(more)).collect();
        if self.hidden > 0 {
            found.push(errors::not_shown(file, self.hidden));
        }
        found
    }
}
