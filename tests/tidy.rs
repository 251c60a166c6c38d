//! Reads the sources and holds the walls of `ARCHITECTURE.md`. A failure names the file, the line and the wall.
//!
//! Everything here is a plain text search over the code with its comments, strings and tests blanked out: no parser, so
//! that a rule can be read and changed in a minute.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;

use tollgate::code::Code;

use crate::support::{files_under, relative, root};

/// The floors, lowest first. A module may use those of lower floors and, except on [`SIBLING_FREE`], its neighbours. What
/// the engine is made of stands one above the other, so that none of it can come to need the engine.
const FLOORS: &[&[&str]] = &[
    &["source", "text", "code", "digest", "diagnostic", "excerpt"],
    &["ast", "types", "value", "point", "vocabulary", "interval", "evidence", "report"],
    &["builtins", "stats", "program", "settings"],
    &["parse", "check", "eval", "snapshot", "config"],
    &["builtin", "project", "words", "disk"],
    &["layers", "lint", "format", "history", "suite", "direction"],
    &["explain"],
    &["mutate"],
    &["engine", "collect"],
    &["ide"],
    &["render", "cli"],
];

/// The floor whose modules do not know each other: each phase is a function of its input.
const SIBLING_FREE: usize = 3;

/// What a word stands for, and the only places (a file, or a module with its folder) that may use it.
const WALLS: &[(&[&str], &[&str])] = &[
    (&["pest", "pest_derive"], &["src/parse"]),
    (&["granit_parser"], &["src/snapshot"]),
    (&["serde_yaml"], &["src/config"]),
    (&["miette"], &["src/render/human"]),
    (&["maud"], &["src/render/html"]),
    (&["pretty"], &["src/format"]),
    (&["quick_junit"], &["src/render/junit"]),
    (&["clap"], &["src/cli"]),
    (&["lsp_server", "gen_lsp_types", "crossbeam_channel"], &["src/cli/lsp"]),
    (&["walkdir"], &["src/disk"]),
    (&["globset"], &["src/project"]),
    (&["fs", "temp_dir", "canonicalize"], &["src/disk", "src/cli/write", "src/cli/fmt"]),
    (&["std::env", "std::process"], &["src/cli", "src/main"]),
    // The JSON writer hands its text out through `io::Write`, into memory.
    // Readers of archives and sheets read what is in memory.
    (
        &["std::io"],
        &[
            "src/cli",
            "src/disk",
            "src/main",
            "src/render/json",
            "src/collect/inspect_eval",
            "src/collect/xlsx",
        ],
    ),
    (&["println", "print", "eprintln", "eprint"], &["src/cli", "src/main"]),
    (&["SystemTime", "Instant", "Zoned"], &["src/cli", "src/disk", "src/main"]),
    // What a source says of its time is an instant; none of these asks what time it is.
    (&["Timestamp"], &["src/cli", "src/main", "src/collect/parquet", "src/collect/rows"]),
    (&["jiff::tz"], &["src/collect"]),
    (&["encoding_rs"], &["src/collect/delimited"]),
    (&["regex"], &["src/collect/promptfoo"]),
    (&["ZipArchive"], &["src/collect/inspect_eval", "src/collect/xlsx"]),
    (&["calamine"], &["src/collect/xlsx"]),
    (&["parquet::file", "parquet::record"], &["src/collect/parquet"]),
    (&["rusqlite"], &["src/collect/sqlite"]),
    (&["jaq_all"], &["src/collect/jq"]),
    (&["ureq"], &["src/cli/collect/http"]),
    (&["postgres::config", "postgres::types"], &["src/cli/collect/postgres"]),
    (&["similar"], &["src/cli/collect"]),
    (&["sha2"], &["src/digest"]),
    (&["postcard"], &["src/builtin/trees"]),
];

