//! JSON and JSON Lines as tables: each map is a row, and what is nested in it has a dotted name.
//!
//! Knows no tool's files; those have readers of their own.

use std::collections::BTreeSet;

use crate::collect::json::{Json, JsonNode, parse, parse_lines};
use crate::collect::source::JsonRules;
use crate::collect::table::{SourceCell, SourceFailure, SourceRow, SourceTable, TableBuilder};

/// Reads JSON: the rows are the list that the rules name, or the whole if that is a list, or it is one row.
///
/// # Errors
/// If it is not JSON, there is nothing where the rows should be, or a row is no map.
pub fn read(bytes: &[u8], rules: &JsonRules) -> Result<SourceTable, SourceFailure> {
    let whole = parse(bytes)?;
    let mut found = JsonTable::new();
    // JsonTable come in the order of the file, so that its lines are counted once.
    let (mut line, mut counted) = (1, 0);
    for node in rows_of(&whole, rules)? {
        let passed = bytes.get(counted..node.at).unwrap_or(&[]);
        line += passed.iter().filter(|byte| **byte == b'\n').count();
        counted = node.at;
        found.add(node, line)?;
    }
    Ok(found.table())
}

/// Reads JSON Lines: each line has a row, or the rows that the rules name in it.
///
/// # Errors
/// As of [`read`], in any line. A last line that is cut off is an error, too: what else is missing cannot be known.
pub fn read_lines(bytes: &[u8], rules: &JsonRules) -> Result<SourceTable, SourceFailure> {
    let mut found = JsonTable::new();
    for (line, whole) in parse_lines(bytes) {
        for node in rows_of(&whole?, rules)? {
            found.add(node, line)?;
        }
    }
    Ok(found.table())
}

fn rows_of<'n>(whole: &'n JsonNode, rules: &JsonRules) -> Result<&'n [JsonNode], SourceFailure> {
    let path = rules.rows.as_ref().map_or("", |rows| rows.value.as_str());
    let mut node = whole;
    for key in path.split('.').filter(|_| !path.is_empty()) {
        node = node.get(key).ok_or_else(|| {
            let known: Vec<_> = node.entries().iter().map(|(name, _)| format!("`{name}`")).collect();
            let help = match known.as_slice() {
                [] => "there are no keys here".to_owned(),
                known => format!("the keys here are {}", known.join(", ")),
            };
            SourceFailure::Broken {
                at: node.at,
                message: format!("there is no `{key}` here, on the way `{path}` to the rows"),
                help: Some(help),
            }
        })?;
    }
    match &node.value {
        Json::List(rows) => Ok(rows),
        Json::Map(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::NotFinite(_) | Json::Text(_) => {
            Ok(std::slice::from_ref(node))
        }
    }
}

pub(super) struct JsonTable {
    table: TableBuilder,
    columns: BTreeSet<String>,
}

impl JsonTable {
    pub(super) fn new() -> Self {
        Self { table: TableBuilder::new(Vec::new()), columns: BTreeSet::new() }
    }

    pub(super) fn add(&mut self, node: &JsonNode, line: usize) -> Result<(), SourceFailure> {
        let Json::Map(_) = node.value else {
            return Err(SourceFailure::Broken {
                at: node.at,
                message: "a row has to be a map, and this is something else".to_owned(),
                help: Some("name the list of rows, such as `rows: data.items`".to_owned()),
            });
        };
        let mut row = SourceRow { line, ..SourceRow::default() };
        self.cells(node, "", &mut row)?;
        self.table.add(row)
    }

    /// Adds what is in a map to a row, each under its name behind `prefix`. A `null` has a column and no cell.
    fn cells(&mut self, map: &JsonNode, prefix: &str, row: &mut SourceRow) -> Result<(), SourceFailure> {
        for (key, value) in map.entries() {
            let name = format!("{prefix}{key}");
            let cell = match &value.value {
                Json::Map(_) => {
                    self.cells(value, &format!("{name}."), row)?;
                    continue;
                }
                Json::List(_) => Some(SourceCell::Unknown("it is a list, and not one value".to_owned())),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::NotFinite(_) | Json::Text(_) => {
                    value.cell()
                }
            };
            self.columns.insert(name.clone());
            if let Some(cell) = cell
                && row.cells.insert(name.clone(), cell).is_some()
            {
                return Err(SourceFailure::broken(
                    value.at,
                    format!("two values of this row are called `{name}`"),
                ));
            }
        }
        Ok(())
    }

