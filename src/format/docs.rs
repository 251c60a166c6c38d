//! Where the texts stand that document fields and params: one below the other behind what they document, or, where not
//! all of them fit there, each on a line of its own.

use unicode_width::UnicodeWidthStr;

use super::WIDTH;
use super::layout::Layout;
use crate::parse::concrete::{ConcreteTokenKind, NodeKind, Part};

/// The fewest blanks between a field or param and its text.
const APART: usize = 2;

/// Where the text of an item stands.
#[derive(Clone, Copy)]
pub(super) enum CommentPlace {
    /// There is none, or it follows a block.
    Elsewhere,
    /// On the same line, so many blanks behind.
    Behind(usize),
    /// On the next line.
    Below,
}

/// A field or param with a text.
struct Documented {
    /// What stands before the text, in columns.
    head: usize,
    doc: usize,
}

impl Layout<'_> {
    /// The place of each item's text. Those of neighbours, with no empty line or comment between them, stand alike.
    pub(super) fn doc_places(&self, items: &[Part]) -> Vec<CommentPlace> {
        let documented: Vec<Option<Documented>> = items.iter().map(|item| self.documented(item)).collect();
        let mut places = Vec::new();
        while let Some(next) = documented.get(places.len()) {
            let start = places.len();
            if next.is_none() {
                places.push(CommentPlace::Elsewhere);
                continue;
            }
            let further = documented.iter().zip(items).skip(start + 1);
            let further =
                further.take_while(|(next, item)| next.is_some() && self.follows_directly(item)).count();
            let run = || documented.iter().skip(start).take(further + 1).flatten();
            let column = run().map(|item| item.head).max().unwrap_or(0) + APART;
            let fits = run().all(|item| self.column + column + item.doc <= WIDTH);
            places.extend(run().map(|item| {
                if fits { CommentPlace::Behind(column - item.head) } else { CommentPlace::Below }
            }));
        }
        places
    }

    fn documented(&self, item: &Part) -> Option<Documented> {
        let Part::Node(node) = item else { return None };
        let (text, head) = node.parts.split_last()?;
        let Part::Token(text) = text else { return None };
        let token = self.token_at(*text)?;
        let is_plain =
            !head.iter().any(|part| matches!(part, Part::Node(node) if node.kind == NodeKind::Fields));
        let is_documented =
            node.kind == NodeKind::Documented && token.kind == ConcreteTokenKind::Doc && is_plain;
        (is_documented && token.comments.is_empty())
            .then(|| Some(Documented { head: self.width_of(head)?, doc: token.text.width() }))?
    }

    fn follows_directly(&self, item: &Part) -> bool {
        self.token_at(item.first()).is_some_and(|token| token.comments.is_empty() && !token.after_blank)
    }
}
