//! Parquet files as tables: what data teams export from pandas, Spark and their warehouses.
//!
//! Decimals keep their digits. What is nested has a dotted name; lists are no values. Knows no plan.

pub mod rows;

use std::collections::BTreeMap;

use bytes::Bytes;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::data_type::Decimal;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use crate::collect::foreign::{guarded, unreadable};
use crate::collect::table::{SourceCell, SourceFailure, SourceRow, SourceTable, TableBuilder};
use crate::value::{DAY, date_of_day};

const WHAT: &str = "a Parquet file";
const NANOSECONDS: i128 = 1_000_000_000;

/// Reads all rows.
///
/// # Errors
/// If it is not such a file, or has too many rows.
pub fn read(bytes: &[u8]) -> Result<SourceTable, SourceFailure> {
    guarded(WHAT, || {
        let reader = SerializedFileReader::new(Bytes::copy_from_slice(bytes))
            .map_err(|error| unreadable(WHAT, error))?;
        let metadata = reader.metadata().file_metadata();
        let kinds: BTreeMap<String, InstantKind> = metadata
            .schema_descr()
            .columns()
            .iter()
            .filter_map(|column| Some((column.path().string(), InstantKind::of(column.logical_type_ref())?)))
            .collect();
        let columns = metadata.schema_descr().columns().iter().map(|column| column.path().string());
        let mut table = TableBuilder::new(columns.collect());
        for record in reader.get_row_iter(None).map_err(|error| unreadable(WHAT, error))? {
            let record = record.map_err(|error| unreadable(WHAT, error))?;
            let mut row = SourceRow::default();
            cells(record.get_column_iter(), "", &kinds, &mut row);
            table.add(row)?;
        }
        Ok(SourceTable { tool: metadata.created_by().and_then(tool), ..table.done() })
    })
}

/// Name and version of the writer: of `parquet-cpp-arrow version 26.0.1` and `parquet-mr version 1.13 (build …)`.
fn tool(written_by: &str) -> Option<String> {
    let (name, rest) = written_by.split_once(" version ")?;
    let version = rest.split_whitespace().next()?;
    Some(format!("{name} {version}"))
}

/// What the type of a column says of its instants.
#[derive(Clone, Copy)]
struct InstantKind {
    /// Whether they are instants of UTC; without, they are what a clock on a wall shows.
    is_utc: bool,
    /// Whether they are counted in nanoseconds, in which they are handed out as mere numbers.
    in_nanoseconds: bool,
}

impl InstantKind {
    /// None of a column that does not say: its instants are of UTC then, as the format has it.
    fn of(logical_type: Option<&LogicalType>) -> Option<Self> {
        match logical_type {
            Some(LogicalType::Timestamp(kind)) => Some(Self {
                is_utc: kind.is_adjusted_to_u_t_c,
                in_nanoseconds: matches!(kind.unit, TimeUnit::NANOS),
            }),
            Some(_) | None => None,
        }
    }
}

fn cells<'f>(
    fields: impl Iterator<Item = (&'f String, &'f Field)>,
    prefix: &str,
    kinds: &BTreeMap<String, InstantKind>,
    row: &mut SourceRow,
) {
    for (key, field) in fields {
        let name = format!("{prefix}{key}");
        if let Field::Group(group) = field {
            cells(group.get_column_iter(), &format!("{name}."), kinds, row);
        } else if let Some(cell) = cell(field, kinds.get(&name).copied()) {
            row.cells.insert(name, cell);
        }
    }
}

