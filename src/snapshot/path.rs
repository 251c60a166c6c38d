//! The way from a snapshot to a field, kept on the stack and written out only for a message.
//!
//! Knows names and places, and nothing else.

use std::fmt;

use crate::source::Span;

/// A field's name, after that of the record or list that it is in.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    pub(super) above: Option<&'a Self>,
    pub(super) name: &'a str,
}

impl<'a> Path<'a> {
    /// The path of a field of the record at `above`; of the snapshot's own if there is none.
    pub(super) fn field(above: Option<&'a Self>, name: &'a str) -> Self {
        Self { above, name }
    }
}

/// As policies write it: `users.active`.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            write!(f, "{above}.")?;
        }
        f.write_str(self.name)
    }
}

/// The value that a message is about.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) span: Span,
    pub(super) path: &'a Path<'a>,
    /// Where its field is declared; none if that is built in.
    pub(super) declared: Option<Span>,
}
