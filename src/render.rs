//! The output formats: each draws the same [`crate::engine::Judgement`].

#[cfg(feature = "cli")]
pub mod human;
pub mod json;
pub mod manual;

/// What the place that is written to can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub color: bool,
    /// Frames and marks beyond ASCII.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
}
