//! What becomes of stretches that are not understood, and of braces that are missing or too many.
//!
//! One problem, one error: what only follows from a reported problem is not reported.

use std::ops::Range;

use pest::iterators::Pair;

use super::expected::{begins, is_reserved};
use super::tokens::{Token, TokenKind, Tokens};
use super::tree::{Builder, child, extent};
use super::{Rule, errors};
use crate::ast::Name;
use crate::source::Span;

/// Which declaration a bad stretch spoils.
pub(super) enum Spoiled {
    /// The one that it is itself, if its name could be read.
    Itself(Option<Name>),
    /// The one before it, on whose line it stands.
    Previous,
}

/// What was read before a stretch.
pub(super) struct Previous<'i> {
    pub(super) pair: Pair<'i, Rule>,
    /// Whether an error in it was reported.
    pub(super) reported: bool,
}

impl Builder<'_> {
    /// Reports a bad stretch; `alone` is the rule that it should have matched, `previous` what was read before it.
    pub(super) fn report_bad(
        &mut self,
        bad: &Pair<'_, Rule>,
        previous: Option<&Previous<'_>>,
        alone: Rule,
    ) -> Spoiled {
        let range = bad.as_span().start()..bad.as_span().end();
        if let Some(previous) = previous.filter(|previous| self.same_line(&previous.pair, range.start)) {
            let ended = previous.pair.as_str().trim_end().ends_with(['}', ',']);
            if is_bad(&previous.pair) || previous.reported && !ended {
                return Spoiled::Itself(self.name_in(&range, alone));
            }
            if !ended {
                self.explain(alone, extent(&previous.pair).start..range.end);
                return Spoiled::Previous;
            }
        }
        let loose = matches!(alone, Rule::alone_item | Rule::alone_test_clause)
            && previous.is_some_and(|previous| previous.reported)
            && !self.token_at(range.start).is_some_and(|first| begins(alone, self.token_text(&first)));
        if loose {
            // What is left over behind a block that ended too early, because of an error in it.
            return Spoiled::Itself(None);
        }
        if bad.as_str().starts_with('}') {
            let brace = self.span(range.start..range.start + 1);
            self.report(errors::stray_brace(brace));
            return Spoiled::Itself(None);
        }
        self.explain(alone, range.clone());
        Spoiled::Itself(self.name_in(&range, alone))
    }

    /// How many errors were reported so far.
    pub(super) fn errors(&self) -> usize {
        self.diagnostics.len()
    }

    /// A pair that is dealt with; `errors` is how many were reported before.
    pub(super) fn seen<'i>(&self, pair: Pair<'i, Rule>, errors: usize) -> Previous<'i> {
        Previous { reported: is_bad(&pair) || self.errors() > errors, pair }
    }

    fn same_line(&self, previous: &Pair<'_, Rule>, start: usize) -> bool {
        let between = self.base + extent(previous).end..self.base + start;
        !self.text.get(between).unwrap_or("").contains(['\n', '\r'])
    }

    /// The tokens of a stretch.
    pub(super) fn tokens_in(&self, range: &Range<usize>) -> Tokens<'_> {
        let text = self.text.get(self.base..self.base + range.end).unwrap_or("");
        Tokens::new(text, range.start)
    }

    /// The token that begins at a place or after it.
    pub(super) fn token_at(&self, at: usize) -> Option<Token> {
        Tokens::new(self.text.get(self.base..).unwrap_or(""), at).next()
    }

    /// A token's text.
    pub(super) fn token_text(&self, token: &Token) -> &str {
        token.of(self.text.get(self.base..).unwrap_or(""))
    }

    /// The name that a broken declaration gives something: its second word, or the first one of a field.
    pub(super) fn name_in(&self, range: &Range<usize>, alone: Rule) -> Option<Name> {
        let mut tokens = self.tokens_in(range);
        let nth = match alone {
            Rule::alone_field | Rule::alone_assign => 0,
            _ => 1,
        };
        let first = tokens.next().filter(|token| token.kind == TokenKind::Word)?;
        if nth == 0 {
            return self.token_name(&first);
        }
        let named = !matches!(self.token_text(&first), "gate" | "test" | "stages" | "snapshot");
        tokens.next().filter(|_| named).and_then(|second| self.token_name(&second))
    }

    /// The words of a stretch that may be names.
    pub(super) fn names_in(&self, range: &Range<usize>) -> Vec<Name> {
        self.tokens_in(range).filter_map(|token| self.token_name(&token)).collect()
    }

    /// A word as a name, unless it is reserved.
    pub(super) fn token_name(&self, token: &Token) -> Option<Name> {
        let text = self.token_text(token);
        (token.kind == TokenKind::Word && !is_reserved(text))
            .then(|| Name { text: text.into(), span: self.span(token.range.clone()) })
    }

    /// Reports a block without its opening brace.
    pub(super) fn check_open(&mut self, block: &Pair<'_, Rule>) {
        let Some(missing) =
            child(block, Rule::missing_open).filter(|_| child(block, Rule::bad_head).is_none())
        else {
            return;
        };
        let head = block.as_span().start()..missing.as_span().start();
        if let Some(last) = self.tokens_in(&head).last() {
            self.report(errors::missing_open_brace(self.span(last.range)));
        }
    }

    /// Reports a block without its closing brace, unless that follows from what stands last in it, or the block
    /// around it ends at the same place and lacks its brace too.
    pub(super) fn check_close(&mut self, block: &Pair<'_, Rule>) {
        let mut inner = block.clone().into_inner().rev();
        let Some(missing) = inner
            .next()
            .filter(|last| matches!(last.as_rule(), Rule::missing_close | Rule::missing_series_close))
        else {
            return;
        };
        let at = missing.as_span().start();
        if self.unclosed_at.replace(at) == Some(at) || inner.next().is_some_and(|last| is_bad(&last)) {
            return;
        }
        let Some(open) = child(block, Rule::open_brace) else { return };
        let open = self.likely_open(open.as_span().start(), at);
        let next = self.token_at(at).map(|token| self.span(token.range));
        let open = self.span(open..open + 1);
        self.report(errors::unclosed_brace(open, next));
    }

    /// The brace that is most likely the one not closed between `open`, a brace, and `end`: the innermost one whose
    /// partner, by count, stands further left than the line that it was opened on.
    fn likely_open(&self, open: usize, end: usize) -> usize {
        let mut stack: Vec<usize> = Vec::new();
        let mut suspect = None;
        for token in self.tokens_in(&(open..end)) {
            match self.token_text(&token) {
                "{" => stack.push(token.range.start),
                "}" => {
                    if let Some(opened) = stack.pop().filter(|_| suspect.is_none()) {
                        let (opening, closing) = (self.indent(opened), self.indent(token.range.start));
                        if closing < opening {
                            suspect = Some(opened);
                        }
                    }
                }
                _ => {}
            }
        }
        suspect.unwrap_or(open)
    }

    /// How far the line of a place is indented.
    fn indent(&self, at: usize) -> usize {
        let before = self.text.get(..self.base + at).unwrap_or("");
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text.get(start..).unwrap_or("");
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    /// The word that a declaration begins with, where it is misspelt.
    pub(super) fn check_keyword(&mut self, decl: &Pair<'_, Rule>, keyword: &str) {
        if let Some(word) = child(decl, Rule::wrong_word) {
            let span = self.span_of(&word);
            self.report(errors::misspelt_keyword(span, keyword, word.as_str()));
        }
    }

    /// Reports `second` if there was a `first`.
    pub(super) fn check_once(&mut self, first: Option<Span>, second: Span, what: &str) {
        if let Some(first) = first {
            self.report(errors::given_twice(second, first, what));
        }
    }
}

/// Whether a pair is a stretch that was not understood.
pub(super) fn is_bad(pair: &Pair<'_, Rule>) -> bool {
    matches!(
        pair.as_rule(),
        Rule::bad_item
            | Rule::bad_policy_item
            | Rule::bad_gate_item
            | Rule::bad_field
            | Rule::bad_test_clause
            | Rule::bad_assign
    )
}