/// Where a match over texts may take any other text for something: none of these reads a word of which there is a list.
const FREE_TEXT: &[&str] = &[
    // What to say of what somebody wrote.
    "src/check/errors",
    "src/snapshot/errors",
    "src/parse/expected",
    // A path's first word, which is a name unless it is `it` or `snapshot`.
    "src/check/path",
    // The gap before a token: one blank unless something else is said.
    "src/format/layout",
    // Units of a day and longer.
    "src/mutate/step",
];

/// What finds out and writes no English: words are made of it elsewhere.
const WORDLESS: &[&str] = &["src/eval", "src/evidence", "src/report/why"];

const MAX_LINES: usize = 600;
const MAX_MAIN_LINES: usize = 30;

/// A source file, as the walls look at it.
struct Source {
    /// From the package's folder.
    name: String,
    /// The whole text.
    text: String,
    /// The text with the same lines, but comments, the contents of strings and the tests blanked.
    code: String,
    /// How many lines it has before its tests.
    lines: usize,
}

impl Source {
    fn of(name: String, text: String) -> Self {
        let blanked = blank(&text);
        let lines = tests_start(&blanked).unwrap_or_else(|| text.lines().count());
        let code: String = blanked.lines().take(lines).flat_map(|line| [line, "\n"]).collect();
        Self { name, text, code, lines }
    }

    /// The top-level module that the file belongs to; none for `lib.rs` and `main.rs`.
    fn module(&self) -> Option<&str> {
        let path = self.name.strip_prefix("src/")?.strip_suffix(".rs")?;
        let module = path.split('/').next()?;
        (!matches!(module, "lib" | "main")).then_some(module)
    }

    /// How many modules deep the file is; `src/eval.rs` is 1.
    fn depth(&self) -> usize {
        self.name.matches('/').count()
    }

    /// Whether the file is `place` or lies in its folder.
    fn is_in(&self, place: &str) -> bool {
        self.name.strip_prefix(place).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }

    fn line_of(&self, offset: usize) -> usize {
        self.code[..offset].matches('\n').count() + 1
    }

    fn at(&self, offset: usize, problem: &str) -> String {
        format!("{}:{}: {problem}", self.name, self.line_of(offset))
    }
}

/// The source files without those that hold nothing but tests.
fn sources() -> Vec<Source> {
    files_under(&root().join("src"), &["rs"])
        .iter()
        .filter(|path| !path.ends_with("tests.rs"))
        .map(|path| Source::of(relative(path), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The line, from 0, at which the file's tests begin: what follows is not held to the walls.
fn tests_start(code: &str) -> Option<usize> {
    let lines: Vec<_> = code.lines().collect();
    let is_inline = |line: &str| line.starts_with("mod ") && line.trim_end().ends_with('{');
    lines.windows(2).position(|pair| pair[0].trim_end() == "#[cfg(test)]" && is_inline(pair[1]))
}

/// The code with comments and the contents of strings and characters replaced by blanks; lines and offsets stay.
fn blank(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    for range in comments_and_literals(text) {
        for byte in &mut out[range] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    String::from_utf8(out).unwrap()
}

/// Where comments, strings and characters stand.
pub(crate) fn comments_and_literals(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => find(bytes, at, b"\n").unwrap_or(bytes.len()),
            b'/' if bytes.get(at + 1) == Some(&b'*') => find(bytes, at, b"*/").map_or(bytes.len(), |e| e + 2),
            b'"' => end_of_string(bytes, at),
            b'r' if !at.checked_sub(1).is_some_and(|before| is_word(bytes[before])) => {
                end_of_raw_string(bytes, at).unwrap_or(at)
            }
            b'\'' => end_of_char(bytes, at).unwrap_or(at),
            _ => at,
        };
        if end > at {
            found.push(at..end);
        }
        at = end.max(at + 1);
    }
    found
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    bytes[from..].windows(what.len()).position(|window| window == what).map(|at| from + at)
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

fn end_of_raw_string(bytes: &[u8], start: usize) -> Option<usize> {
    let hashes = bytes[start + 1..].iter().take_while(|byte| **byte == b'#').count();
    let open = start + 1 + hashes;
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    Some(find(bytes, open + 1, &close).map_or(bytes.len(), |end| end + close.len()))
}

/// None for a lifetime.
fn end_of_char(bytes: &[u8], start: usize) -> Option<usize> {
    if bytes.get(start + 1) == Some(&b'\\') {
        return find(bytes, start + 3, b"'").map(|end| end + 1);
    }
    let close = find(bytes, start + 1, b"'")?;
    // One character, of at most four bytes.
    (close - start <= 5 && std::str::from_utf8(&bytes[start + 1..close]).ok()?.chars().count() == 1)
        .then_some(close + 1)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Every place where `word` stands as a word of its own.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).is_some_and(|before| is_word(bytes[before]));
        let after = bytes.get(at + word.len()).is_some_and(|after| is_word(*after));
        !before && !after
    })
}

