//! The language server, asked as an editor asks it.

mod answers;
mod client;
mod edits;
mod same;
mod stale;
mod texts;
