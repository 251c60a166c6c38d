//! Counts brackets and `if`s before the parser runs, and blanks out what nests deeper than it may recurse.
//!
//! Every recursion of the grammar passes an opening bracket or an `if`, so this bounds the parser's stack. Must not
//! know the grammar beyond that.

use std::borrow::Cow;
use std::ops::Range;

use super::MAX_DEPTH;
use super::tokens::{Token, TokenKind, Tokens};

/// Words that no expression contains: parentheses and `if`s before one do not reach past it.
const OUTSIDE: [&str; 10] =
    ["policy", "gate", "rule", "let", "param", "when", "require", "help", "link", "undecided"];

/// Those of them that begin a declaration, where they begin a line.
const DECLARATIONS: [&str; 5] = ["policy", "gate", "rule", "let", "param"];

/// Braces that may be open around a declaration: those of a policy and a gate.
const DECLARATION_BRACES: usize = 2;

/// The text with every stretch that nests too deeply blanked out, and those stretches. No byte moves.
pub(super) fn blank_too_deep(text: &str) -> (Cow<'_, str>, Vec<Range<usize>>) {
    let stretches = Scan::new(text).run();
    if stretches.is_empty() {
        return (Cow::Borrowed(text), stretches);
    }
    let mut blanked = String::with_capacity(text.len());
    let mut from = 0;
    for stretch in &stretches {
        blanked.push_str(text.get(from..stretch.start).unwrap_or(""));
        let hidden = text.get(stretch.clone()).unwrap_or("");
        blanked.extend(hidden.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        from = stretch.end;
    }
    blanked.push_str(text.get(from..).unwrap_or(""));
    (Cow::Owned(blanked), stretches)
}

/// An open bracket, and how many `if`s followed it. The outermost frame has no bracket.
struct OpenBracket {
    close: &'static str,
    ifs: usize,
}

/// A stretch that is being hidden: where it starts, and how many frames were open before it.
struct Hidden {
    start: usize,
    frames: usize,
}

struct Scan<'a> {
    text: &'a str,
    frames: Vec<OpenBracket>,
    /// The frames and all their `if`s.
    depth: usize,
    hidden: Option<Hidden>,
    stretches: Vec<Range<usize>>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, frames: Vec::new(), depth: 0, hidden: None, stretches: Vec::new() }
    }

    fn run(mut self) -> Vec<Range<usize>> {
        self.open("");
        let mut previous = 0..0;
        for token in Tokens::new(self.text, 0) {
            self.step(&token, &previous);
            previous = token.range;
        }
        self.show(previous.end);
        self.stretches
    }

    fn step(&mut self, token: &Token, previous: &Range<usize>) {
        let start = token.range.start;
        match (token.kind, token.of(self.text)) {
            (TokenKind::Symbol, "(") => self.hide(start, |scan| scan.open(")")),
            (TokenKind::Symbol, "[") => self.hide(start, |scan| scan.open("]")),
            (TokenKind::Symbol, "{") => self.hide(start, |scan| scan.open("}")),
            (TokenKind::Symbol, close @ (")" | "]" | "}")) => {
                self.close(close);
                let hidden_too =
                    self.hidden.as_ref().is_some_and(|hidden| hidden.frames == self.frames.len());
                self.show_if_shallow(if hidden_too { token.range.end } else { start });
            }
            (TokenKind::Symbol, ",") => {
                self.forget_ifs();
                self.show_if_shallow(start);
            }
            (TokenKind::Word, "if") => self.hide(start, Self::count_if),
            (TokenKind::Word, word)
                if OUTSIDE.contains(&word) && self.text.get(previous.clone()) != Some(".") =>
            {
                while self.frames.last().is_some_and(|frame| matches!(frame.close, ")" | "]")) {
                    self.pop();
                }
                if self.begins_declaration(token, previous) {
                    let open = if word == "policy" { 0 } else { DECLARATION_BRACES };
                    while self.frames.len() > open + 1 {
                        self.pop();
                    }
                }
                self.forget_ifs();
                self.show_if_shallow(start);
            }
            (TokenKind::Word | TokenKind::Number | TokenKind::Text { .. } | TokenKind::Symbol, _) => {}
        }
    }

    fn open(&mut self, close: &'static str) {
        self.frames.push(OpenBracket { close, ifs: 0 });
        self.depth += 1;
    }

    fn count_if(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.ifs += 1;
            self.depth += 1;
        }
    }

    /// A brace closes what was left open in its block; another bracket closes its own kind only.
    fn close(&mut self, close: &str) {
        let matching = match close {
            "}" => self.frames.iter().rposition(|frame| frame.close == close),
            _ => self
                .frames
                .len()
                .checked_sub(1)
                .filter(|_| self.frames.last().is_some_and(|f| f.close == close)),
        };
        if let Some(matching) = matching {
            while self.frames.len() > matching {
                self.pop();
            }
        }
    }

    fn pop(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.depth -= 1 + frame.ifs;
        }
    }

    fn forget_ifs(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            self.depth -= frame.ifs;
            frame.ifs = 0;
        }
    }

    /// Deepens, and hides from `start` on if that is too deep.
    fn hide(&mut self, start: usize, deepen: impl FnOnce(&mut Self)) {
        let frames = self.frames.len();
        deepen(self);
        if self.depth > MAX_DEPTH + 1 && self.hidden.is_none() {
            self.hidden = Some(Hidden { start, frames });
        }
    }

    fn show_if_shallow(&mut self, end: usize) {
        if self.depth <= MAX_DEPTH + 1 {
            self.show(end);
        }
    }

    fn show(&mut self, end: usize) {
        if let Some(hidden) = self.hidden.take() {
            self.stretches.push(hidden.start..end.max(hidden.start));
        }
    }

    /// Whether a word begins a declaration that ends every block which cannot hold one, as the grammar has it.
    fn begins_declaration(&self, token: &Token, previous: &Range<usize>) -> bool {
        let between = self.text.get(previous.end..token.range.start).unwrap_or("");
        let rest = self.text.get(token.range.end..).unwrap_or("");
        let head = rest.trim_start_matches([' ', '\t']);
        DECLARATIONS.contains(&token.of(self.text))
            && (between.contains(['\n', '\r']) || previous.end == 0)
            && head.len() < rest.len()
            && !head.starts_with([':', '{'])
    }
}