    pub(super) fn table(self) -> SourceTable {
        SourceTable { columns: self.columns.into_iter().collect(), ..self.table.done() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Setting;
    use crate::source::Span;

    fn at(path: &str) -> JsonRules {
        JsonRules { rows: Some(Setting { value: path.to_owned(), span: Span::default() }) }
    }

    fn read_text(text: &str, rules: &JsonRules) -> Result<SourceTable, SourceFailure> {
        read(text.as_bytes(), rules)
    }

    fn broken_at(found: Result<SourceTable, SourceFailure>) -> usize {
        match found {
            Err(SourceFailure::Broken { at, .. }) => at,
            other => panic!("{other:?}"),
        }
    }

    fn number(digits: &str) -> SourceCell {
        SourceCell::Number(digits.to_owned())
    }

    const REPLIES: &[u8] = include_bytes!("../../tests/sources/tables/replies.jsonl");

    #[test]
    fn a_cut_off_line_is_an_error_where_it_ends() {
        let Err(SourceFailure::Broken { at, help, .. }) = read_lines(REPLIES, &JsonRules::default()) else {
            panic!()
        };
        assert_eq!(at, REPLIES.len());
        assert!(help.unwrap().contains("make it again"));
    }

    #[test]
    fn whole_lines_are_rows_with_their_digits() {
        let end = REPLIES.iter().rposition(|byte| *byte == b'\n').unwrap();
        let table = read_lines(&REPLIES[..end], &JsonRules::default()).unwrap();
        assert_eq!(table.columns, ["at", "cost_usd", "edit_time", "id", "kind"]);
        let times: Vec<_> = table.rows.iter().map(|row| row.cells.get("edit_time").cloned()).collect();
        let known = ["0.04", "0.1", "", "0.125", "0.6", "0.05"];
        assert_eq!(times, known.map(|digits| (!digits.is_empty()).then(|| number(digits))));
        let repeated: Vec<_> =
            table.rows.iter().filter(|row| row.cells["id"] == SourceCell::Text("r05".to_owned())).collect();
        assert_eq!(repeated.iter().map(|row| row.line).collect::<Vec<_>>(), [5, 6]);
    }

    #[test]
    fn rows_are_a_list_or_one_map() {
        let list = read_text("[{\"a\": 1},\n\n {\"a\": 2.50}]", &JsonRules::default()).unwrap();
        assert_eq!(list.rows[1].cells["a"], number("2.50"));
        assert_eq!(list.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 3]);
        let one =
            read_text("{\"a\": {\"b\": 1, \"c\": null, \"d\": NaN, \"e\": [1]}}", &JsonRules::default())
                .unwrap();
        assert_eq!(one.columns, ["a.b", "a.c", "a.d", "a.e"]);
        assert_eq!(one.rows[0].cells.len(), 3);
        assert_eq!(one.rows[0].cells["a.d"], SourceCell::Unknown("the value is NaN".to_owned()));
        let there = read_text("{\"data\": {\"items\": [{\"a\": true}]}}", &at("data.items")).unwrap();
        assert_eq!(there.rows[0].cells["a"], SourceCell::Bool(true));
        assert!(read_text("{\"data\": []}", &at("data")).unwrap().rows.is_empty());
    }

    #[test]
    fn what_is_no_row_is_an_error_at_its_byte() {
        assert_eq!(broken_at(read_text("[{\"a\": 1}, 2]", &JsonRules::default())), 11);
        assert_eq!(broken_at(read_text("7", &JsonRules::default())), 0);
        assert_eq!(broken_at(read_text("", &JsonRules::default())), 0);
        assert_eq!(broken_at(read_text("{\"data\": {\"item\": []}}", &at("data.items"))), 9);
        assert_eq!(broken_at(read_text("{\"data\": null}", &at("data"))), 9);
        assert_eq!(broken_at(read_text("{\"a.b\": 1, \"a\": {\"b\": 2}}", &JsonRules::default())), 22);
    }
}
