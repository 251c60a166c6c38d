//! Excerpts: the lines that labels point at, cut out of their files and made fit to print.
//!
//! An excerpt copies only the lines it shows, so that a label in a large file costs no more than one in a small file.
//! What is drawn around it is not known here.

use std::ops::Range;

use crate::source::{FileId, Source, SourceMap, Span};
use crate::text::{char_width, is_hidden, paragraph, push_visible, visible, wrap};

/// How many lines of a label that spans several are shown.
const LINES_OF_LABEL: usize = 3;
/// Two labels with at most this many lines between them share a chunk.
const LINES_BETWEEN: usize = 1;
/// Columns that an overlong line keeps before the first label.
const LEAD: usize = 24;
/// Bytes of an overlong line, before and behind its first label, that are looked at.
const NEAR: usize = 4_096;
/// Blanks for a tab.
const TAB: usize = 4;

/// How wide an excerpt may be, and what marks a cut.
#[derive(Clone, Copy, Debug)]
pub struct Fit {
    /// Columns of a whole line, the line number and the frame included.
    pub width: usize,
    /// Stands where a line was cut: `…` or `...`.
    pub ellipsis: &'static str,
}

/// Neighbouring lines of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The file, made visible.
    pub name: String,
    /// The number of the first line, from 1.
    pub first_line: usize,
    pub lines: usize,
    /// The lines, with a line end between them.
    pub text: String,
    /// From left to right and from top to bottom; they do not overlap, and each lies within one line.
    pub marks: Vec<Mark>,
}

/// A marked stretch of a [`Chunk`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Bytes of the chunk's text, never empty.
    pub range: Range<usize>,
    /// Line and column in the file, from 1.
    pub place: (usize, usize),
    /// What is said there, in lines; empty if nothing is.
    pub text: Vec<String>,
    /// Whether it stands for the first label.
    pub primary: bool,
}

/// The chunks that show `labels`, which are a place and what is said of it. Files stand in the order of their first
/// label. A label of several lines marks its first; of labels that overlap, the inner one keeps its place and the outer
/// one marks the longest stretch that is left, or joins its text to the inner one's.
pub fn excerpt<'a>(
    labels: impl IntoIterator<Item = (Span, &'a str)>,
    sources: &SourceMap,
    fit: Fit,
) -> Vec<Chunk> {
    let mut files: Vec<(FileId, Vec<Spot>)> = Vec::new();
    for (index, (span, text)) in labels.into_iter().enumerate() {
        let Some(source) = sources.get(span.file) else { continue };
        let spot = Spot { texts: vec![text.to_owned()], primary: index == 0, ..Spot::locate(source, span) };
        match files.iter_mut().find(|(file, _)| *file == span.file) {
            Some((_, spots)) => spots.push(spot),
            None => files.push((span.file, vec![spot])),
        }
    }
    let mut chunks = Vec::new();
    for (file, mut spots) in files {
        let Some(source) = sources.get(file) else { continue };
        spots.sort_by_key(|spot| (spot.line, spot.range.start));
        while !spots.is_empty() {
            let (count, last) = neighbours(&spots);
            let rest = spots.split_off(count);
            chunks.push(chunk(source, spots, last, fit));
            spots = rest;
        }
    }
    chunks
}

/// How many of the spots belong to one chunk, and that chunk's last line.
fn neighbours(spots: &[Spot]) -> (usize, usize) {
    let mut last = 0;
    let mut count = 0;
    for spot in spots {
        if count > 0 && spot.line > last + LINES_BETWEEN + 1 {
            break;
        }
        last = last.max(spot.last_line);
        count += 1;
    }
    (count, last)
}

/// A label's place within its line.
#[derive(Clone, Debug, Default)]
struct Spot {
    /// Line, from 0.
    line: usize,
    /// The last line that is shown of it, from 0.
    last_line: usize,
    /// Bytes of the line; empty for a place between two characters or behind the last one.
    range: Range<usize>,
    /// Column of its first character, from 1; what overlaps may move the range, and does not move this.
    column: usize,
    texts: Vec<String>,
    primary: bool,
}

