//! What the function takes whose argument is being written.

use std::ops::Range;

use crate::builtins::{self, Builtin};
use crate::parse::place::call_around;

/// How a function is called, and which of its arguments is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// One way to call it: `previous(x where P, y)`.
    pub label: String,
    /// Where each argument stands in the label.
    pub arguments: Vec<Range<usize>>,
    /// The argument at the cursor; there may be more commas than arguments.
    pub active: usize,
    pub doc: String,
}

/// A call around a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallAt {
    pub(super) builtin: &'static Builtin,
    /// How many commas stand before the place.
    argument: usize,
}

/// The innermost call of a function that a place lies in.
pub(super) fn call_at(text: &str, offset: usize) -> Option<CallAt> {
    let (name, argument) = call_around(text, offset)?;
    Some(CallAt { builtin: builtins::find(name)?, argument })
}

/// The ways to call the function whose argument is being written at a byte of a policy; empty outside of calls.
pub fn signatures(text: &str, offset: usize) -> Vec<Signature> {
    let Some(call) = call_at(text, offset) else { return Vec::new() };
    let CallAt { builtin, argument } = call;
    let doc = format!("{}\n\n`{}` is {}", builtin.gives, builtin.example, builtin.value);
    let ways = builtin.usage.split_inclusive("),").map(|way| way.trim_end_matches(',').trim());
    let signature = |way: &str| Signature {
        label: way.to_owned(),
        arguments: arguments_of(way),
        active: argument,
        doc: doc.clone(),
    };
    ways.map(signature).collect()
}

/// Where the arguments stand in `percentile(L.f where P, q)`.
fn arguments_of(usage: &str) -> Vec<Range<usize>> {
    let (Some(open), Some(close)) = (usage.find('('), usage.rfind(')')) else { return Vec::new() };
    let mut start = open + 1;
    let inner = usage.get(start..close).unwrap_or("");
    let place = |part: &str| {
        let begin = start + part.len() - part.trim_start().len();
        let place = begin..start + part.len();
        start += part.len() + 1;
        place
    };
    inner.split(',').map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::marked;
    use super::*;

    fn shown(text: &str) -> String {
        let (text, at) = marked(text);
        let all = signatures(&text, at);
        let one = |signature: &Signature| {
            let argument = signature.arguments.get(signature.active);
            let argument = argument.and_then(|place| signature.label.get(place.clone())).unwrap_or("-");
            format!("{} @ {argument}", signature.label)
        };
        all.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_argument_at_the_cursor_is_the_active_one() {
        for (text, wanted) in [
            ("policy a { let x = count(|", "count(L where P) @ L where P"),
            ("policy a { let x = count(|outputs)", "count(L where P) @ L where P"),
            ("policy a { let x = percentile(a.b where c, |", "percentile(L.f where P, q) @ q"),
            ("policy a { let x = percentile(a, 1, |", "percentile(L.f where P, q) @ -"),
            ("policy a { let x = share(|) }", "share(L where P) @ L where P; share(A of B) @ A of B"),
            ("policy a { let x = max(count(a), (1 + |", "max(L.f where P) @ -"),
            ("policy a { let x = previous(default(a.b, |), 2)", "default(path, y) @ y"),
            ("policy a { let x = previous(a in [1, 2], |", "previous(x where P, y) @ y"),
            ("policy a { rule x { require a else hold \"{count(|)}\"", "count(L where P) @ L where P"),
            ("policy a { let x = (|", ""),
            ("policy a { let x = nothing(|", ""),
            ("policy a { let x = count(a)|", ""),
            ("policy a { # count(|", ""),
            ("policy a { rule x \"count(|", ""),
            ("|", ""),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }
}
