//! Policies with a few tokens changed: left out, doubled, exchanged, replaced, or parted otherwise.

use std::ops::Range;
use std::path::PathBuf;

use super::grammars::declarations;
use super::mutate::Random;

/// What files seldom hold, and what separates tokens.
const RARE: &str = "key required changing kept standing named from of at x list one number USD snapshots snapshot decision \
    stage week least most every look confidence within it hold note test stages language file workflow given expect as true \
    _ - -> . % { } [ ] ( ) , : = == 1 20 0.5 .5 1e3 5days 2026-11-02 2026-11-02T14:05Z \" \\ \"text\" \"{a}\" # x2 if not \
    hold.x snapshot.y it.z";

const GAPS: &[&str] = &["", " ", "\n", "\t", "\r\n", " # between\n"];

/// What changed files are made of.
pub(crate) struct Seeds {
    texts: Vec<String>,
    /// Every token of them once.
    tokens: Vec<String>,
    rare: Vec<&'static str>,
}

impl Seeds {
    /// Two neighbouring declarations are one seed: a change in a whole file would show no more, and take longer.
    pub(crate) fn new(files: &[(PathBuf, String)]) -> Self {
        let mut texts = Vec::new();
        for (_, text) in files {
            let declarations = declarations(text);
            for pair in declarations.chunks(2) {
                let (Some(first), Some(last)) = (pair.first(), pair.last()) else { continue };
                texts.push(text[first.start..last.end].to_owned());
            }
        }
        texts.sort();
        texts.dedup();
        let mut tokens: Vec<String> = texts
            .iter()
            .flat_map(|text| tokens(text).into_iter().map(|token| text[token].to_owned()))
            .collect();
        tokens.sort();
        tokens.dedup();
        Self { texts, tokens, rare: RARE.split_whitespace().collect() }
    }
}

/// A seed.
pub(crate) fn seed(seeds: &Seeds, random: &mut Random) -> String {
    seeds.texts[random.below(seeds.texts.len())].clone()
}

/// A seed with one to three changes.
pub(crate) fn mutant(seeds: &Seeds, random: &mut Random) -> String {
    let mut text = seed(seeds, random);
    // Most often one: a second one often hides what the first does.
    for _ in 0..[1, 1, 1, 2, 3][random.below(5)] {
        text = changed(&text, seeds, random);
    }
    text
}

fn changed(text: &str, seeds: &Seeds, random: &mut Random) -> String {
    let tokens = tokens(text);
    if tokens.is_empty() {
        return text.to_owned();
    }
    let nth = random.below(tokens.len());
    let (token, next) = (tokens[nth].clone(), tokens[(nth + 1) % tokens.len()].clone());
    let replace = |with: &str| format!("{}{with}{}", &text[..token.start], &text[token.end..]);
    let written = &text[token.clone()];
    match random.below(7) {
        0 => replace(""),
        1 => replace(&format!("{written} {written}")),
        2 if token.end <= next.start => {
            let (between, after) = (&text[token.end..next.start], &text[next.end..]);
            format!("{}{}{between}{written}{after}", &text[..token.start], &text[next])
        }
        2 | 3 => replace(&seeds.tokens[random.below(seeds.tokens.len())]),
        4 => replace(seeds.rare[random.below(seeds.rare.len())]),
        5 => replace(&format!("{written} {}", seeds.rare[random.below(seeds.rare.len())])),
        _ => {
            let before = text[..token.start].trim_end();
            format!("{before}{}{}", GAPS[random.below(GAPS.len())], &text[token.start..])
        }
    }
}

/// The tokens of a text; of one in quotes the whole, and what stands in it.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let length = closed_at(rest);
                found.push(at..at + length);
                1
            }
            c if c.is_ascii_digit() => length_while(rest, |c| c.is_ascii_alphanumeric() || "-:.".contains(c)),
            c if c.is_ascii_alphabetic() => length_while(rest, |c| c.is_ascii_alphanumeric() || c == '_'),
            c => c.len_utf8(),
        };
        if first != '"' && first != '#' && !first.is_whitespace() {
            found.push(at..at + length);
        }
        at += length;
    }
    found
}

fn length_while(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The length of the text in quotes that begins here, or of the first quote alone.
fn closed_at(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => break,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    1
}
