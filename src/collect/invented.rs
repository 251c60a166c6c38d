//! Zeros that a query invents where nothing was measured, as a warning shows them: `or vector(0)`, `// 0`, `coalesce(…, 0)`.
//!
//! Reads PromQL, jq and SQL alike, and none of them well: what it finds is worth a look, and may be right.

use std::ops::Range;

use crate::value::{Number, parse_number};

/// Functions of SQL that give their last argument where the others are null.
const FALLBACKS: [&str; 4] = ["coalesce", "ifnull", "nvl", "isnull"];

/// Where a query gives 0 for what is not there; the first place, in bytes.
pub fn invented_zero(text: &str) -> Option<Range<usize>> {
    let code = without_texts(text);
    let words = words(&code);
    let found = words.iter().enumerate().filter_map(|(index, word)| {
        let after = words.get(index + 1..).unwrap_or(&[]);
        let first = word.start;
        let end = match (word.text, after) {
            ("//", [zero, ..]) if zero.is_zero() => zero.end(),
            (or, [vector, open, zero, close, ..])
                if or.eq_ignore_ascii_case("or")
                    && vector.is("vector")
                    && open.is("(")
                    && zero.is_zero()
                    && close.is(")") =>
            {
                close.end()
            }
            (name, [open, rest @ ..])
                if open.is("(") && FALLBACKS.iter().any(|known| name.eq_ignore_ascii_case(known)) =>
            {
                fallback_end(rest)?
            }
            _ => return None,
        };
        Some(first..end)
    });
    found.min_by_key(|range| range.start)
}

/// Where a call ends, behind its opening bracket, if its last argument is 0.
fn fallback_end(words: &[QueryWord<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    let close = words.iter().position(|word| {
        match word.text {
            "(" | "[" => depth += 1,
            ")" | "]" if depth == 0 => return true,
            ")" | "]" => depth -= 1,
            _ => {}
        }
        false
    })?;
    let inner = words.get(..close)?;
    // A cast says nothing of the value: `0::numeric`.
    let end = inner.iter().rposition(|word| word.is("::")).unwrap_or(inner.len());
    let is_zero = matches!(inner.get(..end)?, [.., comma, zero] if comma.is(",") && zero.is_zero())
        || matches!(inner, [.., comma, zero] if comma.is(",") && zero.is_zero());
    is_zero.then(|| words.get(close).map(QueryWord::end))?
}

/// The text with the contents of quotes blanked, byte by byte.
fn without_texts(text: &str) -> String {
    let mut quote = None;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let is_quote = matches!(character, '\'' | '"');
        if quote.is_none() && !is_quote {
            out.push(character);
            continue;
        }
        if quote == Some(character) {
            quote = None;
        } else if quote.is_none() {
            quote = Some(character);
        }
        out.extend(std::iter::repeat_n('_', character.len_utf8()));
    }
    out
}

struct QueryWord<'t> {
    start: usize,
    text: &'t str,
}

impl QueryWord<'_> {
    fn is(&self, text: &str) -> bool {
        self.text.eq_ignore_ascii_case(text)
    }

    fn is_zero(&self) -> bool {
        parse_number(self.text).is_ok_and(|number| number == Number::ZERO)
    }

    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Names and numbers, `//` and `::`, and all other characters one by one.
fn words(code: &str) -> Vec<QueryWord<'_>> {
    let is_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = code.get(at..).filter(|rest| !rest.is_empty()) {
        let name = rest.find(|character| !is_name(character)).unwrap_or(rest.len());
        let single = rest.chars().next().map_or(1, char::len_utf8);
        let is_pair = rest.starts_with("//") || rest.starts_with("::");
        let length = if is_pair { 2 } else { name.max(single) };
        let text = rest.get(..length).unwrap_or("");
        if !text.trim().is_empty() {
            found.push(QueryWord { start: at, text });
        }
        at += length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        invented_zero(text).map(|range| &text[range])
    }

    #[test]
    fn zeros_for_what_is_not_there_are_found() {
        assert_eq!(found("sum(a) or vector(0)"), Some("or vector(0)"));
        assert_eq!(found("(a OR  vector ( 0.0 ))/b"), Some("OR  vector ( 0.0 )"));
        assert_eq!(found(".a // 0"), Some("// 0"));
        assert_eq!(found("[.x//0]"), Some("//0"));
        assert_eq!(found("select coalesce(sum(cost), 0) as c"), Some("coalesce(sum(cost), 0)"));
        assert_eq!(found("IFNULL(a,0)"), Some("IFNULL(a,0)"));
        assert_eq!(found("nvl(f(a, 1), 0::numeric)"), Some("nvl(f(a, 1), 0::numeric)"));
        assert_eq!(found("coalesce(a, 'é', 0)"), Some("coalesce(a, 'é', 0)"));
    }

    #[test]
    fn what_gives_something_else_is_not() {
        for text in [
            "sum(a) or vector(1)",
            "a or vector(time())",
            ".a // 10",
            ".a // null",
            ".a / 0",
            "coalesce(a, b)",
            "coalesce(0, a)",
            "f(coalesce(a, b), 0)",
            "'coalesce(a, 0)'",
            "\"// 0\"",
            "coalesce(a, 0",
            "mycoalesce(a, 0)",
            "",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
