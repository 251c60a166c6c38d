//! The output formats: each draws the same [`crate::engine::Answer`].

pub mod draft;
#[cfg(feature = "cli")]
pub mod explain;
#[cfg(feature = "cli")]
mod finding;
#[cfg(feature = "cli")]
pub mod github;
#[cfg(feature = "cli")]
pub mod gitlab;
#[cfg(feature = "cli")]
pub mod human;
#[cfg(feature = "cli")]
pub mod impact;
pub mod json;
#[cfg(feature = "cli")]
pub mod junit;
#[cfg(feature = "cli")]
pub mod lint;
pub mod manual;
#[cfg(feature = "cli")]
pub mod markdown;
#[cfg(feature = "cli")]
pub mod overview;
#[cfg(feature = "cli")]
pub mod sarif;
pub mod schema;
#[cfg(feature = "cli")]
pub mod tap;

#[cfg(feature = "cli")]
use crate::ast::EffectKind;
#[cfg(feature = "cli")]
use crate::diagnostic::Severity;

/// What the place that is written to can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub color: bool,
    /// Frames and marks beyond ASCII.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
}

/// What is to be seen of a judgement.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Everything, however long it gets.
    pub full: bool,
    /// Only the workflows that do not go on.
    pub only_failed: bool,
    /// The repository's folder as a `file:` address, for a terminal that follows links.
    pub links: Option<String>,
}

/// How grave it is when a rule applies an effect.
#[cfg(feature = "cli")]
fn severity(applied: EffectKind) -> Severity {
    match applied {
        EffectKind::Note => Severity::Note,
        EffectKind::Warn => Severity::Warning,
        EffectKind::Hold | EffectKind::Rollback => Severity::Error,
    }
}
