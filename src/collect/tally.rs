//! What the readers of evaluation tools count and say alike: lines, reasons in one line, totals over rows, exact sums.
//!
//! Knows no tool's files and no plan.

use std::collections::BTreeMap;

use crate::collect::json::JsonNode;
use crate::collect::table::{SourceCell, SourceRow, Unjudged};
use crate::text::quote;
use crate::value::{MAX_DIGITS, MAX_EXPONENT, Number, decimal, parse_number};

/// Characters of a tool's message that a reason keeps.
const MAX_REASON: usize = 200;

/// Where the lines of a file begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.0.partition_point(|end| *end < at) + 1
    }

    /// The byte that a line begins at.
    pub(super) fn start(&self, line: usize) -> usize {
        line.checked_sub(2).and_then(|before| self.0.get(before)).map_or(0, |end| end + 1)
    }
}

/// A tool's message as a reason: its first line that says something, without the word `Error:`, cropped.
pub(super) fn reason(message: &str) -> String {
    let first = message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    let first = first.strip_prefix("Error: ").unwrap_or(first);
    let mut shown: String = first.chars().filter(|c| !c.is_control()).take(MAX_REASON).collect();
    if first.chars().nth(MAX_REASON).is_some() {
        shown.push('…');
    }
    if shown.is_empty() { "it does not say why".to_owned() } else { shown }
}

/// The cell of something that should be a number; none if it is missing or `null`.
pub(super) fn number_cell(node: Option<&JsonNode>, name: &str) -> Option<SourceCell> {
    match node?.cell() {
        None => {
            let is_null = node?.entries().is_empty() && node?.elements().is_empty();
            (!is_null).then(|| SourceCell::Unknown(format!("`{name}` is not a number")))
        }
        Some(cell @ (SourceCell::Number(_) | SourceCell::Unknown(_))) => Some(cell),
        Some(SourceCell::Text(_) | SourceCell::Bool(_)) => {
            Some(SourceCell::Unknown(format!("`{name}` is not a number")))
        }
    }
}

/// The name of the tool with its version, as far as the file says it.
pub(super) fn tool(name: &str, version: Option<&JsonNode>) -> String {
    match version.and_then(JsonNode::text) {
        Some(version) => format!("{name} {}", quote(version)),
        None => name.to_owned(),
    }
}

/// A whole number as a total.
pub(super) fn count(number: usize) -> SourceCell {
    SourceCell::Number(number.to_string())
}

/// The totals that are counted over rows: `rows`, `passed`, `failed`, `errors` and `not_run`.
pub(super) fn totals(rows: &[SourceRow]) -> BTreeMap<String, SourceCell> {
    let verdict = |wanted: bool| {
        rows.iter()
            .filter(|row| {
                row.unjudged.is_none() && row.cells.get("passed") == Some(&SourceCell::Bool(wanted))
            })
            .count()
    };
    let errors = rows.iter().filter(|row| matches!(row.unjudged, Some(Unjudged::Error(_)))).count();
    let not_run = rows.iter().filter(|row| matches!(row.unjudged, Some(Unjudged::NotRun(_)))).count();
    // That none failed is no good news where none was run.
    let of_run = |number: usize| {
        if rows.len() == not_run { SourceCell::Unknown("nothing was run".to_owned()) } else { count(number) }
    };
    let is_unclear = |row: &&SourceRow| {
        row.unjudged.is_none() && matches!(row.cells.get("passed"), Some(SourceCell::Unknown(_)))
    };
    let unclear = rows.iter().filter(is_unclear).count();
    // Of some it is not known: that none failed, or none passed, cannot be said then.
    let judged = |number: usize| match (number, unclear) {
        (0, 1..) => SourceCell::Unknown(format!("whether they passed is not known of {unclear} of them")),
        (_, _) => of_run(number),
    };
    [
        ("rows", count(rows.len() - not_run)),
        ("passed", judged(verdict(true))),
        ("failed", judged(verdict(false))),
        ("errors", of_run(errors)),
        ("not_run", count(not_run)),
    ]
    .into_iter()
    .map(|(name, cell)| (name.to_owned(), cell))
    .collect()
}

/// The exact sum of cells, and how many of them are not numbers; no sum if none is one.
pub(super) fn sum<'c>(cells: impl Iterator<Item = Option<&'c SourceCell>>) -> (Option<SourceCell>, usize) {
    let (mut total, mut known, mut unknown) = (Number::ZERO, 0usize, 0);
    for cell in cells {
        let digits = if let Some(SourceCell::Number(digits)) = cell { digits } else { "" };
        match parse_number(digits) {
            Ok(number) => {
                total += number;
                known += 1;
            }
            Err(_) => unknown += 1,
        }
    }
    let places = MAX_DIGITS + MAX_EXPONENT as usize;
    ((known > 0).then(|| SourceCell::Number(decimal(&total, places))), unknown)
}

/// Bytes that copies of cells may take: a small file must not fill the memory by naming large texts many times.
pub(super) const MAX_COPIED: usize = 256 << 20;

/// About how many bytes cells take.
pub(super) fn weight(cells: &BTreeMap<String, SourceCell>) -> usize {
    let of = |cell: &SourceCell| match cell {
        SourceCell::Text(text) | SourceCell::Number(text) | SourceCell::Unknown(text) => text.len(),
        SourceCell::Bool(_) => 0,
    };
    cells.iter().map(|(name, cell)| 64 + name.len() + of(cell)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_was_run_nothing_failed_nor_passed() {
        let not_run = SourceRow { unjudged: Some(Unjudged::NotRun("x".to_owned())), ..SourceRow::default() };
        for rows in [vec![], vec![not_run.clone()], vec![not_run.clone(), not_run]] {
            let totals = totals(&rows);
            for name in ["passed", "failed", "errors"] {
                assert_eq!(totals[name], SourceCell::Unknown("nothing was run".to_owned()), "{name}");
            }
            assert_eq!(totals["not_run"], count(rows.len()));
        }
        let failed = SourceCell::Bool(false);
        let row =
            SourceRow { cells: BTreeMap::from([("passed".to_owned(), failed)]), ..SourceRow::default() };
        assert_eq!(totals(&[row])["failed"], count(1));
    }
}
