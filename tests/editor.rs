//! The language server, asked as an editor asks it.

mod client;
mod edits;
mod same;
mod stale;
mod texts;
