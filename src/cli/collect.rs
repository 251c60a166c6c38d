//! What `collect` needs of the outer world: databases, and a process of its own for filters that may never end.

#[cfg(feature = "postgres")]
mod postgres;
