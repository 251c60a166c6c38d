//! Snapshots from what teams already measure with: a plan says which value comes from which source.
//!
//! Sources to values, with where each of them came from. What could not be had is unknown with its reason. Opens no file, asks
//! no server and reads no clock: files come through [`crate::project::Files`], answers through [`outside::Outside`].

pub mod bound;
pub mod delimited;
#[cfg(any(feature = "parquet", feature = "xlsx"))]
mod foreign;
pub mod invented;
pub mod jq;
pub mod json;
pub mod json_rows;
pub mod outside;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod recorded;
pub mod source;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod table;
pub mod window;
#[cfg(feature = "xlsx")]
pub mod xlsx;
