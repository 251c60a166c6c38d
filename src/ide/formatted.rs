//! What the formatter changes in a text, place by place, so that an editor keeps its cursor, its folds and its marks.

use std::ops::Range;

use crate::format::format;
use crate::source::FileId;

/// A stretch of a text, and what is to stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    pub range: Range<usize>,
    pub by: String,
}

/// What formatting changes in a policy file, in order and without overlaps. Nothing where it cannot be parsed: its errors are shown
/// anyway.
pub fn formatting(file: FileId, text: &str) -> Vec<Replaced> {
    format(file, text).map(|formatted| differences(text, &formatted)).unwrap_or_default()
}

/// What makes one text into another that differs in white space and commas. If it differed in more, all that follows would be
/// replaced.
fn differences(before: &str, after: &str) -> Vec<Replaced> {
    let mut all = Vec::new();
    let (mut from, mut to) = (0, 0);
    loop {
        let (old, new) = (before.get(from..).unwrap_or(""), after.get(to..).unwrap_or(""));
        let same = same_length(old, new);
        let (old, new) = (old.get(same..).unwrap_or(""), new.get(same..).unwrap_or(""));
        if old.is_empty() && new.is_empty() {
            return all;
        }
        let (from_here, to_here) = (from + same, to + same);
        let (mut gap, mut filled) = (gap_length(old), gap_length(new));
        if gap == 0 && filled == 0 {
            (gap, filled) = (old.len(), new.len());
        }
        let (old, new) = (old.get(..gap).unwrap_or(""), new.get(..filled).unwrap_or(""));
        let kept = same_indent(old, new);
        let by = new.get(..new.len() - kept).unwrap_or("").to_owned();
        all.push(Replaced { range: from_here..from_here + gap - kept, by });
        (from, to) = (from_here + gap, to_here + filled);
    }
}

/// How long both begin alike.
fn same_length(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}

/// How many white space characters and commas a text begins with.
fn gap_length(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '\r', '\n', ',']).len()
}

/// How many blanks both end with. Line ends are left alone: half of one cannot be replaced.
fn same_indent(a: &str, b: &str) -> usize {
    a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b && matches!(a, b' ' | b'\t')).count()
}
