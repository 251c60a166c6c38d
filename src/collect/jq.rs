//! What a `jq` filter makes of a file, as a table.
//!
//! The filter itself is run elsewhere: it may never end. Knows no plan.

#[cfg(feature = "jq")]
pub mod run;

use crate::collect::json::{Json, JsonNode, parse, parse_lines};
use crate::collect::json_rows::JsonTable;
use crate::collect::table::{SourceCell, SourceFailure, SourceRow, SourceTable, TableBuilder};

/// The name of the column of a single value.
const VALUE: &str = "value";

/// The table of the JSON texts that a filter gave, one a line: each map is a row, and so is each map of a list that is given
/// alone. A single number, text or bool is one row with the column `value`.
///
/// # Errors
/// If the filter gave something else.
pub fn table(answer: &[u8]) -> Result<SourceTable, SourceFailure> {
    let mut values = Vec::new();
    for (_, value) in parse_lines(answer) {
        values.push(value.map_err(|_| refused("what is no JSON"))?);
    }
    match values.as_slice() {
        [JsonNode { value: Json::List(rows), .. }] => maps(rows),
        [JsonNode { value: Json::Map(_), .. }] | [] => maps(&values),
        [only] => {
            let mut table = TableBuilder::new(vec![VALUE.to_owned()]);
            let cells = only.cell().map(|cell: SourceCell| (VALUE.to_owned(), cell));
            table.add(SourceRow { cells: cells.into_iter().collect(), ..SourceRow::default() })?;
            Ok(table.done())
        }
        [_, ..] => maps(&values),
    }
}

/// The JSON texts of a file, read strictly: the whole, or its lines.
///
/// # Errors
/// If it is neither.
pub fn texts(bytes: &[u8]) -> Result<Vec<&[u8]>, SourceFailure> {
    let marked = bytes;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let Err(failure) = parse(marked) else { return Ok(vec![bytes]) };
    let mut lines = parse_lines(marked).into_iter();
    // A file whose first line is no JSON has no lines of it: what is wrong with the whole is what is wrong.
    match lines.next() {
        Some((_, Ok(_))) => {}
        Some((_, Err(_))) | None => return Err(failure),
    }
    lines.try_for_each(|(_, line)| line.map(|_| ()))?;
    let is_blank = |line: &&[u8]| line.iter().all(u8::is_ascii_whitespace);
    Ok(bytes.split(|byte| *byte == b'\n').filter(|line| !is_blank(line)).collect())
}

fn maps(values: &[JsonNode]) -> Result<SourceTable, SourceFailure> {
    let mut rows = JsonTable::new();
    for value in values {
        let Json::Map(_) = value.value else { return Err(refused("several values that are not all maps")) };
        rows.add(value, 0)?;
    }
    Ok(rows.table())
}

fn refused(what: &str) -> SourceFailure {
    SourceFailure::refused(
        format!("the filter gives {what}"),
        "let it give maps such as `{id: .name, passed: .ok}`, or one number, text or bool",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(answer: &str, name: &str) -> Vec<Option<SourceCell>> {
        table(answer.as_bytes()).unwrap().rows.iter().map(|row| row.cells.get(name).cloned()).collect()
    }

    #[test]
    fn maps_are_rows_and_a_single_value_is_one() {
        let numbers = ["1", "2.50"].map(|digits| Some(SourceCell::Number(digits.to_owned())));
        assert_eq!(column("{\"a\":1}\n{\"a\":2.50}\n", "a"), numbers);
        assert_eq!(column("[{\"a\":1},{\"a\":2.50}]\n", "a"), numbers);
        assert_eq!(column("2.50\n", "value"), numbers[1..]);
        assert_eq!(column("NaN\n", "value"), [Some(SourceCell::Unknown("the value is NaN".to_owned()))]);
        assert_eq!(column("null\n", "value"), [None]);
        assert!(table(b"").unwrap().rows.is_empty());
    }

    #[test]
    fn what_is_no_row_is_refused() {
        for answer in ["1\n2\n", "{\"a\":1}\n2\n", "[1,2]\n", "b\"x\"\n", "{1:2}\n", "{\"a\":1,\"a\":2}\n"] {
            assert!(matches!(table(answer.as_bytes()), Err(SourceFailure::Refused { .. })), "{answer}");
        }
    }
}
