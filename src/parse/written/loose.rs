//! The tokens of a stretch that the grammar does not understand, each taken for what it most likely is.
//!
//! What is being typed is not understood most of the time, and should look as it will when it is.

use std::ops::Range;

use super::{NameRole, TokenRole, WrittenToken};
use crate::parse::expected::is_reserved;
use crate::parse::literal::is_unit;
use crate::parse::tokens::{Token, TokenKind, Tokens};

/// Words that are hardly ever names, though they may be. `key`, `from` and their like more often are.
const LIKELY_KEYWORDS: [&str; 14] = [
    "language",
    "stages",
    "test",
    "given",
    "expect",
    "every",
    "grace",
    "within",
    "of",
    "at",
    "confidence",
    "matches",
    "snapshots",
    "standing",
];

const MARKS: [&str; 10] = ["{", "}", "[", "]", "(", ")", ",", ":", ".", ";"];

/// Reads what stands in a range behind the tokens that were read before, comments among it.
pub(super) fn read(text: &str, range: Range<usize>, into: &mut Vec<WrittenToken>) {
    let stretch = text.get(..range.end).unwrap_or("");
    let mut at = range.start;
    for token in Tokens::new(stretch, range.start) {
        read_comments(stretch, at..token.range.start, into);
        at = token.range.end;
        let before = into.iter().rev().find(|before| before.role != TokenRole::Comment);
        let role = role(text, &token, before);
        match (into.last_mut(), role) {
            // A unit is part of its number.
            (Some(number), TokenRole::Number) if number.role == role && token.kind != TokenKind::Number => {
                number.range.end = token.range.end;
            }
            _ => into.push(WrittenToken { range: token.range, role }),
        }
    }
    read_comments(stretch, at..range.end, into);
}

fn read_comments(text: &str, range: Range<usize>, into: &mut Vec<WrittenToken>) {
    let mut at = range.start;
    while let Some((blanks, rest)) = text.get(at..range.end).and_then(|rest| rest.split_once('#')) {
        let start = at + blanks.len();
        at = start + 1 + rest.find(['\r', '\n']).unwrap_or(rest.len());
        let comment = text.get(start..at).unwrap_or("").trim_end();
        into.push(WrittenToken { range: start..start + comment.len(), role: TokenRole::Comment });
    }
}

fn role(text: &str, token: &Token, before: Option<&WrittenToken>) -> TokenRole {
    match token.kind {
        TokenKind::Number => TokenRole::Number,
        TokenKind::Text { .. } => TokenRole::Text,
        TokenKind::Word => word_role(text, token, before),
        TokenKind::Symbol => {
            let symbol = token.of(text);
            let number = before.filter(|before| symbol == "%" && before.role == TokenRole::Number);
            match number {
                Some(number) if is_on_its_line(text, number, token) => TokenRole::Number,
                Some(_) | None if MARKS.contains(&symbol) => TokenRole::Mark,
                Some(_) | None => TokenRole::Operator,
            }
        }
    }
}

fn word_role(text: &str, token: &Token, before: Option<&WrittenToken>) -> TokenRole {
    let word = token.of(text);
    let previous = before.map_or("", |before| before.of(text));
    let behind = text.get(token.range.end..).unwrap_or("");
    let next = behind.trim_start_matches([' ', '\t']).chars().next();
    let is_dotted = behind.starts_with('.');
    let declared = match previous {
        "policy" => Some(NameRole::Policy),
        "param" => Some(NameRole::Param),
        "let" => Some(NameRole::Let),
        "rule" => Some(NameRole::Rule),
        _ => None,
    };
    let number = before.filter(|before| before.role == TokenRole::Number && is_unit(word));
    match declared {
        _ if previous == "." => TokenRole::Unread,
        Some(name) if !is_dotted && !is_reserved(word) => TokenRole::Declared(name),
        _ if matches!(word, "it" | "snapshot") || is_reserved(word) && !is_dotted => TokenRole::Keyword,
        _ if number.is_some_and(|number| is_on_its_line(text, number, token)) => TokenRole::Number,
        _ if behind.starts_with('(') => TokenRole::Name(NameRole::Function),
        _ if matches!((previous, word), ("at", "least" | "most") | ("every", "look")) => TokenRole::Keyword,
        _ if LIKELY_KEYWORDS.contains(&word) && !matches!(next, Some(':' | '=' | '.')) => TokenRole::Keyword,
        _ => TokenRole::Unread,
    }
}

fn is_on_its_line(text: &str, number: &WrittenToken, token: &Token) -> bool {
    let between = text.get(number.range.end..token.range.start);
    between.is_some_and(|between| between.chars().all(|c| matches!(c, ' ' | '\t')))
}
