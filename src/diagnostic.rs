//! One diagnostic: a code, a message, labels in any number of sources, help. And its miette form.
//!
//! Knows no phase that makes diagnostics, and not how they are coloured.

use std::fmt;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::code::Code;
use crate::excerpt::{Chunk, Fit, Mark, excerpt};
use crate::source::{FileId, SourceMap, Span};
use crate::text::visible;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl Severity {
    /// The word of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// What is said to a person about a policy, a configuration or a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    /// Lower case, no full stop, names in backticks.
    pub message: String,
    /// The first is the place of the problem.
    pub labels: Vec<Label>,
    pub help: Option<String>,
    /// Only where there is no doubt of what was meant.
    pub fix: Option<Fix>,
}

/// What to write in the place of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub span: Span,
    pub text: String,
}

/// A line that is longer than this is not written out again to show one word of it.
const MAX_FIXED_LINE: usize = 60;

impl Diagnostic {
    /// An error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        let (message, labels) = (message.into(), Vec::new());
        Self { code, severity: Severity::Error, message, labels, help: None, fix: None }
    }

    /// A warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// A note.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    /// Adds a place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what to do, if there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Says what to write in the place of a span.
    #[must_use]
    pub fn fix(mut self, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, text: text.into() });
        self
    }

    /// Asks for the name that was most likely meant, if there is one, and puts it in the place of a span.
    #[must_use]
    pub fn meant(self, span: Span, name: Option<&str>) -> Self {
        match name {
            Some(name) => self.help(format!("did you mean `{name}`?")).fix(span, name),
            None => self,
        }
    }

    /// The same of another file with the same text.
    #[must_use]
    pub fn placed(mut self, file: FileId) -> Self {
        self.labels.iter_mut().for_each(|label| label.span.file = file);
        self.fix.iter_mut().for_each(|fix| fix.span.file = file);
        self
    }

    /// Leaves the corrected line out, as other parts of it may need a fix of their own.
    #[must_use]
    pub fn one_of_several(mut self) -> Self {
        if let Some(fix) = self.fix.take() {
            self.help.get_or_insert_with(|| format!("write `{}`", fix.text));
        }
        self
    }

    /// What to do, in words: the help, and the line as the fix makes it.
    pub fn advice(&self, sources: &SourceMap) -> Option<String> {
        let Some(fix) = &self.fix else { return self.help.clone() };
        Some(match (self.help.clone(), fixed_line(fix, sources)) {
            (Some(help), Some(line)) => format!("{help} write `{line}`"),
            (Some(help), None) => help,
            (None, line) => format!("write `{}`", line.as_deref().unwrap_or(&fix.text)),
        })
    }
}

