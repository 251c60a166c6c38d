//! What is asked of the world outside of the repository's files, and what came back.
//!
//! Knows no network and no database: whoever asks implements [`Respondent`], live, recorded or from a recording.

use std::fmt::Write;

use crate::collect::source::PlanSource;
use crate::collect::table::SourceFailure;
use crate::text::{paragraph, visible};

/// Whoever asks servers, databases, and files that need other people's code to be read.
pub trait Respondent {
    /// The answer to a question of a source.
    ///
    /// # Errors
    /// Why the question was not answered. It comes within the source's timeout, and the text holds no secret.
    fn ask(&self, source: &PlanSource, question: &Question<'_>) -> Result<Reply, SourceFailure>;
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question<'q> {
    /// An HTTP request to the source's server: the path with its query, beginning with `/`; with a body it is a POST of JSON.
    Http { path: String, body: Option<String> },
    /// A query to a database, of the window from `start` to `end`, which are bound as `:start` and `:end`. `file` are the bytes
    /// of an SQLite database. The answer is a [`super::recorded`] table.
    Sql { query: &'q str, start: String, end: String, file: Option<&'q [u8]> },
    /// A file of a format that needs other people's code. The answer of an Inspect archive is the log as JSON, that of
    /// `jq` the JSON texts that it gave, one a line, and that of all others a [`super::recorded`] table.
    Decode { file: &'q [u8] },
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Of HTTP; 200 for all else.
    pub status: u16,
    pub body: Vec<u8>,
}

impl Reply {
    /// Why a server did not answer a question, with what it says itself, if it says anything.
    pub fn failure(&self, said: Option<&str>) -> SourceFailure {
        let said = said.map(|said| format!(": {}", one_line(said))).unwrap_or_default();
        let status = self.status;
        SourceFailure::unknown(match status {
            200 => format!("the server answered with an error{said}"),
            401 | 403 => format!("the server refuses access, with HTTP status {status}{said}"),
            _ => format!("the server answered with HTTP status {status}{said}"),
        })
    }
}

/// What a server says, in one line that a message may quote.
pub fn one_line(text: &str) -> String {
    visible(&paragraph(text)).into_owned()
}

/// A text as a part of a query in an address.
pub fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
