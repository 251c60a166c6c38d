//! Text that is safe and fits: hidden characters made visible, widths in columns, lines wrapped and cropped.
//!
//! Everything that strangers wrote passes through here before it is printed. Knows nothing of files or diagnostics.

mod alike;

use std::borrow::Cow;
use std::fmt::Write;
use std::iter::repeat_n;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub use alike::appearances;

/// Whether a character could hide, move or restyle what is printed around it: control characters (an escape sequence
/// starts with one), bidirectional and zero-width marks, the separators that some readers take for a new line, and what
/// Unicode says is no character: XML 1.0 has no way to write two of these.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || u32::from(c) & 0xfffe == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Bytes that are looked at together.
const AT_ONCE: usize = 64;

/// The first character, with its byte, by which a file shows its readers other lines, or another order of words, than what
/// is read of it: a carriage return by itself, what some take for the end of a line, and what turns the direction of text.
pub fn misleading(text: &str) -> Option<(usize, char)> {
    // By the bytes that they begin with, of which almost no text has any. Without a branch a byte, many are seen in one step.
    let begins = |byte: u8| matches!(byte, 0xb..=b'\r' | 0xc2 | 0xe2);
    let parts = text.as_bytes().chunks(AT_ONCE).enumerate();
    let parts = parts.filter(|(_, part)| part.iter().fold(false, |any, byte| any | begins(*byte)));
    let places = parts.flat_map(|(at, part)| (at * AT_ONCE..).zip(part).filter(|(_, byte)| begins(**byte)));
    let chars = places.filter_map(|(at, _)| Some((at, text.get(at..)?.chars().next()?)));
    let mut found = chars.filter(|(at, c)| match c {
        '\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
        '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => false,
    });
    found.next()
}

/// Where the first line begins that git leaves in a file whose two versions it could not merge.
pub fn conflict_marker(text: &str) -> Option<usize> {
    let is_marker = |line: &str| {
        let line = line.trim_end();
        line == "======="
            || ["<<<<<<<", "|||||||", ">>>>>>>"].iter().any(|marker| {
                line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            })
    };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if is_marker(line) {
            return Some(start);
        }
        start += line.len();
    }
    None
}

/// The words of a name or way in any order, in small letters and without the `s` of many.
pub fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && small {
            words.push(String::new());
        }
        small = c.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words.iter_mut().for_each(|word| {
        if word.len() > 3 && word.ends_with('s') {
            word.pop();
        }
    });
    words.sort_unstable();
    words
}

/// The text with each hidden character written as `\u{1b}`; line ends and tabs are hidden characters too.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        push_visible(&mut out, c);
    }
    Cow::Owned(out)
}

/// Appends one character as [`visible`] writes it.
pub fn push_visible(out: &mut String, c: char) {
    if is_hidden(c) {
        out.extend(c.escape_unicode());
    } else {
        out.push(c);
    }
}

/// A name of a file, with what is no UTF-8 in it written as `\xe8`: two names stay two.
pub fn file_name(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// The text with nothing in it that a build server, which reads the logs of what it runs, would take for a command:
/// `::error::` at the start of a line, `##[error]` or `##vso[…]` anywhere.
pub fn tame(text: &str) -> Cow<'_, str> {
    let is_command = |line: &str| line.trim_start().starts_with("::") || opens_command(line).is_some();
    if !text.lines().any(is_command) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        let blanks = line.len() - line.trim_start().len();
        if let Some((before, command)) = line.split_at_checked(blanks)
            && let Some(after) = command.strip_prefix("::")
        {
            out.extend([before, r"\u{3a}:"]);
            rest = after;
        }
        while let Some((before, after)) = opens_command(rest) {
            out.extend([before, r"#\u{23}"]);
            rest = after;
        }
        out.push_str(rest);
    }
    Cow::Owned(out)
}

/// What stands before and behind the `##` of a `##word[`.
fn opens_command(line: &str) -> Option<(&str, &str)> {
    // Of more than two signs in a row the last two count.
    line.match_indices('#').find_map(|(at, _)| {
        let (before, after) = (line.get(..at)?, line.get(at..)?.strip_prefix("##")?);
        let word = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        word.starts_with('[').then_some((before, after))
    })
}

/// How many characters of an input's text a message quotes.
const QUOTED: usize = 60;

/// A text of an input as a message quotes it: visible, and cropped to its first 60 characters.
pub fn quote(text: &str) -> String {
    let mut shown = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == QUOTED {
            shown.push('…');
            break;
        }
        push_visible(&mut shown, c);
    }
    shown
}

/// A text as a YAML scalar: as it is where every reader takes that for text, else in double quotes.
pub fn yaml_text(text: &str) -> String {
    const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let is_plain = text.starts_with(|c: char| c.is_alphabetic())
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_plain {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if is_hidden(c) => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// How much of one text a report shows; a value of an input may be a whole book. Only the data has all of it.
const PARAGRAPH: usize = 600;

/// A text as a report shows it: in one paragraph, and cropped if it is very long. What is hidden in it stays.
pub fn paragraph(text: &str) -> Cow<'_, str> {
    if text.len() <= PARAGRAPH && !text.contains(['\n', '\r']) {
        return Cow::Borrowed(text);
    }
    let mut rest = text.chars();
    let mut shown: String =
        rest.by_ref().take(PARAGRAPH).map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }).collect();
    if rest.next().is_some() {
        shown.push_str(" ...");
    }
    Cow::Owned(shown)
}

