//! `# untested: REASON` in a policy: why no test can notice a mistake in an expression.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap, Span};

const MARK: &str = "untested:";

/// A comment that justifies the mutants of a line.
#[derive(Debug)]
pub(super) struct Reason {
    span: Span,
    /// The line, from 1, whose expressions it is for.
    line: usize,
    /// What it says behind the mark.
    text: String,
}

impl Reason {
    /// Whether it speaks for what begins at a place. One without a reason speaks for nothing.
    pub(super) fn covers(&self, span: Span, sources: &SourceMap) -> bool {
        !self.text.is_empty() && span.file == self.span.file && sources.line_column(span).0 == self.line
    }

    /// What is wrong with one that justified nothing.
    pub(super) fn idle(&self) -> Diagnostic {
        if self.text.is_empty() {
            return Diagnostic::warning(Code::T607, "an `untested` comment that gives no reason")
                .label(self.span, "why can no test notice it?")
                .help("write `# untested: ` and why no snapshot can show the difference, or write the test");
        }
        Diagnostic::warning(Code::T607, "an `untested` comment that justifies nothing")
            .label(self.span, "the tests catch every mutant of this line")
            .help("take it out")
    }
}

/// The comments of a file. One behind an expression is for its line; one on lines of its own is for the line that follows.
pub(super) fn reasons(file: FileId, sources: &SourceMap) -> Vec<Reason> {
    let Some(source) = sources.get(file) else { return Vec::new() };
    let lines: Vec<&str> = source.text.lines().collect();
    let mut found = Vec::new();
    for (index, (line, start)) in lines.iter().zip(source.line_starts()).enumerate() {
        let Some(at) = comment_start(line) else { continue };
        let comment = line.get(at..).unwrap_or("");
        let Some(reason) = comment.trim_start_matches('#').trim_start().strip_prefix(MARK) else { continue };
        let is_alone = |line: &&str| line.trim_start().starts_with('#');
        let below = if is_alone(line) {
            lines.iter().skip(index).take_while(|line| is_alone(line)).count()
        } else {
            0
        };
        found.push(Reason {
            span: Span::new(file, start + at..start + line.trim_end().len()),
            line: index + 1 + below,
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
