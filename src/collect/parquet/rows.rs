//! The rows of a Parquet file as texts of snapshots: each column on a line of its own, so that a line is a column.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, TimeUnit};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde_json::Value;

use super::{InstantKind, WHAT, clock, decimal, instant};
use crate::collect::foreign::{guarded, unreadable};
use crate::collect::table::{SourceCell, SourceFailure};
use crate::engine::{ColumnMapping, GroupOutline, TableOutline};
use crate::value::date_of_day;

/// What a snapshot says first.
const HEADS: [&str; 2] = ["workflow", "date"];
/// How deep a value may be.
const MAX_DEPTH: usize = 32;
/// How many rows of a group are written to find out how long one is.
const SAMPLE: usize = 20;
/// How many bytes of text may be read at once.
const MAX_GROUP_BYTES: usize = 128 << 20;
/// How many bytes of text are read at once, about.
const READ_AT_ONCE: usize = 32 << 20;
/// Rows of a group: more take too much memory at once.
const MAX_GROUP: i64 = 200_000;
/// Rows of a file.
const MAX_ROWS: i64 = 10_000_000;

/// What rows there are.
///
/// # Errors
/// If it is no such file, or has too many rows in a group.
pub fn outline(bytes: &[u8], columns: &ColumnMapping) -> Result<TableOutline, SourceFailure> {
    guarded(WHAT, || {
        let table = RowReader::new(bytes, columns)?;
        let heads = table.heads();
        let groups = (0..table.reader.num_row_groups()).map(|at| {
            let count = table.reader.metadata().row_group(at).num_rows();
            if count > MAX_GROUP {
                return Err(refused(&format!(
                    "a row group has {count} rows: write it with at most {MAX_GROUP}"
                )));
            }
            let mut rows = Vec::new();
            table.each(at, Some(heads.clone()), usize::MAX, |row| {
                let mut head = [const { None }; 2];
                for (name, field) in row.get_column_iter() {
                    let of = HEADS.map(|field| table.column_of(field) == name);
                    let own = head.iter_mut().zip(of).filter(|(_, is_it)| *is_it);
                    own.for_each(|(own, _)| *own = table.plain(name, field));
                }
                let [workflow, date] = head;
                rows.push((workflow, date));
                Ok(())
            })?;
            let mut sample = Vec::new();
            table.each(at, None, SAMPLE, |row| {
                sample.push(table.text(&row).map_or(0, |text| text.len()));
                Ok(())
            })?;
            let typical_bytes = sample.iter().sum::<usize>() / sample.len().max(1);
            Ok(GroupOutline { parts: at..at + 1, rows, typical_bytes })
        });
        let groups = joined(groups.collect::<Result<Vec<_>, _>>()?);
        let names = table.reader.metadata().file_metadata().schema().get_fields().iter();
        Ok(TableOutline { columns: names.map(|field| field.name().to_owned()).collect(), groups })
    })
}

/// The texts of some groups; of a row with a value that no snapshot has, what is wrong with it.
///
/// # Errors
/// If it is no such file, or has more text than can be kept.
pub fn texts(
    bytes: &[u8],
    columns: &ColumnMapping,
    parts: Range<usize>,
) -> Result<Vec<Result<String, String>>, SourceFailure> {
    guarded(WHAT, || {
        let table = RowReader::new(bytes, columns)?;
        let (mut texts, mut bytes) = (Vec::new(), 0);
        for part in parts {
            table.each(part, None, usize::MAX, |row| {
                let text = table.text(&row);
                bytes += text.as_ref().map_or(0, String::len);
                if bytes > MAX_GROUP_BYTES {
                    return Err(refused("a row group has too much text to be read at once"));
                }
                texts.push(text);
                Ok(())
            })?;
        }
        Ok(texts)
    })
}

/// Groups that follow each other as one, where they are small: to be read, each takes a process.
fn joined(groups: Vec<GroupOutline>) -> Vec<GroupOutline> {
    let mut joined: Vec<GroupOutline> = Vec::new();
    for group in groups {
        let bytes = |group: &GroupOutline| group.rows.len() * group.typical_bytes;
        match joined.last_mut().filter(|last| bytes(last) + bytes(&group) <= READ_AT_ONCE) {
            Some(last) => {
                let rows = last.rows.len() + group.rows.len();
                last.typical_bytes = (bytes(last) + bytes(&group)) / rows.max(1);
                last.parts.end = group.parts.end;
                last.rows.extend(group.rows);
            }
            None => joined.push(group),
        }
    }
    joined
}

