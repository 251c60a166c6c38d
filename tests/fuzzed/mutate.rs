//! Changes a text as a person might: by words, brackets and lines, so that what comes of it still nearly parses.

use std::ops::Range;

/// Numbers at which something may end: bytes, widths, whole numbers of 32 and 64 bits, exponents.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "-1",
    "0.5",
    "100",
    "255",
    "65536",
    "4294967296",
    "9223372036854775807",
    "99999999999999999999",
    "1e39",
    "1e-39",
    "1e99",
];

/// A small source of numbers that look random and are the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
}

/// The entries of a dictionary in libFuzzer's form.
pub(crate) fn entries(dictionary: &str) -> Vec<Vec<u8>> {
    let quoted = dictionary.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    quoted.map(unescape).collect()
}

fn unescape(quoted: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = quoted;
    while let Some(at) = rest.find('\\') {
        bytes.extend(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        if let Some(hex) = rest.strip_prefix('x') {
            bytes.push(u8::from_str_radix(&hex[..2], 16).unwrap());
            rest = &hex[2..];
        } else {
            bytes.push(rest.as_bytes()[0]);
            rest = &rest[1..];
        }
    }
    bytes.extend(rest.as_bytes());
    bytes
}

/// The text with one to four changes.
pub(crate) fn mutate(text: &[u8], words: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..=random.below(4) {
        change(&mut text, words, random);
    }
    text
}

fn change(text: &mut Vec<u8>, words: &[Vec<u8>], random: &mut Random) {
    let kind = random.below(10);
    let parts = match kind {
        0..=5 => tokens(text),
        6..=7 => groups(text),
        _ => lines(text),
    };
    if parts.is_empty() {
        text.extend(&words[random.below(words.len())]);
        return;
    }
    let one = parts[random.below(parts.len())].clone();
    let other = text[parts[random.below(parts.len())].clone()].to_vec();
    let word = &words[random.below(words.len())];
    match kind {
        0 => drop(text.splice(one, [])),
        1 => drop(text.splice(one, word.iter().copied())),
        2 => drop(text.splice(one.start..one.start, word.iter().copied().chain(*b" "))),
        3 => text[one.start] = text[one.start].wrapping_add(1 << random.below(8)),
        5 => drop(text.splice(one, NUMBERS[random.below(NUMBERS.len())].bytes())),
        8 if random.below(2) == 0 => drop(text.splice(one, [])),
        9 => drop(text.splice(one.start..one.start, other)),
        _ => drop(text.splice(one, other)),
    }
}

/// Words, numbers and signs, each alone, without the blanks.
fn tokens(text: &[u8]) -> Vec<Range<usize>> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | 0x80..);
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let length = text[at..].iter().take_while(|byte| is_word(**byte)).count().max(1);
        if !text[at].is_ascii_whitespace() {
            tokens.push(at..at + length);
        }
        at += length;
    }
    tokens
}

/// What stands in brackets, with these.
fn groups(text: &[u8]) -> Vec<Range<usize>> {
    let mut open = Vec::new();
    let mut groups = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => open.push(at),
            b')' | b']' | b'}' => groups.extend(open.pop().map(|start| start..at + 1)),
            _ => {}
        }
    }
    groups
}

fn lines(text: &[u8]) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |line: &[u8]| {
        let range = start..start + line.len();
        start = range.end;
        range
    };
    text.split_inclusive(|byte| *byte == b'\n').map(line).collect()
}
