//! A snapshot's text with what was collected in it: only what differs is changed, and all else stays as it is, with its comments.
//!
//! A value that somebody has written or changed by hand stays unless it is asked for: the digest beside each collected value tells.
//! Knows no sources.

use std::ops::Range;

use crate::collect::run::{Gathered, GatheredField};
use crate::digest::sha256;
use crate::snapshot::limits::MAX_COLLECTED_BYTES;
use crate::snapshot::outline::{Outline, OutlineEntry, OutlineValue, flow_text, outline};

/// The key under which a snapshot says where its values are from.
const COLLECTED: &str = "collected";
/// The key of the digest of a value as it was written.
const VALUE: &str = "value_sha256";

/// A snapshot with what was collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    pub text: String,
    /// The fields that keep another value than what was collected.
    pub kept: Vec<KeptField>,
    /// Those that are said to be collected, and that no field of the plan is for.
    pub strays: Vec<KeptField>,
}

/// A field that was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptField {
    pub path: String,
    /// Bytes of its key in the text that was there.
    pub at: Range<usize>,
    /// It was collected once, and changed since; else it was never collected.
    pub edited: bool,
}

/// Why a text cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// It is not one document of a map.
    Broken,
    /// It is written between braces.
    Flow,
    /// It is written in such a way that another field would change.
    Entangled { key: String },
}

/// Writes fields into the text of one document. Of what was written by hand only what `force` names is overwritten.
///
/// # Errors
/// If the text is broken, or written in a way in which it cannot be changed.
pub fn write(text: &str, fields: &[GatheredField], force: &[String]) -> Result<Edited, Unwritable> {
    let endings = text.contains("\r\n");
    let mut lines = if endings { text.replace("\r\n", "\n") } else { text.to_owned() };
    if !lines.is_empty() && !lines.ends_with('\n') {
        lines.push('\n');
    }
    let before = outline(&lines).ok_or(Unwritable::Broken)?;
    if before.flow {
        return Err(Unwritable::Flow);
    }
    let mut kept = Vec::new();
    for field in fields {
        let path: Vec<&str> = field.path.split('.').collect();
        let known = outline(&lines).ok_or(Unwritable::Broken)?;
        let entry = known.find(&path);
        let new = canonical(&field.value)?;
        let digest = sha256(new.as_bytes());
        if let Some(entry) = entry.filter(|entry| entry.canonical != "null" && entry.canonical != new) {
            let recorded = recorded_digest(&known, &field.path);
            let is_untouched = recorded.as_deref() == Some(&*sha256(entry.canonical.as_bytes()));
            if !is_untouched && !force.contains(&field.path) {
                let at = before.find(&path).map_or(0..0, |entry| entry.at.clone());
                kept.push(KeptField { path: field.path.clone(), at, edited: recorded.is_some() });
                continue;
            }
        }
        if entry.is_none_or(|entry| entry.canonical != new) {
            lines = set(&lines, &path, &field.value)?;
        }
        let origin = Gathered::Scalar(origin(field, &digest));
        lines = set(&lines, &[COLLECTED, &field.path], &origin)?;
    }
    let after = outline(&lines).ok_or(Unwritable::Broken)?;
    if let Some(key) = changed_by_accident(&before, &after, fields) {
        return Err(Unwritable::Entangled { key });
    }
    let text = if endings { lines.replace('\n', "\r\n") } else { lines };
    let strays = strays(&before, fields);
    Ok(Edited { text, kept, strays })
}

/// The entries of `collected` that no field makes.
fn strays(before: &Outline, fields: &[GatheredField]) -> Vec<KeptField> {
    let Some(OutlineValue::Map(said)) = before.get(COLLECTED).map(|entry| &entry.value) else {
        return Vec::new();
    };
    let others = said.entries.iter().filter(|entry| !fields.iter().any(|field| field.path == entry.key));
    others.map(|entry| KeptField { path: entry.key.clone(), at: entry.at.clone(), edited: false }).collect()
}

/// A key that no field is for, and whose value is not what it was.
fn changed_by_accident(before: &Outline, after: &Outline, fields: &[GatheredField]) -> Option<String> {
    let is_collected =
        |key: &str| key == COLLECTED || fields.iter().any(|field| field.path.split('.').next() == Some(key));
    let is_same =
        |entry: &&OutlineEntry| after.get(&entry.key).is_some_and(|now| now.canonical == entry.canonical);
    let mut others = before.entries.iter().filter(|entry| !is_collected(&entry.key));
    others.find(|entry| !is_same(entry)).map(|entry| entry.key.clone())
}

