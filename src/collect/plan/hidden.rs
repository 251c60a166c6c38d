//! A plan's text as it may be shown: with `*` for what may be a secret.
//!
//! Goes by the text alone: a plan with errors is often not read as far as its secrets.

use std::ops::Range;

/// Parts of the keys of a source that hold secrets. They take `{ env: NAME }`, and nothing else.
const KEYS: [&str; 7] = ["token", "password", "passwd", "secret", "api_key", "authorization", "postgres"];

/// The text with `*` for each byte that may be of a secret: as long as it was, so that places stay what they are.
pub fn hidden(text: &str) -> String {
    let (mut secrets, mut at) = (Vec::new(), 0);
    // A secret may begin below its key; fields may be called `tokens`.
    let (mut below, mut in_fields) = (None, false);
    for line in text.split_inclusive('\n') {
        let said = line.trim();
        let indent = line.len() - line.trim_start().len();
        if indent == 0 && !said.is_empty() && !said.starts_with('#') {
            in_fields = said.starts_with("fields:");
        }
        below = below.filter(|key| said.is_empty() || indent > *key);
        secrets.extend(addresses(line).into_iter().map(|part| at + part.start..at + part.end));
        if below.is_some() && !said.starts_with("env:") {
            secrets.push(at + indent..at + line.len());
        } else if let Some(value) = value_of_secret(line).filter(|_| !in_fields) {
            let given = line.get(value.clone()).unwrap_or("").trim();
            if given.is_empty() || given.starts_with(['|', '>']) {
                below = Some(indent);
            } else if !is_variable(given) {
                secrets.push(at + value.start..at + value.end);
            }
        }
        at += line.len();
    }
    let hide = |(at, c): (usize, char)| {
        let is_secret = !c.is_whitespace() && secrets.iter().any(|secret| secret.contains(&at));
        if is_secret { "*".repeat(c.len_utf8()) } else { c.to_string() }
    };
    text.char_indices().map(hide).collect()
}

/// The users and the queries of addresses.
fn addresses(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, mark) in line.match_indices("://") {
        let start = at + mark.len();
        let rest = line.get(start..).unwrap_or("");
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`')).unwrap_or(rest.len());
        let address = rest.get(..end).unwrap_or("");
        found.extend(address.rfind('@').map(|user| start..start + user));
        found.extend(address.find('?').map(|query| start + query + 1..start + end));
    }
    found
}

/// What stands behind the first key that a secret may belong to, up to the end of the line and of its braces.
fn value_of_secret(line: &str) -> Option<Range<usize>> {
    let ends = line.match_indices(':').map(|(at, _)| at);
    let end = ends.into_iter().find(|end| {
        let before = line.get(..*end).unwrap_or("").trim_end_matches(['\'', '"']);
        let key = before.rsplit(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).next();
        let key = key.unwrap_or("").to_ascii_lowercase().replace('-', "_");
        KEYS.iter().any(|secret| key.contains(secret))
    })?;
    let value = line.get(end + 1..)?.trim_end().trim_end_matches(['}', ' ']);
    Some(end + 1..end + 1 + value.len())
}

/// Whether what is given begins with `{ env: NAME }`.
fn is_variable(given: &str) -> bool {
    let name = given.strip_prefix('{').map(str::trim_start).and_then(|rest| rest.strip_prefix("env:"));
    let name = name.map_or("", |rest| rest.split('}').next().unwrap_or("").trim());
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn whatever_is_wrong_with_its_line_a_secret_is_hidden() {
        for plan in [
            "sources:\n  p: { prometheus: 'https://u:s3cret@h', token: { env: T } }\n",
            "sources:\n  p: { prometheus: 'https://h?key=s3cret' }\n",
            "sources:\n  p: { promethus: 'https://h', csv: a, tokens: s3cret }\n",
            "sources:\n  p: { json: 'https://u:s3cret@h/x' }\n",
            "sources:\n  p:\n    token: { env: s3cret-x }\n",
            "sources:\n  p:\n    token: { envv: s3cret }\n",
            "sources:\n  p:\n    token: [s3cret]\n",
            "sources:\n  p:\n    token:\n      s3cret\n",
            "sources:\n  p:\n    \"api-key\": |\n      one\n      s3cret\n    timeout: 30 s\n",
            "sources:\n  p: { postgres: { url: s3cret } }\n",
            "{ sources: { p: { password: s3cret } } }",
        ] {
            let shown = hidden(plan);
            assert!(!shown.contains("s3cret"), "{shown}");
            assert_eq!(shown.len(), plan.len());
            assert_eq!(shown.lines().count(), plan.lines().count());
        }
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        for plan in [
            "sources:\n  p: { prometheus: 'https://h:9090/x', token: { env: PROM_TOKEN }, timeout: 30 }\n",
            "sources:\n  p:\n    postgres:\n      env: USAGE\n    timeout: 30 s\n",
            "fields:\n  tokens: { from: spans, value: tokens }\n",
        ] {
            assert_eq!(hidden(plan), plan);
        }
    }
}
