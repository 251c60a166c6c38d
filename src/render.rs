//! The output formats: each draws the same [`crate::engine::Answer`].
//!
//! Built with the feature `render`, which a program can have without the command line.

pub mod draft;
pub mod editor;
mod entries;
pub mod explain;
mod finding;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod human;
pub mod impact;
pub mod json;
pub mod junit;
pub mod lint;
pub mod manual;
pub mod markdown;
pub mod overview;
pub mod plan;
pub mod plan_schema;
pub mod sarif;
pub mod schema;
pub mod sweep;
pub mod tap;

use crate::ast::EffectKind;
use crate::diagnostic::Severity;

/// What the place that is written to can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colors are shown.
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
    /// What the first gate asks, where a rollout begins and nothing else is to be said.
    pub first_gate: bool,
    /// The repository's folder as a `file:` address, for a terminal that follows links.
    pub links: Option<String>,
}

/// How grave it is when a rule applies an effect.
fn severity(applied: EffectKind) -> Severity {
    match applied {
        EffectKind::Note => Severity::Note,
        EffectKind::Warn => Severity::Warning,
        EffectKind::Hold | EffectKind::Rollback => Severity::Error,
    }
}