/// The digest of the value of a field as it was collected.
fn recorded_digest(known: &Outline, path: &str) -> Option<String> {
    known.find(&[COLLECTED, path, VALUE]).map(|entry| entry.canonical.trim_matches('"').to_owned())
}

/// What is said of where a value is from.
fn origin(field: &GatheredField, digest: &str) -> String {
    let said = field.origin.iter().map(|(key, text)| format!("{key}: {}", flow_text(&fitting(text))));
    let all: Vec<String> = said.chain([format!("{VALUE}: {digest}")]).collect();
    format!("{{ {} }}", all.join(", "))
}

/// A text that is as short as snapshots may have it there.
fn fitting(text: &str) -> String {
    if text.len() <= MAX_COLLECTED_BYTES {
        return text.to_owned();
    }
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let end = ends.take_while(|end| *end <= MAX_COLLECTED_BYTES - '…'.len_utf8()).last().unwrap_or(0);
    format!("{}…", text.get(..end).unwrap_or(""))
}

/// The value on one line, as it will be read again.
fn canonical(value: &Gathered) -> Result<String, Unwritable> {
    let text = set("", &["x"], value)?;
    let found = outline(&text).ok_or(Unwritable::Broken)?;
    found.get("x").map(|entry| entry.canonical.clone()).ok_or(Unwritable::Broken)
}

/// The text with a value at the end of a way through maps.
fn set(text: &str, path: &[&str], value: &Gathered) -> Result<String, Unwritable> {
    let known = outline(text).ok_or(Unwritable::Broken)?;
    let whole = MapLines { text, range: 0..text.len(), indent: 0 };
    whole.set(&known, path, value)
}

/// The lines of a map.
struct MapLines<'t> {
    text: &'t str,
    range: Range<usize>,
    indent: usize,
}

