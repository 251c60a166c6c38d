//! Tables as text, with commas, semicolons or tabs between the cells: what forms and spreadsheets export.
//!
//! Read by RFC 4180, and more strictly than most do: a quote that is never closed, a row that is longer or shorter than the
//! header, and a text that is not in its encoding are errors at their byte, as all of them shift or lose cells unseen.
//! Knows no plan.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use encoding_rs::{DecoderResult, Encoding, UTF_8};

use crate::collect::source::TextRules;
use crate::collect::table::{SourceCell, SourceFailure, SourceRow, SourceTable, TableBuilder};
use crate::value::parse_number;

/// The line of a row, from 1, and its texts by column.
pub type TextRow = (usize, BTreeMap<String, String>);

/// What programs write for a number that there is not.
const NOT_FINITE: &[&str] = &["NaN", "nan", "inf", "-inf", "Inf", "+Inf", "-Inf", "Infinity", "-Infinity"];

/// Reads a table whose first row names the columns. Texts in `empty`, besides the empty one, say that there is no value.
///
/// # Errors
/// If the text is not in its encoding, or its rows do not fit its header.
pub fn read(bytes: &[u8], rules: &TextRules, empty: &[String]) -> Result<SourceTable, SourceFailure> {
    let encoding = encoding(rules)?;
    let text = decode(bytes, encoding)?;
    let is_marked = text.starts_with('\u{feff}');
    let body = text.strip_prefix('\u{feff}').unwrap_or(&text);
    table(body, rules, empty).map_err(|failure| match failure {
        SourceFailure::Broken { at, message, help } => {
            let before = body.get(..at).unwrap_or(body);
            let mark = if is_marked { "\u{feff}" } else { "" };
            SourceFailure::Broken { at: length(mark, encoding) + length(before, encoding), message, help }
        }
        SourceFailure::Refused { .. } | SourceFailure::Unknown(_) | SourceFailure::NotBuilt { .. } => failure,
    })
}

/// The columns of a UTF-8 table with commas, and its rows: each with its line and its texts by column. Nothing is read as a
/// number or as empty.
///
/// # Errors
/// If it is not UTF-8, or its rows do not fit its header.
pub fn texts(bytes: &[u8]) -> Result<(Vec<String>, Vec<TextRow>), SourceFailure> {
    let text = decode(bytes, UTF_8)?;
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut reader = RecordReader { text: &text, at: mark, line: 1, delimiter: ',' };
    let Some(header) = reader.record()? else {
        return Err(SourceFailure::broken(0, "this has no header: its first row names the columns"));
    };
    let names: Vec<String> = header.cells.into_iter().map(|(_, name)| name).collect();
    let mut rows = Vec::new();
    while let Some(record) = reader.record()? {
        if record.cells.len() != names.len() {
            let (cells, columns) = (record.cells.len(), names.len());
            let message = format!("this row has {cells} cells, and the header {columns}");
            return Err(SourceFailure::broken(record.at, message));
        }
        let cells = names.iter().cloned().zip(record.cells.into_iter().map(|(_, text)| text));
        rows.push((record.line, cells.collect()));
    }
    Ok((names, rows))
}

fn encoding(rules: &TextRules) -> Result<&'static Encoding, SourceFailure> {
    let Some(name) = &rules.encoding else { return Ok(UTF_8) };
    Encoding::for_label(name.value.as_bytes()).ok_or_else(|| {
        SourceFailure::refused(
            format!("`{}` is not the name of an encoding", name.value),
            "write it as the web does: `utf-8`, `windows-1252`, `utf-16le`",
        )
    })
}

/// The text of bytes, with the byte order mark that it may begin with.
fn decode<'b>(bytes: &'b [u8], encoding: &'static Encoding) -> Result<Cow<'b, str>, SourceFailure> {
    let broken = |at: usize, help: String| {
        let message = format!("this is not {} text", encoding.name());
        Err(SourceFailure::Broken { at, message, help: Some(help) })
    };
    if let Some((marked, _)) = Encoding::for_bom(bytes).filter(|(marked, _)| *marked != encoding) {
        let name = marked.name().to_ascii_lowercase();
        return broken(0, format!("it begins with the mark of another encoding: write `encoding: {name}`"));
    }
    let help = || "name the encoding that it is in, such as `encoding: windows-1252`".to_owned();
    if encoding == UTF_8 {
        return match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => broken(error.valid_up_to(), help()),
        };
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::new();
    text.reserve(decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(0));
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::InputEmpty, _) => Ok(Cow::Owned(text)),
        (DecoderResult::Malformed(length, beyond), read) => {
            broken(read.saturating_sub(usize::from(length) + usize::from(beyond)), help())
        }
        (DecoderResult::OutputFull, read) => broken(read, help()),
    }
}

