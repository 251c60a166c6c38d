//! Slips in a line of YAML that the parser stumbles over, at this line or one further down: `adoption:85%`, `cost: -`.
//!
//! Knows how people write, and nothing of what snapshots say. A slip is one only if the parser gets further without it.

use granit_parser::Parser;

use crate::diagnostic::Diagnostic;
use crate::snapshot::{errors, slip};
use crate::source::{FileId, Span};
use crate::text::quote;

/// Lines above the one where the parser stopped that are looked at too.
const LINES_ABOVE: usize = 2;

/// What is wrong with a line, and the bytes to put something else for.
struct LineSlip {
    start: usize,
    end: usize,
    instead: String,
    kind: SlipKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SlipKind {
    NoBlankAfterColon,
    NoBlankAfterDash,
    NoColon,
    EqualsSign,
    Unknown,
    Bound,
    Backticks,
    ColonInText,
}

/// The slip that made the parser stop at an offset.
pub(super) fn slip_before(file: FileId, text: &str, offset: usize) -> Option<Diagnostic> {
    let here = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let mut start = here;
    for above in 0..=LINES_ABOVE {
        let line = text.get(start..)?.lines().next().unwrap_or("");
        let slips = slips_in(line, start, above == 0);
        // The lines below a `-id: a` are hardly where they would have to be behind a `- id: a`.
        let is_dash = |slip: &LineSlip| slip.kind == SlipKind::NoBlankAfterDash;
        if let Some(slip) = slips.into_iter().find(|slip| is_dash(slip) || helps(text, offset, slip)) {
            return Some(slip.diagnostic(file, text));
        }
        start = text.get(..start.checked_sub(1)?)?.rfind('\n').map_or(0, |at| at + 1);
    }
    None
}

/// Whether the parser gets beyond an offset without the slip.
fn helps(text: &str, offset: usize, slip: &LineSlip) -> bool {
    let (Some(before), Some(after)) = (text.get(..slip.start), text.get(slip.end..)) else { return false };
    let mended = format!("{before}{}{after}", slip.instead);
    let fault = Parser::new_from_str(&mended).find_map(Result::err);
    let beyond = offset.max(slip.end) + slip.instead.len();
    fault.is_none_or(|fault| fault.marker().byte_offset().is_some_and(|at| at > beyond))
}

/// What may be wrong with a line that begins at `start`; `stopped` if the parser did in it.
fn slips_in(line: &str, start: usize, stopped: bool) -> Vec<LineSlip> {
    let mut found = Vec::new();
    let indent = line.len() - line.trim_start().len();
    let mut add = |range: std::ops::Range<usize>, instead: &str, kind| {
        let (start, end) = (start + range.start, start + range.end);
        found.push(LineSlip { start, end, instead: instead.to_owned(), kind });
    };
    let content = line.trim();
    let dash = content.strip_prefix('-');
    if dash.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '{')) {
        add(indent + 1..indent + 1, " ", SlipKind::NoBlankAfterDash);
    }
    let item = dash.filter(|rest| rest.starts_with(' ')).map_or(content, str::trim_start);
    let at = indent + content.len() - item.len();
    let key = item.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.')).unwrap_or(0);
    let Some(rest) = item.get(key..).filter(|_| key > 0) else { return found };
    let (behind, blanks) = (rest.trim_start(), rest.len() - rest.trim_start().len());
    let from = at + key + blanks;
    let end = at + item.len();
    if let Some(value) = behind.strip_prefix(':') {
        let is_key = stopped || item == content;
        if is_key && value.starts_with(|c: char| !c.is_whitespace()) {
            add(at + key..from + 1, ": ", SlipKind::NoBlankAfterColon);
        }
        in_value(value, from + 1, &mut add);
    } else if let Some(value) = behind.strip_prefix('=').map(str::trim).filter(|value| !value.is_empty()) {
        add(at + key..end, &format!(": {value}"), SlipKind::EqualsSign);
    } else if blanks > 0 && !behind.is_empty() && stopped {
        add(at + key..at + key, ":", SlipKind::NoColon);
    }
    found
}

/// What may be wrong with what follows a colon and a blank, from `start` on.
fn in_value(value: &str, start: usize, add: &mut impl FnMut(std::ops::Range<usize>, &str, SlipKind)) {
    let text = value.trim();
    let from = start + value.len() - value.trim_start().len();
    let whole = from..from + text.len();
    let bare = text.split(" #").next().unwrap_or(text).trim_end();
    if bare.starts_with(['-', '?', '%', '@'])
        && (bare.len() == 1 || slip::is_unknown(bare.trim_start_matches('@')))
    {
        add(start..from + bare.len(), "", SlipKind::Unknown);
    }
    if let Some(rest) = bare.strip_prefix(">=").or_else(|| bare.strip_prefix('>')) {
        add(whole.clone(), rest.trim(), SlipKind::Bound);
    }
    if let Some(inner) = text.strip_prefix('`').and_then(|text| text.strip_suffix('`')) {
        add(whole.clone(), inner, SlipKind::Backticks);
    }
    if bare.contains(": ") && bare.starts_with(|c: char| c.is_alphanumeric()) && !bare.contains(['"', '\\']) {
        add(from..from + bare.len(), &format!("\"{bare}\""), SlipKind::ColonInText);
    }
}

impl LineSlip {
    fn diagnostic(&self, file: FileId, text: &str) -> Diagnostic {
        let written = quote(text.get(self.start..self.end).unwrap_or("").trim());
        let at = match self.kind {
            SlipKind::NoBlankAfterColon | SlipKind::NoBlankAfterDash => self.end.saturating_sub(1),
            SlipKind::NoColon => self.start.saturating_sub(1),
            SlipKind::EqualsSign
            | SlipKind::Unknown
            | SlipKind::Bound
            | SlipKind::Backticks
            | SlipKind::ColonInText => self.start,
        };
        let place = super::place(file, text, at);
        let span = Span::new(file, self.start..self.end);
        let (what, help) = match self.kind {
            SlipKind::NoBlankAfterColon => ("a space is missing after this `:`".to_owned(), None),
            SlipKind::NoBlankAfterDash => ("a space is missing after this `-`".to_owned(), None),
            SlipKind::NoColon => ("this line has no `:` after its key".to_owned(), None),
            SlipKind::EqualsSign => ("write `:` between key and value, not `=`".to_owned(), None),
            SlipKind::Backticks => ("a value cannot begin with a backtick".to_owned(), None),
            SlipKind::Unknown => {
                (format!("`{written}` is not a value"), Some("leave an unknown value empty:"))
            }
            SlipKind::ColonInText => {
                ("a `:` is not expected here".to_owned(), Some("a text that contains `: ` needs quotes:"))
            }
            SlipKind::Bound => {
                let value = quote(&self.instead);
                let help = format!("write the value that was measured, such as `{value}`, or leave it empty");
                return errors::not_yaml(span, &format!("`{written}` is not a measurement"), Some(&help));
            }
        };
        errors::not_yaml(if self.kind == SlipKind::Unknown { span } else { place }, &what, help)
            .choice(span, &*self.instead)
    }
}