/// How many names a message lists.
const MAX_LISTED: usize = 12;

/// Names in a message: the first twelve, with the others counted.
pub fn first_few<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names = names;
    let listed: Vec<String> =
        names.by_ref().take(MAX_LISTED).map(|name| format!("`{}`", quote(name))).collect();
    let listed = listed.join(", ");
    match names.count() {
        0 => listed,
        more => format!("{listed} and {more} others"),
    }
}

/// How many columns a text takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// How many columns a character takes on a terminal.
pub fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// The text in lines of at most `limit` columns, broken between words; a longer word is cut. White space, line ends
/// among it, only separates words; what is hidden in the words is made visible.
pub fn wrap(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(1);
    let mut lines = vec![String::new()];
    let mut column = 0;
    for word in text.split_whitespace() {
        let word = visible(word);
        let room = if column == 0 { limit } else { limit.saturating_sub(column + 1) };
        if width(&word) <= room {
            if column > 0 {
                push(&mut lines, &mut column, ' ');
            }
        } else if column > 0 {
            lines.push(String::new());
            column = 0;
        }
        for c in word.chars() {
            if column > 0 && column + char_width(c) > limit {
                lines.push(String::new());
                column = 0;
            }
            push(&mut lines, &mut column, c);
        }
    }
    lines
}

fn push(lines: &mut [String], column: &mut usize, c: char) {
    if let Some(line) = lines.last_mut() {
        line.push(c);
        *column += char_width(c);
    }
}

/// `1 day`, `2 days`
pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The text, filled up with blanks to `columns`.
pub fn pad(text: &str, columns: usize) -> String {
    let mut out = text.to_owned();
    // No format width, which panics beyond 65,535.
    out.extend(repeat_n(' ', columns.saturating_sub(width(text))));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_direction_marks_are_written_out() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\u{9b}\n"), r"a\u{1b}[31mb\u{202e}c\u{9b}\u{a}");
        assert_eq!(visible("\u{fffe}\u{ffff}\u{fdd0}\u{10ffff}"), r"\u{fffe}\u{ffff}\u{fdd0}\u{10ffff}");
        assert_eq!(visible("größer 大 \u{fffd}"), "größer 大 \u{fffd}");
    }

    #[test]
    fn what_shows_readers_something_else_is_found() {
        for plain in ["", "a\r\nb\r\n", "a\tb", "\u{5d0}\u{200f} \u{e9}"] {
            assert_eq!(misleading(plain), None, "{plain:?}");
        }
        for c in ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}', '\u{202e}', '\u{2067}'] {
            assert_eq!(misleading(&format!("\u{e9}\r\n{c}x\r\n")), Some((4, c)), "{c:?}");
        }
        assert_eq!(misleading("a\r\r\n"), Some((1, '\r')));
        assert_eq!(misleading("a\r"), Some((1, '\r')));
        for at in [AT_ONCE - 2, AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE] {
            let before = "\u{e9}".repeat(at / 2) + &"a".repeat(at % 2);
            assert_eq!(misleading(&format!("{before}\u{2028}\rx")), Some((at, '\u{2028}')), "{at}");
        }
    }

    #[test]
    fn names_that_are_no_text_stay_apart() {
        assert_eq!(file_name("caf\u{e9}".as_bytes()), "caf\u{e9}");
        assert_eq!(file_name(b"caf\xe8.yaml"), r"caf\xe8.yaml");
        assert_ne!(file_name(b"caf\xe8"), file_name(b"caf\xe9"));
    }

    #[test]
    fn nothing_reads_like_a_command_of_a_build_server() {
        let text = "a ::b\n  ::error::x\n# ## [a]\n\"##[error]y ##vso[z] #####[group]\n";
        let tamed =
            "a ::b\n  \\u{3a}:error::x\n# ## [a]\n\"#\\u{23}[error]y #\\u{23}vso[z] ####\\u{23}[group]\n";
        assert_eq!(tame(text), tamed);
        assert_eq!(tame("a::b\n## c"), "a::b\n## c");
    }

    #[test]
    fn a_book_is_cropped_to_a_paragraph() {
        assert_eq!(paragraph("a\nb"), "a b");
        assert_eq!(paragraph(&"ä".repeat(600)), "ä".repeat(600));
        assert_eq!(paragraph(&"ä".repeat(601)), format!("{} ...", "ä".repeat(600)));
    }

    #[test]
    fn long_lists_of_names_are_cut() {
        assert_eq!(first_few(["a", "b\n"].into_iter()), r"`a`, `b\u{a}`");
        assert!(first_few(["a"; 15].into_iter()).ends_with("`a` and 3 others"));
    }

    #[test]
    fn lines_are_broken_between_words_and_long_words_are_cut() {
        assert_eq!(wrap("one two\nthree", 9), ["one two", "three"]);
        assert_eq!(wrap("a abcdefgh", 4), ["a", "abcd", "efgh"]);
        assert_eq!(wrap("大大大", 4), ["大大", "大"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