/// How many bytes a text takes in an encoding.
fn length(text: &str, encoding: &'static Encoding) -> usize {
    if encoding.output_encoding() == encoding {
        encoding.encode(text).0.len()
    } else {
        // The two encodings that are read and never written.
        text.encode_utf16().count() * 2
    }
}

fn table(text: &str, rules: &TextRules, empty: &[String]) -> Result<SourceTable, SourceFailure> {
    if let Some(at) = text.find('\0') {
        let help = "it may be in another encoding: write `encoding: utf-16le`";
        return Err(broken(at, "there is a byte 0 here, which no text has", help));
    }
    let mut reader = RecordReader { text, at: 0, line: 1, delimiter: char::from(rules.delimiter) };
    let header = reader.record()?.filter(|header| !header.is_blank());
    let Some(header) = header else {
        return Err(SourceFailure::broken(0, "this has no header: its first row names the columns"));
    };
    let names: Vec<String> = header.cells.iter().map(|(_, name)| name.trim().to_owned()).collect();
    let mut seen = BTreeSet::new();
    for ((at, _), name) in header.cells.iter().zip(&names).filter(|(_, name)| !name.is_empty()) {
        if !seen.insert(name) {
            let message = format!("two columns are called `{name}`");
            return Err(broken(*at, message, "give each column a name of its own"));
        }
    }
    let columns = names.iter().filter(|name| !name.is_empty()).cloned().collect();
    let mut table = TableBuilder::new(columns);
    while let Some(record) = reader.record()? {
        // An empty line is a row of a table with one column, unless nothing follows.
        if record.is_blank() && (names.len() > 1 || reader.is_at_end()) {
            continue;
        }
        table.add(row(&record, &names, rules, empty)?)?;
    }
    Ok(table.done())
}

fn row(
    record: &DelimitedRecord,
    names: &[String],
    rules: &TextRules,
    empty: &[String],
) -> Result<SourceRow, SourceFailure> {
    if record.cells.len() != names.len() {
        return Err(broken(
            record.at,
            format!("this row has {} cells, and the header {}", record.cells.len(), names.len()),
            delimiter_help(names, rules),
        ));
    }
    let mut cells = BTreeMap::new();
    for (name, (_, text)) in names.iter().zip(&record.cells) {
        let is_empty = text.trim().is_empty() || empty.iter().any(|word| word.trim() == text.trim());
        if !is_empty && !name.is_empty() {
            cells.insert(name.clone(), cell(text, rules.decimal));
        }
    }
    Ok(SourceRow { cells, line: record.line, unjudged: None })
}

/// What to do about a row of another length than the header.
fn delimiter_help(names: &[String], rules: &TextRules) -> String {
    if let [only] = names {
        if rules.delimiter != b';' && only.contains(';') {
            return "the header has `;`: write `delimiter: ';'`".to_owned();
        }
        if rules.delimiter != b'\t' && only.contains('\t') {
            return "the header has tabs: write `delimiter: tab`".to_owned();
        }
    }
    let delimiter = match rules.delimiter {
        b'\t' => "a tab".to_owned(),
        other => format!("`{}`", char::from(other)),
    };
    format!("put texts that contain {delimiter} in double quotes, or name another `delimiter`")
}

fn broken(at: usize, message: impl Into<String>, help: impl Into<String>) -> SourceFailure {
    SourceFailure::Broken { at, message: message.into(), help: Some(help.into()) }
}

/// The cell of a text that is not empty.
fn cell(text: &str, decimal: char) -> SourceCell {
    let trimmed = text.trim();
    if NOT_FINITE.contains(&trimmed) {
        return SourceCell::Unknown(format!("the value is {trimmed}"));
    }
    if decimal != ',' {
        return SourceCell::of_text(text);
    }
    if trimmed.contains('.') && parse_number(trimmed).is_ok() {
        // 1.234 may be 1234, and nobody would see which of the two it was read as.
        return SourceCell::Unknown(format!(
            "`{trimmed}` has a point, although the plan says `decimal: ','`"
        ));
    }
    let number = with_point(trimmed).filter(|number| parse_number(number).is_ok());
    number.map_or_else(|| SourceCell::Text(text.to_owned()), SourceCell::Number)
}

