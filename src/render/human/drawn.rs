//! A diagnostic as miette draws it. Knows nothing of terminals: how wide, and in which colours, is said outside.

use std::fmt;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::diagnostic::{Diagnostic, Severity};
use crate::excerpt::{Chunk, Fit, Mark, excerpt};
use crate::source::SourceMap;
use crate::text::visible;

/// More labels than these are counted and not drawn: nobody reads on.
pub(super) const MAX_DRAWN: usize = 12;

/// A diagnostic as miette draws it: one report over all the files it labels.
///
/// Its source is not the files but an excerpt of them, the marked lines alone, one behind the other: offsets count
/// through them, and a span is read by looking for its chunk. So hidden characters can be written out and long lines
/// cut without any label losing its place, and no file is read through for the sake of a line.
#[derive(Debug)]
pub(super) struct Drawn {
    severity: Severity,
    message: String,
    help: Option<String>,
    omitted: usize,
    /// Each with the offset at which it begins; a byte lies between two of them.
    chunks: Vec<(usize, Chunk)>,
}

impl Drawn {
    /// Cuts out what a diagnostic points at. Lines of the message stay lines.
    pub(super) fn new(diagnostic: &Diagnostic, sources: &SourceMap, fit: Fit) -> Self {
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
    pub(super) fn primaries(&self) -> Vec<bool> {
        self.marks().map(|(_, mark)| mark.primary).collect()
    }

    /// How many labels were too many to draw.
    pub(super) fn omitted(&self) -> usize {
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
