//! Recordings: what servers, databases and other people's readers answered, kept as files, and answered from these again.
//!
//! A question has one file, by its digest, so that the same collecting gives the same files. A recording never holds a token:
//! no question has one, and an answer is handed on without it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::record::digest;
use crate::cli::write;
use crate::collect::outside::{Question, Reply, Respondent};
use crate::collect::source::{PlanSource, SourceKind};
use crate::collect::table::SourceFailure;
use crate::digest::sha256;
use crate::disk;
use crate::text::quote;

/// Digits of a question's digest in the name of its file.
const NAME_DIGITS: usize = 16;

/// Asks, and writes down what was asked and answered.
pub(in crate::cli) struct Recording<'o> {
    pub(in crate::cli) inner: &'o dyn Respondent,
    pub(in crate::cli) folder: PathBuf,
}

impl Respondent for Recording<'_> {
    fn ask(&self, source: &PlanSource, question: &Question<'_>) -> Result<Reply, SourceFailure> {
        let answer = self.inner.ask(source, question);
        let question_asked = asked(source, question);
        let record = match &answer {
            Ok(answer) => {
                let (key, body) = body_text(&answer.body);
                json!({ key: body, "question": question_asked, "status": answer.status })
            }
            // That there was no answer is what a person sees when this is collected again.
            Err(SourceFailure::Unknown(reason)) => json!({ "question": question_asked, "unknown": reason }),
            Err(
                SourceFailure::Broken { .. } | SourceFailure::Refused { .. } | SourceFailure::NotBuilt { .. },
            ) => {
                return answer;
            }
        };
        let name = file_name(source, question);
        let text = format!("{record:#}\n");
        write::below(&self.folder, &name, &text).map_err(|why| {
            SourceFailure::refused(
                format!("the recording `{name}` cannot be written: {why}"),
                "give `--record` a folder that can be written to",
            )
        })?;
        answer
    }
}

/// Answers from a recording, and asks nothing.
pub(in crate::cli) struct Replay {
    pub(in crate::cli) folder: PathBuf,
}

impl Respondent for Replay {
    fn ask(&self, source: &PlanSource, question: &Question<'_>) -> Result<Reply, SourceFailure> {
        let name = file_name(source, question);
        let refused = |message: String| {
            SourceFailure::refused(message, "record it again: the same command with `--network --record`")
        };
        let Ok(bytes) = disk::read(&self.folder.join(&name)) else {
            let source = quote(&source.name.value);
            return Err(refused(format!("the recording lacks an answer of `{source}`: `{name}`")));
        };
        let record: Value = serde_json::from_slice(&bytes)
            .map_err(|error| refused(format!("`{name}` of the recording is broken: {error}")))?;
        if record.get("question") != Some(&asked(source, question)) {
            return Err(refused(format!("`{name}` of the recording answers another question")));
        }
        if let Some(reason) = record.get("unknown").and_then(Value::as_str) {
            return Err(SourceFailure::unknown(reason));
        }
        let status =
            record.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
        let (Some(status), Some(body)) = (status, body_of(&record)) else {
            return Err(refused(format!("`{name}` of the recording has no status or no body")));
        };
        Ok(Reply { status, body })
    }
}

/// Asks each question once.
pub(in crate::cli) struct Cached<'o> {
    inner: &'o dyn Respondent,
    known: RefCell<BTreeMap<String, Result<Reply, SourceFailure>>>,
}

impl<'o> Cached<'o> {
    /// Asks `inner` what was not asked yet.
    pub(in crate::cli) fn new(inner: &'o dyn Respondent) -> Self {
        Self { inner, known: RefCell::default() }
    }
}

impl Respondent for Cached<'_> {
    fn ask(&self, source: &PlanSource, question: &Question<'_>) -> Result<Reply, SourceFailure> {
        let key = asked(source, question).to_string();
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let answer = self.inner.ask(source, question);
        self.known.borrow_mut().insert(key, answer.clone());
        answer
    }
}

/// What tells a question from all others. Of a file it is the digest, and of its reader what changes the answer. Keys are in the
/// order of the alphabet, so that they stay in it however maps are built.
fn asked(source: &PlanSource, question: &Question<'_>) -> Value {
    let source_name = &source.name.value;
    match question {
        Question::Http { path, body: None } => json!({ "get": path, "source": source_name }),
        Question::Http { path, body: Some(body) } => {
            json!({ "body": body, "post": path, "source": source_name })
        }
        Question::Sql { query, start, end, file } => {
            let file = file.map(digest);
            json!({ "end": end, "file": file, "source": source_name, "sql": query, "start": start })
        }
        Question::Decode { file } => {
            json!({ "decode": reader(&source.kind), "file": digest(file), "source": source_name })
        }
    }
}

/// The kind of file, with what changes how it is decoded.
fn reader(kind: &SourceKind) -> Value {
    if let SourceKind::Jq { filter } = kind {
        json!({ "jq": filter })
    } else if let SourceKind::Xlsx { sheet } = kind {
        json!({ "xlsx": sheet })
    } else {
        kind.name().into()
    }
}

/// The file of a question within the recording: a folder for the source, and the digest of the question.
fn file_name(source: &PlanSource, question: &Question<'_>) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let folder: String = source.name.value.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let digest = sha256(asked(source, question).to_string().as_bytes());
    let digits: String = digest.chars().take(NAME_DIGITS).collect();
    format!("{folder}/{digits}.json")
}

/// The body as a recording has it: a text, or else each byte as the character with its number.
fn body_text(body: &[u8]) -> (&'static str, String) {
    match std::str::from_utf8(body) {
        Ok(text) => ("body", text.to_owned()),
        Err(_) => ("bytes", body.iter().copied().map(char::from).collect()),
    }
}

fn body_of(record: &Value) -> Option<Vec<u8>> {
    if let Some(text) = record.get("body").and_then(Value::as_str) {
        return Some(text.as_bytes().to_vec());
    }
    let bytes = record.get("bytes").and_then(Value::as_str)?;
    bytes.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

#[cfg(test)]
mod tests;