/// A decimal with a comma as one with a point. Points are dropped only where they part groups of three before a comma:
/// `1.234` alone may be either.
fn with_point(text: &str) -> Option<String> {
    let Some((whole, places)) = text.split_once(',') else {
        return (!text.contains('.')).then(|| text.to_owned());
    };
    let mut groups = whole.trim_start_matches(['-', '+']).split('.');
    let first = groups.next().unwrap_or("").len();
    let is_grouped = whole.contains('.');
    let are_right = groups.all(|group| group.len() == 3) && (!is_grouped || (1..=3).contains(&first));
    (are_right && !places.contains(['.', ','])).then(|| format!("{}.{places}", whole.replace('.', "")))
}

/// One row, as the file has it.
struct DelimitedRecord {
    /// The byte that it begins at.
    at: usize,
    /// The line that it begins on, from 1.
    line: usize,
    /// Each with the byte that it begins at.
    cells: Vec<(usize, String)>,
}

impl DelimitedRecord {
    fn is_blank(&self) -> bool {
        matches!(self.cells.as_slice(), [(_, only)] if only.trim().is_empty())
    }
}

struct RecordReader<'t> {
    text: &'t str,
    at: usize,
    /// The line of `at`, from 1.
    line: usize,
    delimiter: char,
}

impl RecordReader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Whether nothing follows but empty lines.
    fn is_at_end(&self) -> bool {
        self.rest().trim().is_empty()
    }

    fn record(&mut self) -> Result<Option<DelimitedRecord>, SourceFailure> {
        if self.at >= self.text.len() {
            return Ok(None);
        }
        let (at, line) = (self.at, self.line);
        let mut cells = Vec::new();
        loop {
            let start = self.at;
            cells.push((start, self.cell()?));
            match self.rest().chars().next() {
                Some(next) if next == self.delimiter => self.at += next.len_utf8(),
                Some(_) | None => break,
            }
        }
        self.line_end()?;
        let read = self.text.get(at..self.at).unwrap_or("");
        self.line += read.bytes().filter(|byte| *byte == b'\n').count();
        Ok(Some(DelimitedRecord { at, line, cells }))
    }

    fn line_end(&mut self) -> Result<(), SourceFailure> {
        let rest = self.rest();
        let end = ["\r\n", "\n"].into_iter().find(|end| rest.starts_with(end));
        match end {
            Some(end) => self.at += end.len(),
            None if rest.is_empty() => {}
            None if rest.starts_with('\r') => {
                let help = "save it with the line ends of Windows or Unix";
                return Err(broken(self.at, "a carriage return alone does not end a line", help));
            }
            None => {
                let help = "a quote within a quoted cell is written twice, as `\"\"`";
                return Err(broken(self.at, "text follows the quote that closes this cell", help));
            }
        }
        Ok(())
    }

    fn cell(&mut self) -> Result<String, SourceFailure> {
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        let rest = self.rest();
        let end = rest.find([self.delimiter, '\n', '\r']).unwrap_or(rest.len());
        let text = rest.get(..end).unwrap_or("").to_owned();
        self.at += end;
        Ok(text)
    }

    fn quoted(&mut self) -> Result<String, SourceFailure> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(end) = rest.find('"') else {
                let help = "it may have been cut off while it was written: export it again";
                return Err(broken(start, "the quote that opens here is never closed", help));
            };
            text.push_str(rest.get(..end).unwrap_or(""));
            self.at += end + 1;
            if !self.rest().starts_with('"') {
                return Ok(text);
            }
            text.push('"');
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Setting;
    use crate::source::Span;

    fn rules(delimiter: u8, decimal: char, encoding: Option<&str>) -> TextRules {
        let encoding = encoding.map(|name| Setting { value: name.to_owned(), span: Span::default() });
        TextRules { encoding, delimiter, decimal }
    }

    fn comma(text: &str) -> Result<SourceTable, SourceFailure> {
        read(text.as_bytes(), &rules(b',', '.', None), &[])
    }

    fn broken_at(found: Result<SourceTable, SourceFailure>) -> usize {
        match found {
            Err(SourceFailure::Broken { at, .. }) => at,
            other => panic!("{other:?}"),
        }
    }

    fn column<'t>(table: &'t SourceTable, name: &str) -> Vec<Option<&'t SourceCell>> {
        table.rows.iter().map(|row| row.cells.get(name)).collect()
    }

    fn numbers(table: &SourceTable, name: &str) -> Vec<Option<String>> {
        let digits = |cell: &SourceCell| match cell {
            SourceCell::Number(digits) => digits.clone(),
            other => format!("{other:?}"),
        };
        column(table, name).into_iter().map(|cell| cell.map(digits)).collect()
    }

    fn texts(values: &[&str]) -> Vec<Option<String>> {
        values.iter().map(|value| (!value.is_empty()).then(|| (*value).to_owned())).collect()
    }

    const SCORE: &str = "How useful was it? (1-5)";

    #[test]
    fn a_form_is_read_as_a_person_reads_it() {
        let bytes = include_bytes!("../../tests/sources/tables/ratings.csv");
        let table = read(bytes, &rules(b',', '.', None), &["n/a".to_owned()]).unwrap();
        assert_eq!(table.columns, ["Timestamp", "User", "Output", SCORE, "Comment"]);
        assert_eq!(numbers(&table, SCORE), texts(&["5", "4", "2", "", "3", "4", "", "5", "6"]));
        let lines: Vec<_> = table.rows.iter().map(|row| row.line).collect();
        // The third row's comment has a line break.
        assert_eq!(lines, [2, 3, 4, 6, 7, 8, 9, 10, 11]);
        let said = SourceCell::Text("said \"almost, but not quite\"".to_owned());
        assert_eq!(table.rows[1].cells["Comment"], said);
        assert_eq!(table.rows[2].cells["Comment"], SourceCell::Text("too long;\nsecond line".to_owned()));
        assert_eq!(table.rows[4].cells["Comment"], SourceCell::Text("Größe fehlt".to_owned()));
        assert_eq!(table.rows[2].cells.get("Output"), None);
        // Unless the plan says that it is empty, `n/a` is a text, which no number is read from.
        let table = read(bytes, &rules(b',', '.', None), &[]).unwrap();
        assert_eq!(table.rows[6].cells[SCORE], SourceCell::Text("n/a".to_owned()));
    }

    #[test]
    fn a_german_export_needs_its_encoding_and_its_comma() {
        let bytes = include_bytes!("../../tests/sources/tables/ratings.semicolon.csv");
        let Err(SourceFailure::Broken { at, help, .. }) = read(bytes, &rules(b';', ',', None), &[]) else {
            panic!()
        };
        assert_eq!(bytes[at], 0xf6, "of Jörg");
        assert!(help.unwrap().contains("encoding"));
        let table = read(bytes, &rules(b';', ',', Some("windows-1252")), &[]).unwrap();
        assert_eq!(numbers(&table, "Bewertung"), texts(&["4.5", "3.0", "1234.5"]));
        assert_eq!(table.rows[1].cells["Nutzer"], SourceCell::Text("Jörg".to_owned()));
        // Read with a comma between cells, `4,5` would be two.
        let found = read(bytes, &rules(b',', '.', Some("windows-1252")), &[]);
        assert_eq!(broken_at(found), 30);
        assert!(read(bytes, &rules(b';', ',', Some("latin-99")), &[]).is_err());
    }

    #[test]
    fn tabs_part_cells_too() {
        let bytes = include_bytes!("../../tests/sources/tables/ratings.tsv");
        let table = read(bytes, &rules(b'\t', '.', None), &[]).unwrap();
        assert_eq!(numbers(&table, SCORE), texts(&["5", "4", "2", "", "3"]));
    }

    #[test]
    fn what_would_shift_or_lose_cells_is_an_error_at_its_byte() {
        assert_eq!(broken_at(comma("a,b\n1,2\n1,2,3\n")), 8);
        assert_eq!(broken_at(comma("a,b\n1,2\n1\n")), 8);
        assert_eq!(broken_at(comma("a,b\n1,\"2\n")), 6);
        assert_eq!(broken_at(comma("a,b\n1,\"2\"3\n")), 9);
        assert_eq!(broken_at(comma("a,b,a\n")), 4);
        assert_eq!(broken_at(comma("")), 0);
        assert_eq!(broken_at(comma("\n\n")), 0);
        assert_eq!(broken_at(comma("a,b\r1,2\r")), 3);
        assert_eq!(broken_at(comma("\u{feff}a,b\n\u{e4},2,3\n")), 7);
        assert_eq!(broken_at(read(b"a\xff\n1", &rules(b',', '.', None), &[])), 1);
    }

    #[test]
    fn a_header_in_one_piece_names_the_delimiter_that_it_has() {
        let help = |text: &str, delimiter: u8| match read(text.as_bytes(), &rules(delimiter, '.', None), &[])
        {
            Err(SourceFailure::Broken { help: Some(help), .. }) => help,
            other => panic!("{other:?}"),
        };
        assert_eq!(help("a;b\n4,5;1\n", b','), "the header has `;`: write `delimiter: ';'`");
        assert_eq!(help("a\tb\n4,5\t1\n", b','), "the header has tabs: write `delimiter: tab`");
        // These have the delimiter that the plan names, or several columns already.
        for (text, delimiter) in
            [("\"a;b\"\n1;2\n", b';'), ("\"a\tb\"\n1\t2\n", b'\t'), ("a;b,c\n1,2,3\n", b',')]
        {
            assert!(help(text, delimiter).starts_with("put texts that contain"), "{text}");
        }
    }

    #[test]
    fn utf_16_is_read_where_it_is_named() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let named = rules(b',', '.', Some("utf-16le"));
        let table = read(&utf16("\u{feff}a,b\n\u{e4},2\n"), &named, &[]).unwrap();
        assert_eq!(numbers(&table, "b"), texts(&["2"]));
        assert_eq!(broken_at(read(&utf16("\u{feff}a,b\n1,2,3\n"), &named, &[])), 10);
        let Err(SourceFailure::Broken { at: 0, help, .. }) =
            read(&utf16("\u{feff}a"), &rules(b',', '.', None), &[])
        else {
            panic!()
        };
        assert!(help.unwrap().contains("utf-16le"));
        assert_eq!(broken_at(read(&utf16("a,b\n1,2\n"), &rules(b',', '.', None), &[])), 1);
        let shift_jis = rules(b',', '.', Some("shift_jis"));
        assert_eq!(broken_at(read(b"a\n\x81\x00", &shift_jis, &[])), 2);
    }

    #[test]
    fn a_comma_is_a_point_only_where_nothing_else_can_be_meant() {
        let of = |text| cell(text, ',');
        let number = |text: &str| SourceCell::Number(text.to_owned());
        assert_eq!(of("4,5"), number("4.5"));
        assert_eq!(of("-1.234.567,25"), number("-1234567.25"));
        assert_eq!(of("7"), number("7"));
        for text in ["4.5", "1.234", "-.5"] {
            assert!(matches!(of(text), SourceCell::Unknown(_)), "{text}");
        }
        for text in ["1.234.567", "1,234,5", "1.23,4", "1234.567,8", ".123,4", "4,5,6", "1,2.3"] {
            assert_eq!(of(text), SourceCell::Text(text.to_owned()));
        }
        for text in ["4,5", "1,234.5", "1 234"] {
            assert_eq!(cell(text, '.'), SourceCell::Text(text.to_owned()));
        }
        assert_eq!(cell(" 5 ", '.'), number("5"));
        assert_eq!(cell("NaN", '.'), SourceCell::Unknown("the value is NaN".to_owned()));
    }

    #[test]
    fn empty_lines_are_rows_only_of_a_single_column() {
        assert_eq!(comma("a,b\n\n1,2\n\n\n").unwrap().rows.len(), 1);
        let table = comma("a\n\n5\n\n").unwrap();
        assert_eq!(numbers(&table, "a"), texts(&["", "5"]));
        assert_eq!(table.rows[1].line, 3);
    }

    #[test]
    fn a_column_without_a_name_is_left_out() {
        let table = comma(",a,\n0,1,\n1,2,x\n").unwrap();
        assert_eq!(table.columns, ["a"]);
        assert_eq!(numbers(&table, "a"), texts(&["1", "2"]));
    }

    #[test]
    fn a_header_alone_is_a_table_without_rows() {
        assert!(comma("a,b\n").unwrap().rows.is_empty());
    }
}
