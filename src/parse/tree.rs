//! The builder that turns the parser's pairs into the syntax tree, and how it walks them.
//!
//! What each kind of declaration and expression becomes is said in the files beside this one.

use std::ops::Range;

use pest::iterators::{Pair, Pairs};

use super::Rule;
use super::errors;
use crate::ast::{ExprIds, Name};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// Builds the tree of one file.
pub(super) struct Builder<'a> {
    pub(super) file: FileId,
    /// The whole file.
    pub(super) text: &'a str,
    /// Where in the file the text begins that is being built from: the parser counts from there.
    pub(super) base: usize,
    pub(super) ids: &'a mut ExprIds,
    /// What was blanked out before the parser ran, counted like the parser's places.
    pub(super) too_deep: Vec<Range<usize>>,
    /// Where the last block was found to lack its brace.
    pub(super) unclosed_at: Option<usize>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(file: FileId, text: &'a str, base: usize, ids: &'a mut ExprIds) -> Self {
        Self { file, text, base, ids, too_deep: Vec::new(), unclosed_at: None, diagnostics: Vec::new() }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// What was reported, by place.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
        self.diagnostics
    }

    pub(super) fn report_too_deep(&mut self, stretches: Vec<Range<usize>>) {
        for stretch in &stretches {
            let span = self.span(stretch.start..stretch.start + 1);
            self.report(errors::too_deep(span));
        }
        self.too_deep = stretches;
    }

    /// Whether something in this range was too deep, so that what became of it is not what was written.
    pub(super) fn holds_too_deep(&self, range: &Range<usize>) -> bool {
        let next = self.too_deep.partition_point(|stretch| stretch.end <= range.start);
        self.too_deep.get(next).is_some_and(|stretch| stretch.start < range.end)
    }

    /// A range of the parser's places as a span of the file.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, self.base + range.start..self.base + range.end)
    }

    /// The span of a pair.
    pub(super) fn span_of(&self, pair: &Pair<'_, Rule>) -> Span {
        self.span(extent(pair))
    }

    /// A pair that is a word.
    pub(super) fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        Name { text: pair.as_str().into(), span: self.span_of(pair) }
    }
}

/// The range of a pair up to its last token: the parser lets a pair reach over the blanks and comments behind it.
pub(super) fn extent(pair: &Pair<'_, Rule>) -> Range<usize> {
    let start = pair.as_span().start();
    let mut last = pair.clone();
    while let Some(inner) = last.clone().into_inner().rev().find(|inner| !inner.as_str().is_empty()) {
        last = inner;
    }
    start..last.as_span().end()
}

/// The first child of a kind.
pub(super) fn child<'i>(pair: &Pair<'i, Rule>, rule: Rule) -> Option<Pair<'i, Rule>> {
    pair.clone().into_inner().find(|inner| inner.as_rule() == rule)
}

/// The children of a kind.
pub(super) fn children<'i>(pair: &Pair<'i, Rule>, rule: Rule) -> impl Iterator<Item = Pair<'i, Rule>> {
    pair.clone().into_inner().filter(move |inner| inner.as_rule() == rule)
}

/// The only child, or the first.
pub(super) fn first<'i>(pair: &Pair<'i, Rule>) -> Option<Pair<'i, Rule>> {
    Pairs::next(&mut pair.clone().into_inner())
}
