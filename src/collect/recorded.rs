//! Tables as JSON: how the answers of databases and of other people's readers are handed on, recorded and read back.

use crate::collect::table::{SourceFailure, SourceTable};

/// The bytes of a table: the same table gives the same bytes.
///
/// # Errors
/// If it cannot be written, which no table of ours does.
pub fn to_bytes(table: &SourceTable) -> Result<Vec<u8>, SourceFailure> {
    serde_json::to_vec(table).map_err(|error| SourceFailure::unknown(error.to_string()))
}

/// The table of bytes.
///
/// # Errors
/// If they are no table: a recording was edited, or made by another version.
pub fn from_bytes(bytes: &[u8]) -> Result<SourceTable, SourceFailure> {
    serde_json::from_slice(bytes).map_err(|error| {
        SourceFailure::broken(0, format!("this is not an answer that was recorded: {error}"))
    })
}
