//! Snapshots from what teams already measure with: a plan says which value comes from which source.
//!
//! Sources to values, with where each of them came from. What could not be had is unknown with its reason. Opens no file, asks
//! no server and reads no clock: files come through [`crate::project::Files`], answers through [`outside::Outside`].

pub mod deepeval;
pub mod evidently;
pub mod inspect;
#[cfg(feature = "inspect-eval")]
pub mod inspect_eval;
pub mod json;
pub mod otlp;
pub mod outside;
pub mod promptfoo;
pub mod recorded;
pub mod source;
pub mod table;
mod tally;
pub mod window;