fn refused(why: &str) -> SourceFailure {
    SourceFailure::refused(why, "write the table anew")
}

/// Two columns of one name would be read as one.
fn names_once(of: &Type) -> Result<(), SourceFailure> {
    if of.is_primitive() {
        return Ok(());
    }
    let mut names = BTreeSet::new();
    for field in of.get_fields() {
        if !names.insert(field.name()) {
            return Err(refused(&format!("it has two columns called `{}`", field.name())));
        }
        names_once(field)?;
    }
    Ok(())
}

/// A file that is open.
struct RowReader<'c> {
    reader: SerializedFileReader<Bytes>,
    /// Those of the columns that hold instants, by the keys that lead to them.
    kinds: BTreeMap<String, InstantKind>,
    /// Likewise those of the columns that hold times of day in nanoseconds, which are handed out as mere numbers.
    unread: BTreeSet<String>,
    columns: &'c ColumnMapping,
}

/// A value of a row, by the keys that lead to it.
type FieldLine<'l> = (Vec<&'l str>, String);

impl<'c> RowReader<'c> {
    fn new(bytes: &[u8], columns: &'c ColumnMapping) -> Result<Self, SourceFailure> {
        let reader = SerializedFileReader::new(Bytes::copy_from_slice(bytes))
            .map_err(|error| unreadable(WHAT, error))?;
        let metadata = reader.metadata().file_metadata();
        // Whose counts differ has rows that would be read, or left out, unseen.
        let groups = reader.metadata().row_groups();
        let mut rows = 0;
        for group in groups {
            rows += group.num_rows();
            for column in group.columns() {
                let is_flat = column.column_descr().max_rep_level() == 0;
                if group.num_rows() < 0 || is_flat && column.num_values() != group.num_rows() {
                    return Err(refused("its counts of rows contradict each other"));
                }
                if !matches!(
                    column.compression(),
                    Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_)
                ) {
                    return Err(refused("its compression is not read: write it with zstd or snappy"));
                }
            }
        }
        if rows != metadata.num_rows() {
            return Err(refused("its counts of rows contradict each other"));
        }
        if rows > MAX_ROWS {
            return Err(refused(&format!("it has more than {MAX_ROWS} rows: write several files")));
        }
        names_once(metadata.schema())?;
        let (mut kinds, mut unread) = (BTreeMap::new(), BTreeSet::new());
        for field in metadata.schema().get_fields() {
            each_leaf(field, field.name(), &mut |path, logical_type| {
                kinds.extend(InstantKind::of(logical_type).map(|kind| (path.to_owned(), kind)));
                if matches!(logical_type, Some(LogicalType::Time(time)) if matches!(time.unit, TimeUnit::NANOS))
                {
                    unread.insert(path.to_owned());
                }
            });
        }
        Ok(Self { reader, kinds, unread, columns })
    }

    /// The column that a field is read from.
    fn column_of<'f>(&'f self, field: &'f str) -> &'f str {
        self.columns.fields.get(field).map_or(field, String::as_str)
    }

    /// The columns that say whose and of when a row is.
    fn heads(&self) -> Type {
        let schema = self.reader.metadata().file_metadata().schema();
        let heads = HEADS.map(|field| self.column_of(field));
        let is_head = |field: &&Arc<Type>| heads.contains(&field.name());
        let fields = schema.get_fields().iter().filter(is_head).cloned().collect();
        let own = Type::group_type_builder(schema.name()).with_fields(fields).build();
        // The builder refuses no fields that were in a group before.
        own.unwrap_or_else(|_| schema.clone())
    }

    fn each(
        &self,
        group: usize,
        projection: Option<Type>,
        most: usize,
        mut of: impl FnMut(Row) -> Result<(), SourceFailure>,
    ) -> Result<(), SourceFailure> {
        let group = self.reader.get_row_group(group).map_err(|error| unreadable(WHAT, error))?;
        let rows = group.get_row_iter(projection).map_err(|error| unreadable(WHAT, error))?;
        for row in rows.take(most) {
            of(row.map_err(|error| unreadable(WHAT, error))?)?;
        }
        Ok(())
    }

    /// A text or date as it is, without quotes.
    fn plain(&self, column: &str, field: &Field) -> Option<String> {
        match field {
            Field::Str(text) => Some(text.clone()),
            other => self.value(other, column, 0).ok().flatten(),
        }
    }

    /// The text of a row. What is null is missing.
    fn text(&self, row: &Row) -> Result<String, String> {
        let mut lines: Vec<FieldLine<'_>> = Vec::new();
        for (column, field) in row.get_column_iter() {
            let own = self.columns.fields.iter().filter(|(_, own)| *own == column).map(|(field, _)| field);
            let mut names: Vec<&str> = own.map(String::as_str).collect();
            if names.is_empty() && !self.columns.ignored.contains(column) {
                names.push(column);
            }
            if names.is_empty() {
                continue;
            }
            let value = self.value(field, column, 0).map_err(|why| format!("column `{column}`: {why}"))?;
            let Some(value) = value else { continue };
            for name in names {
                // A column whose own name has a dot is a key like any other.
                let is_mapped = self.columns.fields.contains_key(name);
                let keys = if is_mapped { name.split('.').collect() } else { vec![name] };
                lines.push((keys, value.clone()));
            }
        }
        let head = |(keys, _): &FieldLine<'_>| match keys[..] {
            ["workflow"] => 0,
            ["date"] => 1,
            _ => 2,
        };
        lines.sort_by_key(head);
        let mut text = String::new();
        write_lines(&lines.iter().collect::<Vec<_>>(), 0, &mut text);
        Ok(if text.is_empty() { "{}\n".to_owned() } else { text })
    }

    /// A value on one line; none for what stands for nothing. `path` leads to it through the columns.
    fn value(&self, field: &Field, path: &str, depth: usize) -> Result<Option<String>, String> {
        if depth > MAX_DEPTH {
            return Err(format!("it is more than {MAX_DEPTH} deep"));
        }
        let kind = self.kinds.get(path).copied();
        let instant = |count: i64, unit: i128| instant_of(i128::from(count) * unit, kind);
        Ok(Some(match field {
            Field::Null => return Ok(None),
            Field::Bool(value) => value.to_string(),
            Field::Byte(value) => value.to_string(),
            Field::Short(value) => value.to_string(),
            Field::Int(value) => value.to_string(),
            Field::Long(value) if kind.is_some_and(|kind| kind.in_nanoseconds) => instant(*value, 1)?,
            Field::Long(_) if self.unread.contains(path) => {
                return Err("it is in nanoseconds: write it in microseconds".to_owned());
            }
            Field::Long(value) => value.to_string(),
            Field::UByte(value) => value.to_string(),
            Field::UShort(value) => value.to_string(),
            Field::UInt(value) => value.to_string(),
            Field::ULong(value) => value.to_string(),
            Field::Float16(value) => return float(f64::from(*value), &value.to_string()),
            Field::Float(value) => return float(f64::from(*value), &value.to_string()),
            Field::Double(value) => return float(*value, &value.to_string()),
            Field::Decimal(value) => decimal(value),
            Field::Str(value) => quoted(value),
            Field::Bytes(_) => return Err("it is binary, and no value of a snapshot".to_owned()),
            Field::Date(days) => date_of_day(i64::from(*days))
                .ok_or_else(|| format!("there is no date {days} days from 1970"))?
                .to_string(),
            Field::TimeMillis(count) => quoted(&clock(i128::from(*count) * 1_000_000)),
            Field::TimeMicros(count) => quoted(&clock(i128::from(*count) * 1000)),
            Field::TimestampMillis(count) => instant(*count, 1_000_000)?,
            Field::TimestampMicros(count) => instant(*count, 1000)?,
            Field::Group(row) => {
                let fields = row.get_column_iter();
                let entries = fields.map(|(key, field)| (key.clone(), field, format!("{path}.{key}")));
                self.record(entries, depth)?
            }
            Field::MapInternal(map) => {
                let entries = map.entries().iter().map(|(key, field)| {
                    let key = match key {
                        Field::Str(key) => key.clone(),
                        other => other.to_string(),
                    };
                    (key, field, format!("{path}.value"))
                });
                self.record(entries, depth)?
            }
            Field::ListInternal(list) => {
                let path = format!("{path}[]");
                let elements = list.elements().iter().map(|element| {
                    Ok(self.value(element, &path, depth + 1)?.unwrap_or_else(|| "null".to_owned()))
                });
                format!("[{}]", elements.collect::<Result<Vec<_>, String>>()?.join(", "))
            }
        }))
    }

    fn record<'f>(
        &self,
        entries: impl Iterator<Item = (String, &'f Field, String)>,
        depth: usize,
    ) -> Result<String, String> {
        let mut parts = Vec::new();
        for (key, field, path) in entries {
            if let Some(value) = self.value(field, &path, depth + 1)? {
                parts.push(format!("{}: {value}", shown_key(&key)));
            }
        }
        Ok(format!("{{{}}}", parts.join(", ")))
    }
}

