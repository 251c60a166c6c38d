//! What a source gave: rows of cells as its tool writes them, and totals; or why it gave nothing.
//!
//! Knows no tool, no plan and no vocabulary. A cell is the source's own text, never a float.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::value::{Number, parse_number, parse_time};

/// How many bytes a table may take: a small file can unfold to very many.
const MAX_BYTES: usize = 512 * 1024 * 1024;
/// What a row or a cell takes besides its texts.
const ENTRY_BYTES: usize = 64;

/// The rows of one source, in its own order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceTable {
    pub rows: Vec<SourceRow>,
    /// What the source says, or what can be counted, of the whole: `planned`, `errors`, a metric by its name.
    pub totals: BTreeMap<String, SourceCell>,
    /// Name and version of the tool that wrote it, as far as it says: `promptfoo 0.121.20`.
    pub tool: Option<String>,
    /// The tool's own date of the run; never the date of a file.
    pub made: Option<MadeAt>,
    /// Why the run did not reach its end, where that is so. Of the files of a glob such a one is left out.
    pub unfinished: Option<String>,
    /// What was run, where the files of several may lie side by side: the task of Inspect.
    pub task: Option<String>,
    /// The columns that the source has even where no row has a cell in them, such as those of a CSV's first line.
    pub columns: Vec<String>,
    /// What a person should be told about the source, in whole sentences without a full stop.
    pub remarks: Vec<String>,
}

impl SourceTable {
    /// The table without the cells that say that there is no value, by one of these texts.
    #[must_use]
    pub fn without(mut self, empty: &[String]) -> Self {
        if empty.is_empty() {
            return self;
        }
        let is_empty = |text: &str| empty.iter().any(|word| word.trim() == text.trim());
        for row in &mut self.rows {
            row.cells.retain(|_, cell| match cell {
                SourceCell::Text(text) | SourceCell::Number(text) => !is_empty(text),
                SourceCell::Bool(_) | SourceCell::Unknown(_) => true,
            });
        }
        self
    }
}

/// A table that is being filled, as long as it is not too large.
#[derive(Debug)]
pub struct TableBuilder {
    table: SourceTable,
    left: usize,
}

impl TableBuilder {
    /// An empty table with the columns that its source has.
    pub fn new(columns: Vec<String>) -> Self {
        Self { table: SourceTable { columns, ..SourceTable::default() }, left: MAX_BYTES }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// If the table is too large then.
    pub fn add(&mut self, row: SourceRow) -> Result<(), SourceFailure> {
        let size = |(name, cell): (&String, &SourceCell)| name.len() + cell.text_length() + ENTRY_BYTES;
        let size = row.cells.iter().map(size).sum::<usize>() + ENTRY_BYTES;
        self.left = self.left.checked_sub(size).ok_or_else(|| {
            SourceFailure::refused(
                format!("this table takes more than {} MB", MAX_BYTES / 1024 / 1024),
                "take fewer columns, or only the rows of the window",
            )
        })?;
        self.table.rows.push(row);
        Ok(())
    }

    /// The table with all that was added.
    pub fn done(self) -> SourceTable {
        self.table
    }
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRow {
    /// By the name of the column; nested fields have a dotted name, `metadata.edit_time`. What the source lacks has no entry.
    pub cells: BTreeMap<String, SourceCell>,
    /// Line of the source's file that it begins at, from 1; 0 where there are no lines.
    pub line: usize,
    /// Why it was not judged, where that is so. Its cells hold what is known nevertheless, and nothing that was not measured.
    pub unjudged: Option<Unjudged>,
}

/// Why nothing was measured of a row. The reason reads behind a colon: `connection refused`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unjudged {
    /// The harness failed, and not what is measured.
    Error(String),
    /// It was planned, and is not in the file.
    NotRun(String),
}

/// One value of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceCell {
    /// A text, as it stands there.
    Text(String),
    /// A decimal in the source's own digits, `0.0189` or `6.4e2`, without unit.
    Number(String),
    Bool(bool),
    /// It is there and says nothing, for this reason: `NaN`, `the formula was never computed`.
    Unknown(String),
}

impl SourceCell {
    fn text_length(&self) -> usize {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Unknown(text) => text.len(),
            Self::Bool(_) => 0,
        }
    }

    /// The cell of a text in which numbers are not marked as such: a number if it is a decimal, and a text else.
    pub fn of_text(text: &str) -> Self {
        let trimmed = text.trim();
        if parse_number(trimmed).is_ok() {
            Self::Number(trimmed.to_owned())
        } else {
            Self::Text(text.to_owned())
        }
    }

    /// The cell of a float: the shortest decimal that is this float and no other.
    pub fn of_float(value: f64) -> Self {
        let is_written_out = value == 0.0 || (1e-15..1e18).contains(&value.abs());
        if is_written_out {
            Self::Number(value.to_string())
        } else if value.is_finite() {
            Self::Number(format!("{value:e}"))
        } else {
            Self::Unknown(format!("the value is {value}"))
        }
    }
}

