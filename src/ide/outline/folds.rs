//! What can be folded: what stands in brackets, and comments below each other.

use std::cmp::Reverse;
use std::ops::Range;

use crate::parse::written::{TokenRole, WrittenToken, written};

/// Lines that can be folded away, but for the first of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldedLines {
    /// From a byte of the line that stays to one of the last that goes.
    pub range: Range<usize>,
    pub is_comment: bool,
}

/// What can be folded in any text, by place; what begins on one line is folded as one.
pub fn folds(text: &str) -> Vec<FoldedLines> {
    let tokens = written(text).tokens;
    let mut all: Vec<FoldedLines> = Vec::new();
    for pair in bracket_pairs(text, &tokens) {
        let end = match pair.close {
            // The line of a bracket that closes stays, unless more stands before the bracket.
            Some(close) if begins_line(text, close) => {
                text.get(..close).and_then(|before| before.rfind('\n'))
            }
            Some(close) => Some(close),
            None => Some(pair.end),
        };
        let end = end.filter(|end| *end > pair.open);
        all.extend(end.map(|end| FoldedLines { range: pair.open..end, is_comment: false }));
    }
    all.extend(comment_runs(text, &tokens));
    all.sort_by_key(|fold| (fold.range.start, Reverse(fold.range.end)));
    all.retain(|fold| has_newline(text, fold.range.clone()));
    all.dedup_by(|later, earlier| !has_newline(text, earlier.range.start..later.range.start));
    all
}

/// An opening bracket, and where what it opens ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BracketPair {
    pub(super) open: usize,
    /// The bracket that closes it; none where it is missing.
    pub(super) close: Option<usize>,
    /// Behind the bracket that closes it, or, where that is missing, behind what is set in below it.
    pub(super) end: usize,
}

/// The brackets of a text, each with its partner. Where they do not match, those that begin lines go by how far these are
/// set in.
pub(super) fn bracket_pairs(text: &str, tokens: &[WrittenToken]) -> Vec<BracketPair> {
    let by_count = Pairing::new(text).run(tokens, false);
    let sound = by_count.iter().all(|pair| pair.close.is_some());
    let mut pairs = if sound { by_count } else { Pairing::new(text).run(tokens, true) };
    pairs.sort_by_key(|pair| pair.open);
    pairs
}

/// A bracket that is still open.
struct Unpaired {
    at: usize,
    closed_by: &'static str,
    indent: usize,
}

struct Pairing<'a> {
    text: &'a str,
    open: Vec<Unpaired>,
    pairs: Vec<BracketPair>,
}

impl<'a> Pairing<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, open: Vec::new(), pairs: Vec::new() }
    }

    fn run(mut self, tokens: &[WrittenToken], by_indent: bool) -> Vec<BracketPair> {
        let (mut last, mut indent) = (0, 0);
        let mut line = 0;
        for token in tokens {
            let (start, word) = (token.range.start, token.of(self.text));
            let between = self.text.get(last..start).unwrap_or("");
            let begins = last == 0 || between.contains('\n');
            if begins {
                line = between.rfind('\n').map_or(line, |newline| last + newline + 1);
                indent = start - line;
            }
            let is_mark = token.role == TokenRole::Mark;
            let closes = is_mark && matches!(word, "}" | "]" | ")");
            if by_indent && begins && token.role != TokenRole::Comment {
                self.give_up(indent, closes, last);
            }
            if closes {
                if let Some(opened) = self.open.pop_if(|open| open.closed_by == word) {
                    self.pairs.push(BracketPair {
                        open: opened.at,
                        close: Some(start),
                        end: token.range.end,
                    });
                }
            } else if let Some(closed_by) = closing(word).filter(|_| is_mark) {
                self.open.push(Unpaired { at: start, closed_by, indent });
            }
            last = token.range.end;
        }
        let left = self.open.into_iter().map(|left| BracketPair { open: left.at, close: None, end: last });
        self.pairs.extend(left);
        self.pairs
    }

    /// What is set in no further than the line of a bracket does not stand in it, unless it closes it.
    fn give_up(&mut self, indent: usize, closes: bool, end: usize) {
        let is_over = |open: &mut Unpaired| open.indent > indent || open.indent == indent && !closes;
        while let Some(left) = self.open.pop_if(is_over) {
            self.pairs.push(BracketPair { open: left.at, close: None, end });
        }
    }
}

fn closing(open: &str) -> Option<&'static str> {
    match open {
        "{" => Some("}"),
        "[" => Some("]"),
        "(" => Some(")"),
        _ => None,
    }
}

/// Two or more lines with nothing but comments.
fn comment_runs(text: &str, tokens: &[WrittenToken]) -> Vec<FoldedLines> {
    let mut runs: Vec<FoldedLines> = Vec::new();
    let mut grows = false;
    for token in tokens {
        let is_comment = token.role == TokenRole::Comment && begins_line(text, token.range.start);
        match runs.last_mut() {
            Some(run) if is_comment && grows && newlines(text, run.range.end..token.range.start) == 1 => {
                run.range.end = token.range.end;
            }
            Some(_) | None if is_comment => runs.push(FoldedLines { range: token.range.clone(), is_comment }),
            Some(_) | None => {}
        }
        grows = is_comment;
    }
    runs
}

fn newlines(text: &str, range: Range<usize>) -> usize {
    text.get(range).unwrap_or("").matches('\n').count()
}

fn has_newline(text: &str, range: Range<usize>) -> bool {
    text.get(range).unwrap_or("").contains('\n')
}

/// Whether nothing but brackets that close stands before a place on its line.
fn begins_closing(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("");
    begins_line(text, before.trim_end_matches(['}', ']', ')', ' ', '\t']).len())
}

/// Whether nothing but blanks stands before a place on its line.
fn begins_line(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("").trim_end_matches([' ', '\t', '\r']);
    before.is_empty() || before.ends_with(['\n', '\u{feff}'])
}