/// A day where it is midnight and no zone is known; a time in UTC otherwise.
fn instant_of(nanoseconds: i128, kind: Option<InstantKind>) -> Result<String, String> {
    match instant(nanoseconds, true) {
        SourceCell::Text(text) => Ok(match text.strip_suffix("T00:00:00Z") {
            Some(day) if kind.is_some_and(|kind| !kind.is_utc) => day.to_owned(),
            Some(_) | None => text,
        }),
        SourceCell::Unknown(why) => Err(why),
        SourceCell::Bool(_) | SourceCell::Number(_) => Err("it is no instant".to_owned()),
    }
}

/// Tells each primitive type below a column, by the keys that lead to its values; an element of a list by `[]`.
fn each_leaf(of: &Type, path: &str, told: &mut impl FnMut(&str, Option<&LogicalType>)) {
    let info = of.get_basic_info();
    if of.is_primitive() {
        // What is repeated by itself is a list without a group around it.
        let is_list = info.has_repetition() && info.repetition() == Repetition::REPEATED;
        let path = if is_list { &format!("{path}[]") } else { path };
        return told(path, info.logical_type_ref());
    }
    let is = |logical: &LogicalType, converted: &[ConvertedType]| {
        info.logical_type_ref() == Some(logical) || converted.contains(&info.converted_type())
    };
    let maps = [ConvertedType::MAP, ConvertedType::MAP_KEY_VALUE];
    match of.get_fields() {
        [repeated] if is(&LogicalType::List, &[ConvertedType::LIST]) => {
            // Old writers put no group of its own around the element.
            let name = repeated.name();
            let is_element = repeated.is_primitive()
                || repeated.get_fields().len() > 1
                || name == "array"
                || *name == format!("{}_tuple", of.name());
            if is_element {
                // It is repeated itself, which adds the `[]`.
                each_leaf(repeated, path, told);
            } else if let Some(element) = repeated.get_fields().first() {
                each_leaf(element, &format!("{path}[]"), told);
            }
        }
        [pairs] if is(&LogicalType::Map, &maps) && pairs.is_group() => {
            if let Some(value) = pairs.get_fields().get(1) {
                each_leaf(value, &format!("{path}.value"), told);
            }
        }
        fields => {
            let is_list = info.has_repetition() && info.repetition() == Repetition::REPEATED;
            let path = if is_list { &format!("{path}[]") } else { path };
            fields.iter().for_each(|field| each_leaf(field, &format!("{path}.{}", field.name()), told));
        }
    }
}