/// The modules that `crate::…` paths name, each with its place: `crate::a::B` and `crate::{a::B, c}`.
fn imports(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for at in words(code, "crate") {
        let Some(rest) = code[at + 5..].strip_prefix("::") else { continue };
        let start = at + 7;
        let Some(group) = rest.strip_prefix('{') else {
            found.push((start, word_at(rest)));
            continue;
        };
        let (mut depth, mut expects_module) = (0, true);
        for (offset, byte) in group.bytes().enumerate() {
            match byte {
                b'{' => depth += 1,
                b'}' if depth == 0 => break,
                b'}' => depth -= 1,
                b',' if depth == 0 => expects_module = true,
                _ if is_word(byte) && expects_module => {
                    found.push((start + 1 + offset, word_at(&group[offset..])));
                    expects_module = false;
                }
                _ => {}
            }
        }
    }
    found
}

fn word_at(text: &str) -> &str {
    &text[..text.bytes().position(|byte| !is_word(byte)).unwrap_or(text.len())]
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Why `module` may not use `other`, if it may not.
fn wall(module: &str, other: &str) -> Option<String> {
    let (Some(from), Some(to)) = (floor(module), floor(other)) else {
        let stranger = if floor(module).is_none() { module } else { other };
        return Some(format!(
            "`{stranger}` is on no floor: give it one in tests/tidy.rs and ARCHITECTURE.md"
        ));
    };
    if to > from {
        return Some(format!(
            "`{module}` (floor {from}) must not know `{other}` (floor {to}): imports go downward"
        ));
    }
    (to == SIBLING_FREE && from == to && module != other)
        .then(|| format!("`{module}` must not know `{other}`: the phases are strangers to each other"))
}

fn none(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn imports_go_downward() {
    let mut problems = Vec::new();
    for source in sources() {
        let Some(module) = source.module() else { continue };
        for (at, other) in imports(&source.code) {
            problems.extend(wall(module, other).map(|problem| source.at(at, &problem)));
        }
        // A chain of `super` that reaches the crate's root would hide an import from the search above.
        let chain = "super::".repeat(source.depth());
        for (at, _) in source.code.match_indices(&chain) {
            problems.push(source.at(at, "this `super` is the crate's root: write `crate::`"));
        }
    }
    none(problems);
}

#[test]
fn libraries_and_the_outer_world_stay_in_their_rooms() {
    let mut problems = Vec::new();
    for source in sources() {
        for (names, rooms) in WALLS {
            if rooms.iter().any(|room| source.is_in(room)) {
                continue;
            }
            for name in *names {
                for at in words(&source.code, name) {
                    problems
                        .push(source.at(at, &format!("`{name}` is used only in {}", rooms.join(" and "))));
                }
            }
        }
    }
    none(problems);
}

/// What a phase asks of a function is a field of its row, or its shape: none is asked for by name.
#[test]
fn functions_are_rows_of_their_families() {
    let mut problems = Vec::new();
    for source in sources().iter().filter(|source| !source.is_in("src/builtins")) {
        for at in words(&source.code, "Builtin") {
            if source.code[at..].starts_with("Builtin::") {
                problems.push(
                    source.at(at, "`Builtin::` is used only in src/builtins: ask the row or its shape"),
                );
            }
        }
        for (at, _) in source.code.match_indices("builtin.name ==") {
            problems.push(source.at(at, "a function is not told by its name: give its row a field"));
        }
    }
    none(problems);
}

#[test]
fn what_finds_out_writes_no_english() {
    let mut problems = Vec::new();
    for source in sources() {
        if !WORDLESS.iter().any(|place| source.is_in(place)) {
            continue;
        }
        for at in words(&source.code, "format").chain(words(&source.code, "Display")) {
            problems.push(source.at(at, "report it as data: `src/words` makes English of it"));
        }
        for range in comments_and_literals(&source.text[..source.code.len().min(source.text.len())]) {
            let literal = &source.text[range.clone()];
            if literal.starts_with(['"', 'r']) && literal.contains(' ') {
                problems.push(source.at(range.start, "a text with a blank in it: `src/words` writes those"));
            }
        }
    }
    none(problems);
}

#[test]
fn files_introduce_themselves_and_stay_small() {
    let mut problems = Vec::new();
    for source in sources() {
        if source.name.ends_with("/mod.rs") {
            problems.push(format!("{}:1: write `foo.rs` beside `foo/`, not `foo/mod.rs`", source.name));
        }
        if !source.text.starts_with("//! ") {
            problems.push(format!("{}:1: does not open with `//!`, saying what it is", source.name));
        }
        let most = if source.name == "src/main.rs" { MAX_MAIN_LINES } else { MAX_LINES };
        if source.lines > most {
            problems.push(format!(
                "{}:{}: longer than {most} lines without its tests",
                source.name,
                most + 1
            ));
        }
    }
    none(problems);
}

#[test]
fn nothing_is_left_for_later() {
    let marks = ["TO\u{44}O", "FIX\u{4d}E", "X\u{58}X"];
    let mut problems = Vec::new();
    for folder in ["src", "tests", "grammar", "policies", "examples", "docs"] {
        for path in files_under(&root().join(folder), &["rs", "pest", "gate", "yaml", "md"]) {
            let text = fs::read_to_string(&path).unwrap_or_default();
            for (index, line) in text.lines().enumerate() {
                if marks.iter().any(|mark| words(line, mark).next().is_some()) {
                    problems.push(format!("{}:{}: do it, or write an issue", relative(&path), index + 1));
                }
            }
        }
    }
    none(problems);
}

/// The names of the enums that the sources declare.
fn own_enums(sources: &[Source]) -> BTreeSet<&str> {
    sources
        .iter()
        .flat_map(|source| words(&source.code, "enum").map(|at| word_at(&source.code[at + 5..])))
        .filter(|name| !name.is_empty())
        .collect()
}

/// One arm of a `match`.
struct Arm<'c> {
    /// Where the pattern begins; of one that is blanked, where it ends.
    at: usize,
    pattern: &'c str,
    body: &'c str,
}

impl Arm<'_> {
    /// Whether the pattern is made of texts: they are blanked in the code, so that bars are all that is left of it.
    fn is_text(&self, text: &str) -> bool {
        self.pattern.trim_matches(['|', ' ', '\n']).is_empty() && text[..self.at].trim_end().ends_with('"')
    }

    /// Whether the pattern takes whatever there is.
    fn takes_all(&self) -> bool {
        self.pattern.starts_with(|first: char| first == '_' || first.is_lowercase())
            && self.pattern == word_at(self.pattern)
    }
}

