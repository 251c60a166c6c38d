//! The report as JSON: what programs read.
//!
//! Adds nothing to [`crate::report`] and leaves nothing out.

use std::fmt::Write;
use std::io;

use serde::{Serialize, Serializer};

use crate::text::is_hidden;

/// Pretty JSON with a line end. Hidden characters are escaped, so that the text can be shown on a terminal.
///
/// # Errors
/// If the report cannot be serialised, which the plain data it is made of gives no reason for.
pub fn render(report: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut out = Printable::default();
    serde_json::to_writer_pretty(&mut out, report)?;
    out.text.push('\n');
    Ok(out.text)
}

/// JSON that can be shown on a terminal and in a log, as it is written: a report is held in memory once.
#[derive(Default)]
struct Printable {
    text: String,
    /// Whether the last character was a number sign.
    is_sign: bool,
}

impl io::Write for Printable {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The serialiser hands out whole characters.
        let json = str::from_utf8(bytes).map_err(io::Error::other)?;
        for c in json.chars() {
            // `##[` begins a command for those who read logs; no number sign stands outside of strings.
            let is_command = c == '#' && self.is_sign;
            self.is_sign = c == '#';
            // Beyond the line ends that the printer wrote, hidden characters stand in strings alone.
            if is_hidden(c) && c != '\n' || is_command {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(self.text, "\\u{unit:04x}");
                }
            } else {
                self.text.push(c);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A list that is serialised element by element, each of which is made when its turn comes.
pub(super) struct Each<I>(pub(super) I);

impl<I: Iterator<Item: Serialize> + Clone> Serialize for Each<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::read::ReadReport;
    use crate::report::{Denied, DiagnosticReport, Report, Summary, VERSION};

    #[test]
    fn hidden_characters_survive_and_are_not_printed() {
        let message = "\u{0}\u{1b}[31m\u{7f}\u{9b}\u{202e}\u{e0041}\"\\ö\n";
        let report = Report {
            version: VERSION,
            as_of: "2026-11-23".into(),
            read: ReadReport::default(),
            summary: Summary::default(),
            workflows: Vec::new(),
            waivers: Vec::new(),
            against: None,
            diagnostics: vec![DiagnosticReport {
                code: "T101",
                severity: crate::diagnostic::Severity::Error,
                message: message.into(),
                labels: Vec::new(),
                help: None,
                fix: None,
            }],
            denied: Denied::Nothing,
            by_instants: false,
        };
        let json = render(&report).unwrap();
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["diagnostics"][0]["message"], message);
        assert_eq!(read["summary"]["continue"], 0);
        assert!(json.chars().all(|c| c == '\n' || !is_hidden(c)), "{json}");
    }
}