impl MapLines<'_> {
    fn set(&self, outline: &Outline, path: &[&str], value: &Gathered) -> Result<String, Unwritable> {
        let Some((key, rest)) = path.split_first() else { return Ok(self.text.to_owned()) };
        let Some(at) = outline.entries.iter().position(|entry| entry.key == *key) else {
            return Ok(self.add(outline, path, value));
        };
        let (Some(entry), lines) = (outline.entries.get(at), self.lines_of(outline, at)) else {
            return Err(Unwritable::Broken);
        };
        if rest.is_empty() {
            return Ok(self.replace(entry, lines, value));
        }
        match &entry.value {
            OutlineValue::Map(inner) if inner.flow => {
                // Its entries are written out, each on its line, and then it is a map like any other.
                let mut block = format!("{:1$}{2}:\n", "", self.indent, self.key_text(entry));
                for inner in &inner.entries {
                    let value = match &inner.value {
                        OutlineValue::Scalar(range) | OutlineValue::Null(range) => {
                            self.text.get(range.clone()).unwrap_or("")
                        }
                        OutlineValue::List | OutlineValue::Map(_) => &inner.canonical,
                    };
                    block.push_str(&format!("{:1$}{2}: {value}", "", self.indent + 2, self.key_text(inner)));
                    block.truncate(block.trim_end().len());
                    block.push('\n');
                }
                set_in(&splice(self.text, lines, &block), path, value)
            }
            OutlineValue::Map(inner) => {
                let indent =
                    inner.entries.first().map_or(self.indent + 2, |first| column(self.text, first.at.start));
                MapLines { text: self.text, range: lines, indent }.set(inner, rest, value)
            }
            OutlineValue::Null(_) => {
                let block = nested(rest, value, self.indent + 2);
                let line_end = end_of_line(self.text, entry.at.end);
                Ok(splice(self.text, line_end..line_end, &block))
            }
            OutlineValue::Scalar(_) | OutlineValue::List => Err(Unwritable::Broken),
        }
    }

    fn key_text(&self, entry: &OutlineEntry) -> &str {
        self.text.get(entry.at.clone()).unwrap_or("")
    }

    /// The lines of an entry: up to the next one, without the comments and blank lines above that.
    fn lines_of(&self, outline: &Outline, at: usize) -> Range<usize> {
        let start = outline.entries.get(at).map_or(0, |entry| start_of_line(self.text, entry.at.start));
        let next = outline.entries.get(at + 1).map(|next| start_of_line(self.text, next.at.start));
        let limit = next.unwrap_or(self.range.end).max(start);
        // What looks like a comment may be the text of a block, and with `+` its blank lines are, too.
        let header = match outline.entries.get(at) {
            Some(OutlineEntry { at, value: OutlineValue::Scalar(_), .. }) => {
                self.text.get(at.end..end_of_line(self.text, at.end)).unwrap_or("")
            }
            Some(_) | None => "",
        };
        let header = header.trim_start_matches([':', ' ', '\t']);
        let header = header.split_ascii_whitespace().find(|word| !word.starts_with('&')).unwrap_or("");
        let is_block = header.starts_with(['|', '>']);
        let keeps_blanks = is_block && header.contains('+');
        let mut end = start;
        let mut here = start;
        for line in self.text.get(start..limit).unwrap_or("").split_inclusive('\n') {
            here += line.len();
            let said = line.trim_start();
            let is_end = line.starts_with("---") || line.starts_with("...");
            let is_blank = said.trim_end().is_empty();
            let is_text = is_block && line.len() - said.len() > self.indent;
            let counts = if is_blank { keeps_blanks } else { is_text || !said.starts_with('#') };
            if counts && !is_end {
                end = here;
            }
        }
        start..end
    }

    /// Puts a new entry behind the others, what is said of origins last of all.
    fn add(&self, outline: &Outline, path: &[&str], value: &Gathered) -> String {
        let block = nested(path, value, self.indent);
        let last = outline.entries.len().checked_sub(1);
        let before = outline.entries.iter().position(|entry| self.indent == 0 && entry.key == COLLECTED);
        let at = match (before, last) {
            (Some(at), _) => self.lines_of(outline, at).start,
            (None, Some(at)) => self.behind_comments(self.lines_of(outline, at).end),
            (None, None) => self.range.end,
        };
        splice(self.text, at..at, &block)
    }

    /// Behind the comments that follow without a blank line between them: they belong to what is above.
    fn behind_comments(&self, end: usize) -> usize {
        let rest = self.text.get(end..self.range.end).unwrap_or("");
        let comments = rest.split_inclusive('\n').take_while(|line| line.trim_start().starts_with('#'));
        end + comments.map(str::len).sum::<usize>()
    }

    /// Another value for an entry. A scalar takes the place of a scalar, so that a comment beside it stays.
    fn replace(&self, entry: &OutlineEntry, lines: Range<usize>, value: &Gathered) -> String {
        let old = match &entry.value {
            OutlineValue::Scalar(range) => Some(range.clone()),
            OutlineValue::Null(range) => {
                let colon = self
                    .text
                    .get(entry.at.end..)
                    .and_then(|rest| rest.find(':'))
                    .map(|at| entry.at.end + at + 1);
                let is_word = !self.text.get(range.clone()).unwrap_or("").trim().is_empty();
                // An anchor may stand there, which a value has to follow.
                let is_bare = |at: &usize| {
                    let rest = self.text.get(*at..end_of_line(self.text, *at)).unwrap_or("").trim_start();
                    rest.is_empty() || rest.starts_with('#')
                };
                if is_word { Some(range.clone()) } else { colon.filter(is_bare).map(|at| at..at) }
            }
            OutlineValue::List | OutlineValue::Map(_) => None,
        };
        let one_line =
            old.filter(|range| end_of_line(self.text, range.start) == end_of_line(self.text, range.end));
        let Some(range) = one_line else {
            return splice(self.text, lines, &nested(&[&entry.key], value, self.indent));
        };
        match value {
            Gathered::Unknown | Gathered::Scalar(_) => {
                let new = if let Gathered::Scalar(text) = value { text } else { "null" };
                let new = if range.is_empty() { format!(" {new}") } else { new.to_owned() };
                splice(self.text, range, &new)
            }
            Gathered::List(_) | Gathered::Records(_) => {
                let line_end = end_of_line(self.text, range.end);
                let rest = self.text.get(range.end..line_end).unwrap_or("").trim_end();
                let block = nested(&[&entry.key], value, self.indent);
                let (head, elements) = block.split_once('\n').unwrap_or((&block, ""));
                let head = if rest.trim_start().starts_with('#') {
                    format!("{head}  {}", rest.trim_start())
                } else {
                    head.to_owned()
                };
                splice(self.text, lines.start..line_end, &format!("{head}\n{elements}"))
            }
        }
    }
}

fn set_in(text: &str, path: &[&str], value: &Gathered) -> Result<String, Unwritable> {
    set(text, path, value)
}

