//! One diagnostic: a code, a message, labels in any number of sources, help.
//!
//! Knows no phase that makes diagnostics, and not how they are drawn.

use std::fmt;

use serde::Serialize;

use crate::code::Code;
use crate::source::{FileId, SourceMap, Span};
use crate::text::{conflict_marker, misleading, visible};

/// How grave a diagnostic is, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something worth knowing, with nothing to be done about it.
    Note,
    /// Something that is probably a mistake, and stops nothing by itself.
    Warning,
    /// Something that is wrong, and has to be put right.
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
    /// The bytes that the label stands under.
    pub span: Span,
    /// What is said of them.
    pub text: String,
    /// Whether that is what they are worth, so that `is` joins both.
    pub is_value: bool,
}

/// What is said to a person about a policy, a configuration or a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of diagnostic it is, by its stable code.
    pub code: Code,
    /// How grave it is here.
    pub severity: Severity,
    /// Lower case, no full stop, names in backticks.
    pub message: String,
    /// The first is the place of the problem.
    pub labels: Vec<Label>,
    /// What to do about it; none where there is nothing to advise.
    pub help: Option<String>,
    /// Only where there is no doubt of what was meant.
    pub fix: Option<Fix>,
}

/// What to write in the place of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The bytes to replace; an empty span is where to put the text in.
    pub span: Span,
    /// What to write there.
    pub text: String,
    /// Whether it is the likeliest of several texts, so that a person has to choose.
    pub guess: bool,
    /// Whether other parts of its line may need fixes of their own, so that the line is not written out.
    pub partial: bool,
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
        self.labels.push(Label { span, text: text.into(), is_value: false });
        self
    }

    /// Marks another place, if there is one.
    #[must_use]
    pub fn maybe_label(self, span: Option<Span>, text: &str) -> Self {
        match span {
            Some(span) => self.label(span, text),
            None => self,
        }
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
        self.fix = Some(Fix { span, text: text.into(), guess: false, partial: false });
        self
    }

    /// Says what to write most likely in the place of a span, so that a person has to choose.
    #[must_use]
    pub fn choice(mut self, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, text: text.into(), guess: true, partial: false });
        self
    }

    /// Asks for the name that was most likely meant, if there is one, and puts it in the place of a span.
    #[must_use]
    pub fn meant(self, span: Span, name: Option<&str>) -> Self {
        match name {
            Some(name) => self.help(format!("did you mean `{name}`?")).choice(span, name),
            None => self,
        }
    }

    /// Says of its place how many more in its file are like it.
    #[must_use]
    pub fn and_more_like_it(mut self, more: usize) -> Self {
        if let Some(label) = self.labels.first_mut().filter(|_| more > 0) {
            label.text = format!("{}; {more} more like this in the file", label.text);
        }
        self
    }

    /// The same of another file with the same text.
    #[must_use]
    pub fn placed(mut self, file: FileId) -> Self {
        self.labels.iter_mut().for_each(|label| label.span.file = file);
        self.fix.iter_mut().for_each(|fix| fix.span.file = file);
        self
    }

    /// Leaves the corrected line out of the advice, as other parts of it may need a fix of their own.
    #[must_use]
    pub fn one_of_several(mut self) -> Self {
        if let Some(fix) = &mut self.fix {
            fix.partial = true;
            self.help.get_or_insert_with(|| format!("write `{}`", fix.text));
        }
        self
    }

    /// What to do, in words: the help, and the line as the fix makes it.
    pub fn advice(&self, sources: &SourceMap) -> Option<String> {
        let Some(fix) = self.fix.as_ref().filter(|fix| !fix.partial) else { return self.help.clone() };
        Some(match (self.help.clone(), fixed_line(fix, sources)) {
            (Some(help), Some(line)) => format!("{help} write `{line}`"),
            // A long line is not written out.
            (Some(help), None) => match help.strip_suffix(':') {
                Some(short) => match fix.text.trim() {
                    text if text.is_empty() || text.contains('`') => short.to_owned(),
                    text if short.ends_with(&format!("`{text}`")) => short.to_owned(),
                    text => format!("{help} write `{}`", visible(text)),
                },
                None => help,
            },
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

/// What is said of a file that shows its readers something else than what is read of it.
pub fn misleads(file: FileId, text: &str) -> Option<Diagnostic> {
    let (at, c) = misleading(text)?;
    let message = match c {
        '\r' => "a carriage return without a line feed behind it".to_owned(),
        c => format!("the character `{}`", c.escape_unicode()),
    };
    let message = format!("{message} shows readers something else than what is read");
    let problem = Diagnostic::error(Code::MisleadingCharacter, message);
    let problem =
        problem.label(Span::new(file, at..at + c.len_utf8()), "a new line to some, and nothing to others");
    Some(problem.help("take it out; a line ends with a line feed"))
}

/// What is said of a text that git has left two versions in.
pub fn merge_conflict(code: Code, file: FileId, text: &str) -> Option<Diagnostic> {
    let at = conflict_marker(text)?;
    let error = Diagnostic::error(code, "a merge conflict was left in this file");
    let error = error.label(Span::new(file, at..at + 7), "git has written this line");
    Some(error.help("keep one of the two versions, and remove the lines of git"))
}

/// Letters of a word that a near miss is looked for.
const MAX_GUESSED: usize = 80;
/// Pairs of letters that are compared for one guess: a thousand candidates of that length or so.
const MAX_PAIRS: usize = 200_000;

/// The candidate that `word` was most likely meant to be, if one is close. Of words that are too long, or too many, none is
/// looked for.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    did_you_mean_within(&mut { MAX_PAIRS }, word, candidates)
}

/// The same for one of many words: `pairs` of letters may be compared for all of them together.
pub fn did_you_mean_within<'a>(
    pairs: &mut usize,
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let own = length_of(word)?;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let Some(length) = length_of(candidate) else { continue };
        let longest = own.max(length);
        // At least as many letters differ as one has more than the other.
        if candidate == word || own.abs_diff(length) * 3 > longest {
            continue;
        }
        *pairs = pairs.saturating_sub(own * length);
        if *pairs == 0 {
            return None;
        }
        let found = (strsim::damerau_levenshtein(word, candidate), candidate);
        // A third of the letters may differ: `adoptoin`, `edit_tme`, `pilott`; not `cost` for `count`.
        if found.0 * 3 <= longest && best.is_none_or(|best| found < best) {
            best = Some(found);
        }
    }
    best.map(|(_, name)| name)
}

