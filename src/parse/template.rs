//! Texts in quotes, and the `{expression}`s in those that people read.

use std::ops::Range;

use pest::Parser;
use pest::iterators::Pair;

use super::depth;
use super::errors;
use super::tree::{Builder, first};
use super::{Grammar, Rule};
use crate::ast::{Expr, Template, TemplatePart};

impl Builder<'_> {
    /// The text of a string, its escapes resolved. Braces mean nothing in it.
    pub(super) fn build_string(&mut self, pair: &Pair<'_, Rule>) -> Option<String> {
        let mut text = String::new();
        let mut sound = true;
        let mut chars = inside(pair).char_indices();
        while let Some((at, c)) = chars.next() {
            if c != '\\' {
                text.push(c);
                continue;
            }
            let Some(escaped) = chars.next().and_then(|(_, c)| resolve(c)) else {
                self.report_escape(pair.as_span().start() + 1 + at, pair.as_span().end());
                sound = false;
                continue;
            };
            text.push(escaped);
        }
        sound.then_some(text)
    }

    /// A title, message or help. A part that is not understood is reported and kept as text: the declaration around
    /// it is none the worse.
    pub(super) fn build_template(&mut self, pair: &Pair<'_, Rule>) -> Template {
        let string = if pair.as_rule() == Rule::string { Some(pair.clone()) } else { first(pair) };
        let span = self.span_of(pair);
        let Some(string) = string else { return Template { parts: Vec::new(), span } };
        let start = string.as_span().start() + 1;
        let content = inside(&string);
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut at = 0;
        while let Some(c) = content.get(at..).and_then(|rest| rest.chars().next()) {
            let from = at;
            at += c.len_utf8();
            match c {
                '\\' => {
                    let escaped = content.get(at..).and_then(|rest| rest.chars().next());
                    at += escaped.map_or(0, char::len_utf8);
                    match escaped.and_then(resolve) {
                        Some(escaped) => text.push(escaped),
                        None => self.report_escape(start + from, start + content.len()),
                    }
                }
                '{' => {
                    let Some(length) = content.get(at..).and_then(|rest| rest.find('}')) else {
                        let brace = self.span(start + from..start + at);
                        self.report(errors::unclosed_interpolation(brace));
                        text.push_str(content.get(from..).unwrap_or(""));
                        break;
                    };
                    let inner = start + at..start + at + length;
                    at += length + 1;
                    match self.build_interpolation(inner) {
                        Some(expr) => {
                            if !text.is_empty() {
                                parts.push(TemplatePart::Text(std::mem::take(&mut text).into()));
                            }
                            parts.push(TemplatePart::Expr(expr));
                        }
                        None => text.push_str(content.get(from..at).unwrap_or("")),
                    }
                }
                c => text.push(c),
            }
        }
        if !text.is_empty() {
            parts.push(TemplatePart::Text(text.into()));
        }
        Template { parts, span }
    }

    /// The expression in the braces of a text, parsed alone, with its places in the file.
    fn build_interpolation(&mut self, range: Range<usize>) -> Option<Expr> {
        let text = self.text;
        let outer_base = self.base;
        let inner = text.get(outer_base + range.start..outer_base + range.end)?;
        if inner.trim().is_empty() {
            let braces = self.span(range.start - 1..range.end + 1);
            self.report(errors::empty_interpolation(braces));
            return None;
        }
        let (guarded, too_deep) = depth::blank_too_deep(inner);
        if let Some(stretch) = too_deep.first() {
            let span = self.span(range.start + stretch.start..range.start + stretch.start + 1);
            self.report(errors::too_deep(span));
            return None;
        }
        self.base = outer_base + range.start;
        let expr = match Grammar::parse(Rule::alone_expr, &guarded) {
            Ok(mut pairs) => pairs
                .next()
                .and_then(|alone| first(&alone))
                .and_then(|expr| self.build_expr(&expr, 0))
                .map(|expr| *expr),
            Err(_) => {
                self.explain(Rule::alone_expr, 0..inner.len());
                None
            }
        };
        self.base = outer_base;
        expr
    }

    fn report_escape(&mut self, at: usize, end: usize) {
        let rest = self.text.get(self.base + at..self.base + end).unwrap_or("");
        let length = rest.chars().take(2).map(char::len_utf8).sum::<usize>();
        let span = self.span(at..at + length);
        self.report(errors::unknown_escape(span, rest.get(..length).unwrap_or("")));
    }
}

/// What stands between the quotes.
fn inside<'i>(string: &Pair<'i, Rule>) -> &'i str {
    let text = string.as_str();
    text.get(1..text.len() - 1).unwrap_or("")
}

fn resolve(escaped: char) -> Option<char> {
    match escaped {
        '"' | '\\' | '{' | '}' => Some(escaped),
        'n' => Some('\n'),
        _ => None,
    }
}
