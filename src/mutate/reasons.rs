//! `# untested: REASON` in a policy: why no test can notice a mistake in an expression.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::program::Program;
use crate::source::{FileId, SourceMap, Span};

const MARK: &str = "untested:";

/// A comment that justifies the mutants of a line, or of the clause that begins there.
#[derive(Debug)]
pub(super) struct Justification {
    span: Span,
    /// The line, from 1, whose expressions it is for.
    line: usize,
    is_above: bool,
    /// What it says behind the mark.
    text: String,
}

impl Justification {
    /// Whether it speaks for what begins at a place. One without a reason speaks for nothing.
    pub(super) fn covers(&self, place: Span, program: &Program, sources: &SourceMap) -> bool {
        let is_here = |span| sources.line_column(span).0 == self.line;
        let in_clause = || self.is_above && program.clause_at(place).is_some_and(is_here);
        !self.text.is_empty() && place.file == self.span.file && (is_here(place) || in_clause())
    }

    /// What is wrong with one that justified nothing.
    pub(super) fn idle(&self) -> Diagnostic {
        if self.text.is_empty() {
            return Diagnostic::warning(
                Code::UnjustifiedUntested,
                "an `untested` comment that gives no reason",
            )
            .label(self.span, "why can no test notice it?")
            .help("write `# untested: ` and why no snapshot can show the difference, or write the test");
        }
        Diagnostic::warning(Code::UnjustifiedUntested, "an `untested` comment that justifies nothing")
            .label(self.span, "the tests catch every mutant that it is for")
            .help("take it out")
    }
}

/// The comments of a file. One behind an expression is for its line; one on lines of its own is for the line that follows,
/// with all of the clause that begins there: the formatter may break it.
pub(super) fn reasons(file: FileId, sources: &SourceMap) -> Vec<Justification> {
    let Some(source) = sources.get(file) else { return Vec::new() };
    let lines: Vec<&str> = source.text.lines().collect();
    let mut found = Vec::new();
    for (index, (line, start)) in lines.iter().zip(source.line_starts()).enumerate() {
        let Some(at) = comment_start(line) else { continue };
        let comment = line.get(at..).unwrap_or("");
        let Some(reason) = comment.trim_start_matches('#').trim_start().strip_prefix(MARK) else { continue };
        let is_alone = |line: &&str| line.trim_start().starts_with('#');
        let below = lines.iter().skip(index).take_while(|line| is_alone(line)).count();
        found.push(Justification {
            span: Span::new(file, start + at..start + line.trim_end().len()),
            line: index + 1 + below,
            is_above: below > 0,
            text: reason.trim().to_owned(),
        });
    }
    found
}

/// Where the comment of a line begins. No text goes past its line.
fn comment_start(line: &str) -> Option<usize> {
    let (mut in_text, mut escaped) = (false, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '#' if !in_text => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_for_its_own_line_or_for_the_one_below() {
        let mut sources = SourceMap::default();
        let file = sources.add(
            "a",
            "x \"# untested: no\"\ny \"\\\" #\" # untested: a, b\n  # untested: c\n  # and so on\nz\n#untested:\n# other\n",
        );
        let found: Vec<(usize, String)> =
            reasons(file, &sources).into_iter().map(|reason| (reason.line, reason.text)).collect();
        let expected = [(2, "a, b"), (5, "c"), (8, "")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
    }
}
