use std::ops::Range;

use proptest::prelude::*;

use super::*;
use crate::ide::tests::example_texts;
use crate::snapshot::outline::located;

/// Every key and scalar, each with the way to it.
fn read(text: &str) -> Vec<(String, Range<usize>, Option<Range<usize>>)> {
    let yaml = YamlText::read(text);
    let mut found = Vec::new();
    for (id, slot) in yaml.slots() {
        let step = |step: &YamlStep<'_>| match step {
            YamlStep::Key(key) => format!("{key:?}"),
            YamlStep::Element(index) => index.to_string(),
        };
        let way: Vec<String> = yaml.way(id).iter().map(step).collect();
        let value = (slot.content == SlotContent::Scalar).then(|| slot.value.clone());
        // Below a `|` all is text.
        let is_block = |value: &Range<usize>| {
            let above = text[..value.start].trim_end().lines().last().unwrap_or("");
            above.ends_with(['|', '>']) && !above.contains(" #") && !above.starts_with('#')
        };
        let is_null = value.clone().filter(|value| !is_block(value)).is_some_and(|value| {
            ["~", "null", "Null", "NULL"].contains(&&text[value.clone()]) || text[value].starts_with('*')
        });
        let value = value.filter(|_| !is_null);
        // Between braces a key may do without its colon; one over several lines is read as the first of them.
        if matches!(slot.name, SlotName::Key { colon: false, .. }) {
            continue;
        }
        match slot.key_at() {
            Some(key) => found.push((way.join("."), key, value)),
            None => found.extend(value.map(|value| (way.join("."), value.clone(), Some(value)))),
        }
    }
    found
}

/// Whether the text is sound; if it is, the parser finds the same.
fn agrees(text: &str) -> bool {
    let Some(mut expected) = located(text) else { return false };
    let is_key = |at: &Range<usize>, value: &Option<Range<usize>>| {
        Some(at) == value.as_ref() || text[at.end..].trim_start().starts_with(':')
    };
    expected.retain(|(_, at, value)| is_key(at, value));
    let found = read(text);
    // Where a `|` with nothing below it stands, the parser says now so, now so.
    let is_header = |value: &Range<usize>| {
        text[value.clone()].strip_prefix(['|', '>']).is_some_and(|rest| rest.len() < 3 && !rest.contains(' '))
    };
    if found.iter().any(|(_, _, value)| value.as_ref().is_some_and(is_header)) {
        return false;
    }
    assert_eq!(found, expected, "{text}");
    true
}

#[test]
fn what_the_parser_finds_is_found() {
    for text in [
        "workflow: a b\ndate: 2026-11-02 # why\n\n# what\nn: -0.5\n",
        "a:\n  b: 4.5 USD\n  c: [x, 1%]\nd:\n- e: 1\n  f: {}\n- e: 2\ng: 'h'",
        "c:\n  a.b: { at: 2026-11-27T23:59:59.999Z, why: \"a, b: c\", x: 'y', l: [\"a\", b:c] }\n",
        "l:\n  - { id: r01, t: 4%,  k: ordinary }\n  - {id: r02, in: { a: [] }}\n  - x y\nq: \"a: b # c\"\n",
        "a: 1\r\nb:\r\n  - x\r\n  - y: 2\r\n    z: 3\r\n",
        "--- # one\na: 1\n---\nb: 2\n...\n---\nc: 3\n",
        "a: &x 1\nb: &y\n  c: 2\n&z d: *x\n",
        "a: |\n  x: y\n\n  z\nb: >-\n  w\n",
        "b:c: |\n  ~",
        "a: b\n  c\n  - d\n\n  e # f\ng: 1\n",
        "a: \"b\n  c: d\"\n'e f': 'g''h'\n\"i\\\"j\": k\n",
        "a: [\n  1, # one\n  { b: 2,\n    c: 3 },\n]\nd: 4\n",
        "a: [b: c, d]\ne: {\"f\":1, g}\n",
        "a: [&x b: 1, c]\n",
        "a: [:b:ca]\n",
        "a: [&x ]\n",
        "a: [&x x y]\n",
        "- a\n- - b\n  - c\n-\n  d: 1\n- e:\n  - f\n  g: 2\n",
        "a:\n\n    # c\n    b: 1\n# d\nc: 2\n",
        "%YAML 1.2\n---\na: 1\n",
        "\u{feff}a: 1\n",
        "schlüssel: wört\n",
        "a: ~\nb: null\nc:\nd:\n- e\n",
    ] {
        assert!(agrees(text), "{text}");
    }
}

#[test]
fn the_examples_are_read_as_the_parser_reads_them() {
    for text in example_texts() {
        assert!(agrees(&text), "{text}");
    }
}

/// Whether every quote and bracket closes on its line. Where one does not, the parser lets lines go on with it that have a
/// key of their own, however far in they are; these are taken for what is being typed.
fn closes_on_its_lines(text: &str) -> bool {
    let count = |line: &str, of: &[char]| line.matches(of).count();
    text.lines().all(|line| {
        let even = |quote| count(line, &[quote]) % 2 == 0;
        even('"') && even('\'') && count(line, &['[', '{']) == count(line, &[']', '}'])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn pieces_are_read_as_the_parser_reads_them(pieces in prop::collection::vec(prop::sample::select(vec![
        "a", "b", "key", "1", "4%", "-1", "x y", ": ", ":", " ", "  ", "    ", "\n", "\n", "\n  ", "\n- ", "\n  - ", "- ", "#", " # c",
        "b:c", "\"x, y\"", "'z'", "k.l", "k.l: ", "\r\n", "\n---\n", ": |\n  ", "&x ", "ü",
        "[", "]", "{", "}", ", ", ",", "'", "\"", "a: 1", "b: x", "{ a: 1, b: 2 }", "[a, b]", "~", "null", "-", "%", ".",
    ]), 0..40)) {
        let text = pieces.concat();
        if closes_on_its_lines(&text) {
            agrees(&format!("a: {text}"));
            agrees(&text);
        }
    }
}