/// When a run was made: an instant as the tool writes it, `2026-11-28T06:56:12.345Z`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeAt(String);

impl MadeAt {
    /// None if the text is no instant with an offset.
    pub fn at(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        parse_time(&text).is_ok().then_some(Self(text))
    }

    /// As the tool writes it.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Seconds since 1970-01-01T00:00Z.
    pub fn seconds(&self) -> Number {
        parse_time(&self.0).unwrap_or_default()
    }
}

/// Why a source gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceFailure {
    /// The file is broken: it is not what it should be from this byte on. An error at that place, and exit 2.
    Broken { at: usize, message: String, help: Option<String> },
    /// It is something else than what can be read, or the plan has to say more: an error at the plan's line, and exit 2.
    Refused { message: String, help: String },
    /// It has no answer: the run did not finish, the server did not answer, nothing is in the window. Its fields are unknown
    /// for this reason.
    Unknown(String),
    /// This program was built without what reads it: the feature that has it. Exit 2.
    NotBuilt { feature: &'static str },
}

impl SourceFailure {
    /// A file that is broken from a byte on.
    pub fn broken(at: usize, message: impl Into<String>) -> Self {
        Self::Broken { at, message: message.into(), help: None }
    }

    /// Something that cannot be read as it is, and what to give instead.
    pub fn refused(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Refused { message: message.into(), help: help.into() }
    }

    /// Something that has no answer.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self::Unknown(reason.into())
    }
}

/// The columns that a kind of source has whatever its files say, for what is checked before anything is read.
#[derive(Clone, Copy, Debug)]
pub struct KnownColumns {
    /// The fixed ones, with the unit that their numbers have, `ms` or `USD`; nothing for what is no number, or has no unit.
    pub fixed: &'static [(&'static str, Option<&'static str>)],
    /// What the names of all others begin with: `metadata.`, `scores.`. With an empty text any name may be there.
    pub prefixes: &'static [&'static str],
    /// The names of totals; with `*` any may be there.
    pub totals: &'static [&'static str],
}

/// What was found for one field of the snapshot that is not a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    Cell(SourceCell),
    /// A share by its counts, `957 of 1008`.
    Counts {
        part: String,
        whole: String,
    },
    /// It lies between two decimals, as a quantile does between the bounds of its bucket.
    Range {
        low: String,
        high: String,
    },
}

/// What was found, and what found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundValue {
    pub taken: Taken,
    /// Name and version of the tool or server.
    pub tool: Option<String>,
    /// The instant that was asked for, or at which the value was recorded.
    pub at: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_written_with_the_fewest_digits_that_are_it() {
        let number = |digits: &str| SourceCell::Number(digits.to_owned());
        for (value, digits) in [
            (0.62, "0.62"),
            (3.0, "3"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e300, "1e300"),
            (5e-324, "5e-324"),
            (0.0, "0"),
        ] {
            assert_eq!(SourceCell::of_float(value), number(digits));
        }
        assert_eq!(SourceCell::of_float(f64::NAN), SourceCell::Unknown("the value is NaN".to_owned()));
        assert_eq!(
            SourceCell::of_float(f64::NEG_INFINITY),
            SourceCell::Unknown("the value is -inf".to_owned())
        );
    }

    #[test]
    fn texts_that_say_that_there_is_nothing_are_no_cells() {
        let cell = |text: &str| SourceCell::Text(text.to_owned());
        let cells = [("a", cell("n/a ")), ("b", SourceCell::Number("-1".to_owned())), ("c", cell("n/a?"))];
        let cells = cells.map(|(name, cell)| (name.to_owned(), cell)).into();
        let table =
            SourceTable { rows: vec![SourceRow { cells, ..SourceRow::default() }], ..SourceTable::default() };
        let table = table.without(&["n/a".to_owned(), "-1".to_owned()]);
        assert_eq!(table.rows[0].cells.keys().collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn a_table_is_bounded() {
        let mut table = TableBuilder::new(Vec::new());
        let cells = |length| BTreeMap::from([("a".to_owned(), SourceCell::Text("x".repeat(length)))]);
        assert!(table.add(SourceRow { cells: cells(MAX_BYTES / 2), ..SourceRow::default() }).is_ok());
        assert!(table.add(SourceRow { cells: cells(MAX_BYTES / 2), ..SourceRow::default() }).is_err());
        assert_eq!(table.done().rows.len(), 1);
    }
}