/// The cell of a field; none of null.
fn cell(field: &Field, kind: Option<InstantKind>) -> Option<SourceCell> {
    let number = |digits: String| Some(SourceCell::Number(digits));
    let unknown = |why: &str| Some(SourceCell::Unknown(why.to_owned()));
    let instant =
        |count: i64, unit: i128| Some(instant(i128::from(count) * unit, kind.is_none_or(|kind| kind.is_utc)));
    match field {
        Field::Null => None,
        Field::Bool(value) => Some(SourceCell::Bool(*value)),
        Field::Byte(value) => number(value.to_string()),
        Field::Short(value) => number(value.to_string()),
        Field::Int(value) => number(value.to_string()),
        Field::Long(value) if kind.is_some_and(|kind| kind.in_nanoseconds) => instant(*value, 1),
        Field::Long(value) => number(value.to_string()),
        Field::UByte(value) => number(value.to_string()),
        Field::UShort(value) => number(value.to_string()),
        Field::UInt(value) => number(value.to_string()),
        Field::ULong(value) => number(value.to_string()),
        Field::Float16(value) => Some(short_float(&value.to_string())),
        Field::Float(value) => Some(short_float(&value.to_string())),
        Field::Double(value) => Some(SourceCell::of_float(*value)),
        Field::Decimal(value) => number(decimal(value)),
        Field::Str(value) => (!value.is_empty()).then(|| SourceCell::Text(value.clone())),
        Field::Bytes(_) => unknown("it is binary, and not a value"),
        Field::Date(days) => Some(date_of_day(i64::from(*days)).map_or_else(
            || SourceCell::Unknown(format!("there is no date {days} days from 1970")),
            |date| SourceCell::Text(date.to_string()),
        )),
        Field::TimeMillis(count) => Some(SourceCell::Text(clock(i128::from(*count) * 1_000_000))),
        Field::TimeMicros(count) => Some(SourceCell::Text(clock(i128::from(*count) * 1000))),
        Field::TimestampMillis(count) => instant(*count, 1_000_000),
        Field::TimestampMicros(count) => instant(*count, 1000),
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => {
            unknown("it is a list, and not one value")
        }
    }
}

/// The cell of a float of fewer digits than a double has, by its shortest text: as a double, 0.1 would be 0.10000000149.
fn short_float(text: &str) -> SourceCell {
    text.parse().map_or_else(|_| SourceCell::Unknown(format!("the value is {text}")), SourceCell::of_float)
}

/// The digits of a decimal, with as many places as its column has.
fn decimal(value: &Decimal) -> String {
    let digits = Field::Decimal(value.clone()).to_string();
    digits.strip_suffix('.').map_or_else(|| digits.clone(), str::to_owned)
}

/// An instant in the form of ISO 8601, from nanoseconds since 1970.
fn instant(nanoseconds: i128, is_utc: bool) -> SourceCell {
    let day = NANOSECONDS * i128::from(DAY);
    let date = i64::try_from(nanoseconds.div_euclid(day)).ok().and_then(date_of_day);
    let Some(date) = date else {
        return SourceCell::Unknown("the date is beyond what a calendar has".to_owned());
    };
    let zone = if is_utc { "Z" } else { "" };
    SourceCell::Text(format!("{date}T{}{zone}", clock(nanoseconds.rem_euclid(day))))
}

