//! What is around a place: the word, what it is part of, and so on up to the whole file.

use std::ops::Range;

use super::folds::{BracketPair, bracket_pairs};
use crate::parse::written::{TokenRole, WrittenFile, WrittenNode, WrittenToken, written};

/// A text in which places are looked for.
pub struct Nesting<'a> {
    text: &'a str,
    written: WrittenFile,
    brackets: Vec<BracketPair>,
}

impl<'a> Nesting<'a> {
    /// Reads any text.
    pub fn of(text: &'a str) -> Self {
        let written = written(text);
        let brackets = bracket_pairs(text, &written.tokens);
        Self { text, written, brackets }
    }

    /// The stretches around a byte, the smallest first; each lies within the next, which is larger.
    pub fn around(&self, at: usize) -> Vec<Range<usize>> {
        let at = self.text.floor_char_boundary(at);
        let token = self.token_at(at);
        let anchor = token.map_or(at..at, |token| token.range.clone());
        let holds = |range: &Range<usize>| range.start <= anchor.start && anchor.end <= range.end;
        let whole = 0..self.text.len();
        let mut all = Vec::from([whole]);
        all.extend(token.map(|token| token.range.clone()));
        all.extend(
            token
                .and_then(|token| self.unquoted(token))
                .filter(|inside| inside.start <= at && at <= inside.end),
        );
        all.extend(self.nodes_at(anchor.start).map(|node| node.range.clone()).filter(holds));
        for pair in &self.brackets {
            let inside = pair.open + 1..pair.close.unwrap_or(pair.end);
            all.extend([inside, pair.open..pair.end].into_iter().filter(holds));
        }
        all.sort_by_key(|range| (range.len(), range.start));
        let mut nested: Vec<Range<usize>> = Vec::new();
        for range in all {
            let is_around = |last: &Range<usize>| {
                range.start <= last.start && last.end <= range.end && range.len() > last.len()
            };
            if nested.last().is_none_or(is_around) {
                nested.push(range);
            }
        }
        nested
    }

    /// What stands between the quotes of a text.
    fn unquoted(&self, token: &WrittenToken) -> Option<Range<usize>> {
        let text = token.of(self.text).strip_prefix('"')?.strip_suffix('"')?;
        (token.role == TokenRole::Text).then(|| token.range.start + 1..token.range.start + 1 + text.len())
    }

    /// The token that a byte is in, or that ends there; of a word and a bracket, the word.
    fn token_at(&self, at: usize) -> Option<&WrittenToken> {
        let tokens = &self.written.tokens;
        let next = tokens.partition_point(|token| token.range.start <= at);
        let near = tokens.get(next.saturating_sub(2)..next).unwrap_or_default();
        let mut touching = near.iter().rev().filter(|token| at <= token.range.end);
        let is_word = |token: &&WrittenToken| !matches!(token.role, TokenRole::Mark | TokenRole::Operator);
        touching.clone().find(is_word).or_else(|| touching.next())
    }

    /// The last node that begins at a place or before it, and those that it stands in.
    fn nodes_at(&self, at: usize) -> impl Iterator<Item = &WrittenNode> {
        let nodes = &self.written.nodes;
        let last = nodes.partition_point(|node| node.range.start <= at).checked_sub(1);
        std::iter::successors(last.and_then(|last| nodes.get(last)), |node| nodes.get(node.within?))
    }
}
