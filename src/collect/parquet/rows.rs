//! The rows of a Parquet file as texts of snapshots: each column on a line of its own, so that a line is a column.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde_json::Value;

use super::{InstantKind, WHAT, clock, decimal, instant};
use crate::collect::foreign::{guarded, unreadable};
use crate::collect::table::{SourceCell, SourceFailure};
use crate::engine::{GroupOutline, TableColumns, TableOutline};
use crate::value::date_of_day;

/// What a snapshot says first.
const HEADS: [&str; 2] = ["workflow", "date"];
/// How deep a value may be.
const MAX_DEPTH: usize = 32;
/// How many rows of a group are written to find out how long one is.
const SAMPLE: usize = 20;
/// Rows of a group: more take too much memory at once.
const MAX_GROUP: i64 = 200_000;
/// Rows of a file.
const MAX_ROWS: i64 = 10_000_000;

/// What rows there are.
///
/// # Errors
/// If it is no such file, or has too many rows in a group.
pub fn outline(bytes: &[u8], columns: &TableColumns) -> Result<TableOutline, SourceFailure> {
    guarded(WHAT, || {
        let table = RowReader::new(bytes, columns)?;
        let heads = table.heads();
        let groups = (0..table.reader.num_row_groups()).map(|at| {
            let count = table.reader.metadata().row_group(at).num_rows();
            if count > MAX_GROUP {
                return Err(too_large_a_group(at, count));
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
                sample.push(table.text(&row)?.len());
                Ok(())
            })?;
            let typical_bytes = sample.iter().sum::<usize>() / sample.len().max(1);
            Ok(GroupOutline { rows, typical_bytes })
        });
        let groups = groups.collect::<Result<Vec<_>, _>>()?;
        let names = table.reader.metadata().file_metadata().schema().get_fields().iter();
        Ok(TableOutline { columns: names.map(|field| field.name().to_owned()).collect(), groups })
    })
}

/// The texts of a group.
///
/// # Errors
/// If it is no such file, or has values that no snapshot has.
pub fn texts(bytes: &[u8], columns: &TableColumns, group: usize) -> Result<Vec<String>, SourceFailure> {
    guarded(WHAT, || {
        let table = RowReader::new(bytes, columns)?;
        let mut texts = Vec::new();
        table.each(group, None, usize::MAX, |row| {
            texts.push(table.text(&row)?);
            Ok(())
        })?;
        Ok(texts)
    })
}

fn too_large_a_group(at: usize, count: i64) -> SourceFailure {
    SourceFailure::refused(
        format!("its row group {} has {count} rows, and {MAX_GROUP} are read at once", at + 1),
        "write it with smaller row groups: `row_group_size=50_000`",
    )
}

/// A file that is open.
struct RowReader<'c> {
    reader: SerializedFileReader<Bytes>,
    /// Those of the columns that hold instants, by the keys that lead to them.
    kinds: BTreeMap<String, InstantKind>,
    columns: &'c TableColumns,
}

/// A value of a row, by the keys that lead to it.
type Line<'l> = (Vec<&'l str>, String);

impl<'c> RowReader<'c> {
    fn new(bytes: &[u8], columns: &'c TableColumns) -> Result<Self, SourceFailure> {
        let reader = SerializedFileReader::new(Bytes::copy_from_slice(bytes))
            .map_err(|error| unreadable(WHAT, error))?;
        let metadata = reader.metadata().file_metadata();
        if metadata.num_rows() > MAX_ROWS {
            return Err(SourceFailure::refused(
                format!("it has {} rows, and {MAX_ROWS} are read", metadata.num_rows()),
                "write the table as several files",
            ));
        }
        let mut kinds = BTreeMap::new();
        for field in metadata.schema().get_fields() {
            add_kinds(field, field.name(), &mut kinds);
        }
        Ok(Self { reader, kinds, columns })
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
        // A group of some fields of a group is one.
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
    fn text(&self, row: &Row) -> Result<String, SourceFailure> {
        let mut lines: Vec<Line<'_>> = Vec::new();
        for (column, field) in row.get_column_iter() {
            let own = self.columns.fields.iter().filter(|(_, own)| *own == column).map(|(field, _)| field);
            let mut names: Vec<&str> = own.map(String::as_str).collect();
            if names.is_empty() && !self.columns.ignored.contains(column) {
                names.push(column);
            }
            if names.is_empty() {
                continue;
            }
            let value = self.value(field, column, 0).map_err(|why| {
                SourceFailure::refused(
                    format!("column `{column}`: {why}"),
                    format!("leave it out: `tables: {{ ignore: [{column}] }}` in `tollgate.yaml`"),
                )
            })?;
            let Some(value) = value else { continue };
            for name in names {
                // A column whose own name has a dot is a key like any other.
                let is_mapped = self.columns.fields.contains_key(name);
                let keys = if is_mapped { name.split('.').collect() } else { vec![name] };
                lines.push((keys, value.clone()));
            }
        }
        let head = |(keys, _): &Line<'_>| match keys[..] {
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
                parts.push(format!("{}: {value}", quoted(&key)));
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

/// Adds what is an instant in a column, by the keys that lead to it; an element of a list by `[]`.
fn add_kinds(of: &Type, path: &str, kinds: &mut BTreeMap<String, InstantKind>) {
    let info = of.get_basic_info();
    if of.is_primitive() {
        kinds.extend(InstantKind::of(info.logical_type_ref()).map(|kind| (path.to_owned(), kind)));
        return;
    }
    let is_list = matches!(info.logical_type_ref(), Some(LogicalType::List))
        || info.converted_type() == ConvertedType::LIST;
    let fields = of.get_fields();
    match fields {
        // Around the element stands a group of its own, but in the files of old writers.
        [repeated] if is_list => match repeated.is_group().then(|| repeated.get_fields()) {
            Some([element]) => add_kinds(element, &format!("{path}[]"), kinds),
            Some(_) | None => add_kinds(repeated, &format!("{path}[]"), kinds),
        },
        _ => fields.iter().for_each(|field| add_kinds(field, &format!("{path}.{}", field.name()), kinds)),
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
fn write_lines(lines: &[&Line<'_>], depth: usize, out: &mut String) {
    let mut written: Vec<&str> = Vec::new();
    for (keys, value) in lines {
        let Some(key) = keys.get(depth).filter(|key| !written.contains(*key)) else { continue };
        written.push(key);
        let shown = if is_plain(key) { (*key).to_owned() } else { quoted(key) };
        out.push_str(&format!("{:1$}{shown}:", "", depth * 2));
        if keys.len() == depth + 1 {
            out.push_str(&format!(" {value}\n"));
        } else {
            out.push('\n');
            let own: Vec<&Line<'_>> =
                lines.iter().copied().filter(|(keys, _)| keys.get(depth) == Some(key)).collect();
            write_lines(&own, depth + 1, out);
        }
    }
}

/// Whether it is a key that needs no quotes.
fn is_plain(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
}
