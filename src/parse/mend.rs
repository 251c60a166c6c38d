//! A text that is being written with a marker at its cursor, so that it parses: for editors, which ask the checker what the
//! marker could be.

use super::place::{CursorPlace, readable};
use super::tokens::{Token, Tokens};

/// Words that begin a declaration of their own, where they begin a line.
const DECLARATIONS: [&str; 8] = ["policy", "snapshot", "stages", "test", "rule", "let", "param", "gate"];

/// The text with a marker in the place of the word that is being written, with everything else as it is.
pub fn inserted(text: &str, place: &CursorPlace, marker: &str) -> String {
    let before = text.get(..place.word.start).unwrap_or("");
    let after = text.get(place.word.end..).unwrap_or("");
    format!("{before}{marker} {after}")
}

/// Like [`inserted`], with no more of the declaration around it than what the marker's expression has up to it, closed; none
/// where there is no expression.
pub fn cut(text: &str, place: &CursorPlace, marker: &str) -> Option<String> {
    let end = place.word.start;
    let tokens: Vec<Token> = Tokens::new(text.get(..place.path)?, place.decl).collect();
    let keyword = tokens.first().map_or("", |first| first.of(text));
    let start = match place.interpolation {
        Some(inner) => inner,
        None => {
            let begins = |token: &Token| {
                matches!(
                    (keyword, token.of(text)),
                    ("rule", "require" | "when") | ("let", "=") | ("policy", "when")
                )
            };
            let at = tokens.iter().rposition(begins)?;
            let rest: Vec<Token> = tokens.get(at + 1..)?.to_vec();
            readable(text, &rest, place.path)?.0
        }
    };
    let expression = text.get(start..end)?;
    let closed = closing(text, Tokens::new(text.get(..end)?, start));
    let head = text.get(place.decl..start)?;
    let declaration = match keyword {
        "rule" => format!("rule {marker}_rule {{ require {expression}{marker}{closed} else hold }}"),
        "let" => format!("{}{expression}{marker}{closed}", head.get(..head.find('=')? + 1)?),
        "policy" if place.interpolation.is_none() => format!("{head}{expression}{marker}{closed} {{ }}"),
        _ => return None,
    };
    let before = text.get(..place.decl)?;
    let after = text.get(end_of_declaration(text, place, keyword == "rule")..)?;
    Some(format!("{before}{declaration}\n{after}"))
}

/// What closes the brackets, `if`s and claims that some tokens leave open.
fn closing(text: &str, tokens: impl Iterator<Item = Token>) -> String {
    let mut open: Vec<&str> = Vec::new();
    for token in tokens {
        match token.of(text) {
            "(" => open.push(")"),
            "[" => open.push("]"),
            "if" => open.push(" then 0 else 0"),
            "then" => {
                open.pop();
                open.push(" else 0");
            }
            "with" => open.push(" confidence"),
            ")" | "]" | "else" | "confidence" => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().rev().collect()
}

/// Where the declaration ends that is being written, by how lines are laid out: its own brace may be missing.
fn end_of_declaration(text: &str, place: &CursorPlace, has_braces: bool) -> usize {
    let line_start = text.get(..place.decl).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let own = indent(text.get(line_start..).unwrap_or(""));
    let Some(rest) = text.get(place.word.end..) else { return text.len() };
    let Some(first_end) = rest.find('\n') else { return text.len() };
    let mut at = place.word.end + first_end + 1;
    for line in text.get(at..).unwrap_or("").split_inclusive('\n') {
        let first = Tokens::new(line, 0).next();
        let first = first.as_ref().map_or("", |token| token.of(line));
        if DECLARATIONS.contains(&first) || first == "}" && (indent(line) < own || !has_braces) {
            return at;
        }
        at += line.len();
        if first == "}" && indent(line) == own {
            return at;
        }
    }
    at
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}
