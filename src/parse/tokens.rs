//! The words, numbers, texts and symbols of a policy: enough to guard the parser, and to name what it stumbled over.
//!
//! Must not know the grammar: it reads what the grammar refuses.

use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Number,
    /// A text in quotes; `closed` is false where its line ended first.
    Text {
        closed: bool,
    },
    Symbol,
}

/// A token and its place in the text that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

impl Token {
    /// The token as it was written.
    pub(super) fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.range.clone()).unwrap_or("")
    }
}

/// Reads a text token by token; white space and comments are left out.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    /// The tokens of `text` from byte `at` on.
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.at += trimmed.find(['\r', '\n']).unwrap_or(trimmed.len());
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        let rest = self.rest();
        let first = rest.chars().next()?;
        let (kind, length) = if first.is_alphabetic() || first == '_' {
            (TokenKind::Word, length_while(rest, |c| c.is_alphanumeric() || c == '_'))
        } else if first.is_ascii_digit() {
            let date = rest.get(..10).is_some_and(is_date);
            (
                TokenKind::Number,
                if date { 10 } else { length_while(rest, |c| c.is_ascii_digit() || c == '.') },
            )
        } else if first == '"' {
            text_length(rest)
        } else {
            (TokenKind::Symbol, symbol_length(rest, first))
        };
        let start = self.at;
        self.at += length;
        Some(Token { kind, range: start..self.at })
    }
}

fn length_while(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// Whether a text has the shape of a date.
fn is_date(text: &str) -> bool {
    text.bytes()
        .enumerate()
        .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
}

fn symbol_length(text: &str, first: char) -> usize {
    let double = ["->", "<=", ">=", "==", "!=", "&&", "||"].iter().any(|symbol| text.starts_with(symbol));
    if double { 2 } else { first.len_utf8() }
}

/// The length of the text that begins here. One that is not closed ends with its line, but a brace at the line's end
/// is left out: it opens the block of a declaration with an unclosed title.
fn text_length(text: &str) -> (TokenKind, usize) {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\r' | '\n' => return (TokenKind::Text { closed: false }, unclosed_length(text.get(..at))),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (TokenKind::Text { closed: true }, at + 1),
            _ => {}
        }
    }
    (TokenKind::Text { closed: false }, unclosed_length(Some(text)))
}

fn unclosed_length(line: Option<&str>) -> usize {
    let line = line.unwrap_or("\"").trim_end();
    line.strip_suffix('{').map_or(line, str::trim_end).len().max(1)
}
