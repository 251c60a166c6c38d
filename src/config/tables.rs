//! `tables`: which columns of a table are which fields of a snapshot.

use std::collections::BTreeMap;

use super::document::ConfigNode;
use super::{ConfigReader, Setting, errors};

#[derive(Clone, Copy)]
enum TablesKey {
    Columns,
    Ignore,
}

const KEYS: [(&str, TablesKey); 2] = [("columns", TablesKey::Columns), ("ignore", TablesKey::Ignore)];

/// How the rows of tables are read as snapshots. A column that is not named here is the field of its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableSettings {
    /// The column of a field, by the field's keys with dots between them.
    pub columns: BTreeMap<String, Setting<String>>,
    /// Columns that are no fields.
    pub ignore: Vec<Setting<String>>,
}

impl ConfigReader<'_> {
    pub(super) fn tables(&mut self, key: &Setting<String>, node: ConfigNode) -> TableSettings {
        let mut tables = TableSettings::default();
        let entries = self.map(key, node).unwrap_or_default();
        for (part, name, node) in self.fields(entries, &KEYS, "`tables`") {
            match part {
                TablesKey::Columns => tables.columns = self.columns(&name, node),
                TablesKey::Ignore => {
                    tables.ignore = self.texts(&name, node, true).unwrap_or_default();
                }
            }
        }
        tables
    }

    fn columns(&mut self, key: &Setting<String>, node: ConfigNode) -> BTreeMap<String, Setting<String>> {
        let mut columns: BTreeMap<String, Setting<String>> = BTreeMap::new();
        let entries = self.map(key, node).unwrap_or_default();
        for (field, node) in self.names(entries) {
            let is_within = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('.'));
            let clash =
                columns.keys().find(|other| is_within(other, &field.value) || is_within(&field.value, other));
            if field.value.split('.').any(str::is_empty) {
                self.report(errors::no_field_name(&field.value, field.span));
            } else if let Some(other) = clash {
                self.report(errors::field_in_field(&field.value, other, field.span));
            } else if let Some(column) = self.text(&field, &node) {
                columns.insert(field.value, column);
            }
        }
        columns
    }
}
