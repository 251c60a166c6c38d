//! The report as JSON: what programs read.
//!
//! Adds nothing to [`crate::report`] and leaves nothing out.

use std::fmt::Write;

use serde::Serialize;

use crate::text::is_hidden;

/// Pretty JSON with a line end. Hidden characters are escaped, so that the text can be shown on a terminal.
///
/// # Errors
/// If the report cannot be serialised, which the plain data it is made of gives no reason for.
pub fn render(report: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(|json| printable(&json))
}

/// JSON that can be shown on a terminal and in a log, with a line end.
pub(super) fn printable(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 1);
    let mut before = ' ';
    for c in json.chars() {
        // `##[` begins a command for those who read logs; no number sign stands outside of strings.
        let is_command = c == '#' && before == '#';
        before = c;
        // Beyond the line ends that the printer wrote, hidden characters stand in strings alone.
        if is_hidden(c) && c != '\n' || is_command {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    out
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
        };
        let json = render(&report).unwrap();
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["diagnostics"][0]["message"], message);
        assert_eq!(read["summary"]["continue"], 0);
        assert!(json.chars().all(|c| c == '\n' || !is_hidden(c)), "{json}");
    }
}
