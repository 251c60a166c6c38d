//! The rows of a table that count: those in the window, each key once, and what the harness did not judge unknown.
//!
//! Knows no kind of source: what all of them have in common is decided here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::collect::source::{AtColumn, ErrorRows, Repeats, RowRules};
use crate::collect::table::{SourceCell, SourceRow, SourceTable, Taken, Unjudged};
use crate::collect::window::{CollectWindow, zone};
use crate::config::Setting;
use crate::value::{Number, parse_date, parse_time};

/// A row, or several of one key.
#[derive(Clone, Debug)]
pub(super) struct TakenRow {
    pub(super) cells: BTreeMap<String, Taken>,
    /// Line of the first.
    pub(super) line: usize,
    pub(super) unjudged: Option<Unjudged>,
}

/// The rows that count, and how many do not.
#[derive(Clone, Debug, Default)]
pub(super) struct TakenRows {
    pub(super) elements: Vec<TakenRow>,
    /// Rows that the harness failed on.
    pub(super) errors: usize,
    /// Rows that were planned and are not there.
    pub(super) not_run: usize,
    /// Rows outside of the window.
    pub(super) outside: usize,
    /// Why it is not known which rows are meant, where a plan picks some of them.
    pub(super) unclear: Option<String>,
    /// Rows with an error that were left out.
    pub(super) dropped: usize,
    /// Why more rows than a plan allows cannot be left out.
    pub(super) too_many_errors: Option<String>,
}

/// What makes rows unfit to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RowProblem {
    /// Two rows of one key, by their lines.
    Repeated { key: String, first: usize, second: usize },
    /// A row without its key.
    NoKey { column: String, line: usize },
    /// A text that is not a date, by its line.
    NoDate { text: String, line: usize },
    /// A column that no row has.
    NoColumn { column: Setting<String>, known: Vec<String> },
}

/// How rows are told apart.
pub(super) struct RowKeys<'r> {
    pub(super) columns: Vec<&'r str>,
    pub(super) repeats: Repeats,
}

/// The rows that count.
pub(super) fn elements(
    table: &SourceTable,
    rules: &RowRules,
    only: &[(Setting<String>, Setting<String>)],
    keys: &RowKeys<'_>,
    window: &CollectWindow,
) -> Result<TakenRows, RowProblem> {
    let mut found = TakenRows::default();
    for (column, _) in only {
        has_column(table, column)?;
    }
    let mut rows: Vec<(&SourceRow, Option<Number>)> = Vec::new();
    let zone = rules.at.as_ref().map(|at| at_zone(at, window));
    if let Some(at) = &rules.at {
        has_column(table, &at.column)?;
    }
    found.unclear = only.iter().find_map(|pair| unclear(table, pair));
    for row in table.rows.iter().filter(|row| only.iter().all(|pair| says(row, pair))) {
        match rules.at.as_ref().zip(zone.as_ref()) {
            Some((at, zone)) => {
                let instant = instant(row, at, zone)?;
                if window.contains(&instant) {
                    rows.push((row, Some(instant)));
                } else {
                    found.outside += 1;
                }
            }
            None => rows.push((row, None)),
        }
    }
    for (row, _) in &rows {
        match &row.unjudged {
            Some(Unjudged::Error(_)) => found.errors += 1,
            Some(Unjudged::NotRun(_)) => found.not_run += 1,
            None => {}
        }
    }
    if let ErrorRows::Dropped { up_to } = &rules.errors
        && found.errors > 0
    {
        let share = Number::from(found.errors) / Number::from(rows.len());
        if share <= *up_to {
            rows.retain(|(row, _)| !matches!(row.unjudged, Some(Unjudged::Error(_))));
            found.dropped = found.errors;
        } else {
            found.too_many_errors = Some(format!(
                "{} of {} ended in an error, more than may be dropped",
                found.errors,
                rows.len()
            ));
        }
    }
    found.elements = by_key(&rows, keys)?;
    Ok(found)
}

/// A column that the source has: in a row, or by name.
fn has_column(table: &SourceTable, column: &Setting<String>) -> Result<(), RowProblem> {
    let is_there = table.columns.contains(&column.value)
        || table.rows.is_empty()
        || table.rows.iter().any(|row| row.cells.contains_key(&column.value));
    if is_there {
        Ok(())
    } else {
        Err(RowProblem::NoColumn { column: column.clone(), known: columns(table) })
    }
}

/// All columns that a table has.
pub(super) fn columns(table: &SourceTable) -> Vec<String> {
    let mut known = table.columns.clone();
    let mut seen: BTreeSet<&str> = table.columns.iter().map(String::as_str).collect();
    for name in table.rows.iter().flat_map(|row| row.cells.keys()) {
        if seen.insert(name) {
            known.push(name.clone());
        }
    }
    known
}

