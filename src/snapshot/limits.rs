//! How large a snapshot may be. A file beyond a limit is an error, so that no file can stall or exhaust a run.
//!
//! Knows nothing of YAML; the values are far above what measurements of a workflow need.

/// Bytes of a file.
pub const MAX_BYTES: usize = 4 << 20;
/// Documents of a file, empty ones included.
pub const MAX_DOCUMENTS: usize = 1_000;
/// Keys and values of a document, those of aliases not counted.
pub const MAX_NODES: u32 = 200_000;
/// Values that the aliases of a file stand for, all together.
pub const MAX_ALIAS_NODES: u32 = 20_000;
/// How deep records and lists nest, those of aliases included.
pub const MAX_DEPTH: usize = 64;
/// Keys of a file that the vocabulary does not declare.
pub const MAX_UNDECLARED: usize = 1_000;
/// Errors of a file that are shown, and likewise warnings.
pub const MAX_SHOWN: usize = 100;
/// Bytes of the name of a workflow: a report names it again and again.
pub const MAX_WORKFLOW_BYTES: usize = 200;
/// Fields that the key `collected` of a document says something of.
pub const MAX_COLLECTED: usize = 1_000;
/// Bytes of a text in it: a report repeats some of them.
pub const MAX_COLLECTED_BYTES: usize = 500;
/// Bytes of a `rollout.yaml`, which lies under every snapshot of its folder.
pub const MAX_STANDING_BYTES: usize = 16 << 10;
