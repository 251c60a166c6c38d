//! One diagnostic: a code, a message, labels in any number of sources, help. And its miette form.

use std::fmt;

use crate::code::Code;
use crate::source::Span;

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
}

impl Diagnostic {
    /// An error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), labels: Vec::new(), help: None }
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
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
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

/// How many characters of an input's text a message quotes.
const EXCERPT: usize = 60;

/// A text of an input as a message quotes it: cropped, and with everything made visible that a terminal would act on
/// or hide (control, bidirectional and zero-width characters).
pub fn excerpt(text: &str) -> String {
    let mut shown = String::new();
    for (at, character) in text.chars().enumerate() {
        if at == EXCERPT {
            shown.push('…');
            break;
        }
        let hidden = matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if character.is_control() || hidden {
            shown.extend(character.escape_debug());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, excerpt};

    #[test]
    fn excerpts_are_short_and_show_what_a_terminal_would_hide() {
        assert_eq!(excerpt("a \u{1b}[31m\n\u{202e}'\"`ü"), "a \\u{1b}[31m\\n\\u{202e}'\"`ü");
        assert_eq!(excerpt(&"ü".repeat(61)), format!("{}…", "ü".repeat(60)));
    }

    #[test]
    fn only_close_words_are_suggested() {
        let words = ["adoption", "edit_time", "count"];
        assert_eq!(did_you_mean("adoptoin", words), Some("adoption"));
        assert_eq!(did_you_mean("edit_tme", words), Some("edit_time"));
        assert_eq!(did_you_mean("cost", words), None);
    }
}