/// Why it is not known which rows say what is asked for: a row does not say, or none does, as where it is misspelt.
fn unclear(table: &SourceTable, pair: &(Setting<String>, Setting<String>)) -> Option<String> {
    let (column, wanted) = (&pair.0.value, &pair.1.value);
    let is_silent = |row: &&SourceRow| {
        let cell = row.cells.get(column);
        row.unjudged.is_none() && matches!(cell, None | Some(SourceCell::Unknown(_)))
    };
    match table.rows.iter().filter(is_silent).count() {
        0 if !table.rows.is_empty() && !table.rows.iter().any(|row| says(row, pair)) => {
            Some(format!("no row of the source says `{wanted}` in `{column}`"))
        }
        0 => None,
        1 => Some(format!("one row says nothing in `{column}`, so it may be meant")),
        several => Some(format!("{several} rows say nothing in `{column}`, so they may be meant")),
    }
}

/// Whether a cell is the text that is asked for. A row that was not judged, and does not say it, may be one of those.
fn says(row: &SourceRow, (column, wanted): &(Setting<String>, Setting<String>)) -> bool {
    match row.cells.get(&column.value) {
        None if row.unjudged.is_some() => true,
        Some(SourceCell::Text(text) | SourceCell::Number(text)) => *text == wanted.value,
        Some(SourceCell::Bool(value)) => value.to_string() == wanted.value,
        Some(SourceCell::Unknown(_)) | None => false,
    }
}

fn at_zone(at: &AtColumn, window: &CollectWindow) -> TimeZone {
    at.timezone.as_ref().and_then(|name| zone(&name.value)).unwrap_or_else(|| window.zone.clone())
}

/// When a row was made, in seconds since 1970-01-01T00:00Z.
fn instant(row: &SourceRow, at: &AtColumn, zone: &TimeZone) -> Result<Number, RowProblem> {
    let text = match row.cells.get(&at.column.value) {
        Some(SourceCell::Text(text) | SourceCell::Number(text)) => text.as_str(),
        Some(SourceCell::Bool(_) | SourceCell::Unknown(_)) | None => "",
    };
    let found = match &at.format {
        Some(format) => with_format(format, text, zone),
        None => parse_time(text).ok().or_else(|| local(text, zone)),
    };
    found.ok_or_else(|| RowProblem::NoDate { text: text.to_owned(), line: row.line })
}

/// A date, or a date and a time with a blank or `T` between them, in a zone.
fn local(text: &str, zone: &TimeZone) -> Option<Number> {
    match parse_date(text) {
        Some(date) => Some(super::window::beginning(date, zone)),
        None => in_zone(text.parse().ok()?, zone),
    }
}

fn with_format(format: &str, text: &str, zone: &TimeZone) -> Option<Number> {
    let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
    if parsed.offset().is_some() {
        return parsed.to_timestamp().ok().map(|instant| seconds_of(&instant));
    }
    match parsed.to_datetime() {
        Ok(local) => in_zone(local, zone),
        Err(_) => Some(super::window::beginning(parsed.to_date().ok()?, zone)),
    }
}

/// A local time in a zone. Of the two that it is when the clock is put back, the earlier; a time that the clock was put forward
/// past is taken by the offset from before.
fn in_zone(local: DateTime, zone: &TimeZone) -> Option<Number> {
    let found = zone.to_ambiguous_zoned_datetime(local).earlier().ok()?;
    Some(seconds_of(&found.timestamp()))
}

fn seconds_of(instant: &jiff::Timestamp) -> Number {
    Number::from(instant.as_nanosecond()) / Number::from(1_000_000_000)
}

/// One element for each key.
fn by_key(rows: &[(&SourceRow, Option<Number>)], keys: &RowKeys<'_>) -> Result<Vec<TakenRow>, RowProblem> {
    let mut groups: Vec<Vec<&(&SourceRow, Option<Number>)>> = Vec::new();
    let mut known: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for row in rows {
        if keys.columns.is_empty() {
            groups.push(vec![row]);
            continue;
        }
        let key: Vec<String> = keys.columns.iter().map(|column| key_text(row.0, column)).collect();
        if key.iter().all(String::is_empty) {
            return Err(RowProblem::NoKey { column: keys.columns.join("`, `"), line: row.0.line });
        }
        match known.get(&key).and_then(|at| groups.get_mut(*at)) {
            Some(group) => group.push(row),
            None => {
                known.insert(key, groups.len());
                groups.push(vec![row]);
            }
        }
    }
    groups.iter().map(|group| one_of(group, keys)).collect()
}