/// An entry, and the maps that it lies in, as lines.
fn nested(path: &[&str], value: &Gathered, indent: usize) -> String {
    let mut block = String::new();
    let mut indent = indent;
    let last = path.len().saturating_sub(1);
    for (at, key) in path.iter().enumerate() {
        block.push_str(&format!("{:indent$}{}:", "", flow_text(key)));
        if at < last {
            block.push('\n');
            indent += 2;
        }
    }
    match value {
        Gathered::Unknown => block.push_str(" null\n"),
        Gathered::Scalar(text) => block.push_str(&format!(" {text}\n")),
        Gathered::List(texts) if texts.is_empty() => block.push_str(" []\n"),
        Gathered::Records(records) if records.is_empty() => block.push_str(" []\n"),
        Gathered::List(texts) => {
            block.push('\n');
            texts.iter().for_each(|text| block.push_str(&format!("{:indent$}  - {text}\n", "")));
        }
        Gathered::Records(records) => {
            block.push('\n');
            for record in records {
                let fields: Vec<String> = record
                    .iter()
                    .map(|(key, text)| format!("{}: {}", flow_text(key), text.as_deref().unwrap_or("null")))
                    .collect();
                block.push_str(&format!("{:indent$}  - {{ {} }}\n", "", fields.join(", ")));
            }
        }
    }
    block
}

fn splice(text: &str, range: Range<usize>, new: &str) -> String {
    let (before, after) = (text.get(..range.start).unwrap_or(""), text.get(range.end..).unwrap_or(""));
    format!("{before}{new}{after}")
}

fn start_of_line(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

/// The first byte of the next line.
fn end_of_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end + 1)
}

