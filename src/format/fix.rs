//! Puts fixes into a text. Knows nothing of where they come from.

use crate::diagnostic::Fix;

/// A text with its fixes in it, and how many of them: of two that overlap, the first one.
pub fn with_fixes<'f>(text: &str, fixes: impl IntoIterator<Item = &'f Fix>) -> (String, usize) {
    let mut fixes: Vec<&Fix> = fixes.into_iter().collect();
    fixes.sort_by_key(|fix| (fix.span.start, fix.span.end));
    let (mut fixed, mut done, mut end) = (String::new(), 0, 0);
    let mut last: Option<&Fix> = None;
    for fix in fixes {
        let range = fix.span.range();
        let overlaps = range.start < end || last.is_some_and(|last| last.span == fix.span);
        let Some(between) = text.get(end..range.start).filter(|_| !overlaps) else { continue };
        // A span that is none of this text's is left alone.
        if text.get(range.clone()).is_none() {
            continue;
        }
        fixed.push_str(between);
        fixed.push_str(&fix.text);
        (end, last) = (range.end, Some(fix));
        done += 1;
    }
    fixed.push_str(text.get(end..).unwrap_or_default());
    (fixed, done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    #[test]
    fn fixes_stand_in_the_place_of_what_was_there() {
        let fix = |start: usize, end: usize, text: &str| Fix {
            span: Span::new(FileId::default(), start..end),
            text: text.to_owned(),
            guess: false,
            partial: false,
        };
        let fixed = |fixes: &[Fix]| with_fixes("count(x) >= 5", fixes);
        assert_eq!(fixed(&[]), ("count(x) >= 5".to_owned(), 0));
        assert_eq!(fixed(&[fix(12, 13, "5%"), fix(0, 5, "share")]), ("share(x) >= 5%".to_owned(), 2));
        // Of what overlaps or stands in one place the first, and nothing that is not there.
        assert_eq!(fixed(&[fix(0, 8, "a"), fix(6, 7, "b")]), ("a >= 5".to_owned(), 1));
        assert_eq!(fixed(&[fix(5, 5, "s"), fix(5, 5, "s")]), ("counts(x) >= 5".to_owned(), 1));
        assert_eq!(fixed(&[fix(12, 99, "6")]), ("count(x) >= 5".to_owned(), 0));
    }
}