/// How many letters a word has, unless they are too many.
fn length_of(word: &str) -> Option<usize> {
    let is_short = word.len() <= MAX_GUESSED * 4;
    is_short.then(|| word.chars().count()).filter(|length| *length <= MAX_GUESSED)
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

    #[test]
    fn no_near_miss_is_looked_for_among_words_that_are_too_long_or_too_many() {
        let long = "a".repeat(MAX_GUESSED);
        let longer = format!("{long}b");
        assert_eq!(did_you_mean(&long.replacen('a', "b", 1), [&*long]), Some(&*long));
        assert_eq!(did_you_mean(&longer, [&*long]), None);
        assert_eq!(did_you_mean(&long, [&*longer]), None);
        let names: Vec<String> = (0..1_000).map(|n| format!("workflow_{n:06}")).collect();
        let among = |many: usize| {
            did_you_mean("workflow_O00007", names[..many].iter().map(String::as_str)).map(str::to_owned)
        };
        assert_eq!(among(400), Some("workflow_000007".to_owned()));
        assert_eq!(among(1_000), None);
        // Those that are far shorter or longer cost nothing.
        let short = vec!["a"; 10_000];
        assert_eq!(did_you_mean("adoptoin", short.into_iter().chain(["adoption"])), Some("adoption"));
    }
}
