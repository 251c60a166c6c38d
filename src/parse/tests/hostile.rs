//! Texts that nest, repeat or are none.

use super::*;

/// Texts that nest or repeat, from `size` copies.
fn hostile(size: usize) -> Vec<(String, &'static str)> {
    let in_let =
        ["not ", "(", "- ", "[", "{", "if ", "if a then b else ", "a + ", "f(", "f(x where ", "x in [", "a<"];
    let in_let =
        in_let.iter().chain(&["at least 2 of [", "a.", "1,", "\"", "\\", "a and ", "if if a then b else "]);
    let mut texts: Vec<(String, &'static str)> = Vec::new();
    for part in in_let {
        let part = part.repeat(size);
        texts.push((format!("policy p {{\n let x = {part}\n let broken = (\n let y = 1\n}}"), "y"));
        texts.push((format!("policy p {{\n let x = a {part} b\n let broken = (\n let y = 1\n}}"), "y"));
        texts.push((format!("policy p \"{{{part}}}\" {{ let y = 1 }}"), ""));
        texts.push((format!("test \"t\" {{ given every 1 week from 2026-01-01 {{ a = {part}"), ""));
        texts.push((part, ""));
    }
    for part in [
        "policy p {\n",
        "polcy p {\n",
        "rule r {\n",
        "gate a -> b {\n",
        "let ",
        "}",
        "a: list of ",
        "a { ",
        "\n",
    ] {
        let part = part.repeat(size);
        texts.push((part.clone(), ""));
        texts.push((format!("policy p {{ {part}"), ""));
        texts.push((format!("snapshot {{ {part}"), ""));
        texts.push((format!("{}{part}", "x { ".repeat(120)), ""));
    }
    texts
}

#[test]
fn hostile_texts_are_refused_and_hide_nothing() {
    for (text, sound) in hostile(2_000) {
        let (file, diagnostics) = parsed(&text);
        let start: String = text.chars().take(60).collect();
        if !sound.is_empty() {
            let names = item_names(&policy(&file).items);
            let codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
            assert!(names.iter().any(|name| name == sound), "{start}: {names:?}");
            assert!(
                names.iter().any(|name| name == "?broken") || codes == [Code::TooDeep],
                "{start}: {names:?}"
            );
            assert!((1..=3).contains(&codes.len()), "{start}: {codes:?}");
        }
        let gave_up = diagnostics.iter().any(|diagnostic| diagnostic.message.contains("intricate"));
        assert!(!gave_up, "{start}");
    }
}

#[test]
fn nesting_is_understood_up_to_its_limit() {
    // With how many levels each of them takes.
    for (open, close, each) in [
        ("(", ")", 1),
        ("f(", ")", 1),
        ("not (", ")", 1),
        ("-(", ")", 1),
        ("1 + (", ")", 1),
        ("f(x where ", ")", 1),
        ("f(x by ", ")", 1),
        ("a in [", "]", 1),
        ("at least 1 of [", "]", 1),
        ("if ", " then b else c", 1),
        ("if a then b else ", "", 1),
        ("f(a < -g(", "))", 4),
        ("f(x, y over 2 * g(", "))", 3),
        ("not a < 1 or b >= 2 + (", ") with 5% confidence", 5),
    ] {
        for (levels, deep) in [(MAX_DEPTH / each - 2, false), (MAX_DEPTH + 2, true)] {
            let text = format!("policy p {{ let a = {}1{} }}", open.repeat(levels), close.repeat(levels));
            let codes: Vec<Code> = parsed(&text).1.iter().map(|diagnostic| diagnostic.code).collect();
            assert_eq!(codes, if deep { &[Code::TooDeep][..] } else { &[] }, "{open} {levels}");
        }
    }
    let chain = |count: usize| format!("policy p {{ let a = b{} }}", " + b".repeat(count));
    assert!(problems(&chain(MAX_DEPTH)).is_empty());
    assert!(problems(&chain(MAX_DEPTH + 1))[0].starts_with("T102 1 'b': nested more than 128 levels deep"));
    let flat = format!("policy p {{ let a = b{} }}", " and b".repeat(5_000));
    assert!(problems(&flat).is_empty());
    for (open, close) in [("{a: ", "}"), ("[2 x ", "]")] {
        let text = |levels: usize| {
            let value = format!("{}1{}", open.repeat(levels), close.repeat(levels));
            format!("test \"t\" {{ given every 1 week from 2026-01-01 {{ a = {value} }} }}")
        };
        assert!(problems(&text(MAX_DEPTH - 3)).is_empty());
        assert_eq!(parsed(&text(MAX_DEPTH + 2)).1[0].code, Code::TooDeep);
    }
    let lists = format!("snapshot {{ a: {}text }}", "list of ".repeat(MAX_DEPTH + 1));
    assert_eq!(parsed(&lists).1[0].code, Code::TooDeep);
}

#[test]
fn a_text_that_nests_too_deeply_hides_no_other_error() {
    let deep = format!("{}a{}", "(".repeat(500), ")".repeat(500));
    let text = format!(
        "policy p \"{{{deep}}}\" {{\n let x = {deep} + 1\n let y = {deep}\n rule r {{ requires x else hold }}\n let z = 1\n}}"
    );
    let (file, diagnostics) = parsed(&text);
    let codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, [Code::TooDeep, Code::TooDeep, Code::TooDeep, Code::Syntax]);
    assert_eq!(item_names(&policy(&file).items), ["?x", "?y", "?r", "z"]);
}

/// No text may panic the parser, and every place that it reports lies in the text.
fn survives(text: &str) {
    let (_, diagnostics) = parsed(text);
    for diagnostic in diagnostics {
        for label in &diagnostic.labels {
            assert!(text.get(label.span.range()).is_some(), "{diagnostic:?} in {text:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        survives(&text);
    }

    #[test]
    fn any_words_are_survived(words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..120)) {
        survives(&words.join(" "));
        survives(&words.concat());
    }

    #[test]
    fn a_mutated_policy_is_survived(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..12usize, prop::sample::select(WORDS.to_vec())), 1..6)
    ) {
        let mut text = EXAMPLE.to_owned();
        for (at, length, word) in edits {
            let start = at.index(text.len());
            let start = (start..=text.len()).find(|start| text.is_char_boundary(*start)).unwrap_or(text.len());
            let end = (start + length..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
            text.replace_range(start..end, word);
        }
        survives(&text);
    }
}

/// What mutations put into policies.
const WORDS: [&str; 48] = [
    "policy",
    "rule",
    "gate",
    "let",
    "param",
    "stages",
    "snapshot",
    "test",
    "when",
    "require",
    "else",
    "then",
    "hold",
    "help",
    "given",
    "every",
    "expect",
    "if",
    "not",
    "in",
    "at least 2 of",
    "has",
    "with",
    "confidence",
    "where",
    "over stage",
    "a",
    "p.x",
    "5%",
    "2 weeks",
    "2026-01-05",
    "1e9",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\n",
    "=",
    "<",
    "->",
    "-",
    ",",
    ":",
    "#",
    "é",
];
