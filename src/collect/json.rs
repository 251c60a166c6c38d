//! JSON as the tools write it, read strictly: numbers keep their digits, a key may be there once, nesting is bounded.
//!
//! The one thing beyond JSON that is read is what several tools write nevertheless: the bare words `NaN`, `Infinity` and
//! `-Infinity`, which are no values and are told apart from all of them. Knows no tool.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::table::{SourceCell, SourceFailure};

/// How deep lists and maps may nest.
const MAX_DEPTH: usize = 128;

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonNode {
    /// The byte that it begins at.
    pub at: usize,
    pub value: Json,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    /// In its own digits.
    Number(String),
    /// `NaN`, `Infinity` or `-Infinity`.
    NotFinite(String),
    Text(String),
    List(Vec<JsonNode>),
    /// In the order of the file; no key twice.
    Map(Vec<(String, JsonNode)>),
}

impl JsonNode {
    /// The value under a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Json::Map(entries) => entries.iter().find(|(known, _)| known == key).map(|(_, value)| value),
            Json::Null
            | Json::Bool(_)
            | Json::Number(_)
            | Json::NotFinite(_)
            | Json::Text(_)
            | Json::List(_) => None,
        }
    }

    /// The value at the end of a way through maps.
    pub fn at_path(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Json::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The digits, if it is a number.
    pub fn number(&self) -> Option<&str> {
        if let Json::Number(digits) = &self.value { Some(digits) } else { None }
    }

    /// The bool, if it is one.
    pub fn bool(&self) -> Option<bool> {
        if let Json::Bool(value) = self.value { Some(value) } else { None }
    }

    /// The elements; none of what is no list.
    pub fn elements(&self) -> &[Self] {
        if let Json::List(elements) = &self.value { elements } else { &[] }
    }

    /// The entries; none of what is no map.
    pub fn entries(&self) -> &[(String, Self)] {
        if let Json::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The cell of a scalar; none of lists, maps and `null`, which says that there is no value.
    pub fn cell(&self) -> Option<SourceCell> {
        match &self.value {
            Json::Bool(value) => Some(SourceCell::Bool(*value)),
            Json::Number(digits) => Some(SourceCell::Number(digits.clone())),
            Json::NotFinite(word) => Some(SourceCell::Unknown(format!("the value is {word}"))),
            Json::Text(text) => Some(SourceCell::Text(text.clone())),
            Json::Null | Json::List(_) | Json::Map(_) => None,
        }
    }

    /// Adds the scalars of a map and of the maps in it to a row, each under its dotted name behind `prefix`.
    pub fn cells_into(&self, prefix: &str, cells: &mut BTreeMap<String, SourceCell>) {
        for (key, value) in self.entries() {
            let name = format!("{prefix}{key}");
            match value.cell() {
                Some(cell) => {
                    cells.insert(name, cell);
                }
                None => value.cells_into(&format!("{name}."), cells),
            }
        }
    }
}

/// Reads one value, with nothing behind it but blanks.
///
/// # Errors
/// If the text is not UTF-8, or not JSON from a byte on.
pub fn parse(bytes: &[u8]) -> Result<JsonNode, SourceFailure> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| SourceFailure::broken(error.valid_up_to(), "this is not UTF-8 text"))?;
    // Behind the byte order mark, so that places are those of the file.
    let at = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let mut reader = JsonReader { text, at };
    reader.blanks();
    let value = reader.value(0)?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.broken("the JSON ends before this"));
    }
    Ok(value)
}

/// Reads JSON Lines: each value with the number of its line, from 1, and what is wrong with the line where it is no JSON.
pub fn parse_lines(bytes: &[u8]) -> Vec<(usize, Result<JsonNode, SourceFailure>)> {
    let mut start = 0;
    let mut found = Vec::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let is_blank = line.iter().all(u8::is_ascii_whitespace);
        if !is_blank {
            let value = parse(line).map_err(|failure| behind(failure, start));
            found.push((at + 1, value));
        }
        start += line.len() + 1;
    }
    found
}

/// The failure of a part that begins at a byte.
fn behind(failure: SourceFailure, start: usize) -> SourceFailure {
    match failure {
        SourceFailure::Broken { at, message, help } => {
            SourceFailure::Broken { at: at + start, message, help }
        }
        SourceFailure::Refused { .. } | SourceFailure::Unknown(_) | SourceFailure::NotBuilt { .. } => failure,
    }
}

struct JsonReader<'t> {
    text: &'t str,
    at: usize,
}