fn column(text: &str, at: usize) -> usize {
    at - start_of_line(text, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &str, value: Gathered) -> GatheredField {
        GatheredField { path: path.to_owned(), value, origin: vec![("from", "prom".to_owned())] }
    }

    fn scalar(path: &str, text: &str) -> GatheredField {
        field(path, Gathered::Scalar(text.to_owned()))
    }

    fn edit(text: &str, fields: &[GatheredField]) -> String {
        let edited = write(text, fields, &[]).unwrap();
        assert_eq!(edited.kept, Vec::new());
        edited.text
    }

    fn without_origin(text: &str) -> &str {
        text.split("collected:\n").next().unwrap()
    }

    #[test]
    fn twice_is_the_same_as_once() {
        let records = Gathered::Records(vec![
            vec![("id".to_owned(), Some("r01".to_owned())), ("passed".to_owned(), Some("true".to_owned()))],
            vec![("id".to_owned(), Some("r02".to_owned())), ("passed".to_owned(), None)],
        ]);
        let fields = [
            scalar("latency", "640 ms"),
            field("evals", records),
            scalar("run.planned", "12"),
            field("p95", Gathered::Unknown),
        ];
        let text = "# A week.\nworkflow: w\ndate: 2026-11-27\n\n# By hand.\nnotes: fine  # indeed\n";
        let once = edit(text, &fields);
        assert!(once.starts_with(text), "{once}");
        assert!(once.contains("\nevals:\n  - { id: r01, passed: true }\n  - { id: r02, passed: null }\nrun:\n  planned: 12\np95: null\ncollected:\n"), "{once}");
        assert!(outline(&once).is_some(), "{once}");
        assert_eq!(edit(&once, &fields), once);
    }

    #[test]
    fn what_was_collected_before_is_replaced_and_comments_stay() {
        let first = edit("a: 1\nuptime:  # of the week\n\n# the end\n", &[scalar("uptime", "95%")]);
        assert_eq!(without_origin(&first), "a: 1\nuptime: 95%  # of the week\n");
        assert!(first.ends_with("# the end\n"), "{first}");
        let second = edit(&first, &[scalar("uptime", "957 of 1008")]);
        assert_eq!(without_origin(&second), "a: 1\nuptime: 957 of 1008  # of the week\n");
    }

    #[test]
    fn what_was_edited_by_hand_is_kept_unless_it_is_asked_for() {
        let first = edit("a: 1\n", &[scalar("uptime", "95%")]);
        let by_hand = first.replace("uptime: 95%", "uptime: 99%");
        let kept = write(&by_hand, &[scalar("uptime", "96%")], &[]).unwrap();
        assert_eq!((kept.text.as_str(), kept.kept.len(), kept.kept[0].edited), (by_hand.as_str(), 1, true));
        let forced = write(&by_hand, &[scalar("uptime", "96%")], &["uptime".to_owned()]).unwrap();
        assert!(forced.text.contains("uptime: 96%\n") && forced.kept.is_empty());
        let never = write("uptime: 99%\n", &[scalar("uptime", "96%")], &[]).unwrap();
        assert!(!never.kept[0].edited);
        // The same value is nobody's edit.
        assert!(
            edit("uptime: 96%  # by hand\n", &[scalar("uptime", "96%")])
                .starts_with("uptime: 96%  # by hand\ncollected:")
        );
    }

    #[test]
    fn records_in_lines_and_in_braces_get_their_field() {
        let new = [scalar("run.planned", "12")];
        assert_eq!(
            without_origin(&edit("run:\n    # why\n    errors: 1\nz: 1\n", &new)),
            "run:\n    # why\n    errors: 1\n    planned: 12\nz: 1\n"
        );
        assert_eq!(
            without_origin(&edit("run: { errors: 1, x: [a, b] }\nz: 1\n", &new)),
            "run:\n  errors: 1\n  x: [a, b]\n  planned: 12\nz: 1\n"
        );
        assert_eq!(without_origin(&edit("run:  # why\nz: 1\n", &new)), "run:  # why\n  planned: 12\nz: 1\n");
    }

    #[test]
    fn lists_take_the_place_of_what_was_there() {
        let list = [field("l", Gathered::List(vec!["a".to_owned()]))];
        assert_eq!(without_origin(&edit("l:  # why\nz: 1\n", &list)), "l:  # why\n  - a\nz: 1\n");
        assert_eq!(without_origin(&edit("l: null\nz: 1\n", &list)), "l:\n  - a\nz: 1\n");
        let first = edit("z: 1\n", &list);
        let second = edit(&first, &[field("l", Gathered::List(vec!["b".to_owned(), "c".to_owned()]))]);
        assert_eq!(without_origin(&second), "z: 1\nl:\n  - b\n  - c\n");
    }

    #[test]
    fn what_looks_like_a_comment_stays_in_its_text() {
        for owner in
            ["|\n  a\n  # b\n", "|+\n  a\n\n   # b\n\n", ">-\n  a\n\n  # b\n", "\"a\n\n  # b\n  \"\n"]
        {
            let text = format!("number:\nowner: {owner}");
            let after = edit(&text, &[scalar("number", "1"), scalar("other", "2")]);
            assert_eq!(after.matches("# b").count(), 1, "{after}");
            let [before, after] = [&text, &after].map(|text| outline(text).unwrap());
            assert_eq!(
                before.get("owner").unwrap().canonical,
                after.get("owner").unwrap().canonical,
                "{owner}"
            );
            assert_eq!(after.get("other").unwrap().canonical, "2");
        }
    }

    #[test]
    fn an_anchor_is_no_part_of_a_value() {
        for text in ["number: &a\n", "number: &a null\n", "number: &a  # why\n"] {
            let after = outline(&edit(text, &[scalar("number", "1")])).unwrap();
            assert_eq!(after.get("number").unwrap().canonical, "1", "{text}");
        }
        assert_eq!(write("number: &a\nother: *a\n", &[scalar("number", "1")], &[]), Err(Unwritable::Broken));
    }

    #[test]
    fn what_is_said_of_a_source_can_be_read_again() {
        let reason = format!("{}\u{202e}\u{85}\u{7f}", "é".repeat(400));
        let origin = vec![("from", "prom".to_owned()), ("unknown", reason)];
        let field = GatheredField { path: "a".to_owned(), value: Gathered::Unknown, origin };
        let text = edit("", &[field]);
        assert!(crate::text::misleading(&text).is_none() && outline(&text).is_some(), "{text}");
        assert!(text.len() < MAX_COLLECTED_BYTES + 200, "{text}");
    }

    #[test]
    fn what_no_plan_collects_any_more_is_named() {
        let first = edit("a: 1\n", &[scalar("x", "1"), scalar("y", "2")]);
        let strays = write(&first, &[scalar("x", "1")], &[]).unwrap().strays;
        assert_eq!(strays.iter().map(|stray| stray.path.as_str()).collect::<Vec<_>>(), ["y"]);
        assert_eq!(&first[strays[0].at.clone()], "y");
    }

    #[test]
    fn line_endings_stay() {
        assert!(edit("a: 1\r\n", &[scalar("b", "2")]).starts_with("a: 1\r\nb: 2\r\ncollected:\r\n"));
    }

    #[test]
    fn a_map_in_braces_is_refused() {
        assert_eq!(write("{ a: 1 }\n", &[scalar("b", "2")], &[]), Err(Unwritable::Flow));
        assert_eq!(write("a: [\n", &[scalar("b", "2")], &[]), Err(Unwritable::Broken));
    }
}
