//! Whether two texts mean the same: their trees without places, and their comments.

use crate::ast::{ExprId, File, Marked as _, TreeMark};
use crate::parse::concrete::{Comment, Concrete, concrete};
use crate::source::Span;

/// Whether two trees differ in nothing but places and ids.
pub(super) fn same_meaning(mut a: File, mut b: File) -> bool {
    for file in [&mut a, &mut b] {
        file.each_mark(&mut |mark| match mark {
            TreeMark::Span(span) => *span = Span::default(),
            TreeMark::Id(id) => *id = ExprId(0),
        });
    }
    a == b
}

/// Whether a text has the same comments in the same order.
pub(super) fn same_comments(before: &Concrete<'_>, formatted: &str) -> bool {
    concrete(formatted).is_some_and(|after| comments(before).eq(comments(&after)))
}

fn comments<'a>(of: &'a Concrete<'_>) -> impl Iterator<Item = &'a str> {
    of.tokens.iter().flat_map(|token| &token.comments).map(|Comment { text, .. }| *text)
}