/// The line of a fix as it should be, without its indentation and comment; none if it is long or has a backtick.
fn fixed_line(fix: &Fix, sources: &SourceMap) -> Option<String> {
    let range = fix.span.range();
    let text = &sources.get(fix.span.file)?.text;
    let (before, after) = (text.get(..range.start)?, text.get(range.end..)?);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = after.find('\n').unwrap_or(after.len());
    let line = format!("{}{}{}", before.get(start..)?, fix.text, after.get(..end)?);
    let is_text = |at: usize| line.get(..at).unwrap_or("").matches(['"', '\'']).count() % 2 == 1;
    let comment = line.match_indices(" #").map(|(at, _)| at).find(|at| !is_text(*at));
    let line = visible(line.get(..comment.unwrap_or(line.len()))?.trim()).into_owned();
    (line.chars().count() <= MAX_FIXED_LINE && !line.contains('`')).then_some(line)
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// More labels than these are counted and not drawn: nobody reads on.
pub const MAX_DRAWN: usize = 12;

/// A diagnostic as miette draws it: one report over all the files it labels.
///
/// Its source is not the files but an excerpt of them, the marked lines alone, one behind the other: offsets count
/// through them, and a span is read by looking for its chunk. So hidden characters can be written out and long lines
/// cut without any label losing its place, and no file is read through for the sake of a line.
#[derive(Debug)]
pub struct Drawn {
    severity: Severity,
    message: String,
    help: Option<String>,
    omitted: usize,
    /// Each with the offset at which it begins; a byte lies between two of them.
    chunks: Vec<(usize, Chunk)>,
}

impl Drawn {
    /// Cuts out what a diagnostic points at. Lines of the message stay lines.
    pub fn new(diagnostic: &Diagnostic, sources: &SourceMap, fit: Fit) -> Self {
        let labels = diagnostic.labels.iter().take(MAX_DRAWN);
        let labels = labels.map(|label| (label.span, label.text.as_str()));
        let mut offset = 0;
        let place = |chunk: Chunk| {
            let begin = offset;
            offset += chunk.text.len() + 1;
            (begin, chunk)
        };
        let lines = |text: &str| text.lines().map(visible).collect::<Vec<_>>().join("\n");
        Self {
            severity: diagnostic.severity,
            message: lines(&diagnostic.message),
            help: diagnostic.help.as_deref().map(lines),
            omitted: diagnostic.labels.len().saturating_sub(MAX_DRAWN),
            chunks: excerpt(labels, sources, fit).into_iter().map(place).collect(),
        }
    }

    /// Whether each mark stands for the diagnostic's first label, in the order in which miette colours them.
    pub fn primaries(&self) -> Vec<bool> {
        self.marks().map(|(_, mark)| mark.primary).collect()
    }

    /// How many labels were too many to draw.
    pub fn omitted(&self) -> usize {
        self.omitted
    }

    fn marks(&self) -> impl Iterator<Item = (usize, &Mark)> {
        self.chunks.iter().flat_map(|(begin, chunk)| chunk.marks.iter().map(|mark| (*begin, mark)))
    }
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl miette::Diagnostic for Drawn {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Note => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.marks().map(|(begin, mark)| {
            let text = (!mark.text.is_empty()).then(|| mark.text.join("\n"));
            let span = SourceSpan::new((begin + mark.range.start).into(), mark.range.len());
            if mark.primary {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        });
        (!self.chunks.is_empty()).then(|| Box::new(labels) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}

impl SourceCode for Drawn {
    /// The whole chunk that a span lies in. With no context asked for, miette wants to know the place of a label for
    /// the header, and gets the one in the file.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let index = self.chunks.partition_point(|(begin, _)| *begin <= span.offset()).saturating_sub(1);
        let (begin, chunk) = self.chunks.get(index).ok_or(MietteError::OutOfBounds)?;
        if span.offset() + span.len() > begin + chunk.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let mark = chunk.marks.iter().find(|mark| begin + mark.range.start == span.offset());
        let (line, column) = match mark {
            Some(mark) if before == 0 && after == 0 => mark.place,
            Some(_) | None => (chunk.first_line, 1),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            chunk.name.clone(),
            chunk.text.as_bytes(),
            (*begin, chunk.text.len()).into(),
            line - 1,
            column - 1,
            chunk.lines,
        )))
    }
}

/// The candidate that `word` was most likely meant to be, if one is close.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let best = candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)))?;
    let length = word.chars().count().max(best.1.chars().count());
    // A third of the letters may differ: `adoptoin`, `edit_tme`, `pilott`; not `cost` for `count`.
    (best.0 * 3 <= length).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The help of a diagnostic that puts `fix` in the place of `wrong` in a text.
    fn fixed(text: &str, wrong: &str, fix: &str) -> Option<String> {
        let mut sources = SourceMap::default();
        let file = sources.add("a", text);
        let at = text.find(wrong).unwrap();
        let span = Span::new(file, at..at + wrong.len());
        Diagnostic::error(Code::UnknownName, "").fix(span, fix).advice(&sources)
    }

    #[test]
    fn a_fix_is_shown_as_the_corrected_line_where_that_is_short() {
        let text = "a\n  require adoptoin >= 50%  # said\nb\n";
        assert_eq!(fixed(text, "adoptoin", "adoption").as_deref(), Some("write `require adoption >= 50%`"));
        assert_eq!(fixed("x: \"a # b\"", "x", "y").as_deref(), Some("write `y: \"a # b\"`"));
        assert_eq!(fixed(&format!("x: {}", "1".repeat(100)), "x", "y").as_deref(), Some("write `y`"));
        assert_eq!(fixed("x: \u{1b}[1m", "x", "y").as_deref(), Some(r"write `y: \u{1b}[1m`"));
    }

    #[test]
    fn only_close_words_are_suggested() {
        let words = ["adoption", "edit_time", "count"];
        assert_eq!(did_you_mean("adoptoin", words), Some("adoption"));
        assert_eq!(did_you_mean("edit_tme", words), Some("edit_time"));
        assert_eq!(did_you_mean("cost", words), None);
    }
}
