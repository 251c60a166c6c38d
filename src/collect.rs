//! Snapshots from what teams already measure with: a plan says which value comes from which source.
//!
//! Sources to values, with where each of them came from. What could not be had is unknown with its reason. Opens no file, asks
//! no server and reads no clock: files come through [`crate::project::Files`], answers through [`outside::Respondent`].

pub mod bound;
mod complain;
pub mod deepeval;
pub mod delimited;
mod errors;
pub mod evidently;
#[cfg(any(feature = "parquet", feature = "xlsx"))]
mod foreign;
pub mod inspect;
#[cfg(feature = "inspect-eval")]
pub mod inspect_eval;
pub mod invented;
pub mod jq;
pub mod json;
pub mod json_rows;
pub mod mlflow;
pub mod otlp;
pub mod outside;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod plan;
pub mod prometheus;
pub mod promptfoo;
pub mod read;
pub mod recorded;
mod rows;
pub mod run;
pub mod source;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod table;
mod tally;
mod typed;
mod unit;
pub mod window;
pub mod written;
#[cfg(feature = "xlsx")]
pub mod xlsx;
