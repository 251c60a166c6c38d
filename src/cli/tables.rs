//! What the commands judge in: a workspace that reads tables of snapshots, where this program was built with that.

use crate::engine::Workspace;

/// A new workspace.
#[cfg(not(feature = "parquet"))]
pub(super) fn new_workspace() -> Workspace {
    Workspace::new()
}

/// A new workspace.
#[cfg(feature = "parquet")]
pub(super) fn new_workspace() -> Workspace {
    Workspace::new().with_tables(std::sync::Arc::new(parquet::ParquetFiles))
}

#[cfg(feature = "parquet")]
mod parquet {
    use std::ops::Range;

    use serde::de::DeserializeOwned;

    use crate::cli::collect::live::work;
    use crate::cli::collect::worker::Work;
    use crate::collect::table::SourceFailure;
    use crate::engine::{ColumnMapping, ReadTable, TableOutline};

    /// Reads tables in a process of their own: what a file says of its sizes may be anything.
    #[derive(Debug)]
    pub(super) struct ParquetFiles;

    impl ReadTable for ParquetFiles {
        fn outline(&self, file: &[u8], columns: &ColumnMapping) -> Result<TableOutline, String> {
            answer(&Work::RowOutline { columns: columns.clone() }, file)
        }

        fn texts(
            &self,
            file: &[u8],
            columns: &ColumnMapping,
            group: &Range<usize>,
        ) -> Result<Vec<Result<String, String>>, String> {
            answer(&Work::RowTexts { columns: columns.clone(), parts: group.clone() }, file)
        }
    }

    fn answer<T: DeserializeOwned>(asked: &Work, file: &[u8]) -> Result<T, String> {
        let answer = work(asked, file).map_err(|failure| match failure {
            SourceFailure::Broken { message, .. } | SourceFailure::Refused { message, .. } => message,
            SourceFailure::Unknown(why) => why,
            SourceFailure::NotBuilt { feature } => format!("`{feature}` is not built"),
        })?;
        serde_json::from_slice(&answer).map_err(|error| error.to_string())
    }
}
