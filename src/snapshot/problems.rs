//! The problems of one file: all are counted, the first ones are kept.
//!
//! Knows nothing of what they say.

use crate::diagnostic::{Diagnostic, Severity};
use crate::snapshot::errors;
use crate::snapshot::limits::MAX_SHOWN;
use crate::source::FileId;

/// What is wrong with a file.
#[derive(Debug, Default)]
pub(super) struct Problems {
    kept: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
}

impl Problems {
    /// Adds one.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        let count = match diagnostic.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning | Severity::Note => &mut self.warnings,
        };
        *count += 1;
        if *count <= MAX_SHOWN {
            self.kept.push(diagnostic);
        }
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
    pub(super) fn finish(mut self, file: FileId) -> Vec<Diagnostic> {
        let hidden = self.errors.saturating_sub(MAX_SHOWN) + self.warnings.saturating_sub(MAX_SHOWN);
        if hidden > 0 {
            self.kept.push(errors::not_shown(file, hidden));
        }
        self.kept
    }
}