fn quoted(text: &str) -> String {
    // A text is always JSON.
    Value::from(text).to_string()
}

/// The shortest text that is this number, without an exponent; none for what is no number.
fn float(value: f64, text: &str) -> Result<Option<String>, String> {
    match value {
        _ if value.is_nan() => Ok(None),
        _ if value.is_infinite() => Err("an infinite number is no value of a snapshot".to_owned()),
        _ => Ok(Some(text.to_owned())),
    }
}

/// Values below their keys, in the order in which a key is met first.
fn write_lines(lines: &[&FieldLine<'_>], depth: usize, out: &mut String) {
    let mut written: Vec<&str> = Vec::new();
    for (keys, value) in lines {
        let Some(key) = keys.get(depth).filter(|key| !written.contains(*key)) else { continue };
        written.push(key);
        out.push_str(&format!("{:1$}{2}:", "", depth * 2, shown_key(key)));
        if keys.len() == depth + 1 {
            out.push_str(&format!(" {value}\n"));
        } else {
            out.push('\n');
            let own: Vec<&FieldLine<'_>> =
                lines.iter().copied().filter(|(keys, _)| keys.get(depth) == Some(key)).collect();
            write_lines(&own, depth + 1, out);
        }
    }
}

/// A key, without quotes where YAML of any version reads it as a text: the reader of plain YAML is the faster one.
fn shown_key(key: &str) -> String {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_name = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
    let is_plain = is_name && !WORDS.contains(&&*key.to_ascii_lowercase());
    if is_plain { key.to_owned() } else { quoted(key) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPES: &[u8] = include_bytes!("../../../tests/tables/types.parquet");

    fn columns(fields: &[(&str, &str)], ignored: &[&str]) -> ColumnMapping {
        ColumnMapping {
            fields: fields
                .iter()
                .map(|(field, column)| ((*field).to_owned(), (*column).to_owned()))
                .collect(),
            ignored: ignored.iter().map(|column| (*column).to_owned()).collect(),
        }
    }

    #[test]
    fn each_type_is_written_as_a_snapshot_has_it() {
        let fields = [("workflow", "team_workflow"), ("date", "week"), ("users.active", "active_users")];
        let all = texts(TYPES, &columns(&fields, &[]), 0..2).unwrap();
        let incidents = "[{id: \"a\", since: 2026-11-09, at: 2026-11-09T00:00:00Z}, \
                         {id: \"b\", at: 2026-11-09T00:00:00Z}]";
        let loaded = "loaded: 2026-11-09T00:00:00Z\n";
        assert_eq!(
            all.into_iter().collect::<Result<Vec<_>, _>>().unwrap(),
            [
                format!(
                    "workflow: \"claims\"\ndate: 2026-11-02\n{loaded}adoption: 0.5\npaid: 0.30\nusers:\n  \
                     active: 3\nincidents: {incidents}\nnotes: \"a \\\"b\\\"\\nc\"\ntags: {{x: 1}}\n"
                ),
                format!(
                    "workflow: \"claims\"\ndate: 2026-11-09\n{loaded}incidents: []\nnotes: \"\"\ntags: {{}}\n"
                ),
                format!(
                    "workflow: \"yes\"\ndate: 2026-11-02\n{loaded}adoption: 0.1\npaid: 12345678901234567.89\n\
                     users:\n  active: 5\nnotes: \"12\"\n"
                ),
                format!(
                    "workflow: \"a: b\"\ndate: 2026-11-09\n{loaded}users:\n  active: 7\n\
                     incidents: [{{id: \"1\", since: 2026-11-09}}]\nnotes: \"\u{2028} - ü\"\n"
                ),
            ]
        );
    }

    #[test]
    fn an_outline_has_whose_and_of_when_each_row_is() {
        let fields = [("workflow", "team_workflow"), ("date", "week")];
        let outline = outline(TYPES, &columns(&fields, &[])).unwrap();
        let own = |workflow: &str, date: &str| (Some(workflow.to_owned()), Some(date.to_owned()));
        let [group] = &outline.groups[..] else { panic!("{:?}", outline.groups) };
        let whose = [
            ("claims", "2026-11-02"),
            ("claims", "2026-11-09"),
            ("yes", "2026-11-02"),
            ("a: b", "2026-11-09"),
        ];
        assert_eq!(group.rows, whose.map(|(workflow, date)| own(workflow, date)));
        assert_eq!(group.parts, 0..2);
        assert_eq!(outline.columns.first().map(String::as_str), Some("team_workflow"));
        assert!(outline.groups.iter().all(|group| (100..300).contains(&group.typical_bytes)));
    }

    #[test]
    fn one_column_may_be_several_fields_and_one_record_of_several_columns() {
        let fields =
            [("workflow", "team_workflow"), ("a.x", "week"), ("a.b.w", "week"), ("a.b.z", "adoption")];
        let ignored = ["loaded", "paid", "active_users", "incidents", "notes", "tags"];
        let rows = texts(TYPES, &columns(&fields, &ignored), 0..1).unwrap();
        let text = rows[0].as_ref().unwrap();
        assert_eq!(text, "workflow: \"claims\"\na:\n  b:\n    w: 2026-11-02\n    z: 0.5\n  x: 2026-11-02\n");
    }

    #[test]
    fn instants_of_a_map_are_instants() {
        let pairs = include_bytes!("../../../tests/tables/pairs.parquet");
        let rows = texts(pairs, &columns(&[], &[]), 0..1).unwrap();
        let text = "workflow: \"a\"\ndate: 2026-11-02\npairs: {x: 2026-11-09}\n";
        assert_eq!(rows, [Ok(text.to_owned())]);
    }

    #[test]
    fn what_no_snapshot_has_names_its_column() {
        let binary = include_bytes!("../../../tests/tables/binary.parquet");
        let rows = texts(binary, &columns(&[], &[]), 0..1).unwrap();
        assert_eq!(rows, [Err("column `raw`: it is binary, and no value of a snapshot".to_owned())]);
        assert!(
            texts(binary, &columns(&[], &["raw"]), 0..1).is_ok()
                && texts(binary, &columns(&[], &[]), 1..2).is_err()
        );
    }
}