impl JsonReader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn broken(&self, message: &str) -> SourceFailure {
        SourceFailure::broken(self.at, message)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Goes past a byte that has to be there.
    fn expect(&mut self, byte: u8, what: &str) -> Result<(), SourceFailure> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected(what));
        }
        self.at += 1;
        Ok(())
    }

    fn unexpected(&self, what: &str) -> SourceFailure {
        match self.peek() {
            None => SourceFailure::Broken {
                at: self.text.len(),
                message: "the file ends in the middle of its JSON".to_owned(),
                help: Some("it may have been cut off while it was written: make it again".to_owned()),
            },
            Some(_) => self.broken(&format!("this is not JSON: {what} is expected here")),
        }
    }

    fn value(&mut self, depth: usize) -> Result<JsonNode, SourceFailure> {
        const WORDS: [(&str, Option<bool>); 3] =
            [("true", Some(true)), ("false", Some(false)), ("null", None)];
        if depth > MAX_DEPTH {
            return Err(self.broken(&format!("lists and maps nest deeper than {MAX_DEPTH} here")));
        }
        let at = self.at;
        for (word, meaning) in WORDS {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(JsonNode { at, value: meaning.map_or(Json::Null, Json::Bool) });
            }
        }
        for word in ["NaN", "Infinity", "-Infinity"] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(JsonNode { at, value: Json::NotFinite(word.to_owned()) });
            }
        }
        let value = match self.peek() {
            Some(b'{') => self.map(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Json::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Json::Number(self.number()?),
            Some(_) | None => return Err(self.unexpected("a value")),
        };
        Ok(JsonNode { at, value })
    }

    fn map(&mut self, depth: usize) -> Result<Json, SourceFailure> {
        self.at += 1;
        let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Map(entries));
        }
        loop {
            self.blanks();
            let place = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.string()?;
            if !seen.insert(key.clone()) {
                return Err(SourceFailure::broken(
                    place,
                    "this key is there twice in one map, so its value is ambiguous",
                ));
            }
            self.blanks();
            self.expect(b':', "`:`")?;
            self.blanks();
            entries.push((key, self.value(depth + 1)?));
            self.blanks();
            if self.peek() == Some(b',') {
                self.at += 1;
            } else {
                self.expect(b'}', "`,` or `}`")?;
                return Ok(Json::Map(entries));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, SourceFailure> {
        self.at += 1;
        let mut elements = Vec::new();
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(elements));
        }
        loop {
            self.blanks();
            elements.push(self.value(depth + 1)?);
            self.blanks();
            if self.peek() == Some(b',') {
                self.at += 1;
            } else {
                self.expect(b']', "`,` or `]`")?;
                return Ok(Json::List(elements));
            }
        }
    }

    /// The digits of a number, as JSON allows them.
    fn number(&mut self) -> Result<String, SourceFailure> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || leading_zero && whole > 1 {
            return Err(SourceFailure::broken(start, "this is not a number as JSON writes them"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.unexpected("a digit"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.unexpected("a digit"));
            }
        }
        Ok(self.text.get(start..self.at).unwrap_or("").to_owned())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    /// A string: its end is found here, and its escapes are those of the JSON library.
    fn string(&mut self) -> Result<String, SourceFailure> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(self.unexpected("the end of a text")),
                Some(b'\\') => self.at += 2,
                Some(b'"') => break,
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        let written = self.text.get(start..self.at).unwrap_or("");
        // Half a character beyond the basic plane is no text, as some tools write it when they cut a text.
        serde_json::from_str(written)
            .map_err(|_| SourceFailure::broken(start, "this text has a control character or a broken escape"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> String {
        parse(text.as_bytes()).unwrap().number().unwrap().to_owned()
    }

    fn broken_at(text: &str) -> usize {
        match parse(text.as_bytes()) {
            Err(SourceFailure::Broken { at, .. }) => at,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        for digits in ["0.30000000000000004", "1.0", "-0", "1e400", "12345678901234567890123", "6.4E+2"] {
            assert_eq!(number(digits), digits);
        }
    }

    #[test]
    fn what_is_no_json_is_refused_at_its_place() {
        assert_eq!(broken_at("[1, 2"), 5);
        assert_eq!(broken_at("{\"a\": 1, \"a\": 2}"), 9);
        assert_eq!(broken_at("[01]"), 1);
        assert_eq!(broken_at("\u{feff}[01]"), 4);
        assert_eq!(broken_at("[1.]"), 3);
        assert_eq!(broken_at("{} {}"), 3);
        assert_eq!(broken_at("\"\\ud800\""), 0);
        assert_eq!(broken_at(""), 0);
        assert_eq!(broken_at(&"[".repeat(100_000)), MAX_DEPTH + 1);
        assert!(parse(b"\"\xff\"").is_err());
        assert!(parse("\"a\\".as_bytes()).is_err());
    }

    #[test]
    fn bare_words_are_no_values() {
        let node = parse(b"{\"a\": NaN, \"b\": -Infinity}").unwrap();
        assert_eq!(node.get("a").unwrap().value, Json::NotFinite("NaN".to_owned()));
        assert_eq!(
            node.get("b").unwrap().cell(),
            Some(SourceCell::Unknown("the value is -Infinity".to_owned()))
        );
    }

    #[test]
    fn nested_scalars_have_dotted_names() {
        let mut cells = BTreeMap::new();
        parse(b"{\"a\": {\"b\": 1, \"c\": null}, \"d\": [1]}").unwrap().cells_into("x.", &mut cells);
        assert_eq!(cells, BTreeMap::from([("x.a.b".to_owned(), SourceCell::Number("1".to_owned()))]));
    }

    #[test]
    fn lines_are_read_one_by_one() {
        let lines = parse_lines(b"{\"a\": 1}\n\n{\"a\": ");
        assert_eq!(lines.len(), 2);
        assert!(lines[0].1.is_ok());
        let (line, Err(SourceFailure::Broken { at, .. })) = &lines[1] else { panic!("{lines:?}") };
        assert_eq!((*line, *at), (3, 16));
    }
}