impl Spot {
    /// Where a span lies; one that points behind the end of the text points behind its last word.
    fn locate(source: &Source, span: Span) -> Self {
        let starts = source.line_starts();
        let text_end = source.text.trim_end().len();
        let start = span.range().start.min(if span.range().start >= source.text.len() {
            text_end
        } else {
            usize::MAX
        });
        let line_of = |offset: usize| starts.partition_point(|s| *s <= offset).saturating_sub(1);
        let line = line_of(start);
        let text = source.line(line + 1);
        let line_start = starts.get(line).copied().unwrap_or(0);
        let low = text.floor_char_boundary(start.saturating_sub(line_start));
        let high = text.ceil_char_boundary(span.range().end.saturating_sub(line_start)).max(low);
        let marked = text.get(low..high).unwrap_or("");
        let range = low..low + marked.trim_end().len();
        let last_line = line_of(span.range().end.saturating_sub(1).min(text_end.saturating_sub(1)))
            .clamp(line, line + LINES_OF_LABEL - 1);
        let column = text.get(..low).unwrap_or(text).chars().count() + 1;
        Self { line, last_line, range, column, ..Self::default() }
    }
}

fn chunk(source: &Source, spots: Vec<Spot>, last: usize, fit: Fit) -> Chunk {
    let first = spots.first().map_or(0, |spot| spot.line);
    let digits = (last + 1).to_string().len();
    // The frame is ` 12 │ `; a terminal that is narrower still gets lines that are too wide.
    let room = fit.width.saturating_sub(digits + 4).max(40);
    let mut chunk = Chunk {
        name: visible(&source.name).into_owned(),
        first_line: first + 1,
        lines: last + 1 - first,
        text: String::new(),
        marks: Vec::new(),
    };
    let mut spots = spots.into_iter().peekable();
    for line in first..=last {
        if line > first {
            chunk.text.push('\n');
        }
        let mut here = Vec::new();
        while let Some(spot) = spots.next_if(|spot| spot.line == line) {
            here.push(spot);
        }
        let text = source.line(line + 1);
        print_line(&mut chunk, text, line + 1, disentangle(text, here), Fit { width: room, ..fit });
    }
    chunk
}

/// Spots that do not overlap, from left to right.
fn disentangle(line: &str, mut spots: Vec<Spot>) -> Vec<Spot> {
    for spot in &mut spots {
        if spot.range.is_empty() {
            let next = line.get(spot.range.start..).and_then(|rest| rest.chars().next());
            spot.range.end = spot.range.start + next.map_or(1, char::len_utf8);
        }
    }
    spots.sort_by_key(|spot| (spot.range.len(), spot.range.start));
    let mut settled: Vec<Spot> = Vec::new();
    for mut spot in spots {
        match longest_free(line, &spot.range, &settled) {
            Some(range) => {
                spot.range = range;
                settled.push(spot);
            }
            None => {
                let covering = settled
                    .iter_mut()
                    .find(|other| other.range.start < spot.range.end && spot.range.start < other.range.end);
                if let Some(other) = covering {
                    join(other, spot);
                }
            }
        }
        settled.sort_by_key(|spot| spot.range.start);
    }
    settled
}

/// One spot says what two said.
fn join(spot: &mut Spot, other: Spot) {
    if other.primary {
        (spot.primary, spot.column) = (true, other.column);
    }
    for text in other.texts {
        if !spot.texts.contains(&text) {
            spot.texts.push(text);
        }
    }
}

/// The longest stretch of `range` that none of the spots, which are in order, covers.
fn longest_free(line: &str, range: &Range<usize>, settled: &[Spot]) -> Option<Range<usize>> {
    let taken = settled.iter().map(|spot| spot.range.clone()).chain(std::iter::once(range.end..range.end));
    let mut free = range.start;
    let mut best: Option<Range<usize>> = None;
    for taken in taken {
        let piece = trim(line, free..taken.start.min(range.end));
        if piece.len() > best.as_ref().map_or(0, Range::len) {
            best = Some(piece);
        }
        free = free.max(taken.end);
    }
    best
}

/// The range without the blanks at its ends. Behind the line's end there is one column to point at.
fn trim(line: &str, range: Range<usize>) -> Range<usize> {
    match line.get(range.clone()) {
        Some(text) => {
            let start = range.start + (text.len() - text.trim_start().len());
            // A place that is marked on purpose may be blank.
            if text.trim().is_empty() { range } else { start..start + text.trim().len() }
        }
        None => range,
    }
}

/// One character of a line as it is printed.
struct Cell {
    /// Its first byte in the line.
    at: usize,
    text: String,
    width: usize,
}

