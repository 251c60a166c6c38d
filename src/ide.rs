//! What an editor asks of a text: what a word means, what could stand here, what else says the same.
//!
//! Pure, and by byte offsets: knows no protocol, no document versions and no files.

pub mod complete;
pub mod complete_yaml;
pub mod completion;
pub mod formatted;
pub mod hover;
pub mod names;
pub mod observed;
pub mod outline;
pub mod signature;
#[cfg(test)]
mod tests;
pub mod tokens;
pub mod yaml;
