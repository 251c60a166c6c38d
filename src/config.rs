//! The configuration: `tollgate.yaml`. Knows nothing of the files that it names.

use serde::Deserialize;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Located<T> {
    pub value: T,
    pub span: Span,
}

/// What a configuration says, as far as it could be understood.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `builtin`, `builtin:NAME`, folders and files.
    pub policies: Option<Vec<Located<String>>>,
    /// Globs.
    pub snapshots: Option<Vec<Located<String>>>,
}

#[derive(Deserialize)]
struct Raw {
    policies: Option<Words>,
    snapshots: Option<Words>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Many(Vec<String>),
}

/// Reads a configuration.
pub fn read(file: FileId, text: &str) -> (Config, Vec<Diagnostic>) {
    let locate = |words: Words| {
        let words = match words {
            Words::One(word) => vec![word],
            Words::Many(words) => words,
        };
        let place = |value: String| {
            let at = text.find(&value).unwrap_or(0);
            let span = Span::new(file, at..at + value.len());
            Located { value, span }
        };
        words.into_iter().map(place).collect()
    };
    let Ok(raw) = serde_yaml::from_str::<Raw>(text) else { return (Config::default(), Vec::new()) };
    (Config { policies: raw.policies.map(locate), snapshots: raw.snapshots.map(locate) }, Vec::new())
}