/// The cells of the part of a line that begins at byte `base`.
fn cells(part: &str, base: usize) -> Vec<Cell> {
    let cell = |(at, c): (usize, char)| {
        let mut text = String::new();
        match c {
            '\t' => text.extend(std::iter::repeat_n(' ', TAB)),
            c => push_visible(&mut text, c),
        }
        let width = if is_hidden(c) { text.len() } else { char_width(c) };
        Cell { at: base + at, text, width }
    };
    part.char_indices().map(cell).collect()
}

/// Appends a line and its marks, cut to the columns that there are.
fn print_line(chunk: &mut Chunk, line: &str, number: usize, spots: Vec<Spot>, fit: Fit) {
    // A file may be one line of many megabytes.
    let near = spots.first().map_or(0, |spot| spot.range.start);
    let base = line.floor_char_boundary(near.saturating_sub(NEAR));
    let stop = line.ceil_char_boundary(near + NEAR);
    let mut cells = cells(line.get(base..stop).unwrap_or(""), base);
    if spots.last().is_some_and(|spot| spot.range.end > line.len()) {
        cells.push(Cell { at: line.len(), text: " ".to_owned(), width: 1 });
    }
    let window = window(&cells, &spots, fit);
    let (cut_left, cut_right) = (window.start > 0 || base > 0, window.end < cells.len() || stop < line.len());
    if cut_left {
        chunk.text.push_str(fit.ellipsis);
    }
    // Where each printed cell begins: in the line, in the chunk's text, in columns.
    let mut begins = Vec::new();
    let mut column = if cut_left { fit.ellipsis.chars().count() } else { 0 };
    for cell in cells.get(window).unwrap_or_default() {
        begins.push((cell.at, chunk.text.len(), column));
        chunk.text.push_str(&cell.text);
        column += cell.width;
    }
    let end = chunk.text.len();
    if cut_right {
        chunk.text.push_str(fit.ellipsis);
    }
    for spot in spots {
        let at = begins.partition_point(|(at, _, _)| *at < spot.range.start);
        let to = begins.partition_point(|(at, _, _)| *at < spot.range.end);
        let (start, column) = begins.get(at).map_or((end, column), |(_, byte, column)| (*byte, *column));
        let stop = begins.get(to).map_or(end, |(_, byte, _)| *byte).max(start);
        // What lies beyond a cut is pointed at where the line was cut.
        let range = if stop > start { start..stop } else { start..chunk.text.len() };
        let text = spot.texts.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join("; ");
        let room = fit.width.saturating_sub(column + 6).max(32);
        let mark = Mark {
            range,
            place: (number, spot.column),
            text: if text.is_empty() { Vec::new() } else { wrap(&paragraph(&text), room) },
            primary: spot.primary,
        };
        match chunk.marks.last_mut().filter(|last| last.range.end > mark.range.start) {
            Some(last) => {
                last.text.extend(mark.text);
                last.primary |= mark.primary;
            }
            None if mark.range.is_empty() => {}
            None => chunk.marks.push(mark),
        }
    }
}

