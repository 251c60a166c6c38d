//! Sheets of an XLSX file as tables: what Excel, Google Sheets and their kin save.
//!
//! The first row names the columns. A formula counts by the value that was saved with it: nothing is computed here. Knows
//! no plan.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, copy, sink};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use zip::ZipArchive;

use crate::collect::foreign::{guarded, unreadable};
use crate::collect::table::{SourceCell, SourceFailure, SourceRow, SourceTable, TableBuilder};

const WHAT: &str = "an XLSX file";
/// How many bytes the parts of the file may unfold to, all together.
const MAX_UNPACKED: u64 = 256 * 1024 * 1024;
/// Days of Excel from the beginning of 10000 on, which it cannot show.
const LAST_DAY: f64 = 2_958_466.0;
const MILLISECONDS: f64 = 86_400_000.0;

/// Reads the sheet of a name; the only one if there is no name.
///
/// # Errors
/// If it is not such a file, has several sheets and none is named, or has no sheet of that name.
pub fn read(bytes: &[u8], sheet: Option<&str>) -> Result<SourceTable, SourceFailure> {
    guarded(WHAT, || {
        check_size(bytes, MAX_UNPACKED)?;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| unreadable(WHAT, error))?;
        let name = sheet_name(&book.sheet_names(), sheet)?;
        table(cells(&mut book, &name).map_err(|error| unreadable(WHAT, error))?)
    })
}

/// Unpacks all parts once and keeps nothing: what a part says of its size may be wrong.
fn check_size(bytes: &[u8], most: u64) -> Result<(), SourceFailure> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(WHAT, error))?;
    let mut left = most;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| unreadable(WHAT, error))?;
        let size = copy(&mut part.take(left + 1), &mut sink()).map_err(|error| unreadable(WHAT, error))?;
        left = left.checked_sub(size).ok_or_else(|| {
            SourceFailure::refused(
                format!("this file unpacks to more than {} MB", most / 1024 / 1024),
                "save only the sheet and the rows that are needed",
            )
        })?;
    }
    Ok(())
}

fn sheet_name(known: &[String], wanted: Option<&str>) -> Result<String, SourceFailure> {
    let list = || known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match (wanted, known) {
        (Some(wanted), _) => known.iter().find(|name| *name == wanted).cloned().ok_or_else(|| {
            let help = format!("choose one of its sheets: {}", list());
            SourceFailure::refused(format!("the file has no sheet `{wanted}`"), help)
        }),
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(unreadable(WHAT, "it has no sheets")),
        (None, _) => {
            let help = format!("choose one with `sheet: NAME`: {}", list());
            Err(SourceFailure::refused(format!("the file has {} sheets", known.len()), help))
        }
    }
}

/// What is in the cells of a sheet, by row and column from 0.
type Grid = BTreeMap<u32, BTreeMap<u32, SheetCell>>;

/// What is in one cell.
enum SheetCell {
    SourceCell(SourceCell),
    /// Days since the last one of 1899, or as a book says that counts from 1904.
    Date(ExcelDateTime),
}