/// The text of a part of a key; a part may be empty, as long as another one is not.
fn key_text(row: &SourceRow, column: &str) -> String {
    match row.cells.get(column) {
        Some(SourceCell::Text(text) | SourceCell::Number(text)) => text.clone(),
        Some(SourceCell::Bool(value)) => value.to_string(),
        Some(SourceCell::Unknown(_)) | None => String::new(),
    }
}

/// What counts of the rows of one key.
fn one_of(group: &[&(&SourceRow, Option<Number>)], keys: &RowKeys<'_>) -> Result<TakenRow, RowProblem> {
    let alone = |row: &SourceRow| {
        let cells = row.cells.iter().map(|(name, cell)| (name.clone(), Taken::Cell(cell.clone()))).collect();
        TakenRow { cells, line: row.line, unjudged: row.unjudged.clone() }
    };
    let [first, rest @ ..] = group else {
        return Ok(TakenRow { cells: BTreeMap::new(), line: 0, unjudged: None });
    };
    let Some(second) = rest.first() else { return Ok(alone(first.0)) };
    match keys.repeats {
        Repeats::Refused => {
            let key = keys.columns.iter().map(|column| key_text(first.0, column)).collect::<Vec<_>>();
            Err(RowProblem::Repeated { key: key.join(", "), first: first.0.line, second: second.0.line })
        }
        // The last of the file, where nothing says when they were made.
        Repeats::Newest => {
            let newest = rest.iter().fold(first, |newest, row| if row.1 >= newest.1 { row } else { newest });
            Ok(alone(newest.0))
        }
        Repeats::Worst => Ok(worst(group)),
    }
}

/// The rows of one key together: not passed if one is not; of numbers the range that they span; of all else what they agree on.
fn worst(group: &[&(&SourceRow, Option<Number>)]) -> TakenRow {
    let mut cells = BTreeMap::new();
    let rows = || group.iter().map(|(row, _)| *row);
    let unjudged = rows().find_map(|row| row.unjudged.clone());
    let mut names: Vec<&String> = rows().flat_map(|row| row.cells.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let all: Vec<Option<&SourceCell>> = rows().map(|row| row.cells.get(name)).collect();
        if let Some(taken) = worst_cell(name, &all) {
            cells.insert(name.clone(), taken);
        }
    }
    let decided = cells.get(PASSED) == Some(&Taken::Cell(SourceCell::Bool(false)));
    let line = rows().map(|row| row.line).min().unwrap_or(0);
    // One failure decides, whatever the others would have said.
    TakenRow { cells, line, unjudged: unjudged.filter(|_| !decided) }
}

/// The column in which no is worse than yes. Of others, such as `harmful`, nobody but their readers can say it.
const PASSED: &str = "passed";

fn worst_cell(name: &str, cells: &[Option<&SourceCell>]) -> Option<Taken> {
    let known: Vec<&SourceCell> =
        cells.iter().flatten().copied().filter(|cell| !matches!(cell, SourceCell::Unknown(_))).collect();
    if name == PASSED && known.iter().any(|cell| **cell == SourceCell::Bool(false)) {
        return Some(Taken::Cell(SourceCell::Bool(false)));
    }
    let first = *known.first()?;
    if known.len() < cells.len() {
        return Some(Taken::Cell(SourceCell::Unknown("not all of its repeats have a value".to_owned())));
    }
    if known.iter().all(|cell| *cell == first) {
        return Some(Taken::Cell(first.clone()));
    }
    let numbers: Option<Vec<(Number, &str)>> = known
        .iter()
        .map(|cell| match cell {
            SourceCell::Number(digits) => Some((crate::value::parse_number(digits).ok()?, digits.as_str())),
            SourceCell::Text(_) | SourceCell::Bool(_) | SourceCell::Unknown(_) => None,
        })
        .collect();
    let numbers = numbers.unwrap_or_default();
    let low = numbers.iter().min_by(|a, b| a.0.cmp(&b.0));
    let high = numbers.iter().max_by(|a, b| a.0.cmp(&b.0));
    Some(match low.zip(high) {
        Some((low, high)) => Taken::Range { low: low.1.to_owned(), high: high.1.to_owned() },
        None => Taken::Cell(SourceCell::Unknown("its repeats differ".to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::worst_cell;
    use crate::collect::table::{SourceCell, Taken};

    #[test]
    fn no_is_the_worst_of_what_passed_alone() {
        let (yes, no) = (SourceCell::Bool(true), SourceCell::Bool(false));
        let cells = [Some(&yes), Some(&no)];
        assert_eq!(worst_cell("passed", &cells), Some(Taken::Cell(no.clone())));
        let differ = SourceCell::Unknown("its repeats differ".to_owned());
        assert_eq!(worst_cell("harmful", &cells), Some(Taken::Cell(differ)));
        assert_eq!(worst_cell("harmful", &[Some(&no), Some(&no)]), Some(Taken::Cell(no)));
    }
}
