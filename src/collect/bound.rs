//! Named parameters of SQL, for servers that number them: `:start` becomes `$1`, where it is a parameter and nothing else.
//!
//! Reads SQL as PostgreSQL does, as far as it takes to know what is text and what is not. Knows no server.

use crate::collect::table::SourceFailure;

/// The query with each `:NAME` replaced by what stands for it. Within texts, quoted names and comments nothing is.
///
/// # Errors
/// If the query numbers parameters itself.
pub fn with_parameters(sql: &str, parameters: &[(&str, &str)]) -> Result<String, SourceFailure> {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let length = opaque(rest, before).unwrap_or(first.len_utf8());
        let (mut copied, mut after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let follows = after.chars().next();
        if first == '$' && !is_name(before) && follows.is_some_and(|next| next.is_ascii_digit()) {
            return Err(SourceFailure::refused(
                "the query has a numbered parameter, which nothing is bound to",
                "write `:start` or `:end`",
            ));
        }
        if copied == ":" {
            let name = after.get(..name_length(after)).unwrap_or("");
            if let Some((_, value)) = parameters.iter().find(|(known, _)| *known == name) {
                copied = value;
                after = after.get(name.len()..).unwrap_or("");
            }
        }
        out.push_str(copied);
        before = copied.chars().next_back().unwrap_or(before);
        rest = after;
    }
    Ok(out)
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

fn name_length(text: &str) -> usize {
    text.find(|character| !is_name(character)).unwrap_or(text.len())
}

/// How long the text, quoted name, comment or cast is that SQL begins with, if it begins with one. `before` is the character
/// before it.
fn opaque(sql: &str, before: char) -> Option<usize> {
    let end = |mark: &str, from: usize| {
        let found = sql.get(from..).and_then(|rest| rest.find(mark));
        found.map_or(sql.len(), |at| from + at + mark.len())
    };
    let is_escaped = !is_name(before) && (sql.starts_with("e'") || sql.starts_with("E'"));
    if is_escaped {
        Some(escaped_end(sql))
    } else if sql.starts_with('\'') {
        Some(end("'", 1))
    } else if sql.starts_with('"') {
        Some(end("\"", 1))
    } else if sql.starts_with("--") {
        Some(end("\n", 2))
    } else if sql.starts_with("/*") {
        Some(comment_end(sql))
    } else if sql.starts_with("::") {
        Some(2)
    } else if sql.starts_with('$') && !is_name(before) {
        let mark = dollar_mark(sql)?;
        Some(end(mark, mark.len()))
    } else {
        None
    }
}

/// Where a text with escapes ends, `E'it\'s'`.
fn escaped_end(sql: &str) -> usize {
    let mut is_escape = false;
    for (at, character) in sql.char_indices().skip(2) {
        match character {
            _ if is_escape => is_escape = false,
            '\\' => is_escape = true,
            // A doubled quote begins another text right away, which is as opaque.
            '\'' => return at + 1,
            _ => {}
        }
    }
    sql.len()
}

/// Where a comment ends: they nest.
fn comment_end(sql: &str) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(rest) = sql.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    sql.len()
}

/// The mark that a text between dollars begins and ends with: `$$` or `$name$`.
fn dollar_mark(sql: &str) -> Option<&str> {
    let name = sql.get(1..)?.find('$')?;
    let mark = sql.get(..name + 2)?;
    let inner = mark.trim_matches('$');
    let is_mark = inner.chars().all(|character| character.is_alphanumeric() || character == '_')
        && !inner.starts_with(|character: char| character.is_ascii_digit());
    is_mark.then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: &[(&str, &str)] = &[("start", "$1"), ("end", "$2")];

    fn bound(sql: &str) -> String {
        with_parameters(sql, PARAMETERS).unwrap()
    }

    #[test]
    fn parameters_are_replaced_wherever_they_are_some() {
        assert_eq!(bound("at >= :start and at<:end"), "at >= $1 and at<$2");
        assert_eq!(bound("date(:start)::text, :end::date"), "date($1)::text, $2::date");
        assert_eq!(bound(":start"), "$1");
        assert_eq!(bound("'a':start"), "'a'$1");
        assert_eq!(bound("é = :end"), "é = $2");
    }

    #[test]
    fn what_only_looks_like_one_stays() {
        for sql in [
            "x::start",
            "':start'",
            "'it''s :start'",
            "E'it\\'s :start'",
            "e'\\\\' || ':start'",
            "\":start\"",
            "\"a\"\":start\"",
            "-- :start",
            "/* :start /* :end */ :start */",
            "$$ :start $$",
            "$a$ $$ :start $b$ $a$",
            ":started",
            ":starté",
            "a[1:ending]",
            "':start",
            "/* :start",
            "$a$ :start",
            "a$b$ c$b$",
        ] {
            assert_eq!(bound(sql), sql);
        }
        assert_eq!(bound("-- :start\n:start"), "-- :start\n$1");
        assert_eq!(bound("/**/:start"), "/**/$1");
        assert_eq!(bound("name'x' :start"), "name'x' $1");
        // No text with escapes: the letter belongs to a name.
        assert_eq!(bound("likee'\\' :start"), "likee'\\' $1");
    }

    #[test]
    fn numbered_parameters_are_refused() {
        assert!(with_parameters("select $1", PARAMETERS).is_err());
        assert!(with_parameters("select a$1, '$1'", PARAMETERS).is_ok());
    }
}
