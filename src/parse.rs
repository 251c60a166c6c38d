//! The text of a policy file -> its syntax tree, and what was not understood.
//!
//! The only place that knows pest. Must not know what names mean: that is the checker's business.

pub mod concrete;
mod decl;
mod depth;
mod errors;
mod expected;
mod expr;
mod field;
mod literal;
pub mod mend;
pub mod place;
mod recover;
mod slips;
mod template;
mod test;
mod tokens;
mod tree;
pub mod written;

#[cfg(test)]
mod tests;

use std::num::NonZeroUsize;
use std::ops::Range;

use pest::Parser;

use crate::ast::{ExprIds, File, LiteralKind};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, merge_conflict};
use crate::source::{FileId, Span};
use tokens::{TokenKind, Tokens};
use tree::Builder;

/// Bytes that a policy file may have: some 20,000 lines. Larger ones are refused unread.
pub const MAX_POLICY_BYTES: usize = 1 << 20;

/// How deep brackets, `if`s and operators may nest. The parser, the checker and the evaluator recurse once a level; at
/// this depth each of them stays within the smallest stack that it is run on (2 MiB, a thread of the pool).
pub const MAX_DEPTH: usize = 128;

/// Steps that the parser may take in one text: some three seconds. A policy of [`MAX_POLICY_BYTES`] takes a third of
/// them; only a megabyte of nothing but operators or commas takes more.
const MAX_STEPS: usize = 100_000_000;

/// Bytes of a name: each report names rules and fields again and again.
const MAX_NAME_BYTES: usize = 200;

/// Bytes that a literal outside of a policy may have.
const MAX_LITERAL_BYTES: usize = 200;

#[derive(pest_derive::Parser)]
#[grammar = "grammar/tollgate.pest"]
struct Grammar;

/// Reads a policy file.
///
/// Every declaration that is understood is in the tree, whatever else the file holds; one that is not is there as
/// `Broken`, and an error says why. No expression of the tree is more than [`MAX_DEPTH`] levels high.
pub fn parse(file: FileId, text: &str, ids: &mut ExprIds) -> (File, Vec<Diagnostic>) {
    if text.len() > MAX_POLICY_BYTES {
        let span = Span::new(file, 0..0);
        return (File { id: file, items: Vec::new() }, vec![errors::too_large(span, text.len())]);
    }
    allow_steps();
    let unmarked = skip_mark(text);
    let start = text.len() - unmarked.len();
    if let Some(name) = too_long(unmarked) {
        let span = Span::new(file, start + name.start..start + name.end);
        return (File { id: file, items: Vec::new() }, vec![errors::long_name(span)]);
    }
    let (guarded, too_deep) = depth::blank_too_deep(unmarked);
    let mut builder = Builder::new(file, text, start, ids);
    builder.report_too_deep(too_deep);
    let items = match Grammar::parse(Rule::file, &guarded) {
        Ok(pairs) => builder.build_file(pairs),
        Err(_) => {
            // The grammar's recovery takes any text, so this is a limit of the parser itself.
            builder.report(errors::too_much(Span::new(file, 0..0)));
            Vec::new()
        }
    };
    let mut diagnostics = builder.finish();
    if let Some(conflict) = merge_conflict(Code::Syntax, file, text).filter(|_| !diagnostics.is_empty()) {
        diagnostics = vec![conflict];
    }
    (File { id: file, items }, diagnostics)
}

/// The first name of a text that is longer than names may be.
fn too_long(text: &str) -> Option<Range<usize>> {
    let mut words = Tokens::new(text, 0).filter(|token| token.kind == TokenKind::Word);
    words.find(|word| word.range.len() > MAX_NAME_BYTES).map(|word| word.range)
}

fn allow_steps() {
    pest::set_call_limit(NonZeroUsize::new(MAX_STEPS));
}

/// The text behind the mark with which some editors begin a file.
fn skip_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Reads a text that is one literal and nothing else, as `-5%` or `2 weeks`; none if it is not.
pub fn parse_literal(text: &str) -> Option<LiteralKind> {
    if text.len() > MAX_LITERAL_BYTES {
        return None;
    }
    allow_steps();
    let pair = Grammar::parse(Rule::lone_literal, text).ok()?.next()?;
    let (file, mut ids) = (FileId::default(), ExprIds::default());
    let mut builder = Builder::new(file, text, 0, &mut ids);
    let literal = builder.build_signed_literal(&tree::child(&pair, Rule::signed_literal)?)?;
    builder.finish().is_empty().then_some(literal.kind)
}