/// A time of day, from nanoseconds since its beginning.
fn clock(nanoseconds: i128) -> String {
    let seconds = nanoseconds / NANOSECONDS;
    let fraction = format!("{:09}", nanoseconds % NANOSECONDS);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{:02}:{:02}:{:02}{point}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, FloatType, Int32Type, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    const ZSTD: &[u8] = include_bytes!("../../tests/sources/tables/replies.parquet");
    const SNAPPY: &[u8] = include_bytes!("../../tests/sources/tables/replies.snappy.parquet");

    fn text(text: &str) -> SourceCell {
        SourceCell::Text(text.to_owned())
    }

    fn number(digits: &str) -> SourceCell {
        SourceCell::Number(digits.to_owned())
    }

    fn column(table: &SourceTable, name: &str) -> Vec<Option<SourceCell>> {
        table.rows.iter().map(|row| row.cells.get(name).cloned()).collect()
    }

    #[test]
    fn decimals_are_exact_and_null_is_no_cell_and_nan_is_unknown() {
        for bytes in [ZSTD, SNAPPY] {
            let table = read(bytes).unwrap();
            let nan = SourceCell::Unknown("the value is NaN".to_owned());
            assert_eq!(column(&table, "id"), ["r01", "r02", "r03"].map(|id| Some(text(id))));
            assert_eq!(column(&table, "edit_time"), [Some(number("0.04")), None, Some(nan)]);
            assert_eq!(column(&table, "cost"), [Some(number("0.0021")), Some(number("0.0030")), None]);
            assert_eq!(column(&table, "kind"), [Some(text("ordinary")), Some(text("atypical")), None]);
            assert_eq!(column(&table, "at")[0], Some(text("2026-11-23T09:00:00Z")));
            assert!(matches!(column(&table, "tags")[0], Some(SourceCell::Unknown(_))));
            assert_eq!(table.tool.as_deref(), Some("parquet-cpp-arrow 26.0.1"));
        }
    }

    /// A file with one required column of one value.
    fn file<T: DataType>(declared: &str, value: T::T) -> Vec<u8> {
        let schema = Arc::new(parse_message_type(&format!("message m {{ required {declared}; }}")).unwrap());
        let mut bytes = Vec::new();
        let mut writer =
            SerializedFileWriter::new(&mut bytes, schema, Arc::new(WriterProperties::default())).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<T>().write_batch(&[value], None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
        bytes
    }

    fn only<T: DataType>(declared: &str, value: T::T) -> SourceCell {
        read(&file::<T>(declared, value)).unwrap().rows[0].cells["a"].clone()
    }

    #[test]
    fn each_type_has_its_text() {
        let nanoseconds = 1_764_950_400_123_456_789;
        assert_eq!(
            only::<Int64Type>("int64 a (TIMESTAMP(NANOS,true))", nanoseconds),
            text("2025-12-05T16:00:00.123456789Z")
        );
        assert_eq!(
            only::<Int64Type>("int64 a (TIMESTAMP(MICROS,false))", -1),
            text("1969-12-31T23:59:59.999999")
        );
        assert_eq!(
            only::<Int64Type>("int64 a (TIMESTAMP(MILLIS,true))", 60_000),
            text("1970-01-01T00:01:00Z")
        );
        assert_eq!(only::<Int64Type>("int64 a", i64::MIN), number("-9223372036854775808"));
        assert_eq!(only::<Int32Type>("int32 a (DATE)", 20_780), text("2026-11-23"));
        assert!(matches!(only::<Int32Type>("int32 a (DATE)", i32::MAX), SourceCell::Unknown(_)));
        assert_eq!(only::<Int32Type>("int32 a (DECIMAL(9,2))", -5), number("-0.05"));
        assert_eq!(only::<Int32Type>("int32 a (DECIMAL(9,0))", 12), number("12"));
        assert_eq!(only::<Int32Type>("int32 a (TIME(MILLIS,true))", 3_723_004), text("01:02:03.004"));
        assert_eq!(only::<FloatType>("float a", 0.1), number("0.1"));
        assert_eq!(
            only::<FloatType>("float a", f32::INFINITY),
            SourceCell::Unknown("the value is inf".to_owned())
        );
        assert_eq!(only::<BoolType>("boolean a", true), SourceCell::Bool(true));
        assert_eq!(only::<ByteArrayType>("binary a (UTF8)", ByteArray::from("ä")), text("ä"));
        assert!(matches!(only::<ByteArrayType>("binary a", ByteArray::from("x")), SourceCell::Unknown(_)));
    }

    #[test]
    fn a_damaged_file_never_panics() {
        assert!(matches!(read(b""), Err(SourceFailure::Broken { .. })));
        assert!(matches!(read(b"PAR1PAR1"), Err(SourceFailure::Broken { .. })));
        for at in 0..SNAPPY.len() {
            let mut bytes = SNAPPY.to_vec();
            bytes[at] ^= 0x55;
            let _ = read(&bytes);
            let _ = read(&SNAPPY[..at]);
        }
    }
}
