//! What `collect` needs of the outer world: databases, and a process of its own for what may take too much.

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "jq", feature = "parquet", feature = "xlsx"))]
pub(super) mod worker;