fn cells(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Grid, XlsxError> {
    let mut grid = Grid::new();
    let mut reader = book.worksheet_cells_reader(sheet)?;
    while let Some(record) = reader.next_cell_with_formula_metadata()? {
        let text = |text: &str| {
            (!text.trim().is_empty()).then(|| SheetCell::SourceCell(SourceCell::Text(text.to_owned())))
        };
        let unknown = |why: String| Some(SheetCell::SourceCell(SourceCell::Unknown(why)));
        let found = match record.value {
            DataRef::Empty if record.formula.is_some() => {
                unknown("the formula was never computed".to_owned())
            }
            DataRef::Empty => None,
            DataRef::Int(value) => Some(SheetCell::SourceCell(SourceCell::Number(value.to_string()))),
            DataRef::Float(value) => Some(SheetCell::SourceCell(SourceCell::of_float(value))),
            DataRef::String(value) | DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => {
                text(&value)
            }
            DataRef::SharedString(value) => text(value),
            DataRef::Bool(value) => Some(SheetCell::SourceCell(SourceCell::Bool(value))),
            DataRef::DateTime(value) => Some(SheetCell::Date(value)),
            DataRef::Error(error) => unknown(format!("the cell shows {error}")),
        };
        if let Some(found) = found {
            grid.entry(record.pos.0).or_default().insert(record.pos.1, found);
        }
    }
    Ok(grid)
}

fn table(mut grid: Grid) -> Result<SourceTable, SourceFailure> {
    let Some((_, header)) = grid.pop_first() else {
        return Err(SourceFailure::refused("the sheet is empty", "its first row has to name the columns"));
    };
    let names = names(&header, &grid)?;
    // A column of nothing but whole days has dates; where any has a time, all have one.
    let has_times = |column: &u32| {
        let is_time =
            |found: &SheetCell| matches!(found, SheetCell::Date(date) if date.as_f64().fract() != 0.0);
        grid.values().any(|row| row.get(column).is_some_and(is_time))
    };
    let with_times: BTreeMap<u32, bool> = names.keys().map(|column| (*column, has_times(column))).collect();
    let mut table = TableBuilder::new(names.values().cloned().collect());
    for (at, found) in grid {
        let mut row = SourceRow {
            line: usize::try_from(at).unwrap_or(usize::MAX).saturating_add(1),
            ..SourceRow::default()
        };
        for (column, found) in found {
            let Some(name) = names.get(&column) else { continue };
            let cell = match found {
                SheetCell::SourceCell(cell) => cell,
                SheetCell::Date(date) => date_cell(date, with_times.get(&column) == Some(&true)),
            };
            row.cells.insert(name.clone(), cell);
        }
        table.add(row)?;
    }
    let mut table = table.done();
    for (column, _) in names
        .iter()
        .filter(|(column, _)| !matches!(header.get(column), Some(SheetCell::SourceCell(SourceCell::Text(_)))))
    {
        let letters = letters(*column);
        table
            .remarks
            .push(format!("the first row has no name for column {letters}, so it is called `{letters}`"));
    }
    Ok(table)
}

/// The names of the columns: what is in the first row as text, or else the letters that the program shows above.
fn names(header: &BTreeMap<u32, SheetCell>, grid: &Grid) -> Result<BTreeMap<u32, String>, SourceFailure> {
    let columns = header.keys().chain(grid.values().flat_map(BTreeMap::keys));
    let mut names: BTreeMap<u32, String> = BTreeMap::new();
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    for column in columns {
        if names.contains_key(column) {
            continue;
        }
        let name = match header.get(column) {
            Some(SheetCell::SourceCell(SourceCell::Text(name))) => name.trim().to_owned(),
            Some(SheetCell::SourceCell(_) | SheetCell::Date(_)) | None => letters(*column),
        };
        if let Some(other) = known.insert(name.clone(), *column) {
            return Err(SourceFailure::refused(
                format!("the columns {} and {} are both called `{name}`", letters(other), letters(*column)),
                "give each column a name of its own",
            ));
        }
        names.insert(*column, name);
    }
    Ok(names)
}

/// The letters of a column from 0: `A` to `Z`, then `AA`.
fn letters(column: u32) -> String {
    let mut rest = column;
    let mut letters = Vec::new();
    loop {
        letters.push(char::from_u32(u32::from(b'A') + rest % 26).unwrap_or('?'));
        if rest < 26 {
            return letters.iter().rev().collect();
        }
        rest = rest / 26 - 1;
    }
}

/// A date in the form of ISO 8601, without zone, as a sheet has none; a duration in seconds.
fn date_cell(date: ExcelDateTime, with_time: bool) -> SourceCell {
    let days = date.as_f64();
    if date.is_duration() {
        // The decimal of the milliseconds, as a day's fraction has no exact one.
        let milliseconds = (days * MILLISECONDS).round();
        return match SourceCell::of_float(milliseconds / 1000.0) {
            SourceCell::Number(seconds) => SourceCell::Text(format!("{seconds} s")),
            other @ (SourceCell::Text(_) | SourceCell::Bool(_) | SourceCell::Unknown(_)) => other,
        };
    }
    if !(0.0..LAST_DAY).contains(&days) {
        return SourceCell::Unknown(format!("{days} is shown as a date, and is none that there is"));
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
    let time = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    SourceCell::Text(if days < 1.0 {
        time
    } else if with_time {
        format!("{year:04}-{month:02}-{day:02}T{time}")
    } else {
        format!("{year:04}-{month:02}-{day:02}")
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const RATINGS: &[u8] = include_bytes!("../../tests/sources/tables/ratings.xlsx");

    fn text(text: &str) -> SourceCell {
        SourceCell::Text(text.to_owned())
    }

    fn number(digits: &str) -> SourceCell {
        SourceCell::Number(digits.to_owned())
    }

    /// A book with one sheet, of rows as its XML has them.
    fn book(rows: &str) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let parts = [
            ("[Content_Types].xml", "<Types/>".to_owned()),
            (
                "_rels/.rels",
                format!(
                    "<Relationships><Relationship Id='r' Type='{relations}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns='{main}' xmlns:r='{relations}'><sheets><sheet name='One' sheetId='1' r:id='s'/></sheets></workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships><Relationship Id='s' Type='{relations}/worksheet' Target='worksheets/sheet1.xml'/></Relationships>"
                ),
            ),
            (
                "xl/styles.xml",
                format!(
                    "<styleSheet xmlns='{main}'><numFmts><numFmt numFmtId='170' formatCode='[h]:mm'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='170'/></cellXfs></styleSheet>"
                ),
            ),
            (
                "xl/worksheets/sheet1.xml",
                format!("<worksheet xmlns='{main}'><sheetData>{rows}</sheetData></worksheet>"),
            ),
        ];
        for (name, content) in parts {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn header(name: &str) -> String {
        format!("<row r='1'><c r='A1' t='inlineStr'><is><t>{name}</t></is></c></row>")
    }

    #[test]
    fn a_form_is_read_as_a_person_reads_it() {
        let table = read(RATINGS, Some("Form responses 1")).unwrap();
        let score = "How useful was it? (1-5)";
        assert_eq!(table.columns, ["Timestamp", "User", "Output", score, "Comment"]);
        let scores: Vec<_> = table.rows.iter().map(|row| row.cells.get(score).cloned()).collect();
        let known = [
            number("5"),
            number("4"),
            number("2"),
            number("3"),
            number("4"),
            text("n/a"),
            number("5"),
            number("6"),
        ];
        let known: Vec<_> = known.into_iter().map(Some).collect();
        assert_eq!([&scores[..3], &scores[4..]].concat(), known);
        assert_eq!(scores[3], None);
        let times: Vec<_> = table.rows.iter().map(|row| row.cells["Timestamp"].clone()).collect();
        assert_eq!(times[0], text("2026-11-23T09:12:00"));
        assert_eq!(times[7], text("2026-11-13T12:00:00"));
        assert_eq!(times[8], text("2026-11-27T18:00:00"));
        assert_eq!(table.rows[2].cells["Comment"], text("too long;\nsecond line"));
        assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), (2..=10).collect::<Vec<_>>());
    }

    #[test]
    fn a_formula_without_value_is_unknown_and_a_percentage_is_as_it_is_stored() {
        let table = read(RATINGS, Some("Summary")).unwrap();
        assert_eq!(table.columns, ["Mean", "B"]);
        let values: Vec<_> = table.rows.iter().map(|row| row.cells["B"].clone()).collect();
        let never = SourceCell::Unknown("the formula was never computed".to_owned());
        assert_eq!(values, [number("0.62"), never, text("0.62")]);
        assert_eq!(table.remarks.len(), 1);
    }

    #[test]
    fn a_sheet_has_to_be_chosen_of_several() {
        let Err(SourceFailure::Refused { help, .. }) = read(RATINGS, None) else { panic!() };
        assert!(help.contains("`Form responses 1`, `Summary`"), "{help}");
        let Err(SourceFailure::Refused { help, .. }) = read(RATINGS, Some("summary")) else { panic!() };
        assert!(help.contains("`Summary`"));
        assert_eq!(read(&book(&header("a")), None).unwrap().columns, ["a"]);
    }

    #[test]
    fn errors_dates_and_durations_are_told_apart() {
        let rows = header("a")
            + "<row r='2'><c r='A2' t='e'><v>#N/A</v></c></row>\
               <row r='4'><c r='A4' s='2'><v>1.5</v></c></row>\
               <row r='5'><c r='A5'><f>0.1+0.2</f><v>0.30000000000000004</v></c></row>\
               <row r='6'><c r='A6' t='b'><v>1</v></c></row>\
               <row r='7'><c r='A7' t='str'><f>\"\"</f><v></v></c></row>\
               <row r='8'><c r='A8' s='1'><v>-1</v></c></row>";
        let table = read(&book(&rows), None).unwrap();
        let found: Vec<_> = table.rows.iter().map(|row| (row.line, row.cells.get("a").cloned())).collect();
        let known = [
            (2, SourceCell::Unknown("the cell shows #N/A".to_owned())),
            (4, text("129600 s")),
            (5, number("0.30000000000000004")),
            (6, SourceCell::Bool(true)),
            (8, SourceCell::Unknown("-1 is shown as a date, and is none that there is".to_owned())),
        ];
        assert_eq!(found, known.map(|(line, cell)| (line, Some(cell))));
        let days = header("a") + "<row r='2'><c r='A2' s='1'><v>46349</v></c></row>";
        assert_eq!(read(&book(&days), None).unwrap().rows[0].cells["a"], text("2026-11-23"));
        let times = days + "<row r='3'><c r='A3' s='1'><v>46349.5</v></c></row>";
        assert_eq!(read(&book(&times), None).unwrap().rows[0].cells["a"], text("2026-11-23T00:00:00"));
    }

    #[test]
    fn what_is_far_away_takes_no_room() {
        let far = header("a") + "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>";
        let table = read(&book(&far), None).unwrap();
        assert_eq!(table.rows[0].cells["XFD"], number("1"));
    }

    #[test]
    fn what_is_no_book_is_broken() {
        for bytes in
            [&b""[..], b"PK", b"a,b\n1,2\n", &RATINGS[..RATINGS.len() / 2], &RATINGS[..RATINGS.len() - 4]]
        {
            assert!(matches!(read(bytes, None), Err(SourceFailure::Broken { .. })));
        }
        let twice = "<row r='1'><c r='A1' t='inlineStr'><is><t>a</t></is></c><c r='B1' t='inlineStr'><is><t>a</t></is></c></row>";
        assert!(matches!(read(&book(twice), None), Err(SourceFailure::Refused { .. })));
        assert!(matches!(read(&book(""), None), Err(SourceFailure::Refused { .. })));
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_read() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).unwrap();
        zip.write_all(&vec![0; 1000]).unwrap();
        let bytes = zip.finish().unwrap().into_inner();
        assert_eq!(check_size(&bytes, 1000), Ok(()));
        assert!(matches!(check_size(&bytes, 999), Err(SourceFailure::Refused { .. })));
    }

    /// Each byte of the book changed, and the book cut off at each: an answer or a failure, never a panic that gets out.
    #[test]
    fn a_damaged_book_never_panics() {
        for at in (0..RATINGS.len()).step_by(7) {
            let mut bytes = RATINGS.to_vec();
            bytes[at] ^= 0x55;
            let _ = read(&bytes, Some("Summary"));
            let _ = read(&RATINGS[..at], Some("Summary"));
        }
    }
}