/// The arms of the `match` whose block opens at `open`.
fn arms(code: &str, open: usize) -> Vec<Arm<'_>> {
    let bytes = code.as_bytes();
    let (mut found, mut depth, mut at, mut start) = (Vec::new(), 0, open + 1, open + 1);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' if depth == 0 => break,
            b'}' | b')' | b']' => depth -= 1,
            b'=' if depth == 0 && bytes.get(at + 1) == Some(&b'>') => {
                let pattern = &code[start..at];
                let text = pattern.trim_start();
                let (before, body) = (start + pattern.len() - text.len(), at + 2);
                at = end_of_body(code, body);
                start = at;
                found.push(Arm { at: before, pattern: text.trim_end(), body: &code[body..at] });
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Where the next arm's pattern begins, after a body that begins at `from`.
fn end_of_body(code: &str, from: usize) -> usize {
    let bytes = code.as_bytes();
    let blanks = code[from..].len() - code[from..].trim_start().len();
    let block = bytes.get(from + blanks) == Some(&b'{');
    let (mut depth, mut at) = (0, from);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' if depth == 0 => return at,
            b'}' if depth == 1 && block => {
                let rest = &code[at + 1..];
                let comma = rest.trim_start().starts_with(',');
                return at + 1 + if comma { rest.len() - rest.trim_start().len() + 1 } else { 0 };
            }
            b'}' | b')' | b']' => depth -= 1,
            b',' if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

#[test]
fn matches_over_our_own_enums_name_every_variant() {
    let sources = sources();
    let own = own_enums(&sources);
    let is_own = |pattern: &str| {
        let pattern = pattern.trim_start_matches(['&', '|', ' ']);
        let first = word_at(pattern);
        pattern[first.len()..].starts_with("::") && (first == "Self" || own.contains(first))
    };
    let mut problems = Vec::new();
    for source in &sources {
        for at in words(&source.code, "match") {
            let Some(open) = source.code[at..].find('{') else { continue };
            let arms = arms(&source.code, at + open);
            if let Some(rest) = arms.iter().find(|arm| arm.pattern == "_")
                // A single one is an `if let` in other words.
                && arms.iter().filter(|arm| is_own(arm.pattern)).count() > 1
            {
                problems.push(source.at(rest.at, "this `_` hides variants of our own: name them"));
            }
        }
    }
    none(problems);
}

/// One meaning a type name: whoever reads it, or looks for it, finds one thing.
#[test]
fn every_type_name_is_declared_once() {
    let sources = sources();
    let mut declared: BTreeMap<&str, String> = BTreeMap::new();
    let mut problems = Vec::new();
    for source in &sources {
        for keyword in ["struct", "enum", "trait", "type"] {
            for at in words(&source.code, keyword) {
                let name = word_at(source.code[at + keyword.len()..].trim_start());
                let is_indented =
                    source.code[..at].rsplit('\n').next().is_some_and(|line| line.starts_with(' '));
                // An indented `type` is that of an implementation.
                if name.is_empty() || keyword == "type" && is_indented {
                    continue;
                }
                let place = source.at(at, "is declared");
                if let Some(first) = declared.get(name) {
                    problems.push(source.at(at, &format!("`{name}` is another type, too: {first}")));
                } else {
                    declared.insert(name, place);
                }
            }
        }
    }
    none(problems);
}

/// A key that somebody adds to a list, and forgets where it is read, must not be taken for the last one of the list.
#[test]
fn matches_over_words_take_no_other_word_for_one_of_them() {
    let gives_up = |body: &str| {
        ["None", "Err", "Other", "Unknown"].iter().any(|word| words(body, word).next().is_some())
            || body.trim_end_matches([',', '\n', ' ']).trim() == "{}"
    };
    let mut problems = Vec::new();
    for source in sources().iter().filter(|source| !FREE_TEXT.iter().any(|place| source.is_in(place))) {
        for at in words(&source.code, "match") {
            let Some(open) = source.code[at..].find('{') else { continue };
            let arms = arms(&source.code, at + open);
            if let Some(last) = arms.last()
                && last.takes_all()
                && arms.iter().filter(|arm| arm.is_text(&source.text)).count() > 1
                && !gives_up(last.body)
            {
                problems.push(source.at(
                    last.at,
                    "this arm takes any word for one of ours: match an enum, or give up with `None`",
                ));
            }
        }
    }
    none(problems);
}

#[test]
fn every_grammar_rule_says_what_it_is() {
    let text = fs::read_to_string(root().join("grammar/tollgate.pest")).unwrap();
    let mut problems = Vec::new();
    let mut documented = false;
    for (index, line) in text.lines().enumerate() {
        let name = word_at(line);
        let rest = line[name.len()..].trim_start();
        let is_rule = !name.is_empty() && rest.strip_prefix('=').is_some_and(|body| body.contains('{'));
        if is_rule && !documented {
            problems.push(format!("grammar/tollgate.pest:{}: `{name}` has no `///` above it", index + 1));
        }
        documented = line.starts_with("///") || documented && line.trim().is_empty();
    }
    none(problems);
}

#[test]
fn every_shipped_policy_is_embedded() {
    let embedded = fs::read_to_string(root().join("src/builtin.rs")).unwrap();
    let problems = files_under(&root().join("policies"), &["gate"])
        .iter()
        .map(|path| relative(path))
        .filter(|name| !name.ends_with(".test.gate") && !embedded.contains(name.as_str()))
        .map(|name| format!("{name}:1: src/builtin.rs does not embed it"))
        .collect();
    none(problems);
}

/// In a blessed report, or, where it takes a file system to meet it, in the command-line tests.
#[test]
fn every_diagnostic_has_a_case() {
    let mut shown = String::new();
    for name in [
        "tests/base.rs",
        "tests/cli.rs",
        "tests/collect.rs",
        "tests/found.rs",
        "tests/layers.rs",
        "tests/limits.rs",
        "tests/testing.rs",
    ] {
        shown.push_str(&fs::read_to_string(root().join(name)).unwrap());
    }
    for (folder, ending) in
        [("tests/ui", "snap"), ("tests/collect", "snap"), ("tests/collect", "rs"), ("tests/tables", "txt")]
    {
        for path in files_under(&root().join(folder), &[ending]) {
            shown.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    let problems = Code::ALL
        .iter()
        .filter(|code| !shown.contains(code.as_str()))
        .map(|code| format!("src/code.rs: no case shows {code}, {}", code.title()))
        .collect();
    none(problems);
}

#[test]
fn the_search_sees_what_it_should() {
    let code = blank(
        "use crate::{ast::X, value::{Y, Z}}; // crate::parse\nlet s = \"crate::cli\"; crate::eval::f('\"');",
    );
    let found: Vec<_> = imports(&code).into_iter().map(|(_, module)| module).collect();
    assert_eq!(found, ["ast", "value", "eval"]);
    assert_eq!(wall("eval", "ast"), None);
    assert!(wall("eval", "check").unwrap().contains("strangers"));
    assert!(wall("ast", "eval").unwrap().contains("downward"));
    assert!(wall("ast", "nowhere").unwrap().contains("no floor"));
    assert_eq!(
        blank("r#\"a\"b\"# 'x' '\\'' &'a str /* c */ d").split_whitespace().collect::<Vec<_>>(),
        ["&'a", "str", "d"]
    );
    assert_eq!(blank("'x'; 'é' /* \n */").len(), "'x'; 'é' /* \n */".len());
    let text = "match x { A::B => {} A::C { d } => f(1, 2), (a, _) if b => { 1 }, _ => 2 }";
    let found: Vec<_> = arms(text, 8).into_iter().map(|arm| arm.pattern).collect();
    assert_eq!(found, ["A::B", "A::C { d }", "(a, _) if b", "_"]);
    let text = "match x { \"a\" | \"b\" => 1, 'c' => 2, rest => A::Other, }";
    let code = blank(text);
    let found = arms(&code, 8);
    assert_eq!(found.iter().map(|arm| arm.is_text(text)).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(found.iter().map(Arm::takes_all).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(found[2].body.trim(), "A::Other,");
}