/// Which cells are printed.
fn window(cells: &[Cell], spots: &[Spot], fit: Fit) -> Range<usize> {
    let columns = |cells: &[Cell]| cells.iter().map(|cell| cell.width).sum::<usize>();
    if columns(cells) <= fit.width {
        return 0..cells.len();
    }
    let cut = fit.ellipsis.chars().count();
    let cell_at = |byte: usize| cells.partition_point(|cell| cell.at < byte);
    let first = spots.first().map_or(0, |spot| cell_at(spot.range.start));
    let last = spots.last().map_or(0, |spot| cell_at(spot.range.end));
    let fits = columns(cells.get(..last).unwrap_or_default()) + cut <= fit.width;
    let start = if fits { 0 } else { first.saturating_sub(LEAD) };
    let room = fit.width.saturating_sub(if start > 0 { 2 * cut } else { cut });
    let mut used = 0;
    let mut end = start;
    for cell in cells.get(start..).unwrap_or_default() {
        used += cell.width;
        if used > room {
            break;
        }
        end += 1;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIT: Fit = Fit { width: 60, ellipsis: "…" };

    fn one(text: &str, labels: &[(Range<usize>, &str)]) -> Chunk {
        let mut sources = SourceMap::default();
        let file = sources.add("a.gate", text);
        let spans = labels.iter().map(|(range, text)| (Span::new(file, range.clone()), *text));
        let mut chunks = excerpt(spans, &sources, FIT);
        assert_eq!(chunks.len(), 1);
        chunks.pop().unwrap()
    }

    fn marked(chunk: &Chunk) -> Vec<(&str, String)> {
        chunk.marks.iter().map(|mark| (&chunk.text[mark.range.clone()], mark.text.join("\n"))).collect()
    }

    #[test]
    fn an_outer_label_marks_what_the_inner_ones_leave() {
        let line = "  require light >= light_share\n";
        let chunk = one(line, &[(10..30, "no"), (10..15, "73.3%"), (19..30, "80%")]);
        assert_eq!(
            marked(&chunk),
            [("light", "73.3%".into()), (">=", "no".into()), ("light_share", "80%".into())]
        );
    }

    #[test]
    fn labels_of_one_place_are_joined() {
        assert_eq!(marked(&one("abc", &[(0..3, "x"), (0..3, "y"), (0..3, "x")])), [("abc", "x; y".into())]);
    }

    #[test]
    fn a_label_behind_the_end_points_behind_the_last_word() {
        let chunk = one("rule {\n  x\n\n\n", &[(13..13, "expected `}`")]);
        assert_eq!((chunk.first_line, chunk.text.as_str()), (2, "  x "));
        assert_eq!(marked(&chunk), [(" ", "expected `}`".into())]);
        assert_eq!(marked(&one("", &[(0..0, "empty")])), [(" ", "empty".into())]);
    }

    #[test]
    fn hidden_characters_are_written_out_and_marks_follow() {
        let chunk = one("a: \"\u{1b}[31m\u{202e}ö\" x", &[(16..17, "here")]);
        assert_eq!(chunk.text, "a: \"\\u{1b}[31m\\u{202e}ö\" x");
        assert_eq!(marked(&chunk), [("x", "here".into())]);
    }

    #[test]
    fn overlong_lines_are_cut_around_the_label() {
        for (before, after) in [(0, 100), (30, 40), (100, 0), (5_000, 5_000), (50, 9_000), (9_000, 50)] {
            let line = format!("{}needle{}", "x".repeat(before), "y".repeat(after));
            let chunk = one(&line, &[(before..before + 6, "here")]);
            assert!(chunk.text.chars().count() <= FIT.width, "{}", chunk.text);
            assert_eq!(marked(&chunk), [("needle", "here".into())]);
            assert_eq!(chunk.marks[0].place, (1, before + 1));
            assert_eq!(chunk.text.starts_with('…'), before > 30, "{}", chunk.text);
            assert_eq!(chunk.text.ends_with('…'), after > 40 || before == 30, "{}", chunk.text);
        }
        let chunk = one(&"x".repeat(9_000), &[(0..6, "here"), (8_000..8_001, "far away")]);
        assert_eq!(marked(&chunk), [("xxxxxx", "here".into()), ("…", "far away".into())]);
    }

    #[test]
    fn far_lines_are_two_chunks_and_near_ones_one() {
        let mut sources = SourceMap::default();
        let file = sources.add("a", "1\n2\n3\n4\n5\n6\n7\n");
        let label = |line: usize| (Span::new(file, line * 2..line * 2 + 1), "");
        let lines = |labels: &[usize]| -> Vec<String> {
            let chunks = excerpt(labels.iter().map(|line| label(*line)), &sources, FIT);
            chunks.into_iter().map(|chunk| chunk.text).collect()
        };
        assert_eq!(lines(&[2, 0]), ["1\n2\n3"]);
        assert_eq!(lines(&[0, 5]), ["1", "6"]);
    }

    #[test]
    fn no_span_is_too_odd() {
        let text = "ä\t\r\n\u{200b}大\n";
        for start in 0..=text.len() + 2 {
            for end in 0..=text.len() + 2 {
                for other in 0..=text.len() {
                    let mut sources = SourceMap::default();
                    let file = sources.add("a", text);
                    let spans = [(Span::new(file, start..end), "x"), (Span::new(file, other..other), "y")];
                    for chunk in excerpt(spans, &sources, FIT) {
                        let mut last = 0;
                        for mark in &chunk.marks {
                            assert!(!mark.range.is_empty() && mark.range.start >= last);
                            assert!(!chunk.text[mark.range.clone()].contains('\n'));
                            last = mark.range.end;
                        }
                    }
                }
            }
        }
    }
}
