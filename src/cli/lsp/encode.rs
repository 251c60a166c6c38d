//! Places as the protocol counts them, from 0 and in units of UTF-8 or UTF-16, and the bytes of a text.

use std::ops::Range;

use gen_lsp_types::{Position, Range as LspRange};

use crate::report::Region;
use crate::source::{Columns, Source};

/// The position of a byte.
pub(super) fn position(source: &Source, offset: usize, columns: Columns) -> Position {
    let (line, column) = source.position(offset, columns);
    Position { line: number(line - 1), character: number(column - 1) }
}

/// The byte of a position; of one that is not there the nearest.
pub(super) fn offset(source: &Source, position: Position, columns: Columns) -> usize {
    let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX).saturating_add(1);
    source.offset(at(position.line), at(position.character), columns)
}

/// The range of some bytes.
pub(super) fn range(source: &Source, bytes: Range<usize>, columns: Columns) -> LspRange {
    LspRange { start: position(source, bytes.start, columns), end: position(source, bytes.end, columns) }
}

/// The bytes of a range.
pub(super) fn bytes(source: &Source, range: LspRange, columns: Columns) -> Range<usize> {
    let start = offset(source, range.start, columns);
    start..offset(source, range.end, columns).max(start)
}

/// The range of what a report speaks of, whose columns are characters.
pub(super) fn region(source: &Source, region: &Region, columns: Columns) -> LspRange {
    let start = source.offset(region.line, region.column, Columns::Characters);
    let end = source.offset(region.end_line, region.end_column, Columns::Characters);
    range(source, start..end.max(start), columns)
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
