//! Lines and columns in each unit, and maps that go on from another one.

use proptest::prelude::*;

use super::*;

const ALL: [Columns; 3] = [Columns::Characters, Columns::Utf8, Columns::Utf16];

fn source(text: &str) -> Source {
    Source::new("a".into(), SourceText::new(text.into()))
}

#[test]
fn lines_and_columns_count_from_one_and_by_character() {
    let mut sources = SourceMap::default();
    let file = sources.add("a", "one\ntwö x\n");
    assert_eq!(sources.line_column(Span::new(file, 0..1)), (1, 1));
    assert_eq!(sources.line_column(Span::new(file, 9..10)), (2, 5));
    assert_eq!(sources.text(Span::new(file, 4..8)), "twö");
}

#[test]
fn a_map_goes_on_from_another_one() {
    let mut first = SourceMap::default();
    let (a, b) = (first.add("a", "one"), first.add("b", "two"));
    let first = Arc::new(first);
    let mut sources = SourceMap::upon(Arc::clone(&first));
    assert_eq!(sources.add("a", "one"), a);
    let (other, own) = (sources.add("b", "three"), sources.add("c", ""));
    assert_eq!((other, own, sources.count(), sources.bytes()), (FileId(2), FileId(3), 4, 11));
    assert_eq!((sources.file_named("b").unwrap().0, first.file_named("b").unwrap().0), (other, b));
    assert_eq!(sources.all().map(|source| &*source.name).collect::<Vec<_>>(), ["a", "b", "b", "c"]);
    assert_eq!((sources.name(b), sources.name(own), first.name(own)), ("b", "c", ""));
    sources.truncate(3);
    assert_eq!((sources.count(), sources.bytes(), sources.named("c").is_none()), (3, 11, true));
}

#[test]
fn each_unit_counts_its_own_columns() {
    let source = source("one\r\ne\u{301}\u{1f600}x\r\n");
    let at = source.text.find('x').unwrap();
    let columns = ALL.map(|columns| source.position(at, columns));
    assert_eq!(columns, [(2, 4), (2, 8), (2, 5)]);
    assert_eq!(ALL.map(|columns| source.position(at - 2, columns)), [(2, 3), (2, 4), (2, 3)]);
    assert_eq!((source.line(1), source.line(3), source.line(9)), ("one", "", ""));
}

#[test]
fn places_that_are_not_there_are_the_nearest_that_are() {
    let source = source("one\r\n\u{1f600}x\n");
    for columns in ALL {
        assert_eq!(source.offset(0, 0, columns), 0);
        assert_eq!(source.offset(1, 99, columns), 3);
        assert_eq!(source.offset(2, 99, columns), 10);
        assert_eq!(source.offset(3, 1, columns), 11);
        assert_eq!(source.offset(99, 1, columns), 11);
        assert_eq!(source.position(99, columns), (3, 1));
    }
    assert_eq!(source.offset(2, 2, Columns::Utf16), 5);
    assert_eq!(source.offset(2, 3, Columns::Utf16), 9);
}

proptest! {
    #[test]
    fn a_place_is_found_again(text in "[ab\\r\\nä漢\u{301}\u{1f600}]{0,24}", at in 0_usize..80) {
        let source = source(&text);
        let start = text.floor_char_boundary(at);
        // Between the two characters of a line end nobody can write.
        let is_split = text.get(..start).is_some_and(|before| before.ends_with('\r'))
            && text.get(start..).is_some_and(|rest| rest.starts_with('\n') || rest.is_empty());
        for columns in ALL {
            let (line, column) = source.position(at, columns);
            let found = source.offset(line, column, columns);
            prop_assert_eq!(found, start - usize::from(is_split));
            prop_assert_eq!(line, text.get(..start).unwrap_or("").matches('\n').count() + 1);
        }
    }

    #[test]
    fn any_line_and_column_is_a_place(text in "[ab\\r\\nä漢\u{301}\u{1f600}]{0,24}", line in 0_usize..9, column in 0_usize..40) {
        let source = source(&text);
        for columns in ALL {
            let found = source.offset(line, column, columns);
            prop_assert!(text.is_char_boundary(found));
            let (own_line, own_column) = source.position(found, columns);
            prop_assert!(own_line <= line.max(1) && (own_line < line || own_column <= column.max(1)));
        }
    }
}
